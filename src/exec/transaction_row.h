/* transaction_row.h - the row that the events of a transaction become.
 *
 * Private to stage_transaction.c. */
#ifndef SL_EXEC_TRANSACTION_ROW_H
#define SL_EXEC_TRANSACTION_ROW_H

#include "exec/rows.h"
#include "plan/plan.h"

typedef struct sl_transaction_row {
    const sl_op_transaction *op;
    const sl_plan *plan;
    const sl_rows *rows;  /* where the events stand */
    const uint32_t *next; /* by row: the next older event */
    uint32_t first;       /* the newest */
    uint64_t count;
    sl_time newest, oldest;
    sl_field time; /* `_time`, or SL_FIELD_NONE */
    bool closed;
} sl_transaction_row;

/* A batch of one row in `arena`; texts stay in the store. NULL when memory ends. */
sl_batch *sl_transaction_row_make(const sl_transaction_row *what, sl_arena *arena);

#endif
