/* stage.h - an operator that must see many rows before it can say anything.
 *
 * Each worker has a stage of its own for a plan's first barrier; at the end they are merged into
 * one, which gives its rows to the rest of the plan. Results do not depend on how rows were dealt
 * to workers.
 *
 * Owner:    the worker, then exec.
 * Threads:  one at a time. */
#ifndef SL_EXEC_STAGE_H
#define SL_EXEC_STAGE_H

#include "base/status.h"
#include "exec/rows.h"
#include "plan/plan.h"

/* What a stage is told about its run. */
typedef struct sl_stage_env {
    const sl_plan *plan;
    const sl_context *context;
    size_t bytes_max; /* of this stage's state */
    uint32_t batch_rows;
} sl_stage_env;

/* Takes a batch of result rows; anything but SL_OK ends the stage with that status. */
typedef sl_status sl_emit(void *context, sl_batch *batch);

typedef struct sl_stage sl_stage;

typedef struct sl_stage_kind {
    sl_status (*push)(sl_stage *stage, sl_batch *batch);
    sl_status (*merge)(sl_stage *into, sl_stage *from);
    sl_status (*finish)(sl_stage *stage, sl_emit *emit, void *context);
    void (*free)(sl_stage *stage);
} sl_stage_kind;

/* The head of every stage. */
struct sl_stage {
    const sl_stage_kind *kind;
    const sl_op *op;
    sl_stage_env env;
};

/* A stage for the barrier `op`, or NULL when memory ends. */
sl_stage *sl_stage_new(const sl_op *op, const sl_stage_env *env);
void sl_stage_free(sl_stage *stage);
/* Takes the selected rows. SL_LIMIT when the memory budget is reached. */
sl_status sl_stage_push(sl_stage *stage, sl_batch *batch) SL_MUST_USE;
/* Moves what `from` knows into `into` (of the same operator). */
sl_status sl_stage_merge(sl_stage *into, sl_stage *from) SL_MUST_USE;
/* Gives the result, batch by batch, in order. */
sl_status sl_stage_finish(sl_stage *stage, sl_emit *emit, void *context) SL_MUST_USE;

/* The makers, one a kind of barrier. */
sl_stage *sl_stage_order_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_unique_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_aggregate_new(const sl_op *op, const sl_stage_env *env);

/* Gives all rows of `rows`, in their order, in batches. */
sl_status sl_stage_emit_rows(const sl_stage *stage, const sl_rows *rows, sl_emit *emit,
                             void *context) SL_MUST_USE;

/* <0 when a row from `a` comes before one from `b`: by the position an operator gave them, then as
 * the plan's language has events arrive. */
int sl_origin_compare(const sl_origin *a, const sl_origin *b, sl_arrival arrival);

#endif
