/* inner.h - searches and commands inside of others, and which fields there are at a place.
 *
 * pipeline.c reads what stands in brackets or came about as text; known.c goes over what was
 * read. */
#ifndef SL_LANG_SPL_INNER_H
#define SL_LANG_SPL_INNER_H

#include "lang/spl/parser.h"

/* The search in brackets at the cursor, as a plan of its own that the caller hands on to the plan
 * (sl_plan_add_sub). NULL after a fault, the cursor behind the brackets if they were closed. */
sl_plan *spl_subplan(spl_parser *p);
/* The same, handed on. */
sl_plan *spl_subplan_owned(spl_parser *p);
/* The commands in brackets at the cursor, over the rows of this plan. */
bool spl_subpipe(spl_parser *p, sl_pipe *out);
/* Reads commands from `text`, that came about at `span`, into the pipe; the first without `|`. */
bool spl_commands_text(spl_parser *p, sl_text text, sl_span span);
/* The same for a whole query, which begins with the terms of a search. */
bool spl_query_text(spl_parser *p, sl_text text, sl_span span);
/* An empty plan in SPL's ways, which shares its text with the plan that is to own it. NULL when
 * memory ends or, and said, there are too many. */
sl_plan *spl_plan_new(spl_parser *p);

/* The fields that rows have at the end of the pipe, as sl_field. False when nobody knows: rows
 * are events, or a command makes names from what is in them. */
bool spl_known_fields(spl_parser *p, sl_vector *out);
/* Those of them that `pattern` stands for; those that begin with `_` only for one that does. */
bool spl_known_matches(spl_parser *p, const sl_pattern *pattern, sl_vector *out);

#endif
