/* recognise.c - all formats' conditions decided in one pass over an object's keys.
 *
 * Every condition is a bit. A key that some format names is found in a small hash table and sets
 * its conditions; a rule is three masks. After each such key the formats are looked at in their
 * order, up to the first that is not decided: usually that is the first of all, so that a
 * CloudTrail record is known after its third key, and its rest is not looked at. */
#include "event/recognise.h"
#include "event/json_members.h"

#include <assert.h>

#include "event/recogniser.h"

enum { RECOGNISE_TEXT_MAX = 512 }; /* of a value with escapes; values to compare with are shorter */

/* --- building --- */

static void recognise_set_add(sl_recognise_set *set, uint32_t bit)
{
    set->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static uint32_t recognise_slot(uint32_t parent, sl_text text)
{
    return (sl_json_key_hash(text) + parent * 31) % SL_RECOGNISE_SLOTS;
}

/* The number of the key, or UINT32_MAX. */
static uint32_t recognise_find(const sl_recogniser *r, uint32_t parent, sl_text text)
{
    uint32_t slot = recognise_slot(parent, text);
    for (; r->slots[slot] != 0; slot = (slot + 1) % SL_RECOGNISE_SLOTS) {
        const sl_recognise_key *key = &r->keys[r->slots[slot] - 1];
        if (key->parent == parent && sl_text_equal(key->text, text)) return r->slots[slot] - 1U;
    }
    return UINT32_MAX;
}

/* The key, new or old; NULL at the limit. */
static sl_recognise_key *recognise_key(sl_recogniser *r, uint32_t parent, sl_text text)
{
    uint32_t number = recognise_find(r, parent, text);
    if (number != UINT32_MAX) return &r->keys[number];
    if (r->key_count == SL_RECOGNISE_KEYS_MAX) return NULL;
    uint32_t slot = recognise_slot(parent, text);
    while (r->slots[slot] != 0) slot = (slot + 1) % SL_RECOGNISE_SLOTS;
    r->slots[slot] = (uint8_t)(r->key_count + 1);
    sl_recognise_key *key = &r->keys[r->key_count++];
    uint64_t head = sl_json_key_head(text);
    *key = (sl_recognise_key){.text = text, .head = head, .parent = (uint16_t)parent};
    if (parent != SL_RECOGNISE_TOP) return key;
    slot = sl_recogniser_top_slot(head, text.length);
    while (r->top[slot] != 0) slot = (slot + 1) % SL_RECOGNISE_SLOTS;
    r->top[slot] = (uint8_t)r->key_count;
    return key;
}

/* The key of a condition: at the top, or one below when it has a dot. */
static sl_recognise_key *recognise_test_key(sl_recogniser *r, sl_text text)
{
    size_t dot = sl_text_find_byte(text, '.', 0);
    if (dot == SIZE_MAX) return recognise_key(r, SL_RECOGNISE_TOP, text);
    sl_recognise_key *parent = recognise_key(r, SL_RECOGNISE_TOP, sl_text_slice(text, 0, dot));
    if (parent == NULL) return NULL;
    parent->has_children = true;
    return recognise_key(r, (uint32_t)(parent - r->keys),
                         sl_text_slice(text, dot + 1, text.length));
}

static bool recognise_same_values(const sl_recognise_condition *a, const sl_recognise_test *b)
{
    if (a->value_count != b->value_count) return false;
    for (uint32_t i = 0; i < a->value_count; i++)
        if (!sl_text_equal(a->values[i], b->values[i])) return false;
    return true;
}

/* The bit of the condition, new or old; UINT32_MAX at a limit. */
static uint32_t recognise_test(sl_recogniser *r, const sl_recognise_test *test)
{
    sl_recognise_key *key = recognise_test_key(r, test->key);
    if (key == NULL) return UINT32_MAX;
    for (uint32_t i = key->first_test; i != 0; i = r->tests[i - 1].next_test)
        if (recognise_same_values(&r->tests[i - 1], test)) return i - 1;
    for (uint32_t i = 0; i < test->value_count; i++)
        if (test->values[i].length > RECOGNISE_TEXT_MAX) return UINT32_MAX;
    if (r->test_count == SL_RECOGNISE_TESTS_MAX) return UINT32_MAX;
    r->tests[r->test_count] =
        (sl_recognise_condition){key->first_test, test->values, test->value_count};
    key->first_test = (uint16_t)(r->test_count + 1);
    return r->test_count++;
}

static bool recognise_build_set(sl_recogniser *r, const sl_recognise_test *tests, uint32_t count,
                                sl_recognise_set *out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bit = recognise_test(r, &tests[i]);
        if (bit == UINT32_MAX) return false;
        recognise_set_add(out, bit);
    }
    return true;
}

static bool recognise_build_rules(sl_recogniser *r, const sl_recognise_rule *rules, uint32_t count,
                                  sl_recognise_choice *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const sl_recognise_rule *rule = &rules[i];
        out[i].has_any = rule->any_count > 0;
        if (!recognise_build_set(r, rule->all, rule->all_count, &out[i].all)
            || !recognise_build_set(r, rule->any, rule->any_count, &out[i].any)
            || !recognise_build_set(r, rule->none, rule->none_count, &out[i].none))
            return false;
    }
    return true;
}

static void recognise_add_concerns(sl_recognise_set *into, const sl_recognise_choice *rules,
                                   uint32_t count)
{
    for (uint32_t r = 0; r < count; r++)
        for (size_t i = 0; i < SL_RECOGNISE_WORDS; i++)
            into->words[i] |=
                rules[r].all.words[i] | rules[r].any.words[i] | rules[r].none.words[i];
}

static bool recognise_build_envelopes(sl_recogniser *r, uint32_t format)
{
    const sl_recognise_format *f = &r->formats[format];
    for (uint32_t i = 0; i < f->envelope_count; i++) {
        const sl_envelope *envelope = &f->envelopes[i];
        if (r->envelope_count == SL_RECOGNISE_ENVELOPES_MAX) return false;
        uint64_t bit = UINT64_C(1) << r->envelope_count;
        r->envelopes[r->envelope_count++] = (sl_recognise_envelope){envelope, format};
        if (envelope->path.count > 0) {
            if (envelope->path.steps[0].kind != SL_STEP_KEY) return false;
            sl_recognise_key *key = recognise_key(r, SL_RECOGNISE_TOP, envelope->path.steps[0].key);
            if (key == NULL) return false;
            *(envelope->kind == SL_ENVELOPE_OBJECT ? &key->objects : &key->arrays) |= bit;
        }
        if (envelope->kind == SL_ENVELOPE_TEXT) {
            sl_recognise_key *key = recognise_key(r, SL_RECOGNISE_TOP, envelope->text_key);
            if (key == NULL) return false;
            key->texts |= bit;
        }
    }
    return true;
}

sl_recogniser *sl_recogniser_new(sl_arena *arena, const sl_recognise_format *formats,
                                 uint32_t format_count)
{
    sl_recogniser *r = SL_ARENA_NEW(arena, sl_recogniser);
    if (r == NULL) return NULL;
    r->formats = formats;
    r->format_count = format_count;
    r->fallback = SL_FORMAT_NONE;
    r->kernel = sl_mask_best();
    r->entries = SL_ARENA_ARRAY(arena, format_count, sl_recognise_entry);
    if (r->entries == NULL) return NULL;
    for (uint32_t i = 0; i < format_count; i++) {
        const sl_recognise_format *f = &formats[i];
        sl_recognise_choice *rules = SL_ARENA_ARRAY(arena, f->rule_count, sl_recognise_choice);
        sl_recognise_choice *passed =
            SL_ARENA_ARRAY(arena, f->passed_over_count, sl_recognise_choice);
        if (rules == NULL || passed == NULL) return NULL;
        if (!recognise_build_rules(r, f->rules, f->rule_count, rules)
            || !recognise_build_rules(r, f->passed_over, f->passed_over_count, passed)
            || !recognise_build_envelopes(r, i))
            return NULL;
        sl_recognise_entry *entry = &r->entries[i];
        *entry = (sl_recognise_entry){rules, passed, f->rule_count, f->passed_over_count, {{0}}};
        recognise_add_concerns(&entry->concerns, rules, f->rule_count);
        recognise_add_concerns(&entry->concerns, passed, f->passed_over_count);
        if (f->rule_count == 0) r->fallback = i;
    }
    r->word_count = (r->test_count + 63) / 64;
    return r;
}

const sl_recognise_format *sl_recogniser_format(const sl_recogniser *recogniser, uint32_t number)
{
    return number < recogniser->format_count ? &recogniser->formats[number] : NULL;
}

uint32_t sl_recogniser_count(const sl_recogniser *recogniser)
{
    return recogniser->format_count;
}

/* --- one member --- */

/* The key as it reads, in `plain` when it has escapes. */
static sl_text recognise_plain_key(const sl_json_member *member, char plain[RECOGNISE_TEXT_MAX])
{
    bool malformed = false;
    if ((member->flags & SL_JSON_ESCAPED) == 0) return member->key;
    if (member->key.length > RECOGNISE_TEXT_MAX) return SL_TEXT("");
    return sl_text_make(plain, sl_json_unescape(member->key, plain, &malformed));
}

const sl_recognise_key *sl_recogniser_key(const sl_recogniser *r, const sl_json_member *member)
{
    char plain[RECOGNISE_TEXT_MAX];
    sl_text text = recognise_plain_key(member, plain);
    uint32_t number = recognise_find(r, SL_RECOGNISE_TOP, text);
    bool dotted = (member->flags & (SL_JSON_DOTTED | SL_JSON_ESCAPED)) != 0;
    if (number == UINT32_MAX && dotted) {
        size_t dot = sl_text_find_byte(text, '.', 0);
        if (dot == SIZE_MAX) return NULL;
        uint32_t parent = recognise_find(r, SL_RECOGNISE_TOP, sl_text_slice(text, 0, dot));
        if (parent == UINT32_MAX) return NULL;
        number = recognise_find(r, parent, sl_text_slice(text, dot + 1, text.length));
    }
    return number == UINT32_MAX ? NULL : &r->keys[number];
}

/* The value as text to compare with: a string's inside, or a scalar as written. False for objects
 * and arrays. */
static bool recognise_value_text(sl_text value, char plain[RECOGNISE_TEXT_MAX], sl_text *out)
{
    if (value.length == 0 || value.data[0] == '{' || value.data[0] == '[') return false;
    *out = value;
    if (value.data[0] != '"') return true;
    *out = sl_text_slice(value, 1, value.length - 1);
    if (memchr(out->data, '\\', out->length) == NULL) return true;
    /* Cut in front of a backslash that might lose its second half: what is compared is shorter. */
    bool malformed = false;
    if (out->length > RECOGNISE_TEXT_MAX) out->length = RECOGNISE_TEXT_MAX;
    *out = sl_text_make(plain, sl_json_unescape(*out, plain, &malformed));
    return true;
}

static bool recognise_value_is(sl_text value, sl_text wanted)
{
    if (wanted.length > 0 && wanted.data[wanted.length - 1] == '*') {
        wanted.length--;
        return sl_text_equal_nocase(sl_text_slice(value, 0, wanted.length), wanted);
    }
    return sl_text_equal_nocase(value, wanted);
}

static bool recognise_holds(const sl_recognise_condition *test, sl_text value)
{
    char plain[RECOGNISE_TEXT_MAX];
    sl_text text;
    if (!recognise_value_text(value, plain, &text)) return false;
    for (uint32_t i = 0; i < test->value_count; i++)
        if (recognise_value_is(text, test->values[i])) return true;
    return false;
}

/* True when the key had not come before. */
static bool recognise_see_key(const sl_recogniser *r, sl_recognition *state,
                              const sl_recognise_key *key, sl_text value)
{
    uint32_t number = (uint32_t)(key - r->keys);
    uint64_t bit = UINT64_C(1) << (number % 64);
    if ((state->seen[number / 64] & bit) != 0) return false;
    state->seen[number / 64] |= bit;
    for (uint32_t i = key->first_test; i != 0; i = r->tests[i - 1].next_test) {
        recognise_set_add(&state->settled, i - 1);
        const sl_recognise_condition *test = &r->tests[i - 1];
        if (test->value_count == 0 || recognise_holds(test, value))
            recognise_set_add(&state->holds, i - 1);
    }
    return key->first_test != 0;
}

bool sl_recognition_see(const sl_recogniser *r, sl_recognition *state, const sl_recognise_key *key,
                        sl_text value)
{
    bool changed = recognise_see_key(r, state, key, value);
    if (!key->has_children || value.length == 0 || value.data[0] != '{') return changed;
    sl_json_member member;
    sl_json_members members = sl_json_members_of(value.data, value.data + value.length);
    while (sl_json_member_next(&members, &member) == SL_JSON_MEMBER) {
        const char *from = members.at;
        if (sl_json_skip(&members.at, members.end, SL_JSON_DEPTH_MAX) != SL_JSON_END) break;
        char plain[RECOGNISE_TEXT_MAX];
        uint32_t child =
            recognise_find(r, (uint32_t)(key - r->keys), recognise_plain_key(&member, plain));
        if (child == UINT32_MAX) continue;
        sl_text inner = sl_text_make(from, (size_t)(members.at - from));
        changed = recognise_see_key(r, state, &r->keys[child], inner) || changed;
    }
    return changed;
}

/* --- the verdict --- */

typedef enum recognise_answer { RECOGNISE_NO, RECOGNISE_YES, RECOGNISE_OPEN } recognise_answer;

static inline recognise_answer recognise_choice(const sl_recogniser *r,
                                                const sl_recognise_choice *rule,
                                                const sl_recognition *state, bool at_end)
{
    bool open = false, any_holds = !rule->has_any, any_open = false;
    for (size_t i = 0; i < r->word_count; i++) {
        uint64_t holds = state->holds.words[i];
        uint64_t unsettled = at_end ? 0 : ~state->settled.words[i];
        if ((rule->none.words[i] & holds) != 0) return RECOGNISE_NO;
        if ((rule->all.words[i] & ~holds & ~unsettled) != 0) return RECOGNISE_NO;
        if (((rule->all.words[i] | rule->none.words[i]) & unsettled) != 0) open = true;
        if ((rule->any.words[i] & holds) != 0) any_holds = true;
        if ((rule->any.words[i] & unsettled) != 0) any_open = true;
    }
    if (!any_holds && !any_open) return RECOGNISE_NO;
    return open || !any_holds ? RECOGNISE_OPEN : RECOGNISE_YES;
}

static recognise_answer recognise_choices(const sl_recogniser *r, const sl_recognise_choice *rules,
                                          uint32_t count, const sl_recognition *state, bool at_end)
{
    recognise_answer answer = RECOGNISE_NO;
    for (uint32_t i = 0; i < count; i++) {
        recognise_answer one = recognise_choice(r, &rules[i], state, at_end);
        if (one == RECOGNISE_YES) return one;
        if (one == RECOGNISE_OPEN) answer = one;
    }
    return answer;
}

/* True when nothing was settled since the last look that the format waited for could want. */
static bool recognise_still_waits(const sl_recogniser *r, const sl_recognition *state)
{
    if (state->waits == 0) return false;
    const sl_recognise_set *concerns = &r->entries[state->waits - 1].concerns;
    for (size_t i = 0; i < r->word_count; i++)
        if ((state->settled.words[i] & ~state->looked.words[i] & concerns->words[i]) != 0)
            return false;
    return true;
}

/* Format `number` cannot be decided yet. */
static bool recognise_wait(const sl_recogniser *r, sl_recognition *state, uint32_t number)
{
    state->waits = number + 1;
    for (size_t i = 0; i < r->word_count; i++) state->looked.words[i] = state->settled.words[i];
    return false;
}

bool sl_recognition_decide(const sl_recogniser *r, sl_recognition *state, bool at_end,
                           sl_verdict *out)
{
    if (!at_end && recognise_still_waits(r, state)) return false;
    /* What was decided against a format stays so. */
    for (uint32_t i = state->waits == 0 ? 0 : state->waits - 1; i < r->format_count; i++) {
        const sl_recognise_entry *e = &r->entries[i];
        recognise_answer answer = recognise_choices(r, e->rules, e->rule_count, state, at_end);
        if (answer == RECOGNISE_OPEN) return recognise_wait(r, state, i);
        *out = (sl_verdict){.format = i, .ruled = true};
        if (answer == RECOGNISE_YES) return true;
    }
    for (uint32_t i = 0; i < r->format_count; i++) {
        const sl_recognise_entry *e = &r->entries[i];
        recognise_answer answer =
            recognise_choices(r, e->passed_over, e->passed_over_count, state, at_end);
        if (answer == RECOGNISE_OPEN) return recognise_wait(r, state, i);
        *out = (sl_verdict){.format = i, .ruled = true, .passed_over = true};
        if (answer == RECOGNISE_YES) return true;
    }
    *out = (sl_verdict){.format = r->fallback};
    return at_end;
}

uint32_t sl_recognise(const sl_recogniser *r, sl_text record, bool *out_passed_over)
{
    sl_verdict verdict = {.format = SL_FORMAT_NONE};
    const char *end = record.data + record.length;
    const char *at = sl_json_space(record.data, end);
    if (out_passed_over != NULL) *out_passed_over = false;
    if (at >= end || *at != '{') return SL_FORMAT_NONE;

    sl_recognition state = {0};
    bool decided = false;
    sl_json_member member;
    sl_json_members members = sl_json_members_of(at, end);
    while (!decided && sl_json_member_next(&members, &member) == SL_JSON_MEMBER) {
        const char *from = members.at;
        if (sl_json_skip(&members.at, end, SL_JSON_DEPTH_MAX) != SL_JSON_END) break;
        const sl_recognise_key *key = sl_recogniser_key(r, &member);
        if (key == NULL) continue;
        sl_text value = sl_text_make(from, (size_t)(members.at - from));
        if (sl_recognition_see(r, &state, key, value))
            decided = sl_recognition_decide(r, &state, /* at_end= */ false, &verdict);
    }
    if (!decided) sl_recognition_decide(r, &state, /* at_end= */ true, &verdict);
    if (out_passed_over != NULL) *out_passed_over = verdict.passed_over;
    return verdict.format;
}
