/* exec_rows.h - runs a plan over rows written as text, however they may be dealt out.
 *
 *   exec_check("host=a | host=b", "t=2 host=a | t=1 host=b");
 *
 * Rows stand between `|`, fields between spaces; `t` is the time in seconds (and gives `_time`), a
 * value with `;` is a list. Every case is run with several numbers of workers and batch sizes, in
 * memory and through the temporary file; all have to agree. */
#ifndef SL_TESTS_UNIT_EXEC_ROWS_H
#define SL_TESTS_UNIT_EXEC_ROWS_H

#include "exec/tail.h"
#include "exec_support.h"

enum { EXEC_ROWS_MAX = 4096 };

/* A value as it is written in a case. */
static sl_value exec_value(sl_text text, sl_arena *arena)
{
    if (sl_text_find_byte(text, ';', 0) == SIZE_MAX) return sl_string(sl_arena_copy(arena, text));
    sl_value *items = SL_ARENA_ARRAY(arena, text.length + 1, sl_value);
    uint32_t count = 0;
    for (size_t at = 0; at <= text.length;) {
        size_t end = sl_text_find_byte(text, ';', at);
        if (end == SIZE_MAX) end = text.length;
        items[count++] = sl_string(sl_arena_copy(arena, sl_text_slice(text, at, end)));
        at = end + 1;
    }
    return sl_list(items, count);
}

/* One field of row `row`. */
static void exec_read_field(sl_batch *batch, uint32_t row, sl_text text, sl_origin *origin)
{
    size_t equals = sl_text_find_byte(text, '=', 0);
    if (equals == SIZE_MAX) return;
    sl_text name = sl_arena_copy(batch->arena, sl_text_slice(text, 0, equals));
    sl_text value_text = sl_text_slice(text, equals + 1, text.length);
    sl_value value = exec_value(value_text, batch->arena);
    double seconds;
    if (sl_text_equal(name, SL_TEXT("t")) && sl_value_number(value, &seconds)) {
        origin->time = (sl_time)(seconds * 1e9);
        value = sl_moment(origin->time);
        name = SL_TEXT("_time");
    }
    sl_field field = sl_fields_add(exec_fields(), name);
    sl_value *column = (sl_value *)(uintptr_t)sl_batch_find(batch, field);
    if (column == NULL) {
        column = sl_batch_column_new(batch);
        (void)sl_batch_set(batch, field, column);
    }
    column[row] = value;
}

/* All rows of a case as one batch. */
static sl_batch *exec_read(const char *rows, sl_arena *arena)
{
    sl_batch *batch = sl_batch_new(arena, EXEC_ROWS_MAX);
    sl_origin *origins = SL_ARENA_ARRAY(arena, EXEC_ROWS_MAX, sl_origin);
    sl_text text = sl_text_from(rows);
    uint32_t count = 0;
    for (size_t at = 0; text.length > 0 && at <= text.length; count++) {
        size_t end = sl_text_find_byte(text, '|', at);
        if (end == SIZE_MAX) end = text.length;
        sl_text row = sl_text_slice(text, at, end);
        origins[count] = (sl_origin){.time = SL_TIME_NONE, .offset = count};
        for (size_t from = 0; from < row.length;) {
            size_t to = sl_text_find_byte(row, ' ', from);
            if (to == SIZE_MAX) to = row.length;
            exec_read_field(batch, count, sl_text_slice(row, from, to), &origins[count]);
            from = to + 1;
        }
        at = end + 1;
    }
    batch->origins = origins;
    batch->selected = count;
    return batch;
}

static void exec_write_value(sl_buffer *out, sl_value v)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (v.kind != SL_LIST) {
        sl_buffer_add(out, sl_value_text(v, scratch));
        return;
    }
    for (uint32_t i = 0; i < v.length; i++) {
        if (i > 0) sl_buffer_add_byte(out, ';');
        exec_write_value(out, v.items[i]);
    }
}

static sl_status exec_write(void *context, sl_batch *batch)
{
    sl_buffer *out = context;
    for (uint32_t r = 0; r < batch->selected; r++) {
        uint32_t row = batch->rows[r];
        if (out->length > 0) sl_buffer_add_string(out, " |");
        for (uint32_t c = 0; c < batch->column_count; c++) {
            sl_value v = batch->columns[c].values[row];
            sl_text name = sl_fields_name(exec_fields(), batch->columns[c].field);
            if (sl_is_missing(v)) continue;
            if (!exec_shows_time && sl_text_equal(name, SL_TEXT("_time"))) continue;
            if (out->length > 0) sl_buffer_add_byte(out, ' ');
            sl_buffer_printf(out, "%.*s=", SL_TEXT_ARG(name));
            exec_write_value(out, v);
        }
    }
    return out->failed ? SL_NOMEM : SL_OK;
}

/* How a case is run. */
typedef struct exec_way {
    uint32_t workers, batch_rows;
    bool spills; /* everything that came goes to the temporary file */
} exec_way;

/* One worker's share: every so many-th row, through the operators before the barrier. */
static sl_status exec_work(const sl_stage_env *env, sl_stage *stage, const exec_way *way,
                           uint32_t worker, const char *rows, sl_buffer *out)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    sl_batch *all = exec_read(rows, &arena);
    sl_tail tail = {.env = env,
                    .first = exec_plan->pipe.first,
                    .emit = exec_write,
                    .context = out,
                    .barrier = sl_pipe_barrier(&exec_plan->pipe),
                    .stage = stage};
    uint32_t *mine = SL_ARENA_ARRAY(&arena, EXEC_ROWS_MAX, uint32_t), count = 0;
    sl_status status = SL_OK;
    for (uint32_t r = worker; r < all->selected; r += way->workers) mine[count++] = r;
    for (uint32_t from = 0; from < count && status == SL_OK; from += way->batch_rows) {
        sl_batch *some = sl_batch_share(all);
        some->rows = mine + from;
        some->selected = count - from < way->batch_rows ? count - from : way->batch_rows;
        status = sl_tail_push(&tail, some);
        if (way->spills && stage != NULL && status == SL_OK) status = sl_stage_spill(stage);
    }
    sl_arena_fini(&arena);
    return status;
}

static sl_status exec_run(const exec_way *way, const char *rows, sl_buffer *out)
{
    sl_budget budget = {.bytes_max = 1 << 26};
    sl_spill *spill = sl_spill_new(&exec_faults);
    sl_stage_env env = {.plan = exec_plan,
                        .context = &exec_context,
                        .bytes_max = 1 << 26,
                        .batch_rows = way->batch_rows,
                        .lookups = exec_lookups,
                        .budget = &budget,
                        .spill = spill};
    const sl_op *barrier = sl_pipe_barrier(&exec_plan->pipe);
    sl_stage *merged = NULL;
    sl_status status = SL_OK;
    for (uint32_t w = 0; w < way->workers && status == SL_OK; w++) {
        sl_stage *stage = barrier == NULL ? NULL : sl_stage_new(barrier, &env);
        status = exec_work(&env, stage, way, w, rows, out);
        if (merged == NULL) {
            merged = stage;
            continue;
        }
        if (status == SL_OK) status = sl_stage_merge(merged, stage);
        sl_stage_free(stage);
    }
    if (status == SL_OK && merged != NULL) status = sl_tail_finish_stage(merged, exec_write, out);
    else sl_stage_free(merged);
    sl_spill_free(spill);
    return status;
}

/* The plan over `rows` gives `expected`, whichever way it is run. Without a barrier there is one
 * worker: rows stream. */
static void exec_check_at(const char *file, int line, const char *expected, const char *rows)
{
    static const exec_way ways[] = {
        {1, 4096, false}, {1, 1, false}, {3, 2, false}, {2, 4096, true}, {3, 1, true}};
    for (size_t w = 0; w < SL_COUNT(ways); w++) {
        if (sl_pipe_barrier(&exec_plan->pipe) == NULL && ways[w].workers > 1) continue;
        sl_buffer out;
        sl_buffer_init(&out);
        sl_status status = exec_run(&ways[w], rows, &out);
        sl_text got = sl_buffer_text(&out);
        if (status != SL_OK || !sl_text_equal(got, sl_text_from(expected)))
            TEST_FAIL("%s:%d: way %zu, %s:\n#   expected %s\n#   got      %.*s", file, line, w,
                      sl_status_text(status), expected, SL_TEXT_ARG(got));
        sl_buffer_fini(&out);
    }
}
#define exec_check(expected, rows) exec_check_at(__FILE__, __LINE__, expected, rows)

#endif
