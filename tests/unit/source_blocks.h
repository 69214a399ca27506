/* source_blocks.h - makes plain, gzip and zstd inputs and reads them block by block.
 *
 * Every read checks what a block promises: kept bytes, offset, zeros behind its end, and that the
 * one called the last is. */
#ifndef SL_TESTS_UNIT_SOURCE_BLOCKS_H
#define SL_TESTS_UNIT_SOURCE_BLOCKS_H

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include "source/reader.h"
#include "test.h"

static sl_faults faults;
static const size_t block_sizes[] = {1, 3, 4096, 0};
enum { CARRY_MAX = 64 * 1024 };

/* --- making inputs --- */

static uint32_t random_state;

static inline uint32_t random_next(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Lines with repetition in them, some bytes of any value. */
static inline void add_log(sl_buffer *out, size_t bytes)
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

static inline void add_gzip(sl_buffer *out, sl_text plain, head_kind kind)
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
static inline void add_zstd(sl_buffer *out, sl_text plain, int level)
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
static inline void check_block(const outcome *o, const sl_block *block, size_t keep)
{
    CHECK_INT(o->bytes.length - keep, block->offset);
    CHECK(block->length >= keep);
    CHECK(keep == 0 || memcmp(block->data, o->bytes.data + o->bytes.length - keep, keep) == 0);
    for (size_t i = 0; i < SL_BLOCK_PAD; i++) CHECK(block->data[block->length + i] == 0);
    CHECK(block->length > keep || block->last);
}

/* Reads all of `input`, keeping up to `carry` bytes of each block. */
static inline void read_input(sl_reader *reader, const sl_input *input, size_t carry, outcome *o)
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

static inline void read_memory(sl_text contents, const sl_reader_limits *limits, size_t carry,
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
static inline void check_read(sl_text contents, sl_text expected, sl_status status)
{
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_faults_init(&faults);
    for (size_t i = 0; i < SL_COUNT(block_sizes); i++) {
        for (size_t carry = 0; carry < 20; carry += 13) {
            sl_reader_limits limits = {.block_bytes = block_sizes[i], .carry_bytes_max = CARRY_MAX};
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

#endif
