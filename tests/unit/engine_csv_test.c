/* engine_csv_test.c - CSV tables: what the RFC says, what files in use do, what is refused. */
#include "engine/csv.h"

#include <stdlib.h>

#include "test.h"

typedef struct csv_kit {
    sl_arena arena;
    sl_buffer reason;
    sl_lookup table;
    bool ok;
} csv_kit;

static void kit_parse(csv_kit *kit, const char *text, size_t bytes_max)
{
    sl_arena_init(&kit->arena, 0);
    sl_buffer_init(&kit->reason);
    kit->table = (sl_lookup){.row_count = 0};
    kit->ok = sl_csv_parse(sl_text_from(text), bytes_max, &kit->arena, &kit->table, &kit->reason);
}

static void kit_fini(csv_kit *kit)
{
    sl_buffer_fini(&kit->reason);
    sl_arena_fini(&kit->arena);
}

static sl_text cell(const csv_kit *kit, uint32_t row, uint32_t column)
{
    sl_value v = kit->table.cells[row * kit->table.column_count + column];
    return v.kind == SL_STRING ? sl_value_bytes(v) : SL_TEXT("(none)");
}

static void check_refused(const char *text, const char *reason)
{
    csv_kit kit;
    kit_parse(&kit, text, 1 << 20);
    CHECK(!kit.ok);
    CHECK_TEXT(reason, sl_buffer_text(&kit.reason));
    kit_fini(&kit);
}

TEST(reads_plain_and_quoted_cells)
{
    csv_kit kit;
    kit_parse(&kit, "a,b,c\r\n1,\"two, and\nmore\",\"say \"\"hi\"\"\"\r\n,\"\",x y \n", 1 << 20);
    CHECK(kit.ok);
    CHECK_INT(3, kit.table.column_count);
    CHECK_INT(2, kit.table.row_count);
    CHECK_TEXT("two, and\nmore", cell(&kit, 0, 1));
    CHECK_TEXT("say \"hi\"", cell(&kit, 0, 2));
    CHECK_TEXT("(none)", cell(&kit, 1, 0));
    CHECK_TEXT("(none)", cell(&kit, 1, 1));
    CHECK_TEXT("x y ", cell(&kit, 1, 2)); /* spaces are part of a cell */
    kit_fini(&kit);
}

TEST(takes_what_files_in_use_do)
{
    csv_kit kit;
    kit_parse(&kit,
              "\xef\xbb\xbf"
              "a, b ,\n\n1\n2,3,\n\"x\"y,4",
              1 << 20);
    CHECK(kit.ok);
    CHECK_INT(2, kit.table.column_count); /* a comma at the end is no column */
    CHECK_TEXT("b", kit.table.columns[1]);
    CHECK_INT(3, kit.table.row_count); /* blank lines are none */
    CHECK_TEXT("(none)", cell(&kit, 0, 1));
    CHECK_TEXT("3", cell(&kit, 1, 1));
    CHECK_TEXT("xy", cell(&kit, 2, 0));
    CHECK_TEXT("4", cell(&kit, 2, 1));
    kit_fini(&kit);
    kit_parse(&kit, "only,a,header", 1 << 20);
    CHECK(kit.ok && kit.table.row_count == 0);
    kit_fini(&kit);
}

TEST(repairs_what_is_no_utf8)
{
    csv_kit kit;
    kit_parse(&kit, "a\n\xff!\n", 1 << 20);
    CHECK(kit.ok);
    CHECK_TEXT("\xef\xbf\xbd!", cell(&kit, 0, 0));
    kit_fini(&kit);
}

TEST(says_what_is_wrong)
{
    check_refused("", "it is empty: not even a header");
    check_refused("\n\n", "it is empty: not even a header");
    check_refused("a,,b\n1,2,3\n", "its header has no name for column 2");
    check_refused("a,b,a\n", "its header names the column 'a' twice");
    check_refused("a,b\n1,2\n3,4,5\n", "line 3 has more cells than the header has columns (2)");
    check_refused("a,b\n1,\"2\n3,4\n", "a quote on line 2 is never closed");
    check_refused("\"a\n", "a quote on line 1 is never closed");
}

TEST(counts_lines_inside_quotes)
{
    check_refused("a\n\"x\ny\nz\"\n1,2\n", "line 5 has more cells than the header has columns (1)");
}

TEST(keeps_to_the_budget)
{
    csv_kit kit;
    sl_buffer text;
    sl_buffer_init(&text);
    sl_buffer_add_string(&text, "a,b\n");
    for (int i = 0; i < 10000; i++) sl_buffer_printf(&text, "%d,x\n", i);
    kit_parse(&kit, text.data, 1000);
    CHECK(!kit.ok);
    CHECK(sl_text_starts(sl_buffer_text(&kit.reason), SL_TEXT("its 10000 rows need ")));
    kit_fini(&kit);
    kit_parse(&kit, text.data, 1 << 20);
    CHECK(kit.ok && kit.table.row_count == 10000);
    CHECK_TEXT("9999", cell(&kit, 9999, 0));
    kit_fini(&kit);
    sl_buffer_fini(&text);
}

TEST(says_what_cannot_be_read)
{
    csv_kit kit = {.ok = false};
    sl_arena_init(&kit.arena, 0);
    sl_buffer_init(&kit.reason);
    CHECK(!sl_csv_load(SL_TEXT("/nonexistent/x.csv"), 1000, &kit.arena, &kit.table, &kit.reason));
    CHECK_TEXT("No such file or directory", sl_buffer_text(&kit.reason));
    sl_buffer_clear(&kit.reason);
    CHECK(!sl_csv_load(SL_TEXT("/tmp"), 1000, &kit.arena, &kit.table, &kit.reason));
    CHECK_TEXT("it is not a regular file", sl_buffer_text(&kit.reason));
    kit_fini(&kit);
}

TEST_MAIN(RUN(reads_plain_and_quoted_cells) RUN(takes_what_files_in_use_do)
              RUN(repairs_what_is_no_utf8) RUN(says_what_is_wrong) RUN(counts_lines_inside_quotes)
                  RUN(keeps_to_the_budget) RUN(says_what_cannot_be_read))
