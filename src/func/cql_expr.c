/* cql_expr.c - the operators of CQL's expressions, conditions and numbers.
 *
 * Values are text that is read as the operator needs it; an operand that is missing, or no number
 * where one is wanted, makes the result missing. Whole numbers are added, subtracted and
 * multiplied exactly while they fit 64 bits: process ids and times have more digits than a double
 * keeps apart. */
#include <math.h>

#include "func/cql.h"
#include "func/cql_value.h"

/* <0, 0, >0, or 2 when there is no order: one is missing, or not a number where `numbers`. */
static int expr_order(sl_value a, sl_value b, bool numbers)
{
    if (sl_cql_is_missing(a) || sl_cql_is_missing(b)) return 2;
    int64_t whole_a, whole_b;
    if (sl_value_integer(a, &whole_a) && sl_value_integer(b, &whole_b)) {
        return whole_a < whole_b ? -1 : whole_a > whole_b;
    }
    double number_a, number_b;
    if (sl_cql_number(a, &number_a) && sl_cql_number(b, &number_b)) {
        return number_a < number_b ? -1 : number_a > number_b;
    }
    if (numbers) return 2;
    char scratch_a[SL_VALUE_TEXT_MAX], scratch_b[SL_VALUE_TEXT_MAX];
    int order = sl_text_compare(sl_cql_text(a, scratch_a), sl_cql_text(b, scratch_b));
    return order < 0 ? -1 : order > 0;
}

/* Which orders pass: bit 0 less, bit 1 equal, bit 2 greater. */
static void expr_compare(const sl_call *call, unsigned passing, bool numbers)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        int order = expr_order(sl_arg(call, 0, row), sl_arg(call, 1, row), numbers);
        call->out[row] = order == 2 ? sl_missing() : sl_bool((passing >> (order + 1) & 1) != 0);
    }
}

static void expr_equal(const sl_call *call)
{
    expr_compare(call, 2, false);
}

static void expr_not_equal(const sl_call *call)
{
    expr_compare(call, 5, false);
}

static void expr_less(const sl_call *call)
{
    expr_compare(call, 1, true);
}

static void expr_less_equal(const sl_call *call)
{
    expr_compare(call, 3, true);
}

static void expr_greater(const sl_call *call)
{
    expr_compare(call, 4, true);
}

static void expr_greater_equal(const sl_call *call)
{
    expr_compare(call, 6, true);
}

typedef enum expr_op { EXPR_ADD, EXPR_SUBTRACT, EXPR_MULTIPLY, EXPR_DIVIDE, EXPR_MODULO } expr_op;

static bool expr_sum_fits(int64_t a, int64_t b)
{
    return b >= 0 ? a <= INT64_MAX - b : a >= INT64_MIN - b;
}

static bool expr_difference_fits(int64_t a, int64_t b)
{
    return b >= 0 ? a >= INT64_MIN + b : a <= INT64_MAX + b;
}

static bool expr_product_fits(int64_t a, int64_t b)
{
    if (a == 0 || b == 0) return true;
    if (a == INT64_MIN || b == INT64_MIN) return a == 1 || b == 1;
    int64_t magnitude_a = a < 0 ? -a : a;
    int64_t magnitude_b = b < 0 ? -b : b;
    return magnitude_a <= INT64_MAX / magnitude_b;
}

/* The exact result for whole numbers; false when it does not fit or is not whole. */
static bool expr_whole(expr_op op, int64_t a, int64_t b, int64_t *out)
{
    switch (op) {
    case EXPR_ADD:
        if (!expr_sum_fits(a, b)) return false;
        *out = a + b;
        return true;
    case EXPR_SUBTRACT:
        if (!expr_difference_fits(a, b)) return false;
        *out = a - b;
        return true;
    case EXPR_MULTIPLY:
        if (!expr_product_fits(a, b)) return false;
        *out = a * b;
        return true;
    case EXPR_DIVIDE:
        if (b == 0 || b == -1 || a % b != 0) return false;
        *out = a / b;
        return true;
    case EXPR_MODULO:
        if (b == 0 || b == -1) return false;
        *out = a % b;
        return true;
    }
    return false;
}

static double expr_real(expr_op op, double a, double b)
{
    switch (op) {
    case EXPR_ADD: return a + b;
    case EXPR_SUBTRACT: return a - b;
    case EXPR_MULTIPLY: return a * b;
    case EXPR_DIVIDE: return b == 0 ? NAN : a / b;
    case EXPR_MODULO: return b == 0 ? NAN : fmod(a, b);
    }
    return NAN;
}

static sl_value expr_apply(expr_op op, sl_value a, sl_value b)
{
    int64_t whole_a, whole_b, whole;
    if (sl_value_integer(a, &whole_a) && sl_value_integer(b, &whole_b)
        && expr_whole(op, whole_a, whole_b, &whole)) {
        return sl_integer(whole);
    }
    double number_a, number_b;
    if (!sl_cql_number(a, &number_a) || !sl_cql_number(b, &number_b)) return sl_missing();
    return sl_cql_number_value(expr_real(op, number_a, number_b));
}

static void expr_arithmetic(const sl_call *call, expr_op op)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = expr_apply(op, sl_arg(call, 0, row), sl_arg(call, 1, row));
    }
}

static void expr_add(const sl_call *call)
{
    expr_arithmetic(call, EXPR_ADD);
}

static void expr_subtract(const sl_call *call)
{
    expr_arithmetic(call, EXPR_SUBTRACT);
}

static void expr_multiply(const sl_call *call)
{
    expr_arithmetic(call, EXPR_MULTIPLY);
}

static void expr_divide(const sl_call *call)
{
    expr_arithmetic(call, EXPR_DIVIDE);
}

static void expr_modulo(const sl_call *call)
{
    expr_arithmetic(call, EXPR_MODULO);
}

void sl_fn_cql_mod(const sl_call *call)
{
    expr_arithmetic(call, EXPR_MODULO);
}

static void expr_negate(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = expr_apply(EXPR_SUBTRACT, sl_integer(0), sl_arg(call, 0, row));
    }
}

static void expr_not(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        call->out[row] = sl_cql_is_missing(v) ? sl_missing() : sl_bool(!sl_cql_is_true(v));
    }
}

void sl_fn_cql_if(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        uint32_t chosen = sl_cql_is_true(sl_arg(call, 0, row)) ? 1 : 2;
        call->out[row] = sl_arg(call, chosen, row);
    }
}

void sl_fn_cql_coalesce(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        for (uint32_t arg = 0; arg < call->arg_count; arg++) {
            call->out[row] = sl_arg(call, arg, row);
            if (!sl_cql_is_missing(call->out[row])) break;
        }
    }
}

static void expr_default(const sl_call *call, bool replace_empty)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        bool replace =
            sl_cql_is_missing(v) || (replace_empty && v.kind == SL_STRING && v.length == 0);
        call->out[row] = replace ? sl_arg(call, 1, row) : v;
    }
}

void sl_fn_cql_default(const sl_call *call)
{
    expr_default(call, false);
}

static void expr_default_empty(const sl_call *call)
{
    expr_default(call, true);
}

typedef double expr_function(double x);

static void expr_map(const sl_call *call, expr_function *function)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x;
        if (sl_cql_number(sl_arg(call, 0, row), &x)) {
            call->out[row] = sl_cql_number_value(function(x));
        }
    }
}

void sl_fn_cql_abs(const sl_call *call)
{
    expr_map(call, fabs);
}

void sl_fn_cql_ceil(const sl_call *call)
{
    expr_map(call, ceil);
}

void sl_fn_cql_floor(const sl_call *call)
{
    expr_map(call, floor);
}

void sl_fn_cql_sqrt(const sl_call *call)
{
    expr_map(call, sqrt);
}

void sl_fn_cql_exp(const sl_call *call)
{
    expr_map(call, exp);
}

void sl_fn_cql_log(const sl_call *call)
{
    expr_map(call, log);
}

void sl_fn_cql_log10(const sl_call *call)
{
    expr_map(call, log10);
}

void sl_fn_cql_log2(const sl_call *call)
{
    expr_map(call, log2);
}

void sl_fn_cql_pow(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double base, exponent;
        if (sl_cql_number(sl_arg(call, 0, row), &base)
            && sl_cql_number(sl_arg(call, 1, row), &exponent)) {
            call->out[row] = sl_cql_number_value(pow(base, exponent));
        }
    }
}

/* Half goes up, as Java's Math.round has it. */
static double expr_round_half_up(double x)
{
    return floor(x + 0.5);
}

/* round(field, how): how is round, ceil or floor. */
void sl_fn_cql_round(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double x;
        if (!sl_cql_number(sl_arg(call, 0, row), &x)) continue;
        char scratch[SL_VALUE_TEXT_MAX];
        sl_text how = sl_cql_text(sl_arg(call, 1, row), scratch);
        if (sl_text_equal(how, SL_TEXT("ceil"))) x = ceil(x);
        else if (sl_text_equal(how, SL_TEXT("floor"))) x = floor(x);
        else x = expr_round_half_up(x);
        call->out[row] = sl_cql_number_value(x);
    }
}

#define BINARY(symbol, sign, text, result, kernel) \
    const sl_fn symbol = { \
        .name = sign, \
        .usage = "X " sign " Y", \
        .doc = text, \
        .arg_min = 2, \
        .arg_max = 2, \
        .ret = result, \
        .flags = SL_FN_PURE | SL_FN_OPERATOR, \
        .run = kernel, \
    }

BINARY(sl_cql_expr_equal, "==", "Both are the same number or text.", SL_RET_BOOL, expr_equal);
BINARY(sl_cql_expr_not_equal, "!=", "They differ.", SL_RET_BOOL, expr_not_equal);
BINARY(sl_cql_expr_less, "<", "X is the smaller number.", SL_RET_BOOL, expr_less);
BINARY(sl_cql_expr_less_equal, "<=", "X is not the larger number.", SL_RET_BOOL, expr_less_equal);
BINARY(sl_cql_expr_greater, ">", "X is the larger number.", SL_RET_BOOL, expr_greater);
BINARY(sl_cql_expr_greater_equal, ">=", "X is not the smaller number.", SL_RET_BOOL,
       expr_greater_equal);
BINARY(sl_cql_add, "+", "The sum.", SL_RET_NUMBER, expr_add);
BINARY(sl_cql_subtract, "-", "The difference.", SL_RET_NUMBER, expr_subtract);
BINARY(sl_cql_multiply, "*", "The product.", SL_RET_NUMBER, expr_multiply);
BINARY(sl_cql_divide, "/", "The quotient.", SL_RET_NUMBER, expr_divide);
BINARY(sl_cql_modulo, "%", "The remainder.", SL_RET_NUMBER, expr_modulo);

const sl_fn sl_cql_negate = {
    .name = "-",
    .usage = "-X",
    .doc = "The number below zero.",
    .arg_min = 1,
    .arg_max = 1,
    .ret = SL_RET_NUMBER,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .run = expr_negate,
};
const sl_fn sl_cql_not = {
    .name = "!",
    .usage = "!X",
    .doc = "True when X is false.",
    .arg_min = 1,
    .arg_max = 1,
    .ret = SL_RET_BOOL,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .run = expr_not,
};
const sl_fn sl_cql_default_empty = {
    .name = "default",
    .usage = "default(field=X, value=\"...\", replaceEmpty=true)",
    .doc = "The value, when there is none or an empty one.",
    .arg_min = 2,
    .arg_max = 2,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .run = expr_default_empty,
};
