/* stage_order.c - sort, head and tail: rows in order, as many as asked for.
 *
 * All three are a sorter's work: head and tail are sorts by arrival with a limit, and reversing is
 * sorting the other way round. */
#include "exec/sorter.h"
#include "exec/stage.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

typedef struct order_stage {
    sl_stage stage;
    sl_sorter sorter;
} order_stage;

static sl_status order_push(sl_stage *stage, sl_batch *batch)
{
    return sl_sorter_add(&((order_stage *)stage)->sorter, batch);
}

static sl_status order_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((order_stage *)into)->sorter, &((order_stage *)from)->sorter);
}

static sl_status order_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((order_stage *)stage)->sorter);
}

static void order_report_cut(const order_stage *s, uint64_t cut)
{
    if (cut == 0 || s->stage.op->kind != SL_OP_SORT || !s->stage.op->sort.cut_is_fault) return;
    sl_fault_add(s->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                 s->stage.env.context->query_name, UINT64_MAX,
                 "'%s' keeps %llu rows, %llu more were left out", s->stage.op->command,
                 (unsigned long long)s->sorter.limit, (unsigned long long)cut);
}

static sl_status order_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    order_stage *s = (order_stage *)stage;
    uint64_t cut;
    sl_status status = sl_sorter_settle(&s->sorter, &cut);
    if (status != SL_OK) return status;
    order_report_cut(s, cut);
    return sl_sorter_finish(&s->sorter, emit, context);
}

static void order_free(sl_stage *stage)
{
    order_stage *s = (order_stage *)stage;
    sl_sorter_fini(&s->sorter);
    free(s);
}

sl_stage *sl_stage_order_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {order_push, order_merge, order_finish, order_free,
                                       order_spill};
    order_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    if (op->kind == SL_OP_SORT) {
        order.keys = op->sort.keys;
        order.key_count = op->sort.key_count;
    } else {
        assert(op->kind == SL_OP_LIMIT);
        order.reversed = op->limit.reversed;
    }
    sl_sorter_init(&s->sorter, &order, env);
    s->sorter.numbering = SL_NUMBER_ROWS;
    s->sorter.limit = op->kind == SL_OP_SORT ? op->sort.limit : op->limit.count;
    /* The last rows of an order are the first ones of its reverse. */
    s->sorter.from_end = op->kind == SL_OP_LIMIT && op->limit.from_end != op->limit.reversed;
    return &s->stage;
}
