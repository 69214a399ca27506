/* slice.h - where a large plain file can be cut, so that several workers share it.
 *
 * A cut is a place p where data[p] is '{' and the bytes before it are "}\n" or "}\r\n". In any
 * sequence of valid JSON values such a place lies between two values of the top level: inside of an
 * object or array a comma must stand between '}' and '{', and inside of a string there can be no
 * raw newline. So each part is again a sequence of whole values, whatever they look like: one a
 * line, pretty-printed, arrays or envelopes. A file without such places (one large array) has no
 * cuts and is read by one worker. Where a value is broken a cut may fall into it, and more or less
 * of what stands behind the break is lost than would be in one piece; that some is lost is said
 * either way.
 *
 * A slice is named by two boundaries, which are moved to the first cut at or behind them, or to
 * the end of the file. The one that ends at a boundary and the one that begins there move it to
 * the same place, each on its own, so every byte belongs to just one slice.
 *
 * Used by the reader alone. Threads: any. */
#ifndef SL_SOURCE_SLICE_H
#define SL_SOURCE_SLICE_H

#include <stddef.h>

/* The bytes before a piece that decide whether it begins with a cut. */
enum { SL_SLICE_BEFORE_BYTES = 3 };

/* The first cut in `bytes` at or behind `from`, or `length`. `before`: the SL_SLICE_BEFORE_BYTES
 * bytes that stand before them (zeros: none). */
size_t sl_slice_cut(const char *before, const char *bytes, size_t length, size_t from);
/* Moves `before` on, behind `bytes`. */
void sl_slice_pass(char *before, const char *bytes, size_t length);

#endif
