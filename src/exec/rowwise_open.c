/* rowwise_open.c - fields found in the data: each goes over those of a batch, extract makes new
 * ones.
 *
 * Names that turn up are numbered by the plan, under a lock, once a leaf: texts taken apart at run
 * time are rare, and cost more than that anyway. */
#include "exec/rowwise_open.h"

#include <stdlib.h>

#include "func/leaves.h"
#include "plan/eval.h"

static bool each_matches(const sl_fields *fields, const sl_name *name, sl_field field)
{
    sl_text stars[SL_PATTERN_STARS_MAX];
    if (name->pattern == NULL) return name->field == field;
    sl_text text = sl_fields_name(fields, field);
    bool internal = sl_text_starts(text, SL_TEXT("_"));
    if (internal && !sl_text_starts(name->pattern->literals[0], SL_TEXT("_"))) return false;
    return sl_pattern_match(name->pattern, text, stars);
}

/* The value of `each` where the item is `values`, the field called `name`. */
static const sl_value *each_value(const sl_op_each *each, const sl_batch *batch, sl_text name,
                                  const sl_value *values, const sl_context *context)
{
    sl_batch *seen = sl_batch_share(batch);
    sl_value *names = seen == NULL ? NULL : sl_batch_column_new(seen);
    sl_value *out = sl_batch_column_new(batch);
    if (names == NULL || out == NULL) return NULL;
    for (uint32_t i = 0; i < batch->selected; i++) names[batch->rows[i]] = sl_string(name);
    if (!sl_batch_set(seen, each->item, values) || !sl_batch_set(seen, each->name, names))
        return NULL;
    sl_operand result = sl_eval(each->value, seen, seen->rows, seen->selected, context);
    if (result.values == NULL) return NULL;
    for (uint32_t i = 0; i < batch->selected; i++) {
        uint32_t row = batch->rows[i];
        out[row] = result.values[(size_t)row * result.stride];
        if (out[row].kind == SL_MISSING && each->keep_old) out[row] = values[row];
    }
    return out;
}

sl_status sl_rowwise_each(const sl_plan *plan, const sl_op_each *each, sl_batch *batch,
                          const sl_context *context)
{
    uint32_t count = batch->column_count;
    sl_column *columns = SL_ARENA_ARRAY(batch->arena, count, sl_column);
    if (columns == NULL) return SL_NOMEM;
    if (count > 0) memcpy(columns, batch->columns, count * sizeof *columns);
    for (uint32_t c = 0; c < count; c++) {
        bool meant = false;
        for (uint32_t i = 0; i < each->count && !meant; i++)
            meant = each_matches(&plan->fields, &each->names[i], columns[c].field);
        if (!meant) continue;
        sl_text name = sl_fields_name(&plan->fields, columns[c].field);
        const sl_value *values = each_value(each, batch, name, columns[c].values, context);
        if (values == NULL || !sl_batch_set(batch, columns[c].field, values)) return SL_NOMEM;
    }
    return SL_OK;
}

/* A column that is being made. */
typedef struct extract_column {
    sl_value *values;
    uint32_t row; /* the row it was given a value in last, plus 1 */
} extract_column;

typedef struct extract_run {
    const sl_plan *plan;
    const sl_op_extract *extract;
    sl_batch *batch;
    extract_column *columns; /* by field number */
    uint32_t capacity;
} extract_run;

static extract_column *extract_column_of(extract_run *run, sl_field field)
{
    if (field >= run->capacity) {
        uint32_t capacity = field + field / 2 + 16;
        extract_column *columns = SL_ARENA_ARRAY(run->batch->arena, capacity, extract_column);
        if (columns == NULL) return NULL;
        if (run->capacity > 0) memcpy(columns, run->columns, run->capacity * sizeof *columns);
        run->columns = columns;
        run->capacity = capacity;
    }
    extract_column *column = &run->columns[field];
    if (column->values != NULL) return column;
    /* Rows without this leaf keep what they had. */
    const sl_value *old = sl_batch_find(run->batch, field);
    column->values = sl_batch_column_new(run->batch);
    if (column->values == NULL) return NULL;
    if (old != NULL) memcpy(column->values, old, run->batch->row_count * sizeof *old);
    return column;
}

/* One more value: the second makes a list, which then doubles. */
static bool extract_append(sl_arena *arena, sl_value *to, sl_value value)
{
    uint32_t length = to->kind == SL_LIST ? to->length : 1;
    const sl_value *old = to->kind == SL_LIST ? to->items : to;
    bool full = (length & (length - 1)) == 0;
    sl_value *items = (sl_value *)(uintptr_t)old;
    if (full) {
        items = SL_ARENA_ARRAY(arena, (size_t)length * 2, sl_value);
        if (items == NULL) return false;
        memcpy(items, old, length * sizeof *items);
    }
    items[length] = value;
    *to = sl_list(items, length + 1);
    return true;
}

static bool extract_leaf(extract_run *run, uint32_t row, const sl_leaf *leaf)
{
    sl_field field = sl_plan_name(run->plan, leaf->name);
    if (field == SL_FIELD_NONE) return true;
    extract_column *column = extract_column_of(run, field);
    if (column == NULL) return false;
    if (column->row == row + 1)
        return extract_append(run->batch->arena, &column->values[row], leaf->value);
    column->row = row + 1;
    column->values[row] = leaf->value;
    return true;
}

static bool extract_text(const extract_run *run, sl_text text, sl_leaves *leaves)
{
    const sl_op_extract *how = run->extract;
    switch (how->form) {
    case SL_EXTRACT_JSON: return sl_leaves_json(leaves, text);
    case SL_EXTRACT_JSON_TOP: return sl_leaves_json_top(leaves, text);
    case SL_EXTRACT_XML: return sl_leaves_xml(leaves, text);
    case SL_EXTRACT_PAIRS:
        return sl_leaves_pairs(leaves, text, how->pair_separators, how->value_separators);
    }
    return true;
}

static bool extract_row(extract_run *run, uint32_t row, const sl_value *input)
{
    sl_leaves leaves = {.arena = run->batch->arena};
    uint32_t items = input->kind == SL_LIST ? input->length : 1;
    for (uint32_t i = 0; i < items; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_value item = input->kind == SL_LIST ? input->items[i] : *input;
        if (item.kind != SL_STRING && item.kind != SL_JSON) continue;
        if (!extract_text(run, sl_value_text(item, scratch), &leaves)) return false;
    }
    uint32_t count = leaves.count;
    if (run->extract->limit > 0 && count > run->extract->limit)
        count = (uint32_t)run->extract->limit;
    for (uint32_t i = 0; i < count; i++)
        if (!extract_leaf(run, row, &leaves.items[i])) return false;
    return true;
}

sl_status sl_rowwise_extract(const sl_plan *plan, const sl_op_extract *extract, sl_batch *batch)
{
    extract_run run = {.plan = plan, .extract = extract, .batch = batch};
    const sl_value *input = sl_batch_find(batch, extract->input);
    if (input == NULL) return SL_OK;
    for (uint32_t i = 0; i < batch->selected; i++)
        if (!extract_row(&run, batch->rows[i], &input[batch->rows[i]])) return SL_NOMEM;
    for (sl_field field = 0; field < run.capacity; field++)
        if (run.columns[field].values != NULL
            && !sl_batch_set(batch, field, run.columns[field].values))
            return SL_NOMEM;
    return SL_OK;
}
