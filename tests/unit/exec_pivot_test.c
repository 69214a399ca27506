/* exec_pivot_test.c - chart, timechart and xyseries. */
#include "exec_rows.h"

#include "func/spl_command.h"
#include "plan/build.h"

static sl_op_pivot *pivot(const char *row, const char *column, const char *agg, const char *arg)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_PIVOT);
    sl_agg_item item = exec_item(agg, arg, agg);
    op->pivot = (sl_op_pivot){.row = exec_field(row),
                              .items = exec_items(1, &item),
                              .item_count = 1,
                              .other = true,
                              .null = true};
    op->pivot.column = column == NULL ? SL_FIELD_NONE : exec_field(column);
    return &op->pivot;
}

static const char eight[] = "t=1 h=b s=ok x=1 | t=2 h=a s=ok x=2 | t=3 h=a s=bad x=4 | "
                            "t=4 h=b s=ok x=8 | t=5 s=ok x=16 | t=6 h=a x=32 | "
                            "t=7 h=c s=odd x=64 | t=8 h=10 s=odd x=128";

TEST(pivot_makes_a_column_of_each_value)
{
    (void)pivot("h", "s", "count", NULL);
    exec_check("h=10 bad=0 odd=1 ok=0 NULL=0 | h=a bad=1 odd=0 ok=1 NULL=1 | "
               "h=b bad=0 odd=0 ok=2 NULL=0 | h=c bad=0 odd=1 ok=0 NULL=0",
               eight);
    exec_check("", "");
    exec_end();
}

TEST(pivot_without_rows_that_lack_a_column)
{
    sl_op_pivot *p = pivot("h", "s", "sum", "x");
    p->null = false;
    exec_check("h=10 odd=128 | h=a bad=4 ok=2 | h=b ok=9 | h=c odd=64", eight);
    exec_end();
}

/* The largest columns by the sum of the first aggregate; the rest together. */
TEST(pivot_limits_columns)
{
    sl_op_pivot *p = pivot("h", "s", "sum", "x");
    p->column_limit = 1;
    exec_check("h=10 odd=128 | h=a NULL=32 OTHER=6 | h=b OTHER=9 | h=c odd=64", eight);
    p->limit_smallest = true;
    p->null = false;
    p->other_name = SL_TEXT("rest");
    exec_check("h=10 rest=128 | h=a bad=4 rest=2 | h=b rest=9 | h=c rest=64", eight);
    p->other = false;
    exec_check("h=10 | h=a bad=4 | h=b | h=c", eight);
    exec_end();
}

/* Columns of the same size are chosen by name, whichever was seen first. */
TEST(pivot_limits_columns_of_one_size)
{
    sl_op_pivot *p = pivot("h", "s", "count", NULL);
    p->column_limit = 2;
    exec_check("h=1 a=1 b=1 OTHER=2", "t=1 h=1 s=d | t=2 h=1 s=b | t=3 h=1 s=c | t=4 h=1 s=a");
    exec_end();
}

TEST(pivot_of_several_aggregates)
{
    sl_op_pivot *p = pivot("h", "s", "count", NULL);
    sl_agg_item items[] = {p->items[0], exec_item("sum", "x", "sum(x)")};
    p->items = exec_items(2, items);
    p->item_count = 2;
    exec_check("h=a count: ok=2 count: NULL=1 sum(x): ok=3 sum(x): NULL=4",
               "t=1 h=a s=ok x=1 | t=2 h=a s=ok x=2 | t=3 h=a x=4");
    p->separator = SL_TEXT("/");
    p->value_first = true;
    exec_check("h=a ok/count=2 ok/sum(x)=3", "t=1 h=a s=ok x=1 | t=2 h=a s=ok x=2");
    exec_end();
}

TEST(pivot_without_columns_is_a_table_of_aggregates)
{
    (void)pivot("h", NULL, "count", NULL);
    exec_check("h=a count=2 | h=b count=1", "t=1 h=b | t=2 h=a | t=3 h=a | t=4 q=1");
    exec_end();
}

/* Lists count for each of their items; names that would be hidden get a prefix. */
TEST(pivot_of_lists_and_hidden_names)
{
    (void)pivot("h", "s", "count", NULL);
    exec_check("h=a VALUE_internal=1 x=1 y=0 | h=b VALUE_internal=0 x=1 y=1",
               "t=1 h=a;b s=x | t=2 h=b s=y | t=3 h=a s=_internal");
    exec_end();
}

TEST(pivot_fills_gaps_between_times)
{
    sl_op_pivot *p = pivot("_time", "s", "count", NULL);
    exec_shows_time = true;
    p->step = 10 * SL_SECOND;
    exec_check("_time=10 a=1 b=0 | _time=20 a=0 b=0 | _time=30 a=0 b=1 | _time=40 a=1 b=0",
               "t=10 s=a | t=40 s=a | t=30 s=b");
    exec_context.earliest = 0;
    exec_context.latest = 60 * SL_SECOND;
    p->fill_range = true;
    exec_check("_time=0 a=0 | _time=10 a=0 | _time=20 a=1 | _time=30 a=0 | _time=40 a=0 | "
               "_time=50 a=0",
               "t=20 s=a");
    exec_end();
}

/* Bins of unequal lengths: an expression says where they begin. */
TEST(pivot_fills_gaps_between_months)
{
    sl_op_pivot *p = pivot("_time", NULL, "count", NULL);
    sl_diags diags;
    sl_diags_init(&diags);
    sl_builder builder = {&exec_plan->arena, exec_fields(), &diags};
    sl_span span = {0, 0};
    const sl_expr *args[] = {exec_expr("_time"), sl_build_text(&builder, SL_TEXT("1mon"), span)};
    exec_shows_time = true;
    p->step = 31 * 86400 * SL_SECOND;
    p->bin = sl_build_call(&builder, &sl_spl_bin, args, 2, span);
    CHECK(p->bin != NULL);
    exec_check("_time=0 count=1 | _time=2678400 count=0 | _time=5097600 count=0 | "
               "_time=7776000 count=1",
               "t=0 | t=7776000");
    exec_end();
}

/* A million years between two events are not filled. */
TEST(pivot_does_not_fill_endless_gaps)
{
    sl_op_pivot *p = pivot("_time", NULL, "count", NULL);
    p->step = SL_SECOND;
    exec_check("count=1 | count=1", "t=10 | t=4000000000");
    CHECK(exec_faults.counts[SL_FAULT_RESULT_LIMIT] > 0);
    exec_end();
}

/* The bins are as short as they can be for so many. */
TEST(pivot_chooses_bins)
{
    sl_op_pivot *p = pivot("_time", NULL, "count", NULL);
    exec_shows_time = true;
    p->bins_max = 4;
    exec_check("_time=100 count=2 | _time=101 count=0 | _time=102 count=1",
               "t=100 | t=100.5 | t=102.9");
    exec_check("_time=100 count=2 | _time=110 count=0 | _time=120 count=1",
               "t=101 | t=105 | t=128");
    exec_check("_time=0 count=1 | _time=86400 count=0 | _time=172800 count=1", "t=7 | t=172801");
    /* Months: 1 January, 1 February, 1 March 1970. */
    exec_check("_time=0 count=2 | _time=2678400 count=0 | _time=5097600 count=1",
               "t=7 | t=100 | t=6000000");
    exec_end();
}

TEST_MAIN(RUN(pivot_makes_a_column_of_each_value) RUN(pivot_without_rows_that_lack_a_column)
              RUN(pivot_limits_columns) RUN(pivot_limits_columns_of_one_size)
                  RUN(pivot_of_several_aggregates)
                      RUN(pivot_without_columns_is_a_table_of_aggregates)
                          RUN(pivot_of_lists_and_hidden_names) RUN(pivot_fills_gaps_between_times)
                              RUN(pivot_fills_gaps_between_months)
                                  RUN(pivot_does_not_fill_endless_gaps) RUN(pivot_chooses_bins))
