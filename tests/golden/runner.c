/* runner.c - runs golden test files: golden [--update] [--quick] [--filter TEXT] FILE...
 *
 * Prints TAP, a line a query. Each query is compiled by an engine of its own, run once for its
 * expectations, and then again under every permutation of what must not matter. Exit code: 0
 * all passed, 1 some failed, 2 wrong usage, 77 every query was skipped. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { EXIT_SKIPPED = 77, RUNNER_PERMUTATION_FAULTS_MAX = 5 };

typedef struct runner {
    bool update, quick;
    const char *filter; /* part of the names of the queries that are run; NULL: all */
    const char *root;   /* files of loads are looked for here too */
    size_t passed, failed, skipped;
    /* of the file under way */
    golden_pool pool;
    golden_file file;
    golden_rows *rows; /* of each query; kept for "expect same" */
    bool *ran;
    char **answers; /* what the file should say of each query instead; NULL: nothing else */
} runner;

static sl_engine *runner_engine(golden_report *report)
{
    static const char now[] = "2024-01-01T00:00:00Z";
    const golden_query *query = report->query;
    sl_engine *engine = sl_engine_new();
    if (engine == NULL || sl_engine_error(engine) != NULL) {
        golden_complain(report, query->line, "the engine: %s",
                        engine == NULL ? "no memory" : sl_engine_error(engine));
        sl_engine_free(engine);
        return NULL;
    }
    bool good = sl_engine_set(engine, "now", now);
    for (size_t i = 0; good && i < query->setting_count; i++)
        good = sl_engine_set(engine, query->settings[i].name, query->settings[i].value);
    if (good) return engine;
    golden_complain(report, query->line, "%s", sl_engine_error(engine));
    sl_engine_free(engine);
    return NULL;
}

static const golden_rows *runner_same(runner *run, golden_report *report)
{
    golden_expect expect;
    if (!golden_expects(report->query, GOLDEN_SAME, &expect)) return NULL;
    for (size_t i = 0; i < run->file.query_count; i++)
        if (run->ran[i] && strcmp(run->file.queries[i].name, expect.text) == 0)
            return &run->rows[i];
    golden_complain(report, expect.line, "no rows of a query '%s' above", expect.text);
    return NULL;
}

static void runner_permute(runner *run, golden_report *report, sl_engine *engine,
                           sl_query *compiled, const golden_inputs *inputs,
                           const golden_rows *first)
{
    golden_permutation permutation;
    size_t before = report->fault_count;
    for (size_t number = 1; golden_permutation_get(inputs, number, run->quick, &permutation)
         && report->fault_count < before + RUNNER_PERMUTATION_FAULTS_MAX;
         number++) {
        golden_pool pool = {0};
        golden_rows rows = golden_run(&pool, engine, compiled, report->query, inputs, &permutation);
        golden_check_agreement(report, first, &rows, golden_permutation_text(&pool, &permutation));
        golden_pool_free(&pool);
    }
}

static void runner_execute(runner *run, golden_report *report, sl_engine *engine,
                           sl_query *compiled, const golden_inputs *inputs)
{
    size_t index = (size_t)(report->query - run->file.queries);
    golden_permutation plain;
    golden_permutation_get(inputs, 0, run->quick, &plain);
    golden_rows *rows = &run->rows[index];
    *rows = golden_run(&run->pool, engine, compiled, report->query, inputs, &plain);
    run->ran[index] = true;
    golden_check_rows(report, rows, runner_same(run, report));
    runner_permute(run, report, engine, compiled, inputs, rows);
}

/* The query's text, from the test or from the file that it names, beside the test or under the
 * root. */
static bool runner_text(runner *run, golden_report *report, golden_text *out)
{
    const golden_query *query = report->query;
    *out = (golden_text){query->text, query->text_length};
    if (query->path == NULL) return true;
    const char *slash = strrchr(run->file.path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - run->file.path) + 1;
    out->data = golden_slurp(
        &run->pool, golden_printf(&run->pool, "%.*s%s", folder, run->file.path, query->path),
        &out->length);
    if (out->data == NULL)
        out->data = golden_slurp(
            &run->pool, golden_printf(&run->pool, "%s/%s", run->root, query->path), &out->length);
    if (out->data == NULL) golden_complain(report, query->line, "no file %s", query->path);
    return out->data != NULL;
}

static void runner_compile_and_run(runner *run, golden_report *report, const golden_inputs *inputs)
{
    const golden_query *query = report->query;
    size_t index = (size_t)(query - run->file.queries);
    golden_text text;
    if (!runner_text(run, report, &text)) return;
    sl_engine *engine = runner_engine(report);
    if (engine == NULL) return;
    const char *name = query->path != NULL ? query->path : query->name;
    sl_query *compiled = sl_query_new(engine, query->language, name, text.data, text.length);
    if (compiled == NULL) {
        golden_complain(report, query->line, "no language '%s'", query->language);
    } else {
        golden_check_messages(report, compiled);
        if (sl_query_ok(compiled)) runner_execute(run, report, engine, compiled, inputs);
        if (query->expect_count == 0 && !query->has_rows)
            golden_complain(report, query->line, "nothing is expected of it");
        if (report->fault_count > 0)
            run->answers[index] = golden_answer(&run->pool, &run->file, query, compiled,
                                                run->ran[index] ? &run->rows[index] : NULL);
    }
    sl_query_free(compiled);
    sl_engine_free(engine);
}

static void runner_query(runner *run, const golden_query *query)
{
    golden_report report = {.file = &run->file, .query = query};
    golden_inputs inputs;
    if (run->filter != NULL && strstr(query->name, run->filter) == NULL) return;
    const char *skip = query->skip;
    size_t number = run->passed + run->failed + run->skipped + 1;
    if (!golden_inputs_init(&run->pool, &run->file, query, run->root, &inputs))
        report.fault_count++;
    else if (skip == NULL) skip = inputs.missing;
    if (skip == NULL && report.fault_count == 0) runner_compile_and_run(run, &report, &inputs);
    golden_inputs_fini(&inputs);

    bool good = report.fault_count == 0;
    printf("%sok %zu - %s%s%s\n", good ? "" : "not ", number, query->name,
           good && skip != NULL ? " # SKIP " : "", good && skip != NULL ? skip : "");
    if (!good) run->failed++;
    else if (skip != NULL) run->skipped++;
    else run->passed++;
}

/* Writes the file anew, with the answers that there are now. */
static bool runner_write(runner *run)
{
    const golden_file *file = &run->file;
    FILE *stream = fopen(file->path, "wb");
    if (stream == NULL) {
        printf("%s: %s\n", file->path, strerror(errno));
        return false;
    }
    size_t at = 0;
    for (size_t q = 0; q <= file->query_count; q++) {
        bool changed = q < file->query_count && run->answers[q] != NULL;
        size_t until = q == file->query_count ? file->line_count : file->queries[q].answer_start;
        for (; at < until; at++) {
            fwrite(file->lines[at].data, 1, file->lines[at].length, stream);
            putc('\n', stream);
        }
        if (!changed) continue;
        fputs(run->answers[q], stream);
        at = file->queries[q].answer_end;
    }
    bool failed = ferror(stream) != 0;
    return fclose(stream) == 0 && !failed;
}

static void runner_file(runner *run, const char *path)
{
    bool changed = false;
    if (!golden_file_read(&run->pool, path, &run->file)) {
        printf("not ok %zu - %s\n", run->passed + run->failed + run->skipped + 1, path);
        run->failed++;
    } else {
        size_t count = run->file.query_count;
        run->rows = golden_alloc(&run->pool, count * sizeof *run->rows);
        run->ran = golden_alloc(&run->pool, count * sizeof *run->ran);
        run->answers = golden_alloc(&run->pool, count * sizeof *run->answers);
        for (size_t i = 0; i < count; i++) runner_query(run, &run->file.queries[i]);
        for (size_t i = 0; i < count; i++) changed = changed || run->answers[i] != NULL;
    }
    if (run->update && changed && !runner_write(run)) run->failed++;
    golden_pool_free(&run->pool);
}

static int runner_usage(void)
{
    fputs("usage: golden [--update] [--quick] [--filter TEXT] [--root DIR] FILE...\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    runner run = {.root = "."};
    int first = 1;
    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        bool has_value = first + 1 < argc;
        if (strcmp(argv[first], "--update") == 0) run.update = true;
        else if (strcmp(argv[first], "--quick") == 0) run.quick = true;
        else if (strcmp(argv[first], "--filter") == 0 && has_value) run.filter = argv[++first];
        else if (strcmp(argv[first], "--root") == 0 && has_value) run.root = argv[++first];
        else return runner_usage();
    }
    if (first == argc) return runner_usage();
    for (int i = first; i < argc; i++) runner_file(&run, argv[i]);

    printf("1..%zu\n", run.passed + run.failed + run.skipped);
    if (run.failed > 0) return 1;
    if (run.passed == 0 && run.skipped > 0) return EXIT_SKIPPED;
    return run.passed > 0 || run.filter != NULL ? 0 : 1;
}
