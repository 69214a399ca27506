/* keyed.h - a batch with its group keys and the arguments of aggregates worked out.
 *
 * Shared by the barriers that group rows, add aggregates to them or lay them out as columns.
 *
 * Owner:    the batch's arena.
 * Threads:  one at a time. */
#ifndef SL_EXEC_KEYED_H
#define SL_EXEC_KEYED_H

#include "exec/stage.h"

/* What is asked of every batch. */
typedef struct sl_keyed_op {
    const sl_field *keys;
    uint32_t key_count;
    const sl_agg_item *items;
    uint32_t item_count;
    sl_field time; /* `_time`: of rows that are no events any more */
} sl_keyed_op;

typedef struct sl_keyed {
    const sl_keyed_op *op;
    const sl_batch *batch;
    const sl_value **keys;   /* by key; NULL: no row has it */
    const sl_operand **args; /* by item, then argument */
    const sl_value *times;   /* NULL: no row shows a time */
} sl_keyed;

/* The plan's `_time`, or SL_FIELD_NONE. */
sl_field sl_keyed_time_field(const sl_plan *plan);
/* False when memory ends. */
bool sl_keyed_read(const sl_keyed_op *op, const sl_batch *batch, const sl_context *context,
                   sl_keyed *out);
/* The keys of `row` into out[0..key_count). False when one is missing. */
bool sl_keyed_keys(const sl_keyed *keyed, uint32_t row, sl_value *out);
/* The arguments of aggregate `item` for `row` into out[0..SL_FN_ARGS_TYPED). */
void sl_keyed_args(const sl_keyed *keyed, uint32_t item, uint32_t row, sl_value *out);
/* The time that the row shows, else that of the event. */
sl_time sl_keyed_time(const sl_keyed *keyed, uint32_t row);
/* Where the row stands for an aggregate. */
sl_rank sl_keyed_rank(const sl_keyed *keyed, uint32_t row);
/* The time of a value: a moment, or a number of seconds. SL_TIME_NONE: it is none. */
sl_time sl_time_of_value(sl_value value);

#endif
