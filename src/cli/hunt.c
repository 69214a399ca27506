/* hunt.c - strandline hunt: every detection over logs, in one scan.
 *
 * As a table the page has everything on standard output: alerts, a line a detection, what was read.
 * As one JSON object it has the same; as ndjson and csv the alerts alone stand there. */
#include "cli/hunt.h"

#include <inttypes.h>
#include <stdio.h>

#include "output/alert_table.h"

static void hunt_view(void *context, size_t index, sl_alert_view *out)
{
    const sl_hunt *hunt = context;
    const sl_alert *alert = &hunt->alerts.items[index];
    const sl_detection *detection = alert->detection;
    *out = (sl_alert_view){
        .detection = detection->title,
        .id = detection->id,
        .technique = detection->technique,
        .severity = sl_text_from(sl_detection_severity_text(detection->severity)),
        .severity_rank = (unsigned)detection->severity,
        .time = alert->time,
        .parts = alert->parts,
        .names = alert->names,
        .fields = alert->fields,
        .values = alert->values,
        .field_count = alert->field_count,
    };
}

static sl_status hunt_print_alerts(sl_cli *cli, sl_hunt *hunt)
{
    uint64_t shown = cli->options.output == SL_WRITER_TABLE ? SL_ALERTS_SHOWN : 0;
    sl_alert_source source = {.context = hunt, .count = hunt->alerts.count, .view = hunt_view};
    sl_alert_options options = {
        .kind = cli->options.output,
        .zone = sl_engine_settings(cli->engine)->exec.zone,
        .width = cli->terminal.width,
        .colour = cli->terminal.colour,
        .shown = cli->options.has_limit ? cli->options.limit : shown,
    };
    return sl_alerts_write(&source, &options, sl_stream_write, &cli->out);
}

/* The page of a hunt that ran. */
static int hunt_print(sl_cli *cli, sl_hunt *hunt, sl_status status)
{
    sl_buffer page;
    sl_buffer_init(&page);
    sl_progress_end(&cli->progress);
    bool json = cli->options.output == SL_WRITER_JSON;
    if (json) (void)sl_stream_write(&cli->out, SL_TEXT("{\"alerts\":"));
    sl_status written = hunt_print_alerts(cli, hunt);
    if (written == SL_NOMEM) status = SL_NOMEM;
    if (json) sl_cli_hunt_json(cli, hunt);
    sl_cli_hunt_page(cli, hunt, &page);
    if (!sl_stream_is_closed(&cli->out)) sl_cli_report(cli, &hunt->report, &page);
    if (cli->options.output == SL_WRITER_TABLE) sl_cli_print(cli, &page);
    else if (!sl_stream_is_closed(&cli->out)) sl_cli_print_error(cli, &page);
    bool failed = page.failed;
    sl_buffer_fini(&page);
    if (sl_stream_is_closed(&cli->out)) return SL_EXIT_OK;

    int code = sl_cli_run_code(cli, &hunt->report, status);
    if (failed) code = sl_cli_worse(code, SL_EXIT_INPUT);
    if (cli->options.exit_alerts && hunt->alerts.count > 0)
        code = sl_cli_worse(code, SL_EXIT_ALERTS);
    return code;
}

/* Nothing ran: the detections are not there, or all refused. */
static int hunt_failed(sl_cli *cli, sl_hunt *hunt, sl_status status, const sl_buffer *error)
{
    sl_buffer text;
    if (status == SL_NOMEM) return sl_cli_no_memory(cli);
    if (error->length > 0) return sl_cli_usage(cli, "%s", error->data);
    sl_buffer_init(&text);
    for (uint32_t i = 0; i < hunt->count; i++) {
        const sl_hunted *item = &hunt->items[i];
        const sl_detection *detection = &item->detection;
        if (item->diags == NULL || detection->published) continue;
        sl_cli_diags(&text, item->diags, item->loaded ? detection->query_path : detection->path,
                     item->loaded ? detection->query_source : detection->source,
                     cli->error_terminal.colour, false);
    }
    sl_cli_hunt_page(cli, hunt, &text);
    sl_cli_print_error(cli, &text);
    sl_buffer_fini(&text);
    sl_cli_say(cli, "all detections were refused");
    return SL_EXIT_QUERY;
}

int sl_cli_hunt(sl_cli *cli)
{
    const sl_text *paths;
    uint32_t path_count, count = cli->options.detection_count;
    int code = sl_cli_paths(cli, 0, &paths, &path_count);
    if (code == SL_EXIT_OK) code = sl_cli_engine(cli);
    if (code != SL_EXIT_OK) return code;
    sl_text *directories = SL_ARENA_ARRAY(&cli->arena, count, sl_text);
    if (directories == NULL) return sl_cli_no_memory(cli);
    for (uint32_t i = 0; i < count; i++) directories[i] = sl_text_from(cli->options.detections[i]);

    sl_hunt *hunt = NULL;
    sl_buffer error;
    sl_buffer_init(&error);
    sl_cli_watch(cli);
    sl_status status = sl_engine_hunt(cli->engine, count == 0 ? NULL : directories, count, paths,
                                      path_count, &hunt, &error);
    if (hunt != NULL && hunt->report.program != NULL) code = hunt_print(cli, hunt, status);
    else code = hunt_failed(cli, hunt, status, &error);
    sl_hunt_free(hunt);
    sl_buffer_fini(&error);
    return sl_cli_finish(cli, code);
}
