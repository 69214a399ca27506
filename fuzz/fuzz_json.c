/* fuzz_json.c - any bytes as input: split into records, recognised and walked.
 *
 * Once for a few demanded paths and once for whatever there is, in blocks of two sizes: the
 * number of records must be the same. */
#include "fuzz.h"

static sl_engine *engine;
static sl_query *few_paths, *all_paths;

static sl_query *compile(const char *text, size_t length)
{
    sl_query *query = fuzz_compile(engine, "spl", text, length);
    FUZZ_REQUIRE(query != NULL && sl_query_ok(query));
    return query;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char some[] = "* | table _time, eventName, userIdentity.arn, a{}.b, user, _raw";
    static const char all[] = "*";
    (void)argc;
    (void)argv;
    engine = fuzz_engine();
    few_paths = compile(some, sizeof some - 1);
    all_paths = compile(all, sizeof all - 1);
    return 0;
}

static bool on_row(void *context, const sl_row *row)
{
    size_t length;
    (void)context;
    FUZZ_REQUIRE(sl_row_json(row, &length) != NULL && length >= 2);
    return true;
}

static uint64_t run(sl_query *query, const char *block_bytes, const char *data, size_t size,
                    bool *lost)
{
    sl_summary summary = {0};
    FUZZ_REQUIRE(sl_engine_set(engine, "block-bytes", block_bytes));
    sl_run_status status = sl_query_run_memory(query, data, size, on_row, NULL, &summary);
    *lost = status == SL_RUN_INPUT_LOST;
    return status == SL_RUN_FAILED ? UINT64_MAX : summary.records;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    bool lost_large, lost_small;
    uint64_t large = run(few_paths, "65536", bytes, size, &lost_large);
    uint64_t small = run(all_paths, "61", bytes, size, &lost_small);
    bool broken = lost_large && lost_small && fuzz_is_compressed(bytes, size);
    FUZZ_REQUIRE(large == UINT64_MAX || small == UINT64_MAX || large == small || broken);
    return 0;
}
