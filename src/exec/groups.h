/* groups.h - a table from group keys to aggregate states.
 *
 * The one place where an aggregation's memory lives: each group is one piece of an arena with a
 * budget, in which its keys, their texts and the aggregates' states stand together; what states
 * point to is beside them. Groups are numbered as they are first seen and never move.
 *
 * Whoever has many rows to look up says so for some of them ahead: sl_groups_hash, then
 * sl_groups_await twice, then sl_groups_find. The memory that a look-up wants is then on its way
 * when it comes.
 *
 * Owner:    a stage.
 * Threads:  one at a time. */
#ifndef SL_EXEC_GROUPS_H
#define SL_EXEC_GROUPS_H

#include "base/status.h"
#include "event/batch.h"
#include "plan/op.h"

typedef struct sl_group {
    sl_origin first; /* the earliest row of the group, by (position, input, offset) */
    sl_value *keys;  /* as that row spells them */
    char *states;    /* sl_groups.state_offsets */
    uint32_t number;
} sl_group;

/* The fields are read-only outside groups.c. */
typedef struct sl_groups {
    const sl_op_aggregate *op;
    const sl_context *context;
    sl_arena memory;
    sl_group **groups; /* by number */
    uint64_t *hashes;  /* of their keys, by number: the same in all tables of the process */
    uint32_t count, capacity;
    uint64_t *slots; /* 0: free; else the upper half of the hash, then number + 1 */
    uint32_t slot_count;
    uint64_t seed;
    uint32_t *state_offsets; /* by item */
    uint32_t state_bytes;
} sl_groups;

/* SL_NOMEM when memory ends. */
sl_status sl_groups_init(sl_groups *groups, const sl_op_aggregate *op, const sl_context *context,
                         size_t bytes_max) SL_MUST_USE;
void sl_groups_fini(sl_groups *groups);
/* The group of keys[0..key_count), new or old. NULL at the limit. */
sl_group *sl_groups_at(sl_groups *groups, const sl_value *keys, const sl_origin *origin);
/* The same in steps. */
uint64_t sl_groups_hash(const sl_groups *groups, const sl_value *keys);
sl_group *sl_groups_find(sl_groups *groups, const sl_value *keys, uint64_t hash,
                         const sl_origin *origin);
static inline void sl_groups_await_slot(const sl_groups *groups, uint64_t hash)
{
    if (groups->slot_count > 0) SL_PREFETCH(&groups->slots[hash & (groups->slot_count - 1)]);
}
/* Some time behind the one before. */
void sl_groups_await_group(const sl_groups *groups, uint64_t hash);
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
/* Appends a group as bytes: first row, keys with their kinds, partials. */
void sl_groups_save(const sl_groups *groups, uint32_t number, sl_buffer *out);
/* Merges such a group. `scratch` is reset. */
sl_status sl_groups_load(sl_groups *groups, sl_text saved, sl_arena *scratch) SL_MUST_USE;

#endif
