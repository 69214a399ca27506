/* pivot_table.c - groups laid out as rows and columns.
 *
 * Cells are put in the order of rows and columns first, so that whatever is added up over them is
 * added up in one order. Empty cells are aggregates over no rows. */
#include "exec/pivot.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/window_line.h"

enum { TABLE_GAPS_MAX = 1000000, TABLE_CELLS_MAX = 1 << 20 };

typedef struct table_column {
    sl_value name;  /* missing: of rows without a column key */
    double score;   /* sum of the first aggregate */
    uint32_t place; /* among the columns that are shown; UINT32_MAX: not shown */
} table_column;

typedef struct table_cell {
    const sl_group *group;
    uint32_t row, column; /* numbers; the column's as it was first seen */
} table_cell;

typedef struct table_row {
    sl_value key;
    size_t cells, cells_end; /* of table.cells */
} table_row;

typedef struct table {
    sl_pivot *pivot;
    const sl_op_pivot *op;
    sl_arena arena;
    sl_agg_states states;
    char *empty; /* states of no rows */
    table_row *rows;
    size_t row_count;
    table_column *columns;
    uint32_t column_count;
    uint32_t shown;  /* columns of the table: kept, null, other */
    uint32_t other;  /* place of OTHER; UINT32_MAX: none */
    sl_value *names; /* by place */
    table_cell *cells;
    sl_emit *emit;
    void *context;
    uint64_t given;
} table;

/* Numbers by value before texts by bytes. */
static int table_compare_values(const sl_value *a, const sl_value *b)
{
    if (a->kind == SL_MISSING || b->kind == SL_MISSING)
        return (a->kind == SL_MISSING) - (b->kind == SL_MISSING);
    if (a->kind == SL_MOMENT && b->kind == SL_MOMENT)
        return (a->integer > b->integer) - (a->integer < b->integer);
    double x = 0, y = 0;
    bool first = sl_value_number(*a, &x), second = sl_value_number(*b, &y);
    if (first != second) return first ? -1 : 1;
    if (first && x != y) return x < y ? -1 : 1;
    char left[SL_VALUE_TEXT_MAX], right[SL_VALUE_TEXT_MAX];
    return sl_text_compare(sl_value_text(*a, left), sl_value_text(*b, right));
}

static int table_compare_groups(const void *left, const void *right)
{
    const sl_group *a = ((const table_cell *)left)->group, *b = ((const table_cell *)right)->group;
    int sign = table_compare_values(&a->keys[0], &b->keys[0]);
    return sign != 0 ? sign : table_compare_values(&a->keys[1], &b->keys[1]);
}

/* All cells in order, and the rows that they make. */
static bool table_read_rows(table *t)
{
    const sl_groups *groups = &t->pivot->groups;
    t->cells = SL_ARENA_ARRAY(&t->arena, groups->count, table_cell);
    t->rows = SL_ARENA_ARRAY(&t->arena, groups->count, table_row);
    if (t->cells == NULL || t->rows == NULL) return false;
    for (uint32_t g = 0; g < groups->count; g++) t->cells[g].group = groups->groups[g];
    if (groups->count > 1) qsort(t->cells, groups->count, sizeof *t->cells, table_compare_groups);
    for (uint32_t c = 0; c < groups->count; c++) {
        sl_value key = t->cells[c].group->keys[0];
        bool same = c > 0 && table_compare_values(&key, &t->cells[c - 1].group->keys[0]) == 0;
        if (!same) t->rows[t->row_count++] = (table_row){.key = key, .cells = c};
        t->rows[t->row_count - 1].cells_end = c + 1;
        t->cells[c].row = (uint32_t)(t->row_count - 1);
    }
    return true;
}

/* What a cell adds to the size of its column. */
static double table_score(const table *t, const sl_group *group, sl_arena *scratch)
{
    double score = 0;
    sl_value value = sl_groups_finish(&t->pivot->groups, group, 0, scratch);
    if (!sl_value_number(value, &score)) score = 0;
    sl_arena_reset(scratch);
    return score;
}

/* The columns that the cells make, and how large each is. */
static sl_status table_read_columns(table *t)
{
    sl_map names;
    sl_buffer key;
    sl_arena scratch;
    sl_map_init(&names);
    sl_buffer_init(&key);
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    const sl_groups *groups = &t->pivot->groups;
    t->columns = SL_ARENA_ARRAY(&t->arena, groups->count, table_column);
    sl_status status = t->columns == NULL ? SL_NOMEM : SL_OK;
    for (uint32_t c = 0; c < groups->count && status == SL_OK; c++) {
        sl_value name = t->cells[c].group->keys[1];
        sl_buffer_clear(&key);
        sl_value_encode(&key, name);
        uint32_t number = key.failed ? SL_MAP_NONE : sl_map_add(&names, sl_buffer_text(&key));
        if (number == SL_MAP_NONE) {
            status = SL_NOMEM;
            break;
        }
        if (number == t->column_count) t->columns[t->column_count++] = (table_column){.name = name};
        t->cells[c].column = number;
        if (t->op->column_limit > 0 && t->op->item_count > 0)
            t->columns[number].score += table_score(t, t->cells[c].group, &scratch);
    }
    sl_map_fini(&names);
    sl_buffer_fini(&key);
    sl_arena_fini(&scratch);
    return status;
}

static int table_compare_names(const void *left, const void *right)
{
    return table_compare_values(&(*(table_column *const *)left)->name,
                                &(*(table_column *const *)right)->name);
}

static int table_compare_scores(const void *left, const void *right, void *context)
{
    const table_column *a = *(table_column *const *)left, *b = *(table_column *const *)right;
    const sl_op_pivot *op = context;
    if (a->score != b->score) return (a->score > b->score) != op->limit_smallest ? -1 : 1;
    return table_compare_values(&a->name, &b->name);
}

static sl_value table_name(sl_text given, const char *usual)
{
    return sl_string(given.length > 0 ? given : sl_text_from(usual));
}

/* Chooses the columns and gives them their places: by name, then NULL, then OTHER. */
static sl_status table_choose(table *t)
{
    table_column **list = SL_ARENA_ARRAY(&t->arena, t->column_count, table_column *);
    t->names = SL_ARENA_ARRAY(&t->arena, t->column_count + 2u, sl_value);
    if (list == NULL || t->names == NULL) return SL_NOMEM;
    uint32_t count = 0;
    table_column *null = NULL;
    for (uint32_t c = 0; c < t->column_count; c++) {
        t->columns[c].place = UINT32_MAX;
        if (sl_is_missing(t->columns[c].name)) null = &t->columns[c];
        else list[count++] = &t->columns[c];
    }
    uint32_t kept =
        t->op->column_limit == 0 || count < t->op->column_limit ? count : t->op->column_limit;
    if (kept < count)
        qsort_r(list, count, sizeof *list, table_compare_scores, (void *)(uintptr_t)t->op);
    if (kept > 1) qsort(list, kept, sizeof *list, table_compare_names);
    for (uint32_t c = 0; c < kept; c++) {
        list[c]->place = t->shown;
        t->names[t->shown++] = list[c]->name;
    }
    if (null != NULL) {
        null->place = t->shown;
        t->names[t->shown++] = table_name(t->op->null_name, "NULL");
    }
    t->other = UINT32_MAX;
    if (kept == count || !t->op->other) return SL_OK;
    t->other = t->shown;
    for (uint32_t c = kept; c < count; c++) list[c]->place = t->shown;
    t->names[t->shown++] = table_name(t->op->other_name, "OTHER");
    return SL_OK;
}

/* The field that holds aggregate `item` of the column at `place`. */
static sl_field table_field(const table *t, uint32_t place, uint32_t item, sl_arena *arena)
{
    const sl_plan *plan = t->pivot->stage.env.plan;
    sl_field out = t->op->items[item].out;
    if (t->op->column == SL_FIELD_NONE) return out;
    sl_text name = sl_value_bytes(t->names[place]);
    if (t->op->item_count > 1 || t->op->named) {
        sl_text separator = t->op->separator.length > 0 ? t->op->separator : SL_TEXT(": ");
        sl_text agg = sl_fields_name(&plan->fields, out);
        sl_text first = t->op->value_first ? name : agg, second = t->op->value_first ? agg : name;
        name = sl_arena_printf(arena, "%.*s%.*s%.*s", SL_TEXT_ARG(first), SL_TEXT_ARG(separator),
                               SL_TEXT_ARG(second));
    }
    return name.data == NULL ? SL_FIELD_NONE : sl_plan_name(plan, name);
}

/* The row's cells of OTHER merged into one. NULL when memory ends. */
static const char *table_merge_other(const table *t, const table_row *row, sl_arena *arena)
{
    char *states = sl_arena_zero(arena, t->states.bytes);
    for (size_t c = row->cells; states != NULL && c < row->cells_end; c++) {
        const table_cell *cell = &t->cells[c];
        if (t->columns[cell->column].place == t->other
            && sl_agg_states_merge(&t->states, states, cell->group->states, arena) != SL_OK)
            return NULL;
    }
    return states;
}

/* Fills the values of one row: values[place * items + item]. */
static sl_status table_fill_row(const table *t, const table_row *row, uint32_t number,
                                sl_value **values, sl_arena *arena)
{
    const char **of_place = SL_ARENA_ARRAY(arena, t->shown, const char *);
    if (of_place == NULL) return SL_NOMEM;
    for (uint32_t p = 0; p < t->shown; p++) of_place[p] = t->empty;
    for (size_t c = row->cells; c < row->cells_end; c++) {
        uint32_t place = t->columns[t->cells[c].column].place;
        if (place < t->shown && place != t->other) of_place[place] = t->cells[c].group->states;
    }
    if (t->other != UINT32_MAX) {
        of_place[t->other] = table_merge_other(t, row, arena);
        if (of_place[t->other] == NULL) return SL_NOMEM;
    }
    for (uint32_t p = 0; p < t->shown; p++)
        for (uint32_t i = 0; i < t->op->item_count; i++)
            values[p * t->op->item_count + i][number] =
                sl_agg_states_finish(&t->states, of_place[p], i, arena, arena);
    return arena->failed ? SL_NOMEM : SL_OK;
}

/* Gives rows[0..count) as a batch. */
static sl_status table_give_rows(table *t, const table_row *rows, uint32_t count, sl_arena *arena)
{
    uint32_t width = t->shown * t->op->item_count;
    sl_batch *batch = sl_batch_new(arena, count);
    sl_value **values = SL_ARENA_ARRAY(arena, width, sl_value *);
    sl_origin *origins = SL_ARENA_ARRAY(arena, count, sl_origin);
    sl_value *keys = SL_ARENA_ARRAY(arena, count, sl_value);
    if (batch == NULL || values == NULL || origins == NULL || keys == NULL) return SL_NOMEM;
    for (uint32_t v = 0; v < width; v++) {
        values[v] = sl_batch_column_new(batch);
        if (values[v] == NULL) return SL_NOMEM;
    }
    for (uint32_t r = 0; r < count; r++) {
        sl_status status = table_fill_row(t, &rows[r], r, values, arena);
        if (status != SL_OK) return status;
        keys[r] = rows[r].key;
        origins[r] = (sl_origin){.time = SL_TIME_NONE, .position = ++t->given};
        if (keys[r].kind == SL_MOMENT) origins[r].time = keys[r].integer;
    }
    batch->origins = origins;
    if (t->op->row != SL_FIELD_NONE && !sl_batch_set(batch, t->op->row, keys)) return SL_NOMEM;
    for (uint32_t i = 0; i < t->op->item_count; i++)
        for (uint32_t p = 0; p < t->shown; p++) {
            sl_field field = table_field(t, p, i, arena);
            if (field == SL_FIELD_NONE || field == t->op->row) continue;
            if (!sl_batch_set(batch, field, values[p * t->op->item_count + i])) return SL_NOMEM;
        }
    return t->emit(t->context, batch);
}

static sl_status table_give(table *t)
{
    uint32_t step = TABLE_CELLS_MAX / (t->shown * t->op->item_count + 1);
    if (step > t->pivot->stage.env.batch_rows) step = t->pivot->stage.env.batch_rows;
    if (step == 0) step = 1;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_status status = SL_OK;
    for (size_t r = 0; r < t->row_count && status == SL_OK; r += step) {
        size_t count = t->row_count - r < step ? t->row_count - r : step;
        status = table_give_rows(t, t->rows + r, (uint32_t)count, &arena);
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

/* Where a table's times begin and end. */
typedef struct table_range {
    sl_time first, last;
} table_range;

/* Times of rows, widened to the range of the run when that is asked for. False: no times. */
static bool table_times(const table *t, table_range *out)
{
    if (t->row_count == 0) return false;
    out->first = sl_time_of_value(t->rows[0].key);
    out->last = sl_time_of_value(t->rows[t->row_count - 1].key);
    if (out->first == SL_TIME_NONE || out->last == SL_TIME_NONE) return false;
    const sl_context *context = t->pivot->stage.env.context;
    if (!t->op->fill_range) return true;
    if (context->earliest != SL_TIME_NONE) {
        sl_time start = sl_pivot_start(t->pivot, context->earliest);
        if (start != SL_TIME_NONE && start < out->first) out->first = start;
    }
    if (context->latest != SL_TIME_NONE && context->latest - 1 > out->last)
        out->last = context->latest - 1;
    return true;
}

/* A row for each bin that has none. */
static sl_status table_fill_gaps(table *t)
{
    table_range range;
    if (!table_times(t, &range)) return SL_OK;
    size_t capacity = t->row_count * 2 + 64, count = 0, next = 0;
    table_row *rows = SL_ARENA_ARRAY(&t->arena, capacity, table_row);
    if (rows == NULL) return SL_NOMEM;
    bool moments = t->rows[0].key.kind == SL_MOMENT;
    sl_time time = range.first;
    while (next < t->row_count || time <= range.last) {
        sl_time of_next = next < t->row_count ? sl_time_of_value(t->rows[next].key) : INT64_MAX;
        if (of_next == SL_TIME_NONE) return SL_OK; /* texts among the times: no gaps to speak of */
        if (count - next >= TABLE_GAPS_MAX) {
            sl_fault_add(t->pivot->stage.env.context->faults, SL_FAULT_RESULT_LIMIT,
                         t->pivot->stage.env.context->query_name, UINT64_MAX,
                         "gaps are not filled: there are more than %d", TABLE_GAPS_MAX);
            return SL_OK;
        }
        if (count == capacity) {
            table_row *grown = SL_ARENA_ARRAY(&t->arena, capacity * 2, table_row);
            if (grown == NULL) return SL_NOMEM;
            memcpy(grown, rows, count * sizeof *rows);
            rows = grown;
            capacity *= 2;
        }
        if (of_next <= time) {
            rows[count++] = t->rows[next++];
            if (of_next < time) continue; /* not at the start of a bin: it stays where it is */
        } else {
            rows[count++].key =
                moments ? sl_moment(time) : sl_real((double)time / (double)SL_SECOND);
        }
        sl_time after = sl_pivot_next(t->pivot, time);
        if (after == SL_TIME_NONE || after <= time) return SL_OK;
        time = after;
    }
    t->rows = rows;
    t->row_count = count;
    return SL_OK;
}

sl_status sl_pivot_give(sl_pivot *pivot, sl_emit *emit, void *context)
{
    table t = {.pivot = pivot, .op = &pivot->stage.op->pivot, .emit = emit, .context = context};
    sl_arena_init(&t.arena, /* bytes_max= */ 0);
    sl_status status = SL_NOMEM;
    bool timed = t.op->row != SL_FIELD_NONE && (pivot->step > 0 || t.op->bins_max > 0);
    if (!sl_agg_states_init(&t.states, t.op->items, t.op->item_count, pivot->stage.env.context,
                            &t.arena))
        goto done;
    t.empty = sl_arena_zero(&t.arena, t.states.bytes);
    if (t.empty == NULL || !table_read_rows(&t)) goto done;
    status = table_read_columns(&t);
    if (status == SL_OK) status = table_choose(&t);
    if (status == SL_OK && timed) status = table_fill_gaps(&t);
    if (status == SL_OK) status = table_give(&t);
done:
    sl_arena_fini(&t.arena);
    return status;
}
