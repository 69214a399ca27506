/* faults.c - what is said about the query, and the limits on its size. */
#include <stdio.h>

#include "lang/cql/parser.h"

sl_span cql_span(const cql_parser *p, uint32_t start, uint32_t end)
{
    if (p->saved) return p->use;
    return (sl_span){start, end};
}

static void fault_add(cql_parser *p, sl_severity severity, sl_diag_code code, sl_span span,
                      const char *format, va_list args)
{
    char message[SL_DIAG_TEXT_MAX];
    vsnprintf(message, sizeof message, format, args);
    sl_diag_add(p->shared->builder.diags, severity, code, span, "%s", message);
}

bool cql_fault(cql_parser *p, sl_diag_code code, sl_span span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fault_add(p, SL_ERROR, code, span, format, args);
    va_end(args);
    return false;
}

void cql_warn(cql_parser *p, sl_severity severity, sl_diag_code code, sl_span span,
              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fault_add(p, severity, code, span, format, args);
    va_end(args);
}

void cql_missing(cql_parser *p, sl_span span, const char *format, ...)
{
    va_list args;
    const sl_resolver *resolver = p->shared->resolver;
    bool lenient = resolver != NULL && resolver->missing_is_warning;
    va_start(args, format);
    fault_add(p, lenient ? SL_WARNING : SL_ERROR, SL_DIAG_UNRESOLVED, span, format, args);
    va_end(args);
}

void cql_hint(cql_parser *p, const char *format, ...)
{
    char hint[SL_DIAG_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(hint, sizeof hint, format, args);
    va_end(args);
    sl_diag_hint(p->shared->builder.diags, "%s", hint);
}

/* The thing at the cursor: a word, a quoted text, a sign. */
static uint32_t fault_thing(cql_parser *p)
{
    uint32_t end = cql_scan_pattern(p, p->at);
    if (end > p->at) return end;
    return p->at < p->text.length ? p->at + 1 : p->at;
}

bool cql_expected(cql_parser *p, const char *what)
{
    char c = cql_peek(p);
    if (c == '\0' && p->at >= p->text.length) {
        uint32_t end = (uint32_t)p->text.length;
        return cql_fault(p, SL_DIAG_SYNTAX, cql_span(p, end, end),
                         "expected %s, but the query ends here", what);
    }
    uint32_t end = fault_thing(p);
    sl_text thing = sl_text_slice(p->text, p->at, end);
    return cql_fault(p, SL_DIAG_SYNTAX, cql_span(p, p->at, end), "expected %s, not '%.*s'", what,
                     SL_TEXT_ARG(thing));
}

bool cql_enter(cql_parser *p)
{
    if (p->shared->exhausted) return false;
    if (p->shared->depth < CQL_DEPTH_MAX) {
        p->shared->depth++;
        return true;
    }
    p->shared->exhausted = true;
    uint32_t end = p->at < p->text.length ? p->at + 1 : p->at;
    return cql_fault(p, SL_DIAG_LIMIT, cql_span(p, p->at, end),
                     "the query is nested deeper than %d", CQL_DEPTH_MAX);
}

void cql_leave(cql_parser *p)
{
    p->shared->depth--;
}

cql_node *cql_node_new(cql_parser *p, cql_kind kind, uint32_t start)
{
    if (p->shared->exhausted) return NULL;
    if (++p->shared->terms > CQL_TERMS_MAX) {
        p->shared->exhausted = true;
        cql_fault(p, SL_DIAG_LIMIT, cql_span(p, start, p->at), "the query has more than %d terms",
                  CQL_TERMS_MAX);
        return NULL;
    }
    cql_node *node = SL_ARENA_NEW(p->arena, cql_node);
    if (node == NULL) return NULL;
    node->kind = kind;
    node->start = start;
    node->end = p->at;
    node->span = cql_span(p, start, p->at);
    node->depth = 1;
    return node;
}

bool cql_node_add(cql_parser *p, cql_node *node, const cql_node *item)
{
    if (item == NULL || !sl_vector_add_pointer(&node->items, p->arena, item)) return false;
    if (item->depth >= node->depth) node->depth = item->depth + 1;
    if (node->depth > CQL_TREE_MAX) {
        p->shared->exhausted = true;
        return cql_fault(p, SL_DIAG_LIMIT, item->span, "a filter or expression is deeper than %d",
                         CQL_TREE_MAX);
    }
    if (item->end > node->end) {
        node->end = item->end;
        node->span = cql_span(p, node->start, node->end);
    }
    return true;
}
