/* functions.h - how the arguments of CQL's functions, which have names, become those of kernels.
 *
 * Private to lang/cql: the rows of sl_cql_functions say what a kernel takes by position, the
 * signatures say what the vendor calls it. */
#ifndef SL_LANG_CQL_FUNCTIONS_H
#define SL_LANG_CQL_FUNCTIONS_H

#include "lang/cql/cql.h"

typedef enum cql_param_kind {
    CQL_PARAM_FIELD,  /* the name of a field; in an expression: any expression */
    CQL_PARAM_FIELDS, /* a list of them, one kernel argument each; the last parameter */
    CQL_PARAM_EXPR,
    CQL_PARAM_EXPRS,
    CQL_PARAM_CONSTANT, /* text, a number, true or false */
    CQL_PARAM_PATTERN,  /* a text in which `*` is a wildcard */
    CQL_PARAM_PATTERNS, /* a list of them */
    CQL_PARAM_CONSTANTS,
    CQL_PARAM_REGEX /* a regex or a text that holds one */
} cql_param_kind;

typedef struct cql_param {
    const char *name;
    uint8_t kind;         /* cql_param_kind */
    const char *fallback; /* the value when it is not given; NULL: it has to be */
} cql_param;

enum { CQL_PARAMS_MAX = 5 };

typedef struct cql_signature {
    const char *name;
    /* In the order of the kernel's arguments. */
    cql_param params[CQL_PARAMS_MAX];
    uint8_t unnamed; /* which one may be given without its name */
    /* Where the result goes without `as`; "": over the field it was made from; NULL: it is a
     * filter. */
    const char *output;
} cql_signature;

/* The signature of `name` (case ignored), or NULL. */
const cql_signature *cql_signature_find(sl_text name);

#endif
