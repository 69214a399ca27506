/* row.h - the columns that make a row an alert.
 *
 * A detection says which of its result's columns play these parts; everything that shows alerts
 * (tables, reports) knows the parts only. */
#ifndef SL_PLAN_ROW_H
#define SL_PLAN_ROW_H

typedef enum sl_alert_part {
    SL_ALERT_TIME,
    SL_ALERT_ACTOR,
    SL_ALERT_OPERATION,
    SL_ALERT_RESOURCE,
    SL_ALERT_ADDRESS,
    SL_ALERT_SCORE,
    SL_ALERT_PART_COUNT
} sl_alert_part;

/* The names as detection files and tables have them. */
#define SL_ALERT_PART_NAMES \
    { \
        "time", "actor", "operation", "resource", "address", "score" \
    }

#endif
