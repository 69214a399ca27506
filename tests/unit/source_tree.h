/* source_tree.h - a directory of its own for a test, to be filled and removed.
 *
 * Everything goes by descriptor, for some tests make paths longer than the system takes. */
#ifndef SL_TESTS_UNIT_SOURCE_TREE_H
#define SL_TESTS_UNIT_SOURCE_TREE_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct tree {
    char path[512];
    int fd;
} tree;

/* False when there is no place for it. */
static inline bool tree_make(tree *t)
{
    const char *place = getenv("TMPDIR");
    snprintf(t->path, sizeof t->path, "%s/strandline-test-XXXXXX",
             place == NULL || *place == '\0' ? "/tmp" : place);
    t->fd = -1;
    if (mkdtemp(t->path) == NULL) return false;
    t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return t->fd >= 0;
}

static inline void tree_remove_below(int directory)
{
    DIR *list = fdopendir(directory);
    if (list == NULL) return;
    const struct dirent *entry;
    while ((entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(directory, entry->d_name, 0) == 0) continue;
        if (fchmodat(directory, entry->d_name, 0700, 0) != 0) continue;
        int below = openat(directory, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (below >= 0) tree_remove_below(below);
        unlinkat(directory, entry->d_name, AT_REMOVEDIR);
    }
    closedir(list);
}

static inline void tree_remove(tree *t)
{
    tree_remove_below(t->fd);
    rmdir(t->path);
}

static inline bool tree_write(const tree *t, const char *name, const void *data, size_t length)
{
    int fd = openat(t->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    ssize_t written = write(fd, data, length);
    close(fd);
    return written == (ssize_t)length;
}

/* The path of `name` in `buffer`, which holds 1,024 bytes. */
static inline const char *tree_path(const tree *t, const char *name, char *buffer)
{
    snprintf(buffer, 1024, "%s/%s", t->path, name);
    return buffer;
}

/* Permissions do not bind root: its tests go on as somebody else, who owns the tree. */
static inline bool tree_as_nobody(tree *t)
{
    enum { NOBODY = 65534 };
    if (geteuid() != 0) return true;
    return fchown(t->fd, NOBODY, NOBODY) == 0 && seteuid(NOBODY) == 0;
}

static inline void tree_as_before(void)
{
    if (geteuid() != getuid() && seteuid(getuid()) != 0) abort();
}

#endif
