/* parser.h - the state of reading one CQL query, and the parts the reader is made of.
 *
 * What a byte means depends on where it stands: `-` ends a field's name but not a pattern, `/`
 * divides in an expression and opens a regular expression in a filter. So there are no tokens for
 * the whole query, but a cursor and a few ways to read on from it. Filters, expressions and the
 * arguments of calls are read into small trees (cql_node); a step is lowered to plan operators as
 * soon as it is read. A part that meets a fault says it and answers NULL or false; the pipeline
 * goes on at the next `|`, so that one pass finds several faults.
 *
 * Owner:    the caller of sl_cql_compile; what is made lives in the plan's arena.
 * Lifetime: one compilation.
 * Threads:  one at a time. */
#ifndef SL_LANG_CQL_PARSER_H
#define SL_LANG_CQL_PARSER_H

#include "lang/common/scan.h"
#include "lang/cql/cql.h"
#include "lang/cql/tree.h"
#include "plan/build.h"

enum {
    CQL_TEXT_MAX = 1 << 20, /* bytes of a query */
    CQL_DEPTH_MAX = 200,    /* parentheses, calls, cases and saved queries inside one another */
    CQL_TREE_MAX = 250,     /* nodes from the root of a tree to a leaf */
    CQL_TERMS_MAX = 100000, /* nodes of all trees */
    CQL_SAVED_MAX = 1000    /* uses of saved queries, also inside others */
};

/* The value of ?name inside a saved query. */
typedef struct cql_binding {
    sl_text name, value;
} cql_binding;

/* What all readers of one compilation share: the query's and those of saved queries in it. */
typedef struct cql_shared {
    sl_plan *plan;
    sl_builder builder;
    const sl_resolver *resolver;
    sl_vector tag_uses; /* of sl_tag_use */
    uint32_t depth, terms, saved;
    bool exhausted; /* a limit was said: stop */
    bool no_memory; /* something failed and nothing was said: the plan is not whole */
    bool drops;     /* dropEvent() stands in a clause of the case being read */
    /* What is known of the rows at this point. */
    bool reshaped;    /* rows are no events any more */
    sl_vector fields; /* of sl_field: those the rows have, once reshaped */
} cql_shared;

typedef struct cql_parser {
    cql_shared *shared;
    sl_arena *arena;
    sl_text text;
    uint32_t at; /* the cursor */
    sl_pipe *pipe;
    const cql_node *call; /* the command being lowered */
    bool in_case;         /* a clause of case or match: one row at a time */
    bool negated;         /* under an odd number of NOTs */
    bool saved;           /* reading a saved query: its spans are those of the use */
    sl_span use;          /* of the saved query */
    sl_vector params;     /* of cql_binding */
} cql_parser;

/* lexer.c: reading on from the cursor. */

/* Skips white space and comments and answers the byte at the cursor, NUL at the end. */
char cql_peek(cql_parser *p);
/* True when `sign` stands at the cursor, behind white space. */
bool cql_at(cql_parser *p, const char *sign);
/* Steps over `sign`. */
bool cql_take(cql_parser *p, const char *sign);
/* The same, and a fault when it is not there: "expected ...". */
bool cql_expect(cql_parser *p, const char *sign, const char *what);
/* True when the keyword (ASCII case ignored) stands at the cursor as a whole word. */
bool cql_at_keyword(cql_parser *p, const char *keyword);
bool cql_take_keyword(cql_parser *p, const char *keyword);
/* The end of the field name or of the unquoted pattern at byte `at`; `at` when there is none. */
uint32_t cql_scan_field(const cql_parser *p, uint32_t at);
uint32_t cql_scan_pattern(const cql_parser *p, uint32_t at);
/* The end of `name` or `group:name` when a call starts at byte `at`, else `at`. White space before
 * the parenthesis is for names of functions alone: `foo (a or b)` is a filter. */
uint32_t cql_scan_call(const cql_parser *p, uint32_t at);
/* The closing bracket that belongs to the opening one at byte `at`, or the end of the text. */
uint32_t cql_scan_closing(const cql_parser *p, uint32_t at);
/* Goes on to where the step ends: a `|`, a `;` or a closing bracket of what is around it. */
void cql_skip_step(cql_parser *p);
/* The quoted text at the cursor with its escapes resolved, and the same as a pattern, where \* and
 * \\ are still escaped (may be NULL). False after a fault. */
bool cql_read_quoted(cql_parser *p, sl_text *out, sl_text *out_pattern);
/* A field name, quoted or not. False, and nothing said or read, when none stands here. */
bool cql_read_name(cql_parser *p, sl_text *out, uint32_t *out_start, bool *out_quoted);
/* A regular expression, a ?parameter; NULL after a fault. */
const cql_node *cql_read_regex(cql_parser *p);
const cql_node *cql_read_parameter(cql_parser *p);
/* An unquoted pattern, a quoted text, a regex or a parameter. */
const cql_node *cql_read_value(cql_parser *p);

/* faults.c */

sl_span cql_span(const cql_parser *p, uint32_t start, uint32_t end);
/* All answer false. */
bool cql_fault(cql_parser *p, sl_diag_code code, sl_span span, const char *format, ...)
    SL_PRINTF(4, 5);
/* Something named is not there: an error, or a warning where the resolver goes on without it. */
void cql_missing(cql_parser *p, sl_span span, const char *format, ...) SL_PRINTF(3, 4);
bool cql_expected(cql_parser *p, const char *what);
void cql_warn(cql_parser *p, sl_severity severity, sl_diag_code code, sl_span span,
              const char *format, ...) SL_PRINTF(5, 6);
void cql_hint(cql_parser *p, const char *format, ...) SL_PRINTF(2, 3);
/* One level deeper, or a fault at the cursor; counted back by cql_leave. */
bool cql_enter(cql_parser *p);
void cql_leave(cql_parser *p);
/* A new node from byte `start` to the cursor; NULL at a limit. */
cql_node *cql_node_new(cql_parser *p, cql_kind kind, uint32_t start);
bool cql_node_add(cql_parser *p, cql_node *node, const cql_node *item);

/* parse_filter.c, parse_call.c, parse_expr.c: trees. NULL after a fault. */

const cql_node *cql_parse_filter(cql_parser *p);
/* `expression`: all arguments are expressions, whatever the function. */
const cql_node *cql_parse_call(cql_parser *p, bool expression);
const cql_node *cql_parse_expr(cql_parser *p);
/* A value of an argument or an array. */
const cql_node *cql_parse_value(cql_parser *p);
/* True when the arguments of this function are expressions. */
bool cql_takes_expressions(sl_text function);

/* pipeline.c */

/* Behind a fault in a step: goes on to its end. `errors`: how many there were before it. */
void cql_give_up(cql_parser *p, uint32_t errors);
/* Reads and lowers steps up to the end of the text or to a `;` or `}` of a case. */
void cql_parse_pipeline(cql_parser *p);
/* A pipeline of one row at a time into `pipe`, for a clause of case or match. */
void cql_parse_clause(cql_parser *p, sl_pipe *pipe);
/* clauses.c: the cursor stands at the `case`, the `match`, the `$` of a saved query. */
bool cql_parse_case(cql_parser *p);
bool cql_parse_match(cql_parser *p, sl_text field);
bool cql_parse_saved(cql_parser *p);
/* The field that dropEvent() sets inside case and match: what has it is dropped behind them. */
sl_field cql_dropped_field(cql_parser *p, sl_span span);
/* field =~ f(...) as f(..., field=field). */
const cql_node *cql_call_with(cql_parser *p, const cql_node *call, const char *name, sl_text value,
                              sl_span span);

#endif
