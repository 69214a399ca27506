/* case.h - what a property is tried on: queries and files of events, in parts that can be left out.
 *
 * A failing case is made smaller part by part, so files and queries keep the structure they were
 * made with: a file is sections of items, a query is stages.
 *
 * Owner:    the arena that the case was made in.
 * Lifetime: that arena's.
 * Threads:  one at a time. */
#ifndef SL_TESTS_PROPERTY_CASE_H
#define SL_TESTS_PROPERTY_CASE_H

#include "base/arena.h"
#include "random.h"

/* Items as they stand in a file: lines, an array, an envelope, or one behind the other. */
typedef struct prop_section {
    sl_text open, between, close;
    sl_text *items;
    uint32_t item_count;
} prop_section;

typedef struct prop_file {
    prop_section *sections;
    uint32_t section_count;
    uint32_t cut; /* bytes that are missing at the end */
    bool packed;  /* gzip */
} prop_file;

typedef struct prop_query {
    bool cql;
    sl_text *stages;
    uint32_t stage_count;
} prop_query;

typedef struct prop_case {
    prop_file *files;
    uint32_t file_count;
    prop_query *queries;
    uint32_t query_count;
    const char *profile;
    const char *earliest; /* NULL: no range */
    bool unique;          /* copies of an event are merged, as hunt does */
    bool ordered;
} prop_case;

/* Files of hostile events. */
void prop_make_files(prop_case *c, prop_random *random, sl_arena *arena);
/* A query over the fields that such events have. */
prop_query prop_make_query(prop_random *random, sl_arena *arena);

/* The bytes of a file before compression, appended to `out`; the text of a query likewise. */
void prop_file_bytes(const prop_file *file, sl_buffer *out);
void prop_query_text(const prop_query *query, sl_buffer *out);

#endif
