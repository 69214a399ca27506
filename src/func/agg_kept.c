/* agg_kept.c - one value of one row: first, last, earliest, latest, selectLast, rate.
 *
 * The state holds the best row's rank and its value, saved as bytes in a buffer that is used
 * again. "Best" is a comparison of ranks; two rows never have the same one, so the winner does not
 * depend on the order in which they are looked at. */
#include <math.h>

#include "base/number.h"
#include "func/agg_kit.h"
#include "func/aggregates.h"

typedef struct kept_state {
    sl_rank rank;
    double key; /* select_max, select_min: what is compared before the rank */
    sl_kept value;
} kept_state;

/* <0 when the row of `a` is to be preferred. */
typedef int kept_order(const kept_state *a, const kept_state *b);

typedef struct rate_state {
    sl_rank earliest, latest;
    double first, last;
    bool used;
} rate_state;

_Static_assert(sizeof(kept_state) <= SL_AGG_KEPT_BYTES, "room for the state");
_Static_assert(sizeof(rate_state) <= SL_AGG_RATE_BYTES, "room for the state");

static int kept_first(const kept_state *a, const kept_state *b)
{
    return sl_rank_compare(&a->rank, &b->rank);
}

static int kept_last(const kept_state *a, const kept_state *b)
{
    return sl_rank_compare(&b->rank, &a->rank);
}

/* By time whatever the order of arrival: SL_TIME_NONE is the lowest number there is. */
static int kept_latest(const kept_state *a, const kept_state *b)
{
    if (a->rank.time != b->rank.time) return a->rank.time > b->rank.time ? -1 : 1;
    return kept_first(a, b);
}

static int kept_earliest(const kept_state *a, const kept_state *b)
{
    return kept_latest(b, a);
}

/* The newest as LogScale delivers rows: of several, or without times, the last to arrive. */
static int kept_newest(const kept_state *a, const kept_state *b)
{
    if (a->rank.time != b->rank.time) return a->rank.time > b->rank.time ? -1 : 1;
    return sl_rank_compare_oldest(&b->rank, &a->rank);
}

static int kept_max(const kept_state *a, const kept_state *b)
{
    if (a->key != b->key) return a->key > b->key ? -1 : 1;
    return kept_newest(a, b);
}

static int kept_min(const kept_state *a, const kept_state *b)
{
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return kept_newest(a, b);
}

static sl_status kept_offer(const sl_agg_call *call, kept_state *state, const kept_state *offer,
                            kept_order *order)
{
    if (state->value.data != NULL && order(state, offer) <= 0) return SL_OK;
    state->rank = offer->rank;
    state->key = offer->key;
    return sl_kept_set(call->memory, &state->value, sl_kept_text(&offer->value));
}

static sl_status kept_step(const sl_agg_call *call, kept_state *state, sl_value value,
                           const kept_state *row, kept_order *order)
{
    if (value.kind == SL_MISSING || value.kind == SL_NULL) return SL_OK;
    if (state->value.data != NULL && order(state, row) <= 0) return SL_OK;
    sl_buffer saved;
    sl_buffer_init(&saved);
    sl_save_value(&saved, value);
    kept_state offer = *row;
    offer.value = (sl_kept){.data = saved.data, .length = (uint32_t)saved.length};
    sl_status status = saved.failed ? SL_NOMEM : kept_offer(call, state, &offer, order);
    sl_buffer_fini(&saved);
    return status;
}

static sl_status kept_merge(const sl_agg_call *call, void *into, const void *from,
                            kept_order *order)
{
    const kept_state *other = from;
    return other->value.data == NULL ? SL_OK : kept_offer(call, into, other, order);
}

static void kept_save(const void *state, sl_buffer *out)
{
    const kept_state *kept = state;
    if (kept->value.data == NULL) return;
    sl_save_rank(out, &kept->rank);
    sl_save_value(out, sl_real(kept->key));
    sl_save_text(out, sl_kept_text(&kept->value));
}

static sl_status kept_load(const sl_agg_call *call, void *into, sl_text saved, kept_order *order)
{
    if (saved.length == 0) return SL_OK;
    sl_saved from = {.bytes = saved};
    kept_state offer = {.rank = sl_load_rank(&from)};
    sl_value key = sl_load_value(&from, call->memory);
    sl_text value = sl_load_text(&from);
    if (from.failed || key.kind != SL_REAL || value.length == 0) return SL_CORRUPT;
    offer.key = key.real;
    sl_buffer copy; /* sl_kept holds writable bytes */
    sl_buffer_init(&copy);
    sl_buffer_add(&copy, value);
    offer.value = (sl_kept){.data = copy.data, .length = (uint32_t)copy.length};
    sl_status status = copy.failed ? SL_NOMEM : kept_offer(call, into, &offer, order);
    sl_buffer_fini(&copy);
    return status;
}

sl_value sl_agg_kept_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    const kept_state *kept = state;
    if (kept->value.data == NULL) return sl_missing();
    sl_saved saved = {.bytes = sl_kept_text(&kept->value)};
    sl_value value = sl_load_value(&saved, arena);
    return value.kind == SL_NULL ? sl_missing() : sl_value_copy(arena, value);
}

sl_value sl_agg_kept_time_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    const kept_state *kept = state;
    return kept->value.data == NULL ? sl_missing() : sl_moment(kept->rank.time);
}

sl_status sl_agg_first_step(const sl_agg_call *call, void *state, const sl_value *args,
                            uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    return kept_step(call, state, args[0], &(kept_state){.rank = *rank}, kept_first);
}

sl_status sl_agg_last_step(const sl_agg_call *call, void *state, const sl_value *args,
                           uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    return kept_step(call, state, args[0], &(kept_state){.rank = *rank}, kept_last);
}

sl_status sl_agg_earliest_step(const sl_agg_call *call, void *state, const sl_value *args,
                               uint32_t arg_count, const sl_rank *rank)
{
    kept_state row = {.rank = sl_agg_timed_rank(rank, args, arg_count)};
    if (row.rank.time == SL_TIME_NONE) return SL_OK;
    return kept_step(call, state, args[0], &row, kept_earliest);
}

sl_status sl_agg_latest_step(const sl_agg_call *call, void *state, const sl_value *args,
                             uint32_t arg_count, const sl_rank *rank)
{
    kept_state row = {.rank = sl_agg_timed_rank(rank, args, arg_count)};
    if (row.rank.time == SL_TIME_NONE) return SL_OK;
    return kept_step(call, state, args[0], &row, kept_latest);
}

sl_status sl_agg_select_last_step(const sl_agg_call *call, void *state, const sl_value *args,
                                  uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    return kept_step(call, state, args[0], &(kept_state){.rank = *rank}, kept_newest);
}

static sl_status kept_step_extreme(const sl_agg_call *call, void *state, const sl_value *args,
                                   const sl_rank *rank, kept_order *order)
{
    kept_state row = {.rank = *rank};
    if (args[0].kind == SL_BOOL || !sl_value_number(args[0], &row.key) || !isfinite(row.key)) {
        return SL_OK;
    }
    /* the extreme row's field may be missing: that is its value, then */
    sl_value value = args[1].kind == SL_MISSING ? (sl_value){.kind = SL_NULL} : args[1];
    if (value.kind != SL_NULL) return kept_step(call, state, value, &row, order);
    char null_saved = SL_NULL;
    row.value = (sl_kept){.data = &null_saved, .length = 1};
    return kept_offer(call, state, &row, order);
}

sl_status sl_agg_select_max_step(const sl_agg_call *call, void *state, const sl_value *args,
                                 uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    return kept_step_extreme(call, state, args, rank, kept_max);
}

sl_status sl_agg_select_min_step(const sl_agg_call *call, void *state, const sl_value *args,
                                 uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    return kept_step_extreme(call, state, args, rank, kept_min);
}

sl_status sl_agg_first_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_first);
}

sl_status sl_agg_last_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_last);
}

sl_status sl_agg_latest_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_latest);
}

sl_status sl_agg_earliest_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_earliest);
}

sl_status sl_agg_select_last_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_newest);
}

sl_status sl_agg_select_max_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_max);
}

sl_status sl_agg_select_min_merge(const sl_agg_call *call, void *into, const void *from)
{
    return kept_merge(call, into, from, kept_min);
}

void sl_agg_first_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

void sl_agg_last_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

void sl_agg_latest_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

void sl_agg_earliest_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

void sl_agg_select_last_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

void sl_agg_select_max_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

void sl_agg_select_min_save(const void *state, sl_buffer *out)
{
    kept_save(state, out);
}

sl_status sl_agg_first_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_first);
}

sl_status sl_agg_last_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_last);
}

sl_status sl_agg_latest_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_latest);
}

sl_status sl_agg_earliest_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_earliest);
}

sl_status sl_agg_select_last_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_newest);
}

sl_status sl_agg_select_max_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_max);
}

sl_status sl_agg_select_min_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return kept_load(call, into, saved, kept_min);
}

static bool rate_is_later(const sl_rank *a, const sl_rank *b)
{
    return kept_latest(&(kept_state){.rank = *a}, &(kept_state){.rank = *b}) < 0;
}

static void rate_add(rate_state *rate, const rate_state *other)
{
    if (!other->used) return;
    if (!rate->used || rate_is_later(&rate->earliest, &other->earliest)) {
        rate->earliest = other->earliest;
        rate->first = other->first;
    }
    if (!rate->used || rate_is_later(&other->latest, &rate->latest)) {
        rate->latest = other->latest;
        rate->last = other->last;
    }
    rate->used = true;
}

sl_status sl_agg_rate_step(const sl_agg_call *call, void *state, const sl_value *args,
                           uint32_t arg_count, const sl_rank *rank)
{
    (void)call;
    double number;
    sl_rank timed = sl_agg_timed_rank(rank, args, arg_count);
    if (timed.time == SL_TIME_NONE || !sl_value_number(args[0], &number) || !isfinite(number)) {
        return SL_OK;
    }
    rate_state one = {
        .earliest = timed, .latest = timed, .first = number, .last = number, .used = true};
    rate_add(state, &one);
    return SL_OK;
}

sl_status sl_agg_rate_merge(const sl_agg_call *call, void *into, const void *from)
{
    (void)call;
    rate_add(into, from);
    return SL_OK;
}

sl_value sl_agg_rate_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    const rate_state *rate = state;
    if (!rate->used || rate->latest.time <= rate->earliest.time) return sl_missing();
    uint64_t span = (uint64_t)rate->latest.time - (uint64_t)rate->earliest.time;
    return sl_real((rate->last - rate->first) / ((double)span / (double)SL_SECOND));
}

void sl_agg_rate_save(const void *state, sl_buffer *out)
{
    const rate_state *rate = state;
    if (!rate->used) return;
    sl_save_rank(out, &rate->earliest);
    sl_save_rank(out, &rate->latest);
    sl_save_value(out, sl_real(rate->first));
    sl_save_value(out, sl_real(rate->last));
}

sl_status sl_agg_rate_load(const sl_agg_call *call, void *into, sl_text saved)
{
    if (saved.length == 0) return SL_OK;
    sl_saved from = {.bytes = saved};
    rate_state other = {.earliest = sl_load_rank(&from), .used = true};
    other.latest = sl_load_rank(&from);
    other.first = sl_load_value(&from, call->memory).real;
    other.last = sl_load_value(&from, call->memory).real;
    if (from.failed) return SL_CORRUPT;
    rate_add(into, &other);
    return SL_OK;
}
