/* path.c - a long path is gone down in pieces, each below the directory the last one led to. */
#include "source/path.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Bytes of path given to the kernel at once, the terminator not counted. */
enum { PATH_PIECE_MAX = 4000 };

/* The end of the longest piece of `path` from `start` that ends on a slash, or `start`. */
static size_t path_piece_end(sl_text path, size_t start)
{
    size_t end = start + PATH_PIECE_MAX;
    while (end > start && path.data[end - 1] != '/') end--;
    return end;
}

/* The directory that is left to start from, and where the rest of the path stands. The caller
 * closes it when it is not AT_FDCWD. -1 and errno when the way down is barred. */
static int path_descend(sl_text path, const char **out_rest)
{
    char piece[PATH_PIECE_MAX + 1];
    int directory = AT_FDCWD;
    size_t start = 0;
    while (path.length - start > PATH_PIECE_MAX) {
        size_t end = path_piece_end(path, start);
        int next = -1;
        if (end > start) {
            memcpy(piece, path.data + start, end - start);
            piece[end - start] = '\0';
            next = openat(directory, piece, O_PATH | O_DIRECTORY | O_CLOEXEC);
        } else {
            errno = ENAMETOOLONG;
        }
        int reason = errno;
        if (directory >= 0) close(directory);
        errno = reason;
        if (next < 0) return -1;
        directory = next;
        start = end;
        /* What follows must not look absolute. */
        while (start < path.length && path.data[start] == '/') start++;
    }
    *out_rest = start < path.length ? path.data + start : ".";
    return directory;
}

/* Closes without losing the reason of what came before. */
static void path_leave(int directory)
{
    int reason = errno;
    if (directory >= 0) close(directory);
    errno = reason;
}

int sl_path_open(sl_text path, int flags)
{
    assert(path.data[path.length] == '\0');

    if (path.length <= PATH_PIECE_MAX) return open(path.data, flags | O_CLOEXEC);
    const char *rest;
    int directory = path_descend(path, &rest);
    if (directory == -1) return -1;
    int fd = openat(directory, rest, flags | O_CLOEXEC);
    path_leave(directory);
    return fd;
}

void sl_path_near_init(sl_path_near *near)
{
    near->directory = -1;
    near->length = 0;
}

void sl_path_near_fini(sl_path_near *near)
{
    if (near->directory >= 0) close(near->directory);
    sl_path_near_init(near);
}

int sl_path_near_open(sl_path_near *near, sl_text path, int flags)
{
    assert(path.data[path.length] == '\0');

    const char *slash = memrchr(path.data, '/', path.length);
    size_t length = slash == NULL ? 0 : (size_t)(slash - path.data) + 1;
    if (length == 0 || length >= sizeof near->path) return sl_path_open(path, flags);
    if (length != near->length || memcmp(path.data, near->path, length) != 0) {
        /* The directory itself is opened with its second file: many hold but one. */
        sl_path_near_fini(near);
        memcpy(near->path, path.data, length);
        near->path[length] = '\0';
        near->length = length;
        return sl_path_open(path, flags);
    }
    if (near->directory < 0) near->directory = open(near->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (near->directory < 0) return sl_path_open(path, flags);
    return openat(near->directory, path.data + length, flags | O_CLOEXEC);
}

int sl_path_stat(sl_text path, struct stat *out)
{
    assert(path.data[path.length] == '\0');

    if (path.length <= PATH_PIECE_MAX) return stat(path.data, out);
    const char *rest;
    int directory = path_descend(path, &rest);
    if (directory == -1) return -1;
    int result = fstatat(directory, rest, out, 0);
    path_leave(directory);
    return result;
}

const char *sl_path_error(int error)
{
    const char *text = strerrordesc_np(error);
    return text == NULL ? "unknown error" : text;
}
