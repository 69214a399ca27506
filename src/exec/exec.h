/* exec.h - runs a program over inputs: the one entry of this folder.
 *
 * Worker threads take inputs from the list, split them into records, walk each record once for all
 * plans, and push batches through the plans' row-wise operators into stages of their own. When all
 * input is read, the calling thread merges the stages and runs the rest of each plan. Rows reach
 * the sink on the calling thread, in an order that does not depend on threads, batches or blocks.
 *
 * Owner:    everything passed in is borrowed for the call.
 * Threads:  makes its own; the sink is called by the calling thread only. */
#ifndef SL_EXEC_EXEC_H
#define SL_EXEC_EXEC_H

#include <stdatomic.h>

#include "event/recognise.h"
#include "exec/flow.h"
#include "plan/program.h"
#include "source/input.h"

enum {
    SL_THREADS_MAX = 256,
    SL_RECORD_BYTES_DEFAULT = 16 * 1024 * 1024,
};
#define SL_INFLATED_BYTES_DEFAULT (UINT64_C(4) << 30)
#define SL_MEMORY_BYTES_DEFAULT (UINT64_C(1) << 30)

typedef struct sl_exec_options {
    uint32_t threads;    /* 0: as many as there are processors */
    uint32_t batch_rows; /* 1 to SL_BATCH_ROWS_MAX; 0: that */
    size_t block_bytes;  /* 0: SL_BLOCK_BYTES */
    size_t record_bytes_max;
    uint64_t inflated_bytes_max;
    uint64_t memory_bytes_max;
    sl_time now, earliest, latest; /* SL_TIME_NONE: open; latest is exclusive */
    const sl_zone *zone;
    uint64_t slice_bytes;  /* of large files; 0: SL_SLICE_BYTES */
    bool gate_off;         /* --no-gate: every record is read, whatever the plans ask for */
    uint32_t gate_kernels; /* how many of the gate's kernels may serve, from the plainest; 0: all */
    bool ordered;          /* searches without an order of their own come in order of arrival */
    const atomic_bool *cancelled; /* may be NULL */
    /* Called about every 100 ms by the calling thread; may be NULL. */
    void (*progress)(void *context, uint64_t files, uint64_t bytes, uint64_t records,
                     uint64_t rows);
    void *progress_context;
} sl_exec_options;

typedef struct sl_sink {
    void *context;
    /* The selected rows of `batch` are the next rows of the result of plan number `plan`. False
     * stops the run. */
    bool (*rows)(void *context, uint32_t plan, const sl_batch *batch);
} sl_sink;

/* What was read of one format. */
typedef struct sl_format_stats {
    uint64_t events;
    sl_time first, last; /* SL_TIME_NONE: no event with a time */
} sl_format_stats;

/* What came of one plan. */
typedef struct sl_plan_stats {
    uint64_t events;          /* of formats that the plan has a route for */
    uint64_t passed;          /* events that passed the operators before the first barrier */
    uint64_t rows;            /* of the result */
    uint64_t no_time;         /* events that a time range left out for want of a time */
    uint64_t undecided;       /* matches of a regular expression that ran out of steps */
    uint64_t outside;         /* events that it left out because of theirs */
    sl_time earliest, latest; /* that range, SL_TIME_NONE: open */
    sl_flow *flow;            /* what became of the rows that passed */
    bool *seen; /* by field number at the start of the run: some event had the field */
    uint32_t seen_count;
} sl_plan_stats;

typedef struct sl_exec_stats {
    uint64_t files, bytes, records, passed_over, rows;
    uint64_t candidates; /* records that were walked */
    uint64_t spilled;    /* bytes written to temporary files */
    double seconds;
    sl_format_stats *formats; /* by number */
    sl_plan_stats *plans;     /* by number */
    bool partial;             /* interrupted or stopped: what was found so far */
    bool stopped;             /* partial because the sink wanted no more rows */
} sl_exec_stats;

/* `arena` takes the stats' arrays. SL_OK; SL_CANCELLED when interrupted or stopped by the sink
 * (rows found so far were given); SL_LIMIT when the memory budget was reached; SL_NOMEM. Trouble
 * with inputs is in `faults` and is not a failure. */
sl_status sl_exec_run(const sl_program *program, const sl_recogniser *recogniser, sl_inputs *inputs,
                      const sl_exec_options *options, const sl_sink *sink, sl_faults *faults,
                      sl_arena *arena, sl_exec_stats *out_stats) SL_MUST_USE;

#endif
