/* inline_data.c - CSV and JSON in the text of a query, as a table of constants.
 *
 * Of CSV the first line names the columns; a row that is short lacks the rest, one that is long
 * loses it, and an empty cell is missing. Of JSON every object is a row; what is nested stays JSON
 * text (Splunk Search Reference, "makeresults"). */
#include "lang/spl/inline_data.h"

#include "func/json_tree.h"

typedef struct inline_table {
    spl_parser *p;
    const spl_word *data;
    sl_map names;      /* columns by name */
    sl_vector columns; /* of sl_text */
    sl_vector cells;   /* of inline_cell */
    uint32_t row_count;
} inline_table;

typedef struct inline_cell {
    uint32_t row, column;
    sl_value value;
} inline_cell;

static bool inline_fault(const inline_table *t, const char *what)
{
    return spl_fault(t->p, SL_DIAG_OPTION, t->data->start, t->data->end, "%s", what);
}

/* The number of the column `name`, which may be new. UINT32_MAX after a fault. */
static uint32_t inline_column(inline_table *t, sl_text name)
{
    uint32_t count = t->names.count, number = sl_map_add(&t->names, name);
    if (number < count) return number;
    if (count == SPL_INLINE_COLUMNS_MAX) {
        inline_fault(t, "more than 1000 columns");
        return UINT32_MAX;
    }
    sl_text *slot = sl_vector_add(&t->columns, t->p->builder.arena, sizeof *slot);
    if (slot == NULL || number == SL_MAP_NONE) return UINT32_MAX;
    *slot = sl_arena_copy(t->p->builder.arena, name);
    bool known = slot->data != NULL && sl_fields_add(t->p->builder.fields, *slot) != SL_FIELD_NONE;
    return known ? number : UINT32_MAX;
}

/* A cell of the row that is being read; a column may come once. */
static bool inline_put(inline_table *t, uint32_t column, sl_value value)
{
    if (column == UINT32_MAX || !spl_count_term(t->p)) return false;
    inline_cell *cell = sl_vector_add(&t->cells, t->p->builder.arena, sizeof *cell);
    if (cell == NULL) return false;
    *cell = (inline_cell){t->row_count, column, value};
    return true;
}

static const sl_lookup *inline_finish(inline_table *t)
{
    sl_arena *arena = t->p->builder.arena;
    sl_lookup *table = SL_ARENA_NEW(arena, sl_lookup);
    uint64_t count = (uint64_t)t->row_count * t->columns.count;
    if (count > SPL_TERMS_MAX) {
        inline_fault(t, "more than 100000 cells");
        return NULL;
    }
    sl_value *cells = SL_ARENA_ARRAY(arena, count + 1, sl_value);
    sl_lookup_match *matches = SL_ARENA_ARRAY(arena, t->columns.count + 1, sl_lookup_match);
    if (table == NULL || cells == NULL || matches == NULL) return NULL;
    const inline_cell *list = t->cells.items;
    for (uint32_t i = 0; i < t->cells.count; i++)
        cells[(size_t)list[i].row * t->columns.count + list[i].column] = list[i].value;
    *table = (sl_lookup){.name = SL_TEXT("data"),
                         .columns = t->columns.items,
                         .column_count = t->columns.count,
                         .matches = matches,
                         .cells = cells,
                         .row_count = t->row_count};
    return table;
}

/* CSV. */

/* The cell at *at, which then stands behind the comma or the end of the line. */
static sl_text inline_cell_text(inline_table *t, sl_text text, size_t *at, bool *out_last)
{
    size_t start = *at, end = start;
    bool quoted = sl_byte_at(text, start) == '"', inside = false;
    for (; end < text.length; end++) {
        char c = text.data[end];
        if (c == '"' && quoted) inside = !inside;
        if (!inside && (c == ',' || c == '\n')) break;
    }
    *out_last = end >= text.length || text.data[end] == '\n';
    *at = end < text.length ? end + 1 : end;
    if (end > start && text.data[end - 1] == '\r') end--;
    sl_text cell = sl_text_slice(text, start, end);
    if (!quoted) return cell;
    char *bytes = sl_arena_bytes(t->p->builder.arena, cell.length + 1);
    size_t length = 0;
    if (bytes == NULL) return cell;
    for (size_t i = 0; i < cell.length; i++) {
        bool doubled = cell.data[i] == '"' && sl_byte_at(cell, i + 1) == '"' && i > 0;
        if (doubled) i++;
        else if (cell.data[i] == '"') continue;
        bytes[length++] = cell.data[i];
    }
    return sl_text_make(bytes, length);
}

static bool inline_header(inline_table *t, sl_text text, size_t *at)
{
    for (bool last = false; !last;) {
        sl_text name = sl_text_trim(inline_cell_text(t, text, at, &last));
        if (name.length == 0) return inline_fault(t, "a column of this CSV has no name");
        uint32_t count = t->columns.count, number = inline_column(t, name);
        if (number == UINT32_MAX) return false;
        if (number < count) return inline_fault(t, "two columns of this CSV have one name");
    }
    return true;
}

static bool inline_rows(inline_table *t, sl_text text, size_t at)
{
    while (at < text.length) {
        bool last = false, some = false;
        for (uint32_t column = 0; !last; column++) {
            sl_text cell = inline_cell_text(t, text, &at, &last);
            some = some || cell.length > 0 || column > 0;
            if (cell.length == 0 || column >= t->columns.count) continue;
            if (!inline_put(t, column, sl_string(cell))) return false;
        }
        if (some) t->row_count++;
    }
    return true;
}

const sl_lookup *spl_inline_csv(spl_parser *p, const spl_word *data)
{
    inline_table t = {.p = p, .data = data};
    sl_map_init(&t.names);
    sl_text text = sl_text_trim(data->text);
    size_t at = 0;
    bool read = inline_header(&t, text, &at) && inline_rows(&t, text, at);
    const sl_lookup *table = read ? inline_finish(&t) : NULL;
    sl_map_fini(&t.names);
    return table;
}

/* JSON. */

static sl_value inline_value(const sl_tree *tree)
{
    switch (tree->kind) {
    case SL_TREE_NULL: return sl_missing();
    case SL_TREE_FALSE: return sl_string(SL_TEXT("false"));
    case SL_TREE_TRUE: return sl_string(SL_TEXT("true"));
    case SL_TREE_NUMBER: return sl_number_as(tree->text);
    case SL_TREE_STRING: return sl_string(tree->text);
    case SL_TREE_ARRAY:
    case SL_TREE_OBJECT: return sl_string(tree->source);
    }
    return sl_missing();
}

static bool inline_object(inline_table *t, const sl_tree *object)
{
    if (!inline_put(t, inline_column(t, SL_TEXT("_raw")), sl_string(object->source))) return false;
    for (const sl_tree *member = object->first; member != NULL; member = member->next)
        if (member->key.length > 0
            && !inline_put(t, inline_column(t, member->key), inline_value(member)))
            return false;
    t->row_count++;
    return true;
}

static bool inline_array(inline_table *t, const sl_tree *array)
{
    if (array == NULL || array->kind != SL_TREE_ARRAY)
        return inline_fault(t, "data= is no JSON array of objects");
    for (const sl_tree *item = array->first; item != NULL; item = item->next) {
        if (item->kind != SL_TREE_OBJECT)
            return inline_fault(t, "data= is no JSON array of objects");
        if (!inline_object(t, item)) return false;
    }
    return true;
}

const sl_lookup *spl_inline_json(spl_parser *p, const spl_word *data)
{
    inline_table t = {.p = p, .data = data};
    sl_map_init(&t.names);
    bool read = inline_array(&t, sl_tree_parse(data->text, p->builder.arena));
    const sl_lookup *table = read ? inline_finish(&t) : NULL;
    sl_map_fini(&t.names);
    return table;
}
