/* output_writer_test.c - the same rows as JSON, CSV and tables, hostile ones too. */
#include "output/writer.h"

#include "output/kinds.h"
#include "output_support.h"

static void check_json(const char *expected, const char *name, sl_value value)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_json_value(&out, sl_text_from(name), value, sl_zone_utc());
    CHECK_TEXT(expected, sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

TEST(json_values_keep_their_kind)
{
    check_json("3", "n", sl_integer(3));
    check_json("0.5", "n", sl_real(0.5));
    check_json("\"3\"", "n", kit_text("3"));
    check_json("1.10", "n", sl_number_as(SL_TEXT("1.10")));
    check_json("12345678901234567890", "n", sl_number_as(SL_TEXT("12345678901234567890")));
    check_json("true", "b", sl_bool(true));
    check_json("null", "x", (sl_value){.kind = SL_NULL});
    sl_value items[] = {sl_integer(1), kit_text("a")};
    check_json("[1,\"a\"]", "l", sl_list(items, 2));
    check_json("[]", "l", sl_list(items, 0));
}

TEST(json_moments_are_told_by_name)
{
    sl_time time = INT64_C(1688991086923) * 1000000;
    check_json("\"2023-07-10T12:11:26.923Z\"", "_time", sl_moment(time));
    check_json("1688991086.923", "FirstSeen", sl_moment(time));
    check_json("\"2023-07-10T12:11:26.000Z\"", "_time", sl_integer(1688991086));
    check_json("\"2023-07-10T12:11:26.500Z\"", "_time", sl_real(1688991086.5));
    check_json("\"yesterday\"", "_time", kit_text("yesterday"));
    check_json("1e+300", "_time", sl_real(1e300));
}

TEST(json_never_writes_what_is_no_json)
{
    check_json("\"nan\"", "n", sl_real(0.0 / 0.0 * 1.0));
    check_json("\"007\"", "n", sl_number_as(SL_TEXT("007")));
    check_json("\"1,\\\"x\\\":2\"", "n", sl_number_as(SL_TEXT("1,\"x\":2")));
    check_json("\"a\\u0000\\u001b\\u007f\\\\\\\"\\n\"", "s",
               sl_string(SL_TEXT("a\0\x1b\x7F\\\"\n")));
    check_json("\"\xEF\xBF\xBD\"", "s", kit_text("\xFF"));
    check_json("\"\\u009b\"", "s", kit_text("\xC2\x9B"));
}

TEST(json_embeds_sound_json_only)
{
    check_json("{\"a\":[1,{\"b\":null}],\"c\":\"x\\n\"}", "j",
               sl_json(SL_TEXT(" { \"a\" : [ 1 ,\n{\"b\": null} ], \"c\":\"x\\n\" } ")));
    check_json("[]", "j", sl_json(SL_TEXT("[ ]")));
    check_json("{}", "j", sl_json(SL_TEXT("{\n}")));
    check_json("[{},[],{}]", "j", sl_json(SL_TEXT("[{},[],{}]")));
    check_json("{\"t\":\"a\\u0009b\"}", "j", sl_json(SL_TEXT("{\"t\":\"a\tb\"}")));
    static const char *const faulty[] = {
        "",         "{",
        "{a}",      "[1,]",
        "[1 2]",    "{\"a\"}",
        "{\"a\":}", "[01]",
        "[1}",      "{]",
        "[tru]",    "[\"\\x\"]",
        "[\"",      "[\"\\u12\"]",
        "[1]]",     "[1] x",
        "{1:2}",    "{\"a\":1,}",
        "[,1]",     "[-]",
        "[1.]",     "[1e]",
        "nul",      "\"\\",
        "[\"\\",    "{\"a\":1 \"b\":2}",
    };
    for (size_t i = 0; i < SL_COUNT(faulty); i++) {
        sl_buffer out;
        sl_buffer_init(&out);
        sl_buffer_add_string(&out, "kept");
        if (sl_json_embed(&out, sl_text_from(faulty[i]))) TEST_FAIL("took %s", faulty[i]);
        CHECK_TEXT("kept", sl_buffer_text(&out));
        sl_buffer_fini(&out);
    }
}

TEST(json_embeds_to_a_limited_depth)
{
    sl_buffer deep, out;
    sl_buffer_init(&deep);
    sl_buffer_init(&out);
    for (int i = 0; i < 1000; i++) sl_buffer_add_byte(&deep, '[');
    for (int i = 0; i < 1000; i++) sl_buffer_add_byte(&deep, ']');
    CHECK(sl_json_embed(&out, sl_buffer_text(&deep)));
    CHECK_TEXT(deep.data, sl_buffer_text(&out));
    sl_buffer_clear(&deep);
    for (int i = 0; i < 200000; i++) sl_buffer_add_byte(&deep, '[');
    CHECK(!sl_json_embed(&out, sl_buffer_text(&deep)));
    sl_buffer_fini(&deep);
    sl_buffer_fini(&out);
}

TEST(ndjson_is_an_object_a_line)
{
    rows_kit kit;
    kit_init(&kit, 2);
    kit_put(&kit, "who", 0, kit_text("ann\nbob"));
    kit_put(&kit, "n", 0, sl_integer(2));
    kit_put(&kit, "n", 1, sl_integer(3));
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_NDJSON}, 1));
    CHECK_TEXT("{\"who\":\"ann\\nbob\",\"n\":2}\n{\"n\":3}\n", sl_buffer_text(&kit.out));
    kit_fini(&kit);
}

TEST(json_is_one_array)
{
    rows_kit kit;
    kit_init(&kit, 1);
    kit_put(&kit, "n", 0, sl_integer(2));
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_JSON}, 2));
    CHECK_TEXT("[\n{\"n\":2},\n{\"n\":2}\n]\n", sl_buffer_text(&kit.out));
    sl_buffer_clear(&kit.out);
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_JSON}, 0));
    CHECK_TEXT("[]\n", sl_buffer_text(&kit.out));
    kit_fini(&kit);
}

TEST(only_selected_rows_up_to_the_limit)
{
    static const uint32_t rows[] = {1, 3};
    sl_writer_options options = {.kind = SL_WRITER_NDJSON, .row_limit = 3};
    rows_kit kit;
    kit_init(&kit, 4);
    for (uint32_t i = 0; i < 4; i++) kit_put(&kit, "n", i, sl_integer(i));
    kit.batch->rows = rows;
    kit.batch->selected = 2;
    CHECK_INT(SL_OK, kit_print(&kit, &options, 3));
    CHECK_TEXT("{\"n\":1}\n{\"n\":3}\n{\"n\":1}\n", sl_buffer_text(&kit.out));
    kit_fini(&kit);
}

TEST(a_reader_that_goes_ends_the_writing)
{
    rows_kit kit;
    kit_init(&kit, 1);
    kit_put(&kit, "n", 0, sl_integer(2));
    for (int kind = 0; kind < SL_WRITER_KIND_COUNT; kind++) {
        sl_writer_options options = {.kind = (sl_writer_kind)kind};
        kit.room = 0;
        CHECK_INT(SL_IO, kit_print(&kit, &options, 2));
    }
    kit_fini(&kit);
}

static void check_cell(const char *expected, sl_text text)
{
    rows_kit kit;
    char line[256];
    kit_init(&kit, 1);
    kit_put(&kit, "a", 0, kit_text("x"));
    kit_put(&kit, "b", 0, sl_string(text));
    snprintf(line, sizeof line, "a,b\r\nx,%s\r\n", expected);
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_CSV}, 1));
    CHECK_TEXT(line, sl_buffer_text(&kit.out));
    kit_fini(&kit);
}

TEST(csv_quotes_as_the_rfc_says)
{
    check_cell("plain", SL_TEXT("plain"));
    check_cell("\"a,b\"", SL_TEXT("a,b"));
    check_cell("\"say \"\"hi\"\"\"", SL_TEXT("say \"hi\""));
    check_cell("\"two\nlines\"", SL_TEXT("two\nlines"));
    check_cell("\" blank \"", SL_TEXT(" blank "));
    check_cell("", SL_TEXT(""));
    check_cell("nul\xEF\xBF\xBD", SL_TEXT("nul\0"));
    check_cell("\xEF\xBF\xBD", SL_TEXT("\xFF"));
}

TEST(csv_holds_no_formulas)
{
    check_cell("'=1+1", SL_TEXT("=1+1"));
    check_cell("\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
               SL_TEXT("=HYPERLINK(\"http://x\",\"y\")"));
    check_cell("'+cmd", SL_TEXT("+cmd"));
    check_cell("'-cmd|'/c calc'!A0", SL_TEXT("-cmd|'/c calc'!A0"));
    check_cell("'@SUM(A1)", SL_TEXT("@SUM(A1)"));
    check_cell("\"'\t=1\"", SL_TEXT("\t=1"));
    check_cell("\"'\r=1\"", SL_TEXT("\r=1"));
    check_cell("'\xEF\xBC\x9D"
               "1",
               SL_TEXT("\xEF\xBC\x9D"
                       "1"));
    check_cell("-12.5", SL_TEXT("-12.5"));
    check_cell("+3", SL_TEXT("+3"));
}

TEST(csv_has_the_columns_of_all_rows)
{
    rows_kit kit;
    kit_init(&kit, 1);
    sl_writer_options options = {.kind = SL_WRITER_CSV};
    sl_writer *writer = sl_writer_new(&options, kit_write, &kit);
    kit_put(&kit, "a", 0, kit_text("1"));
    CHECK_INT(SL_OK, sl_writer_rows(writer, &kit.fields, kit.batch));
    sl_batch_drop_all(kit.batch);
    kit_put(&kit, "@b", 0, kit_text("2"));
    kit_put(&kit, "=c", 0, sl_list((sl_value[]){sl_integer(1), sl_integer(2)}, 2));
    CHECK_INT(SL_OK, sl_writer_rows(writer, &kit.fields, kit.batch));
    CHECK_INT(SL_OK, sl_writer_end(writer));
    CHECK_INT(2, sl_writer_row_count(writer));
    CHECK_TEXT("a,@b,'=c\r\n1,,\r\n,2,\"1\n2\"\r\n", sl_buffer_text(&kit.out));
    sl_writer_free(writer);
    kit_fini(&kit);
}

static void kit_people(rows_kit *kit)
{
    kit_put(kit, "who", 0, kit_text("ann"));
    kit_put(kit, "n", 0, sl_integer(5));
    kit_put(kit, "what", 0, kit_text("a\x1b[2J\nb"));
    kit_put(kit, "who", 1, kit_text("barbara"));
    kit_put(kit, "n", 1, sl_integer(12));
    static const sl_value items[] = {{.text = "x", .length = 1, .kind = SL_STRING},
                                     {.text = "y", .length = 1, .kind = SL_STRING}};
    kit_put(kit, "what", 1, sl_list(items, 2));
}

TEST(table_is_aligned_and_safe)
{
    rows_kit kit;
    kit_init(&kit, 2);
    kit_people(&kit);
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_TABLE}, 1));
    CHECK_TEXT("who       n  what\n"
               "-------  --  -----------\n"
               "ann       5  a\\x1b[2J\\nb\n"
               "barbara  12  x, y\n",
               sl_buffer_text(&kit.out));
    kit_fini(&kit);
}

TEST(table_fits_the_terminal)
{
    rows_kit kit;
    kit_init(&kit, 1);
    kit_put(&kit, "id", 0, kit_text("7"));
    kit_put(&kit, "name", 0, kit_text("0123456789abcdefghijklmnopqrstuvwxyz"));
    sl_writer_options options = {.kind = SL_WRITER_TABLE, .width = 20, .colour = true};
    CHECK_INT(SL_OK, kit_print(&kit, &options, 1));
    CHECK_TEXT("\x1b[1mid  name\n\x1b[0m\x1b[2m--  ----------------\n\x1b[0m"
               "7   01234\xE2\x80\xA6qrstuvwxyz\n",
               sl_buffer_text(&kit.out));
    kit_fini(&kit);
}

TEST(table_of_many_columns_becomes_records)
{
    rows_kit kit;
    char name[16];
    kit_init(&kit, 1);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "column-%d", i);
        if (i != 3) kit_put(&kit, name, 0, kit_text("value"));
    }
    CHECK_INT(SL_OK,
              kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_TABLE, .width = 40}, 2));
    sl_text out = sl_buffer_text(&kit.out);
    CHECK(sl_text_starts(out, SL_TEXT("-- row 1\ncolumn-0  value\ncolumn-1  value\n")));
    CHECK(sl_text_find(out, SL_TEXT("\n\n-- row 2\ncolumn-0  value\n"), 0) != SIZE_MAX);
    kit_fini(&kit);
}

TEST(table_without_terminal_is_not_padded_to_huge_cells)
{
    rows_kit kit;
    sl_buffer huge;
    sl_buffer_init(&huge);
    for (int i = 0; i < 100000; i++) sl_buffer_add_byte(&huge, 'x');
    kit_init(&kit, 2);
    kit_put(&kit, "raw", 0, sl_string(sl_buffer_text(&huge)));
    kit_put(&kit, "raw", 1, kit_text("short"));
    kit_put(&kit, "n", 1, sl_integer(1));
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_TABLE}, 1));
    CHECK(kit.out.length < 101000);
    CHECK(sl_text_find(sl_buffer_text(&kit.out), SL_TEXT("raw  short\n"), 0) != SIZE_MAX);
    sl_buffer_fini(&huge);
    kit_fini(&kit);
}

TEST(table_says_how_much_more)
{
    rows_kit kit;
    kit_init(&kit, 2);
    kit_people(&kit);
    sl_writer_options options = {.kind = SL_WRITER_TABLE, .row_limit = 3};
    CHECK_INT(SL_OK, kit_print(&kit, &options, 2));
    CHECK(sl_text_ends(sl_buffer_text(&kit.out),
                       SL_TEXT("ann       5  a\\x1b[2J\\nb\n"
                               "... and 1 more row\n")));
    kit_fini(&kit);
}

TEST(no_rows_no_table)
{
    rows_kit kit;
    kit_init(&kit, 0);
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_TABLE}, 1));
    CHECK_INT(SL_OK, kit_print(&kit, &(sl_writer_options){.kind = SL_WRITER_CSV}, 1));
    CHECK_INT(0, kit.out.length);
    kit_fini(&kit);
}

TEST(kinds_by_name)
{
    sl_writer_kind kind;
    CHECK(sl_writer_kind_parse(SL_TEXT("csv"), &kind) && kind == SL_WRITER_CSV);
    CHECK(sl_writer_kind_parse(SL_TEXT("ndjson"), &kind) && kind == SL_WRITER_NDJSON);
    CHECK(!sl_writer_kind_parse(SL_TEXT("CSV"), &kind));
    CHECK(!sl_writer_kind_parse(SL_TEXT(""), &kind));
}

TEST_MAIN(RUN(json_values_keep_their_kind) RUN(json_moments_are_told_by_name)
              RUN(json_never_writes_what_is_no_json) RUN(json_embeds_sound_json_only)
                  RUN(json_embeds_to_a_limited_depth) RUN(ndjson_is_an_object_a_line)
                      RUN(json_is_one_array) RUN(only_selected_rows_up_to_the_limit)
                          RUN(a_reader_that_goes_ends_the_writing) RUN(csv_quotes_as_the_rfc_says)
                              RUN(csv_holds_no_formulas) RUN(csv_has_the_columns_of_all_rows)
                                  RUN(table_is_aligned_and_safe) RUN(table_fits_the_terminal)
                                      RUN(table_of_many_columns_becomes_records)
                                          RUN(table_without_terminal_is_not_padded_to_huge_cells)
                                              RUN(table_says_how_much_more) RUN(no_rows_no_table)
                                                  RUN(kinds_by_name))
