/* options.c - one row an option: its name, its help, who has it, and what is done with it.
 *
 * argp parses and prints; its table is made from the rows that the subcommand has. */
#include "cli/options.h"

#include <argp.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"

typedef struct options_row options_row;
typedef error_t options_take(const options_row *row, sl_options *options, char *argument,
                             struct argp_state *state);

struct options_row {
    const char *name;
    int letter; /* 0: none */
    const char *argument;
    const char *doc; /* NULL: not listed */
    unsigned commands;
    int group;
    options_take *take;
    const char *value; /* of a setting without argument */
    bool optional;     /* the argument is */
};

enum { GROUP_QUERY = 1, GROUP_INPUT, GROUP_OUTPUT, GROUP_RUN, GROUP_HIDDEN };

static error_t take_setting(const options_row *row, sl_options *options, char *argument,
                            struct argp_state *state)
{
    const char *name = strcmp(row->name, "no-gate") == 0 ? "gate" : row->name;
    if (options->setting_count == SL_SETTINGS_MAX) {
        argp_error(state, "too many options");
        return EINVAL;
    }
    options->settings[options->setting_count++] =
        (sl_setting){name, row->value != NULL ? row->value : argument};
    return 0;
}

static error_t take_output(const options_row *row, sl_options *options, char *argument,
                           struct argp_state *state)
{
    (void)row;
    if (sl_writer_kind_parse(sl_text_from(argument), &options->output)) return 0;
    argp_error(state, "no output '%s': it is table, ndjson, json or csv", argument);
    return EINVAL;
}

static error_t take_progress(const options_row *row, sl_options *options, char *argument,
                             struct argp_state *state)
{
    static const char *const names[] = {
        [SL_PROGRESS_AUTO] = "auto",
        [SL_PROGRESS_ALWAYS] = "always",
        [SL_PROGRESS_NEVER] = "never",
    };
    (void)row;
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        if (strcmp(argument, names[i]) != 0) continue;
        options->progress = (sl_progress_when)i;
        return 0;
    }
    argp_error(state, "--progress is auto, always or never, not '%s'", argument);
    return EINVAL;
}

static error_t take_stats(const options_row *row, sl_options *options, char *argument,
                          struct argp_state *state)
{
    (void)row;
    options->stats = SL_STATS_TEXT;
    if (argument == NULL || strcmp(argument, "text") == 0) return 0;
    options->stats = SL_STATS_JSON;
    if (strcmp(argument, "json") == 0) return 0;
    argp_error(state, "--stats is text or json, not '%s'", argument);
    return EINVAL;
}

static error_t take_limit(const options_row *row, sl_options *options, char *argument,
                          struct argp_state *state)
{
    int64_t limit;
    (void)row;
    if (sl_integer_parse(sl_text_from(argument), &limit) && limit >= 0) {
        options->has_limit = true;
        options->limit = (uint64_t)limit;
        return 0;
    }
    argp_error(state, "--limit: '%s' is not a number", argument);
    return EINVAL;
}

static error_t take_query(const options_row *row, sl_options *options, char *argument,
                          struct argp_state *state)
{
    (void)row;
    (void)state;
    options->query = argument;
    return 0;
}

static error_t take_language(const options_row *row, sl_options *options, char *argument,
                             struct argp_state *state)
{
    (void)row;
    (void)state;
    options->language = argument;
    return 0;
}

static error_t take_detections(const options_row *row, sl_options *options, char *argument,
                               struct argp_state *state)
{
    (void)row;
    (void)state;
    options->detections[options->detection_count++] = argument;
    return 0;
}

static error_t take_strict(const options_row *row, sl_options *options, char *argument,
                           struct argp_state *state)
{
    (void)row;
    (void)argument;
    (void)state;
    options->strict = true;
    return 0;
}

static error_t take_exit_alerts(const options_row *row, sl_options *options, char *argument,
                                struct argp_state *state)
{
    (void)row;
    (void)argument;
    (void)state;
    options->exit_alerts = true;
    return 0;
}

/* Known by name, so that it is not taken for a typing mistake. */
static error_t take_refused(const options_row *row, sl_options *options, char *argument,
                            struct argp_state *state)
{
    (void)options;
    (void)argument;
    argp_error(state, "--%s is not there yet", row->name);
    return EINVAL;
}

enum {
    READING = SL_FOR_RUN | SL_FOR_HUNT,
    QUERYING = SL_FOR_RUN | SL_FOR_EXPLAIN | SL_FOR_CHECK,
    COMPILING = READING | SL_FOR_EXPLAIN | SL_FOR_CHECK,
    EVERYONE = COMPILING | SL_FOR_FUNCTIONS | SL_FOR_FORMATS
};

static const options_row options_rows[] = {
    {"tz", 0, "ZONE", "Time zone: UTC (the default), +02:00 or Europe/Berlin", COMPILING,
     GROUP_INPUT, take_setting, NULL, false},
    {"now", 0, "TIME", "What the time is (default: what the clock says)", COMPILING, GROUP_INPUT,
     take_setting, NULL, false},

    {"query", 'q', "QUERY", "The query itself, instead of a file", QUERYING, GROUP_QUERY,
     take_query, NULL, false},
    {"lang", 0, "LANGUAGE", "spl or cql (default: by the file's name)", QUERYING, GROUP_QUERY,
     take_language, NULL, false},
    {"detections", 'd', "PATH",
     "A detection file, or a directory of them; may be given again (default: those installed)",
     SL_FOR_HUNT | SL_FOR_CHECK, GROUP_QUERY, take_detections, NULL, false},
    {"profile", 0, "NAME", "Which names and values the formats' fields have (default: default)",
     COMPILING, GROUP_QUERY, take_setting, NULL, false},
    {"lookups", 0, "DIRECTORY",
     "Where macros (macros.conf, *.yml) and lookups (*.csv, transforms.conf, *.yml) stand; may be "
     "given again",
     COMPILING, GROUP_QUERY, take_setting, NULL, false},
    {"splunk-conf", 0, "DIRECTORY",
     "A Splunk app (default/, local/, lookups/), or a directory with its .conf files: fields as "
     "its "
     "props.conf makes them; may be given again",
     COMPILING, GROUP_QUERY, take_setting, NULL, false},
    {"param", 0, "NAME=VALUE", "A parameter of the query (?NAME in CQL); may be given again",
     COMPILING, GROUP_QUERY, take_setting, NULL, false},
    {"outputs", 0, "DIRECTORY", "Where outputlookup may write tables (default: nowhere)", READING,
     GROUP_QUERY, take_setting, NULL, false},
    {"strict", 0, NULL, "Warnings and extensions make the exit code 1", SL_FOR_CHECK, GROUP_QUERY,
     take_strict, NULL, false},

    {"earliest", 0, "TIME", "Only events from then on: ISO 8601, epoch seconds, or as -24h@h",
     READING, GROUP_INPUT, take_setting, NULL, false},
    {"latest", 0, "TIME", "Only events before then", READING, GROUP_INPUT, take_setting, NULL,
     false},
    {"format", 0, "NAME", "Take every record as one of this format", READING, GROUP_INPUT,
     take_setting, NULL, false},

    {"output", 'o', "FORM", "table (the default), ndjson, json or csv", EVERYONE, GROUP_OUTPUT,
     take_output, NULL, false},
    {"limit", 0, "N", "At most so many rows, or alerts of a detection", READING, GROUP_OUTPUT,
     take_limit, NULL, false},
    {"ordered", 0, NULL, "Rows in the order of their time, where the query does not order them",
     SL_FOR_RUN, GROUP_OUTPUT, take_setting, "on", false},
    {"exit-alerts", 0, NULL, "End with 10 when there are alerts", SL_FOR_HUNT, GROUP_OUTPUT,
     take_exit_alerts, NULL, false},
    {"progress", 0, "WHEN", "auto (the default: on a terminal), always or never", READING,
     GROUP_OUTPUT, take_progress, NULL, false},
    {"stats", 0, "FORM", "What was read, and how fast, to standard error: text or json", READING,
     GROUP_OUTPUT, take_stats, NULL, true},

    {"threads", 0, "N", "How many threads read (default: one a processor)", READING, GROUP_RUN,
     take_setting, NULL, false},
    {"memory", 0, "SIZE", "Budget of memory, for instance 512M (default: 1GiB)", READING, GROUP_RUN,
     take_setting, NULL, false},
    {"no-gate", 0, NULL, "Look at every record whole, even where it cannot match", READING,
     GROUP_RUN, take_setting, "off", false},

    {"batch-rows", 0, "N", NULL, READING, GROUP_HIDDEN, take_setting, NULL, false},
    {"block-bytes", 0, "SIZE", NULL, READING, GROUP_HIDDEN, take_setting, NULL, false},
    {"record-bytes", 0, "SIZE", NULL, READING, GROUP_HIDDEN, take_setting, NULL, false},
    {"inflated-bytes", 0, "SIZE", NULL, READING, GROUP_HIDDEN, take_setting, NULL, false},
    {"redact", 0, "FIELDS", NULL, READING, GROUP_HIDDEN, take_refused, NULL, false},
};

enum { OPTIONS_ROWS = SL_COUNT(options_rows), OPTIONS_KEY = 0x1000, OPTIONS_HEADINGS = 8 };

static int options_key(size_t index)
{
    return options_rows[index].letter != 0 ? options_rows[index].letter : OPTIONS_KEY + (int)index;
}

static error_t options_parse_one(int key, char *argument, struct argp_state *state)
{
    sl_options *options = state->input;
    if (key == ARGP_KEY_ARG) {
        options->arguments[options->argument_count++] = argument;
        return 0;
    }
    for (size_t i = 0; i < OPTIONS_ROWS; i++)
        if (options_key(i) == key)
            return options_rows[i].take(&options_rows[i], options, argument, state);
    return ARGP_ERR_UNKNOWN;
}

/* The rows of `command` as argp wants them, with a heading before each group. */
static void options_list(const sl_command *command,
                         struct argp_option out[OPTIONS_ROWS + OPTIONS_HEADINGS])
{
    static const char *const headings[] = {
        [GROUP_QUERY] = "Query:",
        [GROUP_INPUT] = "Input:",
        [GROUP_OUTPUT] = "Output:",
        [GROUP_RUN] = "Run:",
    };
    size_t count = 0;
    for (int group = GROUP_QUERY; group <= GROUP_HIDDEN; group++) {
        bool headed = group == GROUP_HIDDEN;
        for (size_t i = 0; i < OPTIONS_ROWS; i++) {
            const options_row *row = &options_rows[i];
            if (row->group != group || (row->commands & command->options) == 0) continue;
            if (!headed)
                out[count++] = (struct argp_option){.doc = headings[group], .group = group};
            headed = true;
            int flags =
                (row->doc == NULL ? OPTION_HIDDEN : 0) | (row->optional ? OPTION_ARG_OPTIONAL : 0);
            out[count++] = (struct argp_option){.name = row->name,
                                                .key = options_key(i),
                                                .arg = row->argument,
                                                .flags = flags,
                                                .doc = row->doc,
                                                .group = group};
        }
    }
    out[count] = (struct argp_option){.name = NULL};
}

bool sl_options_parse(const sl_command *command, int argc, char **argv, sl_options *out)
{
    struct argp_option list[OPTIONS_ROWS + OPTIONS_HEADINGS];
    *out = (sl_options){.output = SL_WRITER_TABLE};
    out->arguments = sl_calloc((size_t)argc + 1, sizeof *out->arguments);
    out->detections = sl_calloc((size_t)argc + 1, sizeof *out->detections);
    if (out->arguments == NULL || out->detections == NULL) return false;

    options_list(command, list);
    struct argp argp = {.options = list,
                        .parser = options_parse_one,
                        .args_doc = command->arguments,
                        .doc = command->doc};
    argp_err_exit_status = 2;
    return argp_parse(&argp, argc, argv, 0, NULL, out) == 0;
}

void sl_options_fini(sl_options *options)
{
    free(options->arguments);
    free(options->detections);
    options->arguments = options->detections = NULL;
}

bool sl_options_apply(const sl_options *options, sl_engine *engine)
{
    /* The zone first and apps last, whatever the order in which they were given. */
    for (int pass = 0; pass < 3; pass++)
        for (uint32_t i = 0; i < options->setting_count; i++) {
            const sl_setting *setting = &options->settings[i];
            int own = strcmp(setting->name, "tz") == 0      ? 0
                : strcmp(setting->name, "splunk-conf") == 0 ? 2
                                                            : 1;
            if (own != pass) continue;
            if (!sl_engine_set(engine, setting->name, setting->value)) return false;
        }
    return true;
}
