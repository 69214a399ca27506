/* spl_rex.c - rex and makemv: groups out of a text, edits as in sed, a text split into several.
 *
 * Of a field with several values each is tried. A match that runs out of steps ends the search of
 * that value; it has been counted. */
#include "func/spl_command.h"

#include "base/utf8.h"
#include "func/regex.h"
#include "func/spl_value.h"

enum { REX_GROUPS = SL_REGEX_GROUPS_MAX + 1 };

typedef struct rex_items {
    sl_value *values;
    uint32_t count, capacity;
} rex_items;

static bool rex_add(sl_arena *arena, rex_items *items, sl_value value)
{
    if (items->count == items->capacity) {
        if (items->count >= SL_LIST_ITEMS_MAX) return false;
        uint32_t capacity = items->capacity == 0 ? 4 : items->capacity * 2;
        sl_value *values = SL_ARENA_ARRAY(arena, capacity, sl_value);
        if (values == NULL) return false;
        if (items->count > 0) memcpy(values, items->values, items->count * sizeof *values);
        items->values = values;
        items->capacity = capacity;
    }
    items->values[items->count++] = value;
    return true;
}

/* Where to look on behind a match: an empty one must not be found again. */
static size_t rex_behind(sl_text subject, sl_text whole)
{
    size_t end = (size_t)(whole.data - subject.data) + whole.length;
    uint32_t code;
    if (whole.length > 0) return end;
    return end < subject.length ? end + sl_utf8_decode(subject, end, &code) : end + 1;
}

typedef struct rex_state {
    const sl_regex *regex;
    uint32_t group;
    uint32_t match_max; /* 0: all */
} rex_state;

static bool rex_prepare(sl_fn_site *site)
{
    rex_state *state = SL_ARENA_NEW(site->arena, rex_state);
    sl_text pattern;
    int64_t group, match_max;
    if (state == NULL || !sl_spl_constant(site, 1, &pattern)) return false;
    state->regex = sl_regex_new(pattern, 0, site->arena, site->diags, site->spans[1]);
    if (state->regex == NULL || !sl_value_integer(*site->constants[2], &group)
        || !sl_value_integer(*site->constants[3], &match_max))
        return false;
    if (group < 0 || group > sl_regex_group_count(state->regex)) {
        sl_diag_error(site->diags, SL_DIAG_OPTION, site->spans[1],
                      "the expression has no group %lld", (long long)group);
        return false;
    }
    state->group = (uint32_t)group;
    state->match_max = match_max < 0 || match_max > UINT32_MAX ? 0 : (uint32_t)match_max;
    site->state = state;
    return true;
}

/* The group's texts in one value. False when enough were found. */
static bool rex_item(const sl_call *call, sl_text subject, uint32_t *matches, rex_items *found)
{
    const rex_state *state = call->state;
    sl_text groups[REX_GROUPS];
    size_t from = 0;
    while (from <= subject.length) {
        if (sl_regex_find(state->regex, subject, from, groups, state->group + 1, call->context)
            != SL_MATCH_YES)
            return true;
        if (groups[state->group].data != NULL
            && !rex_add(call->arena, found, sl_string(groups[state->group])))
            return false;
        if (++*matches == state->match_max) return false;
        from = rex_behind(subject, groups[0]);
    }
    return true;
}

static void rex_run(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i], matches = 0;
        sl_value v = sl_arg(call, 0, row);
        const sl_value *items = sl_spl_items(&v);
        uint32_t count = sl_spl_item_count(v);
        rex_items found = {0};
        for (uint32_t k = 0; k < count; k++) {
            sl_text subject;
            if (!sl_spl_text(call->arena, items[k], &subject)) continue;
            if (!rex_item(call, subject, &matches, &found)) break;
        }
        call->out[row] = sl_spl_list(found.values, found.count);
    }
}

const sl_fn sl_spl_rex_group = {
    .name = "rex",
    .usage = "rex field=FIELD \"(?<name>...)\"",
    .doc = "What a group of a regular expression matches.",
    .arg_min = 4,
    .arg_max = 4,
    .args = {SL_ARG_ANY, SL_ARG_CONSTANT, SL_ARG_CONSTANT, SL_ARG_CONSTANT},
    .ret = SL_RET_ANY,
    .flags = SL_FN_OPERATOR,
    .prepare = rex_prepare,
    .run = rex_run};

/* sed. */

typedef struct sed_state {
    const sl_regex *regex; /* NULL: y, characters for characters */
    sl_text from, to;      /* y */
    sl_text replacement;
    uint32_t nth; /* the first match that is replaced, from 1 */
    bool global;  /* that and all behind it */
} sed_state;

/* The part up to the next delimiter; a backslash before the delimiter goes. */
static bool sed_part(sl_fn_site *site, sl_text script, size_t *at, char delimiter, sl_text *out)
{
    char *bytes = sl_arena_bytes(site->arena, script.length + 1);
    size_t length = 0;
    if (bytes == NULL) return false;
    for (; *at < script.length; ++*at) {
        char c = script.data[*at];
        char next = *at + 1 < script.length ? script.data[*at + 1] : '\0';
        if (c == delimiter) {
            ++*at;
            *out = sl_text_make(bytes, length);
            return true;
        }
        if (c == '\\' && next != '\0') {
            if (next != delimiter) bytes[length++] = c;
            c = next;
            ++*at;
        }
        bytes[length++] = c;
    }
    return false;
}

static bool sed_flags(sl_text flags, sed_state *state, unsigned *out_regex_flags)
{
    state->nth = 1;
    for (size_t i = 0; i < flags.length; i++) {
        char c = flags.data[i];
        if (c == 'g') state->global = true;
        else if (c == 'i' || c == 'I') *out_regex_flags |= SL_REGEX_NOCASE;
        else if (c >= '1' && c <= '9') state->nth = (uint32_t)(c - '0');
        else return false;
    }
    return true;
}

static bool sed_fault(sl_fn_site *site)
{
    sl_diag_error(site->diags, SL_DIAG_SYNTAX, site->spans[1], "this is no edit as in sed");
    sl_diag_hint(site->diags, "one edit: s/regex/replacement/g or y/abc/xyz/");
    return false;
}

static bool sed_prepare(sl_fn_site *site)
{
    sed_state *state = SL_ARENA_NEW(site->arena, sed_state);
    sl_text script, first, second;
    unsigned flags = 0;
    size_t at = 2;
    if (state == NULL || !sl_spl_constant(site, 1, &script)) return false;
    script = sl_text_trim(script);
    if (script.length < 4 || (script.data[0] != 's' && script.data[0] != 'y'))
        return sed_fault(site);
    if (!sed_part(site, script, &at, script.data[1], &first)
        || !sed_part(site, script, &at, script.data[1], &second)
        || !sed_flags(sl_text_slice(script, at, script.length), state, &flags))
        return sed_fault(site);
    site->state = state;
    if (script.data[0] == 'y') {
        state->from = first;
        state->to = second;
        return sl_utf8_count(first) == sl_utf8_count(second) ? true : sed_fault(site);
    }
    state->replacement = second;
    state->regex = sl_regex_new(first, flags, site->arena, site->diags, site->spans[1]);
    return state->regex != NULL;
}

/* `\1` and `&`-less replacement: a backslash and a digit is a group, one before anything else
 * goes. */
static void sed_substitute(sl_spl_out *out, sl_text replacement, const sl_text *groups,
                           uint32_t group_count)
{
    for (size_t i = 0; i < replacement.length; i++) {
        char c = replacement.data[i];
        char next = i + 1 < replacement.length ? replacement.data[i + 1] : '\0';
        if (c != '\\' || next == '\0') {
            sl_spl_out_byte(out, c);
            continue;
        }
        i++;
        if (next < '0' || next > '9') sl_spl_out_byte(out, next);
        else if ((uint32_t)(next - '0') <= group_count) sl_spl_out_add(out, groups[next - '0']);
    }
}

static sl_value sed_replace(const sl_call *call, sl_text subject)
{
    const sed_state *state = call->state;
    uint32_t group_count = sl_regex_group_count(state->regex), seen = 0;
    sl_spl_out out = {.arena = call->arena};
    sl_text groups[REX_GROUPS];
    size_t from = 0, copied = 0;
    while (from <= subject.length) {
        sl_match match =
            sl_regex_find(state->regex, subject, from, groups, group_count + 1, call->context);
        if (match == SL_MATCH_STEPS) return sl_missing();
        if (match == SL_MATCH_NO) break;
        from = rex_behind(subject, groups[0]);
        if (++seen < state->nth) continue;
        size_t start = (size_t)(groups[0].data - subject.data);
        sl_spl_out_add(&out, sl_text_slice(subject, copied, start));
        sed_substitute(&out, state->replacement, groups, group_count);
        copied = start + groups[0].length;
        if (!state->global) break;
    }
    sl_spl_out_add(&out, sl_text_slice(subject, copied, subject.length));
    return sl_spl_out_value(&out);
}

static sl_value sed_exchange(const sl_call *call, sl_text subject)
{
    const sed_state *state = call->state;
    sl_spl_out out = {.arena = call->arena};
    for (size_t at = 0; at < subject.length;) {
        uint32_t code, other;
        size_t bytes = sl_utf8_decode(subject, at, &code);
        size_t from = 0, to = 0;
        sl_text put = sl_text_slice(subject, at, at + bytes);
        while (from < state->from.length) {
            size_t from_bytes = sl_utf8_decode(state->from, from, &other);
            uint32_t ignored;
            size_t to_bytes = sl_utf8_decode(state->to, to, &ignored);
            if (other == code) {
                put = sl_text_slice(state->to, to, to + to_bytes);
                break;
            }
            from += from_bytes;
            to += to_bytes;
        }
        sl_spl_out_add(&out, put);
        at += bytes;
    }
    return sl_spl_out_value(&out);
}

static void sed_run(const sl_call *call)
{
    const sed_state *state = call->state;
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        const sl_value *items = sl_spl_items(&v);
        uint32_t count = sl_spl_item_count(v);
        rex_items edited = {0};
        for (uint32_t k = 0; k < count; k++) {
            sl_text subject;
            if (!sl_spl_text(call->arena, items[k], &subject)) continue;
            sl_value result =
                state->regex != NULL ? sed_replace(call, subject) : sed_exchange(call, subject);
            if (!rex_add(call->arena, &edited, result)) break;
        }
        call->out[row] = sl_spl_list(edited.values, edited.count);
    }
}

const sl_fn sl_spl_rex_sed = {.name = "rex mode=sed",
                              .usage = "rex field=FIELD mode=sed \"s/regex/replacement/g\"",
                              .doc = "A text edited as in sed.",
                              .arg_min = 2,
                              .arg_max = 2,
                              .args = {SL_ARG_ANY, SL_ARG_CONSTANT},
                              .ret = SL_RET_ANY,
                              .flags = SL_FN_OPERATOR,
                              .prepare = sed_prepare,
                              .run = sed_run};

/* makemv. */

static void makemv_split(const sl_call *call, uint32_t row, sl_text delim, bool keep_empty)
{
    sl_text subject;
    rex_items items = {0};
    if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &subject)) return;
    for (size_t start = 0; start <= subject.length;) {
        size_t end = delim.length == 0 ? SIZE_MAX : sl_text_find(subject, delim, start);
        sl_text item = sl_text_slice(subject, start, end == SIZE_MAX ? subject.length : end);
        if ((keep_empty || item.length > 0) && !rex_add(call->arena, &items, sl_string(item)))
            return;
        if (end == SIZE_MAX) break;
        start = end + delim.length;
    }
    call->out[row] = sl_spl_list(items.values, items.count);
}

static void makemv_run(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text delim;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &delim)) continue;
        makemv_split(call, row, delim, sl_spl_is_true(sl_arg(call, 2, row)));
    }
}

const sl_fn sl_spl_makemv = {.name = "makemv",
                             .usage = "makemv delim=TEXT FIELD",
                             .doc = "A text split into several.",
                             .arg_min = 3,
                             .arg_max = 3,
                             .args = {SL_ARG_ANY, SL_ARG_CONSTANT, SL_ARG_CONSTANT},
                             .ret = SL_RET_ANY,
                             .flags = SL_FN_OPERATOR,
                             .run = makemv_run};
