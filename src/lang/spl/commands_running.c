/* commands_running.c - commands that compare a row with those around it, or add things up: accum,
 * delta, autoregress, addtotals, addcoltotals.
 *
 * All but the totals of a row are windows over the rows in their order (streamstats). */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"
#include "lang/spl/inner.h"

enum { RUNNING_LAGS_MAX = 100 };

/* FIELD [AS NAME], the new name being `fallback` without AS. */
static bool running_names(spl_parser *p, spl_word *field, spl_word *name, const char *fallback)
{
    if (!spl_read_word(p, field)) return false;
    *name = *field;
    if (fallback != NULL)
        name->text =
            sl_arena_printf(p->builder.arena, "%s(%.*s)", fallback, SL_TEXT_ARG(field->text));
    return !spl_take_keyword(p, "AS") || spl_read_word(p, name);
}

bool spl_command_accum(void *parser)
{
    spl_parser *p = parser;
    spl_word field, name;
    sl_vector items = {0}, keys = {0};
    if (!running_names(p, &field, &name, NULL)) return false;
    return spl_add_item(p, &items, "sum", spl_field(p, &field), spl_field_number(p, &name))
        && spl_group_window(p, &items, &keys, /* whole= */ false) != NULL;
}

/* `out` := the field `lag` rows before; missing in the first rows. */
static bool running_lag(spl_parser *p, const spl_word *field, uint64_t lag, sl_field out)
{
    sl_span span = p->command_span;
    sl_vector items = {0}, keys = {0}, assigns = {0};
    sl_field rows = spl_hidden(p, "rows");
    if (!spl_add_item(p, &items, "first", spl_field(p, field), out)) return false;
    if (!spl_add_item(p, &items, "count", NULL, rows)) return false;
    sl_op *op = spl_group_window(p, &items, &keys, /* whole= */ false);
    if (op == NULL) return false;
    op->window.without_self = true;
    op->window.rows_max = lag;
    if (lag > 1) {
        const sl_expr *full[2] = {spl_field_expr(p, rows, span),
                                  sl_build_constant(&p->builder, sl_integer((int64_t)lag), span)};
        const sl_expr *choice[3] = {sl_build_call(&p->builder, &sl_spl_equal, full, 2, span),
                                    spl_field_expr(p, out, span),
                                    sl_build_constant(&p->builder, sl_missing(), span)};
        sl_text name = sl_fields_name(p->builder.fields, out);
        if (!spl_assign(p, &assigns, name, spl_call(p, "if", choice, 3, span), false)) return false;
        if (!spl_add_extend(p, &assigns)) return false;
    }
    return spl_add_fields_op(p, SL_OP_REMOVE, &rows, 1);
}

bool spl_command_delta(void *parser)
{
    spl_parser *p = parser;
    spl_word field, name;
    uint64_t lag = 1;
    const spl_option options[] = {{.name = "p", .count = &lag}};
    sl_vector assigns = {0};
    sl_field before = spl_hidden(p, "before");
    if (!running_names(p, &field, &name, "delta")) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (lag == 0 || lag > RUNNING_LAGS_MAX)
        return spl_fault(p, SL_DIAG_OPTION, field.start, p->at, "p is a number from 1 to %d",
                         RUNNING_LAGS_MAX);
    const sl_expr *args[2] = {spl_field(p, &field), spl_field_expr(p, before, p->command_span)};
    return running_lag(p, &field, lag, before)
        && spl_assign(p, &assigns, name.text,
                      sl_build_call(&p->builder, &sl_spl_subtract, args, 2, p->command_span), false)
        && spl_add_extend(p, &assigns) && spl_add_fields_op(p, SL_OP_REMOVE, &before, 1);
}

/* `2` or `1-3`. */
static bool running_range(const spl_word *word, uint64_t *first, uint64_t *last)
{
    size_t dash = sl_text_find_byte(word->text, '-', 0);
    spl_word low = {.text =
                        sl_text_slice(word->text, 0, dash == SIZE_MAX ? word->text.length : dash)};
    if (!spl_word_count(&low, first)) return false;
    *last = *first;
    spl_word high = {.text = word->text};
    if (dash != SIZE_MAX) high.text = sl_text_slice(word->text, dash + 1, word->text.length);
    return (dash == SIZE_MAX || spl_word_count(&high, last)) && *first >= 1 && *last >= *first
        && *last <= RUNNING_LAGS_MAX;
}

bool spl_command_autoregress(void *parser)
{
    spl_parser *p = parser;
    spl_word field, name, range = {0};
    uint64_t first = 1, last = 1;
    const spl_option options[] = {{.name = "p", .text = &range}};
    if (!running_names(p, &field, &name, NULL)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (range.end != 0 && !running_range(&range, &first, &last))
        return spl_fault(p, SL_DIAG_OPTION, range.start, range.end,
                         "p is a number or a range, as in 1-3, up to %d", RUNNING_LAGS_MAX);
    bool named = name.start != field.start && first == last;
    for (uint64_t lag = first; lag <= last; lag++) {
        spl_word column = name;
        if (!named)
            column.text = sl_arena_printf(p->builder.arena, "%.*s_p%u", SL_TEXT_ARG(name.text),
                                          (unsigned)lag);
        sl_field out = spl_field_number(p, &column);
        if (out == SL_FIELD_NONE || !running_lag(p, &field, lag, out)) return false;
    }
    return true;
}

typedef struct totals {
    bool row, column;
    spl_word total, label, label_field;
    sl_vector fields; /* of sl_field */
} totals;

/* The fields to add up: those named, or all that are known. */
static bool totals_fields(spl_parser *p, totals *t)
{
    spl_word word = {.text = SL_TEXT("*"), .start = p->at, .end = p->at};
    while (!spl_at_end(p) || t->fields.count == 0) {
        sl_name name = {.field = SL_FIELD_NONE};
        bool all = spl_at_end(p);
        if (all) name.pattern = sl_pattern_new(word.text, p->builder.arena);
        else if (!spl_read_name(p, &word, &name)) return false;
        if (name.pattern == NULL && !spl_add_field(p, &t->fields, name.field)) return false;
        if (name.pattern != NULL && !spl_known_matches(p, name.pattern, &t->fields)) {
            p->said = true;
            sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                          "'%s' needs to know the fields", p->command->name);
            spl_hint(p, "name them: %s a b c", p->command->name);
            return false;
        }
        spl_skip_commas(p);
        if (all) break;
    }
    return true;
}

/* Total := sum(a, b, ...) */
static bool totals_row(spl_parser *p, const totals *t)
{
    sl_vector args = {0}, assigns = {0};
    const sl_field *fields = t->fields.items;
    for (uint32_t i = 0; i < t->fields.count; i++)
        if (!sl_vector_add_pointer(&args, p->builder.arena,
                                   spl_field_expr(p, fields[i], p->command_span)))
            return false;
    const sl_expr *const *items = args.items;
    return args.count == 0
        || (spl_assign(p, &assigns, t->total.text,
                       spl_call(p, "sum", items, args.count, p->command_span), false)
            && spl_add_extend(p, &assigns));
}

/* One row behind all others with the sum of each column. */
static bool totals_column(spl_parser *p, totals *t)
{
    sl_pipe *pipe = SL_ARENA_NEW(p->builder.arena, sl_pipe);
    sl_op *op = pipe == NULL ? NULL : spl_op(p, SL_OP_UNION);
    spl_group group = {0};
    sl_vector assigns = {0};
    if (op == NULL) return false;
    const sl_field *fields = t->fields.items;
    for (uint32_t i = 0; i < t->fields.count; i++)
        if (!spl_add_item(p, &group.items, "sum", spl_field_expr(p, fields[i], p->command_span),
                          fields[i]))
            return false;
    sl_pipe *outer = p->pipe;
    p->pipe = pipe;
    bool ok = spl_group_stats(p, &group);
    if (ok && t->label_field.end != 0)
        ok = spl_assign(p, &assigns, t->label_field.text,
                        sl_build_text(&p->builder, t->label.text, p->command_span), false)
            && spl_add_extend(p, &assigns);
    p->pipe = outer;
    op->united.pipe = pipe;
    return ok;
}

static bool totals_command(spl_parser *p, totals *t)
{
    t->total.text = SL_TEXT("Total");
    t->label.text = SL_TEXT("Total");
    const spl_option options[] = {
        {.name = "row", .flag = &t->row},
        {.name = "col", .flag = &t->column},
        {.name = "fieldname", .text = &t->total},
        {.name = "label", .text = &t->label},
        {.name = "labelfield", .text = &t->label_field},
    };
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    spl_skip_commas(p);
    if (!totals_fields(p, t)) return false;
    if (t->row && !totals_row(p, t)) return false;
    if (t->row && t->column) {
        sl_field total = spl_field_number(p, &t->total);
        if (!spl_add_field(p, &t->fields, total)) return false;
    }
    return !t->column || totals_column(p, t);
}

bool spl_command_addtotals(void *parser)
{
    totals t = {.row = true};
    return totals_command(parser, &t);
}

bool spl_command_addcoltotals(void *parser)
{
    totals t = {.column = true};
    return totals_command(parser, &t);
}
