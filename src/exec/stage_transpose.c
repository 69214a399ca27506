/* stage_transpose.c - columns become rows, and the first rows columns.
 *
 * Only so many rows as become columns are kept, in their order; at the end each field of theirs is
 * given as a row, in the order that a result shows them. */
#include "exec/layout.h"
#include "exec/sorter.h"

#include <stdlib.h>

#include "base/memory.h"

enum { TRANSPOSE_ROWS_MAX = 1000 };

typedef struct transpose_stage {
    sl_stage stage;
    sl_sorter sorter;
    sl_rows rows;
} transpose_stage;

/* The old columns on their way out. */
typedef struct transpose_out {
    transpose_stage *stage;
    sl_column *columns; /* values are not set */
    uint32_t count;
    sl_field *names; /* of the new columns, one an old row */
    sl_arena arena;
} transpose_out;

static sl_status transpose_push(sl_stage *stage, sl_batch *batch)
{
    return sl_sorter_add(&((transpose_stage *)stage)->sorter, batch);
}

static sl_status transpose_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((transpose_stage *)into)->sorter, &((transpose_stage *)from)->sorter);
}

static sl_status transpose_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((transpose_stage *)stage)->sorter);
}

static sl_status transpose_keep(void *context, sl_batch *batch)
{
    transpose_stage *s = context;
    sl_status status = sl_rows_add(&s->rows, batch);
    if (status != SL_LIMIT) return status;
    return sl_stage_limit(&s->stage.env, "the rows of a transpose", sl_rows_bytes(&s->rows));
}

/* The value that row `r` has for the store's column `number`. */
static sl_value transpose_value(const transpose_stage *s, size_t r, uint32_t number)
{
    const sl_stored_row *row = s->rows.rows[r];
    return number < row->width ? row->values[number] : sl_missing();
}

/* What the column made of row `r` is called: "row 1", or what its header field says. */
static sl_field transpose_name(transpose_out *out, size_t r)
{
    const transpose_stage *s = out->stage;
    sl_field header = s->stage.op->transpose.header;
    uint32_t number = header == SL_FIELD_NONE ? UINT32_MAX : sl_rows_column(&s->rows, header);
    sl_value value = number == UINT32_MAX ? sl_missing() : transpose_value(s, r, number);
    char scratch[SL_VALUE_TEXT_MAX];
    sl_text name = sl_value_text(value, scratch);
    if (sl_is_missing(value) || name.length == 0)
        name = sl_arena_printf(&out->arena, "row %zu", r + 1);
    return name.data == NULL ? SL_FIELD_NONE : sl_plan_name(s->stage.env.plan, name);
}

/* The columns that become rows, in their order. */
static sl_status transpose_columns(transpose_out *out)
{
    transpose_stage *s = out->stage;
    const sl_op_transpose *how = &s->stage.op->transpose;
    out->columns = SL_ARENA_ARRAY(&out->arena, s->rows.column_count + 1u, sl_column);
    out->names = SL_ARENA_ARRAY(&out->arena, s->rows.count + 1, sl_field);
    if (out->columns == NULL || out->names == NULL) return SL_NOMEM;
    for (uint32_t c = 0; c < s->rows.column_count; c++) {
        if (s->rows.columns[c] == how->header) continue;
        bool some = !how->skip_empty;
        for (size_t r = 0; r < s->rows.count && !some; r++)
            some = !sl_is_missing(transpose_value(s, r, c));
        if (some) out->columns[out->count++].field = s->rows.columns[c];
    }
    if (!sl_layout_order(s->stage.env.plan, s->stage.op, out->columns, out->count, &out->arena))
        return SL_NOMEM;
    for (size_t r = 0; r < s->rows.count; r++) out->names[r] = transpose_name(out, r);
    return SL_OK;
}

/* `count` old columns from `first` on, as rows of `batch`. */
static bool transpose_batch(const transpose_out *out, uint32_t first, uint32_t count,
                            sl_batch *batch)
{
    const transpose_stage *s = out->stage;
    sl_value *names = sl_batch_column_new(batch);
    sl_origin *origins = SL_ARENA_ARRAY(batch->arena, count, sl_origin);
    if (names == NULL || origins == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        sl_field field = out->columns[first + i].field;
        names[i] = sl_string(sl_fields_name(&s->stage.env.plan->fields, field));
        origins[i] = (sl_origin){.time = SL_TIME_NONE, .position = (uint64_t)first + i + 1};
    }
    batch->origins = origins;
    if (!sl_batch_set(batch, s->stage.op->transpose.name, names)) return false;
    for (size_t r = 0; r < s->rows.count; r++) {
        sl_value *values = sl_batch_column_new(batch);
        if (values == NULL) return false;
        for (uint32_t i = 0; i < count; i++)
            values[i] =
                transpose_value(s, r, sl_rows_column(&s->rows, out->columns[first + i].field));
        if (out->names[r] == SL_FIELD_NONE) continue;
        if (!sl_batch_set(batch, out->names[r], values)) return false;
    }
    return true;
}

static sl_status transpose_give(transpose_out *out, sl_emit *emit, void *context)
{
    sl_status status = transpose_columns(out);
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    for (uint32_t first = 0; first < out->count && status == SL_OK;) {
        uint32_t count = out->stage->stage.env.batch_rows;
        if (out->count - first < count) count = out->count - first;
        sl_batch *batch = sl_batch_new(&arena, count);
        bool made = batch != NULL && transpose_batch(out, first, count, batch);
        status = made ? emit(context, batch) : SL_NOMEM;
        first += count;
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

static sl_status transpose_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    transpose_stage *s = (transpose_stage *)stage;
    uint64_t cut;
    sl_status status = sl_sorter_settle(&s->sorter, &cut);
    if (cut > 0 && stage->op->transpose.rows == 0)
        sl_fault_add(stage->env.context->faults, SL_FAULT_RESULT_LIMIT,
                     stage->env.context->query_name, UINT64_MAX,
                     "'transpose' makes %d columns, %llu more rows were left out",
                     TRANSPOSE_ROWS_MAX, (unsigned long long)cut);
    if (status == SL_OK) status = sl_sorter_finish(&s->sorter, transpose_keep, s);
    if (status != SL_OK) return status;
    transpose_out out = {.stage = s};
    sl_arena_init(&out.arena, /* bytes_max= */ 0);
    status = transpose_give(&out, emit, context);
    sl_arena_fini(&out.arena);
    return status;
}

static void transpose_free(sl_stage *stage)
{
    transpose_stage *s = (transpose_stage *)stage;
    sl_sorter_fini(&s->sorter);
    sl_rows_fini(&s->rows);
    free(s);
}

sl_stage *sl_stage_transpose_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {transpose_push, transpose_merge, transpose_finish,
                                       transpose_free, transpose_spill};
    transpose_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->sorter, &order, env);
    s->sorter.numbering = SL_NUMBER_ROWS;
    uint64_t rows = op->transpose.rows;
    s->sorter.limit = rows == 0 || rows > TRANSPOSE_ROWS_MAX ? TRANSPOSE_ROWS_MAX : rows;
    sl_rows_init(&s->rows, env->bytes_max);
    return &s->stage;
}
