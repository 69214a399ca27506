/* sink.h - where an operator of a plan writes rows to (outputlookup).
 *
 * `lang` and `exec` know no files: the engine fills this struct. It writes when a run has ended
 * well, so that one that fails leaves the old table as it was.
 *
 * Owner:    whoever made it; it outlives the plan.
 * Threads:  one at a time. */
#ifndef SL_PLAN_SINK_H
#define SL_PLAN_SINK_H

#include "base/status.h"
#include "event/batch.h"

typedef struct sl_table_sink sl_table_sink;

struct sl_table_sink {
    void *owner;
    sl_text name;
    /* The selected rows of `batch` are the next rows. Called once without any, first. */
    sl_status (*rows)(void *owner, const sl_fields *fields, const sl_batch *batch);
};

#endif
