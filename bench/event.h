/* event.h - a stream of made CloudTrail records, delivery by delivery.
 *
 * A stream is a function of its seed: the same deliveries in the same order hold the same
 * records, whatever container the caller writes them in.
 *
 * Owner:    the caller; bench_stream_free gives it back.
 * Threads:  one at a time. */
#ifndef BENCH_EVENT_H
#define BENCH_EVENT_H

#include <stdint.h>

#include "text.h"
#include "world.h"

/* One file as the cloud would deliver it: what its records have in common. */
typedef struct bench_delivery {
    uint32_t account, region; /* indices into the world */
    int64_t time;             /* seconds since the epoch, on a five-minute mark */
} bench_delivery;

/* What has been made so far. */
typedef struct bench_counts {
    uint64_t records, bytes;  /* bytes of records, without what stands between them */
    uint64_t set, hits;       /* calls that T1578.004.spl names; rows that it gives */
    uint64_t grouped;         /* records that have eventName, userIdentity.arn and an address */
    uint64_t copies, escapes; /* duplicates; records with a \u escape */
} bench_counts;

typedef struct bench_stream bench_stream;

bench_stream *bench_stream_new(uint64_t seed);
void bench_stream_free(bench_stream *stream);
const bench_world *bench_stream_world(const bench_stream *stream);
/* Records that follow belong to `delivery`. */
void bench_stream_open(bench_stream *stream, const bench_delivery *delivery);
/* Appends the next record, an object on one line, to `out`. */
void bench_stream_next(bench_stream *stream, bench_text *out);
bench_counts bench_stream_counts(const bench_stream *stream);

/* 2025-04-01T12:05:00Z, always 20 bytes. */
void bench_put_time(bench_text *out, int64_t seconds);

#endif
