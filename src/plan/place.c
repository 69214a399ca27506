/* place.c - finds where a query reads a field. */
#include "plan/place.h"

/* The place of the first use of `field` in an expression. */
static bool place_in_expr(const sl_expr *expr, sl_field field, sl_span *out)
{
    if (expr == NULL) return false;
    if (expr->kind == SL_EXPR_FIELD && expr->field == field) {
        *out = expr->span;
        return true;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (place_in_expr(expr->args[i], field, out)) return true;
    return false;
}

static bool place_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || strchr("_.{}", c) != NULL;
}

/* What is no expression has no place of its own: the name as it stands behind the command, or
 * else the command. */
static sl_span place_by_name(const sl_plan *plan, sl_span command, sl_text name)
{
    sl_text text = plan->text;
    for (size_t at = sl_text_find(text, name, command.start); at != SIZE_MAX;
         at = sl_text_find(text, name, at + 1)) {
        size_t end = at + name.length;
        bool whole = (at == 0 || !place_is_word(text.data[at - 1]))
            && (end == text.length || !place_is_word(text.data[end]));
        if (whole) return (sl_span){(uint32_t)at, (uint32_t)end};
    }
    return command;
}

static bool place_in_pipe(const sl_plan *plan, const sl_pipe *pipe, sl_field field, sl_span *out);

static bool place_in_op(const sl_plan *plan, const sl_op *op, sl_field field, sl_span *out)
{
    bool found = false;
    if (op->kind == SL_OP_FILTER) return place_in_expr(op->filter.predicate, field, out);
    if (op->kind == SL_OP_EXTEND)
        for (uint32_t i = 0; i < op->extend.count && !found; i++)
            found = place_in_expr(op->extend.items[i].value, field, out);
    if (op->kind == SL_OP_BRANCH)
        for (uint32_t i = 0; i < op->branch.count && !found; i++)
            found = place_in_pipe(plan, &op->branch.pipes[i], field, out);
    if (op->kind != SL_OP_AGGREGATE) return found;
    for (uint32_t i = 0; i < op->aggregate.item_count && !found; i++)
        for (uint32_t a = 0; a < op->aggregate.items[i].arg_count && !found; a++)
            found = place_in_expr(op->aggregate.items[i].args[a], field, out);
    for (uint32_t k = 0; k < op->aggregate.key_count && !found; k++) {
        found = op->aggregate.keys[k] == field;
        if (found) *out = place_by_name(plan, op->span, sl_fields_name(&plan->fields, field));
    }
    return found;
}

static bool place_in_pipe(const sl_plan *plan, const sl_pipe *pipe, sl_field field, sl_span *out)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next)
        if (place_in_op(plan, op, field, out)) return true;
    return false;
}

bool sl_plan_place(const sl_plan *plan, const sl_op *from, sl_field field, sl_span *out)
{
    if (from == NULL) return false;
    sl_pipe pipe = {.first = (sl_op *)(uintptr_t)from};
    if (place_in_pipe(plan, &pipe, field, out)) return true;
    *out = place_by_name(plan, from->span, sl_fields_name(&plan->fields, field));
    return out->start != from->span.start;
}
