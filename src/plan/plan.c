/* plan.c - making plans, and going backwards through one to see what it reads. */
#include "plan/plan.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plan/program.h"

sl_plan *sl_plan_new(sl_language language, sl_text name, sl_text text)
{
    sl_plan *plan = sl_calloc(1, sizeof *plan);
    if (plan == NULL) return NULL;
    sl_arena_init(&plan->arena, /* bytes_max= */ 0);
    sl_fields_init(&plan->fields);
    plan->language = language;
    plan->name = sl_arena_copy(&plan->arena, name);
    plan->text = sl_arena_copy(&plan->arena, text);
    if (!plan->arena.failed) return plan;
    sl_plan_free(plan);
    return NULL;
}

void sl_plan_free(sl_plan *plan)
{
    if (plan == NULL) return;
    sl_fields_fini(&plan->fields);
    sl_arena_fini(&plan->arena);
    free(plan);
}

void sl_pipe_add(sl_pipe *pipe, sl_op *op)
{
    assert(op != NULL && op->next == NULL);
    if (pipe->last == NULL) {
        pipe->first = op;
    } else {
        pipe->last->next = op;
    }
    pipe->last = op;
}

sl_op *sl_plan_op(sl_plan *plan, sl_op_kind kind, const char *command, sl_span span)
{
    sl_op *op = SL_ARENA_NEW(&plan->arena, sl_op);
    if (op == NULL) return NULL;
    op->kind = kind;
    op->command = command;
    op->span = span;
    return op;
}

const char *sl_op_name(sl_op_kind kind)
{
    static const char *const names[SL_OP_COUNT] = {
        [SL_OP_FILTER] = "filter",       [SL_OP_EXTEND] = "extend", [SL_OP_PROJECT] = "project",
        [SL_OP_REMOVE] = "remove",       [SL_OP_RENAME] = "rename", [SL_OP_BRANCH] = "branch",
        [SL_OP_UNIQUE] = "unique",       [SL_OP_AGGREGATE] = "aggregate",
        [SL_OP_SORT] = "sort",           [SL_OP_LIMIT] = "limit",
    };
    assert(kind < SL_OP_COUNT);
    return names[kind];
}

bool sl_op_is_rowwise(const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_FILTER:
    case SL_OP_EXTEND:
    case SL_OP_PROJECT:
    case SL_OP_REMOVE:
    case SL_OP_RENAME:
    case SL_OP_BRANCH: return true;
    default: return false;
    }
}

/* The fields that are read later, seen from a point of the plan. */
typedef struct plan_live {
    bool *field; /* by number */
    uint32_t count;
    bool open; /* and every other field as well */
} plan_live;

static bool live_wanted(const plan_live *live, sl_field field)
{
    return live->open || live->field[field];
}

static void live_add_expr(plan_live *live, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD) live->field[expr->field] = true;
    for (uint32_t i = 0; i < expr->arg_count; i++) live_add_expr(live, expr->args[i]);
}

static void live_before_extend(plan_live *live, const sl_op_extend *extend)
{
    for (uint32_t i = extend->count; i-- > 0;) {
        const sl_assign *item = &extend->items[i];
        if (!live_wanted(live, item->field)) continue;
        if (!item->keep_old) live->field[item->field] = false;
        live_add_expr(live, item->value);
    }
}

static void live_before_project(plan_live *live, const sl_op_fields *project, sl_arena *arena)
{
    bool *kept = SL_ARENA_ARRAY(arena, live->count, bool);
    if (kept == NULL) return;
    for (uint32_t i = 0; i < project->count; i++)
        kept[project->fields[i]] = live_wanted(live, project->fields[i]);
    live->field = kept;
    live->open = false;
}

static void live_before_rename(plan_live *live, const sl_op_rename *rename)
{
    for (uint32_t i = rename->count; i-- > 0;) {
        const sl_rename *item = &rename->items[i];
        bool wanted = live_wanted(live, item->to);
        live->field[item->to] = false;
        if (wanted) live->field[item->from] = true;
    }
}

static void live_before_aggregate(plan_live *live, const sl_op_aggregate *aggregate)
{
    memset(live->field, 0, live->count * sizeof *live->field);
    live->open = false;
    for (uint32_t i = 0; i < aggregate->key_count; i++) live->field[aggregate->keys[i]] = true;
    for (uint32_t i = 0; i < aggregate->item_count; i++)
        for (uint32_t a = 0; a < aggregate->items[i].arg_count; a++)
            live_add_expr(live, aggregate->items[i].args[a]);
}

static sl_status live_before_pipe(plan_live *live, const sl_pipe *pipe, sl_arena *arena);

static sl_status live_before_branch(plan_live *live, const sl_op_branch *branch, sl_arena *arena)
{
    plan_live after = *live;
    live->field = SL_ARENA_ARRAY(arena, live->count, bool);
    if (live->field == NULL) return SL_NOMEM;
    live->open = false;
    for (uint32_t i = 0; i < branch->count; i++) {
        plan_live one = after;
        one.field = SL_ARENA_ARRAY(arena, live->count, bool);
        if (one.field == NULL) return SL_NOMEM;
        memcpy(one.field, after.field, live->count * sizeof *one.field);
        sl_status status = live_before_pipe(&one, &branch->pipes[i], arena);
        if (status != SL_OK) return status;
        for (uint32_t f = 0; f < live->count; f++) live->field[f] |= one.field[f];
        live->open |= one.open;
    }
    return SL_OK;
}

static sl_status live_before_op(plan_live *live, const sl_op *op, sl_arena *arena)
{
    switch (op->kind) {
    case SL_OP_FILTER: live_add_expr(live, op->filter.predicate); break;
    case SL_OP_EXTEND: live_before_extend(live, &op->extend); break;
    case SL_OP_PROJECT: live_before_project(live, &op->fields, arena); break;
    case SL_OP_REMOVE:
        for (uint32_t i = 0; i < op->fields.count; i++)
            live->field[op->fields.fields[i]] = false;
        break;
    case SL_OP_RENAME: live_before_rename(live, &op->rename); break;
    case SL_OP_BRANCH: return live_before_branch(live, &op->branch, arena);
    case SL_OP_AGGREGATE: live_before_aggregate(live, &op->aggregate); break;
    case SL_OP_SORT:
        for (uint32_t i = 0; i < op->sort.key_count; i++)
            live->field[op->sort.keys[i].field] = true;
        break;
    case SL_OP_UNIQUE:
    case SL_OP_LIMIT:
    case SL_OP_COUNT: break;
    }
    return arena->failed ? SL_NOMEM : SL_OK;
}

static sl_status live_before_pipe(plan_live *live, const sl_pipe *pipe, sl_arena *arena)
{
    uint32_t count = 0;
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) count++;
    const sl_op **ops = SL_ARENA_ARRAY(arena, count, const sl_op *);
    if (ops == NULL) return SL_NOMEM;
    count = 0;
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) ops[count++] = op;
    while (count-- > 0) {
        sl_status status = live_before_op(live, ops[count], arena);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_pipe_wants(const sl_plan *plan, const sl_pipe *pipe, sl_arena *arena,
                        sl_field *out, uint32_t *out_count, bool *out_open)
{
    uint32_t field_count = sl_fields_count(&plan->fields);
    plan_live live = {.field = SL_ARENA_ARRAY(arena, field_count, bool), .count = field_count,
                      .open = true};
    if (live.field == NULL) return SL_NOMEM;
    sl_status status = live_before_pipe(&live, pipe, arena);
    if (status != SL_OK) return status;
    *out_count = 0;
    for (uint32_t f = 0; f < field_count; f++)
        if (live.field[f]) out[(*out_count)++] = f;
    *out_open = live.open;
    return SL_OK;
}

sl_status sl_plan_check(sl_plan *plan)
{
    sl_arena scratch;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    sl_status status = SL_NOMEM;
    plan->wanted = SL_ARENA_ARRAY(&plan->arena, sl_fields_count(&plan->fields), sl_field);
    if (plan->wanted != NULL)
        status = sl_pipe_wants(plan, &plan->pipe, &scratch, plan->wanted, &plan->wanted_count,
                               &plan->open);
    sl_arena_fini(&scratch);
    return status;
}

sl_field sl_plan_name(const sl_plan *plan, sl_text name)
{
    return sl_fields_add((sl_fields *)(uintptr_t)&plan->fields, name);
}
