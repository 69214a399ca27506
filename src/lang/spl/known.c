/* known.c - which fields there are at a place in a pipeline, when that can be told from the query.
 *
 * Behind `stats` or `table` the fields are those that it names; an event has whatever was logged.
 * Commands that take wildcards are read as if the names were written out where they are known. */
#include "lang/spl/inner.h"

#include "plan/lookup.h"

enum { KNOWN_DEPTH_MAX = 64, KNOWN_FIELDS_MAX = 2000, KNOWN_OPS_A_TERM = 8 };

typedef struct known {
    sl_arena *arena;
    const sl_fields *fields; /* of the plan that `pipe` belongs to */
    bool closed;
    bool failed;
    uint32_t depth, ops;
    sl_vector list; /* of sl_field, meaningful when closed */
} known;

static uint32_t known_find(const known *k, sl_field field)
{
    const sl_field *list = k->list.items;
    uint32_t at = 0;
    while (at < k->list.count && list[at] != field) at++;
    return at;
}

static void known_add(known *k, sl_field field)
{
    if (!k->closed || known_find(k, field) < k->list.count) return;
    k->closed = k->list.count < KNOWN_FIELDS_MAX; /* looking through them is not for free */
    sl_field *slot = sl_vector_add(&k->list, k->arena, sizeof *slot);
    if (slot == NULL) k->failed = true;
    else *slot = field;
}

static void known_drop(known *k, sl_field field)
{
    uint32_t at = known_find(k, field);
    if (at == k->list.count) return;
    sl_field *list = k->list.items;
    memmove(list + at, list + at + 1, (k->list.count - at - 1) * sizeof *list);
    k->list.count--;
}

static void known_close(known *k)
{
    k->closed = true;
    k->list.count = 0;
}

static bool known_is(const known *k, const sl_name *name, sl_field field)
{
    sl_text stars[SL_PATTERN_STARS_MAX];
    if (name->pattern == NULL) return name->field == field;
    return sl_pattern_match(name->pattern, sl_fields_name(k->fields, field), stars);
}

/* The fields before, when a command is about to say which of them stay. */
static sl_vector known_take(known *k)
{
    sl_vector old = k->list;
    k->list = (sl_vector){0};
    return old;
}

static void known_project(known *k, const sl_op_fields *project)
{
    bool pattern = false;
    for (uint32_t i = 0; i < project->count; i++) pattern |= project->names[i].pattern != NULL;
    if (pattern && !k->closed) return;
    sl_vector old = known_take(k);
    const sl_field *list = old.items;
    k->closed = true;
    for (uint32_t i = 0; i < project->count; i++) {
        if (project->names[i].pattern == NULL) known_add(k, project->names[i].field);
        for (uint32_t f = 0; project->names[i].pattern != NULL && f < old.count; f++)
            if (known_is(k, &project->names[i], list[f])) known_add(k, list[f]);
    }
}

static void known_remove(known *k, const sl_op_fields *removed)
{
    sl_vector old = known_take(k);
    const sl_field *list = old.items;
    for (uint32_t f = 0; f < old.count; f++) {
        bool gone = false;
        for (uint32_t i = 0; i < removed->count && !gone; i++)
            gone = known_is(k, &removed->names[i], list[f]);
        if (!gone) known_add(k, list[f]);
    }
}

static void known_rename_pattern(known *k, const sl_rename *item)
{
    sl_vector old = known_take(k);
    const sl_field *list = old.items;
    for (uint32_t f = 0; f < old.count; f++) {
        sl_text stars[SL_PATTERN_STARS_MAX];
        sl_field field = list[f];
        if (sl_pattern_match(item->from.pattern, sl_fields_name(k->fields, field), stars)) {
            sl_text name = sl_pattern_make(item->to.pattern, stars, k->arena);
            field = sl_fields_add((sl_fields *)(uintptr_t)k->fields, name);
        }
        if (field == SL_FIELD_NONE) k->failed = true;
        else known_add(k, field);
    }
}

static void known_rename(known *k, const sl_op_rename *rename)
{
    for (uint32_t i = 0; i < rename->count && k->closed; i++) {
        const sl_rename *item = &rename->items[i];
        if (item->from.pattern != NULL) {
            known_rename_pattern(k, item);
            continue;
        }
        bool there = known_find(k, item->from.field) < k->list.count;
        known_drop(k, item->from.field);
        if (there) known_add(k, item->to.field);
        else known_drop(k, item->to.field);
    }
}

static void known_items(known *k, const sl_agg_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].pattern != NULL) k->closed = false;
        else known_add(k, items[i].out);
    }
}

static void known_aggregate(known *k, const sl_op_aggregate *aggregate)
{
    known_close(k);
    for (uint32_t i = 0; i < aggregate->key_count; i++) known_add(k, aggregate->keys[i]);
    known_items(k, aggregate->items, aggregate->item_count);
}

static void known_pipe(known *k, const sl_pipe *pipe);

/* And what another plan's rows have, whose fields have other numbers. */
static void known_plan(known *k, const sl_plan *plan)
{
    known other = {.arena = k->arena, .fields = &plan->fields, .depth = k->depth};
    known_pipe(&other, &plan->pipe);
    k->failed = k->failed || other.failed;
    k->closed = k->closed && other.closed;
    const sl_field *list = other.list.items;
    for (uint32_t f = 0; f < other.list.count && k->closed; f++) {
        sl_text name = sl_fields_name(&plan->fields, list[f]);
        known_add(k, sl_fields_add((sl_fields *)(uintptr_t)k->fields, name));
    }
}

/* What some of several pipes over the same rows make. */
static void known_pipes(known *k, const sl_pipe *pipes, uint32_t count, bool rows_stay)
{
    known before = *k, after = *k;
    if (!rows_stay) after.list = (sl_vector){0};
    for (uint32_t i = 0; i < count; i++) {
        known one = before;
        one.list = (sl_vector){0};
        const sl_field *list = before.list.items;
        for (uint32_t f = 0; f < before.list.count; f++) known_add(&one, list[f]);
        known_pipe(&one, &pipes[i]);
        after.closed = after.closed && one.closed;
        list = one.list.items;
        for (uint32_t f = 0; f < one.list.count && after.closed; f++) known_add(&after, list[f]);
        after.failed = after.failed || one.failed;
    }
    *k = after;
}

static void known_union(known *k, const sl_op_union *united)
{
    if (united->source) known_close(k);
    if (united->pipe != NULL) known_pipes(k, united->pipe, 1, /* rows_stay= */ true);
    for (uint32_t i = 0; i < united->count; i++) known_plan(k, united->plans[i]);
}

static void known_generate(known *k, const sl_op_generate *generate)
{
    sl_fields *fields = (sl_fields *)(uintptr_t)k->fields;
    if (!generate->append) known_close(k);
    if (generate->table == NULL) known_add(k, sl_fields_add(fields, SL_TEXT("_time")));
    for (uint32_t c = 0; generate->table != NULL && c < generate->table->column_count; c++)
        known_add(k, sl_fields_add(fields, generate->table->columns[c]));
}

static void known_pivot(known *k, const sl_op_pivot *pivot)
{
    known_close(k);
    known_add(k, pivot->row);
    known_items(k, pivot->items, pivot->item_count);
    if (pivot->column != SL_FIELD_NONE) k->closed = false;
}

static void known_unpivot(known *k, const sl_op_unpivot *unpivot)
{
    known_close(k);
    known_add(k, unpivot->row);
    known_add(k, unpivot->name);
    known_add(k, unpivot->value);
}

static void known_lookup(known *k, const sl_op_lookup *lookup)
{
    for (uint32_t i = 0; i < lookup->output_count; i++) known_add(k, lookup->outputs[i].field);
}

static void known_extend(known *k, const sl_op_extend *extend)
{
    for (uint32_t i = 0; i < extend->count; i++) known_add(k, extend->items[i].field);
}

static void known_fill(known *k, const sl_op_fill *fill)
{
    for (uint32_t i = 0; i < fill->count; i++)
        if (fill->names[i].pattern == NULL) known_add(k, fill->names[i].field);
}

static void known_transaction(known *k, const sl_op_transaction *transaction)
{
    known_add(k, transaction->duration);
    known_add(k, transaction->event_count);
    known_add(k, transaction->closed);
}

static void known_op(known *k, const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_EXTEND: known_extend(k, &op->extend); break;
    case SL_OP_PROJECT: known_project(k, &op->fields); break;
    case SL_OP_REMOVE: known_remove(k, &op->fields); break;
    case SL_OP_RENAME: known_rename(k, &op->rename); break;
    case SL_OP_BRANCH:
        known_pipes(k, op->branch.pipes, op->branch.count, /* rows_stay= */ false);
        break;
    case SL_OP_AGGREGATE: known_aggregate(k, &op->aggregate); break;
    case SL_OP_WINDOW: known_items(k, op->window.items, op->window.item_count); break;
    case SL_OP_FILL: known_fill(k, &op->fill); break;
    case SL_OP_UNION: known_union(k, &op->united); break;
    case SL_OP_JOIN: known_plan(k, op->join.plan); break;
    case SL_OP_LOOKUP: known_lookup(k, &op->lookup); break;
    case SL_OP_PIVOT: known_pivot(k, &op->pivot); break;
    case SL_OP_UNPIVOT: known_unpivot(k, &op->unpivot); break;
    case SL_OP_TRANSACTION: known_transaction(k, &op->transaction); break;
    case SL_OP_GENERATE: known_generate(k, &op->generate); break;
    case SL_OP_TRANSPOSE:
    case SL_OP_EXTRACT: k->closed = false; break;
    default: break; /* the others make no fields */
    }
}

static void known_pipe(known *k, const sl_pipe *pipe)
{
    if (++k->depth > KNOWN_DEPTH_MAX) k->failed = true;
    for (const sl_op *op = pipe->first; op != NULL && !k->failed; op = op->next) {
        k->ops++;
        known_op(k, op);
    }
    k->depth--;
}

bool spl_known_fields(spl_parser *p, sl_vector *out)
{
    known k = {.arena = p->builder.arena, .fields = p->builder.fields};
    known_pipe(&k, p->pipe);
    p->terms += k.ops / KNOWN_OPS_A_TERM;
    *out = k.list;
    return k.closed && !k.failed;
}

bool spl_known_matches(spl_parser *p, const sl_pattern *pattern, sl_vector *out)
{
    sl_vector all;
    if (!spl_known_fields(p, &all)) return false;
    const sl_field *list = all.items;
    bool internal = sl_text_starts(pattern->literals[0], SL_TEXT("_"));
    for (uint32_t i = 0; i < all.count; i++) {
        sl_text name = sl_fields_name(p->builder.fields, list[i]);
        sl_text stars[SL_PATTERN_STARS_MAX];
        if (sl_text_starts(name, SL_TEXT("_")) && !internal) continue;
        if (!sl_pattern_match(pattern, name, stars)) continue;
        if (!spl_add_field(p, out, list[i])) return false;
    }
    return true;
}
