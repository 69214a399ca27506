/* batch.h - a set of rows held as columns, with a selection.
 *
 * The unit every operator takes and gives. Chosen over single events so that dispatch is paid
 * once per some thousand rows; see docs/decisions/0002-columns.md. A filter only narrows the
 * selection; a column is never written again once it stands in a batch, so that plans and
 * branches share columns freely and `extend` adds a new one in the old one's place.
 *
 * Owner:    the arena it was made in; nothing here is freed one by one.
 * Lifetime: until sl_arena_reset; texts point into the source block or the arena.
 * Threads:  one worker at a time. */
#ifndef SL_EVENT_BATCH_H
#define SL_EVENT_BATCH_H

#include "event/fields.h"
#include "event/value.h"

enum { SL_BATCH_ROWS_MAX = 4096 };

/* Where a row comes from and stands. Events as they are read have position 0 and are told apart
 * by input and offset; a sort, and whatever else makes an order, numbers its rows from 1. Rows made
 * of one row (mvexpand) share its origin and are numbered by `copy`. */
typedef struct sl_origin {
    sl_time time;      /* of the event; SL_TIME_NONE when there is none */
    uint64_t offset;   /* of the record in the inflated input */
    uint64_t position; /* in the order made last, 0: none was made */
    uint32_t input;    /* number of the input in the walk */
    uint32_t copy;     /* among the rows made of one row, in their order */
} sl_origin;

typedef struct sl_column {
    sl_field field;
    const sl_value *values; /* one a row, selected or not */
} sl_column;

typedef struct sl_batch {
    sl_arena *arena;
    uint32_t row_count;
    const uint32_t *rows; /* the selected rows, ascending */
    uint32_t selected;    /* how many */
    sl_column *columns;   /* in the order they were added */
    uint32_t column_count, column_capacity;
    uint32_t *index; /* by field number: its column + 1; NULL while there are few columns */
    uint32_t index_capacity;
    const sl_origin *origins;   /* one a row */
    const sl_value *identities; /* one a row: what makes an event the same event; NULL: not asked */
    const uint32_t
        *parents; /* one a row: its number before rows were made of rows; NULL: not asked */
} sl_batch;

/* An empty batch of `row_count` rows, all selected; NULL at the arena's limit. */
sl_batch *sl_batch_new(sl_arena *arena, uint32_t row_count);
/* Another batch over the same columns and selection, to be changed on its own. */
sl_batch *sl_batch_share(const sl_batch *batch);
/* The values of `field`, or NULL when no row has it. */
const sl_value *sl_batch_find(const sl_batch *batch, sl_field field);
/* Puts `values` in as `field`, in the place of an older column of that name or behind the last.
 * False at the arena's limit. */
bool sl_batch_set(sl_batch *batch, sl_field field, const sl_value *values);
/* A column of missing values to be filled and then set; NULL at the arena's limit. */
sl_value *sl_batch_column_new(const sl_batch *batch);
void sl_batch_drop(sl_batch *batch, sl_field field);
/* Drops those that `gone` says, by their place. */
void sl_batch_drop_columns(sl_batch *batch, const bool *gone);
/* Gives the column of `from`, if any, the name `to`, which no column has. False at the arena's
 * limit. */
bool sl_batch_rename(sl_batch *batch, sl_field from, sl_field to);
void sl_batch_drop_all(sl_batch *batch);

#endif
