/* check.c - strandline check: what is wrong with queries and detections, what the vendor would
 * reject, what can never match.
 *
 * A detection is checked as its file and then as its query. For programs all is one array. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/query.h"

/* How many detections did not run here. */
typedef struct check_tally {
    uint32_t fails, lacking, foreign, withdrawn;
} check_tally;

typedef struct check_state {
    sl_cli *cli;
    sl_buffer out;
    bool first;              /* no diagnostic was written yet (json) */
    bool errors, complaints; /* complaints: warnings or extensions */
    check_tally tally;       /* of the detections of the path at hand */
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

/* True when something it asks for is not here: then it would be refused when run. */
static bool check_lacks(const sl_diags *diags)
{
    for (uint32_t i = 0; i < diags->count; i++)
        if (diags->items[i].code == SL_DIAG_UNRESOLVED) return true;
    return false;
}

/* "T1578.004.spl: runs here; 2 extensions" */
static void check_print_summary(check_state *state, const sl_diags *diags, sl_text name)
{
    bool colour = state->cli->terminal.colour;
    bool sound = diags->error_count == 0, lacks = check_lacks(diags);
    const char *tint = !sound ? "\x1b[31m" : lacks ? "\x1b[33m" : "\x1b[32m";
    const char *verdict = !sound ? "does not run" : lacks ? "lacks what it names" : "runs here";
    sl_buffer_add(&state->out, name);
    sl_buffer_printf(&state->out, ": %s%s%s", colour ? tint : "", verdict, colour ? "\x1b[0m" : "");
    check_print_count(&state->out, "; ", diags->error_count, "error");
    check_print_count(&state->out, "; ", check_count(diags, SL_EXTENSION), "extension");
    check_print_count(&state->out, "; ", check_count(diags, SL_WARNING), "warning");
    check_print_count(&state->out, "; ", check_count(diags, SL_NOTE), "note");
    sl_buffer_add_byte(&state->out, '\n');
}

/* What is said about the text `source`, which stands in the file `name`; summed up for `about`. */
static void check_report(check_state *state, const sl_diags *diags, sl_text name, sl_text source,
                         sl_text about)
{
    state->errors |= diags->error_count > 0;
    state->tally.fails += diags->error_count > 0;
    state->tally.lacking += diags->error_count == 0 && check_lacks(diags);
    state->complaints |= check_count(diags, SL_WARNING) > 0 || check_count(diags, SL_EXTENSION) > 0;
    if (state->cli->options.output == SL_WRITER_JSON) {
        for (uint32_t i = 0; i < diags->count; i++)
            check_json_diag(state, &diags->items[i], name, source);
    } else {
        sl_cli_diags(&state->out, diags, name, source, state->cli->terminal.colour, true);
        check_print_summary(state, diags, about);
    }
}

static void check_query(check_state *state, const sl_cli_query *query, sl_text about)
{
    sl_diags diags;
    sl_diags_init(&diags);
    sl_plan *plan = sl_cli_query_compile(state->cli, query, &diags);
    if (plan == NULL && diags.error_count == 0) {
        state->code = sl_cli_no_memory(state->cli);
        return;
    }
    sl_plan_free(plan);
    check_report(state, &diags, query->name, query->source, about);
}

/* Of many published searches those for other products, and those withdrawn, are counted only. */
static bool check_is_passed_over(check_state *state, const sl_detection *detection,
                                 sl_library *library, bool many)
{
    if (!many) return false;
    bool foreign = detection->published && !detection->deprecated
        && !sl_engine_knows_detection(state->cli->engine, detection, library);
    state->tally.withdrawn += detection->deprecated;
    state->tally.foreign += foreign;
    return detection->deprecated || foreign;
}

static void check_detection(check_state *state, const sl_pack_item *item, bool many)
{
    sl_detection detection;
    sl_diags diags;
    sl_arena arena;
    sl_diags_init(&diags);
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_status status = sl_pack_load(item, &arena, &diags, &detection);
    bool sound = status == SL_OK && detection.query_text.data != NULL;
    if (status == SL_NOMEM) {
        state->code = sl_cli_no_memory(state->cli);
    } else if (!sound || !check_is_passed_over(state, &detection, item->library, many)) {
        if (!sound) check_report(state, &diags, item->path, detection.source, item->path);
        sl_cli_query query = sl_cli_query_of(&detection, item->library);
        if (sound) check_query(state, &query, item->path);
    }
    if (status == SL_IO) state->code = sl_cli_worse(state->code, SL_EXIT_USAGE);
    sl_arena_fini(&arena);
}

/* "103 detections: 98 run here, 1 does not, 4 lack what they name" below what was said of each. */
static void check_print_total(check_state *state, uint32_t count)
{
    const check_tally *tally = &state->tally;
    sl_buffer *out = &state->out;
    if (state->cli->options.output != SL_WRITER_TABLE) return;
    uint32_t runs = count - tally->fails - tally->lacking - tally->foreign - tally->withdrawn;
    sl_buffer_printf(out, "\n%" PRIu32 " detections: %" PRIu32 " run%s here, %" PRIu32 " do%s not",
                     count, runs, runs == 1 ? "s" : "", tally->fails,
                     tally->fails == 1 ? "es" : "");
    if (tally->lacking == 1) sl_buffer_add_string(out, ", 1 lacks what it names");
    if (tally->lacking > 1)
        sl_buffer_printf(out, ", %" PRIu32 " lack what they name", tally->lacking);
    if (tally->foreign > 0)
        sl_buffer_printf(out, ", %" PRIu32 " of logs in no format known here", tally->foreign);
    if (tally->withdrawn > 0)
        sl_buffer_printf(out, ", %" PRIu32 " withdrawn by the publisher", tally->withdrawn);
    sl_buffer_add_byte(out, '\n');
}

/* Detection files, one by one. */
static void check_detections(check_state *state, sl_text path)
{
    sl_pack *pack = &state->cli->pack;
    uint32_t first = pack->count;
    sl_status status = sl_pack_add(pack, path);
    uint32_t count = pack->count - first;
    if (status == SL_NOMEM) {
        state->code = sl_cli_no_memory(state->cli);
    } else if (status != SL_OK || count == 0) {
        int code = status == SL_IO
            ? sl_cli_usage(state->cli, "there is no %.*s", SL_TEXT_ARG(path))
            : sl_cli_usage(state->cli,
                           "%.*s: no detections there (detection.yml, *.detection.yml, or "
                           "published ones)",
                           SL_TEXT_ARG(path));
        state->code = sl_cli_worse(state->code, code);
    }
    state->tally = (check_tally){0};
    for (uint32_t i = first; i < pack->count; i++)
        check_detection(state, &pack->items[i], /* many= */ count > 1);
    if (count > 1) check_print_total(state, count);
}

static void check_path(check_state *state, const char *path)
{
    struct stat about;
    sl_cli_query query;
    bool directory = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    bool yaml =
        state->cli->options.language == NULL && sl_cli_query_is_detection(sl_text_from(path));
    if (directory || yaml) {
        check_detections(state, sl_text_from(path));
        return;
    }
    int code = sl_cli_query_load_file(state->cli, path, &query);
    state->code = sl_cli_worse(state->code, code);
    if (code == SL_EXIT_OK) check_query(state, &query, query.name);
}

static int check_all(check_state *state)
{
    sl_cli *cli = state->cli;
    const sl_options *options = &cli->options;
    sl_cli_query query;
    if (options->query != NULL) {
        int code = sl_cli_query_load_inline(cli, &query);
        if (code != SL_EXIT_OK) return code;
        check_query(state, &query, query.name);
    }
    for (uint32_t i = 0; i < options->argument_count; i++) check_path(state, options->arguments[i]);
    for (uint32_t i = 0; i < options->detection_count; i++)
        check_detections(state, sl_text_from(options->detections[i]));
    if (options->query == NULL && options->argument_count + options->detection_count == 0)
        check_detections(state, sl_engine_share(cli->engine, "detections"));
    return SL_EXIT_OK;
}

int sl_cli_check(sl_cli *cli)
{
    sl_writer_kind output = cli->options.output;
    if (output != SL_WRITER_TABLE && output != SL_WRITER_JSON)
        return sl_cli_usage(cli, "the output is table or json");
    int code = sl_cli_engine(cli);
    if (code != SL_EXIT_OK) return code;
    sl_engine_settings(cli->engine)->missing_is_warning = true;
    check_state state = {.cli = cli, .first = true, .complaints = cli->conf_faults};
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
