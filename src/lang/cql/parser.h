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

#include "func/cql.h"
#include "lang/common/vector.h"
#include "lang/common/scan.h"
#include "lang/cql/cql.h"
#include "plan/build.h"

enum {
    CQL_TEXT_MAX = 1 << 20, /* bytes of a query */
    CQL_DEPTH_MAX = 200,    /* parentheses, calls, cases and saved queries inside one another */
    CQL_TREE_MAX = 250,     /* nodes from the root of a tree to a leaf */
    CQL_TERMS_MAX = 100000, /* nodes of all trees */
    CQL_SAVED_MAX = 1000    /* uses of saved queries, also inside others */
};

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
    sl_text pattern; /* CQL_WORD, CQL_TEXT: as the kernels read patterns, * a wildcard, \\* itself */
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
    /* What is known of the rows at this point. */
    bool reshaped;  /* rows are no events any more */
    sl_vector fields; /* of sl_field: those the rows have, once reshaped */
} cql_shared;

typedef struct cql_parser {
    cql_shared *shared;
    sl_arena *arena;
    sl_text text;
    uint32_t at; /* the cursor */
    sl_pipe *pipe;
    const cql_node *call; /* the command being lowered */
    bool in_case;   /* a clause of case or match: one row at a time */
    bool negated;   /* under an odd number of NOTs */
    bool saved;     /* reading a saved query: its spans are those of the use */
    sl_span use;    /* of the saved query */
    sl_vector params; /* of cql_binding */
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

/* Reads and lowers steps up to the end of the text or to a `;` or `}` of a case. */
void cql_parse_pipeline(cql_parser *p);
/* A pipeline of one row at a time into `pipe`, for a clause of case or match. */
void cql_parse_clause(cql_parser *p, sl_pipe *pipe);
/* clauses.c: case, match and saved queries; the cursor stands at the `case`, the `match`, the `$`. */
bool cql_parse_case(cql_parser *p);
bool cql_parse_match(cql_parser *p, sl_text field);
bool cql_parse_saved(cql_parser *p);
/* field =~ f(...) as f(..., field=field). */
const cql_node *cql_call_with(cql_parser *p, const cql_node *call, const char *name,
                              sl_text value, sl_span span);

/* lower_filter.c */

/* Adds the filter and the fields of its named groups. */
bool cql_lower_filter(cql_parser *p, const cql_node *node);
/* The predicate alone. */
const sl_expr *cql_filter_expr(cql_parser *p, const cql_node *node);
/* field = value, != and so on. */
const sl_expr *cql_compare_expr(cql_parser *p, sl_text field, cql_op op, const cql_node *value,
                                sl_span span);
void cql_note_tag(cql_parser *p, sl_text field, sl_text value, sl_span span, bool negated);

/* groups.c: named groups of regular expressions, which may have names that no engine takes. */

typedef struct cql_group {
    sl_text name;
    uint32_t number;
} cql_group;
/* `regex` with those names taken out that the engine would refuse, and the named groups (of
 * cql_group; may be NULL). False when memory ends. */
bool cql_regex_groups(cql_parser *p, sl_text regex, sl_text *out_regex, sl_vector *groups);
/* The fields that the named groups of `regex` make, when `compiled` is found in `field`. */
bool cql_add_groups(cql_parser *p, sl_text field, sl_text regex, sl_text compiled, sl_span span);

/* lower_expr.c */

const sl_expr *cql_expr(cql_parser *p, const cql_node *node);
/* A function of expressions: its value from its arguments, and where the vendor puts it. */
const sl_expr *cql_call_expr(cql_parser *p, const cql_node *call, sl_text *out_field);

/* args.c: the arguments of a call by name. */

typedef struct cql_args {
    cql_parser *parser;
    const cql_node *call;
    uint64_t taken; /* arguments asked for: a bit each */
    bool failed;
} cql_args;

cql_args cql_args_of(cql_parser *p, const cql_node *call);
/* The argument `name`, or the unnamed one when `unnamed`; NULL when it is not given. */
const cql_node *cql_arg(cql_args *args, const char *name, bool unnamed);
/* The same, and a fault when it is not given. */
const cql_node *cql_arg_required(cql_args *args, const char *name, bool unnamed);
/* Text, number or bool of a constant argument; the fallback when it is not given. */
sl_text cql_arg_text(cql_args *args, const char *name, sl_text fallback);
uint64_t cql_arg_count(cql_args *args, const char *name, uint64_t fallback, uint64_t most);
bool cql_arg_bool(cql_args *args, const char *name, bool fallback);
/* The items of an array argument; a single value counts as an array of one. */
uint32_t cql_arg_items(const cql_node *arg);
const cql_node *cql_arg_item(const cql_node *arg, uint32_t index);
/* The name of a field; {NULL, 0} after a fault. */
sl_text cql_arg_field(cql_args *args, const cql_node *arg);
sl_field cql_arg_field_number(cql_args *args, const cql_node *arg);
/* Says which arguments nobody asked for. True when all is well. */
bool cql_args_done(cql_args *args);

/* commands.c and commands_*.c: functions that make operators. */

/* They read parser->call, as sl_command_info.parse has it. */
typedef bool cql_command(void *parser);
cql_command cql_do_group, cql_do_top, cql_do_sort, cql_do_table, cql_do_select, cql_do_drop;
cql_command cql_do_rename, cql_do_head, cql_do_tail, cql_do_eval, cql_do_default;
cql_command cql_do_drop_event, cql_do_regex, cql_do_stats;
/* [a(), b()] as a step. */
bool cql_lower_stats(cql_parser *p, const cql_node *functions);
/* Lowers a call that stands alone as a step. */
bool cql_lower_call(cql_parser *p, const cql_node *call);
/* A call that is also a filter, as a predicate; NULL after a fault. */
const sl_expr *cql_filter_call(cql_parser *p, const cql_node *call);
/* Says that there is no function of this name, or that it is not run here. */
bool cql_unknown_function(cql_parser *p, const cql_node *call);
/* True when it is known and not run here. */
bool cql_is_refused(sl_text function);
/* The usage of a function, for hints; NULL when there is none of this name. */
const char *cql_usage(sl_text function);

/* lower_agg.c */

/* True when the call is an aggregate function. */
bool cql_is_aggregate(const cql_node *call);
/* Adds the items (of sl_agg_item) of one aggregate call, of `name := call`, or of an array. */
bool cql_lower_aggs(cql_parser *p, const cql_node *node, sl_vector *items);

/* ops.c: operators, and what becomes of the rows. */

sl_op *cql_op_new(cql_parser *p, sl_op_kind kind, const char *command, sl_span span);
bool cql_add_filter(cql_parser *p, const sl_expr *predicate, const char *command, sl_span span);
/* field := value; a missing value leaves the field as it was. */
bool cql_add_assign(cql_parser *p, sl_field field, const sl_expr *value, sl_span span);
sl_field cql_field(cql_parser *p, sl_text name, sl_span span);
/* From here on the rows have exactly these fields. */
bool cql_reshape(cql_parser *p, const sl_field *fields, uint32_t count);
/* The rows have this field too, or not any more. */
bool cql_know_field(cql_parser *p, sl_field field);
void cql_forget_field(cql_parser *p, sl_field field);
/* False when it is known that no row has the field. */
bool cql_may_have(const cql_parser *p, sl_field field);

#endif
