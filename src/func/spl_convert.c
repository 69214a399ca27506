/* spl_convert.c - eval's conversions: numbers from text, text from numbers, masked addresses.
 *
 * Numbers in text take no blanks around them (Search Reference, "Conversion functions"). */
#include "func/spl.h"

#include <math.h>

#include "base/number.h"
#include "func/spl_value.h"

static const double convert_exact_max = 9007199254740992.0; /* 2^53 */

static int convert_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

/* A whole number in `base`; "0x" may stand before base 16. */
static bool convert_parse(sl_text t, int base, double *out)
{
    bool negative = t.length > 0 && t.data[0] == '-';
    if (negative) t = sl_text_slice(t, 1, t.length);
    if (base == 16 && t.length > 2 && t.data[0] == '0' && (t.data[1] == 'x' || t.data[1] == 'X'))
        t = sl_text_slice(t, 2, t.length);
    if (t.length == 0) return false;
    double number = 0;
    for (size_t i = 0; i < t.length; i++) {
        int digit = convert_digit(t.data[i]);
        if (digit >= base) return false;
        number = number * base + digit;
    }
    *out = negative ? -number : number;
    return true;
}

/* tonumber(value, base); missing when it is none. */
static sl_value convert_number(const sl_call *call, uint32_t row)
{
    enum { CONVERT_BASE_MIN = 2, CONVERT_BASE_MAX = 36 };
    sl_value v = sl_arg(call, 0, row);
    if (v.kind == SL_LIST && v.length == 1) v = v.items[0];
    double base = 10, number = 0;
    if (call->arg_count > 1
        && (!sl_spl_number(sl_arg(call, 1, row), &base) || base < CONVERT_BASE_MIN
            || base > CONVERT_BASE_MAX))
        return sl_missing();
    sl_text t;
    if (base != 10) {
        if (!sl_spl_text(call->arena, v, &t) || !convert_parse(t, (int)base, &number))
            return sl_missing();
        return sl_spl_number_value(number);
    }
    int64_t whole = 0;
    if (!sl_spl_number(v, &number)) return sl_missing();
    if (v.kind != SL_STRING && v.kind != SL_NUMBER) return v;
    if (sl_integer_parse(sl_value_bytes(v), &whole)) return sl_integer(whole);
    return sl_spl_number_value(number);
}

void sl_fn_spl_tonumber(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++)
        call->out[call->rows[i]] = convert_number(call, call->rows[i]);
}

void sl_fn_spl_todouble(const sl_call *call)
{
    sl_fn_spl_tonumber(call);
}

void sl_fn_spl_toint(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = convert_number(call, row);
        int64_t whole = 0;
        double number = 0;
        if (sl_value_integer(v, &whole)) call->out[row] = sl_integer(whole);
        else if (sl_spl_number(v, &number)) call->out[row] = sl_spl_number_value(floor(number));
    }
}

void sl_fn_spl_tobool(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        double number = 0;
        sl_text t;
        if (v.kind == SL_BOOL) call->out[row] = v;
        else if (sl_spl_number(v, &number)) call->out[row] = sl_bool(number != 0);
        else if (!sl_spl_text(call->arena, v, &t)) continue;
        else if (sl_text_equal(t, SL_TEXT("true")) || sl_text_equal(t, SL_TEXT("True")))
            call->out[row] = sl_bool(true);
        else if (sl_text_equal(t, SL_TEXT("false")) || sl_text_equal(t, SL_TEXT("False")))
            call->out[row] = sl_bool(false);
    }
}

/* tostring. */

/* `digits` with a comma before each group of three. */
static void convert_group(sl_spl_out *out, sl_text digits)
{
    for (size_t i = 0; i < digits.length; i++) {
        if (i > 0 && (digits.length - i) % 3 == 0) sl_spl_out_byte(out, ',');
        sl_spl_out_byte(out, digits.data[i]);
    }
}

static sl_value convert_commas(sl_arena *arena, sl_value v, double number)
{
    enum { CONVERT_TEXT_MAX = 400 };
    sl_spl_out out = {.arena = arena};
    char text[CONVERT_TEXT_MAX];
    int64_t whole = 0;
    size_t length = 0, point = SIZE_MAX;
    if (sl_value_integer(v, &whole) && whole != INT64_MIN) {
        length = sl_integer_format(whole < 0 ? -whole : whole, text);
    } else {
        double cents = round(fabs(number) * 100);
        if (!(cents < convert_exact_max)) return sl_missing();
        length = sl_integer_format((int64_t)(cents / 100), text);
        point = length;
        int rest = (int)fmod(cents, 100);
        text[length++] = '.';
        text[length++] = (char)('0' + rest / 10);
        text[length++] = (char)('0' + rest % 10);
    }
    if (number < 0) sl_spl_out_byte(&out, '-');
    convert_group(&out, sl_text_slice(sl_text_make(text, length), 0, point));
    if (point != SIZE_MAX)
        sl_spl_out_add(&out, sl_text_slice(sl_text_make(text, length), point, length));
    return sl_spl_out_value(&out);
}

/* "00:10:15", with "2+" before it for days and the decimals that the seconds have. */
static sl_value convert_duration(sl_arena *arena, double seconds)
{
    if (!(fabs(seconds) < convert_exact_max)) return sl_missing();
    const char *sign = seconds < 0 ? "-" : "";
    double micros = round(fabs(seconds) * 1e6);
    double whole = floor(micros / 1e6);
    int64_t total = (int64_t)whole, fraction = (int64_t)(micros - whole * 1e6);
    int64_t days = total / 86400, rest = total % 86400;
    sl_spl_out out = {.arena = arena};
    sl_spl_out_add(&out, sl_text_from(sign));
    if (days > 0) sl_spl_out_add(&out, sl_arena_printf(arena, "%lld+", (long long)days));
    sl_spl_out_add(&out,
                   sl_arena_printf(arena, "%02d:%02d:%02d", (int)(rest / 3600),
                                   (int)(rest / 60 % 60), (int)(rest % 60)));
    if (fraction > 0) sl_spl_out_add(&out, sl_arena_printf(arena, ".%06d", (int)fraction));
    return sl_spl_out_value(&out);
}

/* Whole numbers from 0 to 2^53 - 1; others have no such form. */
static sl_value convert_digits(sl_arena *arena, double number, const char *prefix, unsigned shift)
{
    if (number < 0 || number >= convert_exact_max) return sl_missing();
    uint64_t bits = (uint64_t)number;
    char text[64];
    size_t at = sizeof text;
    do {
        text[--at] = "0123456789ABCDEF"[bits & ((1U << shift) - 1)];
        bits >>= shift;
    } while (bits > 0);
    sl_spl_out out = {.arena = arena};
    sl_spl_out_add(&out, sl_text_from(prefix));
    sl_spl_out_add(&out, sl_text_make(text + at, sizeof text - at));
    return sl_spl_out_value(&out);
}

static sl_value convert_formatted(sl_arena *arena, sl_value v, sl_text format)
{
    double number = 0;
    if (!sl_spl_number(v, &number)) return v;
    if (sl_text_equal(format, SL_TEXT("hex"))) return convert_digits(arena, number, "0x", 4);
    if (sl_text_equal(format, SL_TEXT("binary"))) return convert_digits(arena, number, "", 1);
    if (sl_text_equal(format, SL_TEXT("commas"))) return convert_commas(arena, v, number);
    if (sl_text_equal(format, SL_TEXT("duration"))) return convert_duration(arena, number);
    return sl_missing();
}

void sl_fn_spl_tostring(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        sl_text t, format;
        if (v.kind == SL_BOOL) {
            call->out[row] = sl_string(v.boolean ? SL_TEXT("True") : SL_TEXT("False"));
        } else if (sl_spl_is_null(v)) {
            call->out[row] = sl_string(SL_TEXT("Null"));
        } else if (call->arg_count > 1) {
            if (sl_spl_text(call->arena, sl_arg(call, 1, row), &format))
                call->out[row] = convert_formatted(call->arena, v, format);
        } else if (sl_spl_text(call->arena, v, &t)) {
            call->out[row] = sl_string(t);
        } else {
            call->out[row] = v; /* a list stays one */
        }
    }
}

static const sl_text convert_formats[] = {
    {"binary", 6}, {"commas", 6}, {"duration", 8}, {"hex", 3}};

bool sl_prepare_spl_tostring(sl_fn_site *site)
{
    sl_text format;
    if (site->arg_count < 2 || site->constants[1] == NULL) return true;
    if (!sl_spl_constant(site, 1, &format)) return false;
    for (size_t i = 0; i < SL_COUNT(convert_formats); i++)
        if (sl_text_equal(format, convert_formats[i])) return true;
    sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[1], "tostring has no format '%.*s'",
                  SL_TEXT_ARG(format));
    sl_diag_hint(site->diags, "\"binary\", \"commas\", \"duration\" or \"hex\"");
    return false;
}

/* ipmask: IPv4 alone, as documented. */
void sl_fn_spl_ipmask(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text mask_text, t;
        sl_address mask, address;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &mask_text)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &t)) continue;
        if (!sl_address_parse(mask_text, &mask) || mask.family != SL_IPV4) continue;
        if (!sl_address_parse(t, &address) || address.family != SL_IPV4) continue;
        for (size_t k = 0; k < 4; k++) address.bytes[k] &= mask.bytes[k];
        char text[SL_ADDRESS_TEXT_MAX];
        size_t length = sl_address_format(&address, text);
        call->out[row] = sl_spl_string_copy(call->arena, sl_text_make(text, length));
    }
}
