/* window_line.h - aggregates over any stretch of a growing line of rows (streamstats with a
 * window).
 *
 * An aggregate can take rows in but not give them back, so a window that moves on is put together
 * from blocks: for each power of two up to the window's length, the states of that many neighbours
 * merged. A stretch of n rows takes about 2 log n of them.
 *
 * Owner:    a stage; states live in the arena that is passed. Threads:  one at a time. */
#ifndef SL_EXEC_WINDOW_LINE_H
#define SL_EXEC_WINDOW_LINE_H

#include "base/status.h"
#include "plan/op.h"

/* The states of several aggregates side by side. */
typedef struct sl_agg_states {
    const sl_agg_item *items;
    uint32_t item_count;
    const sl_context *context;
    uint32_t *offsets;
    uint32_t bytes;
} sl_agg_states;

/* False when memory ends. */
bool sl_agg_states_init(sl_agg_states *states, const sl_agg_item *items, uint32_t item_count,
                        const sl_context *context, sl_arena *arena);
/* One row into the states at `at`, whose memory is `memory`; args by item. */
sl_status sl_agg_states_step(const sl_agg_states *states, char *at, uint32_t item,
                             const sl_value *args, const sl_rank *rank,
                             sl_arena *memory) SL_MUST_USE;
sl_status sl_agg_states_merge(const sl_agg_states *states, char *into, const char *from,
                              sl_arena *memory) SL_MUST_USE;
sl_value sl_agg_states_finish(const sl_agg_states *states, const char *at, uint32_t item,
                              sl_arena *memory, sl_arena *out);

enum { SL_WINDOW_LEVELS = 32 };

typedef struct sl_window_line {
    char **blocks[SL_WINDOW_LEVELS]; /* by level: merged states of 2^level rows each */
    uint64_t capacity[SL_WINDOW_LEVELS];
    uint64_t count; /* rows */
} sl_window_line;

/* Appends a row with the states `leaf`. `rows_max`: no longer stretch will be asked for; 0: any. */
sl_status sl_window_line_add(sl_window_line *line, const sl_agg_states *states, char *leaf,
                             uint64_t rows_max, sl_arena *memory) SL_MUST_USE;
/* Merges rows [from, count) into the states at `into`. */
sl_status sl_window_line_merge(const sl_window_line *line, const sl_agg_states *states,
                               uint64_t from, char *into, sl_arena *memory) SL_MUST_USE;

#endif
