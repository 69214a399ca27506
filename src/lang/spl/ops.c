/* ops.c - operators for the commands: made, filled and added to the pipe being built. */
#include "lang/spl/parser.h"

#include <stdio.h>

sl_op *spl_op(spl_parser *p, sl_op_kind kind)
{
    const char *command = p->command == NULL ? "search" : p->command->name;
    sl_op *op = sl_plan_op(p->plan, kind, command, p->command_span);
    if (op != NULL) sl_pipe_add(p->pipe, op);
    return op;
}

bool spl_is_first(const spl_parser *p)
{
    return !p->fed && p->pipe == &p->plan->pipe && p->pipe->first == NULL;
}

bool spl_check_first(spl_parser *p)
{
    if (spl_is_first(p)) return true;
    p->said = true;
    sl_diag_error(p->builder.diags, SL_DIAG_SYNTAX, p->command_span,
                  "'%s' stands at the beginning of a search", p->command->name);
    return false;
}

bool spl_add_filter(spl_parser *p, const sl_expr *predicate)
{
    if (predicate == NULL) return false;
    sl_op *op = spl_op(p, SL_OP_FILTER);
    if (op == NULL) return false;
    op->filter.predicate = predicate;
    return true;
}

bool spl_add_extend(spl_parser *p, const sl_vector *assigns)
{
    if (assigns->count == 0) return true;
    sl_op *op = spl_op(p, SL_OP_EXTEND);
    if (op == NULL) return false;
    op->extend.items = assigns->items;
    op->extend.count = assigns->count;
    return true;
}

bool spl_assign(spl_parser *p, sl_vector *assigns, sl_text field, const sl_expr *value,
                bool keep_old)
{
    if (value == NULL) return false;
    sl_assign *assign = sl_vector_add(assigns, p->builder.arena, sizeof *assign);
    if (assign == NULL) return false;
    assign->field = sl_fields_add(p->builder.fields, field);
    assign->value = value;
    assign->keep_old = keep_old;
    return assign->field != SL_FIELD_NONE;
}

sl_field spl_field_number(spl_parser *p, const spl_word *name)
{
    sl_field field = sl_fields_add(p->builder.fields, name->text);
    if (field == SL_FIELD_NONE)
        spl_fault(p, SL_DIAG_LIMIT, name->start, name->end, "more than %d field names",
                  SL_FIELDS_MAX);
    return field;
}

sl_field spl_hidden(spl_parser *p, const char *name)
{
    char text[64];
    int length = snprintf(text, sizeof text, "<%s>", name);
    return sl_fields_add(p->builder.fields, sl_text_make(text, (size_t)length));
}

const sl_expr *spl_field_expr(spl_parser *p, sl_field field, sl_span span)
{
    if (field == SL_FIELD_NONE) return NULL;
    return sl_build_field(&p->builder, sl_fields_name(p->builder.fields, field), span);
}

bool spl_add_item(spl_parser *p, sl_vector *items, const char *name, const sl_expr *arg,
                  sl_field out)
{
    const sl_agg *agg = sl_agg_find(&sl_spl_aggregates, sl_text_from(name));
    sl_agg_item item;
    if (!sl_build_agg(&p->builder, agg, &arg, arg == NULL ? 0 : 1, p->command_span, &item))
        return false;
    sl_agg_item *slot = sl_vector_add(items, p->builder.arena, sizeof *slot);
    if (slot == NULL || out == SL_FIELD_NONE) return false;
    item.out = out;
    *slot = item;
    return true;
}

bool spl_add_field(spl_parser *p, sl_vector *fields, sl_field field)
{
    sl_field *slot = sl_vector_add(fields, p->builder.arena, sizeof *slot);
    if (slot == NULL || field == SL_FIELD_NONE) return false;
    *slot = field;
    return true;
}

bool spl_add_fields_op(spl_parser *p, sl_op_kind kind, const sl_field *fields, uint32_t count)
{
    const sl_name *names = sl_build_names(&p->builder, fields, count);
    sl_op *op = names == NULL ? NULL : spl_op(p, kind);
    if (op == NULL) return false;
    op->fields = (sl_op_fields){.names = names, .count = count};
    return true;
}
