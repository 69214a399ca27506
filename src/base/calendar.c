/* calendar.c - counts leap days by division, and finds a year by estimating it. */
#include "base/calendar.h"

#include <assert.h>

/* Days before each month of a common year. */
static const int calendar_before[] = {0,   0,   31,  59,  90,  120, 151,
                                      181, 212, 243, 273, 304, 334, 365};

bool sl_is_leap_year(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int sl_days_in_month(int64_t year, int month)
{
    assert(month >= 1 && month <= 12);
    int leap = month == 2 && sl_is_leap_year(year) ? 1 : 0;
    return calendar_before[month + 1] - calendar_before[month] + leap;
}

/* Leap days in the years 1 to `year`. */
static int64_t calendar_leap_days(int64_t year)
{
    return sl_floor_div(year, 4) - sl_floor_div(year, 100) + sl_floor_div(year, 400);
}

int64_t sl_year_start(int64_t year)
{
    return 365 * (year - 1970) + calendar_leap_days(year - 1) - calendar_leap_days(1969);
}

int64_t sl_days_of_date(int64_t year, int month, int64_t day)
{
    assert(month >= 1 && month <= 12);
    int leap = month > 2 && sl_is_leap_year(year) ? 1 : 0;
    return sl_year_start(year) + calendar_before[month] + leap + day - 1;
}

sl_date sl_date_of_days(int64_t days)
{
    enum { DAYS_IN_400_YEARS = 146097 };
    sl_date date = {.year = 1970 + sl_floor_div(days * 400, DAYS_IN_400_YEARS), .month = 12};
    while (sl_year_start(date.year) > days) date.year--;
    while (sl_year_start(date.year + 1) <= days) date.year++;

    int day = (int)(days - sl_year_start(date.year)); /* 0-based */
    int leap = sl_is_leap_year(date.year) ? 1 : 0;
    while (date.month > 1 && calendar_before[date.month] + (date.month > 2 ? leap : 0) > day)
        date.month--;
    date.day = day - calendar_before[date.month] - (date.month > 2 ? leap : 0) + 1;
    date.year_day = day + 1;
    return date;
}

int sl_weekday_of_days(int64_t days)
{
    /* 1970-01-01 was a Thursday. */
    return (int)(days + 4 - 7 * sl_floor_div(days + 4, 7));
}
