/* stage_order.c - sort, head and tail: rows in order, as many as asked for.
 *
 * With a limit, the store is cut back to it whenever it has grown to twice that, so memory is
 * bounded by the limit and not by the input. Head and tail are sorts by arrival. */
#include "exec/order.h"
#include "exec/stage.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

enum { ORDER_SLACK = 4096 };

typedef struct order_stage {
    sl_stage stage;
    sl_rows rows;
    sl_order order;
    uint64_t limit; /* 0: all */
    uint64_t cut;   /* rows left out so far */
    bool from_end;
} order_stage;

/* Sorts, and keeps the first `limit` rows (the last, for tail). */
static sl_status order_cut(order_stage *s)
{
    sl_status status = sl_order_rows(&s->order, &s->rows);
    if (status != SL_OK || s->limit == 0 || s->rows.count <= s->limit) return status;
    size_t surplus = s->rows.count - (size_t)s->limit;
    sl_stored_row **first = s->from_end ? s->rows.rows + surplus : s->rows.rows;
    sl_rows kept;
    sl_rows_init(&kept, s->stage.env.bytes_max);
    status = sl_rows_add_stored(&kept, &s->rows, first, (size_t)s->limit);
    if (status != SL_OK) {
        sl_rows_fini(&kept);
        return status;
    }
    sl_rows_fini(&s->rows);
    s->rows = kept;
    s->cut += surplus;
    return SL_OK;
}

static sl_status order_push(sl_stage *stage, sl_batch *batch)
{
    order_stage *s = (order_stage *)stage;
    sl_status status = sl_rows_add(&s->rows, batch);
    if (status == SL_OK && s->limit != 0 && s->rows.count > 2 * s->limit + ORDER_SLACK)
        status = order_cut(s);
    return status;
}

static sl_status order_merge(sl_stage *into, sl_stage *from)
{
    order_stage *a = (order_stage *)into, *b = (order_stage *)from;
    a->cut += b->cut;
    sl_status status = sl_rows_add_stored(&a->rows, &b->rows, b->rows.rows, b->rows.count);
    return status == SL_OK ? order_cut(a) : status;
}

static void order_report_cut(const order_stage *s)
{
    if (s->cut == 0 || s->stage.op->kind != SL_OP_SORT || !s->stage.op->sort.cut_is_fault) return;
    sl_fault_add(s->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                 s->stage.env.context->query_name, UINT64_MAX,
                 "'%s' keeps %llu rows, %llu more were left out", s->stage.op->command,
                 (unsigned long long)s->limit, (unsigned long long)s->cut);
}

static sl_status order_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    order_stage *s = (order_stage *)stage;
    sl_status status = order_cut(s);
    if (status != SL_OK) return status;
    order_report_cut(s);
    if (stage->op->kind == SL_OP_LIMIT && stage->op->limit.reversed) {
        for (size_t i = 0, j = s->rows.count; i + 1 < j; i++) {
            sl_stored_row *row = s->rows.rows[i];
            s->rows.rows[i] = s->rows.rows[--j];
            s->rows.rows[j] = row;
        }
    }
    for (size_t i = 0; i < s->rows.count; i++) s->rows.rows[i]->origin.position = i + 1;
    return sl_stage_emit_rows(stage, &s->rows, emit, context);
}

static void order_free(sl_stage *stage)
{
    order_stage *s = (order_stage *)stage;
    sl_rows_fini(&s->rows);
    free(s);
}

sl_stage *sl_stage_order_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {order_push, order_merge, order_finish, order_free};
    order_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){&kind, op, *env};
    s->order.arrival = env->plan->arrival;
    if (op->kind == SL_OP_SORT) {
        s->order.keys = op->sort.keys;
        s->order.key_count = op->sort.key_count;
        s->limit = op->sort.limit;
    } else {
        assert(op->kind == SL_OP_LIMIT);
        s->limit = op->limit.count;
        s->from_end = op->limit.from_end;
    }
    sl_rows_init(&s->rows, env->bytes_max);
    return &s->stage;
}
