/* spl_command.h - kernels behind SPL commands that change a field: bin, rex, makemv.
 *
 * The commands become `field := kernel(field, constants)`; a missing result leaves the field as it
 * was. The rows are operators: they have no name in expressions.
 *
 * Owner:    static const.
 * Threads:  any. */
#ifndef SL_FUNC_SPL_COMMAND_H
#define SL_FUNC_SPL_COMMAND_H

#include "func/fn.h"

/* value, span ("10m", "1d", "5"), and perhaps the time that bins start from. A time, or a number
 * with a span of time, becomes the start of its bin; any other number becomes "0-5". */
extern const sl_fn sl_spl_bin;
/* text, regex, number of a group, matches at most (0: all): the group's text, a list when more than
 * one match is asked for. */
extern const sl_fn sl_spl_rex_group;
/* text, "s/regex/replacement/flags" or "y/abc/xyz/". */
extern const sl_fn sl_spl_rex_sed;
/* text, delimiter, whether empty items stay. */
extern const sl_fn sl_spl_makemv;

#endif
