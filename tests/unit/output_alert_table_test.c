/* output_alert_table_test.c - alerts laid out for terminals of any width, and as objects. */
#include "output/alert_table.h"

#include "output/safe.h"
#include "output_support.h"

enum { ALERTS_MAX = 64 };

typedef struct alerts_kit {
    rows_kit kit;
    sl_alert_view views[ALERTS_MAX];
    sl_value parts[ALERTS_MAX][SL_ALERT_PART_COUNT];
    sl_value value;
    sl_field field;
    size_t count;
} alerts_kit;

static void alerts_view(void *context, size_t index, sl_alert_view *out)
{
    const alerts_kit *alerts = context;
    *out = alerts->views[index];
}

static void alerts_init(alerts_kit *alerts)
{
    memset(alerts, 0, sizeof *alerts);
    kit_init(&alerts->kit, 1);
    alerts->field = sl_fields_add(&alerts->kit.fields, SL_TEXT("user"));
    alerts->value = kit_text("eve");
}

static void alerts_add(alerts_kit *alerts, const char *title, const char *actor)
{
    size_t number = alerts->count++;
    sl_value *parts = alerts->parts[number];
    parts[SL_ALERT_ACTOR] = kit_text(actor);
    parts[SL_ALERT_OPERATION] = kit_text("StopInstances");
    parts[SL_ALERT_RESOURCE] = kit_text(
        "/subscriptions/0b1f6471/resourceGroups/rg-web/providers/Microsoft.Compute/disks/d1");
    parts[SL_ALERT_ADDRESS] = kit_text("198.51.100.77");
    parts[SL_ALERT_SCORE] = sl_integer(1);
    alerts->views[number] = (sl_alert_view){.detection = sl_text_from(title),
                                            .id = sl_text_from(title),
                                            .technique = SL_TEXT("T1578.004"),
                                            .severity = SL_TEXT("high"),
                                            .severity_rank = 3,
                                            .time = INT64_C(1688991086) * SL_SECOND + 5,
                                            .parts = parts,
                                            .names = &alerts->kit.fields,
                                            .fields = &alerts->field,
                                            .values = &alerts->value,
                                            .field_count = 1};
}

static sl_text alerts_print(alerts_kit *alerts, const sl_alert_options *options)
{
    sl_alert_source source = {.context = alerts, .count = alerts->count, .view = alerts_view};
    sl_buffer_clear(&alerts->kit.out);
    CHECK_INT(SL_OK, sl_alerts_write(&source, options, kit_write, &alerts->kit));
    return sl_buffer_text(&alerts->kit.out);
}

/* No line is wider than `width`. */
static void check_width(sl_text out, uint32_t width)
{
    for (size_t start = 0; start < out.length;) {
        size_t end = sl_text_find_byte(out, '\n', start);
        if (end == SIZE_MAX) end = out.length;
        sl_text line = sl_text_slice(out, start, end);
        if (sl_safe_width(line) > width) TEST_FAIL("%u: %.*s", width, SL_TEXT_ARG(line));
        CHECK(line.length == 0 || line.data[line.length - 1] != ' ');
        start = end + 1;
    }
}

#define ACTOR "arn:aws:sts::111122223333:assumed-role/office-hours-scheduler/scheduler-f9c49c26"

TEST(fits_terminals)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    for (int i = 0; i < 3; i++) alerts_add(&alerts, "Revert Cloud Instance (Splunk)", ACTOR);
    for (uint32_t width = 60; width < 260; width += 7) {
        sl_alert_options options = {.kind = SL_WRITER_TABLE, .width = width};
        sl_text out = alerts_print(&alerts, &options);
        check_width(out, width);
        CHECK(sl_text_find(out, SL_TEXT("198.51.100.77"), 0) != SIZE_MAX);
        CHECK(sl_text_find(out, SL_TEXT("f9c49c26"), 0) != SIZE_MAX);
        CHECK(sl_text_find(out, SL_TEXT("/d1"), 0) != SIZE_MAX);
    }
    kit_fini(&alerts.kit);
}

TEST(has_all_columns_when_there_is_room)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    alerts_add(&alerts, "One", "eve");
    CHECK_TEXT(
        "DETECTION  SEVERITY  TIME                  ACTOR  OPERATION      RESOURCE             "
        "                                                               SOURCE ADDRESS  "
        "SCORE\n"
        "One        high      2023-07-10 12:11:26Z  eve    StopInstances  /subscriptions/0b1f"
        "6471/resourceGroups/rg-web/providers/Microsoft.Compute/disks/d1  198.51.100.77   1\n",
        alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_TABLE}));
    kit_fini(&alerts.kit);
}

TEST(has_a_heading_a_detection_when_narrow)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    alerts_add(&alerts, "One", "eve");
    alerts_add(&alerts, "Two", "bob");
    sl_text out = alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_TABLE, .width = 80});
    CHECK(sl_text_starts(out, SL_TEXT("HIGH  One  T1578.004  1 alert\n")));
    CHECK(sl_text_find(out, SL_TEXT("\n\nHIGH  Two  T1578.004  1 alert\n"), 0) != SIZE_MAX);
    kit_fini(&alerts.kit);
}

TEST(shows_so_many_of_each)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    for (int i = 0; i < 25; i++) alerts_add(&alerts, "Many", i < 20 ? "eve" : "bob");
    for (int i = 0; i < 2; i++) alerts_add(&alerts, "Few", "ann");
    sl_alert_options options = {.kind = SL_WRITER_TABLE, .shown = SL_ALERTS_SHOWN};
    sl_text out = alerts_print(&alerts, &options);
    CHECK(sl_text_find(out, SL_TEXT("\n... and 5 more of \"Many\"\n\nFew "), 0) != SIZE_MAX);
    CHECK(sl_text_find(out, SL_TEXT("bob"), 0) == SIZE_MAX);
    CHECK(sl_text_find(out, SL_TEXT("more of \"Few\""), 0) == SIZE_MAX);
    options = (sl_alert_options){.kind = SL_WRITER_NDJSON, .shown = 1};
    out = alerts_print(&alerts, &options);
    size_t lines = 0;
    for (size_t i = 0; i < out.length; i++) lines += out.data[i] == '\n';
    CHECK_INT(2, lines);
    kit_fini(&alerts.kit);
}

TEST(shows_no_control_characters)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    alerts_add(&alerts, "One",
               "e\x1b]0;owned\av\xE2\x80\xAE"
               "e\n");
    for (uint32_t width = 0; width <= 120; width += 60) {
        sl_alert_options options = {.kind = SL_WRITER_TABLE, .width = width};
        sl_text out = alerts_print(&alerts, &options);
        CHECK(sl_text_find_byte(out, '\x1b', 0) == SIZE_MAX);
        CHECK(sl_text_find_byte(out, '\a', 0) == SIZE_MAX);
        CHECK(sl_text_find(out, SL_TEXT("\xE2\x80\xAE"), 0) == SIZE_MAX);
    }
    kit_fini(&alerts.kit);
}

TEST(colours_by_severity)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    alerts_add(&alerts, "One", "eve");
    sl_alert_options options = {.kind = SL_WRITER_TABLE, .colour = true};
    sl_text out = alerts_print(&alerts, &options);
    CHECK(sl_text_find(out, SL_TEXT("\x1b[31mhigh\x1b[0m"), 0) != SIZE_MAX);
    CHECK(strcmp("", sl_alert_colour(4, false)) == 0);
    CHECK(strcmp("", sl_alert_colour(99, true)) == 0);
    kit_fini(&alerts.kit);
}

TEST(objects_hold_the_row)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    alerts_add(&alerts, "One", "eve");
    alerts.parts[0][SL_ALERT_RESOURCE] = sl_missing();
    CHECK_TEXT(
        "{\"detection\":\"One\",\"id\":\"One\",\"technique\":\"T1578.004\","
        "\"severity\":\"high\",\"time\":\"2023-07-10T12:11:26.000000005Z\",\"actor\":\"eve\","
        "\"operation\":\"StopInstances\",\"address\":\"198.51.100.77\",\"score\":1,"
        "\"row\":{\"user\":\"eve\"}}\n",
        alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_NDJSON}));
    sl_text out = alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_JSON});
    CHECK(sl_text_starts(out, SL_TEXT("[\n{\"detection\""))
          && sl_text_ends(out, SL_TEXT("}\n]\n")));
    alerts.views[0].time = SL_TIME_NONE;
    CHECK_TEXT("detection,id,technique,severity,time,actor,operation,resource,address,score,row\r\n"
               "One,One,T1578.004,high,,eve,StopInstances,,198.51.100.77,1,"
               "\"{\"\"user\"\":\"\"eve\"\"}\"\r\n",
               alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_CSV}));
    kit_fini(&alerts.kit);
}

TEST(no_alerts)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    CHECK_TEXT("", alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_TABLE}));
    CHECK_TEXT("", alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_NDJSON}));
    CHECK_TEXT("[]\n", alerts_print(&alerts, &(sl_alert_options){.kind = SL_WRITER_JSON}));
    kit_fini(&alerts.kit);
}

TEST(a_reader_that_goes_ends_the_writing)
{
    alerts_kit alerts;
    alerts_init(&alerts);
    alerts_add(&alerts, "One", "eve");
    sl_alert_source source = {.context = &alerts, .count = 1, .view = alerts_view};
    for (int kind = 0; kind < SL_WRITER_KIND_COUNT; kind++) {
        sl_alert_options options = {.kind = (sl_writer_kind)kind};
        alerts.kit.room = 0;
        CHECK_INT(SL_IO, sl_alerts_write(&source, &options, kit_write, &alerts.kit));
    }
    kit_fini(&alerts.kit);
}

TEST_MAIN(RUN(fits_terminals) RUN(has_all_columns_when_there_is_room)
              RUN(has_a_heading_a_detection_when_narrow) RUN(shows_so_many_of_each)
                  RUN(shows_no_control_characters) RUN(colours_by_severity)
                      RUN(objects_hold_the_row) RUN(no_alerts)
                          RUN(a_reader_that_goes_ends_the_writing))
