/* rows.h - rows that outlive their batch: deep copies with a budget.
 *
 * Barriers (sort, unique, limit) and streaming output keep rows here until they know what to do
 * with them. A row is a short array of values by the store's own column numbers, so that rows from
 * batches with different columns stand side by side.
 *
 * Owner:    a stage or the sequencer.
 * Lifetime: until sl_rows_fini.
 * Threads:  one at a time. */
#ifndef SL_EXEC_ROWS_H
#define SL_EXEC_ROWS_H

#include "base/status.h"
#include "event/batch.h"

typedef struct sl_stored_row {
    sl_origin origin;
    sl_value identity;
    uint32_t width; /* values it has: those of later columns are missing */
    sl_value values[];
} sl_stored_row;

typedef struct sl_rows {
    sl_arena arena;
    sl_field *columns; /* in order of first appearance */
    uint32_t column_count, column_capacity;
    uint32_t *index; /* by field number: its column + 1; NULL while there are few columns */
    uint32_t index_capacity;
    sl_stored_row **rows;
    size_t count, capacity;
} sl_rows;

void sl_rows_init(sl_rows *rows, size_t bytes_max);
void sl_rows_fini(sl_rows *rows);
/* Appends copies of the selected rows. SL_LIMIT when the budget is reached. */
sl_status sl_rows_add(sl_rows *rows, const sl_batch *batch) SL_MUST_USE;
/* Appends a copy of one row (of the batch). */
sl_status sl_rows_add_one(sl_rows *rows, const sl_batch *batch, uint32_t row) SL_MUST_USE;
/* Appends copies of rows[0..count) of another store. */
sl_status sl_rows_add_stored(sl_rows *rows, const sl_rows *from, sl_stored_row *const *list,
                             size_t count) SL_MUST_USE;
/* A batch over list[0..count) in `arena`; the values stay in the store. */
sl_batch *sl_rows_batch(const sl_rows *rows, sl_stored_row *const *list, uint32_t count,
                        sl_arena *arena);
size_t sl_rows_bytes(const sl_rows *rows);
/* The store's number of `field`; UINT32_MAX when no row has it. */
uint32_t sl_rows_column(const sl_rows *rows, sl_field field);
/* Takes the columns of `from` in behind its own. */
sl_status sl_rows_add_columns(sl_rows *rows, const sl_rows *from) SL_MUST_USE;
/* Forgets the rows and keeps the columns. */
void sl_rows_clear(sl_rows *rows);

/* The bytes of an origin, and an origin at the front of `bytes`, which moves behind it. */
void sl_origin_save(const sl_origin *origin, sl_buffer *out);
bool sl_origin_load(sl_text *bytes, sl_origin *out);
/* Appends the bytes of a row of `rows`: origin, identity and the fields it has. */
void sl_rows_save(const sl_rows *rows, const sl_stored_row *row, sl_buffer *out);
/* Such a row in `arena`, by the columns of `rows`, which has them all; texts stay in `saved`. NULL
 * when malformed or at the limit. */
sl_stored_row *sl_rows_load(const sl_rows *rows, sl_text saved, sl_arena *arena);

#endif
