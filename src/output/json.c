/* json.c - rows as JSON: an object a line, or one array of them. */
#include <assert.h>

#include "base/utf8.h"
#include "output/kinds.h"

/* The length of the part of `t` from `at` on that may stand in a string as it is. */
static size_t json_plain(sl_text t, size_t at)
{
    size_t from = at;
    while (at < t.length) {
        unsigned char c = (unsigned char)t.data[at];
        if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\') break;
        at++;
    }
    return at - from;
}

static void json_escape(sl_buffer *out, uint32_t code)
{
    switch (code) {
    case '"': sl_buffer_add_string(out, "\\\""); return;
    case '\\': sl_buffer_add_string(out, "\\\\"); return;
    case '\b': sl_buffer_add_string(out, "\\b"); return;
    case '\f': sl_buffer_add_string(out, "\\f"); return;
    case '\n': sl_buffer_add_string(out, "\\n"); return;
    case '\r': sl_buffer_add_string(out, "\\r"); return;
    case '\t': sl_buffer_add_string(out, "\\t"); return;
    default: break;
    }
    /* C1 controls can act on a terminal; the rest of Unicode stands as it is. */
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
        sl_buffer_printf(out, "\\u%04x", (unsigned)code);
        return;
    }
    char encoded[4];
    sl_buffer_add(out, sl_text_make(encoded, sl_utf8_encode(code, encoded)));
}

void sl_json_string(sl_buffer *out, sl_text text)
{
    assert(out != NULL);
    sl_buffer_add_byte(out, '"');
    for (size_t at = 0; at < text.length;) {
        size_t plain = json_plain(text, at);
        sl_buffer_add(out, sl_text_slice(text, at, at + plain));
        at += plain;
        if (at == text.length) break;
        uint32_t code;
        at += sl_utf8_decode(text, at, &code);
        json_escape(out, code);
    }
    sl_buffer_add_byte(out, '"');
}

void sl_json_row(sl_buffer *out, const sl_fields *fields, const sl_batch *batch, uint32_t row,
                 const sl_zone *zone)
{
    bool first = true;
    sl_buffer_add_byte(out, '{');
    for (uint32_t i = 0; i < batch->column_count; i++) {
        const sl_column *column = &batch->columns[i];
        if (sl_is_missing(column->values[row])) continue;
        sl_text name = sl_fields_name(fields, column->field);
        if (!first) sl_buffer_add_byte(out, ',');
        first = false;
        sl_json_string(out, name);
        sl_buffer_add_byte(out, ':');
        sl_json_value(out, name, column->values[row], zone);
    }
    sl_buffer_add_byte(out, '}');
}

static sl_status ndjson_row(sl_writer *writer, const sl_fields *fields, const sl_batch *batch,
                            uint32_t row)
{
    sl_json_row(&writer->out, fields, batch, row, writer->options.zone);
    sl_buffer_add_byte(&writer->out, '\n');
    return SL_OK;
}

static sl_status ndjson_end(sl_writer *writer)
{
    (void)writer;
    return SL_OK;
}

static sl_status json_row(sl_writer *writer, const sl_fields *fields, const sl_batch *batch,
                          uint32_t row)
{
    sl_buffer_add_string(&writer->out, writer->row_count == 0 ? "[\n" : ",\n");
    sl_json_row(&writer->out, fields, batch, row, writer->options.zone);
    return SL_OK;
}

static sl_status json_end(sl_writer *writer)
{
    sl_buffer_add_string(&writer->out, writer->row_count == 0 ? "[]\n" : "\n]\n");
    return SL_OK;
}

const sl_writer_ops sl_ndjson_ops = {.row = ndjson_row, .end = ndjson_end};
const sl_writer_ops sl_json_ops = {.row = json_row, .end = json_end};
