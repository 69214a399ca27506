/* places.c - one table of (parent, key) for a record; a round of its own makes it empty again. */
#include "event/places.h"

#include <stdlib.h>
#include <sys/auxv.h>

#include "base/memory.h"

enum { PLACES_FIRST = 256 };

void sl_places_init(sl_places *places)
{
    const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes, set by the kernel */
    *places = (sl_places){.round = 1};
    if (random != NULL) memcpy(&places->seed, random, sizeof places->seed);
}

void sl_places_fini(sl_places *places)
{
    free(places->slots);
    sl_places_init(places);
}

void sl_places_begin(sl_places *places)
{
    places->round++;
    places->count = places->last = 0;
}

uint32_t sl_places_root(sl_places *places)
{
    return ++places->last;
}

/* The place's slot, or the free one where it belongs. */
static sl_place *places_probe(const sl_places *places, uint32_t parent, sl_text key, uint64_t hash)
{
    uint32_t mask = places->slot_count - 1;
    for (uint32_t slot = (uint32_t)hash & mask;; slot = (slot + 1) & mask) {
        sl_place *place = &places->slots[slot];
        if (place->round != places->round) return place;
        if (place->hash == hash && place->parent == parent && sl_text_equal(place->key, key))
            return place;
    }
}

static bool places_grow(sl_places *places)
{
    uint32_t old_count = places->slot_count;
    sl_place *old = places->slots;
    uint32_t slot_count = old_count == 0 ? PLACES_FIRST : old_count * 2;
    sl_place *slots = sl_calloc(slot_count, sizeof *slots);
    if (slots == NULL) return false;
    places->slots = slots;
    places->slot_count = slot_count;
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i].round == places->round)
            *places_probe(places, old[i].parent, old[i].key, old[i].hash) = old[i];
    free(old);
    return true;
}

/* The place of one key below `parent`, or NULL. */
static sl_place *places_find(sl_places *places, uint32_t parent, sl_text key)
{
    uint64_t hash = sl_hash_bytes(key.data, key.length, sl_hash_mix(places->seed, parent));
    if (places->count == SL_PLACES_MAX) return NULL;
    if (places->count * 2 >= places->slot_count && !places_grow(places)) return NULL;
    sl_place *place = places_probe(places, parent, key, hash);
    if (place->round == places->round) return place;
    places->count++;
    *place = (sl_place){.key = key,
                        .hash = hash,
                        .round = places->round,
                        .parent = parent,
                        .number = ++places->last};
    return place;
}

bool sl_places_meet(sl_places *places, uint32_t parent, sl_text key, bool dotted,
                    uint32_t *out_place)
{
    for (size_t from = 0;;) {
        size_t to = dotted ? sl_text_find_byte(key, '.', from) : SIZE_MAX;
        sl_place *place = places_find(places, parent, sl_text_slice(key, from, to));
        *out_place = parent = place == NULL ? sl_places_root(places) : place->number;
        /* The place came before, or an object that it would be in. */
        if (place != NULL && place->met) return true;
        if (to == SIZE_MAX) {
            if (place != NULL) place->met = true;
            return false;
        }
        from = to + 1;
    }
}
