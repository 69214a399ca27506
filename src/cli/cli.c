/* cli.c - the parts that most subcommands need. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "output/safe.h"
#include "source/path.h"

static SL_PRINTF(2, 0) void cli_vsay(sl_cli *cli, const char *format, va_list args)
{
    sl_buffer plain, safe;
    sl_progress_clear(&cli->progress);
    sl_buffer_init(&plain);
    sl_buffer_init(&safe);
    sl_buffer_vprintf(&plain, format, args);
    sl_safe_text(&safe, sl_buffer_text(&plain));
    fprintf(stderr, "strandline %s: %s\n", cli->command->name, safe.data);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&safe);
}

void sl_cli_say(sl_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cli_vsay(cli, format, args);
    va_end(args);
}

int sl_cli_usage(sl_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cli_vsay(cli, format, args);
    va_end(args);
    fprintf(stderr, "Try 'strandline %s --help'.\n", cli->command->name);
    return SL_EXIT_USAGE;
}

int sl_cli_no_memory(sl_cli *cli)
{
    sl_cli_say(cli, "the system has no more memory");
    return SL_EXIT_INPUT;
}

/* Files that were passed over, a line each. */
static void cli_notes(sl_cli *cli)
{
    sl_text line;
    for (size_t at = 0; sl_text_next_line(sl_engine_notes(cli->engine), &at, &line);)
        sl_cli_say(cli, "note: %.*s", SL_TEXT_ARG(line));
}

enum { CLI_NOTES_SHOWN = 8 };

/* What is to be said of the settings of --splunk-conf: faults always; the rest where queries are
 * looked at, and as a number where they are run. */
static void cli_conf_notes(sl_cli *cli)
{
    bool all = (cli->command->options & (SL_FOR_CHECK | SL_FOR_EXPLAIN)) != 0, fault;
    uint32_t shown = 0, left = 0, silent = 0;
    sl_text note;
    for (uint32_t i = 0; sl_engine_conf_note(cli->engine, i, &note, &fault); i++) {
        cli->conf_faults |= fault;
        if (!all && !fault) silent++;
        else if (!all && shown == CLI_NOTES_SHOWN) left++;
        else sl_cli_say(cli, "%.*s", SL_TEXT_ARG(note));
        shown += all || fault;
    }
    if (left > 0) sl_cli_say(cli, "%" PRIu32 " more settings of --splunk-conf are at fault", left);
    if (left + silent > 0)
        sl_cli_say(cli,
                   "%" PRIu32 " settings of --splunk-conf are not applied: strandline check "
                   "lists them",
                   left + silent);
}

int sl_cli_engine(sl_cli *cli)
{
    cli->engine = sl_engine_new();
    if (cli->engine == NULL) return sl_cli_no_memory(cli);
    if (sl_engine_catalog(cli->engine) == NULL) {
        const char *error = sl_engine_error(cli->engine);
        if (error == NULL) return sl_cli_no_memory(cli);
        fprintf(stderr, "%s%s", error,
                sl_text_ends(sl_text_from(error), SL_TEXT("\n")) ? "" : "\n");
        sl_cli_say(cli, "the formats could not be loaded");
        return SL_EXIT_QUERY;
    }
    if (sl_options_apply(&cli->options, cli->engine)) {
        cli_notes(cli);
        cli_conf_notes(cli);
        return SL_EXIT_OK;
    }
    const char *error = sl_engine_error(cli->engine);
    return sl_cli_usage(cli, "--%s", error == NULL ? "an option is wrong" : error);
}

void sl_cli_print(sl_cli *cli, const sl_buffer *text)
{
    if (text->length > 0) (void)sl_stream_write(&cli->out, sl_buffer_text(text));
    if (text->failed) (void)sl_cli_no_memory(cli);
}

void sl_cli_print_error(sl_cli *cli, const sl_buffer *text)
{
    sl_progress_clear(&cli->progress);
    (void)fwrite(text->data, 1, text->length, stderr);
    if (text->failed) (void)sl_cli_no_memory(cli);
}

int sl_cli_finish(sl_cli *cli, int code)
{
    if (cli->out.error == 0) return code;
    if (sl_stream_is_closed(&cli->out)) return SL_EXIT_OK;
    sl_cli_say(cli, "standard output cannot be written: %s", sl_path_error(cli->out.error));
    return sl_cli_worse(code, SL_EXIT_INPUT);
}

int sl_cli_paths(sl_cli *cli, uint32_t first, const sl_text **out_paths, uint32_t *out_count)
{
    uint32_t count = cli->options.argument_count > first ? cli->options.argument_count - first : 0;
    sl_text *paths = SL_ARENA_ARRAY(&cli->arena, count + 1, sl_text);
    if (paths == NULL) return sl_cli_no_memory(cli);
    for (uint32_t i = 0; i < count; i++) paths[i] = sl_text_from(cli->options.arguments[first + i]);
    if (count == 0) {
        if (isatty(STDIN_FILENO))
            return sl_cli_usage(cli,
                                "name the logs to read: files, directories, or - for standard "
                                "input, which is a terminal now");
        paths[count++] = SL_TEXT("-");
    }
    *out_paths = paths;
    *out_count = count;
    return SL_EXIT_OK;
}

void sl_cli_watch(sl_cli *cli)
{
    sl_exec_options *exec = &sl_engine_settings(cli->engine)->exec;
    exec->cancelled = sl_interrupt_catch();
    sl_progress_begin(&cli->progress, cli->options.progress, &cli->error_terminal);
    if (!cli->progress.on) return;
    exec->progress = sl_progress_show;
    exec->progress_context = &cli->progress;
}

static void cli_stats_text(const sl_exec_stats *stats, sl_buffer *out)
{
    double rate = stats->seconds > 0 ? (double)stats->bytes / 1e9 / stats->seconds : 0;
    sl_buffer_printf(out,
                     "files       %" PRIu64 "\nbytes       %" PRIu64 "\nrecords     %" PRIu64
                     "\ncandidates  %" PRIu64 "\nrows        %" PRIu64
                     "\nseconds     %.3f\nGB/s        %.3f\n",
                     stats->files, stats->bytes, stats->records, stats->candidates, stats->rows,
                     stats->seconds, rate);
}

void sl_cli_report(sl_cli *cli, const sl_report *report, sl_buffer *out)
{
    sl_buffer text;
    sl_buffer_init(&text);
    sl_buffer *read = out != NULL ? out : &text;
    sl_report_print(report, sl_engine_settings(cli->engine)->exec.zone, read);
    if (cli->options.stats == SL_STATS_TEXT) cli_stats_text(&report->stats, &text);
    if (cli->options.stats == SL_STATS_JSON) sl_report_json(report, &text);
    sl_cli_print_error(cli, &text);
    sl_buffer_fini(&text);
}

int sl_cli_worse(int a, int b)
{
    static const int order[] = {SL_EXIT_INTERRUPTED, SL_EXIT_USAGE, SL_EXIT_QUERY, SL_EXIT_INPUT,
                                SL_EXIT_ALERTS};
    for (size_t i = 0; i < SL_COUNT(order); i++)
        if (a == order[i] || b == order[i]) return order[i];
    return SL_EXIT_OK;
}

int sl_cli_run_code(sl_cli *cli, const sl_report *report, sl_status status)
{
    if (sl_interrupt_came()) {
        sl_cli_say(cli, "interrupted: these are partial results");
        return SL_EXIT_INTERRUPTED;
    }
    if (status == SL_NOMEM) return sl_cli_no_memory(cli);
    if (status == SL_LIMIT) {
        sl_cli_say(cli, "the memory budget was reached: --memory raises it");
        return SL_EXIT_INPUT;
    }
    if (status == SL_QUERY) {
        const char *error = sl_engine_error(cli->engine);
        sl_cli_say(cli, "%s", error == NULL ? "it cannot be run" : error);
        return SL_EXIT_USAGE;
    }
    if (status != SL_OK && status != SL_CANCELLED) {
        sl_cli_say(cli, "%s", sl_status_text(status));
        return SL_EXIT_INPUT;
    }
    return sl_faults_lost(&report->faults) ? SL_EXIT_INPUT : SL_EXIT_OK;
}

void sl_cli_diags(sl_buffer *out, const sl_diags *diags, sl_text name, sl_text source, bool colour,
                  bool all)
{
    const sl_diag *sorted[SL_DIAGS_MAX];
    for (uint32_t i = 0; i < diags->count; i++) {
        uint32_t at = i;
        for (; at > 0 && sorted[at - 1]->span.start > diags->items[i].span.start; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &diags->items[i];
    }
    for (uint32_t i = 0; i < diags->count; i++)
        if (all || sorted[i]->severity == SL_ERROR || sorted[i]->severity == SL_WARNING)
            sl_diag_print(out, sorted[i], name, source, colour);
    if (diags->dropped > 0) sl_buffer_printf(out, "... and %" PRIu32 " more\n", diags->dropped);
}

void sl_cli_lines(sl_buffer *out, const char *head, sl_text lines)
{
    sl_text line;
    for (size_t at = 0; sl_text_next_line(lines, &at, &line);) {
        sl_buffer_printf(out, "  %s: ", head);
        sl_safe_text(out, line);
        sl_buffer_add_byte(out, '\n');
    }
}

void sl_cli_wrap(sl_buffer *out, sl_text text, uint32_t at, uint32_t indent, uint32_t width)
{
    bool first = true;
    for (size_t start = 0; start < text.length;) {
        while (start < text.length && (text.data[start] == ' ' || text.data[start] == '\n'))
            start++;
        size_t end = start;
        while (end < text.length && text.data[end] != ' ' && text.data[end] != '\n') end++;
        sl_text word = sl_text_slice(text, start, end);
        uint32_t columns = sl_safe_width(word);
        if (columns == 0) break;
        if (!first && width != 0 && at + 1 + columns > width) {
            sl_buffer_add_byte(out, '\n');
            sl_safe_pad(out, indent);
            at = indent;
        } else if (!first) {
            sl_buffer_add_byte(out, ' ');
            at++;
        }
        sl_buffer_add(out, word);
        at += columns;
        start = end;
        first = false;
    }
    sl_buffer_add_byte(out, '\n');
}

void sl_cli_entry(sl_buffer *out, sl_text term, sl_text doc, uint32_t indent, uint32_t width)
{
    uint32_t columns = sl_safe_width(term) + 2;
    sl_buffer_add_string(out, "  ");
    sl_buffer_add(out, term);
    if (doc.length == 0) {
        sl_buffer_add_byte(out, '\n');
        return;
    }
    if (columns + 2 > indent) {
        sl_buffer_add_byte(out, '\n');
        columns = 0;
    }
    sl_safe_pad(out, indent - columns);
    sl_cli_wrap(out, doc, indent, indent, width);
}
