/* detect_alert_test.c - rows become alerts: times told by their form, order, budget. */
#include "detect/alert.h"

#include "test.h"

typedef struct alert_kit {
    sl_arena arena;
    sl_plan *plan;
    sl_detection detection;
    sl_alerts alerts;
    sl_batch *batch;
} alert_kit;

static void kit_init(alert_kit *kit, uint32_t rows)
{
    sl_arena_init(&kit->arena, 0);
    kit->plan = sl_plan_new(SL_LANG_SPL, SL_TEXT("q"), SL_TEXT("x"));
    kit->detection = (sl_detection){.title = SL_TEXT("t"), .severity = SL_SEVERITY_LOW};
    kit->detection.columns[SL_ALERT_TIME] = SL_TEXT("when");
    kit->detection.columns[SL_ALERT_ACTOR] = SL_TEXT("who");
    kit->detection.columns[SL_ALERT_SCORE] = SL_TEXT("absent");
    sl_alerts_init(&kit->alerts, 0);
    kit->batch = sl_batch_new(&kit->arena, rows);
}

static void kit_fini(alert_kit *kit)
{
    sl_alerts_fini(&kit->alerts);
    sl_plan_free(kit->plan);
    sl_arena_fini(&kit->arena);
}

static void kit_put(alert_kit *kit, const char *name, uint32_t row, sl_value value)
{
    sl_field field = sl_fields_add(&kit->plan->fields, sl_text_from(name));
    const sl_value *old = sl_batch_find(kit->batch, field);
    sl_value *values = sl_batch_column_new(kit->batch);
    if (values == NULL) return;
    if (old != NULL) memcpy(values, old, kit->batch->row_count * sizeof *values);
    values[row] = value;
    CHECK(sl_batch_set(kit->batch, field, values));
}

static sl_value text(const char *string)
{
    return sl_string(sl_text_from(string));
}

static void check_time(int64_t milliseconds, sl_value value)
{
    alert_kit kit;
    kit_init(&kit, 1);
    kit_put(&kit, "when", 0, value);
    CHECK_INT(SL_OK, sl_alerts_add(&kit.alerts, &kit.detection, kit.plan, kit.batch));
    CHECK_INT(1, kit.alerts.count);
    sl_time time = kit.alerts.items[0].time;
    CHECK_INT(milliseconds, time == SL_TIME_NONE ? -1 : time / 1000000);
    kit_fini(&kit);
}

TEST(times_of_any_form)
{
    check_time(1688991086500, sl_moment(INT64_C(1688991086500) * 1000000));
    check_time(1688991086000, sl_integer(1688991086));
    check_time(1688991086500, sl_integer(1688991086500));
    check_time(1688991086500, sl_real(1688991086.5));
    check_time(1688991086500, sl_real(1688991086500.0));
    check_time(1688991086000, text("1688991086"));
    check_time(1688991086500, text("1688991086500"));
    check_time(1688991086500, text("2023-07-10T12:11:26.500Z"));
    check_time(1688991086500, sl_number_as(SL_TEXT("1688991086.5")));
    sl_value items[] = {text("2023-07-10T12:11:26Z"), text("x")};
    check_time(1688991086000, sl_list(items, 2));
}

TEST(times_that_are_none)
{
    check_time(-1, text("yesterday"));
    check_time(-1, text(""));
    check_time(-1, sl_missing());
    check_time(-1, sl_list(NULL, 0));
    check_time(-1, sl_integer(INT64_MAX));
    check_time(-1, sl_integer(INT64_MIN));
    check_time(-1, sl_real(1e300));
    check_time(-1, sl_real(-1e300));
    check_time(-1, sl_number_as(SL_TEXT("99999999999999999999")));
    check_time(-1, sl_integer(50000000000)); /* seconds beyond what nanoseconds hold */
}

TEST(keeps_the_row_when_the_batch_is_gone)
{
    static const uint32_t rows[] = {1};
    alert_kit kit;
    char who[] = "eve";
    kit_init(&kit, 2);
    kit_put(&kit, "who", 0, text("not selected"));
    kit_put(&kit, "who", 1, sl_string(sl_text_make(who, 3)));
    kit_put(&kit, "other", 1, sl_integer(7));
    kit.batch->rows = rows;
    kit.batch->selected = 1;
    CHECK_INT(SL_OK, sl_alerts_add(&kit.alerts, &kit.detection, kit.plan, kit.batch));
    memset(who, 'x', sizeof who);
    sl_arena_reset(&kit.arena);
    CHECK_INT(1, kit.alerts.count);
    const sl_alert *alert = &kit.alerts.items[0];
    CHECK_TEXT("eve", sl_value_bytes(alert->parts[SL_ALERT_ACTOR]));
    CHECK(sl_is_missing(alert->parts[SL_ALERT_SCORE]));
    CHECK_INT(2, alert->field_count);
    CHECK_TEXT("other", sl_fields_name(alert->names, alert->fields[1]));
    CHECK_INT(7, alert->values[1].integer);
    kit_fini(&kit);
}

TEST(orders_by_severity_title_time_arrival)
{
    alert_kit kit;
    sl_detection high = {.title = SL_TEXT("z"), .severity = SL_SEVERITY_HIGH};
    kit_init(&kit, 4);
    sl_detection other = kit.detection;
    other.title = SL_TEXT("a");
    kit_put(&kit, "when", 0, sl_integer(100));
    kit_put(&kit, "when", 1, sl_missing());
    kit_put(&kit, "when", 2, sl_integer(200));
    kit_put(&kit, "when", 3, sl_integer(100));
    for (uint32_t i = 0; i < 4; i++) kit_put(&kit, "who", i, sl_integer(i));
    CHECK_INT(SL_OK, sl_alerts_add(&kit.alerts, &kit.detection, kit.plan, kit.batch));
    CHECK_INT(SL_OK, sl_alerts_add(&kit.alerts, &other, kit.plan, kit.batch));
    CHECK_INT(SL_OK, sl_alerts_add(&kit.alerts, &high, kit.plan, kit.batch));
    sl_alerts_sort(&kit.alerts);
    CHECK_INT(12, kit.alerts.count);
    CHECK(kit.alerts.items[0].detection == &high);
    CHECK(kit.alerts.items[4].detection == &other);
    static const int64_t expected[] = {2, 0, 3, 1};
    for (size_t i = 0; i < SL_COUNT(expected); i++)
        CHECK_INT(expected[i], kit.alerts.items[8 + i].parts[SL_ALERT_ACTOR].integer);
    kit_fini(&kit);
}

TEST(ends_at_its_budget)
{
    alert_kit kit;
    kit_init(&kit, 100);
    for (uint32_t i = 0; i < 100; i++) kit_put(&kit, "who", i, text("a name of some length"));
    sl_alerts_fini(&kit.alerts);
    sl_alerts_init(&kit.alerts, 64 * 1024);
    sl_status status = SL_OK;
    for (int i = 0; i < 1000 && status == SL_OK; i++)
        status = sl_alerts_add(&kit.alerts, &kit.detection, kit.plan, kit.batch);
    CHECK_INT(SL_LIMIT, status);
    CHECK(kit.alerts.count > 0);
    sl_alerts_sort(&kit.alerts);
    kit_fini(&kit);
}

TEST(nothing_selected)
{
    alert_kit kit;
    kit_init(&kit, 2);
    kit.batch->selected = 0;
    CHECK_INT(SL_OK, sl_alerts_add(&kit.alerts, &kit.detection, kit.plan, kit.batch));
    sl_alerts_sort(&kit.alerts);
    CHECK_INT(0, kit.alerts.count);
    kit_fini(&kit);
}

TEST_MAIN(RUN(times_of_any_form) RUN(times_that_are_none) RUN(keeps_the_row_when_the_batch_is_gone)
              RUN(orders_by_severity_title_time_arrival) RUN(ends_at_its_budget)
                  RUN(nothing_selected))
