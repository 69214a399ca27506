/* stage_union.c - the rows of other searches behind the rows that came, or among them by time; and
 * behind both what a pipe makes of a copy of these rows.
 *
 * The other searches are plans of the same scan; they are finished first, and exec keeps their
 * rows with the field numbers of this plan. */
#include "exec/sorter.h"
#include "exec/stage.h"
#include "exec/tail.h"

#include <stdlib.h>

#include "base/memory.h"

typedef struct union_stage {
    sl_stage stage;
    sl_sorter sorter; /* the rows that came */
} union_stage;

/* The rows as they are given out. */
typedef struct union_run {
    union_stage *s;
    sl_tail *pipe; /* takes a copy of the rows that came; NULL: nothing does */
    sl_emit *emit;
    void *context;
    uint64_t position; /* of the row given last */
} union_run;

/* Gathers what its input holds, to be given later in the same order. */
static const sl_op union_keep = {.kind = SL_OP_LIMIT, .command = "appendpipe"};

static sl_status union_push(sl_stage *stage, sl_batch *batch)
{
    return sl_sorter_add(&((union_stage *)stage)->sorter, batch);
}

static sl_status union_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((union_stage *)into)->sorter, &((union_stage *)from)->sorter);
}

static sl_status union_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((union_stage *)stage)->sorter);
}

/* Positions go on through all that is given: an sl_emit. */
static sl_status union_give(void *context, sl_batch *batch)
{
    union_run *run = context;
    sl_origin *origins = SL_ARENA_ARRAY(batch->arena, batch->row_count, sl_origin);
    if (origins == NULL) return SL_NOMEM;
    memcpy(origins, batch->origins, batch->row_count * sizeof *origins);
    for (uint32_t i = 0; i < batch->selected; i++)
        origins[batch->rows[i]].position = ++run->position;
    batch->origins = origins;
    return run->emit(run->context, batch);
}

/* The rows that came: their copy goes through the pipe. */
static sl_status union_give_own(void *context, sl_batch *batch)
{
    union_run *run = context;
    if (run->pipe != NULL) {
        sl_batch *copy = sl_batch_share(batch);
        sl_status status = copy == NULL ? SL_NOMEM : sl_tail_push(run->pipe, copy);
        if (status != SL_OK) return status;
    }
    return union_give(run, batch);
}

/* True when the rows of all searches are events: their order is that of one search. */
static bool union_is_mixed(const sl_op_union *how)
{
    for (uint32_t i = 0; i < how->count; i++)
        if (sl_pipe_barrier(&how->plans[i]->pipe) != NULL) return false;
    return how->mixed;
}

/* Puts a search's rows among those that came: an sl_emit. */
static sl_status union_mix(void *context, sl_batch *batch)
{
    sl_origin *origins = SL_ARENA_ARRAY(batch->arena, batch->row_count, sl_origin);
    if (origins == NULL) return SL_NOMEM;
    memcpy(origins, batch->origins, batch->row_count * sizeof *origins);
    for (uint32_t r = 0; r < batch->row_count; r++) origins[r].position = 0;
    batch->origins = origins;
    return sl_sorter_add(context, batch);
}

/* Keeps rows in the stage of union_keep: an sl_emit. */
static sl_status union_take(void *context, sl_batch *batch)
{
    return sl_stage_push(context, batch);
}

static sl_status union_subs(union_run *run, sl_emit *take, void *context)
{
    const sl_op_union *how = &run->s->stage.op->united;
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < how->count && status == SL_OK; i++)
        status = sl_stage_emit_rows(&run->s->stage, sl_sub_rows(&run->s->stage.env, how->plans[i]),
                                    take, context);
    return status;
}

static sl_status union_give_all(union_run *run)
{
    union_stage *s = run->s;
    bool mixed = union_is_mixed(&s->stage.op->united);
    uint64_t cut;
    sl_status status = mixed ? union_subs(run, union_mix, &s->sorter) : SL_OK;
    if (status == SL_OK) status = sl_sorter_settle(&s->sorter, &cut);
    if (status == SL_OK) status = sl_sorter_finish(&s->sorter, union_give_own, run);
    if (status == SL_OK && !mixed) status = union_subs(run, union_give, run);
    return status;
}

/* The pipe's rows are kept until the others were given, when it does not keep them itself. */
static sl_status union_finish_pipe(union_run *run)
{
    sl_stage_env own = run->s->stage.env;
    const sl_stage_env *env = &own;
    const sl_pipe *pipe = run->s->stage.op->united.pipe;
    bool keeps = sl_pipe_barrier(pipe) != NULL;
    sl_stage *kept = keeps ? NULL : sl_stage_new(&union_keep, env);
    sl_tail tail;
    own.flow = NULL; /* its steps are not the plan's */
    if (!keeps && kept == NULL) return SL_NOMEM;
    run->pipe = &tail;
    sl_status status = keeps ? sl_tail_init(&tail, env, pipe->first, union_give, run)
                             : sl_tail_init(&tail, env, pipe->first, union_take, kept);
    if (status == SL_OK) status = union_give_all(run);
    if (status == SL_OK) status = sl_tail_finish(&tail);
    if (status == SL_OK && kept != NULL) status = sl_stage_finish(kept, union_give, run);
    sl_tail_fini(&tail);
    sl_stage_free(kept);
    return status;
}

static sl_status union_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    union_run run = {.s = (union_stage *)stage, .emit = emit, .context = context};
    return stage->op->united.pipe == NULL ? union_give_all(&run) : union_finish_pipe(&run);
}

static void union_free(sl_stage *stage)
{
    sl_sorter_fini(&((union_stage *)stage)->sorter);
    free(stage);
}

sl_stage *sl_stage_union_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {.push = union_push,
                                       .merge = union_merge,
                                       .finish = union_finish,
                                       .free = union_free,
                                       .spill = union_spill};
    union_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->sorter, &order, env);
    s->sorter.numbering = SL_NUMBER_ROWS;
    return &s->stage;
}
