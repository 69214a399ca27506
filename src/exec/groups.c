/* groups.c - linear probing over slots of 8 bytes, at most half of them in use.
 *
 * A slot has half of the hash, so that hardly a group is looked at in vain; a group's keys are
 * compared in place. The keys come from logs, that is from attackers: hashes are seeded. */
#include "exec/groups.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/rows.h"

enum { GROUPS_FIRST = 64, GROUPS_MAX = 1 << 30, GROUP_ALIGN = 16, GROUP_LINE = 64 };

static size_t groups_aligned(size_t bytes)
{
    return (bytes + GROUP_ALIGN - 1) / GROUP_ALIGN * GROUP_ALIGN;
}

sl_status sl_groups_init(sl_groups *groups, const sl_op_aggregate *op, const sl_context *context,
                         size_t bytes_max)
{
    *groups = (sl_groups){.op = op, .context = context, .seed = sl_hash_seed()};
    sl_arena_init(&groups->memory, bytes_max);
    groups->state_offsets = sl_calloc(op->item_count + 1, sizeof *groups->state_offsets);
    if (groups->state_offsets == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < op->item_count; i++) {
        groups->state_offsets[i] = groups->state_bytes;
        groups->state_bytes += (uint32_t)groups_aligned(op->items[i].agg->state_bytes);
    }
    return SL_OK;
}

static void groups_free_table(sl_groups *groups)
{
    free(groups->groups);
    free(groups->hashes);
    free(groups->slots);
    groups->groups = NULL;
    groups->hashes = groups->slots = NULL;
    groups->count = groups->capacity = groups->slot_count = 0;
}

void sl_groups_fini(sl_groups *groups)
{
    groups_free_table(groups);
    free(groups->state_offsets);
    sl_arena_fini(&groups->memory);
}

/* --- the table --- */

static uint64_t groups_slot(uint64_t hash, uint32_t number)
{
    return (hash & ~(uint64_t)UINT32_MAX) | (number + 1);
}

/* The free slot for a hash. */
static uint32_t groups_free_slot(const uint64_t *slots, uint32_t slot_count, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & (slot_count - 1);
    while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
    return slot;
}

/* Room for one more group. On failure the table stands as it was. */
static bool groups_reserve(sl_groups *groups)
{
    if (groups->count < groups->capacity) return true;
    if (groups->capacity >= GROUPS_MAX) return false;
    uint32_t capacity = groups->capacity == 0 ? GROUPS_FIRST : groups->capacity * 2;
    sl_group **list = sl_realloc(groups->groups, capacity * sizeof *list);
    if (list == NULL) return false;
    groups->groups = list;
    uint64_t *hashes = sl_realloc(groups->hashes, capacity * sizeof *hashes);
    if (hashes == NULL) return false;
    groups->hashes = hashes;
    uint64_t *slots = sl_calloc((size_t)capacity * 2, sizeof *slots);
    if (slots == NULL) return false;
    for (uint32_t g = 0; g < groups->count; g++)
        slots[groups_free_slot(slots, capacity * 2, hashes[g])] = groups_slot(hashes[g], g);
    free(groups->slots);
    groups->slots = slots;
    groups->slot_count = capacity * 2;
    groups->capacity = capacity;
    return true;
}

/* Copies the keys, their texts to `texts`. */
static bool groups_copy_keys(sl_groups *groups, sl_group *group, const sl_value *keys, char *texts)
{
    for (uint32_t k = 0; k < groups->op->key_count; k++) {
        group->keys[k] = keys[k];
        if (keys[k].kind == SL_LIST) group->keys[k] = sl_value_copy(&groups->memory, keys[k]);
        if (!sl_value_has_bytes(&keys[k])) continue;
        if (keys[k].length > 0) memcpy(texts, keys[k].text, keys[k].length);
        group->keys[k].text = texts;
        texts += keys[k].length;
    }
    return !groups->memory.failed;
}

static sl_group *groups_new(sl_groups *groups, const sl_value *keys, uint64_t hash,
                            const sl_origin *origin)
{
    uint32_t key_count = groups->op->key_count;
    size_t head = groups_aligned(sizeof(sl_group)) + groups->state_bytes;
    size_t bytes = head + key_count * sizeof *keys;
    for (uint32_t k = 0; k < key_count; k++)
        if (sl_value_has_bytes(&keys[k])) bytes += keys[k].length;
    if (!groups_reserve(groups)) return NULL;
    char *piece = sl_arena_alloc(&groups->memory, bytes);
    if (piece == NULL) return NULL;
    sl_group *group = (sl_group *)(void *)piece;
    *group = (sl_group){*origin, (sl_value *)(void *)(piece + head),
                        piece + groups_aligned(sizeof *group), groups->count};
    memset(group->states, 0, groups->state_bytes);
    if (!groups_copy_keys(groups, group, keys, (char *)(group->keys + key_count))) return NULL;
    groups->slots[groups_free_slot(groups->slots, groups->slot_count, hash)] =
        groups_slot(hash, groups->count);
    groups->hashes[groups->count] = hash;
    groups->groups[groups->count++] = group;
    return group;
}

uint64_t sl_groups_hash(const sl_groups *groups, const sl_value *keys)
{
    uint64_t hash = groups->seed;
    for (uint32_t k = 0; k < groups->op->key_count; k++) hash = sl_value_hash(&keys[k], hash);
    return hash;
}

void sl_groups_await_group(const sl_groups *groups, uint64_t hash)
{
    if (groups->slot_count == 0) return;
    uint32_t mask = groups->slot_count - 1, slot = (uint32_t)hash & mask;
    for (; groups->slots[slot] != 0; slot = (slot + 1) & mask) {
        if (((groups->slots[slot] ^ hash) >> 32) != 0) continue;
        const char *group = (const char *)groups->groups[(uint32_t)groups->slots[slot] - 1];
        for (int line = 0; line < 4; line++) SL_PREFETCH(group + (ptrdiff_t)line * GROUP_LINE);
        return;
    }
}

static bool groups_same(const sl_groups *groups, const sl_group *group, const sl_value *keys)
{
    for (uint32_t k = 0; k < groups->op->key_count; k++)
        if (!sl_value_reads_same(&group->keys[k], &keys[k])) return false;
    return true;
}

static sl_group *groups_lookup(const sl_groups *groups, const sl_value *keys, uint64_t hash)
{
    if (groups->slot_count == 0) return NULL;
    uint32_t mask = groups->slot_count - 1, slot = (uint32_t)hash & mask;
    for (; groups->slots[slot] != 0; slot = (slot + 1) & mask) {
        if (((groups->slots[slot] ^ hash) >> 32) != 0) continue;
        sl_group *group = groups->groups[(uint32_t)groups->slots[slot] - 1];
        if (SL_LIKELY(groups_same(groups, group, keys))) return group;
    }
    return NULL;
}

static bool groups_before(const sl_origin *a, const sl_origin *b)
{
    if (a->position != b->position) return a->position < b->position;
    if (a->input != b->input) return a->input < b->input;
    return a->offset != b->offset ? a->offset < b->offset : a->copy < b->copy;
}

/* Equal keys may be of different kinds (5 and "5"): the earliest row's are shown, whichever way the
 * rows were dealt. */
static bool groups_respell(sl_groups *groups, sl_group *group, const sl_value *keys)
{
    for (uint32_t k = 0; k < groups->op->key_count; k++) {
        sl_value *key = &group->keys[k];
        if (key->kind == keys[k].kind && key->kind != SL_LIST) continue;
        if (sl_value_has_bytes(key) && sl_value_has_bytes(&keys[k])) key->kind = keys[k].kind;
        else if (!sl_value_same(*key, keys[k])) *key = sl_value_copy(&groups->memory, keys[k]);
    }
    return !groups->memory.failed;
}

sl_group *sl_groups_find(sl_groups *groups, const sl_value *keys, uint64_t hash,
                         const sl_origin *origin)
{
    sl_group *group = groups_lookup(groups, keys, hash);
    if (group == NULL) return groups_new(groups, keys, hash, origin);
    if (SL_UNLIKELY(groups_before(origin, &group->first))) {
        group->first = *origin;
        if (!groups_respell(groups, group, keys)) return NULL;
    }
    return group;
}

sl_group *sl_groups_at(sl_groups *groups, const sl_value *keys, const sl_origin *origin)
{
    return sl_groups_find(groups, keys, sl_groups_hash(groups, keys), origin);
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
    const sl_group *other = from->groups[number];
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
    size_t each = sizeof *groups->groups + sizeof *groups->hashes;
    return groups->memory.bytes_used + groups->count * each
        + groups->slot_count * sizeof *groups->slots;
}

void sl_groups_clear(sl_groups *groups)
{
    groups_free_table(groups);
    sl_arena_reset(&groups->memory);
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
    const sl_group *group = groups->groups[number];
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
