/* sorter.h - any number of rows put in order, in bounded memory.
 *
 * Rows gather in memory; when the run is over its budget they are sorted and written to the
 * temporary file, and at the end the sorted stretches are merged. With a limit only that many are
 * kept at any time. The order is that of sl_order, whichever way the rows went.
 *
 * Owner:    a stage.
 * Lifetime: until sl_sorter_fini.
 * Threads:  one at a time. */
#ifndef SL_EXEC_SORTER_H
#define SL_EXEC_SORTER_H

#include "exec/order.h"
#include "exec/stage.h"

/* What a row's origin is when it goes on. */
typedef enum sl_numbering {
    SL_NUMBER_NOT,  /* as it came */
    SL_NUMBER_ROWS, /* its event, and its position from 1 */
    SL_NUMBER_ANEW  /* no event, and its position from 1 */
} sl_numbering;

/* A sorted stretch of the temporary file. */
typedef struct sl_sorter_run {
    sl_spill *spill;
    uint64_t start, end, rows;
    size_t row_bytes_max;
} sl_sorter_run;

typedef struct sl_sorter {
    sl_stage_env env;
    sl_order order;
    sl_numbering numbering;
    uint64_t limit; /* rows kept; 0: all */
    bool from_end;  /* the last `limit` rows */
    sl_rows rows;
    uint64_t cut; /* rows left out so far */
    sl_sorter_run *runs;
    size_t run_count, run_capacity;
    bool settled;
    sl_charge charge;
    sl_buffer record;
} sl_sorter;

void sl_sorter_init(sl_sorter *sorter, const sl_order *order, const sl_stage_env *env);
void sl_sorter_fini(sl_sorter *sorter);
/* Takes copies of the selected rows. */
sl_status sl_sorter_add(sl_sorter *sorter, const sl_batch *batch) SL_MUST_USE;
/* Moves the rows of `from` over. */
sl_status sl_sorter_merge(sl_sorter *sorter, sl_sorter *from) SL_MUST_USE;
/* Writes the rows in memory to the temporary file. */
sl_status sl_sorter_spill(sl_sorter *sorter) SL_MUST_USE;
size_t sl_sorter_bytes(const sl_sorter *sorter);
/* Nothing is added any more: *out_cut is how many rows are beyond the limit. */
sl_status sl_sorter_settle(sl_sorter *sorter, uint64_t *out_cut) SL_MUST_USE;
/* Gives all rows in order, once. */
sl_status sl_sorter_finish(sl_sorter *sorter, sl_emit *emit, void *context) SL_MUST_USE;

#endif
