/* rows.c - the row store: one arena, an array of pointers into it. */
#include "exec/rows.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    ROWS_FIRST = 64,
    ROWS_COLUMNS_FIRST = 16,
    ROWS_COLUMNS_SCANNED = 64, /* an index, when there are more */
    ROWS_INDEX_FIRST = 1024
};

void sl_rows_init(sl_rows *rows, size_t bytes_max)
{
    *rows = (sl_rows){.columns = NULL};
    sl_arena_init(&rows->arena, bytes_max);
}

void sl_rows_fini(sl_rows *rows)
{
    free(rows->columns);
    free(rows->index);
    free(rows->rows);
    sl_arena_fini(&rows->arena);
    *rows = (sl_rows){.columns = NULL};
}

size_t sl_rows_bytes(const sl_rows *rows)
{
    return rows->arena.bytes_used + rows->capacity * sizeof *rows->rows;
}

/* The store's number of `field`, or UINT32_MAX. Looks from `guess` on: batches and saved rows
 * mostly have the same columns in the same order. */
static uint32_t rows_find(const sl_rows *rows, sl_field field, uint32_t guess)
{
    if (rows->index != NULL) {
        uint32_t found = field < rows->index_capacity ? rows->index[field] : 0;
        return found == 0 ? UINT32_MAX : found - 1;
    }
    if (guess > rows->column_count) guess = rows->column_count;
    for (uint32_t i = guess; i < rows->column_count; i++)
        if (rows->columns[i] == field) return i;
    for (uint32_t i = 0; i < guess; i++)
        if (rows->columns[i] == field) return i;
    return UINT32_MAX;
}

/* Enters the columns from `first` on into the index, which gets the room it needs. */
static bool rows_enter(sl_rows *rows, uint32_t first)
{
    sl_field last = 0;
    for (uint32_t i = first; i < rows->column_count; i++)
        if (rows->columns[i] > last) last = rows->columns[i];
    if (last >= rows->index_capacity) {
        uint32_t capacity = rows->index_capacity == 0 ? ROWS_INDEX_FIRST : rows->index_capacity;
        while (capacity <= last) capacity *= 2;
        uint32_t *index = sl_realloc(rows->index, capacity * sizeof *index);
        if (index == NULL) return false;
        memset(index + rows->index_capacity, 0, (capacity - rows->index_capacity) * sizeof *index);
        rows->index = index;
        rows->index_capacity = capacity;
    }
    for (uint32_t i = first; i < rows->column_count; i++) rows->index[rows->columns[i]] = i + 1;
    return true;
}

/* The same as rows_find, new or old; UINT32_MAX when memory ends. */
static uint32_t rows_column(sl_rows *rows, sl_field field, uint32_t guess)
{
    uint32_t found = rows_find(rows, field, guess);
    if (found != UINT32_MAX) return found;
    if (rows->column_count == rows->column_capacity) {
        uint32_t capacity =
            rows->column_capacity == 0 ? ROWS_COLUMNS_FIRST : rows->column_capacity * 2;
        sl_field *columns = sl_realloc(rows->columns, capacity * sizeof *columns);
        if (columns == NULL) return UINT32_MAX;
        rows->columns = columns;
        rows->column_capacity = capacity;
    }
    rows->columns[rows->column_count++] = field;
    bool ok = rows->index != NULL
        ? rows_enter(rows, rows->column_count - 1)
        : rows->column_count <= ROWS_COLUMNS_SCANNED || rows_enter(rows, 0);
    return ok ? rows->column_count - 1 : UINT32_MAX;
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
    sl_status status = sl_rows_add_columns(rows, from);
    if (status != SL_OK) return status;
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

uint32_t sl_rows_column(const sl_rows *rows, sl_field field)
{
    return rows_find(rows, field, /* guess= */ 0);
}

sl_status sl_rows_add_columns(sl_rows *rows, const sl_rows *from)
{
    for (uint32_t c = 0; c < from->column_count; c++)
        if (rows_column(rows, from->columns[c], c) == UINT32_MAX) return SL_NOMEM;
    return SL_OK;
}

void sl_rows_clear(sl_rows *rows)
{
    free(rows->rows);
    rows->rows = NULL;
    rows->count = rows->capacity = 0;
    sl_arena_reset(&rows->arena);
}

void sl_origin_save(const sl_origin *origin, sl_buffer *out)
{
    sl_buffer_add(out, sl_text_make((const char *)&origin->time, sizeof origin->time));
    sl_varint_save(out, origin->offset);
    sl_varint_save(out, origin->position);
    sl_varint_save(out, origin->input);
    sl_varint_save(out, origin->copy);
}

bool sl_origin_load(sl_text *bytes, sl_origin *out)
{
    uint64_t input, copy;
    if (bytes->length < sizeof out->time) return false;
    memcpy(&out->time, bytes->data, sizeof out->time);
    *bytes = sl_text_slice(*bytes, sizeof out->time, bytes->length);
    if (!sl_varint_load(bytes, &out->offset) || !sl_varint_load(bytes, &out->position)
        || !sl_varint_load(bytes, &input) || input > UINT32_MAX || !sl_varint_load(bytes, &copy)
        || copy > UINT32_MAX)
        return false;
    out->input = (uint32_t)input;
    out->copy = (uint32_t)copy;
    return true;
}

void sl_rows_save(const sl_rows *rows, const sl_stored_row *row, sl_buffer *out)
{
    sl_origin_save(&row->origin, out);
    sl_value_save(out, row->identity);
    for (uint32_t c = 0; c < row->width; c++) {
        if (row->values[c].kind == SL_MISSING) continue;
        sl_varint_save(out, rows->columns[c]);
        sl_value_save(out, row->values[c]);
    }
}

sl_stored_row *sl_rows_load(const sl_rows *rows, sl_text saved, sl_arena *arena)
{
    uint32_t width = rows->column_count;
    sl_stored_row *row = sl_arena_zero(arena, sizeof *row + width * sizeof(sl_value));
    if (row == NULL) return NULL;
    row->width = width;
    if (!sl_origin_load(&saved, &row->origin) || !sl_value_load(&saved, arena, &row->identity))
        return NULL;
    for (uint32_t guess = 0; saved.length > 0; guess++) {
        uint64_t field;
        if (!sl_varint_load(&saved, &field) || field >= SL_FIELD_NONE) return NULL;
        uint32_t column = rows_find(rows, (sl_field)field, guess);
        if (column == UINT32_MAX || !sl_value_load(&saved, arena, &row->values[column]))
            return NULL;
        guess = column;
    }
    return row;
}

sl_batch *sl_rows_batch(const sl_rows *rows, sl_stored_row *const *list, uint32_t count,
                        sl_arena *arena)
{
    sl_batch *batch = sl_batch_new(arena, count);
    sl_origin *origins = SL_ARENA_ARRAY(arena, count, sl_origin);
    sl_value *identities = SL_ARENA_ARRAY(arena, count, sl_value);
    if (batch == NULL || origins == NULL || identities == NULL) return NULL;
    enum { AHEAD = 8, LINE = 64 };
    for (uint32_t r = 0; r < count; r++) {
        if (r + AHEAD < count) { /* sorted rows lie anywhere */
            SL_PREFETCH(list[r + AHEAD]);
            SL_PREFETCH((const char *)list[r + AHEAD] + LINE);
        }
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
