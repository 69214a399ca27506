/* commands_row.c - commands that keep or change one event at a time by an expression. */
#include "func/spl.h"
#include "lang/spl/parser.h"

bool spl_command_search(void *parser)
{
    spl_parser *p = parser;
    return spl_search(p, p->command_span);
}

bool spl_command_where(void *parser)
{
    spl_parser *p = parser;
    if (spl_at_end(p)) return spl_expected(p, "a condition");
    return spl_add_filter(p, spl_condition(p));
}

/* `name = expression` of an eval. */
static bool row_assignment(spl_parser *p, sl_vector *assigns)
{
    spl_word name;
    if (!spl_read_word(p, &name)) return false;
    if (!spl_expect(p, '=', "the name of the field")) {
        spl_hint_usage(p);
        return false;
    }
    const sl_expr *value = spl_eval(p);
    if (value == NULL) return false;
    if (spl_is_boolean(value)) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_TYPE, value->span,
                      "true or false cannot be assigned to a field");
        spl_hint(p, "wrap it: if(..., 1, 0) or tostring(...)");
        return false;
    }
    return spl_assign(p, assigns, name.text, value, false);
}

bool spl_command_eval(void *parser)
{
    spl_parser *p = parser;
    sl_vector assigns = {0};
    do {
        if (!row_assignment(p, &assigns)) return false;
    } while (spl_take(p, ','));
    return spl_add_extend(p, &assigns);
}

/* match(field, regex), false where the field is missing. */
static const sl_expr *row_match(spl_parser *p, const sl_expr *field, const sl_expr *regex,
                                sl_span span)
{
    const sl_expr *args[2] = {field, regex};
    const sl_expr *choice[3] = {spl_call(p, "match", args, 2, span),
                                sl_build_constant(&p->builder, sl_bool(true), span),
                                sl_build_constant(&p->builder, sl_bool(false), span)};
    return spl_call(p, "if", choice, 3, span);
}

bool spl_command_regex(void *parser)
{
    spl_parser *p = parser;
    spl_word field = {.text = SL_TEXT("_raw")}, regex;
    bool negated = false;
    if (spl_peek(p) != '"') {
        if (!spl_read_term(p, false, &field)) return false;
        negated = spl_take(p, '!');
        if (!spl_expect(p, '=', "the field")) {
            spl_hint_usage(p);
            return false;
        }
    }
    if (!spl_read_term(p, true, &regex)) return false;
    if (field.end == 0) field.start = regex.start, field.end = regex.end;
    sl_span span = spl_span(p, field.start, regex.end);
    const sl_expr *match =
        row_match(p, spl_field(p, &field),
                  sl_build_text(&p->builder, regex.text, spl_word_span(p, &regex)), span);
    return spl_add_filter(p, negated ? sl_build_not(&p->builder, match, span) : match);
}

bool spl_command_fillnull(void *parser)
{
    spl_parser *p = parser;
    spl_word value = {.text = SL_TEXT("0")}, name;
    const spl_option options[] = {{.name = "value", .text = &value}};
    sl_vector assigns = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (spl_at_end(p)) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                      "'fillnull' without field names is not run here");
        spl_hint(p, "name the fields to fill: fillnull value=0 a b");
        return false;
    }
    while (!spl_at_end(p)) {
        if (!spl_read_word(p, &name)) return false;
        sl_span span = spl_word_span(p, &name);
        const sl_expr *args[2] = {spl_field(p, &name),
                                  sl_build_text(&p->builder, value.text, span)};
        if (!spl_assign(p, &assigns, name.text, spl_call(p, "coalesce", args, 2, span), false))
            return false;
        spl_skip_commas(p);
    }
    return spl_add_extend(p, &assigns);
}

/* A part of strcat: a literal in double quotes, or a field. */
static const sl_expr *row_piece(spl_parser *p, const spl_word *word, bool required)
{
    sl_span span = spl_word_span(p, word);
    if (word->quote == '"') return sl_build_text(&p->builder, word->text, span);
    const sl_expr *field = spl_field(p, word);
    if (required) return field;
    const sl_expr *args[2] = {field, spl_constant(p, "", span)};
    return spl_call(p, "coalesce", args, 2, span);
}

bool spl_command_strcat(void *parser)
{
    spl_parser *p = parser;
    bool required = false;
    const spl_option options[] = {{.name = "allrequired", .flag = &required}};
    spl_word word, last;
    uint32_t count = 0;
    const sl_expr *joined = NULL;
    sl_vector assigns = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    /* The last name is where the result goes, so each piece is taken one step late. */
    for (; !spl_at_end(p); count++) {
        if (!spl_read_word(p, &word)) return false;
        if (count > 0) {
            const sl_expr *piece = row_piece(p, &last, required);
            const sl_expr *pair[2] = {joined, piece};
            joined = count == 1
                ? piece
                : sl_build_call(&p->builder, &sl_spl_concat, pair, 2, p->command_span);
            if (joined == NULL) return false;
        }
        last = word;
    }
    if (count >= 2 && last.quote != '"')
        return spl_assign(p, &assigns, last.text, joined, false) && spl_add_extend(p, &assigns);
    spl_expected(p, "the name of the field that takes the result");
    spl_hint_usage(p);
    return false;
}
