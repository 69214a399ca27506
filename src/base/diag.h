/* diag.h - what is wrong with a query or a format, said as a compiler says it.
 *
 * Reporting must never fail, so the list has a fixed capacity and counts what did not fit.
 * Line and column are worked out only when a diagnostic is printed.
 *
 * Owner:    the caller.
 * Lifetime: the messages are copied; the source text is needed again to print.
 * Threads:  one at a time. */
#ifndef SL_BASE_DIAG_H
#define SL_BASE_DIAG_H

#include <stdint.h>

#include "base/text.h"

enum { SL_DIAGS_MAX = 32, SL_DIAG_TEXT_MAX = 256 };

/* Bytes `start` to `end` of the text the diagnostic is about, half open. */
typedef struct sl_span {
    uint32_t start, end;
} sl_span;

typedef enum sl_severity { SL_ERROR, SL_WARNING, SL_EXTENSION, SL_NOTE } sl_severity;

/* Stable numbers: 1xx syntax, 2xx names, arity and types, 3xx valid in the dialect but not run
 * here, 4xx limits, 5xx extensions, 6xx warnings about meaning, 7xx formats and detections. */
#define SL_DIAG_CODES(X) \
    X(SL_DIAG_SYNTAX, 101, "the text does not follow the language's grammar") \
    X(SL_DIAG_UNCLOSED, 102, "a quote, parenthesis, bracket or brace is never closed") \
    X(SL_DIAG_CHARACTER, 103, "a character that the language has no use for") \
    X(SL_DIAG_NAME, 201, "no command of this name") \
    X(SL_DIAG_FUNCTION, 202, "no function of this name") \
    X(SL_DIAG_ARITY, 203, "too few or too many arguments") \
    X(SL_DIAG_TYPE, 204, "an argument of the wrong kind") \
    X(SL_DIAG_REGEX, 205, "the regular expression does not compile") \
    X(SL_DIAG_OPTION, 206, "an option the command does not know, or a value it does not take") \
    X(SL_DIAG_UNRESOLVED, 207, "a lookup, macro, saved query or parameter that is not there") \
    X(SL_DIAG_REFUSED, 301, "the dialect has it; it is not run here") \
    X(SL_DIAG_LIMIT, 401, "more or deeper than the limits allow") \
    X(SL_DIAG_EXTENSION, 501, "runs here, though the vendor rejects it") \
    X(SL_DIAG_UNCLAIMED, 601, "an index or sourcetype that no format claims") \
    X(SL_DIAG_OVERLAP, 602, "one event can pass more than one branch") \
    X(SL_DIAG_NEVER, 603, "a comparison that can never be true") \
    X(SL_DIAG_MEANING, 604, "probably not what was meant") \
    X(SL_DIAG_FORMAT, 701, "a format or detection file is at fault")

typedef enum sl_diag_code {
#define X(name, number, text) name = number,
    SL_DIAG_CODES(X)
#undef X
} sl_diag_code;

typedef struct sl_diag {
    sl_severity severity;
    sl_diag_code code;
    sl_span span;
    char message[SL_DIAG_TEXT_MAX];
    char hint[SL_DIAG_TEXT_MAX]; /* "" when there is none */
} sl_diag;

typedef struct sl_diags {
    sl_diag items[SL_DIAGS_MAX];
    uint32_t count;
    uint32_t dropped;     /* did not fit */
    uint32_t error_count; /* of severity SL_ERROR, dropped ones too */
    uint32_t last;        /* the item that a hint belongs to, SL_DIAGS_MAX: none */
} sl_diags;

void sl_diags_init(sl_diags *diags);
/* Adds one; the same code at the same span is said once. When the list is full, an error takes
 * the place of the last item that is none. */
void sl_diag_add(sl_diags *diags, sl_severity severity, sl_diag_code code, sl_span span,
                 const char *format, ...) SL_PRINTF(5, 6);
void sl_diag_error(sl_diags *diags, sl_diag_code code, sl_span span, const char *format, ...)
    SL_PRINTF(4, 5);
/* The hint of the diagnostic added last; nothing happens when that one was not kept. */
void sl_diag_hint(sl_diags *diags, const char *format, ...) SL_PRINTF(2, 3);

/* 1-based line and column of byte `offset`; columns count code points. */
typedef struct sl_place {
    uint32_t line, column;
} sl_place;
sl_place sl_place_at(sl_text source, uint32_t offset);

/* Appends the caret form of docs/diagnostics.md:
 *   deny.spl:2:10: error[T202]: no SPL function 'lowr'
 *        2 | | eval u=lowr(userName)
 *          |          ^~~~
 *          = hint: did you mean 'lower'?
 * `colour` adds terminal colours. Control characters, of the source and of the texts, are
 * shown as '?'; long lines are cut around the span. Without a name (length 0) or a source text
 * (data NULL) these parts are left out. */
void sl_diag_print(sl_buffer *out, const sl_diag *diag, sl_text name, sl_text source, bool colour);
/* "error", "warning", "extension", "note". */
const char *sl_severity_text(sl_severity severity);

#endif
