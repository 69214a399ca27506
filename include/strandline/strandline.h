/* strandline.h - run security detections over cloud audit logs, from C.
 *
 * The only public header: opaque types and a small set of functions. An engine holds formats and
 * options; a query is compiled once and may be run many times; a run calls back for each row of
 * the result.
 *
 *     sl_engine *engine = sl_engine_new();
 *     sl_query *query = sl_query_new(engine, "spl", "mine.spl", text, length);
 *     if (sl_query_ok(query)) sl_query_run(query, paths, path_count, on_row, context, &summary);
 *     sl_query_free(query);
 *     sl_engine_free(engine);
 *
 * Owner:    whoever called a _new calls the _free; both take NULL.
 * Lifetime: a query must be freed before its engine; a row lives for one callback; texts of a
 *           query's messages live as long as the query.
 * Threads:  an engine and what was made from it belong to one thread at a time. A run uses worker
 *           threads of its own; the callback is called by the thread that called sl_query_run.
 * Errors:   functions that can fail say how; nothing exits, prints or aborts. */
#ifndef STRANDLINE_STRANDLINE_H
#define STRANDLINE_STRANDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SL_PUBLIC __attribute__((visibility("default")))
#else
#define SL_PUBLIC
#endif

typedef struct sl_engine sl_engine;
typedef struct sl_query sl_query;
typedef struct sl_row sl_row;

/* "0.1.0" */
SL_PUBLIC const char *sl_version(void);

/* An engine with the formats that were installed with the library (or those in the directory named
 * by the environment variable STRANDLINE_FORMATS). NULL when memory ends; faults of a format file
 * are told by sl_engine_error. */
SL_PUBLIC sl_engine *sl_engine_new(void);
SL_PUBLIC void sl_engine_free(sl_engine *engine);
/* What is wrong with the engine (a format that does not load, an option's value), or NULL. */
SL_PUBLIC const char *sl_engine_error(const sl_engine *engine);
/* Sets an option by the name it has on the command line: "threads", "memory", "earliest",
 * "latest", "profile", "format", "tz", "now", "batch-rows", "block-bytes", "record-bytes",
 * "slice-bytes", "inflated-bytes", "gate" ("on", "off", or the best of its kernels: "plain",
 * "avx2", "avx512"), "ordered" ("on", "off"), "param" ("NAME=VALUE", adds one), "lookups" (a
 * directory of macros and lookups, adds one), "splunk-conf" (a Splunk app, adds one; set it after
 * the others), "outputs" (where queries may write tables). False when the name or the value is
 * wrong (sl_engine_error says how). Options count for the runs that follow. */
SL_PUBLIC bool sl_engine_set(sl_engine *engine, const char *name, const char *value);

typedef enum sl_message_kind {
    SL_MESSAGE_ERROR,
    SL_MESSAGE_WARNING,
    SL_MESSAGE_EXTENSION, /* runs here, though the language's vendor rejects it */
    SL_MESSAGE_NOTE
} sl_message_kind;

typedef struct sl_message {
    sl_message_kind kind;
    unsigned code;           /* stable number, printed as T202 */
    unsigned line, column;   /* from 1; columns count code points */
    size_t start, end;       /* bytes of the query, half open */
    const char *text, *hint; /* hint: "" when there is none */
} sl_message;

/* Compiles `length` bytes of `text`. `language` is "spl" or "cql"; `name` is used in messages.
 * NULL only when memory ends or the language is unknown. */
SL_PUBLIC sl_query *sl_query_new(sl_engine *engine, const char *language, const char *name,
                                 const char *text, size_t length);
SL_PUBLIC void sl_query_free(sl_query *query);
/* True when the query can run. */
SL_PUBLIC bool sl_query_ok(const sl_query *query);
SL_PUBLIC size_t sl_query_message_count(const sl_query *query);
SL_PUBLIC sl_message sl_query_message(const sl_query *query, size_t index);

typedef enum sl_run_status {
    SL_RUN_OK,         /* everything was read */
    SL_RUN_INPUT_LOST, /* some input could not be read; the rest was processed */
    SL_RUN_STOPPED,    /* the callback asked to stop */
    SL_RUN_FAILED      /* no memory, the memory budget was reached, or the query cannot run */
} sl_run_status;

typedef struct sl_summary {
    uint64_t files, bytes, records, candidates, rows;
    uint64_t input_faults; /* inputs or records that could not be read */
    double seconds;
} sl_summary;

/* Called for each row; returns false to stop the run. */
typedef bool sl_row_callback(void *context, const sl_row *row);

/* Runs the query over files and directory trees ("-": standard input). `out_summary` may be
 * NULL. */
SL_PUBLIC sl_run_status sl_query_run(sl_query *query, const char *const *paths, size_t path_count,
                                     sl_row_callback *on_row, void *context,
                                     sl_summary *out_summary);
/* The same over `length` bytes of memory. */
SL_PUBLIC sl_run_status sl_query_run_memory(sl_query *query, const char *data, size_t length,
                                            sl_row_callback *on_row, void *context,
                                            sl_summary *out_summary);

/* Columns of a row, from 0, in the query's order; fields the row does not have are not counted. */
SL_PUBLIC size_t sl_row_count(const sl_row *row);
SL_PUBLIC const char *sl_row_name(const sl_row *row, size_t index);
/* The value as text (lists joined by newlines), NUL-terminated; *out_length may be NULL. */
SL_PUBLIC const char *sl_row_text(const sl_row *row, size_t index, size_t *out_length);
/* The value of the field `name` as text, or NULL when the row does not have it. */
SL_PUBLIC const char *sl_row_get(const sl_row *row, const char *name);
/* The row as one JSON object, as `-o ndjson` writes it. */
SL_PUBLIC const char *sl_row_json(const sl_row *row, size_t *out_length);

#ifdef __cplusplus
}
#endif

#endif
