/* alert_write.c - alerts for programs: ndjson, one JSON array, CSV. */
#include <assert.h>

#include "base/number.h"
#include "output/alert_table.h"
#include "output/kinds.h"

enum { ALERT_FLUSH_BYTES = 64 * 1024 };

static const char *const alert_parts[] = SL_ALERT_PART_NAMES;

_Static_assert(SL_COUNT(alert_parts) == SL_ALERT_PART_COUNT, "a name for each part");

static void alert_json_text(sl_buffer *out, const char *key, sl_text text)
{
    sl_buffer_printf(out, "\"%s\":", key);
    sl_json_string(out, text);
    sl_buffer_add_byte(out, ',');
}

static void alert_json_time(sl_buffer *out, sl_time time, const sl_zone *zone)
{
    char text[48];
    if (time == SL_TIME_NONE) return;
    alert_json_text(out, "time", sl_text_make(text, sl_time_format(time, zone, text)));
}

/* The whole row, in column order. */
static void alert_json_row(sl_buffer *out, const sl_alert_view *view, const sl_zone *zone)
{
    bool first = true;
    sl_buffer_add_byte(out, '{');
    for (uint32_t i = 0; i < view->field_count; i++) {
        if (sl_is_missing(view->values[i])) continue;
        sl_text name = sl_fields_name(view->names, view->fields[i]);
        if (!first) sl_buffer_add_byte(out, ',');
        first = false;
        sl_json_string(out, name);
        sl_buffer_add_byte(out, ':');
        sl_json_value(out, name, view->values[i], zone);
    }
    sl_buffer_add_byte(out, '}');
}

static void alert_json(sl_buffer *out, const sl_alert_view *view, const sl_zone *zone)
{
    sl_buffer_add_byte(out, '{');
    alert_json_text(out, "detection", view->detection);
    alert_json_text(out, "id", view->id);
    if (view->technique.length > 0) alert_json_text(out, "technique", view->technique);
    alert_json_text(out, "severity", view->severity);
    alert_json_time(out, view->time, zone);
    for (unsigned i = SL_ALERT_TIME + 1; i < SL_ALERT_PART_COUNT; i++) {
        if (sl_is_missing(view->parts[i])) continue;
        sl_buffer_printf(out, "\"%s\":", alert_parts[i]);
        sl_json_value(out, SL_TEXT(""), view->parts[i], zone);
        sl_buffer_add_byte(out, ',');
    }
    sl_buffer_add_string(out, "\"row\":");
    alert_json_row(out, view, zone);
    sl_buffer_add_byte(out, '}');
}

static void alert_csv_cell(sl_buffer *out, sl_text text, bool last)
{
    double number;
    sl_csv_cell(out, text, sl_number_parse(text, &number));
    sl_buffer_add_string(out, last ? "\r\n" : ",");
}

static void alert_csv_header(sl_buffer *out)
{
    sl_buffer_add_string(out, "detection,id,technique,severity,");
    for (unsigned i = 0; i < SL_ALERT_PART_COUNT; i++) sl_buffer_printf(out, "%s,", alert_parts[i]);
    sl_buffer_add_string(out, "row\r\n");
}

static void alert_csv(sl_buffer *out, const sl_alert_view *view, const sl_zone *zone,
                      sl_buffer *cell)
{
    alert_csv_cell(out, view->detection, false);
    alert_csv_cell(out, view->id, false);
    alert_csv_cell(out, view->technique, false);
    alert_csv_cell(out, view->severity, false);
    for (unsigned i = 0; i < SL_ALERT_PART_COUNT; i++) {
        char text[48];
        sl_buffer_clear(cell);
        if (i == SL_ALERT_TIME && view->time != SL_TIME_NONE)
            sl_buffer_add(cell, sl_text_make(text, sl_time_format(view->time, zone, text)));
        else sl_value_write(cell, SL_TEXT(""), view->parts[i], zone, "\n");
        out->failed |= cell->failed;
        alert_csv_cell(out, sl_buffer_text(cell), false);
    }
    sl_buffer_clear(cell);
    alert_json_row(cell, view, zone);
    out->failed |= cell->failed;
    alert_csv_cell(out, sl_buffer_text(cell), true);
}

static sl_status alert_flush(sl_buffer *out, sl_write *write, void *context, bool all)
{
    if (out->failed) return SL_NOMEM;
    if (out->length == 0 || (!all && out->length < ALERT_FLUSH_BYTES)) return SL_OK;
    bool open = write(context, sl_buffer_text(out));
    sl_buffer_clear(out);
    return open ? SL_OK : SL_IO;
}

typedef struct alert_writer {
    const sl_alert_options *options;
    sl_buffer out, cell;
    bool any; /* an alert was written */
} alert_writer;

static void alert_write_one(alert_writer *writer, const sl_alert_view *view)
{
    const sl_alert_options *options = writer->options;
    if (options->kind == SL_WRITER_JSON)
        sl_buffer_add_string(&writer->out, writer->any ? ",\n" : "[\n");
    writer->any = true;
    if (options->kind == SL_WRITER_CSV) {
        alert_csv(&writer->out, view, options->zone, &writer->cell);
        return;
    }
    alert_json(&writer->out, view, options->zone);
    if (options->kind == SL_WRITER_NDJSON) sl_buffer_add_byte(&writer->out, '\n');
}

static sl_status alert_write_all(alert_writer *writer, const sl_alert_source *alerts,
                                 sl_write *write, void *context)
{
    sl_alert_view view, before;
    uint64_t nth = 0; /* of its detection */
    sl_status status = SL_OK;
    for (size_t i = 0; status == SL_OK && i < alerts->count; i++) {
        alerts->view(alerts->context, i, &view);
        nth = i > 0 && sl_alert_is_same(&before, &view) ? nth + 1 : 1;
        before = view;
        if (writer->options->shown != 0 && nth > writer->options->shown) continue;
        alert_write_one(writer, &view);
        status = alert_flush(&writer->out, write, context, false);
    }
    return status;
}

sl_status sl_alerts_write(const sl_alert_source *alerts, const sl_alert_options *options,
                          sl_write *write, void *context)
{
    assert(alerts != NULL);
    assert(options != NULL);
    assert(write != NULL);
    if (options->kind == SL_WRITER_TABLE) return sl_alert_table(alerts, options, write, context);

    alert_writer writer = {.options = options};
    sl_buffer_init(&writer.out);
    sl_buffer_init(&writer.cell);
    if (options->kind == SL_WRITER_CSV) alert_csv_header(&writer.out);
    sl_status status = alert_write_all(&writer, alerts, write, context);
    if (options->kind == SL_WRITER_JSON)
        sl_buffer_add_string(&writer.out, writer.any ? "\n]\n" : "[]\n");
    if (status == SL_OK) status = alert_flush(&writer.out, write, context, true);
    sl_buffer_fini(&writer.out);
    sl_buffer_fini(&writer.cell);
    return status;
}
