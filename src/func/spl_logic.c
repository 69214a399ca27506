/* spl_logic.c - eval's conditions: which of several values is taken, and what kind one is.
 *
 * A condition holds when it is true; false and missing are the same here. All arguments have
 * been evaluated by then: kernels have no effects, so nothing is lost but time. */
#include "func/spl.h"

#include "base/number.h"
#include "func/spl_value.h"

void sl_fn_spl_if(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_arg(call, sl_spl_is_true(sl_arg(call, 0, row)) ? 1 : 2, row);
    }
}

void sl_fn_spl_case(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        for (uint32_t k = 0; k + 1 < call->arg_count; k += 2) {
            if (!sl_spl_is_true(sl_arg(call, k, row))) continue;
            call->out[row] = sl_arg(call, k + 1, row);
            break;
        }
    }
}

/* The value behind the first condition that is false; unknown ones are passed over. */
void sl_fn_spl_validate(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        for (uint32_t k = 0; k + 1 < call->arg_count; k += 2) {
            sl_value condition = sl_arg(call, k, row);
            if (condition.kind != SL_BOOL || condition.boolean) continue;
            call->out[row] = sl_arg(call, k + 1, row);
            break;
        }
    }
}

bool sl_prepare_spl_pairs(sl_fn_site *site)
{
    if (site->arg_count % 2 == 0) return true;
    sl_diag_error(site->diags, SL_DIAG_ARITY, site->spans[site->arg_count - 1],
                  "this condition has no value behind it");
    sl_diag_hint(site->diags,
                 "conditions and values alternate; true() is the condition of a default");
    return false;
}

void sl_fn_spl_coalesce(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        for (uint32_t k = 0; k < call->arg_count; k++) {
            sl_value v = sl_arg(call, k, row);
            if (sl_spl_is_null(v)) continue;
            call->out[row] = v;
            break;
        }
    }
}

static void logic_constant(const sl_call *call, sl_value v)
{
    for (uint32_t i = 0; i < call->row_count; i++) call->out[call->rows[i]] = v;
}

void sl_fn_spl_true(const sl_call *call)
{
    logic_constant(call, sl_bool(true));
}

void sl_fn_spl_false(const sl_call *call)
{
    logic_constant(call, sl_bool(false));
}

void sl_fn_spl_null(const sl_call *call)
{
    logic_constant(call, sl_missing());
}

static void logic_test(const sl_call *call, bool (*test)(sl_value v))
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_bool(test(sl_arg(call, 0, row)));
    }
}

static bool logic_is_bool(sl_value v)
{
    return v.kind == SL_BOOL;
}

static bool logic_is_not_null(sl_value v)
{
    return !sl_spl_is_null(v);
}

static bool logic_is_number(sl_value v)
{
    double ignored = 0;
    return sl_spl_number(v, &ignored);
}

static bool logic_is_int(sl_value v)
{
    int64_t ignored = 0;
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    return logic_is_number(v) && sl_value_integer(v, &ignored);
}

static bool logic_is_double(sl_value v)
{
    return logic_is_number(v) && !logic_is_int(v);
}

static bool logic_is_string(sl_value v)
{
    return !sl_spl_is_null(v) && v.kind != SL_BOOL && !logic_is_number(v);
}

static bool logic_is_list(sl_value v)
{
    return v.kind == SL_LIST && v.length > 1;
}

void sl_fn_spl_isbool(const sl_call *call)
{
    logic_test(call, logic_is_bool);
}

void sl_fn_spl_isnull(const sl_call *call)
{
    logic_test(call, sl_spl_is_null);
}

void sl_fn_spl_isnotnull(const sl_call *call)
{
    logic_test(call, logic_is_not_null);
}

void sl_fn_spl_isnum(const sl_call *call)
{
    logic_test(call, logic_is_number);
}

void sl_fn_spl_isint(const sl_call *call)
{
    logic_test(call, logic_is_int);
}

void sl_fn_spl_isdouble(const sl_call *call)
{
    logic_test(call, logic_is_double);
}

void sl_fn_spl_isstr(const sl_call *call)
{
    logic_test(call, logic_is_string);
}

void sl_fn_spl_ismv(const sl_call *call)
{
    logic_test(call, logic_is_list);
}

void sl_fn_spl_typeof(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        sl_text name = SL_TEXT("String");
        if (sl_spl_is_null(v)) name = SL_TEXT("Invalid");
        else if (v.kind == SL_BOOL) name = SL_TEXT("Bool");
        else if (logic_is_list(v)) name = SL_TEXT("Multivalue");
        else if (logic_is_number(v)) name = SL_TEXT("Number");
        call->out[row] = sl_string(name);
    }
}
