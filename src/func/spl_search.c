/* spl_search.c - the comparisons of the `search` command.
 *
 * They differ from eval's: text without case, `*` is a wildcard wherever it stands, CIDR blocks
 * match addresses, and the answer is never "unknown" - a missing field is false for every
 * operator, `!=` included, so that only NOT brings it back (Search Manual, "Difference between
 * NOT and !="). Equality is that of text: 5 is not 5.0. The orders compare numbers when both
 * sides are, else bytes. A list passes when one of its items does.
 *
 * Bare words are looked for in the raw text as Splunk's segmenters cut it: a word must stand
 * between breakers, `*` runs to the next major breaker. Everything is linear in the text. */
#include "func/spl.h"

#include <assert.h>

#include "base/number.h"
#include "func/required.h"
#include "func/spl_value.h"

/* Splits `text` at runs of `*`; returns the number of literals, NULL at the arena's limit. */
static const sl_text *search_split(sl_text text, sl_arena *arena, uint32_t *out_count)
{
    size_t stars = 0;
    for (size_t i = 0; i < text.length; i++) stars += text.data[i] == '*';
    sl_text *literals = SL_ARENA_ARRAY(arena, stars + 1, sl_text);
    if (literals == NULL) return NULL;
    uint32_t count = 0;
    size_t start = 0;
    for (size_t at = sl_text_find_byte(text, '*', 0); at != SIZE_MAX;
         at = sl_text_find_byte(text, '*', start)) {
        literals[count++] = sl_text_slice(text, start, at);
        start = at + 1;
        while (start < text.length && text.data[start] == '*') start++;
    }
    literals[count++] = sl_text_slice(text, start, text.length);
    *out_count = count;
    return literals;
}

static bool search_prepare_as(sl_fn_site *site, unsigned flags)
{
    sl_spl_pattern *pattern = SL_ARENA_NEW(site->arena, sl_spl_pattern);
    if (pattern == NULL || !sl_spl_constant(site, 1, &pattern->text)) return false;
    uint32_t count = 0;
    const sl_text *literals = search_split(pattern->text, site->arena, &count);
    if (literals == NULL) return false;
    pattern->glob = sl_glob_new(literals, count, flags, site->arena);
    pattern->is_number = sl_number_parse(pattern->text, &pattern->number);
    pattern->is_network = sl_network_parse(pattern->text, false, &pattern->network);
    site->state = pattern;
    return pattern->glob != NULL;
}

static bool search_prepare(sl_fn_site *site)
{
    return search_prepare_as(site, SL_GLOB_NOCASE);
}

static bool search_prepare_case(sl_fn_site *site)
{
    return search_prepare_as(site, 0);
}

/* A block of addresses matches texts that it does not hold. */
bool sl_require_spl_pattern(const sl_fn_site *site, sl_required *out)
{
    const sl_spl_pattern *pattern = site->state;
    return pattern != NULL && !pattern->is_network && sl_required_glob(out, pattern->glob);
}

static bool search_item_equal(const sl_spl_pattern *pattern, sl_value item)
{
    char scratch[SL_VALUE_TEXT_MAX];
    sl_text text = sl_value_text(item, scratch);
    if (sl_glob_match(pattern->glob, text)) return true;
    sl_address address;
    return pattern->is_network && sl_address_parse(text, &address)
        && sl_network_has(&pattern->network, &address);
}

static bool search_item_differs(const sl_spl_pattern *pattern, sl_value item)
{
    return !search_item_equal(pattern, item);
}

static int search_item_order(const sl_spl_pattern *pattern, sl_value item)
{
    double number = 0;
    if (pattern->is_number && sl_value_number(item, &number))
        return number < pattern->number ? -1 : number > pattern->number;
    char scratch[SL_VALUE_TEXT_MAX];
    return sl_text_compare(sl_value_text(item, scratch), pattern->text);
}

static bool search_item_less(const sl_spl_pattern *pattern, sl_value item)
{
    return search_item_order(pattern, item) < 0;
}

static bool search_item_less_equal(const sl_spl_pattern *pattern, sl_value item)
{
    return search_item_order(pattern, item) <= 0;
}

static bool search_item_greater(const sl_spl_pattern *pattern, sl_value item)
{
    return search_item_order(pattern, item) > 0;
}

static bool search_item_greater_equal(const sl_spl_pattern *pattern, sl_value item)
{
    return search_item_order(pattern, item) >= 0;
}

/* True for a row when `test` is for one of the field's items. */
static void search_any(const sl_call *call,
                       bool (*test)(const sl_spl_pattern *pattern, sl_value item))
{
    const sl_spl_pattern *pattern = call->state;
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value field = sl_arg(call, 0, row);
        const sl_value *items = sl_spl_items(&field);
        uint32_t count = sl_spl_item_count(field);
        bool found = false;
        for (uint32_t k = 0; k < count && !found; k++) found = test(pattern, items[k]);
        call->out[row] = sl_bool(found);
    }
}

static void search_equal(const sl_call *call)
{
    search_any(call, search_item_equal);
}

static void search_not_equal(const sl_call *call)
{
    search_any(call, search_item_differs);
}

static void search_less(const sl_call *call)
{
    search_any(call, search_item_less);
}

static void search_less_equal(const sl_call *call)
{
    search_any(call, search_item_less_equal);
}

static void search_greater(const sl_call *call)
{
    search_any(call, search_item_greater);
}

static void search_greater_equal(const sl_call *call)
{
    search_any(call, search_item_greater_equal);
}

static void search_exists(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_bool(!sl_spl_is_null(sl_arg(call, 0, row)));
    }
}

/* Words. */

typedef struct search_phrase {
    const sl_text *literals; /* between the wildcards; lower case when `nocase` */
    uint32_t count;
    bool nocase;
    bool minor;    /* minor breakers bound the word, too */
    bool spanning; /* a literal holds a major breaker: `*` may run over them */
} search_phrase;

/* The default segmenters.conf: what always ends a word, and what may stand within one. */
static bool search_is_major(char c)
{
    return c == '\0' || memchr("[]<>(){}|!;,'\"*\n\r \t&?+", c, 23) != NULL;
}

static bool search_is_breaker(const search_phrase *phrase, char c)
{
    if (search_is_major(c)) return true;
    return phrase->minor && memchr("/:=@.-$#%\\_", c, 11) != NULL;
}

static bool search_prepare_phrase(sl_fn_site *site, bool nocase, bool minor)
{
    search_phrase *phrase = SL_ARENA_NEW(site->arena, search_phrase);
    sl_text text;
    if (phrase == NULL || !sl_spl_constant(site, 1, &text)) return false;
    if (nocase) {
        char *lower = sl_arena_bytes(site->arena, text.length);
        if (lower == NULL) return false;
        for (size_t i = 0; i < text.length; i++) {
            char c = text.data[i];
            lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        }
        text.data = lower;
    }
    phrase->literals = search_split(text, site->arena, &phrase->count);
    if (phrase->literals == NULL) return false;
    for (uint32_t i = 0; i < phrase->count; i++)
        for (size_t k = 0; k < phrase->literals[i].length; k++)
            phrase->spanning |= search_is_major(phrase->literals[i].data[k]);
    phrase->nocase = nocase;
    phrase->minor = minor;
    site->state = phrase;
    return true;
}

static bool search_prepare_word(sl_fn_site *site)
{
    return search_prepare_phrase(site, true, true);
}

static bool search_prepare_word_case(sl_fn_site *site)
{
    return search_prepare_phrase(site, false, true);
}

static bool search_prepare_term(sl_fn_site *site)
{
    return search_prepare_phrase(site, true, false);
}

static bool search_require_phrase(const sl_fn_site *site, sl_required *out)
{
    const search_phrase *phrase = site->state;
    if (phrase == NULL) return false;
    sl_text longest = phrase->literals[0];
    for (uint32_t i = 1; i < phrase->count; i++)
        if (phrase->literals[i].length > longest.length) longest = phrase->literals[i];
    return sl_required_part(out, longest, phrase->nocase);
}

static inline bool search_same_byte(const search_phrase *phrase, char c, char wanted)
{
    if (phrase->nocase && c >= 'A' && c <= 'Z') c = (char)(c + ('a' - 'A'));
    return c == wanted;
}

static size_t search_find(const search_phrase *phrase, sl_text raw, sl_text literal, size_t from)
{
    if (literal.length > raw.length) return SIZE_MAX;
    size_t last = raw.length - literal.length;
    for (size_t at = from; at <= last; at++) {
        size_t same = 0;
        while (same < literal.length
               && search_same_byte(phrase, raw.data[at + same], literal.data[same]))
            same++;
        if (same == literal.length) return at;
    }
    return SIZE_MAX;
}

static bool search_starts_word(const search_phrase *phrase, sl_text raw, size_t at)
{
    return at == 0 || search_is_breaker(phrase, raw.data[at - 1])
        || (at < raw.length && search_is_breaker(phrase, raw.data[at]));
}

static bool search_ends_word(const search_phrase *phrase, sl_text raw, size_t end)
{
    return end == raw.length || search_is_breaker(phrase, raw.data[end])
        || (end > 0 && search_is_breaker(phrase, raw.data[end - 1]));
}

/* Where the first literal stands at a word's start, at or after `from`. */
static size_t search_find_start(const search_phrase *phrase, sl_text raw, size_t from)
{
    sl_text first = phrase->literals[0];
    if (first.length == 0) return from <= raw.length ? from : SIZE_MAX;
    for (;; from++) {
        from = search_find(phrase, raw, first, from);
        if (from == SIZE_MAX || search_starts_word(phrase, raw, from)) return from;
    }
}

/* Whether the other literals follow in raw[at..end), the last at a word's end. */
static bool search_follows(const search_phrase *phrase, sl_text raw, size_t at, size_t end)
{
    sl_text part = {raw.data, end};
    for (uint32_t i = 1; i + 1 < phrase->count; i++) {
        at = search_find(phrase, part, phrase->literals[i], at);
        if (at == SIZE_MAX) return false;
        at += phrase->literals[i].length;
    }
    sl_text last = phrase->literals[phrase->count - 1];
    if (last.length == 0) return true;
    for (;; at++) {
        at = search_find(phrase, part, last, at);
        if (at == SIZE_MAX) return false;
        if (search_ends_word(phrase, raw, at + last.length)) return true;
    }
}

/* Offset of the next major breaker, or the length. */
static size_t search_segment_end(sl_text raw, size_t at)
{
    while (at < raw.length && !search_is_major(raw.data[at])) at++;
    return at;
}

/* In one segment the first start is as good as any later one, since `*` takes what is between;
 * so each segment is looked at once. */
static bool search_has_phrase(const search_phrase *phrase, sl_text raw)
{
    sl_text first = phrase->literals[0];
    for (size_t from = 0; from <= raw.length;) {
        size_t start = search_find_start(phrase, raw, from);
        if (start == SIZE_MAX) return false;
        size_t at = start + first.length;
        if (phrase->count == 1) {
            if (search_ends_word(phrase, raw, at)) return true;
            from = start + 1;
            continue;
        }
        size_t end = phrase->spanning ? raw.length : search_segment_end(raw, at);
        if (search_follows(phrase, raw, at, end)) return true;
        from = end + 1;
    }
    return false;
}

static void search_word(const sl_call *call)
{
    const search_phrase *phrase = call->state;
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value raw = sl_arg(call, 0, row);
        char scratch[SL_VALUE_TEXT_MAX];
        bool found = !sl_spl_is_null(raw) && raw.kind != SL_LIST
            && search_has_phrase(phrase, sl_value_text(raw, scratch));
        call->out[row] = sl_bool(found);
    }
}

#define SEARCH_ROW(symbol, word, more_flags, prepare_function, run_function, require_function) \
    const sl_fn sl_spl_##symbol = {.name = word, \
                                   .usage = word, \
                                   .doc = "A comparison of the search command.", \
                                   .arg_min = 2, \
                                   .arg_max = 2, \
                                   .args = {SL_ARG_ANY, SL_ARG_CONSTANT}, \
                                   .ret = SL_RET_BOOL, \
                                   .flags = SL_FN_PURE | SL_FN_OPERATOR | (more_flags), \
                                   .prepare = prepare_function, \
                                   .run = run_function, \
                                   .require = require_function}

SEARCH_ROW(search_equal, "equal_search", SL_FN_EQUALITY, search_prepare, search_equal,
           sl_require_spl_pattern);
SEARCH_ROW(search_not_equal, "not_equal_search", 0, search_prepare, search_not_equal, NULL);
SEARCH_ROW(search_case, "equal_search_case", SL_FN_EQUALITY, search_prepare_case, search_equal,
           sl_require_spl_pattern);
SEARCH_ROW(search_less, "less_search", 0, search_prepare, search_less, NULL);
SEARCH_ROW(search_less_equal, "less_equal_search", 0, search_prepare, search_less_equal, NULL);
SEARCH_ROW(search_greater, "greater_search", 0, search_prepare, search_greater, NULL);
SEARCH_ROW(search_greater_equal, "greater_equal_search", 0, search_prepare, search_greater_equal,
           NULL);
SEARCH_ROW(search_word, "word", 0, search_prepare_word, search_word, search_require_phrase);
SEARCH_ROW(search_word_case, "word_case", 0, search_prepare_word_case, search_word,
           search_require_phrase);
SEARCH_ROW(search_term, "term", 0, search_prepare_term, search_word, search_require_phrase);

const sl_fn sl_spl_search_exists = {.name = "exists",
                                    .usage = "field=*",
                                    .doc = "True when the field has a value.",
                                    .arg_min = 1,
                                    .arg_max = 1,
                                    .ret = SL_RET_BOOL,
                                    .flags = SL_FN_PURE | SL_FN_OPERATOR,
                                    .run = search_exists};
