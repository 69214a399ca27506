/* lang_spl_functions_test.c - SPL's table of functions: its form, its examples, and what the
 * examples leave open.
 *
 * An expected result is JSON without white space; null is a missing value. */
#include "func/spl.h"

#include "base/number.h"
#include "lang/spl/spl.h"
#include "plan/eval.h"
#include "test.h"

static sl_arena arena;
static sl_fields fields;
static sl_faults faults;

static void begin(void)
{
    sl_arena_init(&arena, 0);
    sl_fields_init(&fields);
    sl_faults_init(&faults);
}

static void end(void)
{
    sl_fields_fini(&fields);
    sl_arena_fini(&arena);
    sl_faults_fini(&faults);
}

static void print_text(sl_text t, sl_buffer *out)
{
    sl_buffer_add_byte(out, '"');
    for (size_t i = 0; i < t.length; i++) {
        if (t.data[i] == '"' || t.data[i] == '\\') sl_buffer_add_byte(out, '\\');
        sl_buffer_add_byte(out, t.data[i]);
    }
    sl_buffer_add_byte(out, '"');
}

static void print_value(sl_value v, sl_buffer *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (v.kind == SL_MISSING) {
        sl_buffer_add_string(out, "null");
    } else if (v.kind == SL_STRING) {
        print_text(sl_value_bytes(v), out);
    } else if (v.kind == SL_LIST) {
        sl_buffer_add_byte(out, '[');
        for (uint32_t i = 0; i < v.length; i++) {
            if (i > 0) sl_buffer_add_byte(out, ',');
            print_value(v.items[i], out);
        }
        sl_buffer_add_byte(out, ']');
    } else {
        sl_buffer_add(out, sl_value_text(v, scratch));
    }
}

/* Compiles and runs `expression` over one row without fields. */
static void check(sl_text expression, sl_text expected)
{
    sl_diags diags;
    sl_diags_init(&diags);
    const sl_expr *expr = sl_spl_expression(expression, &arena, &fields, &diags);
    if (expr == NULL) {
        TEST_FAIL("%.*s: %s", SL_TEXT_ARG(expression),
                  diags.count > 0 ? diags.items[0].message : "does not compile");
        return;
    }
    sl_context context = {.now = INT64_C(1688991086923000000),
                          .zone = sl_zone_utc(),
                          .earliest = SL_TIME_NONE,
                          .latest = SL_TIME_NONE,
                          .faults = &faults,
                          .query_name = SL_TEXT("example")};
    const sl_batch *batch = sl_batch_new(&arena, 1);
    sl_operand result = sl_eval(expr, batch, batch->rows, 1, &context);
    sl_buffer printed;
    sl_buffer_init(&printed);
    print_value(result.values[0], &printed);
    if (!sl_text_equal(expected, sl_buffer_text(&printed)))
        TEST_FAIL("%.*s: expected %.*s, got %.*s", SL_TEXT_ARG(expression), SL_TEXT_ARG(expected),
                  SL_TEXT_ARG(sl_buffer_text(&printed)));
    sl_buffer_fini(&printed);
}

static void gives(const char *expression, const char *expected)
{
    check(sl_text_from(expression), sl_text_from(expected));
}

/* The expression is refused with this code. */
static void fails(const char *expression, sl_diag_code code)
{
    sl_diags diags;
    sl_diags_init(&diags);
    const sl_expr *expr = sl_spl_expression(sl_text_from(expression), &arena, &fields, &diags);
    if (expr != NULL || diags.count == 0 || diags.items[0].code != code)
        TEST_FAIL("%s: expected T%d, got T%d", expression, code,
                  diags.count > 0 ? (int)diags.items[0].code : 0);
}

TEST(rows_are_sorted_and_whole)
{
    const sl_fn_table *table = &sl_spl_functions;
    CHECK(table->count > 100);
    for (uint32_t i = 0; i < table->count; i++) {
        const sl_fn *row = &table->rows[i];
        bool no_kernel = (row->flags & (SL_FN_REFUSED | SL_FN_EXPRESSION)) != 0;
        if (row->name == NULL || row->usage == NULL || row->doc == NULL || row->example == NULL
            || row->name[0] == '\0' || row->doc[0] == '\0' || row->example[0] == '\0') {
            TEST_FAIL("row %u has an empty text", i);
            continue;
        }
        if (i > 0
            && sl_text_compare_nocase(sl_text_from(table->rows[i - 1].name),
                                      sl_text_from(row->name))
                >= 0)
            TEST_FAIL("'%s' does not stand behind '%s'", row->name, table->rows[i - 1].name);
        if (strncmp(row->usage, row->name, strlen(row->name)) != 0)
            TEST_FAIL("usage of '%s' is of another", row->name);
        if (row->arg_min > row->arg_max) TEST_FAIL("arity of '%s'", row->name);
        for (uint32_t k = row->arg_max; k < SL_FN_ARGS_TYPED; k++)
            if (row->args[k] != SL_ARG_ANY) TEST_FAIL("'%s' types argument %u", row->name, k);
        if ((row->run == NULL) != no_kernel) TEST_FAIL("'%s' has no kernel", row->name);
        if (sl_fn_find(table, sl_text_from(row->name)) != row) TEST_FAIL("lost '%s'", row->name);
    }
}

TEST(rows_are_found_without_case)
{
    CHECK(sl_fn_find(&sl_spl_functions, SL_TEXT("CoAlesce")) != NULL);
    CHECK(sl_fn_find(&sl_spl_functions, SL_TEXT("")) == NULL);
    CHECK(sl_fn_find(&sl_spl_functions, SL_TEXT("zzz")) == NULL);
    CHECK_TEXT("lower", sl_text_from(sl_fn_nearest(&sl_spl_functions, SL_TEXT("lowr"))));
    CHECK_TEXT("coalesce", sl_text_from(sl_fn_nearest(&sl_spl_functions, SL_TEXT("colaesce"))));
    CHECK(sl_fn_nearest(&sl_spl_functions, SL_TEXT("xyzzyplugh")) == NULL);
}

TEST(examples_give_what_they_say)
{
    begin();
    for (uint32_t i = 0; i < sl_spl_functions.count; i++) {
        const sl_fn *row = &sl_spl_functions.rows[i];
        if ((row->flags & SL_FN_REFUSED) != 0) continue;
        /* lookup() wants a table: tests/golden/spl/lookup.test has what it gives. */
        if (strcmp(row->name, "lookup") == 0) continue;
        sl_text example = sl_text_from(row->example);
        size_t arrow = sl_text_find(example, SL_TEXT(" => "), 0);
        if (arrow == SIZE_MAX) TEST_FAIL("example of '%s' has no result", row->name);
        else
            check(sl_text_slice(example, 0, arrow),
                  sl_text_slice(example, arrow + 4, example.length));
    }
    end();
}

TEST(unknown_stays_unknown)
{
    begin();
    gives("null() = \"a\"", "null");
    gives("null() != \"a\"", "null");
    gives("if(nofield != \"a\", 1, 0)", "0");
    gives("match(null(), \"a\")", "null");
    gives("like(null(), \"a\")", "null");
    gives("in(null(), \"a\")", "null");
    gives("in(\"a\", null())", "null");
    gives("in(\"a\", null(), \"a\")", "true");
    gives("null() + 1", "null");
    gives("null() . \"a\"", "null");
    gives("mvcount(null())", "null");
    gives("split(null(), \",\")", "null");
    gives("nullif(null(), \"a\")", "null");
    gives("nullif(\"a\", \"a\")", "null");
    gives("lower(null())", "null");
    gives("len(\"\")", "0");
    gives("case(nofield = 1, \"a\", 1 = 1, \"b\")", "\"b\"");
    gives("case(1 = 2, \"a\")", "null");
    gives("validate(nofield = 1, \"a\", 1 = 1, \"b\")", "null");
    gives("tostring(null())", "\"Null\"");
    gives("typeof(null())", "\"Invalid\"");
    end();
}

TEST(comparisons_of_numbers_and_texts)
{
    begin();
    gives("\"10\" > \"9\"", "true");
    gives("\"10\" > \"9x\"", "false");
    gives("5 = \"5.0\"", "true");
    gives("\"a\" = \"A\"", "false");
    gives("\"9007199254740993\" = \"9007199254740992\"", "false");
    gives("\"a\" < \"b\"", "true");
    gives("\"\" = \"\"", "true");
    gives("\"-\" = \"-\"", "true");
    gives("mvappend(\"a\", \"b\") = \"b\"", "true");
    gives("mvappend(\"a\", \"b\") != \"b\"", "true");
    gives("mvappend(\"a\", \"b\") = \"c\"", "false");
    gives("\"x\" in(\"y\", \"x\")", "true");
    gives("\"x*\" in(\"xyz\")", "false");
    gives("(1 = 1) XOR (1 = 2)", "true");
    end();
}

TEST(arithmetic)
{
    begin();
    gives("1 + 2", "3");
    gives("\"1\" + \"2\"", "\"12\"");
    gives("tostring(1) + tostring(2)", "\"12\"");
    gives("\"a\" + \"b\"", "\"ab\"");
    gives("\"a\" + 1", "null");
    gives("1 . 2", "\"12\"");
    gives("7 / 2", "3.5");
    gives("6 / 3", "2");
    gives("1 / 0", "null");
    gives("1 % 0", "null");
    gives("-7 % 3", "-1");
    gives("7.5 % 2", "1.5");
    gives("0.1 + 0.2", "0.3");
    gives("9223372036854775807 + 1", "9.22337203685478e+18");
    gives("\"9007199254740993\" + 1", "9007199254740994");
    gives("\"-9223372036854775808\" / -1", "9.22337203685478e+18");
    gives("-(\"-9223372036854775808\")", "9.22337203685478e+18");
    gives("-\"a\"", "null");
    gives("1e308 * 10", "null");
    gives("mvappend(1, 2) + 1", "null");
    end();
}

TEST(numbers)
{
    begin();
    gives("abs(\"-9223372036854775808\")", "9.22337203685478e+18");
    gives("abs(nofield)", "null");
    gives("sqrt(-1)", "null");
    gives("ln(0)", "null");
    gives("log(100)", "2");
    gives("round(3.5)", "4");
    gives("round(-2.5)", "-3");
    gives("round(1234.5678, 2)", "1234.57");
    gives("round(5, 400)", "5");
    gives("ceil(-1.5)", "-1");
    gives("floor(-1.5)", "-2");
    gives("max(1, 3, 6, 7, \"foo\", \"baz\")", "\"foo\"");
    gives("min(\"5\", \"30\")", "\"5\"");
    gives("max(mvappend(\"1\", \"3\", \"12\"))", "\"12\"");
    gives("sum(5.0, \"9\", null())", "14");
    gives("avg(\"somedata\", 2, 3)", "2.5");
    gives("sum(\"x\")", "null");
    gives("bit_not(9)", "9007199254740982");
    gives("bit_shift_left(1, 53)", "0");
    gives("bit_shift_left(3, 52)", "4503599627370496");
    gives("bit_and(pow(2, 53), 1)", "null");
    gives("bit_and(-1, 1)", "null");
    gives("exact(3.14 * 100)", "314");
    gives("hypot(3, \"4\")", "5");
    end();
}

TEST(figures)
{
    begin();
    gives("sigfig(0.014 * 0.23)", "0.0032");
    gives("sigfig(0.0140 * 0.230)", "0.00322");
    gives("sigfig(10 / 4.00)", "2.5");
    gives("sigfig(1.25 + 3.1)", "4.4");
    gives("sigfig(100 - 0.25)", "100");
    gives("sigfig((1.25 + 3.1) * 2.000)", "8.7");
    gives("sigfig(-1234 * 1.0)", "-1200");
    gives("sigfig(0 * 1.0)", "0");
    gives("sigfig(12.50)", "12.50");
    gives("sigfig(nofield * 2)", "null");
    gives("sigfig(1e300 * 1e7)", "null");
    gives("sigfig(7 % 4)", "3");
    gives("0.014 * 0.23", "0.00322");
    end();
}

TEST(digests)
{
    begin();
    gives("md5(\"\")", "\"d41d8cd98f00b204e9800998ecf8427e\"");
    gives("md5(12)", "\"c20ad4d76fe97759aa27a0c99bff6710\"");
    gives("sha1(nofield)", "null");
    gives("sha256(mvappend(\"a\", \"b\"))", "null");
    end();
}

TEST(texts)
{
    begin();
    gives("len(\"h\xC3\xA9llo\")", "5");
    gives("lower(mvappend(\"A\", \"B\"))", "[\"a\",\"b\"]");
    gives("len(mvappend(\"A\", \"B\"))", "null");
    gives("upper(12)", "\"12\"");
    gives("substr(\"string\", 1, 3)", "\"str\"");
    gives("substr(\"string\", 0, 3)", "\"st\"");
    gives("substr(\"string\", 3)", "\"ring\"");
    gives("substr(\"string\", -3, 2)", "\"in\"");
    gives("substr(\"string\", -9, 5)", "\"st\"");
    gives("substr(\"string\", 3, -2)", "\"st\"");
    gives("substr(\"string\", 99)", "\"\"");
    gives("substr(\"h\xC3\xA9llo\", 2, 1)", "\"\xC3\xA9\"");
    gives("trim(\"  a \t\")", "\"a\"");
    gives("trim(\"aaa\", \"a\")", "\"\"");
    gives("rtrim(\"x\xC3\xA9\xC3\xA9\", \"\xC3\xA9\")", "\"x\"");
    gives("replace(\"abc\", \"\", \"-\")", "\"-a-b-c-\"");
    gives("replace(\"aaa\", \"a\", \"\")", "\"\"");
    gives("replace(\"a.b.c\", \"\\.\", \"/\")", "\"a/b/c\"");
    gives("replace(\"ab\", \"(a)|(x)\", \"[\\1\\2\\3]\")", "\"[a]b\"");
    gives("replace(mvappend(\"a\", \"b\"), \"a\", \"b\")", "null");
    gives("urldecode(\"%zz%4\")", "\"%zz%4\"");
    gives("urldecode(\"a+b%20c\")", "\"a+b c\"");
    gives("urldecode(\"%FF\")", "\"\xEF\xBF\xBD\"");
    gives("like(\"abc\", \"a_c\")", "true");
    gives("like(\"a\xC3\xA9"
          "c\", \"a_c\")",
          "true");
    gives("like(\"ABC\", \"a%\")", "false");
    gives("like(\"abc\", \"%b\")", "false");
    gives("like(\"aXbXc\", \"a%X%c\")", "true");
    gives("\"abc\" LIKE \"%c\"", "true");
    end();
}

TEST(lists)
{
    begin();
    gives("mvindex(mvappend(\"a\", \"b\"), 0)", "\"a\"");
    gives("mvindex(mvappend(\"a\", \"b\"), 2)", "null");
    gives("mvindex(mvappend(\"a\", \"b\"), -3)", "null");
    gives("mvindex(mvappend(\"a\", \"b\"), 0, 5)", "null");
    gives("mvindex(\"a\", 0)", "\"a\"");
    gives("mvindex(mvappend(\"a\", \"b\"), 0.5)", "null");
    gives("mvappend(null(), null())", "null");
    gives("mvappend(null(), \"a\")", "\"a\"");
    gives("mvjoin(\"a\", \";\")", "\"a\"");
    gives("mvfind(mvappend(\"a\", \"b\"), \"z\")", "null");
    gives("mvfind(mvappend(\"a\", \"b\"), \"b\")", "1");
    gives("mvzip(mvappend(\"a\", \"b\"), \"1\", \"|\")", "\"a|1\"");
    gives("mvrange(1, 1)", "null");
    gives("mvrange(0, 1000000000)", "null");
    gives("mvrange(5, 1, -2)", "[5,3]");
    gives("mvrange(0, 1, 0)", "null");
    gives("mvrange(0, 200000, \"1d\")", "[0,86400,172800]");
    gives("mvrange(0, 5, \"x\")", "null");
    gives("split(\"abcd\", \"\")", "[\"a\",\"b\",\"c\",\"d\"]");
    gives("split(\"a\", \",\")", "\"a\"");
    gives("split(\"a,,b,\", \",\")", "[\"a\",\"\",\"b\",\"\"]");
    gives("split(\"name::value\", \"::\")", "[\"name\",\"value\"]");
    gives("mvsort(mvappend(\"b\", \"A\", \"a\", \"10\", \"9\"))",
          "[\"10\",\"9\",\"A\",\"a\",\"b\"]");
    gives("mvdedup(split(\"a,b,a,c,b\", \",\"))", "[\"a\",\"b\",\"c\"]");
    gives("mvcount(\"a\")", "1");
    gives("commands(\"| tstats count where x=\\\"a|b\\\" [search y | head 1] | sort -count\")",
          "[\"tstats\",\"sort\"]");
    end();
}

TEST(conversions)
{
    begin();
    gives("tonumber(\" 5\")", "null");
    gives("tonumber(\"seven\")", "null");
    gives("tonumber(\"0101\", 2)", "5");
    gives("tonumber(\"12\", 2)", "null");
    gives("tonumber(\"0xff\", 16)", "255");
    gives("tonumber(\"5\", 99)", "null");
    gives("tonumber(\"1.50\")", "1.5");
    gives("toint(\"-3.5\")", "-4");
    gives("tobool(\"maybe\")", "null");
    gives("tobool(0)", "false");
    gives("tostring(1 = 1) + \" \" + tostring(15, \"hex\") + \" \" + "
          "tostring(12345.6789, \"commas\")",
          "\"True 0xF 12,345.68\"");
    gives("tostring(9, \"binary\")", "\"1001\"");
    gives("tostring(-1234567, \"commas\")", "\"-1,234,567\"");
    gives("tostring(-0.5, \"commas\")", "\"-0.50\"");
    gives("tostring(0.999, \"commas\")", "\"1.00\"");
    gives("tostring(90061, \"duration\")", "\"1+01:01:01\"");
    gives("tostring(1.5, \"duration\")", "\"00:00:01.500000\"");
    gives("tostring(-1, \"hex\")", "null");
    gives("typeof(12) + typeof(\"string\") + typeof(1 = 2)", "\"NumberStringBool\"");
    gives("printf(\"%c,%c\", 65, \"Foo\")", "\"A,F\"");
    gives("printf(\"%d,%i,%d\", -2, +4, 30)", "\"-2,4,30\"");
    gives("printf(\"%.2e\", 5139)", "\"5.14e+03\"");
    gives("printf(\"%s%z\", \"foo\", \"bar\")", "\"foobar\"");
    gives("printf(\"%x,%X,%p\", 10, 10, 10)", "\"a,A,A\"");
    gives("printf(\"100%%\")", "\"100%\"");
    gives("printf(\"%'d\", 12345)", "\"12,345\"");
    gives("printf(\"%-4d|\", 1)", "\"1   |\"");
    gives("printf(\"%+4d\", 1)", "\"  +1\"");
    gives("printf(\"%#x\", 1)", "\"0x1\"");
    gives("printf(\"%*d\", 5, 123)", "\"  123\"");
    gives("printf(\"%*.*e\", 9, 2, pi())", "\" 3.14e+00\"");
    gives("printf(\"%.2s|%5s\", \"h\xC3\xA9llo\", \"a\")", "\"h\xC3\xA9|    a\"");
    gives("printf(\"%d\", \"x\")", "null");
    gives("printf(\"%d\")", "null");
    gives("ipmask(\"0.255.0.224\", \"10.20.30.120\")", "\"0.20.0.96\"");
    gives("ipmask(\"255.0.0.0\", \"::1\")", "null");
    end();
}

TEST(addresses)
{
    begin();
    gives("cidrmatch(\"192.0.2.0/24\", \"192.0.3.0\")", "false");
    gives("cidrmatch(\"2001:0db8:ffff:ffff:ffff:ffff:ffff:ff00/120\", "
          "\"2001:0db8:ffff:ffff:ffff:ffff:ffff:ff99\")",
          "true");
    gives("cidrmatch(\"10.0.0.0/8\", \"ec2.amazonaws.com\")", "false");
    gives("cidrmatch(\"10.0.0.0/8\", null())", "null");
    fails("cidrmatch(\"10.1.2\", \"10.1.2.3\")", SL_DIAG_TYPE);
    end();
}

TEST(times)
{
    begin();
    gives("now()", "1688991086");
    gives("time()", "1688991086.923");
    gives("relative_time(now(), \"-1d@d\")", "1688860800");
    gives("relative_time(now(), \"nonsense\")", "null");
    gives("strftime(1521467703.049, \"%Y-%m-%dT%H:%M:%S.%Q\")", "\"2018-03-19T13:55:03.049\"");
    gives("strftime(nofield, \"%Y\")", "null");
    gives("strftime(1e300, \"%Y\")", "null");
    gives("strptime(\"soon\", \"%Y\")", "null");
    gives("strptime(\"2022-07-23T17:19:01.89\", \"%Y-%m-%dT%H:%M:%S.%N\")", "1658596741.89");
    end();
}

TEST(json)
{
    begin();
    gives("json_object(\"cities\", json_array(\"London\", \"Sydney\"))",
          "\"{\\\"cities\\\":[\\\"London\\\",\\\"Sydney\\\"]}\"");
    gives("json_object(\"n\", 5, \"t\", \"5\", \"z\", null(), \"m\", mvappend(\"a\", \"b\"))",
          "\"{\\\"n\\\":5,\\\"t\\\":\\\"5\\\",\\\"z\\\":null,\\\"m\\\":[\\\"a\\\",\\\"b\\\"]}\"");
    gives("json_object()", "\"{}\"");
    gives("json(\"Golden Gate Bridge\")", "null");
    gives("json_valid(\"{\\\"a\\\":}\")", "false");
    gives("json_valid(\"[1,]\")", "false");
    gives("json_valid(\"5\")", "true");
    gives("json_valid(\"01\")", "false");
    gives("json_valid(\"{} {}\")", "false");
    gives("json_valid(null())", "false");
    gives("json_extract(\"[{\\\"n\\\":\\\"a\\\"},{\\\"n\\\":\\\"b\\\"}]\", \"{}.n\")",
          "\"[\\\"a\\\",\\\"b\\\"]\"");
    gives("json_extract(\"{\\\"a\\\": {\\\"b\\\": [1, 2]}}\", \"a\")", "\"{\\\"b\\\":[1,2]}\"");
    gives("json_extract(\"{\\\"a\\\":true}\", \"a\")", "true");
    gives("json_extract(\"{\\\"a\\\":null}\", \"a\")", "null");
    gives("json_extract(\"{\\\"a\\\":1}\", \"b\")", "null");
    gives("json_extract(\"{\\\"a\\\":1,\\\"b\\\":2}\", \"a\", \"c\", \"b\")", "\"[1,null,2]\"");
    gives("json_extract(\"{\\\"a\\\":\\\"x\\\\u0041\\\\n\\\"}\", \"a\")", "\"xA\n\"");
    gives("json_extract(\"{\\\"a\\\":1}\", \"a{\")", "null");
    gives("json_keys(\"[1]\")", "null");
    gives("json_delete(\"{\\\"a\\\":1,\\\"b\\\":2,\\\"c\\\":3}\", \"a\", \"c\")",
          "\"{\\\"b\\\":2}\"");
    gives("json_delete(\"{\\\"a\\\":1,\\\"b\\\":2}\", json_array(\"a\", \"b\"))", "\"{}\"");
    gives("json_delete(\"{\\\"student.name\\\":\\\"Claudia\\\"}\", \"student.name\")",
          "\"{\\\"student.name\\\":\\\"Claudia\\\"}\"");
    gives("json_set(\"{\\\"a\\\":\\\"b\\\"}\", \"a.c\", \"d\")", "\"{\\\"a\\\":\\\"b\\\"}\"");
    gives("json_set(\"{\\\"a\\\":[{},{}]}\", \"a{}.ok\", true())",
          "\"{\\\"a\\\":[{\\\"ok\\\":true},{\\\"ok\\\":true}]}\"");
    gives("json_set(\"{\\\"a\\\":[1,2,3]}\", \"a{2}\", \"x\")", "\"{\\\"a\\\":[1,2,\\\"x\\\"]}\"");
    gives("json_append(\"{\\\"a\\\":1}\", \"a\", json_array(2, 3))", "\"{\\\"a\\\":[1,[2,3]]}\"");
    gives("json_append(\"{\\\"a\\\":1}\", \"b\", 2)", "\"{\\\"a\\\":1}\"");
    gives("json_array_to_mv(\"[\\\"a\\\",{\\\"b\\\":1}]\", true())",
          "[\"\\\"a\\\"\",\"{\\\"b\\\":1}\"]");
    gives("json_array_to_mv(\"{}\")", "null");
    gives("mv_to_json_array(mvappend(\"\\\"Rarity\\\"\", \"true\", \"null\", \"x\"), true())",
          "\"[\\\"Rarity\\\",true,null,null]\"");
    gives("toarray(\"somefield\")", "null");
    gives("isobject(\"{cities: \\\"3\\\"}\")", "false");
    gives("spath(\"{\\\"a\\\": {\\\"b\\\": [1, 2]}}\", \"a\")", "\"{\\\"b\\\": [1, 2]}\"");
    gives("spath(\"{\\\"a\\\":null,\\\"b\\\":true}\", \"a\")", "\"null\"");
    gives("spath(\"not json\", \"a\")", "null");
    end();
}

/* Runs a kernel of one argument over a copy that ends where its memory ends. */
static sl_value run_one(sl_kernel *kernel, sl_text text)
{
    sl_value value = sl_string(sl_arena_copy(&arena, text)), out = sl_missing();
    sl_operand operand = {.values = &value, .stride = 0};
    sl_context context = {.zone = sl_zone_utc()};
    uint32_t row = 0;
    sl_call call = {.arena = &arena,
                    .context = &context,
                    .rows = &row,
                    .row_count = 1,
                    .args = &operand,
                    .arg_count = 1,
                    .out = &out};
    kernel(&call);
    return out;
}

TEST(deep_json_is_refused)
{
    begin();
    enum { DEPTH = 100000 };
    char *text = sl_arena_bytes(&arena, DEPTH);
    memset(text, '[', DEPTH);
    CHECK(!run_one(sl_fn_spl_json_valid, sl_text_make(text, DEPTH)).boolean);
    for (size_t i = 0; i < DEPTH; i += 5) memcpy(text + i, "{\"a\":", 5);
    CHECK(!run_one(sl_fn_spl_json_valid, sl_text_make(text, DEPTH)).boolean);
    end();
}

TEST(json_that_is_cut_off_is_refused)
{
    begin();
    sl_text whole = SL_TEXT("{\"a\":[1.5e3,\"x\\u00e9\\n\",true,null,{}],\"b\":{\"c\":-0}}");
    CHECK(run_one(sl_fn_spl_json_valid, whole).boolean);
    for (size_t length = 0; length < whole.length; length++) {
        sl_text cut = sl_text_make(whole.data, length);
        if (run_one(sl_fn_spl_json_valid, cut).boolean) TEST_FAIL("taken at %zu", length);
        CHECK(sl_is_missing(run_one(sl_fn_spl_json_keys, cut)));
    }
    end();
}

TEST(faulty_calls_are_said)
{
    begin();
    fails("lowr(\"a\")", SL_DIAG_FUNCTION);
    fails("lower()", SL_DIAG_ARITY);
    fails("lower(\"a\", \"b\")", SL_DIAG_ARITY);
    fails("case(1 = 1, \"a\", 2 = 2)", SL_DIAG_ARITY);
    fails("json_object(\"a\")", SL_DIAG_ARITY);
    fails("json_set(\"{}\", \"a\", 1, \"b\")", SL_DIAG_ARITY);
    fails("if(\"a\", 1, 2)", SL_DIAG_TYPE);
    fails("match(\"a\", \"(\")", SL_DIAG_REGEX);
    fails("abs(\"x\")", SL_DIAG_TYPE);
    fails("printf(\"%q\", 1)", SL_DIAG_TYPE);
    fails("printf(\"%99999d\", 1)", SL_DIAG_TYPE);
    fails("tostring(1, \"roman\")", SL_DIAG_TYPE);
    fails("lookup(\"t\", \"a\", \"b\")", SL_DIAG_TYPE);
    fails("sigfig()", SL_DIAG_ARITY);
    end();
}

TEST_MAIN(RUN(rows_are_sorted_and_whole) RUN(rows_are_found_without_case)
              RUN(examples_give_what_they_say) RUN(unknown_stays_unknown)
                  RUN(comparisons_of_numbers_and_texts) RUN(arithmetic) RUN(numbers) RUN(figures)
                      RUN(digests) RUN(texts) RUN(lists) RUN(conversions) RUN(addresses) RUN(times)
                          RUN(json) RUN(deep_json_is_refused) RUN(json_that_is_cut_off_is_refused)
                              RUN(faulty_calls_are_said))
