/* habit.h - which key comes behind which: a guess at what stands next in an object.
 *
 * Records of a log have their keys in the same few orders. Each key that was met, with the bytes
 * around it up to its value, is remembered together with what it means to the demand and to the
 * recogniser, and with the key that came behind it last. A guess that is right costs one
 * comparison of bytes instead of a search for quotes and two look-ups; one that is wrong costs
 * nothing but itself.
 *
 * Owner:    a walk; demand and recogniser are borrowed.
 * Lifetime: an entry until the next sl_habit_begin.
 * Threads:  one at a time. */
#ifndef SL_EVENT_HABIT_H
#define SL_EVENT_HABIT_H

#include "event/demand.h"
#include "event/recogniser.h"

enum {
    SL_HABIT_KEYS = 128, /* the first of them is no key, and never right */
    SL_HABIT_BYTES = 32, /* of a key with what stands around it; longer ones are not guessed */
    SL_HABIT_NODES = 64, /* with keys that are guessed */
    SL_HABIT_SLOTS = 256
};

typedef struct sl_habit_key {
    char text[SL_HABIT_BYTES]; /* from the brace or comma before it up to its value, which does not
                                  begin with white space */
    uint32_t mask;             /* a bit a byte of it */
    uint32_t node;             /* number of the object's */
    uint8_t length;
    uint8_t next;                /* the key that came behind it */
    const sl_demand_node *child; /* of the object's node; NULL: nobody wants it */
    const sl_recognise_key *known;
} sl_habit_key;

typedef struct sl_habit {
    const sl_demand_node *root;      /* of the demand that all this is about */
    const sl_recogniser *recogniser; /* knows the keys of the root; may be NULL */
    uint32_t count;
    uint8_t firsts[SL_HABIT_NODES + 1]; /* by node: the key that comes first */
    uint8_t slots[SL_HABIT_SLOTS];      /* key, 0: free */
    sl_habit_key keys[SL_HABIT_KEYS];
    sl_habit_key odd; /* the last key that is not remembered */
} sl_habit;

/* Forgets all. */
void sl_habit_clear(sl_habit *habit, const sl_demand_node *root, const sl_recogniser *recogniser);
/* Before an object is read: what is known must be of this demand, and leave some room. */
static inline void sl_habit_begin(sl_habit *habit, const sl_demand_node *root,
                                  const sl_recogniser *recogniser)
{
    if (SL_UNLIKELY(habit->root != root || habit->recogniser != recogniser
                    || habit->count == SL_HABIT_KEYS))
        sl_habit_clear(habit, root, recogniser);
}
/* Where the guess stands at what comes first in an object of `node`. */
static inline uint8_t *sl_habit_first(sl_habit *habit, const sl_demand_node *node)
{
    return &habit->firsts[node->number < SL_HABIT_NODES ? node->number : SL_HABIT_NODES];
}
/* The key that is guessed, if it stands at `at`; else NULL. SL_HABIT_BYTES at `at` are readable. */
static inline sl_habit_key *sl_habit_guess(sl_habit *habit, const uint8_t *guess, const char *at)
{
    sl_habit_key *key = &habit->keys[*guess];
#ifdef __SSE2__
    const __m128i *text = (const __m128i *)(const void *)key->text;
    const __m128i *bytes = (const __m128i *)(const void *)at;
    __m128i low = _mm_cmpeq_epi8(_mm_loadu_si128(bytes), _mm_loadu_si128(text));
    __m128i high = _mm_cmpeq_epi8(_mm_loadu_si128(bytes + 1), _mm_loadu_si128(text + 1));
    uint32_t same = (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
    return (same & key->mask) == key->mask ? key : NULL;
#else
    return memcmp(at, key->text, key->length) == 0 ? key : NULL;
#endif
}
/* `key`, a plain one, stands in an object of `node`; `text` is all from the brace or comma
 * before it up to its value. Says what it means, and corrects the guess. */
sl_habit_key *sl_habit_learn(sl_habit *habit, const sl_demand_node *node, sl_text text, sl_text key,
                             uint8_t *guess);

#endif
