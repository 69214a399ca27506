/* writer.h - result rows written for people or programs: table, ndjson, json, csv.
 *
 * ndjson writes one object a row, keys in column order: computed numbers as numbers, lists as
 * arrays, missing fields left out, _time as 2023-07-10T12:11:26.000Z. A table is for people:
 * aligned, coloured on a terminal, cut to its width, control characters made visible. CSV has a
 * header and is safe to open in a spreadsheet.
 *
 * Owner:    sl_writer_new / sl_writer_free.
 * Threads:  one at a time. */
#ifndef SL_OUTPUT_WRITER_H
#define SL_OUTPUT_WRITER_H

#include "base/clock.h"
#include "base/status.h"
#include "event/batch.h"

typedef enum sl_writer_kind {
    SL_WRITER_TABLE,
    SL_WRITER_NDJSON,
    SL_WRITER_JSON,
    SL_WRITER_CSV,
    SL_WRITER_KIND_COUNT
} sl_writer_kind;

typedef struct sl_writer_options {
    sl_writer_kind kind;
    const sl_zone *zone;
    uint32_t width; /* columns of the terminal; 0: do not cut */
    bool colour;
    uint64_t row_limit; /* 0: none. Table: says how many more there were */
} sl_writer_options;

/* Takes bytes; false ends the writing (a closed pipe). */
typedef bool sl_write(void *context, sl_text bytes);

typedef struct sl_writer sl_writer;

sl_writer *sl_writer_new(const sl_writer_options *options, sl_write *write, void *context);
void sl_writer_free(sl_writer *writer);
/* Writes the selected rows; `fields` has the columns' names. SL_IO when `write` said false. */
sl_status sl_writer_rows(sl_writer *writer, const sl_fields *fields,
                         const sl_batch *batch) SL_MUST_USE;
/* Writes what is left (a table is printed here: its widths are known now). */
sl_status sl_writer_end(sl_writer *writer) SL_MUST_USE;
uint64_t sl_writer_row_count(const sl_writer *writer);

/* "table", "ndjson", "json", "csv"; false for others. */
bool sl_writer_kind_parse(sl_text name, sl_writer_kind *out);

/* Appends one row as a JSON object. */
void sl_json_row(sl_buffer *out, const sl_fields *fields, const sl_batch *batch, uint32_t row,
                 const sl_zone *zone);
/* Appends a value: `name` decides how a moment is written (_time: ISO; else epoch seconds). */
void sl_json_value(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone);
/* Appends a JSON string in quotes; invalid UTF-8 becomes U+FFFD. */
void sl_json_string(sl_buffer *out, sl_text text);
/* Appends the value as people read it, control characters made visible. */
void sl_plain_value(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone);

#endif
