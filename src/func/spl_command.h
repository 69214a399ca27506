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
/* value, the lowest and the highest one, and how many bins there may be: the size of a bin, in
 * seconds for times (missing: a month). The range of the search stands for that of times where it
 * has one. */
extern const sl_fn sl_spl_bin_size;
/* value, size as above: as sl_spl_bin. */
extern const sl_fn sl_spl_bin_sized;
/* How long a span is: *out_nanoseconds, or *out_months where it is of the calendar. */
bool sl_spl_span_parse(sl_text span, int64_t *out_nanoseconds, int64_t *out_months);
/* text, regex, number of a group, matches at most (0: all): the group's text, a list when more than
 * one match is asked for. */
extern const sl_fn sl_spl_rex_group;
/* text, "s/regex/replacement/flags" or "y/abc/xyz/". */
extern const sl_fn sl_spl_rex_sed;
/* addinfo: the range of the search (0 and "+Infinity" where it is open), when it runs, its id. */
extern const sl_fn sl_spl_info_min_time, sl_spl_info_max_time;
extern const sl_fn sl_spl_info_search_time, sl_spl_info_sid;
/* name, value, ...: a JSON object of the values that there are. */
extern const sl_fn sl_spl_tojson;
/* convert: seconds of [D+]H:M:S, seconds of [M:]S.SSS, kilobytes of a number with k, m or g. */
extern const sl_fn sl_spl_dur2sec, sl_spl_mstime, sl_spl_memk;
/* text, delimiter, whether empty items stay. */
extern const sl_fn sl_spl_makemv;

#endif
