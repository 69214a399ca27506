/* order.h - rows put in the order of sort keys.
 *
 * Keys are read once a row into a comparable form, not once a comparison. */
#ifndef SL_EXEC_ORDER_H
#define SL_EXEC_ORDER_H

#include <string.h>

#include "exec/rows.h"
#include "plan/plan.h"

typedef struct sl_order {
    const sl_sort_key *keys; /* none: order of arrival */
    uint32_t key_count;
    sl_arrival arrival;
    bool place_first; /* by position, input and offset; the keys tell rows of one event apart */
    bool reversed;    /* the last row first */
    const sl_context *context; /* of the run, which may be cancelled; NULL: it cannot */
} sl_order;

typedef enum sl_order_class { SL_ORDER_NUMBER, SL_ORDER_TEXT, SL_ORDER_MISSING } sl_order_class;

/* One key of one row. */
typedef struct sl_order_key {
    sl_order_class class;
    double number;
    sl_text text; /* digits of computed numbers are in the scratch arena */
} sl_order_key;

/* A number as bits that compare as numbers do; 0 and -0 are one, what is no number comes last. */
static inline uint64_t sl_order_number_bits(double number)
{
    uint64_t bits, sign = UINT64_C(1) << 63;
    if (number != number) return UINT64_MAX;
    number += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &number, sizeof bits);
    return (bits & sign) != 0 ? ~bits : bits | sign;
}

typedef struct sl_order_row {
    sl_stored_row *row;
    const sl_order_key *keys;
} sl_order_row;

static inline bool sl_order_cancelled(const sl_order *order)
{
    return order->context != NULL && sl_context_cancelled(order->context);
}

/* Sorts rows->rows in place; equal keys by origin. SL_NOMEM and SL_CANCELLED leave them as they
 * were. */
sl_status sl_order_rows(const sl_order *order, sl_rows *rows) SL_MUST_USE;
/* Memory that sorting takes for the while, a row. */
size_t sl_order_row_bytes(const sl_order *order);

/* The keys of one row of `rows`, in `scratch`; NULL at the limit. */
const sl_order_key *sl_order_keys(const sl_order *order, const sl_rows *rows,
                                  const sl_stored_row *row, sl_arena *scratch);
/* <0 when `a` comes before `b`. */
int sl_order_compare(const sl_order *order, const sl_order_row *a, const sl_order_row *b);
/* The same of rows whose first `equal` keys agree. */
int sl_order_compare_from(const sl_order *order, const sl_order_row *a, const sl_order_row *b,
                          uint32_t equal);

#endif
