/* places.h - which places of a record have come, for a walk that reads all of it.
 *
 * A walk for demanded paths remembers that a key came by the node that asks for it. An open walk
 * has no node for most keys, and still the first of repeated keys must win: else what a search
 * finds would depend on which other searches ask for a field by its name.
 *
 * A place is a key below another place. Keys with dots are places below places, as if nested. The
 * root of a record, and of each element of an array, is a place below which nothing has come.
 *
 * Owner:    a walk.
 * Lifetime: places: until the next sl_places_begin; so must the keys live that are handed in.
 * Threads:  one at a time. */
#ifndef SL_EVENT_PLACES_H
#define SL_EVENT_PLACES_H

#include "base/text.h"

/* In one record. Behind that many no repetition is noticed; that is far beyond what is read of
 * it. */
enum { SL_PLACES_MAX = 1 << 16 };

typedef struct sl_place {
    sl_text key;
    uint64_t hash;
    uint64_t round; /* of another record: free */
    uint32_t parent, number;
    bool met; /* a key named it; else it only has others below it */
} sl_place;

typedef struct sl_places {
    sl_place *slots;
    uint32_t slot_count, count;
    uint64_t seed; /* the keys come from attackers */
    uint64_t round;
    uint32_t last; /* number given out */
} sl_places;

void sl_places_init(sl_places *places);
void sl_places_fini(sl_places *places);
/* Forgets all: a record begins. */
void sl_places_begin(sl_places *places);
/* The root of a record or element. */
uint32_t sl_places_root(sl_places *places);
/* A key below `parent` came. False: for the first time, or memory has ended. *out_place: for
 * what is in its value. With `dotted` the key is several, parted by dots. */
bool sl_places_meet(sl_places *places, uint32_t parent, sl_text key, bool dotted,
                    uint32_t *out_place);

#endif
