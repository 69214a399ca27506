/* fuzz_split.c - any bytes as input: what is found in them depends on nothing but them.
 *
 * The first two bytes choose the block size and the limit of a record, the rest is the input. Cut
 * into blocks it must give the same records, offsets and faults as in one block; each record must
 * have its structure in order; and what the walk finds for a path in well-formed JSON must not
 * depend on what else is demanded. */
#include "fuzz.h"

#include <inttypes.h>

#include "../tests/unit/event_splits.h"
#include "event/json.h"
#include "event/walk.h"

static const char *const wanted[] = {"eventName", "a",     "a.b",       "a[]",
                                     "a[0].b",    "a[].b", "a.\"b.c\"", "userIdentity.arn",
                                     "\"\"",      "a[1][]"};
enum { WANTED = sizeof wanted / sizeof wanted[0], COLUMNS = WANTED * SL_READING_COUNT };

static sl_arena arena, batch;
static sl_recogniser *recogniser;
static sl_walk *walker;
static sl_demand alone[COLUMNS], together, open;

static void demand_add(sl_demand *demand, size_t column)
{
    sl_path path;
    FUZZ_REQUIRE(sl_path_parse(sl_text_from(wanted[column / SL_READING_COUNT]), &arena, &path));
    sl_demand_add(demand, path, (sl_reading)(column % SL_READING_COUNT));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    sl_arena_init(&arena, 0);
    sl_arena_init(&batch, 64 << 20);
    recogniser = sl_recogniser_new(&arena, test_formats, FORMAT_COUNT);
    walker = sl_walk_new();
    FUZZ_REQUIRE(recogniser != NULL && walker != NULL);
    sl_demand_init(&together, &arena);
    sl_demand_init(&open, &arena);
    for (size_t i = 0; i < COLUMNS; i++) {
        sl_demand_init(&alone[i], &arena);
        demand_add(&alone[i], i);
        demand_add(&together, i);
        if (i % 4 == 0) demand_add(&open, i);
        FUZZ_REQUIRE(sl_demand_seal(&alone[i]) == SL_OK);
    }
    for (int i = 0; i < SL_READING_COUNT; i++) open.open[i] = true;
    FUZZ_REQUIRE(sl_demand_seal(&together) == SL_OK && sl_demand_seal(&open) == SL_OK);
    return 0;
}

static void on_leaf(void *context, sl_reading reading, sl_text name, sl_value value)
{
    uint64_t *leaves = context;
    FUZZ_REQUIRE(name.length <= SL_WALK_NAME_MAX && value.kind != SL_MISSING
                 && value.kind != SL_JSON);
    *leaves += (uint64_t)reading + name.length + value.length;
}

static void walk_record(sl_text record)
{
    sl_value values[COLUMNS] = {0}, *columns[COLUMNS];
    uint64_t leaves = 0;
    for (size_t i = 0; i < COLUMNS; i++) columns[i] = &values[i];
    sl_walk_into into = {&open, columns, 0, &batch};
    uint32_t flags = sl_walk_record(walker, record, &into, on_leaf, &leaves);
    memset(values, 0, sizeof values);
    into.demand = &together;
    sl_walk_record(walker, record, &into, NULL, NULL);
    for (size_t i = 0; i < COLUMNS; i++) {
        sl_value value = sl_missing(), *column = &value;
        into = (sl_walk_into){&alone[i], &column, 0, &batch};
        sl_walk_record(walker, record, &into, NULL, NULL);
        /* In a broken record it matters how much of it is read. */
        FUZZ_REQUIRE((flags & SL_WALK_BROKEN) != 0 || sl_value_same(value, values[i]));
    }
    FUZZ_REQUIRE(!batch.failed); /* large enough for inputs of this size */
    sl_arena_reset(&batch);
}

static void walk_records(sl_text input, size_t record_max)
{
    sl_faults faults;
    sl_record record;
    sl_arena texts;
    uint64_t last = 0;
    bool first = true;
    sl_faults_init(&faults);
    sl_arena_init(&texts, 0);
    sl_split *split = sl_split_new(recogniser, record_max, &faults);
    FUZZ_REQUIRE(split != NULL);
    char *padded = test_padded(input);
    sl_split_begin(split, SL_TEXT("input"));
    sl_split_feed(split, padded, input.length, 0, /* last= */ true);
    while (sl_split_next(split, &texts, &record)) {
        const char *at = record.text.data, *end = at + record.text.length;
        FUZZ_REQUIRE(record.text.length >= 2 && record.text.length <= record_max && *at == '{');
        FUZZ_REQUIRE(sl_json_skip(&at, end, SL_SPLIT_DEPTH_MAX) == SL_JSON_END && at == end);
        FUZZ_REQUIRE(first || record.offset > last);
        FUZZ_REQUIRE(record.format < FORMAT_COUNT && record.offset < input.length);
        last = record.offset;
        first = false;
        walk_record(record.text);
    }
    free(padded);
    sl_split_free(split);
    sl_arena_fini(&texts);
    sl_faults_fini(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65536) return 0;
    sl_text input = {(const char *)data + 2, size - 2};
    size_t block = data[0] < 200 ? 1U + data[0] : 200U + (data[0] - 200U) * 97U;
    size_t record_max = data[1] == 0 ? 1 << 20 : 8U * data[1];
    sl_buffer whole, pieces;
    sl_buffer_init(&whole);
    sl_buffer_init(&pieces);
    test_split(recogniser, input, input.length + 1, record_max, &whole);
    test_split(recogniser, input, block, record_max, &pieces);
    if (!sl_text_equal(sl_buffer_text(&whole), sl_buffer_text(&pieces)))
        fprintf(stderr, "one block\n%s\nblocks of %zu\n%s\n", whole.data, block, pieces.data);
    FUZZ_REQUIRE(sl_text_equal(sl_buffer_text(&whole), sl_buffer_text(&pieces)));
    sl_buffer_fini(&whole);
    sl_buffer_fini(&pieces);
    walk_records(input, record_max);
    return 0;
}
