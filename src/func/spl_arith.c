/* spl_arith.c - eval's operators on numbers, and concatenation.
 *
 * Whole numbers stay exact 64-bit integers as long as both sides and the result are; all else is
 * done in doubles. An operand that is null, not a number, or has several values makes the result
 * missing, as does a division by zero. `+` joins two texts when neither looks like a number;
 * `.` joins whatever it is given. */
#include "func/spl.h"

#include <math.h>

#include "func/spl_value.h"

typedef struct arith_pair {
    bool whole; /* both sides fit 64 bits: `a` and `b` hold them */
    int64_t a, b;
    double real_a, real_b;
} arith_pair;

static bool arith_operand(sl_value v, bool *whole, int64_t *integer, double *real)
{
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    if (v.kind == SL_INTEGER) {
        *integer = v.integer;
        *real = (double)v.integer;
        return true;
    }
    if (!sl_spl_number(v, real)) return false;
    if (v.kind == SL_REAL || !sl_value_integer(v, integer)) *whole = false;
    return true;
}

static bool arith_read(const sl_call *call, uint32_t row, arith_pair *pair)
{
    *pair = (arith_pair){.whole = true};
    return arith_operand(sl_arg(call, 0, row), &pair->whole, &pair->a, &pair->real_a)
        && arith_operand(sl_arg(call, 1, row), &pair->whole, &pair->b, &pair->real_b);
}

static sl_value arith_join(const sl_call *call, sl_text a, sl_text b)
{
    if (a.length + b.length > SL_SPL_TEXT_MAX) {
        sl_spl_over_limit(call->context, "a text of more than 64 MiB");
        return sl_missing();
    }
    char *bytes = sl_arena_bytes(call->arena, a.length + b.length);
    if (bytes == NULL) return sl_missing();
    if (a.length > 0) memcpy(bytes, a.data, a.length);
    if (b.length > 0) memcpy(bytes + a.length, b.data, b.length);
    return sl_string(sl_text_make(bytes, a.length + b.length));
}

static sl_value arith_concat(const sl_call *call, uint32_t row)
{
    sl_value a = sl_arg(call, 0, row), b = sl_arg(call, 1, row);
    if (a.kind == SL_LIST && a.length == 1) a = a.items[0];
    if (b.kind == SL_LIST && b.length == 1) b = b.items[0];
    if (sl_spl_is_null(a) || sl_spl_is_null(b) || a.kind == SL_LIST || b.kind == SL_LIST)
        return sl_missing();
    char scratch_a[SL_VALUE_TEXT_MAX], scratch_b[SL_VALUE_TEXT_MAX];
    return arith_join(call, sl_value_text(a, scratch_a), sl_value_text(b, scratch_b));
}

static bool arith_is_text(sl_value v)
{
    double ignored = 0;
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    return v.kind == SL_STRING && !sl_spl_number(v, &ignored);
}

static void arith_add(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        arith_pair pair;
        int64_t sum = 0;
        if (!arith_read(call, row, &pair)) {
            if (arith_is_text(sl_arg(call, 0, row)) && arith_is_text(sl_arg(call, 1, row)))
                call->out[row] = arith_concat(call, row);
        } else if (pair.whole && !__builtin_add_overflow(pair.a, pair.b, &sum)) {
            call->out[row] = sl_integer(sum);
        } else {
            call->out[row] = sl_spl_number_value(pair.real_a + pair.real_b);
        }
    }
}

static void arith_subtract(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        arith_pair pair;
        int64_t difference = 0;
        if (!arith_read(call, row, &pair)) continue;
        if (pair.whole && !__builtin_sub_overflow(pair.a, pair.b, &difference))
            call->out[row] = sl_integer(difference);
        else call->out[row] = sl_spl_number_value(pair.real_a - pair.real_b);
    }
}

static void arith_multiply(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        arith_pair pair;
        int64_t product = 0;
        if (!arith_read(call, row, &pair)) continue;
        if (pair.whole && !__builtin_mul_overflow(pair.a, pair.b, &product))
            call->out[row] = sl_integer(product);
        else call->out[row] = sl_spl_number_value(pair.real_a * pair.real_b);
    }
}

static void arith_divide(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        arith_pair pair;
        if (!arith_read(call, row, &pair) || pair.real_b == 0) continue;
        /* INT64_MIN / -1 does not fit. */
        if (pair.whole && pair.b != -1 && pair.a % pair.b == 0)
            call->out[row] = sl_integer(pair.a / pair.b);
        else call->out[row] = sl_spl_number_value(pair.real_a / pair.real_b);
    }
}

static void arith_modulo(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        arith_pair pair;
        if (!arith_read(call, row, &pair) || pair.real_b == 0) continue;
        if (pair.whole) call->out[row] = sl_integer(pair.b == -1 ? 0 : pair.a % pair.b);
        else call->out[row] = sl_spl_number_value(fmod(pair.real_a, pair.real_b));
    }
}

static void arith_negate(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        bool whole = true;
        int64_t integer = 0;
        double real = 0;
        if (!arith_operand(sl_arg(call, 0, row), &whole, &integer, &real)) continue;
        if (whole && integer != INT64_MIN) call->out[row] = sl_integer(-integer);
        else call->out[row] = sl_spl_number_value(-real);
    }
}

static void arith_concat_run(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++)
        call->out[call->rows[i]] = arith_concat(call, call->rows[i]);
}

#define ARITH_ROW(symbol, word, text, arg_type, ret_type, run_function) \
    const sl_fn sl_spl_##symbol = {.name = word, \
                                   .usage = "X " word " Y", \
                                   .doc = text, \
                                   .arg_min = 2, \
                                   .arg_max = 2, \
                                   .args = {arg_type, arg_type}, \
                                   .ret = ret_type, \
                                   .flags = SL_FN_PURE | SL_FN_OPERATOR, \
                                   .run = run_function}

ARITH_ROW(add, "+", "The sum of two numbers, or two texts joined.", SL_ARG_ANY, SL_RET_ANY,
          arith_add);
ARITH_ROW(subtract, "-", "The difference of two numbers.", SL_ARG_ANY, SL_RET_NUMBER,
          arith_subtract);
ARITH_ROW(multiply, "*", "The product of two numbers.", SL_ARG_ANY, SL_RET_NUMBER, arith_multiply);
ARITH_ROW(divide, "/", "The quotient of two numbers.", SL_ARG_ANY, SL_RET_NUMBER, arith_divide);
ARITH_ROW(modulo, "%", "The rest of a division, with the sign of X.", SL_ARG_ANY, SL_RET_NUMBER,
          arith_modulo);
ARITH_ROW(concat, ".", "Two values joined as text.", SL_ARG_ANY, SL_RET_TEXT, arith_concat_run);

const sl_fn sl_spl_negate = {.name = "-",
                             .usage = "-X",
                             .doc = "The number with the other sign.",
                             .arg_min = 1,
                             .arg_max = 1,
                             .ret = SL_RET_NUMBER,
                             .flags = SL_FN_PURE | SL_FN_OPERATOR,
                             .run = arith_negate};
