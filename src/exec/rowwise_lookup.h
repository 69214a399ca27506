/* rowwise_lookup.h - fields from a table: lookup.
 *
 * Private to the row-wise operators. */
#ifndef SL_EXEC_ROWWISE_LOOKUP_H
#define SL_EXEC_ROWWISE_LOOKUP_H

#include "base/status.h"
#include "exec/lookup_index.h"

/* Adds the outputs to the batch's selected rows. SL_NOMEM at the arena's limit. */
sl_status sl_rowwise_lookup(sl_lookups *lookups, const sl_op_lookup *op,
                            sl_batch *batch) SL_MUST_USE;

#endif
