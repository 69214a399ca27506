/* present.h - a route's view of a batch that was read: the plan's own fields.
 *
 * Raw paths are shared columns; derived fields are computed; tags, time and the record itself are
 * filled in; events outside the time range or the view are left out. */
#ifndef SL_EXEC_PRESENT_H
#define SL_EXEC_PRESENT_H

#include "exec/read.h"

typedef struct sl_present {
    const sl_plan *plan;
    const sl_route *route;
    const sl_context *context; /* with the time range */
    const uint32_t *rows;      /* events that can matter to the route, ascending; NULL: all */
    uint32_t row_count;
    uint64_t no_time; /* out: events left out for want of a time */
    uint64_t outside; /* out: events left out because of theirs */
} sl_present;

/* NULL when memory ends. */
sl_batch *sl_present_batch(sl_present *how, const sl_reading_batch *in);

#endif
