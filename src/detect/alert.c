/* alert.c - copies result rows into alerts, and orders them.
 *
 * A batch's columns are looked up by name once; each selected row is then a short copy. */
#include "detect/alert.h"

#include <assert.h>
#include <math.h>

#include "base/memory.h"

/* From here on a number of seconds would be beyond the year 5138: milliseconds are meant. */
#define ALERT_SECONDS_MAX 1e11
#define ALERT_MILLISECONDS_MAX 1e14

void sl_alerts_init(sl_alerts *alerts, size_t bytes_max)
{
    assert(alerts != NULL);
    *alerts = (sl_alerts){.count = 0};
    sl_arena_init(&alerts->arena, bytes_max);
}

void sl_alerts_fini(sl_alerts *alerts)
{
    if (alerts == NULL) return;
    free(alerts->items);
    sl_arena_fini(&alerts->arena);
    alerts->items = NULL;
    alerts->count = alerts->capacity = 0;
}

/* A list counts by its first item. */
static sl_time alert_time(sl_value value)
{
    int64_t whole;
    double number;
    sl_time time;
    if (value.kind == SL_LIST) {
        if (value.length == 0) return SL_TIME_NONE;
        value = value.items[0];
    }
    if (value.kind == SL_MOMENT) return value.integer;
    if (sl_value_integer(value, &whole)) {
        double size = fabs((double)whole);
        if (size < ALERT_SECONDS_MAX && size * 1e9 < 9.2e18) return whole * SL_SECOND;
        if (size >= ALERT_SECONDS_MAX && size < ALERT_MILLISECONDS_MAX && size * 1e6 < 9.2e18)
            return whole * (SL_SECOND / 1000);
        return SL_TIME_NONE;
    }
    if (sl_value_number(value, &number)) {
        double seconds = fabs(number) < ALERT_SECONDS_MAX ? number : number / 1000;
        if (!(fabs(number) < ALERT_MILLISECONDS_MAX) || fabs(seconds) * 1e9 >= 9.2e18)
            return SL_TIME_NONE;
        return (sl_time)llround(seconds * 1e6) * 1000; /* what a double holds of our age */
    }
    if (value.kind == SL_STRING && sl_time_parse(sl_value_bytes(value), &time)) return time;
    return SL_TIME_NONE;
}

/* Room for `more` alerts, within the budget. */
static sl_status alert_reserve(sl_alerts *alerts, size_t more)
{
    size_t limit = alerts->arena.bytes_max;
    if (alerts->capacity - alerts->count >= more) return SL_OK;
    size_t capacity = alerts->capacity + alerts->capacity / 2 + more;
    if (capacity > SIZE_MAX / sizeof(sl_alert)) return SL_LIMIT;
    if (limit > 0 && capacity * sizeof(sl_alert) > limit) return SL_LIMIT;
    sl_alert *items = sl_realloc(alerts->items, capacity * sizeof *items);
    if (items == NULL) return SL_NOMEM;
    alerts->items = items;
    alerts->capacity = capacity;
    return SL_OK;
}

static bool alert_over_budget(const sl_alerts *alerts)
{
    size_t limit = alerts->arena.bytes_max;
    return limit > 0 && alerts->arena.bytes_used > limit - alerts->capacity * sizeof(sl_alert);
}

/* The numbers of the columns: the same for all rows of a batch. */
static const sl_field *alert_fields(sl_alerts *alerts, const sl_batch *batch)
{
    sl_field *fields = SL_ARENA_ARRAY(&alerts->arena, batch->column_count, sl_field);
    if (fields == NULL) return NULL;
    for (uint32_t i = 0; i < batch->column_count; i++) fields[i] = batch->columns[i].field;
    return fields;
}

static bool alert_copy_row(sl_alerts *alerts, const sl_batch *batch, uint32_t row, sl_alert *out)
{
    sl_value *values = SL_ARENA_ARRAY(&alerts->arena, batch->column_count, sl_value);
    if (values == NULL) return false;
    for (uint32_t i = 0; i < batch->column_count; i++)
        values[i] = sl_value_copy(&alerts->arena, batch->columns[i].values[row]);
    out->values = values;
    return !alerts->arena.failed;
}

/* Columns that a part of an alert may stand in, the likelier first: the same for all rows of a
 * batch. */
typedef struct alert_places {
    uint32_t *columns;
    uint32_t count;
} alert_places;

/* The column `name`, or those whose names begin as one that ends in `*`. */
static void alert_add_places(alert_places *places, const sl_batch *batch, const sl_plan *plan,
                             sl_text name)
{
    bool open = name.data[name.length - 1] == '*';
    sl_text start = sl_text_slice(name, 0, name.length - open);
    for (uint32_t i = 0; i < batch->column_count; i++) {
        sl_text column = sl_fields_name(&plan->fields, batch->columns[i].field);
        bool same = open ? sl_text_starts(column, start) : sl_text_equal(column, name);
        if (same) places->columns[places->count++] = i;
    }
}

static bool alert_find_places(sl_arena *arena, const sl_detection *detection, const sl_plan *plan,
                              const sl_batch *batch, alert_places *places)
{
    for (unsigned part = 0; part < SL_ALERT_PART_COUNT; part++) {
        const sl_detection_names *guesses = &detection->guesses[part];
        bool told = detection->columns[part].length > 0;
        size_t most = (size_t)batch->column_count * (told ? 1 : guesses->count);
        places[part] = (alert_places){SL_ARENA_ARRAY(arena, most, uint32_t), 0};
        if (places[part].columns == NULL) return false;
        if (told) alert_add_places(&places[part], batch, plan, detection->columns[part]);
        for (uint32_t i = 0; !told && i < guesses->count; i++)
            alert_add_places(&places[part], batch, plan, guesses->names[i]);
    }
    return true;
}

/* The first that is there; it points to where the row's own copies stand. */
static sl_value alert_find(const sl_alert *alert, const alert_places *places)
{
    for (uint32_t i = 0; i < places->count; i++)
        if (alert->values[places->columns[i]].kind != SL_MISSING)
            return alert->values[places->columns[i]];
    return sl_missing();
}

static sl_status alert_add_rows(sl_alerts *alerts, const sl_alert *like, const sl_batch *batch,
                                const alert_places *places)
{
    for (uint32_t i = 0; i < batch->selected; i++) {
        sl_alert alert = *like;
        alert.arrival = alerts->count;
        if (!alert_copy_row(alerts, batch, batch->rows[i], &alert)) return SL_LIMIT;
        for (unsigned part = 0; part < SL_ALERT_PART_COUNT; part++)
            alert.parts[part] = alert_find(&alert, &places[part]);
        alert.time = alert_time(alert.parts[SL_ALERT_TIME]);
        if (alert_over_budget(alerts)) return SL_LIMIT;
        alerts->items[alerts->count++] = alert;
    }
    return SL_OK;
}

sl_status sl_alerts_add(sl_alerts *alerts, const sl_detection *detection, const sl_plan *plan,
                        const sl_batch *batch)
{
    assert(alerts != NULL);
    assert(detection != NULL);
    assert(plan != NULL);
    assert(batch != NULL);
    if (batch->selected == 0) return SL_OK;
    sl_status status = alert_reserve(alerts, batch->selected);
    if (status != SL_OK) return status;
    sl_alert like = {.detection = detection,
                     .names = &plan->fields,
                     .fields = alert_fields(alerts, batch),
                     .field_count = batch->column_count};
    if (like.fields == NULL) return SL_LIMIT;
    alert_places places[SL_ALERT_PART_COUNT];
    sl_arena scratch;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    status = alert_find_places(&scratch, detection, plan, batch, places)
        ? alert_add_rows(alerts, &like, batch, places)
        : SL_NOMEM;
    sl_arena_fini(&scratch);
    return status;
}

/* <0 when `a` comes first. */
static int alert_compare(const void *left, const void *right)
{
    const sl_alert *a = left, *b = right;
    if (a->detection->severity != b->detection->severity)
        return a->detection->severity > b->detection->severity ? -1 : 1;
    int order = sl_text_compare(a->detection->title, b->detection->title);
    if (order == 0) order = sl_text_compare(a->detection->id, b->detection->id);
    if (order == 0) order = sl_text_compare(a->detection->path, b->detection->path);
    if (order != 0) return order;
    /* SL_TIME_NONE is the smallest number, and so last. */
    if (a->time != b->time) return a->time > b->time ? -1 : 1;
    return a->arrival < b->arrival ? -1 : a->arrival > b->arrival;
}

void sl_alerts_sort(sl_alerts *alerts)
{
    assert(alerts != NULL);
    if (alerts->count > 1)
        qsort(alerts->items, alerts->count, sizeof *alerts->items, alert_compare);
}
