/* order.h - rows put in the order of sort keys.
 *
 * Keys are read once a row into a comparable form, not once a comparison. */
#ifndef SL_EXEC_ORDER_H
#define SL_EXEC_ORDER_H

#include "exec/rows.h"
#include "plan/plan.h"

typedef struct sl_order {
    const sl_sort_key *keys; /* none: order of arrival */
    uint32_t key_count;
    sl_arrival arrival;
} sl_order;

/* Sorts rows->rows in place; equal keys by origin. SL_NOMEM leaves them as they were. */
sl_status sl_order_rows(const sl_order *order, sl_rows *rows) SL_MUST_USE;

#endif
