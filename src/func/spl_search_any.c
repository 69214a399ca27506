/* spl_search_any.c - equality of `search` with any of many constants: one look-up a value.
 *
 * What a subsearch returns, up to ten thousand values of one field. Plain texts stand in a hash
 * of lower-case spellings; only those with a wildcard, and blocks of addresses, are tried one by
 * one. */
#include "func/spl.h"

#include "base/map.h"
#include "func/required.h"
#include "func/spl_value.h"

typedef struct any_state {
    sl_map plain;          /* lower case */
    const void **patterns; /* of search_equal, for all others */
    uint32_t pattern_count;
} any_state;

static void any_fini(void *state)
{
    sl_map_fini(&((any_state *)state)->plain);
}

static void any_lower(sl_buffer *out, sl_text text)
{
    sl_buffer_clear(out);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        sl_buffer_add_byte(out, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
    }
}

/* Argument `index` as the pattern that search_equal makes of it. */
static bool any_pattern(sl_fn_site *site, uint32_t index, any_state *state)
{
    const sl_value *constants[2] = {NULL, site->constants[index]};
    sl_span spans[2] = {site->spans[0], site->spans[index]};
    sl_fn_site inner = {.arena = site->arena,
                        .diags = site->diags,
                        .constants = constants,
                        .spans = spans,
                        .arg_count = 2};
    if (!sl_spl_search_equal.prepare(&inner)) return false;
    state->patterns[state->pattern_count++] = inner.state;
    return true;
}

static bool any_prepare(sl_fn_site *site)
{
    any_state *state = SL_ARENA_NEW(site->arena, any_state);
    if (state == NULL) return false;
    sl_map_init(&state->plain);
    state->patterns = SL_ARENA_ARRAY(site->arena, site->arg_count, const void *);
    if (!sl_arena_defer(site->arena, any_fini, state) || state->patterns == NULL) return false;
    sl_buffer lower;
    sl_buffer_init(&lower);
    bool ok = true;
    for (uint32_t i = 1; i < site->arg_count && ok; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_network network;
        if (site->constants[i] == NULL) continue; /* the caller says that it must be a constant */
        sl_text text = sl_value_text(*site->constants[i], scratch);
        if (sl_text_find_byte(text, '*', 0) != SIZE_MAX
            || sl_network_parse(text, /* single= */ false, &network)) {
            ok = any_pattern(site, i, state);
            continue;
        }
        any_lower(&lower, text);
        ok = !lower.failed && sl_map_add(&state->plain, sl_buffer_text(&lower)) != SL_MAP_NONE;
    }
    sl_buffer_fini(&lower);
    site->state = state;
    return ok;
}

static bool any_require(const sl_fn_site *site, sl_required *out)
{
    for (uint32_t i = 1; i < site->arg_count; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_network network;
        if (site->constants[i] == NULL || site->constants[i]->kind != SL_STRING) return false;
        sl_text text = sl_value_text(*site->constants[i], scratch), longest = {NULL, 0};
        if (sl_network_parse(text, /* single= */ false, &network)) return false;
        for (size_t from = 0, star; from <= text.length; from = star + 1) {
            star = sl_text_find_byte(text, '*', from);
            if (star == SIZE_MAX) star = text.length;
            if (star - from > longest.length) longest = sl_text_slice(text, from, star);
        }
        bool ok = longest.length == text.length
            ? sl_required_whole(out, longest, /* nocase= */ true)
            : sl_required_part(out, longest, /* nocase= */ true);
        if (!ok) return false;
    }
    return true;
}

static bool any_is_plain(const any_state *state, sl_value field, sl_buffer *lower)
{
    const sl_value *items = sl_spl_items(&field);
    uint32_t count = sl_spl_item_count(field);
    for (uint32_t i = 0; i < count; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        any_lower(lower, sl_value_text(items[i], scratch));
        if (!lower->failed && sl_map_find(&state->plain, sl_buffer_text(lower)) != SL_MAP_NONE)
            return true;
    }
    return false;
}

/* The rows that no plain text decided are asked of the patterns, one after another. */
static void any_run_patterns(const sl_call *call, const any_state *state, uint32_t *rows,
                             uint32_t count)
{
    for (uint32_t p = 0; p < state->pattern_count && count > 0; p++) {
        sl_call one = *call;
        one.rows = rows;
        one.row_count = count;
        one.state = state->patterns[p];
        sl_spl_search_equal.run(&one);
        uint32_t left = 0;
        for (uint32_t i = 0; i < count; i++)
            if (!call->out[rows[i]].boolean) rows[left++] = rows[i];
        count = left;
    }
}

static void any_run(const sl_call *call)
{
    const any_state *state = call->state;
    uint32_t *open = SL_ARENA_ARRAY(call->arena, call->row_count, uint32_t);
    if (open == NULL) return;
    sl_buffer lower;
    sl_buffer_init(&lower);
    uint32_t count = 0;
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        bool found = any_is_plain(state, sl_arg(call, 0, row), &lower);
        call->out[row] = sl_bool(found);
        if (!found) open[count++] = row;
    }
    sl_buffer_fini(&lower);
    any_run_patterns(call, state, open, count);
}

const sl_fn sl_spl_search_equal_any = {
    .name = "equal_search_any",
    .usage = "equal_search_any",
    .doc = "A comparison of the search command with any of several values.",
    .arg_min = 2,
    .arg_max = SL_FN_VARIADIC,
    .ret = SL_RET_BOOL,
    .args = {SL_ARG_ANY, SL_ARG_CONSTANT, SL_ARG_CONSTANT, SL_ARG_CONSTANT},
    .flags = SL_FN_PURE | SL_FN_OPERATOR | SL_FN_EQUALITY,
    .prepare = any_prepare,
    .run = any_run,
    .require = any_require};
