/* base_yaml_map_test.c - each word of a scalar is found where it was written, however it was. */
#include "base/yaml.h"

#include "test.h"

/* The bytes of the file under `word`, the last of its kind in the scalar `a`. */
static sl_text find(const char *file, const char *word)
{
    static sl_arena arena;
    static sl_diags diags;
    sl_arena_fini(&arena);
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_diags_init(&diags);
    sl_yaml *yaml = sl_yaml_parse(sl_text_from(file), &diags);
    CHECK(yaml != NULL);
    const sl_yaml_node *node = sl_yaml_get(sl_yaml_root(yaml), "a");
    sl_text_map map;
    CHECK(sl_yaml_map(node, sl_text_from(file), &arena, &map));
    sl_text text = sl_yaml_text(node);
    size_t start = SIZE_MAX;
    for (size_t at = sl_text_find(text, sl_text_from(word), 0); at != SIZE_MAX;
         at = sl_text_find(text, sl_text_from(word), at + 1))
        start = at;
    CHECK(start != SIZE_MAX);
    sl_diag_error(&diags, SL_DIAG_SYNTAX,
                  (sl_span){(uint32_t)start, (uint32_t)(start + strlen(word))}, "here");
    sl_text_map_diags(&map, &diags);
    sl_span span = diags.items[0].span;
    sl_yaml_free(yaml);
    return sl_text_slice(sl_text_from(file), span.start, span.end);
}

/* The word stands there, on the line `line`, and is the word itself. */
static void check_word(const char *file, const char *word, unsigned line)
{
    sl_text found = find(file, word);
    CHECK_TEXT(word, found);
    CHECK_INT(line, sl_place_at(sl_text_from(file), (uint32_t)(found.data - file)).line);
}

TEST(plain_scalars_are_found_over_lines)
{
    const char *file = "b: 1\na: one two\n  three\n\n   four\nc: one\n";
    check_word(file, "one", 2);
    check_word(file, "three", 3);
    check_word(file, "four", 5);
}

TEST(quoted_scalars_are_found_behind_doubled_quotes_and_escapes)
{
    check_word("a: 'it''s x='''' | evil\n  y, z'\n", "evil", 1);
    check_word("a: 'it''s x\n\n\n  y, z'\n", "z", 4);
    check_word("a: \"x=\\\"q\\\" \\u00e9\\x41\\\n   next \\\\ one\n   last\"\n", "next", 2);
    check_word("a: \"x=\\\"q\\\" \\u00e9\\x41\\\n   next \\\\ one\n   last\"\n", "one", 2);
    check_word("a: \"x=\\\"q\\\" \\u00e9\\x41\\\n   next \\\\ one\n   last\"\n", "last", 3);
    CHECK_TEXT("it''s", find("a: 'so it''s so'\n", "it's"));
}

/* A million blanks in a row: looking behind them from each would take minutes. */
TEST(long_blanks_are_gone_over_once)
{
    static const char *const heads[] = {"a: x ", "a: 'x''''y ", "a: \"x "};
    static const char *const tails[] = {"evil\n", "evil'\n", "evil\"\n"};
    enum { BLANKS = 1000000 };
    for (size_t i = 0; i < SL_COUNT(heads); i++) {
        sl_buffer file;
        sl_buffer_init(&file);
        sl_buffer_add_string(&file, heads[i]);
        for (int b = 0; b < BLANKS; b++) sl_buffer_add_byte(&file, ' ');
        sl_buffer_add_string(&file, tails[i]);
        check_word(file.data, "evil", 1);
        sl_buffer_fini(&file);
    }
}

TEST(blocks_are_found_line_by_line)
{
    const char *literal = "a: |-\n    | one\n\n      | two\n    | three\nb: 1\n";
    check_word(literal, "one", 2);
    check_word(literal, "two", 4);
    check_word(literal, "three", 5);
    const char *folded = "a: >\n  one\n  two\n\n  three\n    more\n  four\n";
    check_word(folded, "two", 3);
    check_word(folded, "three", 5);
    check_word(folded, "more", 6);
    check_word(folded, "four", 7);
    check_word("a: |2\n   x\n  y z\n", "z", 3);
    check_word("a: |\n\n\n  x\n", "x", 4);
    check_word("a: |\r\n  x\r\n  y\r\n", "y", 3);
}

TEST(a_span_ends_with_its_last_byte)
{
    CHECK_TEXT("one", find("a: >\n  one\n  two\n", "one"));
    CHECK_TEXT("one\n  two", find("a: >\n  one\n  two\n", "one two"));
}

TEST(an_alias_stands_where_it_is_used)
{
    CHECK_TEXT("*", find("b: &x some text\na: *x\n", "text"));
}

TEST_MAIN(RUN(plain_scalars_are_found_over_lines)
              RUN(quoted_scalars_are_found_behind_doubled_quotes_and_escapes)
                  RUN(long_blanks_are_gone_over_once) RUN(blocks_are_found_line_by_line)
                      RUN(a_span_ends_with_its_last_byte) RUN(an_alias_stands_where_it_is_used))
