/* traps.h - what a query may say and hardly means.
 *
 * Asked while it is read; nothing of it changes what is run. */
#ifndef SL_LANG_SPL_TRAPS_H
#define SL_LANG_SPL_TRAPS_H

#include "lang/spl/parser.h"

/* `field=value` in a search, by the comparison `fn`. */
void spl_trap_value(spl_parser *p, const spl_word *field, const sl_fn *fn, const spl_word *value);
/* `field!=value`, or (`negated`) NOT field=value, and the events that lack the field. */
void spl_trap_missing(spl_parser *p, sl_span span, sl_text field, bool negated);
/* A boolean word in lower case, or a command without a pipe in front. */
void spl_trap_word(spl_parser *p, const spl_word *word);
/* OR beside AND (`written`, or by standing side by side), without parentheses, over several
 * fields. */
void spl_trap_order(spl_parser *p, uint32_t start, uint32_t end, bool written);
/* A comparison in an expression; `word` is how its right side is written. */
void spl_trap_compare(spl_parser *p, const sl_fn *fn, const sl_expr *left, const sl_expr *right,
                      sl_text word);
/* A value to compare with, by a comparison without wildcards. */
void spl_trap_wildcard(spl_parser *p, const sl_fn *fn, const sl_expr *value);

#endif
