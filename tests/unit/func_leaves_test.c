/* func_leaves_test.c - texts taken apart into names and values, hostile ones too. */
#include "test.h"

#include <stdlib.h>

#include "func/leaves.h"

typedef enum text_form { JSON, JSON_TOP, XML, PAIRS } text_form;

static bool take(text_form form, sl_text text, sl_leaves *leaves)
{
    switch (form) {
    case JSON: return sl_leaves_json(leaves, text);
    case JSON_TOP: return sl_leaves_json_top(leaves, text);
    case XML: return sl_leaves_xml(leaves, text);
    case PAIRS: return sl_leaves_pairs(leaves, text, SL_TEXT(" ,;"), SL_TEXT("="));
    }
    return false;
}

/* The leaves as name=value, with a semicolon behind each. */
static void gives(text_form form, const char *text, const char *wanted)
{
    sl_arena arena;
    sl_buffer out;
    sl_arena_init(&arena, 0);
    sl_buffer_init(&out);
    sl_leaves leaves = {.arena = &arena};
    CHECK(take(form, sl_arena_copy(&arena, sl_text_from(text)), &leaves));
    for (uint32_t i = 0; i < leaves.count; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_text value = sl_value_text(leaves.items[i].value, scratch);
        sl_buffer_printf(&out, "%.*s=%.*s;", SL_TEXT_ARG(leaves.items[i].name), SL_TEXT_ARG(value));
    }
    sl_buffer_add_byte(&out, '\0');
    if (out.failed || strcmp(out.data, wanted) != 0)
        TEST_FAIL("%s: expected %s, got %s", text, wanted, out.failed ? "nothing" : out.data);
    sl_buffer_fini(&out);
    sl_arena_fini(&arena);
}

TEST(json_leaves_are_named_by_their_paths)
{
    gives(JSON, "{\"a\":{\"b\":1.10,\"c\":[\"x\",[2]]},\"t\":true,\"f\":false,\"n\":null}",
          "a.b=1.10;a.c{}=x;a.c{}{}=2;t=true;f=false;n=null;");
    gives(JSON, "[{\"k\":\"v\"},{\"k\":\"w\"}]", "{}.k=v;{}.k=w;");
    gives(JSON, "{\"a\\u0041\":\"\\n\",\"e\":{},\"l\":[]}", "aA=\n;");
    gives(JSON, "5", "");
    gives(JSON, "{\"a\":", "");
    gives(JSON, "", "");
}

TEST(json_members_keep_what_is_nested)
{
    gives(JSON_TOP, "{\"a\":{\"b\":1},\"l\":[1,{\"c\":2}],\"s\":\"x\"}",
          "a={\"b\":1};l=1;l={\"c\":2};s=x;");
    gives(JSON_TOP, "[1]", "");
}

TEST(xml_elements_with_text_alone)
{
    gives(XML, "<E a=\"1\"><User>ann &amp; bob</User><Id n='2'>7</Id><X/><Y></Y></E>",
          "User=ann & bob;Id=7;Y=;");
    gives(XML, "<a><b>1</b>", "b=1;");
    gives(XML, "<a>1</ab>", "");
    gives(XML, "<a", "");
    gives(XML, "a < b > c <", "");
    gives(XML, "<a>1</a", "");
    gives(XML, "<>x</>", "");
    gives(XML, "&lt;", "");
}

TEST(pairs_with_and_without_quotes)
{
    gives(PAIRS, "user=ann; act=\"log in, out\", n=5 rest", "user=ann;act=log in, out;n=5;");
    gives(PAIRS, "a=1=2 b=", "a=1=2;");
    gives(PAIRS, "=x ==y", "");
    gives(PAIRS, "a-b=1", "a_b=1;");
    gives(PAIRS, "a=\"never closed", "a=\"never;");
    gives(PAIRS, "", "");
}

/* Many leaves are cut, depth is refused: nothing grows without bound. */
TEST(hostile_texts_end)
{
    sl_arena arena;
    sl_buffer text;
    sl_arena_init(&arena, 0);
    sl_buffer_init(&text);
    for (int i = 0; i < 20000; i++) sl_buffer_printf(&text, "<a%d>x</a%d>k%d=v ", i, i, i);
    sl_leaves leaves = {.arena = &arena};
    CHECK(sl_leaves_xml(&leaves, sl_buffer_text(&text)));
    CHECK_INT(SL_LEAVES_MAX, leaves.count);
    leaves = (sl_leaves){.arena = &arena};
    CHECK(sl_leaves_pairs(&leaves, sl_buffer_text(&text), SL_TEXT(" "), SL_TEXT("=")));
    CHECK_INT(SL_LEAVES_MAX, leaves.count);
    sl_buffer_clear(&text);
    for (int i = 0; i < 100000; i++) sl_buffer_add_string(&text, "{\"a\":");
    leaves = (sl_leaves){.arena = &arena};
    CHECK(sl_leaves_json(&leaves, sl_buffer_text(&text)));
    CHECK_INT(0, leaves.count);
    sl_buffer_fini(&text);
    sl_arena_fini(&arena);
}

TEST(memory_may_end)
{
    sl_arena arena;
    sl_arena_init(&arena, 256);
    sl_leaves leaves = {.arena = &arena};
    bool ok = true;
    for (int i = 0; i < 100 && ok; i++)
        ok = sl_leaves_pairs(&leaves, SL_TEXT("a=1 b=2 c=3"), SL_TEXT(" "), SL_TEXT("="));
    CHECK(!ok);
    sl_arena_fini(&arena);
}

TEST_MAIN(RUN(json_leaves_are_named_by_their_paths) RUN(json_members_keep_what_is_nested)
              RUN(xml_elements_with_text_alone) RUN(pairs_with_and_without_quotes)
                  RUN(hostile_texts_end) RUN(memory_may_end))
