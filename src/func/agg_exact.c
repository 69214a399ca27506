/* agg_exact.c - sums of doubles without rounding, so that they do not depend on their order.
 *
 * A finite double is a 53-bit integer times a power of two. Shifted to a multiple of 32 it falls
 * into three digits, which are added to 64-bit counters; carries are moved up every 2^28 additions
 * and at the end. Only the digits that values touch are held: sums of prices or seconds need
 * four or five. The idea is Kulisch's; rounding takes place once, when the result is asked for. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "func/agg_kit.h"

enum {
    EXACT_LOWEST = -34, /* digit of 2^-1074 */
    EXACT_HIGHEST = 36, /* digit of 2^1023, with room for the carries of 2^64 additions */
    EXACT_SPAN = EXACT_HIGHEST - EXACT_LOWEST + 1,
    EXACT_PENDING_MAX = 1 << 28
};

/* Digits of 32 bits, arithmetic shift: floor division by 2^32. */
static int64_t exact_carry(int64_t digit)
{
    return digit >> 32;
}

static int64_t exact_low(int64_t digit)
{
    return (int64_t)((uint64_t)digit & UINT32_MAX);
}

/* Moves carries up; the top digit keeps the sign. */
static void exact_normalise(int64_t *digits, int32_t count)
{
    for (int32_t i = 0; i + 1 < count; i++) {
        digits[i + 1] += exact_carry(digits[i]);
        digits[i] = exact_low(digits[i]);
    }
}

/* `x` as three digits from 2^(32 * *out_first) on. */
static void exact_split(double x, int64_t out[3], int32_t *out_first)
{
    int exponent;
    double fraction = frexp(x, &exponent);
    int64_t mantissa = (int64_t)ldexp(fraction, 53);
    exponent -= 53;
    if (exponent < -1074) { /* subnormal: its lowest bits are zero */
        mantissa /= INT64_C(1) << (-1074 - exponent);
        exponent = -1074;
    }
    uint64_t magnitude = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    int32_t first = exponent >= 0 ? exponent / 32 : -((31 - exponent) / 32);
    unsigned shift = (unsigned)(exponent - first * 32);
    uint64_t low = (magnitude & UINT32_MAX) << shift;
    uint64_t high = (magnitude >> 32) << shift;
    int64_t sign = mantissa < 0 ? -1 : 1;
    out[0] = sign * (int64_t)(low & UINT32_MAX);
    out[1] = sign * (int64_t)((low >> 32) + (high & UINT32_MAX));
    out[2] = sign * (int64_t)(high >> 32);
    *out_first = first;
}

/* Makes digits first .. first + count - 1 exist. */
static bool exact_reach(sl_arena *memory, sl_exact *sum, int32_t first, int32_t count)
{
    int32_t start = first;
    int32_t end = first + count;
    if (sum->digits != NULL) {
        if (start >= sum->first && end <= sum->first + sum->count) return true;
        if (sum->first < start) start = sum->first;
        if (sum->first + sum->count > end) end = sum->first + sum->count;
    }
    int64_t *digits = SL_ARENA_ARRAY(memory, (size_t)(end - start), int64_t);
    if (digits == NULL) return false;
    if (sum->digits != NULL) {
        memcpy(digits + (sum->first - start), sum->digits, (size_t)sum->count * sizeof *digits);
    }
    sum->digits = digits;
    sum->first = start;
    sum->count = end - start;
    return true;
}

/* Room for carries above the highest digit in use, then moves them. */
static bool exact_settle(sl_arena *memory, sl_exact *sum)
{
    if (sum->digits == NULL) return true;
    int32_t top = sum->first + sum->count - 1;
    if (sum->digits[sum->count - 1] != 0 && top + 2 <= EXACT_HIGHEST
        && !exact_reach(memory, sum, top + 1, 2)) {
        return false;
    }
    exact_normalise(sum->digits, sum->count);
    sum->pending = 1;
    return true;
}

sl_status sl_exact_add(sl_arena *memory, sl_exact *sum, double x)
{
    assert(isfinite(x));
    if (x == 0) return SL_OK;
    int64_t parts[3];
    int32_t first;
    exact_split(x, parts, &first);
    if (!exact_reach(memory, sum, first, 3)) return SL_LIMIT;
    int64_t *digits = sum->digits + (first - sum->first);
    for (int i = 0; i < 3; i++) digits[i] += parts[i];
    if (++sum->pending >= EXACT_PENDING_MAX && !exact_settle(memory, sum)) return SL_LIMIT;
    return SL_OK;
}

sl_status sl_exact_merge(sl_arena *memory, sl_exact *into, const sl_exact *from)
{
    if (from->digits == NULL) return SL_OK;
    if (!exact_reach(memory, into, from->first, from->count)) return SL_LIMIT;
    int64_t *digits = into->digits + (from->first - into->first);
    for (int32_t i = 0; i < from->count; i++) digits[i] += from->digits[i];
    into->pending += from->pending;
    if (into->pending >= EXACT_PENDING_MAX && !exact_settle(memory, into)) return SL_LIMIT;
    return SL_OK;
}

/* The nearest double to the number in `digits`, which are normalised and not negative. */
static double exact_round_digits(const int64_t *digits)
{
    int32_t top = EXACT_SPAN - 1;
    while (top >= 0 && digits[top] == 0) top--;
    if (top < 0) return 0;
    uint64_t bits = 0; /* the highest 64 bits, the first of them set */
    uint64_t head = (uint64_t)digits[top];
    unsigned used = 0;
    while (used < 32 && head >> used != 0) used++;
    bits = head << (64 - used);
    int32_t next = top - 1;
    unsigned filled = used;
    bool sticky = false;
    for (; next >= 0; next--) {
        uint64_t digit = (uint64_t)digits[next];
        if (filled + 32 <= 64) {
            bits |= digit << (32 - filled);
        } else if (filled < 64) {
            bits |= digit >> (filled - 32);
            sticky |= (digit & ((UINT64_C(1) << (filled - 32)) - 1)) != 0;
        } else {
            sticky |= digit != 0;
        }
        filled = filled + 32 < 64 ? filled + 32 : 64;
    }
    if (sticky) bits |= 1; /* eleven bits below a double's: it can only break a tie */
    int exponent = (EXACT_LOWEST + top) * 32 + (int)used - 64;
    return ldexp((double)bits, exponent);
}

/* Rounds a signed number of EXACT_SPAN digits, which is overwritten. */
static double exact_round_signed(int64_t *digits)
{
    exact_normalise(digits, EXACT_SPAN);
    bool negative = digits[EXACT_SPAN - 1] < 0;
    if (negative) {
        for (int32_t i = 0; i < EXACT_SPAN; i++) digits[i] = -digits[i];
        exact_normalise(digits, EXACT_SPAN);
    }
    double result = exact_round_digits(digits);
    return negative ? -result : result;
}

double sl_exact_round(const sl_exact *sum, int64_t high, uint64_t low, double *out_rest)
{
    int64_t digits[EXACT_SPAN] = {0};
    int64_t *unit = digits - EXACT_LOWEST;
    for (int32_t i = 0; i < sum->count; i++) unit[sum->first + i] += sum->digits[i];
    unit[0] += (int64_t)(low & UINT32_MAX);
    unit[1] += (int64_t)(low >> 32);
    unit[2] += exact_low(high);
    unit[3] += exact_carry(high);
    int64_t scratch[EXACT_SPAN];
    memcpy(scratch, digits, sizeof scratch);
    double result = exact_round_signed(scratch);
    if (out_rest == NULL) return result;
    *out_rest = 0;
    if (isfinite(result) && result != 0) {
        int64_t parts[3];
        int32_t first;
        exact_split(result, parts, &first);
        for (int i = 0; i < 3; i++) unit[first + i] -= parts[i];
        *out_rest = exact_round_signed(digits);
    }
    return result;
}

void sl_save_exact(sl_buffer *out, const sl_exact *sum)
{
    sl_save_number(out, (uint64_t)(int64_t)sum->first);
    sl_save_number(out, (uint64_t)(int64_t)sum->count);
    sl_save_number(out, sum->pending);
    for (int32_t i = 0; i < sum->count; i++) sl_save_number(out, (uint64_t)sum->digits[i]);
}

sl_status sl_load_exact(sl_saved *saved, sl_arena *memory, sl_exact *into)
{
    int64_t first = (int64_t)sl_load_number(saved);
    int64_t count = (int64_t)sl_load_number(saved);
    uint64_t pending = sl_load_number(saved);
    if (saved->failed || count < 0 || count > EXACT_SPAN || first < EXACT_LOWEST
        || first > EXACT_HIGHEST || first + count > EXACT_HIGHEST + 1
        || pending > EXACT_PENDING_MAX) {
        saved->failed = true;
        return SL_CORRUPT;
    }
    int64_t digits[EXACT_SPAN];
    const int64_t digit_max = INT64_C(1) << 62; /* what EXACT_PENDING_MAX additions stay below */
    for (int64_t i = 0; i < count; i++) {
        digits[i] = (int64_t)sl_load_number(saved);
        if (digits[i] > digit_max || digits[i] < -digit_max) saved->failed = true;
    }
    if (saved->failed) return SL_CORRUPT;
    if (count == 0) return SL_OK;
    sl_exact from = {.digits = digits,
                     .first = (int32_t)first,
                     .count = (int32_t)count,
                     .pending = (uint32_t)pending};
    return sl_exact_merge(memory, into, &from);
}
