/* pivot.h - what the pivot stage gathers, and the table that is made of it.
 *
 * Private to stage_pivot.c and pivot_table.c.
 *
 * Owner:    the stage.
 * Threads:  one at a time. */
#ifndef SL_EXEC_PIVOT_H
#define SL_EXEC_PIVOT_H

#include "exec/groups.h"
#include "exec/keyed.h"

/* The widths that bins are chosen from; each is a multiple of the one before. */
enum { SL_PIVOT_WIDTHS = 11 };

typedef struct sl_pivot {
    sl_stage stage;
    sl_keyed_op how;          /* keys: row and column, as far as there are */
    sl_op_aggregate grouping; /* what sl_groups sees: two keys, row value and column name */
    sl_groups groups;
    sl_time first, last; /* of the rows' times, when bins are chosen; SL_TIME_NONE: none yet */
    uint32_t width;      /* index of the width that is in use */
    sl_time step;        /* between rows; 0: gaps are not filled */
} sl_pivot;

/* The start of the bin of `time`, by width `width`. */
sl_time sl_pivot_bin(const sl_pivot *pivot, uint32_t width, sl_time time);
/* The start of the bin behind the one that starts at `time`; not later than `time`: unknown. */
sl_time sl_pivot_next(const sl_pivot *pivot, sl_time time);
/* The start of the bin of `time` as the operator makes bins. */
sl_time sl_pivot_start(const sl_pivot *pivot, sl_time time);
/* Gives the groups as a table. */
sl_status sl_pivot_give(sl_pivot *pivot, sl_emit *emit, void *context) SL_MUST_USE;

#endif
