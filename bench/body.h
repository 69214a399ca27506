/* body.h - what was asked and answered: the parts of a made event that depend on the call.
 *
 * Owner:    the caller.
 * Threads:  one at a time. */
#ifndef BENCH_BODY_H
#define BENCH_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "apis.h"
#include "random.h"
#include "text.h"

/* The call whose event is being written. */
typedef struct bench_call {
    const bench_api *api;
    const char *account; /* 12 digits */
    const char *region;
    uint64_t number; /* picks bucket, key, instance: the same in every part of the event */
    int64_t time;    /* seconds since the epoch */
    bool failed;
    bool escaped; /* with text that JSON writers escape as \u.... */
} bench_call;

/* "requestParameters":...,"responseElements":... and, where it has one, "additionalEventData". */
void bench_put_bodies(bench_text *out, bench_random *random, const bench_call *call);
/* "resources":[...], with its comma behind; nothing when the call names none. */
void bench_put_resources(bench_text *out, const bench_call *call);
/* 8-4-4-4-12 hexadecimal digits. */
void bench_put_uuid(bench_text *out, bench_random *random);

#endif
