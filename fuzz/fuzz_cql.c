/* fuzz_cql.c - any text as a query in CQL: it compiles or is refused with messages that hold. */
#include "fuzz.h"

static sl_engine *engine;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    engine = fuzz_engine();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sl_query_free(fuzz_compile(engine, "cql", (const char *)data, size));
    return 0;
}
