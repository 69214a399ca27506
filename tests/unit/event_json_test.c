/* event_json_test.c - the scanners, against a plain byte by byte reading of the same rules. */
#include "event/json_members.h"

#include "test.h"

#include "event_support.h"

/* --- a slow reading of what sl_json_scan_run does --- */

typedef struct slow_scan {
    sl_json_end end;
    size_t at;
} slow_scan;

static slow_scan slow_structure(sl_text t, size_t depth_max)
{
    char kinds[1024];
    size_t depth = 0;
    bool string = false, escaped = false;
    char before = '\0';
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        bool skips = escaped;
        escaped = !skips && c == '\\';
        if (string && c == '\n') return (slow_scan){SL_JSON_BROKEN, i};
        if (c == '"' && !skips) string = !string;
        if (!string && (c == '{' || c == '[')) {
            bool fits = depth == 0
                || (kinds[depth - 1] == '[' ? before == '[' || before == ',' : before == ':');
            kinds[depth++] = c;
            if (!fits) return (slow_scan){SL_JSON_BROKEN, i};
            if (depth > depth_max) return (slow_scan){SL_JSON_DEEP, i + 1};
        }
        if (!string && (c == '}' || c == ']')) {
            if (depth == 0 || (kinds[--depth] == '[') != (c == ']'))
                return (slow_scan){SL_JSON_BROKEN, i};
            if (depth == 0) return (slow_scan){SL_JSON_END, i + 1};
        }
        if (!sl_json_is_space(c)) before = c;
    }
    return (slow_scan){SL_JSON_MORE, t.length};
}

static slow_scan fast_structure(sl_text t, size_t depth_max, size_t piece)
{
    sl_json_scan scan;
    sl_json_end end = SL_JSON_MORE;
    const char *at = NULL;
    size_t done = 0;
    sl_json_scan_begin(&scan, depth_max);
    while (end == SL_JSON_MORE && done < t.length) {
        sl_text next = sl_text_slice(t, done, done + piece);
        char *padded = test_padded(next);
        at = padded;
        end = sl_json_scan_run(&scan, &at, padded + next.length);
        done += (size_t)(at - padded);
        free(padded);
    }
    return (slow_scan){end, done};
}

static uint64_t random_state = 88172645463325252;

static unsigned random_below(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % limit;
}

TEST(structure_as_read_slowly)
{
    static const char *pieces[] = {
        "{",
        "[",
        "}",
        "]",
        "\"",
        "\\",
        "\\\"",
        ":",
        ",",
        " ",
        "\n",
        "abc",
        "\"k\":{",
        "\"v\"",
        ",[",
        "\"k\":[",
        "0123456789012345678901234567",
    };
    for (int round = 0; round < 20000; round++) {
        char text[512] = "{";
        unsigned count = random_below(40);
        for (unsigned i = 0; i < count; i++) strcat(text, pieces[random_below(SL_COUNT(pieces))]);
        sl_text t = sl_text_from(text);
        size_t depth_max = 1 + random_below(6);
        slow_scan slow = slow_structure(t, depth_max);
        static const size_t sizes[] = {600, 1, 63, 64, 65, 7};
        for (size_t i = 0; i < SL_COUNT(sizes); i++) {
            slow_scan fast = fast_structure(t, depth_max, sizes[i]);
            if (fast.end == slow.end && fast.at == slow.at) continue;
            TEST_FAIL("%s: expected %d at %zu, got %d at %zu in pieces of %zu", text, slow.end,
                      slow.at, fast.end, fast.at, sizes[i]);
            return;
        }
    }
}

TEST(structure_goes_on_behind_what_is_too_deep)
{
    sl_json_scan scan;
    char *padded = test_padded(SL_TEXT("[[[[\"]\",{}]]]] "));
    const char *at = padded;
    sl_json_scan_begin(&scan, 2);
    CHECK_INT(SL_JSON_DEEP, sl_json_scan_run(&scan, &at, padded + 15));
    CHECK_INT(3, at - padded);
    scan.depth_max = UINT64_MAX;
    CHECK_INT(SL_JSON_END, sl_json_scan_run(&scan, &at, padded + 15));
    CHECK_INT(14, at - padded);
    free(padded);
}

TEST(strings)
{
    for (size_t before = 0; before < 40; before++) {
        char text[128];
        unsigned flags = 0;
        memset(text, 'x', sizeof text);
        memcpy(text + before, "\xC3\xA9\\\"y\"\xFF.", 8);
        char *padded = test_padded(sl_text_make(text, before + 8));
        const char *at = padded;
        CHECK_INT(SL_JSON_END, sl_json_string(&at, padded + before + 8, &flags));
        CHECK_INT(before + 5, at - padded);
        CHECK_INT(SL_JSON_ESCAPED | SL_JSON_WIDE, flags);
        at = padded;
        CHECK_INT(SL_JSON_MORE, sl_json_string(&at, padded + before + 3, &flags));
        CHECK_INT(before + 2, at - padded); /* the backslash, to be read again */
        at = padded;
        CHECK_INT(SL_JSON_MORE, sl_json_string(&at, padded + before + 4, &flags));
        CHECK_INT(before + 4, at - padded);
        free(padded);
    }
}

TEST(keys_know_their_dots)
{
    static const char text[] = "0123456789abcdef.\"";
    unsigned flags = 0;
    char *padded = test_padded(SL_TEXT(text));
    const char *at = padded;
    CHECK_INT(SL_JSON_END, sl_json_string(&at, padded + sizeof text - 1, &flags));
    CHECK_INT(SL_JSON_DOTTED, flags);
    free(padded);
}

TEST(numbers)
{
    static const char *good[] = {"0", "-0", "1", "10", "0.5", "-1.25", "1e5", "1E+5", "1.0e-10"};
    static const char *bad[] = {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "1_0"};
    for (size_t i = 0; i < SL_COUNT(good); i++)
        CHECK(sl_json_number(good[i], good[i] + strlen(good[i])) == good[i] + strlen(good[i]));
    for (size_t i = 0; i < SL_COUNT(bad); i++) {
        const char *end = bad[i] + strlen(bad[i]);
        if (sl_json_number(bad[i], end) == end && *bad[i] != '\0') TEST_FAIL("%s", bad[i]);
    }
}

static sl_json_end skip(const char *text, size_t *length)
{
    char *padded = test_padded(sl_text_from(text));
    const char *at = padded;
    sl_json_end end = sl_json_skip(&at, padded + strlen(text), SL_JSON_DEPTH_MAX);
    *length = (size_t)(at - padded);
    free(padded);
    return end;
}

TEST(skipped_values)
{
    static const struct {
        const char *text;
        sl_json_end end;
        size_t length;
    } cases[] = {
        {"true,", SL_JSON_END, 4},
        {"tru,", SL_JSON_BROKEN, 0},
        {"true", SL_JSON_MORE, 0},
        {"null}", SL_JSON_END, 4},
        {"false]", SL_JSON_END, 5},
        {"-1.5 ", SL_JSON_END, 4},
        {"\"a\\\"b\"x", SL_JSON_END, 6},
        {"\"a", SL_JSON_MORE, 0},
        {"\"a\n\"", SL_JSON_BROKEN, 0},
        {"{\"a\":[1,{}]},", SL_JSON_END, 12},
        {"{\"a\":[1,{}}", SL_JSON_BROKEN, 0},
        {"[", SL_JSON_MORE, 0},
        {"", SL_JSON_MORE, 0},
        {"}", SL_JSON_BROKEN, 0},
        {"1\"x\",", SL_JSON_BROKEN, 0},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        size_t length;
        CHECK_INT(cases[i].end, skip(cases[i].text, &length));
        CHECK_INT(cases[i].length, length);
    }
}

TEST(members)
{
    static const char text[] = " { \"a\" : 1 , \"b\\u0063\":{} } ";
    char *padded = test_padded(SL_TEXT(text));
    sl_json_member member;
    sl_json_members members = sl_json_members_of(padded + 1, padded + sizeof text - 1);
    CHECK_INT(SL_JSON_MEMBER, sl_json_member_next(&members, &member));
    CHECK_TEXT("a", member.key);
    CHECK(sl_json_key_is(&member, SL_TEXT("a")) && !sl_json_key_is(&member, SL_TEXT("b")));
    CHECK_INT(SL_JSON_END, sl_json_skip(&members.at, members.end, 10));
    CHECK_INT(SL_JSON_MEMBER, sl_json_member_next(&members, &member));
    CHECK(sl_json_key_is(&member, SL_TEXT("bc")) && !sl_json_key_is(&member, SL_TEXT("b")));
    CHECK_INT(SL_JSON_END, sl_json_skip(&members.at, members.end, 10));
    CHECK_INT(SL_JSON_END, sl_json_member_next(&members, &member));
    CHECK_INT(sizeof text - 2, members.at - padded);
    free(padded);
}

TEST_MAIN(RUN(structure_as_read_slowly) RUN(structure_goes_on_behind_what_is_too_deep) RUN(strings)
              RUN(keys_know_their_dots) RUN(numbers) RUN(skipped_values) RUN(members))
