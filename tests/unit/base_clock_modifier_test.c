/* base_clock_modifier_test.c - Splunk's time modifiers.
 *
 * Expected values follow Splunk's Search Manual, "Specify time modifiers in your search". */
#include "base/clock.h"

#include "test.h"

/* 2023-07-12 was a Wednesday. */
#define NOW "2023-07-12T14:35:47.250Z"

static sl_text applied(const char *modifier, const char *now, const sl_zone *zone)
{
    static char text[48];
    sl_time from = 0, time = 0;
    CHECK(sl_time_parse(sl_text_from(now), &from));
    if (!sl_time_parse_modifier(sl_text_from(modifier), from, zone, &time)) return SL_TEXT("none");
    return sl_text_make(text, sl_time_format(time, NULL, text));
}

TEST(modifier_applies)
{
    static const struct {
        const char *modifier, *expected;
    } cases[] = {
        {"now", NOW},
        {"now()", NOW},
        {" now ", NOW},
        {"-7d@d", "2023-07-05T00:00:00.000Z"},
        {"-1h", "2023-07-12T13:35:47.250Z"},
        {"-h", "2023-07-12T13:35:47.250Z"},
        {"-60m", "2023-07-12T13:35:47.250Z"},
        {"+30s", "2023-07-12T14:36:17.250Z"},
        {"-h@h", "2023-07-12T13:00:00.000Z"},
        {"@m", "2023-07-12T14:35:00.000Z"},
        {"@s", "2023-07-12T14:35:47.000Z"},
        {"@d", "2023-07-12T00:00:00.000Z"},
        {"@day", "2023-07-12T00:00:00.000Z"},
        {"@d-2h", "2023-07-11T22:00:00.000Z"},
        {"@w", "2023-07-09T00:00:00.000Z"},
        {"@w0", "2023-07-09T00:00:00.000Z"},
        {"@w7", "2023-07-09T00:00:00.000Z"},
        {"@w1", "2023-07-10T00:00:00.000Z"},
        {"@w3", "2023-07-12T00:00:00.000Z"},
        {"@w4", "2023-07-06T00:00:00.000Z"},
        {"@week", "2023-07-09T00:00:00.000Z"},
        {"-1w@w5", "2023-06-30T00:00:00.000Z"},
        {"@mon", "2023-07-01T00:00:00.000Z"},
        {"-1mon@mon+7d", "2023-06-08T00:00:00.000Z"},
        {"+3mon@mon", "2023-10-01T00:00:00.000Z"},
        {"-2q@q", "2023-01-01T00:00:00.000Z"},
        {"@qtr", "2023-07-01T00:00:00.000Z"},
        {"@y", "2023-01-01T00:00:00.000Z"},
        {"-2years@year", "2021-01-01T00:00:00.000Z"},
        {"-1y@mon", "2022-07-01T00:00:00.000Z"},
        {"-0d", NOW},
        {"now-5m@m", "2023-07-12T14:30:00.000Z"},
        {"1", "1970-01-01T00:00:01.000Z"},
        {"0", "1970-01-01T00:00:00.000Z"},
        {"1433188255.5", "2015-06-01T19:50:55.500Z"},
        {"1433188255.123456789", "2015-06-01T19:50:55.123456789Z"},
        {"2023-07-01", "2023-07-01T00:00:00.000Z"},
        {"10/19/2018:0:0:0", "2018-10-19T00:00:00.000Z"},
        {"10/27/2018:00:30:15", "2018-10-27T00:30:15.000Z"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        CHECK_TEXT(cases[i].expected, applied(cases[i].modifier, NOW, NULL));
}

TEST(modifier_refuses)
{
    static const char *const wrong[] = {
        "",
        " ",
        "rt",
        "rtnow",
        "rt-5m",
        "-rt-5m",
        "-",
        "+",
        "@",
        "d",
        "7d",
        "-7",
        "-7x",
        "-7d@",
        "-7d@x",
        "@w8",
        "@w12",
        "@week1",
        "@d1",
        "-7D",
        "-1d -1h",
        "nowx",
        "now5",
        "-99999999999s",
        "-9999999y",
        "+400y",
        "99999999999999",
        "1433188255.5x",
        "1e9",
        "-1.5d",
        "-5",
    };
    for (size_t i = 0; i < SL_COUNT(wrong); i++)
        if (!sl_text_equal(applied(wrong[i], NOW, NULL), SL_TEXT("none")))
            TEST_FAIL("'%s' is a modifier", wrong[i]);
}

TEST(modifier_ends_short_months)
{
    CHECK_TEXT("2023-02-28T10:00:00.000Z", applied("-1mon", "2023-03-31T10:00:00Z", NULL));
    CHECK_TEXT("2024-02-29T10:00:00.000Z", applied("+1mon", "2024-01-31T10:00:00Z", NULL));
    CHECK_TEXT("2023-02-28T10:00:00.000Z", applied("-1y", "2024-02-29T10:00:00Z", NULL));
    CHECK_TEXT("2022-12-31T10:00:00.000Z", applied("-1mon", "2023-01-31T10:00:00Z", NULL));
}

TEST(modifier_follows_the_zone)
{
    sl_zone *zone = sl_zone_new(SL_TEXT("Europe/Berlin"));
    if (zone == NULL) SKIP("no zone files");
    CHECK_TEXT("2023-07-11T22:00:00.000Z", applied("@d", NOW, zone));
    CHECK_TEXT("2022-12-31T23:00:00.000Z", applied("@y", NOW, zone));
    /* The night in which an hour is left out: a day is not 24 hours. */
    CHECK_TEXT("2023-03-25T11:00:00.000Z", applied("-1d", "2023-03-26T10:00:00Z", zone));
    CHECK_TEXT("2023-03-25T10:00:00.000Z", applied("-24h", "2023-03-26T10:00:00Z", zone));
    CHECK_TEXT("2023-06-30T22:00:00.000Z", applied("2023-07-01", NOW, zone));
    CHECK_TEXT("2023-06-30T22:00:00.000Z", applied("07/01/2023:00:00:00", NOW, zone));
    /* An hour that comes twice is rounded down within itself. */
    CHECK_TEXT("2023-10-29T01:00:00.000Z", applied("@h", "2023-10-29T01:30:00Z", zone));
    sl_zone_free(zone);
    zone = sl_zone_new(SL_TEXT("+05:30"));
    CHECK_TEXT("2023-07-12T14:30:00.000Z", applied("@h", NOW, zone));
    sl_zone_free(zone);
}

TEST(modifier_stays_in_range)
{
    static const char *const modifiers[] = {"@d",  "@y",  "@h",  "@s", "@w",
                                            "-1s", "+1s", "-1d", "+1y"};
    static const sl_time ends[] = {INT64_MIN + 1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < SL_COUNT(modifiers); i++)
        for (size_t j = 0; j < SL_COUNT(ends); j++) {
            sl_time time;
            sl_time_parse_modifier(sl_text_from(modifiers[i]), ends[j], NULL, &time);
        }
    sl_time time = 0;
    CHECK(!sl_time_parse_modifier(SL_TEXT("+1s"), INT64_MAX, NULL, &time));
    CHECK(!sl_time_parse_modifier(SL_TEXT("-1s"), INT64_MIN + 1, NULL, &time));
}

TEST_MAIN(RUN(modifier_applies) RUN(modifier_refuses) RUN(modifier_ends_short_months)
              RUN(modifier_follows_the_zone) RUN(modifier_stays_in_range))
