/* groups.h - a table from group keys to aggregate states.
 *
 * The one place where an aggregation's memory lives: key values and what the states point to in an
 * arena with a budget, the states themselves in rows of equal size beside them. Groups are numbered
 * as they are first seen and never move.
 *
 * Owner:    a stage.
 * Threads:  one at a time. */
#ifndef SL_EXEC_GROUPS_H
#define SL_EXEC_GROUPS_H

#include "base/map.h"
#include "base/status.h"
#include "event/batch.h"
#include "plan/op.h"

typedef struct sl_group {
    sl_origin first; /* the earliest row of the group, by (position, input, offset) */
    sl_value *keys;  /* as that row spells them */
    char *states;    /* sl_groups.state_offsets */
} sl_group;

typedef struct sl_groups {
    const sl_op_aggregate *op;
    const sl_context *context;
    sl_arena memory;
    sl_map numbers;
    sl_group *groups;
    uint32_t count, capacity;
    uint32_t *state_offsets; /* by item */
    uint32_t state_bytes;
    sl_buffer key;
} sl_groups;

/* SL_NOMEM when memory ends. */
sl_status sl_groups_init(sl_groups *groups, const sl_op_aggregate *op, const sl_context *context,
                         size_t bytes_max) SL_MUST_USE;
void sl_groups_fini(sl_groups *groups);
/* The group of keys[0..key_count), new or old. NULL at the limit. */
sl_group *sl_groups_at(sl_groups *groups, const sl_value *keys, const sl_origin *origin);
/* Adds one row to aggregate `item` of a group. */
sl_status sl_groups_step(sl_groups *groups, sl_group *group, uint32_t item, const sl_value *args,
                         const sl_rank *rank) SL_MUST_USE;
/* Merges group number `number` of `from`. */
sl_status sl_groups_merge_one(sl_groups *groups, const sl_groups *from,
                              uint32_t number) SL_MUST_USE;
/* The result of aggregate `item`, in `arena`. */
sl_value sl_groups_finish(const sl_groups *groups, const sl_group *group, uint32_t item,
                          sl_arena *arena);

/* Memory that the table takes. */
size_t sl_groups_bytes(const sl_groups *groups);
/* Forgets all groups. */
void sl_groups_clear(sl_groups *groups);
/* The hashes of the groups' keys by number: the same in all tables of the process. */
const uint64_t *sl_groups_hashes(const sl_groups *groups);
/* Appends a group as bytes: first row, keys with their kinds, partials. */
void sl_groups_save(const sl_groups *groups, uint32_t number, sl_buffer *out);
/* Merges such a group. `scratch` is reset. */
sl_status sl_groups_load(sl_groups *groups, sl_text saved, sl_arena *scratch) SL_MUST_USE;

#endif
