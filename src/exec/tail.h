/* tail.h - a stretch of a pipe with barriers in it, run by one thread.
 *
 * What follows the first barrier of a plan when all input is read, and the pipe of a UNION: rows
 * go through the row-wise operators into the next barrier's stage, which is finished when the one
 * before it is.
 *
 * Owner:    the caller.
 * Threads:  one at a time. */
#ifndef SL_EXEC_TAIL_H
#define SL_EXEC_TAIL_H

#include "exec/stage.h"

/* The row-wise operators from `first` up to the next barrier, and that barrier's stage. */
typedef struct sl_tail {
    const sl_stage_env *env;
    const sl_op *first, *barrier;
    sl_stage *stage; /* NULL: rows go to `emit` */
    sl_emit *emit;
    void *context;
    uint64_t taken; /* rows that came */
} sl_tail;

/* SL_NOMEM when memory ends. `env` outlives the tail. */
sl_status sl_tail_init(sl_tail *tail, const sl_stage_env *env, const sl_op *first, sl_emit *emit,
                       void *context) SL_MUST_USE;
void sl_tail_fini(sl_tail *tail);
/* Takes the selected rows: an sl_emit. */
sl_status sl_tail_push(void *tail, sl_batch *batch) SL_MUST_USE;
/* No row follows: what barriers hold goes on, to the end of the pipe. */
sl_status sl_tail_finish(sl_tail *tail) SL_MUST_USE;
/* Finishes `stage` (taken over) and whatever follows it in its pipe. */
sl_status sl_tail_finish_stage(sl_stage *stage, sl_emit *emit, void *context) SL_MUST_USE;

#endif
