/* table.c - rows for people: aligned columns, cut to the terminal's width.
 *
 * Cells are made safe and cut to the terminal when they arrive, so what is held is small. When
 * there are more columns than the terminal can hold, each row is written as a list of fields. */
#include <assert.h>
#include <inttypes.h>

#include "base/memory.h"
#include "output/fit.h"
#include "output/kinds.h"
#include "output/safe.h"

#define TABLE_BOLD "\x1b[1m"
#define TABLE_DIM "\x1b[2m"
#define TABLE_PLAIN "\x1b[0m"

/* Without a terminal cells are not cut; a line that would be longer is no table any more. */
enum { TABLE_UNCUT_MAX = 2000 };

typedef struct table_column {
    sl_buffer name; /* safe */
    uint32_t width;
    bool right;
} table_column;

typedef struct table_layout {
    table_column *columns;
    sl_text *cells;   /* of a row, by column */
    uint32_t *widths; /* to be fitted */
    uint32_t count;
    uint32_t name_width; /* of the longest name */
} table_layout;

static bool table_is_number(sl_value value)
{
    return value.kind == SL_NUMBER || value.kind == SL_INTEGER || value.kind == SL_REAL;
}

/* Makes the cell in writer->scratch and returns it, no wider than the terminal. */
static sl_text table_cell(sl_writer *writer, sl_text name, sl_value value, uint32_t *out_width)
{
    sl_buffer *plain = &writer->safe, *cut = &writer->scratch;
    sl_buffer_clear(plain);
    sl_plain_value(plain, name, value, writer->options.zone);
    *out_width = sl_safe_width(sl_buffer_text(plain));
    if (writer->options.width == 0 || *out_width <= writer->options.width)
        return sl_buffer_text(plain);
    sl_buffer_clear(cut);
    *out_width = sl_safe_cut(cut, sl_buffer_text(plain), writer->options.width);
    return sl_buffer_text(cut);
}

static sl_status table_row(sl_writer *writer, const sl_fields *fields, const sl_batch *batch,
                           uint32_t row)
{
    (void)fields;
    for (uint32_t i = 0; i < batch->column_count; i++) {
        sl_value value = batch->columns[i].values[row];
        uint32_t number = writer->places[i].number, width;
        if (sl_is_missing(value)) continue;
        sl_text cell = table_cell(writer, writer->places[i].name, value, &width);
        if (writer->safe.failed || writer->scratch.failed) return SL_NOMEM;
        sl_writer_column *known = &writer->columns[number];
        if (width > known->width) known->width = width;
        if (!table_is_number(value)) known->has_text = true;
        sl_spool_add(&writer->spool, number, cell);
    }
    return sl_spool_end_row(&writer->spool);
}

static void table_layout_fini(table_layout *layout)
{
    for (uint32_t i = 0; layout->columns != NULL && i < layout->count; i++)
        sl_buffer_fini(&layout->columns[i].name);
    free(layout->columns);
    free(layout->cells);
    free(layout->widths);
}

/* Names and widths of all columns, before they are fitted to the terminal. */
static sl_status table_layout_init(table_layout *layout, const sl_writer *writer)
{
    *layout = (table_layout){.count = writer->names.count};
    layout->columns = sl_calloc((size_t)layout->count + 1, sizeof *layout->columns);
    layout->cells = sl_calloc((size_t)layout->count + 1, sizeof *layout->cells);
    layout->widths = sl_calloc((size_t)layout->count + 1, sizeof *layout->widths);
    for (uint32_t i = 0; layout->columns != NULL && i < layout->count; i++)
        sl_buffer_init(&layout->columns[i].name);
    if (layout->columns == NULL || layout->cells == NULL || layout->widths == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < layout->count; i++) {
        table_column *column = &layout->columns[i];
        const sl_writer_column *known = &writer->columns[i];
        sl_safe_text(&column->name, sl_map_key(&writer->names, i));
        if (column->name.failed) return SL_NOMEM;
        uint32_t width = sl_safe_width(sl_buffer_text(&column->name));
        if (width > layout->name_width) layout->name_width = width;
        column->width = width > known->width ? width : known->width;
        column->right = !known->has_text && known->width > 0;
    }
    return SL_OK;
}

/* Fits the columns; false when there are too many. */
static bool table_fit(table_layout *layout, uint32_t width)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < layout->count; i++) {
        layout->widths[i] = layout->columns[i].width;
        total += (uint64_t)layout->widths[i] + SL_FIT_GAP;
    }
    bool fits =
        width == 0 ? total <= TABLE_UNCUT_MAX : sl_fit_widths(layout->widths, layout->count, width);
    for (uint32_t i = 0; i < layout->count; i++) layout->columns[i].width = layout->widths[i];
    return fits;
}

static void table_line(sl_writer *writer, const table_layout *layout, const sl_text *cells)
{
    uint32_t owed = 0; /* blanks, written when something follows */
    for (uint32_t i = 0; i < layout->count; i++) {
        const table_column *column = &layout->columns[i];
        if (i > 0) owed += SL_FIT_GAP;
        uint32_t width = sl_safe_width(cells[i]);
        uint32_t left = width < column->width ? column->width - width : 0;
        if (cells[i].length == 0) {
            owed += column->width;
            continue;
        }
        sl_safe_pad(&writer->out, owed + (column->right ? left : 0));
        uint32_t used = sl_safe_cut(&writer->out, cells[i], column->width);
        owed = column->right || used >= column->width ? 0 : column->width - used;
    }
    sl_buffer_add_byte(&writer->out, '\n');
}

static void table_rule(sl_writer *writer, const table_layout *layout)
{
    for (uint32_t i = 0; i < layout->count; i++) {
        if (i > 0) sl_safe_pad(&writer->out, SL_FIT_GAP);
        for (uint32_t j = 0; j < layout->columns[i].width; j++)
            sl_buffer_add_byte(&writer->out, '-');
    }
    sl_buffer_add_byte(&writer->out, '\n');
}

static void table_header(sl_writer *writer, const table_layout *layout)
{
    for (uint32_t i = 0; i < layout->count; i++)
        layout->cells[i] = sl_buffer_text(&layout->columns[i].name);
    if (writer->options.colour) sl_buffer_add_string(&writer->out, TABLE_BOLD);
    table_line(writer, layout, layout->cells);
    if (writer->options.colour) sl_buffer_add_string(&writer->out, TABLE_PLAIN TABLE_DIM);
    table_rule(writer, layout);
    if (writer->options.colour) sl_buffer_add_string(&writer->out, TABLE_PLAIN);
}

/* A row as a list of the fields it has. */
static void table_record(sl_writer *writer, const table_layout *layout, uint64_t number)
{
    bool colour = writer->options.colour;
    uint32_t total = writer->options.width == 0 ? UINT32_MAX : writer->options.width;
    uint32_t name_width = layout->name_width < total / 3 ? layout->name_width : total / 3;
    if (number > 1) sl_buffer_add_byte(&writer->out, '\n');
    if (colour) sl_buffer_add_string(&writer->out, TABLE_DIM);
    sl_buffer_printf(&writer->out, "-- row %" PRIu64 "\n", number);
    if (colour) sl_buffer_add_string(&writer->out, TABLE_PLAIN);
    for (uint32_t i = 0; i < layout->count; i++) {
        if (layout->cells[i].length == 0) continue;
        if (colour) sl_buffer_add_string(&writer->out, TABLE_BOLD);
        sl_text name = sl_buffer_text(&layout->columns[i].name);
        uint32_t used = sl_safe_cut(&writer->out, name, name_width);
        if (colour) sl_buffer_add_string(&writer->out, TABLE_PLAIN);
        sl_safe_pad(&writer->out, name_width - used + SL_FIT_GAP);
        uint32_t room = total > name_width + SL_FIT_GAP ? total - name_width - SL_FIT_GAP : 1;
        sl_safe_cut(&writer->out, layout->cells[i], room);
        sl_buffer_add_byte(&writer->out, '\n');
    }
}

static sl_status table_print(sl_writer *writer, table_layout *layout, bool fits)
{
    if (fits) table_header(writer, layout);
    sl_status status = sl_spool_rewind(&writer->spool);
    for (uint64_t number = 1; status == SL_OK; number++) {
        status = sl_spool_next_row(&writer->spool);
        if (status != SL_OK) break;
        memset(layout->cells, 0, layout->count * sizeof *layout->cells);
        for (sl_spool_cell cell; sl_spool_next_cell(&writer->spool, &cell);)
            layout->cells[cell.column] = cell.text;
        if (fits) table_line(writer, layout, layout->cells);
        else table_record(writer, layout, number);
        status = sl_writer_flush(writer, false);
    }
    return status == SL_END ? SL_OK : status;
}

static sl_status table_end(sl_writer *writer)
{
    table_layout layout;
    if (writer->row_count == 0 || writer->names.count == 0) return SL_OK;
    sl_status status = table_layout_init(&layout, writer);
    if (status == SL_OK)
        status = table_print(writer, &layout, table_fit(&layout, writer->options.width));
    table_layout_fini(&layout);
    if (status != SL_OK || writer->beyond == 0) return status;
    sl_buffer_printf(&writer->out, "... and %" PRIu64 " more row%s\n", writer->beyond,
                     writer->beyond == 1 ? "" : "s");
    return SL_OK;
}

const sl_writer_ops sl_table_ops = {.row = table_row, .end = table_end, .collects = true};
