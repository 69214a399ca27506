/* clauses.c - case, match and saved queries.
 *
 * The first clause whose pipeline lets the event through wins; an event that passes none is
 * dropped (reference: LogScale documentation, "Conditional Evaluation"). That is what the branch
 * operator does. */
#include "lang/cql/lower.h"

/* `*` alone keeps every event. */
static bool clause_is_star(cql_parser *p)
{
    if (cql_peek(p) != '*' || cql_scan_pattern(p, p->at) != p->at + 1) return false;
    uint32_t start = p->at++;
    char c = cql_peek(p);
    bool alone = c == '|' || c == ';' || c == '}' || cql_at(p, "=>");
    p->at = start;
    return alone;
}

void cql_parse_clause(cql_parser *p, sl_pipe *pipe)
{
    sl_pipe *outer_pipe = p->pipe;
    bool outer_case = p->in_case;
    p->pipe = pipe;
    p->in_case = true;
    if (cql_enter(p)) {
        cql_parse_pipeline(p);
        cql_leave(p);
    }
    p->pipe = outer_pipe;
    p->in_case = outer_case;
}

sl_field cql_dropped_field(cql_parser *p, sl_span span)
{
    return cql_field(p, SL_TEXT("@dropped"), span);
}

/* Behind the outermost case: drops what dropEvent() marked, and takes the mark out. */
static bool clause_drop(cql_parser *p, sl_span span)
{
    sl_builder *builder = &p->shared->builder;
    sl_field field = cql_dropped_field(p, span);
    const sl_expr *mark = sl_build_field(builder, SL_TEXT("@dropped"), span);
    const sl_expr *kept = sl_build_call(builder, &sl_cql_missing, &mark, 1, span);
    p->shared->drops = false;
    if (!cql_add_filter(p, kept, "dropEvent", span)) return false;
    return cql_add_remove(p, &field, 1, "dropEvent", span);
}

static bool clause_add_branch(cql_parser *p, const sl_vector *pipes, const char *command,
                              sl_span span)
{
    sl_op *op = cql_op_new(p, SL_OP_BRANCH, command, span);
    if (op == NULL) return false;
    op->branch.pipes = pipes->items;
    op->branch.count = pipes->count;
    return p->in_case || !p->shared->drops || clause_drop(p, span);
}

/* Behind a clause: true when another one follows. *out_good is false when something else does. */
static bool clause_next(cql_parser *p, bool *out_good)
{
    while (cql_take(p, ";")) {
    }
    if (cql_take(p, "}")) return false;
    if (p->at < p->text.length && !p->shared->exhausted) return true;
    *out_good = false;
    return false;
}

/* The filter of a guard: `*`, "*", a pattern, a regex, a call. False after a fault. */
static bool clause_guard(cql_parser *p, sl_text field)
{
    cql_peek(p);
    uint32_t start = p->at;
    if (clause_is_star(p)) {
        p->at++;
        return true;
    }
    if (cql_scan_call(p, start) != start) {
        const cql_node *call = cql_parse_call(p, false);
        if (call == NULL) return false;
        call = cql_call_with(p, call, "field", field, call->span);
        return call != NULL && cql_lower_call(p, call);
    }
    const cql_node *value = cql_read_value(p);
    if (value == NULL) return false;
    if (value->kind == CQL_WORD && sl_text_equal_nocase(value->text, SL_TEXT("true"))) return true;
    const sl_expr *predicate = cql_compare_expr(p, field, CQL_EQUAL, value, value->span);
    if (!cql_add_filter(p, predicate, "match", value->span)) return false;
    sl_text compiled;
    if (value->kind != CQL_REGEX) return true;
    return cql_regex_groups(p, value->text, &compiled, NULL)
        && cql_add_groups(p, field, value->text, compiled, value->span);
}

static void clause_of_match(cql_parser *p, sl_text field, sl_pipe *pipe)
{
    sl_pipe *outer_pipe = p->pipe;
    bool outer_case = p->in_case;
    p->pipe = pipe;
    p->in_case = true;
    uint32_t errors = p->shared->builder.diags->error_count;
    bool good = clause_guard(p, field) && cql_expect(p, "=>", "'=>' behind the guard");
    if (!good) cql_give_up(p, errors);
    p->pipe = outer_pipe;
    p->in_case = outer_case;
    if (good || cql_take(p, "|")) cql_parse_clause(p, pipe);
}

static void clause_of_case(cql_parser *p, sl_text field, sl_pipe *pipe)
{
    (void)field;
    cql_parse_clause(p, pipe);
}

/* Reads one clause of a case or match, between two semicolons, into `pipe`. */
typedef void clause_reader(cql_parser *p, sl_text field, sl_pipe *pipe);

/* `word` and its clauses in braces. */
static bool clause_list(cql_parser *p, const char *word, clause_reader *read, sl_text field)
{
    cql_peek(p);
    uint32_t start = p->at;
    cql_take_keyword(p, word);
    cql_peek(p);
    uint32_t open = p->at;
    cql_take(p, "{");
    sl_vector pipes = {0};
    bool closed = true;
    while (clause_next(p, &closed)) {
        sl_pipe *pipe = sl_vector_add(&pipes, p->arena, sizeof *pipe);
        if (pipe == NULL) return false;
        sl_pipe clause = {NULL, NULL};
        read(p, field, &clause);
        ((sl_pipe *)pipes.items)[pipes.count - 1] = clause;
    }
    if (p->shared->exhausted) return false; /* said: the brace may well be closed */
    if (!closed) {
        return cql_fault(p, SL_DIAG_UNCLOSED, cql_span(p, open, open + 1),
                         "this brace is never closed");
    }
    if (pipes.count == 0) {
        return cql_fault(p, SL_DIAG_SYNTAX, cql_span(p, start, p->at), "%s without a clause", word);
    }
    return clause_add_branch(p, &pipes, word, cql_span(p, start, start + (uint32_t)strlen(word)));
}

bool cql_parse_case(cql_parser *p)
{
    return clause_list(p, "case", clause_of_case, sl_text_make(NULL, 0));
}

bool cql_parse_match(cql_parser *p, sl_text field)
{
    return clause_list(p, "match", clause_of_match, field);
}

/* The arguments of a saved query: name=value, ... */
static bool saved_arguments(cql_parser *p, sl_vector *bindings)
{
    if (!cql_expect(p, "(", "'(' behind the name of a saved query")) return false;
    while (cql_peek(p) != ')') {
        sl_text name;
        uint32_t start;
        bool quoted;
        if (!cql_read_name(p, &name, &start, &quoted)) return cql_expected(p, "a name or ')'");
        if (!cql_expect(p, "=", "'=' behind the argument's name")) return false;
        const cql_node *value = cql_read_value(p);
        cql_binding *binding = sl_vector_add(bindings, p->arena, sizeof *binding);
        if (value == NULL || binding == NULL) return false;
        *binding = (cql_binding){.name = name, .value = value->text};
        if (!cql_take(p, ",") && cql_peek(p) != ')') return cql_expected(p, "',' or ')'");
    }
    p->at++;
    return true;
}

static bool saved_run(cql_parser *p, sl_text text, const sl_vector *bindings, sl_span use)
{
    if (++p->shared->saved > CQL_SAVED_MAX) {
        p->shared->exhausted = true;
        return cql_fault(p, SL_DIAG_LIMIT, use, "more than %d uses of saved queries",
                         CQL_SAVED_MAX);
    }
    if (!cql_enter(p)) return false;
    cql_parser inner = *p;
    inner.text = sl_arena_copy(p->arena, text);
    inner.at = 0;
    inner.saved = true;
    inner.use = use;
    inner.params = *bindings;
    if (inner.text.data != NULL) cql_parse_pipeline(&inner);
    cql_leave(p);
    if (inner.at < inner.text.length && !p->shared->exhausted) {
        return cql_fault(p, SL_DIAG_SYNTAX, use, "the saved query has a bracket too many");
    }
    return inner.text.data != NULL;
}

bool cql_parse_saved(cql_parser *p)
{
    cql_peek(p);
    uint32_t start = p->at++;
    sl_text name, text;
    uint32_t name_start;
    bool quoted;
    sl_vector bindings = {0};
    if (!cql_read_name(p, &name, &name_start, &quoted)) {
        return cql_expected(p, "the name of a saved query");
    }
    if (!quoted) { /* package/name:query, and names with hyphens */
        p->at = cql_scan_pattern(p, name_start);
        name = sl_text_slice(p->text, name_start, p->at);
    }
    if (!saved_arguments(p, &bindings)) return false;
    sl_span use = cql_span(p, start, p->at);
    const sl_resolver *resolver = p->shared->resolver;
    if (resolver == NULL || resolver->saved_query == NULL
        || !resolver->saved_query(resolver->owner, name, &text)) {
        cql_missing(p, use, "no saved query '%.*s'", SL_TEXT_ARG(name));
        return true; /* what follows can be read all the same */
    }
    if (text.length > CQL_TEXT_MAX) {
        return cql_fault(p, SL_DIAG_LIMIT, use, "the saved query is longer than %d bytes",
                         CQL_TEXT_MAX);
    }
    return saved_run(p, text, &bindings, use);
}
