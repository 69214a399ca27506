/* event_literals_test.c - literals are found wherever they stand, and nothing hides them
 * unnoticed. */
#include "event/literals.h"

#include <stdlib.h>

#include "test.h"

#define LITERAL(string) \
    { \
        (string), sizeof(string) - 1 \
    }

static uint32_t random_state = 7;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static const sl_literal words[] = {
    {LITERAL("abc"), false, 1},  {LITERAL("abcd"), true, 2}, {LITERAL("bbb"), false, 4},
    {LITERAL("cd/ab"), true, 8}, {LITERAL("abc"), true, 16},
};

static sl_literals *new_literals(void)
{
    sl_literals *literals = sl_literals_new(words, SL_COUNT(words));
    if (literals == NULL) abort();
    CHECK_INT(31, sl_literals_marks(literals));
    return literals;
}

static uint64_t naive(sl_text record)
{
    uint64_t marks = 0;
    for (uint32_t w = 0; w < SL_COUNT(words); w++)
        for (size_t at = 0; at + words[w].text.length <= record.length; at++) {
            sl_text here = sl_text_slice(record, at, at + words[w].text.length);
            if (words[w].nocase ? sl_text_equal_nocase(here, words[w].text)
                                : sl_text_equal(here, words[w].text))
                marks |= words[w].marks;
        }
    return marks;
}

/* Some asked twice, as an envelope and then what is in it. */
TEST(finds_what_stands_there)
{
    sl_literals *literals = new_literals();
    for (int ahead = 0; ahead < 2; ahead++) {
        sl_literal_watch *watch = sl_literal_watch_new(literals, ahead);
        if (watch == NULL) abort();
        for (int round = 0; round < 40; round++) {
            size_t length = 1 + random_below(round % 4 == 0 ? 200000 : 300);
            char *bytes = malloc(length);
            if (bytes == NULL) abort();
            uint32_t letters = 6 + random_below(60);
            for (size_t i = 0; i < length; i++) {
                uint32_t die = random_below(letters);
                bytes[i] = die < 7 ? "abcdABC"[die] : (char)('e' + die % 20);
                if (random_below(200) == 0 && i > 8) memcpy(bytes + i - 4, "CD/ab", 5);
            }
            sl_literal_watch_begin(watch);
            for (size_t from = 0; from < length;) {
                size_t to = from + 1 + random_below(3000);
                sl_text record = sl_text_slice(sl_text_make(bytes, length), from, to);
                uint64_t found = sl_literal_watch_marks(watch, record, bytes + length);
                if ((naive(record) & ~found) != 0)
                    TEST_FAIL("not found: %llx of %llx", (unsigned long long)found,
                              (unsigned long long)naive(record));
                if (random_below(10) > 0) from = to;
            }
            free(bytes);
        }
        sl_literal_watch_free(watch);
    }
    sl_literals_free(literals);
}

TEST(tells_records_apart)
{
    static const char text[] = "{abc}{xyz}{bbb}{abcD}";
    sl_literals *literals = new_literals();
    sl_literal_watch *watch = sl_literal_watch_new(literals, true);
    if (watch == NULL) abort();
    static const uint64_t expected[] = {17, 0, 4, 19};
    const char *at = text, *end = text + sizeof text - 1;
    for (size_t i = 0; i < SL_COUNT(expected); i++) {
        const char *behind = strchr(at, '}') + 1;
        CHECK_INT(expected[i],
                  sl_literal_watch_marks(watch, sl_text_make(at, (size_t)(behind - at)), end));
        at = behind;
    }
    sl_literal_watch_free(watch);
    sl_literals_free(literals);
}

/* A stretch of nothing but matches takes no memory without end; all of it counts as found. */
TEST(too_many_matches_let_all_through)
{
    sl_literals *literals = new_literals();
    sl_literal_watch *watch = sl_literal_watch_new(literals, true);
    static char bytes[100000];
    if (watch == NULL) abort();
    memset(bytes, 'b', sizeof bytes);
    CHECK_INT(31, sl_literal_watch_marks(watch, sl_text_make(bytes, 10), bytes + sizeof bytes));
    sl_literal_watch_free(watch);
    sl_literals_free(literals);
}

TEST(says_what_escapes_may_hide)
{
    static const struct {
        const char *string;
        bool hides;
    } cases[] = {
        {"plain", false},
        {"\\u0061", true}, /* a */
        {"\\u0041", true}, /* A: some literal is found in any case */
        {"x\\u002Fy", true},
        {"\\/", true},
        {"\\u0078", false}, /* x stands in no literal */
        {"\\u003d\\u003C", false},
        {"\\u0178\\u212a", false},
        {"\\n\\\\\\\"\\t", false},
        {"\\\\u0061", false}, /* a backslash, then letters */
        {"\\\\\\u0061", true},
        {"\\u00", false}, /* nobody reads that as a character */
        {"\\", false},
        {"\\u00g1", false},
    };
    sl_literals *literals = new_literals();
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        if (sl_literals_may_hide(literals, sl_text_from(cases[i].string)) != cases[i].hides)
            TEST_FAIL("%s", cases[i].string);
    sl_literals_free(literals);
    static const sl_literal upper[] = {{LITERAL("XYZ"), false, 1}};
    literals = sl_literals_new(upper, 1);
    if (literals == NULL) abort();
    CHECK(!sl_literals_may_hide(literals, SL_TEXT("\\u0078\\/")));
    CHECK(sl_literals_may_hide(literals, SL_TEXT("\\u0058")));
    sl_literals_free(literals);
}

TEST_MAIN(RUN(finds_what_stands_there) RUN(tells_records_apart)
              RUN(too_many_matches_let_all_through) RUN(says_what_escapes_may_hide))
