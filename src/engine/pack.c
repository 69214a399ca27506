/* pack.c - finds detection files, and the checkout that each is in.
 *
 * Outside a checkout a YAML file may be anything: it counts as published content when a line of it
 * begins with the key `search`. Reading it for that costs little; it is read again to be run. */
#include "engine/pack.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "detect/content.h"
#include "detect/file.h"
#include "source/path.h"

void sl_pack_init(sl_pack *pack)
{
    *pack = (sl_pack){.count = 0};
    sl_arena_init(&pack->arena, /* bytes_max= */ 0);
    sl_buffer_init(&pack->notes);
}

void sl_pack_fini(sl_pack *pack)
{
    for (uint32_t i = 0; i < pack->root_count; i++) sl_library_free(pack->roots[i].library);
    free(pack->roots);
    free(pack->items);
    sl_buffer_fini(&pack->notes);
    sl_arena_fini(&pack->arena);
}

/* The library of the checkout that `path` is in; *out NULL: it is in none. */
static sl_status pack_library(sl_pack *pack, sl_text path, sl_library **out)
{
    sl_text root;
    *out = NULL;
    sl_status status = sl_content_root(path, &pack->arena, &root);
    if (status != SL_OK || root.length == 0) return status;
    for (uint32_t i = 0; i < pack->root_count; i++)
        if (sl_text_equal(pack->roots[i].path, root)) *out = pack->roots[i].library;
    if (*out != NULL) return SL_OK;
    sl_pack_root *roots = sl_realloc(pack->roots, (pack->root_count + 1) * sizeof *roots);
    if (roots == NULL) return SL_NOMEM;
    pack->roots = roots;
    *out = sl_library_new();
    if (*out == NULL) return SL_NOMEM;
    roots[pack->root_count++] = (sl_pack_root){root, *out};
    return sl_library_add(*out, root, &pack->notes) ? SL_OK : SL_NOMEM;
}

static bool pack_is_yaml(sl_text name)
{
    return sl_text_ends(name, SL_TEXT(".yml")) || sl_text_ends(name, SL_TEXT(".yaml"));
}

/* True when a line of the file begins with the key `search`. */
static sl_status pack_has_search(sl_text path, bool *out)
{
    sl_arena scratch;
    sl_text text;
    const char *reason;
    *out = false;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    sl_status status = sl_file_read(path, &scratch, &text, &reason);
    if (status == SL_OK)
        *out = sl_text_starts(text, SL_TEXT("search:"))
            || sl_text_find(text, SL_TEXT("\nsearch:"), 0) != SIZE_MAX;
    sl_arena_fini(&scratch);
    return status == SL_NOMEM ? status : SL_OK;
}

static sl_status pack_add_item(sl_pack *pack, sl_pack_item item)
{
    if (pack->count == pack->capacity) {
        uint32_t capacity = pack->capacity * 2 + 64;
        sl_pack_item *items = sl_realloc(pack->items, capacity * sizeof *items);
        if (items == NULL) return SL_NOMEM;
        pack->items = items;
        pack->capacity = capacity;
    }
    pack->items[pack->count++] = item;
    return SL_OK;
}

/* The files of a directory; of one outside a checkout, those that are detections. */
static sl_status pack_add_directory(sl_pack *pack, sl_text path, sl_library *library)
{
    const sl_text *paths;
    uint32_t found;
    sl_status status = library != NULL
        ? sl_content_find(path, &pack->arena, &paths, &found)
        : sl_files_find(path, pack_is_yaml, &pack->arena, &paths, &found);
    for (uint32_t i = 0; status == SL_OK && i < found; i++) {
        bool own = sl_detection_is_file(paths[i]), wanted = own || library != NULL;
        if (!wanted) status = pack_has_search(paths[i], &wanted);
        if (status == SL_OK && wanted)
            status = pack_add_item(pack, (sl_pack_item){paths[i], library, !own});
    }
    return status;
}

sl_status sl_pack_add(sl_pack *pack, sl_text path)
{
    struct stat about;
    sl_library *library;
    sl_text name = sl_arena_copy(&pack->arena, path);
    if (name.data == NULL) return SL_NOMEM;
    if (sl_path_stat(name, &about) != 0) return SL_IO;
    sl_status status = pack_library(pack, name, &library);
    if (status != SL_OK) return status;
    if (S_ISDIR(about.st_mode)) return pack_add_directory(pack, name, library);
    bool own = sl_detection_is_file(name);
    return pack_add_item(pack, (sl_pack_item){name, library, !own});
}

sl_status sl_pack_load(const sl_pack_item *item, sl_arena *arena, sl_diags *diags,
                       sl_detection *out)
{
    return item->published ? sl_content_load(item->path, arena, diags, out)
                           : sl_detection_load(item->path, arena, diags, out);
}
