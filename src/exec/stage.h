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
#include "exec/budget.h"
#include "exec/flow.h"
#include "exec/rows.h"
#include "exec/spill.h"
#include "plan/program.h"

/* The rows of the searches that others of the program take, by plan number, with the field numbers
 * of the plan that takes them. Complete when that plan's stages are finished. */
typedef struct sl_sub_results {
    const sl_program *program;
    sl_rows *rows;
} sl_sub_results;

/* What a stage is told about its run. */
typedef struct sl_stage_env {
    const sl_plan *plan;
    const sl_context *context;
    size_t bytes_max; /* of a stage that keeps all in memory */
    uint32_t batch_rows;
    const sl_sub_results *subs;
    struct sl_lookups *lookups; /* of the run: exec/lookup_index.h */
    sl_budget *budget;          /* shared by all stages of the run */
    sl_spill *spill;            /* the worker's */
    sl_flow *flow;              /* of the plan; NULL: nobody asks */
} sl_stage_env;

/* The rows of `sub`, which a UNION or JOIN of env->plan names. */
sl_rows *sl_sub_rows(const sl_stage_env *env, const sl_plan *sub);

/* Takes a batch of result rows; anything but SL_OK ends the stage with that status. */
typedef sl_status sl_emit(void *context, sl_batch *batch);

typedef struct sl_stage sl_stage;

typedef struct sl_stage_kind {
    sl_status (*push)(sl_stage *stage, sl_batch *batch);
    sl_status (*merge)(sl_stage *into, sl_stage *from);
    sl_status (*finish)(sl_stage *stage, sl_emit *emit, void *context);
    void (*free)(sl_stage *stage);
    sl_status (*spill)(sl_stage *stage); /* NULL: it cannot */
} sl_stage_kind;

/* The head of every stage. */
struct sl_stage {
    const sl_stage_kind *kind;
    const sl_op *op;
    sl_stage_env env;
    sl_flow_in in;
};

/* A stage for the barrier `op`, or NULL when memory ends. */
sl_stage *sl_stage_new(const sl_op *op, const sl_stage_env *env);
void sl_stage_free(sl_stage *stage);
/* Takes the selected rows. SL_LIMIT when the memory budget is reached. */
sl_status sl_stage_push(sl_stage *stage, sl_batch *batch) SL_MUST_USE;
/* Counts a row that is dropped because it lacks a key; `keys` are its values. */
void sl_stage_drop(sl_stage *stage, const sl_value *keys, uint32_t key_count);
/* Moves what `from` knows into `into` (of the same operator). */
sl_status sl_stage_merge(sl_stage *into, sl_stage *from) SL_MUST_USE;
/* Gives the result, batch by batch, in order. */
sl_status sl_stage_finish(sl_stage *stage, sl_emit *emit, void *context) SL_MUST_USE;

/* Writes what it holds to the temporary file, to make room for others. */
sl_status sl_stage_spill(sl_stage *stage) SL_MUST_USE;
/* SL_LIMIT, with the numbers in the faults: what `what` names needs `bytes` at once. */
sl_status sl_stage_limit(const sl_stage_env *env, const char *what, uint64_t bytes) SL_MUST_USE;

/* The makers, one a kind of barrier. */
sl_stage *sl_stage_order_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_unique_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_aggregate_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_union_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_join_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_window_new(const sl_op *op, const sl_stage_env *env);
/* A window over the rows so far. */
sl_stage *sl_stage_running_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_dedup_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_fill_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_generate_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_pivot_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_transpose_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_transaction_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_sink_new(const sl_op *op, const sl_stage_env *env);
sl_stage *sl_stage_open_new(const sl_op *op, const sl_stage_env *env); /* aggregates of patterns */

/* Gives all rows of `rows`, in their order, in batches. */
sl_status sl_env_emit_rows(const sl_stage_env *env, const sl_rows *rows, sl_emit *emit,
                           void *context) SL_MUST_USE;
sl_status sl_stage_emit_rows(const sl_stage *stage, const sl_rows *rows, sl_emit *emit,
                             void *context) SL_MUST_USE;

/* The same as aggregates see it. */
static inline sl_rank sl_origin_rank(const sl_origin *origin)
{
    return (sl_rank){.time = origin->time,
                     .offset = origin->offset,
                     .input = origin->input,
                     .copy = origin->copy,
                     .position = origin->position};
}
/* By position, input, offset and copy alone: the order in which inputs hold their rows. */
int sl_origin_compare_place(const sl_origin *a, const sl_origin *b);
/* <0 when a row from `a` comes before one from `b`: by the position an operator gave them, then as
 * the plan's language has events arrive. */
int sl_origin_compare(const sl_origin *a, const sl_origin *b, sl_arrival arrival);

#endif
