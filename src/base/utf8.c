/* utf8.c - one decoder that knows the table of well-formed byte sequences (Unicode 15, table
 * 3-7), and everything else made of it. Runs of ASCII are passed over eight bytes at a time. */
#include "base/utf8.h"

#include <assert.h>

enum { UTF8_REPLACEMENT = 0xFFFD };

/* Offset of the first byte at or after `at` that is not ASCII, or the length. */
static size_t utf8_skip_ascii(sl_text t, size_t at)
{
    for (; t.length - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, t.data + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) break;
    }
    while (at < t.length && (unsigned char)t.data[at] < 0x80) at++;
    return at;
}

/* Decodes at `at`, which is inside. Invalid: false, *out_bytes the length of the maximal part
 * that could have begun a code point, at least 1. */
static bool utf8_step(sl_text t, size_t at, uint32_t *out, size_t *out_bytes)
{
    const unsigned char *p = (const unsigned char *)t.data + at;
    size_t left = t.length - at, count;
    unsigned char low = 0x80, high = 0xBF; /* what the second byte may be */
    *out_bytes = 1;
    if (p[0] < 0x80) {
        *out = p[0];
        return true;
    }
    if (p[0] < 0xC2 || p[0] > 0xF4) return false;
    if (p[0] < 0xE0) count = 2;
    else if (p[0] < 0xF0) count = 3;
    else count = 4;
    if (p[0] == 0xE0) low = 0xA0;
    if (p[0] == 0xED) high = 0x9F;
    if (p[0] == 0xF0) low = 0x90;
    if (p[0] == 0xF4) high = 0x8F;

    uint32_t code = p[0] & (0xFFu >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if (i >= left || p[i] < low || p[i] > high) return false;
        code = code << 6 | (p[i] & 0x3F);
        *out_bytes = i + 1;
        low = 0x80;
        high = 0xBF;
    }
    *out = code;
    return true;
}

/* Offset of the first invalid byte at or after `at`, or the length. */
static size_t utf8_first_invalid(sl_text t, size_t at)
{
    while ((at = utf8_skip_ascii(t, at)) < t.length) {
        uint32_t code;
        size_t bytes;
        if (!utf8_step(t, at, &code, &bytes)) return at;
        at += bytes;
    }
    return at;
}

bool sl_utf8_valid(sl_text t)
{
    return utf8_first_invalid(t, 0) == t.length;
}

/* Writes the repaired text, or counts its bytes when `out` is NULL. */
static size_t utf8_repair_to(sl_text t, char *out)
{
    size_t at = 0, length = 0;
    for (;;) {
        size_t bad = utf8_first_invalid(t, at);
        if (out != NULL && bad > at) memcpy(out + length, t.data + at, bad - at);
        length += bad - at;
        if (bad == t.length) return length;
        uint32_t code;
        size_t bytes;
        utf8_step(t, bad, &code, &bytes);
        if (out != NULL) memcpy(out + length, "\xEF\xBF\xBD", 3);
        length += 3;
        at = bad + bytes;
    }
}

sl_text sl_utf8_repair(sl_text t, sl_arena *arena)
{
    assert(arena != NULL);
    if (sl_utf8_valid(t)) return t;
    size_t length = utf8_repair_to(t, NULL);
    char *data = sl_arena_bytes(arena, length);
    if (data == NULL) return (sl_text){NULL, 0};
    utf8_repair_to(t, data);
    return (sl_text){data, length};
}

size_t sl_utf8_decode(sl_text t, size_t at, uint32_t *out)
{
    size_t bytes;
    *out = UTF8_REPLACEMENT;
    if (at >= t.length) return 0;
    return utf8_step(t, at, out, &bytes) ? bytes : 1;
}

size_t sl_utf8_encode(uint32_t code, char out[4])
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = UTF8_REPLACEMENT;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

size_t sl_utf8_count(sl_text t)
{
    size_t count = 0;
    for (size_t at = 0; at < t.length; count++) {
        uint32_t code;
        at += sl_utf8_decode(t, at, &code);
    }
    return count;
}

typedef struct utf8_range {
    uint32_t first, last;
    unsigned width;
} utf8_range;

/* What is not one column wide, in ascending order: controls, combining marks and joiners need
 * none, East Asian wide forms and pictographs two. */
static const utf8_range utf8_ranges[] = {
    {0x0000, 0x001F, 0},   {0x007F, 0x009F, 0},   {0x0300, 0x036F, 0},   {0x0483, 0x0489, 0},
    {0x0591, 0x05BD, 0},   {0x05BF, 0x05BF, 0},   {0x05C1, 0x05C2, 0},   {0x05C4, 0x05C5, 0},
    {0x0610, 0x061A, 0},   {0x064B, 0x065F, 0},   {0x0670, 0x0670, 0},   {0x06D6, 0x06DC, 0},
    {0x06DF, 0x06E4, 0},   {0x06E7, 0x06E8, 0},   {0x06EA, 0x06ED, 0},   {0x0900, 0x0902, 0},
    {0x093C, 0x093C, 0},   {0x0941, 0x0948, 0},   {0x094D, 0x094D, 0},   {0x0E31, 0x0E31, 0},
    {0x0E34, 0x0E3A, 0},   {0x0E47, 0x0E4E, 0},   {0x1100, 0x115F, 2},   {0x1AB0, 0x1AFF, 0},
    {0x1DC0, 0x1DFF, 0},   {0x200B, 0x200F, 0},   {0x2028, 0x202E, 0},   {0x2060, 0x2069, 0},
    {0x20D0, 0x20FF, 0},   {0x231A, 0x231B, 2},   {0x23E9, 0x23EC, 2},   {0x25FD, 0x25FE, 2},
    {0x2614, 0x2615, 2},   {0x2648, 0x2653, 2},   {0x26A1, 0x26A1, 2},   {0x26BD, 0x26BE, 2},
    {0x26C4, 0x26C5, 2},   {0x26D4, 0x26D4, 2},   {0x26F2, 0x26F3, 2},   {0x2705, 0x2705, 2},
    {0x270A, 0x270B, 2},   {0x2728, 0x2728, 2},   {0x274C, 0x274C, 2},   {0x2753, 0x2755, 2},
    {0x2757, 0x2757, 2},   {0x2795, 0x2797, 2},   {0x2B1B, 0x2B1C, 2},   {0x2B50, 0x2B50, 2},
    {0x2E80, 0x303E, 2},   {0x3041, 0x33FF, 2},   {0x3400, 0x4DBF, 2},   {0x4E00, 0xA4CF, 2},
    {0xA960, 0xA97F, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},
    {0xFE10, 0xFE19, 2},   {0xFE20, 0xFE2F, 0},   {0xFE30, 0xFE6F, 2},   {0xFEFF, 0xFEFF, 0},
    {0xFF01, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F000, 0x1F02F, 2}, {0x1F0CF, 0x1F0CF, 2},
    {0x1F18E, 0x1F18E, 2}, {0x1F191, 0x1F19A, 2}, {0x1F200, 0x1F320, 2}, {0x1F32D, 0x1F335, 2},
    {0x1F337, 0x1F37C, 2}, {0x1F37E, 0x1F393, 2}, {0x1F3A0, 0x1F3CA, 2}, {0x1F3E0, 0x1F3F0, 2},
    {0x1F3F8, 0x1F43E, 2}, {0x1F440, 0x1F440, 2}, {0x1F442, 0x1F4FC, 2}, {0x1F4FF, 0x1F53D, 2},
    {0x1F54B, 0x1F567, 2}, {0x1F5FB, 0x1F64F, 2}, {0x1F680, 0x1F6C5, 2}, {0x1F900, 0x1F9FF, 2},
    {0x20000, 0x3FFFD, 2}, {0xE0001, 0xE01EF, 0},
};

unsigned sl_utf8_width(uint32_t code)
{
    if (code >= 0x20 && code < 0x7F) return 1;
    size_t low = 0, high = SL_COUNT(utf8_ranges);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > utf8_ranges[middle].last) low = middle + 1;
        else high = middle;
    }
    if (low == SL_COUNT(utf8_ranges) || code < utf8_ranges[low].first) return 1;
    return utf8_ranges[low].width;
}
