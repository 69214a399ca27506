/* build.h - how a parser makes expressions: arity, kinds and constants checked in one place.
 *
 * Every function returns NULL after a fault that it has said in the builder's diagnostics, and
 * takes NULL arguments (of an expression that failed before) by returning NULL in silence, so
 * a parser need not check between.
 *
 * Owner:    the plan's arena. */
#ifndef SL_PLAN_BUILD_H
#define SL_PLAN_BUILD_H

#include "plan/plan.h"

typedef struct sl_builder {
    sl_arena *arena;
    sl_fields *fields;
    sl_diags *diags;
} sl_builder;

const sl_expr *sl_build_constant(sl_builder *builder, sl_value value, sl_span span);
const sl_expr *sl_build_text(sl_builder *builder, sl_text text, sl_span span);
const sl_expr *sl_build_field(sl_builder *builder, sl_text name, sl_span span);
/* A call of `fn`: arity and kinds checked (SL_DIAG_ARITY with the usage as hint, SL_DIAG_TYPE),
 * constants prepared. */
const sl_expr *sl_build_call(sl_builder *builder, const sl_fn *fn, const sl_expr *const *args,
                             uint32_t arg_count, sl_span span);
/* The same, the function found by name; SL_DIAG_FUNCTION with the nearest name, or
 * SL_DIAG_REFUSED. `name_span` is that of the name. */
const sl_expr *sl_build_call_named(sl_builder *builder, const sl_fn_table *table, sl_text name,
                                   sl_span name_span, const sl_expr *const *args,
                                   uint32_t arg_count, sl_span span);
/* AND, OR of any number (0: NULL, 1: that one; nested ones of the same kind are flattened). */
const sl_expr *sl_build_logic(sl_builder *builder, sl_expr_kind kind, const sl_expr *const *args,
                              uint32_t arg_count, sl_span span);
const sl_expr *sl_build_not(sl_builder *builder, const sl_expr *arg, sl_span span);
/* SL_EXPR_MAP or SL_EXPR_SIFT: `each` over the items of `list`, one of which it sees as `item`. */
const sl_expr *sl_build_items(sl_builder *builder, sl_expr_kind kind, const sl_expr *list,
                              const sl_expr *each, sl_field item, sl_span span);
/* Fills `item` with an aggregate call; false after a fault. The out field is set by the caller. */
bool sl_build_agg(sl_builder *builder, const sl_agg *agg, const sl_expr *const *args,
                  uint32_t arg_count, sl_span span, sl_agg_item *item);
/* The fields as names, for operators that also take patterns; NULL when memory ends. */
const sl_name *sl_build_names(sl_builder *builder, const sl_field *fields, uint32_t count);

#endif
