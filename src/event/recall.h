/* recall.h - recognition from memory: the same keys in the same order give the same verdict.
 *
 * Most records of a log have the keys that decide in one order. What is known after each of them
 * is worked out once, by the recogniser, and remembered as a state; from then on a key leads from
 * state to state, at the cost of one look into a table. A key whose value matters is always asked
 * for anew.
 *
 * Owner:    a walk; the recogniser is borrowed.
 * Lifetime: a state until the next sl_recall_next.
 * Threads:  one at a time. */
#ifndef SL_EVENT_RECALL_H
#define SL_EVENT_RECALL_H

#include "event/recogniser.h"

enum { SL_RECALL_STATES = 48 };

/* What is known of an object after some of its keys. */
typedef struct sl_recall_state {
    sl_recognition known;
    sl_verdict verdict;
    bool decided;                        /* whatever follows */
    bool enclosing;                      /* an envelope of one record begins so, too */
    uint8_t next[SL_RECOGNISE_KEYS_MAX]; /* by key: state + 1, 0: to be asked for */
} sl_recall_state;

typedef struct sl_recall {
    const sl_recogniser *recogniser;
    uint32_t count;
    sl_recall_state states[SL_RECALL_STATES]; /* the first: before all keys */
} sl_recall;

void sl_recall_init(sl_recall *recall, const sl_recogniser *recogniser);
/* What is known behind a member, not remembered yet. NULL when it may be that of an envelope with
 * an array, which has to be looked into. */
const sl_recall_state *sl_recall_ask(sl_recall *recall, const sl_recall_state *state,
                                     const sl_recognise_key *key, sl_text value);
/* The same, remembered or not. */
static inline const sl_recall_state *sl_recall_next(sl_recall *recall, const sl_recall_state *state,
                                                    const sl_recognise_key *key, sl_text value)
{
    uint8_t next = state->next[key - recall->recogniser->keys];
    return SL_LIKELY(next != 0) ? &recall->states[next - 1]
                                : sl_recall_ask(recall, state, key, value);
}
/* The verdict on an object that ends here. False when it has to be looked at more closely. */
bool sl_recall_end(const sl_recall *recall, const sl_recall_state *state, sl_verdict *out);

#endif
