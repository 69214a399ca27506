/* parts.h - records of a temporary file dealt into parts by a hash of what makes them equal.
 *
 * A table that has outgrown the budget is written part by part and forgotten; at the end each part
 * is read by itself, and all records that belong together are in it. A part that is still too
 * large is dealt into parts of its own, by other bits of the hash.
 *
 * Owner:    a stage.
 * Lifetime: until sl_parts_fini.
 * Threads:  one at a time. */
#ifndef SL_EXEC_PARTS_H
#define SL_EXEC_PARTS_H

#include "exec/spill.h"

enum { SL_PARTS_BITS = 6, SL_PARTS = 1 << SL_PARTS_BITS, SL_PARTS_LEVELS = 64 / SL_PARTS_BITS };

/* One table as it was written: where its parts begin, and where the last one ends. */
typedef struct sl_parts_run {
    sl_spill *spill;
    uint64_t starts[SL_PARTS + 1];
} sl_parts_run;

typedef struct sl_parts {
    sl_parts_run *runs;
    size_t count, capacity;
} sl_parts;

void sl_parts_fini(sl_parts *parts);

/* Writes record `number` of a table. */
typedef sl_status sl_parts_write(void *table, uint32_t number, sl_spill *spill);
/* Writes records 0 to `count` of a table in parts, by bits of `hashes` that `level` chooses. */
sl_status sl_parts_add(sl_parts *parts, sl_spill *spill, const uint64_t *hashes, uint32_t count,
                       uint32_t level, sl_parts_write *write, void *table) SL_MUST_USE;
/* Moves the runs of `from` over. */
sl_status sl_parts_take(sl_parts *parts, sl_parts *from) SL_MUST_USE;

/* Takes the next record of a part. */
typedef sl_status sl_parts_read(void *context, sl_text record);
/* Gives all records of part `part`, then gives their room back. */
sl_status sl_parts_each(const sl_parts *parts, uint32_t part, sl_parts_read *read,
                        void *context) SL_MUST_USE;

#endif
