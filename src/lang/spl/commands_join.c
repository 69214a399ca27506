/* commands_join.c - commands that bring the rows of other searches in: append, appendcols,
 * appendpipe, union, multisearch, join.
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
