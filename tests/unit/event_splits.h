/* event_splits.h - a splitter fed in blocks of any size, that reads on the way and that does
 * not. */
#ifndef SL_TESTS_UNIT_EVENT_SPLITS_H
#define SL_TESTS_UNIT_EVENT_SPLITS_H

#include "event_support.h"

/* --- records that the splitter reads on the way --- */

enum { TEST_COLUMNS = 8 };

/* A row for each format, and what it must be. */
typedef struct test_reading {
    sl_arena arena;
    sl_demand demand;
    sl_value row[TEST_COLUMNS], other[TEST_COLUMNS];
    sl_value *columns[TEST_COLUMNS], *other_columns[TEST_COLUMNS];
    sl_walk_into into[FORMAT_COUNT];
    sl_walk *walk;
    uint64_t read; /* records */
} test_reading;

static inline void test_reading_init(test_reading *t)
{
    static const char *const paths[TEST_COLUMNS] = {"eventName", "a",   "a.b",           "a[].b",
                                                    "b",         "a.c", "operationName", "time"};
    *t = (test_reading){.walk = sl_walk_new()};
    sl_arena_init(&t->arena, 0);
    sl_demand_init(&t->demand, &t->arena);
    for (int i = 0; i < TEST_COLUMNS; i++) {
        sl_path path;
        if (!sl_path_parse(sl_text_from(paths[i]), &t->arena, &path)) abort();
        if (i + 1 < TEST_COLUMNS) sl_demand_add(&t->demand, path, (sl_reading)(i % 3));
        else sl_demand_add_spare(&t->demand, path, SL_READ_RAW);
        t->columns[i] = &t->row[i];
        t->other_columns[i] = &t->other[i];
    }
    if (sl_demand_seal(&t->demand) != SL_OK || t->walk == NULL) abort();
    for (int f = 0; f < FORMAT_COUNT; f++)
        t->into[f] = (sl_walk_into){&t->demand, t->columns, 0, &t->arena};
    sl_walk_want_spare(t->walk, false);
}

static inline void test_reading_fini(test_reading *t)
{
    sl_walk_free(t->walk);
    sl_arena_fini(&t->arena);
}

/* What was read of the record must be what a walk through it finds, without a flag; of one that was
 * not read nothing may be left behind. */
static inline void test_reading_check(test_reading *t, const sl_record *record)
{
    sl_walk_into into = {&t->demand, t->other_columns, 0, &t->arena};
    memset(t->other, 0, sizeof t->other);
    uint32_t flags = record->read ? sl_walk_record(t->walk, record->text, &into, NULL, NULL) : 0;
    bool same = flags == 0;
    for (int i = 0; i < TEST_COLUMNS; i++) same = same && sl_value_same(t->row[i], t->other[i]);
    if (!same) {
        fprintf(stderr, "read on the way as something else: %.*s\n", SL_TEXT_ARG(record->text));
        abort();
    }
    memset(t->row, 0, sizeof t->row);
    t->read += record->read;
}

/* --- all that a splitter gives --- */

/* How an input is split; reading NULL: no record is read on the way. */
typedef struct test_split_how {
    const sl_recogniser *recogniser;
    size_t block, record_max;
    test_reading *reading;
} test_split_how;

static inline void test_split_faults(const sl_faults *faults, sl_buffer *out)
{
    for (int i = 0; i < SL_FAULT_KIND_COUNT; i++) {
        if (faults->counts[i] == 0) continue;
        sl_buffer_printf(out, "; %s %llu", sl_fault_text((sl_fault_kind)i),
                         (unsigned long long)faults->counts[i]);
        for (uint64_t j = 0; j < faults->counts[i] && j < SL_FAULT_CASES_MAX; j++)
            sl_buffer_printf(out, " @%llu", (unsigned long long)faults->cases[i][j].offset);
    }
}

static inline void test_split_as(const test_split_how *how, sl_text input, sl_buffer *out)
{
    sl_faults faults;
    sl_arena arena;
    sl_record record;
    sl_faults_init(&faults);
    sl_arena_init(&arena, 0);
    sl_split *split = sl_split_new(how->recogniser, how->record_max, &faults);
    if (split == NULL) abort();
    if (how->reading != NULL) sl_split_read_into(split, how->reading->into);
    sl_split_begin(split, SL_TEXT("input"));
    size_t from = 0, to = 0, most = 0;
    char *data = NULL;
    do {
        size_t keep = to == 0 ? 0 : sl_split_keep(split);
        from = to - keep;
        to = how->block < input.length - to ? to + how->block : input.length;
        if (keep > most) most = keep;
        char *next = test_padded(sl_text_slice(input, from, to));
        free(data);
        data = next;
        sl_split_feed(split, data, to - from, from, to == input.length);
        while (sl_split_next(split, &arena, &record)) {
            if (how->reading != NULL) test_reading_check(how->reading, &record);
            sl_buffer_printf(out, "%llu %u ", (unsigned long long)record.offset, record.format);
            if (record.envelope.length > 0) sl_buffer_printf(out, "%zu ", record.envelope.length);
            sl_buffer_add(out, record.text);
            sl_buffer_add_byte(out, '\n');
        }
    } while (to < input.length);
    free(data);
    sl_split_counts counts = sl_split_counted(split);
    sl_buffer_printf(out, "records %llu passed %llu", (unsigned long long)counts.records,
                     (unsigned long long)counts.passed_over);
    test_split_faults(&faults, out);
    /* A word between records may be kept, too. */
    if (most > how->record_max && most > 80) sl_buffer_printf(out, "; kept %zu", most);
    sl_buffer_add_byte(out, '\n');
    sl_split_free(split);
    sl_arena_fini(&arena);
    sl_faults_fini(&faults);
}

/* Everything a splitter gives for `input` in blocks of `block` new bytes: a line a record with its
 * offset, format, envelope and text, then a line with what was counted and the first faults. It
 * must give the same when it reads on the way; returns how many records it then read. */
static inline uint64_t test_split(const sl_recogniser *recogniser, sl_text input, size_t block,
                                  size_t record_max, sl_buffer *out)
{
    test_reading reading;
    sl_buffer other;
    size_t before = out->length;
    test_reading_init(&reading);
    sl_buffer_init(&other);
    test_split_how how = {recogniser, block, record_max, NULL};
    test_split_as(&how, input, out);
    how.reading = &reading;
    test_split_as(&how, input, &other);
    sl_text plain = sl_text_slice(sl_buffer_text(out), before, out->length);
    if (!sl_text_equal(plain, sl_buffer_text(&other))) {
        fprintf(stderr, "without reading\n%.*s\nreading on the way\n%s\n", SL_TEXT_ARG(plain),
                other.data);
        abort();
    }
    sl_buffer_fini(&other);
    test_reading_fini(&reading);
    return reading.read;
}

#endif
