/* order_sort.h - rows sorted by their keys a few bytes at a time.
 *
 * Private to exec/order.c.
 *
 * Owner:    the caller.
 * Threads:  no state beyond what is passed in. */
#ifndef SL_EXEC_ORDER_SORT_H
#define SL_EXEC_ORDER_SORT_H

#include "exec/order.h"

/* A row with the piece of its keys that is looked at. */
typedef struct sl_order_item {
    uint64_t digit;
    sl_order_row row;
} sl_order_item;

/* Sorts `items` as sl_order_compare says; not for orders by place. `spare` has room for as many. */
void sl_order_sort(const sl_order *order, sl_order_item *items, sl_order_item *spare, size_t count);

#endif
