/* explain.c - strandline explain: the plan of a query as a tree. */
#include "cli/cli.h"
#include "cli/query.h"

int sl_cli_explain(sl_cli *cli)
{
    sl_cli_query query;
    sl_diags diags;
    sl_buffer text;
    if (cli->options.output != SL_WRITER_TABLE)
        return sl_cli_usage(cli, "a plan is for people: no -o");
    int code = sl_cli_query_load(cli, &query);
    if (code != SL_EXIT_OK) return code;
    if (cli->options.argument_count > query.arguments_used)
        return sl_cli_usage(cli, "one query at a time");
    code = sl_cli_engine(cli);
    if (code != SL_EXIT_OK) return code;
    sl_engine_settings(cli->engine)->missing_is_warning = true;

    sl_diags_init(&diags);
    sl_plan *plan = sl_cli_query_compile(cli, &query, &diags);
    sl_buffer_init(&text);
    sl_cli_diags(&text, &diags, query.name, query.source, cli->error_terminal.colour, false);
    sl_cli_print_error(cli, &text);
    sl_buffer_clear(&text);
    if (plan == NULL) code = diags.error_count > 0 ? SL_EXIT_QUERY : sl_cli_no_memory(cli);
    else sl_engine_explain(cli->engine, plan, &text);
    sl_cli_print(cli, &text);
    if (text.failed) code = SL_EXIT_INPUT;
    sl_buffer_fini(&text);
    sl_plan_free(plan);
    return sl_cli_finish(cli, code);
}
