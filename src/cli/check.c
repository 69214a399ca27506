/* check.c - strandline check: what is wrong with queries and detections, what the vendor would
 * reject, what can never match.
 *
 * A detection is checked as its file and then as its query. For programs all is one array. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/query.h"
#include "detect/detection.h"

typedef struct check_state {
    sl_cli *cli;
    sl_buffer out;
    bool first;              /* no diagnostic was written yet (json) */
    bool errors, complaints; /* complaints: warnings or extensions */
    int code;                /* of files that could not be read */
} check_state;

static uint32_t check_count(const sl_diags *diags, sl_severity severity)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < diags->count; i++) count += diags->items[i].severity == severity;
    return count;
}

static void check_json_diag(check_state *state, const sl_diag *diag, sl_text name, sl_text source)
{
    sl_buffer *out = &state->out;
    sl_place place = {1, 1};
    if (source.data != NULL) place = sl_place_at(source, diag->span.start);
    sl_buffer_add_string(out, state->first ? "[\n{\"file\":" : ",\n{\"file\":");
    state->first = false;
    sl_json_string(out, name);
    sl_buffer_printf(out,
                     ",\"severity\":\"%s\",\"code\":\"T%d\",\"line\":%" PRIu32
                     ",\"column\":%" PRIu32 ",\"start\":%" PRIu32 ",\"end\":%" PRIu32
                     ",\"message\":",
                     sl_severity_text(diag->severity), (int)diag->code, place.line, place.column,
                     diag->span.start, diag->span.end);
    sl_json_string(out, sl_text_from(diag->message));
    if (diag->hint[0] != '\0') {
        sl_buffer_add_string(out, ",\"hint\":");
        sl_json_string(out, sl_text_from(diag->hint));
    }
    sl_buffer_add_byte(out, '}');
}

/* "; 2 extensions", "; 1 error" */
static void check_print_count(sl_buffer *out, const char *before, uint32_t count, const char *noun)
{
    if (count > 0)
        sl_buffer_printf(out, "%s%" PRIu32 " %s%s", before, count, noun, count == 1 ? "" : "s");
}

/* "T1578.004.spl: runs here; 2 extensions" */
static void check_print_summary(check_state *state, const sl_diags *diags, sl_text name)
{
    bool colour = state->cli->terminal.colour;
    bool runs = diags->error_count == 0;
    const char *tint = runs ? "\x1b[32m" : "\x1b[31m";
    sl_buffer_add(&state->out, name);
    sl_buffer_printf(&state->out, ": %s%s%s", colour ? tint : "",
                     runs ? "runs here" : "does not run", colour ? "\x1b[0m" : "");
    check_print_count(&state->out, "; ", diags->error_count, "error");
    check_print_count(&state->out, "; ", check_count(diags, SL_EXTENSION), "extension");
    check_print_count(&state->out, "; ", check_count(diags, SL_WARNING), "warning");
    check_print_count(&state->out, "; ", check_count(diags, SL_NOTE), "note");
    sl_buffer_add_byte(&state->out, '\n');
}

static void check_report(check_state *state, const sl_diags *diags, sl_text name, sl_text source)
{
    state->errors |= diags->error_count > 0;
    state->complaints |= check_count(diags, SL_WARNING) > 0 || check_count(diags, SL_EXTENSION) > 0;
    if (state->cli->options.output == SL_WRITER_JSON) {
        for (uint32_t i = 0; i < diags->count; i++)
            check_json_diag(state, &diags->items[i], name, source);
    } else {
        sl_cli_diags(&state->out, diags, name, source, state->cli->terminal.colour, true);
        check_print_summary(state, diags, name);
    }
}

static void check_query(check_state *state, const sl_cli_query *query)
{
    sl_diags diags;
    sl_diags_init(&diags);
    sl_plan *plan = sl_cli_query_compile(state->cli, query, &diags);
    if (plan == NULL && diags.error_count == 0) {
        state->code = sl_cli_no_memory(state->cli);
        return;
    }
    sl_plan_free(plan);
    check_report(state, &diags, query->name, query->text);
}

static void check_detection(check_state *state, sl_text path)
{
    sl_detection detection;
    sl_diags diags;
    sl_diags_init(&diags);
    sl_status status = sl_detection_load(path, &state->cli->arena, &diags, &detection);
    if (status == SL_NOMEM) {
        state->code = sl_cli_no_memory(state->cli);
        return;
    }
    check_report(state, &diags, path, detection.source);
    if (status == SL_IO) state->code = sl_cli_worse(state->code, SL_EXIT_USAGE);
    if (detection.query_text.data == NULL || status != SL_OK) return;
    sl_cli_query query = {.name = detection.query_path,
                          .text = detection.query_text,
                          .language = detection.language,
                          .profile = detection.profile};
    check_query(state, &query);
}

static void check_directory(check_state *state, sl_text path)
{
    const sl_text *paths;
    uint32_t count;
    sl_status status = sl_detections_find(path, &state->cli->arena, &paths, &count);
    if (status == SL_NOMEM) {
        state->code = sl_cli_no_memory(state->cli);
    } else if (status != SL_OK || count == 0) {
        int code = sl_cli_usage(state->cli,
                                "%.*s: no detections there (detection.yml, "
                                "*.detection.yml)",
                                SL_TEXT_ARG(path));
        state->code = sl_cli_worse(state->code, code);
    } else {
        for (uint32_t i = 0; i < count; i++) check_detection(state, paths[i]);
    }
}

static void check_path(check_state *state, const char *path)
{
    struct stat about;
    sl_cli_query query;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        check_directory(state, sl_text_from(path));
        return;
    }
    if (sl_cli_query_is_detection(sl_text_from(path))) {
        check_detection(state, sl_text_from(path));
        return;
    }
    int code = sl_cli_query_load_file(state->cli, path, &query);
    state->code = sl_cli_worse(state->code, code);
    if (code == SL_EXIT_OK) check_query(state, &query);
}

static int check_all(check_state *state)
{
    sl_cli *cli = state->cli;
    sl_cli_query query;
    if (cli->options.query != NULL) {
        int code = sl_cli_query_load_inline(cli, &query);
        if (code != SL_EXIT_OK) return code;
        check_query(state, &query);
    }
    for (uint32_t i = 0; i < cli->options.argument_count; i++)
        check_path(state, cli->options.arguments[i]);
    if (cli->options.query == NULL && cli->options.argument_count == 0)
        check_directory(state, sl_engine_share(cli->engine, "detections"));
    return SL_EXIT_OK;
}

int sl_cli_check(sl_cli *cli)
{
    sl_writer_kind output = cli->options.output;
    if (output != SL_WRITER_TABLE && output != SL_WRITER_JSON)
        return sl_cli_usage(cli, "the output is table or json");
    int code = sl_cli_engine(cli);
    if (code != SL_EXIT_OK) return code;
    check_state state = {.cli = cli, .first = true};
    sl_buffer_init(&state.out);
    code = check_all(&state);
    if (output == SL_WRITER_JSON) sl_buffer_add_string(&state.out, state.first ? "[]\n" : "\n]\n");
    if (code == SL_EXIT_OK) sl_cli_print(cli, &state.out);
    if (state.out.failed) code = SL_EXIT_INPUT;
    sl_buffer_fini(&state.out);
    code = sl_cli_worse(code, state.code);
    if (state.errors || (cli->options.strict && state.complaints))
        code = sl_cli_worse(code, SL_EXIT_QUERY);
    return sl_cli_finish(cli, code);
}
