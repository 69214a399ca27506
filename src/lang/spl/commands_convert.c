/* commands_convert.c - convert: one eval function for each conversion. */
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/inner.h"

/* How a conversion is written as a call: of the field, and perhaps of one or two constants. */
typedef struct convert_rule {
    const char *name;
    const char *function; /* NULL: the value stays as it is, or `fn` is called */
    const sl_fn *fn;
    const char *constants[2];
    bool timed;    /* the format stands behind the field */
    bool number;   /* the result is a number where it looks like one */
    bool keep_old; /* what does not convert stays */
} convert_rule;

static const convert_rule convert_rules[] = {
    {.name = "auto", .function = "tonumber", .keep_old = true},
    {.name = "ctime", .function = "strftime", .timed = true, .keep_old = true},
    {.name = "dur2sec", .fn = &sl_spl_dur2sec},
    {.name = "memk", .fn = &sl_spl_memk},
    {.name = "mktime", .function = "strptime", .timed = true, .keep_old = true},
    {.name = "mstime", .fn = &sl_spl_mstime},
    {.name = "none"},
    {.name = "num", .function = "tonumber"},
    {.name = "rmcomma",
     .function = "replace",
     .constants = {",", ""},
     .number = true,
     .keep_old = true},
    {.name = "rmunit",
     .function = "replace",
     .constants = {"^\\s*([-+]?\\d*\\.?\\d+).*$", "\\1"},
     .number = true,
     .keep_old = true},
};

static const convert_rule *convert_find(sl_text name)
{
    for (size_t i = 0; i < SL_COUNT(convert_rules); i++)
        if (sl_text_equal_nocase(name, sl_text_from(convert_rules[i].name)))
            return &convert_rules[i];
    return NULL;
}

/* Takes `name(field)` apart. */
static const convert_rule *convert_split(spl_parser *p, const spl_word *call, spl_word *out_field)
{
    size_t open = sl_text_find_byte(call->text, '(', 0);
    if (open == SIZE_MAX || call->quote != '\0') {
        spl_fault(p, SL_DIAG_SYNTAX, call->start, call->end, "expected a conversion of a field");
        spl_hint_usage(p);
        return NULL;
    }
    sl_text name = sl_text_slice(call->text, 0, open);
    const convert_rule *rule = convert_find(name);
    uint32_t name_end = call->start + (uint32_t)open;
    if (rule == NULL) {
        spl_fault(p, SL_DIAG_FUNCTION, call->start, name_end, "convert has no function '%.*s'",
                  SL_TEXT_ARG(name));
        spl_hint(p,
                 "it has auto, ctime, dur2sec, memk, mktime, mstime, none, num, rmcomma, rmunit");
        return NULL;
    }
    sl_text field = sl_text_trim(sl_text_slice(call->text, open + 1, call->text.length - 1));
    if (field.length >= 2 && (field.data[0] == '\'' || field.data[0] == '"'))
        field = sl_text_slice(field, 1, field.length - 1);
    *out_field = (spl_word){.text = field, .start = name_end + 1, .end = call->end - 1};
    if (field.length == 0) {
        spl_fault(p, SL_DIAG_SYNTAX, call->start, call->end, "'%s' needs a field", rule->name);
        return NULL;
    }
    return rule;
}

static const sl_expr *convert_value(spl_parser *p, const convert_rule *rule, const sl_expr *field,
                                    sl_span span, const spl_word *format)
{
    const sl_expr *args[3] = {field};
    uint32_t count = 1;
    if (rule->fn != NULL) return sl_build_call(&p->builder, rule->fn, args, 1, span);
    if (rule->function == NULL) return args[0];
    if (rule->timed) args[count++] = sl_build_text(&p->builder, format->text, span);
    for (uint32_t i = 0; i < 2 && rule->constants[i] != NULL; i++)
        args[count++] = spl_constant(p, rule->constants[i], span);
    const sl_expr *value = spl_call(p, rule->function, args, count, span);
    if (!rule->number) return value;
    const sl_expr *either[2] = {spl_call(p, "tonumber", &value, 1, span), value};
    return spl_call(p, "coalesce", either, 2, span);
}

static bool convert_field(spl_parser *p, const convert_rule *rule, sl_field field,
                          const spl_word *format)
{
    sl_vector assigns = {0};
    const sl_expr *old = spl_field_expr(p, field, p->command_span);
    return spl_assign(p, &assigns, sl_fields_name(p->builder.fields, field),
                      convert_value(p, rule, old, p->command_span, format), rule->keep_old)
        && spl_add_extend(p, &assigns);
}

/* The same for every field that a name with stars stands for. */
static bool convert_pattern(spl_parser *p, const convert_rule *rule, const spl_word *name,
                            const spl_word *format)
{
    sl_vector fields = {0};
    const sl_pattern *pattern = sl_pattern_new(name->text, p->builder.arena);
    if (pattern == NULL)
        return spl_fault(p, SL_DIAG_LIMIT, name->start, name->end, "a name with more than %d stars",
                         SL_PATTERN_STARS_MAX);
    if (spl_known_matches(p, pattern, &fields)) {
        const sl_field *list = fields.items;
        for (uint32_t i = 0; i < fields.count; i++)
            if (!convert_field(p, rule, list[i], format)) return false;
        return true;
    }
    sl_field item = spl_hidden(p, "field");
    sl_span span = spl_word_span(p, name);
    const sl_expr *value = convert_value(p, rule, spl_field_expr(p, item, span), span, format);
    sl_name *names = SL_ARENA_NEW(p->builder.arena, sl_name);
    sl_op *op = value == NULL || names == NULL ? NULL : spl_op(p, SL_OP_EACH);
    if (op == NULL) return false;
    *names = (sl_name){.field = SL_FIELD_NONE, .pattern = pattern};
    op->each = (sl_op_each){.names = names,
                            .count = 1,
                            .item = item,
                            .name = spl_hidden(p, "name"),
                            .value = value,
                            .keep_old = rule->keep_old};
    return true;
}

/* FUNCTION(FIELD) [AS NAME] */
static bool convert_one(spl_parser *p, const spl_word *format)
{
    spl_word call, field, name;
    sl_vector assigns = {0};
    if (!spl_read_word(p, &call)) return false;
    const convert_rule *rule = convert_split(p, &call, &field);
    if (rule == NULL) return false;
    name = field;
    bool renamed = spl_take_keyword(p, "AS");
    if (renamed && !spl_read_word(p, &name)) return false;
    if (spl_has_star(field.text) && !renamed) return convert_pattern(p, rule, &field, format);
    if (spl_has_star(field.text))
        return spl_fault(p, SL_DIAG_REFUSED, field.start, field.end,
                         "'convert' with a wildcard and AS is not run here");
    const sl_expr *value =
        convert_value(p, rule, spl_field(p, &field), spl_word_span(p, &field), format);
    return spl_assign(p, &assigns, name.text, value, rule->keep_old && !renamed)
        && spl_add_extend(p, &assigns);
}

bool spl_command_convert(void *parser)
{
    spl_parser *p = parser;
    spl_word format = {.text = SL_TEXT("%m/%d/%Y %H:%M:%S")};
    const spl_option options[] = {{.name = "timeformat", .text = &format}};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    do {
        if (!convert_one(p, &format)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return true;
}
