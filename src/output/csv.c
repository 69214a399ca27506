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

/* What a byte asks for: quotes around the cell, or a closer look at the byte itself. */
enum { CSV_QUOTES = 1, CSV_LOOK = 2 };

/* Without a branch, so that a compiler does it for many bytes at once. */
static inline unsigned char csv_byte(char c)
{
    int quote = c == '"', wide = (c == '\0') | ((unsigned char)c >= 0x80);
    int quotes = quote | (c == ',') | (c == ';') | (c == '\n') | (c == '\r') | (c == '\t');
    return (unsigned char)(quotes * CSV_QUOTES | (quote | wide) * CSV_LOOK);
}

/* What its bytes ask for together. */
static unsigned csv_look(sl_text text)
{
    unsigned char asked = 0;
    if (text.length == 0) return 0;
    if (text.data[0] == ' ' || text.data[text.length - 1] == ' ') asked = CSV_QUOTES;
    for (size_t i = 0; i < text.length; i++) asked |= csv_byte(text.data[i]);
    return asked;
}

/* Bytes from `at` on that stand as they are: ASCII but quotes and NUL. */
static size_t csv_plain(sl_text text, size_t at)
{
    size_t from = at;
    while (at < text.length && (signed char)text.data[at] > 0 && text.data[at] != '"') at++;
    return at - from;
}

/* The text with quotes doubled, invalid UTF-8 and NUL bytes as U+FFFD. */
static void csv_bytes(sl_buffer *out, sl_text text)
{
    for (size_t at = 0; at < text.length;) {
        size_t plain = csv_plain(text, at);
        sl_buffer_add(out, sl_text_slice(text, at, at + plain));
        at += plain;
        if (at == text.length) break;
        if (text.data[at] == '"') {
            sl_buffer_add_string(out, "\"\"");
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
    unsigned asked = csv_look(text);
    bool quotes = (asked & CSV_QUOTES) != 0;
    if (quotes) sl_buffer_add_byte(out, '"');
    if (formula) sl_buffer_add_byte(out, '\'');
    if ((asked & CSV_LOOK) != 0) csv_bytes(out, text);
    else sl_buffer_add(out, text);
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
    (void)fields;
    for (uint32_t i = 0; i < batch->column_count; i++) {
        sl_value value = batch->columns[i].values[row];
        if (sl_is_missing(value)) continue;
        const sl_writer_place *place = &writer->places[i];
        if (sl_value_has_bytes(&value)) { /* as sl_value_write would have them */
            sl_spool_add(&writer->spool, place->number, sl_value_bytes(value));
            continue;
        }
        sl_buffer_clear(&writer->scratch);
        sl_value_write(&writer->scratch, place->name, value, writer->options.zone, "\n");
        if (writer->scratch.failed) return SL_NOMEM;
        sl_spool_add(&writer->spool, place->number, sl_buffer_text(&writer->scratch));
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

const sl_writer_ops sl_csv_ops = {.row = csv_row, .end = csv_end, .collects = true};
