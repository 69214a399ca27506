/* lower.h - from trees to the operators and expressions of the plan.
 *
 * Everything answers false or NULL after a fault that it has said.
 *
 * Owner:    the plan's arena.
 * Lifetime: one compilation.
 * Threads:  one at a time. */
#ifndef SL_LANG_CQL_LOWER_H
#define SL_LANG_CQL_LOWER_H

#include "func/cql.h"
#include "lang/cql/parser.h"

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
/* What `arg`, the argument `name`, says: a number from 1 to `most`, or "max". */
uint64_t cql_count_of(cql_args *args, const cql_node *arg, const char *name, uint64_t most);
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
bool cql_add_remove(cql_parser *p, const sl_field *fields, uint32_t count, const char *command,
                    sl_span span);
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
