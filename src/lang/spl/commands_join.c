/* commands_join.c - commands that bring the rows of other searches in: append, appendcols,
 * appendpipe, union, multisearch, join; and those that end a subsearch: format, return.
 *
 * Limits on the other search are the vendor's (Splunk Search Reference, "append", "join"; Search
 * Manual, "About subsearches"). */
#include "lang/spl/commands.h"
#include "lang/spl/group.h"
#include "lang/spl/inner.h"

#include "func/spl.h"

enum { JOIN_ROWS_MAX = 50000, JOIN_PLANS_MAX = 100 };

/* Says that the option whose value is `word` is not run. */
static bool join_refuse(spl_parser *p, const spl_word *word, const char *what)
{
    return spl_fault(p, SL_DIAG_REFUSED, word->start, word->end, "%s of '%s' is not run here", what,
                     p->command->name);
}

static sl_op *join_union(spl_parser *p, const sl_vector *plans)
{
    sl_op *op = spl_op(p, SL_OP_UNION);
    if (op == NULL) return NULL;
    op->united.plans = plans->items;
    op->united.count = plans->count;
    return op;
}

bool spl_command_append(void *parser)
{
    spl_parser *p = parser;
    spl_word ignored;
    bool extend = false;
    uint64_t rows = JOIN_ROWS_MAX;
    const spl_option options[] = {
        {.name = "extendtimerange", .flag = &extend},
        {.name = "maxtime", .text = &ignored},
        {.name = "maxout", .count = &rows},
        {.name = "timeout", .text = &ignored},
    };
    sl_vector plans = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    sl_plan *plan = spl_subplan_owned(p);
    if (plan == NULL || !sl_vector_add_pointer(&plans, p->builder.arena, plan)) return false;
    sl_op *op = join_union(p, &plans);
    if (op == NULL) return false;
    op->united.limit = rows;
    return true;
}

/* Numbers the rows that `p` has so far, in their order. */
static bool join_number(spl_parser *p, sl_field *out)
{
    sl_vector items = {0}, keys = {0};
    *out = spl_hidden(p, "row");
    return spl_add_item(p, &items, "count", NULL, *out)
        && spl_group_window(p, &items, &keys, /* whole= */ false) != NULL;
}

/* The same for the rows of another plan. */
static bool join_number_plan(spl_parser *p, sl_plan *plan)
{
    spl_parser other = *p;
    sl_field row;
    other.builder.arena = &plan->arena;
    other.builder.fields = &plan->fields;
    other.plan = plan;
    other.pipe = &plan->pipe;
    return join_number(&other, &row) && sl_plan_check(plan) == SL_OK;
}

bool spl_command_appendcols(void *parser)
{
    spl_parser *p = parser;
    spl_word ignored;
    bool override = false;
    uint64_t rows = JOIN_ROWS_MAX;
    const spl_option options[] = {
        {.name = "override", .flag = &override},
        {.name = "maxtime", .text = &ignored},
        {.name = "maxout", .count = &rows},
        {.name = "timeout", .text = &ignored},
    };
    sl_field *row = SL_ARENA_NEW(p->builder.arena, sl_field);
    if (row == NULL || !spl_read_options(p, options, SL_COUNT(options))) return false;
    sl_plan *plan = spl_subplan_owned(p);
    if (plan == NULL || !join_number_plan(p, plan) || !join_number(p, row)) return false;
    sl_op *op = spl_op(p, SL_OP_JOIN);
    if (op == NULL) return false;
    op->join = (sl_op_join){.plan = plan,
                            .keys = row,
                            .key_count = 1,
                            .left = true,
                            .keep_old = !override,
                            .matches = 1,
                            .limit = rows};
    return spl_add_fields_op(p, SL_OP_REMOVE, row, 1);
}

bool spl_command_appendpipe(void *parser)
{
    spl_parser *p = parser;
    bool preview = true;
    const spl_option options[] = {{.name = "run_in_preview", .flag = &preview}};
    sl_vector none = {0};
    sl_pipe *pipe = SL_ARENA_NEW(p->builder.arena, sl_pipe);
    if (pipe == NULL || !spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_subpipe(p, pipe)) return false;
    sl_op *op = join_union(p, &none);
    if (op == NULL) return false;
    op->united.pipe = pipe;
    return true;
}

/* Searches in brackets up to the end of the command. */
static bool join_plans(spl_parser *p, sl_vector *plans)
{
    do {
        if (spl_peek(p) != '[') {
            spl_expected(p, "a search in brackets");
            spl_hint_usage(p);
            return false;
        }
        sl_plan *plan = spl_subplan_owned(p);
        if (plan == NULL || !sl_vector_add_pointer(plans, p->builder.arena, plan)) return false;
        if (plans->count > JOIN_PLANS_MAX)
            return spl_fault(p, SL_DIAG_LIMIT, p->at, p->at, "more than %d searches",
                             JOIN_PLANS_MAX);
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return true;
}

bool spl_command_union(void *parser)
{
    spl_parser *p = parser;
    spl_word ignored;
    uint64_t rows = JOIN_ROWS_MAX;
    const spl_option options[] = {{.name = "maxtime", .text = &ignored},
                                  {.name = "maxout", .count = &rows},
                                  {.name = "timeout", .text = &ignored}};
    sl_vector plans = {0};
    bool first = spl_is_first(p);
    if (!spl_read_options(p, options, SL_COUNT(options)) || !join_plans(p, &plans)) return false;
    sl_op *op = join_union(p, &plans);
    if (op == NULL) return false;
    op->united.source = first;
    op->united.limit = rows;
    op->united.mixed = first;
    return true;
}

bool spl_command_multisearch(void *parser)
{
    spl_parser *p = parser;
    sl_vector plans = {0};
    if (!spl_check_first(p) || !join_plans(p, &plans)) return false;
    sl_op *op = join_union(p, &plans);
    if (op == NULL) return false;
    op->united.source = op->united.mixed = true;
    return true;
}

typedef struct join {
    spl_word type, left, right, usetime;
    bool overwrite, earlier;
    uint64_t matches;
    sl_vector keys; /* of sl_field */
} join;

static bool join_read(spl_parser *p, join *j)
{
    const spl_option options[] = {
        {.name = "type", .text = &j->type},       {.name = "usetime", .text = &j->usetime},
        {.name = "earlier", .flag = &j->earlier}, {.name = "overwrite", .flag = &j->overwrite},
        {.name = "max", .count = &j->matches},    {.name = "left", .text = &j->left},
        {.name = "right", .text = &j->right},
    };
    for (;;) {
        spl_word name;
        spl_skip_commas(p);
        if (!spl_read_options(p, options, SL_COUNT(options))) return false;
        spl_skip_commas(p);
        if (spl_peek(p) == '[') return true;
        if (spl_at_end(p)) {
            spl_expected(p, "a search in brackets");
            spl_hint_usage(p);
            return false;
        }
        if (!spl_read_word(p, &name)) return false;
        if (!spl_add_field(p, &j->keys, spl_field_number(p, &name))) return false;
    }
}

bool spl_command_join(void *parser)
{
    spl_parser *p = parser;
    join j = {.overwrite = true, .matches = 1, .type = {.text = SL_TEXT("inner")}};
    bool timed = false;
    if (!join_read(p, &j)) return false;
    if (j.left.end != 0 || j.right.end != 0)
        return join_refuse(p, j.left.end != 0 ? &j.left : &j.right, "an alias");
    sl_text on = j.usetime.text;
    timed = j.usetime.end != 0
        && (sl_text_equal_nocase(on, SL_TEXT("true")) || sl_text_equal_nocase(on, SL_TEXT("t")));
    if (timed) return join_refuse(p, &j.usetime, "usetime");
    bool left = sl_text_equal_nocase(j.type.text, SL_TEXT("left"))
        || sl_text_equal_nocase(j.type.text, SL_TEXT("outer"));
    if (!left && !sl_text_equal_nocase(j.type.text, SL_TEXT("inner")))
        return spl_fault(p, SL_DIAG_OPTION, j.type.start, j.type.end,
                         "the types of a join are inner, left and outer");
    sl_plan *plan = spl_subplan_owned(p);
    sl_op *op = plan == NULL ? NULL : spl_op(p, SL_OP_JOIN);
    if (op == NULL) return false;
    op->join = (sl_op_join){.plan = plan,
                            .keys = j.keys.items,
                            .key_count = j.keys.count,
                            .left = left,
                            .keep_old = !j.overwrite,
                            .matches = j.matches,
                            .limit = JOIN_ROWS_MAX};
    return true;
}

/* True when the command ends a subsearch whose rows become terms. */
static bool join_ends_subsearch(spl_parser *p)
{
    if (p->bracketed && spl_peek(p) == ']') return true;
    p->said = true;
    sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                  "'%s' is run at the end of a subsearch only", p->command->name);
    return false;
}

/* Rows become terms as `format` without arguments does; with others only when they say the same. */
bool spl_command_format(void *parser)
{
    spl_parser *p = parser;
    static const char *const usual[] = {"(", "(", "AND", ")", "OR", ")"};
    spl_word ignored, word;
    uint64_t rows = 0;
    const spl_option options[] = {{.name = "mvsep", .text = &ignored},
                                  {.name = "maxresults", .count = &rows},
                                  {.name = "emptystr", .text = &ignored}};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    for (size_t i = 0; i < SL_COUNT(usual) && spl_peek(p) == '"'; i++) {
        if (!spl_read_word(p, &word)) return false;
        if (sl_text_equal_nocase(sl_text_trim(word.text), sl_text_from(usual[i]))) continue;
        return join_refuse(p, &word, "text other than the usual one");
    }
    if (!join_ends_subsearch(p)) return false;
    sl_op *op = rows == 0 ? NULL : spl_op(p, SL_OP_LIMIT);
    if (op != NULL) op->limit.count = rows;
    return rows == 0 || op != NULL;
}

/* `alias=field`, `$field`, `field`. */
static bool join_return_name(spl_parser *p, sl_vector *assigns, sl_vector *kept)
{
    spl_word name, field;
    bool bare = spl_take(p, '$');
    if (!spl_read_word(p, &name)) return false;
    field = name;
    if (bare) name.text = SL_TEXT("search");
    else if (spl_take(p, '=') && !spl_read_word(p, &field)) return false;
    sl_field out = spl_field_number(p, &name);
    const sl_expr *value = spl_field(p, &field);
    if (bare) {
        /* The value is text of the search: quotes keep it one term. */
        sl_span span = spl_word_span(p, &field);
        const sl_expr *front[2] = {spl_constant(p, "\"", span), value};
        const sl_expr *both[2] = {sl_build_call(&p->builder, &sl_spl_concat, front, 2, span),
                                  spl_constant(p, "\"", span)};
        value = sl_build_call(&p->builder, &sl_spl_concat, both, 2, span);
    }
    bool same = sl_text_equal(name.text, field.text);
    return spl_add_field(p, kept, out) && (same || spl_assign(p, assigns, name.text, value, false));
}

bool spl_command_return(void *parser)
{
    spl_parser *p = parser;
    uint64_t rows = 1;
    sl_vector assigns = {0}, kept = {0};
    spl_peek(p);
    uint32_t end = p->at;
    while (sl_is_digit(sl_byte_at(p->text, end))) end++;
    if (end > p->at && sl_is_space(sl_byte_at(p->text, end))) {
        spl_word count = {.text = sl_text_slice(p->text, p->at, end), .start = p->at, .end = end};
        p->at = end;
        if (!spl_word_count(&count, &rows))
            return spl_fault(p, SL_DIAG_OPTION, count.start, end, "this number is too large");
    }
    do {
        if (!join_return_name(p, &assigns, &kept)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    if (!join_ends_subsearch(p)) return false;
    sl_op *op = spl_op(p, SL_OP_LIMIT);
    if (op == NULL) return false;
    op->limit.count = rows;
    return spl_add_extend(p, &assigns)
        && spl_add_fields_op(p, SL_OP_PROJECT, kept.items, kept.count);
}
