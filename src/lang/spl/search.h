/* search.h - between the two halves of `search`: reading its terms (search.c), and what becomes of
 * them (search_plan.c). */
#ifndef SL_LANG_SPL_SEARCH_H
#define SL_LANG_SPL_SEARCH_H

#include "lang/spl/parser.h"

/* One alternative of an OR that has pipelines among its parts. */
typedef struct search_branch {
    sl_pipe pipe;
    sl_span span;
} search_branch;

/* Adds what a search came to: a filter, the operators of a single branch, or a branch operator
 * (expr is NULL then). */
bool spl_search_add(spl_parser *p, const sl_expr *expr, const sl_vector *branches, sl_span span);
/* A fault when a branch holds an operator that looks at more than one row. */
bool spl_search_check_branch(spl_parser *p, const sl_pipe *pipe);

/* earliest, latest and their like, which are no fields in the first search. */
bool spl_is_time_modifier(sl_text name);
bool spl_time_modifier(spl_parser *p, const spl_word *name, const spl_word *value);

#endif
