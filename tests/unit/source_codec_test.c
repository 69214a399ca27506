/* source_codec_test.c - gzip and zstd inputs, whole, damaged, cut off, and made to grow.
 *
 * What comes out must not depend on the size of a block or on what the consumer keeps of it, and
 * what stands before a break is given. */
#include "source/codec.h"

#include <stdlib.h>

#include "source_blocks.h"
#include "test.h"

/* How many bytes before a break may be given in one size of block and not in another: ISA-L
 * decodes several symbols at once, the last of them may be a repetition. zstd is exact. */
enum { GZIP_SLACK = 300 };

static void check_alike(const outcome *a, const outcome *b, size_t slack)
{
    sl_text shorter = sl_buffer_text(&a->bytes), longer = sl_buffer_text(&b->bytes);
    if (shorter.length > longer.length) {
        sl_text swap = shorter;
        shorter = longer;
        longer = swap;
    }
    CHECK_INT(a->status, b->status);
    CHECK(sl_text_starts(longer, shorter));
    if (longer.length - shorter.length > (a->status == SL_END ? 0 : slack))
        TEST_FAIL("%zu bytes, or %zu in other blocks", shorter.length, longer.length);
}

/* Alike in every size of block, whatever it is; the bytes must begin `plain`. */
static sl_status check_same(sl_text contents, sl_text plain, size_t *out_length)
{
    size_t slack = contents.data[0] == '\x1f' ? GZIP_SLACK : 0;
    outcome o = {.status = SL_OK}, first = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_buffer_init(&first.bytes);
    sl_faults_init(&faults);
    for (size_t i = 0; i < SL_COUNT(block_sizes); i++) {
        sl_reader_limits limits = {.block_bytes = block_sizes[i], .carry_bytes_max = CARRY_MAX};
        read_memory(contents, &limits, 5, i == 0 ? &first : &o);
        if (i == 0) continue;
        check_alike(&first, &o, slack);
    }
    CHECK(plain.data == NULL || sl_text_starts(plain, sl_buffer_text(&first.bytes)));
    *out_length = first.bytes.length;
    sl_faults_fini(&faults);
    sl_buffer_fini(&first.bytes);
    sl_buffer_fini(&o.bytes);
    return first.status;
}

/* --- gzip --- */

TEST(gzip_members_follow_one_another)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    for (size_t i = 0; i < 12; i++) {
        size_t start = plain.length;
        add_log(&plain, i * i * 97);
        sl_text member = sl_text_slice(sl_buffer_text(&plain), start, SIZE_MAX);
        add_gzip(&packed, member, i % 3 == 1 ? HEAD_FULL : HEAD_PLAIN);
        check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_END);
    }
    for (int i = 0; i < 700; i++) sl_buffer_add_byte(&packed, '\0');
    check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_END);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(gzip_larger_than_every_buffer)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 5 * SL_BLOCK_BYTES + 17);
    for (int i = 0; i < 3 * SL_BLOCK_BYTES; i++) sl_buffer_add_byte(&plain, (char)random_next());
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    CHECK(packed.length > 3 * SL_BLOCK_BYTES);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_faults_init(&faults);
    const size_t sizes[] = {0, 70001, 1024 * 1024};
    for (size_t i = 0; i < SL_COUNT(sizes); i++) {
        sl_reader_limits limits = {.block_bytes = sizes[i], .carry_bytes_max = CARRY_MAX};
        read_memory(sl_buffer_text(&packed), &limits, CARRY_MAX, &o);
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
    }
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(gzip_with_bytes_behind_it_keeps_its_rows)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 5000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    size_t whole = packed.length;
    const sl_text tails[] = {SL_TEXT("{\"a\":1}\n"), SL_TEXT("\0\0x"), SL_TEXT("\x1f"),
                             SL_TEXT("\x1f\x8b"), SL_TEXT("\x1f\x8b\x08\0\0\0\0\0\0\x03")};
    for (size_t i = 0; i < SL_COUNT(tails); i++) {
        packed.length = whole;
        sl_buffer_add(&packed, tails[i]);
        check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_CORRUPT);
    }
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(gzip_checksum_and_length_are_checked)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 3000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_FULL);
    for (size_t i = 1; i <= 8; i++) {
        packed.data[packed.length - i] ^= 1;
        check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_CORRUPT);
        packed.data[packed.length - i] ^= 1;
    }
    packed.data[4] ^= 1; /* the header has a checksum too */
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_CORRUPT);
    packed.data[4] ^= 1;
    packed.data[2] = 7; /* another method */
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_CORRUPT);
    packed.data[2] = 8;
    packed.data[3] |= 0x20; /* a flag nobody knows */
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_CORRUPT);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

/* Cut at every length, `packed` gives the rows before the cut and says so; but for a cut
 * between two members or frames. */
static void check_cuts(sl_text packed, sl_text plain, size_t whole_first)
{
    size_t length, last = 0;
    for (size_t cut = 4; cut < packed.length; cut++) {
        sl_status status = check_same(sl_text_slice(packed, 0, cut), plain, &length);
        CHECK_INT(cut == whole_first ? SL_END : SL_CORRUPT, status);
        CHECK(length >= last);
        last = length;
    }
    CHECK(last == plain.length);
}

TEST(gzip_cut_off_anywhere_gives_what_stands)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 400);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_FULL);
    size_t first = packed.length;
    add_log(&plain, 300);
    add_gzip(&packed, sl_text_slice(sl_buffer_text(&plain), 400, SIZE_MAX), HEAD_PLAIN);
    check_cuts(sl_buffer_text(&packed), sl_buffer_text(&plain), first);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(gzip_cut_off_late_gives_nearly_all)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 200000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    size_t length;
    sl_text half = sl_text_slice(sl_buffer_text(&packed), 0, packed.length / 2);
    CHECK_INT(SL_CORRUPT, check_same(half, sl_buffer_text(&plain), &length));
    CHECK(length > 90000);
    sl_text most = sl_text_slice(sl_buffer_text(&packed), 0, packed.length - 20);
    CHECK_INT(SL_CORRUPT, check_same(most, sl_buffer_text(&plain), &length));
    CHECK(length > 199800);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

/* Damages one byte after the other; every size of block must say alike what is left. */
static void check_damage(sl_buffer *packed, size_t step)
{
    size_t length;
    int broken = 0, tried = 0;
    for (size_t at = 4; at < packed->length; at += step) {
        char before = packed->data[at];
        packed->data[at] = (char)(before ^ (1 << random_next() % 8));
        broken += check_same(sl_buffer_text(packed), sl_text_make(NULL, 0), &length) != SL_END;
        packed->data[at] = before;
        tried++;
    }
    CHECK(broken > tried * 9 / 10);
}

TEST(damaged_gzip_is_alike_in_every_block_size)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 1000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    check_damage(&packed, 3);
    add_log(&plain, 150000);
    packed.length = 0;
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    check_damage(&packed, packed.length / 12);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

/* --- limits --- */

/* Zeros in many members, so that making it takes no memory either. */
static void add_bomb(sl_buffer *packed, int members, bool is_zstd)
{
    enum { MEMBER_BYTES = 4 * 1024 * 1024 };
    char *zeros = calloc(1, MEMBER_BYTES);
    size_t start = packed->length;
    if (is_zstd) add_zstd(packed, sl_text_make(zeros, MEMBER_BYTES), -3);
    else add_gzip(packed, sl_text_make(zeros, MEMBER_BYTES), HEAD_PLAIN);
    size_t length = packed->length - start;
    sl_buffer_reserve(packed, length * (size_t)members);
    for (int i = 1; i < members; i++)
        sl_buffer_add(packed, sl_text_make(packed->data + start, length));
    free(zeros);
}

TEST(bomb_ends_at_the_limit)
{
    const size_t sizes[] = {1000, 4096, 0, 1024 * 1024};
    const uint64_t limit = 1000000;
    sl_faults_init(&faults);
    for (int kind = 0; kind < 2; kind++) {
        sl_buffer packed;
        sl_buffer_init(&packed);
        add_bomb(&packed, 16, kind == 1);
        for (size_t i = 0; i < SL_COUNT(sizes); i++) {
            sl_reader_limits limits = {
                .block_bytes = sizes[i], .carry_bytes_max = CARRY_MAX, .inflated_bytes_max = limit};
            outcome o = {.status = SL_OK};
            sl_buffer_init(&o.bytes);
            read_memory(sl_buffer_text(&packed), &limits, 10, &o);
            CHECK_INT(SL_LIMIT, o.status);
            CHECK_INT(limit, o.bytes.length);
            sl_buffer_fini(&o.bytes);
        }
        sl_buffer_fini(&packed);
    }
    CHECK_INT(2 * SL_COUNT(sizes), faults.counts[SL_FAULT_INFLATED]);
    CHECK_INT(limit, faults.cases[SL_FAULT_INFLATED][0].offset);
    CHECK_INT(0, faults.counts[SL_FAULT_CORRUPT]);
    sl_faults_fini(&faults);
}

TEST(input_of_just_the_limit_is_whole)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    add_log(&plain, 8192);
    sl_faults_init(&faults);
    for (int kind = 0; kind < 2; kind++) {
        sl_buffer_init(&packed);
        if (kind == 0) add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
        else add_zstd(&packed, sl_buffer_text(&plain), 1);
        for (size_t i = 0; i < SL_COUNT(block_sizes); i++) {
            for (uint64_t less = 0; less < 2; less++) {
                sl_reader_limits limits = {.block_bytes = block_sizes[i],
                                           .carry_bytes_max = CARRY_MAX,
                                           .inflated_bytes_max = 8192 - less};
                outcome o = {.status = SL_OK};
                sl_buffer_init(&o.bytes);
                read_memory(sl_buffer_text(&packed), &limits, 0, &o);
                CHECK_INT(less == 0 ? SL_END : SL_LIMIT, o.status);
                CHECK_INT(8192 - less, o.bytes.length);
                sl_buffer_fini(&o.bytes);
            }
        }
        sl_buffer_fini(&packed);
    }
    CHECK_INT(2 * SL_COUNT(block_sizes), faults.counts[SL_FAULT_INFLATED]);
    sl_faults_fini(&faults);
    sl_buffer_fini(&plain);
}

/* --- zstd --- */

TEST(zstd_frames_follow_one_another)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    for (size_t i = 0; i < 10; i++) {
        size_t start = plain.length;
        add_log(&plain, i * i * 111);
        if (i % 4 == 2) sl_buffer_add(&packed, SL_TEXT("\x53\x2a\x4d\x18\x05\0\0\0skip!"));
        sl_text frame = sl_text_slice(sl_buffer_text(&plain), start, SIZE_MAX);
        add_zstd(&packed, frame, i % 2 == 0 ? 3 : -3);
        check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_END);
    }
    for (int i = 0; i < 300; i++) sl_buffer_add_byte(&packed, '\0');
    check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_END);
    sl_buffer_add_byte(&packed, 'x');
    check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_CORRUPT);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(zstd_may_begin_with_a_frame_to_skip)
{
    sl_buffer packed;
    sl_buffer_init(&packed);
    sl_buffer_add(&packed, SL_TEXT("\x50\x2a\x4d\x18\x02\0\0\0ab"));
    add_zstd(&packed, SL_TEXT("text"), 3);
    check_read(sl_buffer_text(&packed), SL_TEXT("text"), SL_END);
    sl_buffer_fini(&packed);
}

TEST(zstd_of_several_blocks)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 700000);
    add_zstd(&packed, sl_buffer_text(&plain), -1);
    check_read(sl_buffer_text(&packed), sl_buffer_text(&plain), SL_END);
    size_t length;
    sl_text most = sl_text_slice(sl_buffer_text(&packed), 0, packed.length - 9);
    CHECK_INT(SL_CORRUPT, check_same(most, sl_buffer_text(&plain), &length));
    CHECK_INT(5 * 131072, length);
    packed.data[packed.length - 1] ^= 1; /* the checksum of all, at the end */
    CHECK_INT(SL_CORRUPT, check_same(sl_buffer_text(&packed), sl_buffer_text(&plain), &length));
    CHECK_INT(plain.length, length);
    check_damage(&packed, packed.length / 12);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(zstd_cut_off_or_damaged)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 300);
    add_zstd(&packed, sl_buffer_text(&plain), 3);
    size_t first = packed.length, length;
    add_log(&plain, 200);
    add_zstd(&packed, sl_text_slice(sl_buffer_text(&plain), 300, SIZE_MAX), -3);
    for (size_t cut = 4; cut < packed.length; cut++) {
        sl_text part = sl_text_slice(sl_buffer_text(&packed), 0, cut);
        sl_status status = check_same(part, sl_buffer_text(&plain), &length);
        CHECK_INT(cut == first ? SL_END : SL_CORRUPT, status);
        CHECK(cut < first || length >= 300);
    }
    check_damage(&packed, 1);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(zstd_window_is_limited)
{
    /* Magic; length in four bytes, window; window of 256 MiB; length 1; one raw block, "x". */
    char frame[] = "\x28\xb5\x2f\xfd\x80\x90\x01\0\0\0\x09\0\0x";
    size_t length;
    sl_text contents = {frame, sizeof frame - 1};
    CHECK_INT(SL_CORRUPT, check_same(contents, SL_TEXT(""), &length));
    frame[5] = '\x89'; /* a little over 128 MiB */
    CHECK_INT(SL_CORRUPT, check_same(contents, SL_TEXT(""), &length));
    frame[5] = '\x88';
    check_read(contents, SL_TEXT("x"), SL_END);
}

TEST_MAIN(RUN(gzip_members_follow_one_another) RUN(gzip_larger_than_every_buffer) RUN(
    gzip_with_bytes_behind_it_keeps_its_rows) RUN(gzip_checksum_and_length_are_checked)
              RUN(gzip_cut_off_anywhere_gives_what_stands) RUN(gzip_cut_off_late_gives_nearly_all)
                  RUN(damaged_gzip_is_alike_in_every_block_size) RUN(bomb_ends_at_the_limit)
                      RUN(input_of_just_the_limit_is_whole) RUN(zstd_frames_follow_one_another)
                          RUN(zstd_may_begin_with_a_frame_to_skip) RUN(zstd_of_several_blocks)
                              RUN(zstd_cut_off_or_damaged) RUN(zstd_window_is_limited))
