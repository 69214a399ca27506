/* exec_expand_test.c - mvexpand, untable and lookup. */
#include "exec_rows.h"

#include "plan/lookup.h"

static void expand(const char *field, uint64_t limit)
{
    sl_op *op = exec_op(SL_OP_EXPAND);
    op->expand.field = exec_field(field);
    op->expand.limit = limit;
}

TEST(expand_makes_a_row_of_each_item)
{
    exec_begin();
    expand("a", 0);
    exec_check("n=1 a=x | n=1 a=y | n=2 a=z | n=3", "n=1 a=x;y | n=2 a=z | n=3");
    exec_plan->pipe.first->expand.limit = 2;
    exec_check("a=1 | a=2", "a=1;2;3;4;5");
    exec_check("", "");
    exec_end();
}

TEST(expand_of_a_field_that_no_row_has)
{
    exec_begin();
    expand("zzz", 0);
    exec_check("n=1 | n=2", "n=1 | n=2");
    exec_end();
}

/* Rows of one event stay in order through a barrier, twice over. */
TEST(expanded_rows_keep_their_order)
{
    exec_begin();
    expand("a", 0);
    expand("b", 0);
    exec_op(SL_OP_LIMIT)->limit.count = 7;
    exec_check("n=2 a=y b=3 | n=1 a=1 b=p | n=1 a=1 b=q | n=1 a=1 b=r | "
               "n=1 a=2 b=p | n=1 a=2 b=q | n=1 a=2 b=r",
               "t=1 n=1 a=1;2;3 b=p;q;r | t=2 n=2 a=y b=3");
    exec_end();
}

/* list() and first() see the copies apart. */
TEST(expanded_rows_aggregate_in_order)
{
    exec_begin();
    expand("a", 0);
    sl_op *op = exec_op(SL_OP_AGGREGATE);
    sl_agg_item items[] = {exec_item("list", "a", "l"), exec_item("first", "a", "f"),
                           exec_item("last", "a", "e")};
    op->aggregate.items = exec_items(3, items);
    op->aggregate.item_count = 3;
    exec_check("l=3;1;2;9;8 f=3 e=8", "t=1 a=9;8 | t=2 a=3;1;2");
    exec_end();
}

static sl_pipe *branch(uint32_t count)
{
    sl_op *op = exec_op(SL_OP_BRANCH);
    sl_pipe *pipes = SL_ARENA_ARRAY(&exec_plan->arena, count, sl_pipe);
    op->branch.pipes = pipes;
    op->branch.count = count;
    return pipes;
}

static void filter_into(sl_pipe *pipe, const char *field, const char *text)
{
    sl_op *op = sl_plan_op(exec_plan, SL_OP_FILTER, "filter", (sl_span){0, 0});
    op->filter.predicate = exec_equal(field, text);
    sl_pipe_add(pipe, op);
}

static void expand_into(sl_pipe *pipe, const char *field)
{
    sl_op *op = sl_plan_op(exec_plan, SL_OP_EXPAND, "expand", (sl_span){0, 0});
    op->expand.field = exec_field(field);
    sl_pipe_add(pipe, op);
}

/* The first branch takes rows and makes more of them; the rest goes to the second. */
TEST(expand_inside_a_branch)
{
    exec_begin();
    sl_pipe *pipes = branch(2);
    filter_into(&pipes[0], "n", "1");
    expand_into(&pipes[0], "a");
    filter_into(&pipes[1], "m", "1");
    exec_check("n=1 a=x | n=1 a=y | a=z;w m=1 | n=1 a=v", "n=1 a=x;y | m=1 a=z;w | q=1 | n=1 a=v");
    exec_end();
}

TEST(expand_inside_a_branch_behind_another)
{
    exec_begin();
    expand("b", 0);
    sl_pipe *pipes = branch(2);
    filter_into(&pipes[0], "b", "1");
    expand_into(&pipes[0], "a");
    exec_op(SL_OP_LIMIT)->limit.count = 10;
    exec_check("b=1 a=x | b=1 a=y | b=2 a=x;y", "t=1 b=1;2 a=x;y");
    exec_end();
}

TEST(unpivot_makes_a_row_of_each_field)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_UNPIVOT);
    op->unpivot = (sl_op_unpivot){exec_field("h"), exec_field("name"), exec_field("value")};
    CHECK(sl_pipe_barrier(&exec_plan->pipe) == NULL);
    exec_check("h=1 name=a value=x | h=1 name=b value=y | h=2 name=b value=z | name=c value=w",
               "h=1 b=y a=x | h=2 b=z _hidden=1 | c=w | h=3");
    exec_end();
}

static sl_lookup lookup_table;
static sl_value lookup_cells[64];
static sl_lookup_match lookup_matches[4];

/* A table of two key columns and one other: rows of three texts, NULL for missing. */
static sl_op_lookup *lookup(sl_lookup_match first, sl_lookup_match second, const char *const *cells)
{
    static const sl_text columns[] = {{"k", 1}, {"l", 1}, {"v", 1}};
    uint32_t count = 0;
    for (; cells[count] != NULL || cells[count + 1] != NULL; count++)
        lookup_cells[count] =
            cells[count] == NULL ? sl_missing() : sl_string(sl_text_from(cells[count]));
    lookup_matches[0] = first;
    lookup_matches[1] = second;
    lookup_matches[2] = SL_LOOKUP_EXACT;
    lookup_table = (sl_lookup){.name = SL_TEXT("t"),
                               .columns = columns,
                               .column_count = 3,
                               .matches = lookup_matches,
                               .cells = lookup_cells,
                               .row_count = count / 3};
    exec_begin();
    sl_op *op = exec_op(SL_OP_LOOKUP);
    sl_lookup_pair *keys = SL_ARENA_ARRAY(&exec_plan->arena, 2, sl_lookup_pair);
    sl_lookup_pair *outputs = SL_ARENA_ARRAY(&exec_plan->arena, 1, sl_lookup_pair);
    keys[0] = (sl_lookup_pair){0, exec_field("x")};
    keys[1] = (sl_lookup_pair){1, exec_field("y")};
    outputs[0] = (sl_lookup_pair){2, exec_field("v")};
    op->lookup = (sl_op_lookup){.table = &lookup_table,
                                .keys = keys,
                                .key_count = 1,
                                .outputs = outputs,
                                .output_count = 1};
    return &op->lookup;
}

TEST(lookup_by_an_exact_key)
{
    static const char *const cells[] = {"a", "p", "1",  "b", "p", "2",  "a",
                                        "q", "3", NULL, "p", "4", NULL, NULL};
    lookup_cells[9] = sl_missing();
    sl_op_lookup *op = lookup(SL_LOOKUP_EXACT, SL_LOOKUP_EXACT, cells);
    lookup_table.row_count = 4;
    lookup_cells[10] = lookup_cells[11] = sl_string(SL_TEXT("4"));
    exec_check("x=a v=1;3 | x=b v=2 | x=A | y=p", "x=a | x=b v=old | x=A v=old | y=p v=old");
    op->only_missing = true;
    exec_check("x=a v=1;3 | x=b v=old", "x=a | x=b v=old");
    op->only_missing = false;
    op->keep_unmatched = true;
    exec_check("x=b v=2 | x=A v=old", "x=b v=old | x=A v=old");
    op->drop_unmatched = true;
    exec_check("x=b v=2", "x=b v=old | x=A v=old | y=q");
    op->drop_unmatched = false;
    lookup_table.matches_max = 1;
    exec_check("x=a v=1", "x=a");
    op->key_count = 2;
    exec_check("x=a y=q v=3 | x=a y=z", "x=a y=q | x=a y=z");
    exec_end();
}

TEST(lookup_gives_a_default_when_nothing_matches)
{
    static const char *const cells[] = {"a", "p", "1", NULL, NULL};
    (void)lookup(SL_LOOKUP_EXACT, SL_LOOKUP_EXACT, cells);
    lookup_table.default_match = SL_TEXT("none");
    exec_check("x=a v=1 | x=b v=none | z=1", "x=a | x=b | z=1");
    exec_end();
}

TEST(lookup_of_a_list_asks_for_each_item)
{
    static const char *const cells[] = {"a", "p", "1", "b", "p", "2", "c", "p", "3", NULL, NULL};
    (void)lookup(SL_LOOKUP_EXACT, SL_LOOKUP_EXACT, cells);
    exec_check("x=c;a;c;z v=1;3", "x=c;a;c;z");
    exec_end();
}

TEST(lookup_without_case)
{
    static const char *const cells[] = {"Ab", "p", "1", "AB", "p", "2", NULL, NULL};
    (void)lookup(SL_LOOKUP_NOCASE, SL_LOOKUP_EXACT, cells);
    exec_check("x=aB v=1;2 | x=abc", "x=aB | x=abc");
    exec_end();
}

TEST(lookup_of_patterns)
{
    static const char *const cells[] = {"*",
                                        "p",
                                        "all",
                                        "ab*",
                                        "p",
                                        "head",
                                        "*yz",
                                        "p",
                                        "tail",
                                        "a*z",
                                        "p",
                                        "both",
                                        "abc",
                                        "p",
                                        "self",
                                        "*b*",
                                        "p",
                                        "mid",
                                        "a-very-long-beginning-of-a-name-*",
                                        "p",
                                        "long",
                                        "a*b*c*d",
                                        "p",
                                        "four",
                                        NULL,
                                        NULL};
    sl_op_lookup *op = lookup(SL_LOOKUP_WILDCARD, SL_LOOKUP_EXACT, cells);
    exec_check("x=abc v=all;head;self;mid | x=xyz v=all;tail | x=az v=all;both | x=q v=all | "
               "x=a-very-long-beginning-of-a-name-1 v=all;mid;long | x=ABC v=all | "
               "x=abcd v=all;head;mid;four | x=abdc v=all;head;mid",
               "x=abc | x=xyz | x=az | x=q | x=a-very-long-beginning-of-a-name-1 | x=ABC | "
               "x=abcd | x=abdc");
    lookup_table.matches_max = 2;
    exec_check("x=abc v=all;head", "x=abc");
    exec_end();
    lookup_table.matches_max = 0;
    op = lookup(SL_LOOKUP_WILDCARD_NOCASE, SL_LOOKUP_EXACT, cells);
    exec_check("x=ABC v=all;head;self;mid", "x=ABC");
    /* With an exact key beside it. */
    op->key_count = 2;
    exec_check("x=abc y=p v=all;head;self;mid | x=abc y=q", "x=abc y=p | x=abc y=q");
    exec_end();
}

TEST(lookup_of_blocks_of_addresses)
{
    static const char *const cells[] = {"10.0.0.0/8",  "p", "ten",  "10.1.0.0/16",   "p", "one",
                                        "0.0.0.0/0",   "p", "four", "2001:db8::/32", "p", "doc",
                                        "192.168.1.7", "p", "host", "word",          "p", "text",
                                        NULL,          NULL};
    (void)lookup(SL_LOOKUP_CIDR, SL_LOOKUP_EXACT, cells);
    exec_check("x=10.1.2.3 v=ten;one;four | x=10.2.0.1 v=ten;four | x=2001:db8::1 v=doc | "
               "x=192.168.1.7 v=four;host | x=word v=text | x=10.0.0.0/8 | x=::1",
               "x=10.1.2.3 | x=10.2.0.1 | x=2001:db8::1 | x=192.168.1.7 | x=word | x=10.0.0.0/8 | "
               "x=::1");
    exec_end();
}

/* A large table with one key a row, and with one key for all rows. */
TEST(lookup_in_a_large_table)
{
    enum { ROWS = 200000 };
    static sl_value cells[ROWS * 3];
    static char names[ROWS][8];
    static const char *const none[] = {NULL, NULL};
    for (uint32_t r = 0; r < ROWS; r++) {
        int length = snprintf(names[r], sizeof names[r], "k%u", r);
        cells[r * 3] = cells[r * 3 + 2] = sl_string(sl_text_make(names[r], (size_t)length));
        cells[r * 3 + 1] = sl_string(SL_TEXT("same"));
    }
    sl_op_lookup *op = lookup(SL_LOOKUP_EXACT, SL_LOOKUP_EXACT, none);
    lookup_table.cells = cells;
    lookup_table.row_count = ROWS;
    exec_check("x=k0 v=k0 | x=k199999 v=k199999 | x=k200000", "x=k0 | x=k199999 | x=k200000");
    lookup_table.matches_max = 3;
    op->keys++;
    exec_check("y=same v=k0;k1;k2", "y=same");
    exec_end();
}

TEST_MAIN(RUN(expand_makes_a_row_of_each_item) RUN(expand_of_a_field_that_no_row_has)
              RUN(expanded_rows_keep_their_order) RUN(expanded_rows_aggregate_in_order)
                  RUN(expand_inside_a_branch) RUN(expand_inside_a_branch_behind_another)
                      RUN(unpivot_makes_a_row_of_each_field) RUN(lookup_by_an_exact_key)
                          RUN(lookup_gives_a_default_when_nothing_matches)
                              RUN(lookup_of_a_list_asks_for_each_item) RUN(lookup_without_case)
                                  RUN(lookup_of_patterns) RUN(lookup_of_blocks_of_addresses)
                                      RUN(lookup_in_a_large_table))
