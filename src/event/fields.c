/* fields.c - a numbered set of names behind a read-write lock.
 *
 * Compiled plans only read; the lock is taken for writing when a name first turns up in the
 * data, which happens once a name and not once an event. */
#include "event/fields.h"

#include <assert.h>

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
    sl_map_init(&fields->names);
}

void sl_fields_fini(sl_fields *fields)
{
    if (fields == NULL) return;
    sl_map_fini(&fields->names);
    pthread_rwlock_destroy(&fields->lock);
}

sl_field sl_fields_add(sl_fields *fields, sl_text name)
{
    sl_field field = sl_fields_find(fields, name);
    if (field != SL_FIELD_NONE) return field;
    pthread_rwlock_wrlock(&fields->lock);
    if (fields->names.count < SL_FIELDS_MAX) field = sl_map_add(&fields->names, name);
    pthread_rwlock_unlock(&fields->lock);
    return field;
}

sl_field sl_fields_find(const sl_fields *fields, sl_text name)
{
    pthread_rwlock_rdlock(fields_lock(fields));
    uint32_t number = sl_map_find(&fields->names, name);
    pthread_rwlock_unlock(fields_lock(fields));
    return number;
}

sl_text sl_fields_name(const sl_fields *fields, sl_field field)
{
    pthread_rwlock_rdlock(fields_lock(fields));
    assert(field < fields->names.count);
    sl_text name = sl_map_key(&fields->names, field);
    pthread_rwlock_unlock(fields_lock(fields));
    return name;
}

uint32_t sl_fields_count(const sl_fields *fields)
{
    pthread_rwlock_rdlock(fields_lock(fields));
    uint32_t count = fields->names.count;
    pthread_rwlock_unlock(fields_lock(fields));
    return count;
}
