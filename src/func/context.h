/* context.h - what is the same for all rows of a run and kernels may ask for. */
#ifndef SL_FUNC_CONTEXT_H
#define SL_FUNC_CONTEXT_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/fault.h"

enum {
    SL_REGEX_STEPS_MAX = 1000000,
    SL_REGEX_HEAP_KIB_MAX = 20 * 1024, /* for backtracking */
    SL_LIST_ITEMS_MAX = 1000000
};

typedef struct sl_context {
    sl_time now;
    const sl_zone *zone;
    sl_time earliest, latest;        /* SL_TIME_NONE: open */
    sl_faults *faults;               /* may be NULL (folding of constants) */
    sl_text query_name;              /* for faults at run time */
    atomic_uint_fast64_t *undecided; /* NULL, or counts matches that ran out of steps */
    /* NULL, or becomes true when a result is not wanted any more; not while inputs are read, for
     * what came of them until then is. */
    const atomic_bool *cancelled;
} sl_context;

static inline bool sl_context_cancelled(const sl_context *context)
{
    return context->cancelled != NULL
        && atomic_load_explicit(context->cancelled, memory_order_relaxed);
}

#endif
