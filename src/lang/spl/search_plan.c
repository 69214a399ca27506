/* search_plan.c - what becomes of the terms of a search: operators, the time range, warnings.
 *
 * Whether two branches can both take an event is told from the constants that their first filters
 * require of index and sourcetype: branches whose constants differ are apart. */
#include "lang/spl/search.h"

#include "func/spl.h"

enum { BRANCH_PAIRS_MAX = 4096 };

/* The constant that `predicate` requires of `field`, when it requires one: an equality without
 * wildcards that stands alone or among the arguments of AND. */
static bool plan_required(const sl_expr *predicate, sl_field field, sl_text *out)
{
    const sl_expr *const *terms = predicate->kind == SL_EXPR_AND ? predicate->args : &predicate;
    uint32_t count = predicate->kind == SL_EXPR_AND ? predicate->arg_count : 1;
    for (uint32_t i = 0; i < count; i++) {
        const sl_expr *term = terms[i];
        if (term->kind != SL_EXPR_CALL || term->fn != &sl_spl_search_equal) continue;
        if (term->args[0]->kind != SL_EXPR_FIELD || term->args[0]->field != field) continue;
        sl_text value = sl_value_bytes(term->args[1]->constant);
        if (sl_text_find_byte(value, '*', 0) != SIZE_MAX) continue;
        *out = value;
        return true;
    }
    return false;
}

static bool plan_apart(spl_parser *p, const sl_pipe *a, const sl_pipe *b)
{
    static const char *const names[] = {"index", "sourcetype"};
    if (a->first == NULL || b->first == NULL) return false;
    if (a->first->kind != SL_OP_FILTER || b->first->kind != SL_OP_FILTER) return false;
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        sl_text left, right;
        sl_field field = sl_fields_find(p->builder.fields, sl_text_from(names[i]));
        if (field == SL_FIELD_NONE) continue;
        if (plan_required(a->first->filter.predicate, field, &left)
            && plan_required(b->first->filter.predicate, field, &right)
            && !sl_text_equal_nocase(left, right))
            return true;
    }
    return false;
}

static void plan_warn_overlap(spl_parser *p, const sl_vector *branches)
{
    const search_branch *items = branches->items;
    uint32_t pairs = 0;
    for (uint32_t i = 1; i < branches->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (++pairs > BRANCH_PAIRS_MAX) return;
            if (plan_apart(p, &items[i].pipe, &items[j].pipe)) continue;
            spl_warn(p, SL_WARNING, SL_DIAG_OVERLAP, items[i].span,
                     "an event can pass this branch and branch %u; the first one takes it", j + 1);
            spl_hint(p, "give each branch an index= or sourcetype= of its own");
            return;
        }
    }
}

bool spl_search_add(spl_parser *p, const sl_expr *expr, const sl_vector *branches, sl_span span)
{
    p->command_span = span;
    if (expr != NULL) {
        bool all = expr->kind == SL_EXPR_CONSTANT && expr->constant.boolean;
        return all || spl_add_filter(p, expr);
    }
    const search_branch *items = branches->items;
    if (branches->count == 1) {
        if (items[0].pipe.first == NULL) return true;
        if (p->pipe->last == NULL) p->pipe->first = items[0].pipe.first;
        else p->pipe->last->next = items[0].pipe.first;
        p->pipe->last = items[0].pipe.last;
        return true;
    }
    plan_warn_overlap(p, branches);
    sl_op *op = spl_op(p, SL_OP_BRANCH);
    sl_pipe *pipes = SL_ARENA_ARRAY(p->builder.arena, branches->count, sl_pipe);
    if (op == NULL || pipes == NULL) return false;
    for (uint32_t i = 0; i < branches->count; i++) pipes[i] = items[i].pipe;
    op->branch.pipes = pipes;
    op->branch.count = branches->count;
    return true;
}

bool spl_search_check_branch(spl_parser *p, const sl_pipe *pipe)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) {
        if (sl_op_is_rowwise(op)) continue;
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, op->span,
                      "'%s' is not run in a pipeline in parentheses", op->command);
        spl_hint(p,
                 "only commands that look at one event at a time are: put it behind the "
                 "parentheses");
        return false;
    }
    return true;
}

bool spl_is_time_modifier(sl_text name)
{
    static const char *const names[] = {"earliest",  "latest",  "_index_earliest", "_index_latest",
                                        "starttime", "endtime", "timeformat"};
    for (size_t i = 0; i < SL_COUNT(names); i++)
        if (sl_text_equal(name, sl_text_from(names[i]))) return true;
    return false;
}

bool spl_time_modifier(spl_parser *p, const spl_word *name, const spl_word *value)
{
    bool earliest = sl_text_equal(name->text, SL_TEXT("earliest"));
    if (!earliest && !sl_text_equal(name->text, SL_TEXT("latest"))) {
        spl_fault(p, SL_DIAG_REFUSED, name->start, name->end, "'%.*s' is not run here",
                  SL_TEXT_ARG(name->text));
        spl_hint(p, "earliest= and latest= are");
        return false;
    }
    sl_time time;
    if (!sl_time_parse_modifier(value->text, 0, sl_zone_utc(), &time)) {
        spl_fault(p, SL_DIAG_SYNTAX, value->start, value->end, "this is no time");
        spl_hint(p, "as in -24h@h, now, 1700000000 or \"10/27/2023:00:00:00\"");
        return false;
    }
    if (earliest) p->plan->earliest = value->text;
    else p->plan->latest = value->text;
    return true;
}
