/* event_path_test.c - the canonical spelling, there and back. */
#include "event/path.h"

#include "test.h"

static sl_arena arena;

static void expect_round(const char *spelling, const char *canonical, uint32_t count)
{
    sl_path path, again;
    if (!sl_path_parse(sl_text_from(spelling), &arena, &path)) {
        TEST_FAIL("%s is not a path", spelling);
        return;
    }
    CHECK_INT(count, path.count);
    sl_buffer out;
    sl_buffer_init(&out);
    sl_path_print(&out, path);
    CHECK_TEXT(canonical, sl_buffer_text(&out));
    CHECK(sl_path_parse(sl_buffer_text(&out), &arena, &again) && sl_path_equal(path, again));
    sl_buffer_fini(&out);
}

TEST(spellings)
{
    expect_round("a", "a", 1);
    expect_round("a.b.c", "a.b.c", 3);
    expect_round("a[].b", "a[].b", 3);
    expect_round("a[0][12][]", "a[0][12][]", 4);
    expect_round("[].a", "[].a", 2);
    expect_round("\"a\".\"b.c\"", "a.\"b.c\"", 2);
    expect_round("claims.\"http://x/y\"", "claims.http://x/y", 2);
    expect_round("\"\"", "\"\"", 1);
    expect_round("\"a\\\"b\\\\\"", "\"a\\\"b\\\\\"", 1);
    expect_round("a b.#c.@d", "\"a b\".#c.@d", 3);
    expect_round("", "", 0);
}

TEST(malformed)
{
    static const char *bad[] = {
        ".",    "a.",  ".a",    "a..b",   "a[",     "a[x]", "a[-1]", "a[4294967295]",
        "a[]b", "\"a", "\"a\\", "\"a\"b", "a\"b\"", "a]",   "a[ ]",  "a[99999999999999999999]"};
    sl_path path;
    for (size_t i = 0; i < SL_COUNT(bad); i++)
        if (sl_path_parse(sl_text_from(bad[i]), &arena, &path)) TEST_FAIL("%s", bad[i]);
    char longest[2 * SL_PATH_STEPS_MAX + 4];
    for (size_t i = 0; i < sizeof longest; i++) longest[i] = i % 2 == 0 ? 'a' : '.';
    CHECK(sl_path_parse(sl_text_make(longest, 2 * SL_PATH_STEPS_MAX - 1), &arena, &path));
    CHECK(!sl_path_parse(sl_text_make(longest, 2 * SL_PATH_STEPS_MAX + 1), &arena, &path));
}

TEST(equality)
{
    sl_path a, b;
    static const char *different[] = {"a", "b", "a.b", "a[]", "a[0]", "a[1]", "\"a.b\""};
    for (size_t i = 0; i < SL_COUNT(different); i++) {
        for (size_t j = 0; j < SL_COUNT(different); j++) {
            CHECK(sl_path_parse(sl_text_from(different[i]), &arena, &a));
            CHECK(sl_path_parse(sl_text_from(different[j]), &arena, &b));
            CHECK(sl_path_equal(a, b) == (i == j));
        }
    }
}

TEST_MAIN(sl_arena_init(&arena, 0);
          RUN(spellings) RUN(malformed) RUN(equality) sl_arena_fini(&arena);)
