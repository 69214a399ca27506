/* cli.h - what the subcommands share: options, engine, both ends of the output, exit codes.
 *
 * Results go to standard output, everything else to standard error.
 *
 * Owner:    main.
 * Lifetime: of the program.
 * Threads:  the main one. */
#ifndef SL_CLI_CLI_H
#define SL_CLI_CLI_H

#include "cli/options.h"
#include "cli/stream.h"
#include "cli/terminal.h"

/* Of the codes that apply, the first of 2, 1, 3 and 10 is the program's. */
enum {
    SL_EXIT_OK = 0,
    SL_EXIT_QUERY = 1,
    SL_EXIT_USAGE = 2,
    SL_EXIT_INPUT = 3,
    SL_EXIT_ALERTS = 10,
    SL_EXIT_INTERRUPTED = 130
};

struct sl_cli {
    const sl_command *command;
    sl_options options;
    sl_arena arena;
    sl_pack pack;      /* of the detections that are named, but for hunt's */
    sl_engine *engine; /* NULL until sl_cli_engine */
    sl_terminal terminal, error_terminal;
    sl_stream out;
    sl_progress progress;
    bool conf_faults; /* settings of --splunk-conf are at fault; they were said */
};

/* The subcommands. */
int sl_cli_run(sl_cli *cli);
int sl_cli_hunt(sl_cli *cli);
int sl_cli_check(sl_cli *cli);
int sl_cli_explain(sl_cli *cli);
int sl_cli_functions(sl_cli *cli);
int sl_cli_formats(sl_cli *cli);

/* Makes the engine and passes the options on. SL_EXIT_OK, or the code to end with: it was said. */
int sl_cli_engine(sl_cli *cli) SL_MUST_USE;
/* Says "strandline run: ..." on standard error. */
void sl_cli_say(sl_cli *cli, const char *format, ...) SL_PRINTF(2, 3);
/* The same, with where to find help; answers SL_EXIT_USAGE. */
int sl_cli_usage(sl_cli *cli, const char *format, ...) SL_PRINTF(2, 3);
/* Says that memory ended; answers SL_EXIT_INPUT. */
int sl_cli_no_memory(sl_cli *cli);
/* Writes to standard output, or to standard error. */
void sl_cli_print(sl_cli *cli, const sl_buffer *text);
void sl_cli_print_error(sl_cli *cli, const sl_buffer *text);
/* The code to end with: `code`, unless standard output failed. */
int sl_cli_finish(sl_cli *cli, int code);

/* The paths to read: the arguments from `first` on, or standard input when there are none and it is
 * not a terminal. SL_EXIT_OK, or the code to end with: it was said. */
int sl_cli_paths(sl_cli *cli, uint32_t first, const sl_text **out_paths,
                 uint32_t *out_count) SL_MUST_USE;
/* Makes a run report its progress and stop at Ctrl-C. */
void sl_cli_watch(sl_cli *cli);
/* What a run came to, on standard error (or out, when `out` is not NULL): what was read; and on
 * standard error --stats. */
void sl_cli_report(sl_cli *cli, const sl_report *report, sl_buffer *out);
/* The exit code of a run that ended with `status`; says what is not said elsewhere. */
int sl_cli_run_code(sl_cli *cli, const sl_report *report, sl_status status);
/* Of two codes the one that goes first. */
int sl_cli_worse(int a, int b);

/* Appends diagnostics with carets, in the order of the text: errors and warnings, or all. */
void sl_cli_diags(sl_buffer *out, const sl_diags *diags, sl_text name, sl_text source, bool colour,
                  bool all);
/* Appends "  head: line" for each line of `lines`, made safe for a terminal. */
void sl_cli_lines(sl_buffer *out, const char *head, sl_text lines);
/* Appends `text` word by word, broken at `width` (0: never); lines after the first stand at
 * `indent`, and the first begins at column `at`. Ends the line. */
void sl_cli_wrap(sl_buffer *out, sl_text text, uint32_t at, uint32_t indent, uint32_t width);
/* Appends "  term   what it is", wrapped, the second part at column `indent`. */
void sl_cli_entry(sl_buffer *out, sl_text term, sl_text doc, uint32_t indent, uint32_t width);

#endif
