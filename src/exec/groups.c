/* groups.c - keys are encoded to bytes, numbered by a map, and kept as values once. */
#include "exec/groups.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/rows.h"

enum { GROUPS_FIRST = 64, GROUP_STATE_ALIGN = 16 };

sl_status sl_groups_init(sl_groups *groups, const sl_op_aggregate *op, const sl_context *context,
                         size_t bytes_max)
{
    *groups = (sl_groups){.op = op, .context = context};
    sl_arena_init(&groups->memory, bytes_max);
    sl_map_init(&groups->numbers);
    sl_buffer_init(&groups->key);
    groups->state_offsets = sl_calloc(op->item_count + 1, sizeof *groups->state_offsets);
    if (groups->state_offsets == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < op->item_count; i++) {
        groups->state_offsets[i] = groups->state_bytes;
        uint32_t bytes = op->items[i].agg->state_bytes;
        groups->state_bytes +=
            (bytes + GROUP_STATE_ALIGN - 1) / GROUP_STATE_ALIGN * GROUP_STATE_ALIGN;
    }
    return SL_OK;
}

void sl_groups_fini(sl_groups *groups)
{
    free(groups->groups);
    free(groups->state_offsets);
    sl_map_fini(&groups->numbers);
    sl_buffer_fini(&groups->key);
    sl_arena_fini(&groups->memory);
}

static bool groups_reserve(sl_groups *groups)
{
    if (groups->count < groups->capacity) return true;
    uint32_t capacity = groups->capacity == 0 ? GROUPS_FIRST : groups->capacity * 2;
    sl_group *list = sl_realloc(groups->groups, capacity * sizeof *list);
    if (list == NULL) return false;
    groups->groups = list;
    groups->capacity = capacity;
    return true;
}

static sl_group *groups_new(sl_groups *groups, const sl_value *keys, const sl_origin *origin)
{
    uint32_t key_count = groups->op->key_count;
    if (!groups_reserve(groups)) return NULL;
    sl_value *copies = SL_ARENA_ARRAY(&groups->memory, key_count, sl_value);
    char *states = sl_arena_zero(&groups->memory, groups->state_bytes);
    if (copies == NULL || states == NULL) return NULL;
    for (uint32_t k = 0; k < key_count; k++) copies[k] = sl_value_copy(&groups->memory, keys[k]);
    if (groups->memory.failed) return NULL;
    sl_group *group = &groups->groups[groups->count++];
    *group = (sl_group){*origin, copies, states};
    return group;
}

static bool groups_before(const sl_origin *a, const sl_origin *b)
{
    if (a->position != b->position) return a->position < b->position;
    if (a->input != b->input) return a->input < b->input;
    return a->offset != b->offset ? a->offset < b->offset : a->copy < b->copy;
}

static bool groups_is_text(const sl_value *value)
{
    return value->kind == SL_STRING || value->kind == SL_NUMBER || value->kind == SL_JSON;
}

/* Equal keys may be of different kinds (5 and "5"): the earliest row's are shown, whichever way the
 * rows were dealt. */
static bool groups_respell(sl_groups *groups, sl_group *group, const sl_value *keys)
{
    for (uint32_t k = 0; k < groups->op->key_count; k++) {
        sl_value *key = &group->keys[k];
        if (key->kind == keys[k].kind && key->kind != SL_LIST) continue;
        if (groups_is_text(key) && groups_is_text(&keys[k])) key->kind = keys[k].kind;
        else if (!sl_value_same(*key, keys[k])) *key = sl_value_copy(&groups->memory, keys[k]);
    }
    return !groups->memory.failed;
}

sl_group *sl_groups_at(sl_groups *groups, const sl_value *keys, const sl_origin *origin)
{
    sl_buffer_clear(&groups->key);
    for (uint32_t k = 0; k < groups->op->key_count; k++) sl_value_encode(&groups->key, keys[k]);
    if (groups->key.failed) return NULL;
    /* The names of the map are the bulk of the keys' memory: they count against the budget. */
    if (groups->memory.bytes_max != 0
        && groups->memory.bytes_used + groups->numbers.names.bytes_used
            > groups->memory.bytes_max) {
        groups->memory.failed = true;
        return NULL;
    }
    uint32_t number = sl_map_add(&groups->numbers, sl_buffer_text(&groups->key));
    if (number == SL_MAP_NONE) return NULL;
    if (number == groups->count) return groups_new(groups, keys, origin);
    if (number > groups->count) return NULL; /* an earlier failure left a name without a group */
    sl_group *group = &groups->groups[number];
    if (groups_before(origin, &group->first)) {
        group->first = *origin;
        if (!groups_respell(groups, group, keys)) return NULL;
    }
    return group;
}

static sl_agg_call groups_call(const sl_groups *groups, uint32_t item)
{
    return (sl_agg_call){.memory = (sl_arena *)(uintptr_t)&groups->memory,
                         .context = groups->context,
                         .params = groups->op->items[item].params};
}

sl_status sl_groups_step(sl_groups *groups, sl_group *group, uint32_t item, const sl_value *args,
                         const sl_rank *rank)
{
    const sl_agg_item *what = &groups->op->items[item];
    sl_agg_call call = groups_call(groups, item);
    return what->agg->step(&call, group->states + groups->state_offsets[item], args,
                           what->arg_count, rank);
}

static sl_status groups_failure(const sl_groups *groups)
{
    return groups->memory.failed ? SL_LIMIT : SL_NOMEM;
}

sl_status sl_groups_merge_one(sl_groups *groups, const sl_groups *from, uint32_t number)
{
    const sl_group *other = &from->groups[number];
    sl_group *group = sl_groups_at(groups, other->keys, &other->first);
    if (group == NULL) return groups_failure(groups);
    for (uint32_t i = 0; i < groups->op->item_count; i++) {
        uint32_t offset = groups->state_offsets[i];
        sl_agg_call call = groups_call(groups, i);
        sl_status status =
            groups->op->items[i].agg->merge(&call, group->states + offset, other->states + offset);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_value sl_groups_finish(const sl_groups *groups, const sl_group *group, uint32_t item,
                          sl_arena *arena)
{
    sl_agg_call call = groups_call(groups, item);
    return groups->op->items[item].agg->finish(&call, group->states + groups->state_offsets[item],
                                               arena);
}

size_t sl_groups_bytes(const sl_groups *groups)
{
    const sl_map *map = &groups->numbers;
    size_t each = sizeof *groups->groups + sizeof *map->keys + sizeof *map->hashes;
    return groups->memory.bytes_used + map->names.bytes_used + groups->count * each
        + map->slot_count * sizeof *map->slots;
}

void sl_groups_clear(sl_groups *groups)
{
    free(groups->groups);
    groups->groups = NULL;
    groups->count = groups->capacity = 0;
    sl_map_fini(&groups->numbers);
    sl_map_init(&groups->numbers);
    sl_arena_reset(&groups->memory);
}

const uint64_t *sl_groups_hashes(const sl_groups *groups)
{
    return groups->numbers.hashes;
}

/* A length in eight bytes, which is known when what it measures has been written. */
static void groups_save_state(const sl_groups *groups, const sl_group *group, uint32_t item,
                              sl_buffer *out)
{
    uint64_t length = 0;
    size_t start = out->length;
    sl_buffer_add(out, sl_text_make((const char *)&length, sizeof length));
    groups->op->items[item].agg->save(group->states + groups->state_offsets[item], out);
    if (out->failed) return;
    length = out->length - start - sizeof length;
    memcpy(out->data + start, &length, sizeof length);
}

void sl_groups_save(const sl_groups *groups, uint32_t number, sl_buffer *out)
{
    const sl_group *group = &groups->groups[number];
    sl_origin_save(&group->first, out);
    for (uint32_t k = 0; k < groups->op->key_count; k++) sl_value_save(out, group->keys[k]);
    for (uint32_t i = 0; i < groups->op->item_count; i++) groups_save_state(groups, group, i, out);
}

static sl_status groups_load_state(sl_groups *groups, sl_group *group, uint32_t item,
                                   sl_text *saved)
{
    uint64_t length;
    if (saved->length < sizeof length) return SL_CORRUPT;
    memcpy(&length, saved->data, sizeof length);
    *saved = sl_text_slice(*saved, sizeof length, saved->length);
    if (length > saved->length) return SL_CORRUPT;
    sl_agg_call call = groups_call(groups, item);
    sl_status status =
        groups->op->items[item].agg->load(&call, group->states + groups->state_offsets[item],
                                          sl_text_slice(*saved, 0, (size_t)length));
    *saved = sl_text_slice(*saved, (size_t)length, saved->length);
    return status;
}

sl_status sl_groups_load(sl_groups *groups, sl_text saved, sl_arena *scratch)
{
    sl_origin first;
    sl_arena_reset(scratch);
    sl_value *keys = SL_ARENA_ARRAY(scratch, groups->op->key_count, sl_value);
    if (keys == NULL) return SL_NOMEM;
    if (!sl_origin_load(&saved, &first)) return SL_CORRUPT;
    for (uint32_t k = 0; k < groups->op->key_count; k++)
        if (!sl_value_load(&saved, scratch, &keys[k]))
            return scratch->failed ? SL_NOMEM : SL_CORRUPT;
    sl_group *group = sl_groups_at(groups, keys, &first);
    if (group == NULL) return groups_failure(groups);
    sl_status status = SL_OK;
    for (uint32_t i = 0; i < groups->op->item_count && status == SL_OK; i++)
        status = groups_load_state(groups, group, i, &saved);
    return status;
}
