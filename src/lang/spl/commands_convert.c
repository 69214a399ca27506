/* commands_convert.c - convert: one eval function for each conversion. */
#include "lang/spl/parser.h"

/* How a conversion is written as a call: of the field, and perhaps of one or two constants. */
typedef struct convert_rule {
    const char *name;
    const char *function; /* NULL: the value stays as it is */
    const char *constants[2];
    bool timed;    /* the format stands behind the field */
    bool keep_old; /* what does not convert stays */
    const char *refused;
} convert_rule;

static const convert_rule convert_rules[] = {
    {.name = "auto", .function = "tonumber", .keep_old = true},
    {.name = "ctime", .function = "strftime", .timed = true, .keep_old = true},
    {.name = "dur2sec", .refused = "use eval with split() and tonumber()"},
    {.name = "memk", .refused = "use eval with replace() and tonumber()"},
    {.name = "mktime", .function = "strptime", .timed = true, .keep_old = true},
    {.name = "mstime", .refused = "use eval with split() and tonumber()"},
    {.name = "none"},
    {.name = "num", .function = "tonumber"},
    {.name = "rmcomma", .function = "replace", .constants = {",", ""}, .keep_old = true},
    {.name = "rmunit",
     .function = "replace",
     .constants = {"^\\s*([-+]?\\d*\\.?\\d+).*$", "\\1"},
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
        spl_hint(p, "it has auto, ctime, mktime, none, num, rmcomma and rmunit");
        return NULL;
    }
    if (rule->refused != NULL) {
        spl_fault(p, SL_DIAG_REFUSED, call->start, name_end, "'%s' of convert is not run here",
                  rule->name);
        spl_hint(p, "%s", rule->refused);
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
    if (sl_text_find_byte(field, '*', 0) == SIZE_MAX) return rule;
    spl_fault(p, SL_DIAG_REFUSED, name_end + 1, call->end - 1,
              "'convert' with a wildcard is not run here");
    spl_hint(p, "name the fields one by one");
    return NULL;
}

static const sl_expr *convert_value(spl_parser *p, const convert_rule *rule, const spl_word *field,
                                    const spl_word *format)
{
    sl_span span = spl_word_span(p, field);
    const sl_expr *args[3] = {spl_field(p, field)};
    uint32_t count = 1;
    if (rule->function == NULL) return args[0];
    if (rule->timed) args[count++] = sl_build_text(&p->builder, format->text, span);
    for (uint32_t i = 0; i < 2 && rule->constants[i] != NULL; i++)
        args[count++] = spl_constant(p, rule->constants[i], span);
    return spl_call(p, rule->function, args, count, span);
}

bool spl_command_convert(void *parser)
{
    spl_parser *p = parser;
    spl_word format = {.text = SL_TEXT("%m/%d/%Y %H:%M:%S")}, call, field, name;
    const spl_option options[] = {{.name = "timeformat", .text = &format}};
    sl_vector assigns = {0};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    do {
        if (!spl_read_word(p, &call)) return false;
        const convert_rule *rule = convert_split(p, &call, &field);
        if (rule == NULL) return false;
        name = field;
        bool renamed = spl_take_keyword(p, "AS");
        if (renamed && !spl_read_word(p, &name)) return false;
        const sl_expr *value = convert_value(p, rule, &field, &format);
        if (!spl_assign(p, &assigns, name.text, value, rule->keep_old && !renamed)) return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    return spl_add_extend(p, &assigns);
}
