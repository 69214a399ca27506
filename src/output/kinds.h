/* kinds.h - the writer from the inside: what the kinds of output share and what they give.
 *
 * Private to output/.
 *
 * Owner:    the writer.
 * Threads:  one at a time. */
#ifndef SL_OUTPUT_KINDS_H
#define SL_OUTPUT_KINDS_H

#include "base/map.h"
#include "output/spool.h"
#include "output/writer.h"

typedef struct sl_writer_ops {
    sl_status (*row)(sl_writer *writer, const sl_fields *fields, const sl_batch *batch,
                     uint32_t row);
    bool collects; /* needs all columns first: knows those of the batch at hand */
    sl_status (*end)(sl_writer *writer);
} sl_writer_ops;

extern const sl_writer_ops sl_table_ops, sl_ndjson_ops, sl_json_ops, sl_csv_ops;

/* What a table knows of a column. */
typedef struct sl_writer_column {
    uint32_t width; /* of its widest cell */
    bool has_text;  /* some cell is no number: aligned to the left */
} sl_writer_column;

/* A column of a batch. */
typedef struct sl_writer_place {
    sl_text name;
    uint32_t number; /* in `names` */
} sl_writer_place;

struct sl_writer {
    sl_writer_options options;
    const sl_writer_ops *ops;
    sl_write *write;
    void *context;
    sl_buffer out;     /* not handed over yet */
    sl_buffer scratch; /* a cell */
    sl_buffer safe;    /* the same made safe */
    /* Of kinds that need all columns first. */
    sl_map names;
    sl_writer_column *columns; /* by number in `names` */
    uint32_t column_capacity;
    sl_writer_place *places; /* by column of the batch at hand */
    uint32_t place_capacity;
    sl_spool spool;
    uint64_t row_count; /* written or held */
    uint64_t beyond;    /* rows over the limit */
    bool closed;        /* `write` said false */
};

/* Hands over what is in `out` when that is much, or in any case when `all`. */
sl_status sl_writer_flush(sl_writer *writer, bool all) SL_MUST_USE;
/* Appends a value as plain text, not made safe; the items of a list stand `between` one another. */
void sl_value_write(sl_buffer *out, sl_text name, sl_value value, const sl_zone *zone,
                    const char *between);
/* Appends one cell of a CSV file. `is_number`: it is a plain number, and so is no formula. */
void sl_csv_cell(sl_buffer *out, sl_text text, bool is_number);
/* Appends `json` without white space and with all of its strings sound; false (and nothing is
 * appended) when it is no JSON value. */
bool sl_json_embed(sl_buffer *out, sl_text json);
/* True when all of `t` is a number by JSON's grammar. */
bool sl_json_is_number(sl_text t);

#endif
