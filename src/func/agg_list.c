/* agg_list.c - values in the order of arrival, up to a limit: SPL's list, CQL's collect.
 *
 * Rows come in any order, so each value carries its rank. The state takes in up to twice the limit,
 * then sorts by rank and keeps the first `limit`; what falls out can never come back in, so the
 * result is that of sorting everything. Buffers of what fell out are used again: the memory is
 * bounded by the limit, not by the number of rows. For collect the rank of a text is its lowest. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "func/agg_kit.h"
#include "func/aggregates.h"

typedef struct ranked_item {
    sl_rank rank;
    uint32_t index; /* in the row's list */
    uint32_t next;  /* distinct: item + 1 in the same bucket, 0: none */
    uint64_t hash;
    sl_kept value; /* saved (list) or text (collect) */
} ranked_item;

typedef struct ranked_state {
    ranked_item *items;
    uint32_t *buckets; /* distinct: item + 1, 0: none */
    uint64_t seed;
    uint32_t count, capacity, bucket_count;
} ranked_state;

typedef struct collect_params {
    uint32_t limit;
    sl_text separator;
} collect_params;

/* What list and collect differ in. */
typedef struct ranked_how {
    uint32_t limit;
    bool distinct;
    int (*order)(const void *a, const void *b);
} ranked_how;

enum { RANKED_START = 4 };

_Static_assert(sizeof(ranked_state) <= SL_AGG_RANKED_BYTES, "room for the state");

static int ranked_compare_list(const void *a, const void *b)
{
    const ranked_item *left = a;
    const ranked_item *right = b;
    int order = sl_rank_compare(&left->rank, &right->rank);
    if (order != 0) return order;
    return left->index < right->index ? -1 : left->index > right->index;
}

static int ranked_compare_collect(const void *a, const void *b)
{
    const ranked_item *left = a;
    const ranked_item *right = b;
    int order = sl_rank_compare_oldest(&left->rank, &right->rank);
    if (order != 0) return order;
    return left->index < right->index ? -1 : left->index > right->index;
}

static const ranked_how ranked_list = {SL_AGG_LIST_MAX, false, ranked_compare_list};

static ranked_how ranked_collect(const sl_agg_call *call)
{
    const collect_params *params = call->params;
    return (ranked_how){params->limit, true, ranked_compare_collect};
}

static void ranked_index(ranked_state *state)
{
    memset(state->buckets, 0, state->bucket_count * sizeof *state->buckets);
    for (uint32_t i = 0; i < state->count; i++) {
        uint32_t bucket = (uint32_t)state->items[i].hash & (state->bucket_count - 1);
        state->items[i].next = state->buckets[bucket];
        state->buckets[bucket] = i + 1;
    }
}

static bool ranked_grow(sl_arena *memory, ranked_state *state, const ranked_how *how)
{
    uint32_t capacity = state->capacity == 0 ? RANKED_START : state->capacity * 2;
    ranked_item *items = SL_ARENA_ARRAY(memory, capacity, ranked_item);
    if (items == NULL) return false;
    if (state->capacity > 0) memcpy(items, state->items, state->capacity * sizeof *items);
    state->items = items;
    state->capacity = capacity;
    if (!how->distinct) return true;
    if (state->seed == 0) state->seed = sl_agg_seed(memory) | 1;
    state->buckets = SL_ARENA_ARRAY(memory, (size_t)capacity * 2, uint32_t);
    if (state->buckets == NULL) return false;
    state->bucket_count = capacity * 2;
    ranked_index(state);
    return true;
}

/* Keeps the first `limit`; the others' buffers stay behind them for later. */
static void ranked_prune(ranked_state *state, const ranked_how *how)
{
    qsort(state->items, state->count, sizeof *state->items, how->order);
    state->count = how->limit;
    if (how->distinct) ranked_index(state);
}

/* The item that holds `text` already, or NULL. */
static ranked_item *ranked_find(const ranked_state *state, sl_text text, uint64_t hash)
{
    if (state->bucket_count == 0) return NULL;
    uint32_t at = state->buckets[hash & (state->bucket_count - 1)];
    while (at != 0) {
        ranked_item *item = &state->items[at - 1];
        if (item->hash == hash && sl_text_equal(sl_kept_text(&item->value), text)) return item;
        at = item->next;
    }
    return NULL;
}

static sl_status ranked_add(sl_arena *memory, ranked_state *state, const ranked_how *how,
                            const ranked_item *place, sl_text value)
{
    if (how->distinct && state->seed == 0) state->seed = sl_agg_seed(memory) | 1;
    uint64_t hash = how->distinct ? sl_hash_bytes(value.data, value.length, state->seed) : 0;
    ranked_item *found = how->distinct ? ranked_find(state, value, hash) : NULL;
    if (found != NULL) {
        if (how->order(place, found) < 0) {
            found->rank = place->rank;
            found->index = place->index;
        }
        return SL_OK;
    }
    if (state->count >= 2 * how->limit) ranked_prune(state, how);
    if (state->count == state->capacity && !ranked_grow(memory, state, how)) return SL_LIMIT;
    ranked_item *item = &state->items[state->count];
    if (sl_kept_set(memory, &item->value, value) != SL_OK) return SL_LIMIT;
    item->rank = place->rank;
    item->index = place->index;
    item->hash = hash;
    if (how->distinct) {
        uint32_t bucket = (uint32_t)hash & (state->bucket_count - 1);
        item->next = state->buckets[bucket];
        state->buckets[bucket] = state->count + 1;
    }
    state->count++;
    return SL_OK;
}

static sl_status ranked_merge(const sl_agg_call *call, ranked_state *into, const ranked_state *from,
                              const ranked_how *how)
{
    for (uint32_t i = 0; i < from->count; i++) {
        sl_text value = sl_kept_text(&from->items[i].value);
        sl_status status = ranked_add(call->memory, into, how, &from->items[i], value);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

/* The items in order, cut to the limit, in `arena`. */
static const ranked_item *ranked_sorted(const ranked_state *state, const ranked_how *how,
                                        sl_arena *arena, uint32_t *out_count)
{
    ranked_item *items = SL_ARENA_ARRAY(arena, state->count, ranked_item);
    if (items == NULL) return NULL;
    if (state->count > 0) memcpy(items, state->items, state->count * sizeof *items);
    qsort(items, state->count, sizeof *items, how->order);
    *out_count = state->count < how->limit ? state->count : how->limit;
    return items;
}

static void ranked_save(const ranked_state *state, sl_buffer *out)
{
    sl_save_number(out, state->count);
    for (uint32_t i = 0; i < state->count; i++) {
        sl_save_rank(out, &state->items[i].rank);
        sl_save_number(out, state->items[i].index);
        sl_save_text(out, sl_kept_text(&state->items[i].value));
    }
}

static sl_status ranked_load(const sl_agg_call *call, ranked_state *into, sl_text saved,
                             const ranked_how *how)
{
    sl_saved from = {.bytes = saved};
    uint64_t count = sl_load_number(&from);
    for (uint64_t i = 0; !from.failed && i < count; i++) {
        ranked_item place = {.rank = sl_load_rank(&from)};
        place.index = (uint32_t)sl_load_number(&from);
        sl_text value = sl_load_text(&from);
        if (from.failed) break;
        sl_status status = ranked_add(call->memory, into, how, &place, value);
        if (status != SL_OK) return status;
    }
    return from.failed ? SL_CORRUPT : SL_OK;
}

sl_status sl_agg_list_step(const sl_agg_call *call, void *state, const sl_value *args,
                           uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    sl_buffer saved;
    sl_buffer_init(&saved);
    sl_status status = SL_OK;
    for (uint32_t i = 0; status == SL_OK && i < item_count && i < SL_AGG_LIST_MAX; i++) {
        ranked_item place = {.rank = *rank, .index = i};
        sl_buffer_clear(&saved);
        sl_save_value(&saved, items[i]);
        status = saved.failed
            ? SL_NOMEM
            : ranked_add(call->memory, state, &ranked_list, &place, sl_buffer_text(&saved));
    }
    sl_buffer_fini(&saved);
    return status;
}

sl_status sl_agg_list_merge(const sl_agg_call *call, void *into, const void *from)
{
    return ranked_merge(call, into, from, &ranked_list);
}

sl_value sl_agg_list_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    uint32_t count = 0;
    const ranked_item *items = ranked_sorted(state, &ranked_list, arena, &count);
    sl_value *values = items == NULL ? NULL : SL_ARENA_ARRAY(arena, count, sl_value);
    if (values == NULL || count == 0) return sl_missing();
    for (uint32_t i = 0; i < count; i++) {
        sl_saved saved = {.bytes = sl_kept_text(&items[i].value)};
        values[i] = sl_value_copy(arena, sl_load_value(&saved, arena));
    }
    return count == 1 ? values[0] : sl_list(values, count);
}

void sl_agg_list_save(const void *state, sl_buffer *out)
{
    ranked_save(state, out);
}

sl_status sl_agg_list_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return ranked_load(call, into, saved, &ranked_list);
}

bool sl_agg_collect_prepare(sl_fn_site *site)
{
    collect_params *params = SL_ARENA_NEW(site->arena, collect_params);
    if (params == NULL) return false;
    *params = (collect_params){.limit = SL_AGG_COLLECT_MAX, .separator = SL_TEXT("\n")};
    if (site->arg_count > 1) {
        int64_t limit = 0;
        const sl_value *constant = site->constants[1];
        if (constant == NULL || !sl_value_integer(*constant, &limit) || limit < 1
            || limit > SL_LIST_ITEMS_MAX) {
            sl_diag_error(site->diags, SL_DIAG_OPTION, site->spans[1],
                          "the limit of collect() is a number from 1 to %d", SL_LIST_ITEMS_MAX);
            return false;
        }
        params->limit = (uint32_t)limit;
    }
    if (site->arg_count > 2 && site->constants[2] != NULL) {
        char scratch[SL_VALUE_TEXT_MAX];
        params->separator = sl_arena_copy(site->arena, sl_value_text(*site->constants[2], scratch));
        if (params->separator.data == NULL) return false;
    }
    site->state = params;
    return true;
}

sl_status sl_agg_collect_step(const sl_agg_call *call, void *state, const sl_value *args,
                              uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    ranked_how how = ranked_collect(call);
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        if (items[i].kind == SL_MISSING || items[i].kind == SL_NULL) continue;
        ranked_item place = {.rank = *rank, .index = i};
        char scratch[SL_VALUE_TEXT_MAX];
        sl_text text = sl_value_text(items[i], scratch);
        sl_status status = ranked_add(call->memory, state, &how, &place, text);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_agg_collect_merge(const sl_agg_call *call, void *into, const void *from)
{
    ranked_how how = ranked_collect(call);
    return ranked_merge(call, into, from, &how);
}

sl_value sl_agg_collect_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    const collect_params *params = call->params;
    ranked_how how = ranked_collect(call);
    uint32_t count = 0;
    const ranked_item *items = ranked_sorted(state, &how, arena, &count);
    if (items == NULL || count == 0) return sl_missing();
    size_t bytes = (count - 1) * params->separator.length;
    for (uint32_t i = 0; i < count; i++) bytes += items[i].value.length;
    char *joined = bytes > UINT32_MAX / 2 ? NULL : sl_arena_bytes(arena, bytes);
    if (joined == NULL) return sl_missing();
    char *at = joined;
    for (uint32_t i = 0; i < count; i++) {
        sl_text parts[2] = {i == 0 ? SL_TEXT("") : params->separator,
                            sl_kept_text(&items[i].value)};
        for (int part = 0; part < 2; part++) {
            if (parts[part].length > 0) memcpy(at, parts[part].data, parts[part].length);
            at += parts[part].length;
        }
    }
    return sl_string(sl_text_make(joined, bytes));
}

void sl_agg_collect_save(const void *state, sl_buffer *out)
{
    ranked_save(state, out);
}

sl_status sl_agg_collect_load(const sl_agg_call *call, void *into, sl_text saved)
{
    ranked_how how = ranked_collect(call);
    return ranked_load(call, into, saved, &how);
}
