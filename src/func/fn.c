/* fn.c - finds a function's row by name, and the name that was probably meant.
 *
 * The tables are sorted without case (a unit test sees to that), so a look-up is a binary
 * search; the nearest name is looked for only when there is an error to report. */
#include "func/fn.h"

#include <assert.h>

enum { FN_DISTANCE_MAX = 3 };

const sl_fn *sl_fn_find(const sl_fn_table *table, sl_text name)
{
    assert(table != NULL);

    uint32_t low = 0, high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const sl_fn *row = &table->rows[middle];
        int order = sl_text_compare_nocase(name, sl_text_from(row->name));
        if (order == 0) return row;
        if (order < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

const char *sl_fn_nearest(const sl_fn_table *table, sl_text name)
{
    assert(table != NULL);

    /* A short name may differ less before it is another word. */
    unsigned best = name.length <= 3 ? 1 : name.length <= 5 ? 2 : FN_DISTANCE_MAX;
    const char *nearest = NULL;
    for (uint32_t i = 0; i < table->count && best > 0; i++) {
        const sl_fn *row = &table->rows[i];
        if ((row->flags & SL_FN_OPERATOR) != 0) continue;
        unsigned distance = sl_text_distance(name, sl_text_from(row->name), best);
        if (distance > best || (nearest != NULL && distance == best)) continue;
        nearest = row->name;
        best = distance;
    }
    return nearest;
}
