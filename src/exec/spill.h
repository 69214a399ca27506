/* spill.h - a temporary file of records: what does not fit into memory.
 *
 * A worker has one such file for all of its stages; whoever writes to it remembers where his
 * records stand. Nobody else can see the file: it has no name, and is gone when the program ends,
 * however it ends. It stands in $TMPDIR, else in /tmp.
 *
 * Owner:    the worker; readers borrow the file.
 * Lifetime: until sl_spill_free.
 * Threads:  one at a time. */
#ifndef SL_EXEC_SPILL_H
#define SL_EXEC_SPILL_H

#include "base/fault.h"
#include <stdatomic.h>

#include "base/status.h"
#include "base/text.h"

typedef struct sl_spill sl_spill;

/* The file itself is made with the first record. NULL when memory ends. */
sl_spill *sl_spill_new(sl_faults *faults);
void sl_spill_free(sl_spill *spill);
/* Reading and writing end with SL_CANCELLED soon after `cancelled` has become true. */
void sl_spill_set_cancel(sl_spill *spill, const atomic_bool *cancelled);
/* Where the next record will stand; bytes written so far. */
uint64_t sl_spill_end(const sl_spill *spill);
/* Appends a record. SL_IO when the file cannot be made or written: it is in the faults then. */
sl_status sl_spill_add(sl_spill *spill, sl_text record) SL_MUST_USE;
/* What stands from `start` to `end` is not read again: the disk may have it back. */
void sl_spill_drop(sl_spill *spill, uint64_t start, uint64_t end);

/* Reads a stretch of records in the order they were written. */
typedef struct sl_spill_reader {
    sl_spill *spill;
    uint64_t next, end; /* bytes of the file that are not in the buffer yet */
    char *buffer;
    size_t capacity, at, length;
} sl_spill_reader;

/* Readers are zeroed to begin with, and may be aimed again and again. The records from `start` to
 * `end`. */
void sl_spill_aim(sl_spill_reader *reader, sl_spill *spill, uint64_t start, uint64_t end);
/* The next record, which stands until the next call. SL_END after the last; SL_IO (in the faults),
 * SL_NOMEM. */
sl_status sl_spill_next(sl_spill_reader *reader, sl_text *out) SL_MUST_USE;
void sl_spill_reader_fini(sl_spill_reader *reader);

/* Memory that a reader takes, as long as its records are shorter. */
enum { SL_SPILL_READ_BYTES = 64 * 1024 };

#endif
