/* recognise.h - which format a record is of, told by its keys.
 *
 * A format names the top-level keys its records have (all of these, any of those, none of
 * these) and, where keys do not settle it, a value that a key must have. Formats are tried in
 * order; the first that fits wins. An object that fits a format's rules is an event even when
 * another format would pass it over. Of a key that comes twice, the first counts.
 *
 * Owner:    built by engine/catalog in its arena.
 * Lifetime: as long as the catalog; immutable.
 * Threads:  immutable once sealed. */
#ifndef SL_EVENT_RECOGNISE_H
#define SL_EVENT_RECOGNISE_H

#include "base/arena.h"
#include "base/status.h"
#include "event/path.h"

#define SL_FORMAT_NONE UINT32_MAX

enum {
    SL_RECOGNISE_KEYS_MAX = 128,  /* different keys over all formats, and those of envelopes */
    SL_RECOGNISE_TESTS_MAX = 256, /* different conditions */
    SL_RECOGNISE_ENVELOPES_MAX = 64
};

/* How an envelope holds its records. */
typedef enum sl_envelope_kind {
    SL_ENVELOPE_ARRAY,  /* an array of record objects: {"Records":[...]} */
    SL_ENVELOPE_OBJECT, /* one record object: EventBridge {"detail":{...}} */
    SL_ENVELOPE_TEXT    /* an array of objects, each with a record as escaped text under a key:
                           {"Events":[{"CloudTrailEvent":"{...}"}]}, or that object on its own */
} sl_envelope_kind;

typedef struct sl_envelope {
    sl_envelope_kind kind;
    sl_path path;     /* from the top of the outer object; ARRAY: the array's key(s) */
    sl_text text_key; /* SL_ENVELOPE_TEXT: "CloudTrailEvent" */
} sl_envelope;

/* A condition on the keys at the top of a record, or of an object there: "protoPayload.@type" is
 * split at its first dot. No values: the key is there; else its value, a string or the text of a
 * number or boolean, is one of `values` (ASCII case ignored, `*` at the end: prefix). */
typedef struct sl_recognise_test {
    sl_text key;
    const sl_text *values;
    uint32_t value_count;
} sl_recognise_test;

/* One way to know a format: all of `all`, at least one of `any` (when there are any), and none of
 * `none`. */
typedef struct sl_recognise_rule {
    const sl_recognise_test *all, *any, *none;
    uint32_t all_count, any_count, none_count;
} sl_recognise_rule;

typedef struct sl_recognise_format {
    sl_text name;
    const sl_recognise_rule *rules; /* any of them */
    uint32_t rule_count;
    const sl_recognise_rule *passed_over; /* known objects that hold no events (digest files) */
    uint32_t passed_over_count;
    const sl_envelope *envelopes;
    uint32_t envelope_count;
} sl_recognise_format;

typedef struct sl_recogniser sl_recogniser;

/* From formats in order of precedence, which must live as long as the recogniser. The last format
 * without rules takes what nothing else did. NULL when memory ends or a limit is passed. */
sl_recogniser *sl_recogniser_new(sl_arena *arena, const sl_recognise_format *formats,
                                 uint32_t format_count);
/* The format of the record, or SL_FORMAT_NONE. *out_passed_over (may be NULL): known, but holds no
 * events. SL_BLOCK_PAD bytes behind the record are readable. */
uint32_t sl_recognise(const sl_recogniser *recogniser, sl_text record, bool *out_passed_over);
const sl_recognise_format *sl_recogniser_format(const sl_recogniser *recogniser, uint32_t number);
uint32_t sl_recogniser_count(const sl_recogniser *recogniser);

#endif
