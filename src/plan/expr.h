/* expr.h - a typed expression over the fields of a row.
 *
 * Language-neutral: a call names a kernel, and where languages differ in meaning the lowering
 * chose a different kernel. AND, OR and NOT are three-valued (a missing operand is unknown), so
 * they serve languages with and without nulls.
 *
 * Owner:    the plan's arena.
 * Lifetime: as long as the plan; immutable once built.
 * Threads:  immutable. */
#ifndef SL_PLAN_EXPR_H
#define SL_PLAN_EXPR_H

#include "func/fn.h"

enum { SL_EXPR_DEPTH_MAX = 256 };

typedef enum sl_expr_kind {
    SL_EXPR_CONSTANT,
    SL_EXPR_FIELD,
    SL_EXPR_CALL,
    SL_EXPR_AND, /* two or more arguments */
    SL_EXPR_OR,
    SL_EXPR_NOT,
    SL_EXPR_SUBSEARCH, /* unknown until the condition is bound (plan/condition.h) */
    SL_EXPR_MAP,       /* args: a list, an expression; its values for each item, as one list */
    SL_EXPR_SIFT       /* args: a list, a condition; the items for which it is true, as a list */
} sl_expr_kind;

typedef struct sl_condition sl_condition;

typedef struct sl_expr sl_expr;
struct sl_expr {
    sl_expr_kind kind;
    sl_span span;
    sl_value constant;             /* SL_EXPR_CONSTANT */
    sl_field field;                /* SL_EXPR_FIELD; MAP and SIFT: what args[1] calls the item */
    const sl_fn *fn;               /* SL_EXPR_CALL */
    const void *state;             /* SL_EXPR_CALL: what fn->prepare made */
    const sl_condition *condition; /* SL_EXPR_SUBSEARCH */
    const sl_expr *const *args;
    uint32_t arg_count;
    uint32_t depth; /* 1 + the deepest argument */
};

#endif
