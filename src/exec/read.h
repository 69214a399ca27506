/* read.h - records of one format read into columns: what all plans of a scan share.
 *
 * The records of a batch are walked once for the merged demand; routes then pick their columns.
 * Each format has a sheet, a row a record and a column a demanded path. Most records are written
 * there by the splitter, while it looks for their ends; the others when the batch is full.
 *
 * A search that wants every field of its events costs ten times as much to read for. Where all such
 * searches of a format begin with a filter, records are read for what is asked by name, and the
 * leaves of those few that pass follow.
 *
 * Owner:    one worker.
 * Lifetime: a reading until the next sl_read_records; texts point into the records or the arena.
 * Threads:  one at a time. */
#ifndef SL_EXEC_READ_H
#define SL_EXEC_READ_H

#include "event/split.h"
#include "plan/program.h"
#include "source/input.h"

/* Of one record, where a search wants all its fields. */
enum { SL_RECORD_FIELDS_MAX = 10000 };

/* A record that waits for its batch. */
typedef struct sl_pending {
    sl_record record; /* read: its values stand in its row of the sheet */
    const sl_input *input;
} sl_pending;

/* The leaves that an open demand turned up beside its entries: one column a name. */
typedef struct sl_leaves {
    sl_map names;       /* of all batches so far */
    sl_value **columns; /* by name, of this batch; NULL: not in it */
    uint32_t *touched;  /* names in this batch, in order of appearance */
    uint32_t touched_count, capacity;
    uint32_t row_count; /* names in the record that is being walked */
    bool failed;        /* memory ended */
} sl_leaves;

/* A batch of events as it was read. */
typedef struct sl_reading_batch {
    sl_arena *arena;
    uint32_t row_count;
    const sl_pending *records;
    sl_value **columns; /* by column of the scan's demand */
    sl_origin *origins;
    sl_value *identities;    /* NULL unless the scan asks for identities */
    const sl_batch *raw;     /* the schema's raw fields, for derived ones */
    const sl_leaves *leaves; /* by reading: leaves[SL_READ_SPL] ... */
} sl_reading_batch;

typedef struct sl_read sl_read;

/* For the formats of `program`, in batches of `batch_rows`. NULL when memory ends. */
sl_read *sl_read_new(const sl_program *program, uint32_t batch_rows, sl_faults *faults);
void sl_read_free(sl_read *read);
/* The sheets, by format, for sl_split_read_into: the row that comes next. Those of formats that
 * cannot be read by the splitter have no demand. */
const sl_walk_into *sl_read_sheets(const sl_read *read);
/* Record number `count` of the format's batch was given out, and there may be more. */
void sl_read_next(sl_read *read, uint32_t format, uint32_t count);
/* The record in `row`, which was read, has been copied to `to`: its values stand there now. */
void sl_read_move(sl_read *read, uint32_t format, uint32_t row, sl_text from, const char *to);
/* Reads what is unread of `count` records of the format, or the first of them when they have very
 * many fields: row_count says how many. Of a record's fields beyond the limit only those that were
 * asked for by name are read. NULL when memory ends. */
const sl_reading_batch *sl_read_records(sl_read *read, uint32_t format, const sl_pending *records,
                                        uint32_t count, sl_arena *arena);
/* True when leaves are read for those rows alone that sl_read_leaves is asked for. */
bool sl_read_waits(const sl_read *read, uint32_t format);
/* Reads the leaves of some rows of the batch that was read last, in place of those read before;
 * or of the first of them when they have very many. Returns how many rows it read, 0 when memory
 * ends. */
uint32_t sl_read_leaves(sl_read *read, uint32_t format, const uint32_t *rows, uint32_t count);
/* Empties the format's sheet. */
void sl_read_clear(sl_read *read, uint32_t format);

#endif
