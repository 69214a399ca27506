/* lower_filter.c - filters to predicates over the kernels of func/cql.h.
 *
 * Free text is looked for in @rawstring, which holds every field of an event as it was at the start
 * of the pipeline; once rows are no events any more, in the fields they have. */
#include "lang/cql/lower.h"

static const sl_text filter_raw = {"@rawstring", 10};

void cql_note_tag(cql_parser *p, sl_text field, sl_text value, sl_span span, bool negated)
{
    if (field.length == 0 || field.data[0] != '#' || p->shared->reshaped || p->in_case) return;
    sl_tag_use *use = sl_vector_add(&p->shared->tag_uses, p->arena, sizeof *use);
    if (use == NULL) return;
    *use = (sl_tag_use){.key = field, .value = value, .span = span, .negated = negated};
}

static const sl_expr *filter_call2(cql_parser *p, const sl_fn *fn, const sl_expr *field,
                                   const sl_expr *value, sl_span span)
{
    const sl_expr *args[] = {field, value};
    return sl_build_call(&p->shared->builder, fn, args, 2, span);
}

static const sl_expr *filter_regex(cql_parser *p, const sl_expr *field, cql_op op,
                                   const cql_node *value, sl_span span)
{
    sl_builder *builder = &p->shared->builder;
    if (op != CQL_EQUAL && op != CQL_NOT_EQUAL) {
        cql_fault(p, SL_DIAG_TYPE, value->span, "a regular expression goes with = and != alone");
        return NULL;
    }
    const sl_fn *fn = op == CQL_EQUAL ? &sl_cql_regex : &sl_cql_not_regex;
    sl_text regex;
    if (!cql_regex_groups(p, value->text, &regex, NULL)) return NULL;
    return filter_call2(p, fn, field, sl_build_text(builder, regex, value->span), span);
}

static const sl_expr *filter_size(cql_parser *p, const sl_expr *field, cql_op op,
                                  const cql_node *value, sl_span span)
{
    const sl_fn *fn = op == CQL_LESS ? &sl_cql_less
        : op == CQL_LESS_EQUAL       ? &sl_cql_less_equal
        : op == CQL_GREATER          ? &sl_cql_greater
                                     : &sl_cql_greater_equal;
    double number;
    if (!sl_value_number(sl_string(value->text), &number)) {
        cql_fault(p, SL_DIAG_TYPE, value->span, "'%.*s' is no number", SL_TEXT_ARG(value->text));
        cql_hint(p, "only numbers are compared by size; to compare two fields: test(a < b)");
        return NULL;
    }
    const sl_expr *bound =
        sl_build_constant(&p->shared->builder, sl_number_as(value->text), value->span);
    return filter_call2(p, fn, field, bound, span);
}

const sl_expr *cql_compare_expr(cql_parser *p, sl_text name, cql_op op, const cql_node *value,
                                sl_span span)
{
    sl_builder *builder = &p->shared->builder;
    const sl_expr *field = sl_build_field(builder, name, span);
    if (value->kind == CQL_REGEX) return filter_regex(p, field, op, value, span);
    if (op != CQL_EQUAL && op != CQL_NOT_EQUAL && op != CQL_LIKE) {
        return filter_size(p, field, op, value, span);
    }
    if (op != CQL_LIKE && sl_text_equal(value->pattern, SL_TEXT("*"))) {
        const sl_fn *fn = op == CQL_EQUAL ? &sl_cql_exists : &sl_cql_missing;
        return sl_build_call(builder, fn, &field, 1, span);
    }
    const sl_fn *fn = op == CQL_EQUAL ? &sl_cql_equal
        : op == CQL_NOT_EQUAL         ? &sl_cql_not_equal
                                      : &sl_cql_like;
    if (op != CQL_LIKE) {
        cql_note_tag(p, name, value->text, span, p->negated != (op == CQL_NOT_EQUAL));
    }
    return filter_call2(p, fn, field, sl_build_text(builder, value->pattern, value->span), span);
}

/* The pattern with a `*` at both ends. */
static sl_text filter_around(cql_parser *p, sl_text pattern)
{
    if (sl_text_find_byte(pattern, '*', 0) == SIZE_MAX) return pattern; /* like adds them */
    return sl_arena_printf(p->arena, "%s%.*s%s", pattern.data[0] == '*' ? "" : "*",
                           SL_TEXT_ARG(pattern), sl_text_ends(pattern, SL_TEXT("*")) ? "" : "*");
}

/* The same test of every field that the rows have. */
static const sl_expr *filter_free_in(cql_parser *p, const sl_fn *fn, const sl_expr *value,
                                     sl_span span)
{
    sl_builder *builder = &p->shared->builder;
    const cql_shared *shared = p->shared;
    if (!shared->reshaped) {
        return filter_call2(p, fn, sl_build_field(builder, filter_raw, span), value, span);
    }
    if (shared->fields.count == 0) return sl_build_constant(builder, sl_bool(false), span);
    const sl_expr **tests = SL_ARENA_ARRAY(p->arena, shared->fields.count, const sl_expr *);
    if (tests == NULL) return NULL;
    for (uint32_t i = 0; i < shared->fields.count; i++) {
        sl_field number = ((const sl_field *)shared->fields.items)[i];
        sl_text name = sl_fields_name(&shared->plan->fields, number);
        tests[i] = filter_call2(p, fn, sl_build_field(builder, name, span), value, span);
    }
    return sl_build_logic(builder, SL_EXPR_OR, tests, shared->fields.count, span);
}

static const sl_expr *filter_free(cql_parser *p, const cql_node *value)
{
    sl_builder *builder = &p->shared->builder;
    if (value->kind == CQL_REGEX) {
        sl_text regex;
        if (!cql_regex_groups(p, value->text, &regex, NULL)) return NULL;
        return filter_free_in(p, &sl_cql_regex, sl_build_text(builder, regex, value->span),
                              value->span);
    }
    bool is_word = value->kind == CQL_WORD;
    bool is_false = is_word && sl_text_equal_nocase(value->text, SL_TEXT("false"));
    if (is_false || (is_word && sl_text_equal_nocase(value->text, SL_TEXT("true")))
        || sl_text_equal(value->pattern, SL_TEXT("*"))) {
        return sl_build_constant(builder, sl_bool(!is_false), value->span);
    }
    if (is_word && sl_text_equal_nocase(value->text, SL_TEXT("where"))) {
        cql_warn(p, SL_WARNING, SL_DIAG_MEANING, value->span,
                 "'where' is looked for as text: filters need no keyword");
    }
    sl_text pattern = filter_around(p, value->pattern);
    if (pattern.data == NULL) return NULL;
    return filter_free_in(p, &sl_cql_like, sl_build_text(builder, pattern, value->span),
                          value->span);
}

static const sl_expr *filter_logic(cql_parser *p, const cql_node *node)
{
    sl_expr_kind kind = node->kind == CQL_AND ? SL_EXPR_AND : SL_EXPR_OR;
    const sl_expr **args = SL_ARENA_ARRAY(p->arena, node->items.count, const sl_expr *);
    if (args == NULL) return NULL;
    bool good = true;
    for (uint32_t i = 0; i < node->items.count; i++) {
        args[i] = cql_filter_expr(p, cql_item(node, i));
        good &= args[i] != NULL;
    }
    if (!good) return NULL;
    return sl_build_logic(&p->shared->builder, kind, args, node->items.count, node->span);
}

const sl_expr *cql_filter_expr(cql_parser *p, const cql_node *node)
{
    switch (node->kind) {
    case CQL_AND:
    case CQL_OR: return filter_logic(p, node);
    case CQL_NOT: {
        p->negated = !p->negated;
        const sl_expr *inner = cql_filter_expr(p, cql_item(node, 0));
        p->negated = !p->negated;
        return sl_build_not(&p->shared->builder, inner, node->span);
    }
    case CQL_COMPARE:
        return cql_compare_expr(p, node->text, node->op, cql_item(node, 0), node->span);
    case CQL_FREE: return filter_free(p, cql_item(node, 0));
    case CQL_CALL: return cql_filter_call(p, node);
    default: break;
    }
    cql_fault(p, SL_DIAG_SYNTAX, node->span, "this is no filter");
    return NULL;
}

/* The groups of regexes that must have matched: those joined by AND at the top. */
static bool filter_groups(cql_parser *p, const cql_node *node)
{
    if (node->kind == CQL_AND) {
        for (uint32_t i = 0; i < node->items.count; i++) {
            if (!filter_groups(p, cql_item(node, i))) return false;
        }
        return true;
    }
    bool compare = node->kind == CQL_COMPARE && node->op == CQL_EQUAL;
    if ((!compare && node->kind != CQL_FREE) || cql_item(node, 0)->kind != CQL_REGEX) return true;
    if (!compare && p->shared->reshaped) return true;
    const cql_node *regex = cql_item(node, 0);
    sl_text compiled;
    return cql_regex_groups(p, regex->text, &compiled, NULL)
        && cql_add_groups(p, compare ? node->text : filter_raw, regex->text, compiled, regex->span);
}

bool cql_lower_filter(cql_parser *p, const cql_node *node)
{
    const sl_expr *predicate = cql_filter_expr(p, node);
    if (predicate == NULL) return false;
    bool always = predicate->kind == SL_EXPR_CONSTANT && predicate->constant.kind == SL_BOOL
        && predicate->constant.boolean;
    if (!always && !cql_add_filter(p, predicate, "filter", node->span)) return false;
    return filter_groups(p, node);
}
