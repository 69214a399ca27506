/* pattern.h - names with `*`: which fields they mean, and what stands under the stars.
 *
 * Owner:    the plan's arena.
 * Threads:  immutable. */
#ifndef SL_PLAN_PATTERN_H
#define SL_PLAN_PATTERN_H

#include "base/arena.h"

enum { SL_PATTERN_STARS_MAX = 8 };

/* literals[0] * literals[1] * ...: one star fewer than literals. */
typedef struct sl_pattern {
    sl_text literals[SL_PATTERN_STARS_MAX + 1];
    uint32_t star_count; /* 1 or more */
} sl_pattern;

/* The pattern of `name`; NULL when it has no star, too many, or memory ends. */
const sl_pattern *sl_pattern_new(sl_text name, sl_arena *arena);
/* True when `name` matches; stars[i] is what stands under star i (as little as can be, from the
 * left). */
bool sl_pattern_match(const sl_pattern *pattern, sl_text name, sl_text stars[SL_PATTERN_STARS_MAX]);
/* The name that the pattern makes of `stars`, in `arena`. */
sl_text sl_pattern_make(const sl_pattern *pattern, const sl_text stars[SL_PATTERN_STARS_MAX],
                        sl_arena *arena);

#endif
