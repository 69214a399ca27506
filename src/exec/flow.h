/* flow.h - how many rows came to the operators of a plan that see many rows, and how many went on.
 *
 * A search that finds nothing is worth an explanation: the first operator that nothing came out of
 * gives it.
 *
 * Owner:    exec, then the report's arena.
 * Threads:  stages count for themselves; steps are added by the calling thread. */
#ifndef SL_EXEC_FLOW_H
#define SL_EXEC_FLOW_H

#include "plan/op.h"

enum { SL_FLOW_STEPS_MAX = 16, SL_FLOW_KEYS_MAX = 64 };

/* What a stage takes in. */
typedef struct sl_flow_in {
    uint64_t rows;
    uint64_t unkeyed; /* of those, dropped for want of a key */
    uint64_t keys;    /* a bit for each of the first keys that some of the dropped ones had */
} sl_flow_in;

typedef struct sl_flow_step {
    const sl_op *op;
    sl_flow_in in;
    uint64_t out;
} sl_flow_step;

/* In the order of the plan; operators behind the last step did not come to see a row. */
typedef struct sl_flow {
    sl_flow_step steps[SL_FLOW_STEPS_MAX];
    uint32_t count;
} sl_flow;

static inline void sl_flow_add(sl_flow *flow, sl_flow_step step)
{
    if (flow != NULL && flow->count < SL_FLOW_STEPS_MAX) flow->steps[flow->count++] = step;
}

#endif
