/* inflate.h - gzip to plain bytes, member after member.
 *
 * Used by the reader alone. CRC and length of each member are checked; zeros behind the last
 * member are padding (tape blocks), anything else there is corruption.
 *
 * Owner:    the reader.
 * Lifetime: one state serves any number of inputs, one after the other.
 * Threads:  one at a time. */
#ifndef SL_SOURCE_INFLATE_H
#define SL_SOURCE_INFLATE_H

#include "base/status.h"
#include "source/codec.h"

typedef struct sl_inflate sl_inflate;

/* NULL when memory ends. */
sl_inflate *sl_inflate_new(void);
void sl_inflate_free(sl_inflate *inflate);
/* Forgets the input before. */
void sl_inflate_start(sl_inflate *inflate);
/* See codec.h. */
sl_status sl_inflate_step(sl_inflate *inflate, sl_codec_step *step);

#endif
