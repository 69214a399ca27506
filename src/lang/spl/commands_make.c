/* commands_make.c - commands that make rows or say something about the search itself, and those
 * that hand results to a server: makeresults, addinfo, savedsearch, collect, sendalert, noop.
 *
 * What would go to a server goes nowhere: the rows stay, and a warning says so. */
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/inline_data.h"
#include "lang/spl/inner.h"

typedef struct make {
    uint64_t count;
    bool annotate;
    spl_word format, data, ignored;
} make;

/* _time := the time of the run */
static bool make_time(spl_parser *p)
{
    sl_vector assigns = {0};
    const sl_expr *now = spl_call(p, "now", /* args= */ NULL, 0, p->command_span);
    return spl_assign(p, &assigns, SL_TEXT("_time"), now, false) && spl_add_extend(p, &assigns);
}

/* The rows that stand in data=. */
static bool make_data(spl_parser *p, const make *m)
{
    bool csv = sl_text_equal_nocase(m->format.text, SL_TEXT("csv"));
    if (m->format.end == 0 || m->data.end == 0) {
        const spl_word *lone = m->format.end == 0 ? &m->data : &m->format;
        return spl_fault(p, SL_DIAG_OPTION, lone->start, lone->end,
                         "format= and data= go together");
    }
    if (!csv && !sl_text_equal_nocase(m->format.text, SL_TEXT("json")))
        return spl_fault(p, SL_DIAG_OPTION, m->format.start, m->format.end,
                         "the formats of data= are csv and json");
    const sl_lookup *table = csv ? spl_inline_csv(p, &m->data) : spl_inline_json(p, &m->data);
    sl_op *op = table == NULL ? NULL : spl_op(p, SL_OP_GENERATE);
    if (op == NULL) return false;
    op->generate.table = table;
    return csv || make_time(p);
}

bool spl_command_makeresults(void *parser)
{
    spl_parser *p = parser;
    make m = {.count = UINT64_MAX};
    const spl_option options[] = {
        {.name = "count", .count = &m.count},
        {.name = "annotate", .flag = &m.annotate},
        {.name = "splunk_server", .text = &m.ignored},
        {.name = "splunk_server_group", .text = &m.ignored},
        {.name = "format", .text = &m.format},
        {.name = "data", .text = &m.data},
    };
    if (!spl_check_first(p) || !spl_read_options(p, options, SL_COUNT(options))) return false;
    bool data = m.format.end != 0 || m.data.end != 0, counted = m.count != UINT64_MAX;
    if (m.annotate || (data && counted)) {
        p->said = true;
        sl_diag_error(
            p->builder.diags, m.annotate ? SL_DIAG_REFUSED : SL_DIAG_OPTION, p->command_span,
            m.annotate ? "'makeresults' with annotate=true is not run here"
                       : "data= says how many rows there are: count= does not go with it");
        return false;
    }
    if (data) return make_data(p, &m);
    sl_op *op = spl_op(p, SL_OP_GENERATE);
    if (op == NULL) return false;
    op->generate.count = counted ? m.count : 1;
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
