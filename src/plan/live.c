/* live.c - goes backwards through a plan to see which fields it reads from its source.
 *
 * At each operator: what is read behind it, less what it makes, and what it reads itself. The set
 * grows while it is worked on, because a rename with stars makes names: of a field `id` wanted
 * behind `rename properties.* as *`, both `properties.id` and `id` are wanted before it. */
#include "plan/program.h"

#include <assert.h>

typedef struct live_set {
    const sl_plan *plan;
    sl_arena *arena;
    bool *field; /* by number */
    uint32_t count;
    bool open; /* and every other field as well */
} live_set;

static bool live_reserve(live_set *live, sl_field field)
{
    if (field < live->count) return true;
    uint32_t count = sl_fields_count(&live->plan->fields) + 16;
    if (field >= count) return false; /* SL_FIELD_NONE */
    bool *grown = SL_ARENA_ARRAY(live->arena, count, bool);
    if (grown == NULL) return false;
    if (live->count > 0) memcpy(grown, live->field, live->count * sizeof *grown);
    live->field = grown;
    live->count = count;
    return true;
}

static bool live_has(const live_set *live, sl_field field)
{
    return field < live->count && live->field[field];
}

static bool live_wanted(const live_set *live, sl_field field)
{
    return live->open || live_has(live, field);
}

static void live_add(live_set *live, sl_field field)
{
    if (live_reserve(live, field)) live->field[field] = true;
}

static void live_drop(live_set *live, sl_field field)
{
    if (field < live->count) live->field[field] = false;
}

static void live_add_all(live_set *live, const sl_field *fields, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) live_add(live, fields[i]);
}

static void live_clear(live_set *live)
{
    if (live->count > 0) memset(live->field, 0, live->count * sizeof *live->field);
    live->open = false;
}

static bool live_copy(const live_set *from, live_set *out)
{
    *out = *from;
    out->field = SL_ARENA_ARRAY(from->arena, from->count, bool);
    if (out->field == NULL) return false;
    if (from->count > 0) memcpy(out->field, from->field, from->count * sizeof *from->field);
    return true;
}

static void live_add_expr(live_set *live, const sl_expr *expr)
{
    if (expr == NULL) return;
    if (expr->kind == SL_EXPR_FIELD) live_add(live, expr->field);
    bool items = expr->kind == SL_EXPR_MAP || expr->kind == SL_EXPR_SIFT;
    bool wanted = items && live_has(live, expr->field);
    for (uint32_t i = expr->arg_count; i-- > 0;) {
        live_add_expr(live, expr->args[i]);
        if (items && i == 1 && !wanted) live_drop(live, expr->field); /* the item is no field */
    }
}

static void live_add_items(live_set *live, const sl_agg_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) live->open |= items[i].pattern != NULL;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t a = 0; a < items[i].arg_count; a++) live_add_expr(live, items[i].args[a]);
}

static bool live_matches(const live_set *live, const sl_name *name, sl_field field)
{
    sl_text stars[SL_PATTERN_STARS_MAX];
    if (name->pattern == NULL) return name->field == field;
    return sl_pattern_match(name->pattern, sl_fields_name(&live->plan->fields, field), stars);
}

static void live_before_extend(live_set *live, const sl_op_extend *extend)
{
    for (uint32_t i = extend->count; i-- > 0;) {
        const sl_assign *item = &extend->items[i];
        if (!live_wanted(live, item->field)) continue;
        if (!item->keep_old) live_drop(live, item->field);
        live_add_expr(live, item->value);
    }
}

/* With a pattern, an open set stays open: nobody knows yet which names match. */
static void live_before_project(live_set *live, const sl_op_fields *project)
{
    live_set before;
    if (!live_copy(live, &before)) return;
    bool pattern = false;
    for (uint32_t i = 0; i < project->count; i++) pattern |= project->names[i].pattern != NULL;
    for (sl_field f = 0; f < before.count; f++) {
        bool listed = false;
        for (uint32_t i = 0; i < project->count && before.field[f] && !listed; i++)
            listed = live_matches(live, &project->names[i], f);
        before.field[f] = listed;
    }
    for (uint32_t i = 0; i < project->count; i++)
        if (project->names[i].pattern == NULL && live->open)
            live_add(&before, project->names[i].field);
    before.open = live->open && pattern;
    *live = before;
}

static void live_before_remove(live_set *live, const sl_op_fields *removed)
{
    for (sl_field f = 0; f < live->count; f++)
        for (uint32_t i = 0; i < removed->count && live->field[f]; i++)
            if (live_matches(live, &removed->names[i], f)) live->field[f] = false;
}

/* A field wanted behind the rename is wanted under its old name too: rows that do not have that
 * keep what they had. */
static void live_before_rename_pattern(live_set *live, const sl_rename *item)
{
    uint32_t count = live->count;
    for (sl_field f = 0; f < count; f++) {
        sl_text stars[SL_PATTERN_STARS_MAX];
        if (!live->field[f]) continue;
        if (!sl_pattern_match(item->to.pattern, sl_fields_name(&live->plan->fields, f), stars))
            continue;
        sl_text old = sl_pattern_make(item->from.pattern, stars, live->arena);
        if (old.data != NULL) live_add(live, sl_plan_name(live->plan, old));
    }
}

static void live_before_rename(live_set *live, const sl_op_rename *rename)
{
    for (uint32_t i = rename->count; i-- > 0;) {
        const sl_rename *item = &rename->items[i];
        if (item->from.pattern != NULL) {
            live_before_rename_pattern(live, item);
            continue;
        }
        bool wanted = live_wanted(live, item->to.field);
        live_drop(live, item->to.field);
        if (wanted) live_add(live, item->from.field);
    }
}

static sl_status live_before_pipe(live_set *live, const sl_pipe *pipe);

static sl_status live_before_branch(live_set *live, const sl_op_branch *branch)
{
    live_set after;
    if (!live_copy(live, &after)) return SL_NOMEM;
    live_clear(live);
    for (uint32_t i = 0; i < branch->count; i++) {
        live_set one;
        if (!live_copy(&after, &one)) return SL_NOMEM;
        sl_status status = live_before_pipe(&one, &branch->pipes[i]);
        if (status != SL_OK) return status;
        for (sl_field f = 0; f < one.count; f++)
            if (one.field[f]) live_add(live, f);
        live->open |= one.open;
    }
    return SL_OK;
}

static void live_before_aggregate(live_set *live, const sl_op_aggregate *aggregate)
{
    live_clear(live);
    live_add_all(live, aggregate->keys, aggregate->key_count);
    live_add_items(live, aggregate->items, aggregate->item_count);
}

/* The time that a row shows: where rows are not events any more, there is no other. */
static void live_add_time(live_set *live)
{
    live_add(live, sl_plan_name(live->plan, SL_TEXT("_time")));
}

static void live_before_window(live_set *live, const sl_op_window *window)
{
    for (uint32_t i = 0; i < window->item_count; i++)
        if (window->items[i].pattern == NULL) live_drop(live, window->items[i].out);
    live_add_all(live, window->keys, window->key_count);
    live_add_items(live, window->items, window->item_count);
    live_add_expr(live, window->reset_before);
    live_add_expr(live, window->reset_after);
    if (window->span_max != 0) live_add_time(live);
}

static void live_before_lookup(live_set *live, const sl_op_lookup *lookup)
{
    bool stays = lookup->only_missing || lookup->keep_unmatched;
    for (uint32_t i = 0; i < lookup->output_count && !stays; i++)
        live_drop(live, lookup->outputs[i].field);
    for (uint32_t i = 0; i < lookup->key_count; i++) live_add(live, lookup->keys[i].field);
}

static void live_before_pivot(live_set *live, const sl_op_pivot *pivot)
{
    live_clear(live);
    live_add(live, pivot->row);
    if (pivot->column != SL_FIELD_NONE) live_add(live, pivot->column);
    live_add_items(live, pivot->items, pivot->item_count);
}

/* Names that a pattern stands for are wanted behind it, or do not matter. */
static void live_before_each(live_set *live, const sl_op_each *each)
{
    bool item = live_has(live, each->item), name = live_has(live, each->name);
    for (uint32_t i = 0; i < each->count; i++)
        if (each->names[i].pattern == NULL) live_add(live, each->names[i].field);
    live_add_expr(live, each->value);
    if (!item) live_drop(live, each->item);
    if (!name) live_drop(live, each->name);
}

/* What is wanted behind a union, and what its own pipe wants. */
static sl_status live_before_union(live_set *live, const sl_op_union *united)
{
    live_set one;
    if (united->source) live_clear(live);
    if (united->pipe == NULL) return SL_OK;
    if (!live_copy(live, &one)) return SL_NOMEM;
    sl_status status = live_before_pipe(&one, united->pipe);
    if (status != SL_OK) return status;
    for (sl_field f = 0; f < one.count; f++)
        if (one.field[f]) live_add(live, f);
    live->open |= one.open;
    return SL_OK;
}

/* Every other field becomes a row, whoever asks for what. */
static void live_before_unpivot(live_set *live, const sl_op_unpivot *unpivot)
{
    live_clear(live);
    live_add(live, unpivot->row);
    live->open = true;
}

static void live_before_transaction(live_set *live, const sl_op_transaction *transaction)
{
    live_drop(live, transaction->duration);
    live_drop(live, transaction->event_count);
    live_drop(live, transaction->closed);
    live_add_time(live);
    live_add_all(live, transaction->keys, transaction->key_count);
    live_add_expr(live, transaction->starts);
    live_add_expr(live, transaction->ends);
}

static sl_status live_before_op(live_set *live, const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_FILTER: live_add_expr(live, op->filter.predicate); break;
    case SL_OP_EXTEND: live_before_extend(live, &op->extend); break;
    case SL_OP_PROJECT: live_before_project(live, &op->fields); break;
    case SL_OP_REMOVE: live_before_remove(live, &op->fields); break;
    case SL_OP_RENAME: live_before_rename(live, &op->rename); break;
    case SL_OP_BRANCH: return live_before_branch(live, &op->branch);
    case SL_OP_AGGREGATE: live_before_aggregate(live, &op->aggregate); break;
    case SL_OP_SORT:
        for (uint32_t i = 0; i < op->sort.key_count; i++) live_add(live, op->sort.keys[i].field);
        break;
    case SL_OP_WINDOW: live_before_window(live, &op->window); break;
    case SL_OP_DEDUP:
        live_add_all(live, op->dedup.keys, op->dedup.key_count);
        live->open = live->open || op->dedup.key_count == 0;
        break;
    case SL_OP_EXPAND: live_add(live, op->expand.field); break;
    case SL_OP_JOIN: live_add_all(live, op->join.keys, op->join.key_count); break;
    case SL_OP_LOOKUP: live_before_lookup(live, &op->lookup); break;
    case SL_OP_PIVOT: live_before_pivot(live, &op->pivot); break;
    case SL_OP_UNPIVOT: live_before_unpivot(live, &op->unpivot); break;
    case SL_OP_TRANSPOSE:
        live_clear(live);
        live->open = true;
        break;
    case SL_OP_TRANSACTION: live_before_transaction(live, &op->transaction); break;
    case SL_OP_GENERATE:
        if (!op->generate.append) live_clear(live);
        break;
    case SL_OP_UNION: return live_before_union(live, &op->united);
    case SL_OP_EACH: live_before_each(live, &op->each); break;
    case SL_OP_EXTRACT: live_add(live, op->extract.input); break;
    case SL_OP_SINK: live->open = true; break;
    case SL_OP_UNIQUE:
    case SL_OP_LIMIT:
    case SL_OP_FILL: /* fields that nobody wants need no value */
    case SL_OP_COUNT: break;
    }
    return live->arena->failed ? SL_NOMEM : SL_OK;
}

static sl_status live_before_pipe(live_set *live, const sl_pipe *pipe)
{
    uint32_t count = 0;
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) count++;
    const sl_op **ops = SL_ARENA_ARRAY(live->arena, count, const sl_op *);
    if (ops == NULL) return SL_NOMEM;
    count = 0;
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) ops[count++] = op;
    while (count-- > 0) {
        sl_status status = live_before_op(live, ops[count]);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_pipe_wants(const sl_plan *plan, const sl_pipe *pipe, sl_arena *arena,
                        const sl_field **out, uint32_t *out_count, bool *out_open)
{
    uint32_t field_count = sl_fields_count(&plan->fields);
    live_set live = {.plan = plan,
                     .arena = arena,
                     .count = field_count,
                     .open = true,
                     .field = SL_ARENA_ARRAY(arena, field_count, bool)};
    if (live.field == NULL) return SL_NOMEM;
    sl_status status = live_before_pipe(&live, pipe);
    if (status != SL_OK) return status;
    sl_field *wanted = SL_ARENA_ARRAY(arena, live.count, sl_field);
    if (wanted == NULL) return SL_NOMEM;
    *out_count = 0;
    for (sl_field f = 0; f < live.count; f++)
        if (live.field[f]) wanted[(*out_count)++] = f;
    *out = wanted;
    *out_open = live.open;
    return SL_OK;
}
