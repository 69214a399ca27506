/* clock.h - time as signed 64-bit nanoseconds since the epoch, and its written forms.
 *
 * Azure writes seven to nine decimals, so nanoseconds; the zone is always passed in, never
 * the host's. */
#ifndef SL_BASE_CLOCK_H
#define SL_BASE_CLOCK_H

#include "base/text.h"

typedef int64_t sl_time; /* ns since 1970-01-01T00:00:00Z */
#define SL_TIME_NONE INT64_MIN
#define SL_SECOND INT64_C(1000000000)

/* A zone: UTC, a fixed offset, or a zone of the system's database (TZif). Immutable. Wherever a
 * `const sl_zone *` is asked for, NULL is UTC. */
typedef struct sl_zone sl_zone;
const sl_zone *sl_zone_utc(void);
/* "UTC", "Z", "+02:00", "Europe/Berlin"; NULL when there is none of this name. To be freed with
 * sl_zone_free (which takes NULL and the UTC zone). */
sl_zone *sl_zone_new(sl_text name);
void sl_zone_free(sl_zone *zone);
/* Offset from UTC in seconds at `time`. */
int32_t sl_zone_offset(const sl_zone *zone, sl_time time);
/* "UTC", "CEST", "+02:00": what people call the offset at `time`; lives as long as the zone. */
sl_text sl_zone_letters(const sl_zone *zone, sl_time time);

/* A moment taken apart. */
typedef struct sl_civil {
    int64_t year;
    int month, day; /* 1-based */
    int hour, minute, second;
    int32_t nanosecond;
    int weekday;  /* 0 = Sunday */
    int year_day; /* 1-based */
} sl_civil;
sl_civil sl_civil_at(sl_time time, const sl_zone *zone);
/* The moment of a civil time in `zone`, or SL_TIME_NONE outside the range of 64 bits. Fields are
 * normalised, as mktime does. Of an hour that comes twice the first is meant; one that is left
 * out is read as if the clock had not been changed. */
sl_time sl_civil_time(const sl_civil *civil, const sl_zone *zone);

sl_time sl_time_now(void);
/* ISO 8601 and what Azure writes ("2023-07-10T12:11:26.1234567Z", "+00:00", a blank for the T,
 * no zone: UTC; also "1/9/2007 9:41:00 AM"). False when it is none. */
bool sl_time_parse(sl_text t, sl_time *out);
/* The same, but a time without a zone is one of `zone`. */
bool sl_time_parse_in(sl_text t, const sl_zone *zone, sl_time *out);
/* "2023-07-10T12:11:26.000Z": milliseconds, more digits only when needed (6 or 9), in `zone`;
 * nothing for SL_TIME_NONE. Returns the length. */
size_t sl_time_format(sl_time time, const sl_zone *zone, char out[48]);
/* Splunk time modifiers: epoch seconds, ISO, "10/19/2018:0:0:0", "now", "-7d@d", "-1h", "@w1",
 * "+3mon@mon", "-1mon@mon+7d". Real-time forms ("rt-5m") are none. */
bool sl_time_parse_modifier(sl_text t, sl_time now, const sl_zone *zone, sl_time *out);
/* strftime as the query languages have it: %Y %m %d %H %I %M %S %p %y %j %a %A %b %B %h %e %k %l
 * %Z %z %:z %::z %:::z %Ez %s %F %T %D %R %c %+ %x %X %r %n %t %% %w %u %V %U %W %G %g %C %P, and
 * for parts of a second %N (9 digits, %3N %6N), %Q and %L (3 digits, %6Q %9Q), %f (6). The names
 * are English. %-d leaves the padding out, %_d pads with blanks. What is none stands as it is. */
void sl_time_strftime(sl_time time, const sl_zone *zone, sl_text format, sl_buffer *out);
/* The reverse; false when `t` does not follow `format`. What follows in `t` is ignored, as by
 * strptime; a blank in `format` stands for any white space. Without a date it is the date of
 * `now`, with a part of one the rest is the year of `now`, January, the first. */
bool sl_time_strptime(sl_text t, sl_text format, const sl_zone *zone, sl_time now, sl_time *out);

#endif
