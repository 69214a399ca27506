/* worker.h - one thread's share of a run: reads inputs, fills batches, feeds its stages.
 *
 * Owner:    exec.
 * Threads:  a worker is one thread; `run` is shared, its atomics are how workers talk. */
#ifndef SL_EXEC_WORKER_H
#define SL_EXEC_WORKER_H

#include <pthread.h>

#include "event/split.h"
#include "exec/exec.h"
#include "exec/lookup_index.h"
#include "exec/read.h"
#include "exec/sequence.h"
#include "exec/stage.h"
#include "plan/gates.h"
#include "source/reader.h"

/* What all workers of a run share. */
typedef struct sl_run_state {
    const sl_program *program;
    const sl_recogniser *recogniser;
    sl_inputs *inputs;
    const sl_exec_options *options;
    sl_faults *faults;
    const sl_context *contexts;   /* by plan */
    const sl_op *const *barriers; /* by plan; NULL: the plan streams */
    const sl_sub_results *subs;
    sl_flow *flows; /* by plan */
    sl_lookups *lookups;
    sl_sequence *sequence;
    bool streams;       /* some plan does */
    size_t stage_bytes; /* of a stage that cannot write to the temporary file */
    sl_budget budget;   /* of all other stages together */
    uint32_t batch_rows;
    atomic_uint_fast64_t files, bytes, records, rows;
    atomic_int status; /* the first failure, SL_OK until then */
    atomic_bool stop;
    atomic_uint active; /* workers that have not ended */
} sl_run_state;

typedef struct sl_worker {
    sl_run_state *run;
    pthread_t thread;
    sl_reader *reader;
    sl_split *split;
    sl_read *read;
    sl_gates *gates; /* NULL: gates are off */
    sl_spill *spill; /* of all its stages */
    sl_gate *gate;
    sl_arena arena;      /* of a batch */
    sl_arena records;    /* records that had to be unescaped */
    sl_pending *pending; /* batch_rows a format */
    uint32_t *pending_count;
    uint32_t *kept_count;       /* those of them that were copied out of their block */
    uint32_t kept_rows_max;     /* of all formats together */
    uint32_t last_format;       /* of the record that came last */
    const sl_input *kept_input; /* a copy of `input` that lives as long as they */
    sl_stage **stages;          /* by plan; NULL: streams */
    sl_rows *streamed;          /* by plan, of the input at hand */
    sl_format_stats *formats;
    sl_plan_stats *plans;
    uint64_t passed_over, skipped;
    uint64_t unread; /* of formats that no plan looks at */
    const sl_input *input;
} sl_worker;

/* SL_NOMEM when memory ends; sl_worker_fini takes what was made so far. */
sl_status sl_worker_init(sl_worker *worker, sl_run_state *run) SL_MUST_USE;
void sl_worker_fini(sl_worker *worker);
/* Reads inputs until there are none or the run stops. */
void sl_worker_run(sl_worker *worker);
/* Notes the run's first failure and stops it. */
void sl_run_fail(sl_run_state *run, sl_status status);

#endif
