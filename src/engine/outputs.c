/* outputs.c - rows gathered as text, written as CSV that a lookup can be read from again.
 *
 * Unlike what people are shown, nothing is put in front of a cell that looks like a formula: the
 * file must give back what was written. Times are epoch seconds, as the vendor's lookups have
 * them; items of a list stand on lines of their own. */
#include "engine/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/memory.h"
#include "engine/csv.h"

enum {
    OUTPUT_NAME_MAX = 128,
    OUTPUT_BYTES_MAX = 256 * 1024 * 1024, /* of one table */
    OUTPUT_TABLES_MAX = 1000
};

/* A row: its cells by column number, those behind `count` empty. */
typedef struct output_row {
    const sl_text *cells;
    uint32_t count;
} output_row;

typedef struct output output;
struct output {
    sl_table_sink sink;
    sl_outputs *all;
    output *next;
    bool append;
    bool written; /* rows came, or might have: the operator was reached in this run */
    sl_arena arena;
    sl_map columns;
    output_row *rows;
    size_t count, capacity;
};

struct sl_outputs {
    sl_text directory;
    sl_arena arena;
    output *first;
    uint32_t count;
};

sl_outputs *sl_outputs_new(sl_text directory)
{
    sl_outputs *outputs = sl_calloc(1, sizeof *outputs);
    if (outputs == NULL) return NULL;
    sl_arena_init(&outputs->arena, /* bytes_max= */ 0);
    outputs->directory = sl_arena_copy(&outputs->arena, directory);
    if (outputs->directory.data != NULL) return outputs;
    sl_outputs_free(outputs);
    return NULL;
}

static void output_clear(output *o)
{
    sl_map_fini(&o->columns);
    sl_map_init(&o->columns);
    sl_arena_reset(&o->arena);
    free(o->rows);
    o->rows = NULL;
    o->count = o->capacity = 0;
    o->written = false;
}

void sl_outputs_free(sl_outputs *outputs)
{
    if (outputs == NULL) return;
    for (output *o = outputs->first, *next; o != NULL; o = next) {
        next = o->next;
        sl_map_fini(&o->columns);
        sl_arena_fini(&o->arena);
        free(o->rows);
        free(o);
    }
    sl_arena_fini(&outputs->arena);
    free(outputs);
}

static output_row *output_row_new(output *o)
{
    if (o->count == o->capacity) {
        size_t capacity = o->capacity * 2 + 64;
        output_row *rows = sl_calloc(capacity, sizeof *rows);
        if (rows == NULL) return NULL;
        if (o->count > 0) memcpy(rows, o->rows, o->count * sizeof *rows);
        free(o->rows);
        o->rows = rows;
        o->capacity = capacity;
    }
    return &o->rows[o->count++];
}

static bool output_text(sl_value value, sl_buffer *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    uint32_t count = value.kind == SL_LIST ? value.length : 1;
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) sl_buffer_add_byte(out, '\n');
        sl_buffer_add(out, sl_value_text(value.kind == SL_LIST ? value.items[i] : value, scratch));
    }
    return !out->failed;
}

/* One row from the values of its columns. */
static sl_status output_add(output *o, const uint32_t *numbers, const sl_value *values,
                            uint32_t count)
{
    output_row *row = output_row_new(o);
    sl_text *cells = SL_ARENA_ARRAY(&o->arena, o->columns.count, sl_text);
    sl_buffer text;
    if (row == NULL || cells == NULL) return SL_NOMEM;
    sl_buffer_init(&text);
    bool ok = true;
    for (uint32_t i = 0; i < count && ok; i++) {
        if (values[i].kind == SL_MISSING) continue;
        sl_buffer_clear(&text);
        ok = output_text(values[i], &text);
        if (ok) cells[numbers[i]] = sl_arena_copy(&o->arena, sl_buffer_text(&text));
        ok = ok && cells[numbers[i]].data != NULL;
    }
    sl_buffer_fini(&text);
    row->cells = cells;
    row->count = o->columns.count;
    if (!ok) return SL_NOMEM;
    return o->arena.bytes_used > OUTPUT_BYTES_MAX ? SL_LIMIT : SL_OK;
}

static sl_status output_rows(void *owner, const sl_fields *fields, const sl_batch *batch)
{
    output *o = owner;
    uint32_t count = batch->column_count;
    uint32_t *numbers = sl_calloc(count + 1, sizeof *numbers);
    sl_value *values = sl_calloc(count + 1, sizeof *values);
    sl_status status = numbers == NULL || values == NULL ? SL_NOMEM : SL_OK;
    o->written = true;
    for (uint32_t c = 0; c < count && status == SL_OK; c++) {
        numbers[c] = sl_map_add(&o->columns, sl_fields_name(fields, batch->columns[c].field));
        if (numbers[c] == SL_MAP_NONE) status = SL_NOMEM;
    }
    for (uint32_t i = 0; i < batch->selected && status == SL_OK; i++) {
        for (uint32_t c = 0; c < count; c++) values[c] = batch->columns[c].values[batch->rows[i]];
        status = output_add(o, numbers, values, count);
    }
    free(numbers);
    free(values);
    return status;
}

/* A name that cannot lead out of the directory. */
static bool output_is_name(sl_text name)
{
    if (name.length == 0 || name.length > OUTPUT_NAME_MAX || name.data[0] == '.') return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '_' || c == '-' || c == '.';
        if (!plain) return false;
    }
    return true;
}

static output *output_new(sl_outputs *outputs, sl_text name, bool append)
{
    output *o = sl_calloc(1, sizeof *o);
    if (o == NULL) return NULL;
    sl_arena_init(&o->arena, /* bytes_max= */ 0);
    sl_map_init(&o->columns);
    o->all = outputs;
    o->append = append;
    o->sink = (sl_table_sink){
        .owner = o, .name = sl_arena_copy(&outputs->arena, name), .rows = output_rows};
    o->next = outputs->first;
    outputs->first = o;
    outputs->count++;
    return o;
}

const sl_table_sink *sl_outputs_sink(sl_outputs *outputs, sl_text name, bool append,
                                     const char **out_reason)
{
    *out_reason = "--outputs names the directory that it may write to";
    if (outputs == NULL) return NULL;
    *out_reason = "a name has letters, digits, '_', '-' and '.', and no '.' in front";
    if (!output_is_name(name)) return NULL;
    for (output *o = outputs->first; o != NULL; o = o->next)
        if (o->append == append && sl_text_equal(o->sink.name, name)) return &o->sink;
    *out_reason = "queries write to too many tables";
    if (outputs->count == OUTPUT_TABLES_MAX) return NULL;
    const output *o = output_new(outputs, name, append);
    *out_reason = "out of memory";
    return o == NULL || o->sink.name.data == NULL ? NULL : &o->sink;
}

void sl_outputs_begin(sl_outputs *outputs)
{
    for (output *o = outputs == NULL ? NULL : outputs->first; o != NULL; o = o->next)
        output_clear(o);
}

static void output_cell(sl_buffer *out, sl_text text)
{
    bool quotes = false;
    for (size_t i = 0; i < text.length && !quotes; i++)
        quotes = strchr(",\"\r\n", text.data[i]) != NULL;
    quotes =
        quotes || (text.length > 0 && (text.data[0] == ' ' || text.data[text.length - 1] == ' '));
    if (quotes) sl_buffer_add_byte(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"') sl_buffer_add_byte(out, '"');
        sl_buffer_add_byte(out, text.data[i]);
    }
    if (quotes) sl_buffer_add_byte(out, '"');
}

static void output_line(const output *o, const sl_text *cells, uint32_t count, sl_buffer *out)
{
    for (uint32_t c = 0; c < o->columns.count; c++) {
        if (c > 0) sl_buffer_add_byte(out, ',');
        if (c < count && cells[c].data != NULL) output_cell(out, cells[c]);
    }
    sl_buffer_add_byte(out, '\n');
}

/* Takes in the rows of the file that is there; none when there is no table. */
static bool output_read(output *o, sl_text path)
{
    sl_lookup old = {.column_count = 0};
    sl_buffer reason;
    uint32_t numbers[SL_CSV_COLUMNS_MAX];
    sl_buffer_init(&reason);
    bool there = sl_csv_load(path, OUTPUT_BYTES_MAX, &o->arena, &old, &reason);
    sl_buffer_fini(&reason);
    if (!there) return !o->arena.failed;
    for (uint32_t c = 0; c < old.column_count; c++) {
        numbers[c] = sl_map_add(&o->columns, old.columns[c]);
        if (numbers[c] == SL_MAP_NONE) return false;
    }
    for (uint32_t r = 0; r < old.row_count; r++)
        if (output_add(o, numbers, &old.cells[(size_t)r * old.column_count], old.column_count)
            != SL_OK)
            return false;
    return true;
}

/* The whole file: header, what it had, what is new. */
static bool output_print(output *o, sl_text path, sl_buffer *out)
{
    size_t added = o->count;
    if (o->append && !output_read(o, path)) return false;
    sl_text *names = SL_ARENA_ARRAY(&o->arena, o->columns.count, sl_text);
    if (names == NULL) return false;
    for (uint32_t c = 0; c < o->columns.count; c++) names[c] = sl_map_key(&o->columns, c);
    output_line(o, names, o->columns.count, out);
    for (size_t r = added; r < o->count; r++)
        output_line(o, o->rows[r].cells, o->rows[r].count, out);
    for (size_t r = 0; r < added; r++) output_line(o, o->rows[r].cells, o->rows[r].count, out);
    return !out->failed;
}

/* Writes beside the file, then puts it in its place. False with errno set. */
static bool output_replace(const char *path, sl_text bytes, sl_arena *arena)
{
    sl_text beside = sl_arena_printf(arena, "%s.%ld.new", path, (long)getpid());
    if (beside.data == NULL) return false;
    FILE *file = fopen(beside.data, "wbx");
    if (file == NULL) return false;
    bool ok = fwrite(bytes.data, 1, bytes.length, file) == bytes.length;
    ok = fclose(file) == 0 && ok;
    ok = ok && rename(beside.data, path) == 0;
    int reason = errno;
    if (!ok) (void)unlink(beside.data);
    errno = reason;
    return ok;
}

static sl_status output_write(output *o, sl_faults *faults)
{
    sl_text name = o->sink.name, directory = o->all->directory;
    bool extended = sl_text_ends(name, SL_TEXT(".csv"));
    sl_text path = sl_arena_printf(&o->arena, "%.*s/%.*s%s", SL_TEXT_ARG(directory),
                                   SL_TEXT_ARG(name), extended ? "" : ".csv");
    sl_buffer out;
    if (path.data == NULL) return SL_NOMEM;
    sl_buffer_init(&out);
    bool ok = output_print(o, path, &out);
    if (ok && !output_replace(path.data, sl_buffer_text(&out), &o->arena))
        sl_fault_add(faults, SL_FAULT_OUTPUT, path, UINT64_MAX, "it cannot be written: %s",
                     strerror(errno));
    sl_buffer_fini(&out);
    return ok ? SL_OK : SL_NOMEM;
}

sl_status sl_outputs_write(sl_outputs *outputs, sl_faults *faults)
{
    sl_status status = SL_OK;
    for (output *o = outputs == NULL ? NULL : outputs->first; o != NULL && status == SL_OK;
         o = o->next)
        if (o->written) status = output_write(o, faults);
    return status;
}
