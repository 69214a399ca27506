/* parse_filter.c - filters: and, or, not over comparisons, free text and filter functions.
 *
 * OR binds tighter than AND, and AND may be left out: `a b or c` is a and (b or c) (reference:
 * LogScale documentation, "Grammar Subset"). The page on operators has one example that says
 * otherwise; the grammar is followed. */
#include "lang/cql/lower.h"

static const cql_node *filter_and(cql_parser *p);

/* True when a filter can start at the cursor. */
static bool filter_starts(cql_parser *p)
{
    char c = cql_peek(p);
    if (c == '\0' || strchr("|;)}],=>", c) != NULL) return false;
    return true;
}

/* The operator of a comparison at the cursor, stepped over; CQL_NO_OP when there is none. */
static cql_op filter_operator(cql_parser *p)
{
    static const struct {
        const char *sign;
        cql_op op;
    } signs[] = {{"!=", CQL_NOT_EQUAL},     {"==", CQL_EQUAL}, {"<=", CQL_LESS_EQUAL},
                 {">=", CQL_GREATER_EQUAL}, {"<", CQL_LESS},   {">", CQL_GREATER},
                 {"=", CQL_EQUAL}};
    if (cql_at(p, "=>") || cql_at(p, "=~") || cql_at(p, "<=>")) return CQL_NO_OP;
    for (size_t i = 0; i < SL_COUNT(signs); i++) {
        if (cql_take(p, signs[i].sign)) return signs[i].op;
    }
    return cql_take_keyword(p, "like") ? CQL_LIKE : CQL_NO_OP;
}

static const cql_node *filter_compare(cql_parser *p, uint32_t start, sl_text field, bool quoted,
                                      cql_op op)
{
    const cql_node *value = cql_read_value(p);
    if (value == NULL) return NULL;
    cql_node *node = cql_node_new(p, CQL_COMPARE, start);
    if (node == NULL || !cql_node_add(p, node, value)) return NULL;
    node->text = field;
    node->quoted = quoted;
    node->op = op;
    return node;
}

static const cql_node *filter_free(cql_parser *p, uint32_t start)
{
    p->at = start;
    const cql_node *value = cql_read_value(p);
    if (value == NULL) return NULL;
    cql_node *node = cql_node_new(p, CQL_FREE, start);
    if (node == NULL || !cql_node_add(p, node, value)) return NULL;
    if (value->kind == CQL_WORD && (cql_at(p, "=") || cql_at(p, "!=")) && !cql_at(p, "=>")) {
        cql_fault(p, SL_DIAG_SYNTAX, value->span, "'%.*s' is no field name",
                  SL_TEXT_ARG(value->text));
        cql_hint(p, "write it in quotes: \"%.*s\"", SL_TEXT_ARG(value->text));
        return NULL;
    }
    return node;
}

/* A comparison, free text, a function or a filter in parentheses. */
static const cql_node *filter_primary(cql_parser *p)
{
    char c = cql_peek(p);
    uint32_t start = p->at;
    if (c == '(') {
        p->at++;
        const cql_node *inner = filter_and(p);
        if (inner == NULL) return NULL;
        if (cql_take(p, ")")) return inner;
        cql_fault(p, SL_DIAG_UNCLOSED, cql_span(p, start, start + 1),
                  "this parenthesis is never closed");
        return NULL;
    }
    if (c == '/' || c == '?' || c == '*') return filter_free(p, start);
    if (c == '{') {
        p->at = cql_scan_closing(p, p->at);
        if (p->at < p->text.length) p->at++;
        cql_fault(p, SL_DIAG_REFUSED, cql_span(p, start, start + 1), "subqueries are not run here");
        return NULL;
    }
    if (cql_scan_call(p, start) != start) return cql_parse_call(p, false);
    sl_text field;
    uint32_t field_start;
    bool quoted;
    if (!cql_read_name(p, &field, &field_start, &quoted)) {
        if (c == '"') cql_read_quoted(p, &field, NULL);
        else if (cql_scan_pattern(p, start) != start) return filter_free(p, start);
        else cql_expected(p, "a filter");
        return NULL;
    }
    uint32_t field_end = p->at;
    if (cql_take(p, "=~")) {
        const cql_node *call = cql_parse_call(p, false);
        if (call == NULL) return NULL;
        return cql_call_with(p, call, "field", field, cql_span(p, start, field_end));
    }
    cql_op op = filter_operator(p);
    if (op != CQL_NO_OP) return filter_compare(p, start, field, quoted, op);
    return filter_free(p, start);
}

static const cql_node *filter_unary(cql_parser *p)
{
    cql_peek(p);
    uint32_t start = p->at;
    bool negated = (cql_at(p, "!") && !cql_at(p, "!=")) || cql_at_keyword(p, "not");
    /* `not = 1` compares a field of that name */
    if (negated && !cql_take(p, "!")) {
        cql_take_keyword(p, "not");
        if (!filter_starts(p)) {
            p->at = start;
            negated = false;
        }
    }
    if (!cql_enter(p)) return NULL;
    const cql_node *inner = negated ? filter_unary(p) : filter_primary(p);
    cql_leave(p);
    if (!negated || inner == NULL) return inner;
    cql_node *node = cql_node_new(p, CQL_NOT, start);
    return node != NULL && cql_node_add(p, node, inner) ? node : NULL;
}

/* Puts `second` behind `first` under a node of `kind`; `first` grows when it is one already. */
static cql_node *filter_join(cql_parser *p, cql_kind kind, cql_node *group, const cql_node *first,
                             const cql_node *second)
{
    if (group == NULL) {
        group = cql_node_new(p, kind, first->start);
        if (group == NULL || !cql_node_add(p, group, first)) return NULL;
    }
    return cql_node_add(p, group, second) ? group : NULL;
}

static const cql_node *filter_or(cql_parser *p)
{
    const cql_node *first = filter_unary(p);
    cql_node *group = NULL;
    while (first != NULL && cql_at_keyword(p, "or")) {
        cql_take_keyword(p, "or");
        const cql_node *second = filter_unary(p);
        if (second == NULL) return NULL;
        group = filter_join(p, CQL_OR, group, first, second);
        if (group == NULL) return NULL;
    }
    return group != NULL ? group : first;
}

static const cql_node *filter_and(cql_parser *p)
{
    const cql_node *first = filter_or(p);
    cql_node *group = NULL;
    while (first != NULL && filter_starts(p)) {
        cql_take_keyword(p, "and");
        const cql_node *second = filter_or(p);
        if (second == NULL) return NULL;
        group = filter_join(p, CQL_AND, group, first, second);
        if (group == NULL) return NULL;
    }
    return group != NULL ? group : first;
}

const cql_node *cql_parse_filter(cql_parser *p)
{
    return filter_and(p);
}
