/* fuzz.h - what the fuzz targets share: the two entry points, and an engine with tight limits. */
#ifndef SL_FUZZ_FUZZ_H
#define SL_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strandline/strandline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Stops where the target itself is broken, so that it cannot silently test nothing. */
#define FUZZ_REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

static inline sl_engine *fuzz_engine(void)
{
    static const char *const settings[][2] = {
        {"threads", "1"},          {"memory", "64M"},        {"now", "2024-01-01T00:00:00Z"},
        {"record-bytes", "65536"}, {"inflated-bytes", "1M"},
    };
    setenv("STRANDLINE_FORMATS", SL_SOURCE_DIR "/formats", 0);
    sl_engine *engine = sl_engine_new();
    FUZZ_REQUIRE(engine != NULL);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        FUZZ_REQUIRE(sl_engine_set(engine, settings[i][0], settings[i][1]));
    FUZZ_REQUIRE(sl_engine_error(engine) == NULL);
    return engine;
}

/* Compiles a query and reads all its messages. */
static inline sl_query *fuzz_compile(sl_engine *engine, const char *language, const char *text,
                                     size_t length)
{
    sl_query *query = sl_query_new(engine, language, "fuzz", text, length);
    for (size_t i = 0; query != NULL && i < sl_query_message_count(query); i++) {
        sl_message message = sl_query_message(query, i);
        FUZZ_REQUIRE(message.text != NULL && message.hint != NULL);
        FUZZ_REQUIRE(message.line > 0 && message.column > 0);
        FUZZ_REQUIRE(message.start <= message.end && message.end <= length);
    }
    return query;
}

/* How many bytes of a broken compressed input come out before the break depends on the size of the
 * blocks it is inflated into: results may differ then, and only then. */
static inline bool fuzz_is_compressed(const char *data, size_t size)
{
    return (size >= 2 && memcmp(data, "\x1f\x8b", 2) == 0)
        || (size >= 4 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0);
}

#endif
