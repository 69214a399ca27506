/* commands_group.c - commands that group events: stats.
 *
 * An aggregate's argument is the name of a field, or eval(expression); its column is called as it
 * is written when there is no AS. A row that lacks a BY field is dropped, a list in a BY field
 * counts for each of its values (Splunk Search Reference, "stats"). */
#include "lang/spl/parser.h"

enum { GROUP_ARGS_MAX = 2 };

typedef struct group_call {
    uint32_t start, name_end, end;
    const sl_expr *args[GROUP_ARGS_MAX];
    uint32_t arg_count;
    sl_text field; /* the argument when it is a field's name */
} group_call;

/* The field's name inside the parentheses. */
static bool group_field(spl_parser *p, group_call *call)
{
    spl_word word;
    char c = spl_peek(p);
    if (c == '"' || c == '\'') {
        if (!spl_read_word(p, &word)) return false;
    } else {
        uint32_t start = p->at, end = start;
        while (end < p->text.length && !sl_is_space(p->text.data[end])
               && strchr("()|,=<>\"", p->text.data[end]) == NULL)
            end++;
        if (end == start) return spl_expected(p, "the name of a field");
        word = (spl_word){.text = sl_text_slice(p->text, start, end), .start = start, .end = end};
        p->at = end;
    }
    if (spl_peek(p) != ')') {
        spl_expected(p, "')' behind the field");
        spl_hint(p, "an expression stands in eval(): %.*s(eval(...)) AS name",
                 (int)(call->name_end - call->start), p->text.data + call->start);
        return false;
    }
    if (sl_text_find_byte(word.text, '*', 0) != SIZE_MAX) {
        spl_fault(p, SL_DIAG_REFUSED, word.start, word.end, "'%s' with a wildcard is not run here",
                  p->command->name);
        spl_hint(p, "name the fields one by one");
        return false;
    }
    call->field = word.text;
    call->args[call->arg_count++] = spl_field(p, &word);
    return true;
}

/* What stands in the parentheses behind the aggregate's name. */
static bool group_arguments(spl_parser *p, group_call *call)
{
    uint32_t open = p->at++;
    p->open++;
    if (spl_peek(p) == ')') return spl_close(p, open);
    uint32_t before = p->at;
    if (spl_take_keyword(p, "eval") && spl_peek(p) == '(') {
        call->args[call->arg_count++] = spl_eval(p);
        if (call->args[0] == NULL) return false;
    } else {
        p->at = before;
        if (!group_field(p, call)) return false;
    }
    return spl_close(p, open);
}

/* The column's name when none is given: the call as written, without the quotes of the field. */
static sl_text group_default_name(spl_parser *p, const group_call *call)
{
    if (call->field.length == 0) return sl_text_slice(p->text, call->start, call->end);
    return sl_arena_printf(p->builder.arena, "%.*s(%.*s)", (int)(call->name_end - call->start),
                           p->text.data + call->start, SL_TEXT_ARG(call->field));
}

static bool group_unknown(spl_parser *p, const group_call *call)
{
    sl_text name = sl_text_slice(p->text, call->start, call->name_end);
    if (sl_text_equal_nocase(name, SL_TEXT("sparkline"))) {
        spl_fault(p, SL_DIAG_REFUSED, call->start, call->name_end, "'sparkline' is not run here");
        spl_hint(p, "it draws a chart");
        return false;
    }
    spl_fault(p, SL_DIAG_FUNCTION, call->start, call->name_end, "no SPL aggregate '%.*s'",
              SL_TEXT_ARG(name));
    const char *nearest = sl_agg_nearest(&sl_spl_aggregates, name);
    if (nearest != NULL) spl_hint(p, "did you mean '%s'?", nearest);
    else spl_hint_usage(p);
    return false;
}

/* The end of an aggregate's name, which may carry a number: perc99.9. */
static uint32_t group_name_end(const spl_parser *p)
{
    size_t end = sl_scan_name(p->text, p->at);
    bool number = end > p->at && sl_is_digit(p->text.data[end - 1])
        && sl_byte_at(p->text, end) == '.' && sl_is_digit(sl_byte_at(p->text, end + 1));
    if (number) end++;
    while (number && sl_is_digit(sl_byte_at(p->text, end))) end++;
    return (uint32_t)end;
}

/* One aggregate with its column: `count`, `dc(user) AS users`. */
static bool group_item(spl_parser *p, sl_vector *items)
{
    if (!spl_count_term(p)) return false;
    spl_peek(p);
    group_call call = {.start = p->at, .name_end = group_name_end(p)};
    if (call.name_end == call.start) {
        spl_expected(p, "an aggregate");
        spl_hint_usage(p);
        return false;
    }
    p->at = call.name_end;
    if (spl_peek(p) == '(') {
        if (!group_arguments(p, &call)) return false;
    } else {
        p->at = call.name_end;
    }
    call.end = p->at;
    sl_span span = spl_span(p, call.start, call.end);
    double percent;
    const sl_agg *agg =
        sl_spl_aggregate_find(sl_text_slice(p->text, call.start, call.name_end), &percent);
    if (agg == NULL) return group_unknown(p, &call);
    if (percent >= 0 && call.arg_count == 1)
        call.args[call.arg_count++] = sl_build_constant(&p->builder, sl_real(percent), span);
    sl_agg_item item;
    if (!sl_build_agg(&p->builder, agg, call.args, call.arg_count, span, &item)) return false;
    spl_word name = {.text = group_default_name(p, &call), .start = call.start, .end = call.end};
    if (spl_take_keyword(p, "AS") && !spl_read_word(p, &name)) return false;
    item.out = spl_field_number(p, &name);
    sl_agg_item *slot = sl_vector_add(items, p->builder.arena, sizeof *slot);
    if (slot == NULL || item.out == SL_FIELD_NONE) return false;
    *slot = item;
    return true;
}

/* The names behind BY. */
static bool group_keys(spl_parser *p, const spl_option *options, uint32_t count, sl_vector *keys)
{
    do {
        spl_word name;
        if (!spl_read_word(p, &name)) return false;
        if (sl_text_find_byte(name.text, '*', 0) != SIZE_MAX)
            return spl_fault(p, SL_DIAG_REFUSED, name.start, name.end,
                             "a wildcard behind BY is not run here");
        sl_field *key = sl_vector_add(keys, p->builder.arena, sizeof *key);
        if (key == NULL) return false;
        *key = spl_field_number(p, &name);
        if (*key == SL_FIELD_NONE) return false;
        spl_skip_commas(p);
        if (!spl_read_options(p, options, count)) return false;
    } while (!spl_at_end(p));
    return true;
}

bool spl_command_stats(void *parser)
{
    spl_parser *p = parser;
    spl_word ignored;
    const spl_option options[] = {
        {.name = "partitions", .text = &ignored},
        {.name = "allnum", .text = &ignored},
        {.name = "delim", .text = &ignored},
        {.name = "dedup_splitvals", .text = &ignored},
    };
    sl_vector items = {0}, keys = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    bool by = false;
    do {
        if (!group_item(p, &items)) return false;
        spl_skip_commas(p);
        by = spl_take_keyword(p, "BY");
    } while (!by && !spl_at_end(p));
    if (by && !group_keys(p, options, SL_COUNT(options), &keys)) return false;
    sl_op *op = spl_op(p, SL_OP_AGGREGATE);
    if (op == NULL) return false;
    op->aggregate = (sl_op_aggregate){
        .keys = keys.items,
        .key_count = keys.count,
        .items = items.items,
        .item_count = items.count,
        .expand_keys = true,
        .empty_row = true,
        .sort_keys = true,
    };
    return true;
}
