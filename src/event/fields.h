/* fields.h - the names of fields, numbered.
 *
 * A plan names its fields once; from then on expressions, operators and columns use numbers.
 * Names that only turn up in the data (open demand, `chart`'s columns) are added while workers
 * run, so adding is locked and names stay where they are.
 *
 * Owner:    a plan or a schema.
 * Lifetime: until sl_fields_fini.
 * Threads:  any number. */
#ifndef SL_EVENT_FIELDS_H
#define SL_EVENT_FIELDS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"

typedef uint32_t sl_field;
#define SL_FIELD_NONE UINT32_MAX
enum {
    SL_FIELDS_MAX = 1 << 20,
    SL_FIELDS_FIRST = 64, /* names of the first piece; each has twice as many as the one before */
    SL_FIELDS_PIECES = 15
};

typedef struct sl_fields {
    pthread_rwlock_t lock;
    sl_map numbers;
    _Atomic(sl_text *)
        pieces[SL_FIELDS_PIECES]; /* names by number, which are read without the lock */
    atomic_uint count;
} sl_fields;

void sl_fields_init(sl_fields *fields);
void sl_fields_fini(sl_fields *fields);
/* The number of `name`, new or old; SL_FIELD_NONE at the limit or when memory ends. */
sl_field sl_fields_add(sl_fields *fields, sl_text name);
/* The number of `name`, or SL_FIELD_NONE. */
sl_field sl_fields_find(const sl_fields *fields, sl_text name);
/* The name; its bytes stay where they are for the life of `fields`. */
sl_text sl_fields_name(const sl_fields *fields, sl_field field);
uint32_t sl_fields_count(const sl_fields *fields);

#endif
