/* base_text_test.c - views, comparison, search, hash, distance and the buffer. */
#include "base/text.h"

#include <stdlib.h>

#include "test.h"

TEST(text_slices_stay_inside)
{
    CHECK_TEXT("bc", sl_text_slice(SL_TEXT("abcd"), 1, 3));
    CHECK_TEXT("cd", sl_text_slice(SL_TEXT("abcd"), 2, SIZE_MAX));
    CHECK_TEXT("", sl_text_slice(SL_TEXT("abcd"), 9, 12));
    CHECK_TEXT("", sl_text_slice(SL_TEXT("abcd"), 3, 1));
    CHECK_TEXT("", sl_text_slice(sl_text_make(NULL, 0), 0, 5));
}

TEST(text_compares_bytes)
{
    CHECK(sl_text_compare(SL_TEXT("a"), SL_TEXT("b")) < 0);
    CHECK(sl_text_compare(SL_TEXT("a"), SL_TEXT("ab")) < 0);
    CHECK(sl_text_compare(SL_TEXT("\x80"), SL_TEXT("a")) > 0);
    CHECK_INT(0, sl_text_compare(SL_TEXT(""), sl_text_make(NULL, 0)));
    CHECK(sl_text_equal(SL_TEXT("a\0b"), SL_TEXT("a\0b")));
    CHECK(!sl_text_equal(SL_TEXT("a\0b"), SL_TEXT("a\0c")));
    CHECK(sl_text_equal_nocase(SL_TEXT("AbZ"), SL_TEXT("aBz")));
    CHECK(!sl_text_equal_nocase(SL_TEXT("@"), SL_TEXT("`")));
    CHECK(!sl_text_equal_nocase(SL_TEXT("["), SL_TEXT("{")));
    CHECK(sl_text_compare_nocase(SL_TEXT("B"), SL_TEXT("a")) > 0);
    CHECK(sl_text_compare_nocase(SL_TEXT("A"), SL_TEXT("ab")) < 0);
}

TEST(text_finds)
{
    sl_text t = SL_TEXT("one two one");
    CHECK_INT(0, sl_text_find(t, SL_TEXT("one"), 0));
    CHECK_INT(8, sl_text_find(t, SL_TEXT("one"), 1));
    CHECK(sl_text_find(t, SL_TEXT("one"), 9) == SIZE_MAX);
    CHECK(sl_text_find(t, SL_TEXT("x"), 0) == SIZE_MAX);
    CHECK(sl_text_find(t, SL_TEXT("x"), 100) == SIZE_MAX);
    CHECK_INT(11, sl_text_find(t, SL_TEXT(""), 11));
    CHECK(sl_text_find(t, SL_TEXT(""), 12) == SIZE_MAX);
    CHECK_INT(3, sl_text_find_byte(t, ' ', 0));
    CHECK(sl_text_find_byte(t, ' ', 11) == SIZE_MAX);
    CHECK(sl_text_find_byte(sl_text_make(NULL, 0), ' ', 0) == SIZE_MAX);
    sl_text line, lines = SL_TEXT("a\n\nb");
    size_t at = 0;
    CHECK(sl_text_next_line(lines, &at, &line) && sl_text_equal(line, SL_TEXT("a")));
    CHECK(sl_text_next_line(lines, &at, &line) && line.length == 0);
    CHECK(sl_text_next_line(lines, &at, &line) && sl_text_equal(line, SL_TEXT("b")));
    CHECK(!sl_text_next_line(lines, &at, &line));
    at = 0;
    CHECK(sl_text_next_line(SL_TEXT("a\n"), &at, &line));
    CHECK(!sl_text_next_line(SL_TEXT("a\n"), &at, &line));
    CHECK(sl_text_starts(t, SL_TEXT("one ")) && !sl_text_starts(SL_TEXT("on"), SL_TEXT("one")));
    CHECK(sl_text_ends(t, SL_TEXT(" one")) && !sl_text_ends(SL_TEXT("ne"), SL_TEXT("one")));
    CHECK_TEXT("a b", sl_text_trim(SL_TEXT(" \t\r\na b\v\f ")));
    CHECK_TEXT("", sl_text_trim(SL_TEXT("   ")));
}

TEST(hash_is_the_same_everywhere)
{
    /* Fixed values: a hash that changed would change what is written to disk. */
    CHECK(sl_text_hash(SL_TEXT("")) == sl_text_hash(sl_text_make(NULL, 0)));
    CHECK(sl_text_hash(SL_TEXT("eventName")) == UINT64_C(0xc08bc2b629134112));
    char digits[70];
    for (size_t i = 0; i < sizeof digits; i++) digits[i] = (char)('0' + i % 10);
    CHECK(sl_hash_bytes(digits, sizeof digits, 7) == UINT64_C(0x22e72288003c417c));
}

static int hash_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

TEST(hash_tells_texts_apart)
{
    enum { LENGTHS = 200, COUNT = LENGTHS * 8 };
    static uint64_t hashes[COUNT];
    static char text[LENGTHS + 8];
    size_t count = 0;
    /* All-zero texts of each length, and each with one bit set. */
    for (size_t length = 1; length < LENGTHS; length++) {
        hashes[count++] = sl_hash_bytes(text, length, 0);
        for (size_t bit = 0; bit < 7; bit++) {
            size_t at = bit * (length - 1) / 6;
            text[at] = (char)(1 << bit);
            hashes[count++] = sl_hash_bytes(text, length, 0);
            text[at] = 0;
        }
    }
    qsort(hashes, count, sizeof hashes[0], hash_order);
    size_t same = 0;
    for (size_t i = 1; i < count; i++) same += hashes[i] == hashes[i - 1];
    CHECK_INT(0, same);
    CHECK(sl_hash_bytes("a", 1, 1) != sl_hash_bytes("a", 1, 2));
    for (uint64_t small = 0; small < 3; small++) {
        CHECK(sl_hash_mix(small, 1) != sl_hash_mix(small, 2));
        CHECK(sl_hash_mix(1, small) != sl_hash_mix(2, small));
    }
}

TEST(hash_spreads_over_buckets)
{
    enum { BUCKETS = 256, TEXTS = 65536 };
    unsigned counts[BUCKETS] = {0};
    char text[32];
    for (int i = 0; i < TEXTS; i++) {
        int length = snprintf(text, sizeof text, "arn:aws:%d", i);
        counts[sl_hash_bytes(text, (size_t)length, 0) % BUCKETS]++;
    }
    for (int i = 0; i < BUCKETS; i++) CHECK(counts[i] > 160 && counts[i] < 360);
}

TEST(distance_counts_edits)
{
    CHECK_INT(0, sl_text_distance(SL_TEXT("Lower"), SL_TEXT("lower"), 3));
    CHECK_INT(1, sl_text_distance(SL_TEXT("lowr"), SL_TEXT("lower"), 3));
    CHECK_INT(2, sl_text_distance(SL_TEXT("lwoer"), SL_TEXT("lower"), 3));
    CHECK_INT(3, sl_text_distance(SL_TEXT("kitten"), SL_TEXT("sitting"), 3));
    CHECK_INT(3, sl_text_distance(SL_TEXT("kitten"), SL_TEXT("sitting"), 2));
    CHECK_INT(2, sl_text_distance(SL_TEXT(""), SL_TEXT("ab"), 2));
    CHECK_INT(2, sl_text_distance(SL_TEXT(""), SL_TEXT("abc"), 1));
    char huge[5000];
    memset(huge, 'a', sizeof huge);
    sl_text a = sl_text_make(huge, sizeof huge), b = sl_text_make(huge, sizeof huge - 1);
    CHECK_INT(4, sl_text_distance(a, b, 3));
    CHECK_INT(0, sl_text_distance(a, a, 3));
}

/* A limit only cuts: what is below it is the same with each. */
TEST(distance_is_cut_at_the_limit)
{
    uint32_t state = 7;
    for (int round = 0; round < 20000; round++) {
        char words[2][12];
        size_t lengths[2];
        for (int w = 0; w < 2; w++) {
            state = state * 1664525 + 1013904223;
            lengths[w] = (state >> 16) % sizeof words[w];
            for (size_t i = 0; i < lengths[w]; i++) {
                state = state * 1664525 + 1013904223;
                words[w][i] = "aAbc.\xE4"[(state >> 16) % 6];
            }
        }
        sl_text a = sl_text_make(words[0], lengths[0]), b = sl_text_make(words[1], lengths[1]);
        unsigned whole = sl_text_distance(a, b, 64);
        for (unsigned limit = 0; limit < 5; limit++)
            CHECK_INT(whole > limit ? limit + 1 : whole, sl_text_distance(a, b, limit));
    }
}

TEST(buffer_grows_and_is_terminated)
{
    sl_buffer buffer;
    sl_buffer_init(&buffer);
    CHECK(buffer.data != NULL && buffer.data[0] == '\0');
    sl_buffer_clear(&buffer);
    for (int i = 0; i < 1000; i++) sl_buffer_printf(&buffer, "%d,", i);
    CHECK_INT(3890, buffer.length);
    CHECK_INT(0, buffer.data[buffer.length]);
    CHECK(sl_text_starts(sl_buffer_text(&buffer), SL_TEXT("0,1,2,")));
    CHECK(sl_text_ends(sl_buffer_text(&buffer), SL_TEXT("998,999,")));
    sl_buffer_clear(&buffer);
    sl_buffer_add_byte(&buffer, '\0');
    sl_buffer_add_string(&buffer, "x");
    sl_buffer_add_string(&buffer, NULL);
    sl_buffer_add(&buffer, sl_text_make(NULL, 0));
    CHECK_INT(2, buffer.length);
    CHECK(!buffer.failed);
    sl_buffer_fini(&buffer);
    sl_buffer_fini(NULL);
}

TEST(buffer_says_once_that_it_failed)
{
    sl_buffer buffer = {0};
    sl_buffer_add_string(&buffer, "kept");
    CHECK(!sl_buffer_reserve(&buffer, SIZE_MAX - 2));
    CHECK(buffer.failed);
    sl_buffer_add_string(&buffer, "lost");
    CHECK_TEXT("kept", sl_buffer_text(&buffer));
    sl_buffer_fini(&buffer);
}

TEST_MAIN(RUN(text_slices_stay_inside) RUN(text_compares_bytes) RUN(text_finds)
              RUN(hash_is_the_same_everywhere) RUN(hash_tells_texts_apart)
                  RUN(hash_spreads_over_buckets) RUN(distance_counts_edits)
                      RUN(distance_is_cut_at_the_limit) RUN(buffer_grows_and_is_terminated)
                          RUN(buffer_says_once_that_it_failed))
