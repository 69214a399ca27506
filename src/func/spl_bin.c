/* spl_bin.c - bin: times and numbers put into bins of one size.
 *
 * Bins of time start at the epoch in local time, so that those of a day or less fall on local
 * midnights (Splunk Search Reference, "bin": bins are aligned to the local day boundary). Months
 * are counted in the calendar. */
#include "func/spl_command.h"

#include <math.h>

#include "base/number.h"
#include "func/spl_value.h"

enum { BIN_DECIMALS_MAX = 15 };

typedef struct bin_state {
    int64_t months;      /* not 0: a span of so many */
    int64_t nanoseconds; /* not 0: a span of time */
    bool days;           /* the span is of days: bins start at local midnight */
    bool unit;           /* the span was written with a unit of time */
    double width;        /* the span as a bare number */
    int decimals;        /* that number was written with */
    sl_text align;       /* empty: none */
} bin_state;

static const struct bin_unit {
    const char *names; /* between spaces */
    int64_t nanoseconds, months;
} bin_units[] = {
    {" us ", 1000, 0},
    {" ms ", 1000000, 0},
    {" cs ", 10000000, 0},
    {" ds ", 100000000, 0},
    {" s sec secs second seconds ", SL_SECOND, 0},
    {" m min mins minute minutes ", 60 * SL_SECOND, 0},
    {" h hr hrs hour hours ", 3600 * SL_SECOND, 0},
    {" d day days ", 86400 * SL_SECOND, 0},
    {" w week weeks ", 7 * 86400 * SL_SECOND, 0},
    {" mon month months ", 0, 1},
    {" q qtr qtrs quarter quarters ", 0, 3},
    {" y yr yrs year years ", 0, 12},
};

static const struct bin_unit *bin_find_unit(sl_text name)
{
    char wanted[16];
    if (name.length == 0 || name.length > sizeof wanted - 2) return NULL;
    wanted[0] = ' ';
    memcpy(wanted + 1, name.data, name.length);
    wanted[name.length + 1] = ' ';
    sl_text needle = {wanted, name.length + 2};
    for (size_t i = 0; i < SL_COUNT(bin_units); i++)
        if (sl_text_find(sl_text_from(bin_units[i].names), needle, 0) != SIZE_MAX)
            return &bin_units[i];
    return NULL;
}

static bool bin_parse(sl_text span, bin_state *out)
{
    size_t digits = 0;
    while (digits < span.length
           && (span.data[digits] == '.' || (span.data[digits] >= '0' && span.data[digits] <= '9')))
        digits++;
    sl_text number = sl_text_slice(span, 0, digits);
    double width = 1;
    if (number.length > 0 && (!sl_number_parse(number, &width) || !(width > 0))) return false;
    out->width = width;
    size_t point = sl_text_find_byte(number, '.', 0);
    if (point != SIZE_MAX && number.length - point - 1 <= BIN_DECIMALS_MAX)
        out->decimals = (int)(number.length - point - 1);
    if (digits == span.length) {
        out->nanoseconds = width < 1e9 ? (int64_t)(width * (double)SL_SECOND) : 0;
        return number.length > 0 && out->nanoseconds > 0;
    }
    const struct bin_unit *unit = bin_find_unit(sl_text_slice(span, digits, span.length));
    if (unit == NULL || width != floor(width) || width > 100000) return false;
    out->unit = true;
    out->months = unit->months * (int64_t)width;
    out->days = unit->nanoseconds >= 86400 * SL_SECOND;
    return !__builtin_mul_overflow(unit->nanoseconds, (int64_t)width, &out->nanoseconds);
}

bool sl_spl_span_parse(sl_text span, int64_t *out_nanoseconds, int64_t *out_months)
{
    bin_state state = {0};
    if (!bin_parse(span, &state)) return false;
    *out_nanoseconds = state.nanoseconds;
    *out_months = state.months;
    return true;
}

static bool bin_prepare(sl_fn_site *site)
{
    bin_state *state = SL_ARENA_NEW(site->arena, bin_state);
    sl_text span;
    if (state == NULL || !sl_spl_constant(site, 1, &span)) return false;
    if (!bin_parse(span, state)) {
        sl_diag_error(site->diags, SL_DIAG_OPTION, site->spans[1],
                      "'%.*s' is no size of a bin that is taken here", SL_TEXT_ARG(span));
        sl_diag_hint(site->diags, "a number, or one with a unit: 30s, 10m, 1h, 1d, 1mon");
        return false;
    }
    site->state = state;
    return site->arg_count < 3 || sl_spl_constant(site, 2, &state->align);
}

static int64_t bin_floor(int64_t value, int64_t width)
{
    int64_t rest = value % width;
    return value - (rest < 0 ? rest + width : rest);
}

static sl_time bin_month(const bin_state *state, sl_time time, const sl_zone *zone)
{
    sl_civil civil = sl_civil_at(time, zone);
    int64_t month = bin_floor(civil.year * 12 + civil.month - 1, state->months);
    int64_t year = bin_floor(month, 12) / 12;
    sl_civil start = {.year = year, .month = (int)(month - year * 12) + 1, .day = 1};
    return sl_civil_time(&start, zone);
}

/* The start of the bin of `time`, or SL_TIME_NONE. */
static sl_time bin_time(const bin_state *state, sl_time time, const sl_context *context)
{
    const sl_time edge = INT64_MAX - 4 * 86400 * SL_SECOND; /* room for an offset */
    sl_time base;
    if (time > edge || time < -edge) return SL_TIME_NONE;
    if (state->months != 0) return bin_month(state, time, context->zone);
    if (state->align.length > 0 && !state->days) {
        if (sl_text_equal(state->align, SL_TEXT("earliest"))) base = context->earliest;
        else if (sl_text_equal(state->align, SL_TEXT("latest"))) base = context->latest;
        else if (!sl_time_parse_modifier(state->align, context->now, context->zone, &base))
            base = SL_TIME_NONE;
        int64_t since;
        if (base != SL_TIME_NONE && !__builtin_sub_overflow(time, base, &since))
            return base + bin_floor(since, state->nanoseconds);
    }
    int64_t offset = sl_zone_offset(context->zone, time) * SL_SECOND;
    sl_time start = bin_floor(time + offset, state->nanoseconds) - offset;
    if (state->nanoseconds <= 3600 * SL_SECOND) return start;
    /* The clocks may have changed between the start and the time: the start is by its own clock. */
    int64_t offset_then = sl_zone_offset(context->zone, start) * SL_SECOND;
    return start + offset - offset_then;
}

static sl_value bin_range(const sl_call *call, const bin_state *state, double number)
{
    char low[SL_NUMBER_TEXT_MAX], high[SL_NUMBER_TEXT_MAX];
    double start = floor(number / state->width) * state->width, end = start + state->width;
    if (state->decimals > 0 && fabs(end) < 1e15) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_value fixed[2] = {sl_spl_fixed(call->arena, start, state->decimals),
                             sl_spl_fixed(call->arena, end, state->decimals)};
        return sl_string(sl_arena_printf(call->arena, "%.*s-%.*s",
                                         SL_TEXT_ARG(sl_value_text(fixed[0], scratch)),
                                         SL_TEXT_ARG(sl_value_text(fixed[1], scratch))));
    }
    (void)sl_number_format(start, low);
    (void)sl_number_format(end, high);
    return sl_string(sl_arena_printf(call->arena, "%s-%s", low, high));
}

static sl_value bin_value(const sl_call *call, const bin_state *state, sl_value v)
{
    double number;
    if (v.kind == SL_MOMENT) return sl_moment(bin_time(state, v.integer, call->context));
    if (v.kind == SL_LIST || !sl_spl_number(v, &number)) return sl_missing();
    if (!state->unit) return bin_range(call, state, number);
    if (!(number > -9e9 && number < 9e9)) return sl_missing();
    sl_time start = bin_time(state, (sl_time)(number * (double)SL_SECOND), call->context);
    return start == SL_TIME_NONE ? sl_missing()
                                 : sl_spl_number_value((double)start / (double)SL_SECOND);
}

static void bin_run(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        if (!sl_spl_is_null(v)) call->out[row] = bin_value(call, call->state, v);
    }
}

const sl_fn sl_spl_bin = {.name = "bin",
                          .usage = "bin span=SIZE FIELD",
                          .doc = "The bin of a time or a number.",
                          .arg_min = 2,
                          .arg_max = 3,
                          .args = {SL_ARG_ANY, SL_ARG_CONSTANT, SL_ARG_CONSTANT},
                          .ret = SL_RET_ANY,
                          .flags = SL_FN_OPERATOR,
                          .prepare = bin_prepare,
                          .run = bin_run};

/* The sizes that bins of time are given when nobody says which (Splunk Search Reference,
 * "timechart": 100 bins at most); above them stands the month. */
static const int64_t bin_seconds[] = {1, 5, 10, 30, 60, 300, 600, 1800, 3600, 86400};

static sl_value bin_time_size(const sl_context *context, double low, double high, double bins)
{
    if (context->earliest != SL_TIME_NONE) low = (double)context->earliest / (double)SL_SECOND;
    if (context->latest != SL_TIME_NONE) high = (double)context->latest / (double)SL_SECOND;
    for (size_t i = 0; i < SL_COUNT(bin_seconds); i++)
        if (high - low <= bins * (double)bin_seconds[i]) return sl_integer(bin_seconds[i]);
    return sl_missing();
}

/* A power of ten; of whole numbers 1 at least. */
static sl_value bin_number_size(double low, double high, double bins)
{
    double width = (high - low) / bins;
    bool whole = low == trunc(low) && high == trunc(high);
    if (!(width > 0) || (whole && width <= 1)) return sl_integer(1);
    return sl_spl_number_value(pow(10, ceil(log10(width))));
}

static void bin_size_run(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double low, high, bins;
        if (!sl_spl_number(sl_arg(call, 1, row), &low)
            || !sl_spl_number(sl_arg(call, 2, row), &high)
            || !sl_spl_number(sl_arg(call, 3, row), &bins) || !(bins >= 1))
            continue;
        call->out[row] = sl_arg(call, 0, row).kind == SL_MOMENT
            ? bin_time_size(call->context, low, high, bins)
            : bin_number_size(low, high, bins);
    }
}

const sl_fn sl_spl_bin_size = {.name = "bin_size",
                               .usage = "bin bins=COUNT FIELD",
                               .doc = "The size of bins over a range.",
                               .arg_min = 4,
                               .arg_max = 4,
                               .ret = SL_RET_NUMBER,
                               .flags = SL_FN_OPERATOR,
                               .run = bin_size_run};

static void bin_sized_run(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        bin_state state = {.width = 1};
        if (sl_spl_is_null(v)) continue;
        if (!sl_spl_number(sl_arg(call, 1, row), &state.width)) state.months = 1;
        if (!(state.width > 0 && state.width < 1e9) && v.kind == SL_MOMENT) continue;
        if (v.kind == SL_MOMENT) state.nanoseconds = (int64_t)(state.width * (double)SL_SECOND);
        state.days = state.width >= 86400;
        call->out[row] = bin_value(call, &state, v);
    }
}

const sl_fn sl_spl_bin_sized = {.name = "bin_sized",
                                .usage = "bin bins=COUNT FIELD",
                                .doc = "The bin of a time or a number.",
                                .arg_min = 2,
                                .arg_max = 2,
                                .ret = SL_RET_ANY,
                                .flags = SL_FN_OPERATOR,
                                .run = bin_sized_run};
