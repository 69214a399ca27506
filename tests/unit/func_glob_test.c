/* func_glob_test.c - `*` patterns against a slow matcher that is plainly right. */
#include "func/regex.h"

#include "test.h"

static sl_arena arena;

static const sl_glob *glob_of(const char *pattern, unsigned flags)
{
    sl_text literals[32], text = sl_text_from(pattern);
    uint32_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && text.data[i] != '*') continue;
        literals[count++] = sl_text_slice(text, start, i);
        start = i + 1;
    }
    return sl_glob_new(literals, count, flags, &arena);
}

static bool matches(const char *pattern, const char *subject, unsigned flags)
{
    return sl_glob_match(glob_of(pattern, flags), sl_text_from(subject));
}

static bool slow(const char *p, const char *s)
{
    if (*p == '\0') return *s == '\0';
    if (*p == '*') return slow(p + 1, s) || (*s != '\0' && slow(p, s + 1));
    return *s == *p && slow(p + 1, s + 1);
}

TEST(literals_stand_in_order)
{
    sl_arena_init(&arena, 0);
    CHECK(matches("abc", "abc", 0));
    CHECK(!matches("abc", "abcd", 0));
    CHECK(!matches("abc", "ABC", 0));
    CHECK(matches("", "", 0));
    CHECK(!matches("", "a", 0));
    CHECK(matches("*", "", 0));
    CHECK(matches("a*", "a", 0));
    CHECK(!matches("ab*ba", "aba", 0));
    CHECK(matches("ab*ba", "abba", 0));
    CHECK(matches("*bc*", "abcd", 0));
    CHECK(!matches("a*bc*bc", "abc", 0));
    CHECK(sl_glob_match(glob_of("*", 0), (sl_text){NULL, 0}));
    sl_arena_fini(&arena);
}

TEST(case_is_folded_for_ascii_only)
{
    sl_arena_init(&arena, 0);
    CHECK(matches("MICROSOFT.COMPUTE/*", "Microsoft.Compute/disks/write", SL_GLOB_NOCASE));
    CHECK(matches("*KMS*", "kMs", SL_GLOB_NOCASE));
    CHECK(!matches("k", "\xE2\x84\xAA", SL_GLOB_NOCASE)); /* the Kelvin sign */
    CHECK(!matches("[", "{", SL_GLOB_NOCASE));
    sl_arena_fini(&arena);
}

TEST(all_short_patterns_agree_with_the_slow_matcher)
{
    static const char letters[] = "ab*";
    sl_arena_init(&arena, 0);
    for (unsigned p = 0; p < 243 * 3; p++) {
        char pattern[7];
        unsigned rest = p, length = 0;
        for (; length < 6; rest /= 3) pattern[length++] = letters[rest % 3];
        pattern[length] = '\0';
        for (unsigned s = 0; s < 64; s++) {
            char subject[6];
            for (unsigned i = 0; i < 5; i++) subject[i] = (s >> i & 1) != 0 ? 'a' : 'b';
            subject[s >> 5 != 0 ? 5 : 3] = '\0';
            if (matches(pattern, subject, 0) != slow(pattern, subject))
                TEST_FAIL("'%s' against '%s'", pattern, subject);
        }
    }
    sl_arena_fini(&arena);
}

TEST(a_hostile_text_costs_no_more_than_its_length)
{
    sl_arena_init(&arena, 0);
    size_t length = 1 << 20;
    char *text = sl_arena_bytes(&arena, length);
    memset(text, 'a', length);
    CHECK(!sl_glob_match(glob_of("*a*a*a*a*a*a*a*a*a*a*b", 0), sl_text_make(text, length)));
    CHECK(sl_glob_match(glob_of("a*a*a*a*a*a*a*a*a*a*a", 0), sl_text_make(text, length)));
    sl_arena_fini(&arena);
}

TEST_MAIN(RUN(literals_stand_in_order) RUN(case_is_folded_for_ascii_only)
              RUN(all_short_patterns_agree_with_the_slow_matcher)
                  RUN(a_hostile_text_costs_no_more_than_its_length))
