/* commands_extract.c - commands that take values apart: bin, rex, makemv, nomv. */
#include "func/regex.h"
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"

enum { EXTRACT_BINS = 100 };

bool spl_bin_sized(spl_parser *p, const spl_word *name, const spl_word *as, uint64_t bins,
                   sl_field *out_size)
{
    sl_span span = spl_word_span(p, name);
    sl_vector items = {0}, keys = {0}, sizes = {0}, assigns = {0};
    sl_field ends[2] = {spl_hidden(p, "lowest"), spl_hidden(p, "highest")};
    *out_size = spl_hidden(p, "bin size");
    const sl_expr *value = spl_field(p, name);
    if (!spl_add_item(p, &items, "min", value, ends[0])) return false;
    if (!spl_add_item(p, &items, "max", value, ends[1])) return false;
    const sl_expr *range[4] = {value, spl_field_expr(p, ends[0], span),
                               spl_field_expr(p, ends[1], span),
                               sl_build_constant(&p->builder, sl_integer((int64_t)bins), span)};
    const sl_expr *sized[2] = {value, spl_field_expr(p, *out_size, span)};
    return spl_group_window(p, &items, &keys, /* whole= */ true) != NULL
        && spl_assign(p, &sizes, sl_fields_name(p->builder.fields, *out_size),
                      sl_build_call(&p->builder, &sl_spl_bin_size, range, 4, span), false)
        && spl_add_extend(p, &sizes)
        && spl_assign(p, &assigns, as->text,
                      sl_build_call(&p->builder, &sl_spl_bin_sized, sized, 2, span), true)
        && spl_add_extend(p, &assigns) && spl_add_fields_op(p, SL_OP_REMOVE, ends, 2);
}

/* Bins of the size in span=. */
static bool extract_bin(spl_parser *p, const spl_word *name, const spl_word *as,
                        const spl_word *span, const spl_word *align)
{
    sl_vector assigns = {0};
    const sl_expr *args[3] = {spl_field(p, name),
                              sl_build_text(&p->builder, span->text, spl_word_span(p, span)), NULL};
    if (align->end != 0) args[2] = sl_build_text(&p->builder, align->text, spl_word_span(p, align));
    const sl_expr *value = sl_build_call(&p->builder, &sl_spl_bin, args, align->end != 0 ? 3 : 2,
                                         spl_span(p, name->start, p->at));
    return spl_assign(p, &assigns, as->text, value, true) && spl_add_extend(p, &assigns);
}

bool spl_command_bin(void *parser)
{
    spl_parser *p = parser;
    spl_word span = {0}, align = {0}, ends = {0}, name = {0}, as = {0};
    uint64_t bins = EXTRACT_BINS;
    const spl_option options[] = {
        {.name = "span", .text = &span},  {.name = "aligntime", .text = &align},
        {.name = "bins", .count = &bins}, {.name = "minspan", .text = &ends},
        {.name = "start", .text = &ends}, {.name = "end", .text = &ends},
    };
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &name)) return false;
    as = name;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (spl_take_keyword(p, "AS") && !spl_read_word(p, &as)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (ends.end != 0) {
        spl_fault(p, SL_DIAG_REFUSED, ends.start, ends.end,
                  "start=, end= and minspan= of '%s' are not run here", p->command->name);
        spl_hint(p, "give the size of a bin: %s span=10m _time", p->command->name);
        return false;
    }
    sl_field size;
    if (span.end != 0) return extract_bin(p, &name, &as, &span, &align);
    if (bins == 0) return spl_fault(p, SL_DIAG_OPTION, name.start, name.end, "bins is 1 or more");
    return spl_bin_sized(p, &name, &as, bins, &size)
        && spl_add_fields_op(p, SL_OP_REMOVE, &size, 1);
}

/* field := the text of one group of the regex. */
static bool extract_group(spl_parser *p, sl_vector *assigns, const spl_word *field,
                          const spl_word *regex, sl_text name, int64_t numbers[2])
{
    sl_span span = spl_word_span(p, regex);
    const sl_expr *args[4] = {
        sl_build_field(&p->builder, field->text, span),
        sl_build_text(&p->builder, regex->text, span),
        sl_build_constant(&p->builder, sl_integer(numbers[0]), span),
        sl_build_constant(&p->builder, sl_integer(numbers[1]), span),
    };
    const sl_expr *value = sl_build_call(&p->builder, &sl_spl_rex_group, args, 4, span);
    return spl_assign(p, assigns, name, value, true);
}

static bool extract_groups(spl_parser *p, const spl_word *field, const spl_word *regex,
                           uint64_t matches)
{
    sl_vector assigns = {0};
    const sl_regex *compiled =
        sl_regex_new(regex->text, 0, p->builder.arena, p->builder.diags, spl_word_span(p, regex));
    if (compiled == NULL) return false;
    /* A group may overwrite the field that is read, so that one comes last. */
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 1; i <= sl_regex_group_count(compiled); i++) {
            sl_text name = sl_regex_group_name(compiled, i);
            if (name.length == 0 || sl_text_equal(name, field->text) != (pass == 1)) continue;
            int64_t numbers[2] = {i, (int64_t)matches};
            if (!extract_group(p, &assigns, field, regex, name, numbers)) return false;
        }
    }
    if (assigns.count > 0) return spl_add_extend(p, &assigns);
    spl_fault(p, SL_DIAG_SYNTAX, regex->start, regex->end, "this expression names no group");
    spl_hint(p, "name what is to be extracted: (?<field>...)");
    return false;
}

static bool extract_sed(spl_parser *p, const spl_word *field, const spl_word *script)
{
    sl_vector assigns = {0};
    sl_span span = spl_word_span(p, script);
    const sl_expr *args[2] = {sl_build_field(&p->builder, field->text, span),
                              sl_build_text(&p->builder, script->text, span)};
    const sl_expr *value = sl_build_call(&p->builder, &sl_spl_rex_sed, args, 2, span);
    return spl_assign(p, &assigns, field->text, value, true) && spl_add_extend(p, &assigns);
}

bool spl_command_rex(void *parser)
{
    spl_parser *p = parser;
    spl_word field = {.text = SL_TEXT("_raw")}, mode = {0}, offset = {0}, regex = {0};
    uint64_t matches = 1;
    const spl_option options[] = {
        {.name = "field", .text = &field},
        {.name = "mode", .text = &mode},
        {.name = "offset_field", .text = &offset},
        {.name = "max_match", .count = &matches},
    };
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (spl_peek(p) != '"') {
        spl_expected(p, "a regular expression in double quotes");
        spl_hint_usage(p);
        return false;
    }
    if (!spl_read_word(p, &regex) || !spl_read_options(p, options, SL_COUNT(options))) return false;
    if (offset.end != 0)
        return spl_fault(p, SL_DIAG_REFUSED, offset.start, offset.end,
                         "offset_field of rex is not run here");
    if (mode.end == 0) return extract_groups(p, &field, &regex, matches);
    if (sl_text_equal_nocase(mode.text, SL_TEXT("sed"))) return extract_sed(p, &field, &regex);
    return spl_fault(p, SL_DIAG_OPTION, mode.start, mode.end, "the only mode of rex is sed");
}

bool spl_command_makemv(void *parser)
{
    spl_parser *p = parser;
    spl_word delim = {.text = SL_TEXT(" ")}, tokenizer = {0}, name;
    bool allow_empty = false, set_sv = false;
    const spl_option options[] = {
        {.name = "delim", .text = &delim},
        {.name = "tokenizer", .text = &tokenizer},
        {.name = "allowempty", .flag = &allow_empty},
        {.name = "setsv", .flag = &set_sv},
    };
    sl_vector assigns = {0};
    if (!spl_read_options(p, options, SL_COUNT(options)) || !spl_read_word(p, &name)) return false;
    sl_span span = spl_word_span(p, &name);
    if (tokenizer.end != 0) {
        int64_t numbers[2] = {1, 0};
        return extract_group(p, &assigns, &name, &tokenizer, name.text, numbers)
            && spl_add_extend(p, &assigns);
    }
    const sl_expr *args[3] = {spl_field(p, &name), sl_build_text(&p->builder, delim.text, span),
                              sl_build_constant(&p->builder, sl_bool(allow_empty), span)};
    const sl_expr *value = sl_build_call(&p->builder, &sl_spl_makemv, args, 3, span);
    return spl_assign(p, &assigns, name.text, value, true) && spl_add_extend(p, &assigns);
}

bool spl_command_nomv(void *parser)
{
    spl_parser *p = parser;
    spl_word name;
    sl_vector assigns = {0};
    if (!spl_read_word(p, &name)) return false;
    sl_span span = spl_word_span(p, &name);
    const sl_expr *args[2] = {spl_field(p, &name), spl_constant(p, "\n", span)};
    return spl_assign(p, &assigns, name.text, spl_call(p, "mvjoin", args, 2, span), true)
        && spl_add_extend(p, &assigns);
}
