/* habit.c - keys in a small hash table, with links from one to the next.
 *
 * When the table is full it stays as it is up to the end of the record, and then begins anew. */
#include "event/habit.h"

void sl_habit_clear(sl_habit *habit, const sl_demand_node *root, const sl_recogniser *recogniser)
{
    _Static_assert(SL_HABIT_KEYS <= UINT8_MAX + 1 && SL_HABIT_KEYS < SL_HABIT_SLOTS, "a byte");
    habit->root = root;
    habit->recogniser = recogniser;
    memset(habit->firsts, 0, sizeof habit->firsts);
    memset(habit->slots, 0, sizeof habit->slots);
    /* No key begins like this. */
    sl_habit_key none = {.mask = UINT32_MAX, .length = SL_HABIT_BYTES};
    habit->keys[0] = none;
    habit->count = 1;
}

static void habit_look_up(const sl_habit *habit, const sl_demand_node *node, sl_text key,
                          sl_habit_key *out)
{
    out->child = sl_demand_child_of(node, key);
    out->known = NULL;
    if (habit->recogniser != NULL && node == habit->root)
        out->known = sl_recogniser_plain_key(habit->recogniser, key);
}

/* The key, if it is remembered; else NULL and the slot where it belongs. */
static sl_habit_key *habit_find(sl_habit *habit, uint32_t node, sl_text text, uint32_t *out_slot)
{
    uint32_t slot = (sl_json_key_hash(text) + node * 31) % SL_HABIT_SLOTS;
    for (; habit->slots[slot] != 0; slot = (slot + 1) % SL_HABIT_SLOTS) {
        sl_habit_key *key = &habit->keys[habit->slots[slot]];
        if (key->node == node && sl_text_equal(sl_text_make(key->text, key->length), text))
            return key;
    }
    *out_slot = slot;
    return NULL;
}

sl_habit_key *sl_habit_learn(sl_habit *habit, const sl_demand_node *node, sl_text text, sl_text key,
                             uint8_t *guess)
{
    uint32_t slot;
    if (text.length > SL_HABIT_BYTES || node->number >= SL_HABIT_NODES) {
        habit_look_up(habit, node, key, &habit->odd);
        return &habit->odd;
    }
    sl_habit_key *found = habit_find(habit, node->number, text, &slot);
    if (found == NULL && habit->count == SL_HABIT_KEYS) {
        habit_look_up(habit, node, key, &habit->odd);
        return &habit->odd;
    }
    if (found == NULL) {
        habit->slots[slot] = (uint8_t)habit->count;
        found = &habit->keys[habit->count++];
        *found = (sl_habit_key){.node = node->number, .length = (uint8_t)text.length};
        found->mask = (uint32_t)((UINT64_C(1) << text.length) - 1);
        memcpy(found->text, text.data, text.length);
        habit_look_up(habit, node, key, found);
    }
    *guess = (uint8_t)(found - habit->keys);
    return found;
}
