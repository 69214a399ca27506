/* output_safe_test.c - text that attackers wrote, made safe, measured and cut. */
#include "output/fit.h"
#include "output/safe.h"

#include "test.h"

static void check_safe(const char *expected, const char *text, size_t length)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_safe_text(&out, sl_text_make(text, length));
    CHECK_TEXT(expected, sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

#define SAFE(expected, text) check_safe((expected), (text), sizeof(text) - 1)

TEST(plain_text_stays)
{
    SAFE("", "");
    SAFE("arn:aws:iam::1:user/x", "arn:aws:iam::1:user/x");
    SAFE("J\xC3\xBCrgen \xE6\x9D\xB1\xE4\xBA\xAC", "J\xC3\xBCrgen \xE6\x9D\xB1\xE4\xBA\xAC");
    SAFE("back\\slash", "back\\slash");
}

TEST(controls_are_visible)
{
    SAFE("a\\nb\\rc\\td", "a\nb\rc\td");
    SAFE("\\x1b[31mred", "\x1b[31mred");
    SAFE("\\x00\\x07\\x7f", "\0\a\x7F");
    SAFE("\\x9b31m",
         "\xC2\x9B"
         "31m"); /* CSI as one C1 control */
}

TEST(hidden_characters_are_visible)
{
    SAFE("\\u202egpj.exe", "\xE2\x80\xAEgpj.exe");
    SAFE("\\u2066x\\u2069", "\xE2\x81\xA6x\xE2\x81\xA9");
    SAFE("ad\\u200bmin", "ad\xE2\x80\x8Bmin");
    SAFE("\\ufeff", "\xEF\xBB\xBF");
    SAFE("\\U0e0041", "\xF3\xA0\x81\x81");
}

TEST(invalid_bytes_are_replaced)
{
    SAFE("\xEF\xBF\xBD(", "\xFF(");
    SAFE("\xEF\xBF\xBD\xEF\xBF\xBD", "\xC0\x9B");
}

TEST(marks_do_not_pile_up)
{
    sl_buffer text, out;
    sl_buffer_init(&text);
    sl_buffer_init(&out);
    sl_buffer_add_string(&text, "e");
    for (int i = 0; i < 50; i++) sl_buffer_add_string(&text, "\xCC\x81");
    sl_safe_text(&out, sl_buffer_text(&text));
    CHECK(sl_text_find(sl_buffer_text(&out), SL_TEXT("\\u0301"), 0) == 9);
    SAFE("e\xCC\x81", "e\xCC\x81");
    sl_buffer_fini(&text);
    sl_buffer_fini(&out);
}

static void check_cut(const char *expected, const char *text, uint32_t width)
{
    sl_buffer out;
    sl_buffer_init(&out);
    uint32_t columns = sl_safe_cut(&out, sl_text_from(text), width);
    CHECK_TEXT(expected, sl_buffer_text(&out));
    CHECK_INT(sl_safe_width(sl_buffer_text(&out)), columns);
    CHECK(columns <= width);
    sl_buffer_fini(&out);
}

TEST(cut_keeps_the_end)
{
    check_cut("abcdefgh", "abcdefgh", 8);
    check_cut("ab\xE2\x80\xA6"
              "efgh",
              "abcd_efgh", 7);
    check_cut("arn:\xE2\x80\xA6user/eve", "arn:aws:iam::111122223333:user/eve", 13);
    check_cut("\xE2\x80\xA6", "abc", 1);
    check_cut("", "abc", 0);
    check_cut("\xE2\x80\xA6"
              "c",
              "abc", 2);
}

TEST(cut_counts_columns)
{
    const char *wide = "\xE6\x9D\xB1\xE4\xBA\xAC\xE9\x83\xBD\xE5\xBA\x81"; /* 8 columns */
    CHECK_INT(8, sl_safe_width(sl_text_from(wide)));
    for (uint32_t width = 0; width < 10; width++) {
        sl_buffer out;
        sl_buffer_init(&out);
        CHECK(sl_safe_cut(&out, sl_text_from(wide), width) <= width);
        sl_buffer_fini(&out);
    }
}

TEST(pad_of_any_width)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_safe_pad(&out, 0);
    CHECK_INT(0, out.length);
    sl_safe_pad(&out, 100);
    CHECK_INT(100, out.length);
    sl_buffer_fini(&out);
}

static uint32_t fit_total(const uint32_t *widths, uint32_t count)
{
    uint32_t total = count == 0 ? 0 : SL_FIT_GAP * (count - 1);
    for (uint32_t i = 0; i < count; i++) total += widths[i];
    return total;
}

TEST(fit_cuts_the_longest)
{
    uint32_t widths[] = {4, 100, 10, 60};
    CHECK(sl_fit_widths(widths, 4, 80));
    CHECK_INT(80, fit_total(widths, 4));
    CHECK_INT(4, widths[0]);
    CHECK_INT(10, widths[2]);
    CHECK_INT(30, widths[1]);
    CHECK_INT(30, widths[3]);
}

TEST(fit_leaves_what_fits)
{
    uint32_t widths[] = {4, 10};
    CHECK(sl_fit_widths(widths, 2, 16));
    CHECK(sl_fit_widths(widths, 2, 0));
    CHECK(sl_fit_widths(NULL, 0, 10));
    CHECK_INT(10, widths[1]);
    uint32_t huge[] = {UINT32_MAX, UINT32_MAX};
    CHECK(sl_fit_widths(huge, 2, 0));
    CHECK(sl_fit_widths(huge, 2, 80));
    CHECK_INT(80, fit_total(huge, 2));
}

TEST(fit_gives_up_when_too_many)
{
    uint32_t widths[20];
    for (int i = 0; i < 20; i++) widths[i] = 30;
    CHECK(!sl_fit_widths(widths, 20, 80));
    CHECK_INT(30, widths[0]);
}

TEST_MAIN(RUN(plain_text_stays) RUN(controls_are_visible) RUN(hidden_characters_are_visible)
              RUN(invalid_bytes_are_replaced) RUN(marks_do_not_pile_up) RUN(cut_keeps_the_end)
                  RUN(cut_counts_columns) RUN(pad_of_any_width) RUN(fit_cuts_the_longest)
                      RUN(fit_leaves_what_fits) RUN(fit_gives_up_when_too_many))
