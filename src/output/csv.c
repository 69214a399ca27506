/* csv.c - rows as RFC 4180 has them, safe to be opened in a spreadsheet.
 *
 * The header is the union of all rows' columns, so rows are held until the last one is known. A
 * cell that a spreadsheet would take for a formula gets an apostrophe in front. Items of a list
 * stand on lines of their own inside the cell. */
#include "base/memory.h"
#include "base/number.h"
#include "base/utf8.h"
#include "output/kinds.h"

/* True for what begins a formula somewhere: = + - @, their full-width forms, and white space that
 * is skipped in front of them. */
static bool csv_is_formula(sl_text text)
{
    static const char wide[][4] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
    if (text.length == 0) return false;
    if (text.data[0] != '\0' && strchr("=+-@\t\r\n", text.data[0]) != NULL) return true;
    for (size_t i = 0; i < SL_COUNT(wide); i++)
        if (sl_text_starts(text, sl_text_from(wide[i]))) return true;
    return false;
}

static bool csv_needs_quotes(sl_text text)
{
    if (text.length == 0) return false;
    if (text.data[0] == ' ' || text.data[text.length - 1] == ' ') return true;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '"' || c == ',' || c == ';' || c == '\n' || c == '\r' || c == '\t') return true;
    }
    return false;
}

/* The text with quotes doubled, invalid UTF-8 and NUL bytes as U+FFFD. */
static void csv_bytes(sl_buffer *out, sl_text text)
{
    for (size_t at = 0; at < text.length;) {
        char c = text.data[at];
        if (c == '"') sl_buffer_add_byte(out, '"');
        if (c != '\0' && (unsigned char)c < 0x80) {
            sl_buffer_add_byte(out, c);
            at++;
            continue;
        }
        uint32_t code;
        char encoded[4];
        at += sl_utf8_decode(text, at, &code);
        if (code == 0) code = 0xFFFD;
        sl_buffer_add(out, sl_text_make(encoded, sl_utf8_encode(code, encoded)));
    }
}

void sl_csv_cell(sl_buffer *out, sl_text text, bool is_number)
{
    bool formula = !is_number && csv_is_formula(text);
    bool quotes = csv_needs_quotes(text);
    if (quotes) sl_buffer_add_byte(out, '"');
    if (formula) sl_buffer_add_byte(out, '\'');
    csv_bytes(out, text);
    if (quotes) sl_buffer_add_byte(out, '"');
}

static bool csv_is_plain_number(sl_text text)
{
    double number;
    return sl_number_parse(text, &number);
}

static sl_status csv_row(sl_writer *writer, const sl_fields *fields, const sl_batch *batch,
                         uint32_t row)
{
    for (uint32_t i = 0; i < batch->column_count; i++) {
        const sl_column *column = &batch->columns[i];
        sl_text name = sl_fields_name(fields, column->field);
        uint32_t number = sl_writer_column_of(writer, name);
        if (number == SL_MAP_NONE) return SL_NOMEM;
        if (sl_is_missing(column->values[row])) continue;
        sl_buffer_clear(&writer->scratch);
        sl_value_write(&writer->scratch, name, column->values[row], writer->options.zone, "\n");
        if (writer->scratch.failed) return SL_NOMEM;
        sl_spool_add(&writer->spool, number, sl_buffer_text(&writer->scratch));
    }
    return sl_spool_end_row(&writer->spool);
}

/* "@timestamp" is a name, not a formula: a name cannot call anything. */
static bool csv_is_name(sl_text name)
{
    for (size_t i = 1; i < name.length; i++) {
        char c = name.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && c != '_' && c != '.') return false;
    }
    return name.length > 1 && name.data[0] == '@';
}

static void csv_header(sl_writer *writer)
{
    for (uint32_t i = 0; i < writer->names.count; i++) {
        sl_text name = sl_map_key(&writer->names, i);
        if (i > 0) sl_buffer_add_byte(&writer->out, ',');
        sl_csv_cell(&writer->out, name, csv_is_name(name));
    }
    sl_buffer_add_string(&writer->out, "\r\n");
}

/* One row: its cells, which may stand in any order, into the order of the header. */
static void csv_print_row(sl_writer *writer, sl_text *cells)
{
    uint32_t count = writer->names.count;
    memset(cells, 0, count * sizeof *cells);
    for (sl_spool_cell cell; sl_spool_next_cell(&writer->spool, &cell);)
        cells[cell.column] = cell.text;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) sl_buffer_add_byte(&writer->out, ',');
        sl_csv_cell(&writer->out, cells[i], csv_is_plain_number(cells[i]));
    }
    /* A row of one empty cell would be an empty line. */
    if (count == 1 && cells[0].length == 0) sl_buffer_add_string(&writer->out, "\"\"");
    sl_buffer_add_string(&writer->out, "\r\n");
}

static sl_status csv_end(sl_writer *writer)
{
    if (writer->names.count == 0) return SL_OK;
    sl_text *cells = sl_calloc(writer->names.count, sizeof *cells);
    if (cells == NULL) return SL_NOMEM;
    csv_header(writer);
    sl_status status = sl_spool_rewind(&writer->spool);
    while (status == SL_OK) {
        status = sl_spool_next_row(&writer->spool);
        if (status != SL_OK) break;
        csv_print_row(writer, cells);
        status = sl_writer_flush(writer, false);
    }
    free(cells);
    return status == SL_END ? SL_OK : status;
}

const sl_writer_ops sl_csv_ops = {csv_row, csv_end};
