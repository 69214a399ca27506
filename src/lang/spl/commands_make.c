/* commands_make.c - commands that make rows or say something about the search itself, and those
 * that hand results to a server: makeresults, addinfo, savedsearch, collect, sendalert, noop.
 *
 * What would go to a server goes nowhere: the rows stay, and a warning says so. */
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/inner.h"

bool spl_command_makeresults(void *parser)
{
    spl_parser *p = parser;
    uint64_t count = 1;
    bool annotate = false;
    spl_word data = {0}, ignored;
    const spl_option options[] = {
        {.name = "count", .count = &count},
        {.name = "annotate", .flag = &annotate},
        {.name = "splunk_server", .text = &ignored},
        {.name = "format", .text = &data},
        {.name = "splunk_server_group", .text = &ignored},
        {.name = "data", .text = &data},
    };
    if (!spl_check_first(p)) return false;
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (annotate || data.end != 0) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, p->command_span,
                      "'makeresults' with %s is not run here",
                      annotate ? "annotate=true" : "format= and data=");
        spl_hint(p, "rows can be made with count= and eval");
        return false;
    }
    sl_op *op = spl_op(p, SL_OP_GENERATE);
    if (op == NULL) return false;
    op->generate.count = count;
    return true;
}

bool spl_command_addinfo(void *parser)
{
    spl_parser *p = parser;
    static const struct {
        const char *name;
        const sl_fn *fn;
    } fields[] = {{"info_min_time", &sl_spl_info_min_time},
                  {"info_max_time", &sl_spl_info_max_time},
                  {"info_search_time", &sl_spl_info_search_time},
                  {"info_sid", &sl_spl_info_sid}};
    sl_vector assigns = {0};
    for (size_t i = 0; i < SL_COUNT(fields); i++) {
        const sl_expr *value =
            sl_build_call(&p->builder, fields[i].fn, /* args= */ NULL, 0, p->command_span);
        if (!spl_assign(p, &assigns, sl_text_from(fields[i].name), value, false)) return false;
    }
    return spl_add_extend(p, &assigns);
}

bool spl_command_savedsearch(void *parser)
{
    spl_parser *p = parser;
    spl_word name;
    sl_text text;
    if (!spl_check_first(p)) return false;
    if (!spl_read_word(p, &name)) return false;
    const sl_resolver *resolver = p->resolver;
    if (resolver != NULL && resolver->saved_query != NULL
        && resolver->saved_query(resolver->owner, name.text, &text))
        return spl_query_text(p, sl_arena_copy(p->builder.arena, text), spl_word_span(p, &name));
    bool lenient = resolver != NULL && resolver->missing_is_warning;
    spl_warn(p, lenient ? SL_WARNING : SL_ERROR, SL_DIAG_UNRESOLVED, spl_word_span(p, &name),
             "no saved search '%.*s'", SL_TEXT_ARG(name.text));
    return lenient;
}

/* collect, sendalert, sendemail, outputcsv and the like: whatever stands behind them is theirs. */
bool spl_command_collect(void *parser)
{
    spl_parser *p = parser;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, p->command_span,
             "'%s' sends nothing from here: the rows go on as they are", p->command->name);
    spl_skip_command(p);
    return true;
}

bool spl_command_noop(void *parser)
{
    spl_skip_command(parser);
    return true;
}
