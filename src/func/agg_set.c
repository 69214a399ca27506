/* agg_set.c - distinct texts: values, distinct counts, the most frequent one.
 *
 * Splunk's estimated counts (estdc) and LogScale's (count with distinct) are exact here: within the
 * memory budget there is nothing to estimate. */
#include <stdlib.h>

#include "func/agg_kit.h"
#include "func/aggregates.h"

_Static_assert(sizeof(sl_text_set) <= SL_AGG_SET_BYTES, "room for the state");

sl_status sl_agg_set_step(const sl_agg_call *call, void *state, const sl_value *args,
                          uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        if (items[i].kind == SL_MISSING || items[i].kind == SL_NULL) continue;
        char scratch[SL_VALUE_TEXT_MAX];
        sl_text text = sl_value_text(items[i], scratch);
        sl_status status = sl_text_set_add(call->memory, state, text, 1);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_agg_set_merge(const sl_agg_call *call, void *into, const void *from)
{
    const sl_text_set *other = from;
    for (uint32_t i = 0; i < other->count; i++) {
        const sl_text_tally *entry = &other->entries[i];
        sl_status status = sl_text_set_add(call->memory, into, entry->text, entry->count);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

/* --- as a list --- */

static sl_status values_check(const sl_text_set *set, sl_status status)
{
    return status == SL_OK && set->count > SL_LIST_ITEMS_MAX ? SL_LIMIT : status;
}

sl_status sl_agg_values_step(const sl_agg_call *call, void *state, const sl_value *args,
                             uint32_t arg_count, const sl_rank *rank)
{
    return values_check(state, sl_agg_set_step(call, state, args, arg_count, rank));
}

sl_status sl_agg_values_merge(const sl_agg_call *call, void *into, const void *from)
{
    return values_check(into, sl_agg_set_merge(call, into, from));
}

void sl_agg_values_save(const void *state, sl_buffer *out)
{
    sl_agg_set_save(state, out);
}

sl_status sl_agg_values_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return values_check(into, sl_agg_set_load(call, into, saved));
}

static int set_compare(const void *a, const void *b)
{
    const sl_value *left = a;
    const sl_value *right = b;
    return sl_text_compare(sl_value_bytes(*left), sl_value_bytes(*right));
}

sl_value sl_agg_values_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    const sl_text_set *set = state;
    if (set->count == 0) return sl_missing();
    sl_value *values = SL_ARENA_ARRAY(arena, set->count, sl_value);
    if (values == NULL) return sl_missing();
    for (uint32_t i = 0; i < set->count; i++) {
        values[i] = sl_value_copy(arena, sl_string(set->entries[i].text));
        if (values[i].kind == SL_MISSING) return sl_missing();
    }
    qsort(values, set->count, sizeof *values, set_compare);
    return set->count == 1 ? values[0] : sl_list(values, set->count);
}

sl_value sl_agg_distinct_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    return sl_integer(((const sl_text_set *)state)->count);
}

sl_value sl_agg_distinct_error_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)state;
    (void)arena;
    return sl_integer(0);
}

sl_value sl_agg_mode_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    const sl_text_set *set = state;
    if (set->count == 0) return sl_missing();
    const sl_text_tally *best = &set->entries[0];
    for (uint32_t i = 1; i < set->count; i++) {
        const sl_text_tally *entry = &set->entries[i];
        if (entry->count > best->count
            || (entry->count == best->count && sl_text_compare(entry->text, best->text) < 0)) {
            best = entry;
        }
    }
    return sl_value_copy(arena, sl_agg_number_value(best->text));
}

void sl_agg_set_save(const void *state, sl_buffer *out)
{
    const sl_text_set *set = state;
    sl_save_number(out, set->count);
    for (uint32_t i = 0; i < set->count; i++) {
        sl_save_number(out, set->entries[i].count);
        sl_save_text(out, set->entries[i].text);
    }
}

sl_status sl_agg_set_load(const sl_agg_call *call, void *into, sl_text saved)
{
    sl_saved from = {.bytes = saved};
    uint64_t entry_count = sl_load_number(&from);
    for (uint64_t i = 0; !from.failed && i < entry_count; i++) {
        uint64_t count = sl_load_number(&from);
        sl_text text = sl_load_text(&from);
        if (from.failed) break;
        sl_status status = sl_text_set_add(call->memory, into, text, count);
        if (status != SL_OK) return status;
    }
    return from.failed ? SL_CORRUPT : SL_OK;
}
