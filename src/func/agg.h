/* agg.h - aggregate functions: init, step, merge, finish, and a serialised partial.
 *
 * The same four serve threads, spilling and live windows. Partials are commutative: results do
 * not depend on how rows were dealt to workers. Where order matters (first, list), a partial
 * carries the origin of what it kept.
 *
 * Owner:    states live in a group table; what they point to lives in call->memory.
 * Threads:  a state belongs to one worker until it is merged. */
#ifndef SL_FUNC_AGG_H
#define SL_FUNC_AGG_H

#include "base/status.h"
#include "func/fn.h"

/* Where a row stands in the order of the result so far: events are ordered by the language
 * (SPL: newest first), other rows by their position. */
typedef struct sl_rank {
    sl_time time;
    uint64_t offset;
    uint32_t input;
    uint32_t copy;     /* among the rows made of one row (mvexpand) */
    uint64_t position; /* in the order an operator made last, 0: none was made */
} sl_rank;
/* <0 when `a` arrives before `b` as SPL delivers events: by position, then newest first, then
 * input, offset and copy. */
int sl_rank_compare(const sl_rank *a, const sl_rank *b);
/* The same as LogScale delivers them: oldest first; rows without a time are last here too. */
int sl_rank_compare_oldest(const sl_rank *a, const sl_rank *b);

typedef enum sl_agg_flags {
    SL_AGG_REFUSED = SL_FN_REFUSED, /* known in the dialect, not run here: `doc` says why */
    SL_AGG_TOTAL = 64,              /* it has a value over no rows, too */
    SL_AGG_TIMED = 128              /* it goes by time: argument 1 may be the row's, where that is
                                       another than the event's */
} sl_agg_flags;

typedef struct sl_agg_call {
    sl_arena *memory; /* state lifetime, with the budget */
    const sl_context *context;
    const void *params; /* made by `prepare`: percentile, limit, separator */
} sl_agg_call;

typedef struct sl_agg {
    const char *name;
    const char *usage;
    const char *doc;
    const char *example; /* "aggregate over [v, v, ...] => result" */
    uint8_t arg_min, arg_max;
    uint8_t args[SL_FN_ARGS_TYPED];
    uint8_t flags;                     /* sl_agg_flags */
    uint32_t state_bytes;              /* zeroed memory is the initial state */
    bool (*prepare)(sl_fn_site *site); /* constants (percentile, limit); NULL: none */
    /* `args` are the row's values. SL_LIMIT when the memory budget is reached. */
    sl_status (*step)(const sl_agg_call *call, void *state, const sl_value *args,
                      uint32_t arg_count, const sl_rank *rank);
    sl_status (*merge)(const sl_agg_call *call, void *into, const void *from);
    /* The result, in `arena`. */
    sl_value (*finish)(const sl_agg_call *call, const void *state, sl_arena *arena);
    /* Appends the state to `out`, and merges such bytes into a state. */
    void (*save)(const void *state, sl_buffer *out);
    sl_status (*load)(const sl_agg_call *call, void *into, sl_text saved);
} sl_agg;

typedef struct sl_agg_table {
    const char *language;
    const sl_agg *rows;
    uint32_t count;
} sl_agg_table;

const sl_agg *sl_agg_find(const sl_agg_table *table, sl_text name);
const char *sl_agg_nearest(const sl_agg_table *table, sl_text name);

#endif
