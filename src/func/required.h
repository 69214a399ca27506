/* required.h - texts that must stand in a value for a predicate to be true of it.
 *
 * What gates look for in records before they are read: whatever is required must be so for every
 * text that the kernel says yes to; to require nothing is always right.
 *
 * Owner:    texts point into patterns, or into the arena in `out`.
 * Threads:  any. */
#ifndef SL_FUNC_REQUIRED_H
#define SL_FUNC_REQUIRED_H

#include "func/fn.h"
#include "func/regex.h"

/* Adds one more text, a part of the value's; false when there are too many, or it says nothing. */
bool sl_required_part(sl_required *out, sl_text text, bool nocase);
/* The same of a text that the value must be. */
bool sl_required_whole(sl_required *out, sl_text text, bool nocase);
/* The longest of the parts between wildcards: all of them are required. */
bool sl_required_glob(sl_required *out, const sl_glob *glob);
/* Of a regular expression: from the plain part of its syntax. */
bool sl_required_regex(sl_required *out, const sl_regex *regex);

/* For rows: constants behind the first argument of which one must be equal, as eval compares. */
sl_require sl_require_equal;
/* The state is a regular expression. */
sl_require sl_require_regex;

#endif
