/* source_reader_test.c - blocks out of plain, gzip and zstd inputs, whole and broken ones.
 *
 * The rule behind most tests: what comes out must not depend on the size of a block or on what
 * the consumer keeps of it, and what stands before a break is given. */
#include "source/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include "source_tree.h"
#include "test.h"

static sl_faults faults;
static const size_t block_sizes[] = {1, 3, 4096, 0};
enum { CARRY_MAX = 64 * 1024 };

/* --- making inputs --- */

static uint32_t random_state;

static uint32_t random_next(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Lines with repetition in them, some bytes of any value. */
static void add_log(sl_buffer *out, size_t bytes)
{
    size_t end = out->length + bytes;
    while (out->length < end) {
        sl_buffer_printf(out, "{\"eventName\":\"Name%u\",\"n\":%u,\"raw\":\"", random_next() % 50,
                         random_next());
        for (int i = 0; i < 8; i++) sl_buffer_add_byte(out, (char)random_next());
        sl_buffer_add_string(out, "\"}\n");
    }
    out->length = end;
}

/* What goes into the gzip header besides the fixed part. */
typedef enum head_kind { HEAD_PLAIN, HEAD_FULL } head_kind;

static void add_gzip(sl_buffer *out, sl_text plain, head_kind kind)
{
    static uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
    struct isal_zstream stream;
    isal_deflate_init(&stream);
    stream.level = 1;
    stream.level_buf = level_buffer;
    stream.level_buf_size = sizeof level_buffer;
    stream.gzip_flag = IGZIP_GZIP;
    CHECK(sl_buffer_reserve(out, plain.length + plain.length / 8 + 4096));
    uint8_t *start = (uint8_t *)out->data + out->length;
    stream.next_out = start;
    stream.avail_out = (uint32_t)(out->capacity - out->length);
    if (kind == HEAD_FULL) {
        struct isal_gzip_header header;
        isal_gzip_header_init(&header);
        header.extra = (uint8_t *)(uintptr_t) "extra";
        header.extra_len = header.extra_buf_len = 5;
        header.name = (char *)(uintptr_t) "file.json";
        header.name_buf_len = 10;
        header.comment = (char *)(uintptr_t) "a comment";
        header.comment_buf_len = 10;
        header.hcrc = 1;
        CHECK(isal_write_gzip_header(&stream, &header) == 0);
        stream.gzip_flag = IGZIP_GZIP_NO_HDR;
    }
    stream.next_in = (uint8_t *)(uintptr_t)plain.data;
    stream.avail_in = (uint32_t)plain.length;
    stream.end_of_stream = 1;
    CHECK(isal_deflate(&stream) == COMP_OK && stream.avail_in == 0);
    out->length += (size_t)(stream.next_out - start);
}

/* `level` < 0: without the length in the head, as a pipe would write it. */
static void add_zstd(sl_buffer *out, sl_text plain, int level)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, level >= 0);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level < 0 ? -level : level);
    CHECK(sl_buffer_reserve(out, ZSTD_compressBound(plain.length)));
    size_t length = ZSTD_compress2(context, out->data + out->length, out->capacity - out->length,
                                   plain.data, plain.length);
    CHECK(!ZSTD_isError(length));
    out->length += length;
    ZSTD_freeCCtx(context);
}

/* --- reading them --- */

typedef struct outcome {
    sl_buffer bytes;
    sl_status status; /* SL_END, or how it broke */
    size_t blocks;
} outcome;

/* The block must continue what was read: kept bytes, offset, zeros behind its end. */
static void check_block(const outcome *o, const sl_block *block, size_t keep)
{
    CHECK_INT(o->bytes.length - keep, block->offset);
    CHECK(block->length >= keep);
    CHECK(keep == 0 || memcmp(block->data, o->bytes.data + o->bytes.length - keep, keep) == 0);
    for (size_t i = 0; i < SL_BLOCK_PAD; i++) CHECK(block->data[block->length + i] == 0);
    CHECK(block->length > keep || block->last);
}

/* Reads all of `input`, keeping up to `carry` bytes of each block. */
static void read_input(sl_reader *reader, const sl_input *input, size_t carry, outcome *o)
{
    sl_buffer_clear(&o->bytes);
    o->blocks = 0;
    o->status = sl_reader_open(reader, input);
    if (o->status != SL_OK) return;
    size_t keep = 0;
    sl_block block;
    bool was_last = false;
    while ((o->status = sl_reader_next(reader, keep, &block)) == SL_OK) {
        CHECK(!was_last);
        check_block(o, &block, keep);
        sl_buffer_add(&o->bytes, sl_text_make(block.data + keep, block.length - keep));
        keep = block.length < carry ? block.length : carry;
        was_last = block.last;
        o->blocks++;
    }
    CHECK(o->status != SL_END || was_last || o->bytes.length == 0);
    sl_block none;
    CHECK(sl_reader_next(reader, 0, &none) == SL_END);
    sl_reader_close(reader);
}

static void read_memory(sl_text contents, const sl_reader_limits *limits, size_t carry,
                        outcome *o)
{
    sl_reader *reader = sl_reader_new(limits, &faults);
    sl_inputs *inputs = sl_inputs_new_memory(SL_TEXT("memory"), contents);
    const sl_input *input = sl_inputs_next(inputs);
    read_input(reader, input, carry, o);
    sl_inputs_free(inputs);
    sl_reader_free(reader);
}

/* In every size of block the same bytes and the same end. */
static void check_read(sl_text contents, sl_text expected, sl_status status)
{
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_faults_init(&faults);
    for (size_t i = 0; i < SL_COUNT(block_sizes); i++) {
        for (size_t carry = 0; carry < 20; carry += 13) {
            sl_reader_limits limits = {.block_bytes = block_sizes[i],
                                       .carry_bytes_max = CARRY_MAX};
            read_memory(contents, &limits, carry, &o);
            CHECK_INT(status, o.status);
            CHECK_INT(expected.length, o.bytes.length);
            if (!sl_text_equal(expected, sl_buffer_text(&o.bytes)))
                TEST_FAIL("other bytes with blocks of %zu, carry %zu", block_sizes[i], carry);
        }
    }
    uint64_t runs = 2 * SL_COUNT(block_sizes), broken = status == SL_CORRUPT ? runs : 0;
    CHECK_INT(broken, faults.counts[SL_FAULT_CORRUPT]);
    CHECK_INT(expected.length == 0 && status == SL_END ? runs : 0, faults.counts[SL_FAULT_EMPTY]);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
}

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

/* --- plain --- */

TEST(plain_bytes_pass_unchanged)
{
    sl_buffer plain;
    sl_buffer_init(&plain);
    check_read(SL_TEXT("x"), SL_TEXT("x"), SL_END);
    check_read(SL_TEXT("{\"a\":1}\n\0\0\xff"), SL_TEXT("{\"a\":1}\n\0\0\xff"), SL_END);
    check_read(SL_TEXT("\x1f"), SL_TEXT("\x1f"), SL_END);
    check_read(SL_TEXT("\x28\xb5\x2f"), SL_TEXT("\x28\xb5\x2f"), SL_END);
    add_log(&plain, 12288);
    check_read(sl_buffer_text(&plain), sl_buffer_text(&plain), SL_END);
    plain.length--;
    check_read(sl_buffer_text(&plain), sl_buffer_text(&plain), SL_END);
    sl_buffer_fini(&plain);
}

TEST(plain_files_larger_than_a_block)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer plain;
    sl_buffer_init(&plain);
    add_log(&plain, 3 * SL_BLOCK_BYTES);
    tree_write(&t, "file", plain.data, plain.length);
    char buffer[1024];
    sl_input input = {.path = sl_text_from(tree_path(&t, "file", buffer))};
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX, .inflated_bytes_max = 1000};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    /* The size may be unknown, right, or that of another time. */
    const uint64_t sizes[] = {0, plain.length, plain.length - 1, plain.length + 1, 1};
    for (size_t i = 0; i < SL_COUNT(sizes); i++) {
        input.bytes = sizes[i];
        read_input(reader, &input, 100, &o);
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
        CHECK(o.blocks == 4 || o.blocks == 3);
    }
    CHECK_INT(0, faults.counts[SL_FAULT_INFLATED]); /* a limit of what inflates, not of files */
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    tree_remove(&t);
}

TEST(small_file_is_one_block)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 7000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    tree_write(&t, "a.json", plain.data, plain.length);
    tree_write(&t, "b.txt", packed.data, packed.length);
    packed.length = 0;
    add_zstd(&packed, sl_buffer_text(&plain), 3);
    tree_write(&t, "c.json.gz", packed.data, packed.length);
    tree_write(&t, "d.gz", plain.data, plain.length);
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX, .inflated_bytes_max = 7000};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    const sl_input *input;
    uint64_t consumed = 0;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        read_input(reader, input, 0, &o);
        CHECK_INT(SL_END, o.status);
        CHECK_INT(1, o.blocks);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
        CHECK_INT(input->bytes, sl_reader_consumed(reader));
        consumed += sl_reader_consumed(reader);
        sl_inputs_done(inputs, input);
    }
    uint64_t count, bytes;
    sl_inputs_found(inputs, &count, &bytes);
    CHECK_INT(4, count);
    CHECK_INT(bytes, consumed);
    CHECK(!sl_faults_lost(&faults));
    sl_inputs_free(inputs);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
    tree_remove(&t);
}

TEST(carry_may_grow_to_its_limit)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, CARRY_MAX);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    const sl_text contents[] = {sl_buffer_text(&plain), sl_buffer_text(&packed)};
    sl_faults_init(&faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    for (size_t i = 0; i < SL_COUNT(contents); i++) {
        sl_reader_limits limits = {.block_bytes = 37, .carry_bytes_max = CARRY_MAX};
        read_memory(contents[i], &limits, SIZE_MAX, &o);
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
    }
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(empty_inputs_are_counted_once)
{
    sl_buffer packed;
    sl_buffer_init(&packed);
    check_read(SL_TEXT(""), SL_TEXT(""), SL_END);
    add_gzip(&packed, SL_TEXT(""), HEAD_PLAIN);
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_END);
    packed.length = 0;
    add_zstd(&packed, SL_TEXT(""), 1);
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_END);
    sl_buffer_fini(&packed);
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
    if (is_zstd)
        add_zstd(packed, sl_text_make(zeros, MEMBER_BYTES), -3);
    else
        add_gzip(packed, sl_text_make(zeros, MEMBER_BYTES), HEAD_PLAIN);
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
            sl_reader_limits limits = {.block_bytes = sizes[i],
                                       .carry_bytes_max = CARRY_MAX,
                                       .inflated_bytes_max = limit};
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
        if (kind == 0)
            add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
        else
            add_zstd(&packed, sl_buffer_text(&plain), 1);
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

/* --- files that are no files --- */

TEST(what_cannot_be_opened_is_named)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    if (!tree_as_nobody(&t)) SKIP("cannot give up permissions");
    tree_write(&t, "closed", "x", 1);
    CHECK(fchmodat(t.fd, "closed", 0, 0) == 0);
    tree_write(&t, "open", "x", 1);
    mkdirat(t.fd, "directory", 0700);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    const char *const names[] = {"closed", "gone", "directory", "open"};
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        char buffer[1024];
        sl_input input = {.path = sl_text_from(tree_path(&t, names[i], buffer)), .bytes = 1};
        read_input(reader, &input, 0, &o);
        CHECK_INT(i == 3 ? SL_END : SL_IO, o.status);
    }
    CHECK_TEXT("x", sl_buffer_text(&o.bytes));
    CHECK_INT(2, faults.counts[SL_FAULT_UNREADABLE]);
    CHECK_INT(1, faults.counts[SL_FAULT_MISSING]);
    CHECK(strstr(faults.cases[SL_FAULT_UNREADABLE][0].where, "/closed") != NULL);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    tree_as_before();
    tree_remove(&t);
}

typedef struct pipe_job {
    const char *path;
    sl_text contents;
} pipe_job;

static void *pipe_write(void *argument)
{
    const pipe_job *job = argument;
    int fd = open(job->path, O_WRONLY);
    for (size_t i = 0; fd >= 0 && i < job->contents.length; i += 700) {
        sl_text part = sl_text_slice(job->contents, i, i + 700);
        if (write(fd, part.data, part.length) != (ssize_t)part.length) break;
        if (i % 3 == 0) usleep(100);
    }
    close(fd);
    return NULL;
}

TEST(named_fifo_is_read_as_it_comes)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    CHECK(mkfifoat(t.fd, "fifo", 0600) == 0);
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 100000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    const sl_text contents[] = {sl_buffer_text(&plain), sl_buffer_text(&packed), SL_TEXT("")};
    for (size_t i = 0; i < SL_COUNT(contents); i++) {
        char buffer[1024];
        pipe_job job = {tree_path(&t, "fifo", buffer), contents[i]};
        pthread_t writer;
        CHECK(pthread_create(&writer, NULL, pipe_write, &job) == 0);
        sl_input input = {.path = sl_text_from(buffer), .stream = true};
        read_input(reader, &input, 50, &o);
        pthread_join(writer, NULL);
        CHECK_INT(SL_END, o.status);
        sl_text expected = i == 2 ? SL_TEXT("") : sl_buffer_text(&plain);
        CHECK(sl_text_equal(expected, sl_buffer_text(&o.bytes)));
        CHECK(i == 2 || o.blocks > 2);
    }
    CHECK_INT(1, faults.counts[SL_FAULT_EMPTY]);

    /* A FIFO that took the place of a file since the walk: nobody waits for a writer. */
    char buffer[1024];
    sl_input input = {.path = sl_text_from(tree_path(&t, "fifo", buffer)), .bytes = 5};
    read_input(reader, &input, 0, &o);
    CHECK_INT(0, o.bytes.length);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
    tree_remove(&t);
}

TEST(standard_input_waits_for_what_comes)
{
    sl_buffer plain;
    sl_buffer_init(&plain);
    add_log(&plain, 20000);
    int before = dup(STDIN_FILENO), ends[2];
    CHECK(pipe(ends) == 0);
    CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK); /* as some shells leave it */
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
    pipe_job job = {path, sl_buffer_text(&plain)};
    pthread_t writer;
    bool has_writer = access(path, W_OK) == 0;
    if (has_writer) CHECK(pthread_create(&writer, NULL, pipe_write, &job) == 0);
    if (has_writer) usleep(2000); /* so that it has opened the pipe before we leave it */
    close(ends[1]);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_input input = {.path = SL_TEXT("-"), .stream = true};
    read_input(reader, &input, 50, &o);
    CHECK_INT(SL_END, o.status);
    CHECK_INT(has_writer ? plain.length : 0, o.bytes.length);
    CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* not ours to close */
    if (has_writer) pthread_join(writer, NULL);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    close(ends[0]);
    if (before >= 0) {
        dup2(before, STDIN_FILENO);
        close(before);
    }
}

TEST(reader_is_left_and_used_again)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 50000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    size_t cut = packed.length / 2;
    sl_faults_init(&faults);
    sl_reader_limits limits = {.block_bytes = 1000, .carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_block block;
    CHECK(sl_reader_next(reader, 0, &block) == SL_END); /* nothing is open */
    for (int round = 0; round < 3; round++) {
        sl_text half = sl_text_slice(sl_buffer_text(&packed), 0, round == 1 ? cut : SIZE_MAX);
        sl_input left = {.path = SL_TEXT("left"), .memory = half, .bytes = half.length};
        CHECK(sl_reader_open(reader, &left) == SL_OK);
        CHECK(sl_reader_next(reader, 0, &block) == SL_OK && block.length == 1000);
        CHECK(sl_reader_next(reader, 999, &block) == SL_OK && block.length == 1999);
        sl_text whole = round == 0 ? sl_buffer_text(&plain) : sl_buffer_text(&packed);
        sl_input next = {.path = SL_TEXT("next"), .memory = whole, .bytes = whole.length};
        read_input(reader, &next, 77, &o); /* without a close in between */
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
    }
    CHECK(!sl_faults_lost(&faults)); /* a file that was left was not found broken */
    sl_reader_free(reader);
    sl_reader_free(NULL);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST_MAIN(RUN(plain_bytes_pass_unchanged) RUN(plain_files_larger_than_a_block)
          RUN(small_file_is_one_block) RUN(carry_may_grow_to_its_limit)
          RUN(empty_inputs_are_counted_once) RUN(gzip_members_follow_one_another)
          RUN(gzip_larger_than_every_buffer) RUN(gzip_with_bytes_behind_it_keeps_its_rows)
          RUN(gzip_checksum_and_length_are_checked) RUN(gzip_cut_off_anywhere_gives_what_stands)
          RUN(gzip_cut_off_late_gives_nearly_all)
          RUN(damaged_gzip_is_alike_in_every_block_size) RUN(bomb_ends_at_the_limit)
          RUN(input_of_just_the_limit_is_whole) RUN(zstd_frames_follow_one_another)
          RUN(zstd_may_begin_with_a_frame_to_skip) RUN(zstd_of_several_blocks)
          RUN(zstd_cut_off_or_damaged) RUN(zstd_window_is_limited)
          RUN(what_cannot_be_opened_is_named) RUN(named_fifo_is_read_as_it_comes)
          RUN(standard_input_waits_for_what_comes) RUN(reader_is_left_and_used_again))
