/* apis.h - the API calls that made events are of, the most frequent first.
 *
 * Threads:  constants. */
#ifndef BENCH_APIS_H
#define BENCH_APIS_H

#include <stdbool.h>
#include <stdint.h>

/* Which requestParameters, responseElements and other fields an event has. */
typedef enum bench_kind {
    BENCH_OTHER,
    BENCH_EC2,
    BENCH_EC2_CHANGE,
    BENCH_BUCKET,
    BENCH_OBJECT,
    BENCH_KEY,
    BENCH_SESSION,
    BENCH_IDENTITY,
    BENCH_FUNCTION,
    BENCH_LOG,
    BENCH_PARAMETER,
    BENCH_SECRET,
    BENCH_DATABASE,
    BENCH_SIGNIN,
    BENCH_LOOKUP,
    BENCH_RULE,
    BENCH_INSTANCE_STATE,
    BENCH_IMAGE,
    BENCH_SNAPSHOT,
    BENCH_VOLUME
} bench_kind;

typedef struct bench_api {
    const char *name;
    const char *service; /* eventSource without .amazonaws.com */
    bench_kind kind;
    bool read_only;
} bench_api;

/* What is called every day. None is in the set below. */
extern const bench_api bench_apis[];
extern const uint32_t bench_api_count;

/* A call that T1578.004.spl names, how often it is taken of 100, and whether it scores there. */
typedef struct bench_set_api {
    bench_api api;
    uint32_t percent;
    bool scores;
} bench_set_api;

enum { BENCH_SET_COUNT = 10 };
extern const bench_set_api bench_set[BENCH_SET_COUNT];

/* Calls that only AWS's own services make here: the first is CloudTrail's own delivery. */
enum { BENCH_SERVICE_CALL_COUNT = 6 };
extern const bench_api bench_service_calls[BENCH_SERVICE_CALL_COUNT];

#endif
