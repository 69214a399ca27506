/* reader.c - blocks out of one input after the other, all buffers kept in between.
 *
 * Plain bytes are read, and compressed ones inflated, straight behind what the consumer kept of
 * the block before: nothing is copied but those kept bytes. Which of the two buffers the first
 * read goes to is guessed from the input before, for archives are of one kind; a wrong guess
 * costs a copy of that read.
 *
 * A small file costs open, one read and close: the walk knows its size, so a read that gives as
 * much and no more has met its end.
 *
 * A slice of a large file looks for its beginning first, and for its end in the blocks that reach
 * beyond its boundary; where it may end is said in slice.h. */
#include "source/reader.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "source/inflate.h"
#include "source/path.h"
#include "source/slice.h"
#include "source/zstd.h"

enum {
    READER_RAW_BYTES = SL_BLOCK_BYTES, /* a small compressed file fits in whole */
    READER_REFILL_BYTES = 64 * 1024,   /* of a larger one, as much as stays in the cache */
    READER_CARRY_FIRST = 16 * 1024,    /* room for kept bytes before the buffer has to grow */
    READER_BLOCK_BYTES_MAX = 1 << 30,
    READER_CANCEL_MS = 100 /* how often a wait looks whether it was cancelled */
};

struct sl_reader {
    sl_reader_limits limits;
    sl_faults *faults;
    const sl_input *input; /* NULL: nothing is open */
    int fd;                /* -1: memory */
    sl_path_near near;
    const atomic_bool *cancelled; /* or NULL */

    uint8_t *raw; /* compressed bytes, and what was read to recognise the kind */
    size_t raw_start, raw_end;
    uint64_t consumed;
    bool source_ended; /* there is nothing more to read */

    char *data; /* the block */
    size_t capacity, length;
    uint64_t given; /* bytes of the input that were given in blocks */

    bool is_slice;
    uint64_t start;                     /* of a slice, where in the file it begins; else 0 */
    char before[SL_SLICE_BEFORE_BYTES]; /* of a slice, what was read last */

    sl_codec kind; /* until it is known: that of the input before */
    bool is_kind_known;
    bool is_finished; /* the last block or the break was given */
    sl_status broken; /* SL_OK: not (yet) */
    const char *reason;

    sl_inflate *inflate; /* made when first needed */
    sl_zstd *zstd;
};

sl_reader *sl_reader_new(const sl_reader_limits *limits, sl_faults *faults)
{
    assert(limits != NULL);
    assert(faults != NULL);

    sl_reader *reader = sl_calloc(1, sizeof *reader);
    if (reader == NULL) return NULL;
    reader->limits = *limits;
    if (limits->block_bytes == 0) reader->limits.block_bytes = SL_BLOCK_BYTES;
    if (reader->limits.block_bytes > READER_BLOCK_BYTES_MAX)
        reader->limits.block_bytes = READER_BLOCK_BYTES_MAX;
    reader->faults = faults;
    reader->fd = -1;
    sl_path_near_init(&reader->near);
    reader->is_finished = true;

    size_t carry = limits->carry_bytes_max;
    if (carry > READER_CARRY_FIRST) carry = READER_CARRY_FIRST;
    reader->capacity = carry + reader->limits.block_bytes + SL_BLOCK_PAD;
    reader->data = sl_malloc(reader->capacity);
    reader->raw = sl_malloc(READER_RAW_BYTES);
    if (reader->data != NULL && reader->raw != NULL) return reader;
    sl_reader_free(reader);
    return NULL;
}

void sl_reader_free(sl_reader *reader)
{
    if (reader == NULL) return;
    sl_reader_close(reader);
    sl_inflate_free(reader->inflate);
    sl_zstd_free(reader->zstd);
    sl_path_near_fini(&reader->near);
    free(reader->data);
    free(reader->raw);
    free(reader);
}

void sl_reader_set_cancel(sl_reader *reader, const atomic_bool *cancelled)
{
    assert(reader != NULL);

    reader->cancelled = cancelled;
}

static void reader_fault(const sl_reader *reader, sl_fault_kind kind, uint64_t offset,
                         const char *reason)
{
    sl_fault_add(reader->faults, kind, reader->input->path, offset, "%s", reason);
}

/* The descriptor of a file. Opening never waits: nobody might ever write to a FIFO, and only a wait
 * for its bytes can be cancelled. */
static int reader_open_file(sl_reader *reader, const sl_input *input)
{
    if (sl_text_equal(input->path, SL_TEXT("-"))) return STDIN_FILENO;
    return sl_path_near_open(&reader->near, input->path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
}

sl_status sl_reader_open(sl_reader *reader, const sl_input *input)
{
    assert(reader != NULL);
    assert(input != NULL);

    sl_reader_close(reader);
    reader->input = input;
    reader->raw_start = reader->raw_end = 0;
    reader->consumed = reader->given = 0;
    reader->length = 0;
    reader->source_ended = reader->is_kind_known = reader->is_finished = false;
    reader->is_slice = input->slice_end > 0;
    reader->start = 0;
    reader->broken = SL_OK;
    if (input->memory.data != NULL) return SL_OK;

    reader->fd = reader_open_file(reader, input);
    if (reader->fd >= 0) return SL_OK;
    reader_fault(reader, errno == ENOENT ? SL_FAULT_MISSING : SL_FAULT_UNREADABLE, UINT64_MAX,
                 sl_path_error(errno));
    reader->is_finished = true;
    return SL_IO;
}

void sl_reader_close(sl_reader *reader)
{
    assert(reader != NULL);

    if (reader->fd > STDIN_FILENO) close(reader->fd);
    reader->fd = -1;
    reader->input = NULL;
    reader->is_finished = true;
    reader->length = 0;
}

uint64_t sl_reader_consumed(const sl_reader *reader)
{
    return reader->consumed;
}

/* The first break counts; what follows from it does not. */
static void reader_break(sl_reader *reader, sl_status status, const char *reason)
{
    if (reader->broken != SL_OK) return;
    reader->broken = status;
    reader->reason = reason;
}

/* Waits until a stream has bytes or has ended; for a FIFO also until somebody has opened it to
 * write. False when the wait was cancelled. */
static bool source_wait(const sl_reader *reader)
{
    struct pollfd wait = {reader->fd, POLLIN, 0};
    for (;;) {
        if (reader->cancelled != NULL && atomic_load(reader->cancelled)) return false;
        int ready = poll(&wait, 1, reader->cancelled == NULL ? -1 : READER_CANCEL_MS);
        if (ready > 0 || (ready < 0 && errno != EINTR)) return true; /* the read says what it is */
    }
}

/* One read of at most `room` bytes to `out`; of a slice: from `offset` of its file. */
static size_t source_read_file(sl_reader *reader, void *out, size_t room, uint64_t offset)
{
    for (;;) {
        if (reader->input->stream && !source_wait(reader)) {
            reader_break(reader, SL_CANCELLED, "cancelled");
            return 0;
        }
        ssize_t got = reader->is_slice ? pread(reader->fd, out, room, (off_t)offset)
                                       : read(reader->fd, out, room);
        if (got >= 0) return (size_t)got;
        if (errno == EINTR || (errno == EAGAIN && reader->input->stream)) continue;
        reader_break(reader, SL_IO, sl_path_error(errno));
        return 0;
    }
}

/* Looks for the first cut from the slice's boundary up to the next one: there it begins. Without
 * one the slice before it reads on through this one, which is empty. */
static void slice_begin(sl_reader *reader)
{
    const sl_input *input = reader->input;
    memset(reader->before, 0, sizeof reader->before);
    if (input->slice_start == 0) return;
    size_t from = input->slice_start < sizeof reader->before ? (size_t)input->slice_start
                                                             : sizeof reader->before;
    for (uint64_t at = input->slice_start - from; at < input->slice_end;) {
        uint64_t left = input->slice_end - at;
        size_t room = left < READER_REFILL_BYTES ? (size_t)left : READER_REFILL_BYTES;
        size_t got = source_read_file(reader, reader->raw, room, at);
        if (got == 0) break;
        size_t cut = sl_slice_cut(reader->before, (char *)reader->raw, got, from);
        reader->start = at + cut;
        if (cut < got) {
            memset(reader->before, 0, sizeof reader->before); /* no cut needs them any more */
            return;
        }
        sl_slice_pass(reader->before, (char *)reader->raw, got);
        from = from > got ? from - got : 0;
        at += got;
    }
    reader->source_ended = true;
}

/* How many of the `got` bytes that were read last belong to the slice. */
static size_t slice_end(sl_reader *reader, const char *bytes, size_t got)
{
    uint64_t at = reader->start + reader->consumed, end = reader->input->slice_end;
    if (at + got > end) {
        size_t cut = sl_slice_cut(reader->before, bytes, got, end > at ? (size_t)(end - at) : 0);
        if (cut < got) reader->source_ended = true;
        got = cut;
    }
    sl_slice_pass(reader->before, bytes, got);
    return got;
}

/* At most `room` more bytes of the input; 0 only when it has ended or broken. */
static size_t source_read(sl_reader *reader, void *out, size_t room)
{
    const sl_input *input = reader->input;
    if (reader->source_ended) return 0;
    size_t got = 0;
    uint64_t offset = reader->start + reader->consumed;
    if (reader->fd < 0) {
        sl_text rest = sl_text_slice(input->memory, (size_t)reader->consumed, SIZE_MAX);
        got = rest.length < room ? rest.length : room;
        if (got > 0) memcpy(out, rest.data, got);
    } else {
        got = source_read_file(reader, out, room, offset);
    }
    bool is_all = !input->stream && input->bytes > 0 && offset + got == input->bytes;
    /* A file that grew since the walk fills the room, so it is read on. */
    if (got == 0 || (is_all && (got < room || reader->fd < 0))) reader->source_ended = true;
    if (reader->is_slice) got = slice_end(reader, out, got);
    reader->consumed += got;
    return got;
}

/* Makes the codec of the kind ready. */
static bool kind_start(sl_reader *reader)
{
    if (reader->kind == SL_CODEC_GZIP) {
        if (reader->inflate == NULL) reader->inflate = sl_inflate_new();
        if (reader->inflate == NULL) return false;
        sl_inflate_start(reader->inflate);
    } else if (reader->kind == SL_CODEC_ZSTD) {
        if (reader->zstd == NULL) reader->zstd = sl_zstd_new();
        return reader->zstd != NULL && sl_zstd_start(reader->zstd);
    }
    return true;
}

/* The first read, which tells the kind. Returns the bytes it gave to the block already. */
static size_t reader_begin(sl_reader *reader, char *out)
{
    if (reader->is_slice) {
        reader->kind = SL_CODEC_NONE;
        reader->is_kind_known = true;
        slice_begin(reader);
        return 0;
    }
    size_t block = reader->limits.block_bytes, got = 0, more;
    bool is_direct = reader->kind == SL_CODEC_NONE && block >= SL_CODEC_MAGIC_BYTES;
    uint8_t *first = is_direct ? (uint8_t *)out : reader->raw;
    size_t room = block < READER_RAW_BYTES ? block : READER_RAW_BYTES;
    if (room < SL_CODEC_MAGIC_BYTES) room = SL_CODEC_MAGIC_BYTES;
    do {
        more = source_read(reader, first + got, room - got);
        got += more;
    } while (more > 0 && got < SL_CODEC_MAGIC_BYTES && !reader->source_ended);

    reader->kind = sl_codec_of(first, got);
    reader->is_kind_known = true;
    if (!kind_start(reader)) reader_break(reader, SL_NOMEM, "no memory to inflate");
    if (is_direct && reader->kind == SL_CODEC_NONE) return got;
    if (is_direct) memcpy(reader->raw, first, got);
    reader->raw_start = 0;
    reader->raw_end = got;
    return 0;
}

static size_t fill_plain(sl_reader *reader, char *out)
{
    size_t block = reader->limits.block_bytes, held = reader->raw_end - reader->raw_start;
    if (held == 0) return source_read(reader, out, block);
    size_t got = held < block ? held : block;
    memcpy(out, reader->raw + reader->raw_start, got);
    reader->raw_start += got;
    return got;
}

static void raw_refill(sl_reader *reader)
{
    size_t block = reader->limits.block_bytes;
    size_t room = block < READER_REFILL_BYTES ? block : READER_REFILL_BYTES;
    reader->raw_start = 0;
    reader->raw_end = source_read(reader, reader->raw, room);
}

/* Runs the codec until `room` bytes are there or none are left; returns how many it made. */
static size_t fill_run(sl_reader *reader, char *out, size_t room, bool *out_ended)
{
    sl_codec_step step = {.out = (uint8_t *)out, .out_room = room};
    sl_status status = SL_OK;
    while (status == SL_OK && step.out_room > 0) {
        if (reader->raw_start == reader->raw_end && !reader->source_ended) {
            /* A pipe may not go on for long: give what there is. */
            if (reader->input->stream && step.out_room < room) break;
            raw_refill(reader);
        }
        step.in = reader->raw + reader->raw_start;
        step.in_length = reader->raw_end - reader->raw_start;
        step.in_last = reader->source_ended;
        status = reader->kind == SL_CODEC_GZIP ? sl_inflate_step(reader->inflate, &step)
                                               : sl_zstd_step(reader->zstd, &step);
        reader->raw_start = reader->raw_end - step.in_length;
    }
    *out_ended = status == SL_END;
    if (status == SL_CORRUPT) reader_break(reader, SL_CORRUPT, step.reason);
    if (status == SL_NOMEM) reader_break(reader, SL_NOMEM, "no memory to inflate");
    return room - step.out_room;
}

/* One byte more than the limit is asked for, to know that the input goes beyond it. */
static size_t fill_inflated(sl_reader *reader, char *out, bool *out_ended)
{
    size_t room = reader->limits.block_bytes;
    if (reader->limits.inflated_bytes_max == 0) return fill_run(reader, out, room, out_ended);
    uint64_t left = reader->limits.inflated_bytes_max - reader->given;
    if (left < room) room = (size_t)left + 1;
    size_t made = fill_run(reader, out, room, out_ended);
    if (made <= left) return made;
    *out_ended = false;
    reader->broken = SL_LIMIT;
    return (size_t)left;
}

/* New bytes to `out`, and whether nothing follows them. None only at the end or a break. */
static size_t reader_fill(sl_reader *reader, char *out, bool *out_ended)
{
    size_t got = reader->is_kind_known ? 0 : reader_begin(reader, out);
    if (reader->kind != SL_CODEC_NONE) {
        if (reader->broken == SL_NOMEM) return 0;
        return fill_inflated(reader, out, out_ended);
    }
    if (got == 0) got = fill_plain(reader, out);
    *out_ended = reader->source_ended && reader->raw_start == reader->raw_end;
    return got;
}

/* Brings the kept bytes to the front, with room for a block behind them. */
static bool reader_carry(sl_reader *reader, size_t keep)
{
    const char *kept = reader->data + reader->length - keep;
    size_t need = keep + reader->limits.block_bytes + SL_BLOCK_PAD;
    if (need <= reader->capacity) {
        if (keep > 0) memmove(reader->data, kept, keep);
        return true;
    }
    size_t most = reader->limits.carry_bytes_max + reader->limits.block_bytes + SL_BLOCK_PAD;
    size_t capacity = reader->capacity > most / 2 ? most : reader->capacity * 2;
    if (capacity < need) capacity = need;
    char *data = sl_malloc(capacity);
    if (data == NULL) return false;
    memcpy(data, kept, keep);
    free(reader->data);
    reader->data = data;
    reader->capacity = capacity;
    return true;
}

/* Tells the break, once. */
static sl_status reader_tell_break(sl_reader *reader)
{
    uint64_t offset = reader->start + reader->given;
    reader->is_finished = true;
    reader->length = 0;
    switch (reader->broken) {
    case SL_LIMIT:
        sl_fault_add(reader->faults, SL_FAULT_INFLATED, reader->input->path, offset,
                     "more than %llu bytes inflated",
                     (unsigned long long)reader->limits.inflated_bytes_max);
        break;
    case SL_CORRUPT: reader_fault(reader, SL_FAULT_CORRUPT, offset, reader->reason); break;
    case SL_IO: reader_fault(reader, SL_FAULT_UNREADABLE, offset, reader->reason); break;
    case SL_CANCELLED: break; /* nothing is wrong with the input */
    default: reader_fault(reader, SL_FAULT_MEMORY, offset, reader->reason); break;
    }
    return reader->broken;
}

sl_status sl_reader_next(sl_reader *reader, size_t keep, sl_block *out)
{
    assert(reader != NULL);
    assert(out != NULL);
    if (reader->is_finished) return SL_END;
    assert(keep <= reader->length);
    assert(keep <= reader->limits.carry_bytes_max);

    if (reader->broken != SL_OK) return reader_tell_break(reader);
    if (!reader_carry(reader, keep)) {
        reader_break(reader, SL_NOMEM, "no memory for a block");
        return reader_tell_break(reader);
    }
    bool is_ended = false;
    size_t got = reader_fill(reader, reader->data + keep, &is_ended);
    if (got == 0 && reader->broken != SL_OK) return reader_tell_break(reader);
    if (got == 0 && reader->given == 0) {
        reader->is_finished = true;
        if (!reader->is_slice || reader->input->slice_first)
            reader_fault(reader, SL_FAULT_EMPTY, UINT64_MAX,
                         reader->consumed > 0 ? "nothing in the compressed file" : "no bytes");
        return SL_END;
    }
    *out = (sl_block){.data = reader->data,
                      .length = keep + got,
                      .offset = reader->start + reader->given - keep,
                      .last = is_ended && reader->broken == SL_OK};
    memset(reader->data + out->length, 0, SL_BLOCK_PAD);
    reader->given += got;
    reader->length = out->length;
    if (out->last) reader->is_finished = true;
    return SL_OK;
}
