/* spl_parse_test.c - SPL read into plans, and what is said about queries at fault. */
#include "test.h"

#include <stdlib.h>

#include "func/spl.h"
#include "lang/spl/spl.h"
#include "plan/lookup.h"
#include "plan/sink.h"

/* What is made of a query, and what was said. */
typedef struct compiled {
    sl_plan *plan;
    sl_diags diags;
} compiled;

static compiled compile_with(sl_text text, const sl_resolver *resolver)
{
    compiled c;
    sl_diags_init(&c.diags);
    c.plan = sl_spl_compile(SL_TEXT("test.spl"), text, resolver, &c.diags);
    CHECK((c.plan == NULL) == (c.diags.error_count > 0));
    return c;
}

static compiled compile(const char *text)
{
    return compile_with(sl_text_from(text), NULL);
}

static const sl_op *op_at(const compiled *c, unsigned index)
{
    const sl_op *op = c->plan == NULL ? NULL : c->plan->pipe.first;
    while (op != NULL && index-- > 0) op = op->next;
    return op;
}

static const sl_expr *predicate_of(const compiled *c)
{
    const sl_op *op = op_at(c, 0);
    return op != NULL && op->kind == SL_OP_FILTER ? op->filter.predicate : NULL;
}

static sl_text name_of(const compiled *c, sl_field field)
{
    return sl_fields_name(&c->plan->fields, field);
}

/* Writes the shape of an expression: (and (equal index aws) ...). */
static void shape(const sl_plan *plan, const sl_expr *expr, sl_buffer *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    switch (expr->kind) {
    case SL_EXPR_FIELD: sl_buffer_add(out, sl_fields_name(&plan->fields, expr->field)); return;
    case SL_EXPR_CONSTANT:
        sl_buffer_printf(out, "\"%.*s\"", SL_TEXT_ARG(sl_value_text(expr->constant, scratch)));
        return;
    case SL_EXPR_AND: sl_buffer_add_string(out, "(and"); break;
    case SL_EXPR_OR: sl_buffer_add_string(out, "(or"); break;
    case SL_EXPR_NOT: sl_buffer_add_string(out, "(not"); break;
    case SL_EXPR_MAP: sl_buffer_add_string(out, "(map"); break;
    case SL_EXPR_SIFT: sl_buffer_add_string(out, "(sift"); break;
    case SL_EXPR_SUBSEARCH: sl_buffer_add_string(out, "(subsearch"); break;
    case SL_EXPR_CALL: sl_buffer_printf(out, "(%s", expr->fn->name); break;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        sl_buffer_add_byte(out, ' ');
        shape(plan, expr->args[i], out);
    }
    sl_buffer_add_byte(out, ')');
}

/* The shape of the first filter's predicate, or of the first assignment's value. */
static void check_shape(const char *query, const char *wanted)
{
    compiled c = compile(query);
    sl_buffer out;
    sl_buffer_init(&out);
    const sl_op *op = op_at(&c, 0);
    if (op == NULL) TEST_FAIL("%s: no operator: %s", query, c.diags.items[0].message);
    else if (op->kind == SL_OP_FILTER) shape(c.plan, op->filter.predicate, &out);
    else if (op->kind == SL_OP_EXTEND) shape(c.plan, op->extend.items[0].value, &out);
    if (op != NULL && strcmp(out.data == NULL ? "" : out.data, wanted) != 0)
        TEST_FAIL("%s: expected %s, got %s", query, wanted, out.data);
    sl_buffer_fini(&out);
    sl_plan_free(c.plan);
}

static char *read_file(const char *path, size_t *out_length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    char *data = malloc(1 << 20);
    *out_length = data == NULL ? 0 : fread(data, 1, 1 << 20, file);
    fclose(file);
    return data;
}

static const char seed[] =
    "(index=aws sourcetype=\"aws:cloudtrail\"\n"
    "(eventName=\"RegisterImage\" OR eventName=\"StopInstances\")\n"
    "errorCode=\"\"\n"
    "| eval ActorIdentity='userIdentity.arn'\n"
    "| eval Score=if(match(eventName,\"(?i)image\"),1,0))\n"
    "OR\n"
    "(index=azure sourcetype=\"mscs:azure:eventhub\" status.value=\"Succeeded\"\n"
    "| eval ActorIdentity=caller\n"
    "| eval Score=if(match(_raw,\"(?i)(creationData|\\\"Copy\\\")\"),1,0))\n"
    "| where Score > 0\n"
    "| table _time, ActorIdentity, Score\n"
    "| sort - _time\n";

static void check_seed(const compiled *c)
{
    const sl_op *branch = op_at(c, 0), *where = op_at(c, 1), *table = op_at(c, 2);
    const sl_op *sort = op_at(c, 3);
    if (sort == NULL) {
        TEST_FAIL("four operators wanted");
        return;
    }
    CHECK_INT(SL_OP_BRANCH, branch->kind);
    CHECK_INT(2, branch->branch.count);
    for (uint32_t i = 0; i < branch->branch.count; i++) {
        CHECK_INT(SL_OP_FILTER, branch->branch.pipes[i].first->kind);
        CHECK_INT(SL_OP_EXTEND, branch->branch.pipes[i].first->next->kind);
        CHECK_INT(SL_OP_EXTEND, branch->branch.pipes[i].last->kind);
    }
    CHECK_INT(SL_OP_FILTER, where->kind);
    CHECK_INT(SL_OP_PROJECT, table->kind);
    CHECK_TEXT("_time", name_of(c, table->fields.names[0].field));
    CHECK_INT(SL_OP_SORT, sort->kind);
    CHECK_INT(10000, sort->sort.limit);
    CHECK(sort->sort.cut_is_fault);
    CHECK(sort->sort.keys[0].descending);
    CHECK(sort->next == NULL);
}

TEST(pipelines_in_parentheses_become_branches)
{
    compiled c = compile(seed);
    check_seed(&c);
    CHECK_INT(2, c.diags.count);
    CHECK_INT(SL_DIAG_EXTENSION, c.diags.items[0].code);
    CHECK_INT('|', seed[c.diags.items[0].span.start]);
    CHECK_INT(4, c.plan->tag_use_count);
    CHECK_TEXT("aws:cloudtrail", c.plan->tag_uses[1].value);
    sl_plan_free(c.plan);
}

TEST(published_query_compiles)
{
    size_t length;
    char *text = read_file(SL_SOURCE_DIR "/detections/T1578.004/T1578.004.spl", &length);
    if (text == NULL) SKIP("the published query is not there");
    compiled c = compile_with(sl_text_make(text, length), NULL);
    check_seed(&c);
    CHECK_INT(2, c.diags.count);
    sl_plan_free(c.plan);
    free(text);
}

TEST(branches_are_joined_by_or_alone)
{
    compiled c = compile("(a=1 | eval x=1) OR b=2");
    CHECK_INT(SL_OP_BRANCH, op_at(&c, 0)->kind);
    CHECK_INT(SL_DIAG_OVERLAP, c.diags.items[1].code);
    sl_plan_free(c.plan);
    c = compile("((index=a | eval x=1) OR (index=b | eval x=2)) OR (index=c)");
    CHECK_INT(3, op_at(&c, 0)->branch.count);
    CHECK_INT(2, c.diags.count);
    sl_plan_free(c.plan);
    c = compile("(a=1 | eval x=1 | where x=1)");
    CHECK_INT(SL_OP_EXTEND, op_at(&c, 1)->kind);
    sl_plan_free(c.plan);
}

TEST(search_joins_or_before_and)
{
    check_shape("a=1 OR b=2 c=3",
                "(and (or (equal_search a \"1\") (equal_search b \"2\")) (equal_search c \"3\"))");
    check_shape("a=1 AND b=2 OR c=3",
                "(and (equal_search a \"1\") (or (equal_search b \"2\") (equal_search c \"3\")))");
    check_shape("NOT a=1 b=2", "(and (not (equal_search a \"1\")) (equal_search b \"2\"))");
    check_shape("NOT (a=1 b=2)", "(not (and (equal_search a \"1\") (equal_search b \"2\")))");
    check_shape("a IN (1, \"x y\", z*)",
                "(or (equal_search a \"1\") (equal_search a \"x y\") (equal_search a \"z*\"))");
    check_shape("* a=1", "(equal_search a \"1\")");
}

TEST(search_terms_are_read_as_written)
{
    check_shape("a = \"say \\\"no\\\" C:\\\\x\"", "(equal_search a \"say \"no\" C:\\x\")");
    check_shape("\"a b{}.c\"=x", "(equal_search a b{}.c \"x\")");
    check_shape("a.b{}.c!=*x=y*", "(not_equal_search a.b{}.c \"*x=y*\")");
    check_shape("url=*\"a b\"*", "(equal_search url \"*a b*\")");
    check_shape("count>=10", "(greater_equal_search count \"10\")");
    compiled c = compile("a!=*");
    CHECK(predicate_of(&c)->kind == SL_EXPR_CONSTANT && !predicate_of(&c)->constant.boolean);
    sl_plan_free(c.plan);
    c = compile("NOT failed \"root login\" CASE(Ab) TERM(10.0.0.1)");
    const sl_expr *all = predicate_of(&c);
    CHECK_INT(4, all->arg_count);
    CHECK(all->args[0]->args[0]->fn == &sl_spl_search_word);
    CHECK(all->args[2]->fn == &sl_spl_search_word_case);
    CHECK(all->args[3]->fn == &sl_spl_search_term);
    sl_plan_free(c.plan);
}

TEST(eval_follows_precedence)
{
    check_shape("| eval x=1+a*2", "(+ \"1\" (* a \"2\"))");
    check_shape("| eval x=-a-b-c", "(- (- (- a) b) c)");
    check_shape("| eval x='a.b'.\"-\".c", "(. (. a.b \"-\") c)");
    check_shape("| where a=1 AND b=2 OR c=3", "(or (and (= a \"1\") (= b \"2\")) (= c \"3\"))");
    check_shape("| where NOT a=1 and b=2", "(and (not (= a \"1\")) (= b \"2\"))");
    check_shape("| where a=1 XOR b=2 OR c=3", "(XOR (= a \"1\") (or (= b \"2\") (= c \"3\")))");
    check_shape("| where a<-1.50", "(< a \"-1.50\")");
    check_shape("| where a IN (\"x\", b)", "(IN a \"x\" b)");
    check_shape("| where a LIKE \"x%\"", "(LIKE a \"x%\")");
    check_shape("| where (a+1)*2 == b", "(= (* (+ a \"1\") \"2\") b)");
    check_shape("| eval x=\"a\\tb\\d\\\\\"", "\"a\tb\\d\\\"");
}

TEST(commands_become_operators)
{
    compiled c = compile("* | stats count, dc('a.b') AS n perc95(x) by u, v w");
    const sl_op *op = op_at(&c, 0);
    CHECK_INT(SL_OP_AGGREGATE, op->kind);
    CHECK_INT(3, op->aggregate.key_count);
    CHECK_INT(3, op->aggregate.item_count);
    CHECK_TEXT("count", name_of(&c, op->aggregate.items[0].out));
    CHECK_TEXT("n", name_of(&c, op->aggregate.items[1].out));
    CHECK_TEXT("perc95(x)", name_of(&c, op->aggregate.items[2].out));
    CHECK(op->aggregate.sort_keys && op->aggregate.empty_row && !op->aggregate.missing_keys);
    sl_plan_free(c.plan);
    c = compile("* | sort 0 -num(a), +ip(b) c desc");
    op = op_at(&c, 0);
    CHECK_INT(0, op->sort.limit);
    CHECK_INT(3, op->sort.key_count);
    CHECK_INT(SL_SORT_NUMBER, op->sort.keys[0].order);
    CHECK(!op->sort.keys[0].descending && op->sort.keys[1].descending);
    CHECK_TEXT("c", name_of(&c, op->sort.keys[2].field));
    sl_plan_free(c.plan);
    c = compile("* | fields a \"b c\" | fields - _raw | rename a AS \"x y\", b as c");
    CHECK_INT(SL_OP_PROJECT, op_at(&c, 0)->kind);
    CHECK_INT(4, op_at(&c, 0)->fields.count);
    CHECK_INT(SL_OP_REMOVE, op_at(&c, 1)->kind);
    CHECK_TEXT("x y", name_of(&c, op_at(&c, 2)->rename.items[0].to.field));
    sl_plan_free(c.plan);
}

/* A query at fault: the code, the text at the place, part of the message, part of the hint. */
static const struct faulty {
    const char *query;
    sl_diag_code code;
    const char *at;
    const char *message, *hint;
} faulty[] = {
    {"* | eval u=lowr(x)", SL_DIAG_FUNCTION, "lowr", "lowr", "lower"},
    {"* | wher x=1", SL_DIAG_NAME, "wher", "no SPL command 'wher'", "where"},
    {"* | eval x=(a", SL_DIAG_UNCLOSED, "(", "never closed", ""},
    {"* | eval x=\"a", SL_DIAG_UNCLOSED, "\"", "never closed", ""},
    {"* | where a=", SL_DIAG_SYNTAX, "", "expected a value", ""},
    {"* | where a=1)", SL_DIAG_SYNTAX, ")", "closes nothing", ""},
    {"* | eval x=a==b", SL_DIAG_TYPE, "a==b", "cannot be assigned", "if("},
    {"* | where a+", SL_DIAG_SYNTAX, "", "the query ends here", ""},
    {"* | where \"text\"", SL_DIAG_TYPE, "\"text\"", "takes a condition", ""},
    {"* | eval x=a{}.b", SL_DIAG_SYNTAX, "a{}.b", "single quotes", "'a{}.b'"},
    {"* | anomalydetection user", SL_DIAG_REFUSED, "anomalydetection", "not run here", "model"},
    {"* | sort limit=x a", SL_DIAG_OPTION, "x", "whole number", ""},
    {"* | head 5 6", SL_DIAG_SYNTAX, "6", "condition", "usage"},
    {"* | rename a to b", SL_DIAG_SYNTAX, "to", "expected AS", "usage"},
    {"* | stats cont", SL_DIAG_FUNCTION, "cont", "no SPL aggregate", "count"},
    {"* | stats count(a=1)", SL_DIAG_SYNTAX, "=", "expected ')'", "eval("},
    {"* | rex \"abc\"", SL_DIAG_SYNTAX, "\"abc\"", "names no group", "(?<"},
    {"* | rex \"(?<a\"", SL_DIAG_REGEX, "\"(?<a\"", "does not compile", ""},
    {"* | bin span=4x _time", SL_DIAG_OPTION, "4x", "no size", ""},
    {"* | fillnull valu=0 a", SL_DIAG_OPTION, "valu", "no option", "usage"},
    {"a= | head", SL_DIAG_SYNTAX, "|", "expected a value", "NOT a=*"},
    {"a=1 OR | head", SL_DIAG_SYNTAX, "|", "expected a term", ""},
    {"a=(x OR y)", SL_DIAG_SYNTAX, "(", "expected a value", "IN"},
    {"a>=f(x)", SL_DIAG_SYNTAX, "f", "compares with a text", "where"},
    {"a IN ()", SL_DIAG_SYNTAX, "()", "at least one", ""},
    {"(a=1 | eval x=1) b=2", SL_DIAG_SYNTAX, "(", "joined by OR", "search"},
    {"NOT (a=1 | eval x=1)", SL_DIAG_SYNTAX, "NOT", "pipeline", ""},
    {"(a=1 | stats count) OR b=2", SL_DIAG_REFUSED, "stats", "in parentheses", "behind"},
    {"a=1 [search b=2", SL_DIAG_UNCLOSED, "[", "never closed", ""},
    {"a=1 [search b=2 | wher c=3]", SL_DIAG_NAME, "wher", "no SPL command", "where"},
    {"a=1 [ ]", SL_DIAG_SYNTAX, "]", "empty", ""},
    {"a=1 ]", SL_DIAG_SYNTAX, "]", "closes nothing", ""},
    {"* | append", SL_DIAG_SYNTAX, "", "a search in brackets", "usage"},
    {"* | append [search x=1 | eval y=lowr(z)]", SL_DIAG_FUNCTION, "lowr", "lowr", "lower"},
    {"* | appendpipe [stats cont]", SL_DIAG_FUNCTION, "cont", "no SPL aggregate", "count"},
    {"* | join type=full a [search b]", SL_DIAG_OPTION, "full", "inner, left and outer", ""},
    {"* | join a", SL_DIAG_SYNTAX, "", "a search in brackets", "usage"},
    {"* | multisearch [search a] [search b]", SL_DIAG_SYNTAX, "multisearch", "beginning", ""},
    {"* | lookup roles role", SL_DIAG_UNRESOLVED, "roles", "no lookup 'roles'", "--lookups"},
    {"* | outputlookup x.csv", SL_DIAG_REFUSED, "outputlookup", "may not write", "allowed"},
    {"* | inputlookup roles", SL_DIAG_UNRESOLVED, "roles", "no lookup", ""},
    {"| tstats count FROM datamodel=Endpoint.Processes BY Processes.user", SL_DIAG_REFUSED,
     "Endpoint.Processes", "serves the data model 'Endpoint'", "Change"},
    {"| tstats count FROM datamodel=Nonsense", SL_DIAG_UNRESOLVED, "Nonsense", "no data model", ""},
    {"* | tstats count", SL_DIAG_SYNTAX, "tstats", "beginning", ""},
    {"* | foreach * [eval x=<<FIELD>>]", SL_DIAG_REFUSED, "[eval x=<<FIELD>>]", "needs to know",
     "table"},
    {"* | foreach a b", SL_DIAG_SYNTAX, "", "commands in brackets", "usage"},
    {"* | foreach a [eval <<FIELD>>=lowr(1)]", SL_DIAG_FUNCTION, "[eval <<FIELD>>=lowr(1)]", "lowr",
     "lower"},
    {"* | replace a b", SL_DIAG_SYNTAX, "b", "expected WITH", "usage"},
    {"* | streamstats time_window=1x count", SL_DIAG_OPTION, "1x", "no span of time", "5m"},
    {"* | streamstats count reset_after=(5) by a", SL_DIAG_TYPE, "5", "condition", ""},
    {"* | timechart span=4x count", SL_DIAG_OPTION, "4x", "no size", ""},
    {"* | timechart per_hour(a)", SL_DIAG_REFUSED, "per_hour", "without span=", "span"},
    {"* | stats count by a*", SL_DIAG_REFUSED, "a*", "wildcard behind BY", "table"},
    {"* | stats values(a*) as b", SL_DIAG_TYPE, "values(a*) as b", "as many stars", "star"},
    {"* | transaction a maxspan=soon", SL_DIAG_OPTION, "soon", "no span of time", "5m"},
    {"* | eval x=mvmap(1, 2)", SL_DIAG_TYPE, "mvmap(1, 2)", "one field", "mvmap("},
    {"* | where searchmatch(a)", SL_DIAG_TYPE, "searchmatch(a)", "one text", ""},
    {"* | where searchmatch(\"a=\")", SL_DIAG_SYNTAX, "searchmatch(\"a=\")", "a value", ""},
    {"* | mvcombine a", SL_DIAG_REFUSED, "mvcombine", "know the fields", "table"},
    {"* | format", SL_DIAG_REFUSED, "format", "needs to know", "table"},
    {"* | dedup 0 a", SL_DIAG_OPTION, "", "1 row or more", ""},
    {"earliest=soon", SL_DIAG_SYNTAX, "soon", "no time", "-24h"},
    {"(earliest=-1d a=1) OR b=2", SL_DIAG_REFUSED, "(", "one side", ""},
    {"a=1 | ", SL_DIAG_SYNTAX, "", "expected a command", ""},
    {"", SL_DIAG_SYNTAX, "", "empty", ""},
};

TEST(faults_have_code_place_and_hint)
{
    for (size_t i = 0; i < SL_COUNT(faulty); i++) {
        const struct faulty *f = &faulty[i];
        compiled c = compile(f->query);
        const sl_diag *diag = NULL;
        for (uint32_t k = 0; k < c.diags.count && diag == NULL; k++)
            if (c.diags.items[k].severity == SL_ERROR) diag = &c.diags.items[k];
        if (diag == NULL || c.diags.error_count != 1) {
            TEST_FAIL("%s: %u errors", f->query, c.diags.error_count);
            sl_plan_free(c.plan);
            continue;
        }
        sl_text place = sl_text_slice(sl_text_from(f->query), diag->span.start, diag->span.end);
        bool ok = diag->code == f->code && sl_text_equal(place, sl_text_from(f->at))
            && strstr(diag->message, f->message) != NULL && strstr(diag->hint, f->hint) != NULL;
        if (!ok)
            TEST_FAIL("%s: T%d at '%.*s': %s; hint: %s", f->query, (int)diag->code,
                      SL_TEXT_ARG(place), diag->message, diag->hint);
    }
}

TEST(several_faults_are_found_in_one_pass)
{
    compiled c = compile("(a= | eval x=foo(1) | eval y=bar(2)) OR (b= | eval z=(1+) \n"
                         "| where) | wher x | stats nope(y)");
    CHECK_INT(8, c.diags.error_count);
}

TEST(warnings_name_the_traps)
{
    static const struct {
        const char *query;
        uint32_t count;
    } cases[] = {
        {"* | eval x=match(userIdentity.userName, \"a\"), y=1", 2}, /* and a boolean assigned */
        {"* | eval x=lower(userIdentity.userName)", 1},
        {"* | eval a=1, b=2, c=a.b", 0},
        {"userName!=requestParameters.userName", 1},
        {"eventSource=ec2.amazonaws.com", 0},
        {"a=1 AND b=2 OR c=3", 1},
        {"a=1 OR a=2 AND c=3", 0},
        {"a=1 b=2 OR c=3", 0},
        {"a=1 or b=2", 1},
        {"stats count", 1},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        compiled c = compile(cases[i].query);
        uint32_t count = 0; /* without notes */
        for (uint32_t d = 0; d < c.diags.count; d++) count += c.diags.items[d].severity != SL_NOTE;
        if (count != cases[i].count)
            TEST_FAIL("%s: %u said, not %u", cases[i].query, count, cases[i].count);
        sl_plan_free(c.plan);
    }
}

/* Macros, as a resolver has them. */
static bool find_macro(void *owner, sl_text name, uint32_t arg_count, sl_macro *out)
{
    static const sl_text args[] = {{"field", 5}, {"value", 5}};
    static const struct {
        const char *name, *definition;
        uint32_t arg_count;
    } macros[] = {
        {"trail", "sourcetype=aws `inner`", 0},
        {"inner", "eventSource=ec2", 0},
        {"is", "$field$=$value$", 2},
        {"where_is", "where '$field$'=\"$value$\" AND $other$=1", 2},
        {"loop", "a `loop2`", 0},
        {"loop2", "b `loop`", 0},
        {"two", "`empty``empty`", 0},
        {"empty", "", 0},
        {"faulty", "eval x=foo(1)", 0},
    };
    (void)owner;
    for (size_t i = 0; i < SL_COUNT(macros); i++) {
        if (!sl_text_equal(name, sl_text_from(macros[i].name)) || arg_count != macros[i].arg_count)
            continue;
        *out = (sl_macro){.definition = sl_text_from(macros[i].definition),
                          .arg_names = args,
                          .arg_count = arg_count};
        return true;
    }
    return false;
}

static bool find_parameter(void *owner, sl_text name, sl_text *out)
{
    (void)owner;
    *out = SL_TEXT("10.0.0.1");
    return sl_text_equal(name, SL_TEXT("ip"));
}

static const sl_resolver resolver = {.macro = find_macro, .parameter = find_parameter};

TEST(macros_comments_and_parameters_are_put_in)
{
    compiled c = compile_with(SL_TEXT("`trail` ```a \"comment```b=2 `is(c, \"x,y\")` src=$ip$ "
                                      "d=\"`trail`\" | head 3 ```end```"),
                              &resolver);
    sl_buffer out;
    sl_buffer_init(&out);
    if (c.plan != NULL) shape(c.plan, predicate_of(&c), &out);
    CHECK_TEXT("(and (equal_search sourcetype \"aws\") (equal_search eventSource \"ec2\") "
               "(equal_search b \"2\") (equal_search c \"x\") "
               "(word _raw \"y\") (equal_search src \"10.0.0.1\") (equal_search d \"`trail`\"))",
               sl_buffer_text(&out));
    sl_buffer_fini(&out);
    sl_plan_free(c.plan);
}

TEST(faults_in_macros_stand_at_their_use)
{
    compiled c = compile_with(SL_TEXT("a=1 | `faulty` | head x"), &resolver);
    CHECK_INT(2, c.diags.error_count);
    CHECK_INT(6, c.diags.items[0].span.start);
    CHECK_INT(14, c.diags.items[0].span.end);
    c = compile_with(SL_TEXT("`loop`"), &resolver);
    CHECK_INT(SL_DIAG_LIMIT, c.diags.items[0].code);
    c = compile_with(SL_TEXT("a `none(1)` | `none` | wher"), &resolver);
    CHECK_INT(3, c.diags.error_count);
    CHECK_INT(SL_DIAG_UNRESOLVED, c.diags.items[0].code);
    CHECK_INT(SL_DIAG_NAME, c.diags.items[2].code);
    sl_resolver lenient = resolver;
    lenient.missing_is_warning = true;
    c = compile_with(SL_TEXT("a=1 | `none` | head"), &lenient);
    CHECK(c.plan != NULL);
    CHECK_INT(SL_WARNING, c.diags.items[0].severity);
    sl_plan_free(c.plan);
    c = compile_with(SL_TEXT("a `none"), &resolver);
    CHECK_INT(SL_DIAG_UNCLOSED, c.diags.items[0].code);
}

TEST(no_part_of_a_query_breaks_the_reader)
{
    size_t length = sizeof seed - 1;
    static const char bytes[] = "|()[]\"'`\\=!<>,$ \0{*.-A1";
    char text[sizeof seed];
    for (size_t end = 0; end <= length; end++) {
        compiled c = compile_with(sl_text_make(seed, end), &resolver);
        sl_plan_free(c.plan);
    }
    for (size_t at = 0; at < length; at++) {
        memcpy(text, seed, sizeof seed);
        text[at] = bytes[at % (sizeof bytes - 1)];
        compiled c = compile_with(sl_text_make(text, length), &resolver);
        sl_plan_free(c.plan);
    }
}

TEST(time_modifiers_are_the_range_of_the_query)
{
    compiled c =
        compile("index=a earliest=-24h@h latest=\"10/27/2023:06:00:00\" | search earliest=1");
    CHECK_TEXT("-24h@h", c.plan->earliest);
    CHECK_TEXT("10/27/2023:06:00:00", c.plan->latest);
    CHECK_INT(SL_OP_FILTER, op_at(&c, 1)->kind);
    sl_plan_free(c.plan);
}

static const sl_lookup *outside_lookup(void *owner, sl_text name, const char **out_reason)
{
    static const sl_text columns[] = {{"role", 4}, {"privileged", 10}};
    static const sl_lookup_match matches[2];
    static const sl_lookup roles = {
        .name = {"roles.csv", 9}, .columns = columns, .column_count = 2, .matches = matches};
    (void)owner;
    *out_reason = NULL;
    return sl_text_equal(name, roles.name) ? &roles : NULL;
}

static const sl_table_sink *outside_sink(void *owner, sl_text name, bool append,
                                         const char **out_reason)
{
    static const sl_table_sink sink = {.name = {"seen.csv", 8}};
    (void)owner;
    (void)append;
    *out_reason = "only seen.csv";
    return sl_text_equal(name, sink.name) ? &sink : NULL;
}

static bool outside_saved(void *owner, sl_text name, sl_text *out)
{
    (void)owner;
    *out = SL_TEXT("eventName=CreateUser | stats count by user");
    return sl_text_equal(name, SL_TEXT("new users"));
}

static const sl_resolver outside = {
    .lookup = outside_lookup, .sink = outside_sink, .saved_query = outside_saved};

TEST(rows_of_the_table_are_whole)
{
    uint32_t count;
    const sl_command_info *rows = sl_spl_commands(&count);
    for (uint32_t i = 0; i < count; i++) {
        const sl_command_info *row = &rows[i];
        if (i > 0
            && sl_text_compare_nocase(sl_text_from(rows[i - 1].name), sl_text_from(row->name)) >= 0)
            TEST_FAIL("%s: not sorted", row->name);
        CHECK((row->refused == NULL) == (row->parse != NULL));
        if (row->refused != NULL) continue;
        CHECK(strlen(row->usage) > 0 && strlen(row->doc) > 0 && row->example != NULL);
        compiled c = compile_with(sl_text_from(row->example), &outside);
        if (c.plan == NULL)
            TEST_FAIL("%s: %s: %s", row->name, row->example, c.diags.items[0].message);
        sl_plan_free(c.plan);
    }
}

static void check_path(const char *name, const char *wanted)
{
    sl_arena arena;
    sl_path path;
    sl_buffer out;
    sl_arena_init(&arena, 0);
    sl_buffer_init(&out);
    if (!sl_spl_path(sl_text_from(name), &arena, &path)) TEST_FAIL("%s: no path", name);
    else sl_path_print(&out, path);
    CHECK_TEXT(wanted, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    sl_arena_fini(&arena);
}

TEST(paths_are_spelled_as_extraction_spells_them)
{
    check_path("_time", "_time");
    check_path("a.b{}.c{0}", "a.b[].c[0]");
    check_path("a{}{}", "a[][]");
    check_path("a..b", "\"a..b\"");
    check_path("a{x}", "a{x}");
    check_path("values(a.b)", "values(a.b)");
    check_path("a{99999999999}", "a{99999999999}");
}

TEST(lone_expressions_for_formats)
{
    sl_arena arena;
    sl_fields fields;
    sl_diags diags;
    sl_arena_init(&arena, 0);
    sl_fields_init(&fields);
    sl_diags_init(&diags);
    CHECK(sl_spl_expression(SL_TEXT("coalesce('identity.claims.\"http://x/y\".z[]', upn, \"\")"),
                            &arena, &fields, &diags)
          != NULL);
    CHECK(sl_fields_find(&fields, SL_TEXT("identity.claims.\"http://x/y\".z[]")) != SL_FIELD_NONE);
    CHECK(sl_spl_expression(SL_TEXT("a b"), &arena, &fields, &diags) == NULL);
    CHECK(sl_spl_expression(SL_TEXT(""), &arena, &fields, &diags) == NULL);
    CHECK_INT(2, diags.error_count);
    sl_fields_fini(&fields);
    sl_arena_fini(&arena);
}

TEST_MAIN(RUN(pipelines_in_parentheses_become_branches) RUN(published_query_compiles)
              RUN(branches_are_joined_by_or_alone) RUN(search_joins_or_before_and)
                  RUN(search_terms_are_read_as_written) RUN(eval_follows_precedence)
                      RUN(commands_become_operators) RUN(faults_have_code_place_and_hint)
                          RUN(several_faults_are_found_in_one_pass) RUN(warnings_name_the_traps)
                              RUN(macros_comments_and_parameters_are_put_in)
                                  RUN(faults_in_macros_stand_at_their_use)
                                      RUN(no_part_of_a_query_breaks_the_reader)
                                          RUN(time_modifiers_are_the_range_of_the_query)
                                              RUN(rows_of_the_table_are_whole)
                                                  RUN(paths_are_spelled_as_extraction_spells_them)
                                                      RUN(lone_expressions_for_formats))
