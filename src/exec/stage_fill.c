/* stage_fill.c - values for missing fields, where one row alone does not tell (fillnull without
 * names, filldown).
 *
 * Which fields there are is known when all rows have been seen, and the row before only in order:
 * rows go through a sorter and are filled as they come out. A field that no row has a value for is
 * left alone. */
#include "exec/sorter.h"

#include <stdlib.h>

#include "base/memory.h"

typedef struct fill_stage {
    sl_stage stage;
    sl_sorter rows;
    bool *seen; /* by field: some row has a value */
    uint32_t seen_count;
    /* filldown, while rows come out: */
    sl_value *last; /* by field; missing: none so far */
    sl_arena kept;  /* the values of `last` between batches */
    sl_arena spare;
} fill_stage;

typedef struct fill_out {
    fill_stage *stage;
    sl_emit *emit;
    void *context;
} fill_out;

static bool fill_is_null(sl_value v)
{
    return sl_is_missing(v) || (v.kind == SL_LIST && v.length == 0);
}

/* Notes that `field` occurs. False when memory ends. */
static bool fill_note(fill_stage *s, sl_field field)
{
    if (field >= s->seen_count) {
        uint32_t count = field + field / 2 + 64;
        bool *seen = sl_realloc(s->seen, count * sizeof *seen);
        if (seen == NULL) return false;
        memset(seen + s->seen_count, 0, (count - s->seen_count) * sizeof *seen);
        s->seen = seen;
        s->seen_count = count;
    }
    s->seen[field] = true;
    return true;
}

static bool fill_has(const fill_stage *s, sl_field field)
{
    return field < s->seen_count && s->seen[field];
}

static sl_status fill_push(sl_stage *stage, sl_batch *batch)
{
    fill_stage *s = (fill_stage *)stage;
    for (uint32_t c = 0; c < batch->column_count; c++) {
        const sl_column *column = &batch->columns[c];
        bool has = fill_has(s, column->field);
        for (uint32_t r = 0; r < batch->selected && !has; r++) {
            has = !fill_is_null(column->values[batch->rows[r]]);
            if (has && !fill_note(s, column->field)) return SL_NOMEM;
        }
    }
    return sl_sorter_add(&s->rows, batch);
}

static sl_status fill_merge(sl_stage *into, sl_stage *from)
{
    fill_stage *a = (fill_stage *)into, *b = (fill_stage *)from;
    for (sl_field f = 0; f < b->seen_count; f++)
        if (b->seen[f] && !fill_note(a, f)) return SL_NOMEM;
    return sl_sorter_merge(&a->rows, &b->rows);
}

static sl_status fill_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((fill_stage *)stage)->rows);
}

/* True when the operator means `field`. */
static bool fill_means(const fill_stage *s, sl_field field)
{
    const sl_op_fill *fill = &s->stage.op->fill;
    for (uint32_t i = 0; i < fill->count; i++) {
        sl_text stars[SL_PATTERN_STARS_MAX];
        if (fill->names[i].pattern == NULL) {
            if (fill->names[i].field == field) return true;
        } else if (sl_pattern_match(fill->names[i].pattern,
                                    sl_fields_name(&s->stage.env.plan->fields, field), stars)) {
            return true;
        }
    }
    return fill->count == 0;
}

/* `field` with its gaps filled. */
static sl_status fill_column(fill_stage *s, sl_batch *batch, sl_field field)
{
    const sl_op_fill *fill = &s->stage.op->fill;
    const sl_value *old = sl_batch_find(batch, field);
    sl_value *values = sl_batch_column_new(batch);
    if (values == NULL) return SL_NOMEM;
    sl_value value = fill->down ? s->last[field] : fill->value;
    for (uint32_t r = 0; r < batch->selected; r++) {
        uint32_t row = batch->rows[r];
        bool null = old == NULL || fill_is_null(old[row]);
        values[row] = null ? value : old[row];
        if (fill->down) value = values[row];
    }
    if (fill->down) s->last[field] = value;
    return sl_batch_set(batch, field, values) ? SL_OK : SL_NOMEM;
}

/* The values of `last` outlive the batch. */
static sl_status fill_keep(fill_stage *s)
{
    sl_arena_reset(&s->spare);
    for (sl_field f = 0; f < s->seen_count; f++) s->last[f] = sl_value_copy(&s->spare, s->last[f]);
    sl_arena kept = s->kept;
    s->kept = s->spare;
    s->spare = kept;
    return s->kept.failed ? SL_NOMEM : SL_OK;
}

static sl_status fill_emit(void *context, sl_batch *batch)
{
    const fill_out *out = context;
    fill_stage *s = out->stage;
    const sl_op_fill *fill = &s->stage.op->fill;
    for (sl_field f = 0; f < s->seen_count; f++) {
        if (!s->seen[f] || !fill_means(s, f)) continue;
        sl_status status = fill_column(s, batch, f);
        if (status != SL_OK) return status;
    }
    for (uint32_t i = 0; i < fill->count && !fill->down; i++) {
        sl_field field = fill->names[i].field; /* one that is named comes to be */
        if (fill->names[i].pattern != NULL || fill_has(s, field)) continue;
        sl_status status = fill_column(s, batch, field);
        if (status != SL_OK) return status;
    }
    sl_status status = fill->down ? fill_keep(s) : SL_OK;
    return status == SL_OK ? out->emit(out->context, batch) : status;
}

static sl_status fill_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    fill_stage *s = (fill_stage *)stage;
    fill_out out = {s, emit, context};
    s->last = sl_calloc(s->seen_count + 1u, sizeof *s->last);
    return s->last == NULL ? SL_NOMEM : sl_sorter_finish(&s->rows, fill_emit, &out);
}

static void fill_free(sl_stage *stage)
{
    fill_stage *s = (fill_stage *)stage;
    sl_sorter_fini(&s->rows);
    sl_arena_fini(&s->kept);
    sl_arena_fini(&s->spare);
    free(s->seen);
    free(s->last);
    free(s);
}

sl_stage *sl_stage_fill_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {fill_push, fill_merge, fill_finish, fill_free, fill_spill};
    fill_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_arena_init(&s->kept, /* bytes_max= */ 0);
    sl_arena_init(&s->spare, /* bytes_max= */ 0);
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->rows, &order, env);
    s->rows.numbering = SL_NUMBER_ROWS;
    return &s->stage;
}
