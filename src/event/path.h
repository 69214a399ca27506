/* path.h - where a value stands in a record: keys, any-element and index steps.
 *
 * `a{}.b`, `a[0].b` and `a.b` are spellings of three languages; parsed there, they are one
 * thing here. A key step may hold dots, slashes and colons.
 *
 * Owner:    the plan's arena.
 * Lifetime: as long as the plan.
 * Threads:  immutable. */
#ifndef SL_EVENT_PATH_H
#define SL_EVENT_PATH_H

#include "base/arena.h"

enum { SL_PATH_STEPS_MAX = 64 };

typedef enum sl_step_kind {
    SL_STEP_KEY,
    SL_STEP_ANY,  /* every element of an array */
    SL_STEP_INDEX /* one element, from 0 */
} sl_step_kind;

typedef struct sl_step {
    sl_step_kind kind;
    uint32_t index;
    sl_text key;
} sl_step;

typedef struct sl_path {
    const sl_step *steps;
    uint32_t count; /* 0: the record itself */
} sl_path;

bool sl_path_equal(sl_path a, sl_path b);
/* Appends the canonical spelling: a.b, a[].b, a[0].b, "quoted.key".b */
void sl_path_print(sl_buffer *out, sl_path path);
/* Parses the canonical spelling (format files): keys separated by dots, "quoted" keys, [] and
 * [n]. False when malformed. */
bool sl_path_parse(sl_text t, sl_arena *arena, sl_path *out);

#endif
