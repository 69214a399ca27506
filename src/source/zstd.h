/* zstd.h - zstd to plain bytes, frame after frame.
 *
 * Used by the reader alone. The window a frame may ask for is limited, so that a few bytes of
 * input cannot take gigabytes of memory; checksums are verified where a frame has one.
 *
 * Owner:    the reader.
 * Lifetime: one state serves any number of inputs, one after the other.
 * Threads:  one at a time. */
#ifndef SL_SOURCE_ZSTD_H
#define SL_SOURCE_ZSTD_H

#include "base/status.h"
#include "source/codec.h"

typedef struct sl_zstd sl_zstd;

/* NULL when memory ends. */
sl_zstd *sl_zstd_new(void);
void sl_zstd_free(sl_zstd *zstd);
/* Forgets the input before. False when memory ends. */
bool sl_zstd_start(sl_zstd *zstd);
/* See codec.h. */
sl_status sl_zstd_step(sl_zstd *zstd, sl_codec_step *step);

#endif
