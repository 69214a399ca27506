/* spl_info.c - what a search says about itself (addinfo). */
#include "func/spl_command.h"
#include "func/spl_value.h"

/* The same value in every row. */
static void info_fill(const sl_call *call, sl_value value)
{
    for (uint32_t i = 0; i < call->row_count; i++) call->out[call->rows[i]] = value;
}

static sl_value info_seconds(sl_time time)
{
    return sl_spl_number_value((double)time / (double)SL_SECOND);
}

static void info_min_time_run(const sl_call *call)
{
    sl_time time = call->context->earliest;
    info_fill(call, time == SL_TIME_NONE ? sl_integer(0) : info_seconds(time));
}

static void info_max_time_run(const sl_call *call)
{
    sl_time time = call->context->latest;
    info_fill(call, time == SL_TIME_NONE ? sl_string(SL_TEXT("+Infinity")) : info_seconds(time));
}

static void info_search_time_run(const sl_call *call)
{
    info_fill(call, info_seconds(call->context->now));
}

/* Ids of the vendor begin with the time of the search. */
static void info_sid_run(const sl_call *call)
{
    long long seconds = call->context->now / SL_SECOND;
    info_fill(call, sl_string(sl_arena_printf(call->arena, "%lld.0", seconds)));
}

const sl_fn sl_spl_info_min_time = {.name = "info_min_time",
                                    .usage = "addinfo",
                                    .doc = "When the range of the search begins.",
                                    .ret = SL_RET_ANY,
                                    .flags = SL_FN_OPERATOR,
                                    .run = info_min_time_run};
const sl_fn sl_spl_info_max_time = {.name = "info_max_time",
                                    .usage = "addinfo",
                                    .doc = "When the range of the search ends.",
                                    .ret = SL_RET_ANY,
                                    .flags = SL_FN_OPERATOR,
                                    .run = info_max_time_run};
const sl_fn sl_spl_info_search_time = {.name = "info_search_time",
                                       .usage = "addinfo",
                                       .doc = "When the search runs.",
                                       .ret = SL_RET_ANY,
                                       .flags = SL_FN_OPERATOR,
                                       .run = info_search_time_run};
const sl_fn sl_spl_info_sid = {.name = "info_sid",
                               .usage = "addinfo",
                               .doc = "The id of the search.",
                               .ret = SL_RET_ANY,
                               .flags = SL_FN_OPERATOR,
                               .run = info_sid_run};
