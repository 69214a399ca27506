/* inflate.c - gzip by ISA-L: headers are read here, deflate, CRC and length by the library.
 *
 * Two ways lead through a member. When all of the compressed input is at hand and its last
 * member says that it fits into the output, the member is inflated at once, straight into
 * place; most deliveries of a cloud are such files. Else, and whenever that fails for any
 * reason, the member is streamed, which gives every byte that stands before a break.
 *
 * The header is parsed here since the library (2.30) loses its place when a header is split
 * over two pieces of input. RFC 1952. */
#include "source/inflate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/memory.h"

enum {
    GZIP_ID1 = 0x1f,
    GZIP_ID2 = 0x8b,
    GZIP_DEFLATE = 8,
    GZIP_HEAD_CRC = 2,
    GZIP_EXTRA = 4,
    GZIP_NAME = 8,
    GZIP_COMMENT = 16,
    GZIP_RESERVED = 0xe0,
    GZIP_TRAILER_BYTES = 8
};

/* Where in a gzip file we stand, in the order of the file. */
typedef enum inflate_place {
    PLACE_BETWEEN, /* before a member, or behind the last one */
    PLACE_FIXED,   /* the ten bytes each header has */
    PLACE_EXTRA_LENGTH,
    PLACE_EXTRA,
    PLACE_NAME,
    PLACE_COMMENT,
    PLACE_HEAD_CRC,
    PLACE_BODY_START,
    PLACE_BODY,
    PLACE_DRAIN /* the stream broke, and the library holds what it made before */
} inflate_place;

struct sl_inflate {
    inflate_place place;
    uint64_t members; /* that ended well */
    uint8_t flags;
    uint32_t done; /* bytes of the current part of the header */
    uint32_t extra_length;
    uint32_t head_crc;      /* of the header so far */
    uint32_t head_crc_said; /* as the header says */
    const char *reason;
    struct inflate_state state;
};

sl_inflate *sl_inflate_new(void)
{
    sl_inflate *inflate = sl_calloc(1, sizeof *inflate);
    if (inflate != NULL) isal_inflate_init(&inflate->state);
    return inflate;
}

void sl_inflate_free(sl_inflate *inflate)
{
    free(inflate);
}

void sl_inflate_start(sl_inflate *inflate)
{
    inflate->place = PLACE_BETWEEN;
    inflate->members = 0;
}

/* The part of the header that follows `place`. */
static inflate_place head_next(const sl_inflate *inflate, inflate_place place)
{
    switch (place) {
    case PLACE_FIXED:
        if (inflate->flags & GZIP_EXTRA) return PLACE_EXTRA_LENGTH;
        /* fall through */
    case PLACE_EXTRA:
        if (inflate->flags & GZIP_NAME) return PLACE_NAME;
        /* fall through */
    case PLACE_NAME:
        if (inflate->flags & GZIP_COMMENT) return PLACE_COMMENT;
        /* fall through */
    case PLACE_COMMENT:
        if (inflate->flags & GZIP_HEAD_CRC) return PLACE_HEAD_CRC;
        /* fall through */
    default: return PLACE_BODY_START;
    }
}

static void head_advance(sl_inflate *inflate)
{
    inflate->place = head_next(inflate, inflate->place);
    inflate->done = 0;
    inflate->extra_length = 0;
    inflate->head_crc_said = 0;
}

/* Byte `done` of the fixed part; what is wrong with it, or NULL. */
static const char *head_fixed(sl_inflate *inflate, uint8_t byte)
{
    static const char *const no_member = "bytes behind the end of the gzip data";
    switch (inflate->done++) {
    case 0:
        if (byte != GZIP_ID1) return no_member;
        break;
    case 1:
        if (byte != GZIP_ID2) return no_member;
        break;
    case 2:
        if (byte != GZIP_DEFLATE) return "gzip method that is not deflate";
        break;
    case 3:
        if (byte & GZIP_RESERVED) return "gzip header with unknown flags";
        inflate->flags = byte;
        break;
    case 9: head_advance(inflate); break;
    default: break; /* time, level and system */
    }
    return NULL;
}

/* One byte of the header; what is wrong with it, or NULL. */
static const char *head_byte(sl_inflate *inflate, uint8_t byte)
{
    if (inflate->place == PLACE_HEAD_CRC) {
        inflate->head_crc_said |= (uint32_t)byte << (8 * inflate->done);
        if (++inflate->done < 2) return NULL;
        if (inflate->head_crc_said != (inflate->head_crc & 0xffff))
            return "gzip header fails its checksum";
        head_advance(inflate);
        return NULL;
    }
    inflate->head_crc = crc32_gzip_refl(inflate->head_crc, &byte, 1);
    switch (inflate->place) {
    case PLACE_FIXED: return head_fixed(inflate, byte);
    case PLACE_EXTRA_LENGTH:
        inflate->extra_length |= (uint32_t)byte << (8 * inflate->done);
        if (++inflate->done < 2) return NULL;
        inflate->done = 0;
        inflate->place = PLACE_EXTRA;
        if (inflate->extra_length == 0) head_advance(inflate);
        return NULL;
    case PLACE_EXTRA:
        if (++inflate->done == inflate->extra_length) head_advance(inflate);
        return NULL;
    default: /* a name or a comment ends with a zero */
        if (byte == 0) head_advance(inflate);
        return NULL;
    }
}

static void body_start(sl_inflate *inflate)
{
    isal_inflate_reset(&inflate->state);
    inflate->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
    inflate->place = PLACE_BODY;
}

/* Lengths for the library, which counts in 32 bits. */
static uint32_t body_length(size_t length)
{
    return length > INT32_MAX ? INT32_MAX : (uint32_t)length;
}

static void body_point(sl_inflate *inflate, const sl_codec_step *step)
{
    inflate->state.next_in = (uint8_t *)(uintptr_t)step->in;
    inflate->state.avail_in = body_length(step->in_length);
    inflate->state.next_out = step->out;
    inflate->state.avail_out = body_length(step->out_room);
}

static void body_take(const sl_inflate *inflate, sl_codec_step *step)
{
    step->in_length -= (size_t)(inflate->state.next_in - step->in);
    step->in = inflate->state.next_in;
    step->out_room -= (size_t)(inflate->state.next_out - step->out);
    step->out = inflate->state.next_out;
}

/* The whole member at once; false when that is not possible or it is broken, with nothing
 * changed. The length that ends the input is that of this member when it is the only one. */
static bool body_at_once(sl_inflate *inflate, sl_codec_step *step)
{
    if (!step->in_last || step->in_length < GZIP_TRAILER_BYTES) return false;
    const uint8_t *end = step->in + step->in_length;
    uint32_t length = (uint32_t)end[-4] | (uint32_t)end[-3] << 8 | (uint32_t)end[-2] << 16
        | (uint32_t)end[-1] << 24;
    if (length > step->out_room) return false;
    inflate->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
    body_point(inflate, step);
    if (isal_inflate_stateless(&inflate->state) != ISAL_DECOMP_OK) return false;
    body_take(inflate, step);
    return true;
}

static const char *body_reason(int code)
{
    switch (code) {
    case ISAL_INCORRECT_CHECKSUM: return "gzip checksum or length does not match";
    case ISAL_INVALID_LOOKBACK: return "gzip data points back before its start";
    default: return "gzip data is corrupt";
    }
}

/* Streams the member until input or output is used up. */
static sl_status body_stream(sl_inflate *inflate, sl_codec_step *step)
{
    struct inflate_state *state = &inflate->state;
    body_point(inflate, step);
    int code = isal_inflate(state);
    body_take(inflate, step);
    if (code != ISAL_DECOMP_OK) {
        inflate->reason = body_reason(code);
        inflate->place = PLACE_DRAIN;
    } else if (state->block_state == ISAL_BLOCK_FINISH) {
        inflate->members++;
        inflate->place = PLACE_BETWEEN;
    } else if (step->in_last && step->in_length == 0 && step->out_room > 0) {
        inflate->reason = "gzip data is cut off";
        inflate->place = PLACE_DRAIN;
    }
    return SL_OK;
}

/* What the library decoded ahead of the output when it met the break. */
static sl_status body_drain(sl_inflate *inflate, sl_codec_step *step)
{
    struct inflate_state *state = &inflate->state;
    size_t held = (size_t)(state->tmp_out_valid - state->tmp_out_processed);
    size_t length = held < step->out_room ? held : step->out_room;
    memcpy(step->out, state->tmp_out_buffer + state->tmp_out_processed, length);
    state->tmp_out_processed += (int32_t)length;
    step->out += length;
    step->out_room -= length;
    if (length < held) return SL_OK;
    step->reason = inflate->reason;
    return SL_CORRUPT;
}

/* Before a member: padding, the end, or the next header. */
static void inflate_between(sl_inflate *inflate, sl_codec_step *step)
{
    while (inflate->members > 0 && step->in_length > 0 && *step->in == 0) {
        step->in++;
        step->in_length--;
    }
    if (step->in_length == 0) return;
    inflate->place = PLACE_FIXED;
    inflate->done = 0;
    inflate->head_crc = 0;
}

static const char *head_run(sl_inflate *inflate, sl_codec_step *step)
{
    const char *wrong = NULL;
    while (wrong == NULL && step->in_length > 0 && inflate->place < PLACE_BODY_START) {
        wrong = head_byte(inflate, *step->in++);
        step->in_length--;
    }
    return wrong;
}

static sl_status inflate_broken(sl_codec_step *step, const char *reason)
{
    step->reason = reason;
    return SL_CORRUPT;
}

/* Goes one part of the file on. */
static sl_status inflate_part(sl_inflate *inflate, sl_codec_step *step)
{
    switch (inflate->place) {
    case PLACE_BETWEEN: inflate_between(inflate, step); return SL_OK;
    case PLACE_BODY_START:
        if (body_at_once(inflate, step)) {
            inflate->members++;
            inflate->place = PLACE_BETWEEN;
        } else {
            body_start(inflate);
        }
        return SL_OK;
    case PLACE_BODY: return body_stream(inflate, step);
    case PLACE_DRAIN: return body_drain(inflate, step);
    default: {
        const char *wrong = head_run(inflate, step);
        return wrong == NULL ? SL_OK : inflate_broken(step, wrong);
    }
    }
}

sl_status sl_inflate_step(sl_inflate *inflate, sl_codec_step *step)
{
    assert(inflate != NULL);
    assert(step->out_room > 0);

    sl_status status = SL_OK;
    while (status == SL_OK && step->out_room > 0) {
        if (step->in_length == 0 && inflate->place < PLACE_BODY_START) {
            if (!step->in_last) return SL_OK;
            if (inflate->place == PLACE_BETWEEN) return SL_END;
            return inflate_broken(step, "gzip header is cut off");
        }
        status = inflate_part(inflate, step);
        if (inflate->place == PLACE_BODY && step->in_length == 0 && !step->in_last) return status;
    }
    return status;
}
