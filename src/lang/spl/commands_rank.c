/* commands_rank.c - commands that keep some rows of each group: dedup, top, rare.
 *
 * top is: count by the fields, add the total of the group, sort, keep the first, and say how many
 * per cent each is (Splunk Search Reference, "top"). */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"

/* The names behind `sortby`, with their signs, into a sort. */
static bool rank_sort_by(spl_parser *p)
{
    sl_vector keys = {0};
    do {
        spl_word name;
        char c = spl_peek(p);
        if (c == '-' || c == '+') p->at++;
        if (!spl_read_word(p, &name)) return false;
        sl_sort_key *key = sl_vector_add(&keys, p->builder.arena, sizeof *key);
        if (key == NULL) return false;
        *key = (sl_sort_key){.field = spl_field_number(p, &name), .descending = c == '-'};
        if (key->field == SL_FIELD_NONE) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    sl_op *op = spl_op(p, SL_OP_SORT);
    if (op == NULL) return false;
    op->sort = (sl_op_sort){.keys = keys.items, .key_count = keys.count};
    return true;
}

/* Digits alone at the cursor, as in `top 5 user`. */
static bool rank_count(spl_parser *p, uint64_t *out)
{
    spl_peek(p);
    uint32_t end = p->at;
    while (sl_is_digit(sl_byte_at(p->text, end))) end++;
    if (end == p->at || !sl_is_space(sl_byte_at(p->text, end))) return true;
    spl_word word = {.text = sl_text_slice(p->text, p->at, end), .start = p->at, .end = end};
    p->at = end;
    if (spl_word_count(&word, out)) return true;
    return spl_fault(p, SL_DIAG_OPTION, word.start, word.end, "this number is too large");
}

bool spl_command_dedup(void *parser)
{
    spl_parser *p = parser;
    sl_op_dedup how = {.keep = 1};
    const spl_option options[] = {
        {.name = "keepevents", .flag = &how.keep_rows},
        {.name = "keepempty", .flag = &how.keep_missing},
        {.name = "consecutive", .flag = &how.consecutive},
    };
    sl_vector keys = {0};
    bool sorted = false;
    if (!rank_count(p, &how.keep)) return false;
    do {
        spl_word name;
        if (!spl_read_options(p, options, SL_COUNT(options))) return false;
        if (spl_at_end(p) && keys.count > 0) break;
        sorted = keys.count > 0 && spl_take_keyword(p, "sortby");
        if (sorted) break;
        if (!spl_read_word(p, &name) || !spl_add_field(p, &keys, spl_field_number(p, &name)))
            return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    if (how.keep == 0)
        return spl_fault(p, SL_DIAG_OPTION, p->at, p->at, "dedup keeps 1 row or more of each");
    sl_op *op = spl_op(p, SL_OP_DEDUP);
    if (op == NULL) return false;
    how.keys = keys.items;
    how.key_count = keys.count;
    op->dedup = how;
    return !sorted || rank_sort_by(p);
}

typedef struct rank {
    sl_vector fields, by; /* of sl_field */
    uint64_t limit;
    bool rare, show_count, show_percent, use_other;
    sl_field count, percent, total, place;
    spl_word other; /* what the rest is called */
} rank;

/* Names up to the end of the command or BY. */
static bool rank_names(spl_parser *p, const spl_option *options, uint32_t option_count,
                       sl_vector *names, bool *out_by)
{
    *out_by = false;
    do {
        spl_word name;
        if (!spl_read_options(p, options, option_count)) return false;
        if (spl_at_end(p) && names->count > 0) break;
        if (!spl_read_word(p, &name) || !spl_add_field(p, names, spl_field_number(p, &name)))
            return false;
        spl_skip_commas(p);
        *out_by = spl_take_keyword(p, "BY");
    } while (!*out_by && !spl_at_end(p));
    return true;
}

static bool rank_aggregate(spl_parser *p, const rank *r)
{
    spl_group group = {0};
    const sl_field *by = r->by.items, *fields = r->fields.items;
    for (uint32_t i = 0; i < r->by.count; i++)
        if (!spl_add_field(p, &group.keys, by[i])) return false;
    for (uint32_t i = 0; i < r->fields.count; i++)
        if (!spl_add_field(p, &group.keys, fields[i])) return false;
    return spl_add_item(p, &group.items, "count", NULL, r->count) && spl_group_stats(p, &group);
}

/* Adds to each row the total of its group, or (`place`) its place in it. */
static bool rank_window(spl_parser *p, const rank *r, sl_field out, bool place)
{
    sl_vector items = {0};
    const sl_expr *count = place ? NULL : spl_field_expr(p, r->count, p->command_span);
    return spl_add_item(p, &items, place ? "count" : "sum", count, out)
        && spl_group_window(p, &items, &r->by, /* whole= */ !place) != NULL;
}

/* By group, then by `last`. */
static bool rank_sort(spl_parser *p, const rank *r, sl_field last, bool descending)
{
    sl_sort_key *keys = SL_ARENA_ARRAY(p->builder.arena, r->by.count + 1, sl_sort_key);
    const sl_field *by = r->by.items;
    if (keys == NULL) return false;
    for (uint32_t i = 0; i < r->by.count; i++) keys[i] = (sl_sort_key){.field = by[i]};
    keys[r->by.count] = (sl_sort_key){.field = last, .descending = descending};
    sl_op *op = spl_op(p, SL_OP_SORT);
    if (op == NULL) return false;
    op->sort = (sl_op_sort){.keys = keys, .key_count = r->by.count + 1};
    return true;
}

/* place <= limit */
static const sl_expr *rank_within(spl_parser *p, const rank *r)
{
    const sl_expr *args[2] = {
        spl_field_expr(p, r->place, p->command_span),
        sl_build_constant(&p->builder, sl_integer((int64_t)r->limit), p->command_span)};
    return sl_build_call(&p->builder, &sl_spl_less_equal, args, 2, p->command_span);
}

/* The first rows of all, or of each group. */
static bool rank_limit(spl_parser *p, const rank *r)
{
    if (r->limit == 0) return true;
    if (r->by.count == 0) {
        sl_op *op = spl_op(p, SL_OP_LIMIT);
        if (op == NULL) return false;
        op->limit.count = r->limit;
        return true;
    }
    return rank_window(p, r, r->place, /* place= */ true) && spl_add_filter(p, rank_within(p, r));
}

/* percent := round(count / total * 100, 6) */
static bool rank_percent(spl_parser *p, const rank *r)
{
    sl_span span = p->command_span;
    sl_vector assigns = {0};
    const sl_expr *parts[2] = {spl_field_expr(p, r->count, span),
                               spl_field_expr(p, r->total, span)};
    const sl_expr *scaled[2] = {sl_build_call(&p->builder, &sl_spl_divide, parts, 2, span),
                                sl_build_constant(&p->builder, sl_integer(100), span)};
    const sl_expr *rounded[2] = {sl_build_call(&p->builder, &sl_spl_multiply, scaled, 2, span),
                                 sl_build_constant(&p->builder, sl_integer(6), span)};
    const sl_expr *percent = spl_call(p, "round", rounded, 2, span);
    return spl_assign(p, &assigns, sl_fields_name(p->builder.fields, r->percent), percent, false)
        && spl_add_extend(p, &assigns);
}

/* The rows of each group beyond the limit as one row, whose values are all OTHER. */
static bool rank_other(spl_parser *p, rank *r)
{
    sl_vector assigns = {0};
    spl_group group = {0};
    const sl_field *by = r->by.items, *fields = r->fields.items;
    if (!rank_window(p, r, r->place, /* place= */ true)) return false;
    for (uint32_t i = 0; i < r->fields.count; i++) {
        const sl_expr *choice[3] = {rank_within(p, r),
                                    spl_field_expr(p, fields[i], p->command_span),
                                    sl_build_text(&p->builder, r->other.text, p->command_span)};
        if (!spl_assign(p, &assigns, sl_fields_name(p->builder.fields, fields[i]),
                        spl_call(p, "if", choice, 3, p->command_span), false))
            return false;
    }
    for (uint32_t i = 0; i < r->by.count; i++)
        if (!spl_add_field(p, &group.keys, by[i])) return false;
    for (uint32_t i = 0; i < r->fields.count; i++)
        if (!spl_add_field(p, &group.keys, fields[i])) return false;
    const struct {
        const char *aggregate;
        sl_field field;
    } items[] = {{"sum", r->count}, {"max", r->total}, {"min", r->place}};
    for (size_t i = 0; i < SL_COUNT(items); i++)
        if (!spl_add_item(p, &group.items, items[i].aggregate,
                          spl_field_expr(p, items[i].field, p->command_span), items[i].field))
            return false;
    return spl_add_extend(p, &assigns) && spl_group_stats(p, &group)
        && rank_sort(p, r, r->place, /* descending= */ false);
}

static bool rank_lower(spl_parser *p, rank *r)
{
    sl_vector kept = {0};
    const sl_field *by = r->by.items, *fields = r->fields.items;
    r->total = spl_hidden(p, "total");
    r->place = spl_hidden(p, "place");
    if (!rank_aggregate(p, r) || !rank_window(p, r, r->total, /* place= */ false)) return false;
    if (!rank_sort(p, r, r->count, /* descending= */ !r->rare)) return false;
    bool other = r->use_other && r->limit > 0;
    if (other ? !rank_other(p, r) : !rank_limit(p, r)) return false;
    if (!rank_percent(p, r)) return false;
    for (uint32_t i = 0; i < r->by.count; i++)
        if (!spl_add_field(p, &kept, by[i])) return false;
    for (uint32_t i = 0; i < r->fields.count; i++)
        if (!spl_add_field(p, &kept, fields[i])) return false;
    if (r->show_count && !spl_add_field(p, &kept, r->count)) return false;
    if (r->show_percent && !spl_add_field(p, &kept, r->percent)) return false;
    return spl_add_fields_op(p, SL_OP_PROJECT, kept.items, kept.count);
}

static bool rank_command(spl_parser *p, bool rare)
{
    rank r = {.limit = 10, .rare = rare, .show_count = true, .show_percent = true};
    spl_word count = {.text = SL_TEXT("count")}, percent = {.text = SL_TEXT("percent")};
    bool by;
    r.other.text = SL_TEXT("OTHER");
    const spl_option options[] = {
        {.name = "limit", .count = &r.limit},          {.name = "countfield", .text = &count},
        {.name = "percentfield", .text = &percent},    {.name = "showcount", .flag = &r.show_count},
        {.name = "showperc", .flag = &r.show_percent}, {.name = "useother", .flag = &r.use_other},
        {.name = "otherstr", .text = &r.other},
    };
    if (!spl_read_options(p, options, SL_COUNT(options)) || !rank_count(p, &r.limit)) return false;
    if (!rank_names(p, options, SL_COUNT(options), &r.fields, &by)) return false;
    if (by && !rank_names(p, options, SL_COUNT(options), &r.by, &by)) return false;
    r.count = spl_field_number(p, &count);
    r.percent = spl_field_number(p, &percent);
    return r.count != SL_FIELD_NONE && r.percent != SL_FIELD_NONE && rank_lower(p, &r);
}

bool spl_command_top(void *parser)
{
    return rank_command(parser, /* rare= */ false);
}

bool spl_command_rare(void *parser)
{
    return rank_command(parser, /* rare= */ true);
}
