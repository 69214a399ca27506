/* func_required_test.c - what regular expressions and patterns require of a text. */
#include "func/required.h"

#include <stdlib.h>

#include "test.h"

static sl_arena arena;

/* The required texts joined by '|'; "" for none. */
static const char *required_of(const char *pattern, unsigned flags)
{
    static char joined[1024];
    sl_required required = {.arena = &arena};
    const sl_regex *regex =
        sl_regex_new(sl_text_from(pattern), flags, &arena, NULL, (sl_span){0, 0});
    joined[0] = '\0';
    if (regex == NULL) return "not compiled";
    if (!sl_required_regex(&required, regex)) return joined;
    for (uint32_t i = 0; i < required.count; i++) {
        if (i > 0) strcat(joined, "|");
        strncat(joined, required.texts[i].data, required.texts[i].length);
    }
    return joined;
}

TEST(regular_expressions)
{
    static const struct {
        const char *pattern, *required;
    } cases[] = {
        {"abc", "abc"},
        {"^abc$", "abc"},
        {"a.*bcd", "bcd"},
        {"ab?cde", "cde"},
        {"ab+c", "ab"},
        {"abc{2}d", "ab"},
        {"abc{0,3}d", "ab"},
        {"(abc)?de", "de"},
        {"(abc)+d", "abc"},
        {"(abc){0}d", "d"},
        {"abc|de", "abc|de"},
        {"x(foo|bar)y", "foo|bar"},
        {"x(foo|ba*)y", "x"},
        {"(foo|)y", "y"},
        {"(?:foo|bar)", "foo|bar"},
        {"(?<name>foo)", "foo"},
        {"(?P<name>foo)", "foo"},
        {"\\.exe\\b", ".exe"},
        {"\\\\cmd\\/x", "\\cmd/x"},
        {"[abc]def[]x]y", "def"},
        {"[[:alpha:]]def", "def"},
        {"[^]\\]]def", "def"},
        {"\\d+def", "def"},
        {"(?i)Deny", "Deny"},
        {"(?i)kiosk list", " li"}, /* k and s have relatives beyond ASCII */
        {"caf\xC3\xA9 bar", " bar"},
        {"caf\xC3\xA9?", "caf"},
        {"a{x", "a{x"},
        {"a{1|bc", "a{1|bc"}, /* no counts */
        {"(a{1)b|cd}", "a{1|cd}"},
        {"abc{,2}d", "ab"},
        {"abc??", "ab"},
        {"abc*+d", "ab"},
        /* Not plain: nothing is required. */
        {"(?=abc)", ""},
        {"(?!abc)", ""},
        {"(?<=abc)", ""},
        {"(?#abc)d", ""},
        {"a(?i)bc", ""},
        {"(a)\\1bcd", ""},
        {"\\Qabc\\E", ""},
        {"[\\c]]abc", ""},
        {"[\\E]abc]", ""},
        {"\\x41bc", ""},
        {"(?|abc|def)", ""},
        {"abc(*FAIL)|d", ""},
        {".*", ""},
        {"", ""},
        {"|abc", ""},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        if (strcmp(required_of(cases[i].pattern, 0), cases[i].required) != 0)
            TEST_FAIL("%s: %s", cases[i].pattern, required_of(cases[i].pattern, 0));
    CHECK(strcmp(required_of("abKc", SL_REGEX_NOCASE), "ab") == 0);
}

/* Whatever matches holds one of the texts. */
TEST(random_expressions)
{
    static const char *const pieces[] = {
        "a", "b", "ab", "(",   ")", "|", "?",   "*",   "+",   ".",   "[a",   "]", "b]", "{1,}",
        "^", "$", "k",  "\\.", "c", "s", "(?:", "\\w", "{2}", "\\b", "(?i)", "{", "1",  "}"};
    uint32_t state = 99, plain = 0;
    for (int round = 0; round < 20000; round++) {
        char pattern[128] = "";
        for (int n = 0; n < 8; n++) {
            state = state * 1664525u + 1013904223u;
            strcat(pattern, pieces[(state >> 8) % SL_COUNT(pieces)]);
        }
        sl_arena_reset(&arena);
        const sl_regex *regex =
            sl_regex_new(sl_text_from(pattern), 0, &arena, NULL, (sl_span){0, 0});
        sl_required required = {.arena = &arena};
        if (regex == NULL || !sl_required_regex(&required, regex)) continue;
        plain++;
        for (int n = 0; n < 30; n++) {
            static const char *const letters[] = {"a",        "b", "c", "k", "s",
                                                  ".",        "A", "B", "K", "\xE2\x84\xAA",
                                                  "\xC5\xBF", " ", "{", "1", "}"};
            char text[64] = "";
            bool holds = false;
            for (int i = 0; i < 6; i++) {
                state = state * 1664525u + 1013904223u;
                strcat(text, letters[(state >> 10) % SL_COUNT(letters)]);
            }
            sl_context context = {.zone = sl_zone_utc()};
            if (sl_regex_test(regex, sl_text_from(text), &context) != SL_MATCH_YES) continue;
            for (uint32_t r = 0; r < required.count; r++)
                for (size_t at = 0; at < strlen(text); at++) {
                    sl_text here =
                        sl_text_slice(sl_text_from(text), at, at + required.texts[r].length);
                    holds |= required.nocase ? sl_text_equal_nocase(here, required.texts[r])
                                             : sl_text_equal(here, required.texts[r]);
                }
            if (!holds) TEST_FAIL("/%s/ matches '%s' without what it requires", pattern, text);
        }
    }
    CHECK(plain > 1000);
}

TEST_MAIN(sl_arena_init(&arena, 0); RUN(regular_expressions) RUN(random_expressions))
