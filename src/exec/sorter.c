/* sorter.c - sorted stretches in a temporary file, and their merge.
 *
 * The merge holds one row of each stretch in a heap. When there are more stretches than the budget
 * has room for readers, some of them are first merged into longer ones. */
#include "exec/sorter.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    SORTER_SLACK = 4096,
    SORTER_FAN_MIN = 8,
    SORTER_FAN_MAX = 256,
    SORTER_CHECK_BYTES = 32 * 1024
};

void sl_sorter_init(sl_sorter *s, const sl_order *order, const sl_stage_env *env)
{
    *s = (sl_sorter){.env = *env, .order = *order, .charge = {.budget = env->budget}};
    s->order.context = env->context;
    sl_rows_init(&s->rows, env->budget->bytes_max);
    sl_buffer_init(&s->record);
}

void sl_sorter_fini(sl_sorter *s)
{
    if (s->charge.budget != NULL) (void)sl_charge_set(&s->charge, 0);
    sl_rows_fini(&s->rows);
    sl_buffer_fini(&s->record);
    free(s->runs);
    s->runs = NULL;
    s->run_count = s->run_capacity = 0;
}

size_t sl_sorter_bytes(const sl_sorter *s)
{
    return sl_rows_bytes(&s->rows) + s->rows.count * sl_order_row_bytes(&s->order);
}

/* Moves rows[from..from + kept) of a store to its front and gives the memory of the rest back. */
static sl_status sorter_keep(sl_sorter *s, size_t from, size_t kept)
{
    sl_rows rows;
    sl_rows_init(&rows, s->env.budget->bytes_max);
    sl_status status = sl_rows_add_columns(&rows, &s->rows);
    if (status == SL_OK) status = sl_rows_add_stored(&rows, &s->rows, s->rows.rows + from, kept);
    if (status != SL_OK) {
        sl_rows_fini(&rows);
        return status;
    }
    sl_rows_fini(&s->rows);
    s->rows = rows;
    return SL_OK;
}

/* Sorts the rows in memory. The first `limit` (the last, for tail) are at *out_from. */
static sl_status sorter_sort(sl_sorter *s, size_t *out_from, size_t *out_kept)
{
    sl_status status = sl_order_rows(&s->order, &s->rows);
    size_t count = s->rows.count;
    *out_kept = s->limit == 0 || count <= s->limit ? count : (size_t)s->limit;
    *out_from = s->from_end ? count - *out_kept : 0;
    return status;
}

static sl_status sorter_cut(sl_sorter *s)
{
    size_t from, kept, count = s->rows.count;
    sl_status status = sorter_sort(s, &from, &kept);
    if (status != SL_OK || kept == count) return status;
    status = sorter_keep(s, from, kept);
    if (status == SL_OK) s->cut += count - kept;
    return status;
}

static bool sorter_reserve_run(sl_sorter *s)
{
    if (s->run_count < s->run_capacity) return true;
    size_t capacity = s->run_capacity == 0 ? 16 : s->run_capacity * 2;
    sl_sorter_run *runs = sl_realloc(s->runs, capacity * sizeof *runs);
    if (runs == NULL) return false;
    s->runs = runs;
    s->run_capacity = capacity;
    return true;
}

/* Writes one row at the end of `run`. */
static sl_status sorter_write(sl_sorter *s, sl_sorter_run *run, const sl_stored_row *row)
{
    sl_buffer_clear(&s->record);
    sl_rows_save(&s->rows, row, &s->record);
    if (s->record.failed) return SL_NOMEM;
    if (s->record.length > run->row_bytes_max) run->row_bytes_max = s->record.length;
    run->rows++;
    return sl_spill_add(run->spill, sl_buffer_text(&s->record));
}

static sl_sorter_run sorter_begin_run(const sl_sorter *s)
{
    return (sl_sorter_run){.spill = s->env.spill, .start = sl_spill_end(s->env.spill)};
}

sl_status sl_sorter_spill(sl_sorter *s)
{
    if (s->rows.count == 0) return SL_OK;
    size_t from, kept;
    sl_status status = sorter_sort(s, &from, &kept);
    if (status == SL_OK && !sorter_reserve_run(s)) status = SL_NOMEM;
    if (status != SL_OK) return status;
    sl_sorter_run run = sorter_begin_run(s);
    for (size_t i = 0; i < kept && status == SL_OK; i++)
        status = sorter_write(s, &run, s->rows.rows[from + i]);
    if (status != SL_OK) return status;
    run.end = sl_spill_end(run.spill);
    s->runs[s->run_count++] = run;
    s->cut += s->rows.count - kept;
    sl_rows_clear(&s->rows);
    (void)sl_charge_set(&s->charge, sl_sorter_bytes(s));
    sl_budget_trim();
    return SL_OK;
}

/* Keeps to the limit and to the budget. */
static sl_status sorter_check(sl_sorter *s)
{
    size_t half = s->rows.count / 2;
    if (sl_context_cancelled(s->env.context)) return SL_CANCELLED;
    if (s->limit != 0 && half > s->limit && half - s->limit > SORTER_SLACK) {
        sl_status status = sorter_cut(s);
        if (status != SL_OK) return status;
    }
    return sl_charge_set(&s->charge, sl_sorter_bytes(s)) ? sl_sorter_spill(s) : SL_OK;
}

/* The same, when enough has come since the last time. */
static sl_status sorter_check_often(sl_sorter *s)
{
    return sl_sorter_bytes(s) < s->charge.bytes + SORTER_CHECK_BYTES ? SL_OK : sorter_check(s);
}

/* The store refused a row: once more, when the others have gone. */
static sl_status sorter_make_room(sl_sorter *s, size_t rows_before)
{
    s->rows.count = rows_before;
    if (rows_before > 0) return sl_sorter_spill(s);
    return sl_stage_limit(&s->env, "one row to be sorted", sl_rows_bytes(&s->rows));
}

sl_status sl_sorter_add(sl_sorter *s, const sl_batch *batch)
{
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < batch->selected && status == SL_OK; i++) {
        size_t before = s->rows.count;
        status = sl_rows_add_one(&s->rows, batch, batch->rows[i]);
        if (status == SL_LIMIT) {
            status = sorter_make_room(s, before);
            if (status == SL_OK) status = sl_rows_add_one(&s->rows, batch, batch->rows[i]);
            if (status == SL_LIMIT) status = sorter_make_room(s, 0);
        }
        if (status == SL_OK) status = sorter_check_often(s);
    }
    return status == SL_OK ? sorter_check(s) : status;
}

sl_status sl_sorter_merge(sl_sorter *s, sl_sorter *from)
{
    sl_status status = sl_rows_add_columns(&s->rows, &from->rows);
    if (status == SL_OK && (from->run_count > 0 || sl_budget_is_tight(s->env.budget)))
        status = sl_sorter_spill(from);
    for (size_t i = 0; i < from->rows.count && status == SL_OK; i++) {
        status = sl_rows_add_stored(&s->rows, &from->rows, from->rows.rows + i, 1);
        if (status == SL_OK) status = sorter_check_often(s);
    }
    for (size_t i = 0; i < from->run_count && status == SL_OK; i++) {
        if (!sorter_reserve_run(s)) return SL_NOMEM;
        s->runs[s->run_count++] = from->runs[i];
    }
    s->cut += from->cut;
    return status == SL_OK ? sorter_check(s) : status;
}

/* A stretch that is being merged, at its current row. */
typedef struct sorter_source {
    sl_spill_reader reader;
    sl_arena arena; /* the row and its keys */
    sl_order_row row;
} sorter_source;

/* Sources in a binary heap, the one whose row comes first at the top. */
typedef struct sorter_merge {
    sl_sorter *sorter;
    sorter_source *sources;
    sorter_source **heap;
    size_t count, source_count;
} sorter_merge;

/* The next row of a source. SL_END when there is none. */
static sl_status merge_read(const sl_sorter *s, sorter_source *source)
{
    sl_text record;
    sl_status status = sl_spill_next(&source->reader, &record);
    if (status != SL_OK) return status;
    sl_arena_reset(&source->arena);
    source->row.row = sl_rows_load(&s->rows, record, &source->arena);
    if (source->row.row == NULL) return source->arena.failed ? SL_NOMEM : SL_CORRUPT;
    source->row.keys = sl_order_keys(&s->order, &s->rows, source->row.row, &source->arena);
    return source->row.keys == NULL ? SL_NOMEM : SL_OK;
}

/* Rows that nothing tells apart come from the first stretch first. */
static bool merge_before(const sorter_merge *m, const sorter_source *a, const sorter_source *b)
{
    int sign = sl_order_compare(&m->sorter->order, &a->row, &b->row);
    return sign != 0 ? sign < 0 : a < b;
}

/* Moves the source at `at` down to where it belongs. */
static void merge_sink(sorter_merge *m, size_t at)
{
    sorter_source *source = m->heap[at];
    for (size_t child; (child = 2 * at + 1) < m->count; at = child) {
        if (child + 1 < m->count && merge_before(m, m->heap[child + 1], m->heap[child])) child++;
        if (!merge_before(m, m->heap[child], source)) break;
        m->heap[at] = m->heap[child];
    }
    m->heap[at] = source;
}

static void merge_fini(sorter_merge *m)
{
    for (size_t i = 0; i < m->source_count; i++) {
        sl_spill_reader_fini(&m->sources[i].reader);
        sl_arena_fini(&m->sources[i].arena);
    }
    free(m->sources);
    free(m->heap);
}

/* Opens the first `count` stretches. */
static sl_status merge_init(sorter_merge *m, sl_sorter *s, size_t count)
{
    *m = (sorter_merge){.sorter = s};
    m->sources = sl_calloc(count, sizeof *m->sources);
    m->heap = sl_calloc(count, sizeof *m->heap);
    if (m->sources == NULL || m->heap == NULL) return SL_NOMEM;
    for (; m->source_count < count; m->source_count++) {
        sorter_source *source = &m->sources[m->source_count];
        const sl_sorter_run *run = &s->runs[m->source_count];
        sl_arena_init(&source->arena, /* bytes_max= */ 0);
        sl_spill_aim(&source->reader, run->spill, run->start, run->end);
    }
    for (size_t i = 0; i < count; i++) {
        sl_status status = merge_read(s, &m->sources[i]);
        if (status == SL_OK) m->heap[m->count++] = &m->sources[i];
        else if (status != SL_END) return status;
    }
    for (size_t i = m->count / 2; i-- > 0;) merge_sink(m, i);
    return SL_OK;
}

/* Goes on to the row behind the top one. */
static sl_status merge_step(sorter_merge *m)
{
    sl_status status = merge_read(m->sorter, m->heap[0]);
    if (status != SL_OK && status != SL_END) return status;
    if (status == SL_END) m->heap[0] = m->heap[--m->count];
    if (m->count > 0) merge_sink(m, 0);
    return SL_OK;
}

/* How many stretches can be read at once: their buffers and rows take a quarter of the budget. */
static size_t sorter_fan(const sl_sorter *s)
{
    size_t row_bytes = 0;
    for (size_t i = 0; i < s->run_count; i++)
        if (s->runs[i].row_bytes_max > row_bytes) row_bytes = s->runs[i].row_bytes_max;
    size_t fan = s->env.budget->bytes_max / 4 / (SL_SPILL_READ_BYTES + 2 * row_bytes);
    if (fan < SORTER_FAN_MIN) return SORTER_FAN_MIN;
    return fan > SORTER_FAN_MAX ? SORTER_FAN_MAX : fan;
}

/* Merges the first `count` stretches into one, which goes behind the others. */
static sl_status sorter_merge_runs(sl_sorter *s, size_t count)
{
    sorter_merge m;
    sl_status status = merge_init(&m, s, count);
    sl_sorter_run longer = sorter_begin_run(s);
    while (status == SL_OK && m.count > 0) {
        status = sorter_write(s, &longer, m.heap[0]->row.row);
        if (status == SL_OK) status = merge_step(&m);
    }
    merge_fini(&m);
    if (status != SL_OK) return status;
    longer.end = sl_spill_end(longer.spill);
    for (size_t i = 0; i < count; i++)
        sl_spill_drop(s->runs[i].spill, s->runs[i].start, s->runs[i].end);
    memmove(s->runs, s->runs + count, (s->run_count - count) * sizeof *s->runs);
    s->run_count -= count;
    s->runs[s->run_count++] = longer;
    return SL_OK;
}

static void sorter_number(const sl_sorter *s, sl_rows *rows, uint64_t before)
{
    for (size_t i = 0; s->numbering != SL_NUMBER_NOT && i < rows->count; i++) {
        sl_origin *origin = &rows->rows[i]->origin;
        if (s->numbering == SL_NUMBER_ANEW) *origin = (sl_origin){.time = SL_TIME_NONE};
        origin->position = before + i + 1;
    }
}

/* Rows on their way out: a batch of them, and how many went before. */
typedef struct sorter_out {
    sl_rows rows;
    sl_arena arena;
    uint64_t given;
    sl_emit *emit;
    void *context;
} sorter_out;

static sl_status sorter_emit(const sl_sorter *s, sorter_out *out)
{
    if (out->rows.count == 0) return SL_OK;
    sorter_number(s, &out->rows, out->given);
    out->given += out->rows.count;
    sl_batch *batch =
        sl_rows_batch(&out->rows, out->rows.rows, (uint32_t)out->rows.count, &out->arena);
    sl_status status = batch == NULL ? SL_NOMEM : out->emit(out->context, batch);
    sl_arena_reset(&out->arena);
    sl_rows_clear(&out->rows);
    return status;
}

/* Gives the rows of all stretches, without the first `skip`. */
static sl_status sorter_give_merged(sl_sorter *s, uint64_t skip, sorter_out *out)
{
    uint64_t left = s->limit == 0 ? UINT64_MAX : s->limit;
    sorter_merge m;
    sl_status status = merge_init(&m, s, s->run_count);
    if (status == SL_OK) status = sl_rows_add_columns(&out->rows, &s->rows);
    while (status == SL_OK && m.count > 0 && left > 0) {
        if (skip > 0) {
            skip--;
        } else {
            left--;
            status = sl_rows_add_stored(&out->rows, &s->rows, &m.heap[0]->row.row, 1);
            /* Long rows go out before there is a batch of them. */
            if (status == SL_OK
                && (out->rows.count == s->env.batch_rows
                    || sl_rows_bytes(&out->rows) > s->env.budget->bytes_max / 4))
                status = sorter_emit(s, out);
        }
        if (status == SL_OK) status = merge_step(&m);
    }
    merge_fini(&m);
    return status == SL_OK ? sorter_emit(s, out) : status;
}

static uint64_t sorter_written(const sl_sorter *s)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < s->run_count; i++) rows += s->runs[i].rows;
    return rows;
}

/* Rows beyond the limit, among what is kept. */
static uint64_t sorter_surplus(const sl_sorter *s)
{
    uint64_t kept = s->run_count == 0 ? s->rows.count : sorter_written(s);
    return s->limit == 0 || kept <= s->limit ? 0 : kept - s->limit;
}

sl_status sl_sorter_settle(sl_sorter *s, uint64_t *out_cut)
{
    if (!s->settled) {
        sl_status status = s->run_count == 0 ? sorter_cut(s) : sl_sorter_spill(s);
        if (status != SL_OK) return status;
    }
    s->settled = true;
    *out_cut = s->cut + sorter_surplus(s);
    return SL_OK;
}

/* Merges stretches until the rest can be read at once. */
static sl_status sorter_narrow(sl_sorter *s)
{
    size_t fan = sorter_fan(s);
    sl_status status = SL_OK;
    while (s->run_count > fan && status == SL_OK) {
        size_t surplus = s->run_count - fan + 1;
        status = sorter_merge_runs(s, surplus < fan ? surplus : fan);
    }
    return status;
}

sl_status sl_sorter_finish(sl_sorter *s, sl_emit *emit, void *context)
{
    uint64_t cut;
    sl_status status = sl_sorter_settle(s, &cut);
    if (status != SL_OK) return status;
    if (s->run_count == 0) {
        sorter_number(s, &s->rows, /* before= */ 0);
        return sl_env_emit_rows(&s->env, &s->rows, emit, context);
    }
    status = sorter_narrow(s);
    if (status != SL_OK) return status;
    sorter_out out = {.emit = emit, .context = context};
    sl_rows_init(&out.rows, /* bytes_max= */ 0);
    sl_arena_init(&out.arena, /* bytes_max= */ 0);
    status = sorter_give_merged(s, s->from_end ? sorter_surplus(s) : 0, &out);
    sl_rows_fini(&out.rows);
    sl_arena_fini(&out.arena);
    return status;
}
