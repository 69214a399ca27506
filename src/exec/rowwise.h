/* rowwise.h - the operators that look at one row at a time, run over a batch.
 *
 * They keep no state, so any number of workers run them side by side. */
#ifndef SL_EXEC_ROWWISE_H
#define SL_EXEC_ROWWISE_H

#include "base/status.h"
#include "plan/plan.h"

/* Applies the operators from `op` up to `end` (not included) to `batch`. Stops early when no row
 * is left. SL_NOMEM at the arena's limit. */
sl_status sl_rowwise_run(const sl_plan *plan, const sl_op *op, const sl_op *end, sl_batch *batch,
                         const sl_context *context) SL_MUST_USE;

#endif
