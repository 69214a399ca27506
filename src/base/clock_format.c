/* clock_format.c - strftime and strptime as the query languages have them, in English.
 *
 * The C library's own would follow the host's locale and zone, and know no parts of seconds.
 * A composed directive (%T, %c) is written and read through its parts, one level deep. What
 * each one means follows Splunk's "Date and time format variables" and POSIX. */
#include <assert.h>
#include <stdio.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/number.h"

static const char *const format_months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};
static const char *const format_weekdays[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

/* What follows a '%': flags, width, colons, E or O, and the letter. */
typedef struct format_directive {
    char letter; /* '\0': the format ends in the middle */
    char pad;    /* '\0' unless a flag says '0', ' ' or '-' (none) */
    bool upper;
    int width; /* 0: not given */
    int colons;
    bool alternative; /* E */
} format_directive;

/* Reads the directive that starts behind the '%' at `at`; returns the offset behind it. */
static size_t format_read(sl_text format, size_t at, format_directive *out)
{
    format_directive directive = {0};
    for (; at < format.length; at++) {
        char c = format.data[at];
        if (c == '-') directive.pad = '-';
        else if (c == '_') directive.pad = ' ';
        else if (c == '0' && directive.width == 0) directive.pad = '0';
        else if (c == '^') directive.upper = true;
        else if (c >= '0' && c <= '9' && directive.width == 0) directive.width = c - '0';
        else if (c == ':' && directive.colons < 3) directive.colons++;
        else if (c == 'E') directive.alternative = true;
        else if (c != 'O') break;
    }
    if (at < format.length) directive.letter = format.data[at++];
    *out = directive;
    return at;
}

/* The format that a composed directive stands for; empty when it is none. */
static sl_text format_composed(char letter)
{
    switch (letter) {
    case 'T':
    case 'X': return SL_TEXT("%H:%M:%S");
    case 'R': return SL_TEXT("%H:%M");
    case 'r': return SL_TEXT("%I:%M:%S %p");
    case 'F': return SL_TEXT("%Y-%m-%d");
    case 'D':
    case 'x': return SL_TEXT("%m/%d/%y");
    case 'c': return SL_TEXT("%a %b %e %H:%M:%S %Y");
    case '+': return SL_TEXT("%a %b %e %H:%M:%S %Z %Y");
    default: return (sl_text){NULL, 0};
    }
}

/* Week of the year, the first week beginning on the first `first_day` (0 = Sunday). */
static int format_week(const sl_civil *civil, int first_day)
{
    int since = (civil->weekday - first_day + 7) % 7; /* days since the week began */
    return (civil->year_day - 1 - since + 7) / 7;
}

/* ISO 8601: the week and year to which this week's Thursday belongs. */
static int format_iso_week(const sl_civil *civil, int64_t *out_year)
{
    int64_t day = sl_days_of_date(civil->year, civil->month, civil->day);
    sl_date thursday = sl_date_of_days(day + 3 - (civil->weekday + 6) % 7);
    *out_year = thursday.year;
    return (thursday.year_day - 1) / 7 + 1;
}

/* A moment being written. */
typedef struct format_moment {
    sl_time time;
    const sl_zone *zone;
    sl_civil civil;
    int32_t offset;
} format_moment;

static void format_add_name(sl_buffer *out, const format_directive *directive, sl_text name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        sl_buffer_add_byte(out, directive->upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
}

/* Decimals of the second, cut to the width. */
static void format_add_fraction(sl_buffer *out, const format_directive *directive, int width,
                                int32_t nanosecond)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%09d", (int)nanosecond);
    if (directive->width != 0) width = directive->width;
    sl_buffer_add(out, sl_text_make(digits, (size_t)width));
}

static void format_add_offset(sl_buffer *out, const format_directive *directive, int32_t offset)
{
    int32_t left = offset < 0 ? -offset : offset;
    int hours = left / 3600, minutes = left / 60 % 60, seconds = left % 60;
    if (directive->alternative) {
        sl_buffer_printf(out, "%c%d", offset < 0 ? '-' : '+', (int)(left / 60));
        return;
    }
    sl_buffer_printf(out, "%c%02d", offset < 0 ? '-' : '+', hours);
    if (directive->colons == 0) sl_buffer_printf(out, "%02d", minutes);
    if (directive->colons == 1) sl_buffer_printf(out, ":%02d", minutes);
    if (directive->colons == 2) sl_buffer_printf(out, ":%02d:%02d", minutes, seconds);
    if (directive->colons < 3 || left % 3600 == 0) return;
    sl_buffer_printf(out, ":%02d", minutes);
    if (seconds != 0) sl_buffer_printf(out, ":%02d", seconds);
}

static void format_add_names(sl_buffer *out, const format_directive *directive,
                             const format_moment *moment)
{
    const sl_civil *civil = &moment->civil;
    sl_text month = sl_text_from(format_months[civil->month - 1]);
    sl_text weekday = sl_text_from(format_weekdays[civil->weekday]);
    switch (directive->letter) {
    case 'a': format_add_name(out, directive, sl_text_slice(weekday, 0, 3)); break;
    case 'A': format_add_name(out, directive, weekday); break;
    case 'B': format_add_name(out, directive, month); break;
    case 'p': sl_buffer_add_string(out, civil->hour < 12 ? "AM" : "PM"); break;
    case 'P': sl_buffer_add_string(out, civil->hour < 12 ? "am" : "pm"); break;
    default: format_add_name(out, directive, sl_text_slice(month, 0, 3)); break;
    }
}

/* A number as it is to be written. */
typedef struct format_number {
    int64_t number;
    int width;
    char pad;
} format_number;

/* A directive that is a number of the date; false when it is none. */
static bool format_date_number(char letter, const sl_civil *civil, format_number *out)
{
    int64_t iso_year;
    int week = format_iso_week(civil, &iso_year);
    switch (letter) {
    case 'Y': *out = (format_number){civil->year, 4, '0'}; break;
    case 'C': *out = (format_number){sl_floor_div(civil->year, 100), 2, '0'}; break;
    case 'y':
        *out = (format_number){civil->year - 100 * sl_floor_div(civil->year, 100), 2, '0'};
        break;
    case 'G': *out = (format_number){iso_year, 4, '0'}; break;
    case 'g': *out = (format_number){iso_year - 100 * sl_floor_div(iso_year, 100), 2, '0'}; break;
    case 'm': *out = (format_number){civil->month, 2, '0'}; break;
    case 'd': *out = (format_number){civil->day, 2, '0'}; break;
    case 'e': *out = (format_number){civil->day, 2, ' '}; break;
    case 'j': *out = (format_number){civil->year_day, 3, '0'}; break;
    case 'u': *out = (format_number){civil->weekday == 0 ? 7 : civil->weekday, 1, '0'}; break;
    case 'w': *out = (format_number){civil->weekday, 1, '0'}; break;
    case 'V': *out = (format_number){week, 2, '0'}; break;
    case 'U': *out = (format_number){format_week(civil, 0), 2, '0'}; break;
    case 'W': *out = (format_number){format_week(civil, 1), 2, '0'}; break;
    default: return false;
    }
    return true;
}

/* A directive that is a number of the time of day; false when it is none. */
static bool format_time_number(char letter, const format_moment *moment, format_number *out)
{
    const sl_civil *civil = &moment->civil;
    int hour = civil->hour % 12 == 0 ? 12 : civil->hour % 12;
    switch (letter) {
    case 'H': *out = (format_number){civil->hour, 2, '0'}; break;
    case 'k': *out = (format_number){civil->hour, 2, ' '}; break;
    case 'I': *out = (format_number){hour, 2, '0'}; break;
    case 'l': *out = (format_number){hour, 2, ' '}; break;
    case 'M': *out = (format_number){civil->minute, 2, '0'}; break;
    case 'S': *out = (format_number){civil->second, 2, '0'}; break;
    case 's': *out = (format_number){sl_floor_div(moment->time, SL_SECOND), 0, '0'}; break;
    default: return false;
    }
    return true;
}

static bool format_add_number(sl_buffer *out, const format_directive *directive,
                              const format_moment *moment)
{
    format_number field;
    if (!format_time_number(directive->letter, moment, &field)
        && !format_date_number(directive->letter, &moment->civil, &field))
        return false;
    char pad = directive->pad != '\0' ? directive->pad : field.pad;
    int width = pad == '-' ? 0 : field.width;
    if (pad == ' ') sl_buffer_printf(out, "%*lld", width, (long long)field.number);
    else sl_buffer_printf(out, "%0*lld", width, (long long)field.number);
    return true;
}

/* One directive; false when there is none such. */
static bool format_add(sl_buffer *out, const format_directive *directive,
                       const format_moment *moment)
{
    switch (directive->letter) {
    case 'a':
    case 'A':
    case 'b':
    case 'B':
    case 'h':
    case 'p':
    case 'P': format_add_names(out, directive, moment); return true;
    case 'N': format_add_fraction(out, directive, 9, moment->civil.nanosecond); return true;
    case 'q':
    case 'Q':
    case 'L': format_add_fraction(out, directive, 3, moment->civil.nanosecond); return true;
    case 'f': format_add_fraction(out, directive, 6, moment->civil.nanosecond); return true;
    case 'z': format_add_offset(out, directive, moment->offset); return true;
    case 'Z':
        format_add_name(out, directive, sl_zone_letters(moment->zone, moment->time));
        return true;
    case '%': sl_buffer_add_byte(out, '%'); return true;
    case 'n': sl_buffer_add_byte(out, '\n'); return true;
    case 't': sl_buffer_add_byte(out, '\t'); return true;
    default: return format_add_number(out, directive, moment);
    }
}

static void format_write(sl_buffer *out, sl_text format, const format_moment *moment, bool inner)
{
    for (size_t at = 0; at < format.length;) {
        size_t percent = sl_text_find_byte(format, '%', at);
        if (percent == SIZE_MAX) percent = format.length;
        sl_buffer_add(out, sl_text_slice(format, at, percent));
        if (percent == format.length) return;

        format_directive directive;
        at = format_read(format, percent + 1, &directive);
        sl_text composed = format_composed(directive.letter);
        if (composed.length > 0 && !inner) format_write(out, composed, moment, true);
        else if (!format_add(out, &directive, moment))
            sl_buffer_add(out, sl_text_slice(format, percent, at));
    }
}

void sl_time_strftime(sl_time time, const sl_zone *zone, sl_text format, sl_buffer *out)
{
    assert(out != NULL);
    if (time == SL_TIME_NONE) return;
    format_moment moment = {
        .time = time,
        .zone = zone,
        .civil = sl_civil_at(time, zone),
        .offset = sl_zone_offset(zone, time),
    };
    format_write(out, format, &moment, false);
}

enum { FORMAT_ABSENT = -1 };

/* What has been read so far; FORMAT_ABSENT where nothing has. */
typedef struct format_state {
    sl_text text;
    size_t at;
    int year, century, month, day, year_day;
    int hour, minute, second;
    int32_t nanosecond;
    bool twelve_hours, pm;
    bool has_offset, has_epoch;
    int32_t offset;
    int64_t epoch; /* seconds */
    sl_zone *zone; /* named in the text */
} format_state;

static char format_peek(const format_state *state)
{
    return state->at < state->text.length ? state->text.data[state->at] : '\0';
}

static bool format_digit(const format_state *state)
{
    return format_peek(state) >= '0' && format_peek(state) <= '9';
}

static bool format_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void format_skip_space(format_state *state)
{
    while (format_is_space(format_peek(state))) state->at++;
}

/* A number of at most `digits` digits within the limits, after optional blanks. */
static bool format_take(format_state *state, int digits, int min, int max, int *out)
{
    int number = 0, count = 0;
    format_skip_space(state);
    for (; count < digits && format_digit(state); count++)
        number = number * 10 + (state->text.data[state->at++] - '0');
    if (count == 0 || number < min || number > max) return false;
    *out = number;
    return true;
}

/* A name of the list, whole or its first three letters. */
static bool format_take_name(format_state *state, const char *const *names, int count, int *out)
{
    for (int i = 0; i < count; i++) {
        sl_text name = sl_text_from(names[i]);
        for (int whole = 1; whole >= 0; whole--) {
            if (!whole) name = sl_text_slice(name, 0, 3);
            sl_text next = sl_text_slice(state->text, state->at, state->at + name.length);
            if (!sl_text_equal_nocase(next, name)) continue;
            state->at += name.length;
            *out = i;
            return true;
        }
    }
    return false;
}

static bool format_take_half_day(format_state *state)
{
    sl_text next = sl_text_slice(state->text, state->at, state->at + 2);
    state->pm = sl_text_equal_nocase(next, SL_TEXT("pm"));
    if (!state->pm && !sl_text_equal_nocase(next, SL_TEXT("am"))) return false;
    state->at += 2;
    return true;
}

/* All the decimals there are; what is finer than nanoseconds is cut. */
static bool format_take_fraction(format_state *state)
{
    int32_t unit = 100000000;
    if (!format_digit(state)) return false;
    state->nanosecond = 0;
    for (; format_digit(state); state->at++, unit /= 10)
        state->nanosecond += unit * (state->text.data[state->at] - '0');
    return true;
}

static bool format_take_epoch(format_state *state)
{
    size_t start = state->at;
    if (format_peek(state) == '-') state->at++;
    while (format_digit(state)) state->at++;
    sl_text digits = sl_text_slice(state->text, start, state->at);
    state->has_epoch = sl_integer_parse(digits, &state->epoch);
    int64_t limit = INT64_MAX / SL_SECOND - 1;
    return state->has_epoch && state->epoch <= limit && state->epoch >= -limit;
}

/* "Z", "+0200", "+02:00", "+02". */
static bool format_take_offset(format_state *state)
{
    int hours, minutes = 0;
    state->has_offset = true;
    char sign = format_peek(state);
    if (sign == 'Z' || sign == 'z') {
        state->offset = 0;
        state->at++;
        return true;
    }
    if (sign != '+' && sign != '-') return false;
    state->at++;
    if (!format_digit(state) || !format_take(state, 2, 0, 23, &hours)) return false;
    if (format_peek(state) == ':') state->at++;
    if (format_digit(state) && !format_take(state, 2, 0, 59, &minutes)) return false;
    state->offset = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* The letters that people use, with their hours from UTC. */
typedef struct format_zone {
    const char *letters;
    int hours;
} format_zone;

static bool format_take_zone(format_state *state)
{
    static const format_zone zones[] = {
        {"UTC", 0},  {"GMT", 0},  {"Z", 0},    {"EST", -5}, {"EDT", -4}, {"CST", -6},
        {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"WET", 0},
        {"WEST", 1}, {"CET", 1},  {"CEST", 2}, {"EET", 2},  {"EEST", 3}, {"JST", 9},
    };
    size_t start = state->at;
    while (state->at < state->text.length && !format_is_space(format_peek(state))) {
        char c = format_peek(state);
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && c != '/' && c != '_') break;
        state->at++;
    }
    sl_text name = sl_text_slice(state->text, start, state->at);
    for (size_t i = 0; i < SL_COUNT(zones); i++) {
        if (!sl_text_equal_nocase(name, sl_text_from(zones[i].letters))) continue;
        state->has_offset = true;
        state->offset = zones[i].hours * 3600;
        return true;
    }
    sl_zone_free(state->zone);
    state->zone = name.length > 0 ? sl_zone_new(name) : NULL;
    return state->zone != NULL;
}

/* Fields of a date. */
static bool format_take_date(format_state *state, const format_directive *directive)
{
    int unused;
    switch (directive->letter) {
    case 'Y':
    case 'G': return format_take(state, 4, 0, 9999, &state->year);
    case 'y':
    case 'g':
        if (!format_take(state, 2, 0, 99, &state->year)) return false;
        state->year += state->year < 69 ? 2000 : 1900;
        return true;
    case 'C': return format_take(state, 2, 0, 99, &state->century);
    case 'm': return format_take(state, 2, 1, 12, &state->month);
    case 'b':
    case 'B':
    case 'h':
        if (!format_take_name(state, format_months, 12, &state->month)) return false;
        state->month++;
        return true;
    case 'd':
    case 'e': return format_take(state, 2, 1, 31, &state->day);
    case 'j': return format_take(state, 3, 1, 366, &state->year_day);
    case 'a':
    case 'A': return format_take_name(state, format_weekdays, 7, &unused);
    case 'u':
    case 'w': return format_take(state, 1, 0, 7, &unused);
    case 'U':
    case 'V':
    case 'W': return format_take(state, 2, 0, 53, &unused);
    default: return false;
    }
}

/* Any other field; what is none is one of a date. */
static bool format_take_field(format_state *state, const format_directive *directive)
{
    switch (directive->letter) {
    case 'H':
    case 'k': return format_take(state, 2, 0, 23, &state->hour);
    case 'I':
    case 'l': state->twelve_hours = true; return format_take(state, 2, 1, 12, &state->hour);
    case 'M': return format_take(state, 2, 0, 59, &state->minute);
    case 'S': return format_take(state, 2, 0, 60, &state->second);
    case 'p':
    case 'P': return format_take_half_day(state);
    case 'N':
    case 'q':
    case 'Q':
    case 'L':
    case 'f': return format_take_fraction(state);
    case 's': return format_take_epoch(state);
    case 'z': return format_take_offset(state);
    case 'Z': return format_take_zone(state);
    case '%':
        if (format_peek(state) != '%') return false;
        state->at++;
        return true;
    case 'n':
    case 't': format_skip_space(state); return true;
    default: return format_take_date(state, directive);
    }
}

static bool format_follow(format_state *state, sl_text format, bool inner)
{
    for (size_t at = 0; at < format.length;) {
        char c = format.data[at++];
        if (c == '%') {
            format_directive directive;
            at = format_read(format, at, &directive);
            sl_text composed = format_composed(directive.letter);
            bool followed = composed.length > 0 && !inner ? format_follow(state, composed, true)
                                                          : format_take_field(state, &directive);
            if (!followed) return false;
        } else if (format_is_space(c)) {
            format_skip_space(state);
        } else {
            if (state->at >= state->text.length || format_peek(state) != c) return false;
            state->at++;
        }
    }
    return true;
}

/* Completes the date; false when there is no such day. */
static bool format_date(const format_state *state, const sl_civil *now, sl_civil *out)
{
    bool any = state->year != FORMAT_ABSENT || state->century != FORMAT_ABSENT
        || state->month != FORMAT_ABSENT || state->year_day != FORMAT_ABSENT;
    out->year = now->year;
    if (state->year != FORMAT_ABSENT) out->year = state->year;
    if (state->century != FORMAT_ABSENT)
        out->year = state->century * 100 + (state->year == FORMAT_ABSENT ? 0 : state->year % 100);
    if (state->year_day != FORMAT_ABSENT && state->month == FORMAT_ABSENT) {
        out->month = 1;
        out->day = state->year_day;
        return state->year_day <= (sl_is_leap_year(out->year) ? 366 : 365);
    }
    out->month = state->month != FORMAT_ABSENT ? state->month : any ? 1 : now->month;
    out->day = state->day != FORMAT_ABSENT ? state->day : any ? 1 : now->day;
    return out->day <= sl_days_in_month(out->year, out->month);
}

static sl_time format_time(const format_state *state, const sl_zone *zone, sl_time now)
{
    if (state->has_epoch) return state->epoch * SL_SECOND + state->nanosecond;
    if (state->zone != NULL) zone = state->zone;
    sl_civil today = sl_civil_at(now, state->has_offset ? NULL : zone);
    sl_civil civil = {
        .hour = state->hour,
        .minute = state->minute,
        .second = state->second,
        .nanosecond = state->nanosecond,
    };
    if (!format_date(state, &today, &civil)) return SL_TIME_NONE;
    if (state->twelve_hours) civil.hour = civil.hour % 12 + (state->pm ? 12 : 0);
    if (!state->has_offset) return sl_civil_time(&civil, zone);
    sl_time time = sl_civil_time(&civil, NULL);
    return time == SL_TIME_NONE ? time : time - state->offset * SL_SECOND;
}

bool sl_time_strptime(sl_text t, sl_text format, const sl_zone *zone, sl_time now, sl_time *out)
{
    assert(out != NULL);

    format_state state = {
        .text = t,
        .year = FORMAT_ABSENT,
        .century = FORMAT_ABSENT,
        .month = FORMAT_ABSENT,
        .day = FORMAT_ABSENT,
        .year_day = FORMAT_ABSENT,
    };
    sl_time time = SL_TIME_NONE;
    if (format_follow(&state, format, false)) time = format_time(&state, zone, now);
    sl_zone_free(state.zone);
    if (time == SL_TIME_NONE) return false;
    *out = time;
    return true;
}
