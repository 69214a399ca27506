/* clock_modifier.c - Splunk's time modifiers: "-7d@d", "@w1", "-1mon@mon+7d".
 *
 * A chain of steps, applied from left to right: a signed amount of a unit, or "@" and a unit to
 * round down to. Seconds, minutes and hours are lengths; days and what is longer are counted
 * on the calendar of the zone, so "-1d" is the same time of day across a change of the clock.
 * A month that is too short for the day ends on its last one. */
#include "base/clock.h"

#include <assert.h>

#include "base/calendar.h"
#include "base/number.h"

typedef enum modifier_unit {
    MODIFIER_SECOND,
    MODIFIER_MINUTE,
    MODIFIER_HOUR,
    MODIFIER_DAY,
    MODIFIER_WEEK,
    MODIFIER_MONTH,
    MODIFIER_QUARTER,
    MODIFIER_YEAR
} modifier_unit;

typedef struct modifier_name {
    const char *name;
    modifier_unit unit;
} modifier_name;

static const modifier_name modifier_names[] = {
    {"s", MODIFIER_SECOND},        {"sec", MODIFIER_SECOND},       {"secs", MODIFIER_SECOND},
    {"second", MODIFIER_SECOND},   {"seconds", MODIFIER_SECOND},   {"m", MODIFIER_MINUTE},
    {"min", MODIFIER_MINUTE},      {"mins", MODIFIER_MINUTE},      {"minute", MODIFIER_MINUTE},
    {"minutes", MODIFIER_MINUTE},  {"h", MODIFIER_HOUR},           {"hr", MODIFIER_HOUR},
    {"hrs", MODIFIER_HOUR},        {"hour", MODIFIER_HOUR},        {"hours", MODIFIER_HOUR},
    {"d", MODIFIER_DAY},           {"day", MODIFIER_DAY},          {"days", MODIFIER_DAY},
    {"w", MODIFIER_WEEK},          {"week", MODIFIER_WEEK},        {"weeks", MODIFIER_WEEK},
    {"mon", MODIFIER_MONTH},       {"month", MODIFIER_MONTH},      {"months", MODIFIER_MONTH},
    {"q", MODIFIER_QUARTER},       {"qtr", MODIFIER_QUARTER},      {"qtrs", MODIFIER_QUARTER},
    {"quarter", MODIFIER_QUARTER}, {"quarters", MODIFIER_QUARTER}, {"y", MODIFIER_YEAR},
    {"yr", MODIFIER_YEAR},         {"yrs", MODIFIER_YEAR},         {"year", MODIFIER_YEAR},
    {"years", MODIFIER_YEAR},
};

enum { MODIFIER_AMOUNT_MAX = 1000000000, MODIFIER_CALENDAR_MAX = 1000000 };

typedef struct modifier_state {
    sl_text text;
    size_t at;
    const sl_zone *zone;
    sl_time time;
} modifier_state;

static bool modifier_digit(const modifier_state *state)
{
    return state->at < state->text.length && state->text.data[state->at] >= '0'
        && state->text.data[state->at] <= '9';
}

static bool modifier_take_unit(modifier_state *state, modifier_unit *out)
{
    size_t start = state->at;
    while (state->at < state->text.length && state->text.data[state->at] >= 'a'
           && state->text.data[state->at] <= 'z')
        state->at++;
    sl_text name = sl_text_slice(state->text, start, state->at);
    for (size_t i = 0; i < SL_COUNT(modifier_names); i++) {
        if (!sl_text_equal(name, sl_text_from(modifier_names[i].name))) continue;
        *out = modifier_names[i].unit;
        return true;
    }
    return false;
}

static int64_t modifier_seconds(modifier_unit unit)
{
    return unit == MODIFIER_HOUR ? 3600 : unit == MODIFIER_MINUTE ? 60 : 1;
}

/* Adds on the calendar. */
static bool modifier_add_dates(modifier_state *state, modifier_unit unit, int amount)
{
    if (amount > MODIFIER_CALENDAR_MAX || amount < -MODIFIER_CALENDAR_MAX) return false;
    sl_civil civil = sl_civil_at(state->time, state->zone);
    if (unit == MODIFIER_DAY || unit == MODIFIER_WEEK) {
        civil.day += unit == MODIFIER_WEEK ? 7 * amount : amount;
    } else {
        int months = unit == MODIFIER_YEAR ? 12 : unit == MODIFIER_QUARTER ? 3 : 1;
        int64_t month = civil.year * 12 + civil.month - 1 + (int64_t)months * amount;
        civil.year = sl_floor_div(month, 12);
        civil.month = (int)(month - civil.year * 12) + 1;
        int days = sl_days_in_month(civil.year, civil.month);
        if (civil.day > days) civil.day = days;
    }
    state->time = sl_civil_time(&civil, state->zone);
    return state->time != SL_TIME_NONE;
}

/* "-7d", "+h": without a number, one. */
static bool modifier_offset(modifier_state *state, bool negative)
{
    int64_t amount = 0;
    bool counted = modifier_digit(state);
    for (; modifier_digit(state); state->at++) {
        amount = amount * 10 + (state->text.data[state->at] - '0');
        if (amount > MODIFIER_AMOUNT_MAX) return false;
    }
    if (!counted) amount = 1;
    if (negative) amount = -amount;
    modifier_unit unit;
    if (!modifier_take_unit(state, &unit)) return false;
    if (unit >= MODIFIER_DAY) return modifier_add_dates(state, unit, (int)amount);

    int64_t seconds = amount * modifier_seconds(unit), limit = INT64_MAX / SL_SECOND - 1;
    if (seconds > limit || seconds < -limit) return false;
    int64_t added = seconds * SL_SECOND;
    if (added > 0 && state->time > INT64_MAX - added) return false;
    if (added < 0 && state->time < -INT64_MAX - added) return false;
    state->time += added;
    return true;
}

/* "@d", "@w1", "@mon": down to the start of the unit. */
static bool modifier_snap(modifier_state *state)
{
    modifier_unit unit;
    if (!modifier_take_unit(state, &unit)) return false;
    int weekday = 0;
    bool named_day = unit == MODIFIER_WEEK && state->text.data[state->at - 1] == 'w';
    if (named_day && modifier_digit(state)) weekday = state->text.data[state->at++] - '0';
    if (weekday > 7 || modifier_digit(state)) return false;

    if (unit < MODIFIER_DAY) {
        int64_t offset = sl_zone_offset(state->zone, state->time), step = modifier_seconds(unit);
        int64_t local = sl_floor_div(state->time, SL_SECOND) + offset;
        int64_t seconds = sl_floor_div(local, step) * step - offset;
        if (seconds < -(INT64_MAX / SL_SECOND)) return false;
        state->time = seconds * SL_SECOND;
        return true;
    }
    sl_civil now = sl_civil_at(state->time, state->zone);
    sl_civil start = {.year = now.year, .month = now.month, .day = now.day};
    if (unit == MODIFIER_WEEK) start.day -= (now.weekday - weekday + 7) % 7;
    if (unit >= MODIFIER_MONTH) start.day = 1;
    if (unit == MODIFIER_QUARTER) start.month = (now.month - 1) / 3 * 3 + 1;
    if (unit == MODIFIER_YEAR) start.month = 1;
    state->time = sl_civil_time(&start, state->zone);
    return state->time != SL_TIME_NONE;
}

/* "1433188255.5": epoch seconds, exact to the nanosecond. */
static bool modifier_epoch(sl_text t, sl_time *out)
{
    size_t point = sl_text_find_byte(t, '.', 0);
    sl_text whole = sl_text_slice(t, 0, point);
    int64_t seconds, nanoseconds = 0, unit = SL_SECOND / 10;
    if (whole.length == 0 || whole.data[0] < '0' || whole.data[0] > '9') return false;
    if (!sl_integer_parse(whole, &seconds)) return false;
    if (seconds > INT64_MAX / SL_SECOND - 1) return false;
    for (size_t i = point; i != SIZE_MAX && ++i < t.length; unit /= 10) {
        if (t.data[i] < '0' || t.data[i] > '9') return false;
        nanoseconds += unit * (t.data[i] - '0');
    }
    *out = seconds * SL_SECOND + nanoseconds;
    return true;
}

bool sl_time_parse_modifier(sl_text t, sl_time now, const sl_zone *zone, sl_time *out)
{
    assert(out != NULL);

    t = sl_text_trim(t);
    if (modifier_epoch(t, out) || sl_time_parse_in(t, zone, out)) return true;
    modifier_state state = {.text = t, .zone = zone, .time = now};
    if (sl_text_equal_nocase(sl_text_slice(t, 0, 3), SL_TEXT("now"))) state.at = 3;
    if (state.at == 3 && sl_text_equal(sl_text_slice(t, 3, 5), SL_TEXT("()"))) state.at = 5;
    if (t.length == 0) return false;
    while (state.at < t.length) {
        char c = t.data[state.at++];
        if (c == '@' && modifier_snap(&state)) continue;
        if ((c == '+' || c == '-') && modifier_offset(&state, c == '-')) continue;
        return false;
    }
    *out = state.time;
    return true;
}
