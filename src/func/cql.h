/* cql.h - what CQL's operators and functions do, as rows and kernels.
 *
 * The parser takes the operator rows by their C names; the functions are reached through the table
 * in lang/cql/functions.c. Filters answer true or false for every event: a missing field fails
 * each comparison but `!=`. Expressions know "missing", which an operand passes on to the result
 * (reference: LogScale documentation, "Query Filters" and "Expressions").
 *
 * Owner:    static const.
 * Threads:  any. */
#ifndef SL_FUNC_CQL_H
#define SL_FUNC_CQL_H

#include "func/fn.h"
#include "func/regex.h"

/* Filters. Arguments: field, constant pattern. In a pattern `*` is a wildcard; `\*` and `\\` are
 * the characters themselves. */
extern const sl_fn sl_cql_equal;     /* f=v: the whole value, with case */
extern const sl_fn sl_cql_not_equal; /* f!=v; a missing field passes */
extern const sl_fn sl_cql_like;      /* f like v: the value contains it; with a `*` as f=v */
extern const sl_fn sl_cql_regex;     /* f=/re/: found anywhere in the value */
extern const sl_fn sl_cql_not_regex; /* f!=/re/; a missing field passes */
extern const sl_fn sl_cql_exists;    /* f=*; one argument, an empty value exists */
extern const sl_fn sl_cql_missing;   /* f!=*; one argument */
/* Arguments: field, constant number. A value that is no number fails. */
extern const sl_fn sl_cql_less;
extern const sl_fn sl_cql_less_equal;
extern const sl_fn sl_cql_greater;
extern const sl_fn sl_cql_greater_equal;
/* Field, then constant patterns: one of them matches. */
extern const sl_fn sl_cql_in_nocase;
/* One argument, an expression: it is true. Never "unknown". */
extern const sl_fn sl_cql_holds;
/* default() with replaceEmpty: an empty value is replaced, too. */
extern const sl_fn sl_cql_default_empty;
/* Field, constant regex, constant number: what the group of this number matched. */
extern const sl_fn sl_cql_group;

/* Expressions: two arguments. */
extern const sl_fn sl_cql_expr_equal; /* numbers when both are, else text */
extern const sl_fn sl_cql_expr_not_equal;
extern const sl_fn sl_cql_expr_less; /* numbers only */
extern const sl_fn sl_cql_expr_less_equal;
extern const sl_fn sl_cql_expr_greater;
extern const sl_fn sl_cql_expr_greater_equal;
extern const sl_fn sl_cql_add;
extern const sl_fn sl_cql_subtract;
extern const sl_fn sl_cql_multiply;
extern const sl_fn sl_cql_divide;
extern const sl_fn sl_cql_modulo;
extern const sl_fn sl_cql_negate; /* one argument */
extern const sl_fn sl_cql_not;    /* one argument */

/* What equal, not_equal and like made of their pattern: expr->state. */
typedef struct sl_cql_pattern {
    const sl_glob *glob;
} sl_cql_pattern;

/* Filter functions. */
sl_prepare sl_prepare_cql_in, sl_prepare_cql_cidr, sl_prepare_cql_wildcard;
sl_require sl_require_cql_in, sl_require_cql_glob;
sl_kernel sl_fn_cql_in, sl_fn_cql_cidr, sl_fn_cql_wildcard, sl_fn_cql_matches;
/* Argument 1 is a regex. */
sl_prepare sl_prepare_cql_regex;

/* Values. */
sl_kernel sl_fn_cql_if, sl_fn_cql_coalesce, sl_fn_cql_default;
/* Text. */
sl_prepare sl_prepare_cql_format;
sl_kernel sl_fn_cql_format, sl_fn_cql_concat, sl_fn_cql_length, sl_fn_cql_lower, sl_fn_cql_upper;
sl_kernel sl_fn_cql_replace, sl_fn_cql_split, sl_fn_cql_contains;
/* Numbers. */
sl_kernel sl_fn_cql_abs, sl_fn_cql_ceil, sl_fn_cql_floor, sl_fn_cql_round, sl_fn_cql_sqrt;
sl_kernel sl_fn_cql_exp, sl_fn_cql_log, sl_fn_cql_log10, sl_fn_cql_log2, sl_fn_cql_mod;
sl_kernel sl_fn_cql_pow;
/* Time. */
sl_prepare sl_prepare_cql_format_time, sl_prepare_cql_parse_time;
sl_kernel sl_fn_cql_format_time, sl_fn_cql_now, sl_fn_cql_parse_time;

#endif
