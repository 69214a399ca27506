/* fields.c - a numbered set of names: numbers behind a read-write lock, names without one.
 *
 * Compiled plans only read; the lock is taken for writing when a name first turns up in the
 * data, which happens once a name and not once an event. Names are asked for with every row that is
 * written: they lie in pieces that never move, so whoever has a number can read its name. */
#include "event/fields.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

/* Where a name lies. */
typedef struct fields_place {
    uint32_t piece, at;
} fields_place;

static fields_place fields_place_of(sl_field field)
{
    uint32_t number = field + SL_FIELDS_FIRST;
    uint32_t piece = (uint32_t)(__builtin_clz(SL_FIELDS_FIRST) - __builtin_clz(number));
    return (fields_place){piece, number - ((uint32_t)SL_FIELDS_FIRST << piece)};
}

/* A rwlock is part of reading too; the set itself is not changed. */
static pthread_rwlock_t *fields_lock(const sl_fields *fields)
{
    return (pthread_rwlock_t *)(uintptr_t)&fields->lock;
}

void sl_fields_init(sl_fields *fields)
{
    int failed = pthread_rwlock_init(&fields->lock, /* attributes= */ NULL);
    assert(failed == 0);
    (void)failed;
    sl_map_init(&fields->numbers);
    for (int i = 0; i < SL_FIELDS_PIECES; i++) atomic_init(&fields->pieces[i], NULL);
    atomic_init(&fields->count, 0);
}

void sl_fields_fini(sl_fields *fields)
{
    if (fields == NULL) return;
    sl_map_fini(&fields->numbers);
    for (int i = 0; i < SL_FIELDS_PIECES; i++) free(atomic_load(&fields->pieces[i]));
    pthread_rwlock_destroy(&fields->lock);
}

/* Room for the next name; NULL at the limit or when memory ends. */
static sl_text *fields_room(sl_fields *fields)
{
    if (fields->numbers.count >= SL_FIELDS_MAX) return NULL;
    fields_place place = fields_place_of(fields->numbers.count);
    sl_text *piece = atomic_load_explicit(&fields->pieces[place.piece], memory_order_relaxed);
    if (piece == NULL) {
        piece = sl_calloc((size_t)SL_FIELDS_FIRST << place.piece, sizeof *piece);
        atomic_store_explicit(&fields->pieces[place.piece], piece, memory_order_release);
    }
    return piece == NULL ? NULL : &piece[place.at];
}

/* As sl_fields_add; the lock is held. */
static sl_field fields_add(sl_fields *fields, sl_text name)
{
    sl_field field = sl_map_find(&fields->numbers, name);
    if (field != SL_MAP_NONE) return field;
    sl_text *room = fields_room(fields);
    if (room == NULL) return SL_FIELD_NONE;
    field = sl_map_add(&fields->numbers, name);
    if (field == SL_MAP_NONE) return SL_FIELD_NONE;
    *room = sl_map_key(&fields->numbers, field);
    atomic_store_explicit(&fields->count, field + 1, memory_order_release);
    return field;
}

sl_field sl_fields_add(sl_fields *fields, sl_text name)
{
    sl_field field = sl_fields_find(fields, name);
    if (field != SL_FIELD_NONE) return field;
    pthread_rwlock_wrlock(&fields->lock);
    field = fields_add(fields, name);
    pthread_rwlock_unlock(&fields->lock);
    return field;
}

sl_field sl_fields_find(const sl_fields *fields, sl_text name)
{
    pthread_rwlock_rdlock(fields_lock(fields));
    uint32_t number = sl_map_find(&fields->numbers, name);
    pthread_rwlock_unlock(fields_lock(fields));
    return number;
}

sl_text sl_fields_name(const sl_fields *fields, sl_field field)
{
    assert(field < sl_fields_count(fields));
    fields_place place = fields_place_of(field);
    return atomic_load_explicit(&fields->pieces[place.piece], memory_order_acquire)[place.at];
}

uint32_t sl_fields_count(const sl_fields *fields)
{
    return atomic_load_explicit(&fields->count, memory_order_acquire);
}
