/* unknown.c - the raw fields that routes bind, held against the names of their formats. */
#include "plan/unknown.h"

/* The place of the first use of `field` in an expression. */
static bool unknown_in_expr(const sl_expr *expr, sl_field field, sl_span *out)
{
    if (expr == NULL) return false;
    if (expr->kind == SL_EXPR_FIELD && expr->field == field) {
        *out = expr->span;
        return true;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (unknown_in_expr(expr->args[i], field, out)) return true;
    return false;
}

static bool unknown_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || strchr("_.{}", c) != NULL;
}

/* Keys have no place of their own: the name as it stands behind the command, or else the command. */
static sl_span unknown_key_place(const sl_plan *plan, sl_span command, sl_text name)
{
    sl_text text = plan->text;
    for (size_t at = sl_text_find(text, name, command.start); at != SIZE_MAX;
         at = sl_text_find(text, name, at + 1)) {
        size_t end = at + name.length;
        bool whole = (at == 0 || !unknown_is_word(text.data[at - 1]))
            && (end == text.length || !unknown_is_word(text.data[end]));
        if (whole) return (sl_span){(uint32_t)at, (uint32_t)end};
    }
    return command;
}

static bool unknown_in_pipe(const sl_plan *plan, const sl_pipe *pipe, sl_field field, sl_span *out);

static bool unknown_in_op(const sl_plan *plan, const sl_op *op, sl_field field, sl_span *out)
{
    bool found = false;
    if (op->kind == SL_OP_FILTER) return unknown_in_expr(op->filter.predicate, field, out);
    if (op->kind == SL_OP_EXTEND)
        for (uint32_t i = 0; i < op->extend.count && !found; i++)
            found = unknown_in_expr(op->extend.items[i].value, field, out);
    if (op->kind == SL_OP_BRANCH)
        for (uint32_t i = 0; i < op->branch.count && !found; i++)
            found = unknown_in_pipe(plan, &op->branch.pipes[i], field, out);
    if (op->kind != SL_OP_AGGREGATE) return found;
    for (uint32_t i = 0; i < op->aggregate.item_count && !found; i++)
        for (uint32_t a = 0; a < op->aggregate.items[i].arg_count && !found; a++)
            found = unknown_in_expr(op->aggregate.items[i].args[a], field, out);
    for (uint32_t k = 0; k < op->aggregate.key_count && !found; k++) {
        found = op->aggregate.keys[k] == field;
        if (found) *out = unknown_key_place(plan, op->span, sl_fields_name(&plan->fields, field));
    }
    return found;
}

static bool unknown_in_pipe(const sl_plan *plan, const sl_pipe *pipe, sl_field field, sl_span *out)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next)
        if (unknown_in_op(plan, op, field, out)) return true;
    return false;
}

/* What the formats make of one field of the plan. */
typedef struct unknown_field {
    bool read;  /* some route takes it from the record */
    bool known; /* some format has a field of this name */
    sl_text nearest;
} unknown_field;

static void unknown_route(const sl_plan *plan, const sl_scan *scan, const sl_route *route,
                          unknown_field *fields, uint32_t field_count)
{
    for (uint32_t i = 0; i < route->bind_count; i++) {
        const sl_bind *bind = &route->binds[i];
        if (bind->field >= field_count) continue;
        unknown_field *field = &fields[bind->field];
        sl_text name = sl_fields_name(&plan->fields, bind->field);
        field->read |= bind->kind == SL_BIND_COLUMN;
        field->known |= bind->kind != SL_BIND_COLUMN
            || sl_fields_find(&scan->schema->fields, name) != SL_FIELD_NONE;
        if (field->nearest.length == 0)
            field->nearest = sl_schema_nearest(scan->schema, route->presentation, name);
    }
}

sl_status sl_program_unknown(const sl_program *program, uint32_t plan, sl_arena *arena,
                             const sl_unknown **out, uint32_t *out_count)
{
    const sl_plan *of = program->plans[plan];
    uint32_t count = sl_fields_count(&of->fields);
    unknown_field *fields = SL_ARENA_ARRAY(arena, count, unknown_field);
    sl_unknown *list = SL_ARENA_ARRAY(arena, count, sl_unknown);
    *out_count = 0;
    if (fields == NULL || list == NULL) return SL_NOMEM;
    for (uint32_t s = 0; s < program->scan_count; s++)
        for (uint32_t r = 0; r < program->scans[s].route_count; r++)
            if (program->scans[s].routes[r].plan == plan)
                unknown_route(of, &program->scans[s], &program->scans[s].routes[r], fields, count);
    for (uint32_t f = 0; f < count; f++) {
        sl_unknown item = {.field = f, .nearest = fields[f].nearest};
        if (!fields[f].read || fields[f].known || item.nearest.length == 0) continue;
        if (unknown_in_pipe(of, &of->pipe, f, &item.span)) list[(*out_count)++] = item;
    }
    *out = list;
    return SL_OK;
}
