/* rowwise_expand.c - rows listed as pairs of source row and item, then gathered column by column.
 *
 * Rows that come of one row keep its origin and are numbered, so that the order stays total. A
 * second expansion numbers anew over all rows of one origin: they stand side by side, in order. */
#include "exec/rowwise_expand.h"

#include <assert.h>
#include <stdlib.h>

#include "exec/layout.h"

enum { EXPAND_LIST_ITEM = 1 };

/* Where a new row comes from. */
typedef struct expand_row {
    uint32_t row, item;
} expand_row;

uint32_t sl_copies_next(sl_copies *copies, const sl_origin *origin)
{
    const sl_origin *last = &copies->last;
    bool same = copies->any && last->input == origin->input && last->offset == origin->offset
        && last->position == origin->position;
    uint32_t copy = same && last->copy < UINT32_MAX ? last->copy + 1 : 0;
    copies->last = *origin;
    copies->last.copy = copy;
    copies->any = true;
    return copy;
}

/* The columns that become rows. */
static bool expand_columns(sl_expansion *e)
{
    const sl_fields *fields = &e->plan->fields;
    sl_column *columns = SL_ARENA_ARRAY(e->from->arena, e->from->column_count, sl_column);
    sl_value *names = SL_ARENA_ARRAY(e->from->arena, e->from->column_count, sl_value);
    if (columns == NULL || names == NULL) return false;
    for (uint32_t c = 0; c < e->from->column_count; c++) {
        sl_field field = e->from->columns[c].field;
        sl_text name = sl_fields_name(fields, field);
        if (field == e->op->unpivot.row || sl_text_starts(name, SL_TEXT("_"))) continue;
        columns[e->column_count++] = e->from->columns[c];
    }
    if (!sl_layout_order(e->plan, e->op, columns, e->column_count, e->from->arena)) return false;
    for (uint32_t c = 0; c < e->column_count; c++)
        names[c] = sl_string(sl_fields_name(fields, columns[c].field));
    e->columns = columns;
    e->names = names;
    return true;
}

/* Moves to the next item of the expansion's row that makes a row, or behind its last. */
static bool expand_step(sl_expansion *e, const sl_value *values, expand_row *out)
{
    uint32_t row = e->from->rows[e->next];
    *out = (expand_row){row, e->item++};
    if (e->op->kind == SL_OP_EXPAND) {
        bool list = values != NULL && values[row].kind == SL_LIST && values[row].length > 0;
        uint64_t count = list ? values[row].length : EXPAND_LIST_ITEM;
        uint64_t limit = e->op->expand.limit;
        return out->item < (limit != 0 && limit < count ? limit : count);
    }
    while (out->item < e->column_count && sl_is_missing(e->columns[out->item].values[row]))
        out->item = e->item++;
    return out->item < e->column_count;
}

/* The new rows' columns. */
static bool expand_gather(const sl_expansion *e, const expand_row *list, sl_batch *to)
{
    sl_field expanded = e->op->kind == SL_OP_EXPAND ? e->op->expand.field : SL_FIELD_NONE;
    for (uint32_t c = 0; c < e->from->column_count; c++) {
        const sl_column *column = &e->from->columns[c];
        if (e->op->kind == SL_OP_UNPIVOT && column->field != e->op->unpivot.row) continue;
        sl_value *values = sl_batch_column_new(to);
        if (values == NULL) return false;
        for (uint32_t r = 0; r < to->row_count; r++) {
            sl_value v = column->values[list[r].row];
            if (column->field == expanded && v.kind == SL_LIST)
                v = v.length > 0 ? v.items[list[r].item] : sl_missing();
            values[r] = v;
        }
        if (!sl_batch_set(to, column->field, values)) return false;
    }
    if (e->op->kind == SL_OP_EXPAND) return true;
    sl_value *names = sl_batch_column_new(to), *values = sl_batch_column_new(to);
    if (names == NULL || values == NULL) return false;
    for (uint32_t r = 0; r < to->row_count; r++) {
        names[r] = e->names[list[r].item];
        values[r] = e->columns[list[r].item].values[list[r].row];
    }
    return sl_batch_set(to, e->op->unpivot.name, names)
        && sl_batch_set(to, e->op->unpivot.value, values);
}

/* What else a row has: origin, identity, parent. */
static bool expand_about(const sl_expansion *e, const expand_row *list, sl_copies *copies,
                         sl_batch *to)
{
    sl_origin *origins = SL_ARENA_ARRAY(to->arena, to->row_count, sl_origin);
    if (origins == NULL) return false;
    for (uint32_t r = 0; r < to->row_count; r++) {
        origins[r] = e->from->origins[list[r].row];
        origins[r].copy = sl_copies_next(copies, &origins[r]);
    }
    to->origins = origins;
    if (e->from->identities != NULL) {
        sl_value *identities = sl_batch_column_new(to);
        if (identities == NULL) return false;
        for (uint32_t r = 0; r < to->row_count; r++)
            identities[r] = e->from->identities[list[r].row];
        to->identities = identities;
    }
    if (e->from->parents == NULL) return true;
    uint32_t *parents = SL_ARENA_ARRAY(to->arena, to->row_count, uint32_t);
    if (parents == NULL) return false;
    for (uint32_t r = 0; r < to->row_count; r++) parents[r] = e->from->parents[list[r].row];
    to->parents = parents;
    return true;
}

sl_batch *sl_expansion_next(sl_expansion *e, uint32_t rows_max, sl_copies *copies, sl_arena *arena)
{
    assert(rows_max > 0);
    const sl_value *values = NULL;
    if (e->op->kind == SL_OP_EXPAND) values = sl_batch_find(e->from, e->op->expand.field);
    else if (e->columns == NULL && !expand_columns(e)) return NULL;
    uint32_t capacity = e->from->selected - e->next, count = 0;
    expand_row *list = NULL;
    for (; e->next < e->from->selected; e->next++, e->item = 0) {
        expand_row row;
        while (count < rows_max && expand_step(e, values, &row)) {
            if (list == NULL || count == capacity) {
                capacity = list == NULL ? capacity : capacity * 2;
                if (capacity > rows_max) capacity = rows_max;
                expand_row *grown = SL_ARENA_ARRAY(arena, capacity, expand_row);
                if (grown == NULL) return NULL;
                if (count > 0) memcpy(grown, list, count * sizeof *list);
                list = grown;
            }
            list[count++] = row;
        }
        if (count == rows_max) break; /* the row at hand may have more */
    }
    sl_batch *to = sl_batch_new(arena, count);
    if (to == NULL || !expand_gather(e, list, to) || !expand_about(e, list, copies, to))
        return NULL;
    return to;
}
