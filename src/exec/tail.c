/* tail.c - one barrier after another, each with its own stage. */
#include "exec/tail.h"

#include "exec/rowwise.h"

sl_status sl_tail_init(sl_tail *tail, const sl_stage_env *env, const sl_op *first, sl_emit *emit,
                       void *context)
{
    *tail = (sl_tail){.env = env, .first = first, .emit = emit, .context = context};
    tail->barrier = sl_pipe_barrier(&(sl_pipe){.first = (sl_op *)(uintptr_t)first});
    if (tail->barrier == NULL) return SL_OK;
    tail->stage = sl_stage_new(tail->barrier, env);
    return tail->stage == NULL ? SL_NOMEM : SL_OK;
}

void sl_tail_fini(sl_tail *tail)
{
    sl_stage_free(tail->stage);
    tail->stage = NULL;
}

/* Rows as they come out of the operators before the barrier. */
static sl_status tail_take(void *context, sl_batch *batch)
{
    sl_tail *tail = context;
    return tail->stage != NULL ? sl_stage_push(tail->stage, batch)
                               : tail->emit(tail->context, batch);
}

sl_status sl_tail_push(void *context, sl_batch *batch)
{
    sl_tail *tail = context;
    tail->taken += batch->selected;
    sl_rowwise pipe = {.plan = tail->env->plan,
                       .first = tail->first,
                       .end = tail->barrier,
                       .context = tail->env->context,
                       .lookups = tail->env->lookups,
                       .batch_rows = tail->env->batch_rows};
    return sl_rowwise_run(&pipe, batch, tail_take, tail);
}

sl_status sl_tail_finish(sl_tail *tail)
{
    sl_stage *stage = tail->stage;
    tail->stage = NULL;
    return sl_tail_finish_stage(stage, tail->emit, tail->context);
}

sl_status sl_tail_finish_stage(sl_stage *stage, sl_emit *emit, void *context)
{
    sl_status status = SL_OK;
    while (stage != NULL && status == SL_OK) {
        sl_tail tail;
        sl_stage_env env = stage->env;
        status = sl_tail_init(&tail, &env, stage->op->next, emit, context);
        if (status == SL_OK) status = sl_stage_finish(stage, sl_tail_push, &tail);
        sl_flow_add(env.flow, (sl_flow_step){stage->op, stage->in, tail.taken});
        sl_stage_free(stage);
        stage = tail.stage;
    }
    sl_stage_free(stage);
    return status;
}
