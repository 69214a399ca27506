/* run.c - strandline run: one query over logs. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/query.h"

typedef struct run_context {
    sl_cli *cli;
    sl_writer *writer;
    const sl_plan *plan;
    sl_status status; /* of the writer */
    bool limited;     /* ended by --limit */
} run_context;

/* A table goes on behind the limit, to say how much more there is. */
static bool run_is_done(const run_context *run)
{
    const sl_options *options = &run->cli->options;
    return options->has_limit && options->limit > 0 && options->output != SL_WRITER_TABLE
        && sl_writer_row_count(run->writer) >= options->limit;
}

static bool run_rows(void *context, uint32_t plan, const sl_batch *batch)
{
    run_context *run = context;
    (void)plan;
    run->status = sl_writer_rows(run->writer, &run->plan->fields, batch);
    if (run->status != SL_OK) return false;
    run->limited = run_is_done(run);
    return !run->limited;
}

static sl_writer *run_writer(sl_cli *cli)
{
    sl_writer_options options = {
        .kind = cli->options.output,
        .zone = sl_engine_settings(cli->engine)->exec.zone,
        .width = cli->terminal.width,
        .colour = cli->terminal.colour,
        .row_limit = cli->options.has_limit ? cli->options.limit : 0,
    };
    return sl_writer_new(&options, sl_stream_write, &cli->out);
}

/* Why there are no rows, and what else is to be known. */
static void run_explain(const run_context *run, const sl_report *report)
{
    static const char *const heads[] = {
        [SL_OUTCOME_NOTHING] = "found nothing", [SL_OUTCOME_UNMATCHED] = "could not match"};
    sl_buffer reasons, notes, page;
    sl_buffer_init(&reasons);
    sl_buffer_init(&notes);
    sl_buffer_init(&page);
    uint64_t count;
    sl_outcome outcome = sl_report_outcome(report, 0, &reasons, &count);
    if (count > 0 && reasons.length > 0) {
        reasons.length--; /* the line's end */
        sl_buffer_printf(&reasons, " (of %" PRIu64 ")\n", count);
    }
    if (outcome != SL_OUTCOME_ROWS) sl_cli_lines(&page, heads[outcome], sl_buffer_text(&reasons));
    sl_report_notes(report, 0, &notes);
    sl_cli_lines(&page, "note", sl_buffer_text(&notes));
    sl_cli_print_error(run->cli, &page);
    sl_buffer_fini(&page);
    sl_buffer_fini(&notes);
    sl_buffer_fini(&reasons);
}

/* Says what came of the run, and works out how the program ends. */
static int run_end(run_context *run, const sl_report *report, sl_status status)
{
    sl_cli *cli = run->cli;
    sl_progress_end(&cli->progress);
    if (run->status == SL_OK) run->status = sl_writer_end(run->writer);
    if (sl_stream_is_closed(&cli->out)) return SL_EXIT_OK;
    if (report->stats.rows == 0 && status == SL_OK) fputs("No rows.\n", stderr);
    if (run->limited) sl_cli_say(cli, "ended by --limit: there may be more");
    sl_cli_report(cli, report, NULL);

    if (status == SL_OK) run_explain(run, report);
    int code = sl_cli_run_code(cli, report, status);
    if (run->status == SL_NOMEM) code = sl_cli_worse(code, sl_cli_no_memory(cli));
    else if (run->status == SL_IO && cli->out.error == 0) {
        sl_cli_say(cli, "a temporary file for the rows cannot be written");
        code = sl_cli_worse(code, SL_EXIT_INPUT);
    }
    return code;
}

static int run_plan(sl_cli *cli, const sl_plan *plan, const sl_text *paths, uint32_t path_count)
{
    run_context run = {.cli = cli, .plan = plan, .writer = run_writer(cli)};
    if (run.writer == NULL) return sl_cli_no_memory(cli);
    sl_sink sink = {.context = &run, .rows = run_rows};
    sl_run_request request = {
        .plans = &plan, .plan_count = 1, .paths = paths, .path_count = path_count};
    sl_report report;
    sl_cli_watch(cli);
    sl_status status = sl_engine_run(cli->engine, &request, &sink, &report);
    int code = run_end(&run, &report, status);
    sl_report_fini(&report);
    sl_writer_free(run.writer);
    return sl_cli_finish(cli, code);
}

int sl_cli_run(sl_cli *cli)
{
    sl_cli_query query;
    const sl_text *paths;
    uint32_t path_count;
    sl_diags diags;
    sl_buffer text;
    int code = sl_cli_query_load(cli, &query);
    if (code == SL_EXIT_OK) code = sl_cli_paths(cli, query.arguments_used, &paths, &path_count);
    if (code == SL_EXIT_OK) code = sl_cli_engine(cli);
    if (code != SL_EXIT_OK) return code;

    sl_diags_init(&diags);
    sl_plan *plan = sl_cli_query_compile(cli, &query, &diags);
    sl_buffer_init(&text);
    sl_cli_diags(&text, &diags, query.name, query.source, cli->error_terminal.colour, false);
    sl_cli_print_error(cli, &text);
    sl_buffer_fini(&text);
    if (plan == NULL) return diags.error_count > 0 ? SL_EXIT_QUERY : sl_cli_no_memory(cli);
    code = run_plan(cli, plan, paths, path_count);
    sl_plan_free(plan);
    return code;
}
