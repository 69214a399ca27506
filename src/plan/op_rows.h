/* op_rows.h - operators that look at one row at a time.
 *
 * Workers run them side by side; they keep no state. Included by plan/op.h; see there. */
#ifndef SL_PLAN_OP_ROWS_H
#define SL_PLAN_OP_ROWS_H

#include "plan/expr.h"
#include "plan/pattern.h"

typedef struct sl_op sl_op;
typedef struct sl_lookup sl_lookup; /* plan/lookup.h */

typedef struct sl_pipe {
    sl_op *first, *last; /* NULL: an empty pipe lets every row through unchanged */
} sl_pipe;

/* A field, or every field whose name matches a pattern with `*`. */
typedef struct sl_name {
    sl_field field;            /* SL_FIELD_NONE: a pattern */
    const sl_pattern *pattern; /* plan/pattern.h */
} sl_name;

/* Keeps rows whose predicate is true (not false, not unknown). */
typedef struct sl_op_filter {
    const sl_expr *predicate;
} sl_op_filter;

/* field := value, left to right, later ones see earlier ones. */
typedef struct sl_assign {
    sl_field field;
    const sl_expr *value;
    bool keep_old; /* a missing result leaves the field as it was (CQL) instead of removing it */
} sl_assign;

typedef struct sl_op_extend {
    const sl_assign *items;
    uint32_t count;
} sl_op_extend;

/* Only these fields, in this order. A field no row has is still a column; a pattern stands for the
 * fields that there are, by name. */
typedef struct sl_op_fields {
    const sl_name *names; /* project: kept; remove: dropped */
    uint32_t count;
} sl_op_fields;

/* Both are fields, or both are patterns with as many stars; then the text under the stars is carried
 * over, and only rows that have the old field get the new one. */
typedef struct sl_rename {
    sl_name from, to;
} sl_rename;

typedef struct sl_op_rename {
    const sl_rename *items;
    uint32_t count;
} sl_op_rename;

/* The first branch whose pipe lets a row through takes it, with the fields it made; a row that
 * passes none is dropped. Serves pipelines in parentheses joined by OR (SPL extension) and `case`
 * (CQL). Branches hold row-wise operators only. */
typedef struct sl_op_branch {
    const sl_pipe *pipes;
    uint32_t count;
} sl_op_branch;

/* One row for each item of a list; other rows stay as they are. */
typedef struct sl_op_expand {
    sl_field field;
    uint64_t limit; /* rows from one row; 0: all */
} sl_op_expand;

/* Gives a value to missing fields. */
typedef struct sl_op_fill {
    const sl_name *names; /* none: every field that some row of the result has (a barrier) */
    uint32_t count;
    sl_value value;
    bool down; /* the value of the row before, not `value` */
} sl_op_fill;

typedef struct sl_lookup_pair {
    uint32_t column; /* of the table */
    sl_field field;  /* of the row */
} sl_lookup_pair;

/* Fields from a table, by keys. */
typedef struct sl_op_lookup {
    const sl_lookup *table;
    const sl_lookup_pair *keys;
    uint32_t key_count;
    const sl_lookup_pair *outputs;
    uint32_t output_count;
    bool only_missing; /* OUTPUTNEW: fields that are there stay */
    bool drop_unmatched; /* rows without a match go (CQL's match) */
} sl_op_lookup;

#endif
