/* spool.h - rows of text cells kept until their columns are known.
 *
 * A table's widths and a CSV file's header are known when the last row is. Some rows are held in
 * memory; more go to an unnamed temporary file, so that memory does not grow with the result.
 *
 * Owner:    the writer.
 * Lifetime: until sl_spool_fini.
 * Threads:  one at a time. */
#ifndef SL_OUTPUT_SPOOL_H
#define SL_OUTPUT_SPOOL_H

#include <stdio.h>

#include "base/status.h"
#include "base/text.h"

enum { SL_SPOOL_MEMORY_BYTES = 16 * 1024 * 1024 };

typedef struct sl_spool_cell {
    uint32_t column;
    sl_text text;
} sl_spool_cell;

/* The fields are private to spool.c. */
typedef struct sl_spool {
    sl_buffer held; /* rows in memory, one after the other */
    sl_buffer row;  /* the row being written, or read from the file */
    size_t at;      /* in `held`, when reading */
    sl_text read;   /* the row being read */
    size_t row_at;  /* in it */
    size_t memory_bytes;
    FILE *file; /* NULL: all is in memory */
} sl_spool;

/* `memory_bytes` are held before the file is begun. */
void sl_spool_init(sl_spool *spool, size_t memory_bytes);
void sl_spool_fini(sl_spool *spool);

void sl_spool_add(sl_spool *spool, uint32_t column, sl_text text);
/* Ends the row of the cells added since the last. */
sl_status sl_spool_end_row(sl_spool *spool) SL_MUST_USE;

/* No row follows: reading begins at the first. */
sl_status sl_spool_rewind(sl_spool *spool) SL_MUST_USE;
/* Goes to the next row; SL_END after the last. */
sl_status sl_spool_next_row(sl_spool *spool) SL_MUST_USE;
/* The next cell of the row, in the order in which they were added; its text lives until the next
 * row. False at the end of the row. */
bool sl_spool_next_cell(sl_spool *spool, sl_spool_cell *out);

#endif
