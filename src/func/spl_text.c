/* spl_text.c - eval's functions of texts.
 *
 * Positions and lengths count code points. lower and upper fold ASCII letters and take lists; the
 * other functions are documented not to, and give missing for one (Search Reference, "Text
 * functions"). Results live in the batch's arena or are slices of the argument. */
#include "func/spl.h"

#include "base/utf8.h"
#include "func/spl_value.h"

/* Case. */

static sl_value text_fold_one(sl_arena *arena, sl_value v, char first, char last, int shift)
{
    sl_text t;
    if (!sl_spl_text(arena, v, &t)) return sl_missing();
    size_t at = 0;
    while (at < t.length && !(t.data[at] >= first && t.data[at] <= last)) at++;
    if (at == t.length) return v.kind == SL_STRING ? v : sl_string(t);
    char *folded = sl_arena_bytes(arena, t.length);
    if (folded == NULL) return sl_missing();
    memcpy(folded, t.data, at);
    for (; at < t.length; at++) {
        char c = t.data[at];
        folded[at] = c >= first && c <= last ? (char)(c + shift) : c;
    }
    return sl_string(sl_text_make(folded, t.length));
}

static void text_fold(const sl_call *call, char first, char last, int shift)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        if (v.kind != SL_LIST) {
            call->out[row] = text_fold_one(call->arena, v, first, last, shift);
            continue;
        }
        sl_value *items = SL_ARENA_ARRAY(call->arena, v.length, sl_value);
        if (items == NULL) continue;
        for (uint32_t k = 0; k < v.length; k++)
            items[k] = text_fold_one(call->arena, v.items[k], first, last, shift);
        call->out[row] = sl_spl_list(items, v.length);
    }
}

void sl_fn_spl_lower(const sl_call *call)
{
    text_fold(call, 'A', 'Z', 'a' - 'A');
}

void sl_fn_spl_upper(const sl_call *call)
{
    text_fold(call, 'a', 'z', 'A' - 'a');
}

void sl_fn_spl_len(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t;
        if (sl_spl_text(call->arena, sl_arg(call, 0, row), &t))
            call->out[row] = sl_integer((int64_t)sl_utf8_count(t));
    }
}

/* Trimming. */

enum { TEXT_LEFT = 1, TEXT_RIGHT = 2 };

/* A code point of `t` that ends at `end`. */
static size_t text_step_back(sl_text t, size_t end)
{
    size_t start = end - 1;
    while (start > 0 && end - start < 4 && ((unsigned char)t.data[start] & 0xC0) == 0x80) start--;
    return start;
}

static bool text_holds(sl_text set, sl_text character)
{
    return sl_text_find(set, character, 0) != SIZE_MAX;
}

static sl_text text_trim(sl_text t, sl_text set, unsigned sides)
{
    size_t start = 0, end = t.length;
    while ((sides & TEXT_LEFT) != 0 && start < end) {
        uint32_t ignored = 0;
        size_t step = sl_utf8_decode(t, start, &ignored);
        if (!text_holds(set, sl_text_slice(t, start, start + step))) break;
        start += step;
    }
    while ((sides & TEXT_RIGHT) != 0 && end > start) {
        size_t back = text_step_back(t, end);
        if (back < start) back = start;
        if (!text_holds(set, sl_text_slice(t, back, end))) break;
        end = back;
    }
    return sl_text_slice(t, start, end);
}

static void text_trim_rows(const sl_call *call, unsigned sides)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t, set = SL_TEXT(" \t");
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        if (call->arg_count > 1 && !sl_spl_text(call->arena, sl_arg(call, 1, row), &set)) continue;
        call->out[row] = sl_string(text_trim(t, set, sides));
    }
}

void sl_fn_spl_trim(const sl_call *call)
{
    text_trim_rows(call, TEXT_LEFT | TEXT_RIGHT);
}

void sl_fn_spl_ltrim(const sl_call *call)
{
    text_trim_rows(call, TEXT_LEFT);
}

void sl_fn_spl_rtrim(const sl_call *call)
{
    text_trim_rows(call, TEXT_RIGHT);
}

/* substr, as SQLite has it: from 1; a negative start counts from the end; a negative length takes
 * what stands before the start; a start of 0 is the place before the first character. */

/* Offset of character `index`, or the length. */
static size_t text_offset(sl_text t, int64_t index)
{
    size_t at = 0;
    uint32_t ignored = 0;
    for (; index > 0 && at < t.length; index--) at += sl_utf8_decode(t, at, &ignored);
    return at;
}

static sl_text text_substr(sl_text t, int64_t start, int64_t length)
{
    int64_t count = (int64_t)sl_utf8_count(t);
    if (start < 0) {
        start += count;
        if (start < 0) {
            /* What lies before the text takes its part of the length. */
            length = length >= 0 ? length + start : 0;
            start = 0;
        }
    } else if (start > 0) {
        start--;
    } else if (length > 0) {
        length--;
    }
    if (length < 0) {
        start += length;
        length = -length;
        if (start < 0) {
            length += start;
            start = 0;
        }
    }
    if (length <= 0 || start >= count) return sl_text_slice(t, 0, 0);
    if (length > count - start) length = count - start;
    size_t from = text_offset(t, start);
    size_t bytes = text_offset(sl_text_slice(t, from, t.length), length);
    return sl_text_slice(t, from, from + bytes);
}

static int64_t text_clamp(double x)
{
    const double limit = 1e9;
    return (int64_t)(x > limit ? limit : x < -limit ? -limit : x);
}

void sl_fn_spl_substr(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t;
        double start = 0, length = 1e9;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        if (!sl_spl_number(sl_arg(call, 1, row), &start)) continue;
        if (call->arg_count > 2 && !sl_spl_number(sl_arg(call, 2, row), &length)) continue;
        call->out[row] = sl_string(text_substr(t, text_clamp(start), text_clamp(length)));
    }
}

/* urldecode. */

static int text_hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* A `%` without two hexadecimal digits behind it stays; so does `+`, which only means a blank in
 * forms. */
static sl_text text_urldecode(sl_text t, sl_arena *arena)
{
    if (sl_text_find_byte(t, '%', 0) == SIZE_MAX) return t;
    char *decoded = sl_arena_bytes(arena, t.length);
    if (decoded == NULL) return (sl_text){NULL, 0};
    size_t length = 0;
    for (size_t at = 0; at < t.length; at++) {
        int high = -1, low = -1;
        if (t.data[at] == '%' && t.length - at > 2) {
            high = text_hex_digit(t.data[at + 1]);
            low = text_hex_digit(t.data[at + 2]);
        }
        bool escaped = high >= 0 && low >= 0;
        decoded[length++] = escaped ? (char)(high * 16 + low) : t.data[at];
        if (escaped) at += 2;
    }
    return sl_utf8_repair(sl_text_make(decoded, length), arena);
}

void sl_fn_spl_urldecode(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        sl_text decoded = text_urldecode(t, call->arena);
        if (decoded.data != NULL || t.length == 0) call->out[row] = sl_string(decoded);
    }
}
