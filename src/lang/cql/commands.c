/* commands.c - the functions of CQL that make operators, and how a call finds its meaning.
 *
 * What is refused is refused by name, never run by halves. */
#include "lang/cql/functions.h"
#include "lang/cql/lower.h"

/* A function that is known and not run. */
#define NOT_HERE(function, why) \
    { \
        .name = (function), .usage = function "()", .refused = (why) \
    }

#define LATER "this version does not have it yet"
#define OPEN "it makes fields whose names stand in the data"
#define CHART "it is about how a chart is drawn"
#define SUBQUERY "it needs a subquery"
#define WINDOW "it looks at neighbouring events"
#define FILES "lookup files are not read by this version"

/* Filters that need more than their kernel. */
static bool command_filter(void *parser)
{
    cql_parser *p = parser;
    return cql_add_filter(p, cql_filter_call(p, p->call), "test", p->call->span);
}

static const sl_command_info cql_command_rows[] = {
    NOT_HERE("accumulate", WINDOW),
    NOT_HERE("asn", "it asks a database outside"),
    NOT_HERE("bucket", LATER),
    NOT_HERE("correlate", SUBQUERY),
    NOT_HERE("createEvents", LATER),
    {.name = "default",
     .usage = "default(field=[field, ...], value=\"...\", replaceEmpty=false)",
     .doc = "Gives fields a value where there is none.",
     .example = "default(field=[a, b], value=\"-\")",
     .parse = cql_do_default},
    NOT_HERE("defineTable", SUBQUERY),
    {.name = "drop",
     .usage = "drop([field, ...])",
     .doc = "Takes fields out.",
     .example = "drop([a, b])",
     .parse = cql_do_drop},
    {.name = "dropEvent",
     .usage = "dropEvent()",
     .doc = "Lets no event through.",
     .example = "case { a=1 | dropEvent(); * }",
     .parse = cql_do_drop_event},
    {.name = "eval",
     .usage = "eval(field=expression, ...)",
     .doc = "Computes fields.",
     .example = "eval(c=a+b)",
     .parse = cql_do_eval},
    NOT_HERE("eventFieldCount", LATER),
    NOT_HERE("fieldset", LATER),
    NOT_HERE("findTimestamp", LATER),
    {.name = "groupBy",
     .usage = "groupBy([field, ...], function=[count(), ...], limit=20000)",
     .doc = "One row for each set of values; events that lack one of the fields are left out.",
     .example = "groupBy([user, host], function=[count(), max(size)])",
     .parse = cql_do_group},
    {.name = "head",
     .usage = "head(limit=200)",
     .doc = "The oldest events.",
     .example = "head(10)",
     .parse = cql_do_head},
    NOT_HERE("join", SUBQUERY),
    NOT_HERE("kvParse", OPEN),
    NOT_HERE("lookup", FILES),
    NOT_HERE("match", FILES),
    NOT_HERE("neighbor", WINDOW),
    NOT_HERE("parseCEF", OPEN),
    NOT_HERE("parseCsv", LATER),
    NOT_HERE("parseJson", OPEN),
    NOT_HERE("parseLEEF", OPEN),
    NOT_HERE("parseUrl", LATER),
    NOT_HERE("parseXml", OPEN),
    NOT_HERE("partition", WINDOW),
    NOT_HERE("readFile", FILES),
    {.name = "regex",
     .usage = "regex(\"pattern\", field=@rawstring, flags=\"\", strict=true)",
     .doc = "Keeps events in which the regex is found; its named groups become fields.",
     .example = "regex(\"user=(?<user>\\\\S+)\", field=message)",
     .parse = cql_do_regex},
    {.name = "rename",
     .usage = "rename(field=[[old, new], ...]) or rename(field=old, as=new)",
     .doc = "Gives fields another name.",
     .example = "rename([[a, b], [c, d]])",
     .parse = cql_do_rename},
    NOT_HERE("rootParse", OPEN),
    NOT_HERE("sample", "it draws events at random"),
    NOT_HERE("sankey", CHART),
    {.name = "select",
     .usage = "select([field, ...])",
     .doc = "Keeps these fields alone.",
     .example = "select([a, b])",
     .parse = cql_do_select},
    NOT_HERE("selfJoin", SUBQUERY),
    NOT_HERE("selfJoinFilter", SUBQUERY),
    NOT_HERE("sequence", WINDOW),
    NOT_HERE("setField", OPEN),
    NOT_HERE("setTimeInterval", LATER),
    NOT_HERE("slidingTimeWindow", WINDOW),
    NOT_HERE("slidingWindow", WINDOW),
    {.name = "sort",
     .usage = "sort([field, ...], order=desc|asc, type=number|string|any, limit=200)",
     .doc = "Sorts rows; values that are no numbers come behind those that are.",
     .example = "sort(_count, order=asc, limit=10)",
     .parse = cql_do_sort},
    NOT_HERE("split", "it makes an event of each part of an array"),
    {.name = "stats",
     .usage = "stats([count(), ...])",
     .doc = "One row for all events.",
     .example = "stats([count(), max(size)])",
     .parse = cql_do_stats},
    {.name = "table",
     .usage = "table([field, ...], sortby=@timestamp, order=desc|asc, limit=200)",
     .doc = "Keeps these fields alone, the newest events first.",
     .example = "table([a, b], limit=50)",
     .parse = cql_do_table},
    {.name = "tail",
     .usage = "tail(limit=200)",
     .doc = "The newest events.",
     .example = "tail(10)",
     .parse = cql_do_tail},
    {.name = "test",
     .usage = "test(expression)",
     .doc = "Keeps events for which the expression is true.",
     .example = "test(a + b > 10)",
     .parse = command_filter},
    NOT_HERE("timeChart", LATER),
    {.name = "top",
     .usage = "top([field, ...], limit=10, sum=field, as=_count)",
     .doc = "The most frequent sets of values.",
     .example = "top(user, limit=5)",
     .parse = cql_do_top},
    NOT_HERE("transpose", "its columns stand in the data"),
    NOT_HERE("window", WINDOW),
    NOT_HERE("worldMap", CHART),
    NOT_HERE("writeJson", LATER),
};

const sl_command_info *sl_cql_commands(uint32_t *out_count)
{
    *out_count = SL_COUNT(cql_command_rows);
    return cql_command_rows;
}

static const sl_command_info *command_find(sl_text name)
{
    return sl_command_find(cql_command_rows, SL_COUNT(cql_command_rows), name);
}

const char *cql_usage(sl_text function)
{
    const sl_command_info *command = command_find(function);
    if (command != NULL) return command->usage;
    const sl_agg *agg = sl_agg_find(&sl_cql_aggregates, function);
    if (agg != NULL) return agg->usage;
    const sl_fn *fn = sl_fn_find(&sl_cql_functions, function);
    return fn == NULL ? NULL : fn->usage;
}

/* The name nearest to `name` in all three tables. */
static const char *command_nearest(sl_text name)
{
    const char *names[] = {sl_command_nearest(cql_command_rows, SL_COUNT(cql_command_rows), name),
                           sl_fn_nearest(&sl_cql_functions, name),
                           sl_agg_nearest(&sl_cql_aggregates, name)};
    const char *nearest = NULL;
    unsigned best = 4;
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        if (names[i] == NULL) continue;
        unsigned distance = sl_text_distance(sl_text_from(names[i]), name, 3);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

/* Why the function is not run here; NULL when it is, or when there is none. */
static const char *command_refusal(sl_text name)
{
    const sl_command_info *command = command_find(name);
    const sl_fn *fn = sl_fn_find(&sl_cql_functions, name);
    const sl_agg *agg = sl_agg_find(&sl_cql_aggregates, name);
    if (command != NULL) return command->refused;
    if (fn != NULL) return (fn->flags & SL_FN_REFUSED) != 0 ? fn->doc : NULL;
    return agg != NULL && (agg->flags & SL_FN_REFUSED) != 0 ? agg->doc : NULL;
}

bool cql_is_refused(sl_text function)
{
    return command_refusal(function) != NULL;
}

bool cql_unknown_function(cql_parser *p, const cql_node *call)
{
    sl_span span = call->span;
    if (!p->saved) span.end = span.start + (uint32_t)call->text.length;
    const char *why = command_refusal(call->text);
    if (why != NULL) {
        cql_fault(p, SL_DIAG_REFUSED, span, "'%.*s' is not run here", SL_TEXT_ARG(call->text));
        cql_hint(p, "%s", why);
        return false;
    }
    if (cql_usage(call->text) != NULL) {
        return cql_fault(p, SL_DIAG_TYPE, span,
                         "'%.*s' gives no value: it stands alone between pipes",
                         SL_TEXT_ARG(call->text));
    }
    cql_fault(p, SL_DIAG_FUNCTION, span, "no CQL function '%.*s'", SL_TEXT_ARG(call->text));
    const char *nearest = command_nearest(call->text);
    if (nearest != NULL) cql_hint(p, "did you mean '%s'?", nearest);
    else cql_hint(p, "list: strandline functions cql");
    return false;
}

static const sl_expr *command_test(cql_parser *p, const cql_node *call)
{
    cql_args args = cql_args_of(p, call);
    const cql_node *condition = cql_arg_required(&args, "expression", true);
    if (!cql_args_done(&args)) return NULL;
    const sl_expr *value = cql_expr(p, condition);
    return sl_build_call(&p->shared->builder, &sl_cql_holds, &value, 1, call->span);
}

/* in(#tag, values=[...]) restricts the source too. */
static void command_note_tags(cql_parser *p, const cql_node *call)
{
    if (!sl_text_equal_nocase(call->text, SL_TEXT("in"))) return;
    cql_args args = cql_args_of(p, call);
    const cql_node *field = cql_arg(&args, "field", true);
    const cql_node *values = cql_arg(&args, "values", false);
    if (field == NULL || values == NULL || field->text.data == NULL) return;
    for (uint32_t i = 0; i < cql_arg_items(values); i++) {
        const cql_node *value = cql_arg_item(values, i);
        if (value->text.data == NULL) continue;
        cql_note_tag(p, field->text, value->text, value->span, p->negated);
    }
}

const sl_expr *cql_filter_call(cql_parser *p, const cql_node *call)
{
    if (sl_text_equal_nocase(call->text, SL_TEXT("test"))) return command_test(p, call);
    const cql_signature *signature = cql_signature_find(call->text);
    if (signature == NULL || signature->output != NULL) {
        const sl_fn *fn = sl_fn_find(&sl_cql_functions, call->text);
        if (fn == NULL || (fn->flags & SL_FN_REFUSED) != 0) {
            cql_unknown_function(p, call);
        } else {
            cql_fault(p, SL_DIAG_TYPE, call->span,
                      "'%.*s' is no filter: it stands alone between pipes",
                      SL_TEXT_ARG(call->text));
        }
        return NULL;
    }
    command_note_tags(p, call);
    const sl_expr *value = cql_call_expr(p, call, NULL);
    if (value == NULL || !sl_text_equal_nocase(call->text, SL_TEXT("text:contains"))) return value;
    return sl_build_call(&p->shared->builder, &sl_cql_holds, &value, 1, call->span);
}

bool cql_lower_call(cql_parser *p, const cql_node *call)
{
    const sl_command_info *command = command_find(call->text);
    if (command != NULL) {
        if (command->refused != NULL) return cql_unknown_function(p, call);
        const cql_node *outer = p->call;
        p->call = call;
        bool good = command->parse(p);
        p->call = outer;
        return good;
    }
    if (cql_is_aggregate(call)) return cql_lower_stats(p, call);
    const cql_signature *signature = cql_signature_find(call->text);
    if (signature == NULL) return cql_unknown_function(p, call);
    if (signature->output == NULL) {
        return cql_add_filter(p, cql_filter_call(p, call), signature->name, call->span);
    }
    sl_text field = {NULL, 0};
    const sl_expr *value = cql_call_expr(p, call, &field);
    if (value == NULL || field.data == NULL) return false;
    return cql_add_assign(p, cql_field(p, field, call->span), value, call->span);
}
