/* pipeline.c - steps between pipes: which kind each is, and recovery after a fault. */
#include "lang/cql/lower.h"

/* True at `|`, at the end, and at what closes the pipeline around this one. */
static bool pipeline_at_boundary(cql_parser *p)
{
    char c = cql_peek(p);
    if (p->at >= p->text.length || c == '|') return true;
    return p->in_case && (c == ';' || c == '}');
}

/* name := value */
static bool pipeline_assign(cql_parser *p, sl_text name, sl_span span)
{
    cql_peek(p);
    uint32_t start = p->at;
    if (cql_scan_call(p, start) != start) {
        const cql_node *call = cql_parse_call(p, false);
        if (call == NULL) return false;
        if (pipeline_at_boundary(p)) {
            call = cql_call_with(p, call, "as", name, span);
            return call != NULL && cql_lower_call(p, call);
        }
        p->at = start; /* the call is a part of an expression */
    }
    const cql_node *value = cql_parse_expr(p);
    if (value == NULL) return false;
    return cql_add_assign(p, cql_field(p, name, span), cql_expr(p, value), span);
}

/* The accepted form of `where field in (...)`, for the hint. */
static void pipeline_hint_in(cql_parser *p, sl_text field, const cql_node *values)
{
    sl_text list = sl_text_slice(p->text, values->start + 1, values->end - 1);
    cql_hint(p, "the vendor takes: in(%.*s, values=[%.*s])", SL_TEXT_ARG(field), SL_TEXT_ARG(list));
}

/* The values in parentheses as an array. */
static const cql_node *pipeline_values(cql_parser *p)
{
    cql_peek(p);
    uint32_t start = p->at;
    cql_node *values = cql_node_new(p, CQL_ARRAY, start);
    if (values == NULL || !cql_expect(p, "(", "'(' behind in")) return NULL;
    while (cql_peek(p) != ')') {
        if (!cql_node_add(p, values, cql_read_value(p))) return NULL;
        if (cql_take(p, ",") || cql_peek(p) == ')') continue;
        cql_expected(p, "',' or ')' in the list");
        return NULL;
    }
    p->at++;
    values->end = p->at;
    values->span = cql_span(p, start, p->at);
    return values;
}

/* `where field in (...)`, an extension. *out_read: this is one, right or wrong. */
static bool pipeline_where(cql_parser *p, bool *out_read)
{
    uint32_t start = p->at;
    sl_text field;
    uint32_t field_start;
    bool quoted;
    *out_read = cql_take_keyword(p, "where") && cql_read_name(p, &field, &field_start, &quoted)
        && cql_take_keyword(p, "in") && cql_peek(p) == '(';
    if (!*out_read) {
        p->at = start;
        return false;
    }
    uint32_t field_end = field_start + (uint32_t)field.length + (quoted ? 2 : 0);
    const cql_node *values = pipeline_values(p);
    if (values == NULL) return false;
    sl_span span = cql_span(p, start, p->at);
    cql_warn(p, SL_EXTENSION, SL_DIAG_EXTENSION, span, "'where ... in (...)' is no CQL");
    pipeline_hint_in(p, field, values);
    cql_node *call = cql_node_new(p, CQL_CALL, start);
    cql_node *list = cql_node_new(p, CQL_ARRAY, start);
    if (call == NULL || list == NULL) return false;
    *list = *values;
    list->name = SL_TEXT("values");
    call->text = SL_TEXT("in");
    if (!cql_node_add(p, call, list)) return false;
    const cql_node *whole =
        cql_call_with(p, call, "field", field, cql_span(p, field_start, field_end));
    return whole != NULL && cql_lower_call(p, whole);
}

static bool pipeline_filter(cql_parser *p)
{
    const cql_node *node = cql_parse_filter(p);
    if (node == NULL) return false;
    return node->kind == CQL_CALL ? cql_lower_call(p, node) : cql_lower_filter(p, node);
}

static bool pipeline_step(cql_parser *p)
{
    char c = cql_peek(p);
    uint32_t start = p->at;
    if (c == '$') return cql_parse_saved(p);
    if (c == '[') {
        const cql_node *functions = cql_parse_value(p);
        return functions != NULL && cql_lower_stats(p, functions);
    }
    if (cql_take_keyword(p, "case")) {
        bool is_case = cql_peek(p) == '{';
        p->at = start;
        if (is_case) return cql_parse_case(p);
    }
    bool is_where = false;
    bool where = pipeline_where(p, &is_where);
    if (is_where) return where;
    sl_text name;
    uint32_t name_start;
    bool quoted;
    if (cql_read_name(p, &name, &name_start, &quoted)) {
        sl_span span = cql_span(p, name_start, p->at);
        if (cql_take(p, ":=")) return pipeline_assign(p, name, span);
        uint32_t behind = p->at;
        if (cql_take_keyword(p, "match") && cql_peek(p) == '{') {
            p->at = behind;
            return cql_parse_match(p, name);
        }
    }
    p->at = start;
    return pipeline_filter(p);
}

/* `cond => step` in a clause of case: the vendor has a pipe there. */
static void pipeline_arrow(cql_parser *p, uint32_t start)
{
    uint32_t arrow = p->at - 2;
    uint32_t end = p->at;
    while (end < p->text.length && strchr(";|}\n", p->text.data[end]) == NULL) end++;
    sl_text condition = sl_text_trim(sl_text_slice(p->text, start, arrow));
    sl_text result = sl_text_trim(sl_text_slice(p->text, p->at, end));
    cql_warn(p, SL_EXTENSION, SL_DIAG_EXTENSION, cql_span(p, arrow, p->at),
             "'=>' in a clause of case is no CQL");
    cql_hint(p, "the vendor takes: %.*s | %.*s", SL_TEXT_ARG(condition), SL_TEXT_ARG(result));
}

void cql_give_up(cql_parser *p, uint32_t errors)
{
    if (p->shared->builder.diags->error_count == errors) p->shared->no_memory = true;
    cql_skip_step(p);
}

void cql_parse_pipeline(cql_parser *p)
{
    cql_peek(p);
    uint32_t start = p->at;
    bool first = true;
    while (!p->shared->exhausted) {
        uint32_t errors = p->shared->builder.diags->error_count;
        bool empty = pipeline_at_boundary(p);
        bool good = empty || pipeline_step(p);
        bool arrow = good && first && !empty && p->in_case && cql_take(p, "=>");
        if (arrow) pipeline_arrow(p, start);
        if (good && !arrow && !pipeline_at_boundary(p)) good = cql_expected(p, "'|'");
        if (!good) cql_give_up(p, errors);
        first = false;
        if (arrow || cql_take(p, "|")) continue;
        if (pipeline_at_boundary(p)) return;
        p->at++; /* a bracket that nothing opened, said already */
    }
}
