/* random.h - a small fast generator of pseudo-random numbers (splitmix64).
 *
 * The same seed gives the same data on every machine, which rand() does not promise.
 *
 * Owner:    the caller.
 * Threads:  one at a time. */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct bench_random {
    uint64_t state;
} bench_random;

/* A bijection over 64-bit numbers that leaves no order to see. */
static inline uint64_t bench_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static inline uint64_t bench_random_next(bench_random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return bench_mix(random->state);
}

/* One of 0 .. count-1. */
static inline uint32_t bench_random_below(bench_random *random, uint32_t count)
{
    return (uint32_t)(((bench_random_next(random) >> 32) * count) >> 32);
}

/* True `per_mille` times in a thousand. */
static inline bool bench_random_chance(bench_random *random, uint32_t per_mille)
{
    return bench_random_below(random, 1000) < per_mille;
}

#endif
