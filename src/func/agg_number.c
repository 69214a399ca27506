/* agg_number.c - sums, means, spreads and extremes of numbers.
 *
 * Whole numbers are summed in 128 bits, the rest in sl_exact, so that results are those of real
 * arithmetic rounded once, however rows were dealt out. The variance is computed from both sums
 * with twice a double's digits, since for times they cancel almost wholly. */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "func/agg_kit.h"
#include "func/aggregates.h"

typedef struct sum_state {
    uint64_t count;
    int64_t high; /* of the whole numbers' sum */
    uint64_t low;
    sl_exact reals;
    bool has_reals;
} sum_state;

typedef struct moments_state {
    uint64_t count;
    sl_exact sum, squares;
} moments_state;

/* What all values seen so far were: then differences can be exact. */
typedef enum range_kind { RANGE_NONE, RANGE_INTEGERS, RANGE_MOMENTS, RANGE_MIXED } range_kind;

typedef struct range_state {
    int64_t whole_min, whole_max; /* RANGE_INTEGERS, RANGE_MOMENTS */
    double min, max;
    uint32_t kind;
} range_state;

typedef struct extreme_state {
    sl_kept number, text; /* the extreme number, saved; the extreme text */
    double value;         /* of `number` */
} extreme_state;

_Static_assert(sizeof(sum_state) <= SL_AGG_SUM_BYTES, "room for the state");
_Static_assert(sizeof(moments_state) <= SL_AGG_MOMENTS_BYTES, "room for the state");
_Static_assert(sizeof(range_state) <= SL_AGG_RANGE_BYTES, "room for the state");
_Static_assert(sizeof(extreme_state) <= SL_AGG_EXTREME_BYTES, "room for the state");

/* A value as a finite number. */
static bool number_of(sl_value value, double *out)
{
    return value.kind != SL_BOOL && sl_value_number(value, out) && isfinite(*out);
}

static void sum_whole(sum_state *sum, int64_t high, uint64_t low)
{
    uint64_t before = sum->low;
    sum->low += low;
    uint64_t carry = sum->low < before ? 1 : 0;
    sum->high = (int64_t)((uint64_t)sum->high + (uint64_t)high + carry);
}

sl_status sl_agg_sum_step(const sl_agg_call *call, void *state, const sl_value *args,
                          uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    sum_state *sum = state;
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        int64_t whole;
        double real;
        if (items[i].kind == SL_BOOL) continue;
        if (sl_value_integer(items[i], &whole)) {
            sum_whole(sum, whole < 0 ? -1 : 0, (uint64_t)whole);
        } else if (number_of(items[i], &real)) {
            sum->has_reals = true;
            if (sl_exact_add(call->memory, &sum->reals, real) != SL_OK) return SL_LIMIT;
        } else {
            continue;
        }
        sum->count++;
    }
    return SL_OK;
}

sl_status sl_agg_sum_merge(const sl_agg_call *call, void *into, const void *from)
{
    sum_state *sum = into;
    const sum_state *other = from;
    sum->count += other->count;
    sum->has_reals |= other->has_reals;
    sum_whole(sum, other->high, other->low);
    return sl_exact_merge(call->memory, &sum->reals, &other->reals);
}

sl_value sl_agg_sum_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    const sum_state *sum = state;
    if (sum->count == 0) return sl_missing();
    bool fits = sum->high == ((int64_t)sum->low < 0 ? -1 : 0);
    if (!sum->has_reals && fits) return sl_integer((int64_t)sum->low);
    return sl_real(sl_exact_round(&sum->reals, sum->high, sum->low, NULL));
}

sl_value sl_agg_mean_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    const sum_state *sum = state;
    if (sum->count == 0) return sl_missing();
    return sl_real(sl_exact_round(&sum->reals, sum->high, sum->low, NULL) / (double)sum->count);
}

void sl_agg_sum_save(const void *state, sl_buffer *out)
{
    const sum_state *sum = state;
    sl_save_number(out, sum->count);
    sl_save_number(out, (uint64_t)sum->high);
    sl_save_number(out, sum->low);
    sl_save_number(out, sum->has_reals);
    sl_save_exact(out, &sum->reals);
}

sl_status sl_agg_sum_load(const sl_agg_call *call, void *into, sl_text saved)
{
    sum_state *sum = into;
    sl_saved from = {.bytes = saved};
    sum->count += sl_load_number(&from);
    int64_t high = (int64_t)sl_load_number(&from);
    sum_whole(sum, high, sl_load_number(&from));
    sum->has_reals |= sl_load_number(&from) != 0;
    return sl_load_exact(&from, call->memory, &sum->reals);
}

sl_status sl_agg_moments_step(const sl_agg_call *call, void *state, const sl_value *args,
                              uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    moments_state *moments = state;
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        double x;
        if (!number_of(items[i], &x) || !isfinite(x * x)) continue;
        double square = x * x;
        double rest = fma(x, x, -square); /* the square is both together, exactly */
        if (sl_exact_add(call->memory, &moments->sum, x) != SL_OK
            || sl_exact_add(call->memory, &moments->squares, square) != SL_OK
            || sl_exact_add(call->memory, &moments->squares, rest) != SL_OK) {
            return SL_LIMIT;
        }
        moments->count++;
    }
    return SL_OK;
}

sl_status sl_agg_moments_merge(const sl_agg_call *call, void *into, const void *from)
{
    moments_state *moments = into;
    const moments_state *other = from;
    moments->count += other->count;
    sl_status status = sl_exact_merge(call->memory, &moments->sum, &other->sum);
    if (status != SL_OK) return status;
    return sl_exact_merge(call->memory, &moments->squares, &other->squares);
}

sl_value sl_agg_sumsq_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    const moments_state *moments = state;
    if (moments->count == 0) return sl_missing();
    return sl_real(sl_exact_round(&moments->squares, 0, 0, NULL));
}

/* (n * squares - sum^2) / (n * (n - reduce)), 0 for a single value. */
static double moments_variance(const moments_state *moments, double reduce)
{
    double n = (double)moments->count;
    if (n <= reduce) return 0;
    double sum_rest, square_rest;
    double sum = sl_exact_round(&moments->sum, 0, 0, &sum_rest);
    double square = sl_exact_round(&moments->squares, 0, 0, &square_rest);
    double a = n * square;
    double a_rest = fma(n, square, -a) + n * square_rest;
    double b = sum * sum;
    double b_rest = fma(sum, sum, -b) + 2 * sum * sum_rest;
    double difference = (a - b) + (a_rest - b_rest);
    return difference <= 0 ? 0 : difference / (n * (n - reduce));
}

static sl_value moments_finish(const void *state, double reduce, bool root)
{
    const moments_state *moments = state;
    if (moments->count == 0) return sl_missing();
    double variance = moments_variance(moments, reduce);
    return sl_real(root ? sqrt(variance) : variance);
}

sl_value sl_agg_var_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    return moments_finish(state, 1, false);
}

sl_value sl_agg_varp_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    return moments_finish(state, 0, false);
}

sl_value sl_agg_stdev_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    return moments_finish(state, 1, true);
}

sl_value sl_agg_stdevp_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    return moments_finish(state, 0, true);
}

void sl_agg_moments_save(const void *state, sl_buffer *out)
{
    const moments_state *moments = state;
    sl_save_number(out, moments->count);
    sl_save_exact(out, &moments->sum);
    sl_save_exact(out, &moments->squares);
}

sl_status sl_agg_moments_load(const sl_agg_call *call, void *into, sl_text saved)
{
    moments_state *moments = into;
    sl_saved from = {.bytes = saved};
    moments->count += sl_load_number(&from);
    sl_status status = sl_load_exact(&from, call->memory, &moments->sum);
    if (status != SL_OK) return status;
    return sl_load_exact(&from, call->memory, &moments->squares);
}

/* Takes one more span of numbers in. */
static void range_add(range_state *range, const range_state *other)
{
    if (other->kind == RANGE_NONE) return;
    if (range->kind == RANGE_NONE) {
        *range = *other;
        return;
    }
    if (range->kind != other->kind) range->kind = RANGE_MIXED;
    if (other->whole_min < range->whole_min) range->whole_min = other->whole_min;
    if (other->whole_max > range->whole_max) range->whole_max = other->whole_max;
    if (other->min < range->min) range->min = other->min;
    if (other->max > range->max) range->max = other->max;
}

sl_status sl_agg_range_step(const sl_agg_call *call, void *state, const sl_value *args,
                            uint32_t arg_count, const sl_rank *rank)
{
    (void)call;
    (void)arg_count;
    (void)rank;
    uint32_t item_count;
    const sl_value *items = sl_agg_items(&args[0], &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        range_state one = {.kind = RANGE_MIXED};
        int64_t whole = 0;
        if (!number_of(items[i], &one.min)) continue;
        if (items[i].kind == SL_MOMENT) {
            one.kind = RANGE_MOMENTS;
            whole = items[i].integer;
        } else if (sl_value_integer(items[i], &whole)) {
            one.kind = RANGE_INTEGERS;
        }
        one.max = one.min;
        one.whole_min = one.whole_max = whole;
        range_add(state, &one);
    }
    return SL_OK;
}

sl_status sl_agg_range_merge(const sl_agg_call *call, void *into, const void *from)
{
    (void)call;
    range_add(into, from);
    return SL_OK;
}

sl_value sl_agg_range_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    (void)arena;
    const range_state *range = state;
    if (range->kind == RANGE_NONE) return sl_missing();
    if (range->kind == RANGE_MIXED) return sl_real(range->max - range->min);
    uint64_t difference = (uint64_t)range->whole_max - (uint64_t)range->whole_min;
    if (range->kind == RANGE_MOMENTS && difference % (uint64_t)SL_SECOND != 0) {
        return sl_real((double)difference / (double)SL_SECOND);
    }
    if (range->kind == RANGE_MOMENTS) difference /= (uint64_t)SL_SECOND;
    return difference > INT64_MAX ? sl_real((double)difference) : sl_integer((int64_t)difference);
}

void sl_agg_range_save(const void *state, sl_buffer *out)
{
    const range_state *range = state;
    sl_save_number(out, range->kind);
    sl_save_number(out, (uint64_t)range->whole_min);
    sl_save_number(out, (uint64_t)range->whole_max);
    sl_save_value(out, sl_real(range->min));
    sl_save_value(out, sl_real(range->max));
}

sl_status sl_agg_range_load(const sl_agg_call *call, void *into, sl_text saved)
{
    sl_saved from = {.bytes = saved};
    uint64_t kind = sl_load_number(&from);
    range_state other = {.kind = (uint32_t)kind};
    other.whole_min = (int64_t)sl_load_number(&from);
    other.whole_max = (int64_t)sl_load_number(&from);
    other.min = sl_load_value(&from, call->memory).real;
    other.max = sl_load_value(&from, call->memory).real;
    if (from.failed || kind > RANGE_MIXED) return SL_CORRUPT;
    range_add(into, &other);
    return SL_OK;
}

/* A total order of numbers, so that the same one wins whatever came first: by value, whole numbers
 * by all their digits, then by their text ("1" before "1.0"). */
static int extreme_compare(sl_value a, double a_number, sl_value b, double b_number)
{
    if (a_number != b_number) return a_number < b_number ? -1 : 1;
    int64_t a_whole = 0, b_whole = 0;
    bool a_is_whole = sl_value_integer(a, &a_whole);
    bool b_is_whole = sl_value_integer(b, &b_whole);
    if (a_is_whole != b_is_whole) return a_is_whole ? -1 : 1;
    if (a_is_whole && a_whole != b_whole) return a_whole < b_whole ? -1 : 1;
    char a_scratch[SL_VALUE_TEXT_MAX], b_scratch[SL_VALUE_TEXT_MAX];
    int order = sl_text_compare(sl_value_text(a, a_scratch), sl_value_text(b, b_scratch));
    return order != 0 ? order : (int)a.kind - (int)b.kind;
}

static sl_value extreme_number(const extreme_state *state, sl_arena *arena)
{
    sl_saved saved = {.bytes = sl_kept_text(&state->number)};
    return sl_load_value(&saved, arena);
}

/* Keeps `value`, whose number is `number`, when it is more extreme: `sign` 1 for the smallest. */
static sl_status extreme_take_number(const sl_agg_call *call, extreme_state *state, sl_value value,
                                     double number, int sign)
{
    if (state->number.data != NULL) {
        if (sign * (number < state->value ? -1 : number > state->value ? 1 : 0) > 0) return SL_OK;
        sl_value kept = extreme_number(state, call->memory);
        if (sign * extreme_compare(value, number, kept, state->value) >= 0) return SL_OK;
    }
    sl_buffer saved;
    sl_buffer_init(&saved);
    sl_save_value(&saved, value);
    sl_status status = saved.failed ? SL_NOMEM : SL_OK;
    if (status == SL_OK) status = sl_kept_set(call->memory, &state->number, sl_buffer_text(&saved));
    if (status == SL_OK) state->value = number;
    sl_buffer_fini(&saved);
    return status;
}

static sl_status extreme_take_text(const sl_agg_call *call, extreme_state *state, sl_text text,
                                   int sign)
{
    if (state->text.data != NULL && sign * sl_text_compare(text, sl_kept_text(&state->text)) >= 0) {
        return SL_OK;
    }
    return sl_kept_set(call->memory, &state->text, text);
}

static sl_status extreme_step(const sl_agg_call *call, extreme_state *state, const sl_value *arg,
                              int sign, bool numbers_only)
{
    uint32_t item_count;
    const sl_value *items = sl_agg_items(arg, &item_count);
    for (uint32_t i = 0; i < item_count; i++) {
        double number;
        char scratch[SL_VALUE_TEXT_MAX];
        sl_status status = SL_OK;
        if (number_of(items[i], &number))
            status = extreme_take_number(call, state, items[i], number, sign);
        else if (!numbers_only)
            status = extreme_take_text(call, state, sl_value_text(items[i], scratch), sign);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_agg_min_step(const sl_agg_call *call, void *state, const sl_value *args,
                          uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    return extreme_step(call, state, &args[0], 1, false);
}

sl_status sl_agg_max_step(const sl_agg_call *call, void *state, const sl_value *args,
                          uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    return extreme_step(call, state, &args[0], -1, false);
}

sl_status sl_agg_min_number_step(const sl_agg_call *call, void *state, const sl_value *args,
                                 uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    return extreme_step(call, state, &args[0], 1, true);
}

sl_status sl_agg_max_number_step(const sl_agg_call *call, void *state, const sl_value *args,
                                 uint32_t arg_count, const sl_rank *rank)
{
    (void)arg_count;
    (void)rank;
    return extreme_step(call, state, &args[0], -1, true);
}

static sl_status extreme_merge(const sl_agg_call *call, extreme_state *into,
                               const extreme_state *from, int sign)
{
    sl_status status = SL_OK;
    if (from->number.data != NULL) {
        sl_value value = extreme_number(from, call->memory);
        status = extreme_take_number(call, into, value, from->value, sign);
    }
    if (status == SL_OK && from->text.data != NULL) {
        status = extreme_take_text(call, into, sl_kept_text(&from->text), sign);
    }
    return status;
}

sl_status sl_agg_min_merge(const sl_agg_call *call, void *into, const void *from)
{
    return extreme_merge(call, into, from, 1);
}

sl_status sl_agg_max_merge(const sl_agg_call *call, void *into, const void *from)
{
    return extreme_merge(call, into, from, -1);
}

sl_value sl_agg_extreme_finish(const sl_agg_call *call, const void *state, sl_arena *arena)
{
    (void)call;
    const extreme_state *extreme = state;
    if (extreme->number.data == NULL && extreme->text.data == NULL) return sl_missing();
    if (extreme->number.data == NULL)
        return sl_value_copy(arena, sl_string(sl_kept_text(&extreme->text)));
    sl_value value = extreme_number(extreme, arena);
    if (value.kind == SL_STRING || value.kind == SL_NUMBER) {
        value = sl_agg_number_value(sl_value_bytes(value));
    }
    return sl_value_copy(arena, value);
}

static void extreme_save(const void *state, sl_buffer *out)
{
    const extreme_state *extreme = state;
    sl_save_number(out, extreme->number.data != NULL);
    sl_save_text(out, sl_kept_text(&extreme->number));
    sl_save_number(out, extreme->text.data != NULL);
    sl_save_text(out, sl_kept_text(&extreme->text));
}

void sl_agg_min_save(const void *state, sl_buffer *out)
{
    extreme_save(state, out);
}

void sl_agg_max_save(const void *state, sl_buffer *out)
{
    extreme_save(state, out);
}

static sl_status extreme_load(const sl_agg_call *call, extreme_state *into, sl_text saved, int sign)
{
    sl_saved from = {.bytes = saved};
    bool has_number = sl_load_number(&from) != 0;
    sl_saved number_saved = {.bytes = sl_load_text(&from)};
    bool has_text = sl_load_number(&from) != 0;
    sl_text text = sl_load_text(&from);
    if (from.failed) return SL_CORRUPT;
    sl_status status = SL_OK;
    if (has_number) {
        double number;
        sl_value value = sl_load_value(&number_saved, call->memory);
        if (number_saved.failed || !number_of(value, &number)) return SL_CORRUPT;
        status = extreme_take_number(call, into, value, number, sign);
    }
    if (status == SL_OK && has_text) status = extreme_take_text(call, into, text, sign);
    return status;
}

sl_status sl_agg_min_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return extreme_load(call, into, saved, 1);
}

sl_status sl_agg_max_load(const sl_agg_call *call, void *into, sl_text saved)
{
    return extreme_load(call, into, saved, -1);
}
