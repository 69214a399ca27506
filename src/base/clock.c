/* clock.c - moments, their civil parts, and the ISO 8601 form.
 *
 * A moment is taken apart by adding the zone's offset and dividing. The way back is harder: a
 * local time can come twice or not at all, so both offsets of the days around it are tried. */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

#include "base/calendar.h"

/* Seconds beyond which nanoseconds leave 64 bits. */
#define CLOCK_SECONDS_MAX (INT64_MAX / SL_SECOND - 1)

sl_civil sl_civil_at(sl_time time, const sl_zone *zone)
{
    int64_t seconds = sl_floor_div(time, SL_SECOND);
    int64_t local = seconds + sl_zone_offset(zone, time);
    int64_t days = sl_floor_div(local, SL_SECONDS_PER_DAY);
    int left = (int)(local - days * SL_SECONDS_PER_DAY);
    sl_date date = sl_date_of_days(days);
    return (sl_civil){
        .year = date.year,
        .month = date.month,
        .day = date.day,
        .hour = left / 3600,
        .minute = left / 60 % 60,
        .second = left % 60,
        .nanosecond = (int32_t)((uint64_t)time - (uint64_t)seconds * (uint64_t)SL_SECOND),
        .weekday = sl_weekday_of_days(days),
        .year_day = date.year_day,
    };
}

/* Seconds from the epoch to `civil`, as if it were UTC; false for absurd years. */
static bool clock_local_seconds(const sl_civil *civil, int64_t *out)
{
    if (civil->year > SL_YEAR_MAX || civil->year < -SL_YEAR_MAX) return false;
    int64_t months = civil->year * 12 + civil->month - 1;
    int64_t year = sl_floor_div(months, 12);
    if (year > 2 * SL_YEAR_MAX || year < -2 * SL_YEAR_MAX) return false;
    int64_t days = sl_days_of_date(year, (int)(months - year * 12) + 1, civil->day);
    *out = days * SL_SECONDS_PER_DAY + (int64_t)civil->hour * 3600 + (int64_t)civil->minute * 60
        + civil->second + sl_floor_div(civil->nanosecond, SL_SECOND);
    return true;
}

sl_time sl_civil_time(const sl_civil *civil, const sl_zone *zone)
{
    int64_t local;
    assert(civil != NULL);
    if (!clock_local_seconds(civil, &local)) return SL_TIME_NONE;
    int64_t limit = CLOCK_SECONDS_MAX - 2 * SL_SECONDS_PER_DAY;
    if (local > limit || local < -limit) return SL_TIME_NONE;

    sl_time day = SL_SECONDS_PER_DAY * SL_SECOND, near = local * SL_SECOND;
    int64_t before = sl_zone_offset(zone, near - day), after = sl_zone_offset(zone, near + day);
    int64_t first = local - before, second = local - after, seconds = first;
    bool second_is_right = sl_zone_offset(zone, second * SL_SECOND) == after;
    bool first_is_right = sl_zone_offset(zone, first * SL_SECOND) == before;
    if (second_is_right && (!first_is_right || second < first)) seconds = second;
    int64_t carried = sl_floor_div(civil->nanosecond, SL_SECOND);
    return seconds * SL_SECOND + (civil->nanosecond - carried * SL_SECOND);
}

sl_time sl_time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SL_SECOND + now.tv_nsec;
}

static char *clock_put(char *out, int64_t number, int digits)
{
    for (int i = digits; i-- > 0; number /= 10) out[i] = (char)('0' + number % 10);
    return out + digits;
}

/* "Z", "+02:00", or "+00:53:28" as zones had before railways. */
static char *clock_put_offset(char *out, int32_t offset)
{
    if (offset == 0) {
        *out++ = 'Z';
        return out;
    }
    *out++ = offset < 0 ? '-' : '+';
    int32_t left = offset < 0 ? -offset : offset;
    out = clock_put(out, left / 3600, 2);
    *out++ = ':';
    out = clock_put(out, left / 60 % 60, 2);
    if (left % 60 == 0) return out;
    *out++ = ':';
    return clock_put(out, left % 60, 2);
}

size_t sl_time_format(sl_time time, const sl_zone *zone, char out[48])
{
    char *p = out;
    *p = '\0';
    if (time == SL_TIME_NONE) return 0;
    sl_civil civil = sl_civil_at(time, zone);
    p = clock_put(p, civil.year, 4);
    *p++ = '-';
    p = clock_put(p, civil.month, 2);
    *p++ = '-';
    p = clock_put(p, civil.day, 2);
    *p++ = 'T';
    p = clock_put(p, civil.hour, 2);
    *p++ = ':';
    p = clock_put(p, civil.minute, 2);
    *p++ = ':';
    p = clock_put(p, civil.second, 2);
    *p++ = '.';
    if (civil.nanosecond % 1000000 == 0) p = clock_put(p, civil.nanosecond / 1000000, 3);
    else if (civil.nanosecond % 1000 == 0) p = clock_put(p, civil.nanosecond / 1000, 6);
    else p = clock_put(p, civil.nanosecond, 9);
    p = clock_put_offset(p, sl_zone_offset(zone, time));
    *p = '\0';
    return (size_t)(p - out);
}
