/* build.c - expressions made and checked against the rows of the function tables. */
#include "plan/build.h"

#include <assert.h>

#include "plan/eval.h"

enum { BUILD_FOLD_MAX = 4096 }; /* bytes of a constant that is computed */

static sl_expr *build_node(sl_builder *builder, sl_expr_kind kind, sl_span span)
{
    sl_expr *expr = SL_ARENA_NEW(builder->arena, sl_expr);
    if (expr == NULL) return NULL;
    expr->kind = kind;
    expr->span = span;
    expr->depth = 1;
    return expr;
}

/* Takes over `args` as the node's own. False when one of them is NULL or the tree is too deep. */
static bool build_args(sl_builder *builder, sl_expr *expr, const sl_expr *const *args,
                       uint32_t arg_count)
{
    const sl_expr **copy = SL_ARENA_ARRAY(builder->arena, arg_count, const sl_expr *);
    if (copy == NULL) return false;
    for (uint32_t i = 0; i < arg_count; i++) {
        if (args[i] == NULL) return false;
        copy[i] = args[i];
        if (args[i]->depth >= expr->depth) expr->depth = args[i]->depth + 1;
    }
    expr->args = copy;
    expr->arg_count = arg_count;
    if (expr->depth <= SL_EXPR_DEPTH_MAX) return true;
    sl_diag_error(builder->diags, SL_DIAG_LIMIT, expr->span, "expression is nested deeper than %d",
                  SL_EXPR_DEPTH_MAX);
    return false;
}

const sl_expr *sl_build_constant(sl_builder *builder, sl_value value, sl_span span)
{
    sl_expr *expr = build_node(builder, SL_EXPR_CONSTANT, span);
    if (expr == NULL) return NULL;
    expr->constant = sl_value_copy(builder->arena, value);
    return expr;
}

const sl_expr *sl_build_text(sl_builder *builder, sl_text text, sl_span span)
{
    return sl_build_constant(builder, sl_string(text), span);
}

const sl_expr *sl_build_field(sl_builder *builder, sl_text name, sl_span span)
{
    sl_expr *expr = build_node(builder, SL_EXPR_FIELD, span);
    if (expr == NULL) return NULL;
    expr->field = sl_fields_add(builder->fields, name);
    if (expr->field != SL_FIELD_NONE) return expr;
    sl_diag_error(builder->diags, SL_DIAG_LIMIT, span, "more than %d field names", SL_FIELDS_MAX);
    return NULL;
}

static const char *build_plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static bool build_arity(sl_builder *builder, const char *name, const char *usage, uint8_t min,
                        uint8_t max, uint32_t count, sl_span span)
{
    if (count >= min && (max == SL_FN_VARIADIC || count <= max)) return true;
    if (count < min) {
        sl_diag_error(builder->diags, SL_DIAG_ARITY, span, "'%s' takes %s%u argument%s, not %u",
                      name, min == max ? "" : "at least ", min, build_plural(min), count);
    } else {
        sl_diag_error(builder->diags, SL_DIAG_ARITY, span, "'%s' takes %s%u argument%s, not %u",
                      name, min == max ? "" : "at most ", max, build_plural(max), count);
    }
    sl_diag_hint(builder->diags, "usage: %s", usage);
    return false;
}

/* The kind wanted of argument `index`; those behind the typed ones are as the last typed one. */
static sl_arg_type build_type(const uint8_t types[SL_FN_ARGS_TYPED], uint32_t index)
{
    if (index < SL_FN_ARGS_TYPED) return (sl_arg_type)types[index];
    return (sl_arg_type)types[SL_FN_ARGS_TYPED - 1];
}

static bool build_is_predicate(const sl_expr *expr)
{
    switch (expr->kind) {
    case SL_EXPR_AND:
    case SL_EXPR_OR:
    case SL_EXPR_NOT:
    case SL_EXPR_SUBSEARCH: return true;
    case SL_EXPR_MAP:
    case SL_EXPR_SIFT: return false;
    case SL_EXPR_CALL: return expr->fn->ret == SL_RET_BOOL || expr->fn->ret == SL_RET_ANY;
    case SL_EXPR_CONSTANT: /* folded: missing is unknown */
        return expr->constant.kind == SL_BOOL || expr->constant.kind == SL_MISSING;
    case SL_EXPR_FIELD: return true;
    }
    return false;
}

static const char *build_misfit(const sl_expr *arg, sl_arg_type type)
{
    bool constant = arg->kind == SL_EXPR_CONSTANT;
    double number;
    switch (type) {
    case SL_ARG_CONSTANT: return constant ? NULL : "a constant";
    case SL_ARG_FIELD: return arg->kind == SL_EXPR_FIELD ? NULL : "a field";
    case SL_ARG_BOOL: return build_is_predicate(arg) ? NULL : "a condition";
    case SL_ARG_NUMBER:
        return constant && arg->constant.kind != SL_MISSING && arg->constant.kind != SL_NULL
                && !sl_value_number(arg->constant, &number)
            ? "a number"
            : NULL;
    case SL_ARG_TEXT:
    case SL_ARG_REGEX:
    case SL_ARG_ANY: return NULL;
    }
    return NULL;
}

static bool build_types(sl_builder *builder, const char *name, const char *usage,
                        const uint8_t types[SL_FN_ARGS_TYPED], const sl_expr *call)
{
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const char *wanted = build_misfit(call->args[i], build_type(types, i));
        if (wanted == NULL) continue;
        sl_diag_error(builder->diags, SL_DIAG_TYPE, call->args[i]->span,
                      "argument %u of '%s' must be %s", i + 1, name, wanted);
        sl_diag_hint(builder->diags, "usage: %s", usage);
        return false;
    }
    return true;
}

/* Runs `prepare` with what is known of the arguments before the run. */
static bool build_prepare(sl_builder *builder, bool (*prepare)(sl_fn_site *site),
                          const sl_expr *call, const void **out_state)
{
    *out_state = NULL;
    if (prepare == NULL) return true;
    const sl_value **constants = SL_ARENA_ARRAY(builder->arena, call->arg_count, const sl_value *);
    sl_span *spans = SL_ARENA_ARRAY(builder->arena, call->arg_count, sl_span);
    if (constants == NULL || spans == NULL) return false;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const sl_expr *arg = call->args[i];
        constants[i] = arg->kind == SL_EXPR_CONSTANT ? &arg->constant : NULL;
        spans[i] = arg->span;
    }
    sl_fn_site site = {.arena = builder->arena,
                       .diags = builder->diags,
                       .constants = constants,
                       .spans = spans,
                       .arg_count = call->arg_count,
                       .state = NULL};
    if (!prepare(&site)) return false;
    *out_state = site.state;
    return true;
}

/* A pure call of constants is a constant: computed now, over a batch of one row. A long one
 * stays a call: of a chain of n texts that are joined, n would be kept. */
static const sl_expr *build_fold(sl_builder *builder, const sl_expr *call)
{
    if ((call->fn->flags & SL_FN_PURE) == 0) return call;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind != SL_EXPR_CONSTANT) return call;
    sl_context context = {
        .now = 0, .zone = sl_zone_utc(), .earliest = SL_TIME_NONE, .latest = SL_TIME_NONE};
    const sl_batch *batch = sl_batch_new(builder->arena, 1);
    if (batch == NULL) return NULL;
    sl_operand result = sl_eval(call, batch, batch->rows, 1, &context);
    if (result.values == NULL) return NULL;
    if (sl_value_bytes_deep(result.values[0]) > BUILD_FOLD_MAX) return call;
    return sl_build_constant(builder, result.values[0], call->span);
}

const sl_expr *sl_build_call(sl_builder *builder, const sl_fn *fn, const sl_expr *const *args,
                             uint32_t arg_count, sl_span span)
{
    assert(fn != NULL);
    for (uint32_t i = 0; i < arg_count; i++)
        if (args[i] == NULL) return NULL;
    if (!build_arity(builder, fn->name, fn->usage, fn->arg_min, fn->arg_max, arg_count, span))
        return NULL;
    sl_expr *call = build_node(builder, SL_EXPR_CALL, span);
    if (call == NULL || !build_args(builder, call, args, arg_count)) return NULL;
    call->fn = fn;
    if (!build_types(builder, fn->name, fn->usage, fn->args, call)) return NULL;
    if (!build_prepare(builder, fn->prepare, call, &call->state)) return NULL;
    return build_fold(builder, call);
}

const sl_expr *sl_build_call_named(sl_builder *builder, const sl_fn_table *table, sl_text name,
                                   sl_span name_span, const sl_expr *const *args,
                                   uint32_t arg_count, sl_span span)
{
    const sl_fn *fn = sl_fn_find(table, name);
    if (fn == NULL) {
        sl_diag_error(builder->diags, SL_DIAG_FUNCTION, name_span, "no %s function '%.*s'",
                      table->language, SL_TEXT_ARG(name));
        const char *nearest = sl_fn_nearest(table, name);
        if (nearest != NULL) sl_diag_hint(builder->diags, "did you mean '%s'?", nearest);
        return NULL;
    }
    if ((fn->flags & SL_FN_REFUSED) != 0) {
        sl_diag_error(builder->diags, SL_DIAG_REFUSED, name_span, "'%s' is not run here", fn->name);
        sl_diag_hint(builder->diags, "%s", fn->doc);
        return NULL;
    }
    return sl_build_call(builder, fn, args, arg_count, span);
}

const sl_expr *sl_build_logic(sl_builder *builder, sl_expr_kind kind, const sl_expr *const *args,
                              uint32_t arg_count, sl_span span)
{
    assert(kind == SL_EXPR_AND || kind == SL_EXPR_OR);
    if (arg_count == 0) return NULL;
    if (arg_count == 1) return args[0];
    uint32_t flat_count = 0;
    for (uint32_t i = 0; i < arg_count; i++) {
        if (args[i] == NULL) return NULL;
        flat_count += args[i]->kind == kind ? args[i]->arg_count : 1;
    }
    const sl_expr **flat = SL_ARENA_ARRAY(builder->arena, flat_count, const sl_expr *);
    sl_expr *expr = build_node(builder, kind, span);
    if (flat == NULL || expr == NULL) return NULL;
    uint32_t filled = 0;
    for (uint32_t i = 0; i < arg_count; i++) {
        if (args[i]->kind != kind) {
            flat[filled++] = args[i];
            continue;
        }
        for (uint32_t j = 0; j < args[i]->arg_count; j++) flat[filled++] = args[i]->args[j];
    }
    return build_args(builder, expr, flat, flat_count) ? expr : NULL;
}

const sl_expr *sl_build_not(sl_builder *builder, const sl_expr *arg, sl_span span)
{
    if (arg == NULL) return NULL;
    sl_expr *expr = build_node(builder, SL_EXPR_NOT, span);
    return expr != NULL && build_args(builder, expr, &arg, 1) ? expr : NULL;
}

const sl_expr *sl_build_items(sl_builder *builder, sl_expr_kind kind, const sl_expr *list,
                              const sl_expr *each, sl_field item, sl_span span)
{
    assert(kind == SL_EXPR_MAP || kind == SL_EXPR_SIFT);
    if (list == NULL || each == NULL) return NULL;
    const sl_expr *args[2] = {list, each};
    sl_expr *expr = build_node(builder, kind, span);
    if (expr == NULL || !build_args(builder, expr, args, 2)) return NULL;
    expr->field = item;
    return expr;
}

bool sl_build_agg(sl_builder *builder, const sl_agg *agg, const sl_expr *const *args,
                  uint32_t arg_count, sl_span span, sl_agg_item *item)
{
    if ((agg->flags & SL_FN_REFUSED) != 0) {
        sl_diag_error(builder->diags, SL_DIAG_REFUSED, span, "'%s' is not run here", agg->name);
        sl_diag_hint(builder->diags, "%s", agg->doc);
        return false;
    }
    for (uint32_t i = 0; i < arg_count; i++)
        if (args[i] == NULL) return false;
    if (!build_arity(builder, agg->name, agg->usage, agg->arg_min, agg->arg_max, arg_count, span))
        return false;
    sl_expr call = {.kind = SL_EXPR_CALL, .span = span, .depth = 1};
    if (!build_args(builder, &call, args, arg_count)) return false;
    if (!build_types(builder, agg->name, agg->usage, agg->args, &call)) return false;
    assert(arg_count <= SL_FN_ARGS_TYPED);
    *item = (sl_agg_item){.agg = agg, .arg_count = arg_count, .out = SL_FIELD_NONE, .span = span};
    for (uint32_t i = 0; i < arg_count; i++) item->args[i] = args[i];
    return build_prepare(builder, agg->prepare, &call, &item->params);
}

const sl_name *sl_build_names(sl_builder *builder, const sl_field *fields, uint32_t count)
{
    sl_name *names = SL_ARENA_ARRAY(builder->arena, count, sl_name);
    for (uint32_t i = 0; names != NULL && i < count; i++) names[i].field = fields[i];
    return names;
}
