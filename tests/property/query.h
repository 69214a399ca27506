/* query.h - what the generators of both languages share: the text under construction and words.
 *
 * Owner:    the buffer: the caller.
 * Threads:  one at a time. */
#ifndef SL_TESTS_PROPERTY_QUERY_H
#define SL_TESTS_PROPERTY_QUERY_H

#include "case.h"

typedef struct query_text {
    prop_random *random;
    sl_buffer out;
} query_text;

enum { QUERY_DEPTH_MAX = 3, QUERY_STAGES_MAX = 8 };

/* A value that some field may have, unquoted; with `stars`, or in other letters, now and then. */
void query_value(query_text *q, sl_buffer *out, bool stars);
/* A regular expression that may match such values. */
const char *query_regex(query_text *q);

/* The first stage, and one behind it, in q->out. */
void query_spl_first(query_text *q);
void query_spl_stage(query_text *q);
void query_cql_first(query_text *q);
void query_cql_stage(query_text *q);

#endif
