/* exec_transaction_test.c - transactions by keys, limits and conditions. */
#include "exec_rows.h"

static sl_op_transaction *transaction(const char *keys)
{
    exec_begin();
    sl_op *op = exec_op(SL_OP_TRANSACTION);
    op->transaction = (sl_op_transaction){.span_max = -1,
                                          .pause_max = -1,
                                          .events_max = 1000,
                                          .duration = exec_field("duration"),
                                          .event_count = exec_field("eventcount"),
                                          .closed = exec_field("closed_txn")};
    op->transaction.keys = exec_field_list(keys, &op->transaction.key_count);
    return &op->transaction;
}

TEST(transaction_by_one_key)
{
    (void)transaction("h");
    exec_shows_time = true;
    exec_check("_time=2 h=b x=3 duration=0 eventcount=1 closed_txn=0 | "
               "_time=1 h=a x=1;2;9 duration=4 eventcount=3 closed_txn=0",
               "t=1 h=a x=9 | t=2 h=b x=3 | t=4 h=a x=1 | t=5 h=a x=2 | t=3 x=7");
    exec_check("", "");
    exec_end();
}

/* Lists of all values in the order of time; what an event lacks is NULL there. */
TEST(transaction_with_lists)
{
    sl_op_transaction *t = transaction("h");
    t->list = true;
    exec_check("h=a;a;a x=9;NULL;1 duration=4 eventcount=3 closed_txn=0",
               "t=1 h=a x=9 | t=4 h=a | t=5 h=a x=1");
    t->list = false;
    uint32_t count;
    t->lists = exec_field_list("x", &count);
    t->list_count = count;
    exec_check("h=a x=9;NULL;1 duration=4 eventcount=3 closed_txn=0",
               "t=1 h=a x=9 | t=4 h=a | t=5 h=a x=1");
    exec_end();
}

/* Events that share a key join, even when no two of them share all.
 * spec: Search Reference, transaction: fields that are not in conflict are taken over. */
TEST(transaction_connects_events_by_parts_of_their_keys)
{
    (void)transaction("h,c");
    exec_check("h=a x=1;2;3 c=1 duration=2 eventcount=3 closed_txn=0",
               "t=3 h=a x=1 | t=2 h=a c=1 x=2 | t=1 c=1 x=3");
    exec_check("h=a c=1 x=1 duration=0 eventcount=1 closed_txn=0 | "
               "h=a c=2 x=2 duration=0 eventcount=1 closed_txn=0",
               "t=3 h=a c=2 x=2 | t=4 h=a c=1 x=1");
    /* The newest event belongs to neither alone: the one that was touched last takes it. */
    exec_check("h=a c=2 x=2 duration=0 eventcount=1 closed_txn=0 | "
               "h=a c=1 x=1;3 duration=3 eventcount=2 closed_txn=0",
               "t=4 h=a c=2 x=2 | t=3 h=a c=1 x=1 | t=0 h=a x=3");
    exec_end();
}

TEST(transaction_limits)
{
    sl_op_transaction *t = transaction("h");
    const char *rows = "t=1 h=a x=1 | t=2 h=a x=2 | t=10 h=a x=3 | t=11 h=a x=4 | t=12 h=a x=5";
    t->pause_max = 5 * SL_SECOND;
    exec_check("h=a x=3;4;5 duration=2 eventcount=3 closed_txn=1 | "
               "h=a x=1;2 duration=1 eventcount=2 closed_txn=0",
               rows);
    t->pause_max = -1;
    t->span_max = SL_SECOND;
    exec_check("h=a x=4;5 duration=1 eventcount=2 closed_txn=1 | "
               "h=a x=3 duration=0 eventcount=1 closed_txn=1 | "
               "h=a x=1;2 duration=1 eventcount=2 closed_txn=0",
               rows);
    t->span_max = -1;
    t->events_max = 4;
    exec_check("h=a x=2;3;4;5 duration=10 eventcount=4 closed_txn=1 | "
               "h=a x=1 duration=0 eventcount=1 closed_txn=0",
               rows);
    exec_end();
}

TEST(transaction_from_a_start_to_an_end)
{
    sl_op_transaction *t = transaction("h");
    const char *rows = "t=1 h=a x=in | t=2 h=a x=work | t=3 h=a x=out | t=4 h=a x=late | "
                       "t=5 h=b x=in | t=6 h=c x=out";
    t->starts = exec_equal("x", "in");
    t->ends = exec_equal("x", "out");
    exec_check("h=a x=in;out;work duration=2 eventcount=3 closed_txn=1", rows);
    t->keep_evicted = true;
    exec_check("h=c x=out duration=0 eventcount=1 closed_txn=0 | "
               "h=b x=in duration=0 eventcount=1 closed_txn=0 | "
               "h=a x=late duration=0 eventcount=1 closed_txn=0 | "
               "h=a x=in;out;work duration=2 eventcount=3 closed_txn=1",
               rows);
    /* Too long: cut before it met its start. */
    t->keep_evicted = false;
    t->span_max = SL_SECOND;
    exec_check("", rows);
    exec_end();
}

TEST(transaction_with_a_start_alone)
{
    sl_op_transaction *t = transaction("");
    t->starts = exec_equal("x", "in");
    exec_check("x=d;in duration=1 eventcount=2 closed_txn=1 | "
               "x=b;c;in duration=2 eventcount=3 closed_txn=1",
               "t=1 x=a | t=2 x=in | t=3 x=b | t=4 x=c | t=5 x=in | t=6 x=d");
    exec_end();
}

TEST(transaction_with_an_end_alone)
{
    sl_op_transaction *t = transaction("");
    t->ends = exec_equal("x", "out");
    exec_check("x=b;out duration=1 eventcount=2 closed_txn=1 | "
               "x=a;out duration=1 eventcount=2 closed_txn=1",
               "t=1 x=a | t=2 x=out | t=3 x=b | t=4 x=out | t=5 x=c");
    exec_end();
}

/* The events' texts one after the other, oldest first. */
TEST(transaction_joins_raw_texts)
{
    sl_op_transaction *t = transaction("h");
    t->delimiter = SL_TEXT("+");
    exec_check("h=a _raw=one+two duration=1 eventcount=2 closed_txn=0",
               "t=2 h=a _raw=two | t=1 h=a _raw=one");
    exec_end();
}

/* Many short transactions: what is closed does not stay in memory, and places are used again. */
TEST(transactions_are_swept_out)
{
    enum { EVENTS = 4000 };
    static char rows[EVENTS * 32], expected[EVENTS * 64];
    size_t at = 0, end = 0;
    sl_op_transaction *t = transaction("h");
    t->events_max = 2;
    for (int i = 0; i < EVENTS; i++)
        at += (size_t)snprintf(rows + at, sizeof rows - at, "%st=%d h=%d", i == 0 ? "" : "|", i,
                               i / 2 % 7);
    for (int i = EVENTS - 2; i >= 0; i -= 2)
        end += (size_t)snprintf(expected + end, sizeof expected - end,
                                "%sh=%d duration=1 eventcount=2 closed_txn=1",
                                end == 0 ? "" : " | ", i / 2 % 7);
    exec_check(expected, rows);
    exec_end();
}

TEST_MAIN(RUN(transaction_by_one_key) RUN(transaction_with_lists)
              RUN(transaction_connects_events_by_parts_of_their_keys) RUN(transaction_limits)
                  RUN(transaction_from_a_start_to_an_end) RUN(transaction_with_a_start_alone)
                      RUN(transaction_with_an_end_alone) RUN(transaction_joins_raw_texts)
                          RUN(transactions_are_swept_out))
