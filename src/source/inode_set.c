/* inode_set.c - open addressing over runs of 64 inodes, at most three quarters full. */
#include "source/inode_set.h"

#include <assert.h>

#include "base/memory.h"
#include "base/text.h"

enum { INODE_SLOTS_MIN = 64 };

void sl_inode_set_init(sl_inode_set *set)
{
    *set = (sl_inode_set){0};
}

void sl_inode_set_fini(sl_inode_set *set)
{
    free(set->slots);
    sl_inode_set_init(set);
}

/* The slot that holds the run, or the free one where it belongs. */
static sl_inode_run *set_find(const sl_inode_set *set, uint64_t device, uint64_t base)
{
    size_t last = set->slot_count - 1;
    size_t at = (size_t)sl_hash_mix(device, base) & last;
    while (set->slots[at].mask != 0
           && (set->slots[at].base != base || set->slots[at].device != device))
        at = (at + 1) & last;
    return &set->slots[at];
}

static bool set_grow(sl_inode_set *set)
{
    size_t count = set->slot_count == 0 ? INODE_SLOTS_MIN : set->slot_count * 2;
    sl_inode_set wider = {sl_calloc(count, sizeof(sl_inode_run)), count, set->used};
    if (wider.slots == NULL) return false;
    for (size_t i = 0; i < set->slot_count; i++) {
        const sl_inode_run *run = &set->slots[i];
        if (run->mask != 0) *set_find(&wider, run->device, run->base) = *run;
    }
    free(set->slots);
    *set = wider;
    return true;
}

sl_status sl_inode_set_add(sl_inode_set *set, uint64_t device, uint64_t inode, bool *out_new)
{
    assert(set != NULL);
    assert(out_new != NULL);

    if ((set->used + 1) * 4 > set->slot_count * 3 && !set_grow(set)) return SL_NOMEM;
    uint64_t base = inode / 64, bit = UINT64_C(1) << (inode % 64);
    sl_inode_run *run = set_find(set, device, base);
    *out_new = (run->mask & bit) == 0;
    if (run->mask == 0) {
        set->used++;
        run->device = device;
        run->base = base;
    }
    run->mask |= bit;
    return SL_OK;
}
