/* agg_kit.h - what aggregates are built from: kept texts, sets of texts, exact sums, saved bytes.
 *
 * Private to func/. Aggregate states live in an arena that gives nothing back, so whatever is
 * replaced again and again (the smallest text so far) is kept in a buffer that is used again.
 *
 * Owner:    the aggregate's state; memory comes from call->memory.
 * Lifetime: that of the state.
 * Threads:  as the state. */
#ifndef SL_FUNC_AGG_KIT_H
#define SL_FUNC_AGG_KIT_H

#include "func/agg.h"

/* Bytes that are overwritten in place when the new ones fit. data is NULL until first set. */
typedef struct sl_kept {
    char *data;
    uint32_t length, capacity;
} sl_kept;

sl_status sl_kept_set(sl_arena *memory, sl_kept *kept, sl_text bytes) SL_MUST_USE;
static inline sl_text sl_kept_text(const sl_kept *kept)
{
    return (sl_text){kept->data == NULL ? "" : kept->data, kept->length};
}

/* The values a row gives: a list counts item by item, missing and null give none. */
static inline const sl_value *sl_agg_items(const sl_value *value, uint32_t *out_count)
{
    if (value->kind == SL_LIST) {
        *out_count = value->length;
        return value->items;
    }
    *out_count = value->kind == SL_MISSING || value->kind == SL_NULL ? 0 : 1;
    return value;
}

/* Distinct texts with a count each. Zeroed memory is the empty set. */
typedef struct sl_text_tally {
    sl_text text;
    uint64_t hash;
    uint64_t count;
} sl_text_tally;

typedef struct sl_text_set {
    sl_text_tally *entries; /* in the order they were added */
    uint32_t *slots;        /* entry + 1, 0: free */
    uint64_t seed;          /* differs from run to run, so that nobody can aim at one slot */
    uint32_t count, capacity, slot_count;
} sl_text_set;

/* Counts `text` `count` times more; it is copied when new. SL_LIMIT when memory is refused. */
sl_status sl_text_set_add(sl_arena *memory, sl_text_set *set, sl_text text,
                          uint64_t count) SL_MUST_USE;
/* A seed for tables over hostile input, from where `memory` happens to lie. */
uint64_t sl_agg_seed(const void *memory);

/* An exact sum of doubles: a wide fixed-point number in digits of 32 bits, as many as the values
 * span. Exact, so the order of additions cannot show. Zeroed memory is 0. */
typedef struct sl_exact {
    int64_t *digits; /* digits[i] counts 2^(32 * (first + i)) */
    int32_t first, count;
    uint32_t pending; /* additions since carries were last moved up */
} sl_exact;

/* `x` must be finite. */
sl_status sl_exact_add(sl_arena *memory, sl_exact *sum, double x) SL_MUST_USE;
sl_status sl_exact_merge(sl_arena *memory, sl_exact *into, const sl_exact *from) SL_MUST_USE;
/* The sum of `sum` and a 128-bit integer, rounded once; *out_rest is what rounding left, itself
 * rounded (may be NULL). */
double sl_exact_round(const sl_exact *sum, int64_t high, uint64_t low, double *out_rest);

/* Saved states. Numbers are eight bytes, little end first; texts carry their length. */
void sl_save_number(sl_buffer *out, uint64_t number);
void sl_save_text(sl_buffer *out, sl_text text);
void sl_save_value(sl_buffer *out, sl_value value);
void sl_save_rank(sl_buffer *out, const sl_rank *rank);
void sl_save_exact(sl_buffer *out, const sl_exact *sum);

typedef struct sl_saved {
    sl_text bytes;
    size_t at;
    bool failed; /* cut short or malformed */
} sl_saved;

uint64_t sl_load_number(sl_saved *saved);
sl_text sl_load_text(sl_saved *saved); /* borrowed */
/* Texts are borrowed from `saved`; lists are made in `arena`. */
sl_value sl_load_value(sl_saved *saved, sl_arena *arena);
sl_rank sl_load_rank(sl_saved *saved);
/* Adds the saved sum to `into`. */
sl_status sl_load_exact(sl_saved *saved, sl_arena *memory, sl_exact *into) SL_MUST_USE;

/* `rank` with the time that argument 1 says, where there is one that does. */
sl_rank sl_agg_timed_rank(const sl_rank *rank, const sl_value *args, uint32_t arg_count);

/* `text` as a number when it is written as JSON writes numbers, else as text: "007" stays. */
sl_value sl_agg_number_value(sl_text text);

#endif
