/* unknown.h - fields of a query that nobody may know: slips of names that the formats it reads do
 * have, and fields that are gone by the time they are read.
 *
 * A log may hold any field, so a name that no format knows is no fault; one that differs from a
 * known name by a letter, or only in capitals, is worth a question.
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
/* Fields that commands behind an aggregate of the plan read, and that it has not kept. None when a
 * command there may make fields that the query does not name. */
sl_status sl_plan_lost(const sl_plan *plan, const sl_op *aggregate, sl_arena *arena,
                       const sl_unknown **out, uint32_t *out_count) SL_MUST_USE;

#endif
