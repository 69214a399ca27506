/* calendar.h - days and dates of the Gregorian calendar.
 *
 * The arithmetic that zones, times and their written forms share. Days are counted from
 * 1970-01-01; years may be any within a million. */
#ifndef SL_BASE_CALENDAR_H
#define SL_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_SECONDS_PER_DAY = 86400, SL_YEAR_MAX = 1000000 };

typedef struct sl_date {
    int64_t year;
    int month, day; /* 1-based */
    int year_day;   /* 1-based */
} sl_date;

/* Quotient rounded down, for a positive divisor. */
static inline int64_t sl_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool sl_is_leap_year(int64_t year);
/* `month` from 1 to 12. */
int sl_days_in_month(int64_t year, int month);
/* Days from 1970-01-01 to the first of January of `year`. */
int64_t sl_year_start(int64_t year);
/* Days from 1970-01-01; `month` from 1 to 12, `day` may be out of its month. */
int64_t sl_days_of_date(int64_t year, int month, int64_t day);
sl_date sl_date_of_days(int64_t days);
/* 0 = Sunday. */
int sl_weekday_of_days(int64_t days);

#endif
