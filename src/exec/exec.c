/* exec.c - starts the workers, gives out streamed rows meanwhile, then merges and finishes. */
#include "exec/exec.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "exec/layout.h"
#include "exec/tail.h"
#include "exec/worker.h"

enum {
    EXEC_PROGRESS_MS = 100,
    EXEC_OPEN_ROWS_MAX = 512,
    EXEC_KEEP_PARTS = 16, /* all holders that keep what they have keep one part of the budget */
    EXEC_KEEP_BYTES_MIN = 16 * 1024
};

/* Sorts by arrival and keeps all rows: what --ordered adds to a search without an order. */
static const sl_op exec_ordered = {.kind = SL_OP_LIMIT, .command = "--ordered"};

typedef struct exec {
    sl_run_state run;
    const sl_sink *sink;
    sl_context *contexts;
    atomic_uint_fast64_t *undecided; /* by plan: of the contexts */
    const sl_op **barriers;
    sl_worker *workers;
    uint32_t worker_count;
    uint64_t *plan_rows;
    sl_sub_results subs;
    uint64_t *sub_cut; /* rows of subs beyond the limit of who takes them */
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

/* The budget, for `threads` times as many holders as there are plans with a barrier. */
static void exec_init_budget(exec *e, uint32_t threads)
{
    sl_budget *budget = &e->run.budget;
    uint64_t bytes = e->run.options->memory_bytes_max;
    size_t holders = 0;
    for (uint32_t p = 0; p < e->run.program->plan_count; p++)
        holders += e->barriers[p] != NULL ? threads : 0;
    budget->bytes_max = bytes < SIZE_MAX / 4 ? (size_t)bytes : SIZE_MAX / 4;
    budget->keep_bytes = budget->bytes_max / EXEC_KEEP_PARTS / (holders + 1);
    if (budget->keep_bytes < EXEC_KEEP_BYTES_MIN) budget->keep_bytes = EXEC_KEEP_BYTES_MIN;
}

static sl_status exec_init(exec *e)
{
    sl_run_state *run = &e->run;
    uint32_t plans = run->program->plan_count;
    e->contexts = sl_calloc(plans, sizeof *e->contexts);
    e->undecided = sl_calloc(plans, sizeof *e->undecided);
    e->barriers = sl_calloc(plans, sizeof *e->barriers);
    e->plan_rows = sl_calloc(plans, sizeof *e->plan_rows);
    e->sub_cut = sl_calloc(plans, sizeof *e->sub_cut);
    run->flows = sl_calloc(plans, sizeof *run->flows);
    e->subs = (sl_sub_results){run->program, sl_calloc(plans, sizeof *e->subs.rows)};
    if (e->contexts == NULL || e->undecided == NULL || e->barriers == NULL || e->plan_rows == NULL
        || e->sub_cut == NULL || e->subs.rows == NULL || run->flows == NULL)
        return SL_NOMEM;
    for (uint32_t p = 0; p < plans; p++) {
        e->contexts[p] = exec_context(e, run->program->plans[p]);
        e->contexts[p].undecided = &e->undecided[p];
        e->barriers[p] = sl_pipe_barrier(&run->program->pipes[p]);
        bool ordered = run->options->ordered || p >= run->program->asked_count;
        if (e->barriers[p] == NULL && ordered) e->barriers[p] = &exec_ordered;
        run->streams |= e->barriers[p] == NULL;
    }
    run->contexts = e->contexts;
    run->barriers = e->barriers;
    run->batch_rows = exec_batch_rows(run->program, run->options);
    uint32_t threads = exec_threads(run->options);
    exec_init_budget(e, threads);
    run->stage_bytes = (size_t)(run->options->memory_bytes_max / (threads + 1));
    run->subs = &e->subs;
    for (uint32_t p = run->program->asked_count; p < plans; p++)
        sl_rows_init(&e->subs.rows[p], run->stage_bytes);
    run->lookups = sl_lookups_new();
    run->sequence = sl_sequence_new(run->budget.bytes_max / 4);
    e->workers = sl_calloc(threads, sizeof *e->workers);
    if (run->sequence == NULL || run->lookups == NULL || e->workers == NULL) return SL_NOMEM;
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
    sl_lookups_free(e->run.lookups);
    free(e->workers);
    free(e->contexts);
    free(e->undecided);
    free(e->barriers);
    free(e->plan_rows);
    for (uint32_t p = 0; e->subs.rows != NULL && p < e->run.program->plan_count; p++)
        if (p >= e->run.program->asked_count) sl_rows_fini(&e->subs.rows[p]);
    free(e->subs.rows);
    free(e->sub_cut);
    free(e->run.flows);
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

/* Keeps the rows for the plan that takes them, under its field numbers. */
static sl_status exec_keep(exec *e, uint32_t number, const sl_batch *batch)
{
    const sl_program *program = e->run.program;
    const sl_program_sub *sub = &program->subs[number];
    sl_rows *rows = &e->subs.rows[number];
    sl_batch *shared = sl_batch_share(batch);
    if (shared == NULL) return SL_NOMEM;
    for (uint32_t c = 0; c < shared->column_count; c++) {
        sl_text name = sl_fields_name(&program->plans[number]->fields, shared->columns[c].field);
        shared->columns[c].field = sl_plan_name(program->plans[sub->outer], name);
        if (shared->columns[c].field == SL_FIELD_NONE) return SL_LIMIT;
    }
    if (sub->limit != 0 && shared->selected > sub->limit - rows->count) {
        uint32_t room = (uint32_t)(sub->limit - rows->count);
        e->sub_cut[number] += shared->selected - room;
        shared->selected = room;
    }
    e->plan_rows[number] += shared->selected;
    return sl_rows_add(rows, shared);
}

/* The selected rows of `batch` are result rows of `plan`. */
static sl_status exec_give(exec *e, uint32_t plan, sl_batch *batch)
{
    if (batch->selected == 0) return SL_OK;
    if (plan >= e->run.program->asked_count) return exec_keep(e, plan, batch);
    if (e->sink_stopped || sl_context_cancelled(&e->contexts[plan])) return SL_CANCELLED;
    if (!sl_layout_order(e->run.program->plans[plan], /* end= */ NULL, batch->columns,
                         batch->column_count, batch->arena))
        return SL_NOMEM;
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
                           &e->workers[started])
            != 0)
            break;
    uint32_t missing = e->worker_count - started; /* those that started do the work of all */
    if (missing > 0 && atomic_fetch_sub(&e->run.active, missing) == missing)
        sl_sequence_end(e->run.sequence);
    exec_wait(e);
    for (uint32_t w = 0; w < started; w++) pthread_join(e->workers[w].thread, /* result= */ NULL);
    return started == 0 ? SL_NOMEM : (sl_status)atomic_load(&e->run.status);
}

/* The plan whose rows come out at its end. */
typedef struct exec_result {
    exec *e;
    uint32_t plan;
} exec_result;

static sl_status exec_take_result(void *context, sl_batch *batch)
{
    exec_result *result = context;
    return exec_give(result->e, result->plan, batch);
}

/* Finishes `stage` (taken over) and whatever follows it in the plan. */
static sl_status exec_finish(exec *e, uint32_t plan, sl_stage *stage)
{
    exec_result result = {e, plan};
    return sl_tail_finish_stage(stage, exec_take_result, &result);
}

/* Plans are finished one after the other: those that wait make room for the one at hand. */
static sl_status exec_make_room(exec *e, uint32_t plan)
{
    for (uint32_t p = 0; p < e->run.program->plan_count; p++) {
        for (uint32_t w = 0; w < e->worker_count; w++) {
            if (!sl_budget_is_tight(&e->run.budget)) return SL_OK;
            sl_stage *stage = p == plan ? NULL : e->workers[w].stages[p];
            sl_status status = stage == NULL ? SL_OK : sl_stage_spill(stage);
            if (status != SL_OK) return status;
        }
    }
    return SL_OK;
}

static sl_status exec_merge(exec *e, uint32_t plan)
{
    if (e->barriers[plan] == NULL) return SL_OK;
    sl_stage *merged = e->workers[0].stages[plan];
    e->workers[0].stages[plan] = NULL;
    sl_status status = exec_make_room(e, plan);
    for (uint32_t w = 1; w < e->worker_count && status == SL_OK; w++) {
        status = sl_stage_merge(merged, e->workers[w].stages[plan]);
        sl_stage_free(e->workers[w].stages[plan]);
        e->workers[w].stages[plan] = NULL;
    }
    if (status == SL_OK) return exec_finish(e, plan, merged);
    sl_stage_free(merged);
    return status;
}

/* From now on an interrupt ends the run at once; one that came while inputs were read did its
 * part. */
static void exec_let_cancel(exec *e)
{
    if (exec_cancelled(e)) return;
    for (uint32_t p = 0; p < e->run.program->plan_count; p++)
        e->contexts[p].cancelled = e->run.options->cancelled;
    for (uint32_t w = 0; w < e->worker_count; w++)
        sl_spill_set_cancel(e->workers[w].spill, e->run.options->cancelled);
}

/* Finishes the plans: those whose rows others take before those. */
static sl_status exec_merge_all(exec *e)
{
    const sl_program *program = e->run.program;
    sl_status status = SL_OK;
    exec_let_cancel(e);
    for (uint32_t p = program->plan_count; p-- > program->asked_count && status == SL_OK;) {
        status = exec_merge(e, p);
        if (e->sub_cut[p] == 0) continue;
        sl_fault_add(e->run.faults, SL_FAULT_RESULT_LIMIT, program->plans[p]->name, UINT64_MAX,
                     "'%s' takes %llu rows of its subsearch, %llu more were left out",
                     program->subs[p].command, (unsigned long long)program->subs[p].limit,
                     (unsigned long long)e->sub_cut[p]);
    }
    for (uint32_t p = 0; p < program->asked_count && status == SL_OK && !e->sink_stopped; p++)
        status = exec_merge(e, p);
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
    into->no_time += from->no_time;
    into->outside += from->outside;
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
    uint64_t no_time = 0, skipped = 0;
    for (uint32_t w = 0; w < e->worker_count; w++) {
        const sl_worker *worker = &e->workers[w];
        for (uint32_t f = 0; f < program->scan_count; f++)
            exec_add_format(&stats->formats[f], &worker->formats[f]);
        for (uint32_t p = 0; p < program->plan_count; p++)
            if (!exec_add_plan(&stats->plans[p], &worker->plans[p], arena)) return SL_NOMEM;
        stats->passed_over += worker->passed_over;
        skipped += worker->skipped + worker->unread;
        stats->spilled += worker->spill == NULL ? 0 : sl_spill_end(worker->spill);
    }
    for (uint32_t p = 0; p < program->plan_count; p++) {
        sl_plan_stats *plan = &stats->plans[p];
        plan->rows = e->plan_rows[p];
        plan->undecided = atomic_load(&e->undecided[p]);
        plan->earliest = e->contexts[p].earliest;
        plan->latest = e->contexts[p].latest;
        plan->flow = SL_ARENA_NEW(arena, sl_flow);
        if (plan->flow == NULL) return SL_NOMEM;
        *plan->flow = e->run.flows[p];
    }
    for (uint32_t p = 0; p < program->plan_count; p++) /* each plan meets the same events */
        if (stats->plans[p].no_time > no_time) no_time = stats->plans[p].no_time;
    if (no_time > 0) sl_fault_count(e->run.faults, SL_FAULT_NO_TIME, no_time);
    stats->files = atomic_load(&e->run.files);
    stats->bytes = atomic_load(&e->run.bytes);
    stats->records = atomic_load(&e->run.records);
    stats->candidates = stats->records - skipped;
    stats->rows = atomic_load(&e->run.rows);
    return SL_OK;
}

static double exec_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

sl_status sl_exec_run(const sl_program *program, const sl_recogniser *recogniser, sl_inputs *inputs,
                      const sl_exec_options *options, const sl_sink *sink, sl_faults *faults,
                      sl_arena *arena, sl_exec_stats *out_stats)
{
    double begin = exec_seconds();
    exec e = {.run = {.program = program,
                      .recogniser = recogniser,
                      .inputs = inputs,
                      .options = options,
                      .faults = faults},
              .sink = sink};
    *out_stats = (sl_exec_stats){.files = 0};
    sl_status status = exec_init(&e);
    if (status == SL_OK) status = exec_scan(&e);
    bool interrupted = exec_cancelled(&e) || e.sink_stopped;
    if (status == SL_OK && !e.sink_stopped) status = exec_merge_all(&e);
    if (status == SL_LIMIT && faults->counts[SL_FAULT_MEMORY] == 0)
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
    out_stats->stopped = e.sink_stopped && !exec_cancelled(&e);
    return status == SL_OK && interrupted ? SL_CANCELLED : status;
}
