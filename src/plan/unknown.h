/* unknown.h - fields of a query that may be slips of names that the formats it reads do have.
 *
 * A log may hold any field, so a name that no format knows is no fault; one that differs from a known
 * name by a letter, or only in capitals, is worth a question.
 *
 * Owner:    the caller's arena.
 * Threads:  any. */
#ifndef SL_PLAN_UNKNOWN_H
#define SL_PLAN_UNKNOWN_H

#include "plan/program.h"

typedef struct sl_unknown {
    sl_field field; /* of the plan */
    sl_span span;   /* where the query first reads it, or the command that does */
    sl_text nearest;
} sl_unknown;

/* Those of plan number `plan` that no format knows among the formats it looks at. */
sl_status sl_program_unknown(const sl_program *program, uint32_t plan, sl_arena *arena,
                             const sl_unknown **out, uint32_t *out_count) SL_MUST_USE;

#endif
