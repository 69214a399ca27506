/* alert.h - an alert: a result row of a detection, with its well-known parts picked out.
 *
 * Owner:    the arena of the list.
 * Threads:  one at a time. */
#ifndef SL_DETECT_ALERT_H
#define SL_DETECT_ALERT_H

#include "detect/detection.h"
#include "event/batch.h"

typedef struct sl_alert {
    const sl_detection *detection;
    sl_time time;                        /* SL_TIME_NONE when the row has none that reads as one */
    sl_value parts[SL_ALERT_PART_COUNT]; /* missing where the row has none */
    const sl_fields *names;              /* of the plan, which must outlive the alert */
    const sl_field *fields;              /* the whole row, in column order */
    const sl_value *values;
    uint32_t field_count;
    size_t arrival; /* the how manieth it was */
} sl_alert;

typedef struct sl_alerts {
    sl_arena arena;
    sl_alert *items;
    size_t count, capacity;
} sl_alerts;

void sl_alerts_init(sl_alerts *alerts, size_t bytes_max);
void sl_alerts_fini(sl_alerts *alerts);
/* Adds the selected rows of `batch`, a result of `plan`, as alerts of `detection`. A time column
 * may hold a moment, ISO text, or an epoch in seconds or milliseconds told by its size. SL_LIMIT
 * when the budget is reached. */
sl_status sl_alerts_add(sl_alerts *alerts, const sl_detection *detection, const sl_plan *plan,
                        const sl_batch *batch) SL_MUST_USE;
/* By severity (highest first), detection title, then time (newest first), then order of arrival. */
void sl_alerts_sort(sl_alerts *alerts);

#endif
