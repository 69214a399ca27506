/* verdicts.c - whether published detections say of events what was written down that they must.
 *
 *   verdicts CHECKOUT FILE...
 *   verdicts --read FILE...     only whether the files can be read
 *
 * Each case is a hunt of its own, with gates and without. Of each file a line: "right", "wrong" or
 * "missing" (it is about public logs that STRANDLINE_DATA does not name), the detection, and how
 * many cases fire and are silent, separated by tabs. What is wrong is said on standard error.
 *
 * STRANDLINE_SPLUNK_CONF: Splunk apps, between colons, that make the fields instead of the formats.
 * Whoever has the vendor's add-ons sees so where theirs and ours differ. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine.h"
#include "output/writer.h"
#include "verdict.h"

/* Fields that a detection wants of events, or that its alerts have, and whether one ever had it. */
typedef struct verdict_fields {
    const char **names;
    bool *seen;
    size_t count;
} verdict_fields;

typedef struct verdict_judge {
    golden_pool *pool;
    sl_engine *engine;
    const char *checkout, *folder; /* folder: for events and lookups */
    verdict_fields *fields;        /* of the file, when those of its cases are to be noted */
} verdict_judge;

/* The clock of a case starts on a Tuesday, two hours before the time at which it is judged. */
static const char judged_at[] = "2025-04-01T12:00:00Z";

static verdict_moment moment_at(golden_pool *pool, long seconds)
{
    enum { START = 1743501600 }; /* 2025-04-01T10:00:00Z */
    time_t moment = (time_t)START + seconds;
    struct tm parts;
    char text[32] = "";
    if (gmtime_r(&moment, &parts) != NULL)
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return (verdict_moment){.seconds = (long)moment, .text = golden_copy(pool, text, strlen(text))};
}

static bool write_step(const verdict_judge *judge, const verdict_file *file,
                       const verdict_step *step, unsigned long *number, FILE *stream)
{
    const char *place = golden_printf(judge->pool, "%s:%zu", file->path, step->line);
    json_value *event =
        verdict_change_event(judge->pool, step->event->value, &step->changes, place);
    for (unsigned long i = 0; event != NULL && i < step->count; i++) {
        verdict_moment moment = moment_at(judge->pool, step->at + (long)i * step->every);
        verdict_write_event(stream, event, ++*number, &moment);
    }
    return event != NULL;
}

/* The made events of a case, as a file. */
static bool write_events(const verdict_judge *judge, const verdict_file *file,
                         const verdict_case *the_case, const char *path)
{
    unsigned long number = 0;
    FILE *stream = fopen(path, "wb");
    if (stream == NULL) return false;
    bool good = true;
    for (size_t i = 0; good && i < the_case->step_count; i++)
        if (the_case->steps[i].file == NULL)
            good = write_step(judge, file, &the_case->steps[i], &number, stream);
    good &= ferror(stream) == 0;
    return fclose(stream) == 0 && good;
}

/* The lookup that a file brings, which its detection may write again: elsewhere, so that each case
 * finds it as it was. */
static bool open_lookup(const verdict_judge *judge, const verdict_file *file)
{
    if (file->lookup == NULL) return true;
    const char *path = golden_printf(judge->pool, "%s/%s.csv", judge->folder, file->lookup);
    const char *outputs = golden_printf(judge->pool, "%s/outputs", judge->folder);
    FILE *stream = fopen(path, "wb");
    if (stream == NULL) return false;
    fputs(file->lookup_rows, stream);
    return fclose(stream) == 0 && mkdir(outputs, 0700) == 0
        && sl_engine_set(judge->engine, "lookups", judge->folder)
        && sl_engine_set(judge->engine, "outputs", outputs);
}

static void close_lookup(const verdict_judge *judge, const verdict_file *file)
{
    if (file->lookup == NULL) return;
    unlink(golden_printf(judge->pool, "%s/%s.csv", judge->folder, file->lookup));
    unlink(golden_printf(judge->pool, "%s/outputs/%s.csv", judge->folder, file->lookup));
    rmdir(golden_printf(judge->pool, "%s/outputs", judge->folder));
}

static void note_field(const verdict_judge *judge, sl_text name, bool seen)
{
    verdict_fields *fields = judge->fields;
    size_t at = 0;
    while (at < fields->count && !sl_text_equal(sl_text_from(fields->names[at]), name)) at++;
    if (at == fields->count) {
        fields->names = golden_grow(judge->pool, fields->names, at, sizeof *fields->names);
        fields->seen = golden_grow(judge->pool, fields->seen, at, sizeof *fields->seen);
        fields->names[fields->count++] = golden_copy(judge->pool, name.data, name.length);
    }
    fields->seen[at] |= seen;
}

/* What the detection reads, and which columns its alerts have. */
static void note_fields(const verdict_judge *judge, const sl_hunt *hunt)
{
    const sl_report *report = &hunt->report;
    for (uint32_t p = 0; p < report->program->plan_count; p++) {
        const sl_plan *plan = report->program->plans[p];
        const sl_plan_stats *stats = &report->stats.plans[p];
        for (uint32_t i = 0; i < plan->wanted_count; i++) {
            sl_field field = plan->wanted[i];
            note_field(judge, sl_fields_name(&plan->fields, field),
                       field < stats->seen_count && stats->seen[field]);
        }
    }
    for (size_t a = 0; a < hunt->alerts.count; a++) {
        const sl_alert *alert = &hunt->alerts.items[a];
        for (uint32_t i = 0; i < alert->field_count; i++)
            note_field(judge, sl_fields_name(alert->names, alert->fields[i]),
                       !sl_is_missing(alert->values[i]));
    }
}

/* The rows of the alerts, each as JSON text and as what it says. */
typedef struct verdict_found {
    const char **texts;
    const json_value **rows;
    size_t count;
} verdict_found;

static void add_row(const verdict_judge *judge, const sl_alert *alert, verdict_found *out)
{
    const sl_zone *zone = sl_engine_settings(judge->engine)->exec.zone;
    sl_buffer text;
    sl_buffer_init(&text);
    for (uint32_t i = 0; i < alert->field_count; i++) {
        if (sl_is_missing(alert->values[i])) continue;
        sl_text name = sl_fields_name(alert->names, alert->fields[i]);
        sl_buffer_add_string(&text, text.length == 0 ? "{" : ",");
        sl_json_string(&text, name);
        sl_buffer_add_byte(&text, ':');
        sl_json_value(&text, name, alert->values[i], zone);
    }
    sl_buffer_add_string(&text, text.length == 0 ? "{}" : "}");
    const char *copy = golden_copy(judge->pool, text.data, text.length);
    out->texts = golden_grow(judge->pool, out->texts, out->count, sizeof *out->texts);
    out->rows = golden_grow(judge->pool, out->rows, out->count, sizeof *out->rows);
    out->texts[out->count] = copy;
    out->rows[out->count++] = json_read(judge->pool, copy, text.length);
    sl_buffer_fini(&text);
}

/* What keeps the hunt from meaning anything, or NULL. */
static const char *hunt_fault(const verdict_judge *judge, const sl_hunt *hunt, sl_status status)
{
    if (hunt == NULL || hunt->count != 1) return "there is no such detection";
    const sl_hunted *item = &hunt->items[0];
    if (item->verdict == SL_HUNT_RUN) {
        if (status != SL_OK) return sl_status_text(status);
        return sl_faults_lost(&hunt->report.faults) ? "events cannot be read" : NULL;
    }
    for (uint32_t i = 0; item->diags != NULL && i < item->diags->count; i++)
        if (item->diags->items[i].severity == SL_ERROR)
            return golden_printf(judge->pool, "not run: %s", item->diags->items[i].message);
    return "not run";
}

static const char *hunt_case(const verdict_judge *judge, const verdict_file *file,
                             const verdict_case *the_case, const char *events, verdict_found *out)
{
    sl_text *paths = golden_alloc(judge->pool, (the_case->step_count + 1) * sizeof *paths);
    uint32_t count = 0;
    paths[count++] = sl_text_from(events);
    for (size_t i = 0; i < the_case->step_count; i++)
        if (the_case->steps[i].file != NULL) paths[count++] = sl_text_from(the_case->steps[i].file);
    sl_text detection = sl_text_from(
        golden_printf(judge->pool, "%s/detections/%s", judge->checkout, file->detection));
    sl_hunt *hunt = NULL;
    sl_buffer error;
    sl_buffer_init(&error);
    sl_status status = sl_engine_hunt(judge->engine, &detection, 1, paths, count, &hunt, &error);
    const char *fault = hunt_fault(judge, hunt, status);
    for (size_t i = 0; fault == NULL && i < hunt->alerts.count; i++)
        add_row(judge, &hunt->alerts.items[i], out);
    if (fault == NULL && judge->fields != NULL && the_case->alerts > 0) note_fields(judge, hunt);
    sl_hunt_free(hunt);
    sl_buffer_fini(&error);
    return fault;
}

/* The members that are asked for stand in the row. */
static bool row_has(const json_value *row, const json_value *wanted)
{
    for (const json_value *child = wanted->first; child != NULL; child = child->next) {
        const json_value *there = json_member(row, child->key, child->key_length);
        if (there == NULL || !json_equal(there, child)) return false;
    }
    return true;
}

/* Each wanted row is found, in an alert of its own. Wanted rows are few and told apart by hand. */
static const char *find_rows(const verdict_judge *judge, const verdict_case *the_case,
                             const verdict_found *found)
{
    bool *used = golden_alloc(judge->pool, found->count + 1);
    for (size_t i = 0; i < the_case->row_count; i++) {
        size_t at = 0;
        while (at < found->count
               && (used[at] || found->rows[at] == NULL
                   || !row_has(found->rows[at], the_case->rows[i])))
            at++;
        if (at == found->count)
            return golden_printf(judge->pool, "no alert has the members of row %zu", i + 1);
        used[at] = true;
    }
    return NULL;
}

static bool judge_case(const verdict_judge *judge, const verdict_file *file,
                       const verdict_case *the_case, bool gate)
{
    verdict_found found = {0};
    const char *events = golden_printf(judge->pool, "%s/events.json", judge->folder);
    const char *fault = "its events cannot be written";
    sl_engine_settings(judge->engine)->exec.gate_off = !gate;
    if (write_events(judge, file, the_case, events))
        fault = hunt_case(judge, file, the_case, events, &found);
    unlink(events);
    if (fault == NULL && found.count != the_case->alerts)
        fault = golden_printf(judge->pool, "%zu alerts, not %lu", found.count, the_case->alerts);
    if (fault == NULL) fault = find_rows(judge, the_case, &found);
    if (fault == NULL) return true;
    fprintf(stderr, "%s:%zu: %s%s (%s)\n", file->path, the_case->line, fault,
            gate ? "" : ", without gates", the_case->why);
    for (size_t i = 0; i < found.count && i < 5; i++) fprintf(stderr, "    %s\n", found.texts[i]);
    return false;
}

/* One name ends the other, at a dot: what a rename with stars makes one of the other. */
static bool names_are_kin(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length < b_length) return names_are_kin(b, a);
    const char *end = a + a_length - b_length;
    return strcmp(end, b) == 0 && (end == a || end[-1] == '.');
}

static bool field_occurs(const verdict_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (fields->seen[i] && names_are_kin(fields->names[i], name)) return true;
    return false;
}

static bool field_is_absent(const verdict_file *file, const char *name)
{
    for (size_t i = 0; i < file->absent_count; i++)
        if (names_are_kin(file->absent[i], name)) return true;
    return false;
}

/* Whatever a detection wants of events, or shows, occurs in some alert's events, or the file
 * says that it cannot: a field that nothing gives is how a search comes to be silent for ever. */
static bool judge_fields(const verdict_file *file, const verdict_fields *fields)
{
    bool right = true;
    for (size_t i = 0; i < file->absent_count; i++) {
        if (!field_occurs(fields, file->absent[i])) continue;
        fprintf(stderr, "%s: the field %s is there\n", file->path, file->absent[i]);
        right = false;
    }
    for (size_t i = 0; i < fields->count; i++) {
        const char *name = fields->names[i];
        if (sl_name_is_tag(sl_text_from(name)) || field_occurs(fields, name)) continue;
        if (field_is_absent(file, name)) continue;
        fprintf(stderr, "%s: no event of a case that fires has the field %s\n", file->path, name);
        right = false;
    }
    return right;
}

/* The verdicts of a file that was read, by an engine of its own. */
static bool judge_cases(verdict_judge *judge, const verdict_file *file)
{
    size_t wrong = 0, missing = 0, fires = 0;
    verdict_fields fields = {0};
    judge->fields = &fields;
    for (size_t i = 0; i < file->case_count; i++) {
        const verdict_case *the_case = &file->cases[i];
        fires += the_case->alerts > 0;
        if (the_case->missing) missing++;
        else if (!judge_case(judge, file, the_case, true)) wrong++;
        else if (!judge_case(judge, file, the_case, false)) wrong++;
    }
    if (missing == 0 && !judge_fields(file, &fields)) wrong++;
    printf("%s\t%s\t%zu\t%zu\n",
           wrong > 0         ? "wrong"
               : missing > 0 ? "missing"
                             : "right",
           file->detection, fires, file->case_count - fires);
    return wrong == 0;
}

static bool judge_engine(verdict_judge *judge)
{
    const char *apps = getenv("STRANDLINE_SPLUNK_CONF");
    judge->engine = sl_engine_new();
    bool good = judge->engine != NULL && sl_engine_set(judge->engine, "now", judged_at);
    while (good && apps != NULL && *apps != '\0') {
        size_t length = strcspn(apps, ":");
        const char *app = golden_copy(judge->pool, apps, length);
        good = sl_engine_set(judge->engine, "splunk-conf", app);
        apps += length + (apps[length] == ':');
    }
    if (!good)
        fprintf(stderr, "%s\n",
                judge->engine == NULL ? "out of memory" : sl_engine_error(judge->engine));
    return good;
}

static bool judge_file(verdict_judge *judge, const char *path, const char *data)
{
    golden_pool pool = {0};
    verdict_file file;
    judge->pool = &pool;
    bool good = judge_engine(judge) && verdict_read(&pool, path, data, &file);
    if (good && judge->checkout != NULL) {
        good = open_lookup(judge, &file);
        if (!good) fprintf(stderr, "%s: the lookup cannot be read\n", path);
        good = good && judge_cases(judge, &file);
        close_lookup(judge, &file);
    }
    sl_engine_free(judge->engine);
    golden_pool_free(&pool);
    return good;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/verdicts-XXXXXX";
    const char *data = getenv("STRANDLINE_DATA");
    bool right = true;
    if (argc < 3) {
        fprintf(stderr, "usage: verdicts CHECKOUT|--read FILE...\n");
        return 2;
    }
    if (data != NULL && *data == '\0') data = NULL;
    if (mkdtemp(folder) == NULL) {
        fprintf(stderr, "%s: %s\n", folder, strerror(errno));
        return 2;
    }
    bool read_only = strcmp(argv[1], "--read") == 0;
    verdict_judge judge = {.checkout = read_only ? NULL : argv[1], .folder = folder};
    for (int i = 2; i < argc; i++) right &= judge_file(&judge, argv[i], data);
    rmdir(folder);
    return right ? 0 : 1;
}
