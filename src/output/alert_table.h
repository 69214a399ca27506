/* alert_table.h - the alerts of a hunt, for people and for programs.
 *
 * People get a table grouped by detection, at most so many alerts each, that fits the terminal:
 * one wide line an alert with everything in it, or a heading a detection and shorter lines below.
 * Programs get one object an alert with the whole row inside.
 *
 * Owner:    whoever gives the alerts.
 * Lifetime: of one call.
 * Threads:  one at a time. */
#ifndef SL_OUTPUT_ALERT_TABLE_H
#define SL_OUTPUT_ALERT_TABLE_H

#include "output/writer.h"
#include "plan/row.h"

enum { SL_ALERT_SEVERITIES = 5, SL_ALERTS_SHOWN = 20 };

/* An alert as printed; everything is borrowed. */
typedef struct sl_alert_view {
    sl_text detection, id, technique; /* detection: the title */
    sl_text severity;
    unsigned severity_rank; /* 0 informational to 4 critical: its colour */
    sl_time time;           /* SL_TIME_NONE: none that reads as one */
    const sl_value *parts;  /* SL_ALERT_PART_COUNT */
    const sl_fields *names; /* the whole row: */
    const sl_field *fields;
    const sl_value *values;
    uint32_t field_count;
} sl_alert_view;

/* Alerts in order; those of one detection stand together. */
typedef struct sl_alert_source {
    void *context;
    size_t count;
    void (*view)(void *context, size_t index, sl_alert_view *out);
} sl_alert_source;

typedef struct sl_alert_options {
    sl_writer_kind kind;
    const sl_zone *zone;
    uint32_t width; /* as in sl_writer_options */
    bool colour;
    uint64_t shown; /* alerts of a detection; 0: all */
} sl_alert_options;

/* Writes the alerts. SL_IO when `write` said false. */
sl_status sl_alerts_write(const sl_alert_source *alerts, const sl_alert_options *options,
                          sl_write *write, void *context) SL_MUST_USE;

/* The table, one of the above. */
sl_status sl_alert_table(const sl_alert_source *alerts, const sl_alert_options *options,
                         sl_write *write, void *context) SL_MUST_USE;

/* True when both are of one detection. */
bool sl_alert_is_same(const sl_alert_view *a, const sl_alert_view *b);
/* What switches to the colour of a severity ("" when `colour` is false), and back. */
const char *sl_alert_colour(unsigned severity_rank, bool colour);
const char *sl_alert_plain(bool colour);

#endif
