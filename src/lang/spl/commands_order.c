/* commands_order.c - commands about the order of rows and how many are kept. */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"

enum { ORDER_SORT_LIMIT = 10000, ORDER_HEAD_LIMIT = 10 };

static const struct order_kind {
    const char *name;
    sl_sort_order order;
} order_kinds[] = {
    {"auto", SL_SORT_AUTO}, {"ip", SL_SORT_IP}, {"num", SL_SORT_NUMBER}, {"str", SL_SORT_TEXT}};

/* num(x) and the like become x; anything else is a name as it stands. */
static void order_split(spl_word *word, sl_sort_order *out)
{
    sl_text t = word->text;
    if (word->quote != '\0' || t.length == 0 || t.data[t.length - 1] != ')') return;
    for (size_t i = 0; i < SL_COUNT(order_kinds); i++) {
        size_t length = strlen(order_kinds[i].name);
        if (!sl_text_equal_nocase(sl_text_slice(t, 0, length), sl_text_from(order_kinds[i].name))
            || sl_byte_at(t, length) != '(')
            continue;
        word->text = sl_text_trim(sl_text_slice(t, length + 1, t.length - 1));
        *out = order_kinds[i].order;
        return;
    }
}

/* One sort key, with its sign. */
static bool order_key(spl_parser *p, sl_vector *keys)
{
    spl_word name;
    char c = spl_peek(p);
    if (c == '-' || c == '+') p->at++;
    if (!spl_read_word(p, &name)) return false;
    sl_sort_key *key = sl_vector_add(keys, p->builder.arena, sizeof *key);
    if (key == NULL) return false;
    key->order = SL_SORT_AUTO;
    key->descending = c == '-';
    order_split(&name, &key->order);
    key->field = spl_field_number(p, &name);
    return key->field != SL_FIELD_NONE;
}

/* d or desc at the end turns everything round. */
static bool order_reversed(spl_parser *p)
{
    uint32_t start = p->at;
    bool found = spl_take_keyword(p, "d") || spl_take_keyword(p, "desc");
    if (found && spl_at_end(p)) return true;
    p->at = start;
    found = spl_take_keyword(p, "a") || spl_take_keyword(p, "asc");
    if (!found || !spl_at_end(p)) p->at = start;
    return false;
}

/* A count in front of the names: digits alone, or limit=. */
static bool order_count(spl_parser *p, const char *name, uint64_t *out)
{
    const spl_option options[] = {{.name = name, .count = out}};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    spl_peek(p);
    uint32_t end = p->at;
    while (sl_is_digit(sl_byte_at(p->text, end))) end++;
    char next = sl_byte_at(p->text, end);
    bool alone =
        end >= p->text.length || sl_is_space(next) || next == '|' || next == ',' || next == ')';
    if (end == p->at || !alone) return true;
    spl_word word = {.text = sl_text_slice(p->text, p->at, end), .start = p->at, .end = end};
    p->at = end;
    spl_take(p, ',');
    if (spl_word_count(&word, out)) return true;
    return spl_fault(p, SL_DIAG_OPTION, word.start, word.end, "this number is too large");
}

bool spl_command_sort(void *parser)
{
    spl_parser *p = parser;
    uint64_t limit = UINT64_MAX; /* not given */
    sl_vector keys = {0};
    bool reversed = false;
    if (!order_count(p, "limit", &limit)) return false;
    do {
        if (!order_key(p, &keys)) return false;
        spl_skip_commas(p);
        reversed = order_reversed(p);
    } while (!spl_at_end(p));
    sl_sort_key *items = keys.items;
    for (uint32_t i = 0; reversed && i < keys.count; i++) items[i].descending ^= true;
    sl_op *op = spl_op(p, SL_OP_SORT);
    if (op == NULL) return false;
    op->sort.keys = items;
    op->sort.key_count = keys.count;
    op->sort.cut_is_fault = limit == UINT64_MAX;
    op->sort.limit = limit == UINT64_MAX ? ORDER_SORT_LIMIT : limit;
    return true;
}

/* The first rows, or the last ones, the very last first. */
static bool order_keep(spl_parser *p, uint64_t count, bool from_end)
{
    if (count == 0)
        return spl_add_filter(p, sl_build_constant(&p->builder, sl_bool(false), p->command_span));
    sl_op *op = spl_op(p, SL_OP_LIMIT);
    if (op == NULL) return false;
    op->limit = (sl_op_limit){.count = count, .from_end = from_end, .reversed = from_end};
    return true;
}

/* Rows up to the first for which the condition does not hold: such rows are counted, and those with
 * a count are dropped; with `keep_last` the first of them stays. */
static bool order_while(spl_parser *p, const sl_expr *condition, bool nulls, bool keep_last)
{
    sl_span span = p->command_span;
    sl_vector items = {0}, keys = {0};
    sl_field ended = spl_hidden(p, "ended");
    const sl_expr *held[2] = {condition, sl_build_constant(&p->builder, sl_bool(nulls), span)};
    const sl_expr *failed = sl_build_not(&p->builder, spl_call(p, "coalesce", held, 2, span), span);
    const sl_expr *none[2] = {spl_field_expr(p, ended, span),
                              sl_build_constant(&p->builder, sl_integer(0), span)};
    if (failed == NULL || !spl_add_item(p, &items, "count", failed, ended)) return false;
    sl_op *op = spl_group_window(p, &items, &keys, /* whole= */ false);
    if (op == NULL) return false;
    op->window.without_self = keep_last;
    return spl_add_filter(p, sl_build_call(&p->builder, &sl_spl_equal, none, 2, span))
        && spl_add_fields_op(p, SL_OP_REMOVE, &ended, 1);
}

bool spl_command_head(void *parser)
{
    spl_parser *p = parser;
    uint64_t count = UINT64_MAX; /* not given */
    bool nulls = false, keep_last = false;
    const spl_option options[] = {{.name = "limit", .count = &count},
                                  {.name = "null", .flag = &nulls},
                                  {.name = "keeplast", .flag = &keep_last}};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!order_count(p, "limit", &count)) return false;
    if (spl_at_end(p)) return order_keep(p, count == UINT64_MAX ? ORDER_HEAD_LIMIT : count, false);
    if (spl_peek(p) != '(') {
        spl_expected(p, "a number of rows or a condition in parentheses");
        spl_hint_usage(p);
        return false;
    }
    const sl_expr *condition = spl_condition(p);
    if (condition == NULL || !spl_read_options(p, options, SL_COUNT(options))) return false;
    return order_while(p, condition, nulls, keep_last)
        && (count == UINT64_MAX || order_keep(p, count, false));
}

bool spl_command_tail(void *parser)
{
    spl_parser *p = parser;
    uint64_t count = ORDER_HEAD_LIMIT;
    return order_count(p, "limit", &count) && order_keep(p, count, /* from_end= */ true);
}

bool spl_command_reverse(void *parser)
{
    sl_op *op = spl_op(parser, SL_OP_LIMIT);
    if (op == NULL) return false;
    op->limit = (sl_op_limit){.reversed = true};
    return true;
}
