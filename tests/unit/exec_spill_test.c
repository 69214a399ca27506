/* exec_spill_test.c - temporary files, and that results do not depend on them.
 *
 * Random events (from a seed) go through queries of both languages with memory enough and with
 * hardly any, over several threads and sizes of a batch: the rows must be the same, in the same
 * order. With fault injection the program also runs itself with allocations that fail. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "exec/parts.h"
#include "exec/spill.h"
#include "source_tree.h"
#include "test.h"

extern char **environ;

#ifdef __SANITIZE_THREAD__
enum { QUICK = 1 };
#else
enum { QUICK = 0 };
#endif

enum { FILES = 5, EVENTS = 3000, COPIES = 500, KIB = 1024 };
#define MEMORY_ENOUGH (UINT64_C(1) << 30)

static uint64_t random_state;

static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static uint32_t random_below(uint32_t limit)
{
    return (uint32_t)(random_next() >> 16) % limit;
}

/* Temporary files */

static sl_faults faults;

static bool file_is_record(sl_text record, uint32_t number, size_t length)
{
    bool same = record.length == length;
    for (size_t i = 0; same && i < length; i++) same = record.data[i] == (char)(number * 7 + i);
    return same;
}

static size_t file_length(uint32_t number)
{
    static const size_t lengths[] = {0, 1, 3, 100, 4097, 70000, 300000};
    return lengths[number % SL_COUNT(lengths)];
}

TEST(records_come_back)
{
    enum { COUNT = 70 };
    static char bytes[300000];
    uint64_t starts[COUNT + 1];
    sl_faults_init(&faults);
    sl_spill *spill = sl_spill_new(&faults);
    for (uint32_t n = 0; n < COUNT; n++) {
        starts[n] = sl_spill_end(spill);
        for (size_t i = 0; i < file_length(n); i++) bytes[i] = (char)(n * 7 + i);
        CHECK_INT(SL_OK, sl_spill_add(spill, sl_text_make(bytes, file_length(n))));
    }
    starts[COUNT] = sl_spill_end(spill);
    sl_spill_reader reader = {.spill = NULL};
    for (uint32_t from = 0; from <= COUNT; from += 9) {
        uint32_t to = from + 20 < COUNT ? from + 20 : COUNT, n = from;
        sl_text record;
        sl_spill_aim(&reader, spill, starts[from], starts[to]);
        for (; sl_spill_next(&reader, &record) == SL_OK; n++)
            CHECK(file_is_record(record, n, file_length(n)));
        CHECK_INT(to, n);
        CHECK_INT(SL_END, sl_spill_next(&reader, &record));
    }
    sl_spill_drop(spill, starts[0], starts[10]);
    sl_text record;
    sl_spill_aim(&reader, spill, starts[10], starts[11]);
    CHECK_INT(SL_OK, sl_spill_next(&reader, &record));
    CHECK(file_is_record(record, 10, file_length(10)));
    sl_spill_reader_fini(&reader);
    sl_spill_free(spill);
    CHECK_INT(0, faults.counts[SL_FAULT_TEMPORARY]);
    sl_faults_fini(&faults);
}

TEST(what_was_written_is_read_before_the_file_has_it)
{
    sl_faults_init(&faults);
    sl_spill *spill = sl_spill_new(&faults);
    sl_spill_reader reader = {.spill = NULL};
    sl_text record;
    for (uint32_t n = 0; n < 100; n++) {
        uint64_t start = sl_spill_end(spill);
        CHECK_INT(SL_OK, sl_spill_add(spill, SL_TEXT("short")));
        sl_spill_aim(&reader, spill, start, sl_spill_end(spill));
        CHECK_INT(SL_OK, sl_spill_next(&reader, &record));
        CHECK_TEXT("short", record);
    }
    sl_spill_reader_fini(&reader);
    sl_spill_free(spill);
    sl_faults_fini(&faults);
}

static int tree_entries(const tree *t)
{
    DIR *list = opendir(t->path);
    int count = 0;
    while (list != NULL && readdir(list) != NULL) count++;
    if (list != NULL) closedir(list);
    return count - 2;
}

TEST(nothing_is_left_behind)
{
    tree t;
    if (!tree_make(&t)) SKIP("no place for a directory");
    setenv("TMPDIR", t.path, 1);
    sl_faults_init(&faults);
    sl_spill *spill = sl_spill_new(&faults);
    CHECK_INT(SL_OK, sl_spill_add(spill, SL_TEXT("x")));
    CHECK_INT(0, tree_entries(&t));
    sl_spill_free(spill);
    CHECK_INT(0, tree_entries(&t));
    sl_faults_fini(&faults);
    unsetenv("TMPDIR");
    tree_remove(&t);
}

TEST(no_place_is_said_with_a_remedy)
{
    setenv("TMPDIR", "/nowhere/at/all", 1);
    sl_faults_init(&faults);
    sl_spill *spill = sl_spill_new(&faults);
    CHECK_INT(SL_IO, sl_spill_add(spill, SL_TEXT("x")));
    CHECK_INT(SL_IO, sl_spill_add(spill, SL_TEXT("x")));
    sl_spill_free(spill);
    CHECK_INT(1, faults.counts[SL_FAULT_TEMPORARY]);
    const sl_fault_case *first = &faults.cases[SL_FAULT_TEMPORARY][0];
    CHECK(strcmp(first->where, "/nowhere/at/all") == 0);
    CHECK(strstr(first->reason, "TMPDIR") != NULL);
    CHECK(strstr(first->reason, "--memory") != NULL);
    sl_faults_fini(&faults);
    unsetenv("TMPDIR");
}

/* A limit on the size of files stands for a disk that is full. */
TEST(a_full_disk_is_said_once)
{
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 1 << 20;
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    sl_faults_init(&faults);
    sl_spill *spill = sl_spill_new(&faults);
    static char bytes[100000];
    sl_status status = SL_OK;
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 40 && status == SL_OK; i++)
        status = sl_spill_add(spill, sl_text_make(bytes, sizeof bytes));
    CHECK_INT(SL_IO, status);
    CHECK_INT(SL_IO, sl_spill_add(spill, SL_TEXT("x")));
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, old);
    CHECK_INT(1, faults.counts[SL_FAULT_TEMPORARY]);
    sl_spill_free(spill);
    sl_faults_fini(&faults);
}

/* Values */

static sl_value value_random(sl_arena *arena, bool lists)
{
    static const char text[] = "\0\xff two words, \"quoted\"";
    sl_text some = sl_text_make(text, random_below(sizeof text));
    switch ((sl_kind)random_below(lists ? SL_JSON + 1 : SL_LIST)) {
    case SL_MISSING: return sl_missing();
    case SL_NULL: return (sl_value){.kind = SL_NULL};
    case SL_BOOL: return sl_bool(random_below(2) == 0);
    case SL_NUMBER: return sl_number_as(SL_TEXT("1.10"));
    case SL_INTEGER: return sl_integer((int64_t)random_next());
    case SL_REAL: return sl_real((double)(int64_t)random_next() / 3);
    case SL_MOMENT: return sl_moment((int64_t)random_next());
    case SL_JSON: return sl_json(SL_TEXT("{\"a\":[]}"));
    case SL_STRING: return sl_string(some);
    case SL_LIST: break;
    }
    uint32_t count = random_below(5);
    sl_value *items = SL_ARENA_ARRAY(arena, count, sl_value);
    for (uint32_t i = 0; i < count; i++) items[i] = value_random(arena, /* lists= */ false);
    return sl_list(items, count);
}

TEST(values_keep_kind_and_spelling)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    sl_buffer out;
    sl_buffer_init(&out);
    random_state = 88172645463325252u;
    for (int i = 0; i < 3000; i++) {
        sl_value v = value_random(&arena, /* lists= */ true), w;
        sl_buffer_clear(&out);
        sl_value_save(&out, v);
        sl_text saved = sl_buffer_text(&out);
        CHECK(sl_value_load(&saved, &arena, &w));
        CHECK_INT(0, saved.length);
        CHECK(sl_value_same(v, w));
        for (size_t cut = 0; cut < out.length; cut++) {
            saved = sl_text_make(out.data, cut);
            CHECK(!sl_value_load(&saved, &arena, &w));
        }
        sl_arena_reset(&arena);
    }
    sl_buffer_fini(&out);
    sl_arena_fini(&arena);
}

TEST(hostile_bytes_are_no_value)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {"\x0a", 1},                                      /* no such kind */
        {"\x07\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10}, /* a text longer than the rest */
        {"\x08\xff\xff\xff\x7f", 5},                      /* a list longer than the rest */
        {"\x08\x01\x08\x00", 4},                          /* a list in a list */
        {"\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11},
    };
    sl_arena arena;
    sl_arena_init(&arena, 0);
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        sl_text saved = sl_text_make(cases[i].bytes, cases[i].length);
        sl_value v;
        CHECK(!sl_value_load(&saved, &arena, &v));
    }
    for (int i = 0; i < 20000; i++) {
        char bytes[24];
        for (size_t b = 0; b < sizeof bytes; b++) bytes[b] = (char)random_below(b % 3 ? 256 : 12);
        sl_text saved = sl_text_make(bytes, sizeof bytes);
        sl_value v;
        while (saved.length > 0 && sl_value_load(&saved, &arena, &v)) continue;
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
}

/* Queries */

static tree events;
static char event_paths[FILES][600];
static sl_text event_texts[FILES];

static void event_write(FILE *stream, uint32_t number)
{
    uint32_t key = random_below(EVENTS);
    fprintf(stream, "{\"id\":\"e%u\"", number);
    /* The same key as text and as a number: one group, shown as the earliest row has it. */
    if (key % 3 == 0) fprintf(stream, ",\"k\":%u", key);
    else if (key % 50 != 1) fprintf(stream, ",\"k\":\"%u\"", key - key % 3);
    fprintf(stream, ",\"s\":\"%c%u\",\"u\":\"user%u\"", (int)('a' + random_below(26)),
            random_below(300), random_below(4));
    if (random_below(10) > 0)
        fprintf(stream, ",\"n\":%d%s", (int)random_below(2000) - 1000,
                random_below(3) == 0       ? ".25"
                    : random_below(7) == 0 ? ".0"
                                           : "");
    if (random_below(20) == 0) fprintf(stream, ",\"null\":null,\"o\":{\"a\":[%u,2]}", key);
    if (random_below(9) > 0)
        fprintf(stream, ",\"timestamp\":\"2024-05-%02uT%02u:00:00Z\"", 1 + random_below(28),
                random_below(24));
    fputs(",\"pad\":\"", stream);
    for (uint32_t i = random_below(40); i > 0; i--) putc('p', stream);
    fputs("\"}\n", stream);
}

static bool events_make(void)
{
    if (!tree_make(&events)) return false;
    const uint64_t seed = 0x9e3779b97f4a7c15u;
    uint64_t state = seed + 1;
    for (uint32_t f = 0; f < FILES; f++) {
        snprintf(event_paths[f], sizeof event_paths[f], "%s/%u.ndjson", events.path, f);
        FILE *stream = fopen(event_paths[f], "wb");
        if (stream == NULL) return false;
        /* The first events are the same in all files. */
        random_state = seed;
        for (uint32_t i = 0; i < COPIES; i++) event_write(stream, i);
        random_state = state;
        for (uint32_t i = COPIES; i < EVENTS; i++) event_write(stream, f * EVENTS + i);
        state = random_state;
        if (fclose(stream) != 0) return false;
        event_texts[f] = sl_text_from(event_paths[f]);
    }
    return true;
}

typedef struct outcome {
    sl_buffer rows; /* every column of every row, with names and kinds */
    sl_status status;
    uint64_t row_count, spilled, cuts;
    char cut[SL_FAULT_TEXT_MAX];
    char memory[SL_FAULT_TEXT_MAX];
    const sl_plan *plan;
} outcome;

static bool outcome_rows(void *context, uint32_t number, const sl_batch *batch)
{
    outcome *o = context;
    (void)number;
    for (uint32_t i = 0; i < batch->selected; i++) {
        for (uint32_t c = 0; c < batch->column_count; c++) {
            sl_value v = batch->columns[c].values[batch->rows[i]];
            if (v.kind == SL_MISSING) continue;
            sl_buffer_add(&o->rows, sl_fields_name(&o->plan->fields, batch->columns[c].field));
            sl_value_save(&o->rows, v);
        }
        sl_buffer_add_byte(&o->rows, '\n');
        o->row_count++;
    }
    return true;
}

typedef struct variation {
    uint64_t memory;
    uint32_t threads, batch_rows;
    bool unique;
} variation;

static void outcome_fini(outcome *o)
{
    sl_buffer_fini(&o->rows);
}

static outcome query_run(sl_engine *engine, const sl_plan *plan, const variation *how)
{
    outcome o = {.plan = plan};
    sl_buffer_init(&o.rows);
    sl_settings *settings = sl_engine_settings(engine);
    settings->exec.memory_bytes_max = how->memory;
    settings->exec.threads = how->threads;
    settings->exec.batch_rows = how->batch_rows;
    sl_run_request request = {.plans = &plan,
                              .plan_count = 1,
                              .unique = how->unique,
                              .paths = event_texts,
                              .path_count = FILES};
    sl_report report;
    o.status = sl_engine_run(engine, &request, &(sl_sink){&o, outcome_rows}, &report);
    o.spilled = report.stats.spilled;
    o.cuts = report.faults.counts[SL_FAULT_RESULT_LIMIT];
    memcpy(o.cut, report.faults.cases[SL_FAULT_RESULT_LIMIT][0].reason,
           sizeof report.faults.cases[0][0].reason);
    memcpy(o.memory, report.faults.cases[SL_FAULT_MEMORY][0].reason,
           sizeof report.faults.cases[0][0].reason);
    sl_report_fini(&report);
    return o;
}

static sl_plan *query_compile(sl_engine *engine, sl_language language, const char *text)
{
    sl_diags diags;
    sl_diags_init(&diags);
    sl_plan *plan =
        sl_engine_compile(engine, language, SL_TEXT("query"), sl_text_from(text), &diags);
    if (plan == NULL) TEST_FAIL("%s: %s", text, diags.items[0].message);
    return plan;
}

typedef struct query_case {
    sl_language language;
    const char *text;
    uint32_t kib;
    bool unique;
    bool quick; /* runs where each step costs ten times as much */
} query_case;

/* The query with enough memory and with little: the same rows. */
static void query_check(sl_engine *engine, const query_case *c)
{
    static const struct {
        uint32_t threads, batch_rows;
    } steps[] = {{1, 4096}, {2, 4096}, {4, 61}, {2, 1000}};
    sl_plan *plan = query_compile(engine, c->language, c->text);
    if (plan == NULL) return;
    outcome right = query_run(engine, plan, &(variation){MEMORY_ENOUGH, 1, 4096, c->unique});
    CHECK_INT(SL_OK, right.status);
    CHECK_INT(0, right.spilled);
    if (right.row_count == 0) TEST_FAIL("%s: no rows", c->text);
    for (size_t i = 0; i < SL_COUNT(steps); i++) {
        variation how = {c->kib * KIB, steps[i].threads, steps[i].batch_rows, c->unique};
        outcome o = query_run(engine, plan, &how);
        bool same = sl_text_equal(sl_buffer_text(&o.rows), sl_buffer_text(&right.rows));
        bool cut = o.cuts == right.cuts && strcmp(o.cut, right.cut) == 0;
        if (o.status != SL_OK || !same || !cut || o.spilled == 0)
            TEST_FAIL("%s (%u threads, batches of %u): status %d (%s), %" PRIu64 " rows of %" PRIu64
                      ", same %d, cut '%s' '%s', %" PRIu64 " bytes spilled",
                      c->text, how.threads, how.batch_rows, (int)o.status, o.memory, o.row_count,
                      right.row_count, same, o.cut, right.cut, o.spilled);
        outcome_fini(&o);
    }
    outcome_fini(&right);
    sl_plan_free(plan);
}

static const query_case query_cases[] = {
    {.kib = 256, .quick = true, .text = "* | stats count by k, s"},
    {.kib = 256,
     .text = "* | stats count as c sum(n) avg(n) min(s) max(n) range(n) stdev(n) first(s) last(s) "
             "earliest(s) latest(s) rate(n) by k"},
    {.kib = 512, .text = "* | stats values(s) dc(s) list(n) mode(u) median(n) perc95(n) by k"},
    {.kib = 2048, .text = "* | stats values(k) as ks dc(id) as ids count by u"},
    {.kib = 64, .text = "* | stats count by k | sort - count, k | head 40"},
    {.kib = 512, .text = "* | stats count by s, k | stats count as c values(k) as k by s"},
    {.kib = 512, .text = "* | sort 0 n, -s | table n s k id"},
    {.kib = 512, .quick = true, .text = "* | sort 0 - k"},
    {.kib = 64, .text = "* | sort 900 s, n | table id s n o"},
    {.kib = 256, .text = "* | table id k | reverse"},
    {.kib = 128, .text = "* | table id k | tail 3000"},
    {.kib = 128, .text = "* | head 3000 | table id k"},
    {.kib = 64, .text = "* | eval l=mvappend(k, s, u) | stats count max(n) by l"},
    {.kib = 512, .unique = true, .text = "*"},
    {.kib = 64, .unique = true, .text = "* | table k n | stats count by k"},
    {.language = SL_LANG_CQL,
     .kib = 256,
     .quick = true,
     .text = "groupBy([k, s], function=[count(as=c), sum(n), min(n), max(n), avg(n)])"},
    {.language = SL_LANG_CQL,
     .kib = 512,
     .text = "groupBy(k, function=[selectLast([s]), collect([u, s]), count(as=c)])"},
    {.language = SL_LANG_CQL,
     .kib = 256,
     .text = "groupBy([k, s], limit=1000) | sort(_count, limit=300)"},
    {.language = SL_LANG_CQL,
     .kib = 256,
     .quick = true,
     .text = "sort(n, limit=5000) | table([id, n, k], limit=5000)"},
};

TEST(results_do_not_depend_on_memory)
{
    sl_engine *engine = sl_engine_new();
    CHECK(sl_engine_error(engine) == NULL);
    for (size_t i = 0; i < SL_COUNT(query_cases); i++)
        if (!QUICK || query_cases[i].quick) query_check(engine, &query_cases[i]);
    sl_engine_free(engine);
}

TEST(one_group_that_is_too_large_is_said)
{
    sl_engine *engine = sl_engine_new();
    sl_plan *plan = query_compile(engine, SL_LANG_SPL, "* | stats values(id) as ids");
    outcome o = query_run(engine, plan, &(variation){256 * KIB, 2, 4096, false});
    CHECK_INT(SL_LIMIT, o.status);
    CHECK_INT(0, o.row_count);
    CHECK(strstr(o.memory, "one group") != NULL);
    CHECK(strstr(o.memory, "262144") != NULL);
    outcome_fini(&o);
    sl_plan_free(plan);
    sl_engine_free(engine);
}

TEST(a_run_without_a_place_for_files_fails)
{
    sl_engine *engine = sl_engine_new();
    sl_plan *plan = query_compile(engine, SL_LANG_SPL, "* | sort 0 k");
    setenv("TMPDIR", "/nowhere/at/all", 1);
    outcome o = query_run(engine, plan, &(variation){256 * KIB, 2, 4096, false});
    unsetenv("TMPDIR");
    CHECK_INT(SL_IO, o.status);
    outcome_fini(&o);
    sl_plan_free(plan);
    sl_engine_free(engine);
}

/* Many plans share one budget. */
TEST(plans_share_the_budget)
{
    enum { PLANS = 6 };
    sl_engine *engine = sl_engine_new();
    sl_settings *settings = sl_engine_settings(engine);
    const sl_plan *plans[PLANS];
    for (int p = 0; p < PLANS; p++)
        plans[p] = query_compile(engine, SL_LANG_SPL,
                                 p % 2 == 0 ? "* | stats count by id" : "* | sort 0 id | table id");
    uint64_t rows[2];
    for (int pass = 0; pass < 2; pass++) {
        settings->exec.memory_bytes_max = pass == 0 ? MEMORY_ENOUGH : 512 * KIB;
        settings->exec.threads = 2;
        sl_run_request request = {
            .plans = plans, .plan_count = PLANS, .paths = event_texts, .path_count = FILES};
        outcome o = {.plan = plans[0]};
        sl_buffer_init(&o.rows);
        sl_report report;
        CHECK_INT(SL_OK, sl_engine_run(engine, &request, &(sl_sink){&o, outcome_rows}, &report));
        CHECK((report.stats.spilled > 0) == (pass == 1));
        rows[pass] = o.row_count;
        sl_report_fini(&report);
        outcome_fini(&o);
    }
    CHECK_INT(PLANS / 2 * (FILES * EVENTS + FILES * (EVENTS - COPIES) + COPIES), rows[0]);
    CHECK_INT(rows[0], rows[1]);
    for (int p = 0; p < PLANS; p++) sl_plan_free((sl_plan *)(uintptr_t)plans[p]);
    sl_engine_free(engine);
}

#ifdef SL_FAULT_INJECTION

enum { CHILD_RIGHT = 0, CHILD_GAVE_UP = 3, CHILD_WRONG = 4 };

/* One run in little memory: in a process whose allocations fail, and here to know what is right.
 * *out_hash is that of all rows. */
static int child_query(const char *text, uint64_t *out_hash)
{
    sl_engine *engine = sl_engine_new();
    if (engine == NULL || sl_engine_catalog(engine) == NULL) {
        sl_engine_free(engine);
        return CHILD_GAVE_UP;
    }
    sl_diags diags;
    sl_diags_init(&diags);
    sl_plan *plan =
        sl_engine_compile(engine, SL_LANG_SPL, SL_TEXT("q"), sl_text_from(text), &diags);
    int code = CHILD_GAVE_UP;
    if (plan != NULL) {
        outcome o = query_run(engine, plan, &(variation){64 * KIB, 1, 512, true});
        if (o.status == SL_OK && !o.rows.failed) code = CHILD_RIGHT;
        *out_hash = sl_text_hash(sl_buffer_text(&o.rows));
        outcome_fini(&o);
    }
    sl_plan_free(plan);
    sl_engine_free(engine);
    return code;
}

static int child_main(const char *text)
{
    uint64_t hash, right = strtoull(getenv("SL_SPILL_HASH"), NULL, 10);
    for (int f = 0; f < FILES; f++) event_texts[f] = sl_text_from(getenv("SL_SPILL_FILE"));
    int code = child_query(text, &hash);
    return code == CHILD_RIGHT && hash != right ? CHILD_WRONG : code;
}

static int child_run(unsigned long fail_at, bool and_later)
{
    char number[32];
    snprintf(number, sizeof number, "%lu%s", fail_at, and_later ? "+" : "");
    setenv("SL_FAIL_ALLOC", number, 1);
    char *arguments[] = {(char *)(uintptr_t) "exec_spill_test", NULL};
    pid_t pid;
    int code = -1;
    if (posix_spawn(&pid, "/proc/self/exe", /* actions= */ NULL, /* attributes= */ NULL, arguments,
                    environ)
            != 0
        || waitpid(pid, &code, 0) != pid)
        return -1;
    return WIFEXITED(code) ? WEXITSTATUS(code) : -1;
}

/* About how many allocations the run makes when none fails; the threads make it vary a little. */
static unsigned long child_allocations(void)
{
    unsigned long low = 0, high = 1;
    while (high < 100000000 && child_run(high, true) != CHILD_RIGHT) high *= 2;
    while (low + 1 < high) {
        unsigned long middle = low + (high - low) / 2;
        *(child_run(middle, true) == CHILD_RIGHT ? &high : &low) = middle;
    }
    return low;
}

static void child_check(const char *text)
{
    uint64_t hash;
    char number[32];
    CHECK_INT(CHILD_RIGHT, child_query(text, &hash));
    snprintf(number, sizeof number, "%" PRIu64, hash);
    setenv("SL_SPILL_HASH", number, 1);
    setenv("SL_SPILL_FILE", event_paths[0], 1);
    setenv("SL_SPILL_CHILD", text, 1);
    unsigned long count = child_allocations();
    printf("# %s: %lu allocations\n", text, count);
    CHECK(count > 100);
    /* From the last allocation back, at first each of them: the files are in the later ones. */
    for (unsigned long back = 0; back < count; back += 1 + back / 16) {
        int code = child_run(count - back, true);
        CHECK(code == CHILD_RIGHT || code == CHILD_GAVE_UP);
        code = child_run(count - back, false);
        CHECK(code == CHILD_RIGHT || code == CHILD_GAVE_UP);
    }
    unsetenv("SL_FAIL_ALLOC");
    unsetenv("SL_SPILL_CHILD");
}

TEST(allocations_may_fail)
{
    for (int f = 0; f < FILES; f++) event_texts[f] = event_texts[0];
    child_check("* | stats count values(s) by id");
    child_check("* | sort 0 - id");
}

#else

static int child_main(const char *text)
{
    (void)text;
    return 0;
}

TEST(allocations_may_fail)
{
    SKIP("built without fault injection");
}

#endif

int main(void)
{
    const char *child = getenv("SL_SPILL_CHILD");
    if (child != NULL) return child_main(child);
    RUN(records_come_back)
    RUN(what_was_written_is_read_before_the_file_has_it)
    RUN(nothing_is_left_behind)
    RUN(no_place_is_said_with_a_remedy)
    RUN(a_full_disk_is_said_once)
    RUN(values_keep_kind_and_spelling)
    RUN(hostile_bytes_are_no_value)
    if (!events_make()) return 99;
    RUN(results_do_not_depend_on_memory)
    RUN(one_group_that_is_too_large_is_said)
    RUN(a_run_without_a_place_for_files_fails)
    RUN(plans_share_the_budget)
    RUN(allocations_may_fail)
    tree_remove(&events);
    printf("1..%d\n", test_number);
    return test_failures > 99 ? 99 : test_failures;
}
