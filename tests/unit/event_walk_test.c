/* event_walk_test.c - what is found where, under three readings, and what a hostile record does. */
#include "event/walk.h"

#include "test.h"

#include "event_support.h"

enum { COLUMNS_MAX = 16 };

static sl_arena arena;
static sl_walk *walk;

static void print_value(sl_buffer *out, sl_value v)
{
    static const char *kinds[] = {"missing", "null",   "bool",   "number", "integer",
                                  "real",    "moment", "string", "list",   "json"};
    char scratch[SL_VALUE_TEXT_MAX];
    if (v.kind != SL_LIST) {
        sl_buffer_add_string(out, kinds[v.kind]);
        if (v.kind == SL_MISSING || v.kind == SL_NULL) return;
        sl_buffer_add_byte(out, ':');
        sl_buffer_add(out, sl_value_text(v, scratch));
        return;
    }
    sl_buffer_add_byte(out, '(');
    for (uint32_t i = 0; i < v.length; i++) {
        if (i > 0) sl_buffer_add_byte(out, ' ');
        print_value(out, v.items[i]);
    }
    sl_buffer_add_byte(out, ')');
}

static void on_leaf(void *context, sl_reading reading, sl_text name, sl_value value)
{
    static const char marks[] = "rsc";
    sl_buffer *out = context;
    sl_buffer_printf(out, "%c %.*s=", marks[reading], SL_TEXT_ARG(name));
    print_value(out, value);
    sl_buffer_add_byte(out, '\n');
}

/* Demands the paths in `wanted`, parted by blanks, each behind r:, s: or c: for its reading; "*r",
 * "*s" and "*c" open the demand. Prints what comes, one a line, and the flags. */
static void find(sl_text record, const char *wanted, sl_buffer *out)
{
    static const sl_reading readings[] = {
        ['r'] = SL_READ_RAW, ['s'] = SL_READ_SPL, ['c'] = SL_READ_CQL};
    sl_demand demand;
    sl_value values[COLUMNS_MAX] = {0}, *columns[COLUMNS_MAX];
    sl_demand_init(&demand, &arena);
    for (const char *at = wanted; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (*at == '*') {
            demand.open[readings[(unsigned char)at[1]]] = true;
        } else {
            sl_path path;
            CHECK(sl_path_parse(sl_text_make(at + 2, length - 2), &arena, &path));
            columns[demand.count] = &values[demand.count];
            CHECK(sl_demand_add(&demand, path, readings[(unsigned char)*at]) < COLUMNS_MAX);
        }
        at += length + (at[length] == ' ');
    }
    CHECK_INT(SL_OK, sl_demand_seal(&demand));
    char *padded = test_padded(record);
    sl_walk_into into = {&demand, columns, 0, &arena};
    uint32_t flags = sl_walk_record(walk, sl_text_make(padded, record.length), &into, on_leaf, out);
    for (uint32_t i = 0; i < demand.count; i++) {
        if (i > 0) sl_buffer_add_byte(out, ' ');
        print_value(out, values[i]);
    }
    if (flags & SL_WALK_DUPLICATE_KEY) sl_buffer_add_string(out, " +twice");
    if (flags & SL_WALK_UTF8) sl_buffer_add_string(out, " +utf8");
    if (flags & SL_WALK_BROKEN) sl_buffer_add_string(out, " +broken");
    if (flags & SL_WALK_DEEP) sl_buffer_add_string(out, " +deep");
    free(padded);
}

static void expect_find(sl_text record, const char *wanted, const char *expected)
{
    sl_buffer out;
    sl_buffer_init(&out);
    find(record, wanted, &out);
    if (!sl_text_equal(sl_buffer_text(&out), sl_text_from(expected)))
        TEST_FAIL("%.*s\nwanted %s\nexpected %s\ngot      %s", SL_TEXT_ARG(record), wanted,
                  expected, out.data);
    sl_buffer_fini(&out);
}

#define EXPECT(record, wanted, expected) expect_find(SL_TEXT(record), wanted, expected)

TEST(scalars)
{
    EXPECT("{\"a\":\"x\",\"b\":012,\"c\":1}", "r:a", "string:x");
    EXPECT(" { \"a\" : \"x\" , \"b\" : -1.50e3 , \"c\" : true , \"d\" : null , \"e\" : false } ",
           "r:a r:b r:c r:d r:e r:f", "string:x number:-1.50e3 bool:true null bool:false missing");
    EXPECT("{\"id\":012345}", "r:id", "missing +broken");
    EXPECT("{\"id\":123456789012345678901234567890}", "r:id",
           "number:123456789012345678901234567890");
    EXPECT("{}", "r:a", "missing");
    EXPECT("{\"\":1,\"a\":{\"\":2}}", "r:\"\" r:a.\"\"", "number:1 number:2");
    EXPECT("{\"a\":\"\"}", "r:a", "string:");
}

TEST(readings)
{
    EXPECT("{\"a\":null,\"b\":true,\"c\":{\"d\":[1]},\"e\":[],\"n\":1.10}",
           "r:a s:a c:a r:b s:b c:b r:c s:c c:c r:e r:n s:n c:n",
           "null string:null missing bool:true string:true string:true json:{\"d\":[1]} missing "
           "missing json:[] number:1.10 number:1.10 number:1.10");
}

TEST(nesting)
{
    EXPECT("{\"a\":{\"b\":{\"c\":1},\"x\":2},\"b\":{\"c\":3}}", "r:a.b.c r:a.b r:b.c r:a",
           "number:1 json:{\"c\":1} number:3 json:{\"b\":{\"c\":1},\"x\":2}");
    EXPECT("{\"a\":1}", "r:a.b r:a", "missing number:1");
    EXPECT("{\"a\":[{\"b\":1}]}", "r:a.b", "missing");
    EXPECT("{\"a\":1}", "r:", "json:{\"a\":1}");
    EXPECT("{\"a\":1}", "r: r:a", "json:{\"a\":1} number:1");
}

TEST(elements)
{
    EXPECT("{\"a\":[{\"b\":1},{\"c\":5},{\"b\":2},[{\"b\":9}],3,{\"b\":null}]}",
           "s:a[].b r:a[0].b r:a[2].b r:a[5].b r:a[7].b r:a[].c r:a[] c:a[].b",
           "(number:1 number:2 string:null) number:1 number:2 null missing number:5 "
           "(json:{\"b\":1} json:{\"c\":5} json:{\"b\":2} json:[{\"b\":9}] number:3 "
           "json:{\"b\":null}) (number:1 number:2)");
    EXPECT("{\"a\":[[1,2],[3],[]]}", "s:a[][] r:a[1][0] r:a[][0]",
           "(number:1 number:2 number:3) number:3 (number:1 number:3)");
    EXPECT("{\"a\":[\"x\"]}", "s:a[] s:a r:a", "string:x missing json:[\"x\"]");
    EXPECT("{\"a\":[1,2,3,4,5,6,7,8,9]}", "s:a[] r:a[8]",
           "(number:1 number:2 number:3 number:4 number:5 number:6 number:7 number:8 number:9) "
           "number:9");
    EXPECT("{\"a\":[{\"b\":{\"c\":1,\"d\":2}},{\"b\":{\"d\":3,\"c\":4}}],\"z\":5}",
           "s:a[].b.c s:a[].b.d s:z", "(number:1 number:4) (number:2 number:3) number:5");
}

TEST(first_of_repeated_keys)
{
    EXPECT("{\"a\":1,\"a\":2,\"b\":3}", "r:a r:b", "number:1 number:3 +twice");
    EXPECT("{\"a\":{\"x\":1},\"a\":{\"x\":2,\"y\":3},\"b\":1}", "r:a.x r:a.y r:b",
           "number:1 missing number:1 +twice");
    EXPECT("{\"a\":null,\"a\":{\"x\":2},\"b\":1}", "r:a.x r:b", "missing number:1 +twice");
    EXPECT("{\"a\":[{\"b\":1,\"b\":2},{\"b\":3}],\"c\":0}", "r:a[].b r:a[].z r:c",
           "(number:1 number:3) missing number:0 +twice");
    EXPECT("{\"\\u0061\":1,\"a\":2,\"b\":3}", "r:a r:b", "number:1 number:3 +twice");
    /* Nothing is missing any more behind the first: the repetition is not looked for. */
    EXPECT("{\"a\":1,\"a\":2", "r:a", "number:1");
}

TEST(keys_with_escapes)
{
    EXPECT("{\"\\u0065vent\\u004eame\":1,\"a\\\"b\":2,\"c\\/d\":3}",
           "r:eventName r:\"a\\\"b\" r:c/d", "number:1 number:2 number:3");
    EXPECT("{\"eventNam\\u0065x\":1,\"eventName\\\\\":2}", "r:eventName", "missing");
}

TEST(keys_with_dots)
{
    EXPECT("{\"a.b\":1}", "r:a.b r:\"a.b\"", "number:1 number:1");
    EXPECT("{\"a\":{\"b\":1}}", "r:a.b r:\"a.b\"", "number:1 number:1");
    EXPECT("{\"claims\":{\"http://x.y/z\":1,\"aud\":2}}",
           "s:claims.\"http://x.y/z\" s:claims.http://x.y/z s:claims.aud",
           "number:1 number:1 number:2");
    EXPECT("{\"a.b\":{\"c.d\":1},\"a\":{\"b\":{\"c\":2},\"x\":3}}", "r:a.b.c.d r:a.x",
           "number:1 number:3 +twice");
    EXPECT("{\"a\":{\"x\":1},\"a.b\":2,\"c\":3}", "r:a.b r:c", "missing number:3 +twice");
    EXPECT("{\"a.b\":1,\"a\":{\"b\":2,\"c\":3}}", "r:a.b r:a.c", "number:1 number:3 +twice");
    EXPECT("{\"a\\u002eb\":1}", "r:a.b", "number:1");
    EXPECT("{\"a..b\":1,\".\":2,\"c.\":3}", "r:a.\"\".b r:\".\" r:c.\"\"",
           "number:1 number:2 number:3");
    EXPECT("{\"a.b\":[{\"c.d\":1},{\"c\":{\"d\":2}}]}", "s:a.b[].c.d", "(number:1 number:2)");
}

/* What is found for one path does not depend on what else is wanted. */
TEST(independent_of_other_demands)
{
    static const char record[] =
        "{\"a.b\":1,\"x\":{\"y\":[{\"k\":1,\"k\":2},{\"k\":3}]},\"a\":{\"b\":2,\"c\":{\"d\":4}},"
        "\"a.c\":5,\"x.y\":6,\"e\":7,\"a\":{\"z\":8},\"e\":9}";
    static const char *paths[] = {"r:a.b", "r:a.c",     "r:a.c.d",    "r:a.z",
                                  "r:x.y", "s:x.y[].k", "r:x.y[1].k", "r:x.y[0]",
                                  "r:e",   "s:a",       "r:a",        "r:none"};
    char all[256] = "";
    sl_buffer one, together;
    sl_buffer_init(&one);
    sl_buffer_init(&together);
    for (size_t i = 0; i < SL_COUNT(paths); i++) {
        if (i > 0) sl_buffer_add_byte(&one, ' ');
        find(SL_TEXT(record), paths[i], &one);
        sl_text text = sl_buffer_text(&one);
        if (sl_text_ends(text, SL_TEXT(" +twice"))) one.length -= 7;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i > 0 ? " " : "", paths[i]);
    }
    sl_buffer_add_string(&one, " +twice");
    find(SL_TEXT(record), all, &together);
    if (!sl_text_equal(sl_buffer_text(&one), sl_buffer_text(&together)))
        TEST_FAIL("alone\n%.*s\ntogether\n%s", SL_TEXT_ARG(sl_buffer_text(&one)), together.data);
    sl_buffer_fini(&one);
    sl_buffer_fini(&together);
}

TEST(escapes_in_text)
{
    EXPECT("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"}", "r:a",
           "string:\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    EXPECT("{\"a\":\"\\ud83d\",\"b\":\"\\ude00x\",\"c\":\"\\ud83d\\ud83d\\ude00\","
           "\"d\":\"\\ud83d\\n\"}",
           "r:a r:b r:c r:d",
           "string:\xEF\xBF\xBD string:\xEF\xBF\xBDx string:\xEF\xBF\xBD\xF0\x9F\x98\x80 "
           "string:\xEF\xBF\xBD\n");
    EXPECT("{\"a\":\"\\x41\\u12\",\"b\":1}", "r:a r:b", "string:\\x41\\u12 number:1 +broken");
}

TEST(invalid_utf8)
{
    EXPECT("{\"a\":\"x\xFFy\",\"b\":\"\xC3\xA9\",\"c\":\"\xFF\"}", "r:a r:b",
           "string:x\xEF\xBF\xBDy string:\xC3\xA9 +utf8");
    EXPECT("{\"a\":\"\\n\xED\xA0\x80\"}", "r:a",
           "string:\n\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD +utf8");
    EXPECT("{\"k\xFF\":1}", "*s", "s k\xEF\xBF\xBD=number:1\n +utf8");
}

TEST(broken_records)
{
    EXPECT("{\"a\":1,\"b\":tru,\"c\":2}", "r:a r:b r:c", "number:1 missing missing +broken");
    EXPECT("{\"a\":1,,\"b\":2}", "r:a r:b", "number:1 missing +broken");
    EXPECT("{\"a\":1 \"b\":2}", "r:a r:b", "number:1 missing +broken");
    EXPECT("{\"a\":1,}", "r:a r:b", "number:1 missing +broken");
    EXPECT("{\"a\"", "r:a", "missing +broken");
    EXPECT("{\"a\":[1,2", "s:a[] r:a", "number:1 missing +broken");
    EXPECT("{\"a\":[1 2]}", "s:a[] s:b", "number:1 missing +broken");
    EXPECT("{\"a\":[1,]}", "s:a[] s:b", "number:1 missing +broken");
    EXPECT("{\"a\":{\"b\":1}", "r:a r:c", "json:{\"b\":1} missing +broken");
    EXPECT("{\"a\":\"x", "r:a", "missing +broken");
    EXPECT("{\"a\":\"x\ny\"}", "r:a", "missing +broken");
    EXPECT("[1]", "r:a", "missing +broken");
    EXPECT("", "r:a", "missing +broken");
    EXPECT("{a:1}", "r:a", "missing +broken");
    EXPECT("{\"s\":{\"x\":]},\"a\":1}", "r:a", "missing +broken");
}

TEST(open_walk)
{
    static const char record[] =
        "{\"a\":{\"b\":[{\"c\":1},{\"c\":null,\"d\":[true]}],\"e\":{},\"f\":[]},\"g.h\":\"x\","
        "\"g.h\":\"y\"}";
    EXPECT(record, "*s",
           "s a.b{}.c=number:1\ns a.b{}.c=string:null\ns a.b{}.d{}=string:true\n"
           "s g.h=string:x\n +twice");
    EXPECT(record, "*c",
           "c a.b[0].c=number:1\nc a.b[1].d[0]=string:true\n"
           "c g.h=string:x\n +twice");
    EXPECT(record, "*r",
           "r a.b[].c=number:1\nr a.b[].c=null\nr a.b[].d[]=bool:true\n"
           "r g.h=string:x\n +twice");
    /* What an entry asks for under the same name and reading is not given twice. */
    EXPECT("{\"a\":[{\"b\":1},{\"b\":2}],\"c\":3}", "*s s:a[].b r:c r:a[1].b",
           "s c=number:3\n(number:1 number:2) number:3 number:2");
    EXPECT("{\"a\":[{\"b\":1},{\"b\":2}]}", "*c c:a[1].b c:a[].b",
           "c a[0].b=number:1\nnumber:2 (number:1 number:2)");
    EXPECT("{\"a\":1,\"b\":{\"c\":true}}", "*s *c",
           "s a=number:1\nc a=number:1\n"
           "s b.c=string:true\nc b.c=string:true\n");
    EXPECT("{\"\":{\"x\":1}}", "*s", "s .x=number:1\n");
    /* Keys that look like elements. */
    EXPECT("{\"a{}\":{\"b\":1},\"a[0]\":2,\"a\":[{\"b\":3},{\"b\":4}],\"[\\\"{\":5}", "*s s:a[].b",
           "s \"a{}\".b=number:1\ns a[0]=number:2\ns \"[\\\"{\"=number:5\n(number:3 number:4)");
    EXPECT("{\"a{}\":{\"b\":1},\"a[0]\":2,\"a\":[3]}", "*c c:a[0]",
           "c a{}.b=number:1\nc \"a[0]\"=number:2\nnumber:3");
}

/* The same rule for keys that nobody asks for: whoever asks for one more must not change the
 * rest. */
TEST(open_walk_takes_the_first_of_repeated_keys)
{
    static const char *const asked[][2] = {
        {"*s", " +twice"},
        {"*s s:z", "missing +twice"},
        {"*s s:a.z", "missing +twice"},
        {"*s s:z.z s:a[].z s:e[].z", "missing missing missing +twice"},
    };
    static const struct {
        const char *record, *found;
    } cases[] = {
        {"{\"a\":1,\"a\":2}", "s a=number:1\n"},
        {"{\"\":1,\"\":[2]}", "s =number:1\n"},
        {"{\"a\":{\"b\":1},\"a\":{\"c\":2}}", "s a.b=number:1\n"},
        {"{\"a\":{\"b\":1,\"b\":2}}", "s a.b=number:1\n"},
        {"{\"\\u0061\":1,\"b\":2,\"a\":3}", "s a=number:1\ns b=number:2\n"},
        {"{\"a.b\":1,\"a\":{\"b\":2,\"c\":3}}", "s a.b=number:1\ns a.c=number:3\n"},
        {"{\"a\":{\"c\":1},\"a.b\":2}", "s a.c=number:1\n"},
        {"{\"e\":[{\"x\":1,\"x\":2},{\"x\":3}],\"e\":[{\"x\":4}]}",
         "s e{}.x=number:1\ns e{}.x=number:3\n"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++)
        for (size_t a = 0; a < SL_COUNT(asked); a++) {
            sl_buffer out;
            sl_buffer_init(&out);
            sl_buffer_printf(&out, "%s%s", cases[i].found, asked[a][1]);
            expect_find(sl_text_from(cases[i].record), asked[a][0], out.data);
            sl_buffer_fini(&out);
        }
}

static void repeat(sl_buffer *out, const char *piece, size_t count)
{
    for (size_t i = 0; i < count; i++) sl_buffer_add_string(out, piece);
}

TEST(names_are_limited)
{
    sl_buffer record, out;
    sl_buffer_init(&record);
    sl_buffer_init(&out);
    sl_buffer_add_string(&record, "{\"");
    repeat(&record, "\xC3\xA9", 1000);
    sl_buffer_add_string(&record, "\":{\"x\":[1]}}");
    find(sl_buffer_text(&record), "*s *c", &out);
    CHECK_INT(2 * (strlen("s ") + SL_WALK_NAME_MAX + strlen("=number:1\n")), out.length);
    sl_buffer_fini(&record);
    sl_buffer_fini(&out);
}

TEST(depth)
{
    sl_buffer record;
    sl_buffer_init(&record);
    sl_buffer_add_string(&record, "{\"a\":1,\"b\":");
    repeat(&record, "[", 200000);
    repeat(&record, "]", 200000);
    sl_buffer_add_string(&record, ",\"c\":2}");
    expect_find(sl_buffer_text(&record), "r:a r:c", "number:1 missing +broken +deep");
    expect_find(sl_buffer_text(&record), "*s", "s a=number:1\n +broken +deep");
    sl_buffer_clear(&record);
    sl_buffer_add_string(&record, "{\"b\":");
    repeat(&record, "[", 511);
    repeat(&record, "]", 511);
    sl_buffer_add_string(&record, ",\"c\":2}");
    expect_find(sl_buffer_text(&record), "r:c", "number:2");
    expect_find(sl_buffer_text(&record), "*s", "s c=number:2\n");
    sl_buffer_fini(&record);
}

/* A hundred thousand keys, wanted ones among them and over again: time stays linear. */
TEST(many_keys)
{
    sl_buffer record;
    sl_buffer_init(&record);
    sl_buffer_add_string(&record, "{\"a\":0");
    for (int i = 0; i < 100000; i++) sl_buffer_printf(&record, ",\"k%d\":%d,\"a\":{\"b\":1}", i, i);
    sl_buffer_add_string(&record, "}");
    expect_find(sl_buffer_text(&record), "r:a r:a.b r:k99999 r:none",
                "number:0 missing number:99999 missing +twice");
    sl_buffer_fini(&record);
}

TEST(many_children)
{
    sl_demand demand;
    sl_value values[1000] = {0}, *columns[1000];
    sl_buffer record;
    sl_buffer_init(&record);
    sl_demand_init(&demand, &arena);
    sl_buffer_add_string(&record, "{\"x\":{\"y\":0");
    for (int i = 0; i < 1000; i++) {
        sl_path path;
        CHECK(sl_path_parse(sl_arena_printf(&arena, "x.key_number_%d", i), &arena, &path));
        CHECK_INT(i, sl_demand_add(&demand, path, SL_READ_RAW));
        CHECK_INT(i, sl_demand_add(&demand, path, SL_READ_RAW));
        columns[i] = &values[i];
        sl_buffer_printf(&record, ",\"key_number_%d\":%d", 999 - i, i);
    }
    sl_buffer_add_string(&record, "}}");
    CHECK_INT(SL_OK, sl_demand_seal(&demand));
    char *padded = test_padded(sl_buffer_text(&record));
    sl_walk_into into = {&demand, columns, 0, &arena};
    CHECK_INT(0, sl_walk_record(walk, sl_text_make(padded, record.length), &into, NULL, NULL));
    for (int i = 0; i < 1000; i++) {
        int64_t number = -1;
        CHECK(sl_value_integer(values[i], &number));
        CHECK_INT(999 - i, number);
    }
    free(padded);
    sl_buffer_fini(&record);
}

TEST(memory_ends)
{
    sl_arena small;
    sl_arena_init(&small, 64);
    sl_demand demand;
    sl_demand_init(&demand, &arena);
    sl_path path;
    sl_value value = sl_missing(), *column = &value;
    CHECK(sl_path_parse(SL_TEXT("a[]"), &arena, &path));
    sl_demand_add(&demand, path, SL_READ_SPL);
    CHECK_INT(SL_OK, sl_demand_seal(&demand));
    sl_buffer record;
    sl_buffer_init(&record);
    sl_buffer_add_string(&record, "{\"a\":[0");
    repeat(&record, ",1", 10000);
    sl_buffer_add_string(&record, "]}");
    char *padded = test_padded(sl_buffer_text(&record));
    sl_walk_into into = {&demand, &column, 0, &small};
    sl_walk_record(walk, sl_text_make(padded, record.length), &into, NULL, NULL);
    CHECK(small.failed);
    free(padded);
    sl_buffer_fini(&record);
    sl_arena_fini(&small);
}

/* The first broken byte anywhere is never read past: every beginning of a record is walked. */
TEST(every_beginning)
{
    static const char text[] =
        "{\"a\":{\"b\":[1,{\"c\":\"\\u00e9\"},null,tr\\ue],\"d.e\":-1.5E+3},\"f\":\"\xC3\xA9\","
        "\"g\":[[]]}";
    sl_buffer out;
    sl_buffer_init(&out);
    for (size_t i = 0; i < sizeof text; i++) {
        sl_buffer_clear(&out);
        find(sl_text_make(text, i), "r:a r:a.b[] s:a.d.e c:f r:g[0] r:h *s *c *r", &out);
        CHECK(sl_text_ends(sl_buffer_text(&out), SL_TEXT("+broken")));
    }
    sl_buffer_fini(&out);
}

TEST_MAIN(sl_arena_init(&arena, 0); walk = sl_walk_new();
          RUN(scalars) RUN(readings) RUN(nesting) RUN(elements) RUN(first_of_repeated_keys)
              RUN(keys_with_escapes) RUN(keys_with_dots) RUN(independent_of_other_demands)
                  RUN(escapes_in_text) RUN(invalid_utf8) RUN(broken_records) RUN(open_walk)
                      RUN(open_walk_takes_the_first_of_repeated_keys) RUN(names_are_limited)
                          RUN(depth) RUN(many_keys) RUN(many_children) RUN(memory_ends)
                              RUN(every_beginning) sl_walk_free(walk);
          sl_arena_fini(&arena);)
