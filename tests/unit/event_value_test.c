/* event_value_test.c - text, numbers, copies and keys of values. */
#include "event/value.h"

#include <float.h>
#include <math.h>

#include "test.h"

static sl_value number(const char *text)
{
    return sl_number_as(sl_text_from(text));
}

static void expect_text(const char *expected, sl_value v)
{
    char scratch[SL_VALUE_TEXT_MAX];
    CHECK_TEXT(expected, sl_value_text(v, scratch));
}

TEST(text)
{
    sl_value item = sl_integer(1);
    expect_text("abc", sl_string(SL_TEXT("abc")));
    expect_text("1.10", number("1.10"));
    expect_text("{\"a\":1}", sl_json(SL_TEXT("{\"a\":1}")));
    expect_text("null", (sl_value){.kind = SL_NULL});
    expect_text("true", sl_bool(true));
    expect_text("false", sl_bool(false));
    expect_text("-9223372036854775808", sl_integer(INT64_MIN));
    expect_text("0.5", sl_real(0.5));
    expect_text("", sl_missing());
    expect_text("", sl_list(&item, 1));
    CHECK(sl_is_missing(sl_moment(SL_TIME_NONE)));
    expect_text("1688991086", sl_moment(1688991086 * SL_SECOND));
    expect_text("1688991086.923", sl_moment(1688991086 * SL_SECOND + 923000000));
    expect_text("0.000000001", sl_moment(1));
    expect_text("-0.5", sl_moment(-SL_SECOND / 2));
    expect_text("-1.25", sl_moment(-SL_SECOND - SL_SECOND / 4));
    expect_text("0", sl_moment(0));
    expect_text("9223372036.854775807", sl_moment(INT64_MAX));
}

TEST(numbers)
{
    double real = -1;
    int64_t whole = -1;
    CHECK(sl_value_number(number("1.5e1"), &real) && real == 15);
    CHECK(sl_value_number(sl_string(SL_TEXT("42")), &real) && real == 42);
    CHECK(!sl_value_number(sl_string(SL_TEXT("4 2")), &real));
    CHECK(!sl_value_number(sl_string(SL_TEXT("")), &real));
    CHECK(sl_value_number(sl_moment(SL_SECOND / 2), &real) && real == 0.5);
    CHECK(!sl_value_number(sl_bool(true), &real));
    CHECK(!sl_value_number(sl_missing(), &real));
    CHECK(sl_value_integer(number("9223372036854775807"), &whole) && whole == INT64_MAX);
    CHECK(!sl_value_integer(number("9223372036854775808"), &whole));
    CHECK(sl_value_integer(number("5.0"), &whole) && whole == 5);
    CHECK(!sl_value_integer(number("5.5"), &whole));
    CHECK(sl_value_integer(sl_real(-3), &whole) && whole == -3);
    CHECK(!sl_value_integer(sl_real(DBL_MAX), &whole));
    CHECK(!sl_value_integer(sl_real(NAN), &whole));
    CHECK(sl_value_integer(sl_moment(7 * SL_SECOND), &whole) && whole == 7);
    CHECK(!sl_value_integer(sl_moment(1), &whole));
}

TEST(copies)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    char bytes[] = "text";
    sl_value items[3] = {sl_string(sl_text_make(bytes, 4)), sl_integer(7), sl_missing()};
    sl_value copy = sl_value_copy(&arena, sl_list(items, 3));
    CHECK_INT(3 * sizeof(sl_value) + 4, sl_value_bytes_deep(sl_list(items, 3)));
    CHECK_INT(4, sl_value_bytes_deep(items[0]));
    CHECK_INT(0, sl_value_bytes_deep(items[1]));
    memset(bytes, 'x', 4);
    items[1] = sl_missing();
    CHECK_INT(3, copy.length);
    CHECK_TEXT("text", sl_value_bytes(copy.items[0]));
    CHECK(sl_value_same(copy.items[1], sl_integer(7)));
    CHECK(sl_value_same(sl_value_copy(&arena, sl_string(SL_TEXT(""))), sl_string(SL_TEXT(""))));
    sl_arena_fini(&arena);
    sl_arena_init(&arena, 1);
    CHECK(sl_is_missing(sl_value_copy(&arena, sl_string(SL_TEXT("longer than allowed")))));
    CHECK(arena.failed);
    sl_arena_fini(&arena);
}

TEST(sameness)
{
    sl_value a[2] = {sl_integer(1), sl_string(SL_TEXT("x"))};
    sl_value b[2] = {sl_integer(1), sl_string(SL_TEXT("y"))};
    CHECK(sl_value_same(number("1.0"), number("1.0")));
    CHECK(!sl_value_same(number("1.0"), number("1")));
    CHECK(!sl_value_same(number("1"), sl_string(SL_TEXT("1"))));
    CHECK(sl_value_same(sl_missing(), sl_missing()));
    CHECK(sl_value_same(sl_list(a, 2), sl_list(a, 2)));
    CHECK(!sl_value_same(sl_list(a, 2), sl_list(b, 2)));
    CHECK(!sl_value_same(sl_list(a, 1), sl_list(a, 2)));
    CHECK(!sl_value_same(sl_bool(true), sl_bool(false)));
}

static bool same_key(sl_value a, sl_value b)
{
    sl_buffer x, y;
    sl_buffer_init(&x);
    sl_buffer_init(&y);
    sl_value_encode(&x, a);
    sl_value_encode(&y, b);
    bool same = sl_text_equal(sl_buffer_text(&x), sl_buffer_text(&y));
    sl_buffer_fini(&x);
    sl_buffer_fini(&y);
    /* What says the same without bytes must say the same. */
    CHECK(same == sl_value_reads_same(&a, &b));
    CHECK(same == sl_value_reads_same(&b, &a));
    CHECK(same == (sl_value_hash(&a, 7) == sl_value_hash(&b, 7)));
    return same;
}

TEST(keys)
{
    sl_value ab[2] = {sl_string(SL_TEXT("a")), sl_string(SL_TEXT("b"))};
    sl_value joined = sl_string(SL_TEXT("ab"));
    CHECK(same_key(number("5"), sl_string(SL_TEXT("5"))));
    CHECK(same_key(number("5"), sl_integer(5)));
    CHECK(same_key(sl_real(5), sl_integer(5)));
    CHECK(!same_key(number("5.0"), sl_integer(5)));
    CHECK(!same_key(sl_missing(), sl_string(SL_TEXT(""))));
    CHECK(!same_key((sl_value){.kind = SL_NULL}, sl_string(SL_TEXT("null"))));
    CHECK(!same_key(sl_list(ab, 2), joined));
    CHECK(!same_key(sl_list(ab, 1), ab[0]));
    CHECK(same_key(sl_list(ab, 2), sl_list(ab, 2)));
    sl_value other[2] = {ab[0], sl_integer(1)}, one[2] = {ab[0], number("1")};
    CHECK(!same_key(sl_list(ab, 2), sl_list(other, 2)));
    CHECK(same_key(sl_list(one, 2), sl_list(other, 2)));
    CHECK(!same_key(sl_list(ab, 0), sl_missing()));
    CHECK(!same_key(sl_missing(), (sl_value){.kind = SL_NULL}));
    CHECK(same_key(sl_bool(true), sl_string(SL_TEXT("true"))));
    CHECK(same_key(sl_json(SL_TEXT("{}")), sl_string(SL_TEXT("{}"))));
    CHECK(same_key(sl_moment(5 * SL_SECOND), number("5")));
}

TEST_MAIN(RUN(text) RUN(numbers) RUN(copies) RUN(sameness) RUN(keys))
