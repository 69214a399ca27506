/* codec.h - a step from compressed to plain bytes, the same for gzip and zstd.
 *
 * The reader owns both buffers and the file; a codec only moves through them. What a codec
 * gives is the same however the input and the output are cut: rows must not depend on the size
 * of a block. Before a break zstd is as exact; gzip may give the last few symbols or not.
 *
 * A step returns SL_OK when the input is used up or the output is full, SL_END when all of the
 * compressed data has ended well, SL_CORRUPT (and `reason`) when it has not, SL_NOMEM. All that
 * could be made before a break has been given when SL_CORRUPT is returned. */
#ifndef SL_SOURCE_CODEC_H
#define SL_SOURCE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sl_codec_step {
    const uint8_t *in; /* moved past what was used */
    size_t in_length;
    bool in_last; /* nothing follows these bytes */
    uint8_t *out; /* moved past what was made */
    size_t out_room;
    const char *reason; /* why it broke: static text */
} sl_codec_step;

typedef enum sl_codec { SL_CODEC_NONE, SL_CODEC_GZIP, SL_CODEC_ZSTD } sl_codec;

enum { SL_CODEC_MAGIC_BYTES = 4 };

/* What the input that begins with these SL_CODEC_MAGIC_BYTES (or all it has) is packed with. */
sl_codec sl_codec_of(const uint8_t *bytes, size_t length);

#endif
