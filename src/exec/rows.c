/* rows.c - the row store: one arena, an array of pointers into it. */
#include "exec/rows.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

enum { ROWS_FIRST = 64, ROWS_COLUMNS_FIRST = 16 };

void sl_rows_init(sl_rows *rows, size_t bytes_max)
{
    *rows = (sl_rows){.columns = NULL};
    sl_arena_init(&rows->arena, bytes_max);
}

void sl_rows_fini(sl_rows *rows)
{
    free(rows->columns);
    free(rows->rows);
    sl_arena_fini(&rows->arena);
    *rows = (sl_rows){.columns = NULL};
}

size_t sl_rows_bytes(const sl_rows *rows)
{
    return rows->arena.bytes_used + rows->capacity * sizeof *rows->rows;
}

/* The store's number of `field`, new or old; UINT32_MAX when memory ends. `guess` is tried first:
 * batches mostly have the same columns in the same order. */
static uint32_t rows_column(sl_rows *rows, sl_field field, uint32_t guess)
{
    if (guess < rows->column_count && rows->columns[guess] == field) return guess;
    for (uint32_t i = 0; i < rows->column_count; i++)
        if (rows->columns[i] == field) return i;
    if (rows->column_count == rows->column_capacity) {
        uint32_t capacity = rows->column_capacity == 0 ? ROWS_COLUMNS_FIRST
                                                       : rows->column_capacity * 2;
        sl_field *columns = sl_realloc(rows->columns, capacity * sizeof *columns);
        if (columns == NULL) return UINT32_MAX;
        rows->columns = columns;
        rows->column_capacity = capacity;
    }
    rows->columns[rows->column_count] = field;
    return rows->column_count++;
}

static bool rows_reserve(sl_rows *rows)
{
    if (rows->count < rows->capacity) return true;
    size_t capacity = rows->capacity == 0 ? ROWS_FIRST : rows->capacity * 2;
    sl_stored_row **list = sl_realloc(rows->rows, capacity * sizeof *list);
    if (list == NULL) return false;
    rows->rows = list;
    rows->capacity = capacity;
    return true;
}

/* A new row of `width` missing values at the end. */
static sl_stored_row *rows_append(sl_rows *rows, uint32_t width)
{
    if (!rows_reserve(rows)) return NULL;
    sl_stored_row *row = sl_arena_zero(&rows->arena, sizeof *row + width * sizeof(sl_value));
    if (row == NULL) return NULL;
    row->width = width;
    rows->rows[rows->count++] = row;
    return row;
}

static sl_status rows_failure(const sl_rows *rows)
{
    return rows->arena.failed ? SL_LIMIT : SL_NOMEM;
}

sl_status sl_rows_add_one(sl_rows *rows, const sl_batch *batch, uint32_t row)
{
    for (uint32_t c = 0; c < batch->column_count; c++)
        if (rows_column(rows, batch->columns[c].field, c) == UINT32_MAX) return SL_NOMEM;
    sl_stored_row *stored = rows_append(rows, rows->column_count);
    if (stored == NULL) return rows_failure(rows);
    stored->origin = batch->origins[row];
    if (batch->identities != NULL)
        stored->identity = sl_value_copy(&rows->arena, batch->identities[row]);
    for (uint32_t c = 0; c < batch->column_count; c++) {
        uint32_t column = rows_column(rows, batch->columns[c].field, c);
        stored->values[column] = sl_value_copy(&rows->arena, batch->columns[c].values[row]);
    }
    return rows->arena.failed ? SL_LIMIT : SL_OK;
}

sl_status sl_rows_add(sl_rows *rows, const sl_batch *batch)
{
    for (uint32_t i = 0; i < batch->selected; i++) {
        sl_status status = sl_rows_add_one(rows, batch, batch->rows[i]);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_rows_add_stored(sl_rows *rows, const sl_rows *from, sl_stored_row *const *list,
                             size_t count)
{
    for (uint32_t c = 0; c < from->column_count; c++)
        if (rows_column(rows, from->columns[c], c) == UINT32_MAX) return SL_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const sl_stored_row *row = list[i];
        sl_stored_row *stored = rows_append(rows, rows->column_count);
        if (stored == NULL) return rows_failure(rows);
        stored->origin = row->origin;
        stored->identity = sl_value_copy(&rows->arena, row->identity);
        for (uint32_t c = 0; c < row->width; c++) {
            uint32_t column = rows_column(rows, from->columns[c], c);
            stored->values[column] = sl_value_copy(&rows->arena, row->values[c]);
        }
        if (rows->arena.failed) return SL_LIMIT;
    }
    return SL_OK;
}

sl_batch *sl_rows_batch(const sl_rows *rows, sl_stored_row *const *list, uint32_t count,
                        sl_arena *arena)
{
    sl_batch *batch = sl_batch_new(arena, count);
    sl_origin *origins = SL_ARENA_ARRAY(arena, count, sl_origin);
    sl_value *identities = SL_ARENA_ARRAY(arena, count, sl_value);
    if (batch == NULL || origins == NULL || identities == NULL) return NULL;
    for (uint32_t r = 0; r < count; r++) {
        origins[r] = list[r]->origin;
        identities[r] = list[r]->identity;
    }
    batch->origins = origins;
    batch->identities = identities;
    for (uint32_t c = 0; c < rows->column_count; c++) {
        sl_value *values = sl_batch_column_new(batch);
        if (values == NULL) return NULL;
        for (uint32_t r = 0; r < count; r++)
            if (c < list[r]->width) values[r] = list[r]->values[c];
        if (!sl_batch_set(batch, rows->columns[c], values)) return NULL;
    }
    return batch;
}
