/* rowwise_open.h - operators over fields that nobody named: each, extract.
 *
 * Private to the row-wise operators. */
#ifndef SL_EXEC_ROWWISE_OPEN_H
#define SL_EXEC_ROWWISE_OPEN_H

#include "base/status.h"
#include "plan/plan.h"

/* A new value for each field that the operator's names stand for. SL_NOMEM at the arena's limit. */
sl_status sl_rowwise_each(const sl_plan *plan, const sl_op_each *each, sl_batch *batch,
                          const sl_context *context) SL_MUST_USE;
/* A field for each leaf of the input's text. */
sl_status sl_rowwise_extract(const sl_plan *plan, const sl_op_extract *extract,
                             sl_batch *batch) SL_MUST_USE;

#endif
