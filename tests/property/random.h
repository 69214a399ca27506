/* random.h - chance from a seed, the same on every machine (splitmix64).
 *
 * Owner:    the caller's struct.
 * Threads:  one at a time. */
#ifndef SL_TESTS_PROPERTY_RANDOM_H
#define SL_TESTS_PROPERTY_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct prop_random {
    uint64_t state;
} prop_random;

static inline uint64_t prop_next(prop_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A number below `end`, which is not 0. */
static inline uint32_t prop_below(prop_random *random, uint32_t end)
{
    return (uint32_t)(prop_next(random) >> 32) % end;
}

/* True `percent` times of 100. */
static inline bool prop_chance(prop_random *random, uint32_t percent)
{
    return prop_below(random, 100) < percent;
}

/* One of an array. */
#define PROP_PICK(random, array) \
    ((array)[prop_below((random), (uint32_t)(sizeof(array) / sizeof((array)[0])))])

#endif
