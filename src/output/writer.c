/* writer.c - makes writers, deals rows out to the kinds, and holds bytes until there are many. */
#include "output/writer.h"

#include <assert.h>

#include "base/memory.h"
#include "output/kinds.h"
#include "output/safe.h"

enum { WRITER_FLUSH_BYTES = 64 * 1024 };

static const struct {
    const char *name;
    const sl_writer_ops *ops;
} writer_kinds[] = {
    [SL_WRITER_TABLE] = {"table", &sl_table_ops},
    [SL_WRITER_NDJSON] = {"ndjson", &sl_ndjson_ops},
    [SL_WRITER_JSON] = {"json", &sl_json_ops},
    [SL_WRITER_CSV] = {"csv", &sl_csv_ops},
};

_Static_assert(SL_COUNT(writer_kinds) == SL_WRITER_KIND_COUNT, "a name for each kind");

bool sl_writer_kind_parse(sl_text name, sl_writer_kind *out)
{
    for (size_t i = 0; i < SL_COUNT(writer_kinds); i++) {
        if (!sl_text_equal(name, sl_text_from(writer_kinds[i].name))) continue;
        *out = (sl_writer_kind)i;
        return true;
    }
    return false;
}

sl_writer *sl_writer_new(const sl_writer_options *options, sl_write *write, void *context)
{
    assert(options != NULL);
    assert(write != NULL);
    assert((unsigned)options->kind < SL_WRITER_KIND_COUNT);
    sl_writer *writer = sl_calloc(1, sizeof *writer);
    if (writer == NULL) return NULL;
    writer->options = *options;
    writer->ops = writer_kinds[options->kind].ops;
    writer->write = write;
    writer->context = context;
    sl_buffer_init(&writer->out);
    sl_buffer_init(&writer->scratch);
    sl_buffer_init(&writer->safe);
    sl_map_init(&writer->names);
    sl_spool_init(&writer->spool, SL_SPOOL_MEMORY_BYTES);
    return writer;
}

void sl_writer_free(sl_writer *writer)
{
    if (writer == NULL) return;
    sl_buffer_fini(&writer->out);
    sl_buffer_fini(&writer->scratch);
    sl_buffer_fini(&writer->safe);
    sl_map_fini(&writer->names);
    sl_spool_fini(&writer->spool);
    free(writer->columns);
    free(writer->places);
    free(writer);
}

sl_status sl_writer_flush(sl_writer *writer, bool all)
{
    if (writer->closed) return SL_IO;
    if (writer->out.failed) return SL_NOMEM;
    if (writer->out.length == 0 || (!all && writer->out.length < WRITER_FLUSH_BYTES)) return SL_OK;
    writer->closed = !writer->write(writer->context, sl_buffer_text(&writer->out));
    sl_buffer_clear(&writer->out);
    return writer->closed ? SL_IO : SL_OK;
}

/* The number of a column, new or old, or SL_MAP_NONE when memory ends. */
static uint32_t writer_column_of(sl_writer *writer, sl_text name)
{
    uint32_t number = sl_map_add(&writer->names, name);
    if (number == SL_MAP_NONE || number < writer->column_capacity) return number;
    uint32_t capacity = number + number / 2 + 16;
    sl_writer_column *columns = sl_realloc(writer->columns, capacity * sizeof *columns);
    if (columns == NULL) return SL_MAP_NONE;
    memset(columns + writer->column_capacity, 0,
           (capacity - writer->column_capacity) * sizeof *columns);
    writer->columns = columns;
    writer->column_capacity = capacity;
    return number;
}

/* Looks the columns of the batch up once for all of its rows. */
static sl_status writer_place(sl_writer *writer, const sl_fields *fields, const sl_batch *batch)
{
    if (batch->column_count > writer->place_capacity) {
        sl_writer_place *places =
            sl_realloc(writer->places, batch->column_count * sizeof *writer->places);
        if (places == NULL) return SL_NOMEM;
        writer->places = places;
        writer->place_capacity = batch->column_count;
    }
    for (uint32_t i = 0; i < batch->column_count; i++) {
        sl_text name = sl_fields_name(fields, batch->columns[i].field);
        writer->places[i] = (sl_writer_place){name, writer_column_of(writer, name)};
        if (writer->places[i].number == SL_MAP_NONE) return SL_NOMEM;
    }
    return SL_OK;
}

sl_status sl_writer_rows(sl_writer *writer, const sl_fields *fields, const sl_batch *batch)
{
    assert(writer != NULL);
    assert(fields != NULL);
    assert(batch != NULL);
    uint64_t limit = writer->options.row_limit;
    for (uint32_t i = 0; i < batch->selected; i++) {
        if (limit > 0 && writer->row_count == limit) {
            writer->beyond += batch->selected - i;
            break;
        }
        sl_status status = SL_OK;
        if (i == 0 && writer->ops->collects) status = writer_place(writer, fields, batch);
        if (status == SL_OK) status = writer->ops->row(writer, fields, batch, batch->rows[i]);
        if (status == SL_OK) status = sl_writer_flush(writer, false);
        if (status != SL_OK) return status;
        writer->row_count++;
    }
    return sl_writer_flush(writer, true);
}

sl_status sl_writer_end(sl_writer *writer)
{
    assert(writer != NULL);
    sl_status status = writer->ops->end(writer);
    return status == SL_OK ? sl_writer_flush(writer, true) : status;
}

uint64_t sl_writer_row_count(const sl_writer *writer)
{
    return writer->row_count;
}

static bool writer_is_time_name(sl_text name)
{
    return sl_text_equal(name, SL_TEXT("_time"));
}

/* A computed _time is a moment too, whatever arithmetic made of its kind. */
static sl_time writer_time_of(sl_text name, sl_value value)
{
    if (!writer_is_time_name(name)) return SL_TIME_NONE;
    double seconds;
    switch ((sl_kind)value.kind) {
    case SL_MOMENT: return value.integer;
    case SL_INTEGER: seconds = (double)value.integer; break;
    case SL_REAL: seconds = value.real; break;
    default: return SL_TIME_NONE;
    }
    if (!(seconds > -9e9 && seconds < 9e9)) return SL_TIME_NONE;
    if (value.kind == SL_INTEGER) return value.integer * SL_SECOND;
    /* A double holds microseconds of our age. */
    return (sl_time)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5)) * 1000;
}

static void value_write_one(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone)
{
    sl_time time = writer_time_of(name, value);
    if (time != SL_TIME_NONE) {
        char text[48];
        sl_buffer_add(out, sl_text_make(text, sl_time_format(time, zone, text)));
        return;
    }
    char scratch[SL_VALUE_TEXT_MAX];
    sl_buffer_add(out, sl_value_text(value, scratch));
}

void sl_value_write(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone,
                    const char *between)
{
    if (value.kind != SL_LIST) {
        value_write_one(out, name, value, zone);
        return;
    }
    for (uint32_t i = 0; i < value.length; i++) {
        if (i > 0) sl_buffer_add_string(out, between);
        value_write_one(out, name, value.items[i], zone);
    }
}

void sl_plain_value(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone)
{
    sl_buffer plain;
    sl_buffer_init(&plain);
    sl_value_write(&plain, name, value, zone, ", ");
    sl_safe_text(out, sl_buffer_text(&plain));
    out->failed |= plain.failed;
    sl_buffer_fini(&plain);
}

static void json_number_value(sl_buffer *out, sl_value value)
{
    char scratch[SL_VALUE_TEXT_MAX];
    sl_text text = sl_value_text(value, scratch);
    if (sl_json_is_number(text)) sl_buffer_add(out, text);
    else sl_json_string(out, text);
}

static void json_value_one(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone)
{
    if (writer_time_of(name, value) != SL_TIME_NONE) {
        sl_buffer_add_byte(out, '"');
        value_write_one(out, name, value, zone);
        sl_buffer_add_byte(out, '"');
        return;
    }
    switch ((sl_kind)value.kind) {
    case SL_MISSING:
    case SL_NULL:
    case SL_LIST: sl_buffer_add_string(out, "null"); break;
    case SL_BOOL: sl_buffer_add_string(out, value.boolean ? "true" : "false"); break;
    case SL_NUMBER:
    case SL_INTEGER:
    case SL_REAL:
    case SL_MOMENT: json_number_value(out, value); break;
    case SL_STRING: sl_json_string(out, sl_value_bytes(value)); break;
    case SL_JSON:
        if (!sl_json_embed(out, sl_value_bytes(value))) sl_json_string(out, sl_value_bytes(value));
        break;
    }
}

void sl_json_value(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone)
{
    if (value.kind != SL_LIST) {
        json_value_one(out, name, value, zone);
        return;
    }
    sl_buffer_add_byte(out, '[');
    for (uint32_t i = 0; i < value.length; i++) {
        if (i > 0) sl_buffer_add_byte(out, ',');
        json_value_one(out, name, value.items[i], zone);
    }
    sl_buffer_add_byte(out, ']');
}
