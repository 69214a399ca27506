/* hunt.c - strandline hunt: every detection over logs, in one scan.
 *
 * As a table the page has everything on standard output: alerts, a line a detection, what was read.
 * For programs the alerts alone stand there. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

#include "output/alert_table.h"
#include "output/safe.h"

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

/* The widths of the columns of the summary. */
typedef struct hunt_widths {
    uint32_t severity, title;
} hunt_widths;

static hunt_widths hunt_measure(const sl_hunt *hunt)
{
    hunt_widths widths = {0, 0};
    for (uint32_t i = 0; i < hunt->count; i++) {
        const sl_detection *detection = &hunt->items[i].detection;
        uint32_t title = sl_safe_width(detection->title);
        uint32_t severity = (uint32_t)strlen(sl_detection_severity_text(detection->severity));
        if (hunt->items[i].plan == NULL) continue;
        if (title > widths.title) widths.title = title < 60 ? title : 60;
        if (severity > widths.severity) widths.severity = severity;
    }
    return widths;
}

/* "   6 alerts  high    Revert Cloud Instance (Splunk)  T1578.004" */
static void hunt_print_detection(const sl_hunted *item, const hunt_widths *widths, bool colour,
                                 sl_buffer *out)
{
    const sl_detection *detection = &item->detection;
    sl_buffer title;
    sl_buffer_init(&title);
    sl_buffer_printf(out, "%6" PRIu64 " alert%s  %s%-*s%s  ", item->alert_count,
                     item->alert_count == 1 ? " " : "s",
                     sl_alert_colour((unsigned)detection->severity, colour), (int)widths->severity,
                     sl_detection_severity_text(detection->severity), sl_alert_plain(colour));
    sl_safe_text(&title, detection->title);
    uint32_t used = sl_safe_cut(out, sl_buffer_text(&title), widths->title);
    if (detection->technique.length > 0) {
        sl_safe_pad(out, widths->title - used + 2);
        sl_safe_text(out, detection->technique);
    }
    sl_buffer_add_byte(out, '\n');
    out->failed |= title.failed;
    sl_buffer_fini(&title);
}

static const sl_diag *hunt_first(const sl_diags *diags, sl_severity severity)
{
    for (uint32_t i = 0; i < diags->count; i++)
        if (diags->items[i].severity == severity) return &diags->items[i];
    return NULL;
}

/* "  refused: x.detection.yml:3:1: no key 'sevrity' in a detection" */
static void hunt_print_diag(const sl_hunted *item, const sl_diag *diag, const char *what,
                            sl_buffer *out)
{
    const sl_detection *detection = &item->detection;
    sl_text source = item->loaded ? detection->query_source : detection->source;
    sl_buffer_printf(out, "  %s: ", what);
    sl_safe_text(out, item->loaded ? detection->query_path : detection->path);
    if (diag != NULL && source.data != NULL) {
        sl_place place = sl_place_at(source, diag->span.start);
        sl_buffer_printf(out, ":%" PRIu32 ":%" PRIu32, place.line, place.column);
    }
    sl_buffer_add_string(out, ": ");
    sl_safe_text(out, diag == NULL ? SL_TEXT("no memory") : sl_text_from(diag->message));
    sl_buffer_add_byte(out, '\n');
}

/* "  not run: 1214 detections that read no log format known here" */
static void hunt_print_group(const sl_hunt *hunt, sl_hunt_verdict verdict, const char *why,
                             sl_buffer *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < hunt->count; i++) count += hunt->items[i].verdict == verdict;
    if (count == 0) return;
    sl_buffer_printf(out, "  not run: %" PRIu32 " detection%s %s\n", count, count == 1 ? "" : "s",
                     why);
}

/* What was not run, and why; warnings about a detection's own query, but not about published content,
 * which its user did not write: `check` has those. */
static void hunt_print_refused(const sl_hunt *hunt, sl_buffer *out)
{
    for (uint32_t i = 0; i < hunt->count; i++) {
        const sl_hunted *item = &hunt->items[i];
        bool own = hunt->report.program != NULL || item->detection.published;
        if (item->diags == NULL || !own) continue; /* those were printed in full */
        const sl_diag *warning = hunt_first(item->diags, SL_WARNING);
        if (item->verdict == SL_HUNT_REFUSED)
            hunt_print_diag(item, hunt_first(item->diags, SL_ERROR), "refused", out);
        else if (item->plan != NULL && warning != NULL && !item->detection.published)
            hunt_print_diag(item, warning, "warning", out);
    }
    hunt_print_group(hunt, SL_HUNT_FOREIGN, "of logs in no format known here", out);
    hunt_print_group(hunt, SL_HUNT_DEPRECATED, "withdrawn by the publisher", out);
    for (size_t at = 0; at < hunt->pack.notes.length;) {
        sl_text notes = sl_buffer_text(&hunt->pack.notes);
        size_t end = sl_text_find_byte(notes, '\n', at);
        sl_buffer_add_string(out, "  note: ");
        sl_safe_text(out, sl_text_slice(notes, at, end));
        sl_buffer_add_byte(out, '\n');
        at = end + 1;
    }
}

static void hunt_print_summary(const sl_cli *cli, const sl_hunt *hunt, sl_buffer *out)
{
    uint32_t ran = hunt->count - hunt->refused_count;
    hunt_widths widths = hunt_measure(hunt);
    bool table = cli->options.output == SL_WRITER_TABLE;
    bool colour = table ? cli->terminal.colour : cli->error_terminal.colour;
    if (hunt->alerts.count == 0)
        sl_buffer_printf(out, "No alerts: %" PRIu32 " detection%s ran, and %s.\n", ran,
                         ran == 1 ? "" : "s",
                         ran == 1 ? "it found nothing" : "none found anything");
    else if (table) sl_buffer_add_byte(out, '\n');
    for (uint32_t i = 0; i < hunt->count; i++)
        if (hunt->items[i].plan != NULL)
            hunt_print_detection(&hunt->items[i], &widths, colour, out);
    hunt_print_refused(hunt, out);
}

static void hunt_print_unmatched(const sl_hunt *hunt, sl_buffer *out)
{
    for (uint32_t i = 0; i < hunt->count; i++) {
        const sl_hunted *item = &hunt->items[i];
        if (item->plan == NULL) continue;
        sl_report_print_unmatched(&hunt->report, item->plan_number, item->detection.title, out);
    }
}

/* The page of a hunt that ran. */
static int hunt_print(sl_cli *cli, sl_hunt *hunt, sl_status status)
{
    sl_buffer page;
    sl_buffer_init(&page);
    sl_progress_end(&cli->progress);
    sl_status written = hunt_print_alerts(cli, hunt);
    if (written == SL_NOMEM) status = SL_NOMEM;
    hunt_print_summary(cli, hunt, &page);
    sl_buffer_add_byte(&page, '\n');
    if (!sl_stream_is_closed(&cli->out)) sl_cli_report(cli, &hunt->report, &page);
    if (status == SL_OK) hunt_print_unmatched(hunt, &page);
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
static int hunt_failed(sl_cli *cli, const sl_hunt *hunt, sl_status status, const sl_buffer *error)
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
    hunt_print_refused(hunt, &text);
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
