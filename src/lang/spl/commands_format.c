/* commands_format.c - commands that make terms of a search from rows: format, return.
 *
 * At the end of a subsearch rows become terms anyway; format without arguments says only how
 * many. With texts of its own, and outside of a subsearch, it makes one row whose field `search`
 * holds the terms (Splunk Search Reference, "format"). */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"
#include "lang/spl/inner.h"

/* What stands around and between the terms, in the order of the arguments. */
enum {
    ROW_PREFIX,
    COLUMN_PREFIX,
    COLUMN_SEPARATOR,
    COLUMN_END,
    ROW_SEPARATOR,
    ROW_END,
    FORMAT_TEXTS
};

typedef struct format {
    spl_parser *p;
    sl_text texts[FORMAT_TEXTS];
    spl_word separator, empty; /* between the values of a field; of no rows */
    uint64_t rows;             /* 0: all */
    bool usual;                /* the texts are what they would be anyway */
} format;

static bool format_read(format *f)
{
    static const char *const usual[FORMAT_TEXTS] = {"(", "(", "AND", ")", "OR", ")"};
    const spl_option options[] = {{.name = "mvsep", .text = &f->separator},
                                  {.name = "maxresults", .count = &f->rows},
                                  {.name = "emptystr", .text = &f->empty}};
    spl_word word;
    f->usual = true;
    for (size_t i = 0; i < FORMAT_TEXTS; i++) f->texts[i] = sl_text_from(usual[i]);
    if (!spl_read_options(f->p, options, SL_COUNT(options))) return false;
    for (size_t i = 0; i < FORMAT_TEXTS; i++) {
        if (i == 0 && spl_peek(f->p) != '"') break;
        if (spl_peek(f->p) != '"') {
            spl_expected(f->p, "all six texts or none");
            spl_hint_usage(f->p);
            return false;
        }
        if (!spl_read_word(f->p, &word)) return false;
        f->texts[i] = sl_text_trim(word.text);
        f->usual = f->usual && sl_text_equal_nocase(f->texts[i], sl_text_from(usual[i]));
    }
    return spl_read_options(f->p, options, SL_COUNT(options));
}

static const sl_expr *format_text(const format *f, sl_text t)
{
    return sl_build_text(&f->p->builder, t, f->p->command_span);
}

/* `front`, a blank, `value`, a blank, `back`. */
static const sl_expr *format_around(const format *f, sl_text front, const sl_expr *value,
                                    sl_text back)
{
    sl_arena *arena = f->p->builder.arena;
    sl_span span = f->p->command_span;
    const sl_expr *left[2] = {
        format_text(
            f, sl_arena_printf(arena, front.length > 0 ? "%.*s " : "%.*s", SL_TEXT_ARG(front))),
        value};
    const sl_expr *both[2] = {
        sl_build_call(&f->p->builder, &sl_spl_concat, left, 2, span),
        format_text(f,
                    sl_arena_printf(arena, back.length > 0 ? " %.*s" : "%.*s", SL_TEXT_ARG(back)))};
    return sl_build_call(&f->p->builder, &sl_spl_concat, both, 2, span);
}

/* The values of a list with a word between them. */
static const sl_expr *format_join(const format *f, const sl_expr *list, sl_text word)
{
    sl_text between = sl_arena_printf(f->p->builder.arena, word.length > 0 ? " %.*s " : "%.*s ",
                                      SL_TEXT_ARG(word));
    const sl_expr *args[2] = {list, format_text(f, between)};
    return spl_call(f->p, "mvjoin", args, 2, f->p->command_span);
}

/* name="value" of one value; its quotes are escaped. */
static const sl_expr *format_pair(const format *f, sl_field field)
{
    sl_span span = f->p->command_span;
    sl_text name = sl_fields_name(f->p->builder.fields, field);
    const sl_expr *escaped[3] = {spl_field_expr(f->p, field, span), format_text(f, SL_TEXT("\"")),
                                 format_text(f, SL_TEXT("\\\""))};
    const sl_expr *left[2] = {
        format_text(f, sl_arena_printf(f->p->builder.arena, "%.*s=\"", SL_TEXT_ARG(name))),
        spl_call(f->p, "replace", escaped, 3, span)};
    const sl_expr *both[2] = {sl_build_call(&f->p->builder, &sl_spl_concat, left, 2, span),
                              format_text(f, SL_TEXT("\""))};
    return sl_build_call(&f->p->builder, &sl_spl_concat, both, 2, span);
}

/* What a field says: its pair, or those of all its values between parentheses; null when it is
 * missing. What is in `search` and `query` stands as it is. */
static const sl_expr *format_field(const format *f, sl_field field)
{
    sl_span span = f->p->command_span;
    sl_text name = sl_fields_name(f->p->builder.fields, field);
    sl_text between = f->separator.end == 0 ? SL_TEXT("OR") : sl_text_trim(f->separator.text);
    const sl_expr *value = spl_field_expr(f->p, field, span);
    if (sl_text_equal(name, SL_TEXT("search")) || sl_text_equal(name, SL_TEXT("query")))
        return value;
    const sl_expr *pair = format_pair(f, field);
    if (value == NULL || pair == NULL) return NULL;
    const sl_expr *each = sl_build_items(&f->p->builder, SL_EXPR_MAP, value, pair, field, span);
    const sl_expr *more[2] = {spl_call(f->p, "mvcount", &value, 1, span),
                              sl_build_constant(&f->p->builder, sl_integer(1), span)};
    const sl_expr *choice[3] = {
        sl_build_call(&f->p->builder, &sl_spl_greater, more, 2, span),
        format_around(f, SL_TEXT("("), format_join(f, each, between), SL_TEXT(")")), pair};
    return spl_call(f->p, "if", choice, 3, span);
}

/* `out` := the terms of each row; rows without any go. */
static bool format_rows(const format *f, sl_field out)
{
    spl_parser *p = f->p;
    sl_vector known, terms = {0}, assigns = {0};
    if (!spl_known_fields(p, &known)) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                      "'format' needs to know the fields here");
        spl_hint(p, "put | table or | fields with their names in front");
        return false;
    }
    const sl_field *fields = known.items;
    for (uint32_t i = 0; i < known.count; i++) {
        if (sl_text_starts(sl_fields_name(p->builder.fields, fields[i]), SL_TEXT("_"))) continue;
        const sl_expr *term = format_field(f, fields[i]);
        if (term == NULL || !sl_vector_add_pointer(&terms, p->builder.arena, term)) return false;
    }
    const sl_expr *list = spl_call(p, "mvappend", terms.items, terms.count, p->command_span);
    const sl_expr *row =
        format_around(f, f->texts[COLUMN_PREFIX], format_join(f, list, f->texts[COLUMN_SEPARATOR]),
                      f->texts[COLUMN_END]);
    const sl_expr *made = spl_field_expr(p, out, p->command_span);
    return spl_assign(p, &assigns, sl_fields_name(p->builder.fields, out), row, false)
        && spl_add_extend(p, &assigns)
        && spl_add_filter(p, spl_call(p, "isnotnull", &made, 1, p->command_span));
}

/* One row whose `search` is the terms of all rows, each once. */
static bool format_search(const format *f)
{
    spl_parser *p = f->p;
    spl_group group = {0};
    sl_vector assigns = {0};
    sl_span span = p->command_span;
    sl_field terms = spl_hidden(p, "terms");
    sl_field search = sl_fields_add(p->builder.fields, SL_TEXT("search"));
    sl_text empty = f->empty.end == 0 ? SL_TEXT("NOT ( )") : f->empty.text;
    if (!format_rows(f, terms)
        || !spl_add_item(p, &group.items, "values", spl_field_expr(p, terms, span), terms)
        || !spl_group_stats(p, &group))
        return false;
    const sl_expr *joined = format_join(f, spl_field_expr(p, terms, span), f->texts[ROW_SEPARATOR]);
    const sl_expr *either[2] = {format_around(f, f->texts[ROW_PREFIX], joined, f->texts[ROW_END]),
                                format_text(f, empty)};
    const sl_expr *value = p->bracketed ? either[0] : spl_call(p, "coalesce", either, 2, span);
    return spl_assign(p, &assigns, SL_TEXT("search"), value, false) && spl_add_extend(p, &assigns)
        && spl_add_fields_op(p, SL_OP_PROJECT, &search, 1);
}

bool spl_command_format(void *parser)
{
    spl_parser *p = parser;
    format f = {.p = p};
    if (!format_read(&f)) return false;
    sl_op *op = f.rows == 0 ? NULL : spl_op(p, SL_OP_LIMIT);
    if (f.rows != 0 && op == NULL) return false;
    if (op != NULL) op->limit.count = f.rows;
    bool ends = p->bracketed && spl_peek(p) == ']';
    return (f.usual && ends) || format_search(&f);
}

/* True when the command ends a subsearch whose rows become terms. */
static bool format_ends_subsearch(spl_parser *p)
{
    if (p->bracketed && spl_peek(p) == ']') return true;
    p->said = true;
    sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                  "'%s' is run at the end of a subsearch only", p->command->name);
    return false;
}

/* `alias=field`, `$field`, `field`. */
static bool format_return_name(spl_parser *p, sl_vector *assigns, sl_vector *kept)
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
        if (!format_return_name(p, &assigns, &kept)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    if (!format_ends_subsearch(p)) return false;
    sl_op *op = spl_op(p, SL_OP_LIMIT);
    if (op == NULL) return false;
    op->limit.count = rows;
    return spl_add_extend(p, &assigns)
        && spl_add_fields_op(p, SL_OP_PROJECT, kept.items, kept.count);
}
