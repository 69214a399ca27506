/* case.h - what a golden test file says: loads, queries and what is expected of them.
 *
 * A file is made of blocks that end at a blank line; tests/golden/README.md is the manual.
 *
 * Owner:    the pool of the file.
 * Lifetime: the pool's.
 * Threads:  one at a time; read only once it is read. */
#ifndef SL_TESTS_GOLDEN_CASE_H
#define SL_TESTS_GOLDEN_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "pool.h"

/* A stretch of text that need not end in NUL: data rows may hold anything. */
typedef struct golden_text {
    const char *data;
    size_t length;
} golden_text;

/* Events: lines of the test file, or files elsewhere. */
typedef struct golden_load {
    const char *name;
    size_t line;       /* of the file, from 1 */
    bool whole;        /* must not be split over several inputs */
    golden_text *rows; /* inline */
    size_t row_count;
    const char **paths; /* files; as written */
    size_t path_count;
} golden_load;

typedef struct golden_setting {
    const char *name, *value;
} golden_setting;

typedef enum golden_expect_kind {
    GOLDEN_ERROR,
    GOLDEN_WARNING,
    GOLDEN_EXTENSION,
    GOLDEN_NOTE,
    GOLDEN_HINT,
    GOLDEN_CLEAN,   /* no message at all */
    GOLDEN_ORDERED, /* the rows come in this order */
    GOLDEN_COLUMNS, /* keys of the rows stand in this order */
    GOLDEN_ROWS,    /* so many rows */
    GOLDEN_SAME,    /* the rows of another query of the file */
    GOLDEN_LOST,    /* some input cannot be read */
    GOLDEN_FAILED   /* the run ends in a failure */
} golden_expect_kind;

typedef struct golden_expect {
    golden_expect_kind kind;
    size_t line;      /* of the file */
    unsigned code;    /* 0: any */
    unsigned at_line; /* 0: anywhere */
    unsigned at_column;
    const char *text; /* part of the message, name of a query, columns; NULL: any */
    size_t count;     /* SIZE_MAX: any */
} golden_expect;

typedef struct golden_query {
    const char *language, *name;
    size_t line;
    const char **loads;
    size_t load_count;
    const char *path; /* the query's text stands in this file; NULL: in the test */
    const char *text;
    size_t text_length;
    const char *skip; /* why it is not run; NULL: it is */
    golden_setting *settings;
    size_t setting_count;
    golden_expect *expects;
    size_t expect_count;
    bool has_rows; /* there is a "----" */
    golden_text *rows;
    size_t row_count;
    size_t answer_start, answer_end; /* lines of the file with expectations and rows, from 0 */
} golden_query;

typedef struct golden_file {
    const char *path;
    golden_text *lines; /* without their newlines */
    size_t line_count;
    golden_load *loads;
    size_t load_count;
    golden_query *queries;
    size_t query_count;
} golden_file;

/* Reads the file. False after a fault, which is printed with its line. */
bool golden_file_read(golden_pool *pool, const char *path, golden_file *out);
/* The whole of a file, or NULL with errno set. */
char *golden_slurp(golden_pool *pool, const char *path, size_t *out_length);

const golden_load *golden_find_load(const golden_file *file, const char *name);
/* True when the query has an expectation of the kind; it is put into *out unless that is NULL. */
bool golden_expects(const golden_query *query, golden_expect_kind kind, golden_expect *out);

#endif
