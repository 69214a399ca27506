/* faults.c - says what is wrong, at the place where it was written.
 *
 * What stands in for a macro that could not be found may look wrong to the parser; that was said
 * once already, so nothing more is said about those bytes. */
#include "lang/spl/parser.h"

#include <stdio.h>

sl_span spl_span(const spl_parser *p, uint32_t start, uint32_t end)
{
    return sl_source_span(&p->source, start, end);
}

sl_span spl_word_span(const spl_parser *p, const spl_word *word)
{
    return spl_span(p, word->start, word->end);
}

bool spl_fault(spl_parser *p, sl_diag_code code, uint32_t start, uint32_t end, const char *format,
               ...)
{
    p->said = !sl_source_is_unknown(&p->source, start, end);
    if (!p->said) return false;
    char message[SL_DIAG_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    sl_diag_error(p->builder.diags, code, spl_span(p, start, end), "%s", message);
    return false;
}

/* The end of the thing at the cursor, for a caret line: a word, a quoted text, or one byte. */
static uint32_t fault_thing_end(const spl_parser *p)
{
    size_t at = p->at;
    char c = sl_byte_at(p->text, at);
    if (c == '"') {
        size_t end = sl_scan_quoted(p->text, at);
        return end == SIZE_MAX ? (uint32_t)p->text.length : (uint32_t)end;
    }
    size_t end = sl_scan_name(p->text, at);
    if (end == at) end = sl_scan_number(p->text, at);
    if (end == at && at < p->text.length) end = at + 1;
    return (uint32_t)end;
}

bool spl_expected(spl_parser *p, const char *what)
{
    char c = spl_peek(p);
    uint32_t end = fault_thing_end(p);
    if (c == '\0' && p->at >= p->text.length)
        return spl_fault(p, SL_DIAG_SYNTAX, p->at, p->at, "expected %s, but the query ends here",
                         what);
    if (c == '|')
        return spl_fault(p, SL_DIAG_SYNTAX, p->at, p->at + 1,
                         "expected %s, but the command ends here", what);
    sl_text found = sl_text_slice(p->text, p->at, end);
    if (found.length > 40) found.length = 40;
    return spl_fault(p, SL_DIAG_SYNTAX, p->at, end, "expected %s, not '%.*s'", what,
                     SL_TEXT_ARG(found));
}

bool spl_unknown_option(spl_parser *p, const spl_word *name)
{
    spl_fault(p, SL_DIAG_OPTION, name->start, name->end, "'%s' has no option '%.*s'",
              p->command->name, SL_TEXT_ARG(name->text));
    spl_hint_usage(p);
    return false;
}

void spl_warn(spl_parser *p, sl_severity severity, sl_diag_code code, sl_span span,
              const char *format, ...)
{
    char message[SL_DIAG_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    p->said = true;
    sl_diag_add(p->builder.diags, severity, code, span, "%s", message);
}

void spl_hint(spl_parser *p, const char *format, ...)
{
    if (!p->said) return;
    char message[SL_DIAG_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    sl_diag_hint(p->builder.diags, "%s", message);
}

void spl_hint_usage(spl_parser *p)
{
    spl_hint(p, "usage: %s", p->command->usage);
}

bool spl_enter(spl_parser *p)
{
    if (++p->depth <= SPL_DEPTH_MAX) return true;
    p->exhausted = true;
    return spl_fault(p, SL_DIAG_LIMIT, p->at, p->at + 1, "nested deeper than %d levels",
                     SPL_DEPTH_MAX);
}

void spl_leave(spl_parser *p)
{
    p->depth--;
}

bool spl_count_term(spl_parser *p)
{
    if (p->exhausted) return false;
    if (++p->terms <= SPL_TERMS_MAX) return true;
    p->exhausted = true;
    return spl_fault(p, SL_DIAG_LIMIT, p->at, p->at, "more than %d terms", SPL_TERMS_MAX);
}
