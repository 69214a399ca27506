/* output_spool_test.c - rows kept in memory or in a file come back as they were. */
#include "output/spool.h"

#include <stdlib.h>

#include "test.h"

static void spool_round_trip(size_t memory_bytes, uint32_t row_count)
{
    sl_spool spool;
    char text[32];
    sl_spool_init(&spool, memory_bytes);
    for (uint32_t i = 0; i < row_count; i++) {
        int length = snprintf(text, sizeof text, "row %u", i);
        sl_spool_add(&spool, i, sl_text_make(text, (size_t)length));
        sl_spool_add(&spool, 7, SL_TEXT(""));
        if (sl_spool_end_row(&spool) != SL_OK) TEST_FAIL("row %u", i);
    }
    CHECK_INT(SL_OK, sl_spool_rewind(&spool));
    for (uint32_t i = 0; i < row_count; i++) {
        sl_spool_cell cell;
        snprintf(text, sizeof text, "row %u", i);
        if (sl_spool_next_row(&spool) != SL_OK) TEST_FAIL("row %u is lost", i);
        CHECK(sl_spool_next_cell(&spool, &cell));
        CHECK_INT(i, cell.column);
        CHECK_TEXT(text, cell.text);
        CHECK(sl_spool_next_cell(&spool, &cell));
        CHECK_INT(0, cell.text.length);
        CHECK(!sl_spool_next_cell(&spool, &cell));
    }
    CHECK_INT(SL_END, sl_spool_next_row(&spool));
    sl_spool_fini(&spool);
}

TEST(rows_in_memory)
{
    spool_round_trip(1 << 20, 1000);
}

TEST(rows_in_a_file)
{
    spool_round_trip(64, 1000);
    spool_round_trip(0, 3);
}

TEST(no_rows)
{
    spool_round_trip(64, 0);
}

TEST(rows_without_cells)
{
    sl_spool spool;
    sl_spool_cell cell;
    sl_spool_init(&spool, 0);
    CHECK_INT(SL_OK, sl_spool_end_row(&spool));
    CHECK_INT(SL_OK, sl_spool_end_row(&spool));
    CHECK_INT(SL_OK, sl_spool_rewind(&spool));
    CHECK_INT(SL_OK, sl_spool_next_row(&spool));
    CHECK(!sl_spool_next_cell(&spool, &cell));
    CHECK_INT(SL_OK, sl_spool_next_row(&spool));
    CHECK_INT(SL_END, sl_spool_next_row(&spool));
    sl_spool_fini(&spool);
}

TEST_MAIN(RUN(rows_in_memory) RUN(rows_in_a_file) RUN(no_rows) RUN(rows_without_cells))
