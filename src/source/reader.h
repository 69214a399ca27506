/* reader.h - an input as a sequence of blocks of plain bytes, inflated where needed.
 *
 * A block is a window of at most a few MiB; the consumer says how many bytes of its end it
 * could not use yet (the head of a record), and they stand at the front of the next block.
 * Compression is recognised by content: gzip (also several members), zstd (also several
 * frames), else plain; a slice of a file is always plain. Buffers are kept from one input to the
 * next, so a reader belongs to a worker, not to a file.
 *
 * Owner:    one worker.
 * Lifetime: a block's bytes until the next sl_reader_next or sl_reader_close.
 * Threads:  one at a time. */
#ifndef SL_SOURCE_READER_H
#define SL_SOURCE_READER_H

#include <stdatomic.h>

#include "source/input.h"

enum {
    SL_BLOCK_BYTES = 256 * 1024, /* new bytes a block brings, by default */
    SL_BLOCK_PAD = 64            /* readable (zero) bytes behind a block's end */
};

typedef struct sl_block {
    const char *data; /* readable to data[length + SL_BLOCK_PAD - 1] */
    size_t length;
    uint64_t offset; /* of data[0] in the inflated input; of a slice: in its file */
    bool last;       /* no block follows */
} sl_block;

typedef struct sl_reader_limits {
    size_t block_bytes;     /* most new bytes of a block; 0: SL_BLOCK_BYTES. Tests use 1 and up */
    size_t carry_bytes_max; /* the most a consumer may keep (a record's limit) */
    uint64_t inflated_bytes_max; /* of one compressed input; 0: no limit */
} sl_reader_limits;

typedef struct sl_reader sl_reader;

/* NULL when memory ends. */
sl_reader *sl_reader_new(const sl_reader_limits *limits, sl_faults *faults);
void sl_reader_free(sl_reader *reader);
/* Waiting for a stream ends with SL_CANCELLED soon after `cancelled`, which must outlive its use,
 * has become true. NULL: it waits for ever. */
void sl_reader_set_cancel(sl_reader *reader, const atomic_bool *cancelled);

/* Opens `input`, which must stay until the close. A failure is counted in the faults and
 * returned (SL_IO). */
sl_status sl_reader_open(sl_reader *reader, const sl_input *input) SL_MUST_USE;
/* The next block. `keep` bytes at the end of the block before stand at its front again. SL_END
 * after the last, and at once (counted as SL_FAULT_EMPTY) when the input holds nothing; a slice in
 * which no record begins holds nothing and is no fault. SL_CANCELLED: see sl_reader_set_cancel.
 * SL_CORRUPT, SL_LIMIT, SL_IO or SL_NOMEM when the input broke: the fault is counted here,
 * everything before the break was already given in blocks that were not called the last one,
 * and the call after it says SL_END. A block with no new bytes is only given as the last one. */
sl_status sl_reader_next(sl_reader *reader, size_t keep, sl_block *out) SL_MUST_USE;
/* Compressed or plain bytes taken from the input so far (for progress); all slices of a file add
 * up to its size. */
uint64_t sl_reader_consumed(const sl_reader *reader);
void sl_reader_close(sl_reader *reader);

#endif
