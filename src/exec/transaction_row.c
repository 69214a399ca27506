/* transaction_row.c - fields of several events brought together.
 *
 * A field has the distinct values of all events in the order of their texts, or all of them in the
 * order of time, with "NULL" for events that lack it. `_raw` is the events' text, oldest first, and
 * `_time` that of the oldest. */
#include "exec/transaction_row.h"

#include <stdlib.h>

static bool row_is_list(const sl_transaction_row *what, sl_field field)
{
    bool list = what->op->list;
    for (uint32_t i = 0; i < what->op->list_count && !list; i++) list = what->op->lists[i] == field;
    return list;
}

static sl_value row_value(const sl_stored_row *row, uint32_t column)
{
    return column < row->width ? row->values[column] : sl_missing();
}

static uint32_t row_item_count(sl_value v)
{
    if (v.kind == SL_LIST) return v.length;
    return v.kind != SL_MISSING;
}

static const sl_value *row_items(const sl_value *v)
{
    return v->kind == SL_LIST ? v->items : v;
}

static int row_compare(const void *left, const void *right)
{
    char a[SL_VALUE_TEXT_MAX], b[SL_VALUE_TEXT_MAX];
    return sl_text_compare(sl_value_text(*(const sl_value *)left, a),
                           sl_value_text(*(const sl_value *)right, b));
}

/* Leaves one of each value. */
static uint32_t row_distinct(sl_value *items, uint32_t count)
{
    if (count < 2) return count;
    qsort(items, count, sizeof *items, row_compare);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < count; i++)
        if (row_compare(&items[i], &items[kept - 1]) != 0) items[kept++] = items[i];
    return kept;
}

/* The values of `column` in all events, oldest first. */
static sl_value row_gather(const sl_stored_row *const *events, uint64_t count, uint32_t column,
                           bool list, sl_arena *arena)
{
    uint64_t total = 0, present = 0;
    for (uint64_t e = 0; e < count; e++) {
        uint32_t items = row_item_count(row_value(events[e], column));
        present += items;
        total += list && items == 0 ? 1 : items;
    }
    if (present == 0 || total > UINT32_MAX) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(arena, total, sl_value);
    if (items == NULL) return sl_missing();
    uint32_t at = 0;
    for (uint64_t e = 0; e < count; e++) {
        sl_value v = row_value(events[e], column);
        uint32_t item_count = row_item_count(v);
        for (uint32_t i = 0; i < item_count; i++) items[at++] = row_items(&v)[i];
        if (list && item_count == 0) items[at++] = sl_string(SL_TEXT("NULL"));
    }
    if (!list) at = row_distinct(items, at);
    return at == 1 ? items[0] : sl_list(items, at);
}

/* The texts of all events, one after the other. */
static sl_value row_join(const sl_transaction_row *what, const sl_stored_row *const *events,
                         uint32_t column, sl_arena *arena)
{
    sl_text delimiter = what->op->delimiter.length > 0 ? what->op->delimiter : SL_TEXT("\n");
    char scratch[SL_VALUE_TEXT_MAX];
    size_t bytes = 0;
    for (uint64_t e = 0; e < what->count; e++)
        bytes += sl_value_text(row_value(events[e], column), scratch).length + delimiter.length;
    char *data = bytes > UINT32_MAX ? NULL : sl_arena_bytes(arena, bytes + 1);
    if (data == NULL) return sl_missing();
    size_t at = 0;
    for (uint64_t e = 0; e < what->count; e++) {
        sl_text text = sl_value_text(row_value(events[e], column), scratch);
        if (text.length == 0) continue;
        if (at > 0) memcpy(data + at, delimiter.data, delimiter.length);
        if (at > 0) at += delimiter.length;
        memcpy(data + at, text.data, text.length);
        at += text.length;
    }
    return at == 0 ? sl_missing() : sl_string(sl_text_make(data, at));
}

static bool row_set(sl_batch *batch, sl_field field, sl_value value)
{
    if (field == SL_FIELD_NONE) return true;
    sl_value *column = sl_batch_column_new(batch);
    if (column == NULL) return false;
    *column = value;
    return sl_batch_set(batch, field, column);
}

/* Seconds, as a whole number when they are one. */
static sl_value row_seconds(sl_time from, sl_time to)
{
    if (from == SL_TIME_NONE || to == SL_TIME_NONE) return sl_missing();
    sl_time span = to - from;
    if (span % SL_SECOND == 0) return sl_integer(span / SL_SECOND);
    return sl_real((double)span / (double)SL_SECOND);
}

static bool row_columns(const sl_transaction_row *what, const sl_stored_row *const *events,
                        sl_batch *batch)
{
    sl_field raw = sl_fields_find(&what->plan->fields, SL_TEXT("_raw"));
    for (uint32_t c = 0; c < what->rows->column_count; c++) {
        sl_field field = what->rows->columns[c];
        sl_value value;
        if (field == what->time) value = row_value(events[0], c);
        else if (field == raw) value = row_join(what, events, c, batch->arena);
        else value = row_gather(events, what->count, c, row_is_list(what, field), batch->arena);
        if (!row_set(batch, field, value)) return false;
    }
    return !batch->arena->failed;
}

sl_batch *sl_transaction_row_make(const sl_transaction_row *what, sl_arena *arena)
{
    sl_batch *batch = sl_batch_new(arena, 1);
    const sl_stored_row **events = SL_ARENA_ARRAY(arena, what->count, const sl_stored_row *);
    if (batch == NULL || events == NULL) return NULL;
    uint32_t row = what->first;
    for (uint64_t e = what->count; e-- > 0;) {
        events[e] = what->rows->rows[row];
        if (e > 0) row = what->next[row];
    }
    if (!row_columns(what, events, batch)) return NULL;
    bool made = row_set(batch, what->op->duration, row_seconds(what->oldest, what->newest))
        && row_set(batch, what->op->event_count, sl_integer((int64_t)what->count))
        && row_set(batch, what->op->closed, sl_integer(what->closed ? 1 : 0));
    return made ? batch : NULL;
}
