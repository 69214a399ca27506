/* parse_expr.c - expressions: comparisons over + - over * / % over - and !.
 *
 * There is no AND and no OR in an expression. A bare word is a field or a number, a quoted one is
 * text. */
#include "lang/cql/parser.h"

static const cql_node *expr_compare(cql_parser *p);

typedef struct expr_sign {
    const char *sign;
    cql_op op;
} expr_sign;

static cql_op expr_take(cql_parser *p, const expr_sign *signs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cql_take(p, signs[i].sign)) return signs[i].op;
    }
    return CQL_NO_OP;
}

static const cql_node *expr_binary(cql_parser *p, cql_op op, const cql_node *left,
                                   const cql_node *right)
{
    if (right == NULL) return NULL;
    cql_node *node = cql_node_new(p, CQL_BINARY, left->start);
    if (node == NULL || !cql_node_add(p, node, left) || !cql_node_add(p, node, right)) return NULL;
    node->op = op;
    return node;
}

static const cql_node *expr_primary(cql_parser *p)
{
    char c = cql_peek(p);
    uint32_t start = p->at;
    if (c == '(') {
        p->at++;
        const cql_node *inner = expr_compare(p);
        return inner != NULL && cql_expect(p, ")", "')'") ? inner : NULL;
    }
    if (c == '"' || c == '?') return cql_read_value(p);
    if (c == '/') {
        cql_fault(p, SL_DIAG_SYNTAX, cql_span(p, start, start + 1),
                  "a regular expression cannot stand in an expression");
        cql_hint(p, "filter with field=/.../ or regex(\"...\", field=...)");
        return NULL;
    }
    if (cql_scan_call(p, start) != start) return cql_parse_call(p, true);
    uint32_t end = cql_scan_field(p, start);
    uint32_t number_end = (uint32_t)sl_scan_number(p->text, start);
    if (number_end > end) end = number_end; /* 1e-5 */
    if (end == start) {
        cql_expected(p, "an expression");
        return NULL;
    }
    p->at = end;
    cql_node *node = cql_node_new(p, CQL_WORD, start);
    if (node == NULL) return NULL;
    node->text = sl_text_slice(p->text, start, end);
    node->pattern = node->text;
    return node;
}

static const cql_node *expr_unary(cql_parser *p)
{
    static const expr_sign signs[] = {{"-", CQL_SUBTRACT}, {"!", CQL_NOT_EQUAL}};
    cql_peek(p);
    uint32_t start = p->at;
    if (!cql_enter(p)) return NULL;
    cql_op op = expr_take(p, signs, SL_COUNT(signs));
    const cql_node *inner = op == CQL_NO_OP ? expr_primary(p) : expr_unary(p);
    cql_leave(p);
    if (op == CQL_NO_OP || inner == NULL) return inner;
    cql_node *node = cql_node_new(p, CQL_UNARY, start);
    if (node == NULL || !cql_node_add(p, node, inner)) return NULL;
    node->op = op;
    return node;
}

static const cql_node *expr_product(cql_parser *p)
{
    static const expr_sign signs[] = {{"*", CQL_MULTIPLY}, {"/", CQL_DIVIDE}, {"%", CQL_MODULO}};
    const cql_node *left = expr_unary(p);
    while (left != NULL) {
        cql_op op = expr_take(p, signs, SL_COUNT(signs));
        if (op == CQL_NO_OP) break;
        left = expr_binary(p, op, left, expr_unary(p));
    }
    return left;
}

static const cql_node *expr_sum(cql_parser *p)
{
    static const expr_sign signs[] = {{"+", CQL_ADD}, {"-", CQL_SUBTRACT}};
    const cql_node *left = expr_product(p);
    while (left != NULL) {
        cql_op op = expr_take(p, signs, SL_COUNT(signs));
        if (op == CQL_NO_OP) break;
        left = expr_binary(p, op, left, expr_product(p));
    }
    return left;
}

static const cql_node *expr_compare(cql_parser *p)
{
    static const expr_sign signs[] = {{"==", CQL_EQUAL},      {"!=", CQL_NOT_EQUAL},
                                      {"<=", CQL_LESS_EQUAL}, {">=", CQL_GREATER_EQUAL},
                                      {"<", CQL_LESS},        {">", CQL_GREATER}};
    const cql_node *left = expr_sum(p);
    while (left != NULL) {
        if (cql_at(p, "=>")) break;
        cql_op op = expr_take(p, signs, SL_COUNT(signs));
        if (op == CQL_NO_OP) break;
        left = expr_binary(p, op, left, expr_sum(p));
    }
    return left;
}

const cql_node *cql_parse_expr(cql_parser *p)
{
    if (!cql_enter(p)) return NULL;
    const cql_node *node = expr_compare(p);
    cql_leave(p);
    return node;
}
