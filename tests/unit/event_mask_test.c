/* event_mask_test.c - the kernels against each other, and all that reads masks against the plain
 * way, byte by byte: over random text, random records, and published logs.
 *
 * Whatever a walk finds and flags, and whatever the splitter gives out, must be the same with every
 * kernel and without any. STRANDLINE_MASK_ROUNDS makes the random tests longer. */
#include "event/mask.h"

#include <dirent.h>
#include <sys/stat.h>

#include "test.h"

#include "event/recogniser.h"
#include "event/walk.h"
#include "event_splits.h"

enum { COLUMNS_MAX = 32 };

static uint64_t random_state = 42;

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % limit;
}

static unsigned rounds(unsigned usual)
{
    const char *given = getenv("STRANDLINE_MASK_ROUNDS");
    return given == NULL ? usual : usual * (unsigned)strtoul(given, NULL, 10);
}

/* --- kernels --- */

/* Few bytes but those that matter, and often in runs. */
static size_t random_bytes(char *out, size_t length)
{
    static const char common[] = "\"\"\"\\\\\\{}[]:,.\n x1\xC3\xA9\x7B\x5B\x02\xFB\x0C\x0E";
    for (size_t i = 0; i < length; i++) {
        out[i] = random_below(8) == 0 ? (char)random_below(256)
                                      : common[random_below(sizeof common - 1)];
        if (i > 0 && random_below(4) == 0) out[i] = out[i - 1];
    }
    return length;
}

typedef struct expected_masks {
    sl_mask_words words;
    sl_mask_carry carry;
} expected_masks;

static void expect_byte(expected_masks *out, size_t i, char c)
{
    uint64_t bit = UINT64_C(1) << (i % 64);
    size_t block = i / 64;
    bool escaped = out->carry.escaped != 0;
    out->carry.escaped = c == '\\' && !escaped;
    if (c == '"' && !escaped) {
        out->words.quote[block] |= bit;
        out->carry.in_string = ~out->carry.in_string;
    }
    if (out->carry.in_string != 0 && c == '\n') out->carry.newlines = 1;
    if (out->carry.in_string == 0 && c != '\0' && strchr("{}[]", c) != NULL)
        out->words.bracket[block] |= bit;
    if (c == '\\' || c == '\n' || (unsigned char)c >= 0x80) out->words.odd[block] |= bit;
}

TEST(kernels_agree_with_bytes)
{
    static char text[20 * SL_MASK_BYTES];
    static expected_masks expected;
    static sl_mask_words found;
    for (unsigned round = 0; round < rounds(500); round++) {
        size_t blocks = 1 + random_below(20);
        memset(&expected, 0, sizeof expected);
        random_bytes(text, blocks * SL_MASK_BYTES);
        for (size_t i = 0; i < blocks * SL_MASK_BYTES; i++) expect_byte(&expected, i, text[i]);
        const sl_mask_kernel *kernel;
        for (unsigned k = 0; (kernel = sl_mask_kernel_at(k)) != NULL; k++) {
            sl_mask_carry carry = {0, 0, 0};
            size_t first = random_below((uint32_t)blocks);
            kernel->fill(text, first, &carry, &found, 0);
            kernel->fill(text + first * SL_MASK_BYTES, blocks - first, &carry, &found, first);
            size_t bytes = blocks * sizeof found.quote[0];
            bool same = memcmp(found.quote, expected.words.quote, bytes) == 0
                && memcmp(found.bracket, expected.words.bracket, bytes) == 0
                && memcmp(found.odd, expected.words.odd, bytes) == 0
                && carry.escaped == expected.carry.escaped
                && carry.in_string == expected.carry.in_string
                && (carry.newlines != 0) == (expected.carry.newlines != 0);
            if (!same) TEST_FAIL("kernel %s differs in round %u", kernel->name, round);
        }
    }
}

TEST(best_is_known)
{
    bool known = false;
    for (unsigned k = 0; sl_mask_kernel_at(k) != NULL; k++)
        known = known || sl_mask_kernel_at(k) == sl_mask_best();
    CHECK(known);
}

/* --- records --- */

static sl_buffer record;

static void add(const char *text)
{
    sl_buffer_add_string(&record, text);
}

static void add_space(void)
{
    static const char *const spaces[] = {" ", "  ", "\n", "\t\r\n "};
    if (random_below(40) == 0) add(spaces[random_below(4)]);
}

static void add_string(void)
{
    static const char *const pieces[] = {
        "a",   "b.c",   "\\\"",    "\\\\", "\\u0041", "\\ud83d\\ude00", "\xC3\xA9", "\xFF",
        "{",   "}]",    ",\"",     ":",    " ",       "arn:aws",        "\\n",      ".",
        "\\x", "\\u12", "0123456", "\\/"};
    if (random_below(300) == 0) add("\n");
    add("\"");
    for (uint32_t n = random_below(random_below(20) == 0 ? 60 : 5); n > 0; n--) {
        const char *piece = pieces[random_below(random_below(3) == 0 ? SL_COUNT(pieces) : 1)];
        if (strcmp(piece, ",\"") == 0) piece = ",";
        for (uint32_t times = 1 + random_below(12); times > 0; times--) add(piece);
    }
    add("\"");
}

static void add_value(unsigned depth);

static void add_key(void)
{
    static const char *const keys[] = {"a",   "b",        "c",      "eventName", "userIdentity",
                                       "arn", "a.b",      "a.b.c",  "\\u0061",   "",
                                       "b.",  "eventNam", "a\\\"b", "k\xC3\xA9", "sourceIPAddress"};
    if (random_below(8) == 0) {
        add_string();
        return;
    }
    add("\"");
    add(keys[random_below(SL_COUNT(keys))]);
    add("\"");
}

static void add_members(unsigned depth, bool is_array)
{
    uint32_t count = random_below(depth > 0 ? 5 : random_below(8) == 0 ? 200 : 24);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0) add(random_below(400) == 0 ? ",," : ",");
        add_space();
        if (!is_array) {
            add_key();
            add_space();
            add(random_below(400) == 0 ? "" : ":");
            add_space();
        }
        add_value(depth + 1);
        add_space();
    }
}

static void add_value(unsigned depth)
{
    static const char *const scalars[] = {"true", "false",  "null",   "0",    "-1.5e+3",
                                          "12",   "123456", "truely", "nul",  "01",
                                          "1.",   "tru\"e", "falsey", "\\\"", "123456789012345678"};
    uint32_t kind = random_below(depth > 5 ? 6 : 10);
    if (kind < 3) {
        add_string();
    } else if (kind < 6) {
        add(scalars[random_below(random_below(50) == 0 ? SL_COUNT(scalars) : 7)]);
    } else {
        add(kind < 8 ? "{" : "[");
        add_members(depth, kind >= 8);
        add(random_below(300) == 0 ? (kind < 8 ? "]" : "}") : (kind < 8 ? "}" : "]"));
    }
}

/* Deeper than one word of bits can follow, or longer than a ring of masks. */
static void large_record(void)
{
    sl_buffer_clear(&record);
    uint32_t depth = random_below(2) == 0 ? 40 + random_below(60) : 0;
    add("{\"a\":");
    for (uint32_t n = depth; n > 0; n--) add("[");
    add_string();
    for (uint32_t n = depth; n > 0; n--) add("]");
    for (uint32_t n = depth > 0 ? 0 : 1 + random_below(8); n > 0; n--) {
        add(",\"b\":{\"x\":");
        add_string();
        for (uint32_t m = random_below(900); m > 0; m--) add(" ");
        add("}");
    }
    add(",\"eventName\":\"x\"}");
}

static void random_record(void)
{
    sl_buffer_clear(&record);
    add("{");
    add_members(0, false);
    add("}");
    if (random_below(10) == 0) large_record();
    for (uint32_t n = random_below(4) == 0 ? random_below(3) : 0; n > 0; n--)
        record.data[random_below((uint32_t)record.length)] = "\"{}[]:,\\\n x"[random_below(11)];
    if (random_below(12) == 0) record.length = random_below((uint32_t)record.length + 1);
}

/* --- the walk --- */

static const char *const demands[] = {
    "eventName userIdentity.arn sourceIPAddress",
    "a",
    "a.b a.b.c b c none",
    "a[] a[0] a[].b a[1].a[] b[].c",
    "eventName userIdentity a b c arn userIdentity.arn a.b none errorCode userAgent",
    ("eventVersion userIdentity.type userIdentity.sessionContext.sessionIssuer.arn eventTime "
     "eventSource eventName requestParameters errorCode resources[].ARN recipientAccountId"),
    "\"\" b.\"\" \"b.\" k\xC3\xA9",
};

static sl_arena arena, texts;
static sl_walk *walk;
static sl_demand compiled[SL_COUNT(demands)];

static void compile_demand(sl_demand *demand, const char *wanted)
{
    sl_demand_init(demand, &arena);
    for (const char *at = wanted; *at != '\0';) {
        size_t length = strcspn(at, " ");
        sl_path path;
        CHECK(sl_path_parse(sl_text_make(at, length), &arena, &path));
        /* Every other path is spare, and read in all three ways. */
        if (demand->count % 2 == 1) {
            CHECK(sl_demand_add_spare(demand, path, SL_READ_RAW) < COLUMNS_MAX);
        } else {
            for (int r = 0; r < SL_READING_COUNT; r++) sl_demand_add(demand, path, (sl_reading)r);
        }
        at += length + (at[length] == ' ');
    }
    CHECK(demand->count <= COLUMNS_MAX);
    CHECK_INT(SL_OK, sl_demand_seal(demand));
}

typedef struct found_values {
    sl_value values[COLUMNS_MAX];
    uint32_t flags;
} found_values;

static void walk_with(const sl_mask_kernel *kernel, sl_text text, const sl_demand *demand,
                      found_values *out)
{
    sl_value *columns[COLUMNS_MAX];
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < COLUMNS_MAX; i++) columns[i] = &out->values[i];
    sl_walk_use(walk, kernel);
    sl_walk_into into = {demand, columns, 0, &texts};
    out->flags = sl_walk_record(walk, text, &into, NULL, NULL);
}

/* True when all that was found is the same. */
static bool same_walks(const found_values *a, const found_values *b)
{
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        if (!sl_value_same(a->values[i], b->values[i])) return false;
    return a->flags == b->flags;
}

static void expect_same_walks(sl_text text)
{
    found_values plain, fast;
    for (size_t d = 0; d < SL_COUNT(demands); d++) {
        for (int spare = 0; spare < 2; spare++) {
            sl_walk_want_spare(walk, spare != 0);
            walk_with(NULL, text, &compiled[d], &plain);
            for (unsigned k = 0; sl_mask_kernel_at(k) != NULL; k++) {
                walk_with(sl_mask_kernel_at(k), text, &compiled[d], &fast);
                if (same_walks(&plain, &fast)) continue;
                TEST_FAIL("kernel %s, flags %u instead of %u, wanted %s\n%.*s",
                          sl_mask_kernel_at(k)->name, fast.flags, plain.flags, demands[d],
                          SL_TEXT_ARG(text));
                return;
            }
        }
    }
    sl_arena_reset(&texts);
}

TEST(walks_agree_on_random_records)
{
    for (unsigned round = 0; round < rounds(3000) && test_checks_failed < 3; round++) {
        random_record();
        char *padded = test_padded(sl_buffer_text(&record));
        expect_same_walks(sl_text_make(padded, record.length));
        free(padded);
    }
}

/* Records of one demand in a row, whose keys are guessed by those of the records before: with and
 * without white space, in order and out of it, now and then more keys than are remembered. */
TEST(walks_agree_on_records_in_a_row)
{
    static const char *const keys[] = {"a",
                                       "b",
                                       "c",
                                       "eventName",
                                       "userIdentity",
                                       "errorCode",
                                       "a.b",
                                       "x",
                                       "a-key-that-is-too-long-to-be-remembered"};
    static const char *const between[] = {"\":", "\":", "\": ", "\":  ", "\" :"};
    static const char *const values[] = {
        "\"x\"", "1",      "true", "{\"b\":2,\"arn\":\"y\"}", "[1]", "{\"b\": {\"c\" :3}}",
        "tru",   "\"\\n\""};
    sl_walk_want_spare(walk, true);
    for (size_t d = 0; d < SL_COUNT(demands); d++) {
        for (unsigned round = 0; round < rounds(600) && test_checks_failed < 3; round++) {
            sl_buffer_clear(&record);
            size_t first = random_below(SL_COUNT(keys));
            for (size_t i = 0; i < SL_COUNT(keys); i++) {
                add(i == 0 ? "{\"" : random_below(9) == 0 ? " ,\"" : ",\"");
                add(keys[random_below(6) == 0 ? random_below(SL_COUNT(keys))
                                              : (first + i) % SL_COUNT(keys)]);
                if (random_below(40) == 0) sl_buffer_printf(&record, "%u", random_below(500));
                add(between[random_below(8) == 0 ? random_below(SL_COUNT(between)) : 0]);
                add(values[random_below(random_below(30) == 0 ? SL_COUNT(values) : 6)]);
            }
            add("}");
            char *padded = test_padded(sl_buffer_text(&record));
            sl_text text = sl_text_make(padded, record.length);
            found_values plain, fast;
            walk_with(NULL, text, &compiled[d], &plain);
            walk_with(sl_mask_best(), text, &compiled[d], &fast);
            if (!same_walks(&plain, &fast))
                TEST_FAIL("flags %u instead of %u, wanted %s\n%.*s", fast.flags, plain.flags,
                          demands[d], SL_TEXT_ARG(text));
            free(padded);
            sl_arena_reset(&texts);
        }
    }
}

/* What stands behind the end, as the rest of it does in a block, is never taken for the record. */
TEST(walks_agree_on_beginnings)
{
    static const char text[] =
        "{\"a\" : true,\"b\":{\"c\":[1,{\"b\":false}],\"d.e\":null},\"eventName\":\"x\",\"c\":12,"
        "\"userIdentity\":{\"arn\":\"y\",\"n\":{}},\"errorCode\":\"\\n\",\"none\":-1.5,\"arn\":[]}"
        ",\"userAgent\":true,\"sourceIPAddress\":\"z\"}";
    static char padded[3 * sizeof text];
    for (size_t from = 0; from < 3; from++)
        memcpy(padded + from * (sizeof text - 1), text, sizeof text);
    for (size_t length = 0; length < sizeof text; length++)
        expect_same_walks(sl_text_make(padded, length));
}

/* Keys and values that need a closer look, wherever the ring of masks wraps. */
TEST(walks_agree_where_the_ring_wraps)
{
    enum { RING_BYTES = SL_MASK_RING * SL_MASK_BYTES };
    for (size_t length = RING_BYTES - 100; length < RING_BYTES + 20; length++) {
        sl_buffer_clear(&record);
        add("{\"p\":\"");
        for (size_t i = 0; i < length; i++) add("-");
        add("\",\"a.b\":\"x\",\"c\":\"x-\xFF\",\"k\\u00e9\":\"\\\"\",\"b\":{\"c\":[{}]}}");
        char *padded = test_padded(sl_buffer_text(&record));
        expect_same_walks(sl_text_make(padded, record.length));
        free(padded);
    }
}

/* A spare value is given when the walk meets it, and always when something else is missing. */
TEST(spare_entries)
{
    static const char text[] = "{\"b\":1,\"a\":2,\"c\":{\"d\":3},\"b\":4}";
    static const struct {
        const char *wanted;
        bool want_spare;
        const char *spare_found;
    } cases[] = {{"a b", false, "1"},      {"a c.d", false, ""},    {"a c.d", true, "3"},
                 {"none c.d", false, "3"}, {"none c.d", true, "3"}, {"c.d a", false, "2"}};
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        sl_demand demand;
        found_values found;
        compile_demand(&demand, cases[i].wanted);
        sl_walk_want_spare(walk, cases[i].want_spare);
        char *padded = test_padded(SL_TEXT(text));
        walk_with(sl_mask_best(), sl_text_make(padded, sizeof text - 1), &demand, &found);
        char scratch[SL_VALUE_TEXT_MAX];
        CHECK_TEXT(cases[i].spare_found, sl_value_text(found.values[SL_READING_COUNT], scratch));
        free(padded);
    }
    sl_walk_want_spare(walk, true);
    /* What is also wanted otherwise is not spare. */
    sl_demand demand;
    sl_path path;
    sl_demand_init(&demand, &arena);
    CHECK(sl_path_parse(SL_TEXT("x"), &arena, &path));
    CHECK_INT(0, sl_demand_add_spare(&demand, path, SL_READ_RAW));
    CHECK_INT(0, sl_demand_add(&demand, path, SL_READ_RAW));
    CHECK_INT(0, sl_demand_add_spare(&demand, path, SL_READ_RAW));
    CHECK(!demand.entries[0].spare);
}

/* --- the splitter --- */

static void expect_same_records(sl_recogniser *recogniser, sl_text input, size_t block)
{
    sl_buffer plain, fast;
    sl_buffer_init(&plain);
    sl_buffer_init(&fast);
    recogniser->kernel = NULL;
    test_split(recogniser, input, input.length + 1, 1 << 20, &plain);
    for (unsigned k = 0; (recogniser->kernel = sl_mask_kernel_at(k)) != NULL; k++) {
        sl_buffer_clear(&fast);
        test_split(recogniser, input, k == 0 ? input.length + 1 : block, 1 << 20, &fast);
        if (!sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&fast)))
            TEST_FAIL("kernel %u, blocks of %zu\n%.*s\nplain\n%s\nfast\n%s", k, block,
                      SL_TEXT_ARG(input), plain.data, fast.data);
    }
    sl_buffer_fini(&plain);
    sl_buffer_fini(&fast);
}

/* Records that some format knows, with a random one inside. */
static void random_input(sl_buffer *input)
{
    static const char *const heads[] = {
        "{\"eventVersion\":\"1\",\"eventSource\":\"s3\",\"eventName\":\"x\",\"r\":",
        "{\"Records\":[{\"awsRegion\":\"r\",\"eventSource\":\"s3\",\"eventName\":\"x\"},",
        "{\"time\":\"t\",\"operationName\":{\"value\":\"o\"},\"resourceId\":\"/x\",\"r\":",
        "{\"detail\":{\"eventVersion\":\"1\",\"eventSource\":\"s\",\"eventName\":\"x\"},\"r\":",
        "{\"event_simpleName\":\"x\",\"r\":",
        "{\"r\":",
        ""};
    sl_buffer_clear(input);
    for (uint32_t n = 1 + random_below(4); n > 0; n--) {
        uint32_t head = random_below(SL_COUNT(heads));
        random_record();
        sl_buffer_add_string(input, heads[head]);
        sl_buffer_add(input, sl_buffer_text(&record));
        sl_buffer_add_string(input, head == 1 ? "]}\n" : head + 1 < SL_COUNT(heads) ? "}\n" : "\n");
    }
}

TEST(splitters_agree_on_random_input)
{
    sl_buffer input;
    sl_buffer_init(&input);
    sl_recogniser *recogniser = sl_recogniser_new(&arena, test_formats, FORMAT_COUNT);
    for (unsigned round = 0; round < rounds(600) && test_checks_failed < 3; round++) {
        random_input(&input);
        expect_same_records(recogniser, sl_buffer_text(&input), 1 + random_below(700));
    }
    sl_buffer_fini(&input);
}

/* --- published logs --- */

static uint64_t walk_file(const sl_recogniser *recogniser, sl_text input)
{
    sl_faults faults;
    sl_faults_init(&faults);
    sl_arena inner;
    sl_arena_init(&inner, 0);
    sl_record each;
    sl_split *split = sl_split_new(recogniser, 1 << 20, &faults);
    char *padded = test_padded(input);
    uint64_t records = 0;
    sl_split_begin(split, SL_TEXT("input"));
    sl_split_feed(split, padded, input.length, 0, /* last= */ true);
    while (sl_split_next(split, &inner, &each)) {
        expect_same_walks(each.text);
        records++;
    }
    free(padded);
    sl_split_free(split);
    sl_arena_fini(&inner);
    sl_faults_fini(&faults);
    return records;
}

static uint64_t walk_tree(sl_recogniser *recogniser, const char *path, int depth)
{
    struct stat status;
    uint64_t records = 0;
    if (stat(path, &status) != 0 || depth > 8) return 0;
    if (!S_ISDIR(status.st_mode)) {
        sl_text input = test_file(path);
        expect_same_records(recogniser, input, 4096);
        recogniser->kernel = sl_mask_best();
        records = walk_file(recogniser, input);
        free((char *)(uintptr_t)input.data);
        return records;
    }
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        sl_text inner = sl_arena_printf(&arena, "%s/%s", path, entry->d_name);
        records += walk_tree(recogniser, inner.data, depth + 1);
    }
    if (directory != NULL) closedir(directory);
    return records;
}

TEST(published_logs)
{
    const char *root = getenv("STRANDLINE_DATA");
    if (root == NULL) SKIP("STRANDLINE_DATA is not set");
    sl_recogniser *recogniser = sl_recogniser_new(&arena, test_formats, FORMAT_COUNT);
    CHECK(walk_tree(recogniser, root, 0) > 3000);
}

static void setup(void)
{
    sl_arena_init(&arena, 0);
    sl_arena_init(&texts, 0);
    sl_buffer_init(&record);
    walk = sl_walk_new();
    for (size_t i = 0; i < SL_COUNT(demands); i++) compile_demand(&compiled[i], demands[i]);
}

static void teardown(void)
{
    sl_walk_free(walk);
    sl_buffer_fini(&record);
    sl_arena_fini(&texts);
    sl_arena_fini(&arena);
}

TEST_MAIN(setup(); RUN(best_is_known) RUN(kernels_agree_with_bytes) RUN(spare_entries)
              RUN(walks_agree_on_records_in_a_row) RUN(walks_agree_on_beginnings)
                  RUN(walks_agree_where_the_ring_wraps) RUN(walks_agree_on_random_records)
                      RUN(splitters_agree_on_random_input) RUN(published_logs) teardown();)
