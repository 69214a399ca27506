/* stage_sink.c - rows written to a table on their way (outputlookup).
 *
 * They are written in their order, so all must have come first. */
#include "exec/sorter.h"

#include <stdlib.h>

#include "base/memory.h"
#include "plan/sink.h"

typedef struct sink_stage {
    sl_stage stage;
    sl_sorter rows;
} sink_stage;

/* Rows on their way out. */
typedef struct sink_out {
    const sl_stage *stage;
    sl_emit *emit;
    void *context;
} sink_out;

static sl_status sink_push(sl_stage *stage, sl_batch *batch)
{
    return sl_sorter_add(&((sink_stage *)stage)->rows, batch);
}

static sl_status sink_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((sink_stage *)into)->rows, &((sink_stage *)from)->rows);
}

static sl_status sink_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((sink_stage *)stage)->rows);
}

static sl_status sink_give(void *context, sl_batch *batch)
{
    const sink_out *out = context;
    const sl_table_sink *sink = out->stage->op->sink.sink;
    sl_status status = sink->rows(sink->owner, &out->stage->env.plan->fields, batch);
    return status == SL_OK ? out->emit(out->context, batch) : status;
}

static sl_status sink_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    sink_stage *s = (sink_stage *)stage;
    sink_out out = {.stage = stage, .emit = emit, .context = context};
    const sl_table_sink *sink = stage->op->sink.sink;
    uint64_t cut;
    sl_status status =
        sink->rows(sink->owner, &stage->env.plan->fields, &(sl_batch){.selected = 0});
    if (status == SL_OK) status = sl_sorter_settle(&s->rows, &cut);
    return status == SL_OK ? sl_sorter_finish(&s->rows, sink_give, &out) : status;
}

static void sink_free(sl_stage *stage)
{
    sl_sorter_fini(&((sink_stage *)stage)->rows);
    free(stage);
}

sl_stage *sl_stage_sink_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {sink_push, sink_merge, sink_finish, sink_free, sink_spill};
    sink_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->rows, &order, env);
    s->rows.numbering = SL_NUMBER_ROWS;
    return &s->stage;
}
