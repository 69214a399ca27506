/* spl_value.c - SPL's view of values: numbers are what looks like one. */
#include "func/spl_value.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"

static const double value_exact_max = 9007199254740992.0; /* 2^53 */

bool sl_spl_text(sl_arena *arena, sl_value v, sl_text *out)
{
    assert(out != NULL);

    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    if (v.kind == SL_STRING || v.kind == SL_NUMBER || v.kind == SL_JSON) {
        *out = sl_value_bytes(v);
        return true;
    }
    if (sl_spl_is_null(v) || v.kind == SL_LIST) return false;
    char scratch[SL_VALUE_TEXT_MAX];
    *out = sl_arena_copy(arena, sl_value_text(v, scratch));
    return out->data != NULL;
}

bool sl_spl_number(sl_value v, double *out)
{
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    return v.kind != SL_BOOL && sl_value_number(v, out);
}

sl_value sl_spl_number_value(double number)
{
    if (!isfinite(number)) return sl_missing();
    if (number == trunc(number) && fabs(number) <= value_exact_max)
        return sl_integer((int64_t)number);
    return sl_real(number);
}

double sl_spl_round(double x, double places)
{
    enum { PLACES_MAX = 15 };
    if (places > PLACES_MAX) return x;
    double scale = pow(10, trunc(places));
    double scaled = x * scale;
    if (!isfinite(scaled)) return x;
    double nudge = fabs(scaled) * 4e-16;
    return round(scaled + copysign(nudge, scaled)) / scale;
}

sl_value sl_spl_fixed(sl_arena *arena, double x, int decimals)
{
    char text[400]; /* 309 digits of the largest double, and the decimals */
    int length = snprintf(text, sizeof text, "%.*f", decimals, x);
    if (length < 0 || (size_t)length >= sizeof text) return sl_missing();
    for (int i = 0; i < length; i++)
        if (text[i] == ',') text[i] = '.'; /* a host program's locale */
    sl_text copy = sl_arena_copy(arena, sl_text_make(text, (size_t)length));
    return copy.data == NULL ? sl_missing() : sl_number_as(copy);
}

sl_value sl_spl_string_copy(sl_arena *arena, sl_text text)
{
    sl_text copy = sl_arena_copy(arena, text);
    return copy.data == NULL ? sl_missing() : sl_string(copy);
}

/* Spares most texts the attempt to read a number. */
static inline bool value_may_be_number(sl_value v)
{
    if (v.kind != SL_STRING) return v.kind != SL_BOOL && v.kind != SL_JSON;
    if (v.length == 0) return false;
    char c = v.text[0];
    return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+';
}

int sl_spl_compare(sl_value a, sl_value b)
{
    if (value_may_be_number(a) && value_may_be_number(b)) {
        if (a.kind == SL_MOMENT && b.kind == SL_MOMENT)
            return a.integer < b.integer ? -1 : a.integer > b.integer;
        /* Account and event ids have more digits than a double keeps. */
        int64_t whole_a = 0, whole_b = 0;
        if (sl_value_integer(a, &whole_a) && sl_value_integer(b, &whole_b))
            return whole_a < whole_b ? -1 : whole_a > whole_b;
        double number_a = 0, number_b = 0;
        if (sl_value_number(a, &number_a) && sl_value_number(b, &number_b))
            return number_a < number_b ? -1 : number_a > number_b;
    }
    char scratch_a[SL_VALUE_TEXT_MAX], scratch_b[SL_VALUE_TEXT_MAX];
    return sl_text_compare(sl_value_text(a, scratch_a), sl_value_text(b, scratch_b));
}

void sl_spl_over_limit(const sl_context *context, const char *what)
{
    if (context == NULL || context->faults == NULL) return;
    sl_fault_add(context->faults, SL_FAULT_RESULT_LIMIT, context->query_name, UINT64_MAX, "%s",
                 what);
}

void sl_spl_out_add(sl_spl_out *out, sl_text t)
{
    enum { VALUE_OUT_MIN = 64 };
    if (out->failed || t.length == 0) return;
    if (t.length > SL_SPL_TEXT_MAX - out->length) {
        sl_spl_over_limit(out->context, "a text of more than 64 MiB");
        out->failed = true;
        return;
    }
    if (t.length > out->capacity - out->length) {
        size_t capacity = out->capacity == 0 ? VALUE_OUT_MIN : out->capacity * 2;
        while (capacity < out->length + t.length) capacity *= 2;
        char *data = sl_arena_bytes(out->arena, capacity);
        if (data == NULL) {
            out->failed = true;
            return;
        }
        if (out->length > 0) memcpy(data, out->data, out->length);
        out->data = data;
        out->capacity = capacity;
    }
    memcpy(out->data + out->length, t.data, t.length);
    out->length += t.length;
}

sl_value sl_spl_out_value(const sl_spl_out *out)
{
    return out->failed ? sl_missing() : sl_string(sl_text_make(out->data, out->length));
}

bool sl_spl_constant(sl_fn_site *site, uint32_t index, sl_text *out)
{
    assert(index < site->arg_count);

    const sl_value *constant = site->constants[index];
    if (constant != NULL && sl_spl_text(site->arena, *constant, out)) {
        *out = sl_arena_copy(site->arena, *out);
        return out->data != NULL;
    }
    sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[index], "this must be a text or number");
    return false;
}
