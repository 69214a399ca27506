/* ops.c - operators for the commands: made, filled and added to the pipe being built. */
#include "lang/spl/parser.h"

sl_op *spl_op(spl_parser *p, sl_op_kind kind)
{
    const char *command = p->command == NULL ? "search" : p->command->name;
    sl_op *op = sl_plan_op(p->plan, kind, command, p->command_span);
    if (op != NULL) sl_pipe_add(p->pipe, op);
    return op;
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
