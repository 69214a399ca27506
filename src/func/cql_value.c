/* cql_value.c - values as CQL sees them. */
#include "func/cql_value.h"

#include <math.h>

bool sl_cql_is_true(sl_value v)
{
    if (v.kind == SL_BOOL) return v.boolean;
    return v.kind == SL_STRING && sl_text_equal(sl_value_bytes(v), SL_TEXT("true"));
}

bool sl_cql_number(sl_value v, double *out)
{
    return v.kind != SL_BOOL && sl_value_number(v, out) && isfinite(*out);
}

sl_value sl_cql_number_value(double number)
{
    if (!isfinite(number)) return sl_missing();
    if (number == trunc(number) && fabs(number) <= 9007199254740992.0) {
        return sl_integer((int64_t)number);
    }
    return sl_real(number);
}

sl_value sl_cql_text_value(const sl_call *call, sl_text text)
{
    sl_text copy = sl_arena_copy(call->arena, text);
    return copy.data == NULL ? sl_missing() : sl_string(copy);
}

bool sl_cql_constant(const sl_fn_site *site, uint32_t index, sl_text *out)
{
    *out = SL_TEXT("");
    if (index >= site->arg_count || site->constants[index] == NULL) return true;
    char scratch[SL_VALUE_TEXT_MAX];
    *out = sl_arena_copy(site->arena, sl_cql_text(*site->constants[index], scratch));
    return out->data != NULL;
}
