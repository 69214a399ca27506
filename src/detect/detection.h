/* detection.h - a published query with what must be known to hunt with it.
 *
 * A small YAML file beside the query: id, title, technique, tactic, severity, profile, language
 * (or by the query's extension), query (a file beside it), and which columns of the result are
 * time, actor, operation, resource, address and score.
 *
 * Owner:    the arena given.
 * Threads:  immutable once loaded. */
#ifndef SL_DETECT_DETECTION_H
#define SL_DETECT_DETECTION_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/status.h"
#include "base/text_map.h"
#include "plan/plan.h"
#include "plan/row.h"

typedef enum sl_detection_severity {
    SL_SEVERITY_INFORMATIONAL,
    SL_SEVERITY_LOW,
    SL_SEVERITY_MEDIUM,
    SL_SEVERITY_HIGH,
    SL_SEVERITY_CRITICAL
} sl_detection_severity;

/* Columns that may play a part in an alert, the best first; a `*` at the end is anything. */
typedef struct sl_detection_names {
    const sl_text *names;
    uint32_t count;
} sl_detection_names;

typedef struct sl_detection {
    sl_text path; /* of the detection file */
    sl_text id, title, technique, tactic, profile;
    sl_detection_severity severity;
    sl_language language;
    sl_text query_path, query_text;
    sl_text query_source;                            /* the whole file at query_path */
    sl_text_map query_map;                           /* where the query's bytes stand in it */
    sl_text columns[SL_ALERT_PART_COUNT];            /* empty: the result has no such column */
    sl_detection_names guesses[SL_ALERT_PART_COUNT]; /* of published content, which names none: the
                                                        first that a row has */
    bool published;                                  /* read by sl_content_load */
    bool deprecated;                                 /* its publisher has withdrawn it */
    sl_text source; /* the detection file's text, for its diagnostics */
    sl_text origin; /* key `source`: where the query was published */
} sl_detection;

const char *sl_detection_severity_text(sl_detection_severity severity);
/* Loads one detection file and the query beside it. SL_IO when the file cannot be read, SL_QUERY
 * when it is at fault or its query cannot be read: said in `diags`, whose spans are in out->source.
 * Unknown keys are errors with the nearest name. What was sound is in `out` all the same. */
sl_status sl_detection_load(sl_text path, sl_arena *arena, sl_diags *diags,
                            sl_detection *out) SL_MUST_USE;
/* True for the names of such files: detection.yml, *.detection.yml. */
bool sl_detection_is_file(sl_text path);
/* The files that `wanted` takes by their name, below `path` (or `path` itself), in byte order of
 * their paths. Hidden directories and links to directories are not entered. SL_IO when `path` is
 * not there, SL_LIMIT when there are too many. */
sl_status sl_files_find(sl_text path, bool (*wanted)(sl_text name), sl_arena *arena,
                        const sl_text **out_paths, uint32_t *out_count) SL_MUST_USE;

#endif
