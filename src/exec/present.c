/* present.c - binds turned into columns. */
#include "exec/present.h"

#include <assert.h>

#include "plan/eval.h"

/* Events inside the time range. Those without a time stay when no range is set. */
static sl_status present_range(sl_present *how, const sl_reading_batch *in, sl_batch *batch)
{
    const sl_context *context = how->context;
    if (context->earliest == SL_TIME_NONE && context->latest == SL_TIME_NONE) return SL_OK;
    uint32_t *rows = SL_ARENA_ARRAY(in->arena, batch->selected, uint32_t);
    if (rows == NULL) return SL_NOMEM;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->selected; i++) {
        uint32_t row = batch->rows[i];
        sl_time time = in->origins[row].time;
        if (time == SL_TIME_NONE) {
            how->no_time++;
            continue;
        }
        bool early = context->earliest != SL_TIME_NONE && time < context->earliest;
        bool late = context->latest != SL_TIME_NONE && time >= context->latest;
        how->outside += early || late;
        if (!early && !late) rows[kept++] = row;
    }
    batch->rows = rows;
    batch->selected = kept;
    return SL_OK;
}

/* Events that the view shows. */
static sl_status present_when(const sl_present *how, const sl_reading_batch *in, sl_batch *batch)
{
    const sl_expr *when = how->route->presentation->when;
    if (when == NULL) return SL_OK;
    uint32_t *rows = SL_ARENA_ARRAY(in->arena, batch->selected, uint32_t);
    if (rows == NULL) return SL_NOMEM;
    uint32_t kept;
    sl_status status =
        sl_eval_filter(when, in->raw, batch->rows, batch->selected, how->context, rows, &kept);
    batch->rows = rows;
    batch->selected = kept;
    return status;
}

static const sl_value *present_derived(const sl_bind *bind, const sl_reading_batch *in,
                                       const sl_batch *batch, const sl_context *context)
{
    sl_operand result = sl_eval(bind->value, in->raw, batch->rows, batch->selected, context);
    if (result.values == NULL || result.stride == 1) return result.values;
    sl_value *values = SL_ARENA_ARRAY(in->arena, in->row_count, sl_value);
    if (values == NULL) return NULL;
    for (uint32_t row = 0; row < in->row_count; row++) values[row] = result.values[0];
    return values;
}

static sl_value present_about(const sl_bind *bind, const sl_reading_batch *in, uint32_t row)
{
    sl_time time = in->origins[row].time;
    switch (bind->kind) {
    case SL_BIND_CONSTANT: return bind->constant;
    case SL_BIND_TIME: return sl_moment(time);
    case SL_BIND_TIME_MS: return time == SL_TIME_NONE ? sl_missing() : sl_integer(time / 1000000);
    case SL_BIND_RAW: return sl_string(in->records[row].record.text);
    case SL_BIND_SOURCE: return sl_string(in->records[row].input->path);
    case SL_BIND_COLUMN:
    case SL_BIND_DERIVED:
    case SL_BIND_FOUND: break;
    }
    assert(false && "columns and expressions are bound elsewhere");
    return sl_missing();
}

/* The column where what was found is missing. */
static const sl_value *present_found(const sl_bind *bind, const sl_reading_batch *in,
                                     const sl_batch *batch, const sl_context *context)
{
    const sl_value *found = present_derived(bind, in, batch, context);
    if (found == NULL || bind->column == SL_RAW_UNWANTED) return found;
    sl_value *values = SL_ARENA_ARRAY(in->arena, in->row_count, sl_value);
    if (values == NULL) return NULL;
    for (uint32_t i = 0; i < batch->selected; i++) {
        uint32_t row = batch->rows[i];
        values[row] = sl_is_missing(found[row]) ? in->columns[bind->column][row] : found[row];
    }
    return values;
}

static const sl_value *present_bind(const sl_bind *bind, const sl_reading_batch *in,
                                    const sl_batch *batch, const sl_context *context)
{
    if (bind->kind == SL_BIND_COLUMN) return in->columns[bind->column];
    if (bind->kind == SL_BIND_DERIVED) return present_derived(bind, in, batch, context);
    if (bind->kind == SL_BIND_FOUND) return present_found(bind, in, batch, context);
    sl_value *values = SL_ARENA_ARRAY(in->arena, in->row_count, sl_value);
    if (values == NULL) return NULL;
    for (uint32_t i = 0; i < batch->selected; i++)
        values[batch->rows[i]] = present_about(bind, in, batch->rows[i]);
    return values;
}

/* The leaves that no entry of the demand asked for, as dynamic columns. */
static bool present_leaves(const sl_present *how, const sl_reading_batch *in, sl_batch *batch)
{
    const sl_leaves *leaves = &in->leaves[how->plan->reading];
    for (uint32_t i = 0; i < leaves->touched_count; i++) {
        uint32_t number = leaves->touched[i];
        sl_field field = sl_plan_name(how->plan, sl_map_key(&leaves->names, number));
        if (field == SL_FIELD_NONE || sl_batch_find(batch, field) != NULL) continue;
        if (!sl_batch_set(batch, field, leaves->columns[number])) return false;
    }
    return true;
}

sl_batch *sl_present_batch(sl_present *how, const sl_reading_batch *in)
{
    sl_batch *batch = sl_batch_new(in->arena, in->row_count);
    if (batch == NULL) return NULL;
    batch->origins = in->origins;
    batch->identities = in->identities;
    if (how->rows != NULL) {
        batch->rows = how->rows;
        batch->selected = how->row_count;
    }
    if (present_range(how, in, batch) != SL_OK || present_when(how, in, batch) != SL_OK)
        return NULL;
    if (batch->selected == 0) return batch;
    for (uint32_t i = 0; i < how->route->bind_count; i++) {
        const sl_bind *bind = &how->route->binds[i];
        const sl_value *values = present_bind(bind, in, batch, how->context);
        if (values == NULL || !sl_batch_set(batch, bind->field, values)) return NULL;
    }
    if (how->route->open && !how->route->presentation->hides_raw && !present_leaves(how, in, batch))
        return NULL;
    return batch;
}
