/* context.h - what is the same for all rows of a run and kernels may ask for. */
#ifndef SL_FUNC_CONTEXT_H
#define SL_FUNC_CONTEXT_H

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
    sl_time earliest, latest; /* SL_TIME_NONE: open */
    sl_faults *faults;        /* may be NULL (folding of constants) */
    sl_text query_name;       /* for faults at run time */
} sl_context;

#endif
