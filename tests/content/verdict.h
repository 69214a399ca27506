/* verdict.h - what a published detection must say of events: the files below verdicts/, as read.
 *
 * A file holds events, real or made, and cases: a detection fires on these or stays silent. What a
 * case takes is an event with a few changes, so a negative differs from its positive by what stands
 * in its line and by nothing else. verdicts/README.md has the form.
 *
 * Owner:    the pool.
 * Lifetime: the pool's.
 * Threads:  one at a time. */
#ifndef SL_TESTS_CONTENT_VERDICT_H
#define SL_TESTS_CONTENT_VERDICT_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* `path=JSON`, or `-path`: what stands there is taken away. */
typedef struct verdict_change {
    const char *path;
    json_value *value; /* NULL: taken away */
} verdict_change;

typedef struct verdict_changes {
    verdict_change *items;
    size_t count;
} verdict_changes;

typedef struct verdict_event {
    const char *name;
    json_value *value; /* NULL: of the public logs, and those are not here */
} verdict_event;

/* "21 login at 5m every 10s userIdentity.userName="ann{n}"", or "file PATH". */
typedef struct verdict_step {
    size_t line;
    const verdict_event *event;
    unsigned long count;
    long at, every; /* seconds, from the start of the case's clock */
    verdict_changes changes;
    const char *file; /* instead of all that: a file of the public logs; "": they are not here */
} verdict_step;

typedef struct verdict_case {
    size_t line;
    unsigned long alerts; /* 0: silent */
    const char *why;
    verdict_step *steps;
    size_t step_count;
    json_value **rows; /* members that a row of an alert has */
    size_t row_count;
    bool missing; /* the public logs that it is about are not here */
} verdict_case;

typedef struct verdict_file {
    const char *path, *folder;
    const char *detection; /* below the checkout's detections/ */
    size_t source_count;
    verdict_event **events;
    size_t event_count;
    const char **absent; /* fields that the detection wants and no event has */
    size_t absent_count;
    const char *lookup, *lookup_rows; /* a lookup of the user's own; NULL: none */
    verdict_case *cases;
    size_t case_count;
} verdict_file;

/* Reads the file; what is wrong with it is printed, and false is returned. `data` is where the
 * public logs are, or NULL. */
bool verdict_read(golden_pool *pool, const char *path, const char *data, verdict_file *out);

/* A copy with the changes made. NULL: a change cannot be made or changes nothing, which is said. */
json_value *verdict_change_event(golden_pool *pool, const json_value *event,
                                 const verdict_changes *changes, const char *place);
/* What stands at the path, or NULL. */
const json_value *verdict_part(const json_value *event, const char *path);
typedef struct verdict_moment {
    long seconds;
    const char *text; /* 2025-04-01T10:00:00Z */
} verdict_moment;

/* Writes an event on a line of its own. In its texts {n} is the number and {t} the moment; a
 * text {ms} becomes the moment in milliseconds, a number. */
void verdict_write_event(FILE *stream, const json_value *event, unsigned long number,
                         const verdict_moment *moment);

#endif
