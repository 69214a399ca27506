/* map.h - texts numbered in the order they were first seen.
 *
 * Field names, catalog entries and group keys all need the same thing: "have I seen this
 * text, and which number did it get?". Open addressing over 64-bit hashes; the numbers stay
 * valid while the table grows, pointers into it would not.
 *
 * Owner:    the caller; names are copied into the map's own arena.
 * Lifetime: until sl_map_fini.
 * Threads:  one writer, or any number of readers. */
#ifndef SL_BASE_MAP_H
#define SL_BASE_MAP_H

#include "base/arena.h"

/* No number: an enumerator could not hold it. */
#define SL_MAP_NONE UINT32_MAX

/* The fields are read-only outside map.c. */
typedef struct sl_map {
    sl_arena names;
    sl_text *keys;    /* by number */
    uint64_t *hashes; /* under `seed`: not those of sl_text_hash */
    uint64_t seed;    /* differs from run to run */
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* number + 1, 0: free */
    uint32_t slot_count;
} sl_map;

void sl_map_init(sl_map *map);
void sl_map_fini(sl_map *map);
/* The number of `key`, or SL_MAP_NONE. */
uint32_t sl_map_find(const sl_map *map, sl_text key);
/* The number of `key`, new or old, or SL_MAP_NONE when memory ends. */
uint32_t sl_map_add(sl_map *map, sl_text key);
static inline sl_text sl_map_key(const sl_map *map, uint32_t number)
{
    return map->keys[number];
}

#endif
