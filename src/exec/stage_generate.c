/* stage_generate.c - rows out of nothing: makeresults, inputlookup.
 *
 * The table's cells are laid out as batches where they stand; nothing is stored. With `append` the
 * rows that come go first. */
#include "exec/sorter.h"

#include <stdlib.h>

#include "base/memory.h"
#include "plan/lookup.h"

typedef struct generate_stage {
    sl_stage stage;
    sl_sorter rows; /* those that came */
    uint64_t given;
} generate_stage;

/* Rows on their way out. */
typedef struct generate_out {
    generate_stage *stage;
    sl_emit *emit;
    void *context;
} generate_out;

static sl_status generate_push(sl_stage *stage, sl_batch *batch)
{
    if (!stage->op->generate.append) return SL_OK;
    return sl_sorter_add(&((generate_stage *)stage)->rows, batch);
}

static sl_status generate_merge(sl_stage *into, sl_stage *from)
{
    return sl_sorter_merge(&((generate_stage *)into)->rows, &((generate_stage *)from)->rows);
}

static sl_status generate_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((generate_stage *)stage)->rows);
}

/* A row that came. */
static sl_status generate_pass(void *context, sl_batch *batch)
{
    const generate_out *out = context;
    out->stage->given += batch->selected;
    return out->emit(out->context, batch);
}

static bool generate_about(const generate_stage *s, sl_time time, sl_batch *batch)
{
    sl_origin *origins = SL_ARENA_ARRAY(batch->arena, batch->row_count, sl_origin);
    if (origins == NULL) return false;
    for (uint32_t r = 0; r < batch->row_count; r++)
        origins[r] = (sl_origin){.time = time, .position = s->given + r + 1};
    batch->origins = origins;
    return true;
}

/* Row `first` of the table and those that follow it, as many as the batch has. */
static bool generate_table(const generate_stage *s, uint64_t first, sl_batch *batch)
{
    const sl_lookup *table = s->stage.op->generate.table;
    for (uint32_t c = 0; c < table->column_count; c++) {
        sl_field field = sl_plan_name(s->stage.env.plan, table->columns[c]);
        if (field == SL_FIELD_NONE) continue;
        sl_value *values = sl_batch_column_new(batch);
        if (values == NULL) return false;
        for (uint32_t r = 0; r < batch->row_count; r++)
            values[r] = table->cells[(size_t)(first + r) * table->column_count + c];
        if (!sl_batch_set(batch, field, values)) return false;
    }
    return generate_about(s, SL_TIME_NONE, batch);
}

/* Rows that have the time of the run, in whole seconds, and nothing else. */
static bool generate_times(const generate_stage *s, sl_batch *batch)
{
    sl_time now = s->stage.env.context->now;
    now -= now % SL_SECOND;
    sl_field field = sl_plan_name(s->stage.env.plan, SL_TEXT("_time"));
    sl_value *values = sl_batch_column_new(batch);
    if (values == NULL || field == SL_FIELD_NONE) return false;
    for (uint32_t r = 0; r < batch->row_count; r++) values[r] = sl_moment(now);
    return sl_batch_set(batch, field, values) && generate_about(s, now, batch);
}

static sl_status generate_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    generate_stage *s = (generate_stage *)stage;
    const sl_op_generate *generate = &stage->op->generate;
    generate_out out = {s, emit, context};
    sl_status status = sl_sorter_finish(&s->rows, generate_pass, &out);
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    uint64_t count = generate->table == NULL ? generate->count : generate->table->row_count;
    for (uint64_t first = 0; first < count && status == SL_OK;) {
        uint32_t rows = stage->env.batch_rows;
        if (count - first < rows) rows = (uint32_t)(count - first);
        sl_batch *batch = sl_batch_new(&arena, rows);
        bool made = batch != NULL
            && (generate->table == NULL ? generate_times(s, batch)
                                        : generate_table(s, first, batch));
        status = made ? emit(context, batch) : SL_NOMEM;
        first += rows;
        s->given += rows;
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

static void generate_free(sl_stage *stage)
{
    sl_sorter_fini(&((generate_stage *)stage)->rows);
    free(stage);
}

sl_stage *sl_stage_generate_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {generate_push, generate_merge, generate_finish,
                                       generate_free, generate_spill};
    generate_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->rows, &order, env);
    s->rows.numbering = SL_NUMBER_ROWS;
    return &s->stage;
}
