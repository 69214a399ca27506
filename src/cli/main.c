/* main.c - finds the subcommand, gives it its options, ends with its exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/interrupt.h"

static const sl_command main_commands[] = {
    {"run", "FILE [PATH...]\n-q QUERY --lang LANGUAGE [PATH...]", "one query over logs",
     "Runs one query over logs and prints its rows."
     "\vFILE is a query (.spl, .cql) or a detection (*.detection.yml, or one of published "
     "content). PATH is a file or a "
     "directory of logs; without one, standard input is read. Files are recognised by their "
     "content, compressed or not.\n\n"
     "What was read is said on standard error when the run ends.",
     SL_FOR_RUN, sl_cli_run},
    {"hunt", "[PATH...]", "every detection over logs: alerts",
     "Runs every detection over logs, in one scan, and prints alerts."
     "\vPATH is a file or a directory of logs; without one, standard input is read. Copies of an "
     "event count once. A table shows at most 20 alerts of a detection; --limit 0 shows all.",
     SL_FOR_HUNT, sl_cli_hunt},
    {"check", "[FILE...]", "what is wrong, and what the vendor would reject",
     "Says what is wrong with queries and detections, what the language's vendor would reject, and "
     "what can never match."
     "\vFILE is a query, a detection (*.detection.yml, or one of published content) or a directory "
     "of detections; without one, the installed detections are checked. -o json prints an array of "
     "diagnostics.",
     SL_FOR_CHECK, sl_cli_check},
    {"explain", "FILE\n-q QUERY --lang LANGUAGE", "the plan of a query",
     "Prints the plan of a query as a tree, and the fields it wants.", SL_FOR_EXPLAIN,
     sl_cli_explain},
    {"functions", "[LANGUAGE] [NAME]", "commands and functions of the languages",
     "Lists the commands, functions and aggregates of the languages, or describes one."
     "\v-o json prints an array of objects.",
     SL_FOR_FUNCTIONS, sl_cli_functions},
    {"formats", "[NAME]", "the formats of logs",
     "Lists the formats of logs, or prints what is known of one."
     "\v-o json prints an array of objects.",
     SL_FOR_FORMATS, sl_cli_formats},
};

static int main_help(FILE *out)
{
    fputs("usage: strandline COMMAND [OPTION...] [ARGUMENT...]\n"
          "Runs published security detections over cloud audit logs, without a SIEM.\n\n",
          out);
    for (size_t i = 0; i < SL_COUNT(main_commands); i++)
        fprintf(out, "  %-11s %s\n", main_commands[i].name, main_commands[i].summary);
    fputs("\n  strandline COMMAND --help    the options of a command\n"
          "  strandline --version         the version\n\n"
          "For instance:\n\n"
          "  strandline hunt AWSLogs\n"
          "  strandline run T1578.004.spl AWSLogs azure-export.json\n"
          "  strandline run -q 'eventName=StopInstances | stats count by user' --lang spl AWSLogs\n"
          "  strandline check T1578.004.cql\n",
          out);
    return fflush(out) == 0 ? SL_EXIT_OK : SL_EXIT_INPUT;
}

static const sl_command *main_find(const char *name)
{
    for (size_t i = 0; i < SL_COUNT(main_commands); i++)
        if (strcmp(main_commands[i].name, name) == 0) return &main_commands[i];
    return NULL;
}

/* The command nearest to `name`, or NULL; of two as near, the one with the same first letter. */
static const char *main_nearest(const char *name)
{
    const char *nearest = NULL;
    unsigned least = 5;
    for (size_t i = 0; i < SL_COUNT(main_commands); i++) {
        const char *other = main_commands[i].name;
        unsigned distance = sl_text_distance(sl_text_from(name), sl_text_from(other), 2);
        unsigned weight = 2 * distance + (name[0] == other[0] ? 0 : 1);
        if (distance > 2 || weight > least) continue;
        least = weight;
        nearest = other;
    }
    return nearest;
}

static int main_unknown(const char *name)
{
    const char *nearest = main_nearest(name);
    sl_buffer text, safe;
    sl_buffer_init(&text);
    sl_buffer_init(&safe);
    sl_buffer_printf(&text, "no %s '%s'", name[0] == '-' ? "option" : "command", name);
    if (nearest != NULL) sl_buffer_printf(&text, "; did you mean '%s'?", nearest);
    sl_plain_value(&safe, SL_TEXT(""), sl_string(sl_buffer_text(&text)), NULL);
    fprintf(stderr, "strandline: %s\nTry 'strandline --help'.\n", safe.data);
    sl_buffer_fini(&text);
    sl_buffer_fini(&safe);
    return SL_EXIT_USAGE;
}

/* argv[0] is the subcommand, argv[argc] is NULL. */
static int main_command(const sl_command *command, int argc, char **argv)
{
    sl_cli cli = {.command = command, .out = {.fd = STDOUT_FILENO}};
    char name[64];
    snprintf(name, sizeof name, "strandline %s", command->name);
    argv[0] = name;
    cli.terminal = sl_terminal_of(STDOUT_FILENO);
    cli.error_terminal = sl_terminal_of(STDERR_FILENO);
    cli.out.progress = cli.terminal.is_terminal ? &cli.progress : NULL;
    sl_arena_init(&cli.arena, /* bytes_max= */ 0);
    sl_pack_init(&cli.pack);

    int code = sl_options_parse(command, argc, argv, &cli.options) ? command->run(&cli)
                                                                   : sl_cli_no_memory(&cli);
    sl_engine_free(cli.engine);
    sl_pack_fini(&cli.pack);
    sl_arena_fini(&cli.arena);
    sl_options_fini(&cli.options);
    return code;
}

/* strandline help COMMAND is strandline COMMAND --help. */
static int main_help_command(int argc, char **argv)
{
    static char help[] = "--help";
    if (argc < 3) return main_help(stdout);
    const sl_command *command = main_find(argv[2]);
    if (command == NULL) return main_unknown(argv[2]);
    char *words[] = {argv[2], help, NULL};
    return main_command(command, 2, words);
}

int main(int argc, char **argv)
{
    (void)sl_interrupt_catch();
    if (argc < 2) {
        (void)main_help(stderr);
        return SL_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return main_help(stdout);
    if (strcmp(word, "help") == 0) return main_help_command(argc, argv);
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("strandline %s\n", sl_version());
        return fflush(stdout) == 0 ? SL_EXIT_OK : SL_EXIT_INPUT;
    }
    const sl_command *command = main_find(word);
    if (command == NULL) return main_unknown(word);
    return main_command(command, argc - 1, argv + 1);
}
