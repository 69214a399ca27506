/* lang_limits_test.c - each limit of a query is an error that names the limit, in both
 * languages. */
#include <stdlib.h>

#include "base/yaml.h"
#include "lang/cql/cql.h"
#include "lang/spl/spl.h"
#include "test.h"

/* `count` times `part` between `before` and `after`: the first error that it gives. */
typedef struct limit_case {
    const char *before, *part;
    unsigned count;
    const char *after;
    const char *message; /* NULL: none */
} limit_case;

typedef sl_plan *compiler(sl_text name, sl_text text, const sl_resolver *resolver, sl_diags *diags);

static const sl_diag *first_error(const sl_diags *diags)
{
    for (uint32_t i = 0; i < diags->count; i++)
        if (diags->items[i].severity == SL_ERROR) return &diags->items[i];
    return NULL;
}

static void check_case(compiler *compile, const limit_case *c, const sl_resolver *resolver)
{
    static sl_diags diags;
    sl_buffer text;
    sl_buffer_init(&text);
    sl_diags_init(&diags);
    sl_buffer_add_string(&text, c->before);
    for (unsigned i = 0; i < c->count; i++) {
        const char *number = strchr(c->part, '#');
        if (number == NULL) sl_buffer_add_string(&text, c->part);
        else sl_buffer_printf(&text, "%.*s%u%s", (int)(number - c->part), c->part, i, number + 1);
    }
    sl_buffer_add_string(&text, c->after);
    sl_plan_free(compile(SL_TEXT("test"), sl_buffer_text(&text), resolver, &diags));
    const sl_diag *diag = first_error(&diags);
    bool ok = c->message == NULL
        ? diag == NULL
        : diag != NULL && diag->code == SL_DIAG_LIMIT && strstr(diag->message, c->message) != NULL;
    if (!ok)
        TEST_FAIL("%s...%u x '%s': %s", c->before, c->count, c->part,
                  diag == NULL ? "no error" : diag->message);
    sl_buffer_fini(&text);
}

TEST(limits_of_spl_are_named)
{
    static const limit_case cases[] = {
        {"", "(", 100000, "", "nested deeper than 200 levels"},
        {"", "NOT ", 100000, "a", "nested deeper than 200 levels"},
        {"* | eval x=", "(", 100000, "", "nested deeper than 200 levels"},
        {"* | eval x=", "f(", 100000, "", "nested deeper than 200 levels"},
        {"* | eval x=", "- ", 100000, "a", "nested deeper than 200 levels"},
        {"* | where ", "NOT ", 100000, "a", "nested deeper than 200 levels"},
        {"* | eval x=a", "+a", 50000, "", "expression is nested deeper than 256"},
        {"", "(a | eval b=1) OR (", 300, "", "nested deeper than 200 levels"},
        {"a", " a", 200000, "", "more than 100000 terms"},
        {"a | table", " a", 200000, "", "more than 100000 terms"},
        {"a", " ", 1 << 20, "", "longer than 1 MiB"},
        {"* | fields ", "a*", 9, "", "more than 8 stars"},
        {"* | convert ctime(", "a*", 9, ")", "more than 8 stars"},
        {"* | stats values(", "a*", 9, ")", "more than 8 stars"},
        {"* ", "[search a=1 ", 10, "]]]]]]]]]]", "more than 8 deep"},
        {"* ", "| append [search a=1 ", 10, "]]]]]]]]]]", "more than 8 deep"},
        {"| multisearch ", "[search a=1] ", 101, "", "more than 100 searches"},
        {"* ", "[search a=1] ", 1001, "", "more than 1000 searches in one"},
        {"* ", "| append [search a=1] ", 1001, "", "more than 1000 searches in one"},
        {"* | foreach a b c d [foreach e f g h [foreach i j k l [eval x=\"", "0123456789abcdef",
         30000, "\"]]]", "foreach makes more than 16 MiB of commands"},
        {"* | eval x=\"\"", ".\"0123456789abcdef\"", 1000, "",
         "expression is nested deeper than 256"},
        {"* | where match(a, \"", "abcdefgh", 9000, "\")", "at most 65536"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) check_case(sl_spl_compile, &cases[i], NULL);
    static const limit_case large[] = {
        {"x=0", " OR x=1", 40000, "", NULL},     {"* | where x=0", " AND x=1", 20000, "", NULL},
        {"* | table", " a#", 5000, "", NULL},    {"* | eval x=\"\"", ".\"0123\"", 1000, "", NULL},
        {"* ", "[search a=1] ", 1000, "", NULL}, {"* | where ", "a=b# OR ", 40000, "a=1", NULL},
    };
    for (size_t i = 0; i < SL_COUNT(large); i++) check_case(sl_spl_compile, &large[i], NULL);
}

/* m0 is m1 and so on; d0 is d1 twice; e is a term. */
static bool find_macro(void *owner, sl_text name, uint32_t arg_count, sl_macro *out)
{
    static char definition[64];
    (void)owner;
    if (arg_count != 0) return false;
    *out = (sl_macro){.definition = SL_TEXT("a=1")};
    if (name.length == 1) return true;
    unsigned number = (unsigned)strtoul(name.data + 1, NULL, 10);
    snprintf(definition, sizeof definition, name.data[0] == 'm' ? "`m%u`" : "`d%u` `d%u`",
             number + 1, number + 1);
    *out = (sl_macro){.definition = sl_text_from(definition)};
    return true;
}

TEST(limits_of_macros_are_named)
{
    static const sl_resolver resolver = {.macro = find_macro};
    static const limit_case cases[] = {
        {"`m0`", "", 0, "", "more than 100 deep"},
        {"`d0`", "", 0, "", "more than 100 deep"},
        {"", "`e` ", 10001, "", "more than 10000 uses of macros"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) check_case(sl_spl_compile, &cases[i], &resolver);
}

TEST(limits_of_cql_are_named)
{
    static const limit_case cases[] = {
        {"", "(", 1000, "a=1", "nested deeper than 200"},
        {"a=1", " b=2", 200000, "", "more than 100000 terms"},
        {"x:=1", "+1", 1000, "", "deeper than 250"},
        {"a=1", " ", 2 << 20, "", "longer than 1048576 bytes"},
        {"format(\"", "%% ", 1500, "%s\", field=[a])", "more than 1000 pieces"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) check_case(sl_cql_compile, &cases[i], NULL);
}

TEST(limits_of_yaml_are_named)
{
    static const struct {
        const char *before, *part;
        unsigned count;
        const char *after, *message;
    } cases[] = {
        {"", "[", 100, "", "nested more than 64 deep"},
        {"a: &a x\nb: [", "*a,", 1100, "]", "more than 1000 aliases"},
        {"a:\n", "- &a# x\n", 1100, "", "more than 1000 anchors"},
        {"a: '", "0123456789abcdef", 300000, "'", "larger than 4 MiB"},
    };
    static sl_diags diags;
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        sl_buffer text;
        sl_buffer_init(&text);
        sl_buffer_add_string(&text, cases[i].before);
        for (unsigned k = 0; k < cases[i].count; k++) {
            const char *part = cases[i].part, *number = strchr(part, '#');
            if (number == NULL) sl_buffer_add_string(&text, part);
            else sl_buffer_printf(&text, "%.*s%u%s", (int)(number - part), part, k, number + 1);
        }
        sl_buffer_add_string(&text, cases[i].after);
        sl_diags_init(&diags);
        CHECK(sl_yaml_parse(sl_buffer_text(&text), &diags) == NULL);
        if (diags.count == 0 || strstr(diags.items[0].message, cases[i].message) == NULL)
            TEST_FAIL("%s: %s", cases[i].message,
                      diags.count == 0 ? "nothing said" : diags.items[0].message);
        sl_buffer_fini(&text);
    }
}

TEST_MAIN(RUN(limits_of_spl_are_named) RUN(limits_of_macros_are_named) RUN(limits_of_cql_are_named)
              RUN(limits_of_yaml_are_named))
