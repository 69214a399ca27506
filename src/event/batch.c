/* batch.c - columns found by a linear look over a few field numbers.
 *
 * A batch has some ten to thirty columns, so a scan over 16-byte entries beats any table; an open
 * search can have hundreds, and pays per batch, not per row. */
#include "event/batch.h"

#include <assert.h>

enum { BATCH_COLUMNS_FIRST = 16 };

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
    copy->column_capacity = batch->column_count + BATCH_COLUMNS_FIRST;
    copy->columns = SL_ARENA_ARRAY(batch->arena, copy->column_capacity, sl_column);
    if (copy->columns == NULL) return NULL;
    if (batch->column_count > 0)
        memcpy(copy->columns, batch->columns, batch->column_count * sizeof *batch->columns);
    return copy;
}

static sl_column *batch_column(const sl_batch *batch, sl_field field)
{
    for (uint32_t i = 0; i < batch->column_count; i++)
        if (batch->columns[i].field == field) return &batch->columns[i];
    return NULL;
}

const sl_value *sl_batch_find(const sl_batch *batch, sl_field field)
{
    const sl_column *column = batch_column(batch, field);
    return column == NULL ? NULL : column->values;
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
        uint32_t capacity = batch->column_capacity == 0 ? BATCH_COLUMNS_FIRST
                                                        : batch->column_capacity * 2;
        sl_column *columns = SL_ARENA_ARRAY(batch->arena, capacity, sl_column);
        if (columns == NULL) return false;
        if (batch->column_count > 0)
            memcpy(columns, batch->columns, batch->column_count * sizeof *columns);
        batch->columns = columns;
        batch->column_capacity = capacity;
    }
    batch->columns[batch->column_count++] = (sl_column){field, values};
    return true;
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
    size_t behind = (size_t)(batch->columns + batch->column_count - (column + 1));
    memmove(column, column + 1, behind * sizeof *column);
    batch->column_count--;
}

void sl_batch_drop_all(sl_batch *batch)
{
    batch->column_count = 0;
}
