/* stage_unique.c - one row for each identity: the copy that comes first by input and offset.
 *
 * CloudTrail delivers some events twice, in different files; two trails into one bucket deliver all
 * of them twice. A hash of identities points at the stored row; an earlier copy takes the place of
 * a later one, so it does not matter which worker saw which first. */
#include "exec/rows.h"
#include "exec/stage.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

typedef struct unique_stage {
    sl_stage stage;
    sl_rows rows; /* row n is the kept copy of identity n of `seen` */
    sl_map seen;
    sl_buffer key;
} unique_stage;

static bool unique_before(const sl_origin *a, const sl_origin *b)
{
    return a->input != b->input ? a->input < b->input : a->offset < b->offset;
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

static sl_status unique_push(sl_stage *stage, sl_batch *batch)
{
    unique_stage *s = (unique_stage *)stage;
    for (uint32_t i = 0; i < batch->selected; i++) {
        uint32_t row = batch->rows[i];
        bool is_new;
        uint32_t number = unique_number(s, batch->identities[row], &is_new);
        if (number == SL_MAP_NONE) return SL_NOMEM;
        if (!is_new && !unique_before(&batch->origins[row], &s->rows.rows[number]->origin))
            continue;
        sl_status status = sl_rows_add_one(&s->rows, batch, row);
        if (status != SL_OK) return status;
        unique_settle(s, number, is_new);
    }
    return SL_OK;
}

static sl_status unique_merge(sl_stage *into, sl_stage *from)
{
    unique_stage *a = (unique_stage *)into, *b = (unique_stage *)from;
    for (size_t i = 0; i < b->rows.count; i++) {
        bool is_new;
        uint32_t number = unique_number(a, b->rows.rows[i]->identity, &is_new);
        if (number == SL_MAP_NONE) return SL_NOMEM;
        sl_status status = sl_rows_add_stored(&a->rows, &b->rows, &b->rows.rows[i], 1);
        if (status != SL_OK) return status;
        unique_settle(a, number, is_new);
    }
    return SL_OK;
}

static int unique_compare(const void *left, const void *right)
{
    const sl_stored_row *const *a = left, *const *b = right;
    return unique_before(&(*a)->origin, &(*b)->origin) ? -1 : 1;
}

static sl_status unique_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    unique_stage *s = (unique_stage *)stage;
    if (s->rows.count > 1)
        qsort(s->rows.rows, s->rows.count, sizeof(sl_stored_row *), unique_compare);
    return sl_stage_emit_rows(stage, &s->rows, emit, context);
}

static void unique_free(sl_stage *stage)
{
    unique_stage *s = (unique_stage *)stage;
    sl_rows_fini(&s->rows);
    sl_map_fini(&s->seen);
    sl_buffer_fini(&s->key);
    free(s);
}

sl_stage *sl_stage_unique_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {unique_push, unique_merge, unique_finish, unique_free};
    unique_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){&kind, op, *env};
    sl_rows_init(&s->rows, env->bytes_max);
    sl_map_init(&s->seen);
    sl_buffer_init(&s->key);
    return &s->stage;
}
