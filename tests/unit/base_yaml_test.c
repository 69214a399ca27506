/* base_yaml_test.c - the tree, its places, its limits, and what is refused. */
#include "base/yaml.h"

#include <stdlib.h>

#include "test.h"

static sl_diags diags;

static sl_yaml *parse(const char *text)
{
    sl_diags_init(&diags);
    sl_yaml *yaml = sl_yaml_parse(sl_text_from(text), &diags);
    CHECK((yaml == NULL) == (diags.error_count > 0));
    return yaml;
}

/* The text under a node's span. */
static sl_text under(const char *text, sl_span span)
{
    return sl_text_slice(sl_text_from(text), span.start, span.end);
}

TEST(yaml_builds_a_tree)
{
    const char *text = "name: cloudtrail\n"
                       "count: 08\n"
                       "list: [a, 'b c', \"d\\te\", ~]\n"
                       "block:\n"
                       "  - x: 1\n"
                       "    y:\n"
                       "  - two\n"
                       "text: |\n"
                       "  one\n"
                       "  two\n"
                       "fold: >-\n"
                       "  one\n"
                       "  two\n"
                       "\"quoted key\": ''\n";
    sl_yaml *yaml = parse(text);
    const sl_yaml_node *root = sl_yaml_root(yaml);
    CHECK_INT(SL_YAML_MAPPING, sl_yaml_kind_of(root));
    CHECK_INT(7, sl_yaml_count(root));
    CHECK_TEXT("cloudtrail", sl_yaml_text(sl_yaml_get(root, "name")));
    CHECK_TEXT("08", sl_yaml_text(sl_yaml_get(root, "count")));
    CHECK(!sl_yaml_is_quoted(sl_yaml_get(root, "count")));
    CHECK(sl_yaml_get(root, "absent") == NULL);

    const sl_yaml_node *list = sl_yaml_get(root, "list");
    CHECK_INT(SL_YAML_SEQUENCE, sl_yaml_kind_of(list));
    CHECK_INT(4, sl_yaml_count(list));
    CHECK_TEXT("b c", sl_yaml_text(sl_yaml_at(list, 1)));
    CHECK(sl_yaml_is_quoted(sl_yaml_at(list, 1)));
    CHECK_TEXT("d\te", sl_yaml_text(sl_yaml_at(list, 2)));
    CHECK(sl_yaml_is_null(sl_yaml_at(list, 3)));
    CHECK(sl_yaml_text(sl_yaml_at(list, 3)).data == NULL);
    CHECK(sl_yaml_get(list, "a") == NULL);

    const sl_yaml_node *block = sl_yaml_get(root, "block");
    CHECK_INT(2, sl_yaml_count(block));
    CHECK(sl_yaml_is_null(sl_yaml_get(sl_yaml_at(block, 0), "y")));
    CHECK_TEXT("one\ntwo\n", sl_yaml_text(sl_yaml_get(root, "text")));
    CHECK(sl_yaml_is_quoted(sl_yaml_get(root, "text")));
    CHECK_TEXT("one two", sl_yaml_text(sl_yaml_get(root, "fold")));
    const sl_yaml_node *empty = sl_yaml_get(root, "quoted key");
    CHECK(empty != NULL && !sl_yaml_is_null(empty) && sl_yaml_text(empty).data != NULL);
    CHECK_TEXT("quoted key", sl_yaml_key_at(root, 6));
    sl_yaml_free(yaml);
    sl_yaml_free(NULL);
}

TEST(yaml_reads_empty_blocks)
{
    static const char *const texts[] = {"a: |\n", "a: >-\n", "a: |", "a: |\nb: 1\n"};
    for (size_t i = 0; i < SL_COUNT(texts); i++) {
        sl_yaml *yaml = parse(texts[i]);
        const sl_yaml_node *block = sl_yaml_get(sl_yaml_root(yaml), "a");
        CHECK(block != NULL && sl_yaml_is_quoted(block));
        CHECK_INT(0, sl_yaml_text(block).length);
        sl_yaml_free(yaml);
    }
}

TEST(yaml_reads_doubled_quotes)
{
    static const char *const cases[][2] = {
        {"a: 'x='''' y'\n", "x='' y"},
        {"a: 'x='''' y  \n  z'\n", "x='' y z"},
        {"a: 'x''''''''\n\n\n  z '\n", "x''''\n\nz "},
        {"a: ''''''\n", "''"},
        {"a: 'x''a'' y\n  z'\n", "x'a' y z"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        sl_yaml *yaml = parse(cases[i][0]);
        CHECK_TEXT(cases[i][1], sl_yaml_text(sl_yaml_get(sl_yaml_root(yaml), "a")));
        sl_yaml_free(yaml);
    }
}

/* As PyYAML and libyaml, though YAML 1.2 (6.1, 7.3) wants such lines indented. */
TEST(yaml_takes_quoted_lines_without_indentation)
{
    sl_yaml *yaml = parse("a: 'one\n| two\n\n| three'\nb: \"x\ny\"\nc: [1,\n2]\n");
    const sl_yaml_node *root = sl_yaml_root(yaml);
    CHECK_TEXT("one | two\n| three", sl_yaml_text(sl_yaml_get(root, "a")));
    CHECK_TEXT("x y", sl_yaml_text(sl_yaml_get(root, "b")));
    CHECK_INT(2, sl_yaml_count(sl_yaml_get(root, "c")));
    sl_yaml_free(yaml);
}

TEST(yaml_knows_places)
{
    const char *text = "# \xC3\xA9\n"
                       "\xC3\xBC: \xE2\x82\xAC"
                       "uro\n"
                       "a: \"q\"\n"
                       "b:\n"
                       "  - x\n"
                       "  - yy\n"
                       "\n"
                       "'c': [1, 2]\n"
                       "d:\n";
    sl_yaml *yaml = parse(text);
    const sl_yaml_node *root = sl_yaml_root(yaml);
    CHECK_TEXT("\xC3\xBC", under(text, sl_yaml_key_span_at(root, 0)));
    CHECK_TEXT("\xE2\x82\xAC"
               "uro",
               under(text, sl_yaml_span(sl_yaml_at(root, 0))));
    CHECK_TEXT("\"q\"", under(text, sl_yaml_span(sl_yaml_at(root, 1))));
    const sl_yaml_node *list = sl_yaml_at(root, 2);
    CHECK(sl_text_ends(under(text, sl_yaml_span(list)), SL_TEXT("x\n  - yy")));
    CHECK_TEXT("yy", under(text, sl_yaml_span(sl_yaml_at(list, 1))));
    CHECK_TEXT("'c'", under(text, sl_yaml_key_span_at(root, 3)));
    CHECK_TEXT("[1, 2]", under(text, sl_yaml_span(sl_yaml_at(root, 3))));
    sl_yaml_free(yaml);
}

TEST(yaml_takes_an_empty_document)
{
    static const char *const texts[] = {"",           "\n",  "# only this\n", "---\n",
                                        "---\n...\n", "~\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < SL_COUNT(texts); i++) {
        sl_yaml *yaml = parse(texts[i]);
        if (yaml == NULL) {
            TEST_FAIL("text %zu: %s", i, diags.items[0].message);
            continue;
        }
        CHECK_INT(SL_YAML_MAPPING, sl_yaml_kind_of(sl_yaml_root(yaml)));
        CHECK_INT(0, sl_yaml_count(sl_yaml_root(yaml)));
        sl_yaml_free(yaml);
    }
    sl_diags_init(&diags);
    sl_yaml *yaml = sl_yaml_parse(sl_text_make(NULL, 0), &diags);
    CHECK(yaml != NULL);
    sl_yaml_free(yaml);
}

static void check_refused(const char *text, uint32_t line, uint32_t column, const char *part)
{
    sl_yaml *yaml = parse(text);
    if (yaml != NULL) {
        TEST_FAIL("taken: %s", text);
        sl_yaml_free(yaml);
        return;
    }
    sl_place place = sl_place_at(sl_text_from(text), diags.items[0].span.start);
    if (place.line != line || place.column != column)
        TEST_FAIL("%s: at %u:%u", text, place.line, place.column);
    if (strstr(diags.items[0].message, part) == NULL)
        TEST_FAIL("%s: '%s'", text, diags.items[0].message);
}

TEST(yaml_refuses_with_a_place)
{
    check_refused("a: 1\nb: 2\na: 3\n", 3, 1, "'a' is repeated");
    check_refused("a: {x: 1, 'x': 2}\n", 1, 11, "'x' is repeated");
    check_refused("a: [1, 2\nb: }\n", 2, 4, "flow mapping end");
    check_refused("a: \"x\n", 1, 5, "closing quote");
    check_refused("a: *none\n", 1, 4, "no anchor 'none'");
    check_refused("a: &x [1, *x]\n", 1, 11, "inside what it stands for");
    check_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
    check_refused("? [1, 2]\n: x\n", 1, 3, "a key must be a text");
    check_refused("~: x\n", 1, 1, "a key must be a text");
    check_refused("a: !include /etc/passwd\n", 1, 4, "tag");
    check_refused("a: \xFF\n", 1, 4, "not UTF-8");
    check_refused("a: b\nc: \x01\n", 2, 4, "control character");
    check_refused("a: b\n\tc: d\n", 1, 4, "");
    sl_diags_init(&diags);
    CHECK(sl_yaml_parse(SL_TEXT("a: b\0c\n"), &diags) == NULL);
    CHECK_INT(4, diags.items[0].span.start);
}

TEST(yaml_keeps_texts_of_a_tag)
{
    sl_yaml *yaml = parse("a: !!str 12\nb: !!str\n");
    CHECK_TEXT("12", sl_yaml_text(sl_yaml_get(sl_yaml_root(yaml), "a")));
    CHECK(sl_yaml_is_quoted(sl_yaml_get(sl_yaml_root(yaml), "a")));
    CHECK(!sl_yaml_is_null(sl_yaml_get(sl_yaml_root(yaml), "b")));
    sl_yaml_free(yaml);
}

TEST(yaml_follows_aliases)
{
    const char *text = "a: &one {k: v}\nb: *one\nc: &t text\n*t : *t\n";
    sl_yaml *yaml = parse(text);
    const sl_yaml_node *root = sl_yaml_root(yaml);
    CHECK_TEXT("v", sl_yaml_text(sl_yaml_get(sl_yaml_get(root, "b"), "k")));
    CHECK_TEXT("*one", under(text, sl_yaml_span(sl_yaml_get(root, "b"))));
    CHECK_TEXT("text", sl_yaml_text(sl_yaml_get(root, "text")));
    sl_yaml_free(yaml);
}

TEST(yaml_limits_aliases)
{
    /* Each list holds the one before nine times. */
    sl_buffer text;
    sl_buffer_init(&text);
    sl_buffer_add_string(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
        sl_buffer_printf(&text, "a%d: &a%d [", i, i);
        for (int n = 0; n < 9; n++) sl_buffer_printf(&text, "*a%d,", i - 1);
        sl_buffer_add_string(&text, "]\n");
    }
    /* 9 + 90 + 819 so far; the first *a3 of the next line makes 1,738. */
    check_refused(text.data, 5, 14, "more than 1000 aliases");
    CHECK_INT(SL_DIAG_LIMIT, diags.items[0].code);
    sl_buffer_clear(&text);
    sl_buffer_add_string(&text, "a: &a x\nb:\n");
    for (int i = 0; i < 1000; i++) sl_buffer_add_string(&text, "- *a\n");
    sl_yaml *yaml = parse(text.data);
    CHECK(yaml != NULL);
    sl_yaml_free(yaml);
    sl_buffer_add_string(&text, "- *a\n");
    check_refused(text.data, 1003, 3, "more than 1000 aliases");
    sl_buffer_fini(&text);
}

static void add_nested(sl_buffer *text, int depth)
{
    for (int i = 0; i < depth; i++) sl_buffer_add_byte(text, '[');
    for (int i = 0; i < depth; i++) sl_buffer_add_byte(text, ']');
}

TEST(yaml_limits_depth)
{
    sl_buffer text;
    sl_buffer_init(&text);
    add_nested(&text, 64);
    sl_yaml *yaml = parse(text.data);
    CHECK(yaml != NULL);
    sl_yaml_free(yaml);
    sl_buffer_clear(&text);
    add_nested(&text, 65);
    check_refused(text.data, 1, 65, "deep");
    sl_buffer_clear(&text);
    add_nested(&text, 200000);
    check_refused(text.data, 1, 65, "deep");

    /* Deep by an alias. */
    sl_buffer_clear(&text);
    sl_buffer_add_string(&text, "a: &a ");
    add_nested(&text, 40);
    sl_buffer_add_string(&text, "\nb: ");
    for (int i = 0; i < 30; i++) sl_buffer_add_byte(&text, '[');
    sl_buffer_add_string(&text, "*a");
    check_refused(text.data, 2, 34, "deep");
    sl_buffer_fini(&text);
}

TEST(yaml_finds_a_repeated_key_among_many)
{
    sl_buffer text;
    sl_buffer_init(&text);
    for (int i = 0; i < 20000; i++) sl_buffer_printf(&text, "k%d: v\n", i);
    sl_yaml *yaml = parse(text.data);
    CHECK(yaml != NULL && sl_yaml_count(sl_yaml_root(yaml)) == 20000);
    sl_yaml_free(yaml);
    sl_buffer_add_string(&text, "k77: v\n");
    check_refused(text.data, 20001, 1, "'k77' is repeated");
    sl_buffer_fini(&text);
}

TEST(yaml_survives_broken_text)
{
    static const char base[] = "a: &x [1, {b: 'c', \"d\": *x}]\n"
                               "e: |\n  f\n- g\n? h\n: !!str i # j\n%k\n";
    uint64_t state = 7;
    char text[sizeof base];
    for (int round = 0; round < 2000; round++) {
        memcpy(text, base, sizeof base);
        for (int i = 0; i < 4; i++) {
            state = sl_hash_mix(state + 1, UINT64_C(0x9E3779B97F4A7C15));
            text[state % (sizeof base - 1)] = "[]{}:,-?*&!|>'\"%@ \n#~a\xC3\0"[state >> 32 & 23];
        }
        size_t length = (state >> 16) % sizeof base;
        sl_diags_init(&diags);
        sl_yaml *yaml = sl_yaml_parse(sl_text_make(text, length), &diags);
        CHECK((yaml == NULL) == (diags.error_count > 0));
        for (uint32_t i = 0; i < diags.count; i++) CHECK(diags.items[i].span.end <= length);
        sl_yaml_free(yaml);
    }
}

TEST_MAIN(RUN(yaml_builds_a_tree) RUN(yaml_reads_empty_blocks) RUN(yaml_reads_doubled_quotes)
              RUN(yaml_takes_quoted_lines_without_indentation) RUN(yaml_knows_places)
                  RUN(yaml_takes_an_empty_document) RUN(yaml_refuses_with_a_place)
                      RUN(yaml_keeps_texts_of_a_tag) RUN(yaml_follows_aliases)
                          RUN(yaml_limits_aliases) RUN(yaml_limits_depth)
                              RUN(yaml_finds_a_repeated_key_among_many)
                                  RUN(yaml_survives_broken_text))
