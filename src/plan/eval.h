/* eval.h - evaluates expressions over the selected rows of a batch.
 *
 * AND and OR narrow the rows that later arguments are asked for; all other kernels run over the
 * rows they are given. */
#ifndef SL_PLAN_EVAL_H
#define SL_PLAN_EVAL_H

#include "base/status.h"
#include "plan/expr.h"

/* The value of `expr` for rows[0..row_count) of `batch`, indexed by row number; other rows are
 * unspecified. A constant has stride 0. values is NULL at the arena's limit. */
sl_operand sl_eval(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                   uint32_t row_count, const sl_context *context);
/* Those of rows[0..row_count) for which `expr` is true, ascending, into `out` (room for
 * row_count; may be `rows` itself when writable). SL_NOMEM at the arena's limit. */
sl_status sl_eval_filter(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                         uint32_t row_count, const sl_context *context, uint32_t *out,
                         uint32_t *out_count) SL_MUST_USE;

#endif
