/* spl_number.c - eval's functions of numbers.
 *
 * Computed in doubles; whole results up to 2^53 come out as integers. What is no number, and what
 * has no finite result, gives missing. */
#include "func/spl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/number.h"
#include "func/spl_value.h"

static const double number_pi = 3.14159265359; /* the language documents 11 decimals */
static const uint64_t number_bits_max = (UINT64_C(1) << 53) - 1;

/* One number to one number. */
static void number_map(const sl_call *call, double (*one)(double x))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x = 0;
        if (sl_spl_number(sl_arg(call, 0, row), &x)) call->out[row] = sl_spl_number_value(one(x));
    }
}

static void number_map_two(const sl_call *call, double (*one)(double x, double y))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x = 0, y = 0;
        if (sl_spl_number(sl_arg(call, 0, row), &x) && sl_spl_number(sl_arg(call, 1, row), &y))
            call->out[row] = sl_spl_number_value(one(x, y));
    }
}

/* The same, but integers, which a double might not hold, pass as they are. */
static void number_map_real(const sl_call *call, double (*one)(double x))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        int64_t whole = 0;
        double x = 0;
        if (!sl_spl_number(v, &x)) continue;
        if (v.kind != SL_LIST && sl_value_integer(v, &whole)) call->out[row] = sl_integer(whole);
        else call->out[row] = sl_spl_number_value(one(x));
    }
}

void sl_fn_spl_abs(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        int64_t whole = 0;
        double x = 0;
        if (!sl_spl_number(v, &x)) continue;
        if (v.kind != SL_LIST && sl_value_integer(v, &whole) && whole != INT64_MIN)
            call->out[row] = sl_integer(whole < 0 ? -whole : whole);
        else call->out[row] = sl_spl_number_value(fabs(x));
    }
}

void sl_fn_spl_ceiling(const sl_call *call)
{
    number_map_real(call, ceil);
}

void sl_fn_spl_floor(const sl_call *call)
{
    number_map_real(call, floor);
}

void sl_fn_spl_exp(const sl_call *call)
{
    number_map(call, exp);
}

void sl_fn_spl_ln(const sl_call *call)
{
    number_map(call, log);
}

void sl_fn_spl_sqrt(const sl_call *call)
{
    number_map(call, sqrt);
}

void sl_fn_spl_pow(const sl_call *call)
{
    number_map_two(call, pow);
}

static double number_log_base(double x, double base)
{
    if (base == 10) return log10(x);
    if (base == 2) return log2(x);
    return log(x) / log(base);
}

void sl_fn_spl_log(const sl_call *call)
{
    if (call->arg_count < 2) number_map(call, log10);
    else number_map_two(call, number_log_base);
}

void sl_fn_spl_pi(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) call->out[call->rows[i]] = sl_real(number_pi);
}

static double number_round_whole(double x)
{
    return sl_spl_round(x, 0);
}

/* A number with as many decimals as were asked for, zeros too. */
static sl_value number_with_decimals(sl_arena *arena, double x, double places)
{
    enum { PLACES_MAX = 15 };
    double rounded = sl_spl_round(x, places);
    if (places < 1 || places > PLACES_MAX || !isfinite(rounded) || fabs(rounded) > 1e15)
        return sl_spl_number_value(rounded);
    return sl_spl_fixed(arena, rounded, (int)places);
}

void sl_fn_spl_round(const sl_call *call)
{
    if (call->arg_count < 2) {
        number_map_real(call, number_round_whole);
        return;
    }
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x = 0, places = 0;
        if (sl_spl_number(sl_arg(call, 0, row), &x) && sl_spl_number(sl_arg(call, 1, row), &places))
            call->out[row] = number_with_decimals(call->arena, x, places);
    }
}

/* All the digits that tell the double from its neighbours. */
void sl_fn_spl_exact(const sl_call *call)
{
    enum { NUMBER_DIGITS = 15, NUMBER_DIGITS_MAX = 17 };
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        double x = 0;
        if (!sl_spl_number(v, &x)) continue;
        if (v.kind != SL_REAL) {
            call->out[row] = v;
            continue;
        }
        char text[SL_NUMBER_TEXT_MAX];
        int length = 0;
        for (int digits = NUMBER_DIGITS; digits <= NUMBER_DIGITS_MAX; digits++) {
            length = snprintf(text, sizeof text, "%.*g", digits, x);
            if (strtod(text, NULL) == x) break;
        }
        for (int k = 0; k < length; k++)
            if (text[k] == ',') text[k] = '.'; /* a host program's locale */
        sl_text copy = sl_arena_copy(call->arena, sl_text_make(text, (size_t)length));
        if (copy.data != NULL) call->out[row] = sl_number_as(copy);
    }
}

/* Bits: whole numbers from 0 to 2^53 - 1, all else is missing. */
static bool number_bits(sl_value v, uint64_t *out)
{
    int64_t whole = 0;
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    if (v.kind == SL_BOOL || !sl_value_integer(v, &whole)) return false;
    if (whole < 0 || (uint64_t)whole > number_bits_max) return false;
    *out = (uint64_t)whole;
    return true;
}

static void number_fold_bits(const sl_call *call, uint64_t (*two)(uint64_t a, uint64_t b))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        uint64_t folded = 0, next = 0;
        bool valid = number_bits(sl_arg(call, 0, row), &folded);
        for (uint32_t k = 1; k < call->arg_count && valid; k++) {
            valid = number_bits(sl_arg(call, k, row), &next);
            folded = two(folded, next);
        }
        if (valid) call->out[row] = sl_integer((int64_t)(folded & number_bits_max));
    }
}

static uint64_t number_and(uint64_t a, uint64_t b)
{
    return a & b;
}

static uint64_t number_or(uint64_t a, uint64_t b)
{
    return a | b;
}

static uint64_t number_xor(uint64_t a, uint64_t b)
{
    return a ^ b;
}

static uint64_t number_left(uint64_t a, uint64_t b)
{
    return b > 53 ? 0 : a << b;
}

static uint64_t number_right(uint64_t a, uint64_t b)
{
    return b > 53 ? 0 : a >> b;
}

void sl_fn_spl_bit_and(const sl_call *call)
{
    number_fold_bits(call, number_and);
}

void sl_fn_spl_bit_or(const sl_call *call)
{
    number_fold_bits(call, number_or);
}

void sl_fn_spl_bit_xor(const sl_call *call)
{
    number_fold_bits(call, number_xor);
}

void sl_fn_spl_bit_shift_left(const sl_call *call)
{
    number_fold_bits(call, number_left);
}

void sl_fn_spl_bit_shift_right(const sl_call *call)
{
    number_fold_bits(call, number_right);
}

void sl_fn_spl_bit_not(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        uint64_t bits = 0, mask = number_bits_max;
        if (!number_bits(sl_arg(call, 0, row), &bits)) continue;
        if (call->arg_count > 1 && !number_bits(sl_arg(call, 1, row), &mask)) continue;
        call->out[row] = sl_integer((int64_t)(~bits & mask));
    }
}

/* Several values. */

static void number_total(const sl_call *call, bool mean)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double total = 0, x = 0;
        uint64_t count = 0;
        for (uint32_t k = 0; k < call->arg_count; k++) {
            sl_value arg = sl_arg(call, k, row);
            const sl_value *items = sl_spl_items(&arg);
            uint32_t item_count = sl_spl_item_count(arg);
            for (uint32_t j = 0; j < item_count; j++) {
                if (!sl_spl_number(items[j], &x)) continue;
                total += x;
                count++;
            }
        }
        if (count > 0) call->out[row] = sl_spl_number_value(mean ? total / (double)count : total);
    }
}

void sl_fn_spl_sum(const sl_call *call)
{
    number_total(call, false);
}

void sl_fn_spl_avg(const sl_call *call)
{
    number_total(call, true);
}

/* Numbers come before texts. */
static int number_rank(sl_value a, sl_value b)
{
    double ignored = 0;
    bool number_a = sl_spl_number(a, &ignored), number_b = sl_spl_number(b, &ignored);
    if (number_a != number_b) return number_a ? -1 : 1;
    return sl_spl_compare(a, b);
}

static void number_extreme(const sl_call *call, int sign)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value best = sl_missing();
        for (uint32_t k = 0; k < call->arg_count; k++) {
            sl_value arg = sl_arg(call, k, row);
            const sl_value *items = sl_spl_items(&arg);
            uint32_t item_count = sl_spl_item_count(arg);
            for (uint32_t j = 0; j < item_count; j++)
                if (sl_is_missing(best) || number_rank(items[j], best) * sign > 0) best = items[j];
        }
        call->out[row] = best;
    }
}

void sl_fn_spl_max(const sl_call *call)
{
    number_extreme(call, 1);
}

void sl_fn_spl_min(const sl_call *call)
{
    number_extreme(call, -1);
}

/* Not for secrets: xorshift64* from a seed of the system's, one a thread. */
void sl_fn_spl_random(const sl_call *call)
{
    static _Thread_local uint64_t number_random_state;
    while (number_random_state == 0)
        if (getrandom(&number_random_state, sizeof number_random_state, 0) < 0)
            number_random_state = (uint64_t)sl_time_now() | 1;
    for (uint32_t i = 0; i < call->row_count; i++) {
        number_random_state ^= number_random_state >> 12;
        number_random_state ^= number_random_state << 25;
        number_random_state ^= number_random_state >> 27;
        uint64_t mixed = number_random_state * UINT64_C(0x2545F4914F6CDD1D);
        call->out[call->rows[i]] = sl_integer((int64_t)(mixed >> 33));
    }
}
