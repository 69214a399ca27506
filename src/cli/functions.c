/* functions.c - strandline functions: what the languages have, from the tables that run them. */
#include "cli/cli.h"

#include "lang/cql/cql.h"
#include "lang/spl/spl.h"

enum { FUNCTIONS_TYPO = 3, FUNCTIONS_INDENT = 34 };

typedef enum functions_kind {
    KIND_COMMAND,
    KIND_FUNCTION,
    KIND_AGGREGATE,
    KIND_COUNT
} functions_kind;

static const char *const functions_kinds[KIND_COUNT] = {"command", "function", "aggregate"};

/* A row of any of the tables. */
typedef struct functions_item {
    const char *language;
    functions_kind kind;
    const char *name, *usage, *doc, *example;
    const char *refused; /* why it is not run here, or NULL */
} functions_item;

/* Calls `each` for all rows of a language; stops when it says false. */
typedef bool functions_each(void *context, const functions_item *item);

typedef struct functions_language {
    const char *name;
    const sl_fn_table *functions;
    const sl_agg_table *aggregates;
    const sl_command_info *(*commands)(uint32_t *out_count);
} functions_language;

static const functions_language functions_languages[] = {
    {"spl", &sl_spl_functions, &sl_spl_aggregates, sl_spl_commands},
    {"cql", &sl_cql_functions, &sl_cql_aggregates, sl_cql_commands},
};

static void functions_visit_commands(const functions_language *language, functions_each *each,
                                     void *context)
{
    uint32_t count;
    const sl_command_info *rows = language->commands(&count);
    for (uint32_t i = 0; i < count; i++) {
        functions_item item = {language->name, KIND_COMMAND,    rows[i].name,   rows[i].usage,
                               rows[i].doc,    rows[i].example, rows[i].refused};
        if (!each(context, &item)) return;
    }
}

static void functions_visit_functions(const functions_language *language, functions_each *each,
                                      void *context)
{
    for (uint32_t i = 0; i < language->functions->count; i++) {
        const sl_fn *fn = &language->functions->rows[i];
        if ((fn->flags & SL_FN_OPERATOR) != 0) continue;
        functions_item item = {language->name,
                               KIND_FUNCTION,
                               fn->name,
                               fn->usage,
                               fn->doc,
                               fn->example,
                               (fn->flags & SL_FN_REFUSED) != 0 ? fn->doc : NULL};
        if (!each(context, &item)) return;
    }
}

static void functions_visit_aggregates(const functions_language *language, functions_each *each,
                                       void *context)
{
    for (uint32_t i = 0; i < language->aggregates->count; i++) {
        const sl_agg *agg = &language->aggregates->rows[i];
        functions_item item = {language->name,
                               KIND_AGGREGATE,
                               agg->name,
                               agg->usage,
                               agg->doc,
                               agg->example,
                               (agg->flags & SL_FN_REFUSED) != 0 ? agg->doc : NULL};
        if (!each(context, &item)) return;
    }
}

static void (*const functions_visits[KIND_COUNT])(const functions_language *, functions_each *,
                                                  void *) = {
    functions_visit_commands,
    functions_visit_functions,
    functions_visit_aggregates,
};

typedef struct functions_page {
    sl_buffer out;
    sl_buffer refused; /* names of a list */
    sl_text name;      /* only this one; empty: all */
    uint32_t width;
    bool json;
    uint32_t count;
    const char *nearest;
    unsigned distance;
} functions_page;

static void functions_json_text(sl_buffer *out, const char *key, const char *text)
{
    if (text == NULL || text[0] == '\0') return;
    sl_buffer_printf(out, ",\"%s\":", key);
    sl_json_string(out, sl_text_from(text));
}

static void functions_print_json(functions_page *page, const functions_item *item)
{
    sl_buffer *out = &page->out;
    sl_buffer_printf(out, "%s{\"language\":\"%s\",\"kind\":\"%s\"",
                     page->count == 0 ? "[\n" : ",\n", item->language, functions_kinds[item->kind]);
    functions_json_text(out, "name", item->name);
    functions_json_text(out, "usage", item->usage);
    functions_json_text(out, "doc", item->doc);
    functions_json_text(out, "example", item->example);
    functions_json_text(out, "refused", item->refused);
    sl_buffer_add_byte(out, '}');
}

static sl_text functions_text(const char *text)
{
    return text == NULL ? SL_TEXT("") : sl_text_from(text);
}

static void functions_print_whole(functions_page *page, const functions_item *item)
{
    sl_buffer *out = &page->out;
    if (page->count > 0) sl_buffer_add_byte(out, '\n');
    sl_buffer_printf(out, "%s: %s %s\n", item->name, item->language, functions_kinds[item->kind]);
    sl_cli_entry(out, SL_TEXT("usage"), functions_text(item->usage), 12, page->width);
    sl_cli_entry(out, SL_TEXT("meaning"), functions_text(item->doc), 12, page->width);
    if (item->example != NULL && item->example[0] != '\0')
        sl_cli_entry(out, SL_TEXT("example"), functions_text(item->example), 12, page->width);
    if (item->refused != NULL)
        sl_cli_entry(out, SL_TEXT("refused"), functions_text(item->refused), 12, page->width);
}

/* A line of the list: the usage, which begins with the name, and the meaning. What is not run here
 * is gathered, to be named behind the list. */
static void functions_print_line(functions_page *page, const functions_item *item)
{
    sl_text usage = functions_text(item->usage);
    if (item->refused != NULL) {
        sl_buffer_printf(&page->refused, "%s%s", page->refused.length == 0 ? "" : ", ", item->name);
        return;
    }
    if (usage.length == 0) usage = functions_text(item->name);
    sl_cli_entry(&page->out, usage, functions_text(item->doc), FUNCTIONS_INDENT, page->width);
}

static bool functions_print(void *context, const functions_item *item)
{
    functions_page *page = context;
    sl_text name = functions_text(item->name);
    if (page->name.length > 0 && !sl_text_equal_nocase(name, page->name)) {
        unsigned distance = sl_text_distance(name, page->name, FUNCTIONS_TYPO);
        if (distance < page->distance) {
            page->distance = distance;
            page->nearest = item->name;
        }
        return true;
    }
    if (page->json) functions_print_json(page, item);
    else if (page->name.length > 0) functions_print_whole(page, item);
    else functions_print_line(page, item);
    page->count++;
    return true;
}

/* The names of a list that are not run here; `functions NAME` says why. */
static void functions_print_refused(functions_page *page, functions_kind kind)
{
    page->out.failed |= page->refused.failed;
    if (page->refused.length == 0) return;
    sl_buffer_printf(&page->out, "\n  known, but not run here (%ss):\n    ", functions_kinds[kind]);
    sl_cli_wrap(&page->out, sl_buffer_text(&page->refused), 4, 4, page->width);
    sl_buffer_clear(&page->refused);
}

static void functions_language_page(functions_page *page, const functions_language *language)
{
    bool list = !page->json && page->name.length == 0;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (list)
            sl_buffer_printf(&page->out, "%s%s %ss\n\n", page->count == 0 ? "" : "\n",
                             language->name, functions_kinds[kind]);
        functions_visits[kind](language, functions_print, page);
        functions_print_refused(page, (functions_kind)kind);
    }
}

static const functions_language *functions_find(const char *name)
{
    for (size_t i = 0; i < SL_COUNT(functions_languages); i++)
        if (strcmp(functions_languages[i].name, name) == 0) return &functions_languages[i];
    return NULL;
}

/* No such name: says the nearest. */
static int functions_unknown(sl_cli *cli, const functions_page *page)
{
    if (page->nearest != NULL)
        sl_cli_say(cli, "no '%.*s'; did you mean '%s'?", SL_TEXT_ARG(page->name), page->nearest);
    else sl_cli_say(cli, "no '%.*s'", SL_TEXT_ARG(page->name));
    return SL_EXIT_QUERY;
}

int sl_cli_functions(sl_cli *cli)
{
    const sl_options *options = &cli->options;
    uint32_t count = options->argument_count;
    const functions_language *one = count > 0 ? functions_find(options->arguments[0]) : NULL;
    if (options->output != SL_WRITER_TABLE && options->output != SL_WRITER_JSON)
        return sl_cli_usage(cli, "the output is table or json");
    if (count == 2 && one == NULL)
        return sl_cli_usage(cli, "no language '%s': it is spl or cql", options->arguments[0]);
    if (count > 2) return sl_cli_usage(cli, "one language and one name at most");

    functions_page page = {.width = cli->terminal.width,
                           .json = options->output == SL_WRITER_JSON,
                           .distance = FUNCTIONS_TYPO};
    if (count > (one != NULL ? 1u : 0u)) page.name = sl_text_from(options->arguments[count - 1]);
    sl_buffer_init(&page.out);
    sl_buffer_init(&page.refused);
    for (size_t i = 0; i < SL_COUNT(functions_languages); i++)
        if (one == NULL || one == &functions_languages[i])
            functions_language_page(&page, &functions_languages[i]);
    int code = SL_EXIT_OK;
    if (page.count == 0 && page.name.length > 0) {
        code = functions_unknown(cli, &page);
    } else {
        if (page.json) sl_buffer_add_string(&page.out, page.count == 0 ? "[]\n" : "\n]\n");
        sl_cli_print(cli, &page.out);
    }
    if (page.out.failed) code = SL_EXIT_INPUT;
    sl_buffer_fini(&page.out);
    sl_buffer_fini(&page.refused);
    return sl_cli_finish(cli, code);
}
