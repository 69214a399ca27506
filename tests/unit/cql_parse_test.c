/* cql_parse_test.c - CQL to plans: what compiles, what is said, and what hostile text does. */
#include "lang/cql/cql.h"

#include <stdlib.h>

#include "test.h"

static sl_diags diags;

static sl_plan *compile_with(const char *text, const sl_resolver *resolver)
{
    sl_diags_init(&diags);
    return sl_cql_compile(SL_TEXT("query"), sl_text_from(text), resolver, &diags);
}

/* The plan of `text` as explain prints it, which must hold `part`. */
static void check_plan(const char *text, const char *part)
{
    sl_plan *plan = compile_with(text, NULL);
    if (plan == NULL) {
        TEST_FAIL("%s: %s", text, diags.count > 0 ? diags.items[0].message : "no plan");
        return;
    }
    sl_buffer out;
    sl_buffer_init(&out);
    sl_plan_explain(plan, &out);
    if (strstr(out.data, part) == NULL) TEST_FAIL("%s: no '%s' in\n%s", text, part, out.data);
    sl_buffer_fini(&out);
    sl_plan_free(plan);
}

/* `text` is refused, and the first message has this code and place. */
static void check_fault(const char *text, sl_diag_code code, uint32_t start)
{
    sl_plan *plan = compile_with(text, NULL);
    if (plan != NULL || diags.count == 0) {
        TEST_FAIL("%s: compiles", text);
        sl_plan_free(plan);
        return;
    }
    if (diags.items[0].code != code || diags.items[0].span.start != start)
        TEST_FAIL("%s: T%d at %u: %s", text, diags.items[0].code, diags.items[0].span.start,
                  diags.items[0].message);
}

TEST(precedence)
{
    check_plan("a=1 b=2 or c=3", "and (b = \"2\" OR c = \"3\")");
    check_plan("a=1 or b=2 and c=3", "(a = \"1\" OR b = \"2\")\n  and c = \"3\"");
    check_plan("not a=1 or b=2", "(NOT (a = \"1\") OR b = \"2\")");
    check_plan("x := 1 + 2 * y - -3", "x := 1 + 2 * y - -3");
    check_plan("x := (1 + 2) * y == 4", "==");
}

TEST(names_and_patterns)
{
    check_plan("#event.dataset=\"x\"", "#event.dataset = \"x\"");
    check_plan("\"host-name\"=*", "exists(host-name)");
    check_plan("a[0].b=c-d*", "a[0].b = \"c-d*\"");
    check_plan("url=https://x.example/y", "https://x.example/y");
    check_plan("https://www.example.com/", "https://www.example.com/");
    check_plan("f=m/fisk/i", "f = \"m/fisk/i\"");
    check_plan("a:=m/fisk/i", "m / fisk / i");
    check_plan("error (a=1 or b=2)", "OR");
    check_plan("a=1 | // b\n /* c | */ b=2", "b = \"2\"");
    check_fault("a:=/fisk/i", SL_DIAG_SYNTAX, 3);
    check_fault("x = ", SL_DIAG_SYNTAX, 4);
}

TEST(every_step_has_its_operator)
{
    check_plan("groupBy([a, b], function=[count(as=n)], limit=max)", "1000000");
    check_plan("sort([a, b], order=[asc, desc], limit=10)", "sort by a");
    check_plan("case { a=1 | b := 2; * }", "branch");
    check_plan("a match { 1 => b := 2; * => * ; }", "branch");
}

TEST(several_faults_in_one_pass)
{
    sl_plan *plan = compile_with("a= | b:=lowr(c) | groupBy() | sort(x, order=up) | ok=1", NULL);
    CHECK(plan == NULL);
    CHECK_INT(4, diags.error_count);
    sl_plan_free(plan);
}

static bool resolve_saved(void *owner, sl_text name, sl_text *out)
{
    (void)owner;
    if (sl_text_equal(name, SL_TEXT("loop"))) *out = SL_TEXT("$loop() | $loop()");
    else if (sl_text_equal(name, SL_TEXT("pack/core:tag"))) *out = SL_TEXT("a=?value");
    else if (sl_text_equal(name, SL_TEXT("bad"))) *out = SL_TEXT("a=1 }");
    else return false;
    return true;
}

static bool resolve_parameter(void *owner, sl_text name, sl_text *out)
{
    (void)owner;
    *out = SL_TEXT("/x*/");
    return sl_text_equal(name, SL_TEXT("p"));
}

static const sl_resolver resolver = {.saved_query = resolve_saved, .parameter = resolve_parameter};

TEST(saved_queries_and_parameters)
{
    sl_plan *plan = compile_with("$pack/core:tag(value=\"v\") | b=?p", &resolver);
    CHECK(plan != NULL);
    if (plan != NULL) {
        sl_buffer out;
        sl_buffer_init(&out);
        sl_plan_explain(plan, &out);
        CHECK(strstr(out.data, "a = \"v\"") != NULL);
        CHECK(strstr(out.data, "b = \"/x*/\"") != NULL); /* never a regex */
        sl_buffer_fini(&out);
    }
    sl_plan_free(plan);
    CHECK(compile_with("$loop()", &resolver) == NULL);
    CHECK_INT(SL_DIAG_LIMIT, diags.items[0].code);
    CHECK(compile_with("$bad()", &resolver) == NULL);
    CHECK(compile_with("$unknown()", &resolver) == NULL);
    CHECK_INT(SL_DIAG_UNRESOLVED, diags.items[0].code);
}

TEST(tags_are_noted)
{
    sl_plan *plan =
        compile_with("#a=x !(#b=y) #c!=z in(#d, values=[v, w]) | groupBy(#a) | #a=late", NULL);
    CHECK(plan != NULL);
    if (plan != NULL) {
        CHECK_INT(5, plan->tag_use_count);
        CHECK_TEXT("#a", plan->tag_uses[0].key);
        CHECK_TEXT("x", plan->tag_uses[0].value);
        CHECK(!plan->tag_uses[0].negated);
        CHECK(plan->tag_uses[1].negated && plan->tag_uses[2].negated);
        CHECK_TEXT("w", plan->tag_uses[4].value);
    }
    sl_plan_free(plan);
}

static void check_path(const char *name, const char *printed)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    sl_path path;
    sl_buffer out;
    sl_buffer_init(&out);
    bool made = sl_cql_path(sl_text_from(name), &arena, &path);
    CHECK(made == (printed != NULL));
    if (made) {
        sl_path_print(&out, path);
        CHECK_TEXT(printed, sl_buffer_text(&out));
    }
    sl_buffer_fini(&out);
    sl_arena_fini(&arena);
}

TEST(paths)
{
    check_path("a.b", "a.b");
    check_path("a[0].b[12]", "a[0].b[12]");
    check_path("a[].b", "a[].b");
    check_path("", NULL);
    check_path("a..b", NULL);
    check_path("a[", NULL);
    check_path("a[99999999999]", NULL);
    check_path("[0]", NULL);
    check_path("a[0]b", NULL);
}

/* `count` times `part` between `head` and `tail`. */
static char *repeat(const char *head, const char *part, const char *tail, size_t count)
{
    size_t step = strlen(part);
    size_t length = strlen(head) + step * count + strlen(tail) + 1;
    char *text = malloc(length);
    if (text == NULL) return NULL;
    char *at = text + sprintf(text, "%s", head);
    for (size_t i = 0; i < count; i++) {
        memcpy(at, part, step);
        at += step;
    }
    memcpy(at, tail, strlen(tail) + 1);
    return text;
}

/* Must end soon and without a plan, or with one: never in a crash. */
TEST(hostile_text)
{
    static const char *const parts[] = {"(",     "[",        "{",
                                        "!",     "not ",     "\"",
                                        "/",     "case{",    "a match{",
                                        "x:=f(", "a:=(",     "x:=-",
                                        "a=[",   "f(",       "in(a,values=[",
                                        "a+",    "|",        ";",
                                        "}",     "a or ",    "a ",
                                        "$",     "?{",       "/*",
                                        "//",    "\\",       "groupBy(function=[",
                                        "a:=b+", "\xc2\xa0", "\xff",
                                        "=>",    "a.",       "[0]",
                                        "*",     "case{*|"};
    for (size_t i = 0; i < SL_COUNT(parts); i++) {
        for (size_t k = 0; k < 3; k++) {
            static const char *const heads[] = {"", "a:=", "groupBy(x,"};
            char *text = repeat(heads[k], parts[i], "", 3000);
            CHECK(text != NULL);
            sl_plan_free(compile_with(text, NULL));
            free(text);
        }
    }
}

TEST(limits_are_said)
{
    char *deep = repeat("", "(", "a=1", 1000);
    CHECK(compile_with(deep, NULL) == NULL);
    CHECK_INT(SL_DIAG_LIMIT, diags.items[0].code);
    free(deep);
    char *wide = repeat("a=1", " b=2", "", 200000 / 4);
    sl_plan_free(compile_with(wide, NULL));
    CHECK_INT(SL_DIAG_LIMIT, diags.items[0].code);
    free(wide);
    char *chain = repeat("x:=1", "+1", "", 1000);
    CHECK(compile_with(chain, NULL) == NULL);
    CHECK_INT(SL_DIAG_LIMIT, diags.items[0].code);
    free(chain);
    char *large = repeat("", " ", "a=1", 2 << 20);
    CHECK(compile_with(large, NULL) == NULL);
    CHECK_INT(SL_DIAG_LIMIT, diags.items[0].code);
    free(large);
    char *steps = repeat("a=1", " | x:=f(", "", 20000);
    CHECK(compile_with(steps, NULL) == NULL);
    free(steps);
}

static bool table_is_sorted(sl_text before, sl_text name)
{
    return before.data == NULL || sl_text_compare_nocase(before, name) < 0;
}

/* `expression => result`: the expression must be a constant that reads so. */
static void check_example(const sl_fn *fn)
{
    sl_text example = sl_text_from(fn->example);
    size_t arrow = sl_text_find(example, SL_TEXT(" => "), 0);
    CHECK(arrow != SIZE_MAX);
    char text[512];
    snprintf(text, sizeof text, "x := (%.*s)", (int)arrow, fn->example);
    sl_plan *plan = compile_with(text, NULL);
    if (plan == NULL || plan->pipe.first == NULL) {
        TEST_FAIL("%s: %s", text, diags.count > 0 ? diags.items[0].message : "no plan");
        sl_plan_free(plan);
        return;
    }
    const sl_expr *value = plan->pipe.first->extend.items[0].value;
    if ((fn->flags & SL_FN_PURE) != 0) {
        char scratch[SL_VALUE_TEXT_MAX];
        CHECK(value->kind == SL_EXPR_CONSTANT);
        sl_text got = sl_value_text(value->constant, scratch);
        CHECK_TEXT(fn->example + arrow + 4, got);
    }
    sl_plan_free(plan);
}

TEST(function_table)
{
    sl_text before = {NULL, 0};
    for (uint32_t i = 0; i < sl_cql_functions.count; i++) {
        const sl_fn *fn = &sl_cql_functions.rows[i];
        CHECK(table_is_sorted(before, sl_text_from(fn->name)));
        before = sl_text_from(fn->name);
        CHECK(fn->usage != NULL && fn->doc != NULL);
        if ((fn->flags & SL_FN_REFUSED) != 0) continue;
        CHECK(fn->run != NULL && fn->example != NULL);
        if (fn->example != NULL) check_example(fn);
    }
}

TEST(command_table)
{
    uint32_t count;
    const sl_command_info *rows = sl_cql_commands(&count);
    sl_text before = {NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        CHECK(table_is_sorted(before, sl_text_from(rows[i].name)));
        before = sl_text_from(rows[i].name);
        CHECK((rows[i].refused == NULL) == (rows[i].parse != NULL));
        if (rows[i].refused != NULL) continue;
        sl_plan *plan = compile_with(rows[i].example, NULL);
        if (plan == NULL)
            TEST_FAIL("%s: %s", rows[i].example, diags.count > 0 ? diags.items[0].message : "?");
        CHECK_INT(0, diags.count);
        sl_plan_free(plan);
    }
}

TEST_MAIN(RUN(precedence) RUN(names_and_patterns) RUN(every_step_has_its_operator)
              RUN(several_faults_in_one_pass) RUN(saved_queries_and_parameters) RUN(tags_are_noted)
                  RUN(paths) RUN(hostile_text) RUN(limits_are_said) RUN(function_table)
                      RUN(command_table))
