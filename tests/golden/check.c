/* check.c - compares messages and rows, and says how they differ.
 *
 * Rows are compared as JSON values and, unless order is expected, as a multiset: each expected
 * row takes one actual row that equals it. The permutations are held to more: to each byte. */
#include "check.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum { CHECK_ROWS_SHOWN = 20 };

void golden_complain(golden_report *report, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:%zu: %s: ", report->file->path, line, report->query->name);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    report->fault_count++;
}

static const char *const message_words[] = {
    [SL_MESSAGE_ERROR] = "error",
    [SL_MESSAGE_WARNING] = "warning",
    [SL_MESSAGE_EXTENSION] = "extension",
    [SL_MESSAGE_NOTE] = "note",
};

static void print_messages(const sl_query *compiled)
{
    for (size_t i = 0; i < sl_query_message_count(compiled); i++) {
        sl_message message = sl_query_message(compiled, i);
        printf("    there is: %s T%u at %u:%u \"%s\"\n", message_words[message.kind], message.code,
               message.line, message.column, message.text);
        if (*message.hint != '\0') printf("              hint \"%s\"\n", message.hint);
    }
}

static bool message_fits(const golden_expect *expect, const sl_message *message)
{
    if (expect->kind == GOLDEN_HINT)
        return *message->hint != '\0'
            && (expect->text == NULL || strstr(message->hint, expect->text) != NULL);
    return (int)message->kind == (int)expect->kind
        && (expect->code == 0 || expect->code == message->code)
        && (expect->at_line == 0
            || (expect->at_line == message->line && expect->at_column == message->column))
        && (expect->text == NULL || strstr(message->text, expect->text) != NULL);
}

_Static_assert((int)GOLDEN_ERROR == (int)SL_MESSAGE_ERROR
                   && (int)GOLDEN_WARNING == (int)SL_MESSAGE_WARNING
                   && (int)GOLDEN_EXTENSION == (int)SL_MESSAGE_EXTENSION
                   && (int)GOLDEN_NOTE == (int)SL_MESSAGE_NOTE,
               "message_fits compares the two");

static bool message_is_expected(const golden_query *query, const sl_message *message)
{
    for (size_t i = 0; i < query->expect_count; i++)
        if (query->expects[i].kind <= GOLDEN_NOTE && message_fits(&query->expects[i], message))
            return true;
    return false;
}

void golden_check_messages(golden_report *report, const sl_query *compiled)
{
    const golden_query *query = report->query;
    size_t count = sl_query_message_count(compiled), before = report->fault_count;
    golden_expect clean;
    if (golden_expects(query, GOLDEN_CLEAN, &clean) && count > 0)
        golden_complain(report, clean.line, "there are messages");
    for (size_t i = 0; i < query->expect_count; i++) {
        const golden_expect *expect = &query->expects[i];
        if (expect->kind > GOLDEN_HINT) continue;
        bool found = false;
        for (size_t m = 0; m < count && !found; m++) {
            sl_message message = sl_query_message(compiled, m);
            found = message_fits(expect, &message);
        }
        if (!found) golden_complain(report, expect->line, "no such message");
    }
    for (size_t m = 0; m < count; m++) {
        sl_message message = sl_query_message(compiled, m);
        if (message.kind == SL_MESSAGE_ERROR && !message_is_expected(query, &message))
            golden_complain(report, query->line, "an error that is not expected: %s", message.text);
    }
    if (golden_expects(query, GOLDEN_ERROR, NULL) && sl_query_ok(compiled))
        golden_complain(report, query->line, "the query can run, with an error");
    if (report->fault_count > before) print_messages(compiled);
}

/* Reads rows; one that is no JSON object is a fault. NULL after a fault. */
static json_value **rows_read(golden_report *report, golden_pool *pool, const golden_text *items,
                              size_t count, const char *whose)
{
    json_value **values = golden_alloc(pool, (count + 1) * sizeof(json_value *));
    for (size_t i = 0; i < count; i++) {
        values[i] = json_read(pool, items[i].data, items[i].length);
        if (values[i] != NULL && values[i]->kind == JSON_OBJECT) continue;
        golden_complain(report, report->query->line, "%s row %zu is not a JSON object: %.*s", whose,
                        i + 1, (int)items[i].length, items[i].data);
        return NULL;
    }
    return values;
}

static void print_row(char mark, size_t *shown, golden_text row)
{
    if (++*shown == CHECK_ROWS_SHOWN + 1) printf("    ...\n");
    if (*shown > CHECK_ROWS_SHOWN) return;
    printf("    %c %.*s\n", mark, (int)row.length, row.data);
}

/* Expected rows that no row equals, and rows that nobody expected. */
static void compare_multisets(golden_report *report, golden_pool *pool, const golden_rows *expected,
                              json_value **want, const golden_rows *actual, json_value **have)
{
    bool *taken = golden_alloc(pool, actual->count + 1);
    size_t shown = 0, start = 0;
    bool complained = false;
    for (size_t i = 0; i < expected->count; i++) {
        size_t k = start;
        while (k < actual->count && (taken[k] || !json_equal(want[i], have[k]))) k++;
        if (k < actual->count) taken[k] = true;
        while (start < actual->count && taken[start]) start++;
        if (k < actual->count) continue;
        if (!complained) golden_complain(report, report->query->line, "the rows differ");
        complained = true;
        print_row('-', &shown, expected->items[i]);
    }
    for (size_t k = 0; k < actual->count; k++) {
        if (taken[k]) continue;
        if (!complained) golden_complain(report, report->query->line, "the rows differ");
        complained = true;
        print_row('+', &shown, actual->items[k]);
    }
}

static void compare_sequences(golden_report *report, const golden_rows *expected, json_value **want,
                              const golden_rows *actual, json_value **have)
{
    size_t shown = 0, i = 0;
    while (i < expected->count && i < actual->count && json_equal(want[i], have[i])) i++;
    if (i == expected->count && i == actual->count) return;
    golden_complain(report, report->query->line, "the rows differ from row %zu on", i + 1);
    for (size_t k = i; k < expected->count; k++) print_row('-', &shown, expected->items[k]);
    shown = 0;
    for (size_t k = i; k < actual->count; k++) print_row('+', &shown, actual->items[k]);
}

static void compare_rows(golden_report *report, const golden_rows *expected,
                         const golden_rows *actual)
{
    golden_pool pool = {0};
    json_value **want = rows_read(report, &pool, expected->items, expected->count, "expected");
    json_value **have = rows_read(report, &pool, actual->items, actual->count, "actual");
    if (want != NULL && have != NULL) {
        if (golden_expects(report->query, GOLDEN_ORDERED, NULL))
            compare_sequences(report, expected, want, actual, have);
        else compare_multisets(report, &pool, expected, want, actual, have);
    }
    golden_pool_free(&pool);
}

/* The keys of each row stand in the order of the expected columns, and are all of them. */
static void check_columns(golden_report *report, const golden_expect *expect,
                          const golden_rows *actual)
{
    golden_pool pool = {0};
    json_value **rows = rows_read(report, &pool, actual->items, actual->count, "actual");
    for (size_t i = 0; rows != NULL && i < actual->count; i++) {
        const char *at = expect->text;
        const json_value *member = rows[i]->first;
        while (member != NULL && *at != '\0') {
            size_t length = strcspn(at, " ");
            if (length == member->key_length && memcmp(at, member->key, length) == 0)
                member = member->next;
            at += length;
            at += strspn(at, " ");
        }
        if (member == NULL) continue;
        golden_complain(report, expect->line, "column '%s' of row %zu is out of order or unknown",
                        member->key, i + 1);
        break;
    }
    golden_pool_free(&pool);
}

static void check_status(golden_report *report, const golden_rows *rows)
{
    golden_expect expect;
    size_t line = report->query->line;
    if (golden_expects(report->query, GOLDEN_FAILED, &expect)) {
        if (rows->status != SL_RUN_FAILED) golden_complain(report, expect.line, "it did not fail");
        else if (expect.text != NULL
                 && (rows->error == NULL || strstr(rows->error, expect.text) == NULL))
            golden_complain(report, expect.line, "it failed with: %s",
                            rows->error == NULL ? "(nothing)" : rows->error);
        return;
    }
    if (rows->error != NULL) golden_complain(report, line, "%s", rows->error);
    else if (rows->status == SL_RUN_FAILED) golden_complain(report, line, "the run failed");
    bool lost = golden_expects(report->query, GOLDEN_LOST, &expect);
    if (lost && rows->status != SL_RUN_INPUT_LOST)
        golden_complain(report, expect.line, "all input could be read");
    else if (lost && expect.count != SIZE_MAX && expect.count != rows->faults)
        golden_complain(report, expect.line, "%llu faults", (unsigned long long)rows->faults);
    else if (!lost && rows->status == SL_RUN_INPUT_LOST)
        golden_complain(report, line, "some input could not be read");
}

void golden_check_rows(golden_report *report, const golden_rows *rows, const golden_rows *same)
{
    const golden_query *query = report->query;
    golden_expect expect;
    check_status(report, rows);
    if (query->has_rows) {
        golden_rows expected = {.items = query->rows, .count = query->row_count};
        compare_rows(report, &expected, rows);
    }
    if (same != NULL) compare_rows(report, same, rows);
    if (golden_expects(query, GOLDEN_ROWS, &expect) && expect.count != rows->count)
        golden_complain(report, expect.line, "%zu rows", rows->count);
    if (golden_expects(query, GOLDEN_COLUMNS, &expect)) check_columns(report, &expect, rows);
}

static int text_order(const void *a, const void *b)
{
    const golden_text *x = a, *y = b;
    size_t shorter = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->data, y->data, shorter);
    return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static golden_text *rows_sorted(golden_pool *pool, const golden_rows *rows)
{
    golden_text *items = golden_alloc(pool, (rows->count + 1) * sizeof *items);
    for (size_t i = 0; i < rows->count; i++) items[i] = rows->items[i];
    qsort(items, rows->count, sizeof *items, text_order);
    return items;
}

void golden_check_agreement(golden_report *report, const golden_rows *first,
                            const golden_rows *rows, const char *permutation)
{
    golden_pool pool = {0};
    bool ordered = golden_expects(report->query, GOLDEN_ORDERED, NULL);
    const golden_text *a = ordered ? first->items : rows_sorted(&pool, first);
    const golden_text *b = ordered ? rows->items : rows_sorted(&pool, rows);
    size_t i = 0;
    while (i < first->count && i < rows->count && text_order(&a[i], &b[i]) == 0) i++;
    if (first->status != rows->status)
        golden_complain(report, report->query->line, "ends otherwise with %s%s%s", permutation,
                        rows->error == NULL ? "" : ": ", rows->error == NULL ? "" : rows->error);
    if (i < first->count || i < rows->count) {
        size_t shown = 0;
        golden_complain(report, report->query->line, "other rows with %s: %zu, not %zu",
                        permutation, rows->count, first->count);
        if (i < first->count) print_row('-', &shown, a[i]);
        if (i < rows->count) print_row('+', &shown, b[i]);
    }
    golden_pool_free(&pool);
}

static void answer_messages(golden_pool *pool, const sl_query *compiled, bool errors_only,
                            char **answer)
{
    for (size_t i = 0; i < sl_query_message_count(compiled); i++) {
        sl_message message = sl_query_message(compiled, i);
        if (errors_only && message.kind != SL_MESSAGE_ERROR) continue;
        *answer = golden_printf(pool, "%sexpect %s T%u at %u:%u \"%s\"\n", *answer,
                                message_words[message.kind], message.code, message.line,
                                message.column, message.text);
        if (*message.hint != '\0')
            *answer = golden_printf(pool, "%sexpect hint \"%s\"\n", *answer, message.hint);
    }
}

/* Messages are written anew where the file had some or the query is wrong; rows where it had a
 * "----" or nothing else is expected of the query. */
char *golden_answer(golden_pool *pool, const golden_file *file, const golden_query *query,
                    const sl_query *compiled, const golden_rows *rows)
{
    char *answer = golden_copy(pool, "", 0);
    bool others = false, messages = false;
    for (size_t i = query->answer_start; i < query->answer_end; i++) {
        golden_text line = file->lines[i];
        if (line.data[0] != '#') continue;
        answer = golden_printf(pool, "%s%.*s\n", answer, (int)line.length, line.data);
    }
    for (size_t i = 0; i < query->expect_count; i++) {
        const golden_expect *expect = &query->expects[i];
        if (expect->kind <= GOLDEN_HINT) messages = true;
        else others = true;
        if (expect->kind <= GOLDEN_HINT || expect->kind == GOLDEN_ROWS) continue;
        golden_text line = file->lines[expect->line - 1];
        answer = golden_printf(pool, "%s%.*s\n", answer, (int)line.length, line.data);
    }
    bool good = sl_query_ok(compiled);
    if (messages || !good) answer_messages(pool, compiled, !messages, &answer);
    if (golden_expects(query, GOLDEN_ROWS, NULL) && rows != NULL)
        answer = golden_printf(pool, "%sexpect rows %zu\n", answer, rows->count);
    if (!good || rows == NULL || !(query->has_rows || (!others && !messages))) return answer;
    answer = golden_printf(pool, "%s----\n", answer);
    for (size_t i = 0; i < rows->count; i++)
        answer = golden_printf(pool, "%s%.*s\n", answer, (int)rows->items[i].length,
                               rows->items[i].data);
    return answer;
}
