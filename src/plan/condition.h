/* condition.h - a search in brackets among the terms of another: what its rows say, events must.
 *
 * Rows are alternatives, the fields of a row must all hold; a field named `search` or `query` is
 * text that is read as terms of a search, and no rows match nothing. The rows must be known before
 * gates can be derived, so such a plan is run first; then its rows become an expression that is put
 * into a copy of the outer plan's pipe where the SL_EXPR_SUBSEARCH stands. The plan itself does not
 * change: it can be run again.
 *
 * Owner:    the outer plan (the condition); the caller's arena (what it is bound to).
 * Threads:  a binder is used by one at a time. */
#ifndef SL_PLAN_CONDITION_H
#define SL_PLAN_CONDITION_H

#include "base/status.h"
#include "event/fields.h"
#include "plan/expr.h"
#include "plan/op_rows.h"

typedef struct sl_plan sl_plan;

#define SL_CONDITION_ROWS_MAX UINT64_C(10000)

/* Reads `text` as terms of a search whose fields go into `fields`: lang's part. NULL after a fault,
 * said in `diags`. */
typedef const sl_expr *sl_condition_terms(sl_text text, sl_arena *arena, sl_fields *fields,
                                          sl_diags *diags);

struct sl_condition {
    sl_plan *plan;
    const sl_fn *equal;        /* field, constant: as the language compares in a search */
    const sl_fn *equal_any;    /* field, constants: the same with any of them; NULL: by OR */
    sl_condition_terms *terms; /* NULL: `search` and `query` are fields like others */
    uint64_t rows_max;         /* more rows are left out and counted; 0: all */
    const sl_expr *expr;       /* the SL_EXPR_SUBSEARCH that stands for it */
};

/* What a condition came to in a run. */
typedef struct sl_binding {
    const sl_expr *placeholder; /* condition->expr */
    const sl_expr *value;
} sl_binding;

/* Gathers rows into alternatives. */
typedef struct sl_binder {
    const sl_condition *condition;
    const sl_plan *outer; /* whose field numbers the value has */
    sl_arena *arena;      /* of the value */
    sl_diags *diags;      /* what terms are at fault */
    sl_map seen;          /* rows as bytes: alternatives are told apart */
    const sl_expr **alternatives;
    uint32_t count, capacity;
    uint64_t rows, left_out;
} sl_binder;

void sl_binder_init(sl_binder *binder, const sl_plan *outer, const sl_condition *condition,
                    sl_arena *arena, sl_diags *diags);
void sl_binder_fini(sl_binder *binder);
/* Takes the selected rows of a result of condition->plan. SL_QUERY when terms are at fault. */
sl_status sl_binder_add(sl_binder *binder, const sl_batch *batch) SL_MUST_USE;
/* The binding of all rows taken. */
sl_status sl_binder_finish(sl_binder *binder, sl_binding *out) SL_MUST_USE;

/* A copy of `pipe` in `arena` with placeholders replaced by what they are bound to; those that are
 * not bound stay. */
sl_status sl_pipe_bind(const sl_pipe *pipe, const sl_binding *bindings, uint32_t count,
                       sl_arena *arena, sl_pipe *out) SL_MUST_USE;

#endif
