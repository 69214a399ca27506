/* detection_find.c - walks a tree for detection files, without recursion.
 *
 * Directories still to be read stand in a list; what they hold is sorted at the end. */
#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "detect/detection.h"

enum { FIND_FILES_MAX = 100000, FIND_DIRECTORIES_MAX = 1000000 };

typedef struct find_list {
    sl_text *items;
    size_t count, capacity;
} find_list;

typedef struct find_walk {
    sl_arena *arena;
    bool (*wanted)(sl_text name);
    find_list files, directories;
} find_walk;

static sl_status find_add(find_list *list, sl_text path, size_t limit)
{
    if (list->count == limit) return SL_LIMIT;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        sl_text *items = sl_realloc(list->items, capacity * sizeof *items);
        if (items == NULL) return SL_NOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = path;
    return SL_OK;
}

bool sl_detection_is_file(sl_text path)
{
    return sl_text_equal(path, SL_TEXT("detection.yml"))
        || sl_text_ends(path, SL_TEXT(".detection.yml"))
        || sl_text_ends(path, SL_TEXT("/detection.yml"));
}

static sl_text find_below(sl_arena *arena, sl_text directory, const char *name)
{
    const char *slash = sl_text_ends(directory, SL_TEXT("/")) ? "" : "/";
    return sl_arena_printf(arena, "%.*s%s%s", SL_TEXT_ARG(directory), slash, name);
}

/* An entry of a directory: a file that may be a detection, or a directory to be read later. */
static sl_status find_entry(find_walk *walk, sl_text directory, const struct dirent *entry)
{
    struct stat about;
    bool wanted = walk->wanted(sl_text_from(entry->d_name));
    bool may_be_directory = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
    if (entry->d_name[0] == '.' || (!wanted && !may_be_directory)) return SL_OK;

    sl_text path = find_below(walk->arena, directory, entry->d_name);
    if (path.data == NULL) return SL_NOMEM;
    if (lstat(path.data, &about) != 0) return SL_OK;
    if (S_ISDIR(about.st_mode)) return find_add(&walk->directories, path, FIND_DIRECTORIES_MAX);
    if (!wanted) return SL_OK;
    if (S_ISLNK(about.st_mode) && stat(path.data, &about) == 0 && S_ISDIR(about.st_mode))
        return SL_OK;
    return find_add(&walk->files, path, FIND_FILES_MAX);
}

/* A directory that cannot be opened below the one that was named is passed over. */
static sl_status find_directory(find_walk *walk, sl_text path)
{
    DIR *directory = opendir(path.data);
    sl_status status = SL_OK;
    if (directory == NULL) return SL_OK;
    for (struct dirent *entry; status == SL_OK && (entry = readdir(directory)) != NULL;)
        status = find_entry(walk, path, entry);
    closedir(directory);
    return status;
}

static int find_compare(const void *a, const void *b)
{
    return sl_text_compare(*(const sl_text *)a, *(const sl_text *)b);
}

static sl_status find_finish(find_walk *walk, const sl_text **out_paths, uint32_t *out_count)
{
    size_t count = walk->files.count;
    sl_text *paths = SL_ARENA_ARRAY(walk->arena, count, sl_text);
    if (paths == NULL) return SL_NOMEM;
    if (count > 0) {
        qsort(walk->files.items, count, sizeof *paths, find_compare);
        memcpy(paths, walk->files.items, count * sizeof *paths);
    }
    *out_paths = paths;
    *out_count = (uint32_t)count;
    return SL_OK;
}

sl_status sl_files_find(sl_text path, bool (*wanted)(sl_text name), sl_arena *arena,
                        const sl_text **out_paths, uint32_t *out_count)
{
    assert(arena != NULL);
    assert(out_paths != NULL);
    assert(out_count != NULL);
    *out_paths = NULL;
    *out_count = 0;
    struct stat about;
    find_walk walk = {.arena = arena, .wanted = wanted};
    sl_text root = sl_arena_copy(arena, path);
    if (root.data == NULL) return SL_NOMEM;
    if (strlen(root.data) != root.length || stat(root.data, &about) != 0) return SL_IO;

    sl_status status = S_ISDIR(about.st_mode)
        ? find_add(&walk.directories, root, FIND_DIRECTORIES_MAX)
        : find_add(&walk.files, root, FIND_FILES_MAX);
    for (size_t i = 0; status == SL_OK && i < walk.directories.count; i++)
        status = find_directory(&walk, walk.directories.items[i]);
    if (status == SL_OK) status = find_finish(&walk, out_paths, out_count);
    free(walk.files.items);
    free(walk.directories.items);
    return status;
}
