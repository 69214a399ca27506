/* stage_window.c - aggregates over whole groups, added to every row (eventstats).
 *
 * Rows go through a sorter and may be written to the temporary file; the groups have to fit into
 * memory, because every row needs its own at the end. A group is finished once, when the first of
 * its rows comes out. */
#include "exec/groups.h"
#include "exec/keyed.h"
#include "exec/sorter.h"

#include <stdlib.h>

#include "base/memory.h"

typedef struct window_stage {
    sl_stage stage;
    sl_keyed_op how;
    sl_op_aggregate grouping; /* what sl_groups sees of the operator */
    sl_groups groups;
    sl_sorter rows;
    sl_value *keys;      /* of the row at hand */
    sl_arena results;    /* of finished groups */
    sl_value **finished; /* by group number, then item; NULL: not yet */
} window_stage;

/* Rows on their way out. */
typedef struct window_out {
    window_stage *stage;
    sl_emit *emit;
    void *context;
} window_out;

static sl_status window_full(const window_stage *s)
{
    if (!s->groups.memory.failed) return SL_NOMEM;
    return sl_stage_limit(&s->stage.env, "the groups of a window", sl_groups_bytes(&s->groups));
}

static sl_status window_step(window_stage *s, const sl_keyed *in, uint32_t row)
{
    if (!sl_keyed_keys(in, row, s->keys)) return SL_OK;
    sl_group *group = sl_groups_at(&s->groups, s->keys, &in->batch->origins[row]);
    if (group == NULL) return window_full(s);
    sl_rank rank = sl_keyed_rank(in, row);
    for (uint32_t i = 0; i < s->how.item_count; i++) {
        sl_value args[SL_FN_ARGS_TYPED];
        sl_keyed_args(in, i, row, args);
        sl_status status = sl_groups_step(&s->groups, group, i, args, &rank);
        if (status != SL_OK) return window_full(s);
    }
    return SL_OK;
}

static sl_status window_push(sl_stage *stage, sl_batch *batch)
{
    window_stage *s = (window_stage *)stage;
    sl_keyed in;
    if (!sl_keyed_read(&s->how, batch, stage->env.context, &in)) return SL_NOMEM;
    for (uint32_t i = 0; i < batch->selected; i++) {
        sl_status status = window_step(s, &in, batch->rows[i]);
        if (status != SL_OK) return status;
    }
    return sl_sorter_add(&s->rows, batch);
}

static sl_status window_merge(sl_stage *into, sl_stage *from)
{
    window_stage *a = (window_stage *)into, *b = (window_stage *)from;
    for (uint32_t g = 0; g < b->groups.count; g++)
        if (sl_groups_merge_one(&a->groups, &b->groups, g) != SL_OK) return window_full(a);
    return sl_sorter_merge(&a->rows, &b->rows);
}

static sl_status window_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((window_stage *)stage)->rows);
}

/* The results of a group. NULL when memory ends. */
static const sl_value *window_result(window_stage *s, const sl_group *group)
{
    size_t number = group->number;
    if (s->finished[number] != NULL) return s->finished[number];
    sl_value *values = SL_ARENA_ARRAY(&s->results, s->how.item_count, sl_value);
    for (uint32_t i = 0; values != NULL && i < s->how.item_count; i++)
        values[i] = sl_groups_finish(&s->groups, group, i, &s->results);
    s->finished[number] = s->results.failed ? NULL : values;
    return s->finished[number];
}

static sl_status window_emit(void *context, sl_batch *batch)
{
    const window_out *out = context;
    window_stage *s = out->stage;
    const sl_keyed_op keys_only = {
        .keys = s->how.keys, .key_count = s->how.key_count, .time = SL_FIELD_NONE};
    sl_keyed in;
    sl_value **columns = SL_ARENA_ARRAY(batch->arena, s->how.item_count, sl_value *);
    if (columns == NULL || !sl_keyed_read(&keys_only, batch, s->stage.env.context, &in))
        return SL_NOMEM;
    for (uint32_t i = 0; i < s->how.item_count; i++) {
        columns[i] = sl_batch_column_new(batch);
        if (columns[i] == NULL) return SL_NOMEM;
    }
    for (uint32_t r = 0; r < batch->selected; r++) {
        uint32_t row = batch->rows[r];
        if (!sl_keyed_keys(&in, row, s->keys)) continue;
        const sl_group *group = sl_groups_at(&s->groups, s->keys, &batch->origins[row]);
        const sl_value *values = group == NULL ? NULL : window_result(s, group);
        if (values == NULL) return SL_NOMEM;
        for (uint32_t i = 0; i < s->how.item_count; i++) columns[i][row] = values[i];
    }
    for (uint32_t i = 0; i < s->how.item_count; i++)
        if (!sl_batch_set(batch, s->how.items[i].out, columns[i])) return SL_NOMEM;
    return out->emit(out->context, batch);
}

static sl_status window_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    window_stage *s = (window_stage *)stage;
    window_out out = {s, emit, context};
    s->finished = sl_calloc((size_t)s->groups.count + 1, sizeof *s->finished);
    if (s->finished == NULL) return SL_NOMEM;
    return sl_sorter_finish(&s->rows, window_emit, &out);
}

static void window_free(sl_stage *stage)
{
    window_stage *s = (window_stage *)stage;
    sl_groups_fini(&s->groups);
    sl_sorter_fini(&s->rows);
    sl_arena_fini(&s->results);
    free(s->keys);
    free(s->finished);
    free(s);
}

static sl_stage *window_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {window_push, window_merge, window_finish, window_free,
                                       window_spill};
    const sl_op_window *window = &op->window;
    window_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    s->how = (sl_keyed_op){window->keys, window->key_count, window->items, window->item_count,
                           sl_keyed_time_field(env->plan)};
    s->grouping = (sl_op_aggregate){.keys = window->keys,
                                    .key_count = window->key_count,
                                    .items = window->items,
                                    .item_count = window->item_count};
    sl_arena_init(&s->results, /* bytes_max= */ 0);
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->rows, &order, env);
    s->rows.numbering = SL_NUMBER_ROWS;
    s->keys = sl_calloc(window->key_count + 1u, sizeof *s->keys);
    sl_status status = sl_groups_init(&s->groups, &s->grouping, env->context, env->bytes_max);
    if (s->keys != NULL && status == SL_OK) return &s->stage;
    window_free(&s->stage);
    return NULL;
}

sl_stage *sl_stage_window_new(const sl_op *op, const sl_stage_env *env)
{
    return op->window.whole ? window_new(op, env) : sl_stage_running_new(op, env);
}
