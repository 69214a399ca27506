/* rowwise.c - operators over columns, one after the other.
 *
 * Most change the batch where it stands. One that makes several rows of one cannot know how many
 * that will be: it runs the rest of the pipe for a batch of them at a time. Inside a branch, whose
 * rows have to come together again, it makes them all at once, up to a limit. */
#include "exec/rowwise.h"

#include <assert.h>
#include <stdlib.h>

#include "exec/rowwise_expand.h"
#include "exec/rowwise_lookup.h"
#include "exec/rowwise_open.h"
#include "plan/eval.h"

enum { ROWWISE_BRANCH_ROWS_MAX = 1 << 20 };

/* The pipe under way. */
typedef struct rowwise_run {
    const sl_rowwise *pipe;
    sl_emit *emit;
    void *context;
    sl_copies *copies; /* by operator that multiplies rows */
} rowwise_run;

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
    uint32_t number; /* of the column in the batch */
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
        match->number = c;
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
        bool *gone = SL_ARENA_ARRAY(batch->arena, batch->column_count, bool);
        if (gone == NULL) return SL_NOMEM;
        for (uint32_t c = 0; c < batch->column_count; c++) {
            sl_text stars[SL_PATTERN_STARS_MAX];
            gone[c] = sl_pattern_match(name->pattern,
                                       sl_fields_name(fields, batch->columns[c].field), stars);
        }
        sl_batch_drop_columns(batch, gone);
    }
    return SL_OK;
}

/* A field takes the place of one that already has its new name, and renaming a field that no row
 * has removes the target. */
static sl_status rowwise_rename_field(sl_batch *batch, sl_field from, sl_field to)
{
    if (from == to) return SL_OK;
    sl_batch_drop(batch, to);
    return sl_batch_rename(batch, from, to) ? SL_OK : SL_NOMEM;
}

/* Rows that have the old field get its value under the new name; others keep what they had. */
static sl_status rowwise_rename_into(sl_batch *batch, sl_field field, const sl_value *values)
{
    const sl_value *old = sl_batch_find(batch, field);
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

/* All that match are renamed at once: a new name is no old one, though it may be spelled like
 * it. */
static sl_status rowwise_rename_matches(const sl_plan *plan, const sl_rename *item, sl_batch *batch)
{
    uint32_t count;
    rowwise_match *found = rowwise_matches(&plan->fields, item->from.pattern, batch, &count);
    sl_field *to = SL_ARENA_ARRAY(batch->arena, count, sl_field);
    bool *gone = SL_ARENA_ARRAY(batch->arena, batch->column_count, bool);
    if (found == NULL || to == NULL || gone == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        sl_text name = sl_pattern_make(item->to.pattern, found[i].stars, batch->arena);
        to[i] = name.length == 0 ? SL_FIELD_NONE : sl_plan_name(plan, name);
        if (to[i] == SL_FIELD_NONE) to[i] = found[i].column.field;
        gone[found[i].number] = to[i] != found[i].column.field;
    }
    sl_batch_drop_columns(batch, gone);
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < count && status == SL_OK; i++)
        if (to[i] != found[i].column.field)
            status = rowwise_rename_into(batch, to[i], found[i].column.values);
    return status;
}

static sl_status rowwise_rename(const sl_plan *plan, const sl_op_rename *rename, sl_batch *batch)
{
    for (uint32_t i = 0; i < rename->count; i++) {
        const sl_rename *item = &rename->items[i];
        if (item->from.pattern == NULL) {
            sl_status status = rowwise_rename_field(batch, item->from.field, item->to.field);
            if (status != SL_OK) return status;
            continue;
        }
        sl_status status = rowwise_rename_matches(plan, item, batch);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

/* The rows that are in `rows` and that the branch did not take. */
static sl_status rowwise_without(const sl_batch *batch, uint32_t *rows, uint32_t *count,
                                 const sl_batch *branch)
{
    bool *taken = SL_ARENA_ARRAY(batch->arena, batch->row_count, bool);
    if (taken == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < branch->selected; i++) {
        uint32_t row = branch->rows[i];
        taken[branch->parents == NULL ? row : branch->parents[row]] = true;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++)
        if (!taken[rows[i]]) rows[kept++] = rows[i];
    *count = kept;
    return SL_OK;
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

/* A row of the batch that branches with rows of their own are put together in. */
typedef struct rowwise_part {
    uint32_t parent, branch, row;
} rowwise_part;

static int rowwise_compare_part(const void *left, const void *right)
{
    const rowwise_part *a = left, *b = right;
    if (a->parent != b->parent) return a->parent < b->parent ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row); /* one parent goes one way */
}

static rowwise_part *rowwise_parts(sl_batch *const *branches, uint32_t count, sl_arena *arena,
                                   uint32_t *out_count)
{
    uint32_t total = 0;
    for (uint32_t b = 0; b < count; b++) total += branches[b]->selected;
    rowwise_part *parts = SL_ARENA_ARRAY(arena, total, rowwise_part);
    if (parts == NULL) return NULL;
    *out_count = 0;
    for (uint32_t b = 0; b < count; b++)
        for (uint32_t i = 0; i < branches[b]->selected; i++) {
            uint32_t row = branches[b]->rows[i];
            parts[(*out_count)++] = (rowwise_part){branches[b]->parents[row], b, row};
        }
    if (total > 1) qsort(parts, total, sizeof *parts, rowwise_compare_part);
    return parts;
}

static bool rowwise_part_column(sl_batch *to, sl_field field, sl_batch *const *branches,
                                uint32_t count, const rowwise_part *parts)
{
    const sl_value **values = SL_ARENA_ARRAY(to->arena, count, const sl_value *);
    sl_value *column = sl_batch_column_new(to);
    if (values == NULL || column == NULL) return false;
    for (uint32_t b = 0; b < count; b++) values[b] = sl_batch_find(branches[b], field);
    for (uint32_t r = 0; r < to->row_count; r++)
        if (values[parts[r].branch] != NULL) column[r] = values[parts[r].branch][parts[r].row];
    return sl_batch_set(to, field, column);
}

/* As rowwise_join, for branches that made rows of their own: a batch of new rows. */
static sl_status rowwise_put_together(sl_batch *batch, sl_batch *const *branches, uint32_t count,
                                      sl_copies *copies)
{
    uint32_t total = 0;
    rowwise_part *parts = rowwise_parts(branches, count, batch->arena, &total);
    sl_batch *to = sl_batch_new(batch->arena, total);
    sl_origin *origins = SL_ARENA_ARRAY(batch->arena, total, sl_origin);
    sl_value *identities = SL_ARENA_ARRAY(batch->arena, total, sl_value);
    uint32_t *parents = SL_ARENA_ARRAY(batch->arena, total, uint32_t);
    if (parts == NULL || to == NULL || origins == NULL || identities == NULL || parents == NULL)
        return SL_NOMEM;
    for (uint32_t r = 0; r < total; r++) {
        origins[r] = batch->origins[parts[r].parent];
        origins[r].copy = sl_copies_next(copies, &origins[r]);
        if (batch->identities != NULL) identities[r] = batch->identities[parts[r].parent];
        if (batch->parents != NULL) parents[r] = batch->parents[parts[r].parent];
    }
    to->origins = origins;
    to->identities = batch->identities == NULL ? NULL : identities;
    to->parents = batch->parents == NULL ? NULL : parents;
    for (uint32_t b = 0; b < count; b++)
        for (uint32_t c = 0; c < branches[b]->column_count; c++) {
            sl_field field = branches[b]->columns[c].field;
            if (sl_batch_find(to, field) == NULL
                && !rowwise_part_column(to, field, branches, count, parts))
                return SL_NOMEM;
        }
    *batch = *to;
    return SL_OK;
}

static sl_status rowwise_apply(const sl_rowwise *pipe, const sl_op *op, sl_batch *batch);

/* The open rows of `batch`, with parents when the branches will make rows of their own. */
static sl_batch *rowwise_open(const sl_batch *batch, const uint32_t *open, uint32_t count,
                              bool multiplies)
{
    sl_batch *one = sl_batch_share(batch);
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, count, uint32_t);
    if (one == NULL || rows == NULL) return NULL;
    memcpy(rows, open, count * sizeof *rows);
    one->rows = rows;
    one->selected = count;
    one->parents = NULL;
    if (!multiplies) return one;
    uint32_t *parents = SL_ARENA_ARRAY(batch->arena, batch->row_count, uint32_t);
    if (parents == NULL) return NULL;
    for (uint32_t row = 0; row < batch->row_count; row++) parents[row] = row;
    one->parents = parents;
    return one;
}

static sl_status rowwise_branch(const sl_rowwise *pipe, const sl_op *op, sl_batch *batch,
                                sl_copies *copies)
{
    const sl_op_branch *branch = &op->branch;
    bool multiplies = sl_op_multiplies(op);
    uint32_t *open = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    sl_batch **branches = SL_ARENA_ARRAY(batch->arena, branch->count, sl_batch *);
    if (open == NULL || branches == NULL) return SL_NOMEM;
    if (batch->selected > 0) memcpy(open, batch->rows, batch->selected * sizeof *open);
    uint32_t open_count = batch->selected, count = 0;
    for (uint32_t b = 0; b < branch->count && open_count > 0; b++) {
        sl_batch *one = rowwise_open(batch, open, open_count, multiplies);
        if (one == NULL) return SL_NOMEM;
        sl_status status = rowwise_apply(pipe, branch->pipes[b].first, one);
        if (status != SL_OK) return status;
        if (one->selected == 0) continue;
        branches[count++] = one;
        status = rowwise_without(batch, open, &open_count, one);
        if (status != SL_OK) return status;
    }
    return multiplies ? rowwise_put_together(batch, branches, count, copies)
                      : rowwise_join(batch, branches, count);
}

/* Fields that are named come to be; there are no patterns here. */
static sl_status rowwise_fill(const sl_op_fill *fill, sl_batch *batch)
{
    for (uint32_t i = 0; i < fill->count; i++) {
        const sl_value *old = sl_batch_find(batch, fill->names[i].field);
        sl_value *values = sl_batch_column_new(batch);
        if (values == NULL) return SL_NOMEM;
        for (uint32_t r = 0; r < batch->selected; r++) {
            uint32_t row = batch->rows[r];
            values[row] = old == NULL || sl_is_missing(old[row]) ? fill->value : old[row];
        }
        if (!sl_batch_set(batch, fill->names[i].field, values)) return SL_NOMEM;
    }
    return SL_OK;
}

/* All the rows at once: inside a branch. */
static sl_status rowwise_expand_whole(const sl_rowwise *pipe, const sl_op *op, sl_batch *batch)
{
    sl_copies copies = {.any = false}; /* numbered again behind the branch */
    sl_expansion expansion = {.op = op, .plan = pipe->plan, .from = batch};
    sl_batch *rows = sl_expansion_next(&expansion, ROWWISE_BRANCH_ROWS_MAX, &copies, batch->arena);
    if (rows == NULL) return SL_NOMEM;
    if (rows->row_count == ROWWISE_BRANCH_ROWS_MAX)
        sl_fault_add(pipe->context->faults, SL_FAULT_RESULT_LIMIT, pipe->context->query_name,
                     UINT64_MAX, "'%s' in a branch makes at most %d rows of a batch", op->command,
                     ROWWISE_BRANCH_ROWS_MAX);
    *batch = *rows;
    return SL_OK;
}

static sl_status rowwise_op(const sl_rowwise *pipe, const sl_op *op, sl_batch *batch)
{
    const sl_plan *plan = pipe->plan;
    switch (op->kind) {
    case SL_OP_FILTER: return rowwise_filter(&op->filter, batch, pipe->context);
    case SL_OP_EXTEND: return rowwise_extend(&op->extend, batch, pipe->context);
    case SL_OP_PROJECT: return rowwise_project(&plan->fields, &op->fields, batch);
    case SL_OP_REMOVE: return rowwise_remove(&plan->fields, &op->fields, batch);
    case SL_OP_RENAME: return rowwise_rename(plan, &op->rename, batch);
    case SL_OP_FILL: return rowwise_fill(&op->fill, batch);
    case SL_OP_EACH: return sl_rowwise_each(plan, &op->each, batch, pipe->context);
    case SL_OP_EXTRACT: return sl_rowwise_extract(plan, &op->extract, batch);
    case SL_OP_LOOKUP: return sl_rowwise_lookup(pipe->lookups, &op->lookup, batch);
    case SL_OP_BRANCH: {
        sl_copies copies = {.any = false};
        return rowwise_branch(pipe, op, batch, &copies);
    }
    case SL_OP_EXPAND:
    case SL_OP_UNPIVOT: return rowwise_expand_whole(pipe, op, batch);
    default: break;
    }
    assert(false && "only row-wise operators come here");
    return SL_OK;
}

/* A branch's pipe. */
static sl_status rowwise_apply(const sl_rowwise *pipe, const sl_op *op, sl_batch *batch)
{
    sl_status status = SL_OK;
    for (; op != NULL && batch->selected > 0 && status == SL_OK; op = op->next)
        status = rowwise_op(pipe, op, batch);
    return status;
}

static sl_status rowwise_from(const rowwise_run *run, const sl_op *op, sl_batch *batch,
                              uint32_t multiplied);

/* The rest of the pipe for a batch of new rows at a time. */
static sl_status rowwise_expand(const rowwise_run *run, const sl_op *op, const sl_batch *batch,
                                uint32_t multiplied)
{
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_expansion expansion = {.op = op, .plan = run->pipe->plan, .from = batch};
    sl_status status = SL_OK;
    while (status == SL_OK) {
        sl_batch *rows =
            sl_expansion_next(&expansion, run->pipe->batch_rows, &run->copies[multiplied], &arena);
        if (rows != NULL && rows->selected == 0) break;
        status = rows == NULL ? SL_NOMEM : rowwise_from(run, op->next, rows, multiplied + 1);
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

static sl_status rowwise_from(const rowwise_run *run, const sl_op *op, sl_batch *batch,
                              uint32_t multiplied)
{
    sl_status status = SL_OK;
    for (; op != run->pipe->end && batch->selected > 0 && status == SL_OK; op = op->next) {
        if (op->kind == SL_OP_EXPAND || op->kind == SL_OP_UNPIVOT)
            return rowwise_expand(run, op, batch, multiplied);
        if (op->kind == SL_OP_BRANCH && sl_op_multiplies(op))
            status = rowwise_branch(run->pipe, op, batch, &run->copies[multiplied++]);
        else status = rowwise_op(run->pipe, op, batch);
    }
    if (status != SL_OK || batch->selected == 0) return status;
    return run->emit(run->context, batch);
}

sl_status sl_rowwise_run(const sl_rowwise *pipe, sl_batch *batch, sl_emit *emit, void *context)
{
    uint32_t count = 0;
    for (const sl_op *op = pipe->first; op != pipe->end; op = op->next)
        count += sl_op_multiplies(op);
    rowwise_run run = {.pipe = pipe,
                       .emit = emit,
                       .context = context,
                       .copies = SL_ARENA_ARRAY(batch->arena, count, sl_copies)};
    if (run.copies == NULL) return SL_NOMEM;
    return rowwise_from(&run, pipe->first, batch, 0);
}
