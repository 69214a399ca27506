/* lookup_probe.h - asks a table's index for each row of a batch, and reads what was found.
 *
 * The operator `lookup` and the lookups of derived fields ask the same way.
 *
 * Owner:    the batch's arena.
 * Threads:  one at a time. */
#ifndef SL_EXEC_LOOKUP_PROBE_H
#define SL_EXEC_LOOKUP_PROBE_H

#include "exec/lookup_index.h"

typedef struct sl_probe {
    const sl_lookup *table;
    const sl_lookup_index *index;
    uint32_t key_count;
    sl_operand *columns; /* by key, set by the caller; values NULL: no row has it */
    sl_value *keys;      /* of the row at hand */
    sl_text *texts;
    uint32_t *digits; /* which item of each list */
    char (*scratch)[SL_VALUE_TEXT_MAX];
    sl_lookup_rows found; /* rows of the table */
} sl_probe;

/* False when memory ends. */
bool sl_probe_init(sl_probe *probe, const sl_lookup *table, const sl_lookup_index *index,
                   uint32_t key_count, sl_arena *arena);
/* Fills `found`; *out_keyed: the row has all keys. False when memory ends. */
bool sl_probe_row(sl_probe *probe, uint32_t row, bool *out_keyed);
/* What the rows that were found, one or more, have in `column`. */
sl_value sl_probe_value(const sl_probe *probe, uint32_t column);

#endif
