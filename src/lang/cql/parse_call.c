/* parse_call.c - calls and the values of their arguments.
 *
 * Most functions take names and plain values, in which `-` and `/` are ordinary characters; some
 * take expressions. A call has at most one argument without a name. */
#include "lang/cql/lower.h"

const cql_node *cql_call_with(cql_parser *p, const cql_node *call, const char *name, sl_text value,
                              sl_span span)
{
    cql_node *copy = cql_node_new(p, CQL_CALL, call->start);
    cql_node *argument = cql_node_new(p, CQL_WORD, call->start);
    if (copy == NULL || argument == NULL) return NULL;
    *argument = (cql_node){.kind = CQL_WORD,
                           .span = span,
                           .start = call->start,
                           .end = call->end,
                           .depth = 1,
                           .text = value,
                           .pattern = value,
                           .quoted = true,
                           .name = sl_text_from(name),
                           .name_span = span};
    copy->text = call->text;
    copy->expression = call->expression;
    copy->end = call->end;
    copy->span = call->span;
    for (uint32_t i = 0; i < call->items.count; i++) {
        if (!cql_node_add(p, copy, cql_item(call, i))) return NULL;
    }
    return cql_node_add(p, copy, argument) ? copy : NULL;
}

bool cql_takes_expressions(sl_text function)
{
    static const char *const names[] = {"test", "eval", "if", "coalesce", "text:contains"};
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        if (sl_text_equal_nocase(function, sl_text_from(names[i]))) return true;
    }
    return false;
}

static const cql_node *value_array(cql_parser *p, bool expressions)
{
    uint32_t start = p->at++;
    cql_node *node = cql_node_new(p, CQL_ARRAY, start);
    if (node == NULL) return NULL;
    while (cql_peek(p) != ']') {
        const cql_node *item = expressions ? cql_parse_expr(p) : cql_parse_value(p);
        if (item == NULL || !cql_node_add(p, node, item)) return NULL;
        if (cql_take(p, ",")) continue;
        if (cql_peek(p) != ']') {
            cql_expected(p, "',' or ']' in the list");
            return NULL;
        }
    }
    p->at++;
    node->end = p->at;
    node->span = cql_span(p, start, p->at);
    return node;
}

/* name := value, in a list of functions; NULL when there is none at the cursor. */
static const cql_node *value_assign(cql_parser *p)
{
    uint32_t from = p->at;
    uint32_t start;
    sl_text name;
    bool quoted;
    if (!cql_read_name(p, &name, &start, &quoted) || !cql_take(p, ":=")) {
        p->at = from;
        return NULL;
    }
    const cql_node *value = cql_parse_value(p);
    cql_node *node = cql_node_new(p, CQL_ASSIGN, start);
    if (value == NULL || node == NULL || !cql_node_add(p, node, value)) return NULL;
    node->text = name;
    return node;
}

static const cql_node *value_subquery(cql_parser *p)
{
    uint32_t start = p->at;
    p->at = cql_scan_closing(p, p->at);
    if (p->at < p->text.length) p->at++;
    cql_fault(p, SL_DIAG_REFUSED, cql_span(p, start, start + 1), "subqueries are not run here");
    return NULL;
}

static const cql_node *value_inner(cql_parser *p)
{
    char c = cql_peek(p);
    if (c == '[') return value_array(p, false);
    if (c == '{') return value_subquery(p);
    if (c == '(') {
        p->at++;
        const cql_node *inner = cql_parse_value(p);
        return inner != NULL && cql_expect(p, ")", "')'") ? inner : NULL;
    }
    uint32_t errors = p->shared->builder.diags->error_count;
    const cql_node *assign = value_assign(p);
    if (assign != NULL || p->shared->builder.diags->error_count > errors) return assign;
    if (cql_scan_call(p, p->at) != p->at) return cql_parse_call(p, false);
    return cql_read_value(p);
}

const cql_node *cql_parse_value(cql_parser *p)
{
    if (!cql_enter(p)) return NULL;
    const cql_node *node = value_inner(p);
    cql_leave(p);
    return node;
}

/* name = at the cursor, stepped over. A lone `=`: `==` compares. */
static bool call_argument_name(cql_parser *p, sl_text *out, sl_span *out_span)
{
    uint32_t from = p->at;
    uint32_t start;
    bool quoted;
    if (cql_read_name(p, out, &start, &quoted)) {
        *out_span = cql_span(p, start, p->at);
        if (!cql_at(p, "==") && !cql_at(p, "=~") && cql_take(p, "=")) return true;
    }
    p->at = from;
    *out = (sl_text){NULL, 0};
    return false;
}

static const cql_node *call_argument(cql_parser *p, const cql_node *call)
{
    sl_text name;
    sl_span name_span = {0, 0};
    cql_peek(p);
    uint32_t start = p->at;
    bool named = call_argument_name(p, &name, &name_span);
    bool array = cql_peek(p) == '[';
    const cql_node *value = !call->expression ? cql_parse_value(p)
        : array                               ? value_array(p, true)
                                              : cql_parse_expr(p);
    if (value == NULL || !named) return value;
    cql_node *copy = cql_node_new(p, value->kind, start);
    if (copy == NULL) return NULL;
    *copy = *value; /* the span stays that of the value */
    copy->name = name;
    copy->name_span = name_span;
    return copy;
}

static bool call_arguments(cql_parser *p, cql_node *call)
{
    bool unnamed = false;
    while (cql_peek(p) != ')') {
        const cql_node *argument = call_argument(p, call);
        if (argument == NULL) return false;
        if (argument->name.data == NULL && unnamed) {
            cql_fault(p, SL_DIAG_ARITY, argument->span,
                      "'%.*s' has more than one argument without a name", SL_TEXT_ARG(call->text));
            const char *usage = cql_usage(call->text);
            if (usage != NULL) cql_hint(p, "usage: %s", usage);
            return false;
        }
        unnamed |= argument->name.data == NULL;
        if (!cql_node_add(p, call, argument)) return false;
        if (cql_take(p, ",") || cql_peek(p) == ')') continue;
        if (p->at < p->text.length && cql_peek(p) != '|') return cql_expected(p, "',' or ')'");
        return cql_fault(p, SL_DIAG_UNCLOSED, call->span, "'%.*s(' is never closed",
                         SL_TEXT_ARG(call->text));
    }
    return true;
}

const cql_node *cql_parse_call(cql_parser *p, bool expression)
{
    cql_peek(p);
    uint32_t start = p->at;
    p->at = cql_scan_call(p, start);
    cql_node *call = p->at == start ? NULL : cql_node_new(p, CQL_CALL, start);
    if (call == NULL) {
        if (p->at == start) cql_expected(p, "a function");
        return NULL;
    }
    call->text = sl_text_slice(p->text, start, p->at);
    if (cql_is_refused(call->text)) { /* its arguments may be of any kind */
        cql_unknown_function(p, call);
        p->at = cql_scan_closing(p, p->at);
        if (p->at < p->text.length) p->at++;
        return NULL;
    }
    call->expression = expression || cql_takes_expressions(call->text);
    if (!cql_expect(p, "(", "'('") || !cql_enter(p)) return NULL;
    bool read = call_arguments(p, call);
    cql_leave(p);
    if (!read) return NULL;
    p->at++;
    call->end = p->at;
    call->span = cql_span(p, start, p->at);
    return call;
}
