/* stage_pivot.c - groups by row and column, for chart, timechart and xyseries.
 *
 * Columns are told apart by the names that they will have. When the operator leaves the width of
 * the bins open, they begin short and are merged into longer ones whenever the times span more of
 * them than asked for: the width depends on the first and the last time alone, not on the order of
 * rows. */
#include "exec/pivot.h"

#include <stdlib.h>

#include "base/memory.h"
#include "plan/eval.h"

enum { PIVOT_COMBINATIONS_MAX = 100000 };

static const sl_time pivot_widths[SL_PIVOT_WIDTHS] = {
    SL_SECOND,        5 * SL_SECOND,     10 * SL_SECOND,         30 * SL_SECOND,
    60 * SL_SECOND,   300 * SL_SECOND,   600 * SL_SECOND,        1800 * SL_SECOND,
    3600 * SL_SECOND, 86400 * SL_SECOND, 30 * 86400 * SL_SECOND, /* a month of the calendar */
};
enum { PIVOT_DAY = SL_PIVOT_WIDTHS - 2, PIVOT_MONTH = SL_PIVOT_WIDTHS - 1 };

static sl_time pivot_floor(sl_time time, sl_time width)
{
    sl_time rest = time % width;
    return time - (rest < 0 ? rest + width : rest);
}

sl_time sl_pivot_bin(const sl_pivot *p, uint32_t width, sl_time time)
{
    const sl_zone *zone = p->stage.env.context->zone;
    const sl_time edge = INT64_MAX - 64 * 86400 * SL_SECOND;
    if (time > edge || time < -edge) return time;
    if (width >= PIVOT_DAY) {
        sl_civil civil = sl_civil_at(time, zone);
        sl_civil start = {
            .year = civil.year, .month = civil.month, .day = width == PIVOT_MONTH ? 1 : civil.day};
        return sl_civil_time(&start, zone);
    }
    sl_time offset = sl_zone_offset(zone, time) * SL_SECOND;
    return pivot_floor(time + offset, pivot_widths[width]) - offset;
}

/* op->bin for `time`; SL_TIME_NONE when it gives none. */
static sl_time pivot_eval(const sl_pivot *p, sl_time time)
{
    const sl_op_pivot *pivot = &p->stage.op->pivot;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_time start = SL_TIME_NONE;
    sl_batch *batch = sl_batch_new(&arena, 1);
    sl_value value = sl_moment(time);
    sl_origin origin = {.time = time};
    if (batch != NULL && sl_batch_set(batch, pivot->row, &value)) {
        batch->origins = &origin;
        sl_operand result = sl_eval(pivot->bin, batch, batch->rows, 1, p->stage.env.context);
        if (result.values != NULL) start = sl_time_of_value(result.values[0]);
    }
    sl_arena_fini(&arena);
    return start;
}

sl_time sl_pivot_start(const sl_pivot *p, sl_time time)
{
    const sl_op_pivot *pivot = &p->stage.op->pivot;
    if (pivot->step == 0 && pivot->bins_max > 0) return sl_pivot_bin(p, p->width, time);
    if (pivot->bin != NULL) return pivot_eval(p, time);
    return p->step > 0 ? pivot_floor(time, p->step) : time;
}

sl_time sl_pivot_next(const sl_pivot *p, sl_time time)
{
    const sl_op_pivot *pivot = &p->stage.op->pivot;
    bool chosen = pivot->step == 0 && pivot->bins_max > 0;
    sl_time step = chosen ? pivot_widths[p->width] : p->step;
    if (step <= 0 || time > INT64_MAX / 2 || step > INT64_MAX / 4) return time;
    /* Days and months differ in length: half a bin further is surely inside the next one. */
    if (chosen && p->width >= PIVOT_DAY) return sl_pivot_bin(p, p->width, time + step + step / 2);
    if (pivot->bin != NULL && !chosen) return pivot_eval(p, time + step + step / 2);
    return time + step;
}

static sl_status pivot_full(const sl_pivot *p)
{
    if (!p->groups.memory.failed) return SL_NOMEM;
    return sl_stage_limit(&p->stage.env, "the cells of a chart", sl_groups_bytes(&p->groups));
}

/* The width that the times need. */
static uint32_t pivot_width(const sl_pivot *p)
{
    uint64_t bins_max = p->stage.op->pivot.bins_max;
    uint32_t width = p->width;
    uint64_t span = (uint64_t)p->last - (uint64_t)p->first;
    while (width + 1 < SL_PIVOT_WIDTHS && span / (uint64_t)pivot_widths[width] + 1 > bins_max)
        width++;
    return width;
}

/* Merges bins into longer ones, if the times need them. */
static sl_status pivot_widen(sl_pivot *p)
{
    if (p->first == SL_TIME_NONE) return SL_OK;
    uint32_t width = pivot_width(p);
    if (width == p->width) return SL_OK;
    p->width = width;
    sl_groups wide;
    sl_status status =
        sl_groups_init(&wide, &p->grouping, p->stage.env.context, p->stage.env.bytes_max);
    for (uint32_t g = 0; g < p->groups.count && status == SL_OK; g++) {
        sl_group *group = p->groups.groups[g];
        group->keys[0] = sl_moment(sl_pivot_bin(p, width, group->keys[0].integer));
        status = sl_groups_merge_one(&wide, &p->groups, g);
    }
    sl_groups_fini(&p->groups);
    p->groups = wide;
    return status == SL_OK ? SL_OK : pivot_full(p);
}

static sl_status pivot_cover(sl_pivot *p, sl_time first, sl_time last)
{
    if (p->first != SL_TIME_NONE && first >= p->first && last <= p->last) return SL_OK;
    if (p->first == SL_TIME_NONE || first < p->first) p->first = first;
    if (p->last == SL_TIME_NONE || last > p->last) p->last = last;
    return pivot_widen(p);
}

/* The name of a column: fields that begin with `_` would not be shown. */
static bool pivot_name(sl_value v, sl_arena *arena, sl_value *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    sl_text text = sl_value_text(v, scratch);
    bool hidden = text.length == 0 || text.data[0] == '_';
    text = sl_arena_printf(arena, "%s%.*s", hidden ? "VALUE" : "", SL_TEXT_ARG(text));
    *out = sl_string(text);
    return text.data != NULL;
}

/* One row value under one column. */
static sl_status pivot_cell(sl_pivot *p, const sl_keyed *in, uint32_t row, const sl_value *keys)
{
    sl_group *group = sl_groups_at(&p->groups, keys, &in->batch->origins[row]);
    if (group == NULL) return pivot_full(p);
    sl_rank rank = sl_keyed_rank(in, row);
    for (uint32_t i = 0; i < p->how.item_count; i++) {
        sl_value args[SL_FN_ARGS_TYPED];
        sl_keyed_args(in, i, row, args);
        if (sl_groups_step(&p->groups, group, i, args, &rank) != SL_OK) return pivot_full(p);
    }
    return SL_OK;
}

/* The items of a key: a list's, or the value itself. `*count` 0: it is missing. */
static const sl_value *pivot_items(const sl_value *v, uint32_t *count)
{
    *count = v->kind == SL_LIST ? v->length : v->kind != SL_MISSING;
    return v->kind == SL_LIST ? v->items : v;
}

/* The row's key as it is grouped by; false when there is none. */
static sl_status pivot_row_key(sl_pivot *p, sl_value v, sl_value *out, bool *out_given)
{
    const sl_op_pivot *pivot = &p->stage.op->pivot;
    *out = v;
    *out_given = true;
    if (pivot->step != 0 || pivot->bins_max == 0) return SL_OK;
    sl_time time = sl_time_of_value(v);
    *out_given = time != SL_TIME_NONE;
    if (!*out_given) return SL_OK;
    sl_status status = pivot_cover(p, time, time);
    *out = sl_moment(sl_pivot_bin(p, p->width, time));
    return status;
}

static sl_status pivot_cut(const sl_pivot *p)
{
    sl_fault_add(p->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                 p->stage.env.context->query_name, UINT64_MAX,
                 "a row with more than %d combinations of key values was cut",
                 PIVOT_COMBINATIONS_MAX);
    return SL_OK;
}

/* All combinations of the row's keys. */
static sl_status pivot_row(sl_pivot *p, const sl_keyed *in, uint32_t row)
{
    const sl_op_pivot *pivot = &p->stage.op->pivot;
    bool has_row = pivot->row != SL_FIELD_NONE, has_column = pivot->column != SL_FIELD_NONE;
    sl_value none = sl_missing();
    const sl_value *of_column = has_column ? in->keys[p->how.key_count - 1] : NULL;
    const sl_value *of_row = has_row ? in->keys[0] : NULL;
    uint32_t row_count = 1, column_count = 0, left = PIVOT_COMBINATIONS_MAX;
    const sl_value *rows = &none, *columns = &none;
    if (has_row) rows = pivot_items(of_row == NULL ? &none : of_row + row, &row_count);
    if (of_column != NULL) columns = pivot_items(of_column + row, &column_count);
    p->stage.in.unkeyed += row_count == 0;
    if (has_column && column_count == 0 && !pivot->null) return SL_OK;
    for (uint32_t r = 0; r < row_count; r++) {
        uint32_t c = 0;
        do {
            sl_value keys[2];
            bool given;
            sl_status status = pivot_row_key(p, rows[r], &keys[0], &given);
            keys[1] = sl_missing();
            if (status == SL_OK && column_count > 0
                && !pivot_name(columns[c], in->batch->arena, &keys[1]))
                status = SL_NOMEM;
            if (status == SL_OK && given) status = pivot_cell(p, in, row, keys);
            if (status != SL_OK) return status;
            if (left-- == 0) return pivot_cut(p);
        } while (++c < column_count);
    }
    return SL_OK;
}

static sl_status pivot_push(sl_stage *stage, sl_batch *batch)
{
    sl_pivot *p = (sl_pivot *)stage;
    sl_keyed in;
    if (!sl_keyed_read(&p->how, batch, stage->env.context, &in)) return SL_NOMEM;
    for (uint32_t r = 0; r < batch->selected; r++) {
        sl_status status = pivot_row(p, &in, batch->rows[r]);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

static sl_status pivot_merge(sl_stage *into, sl_stage *from)
{
    sl_pivot *a = (sl_pivot *)into, *b = (sl_pivot *)from;
    sl_status status = SL_OK;
    if (b->first != SL_TIME_NONE) status = pivot_cover(a, b->first, b->last);
    if (status == SL_OK && a->first != SL_TIME_NONE) status = pivot_cover(b, a->first, a->last);
    for (uint32_t g = 0; g < b->groups.count && status == SL_OK; g++)
        if (sl_groups_merge_one(&a->groups, &b->groups, g) != SL_OK) status = pivot_full(a);
    return status;
}

static sl_status pivot_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    return sl_pivot_give((sl_pivot *)stage, emit, context);
}

static void pivot_free(sl_stage *stage)
{
    sl_pivot *p = (sl_pivot *)stage;
    sl_groups_fini(&p->groups);
    free((void *)(uintptr_t)p->how.keys);
    free(p);
}

sl_stage *sl_stage_pivot_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {
        .push = pivot_push, .merge = pivot_merge, .finish = pivot_finish, .free = pivot_free};
    const sl_op_pivot *pivot = &op->pivot;
    sl_pivot *p = sl_calloc(1, sizeof *p);
    sl_field *keys = sl_calloc(2, sizeof *keys);
    if (p == NULL || keys == NULL) {
        free(p);
        free(keys);
        return NULL;
    }
    p->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    p->how = (sl_keyed_op){.keys = keys,
                           .items = pivot->items,
                           .item_count = pivot->item_count,
                           .time = sl_keyed_time_field(env->plan)};
    if (pivot->row != SL_FIELD_NONE) keys[p->how.key_count++] = pivot->row;
    if (pivot->column != SL_FIELD_NONE) keys[p->how.key_count++] = pivot->column;
    p->grouping = (sl_op_aggregate){
        .keys = keys, .key_count = 2, .items = pivot->items, .item_count = pivot->item_count};
    p->first = p->last = SL_TIME_NONE;
    p->step = pivot->step;
    if (pivot->fill_range && env->context->earliest != SL_TIME_NONE
        && env->context->latest != SL_TIME_NONE && env->context->latest > env->context->earliest) {
        p->first = env->context->earliest;
        p->last = env->context->latest - 1;
    }
    if (sl_groups_init(&p->groups, &p->grouping, env->context, env->bytes_max) == SL_OK
        && pivot_widen(p) == SL_OK)
        return &p->stage;
    pivot_free(&p->stage);
    return NULL;
}
