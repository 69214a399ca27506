/* stage.c - which maker serves which operator. */
#include "exec/stage.h"

#include <assert.h>
#include <stdlib.h>

typedef sl_stage *stage_maker(const sl_op *op, const sl_stage_env *env);

/* True when some aggregate is one of fields that nobody has named. */
static bool stage_has_pattern(const sl_op *op)
{
    const sl_agg_item *items = NULL;
    uint32_t count = 0;
    if (op->kind == SL_OP_AGGREGATE) {
        items = op->aggregate.items;
        count = op->aggregate.item_count;
    } else if (op->kind == SL_OP_WINDOW) {
        items = op->window.items;
        count = op->window.item_count;
    }
    for (uint32_t i = 0; i < count; i++)
        if (items[i].pattern != NULL) return true;
    return false;
}

sl_stage *sl_stage_new(const sl_op *op, const sl_stage_env *env)
{
    static stage_maker *const makers[SL_OP_COUNT] = {
        [SL_OP_UNIQUE] = sl_stage_unique_new, [SL_OP_AGGREGATE] = sl_stage_aggregate_new,
        [SL_OP_SORT] = sl_stage_order_new,    [SL_OP_LIMIT] = sl_stage_order_new,
        [SL_OP_UNION] = sl_stage_union_new,   [SL_OP_JOIN] = sl_stage_join_new,
        [SL_OP_WINDOW] = sl_stage_window_new, [SL_OP_DEDUP] = sl_stage_dedup_new,
        [SL_OP_FILL] = sl_stage_fill_new,     [SL_OP_GENERATE] = sl_stage_generate_new,
        [SL_OP_PIVOT] = sl_stage_pivot_new,   [SL_OP_TRANSACTION] = sl_stage_transaction_new,
        [SL_OP_SINK] = sl_stage_sink_new,     [SL_OP_TRANSPOSE] = sl_stage_transpose_new,
    };
    if (stage_has_pattern(op)) return sl_stage_open_new(op, env);
    assert(op->kind < SL_OP_COUNT && makers[op->kind] != NULL);
    return makers[op->kind](op, env);
}

sl_rows *sl_sub_rows(const sl_stage_env *env, const sl_plan *sub)
{
    uint32_t number = sl_program_find(env->subs->program, sub);
    assert(number < env->subs->program->plan_count);
    return &env->subs->rows[number];
}

void sl_stage_free(sl_stage *stage)
{
    if (stage != NULL) stage->kind->free(stage);
}

sl_status sl_stage_push(sl_stage *stage, sl_batch *batch)
{
    if (sl_context_cancelled(stage->env.context)) return SL_CANCELLED;
    stage->in.rows += batch->selected;
    return batch->selected == 0 ? SL_OK : stage->kind->push(stage, batch);
}

void sl_stage_drop(sl_stage *stage, const sl_value *keys, uint32_t key_count)
{
    stage->in.unkeyed++;
    if (key_count > SL_FLOW_KEYS_MAX) key_count = SL_FLOW_KEYS_MAX;
    for (uint32_t k = 0; k < key_count; k++)
        stage->in.keys |= (uint64_t)!sl_is_missing(keys[k]) << k;
}

sl_status sl_stage_merge(sl_stage *into, sl_stage *from)
{
    assert(into->op == from->op);
    into->in.rows += from->in.rows;
    into->in.unkeyed += from->in.unkeyed;
    into->in.keys |= from->in.keys;
    return into->kind->merge(into, from);
}

sl_status sl_stage_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    return stage->kind->finish(stage, emit, context);
}

sl_status sl_stage_spill(sl_stage *stage)
{
    return stage->kind->spill == NULL ? SL_OK : stage->kind->spill(stage);
}

sl_status sl_stage_limit(const sl_stage_env *env, const char *what, uint64_t bytes)
{
    sl_fault_add(env->context->faults, SL_FAULT_MEMORY, env->context->query_name, UINT64_MAX,
                 "%s needs %llu bytes at once, the budget is %llu bytes; --memory raises it", what,
                 (unsigned long long)bytes, (unsigned long long)env->budget->bytes_max);
    return SL_LIMIT;
}

sl_status sl_stage_emit_rows(const sl_stage *stage, const sl_rows *rows, sl_emit *emit,
                             void *context)
{
    return sl_env_emit_rows(&stage->env, rows, emit, context);
}

sl_status sl_env_emit_rows(const sl_stage_env *env, const sl_rows *rows, sl_emit *emit,
                           void *context)
{
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_status status = SL_OK;
    for (size_t i = 0; i < rows->count && status == SL_OK; i += env->batch_rows) {
        size_t count = rows->count - i;
        if (count > env->batch_rows) count = env->batch_rows;
        sl_batch *batch = sl_rows_batch(rows, rows->rows + i, (uint32_t)count, &arena);
        status = batch == NULL ? SL_NOMEM : emit(context, batch);
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

int sl_origin_compare_place(const sl_origin *a, const sl_origin *b)
{
    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    if (a->input != b->input) return a->input < b->input ? -1 : 1;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    return (a->copy > b->copy) - (a->copy < b->copy);
}

int sl_origin_compare(const sl_origin *a, const sl_origin *b, sl_arrival arrival)
{
    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    if (a->position == 0 && a->time != b->time) {
        /* An event without a time comes last either way. */
        if (a->time == SL_TIME_NONE || b->time == SL_TIME_NONE)
            return b->time == SL_TIME_NONE ? -1 : 1;
        bool first = arrival == SL_ARRIVAL_NEWEST ? a->time > b->time : a->time < b->time;
        return first ? -1 : 1;
    }
    return sl_origin_compare_place(a, b);
}
