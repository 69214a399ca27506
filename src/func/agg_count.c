/* agg_count.c - counts of rows and of values. */
#include "func/agg_kit.h"
#include "func/aggregates.h"

typedef struct count_state {
    uint64_t count;
} count_state;

_Static_assert(sizeof(count_state) <= SL_AGG_COUNT_BYTES, "room for the state");

sl_status sl_agg_count_spl_step(const sl_agg_call *call, void *state, const sl_value *args,
                                uint32_t arg_count, const sl_rank *rank)
{
    (void)call;
    (void)rank;
    count_state *count = state;
    if (arg_count == 0) {
        count->count++;
        return SL_OK;
    }
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        if (items[i].kind != SL_BOOL || items[i].boolean) count->count++;
    }
    return SL_OK;
}

sl_status sl_agg_count_cql_step(const sl_agg_call *call, void *state, const sl_value *args,
                                uint32_t arg_count, const sl_rank *rank)
{
    (void)call;
    (void)rank;
    count_state *count = state;
    if (arg_count == 0 || (args[0].kind != SL_MISSING && args[0].kind != SL_NULL)) count->count++;
    return SL_OK;
}

sl_status sl_agg_count_merge(const sl_agg_call *call, void *into, const void *from)
{
    (void)call;
    ((count_state *)into)->count += ((const count_state *)from)->count;
    return SL_OK;
}

sl_value sl_agg_count_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    return sl_integer((int64_t)((const count_state *)state)->count);
}

void sl_agg_count_save(const void *state, sl_buffer *out)
{
    sl_save_number(out, ((const count_state *)state)->count);
}

sl_status sl_agg_count_load(const sl_agg_call *call, void *into, sl_text saved)
{
    (void)call;
    sl_saved from = {.bytes = saved};
    ((count_state *)into)->count += sl_load_number(&from);
    return from.failed ? SL_CORRUPT : SL_OK;
}
