/* tree.h - what the reader makes of filters, expressions and calls before they are lowered.
 *
 * Owner:    the plan's arena.
 * Lifetime: one compilation.
 * Threads:  one at a time. */
#ifndef SL_LANG_CQL_TREE_H
#define SL_LANG_CQL_TREE_H

#include "base/diag.h"
#include "lang/common/vector.h"

typedef enum cql_kind {
    CQL_WORD,    /* unquoted: a field, a number, a pattern */
    CQL_TEXT,    /* "quoted", or the value of a parameter */
    CQL_REGEX,   /* text: the pattern, its flags put in front as (?i) */
    CQL_ARRAY,   /* [items] */
    CQL_CALL,    /* text: the function; items: its arguments */
    CQL_ASSIGN,  /* text := items[0], in a list of functions */
    CQL_UNARY,   /* op: - or ! */
    CQL_BINARY,  /* op */
    CQL_COMPARE, /* text: the field; op; items[0]: a word, a text or a regex */
    CQL_FREE,    /* items[0]: a word, a text or a regex looked for anywhere */
    CQL_AND,
    CQL_OR,
    CQL_NOT
} cql_kind;

typedef enum cql_op {
    CQL_NO_OP,
    CQL_EQUAL,
    CQL_NOT_EQUAL,
    CQL_LIKE,
    CQL_LESS,
    CQL_LESS_EQUAL,
    CQL_GREATER,
    CQL_GREATER_EQUAL,
    CQL_ADD,
    CQL_SUBTRACT,
    CQL_MULTIPLY,
    CQL_DIVIDE,
    CQL_MODULO
} cql_op;

typedef struct cql_node cql_node;
struct cql_node {
    cql_kind kind;
    cql_op op;
    sl_span span;
    uint32_t start, end; /* bytes of the read text */
    uint32_t depth;      /* 1 + the deepest item */
    sl_text text;
    sl_text pattern; /* CQL_WORD, CQL_TEXT: as kernels read it, with `*` a wildcard */
    bool quoted;     /* CQL_WORD, CQL_TEXT, CQL_COMPARE: the name or value stood in quotes */
    bool expression; /* CQL_CALL: its arguments were read as expressions */
    sl_text name;    /* of an argument: name= */
    sl_span name_span;
    sl_vector items; /* of const cql_node * */
};

static inline const cql_node *cql_item(const cql_node *node, uint32_t index)
{
    return ((const cql_node *const *)node->items.items)[index];
}

#endif
