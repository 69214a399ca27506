/* commands_group.c - commands that group events: stats, eventstats, streamstats.
 *
 * An aggregate's argument is the name of a field, or eval(expression); its column is called as it
 * is written when there is no AS. A row that lacks a BY field is dropped, a list in a BY field
 * counts for each of its values (Splunk Search Reference, "stats"). */
#include "func/spl.h"
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"
#include "lang/spl/inner.h"

enum { GROUP_ARGS_MAX = 2, GROUP_TOTALS_MAX = 100 };

typedef struct group_call {
    uint32_t start, name_end, end;
    const sl_expr *args[GROUP_ARGS_MAX];
    uint32_t arg_count;
    sl_text field;             /* the argument when it is a field's name */
    const sl_pattern *pattern; /* the argument when it is a name with stars */
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
    call->field = word.text;
    if (!spl_has_star(word.text)) {
        call->args[call->arg_count++] = spl_field(p, &word);
        return true;
    }
    call->pattern = sl_pattern_new(word.text, p->builder.arena);
    call->args[call->arg_count++] = sl_build_text(&p->builder, word.text, spl_word_span(p, &word));
    if (call->pattern != NULL) return true;
    return spl_fault(p, SL_DIAG_LIMIT, word.start, word.end, "a name with more than %d stars",
                     SL_PATTERN_STARS_MAX);
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

/* What goes by time goes by the _time that the row has by then. */
static bool group_time(spl_parser *p, sl_agg_item *item)
{
    if ((item->agg->flags & SL_AGG_TIMED) == 0) return true;
    if (item->arg_count == 0)
        item->args[item->arg_count++] = sl_build_constant(&p->builder, sl_integer(1), item->span);
    item->args[item->arg_count] = sl_build_field(&p->builder, SL_TEXT("_time"), item->span);
    return item->args[item->arg_count++] != NULL && item->args[0] != NULL;
}

static bool group_is_sparkline(const spl_parser *p, const group_call *call)
{
    return sl_text_equal_nocase(sl_text_slice(p->text, call->start, call->name_end),
                                SL_TEXT("sparkline"));
}

/* The column's name when none is given: the call as written, without the quotes of the field. */
static sl_text group_default_name(spl_parser *p, const group_call *call)
{
    if (call->field.length == 0 || group_is_sparkline(p, call))
        return sl_text_slice(p->text, call->start, call->end);
    return sl_arena_printf(p->builder.arena, "%.*s(%.*s)", (int)(call->name_end - call->start),
                           p->text.data + call->start, SL_TEXT_ARG(call->field));
}

static bool group_unknown(spl_parser *p, const group_call *call)
{
    sl_text name = sl_text_slice(p->text, call->start, call->name_end);
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

/* The aggregate that is called, with its arguments made ready. */
static const sl_agg *group_function(spl_parser *p, group_call *call)
{
    double percent;
    sl_text name = sl_text_slice(p->text, call->start, call->name_end);
    const sl_agg *agg = sl_spl_aggregate_find(name, &percent);
    if (agg == NULL) {
        group_unknown(p, call);
        return NULL;
    }
    if (percent >= 0 && call->arg_count == 1)
        call->args[call->arg_count++] =
            sl_build_constant(&p->builder, sl_real(percent), spl_span(p, call->start, call->end));
    return agg;
}

/* per_hour(x) in buckets of 5 minutes is sum(x * 12). */
static const sl_agg *group_rate(spl_parser *p, const spl_group *group, group_call *call)
{
    static const struct {
        const char *name;
        double seconds;
    } rates[] = {{"per_day", 86400}, {"per_hour", 3600}, {"per_minute", 60}, {"per_second", 1}};
    sl_text name = sl_text_slice(p->text, call->start, call->name_end);
    for (size_t i = 0; i < SL_COUNT(rates) && call->arg_count == 1; i++) {
        if (!sl_text_equal_nocase(name, sl_text_from(rates[i].name))) continue;
        sl_span span = spl_span(p, call->start, call->end);
        if (!group->rates) {
            spl_fault(p, SL_DIAG_FUNCTION, call->start, call->name_end,
                      "'%s' is an aggregate of timechart alone", rates[i].name);
            return NULL;
        }
        if (!(group->bucket > 0)) {
            spl_fault(p, SL_DIAG_REFUSED, call->start, call->name_end,
                      "'%s' without span= is not run here", rates[i].name);
            spl_hint(p, "give the size of a bucket, as in span=1h");
            return NULL;
        }
        const sl_expr *args[2] = {
            call->args[0],
            sl_build_constant(&p->builder, sl_real(rates[i].seconds / group->bucket), span)};
        call->args[0] = sl_build_call(&p->builder, &sl_spl_multiply, args, 2, span);
        return sl_agg_find(&sl_spl_aggregates, SL_TEXT("sum"));
    }
    return group_function(p, call);
}

static bool group_add(spl_parser *p, spl_group *group, sl_agg_item item, const spl_word *name)
{
    item.out = spl_field_number(p, name);
    sl_agg_item *slot = sl_vector_add(&group->items, p->builder.arena, sizeof *slot);
    if (slot == NULL || item.out == SL_FIELD_NONE) return false;
    *slot = item;
    return true;
}

/* An item for each field that a name with stars stands for, or one that says so to the operator. */
static bool group_add_pattern(spl_parser *p, spl_group *group, sl_agg_item item,
                              const group_call *call, const spl_word *name)
{
    sl_vector fields = {0};
    item.pattern = call->pattern;
    item.out_pattern = sl_pattern_new(name->text, p->builder.arena);
    if (item.out_pattern == NULL || item.out_pattern->star_count != item.pattern->star_count) {
        spl_fault(p, SL_DIAG_TYPE, call->start, name->end > call->end ? name->end : call->end,
                  "the column needs as many stars as the field");
        spl_hint(p, "each star of the new name takes the text under one of the old");
        return false;
    }
    if (!spl_known_matches(p, call->pattern, &fields)) {
        spl_word any = {.text = SL_TEXT("*"), .start = name->start, .end = name->end};
        return group_add(p, group, item, &any);
    }
    const sl_field *list = fields.items;
    for (uint32_t i = 0; i < fields.count; i++) {
        sl_agg_item one = item;
        sl_text stars[SL_PATTERN_STARS_MAX];
        sl_text old = sl_fields_name(p->builder.fields, list[i]);
        one.args[0] = spl_field_expr(p, list[i], item.span);
        if (one.args[0] == NULL || !sl_pattern_match(item.pattern, old, stars)) return false;
        spl_word column = *name;
        column.text = sl_pattern_make(item.out_pattern, stars, p->builder.arena);
        if (!spl_count_term(p) || !group_add(p, group, one, &column)) return false;
    }
    return true;
}

/* sparkline(count), sparkline(count(field)): the aggregate inside, of which there is this one. */
static bool group_sparkline(spl_parser *p, group_call *call)
{
    uint32_t open = p->at++;
    p->open++;
    spl_peek(p);
    uint32_t start = p->at;
    if (!spl_take_keyword(p, "count") && !spl_take_keyword(p, "c")) {
        spl_fault(p, SL_DIAG_REFUSED, start, start, "a sparkline counts here, and nothing else");
        spl_hint(p, "sparkline(count) or sparkline(count(field))");
        return false;
    }
    if (spl_peek(p) == '(' && !group_arguments(p, call)) return false;
    if (spl_peek(p) == ',')
        return spl_fault(p, SL_DIAG_REFUSED, p->at, p->at + 1,
                         "the span of a sparkline is chosen here");
    return spl_close(p, open);
}

bool spl_group_item(spl_parser *p, spl_group *group)
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
        bool nested = group_is_sparkline(p, &call);
        if (nested ? !group_sparkline(p, &call) : !group_arguments(p, &call)) return false;
    } else {
        p->at = call.name_end;
    }
    call.end = p->at;
    sl_span span = spl_span(p, call.start, call.end);
    spl_word name = {.text = group_default_name(p, &call), .start = call.start, .end = call.end};
    const sl_agg *agg = group_rate(p, group, &call);
    sl_agg_item item;
    if (agg == NULL || !sl_build_agg(&p->builder, agg, call.args, call.arg_count, span, &item)
        || !group_time(p, &item))
        return false;
    if (spl_take_keyword(p, "AS") && !spl_read_word(p, &name)) return false;
    if (call.pattern != NULL) return group_add_pattern(p, group, item, &call, &name);
    return group_add(p, group, item, &name);
}

bool spl_group_items(spl_parser *p, spl_group *group, bool *out_by)
{
    *out_by = false;
    do {
        if (!spl_group_item(p, group)) return false;
        spl_skip_commas(p);
        if (!spl_read_options(p, group->options, group->option_count)) return false;
        spl_skip_commas(p);
        *out_by = spl_take_keyword(p, "BY");
    } while (!*out_by && !spl_at_end(p));
    return true;
}

/* A key: one field, or those known that a name with stars stands for. */
static bool group_key(spl_parser *p, spl_group *group)
{
    spl_word word;
    sl_name name;
    if (!spl_read_name(p, &word, &name)) return false;
    if (name.pattern == NULL) return spl_add_field(p, &group->keys, name.field);
    if (spl_known_matches(p, name.pattern, &group->keys)) return true;
    spl_fault(p, SL_DIAG_REFUSED, word.start, word.end,
              "a wildcard behind BY is not run here where the fields are not known");
    spl_hint(p, "name the fields, or put | table or | stats in front");
    return false;
}

bool spl_group_keys(spl_parser *p, spl_group *group)
{
    do {
        if (!group_key(p, group)) return false;
        spl_skip_commas(p);
        if (!spl_read_options(p, group->options, group->option_count)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return true;
}

bool spl_group_read(spl_parser *p, spl_group *group)
{
    bool by;
    return spl_read_options(p, group->options, group->option_count)
        && spl_group_items(p, group, &by) && (!by || spl_group_keys(p, group));
}

void spl_group_settle(spl_group *group)
{
    sl_agg_item *items = group->items.items;
    const sl_field *keys = group->keys.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < group->items.count; i++) {
        sl_agg_item item = items[i];
        bool written_out = item.pattern != NULL && item.args[0]->kind == SL_EXPR_FIELD, key = false;
        for (uint32_t k = 0; k < group->keys.count && written_out; k++)
            key = key || item.args[0]->field == keys[k];
        if (written_out) item.pattern = item.out_pattern = NULL;
        if (!key) items[kept++] = item;
    }
    group->items.count = kept;
}

bool spl_group_stats(spl_parser *p, spl_group *group)
{
    spl_group_settle(group);
    sl_op *op = spl_op(p, SL_OP_AGGREGATE);
    if (op == NULL) return false;
    op->aggregate = (sl_op_aggregate){
        .keys = group->keys.items,
        .key_count = group->keys.count,
        .items = group->items.items,
        .item_count = group->items.count,
        .expand_keys = true,
        .empty_row = true,
        .sort_keys = true,
    };
    return true;
}

/* One row for all events in which no aggregate has a value is no row. */
static bool group_drop_empty(spl_parser *p, const spl_group *group)
{
    const sl_agg_item *items = group->items.items;
    const sl_expr *values[GROUP_TOTALS_MAX];
    if (group->keys.count > 0 || group->items.count > GROUP_TOTALS_MAX) return true;
    for (uint32_t i = 0; i < group->items.count; i++) {
        if ((items[i].agg->flags & SL_AGG_TOTAL) != 0 || items[i].pattern != NULL) return true;
        values[i] = spl_field_expr(p, items[i].out, items[i].span);
    }
    const sl_expr *any = spl_call(p, "coalesce", values, group->items.count, p->command_span);
    return spl_add_filter(p, spl_call(p, "isnotnull", &any, 1, p->command_span));
}

sl_op *spl_group_window(spl_parser *p, const sl_vector *items, const sl_vector *keys, bool whole)
{
    sl_op *op = spl_op(p, SL_OP_WINDOW);
    if (op == NULL) return NULL;
    op->window = (sl_op_window){.keys = keys->items,
                                .key_count = keys->count,
                                .items = items->items,
                                .item_count = items->count,
                                .whole = whole};
    return op;
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
    spl_group group = {.options = options, .option_count = SL_COUNT(options)};
    return spl_group_read(p, &group) && spl_group_stats(p, &group) && group_drop_empty(p, &group);
}

bool spl_command_eventstats(void *parser)
{
    spl_parser *p = parser;
    spl_word ignored;
    const spl_option options[] = {{.name = "allnum", .text = &ignored},
                                  {.name = "limit", .text = &ignored}};
    spl_group group = {.options = options, .option_count = SL_COUNT(options)};
    if (!spl_group_read(p, &group)) return false;
    spl_group_settle(&group);
    return spl_group_window(p, &group.items, &group.keys, /* whole= */ true) != NULL;
}

/* reset_before=(CONDITION), also as a text: "(CONDITION)". */
static bool group_reset(spl_parser *p, void *target)
{
    const sl_expr **out = target;
    spl_word word;
    if (spl_peek(p) == '(') {
        uint32_t open = p->at++;
        p->open++;
        *out = spl_condition(p);
        return *out != NULL && spl_close(p, open);
    }
    if (!spl_read_value(p, &word)) return false;
    *out = spl_eval_text(p, word.text, spl_word_span(p, &word));
    if (*out == NULL || spl_is_boolean(*out)) return *out != NULL;
    return spl_fault(p, SL_DIAG_TYPE, word.start, word.end, "a reset takes a condition");
}

/* time_window=10m. */
static bool group_time_window(spl_parser *p, const spl_word *word, sl_time *out)
{
    int64_t months;
    if (word->end == 0) return true;
    if (sl_spl_span_parse(word->text, out, &months) && months == 0) return true;
    spl_fault(p, SL_DIAG_OPTION, word->start, word->end, "this is no span of time");
    spl_hint(p, "as in 30s, 5m, 2h or 1d");
    return false;
}

bool spl_command_streamstats(void *parser)
{
    spl_parser *p = parser;
    spl_word ignored, time = {0};
    bool current = true, global = true;
    sl_op_window how = {0};
    const spl_option options[] = {
        {.name = "allnum", .text = &ignored},
        {.name = "current", .flag = &current},
        {.name = "window", .count = &how.rows_max},
        {.name = "global", .flag = &global},
        {.name = "time_window", .text = &time},
        {.name = "reset_on_change", .flag = &how.reset_on_change},
        {.name = "reset_before", .take = group_reset, .target = &how.reset_before},
        {.name = "reset_after", .take = group_reset, .target = &how.reset_after},
    };
    spl_group group = {.options = options, .option_count = SL_COUNT(options)};
    if (!spl_group_read(p, &group) || !group_time_window(p, &time, &how.span_max)) return false;
    spl_group_settle(&group);
    sl_op *op = spl_group_window(p, &group.items, &group.keys, /* whole= */ false);
    if (op == NULL) return false;
    op->window.without_self = !current;
    op->window.rows_max = how.rows_max;
    op->window.global = global && how.rows_max > 0;
    op->window.span_max = how.span_max;
    op->window.reset_before = how.reset_before;
    op->window.reset_after = how.reset_after;
    op->window.reset_on_change = how.reset_on_change;
    return true;
}
