/* spl_time.c - eval's functions of time.
 *
 * A time is a number of seconds since the epoch, with decimals where there are any. now() and
 * time() are the run's clock, so that --now fixes both; zones come from the run, never from the
 * host. */
#include "func/spl.h"

#include <math.h>

#include "func/spl_value.h"

/* Seconds as a number: whole ones as an integer. */
static sl_value time_seconds(sl_time time)
{
    if (time == SL_TIME_NONE) return sl_missing();
    if (time % SL_SECOND == 0) return sl_integer(time / SL_SECOND);
    return sl_real((double)time / (double)SL_SECOND);
}

/* A double holds epoch seconds to about a quarter of a microsecond. */
static bool time_of(sl_value v, sl_time *out)
{
    const double seconds_max = 9.2e9;
    double seconds = 0;
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    if (v.kind == SL_MOMENT) {
        *out = v.integer;
        return true;
    }
    if (!sl_spl_number(v, &seconds) || !(fabs(seconds) <= seconds_max)) return false;
    double whole = floor(seconds);
    *out = (sl_time)whole * SL_SECOND
        + (sl_time)llround((seconds - whole) * 1e6) * (SL_SECOND / 1000000);
    return true;
}

void sl_fn_spl_now(const sl_call *call)
{
    sl_time now = call->context->now;
    sl_time whole = now - (now % SL_SECOND + SL_SECOND) % SL_SECOND;
    for (uint32_t i = 0; i < call->row_count; i++) call->out[call->rows[i]] = time_seconds(whole);
}

void sl_fn_spl_time(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++)
        call->out[call->rows[i]] = time_seconds(call->context->now);
}

void sl_fn_spl_relative_time(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_time time = 0, shifted = 0;
        sl_text modifier;
        if (!time_of(sl_arg(call, 0, row), &time)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &modifier)) continue;
        if (sl_time_parse_modifier(modifier, time, call->context->zone, &shifted))
            call->out[row] = time_seconds(shifted);
    }
}

void sl_fn_spl_strftime(const sl_call *call)
{
    sl_buffer text;
    sl_buffer_init(&text);
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_time time = 0;
        sl_text format;
        if (!time_of(sl_arg(call, 0, row), &time)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &format)) continue;
        sl_buffer_clear(&text);
        sl_time_strftime(time, call->context->zone, format, &text);
        if (!text.failed) call->out[row] = sl_spl_string_copy(call->arena, sl_buffer_text(&text));
    }
    sl_buffer_fini(&text);
}

void sl_fn_spl_strptime(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_time time = 0;
        sl_text t, format;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &format)) continue;
        if (sl_time_strptime(t, format, call->context->zone, call->context->now, &time))
            call->out[row] = time_seconds(time);
    }
}
