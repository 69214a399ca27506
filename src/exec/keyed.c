/* keyed.c - keys found by field, arguments evaluated once a batch. */
#include "exec/keyed.h"

#include <math.h>

#include "plan/eval.h"

sl_field sl_keyed_time_field(const sl_plan *plan)
{
    return sl_fields_find(&plan->fields, SL_TEXT("_time"));
}

bool sl_keyed_read(const sl_keyed_op *op, const sl_batch *batch, const sl_context *context,
                   sl_keyed *out)
{
    *out = (sl_keyed){.op = op, .batch = batch};
    out->keys = SL_ARENA_ARRAY(batch->arena, op->key_count, const sl_value *);
    out->args = SL_ARENA_ARRAY(batch->arena, op->item_count, const sl_operand *);
    if (out->keys == NULL || out->args == NULL) return false;
    for (uint32_t k = 0; k < op->key_count; k++) out->keys[k] = sl_batch_find(batch, op->keys[k]);
    for (uint32_t i = 0; i < op->item_count; i++) {
        const sl_agg_item *item = &op->items[i];
        sl_operand *args = SL_ARENA_ARRAY(batch->arena, item->arg_count, sl_operand);
        if (args == NULL) return false;
        for (uint32_t a = 0; a < item->arg_count; a++) {
            args[a] = sl_eval(item->args[a], batch, batch->rows, batch->selected, context);
            if (args[a].values == NULL) return false;
        }
        out->args[i] = args;
    }
    if (op->time != SL_FIELD_NONE) out->times = sl_batch_find(batch, op->time);
    return true;
}

bool sl_keyed_keys(const sl_keyed *keyed, uint32_t row, sl_value *out)
{
    for (uint32_t k = 0; k < keyed->op->key_count; k++) {
        if (keyed->keys[k] == NULL) return false;
        out[k] = keyed->keys[k][row];
        if (sl_is_missing(out[k]) || (out[k].kind == SL_LIST && out[k].length == 0)) return false;
    }
    return true;
}

void sl_keyed_args(const sl_keyed *keyed, uint32_t item, uint32_t row, sl_value *out)
{
    for (uint32_t a = 0; a < keyed->op->items[item].arg_count; a++) {
        const sl_operand *arg = &keyed->args[item][a];
        out[a] = arg->values[(size_t)row * arg->stride];
    }
}

sl_time sl_time_of_value(sl_value value)
{
    if (value.kind == SL_MOMENT) return value.integer;
    int64_t seconds;
    if (sl_value_integer(value, &seconds))
        return seconds > -9000000000 && seconds < 9000000000 ? seconds * SL_SECOND : SL_TIME_NONE;
    double number;
    if (!sl_value_number(value, &number) || !(fabs(number) < 9e9)) return SL_TIME_NONE;
    return (sl_time)llround(number * 1e6) * 1000; /* a double has no nanoseconds to give */
}

sl_time sl_keyed_time(const sl_keyed *keyed, uint32_t row)
{
    sl_time time = keyed->times == NULL ? SL_TIME_NONE : sl_time_of_value(keyed->times[row]);
    return time != SL_TIME_NONE ? time : keyed->batch->origins[row].time;
}

sl_rank sl_keyed_rank(const sl_keyed *keyed, uint32_t row)
{
    sl_rank rank = sl_origin_rank(&keyed->batch->origins[row]);
    if (rank.time == SL_TIME_NONE) rank.time = sl_keyed_time(keyed, row);
    return rank;
}
