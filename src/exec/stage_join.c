/* stage_join.c - rows of another search with the same keys, side by side.
 *
 * The other search is a plan of the same scan and is finished first. Its rows are hashed by their
 * keys; those with the same keys are a chain in the order in which the search gave them, so that
 * "the first match" means what it says. */
#include "exec/sorter.h"
#include "exec/stage.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

#define JOIN_NONE UINT32_MAX

typedef struct join_stage {
    sl_stage stage;
    sl_sorter sorter;
    sl_field *fields; /* that left rows have, when the keys are to be chosen among them */
    uint32_t field_count, field_capacity;
} join_stage;

/* A result row: a left row, and a right one or JOIN_NONE. */
typedef struct join_pair {
    uint32_t left, right;
} join_pair;

typedef struct join_run {
    const join_stage *s;
    const sl_rows *right;
    const sl_field *keys;
    uint32_t key_count;
    sl_arena arena; /* of the run */
    sl_arena given; /* of the batch being given */
    sl_map map;
    uint32_t *first, *last; /* by key number: rows of the right side */
    uint32_t *next;         /* by right row */
    const sl_batch *left;   /* the batch at hand */
    join_pair *pairs;       /* waiting to be given out */
    uint32_t pair_count;
    uint64_t position;
    sl_buffer key;
    sl_emit *emit;
    void *context;
} join_run;

static sl_status join_note_field(join_stage *s, sl_field field)
{
    for (uint32_t i = 0; i < s->field_count; i++)
        if (s->fields[i] == field) return SL_OK;
    if (s->field_count == s->field_capacity) {
        uint32_t capacity = s->field_capacity * 2 + 16;
        sl_field *fields = sl_realloc(s->fields, capacity * sizeof *fields);
        if (fields == NULL) return SL_NOMEM;
        s->fields = fields;
        s->field_capacity = capacity;
    }
    s->fields[s->field_count++] = field;
    return SL_OK;
}

static sl_status join_push(sl_stage *stage, sl_batch *batch)
{
    join_stage *s = (join_stage *)stage;
    sl_status status = SL_OK;
    bool choose = stage->op->join.key_count == 0;
    for (uint32_t c = 0; choose && c < batch->column_count && status == SL_OK; c++)
        status = join_note_field(s, batch->columns[c].field);
    return status == SL_OK ? sl_sorter_add(&s->sorter, batch) : status;
}

static sl_status join_merge(sl_stage *into, sl_stage *from)
{
    join_stage *a = (join_stage *)into, *b = (join_stage *)from;
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < b->field_count && status == SL_OK; i++)
        status = join_note_field(a, b->fields[i]);
    return status == SL_OK ? sl_sorter_merge(&a->sorter, &b->sorter) : status;
}

static sl_status join_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((join_stage *)stage)->sorter);
}

static uint32_t join_column(const sl_rows *rows, sl_field field)
{
    uint32_t column = 0;
    while (column < rows->column_count && rows->columns[column] != field) column++;
    return column;
}

static sl_value join_value(const sl_stored_row *row, uint32_t column)
{
    return column < row->width ? row->values[column] : sl_missing();
}

/* One key more of a row. False when it is missing: such a row has no match. */
static bool join_add_key(join_run *run, sl_value value)
{
    if (value.kind == SL_MISSING || value.kind == SL_NULL) return false;
    sl_value_encode(&run->key, value);
    return true;
}

static bool join_key_right(join_run *run, const sl_stored_row *row)
{
    sl_buffer_clear(&run->key);
    for (uint32_t k = 0; k < run->key_count; k++)
        if (!join_add_key(run, join_value(row, join_column(run->right, run->keys[k]))))
            return false;
    return run->key_count > 0;
}

static bool join_key_left(join_run *run, uint32_t row)
{
    sl_buffer_clear(&run->key);
    for (uint32_t k = 0; k < run->key_count; k++) {
        const sl_value *values = sl_batch_find(run->left, run->keys[k]);
        if (values == NULL || !join_add_key(run, values[row])) return false;
    }
    return run->key_count > 0;
}

/* Without keys of its own the join is over the fields that both sides have, but for those that
 * are about the event itself. */
static sl_status join_choose_keys(join_run *run)
{
    const join_stage *s = run->s;
    const sl_op_join *how = &s->stage.op->join;
    run->keys = how->keys;
    run->key_count = how->key_count;
    if (how->key_count > 0) return SL_OK;
    sl_field *keys = SL_ARENA_ARRAY(&run->arena, s->field_count, sl_field);
    if (keys == NULL) return SL_NOMEM;
    for (uint32_t f = 0; f < s->field_count; f++) {
        sl_text name = sl_fields_name(&s->stage.env.plan->fields, s->fields[f]);
        if (name.length > 0 && name.data[0] == '_') continue;
        if (join_column(run->right, s->fields[f]) == run->right->column_count) continue;
        keys[run->key_count++] = s->fields[f];
    }
    run->keys = keys;
    return SL_OK;
}

static sl_status join_hash(join_run *run)
{
    size_t count = run->right->count;
    if (count >= JOIN_NONE) return SL_LIMIT;
    run->first = SL_ARENA_ARRAY(&run->arena, count, uint32_t);
    run->last = SL_ARENA_ARRAY(&run->arena, count, uint32_t);
    run->next = SL_ARENA_ARRAY(&run->arena, count, uint32_t);
    run->pairs = SL_ARENA_ARRAY(&run->arena, run->s->stage.env.batch_rows, join_pair);
    if (run->first == NULL || run->last == NULL || run->next == NULL || run->pairs == NULL)
        return SL_NOMEM;
    for (uint32_t r = 0; r < count; r++) {
        run->next[r] = JOIN_NONE;
        if (!join_key_right(run, run->right->rows[r])) continue;
        uint32_t before = run->map.count;
        uint32_t number =
            run->key.failed ? SL_MAP_NONE : sl_map_add(&run->map, sl_buffer_text(&run->key));
        if (number == SL_MAP_NONE) return SL_NOMEM;
        if (number == before) {
            run->first[number] = r;
        } else {
            run->next[run->last[number]] = r;
        }
        run->last[number] = r;
    }
    return SL_OK;
}

/* What the right side has in `column`, laid over `values`. */
static void join_overlay(const join_run *run, uint32_t column, sl_value *values)
{
    bool keep_old = run->s->stage.op->join.keep_old;
    for (uint32_t i = 0; i < run->pair_count; i++) {
        if (run->pairs[i].right == JOIN_NONE) continue;
        sl_value value = join_value(run->right->rows[run->pairs[i].right], column);
        if (value.kind == SL_MISSING || (keep_old && values[i].kind != SL_MISSING)) continue;
        values[i] = value;
    }
}

static bool join_left_column(join_run *run, uint32_t column, sl_batch *batch)
{
    const sl_column *left = &run->left->columns[column];
    sl_value *values = sl_batch_column_new(batch);
    if (values == NULL) return false;
    for (uint32_t i = 0; i < run->pair_count; i++) values[i] = left->values[run->pairs[i].left];
    uint32_t right = join_column(run->right, left->field);
    if (right < run->right->column_count) join_overlay(run, right, values);
    return sl_batch_set(batch, left->field, values);
}

static bool join_right_column(join_run *run, uint32_t column, sl_batch *batch)
{
    sl_field field = run->right->columns[column];
    if (sl_batch_find(batch, field) != NULL) return true;
    sl_value *values = sl_batch_column_new(batch);
    if (values == NULL) return false;
    join_overlay(run, column, values);
    return sl_batch_set(batch, field, values);
}

static sl_batch *join_batch(join_run *run)
{
    sl_arena *arena = &run->given;
    sl_batch *batch = sl_batch_new(arena, run->pair_count);
    sl_origin *origins = SL_ARENA_ARRAY(arena, run->pair_count, sl_origin);
    if (batch == NULL || origins == NULL) return NULL;
    for (uint32_t i = 0; i < run->pair_count; i++) {
        origins[i] = run->left->origins[run->pairs[i].left];
        origins[i].position = ++run->position;
    }
    batch->origins = origins;
    for (uint32_t c = 0; c < run->left->column_count; c++)
        if (!join_left_column(run, c, batch)) return NULL;
    for (uint32_t c = 0; c < run->right->column_count; c++)
        if (!join_right_column(run, c, batch)) return NULL;
    return batch;
}

static sl_status join_flush(join_run *run)
{
    if (run->pair_count == 0) return SL_OK;
    sl_batch *batch = join_batch(run);
    run->pair_count = 0;
    sl_status status = batch == NULL ? SL_NOMEM : run->emit(run->context, batch);
    sl_arena_reset(&run->given);
    return status;
}

static sl_status join_add(join_run *run, uint32_t left, uint32_t right)
{
    run->pairs[run->pair_count++] = (join_pair){left, right};
    return run->pair_count == run->s->stage.env.batch_rows ? join_flush(run) : SL_OK;
}

static sl_status join_row(join_run *run, uint32_t left)
{
    const sl_op_join *how = &run->s->stage.op->join;
    uint32_t number = SL_MAP_NONE;
    if (join_key_left(run, left) && !run->key.failed)
        number = sl_map_find(&run->map, sl_buffer_text(&run->key));
    if (run->key.failed) return SL_NOMEM;
    if (number == SL_MAP_NONE) return how->left ? join_add(run, left, JOIN_NONE) : SL_OK;
    sl_status status = SL_OK;
    uint64_t matches = 0;
    for (uint32_t r = run->first[number]; r != JOIN_NONE && status == SL_OK; r = run->next[r]) {
        if (how->matches != 0 && matches++ == how->matches) break;
        status = join_add(run, left, r);
    }
    return status;
}

/* The left rows in their order: an sl_emit. */
static sl_status join_take(void *context, sl_batch *batch)
{
    join_run *run = context;
    sl_status status = SL_OK;
    run->left = batch;
    for (uint32_t i = 0; i < batch->selected && status == SL_OK; i++)
        status = join_row(run, batch->rows[i]);
    return status == SL_OK ? join_flush(run) : status;
}

static sl_status join_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    join_stage *s = (join_stage *)stage;
    join_run run = {.s = s,
                    .emit = emit,
                    .context = context,
                    .right = sl_sub_rows(&stage->env, stage->op->join.plan)};
    uint64_t cut;
    sl_arena_init(&run.arena, /* bytes_max= */ 0);
    sl_arena_init(&run.given, /* bytes_max= */ 0);
    sl_map_init(&run.map);
    sl_buffer_init(&run.key);
    sl_status status = join_choose_keys(&run);
    if (status == SL_OK) status = join_hash(&run);
    if (status == SL_OK) status = sl_sorter_settle(&s->sorter, &cut);
    if (status == SL_OK) status = sl_sorter_finish(&s->sorter, join_take, &run);
    sl_buffer_fini(&run.key);
    sl_map_fini(&run.map);
    sl_arena_fini(&run.given);
    sl_arena_fini(&run.arena);
    return status;
}

static void join_free(sl_stage *stage)
{
    join_stage *s = (join_stage *)stage;
    sl_sorter_fini(&s->sorter);
    free(s->fields);
    free(s);
}

sl_stage *sl_stage_join_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {.push = join_push,
                                       .merge = join_merge,
                                       .finish = join_finish,
                                       .free = join_free,
                                       .spill = join_spill};
    join_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->sorter, &order, env);
    s->sorter.numbering = SL_NUMBER_ROWS;
    return &s->stage;
}
