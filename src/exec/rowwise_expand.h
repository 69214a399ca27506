/* rowwise_expand.h - several rows made of one: mvexpand and untable.
 *
 * Private to the row-wise operators. A row can become millions, so rows are made as many at a time
 * as the next operator wants. */
#ifndef SL_EXEC_ROWWISE_EXPAND_H
#define SL_EXEC_ROWWISE_EXPAND_H

#include "plan/plan.h"

/* Numbers rows with the same origin one after the other, from batch to batch. */
typedef struct sl_copies {
    sl_origin last;
    bool any;
} sl_copies;

/* An expansion under way; begin with `op`, `plan` and `from` set and the rest zero. */
typedef struct sl_expansion {
    const sl_op *op; /* expand or unpivot */
    const sl_plan *plan;
    const sl_batch *from;
    const sl_column *columns; /* unpivot: those that become rows, in order */
    const sl_value *names;    /* by column */
    uint32_t column_count;
    uint32_t next; /* in from->rows */
    uint32_t item; /* of that row */
} sl_expansion;

/* The next rows, at most `rows_max`, in `arena`: none selected at the end. Each row's parent is set
 * when the batch's own are. NULL when memory ends. */
sl_batch *sl_expansion_next(sl_expansion *expansion, uint32_t rows_max, sl_copies *copies,
                            sl_arena *arena);
/* The number of the next row, which has `origin`. */
uint32_t sl_copies_next(sl_copies *copies, const sl_origin *origin);

#endif
