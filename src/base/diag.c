/* diag.c - collects diagnostics without allocating, and prints them with the line they mean.
 *
 * The line is echoed code point by code point: what could move the cursor, hide text or turn
 * its direction is shown as '?', so a query cannot forge what the terminal shows. Padding in
 * front of the caret repeats tabs and counts wide characters twice, so that the caret stands
 * under its column. Of a line wider than a terminal, the part around the span is shown. */
#include "base/diag.h"

#include <assert.h>
#include <stdio.h>

#include "base/utf8.h"

enum {
    DIAG_COLUMNS_MAX = 96,    /* of a source line */
    DIAG_COLUMNS_BEFORE = 32, /* in front of the span when the line is cut */
    DIAG_TAB_COLUMNS = 8
};

void sl_diags_init(sl_diags *diags)
{
    diags->count = 0;
    diags->dropped = 0;
    diags->error_count = 0;
    diags->last = SL_DIAGS_MAX;
}

static bool diag_is_said(const sl_diags *diags, sl_diag_code code, sl_span span)
{
    for (uint32_t i = 0; i < diags->count; i++) {
        const sl_diag *diag = &diags->items[i];
        if (diag->code == code && diag->span.start == span.start && diag->span.end == span.end)
            return true;
    }
    return false;
}

/* Index for a new item, or SL_DIAGS_MAX when it finds no place. */
static uint32_t diag_place(sl_diags *diags, sl_severity severity)
{
    if (diags->count < SL_DIAGS_MAX) return diags->count++;
    diags->dropped++;
    if (severity != SL_ERROR) return SL_DIAGS_MAX;
    for (uint32_t i = SL_DIAGS_MAX; i-- > 0;)
        if (diags->items[i].severity != SL_ERROR) return i;
    return SL_DIAGS_MAX;
}

/* Formats into a text of fixed size without halving a code point at its end. */
static void diag_format(char out[SL_DIAG_TEXT_MAX], const char *format, va_list args)
{
    out[0] = '\0';
    int length = vsnprintf(out, SL_DIAG_TEXT_MAX, format, args);
    if (length < SL_DIAG_TEXT_MAX) return;
    size_t end = SL_DIAG_TEXT_MAX - 4; /* room for the dots */
    while (end > 0 && ((unsigned char)out[end] & 0xC0) == 0x80) end--;
    memcpy(out + end, "...", 4);
}

static SL_PRINTF(5, 0) void diag_vadd(sl_diags *diags, sl_severity severity, sl_diag_code code,
                                      sl_span span, const char *format, va_list args)
{
    assert(diags != NULL);
    if (span.end < span.start) span.end = span.start;
    diags->last = SL_DIAGS_MAX;
    if (diag_is_said(diags, code, span)) return;

    if (severity == SL_ERROR) diags->error_count++;
    diags->last = diag_place(diags, severity);
    if (diags->last == SL_DIAGS_MAX) return;
    sl_diag *diag = &diags->items[diags->last];
    diag->severity = severity;
    diag->code = code;
    diag->span = span;
    diag->hint[0] = '\0';
    diag_format(diag->message, format, args);
}

void sl_diag_add(sl_diags *diags, sl_severity severity, sl_diag_code code, sl_span span,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(diags, severity, code, span, format, args);
    va_end(args);
}

void sl_diag_error(sl_diags *diags, sl_diag_code code, sl_span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(diags, SL_ERROR, code, span, format, args);
    va_end(args);
}

void sl_diag_hint(sl_diags *diags, const char *format, ...)
{
    assert(diags != NULL);
    if (diags->last >= diags->count) return;
    va_list args;
    va_start(args, format);
    diag_format(diags->items[diags->last].hint, format, args);
    va_end(args);
}

const char *sl_severity_text(sl_severity severity)
{
    static const char *const texts[] = {
        [SL_ERROR] = "error",
        [SL_WARNING] = "warning",
        [SL_EXTENSION] = "extension",
        [SL_NOTE] = "note",
    };
    return (unsigned)severity < SL_COUNT(texts) ? texts[severity] : "note";
}

sl_place sl_place_at(sl_text source, uint32_t offset)
{
    sl_place place = {1, 1};
    size_t end = offset < source.length ? offset : source.length, start = 0;
    for (;;) {
        size_t newline = sl_text_find_byte(sl_text_slice(source, 0, end), '\n', start);
        if (newline == SIZE_MAX) break;
        place.line++;
        start = newline + 1;
    }
    for (size_t at = start; at < end; place.column++) {
        uint32_t code;
        at += sl_utf8_decode(source, at, &code);
    }
    return place;
}

/* True for what is shown as '?': controls, and what turns or breaks the line unseen. */
static bool diag_is_hostile(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xFFFD || code == 0x061C
        || (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E)
        || (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF;
}

/* Bytes of the code point at `at`, and what is shown for it; a tab stays a tab. */
static size_t diag_decode(sl_text t, size_t at, uint32_t *out)
{
    size_t bytes = sl_utf8_decode(t, at, out);
    if (*out != '\t' && diag_is_hostile(*out)) *out = '?';
    return bytes;
}

static unsigned diag_width(uint32_t code)
{
    return code == '\t' ? DIAG_TAB_COLUMNS : sl_utf8_width(code);
}

static void diag_add_code(sl_buffer *out, uint32_t code)
{
    char bytes[4];
    size_t count = sl_utf8_encode(code, bytes);
    sl_buffer_add(out, sl_text_make(bytes, count));
}

/* Text with nothing in it that a terminal would obey. */
static void diag_add_safe(sl_buffer *out, sl_text t)
{
    for (size_t at = 0; at < t.length;) {
        uint32_t code;
        at += diag_decode(t, at, &code);
        diag_add_code(out, code == '\t' ? ' ' : code);
    }
}

static void diag_add_repeated(sl_buffer *out, char c, unsigned count)
{
    while (count-- > 0) sl_buffer_add_byte(out, c);
}

typedef struct diag_line {
    size_t start, end;           /* of the line in the source, without its end of line */
    size_t span_start, span_end; /* the part of the span that is on it */
    size_t from, to;             /* the part that is shown */
} diag_line;

/* End of the code points after `at` that fit into `columns`. */
static size_t diag_advance(sl_text source, size_t at, size_t end, unsigned columns)
{
    while (at < end) {
        uint32_t code;
        size_t bytes = diag_decode(source, at, &code);
        unsigned width = diag_width(code);
        if (width > columns) break;
        columns -= width;
        at += bytes;
    }
    return at;
}

/* Start of the code points before `at` that fit into `columns`. */
static size_t diag_retreat(sl_text source, size_t at, size_t start, unsigned columns)
{
    while (at > start) {
        size_t before = at - 1;
        while (before > start && at - before < 4
               && ((unsigned char)source.data[before] & 0xC0) == 0x80)
            before--;
        uint32_t code;
        size_t bytes = diag_decode(source, before, &code);
        if (before + bytes != at) before = at - 1;
        if (diag_width(code) > columns) break;
        columns -= diag_width(code);
        at = before;
    }
    return at;
}

static diag_line diag_find_line(sl_text source, sl_span span)
{
    diag_line line = {.span_start = span.start, .span_end = span.end};
    if (line.span_start > source.length) line.span_start = source.length;
    line.start = line.span_start;
    while (line.start > 0 && source.data[line.start - 1] != '\n') line.start--;
    line.end = sl_text_find_byte(source, '\n', line.span_start);
    if (line.end == SIZE_MAX) line.end = source.length;
    if (line.end > line.start && source.data[line.end - 1] == '\r') line.end--;
    if (line.span_start > line.end) line.span_start = line.end;
    if (line.span_end > line.end) line.span_end = line.end;
    if (line.span_end < line.span_start) line.span_end = line.span_start;

    line.from = line.start;
    line.to = diag_advance(source, line.start, line.end, DIAG_COLUMNS_MAX);
    if (line.to == line.end) return line;
    line.from = diag_retreat(source, line.span_start, line.start, DIAG_COLUMNS_BEFORE);
    line.to = diag_advance(source, line.from, line.end, DIAG_COLUMNS_MAX);
    return line;
}

static void diag_print_line(sl_buffer *out, sl_text source, const diag_line *line)
{
    if (line->from > line->start) sl_buffer_add_string(out, "...");
    for (size_t at = line->from; at < line->to;) {
        uint32_t code;
        at += diag_decode(source, at, &code);
        diag_add_code(out, code);
    }
    if (line->to < line->end) sl_buffer_add_string(out, "...");
}

static void diag_print_caret(sl_buffer *out, sl_text source, const diag_line *line)
{
    uint32_t code;
    if (line->from > line->start) sl_buffer_add_string(out, "   ");
    for (size_t at = line->from; at < line->span_start;) {
        at += diag_decode(source, at, &code);
        if (code == '\t') sl_buffer_add_byte(out, '\t');
        else diag_add_repeated(out, ' ', diag_width(code));
    }
    sl_buffer_add_byte(out, '^');
    bool first = true;
    for (size_t at = line->span_start; at < line->span_end && at < line->to; first = false) {
        at += diag_decode(source, at, &code);
        unsigned width = diag_width(code);
        if (code == '\t' && !first) sl_buffer_add_byte(out, '\t');
        else if (code != '\t') diag_add_repeated(out, '~', first && width > 0 ? width - 1 : width);
    }
}

typedef struct diag_colours {
    const char *strong, *severity, *mark, *end;
} diag_colours;

static diag_colours diag_pick_colours(sl_severity severity, bool colour)
{
    static const char *const severities[] = {
        [SL_ERROR] = "\x1b[1;31m",
        [SL_WARNING] = "\x1b[1;35m",
        [SL_EXTENSION] = "\x1b[1;36m",
        [SL_NOTE] = "\x1b[1;34m",
    };
    if (!colour || (unsigned)severity >= SL_COUNT(severities))
        return (diag_colours){"", "", "", ""};
    return (diag_colours){"\x1b[1m", severities[severity], "\x1b[1;32m", "\x1b[0m"};
}

void sl_diag_print(sl_buffer *out, const sl_diag *diag, sl_text name, sl_text source, bool colour)
{
    assert(out != NULL);
    assert(diag != NULL);

    diag_colours colours = diag_pick_colours(diag->severity, colour);
    sl_place place = sl_place_at(source, diag->span.start);
    sl_buffer_add_string(out, colours.strong);
    diag_add_safe(out, name);
    if (name.length > 0) sl_buffer_add_string(out, ":");
    if (source.data != NULL) sl_buffer_printf(out, "%u:%u:", place.line, place.column);
    if (name.length > 0 || source.data != NULL) sl_buffer_add_string(out, " ");
    sl_buffer_printf(out, "%s%s%s[T%d]%s: ", colours.end, colours.severity,
                     sl_severity_text(diag->severity), (int)diag->code, colours.end);
    diag_add_safe(out, sl_text_from(diag->message));
    sl_buffer_add_byte(out, '\n');

    if (source.data != NULL) {
        diag_line line = diag_find_line(source, diag->span);
        sl_buffer_printf(out, "%6u | ", place.line);
        diag_print_line(out, source, &line);
        sl_buffer_printf(out, "\n       | %s", colours.mark);
        diag_print_caret(out, source, &line);
        sl_buffer_printf(out, "%s\n", colours.end);
    }
    if (diag->hint[0] == '\0') return;
    sl_buffer_printf(out, "       = %shint%s: ", colours.strong, colours.end);
    diag_add_safe(out, sl_text_from(diag->hint));
    sl_buffer_add_byte(out, '\n');
}
