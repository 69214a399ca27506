/* pack.h - the detections below files and directories, of whatever kind, and what they come with.
 *
 * A detection file of ours is known by its name. Any other YAML file with a `search` is published
 * content; in a checkout of such content (sl_content_root) every file is, and its macros and
 * lookups come from there, read once however many of its files are named.
 *
 * Owner:    sl_pack_init / sl_pack_fini; paths and libraries live as long as the pack.
 * Threads:  one at a time. */
#ifndef SL_ENGINE_PACK_H
#define SL_ENGINE_PACK_H

#include "detect/detection.h"
#include "engine/library.h"

typedef struct sl_pack_item {
    sl_text path;
    sl_library *library; /* of the checkout that it is in; NULL: in none */
    bool published;      /* read as sl_content_load does */
} sl_pack_item;

/* A checkout that some path is in. */
typedef struct sl_pack_root {
    sl_text path;
    sl_library *library;
} sl_pack_root;

typedef struct sl_pack {
    sl_arena arena;
    sl_pack_item *items;
    uint32_t count, capacity;
    sl_pack_root *roots;
    uint32_t root_count;
    sl_buffer notes; /* lines: files of the checkouts that are at fault */
} sl_pack;

void sl_pack_init(sl_pack *pack);
void sl_pack_fini(sl_pack *pack);
/* Adds the detection file `path`, or those below the directory `path` in byte order. SL_IO when it
 * is not there. */
sl_status sl_pack_add(sl_pack *pack, sl_text path) SL_MUST_USE;
/* Loads one: as sl_detection_load or sl_content_load. */
sl_status sl_pack_load(const sl_pack_item *item, sl_arena *arena, sl_diags *diags,
                       sl_detection *out) SL_MUST_USE;

#endif
