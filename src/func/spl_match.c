/* spl_match.c - eval's pattern functions: match, replace, LIKE, cidrmatch.
 *
 * A constant pattern is compiled once, in `prepare`. One that comes from a field is compiled as
 * it comes and kept in a small cache for the batch; one that does not compile gives missing. So
 * does a match that runs out of steps: it is counted, and never taken for "no". Of a list, one
 * item that matches is enough. */
#include "func/spl.h"

#include <assert.h>

#include "base/utf8.h"
#include "func/required.h"
#include "func/spl_value.h"

enum {
    MATCH_CACHE_SIZE = 8,
    MATCH_DYNAMIC_MAX = 4096 /* bytes of a pattern that comes from the data */
};

/* Patterns made in this call, oldest replaced first. */
typedef struct match_cache {
    sl_text patterns[MATCH_CACHE_SIZE];
    const void *made[MATCH_CACHE_SIZE];
    uint32_t used, next;
} match_cache;

typedef const void *match_maker(sl_text pattern, sl_arena *arena);

/* The constant's, or what `make` makes of argument `index` of the row; NULL when it has none. */
static const void *match_pattern(const sl_call *call, match_cache *cache, uint32_t index,
                                 uint32_t row, match_maker *make)
{
    if (call->state != NULL) return call->state;
    sl_text pattern;
    if (!sl_spl_text(call->arena, sl_arg(call, index, row), &pattern)) return NULL;
    for (uint32_t i = 0; i < cache->used; i++)
        if (sl_text_equal(cache->patterns[i], pattern)) return cache->made[i];

    uint32_t slot = cache->next;
    cache->next = (slot + 1) % MATCH_CACHE_SIZE;
    if (cache->used < MATCH_CACHE_SIZE) cache->used++;
    cache->patterns[slot] = pattern;
    cache->made[slot] = pattern.length > MATCH_DYNAMIC_MAX ? NULL : make(pattern, call->arena);
    return cache->made[slot];
}

static const void *match_make_regex(sl_text pattern, sl_arena *arena)
{
    return sl_regex_new(pattern, 0, arena, NULL, (sl_span){0, 0});
}

bool sl_prepare_spl_regex(sl_fn_site *site)
{
    assert(site->arg_count > 1);

    if (site->constants[1] == NULL) return true;
    sl_text pattern;
    if (!sl_spl_constant(site, 1, &pattern)) return false;
    site->state = sl_regex_new(pattern, 0, site->arena, site->diags, site->spans[1]);
    return site->state != NULL;
}

/* Of several items, one is enough; running out of steps on one and finding none is unknown. */
static sl_value match_any(const sl_regex *regex, sl_value subject, const sl_context *context)
{
    const sl_value *items = sl_spl_items(&subject);
    uint32_t count = sl_spl_item_count(subject);
    bool unknown = false;
    for (uint32_t i = 0; i < count; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_match match = sl_regex_test(regex, sl_value_text(items[i], scratch), context);
        if (match == SL_MATCH_YES) return sl_bool(true);
        unknown |= match == SL_MATCH_STEPS;
    }
    return unknown ? sl_missing() : sl_bool(false);
}

void sl_fn_spl_match(const sl_call *call)
{
    match_cache cache = {.used = 0};
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value subject = sl_arg(call, 0, row);
        if (sl_spl_is_null(subject)) continue;
        const sl_regex *regex = match_pattern(call, &cache, 1, row, match_make_regex);
        if (regex != NULL) call->out[row] = match_any(regex, subject, call->context);
    }
}

/* Index of the first item that matches, from 0. */
void sl_fn_spl_mvfind(const sl_call *call)
{
    match_cache cache = {.used = 0};
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value subject = sl_arg(call, 0, row);
        const sl_regex *regex = match_pattern(call, &cache, 1, row, match_make_regex);
        if (regex == NULL) continue;
        const sl_value *items = sl_spl_items(&subject);
        uint32_t count = sl_spl_item_count(subject);
        for (uint32_t k = 0; k < count; k++) {
            char scratch[SL_VALUE_TEXT_MAX];
            sl_text item = sl_value_text(items[k], scratch);
            if (sl_regex_test(regex, item, call->context) != SL_MATCH_YES) continue;
            call->out[row] = sl_integer(k);
            break;
        }
    }
}

/* LIKE. */

typedef struct match_like {
    sl_text text;
} match_like;

static const void *match_make_like(sl_text pattern, sl_arena *arena)
{
    match_like *like = SL_ARENA_NEW(arena, match_like);
    if (like != NULL) like->text = pattern;
    return like;
}

bool sl_prepare_spl_like(sl_fn_site *site)
{
    assert(site->arg_count > 1);

    if (site->constants[1] == NULL) return true;
    sl_text pattern;
    if (!sl_spl_constant(site, 1, &pattern)) return false;
    site->state = match_make_like(pattern, site->arena);
    return site->state != NULL;
}

bool sl_require_spl_like(const sl_fn_site *site, sl_required *out)
{
    const match_like *like = site->state;
    sl_text longest = {NULL, 0};
    if (like == NULL) return false;
    for (size_t from = 0, at = 0; at <= like->text.length; at++) {
        if (at < like->text.length && like->text.data[at] != '%' && like->text.data[at] != '_')
            continue;
        if (at - from > longest.length) longest = sl_text_slice(like->text, from, at);
        from = at + 1;
    }
    return sl_required_part(out, longest, /* nocase= */ false);
}

static size_t match_like_step(sl_text t, size_t at)
{
    uint32_t ignored = 0;
    size_t bytes = sl_utf8_decode(t, at, &ignored);
    return bytes == 0 ? 1 : bytes;
}

/* `%` any run, `_` one character, all else itself, over the whole text. Only the last `%` is
 * ever tried again further on: an earlier one could not do better. */
static bool match_like_whole(sl_text pattern, sl_text text)
{
    size_t p = 0, t = 0, retry_p = SIZE_MAX, retry_t = 0;
    while (t < text.length) {
        if (p < pattern.length && pattern.data[p] == '%') {
            retry_p = ++p;
            retry_t = t;
        } else if (p < pattern.length && pattern.data[p] == '_') {
            p++;
            t += match_like_step(text, t);
        } else if (p < pattern.length && pattern.data[p] == text.data[t]) {
            p++;
            t++;
        } else if (retry_p != SIZE_MAX) {
            retry_t += match_like_step(text, retry_t);
            p = retry_p;
            t = retry_t;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.data[p] == '%') p++;
    return p == pattern.length;
}

void sl_fn_spl_like(const sl_call *call)
{
    match_cache cache = {.used = 0};
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value subject = sl_arg(call, 0, row);
        if (sl_spl_is_null(subject)) continue;
        const match_like *like = match_pattern(call, &cache, 1, row, match_make_like);
        if (like == NULL) continue;
        const sl_value *items = sl_spl_items(&subject);
        uint32_t count = sl_spl_item_count(subject);
        bool found = false;
        for (uint32_t k = 0; k < count && !found; k++) {
            char scratch[SL_VALUE_TEXT_MAX];
            found = match_like_whole(like->text, sl_value_text(items[k], scratch));
        }
        call->out[row] = sl_bool(found);
    }
}

const sl_fn sl_spl_like = {.name = "LIKE",
                           .usage = "X LIKE \"pattern\"",
                           .doc = "True when the pattern fits all of X.",
                           .arg_min = 2,
                           .arg_max = 2,
                           .ret = SL_RET_BOOL,
                           .flags = SL_FN_PURE | SL_FN_OPERATOR,
                           .prepare = sl_prepare_spl_like,
                           .run = sl_fn_spl_like,
                           .require = sl_require_spl_like};

/* cidrmatch. */

static const void *match_make_network(sl_text pattern, sl_arena *arena)
{
    sl_network *network = SL_ARENA_NEW(arena, sl_network);
    return network != NULL && sl_network_parse(pattern, true, network) ? network : NULL;
}

bool sl_prepare_spl_cidr(sl_fn_site *site)
{
    assert(site->arg_count > 0);

    if (site->constants[0] == NULL) return true;
    sl_text pattern;
    if (!sl_spl_constant(site, 0, &pattern)) return false;
    site->state = match_make_network(pattern, site->arena);
    if (site->state != NULL) return true;
    sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[0],
                  "'%.*s' is no block of addresses in CIDR notation", SL_TEXT_ARG(pattern));
    sl_diag_hint(site->diags, "the block comes first: cidrmatch(\"10.0.0.0/8\", address)");
    return false;
}

void sl_fn_spl_cidrmatch(const sl_call *call)
{
    match_cache cache = {.used = 0};
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value subject = sl_arg(call, 1, row);
        if (sl_spl_is_null(subject)) continue;
        const sl_network *network = match_pattern(call, &cache, 0, row, match_make_network);
        if (network == NULL) continue;
        const sl_value *items = sl_spl_items(&subject);
        uint32_t count = sl_spl_item_count(subject);
        bool found = false;
        for (uint32_t k = 0; k < count && !found; k++) {
            char scratch[SL_VALUE_TEXT_MAX];
            sl_address address;
            found = sl_address_parse(sl_value_text(items[k], scratch), &address)
                && sl_network_has(network, &address);
        }
        call->out[row] = sl_bool(found);
    }
}

/* replace. */

/* `\1` to `\9` are groups, `\\` a backslash; anything else behind a backslash stays with it. */
static void match_substitute(sl_spl_out *out, sl_text replacement, const sl_text *groups,
                             uint32_t group_count)
{
    size_t start = 0;
    for (size_t at = sl_text_find_byte(replacement, '\\', 0); at != SIZE_MAX;
         at = sl_text_find_byte(replacement, '\\', at)) {
        char next = at + 1 < replacement.length ? replacement.data[at + 1] : '\0';
        bool is_group = next >= '0' && next <= '9';
        if (!is_group && next != '\\') {
            at++;
            continue;
        }
        sl_spl_out_add(out, sl_text_slice(replacement, start, at));
        uint32_t number = is_group ? (uint32_t)(next - '0') : 0;
        if (!is_group) sl_spl_out_byte(out, '\\');
        else if (number <= group_count) sl_spl_out_add(out, groups[number]);
        at += 2;
        start = at;
    }
    sl_spl_out_add(out, sl_text_slice(replacement, start, replacement.length));
}

/* `t` with every match replaced; missing when a match ran out of steps or the result grows too
 * large. */
static sl_value match_replace(const sl_call *call, const sl_regex *regex, sl_text t,
                              sl_text replacement)
{
    sl_text groups[10];
    uint32_t group_count = sl_regex_group_count(regex);
    sl_spl_out out = {.arena = call->arena, .context = call->context};
    size_t done = 0, from = 0;
    bool replaced = false;
    while (from <= t.length && !out.failed) {
        sl_match match = sl_regex_find(regex, t, from, groups, 10, call->context);
        if (match == SL_MATCH_STEPS) return sl_missing();
        if (match == SL_MATCH_NO) break;
        replaced = true;
        size_t start = (size_t)(groups[0].data - t.data), end = start + groups[0].length;
        if (start < done) start = done; /* a lookbehind with \K reached back */
        sl_spl_out_add(&out, sl_text_slice(t, done, start));
        match_substitute(&out, replacement, groups, group_count < 9 ? group_count : 9);
        done = end > done ? end : done;
        from = end > from ? end : from + 1;
        if (groups[0].length == 0 && from == end) from++;
    }
    if (!replaced) return sl_string(t);
    sl_spl_out_add(&out, sl_text_slice(t, done, t.length));
    return sl_spl_out_value(&out);
}

void sl_fn_spl_replace(const sl_call *call)
{
    match_cache cache = {.used = 0};
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t, replacement;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 2, row), &replacement)) continue;
        const sl_regex *regex = match_pattern(call, &cache, 1, row, match_make_regex);
        if (t.data == NULL) t = SL_TEXT("");
        if (regex != NULL) call->out[row] = match_replace(call, regex, t, replacement);
    }
}
