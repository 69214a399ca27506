/* cql_time.c - times in CQL: milliseconds since the epoch, written and read by patterns.
 *
 * formatTime() has the conversions of strftime; LogScale's %L (milliseconds) is turned into ours.
 * parseTimestamp() has the letters of Java's DateTimeFormatter, which are turned into strptime's
 * when the query is compiled (reference: LogScale documentation, formatTime and parseTimestamp). */
#include <assert.h>

#include "base/clock.h"
#include "func/cql.h"
#include "func/cql_value.h"

typedef enum time_scale { TIME_PATTERN, TIME_NANOS, TIME_MILLIS, TIME_SECONDS } time_scale;

typedef struct time_state {
    sl_text format;
    const sl_zone *zone; /* NULL: that of the run */
    time_scale scale;
} time_state;

static void time_zone_free(void *zone)
{
    sl_zone_free(zone);
}

/* The zone named by argument `index`; none when the name is empty. */
static bool time_zone(sl_fn_site *site, uint32_t index, time_state *state)
{
    sl_text name;
    if (!sl_cql_constant(site, index, &name)) return false;
    if (name.length == 0) return true;
    sl_zone *zone = sl_zone_new(name);
    if (zone == NULL) {
        sl_diag_error(site->diags, SL_DIAG_OPTION, site->spans[index], "no time zone '%.*s'",
                      SL_TEXT_ARG(name));
        return false;
    }
    state->zone = zone;
    return sl_arena_defer(site->arena, time_zone_free, zone);
}

/* formatTime(field, format, zone, unit) */
bool sl_prepare_cql_format_time(sl_fn_site *site)
{
    sl_text format, unit;
    time_state *state = SL_ARENA_NEW(site->arena, time_state);
    if (state == NULL || !sl_cql_constant(site, 1, &format) || !time_zone(site, 2, state)
        || !sl_cql_constant(site, 3, &unit)) {
        return false;
    }
    state->scale = sl_text_equal_nocase(unit, SL_TEXT("seconds")) ? TIME_SECONDS
        : sl_text_equal_nocase(unit, SL_TEXT("nanoseconds"))      ? TIME_NANOS
                                                                  : TIME_MILLIS;
    sl_buffer out;
    sl_buffer_init(&out);
    for (size_t at = 0; at < format.length; at++) {
        bool conversion = format.data[at] == '%' && at + 1 < format.length;
        sl_buffer_add_byte(&out, format.data[at]);
        if (!conversion) continue;
        at++;
        if (format.data[at] == 'L') sl_buffer_add_string(&out, "3N");
        else sl_buffer_add_byte(&out, format.data[at]);
    }
    state->format = sl_arena_copy(site->arena, sl_buffer_text(&out));
    bool made = !out.failed && state->format.data != NULL;
    sl_buffer_fini(&out);
    site->state = state;
    return made;
}

/* The moment that a number of `scale` units stands for. */
static bool time_of(sl_value v, time_scale scale, sl_time *out)
{
    static const int64_t units[] = {
        [TIME_NANOS] = 1, [TIME_MILLIS] = SL_SECOND / 1000, [TIME_SECONDS] = SL_SECOND};
    if (v.kind == SL_MOMENT) {
        *out = v.integer;
        return true;
    }
    int64_t unit = units[scale];
    int64_t whole;
    if (sl_value_integer(v, &whole)) {
        if (whole > INT64_MAX / unit || whole < -(INT64_MAX / unit)) return false;
        *out = whole * unit;
        return true;
    }
    double number;
    if (!sl_cql_number(v, &number)) return false;
    number *= (double)unit;
    if (number >= 9.2e18 || number <= -9.2e18) return false;
    *out = (sl_time)number;
    return true;
}

void sl_fn_cql_format_time(const sl_call *call)
{
    const time_state *state = call->state;
    sl_buffer out;
    sl_buffer_init(&out);
    for (uint32_t i = 0; state != NULL && i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_time time;
        if (!time_of(sl_arg(call, 0, row), state->scale, &time)) continue;
        sl_buffer_clear(&out);
        sl_time_strftime(time, state->zone != NULL ? state->zone : call->context->zone,
                         state->format, &out);
        if (!out.failed) call->out[row] = sl_cql_text_value(call, sl_buffer_text(&out));
    }
    sl_buffer_fini(&out);
}

/* Milliseconds, rounded down. */
static sl_value time_value(sl_time time)
{
    int64_t unit = SL_SECOND / 1000;
    int64_t millis = time / unit;
    if (time % unit < 0) millis--;
    return sl_integer(millis);
}

void sl_fn_cql_now(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        call->out[call->rows[i]] = time_value(call->context->now);
    }
}

/* What `count` letters `letter` of a DateTimeFormatter pattern are for strptime, or NULL. */
static const char *time_conversion(char letter, size_t count)
{
    switch (letter) {
    case 'y':
    case 'u': return count == 2 ? "%y" : "%Y";
    case 'M':
    case 'L': return count >= 4 ? "%B" : count == 3 ? "%b" : "%m";
    case 'd': return "%d";
    case 'H': return "%H";
    case 'h': return "%I";
    case 'm': return "%M";
    case 's': return "%S";
    case 'a': return "%p";
    case 'E': return count >= 4 ? "%A" : "%a";
    case 'S': return count == 3 ? "%3N" : count == 6 ? "%6N" : "%9N";
    case 'X':
    case 'x':
    case 'Z': return "%z";
    case 'z':
    case 'V': return "%Z";
    default: return NULL;
    }
}

static bool time_refuse(sl_fn_site *site, sl_text pattern, size_t at)
{
    sl_diag_error(site->diags, SL_DIAG_REFUSED, site->spans[1],
                  "parseTimestamp() does not know '%c' in a pattern", pattern.data[at]);
    return false;
}

/* Appends the strptime form of `pattern`. */
static bool time_convert(sl_fn_site *site, sl_text pattern, sl_buffer *out)
{
    for (size_t at = 0; at < pattern.length;) {
        char c = pattern.data[at];
        if (c == '\'') {
            size_t end = sl_text_find_byte(pattern, '\'', at + 1);
            if (end == SIZE_MAX) return time_refuse(site, pattern, at);
            sl_text literal = end == at + 1 ? SL_TEXT("'") : sl_text_slice(pattern, at + 1, end);
            sl_buffer_add(out, literal);
            at = end + 1;
            continue;
        }
        if (c == '[' || c == ']' || c == '{' || c == '}' || c == '#') {
            return time_refuse(site, pattern, at);
        }
        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) {
            sl_buffer_add_string(out, c == '%' ? "%%" : (char[]){c, '\0'});
            at++;
            continue;
        }
        size_t end = at;
        while (end < pattern.length && pattern.data[end] == c) end++;
        const char *conversion = time_conversion(c, end - at);
        if (conversion == NULL) return time_refuse(site, pattern, at);
        sl_buffer_add_string(out, conversion);
        at = end;
    }
    return true;
}

/* parseTimestamp(field, format, zone) */
bool sl_prepare_cql_parse_time(sl_fn_site *site)
{
    sl_text format;
    time_state *state = SL_ARENA_NEW(site->arena, time_state);
    if (state == NULL || !sl_cql_constant(site, 1, &format) || !time_zone(site, 2, state)) {
        return false;
    }
    site->state = state;
    static const struct {
        const char *name;
        time_scale scale;
    } scales[] = {{"seconds", TIME_SECONDS},       {"unixtime", TIME_SECONDS},
                  {"millis", TIME_MILLIS},         {"milliseconds", TIME_MILLIS},
                  {"unixtimeMillis", TIME_MILLIS}, {"nanos", TIME_NANOS}};
    for (size_t i = 0; i < SL_COUNT(scales); i++) {
        if (!sl_text_equal_nocase(format, sl_text_from(scales[i].name))) continue;
        state->scale = scales[i].scale;
        return true;
    }
    sl_buffer out;
    sl_buffer_init(&out);
    bool made = time_convert(site, format, &out) && !out.failed;
    if (made) state->format = sl_arena_copy(site->arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return made && state->format.data != NULL;
}

void sl_fn_cql_parse_time(const sl_call *call)
{
    const time_state *state = call->state;
    for (uint32_t i = 0; state != NULL && i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX];
        sl_value v = sl_arg(call, 0, row);
        if (sl_cql_is_missing(v)) continue;
        const sl_zone *zone = state->zone != NULL ? state->zone : call->context->zone;
        sl_time time;
        bool read = state->scale != TIME_PATTERN
            ? time_of(v, state->scale, &time)
            : sl_time_strptime(sl_cql_text(v, scratch), state->format, zone, call->context->now,
                               &time);
        if (read) call->out[row] = time_value(time);
    }
}
