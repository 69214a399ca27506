/* stage_unique.c - one row for each identity: the copy that comes first by input and offset.
 *
 * CloudTrail delivers some events twice, in different files; two trails into one bucket deliver all
 * of them twice. A hash of identities points at the stored row; an earlier copy takes the place of
 * a later one, so it does not matter which worker saw which first.
 *
 * Over the budget, the rows go to the temporary file in parts by identity, and the table begins
 * anew; at the end each part is made unique by itself. */
#include "exec/parts.h"
#include "exec/sorter.h"
#include "exec/stage.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

enum { UNIQUE_CHECK_BYTES = 32 * 1024 };

typedef struct unique_stage {
    sl_stage stage;
    sl_rows rows; /* row n is the kept copy of identity n of `seen` */
    sl_map seen;
    sl_buffer key, record;
    sl_charge charge;
    sl_parts parts;
    uint32_t level;   /* of the parts that the table is written to */
    sl_arena scratch; /* of a row that is read */
    sl_sorter out;    /* rows that are unique */
} unique_stage;

static bool unique_before(const sl_origin *a, const sl_origin *b)
{
    return a->input != b->input ? a->input < b->input : a->offset < b->offset;
}

static size_t unique_bytes(const unique_stage *s)
{
    const sl_map *seen = &s->seen;
    return sl_rows_bytes(&s->rows) + seen->names.bytes_used
        + seen->count * (sizeof *seen->keys + sizeof *seen->hashes)
        + seen->slot_count * sizeof *seen->slots;
}

static void unique_clear(unique_stage *s)
{
    sl_rows_clear(&s->rows);
    sl_map_fini(&s->seen);
    sl_map_init(&s->seen);
    (void)sl_charge_set(&s->charge, unique_bytes(s));
}

static sl_status unique_write(void *stage, uint32_t number, sl_spill *spill)
{
    unique_stage *s = stage;
    sl_buffer_clear(&s->record);
    sl_rows_save(&s->rows, s->rows.rows[number], &s->record);
    return s->record.failed ? SL_NOMEM : sl_spill_add(spill, sl_buffer_text(&s->record));
}

/* Writes the rows in memory to `parts` and forgets them. */
static sl_status unique_empty(unique_stage *s, sl_parts *parts)
{
    sl_status status = sl_parts_add(parts, s->stage.env.spill, s->seen.hashes,
                                    (uint32_t)s->rows.count, s->level, unique_write, s);
    unique_clear(s);
    sl_budget_trim();
    return status;
}

static sl_status unique_spill(sl_stage *stage)
{
    unique_stage *s = (unique_stage *)stage;
    return unique_empty(s, &s->parts);
}

/* True when enough has come since the last time, and the table has to give way. */
static bool unique_is_over(unique_stage *s)
{
    size_t bytes = unique_bytes(s);
    return bytes >= s->charge.bytes + UNIQUE_CHECK_BYTES && sl_charge_set(&s->charge, bytes);
}

/* The number of the identity, and whether it is new. SL_MAP_NONE when memory ends. */
static uint32_t unique_number(unique_stage *s, sl_value identity, bool *out_new)
{
    sl_buffer_clear(&s->key);
    sl_value_encode(&s->key, identity);
    if (s->key.failed) return SL_MAP_NONE;
    uint32_t before = s->seen.count;
    uint32_t number = sl_map_add(&s->seen, sl_buffer_text(&s->key));
    *out_new = s->seen.count > before;
    return number;
}

/* The row just appended becomes the kept copy of `number`, or goes. */
static void unique_settle(unique_stage *s, uint32_t number, bool is_new)
{
    if (is_new) return; /* appended at `number` already */
    sl_stored_row *copy = s->rows.rows[--s->rows.count];
    sl_stored_row **kept = &s->rows.rows[number];
    if (unique_before(&copy->origin, &(*kept)->origin)) *kept = copy;
}

static sl_status unique_add(unique_stage *s, const sl_batch *batch, uint32_t row)
{
    bool is_new;
    uint32_t number = unique_number(s, batch->identities[row], &is_new);
    if (number == SL_MAP_NONE) return SL_NOMEM;
    if (!is_new && !unique_before(&batch->origins[row], &s->rows.rows[number]->origin))
        return SL_OK;
    sl_status status = sl_rows_add_one(&s->rows, batch, row);
    if (status == SL_LIMIT) return sl_stage_limit(&s->stage.env, "a row", sl_rows_bytes(&s->rows));
    if (status != SL_OK) return status;
    unique_settle(s, number, is_new);
    return unique_is_over(s) ? unique_empty(s, &s->parts) : SL_OK;
}

static sl_status unique_push(sl_stage *stage, sl_batch *batch)
{
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < batch->selected && status == SL_OK; i++)
        status = unique_add((unique_stage *)stage, batch, batch->rows[i]);
    return status;
}

/* Takes a copy of `row`, by the columns of `from`. */
static sl_status unique_add_stored(unique_stage *s, const sl_rows *from, sl_stored_row *row)
{
    bool is_new;
    uint32_t number = unique_number(s, row->identity, &is_new);
    if (number == SL_MAP_NONE) return SL_NOMEM;
    sl_status status = sl_rows_add_stored(&s->rows, from, &row, 1);
    if (status == SL_LIMIT) return sl_stage_limit(&s->stage.env, "a row", sl_rows_bytes(&s->rows));
    if (status == SL_OK) unique_settle(s, number, is_new);
    return status;
}

static sl_status unique_merge(sl_stage *into, sl_stage *from)
{
    unique_stage *a = (unique_stage *)into, *b = (unique_stage *)from;
    sl_status status = sl_rows_add_columns(&a->rows, &b->rows);
    if (status == SL_OK && (b->parts.count > 0 || sl_budget_is_tight(a->stage.env.budget)))
        status = unique_spill(from);
    for (size_t i = 0; i < b->rows.count && status == SL_OK; i++) {
        status = unique_add_stored(a, &b->rows, b->rows.rows[i]);
        if (status == SL_OK && unique_is_over(a)) status = unique_empty(a, &a->parts);
    }
    return status == SL_OK ? sl_parts_take(&a->parts, &b->parts) : status;
}

/* A part on its way back into memory; what is too much goes to parts of its own. */
typedef struct unique_part {
    unique_stage *stage;
    sl_parts deeper;
} unique_part;

static sl_status unique_read(void *context, sl_text record)
{
    unique_part *part = context;
    unique_stage *s = part->stage;
    sl_arena_reset(&s->scratch);
    sl_stored_row *row = sl_rows_load(&s->rows, record, &s->scratch);
    if (row == NULL) return s->scratch.failed ? SL_NOMEM : SL_CORRUPT;
    sl_status status = unique_add_stored(s, &s->rows, row);
    if (status != SL_OK || !unique_is_over(s)) return status;
    /* Rows that are unique already give way first, if they are the more. */
    if (sl_sorter_bytes(&s->out) > s->charge.bytes) return sl_sorter_spill(&s->out);
    bool can_split = s->rows.count > 1 && s->level < SL_PARTS_LEVELS;
    return can_split ? unique_empty(s, &part->deeper) : SL_OK;
}

/* Hands the rows in memory to the sorter. */
static sl_status unique_give(unique_stage *s)
{
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_status status = SL_OK;
    size_t step = s->stage.env.batch_rows;
    for (size_t i = 0; i < s->rows.count && status == SL_OK; i += step) {
        size_t count = s->rows.count - i < step ? s->rows.count - i : step;
        sl_batch *batch = sl_rows_batch(&s->rows, s->rows.rows + i, (uint32_t)count, &arena);
        status = batch == NULL ? SL_NOMEM : sl_sorter_add(&s->out, batch);
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
    return status;
}

/* Makes each part unique; the table is empty before and after. */
static sl_status unique_finish_parts(unique_stage *s, const sl_parts *parts, uint32_t level)
{
    sl_status status = SL_OK;
    for (uint32_t p = 0; p < SL_PARTS && status == SL_OK; p++) {
        unique_part part = {.stage = s};
        s->level = level + 1;
        status = sl_parts_each(parts, p, unique_read, &part);
        if (status == SL_OK && part.deeper.count == 0) status = unique_give(s);
        else if (status == SL_OK) status = unique_empty(s, &part.deeper);
        unique_clear(s);
        if (status == SL_OK && part.deeper.count > 0)
            status = unique_finish_parts(s, &part.deeper, level + 1);
        sl_parts_fini(&part.deeper);
    }
    return status;
}

static int unique_compare(const void *left, const void *right)
{
    const sl_stored_row *const *a = left, *const *b = right;
    return unique_before(&(*a)->origin, &(*b)->origin) ? -1 : 1;
}

static sl_status unique_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    unique_stage *s = (unique_stage *)stage;
    if (s->parts.count == 0) {
        if (s->rows.count > 1)
            qsort(s->rows.rows, s->rows.count, sizeof(sl_stored_row *), unique_compare);
        return sl_stage_emit_rows(stage, &s->rows, emit, context);
    }
    sl_status status = unique_empty(s, &s->parts);
    if (status == SL_OK) status = sl_rows_add_columns(&s->out.rows, &s->rows);
    if (status == SL_OK) status = unique_finish_parts(s, &s->parts, /* level= */ 0);
    return status == SL_OK ? sl_sorter_finish(&s->out, emit, context) : status;
}

static void unique_free(sl_stage *stage)
{
    unique_stage *s = (unique_stage *)stage;
    (void)sl_charge_set(&s->charge, 0);
    sl_rows_fini(&s->rows);
    sl_map_fini(&s->seen);
    sl_buffer_fini(&s->key);
    sl_buffer_fini(&s->record);
    sl_parts_fini(&s->parts);
    sl_arena_fini(&s->scratch);
    sl_sorter_fini(&s->out);
    free(s);
}

sl_stage *sl_stage_unique_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {unique_push, unique_merge, unique_finish, unique_free,
                                       unique_spill};
    unique_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    s->charge.budget = env->budget;
    sl_rows_init(&s->rows, env->budget->bytes_max / 2 * 3);
    sl_map_init(&s->seen);
    sl_buffer_init(&s->key);
    sl_buffer_init(&s->record);
    sl_arena_init(&s->scratch, /* bytes_max= */ 0);
    sl_order order = {.arrival = env->plan->arrival, .place_first = true};
    sl_sorter_init(&s->out, &order, env);
    return &s->stage;
}
