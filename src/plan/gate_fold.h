/* gate_fold.h - routes folded under "the record has this value behind that key".
 *
 * What is left of a route when a value is put in for a key says whether the record can matter to
 * it; see plan/gates.h for why that is sound. A key is one thing that stands at the top of records,
 * maybe under several names.
 *
 * Owner:    the caller's; all but the scratch arena is borrowed.
 * Threads:  one at a time. */
#ifndef SL_PLAN_GATE_FOLD_H
#define SL_PLAN_GATE_FOLD_H

#include "plan/program.h"

typedef struct sl_gate_fold {
    const sl_program *program;
    const sl_scan *scan;
    const sl_text *keys; /* the names */
    uint32_t key_count;
    sl_arena *scratch; /* reset by each folding */
} sl_gate_fold;

/* Values by name. */
typedef struct sl_gate_named {
    const sl_text *texts;
    uint32_t count;
} sl_gate_named;

/* True when `pipe`, the route's or a part of it, can let no event with this value through; missing:
 * no event in which the key does not stand at the top. */
bool sl_gate_fold_never(const sl_gate_fold *fold, const sl_route *route, const sl_pipe *pipe,
                        const sl_value *value);
/* True when the route's first filter only compares the key for equality, and no value lets an event
 * through but maybe those that it names (ASCII case aside). `out`: these, in `arena`. */
bool sl_gate_fold_closed(const sl_gate_fold *fold, const sl_route *route, sl_arena *arena,
                         sl_gate_named *out);
/* A value that stands for all that no query names. */
sl_value sl_gate_fold_other(void);

#endif
