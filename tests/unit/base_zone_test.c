/* base_zone_test.c - offsets of zones, against moments that are known. */
#include "base/clock.h"

#include "test.h"

static int32_t offset_at(const sl_zone *zone, const char *time)
{
    sl_time moment = 0;
    CHECK(sl_time_parse(sl_text_from(time), &moment));
    return sl_zone_offset(zone, moment);
}

TEST(zone_knows_fixed_offsets)
{
    static const struct {
        const char *name;
        int32_t offset;
    } cases[] = {
        {"UTC", 0},       {"utc", 0},        {"Z", 0},       {"GMT", 0},
        {"+02:00", 7200}, {"-0530", -19800}, {"+14", 50400}, {"-00:00", 0},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        sl_zone *zone = sl_zone_new(sl_text_from(cases[i].name));
        CHECK(zone != NULL);
        CHECK_INT(cases[i].offset, sl_zone_offset(zone, 0));
        sl_zone_free(zone);
    }
    CHECK_INT(0, sl_zone_offset(NULL, 5));
    CHECK_TEXT("UTC", sl_zone_letters(sl_zone_utc(), 0));
    sl_zone_free(NULL);
    sl_zone_free((sl_zone *)sl_zone_utc());
}

TEST(zone_refuses_names_that_are_none)
{
    static const char *const names[] = {
        "",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/passwd",
        "Europe/../Europe/Berlin",
        "Europe",
        "+25:00",
        "+2",
        "+02:60",
        "+02:000",
        "+02:",
        "tzdata.zi",
        "zone1970.tab",
        "Europe/Berlin\n",
        "right/Europe/Berlin/and/a/name/that/is/longer/than/any/zone/has/ever/been/named/so/far",
    };
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        sl_zone *zone = sl_zone_new(sl_text_from(names[i]));
        if (zone != NULL) TEST_FAIL("'%s' is a zone", names[i]);
        sl_zone_free(zone);
    }
    CHECK(sl_zone_new(SL_TEXT("UTC\0x")) == NULL);
}

TEST(zone_follows_summer_time)
{
    sl_zone *zone = sl_zone_new(SL_TEXT("Europe/Berlin"));
    if (zone == NULL) SKIP("no zone files");
    CHECK_INT(3600, offset_at(zone, "2023-01-15T12:00:00Z"));
    CHECK_INT(7200, offset_at(zone, "2023-07-15T12:00:00Z"));
    CHECK_INT(3600, offset_at(zone, "2023-03-26T00:59:59Z"));
    CHECK_INT(7200, offset_at(zone, "2023-03-26T01:00:00Z"));
    CHECK_INT(7200, offset_at(zone, "2023-10-29T00:59:59Z"));
    CHECK_INT(3600, offset_at(zone, "2023-10-29T01:00:00Z"));
    /* Beyond the table, by the rule. */
    CHECK_INT(3600, offset_at(zone, "2100-03-28T00:59:59Z"));
    CHECK_INT(7200, offset_at(zone, "2100-03-28T01:00:00Z"));
    CHECK_INT(3600, offset_at(zone, "2100-10-31T01:00:00Z"));
    /* Before any table. */
    CHECK_INT(3208, offset_at(zone, "1700-01-01T00:00:00Z"));
    sl_time july = 0;
    CHECK(sl_time_parse(SL_TEXT("2023-07-15"), &july));
    CHECK_TEXT("CEST", sl_zone_letters(zone, july));
    sl_zone_free(zone);
}

TEST(zone_knows_the_south_and_odd_offsets)
{
    sl_zone *sydney = sl_zone_new(SL_TEXT("Australia/Sydney"));
    sl_zone *kolkata = sl_zone_new(SL_TEXT("Asia/Kolkata"));
    sl_zone *new_york = sl_zone_new(SL_TEXT("America/New_York"));
    sl_zone *kathmandu = sl_zone_new(SL_TEXT("Asia/Kathmandu"));
    if (sydney == NULL || kolkata == NULL || new_york == NULL || kathmandu == NULL) {
        sl_zone_free(sydney), sl_zone_free(kolkata), sl_zone_free(new_york);
        sl_zone_free(kathmandu);
        SKIP("no zone files");
    }
    CHECK_INT(39600, offset_at(sydney, "2090-01-15T00:00:00Z"));
    CHECK_INT(36000, offset_at(sydney, "2090-07-15T00:00:00Z"));
    CHECK_INT(39600, offset_at(sydney, "2090-12-15T00:00:00Z"));
    CHECK_INT(19800, offset_at(kolkata, "2090-07-15T00:00:00Z"));
    CHECK_INT(20700, offset_at(kathmandu, "2023-07-15T00:00:00Z"));
    CHECK_INT(-14400, offset_at(new_york, "2023-03-12T07:00:00Z"));
    CHECK_INT(-18000, offset_at(new_york, "2023-03-12T06:59:59Z"));
    /* April 2262, the last moment there is. */
    CHECK_INT(-14400, sl_zone_offset(new_york, INT64_MAX));
    sl_zone_free(sydney), sl_zone_free(kolkata), sl_zone_free(new_york);
    sl_zone_free(kathmandu);
}

TEST_MAIN(RUN(zone_knows_fixed_offsets) RUN(zone_refuses_names_that_are_none)
              RUN(zone_follows_summer_time) RUN(zone_knows_the_south_and_odd_offsets))
