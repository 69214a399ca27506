/* layout.h - the order of a result's columns, told by the plan alone.
 *
 * Rows of several batches are put together in the order in which they came, and so are their
 * columns. Where the plan names all of them that is its order; where it does not (a search that
 * names none, `table a*`), the columns are ordered here, by name where the plan says no more.
 *
 * Owner:    the batch's arena.
 * Threads:  any. */
#ifndef SL_EXEC_LAYOUT_H
#define SL_EXEC_LAYOUT_H

#include "event/batch.h"
#include "plan/plan.h"

/* Orders `columns` as the plan has them behind the operators before `end` (NULL: at its end). False
 * at the arena's limit. */
bool sl_layout_order(const sl_plan *plan, const sl_op *end, sl_column *columns, uint32_t count,
                     sl_arena *arena);

#endif
