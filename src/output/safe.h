/* safe.h - text from logs made safe for a terminal, measured and cut in its columns.
 *
 * Attackers write parts of what is printed. An escape sequence in a user agent must not move the
 * cursor, a bidi override must not turn an address around, and a pile of combining marks must not
 * reach into the lines above.
 *
 * Owner:    nothing.
 * Threads:  any. */
#ifndef SL_OUTPUT_SAFE_H
#define SL_OUTPUT_SAFE_H

#include "base/text.h"

/* Appends `t` with control characters, bidi controls and invisible characters written as escapes
 * (\n, \x1b, \u202e); invalid UTF-8 becomes U+FFFD. */
void sl_safe_text(sl_buffer *out, sl_text t);
/* The columns a terminal needs for `t`. */
uint32_t sl_safe_width(sl_text t);
/* Appends `t`, cut to `width` columns: an ellipsis in the middle keeps the end, which tells names
 * apart. Returns the columns it takes. */
uint32_t sl_safe_cut(sl_buffer *out, sl_text t, uint32_t width);
void sl_safe_pad(sl_buffer *out, uint32_t columns);

#endif
