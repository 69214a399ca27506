/* base_clock_test.c - civil times and the written forms that logs use. */
#include "base/clock.h"

#include "base/calendar.h"
#include "test.h"

static const char *formatted(sl_time time, const sl_zone *zone)
{
    static char text[48];
    size_t length = sl_time_format(time, zone, text);
    return length == strlen(text) ? text : "wrong length";
}

TEST(civil_goes_there_and_back)
{
    for (sl_time time = -INT64_C(9000000000000000000); time < INT64_C(9000000000000000000);
         time += INT64_C(7777777777777777)) {
        sl_civil civil = sl_civil_at(time, NULL);
        if (sl_civil_time(&civil, NULL) != time) TEST_FAIL("%" PRId64, time);
    }
    sl_civil epoch = sl_civil_at(0, sl_zone_utc());
    CHECK(epoch.year == 1970 && epoch.month == 1 && epoch.day == 1 && epoch.weekday == 4);
    CHECK_INT(1, epoch.year_day);
    sl_civil before = sl_civil_at(-1, NULL);
    CHECK(before.year == 1969 && before.month == 12 && before.day == 31 && before.second == 59);
    CHECK_INT(999999999, before.nanosecond);
    CHECK_INT(365, before.year_day);
    sl_civil leap = sl_civil_at(INT64_C(1709164800) * SL_SECOND, NULL);
    CHECK(leap.year == 2024 && leap.month == 2 && leap.day == 29 && leap.year_day == 60);
}

TEST(civil_normalises)
{
    sl_civil civil = {.year = 2023,
                      .month = 14,
                      .day = 0,
                      .hour = 25,
                      .minute = -1,
                      .second = 61,
                      .nanosecond = -1};
    CHECK_TEXT("2024-02-01T01:00:00.999999999Z",
               sl_text_from(formatted(sl_civil_time(&civil, NULL), NULL)));
    civil = (sl_civil){.year = 2023, .month = -11, .day = 1};
    CHECK_TEXT("2022-01-01T00:00:00.000Z",
               sl_text_from(formatted(sl_civil_time(&civil, NULL), NULL)));
    civil.year = 3000;
    CHECK(sl_civil_time(&civil, NULL) == SL_TIME_NONE);
    civil.year = INT64_MIN;
    CHECK(sl_civil_time(&civil, NULL) == SL_TIME_NONE);
    civil = (sl_civil){.year = 1970, .month = INT32_MAX, .day = INT32_MAX, .hour = INT32_MAX};
    CHECK(sl_civil_time(&civil, NULL) == SL_TIME_NONE);
}

TEST(civil_handles_hours_that_come_twice_or_never)
{
    sl_zone *zone = sl_zone_new(SL_TEXT("Europe/Berlin"));
    if (zone == NULL) SKIP("no zone files");
    sl_civil twice = {.year = 2023, .month = 10, .day = 29, .hour = 2, .minute = 30};
    CHECK_TEXT("2023-10-29T00:30:00.000Z",
               sl_text_from(formatted(sl_civil_time(&twice, zone), NULL)));
    sl_civil never = {.year = 2023, .month = 3, .day = 26, .hour = 2, .minute = 30};
    CHECK_TEXT("2023-03-26T01:30:00.000Z",
               sl_text_from(formatted(sl_civil_time(&never, zone), NULL)));
    sl_civil summer = {.year = 2023, .month = 7, .day = 1};
    CHECK_TEXT("2023-06-30T22:00:00.000Z",
               sl_text_from(formatted(sl_civil_time(&summer, zone), NULL)));
    CHECK_TEXT("2023-07-01T00:00:00.000+02:00",
               sl_text_from(formatted(sl_civil_time(&summer, zone), zone)));
    sl_zone_free(zone);
}

TEST(time_parses_what_logs_write)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"2023-07-10T12:11:26Z", "2023-07-10T12:11:26.000Z"},
        {"2023-07-10T12:11:26.1234567Z", "2023-07-10T12:11:26.123456700Z"},
        {"2023-07-10T12:11:26.123456789Z", "2023-07-10T12:11:26.123456789Z"},
        {"2023-07-10T12:11:26.1234567891234Z", "2023-07-10T12:11:26.123456789Z"},
        {"2023-07-10T12:11:26.5", "2023-07-10T12:11:26.500Z"},
        {"2023-07-10T12:11:26,25Z", "2023-07-10T12:11:26.250Z"},
        {"2023-07-10T12:11:26+00:00", "2023-07-10T12:11:26.000Z"},
        {"2023-07-10T12:11:26.000000+02:00", "2023-07-10T10:11:26.000Z"},
        {"2023-07-10T12:11:26-0530", "2023-07-10T17:41:26.000Z"},
        {"2023-07-10T12:11:26+02", "2023-07-10T10:11:26.000Z"},
        {"2023-07-10 12:11:26", "2023-07-10T12:11:26.000Z"},
        {"2023-07-10 12:11:26 UTC", "2023-07-10T12:11:26.000Z"},
        {"2023-07-10 12:11:26 +0200", "2023-07-10T10:11:26.000Z"},
        {"2023-07-10t12:11z", "2023-07-10T12:11:00.000Z"},
        {"2023/07/10 12:11:26", "2023-07-10T12:11:26.000Z"},
        {"2023-07-10", "2023-07-10T00:00:00.000Z"},
        {"20230710T121126Z", "2023-07-10T12:11:26.000Z"},
        {"20230710T1211Z", "2023-07-10T12:11:00.000Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"1/9/2007 9:41:00 AM", "2007-01-09T09:41:00.000Z"},
        {"12/31/2023 12:00:00 AM", "2023-12-31T00:00:00.000Z"},
        {"12/31/2023 12:00:00 PM", "2023-12-31T12:00:00.000Z"},
        {"12/31/2023, 11:59:59.5 pm", "2023-12-31T23:59:59.500Z"},
        {"1/9/2007", "2007-01-09T00:00:00.000Z"},
        {"01/09/2007 19:41", "2007-01-09T19:41:00.000Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"2262-01-01T00:00:00Z", "2262-01-01T00:00:00.000Z"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        sl_time time = 0;
        if (!sl_time_parse(sl_text_from(cases[i].text), &time)) TEST_FAIL("%s", cases[i].text);
        CHECK_TEXT(cases[i].expected, sl_text_from(formatted(time, NULL)));
    }
}

TEST(time_refuses_what_is_none)
{
    static const char *const texts[] = {
        "",
        "now",
        "2023",
        "2023-07",
        "20230710",
        "2023-7-10",
        "2023-13-01",
        "2023-00-10",
        "2023-02-29",
        "2023-07-32",
        "2023-07-10T",
        "2023-07-10T12",
        "2023-07-10T24:00:00Z",
        "2023-07-10T12:60:00Z",
        "2023-07-10T12:11:61Z",
        "2023-07-10T12:11:26.Z",
        "2023-07-10T12:11:26ZZ",
        "2023-07-10T12:11:26 ",
        " 2023-07-10",
        "2023-07-10T12:11:26+24:00",
        "2023-07-10T12:11:26+2",
        "2023-07/10",
        "13/12/2023",
        "1/9/20071",
        "1/9/07 10:00:00",
        "1/9/2007 13:00:00 PM",
        "1/9/2007 0:00:00 AM",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "1688991086",
        "12345678901234567890",
        "2023-07-10T12:11:26Zjunk",
    };
    sl_time time = 42;
    for (size_t i = 0; i < SL_COUNT(texts); i++)
        if (sl_time_parse(sl_text_from(texts[i]), &time)) TEST_FAIL("'%s' is a time", texts[i]);
    CHECK(!sl_time_parse(SL_TEXT("2023-07-10\0"), &time));
    CHECK(!sl_time_parse(sl_text_make(NULL, 0), &time));
    CHECK_INT(42, time);
}

TEST(time_takes_any_prefix_without_harm)
{
    static const char *const texts[] = {"2023-07-10T12:11:26.1234567+02:00:30",
                                        "12/31/2023, 11:59:59.5 pm UTC"};
    for (size_t i = 0; i < SL_COUNT(texts); i++)
        for (size_t length = 0; length <= strlen(texts[i]); length++) {
            char copy[64];
            sl_time time;
            memcpy(copy, texts[i], length);
            sl_time_parse(sl_text_make(copy, length), &time);
        }
}

/* Times in UTC to the second are read a shorter way: it must agree with the longer one. */
TEST(time_is_read_the_same_both_ways)
{
    static const char digits[] = "0123456789:/";
    uint32_t state = 7;
    int good = 0;
    for (int round = 0; round < 200000; round++) {
        char shorter[] = "2024-02-29T23:59:59Z", longer[32];
        for (int n = 0; n < 4; n++) {
            state = state * 1664525 + 1013904223;
            size_t at = (state >> 16) % 19;
            if (shorter[at] >= '0' && shorter[at] <= '9')
                shorter[at] = digits[(state >> 24) % (round % 50 == 0 ? 12 : 10)];
        }
        snprintf(longer, sizeof longer, "%.19s+00:00", shorter);
        sl_time a = 0, b = 0;
        bool reads = sl_time_parse(sl_text_from(shorter), &a);
        if (reads != sl_time_parse(sl_text_from(longer), &b) || a != b)
            TEST_FAIL("%s is not %s", shorter, longer);
        good += reads ? 1 : 0;
    }
    CHECK(good > 10000);
}

TEST(time_parses_in_a_zone)
{
    sl_zone *zone = sl_zone_new(SL_TEXT("+02:00"));
    sl_time time = 0;
    CHECK(sl_time_parse_in(SL_TEXT("2023-07-10T12:00:00"), zone, &time));
    CHECK_TEXT("2023-07-10T10:00:00.000Z", sl_text_from(formatted(time, NULL)));
    CHECK(sl_time_parse_in(SL_TEXT("2023-07-10T12:00:00Z"), zone, &time));
    CHECK_TEXT("2023-07-10T14:00:00.000+02:00", sl_text_from(formatted(time, zone)));
    sl_zone_free(zone);
}

TEST(time_formats)
{
    CHECK_TEXT("1970-01-01T00:00:00.000Z", sl_text_from(formatted(0, NULL)));
    CHECK_TEXT("1970-01-01T00:00:00.001Z", sl_text_from(formatted(1000000, NULL)));
    CHECK_TEXT("1970-01-01T00:00:00.000001Z", sl_text_from(formatted(1000, NULL)));
    CHECK_TEXT("1970-01-01T00:00:00.000000001Z", sl_text_from(formatted(1, NULL)));
    CHECK_TEXT("", sl_text_from(formatted(SL_TIME_NONE, NULL)));
    CHECK_TEXT("2262-04-11T23:47:16.854775807Z", sl_text_from(formatted(INT64_MAX, NULL)));
    CHECK_TEXT("1677-09-21T00:12:43.145224193Z", sl_text_from(formatted(INT64_MIN + 1, NULL)));
    sl_zone *zone = sl_zone_new(SL_TEXT("-03:30"));
    CHECK_TEXT("1969-12-31T20:30:00.000-03:30", sl_text_from(formatted(0, zone)));
    sl_zone_free(zone);
    CHECK(sl_time_now() > INT64_C(1600000000) * SL_SECOND);
}

TEST(calendar_agrees_with_itself)
{
    int64_t days = sl_days_of_date(-400, 1, 1);
    for (int64_t year = -400; year <= 2800; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= sl_days_in_month(year, month); day++, days++) {
                sl_date date = sl_date_of_days(days);
                if (sl_days_of_date(year, month, day) != days || date.year != year
                    || date.month != month || date.day != day) {
                    TEST_FAIL("%d-%d-%d", (int)year, month, day);
                    return;
                }
            }
    CHECK_INT(0, sl_days_of_date(1970, 1, 1));
    CHECK_INT(19548, sl_days_of_date(2023, 7, 10));
    CHECK_INT(1, sl_weekday_of_days(19548));
    CHECK_INT(3, sl_weekday_of_days(-1));
}

TEST_MAIN(RUN(civil_goes_there_and_back) RUN(civil_normalises)
              RUN(civil_handles_hours_that_come_twice_or_never) RUN(time_parses_what_logs_write)
                  RUN(time_refuses_what_is_none) RUN(time_takes_any_prefix_without_harm)
                      RUN(time_is_read_the_same_both_ways) RUN(time_parses_in_a_zone)
                          RUN(time_formats) RUN(calendar_agrees_with_itself))
