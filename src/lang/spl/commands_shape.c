/* commands_shape.c - commands that name ranges, follow trends and turn results round: rangemap,
 * setfields, trendline, transpose, uniq, and fieldformat, which is about how a field is shown. */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"

#include "base/number.h"

/* What a value looks like is for who shows it: here, as in an export, it stays as it is. The
 * expression is read, so that what is wrong with it is said. */
bool spl_command_fieldformat(void *parser)
{
    spl_parser *p = parser;
    do {
        spl_word name;
        if (!spl_read_word(p, &name) || !spl_expect(p, '=', "the name of the field")) return false;
        if (spl_eval(p) == NULL) return false;
    } while (spl_take(p, ','));
    return true;
}

bool spl_command_setfields(void *parser)
{
    spl_parser *p = parser;
    sl_vector assigns = {0};
    do {
        spl_word name, value;
        if (!spl_read_word(p, &name) || !spl_expect(p, '=', "the name of the field")) return false;
        if (!spl_read_value(p, &value)) return false;
        const sl_expr *text = sl_build_text(&p->builder, value.text, spl_word_span(p, &value));
        if (!spl_assign(p, &assigns, name.text, text, false)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return spl_add_extend(p, &assigns);
}

/* rangemap. */

/* 1-30, -5-0.5: both ends are in it. */
static bool shape_range(sl_text t, double *low, double *high)
{
    size_t dash = sl_text_find_byte(t, '-', 1);
    return dash != SIZE_MAX && sl_number_parse(sl_text_slice(t, 0, dash), low)
        && sl_number_parse(sl_text_slice(t, dash + 1, t.length), high);
}

/* if(low <= field AND field <= high, name, null()) */
static const sl_expr *shape_within(spl_parser *p, const sl_expr *field, const spl_word *name,
                                   const double ends[2])
{
    sl_span span = spl_word_span(p, name);
    const sl_expr *low[2] = {field, sl_build_constant(&p->builder, sl_real(ends[0]), span)};
    const sl_expr *high[2] = {field, sl_build_constant(&p->builder, sl_real(ends[1]), span)};
    const sl_expr *both[2] = {sl_build_call(&p->builder, &sl_spl_greater_equal, low, 2, span),
                              sl_build_call(&p->builder, &sl_spl_less_equal, high, 2, span)};
    const sl_expr *choice[3] = {sl_build_logic(&p->builder, SL_EXPR_AND, both, 2, span),
                                sl_build_text(&p->builder, name->text, span),
                                sl_build_constant(&p->builder, sl_missing(), span)};
    return spl_call(p, "if", choice, 3, span);
}

/* NAME=LOW-HIGH, added to `ranges`. */
static bool shape_read_range(spl_parser *p, const sl_expr *field, const spl_word *name,
                             sl_vector *ranges)
{
    spl_word value;
    double ends[2];
    if (!spl_read_value(p, &value)) return false;
    if (!shape_range(value.text, &ends[0], &ends[1])) {
        spl_fault(p, SL_DIAG_OPTION, value.start, value.end, "a range is two numbers: 1-30");
        spl_hint_usage(p);
        return false;
    }
    const sl_expr *range = shape_within(p, field, name, ends);
    return range != NULL && spl_count_term(p)
        && sl_vector_add_pointer(ranges, p->builder.arena, range);
}

bool spl_command_rangemap(void *parser)
{
    spl_parser *p = parser;
    spl_word field = {0}, other = {.text = SL_TEXT("None")}, name;
    sl_vector ranges = {0}, assigns = {0};
    const sl_expr *value = NULL;
    while (!spl_at_end(p)) {
        if (!spl_read_word(p, &name) || !spl_expect(p, '=', "the name")) return false;
        if (sl_text_equal_nocase(name.text, SL_TEXT("field"))) {
            if (!spl_read_value(p, &field)) return false;
            value = spl_field(p, &field);
        } else if (sl_text_equal_nocase(name.text, SL_TEXT("default"))) {
            if (!spl_read_value(p, &other)) return false;
        } else if (value == NULL) {
            spl_fault(p, SL_DIAG_SYNTAX, name.start, name.end, "field= stands before the ranges");
            return false;
        } else if (!shape_read_range(p, value, &name, &ranges)) {
            return false;
        }
        spl_skip_commas(p);
    }
    if (ranges.count == 0) {
        spl_expected(p, "a range: NAME=LOW-HIGH");
        spl_hint_usage(p);
        return false;
    }
    sl_span span = p->command_span;
    const sl_expr *either[2] = {spl_call(p, "mvappend", ranges.items, ranges.count, span),
                                sl_build_text(&p->builder, other.text, span)};
    return spl_assign(p, &assigns, SL_TEXT("range"), spl_call(p, "coalesce", either, 2, span),
                      false)
        && spl_add_extend(p, &assigns);
}

/* trendline. */

typedef struct shape_trend {
    spl_word field, name;
    uint64_t period;
    bool weighted;
} shape_trend;

/* sma5(field) [AS name] */
static bool shape_read_trend(spl_parser *p, shape_trend *trend)
{
    spl_word call;
    if (!spl_read_word(p, &call)) return false;
    size_t open = sl_text_find_byte(call.text, '(', 0);
    sl_text kind = sl_text_slice(call.text, 0, open == SIZE_MAX ? call.text.length : open);
    size_t letters = 0;
    while (letters < kind.length && !sl_is_digit(kind.data[letters])) letters++;
    spl_word digits = {.text = sl_text_slice(kind, letters, kind.length)};
    sl_text type = sl_text_slice(kind, 0, letters);
    trend->weighted = sl_text_equal_nocase(type, SL_TEXT("wma"));
    if (sl_text_equal_nocase(type, SL_TEXT("ema")))
        return spl_fault(p, SL_DIAG_REFUSED, call.start, call.end,
                         "ema of trendline is not run here");
    bool known = trend->weighted || sl_text_equal_nocase(type, SL_TEXT("sma"));
    if (open == SIZE_MAX || !known || !spl_word_count(&digits, &trend->period) || trend->period < 2
        || trend->period > 10000) {
        spl_fault(p, SL_DIAG_SYNTAX, call.start, call.end,
                  "a trend is sma or wma, a period from 2 to 10000, and a field: sma5(count)");
        return false;
    }
    trend->field = call;
    trend->field.text = sl_text_slice(call.text, open + 1, call.text.length - 1);
    trend->name = call;
    return !spl_take_keyword(p, "AS") || spl_read_word(p, &trend->name);
}

static bool shape_let(spl_parser *p, sl_field field, const sl_expr *value)
{
    sl_vector assigns = {0};
    return spl_assign(p, &assigns, sl_fields_name(p->builder.fields, field), value, false)
        && spl_add_extend(p, &assigns);
}

static const sl_expr *shape_two(spl_parser *p, const sl_fn *fn, const sl_expr *a, const sl_expr *b)
{
    const sl_expr *args[2] = {a, b};
    return sl_build_call(&p->builder, fn, args, 2, p->command_span);
}

static const sl_expr *shape_of(spl_parser *p, sl_field field)
{
    return spl_field_expr(p, field, p->command_span);
}

/* The fields that a trend needs on its way. */
typedef struct shape_fields {
    sl_field row, product, sum, weighted;
} shape_fields;

/* The mean of the last rows is their sum by their number. Weighted, the last row counts `period`
 * times and the first once: that is the sum of (row - (last - period)) * value, so the sums of
 * row * value and of value tell it. */
static const sl_expr *shape_mean(spl_parser *p, const shape_trend *trend, const shape_fields *f)
{
    int64_t n = (int64_t)trend->period;
    sl_span span = p->command_span;
    const sl_expr *period = sl_build_constant(&p->builder, sl_integer(n), span);
    if (!trend->weighted) return shape_two(p, &sl_spl_divide, shape_of(p, f->sum), period);
    const sl_expr *before = shape_two(p, &sl_spl_subtract, shape_of(p, f->row), period);
    const sl_expr *part = shape_two(p, &sl_spl_multiply, before, shape_of(p, f->sum));
    const sl_expr *weighted = shape_two(p, &sl_spl_subtract, shape_of(p, f->weighted), part);
    const sl_expr *weights = sl_build_constant(&p->builder, sl_integer(n * (n + 1) / 2), span);
    return shape_two(p, &sl_spl_divide, weighted, weights);
}

static bool shape_follow(spl_parser *p, const shape_trend *trend)
{
    const shape_fields f = {spl_hidden(p, "row"), spl_hidden(p, "product"), spl_hidden(p, "sum"),
                            spl_hidden(p, "weighted")};
    const sl_field all[4] = {f.row, f.product, f.sum, f.weighted};
    sl_span span = p->command_span;
    sl_vector rows = {0}, sums = {0}, none = {0}, assigns = {0};
    if (!spl_add_item(p, &rows, "count", NULL, f.row)
        || spl_group_window(p, &rows, &none, /* whole= */ false) == NULL)
        return false;
    const sl_expr *value = spl_field(p, &trend->field);
    if (!shape_let(p, f.product, shape_two(p, &sl_spl_multiply, shape_of(p, f.row), value)))
        return false;
    if (!spl_add_item(p, &sums, "sum", value, f.sum)
        || !spl_add_item(p, &sums, "sum", shape_of(p, f.product), f.weighted))
        return false;
    sl_op *op = spl_group_window(p, &sums, &none, /* whole= */ false);
    if (op == NULL) return false;
    op->window.rows_max = trend->period;
    const sl_expr *period =
        sl_build_constant(&p->builder, sl_integer((int64_t)trend->period), span);
    const sl_expr *choice[3] = {shape_two(p, &sl_spl_greater_equal, shape_of(p, f.row), period),
                                shape_mean(p, trend, &f),
                                sl_build_constant(&p->builder, sl_missing(), span)};
    return spl_assign(p, &assigns, trend->name.text, spl_call(p, "if", choice, 3, span), false)
        && spl_add_extend(p, &assigns) && spl_add_fields_op(p, SL_OP_REMOVE, all, SL_COUNT(all));
}

bool spl_command_trendline(void *parser)
{
    spl_parser *p = parser;
    do {
        shape_trend trend;
        if (!shape_read_trend(p, &trend) || !shape_follow(p, &trend)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return true;
}

bool spl_command_transpose(void *parser)
{
    spl_parser *p = parser;
    spl_word count, header = {0}, name = {.text = SL_TEXT("column")};
    bool empty = true;
    uint64_t rows = 5;
    const spl_option options[] = {{.name = "column_name", .text = &name},
                                  {.name = "header_field", .text = &header},
                                  {.name = "include_empty", .flag = &empty}};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_at_end(p)) {
        if (!spl_read_word(p, &count)) return false;
        if (!spl_word_count(&count, &rows))
            return spl_fault(p, SL_DIAG_OPTION, count.start, count.end,
                             "'transpose' takes a whole number");
        if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    }
    sl_op *op = spl_op(p, SL_OP_TRANSPOSE);
    if (op == NULL) return false;
    op->transpose = (sl_op_transpose){.rows = rows,
                                      .name = spl_field_number(p, &name),
                                      .header = SL_FIELD_NONE,
                                      .skip_empty = !empty};
    if (header.end != 0) op->transpose.header = spl_field_number(p, &header);
    return op->transpose.name != SL_FIELD_NONE
        && (header.end == 0 || op->transpose.header != SL_FIELD_NONE);
}

bool spl_command_uniq(void *parser)
{
    sl_op *op = spl_op(parser, SL_OP_DEDUP);
    if (op == NULL) return false;
    op->dedup = (sl_op_dedup){.keep = 1, .keep_missing = true, .consecutive = true};
    return true;
}
