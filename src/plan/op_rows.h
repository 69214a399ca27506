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

/* Both are fields, or both are patterns with as many stars; then the text under the stars is
 * carried over, and only rows that have the old field get the new one. */
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

/* One row for each item of a list; other rows stay as they are, also those without the field. */
typedef struct sl_op_expand {
    sl_field field;
    uint64_t limit; /* rows from one row; 0: all */
} sl_op_expand;

/* Gives a value to missing fields. Row-wise when it names fields alone; patterns, no names and
 * `down` must see all rows first. A field that is named comes to be, a pattern means the fields
 * that some row has. */
typedef struct sl_op_fill {
    const sl_name *names; /* none: every field that some row of the result has */
    uint32_t count;
    sl_value value;
    bool down; /* the value of the nearest row before that has one, not `value` */
} sl_op_fill;

typedef struct sl_lookup_pair {
    uint32_t column; /* of the table */
    sl_field field;  /* of the row */
} sl_lookup_pair;

/* Fields from a table, by keys. A row matches when each key equals the table's cell, in the
 * column's way of matching; of a list, any item may. Several matching rows of the table give
 * lists, in the table's order. What nothing matches loses the outputs (or gets the table's
 * default_match), unless `only_missing` or `keep_unmatched`; rows that lack a key match nothing
 * and get no default. */
typedef struct sl_op_lookup {
    const sl_lookup *table;
    const sl_lookup_pair *keys;
    uint32_t key_count;
    const sl_lookup_pair *outputs;
    uint32_t output_count;
    bool only_missing;   /* OUTPUTNEW: fields that are there stay */
    bool keep_unmatched; /* without a match the outputs stay as they were */
    bool drop_unmatched; /* rows without a match go (CQL's match) */
} sl_op_lookup;

/* field := value for each field that a name stands for; a pattern stands for a name that begins
 * with `_` only when it does so itself. The value reads the field under the number `item`, and its
 * name as a text under `name`; neither of them is a field of the row. */
typedef struct sl_op_each {
    const sl_name *names;
    uint32_t count;
    sl_field item, name;
    const sl_expr *value;
    bool keep_old; /* a missing result leaves the field as it was */
} sl_op_each;

typedef enum sl_extract_form {
    SL_EXTRACT_JSON,     /* leaves, named by their paths: a.b, c{}.d */
    SL_EXTRACT_JSON_TOP, /* members of the object; what is nested stays JSON text */
    SL_EXTRACT_XML,      /* elements that hold text alone, by tag */
    SL_EXTRACT_PAIRS     /* name=value */
} sl_extract_form;

/* Every leaf of a text becomes a field; several leaves of one name become a list. */
typedef struct sl_op_extract {
    sl_field input;
    sl_extract_form form;
    sl_text pair_separators; /* SL_EXTRACT_PAIRS: bytes that part pairs, and names from values */
    sl_text value_separators;
    uint64_t limit; /* fields from one row; 0: all */
} sl_op_extract;

#endif
