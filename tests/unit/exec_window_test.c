/* exec_window_test.c - eventstats and streamstats. */
#include "exec_rows.h"

/* A plan of one window with one aggregate. */
static sl_op_window *window(const char *keys, const char *agg, const char *arg, const char *out)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_WINDOW);
    sl_agg_item item = exec_item(agg, arg, out);
    op->window.keys = exec_field_list(keys, &op->window.key_count);
    op->window.items = exec_items(1, &item);
    op->window.item_count = 1;
    return &op->window;
}

static const char five[] = "t=5 h=a x=1 | t=4 h=b x=2 | t=3 h=a x=3 | t=2 x=4 | t=1 h=a x=5";

TEST(whole_group_is_added_to_each_row)
{
    sl_op_window *w = window("h", "sum", "x", "s");
    sl_agg_item items[] = {w->items[0], exec_item("count", NULL, "n")};
    w->items = exec_items(2, items);
    w->item_count = 2;
    w->whole = true;
    exec_check("h=a x=1 s=9 n=3 | h=b x=2 s=2 n=1 | h=a x=3 s=9 n=3 | x=4 | h=a x=5 s=9 n=3", five);
    exec_check("", "");
    exec_end();
}

TEST(whole_result_replaces_its_own_argument)
{
    sl_op_window *w = window("", "sum", "x", "x");
    w->whole = true;
    exec_check("h=a x=6 | x=6", "t=2 h=a x=1 | t=1 x=5");
    exec_end();
}

/* Newest first, whichever way rows come. */
TEST(running_sum_follows_the_order_of_arrival)
{
    sl_op_window *w = window("", "sum", "x", "s");
    exec_check("x=1 s=1 | x=2 s=3 | x=4 s=7", "t=1 x=4 | t=3 x=1 | t=2 x=2");
    w->without_self = true;
    exec_check("x=1 | x=2 s=1 | x=4 s=3", "t=1 x=4 | t=3 x=1 | t=2 x=2");
    exec_end();
}

TEST(running_groups_leave_rows_without_a_key)
{
    sl_op_window *w = window("h", "count", NULL, "n");
    exec_check("h=a x=1 n=1 | h=b x=2 n=1 | h=a x=3 n=2 | x=4 | h=a x=5 n=3", five);
    w->without_self = true;
    exec_check("h=a x=1 n=0 | h=b x=2 n=0 | h=a x=3 n=1 | x=4 | h=a x=5 n=2", five);
    exec_end();
}

/* A window of the last rows: of all of them, or of the group's own. */
TEST(running_window_counts_rows)
{
    sl_op_window *w = window("h", "sum", "x", "s");
    w->rows_max = 2;
    exec_check("h=a x=1 s=1 | h=b x=2 s=2 | h=a x=3 s=4 | x=4 | h=a x=5 s=8", five);
    w->global = true;
    exec_check("h=a x=1 s=1 | h=b x=2 s=2 | h=a x=3 s=3 | x=4 | h=a x=5 s=5", five);
    w->rows_max = 3;
    exec_check("h=a x=1 s=1 | h=b x=2 s=2 | h=a x=3 s=4 | x=4 | h=a x=5 s=8", five);
    w->without_self = true;
    exec_check("h=a x=1 | h=b x=2 | h=a x=3 s=1 | x=4 | h=a x=5 s=3", five);
    exec_end();
}

TEST(running_window_counts_time)
{
    sl_op_window *w = window("", "count", NULL, "n");
    w->span_max = 10 * SL_SECOND;
    exec_check("x=a n=1 | x=b n=2 | x=c n=2 | x=d n=1",
               "t=100 x=a | t=91 x=b | t=86 x=c | t=76 x=d");
    exec_end();
}

/* Every window of every length says what adding up its rows says. */
TEST(running_windows_of_all_lengths_agree_with_a_loop)
{
    enum { ROWS = 70 };
    char rows[4096] = "";
    size_t at = 0;
    for (int i = 0; i < ROWS; i++)
        at += (size_t)snprintf(rows + at, sizeof rows - at, "%st=%d x=%d", i == 0 ? "" : " | ",
                               1000 - i, i * i % 17);
    for (uint64_t length = 1; length <= ROWS; length += 1 + length / 5) {
        sl_op_window *w = window("", "sum", "x", "s");
        w->rows_max = length;
        char expected[8192] = "";
        size_t end = 0;
        for (int i = 0; i < ROWS; i++) {
            int sum = 0;
            for (int j = i < (int)length ? 0 : i - (int)length + 1; j <= i; j++) sum += j * j % 17;
            end += (size_t)snprintf(expected + end, sizeof expected - end, "%sx=%d s=%d",
                                    i == 0 ? "" : " | ", i * i % 17, sum);
        }
        exec_check(expected, rows);
        exec_end();
    }
}

/* The example of the streamstats reference: resets forget the groups of all hosts.
 * spec: SPL2 Search Reference, streamstats command usage, "Reset after and reset before". */
TEST(running_resets_forget_all_groups)
{
    const char *rows = "t=6 h=x b=100 a=LOGON | t=5 h=y b=200 a=APP_START | "
                       "t=4 h=x b=400 a=FILE_DOWNLOAD | t=3 h=x b=50 a=REBOOT | "
                       "t=2 h=y b=150 a=LOGON | t=1 h=x b=100 a=LOGON";
    sl_op_window *w = window("h", "sum", "b", "s");
    w->reset_after = exec_equal("a", "REBOOT");
    exec_check("h=x b=100 a=LOGON s=100 | h=y b=200 a=APP_START s=200 | "
               "h=x b=400 a=FILE_DOWNLOAD s=500 | h=x b=50 a=REBOOT s=550 | "
               "h=y b=150 a=LOGON s=150 | h=x b=100 a=LOGON s=100",
               rows);
    w->reset_before = w->reset_after;
    w->reset_after = NULL;
    exec_check("h=x b=100 a=LOGON s=100 | h=y b=200 a=APP_START s=200 | "
               "h=x b=400 a=FILE_DOWNLOAD s=500 | h=x b=50 a=REBOOT s=50 | "
               "h=y b=150 a=LOGON s=150 | h=x b=100 a=LOGON s=150",
               rows);
    exec_end();
}

TEST(running_resets_see_results_and_changes_of_keys)
{
    sl_op_window *w = window("", "count", NULL, "n");
    w->reset_after = exec_equal("n", "2");
    exec_check("n=1 | n=2 | n=1 | n=2 | n=1", "t=5 | t=4 | t=3 | t=2 | t=1");
    exec_end();
    w = window("h", "count", NULL, "n");
    w->reset_on_change = true;
    exec_check("h=a n=1 | h=a n=2 | | h=a n=3 | h=b n=1 | h=a n=1",
               "t=6 h=a | t=5 h=a | t=4 | t=3 h=a | t=2 h=b | t=1 h=a");
    exec_end();
}

TEST_MAIN(RUN(whole_group_is_added_to_each_row) RUN(whole_result_replaces_its_own_argument)
              RUN(running_sum_follows_the_order_of_arrival)
                  RUN(running_groups_leave_rows_without_a_key) RUN(running_window_counts_rows)
                      RUN(running_window_counts_time)
                          RUN(running_windows_of_all_lengths_agree_with_a_loop)
                              RUN(running_resets_forget_all_groups)
                                  RUN(running_resets_see_results_and_changes_of_keys))
