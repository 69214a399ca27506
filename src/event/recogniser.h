/* recogniser.h - the recogniser's tables, as recognise.c builds and inspect.c reads them.
 *
 * Recognition goes along with a pass over an object's members: sl_recognition_see takes one
 * member after the other, sl_recognition_decide says what is known by then. So an object is
 * recognised before its end has been seen, and the splitter looks at each byte once.
 *
 * Owner:    the recogniser's arena; a sl_recognition is the caller's.
 * Lifetime: that of the recogniser.
 * Threads:  tables are immutable. */
#ifndef SL_EVENT_RECOGNISER_H
#define SL_EVENT_RECOGNISER_H

#include "event/json_members.h"
#include "event/mask.h"
#include "event/recognise.h"

enum {
    SL_RECOGNISE_WORDS = SL_RECOGNISE_TESTS_MAX / 64,
    SL_RECOGNISE_SLOTS = 512,
    SL_RECOGNISE_TOP = 0xFFFF /* the parent of keys at the top */
};

/* A set of conditions. */
typedef struct sl_recognise_set {
    uint64_t words[SL_RECOGNISE_WORDS];
} sl_recognise_set;

typedef struct sl_recognise_key {
    sl_text text;
    uint64_t head; /* sl_json_key_head */
    uint16_t parent;
    uint16_t first_test; /* + 1; 0: none */
    bool has_children;
    uint64_t arrays;  /* envelopes, as bits, whose array stands behind this key */
    uint64_t objects; /* whose record object does */
    uint64_t texts;   /* whose escaped record does */
} sl_recognise_key;

typedef struct sl_recognise_condition {
    uint16_t next_test; /* of the same key, + 1 */
    const sl_text *values;
    uint32_t value_count;
} sl_recognise_condition;

typedef struct sl_recognise_choice {
    sl_recognise_set all, any, none;
    bool has_any;
} sl_recognise_choice;

typedef struct sl_recognise_entry {
    const sl_recognise_choice *rules, *passed_over;
    uint32_t rule_count, passed_over_count;
    sl_recognise_set concerns; /* all conditions of its rules, of both kinds */
} sl_recognise_entry;

typedef struct sl_recognise_envelope {
    const sl_envelope *envelope;
    uint32_t format;
} sl_recognise_envelope;

struct sl_recogniser {
    const sl_recognise_format *formats;
    sl_recognise_entry *entries; /* one a format */
    uint32_t format_count;
    uint32_t fallback; /* the format without rules, or SL_FORMAT_NONE */
    sl_recognise_key keys[SL_RECOGNISE_KEYS_MAX];
    uint32_t key_count;
    uint8_t slots[SL_RECOGNISE_SLOTS]; /* key + 1 */
    uint8_t top[SL_RECOGNISE_SLOTS];   /* the same for keys at the top, by their heads */
    sl_recognise_condition tests[SL_RECOGNISE_TESTS_MAX];
    uint32_t test_count;
    uint32_t word_count; /* of sets: those behind are empty */
    sl_recognise_envelope envelopes[SL_RECOGNISE_ENVELOPES_MAX];
    uint32_t envelope_count;
    const sl_mask_kernel *kernel; /* NULL (tests): objects are inspected byte by byte */
};

/* What is known of one object so far. Begins zeroed. */
typedef struct sl_recognition {
    uint64_t seen[SL_RECOGNISE_KEYS_MAX / 64]; /* keys */
    sl_recognise_set settled, holds;           /* conditions */
    uint32_t waits;          /* the format that could not be decided, + 1; 0: none was asked */
    sl_recognise_set looked; /* the conditions that were settled then */
} sl_recognition;

typedef struct sl_verdict {
    uint32_t format;
    bool ruled; /* by a rule, not for want of a better one */
    bool passed_over;
} sl_verdict;

/* Where to begin to look for a key at the top. */
static inline uint32_t sl_recogniser_top_slot(uint64_t head, size_t length)
{
    _Static_assert(SL_RECOGNISE_SLOTS == 512, "9 bits");
    return (uint32_t)(((head ^ length) * UINT64_C(0x9E3779B97F4A7C15)) >> 55);
}
/* The key at the top whose text, without escapes and dots, is `key`, or NULL when no format names
 * it. 8 bytes behind `key` are readable. */
static inline const sl_recognise_key *sl_recogniser_plain_key(const sl_recogniser *recogniser,
                                                              sl_text key)
{
    uint64_t head = sl_json_padded_key_head(key);
    uint32_t slot = sl_recogniser_top_slot(head, key.length);
    for (; recogniser->top[slot] != 0; slot = (slot + 1) % SL_RECOGNISE_SLOTS) {
        const sl_recognise_key *found = &recogniser->keys[recogniser->top[slot] - 1];
        if (found->head == head && sl_text_equal(found->text, key)) return found;
    }
    return NULL;
}
/* The key of a member at the top, or NULL when no format names it. */
const sl_recognise_key *sl_recogniser_key(const sl_recogniser *recogniser,
                                          const sl_json_member *member);
static inline bool sl_recognition_has_seen(const sl_recogniser *recogniser,
                                           const sl_recognition *recognition,
                                           const sl_recognise_key *key)
{
    size_t number = (size_t)(key - recogniser->keys);
    return recognition->seen[number / 64] >> (number % 64) & 1;
}
/* Takes in a member, with its complete value. False when it changed nothing. */
bool sl_recognition_see(const sl_recogniser *recogniser, sl_recognition *recognition,
                        const sl_recognise_key *key, sl_text value);
/* True when no further member can change the verdict; always at the end of the object. */
bool sl_recognition_decide(const sl_recogniser *recogniser, sl_recognition *recognition,
                           bool at_end, sl_verdict *out);

#endif
