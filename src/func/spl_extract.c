/* spl_extract.c - groups and tokens of a text.
 *
 * Nothing of an event's text is copied but names that must be cleaned. A match that runs out of
 * steps is counted under the setting's place and ends the look at that value. */
#include "func/spl_extract.h"

#include "base/utf8.h"
#include "func/spl_value.h"

enum { EXTRACT_GROUPS = SL_REGEX_GROUPS_MAX + 1 };

/* The values found for one row. */
typedef struct extract_found {
    const sl_call *call;
    const sl_extracted *field;
    sl_value *values;
    uint32_t count, capacity;
    bool done;
} extract_found;

static void found_add(extract_found *found, sl_text text)
{
    const sl_extraction *how = found->field->how;
    if (text.data == NULL || (text.length == 0 && !how->keep_empty)) return;
    if (found->count == found->capacity) {
        uint32_t capacity = found->capacity == 0 ? 1 : found->capacity * 2;
        sl_value *values = found->count >= SL_LIST_ITEMS_MAX
            ? NULL
            : SL_ARENA_ARRAY(found->call->arena, capacity, sl_value);
        if (values == NULL) {
            found->done = true;
            return;
        }
        if (found->count > 0) memcpy(values, found->values, found->count * sizeof *values);
        found->values = values;
        found->capacity = capacity;
    }
    found->values[found->count++] = sl_string(text);
    found->done = !how->all;
}

typedef void extract_look(extract_found *found, sl_text subject);

/* Runs `look` over every text of every row. */
static void extract_rows(const sl_call *call, extract_look *look)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        const sl_value *items = sl_spl_items(&v);
        uint32_t count = sl_spl_item_count(v);
        extract_found found = {.call = call, .field = call->state};
        for (uint32_t k = 0; k < count && !found.done; k++) {
            sl_text subject;
            if (sl_spl_text(call->arena, items[k], &subject)) look(&found, subject);
        }
        call->out[row] = sl_spl_list(found.values, found.count);
    }
}

/* Where to look on behind a match: an empty one must not be found again. */
static size_t extract_behind(sl_text subject, sl_text whole)
{
    size_t end = (size_t)(whole.data - subject.data) + whole.length;
    uint32_t code;
    if (whole.length > 0) return end;
    return end < subject.length ? end + sl_utf8_decode(subject, end, &code) : end + 1;
}

/* The next match at or behind `*from`, which then stands behind it. */
static bool extract_match(const extract_found *found, sl_text subject, size_t *from,
                          sl_text groups[EXTRACT_GROUPS])
{
    const sl_extraction *how = found->field->how;
    sl_context context = *found->call->context;
    context.query_name = how->where;
    if (*from > subject.length) return false;
    if (sl_regex_find(how->regex, subject, *from, groups, EXTRACT_GROUPS, &context) != SL_MATCH_YES)
        return false;
    *from = extract_behind(subject, groups[0]);
    return true;
}

/* Without `all` the first match decides, even by a group that is unset. */
static void group_look(extract_found *found, sl_text subject)
{
    const sl_extracted *field = found->field;
    sl_text groups[EXTRACT_GROUPS];
    size_t from = 0;
    while (!found->done && extract_match(found, subject, &from, groups)) {
        found_add(found, groups[field->number]);
        if (!field->how->all) return;
    }
}

static void group_run(const sl_call *call)
{
    extract_rows(call, group_look);
}

static void constant_look(extract_found *found, sl_text subject)
{
    sl_text groups[EXTRACT_GROUPS];
    size_t from = 0;
    while (!found->done && extract_match(found, subject, &from, groups))
        found_add(found, found->field->constant);
}

static void constant_run(const sl_call *call)
{
    extract_rows(call, constant_look);
}

sl_text sl_spl_clean_key(sl_arena *arena, sl_text name)
{
    char *bytes = sl_arena_bytes(arena, name.length + 1);
    size_t length = 0;
    if (bytes == NULL) return (sl_text){NULL, 0};
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (length == 0 && !letter) continue;
        bytes[length++] = letter || digit ? c : '_';
    }
    return sl_text_make(bytes, length);
}

static bool extract_is_name(const extract_found *found, sl_text name)
{
    sl_text wanted = found->field->name;
    if (name.data == NULL || name.length < wanted.length) return false;
    if (found->field->how->clean) name = sl_spl_clean_key(found->call->arena, name);
    return sl_text_equal(name, wanted);
}

static void named_look(extract_found *found, sl_text subject)
{
    const sl_extracted *field = found->field;
    sl_text groups[EXTRACT_GROUPS];
    size_t from = 0;
    while (!found->done && extract_match(found, subject, &from, groups))
        if (extract_is_name(found, groups[field->name_group]))
            found_add(found, groups[field->value_group]);
}

static void named_run(const sl_call *call)
{
    extract_rows(call, named_look);
}

/* --- delimiters --- */

static bool extract_is(const bool set[256], sl_text text, size_t at)
{
    return at < text.length && set[(unsigned char)text.data[at]];
}

static size_t extract_end(sl_text text, size_t at, const bool ends[256], const bool also[256])
{
    while (at < text.length && !extract_is(ends, text, at)
           && !(also != NULL && extract_is(also, text, at)))
        at++;
    return at;
}

/* The token at `*at`, which ends before a byte of `ends` or `also` (may be NULL) and loses its
 * quotes; then *at is where it ends. */
static sl_text extract_token(sl_text text, size_t *at, const bool ends[256], const bool also[256])
{
    size_t start = *at;
    size_t close = start < text.length && text.data[start] == '"'
        ? sl_text_find_byte(text, '"', start + 1)
        : SIZE_MAX;
    *at = extract_end(text, close == SIZE_MAX ? start : close + 1, ends, also);
    return close == SIZE_MAX ? sl_text_slice(text, start, *at)
                             : sl_text_slice(text, start + 1, close);
}

/* Steps over the delimiter at `*at`: the whole sequence where it stands so, else one byte. */
static void extract_step(const sl_extraction *how, sl_text text, size_t *at)
{
    sl_text rest = sl_text_slice(text, *at, text.length);
    bool sequence = how->sequence.length > 1 && sl_text_starts(rest, how->sequence);
    *at += sequence ? how->sequence.length : 1;
}

static void token_look(extract_found *found, sl_text subject)
{
    const sl_extraction *how = found->field->how;
    size_t at = 0;
    for (uint32_t n = 0;; n++) {
        sl_text token = extract_token(subject, &at, how->delimiters, NULL);
        if (n == found->field->number) {
            found_add(found, token);
            return;
        }
        if (at >= subject.length) return;
        extract_step(how, subject, &at);
    }
}

static void token_run(const sl_call *call)
{
    extract_rows(call, token_look);
}

/* Names and values: `a=1; b=2`, or taking turns. Delimiters in a row count as one. */
static void pair_look(extract_found *found, sl_text subject)
{
    const sl_extraction *how = found->field->how;
    size_t at = 0;
    while (!found->done && at < subject.length) {
        while (extract_is(how->delimiters, subject, at)) at++;
        sl_text name =
            extract_token(subject, &at, how->delimiters, how->paired ? how->between : NULL);
        const bool *between = how->paired ? how->between : how->delimiters;
        if (!extract_is(between, subject, at)) continue; /* a name without a value */
        while (extract_is(between, subject, at)) at++;
        sl_text value = extract_token(subject, &at, how->delimiters, NULL);
        if (extract_is_name(found, name)) found_add(found, value);
    }
}

static void pair_run(const sl_call *call)
{
    extract_rows(call, pair_look);
}

static void refused_run(const sl_call *call)
{
    (void)call; /* every row's value is missing already */
}

const sl_fn sl_spl_extract_group = {.name = "EXTRACT",
                                    .usage = "EXTRACT-class = REGEX in FIELD",
                                    .doc = "What a group of a regular expression matches.",
                                    .arg_min = 1,
                                    .arg_max = 1,
                                    .ret = SL_RET_ANY,
                                    .flags = SL_FN_OPERATOR,
                                    .excerpt = SL_EXCERPT_PART,
                                    .run = group_run};
const sl_fn sl_spl_extract_constant = {.name = "REPORT",
                                       .usage = "FORMAT = name::text",
                                       .doc = "A text, where a regular expression matches.",
                                       .arg_min = 1,
                                       .arg_max = 1,
                                       .ret = SL_RET_ANY,
                                       .flags = SL_FN_OPERATOR,
                                       .run = constant_run};
const sl_fn sl_spl_extract_named = {.name = "REPORT",
                                    .usage = "FORMAT = $1::$2",
                                    .doc = "A value whose name was matched beside it.",
                                    .arg_min = 1,
                                    .arg_max = 1,
                                    .ret = SL_RET_ANY,
                                    .flags = SL_FN_OPERATOR,
                                    .excerpt = SL_EXCERPT_PART,
                                    .run = named_run};
const sl_fn sl_spl_extract_token = {.name = "FIELDS",
                                    .usage = "DELIMS = \",\" with FIELDS",
                                    .doc = "What stands at a place between delimiters.",
                                    .arg_min = 1,
                                    .arg_max = 1,
                                    .ret = SL_RET_ANY,
                                    .flags = SL_FN_OPERATOR,
                                    .excerpt = SL_EXCERPT_PART,
                                    .run = token_run};
const sl_fn sl_spl_extract_pair = {.name = "DELIMS",
                                   .usage = "DELIMS = \";\", \"=\"",
                                   .doc = "A value behind its name, between delimiters.",
                                   .arg_min = 1,
                                   .arg_max = 1,
                                   .ret = SL_RET_ANY,
                                   .flags = SL_FN_OPERATOR,
                                   .excerpt = SL_EXCERPT_PART,
                                   .run = pair_run};
const sl_fn sl_spl_extract_refused = {.name = "refused",
                                      .usage = "",
                                      .doc = "Nothing: a setting at fault.",
                                      .arg_min = 0,
                                      .arg_max = 1,
                                      .ret = SL_RET_ANY,
                                      .flags = SL_FN_OPERATOR,
                                      .run = refused_run};
