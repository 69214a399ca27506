/* verdict_read.c - reads a file of verdicts, a line at a time.
 *
 * A directive stands at column 0 and what belongs to it is indented below. Whatever is not
 * understood is an error: a case that is not run must not look like one that is right. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verdict.h"

typedef struct verdict_reader {
    golden_pool *pool;
    verdict_file *file;
    const char *data;
    const char *at; /* in the line that is read */
    size_t line;    /* its number */
    verdict_event
        *event;  /* whose changes the indented lines are; NULL: they are of the last case */
    bool lookup; /* the indented lines are rows of the lookup */
} verdict_reader;

static bool reader_fail(const verdict_reader *reader, const char *message, const char *about)
{
    fprintf(stderr, "%s:%zu: %s%s\n", reader->file->path, reader->line, message, about);
    return false;
}

static char *file_text(golden_pool *pool, const char *path, size_t *out_length)
{
    enum { LEAST = 1 << 16 };
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return NULL;
    size_t capacity = LEAST, length = 0, read;
    char *text = golden_alloc(pool, capacity);
    while ((read = fread(text + length, 1, capacity - length - 1, stream)) > 0) {
        length += read;
        if (length + 1 < capacity) continue;
        char *grown = golden_alloc(pool, capacity *= 2);
        memcpy(grown, text, length);
        text = grown;
    }
    fclose(stream);
    *out_length = length;
    return text;
}

static void skip_blanks(verdict_reader *reader)
{
    while (*reader->at == ' ') reader->at++;
}

/* The next word, or "" at the end of the line. */
static const char *take_word(verdict_reader *reader)
{
    skip_blanks(reader);
    size_t length = strcspn(reader->at, " ");
    const char *word = golden_copy(reader->pool, reader->at, length);
    reader->at += length;
    return word;
}

/* True, and the word is taken, when it is the next. */
static bool take_keyword(verdict_reader *reader, const char *keyword)
{
    skip_blanks(reader);
    size_t length = strlen(keyword);
    if (strncmp(reader->at, keyword, length) != 0) return false;
    if (reader->at[length] != ' ' && reader->at[length] != '\0') return false;
    reader->at += length;
    return true;
}

static const char *take_rest(verdict_reader *reader)
{
    skip_blanks(reader);
    return golden_copy(reader->pool, reader->at, strlen(reader->at));
}

/* Bytes of the path that a change begins with: keys in quotes may hold anything. */
static size_t path_bytes(const char *text)
{
    size_t length = 0;
    for (bool quoted = false; text[length] != '\0'; length++) {
        if (text[length] == '"') quoted = !quoted;
        else if (!quoted && (text[length] == '=' || text[length] == ' ')) break;
    }
    return length;
}

/* Bytes of a JSON value: up to a blank that stands in no text, list or object. */
static size_t json_bytes(const char *text)
{
    size_t length = 0;
    int depth = 0;
    for (bool quoted = false; text[length] != '\0'; length++) {
        char c = text[length];
        if (quoted && c == '\\' && text[length + 1] != '\0') length++;
        else if (c == '"') quoted = !quoted;
        else if (quoted) continue;
        else if (c == '{' || c == '[') depth++;
        else if (c == '}' || c == ']') depth--;
        else if (c == ' ' && depth == 0) break;
    }
    return length;
}

/* "path=JSON" or "-path". */
static bool take_change(verdict_reader *reader, verdict_changes *changes)
{
    skip_blanks(reader);
    bool away = *reader->at == '-';
    if (away) reader->at++;
    size_t length = path_bytes(reader->at);
    verdict_change change = {.path = golden_copy(reader->pool, reader->at, length)};
    reader->at += length;
    if (length == 0 || away != (*reader->at != '='))
        return reader_fail(reader, "neither PATH=JSON nor -PATH: ", change.path);
    if (!away) {
        size_t bytes = json_bytes(++reader->at);
        change.value = json_read(reader->pool, reader->at, bytes);
        reader->at += bytes;
        if (change.value == NULL) return reader_fail(reader, "no JSON behind ", change.path);
    }
    changes->items =
        golden_grow(reader->pool, changes->items, changes->count, sizeof *changes->items);
    changes->items[changes->count++] = change;
    return true;
}

static bool take_changes(verdict_reader *reader, verdict_changes *out)
{
    for (skip_blanks(reader); *reader->at != '\0'; skip_blanks(reader))
        if (!take_change(reader, out)) return false;
    return true;
}

static const verdict_event *find_event(const verdict_file *file, const char *name)
{
    for (size_t i = 0; i < file->event_count; i++)
        if (strcmp(file->events[i]->name, name) == 0) return file->events[i];
    return NULL;
}

/* The one line of a file of the public logs in which this stands. */
static bool find_record(verdict_reader *reader, const char *path, const verdict_change *wanted,
                        json_value **out)
{
    size_t length, found = 0;
    char *text = file_text(reader->pool, path, &length);
    if (text == NULL) return reader_fail(reader, "cannot read ", path);
    for (char *line = text, *end; line < text + length; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + length - line));
        if (end == NULL) end = text + length;
        json_value *record = json_read(reader->pool, line, (size_t)(end - line));
        if (record == NULL) return reader_fail(reader, "not a record a line: ", path);
        const json_value *part = verdict_part(record, wanted->path);
        if (part == NULL || !json_equal(part, wanted->value)) continue;
        *out = record;
        found++;
    }
    return found == 1 || reader_fail(reader, "not one record of it is meant: ", path);
}

/* "data FILE where PATH=JSON" */
static bool take_record(verdict_reader *reader, json_value **out)
{
    verdict_changes filter = {0};
    const char *name = take_word(reader);
    if (!take_keyword(reader, "where")) return reader_fail(reader, "no 'where' behind ", name);
    if (!take_change(reader, &filter)) return false;
    if (filter.items[0].value == NULL) return reader_fail(reader, "no value behind 'where'", "");
    if (reader->data == NULL) return true;
    return find_record(reader, golden_printf(reader->pool, "%s/%s", reader->data, name),
                       &filter.items[0], out);
}

/* "shape NAME", a file of shapes/. */
static bool take_shape(verdict_reader *reader, json_value **out)
{
    size_t length;
    const char *name = take_word(reader);
    const char *path = golden_printf(reader->pool, "%s/shapes/%s.json", reader->file->folder, name);
    char *text = file_text(reader->pool, path, &length);
    *out = text == NULL ? NULL : json_read(reader->pool, text, length);
    return *out != NULL || reader_fail(reader, "no JSON in ", path);
}

static bool change_event(verdict_reader *reader, json_value **value)
{
    verdict_changes changes = {0};
    if (!take_changes(reader, &changes)) return false;
    if (*value == NULL) return true;
    *value = verdict_change_event(
        reader->pool, *value, &changes,
        golden_printf(reader->pool, "%s:%zu", reader->file->path, reader->line));
    return *value != NULL;
}

/* "event NAME from shape NAME | data FILE where PATH=JSON | EVENT, CHANGES..." */
static bool read_event(verdict_reader *reader)
{
    verdict_file *file = reader->file;
    verdict_event *event = golden_alloc(reader->pool, sizeof *event);
    event->name = take_word(reader);
    if (!take_keyword(reader, "from")) return reader_fail(reader, "no 'from' in an event", "");
    if (find_event(file, event->name) != NULL)
        return reader_fail(reader, "a second event ", event->name);
    bool good;
    if (take_keyword(reader, "shape")) good = take_shape(reader, &event->value);
    else if (take_keyword(reader, "data")) good = take_record(reader, &event->value);
    else {
        const char *name = take_word(reader);
        const verdict_event *base = find_event(file, name);
        good = base != NULL || reader_fail(reader, "no event ", name);
        if (good) event->value = base->value;
    }
    if (!good || !change_event(reader, &event->value)) return false;
    file->events =
        golden_grow(reader->pool, file->events, file->event_count, sizeof(verdict_event *));
    file->events[file->event_count++] = reader->event = event;
    return true;
}

/* "2h10m5s" in seconds; -1 when it is no such text. */
static long parse_span(const char *text)
{
    long seconds = 0;
    while (*text != '\0') {
        char *end;
        long number = strtol(text, &end, 10);
        long unit = *end == 'h' ? 3600 : *end == 'm' ? 60 : *end == 's' ? 1 : 0;
        if (end == text || unit == 0 || number < 0 || number > 100000) return -1;
        seconds += number * unit;
        text = end + 1;
    }
    return seconds;
}

static bool take_span(verdict_reader *reader, const char *keyword, long *out)
{
    if (!take_keyword(reader, keyword)) return true;
    const char *word = take_word(reader);
    *out = parse_span(word);
    return *out >= 0 || reader_fail(reader, "no span of time: ", word);
}

/* "file PATH" of the public logs, all of it. */
static bool read_whole_file(verdict_reader *reader, verdict_case *the_case, verdict_step *step)
{
    const char *name = take_word(reader);
    step->file = "";
    the_case->missing |= reader->data == NULL;
    if (reader->data == NULL) return true;
    step->file = golden_printf(reader->pool, "%s/%s", reader->data, name);
    return access(step->file, R_OK) == 0 || reader_fail(reader, "cannot read ", step->file);
}

/* What cannot be changed so is found before anything is run. */
static bool can_change(const verdict_reader *reader, const verdict_step *step)
{
    const char *place = golden_printf(reader->pool, "%s:%zu", reader->file->path, step->line);
    return step->event->value == NULL
        || verdict_change_event(reader->pool, step->event->value, &step->changes, place) != NULL;
}

/* "[COUNT] EVENT [at SPAN] [every SPAN] CHANGES..." */
static bool read_step(verdict_reader *reader, verdict_case *the_case)
{
    verdict_step step = {.line = reader->line, .count = 1, .every = 1};
    if (take_keyword(reader, "file")) {
        if (!read_whole_file(reader, the_case, &step)) return false;
    } else {
        const char *name = take_word(reader);
        char *end;
        unsigned long count = strtoul(name, &end, 10);
        if (*end == '\0') {
            step.count = count;
            name = take_word(reader);
        }
        step.event = find_event(reader->file, name);
        if (step.event == NULL || step.count == 0) return reader_fail(reader, "no event ", name);
        the_case->missing |= step.event->value == NULL;
        if (!take_span(reader, "at", &step.at) || !take_span(reader, "every", &step.every))
            return false;
        if (!take_changes(reader, &step.changes) || !can_change(reader, &step)) return false;
    }
    the_case->steps =
        golden_grow(reader->pool, the_case->steps, the_case->step_count, sizeof *the_case->steps);
    the_case->steps[the_case->step_count++] = step;
    return true;
}

/* "-> {...}": members that one of the alerts has in its row. */
static bool read_row(verdict_reader *reader, verdict_case *the_case)
{
    const char *text = take_rest(reader);
    json_value *row = json_read(reader->pool, text, strlen(text));
    if (row == NULL || row->kind != JSON_OBJECT) return reader_fail(reader, "no object: ", text);
    if (the_case->alerts <= the_case->row_count)
        return reader_fail(reader, "more rows than alerts", "");
    the_case->rows =
        golden_grow(reader->pool, the_case->rows, the_case->row_count, sizeof(json_value *));
    the_case->rows[the_case->row_count++] = row;
    return true;
}

/* "fires N: WHY" and "silent: WHY" */
static bool read_case(verdict_reader *reader, bool fires)
{
    verdict_file *file = reader->file;
    verdict_case the_case = {.line = reader->line};
    if (fires) {
        char *end;
        the_case.alerts = strtoul(reader->at, &end, 10);
        reader->at = end;
    }
    if (*reader->at != ':' || (fires && the_case.alerts == 0))
        return reader_fail(reader, "neither 'fires N: WHY' nor 'silent: WHY'", "");
    reader->at++;
    the_case.why = take_rest(reader);
    if (*the_case.why == '\0') return reader_fail(reader, "the verdict has no reason", "");
    file->cases = golden_grow(reader->pool, file->cases, file->case_count, sizeof *file->cases);
    file->cases[file->case_count++] = the_case;
    return true;
}

/* "absent NAME...: WHY" */
static bool read_absent(verdict_reader *reader)
{
    verdict_file *file = reader->file;
    for (bool last = false; !last;) {
        const char *name = take_word(reader);
        size_t length = strlen(name);
        if (length == 0) return reader_fail(reader, "no colon behind the names", "");
        last = name[length - 1] == ':';
        file->absent =
            golden_grow(reader->pool, file->absent, file->absent_count, sizeof(const char *));
        file->absent[file->absent_count++] =
            golden_copy(reader->pool, name, last ? length - 1 : length);
    }
    return *take_rest(reader) != '\0' || reader_fail(reader, "no reason is given", "");
}

static bool read_indented(verdict_reader *reader)
{
    verdict_file *file = reader->file;
    if (reader->lookup) {
        file->lookup_rows =
            golden_printf(reader->pool, "%s%s\n", file->lookup_rows, take_rest(reader));
        return true;
    }
    if (reader->event != NULL) return change_event(reader, &reader->event->value);
    if (file->case_count == 0) return reader_fail(reader, "it belongs to nothing", "");
    verdict_case *the_case = &file->cases[file->case_count - 1];
    return take_keyword(reader, "->") ? read_row(reader, the_case) : read_step(reader, the_case);
}

static bool read_directive(verdict_reader *reader)
{
    verdict_file *file = reader->file;
    reader->event = NULL;
    reader->lookup = false;
    if (take_keyword(reader, "event")) return read_event(reader);
    if (take_keyword(reader, "fires")) return read_case(reader, true);
    if (strncmp(reader->at, "silent", strlen("silent")) == 0) {
        reader->at += strlen("silent");
        return read_case(reader, false);
    }
    if (take_keyword(reader, "absent")) return read_absent(reader);
    if (take_keyword(reader, "source")) {
        file->source_count++;
        return *take_rest(reader) != '\0' || reader_fail(reader, "no source", "");
    }
    if (take_keyword(reader, "detection") && file->detection == NULL) {
        file->detection = take_rest(reader);
        return true;
    }
    if (take_keyword(reader, "lookup") && file->lookup == NULL) {
        file->lookup = take_rest(reader);
        file->lookup_rows = "";
        reader->lookup = true;
        return true;
    }
    return reader_fail(reader, "no directive: ", reader->at);
}

/* Both verdicts must occur, each over events: one alone says too little. */
static bool file_is_whole(verdict_reader *reader)
{
    const verdict_file *file = reader->file;
    bool fires = false, silent = false;
    for (size_t i = 0; i < file->case_count; i++) {
        reader->line = file->cases[i].line;
        if (file->cases[i].step_count == 0) return reader_fail(reader, "no events", "");
        if (file->cases[i].alerts > 0) fires = true;
        else silent = true;
    }
    if (file->detection == NULL) return reader_fail(reader, "it names no detection", "");
    if (file->source_count == 0) return reader_fail(reader, "it names no source", "");
    return (fires && silent) || reader_fail(reader, "a detection must fire and be silent", "");
}

bool verdict_read(golden_pool *pool, const char *path, const char *data, verdict_file *out)
{
    size_t length;
    const char *slash = strrchr(path, '/');
    *out = (verdict_file){
        .path = path,
        .folder = slash == NULL ? "." : golden_copy(pool, path, (size_t)(slash - path))};
    verdict_reader reader = {.pool = pool, .file = out, .data = data};
    char *text = file_text(pool, path, &length);
    if (text == NULL) return reader_fail(&reader, "cannot be read: ", strerror(errno));
    if (length == 0 || *text != '#') return reader_fail(&reader, "no comment says what it is", "");
    for (char *line = text, *end; line < text + length; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text + length - line));
        if (end == NULL) end = text + length;
        *end = '\0';
        reader.line++;
        reader.at = line;
        if (*line == '\0' || *line == '#') continue;
        if (!(*line == ' ' ? read_indented(&reader) : read_directive(&reader))) return false;
    }
    return file_is_whole(&reader);
}
