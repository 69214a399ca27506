/* plan.c - making plans. */
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
    plan->depth = 1;
    plan->name = sl_arena_copy(&plan->arena, name);
    plan->text = sl_arena_copy(&plan->arena, text);
    if (!plan->arena.failed) return plan;
    sl_plan_free(plan);
    return NULL;
}

void sl_plan_free(sl_plan *plan)
{
    if (plan == NULL) return;
    for (uint32_t i = 0; i < plan->sub_count; i++) sl_plan_free(plan->subs[i]);
    for (uint32_t i = 0; i < plan->condition_count; i++) sl_plan_free(plan->conditions[i]->plan);
    sl_fields_fini(&plan->fields);
    sl_arena_fini(&plan->arena);
    free(plan);
}

/* The list with room for one more; lists double in the arena: a count that is a power of two is
 * full. NULL when memory ends. */
static void *plan_grow(sl_arena *arena, void *list, uint32_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0) return list;
    void *grown = sl_arena_zero(arena, (count == 0 ? 1 : (size_t)count * 2) * size);
    if (grown != NULL && count > 0) memcpy(grown, list, count * size);
    return grown;
}

/* False when `sub` would stand too deep. */
static bool plan_take_depth(sl_plan *plan, const sl_plan *sub)
{
    if (sub->depth >= SL_PLAN_DEPTH_MAX) return false;
    if (plan->depth <= sub->depth) plan->depth = sub->depth + 1;
    return true;
}

bool sl_plan_add_sub(sl_plan *plan, sl_plan *sub)
{
    sl_plan **subs = plan_grow(&plan->arena, plan->subs, plan->sub_count, sizeof *subs);
    if (subs == NULL || !plan_take_depth(plan, sub)) {
        sl_plan_free(sub);
        return false;
    }
    plan->subs = subs;
    plan->subs[plan->sub_count++] = sub;
    return true;
}

const sl_expr *sl_plan_add_condition(sl_plan *plan, const sl_condition *how, sl_span span)
{
    const sl_condition **conditions =
        plan_grow(&plan->arena, plan->conditions, plan->condition_count, sizeof *conditions);
    sl_condition *condition = SL_ARENA_NEW(&plan->arena, sl_condition);
    sl_expr *expr = SL_ARENA_NEW(&plan->arena, sl_expr);
    if (conditions == NULL || condition == NULL || expr == NULL
        || !plan_take_depth(plan, how->plan)) {
        sl_plan_free(how->plan);
        return NULL;
    }
    *expr = (sl_expr){.kind = SL_EXPR_SUBSEARCH, .span = span, .condition = condition, .depth = 1};
    *condition = *how;
    condition->expr = expr;
    plan->conditions = conditions;
    plan->conditions[plan->condition_count++] = condition;
    return expr;
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
        [SL_OP_FILTER] = "filter",
        [SL_OP_EXTEND] = "extend",
        [SL_OP_PROJECT] = "project",
        [SL_OP_REMOVE] = "remove",
        [SL_OP_RENAME] = "rename",
        [SL_OP_BRANCH] = "branch",
        [SL_OP_UNIQUE] = "unique",
        [SL_OP_AGGREGATE] = "aggregate",
        [SL_OP_SORT] = "sort",
        [SL_OP_LIMIT] = "limit",
        [SL_OP_WINDOW] = "window",
        [SL_OP_DEDUP] = "dedup",
        [SL_OP_EXPAND] = "expand",
        [SL_OP_FILL] = "fill",
        [SL_OP_UNION] = "union",
        [SL_OP_JOIN] = "join",
        [SL_OP_LOOKUP] = "lookup",
        [SL_OP_PIVOT] = "pivot",
        [SL_OP_UNPIVOT] = "unpivot",
        [SL_OP_TRANSPOSE] = "transpose",
        [SL_OP_TRANSACTION] = "transaction",
        [SL_OP_GENERATE] = "generate",
        [SL_OP_EACH] = "each",
        [SL_OP_EXTRACT] = "extract",
        [SL_OP_SINK] = "sink",
    };
    assert(kind < SL_OP_COUNT);
    return names[kind];
}

static bool plan_has_pattern(const sl_op_fill *fill)
{
    for (uint32_t i = 0; i < fill->count; i++)
        if (fill->names[i].pattern != NULL) return true;
    return false;
}

bool sl_op_is_rowwise(const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_FILTER:
    case SL_OP_EXTEND:
    case SL_OP_PROJECT:
    case SL_OP_REMOVE:
    case SL_OP_RENAME:
    case SL_OP_BRANCH:
    case SL_OP_EXPAND:
    case SL_OP_LOOKUP:
    case SL_OP_UNPIVOT:
    case SL_OP_EACH:
    case SL_OP_EXTRACT: return true;
    case SL_OP_FILL: return op->fill.count > 0 && !op->fill.down && !plan_has_pattern(&op->fill);
    default: return false;
    }
}

bool sl_op_multiplies(const sl_op *op)
{
    if (op->kind == SL_OP_EXPAND || op->kind == SL_OP_UNPIVOT) return true;
    if (op->kind != SL_OP_BRANCH) return false;
    for (uint32_t b = 0; b < op->branch.count; b++)
        for (const sl_op *each = op->branch.pipes[b].first; each != NULL; each = each->next)
            if (sl_op_multiplies(each)) return true;
    return false;
}

bool sl_op_is_source(const sl_op *op)
{
    if (op->kind == SL_OP_GENERATE) return !op->generate.append;
    return op->kind == SL_OP_UNION && op->united.source;
}

static sl_plan *plan_own(const sl_plan *plan, const sl_plan *sub)
{
    for (uint32_t i = 0; i < plan->sub_count; i++)
        if (plan->subs[i] == sub) return plan->subs[i];
    return NULL;
}

/* Keeps of the rows of `sub` only `wanted` (of `plan`) and `keys`: what nobody asks for need not be
 * read from the source. */
static sl_status plan_narrow_sub(const sl_plan *plan, sl_plan *sub, const sl_op_join *join,
                                 const sl_field *wanted, uint32_t count)
{
    if (sub == NULL || !sub->open) return SL_OK;
    uint32_t key_count = join == NULL ? 0 : join->key_count;
    sl_op *project = sl_plan_op(sub, SL_OP_PROJECT, "subsearch", (sl_span){0, 0});
    sl_name *names = SL_ARENA_ARRAY(&sub->arena, count + key_count, sl_name);
    if (project == NULL || names == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < count + key_count; i++) {
        sl_field field = i < count ? wanted[i] : join->keys[i - count];
        names[i].field = sl_fields_add(&sub->fields, sl_fields_name(&plan->fields, field));
        if (names[i].field == SL_FIELD_NONE) return SL_NOMEM;
    }
    project->fields = (sl_op_fields){.names = names, .count = count + key_count};
    sl_pipe_add(&sub->pipe, project);
    return sl_plan_check(sub);
}

static sl_status plan_narrow(sl_plan *plan, const sl_op *op)
{
    const sl_field *wanted;
    uint32_t count;
    bool open, joins = op->kind == SL_OP_JOIN && op->join.key_count > 0;
    if (op->kind != SL_OP_UNION && !joins) return SL_OK;
    sl_status status =
        sl_pipe_wants(plan, &(sl_pipe){.first = op->next}, &plan->arena, &wanted, &count, &open);
    if (status != SL_OK || open) return status;
    if (joins)
        return plan_narrow_sub(plan, plan_own(plan, op->join.plan), &op->join, wanted, count);
    for (uint32_t i = 0; i < op->united.count && status == SL_OK; i++)
        status = plan_narrow_sub(plan, plan_own(plan, op->united.plans[i]), NULL, wanted, count);
    return status;
}

sl_status sl_plan_check(sl_plan *plan)
{
    for (const sl_op *op = plan->pipe.first; op != NULL; op = op->next) {
        sl_status status = plan_narrow(plan, op);
        if (status != SL_OK) return status;
    }
    return sl_pipe_wants(plan, &plan->pipe, &plan->arena, &plan->wanted, &plan->wanted_count,
                         &plan->open);
}

sl_field sl_plan_name(const sl_plan *plan, sl_text name)
{
    return sl_fields_add((sl_fields *)(uintptr_t)&plan->fields, name);
}
