/* clock_scan.c - reads moments as logs write them.
 *
 * ISO 8601 in its long and short form, with a blank for the T, any number of decimals, and the
 * zone as Z, UTC or an offset; and the American "1/9/2007 9:41:00 AM". A date alone is its
 * midnight. One pass, nothing guessed: "13/12/2023" is no date. */
#include "base/clock.h"

#include <assert.h>

#include "base/calendar.h"

typedef struct scan_state {
    sl_text text;
    size_t at;
    sl_civil civil;
    bool has_zone;
    int32_t offset; /* seconds, when has_zone */
} scan_state;

static bool scan_byte(scan_state *scan, char c)
{
    if (scan->at >= scan->text.length || scan->text.data[scan->at] != c) return false;
    scan->at++;
    return true;
}

static bool scan_is_digit(const scan_state *scan, size_t at)
{
    return at < scan->text.length && scan->text.data[at] >= '0' && scan->text.data[at] <= '9';
}

/* A number of `min` to `max` digits. */
static bool scan_number(scan_state *scan, int min, int max, int *out)
{
    int digits = 0, number = 0;
    while (digits < max && scan_is_digit(scan, scan->at)) {
        number = number * 10 + (scan->text.data[scan->at++] - '0');
        digits++;
    }
    *out = number;
    return digits >= min;
}

static bool scan_word(scan_state *scan, sl_text word)
{
    sl_text next = sl_text_slice(scan->text, scan->at, scan->at + word.length);
    if (!sl_text_equal_nocase(next, word)) return false;
    scan->at += word.length;
    return true;
}

static bool scan_date_is_real(const sl_civil *civil)
{
    return civil->month >= 1 && civil->month <= 12 && civil->day >= 1
        && civil->day <= sl_days_in_month(civil->year, civil->month);
}

static bool scan_year(scan_state *scan)
{
    int year;
    if (!scan_number(scan, 4, 4, &year)) return false;
    scan->civil.year = year;
    return true;
}

/* "2023-07-10", "2023/07/10" or "20230710" before a T. */
static bool scan_iso_date(scan_state *scan, bool *out_short)
{
    if (!scan_year(scan)) return false;
    char separator = scan_byte(scan, '-') ? '-' : scan_byte(scan, '/') ? '/' : '\0';
    if (!scan_number(scan, 2, 2, &scan->civil.month)) return false;
    if (separator != '\0' && !scan_byte(scan, separator)) return false;
    if (!scan_number(scan, 2, 2, &scan->civil.day)) return false;
    *out_short = separator == '\0';
    return scan_date_is_real(&scan->civil);
}

/* "1/9/2007": month, day, year. */
static bool scan_us_date(scan_state *scan)
{
    return scan_number(scan, 1, 2, &scan->civil.month) && scan_byte(scan, '/')
        && scan_number(scan, 1, 2, &scan->civil.day) && scan_byte(scan, '/') && scan_year(scan)
        && !scan_is_digit(scan, scan->at) && scan_date_is_real(&scan->civil);
}

/* Decimals of a second; what is finer than nanoseconds is cut. */
static bool scan_fraction(scan_state *scan)
{
    if (!scan_byte(scan, '.') && !scan_byte(scan, ',')) return true;
    int32_t unit = 100000000;
    if (!scan_is_digit(scan, scan->at)) return false;
    for (; scan_is_digit(scan, scan->at); scan->at++, unit /= 10)
        scan->civil.nanosecond += unit * (scan->text.data[scan->at] - '0');
    return true;
}

/* "12:11[:26[.123]]" with hours of at least `hour_digits`, or without colons. */
static bool scan_time(scan_state *scan, int hour_digits, bool short_form)
{
    sl_civil *civil = &scan->civil;
    if (!scan_number(scan, hour_digits, 2, &civil->hour)) return false;
    if (!short_form && !scan_byte(scan, ':')) return false;
    if (!scan_number(scan, hour_digits, 2, &civil->minute)) return false;
    bool more = short_form ? scan_is_digit(scan, scan->at) : scan_byte(scan, ':');
    if (more) {
        if (!scan_number(scan, hour_digits, 2, &civil->second)) return false;
        if (!scan_fraction(scan)) return false;
    }
    /* A leap second is the first of the next minute. */
    return civil->hour <= 23 && civil->minute <= 59 && civil->second <= 60;
}

/* "AM" or "PM" after a blank, if there. */
static bool scan_half_day(scan_state *scan)
{
    size_t start = scan->at;
    scan_byte(scan, ' ');
    bool am = scan_word(scan, SL_TEXT("am")), pm = !am && scan_word(scan, SL_TEXT("pm"));
    if (!am && !pm) {
        scan->at = start;
        return true;
    }
    if (scan->civil.hour < 1 || scan->civil.hour > 12) return false;
    scan->civil.hour = scan->civil.hour % 12 + (pm ? 12 : 0);
    return true;
}

/* "Z", "UTC", "+02:00", "+0200", "+02" or nothing. */
static bool scan_zone(scan_state *scan)
{
    if (scan->at == scan->text.length) return true;
    int hours, minutes = 0, seconds = 0;
    scan_byte(scan, ' ');
    scan->has_zone = true;
    if (scan_word(scan, SL_TEXT("z")) || scan_word(scan, SL_TEXT("utc"))) return true;
    if (scan_word(scan, SL_TEXT("gmt"))) return true;
    bool west = scan_byte(scan, '-');
    if (!west && !scan_byte(scan, '+')) return false;
    if (!scan_number(scan, 2, 2, &hours)) return false;
    bool colon = scan_byte(scan, ':');
    bool more = colon || scan_is_digit(scan, scan->at);
    if (more && !scan_number(scan, 2, 2, &minutes)) return false;
    if (colon && scan_byte(scan, ':') && !scan_number(scan, 2, 2, &seconds)) return false;
    if (hours > 23 || minutes > 59 || seconds > 59) return false;
    scan->offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool scan_iso(scan_state *scan)
{
    bool short_form;
    if (!scan_iso_date(scan, &short_form)) return false;
    if (scan->at == scan->text.length) return !short_form;
    bool t = scan_byte(scan, 'T') || scan_byte(scan, 't');
    if (!t && (short_form || !scan_byte(scan, ' '))) return false;
    return scan_time(scan, 2, short_form) && scan_zone(scan) && scan->at == scan->text.length;
}

static bool scan_us(scan_state *scan)
{
    if (!scan_us_date(scan)) return false;
    if (scan->at == scan->text.length) return true;
    /* Splunk's search language has a colon between date and time. */
    if (!scan_byte(scan, ':')) {
        scan_byte(scan, ',');
        if (!scan_byte(scan, ' ')) return false;
    }
    return scan_time(scan, 1, false) && scan_half_day(scan) && scan_zone(scan)
        && scan->at == scan->text.length;
}

/* A number of two digits, or -1. */
static inline int scan_pair(const char *at)
{
    unsigned high = (unsigned)at[0] - '0', low = (unsigned)at[1] - '0';
    return high <= 9 && low <= 9 ? (int)(high * 10 + low) : -1;
}

/* Exactly "2023-07-10T12:11:26Z" of a year near ours: nearly every time in a log. False for all
 * else, which is then read with more care. */
static bool scan_usual(sl_text t, sl_time *out)
{
    const char *at = t.data;
    if (t.length != 20 || at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':'
        || at[16] != ':' || at[19] != 'Z')
        return false;
    int century = scan_pair(at), year = scan_pair(at + 2), month = scan_pair(at + 5);
    int day = scan_pair(at + 8), hour = scan_pair(at + 11), minute = scan_pair(at + 14);
    int second = scan_pair(at + 17);
    if (century < 20 || century > 21 || year < 0 || month < 1 || month > 12) return false;
    if (day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
    if (second < 0 || second > 59) return false;
    year += century * 100;
    if (day > sl_days_in_month(year, month)) return false;
    int64_t seconds = sl_days_of_date(year, month, day) * SL_SECONDS_PER_DAY;
    *out = (seconds + hour * 3600 + minute * 60 + second) * SL_SECOND;
    return true;
}

bool sl_time_parse_in(sl_text t, const sl_zone *zone, sl_time *out)
{
    assert(out != NULL);

    if (scan_usual(t, out)) return true;
    if (t.length < 8 || t.length > 64) return false;
    scan_state scan = {.text = t};
    bool us = t.data[1] == '/' || t.data[2] == '/';
    if (us ? !scan_us(&scan) : !scan_iso(&scan)) return false;
    sl_time time;
    if (scan.has_zone) {
        time = sl_civil_time(&scan.civil, NULL);
        if (time != SL_TIME_NONE) time -= scan.offset * SL_SECOND;
    } else {
        time = sl_civil_time(&scan.civil, zone);
    }
    if (time == SL_TIME_NONE) return false;
    *out = time;
    return true;
}

bool sl_time_parse(sl_text t, sl_time *out)
{
    return sl_time_parse_in(t, NULL, out);
}
