/* rowwise_lookup.c - the table's rows for each row, and what they give.
 *
 * A list among the keys asks once for each item; the number of combinations of one row is
 * limited. */
#include "exec/rowwise_lookup.h"

#include <stdlib.h>

enum { LOOKUP_COMBINATIONS_MAX = 10000, LOOKUP_MATCHES_MAX = 100000 };

typedef struct lookup_probe {
    const sl_op_lookup *op;
    const sl_lookup_index *index;
    const sl_batch *batch;
    const sl_value **columns; /* by key; NULL: no row has it */
    sl_value *keys;           /* of the row at hand */
    sl_text *texts;
    uint32_t *digits; /* which item of each list */
    char (*scratch)[SL_VALUE_TEXT_MAX];
    sl_lookup_rows found;
} lookup_probe;

static bool probe_init(lookup_probe *p)
{
    sl_arena *arena = p->batch->arena;
    uint32_t count = p->op->key_count;
    p->columns = SL_ARENA_ARRAY(arena, count, const sl_value *);
    p->keys = SL_ARENA_ARRAY(arena, count, sl_value);
    p->texts = SL_ARENA_ARRAY(arena, count, sl_text);
    p->digits = SL_ARENA_ARRAY(arena, count, uint32_t);
    p->scratch = sl_arena_array(arena, count, sizeof *p->scratch);
    p->found.arena = arena;
    if (arena->failed) return false;
    for (uint32_t k = 0; k < count; k++)
        p->columns[k] = sl_batch_find(p->batch, p->op->keys[k].field);
    return true;
}

/* Reads the keys of `row`; false when one is missing. */
static bool probe_read(lookup_probe *p, uint32_t row, bool *out_list)
{
    *out_list = false;
    for (uint32_t k = 0; k < p->op->key_count; k++) {
        if (p->columns[k] == NULL) return false;
        p->keys[k] = p->columns[k][row];
        p->digits[k] = 0;
        if (sl_is_missing(p->keys[k])) return false;
        if (p->keys[k].kind != SL_LIST) continue;
        if (p->keys[k].length == 0) return false;
        *out_list = true;
    }
    return true;
}

/* Counts through the items of the lists like the digits of a number. */
static bool probe_next(lookup_probe *p)
{
    for (uint32_t k = p->op->key_count; k-- > 0;) {
        if (p->keys[k].kind != SL_LIST) continue;
        if (++p->digits[k] < p->keys[k].length) return true;
        p->digits[k] = 0;
    }
    return false;
}

static int probe_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The table's rows that match the keys that were read. */
static bool probe_find(lookup_probe *p, bool list)
{
    uint32_t max = p->op->table->matches_max;
    if (max == 0 || max > LOOKUP_MATCHES_MAX) max = LOOKUP_MATCHES_MAX;
    p->found.count = 0;
    for (uint32_t n = 0; n < LOOKUP_COMBINATIONS_MAX; n++) {
        for (uint32_t k = 0; k < p->op->key_count; k++) {
            sl_value v = p->keys[k];
            if (v.kind == SL_LIST) v = v.items[p->digits[k]];
            p->texts[k] = sl_value_text(v, p->scratch[k]);
        }
        if (!sl_lookup_index_find(p->index, p->texts, max, &p->found)) return false;
        if (!list || p->found.count > LOOKUP_MATCHES_MAX || !probe_next(p)) break;
    }
    if (!list || p->found.count < 2) return true;
    qsort(p->found.rows, p->found.count, sizeof *p->found.rows, probe_compare);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < p->found.count; i++)
        if (p->found.rows[i] != p->found.rows[kept - 1]) p->found.rows[kept++] = p->found.rows[i];
    p->found.count = kept < max ? kept : max;
    return true;
}

/* What the rows that were found have in `column`. */
static sl_value probe_value(const lookup_probe *p, uint32_t column)
{
    const sl_lookup *table = p->op->table;
    const sl_value *cells = table->cells + column;
    if (p->found.count == 1) return cells[(size_t)p->found.rows[0] * table->column_count];
    sl_value *items = SL_ARENA_ARRAY(p->batch->arena, p->found.count, sl_value);
    uint32_t count = 0;
    for (uint32_t i = 0; items != NULL && i < p->found.count; i++) {
        sl_value v = cells[(size_t)p->found.rows[i] * table->column_count];
        if (!sl_is_missing(v)) items[count++] = v;
    }
    if (count == 0) return sl_missing();
    return count == 1 ? items[0] : sl_list(items, count);
}

/* Sets the outputs of `row`; `keyed`: it has all keys. */
static void probe_put(const lookup_probe *p, uint32_t row, bool keyed, sl_value **outputs,
                      const sl_value *const *old)
{
    const sl_op_lookup *op = p->op;
    for (uint32_t o = 0; o < op->output_count; o++) {
        sl_value had = old[o] == NULL ? sl_missing() : old[o][row];
        sl_value *out = &outputs[o][row];
        if (op->only_missing && !sl_is_missing(had)) {
            *out = had;
        } else if (p->found.count > 0) {
            *out = probe_value(p, op->outputs[o].column);
        } else if (keyed && op->table->default_match.length > 0) {
            *out = sl_string(op->table->default_match);
        } else if (op->keep_unmatched) {
            *out = had;
        }
    }
}

sl_status sl_rowwise_lookup(sl_lookups *lookups, const sl_op_lookup *op, sl_batch *batch)
{
    lookup_probe p = {.op = op, .batch = batch, .index = sl_lookups_index(lookups, op)};
    sl_value **outputs = SL_ARENA_ARRAY(batch->arena, op->output_count, sl_value *);
    const sl_value **old = SL_ARENA_ARRAY(batch->arena, op->output_count, const sl_value *);
    uint32_t *rows = SL_ARENA_ARRAY(batch->arena, batch->selected, uint32_t);
    if (p.index == NULL || outputs == NULL || old == NULL || rows == NULL || !probe_init(&p))
        return SL_NOMEM;
    for (uint32_t o = 0; o < op->output_count; o++) {
        old[o] = sl_batch_find(batch, op->outputs[o].field);
        outputs[o] = sl_batch_column_new(batch);
        if (outputs[o] == NULL) return SL_NOMEM;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < batch->selected; i++) {
        bool list;
        bool keyed = probe_read(&p, batch->rows[i], &list);
        p.found.count = 0;
        if (keyed && !probe_find(&p, list)) return SL_NOMEM;
        if (p.found.count == 0 && op->drop_unmatched) continue;
        probe_put(&p, batch->rows[i], keyed, outputs, old);
        rows[kept++] = batch->rows[i];
    }
    for (uint32_t o = 0; o < op->output_count; o++)
        if (!sl_batch_set(batch, op->outputs[o].field, outputs[o])) return SL_NOMEM;
    batch->rows = rows;
    batch->selected = kept;
    return batch->arena->failed ? SL_NOMEM : SL_OK;
}
