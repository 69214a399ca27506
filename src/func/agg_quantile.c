/* agg_quantile.c - percentiles and the median, mergeable in any order.
 *
 * A table of distinct values with a count each. Beyond 4,096 distinct values all of them are cut
 * to nine bits of mantissa (one part in a thousand) and the table stays small from then on.
 * Whether that happens depends on the union of all values alone, never on how they were dealt
 * out, which sketches that merge centroids cannot say. The rank is that of Splunk's nearest-rank
 * method, or lies between two values, as its perc does. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "func/agg_kit.h"
#include "func/aggregates.h"

enum { QUANTILE_DISTINCT_MAX = 4096, QUANTILE_SLOTS_MIN = 16, QUANTILE_CUT_BITS = 43 };

typedef struct quantile_slot {
    double value;
    uint64_t count; /* 0: free */
} quantile_slot;

typedef struct quantile_state {
    quantile_slot *slots;
    uint64_t seed;
    uint64_t total;
    uint32_t slot_count, used;
    bool cut;
} quantile_state;

typedef struct quantile_params {
    double percent;
    bool exact;   /* never cut */
    bool upper;   /* of a cut value the upper bound */
    bool between; /* interpolated */
    bool half_up; /* interpolated, and an exact half becomes the next whole number */
} quantile_params;

_Static_assert(sizeof(quantile_state) <= SL_AGG_QUANTILE_BYTES, "room for the state");

static bool quantile_prepare(sl_fn_site *site, quantile_params params)
{
    if (site->arg_count > 1) {
        const sl_value *constant = site->constants[1];
        if (constant == NULL || !sl_value_number(*constant, &params.percent)
            || !(params.percent >= 0 && params.percent <= 100)) {
            sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[1],
                          "a percentile is a number from 0 to 100");
            return false;
        }
    }
    quantile_params *made = SL_ARENA_NEW(site->arena, quantile_params);
    if (made == NULL) return false;
    *made = params;
    site->state = made;
    return true;
}

bool sl_agg_median_prepare(sl_fn_site *site)
{
    return quantile_prepare(site,
                            (quantile_params){.percent = 50, .between = true, .half_up = true});
}

bool sl_agg_percent_between_prepare(sl_fn_site *site)
{
    return quantile_prepare(site, (quantile_params){.percent = 50, .between = true});
}

bool sl_agg_percent_prepare(sl_fn_site *site)
{
    return quantile_prepare(site, (quantile_params){.percent = 50});
}

bool sl_agg_percent_exact_prepare(sl_fn_site *site)
{
    return quantile_prepare(site, (quantile_params){.percent = 50, .exact = true});
}

bool sl_agg_percent_upper_prepare(sl_fn_site *site)
{
    return quantile_prepare(site, (quantile_params){.percent = 50, .upper = true});
}

static uint64_t quantile_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double quantile_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double quantile_cut(double value)
{
    return quantile_from_bits(quantile_bits(value) >> QUANTILE_CUT_BITS << QUANTILE_CUT_BITS);
}

/* The slot of `value`, or the free one where it belongs. */
static quantile_slot *quantile_slot_of(const quantile_state *state, double value)
{
    uint64_t bits = quantile_bits(value);
    uint32_t at = (uint32_t)sl_hash_mix(bits, state->seed) & (state->slot_count - 1);
    while (state->slots[at].count != 0 && quantile_bits(state->slots[at].value) != bits) {
        at = (at + 1) & (state->slot_count - 1);
    }
    return &state->slots[at];
}

/* A table of `slot_count` slots with what is in the old one, cut when `cut`. */
static bool quantile_rebuild(sl_arena *memory, quantile_state *state, uint32_t slot_count)
{
    quantile_slot *old = state->slots;
    uint32_t old_count = state->slot_count;
    quantile_slot *slots = SL_ARENA_ARRAY(memory, slot_count, quantile_slot);
    if (slots == NULL) return false;
    state->slots = slots;
    state->slot_count = slot_count;
    state->used = 0;
    for (uint32_t i = 0; i < old_count; i++) {
        if (old[i].count == 0) continue;
        double value = state->cut ? quantile_cut(old[i].value) : old[i].value;
        quantile_slot *slot = quantile_slot_of(state, value);
        if (slot->count == 0) state->used++;
        slot->value = value;
        slot->count += old[i].count;
    }
    return true;
}

static sl_status quantile_add(const sl_agg_call *call, quantile_state *state, double value,
                              uint64_t count)
{
    const quantile_params *params = call->params;
    if (state->slot_count == 0) {
        state->seed = sl_agg_seed(call->memory);
        if (!quantile_rebuild(call->memory, state, QUANTILE_SLOTS_MIN)) return SL_LIMIT;
    }
    if (value == 0) value = 0; /* -0 too */
    if (state->cut) value = quantile_cut(value);
    quantile_slot *slot = quantile_slot_of(state, value);
    if (slot->count == 0) state->used++;
    slot->value = value;
    slot->count += count;
    state->total += count;
    if (!state->cut && !params->exact && state->used > QUANTILE_DISTINCT_MAX) {
        state->cut = true;
        if (!quantile_rebuild(call->memory, state, state->slot_count)) return SL_LIMIT;
    }
    if (state->used > state->slot_count / 2
        && !quantile_rebuild(call->memory, state, state->slot_count * 2)) {
        return SL_LIMIT;
    }
    return SL_OK;
}

/* Once one side is cut, the whole is. */
static sl_status quantile_join_cut(const sl_agg_call *call, quantile_state *state, bool cut)
{
    if (!cut || state->cut) return SL_OK;
    state->cut = true;
    if (state->slot_count == 0) return SL_OK;
    return quantile_rebuild(call->memory, state, state->slot_count) ? SL_OK : SL_LIMIT;
}

sl_status sl_agg_quantile_step(const sl_agg_call *call, void *state, const sl_value *args,
                               uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        double number;
        if (items[i].kind == SL_BOOL || !sl_value_number(items[i], &number) || !isfinite(number)) {
            continue;
        }
        sl_status status = quantile_add(call, state, number, 1);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_agg_quantile_merge(const sl_agg_call *call, void *into, const void *from)
{
    const quantile_state *other = from;
    sl_status status = quantile_join_cut(call, into, other->cut);
    for (uint32_t i = 0; status == SL_OK && i < other->slot_count; i++) {
        if (other->slots[i].count == 0) continue;
        status = quantile_add(call, into, other->slots[i].value, other->slots[i].count);
    }
    return status;
}

static int quantile_compare(const void *a, const void *b)
{
    double left = ((const quantile_slot *)a)->value;
    double right = ((const quantile_slot *)b)->value;
    return left < right ? -1 : left > right;
}

/* What a slot's value stands for: a cut one for the middle of what was cut to it, or its end. */
static double quantile_meaning(const quantile_state *state, const quantile_params *params,
                               double value)
{
    if (!state->cut || value == 0) return value;
    uint64_t half = UINT64_C(1) << (QUANTILE_CUT_BITS - 1);
    uint64_t bits = quantile_bits(value);
    bool outward = params->upper && value > 0;
    bool inward = params->upper && value < 0;
    if (inward) return value;
    double meaning = quantile_from_bits(outward ? bits + 2 * half - 1 : bits | half);
    return isfinite(meaning) ? meaning : value;
}

/* The values by size, in `arena`. NULL when memory ends. */
static quantile_slot *quantile_sorted(const quantile_state *quantile, sl_arena *arena)
{
    quantile_slot *sorted = SL_ARENA_ARRAY(arena, quantile->used, quantile_slot);
    uint32_t count = 0;
    if (sorted == NULL) return NULL;
    for (uint32_t i = 0; i < quantile->slot_count; i++)
        if (quantile->slots[i].count != 0) sorted[count++] = quantile->slots[i];
    assert(count == quantile->used);
    qsort(sorted, count, sizeof *sorted, quantile_compare);
    return sorted;
}

/* The value of rank `rank`, from 0. */
static double quantile_at(const quantile_slot *sorted, uint64_t rank)
{
    uint32_t at = 0;
    for (uint64_t passed = sorted[0].count; passed <= rank; passed += sorted[at].count) at++;
    return sorted[at].value;
}

/* The value at a rank between two, in proportion. */
static double quantile_between(const quantile_state *quantile, const quantile_params *params,
                               const quantile_slot *sorted)
{
    double rank = params->percent / 100 * (double)(quantile->total - 1);
    uint64_t below = (uint64_t)floor(rank);
    double share = rank - floor(rank);
    double low = quantile_meaning(quantile, params, quantile_at(sorted, below));
    if (share == 0 || below + 1 >= quantile->total) return low;
    double high = quantile_meaning(quantile, params, quantile_at(sorted, below + 1));
    double value = low + share * (high - low);
    bool half = params->half_up && high > low && value - floor(value) == 0.5;
    return half ? ceil(value) : value;
}

sl_value sl_agg_quantile_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    const quantile_state *quantile = state;
    const quantile_params *params = call->params;
    if (quantile->total == 0) return sl_missing();
    const quantile_slot *sorted = quantile_sorted(quantile, arena);
    if (sorted == NULL) return sl_missing();
    double value;
    if (params->between) {
        value = quantile_between(quantile, params, sorted);
    } else {
        double rank = floor(params->percent / 100 * (double)quantile->total);
        uint64_t last = quantile->total - 1;
        uint64_t wanted = rank > (double)last ? last : (uint64_t)rank;
        value = quantile_meaning(quantile, params, quantile_at(sorted, wanted));
    }
    if (!isfinite(value)) return sl_missing();
    bool whole = value == trunc(value) && fabs(value) <= 9007199254740992.0;
    return whole ? sl_integer((int64_t)value) : sl_real(value);
}

void sl_agg_quantile_save(const void *state, sl_buffer *out)
{
    const quantile_state *quantile = state;
    sl_save_number(out, quantile->cut);
    sl_save_number(out, quantile->used);
    for (uint32_t i = 0; i < quantile->slot_count; i++) {
        if (quantile->slots[i].count == 0) continue;
        sl_save_number(out, quantile_bits(quantile->slots[i].value));
        sl_save_number(out, quantile->slots[i].count);
    }
}

sl_status sl_agg_quantile_load(const sl_agg_call *call, void *into, sl_text saved)
{
    sl_saved from = {.bytes = saved};
    sl_status status = quantile_join_cut(call, into, sl_load_number(&from) != 0);
    uint64_t used = sl_load_number(&from);
    for (uint64_t i = 0; status == SL_OK && !from.failed && i < used; i++) {
        double value = quantile_from_bits(sl_load_number(&from));
        uint64_t count = sl_load_number(&from);
        if (from.failed || count == 0 || !isfinite(value)) return SL_CORRUPT;
        status = quantile_add(call, into, value, count);
    }
    return from.failed ? SL_CORRUPT : status;
}
