/* lookup_index.h - finds the rows of a lookup table that match a set of keys.
 *
 * A table may have ten million rows and be asked once for every event, so it is never scanned: its
 * rows are hashed by what a matching key must have in common with them - all of it, the first or
 * last bytes of a pattern, the leading bits of a block of addresses.
 *
 * Owner:    a run; tables are borrowed from the plans. Threads:  sl_lookups_index locks; an index
 * is immutable. */
#ifndef SL_EXEC_LOOKUP_INDEX_H
#define SL_EXEC_LOOKUP_INDEX_H

#include "plan/lookup.h"
#include "plan/op.h"

/* The indexes of a run, shared by its workers. */
typedef struct sl_lookups sl_lookups;
typedef struct sl_lookup_index sl_lookup_index;

sl_lookups *sl_lookups_new(void);
void sl_lookups_free(sl_lookups *lookups);
/* The index of `op`'s table by its key columns, built by whoever asks first while others wait. NULL
 * when memory ends. */
const sl_lookup_index *sl_lookups_index(sl_lookups *lookups, const sl_op_lookup *op);

/* Row numbers, growing in `arena`. */
typedef struct sl_lookup_rows {
    sl_arena *arena;
    uint32_t *rows;
    uint32_t count, capacity;
} sl_lookup_rows;

/* Appends the rows that match keys[] (one a key column, none missing), at most `max` of them: the
 * first ones, ascending. False when memory ends. */
bool sl_lookup_index_find(const sl_lookup_index *index, const sl_text *keys, uint32_t max,
                          sl_lookup_rows *out);

#endif
