/* vector.h - an array that grows in an arena, for parsers that do not know how many there will be.
 *
 * Owner:    the arena; memory left behind by growing is given back with it.
 * Lifetime: that of the arena.
 * Threads:  one at a time. */
#ifndef SL_LANG_COMMON_VECTOR_H
#define SL_LANG_COMMON_VECTOR_H

#include "base/arena.h"

/* All zero is an empty vector. */
typedef struct sl_vector {
    void *items;
    uint32_t count, capacity;
} sl_vector;

/* Room for one more item of `bytes` (the same for all items of a vector), zeroed and counted; NULL
 * when memory ends. Pointers to earlier items are no longer good. */
void *sl_vector_add(sl_vector *vector, sl_arena *arena, size_t bytes) SL_MUST_USE;
/* Adds a pointer. False when memory ends. */
bool sl_vector_add_pointer(sl_vector *vector, sl_arena *arena, const void *pointer) SL_MUST_USE;

#endif
