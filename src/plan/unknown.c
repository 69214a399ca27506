/* unknown.c - the raw fields that routes bind, held against the names of their formats, and
 * fields that a command reads and an aggregate before it has not kept. */
#include "plan/unknown.h"

#include "plan/place.h"

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
        if (sl_plan_place(of, of->pipe.first, f, &item.span)) list[(*out_count)++] = item;
    }
    *out = list;
    return SL_OK;
}

/* True for commands that may make fields that are not named here. */
static bool unknown_makes_more(const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_RENAME:
        for (uint32_t i = 0; i < op->rename.count; i++)
            if (op->rename.items[i].to.pattern != NULL) return true;
        return false;
    case SL_OP_LOOKUP: return op->lookup.only_missing || op->lookup.keep_unmatched;
    case SL_OP_FILTER:
    case SL_OP_EXTEND:
    case SL_OP_PROJECT:
    case SL_OP_REMOVE:
    case SL_OP_SORT:
    case SL_OP_LIMIT:
    case SL_OP_DEDUP:
    case SL_OP_WINDOW:
    case SL_OP_EXPAND:
    case SL_OP_SINK: return false;
    default: return true;
    }
}

/* `field := the first of itself and others` asks whether it is there: that is no loss. */
static bool unknown_own_default(sl_op *op, sl_arena *arena)
{
    sl_assign *items = SL_ARENA_ARRAY(arena, op->extend.count + 1u, sl_assign);
    if (items == NULL) return false;
    for (uint32_t i = 0; i < op->extend.count; i++) {
        items[i] = op->extend.items[i];
        const sl_expr *value = items[i].value;
        bool first = value->kind == SL_EXPR_CALL && (value->fn->flags & SL_FN_FIRST) != 0;
        if (first && value->arg_count > 1 && value->args[0]->kind == SL_EXPR_FIELD
            && value->args[0]->field == items[i].field)
            items[i].value = value->args[1];
    }
    op->extend.items = items;
    return true;
}

/* The commands behind `from` up to the next aggregate; false when one of them may make any
 * field. */
static bool unknown_reach(const sl_op *from, sl_arena *arena, sl_pipe *out)
{
    *out = (sl_pipe){NULL, NULL};
    for (const sl_op *op = from; op != NULL; op = op->next) {
        sl_op *copy = SL_ARENA_NEW(arena, sl_op);
        if (copy == NULL || (op->kind != SL_OP_AGGREGATE && unknown_makes_more(op))) return false;
        *copy = *op;
        copy->next = NULL;
        if (op->kind == SL_OP_EXTEND && !unknown_own_default(copy, arena)) return false;
        sl_pipe_add(out, copy);
        if (op->kind == SL_OP_AGGREGATE) break;
    }
    return true;
}

static bool unknown_keeps(const sl_op_aggregate *aggregate, sl_field field)
{
    for (uint32_t k = 0; k < aggregate->key_count; k++)
        if (aggregate->keys[k] == field) return true;
    for (uint32_t i = 0; i < aggregate->item_count; i++)
        if (aggregate->items[i].pattern != NULL || aggregate->items[i].out == field) return true;
    return false;
}

sl_status sl_plan_lost(const sl_plan *plan, const sl_op *aggregate, sl_arena *arena,
                       const sl_unknown **out, uint32_t *out_count)
{
    sl_pipe rest;
    const sl_field *wanted;
    uint32_t count;
    bool open;
    *out_count = 0;
    if (!unknown_reach(aggregate->next, arena, &rest)) return arena->failed ? SL_NOMEM : SL_OK;
    sl_status status = sl_pipe_wants(plan, &rest, arena, &wanted, &count, &open);
    sl_unknown *list = SL_ARENA_ARRAY(arena, count + 1u, sl_unknown);
    if (status != SL_OK || list == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        sl_unknown item = {.field = wanted[i]};
        sl_text name = sl_fields_name(&plan->fields, wanted[i]);
        bool about = name.length == 0 || strchr("_@#", name.data[0]) != NULL;
        if (about || unknown_keeps(&aggregate->aggregate, wanted[i])) continue;
        if (sl_plan_place(plan, rest.first, wanted[i], &item.span)) list[(*out_count)++] = item;
    }
    *out = list;
    return SL_OK;
}
