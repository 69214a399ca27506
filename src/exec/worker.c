/* worker.c - input to block to record to batch to stage.
 *
 * Records of one format wait until there is a batch of them, or until the block they stand in is
 * about to go; then they are walked once and every route has its look. */
#include "exec/worker.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exec/present.h"
#include "exec/rowwise.h"
#include "plan/eval.h"

enum {
    WORKER_KEPT_ROWS = 256, /* a batch of fewer costs more than copies of them */
    WORKER_KEPT_FEW = 64,   /* the same where few routes look at it */
    WORKER_FEW_ROUTES = 16,
    WORKER_KEPT_BYTES = 2 * 1024 * 1024
};

void sl_run_fail(sl_run_state *run, sl_status status)
{
    int none = SL_OK;
    atomic_compare_exchange_strong(&run->status, &none, (int)status);
    atomic_store(&run->stop, true);
}

static bool worker_stopped(const sl_worker *worker)
{
    const sl_run_state *run = worker->run;
    return atomic_load_explicit(&run->stop, memory_order_relaxed)
        || (run->options->cancelled != NULL
            && atomic_load_explicit(run->options->cancelled, memory_order_relaxed));
}

static sl_status worker_init_plans(sl_worker *w)
{
    sl_run_state *run = w->run;
    for (uint32_t p = 0; p < run->program->plan_count; p++) {
        const sl_plan *plan = run->program->plans[p];
        w->plans[p].seen_count = sl_fields_count(&plan->fields);
        w->plans[p].seen = sl_calloc(w->plans[p].seen_count + 1, sizeof(bool));
        if (w->plans[p].seen == NULL) return SL_NOMEM;
        sl_rows_init(&w->streamed[p], run->budget.bytes_max);
        if (run->barriers[p] == NULL) continue;
        sl_stage_env env = {.plan = plan,
                            .context = &run->contexts[p],
                            .bytes_max = run->stage_bytes,
                            .batch_rows = run->batch_rows,
                            .subs = run->subs,
                            .lookups = run->lookups,
                            .budget = &run->budget,
                            .spill = w->spill,
                            .flow = &run->flows[p]};
        w->stages[p] = sl_stage_new(run->barriers[p], &env);
        if (w->stages[p] == NULL) return SL_NOMEM;
    }
    return SL_OK;
}

static bool worker_rule_excludes(const sl_recognise_rule *rule, sl_text key)
{
    for (uint32_t i = 0; i < rule->none_count; i++)
        if (rule->none[i].value_count == 0 && sl_text_equal(rule->none[i].key, key)) return true;
    return false;
}

/* True when a record with `key` at its top can be of no format that is wanted, but of `format`. */
static bool worker_key_settles(const sl_worker *w, const sl_gate_keys *keys, uint32_t format,
                               sl_text key)
{
    for (uint32_t f = 0; f < w->run->program->scan_count; f++) {
        const sl_recognise_format *other = sl_recogniser_format(w->run->recogniser, f);
        if (f == format || keys[f].unwanted) continue;
        if (other->rule_count == 0) return false; /* takes what is left */
        for (uint32_t r = 0; r < other->rule_count; r++)
            if (!worker_rule_excludes(&other->rules[r], key)) return false;
    }
    return true;
}

/* What records of `format` begin with when they are written in the usual order of keys, if that
 * settles that they are of no other format. */
static sl_text worker_signature(sl_worker *w, const sl_gate_keys *keys, uint32_t format)
{
    const sl_recognise_format *own = sl_recogniser_format(w->run->recogniser, format);
    if (own->rule_count == 0 || own->rules[0].all_count == 0) return (sl_text){NULL, 0};
    sl_text key = own->rules[0].all[0].key;
    if (!worker_key_settles(w, keys, format, key)) return (sl_text){NULL, 0};
    return sl_arena_printf(&w->arena, "{\"%.*s\"", SL_TEXT_ARG(key));
}

/* Records that no plan can want are passed over by the splitter. */
static sl_status worker_init_gate(sl_worker *w)
{
    const sl_program *program = w->run->program;
    sl_gate_keys *keys = SL_ARENA_ARRAY(&w->arena, program->scan_count, sl_gate_keys);
    if (keys == NULL) return SL_NOMEM;
    for (uint32_t f = 0; f < program->scan_count; f++) keys[f] = sl_gates_keys(w->gates, f);
    for (uint32_t f = 0; f < program->scan_count; f++) {
        if (keys[f].count > 0) keys[f].signature = worker_signature(w, keys, f);
        if (w->run->options->gate_kernels > 0)
            keys[f].sample = 0; /* tests want it from the start */
    }
    sl_gate_rule rule = sl_gates_rule(w->gates);
    w->gate = sl_gate_new(keys, program->scan_count, &rule);
    sl_arena_reset(&w->arena);
    if (w->gate == NULL) return SL_NOMEM;
    uint32_t kernels = w->run->options->gate_kernels;
    if (kernels > 0) sl_gate_limit(w->gate, (sl_gate_level)(kernels - 1));
    sl_split_set_gate(w->split, w->gate);
    return SL_OK;
}

static uint32_t worker_kept_rows(const sl_program *program)
{
    uint32_t routes = 0;
    for (uint32_t f = 0; f < program->scan_count; f++)
        if (program->scans[f].route_count > routes) routes = program->scans[f].route_count;
    return routes > WORKER_FEW_ROUTES ? WORKER_KEPT_ROWS : WORKER_KEPT_FEW;
}

sl_status sl_worker_init(sl_worker *w, sl_run_state *run)
{
    *w = (sl_worker){.run = run, .kept_rows_max = worker_kept_rows(run->program)};
    sl_arena_init(&w->arena, /* bytes_max= */ 0);
    sl_arena_init(&w->records, /* bytes_max= */ 0);
    uint32_t formats = run->program->scan_count, plans = run->program->plan_count;
    sl_reader_limits limits = {.block_bytes = run->options->block_bytes,
                               .carry_bytes_max = run->options->record_bytes_max,
                               .inflated_bytes_max = run->options->inflated_bytes_max};
    w->reader = sl_reader_new(&limits, run->faults);
    w->split = sl_split_new(run->recogniser, run->options->record_bytes_max, run->faults);
    w->read = sl_read_new(run->program, run->batch_rows, run->faults);
    w->spill = sl_spill_new(run->faults);
    if (!run->options->gate_off) w->gates = sl_gates_new(run->program);
    w->pending = sl_calloc((size_t)formats * run->batch_rows, sizeof *w->pending);
    w->pending_count = sl_calloc(formats, sizeof *w->pending_count);
    w->kept_count = sl_calloc(formats, sizeof *w->kept_count);
    w->stages = sl_calloc(plans, sizeof(sl_stage *));
    w->streamed = sl_calloc(plans, sizeof *w->streamed);
    w->formats = sl_calloc(formats, sizeof *w->formats);
    w->plans = sl_calloc(plans, sizeof *w->plans);
    if (w->reader == NULL || w->split == NULL || w->read == NULL || w->spill == NULL
        || w->pending == NULL || w->pending_count == NULL || w->kept_count == NULL
        || w->stages == NULL || w->streamed == NULL || w->formats == NULL || w->plans == NULL
        || (w->gates == NULL && !run->options->gate_off))
        return SL_NOMEM;
    sl_reader_set_cancel(w->reader, run->options->cancelled);
    sl_split_read_into(w->split, sl_read_sheets(w->read));
    for (uint32_t f = 0; f < formats; f++)
        w->formats[f] = (sl_format_stats){.first = SL_TIME_NONE, .last = SL_TIME_NONE};
    sl_status status = run->options->gate_off ? SL_OK : worker_init_gate(w);
    return status == SL_OK ? worker_init_plans(w) : status;
}

void sl_worker_fini(sl_worker *w)
{
    for (uint32_t p = 0; p < w->run->program->plan_count; p++) {
        if (w->stages != NULL) sl_stage_free(w->stages[p]);
        if (w->streamed != NULL) sl_rows_fini(&w->streamed[p]);
        if (w->plans != NULL) free(w->plans[p].seen);
    }
    sl_reader_free(w->reader);
    sl_split_free(w->split);
    sl_read_free(w->read);
    sl_gate_free(w->gate);
    sl_gates_free(w->gates);
    sl_spill_free(w->spill);
    free(w->pending);
    free(w->pending_count);
    free(w->kept_count);
    free(w->stages);
    free(w->streamed);
    free(w->formats);
    free(w->plans);
    sl_arena_fini(&w->arena);
    sl_arena_fini(&w->records);
}

static void worker_count_times(sl_format_stats *stats, const sl_reading_batch *batch)
{
    stats->events += batch->row_count;
    for (uint32_t row = 0; row < batch->row_count; row++) {
        sl_time time = batch->origins[row].time;
        if (time == SL_TIME_NONE) continue;
        if (stats->first == SL_TIME_NONE || time < stats->first) stats->first = time;
        if (stats->last == SL_TIME_NONE || time > stats->last) stats->last = time;
    }
}

/* Which of the plan's fields some event had: a field that never occurs is worth saying. */
static void worker_note_seen(sl_plan_stats *stats, const sl_route *route, const sl_batch *batch)
{
    for (uint32_t i = 0; i < route->bind_count; i++) {
        sl_field field = route->binds[i].field;
        if (field >= stats->seen_count || stats->seen[field]) continue;
        const sl_value *values = sl_batch_find(batch, field);
        for (uint32_t r = 0; values != NULL && r < batch->selected && !stats->seen[field]; r++)
            stats->seen[field] = values[batch->rows[r]].kind != SL_MISSING;
    }
}

/* The rows of a batch that can matter to a route; rows NULL: all. */
typedef struct worker_rows {
    uint32_t *rows;
    uint32_t count;
} worker_rows;

/* Who takes the rows that a route lets through. */
typedef struct worker_taker {
    sl_worker *worker;
    uint32_t plan;
} worker_taker;

static sl_status worker_take_rows(void *context, sl_batch *batch)
{
    const worker_taker *taker = context;
    sl_worker *w = taker->worker;
    sl_stage *stage = w->stages[taker->plan];
    w->plans[taker->plan].passed += batch->selected;
    return stage != NULL ? sl_stage_push(stage, batch)
                         : sl_rows_add(&w->streamed[taker->plan], batch);
}

/* The rows as the route sees them; selected may be 0. NULL when memory ends. */
static sl_batch *worker_present(sl_worker *w, const sl_route *route, const sl_reading_batch *in,
                                const worker_rows *rows)
{
    uint32_t p = route->plan;
    sl_present how = {.plan = w->run->program->plans[p],
                      .route = route,
                      .context = &w->run->contexts[p],
                      .rows = rows->rows,
                      .row_count = rows->count};
    sl_batch *batch = sl_present_batch(&how, in);
    if (batch == NULL) return NULL;
    w->plans[p].no_time += how.no_time;
    w->plans[p].outside += how.outside;
    w->plans[p].events += batch->selected;
    if (batch->selected > 0) worker_note_seen(&w->plans[p], route, batch);
    return batch;
}

static sl_status worker_run_route(sl_worker *w, const sl_route *route, sl_batch *batch)
{
    uint32_t p = route->plan;
    if (batch->selected == 0) return SL_OK;
    const sl_op *barrier = sl_pipe_barrier(&route->pipe);
    sl_rowwise pipe = {.plan = w->run->program->plans[p],
                       .first = route->pipe.first,
                       .end = barrier,
                       .context = &w->run->contexts[p],
                       .lookups = w->run->lookups,
                       .batch_rows = w->run->batch_rows};
    worker_taker taker = {w, p};
    return sl_rowwise_run(&pipe, batch, worker_take_rows, &taker);
}

/* Lets the route have the rows, or where leaves wait and it wants them, only notes in `rows` which
 * of them pass its filter. */
static sl_status worker_route(sl_worker *w, const sl_route *route, const sl_reading_batch *in,
                              bool waits, worker_rows *rows)
{
    sl_batch *batch = worker_present(w, route, in, rows);
    if (batch == NULL) return SL_NOMEM;
    if (!waits || !route->open) return worker_run_route(w, route, batch);
    rows->rows = SL_ARENA_ARRAY(&w->arena, batch->selected, uint32_t);
    if (rows->rows == NULL) return SL_NOMEM;
    return sl_eval_filter(route->pipe.first->filter.predicate, batch, batch->rows, batch->selected,
                          &w->run->contexts[route->plan], rows->rows, &rows->count);
}

/* Lets the routes that want leaves have their rows before row `end`, which have them now. */
static sl_status worker_route_leaves(sl_worker *w, const sl_scan *scan, const sl_reading_batch *in,
                                     worker_rows *passed, uint32_t end)
{
    sl_status status = SL_OK;
    for (uint32_t r = 0; r < scan->route_count && status == SL_OK; r++) {
        const sl_route *route = &scan->routes[r];
        uint32_t count = 0;
        if (!route->open) continue;
        while (count < passed[r].count && passed[r].rows[count] < end) count++;
        if (count == 0) continue;
        sl_present how = {.plan = w->run->program->plans[route->plan],
                          .route = route,
                          .context = &w->run->contexts[route->plan],
                          .rows = passed[r].rows,
                          .row_count = count};
        sl_batch *batch = sl_present_batch(&how, in);
        if (batch == NULL) return SL_NOMEM;
        status = worker_run_route(w, route, batch);
        passed[r].rows += count;
        passed[r].count -= count;
    }
    return status;
}

/* Reads the leaves of all rows that passed the filters of the routes that want them. */
static sl_status worker_leaves(sl_worker *w, uint32_t format, const sl_reading_batch *in,
                               worker_rows *passed)
{
    const sl_scan *scan = &w->run->program->scans[format];
    bool *wanted = SL_ARENA_ARRAY(&w->arena, in->row_count, bool);
    uint32_t *rows = SL_ARENA_ARRAY(&w->arena, in->row_count, uint32_t), count = 0, done = 0;
    if (wanted == NULL || rows == NULL) return SL_NOMEM;
    for (uint32_t r = 0; r < scan->route_count; r++)
        for (uint32_t i = 0; scan->routes[r].open && i < passed[r].count; i++)
            wanted[passed[r].rows[i]] = true;
    for (uint32_t row = 0; row < in->row_count; row++)
        if (wanted[row]) rows[count++] = row;
    sl_status status = SL_OK;
    while (done < count && status == SL_OK) {
        uint32_t some = sl_read_leaves(w->read, format, rows + done, count - done);
        if (some == 0) return SL_NOMEM;
        done += some;
        status = worker_route_leaves(w, scan, in, passed, done == count ? UINT32_MAX : rows[done]);
    }
    return status;
}

/* The routes that the event in `row` can matter to, by what stands behind its gate keys. */
static sl_route_list worker_routes_of(sl_worker *w, uint32_t format, const sl_reading_batch *in,
                                      uint32_t row)
{
    const sl_scan *scan = &w->run->program->scans[format];
    sl_value found = sl_missing();
    for (uint32_t k = 0; k < w->run->program->schemas[format]->gate_key_count; k++) {
        sl_value value = in->columns[scan->gate_columns[k]][row];
        if (value.kind == SL_MISSING) continue;
        bool second = found.kind != SL_MISSING && !sl_value_same(found, value);
        if (value.kind != SL_STRING || second) return sl_gates_all(w->gates, format);
        found = value;
    }
    return found.kind == SL_MISSING ? sl_gates_all(w->gates, format)
                                    : sl_gates_routes(w->gates, format, sl_value_bytes(found));
}

/* Deals the rows of the batch to the routes that want them. NULL when memory ends. */
static worker_rows *worker_deal(sl_worker *w, uint32_t format, const sl_reading_batch *in)
{
    const sl_scan *scan = &w->run->program->scans[format];
    worker_rows *dealt = SL_ARENA_ARRAY(&w->arena, scan->route_count, worker_rows);
    if (dealt == NULL || w->gates == NULL || scan->gate_columns == NULL) return dealt;
    sl_route_list *lists = SL_ARENA_ARRAY(&w->arena, in->row_count, sl_route_list);
    if (lists == NULL) return NULL;
    for (uint32_t row = 0; row < in->row_count; row++) {
        lists[row] = worker_routes_of(w, format, in, row);
        for (uint32_t i = 0; i < lists[row].count; i++) dealt[lists[row].routes[i]].count++;
    }
    for (uint32_t r = 0; r < scan->route_count; r++) {
        dealt[r].rows = SL_ARENA_ARRAY(&w->arena, dealt[r].count, uint32_t);
        if (dealt[r].rows == NULL) return NULL;
        dealt[r].count = 0;
    }
    for (uint32_t row = 0; row < in->row_count; row++)
        for (uint32_t i = 0; i < lists[row].count; i++) {
            worker_rows *of = &dealt[lists[row].routes[i]];
            of->rows[of->count++] = row;
        }
    return dealt;
}

/* Reads as many of the records as make a batch, puts their number into *count, and lets every route
 * have them. */
static sl_status worker_flush_some(sl_worker *w, uint32_t format, const sl_pending *records,
                                   uint32_t *count)
{
    const sl_scan *scan = &w->run->program->scans[format];
    const sl_reading_batch *in = sl_read_records(w->read, format, records, *count, &w->arena);
    if (in == NULL) return SL_NOMEM;
    *count = in->row_count;
    worker_count_times(&w->formats[format], in);
    if (w->gates != NULL) sl_gates_settle(w->gates);
    worker_rows *dealt = worker_deal(w, format, in);
    bool waits = sl_read_waits(w->read, format);
    sl_status status = dealt == NULL ? SL_NOMEM : SL_OK;
    for (uint32_t r = 0; r < scan->route_count && status == SL_OK; r++)
        if (dealt[r].rows == NULL || dealt[r].count > 0)
            status = worker_route(w, &scan->routes[r], in, waits, &dealt[r]);
    if (waits && status == SL_OK) status = worker_leaves(w, format, in, dealt);
    sl_read_clear(w->read, format);
    sl_arena_reset(&w->arena);
    return status;
}

/* Reads the pending records of `format`. */
static sl_status worker_flush_format(sl_worker *w, uint32_t format)
{
    const sl_pending *records = &w->pending[(size_t)format * w->run->batch_rows];
    uint32_t count = w->pending_count[format], done = 0;
    w->pending_count[format] = 0;
    w->kept_count[format] = 0;
    sl_status status = SL_OK;
    while (done < count && status == SL_OK) {
        uint32_t some = count - done;
        status = worker_flush_some(w, format, records + done, &some);
        done += some;
    }
    return status;
}

static int worker_compare_rows(const void *left, const void *right)
{
    const sl_stored_row *const *a = left, *const *b = right;
    return sl_origin_compare_place(&(*a)->origin, &(*b)->origin);
}

/* Hands the streamed rows so far to the sequence. All formats have been flushed, so no row that
 * follows has a smaller offset. */
static sl_status worker_hand_over(sl_worker *w)
{
    sl_status status = SL_OK;
    for (uint32_t p = 0; p < w->run->program->plan_count && status == SL_OK; p++) {
        sl_rows *rows = &w->streamed[p];
        if (rows->count == 0) continue;
        qsort(rows->rows, rows->count, sizeof *rows->rows, worker_compare_rows);
        status = sl_sequence_put(w->run->sequence, w->input->number, p, rows);
        sl_rows_init(rows, w->run->budget.bytes_max);
    }
    return status;
}

static sl_status worker_flush(sl_worker *w)
{
    sl_status status = SL_OK;
    for (uint32_t f = 0; f < w->run->program->scan_count && status == SL_OK; f++)
        status = worker_flush_format(w, f);
    sl_arena_reset(&w->records);
    w->kept_input = NULL;
    if (status == SL_OK && w->run->streams) status = worker_hand_over(w);
    return status;
}

/* Where the next record of `format` waits. */
static inline sl_pending *worker_place(const sl_worker *w, uint32_t format)
{
    return &w->pending[(size_t)format * w->run->batch_rows + w->pending_count[format]];
}

/* Takes the record that stands at `place`, which is where one of the format that came last belongs:
 * whatever is copied right after it was written has to wait for that. */
static sl_status worker_take(sl_worker *w, const sl_pending *place)
{
    uint32_t format = place->record.format;
    assert(format < w->run->program->scan_count);
    w->last_format = format;
    if (w->gates != NULL && w->run->program->scans[format].route_count == 0) {
        w->formats[format].events++; /* no plan looks at them */
        w->unread++;
        return SL_OK;
    }
    sl_pending *own = worker_place(w, format);
    if (SL_UNLIKELY(own != place)) *own = *place;
    own->input = w->input;
    if (++w->pending_count[format] == w->run->batch_rows) return worker_flush(w);
    sl_read_next(w->read, format, w->pending_count[format]);
    return SL_OK;
}

/* The input as the records that outlive it know it. */
static const sl_input *worker_keep_input(sl_worker *w)
{
    if (w->kept_input != NULL) return w->kept_input;
    sl_input *copy = SL_ARENA_NEW(&w->records, sl_input);
    if (copy == NULL) return NULL;
    *copy = *w->input;
    copy->path = sl_arena_copy(&w->records, w->input->path);
    w->kept_input = copy;
    return copy;
}

/* Copies the records that stand in the block, which is about to go. */
static sl_status worker_keep(sl_worker *w)
{
    for (uint32_t f = 0; f < w->run->program->scan_count; f++) {
        sl_pending *records = &w->pending[(size_t)f * w->run->batch_rows];
        for (uint32_t i = w->kept_count[f]; i < w->pending_count[f]; i++) {
            sl_record *record = &records[i].record;
            char *copy = sl_arena_bytes(&w->records, record->text.length + SL_BLOCK_PAD);
            records[i].input = worker_keep_input(w);
            if (copy == NULL || records[i].input == NULL) return SL_NOMEM;
            memcpy(copy, record->text.data, record->text.length);
            memset(copy + record->text.length, 0, SL_BLOCK_PAD);
            if (record->read) sl_read_move(w->read, f, i, record->text, copy);
            record->text.data = copy;
        }
        w->kept_count[f] = w->pending_count[f];
    }
    return SL_OK;
}

/* A few records are copied and wait for more: behind gates, and in small files, a batch for each
 * block would cost more than what is in it. */
static sl_status worker_block_end(sl_worker *w)
{
    uint32_t pending = 0;
    for (uint32_t f = 0; f < w->run->program->scan_count; f++) pending += w->pending_count[f];
    if (pending == 0) return worker_flush(w);
    bool few = pending < w->kept_rows_max && w->records.bytes_used < WORKER_KEPT_BYTES;
    return few && !w->input->stream ? worker_keep(w) : worker_flush(w);
}

/* Records of one block; those that are pending do not stand in it any more afterwards. */
static sl_status worker_block(sl_worker *w, const sl_block *block)
{
    sl_split_feed(w->split, block->data, block->length, block->offset, block->last);
    uint64_t records = 0;
    sl_status status = SL_OK;
    while (status == SL_OK) {
        sl_pending *place = worker_place(w, w->last_format);
        if (!sl_split_next(w->split, &w->records, &place->record)) break;
        records++;
        status = worker_take(w, place);
    }
    atomic_fetch_add_explicit(&w->run->records, records, memory_order_relaxed);
    return status == SL_OK ? worker_block_end(w) : status;
}

static sl_status worker_read(sl_worker *w)
{
    size_t keep = 0;
    for (;;) {
        sl_block block;
        sl_status status = sl_reader_next(w->reader, keep, &block);
        if (status == SL_END) return SL_OK;
        if (status == SL_NOMEM || status == SL_CANCELLED) return status;
        if (status != SL_OK) return SL_OK; /* counted by the reader; what stood before it is kept */
        atomic_fetch_add_explicit(&w->run->bytes, block.length - keep, memory_order_relaxed);
        status = worker_block(w, &block);
        if (status != SL_OK) return status;
        if (worker_stopped(w)) return SL_CANCELLED;
        keep = sl_split_keep(w->split);
    }
}

/* What the gate passed over counts as read. */
static void worker_count_skipped(sl_worker *w)
{
    uint64_t skipped = sl_split_counted(w->split).skipped;
    atomic_fetch_add_explicit(&w->run->records, skipped - w->skipped, memory_order_relaxed);
    w->skipped = skipped;
}

static sl_status worker_input(sl_worker *w, const sl_input *input)
{
    w->input = input;
    sl_status status = sl_reader_open(w->reader, input);
    if (status == SL_OK) {
        sl_split_begin(w->split, input->path);
        w->kept_input = NULL;
        status = worker_read(w);
        if (status == SL_OK && w->run->streams) status = worker_flush(w);
        w->passed_over = sl_split_counted(w->split).passed_over; /* of all inputs so far */
        if (input->slice_first) atomic_fetch_add_explicit(&w->run->files, 1, memory_order_relaxed);
    } else if (status != SL_NOMEM) {
        status = SL_OK; /* the fault is counted */
    }
    sl_reader_close(w->reader);
    if (status == SL_OK) worker_count_skipped(w);
    if (w->run->streams) {
        sl_status done = sl_sequence_done(w->run->sequence, input->number);
        if (status == SL_OK) status = done;
    }
    sl_inputs_done(w->run->inputs, input);
    return status;
}

/* Fields that events had which the gate passed over. */
static void worker_note_met(sl_worker *w)
{
    for (uint32_t f = 0; w->gates != NULL && f < w->run->program->scan_count; f++) {
        const sl_scan *scan = &w->run->program->scans[f];
        for (uint32_t r = 0; r < scan->route_count; r++) {
            sl_plan_stats *stats = &w->plans[scan->routes[r].plan];
            for (uint32_t i = 0; i < scan->routes[r].bind_count; i++) {
                const sl_bind *bind = &scan->routes[r].binds[i];
                if (bind->kind == SL_BIND_COLUMN && bind->field < stats->seen_count)
                    stats->seen[bind->field] |=
                        sl_gates_met(w->gates, f, scan->demand.entries[bind->column].path);
            }
        }
    }
}

void sl_worker_run(sl_worker *w)
{
    sl_status status = SL_OK;
    while (status == SL_OK && !worker_stopped(w)) {
        const sl_input *input = sl_inputs_next(w->run->inputs);
        if (input == NULL) break;
        status = worker_input(w, input);
    }
    if (status == SL_OK || status == SL_CANCELLED) status = worker_flush(w);
    worker_note_met(w);
    const uint64_t *skipped = sl_split_skipped(w->split);
    for (uint32_t f = 0; f < w->run->program->scan_count; f++) w->formats[f].events += skipped[f];
    if (status != SL_OK && status != SL_CANCELLED) sl_run_fail(w->run, status);
}
