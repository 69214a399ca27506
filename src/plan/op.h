/* op.h - the operators a plan is made of.
 *
 * A pipe is a chain of operators; its source is implicit. Operators with sub-pipes (branch)
 * hold them inside. Immutable once built.
 *
 * Row-wise operators (filter, extend, project, remove, rename, branch of such) look at one row at
 * a time: workers run them side by side. The others are barriers: workers collect, then merge. */
#ifndef SL_PLAN_OP_H
#define SL_PLAN_OP_H

#include "func/agg.h"
#include "plan/expr.h"

typedef enum sl_op_kind {
    SL_OP_FILTER,
    SL_OP_EXTEND,
    SL_OP_PROJECT,
    SL_OP_REMOVE,
    SL_OP_RENAME,
    SL_OP_BRANCH,
    SL_OP_UNIQUE,
    SL_OP_AGGREGATE,
    SL_OP_SORT,
    SL_OP_LIMIT,
    SL_OP_COUNT
} sl_op_kind;

typedef struct sl_op sl_op;

typedef struct sl_pipe {
    sl_op *first, *last; /* NULL: an empty pipe lets every row through unchanged */
} sl_pipe;

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

/* Only these fields, in this order. A field no row has is still a column. */
typedef struct sl_op_fields {
    const sl_field *fields; /* project: kept; remove: dropped */
    uint32_t count;
} sl_op_fields;

typedef struct sl_rename {
    sl_field from, to;
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

/* One result row for each distinct set of keys. */
typedef struct sl_agg_item {
    const sl_agg *agg;
    const void *params; /* what agg->prepare made */
    const sl_expr *args[SL_FN_ARGS_TYPED];
    uint32_t arg_count;
    sl_field out;
    sl_span span;
} sl_agg_item;

typedef struct sl_op_aggregate {
    const sl_field *keys;
    uint32_t key_count;
    const sl_agg_item *items;
    uint32_t item_count;
    bool expand_keys;   /* a list key counts the row once for every item (SPL) */
    bool empty_row;     /* without keys, no input gives one row all the same */
    bool sort_keys;     /* rows come ordered by the keys (SPL); else by first arrival in key order
                           of (input, offset), so that threads do not matter */
    uint64_t group_max; /* 0: none. Beyond it new groups are left out and counted */
    bool missing_keys;  /* rows lacking a key form groups of their own; else they are dropped */
} sl_op_aggregate;

typedef enum sl_sort_order {
    SL_SORT_AUTO,   /* numbers before other text; numbers by value, text by bytes */
    SL_SORT_NUMBER, /* the same, and text that is no number stands behind numbers (CQL) */
    SL_SORT_TEXT,
    SL_SORT_IP
} sl_sort_order;

typedef struct sl_sort_key {
    sl_field field;
    bool descending;
    sl_sort_order order;
} sl_sort_key;

/* Rows with a missing key are always last. Ties keep the order in which rows arrived. */
typedef struct sl_op_sort {
    const sl_sort_key *keys;
    uint32_t key_count;
    uint64_t limit; /* rows kept; 0: all */
    bool cut_is_fault; /* rows beyond the limit are counted as SL_FAULT_RESULT_LIMIT */
} sl_op_sort;

/* The first rows in the order of the plan (`from_end`: the last; `reversed`: last row first). A
 * count of 0 keeps all (SPL's `reverse`). */
typedef struct sl_op_limit {
    uint64_t count;
    bool from_end;
    bool reversed;
} sl_op_limit;

struct sl_op {
    sl_op_kind kind;
    sl_span span;
    const char *command; /* as the language calls it: "where", "groupBy" */
    sl_op *next;
    union {
        sl_op_filter filter;
        sl_op_extend extend;
        sl_op_fields fields; /* project, remove */
        sl_op_rename rename;
        sl_op_branch branch;
        sl_op_aggregate aggregate;
        sl_op_sort sort;
        sl_op_limit limit;
    };
};

/* True for operators that look at one row at a time. */
bool sl_op_is_rowwise(const sl_op *op);
const char *sl_op_name(sl_op_kind kind);

#endif
