/* query.c - finds the query's text and its language. */
#include "cli/query.h"

#include <assert.h>

#include "detect/file.h"

bool sl_cli_query_is_detection(sl_text path)
{
    return sl_text_ends(path, SL_TEXT(".yml")) || sl_text_ends(path, SL_TEXT(".yaml"));
}

sl_cli_query sl_cli_query_of(const sl_detection *detection, sl_library *library)
{
    return (sl_cli_query){.name = detection->query_path,
                          .text = detection->query_text,
                          .source = detection->query_source,
                          .map = detection->query_map,
                          .library = library,
                          .language = detection->language,
                          .profile = detection->profile};
}

/* What stands behind the last dot of the last part of a path. */
static sl_text query_extension(sl_text path)
{
    for (size_t i = path.length; i > 0; i--) {
        if (path.data[i - 1] == '/') break;
        if (path.data[i - 1] == '.') return sl_text_slice(path, i, path.length);
    }
    return SL_TEXT("");
}

static int query_language(sl_cli *cli, sl_text path, sl_language *out)
{
    const char *given = cli->options.language;
    sl_text extension = query_extension(path);
    if (given != NULL) {
        if (sl_language_parse(sl_text_from(given), out)) return SL_EXIT_OK;
        if (strcmp(given, "sigma") != 0)
            return sl_cli_usage(cli, "no language '%s': it is spl or cql", given);
        sl_cli_say(cli, "Sigma rules are not run here");
        return SL_EXIT_QUERY;
    }
    if (sl_language_parse(extension, out)) return SL_EXIT_OK;
    return sl_cli_usage(cli, "%.*s: its name does not tell the language (.spl, .cql): add --lang",
                        SL_TEXT_ARG(path));
}

static int query_load_detection(sl_cli *cli, sl_text path, sl_cli_query *out)
{
    sl_detection detection;
    sl_buffer text;
    sl_diags diags;
    sl_diags_init(&diags);
    uint32_t before = cli->pack.count;
    sl_status status = sl_pack_add(&cli->pack, path);
    if (status == SL_NOMEM) return sl_cli_no_memory(cli);
    if (status == SL_IO) return sl_cli_usage(cli, "there is no %.*s", SL_TEXT_ARG(path));
    if (status != SL_OK || cli->pack.count != before + 1) /* a directory may have any name */
        return sl_cli_usage(cli, "%.*s is not one detection", SL_TEXT_ARG(path));
    const sl_pack_item *item = &cli->pack.items[before];
    status = sl_pack_load(item, &cli->arena, &diags, &detection);
    if (status == SL_NOMEM) return sl_cli_no_memory(cli);
    sl_buffer_init(&text);
    sl_cli_diags(&text, &diags, path, detection.source, cli->error_terminal.colour, true);
    sl_cli_print_error(cli, &text);
    sl_buffer_fini(&text);
    if (status != SL_OK) return status == SL_IO ? SL_EXIT_USAGE : SL_EXIT_QUERY;
    *out = sl_cli_query_of(&detection, item->library);
    return SL_EXIT_OK;
}

int sl_cli_query_load_file(sl_cli *cli, const char *path, sl_cli_query *out)
{
    const char *reason;
    *out = (sl_cli_query){.name = sl_text_from(path)};
    if (cli->options.language == NULL && sl_cli_query_is_detection(out->name))
        return query_load_detection(cli, out->name, out);
    sl_status status = sl_file_read(out->name, &cli->arena, &out->text, &reason);
    if (status == SL_NOMEM) return sl_cli_no_memory(cli);
    if (status != SL_OK) return sl_cli_usage(cli, "the query %s cannot be read: %s", path, reason);
    out->source = out->text;
    return query_language(cli, out->name, &out->language);
}

int sl_cli_query_load_inline(sl_cli *cli, sl_cli_query *out)
{
    assert(cli->options.query != NULL);
    *out = (sl_cli_query){.name = SL_TEXT("query"), .text = sl_text_from(cli->options.query)};
    out->source = out->text;
    if (cli->options.language == NULL)
        return sl_cli_usage(cli, "-q needs --lang spl or --lang cql");
    return query_language(cli, out->name, &out->language);
}

int sl_cli_query_load(sl_cli *cli, sl_cli_query *out)
{
    if (cli->options.query != NULL) return sl_cli_query_load_inline(cli, out);
    if (cli->options.argument_count == 0)
        return sl_cli_usage(cli, "name a query file, or give the query with -q");
    int code = sl_cli_query_load_file(cli, cli->options.arguments[0], out);
    out->arguments_used = 1;
    return code;
}

sl_plan *sl_cli_query_compile(sl_cli *cli, const sl_cli_query *query, sl_diags *diags)
{
    if (query->profile.length > 0) {
        sl_text profile = sl_arena_copy(&cli->arena, query->profile);
        if (profile.data == NULL || !sl_engine_set(cli->engine, "profile", profile.data)) {
            sl_diag_error(diags, SL_DIAG_FORMAT, (sl_span){0, 0},
                          "no format has the profile '%.*s'", SL_TEXT_ARG(query->profile));
            return NULL;
        }
    }
    sl_compile_source source = {.language = query->language,
                                .name = query->name,
                                .text = query->text,
                                .profile = query->profile,
                                .library = query->library};
    sl_plan *plan = sl_engine_compile_source(cli->engine, &source, diags);
    sl_text_map_diags(&query->map, diags);
    return plan;
}
