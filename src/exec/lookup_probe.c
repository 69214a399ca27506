/* lookup_probe.c - the keys of a row, and the rows of the table that have them.
 *
 * A list among the keys asks once for each item; the number of combinations of one row is
 * limited. */
#include "exec/lookup_probe.h"

#include <stdlib.h>

enum { LOOKUP_COMBINATIONS_MAX = 10000, LOOKUP_MATCHES_MAX = 100000 };

bool sl_probe_init(sl_probe *p, const sl_lookup *table, const sl_lookup_index *index,
                   uint32_t key_count, sl_arena *arena)
{
    *p = (sl_probe){.table = table, .index = index, .key_count = key_count, .found.arena = arena};
    p->columns = SL_ARENA_ARRAY(arena, key_count, sl_operand);
    p->keys = SL_ARENA_ARRAY(arena, key_count, sl_value);
    p->texts = SL_ARENA_ARRAY(arena, key_count, sl_text);
    p->digits = SL_ARENA_ARRAY(arena, key_count, uint32_t);
    p->scratch = sl_arena_array(arena, key_count, sizeof *p->scratch);
    return !arena->failed;
}

/* Reads the keys of `row`; false when one is missing. */
static bool probe_read(sl_probe *p, uint32_t row, bool *out_list)
{
    *out_list = false;
    for (uint32_t k = 0; k < p->key_count; k++) {
        if (p->columns[k].values == NULL) return false;
        p->keys[k] = p->columns[k].values[(size_t)row * p->columns[k].stride];
        p->digits[k] = 0;
        if (sl_is_missing(p->keys[k])) return false;
        if (p->keys[k].kind != SL_LIST) continue;
        if (p->keys[k].length == 0) return false;
        *out_list = true;
    }
    return true;
}

/* Counts through the items of the lists like the digits of a number. */
static bool probe_next(sl_probe *p)
{
    for (uint32_t k = p->key_count; k-- > 0;) {
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
static bool probe_find(sl_probe *p, bool list)
{
    uint32_t max = p->table->matches_max;
    if (max == 0 || max > LOOKUP_MATCHES_MAX) max = LOOKUP_MATCHES_MAX;
    for (uint32_t n = 0; n < LOOKUP_COMBINATIONS_MAX; n++) {
        for (uint32_t k = 0; k < p->key_count; k++) {
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

bool sl_probe_row(sl_probe *p, uint32_t row, bool *out_keyed)
{
    bool list;
    p->found.count = 0;
    *out_keyed = probe_read(p, row, &list);
    return !*out_keyed || probe_find(p, list);
}

sl_value sl_probe_value(const sl_probe *p, uint32_t column)
{
    const sl_lookup *table = p->table;
    const sl_value *cells = table->cells + column;
    if (p->found.count == 1) return cells[(size_t)p->found.rows[0] * table->column_count];
    sl_value *items = SL_ARENA_ARRAY(p->found.arena, p->found.count, sl_value);
    uint32_t count = 0;
    for (uint32_t i = 0; items != NULL && i < p->found.count; i++) {
        sl_value v = cells[(size_t)p->found.rows[i] * table->column_count];
        if (!sl_is_missing(v)) items[count++] = v;
    }
    if (count == 0) return sl_missing();
    return count == 1 ? items[0] : sl_list(items, count);
}
