/* pool.h - memory that is given back all at once; a test runner has no use for less.
 *
 * Owner:    the caller of golden_pool_free.
 * Lifetime: until golden_pool_free. When memory ends, the runner ends.
 * Threads:  one at a time. */
#ifndef SL_TESTS_GOLDEN_POOL_H
#define SL_TESTS_GOLDEN_POOL_H

#include <stddef.h>

typedef struct golden_pool {
    struct golden_piece *newest;
} golden_pool;

/* Zeroed memory. */
void *golden_alloc(golden_pool *pool, size_t bytes);
/* A NUL-terminated copy. */
char *golden_copy(golden_pool *pool, const char *text, size_t length);
char *golden_printf(golden_pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void golden_pool_free(golden_pool *pool);

/* Room for one more item of `size` bytes in a list that doubles. Returns the list, which may
 * have moved; the new item is zeroed and not yet counted. */
void *golden_grow(golden_pool *pool, void *items, size_t count, size_t size);

#endif
