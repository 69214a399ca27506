/* recall.c - states in a small table, found by comparing them.
 *
 * There are as many as there are orders of keys in which formats' records begin: a handful. An
 * input that comes with ever new orders fills the table, which then begins anew. */
#include "event/recall.h"

static void recall_clear(sl_recall *recall)
{
    memset(&recall->states[0], 0, sizeof recall->states[0]);
    recall->count = 1;
}

void sl_recall_init(sl_recall *recall, const sl_recogniser *recogniser)
{
    _Static_assert(SL_RECALL_STATES < UINT8_MAX, "state + 1 fits");
    recall->recogniser = recogniser;
    recall_clear(recall);
}

/* True when what is behind the key follows from the key alone. */
static bool recall_is_plain(const sl_recogniser *r, const sl_recognise_key *key)
{
    if (key->has_children) return false;
    for (uint32_t i = key->first_test; i != 0; i = r->tests[i - 1].next_test)
        if (r->tests[i - 1].value_count > 0) return false;
    return true;
}

static bool recall_same(const sl_recall_state *a, const sl_recall_state *b)
{
    return a->decided == b->decided && a->enclosing == b->enclosing
        && memcmp(&a->known, &b->known, sizeof a->known) == 0;
}

/* The number of the state, new or old; it is copied. */
static uint32_t recall_keep(sl_recall *recall, const sl_recall_state *state)
{
    for (uint32_t i = 0; i < recall->count; i++)
        if (recall_same(&recall->states[i], state)) return i;
    memcpy(&recall->states[recall->count], state, sizeof *state);
    return recall->count++;
}

const sl_recall_state *sl_recall_ask(sl_recall *recall, const sl_recall_state *state,
                                     const sl_recognise_key *key, sl_text value)
{
    const sl_recogniser *r = recall->recogniser;
    if (key->arrays != 0) return NULL;
    sl_recall_state next;
    memcpy(&next, state, sizeof next); /* with what lies between its members: it is compared */
    memset(next.next, 0, sizeof next.next);
    bool changed = sl_recognition_see(r, &next.known, key, value);
    next.enclosing |= key->objects != 0 || key->texts != 0;
    if (changed)
        next.decided = sl_recognition_decide(r, &next.known, /* at_end= */ false, &next.verdict);
    bool full = recall->count == SL_RECALL_STATES;
    if (full) recall_clear(recall);
    uint32_t number = recall_keep(recall, &next);
    if (!full && recall_is_plain(r, key))
        recall->states[state - recall->states].next[key - r->keys] = (uint8_t)(number + 1);
    return &recall->states[number];
}

bool sl_recall_end(const sl_recall *recall, const sl_recall_state *state, sl_verdict *out)
{
    sl_recognition known = state->known;
    *out = state->verdict;
    if (!state->decided) sl_recognition_decide(recall->recogniser, &known, /* at_end= */ true, out);
    return out->ruled || !state->enclosing;
}
