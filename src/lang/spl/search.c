/* search.c - the terms of `search`, and the pipelines in parentheses that stand among them.
 *
 * From the tightest: parentheses, NOT, OR, AND; two terms side by side are joined by AND (Splunk
 * Search Manual, "Boolean expressions with logical operators"). Boolean words are upper case;
 * anything else is a word to search for.
 *
 * A parenthesis that holds a whole pipeline is an extension: the published detection for
 * T1578.004 joins two of them by OR. Such a part is not an expression but a list of branches; it
 * may only be joined by OR, and the result is one branch operator. */
#include "lang/spl/search.h"
#include "lang/spl/inner.h"

#include "func/spl.h"
#include "lang/spl/traps.h"

/* What a part of a search came to: an expression, or branches (then expr is NULL). */
typedef struct search_part {
    const sl_expr *expr;
    sl_vector branches; /* of search_branch */
    uint32_t start, end;
    sl_text field;  /* of a comparison, or of the comparisons of an OR: the field they share */
    bool mixed_or;  /* an OR without parentheses, over several fields */
    bool timed;     /* holds earliest= or latest= */
    bool recovered; /* at fault, but the cursor stands behind it: reading can go on */
} search_part;

static bool search_all(spl_parser *p, search_part *out);

static sl_text search_bare_word(spl_parser *p)
{
    spl_peek(p);
    uint32_t end = p->at;
    while (end < p->text.length && sl_is_name(p->text.data[end])) end++;
    char next = sl_byte_at(p->text, end);
    bool whole = end >= p->text.length || sl_is_space(next) || strchr("()|[]\",", next) != NULL;
    return whole ? sl_text_slice(p->text, p->at, end) : SL_TEXT("");
}

static bool search_take_word(spl_parser *p, const char *word)
{
    sl_text found = search_bare_word(p);
    if (!sl_text_equal(found, sl_text_from(word))) return false;
    p->at += (uint32_t)found.length;
    return true;
}

static const sl_expr *search_true(spl_parser *p, bool value, uint32_t start)
{
    return sl_build_constant(&p->builder, sl_bool(value), spl_span(p, start, p->at));
}

static bool search_is_true(const sl_expr *expr)
{
    return expr->kind == SL_EXPR_CONSTANT && expr->constant.kind == SL_BOOL
        && expr->constant.boolean;
}

/* A word, a phrase, CASE(word) or TERM(word), looked for in the raw text. */
static const sl_expr *search_in_raw(spl_parser *p, const sl_fn *fn, const spl_word *word)
{
    sl_span span = spl_span(p, word->start, p->at);
    const sl_expr *args[2] = {sl_build_field(&p->builder, SL_TEXT("_raw"), span),
                              sl_build_text(&p->builder, word->text, span)};
    return sl_build_call(&p->builder, fn, args, 2, span);
}

/* CASE( or TERM( at the cursor: reads what it holds. */
static bool search_directive(spl_parser *p, const char *name, spl_word *out, bool *out_ok)
{
    sl_text rest = sl_text_slice(p->text, p->at, p->text.length);
    size_t length = strlen(name);
    if (!sl_text_starts(rest, sl_text_from(name)) || sl_byte_at(rest, length) != '(') return false;
    uint32_t start = p->at, open = p->at + (uint32_t)length;
    size_t close = sl_text_find_byte(p->text, ')', open);
    *out_ok = close != SIZE_MAX;
    if (!*out_ok) {
        spl_fault(p, SL_DIAG_UNCLOSED, open, open + 1, "this '(' is never closed");
        return true;
    }
    sl_text inside = sl_text_trim(sl_text_slice(p->text, open + 1, close));
    uint32_t from = (uint32_t)(inside.data - p->text.data);
    uint32_t to = from + (uint32_t)inside.length;
    bool quoted =
        inside.length >= 2 && inside.data[0] == '"' && sl_scan_quoted(inside, 0) == inside.length;
    sl_text text =
        quoted ? spl_unquote(p, from + 1, to - 1, false) : spl_unquote(p, from, to, false);
    *out = (spl_word){.text = text, .start = start, .end = (uint32_t)close + 1};
    p->at = (uint32_t)close + 1;
    if (inside.length == 0)
        *out_ok = spl_fault(p, SL_DIAG_SYNTAX, start, p->at, "%s() needs a word", name);
    return true;
}

/* Longer spellings first. */
static const struct search_operator {
    const char *spelling;
    const sl_fn *fn;
} search_operators[] = {
    {"!=", &sl_spl_search_not_equal},     {"<=", &sl_spl_search_less_equal},
    {">=", &sl_spl_search_greater_equal}, {"==", &sl_spl_search_equal},
    {"=", &sl_spl_search_equal},          {"<", &sl_spl_search_less},
    {">", &sl_spl_search_greater},
};

static const sl_fn *search_take_operator(spl_parser *p)
{
    spl_peek(p);
    sl_text rest = sl_text_slice(p->text, p->at, p->text.length);
    for (size_t i = 0; i < SL_COUNT(search_operators); i++) {
        sl_text spelling = sl_text_from(search_operators[i].spelling);
        if (!sl_text_starts(rest, spelling)) continue;
        p->at += (uint32_t)spelling.length;
        return search_operators[i].fn;
    }
    return NULL;
}

static bool search_is_tag(sl_text field)
{
    static const char *const tags[] = {"index", "sourcetype", "source", "host"};
    for (size_t i = 0; i < SL_COUNT(tags); i++)
        if (sl_text_equal(field, sl_text_from(tags[i]))) return true;
    return false;
}

static void search_note_tag(spl_parser *p, const spl_word *field, const spl_word *value,
                            const sl_fn *fn)
{
    if (!search_is_tag(field->text)) return;
    if (fn != &sl_spl_search_equal && fn != &sl_spl_search_not_equal) return;
    sl_tag_use *use = sl_vector_add(&p->tag_uses, p->builder.arena, sizeof *use);
    if (use == NULL) return;
    use->key = field->text;
    use->value = value->text;
    use->span = spl_word_span(p, value);
    use->negated = p->negated != (fn == &sl_spl_search_not_equal);
}

static const sl_expr *search_compare(spl_parser *p, const spl_word *field, const sl_fn *fn,
                                     const spl_word *value)
{
    sl_span span = spl_span(p, field->start, value->end);
    const sl_expr *args[2] = {spl_field(p, field),
                              sl_build_text(&p->builder, value->text, spl_word_span(p, value))};
    search_note_tag(p, field, value, fn);
    if (sl_text_equal(value->text, SL_TEXT("*"))) {
        if (fn == &sl_spl_search_equal)
            return sl_build_call(&p->builder, &sl_spl_search_exists, args, 1, span);
        if (fn == &sl_spl_search_not_equal) return search_true(p, false, field->start);
    }
    spl_trap_value(p, field, fn, value);
    if (fn == &sl_spl_search_not_equal && !search_is_tag(field->text) && !p->negated)
        spl_trap_missing(p, span, field->text, /* negated= */ false);
    /* An event has one of these, though a format may go by several names: != is NOT there. */
    if (fn != &sl_spl_search_not_equal || !search_is_tag(field->text))
        return sl_build_call(&p->builder, fn, args, 2, span);
    const sl_expr *same = sl_build_call(&p->builder, &sl_spl_search_equal, args, 2, span);
    return same == NULL ? NULL : sl_build_not(&p->builder, same, span);
}

/* `field IN (a, b, ...)`: the cursor is at the parenthesis. */
static const sl_expr *search_in(spl_parser *p, const spl_word *field)
{
    uint32_t open = p->at++;
    sl_vector alternatives = {0};
    p->open++;
    do {
        spl_word value;
        spl_skip_commas(p);
        if (spl_peek(p) == ')') break;
        if (!spl_count_term(p) || !spl_read_term(p, true, &value)) return NULL;
        const sl_expr *expr = search_compare(p, field, &sl_spl_search_equal, &value);
        if (expr == NULL || !sl_vector_add_pointer(&alternatives, p->builder.arena, expr))
            return NULL;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    if (!spl_close(p, open)) return NULL;
    if (alternatives.count == 0) {
        spl_fault(p, SL_DIAG_SYNTAX, open, p->at, "IN needs at least one value");
        return NULL;
    }
    return sl_build_logic(&p->builder, SL_EXPR_OR, alternatives.items, alternatives.count,
                          spl_span(p, field->start, p->at));
}

/* Behind `field` and a comparison operator. */
static const sl_expr *search_value(spl_parser *p, const spl_word *field, const sl_fn *fn)
{
    spl_word value;
    bool ok;
    char c = spl_peek(p);
    if (p->at >= p->text.length || c == '|' || c == ')' || c == ',') {
        spl_expected(p, "a value");
        spl_hint(p, "for an empty value write %.*s=\"\", for a missing field NOT %.*s=*",
                 SL_TEXT_ARG(field->text), SL_TEXT_ARG(field->text));
        return NULL;
    }
    if (c == '(') {
        spl_expected(p, "a value");
        spl_hint(p, "for several values write %.*s IN (a, b)", SL_TEXT_ARG(field->text));
        return NULL;
    }
    if (search_directive(p, "CASE", &value, &ok)) {
        if (!ok) return NULL;
        const sl_expr *args[2] = {spl_field(p, field),
                                  sl_build_text(&p->builder, value.text, spl_word_span(p, &value))};
        sl_span span = spl_span(p, field->start, p->at);
        const sl_expr *same = sl_build_call(&p->builder, &sl_spl_search_case, args, 2, span);
        if (fn == &sl_spl_search_equal || same == NULL) return same;
        /* As for any !=, the field must be there. */
        const sl_expr *both[2] = {sl_build_call(&p->builder, &sl_spl_search_exists, args, 1, span),
                                  sl_build_not(&p->builder, same, span)};
        if (both[0] == NULL || both[1] == NULL) return NULL;
        return sl_build_logic(&p->builder, SL_EXPR_AND, both, 2, span);
    }
    if (search_directive(p, "TERM", &value, &ok))
        return ok ? search_compare(p, field, fn, &value) : NULL;
    if (!spl_read_term(p, true, &value)) return NULL;
    if (sl_byte_at(p->text, p->at) != '(') return search_compare(p, field, fn, &value);
    spl_fault(p, SL_DIAG_SYNTAX, value.start, value.end,
              "search compares with a text, not with what a function gives");
    spl_hint(p, "use | where %.*s ... instead", SL_TEXT_ARG(field->text));
    return NULL;
}

/* earliest=..., latest=...: no terms, but the range of the whole query. */
static const sl_expr *search_time(spl_parser *p, const spl_word *name, const sl_fn *fn)
{
    spl_word value;
    if (fn != &sl_spl_search_equal) {
        spl_fault(p, SL_DIAG_SYNTAX, name->start, p->at, "'%.*s' takes '='",
                  SL_TEXT_ARG(name->text));
        return NULL;
    }
    if (!spl_read_term(p, true, &value) || !spl_time_modifier(p, name, &value)) return NULL;
    return search_true(p, true, name->start);
}

/* A comparison, or a word of the raw text. */
static const sl_expr *search_term(spl_parser *p, search_part *out)
{
    spl_word word;
    bool ok;
    if (search_directive(p, "CASE", &word, &ok))
        return ok ? search_in_raw(p, &sl_spl_search_word_case, &word) : NULL;
    if (search_directive(p, "TERM", &word, &ok))
        return ok ? search_in_raw(p, &sl_spl_search_term, &word) : NULL;
    if (!spl_read_term(p, false, &word)) return NULL;
    const sl_fn *fn = search_take_operator(p);
    if (fn != NULL && p->base && spl_is_time_modifier(word.text)) {
        out->timed = true;
        return search_time(p, &word, fn);
    }
    if (fn != NULL) {
        out->field = word.text;
        return search_value(p, &word, fn);
    }
    uint32_t behind = p->at;
    if (spl_take_keyword(p, "IN") && spl_peek(p) == '(') {
        out->field = word.text;
        return search_in(p, &word);
    }
    p->at = behind > word.end ? word.end : behind;
    if (word.quote == '\0' && sl_text_equal(word.text, SL_TEXT("*")))
        return search_true(p, true, word.start);
    spl_trap_word(p, &word);
    return search_in_raw(p, &sl_spl_search_word, &word);
}

/* Goes on to the `|` or `)` of the group that was opened at depth `open`. */
static void search_skip_in_group(spl_parser *p, uint32_t open)
{
    uint32_t groups = p->groups;
    p->groups++;
    p->open -= p->open < open ? p->open : open;
    spl_skip_command(p);
    while (sl_byte_at(p->text, p->at) == '|' && p->open > 0) {
        p->at++;
        spl_skip_command(p);
    }
    p->open += open;
    p->groups = groups;
}

static bool search_refuse_time(spl_parser *p, uint32_t start)
{
    spl_fault(p, SL_DIAG_REFUSED, start, start + 1,
              "a time range for one side of an OR is not run here");
    spl_hint(p, "put earliest= and latest= beside the OR: they hold for the whole query");
    return false;
}

/* The rest of a parenthesis that turns out to be a pipeline: the cursor is at its first `|`. */
static bool search_pipeline(spl_parser *p, const search_part *feed, uint32_t start,
                            search_part *out)
{
    if (p->plan == NULL)
        return spl_fault(p, SL_DIAG_REFUSED, p->at, p->at + 1, "a pipeline is not run here");
    spl_warn(p, SL_EXTENSION, SL_DIAG_EXTENSION, spl_span(p, p->at, p->at + 1),
             "a pipeline inside parentheses");
    spl_hint(p,
             "the vendor accepts one search `(A) OR (B)` followed by eval with case(), or "
             "`| multisearch [search A | ...] [search B | ...]`");
    spl_parser saved = *p;
    sl_pipe pipe = {0};
    p->pipe = &pipe;
    p->open = 0;
    p->groups++;
    p->base = false;
    bool ok =
        feed != NULL && spl_search_add(p, feed->expr, &feed->branches, spl_span(p, start, p->at));
    spl_pipeline(p);
    p->pipe = saved.pipe;
    p->open = saved.open;
    p->groups = saved.groups;
    p->base = saved.base;
    p->command = saved.command;
    p->command_span = saved.command_span;
    if (!spl_close(p, start)) return false;
    out->recovered = true;
    search_branch *branch = sl_vector_add(&out->branches, p->builder.arena, sizeof *branch);
    if (branch == NULL || !ok) return false;
    if (feed->timed) return search_refuse_time(p, start);
    branch->pipe = pipe;
    branch->span = spl_span(p, start, p->at);
    return spl_search_check_branch(p, &pipe);
}

static bool search_group(spl_parser *p, search_part *out)
{
    uint32_t start = p->at;
    if (!spl_enter(p)) return false;
    p->at++;
    p->open++;
    uint32_t open = p->open;
    search_part inner = {0};
    bool ok = search_all(p, &inner);
    if (!ok && !p->exhausted) search_skip_in_group(p, open);
    if (spl_peek(p) == '|' && !p->exhausted)
        ok = search_pipeline(p, ok ? &inner : NULL, start, out) && ok;
    else if (!ok) out->recovered = spl_peek(p) == ')' && spl_close(p, start);
    else {
        ok = spl_close(p, start);
        out->expr = inner.expr;
        out->branches = inner.branches;
        out->timed = inner.timed;
    }
    spl_leave(p);
    return ok;
}

static const sl_expr *search_condition_terms(sl_text text, sl_arena *arena, sl_fields *fields,
                                             sl_diags *diags)
{
    spl_parser parser = {.builder = {.arena = arena, .fields = fields, .diags = diags}};
    return spl_search_text(&parser, sl_arena_copy(arena, text), (sl_span){0, 0});
}

/* `[search ...]` among the terms: its rows are what is searched for. */
static bool search_subsearch(spl_parser *p, search_part *out)
{
    uint32_t start = p->at;
    if (p->plan == NULL)
        return spl_fault(p, SL_DIAG_REFUSED, start, start + 1, "a subsearch is not run here");
    out->recovered = true;
    sl_plan *plan = spl_subplan(p);
    if (plan == NULL) return false;
    sl_condition how = {.plan = plan,
                        .equal = &sl_spl_search_equal,
                        .equal_any = &sl_spl_search_equal_any,
                        .terms = search_condition_terms,
                        .rows_max = SL_CONDITION_ROWS_MAX};
    out->expr = sl_plan_add_condition(p->plan, &how, spl_span(p, start, p->at));
    if (out->expr != NULL || p->builder.arena->failed) return out->expr != NULL;
    return spl_fault(p, SL_DIAG_LIMIT, start, start + 1,
                     "searches stand in one another more than %d deep", SL_PLAN_DEPTH_MAX);
}

/* True for `field=value`, which an event without the field does not pass. */
static bool search_is_comparison(const search_part *part)
{
    return part->field.length > 0 && !search_is_tag(part->field) && part->expr != NULL
        && part->expr->kind == SL_EXPR_CALL && part->expr->fn == &sl_spl_search_equal;
}

static bool search_not(spl_parser *p, search_part *out)
{
    spl_peek(p);
    uint32_t start = p->at;
    out->start = start;
    if (!spl_count_term(p)) return false;
    if (search_take_word(p, "NOT")) {
        if (!spl_enter(p)) return false;
        p->negated = !p->negated;
        bool ok = search_not(p, out);
        p->negated = !p->negated;
        spl_leave(p);
        sl_span span = spl_span(p, start, p->at);
        if (ok && search_is_comparison(out)) spl_trap_missing(p, span, out->field, true);
        out->field = SL_TEXT("");
        out->mixed_or = false;
        out->start = start;
        if (!ok) return false;
        if (out->timed) return search_refuse_time(p, start);
        if (out->branches.count > 0) {
            spl_fault(p, SL_DIAG_SYNTAX, start, start + 3,
                      "NOT cannot stand before a pipeline in parentheses");
            return false;
        }
        out->expr = sl_build_not(&p->builder, out->expr, spl_span(p, start, p->at));
        return out->expr != NULL;
    }
    sl_text word = search_bare_word(p);
    if (sl_text_equal(word, SL_TEXT("OR")) || sl_text_equal(word, SL_TEXT("AND")))
        return spl_expected(p, "a term to search for");
    char c = spl_peek(p);
    bool ok;
    if (c == '(') {
        ok = search_group(p, out);
    } else if (c == '[') {
        ok = search_subsearch(p, out);
    } else {
        out->expr = search_term(p, out);
        ok = out->expr != NULL;
    }
    out->end = p->at;
    return ok;
}

/* Takes over a part as one more alternative. */
static bool search_add_branches(spl_parser *p, search_part *part, sl_vector *branches)
{
    if (part->expr != NULL) {
        search_branch *branch = sl_vector_add(branches, p->builder.arena, sizeof *branch);
        if (branch == NULL) return false;
        branch->span = spl_span(p, part->start, part->end);
        sl_pipe *outer = p->pipe;
        p->pipe = &branch->pipe;
        bool ok = search_is_true(part->expr) || spl_add_filter(p, part->expr);
        p->pipe = outer;
        return ok;
    }
    const search_branch *items = part->branches.items;
    for (uint32_t i = 0; i < part->branches.count; i++) {
        search_branch *branch = sl_vector_add(branches, p->builder.arena, sizeof *branch);
        if (branch == NULL) return false;
        *branch = items[i];
    }
    return true;
}

static bool search_join_or(spl_parser *p, const sl_vector *parts, search_part *out)
{
    search_part *items = parts->items;
    sl_vector exprs = {0};
    bool branches = false;
    out->start = items[0].start;
    out->end = items[parts->count - 1].end;
    out->field = items[0].field;
    for (uint32_t i = 0; i < parts->count; i++) {
        branches = branches || items[i].branches.count > 0;
        if (items[i].timed) return search_refuse_time(p, items[i].start);
        if (!sl_vector_add_pointer(&exprs, p->builder.arena, items[i].expr)) return false;
        if (!sl_text_equal(out->field, items[i].field)) out->field = SL_TEXT("");
    }
    out->mixed_or = out->field.length == 0;
    if (!branches) {
        out->expr = sl_build_logic(&p->builder, SL_EXPR_OR, exprs.items, exprs.count,
                                   spl_span(p, out->start, out->end));
        return out->expr != NULL;
    }
    for (uint32_t i = 0; i < parts->count; i++)
        if (!search_add_branches(p, &items[i], &out->branches)) return false;
    return true;
}

static bool search_any(spl_parser *p, search_part *out)
{
    sl_vector parts = {0};
    bool all_ok = true;
    do {
        search_part *part = sl_vector_add(&parts, p->builder.arena, sizeof *part);
        if (part == NULL) return false;
        bool ok = search_not(p, part);
        if (p->exhausted || (!ok && !part->recovered)) return false;
        all_ok = all_ok && ok;
    } while (search_take_word(p, "OR"));
    out->recovered = !all_ok;
    if (!all_ok) return false;
    if (parts.count > 1) return search_join_or(p, &parts, out);
    *out = *(search_part *)parts.items;
    return true;
}

static bool search_join_and(spl_parser *p, const sl_vector *parts, search_part *out)
{
    const search_part *items = parts->items;
    sl_vector exprs = {0};
    for (uint32_t i = 0; i < parts->count; i++) {
        out->timed = out->timed || items[i].timed;
        if (items[i].expr == NULL) {
            spl_fault(p, SL_DIAG_SYNTAX, items[i].start, items[i].start + 1,
                      "a pipeline in parentheses can only be joined by OR");
            spl_hint(p, "put the other terms into each of the pipelines, or behind `| search`");
            return false;
        }
        if (search_is_true(items[i].expr)) continue;
        if (!sl_vector_add_pointer(&exprs, p->builder.arena, items[i].expr)) return false;
    }
    out->start = items[0].start;
    out->end = items[parts->count - 1].end;
    out->expr = exprs.count == 0 ? items[0].expr
                                 : sl_build_logic(&p->builder, SL_EXPR_AND, exprs.items,
                                                  exprs.count, spl_span(p, out->start, out->end));
    return out->expr != NULL;
}

/* The end of the command, or of the terms of tstats. */
static bool search_ends(spl_parser *p)
{
    if (spl_at_end(p)) return true;
    if (!p->until_by) return false;
    sl_text word = search_bare_word(p);
    return sl_text_equal_nocase(word, SL_TEXT("by"))
        || sl_text_equal_nocase(word, SL_TEXT("groupby"));
}

static bool search_all(spl_parser *p, search_part *out)
{
    sl_vector parts = {0};
    bool all_ok = true, said_and = false;
    do {
        search_part *part = sl_vector_add(&parts, p->builder.arena, sizeof *part);
        if (part == NULL) return false;
        bool ok = search_any(p, part);
        if (p->exhausted || (!ok && !part->recovered)) return false;
        all_ok = all_ok && ok;
        spl_skip_commas(p);
        bool mixed = ok && part->mixed_or;
        bool is_and = search_take_word(p, "AND");
        bool beside = parts.count > 1 || !search_ends(p);
        if (mixed && beside) spl_trap_order(p, part->start, part->end, is_and || said_and);
        said_and = is_and;
    } while (said_and || !search_ends(p));
    if (!all_ok) return false;
    if (parts.count > 1) return search_join_and(p, &parts, out);
    *out = *(search_part *)parts.items;
    out->mixed_or = false;
    return true;
}

bool spl_search(spl_parser *p, sl_span span)
{
    search_part part = {0};
    if (spl_at_end(p)) return true;
    if (!search_all(p, &part)) return false;
    return spl_search_add(p, part.expr, &part.branches, span);
}

const sl_expr *spl_search_terms(spl_parser *p)
{
    search_part part = {0};
    spl_peek(p);
    uint32_t start = p->at;
    if (search_ends(p)) {
        spl_expected(p, "a term to search for");
        return NULL;
    }
    if (!search_all(p, &part)) return NULL;
    if (part.expr == NULL)
        spl_fault(p, SL_DIAG_SYNTAX, start, p->at, "a pipeline in parentheses cannot stand here");
    return part.expr;
}

const sl_expr *spl_search_text(spl_parser *p, sl_text text, sl_span span)
{
    sl_piece *piece = SL_ARENA_NEW(p->builder.arena, sl_piece);
    if (piece == NULL || text.data == NULL) return NULL;
    *piece = (sl_piece){.origin = span};
    spl_parser inner = {.builder = p->builder,
                        .source = {.text = text, .pieces = piece, .piece_count = 1},
                        .text = text,
                        .depth = p->depth,
                        .terms = p->terms};
    const sl_expr *expr = spl_search_terms(&inner);
    p->terms = inner.terms;
    p->said = p->said || inner.said;
    p->exhausted = p->exhausted || inner.exhausted;
    if (expr != NULL && inner.at < text.length) {
        spl_expected(&inner, "a term to search for");
        return NULL;
    }
    return expr;
}
