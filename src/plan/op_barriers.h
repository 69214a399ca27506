/* op_barriers.h - operators that must see many rows before they can say anything.
 *
 * Workers collect, then what they have is merged. Included by plan/op.h; see there. */
#ifndef SL_PLAN_OP_BARRIERS_H
#define SL_PLAN_OP_BARRIERS_H

#include "func/agg.h"
#include "plan/expr.h"
#include "plan/op_rows.h"
#include "plan/op_tables.h"

typedef struct sl_plan sl_plan;
typedef struct sl_table_sink sl_table_sink; /* plan/sink.h */

/* One result row for each distinct set of keys. */
typedef struct sl_agg_item {
    const sl_agg *agg;
    const void *params; /* what agg->prepare made */
    const sl_expr *args[SL_FN_ARGS_TYPED];
    uint32_t arg_count;
    sl_field out;
    sl_span span;
    /* One item for each field of the rows whose name matches, which then is argument 0 and gives
     * the result the name that `out_pattern` makes (values(*) AS *). A name that begins with `_`
     * only matches a pattern that does, and a key never. NULL: args and out as they stand. */
    const sl_pattern *pattern, *out_pattern;
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
    SL_SORT_AUTO,   /* numbers before other text; numbers by value, text by bytes, but addresses as
                       addresses */
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
    uint64_t limit;    /* rows kept; 0: all */
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
 * value; a list is one key as a whole. Rows come out in the order of the plan. Over an empty window
 * (the first row with `without_self`) an aggregate is what it is over no rows: count is 0. */
typedef struct sl_op_window {
    const sl_field *keys;
    uint32_t key_count;
    const sl_agg_item *items;
    uint32_t item_count;
    bool whole;        /* over the whole group (eventstats); else over the rows so far */
    bool without_self; /* the row itself does not count (current=false) */
    uint64_t rows_max; /* only the last so many rows; 0: all */
    bool global;       /* those are the last of all rows, not of the group */
    sl_time span_max;  /* only rows less far than that in time from the row; 0: all */
    const sl_expr *reset_before, *reset_after; /* NULL: never. True: forgets all groups, before or
                                                  after the row is counted */
    bool reset_on_change; /* forgets all when a row's keys differ from those of the row before */
} sl_op_window;

/* Keeps the first rows with the same keys, in the order of the plan; a list is one key as a whole.
 * Of rows that lack a key, `keep_missing` keeps all. */
typedef struct sl_op_dedup {
    const sl_field *keys;
    uint32_t key_count; /* 0: whole rows, `consecutive` ones */
    uint64_t keep;      /* rows kept of each, 1 or more */
    bool keep_missing;  /* rows that lack a key are kept; else dropped */
    bool keep_rows;     /* rows that repeat keys stay, without the key fields */
    bool consecutive;   /* only neighbours are compared, rows that lack a key aside */
} sl_op_dedup;

/* The rows of other plans (added with sl_plan_add_sub) behind these rows, and what a pipe of this
 * plan makes of these rows (appendpipe). */
typedef struct sl_op_union {
    const sl_plan *const *plans;
    uint32_t count;
    uint64_t limit;      /* rows taken of each; 0: all. More are SL_FAULT_RESULT_LIMIT */
    bool source;         /* in the place of the source: there are no rows before it (multisearch) */
    bool mixed;          /* all rows in the order of the plan, as if of one search */
    const sl_pipe *pipe; /* over a copy of these rows; may be NULL */
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

/* Events that belong together, as one row each (transaction). Events are taken newest first by
 * _time. An event joins the open transaction that shares a key with it and contradicts it in none
 * (the one that was touched last); without keys, the one that is open. Events without any key are
 * left out. An event for which `ends` is true closes the transaction it would join and opens its
 * own; one for which `starts` is true closes the transaction with itself in it. Complete is what
 * has met `starts` and `ends` as far as given; without either all are, and `closed` says whether a
 * limit closed them. Rows come newest first by their first event, whose time is theirs. At most
 * SL_TRANSACTION_KEYS_MAX keys; a list is one key as a whole. */
enum { SL_TRANSACTION_KEYS_MAX = 8 };
typedef struct sl_op_transaction {
    const sl_field *keys;
    uint32_t key_count;
    const sl_expr *starts, *ends; /* NULL: none */
    sl_time span_max, pause_max;  /* negative: none */
    uint64_t events_max;
    bool keep_evicted; /* incomplete ones come out too */
    bool list;         /* all values in order of time instead of the distinct ones by their text */
    const sl_field *lists; /* those fields alone as lists, when `list` is false */
    uint32_t list_count;
    sl_text delimiter; /* between the texts of _raw; empty: a line end */
    sl_field duration, event_count, closed;
} sl_op_transaction;

/* Rows out of nothing, in the place of the source: makeresults, inputlookup. A plan that begins
 * with it, without `append`, reads no input. Elsewhere in a pipe, without `append`, it drops the
 * rows that come. The table's columns become fields by name. */
typedef struct sl_op_generate {
    const sl_lookup *table; /* its rows; NULL: `count` rows with _time, the time of the run */
    uint64_t count;
    bool append; /* behind the rows that come */
} sl_op_generate;

/* Writes the rows to a table, and lets them through. */
typedef struct sl_op_sink {
    const sl_table_sink *sink;
} sl_op_sink;

#endif
