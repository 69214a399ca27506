/* case.c - reads a golden test file line by line.
 *
 * Directives stand at column 0 outside of data and query text, and whatever is not known is a
 * fault: a test that is silently not run is worse than none. */
#include "case.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct case_reader {
    golden_pool *pool;
    golden_file *file;
    size_t at;                /* the line that is read next, from 0 */
    golden_setting *settings; /* in force for the queries that follow */
    size_t setting_count;
    const char *skip; /* for the next query */
    bool faulty;
} case_reader;

static void case_fault(case_reader *reader, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void case_fault(case_reader *reader, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:%zu: ", reader->file->path, line);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    reader->faulty = true;
}

char *golden_slurp(golden_pool *pool, const char *path, size_t *out_length)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return NULL;
    char *text = NULL;
    size_t length = 0, room = 0, got = 0;
    do {
        length += got;
        if (room - length < BUFSIZ) {
            room = room * 2 + BUFSIZ * 2;
            char *larger = golden_alloc(pool, room + 1);
            if (length > 0) memcpy(larger, text, length);
            text = larger;
        }
        got = fread(text + length, 1, room - length, stream);
    } while (got > 0);
    bool failed = ferror(stream) != 0;
    fclose(stream);
    if (failed) return NULL;
    text[length] = '\0';
    *out_length = length;
    return text;
}

static void case_split_lines(case_reader *reader, const char *text, size_t length)
{
    golden_file *file = reader->file;
    for (size_t at = 0; at < length;) {
        const char *newline = memchr(text + at, '\n', length - at);
        size_t end = newline == NULL ? length : (size_t)(newline - text);
        file->lines = golden_grow(reader->pool, file->lines, file->line_count, sizeof *file->lines);
        file->lines[file->line_count++] = (golden_text){text + at, end - at};
        at = end + 1;
    }
}

/* The next line as a string of its own, or NULL at the end of the block. */
static char *case_peek(const case_reader *reader)
{
    if (reader->at >= reader->file->line_count) return NULL;
    golden_text line = reader->file->lines[reader->at];
    return line.length == 0 ? NULL : golden_copy(reader->pool, line.data, line.length);
}

/* The next word of *rest, which moves behind it; "" when there is none. */
static char *case_word(char **rest)
{
    char *start = *rest + strspn(*rest, " ");
    char *end = start + strcspn(start, " ");
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return start;
}

static const char *case_trim(const char *text)
{
    return text + strspn(text, " ");
}

static void case_add_setting(case_reader *reader, golden_setting **settings, size_t *count,
                             golden_setting setting)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp((*settings)[i].name, setting.name) != 0) continue;
        (*settings)[i] = setting;
        return;
    }
    *settings = golden_grow(reader->pool, *settings, *count, sizeof **settings);
    (*settings)[(*count)++] = setting;
}

/* "now X", "tz X", "profile X", "option NAME X". */
static bool case_is_setting(const char *word)
{
    return strcmp(word, "now") == 0 || strcmp(word, "tz") == 0 || strcmp(word, "profile") == 0
        || strcmp(word, "option") == 0;
}

static golden_setting case_read_setting(case_reader *reader, const char *word, char *rest)
{
    golden_setting setting = {.name = word};
    if (strcmp(word, "option") == 0) setting.name = case_word(&rest);
    setting.value = case_trim(rest);
    if (*setting.name == '\0' || *setting.value == '\0')
        case_fault(reader, reader->at, "%s needs a value", word);
    return setting;
}

static void case_read_load(case_reader *reader, char *rest)
{
    golden_file *file = reader->file;
    golden_load load = {.name = case_word(&rest), .line = reader->at};
    if (*load.name == '\0') case_fault(reader, load.line, "load needs a name");
    if (golden_find_load(file, load.name) != NULL)
        case_fault(reader, load.line, "a second load '%s'", load.name);

    char *kind = case_word(&rest);
    load.whole = strcmp(kind, "whole") == 0;
    if (strcmp(kind, "file") == 0) {
        for (char *path = case_word(&rest); *path != '\0'; path = case_word(&rest)) {
            load.paths = golden_grow(reader->pool, load.paths, load.path_count, sizeof *load.paths);
            load.paths[load.path_count++] = path;
        }
        if (load.path_count == 0) case_fault(reader, load.line, "which file?");
    } else if (*kind != '\0' && !load.whole) {
        case_fault(reader, load.line, "'%s' is neither 'file' nor 'whole'", kind);
    }
    for (; case_peek(reader) != NULL; reader->at++) {
        if (load.path_count > 0) case_fault(reader, reader->at + 1, "the load reads a file");
        load.rows = golden_grow(reader->pool, load.rows, load.row_count, sizeof *load.rows);
        load.rows[load.row_count++] = file->lines[reader->at];
    }
    file->loads = golden_grow(reader->pool, file->loads, file->load_count, sizeof *file->loads);
    file->loads[file->load_count++] = load;
}

/* Code, place and text of an expected message: T202 at 1:10 "substring", each may be left out. */
static void case_read_message(case_reader *reader, golden_expect *expect, char *rest)
{
    const char *at = case_trim(rest);
    int used = 0;
    if (sscanf(at, "T%u%n", &expect->code, &used) == 1) at = case_trim(at + used);
    used = 0;
    if (sscanf(at, "at %u:%u%n", &expect->at_line, &expect->at_column, &used) == 2 && used > 0)
        at = case_trim(at + used);
    if (*at == '\0') return;
    const char *last = strrchr(at, '"');
    if (*at != '"' || last == at || last[1 + strspn(last + 1, " ")] != '\0') {
        case_fault(reader, expect->line, "not a code, a place or a quoted text: %s", at);
        return;
    }
    expect->text = golden_copy(reader->pool, at + 1, (size_t)(last - at - 1));
}

static void case_read_count(case_reader *reader, golden_expect *expect, const char *rest)
{
    char *end;
    const char *digits = case_trim(rest);
    expect->count = SIZE_MAX;
    if (*digits == '\0' && expect->kind != GOLDEN_ROWS) return;
    expect->count = strtoul(digits, &end, 10);
    if (end == digits || *case_trim(end) != '\0')
        case_fault(reader, expect->line, "not a number: %s", digits);
}

static void case_read_expect(case_reader *reader, golden_query *query, char *rest)
{
    static const char *const names[] = {
        [GOLDEN_ERROR] = "error",         [GOLDEN_WARNING] = "warning",
        [GOLDEN_EXTENSION] = "extension", [GOLDEN_NOTE] = "note",
        [GOLDEN_HINT] = "hint",           [GOLDEN_CLEAN] = "clean",
        [GOLDEN_ORDERED] = "ordered",     [GOLDEN_COLUMNS] = "columns",
        [GOLDEN_ROWS] = "rows",           [GOLDEN_SAME] = "same",
        [GOLDEN_LOST] = "lost",           [GOLDEN_FAILED] = "failed",
    };
    enum { COUNT = sizeof names / sizeof names[0] };
    const char *word = case_word(&rest);
    unsigned kind = 0;
    while (kind < COUNT && strcmp(names[kind], word) != 0) kind++;
    golden_expect expect = {.kind = (golden_expect_kind)kind, .line = reader->at + 1};

    switch (kind) {
    case GOLDEN_ERROR:
    case GOLDEN_WARNING:
    case GOLDEN_EXTENSION:
    case GOLDEN_NOTE:
    case GOLDEN_HINT:
    case GOLDEN_FAILED: case_read_message(reader, &expect, rest); break;
    case GOLDEN_ROWS:
    case GOLDEN_LOST: case_read_count(reader, &expect, rest); break;
    case GOLDEN_COLUMNS:
    case GOLDEN_SAME:
        expect.text = case_trim(rest);
        if (*expect.text == '\0') case_fault(reader, expect.line, "expect %s what?", word);
        break;
    case COUNT: case_fault(reader, expect.line, "unknown expectation '%s'", word); return;
    default:
        if (*case_trim(rest) != '\0')
            case_fault(reader, expect.line, "expect %s takes nothing", word);
        break;
    }
    query->expects =
        golden_grow(reader->pool, query->expects, query->expect_count, sizeof *query->expects);
    query->expects[query->expect_count++] = expect;
}

/* "query LANG NAME from LOAD... file PATH"; from and file may be left out. */
static golden_query case_read_head(case_reader *reader, char *rest)
{
    golden_query query = {.line = reader->at, .skip = reader->skip};
    query.language = case_word(&rest);
    query.name = case_word(&rest);
    if (*query.name == '\0') case_fault(reader, query.line, "query needs a language and a name");
    for (size_t i = 0; i < reader->file->query_count; i++)
        if (strcmp(reader->file->queries[i].name, query.name) == 0)
            case_fault(reader, query.line, "a second query '%s'", query.name);

    char *word = case_word(&rest);
    if (strcmp(word, "from") == 0) {
        while (*(word = case_word(&rest)) != '\0' && strcmp(word, "file") != 0) {
            query.loads =
                golden_grow(reader->pool, query.loads, query.load_count, sizeof *query.loads);
            query.loads[query.load_count++] = word;
        }
        if (query.load_count == 0) case_fault(reader, query.line, "from which load?");
    }
    if (strcmp(word, "file") == 0) {
        query.path = case_word(&rest);
        if (*query.path == '\0') case_fault(reader, query.line, "which file?");
    } else if (*word != '\0') {
        case_fault(reader, query.line, "'%s' is neither 'from' nor 'file'", word);
    }
    return query;
}

static bool case_is_answer(const char *line)
{
    return strcmp(line, "----") == 0 || strncmp(line, "expect ", 7) == 0;
}

/* Settings and skip at the top of the query's block, then its text. */
static void case_read_text(case_reader *reader, golden_query *query)
{
    for (size_t i = 0; i < reader->setting_count; i++)
        case_add_setting(reader, &query->settings, &query->setting_count, reader->settings[i]);
    char *line;
    for (; (line = case_peek(reader)) != NULL; reader->at++) {
        const char *word = case_word(&line);
        if (strcmp(word, "skip") == 0) query->skip = case_trim(line);
        else if (!case_is_setting(word)) break;
        else
            case_add_setting(reader, &query->settings, &query->setting_count,
                             case_read_setting(reader, word, line));
    }
    golden_text first = {NULL, 0};
    const char *end = NULL;
    for (; (line = case_peek(reader)) != NULL && !case_is_answer(line); reader->at++) {
        if (first.data == NULL) first = reader->file->lines[reader->at];
        end = reader->file->lines[reader->at].data + reader->file->lines[reader->at].length;
    }
    query->text_length = first.data == NULL ? 0 : (size_t)(end - first.data);
    query->text = golden_copy(reader->pool, first.data, query->text_length);
    if ((query->path != NULL) != (query->text_length == 0))
        case_fault(reader, query->line,
                   query->path != NULL ? "the query's text is in a file" : "the query has no text");
}

static void case_read_query(case_reader *reader, char *rest)
{
    golden_file *file = reader->file;
    golden_query query = case_read_head(reader, rest);
    case_read_text(reader, &query);
    reader->skip = NULL;
    if (query.skip != NULL && *query.skip == '\0')
        case_fault(reader, query.line, "skip needs a reason");

    query.answer_start = reader->at;
    char *line;
    for (; (line = case_peek(reader)) != NULL; reader->at++) {
        char *after = line;
        if (*line == '#') continue;
        if (strcmp(line, "----") == 0) {
            query.has_rows = true;
        } else if (strcmp(case_word(&after), "expect") == 0) {
            case_read_expect(reader, &query, after);
        } else if (query.has_rows) {
            query.rows = golden_grow(reader->pool, query.rows, query.row_count, sizeof *query.rows);
            query.rows[query.row_count++] = file->lines[reader->at];
        } else {
            case_fault(reader, reader->at + 1, "neither an expectation nor '----'");
        }
    }
    query.answer_end = reader->at;
    file->queries =
        golden_grow(reader->pool, file->queries, file->query_count, sizeof *file->queries);
    file->queries[file->query_count++] = query;
}

static void case_read_directive(case_reader *reader)
{
    char *rest = case_peek(reader);
    reader->at++;
    if (rest == NULL || *rest == '#') return;
    const char *word = case_word(&rest);
    if (strcmp(word, "load") == 0) case_read_load(reader, rest);
    else if (strcmp(word, "query") == 0) case_read_query(reader, rest);
    else if (strcmp(word, "skip") == 0) reader->skip = case_trim(rest);
    else if (case_is_setting(word))
        case_add_setting(reader, &reader->settings, &reader->setting_count,
                         case_read_setting(reader, word, rest));
    else case_fault(reader, reader->at, "unknown directive '%s'", word);
}

bool golden_file_read(golden_pool *pool, const char *path, golden_file *out)
{
    *out = (golden_file){.path = path};
    case_reader reader = {.pool = pool, .file = out};
    size_t length;
    char *text = golden_slurp(pool, path, &length);
    if (text == NULL) {
        perror(path);
        return false;
    }
    case_split_lines(&reader, text, length);
    if (out->line_count == 0 || out->lines[0].length < 2 || out->lines[0].data[0] != '#')
        case_fault(&reader, 1, "the first line is a comment that says what the file is for");
    while (reader.at < out->line_count) case_read_directive(&reader);
    if (out->query_count == 0) case_fault(&reader, out->line_count, "a file without a query");
    if (reader.skip != NULL) case_fault(&reader, out->line_count, "skip without a query");
    return !reader.faulty;
}

const golden_load *golden_find_load(const golden_file *file, const char *name)
{
    for (size_t i = 0; i < file->load_count; i++)
        if (strcmp(file->loads[i].name, name) == 0) return &file->loads[i];
    return NULL;
}

bool golden_expects(const golden_query *query, golden_expect_kind kind, golden_expect *out)
{
    for (size_t i = 0; i < query->expect_count; i++) {
        if (query->expects[i].kind != kind) continue;
        if (out != NULL) *out = query->expects[i];
        return true;
    }
    return false;
}
