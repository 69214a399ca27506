/* eval.h - expressions of eval, where and their like, read straight to plan nodes.
 *
 * Included by lang/spl/parser.h, whose parser they read on from; all answer NULL after a fault that
 * was said. */
#ifndef SL_LANG_SPL_EVAL_H
#define SL_LANG_SPL_EVAL_H

#include "lang/spl/parser.h"

/* Stops at what is no part of an expression. */
const sl_expr *spl_eval(spl_parser *p);
/* `text`, that came about at `span`, read as one expression. */
const sl_expr *spl_eval_text(spl_parser *p, sl_text text, sl_span span);
/* As spl_eval; a fault when it is no condition. */
const sl_expr *spl_condition(spl_parser *p);
/* True when the value can only be true or false. */
bool spl_is_boolean(const sl_expr *expr);
const sl_expr *spl_call(spl_parser *p, const char *function, const sl_expr *const *args,
                        uint32_t arg_count, sl_span span);
const sl_expr *spl_field(spl_parser *p, const spl_word *name);
const sl_expr *spl_constant(spl_parser *p, const char *text, sl_span span);

/* eval_lookup.c: lookup(), which puts operators in front of the command. */
const sl_expr *spl_eval_lookup(spl_parser *p, const sl_vector *args, sl_span span);

#endif
