/* exec_dedup_test.c - dedup, fillnull over all fields, filldown, makeresults and inputlookup. */
#include "exec_rows.h"

#include "plan/lookup.h"

static sl_op_dedup *dedup(const char *keys)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_DEDUP);
    op->dedup.keys = exec_field_list(keys, &op->dedup.key_count);
    op->dedup.keep = 1;
    return &op->dedup;
}

static const char seven[] = "t=1 h=a x=1 | t=7 h=a x=7 | t=2 h=b x=2 | t=6 x=6 | t=3 h=a x=3 | "
                            "t=5 h=a x=5 | t=4 h=b x=4";

TEST(dedup_keeps_the_newest_of_each_key)
{
    sl_op_dedup *d = dedup("h");
    exec_check("h=a x=7 | h=b x=4", seven);
    d->keep = 2;
    exec_check("h=a x=7 | h=a x=5 | h=b x=4 | h=b x=2", seven);
    d->keep = 100;
    exec_check("h=a x=7 | h=a x=5 | h=b x=4 | h=a x=3 | h=b x=2 | h=a x=1", seven);
    d->keep = 1;
    d->keep_missing = true;
    exec_check("h=a x=7 | x=6 | h=b x=4", seven);
    exec_end();
}

TEST(dedup_can_keep_rows_without_their_keys)
{
    sl_op_dedup *d = dedup("h");
    d->keep_rows = true;
    exec_check("h=a x=7 | x=5 | h=b x=4 | x=3 | x=2 | x=1", seven);
    exec_end();
}

TEST(dedup_of_neighbours)
{
    sl_op_dedup *d = dedup("h");
    d->consecutive = true;
    exec_check("h=a x=7 | h=b x=4 | h=a x=3 | h=b x=2 | h=a x=1", seven);
    d->keep_missing = true;
    exec_check("h=a x=7 | x=6 | h=b x=4 | h=a x=3 | h=b x=2 | h=a x=1", seven);
    exec_end();
}

/* By several keys; a list counts as a whole; kinds of values do not tell keys apart. */
TEST(dedup_compares_keys_as_a_whole)
{
    (void)dedup("h,u");
    exec_check("h=a u=1 | h=a u=2 | h=a;b u=1",
               "t=5 h=a u=1 | t=4 h=a u=2 | t=3 h=a | "
               "t=2 h=a;b u=1 | t=1 h=a;b u=1");
    exec_check("", "");
    exec_end();
}

/* The oldest come first, so that every row takes the place of one before: the store is rebuilt. */
TEST(dedup_gives_back_what_was_replaced)
{
    enum { ROWS = 3000 };
    static char rows[ROWS * 32];
    size_t at = 0;
    for (int i = 0; i < ROWS; i++)
        at += (size_t)snprintf(rows + at, sizeof rows - at, "%st=%d h=%d", i == 0 ? "" : "|", i + 1,
                               i % 3);
    (void)dedup("h");
    exec_check("h=2 | h=1 | h=0", rows);
    exec_end();
}

static sl_op_fill *fill(const char *names)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_FILL);
    const sl_field *fields = exec_field_list(names, &op->fill.count);
    sl_name *list = SL_ARENA_ARRAY(&exec_plan->arena, op->fill.count, sl_name);
    for (uint32_t i = 0; i < op->fill.count; i++) {
        sl_text name = sl_fields_name(exec_fields(), fields[i]);
        list[i] = (sl_name){fields[i], sl_pattern_new(name, &exec_plan->arena)};
    }
    op->fill.names = list;
    op->fill.value = sl_string(SL_TEXT("0"));
    return &op->fill;
}

TEST(fill_of_all_fields_knows_those_of_other_rows)
{
    (void)fill("");
    CHECK(sl_pipe_barrier(&exec_plan->pipe) != NULL);
    exec_check("a=1 b=0 c=0 | a=0 b=2 c=0 | a=0 b=0 c=3", "t=3 a=1 | t=2 b=2 | t=1 c=3");
    exec_end();
}

TEST(fill_of_a_pattern_means_fields_that_some_row_has)
{
    (void)fill("a*,z");
    CHECK(sl_pipe_barrier(&exec_plan->pipe) != NULL);
    exec_check("a1=1 a2=0 z=0 | a1=0 b=2 a2=0 z=0 | a1=0 a2=3 z=0",
               "t=3 a1=1 | t=2 b=2 | t=1 a2=3");
    exec_end();
}

TEST(fill_of_named_fields_is_row_wise)
{
    (void)fill("a,z");
    CHECK(sl_pipe_barrier(&exec_plan->pipe) == NULL);
    exec_check("a=1 z=0 | a=0 b=2 z=0", "t=3 a=1 | t=2 b=2");
    exec_end();
}

TEST(fill_down_takes_the_value_before)
{
    sl_op_fill *f = fill("a");
    f->down = true;
    exec_check("n=1 | n=2 a=x | n=3 a=x | n=4 a=y | n=5 a=y",
               "t=5 n=1 | t=4 n=2 a=x | t=3 n=3 | t=2 n=4 a=y | t=1 n=5");
    exec_end();
    f = fill("");
    f->down = true;
    exec_check("a=1 b=1 | a=2 b=1 | a=2 b=3", "t=3 a=1 b=1 | t=2 a=2 | t=1 b=3");
    exec_end();
}

static const sl_lookup *table(void)
{
    static const sl_text columns[] = {{"k", 1}, {"v", 1}};
    static sl_value cells[6];
    cells[0] = sl_string(SL_TEXT("a"));
    cells[1] = sl_string(SL_TEXT("1"));
    cells[2] = sl_string(SL_TEXT("b"));
    cells[3] = sl_missing();
    cells[4] = sl_string(SL_TEXT("c"));
    cells[5] = sl_string(SL_TEXT("3"));
    static sl_lookup t;
    t = (sl_lookup){.name = SL_TEXT("t"),
                    .columns = columns,
                    .column_count = 2,
                    .cells = cells,
                    .row_count = 3};
    return &t;
}

TEST(generate_makes_rows_of_the_time_of_the_run)
{
    exec_begin();
    exec_shows_time = true;
    exec_op(SL_OP_GENERATE)->generate.count = 2;
    CHECK(sl_op_is_source(exec_plan->pipe.first));
    exec_check("_time=1000 | _time=1000", "");
    exec_check("_time=1000 | _time=1000", "t=1 a=1"); /* what comes is dropped */
    exec_end();
}

TEST(generate_reads_a_table)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_GENERATE);
    op->generate.table = table();
    exec_check("k=a v=1 | k=b | k=c v=3", "");
    op->generate.append = true;
    CHECK(!sl_op_is_source(op));
    exec_check("x=2 | x=1 | k=a v=1 | k=b | k=c v=3", "t=1 x=1 | t=2 x=2");
    exec_end();
}

/* What is behind a table goes on in its order. */
TEST(generated_rows_have_an_order)
{
    exec_begin();
    exec_op(SL_OP_GENERATE)->generate.table = table();
    exec_op(SL_OP_LIMIT)->limit.reversed = true;
    exec_check("k=c v=3 | k=b | k=a v=1", "");
    exec_end();
}

TEST_MAIN(RUN(dedup_keeps_the_newest_of_each_key) RUN(dedup_can_keep_rows_without_their_keys)
              RUN(dedup_of_neighbours) RUN(dedup_compares_keys_as_a_whole)
                  RUN(dedup_gives_back_what_was_replaced)
                      RUN(fill_of_all_fields_knows_those_of_other_rows)
                          RUN(fill_of_a_pattern_means_fields_that_some_row_has)
                              RUN(fill_of_named_fields_is_row_wise)
                                  RUN(fill_down_takes_the_value_before)
                                      RUN(generate_makes_rows_of_the_time_of_the_run)
                                          RUN(generate_reads_a_table)
                                              RUN(generated_rows_have_an_order))
