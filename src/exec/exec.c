/* exec.c - starts the workers, gives out streamed rows meanwhile, then merges and finishes. */
#include "exec/exec.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "exec/rowwise.h"
#include "exec/worker.h"

enum { EXEC_PROGRESS_MS = 100, EXEC_OPEN_ROWS_MAX = 512 };

/* Sorts by arrival and keeps all rows: what --ordered adds to a search without an order. */
static const sl_op exec_ordered = {.kind = SL_OP_LIMIT, .command = "--ordered"};

typedef struct exec {
    sl_run_state run;
    const sl_sink *sink;
    sl_context *contexts;
    const sl_op **barriers;
    sl_worker *workers;
    uint32_t worker_count;
    uint64_t *plan_rows;
    bool sink_stopped;
} exec;

static uint32_t exec_threads(const sl_exec_options *options)
{
    long online = options->threads != 0 ? (long)options->threads : sysconf(_SC_NPROCESSORS_ONLN);
    if (online < 1) return 1;
    return online > SL_THREADS_MAX ? SL_THREADS_MAX : (uint32_t)online;
}

static bool exec_is_open(const sl_program *program)
{
    for (uint32_t s = 0; s < program->scan_count; s++)
        for (uint32_t r = 0; r < program->scans[s].route_count; r++)
            if (program->scans[s].routes[r].open) return true;
    return false;
}

static uint32_t exec_batch_rows(const sl_program *program, const sl_exec_options *options)
{
    uint32_t rows = options->batch_rows;
    if (rows == 0 || rows > SL_BATCH_ROWS_MAX) rows = SL_BATCH_ROWS_MAX;
    /* An open search has hundreds of columns: fewer rows keep a batch in the cache. */
    return rows > EXEC_OPEN_ROWS_MAX && exec_is_open(program) ? EXEC_OPEN_ROWS_MAX : rows;
}

/* What the user gave, else what the query says, which was checked when it was compiled. */
static sl_time exec_bound(const sl_exec_options *options, sl_time given, sl_text own)
{
    sl_time time;
    if (given != SL_TIME_NONE || own.length == 0) return given;
    return sl_time_parse_modifier(own, options->now, options->zone, &time) ? time : SL_TIME_NONE;
}

static sl_context exec_context(const exec *e, const sl_plan *plan)
{
    const sl_exec_options *options = e->run.options;
    return (sl_context){.now = options->now,
                        .zone = options->zone,
                        .earliest = exec_bound(options, options->earliest, plan->earliest),
                        .latest = exec_bound(options, options->latest, plan->latest),
                        .faults = e->run.faults,
                        .query_name = plan->name};
}

static sl_status exec_init(exec *e)
{
    sl_run_state *run = &e->run;
    uint32_t plans = run->program->plan_count;
    e->contexts = sl_calloc(plans, sizeof *e->contexts);
    e->barriers = sl_calloc(plans, sizeof *e->barriers);
    e->plan_rows = sl_calloc(plans, sizeof *e->plan_rows);
    if (e->contexts == NULL || e->barriers == NULL || e->plan_rows == NULL) return SL_NOMEM;
    for (uint32_t p = 0; p < plans; p++) {
        e->contexts[p] = exec_context(e, run->program->plans[p]);
        e->barriers[p] = sl_pipe_barrier(&run->program->pipes[p]);
        if (e->barriers[p] == NULL && run->options->ordered) e->barriers[p] = &exec_ordered;
        run->streams |= e->barriers[p] == NULL;
    }
    run->contexts = e->contexts;
    run->barriers = e->barriers;
    run->batch_rows = exec_batch_rows(run->program, run->options);
    uint32_t threads = exec_threads(run->options);
    run->stage_bytes = (size_t)(run->options->memory_bytes_max / (threads + 1));
    run->sequence = sl_sequence_new(run->stage_bytes);
    e->workers = sl_calloc(threads, sizeof *e->workers);
    if (run->sequence == NULL || e->workers == NULL) return SL_NOMEM;
    for (; e->worker_count < threads; e->worker_count++) {
        sl_status status = sl_worker_init(&e->workers[e->worker_count], run);
        if (status == SL_OK) continue;
        sl_worker_fini(&e->workers[e->worker_count]);
        return status;
    }
    return SL_OK;
}

static void exec_fini(exec *e)
{
    for (uint32_t w = 0; w < e->worker_count; w++) sl_worker_fini(&e->workers[w]);
    sl_sequence_free(e->run.sequence);
    free(e->workers);
    free(e->contexts);
    free(e->barriers);
    free(e->plan_rows);
}

static void *exec_thread(void *argument)
{
    sl_worker *worker = argument;
    sl_worker_run(worker);
    if (atomic_fetch_sub(&worker->run->active, 1) == 1) sl_sequence_end(worker->run->sequence);
    return NULL;
}

static bool exec_cancelled(const exec *e)
{
    return e->run.options->cancelled != NULL && atomic_load(e->run.options->cancelled);
}

static void exec_progress(exec *e)
{
    const sl_exec_options *options = e->run.options;
    if (options->progress == NULL) return;
    options->progress(options->progress_context, atomic_load(&e->run.files),
                      atomic_load(&e->run.bytes), atomic_load(&e->run.records),
                      atomic_load(&e->run.rows));
}

/* A search that names no columns shows what its events have: the time, then the rest by name. The
 * order in which fields were met would depend on how events were dealt to batches. */
static int exec_compare_columns(const void *left, const void *right, void *context)
{
    const sl_fields *fields = context;
    sl_text a = sl_fields_name(fields, ((const sl_column *)left)->field);
    sl_text b = sl_fields_name(fields, ((const sl_column *)right)->field);
    bool a_time = sl_text_equal(a, SL_TEXT("_time")) || sl_text_equal(a, SL_TEXT("@timestamp"));
    bool b_time = sl_text_equal(b, SL_TEXT("_time")) || sl_text_equal(b, SL_TEXT("@timestamp"));
    if (a_time != b_time) return a_time ? -1 : 1;
    return sl_text_compare(a, b);
}

static bool exec_names_columns(const sl_plan *plan)
{
    for (const sl_op *op = plan->pipe.first; op != NULL; op = op->next)
        if (op->kind == SL_OP_PROJECT || op->kind == SL_OP_AGGREGATE) return true;
    return false;
}

static void exec_order_columns(const sl_plan *plan, sl_batch *batch)
{
    if (exec_names_columns(plan)) return;
    qsort_r(batch->columns, batch->column_count, sizeof *batch->columns, exec_compare_columns,
            (void *)(uintptr_t)&plan->fields);
}

/* The selected rows of `batch` are result rows of `plan`. */
static sl_status exec_give(exec *e, uint32_t plan, sl_batch *batch)
{
    if (batch->selected == 0) return SL_OK;
    if (e->sink_stopped) return SL_CANCELLED;
    exec_order_columns(e->run.program->plans[plan], batch);
    e->plan_rows[plan] += batch->selected;
    atomic_fetch_add(&e->run.rows, batch->selected);
    if (e->sink->rows(e->sink->context, plan, batch)) return SL_OK;
    e->sink_stopped = true;
    return SL_CANCELLED;
}

static sl_status exec_give_rows(exec *e, uint32_t plan, const sl_rows *rows)
{
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_status status = SL_OK;
    for (size_t i = 0; i < rows->count && status == SL_OK; i += e->run.batch_rows) {
        size_t count = rows->count - i < e->run.batch_rows ? rows->count - i : e->run.batch_rows;
        sl_batch *batch = sl_rows_batch(rows, rows->rows + i, (uint32_t)count, &arena);
        status = batch == NULL ? SL_NOMEM : exec_give(e, plan, batch);
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

/* Gives out streamed rows until the workers have ended. */
static void exec_wait(exec *e)
{
    for (;;) {
        uint32_t plan;
        sl_rows rows;
        sl_status status = sl_sequence_take(e->run.sequence, EXEC_PROGRESS_MS, &plan, &rows);
        if (status == SL_END) return;
        if (status == SL_OK) {
            status = e->sink_stopped ? SL_CANCELLED : exec_give_rows(e, plan, &rows);
            sl_rows_fini(&rows);
            if (status != SL_OK) sl_run_fail(&e->run, status);
        } else {
            exec_progress(e);
        }
        if (exec_cancelled(e)) atomic_store(&e->run.stop, true);
        if (atomic_load(&e->run.stop)) sl_sequence_cancel(e->run.sequence);
    }
}

static sl_status exec_scan(exec *e)
{
    uint32_t started = 0;
    atomic_store(&e->run.active, e->worker_count);
    for (; started < e->worker_count; started++)
        if (pthread_create(&e->workers[started].thread, /* attributes= */ NULL, exec_thread,
                           &e->workers[started]) != 0)
            break;
    uint32_t missing = e->worker_count - started; /* those that started do the work of all */
    if (missing > 0 && atomic_fetch_sub(&e->run.active, missing) == missing)
        sl_sequence_end(e->run.sequence);
    exec_wait(e);
    for (uint32_t w = 0; w < started; w++)
        pthread_join(e->workers[w].thread, /* result= */ NULL);
    return started == 0 ? SL_NOMEM : (sl_status)atomic_load(&e->run.status);
}

/* A plan's operators behind a barrier, up to the next one. */
typedef struct exec_tail {
    exec *e;
    uint32_t plan;
    const sl_op *first;  /* behind the barrier that gives the rows */
    const sl_op *barrier; /* the next one, NULL: the rows are the result */
    sl_stage *stage;      /* of the next barrier */
} exec_tail;

static sl_status exec_tail_emit(void *context, sl_batch *batch)
{
    exec_tail *tail = context;
    sl_status status = sl_rowwise_run(tail->e->run.program->plans[tail->plan], tail->first,
                                      tail->barrier, batch,
                                      &tail->e->contexts[tail->plan]);
    if (status != SL_OK) return status;
    return tail->stage != NULL ? sl_stage_push(tail->stage, batch)
                               : exec_give(tail->e, tail->plan, batch);
}

/* Finishes `stage` (taken over) and whatever follows it in the plan. */
static sl_status exec_finish(exec *e, uint32_t plan, sl_stage *stage)
{
    sl_status status = SL_OK;
    while (stage != NULL && status == SL_OK) {
        exec_tail tail = {.e = e, .plan = plan, .first = stage->op->next};
        tail.barrier = sl_pipe_barrier(&(sl_pipe){.first = stage->op->next});
        if (tail.barrier != NULL) {
            tail.stage = sl_stage_new(tail.barrier, &stage->env);
            if (tail.stage == NULL) status = SL_NOMEM;
        }
        if (status == SL_OK) status = sl_stage_finish(stage, exec_tail_emit, &tail);
        sl_stage_free(stage);
        stage = tail.stage;
    }
    sl_stage_free(stage);
    return status;
}

static sl_status exec_merge(exec *e, uint32_t plan)
{
    if (e->barriers[plan] == NULL) return SL_OK;
    sl_stage *merged = e->workers[0].stages[plan];
    e->workers[0].stages[plan] = NULL;
    sl_status status = SL_OK;
    for (uint32_t w = 1; w < e->worker_count && status == SL_OK; w++) {
        status = sl_stage_merge(merged, e->workers[w].stages[plan]);
        sl_stage_free(e->workers[w].stages[plan]);
        e->workers[w].stages[plan] = NULL;
    }
    if (status == SL_OK) return exec_finish(e, plan, merged);
    sl_stage_free(merged);
    return status;
}

static void exec_add_format(sl_format_stats *into, const sl_format_stats *from)
{
    into->events += from->events;
    if (from->first == SL_TIME_NONE) return;
    if (into->first == SL_TIME_NONE || from->first < into->first) into->first = from->first;
    if (into->last == SL_TIME_NONE || from->last > into->last) into->last = from->last;
}

static bool exec_add_plan(sl_plan_stats *into, const sl_plan_stats *from, sl_arena *arena)
{
    into->events += from->events;
    into->passed += from->passed;
    if (into->seen == NULL) {
        into->seen = SL_ARENA_ARRAY(arena, from->seen_count, bool);
        into->seen_count = into->seen == NULL ? 0 : from->seen_count;
    }
    for (uint32_t f = 0; f < into->seen_count; f++) into->seen[f] |= from->seen[f];
    return into->seen != NULL;
}

static sl_status exec_stats(const exec *e, sl_arena *arena, sl_exec_stats *stats)
{
    const sl_program *program = e->run.program;
    stats->formats = SL_ARENA_ARRAY(arena, program->scan_count, sl_format_stats);
    stats->plans = SL_ARENA_ARRAY(arena, program->plan_count, sl_plan_stats);
    if (stats->formats == NULL || stats->plans == NULL) return SL_NOMEM;
    for (uint32_t f = 0; f < program->scan_count; f++)
        stats->formats[f].first = stats->formats[f].last = SL_TIME_NONE;
    uint64_t no_time = 0;
    for (uint32_t w = 0; w < e->worker_count; w++) {
        const sl_worker *worker = &e->workers[w];
        for (uint32_t f = 0; f < program->scan_count; f++)
            exec_add_format(&stats->formats[f], &worker->formats[f]);
        for (uint32_t p = 0; p < program->plan_count; p++)
            if (!exec_add_plan(&stats->plans[p], &worker->plans[p], arena)) return SL_NOMEM;
        stats->passed_over += worker->passed_over;
        no_time += worker->no_time;
    }
    for (uint32_t p = 0; p < program->plan_count; p++) stats->plans[p].rows = e->plan_rows[p];
    if (no_time > 0)
        sl_fault_add(e->run.faults, SL_FAULT_NO_TIME, SL_TEXT("time range"), UINT64_MAX,
                     "%llu events without a time", (unsigned long long)no_time);
    stats->files = atomic_load(&e->run.files);
    stats->bytes = atomic_load(&e->run.bytes);
    stats->records = stats->candidates = atomic_load(&e->run.records);
    stats->rows = atomic_load(&e->run.rows);
    return SL_OK;
}

static double exec_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

sl_status sl_exec_run(const sl_program *program, const sl_recogniser *recogniser,
                      sl_inputs *inputs, const sl_exec_options *options, const sl_sink *sink,
                      sl_faults *faults, sl_arena *arena, sl_exec_stats *out_stats)
{
    double begin = exec_seconds();
    exec e = {.run = {.program = program, .recogniser = recogniser, .inputs = inputs,
                      .options = options, .faults = faults},
              .sink = sink};
    *out_stats = (sl_exec_stats){.files = 0};
    sl_status status = exec_init(&e);
    if (status == SL_OK) status = exec_scan(&e);
    bool interrupted = exec_cancelled(&e) || e.sink_stopped;
    for (uint32_t p = 0; p < program->plan_count && status == SL_OK && !e.sink_stopped; p++)
        status = exec_merge(&e, p);
    if (status == SL_LIMIT)
        sl_fault_add(faults, SL_FAULT_MEMORY, SL_TEXT("query"), UINT64_MAX,
                     "more than the budget of %llu bytes is needed; --memory raises it",
                     (unsigned long long)options->memory_bytes_max);
    if (e.worker_count > 0) {
        sl_status counted = exec_stats(&e, arena, out_stats);
        if (status == SL_OK) status = counted;
    }
    exec_fini(&e);
    out_stats->seconds = exec_seconds() - begin;
    out_stats->partial = interrupted || status != SL_OK;
    return status == SL_OK && interrupted ? SL_CANCELLED : status;
}
