/* base_diag_test.c - collecting diagnostics and printing them with their caret. */
#include "base/diag.h"

#include "base/utf8.h"
#include "test.h"

static sl_diags diags;

static void check_print(const char *expected, const char *source, uint32_t start, uint32_t end)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_diags_init(&diags);
    sl_diag_error(&diags, SL_DIAG_FUNCTION, (sl_span){start, end}, "m");
    sl_diag_print(&out, &diags.items[0], SL_TEXT("q"), sl_text_from(source), false);
    CHECK_TEXT(expected, sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

TEST(diag_prints_the_caret_form)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_diags_init(&diags);
    sl_text source = SL_TEXT("index=aws\n| eval u=lowr(userName)\n| table u\n");
    sl_diag_error(&diags, SL_DIAG_FUNCTION, (sl_span){19, 23}, "no SPL function '%s'", "lowr");
    sl_diag_hint(&diags, "did you mean '%s'?", "lower");
    sl_diag_print(&out, &diags.items[0], SL_TEXT("deny.spl"), source, false);
    CHECK_TEXT("deny.spl:2:10: error[T202]: no SPL function 'lowr'\n"
               "     2 | | eval u=lowr(userName)\n"
               "       |          ^~~~\n"
               "       = hint: did you mean 'lower'?\n",
               sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

TEST(diag_prints_odd_places)
{
    check_print("q:1:1: error[T202]: m\n     1 | \n       | ^\n", "", 0, 0);
    check_print("q:1:4: error[T202]: m\n     1 | abc\n       |    ^\n", "abc", 3, 3);
    check_print("q:1:4: error[T202]: m\n     1 | abc\n       |    ^\n", "abc", 4000, 5000);
    check_print("q:2:1: error[T202]: m\n     2 | \n       | ^\n", "abc\n", 4, 4);
    /* The end of a line, and a span over several. */
    check_print("q:1:4: error[T202]: m\n     1 | abc\n       |    ^\n", "abc\r\nd", 3, 6);
    check_print("q:1:2: error[T202]: m\n     1 | abc\n       |  ^~\n", "abc\ndef\n", 1, 7);
    check_print("q:1:3: error[T202]: m\n     1 | abc\n       |   ^\n", "abc", 2, 1);
}

TEST(diag_lines_up_under_tabs_and_wide_text)
{
    check_print("q:1:3: error[T202]: m\n     1 | \ta\xE2\x82\xAC"
                "b\n       | \t ^~\n",
                "\ta\xE2\x82\xAC"
                "b",
                2, 6);
    check_print("q:1:2: error[T202]: m\n     1 | \xE4\xB8\xAD\xE4\xB8\xAD\n       |   ^~\n",
                "\xE4\xB8\xAD\xE4\xB8\xAD", 3, 6);
}

TEST(diag_lets_no_control_through)
{
    check_print("q:1:6: error[T202]: m\n     1 | ?[1m?x?y?\n       |      ^\n",
                "\x1b[1m\x7Fx\xE2\x80\xAEy\xFF", 5, 6);
    sl_buffer out;
    sl_buffer_init(&out);
    sl_diags_init(&diags);
    sl_diag_error(&diags, SL_DIAG_NAME, (sl_span){0, 1}, "no '%s'", "\x1b]0;x\x07\n");
    sl_diag_hint(&diags, "%s", "\xC2\x9B");
    sl_diag_print(&out, &diags.items[0], SL_TEXT("a\rb"), sl_text_make(NULL, 0), false);
    CHECK_TEXT("a?b: error[T201]: no '?]0;x?\?'\n       = hint: ?\n", sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

TEST(diag_cuts_long_lines)
{
    static char source[5001];
    memset(source, 'a', 5000);
    memset(source + 2500, 'X', 10);
    sl_buffer out;
    sl_buffer_init(&out);
    sl_diags_init(&diags);
    sl_diag_error(&diags, SL_DIAG_SYNTAX, (sl_span){2500, 2510}, "m");
    sl_diag_print(&out, &diags.items[0], SL_TEXT("q"), sl_text_from(source), false);
    sl_text text = sl_buffer_text(&out);
    CHECK(text.length < 350);
    CHECK(sl_text_starts(text, SL_TEXT("q:1:2501: error[T101]: m\n     1 | ...aaa")));
    size_t line = sl_text_find(text, SL_TEXT("X"), 0), caret = sl_text_find(text, SL_TEXT("^"), 0);
    size_t line_start = sl_text_find(text, SL_TEXT("     1 |"), 0);
    size_t caret_start = sl_text_find(text, SL_TEXT("       |"), 0);
    CHECK_INT(line - line_start, caret - caret_start);
    CHECK(sl_text_find(text, SL_TEXT("^~~~~~~~~~\n"), 0) != SIZE_MAX);
    sl_buffer_fini(&out);
}

TEST(diag_prints_random_bytes_safely)
{
    uint64_t state = 1;
    char source[400];
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof source; i++) {
            state = sl_hash_mix(state + 1, UINT64_C(0x9E3779B97F4A7C15));
            source[i] = (char)(state >> 40);
        }
        sl_buffer out;
        sl_buffer_init(&out);
        sl_diags_init(&diags);
        uint32_t start = (uint32_t)(state >> 20) % 420, end = start + (uint32_t)(state >> 9) % 300;
        sl_diag_error(&diags, SL_DIAG_SYNTAX, (sl_span){start, end}, "m");
        sl_text text = sl_text_make(source, sizeof source);
        sl_diag_print(&out, &diags.items[0], SL_TEXT("q"), text, false);
        CHECK(sl_utf8_valid(sl_buffer_text(&out)));
        for (size_t i = 0; i < out.length; i++)
            CHECK((unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n' || out.data[i] == '\t');
        sl_buffer_fini(&out);
    }
}

TEST(diag_colours_on_demand)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_diags_init(&diags);
    sl_diag_add(&diags, SL_WARNING, SL_DIAG_NEVER, (sl_span){0, 1}, "m");
    sl_diag_print(&out, &diags.items[0], SL_TEXT("q"), SL_TEXT("abc"), true);
    CHECK(sl_text_find(sl_buffer_text(&out), SL_TEXT("\x1b[1;35mwarning[T603]\x1b[0m: m\n"), 0)
          != SIZE_MAX);
    sl_buffer_fini(&out);
    CHECK_TEXT("extension", sl_text_from(sl_severity_text(SL_EXTENSION)));
    CHECK_TEXT("note", sl_text_from(sl_severity_text(SL_NOTE)));
}

TEST(diags_say_the_same_once)
{
    sl_diags_init(&diags);
    sl_diag_error(&diags, SL_DIAG_NAME, (sl_span){1, 2}, "first");
    sl_diag_hint(&diags, "kept");
    sl_diag_error(&diags, SL_DIAG_NAME, (sl_span){1, 2}, "again");
    sl_diag_hint(&diags, "lost");
    sl_diag_error(&diags, SL_DIAG_NAME, (sl_span){1, 3}, "other");
    sl_diag_add(&diags, SL_WARNING, SL_DIAG_MEANING, (sl_span){1, 2}, "other");
    CHECK_INT(3, diags.count);
    CHECK_INT(2, diags.error_count);
    CHECK_TEXT("first", sl_text_from(diags.items[0].message));
    CHECK_TEXT("kept", sl_text_from(diags.items[0].hint));
}

TEST(diags_overflow_in_favour_of_errors)
{
    sl_diags_init(&diags);
    for (uint32_t i = 0; i < SL_DIAGS_MAX + 5; i++)
        sl_diag_add(&diags, SL_WARNING, SL_DIAG_MEANING, (sl_span){i, i}, "w");
    sl_diag_hint(&diags, "nowhere");
    CHECK_INT(SL_DIAGS_MAX, diags.count);
    CHECK_INT(5, diags.dropped);
    CHECK_TEXT("", sl_text_from(diags.items[SL_DIAGS_MAX - 1].hint));
    sl_diag_error(&diags, SL_DIAG_SYNTAX, (sl_span){0, 0}, "e");
    sl_diag_hint(&diags, "here");
    CHECK_INT(1, diags.error_count);
    CHECK_INT(6, diags.dropped);
    CHECK_INT(SL_ERROR, diags.items[SL_DIAGS_MAX - 1].severity);
    CHECK_TEXT("here", sl_text_from(diags.items[SL_DIAGS_MAX - 1].hint));
}

TEST(diags_cut_long_messages)
{
    char text[1001];
    for (size_t i = 0; i < 1000; i++) text[i] = "\xE2\x82\xAC"[i % 3];
    text[1000] = '\0';
    sl_diags_init(&diags);
    sl_diag_error(&diags, SL_DIAG_SYNTAX, (sl_span){0, 0}, "%s", text);
    sl_text message = sl_text_from(diags.items[0].message);
    CHECK(message.length > 245 && message.length < SL_DIAG_TEXT_MAX);
    CHECK(sl_utf8_valid(message) && sl_text_ends(message, SL_TEXT("...")));
}

TEST(place_counts_code_points)
{
    sl_text source = SL_TEXT("a\xC3\xA9x\n\nyz");
    sl_place place = sl_place_at(source, 3);
    CHECK_INT(1, place.line);
    CHECK_INT(3, place.column);
    place = sl_place_at(source, 7);
    CHECK_INT(3, place.line);
    CHECK_INT(2, place.column);
    place = sl_place_at(source, 99);
    CHECK_INT(3, place.line);
    CHECK_INT(3, place.column);
    place = sl_place_at(sl_text_make(NULL, 0), 5);
    CHECK_INT(1, place.line);
    CHECK_INT(1, place.column);
}

TEST_MAIN(RUN(diag_prints_the_caret_form) RUN(diag_prints_odd_places)
              RUN(diag_lines_up_under_tabs_and_wide_text) RUN(diag_lets_no_control_through)
                  RUN(diag_cuts_long_lines) RUN(diag_prints_random_bytes_safely)
                      RUN(diag_colours_on_demand) RUN(diags_say_the_same_once)
                          RUN(diags_overflow_in_favour_of_errors) RUN(diags_cut_long_messages)
                              RUN(place_counts_code_points))
