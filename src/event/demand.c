/* demand.c - entries numbered, and the trie that the walk follows.
 *
 * The trie is built as one would make a deterministic automaton: a node stands for the set of
 * (entry, steps done) that a value can be at the same time. Its children are found by sorting that
 * set by the next piece. The set for element 3 holds what is wanted of element 3 and of any
 * element. So the walk follows one node a value and never has to try two ways. */
#include "event/demand.h"

#include <assert.h>
#include <stdlib.h>

#include "event/json.h"

enum {
    DEMAND_ENTRIES_FIRST = 32,
    DEMAND_NODES_MAX = 1 << 18,
    DEMAND_LINEAR_MAX = 6 /* children that are compared one by one */
};

void sl_demand_init(sl_demand *demand, sl_arena *arena)
{
    *demand = (sl_demand){.arena = arena};
}

/* --- entries --- */

static uint64_t demand_hash(sl_path path, sl_reading reading)
{
    uint64_t hash = sl_hash_mix(path.count, (uint64_t)reading);
    for (uint32_t i = 0; i < path.count; i++) {
        const sl_step *step = &path.steps[i];
        uint64_t own = step->kind == SL_STEP_KEY ? sl_text_hash(step->key)
            : step->kind == SL_STEP_INDEX        ? step->index
                                                 : 0;
        hash = sl_hash_mix(hash, sl_hash_mix(own, (uint64_t)step->kind));
    }
    return hash;
}

static bool demand_path_copy(sl_arena *arena, sl_path path, sl_path *out)
{
    sl_step *steps = SL_ARENA_ARRAY(arena, path.count, sl_step);
    if (steps == NULL) return false;
    for (uint32_t i = 0; i < path.count; i++) {
        steps[i] = path.steps[i];
        if (steps[i].kind != SL_STEP_KEY) continue;
        steps[i].key = sl_arena_copy(arena, path.steps[i].key);
        if (steps[i].key.data == NULL) return false;
    }
    *out = (sl_path){steps, path.count};
    return true;
}

/* Room for one more entry, with the slots at most half full. */
static bool demand_grow(sl_demand *demand)
{
    if (demand->count < demand->capacity) return true;
    if (demand->capacity > UINT32_MAX / 8) return false;
    uint32_t capacity = demand->capacity == 0 ? DEMAND_ENTRIES_FIRST : demand->capacity * 2;
    sl_demand_entry *entries = SL_ARENA_ARRAY(demand->arena, capacity, sl_demand_entry);
    uint32_t *slots = SL_ARENA_ARRAY(demand->arena, capacity * 2, uint32_t);
    if (entries == NULL || slots == NULL) return false;
    for (uint32_t i = 0; i < demand->count; i++) {
        entries[i] = demand->entries[i];
        uint64_t slot = demand_hash(entries[i].path, entries[i].reading);
        while (slots[slot % (capacity * 2)] != 0) slot++;
        slots[slot % (capacity * 2)] = i + 1;
    }
    demand->entries = entries;
    demand->capacity = capacity;
    demand->slots = slots;
    demand->slot_count = capacity * 2;
    return true;
}

static uint32_t demand_add(sl_demand *demand, sl_path path, sl_reading reading, bool spare)
{
    assert(demand->root == NULL);
    assert(path.count <= SL_PATH_STEPS_MAX);
    if (!demand_grow(demand)) return UINT32_MAX;
    uint64_t slot = demand_hash(path, reading);
    for (;; slot++) {
        uint32_t number = demand->slots[slot % demand->slot_count];
        if (number == 0) break;
        sl_demand_entry *known = &demand->entries[number - 1];
        if (known->reading != reading || !sl_path_equal(known->path, path)) continue;
        known->spare = known->spare && spare;
        return number - 1;
    }
    sl_demand_entry entry = {.reading = reading, .spare = spare};
    if (!demand_path_copy(demand->arena, path, &entry.path)) return UINT32_MAX;
    for (uint32_t i = 0; i < path.count; i++)
        if (path.steps[i].kind == SL_STEP_ANY) entry.several = true;
    demand->entries[demand->count] = entry;
    demand->slots[slot % demand->slot_count] = demand->count + 1;
    return demand->count++;
}

uint32_t sl_demand_add(sl_demand *demand, sl_path path, sl_reading reading)
{
    return demand_add(demand, path, reading, /* spare= */ false);
}

uint32_t sl_demand_add_spare(sl_demand *demand, sl_path path, sl_reading reading)
{
    return demand_add(demand, path, reading, /* spare= */ true);
}

/* --- building the trie --- */

/* An entry that has come to some node, and what it wants next: a step, or the piece of a key that
 * begins at `from`. */
typedef struct demand_item {
    uint32_t entry;
    uint32_t step;
    size_t from;
} demand_item;

typedef struct demand_pending {
    sl_demand_node *node;
    demand_item *items;
    uint32_t count;
    struct demand_pending *next;
} demand_pending;

typedef struct demand_builder {
    sl_demand *demand;
    demand_pending *pending;
    sl_status status;
} demand_builder;

static const sl_step *demand_step(const demand_builder *b, const demand_item *item)
{
    sl_path path = b->demand->entries[item->entry].path;
    return item->step < path.count ? &path.steps[item->step] : NULL;
}

/* The piece of its key that `item` wants next. */
static sl_text demand_piece(const demand_builder *b, const demand_item *item)
{
    sl_text key = demand_step(b, item)->key;
    size_t dot = sl_text_find_byte(key, '.', item->from);
    return sl_text_slice(key, item->from, dot == SIZE_MAX ? key.length : dot);
}

static demand_item demand_advance(const demand_builder *b, demand_item item)
{
    const sl_step *step = demand_step(b, &item);
    if (step->kind == SL_STEP_KEY) {
        size_t behind = item.from + demand_piece(b, &item).length;
        if (behind < step->key.length) return (demand_item){item.entry, item.step, behind + 1};
    }
    return (demand_item){item.entry, item.step + 1, 0};
}

/* A new node for the entries that `items` come to; to be worked on later. NULL when there are
 * too many. */
static sl_demand_node *demand_node_new(demand_builder *b, demand_item *items, uint32_t count)
{
    sl_demand_node *node = SL_ARENA_NEW(b->demand->arena, sl_demand_node);
    demand_pending *pending = SL_ARENA_NEW(b->demand->arena, demand_pending);
    if (node == NULL || pending == NULL || b->demand->node_count == DEMAND_NODES_MAX) {
        b->status = node == NULL || pending == NULL ? SL_NOMEM : SL_LIMIT;
        return NULL;
    }
    node->number = b->demand->node_count++;
    node->spare = true;
    for (uint32_t i = 0; i < count; i++)
        node->spare = node->spare && b->demand->entries[items[i].entry].spare;
    *pending = (demand_pending){node, items, count, b->pending};
    b->pending = pending;
    return node;
}

/* True when an open walk would name the place that `entry` stands for as the entry does: the
 * language's own kind of array steps only. */
static bool demand_names_leaf(const sl_demand_entry *entry)
{
    sl_step_kind foreign = entry->reading == SL_READ_CQL ? SL_STEP_ANY : SL_STEP_INDEX;
    for (uint32_t i = 0; i < entry->path.count; i++)
        if (entry->path.steps[i].kind == foreign) return false;
    return true;
}

static bool demand_put_entries(demand_builder *b, const demand_pending *p)
{
    uint32_t *entries = SL_ARENA_ARRAY(b->demand->arena, p->count, uint32_t);
    if (entries == NULL) return false;
    for (uint32_t i = 0; i < p->count; i++) {
        if (demand_step(b, &p->items[i]) != NULL) continue;
        const sl_demand_entry *entry = &b->demand->entries[p->items[i].entry];
        entries[p->node->entry_count++] = p->items[i].entry;
        if (entry->reading == SL_READ_RAW) p->node->wants_json = true;
        if (demand_names_leaf(entry)) p->node->asked |= (uint8_t)(1U << entry->reading);
    }
    p->node->entries = entries;
    return true;
}

/* Where to look for the key with these ends. The keys are the analyst's, not the log's. */
static inline uint32_t demand_slot(uint64_t head, uint64_t tail)
{
    return (uint32_t)((head ^ (tail << 1 | tail >> 63)) * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static bool demand_index_children(sl_arena *arena, sl_demand_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        const sl_demand_child *child = &node->children[i];
        node->child_bits |= sl_json_key_bit(child->head, child->key.length);
        node->spare_count += child->node->spare ? 1 : 0;
    }
    if (node->child_count <= DEMAND_LINEAR_MAX) return true;
    uint32_t slot_count = 16;
    while (slot_count < node->child_count * 4) slot_count *= 2;
    uint32_t *slots = SL_ARENA_ARRAY(arena, slot_count, uint32_t);
    if (slots == NULL) return false;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const sl_demand_child *child = &node->children[i];
        uint32_t slot = demand_slot(child->head, child->tail) & (slot_count - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    node->child_slots = slots;
    node->child_slot_mask = slot_count - 1;
    return true;
}

/* Sorts the items that want a key by their piece, and makes a child for each piece. `order` holds
 * pointers to them. */
static int demand_compare_pieces(const void *left, const void *right, void *context)
{
    const demand_item *a = left, *b = right;
    int order = sl_text_compare(demand_piece(context, a), demand_piece(context, b));
    return order != 0 ? order : a->entry < b->entry ? -1 : a->entry > b->entry;
}

static bool demand_put_children(demand_builder *b, const demand_pending *p)
{
    sl_arena *arena = b->demand->arena;
    demand_item *items = SL_ARENA_ARRAY(arena, p->count, demand_item);
    sl_demand_child *children = SL_ARENA_ARRAY(arena, p->count, sl_demand_child);
    if (items == NULL || children == NULL) return false;
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        const sl_step *step = demand_step(b, &p->items[i]);
        if (step != NULL && step->kind == SL_STEP_KEY) items[count++] = p->items[i];
    }
    qsort_r(items, count, sizeof *items, demand_compare_pieces, b);
    for (uint32_t from = 0, to; from < count; from = to) {
        sl_text key = demand_piece(b, &items[from]);
        for (to = from + 1; to < count; to++)
            if (!sl_text_equal(key, demand_piece(b, &items[to]))) break;
        for (uint32_t i = from; i < to; i++) items[i] = demand_advance(b, items[i]);
        sl_demand_node *node = demand_node_new(b, items + from, to - from);
        if (node == NULL) return false;
        uint64_t tail = 0;
        if (key.length >= 8) memcpy(&tail, key.data + key.length - 8, 8);
        children[p->node->child_count++] =
            (sl_demand_child){key, sl_json_key_head(key), tail, node};
    }
    p->node->children = children;
    return demand_index_children(arena, p->node);
}

/* The node for the elements of an array: those items that want any element or, unless it is
 * UINT32_MAX, element `index`. */
static sl_demand_node *demand_element_node(demand_builder *b, const demand_pending *p,
                                           uint32_t index)
{
    demand_item *items = SL_ARENA_ARRAY(b->demand->arena, p->count, demand_item);
    if (items == NULL) return NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        const sl_step *step = demand_step(b, &p->items[i]);
        if (step == NULL || step->kind == SL_STEP_KEY) continue;
        if (step->kind == SL_STEP_ANY || step->index == index)
            items[count++] = demand_advance(b, p->items[i]);
    }
    return demand_node_new(b, items, count);
}

static int demand_compare_index(const void *left, const void *right)
{
    const sl_demand_element *a = left, *b = right;
    return a->index < b->index ? -1 : a->index > b->index;
}

static bool demand_put_elements(demand_builder *b, const demand_pending *p)
{
    sl_demand_element *elements = SL_ARENA_ARRAY(b->demand->arena, p->count, sl_demand_element);
    if (elements == NULL) return false;
    uint32_t count = 0;
    bool any = false;
    for (uint32_t i = 0; i < p->count; i++) {
        const sl_step *step = demand_step(b, &p->items[i]);
        if (step == NULL) continue;
        if (step->kind == SL_STEP_ANY) any = true;
        if (step->kind == SL_STEP_INDEX) elements[count++].index = step->index;
    }
    qsort(elements, count, sizeof *elements, demand_compare_index);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *out = &p->node->element_count;
        if (i > 0 && elements[i].index == elements[*out - 1].index) continue;
        sl_demand_node *node = demand_element_node(b, p, elements[i].index);
        if (node == NULL) return false;
        elements[(*out)++] = (sl_demand_element){elements[i].index, node};
    }
    p->node->elements = elements;
    if (!any) return true;
    p->node->any = demand_element_node(b, p, UINT32_MAX);
    return p->node->any != NULL;
}

sl_status sl_demand_seal(sl_demand *demand)
{
    assert(demand->root == NULL);
    demand_builder b = {.demand = demand, .status = SL_NOMEM};
    demand_item *items = SL_ARENA_ARRAY(demand->arena, demand->count, demand_item);
    if (items == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < demand->count; i++) items[i] = (demand_item){i, 0, 0};
    sl_demand_node *root = demand_node_new(&b, items, demand->count);
    if (root == NULL) return b.status;
    while (b.pending != NULL) {
        demand_pending *p = b.pending;
        b.pending = p->next;
        if (!demand_put_entries(&b, p) || !demand_put_children(&b, p)
            || !demand_put_elements(&b, p))
            return b.status;
    }
    demand->root = root;
    return SL_OK;
}

/* --- following it --- */

/* True when `child` is the one for `key`, whose head is `head`. */
static inline bool demand_child_is(const sl_demand_child *child, sl_text key, uint64_t head)
{
    if (child->head != head || child->key.length != key.length) return false;
    if (key.length <= 8) return true;
    uint64_t tail;
    memcpy(&tail, key.data + key.length - 8, 8);
    if (child->tail != tail) return false;
    return key.length <= 16 || memcmp(child->key.data + 8, key.data + 8, key.length - 16) == 0;
}

SL_HOT const sl_demand_node *sl_demand_child_of(const sl_demand_node *node, sl_text key)
{
    uint64_t head = sl_json_padded_key_head(key);
    if ((node->child_bits & sl_json_key_bit(head, key.length)) == 0) return NULL;
    if (node->child_slots != NULL) {
        uint64_t tail = 0;
        if (key.length >= 8) memcpy(&tail, key.data + key.length - 8, 8);
        uint32_t slot = demand_slot(head, tail) & node->child_slot_mask;
        for (; node->child_slots[slot] != 0; slot = (slot + 1) & node->child_slot_mask) {
            const sl_demand_child *child = &node->children[node->child_slots[slot] - 1];
            if (demand_child_is(child, key, head)) return child->node;
        }
        return NULL;
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        if (demand_child_is(&node->children[i], key, head)) return node->children[i].node;
    return NULL;
}
