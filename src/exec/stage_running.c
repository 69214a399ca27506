/* stage_running.c - aggregates over the rows so far, added to every row (streamstats).
 *
 * Rows go through a sorter; what is said of each depends on the rows before it alone, so it is
 * worked out while they come out. Without a window a group is one set of states; with one it is a
 * line of rows, of which a stretch is aggregated for every row. */
#include "exec/keyed.h"
#include "exec/sorter.h"
#include "exec/window_line.h"

#include <stdlib.h>

#include "base/memory.h"
#include "plan/eval.h"

/* When and where a row of a line stood. */
typedef struct running_mark {
    uint64_t number; /* among all rows, from 1 */
    sl_time time;
} running_mark;

typedef struct running_group {
    uint64_t epoch; /* of the resets that it has seen */
    char *states;   /* without a window */
    sl_window_line line;
    running_mark *marks;
    uint64_t mark_capacity;
    uint64_t head; /* first row of the line that may still count */
} running_group;

typedef struct running_stage {
    sl_stage stage;
    sl_keyed_op how;
    sl_sorter rows;
    sl_arena memory;  /* states */
    sl_arena scratch; /* of one window */
    sl_agg_states states;
    sl_map numbers;
    running_group *groups;
    uint32_t group_capacity;
    sl_buffer key, last_key;
    bool any_key; /* last_key holds one */
    bool windowed;
    uint64_t number; /* of the row at hand */
    uint64_t epoch;
    sl_value *keys;
} running_stage;

/* A batch on its way out. */
typedef struct running_out {
    running_stage *stage;
    sl_emit *emit;
    void *context;
    sl_keyed in;
    sl_value **columns; /* by item */
    sl_batch *batch;
    const bool *before; /* by row: reset before it; NULL: never */
} running_out;

static sl_status running_push(sl_stage *stage, sl_batch *batch)
{
    return sl_sorter_add(&((running_stage *)stage)->rows, batch);
}

static sl_status running_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((running_stage *)into)->rows, &((running_stage *)from)->rows);
}

static sl_status running_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((running_stage *)stage)->rows);
}

static sl_status running_full(const running_stage *s)
{
    size_t bytes = s->memory.bytes_used + s->numbers.names.bytes_used;
    return sl_stage_limit(&s->stage.env, "the groups of a running window", bytes);
}

static bool running_reserve(running_stage *s)
{
    if (s->numbers.count < s->group_capacity) return true;
    uint32_t capacity = s->group_capacity == 0 ? 64 : s->group_capacity * 2;
    running_group *groups = sl_realloc(s->groups, capacity * sizeof *groups);
    if (groups == NULL) return false;
    memset(groups + s->group_capacity, 0, (capacity - s->group_capacity) * sizeof *groups);
    s->groups = groups;
    s->group_capacity = capacity;
    return true;
}

/* The group of s->keys, as it stands after the last reset. NULL when memory ends. */
static running_group *running_at(running_stage *s)
{
    sl_buffer_clear(&s->key);
    for (uint32_t k = 0; k < s->how.key_count; k++) sl_value_encode(&s->key, s->keys[k]);
    if (s->key.failed || !running_reserve(s)) return NULL;
    if (s->stage.op->window.reset_on_change) {
        sl_text key = sl_buffer_text(&s->key);
        if (s->any_key && !sl_text_equal(key, sl_buffer_text(&s->last_key))) s->epoch++;
        s->any_key = true;
        sl_buffer_clear(&s->last_key);
        sl_buffer_add(&s->last_key, key);
        if (s->last_key.failed) return NULL;
    }
    uint32_t number = sl_map_add(&s->numbers, sl_buffer_text(&s->key));
    if (number == SL_MAP_NONE) return NULL;
    running_group *group = &s->groups[number];
    if (group->epoch != s->epoch || group->states == NULL) {
        group->epoch = s->epoch;
        group->head = group->line.count;
        group->states = sl_arena_zero(&s->memory, s->states.bytes);
        if (group->states == NULL) return NULL;
    }
    return group;
}

/* Counts the row into states at `at`. */
static sl_status running_step(running_stage *s, const sl_keyed *in, uint32_t row, char *at)
{
    sl_rank rank = sl_keyed_rank(in, row);
    for (uint32_t i = 0; i < s->how.item_count; i++) {
        sl_value args[SL_FN_ARGS_TYPED];
        sl_keyed_args(in, i, row, args);
        sl_status status = sl_agg_states_step(&s->states, at, i, args, &rank, &s->memory);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

/* Appends the row to the group's line. */
static sl_status running_append(running_stage *s, const sl_keyed *in, uint32_t row,
                                running_group *group)
{
    const sl_op_window *window = &s->stage.op->window;
    uint64_t count = group->line.count;
    if (count == group->mark_capacity) {
        uint64_t capacity = count == 0 ? 8 : count * 2;
        running_mark *marks = SL_ARENA_ARRAY(&s->memory, capacity, running_mark);
        if (marks == NULL) return SL_LIMIT;
        if (count > 0) memcpy(marks, group->marks, count * sizeof *marks);
        group->marks = marks;
        group->mark_capacity = capacity;
    }
    group->marks[count] = (running_mark){s->number, sl_keyed_time(in, row)};
    char *leaf = sl_arena_zero(&s->memory, s->states.bytes);
    if (leaf == NULL) return SL_LIMIT;
    sl_status status = running_step(s, in, row, leaf);
    if (status != SL_OK) return status;
    return sl_window_line_add(&group->line, &s->states, leaf, window->rows_max, &s->memory);
}

static bool running_is_past(const running_stage *s, const running_group *group,
                            const running_mark *mark, uint64_t index, sl_time time)
{
    const sl_op_window *window = &s->stage.op->window;
    /* The rows before this one alone count, or this one too: then the line holds it. */
    uint64_t self = window->without_self ? 0 : 1;
    uint64_t behind = window->global ? s->number - mark->number + self : group->line.count - index;
    if (window->rows_max != 0 && behind > window->rows_max) return true;
    if (window->span_max == 0 || time == SL_TIME_NONE || mark->time == SL_TIME_NONE) return false;
    sl_time gap = time > mark->time ? time - mark->time : mark->time - time;
    return gap >= window->span_max;
}

/* The window's results for the row at hand, into the columns. */
static sl_status running_window(running_out *out, uint32_t row, running_group *group)
{
    running_stage *s = out->stage;
    sl_time time = sl_keyed_time(&out->in, row);
    while (group->head < group->line.count
           && running_is_past(s, group, &group->marks[group->head], group->head, time))
        group->head++;
    sl_arena_reset(&s->scratch);
    char *states = sl_arena_zero(&s->scratch, s->states.bytes);
    if (states == NULL) return SL_NOMEM;
    sl_status status =
        sl_window_line_merge(&group->line, &s->states, group->head, states, &s->scratch);
    for (uint32_t i = 0; i < s->how.item_count && status == SL_OK; i++)
        out->columns[i][row] =
            sl_agg_states_finish(&s->states, states, i, &s->scratch, out->batch->arena);
    return status;
}

static void running_total(running_out *out, uint32_t row, const running_group *group)
{
    running_stage *s = out->stage;
    for (uint32_t i = 0; i < s->how.item_count; i++)
        out->columns[i][row] =
            sl_agg_states_finish(&s->states, group->states, i, &s->memory, out->batch->arena);
}

/* Counts the row and says what it has, in the order that the operator asks for. */
static sl_status running_row(running_out *out, uint32_t row)
{
    running_stage *s = out->stage;
    running_group *group = running_at(s);
    if (group == NULL) return s->memory.failed ? running_full(s) : SL_NOMEM;
    sl_status status = SL_OK;
    for (int turn = 0; turn < 2 && status == SL_OK; turn++) {
        bool count = (turn == 0) != s->stage.op->window.without_self;
        if (count && s->windowed) status = running_append(s, &out->in, row, group);
        else if (count) status = running_step(s, &out->in, row, group->states);
        else if (s->windowed) status = running_window(out, row, group);
        else running_total(out, row, group);
    }
    return status == SL_LIMIT ? running_full(s) : status;
}

/* The rows for which `expr` is true, as flags. */
static sl_status running_flags(const running_out *out, const sl_expr *expr, const bool **flags)
{
    const sl_batch *batch = out->batch;
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    bool *set = SL_ARENA_ARRAY(batch->arena, batch->row_count, bool);
    if (rows == NULL || set == NULL) return SL_NOMEM;
    uint32_t count;
    sl_status status = sl_eval_filter(expr, batch, batch->rows, batch->selected,
                                      out->stage->stage.env.context, rows, &count);
    for (uint32_t i = 0; i < count && status == SL_OK; i++) set[rows[i]] = true;
    *flags = set;
    return status;
}

/* True when the row says that all is to be forgotten behind it; it sees its own results. */
static sl_status running_resets_after(const running_out *out, uint32_t row, bool *resets)
{
    const sl_batch *batch = out->batch;
    sl_batch *one = sl_batch_new(batch->arena, 1);
    if (one == NULL) return SL_NOMEM;
    one->origins = batch->origins + row;
    for (uint32_t c = 0; c < batch->column_count; c++)
        if (!sl_batch_set(one, batch->columns[c].field, batch->columns[c].values + row))
            return SL_NOMEM;
    uint32_t kept[1], count;
    sl_status status = sl_eval_filter(out->stage->stage.op->window.reset_after, one, one->rows, 1,
                                      out->stage->stage.env.context, kept, &count);
    *resets = status == SL_OK && count > 0;
    return status;
}

/* Rows of the batch, one after the other: each depends on those before. */
static sl_status running_rows(running_out *out)
{
    running_stage *s = out->stage;
    sl_status status = SL_OK;
    for (uint32_t r = 0; r < out->batch->selected && status == SL_OK; r++) {
        uint32_t row = out->batch->rows[r];
        s->number++;
        if (out->before != NULL && out->before[row]) s->epoch++;
        if (sl_keyed_keys(&out->in, row, s->keys)) status = running_row(out, row);
        bool resets = false;
        if (status == SL_OK && s->stage.op->window.reset_after != NULL)
            status = running_resets_after(out, row, &resets);
        if (resets) s->epoch++;
    }
    return status;
}

static sl_status running_emit(void *context, sl_batch *batch)
{
    running_out *out = context;
    running_stage *s = out->stage;
    const sl_op_window *window = &s->stage.op->window;
    out->batch = batch;
    out->columns = SL_ARENA_ARRAY(batch->arena, s->how.item_count, sl_value *);
    if (out->columns == NULL || !sl_keyed_read(&s->how, batch, s->stage.env.context, &out->in))
        return SL_NOMEM;
    out->before = NULL;
    sl_status status = SL_OK;
    if (window->reset_before != NULL)
        status = running_flags(out, window->reset_before, &out->before);
    if (status != SL_OK) return status;
    for (uint32_t i = 0; i < s->how.item_count; i++) {
        /* Filled while it stands in the batch: a reset behind a row looks at its results. */
        out->columns[i] = sl_batch_column_new(batch);
        if (out->columns[i] == NULL || !sl_batch_set(batch, s->how.items[i].out, out->columns[i]))
            return SL_NOMEM;
    }
    status = running_rows(out);
    return status == SL_OK ? out->emit(out->context, batch) : status;
}

static sl_status running_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    running_stage *s = (running_stage *)stage;
    running_out out = {.stage = s, .emit = emit, .context = context};
    return sl_sorter_finish(&s->rows, running_emit, &out);
}

static void running_free(sl_stage *stage)
{
    running_stage *s = (running_stage *)stage;
    sl_sorter_fini(&s->rows);
    sl_arena_fini(&s->memory);
    sl_arena_fini(&s->scratch);
    sl_map_fini(&s->numbers);
    sl_buffer_fini(&s->key);
    sl_buffer_fini(&s->last_key);
    free(s->groups);
    free(s->keys);
    free(s);
}

sl_stage *sl_stage_running_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {running_push, running_merge, running_finish, running_free,
                                       running_spill};
    const sl_op_window *window = &op->window;
    running_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    s->how = (sl_keyed_op){window->keys, window->key_count, window->items, window->item_count,
                           sl_keyed_time_field(env->plan)};
    s->windowed = window->rows_max != 0 || window->span_max != 0;
    sl_arena_init(&s->memory, env->bytes_max);
    sl_arena_init(&s->scratch, env->bytes_max);
    sl_map_init(&s->numbers);
    sl_buffer_init(&s->key);
    sl_buffer_init(&s->last_key);
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->rows, &order, env);
    s->rows.numbering = SL_NUMBER_ROWS;
    s->keys = sl_calloc(window->key_count + 1u, sizeof *s->keys);
    bool made =
        sl_agg_states_init(&s->states, window->items, window->item_count, env->context, &s->memory);
    if (made && s->keys != NULL) return &s->stage;
    running_free(&s->stage);
    return NULL;
}
