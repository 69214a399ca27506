/* stage_aggregate.c - one row for each distinct set of keys.
 *
 * Arguments are evaluated over the whole batch, then each row finds its group and steps its
 * aggregates. A list among the keys makes the row count once for every item, as SPL does; the
 * number of combinations of one row is limited. */
#include "exec/groups.h"
#include "exec/order.h"
#include "exec/rows.h"
#include "exec/stage.h"

#include <stdlib.h>

#include "base/memory.h"
#include "plan/eval.h"

enum { AGGREGATE_COMBINATIONS_MAX = 100000, AGGREGATE_KEYS_FEW = 16 };

typedef struct aggregate_stage {
    sl_stage stage;
    sl_groups groups;
} aggregate_stage;

/* A batch with everything evaluated: keys and arguments by column. */
typedef struct aggregate_batch {
    const sl_batch *batch;
    const sl_value **keys;   /* NULL: no row has it */
    const sl_operand **args; /* by item, then argument */
} aggregate_batch;

static bool aggregate_read(const sl_op_aggregate *op, const sl_batch *batch,
                           const sl_context *context, aggregate_batch *out)
{
    out->batch = batch;
    out->keys = SL_ARENA_ARRAY(batch->arena, op->key_count, const sl_value *);
    out->args = SL_ARENA_ARRAY(batch->arena, op->item_count, const sl_operand *);
    if (out->keys == NULL || out->args == NULL) return false;
    for (uint32_t k = 0; k < op->key_count; k++)
        out->keys[k] = sl_batch_find(batch, op->keys[k]);
    for (uint32_t i = 0; i < op->item_count; i++) {
        const sl_agg_item *item = &op->items[i];
        sl_operand *args = SL_ARENA_ARRAY(batch->arena, item->arg_count, sl_operand);
        if (args == NULL) return false;
        for (uint32_t a = 0; a < item->arg_count; a++) {
            args[a] = sl_eval(item->args[a], batch, batch->rows, batch->selected, context);
            if (args[a].values == NULL) return false;
        }
        out->args[i] = args;
    }
    return true;
}

static sl_status aggregate_failure(const aggregate_stage *s)
{
    return s->groups.memory.failed ? SL_LIMIT : SL_NOMEM;
}

static sl_status aggregate_step(aggregate_stage *s, const aggregate_batch *in, uint32_t row,
                                const sl_value *keys)
{
    const sl_op_aggregate *op = s->groups.op;
    const sl_origin *origin = &in->batch->origins[row];
    sl_group *group = sl_groups_at(&s->groups, keys, origin);
    if (group == NULL) return aggregate_failure(s);
    sl_rank rank = {.time = origin->time, .offset = origin->offset, .input = origin->input,
                    .position = origin->position};
    for (uint32_t i = 0; i < op->item_count; i++) {
        sl_value args[SL_FN_ARGS_TYPED];
        for (uint32_t a = 0; a < op->items[i].arg_count; a++)
            args[a] = in->args[i][a].values[(size_t)row * in->args[i][a].stride];
        sl_status status = sl_groups_step(&s->groups, group, i, args, &rank);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

/* Counts through the items of the list keys like the digits of a number. */
static bool aggregate_next(const sl_value *keys, uint32_t key_count, uint32_t *digits)
{
    for (uint32_t k = key_count; k-- > 0;) {
        if (keys[k].kind != SL_LIST) continue;
        if (++digits[k] < keys[k].length) return true;
        digits[k] = 0;
    }
    return false;
}

static sl_status aggregate_expanded(aggregate_stage *s, const aggregate_batch *in, uint32_t row,
                                    const sl_value *keys)
{
    uint32_t key_count = s->groups.op->key_count;
    sl_value *one = SL_ARENA_ARRAY(in->batch->arena, key_count, sl_value);
    uint32_t *digits = SL_ARENA_ARRAY(in->batch->arena, key_count, uint32_t);
    if (one == NULL || digits == NULL) return SL_NOMEM;
    for (uint32_t n = 0; n < AGGREGATE_COMBINATIONS_MAX; n++) {
        for (uint32_t k = 0; k < key_count; k++)
            one[k] = keys[k].kind == SL_LIST ? keys[k].items[digits[k]] : keys[k];
        sl_status status = aggregate_step(s, in, row, one);
        if (status != SL_OK) return status;
        if (!aggregate_next(keys, key_count, digits)) return SL_OK;
    }
    sl_fault_add(s->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                 s->stage.env.context->query_name, UINT64_MAX,
                 "a row with more than %d combinations of key values was cut",
                 AGGREGATE_COMBINATIONS_MAX);
    return SL_OK;
}

static sl_status aggregate_row(aggregate_stage *s, const aggregate_batch *in, uint32_t row)
{
    const sl_op_aggregate *op = s->groups.op;
    sl_value few[AGGREGATE_KEYS_FEW];
    sl_value *keys = few;
    if (op->key_count > AGGREGATE_KEYS_FEW) {
        keys = SL_ARENA_ARRAY(in->batch->arena, op->key_count, sl_value);
        if (keys == NULL) return SL_NOMEM;
    }
    bool list = false;
    for (uint32_t k = 0; k < op->key_count; k++) {
        keys[k] = in->keys[k] == NULL ? sl_missing() : in->keys[k][row];
        if (keys[k].kind == SL_LIST && keys[k].length == 0) keys[k] = sl_missing();
        if (keys[k].kind == SL_MISSING && !op->missing_keys) return SL_OK;
        list |= keys[k].kind == SL_LIST;
    }
    return list && op->expand_keys ? aggregate_expanded(s, in, row, keys)
                                   : aggregate_step(s, in, row, keys);
}

static sl_status aggregate_push(sl_stage *stage, sl_batch *batch)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    aggregate_batch in;
    if (!aggregate_read(s->groups.op, batch, stage->env.context, &in)) return SL_NOMEM;
    for (uint32_t i = 0; i < batch->selected; i++) {
        sl_status status = aggregate_row(s, &in, batch->rows[i]);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

static sl_status aggregate_merge(sl_stage *into, sl_stage *from)
{
    return sl_groups_merge(&((aggregate_stage *)into)->groups,
                           &((aggregate_stage *)from)->groups);
}

/* The groups as rows: keys, then results. Rows are in order of the groups' first rows. */
static sl_status aggregate_rows(aggregate_stage *s, sl_rows *rows, sl_arena *arena)
{
    const sl_op_aggregate *op = s->groups.op;
    sl_status status = SL_OK;
    for (uint32_t g = 0; g < s->groups.count && status == SL_OK; g++) {
        const sl_group *group = &s->groups.groups[g];
        sl_batch *batch = sl_batch_new(arena, 1);
        if (batch == NULL) return SL_NOMEM;
        batch->origins = &group->first;
        for (uint32_t k = 0; k < op->key_count; k++)
            if (!sl_batch_set(batch, op->keys[k], &group->keys[k])) return SL_NOMEM;
        for (uint32_t i = 0; i < op->item_count; i++) {
            sl_value *value = sl_batch_column_new(batch);
            if (value == NULL) return SL_NOMEM;
            *value = sl_groups_finish(&s->groups, group, i, arena);
            if (!sl_batch_set(batch, op->items[i].out, value)) return SL_NOMEM;
        }
        status = sl_rows_add(rows, batch);
        sl_arena_reset(arena);
    }
    return status;
}

static int aggregate_compare_first(const void *left, const void *right)
{
    const sl_origin *a = &(*(sl_stored_row *const *)left)->origin;
    const sl_origin *b = &(*(sl_stored_row *const *)right)->origin;
    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    if (a->input != b->input) return a->input < b->input ? -1 : 1;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    /* Groups made by the same row stay as their keys were sorted: aggregate_sort numbered them. */
    int64_t x = (*(sl_stored_row *const *)left)->identity.integer;
    int64_t y = (*(sl_stored_row *const *)right)->identity.integer;
    return (x > y) - (x < y);
}

/* By the keys (SPL), else by the groups' first rows. */
static sl_status aggregate_sort(const aggregate_stage *s, sl_rows *rows, sl_arena *arena)
{
    const sl_op_aggregate *op = s->groups.op;
    sl_sort_key *keys = SL_ARENA_ARRAY(arena, op->key_count, sl_sort_key);
    if (keys == NULL) return SL_NOMEM;
    for (uint32_t k = 0; k < op->key_count; k++) keys[k].field = op->keys[k];
    sl_order order = {.keys = keys, .key_count = op->key_count, .arrival = SL_ARRIVAL_OLDEST};
    sl_status status = sl_order_rows(&order, rows);
    if (status != SL_OK || op->sort_keys || rows->count < 2) return status;
    for (size_t i = 0; i < rows->count; i++) rows->rows[i]->identity = sl_integer((int64_t)i);
    qsort(rows->rows, rows->count, sizeof *rows->rows, aggregate_compare_first);
    return SL_OK;
}

/* Without keys there is a row even when there were none to count, if the language says so. */
static sl_status aggregate_empty_row(aggregate_stage *s)
{
    const sl_op_aggregate *op = s->groups.op;
    if (op->key_count > 0 || s->groups.count > 0 || !op->empty_row) return SL_OK;
    sl_origin nowhere = {.time = SL_TIME_NONE};
    return sl_groups_at(&s->groups, NULL, &nowhere) == NULL ? aggregate_failure(s) : SL_OK;
}

static sl_status aggregate_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_rows rows;
    sl_rows_init(&rows, stage->env.bytes_max);
    sl_status status = aggregate_empty_row(s);
    if (status == SL_OK) status = aggregate_rows(s, &rows, &arena);
    if (status == SL_OK) status = aggregate_sort(s, &rows, &arena);
    if (status != SL_OK) goto done;
    uint64_t limit = s->groups.op->group_max;
    if (limit != 0 && rows.count > limit) {
        sl_fault_add(stage->env.context->faults, SL_FAULT_RESULT_LIMIT,
                     stage->env.context->query_name, UINT64_MAX,
                     "'%s' keeps %llu groups, %llu more were left out", stage->op->command,
                     (unsigned long long)limit, (unsigned long long)(rows.count - limit));
        rows.count = (size_t)limit;
    }
    for (size_t i = 0; i < rows.count; i++)
        rows.rows[i]->origin = (sl_origin){.time = SL_TIME_NONE, .position = i + 1};
    status = sl_stage_emit_rows(stage, &rows, emit, context);
done:
    sl_rows_fini(&rows);
    sl_arena_fini(&arena);
    return status;
}

static void aggregate_free(sl_stage *stage)
{
    aggregate_stage *s = (aggregate_stage *)stage;
    sl_groups_fini(&s->groups);
    free(s);
}

sl_stage *sl_stage_aggregate_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {aggregate_push, aggregate_merge, aggregate_finish,
                                       aggregate_free};
    aggregate_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){&kind, op, *env};
    if (sl_groups_init(&s->groups, &op->aggregate, env->context, env->bytes_max) == SL_OK)
        return &s->stage;
    aggregate_free(&s->stage);
    return NULL;
}
