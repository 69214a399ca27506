/* engine.h - the engine as the command line sees it: catalog, compile, run, hunt.
 *
 * strandline.h is the same engine for other programs; both stand on this.
 *
 * Owner:    sl_engine_new / sl_engine_free; reports and hunts as said below.
 * Threads:  one at a time. */
#ifndef SL_ENGINE_ENGINE_H
#define SL_ENGINE_ENGINE_H

#include "detect/alert.h"
#include "engine/catalog.h"
#include "engine/pack.h"
#include "exec/exec.h"
#include "strandline/strandline.h"

/* What the options of the command line set. */
typedef struct sl_settings {
    sl_exec_options exec;
    sl_zone *zone_owned; /* exec.zone when it is not UTC */
    char profile[64];    /* "default" */
    char format[64];     /* --format: every record is of it; "": recognised by content */
    sl_text *param_names, *param_values; /* --param NAME=VALUE */
    uint32_t param_count;
    bool missing_is_warning; /* a macro or parameter that is not there: check and explain go on */
    sl_text earliest_text, latest_text; /* as given, resolved against `now` when a run starts */
} sl_settings;

sl_settings *sl_engine_settings(sl_engine *engine);
const sl_catalog *sl_engine_catalog(const sl_engine *engine);
/* Files that options named and that are at fault, a line each; the others were read. */
sl_text sl_engine_notes(const sl_engine *engine);

/* What is to be said of the settings of --splunk-conf: note number `index`, in the order in which
 * they were found; false behind the last. */
bool sl_engine_conf_note(const sl_engine *engine, uint32_t index, sl_text *out, bool *out_fault);

/* Compiles a query; claims (index, sourcetype that no format knows) and comparisons that can never
 * be true are said as warnings. NULL when there is an error. To be freed with sl_plan_free. */
sl_plan *sl_engine_compile(sl_engine *engine, sl_language language, sl_text name, sl_text text,
                           sl_diags *diags);
/* The same for what stands in a detection: under its profile, with the macros and lookups of its
 * library where the settings' have none of a name. */
typedef struct sl_compile_source {
    sl_language language;
    sl_text name, text;
    sl_text profile;     /* empty: the settings' */
    sl_library *library; /* NULL: those of the settings alone */
} sl_compile_source;
sl_plan *sl_engine_compile_source(sl_engine *engine, const sl_compile_source *source,
                                  sl_diags *diags);
/* The query of a detection; what is said of it stands in detection->query_source. */
sl_plan *sl_engine_compile_detection(sl_engine *engine, const sl_detection *detection,
                                     sl_library *library, sl_diags *diags);
/* True when a published search asks for logs of a format that is known here. */
bool sl_engine_knows_detection(const sl_engine *engine, const sl_detection *detection,
                               sl_library *library);
/* The plan as a tree, then each format it looks at: as what, and which events its gate lets by. */
void sl_engine_explain(const sl_engine *engine, const sl_plan *plan, sl_buffer *out);
/* "spl", "cql" (with or without a dot before it), false for others. */
bool sl_language_parse(sl_text name, sl_language *out);

/* What a run read and what came of it. */
typedef struct sl_report {
    sl_arena arena;
    sl_faults faults;
    sl_exec_stats stats;
    sl_status status;
    const sl_catalog *catalog;
    sl_program *program;
    bool *empty_subsearch; /* by plan asked for: a subsearch of its filters gave no rows */
    bool given_range;      /* the user gave a time range, which stands in for those of queries */
} sl_report;

typedef struct sl_run_request {
    const sl_plan *const *plans;
    const sl_text *profiles; /* by plan; NULL: the settings' for all */
    uint32_t plan_count;
    bool unique; /* merge copies of events (hunt) */
    const sl_text *paths;
    uint32_t path_count;
    const sl_text *memory; /* instead of paths: one input that is a piece of memory */
} sl_run_request;

/* Runs plans over inputs; rows go to `sink`. The report is to be ended with sl_report_fini whatever
 * the status (which is that of sl_exec_run). */
sl_status sl_engine_run(sl_engine *engine, const sl_run_request *request, const sl_sink *sink,
                        sl_report *out_report) SL_MUST_USE;
void sl_report_fini(sl_report *report);
/* Appends the line(s) that say what was read: files, events by format, time span, faults with first
 * cases. */
void sl_report_print(const sl_report *report, const sl_zone *zone, sl_buffer *out);
/* How a plan of a run ended. */
typedef enum sl_outcome {
    SL_OUTCOME_ROWS,     /* it gave rows */
    SL_OUTCOME_NOTHING,  /* it looked, and found nothing */
    SL_OUTCOME_UNMATCHED /* it could not have matched here */
} sl_outcome;
/* How plan number `plan` ended; without rows, why, a line each in `reasons`, and of how many events
 * or rows that is said (0: of none). Fields are named as they are: not safe for a terminal. */
sl_outcome sl_report_outcome(const sl_report *report, uint32_t plan, sl_buffer *reasons,
                             uint64_t *out_count);
/* Appends what else decides about its result, a line each: tables whose rows are not here, events
 * that a time range of its own left out. */
void sl_report_notes(const sl_report *report, uint32_t plan, sl_buffer *notes);
/* One JSON object with the same facts (--stats=json). */
void sl_report_json(const sl_report *report, sl_buffer *out);

/* Why a detection of a hunt was not run. */
typedef enum sl_hunt_verdict {
    SL_HUNT_RUN,
    SL_HUNT_REFUSED,   /* its file or its query is at fault, or asks for what is not run here */
    SL_HUNT_FOREIGN,   /* published content that reads no log format known here */
    SL_HUNT_DEPRECATED /* its publisher has withdrawn it */
} sl_hunt_verdict;

/* One detection of a hunt. */
typedef struct sl_hunted {
    sl_detection detection;
    sl_hunt_verdict verdict;
    sl_plan *plan;        /* NULL: not run */
    sl_diags *diags;      /* of the query, or of the detection file when loading it failed */
    bool loaded;          /* the file was sound: diags are the query's */
    bool parsed;          /* nothing is at fault but that it asks for what is not here */
    uint32_t plan_number; /* in the report, when plan != NULL */
    uint64_t alert_count;
    sl_outcome outcome;     /* when it ran */
    sl_text reasons, notes; /* lines: why it found nothing, or was refused; what to know of it */
    uint64_t reason_count;  /* the events or rows that the reasons speak of */
} sl_hunted;

typedef struct sl_hunt {
    sl_arena arena;
    sl_hunted *items;
    uint32_t count, refused_count; /* refused: all that were not run */
    sl_pack pack;
    sl_alerts alerts;
    sl_report report;
} sl_hunt;

/* Loads the detections below `directories` (none: those installed), runs them over `paths` in one
 * scan, and collects sorted alerts. SL_IO when a directory is not there (said in `error`). The hunt
 * is to be freed with sl_hunt_free whatever the status. */
sl_status sl_engine_hunt(sl_engine *engine, const sl_text *directories, uint32_t directory_count,
                         const sl_text *paths, uint32_t path_count, sl_hunt **out_hunt,
                         sl_buffer *error) SL_MUST_USE;
void sl_hunt_free(sl_hunt *hunt);

/* Where formats, detections stand: beside the program, in the source tree, or where they were
 * installed. `what` is "formats" or "detections". */
sl_text sl_engine_share(sl_engine *engine, const char *what);

#endif
