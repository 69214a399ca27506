/* op_barriers.h - operators that must see many rows before they can say anything.
 *
 * Workers collect, then what they have is merged. Included by plan/op.h; see there. */
#ifndef SL_PLAN_OP_BARRIERS_H
#define SL_PLAN_OP_BARRIERS_H

#include "func/agg.h"
#include "plan/expr.h"

typedef struct sl_plan sl_plan;
typedef struct sl_lookup sl_lookup; /* plan/lookup.h */

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

/* Adds aggregates to each row without making fewer rows. Rows that lack a key stay, without a
 * value. */
typedef struct sl_op_window {
    const sl_field *keys;
    uint32_t key_count;
    const sl_agg_item *items;
    uint32_t item_count;
    bool whole;          /* over the whole group (eventstats); else over the rows so far */
    bool without_self;   /* the row itself does not count (current=false) */
    uint64_t rows_max;   /* only the last so many rows; 0: all */
    bool global;         /* those are the last of all rows, not of the group */
} sl_op_window;

/* Keeps the first rows with the same keys, in the order of the plan. */
typedef struct sl_op_dedup {
    const sl_field *keys;
    uint32_t key_count;
    uint64_t keep;     /* rows kept of each, 1 or more */
    bool keep_missing; /* rows that lack a key are kept; else dropped */
    bool keep_rows;    /* rows that repeat keys stay, without the key fields */
    bool consecutive;  /* only neighbours are compared */
} sl_op_dedup;

/* The rows of other plans (added with sl_plan_add_sub) behind these rows. */
typedef struct sl_op_union {
    const sl_plan *const *plans;
    uint32_t count;
    uint64_t limit; /* rows taken of each; 0: all. More are SL_FAULT_RESULT_LIMIT */
    bool source;    /* in the place of the source: there are no rows before it (multisearch) */
    bool mixed;     /* all rows in the order of the plan, as if of one search */
} sl_op_union;

/* Rows of another plan (added with sl_plan_add_sub) with the same keys, side by side; the other's
 * fields win. Names are the same in both plans, numbers need not be. */
typedef struct sl_op_join {
    const sl_plan *plan;
    const sl_field *keys; /* numbers of this plan; none: all fields that both have */
    uint32_t key_count;
    bool left;        /* rows without a match stay */
    bool keep_old;    /* the left side's fields win */
    uint64_t matches; /* of one row; 0: all */
    uint64_t limit;   /* rows taken of the plan; 0: all. More are SL_FAULT_RESULT_LIMIT */
} sl_op_join;

/* Groups by a row key and a column key, a column for each value of the latter (chart, timechart,
 * xyseries). */
typedef struct sl_op_pivot {
    sl_field row, column; /* column SL_FIELD_NONE: none */
    const sl_agg_item *items;
    uint32_t item_count;
    uint32_t column_limit; /* the largest so many columns; 0: all */
    bool other;            /* the rest as OTHER */
    bool null;             /* rows without a column key as NULL */
    sl_time step;          /* of `row` when it is a time: gaps are filled; 0: not filled */
} sl_op_pivot;

/* A row for each column but `row`: its name and its value. */
typedef struct sl_op_unpivot {
    sl_field row, name, value;
} sl_op_unpivot;

/* Events that belong together, as one row each (transaction). */
typedef struct sl_op_transaction {
    const sl_field *keys;
    uint32_t key_count;
    const sl_expr *starts, *ends; /* NULL: none */
    sl_time span_max, pause_max;  /* negative: none */
    uint64_t events_max;
    bool keep_evicted;
    bool list; /* all values in order instead of the distinct ones */
    sl_field duration, event_count, closed;
} sl_op_transaction;

/* Rows out of nothing, in the place of the source: makeresults, inputlookup. */
typedef struct sl_op_generate {
    const sl_lookup *table; /* its rows; NULL: `count` rows with _time */
    uint64_t count;
    bool append; /* behind the rows that come */
} sl_op_generate;

#endif
