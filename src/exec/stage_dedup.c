/* stage_dedup.c - the first rows of each set of keys.
 *
 * A table holds the best rows so far of each set of keys, so that memory grows with the keys and
 * not with the rows. Over the budget its rows go to a sorter and it begins anew: what was kept is
 * more than enough, never too little. At the end all rows that were kept come out of the sorter in
 * order, and are counted once more. Where every row matters (neighbours are compared, or repeated
 * rows stay without their keys) the table is passed by. */
#include "exec/keyed.h"
#include "exec/sorter.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    DEDUP_KEEP_MAX = 64, /* rows of one set of keys that the table holds; beyond it, all go on */
    DEDUP_CHECK_BYTES = 32 * 1024,
    DEDUP_WASTE_BYTES = 1 << 20
};

/* Rows of one set of keys. */
typedef struct dedup_group {
    uint32_t *rows; /* in the table's store */
    uint32_t count;
} dedup_group;

typedef struct dedup_stage {
    sl_stage stage;
    sl_keyed_op how;
    sl_sorter sorter;
    bool direct;       /* past the table */
    sl_rows rows;      /* of the table; row numbers stay */
    size_t live_bytes; /* of the store when it last held nothing else */
    sl_map numbers;
    dedup_group *groups;
    uint32_t group_capacity;
    sl_arena lists; /* the groups' rows */
    sl_charge charge;
    sl_value *keys;
    sl_buffer key;
    /* while rows come out: */
    sl_map seen;
    uint64_t *counts;
    uint32_t count_capacity;
    sl_buffer last_key;
    uint64_t run; /* rows with last_key so far */
} dedup_stage;

/* Rows on their way out. */
typedef struct dedup_out {
    dedup_stage *stage;
    sl_emit *emit;
    void *context;
} dedup_out;

static size_t dedup_bytes(const dedup_stage *s)
{
    const sl_map *map = &s->numbers;
    return sl_rows_bytes(&s->rows) + s->lists.bytes_used + map->names.bytes_used
        + map->count * (sizeof *map->keys + sizeof *map->hashes + sizeof *s->groups)
        + map->slot_count * sizeof *map->slots;
}

static bool dedup_encode(dedup_stage *s)
{
    sl_buffer_clear(&s->key);
    for (uint32_t k = 0; k < s->how.key_count; k++) sl_value_encode(&s->key, s->keys[k]);
    return !s->key.failed;
}

static int dedup_compare_columns(const void *a, const void *b)
{
    sl_field left = ((const sl_column *)a)->field, right = ((const sl_column *)b)->field;
    return (left > right) - (left < right);
}

/* The batch's columns by field number: rows that are the same may hold them in another order. NULL
 * when memory ends. */
static const sl_column *dedup_columns(const sl_batch *batch)
{
    sl_column *columns = SL_ARENA_ARRAY(batch->arena, batch->column_count + 1u, sl_column);
    if (columns == NULL) return NULL;
    if (batch->column_count > 0)
        memcpy(columns, batch->columns, batch->column_count * sizeof *columns);
    qsort(columns, batch->column_count, sizeof *columns, dedup_compare_columns);
    return columns;
}

/* All that a row holds, as the key. */
static bool dedup_encode_row(dedup_stage *s, const sl_column *columns, uint32_t count, uint32_t row)
{
    sl_buffer_clear(&s->key);
    for (uint32_t c = 0; c < count; c++) {
        if (sl_is_missing(columns[c].values[row])) continue;
        sl_value_encode(&s->key, sl_integer((int64_t)columns[c].field));
        sl_value_encode(&s->key, columns[c].values[row]);
    }
    return !s->key.failed;
}

static sl_status dedup_take(void *context, sl_batch *batch)
{
    return sl_sorter_add(&((dedup_stage *)context)->sorter, batch);
}

/* Hands the table's rows to the sorter and forgets them. */
static sl_status dedup_empty(dedup_stage *s)
{
    sl_status status = sl_stage_emit_rows(&s->stage, &s->rows, dedup_take, s);
    sl_rows_clear(&s->rows);
    sl_map_fini(&s->numbers);
    sl_map_init(&s->numbers);
    sl_arena_reset(&s->lists);
    s->live_bytes = 0;
    (void)sl_charge_set(&s->charge, dedup_bytes(s));
    return status;
}

/* Rows that were replaced still take room: the others move to a store of their own. */
static sl_status dedup_compact(dedup_stage *s)
{
    sl_rows rows;
    sl_rows_init(&rows, s->stage.env.budget->bytes_max);
    sl_status status = sl_rows_add_columns(&rows, &s->rows);
    if (status == SL_OK) status = sl_rows_add_stored(&rows, &s->rows, s->rows.rows, s->rows.count);
    if (status != SL_OK) {
        sl_rows_fini(&rows);
        return status == SL_LIMIT ? dedup_empty(s) : status;
    }
    sl_rows_fini(&s->rows);
    s->rows = rows;
    s->live_bytes = sl_rows_bytes(&rows);
    return SL_OK;
}

static sl_status dedup_check(dedup_stage *s)
{
    if (sl_rows_bytes(&s->rows) > 2 * s->live_bytes + DEDUP_WASTE_BYTES) {
        sl_status status = dedup_compact(s);
        if (status != SL_OK) return status;
    }
    size_t bytes = dedup_bytes(s);
    if (bytes < s->charge.bytes + DEDUP_CHECK_BYTES || !sl_charge_set(&s->charge, bytes))
        return SL_OK;
    return dedup_empty(s);
}

/* The group of s->key. NULL when memory ends. */
static dedup_group *dedup_at(dedup_stage *s)
{
    if (s->numbers.count == s->group_capacity) {
        uint32_t capacity = s->group_capacity == 0 ? 64 : s->group_capacity * 2;
        dedup_group *groups = sl_realloc(s->groups, capacity * sizeof *groups);
        if (groups == NULL) return NULL;
        s->groups = groups;
        s->group_capacity = capacity;
    }
    uint32_t before = s->numbers.count;
    uint32_t number = sl_map_add(&s->numbers, sl_buffer_text(&s->key));
    if (number == SL_MAP_NONE) return NULL;
    dedup_group *group = &s->groups[number];
    if (number < before) return group;
    *group = (dedup_group){.count = 0};
    group->rows = SL_ARENA_ARRAY(&s->lists, s->stage.op->dedup.keep, uint32_t);
    return group->rows == NULL ? NULL : group;
}

static const sl_origin *dedup_origin(const dedup_stage *s, uint32_t row)
{
    return &s->rows.rows[row]->origin;
}

/* Where in the group the row that comes last stands. */
static uint32_t dedup_last(const dedup_stage *s, const dedup_group *group)
{
    sl_arrival arrival = s->stage.env.plan->arrival;
    uint32_t last = 0;
    for (uint32_t i = 1; i < group->count; i++)
        if (sl_origin_compare(dedup_origin(s, group->rows[i]), dedup_origin(s, group->rows[last]),
                              arrival)
            > 0)
            last = i;
    return last;
}

/* Puts the row into the table when it is among the first of its keys. */
static sl_status dedup_offer(dedup_stage *s, const sl_batch *batch, uint32_t row)
{
    dedup_group *group = dedup_encode(s) ? dedup_at(s) : NULL;
    if (group == NULL) return SL_NOMEM;
    uint32_t place = group->count;
    if (group->count == s->stage.op->dedup.keep) {
        place = dedup_last(s, group);
        if (sl_origin_compare(&batch->origins[row], dedup_origin(s, group->rows[place]),
                              s->stage.env.plan->arrival)
            > 0)
            return SL_OK;
    }
    sl_status status = sl_rows_add_one(&s->rows, batch, row);
    if (status == SL_LIMIT) return sl_stage_limit(&s->stage.env, "a row", sl_rows_bytes(&s->rows));
    if (status != SL_OK) return status;
    if (place < group->count) {
        sl_stored_row *stored = s->rows.rows[--s->rows.count];
        s->rows.rows[group->rows[place]] = stored;
    } else {
        group->rows[group->count++] = (uint32_t)(s->rows.count - 1);
    }
    return dedup_check(s);
}

/* Rows that go past the table, as a batch. */
static sl_status dedup_pass(dedup_stage *s, const sl_batch *batch, const uint32_t *rows,
                            uint32_t count)
{
    sl_batch some = *batch;
    some.rows = rows;
    some.selected = count;
    return count == 0 ? SL_OK : sl_sorter_add(&s->sorter, &some);
}

static sl_status dedup_push(sl_stage *stage, sl_batch *batch)
{
    dedup_stage *s = (dedup_stage *)stage;
    sl_keyed in;
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    if (rows == NULL || !sl_keyed_read(&s->how, batch, stage->env.context, &in)) return SL_NOMEM;
    uint32_t count = 0;
    for (uint32_t r = 0; r < batch->selected; r++) {
        uint32_t row = batch->rows[r];
        bool keyed = sl_keyed_keys(&in, row, s->keys);
        if (!keyed && !stage->op->dedup.keep_missing) {
            stage->in.unkeyed++;
            continue;
        }
        if (!keyed || s->direct) {
            rows[count++] = row;
            continue;
        }
        sl_status status = dedup_offer(s, batch, row);
        if (status != SL_OK) return status;
    }
    return dedup_pass(s, batch, rows, count);
}

static sl_status dedup_push_into(void *context, sl_batch *batch)
{
    return dedup_push(context, batch);
}

static sl_status dedup_merge(sl_stage *into, sl_stage *from)
{
    dedup_stage *a = (dedup_stage *)into, *b = (dedup_stage *)from;
    sl_status status = sl_stage_emit_rows(from, &b->rows, dedup_push_into, a);
    return status == SL_OK ? sl_sorter_merge(&a->sorter, &b->sorter) : status;
}

static sl_status dedup_spill(sl_stage *stage)
{
    dedup_stage *s = (dedup_stage *)stage;
    sl_status status = dedup_empty(s);
    return status == SL_OK ? sl_sorter_spill(&s->sorter) : status;
}

/* How many rows with s->key came before this one. False when memory ends. */
static bool dedup_count(dedup_stage *s, uint64_t *out)
{
    sl_text key = sl_buffer_text(&s->key);
    if (s->stage.op->dedup.consecutive) {
        if (s->run == 0 || !sl_text_equal(key, sl_buffer_text(&s->last_key))) s->run = 0;
        sl_buffer_clear(&s->last_key);
        sl_buffer_add(&s->last_key, key);
        *out = s->run++;
        return !s->last_key.failed;
    }
    if (s->seen.count == s->count_capacity) {
        uint32_t capacity = s->count_capacity == 0 ? 64 : s->count_capacity * 2;
        uint64_t *counts = sl_realloc(s->counts, capacity * sizeof *counts);
        if (counts == NULL) return false;
        s->counts = counts;
        s->count_capacity = capacity;
    }
    uint32_t before = s->seen.count;
    uint32_t number = sl_map_add(&s->seen, key);
    if (number == SL_MAP_NONE) return false;
    if (number == before) s->counts[number] = 0;
    *out = s->counts[number]++;
    return true;
}

/* Takes the keys from rows that repeat them. */
static sl_status dedup_blank(const dedup_stage *s, sl_batch *batch, const bool *repeats)
{
    for (uint32_t k = 0; k < s->how.key_count; k++) {
        const sl_value *old = sl_batch_find(batch, s->how.keys[k]);
        sl_value *values = sl_batch_column_new(batch);
        if (values == NULL) return SL_NOMEM;
        for (uint32_t row = 0; old != NULL && row < batch->row_count; row++)
            if (!repeats[row]) values[row] = old[row];
        if (!sl_batch_set(batch, s->how.keys[k], values)) return SL_NOMEM;
    }
    return SL_OK;
}

static sl_status dedup_emit(void *context, sl_batch *batch)
{
    const dedup_out *out = context;
    dedup_stage *s = out->stage;
    const sl_op_dedup *dedup = &s->stage.op->dedup;
    sl_keyed in;
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    bool *repeats = SL_ARENA_ARRAY(batch->arena, batch->row_count, bool);
    if (rows == NULL || repeats == NULL
        || !sl_keyed_read(&s->how, batch, s->stage.env.context, &in))
        return SL_NOMEM;
    const sl_column *whole = s->how.key_count == 0 ? dedup_columns(batch) : NULL;
    if (s->how.key_count == 0 && whole == NULL) return SL_NOMEM;
    uint32_t kept = 0;
    for (uint32_t r = 0; r < batch->selected; r++) {
        uint32_t row = batch->rows[r];
        uint64_t before = 0; /* rows that lack a key were kept for good */
        if (sl_keyed_keys(&in, row, s->keys)) {
            bool encoded = whole == NULL ? dedup_encode(s)
                                         : dedup_encode_row(s, whole, batch->column_count, row);
            if (!encoded || !dedup_count(s, &before)) return SL_NOMEM;
        }
        repeats[row] = before >= dedup->keep;
        if (!repeats[row] || dedup->keep_rows) rows[kept++] = row;
    }
    if (s->seen.names.bytes_used > s->stage.env.budget->bytes_max)
        return sl_stage_limit(&s->stage.env, "the keys of dedup", s->seen.names.bytes_used);
    batch->rows = rows;
    batch->selected = kept;
    sl_status status = dedup->keep_rows ? dedup_blank(s, batch, repeats) : SL_OK;
    if (status != SL_OK || kept == 0) return status;
    return out->emit(out->context, batch);
}

static sl_status dedup_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    dedup_stage *s = (dedup_stage *)stage;
    dedup_out out = {s, emit, context};
    sl_status status = dedup_empty(s);
    return status == SL_OK ? sl_sorter_finish(&s->sorter, dedup_emit, &out) : status;
}

static void dedup_free(sl_stage *stage)
{
    dedup_stage *s = (dedup_stage *)stage;
    (void)sl_charge_set(&s->charge, 0);
    sl_sorter_fini(&s->sorter);
    sl_rows_fini(&s->rows);
    sl_map_fini(&s->numbers);
    sl_map_fini(&s->seen);
    sl_arena_fini(&s->lists);
    sl_buffer_fini(&s->key);
    sl_buffer_fini(&s->last_key);
    free(s->groups);
    free(s->counts);
    free(s->keys);
    free(s);
}

sl_stage *sl_stage_dedup_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {dedup_push, dedup_merge, dedup_finish, dedup_free,
                                       dedup_spill};
    const sl_op_dedup *dedup = &op->dedup;
    dedup_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    s->how =
        (sl_keyed_op){.keys = dedup->keys, .key_count = dedup->key_count, .time = SL_FIELD_NONE};
    assert(dedup->key_count > 0 || dedup->consecutive);
    s->direct = dedup->consecutive || dedup->keep_rows || dedup->keep > DEDUP_KEEP_MAX;
    s->charge.budget = env->budget;
    sl_rows_init(&s->rows, env->budget->bytes_max);
    sl_map_init(&s->numbers);
    sl_map_init(&s->seen);
    sl_arena_init(&s->lists, /* bytes_max= */ 0);
    sl_buffer_init(&s->key);
    sl_buffer_init(&s->last_key);
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->sorter, &order, env);
    s->sorter.numbering = SL_NUMBER_ROWS;
    s->keys = sl_calloc(dedup->key_count + 1u, sizeof *s->keys);
    if (s->keys != NULL) return &s->stage;
    dedup_free(&s->stage);
    return NULL;
}
