/* safe.c - decodes text and writes what a terminal could act upon as escapes.
 *
 * What is hidden or acts is listed here by ranges. Combining marks are let through, but only a
 * few behind one another. */
#include "output/safe.h"

#include <assert.h>

#include "base/utf8.h"

enum { SAFE_MARKS_MAX = 4, SAFE_ELLIPSIS = 0x2026, SAFE_HEAD_OF_PARTS = 4 };

typedef struct safe_range {
    uint32_t first, last;
} safe_range;

/* In ascending order. */
static const safe_range safe_hidden[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F}, /* C0, DEL, C1 */
    {0x00AD, 0x00AD},                     /* soft hyphen */
    {0x034F, 0x034F},                     /* grapheme joiner */
    {0x061C, 0x061C},                     /* Arabic letter mark */
    {0x115F, 0x1160},                     /* Hangul fillers */
    {0x17B4, 0x17B5},                     /* Khmer inherent vowels */
    {0x180B, 0x180F},                     /* Mongolian selectors */
    {0x200B, 0x200F},                     /* zero width, direction marks */
    {0x2028, 0x202E},                     /* separators, embeddings, overrides */
    {0x2060, 0x206F},                     /* joiners, isolates, deprecated */
    {0x3164, 0x3164},                     /* Hangul filler */
    {0xFEFF, 0xFEFF},                     /* byte order mark */
    {0xFFA0, 0xFFA0},                     /* Hangul filler */
    {0xFFF0, 0xFFFB},                     /* annotations */
    {0x1D173, 0x1D17A},                   /* musical controls */
    {0xE0000, 0xE0FFF},                   /* tags */
};

static bool safe_is_hidden(uint32_t code)
{
    if (code >= 0x20 && code < 0x7F) return false;
    for (size_t i = 0; i < SL_COUNT(safe_hidden); i++)
        if (code <= safe_hidden[i].last) return code >= safe_hidden[i].first;
    return false;
}

static void safe_escape(sl_buffer *out, uint32_t code)
{
    if (code == '\n') sl_buffer_add_string(out, "\\n");
    else if (code == '\r') sl_buffer_add_string(out, "\\r");
    else if (code == '\t') sl_buffer_add_string(out, "\\t");
    else if (code < 0x100) sl_buffer_printf(out, "\\x%02x", (unsigned)code);
    else if (code < 0x10000) sl_buffer_printf(out, "\\u%04x", (unsigned)code);
    else sl_buffer_printf(out, "\\U%06x", (unsigned)code);
}

void sl_safe_text(sl_buffer *out, sl_text t)
{
    assert(out != NULL);
    unsigned marks = 0;
    for (size_t at = 0; at < t.length;) {
        uint32_t code;
        size_t bytes = sl_utf8_decode(t, at, &code);
        unsigned width = code < 0x7F ? 1 : sl_utf8_width(code);
        marks = width == 0 ? marks + 1 : 0;
        if (safe_is_hidden(code) || marks > SAFE_MARKS_MAX) {
            safe_escape(out, code);
        } else {
            char encoded[4];
            sl_buffer_add(out, sl_text_make(encoded, sl_utf8_encode(code, encoded)));
        }
        at += bytes;
    }
}

uint32_t sl_safe_width(sl_text t)
{
    uint64_t width = 0;
    for (size_t at = 0; at < t.length;) {
        uint32_t code;
        at += sl_utf8_decode(t, at, &code);
        width += sl_utf8_width(code);
    }
    return width > UINT32_MAX ? UINT32_MAX : (uint32_t)width;
}

/* The offset behind as much of the beginning as fits `width` columns, which *out_width says. */
static size_t safe_head(sl_text t, uint32_t width, uint32_t *out_width)
{
    size_t at = 0;
    *out_width = 0;
    while (at < t.length) {
        uint32_t code;
        size_t bytes = sl_utf8_decode(t, at, &code);
        unsigned columns = sl_utf8_width(code);
        if (*out_width + columns > width) break;
        *out_width += columns;
        at += bytes;
    }
    return at;
}

/* The offset of as much of the end as fits. Never begins with a mark whose base was cut off. */
static size_t safe_tail(sl_text t, uint32_t total, uint32_t width, uint32_t *out_width)
{
    size_t at = 0;
    while (at < t.length && total > width) {
        uint32_t code;
        at += sl_utf8_decode(t, at, &code);
        total -= sl_utf8_width(code);
    }
    for (uint32_t code; at < t.length;) {
        size_t bytes = sl_utf8_decode(t, at, &code);
        if (sl_utf8_width(code) > 0) break;
        at += bytes;
    }
    *out_width = total;
    return at;
}

/* Of names with parts (ARNs, resource ids) the beginning says next to nothing. */
static uint32_t safe_head_columns(sl_text t, uint32_t width)
{
    uint32_t third = (width - 1) / 3;
    bool has_parts = sl_text_find_byte(t, '/', 0) != SIZE_MAX;
    return has_parts && third > SAFE_HEAD_OF_PARTS ? SAFE_HEAD_OF_PARTS : third;
}

uint32_t sl_safe_cut(sl_buffer *out, sl_text t, uint32_t width)
{
    assert(out != NULL);
    uint32_t total = sl_safe_width(t), head_width = 0, tail_width = 0;
    if (total <= width) {
        sl_buffer_add(out, t);
        return total;
    }
    if (width == 0) return 0;
    size_t head = safe_head(t, safe_head_columns(t, width), &head_width);
    size_t tail = safe_tail(t, total, width - 1 - head_width, &tail_width);
    sl_buffer_add(out, sl_text_slice(t, 0, head));
    char ellipsis[4];
    sl_buffer_add(out, sl_text_make(ellipsis, sl_utf8_encode(SAFE_ELLIPSIS, ellipsis)));
    sl_buffer_add(out, sl_text_slice(t, tail, t.length));
    return head_width + 1 + tail_width;
}

void sl_safe_pad(sl_buffer *out, uint32_t columns)
{
    static const char blanks[] = "                                ";
    for (uint32_t part; columns > 0; columns -= part) {
        part = columns < sizeof blanks - 1 ? columns : (uint32_t)sizeof blanks - 1;
        sl_buffer_add(out, sl_text_make(blanks, part));
    }
}
