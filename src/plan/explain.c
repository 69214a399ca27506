/* explain.c - a plan as a readable tree: what is done, in order, and what is read for it. */
#include "plan/lookup.h"
#include "plan/plan.h"
#include "plan/sink.h"

#include <assert.h>

static const sl_text explain_indents = {"                                                  ", 48};

static void explain_indent(sl_buffer *out, unsigned depth)
{
    sl_buffer_add(out, sl_text_slice(explain_indents, 0, (size_t)depth * 2));
}

static void explain_field(const sl_fields *fields, sl_field field, sl_buffer *out)
{
    sl_buffer_add(out, sl_fields_name(fields, field));
}

static void explain_value(sl_value value, sl_buffer *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (value.kind == SL_MISSING) {
        sl_buffer_add_string(out, "missing");
    } else if (value.kind == SL_STRING) {
        sl_buffer_printf(out, "\"%.*s\"", (int)value.length, value.text);
    } else if (value.kind == SL_LIST) {
        sl_buffer_add_byte(out, '[');
        for (uint32_t i = 0; i < value.length; i++) {
            if (i > 0) sl_buffer_add_string(out, ", ");
            explain_value(value.items[i], out);
        }
        sl_buffer_add_byte(out, ']');
    } else {
        sl_buffer_add(out, sl_value_text(value, scratch));
    }
}

static void explain_expr(const sl_fields *fields, const sl_expr *expr, sl_buffer *out);

static void explain_args(const sl_fields *fields, const sl_expr *expr, const char *between,
                         sl_buffer *out)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (i > 0) sl_buffer_add_string(out, between);
        explain_expr(fields, expr->args[i], out);
    }
}

/* Operators of two sides are written between them, everything else as a call. */
static void explain_call(const sl_fields *fields, const sl_expr *expr, sl_buffer *out)
{
    bool between = (expr->fn->flags & SL_FN_OPERATOR) != 0 && expr->arg_count == 2;
    if (between) {
        explain_expr(fields, expr->args[0], out);
        sl_buffer_printf(out, " %s ", expr->fn->name);
        explain_expr(fields, expr->args[1], out);
        return;
    }
    sl_buffer_printf(out, "%s(", expr->fn->name);
    explain_args(fields, expr, ", ", out);
    sl_buffer_add_byte(out, ')');
}

static void explain_expr(const sl_fields *fields, const sl_expr *expr, sl_buffer *out)
{
    switch (expr->kind) {
    case SL_EXPR_CONSTANT: explain_value(expr->constant, out); return;
    case SL_EXPR_FIELD: explain_field(fields, expr->field, out); return;
    case SL_EXPR_CALL: explain_call(fields, expr, out); return;
    case SL_EXPR_SUBSEARCH: sl_buffer_add_string(out, "[rows of a search]"); return;
    case SL_EXPR_NOT: sl_buffer_add_string(out, "NOT "); break;
    case SL_EXPR_MAP: sl_buffer_add_string(out, "each of "); break;
    case SL_EXPR_SIFT: sl_buffer_add_string(out, "those of "); break;
    case SL_EXPR_AND:
    case SL_EXPR_OR: break;
    }
    sl_buffer_add_byte(out, '(');
    static const char *const between[] = {[SL_EXPR_AND] = " AND ",
                                          [SL_EXPR_OR] = " OR ",
                                          [SL_EXPR_NOT] = "",
                                          [SL_EXPR_MAP] = " as ",
                                          [SL_EXPR_SIFT] = " with "};
    explain_args(fields, expr, between[expr->kind], out);
    sl_buffer_add_byte(out, ')');
}

void sl_expr_print(const sl_plan *plan, const sl_expr *expr, sl_buffer *out)
{
    explain_expr(&plan->fields, expr, out);
}

static void explain_name(const sl_fields *fields, const sl_name *name, sl_buffer *out)
{
    if (name->pattern == NULL) {
        explain_field(fields, name->field, out);
        return;
    }
    for (uint32_t i = 0; i <= name->pattern->star_count; i++) {
        if (i > 0) sl_buffer_add_byte(out, '*');
        sl_buffer_add(out, name->pattern->literals[i]);
    }
}

static void explain_names(const sl_fields *fields, const sl_op_fields *list, sl_buffer *out)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0) sl_buffer_add_string(out, ", ");
        explain_name(fields, &list->names[i], out);
    }
}

static void explain_list(const sl_fields *fields, const sl_field *list, uint32_t count,
                         sl_buffer *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) sl_buffer_add_string(out, ", ");
        explain_field(fields, list[i], out);
    }
}

/* A conjunction takes a line a condition: filters are what people look for. */
static void explain_filter(const sl_fields *fields, const sl_op_filter *filter, unsigned depth,
                           sl_buffer *out)
{
    const sl_expr *predicate = filter->predicate;
    if (predicate->kind != SL_EXPR_AND) {
        sl_buffer_add_byte(out, ' ');
        explain_expr(fields, predicate, out);
        return;
    }
    for (uint32_t i = 0; i < predicate->arg_count; i++) {
        sl_buffer_add_byte(out, '\n');
        explain_indent(out, depth + 1);
        sl_buffer_add_string(out, i == 0 ? "    " : "and ");
        explain_expr(fields, predicate->args[i], out);
    }
}

static void explain_extend(const sl_fields *fields, const sl_op_extend *extend, unsigned depth,
                           sl_buffer *out)
{
    for (uint32_t i = 0; i < extend->count; i++) {
        if (extend->count > 1) {
            sl_buffer_add_byte(out, '\n');
            explain_indent(out, depth + 1);
        } else {
            sl_buffer_add_byte(out, ' ');
        }
        explain_field(fields, extend->items[i].field, out);
        sl_buffer_add_string(out, " := ");
        explain_expr(fields, extend->items[i].value, out);
    }
}

/* A line for each aggregate. */
static void explain_items(const sl_fields *fields, const sl_agg_item *items, uint32_t count,
                          unsigned depth, sl_buffer *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const sl_agg_item *item = &items[i];
        sl_buffer_add_byte(out, '\n');
        explain_indent(out, depth + 1);
        explain_field(fields, item->out, out);
        sl_buffer_printf(out, " := %s(", item->agg->name);
        for (uint32_t a = 0; a < item->arg_count; a++) {
            if (a > 0) sl_buffer_add_string(out, ", ");
            explain_expr(fields, item->args[a], out);
        }
        sl_buffer_add_byte(out, ')');
    }
}

static void explain_aggregate(const sl_fields *fields, const sl_op_aggregate *aggregate,
                              unsigned depth, sl_buffer *out)
{
    if (aggregate->key_count > 0) {
        sl_buffer_add_string(out, " by ");
        explain_list(fields, aggregate->keys, aggregate->key_count, out);
        if (aggregate->missing_keys) sl_buffer_add_string(out, " (missing ones too)");
    }
    if (aggregate->group_max > 0)
        sl_buffer_printf(out, ", at most %llu groups", (unsigned long long)aggregate->group_max);
    explain_items(fields, aggregate->items, aggregate->item_count, depth, out);
}

static void explain_sort(const sl_fields *fields, const sl_op_sort *sort, sl_buffer *out)
{
    static const char *const orders[] = {[SL_SORT_AUTO] = "",
                                         [SL_SORT_NUMBER] = " as number",
                                         [SL_SORT_TEXT] = " as text",
                                         [SL_SORT_IP] = " as address"};
    for (uint32_t i = 0; i < sort->key_count; i++) {
        sl_buffer_add_string(out, i == 0 ? " by " : ", ");
        explain_field(fields, sort->keys[i].field, out);
        sl_buffer_add_string(out, orders[sort->keys[i].order]);
        sl_buffer_add_string(out, sort->keys[i].descending ? " descending" : " ascending");
    }
    if (sort->limit > 0)
        sl_buffer_printf(out, ", first %llu rows", (unsigned long long)sort->limit);
}

static void explain_pipe(const sl_fields *fields, const sl_pipe *pipe, unsigned depth,
                         sl_buffer *out);

static void explain_branch(const sl_fields *fields, const sl_op_branch *branch, unsigned depth,
                           sl_buffer *out)
{
    sl_buffer_add_string(out, " the first of these that lets a row through");
    for (uint32_t i = 0; i < branch->count; i++) {
        sl_buffer_add_byte(out, '\n');
        explain_indent(out, depth + 1);
        sl_buffer_printf(out, "%u.\n", i + 1);
        if (branch->pipes[i].first == NULL) {
            explain_indent(out, depth + 2);
            sl_buffer_add_string(out, "every row");
        }
        explain_pipe(fields, &branch->pipes[i], depth + 2, out);
        if (out->length > 0 && out->data[out->length - 1] == '\n') out->length--;
    }
}

static void explain_limit(const sl_op_limit *limit, sl_buffer *out)
{
    if (limit->count == 0) sl_buffer_add_string(out, " all rows");
    else
        sl_buffer_printf(out, " %s %llu rows", limit->from_end ? "last" : "first",
                         (unsigned long long)limit->count);
    if (limit->reversed) sl_buffer_add_string(out, ", last one first");
}

static void explain_keys(const sl_fields *fields, const sl_field *keys, uint32_t count,
                         sl_buffer *out)
{
    if (count == 0) return;
    sl_buffer_add_string(out, " by ");
    explain_list(fields, keys, count, out);
}

static void explain_number(sl_buffer *out, const char *before, uint64_t number, const char *after)
{
    if (number > 0) sl_buffer_printf(out, "%s%llu%s", before, (unsigned long long)number, after);
}

static void explain_seconds(sl_buffer *out, const char *before, sl_time time)
{
    if (time > 0) sl_buffer_printf(out, "%s%g seconds", before, (double)time / (double)SL_SECOND);
}

static void explain_condition(const sl_fields *fields, const char *before, const sl_expr *expr,
                              sl_buffer *out)
{
    if (expr == NULL) return;
    sl_buffer_add_string(out, before);
    explain_expr(fields, expr, out);
}

static void explain_window(const sl_fields *fields, const sl_op_window *window, unsigned depth,
                           sl_buffer *out)
{
    sl_buffer_add_string(out, window->whole ? " over all rows" : " over the rows so far");
    explain_keys(fields, window->keys, window->key_count, out);
    explain_number(out, ", the last ", window->rows_max,
                   window->global && window->key_count > 0 ? " of all" : "");
    explain_seconds(out, ", within ", window->span_max);
    if (window->without_self) sl_buffer_add_string(out, ", without the row itself");
    if (window->reset_on_change) sl_buffer_add_string(out, ", anew when a key changes");
    explain_condition(fields, ", anew before ", window->reset_before, out);
    explain_condition(fields, ", anew behind ", window->reset_after, out);
    explain_items(fields, window->items, window->item_count, depth, out);
}

static void explain_dedup(const sl_fields *fields, const sl_op_dedup *dedup, sl_buffer *out)
{
    explain_keys(fields, dedup->keys, dedup->key_count, out);
    sl_buffer_printf(out, ", first %llu of each", (unsigned long long)dedup->keep);
    if (dedup->consecutive) sl_buffer_add_string(out, " that follow one another");
    if (dedup->keep_rows) sl_buffer_add_string(out, ", the rest without the keys");
    if (dedup->keep_missing) sl_buffer_add_string(out, ", and rows that lack a key");
}

static void explain_fill(const sl_fields *fields, const sl_op_fill *fill, sl_buffer *out)
{
    sl_buffer_add_string(out, fill->count == 0 ? " every field" : " ");
    explain_names(fields, &(sl_op_fields){fill->names, fill->count}, out);
    sl_buffer_add_string(out, " with ");
    if (fill->down) sl_buffer_add_string(out, "the value before");
    else explain_value(fill->value, out);
}

static void explain_pairs(const sl_fields *fields, const sl_lookup *table,
                          const sl_lookup_pair *pairs, uint32_t count, sl_buffer *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) sl_buffer_add_string(out, ", ");
        explain_field(fields, pairs[i].field, out);
        sl_buffer_printf(out, " = %.*s", SL_TEXT_ARG(table->columns[pairs[i].column]));
    }
}

static void explain_lookup(const sl_fields *fields, const sl_op_lookup *lookup, sl_buffer *out)
{
    sl_buffer_printf(out, " in %.*s where ", SL_TEXT_ARG(lookup->table->name));
    explain_pairs(fields, lookup->table, lookup->keys, lookup->key_count, out);
    if (lookup->output_count > 0) sl_buffer_add_string(out, " for ");
    explain_pairs(fields, lookup->table, lookup->outputs, lookup->output_count, out);
    if (lookup->only_missing) sl_buffer_add_string(out, ", missing ones only");
    if (lookup->drop_unmatched) sl_buffer_add_string(out, ", rows without a match go");
}

static void explain_pivot(const sl_fields *fields, const sl_op_pivot *pivot, unsigned depth,
                          sl_buffer *out)
{
    if (pivot->row != SL_FIELD_NONE) {
        sl_buffer_add_string(out, " rows by ");
        explain_field(fields, pivot->row, out);
    }
    explain_seconds(out, " every ", pivot->step);
    explain_number(out, " in at most ", pivot->step == 0 ? pivot->bins_max : 0, " bins");
    if (pivot->column != SL_FIELD_NONE) {
        sl_buffer_add_string(out, ", columns by ");
        explain_field(fields, pivot->column, out);
        explain_number(out, pivot->limit_smallest ? ", the smallest " : ", the largest ",
                       pivot->column_limit, "");
    }
    explain_items(fields, pivot->items, pivot->item_count, depth, out);
}

static void explain_transaction(const sl_fields *fields, const sl_op_transaction *transaction,
                                sl_buffer *out)
{
    explain_keys(fields, transaction->keys, transaction->key_count, out);
    explain_condition(fields, ", from ", transaction->starts, out);
    explain_condition(fields, ", to ", transaction->ends, out);
    explain_seconds(out, ", within ", transaction->span_max);
    explain_seconds(out, ", pauses up to ", transaction->pause_max);
    explain_number(out, ", at most ", transaction->events_max, " events");
    if (transaction->keep_evicted) sl_buffer_add_string(out, ", incomplete ones too");
}

static void explain_generate(const sl_op_generate *generate, sl_buffer *out)
{
    if (generate->append) sl_buffer_add_string(out, " behind the rows that come,");
    if (generate->table != NULL)
        sl_buffer_printf(out, " the rows of %.*s", SL_TEXT_ARG(generate->table->name));
    else sl_buffer_printf(out, " %llu rows", (unsigned long long)generate->count);
}

/* The operators that few searches have. */
static void explain_more(const sl_fields *fields, const sl_op *op, unsigned depth, sl_buffer *out)
{
    switch (op->kind) {
    case SL_OP_WINDOW: explain_window(fields, &op->window, depth, out); break;
    case SL_OP_DEDUP: explain_dedup(fields, &op->dedup, out); break;
    case SL_OP_EXPAND:
        sl_buffer_add_byte(out, ' ');
        explain_field(fields, op->expand.field, out);
        explain_number(out, ", at most ", op->expand.limit, " rows of one");
        break;
    case SL_OP_FILL: explain_fill(fields, &op->fill, out); break;
    case SL_OP_LOOKUP: explain_lookup(fields, &op->lookup, out); break;
    case SL_OP_PIVOT: explain_pivot(fields, &op->pivot, depth, out); break;
    case SL_OP_UNPIVOT:
        sl_buffer_add_string(out, " every field but ");
        explain_field(fields, op->unpivot.row, out);
        sl_buffer_add_string(out, " to ");
        explain_field(fields, op->unpivot.name, out);
        sl_buffer_add_string(out, ", ");
        explain_field(fields, op->unpivot.value, out);
        break;
    case SL_OP_TRANSPOSE:
        sl_buffer_add_string(out, " names to ");
        explain_field(fields, op->transpose.name, out);
        explain_number(out, ", values of the first ", op->transpose.rows, " rows to columns");
        break;
    case SL_OP_TRANSACTION: explain_transaction(fields, &op->transaction, out); break;
    case SL_OP_GENERATE: explain_generate(&op->generate, out); break;
    case SL_OP_UNION: sl_buffer_printf(out, " with %u other searches", op->united.count); break;
    case SL_OP_JOIN: explain_keys(fields, op->join.keys, op->join.key_count, out); break;
    case SL_OP_EACH:
        sl_buffer_add_byte(out, ' ');
        explain_names(fields, &(sl_op_fields){op->each.names, op->each.count}, out);
        sl_buffer_add_string(out, " := ");
        explain_expr(fields, op->each.value, out);
        break;
    case SL_OP_EXTRACT:
        sl_buffer_add_string(out, " every field in ");
        explain_field(fields, op->extract.input, out);
        break;
    case SL_OP_SINK: sl_buffer_printf(out, " to %.*s", SL_TEXT_ARG(op->sink.sink->name)); break;
    default: assert(false && "told by explain_op");
    }
}

static void explain_op(const sl_fields *fields, const sl_op *op, unsigned depth, sl_buffer *out)
{
    explain_indent(out, depth);
    sl_buffer_add_string(out, sl_op_name(op->kind));
    switch (op->kind) {
    case SL_OP_FILTER: explain_filter(fields, &op->filter, depth, out); break;
    case SL_OP_EXTEND: explain_extend(fields, &op->extend, depth, out); break;
    case SL_OP_PROJECT:
    case SL_OP_REMOVE:
        sl_buffer_add_byte(out, ' ');
        explain_names(fields, &op->fields, out);
        break;
    case SL_OP_RENAME:
        for (uint32_t i = 0; i < op->rename.count; i++) {
            sl_buffer_add_string(out, i == 0 ? " " : ", ");
            explain_name(fields, &op->rename.items[i].from, out);
            sl_buffer_add_string(out, " to ");
            explain_name(fields, &op->rename.items[i].to, out);
        }
        break;
    case SL_OP_BRANCH: explain_branch(fields, &op->branch, depth, out); break;
    case SL_OP_UNIQUE: sl_buffer_add_string(out, " one copy of each event"); break;
    case SL_OP_AGGREGATE: explain_aggregate(fields, &op->aggregate, depth, out); break;
    case SL_OP_SORT: explain_sort(fields, &op->sort, out); break;
    case SL_OP_LIMIT: explain_limit(&op->limit, out); break;
    default: explain_more(fields, op, depth, out); break;
    }
    sl_buffer_add_byte(out, '\n');
}

static void explain_pipe(const sl_fields *fields, const sl_pipe *pipe, unsigned depth,
                         sl_buffer *out)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next)
        explain_op(fields, op, depth, out);
}

void sl_plan_explain(const sl_plan *plan, sl_buffer *out)
{
    sl_buffer_add_string(out, "read\n");
    explain_indent(out, 1);
    sl_buffer_add_string(out, "fields: ");
    explain_list(&plan->fields, plan->wanted, plan->wanted_count, out);
    if (plan->open)
        sl_buffer_add_string(out, plan->wanted_count > 0 ? ", and every other" : "every one");
    else if (plan->wanted_count == 0) sl_buffer_add_string(out, "none");
    sl_buffer_add_byte(out, '\n');
    explain_pipe(&plan->fields, &plan->pipe, 0, out);
}
