/* cql_filter.c - the comparisons of CQL's filters.
 *
 * `=` compares text, whole and with case, whatever the text looks like: statuscode=400 does not
 * find "400.0". The orders compare numbers. All answer true or false: a missing field is false,
 * and true for the negated ones, so that `not` and `!=` bring it back. Tags may have several
 * values; one that matches is enough. */
#include <assert.h>
#include <stdlib.h>

#include "base/number.h"
#include "func/address.h"
#include "func/cql.h"
#include "func/cql_value.h"
#include "func/required.h"

/* Whether a text passes what `prepare` made. */
typedef bool filter_test(const sl_call *call, sl_text text);

static bool filter_any(const sl_call *call, sl_value v, filter_test *test)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (sl_cql_is_missing(v)) return false;
    if (v.kind != SL_LIST) return test(call, sl_value_text(v, scratch));
    for (uint32_t i = 0; i < v.length; i++) {
        if (test(call, sl_value_text(v.items[i], scratch))) return true;
    }
    return false;
}

static void filter_run(const sl_call *call, filter_test *test, bool negated)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_bool(filter_any(call, sl_arg(call, 0, row), test) != negated);
    }
}

/* The glob of a pattern: `*` is a wildcard, a backslash protects `*` and itself. `around`: with
 * wildcards at both ends when it has none. */
static const sl_glob *filter_glob(sl_text pattern, unsigned flags, bool around, sl_arena *arena)
{
    sl_text *literals = SL_ARENA_ARRAY(arena, pattern.length + 3, sl_text);
    char *bytes = sl_arena_bytes(arena, pattern.length + 1);
    if (literals == NULL || bytes == NULL) return NULL;
    uint32_t count = 0;
    size_t used = 0;
    size_t start = 0;
    for (size_t at = 0; at < pattern.length; at++) {
        char c = pattern.data[at];
        char next = at + 1 < pattern.length ? pattern.data[at + 1] : '\0';
        if (c == '*') {
            literals[count++] = sl_text_make(bytes + start, used - start);
            start = used;
            while (at + 1 < pattern.length && pattern.data[at + 1] == '*') at++;
            continue;
        }
        if (c == '\\' && (next == '*' || next == '\\')) c = pattern.data[++at];
        bytes[used++] = c;
    }
    sl_text rest = sl_text_make(bytes + start, used - start);
    if (count == 0 && around) {
        literals[0] = literals[2] = SL_TEXT("");
        literals[1] = rest;
        return sl_glob_new(literals, 3, flags, arena);
    }
    literals[count++] = rest;
    return sl_glob_new(literals, count, flags, arena);
}

static bool filter_prepare(sl_fn_site *site, unsigned flags, bool around)
{
    sl_text text;
    sl_cql_pattern *pattern = SL_ARENA_NEW(site->arena, sl_cql_pattern);
    if (pattern == NULL || !sl_cql_constant(site, 1, &text)) return false;
    pattern->glob = filter_glob(text, flags, around, site->arena);
    site->state = pattern;
    return pattern->glob != NULL;
}

static bool filter_prepare_equal(sl_fn_site *site)
{
    return filter_prepare(site, 0, false);
}

static bool filter_prepare_like(sl_fn_site *site)
{
    return filter_prepare(site, 0, true);
}

/* wildcard(field, pattern, ignoreCase) */
bool sl_prepare_cql_wildcard(sl_fn_site *site)
{
    sl_text ignore_case;
    if (!sl_cql_constant(site, 2, &ignore_case)) return false;
    bool nocase = sl_text_equal_nocase(ignore_case, SL_TEXT("true"));
    return filter_prepare(site, nocase ? SL_GLOB_NOCASE : 0, false);
}

bool sl_require_cql_glob(const sl_fn_site *site, sl_required *out)
{
    const sl_cql_pattern *pattern = site->state;
    return pattern != NULL && sl_required_glob(out, pattern->glob);
}

static bool filter_matches_glob(const sl_call *call, sl_text text)
{
    const sl_cql_pattern *pattern = call->state;
    return sl_glob_match(pattern->glob, text);
}

static void filter_equal(const sl_call *call)
{
    filter_run(call, filter_matches_glob, false);
}

static void filter_not_equal(const sl_call *call)
{
    filter_run(call, filter_matches_glob, true);
}

void sl_fn_cql_wildcard(const sl_call *call)
{
    filter_run(call, filter_matches_glob, false);
}

bool sl_prepare_cql_regex(sl_fn_site *site)
{
    sl_text text;
    if (!sl_cql_constant(site, 1, &text)) return false;
    site->state = sl_regex_new(text, 0, site->arena, site->diags, site->spans[1]);
    return site->state != NULL;
}

static bool filter_matches_regex(const sl_call *call, sl_text text)
{
    return sl_regex_test(call->state, text, call->context) == SL_MATCH_YES;
}

void sl_fn_cql_matches(const sl_call *call)
{
    filter_run(call, filter_matches_regex, false);
}

static void filter_not_regex(const sl_call *call)
{
    filter_run(call, filter_matches_regex, true);
}

static void filter_exists(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_bool(!sl_cql_is_missing(sl_arg(call, 0, row)));
    }
}

static void filter_missing(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_bool(sl_cql_is_missing(sl_arg(call, 0, row)));
    }
}

static void filter_holds(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        call->out[row] = sl_bool(sl_cql_is_true(sl_arg(call, 0, row)));
    }
}

static bool filter_prepare_number(sl_fn_site *site)
{
    double *number = SL_ARENA_NEW(site->arena, double);
    if (number == NULL) return false;
    if (site->constants[1] == NULL || !sl_cql_number(*site->constants[1], number)) {
        sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[1],
                      "only numbers can be compared by size");
        return false;
    }
    site->state = number;
    return true;
}

/* -1, 0, 1, or 2 when the value is no number. */
static int filter_order(const sl_call *call, uint32_t row)
{
    double number;
    const double *bound = call->state;
    if (!sl_cql_number(sl_arg(call, 0, row), &number)) return 2;
    return number < *bound ? -1 : number > *bound;
}

static void filter_less(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        call->out[call->rows[i]] = sl_bool(filter_order(call, call->rows[i]) == -1);
    }
}

static void filter_less_equal(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        call->out[call->rows[i]] = sl_bool(filter_order(call, call->rows[i]) <= 0);
    }
}

static void filter_greater(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        call->out[call->rows[i]] = sl_bool(filter_order(call, call->rows[i]) == 1);
    }
}

static void filter_greater_equal(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        int order = filter_order(call, call->rows[i]);
        call->out[call->rows[i]] = sl_bool(order == 0 || order == 1);
    }
}

/* The patterns of in(): those without a wildcard sorted, the others one by one. */
typedef struct filter_set {
    sl_text *texts;
    const sl_glob **globs;
    uint32_t text_count, glob_count;
    bool nocase;
} filter_set;

static int filter_compare(const void *a, const void *b)
{
    return sl_text_compare(*(const sl_text *)a, *(const sl_text *)b);
}

static int filter_compare_nocase(const void *a, const void *b)
{
    return sl_text_compare_nocase(*(const sl_text *)a, *(const sl_text *)b);
}

static bool filter_prepare_set(sl_fn_site *site, bool nocase)
{
    filter_set *set = SL_ARENA_NEW(site->arena, filter_set);
    if (set == NULL) return false;
    set->texts = SL_ARENA_ARRAY(site->arena, site->arg_count, sl_text);
    set->globs = SL_ARENA_ARRAY(site->arena, site->arg_count, const sl_glob *);
    set->nocase = nocase;
    if (set->texts == NULL || set->globs == NULL) return false;
    for (uint32_t i = 1; i < site->arg_count; i++) {
        sl_text text;
        if (!sl_cql_constant(site, i, &text)) return false;
        const sl_glob *glob = filter_glob(text, nocase ? SL_GLOB_NOCASE : 0, false, site->arena);
        if (glob == NULL) return false;
        if (sl_glob_literal_count(glob) == 1) {
            set->texts[set->text_count++] = sl_glob_literal(glob, 0);
        } else {
            set->globs[set->glob_count++] = glob;
        }
    }
    qsort(set->texts, set->text_count, sizeof *set->texts,
          nocase ? filter_compare_nocase : filter_compare);
    site->state = set;
    return true;
}

bool sl_prepare_cql_in(sl_fn_site *site)
{
    return filter_prepare_set(site, false);
}

static bool filter_prepare_in_nocase(sl_fn_site *site)
{
    return filter_prepare_set(site, true);
}

static bool filter_in_set(const sl_call *call, sl_text text)
{
    const filter_set *set = call->state;
    if (set->text_count > 0
        && bsearch(&text, set->texts, set->text_count, sizeof text,
                   set->nocase ? filter_compare_nocase : filter_compare)
            != NULL) {
        return true;
    }
    for (uint32_t i = 0; i < set->glob_count; i++) {
        if (sl_glob_match(set->globs[i], text)) return true;
    }
    return false;
}

bool sl_require_cql_in(const sl_fn_site *site, sl_required *out)
{
    const filter_set *set = site->state;
    if (set == NULL) return false;
    for (uint32_t i = 0; i < set->text_count; i++)
        if (!sl_required_whole(out, set->texts[i], set->nocase)) return false;
    for (uint32_t i = 0; i < set->glob_count; i++)
        if (!sl_required_glob(out, set->globs[i])) return false;
    return true;
}

void sl_fn_cql_in(const sl_call *call)
{
    filter_run(call, filter_in_set, false);
}

typedef struct filter_blocks {
    sl_network *blocks;
    uint32_t count;
} filter_blocks;

bool sl_prepare_cql_cidr(sl_fn_site *site)
{
    filter_blocks *blocks = SL_ARENA_NEW(site->arena, filter_blocks);
    if (blocks == NULL) return false;
    blocks->blocks = SL_ARENA_ARRAY(site->arena, site->arg_count, sl_network);
    if (blocks->blocks == NULL) return false;
    for (uint32_t i = 1; i < site->arg_count; i++) {
        sl_text text;
        if (!sl_cql_constant(site, i, &text)) return false;
        if (!sl_network_parse(sl_text_trim(text), true, &blocks->blocks[blocks->count++])) {
            sl_diag_error(site->diags, SL_DIAG_TYPE, site->spans[i],
                          "not a block of addresses: '%.*s'", SL_TEXT_ARG(text));
            sl_diag_hint(site->diags, "as in 10.0.0.0/8 or 2001:db8::/32");
            return false;
        }
    }
    site->state = blocks;
    return true;
}

static bool filter_in_blocks(const sl_call *call, sl_text text)
{
    const filter_blocks *blocks = call->state;
    sl_address address;
    if (!sl_address_parse(text, &address)) return false;
    for (uint32_t i = 0; i < blocks->count; i++) {
        if (sl_network_has(&blocks->blocks[i], &address)) return true;
    }
    return false;
}

void sl_fn_cql_cidr(const sl_call *call)
{
    filter_run(call, filter_in_blocks, false);
}

#define FILTER(symbol, sign, text, more_flags, type, make, kernel, required) \
    const sl_fn symbol = { \
        .name = sign, \
        .usage = "field " sign " value", \
        .doc = text, \
        .arg_min = 2, \
        .arg_max = 2, \
        .args = {SL_ARG_ANY, type}, \
        .ret = SL_RET_BOOL, \
        .flags = SL_FN_PURE | SL_FN_OPERATOR | (more_flags), \
        .prepare = make, \
        .run = kernel, \
        .require = required, \
    }

FILTER(sl_cql_equal, "=", "The whole value is the pattern.", SL_FN_EQUALITY, SL_ARG_CONSTANT,
       filter_prepare_equal, filter_equal, sl_require_cql_glob);
FILTER(sl_cql_not_equal, "!=", "The value is not the pattern, or is missing.", 0, SL_ARG_CONSTANT,
       filter_prepare_equal, filter_not_equal, NULL);
FILTER(sl_cql_like, "like", "The value contains the text.", 0, SL_ARG_CONSTANT, filter_prepare_like,
       filter_equal, sl_require_cql_glob);
FILTER(sl_cql_regex, "=~", "The regular expression is found in the value.", 0, SL_ARG_REGEX,
       sl_prepare_cql_regex, sl_fn_cql_matches, sl_require_regex);
FILTER(sl_cql_not_regex, "!=~", "The regular expression is not found, or the value is missing.", 0,
       SL_ARG_REGEX, sl_prepare_cql_regex, filter_not_regex, NULL);
FILTER(sl_cql_less, "<", "The value is a number below.", 0, SL_ARG_NUMBER, filter_prepare_number,
       filter_less, NULL);
FILTER(sl_cql_less_equal, "<=", "The value is a number not above.", 0, SL_ARG_NUMBER,
       filter_prepare_number, filter_less_equal, NULL);
FILTER(sl_cql_greater, ">", "The value is a number above.", 0, SL_ARG_NUMBER, filter_prepare_number,
       filter_greater, NULL);
FILTER(sl_cql_greater_equal, ">=", "The value is a number not below.", 0, SL_ARG_NUMBER,
       filter_prepare_number, filter_greater_equal, NULL);

const sl_fn sl_cql_in_nocase = {
    .name = "in",
    .usage = "in(field, values=[...], ignoreCase=true)",
    .doc = "One of the patterns is the value, without case.",
    .arg_min = 2,
    .arg_max = SL_FN_VARIADIC,
    .args = {SL_ARG_ANY, SL_ARG_CONSTANT, SL_ARG_CONSTANT, SL_ARG_CONSTANT},
    .ret = SL_RET_BOOL,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .prepare = filter_prepare_in_nocase,
    .run = sl_fn_cql_in,
    .require = sl_require_cql_in,
};
const sl_fn sl_cql_exists = {
    .name = "exists",
    .usage = "field=*",
    .doc = "The field exists.",
    .arg_min = 1,
    .arg_max = 1,
    .ret = SL_RET_BOOL,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .run = filter_exists,
};
const sl_fn sl_cql_missing = {
    .name = "missing",
    .usage = "field!=*",
    .doc = "There is no such field.",
    .arg_min = 1,
    .arg_max = 1,
    .ret = SL_RET_BOOL,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .run = filter_missing,
};
const sl_fn sl_cql_holds = {
    .name = "test",
    .usage = "test(expression)",
    .doc = "The expression is true.",
    .arg_min = 1,
    .arg_max = 1,
    .ret = SL_RET_BOOL,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .run = filter_holds,
};
