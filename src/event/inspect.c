/* inspect.c - goes over the top-level keys of an object, up to the first thing that decides.
 *
 * In the order of the document: when the keys so far make it a record of a known format, it is a
 * record, and its keys are no envelopes any more; when an envelope's array comes first and its
 * first element is recognised by the format that declares the envelope, it is an envelope. So a
 * record cannot be turned into an envelope by what somebody managed to write into one of its
 * later values. */
#include "event/inspect.h"
#include "event/json_members.h"

/* --- envelopes --- */

/* Follows key steps from the value at *at. SL_JSON_MEMBER: *at is the value at the path's end;
 * SL_JSON_BROKEN: there is none. `level` is how many objects are open. */
static sl_json_end inspect_follow(const char **at, const char *end, const sl_step *steps,
                                  uint32_t count, uint32_t level)
{
    for (uint32_t i = 0; i < count; i++) {
        if (**at != '{' || steps[i].kind != SL_STEP_KEY) return SL_JSON_BROKEN;
        sl_json_member member;
        sl_json_members members = sl_json_members_of(*at, end);
        for (level++;;) {
            sl_json_end next = sl_json_member_next(&members, &member);
            if (next == SL_JSON_MORE) return next;
            if (next != SL_JSON_MEMBER) return SL_JSON_BROKEN;
            if (sl_json_key_is(&member, steps[i].key)) break;
            next = sl_json_skip(&members.at, end, (uint64_t)SL_JSON_DEPTH_MAX - level);
            if (next == SL_JSON_MORE) return next;
            if (next != SL_JSON_END) return SL_JSON_BROKEN;
        }
        *at = members.at;
    }
    return SL_JSON_MEMBER;
}

bool sl_inspect_unescape(sl_text inside, sl_buffer *scratch)
{
    bool malformed = false;
    sl_buffer_clear(scratch);
    if (!sl_buffer_reserve(scratch, inside.length + SL_BLOCK_PAD)) return false;
    scratch->length = sl_json_unescape(inside, scratch->data, &malformed);
    memset(scratch->data + scratch->length, 0, SL_BLOCK_PAD);
    return true;
}

/* Tries one envelope of the TEXT kind on the object that holds the text. */
static bool inspect_text(const sl_recogniser *r, sl_text outer,
                         const sl_recognise_envelope *candidate, sl_buffer *scratch,
                         sl_text *inside)
{
    const sl_step step = {SL_STEP_KEY, 0, candidate->envelope->text_key};
    const char *at = outer.data, *end = outer.data + outer.length;
    if (inspect_follow(&at, end, &step, 1, 0) != SL_JSON_MEMBER || *at != '"') return false;
    unsigned flags = 0;
    const char *from = ++at;
    if (sl_json_string(&at, end, &flags) != SL_JSON_END) return false;
    *inside = sl_text_make(from, (size_t)(at - from));
    return sl_inspect_unescape(*inside, scratch)
        && sl_recognise(r, sl_buffer_text(scratch), NULL) == candidate->format;
}

bool sl_inspect_text(const sl_recogniser *r, sl_text outer, uint64_t texts, sl_buffer *scratch,
                     sl_text *inside)
{
    for (; texts != 0; texts &= texts - 1) {
        const sl_recognise_envelope *candidate = &r->envelopes[__builtin_ctzll(texts)];
        if (inspect_text(r, outer, candidate, scratch, inside)) return true;
    }
    return false;
}

bool sl_inspect_object(const sl_recogniser *r, sl_text outer, uint64_t objects, sl_text *inner,
                       sl_verdict *out)
{
    const char *end = outer.data + outer.length;
    for (; objects != 0; objects &= objects - 1) {
        const sl_recognise_envelope *candidate = &r->envelopes[__builtin_ctzll(objects)];
        sl_path path = candidate->envelope->path;
        const char *at = outer.data, *stop;
        if (inspect_follow(&at, end, path.steps, path.count, 0) != SL_JSON_MEMBER) continue;
        stop = at;
        if (*at != '{' || sl_json_skip(&stop, end, SL_JSON_DEPTH_MAX) != SL_JSON_END) continue;
        bool passed_over;
        *inner = sl_text_make(at, (size_t)(stop - at));
        *out = (sl_verdict){.format = sl_recognise(r, *inner, &passed_over), .ruled = true};
        out->passed_over = passed_over;
        if (out->format == candidate->format) return true;
    }
    return false;
}

/* Tries one envelope with an array on the value at `at`. SL_JSON_MEMBER: it is one;
 * SL_JSON_MORE: cannot be told yet; SL_JSON_BROKEN: it is not. */
static sl_json_end inspect_array(const sl_recogniser *r, const sl_recognise_envelope *candidate,
                                 const char *at, sl_text all, sl_buffer *scratch,
                                 sl_inspection *out)
{
    const char *end = all.data + all.length;
    sl_path path = candidate->envelope->path;
    sl_json_end found = inspect_follow(&at, end, path.steps + 1, path.count - 1, 1);
    if (found != SL_JSON_MEMBER) return found;
    if (*at != '[') return SL_JSON_BROKEN;
    const char *inside = ++at;
    at = sl_json_space(at, end);
    if (at >= end) return SL_JSON_MORE;
    if (*at == ']') out->empty = true;
    if (*at != '{') return SL_JSON_BROKEN;

    out->array = (size_t)(inside - all.data);
    out->array_depth = path.count;
    const char *stop = at;
    uint64_t depth_max = (uint64_t)SL_JSON_DEPTH_MAX - path.count - 1;
    if (sl_json_skip(&stop, end, depth_max) != SL_JSON_END) return SL_JSON_MORE;
    sl_text first = sl_text_make(at, (size_t)(stop - at)), inner;
    bool proved = candidate->envelope->kind == SL_ENVELOPE_TEXT
        ? inspect_text(r, first, candidate, scratch, &inner)
        : sl_recognise(r, first, NULL) == candidate->format;
    if (proved) {
        out->verdict.format = candidate->format;
        return SL_JSON_MEMBER;
    }
    out->array = 0;
    return SL_JSON_BROKEN;
}

static sl_json_end inspect_arrays(const sl_recogniser *r, uint64_t arrays, const char *at,
                                  sl_text all, sl_buffer *scratch, sl_inspection *out)
{
    for (; arrays != 0; arrays &= arrays - 1) {
        const sl_recognise_envelope *candidate = &r->envelopes[__builtin_ctzll(arrays)];
        sl_json_end end = inspect_array(r, candidate, at, all, scratch, out);
        if (end != SL_JSON_BROKEN) return end;
    }
    return SL_JSON_BROKEN;
}

/* --- an object --- */

/* Goes over an object's members by its masks, and byte by byte over what is unusual. */
typedef struct inspect_reader {
    bool indexed;
    sl_json_members members;
    sl_mask_index index;
} inspect_reader;

static void inspect_begin(inspect_reader *reader, const sl_recogniser *r, sl_text beginning)
{
    reader->members = sl_json_members_of(beginning.data, beginning.data + beginning.length);
    reader->indexed = r->kernel != NULL;
    if (reader->indexed) sl_mask_begin(&reader->index, r->kernel, beginning.data, beginning.length);
}

/* As sl_json_member_next; *key is the recogniser's for the member, or NULL. */
static inline sl_json_end inspect_member(inspect_reader *reader, const sl_recogniser *r,
                                         const sl_recognise_key **key)
{
    sl_json_members *members = &reader->members;
    sl_json_member member;
    sl_mask_member place;
    *key = NULL;
    if (reader->indexed
        && sl_mask_member_at(&reader->index, (size_t)(members->at - reader->index.base),
                             members->behind_value, &place)) {
        members->at = reader->index.base + place.value;
        members->behind_value = true;
        *key = sl_recogniser_plain_key(
            r, sl_text_make(reader->index.base + place.key, place.key_length));
        return SL_JSON_MEMBER;
    }
    sl_json_end next = sl_json_member_next(members, &member);
    if (next == SL_JSON_MEMBER) *key = sl_recogniser_key(r, &member);
    return next;
}

/* As sl_json_skip of the member's value. */
static inline sl_json_end inspect_skip(inspect_reader *reader)
{
    const char **at = &reader->members.at;
    if (reader->indexed) {
        size_t value = (size_t)(*at - reader->index.base);
        size_t behind = SIZE_MAX;
        if (sl_mask_reach(&reader->index, value))
            behind = sl_mask_behind(&reader->index, value, SL_JSON_DEPTH_MAX - 1);
        if (behind != SIZE_MAX) {
            *at = reader->index.base + behind;
            return SL_JSON_END;
        }
    }
    return sl_json_skip(at, reader->members.end, SL_JSON_DEPTH_MAX - 1);
}

/* The object is known for what it is, and its rest matters no more: looks for its end, since the
 * masks of most of it are there, and notes how far all is in order. */
static void inspect_rest(inspect_reader *reader, sl_inspection *out)
{
    if (!reader->indexed) return;
    size_t at = (size_t)(reader->members.at - reader->index.base);
    size_t behind = sl_mask_close(&reader->index, at, /* is_array= */ false, SL_JSON_DEPTH_MAX);
    if (behind != SIZE_MAX) out->checked = behind - 1;
}

SL_HOT sl_inspect_result sl_inspect(const sl_recogniser *r, sl_text beginning, bool envelopes,
                                    sl_buffer *scratch, sl_inspection *out)
{
    *out = (sl_inspection){.verdict = {.format = SL_FORMAT_NONE}};
    sl_recognition state = {0};
    const sl_recognise_key *key;
    inspect_reader reader;
    inspect_begin(&reader, r, beginning);
    sl_json_end next;
    while ((next = inspect_member(&reader, r, &key)) == SL_JSON_MEMBER) {
        const char *from = reader.members.at;
        if (envelopes && key != NULL && key->arrays != 0
            && !sl_recognition_has_seen(r, &state, key)) {
            next = inspect_arrays(r, key->arrays, from, beginning, scratch, out);
            if (next == SL_JSON_MEMBER) return SL_INSPECT_ARRAY;
            if (next == SL_JSON_MORE) return SL_INSPECT_MORE;
        }
        next = inspect_skip(&reader);
        if (next != SL_JSON_END) break;
        out->checked = (size_t)(reader.members.at - beginning.data);
        if (key == NULL) continue;
        if (key->parent == SL_RECOGNISE_TOP) {
            out->objects |= key->objects;
            out->texts |= key->texts;
        }
        sl_text value = sl_text_make(from, (size_t)(reader.members.at - from));
        if (sl_recognition_see(r, &state, key, value)
            && sl_recognition_decide(r, &state, /* at_end= */ false, &out->verdict)) {
            inspect_rest(&reader, out);
            return SL_INSPECT_RECORD;
        }
    }
    /* The skip's SL_JSON_END stays in the loop, so this one is the object's. */
    if (next == SL_JSON_END) out->length = (size_t)(reader.members.at - beginning.data);
    if (next == SL_JSON_MORE) return SL_INSPECT_MORE;
    sl_recognition_decide(r, &state, /* at_end= */ true, &out->verdict);
    return SL_INSPECT_END;
}
