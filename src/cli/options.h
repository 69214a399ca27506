/* options.h - the options of all subcommands: one table, read by the parser and by --help.
 *
 * Owner:    sl_options_fini; texts are those of argv.
 * Lifetime: argv's.
 * Threads:  one at a time. */
#ifndef SL_CLI_OPTIONS_H
#define SL_CLI_OPTIONS_H

#include "cli/progress.h"
#include "engine/engine.h"
#include "output/writer.h"

enum { SL_SETTINGS_MAX = 64 };

/* Which subcommands an option belongs to. */
enum {
    SL_FOR_RUN = 1,
    SL_FOR_HUNT = 2,
    SL_FOR_CHECK = 4,
    SL_FOR_EXPLAIN = 8,
    SL_FOR_FUNCTIONS = 16,
    SL_FOR_FORMATS = 32
};

typedef struct sl_cli sl_cli;

typedef struct sl_command {
    const char *name;
    const char *arguments; /* as the usage line has them */
    const char *summary;   /* one line, for the list of commands */
    const char *doc;       /* behind the options in its help */
    unsigned options;      /* SL_FOR_... */
    int (*run)(sl_cli *cli);
} sl_command;

typedef enum sl_stats_form { SL_STATS_NONE, SL_STATS_TEXT, SL_STATS_JSON } sl_stats_form;

/* An option that is passed on to sl_engine_set. */
typedef struct sl_setting {
    const char *name, *value;
} sl_setting;

typedef struct sl_options {
    sl_writer_kind output; /* table */
    sl_setting settings[SL_SETTINGS_MAX];
    uint32_t setting_count;
    sl_progress_when progress;
    sl_stats_form stats;
    bool has_limit;
    uint64_t limit;
    const char *query, *language; /* -q, --lang; NULL: not given */
    bool strict, exit_alerts;
    const char **arguments; /* what is no option, in order */
    uint32_t argument_count;
    const char **detections; /* -d */
    uint32_t detection_count;
} sl_options;

/* Reads argv, whose first word is the subcommand. Wrong usage ends the program with 2, and --help
 * with 0, as argp does it. False when memory ends. */
bool sl_options_parse(const sl_command *command, int argc, char **argv, sl_options *out);
void sl_options_fini(sl_options *options);
/* Passes the settings on; false (sl_engine_error) when one is wrong. */
bool sl_options_apply(const sl_options *options, sl_engine *engine);

#endif
