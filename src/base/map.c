/* map.c - linear probing over a power of two of slots, at most half of them in use.
 *
 * The keys come from logs, that is from attackers: each map hashes under a seed drawn from the
 * process's random bytes, so that nobody can prepare keys which all meet in one slot. The
 * numbers given do not depend on the hashes, and so the results do not either. */
#include "base/map.h"

#include <assert.h>

#include "base/memory.h"

enum { MAP_CAPACITY_FIRST = 16, MAP_COUNT_MAX = 1 << 30 };

void sl_map_init(sl_map *map)
{
    *map = (sl_map){.seed = sl_hash_seed()};
    sl_arena_init(&map->names, 0);
}

void sl_map_fini(sl_map *map)
{
    if (map == NULL) return;
    sl_arena_fini(&map->names);
    free(map->keys);
    free(map->hashes);
    free(map->slots);
    sl_map_init(map);
}

static bool map_same(const sl_map *map, uint32_t number, uint64_t hash, sl_text key)
{
    return map->hashes[number] == hash && sl_text_equal(map->keys[number], key);
}

/* The number of `key`, or SL_MAP_NONE and the free slot where it belongs. */
static uint32_t map_probe(const sl_map *map, sl_text key, uint64_t hash, uint32_t *out_slot)
{
    uint32_t mask = map->slot_count - 1;
    uint32_t slot = (uint32_t)hash & mask;
    while (map->slots[slot] != 0) {
        uint32_t number = map->slots[slot] - 1;
        if (map_same(map, number, hash, key)) return number;
        slot = (slot + 1) & mask;
    }
    *out_slot = slot;
    return SL_MAP_NONE;
}

uint32_t sl_map_find(const sl_map *map, sl_text key)
{
    if (map->count == 0) return SL_MAP_NONE;
    uint32_t slot;
    return map_probe(map, key, sl_hash_bytes(key.data, key.length, map->seed), &slot);
}

/* Twice the capacity, and the slots refilled. On failure the map stands as it was. */
static bool map_grow(sl_map *map)
{
    if (map->capacity >= MAP_COUNT_MAX) return false;
    uint32_t capacity = map->capacity == 0 ? MAP_CAPACITY_FIRST : map->capacity * 2;
    uint32_t slot_count = capacity * 2;
    sl_text *keys = sl_realloc(map->keys, capacity * sizeof *keys);
    if (keys == NULL) return false;
    map->keys = keys;
    uint64_t *hashes = sl_realloc(map->hashes, capacity * sizeof *hashes);
    if (hashes == NULL) return false;
    map->hashes = hashes;
    uint32_t *slots = sl_calloc(slot_count, sizeof *slots);
    if (slots == NULL) return false;

    for (uint32_t number = 0; number < map->count; number++) {
        uint32_t slot = (uint32_t)hashes[number] & (slot_count - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
        slots[slot] = number + 1;
    }
    free(map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    map->capacity = capacity;
    return true;
}

uint32_t sl_map_add(sl_map *map, sl_text key)
{
    uint64_t hash = sl_hash_bytes(key.data, key.length, map->seed);
    uint32_t slot = 0;
    if (map->slot_count > 0) {
        uint32_t number = map_probe(map, key, hash, &slot);
        if (number != SL_MAP_NONE) return number;
    }
    if (map->count == map->capacity) {
        if (!map_grow(map)) return SL_MAP_NONE;
        map_probe(map, key, hash, &slot);
    }
    sl_text name = sl_arena_copy(&map->names, key);
    if (name.data == NULL) return SL_MAP_NONE;
    map->keys[map->count] = name;
    map->hashes[map->count] = hash;
    map->slots[slot] = map->count + 1;
    return map->count++;
}
