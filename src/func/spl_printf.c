/* spl_printf.c - eval's printf.
 *
 * A constant format is taken apart once. Each number is written by snprintf with a format made
 * here from checked parts, so no text of a log ever reaches it as a format, and with width and
 * precision bounded. The language's own: %z is %s, %p is %X, %i is %d, %c takes the first
 * character of a text, and the flag ' puts commas between thousands (which the C locale does
 * not). */
#include "func/spl.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "base/utf8.h"
#include "func/spl_value.h"

enum { PRINTF_WIDTH_MAX = 1000, PRINTF_TEXT_MAX = PRINTF_WIDTH_MAX * 3 };

typedef struct printf_piece {
    sl_text literal; /* before the conversion */
    char flags[8];   /* of "-0+ #", NUL-terminated */
    bool commas;
    bool width_arg, precision_arg; /* `*` */
    int width, precision;          /* -1: not given */
    char conversion;               /* '\0': the end; '%': a percent sign */
} printf_piece;

typedef struct printf_plan {
    printf_piece *pieces;
    uint32_t count;
} printf_plan;

/* Reads digits or `*` at *at. */
static bool printf_read_count(sl_text format, size_t *at, bool *is_arg, int *out)
{
    if (*at < format.length && format.data[*at] == '*') {
        *is_arg = true;
        (*at)++;
        return true;
    }
    int number = 0;
    bool any = false;
    for (; *at < format.length && format.data[*at] >= '0' && format.data[*at] <= '9'; (*at)++) {
        number = number * 10 + (format.data[*at] - '0');
        if (number > PRINTF_WIDTH_MAX) return false;
        any = true;
    }
    if (any) *out = number;
    return true;
}

/* Reads what stands behind a `%`; false when it is no conversion. */
static bool printf_read(sl_text format, size_t *at, printf_piece *piece)
{
    size_t flag_count = 0;
    for (; *at < format.length && memchr("-0+ #'", format.data[*at], 6) != NULL; (*at)++) {
        char flag = format.data[*at];
        if (flag == '\'') piece->commas = true;
        else if (strchr(piece->flags, flag) == NULL) piece->flags[flag_count++] = flag;
    }
    piece->width = piece->precision = -1;
    if (!printf_read_count(format, at, &piece->width_arg, &piece->width)) return false;
    if (*at < format.length && format.data[*at] == '.') {
        (*at)++;
        piece->precision = 0;
        if (!printf_read_count(format, at, &piece->precision_arg, &piece->precision)) return false;
    }
    if (*at >= format.length) return false;
    char c = format.data[(*at)++];
    if (c == '\0' || strchr("aAcdieEfFgGosuxXpz%", c) == NULL) return false;
    piece->conversion = c == 'i' ? 'd' : c == 'z' ? 's' : c == 'p' ? 'X' : c;
    return true;
}

/* NULL when the format is malformed (*bad is where) or memory ends. */
static const printf_plan *printf_parse(sl_text format, sl_arena *arena, size_t *bad)
{
    size_t percents = 0;
    for (size_t i = 0; i < format.length; i++) percents += format.data[i] == '%';
    printf_plan *plan = SL_ARENA_NEW(arena, printf_plan);
    printf_piece *pieces = SL_ARENA_ARRAY(arena, percents + 1, printf_piece);
    *bad = SIZE_MAX;
    if (plan == NULL || pieces == NULL) return NULL;
    plan->pieces = pieces;
    size_t start = 0;
    for (;;) {
        size_t at = sl_text_find_byte(format, '%', start);
        printf_piece *piece = &pieces[plan->count++];
        piece->literal = sl_text_slice(format, start, at);
        if (at == SIZE_MAX) return plan;
        *bad = at++;
        if (!printf_read(format, &at, piece)) return NULL;
        *bad = SIZE_MAX;
        start = at;
    }
}

bool sl_prepare_spl_printf(sl_fn_site *site)
{
    assert(site->arg_count > 0);

    if (site->constants[0] == NULL) return true;
    sl_text format;
    size_t bad = SIZE_MAX;
    if (!sl_spl_constant(site, 0, &format)) return false;
    site->state = printf_parse(format, site->arena, &bad);
    if (site->state != NULL) return true;
    if (bad != SIZE_MAX) {
        sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[0],
                      "'%%' at character %zu of the format begins no conversion", bad + 1);
        sl_diag_hint(site->diags, "%%%% is a percent sign");
    }
    return false;
}

/* Adds `t`, a number that snprintf wrote, with a comma before each three digits of its whole
 * part. */
static void printf_add_commas(sl_spl_out *out, sl_text t)
{
    size_t start = 0, end;
    while (start < t.length && (t.data[start] < '0' || t.data[start] > '9')) start++;
    for (end = start; end < t.length && t.data[end] >= '0' && t.data[end] <= '9';) end++;
    sl_spl_out_add(out, sl_text_slice(t, 0, start));
    for (size_t i = start; i < end; i++) {
        if (i > start && (end - i) % 3 == 0) sl_spl_out_byte(out, ',');
        sl_spl_out_byte(out, t.data[i]);
    }
    sl_spl_out_add(out, sl_text_slice(t, end, t.length));
}

static void printf_add_padded(sl_spl_out *out, const printf_piece *piece, sl_text t, int width)
{
    size_t count = sl_utf8_count(t);
    size_t padding = width > 0 && (size_t)width > count ? (size_t)width - count : 0;
    bool left = strchr(piece->flags, '-') != NULL;
    for (size_t i = 0; i < padding && !left; i++) sl_spl_out_byte(out, ' ');
    sl_spl_out_add(out, t);
    for (size_t i = 0; i < padding && left; i++) sl_spl_out_byte(out, ' ');
}

static void printf_add_number(sl_spl_out *out, const printf_piece *piece, double number, int width,
                              int precision)
{
    char format[32], text[PRINTF_TEXT_MAX];
    bool whole = strchr("douxX", piece->conversion) != NULL;
    (void)snprintf(format, sizeof format, "%%%s*.*%s%c", piece->flags, whole ? "ll" : "",
                   piece->conversion);
    if (piece->commas) width = 0;
    if (whole && !(fabs(number) < 9.2e18)) {
        out->failed = true;
        return;
    }
    int length;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (whole) length = snprintf(text, sizeof text, format, width, precision, (long long)number);
    else length = snprintf(text, sizeof text, format, width, precision, number);
#pragma GCC diagnostic pop
    if (length < 0 || (size_t)length >= sizeof text) out->failed = true;
    else if (piece->commas) printf_add_commas(out, sl_text_make(text, (size_t)length));
    else sl_spl_out_add(out, sl_text_make(text, (size_t)length));
}

/* %c: the character of a code point, or the first of a text. */
static sl_text printf_character(sl_value v, char scratch[SL_VALUE_TEXT_MAX])
{
    double code = 0;
    if (sl_spl_number(v, &code))
        return sl_text_make(
            scratch,
            sl_utf8_encode(code >= 0 && code < 0x110000 ? (uint32_t)code : 0xFFFD, scratch));
    uint32_t ignored = 0;
    sl_text t = sl_value_text(v, scratch);
    return sl_text_slice(t, 0, sl_utf8_decode(t, 0, &ignored));
}

static sl_text printf_cut(sl_text t, int characters)
{
    size_t at = 0;
    uint32_t ignored = 0;
    if (characters < 0) return t;
    for (; characters > 0 && at < t.length; characters--) at += sl_utf8_decode(t, at, &ignored);
    return sl_text_slice(t, 0, at);
}

/* The count that a `*` takes from argument *next. False when there is none. */
static bool printf_take_count(const sl_call *call, uint32_t row, uint32_t *next, int *out)
{
    double number = 0;
    if (*next >= call->arg_count || !sl_spl_number(sl_arg(call, *next, row), &number)) return false;
    (*next)++;
    if (!(fabs(number) <= PRINTF_WIDTH_MAX)) return false;
    *out = (int)number;
    return true;
}

static bool printf_add(const sl_call *call, uint32_t row, const printf_piece *piece, uint32_t *next,
                       sl_spl_out *out)
{
    int width = piece->width < 0 ? 0 : piece->width, precision = piece->precision;
    char scratch[SL_VALUE_TEXT_MAX];
    if (piece->conversion == '%') {
        sl_spl_out_byte(out, '%');
        return true;
    }
    if (piece->width_arg && !printf_take_count(call, row, next, &width)) return false;
    if (piece->precision_arg && !printf_take_count(call, row, next, &precision)) return false;
    if (*next >= call->arg_count) return false;
    sl_value v = sl_arg(call, (*next)++, row);
    double number = 0;
    if (sl_spl_is_null(v) && piece->conversion == 's') v = sl_string(SL_TEXT("Null"));
    if (sl_spl_is_null(v) || v.kind == SL_LIST) return false;
    if (piece->conversion == 's')
        printf_add_padded(out, piece, printf_cut(sl_value_text(v, scratch), precision), width);
    else if (piece->conversion == 'c')
        printf_add_padded(out, piece, printf_character(v, scratch), width);
    else if (!sl_spl_number(v, &number)) return false;
    else printf_add_number(out, piece, number, width, precision);
    return true;
}

static sl_value printf_row(const sl_call *call, uint32_t row, const printf_plan *plan)
{
    sl_spl_out out = {.arena = call->arena, .context = call->context};
    uint32_t next = 1;
    for (uint32_t i = 0; i < plan->count; i++) {
        const printf_piece *piece = &plan->pieces[i];
        sl_spl_out_add(&out, piece->literal);
        if (piece->conversion == '\0') break;
        if (!printf_add(call, row, piece, &next, &out)) return sl_missing();
    }
    return sl_spl_out_value(&out);
}

void sl_fn_spl_printf(const sl_call *call)
{
    /* The host program's locale must not change a decimal point. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = plain == (locale_t)0 ? (locale_t)0 : uselocale(plain);
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        const printf_plan *plan = call->state;
        sl_text format;
        size_t bad = 0;
        if (plan == NULL && sl_spl_text(call->arena, sl_arg(call, 0, row), &format))
            plan = printf_parse(format, call->arena, &bad);
        if (plan != NULL) call->out[row] = printf_row(call, row, plan);
    }
    if (plain == (locale_t)0) return;
    (void)uselocale(before);
    freelocale(plain);
}
