/* pipeline.c - from the whole text of a query to a checked plan.
 *
 * Commands are read one after another; a command at fault is skipped up to the next `|` of its
 * own pipeline, so that the commands behind it are read, too. */
#include "lang/spl/commands.h"
#include "lang/spl/inner.h"

#include <stdio.h>

static const sl_command_info *pipeline_row(sl_text name)
{
    uint32_t count;
    const sl_command_info *rows = sl_spl_commands(&count);
    return sl_command_find(rows, count, name);
}

static bool pipeline_unknown(spl_parser *p, uint32_t start, uint32_t end)
{
    uint32_t count;
    const sl_command_info *rows = sl_spl_commands(&count);
    sl_text name = sl_text_slice(p->text, start, end);
    spl_fault(p, SL_DIAG_NAME, start, end, "no SPL command '%.*s'", SL_TEXT_ARG(name));
    const char *nearest = sl_command_nearest(rows, count, name);
    if (nearest != NULL) spl_hint(p, "did you mean '%s'?", nearest);
    return false;
}

/* What stands behind a command that was read to its end. */
static bool pipeline_end(spl_parser *p)
{
    char c = spl_peek(p);
    if (p->at >= p->text.length || c == '|') return true;
    if ((c == ')' && p->groups > 0) || (c == ']' && p->bracketed)) return true;
    if (c == ')' || c == ']')
        return spl_fault(p, SL_DIAG_SYNTAX, p->at, p->at + 1, "this '%c' closes nothing", c);
    char what[80];
    snprintf(what, sizeof what, "'|' or the end of '%s'", p->command->name);
    spl_expected(p, what);
    spl_hint_usage(p);
    return false;
}

/* The command whose name is at the cursor. */
static bool pipeline_command(spl_parser *p)
{
    spl_peek(p);
    uint32_t start = p->at, end = (uint32_t)sl_scan_name(p->text, start);
    if (end == start) {
        spl_expected(p, "a command behind '|'");
        return false;
    }
    p->at = end;
    const sl_command_info *row = pipeline_row(sl_text_slice(p->text, start, end));
    if (row == NULL) return pipeline_unknown(p, start, end);
    if (row->refused != NULL) {
        spl_fault(p, SL_DIAG_REFUSED, start, end, "'%s' is not run here", row->name);
        spl_hint(p, "%s", row->refused);
        return false;
    }
    p->command = row;
    p->command_span = spl_span(p, start, end);
    p->scratch = (sl_vector){0};
    return row->parse(p) && pipeline_end(p)
        && (p->scratch.count == 0
            || spl_add_fields_op(p, SL_OP_REMOVE, p->scratch.items, p->scratch.count));
}

/* Goes on behind a command at fault. One that fails without a word ran out of memory: that must
 * not pass for a query without the command. */
static void pipeline_recover(spl_parser *p)
{
    p->failed = p->failed || p->said;
    spl_skip_command(p);
}

void spl_pipeline(spl_parser *p)
{
    while (!p->exhausted && spl_take(p, '|')) {
        p->open = 0;
        p->said = true;
        if (!pipeline_command(p)) pipeline_recover(p);
    }
}

/* The first search, written without its name. */
static void pipeline_feed(spl_parser *p)
{
    p->command = pipeline_row(SL_TEXT("search"));
    uint32_t start = p->at;
    sl_text word = sl_text_slice(p->text, start, sl_scan_name(p->text, start));
    uint32_t behind = (uint32_t)sl_scan_space(p->text, start + word.length);
    char next = sl_byte_at(p->text, behind);
    bool compared = next != '\0' && strchr("=<>!", next) != NULL;
    if (sl_text_equal_nocase(word, SL_TEXT("search")) && !compared) p->at = start + 6;
    p->base = p->fed = true;
    p->said = true;
    spl_peek(p);
    uint32_t first = p->at;
    if (!spl_search(p, spl_span(p, start, first > start ? start + 6 : first + 1))
        || !pipeline_end(p))
        pipeline_recover(p);
    p->base = false;
}

/* A search in brackets: terms behind `search`, or commands, the first one with or without `|`. */
static void pipeline_bracketed(spl_parser *p)
{
    char c = spl_peek(p);
    sl_text word = sl_text_slice(p->text, p->at, sl_scan_name(p->text, p->at));
    const sl_command_info *row = pipeline_row(word);
    bool search = row != NULL && row->parse == spl_command_search;
    if (c == ']') {
        spl_fault(p, SL_DIAG_SYNTAX, p->at, p->at + 1, "these brackets are empty");
        p->failed = true;
        return;
    }
    if (c != '|' && (row == NULL || search)) {
        pipeline_feed(p);
    } else if (c != '|') {
        p->said = true;
        if (!pipeline_command(p)) pipeline_recover(p);
    }
    spl_pipeline(p);
}

/* What an inner reader has used up and found wrong is its outer reader's, too. */
static bool pipeline_leave(spl_parser *p, const spl_parser *inner, uint32_t errors)
{
    bool ok = !inner->failed && !inner->exhausted && p->builder.diags->error_count == errors;
    p->terms = inner->terms;
    p->plans = inner->plans;
    p->filled = inner->filled;
    p->names_sought = inner->names_sought;
    p->exhausted = p->exhausted || inner->exhausted;
    p->said = ok || inner->said;
    spl_leave(p);
    return ok;
}

/* Steps over the bracket that closes the one at byte `start`. */
static bool pipeline_close(spl_parser *p, uint32_t start)
{
    if (spl_take(p, ']')) return true;
    return spl_fault(p, SL_DIAG_UNCLOSED, start, start + 1, "this '[' is never closed");
}

/* The cursor behind `[`, which is answered; UINT32_MAX after a fault. */
static uint32_t pipeline_open(spl_parser *p)
{
    spl_peek(p);
    uint32_t start = p->at;
    if (!spl_take(p, '[')) {
        spl_expected(p, "a search in brackets");
        spl_hint_usage(p);
        return UINT32_MAX;
    }
    return spl_enter(p) ? start : UINT32_MAX;
}

static spl_parser pipeline_inner(const spl_parser *p, sl_plan *plan)
{
    spl_parser inner = *p;
    inner.builder.arena = &plan->arena;
    inner.builder.fields = &plan->fields;
    inner.plan = plan;
    inner.pipe = &plan->pipe;
    inner.tag_uses = (sl_vector){0};
    inner.bracketed = true;
    inner.base = inner.negated = inner.failed = inner.until_by = inner.fed = false;
    inner.open = inner.groups = 0;
    return inner;
}

sl_plan *spl_subplan(spl_parser *p)
{
    uint32_t start = pipeline_open(p), errors = p->builder.diags->error_count;
    if (start == UINT32_MAX) return NULL;
    sl_plan *plan = spl_plan_new(p);
    if (plan == NULL) return NULL;
    spl_parser inner = pipeline_inner(p, plan);
    pipeline_bracketed(&inner);
    p->at = inner.at;
    plan->tag_uses = inner.tag_uses.items;
    plan->tag_use_count = inner.tag_uses.count;
    bool ok = pipeline_leave(p, &inner, errors);
    if (!p->exhausted && !pipeline_close(p, start)) ok = false;
    if (ok && !plan->arena.failed && sl_plan_check(plan) == SL_OK) return plan;
    sl_plan_free(plan);
    return NULL;
}

sl_plan *spl_subplan_owned(spl_parser *p)
{
    spl_peek(p);
    uint32_t start = p->at;
    sl_plan *plan = spl_subplan(p);
    if (plan == NULL || sl_plan_add_sub(p->plan, plan)) return plan;
    if (!p->builder.arena->failed)
        spl_fault(p, SL_DIAG_LIMIT, start, start + 1,
                  "searches stand in one another more than %d deep", SL_PLAN_DEPTH_MAX);
    return NULL;
}

bool spl_subpipe(spl_parser *p, sl_pipe *out)
{
    uint32_t start = pipeline_open(p), errors = p->builder.diags->error_count;
    if (start == UINT32_MAX) return false;
    spl_parser inner = *p;
    inner.pipe = out;
    inner.bracketed = true;
    inner.failed = false;
    inner.open = inner.groups = 0;
    bool piped = spl_peek(&inner) == '|';
    if (!piped) {
        inner.said = true;
        if (!pipeline_command(&inner)) pipeline_recover(&inner);
    }
    spl_pipeline(&inner);
    p->at = inner.at;
    p->tag_uses = inner.tag_uses;
    bool ok = pipeline_leave(p, &inner, errors);
    return (p->exhausted || pipeline_close(p, start)) && ok;
}

/* A reader of `text`, that came about at `span`; text NULL when memory ends. */
static spl_parser pipeline_text(spl_parser *p, sl_text text, sl_span span)
{
    spl_parser inner = *p;
    sl_piece *piece = SL_ARENA_NEW(p->builder.arena, sl_piece);
    inner.text = (sl_text){NULL, 0};
    if (piece == NULL || text.data == NULL || !spl_enter(p)) return inner;
    *piece = (sl_piece){.origin = span};
    inner.source = (sl_source){.text = text, .pieces = piece, .piece_count = 1};
    inner.text = text;
    inner.at = 0;
    inner.open = inner.groups = 0;
    inner.bracketed = inner.failed = false;
    return inner;
}

bool spl_commands_text(spl_parser *p, sl_text text, sl_span span)
{
    uint32_t errors = p->builder.diags->error_count;
    spl_parser inner = pipeline_text(p, text, span);
    if (inner.text.data == NULL) return false;
    if (spl_peek(&inner) != '|') {
        inner.said = true;
        if (!pipeline_command(&inner)) pipeline_recover(&inner);
    }
    spl_pipeline(&inner);
    p->tag_uses = inner.tag_uses;
    return pipeline_leave(p, &inner, errors);
}

bool spl_query_text(spl_parser *p, sl_text text, sl_span span)
{
    uint32_t errors = p->builder.diags->error_count;
    sl_source source;
    if (!spl_expand(text, p->builder.arena, p->resolver, p->builder.diags, &source)) return false;
    spl_parser inner = pipeline_text(p, source.text, span);
    if (inner.text.data == NULL) return false;
    if (spl_peek(&inner) != '|') pipeline_feed(&inner);
    spl_pipeline(&inner);
    p->tag_uses = inner.tag_uses;
    return pipeline_leave(p, &inner, errors);
}

static void pipeline_query(spl_parser *p)
{
    if (spl_peek(p) == '\0' && p->at >= p->text.length) {
        spl_fault(p, SL_DIAG_SYNTAX, 0, 0, "the query is empty");
        return;
    }
    if (spl_peek(p) != '|') pipeline_feed(p);
    spl_pipeline(p);
}

static bool pipeline_read(spl_parser *p, sl_plan *plan, const sl_resolver *resolver)
{
    sl_diags *diags = p->builder.diags;
    uint32_t errors = diags->error_count;
    if (!spl_expand(plan->text, &plan->arena, resolver, diags, &p->source)) return false;
    p->text = p->source.text;
    pipeline_query(p);
    plan->tag_uses = p->tag_uses.items;
    plan->tag_use_count = p->tag_uses.count;
    if (diags->error_count > errors) return false;
    if (!p->failed && !p->exhausted && !plan->arena.failed && sl_plan_check(plan) == SL_OK)
        return true;
    sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "out of memory");
    return false;
}

sl_plan *spl_plan_new(spl_parser *p)
{
    if (++p->plans > SPL_PLANS_MAX) {
        p->exhausted = true;
        spl_fault(p, SL_DIAG_LIMIT, p->at, p->at, "more than %d searches in one", SPL_PLANS_MAX);
        return NULL;
    }
    sl_plan *plan = sl_plan_new(SL_LANG_SPL, SL_TEXT(""), SL_TEXT(""));
    if (plan == NULL) return NULL;
    plan->name = p->plan->name;
    plan->text = p->plan->text;
    plan->reading = SL_READ_SPL;
    plan->arrival = SL_ARRIVAL_NEWEST;
    plan->path_of_name = sl_spl_path;
    return plan;
}

sl_plan *sl_spl_compile(sl_text name, sl_text text, const sl_resolver *resolver, sl_diags *diags)
{
    sl_plan *plan = sl_plan_new(SL_LANG_SPL, name, text);
    if (plan == NULL) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "out of memory");
        return NULL;
    }
    plan->reading = SL_READ_SPL;
    plan->arrival = SL_ARRIVAL_NEWEST;
    plan->path_of_name = sl_spl_path;
    spl_parser parser = {
        .builder = {.arena = &plan->arena, .fields = &plan->fields, .diags = diags},
        .resolver = resolver,
        .plan = plan,
        .pipe = &plan->pipe,
    };
    if (pipeline_read(&parser, plan, resolver)) return plan;
    sl_plan_free(plan);
    return NULL;
}

const sl_expr *sl_spl_expression(sl_text text, sl_arena *arena, sl_fields *fields, sl_diags *diags)
{
    spl_parser parser = {
        .builder = {.arena = arena, .fields = fields, .diags = diags},
        .source = sl_source_plain(text),
        .text = text,
    };
    uint32_t errors = diags->error_count;
    if (text.length > SPL_TEXT_MAX) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "expression is longer than 1 MiB");
        return NULL;
    }
    const sl_expr *expr = spl_eval(&parser);
    spl_peek(&parser);
    if (expr != NULL && parser.at < text.length) {
        spl_expected(&parser, "an operator or the end");
        return NULL;
    }
    if (expr == NULL && diags->error_count == errors)
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "out of memory");
    return expr;
}
