/* rowwise.c - filter, extend, project, remove, rename and branch over columns. */
#include "exec/rowwise.h"

#include <assert.h>
#include <stdlib.h>

#include "plan/eval.h"

static sl_status rowwise_filter(const sl_op_filter *filter, sl_batch *batch,
                                const sl_context *context)
{
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    if (rows == NULL) return SL_NOMEM;
    uint32_t kept;
    sl_status status = sl_eval_filter(filter->predicate, batch, batch->rows, batch->selected,
                                      context, rows, &kept);
    if (status != SL_OK) return status;
    batch->rows = rows;
    batch->selected = kept;
    return SL_OK;
}

/* Where the new value is missing and the old one stays, or the value is a constant: a column of
 * its own for the selected rows. */
static sl_status rowwise_assign(const sl_assign *item, sl_batch *batch, const sl_context *context)
{
    sl_operand result = sl_eval(item->value, batch, batch->rows, batch->selected, context);
    if (result.values == NULL) return SL_NOMEM;
    const sl_value *values = result.values;
    if (result.stride == 0 || item->keep_old) {
        const sl_value *old = item->keep_old ? sl_batch_find(batch, item->field) : NULL;
        sl_value *column = sl_batch_column_new(batch);
        if (column == NULL) return SL_NOMEM;
        for (uint32_t i = 0; i < batch->selected; i++) {
            uint32_t row = batch->rows[i];
            column[row] = result.values[(size_t)row * result.stride];
            if (column[row].kind == SL_MISSING && old != NULL) column[row] = old[row];
        }
        values = column;
    }
    return sl_batch_set(batch, item->field, values) ? SL_OK : SL_NOMEM;
}

static sl_status rowwise_extend(const sl_op_extend *extend, sl_batch *batch,
                                const sl_context *context)
{
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < extend->count && status == SL_OK; i++)
        status = rowwise_assign(&extend->items[i], batch, context);
    return status;
}

/* The columns that a pattern names, by name: which batch had them first must not show. */
typedef struct rowwise_match {
    sl_text name;
    sl_column column;
    sl_text stars[SL_PATTERN_STARS_MAX];
} rowwise_match;

static int rowwise_compare_match(const void *left, const void *right)
{
    return sl_text_compare(((const rowwise_match *)left)->name,
                           ((const rowwise_match *)right)->name);
}

static rowwise_match *rowwise_matches(const sl_fields *fields, const sl_pattern *pattern,
                                      const sl_batch *batch, uint32_t *count)
{
    rowwise_match *found = SL_ARENA_ARRAY(batch->arena, batch->column_count, rowwise_match);
    *count = 0;
    for (uint32_t c = 0; found != NULL && c < batch->column_count; c++) {
        rowwise_match *match = &found[*count];
        match->name = sl_fields_name(fields, batch->columns[c].field);
        match->column = batch->columns[c];
        if (sl_pattern_match(pattern, match->name, match->stars)) (*count)++;
    }
    if (found != NULL && *count > 1) qsort(found, *count, sizeof *found, rowwise_compare_match);
    return found;
}

static sl_status rowwise_keep(const sl_fields *fields, const sl_name *name, const sl_batch *from,
                              sl_batch *to)
{
    if (name->pattern == NULL) {
        const sl_value *values = sl_batch_find(from, name->field);
        if (values == NULL) values = sl_batch_column_new(from);
        return values != NULL && sl_batch_set(to, name->field, values) ? SL_OK : SL_NOMEM;
    }
    uint32_t count;
    const rowwise_match *found = rowwise_matches(fields, name->pattern, from, &count);
    if (found == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        if (!sl_batch_set(to, found[i].column.field, found[i].column.values)) return SL_NOMEM;
    return SL_OK;
}

static sl_status rowwise_project(const sl_fields *fields, const sl_op_fields *project,
                                 sl_batch *batch)
{
    const sl_batch *before = sl_batch_share(batch);
    if (before == NULL) return SL_NOMEM;
    sl_batch_drop_all(batch);
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < project->count && status == SL_OK; i++)
        status = rowwise_keep(fields, &project->names[i], before, batch);
    return status;
}

static sl_status rowwise_remove(const sl_fields *fields, const sl_op_fields *removed,
                                sl_batch *batch)
{
    for (uint32_t i = 0; i < removed->count; i++) {
        const sl_name *name = &removed->names[i];
        if (name->pattern == NULL) {
            sl_batch_drop(batch, name->field);
            continue;
        }
        uint32_t count;
        const rowwise_match *found = rowwise_matches(fields, name->pattern, batch, &count);
        if (found == NULL) return SL_NOMEM;
        for (uint32_t f = 0; f < count; f++) sl_batch_drop(batch, found[f].column.field);
    }
    return SL_OK;
}

/* A field takes the place of one that already has its new name, and renaming a field that no row has
 * removes the target. */
static void rowwise_rename_field(sl_batch *batch, sl_field from, sl_field to)
{
    if (from == to) return;
    const sl_value *values = sl_batch_find(batch, from);
    sl_batch_drop(batch, to);
    if (values == NULL) return;
    for (uint32_t c = 0; c < batch->column_count; c++)
        if (batch->columns[c].field == from) batch->columns[c].field = to;
}

/* Rows that have the old field get its value under the new name; others keep what they had. */
static sl_status rowwise_rename_match(const sl_plan *plan, const rowwise_match *match,
                                      const sl_pattern *to, sl_batch *batch)
{
    sl_text name = sl_pattern_make(to, match->stars, batch->arena);
    sl_field field = name.length == 0 ? SL_FIELD_NONE : sl_plan_name(plan, name);
    if (field == SL_FIELD_NONE || field == match->column.field) return SL_OK;
    const sl_value *old = sl_batch_find(batch, field);
    const sl_value *values = match->column.values;
    sl_batch_drop(batch, match->column.field);
    if (old != NULL) {
        sl_value *merged = sl_batch_column_new(batch);
        if (merged == NULL) return SL_NOMEM;
        for (uint32_t i = 0; i < batch->selected; i++) {
            uint32_t row = batch->rows[i];
            merged[row] = values[row].kind == SL_MISSING ? old[row] : values[row];
        }
        values = merged;
    }
    return sl_batch_set(batch, field, values) ? SL_OK : SL_NOMEM;
}

static sl_status rowwise_rename(const sl_plan *plan, const sl_op_rename *rename, sl_batch *batch)
{
    for (uint32_t i = 0; i < rename->count; i++) {
        const sl_rename *item = &rename->items[i];
        if (item->from.pattern == NULL) {
            rowwise_rename_field(batch, item->from.field, item->to.field);
            continue;
        }
        uint32_t count;
        const rowwise_match *found =
            rowwise_matches(&plan->fields, item->from.pattern, batch, &count);
        if (found == NULL) return SL_NOMEM;
        for (uint32_t f = 0; f < count; f++) {
            sl_status status = rowwise_rename_match(plan, &found[f], item->to.pattern, batch);
            if (status != SL_OK) return status;
        }
    }
    return SL_OK;
}

/* The rows that are in `rows` and not in `taken`, both ascending. */
static uint32_t rowwise_without(uint32_t *rows, uint32_t count, const uint32_t *taken,
                                uint32_t taken_count)
{
    uint32_t kept = 0, t = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (t < taken_count && taken[t] == rows[i]) {
            t++;
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* `field` as it came out of the branch that took each row. */
static sl_status rowwise_gather(sl_batch *batch, sl_field field, sl_batch *const *branches,
                                uint32_t count)
{
    const sl_value *first = NULL;
    bool same = true;
    for (uint32_t b = 0; b < count; b++) {
        const sl_value *values = sl_batch_find(branches[b], field);
        if (b == 0) first = values;
        same &= values == first;
    }
    if (same && first != NULL) return sl_batch_set(batch, field, first) ? SL_OK : SL_NOMEM;
    sl_value *column = sl_batch_column_new(batch);
    if (column == NULL) return SL_NOMEM;
    for (uint32_t b = 0; b < count; b++) {
        const sl_value *values = sl_batch_find(branches[b], field);
        if (values == NULL) continue;
        for (uint32_t i = 0; i < branches[b]->selected; i++) {
            uint32_t row = branches[b]->rows[i];
            column[row] = values[row];
        }
    }
    return sl_batch_set(batch, field, column) ? SL_OK : SL_NOMEM;
}

/* One batch of what the branches let through: rows ascending, columns gathered. */
static sl_status rowwise_join(sl_batch *batch, sl_batch *const *branches, uint32_t count)
{
    bool *taken = SL_ARENA_ARRAY(batch->arena, batch->row_count, bool);
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->row_count, uint32_t);
    if (taken == NULL || rows == NULL) return SL_NOMEM;
    for (uint32_t b = 0; b < count; b++)
        for (uint32_t i = 0; i < branches[b]->selected; i++) taken[branches[b]->rows[i]] = true;
    uint32_t selected = 0;
    for (uint32_t row = 0; row < batch->row_count; row++)
        if (taken[row]) rows[selected++] = row;
    batch->rows = rows;
    batch->selected = selected;
    sl_batch_drop_all(batch);
    for (uint32_t b = 0; b < count; b++) {
        for (uint32_t c = 0; c < branches[b]->column_count; c++) {
            sl_field field = branches[b]->columns[c].field;
            if (sl_batch_find(batch, field) != NULL) continue;
            sl_status status = rowwise_gather(batch, field, branches, count);
            if (status != SL_OK) return status;
        }
    }
    return SL_OK;
}

static sl_status rowwise_branch(const sl_plan *plan, const sl_op_branch *branch,
                                sl_batch *batch, const sl_context *context)
{
    uint32_t *open = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    sl_batch **branches = SL_ARENA_ARRAY(batch->arena, branch->count, sl_batch *);
    if (open == NULL || branches == NULL) return SL_NOMEM;
    if (batch->selected > 0) memcpy(open, batch->rows, batch->selected * sizeof *open);
    uint32_t open_count = batch->selected, count = 0;
    for (uint32_t b = 0; b < branch->count && open_count > 0; b++) {
        sl_batch *one = sl_batch_share(batch);
        uint32_t *rows = SL_ARENA_ARRAY(batch->arena, open_count, uint32_t);
        if (one == NULL || rows == NULL) return SL_NOMEM;
        memcpy(rows, open, open_count * sizeof *rows);
        one->rows = rows;
        one->selected = open_count;
        sl_status status = sl_rowwise_run(plan, branch->pipes[b].first, /* end= */ NULL, one,
                                          context);
        if (status != SL_OK) return status;
        if (one->selected == 0) continue;
        branches[count++] = one;
        open_count = rowwise_without(open, open_count, one->rows, one->selected);
    }
    return rowwise_join(batch, branches, count);
}

static sl_status rowwise_op(const sl_plan *plan, const sl_op *op, sl_batch *batch,
                            const sl_context *context)
{
    switch (op->kind) {
    case SL_OP_FILTER: return rowwise_filter(&op->filter, batch, context);
    case SL_OP_EXTEND: return rowwise_extend(&op->extend, batch, context);
    case SL_OP_PROJECT: return rowwise_project(&plan->fields, &op->fields, batch);
    case SL_OP_REMOVE: return rowwise_remove(&plan->fields, &op->fields, batch);
    case SL_OP_RENAME: return rowwise_rename(plan, &op->rename, batch);
    case SL_OP_BRANCH: return rowwise_branch(plan, &op->branch, batch, context);
    default: break;
    }
    assert(!"only row-wise operators come here");
    return SL_OK;
}

sl_status sl_rowwise_run(const sl_plan *plan, const sl_op *op, const sl_op *end, sl_batch *batch,
                         const sl_context *context)
{
    sl_status status = SL_OK;
    for (; op != end && batch->selected > 0 && status == SL_OK; op = op->next)
        status = rowwise_op(plan, op, batch, context);
    return status;
}
