/* base_clock_format_test.c - strftime and strptime.
 *
 * Expected values follow POSIX and Splunk's Search Reference, "Date and time format variables". */
#include "base/clock.h"

#include "test.h"

#define MOMENT "2023-07-04T15:06:07.123456789Z"

static void check_format(const char *expected, const char *time, const char *format,
                         const sl_zone *zone)
{
    sl_time moment = 0;
    sl_buffer out;
    sl_buffer_init(&out);
    CHECK(sl_time_parse(sl_text_from(time), &moment));
    sl_time_strftime(moment, zone, sl_text_from(format), &out);
    CHECK_TEXT(expected, sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

TEST(strftime_writes_fields)
{
    static const struct {
        const char *format, *expected;
    } cases[] = {
        {"%Y-%m-%dT%H:%M:%S", "2023-07-04T15:06:07"},
        {"%y %C %G %g %V %U %W", "23 20 2023 23 27 27 27"},
        {"%I:%M %p %P", "03:06 PM pm"},
        {"%j|%e|%k|%l", "185| 4|15| 3"},
        {"%a %A %b %B %h", "Tue Tuesday Jul July Jul"},
        {"%u %w", "2 2"},
        {"%F %T %D %R", "2023-07-04 15:06:07 07/04/23 15:06"},
        {"%c", "Tue Jul  4 15:06:07 2023"},
        {"%+", "Tue Jul  4 15:06:07 UTC 2023"},
        {"%x %X %r", "07/04/23 15:06:07 03:06:07 PM"},
        {"%s", "1688483167"},
        {"%N %3N %6N %9N", "123456789 123 123456 123456789"},
        {"%Q %3Q %6Q %9Q %L %f", "123 123 123456 123456789 123 123456"},
        {"%z %:z %::z %:::z %Z %Ez", "+0000 +00:00 +00:00:00 +00 UTC +0"},
        {"%%%n%t", "%\n\t"},
        {"%-d.%-m. %_d %0e %^a", "4.7.  4 04 TUE"},
        {"100%", "100%"},
        {"%v %! % d%E", "%v %! % d%E"},
        {"", ""},
        {"no directive", "no directive"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        check_format(cases[i].expected, MOMENT, cases[i].format, NULL);
}

TEST(strftime_writes_zones)
{
    sl_zone *zone = sl_zone_new(SL_TEXT("-03:30"));
    check_format("11:36 -0330 -03:30 -03:30:00 -03:30 -210", MOMENT, "%H:%M %z %:z %::z %:::z %Ez",
                 zone);
    sl_zone_free(zone);
    zone = sl_zone_new(SL_TEXT("America/New_York"));
    if (zone == NULL) SKIP("no zone files");
    check_format("11:06 EDT -0400", MOMENT, "%H:%M %Z %z", zone);
    sl_zone_free(zone);
}

TEST(strftime_knows_weeks)
{
    check_format("53 2020 00 00", "2021-01-01T00:00:00Z", "%V %G %U %W", NULL);
    check_format("01 2025 52 53", "2024-12-30T00:00:00Z", "%V %G %U %W", NULL);
    check_format("12 AM 12", "2021-01-01T00:00:00Z", "%I %p %l", NULL);
    check_format("01 01", "2023-01-02T00:00:00Z", "%U %W", NULL);
    check_format("01 00", "2023-01-01T00:00:00Z", "%U %W", NULL);
}

static sl_text parsed(const char *text, const char *format, const sl_zone *zone)
{
    static char out[48];
    sl_time now = 0, time = 0;
    CHECK(sl_time_parse(SL_TEXT("2022-03-05T10:20:30Z"), &now));
    if (!sl_time_strptime(sl_text_from(text), sl_text_from(format), zone, now, &time))
        return SL_TEXT("none");
    return sl_text_make(out, sl_time_format(time, NULL, out));
}

TEST(strptime_reads)
{
    static const struct {
        const char *text, *format, *expected;
    } cases[] = {
        {"2023-07-04T15:06:07Z", "%Y-%m-%dT%H:%M:%SZ", "2023-07-04T15:06:07.000Z"},
        {"2023-07-04T15:06:07.123Z", "%Y-%m-%dT%H:%M:%S.%3NZ", "2023-07-04T15:06:07.123Z"},
        {"2023-07-04T15:06:07.1234567Z", "%Y-%m-%dT%H:%M:%S.%QZ", "2023-07-04T15:06:07.123456700Z"},
        {"2023-07-04T15:06:07Z", "%Y-%m-%dT%H:%M:%S", "2023-07-04T15:06:07.000Z"},
        {"2023-07-04 15:06:07+0200", "%F %T%z", "2023-07-04T13:06:07.000Z"},
        {"2023-07-04 15:06:07 -05:30", "%F %T %:z", "2023-07-04T20:36:07.000Z"},
        {"2023-07-04 15:06:07 EST", "%F %T %Z", "2023-07-04T20:06:07.000Z"},
        {"2023-07-04 15:06 UTC", "%F %R %Z", "2023-07-04T15:06:00.000Z"},
        {"Tue Jul  4 15:06:07 2023", "%c", "2023-07-04T15:06:07.000Z"},
        {"4 july 2023", "%d %b %Y", "2023-07-04T00:00:00.000Z"},
        {"Tuesday, 4-Jul-23 3:06 pm", "%A, %d-%b-%y %I:%M %p", "2023-07-04T15:06:00.000Z"},
        {"12:00 AM", "%I:%M %p", "2022-03-05T00:00:00.000Z"},
        {"12:00 PM", "%I:%M %p", "2022-03-05T12:00:00.000Z"},
        {"7/4/70", "%m/%d/%y", "1970-07-04T00:00:00.000Z"},
        {"1688483167", "%s", "2023-07-04T15:06:07.000Z"},
        {"1688483167.25", "%s.%N", "2023-07-04T15:06:07.250Z"},
        {"-1", "%s", "1969-12-31T23:59:59.000Z"},
        {"2023 185", "%Y %j", "2023-07-04T00:00:00.000Z"},
        {"2023-07", "%Y-%m", "2023-07-01T00:00:00.000Z"},
        {"15:06", "%H:%M", "2022-03-05T15:06:00.000Z"},
        {"Dec 24", "%b %d", "2022-12-24T00:00:00.000Z"},
        {"100%", "1%H%%", "2022-03-05T00:00:00.000Z"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        CHECK_TEXT(cases[i].expected, parsed(cases[i].text, cases[i].format, NULL));
}

TEST(strptime_refuses)
{
    static const struct {
        const char *text, *format;
    } cases[] = {
        {"", "%Y"},
        {"x", "%Y"},
        {"2023-13-01", "%F"},
        {"2023-02-29", "%F"},
        {"25:00", "%H:%M"},
        {"2023-07-04", "%Y/%m/%d"},
        {"Foo 4", "%b %d"},
        {"10 xx", "%H %p"},
        {"1", "%"},
        {"1", "%!"},
        {"2023 366", "%Y %j"},
        {"1 Nowhere/Land", "%d %Z"},
        {"1 ../../x", "%d %Z"},
        {"99999999999999999999", "%s"},
        {"9999-01-01", "%F"},
        {"1 +", "%d %z"},
        {"13", "%I"},
        {"12", "%H%M"},
        {"a", "ab"},
        {"1 +99:00", "%d %z"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        if (!sl_text_equal(parsed(cases[i].text, cases[i].format, NULL), SL_TEXT("none")))
            TEST_FAIL("'%s' follows '%s'", cases[i].text, cases[i].format);
}

TEST(strptime_uses_the_zone)
{
    sl_zone *zone = sl_zone_new(SL_TEXT("+02:00"));
    CHECK_TEXT("2023-07-04T13:06:00.000Z", parsed("2023-07-04 15:06", "%F %H:%M", zone));
    CHECK_TEXT("2023-07-04T15:06:00.000Z", parsed("2023-07-04 15:06Z", "%F %H:%M%z", zone));
    sl_zone_free(zone);
}

TEST(strptime_reads_what_strftime_writes)
{
    static const char *const formats[] = {"%Y-%m-%d %H:%M:%S.%N %z", "%c.%9Q", "%s.%N"};
    char out[48];
    for (size_t i = 0; i < SL_COUNT(formats); i++)
        for (sl_time time = 1; time < INT64_C(4000000000000000000);
             time = time * 3 + INT64_C(1234567890123)) {
            sl_buffer text;
            sl_text format = sl_text_from(formats[i]);
            sl_time back = 0;
            sl_buffer_init(&text);
            sl_time_strftime(time, NULL, format, &text);
            CHECK(sl_time_strptime(sl_buffer_text(&text), format, NULL, 0, &back));
            sl_time_format(back, NULL, out);
            if (back != time) TEST_FAIL("%s: %s", formats[i], out);
            sl_buffer_fini(&text);
        }
}

TEST_MAIN(RUN(strftime_writes_fields) RUN(strftime_writes_zones) RUN(strftime_knows_weeks)
              RUN(strptime_reads) RUN(strptime_refuses) RUN(strptime_uses_the_zone)
                  RUN(strptime_reads_what_strftime_writes))
