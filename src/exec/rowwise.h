/* rowwise.h - the operators that look at one row at a time, run over a batch.
 *
 * They keep no state, so any number of workers run them side by side. */
#ifndef SL_EXEC_ROWWISE_H
#define SL_EXEC_ROWWISE_H

#include "exec/lookup_index.h"
#include "exec/stage.h"

/* A stretch of a pipe, and what it is run with. */
typedef struct sl_rowwise {
    const sl_plan *plan;
    const sl_op *first, *end; /* up to `end`, which is not included */
    const sl_context *context;
    sl_lookups *lookups; /* of the run */
    uint32_t batch_rows; /* of batches where one row becomes several */
} sl_rowwise;

/* Applies the operators to `batch` and gives what is left to `emit`: in one batch, or in several
 * that follow one another when rows were made of one row; not at all when no row is left. What is
 * emitted is gone when `emit` returns. SL_NOMEM at the arena's limit. */
sl_status sl_rowwise_run(const sl_rowwise *pipe, sl_batch *batch, sl_emit *emit,
                         void *context) SL_MUST_USE;

#endif
