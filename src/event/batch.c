/* batch.c - columns found by a linear look over a few field numbers, or by an index over many.
 *
 * A batch has some ten to thirty columns, so a scan over 16-byte entries beats any table. An open
 * search has as many as events have keys, which may be a million in one record made for it: from
 * some columns on there is an index by field number. */
#include "event/batch.h"

#include <assert.h>

enum { BATCH_COLUMNS_FIRST = 16, BATCH_COLUMNS_SCANNED = 64, BATCH_INDEX_FIRST = 1024 };

sl_batch *sl_batch_new(sl_arena *arena, uint32_t row_count)
{
    sl_batch *batch = SL_ARENA_NEW(arena, sl_batch);
    uint32_t *rows = SL_ARENA_ARRAY(arena, row_count, uint32_t);
    if (batch == NULL || rows == NULL) return NULL;
    for (uint32_t i = 0; i < row_count; i++) rows[i] = i;
    batch->arena = arena;
    batch->row_count = row_count;
    batch->rows = rows;
    batch->selected = row_count;
    return batch;
}

sl_batch *sl_batch_share(const sl_batch *batch)
{
    sl_batch *copy = SL_ARENA_NEW(batch->arena, sl_batch);
    if (copy == NULL) return NULL;
    *copy = *batch;
    copy->index = NULL; /* made again when it is needed: columns part ways from here on */
    copy->index_capacity = 0;
    copy->column_capacity = batch->column_count + BATCH_COLUMNS_FIRST;
    copy->columns = SL_ARENA_ARRAY(batch->arena, copy->column_capacity, sl_column);
    if (copy->columns == NULL) return NULL;
    if (batch->column_count > 0)
        memcpy(copy->columns, batch->columns, batch->column_count * sizeof *batch->columns);
    return copy;
}

static sl_column *batch_column(const sl_batch *batch, sl_field field)
{
    if (batch->index != NULL) {
        uint32_t found = field < batch->index_capacity ? batch->index[field] : 0;
        return found == 0 ? NULL : &batch->columns[found - 1];
    }
    for (uint32_t i = 0; i < batch->column_count; i++)
        if (batch->columns[i].field == field) return &batch->columns[i];
    return NULL;
}

const sl_value *sl_batch_find(const sl_batch *batch, sl_field field)
{
    const sl_column *column = batch_column(batch, field);
    return column == NULL ? NULL : column->values;
}

static void batch_number(sl_batch *batch, uint32_t first)
{
    for (uint32_t i = first; i < batch->column_count; i++)
        batch->index[batch->columns[i].field] = i + 1;
}

/* Enters the columns from `first` on; with a larger index when it has no room for them. */
static bool batch_enter(sl_batch *batch, uint32_t first)
{
    sl_field last = 0;
    for (uint32_t i = first; i < batch->column_count; i++)
        if (batch->columns[i].field > last) last = batch->columns[i].field;
    if (last >= batch->index_capacity) {
        uint32_t capacity = batch->index_capacity == 0 ? BATCH_INDEX_FIRST : batch->index_capacity;
        while (capacity <= last) capacity *= 2;
        uint32_t *index = SL_ARENA_ARRAY(batch->arena, capacity, uint32_t);
        if (index == NULL) return false;
        if (batch->index_capacity > 0)
            memcpy(index, batch->index, batch->index_capacity * sizeof *index);
        batch->index = index;
        batch->index_capacity = capacity;
    }
    batch_number(batch, first);
    return true;
}

bool sl_batch_set(sl_batch *batch, sl_field field, const sl_value *values)
{
    assert(values != NULL);
    sl_column *column = batch_column(batch, field);
    if (column != NULL) {
        column->values = values;
        return true;
    }
    if (batch->column_count == batch->column_capacity) {
        uint32_t capacity =
            batch->column_capacity == 0 ? BATCH_COLUMNS_FIRST : batch->column_capacity * 2;
        sl_column *columns = SL_ARENA_ARRAY(batch->arena, capacity, sl_column);
        if (columns == NULL) return false;
        if (batch->column_count > 0)
            memcpy(columns, batch->columns, batch->column_count * sizeof *columns);
        batch->columns = columns;
        batch->column_capacity = capacity;
    }
    batch->columns[batch->column_count++] = (sl_column){field, values};
    if (batch->index != NULL) return batch_enter(batch, batch->column_count - 1);
    return batch->column_count <= BATCH_COLUMNS_SCANNED || batch_enter(batch, 0);
}

sl_value *sl_batch_column_new(const sl_batch *batch)
{
    /* A zeroed value is a missing one. */
    _Static_assert(SL_MISSING == 0, "zeroed memory must read as missing");
    return SL_ARENA_ARRAY(batch->arena, batch->row_count, sl_value);
}

void sl_batch_drop(sl_batch *batch, sl_field field)
{
    sl_column *column = batch_column(batch, field);
    if (column == NULL) return;
    uint32_t number = (uint32_t)(column - batch->columns);
    memmove(column, column + 1, (batch->column_count - number - 1) * sizeof *column);
    batch->column_count--;
    if (batch->index == NULL) return;
    batch->index[field] = 0;
    batch_number(batch, number);
}

void sl_batch_drop_columns(sl_batch *batch, const bool *gone)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->column_count; i++) {
        if (gone[i] && batch->index != NULL) batch->index[batch->columns[i].field] = 0;
        if (!gone[i]) batch->columns[kept++] = batch->columns[i];
    }
    batch->column_count = kept;
    if (batch->index != NULL) batch_number(batch, 0);
}

bool sl_batch_rename(sl_batch *batch, sl_field from, sl_field to)
{
    sl_column *column = batch_column(batch, from);
    if (column == NULL || from == to) return true;
    assert(batch_column(batch, to) == NULL);
    column->field = to;
    if (batch->index == NULL) return true;
    batch->index[from] = 0;
    return batch_enter(batch, (uint32_t)(column - batch->columns));
}

void sl_batch_drop_all(sl_batch *batch)
{
    for (uint32_t i = 0; batch->index != NULL && i < batch->column_count; i++)
        batch->index[batch->columns[i].field] = 0;
    batch->column_count = 0;
}
