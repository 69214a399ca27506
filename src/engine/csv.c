/* csv.c - two passes over the text: the first counts rows, the second points at cells.
 *
 * Cells point into the text; only one with a doubled quote is a copy. So a table of ten million
 * rows takes its file's size and 16 bytes a cell, and it is known before they are made whether that
 * is within the budget. */
#include "engine/csv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "source/path.h"

enum {
    CSV_HEADER_BYTES_MAX = 1 << 20,
    CSV_INDEX_ROW = 12 /* bytes that looking rows up costs for each: exec/lookup_index.c */
};

typedef struct csv_reader {
    sl_text text;
    size_t at;
    uint64_t line; /* of the cursor, from 1 */
    sl_arena *arena;
    bool unclosed, failed;
} csv_reader;

static bool csv_is_end(char c)
{
    return c == ',' || c == '\n' || c == '\r';
}

/* Goes behind the quote that closes the one at the cursor; true when the cell is more than what is
 * between the two: quotes doubled inside, or text behind. */
static bool csv_quoted(csv_reader *r, size_t *out_end)
{
    bool mixed = false;
    for (r->at++; r->at < r->text.length; r->at++) {
        char c = r->text.data[r->at];
        if (c == '\n') r->line++;
        if (c != '"') continue;
        if (r->at + 1 < r->text.length && r->text.data[r->at + 1] == '"') {
            mixed = true;
            r->at++;
            continue;
        }
        *out_end = r->at++;
        return mixed;
    }
    r->unclosed = true;
    *out_end = r->at;
    return false;
}

/* The cell without its quotes, doubled ones made one. */
static sl_text csv_unquote(csv_reader *r, sl_text raw)
{
    char *out = sl_arena_bytes(r->arena, raw.length);
    if (out == NULL) {
        r->failed = true;
        return (sl_text){NULL, 0};
    }
    size_t length = 0;
    bool quoted = true; /* raw begins with a quote */
    for (size_t i = 1; i < raw.length; i++) {
        if (raw.data[i] == '"' && quoted) {
            if (i + 1 < raw.length && raw.data[i + 1] == '"') {
                i++;
            } else {
                quoted = false;
                continue;
            }
        }
        out[length++] = raw.data[i];
    }
    return sl_text_make(out, length);
}

/* The cell at the cursor, which then stands at the comma or line end behind it. `out` may be NULL
 * when only its end is of interest. */
static void csv_cell(csv_reader *r, sl_text *out)
{
    size_t start = r->at, end = start;
    bool quoted = start < r->text.length && r->text.data[start] == '"';
    bool mixed = quoted && csv_quoted(r, &end);
    size_t behind = r->at;
    while (r->at < r->text.length && !csv_is_end(r->text.data[r->at])) r->at++;
    if (out == NULL || r->unclosed) return;
    if (!quoted) {
        *out = sl_text_slice(r->text, start, r->at);
    } else if (mixed || r->at > behind) {
        *out = csv_unquote(r, sl_text_slice(r->text, start, r->at));
    } else {
        *out = sl_text_slice(r->text, start + 1, end);
    }
}

/* Steps over a comma: true. Over a line end, or stays at the end of the text: false. */
static bool csv_more(csv_reader *r)
{
    if (r->at >= r->text.length) return false;
    char c = r->text.data[r->at++];
    if (c == ',') return true;
    if (c == '\r' && r->at < r->text.length && r->text.data[r->at] == '\n') r->at++;
    r->line++;
    return false;
}

static bool csv_is_blank_line(const csv_reader *r)
{
    return r->text.data[r->at] == '\n' || r->text.data[r->at] == '\r';
}

static bool csv_say_unclosed(const csv_reader *r, uint64_t line, sl_buffer *reason)
{
    sl_buffer_printf(reason, "a quote on line %llu is never closed", (unsigned long long)line);
    return !r->unclosed;
}

static bool csv_check_name(const sl_lookup *out, sl_text name, sl_buffer *reason)
{
    if (name.length == 0) {
        sl_buffer_printf(reason, "its header has no name for column %u", out->column_count + 1);
        return false;
    }
    for (uint32_t i = 0; i < out->column_count; i++) {
        if (!sl_text_equal(out->columns[i], name)) continue;
        sl_buffer_printf(reason, "its header names the column '%.*s' twice", SL_TEXT_ARG(name));
        return false;
    }
    if (out->column_count < SL_CSV_COLUMNS_MAX) return true;
    sl_buffer_printf(reason, "its header has more than %d columns", SL_CSV_COLUMNS_MAX);
    return false;
}

static bool csv_header(csv_reader *r, sl_lookup *out, sl_buffer *reason)
{
    sl_text *columns = SL_ARENA_ARRAY(r->arena, SL_CSV_COLUMNS_MAX, sl_text);
    if (columns == NULL) {
        sl_buffer_add_string(reason, "out of memory");
        return false;
    }
    out->columns = columns;
    while (r->at < r->text.length && csv_is_blank_line(r)) csv_more(r);
    if (r->at >= r->text.length) {
        sl_buffer_add_string(reason, "it is empty: not even a header");
        return false;
    }
    bool more = true;
    while (more) {
        sl_text name = {NULL, 0};
        uint64_t line = r->line;
        csv_cell(r, &name);
        if (r->unclosed) return csv_say_unclosed(r, line, reason);
        more = csv_more(r);
        name = sl_text_trim(name);
        if (name.length == 0 && !more && out->column_count > 0) break; /* a comma at the end */
        if (!csv_check_name(out, name, reason)) return false;
        columns[out->column_count++] = name;
    }
    return true;
}

/* How many rows follow the cursor. */
static bool csv_count(csv_reader r, uint64_t *out_rows, sl_buffer *reason)
{
    *out_rows = 0;
    while (r.at < r.text.length) {
        uint64_t line = r.line;
        if (!csv_is_blank_line(&r)) (*out_rows)++;
        do {
            csv_cell(&r, NULL);
        } while (csv_more(&r));
        if (r.unclosed) return csv_say_unclosed(&r, line, reason);
    }
    return true;
}

static bool csv_row(csv_reader *r, const sl_lookup *out, sl_value *cells, sl_buffer *reason)
{
    uint64_t line = r->line;
    uint32_t column = 0;
    bool more;
    do {
        sl_text cell = {NULL, 0};
        csv_cell(r, &cell);
        more = csv_more(r);
        if (column < out->column_count && cell.length > 0) cells[column] = sl_string(cell);
        if (column >= out->column_count && cell.length > 0) {
            sl_buffer_printf(reason, "line %llu has more cells than the header has columns (%u)",
                             (unsigned long long)line, out->column_count);
            return false;
        }
        column++;
    } while (more);
    return true;
}

static bool csv_rows(csv_reader *r, uint64_t rows, sl_lookup *out, sl_buffer *reason)
{
    sl_value *cells =
        SL_ARENA_ARRAY(r->arena, (size_t)rows * out->column_count, sl_value); /* all missing */
    if (cells == NULL) {
        sl_buffer_add_string(reason, "out of memory");
        return false;
    }
    out->cells = cells;
    while (r->at < r->text.length) {
        if (csv_is_blank_line(r)) {
            csv_more(r);
            continue;
        }
        sl_value *row = cells + (size_t)out->row_count * out->column_count;
        if (!csv_row(r, out, row, reason)) return false;
        out->row_count++;
    }
    if (r->failed) sl_buffer_add_string(reason, "out of memory");
    return !r->failed;
}

/* A reader behind the header. */
static bool csv_begin(sl_text text, sl_arena *arena, csv_reader *out_reader, sl_lookup *out,
                      sl_buffer *reason)
{
    if (sl_text_starts(text, SL_TEXT("\xef\xbb\xbf"))) text = sl_text_slice(text, 3, text.length);
    text = sl_utf8_repair(text, arena);
    *out_reader = (csv_reader){.text = text, .line = 1, .arena = arena};
    if (text.data != NULL || !arena->failed) return csv_header(out_reader, out, reason);
    sl_buffer_add_string(reason, "out of memory");
    return false;
}

bool sl_csv_parse(sl_text text, size_t bytes_max, sl_arena *arena, sl_lookup *out,
                  sl_buffer *reason)
{
    csv_reader reader;
    uint64_t rows;
    if (!csv_begin(text, arena, &reader, out, reason) || !csv_count(reader, &rows, reason))
        return false;
    text = reader.text;
    uint64_t row = out->column_count * sizeof(sl_value) + CSV_INDEX_ROW;
    uint64_t bytes = rows * row + text.length;
    if (rows < UINT32_MAX && bytes <= bytes_max) return csv_rows(&reader, rows, out, reason);
    sl_buffer_printf(
        reason, "its %llu rows need %llu bytes, the memory budget is %llu; --memory raises it",
        (unsigned long long)rows, (unsigned long long)bytes, (unsigned long long)bytes_max);
    return false;
}

/* --- the file --- */

static bool csv_read_all(int fd, char *data, size_t bytes, size_t *out_length)
{
    *out_length = 0;
    while (*out_length < bytes) {
        ssize_t got = read(fd, data + *out_length, bytes - *out_length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        *out_length += (size_t)got;
    }
    return true;
}

static bool csv_fill(int fd, size_t bytes_max, sl_arena *arena, sl_text *out, sl_buffer *reason)
{
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        sl_buffer_add_string(reason, "it is not a regular file");
        return false;
    }
    if ((uint64_t)about.st_size > bytes_max) {
        sl_buffer_printf(reason, "it has %llu bytes, the memory budget is %llu; --memory raises it",
                         (unsigned long long)about.st_size, (unsigned long long)bytes_max);
        return false;
    }
    char *data = sl_malloc((size_t)about.st_size + 1);
    if (data == NULL || !sl_arena_defer(arena, free, data)) {
        sl_buffer_add_string(reason, "out of memory");
        return false;
    }
    out->data = data;
    if (csv_read_all(fd, data, (size_t)about.st_size, &out->length)) return true;
    sl_buffer_add_string(reason, sl_path_error(errno));
    return false;
}

/* The columns' names as copies of their own. */
static bool csv_keep_columns(sl_lookup *out, sl_arena *arena)
{
    sl_text *columns = SL_ARENA_ARRAY(arena, out->column_count, sl_text);
    for (uint32_t c = 0; columns != NULL && c < out->column_count; c++)
        columns[c] = sl_arena_copy(arena, out->columns[c]);
    out->columns = columns;
    return !arena->failed;
}

bool sl_csv_header(sl_text path, sl_arena *arena, sl_lookup *out, sl_buffer *reason)
{
    int fd = sl_path_open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0) {
        sl_buffer_add_string(reason, sl_path_error(errno));
        return false;
    }
    sl_arena scratch;
    csv_reader reader;
    size_t length = 0;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    char *data = sl_arena_bytes(&scratch, CSV_HEADER_BYTES_MAX);
    bool read = data != NULL && csv_read_all(fd, data, CSV_HEADER_BYTES_MAX, &length);
    if (!read) sl_buffer_add_string(reason, data == NULL ? "out of memory" : sl_path_error(errno));
    bool ok = read && csv_begin(sl_text_make(data, length), &scratch, &reader, out, reason);
    if (ok && !csv_keep_columns(out, arena)) {
        sl_buffer_add_string(reason, "out of memory");
        ok = false;
    }
    sl_arena_fini(&scratch);
    close(fd);
    return ok;
}

bool sl_csv_load(sl_text path, size_t bytes_max, sl_arena *arena, sl_lookup *out, sl_buffer *reason)
{
    int fd = sl_path_open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0) {
        sl_buffer_add_string(reason, sl_path_error(errno));
        return false;
    }
    sl_text text = {NULL, 0};
    bool ok = csv_fill(fd, bytes_max, arena, &text, reason);
    close(fd);
    return ok && sl_csv_parse(text, bytes_max, arena, out, reason);
}
