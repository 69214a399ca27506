/* never.h - comparisons of a query that no event of any format it reads can pass.
 *
 * What is known of a format and of the query's own constants is folded in (plan/specialise); where
 * a derived field can only have some values, each of them is tried. A comparison counts when this
 * holds for every format that has such a field, and for every branch, in which it matters. One that
 * asks for what the same field has under another profile of the format is told apart: there the log
 * would have to say it by itself.
 *
 * Owner:    the caller's arena.
 * Threads:  any. */
#ifndef SL_PLAN_NEVER_H
#define SL_PLAN_NEVER_H

#include "plan/program.h"

enum { SL_NEVER_VALUES_MAX = 64 };

typedef enum sl_never_reason {
    SL_NEVER_FOLDED,  /* of constants, or of fields that are never there */
    SL_NEVER_VALUES,  /* the field has other values: those in `values` */
    SL_NEVER_PROFILE, /* it is what the profile `profile` gives the field */
    SL_NEVER_MISSING  /* the presentation has no such field */
} sl_never_reason;

typedef struct sl_never {
    sl_span span;
    sl_never_reason reason;
    sl_field field; /* of the plan; SL_FIELD_NONE: none, or several */
    const sl_value *values;
    uint32_t value_count;
    sl_text profile;
    const sl_schema *schema; /* of the first format for which it was found */
    const sl_presentation *presentation;
} sl_never;

/* Those of plan number `plan`, in the order in which they are met. */
sl_status sl_program_never(const sl_program *program, uint32_t plan, sl_arena *arena,
                           const sl_never **out, uint32_t *out_count) SL_MUST_USE;

#endif
