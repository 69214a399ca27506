/* base_number_test.c - what counts as a number, and how one is written. */
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "test.h"

static double parsed(const char *text)
{
    double number = -12345;
    return sl_number_parse(sl_text_from(text), &number) ? number : NAN;
}

TEST(number_parses_decimals)
{
    static const char *const texts[] = {
        "0",
        "1",
        "-1",
        "+1",
        "1.5",
        ".5",
        "5.",
        "-.5",
        "1e3",
        "1E+3",
        "1.25e-2",
        "0.1",
        "007",
        "123456789012345678901234567890",
        "9007199254740993",
        "1e22",
        "1e23",
        "4.9e-324",
        "1e-400",
        "1.7976931348623157e308",
        "0.000000000000000000000000000001",
        "2.2250738585072011e-308",
        "179769313486231580793728971405301e270",
        "0e999999999999999999999",
    };
    for (size_t i = 0; i < SL_COUNT(texts); i++) {
        double number = parsed(texts[i]);
        if (number != strtod(texts[i], NULL)) TEST_FAIL("%s gives %.17g", texts[i], number);
    }
}

TEST(number_refuses_what_is_none)
{
    static const char *const texts[] = {
        "",      "+",    "-",   ".",      "-.",
        "e1",    "1e",   "1e+", "1 ",     " 1",
        "1.2.3", "0x10", "inf", "nan",    "infinity",
        "1,5",   "--1",  "1f",  "12e456", "1e99999999999999999999",
        "1_000", "٣",
    };
    for (size_t i = 0; i < SL_COUNT(texts); i++)
        if (!isnan(parsed(texts[i]))) TEST_FAIL("'%s' is taken for a number", texts[i]);
    double number;
    CHECK(!sl_number_parse(SL_TEXT("1\0"), &number));
}

TEST(number_rounds_long_digits_right)
{
    /* Halfway between two doubles, then a hair above, far behind. */
    enum { ZEROS = 3000 };
    static char text[ZEROS + 64];
    int length = snprintf(text, sizeof text, "9007199254740993.");
    memset(text + length, '0', ZEROS);
    text[length + ZEROS] = '\0';
    CHECK(parsed(text) == 9007199254740992.0);
    text[length + ZEROS - 1] = '1';
    CHECK(parsed(text) == 9007199254740994.0);
    memset(text, '0', ZEROS);
    memcpy(text + ZEROS, "12e0", 5);
    CHECK(parsed(text) == 12);
}

TEST(number_does_not_follow_the_locale)
{
    /* None of them may be installed; then the test has little to say, yet holds. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) setlocale(LC_ALL, "fr_FR.UTF-8");
    char text[SL_NUMBER_TEXT_MAX];
    CHECK(parsed("1.5") == 1.5);
    CHECK(parsed("3.14159265358979323846264338") == 3.141592653589793);
    CHECK_TEXT("0.1", sl_text_make(text, sl_number_format(0.1, text)));
    setlocale(LC_ALL, "C");
}

TEST(integer_parses_64_bits)
{
    int64_t integer = 0;
    CHECK(sl_integer_parse(SL_TEXT("-9223372036854775808"), &integer) && integer == INT64_MIN);
    CHECK(sl_integer_parse(SL_TEXT("9223372036854775807"), &integer) && integer == INT64_MAX);
    CHECK(sl_integer_parse(SL_TEXT("+0012"), &integer) && integer == 12);
    integer = 5;
    CHECK(!sl_integer_parse(SL_TEXT("9223372036854775808"), &integer));
    CHECK(!sl_integer_parse(SL_TEXT("-9223372036854775809"), &integer));
    CHECK(!sl_integer_parse(SL_TEXT("99999999999999999999999"), &integer));
    CHECK(!sl_integer_parse(SL_TEXT(""), &integer));
    CHECK(!sl_integer_parse(SL_TEXT("-"), &integer));
    CHECK(!sl_integer_parse(SL_TEXT("1.0"), &integer));
    CHECK_INT(5, integer);
}

static void check_format(const char *expected, double number)
{
    char text[SL_NUMBER_TEXT_MAX];
    memset(text, 'x', sizeof text);
    size_t length = sl_number_format(number, text);
    CHECK_TEXT(expected, sl_text_make(text, length));
    CHECK_INT(0, text[length]);
}

TEST(number_formats)
{
    check_format("0", 0);
    check_format("0", -0.0);
    check_format("1", 1);
    check_format("-17", -17);
    check_format("1.5", 1.5);
    check_format("0.1", 0.1);
    check_format("0.3", 0.1 + 0.2);
    check_format("-0.000001", -1e-6);
    check_format("1e-07", 1e-7);
    check_format("1.25e-300", 1.25e-300);
    check_format("0.333333333333333", 1.0 / 3);
    check_format("100000", 100000);
    check_format("999999999999999", 999999999999999);
    check_format("1000000000000000", 1e15);
    check_format("1689000000123456", 1689000000123456);
    check_format("9007199254740992", 9007199254740992);
    check_format("1.84467440737096e+19", 18446744073709551616.0);
    check_format("-1.79769313486232e+308", -1.7976931348623157e308);
    check_format("4.94065645841247e-324", 4.9e-324);
    check_format("123456.789", 123456.789);
    check_format("1000000000000000", 999999999999999.9);
    check_format("nan", NAN);
    check_format("inf", INFINITY);
    check_format("-inf", -INFINITY);
}

TEST(integer_formats)
{
    char text[SL_NUMBER_TEXT_MAX];
    CHECK_TEXT("-9223372036854775808", sl_text_make(text, sl_integer_format(INT64_MIN, text)));
    CHECK_TEXT("9223372036854775807", sl_text_make(text, sl_integer_format(INT64_MAX, text)));
    CHECK_TEXT("0", sl_text_make(text, sl_integer_format(0, text)));
}

TEST(size_parses_units)
{
    uint64_t bytes = 0;
    CHECK(sl_size_parse(SL_TEXT("4GiB"), &bytes) && bytes == UINT64_C(4) << 30);
    CHECK(sl_size_parse(SL_TEXT("256M"), &bytes) && bytes == 256u << 20);
    CHECK(sl_size_parse(SL_TEXT("64k"), &bytes) && bytes == 64u << 10);
    CHECK(sl_size_parse(SL_TEXT("64KB"), &bytes) && bytes == 64u << 10);
    CHECK(sl_size_parse(SL_TEXT("1024"), &bytes) && bytes == 1024);
    CHECK(sl_size_parse(SL_TEXT("12B"), &bytes) && bytes == 12);
    CHECK(sl_size_parse(SL_TEXT("0"), &bytes) && bytes == 0);
    static const char *const wrong[] = {
        "",
        "k",
        "-1",
        "+1",
        "1x",
        "1kk",
        "1.5G",
        "1 G",
        "99999999P",
        "16384P",
        "99999999999999999999",
        "1ib",
    };
    for (size_t i = 0; i < SL_COUNT(wrong); i++)
        if (sl_size_parse(sl_text_from(wrong[i]), &bytes)) TEST_FAIL("'%s' is a size", wrong[i]);
}

TEST_MAIN(RUN(number_parses_decimals) RUN(number_refuses_what_is_none)
              RUN(number_rounds_long_digits_right) RUN(number_does_not_follow_the_locale)
                  RUN(integer_parses_64_bits) RUN(number_formats) RUN(integer_formats)
                      RUN(size_parses_units))
