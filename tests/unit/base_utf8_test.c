/* base_utf8_test.c - well-formed and broken UTF-8. */
#include "base/utf8.h"

#include "test.h"

TEST(utf8_knows_what_is_valid)
{
    static const char *const valid[] = {
        "",
        "plain ascii that is longer than eight bytes",
        "\xC3\xA9",
        "\xE2\x82\xAC",
        "\xF0\x9F\x98\x80",
        "aaaaaaa\xC3\xA9",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xF4\x8F\xBF\xBF",
    };
    static const char *const invalid[] = {
        "\x80",
        "\xC0\xAF",
        "\xC1\x81",
        "\xC3",
        "\xE0\x80\xAF",
        "\xE0\x9F\xBF",
        "\xED\xA0\x80",
        "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
        "aaaaaaaaaaaaa\xE2\x82",
        "\xE2\x82-",
        "\xF0\x9F\x98",
    };
    for (size_t i = 0; i < SL_COUNT(valid); i++)
        if (!sl_utf8_valid(sl_text_from(valid[i]))) TEST_FAIL("valid %zu", i);
    for (size_t i = 0; i < SL_COUNT(invalid); i++)
        if (sl_utf8_valid(sl_text_from(invalid[i]))) TEST_FAIL("invalid %zu", i);
    CHECK(sl_utf8_valid(SL_TEXT("a\0b")));
}

TEST(utf8_repairs_maximal_parts)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    sl_text good = SL_TEXT("gr\xC3\xBC\xC3\x9F");
    CHECK(sl_utf8_repair(good, &arena).data == good.data);
    CHECK_TEXT("a\xEF\xBF\xBD"
               "b",
               sl_utf8_repair(SL_TEXT("a\xFF"
                                      "b"),
                              &arena));
    CHECK_TEXT("\xEF\xBF\xBD"
               "b",
               sl_utf8_repair(SL_TEXT("\xE2\x82"
                                      "b"),
                              &arena));
    /* A surrogate: none of its bytes can begin anything. */
    CHECK_TEXT("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD",
               sl_utf8_repair(SL_TEXT("\xED\xA0\x80"), &arena));
    /* The example of the Unicode standard, table 3-8. */
    sl_text broken = SL_TEXT("a\xF1\x80\x80\xE1\x80\xC2"
                             "b\x80"
                             "c\x80\xBF"
                             "d");
    CHECK_TEXT("a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
               "b\xEF\xBF\xBD"
               "c\xEF\xBF\xBD"
               "\xEF\xBF\xBD"
               "d",
               sl_utf8_repair(broken, &arena));
    CHECK(sl_utf8_valid(sl_utf8_repair(SL_TEXT("\xF0\x9F\x98"), &arena)));
    sl_arena_fini(&arena);
    sl_arena_init(&arena, 2);
    CHECK(sl_utf8_repair(SL_TEXT("\xFF"), &arena).data == NULL);
    sl_arena_fini(&arena);
}

TEST(utf8_decodes_what_it_encodes)
{
    for (uint32_t code = 0; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 0x3F) {
        char bytes[4];
        uint32_t back;
        size_t count = sl_utf8_encode(code, bytes);
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        CHECK_INT(count, sl_utf8_decode(sl_text_make(bytes, count), 0, &back));
        CHECK_INT(surrogate ? 0xFFFD : code, back);
        CHECK(sl_utf8_valid(sl_text_make(bytes, count)));
    }
    uint32_t code;
    CHECK_INT(1, sl_utf8_decode(SL_TEXT("\xE2\x82"), 0, &code));
    CHECK_INT(0xFFFD, code);
    CHECK_INT(0, sl_utf8_decode(SL_TEXT("a"), 1, &code));
    char bytes[4];
    CHECK_INT(3, sl_utf8_encode(0x110000, bytes));
}

TEST(utf8_counts_and_measures)
{
    CHECK_INT(4, sl_utf8_count(SL_TEXT("a\xC3\xA9\xF0\x9F\x98\x80\xFF")));
    CHECK_INT(1, sl_utf8_width('a'));
    CHECK_INT(0, sl_utf8_width('\n'));
    CHECK_INT(0, sl_utf8_width(0x7F));
    CHECK_INT(1, sl_utf8_width(0xE9));
    CHECK_INT(0, sl_utf8_width(0x301));
    CHECK_INT(0, sl_utf8_width(0x200D));
    CHECK_INT(2, sl_utf8_width(0x4E2D));
    CHECK_INT(2, sl_utf8_width(0xAC00));
    CHECK_INT(2, sl_utf8_width(0xFF21));
    CHECK_INT(2, sl_utf8_width(0x1F600));
    CHECK_INT(1, sl_utf8_width(0x2500));
    CHECK_INT(1, sl_utf8_width(0x10FFFF));
}

TEST_MAIN(RUN(utf8_knows_what_is_valid) RUN(utf8_repairs_maximal_parts)
              RUN(utf8_decodes_what_it_encodes) RUN(utf8_counts_and_measures))
