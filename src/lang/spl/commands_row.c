/* commands_row.c - commands that keep or change one event at a time by an expression. */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/inner.h"

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
    bool ok;
    p->pending = &assigns;
    do {
        ok = row_assignment(p, &assigns);
    } while (ok && spl_take(p, ','));
    p->pending = NULL;
    return ok && spl_add_extend(p, &assigns);
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

/* FILL over names, or over all fields there are. */
static bool row_fill(spl_parser *p, const sl_vector *names, sl_value value, bool down)
{
    sl_op *op = spl_op(p, SL_OP_FILL);
    if (op == NULL) return false;
    op->fill = (sl_op_fill){.names = names->items,
                            .count = names->count,
                            .value = sl_value_copy(p->builder.arena, value),
                            .down = down};
    return !p->builder.arena->failed;
}

/* fillnull over fields that are named: each is itself or the value, one row at a time. */
static bool row_coalesce(spl_parser *p, const sl_vector *names, const spl_word *value)
{
    const sl_name *items = names->items;
    sl_vector assigns = {0};
    for (uint32_t i = 0; i < names->count; i++) {
        const sl_expr *args[2] = {spl_field_expr(p, items[i].field, p->command_span),
                                  sl_build_text(&p->builder, value->text, p->command_span)};
        sl_text name = sl_fields_name(p->builder.fields, items[i].field);
        if (!spl_assign(p, &assigns, name, spl_call(p, "coalesce", args, 2, p->command_span),
                        false))
            return false;
    }
    return spl_add_extend(p, &assigns);
}

bool spl_command_fillnull(void *parser)
{
    spl_parser *p = parser;
    spl_word value = {.text = SL_TEXT("0")};
    const spl_option options[] = {{.name = "value", .text = &value}};
    sl_vector names = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!spl_at_end(p) && !spl_read_names(p, &names)) return false;
    const sl_name *items = names.items;
    bool plain = names.count > 0;
    for (uint32_t i = 0; i < names.count; i++) plain = plain && items[i].pattern == NULL;
    if (plain) return row_coalesce(p, &names, &value);
    return row_fill(p, &names, sl_string(value.text), /* down= */ false);
}

bool spl_command_filldown(void *parser)
{
    spl_parser *p = parser;
    sl_vector names = {0};
    if (!spl_at_end(p) && !spl_read_names(p, &names)) return false;
    return row_fill(p, &names, sl_missing(), /* down= */ true);
}

/* A value with `*` as a regular expression that catches what stands under the stars. */
static sl_text row_star_regex(spl_parser *p, sl_text value)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_buffer_add_string(&out, "(?s)^");
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        if (c == '*') {
            sl_buffer_add_string(&out, "(.*)");
            continue;
        }
        if (!sl_is_name(c) && !sl_is_space(c)) sl_buffer_add_byte(&out, '\\');
        sl_buffer_add_byte(&out, c);
    }
    sl_buffer_add_byte(&out, '$');
    sl_text regex = {NULL, 0};
    if (!out.failed) regex = sl_arena_copy(p->builder.arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return regex;
}

/* A new value, whose stars stand for what those of the old one caught. */
static sl_text row_star_text(spl_parser *p, sl_text value)
{
    sl_buffer out;
    sl_buffer_init(&out);
    unsigned star = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == '*') sl_buffer_printf(&out, "\\%u", ++star);
        else if (value.data[i] == '\\') sl_buffer_add_string(&out, "\\\\");
        else sl_buffer_add_byte(&out, value.data[i]);
    }
    sl_text text = {NULL, 0};
    if (!out.failed) text = sl_arena_copy(p->builder.arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return text;
}

/* `old WITH new`: a condition on the item and the value it then gets, behind those of `cases`. */
static bool row_replacement(spl_parser *p, const sl_expr *item, sl_vector *cases)
{
    spl_word old, with;
    if (!spl_read_word(p, &old)) return false;
    if (!spl_take_keyword(p, "WITH")) {
        spl_expected(p, "WITH");
        spl_hint_usage(p);
        return false;
    }
    if (!spl_read_word(p, &with)) return false;
    sl_span span = spl_word_span(p, &old);
    sl_text regex = row_star_regex(p, old.text), text = row_star_text(p, with.text);
    if (regex.data == NULL || text.data == NULL) return false;
    const sl_expr *args[3] = {item, sl_build_text(&p->builder, regex, span),
                              sl_build_text(&p->builder, text, span)};
    return sl_vector_add_pointer(cases, p->builder.arena, spl_call(p, "match", args, 2, span))
        && sl_vector_add_pointer(cases, p->builder.arena, spl_call(p, "replace", args, 3, span));
}

/* field := each of its values replaced by the first of the cases that fits. */
static bool row_replace_field(spl_parser *p, sl_field field, sl_field item, const sl_expr *value)
{
    sl_vector assigns = {0};
    const sl_expr *list = spl_field_expr(p, field, p->command_span);
    const sl_expr *mapped =
        sl_build_items(&p->builder, SL_EXPR_MAP, list, value, item, p->command_span);
    return spl_assign(p, &assigns, sl_fields_name(p->builder.fields, field), mapped, true)
        && spl_add_extend(p, &assigns);
}

static bool row_replace_each(spl_parser *p, const sl_name *name, sl_field item,
                             const sl_expr *value)
{
    sl_vector fields = {0};
    if (name->pattern == NULL) return row_replace_field(p, name->field, item, value);
    if (spl_known_matches(p, name->pattern, &fields)) {
        const sl_field *list = fields.items;
        for (uint32_t i = 0; i < fields.count; i++)
            if (!row_replace_field(p, list[i], item, value)) return false;
        return true;
    }
    sl_field whole = spl_hidden(p, "field");
    sl_name *names = SL_ARENA_NEW(p->builder.arena, sl_name);
    const sl_expr *list = spl_field_expr(p, whole, p->command_span);
    const sl_expr *mapped =
        sl_build_items(&p->builder, SL_EXPR_MAP, list, value, item, p->command_span);
    sl_op *op = mapped == NULL || names == NULL ? NULL : spl_op(p, SL_OP_EACH);
    if (op == NULL) return false;
    *names = *name;
    op->each = (sl_op_each){.names = names,
                            .count = 1,
                            .item = whole,
                            .name = spl_hidden(p, "name"),
                            .value = mapped,
                            .keep_old = true};
    return true;
}

bool spl_command_replace(void *parser)
{
    spl_parser *p = parser;
    sl_vector cases = {0}, names = {0};
    sl_field item = spl_hidden(p, "item");
    const sl_expr *value = spl_field_expr(p, item, p->command_span);
    bool in = false;
    do {
        if (value == NULL || !row_replacement(p, value, &cases)) return false;
        spl_skip_commas(p);
        in = spl_take_keyword(p, "IN");
    } while (!in && !spl_at_end(p));
    if (in && !spl_read_names(p, &names)) return false;
    const sl_expr *always = sl_build_constant(&p->builder, sl_bool(true), p->command_span);
    if (!sl_vector_add_pointer(&cases, p->builder.arena, always)) return false;
    if (!sl_vector_add_pointer(&cases, p->builder.arena, value)) return false;
    const sl_expr *const *args = cases.items;
    const sl_expr *chosen = spl_call(p, "case", args, cases.count, p->command_span);
    if (chosen == NULL) return false;
    const sl_name *items = names.items;
    for (uint32_t i = 0; i < names.count; i++)
        if (!row_replace_each(p, &items[i], item, chosen)) return false;
    sl_name all = {.field = SL_FIELD_NONE,
                   .pattern = sl_pattern_new(SL_TEXT("*"), p->builder.arena)};
    return names.count > 0 || (all.pattern != NULL && row_replace_each(p, &all, item, chosen));
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
