/* zstd.c - zstd by libzstd.
 *
 * A frame that is all at hand and says that it fits into the output is decompressed at once.
 * Any other, and any that fails so, is streamed in pieces no larger than the library asks for:
 * when it meets a break, it forgets what it had made in the same call, so no call may cover
 * more than one block. */
#include "source/zstd.h"

#include <assert.h>
#include <stdlib.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "base/memory.h"

enum {
    FRAME_WINDOW_LOG = 27,                /* 128 MiB, what the zstd program takes by default */
    FRAME_MEMORY_KEPT = 16 * 1024 * 1024, /* a state that grew beyond is not kept */
    FRAME_HEAD_BYTES_MIN = 6,             /* magic, descriptor, and window or length */
    FRAME_BLOCK_HEAD_BYTES = 3
};

struct sl_zstd {
    ZSTD_DCtx *state;
    uint64_t frames; /* that ended well */
    bool in_frame;
    bool output_full; /* the library may hold output that did not fit */
    size_t wanted;    /* input the library asked for */
};

static bool zstd_make_state(sl_zstd *zstd)
{
    if (zstd->state != NULL) return true;
    zstd->state = sl_fail_alloc() ? NULL : ZSTD_createDCtx();
    if (zstd->state == NULL) return false;
    ZSTD_DCtx_setParameter(zstd->state, ZSTD_d_windowLogMax, FRAME_WINDOW_LOG);
    return true;
}

sl_zstd *sl_zstd_new(void)
{
    return sl_calloc(1, sizeof(sl_zstd));
}

void sl_zstd_free(sl_zstd *zstd)
{
    if (zstd == NULL) return;
    ZSTD_freeDCtx(zstd->state);
    free(zstd);
}

bool sl_zstd_start(sl_zstd *zstd)
{
    assert(zstd != NULL);

    if (zstd->state != NULL && ZSTD_sizeof_DCtx(zstd->state) > FRAME_MEMORY_KEPT) {
        ZSTD_freeDCtx(zstd->state);
        zstd->state = NULL;
    }
    if (!zstd_make_state(zstd)) return false;
    ZSTD_DCtx_reset(zstd->state, ZSTD_reset_session_only);
    zstd->frames = 0;
    zstd->in_frame = zstd->output_full = false;
    return true;
}

/* True when the frame asks for a window that streaming would take too; how large the output of
 * a step is must not decide what is accepted. */
static bool zstd_window_fits(const uint8_t *frame)
{
    bool is_single_segment = (frame[4] & 0x20) != 0;
    if (is_single_segment) return true;
    unsigned log = 10 + (frame[5] >> 3), mantissa = frame[5] & 7;
    return log < FRAME_WINDOW_LOG || (log == FRAME_WINDOW_LOG && mantissa == 0);
}

/* The whole frame at once; false when that is not possible or it is broken, with nothing
 * changed. */
static bool zstd_frame_at_once(sl_zstd *zstd, sl_codec_step *step)
{
    if (step->in_length < FRAME_HEAD_BYTES_MIN || !zstd_window_fits(step->in)) return false;
    unsigned long long length = ZSTD_getFrameContentSize(step->in, step->in_length);
    if (length == 0 || length > step->out_room) return false; /* errors are huge numbers */
    size_t packed = ZSTD_findFrameCompressedSize(step->in, step->in_length);
    if (ZSTD_isError(packed)) return false;
    size_t made = ZSTD_decompressDCtx(zstd->state, step->out, step->out_room, step->in, packed);
    if (ZSTD_isError(made)) {
        ZSTD_DCtx_reset(zstd->state, ZSTD_reset_session_only);
        return false;
    }
    step->in += packed;
    step->in_length -= packed;
    step->out += made;
    step->out_room -= made;
    return true;
}

/* How much input one call may have. The library asks for a block and the head of the next, but
 * with the head it would go on beyond the block. */
static size_t zstd_ration(const sl_zstd *zstd, size_t length)
{
    if (zstd->output_full) return 0;
    size_t ration = zstd->wanted > FRAME_BLOCK_HEAD_BYTES ? zstd->wanted - FRAME_BLOCK_HEAD_BYTES
                                                          : zstd->wanted;
    return ration < length ? ration : length;
}

static const char *zstd_reason(const sl_zstd *zstd, size_t code)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_prefix_unknown:
        return zstd->frames > 0 ? "bytes behind the end of the zstd data" : "zstd data is corrupt";
    case ZSTD_error_frameParameter_windowTooLarge: return "zstd window is larger than 128 MiB";
    case ZSTD_error_checksum_wrong: return "zstd checksum does not match";
    case ZSTD_error_dictionary_wrong: return "zstd data needs a dictionary";
    case ZSTD_error_memory_allocation: return NULL;
    default: return "zstd data is corrupt";
    }
}

/* One call of the library. */
static sl_status zstd_stream(sl_zstd *zstd, sl_codec_step *step)
{
    ZSTD_inBuffer in = {step->in, zstd_ration(zstd, step->in_length), 0};
    ZSTD_outBuffer out = {step->out, step->out_room, 0};
    size_t code = ZSTD_decompressStream(zstd->state, &out, &in);
    if (ZSTD_isError(code)) {
        step->reason = zstd_reason(zstd, code);
        return step->reason == NULL ? SL_NOMEM : SL_CORRUPT;
    }
    step->in += in.pos;
    step->in_length -= in.pos;
    step->out += out.pos;
    step->out_room -= out.pos;
    zstd->output_full = step->out_room == 0;
    zstd->wanted = code;
    if (code == 0) {
        zstd->in_frame = zstd->output_full = false;
        zstd->frames++;
    }
    return SL_OK;
}

/* Behind a frame: padding, the end, or the next one. */
static sl_status zstd_begin(sl_zstd *zstd, sl_codec_step *step)
{
    while (zstd->frames > 0 && step->in_length > 0 && *step->in == 0) {
        step->in++;
        step->in_length--;
    }
    if (step->in_length == 0) return step->in_last ? SL_END : SL_OK;
    if (zstd_frame_at_once(zstd, step)) {
        zstd->frames++;
        return SL_OK;
    }
    zstd->in_frame = true;
    zstd->output_full = false;
    zstd->wanted = FRAME_BLOCK_HEAD_BYTES;
    return SL_OK;
}

sl_status sl_zstd_step(sl_zstd *zstd, sl_codec_step *step)
{
    assert(zstd != NULL);
    assert(step->out_room > 0);

    sl_status status = SL_OK;
    while (status == SL_OK && step->out_room > 0) {
        bool is_drained = step->in_length == 0 && !zstd->output_full;
        if (!zstd->in_frame) {
            status = zstd_begin(zstd, step);
            if (step->in_length == 0 && !step->in_last) return status;
        } else if (is_drained) {
            if (!step->in_last) return SL_OK;
            step->reason = "zstd data is cut off";
            return SL_CORRUPT;
        } else {
            status = zstd_stream(zstd, step);
        }
    }
    return status;
}
