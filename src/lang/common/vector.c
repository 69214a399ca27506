/* vector.c - growing by doubling: the old array is left to the arena. */
#include "lang/common/vector.h"

void *sl_vector_add(sl_vector *vector, sl_arena *arena, size_t bytes)
{
    if (vector->count == vector->capacity) {
        if (vector->capacity > UINT32_MAX / 2) return NULL;
        uint32_t capacity = vector->capacity == 0 ? 4 : vector->capacity * 2;
        char *items = sl_arena_array(arena, capacity, bytes);
        if (items == NULL) return NULL;
        if (vector->count > 0) memcpy(items, vector->items, vector->count * bytes);
        vector->items = items;
        vector->capacity = capacity;
    }
    return (char *)vector->items + vector->count++ * bytes;
}

bool sl_vector_add_pointer(sl_vector *vector, sl_arena *arena, const void *pointer)
{
    const void **slot = sl_vector_add(vector, arena, sizeof pointer);
    if (slot == NULL) return false;
    *slot = pointer;
    return true;
}
