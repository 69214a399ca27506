/* spl_compare.c - eval's and where's comparisons.
 *
 * Both sides look like numbers: numbers, else bytes, with case. A missing side makes the answer
 * missing, which AND, OR and NOT carry on and where drops. A list passes when one of its items
 * does, so `mv!="a"` holds when some item is not "a". */
#include "func/spl.h"

#include "func/required.h"
#include "func/spl_value.h"

typedef bool compare_test(sl_value a, sl_value b);

static bool compare_equal(sl_value a, sl_value b)
{
    if (a.kind == SL_STRING && b.kind == SL_STRING
        && sl_text_equal(sl_value_bytes(a), sl_value_bytes(b)))
        return true;
    return sl_spl_compare(a, b) == 0;
}

static bool compare_differs(sl_value a, sl_value b)
{
    return !compare_equal(a, b);
}

static bool compare_less(sl_value a, sl_value b)
{
    return sl_spl_compare(a, b) < 0;
}

static bool compare_less_equal(sl_value a, sl_value b)
{
    return sl_spl_compare(a, b) <= 0;
}

static bool compare_greater(sl_value a, sl_value b)
{
    return sl_spl_compare(a, b) > 0;
}

static bool compare_greater_equal(sl_value a, sl_value b)
{
    return sl_spl_compare(a, b) >= 0;
}

/* Whether `test` holds for an item of `a` and one of `b`. Of two lists only the first items of
 * `b` are tried against all of `a`, so that hostile lists cost no square. */
static bool compare_any(sl_value a, sl_value b, compare_test *test)
{
    enum { COMPARE_PAIRS_MAX = 64 };
    const sl_value *items_a = sl_spl_items(&a), *items_b = sl_spl_items(&b);
    uint32_t count_a = sl_spl_item_count(a), count_b = sl_spl_item_count(b);
    if (count_a > 1 && count_b > COMPARE_PAIRS_MAX) count_b = COMPARE_PAIRS_MAX;
    for (uint32_t i = 0; i < count_a; i++)
        for (uint32_t k = 0; k < count_b; k++)
            if (test(items_a[i], items_b[k])) return true;
    return false;
}

static void compare_rows(const sl_call *call, compare_test *test)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value a = sl_arg(call, 0, row), b = sl_arg(call, 1, row);
        if (sl_spl_is_null(a) || sl_spl_is_null(b)) continue;
        bool holds = a.kind == SL_LIST || b.kind == SL_LIST ? compare_any(a, b, test) : test(a, b);
        call->out[row] = sl_bool(holds);
    }
}

static void compare_run_equal(const sl_call *call)
{
    compare_rows(call, compare_equal);
}

static void compare_run_not_equal(const sl_call *call)
{
    compare_rows(call, compare_differs);
}

static void compare_run_less(const sl_call *call)
{
    compare_rows(call, compare_less);
}

static void compare_run_less_equal(const sl_call *call)
{
    compare_rows(call, compare_less_equal);
}

static void compare_run_greater(const sl_call *call)
{
    compare_rows(call, compare_greater);
}

static void compare_run_greater_equal(const sl_call *call)
{
    compare_rows(call, compare_greater_equal);
}

/* in(value, a, b, ...): as value=a OR value=b OR ..., unknowns included. */
void sl_fn_spl_in(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value value = sl_arg(call, 0, row);
        if (sl_spl_is_null(value)) continue;
        bool found = false, unknown = false;
        for (uint32_t k = 1; k < call->arg_count && !found; k++) {
            sl_value item = sl_arg(call, k, row);
            if (sl_spl_is_null(item)) unknown = true;
            else found = compare_any(value, item, compare_equal);
        }
        if (found || !unknown) call->out[row] = sl_bool(found);
    }
}

void sl_fn_spl_nullif(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value a = sl_arg(call, 0, row), b = sl_arg(call, 1, row);
        if (sl_spl_is_null(a)) continue;
        if (sl_spl_is_null(b) || !compare_any(a, b, compare_equal)) call->out[row] = a;
    }
}

static void compare_run_xor(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value a = sl_arg(call, 0, row), b = sl_arg(call, 1, row);
        if (a.kind == SL_BOOL && b.kind == SL_BOOL)
            call->out[row] = sl_bool(a.boolean != b.boolean);
    }
}

#define COMPARE_ROW(symbol, word, text, more_flags, arg_type, run_function, require_function) \
    const sl_fn sl_spl_##symbol = {.name = word, \
                                   .usage = "X " word " Y", \
                                   .doc = text, \
                                   .arg_min = 2, \
                                   .arg_max = 2, \
                                   .args = {arg_type, arg_type}, \
                                   .ret = SL_RET_BOOL, \
                                   .flags = SL_FN_PURE | SL_FN_OPERATOR | (more_flags), \
                                   .run = run_function, \
                                   .require = require_function}

COMPARE_ROW(equal, "=", "True when X and Y are the same.", SL_FN_EQUALITY, SL_ARG_ANY,
            compare_run_equal, sl_require_equal);
COMPARE_ROW(not_equal, "!=", "True when X and Y differ.", 0, SL_ARG_ANY, compare_run_not_equal,
            NULL);
COMPARE_ROW(less, "<", "True when X is less than Y.", 0, SL_ARG_ANY, compare_run_less, NULL);
COMPARE_ROW(less_equal, "<=", "True when X is at most Y.", 0, SL_ARG_ANY, compare_run_less_equal,
            NULL);
COMPARE_ROW(greater, ">", "True when X is greater than Y.", 0, SL_ARG_ANY, compare_run_greater,
            NULL);
COMPARE_ROW(greater_equal, ">=", "True when X is at least Y.", 0, SL_ARG_ANY,
            compare_run_greater_equal, NULL);
COMPARE_ROW(xor, "XOR", "True when just one of X and Y is.", 0, SL_ARG_BOOL, compare_run_xor, NULL);

const sl_fn sl_spl_in = {.name = "IN",
                         .usage = "X IN (Y, ...)",
                         .doc = "True when X is one of the values.",
                         .arg_min = 2,
                         .arg_max = SL_FN_VARIADIC,
                         .ret = SL_RET_BOOL,
                         .flags = SL_FN_PURE | SL_FN_OPERATOR | SL_FN_EQUALITY,
                         .run = sl_fn_spl_in,
                         .require = sl_require_equal};
