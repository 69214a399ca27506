/* arena.h - memory that is given back all at once.
 *
 * A query's plan lives in one arena until the query ends; a worker's batch lives in another
 * that is reset for each batch. Nothing in an arena is freed alone, so no owner has to be
 * found for the thousands of small texts a batch makes.
 *
 * Owner:    whoever called sl_arena_init.
 * Lifetime: until sl_arena_reset or sl_arena_fini.
 * Threads:  one at a time. */
#ifndef SL_BASE_ARENA_H
#define SL_BASE_ARENA_H

#include <stddef.h>

#include "base/text.h"

typedef struct sl_arena_chunk sl_arena_chunk;
typedef struct sl_arena_deferred sl_arena_deferred;

/* The fields are read-only outside arena.c. */
typedef struct sl_arena {
    sl_arena_chunk *chunks; /* newest first */
    sl_arena_chunk *spare;  /* kept by the last reset */
    char *next;             /* free bytes of the newest chunk */
    char *end;
    size_t bytes_used;           /* handed out since init or the last reset */
    size_t bytes_max;            /* 0: no limit */
    bool failed;                 /* an allocation was refused since the last reset */
    sl_arena_deferred *deferred; /* newest first */
} sl_arena;

void sl_arena_init(sl_arena *arena, size_t bytes_max);
void sl_arena_fini(sl_arena *arena);
/* Forgets the contents, keeps the memory (up to a few MiB). Debug and ASan builds poison what
 * was handed out, so that a pointer which outlived its batch is found at once. */
void sl_arena_reset(sl_arena *arena);

/* `bytes` of memory aligned for any type, or NULL (and `failed`) at the limit. Never NULL for
 * 0 bytes. */
void *sl_arena_alloc(sl_arena *arena, size_t bytes) SL_MUST_USE;
/* The same, zeroed. */
void *sl_arena_zero(sl_arena *arena, size_t bytes) SL_MUST_USE;
/* `count` * `size` bytes, zeroed; NULL when the product overflows. */
void *sl_arena_array(sl_arena *arena, size_t count, size_t size) SL_MUST_USE;
/* Unaligned bytes for text. */
char *sl_arena_bytes(sl_arena *arena, size_t bytes) SL_MUST_USE;

/* A copy of `t`, NUL-terminated behind its end; {NULL, 0} at the limit. An empty text is copied
 * too: its data is never NULL. */
sl_text sl_arena_copy(sl_arena *arena, sl_text t);
/* Formatted text, NUL-terminated; {NULL, 0} at the limit. */
sl_text sl_arena_printf(sl_arena *arena, const char *format, ...) SL_PRINTF(2, 3);

/* Calls `fini(object)` when the arena is reset or ended, latest first: for what a library
 * allocated on our behalf (compiled regexes). False at the limit; then `fini` was called. */
bool sl_arena_defer(sl_arena *arena, void (*fini)(void *object), void *object) SL_MUST_USE;

#define SL_ARENA_NEW(arena, type) ((type *)sl_arena_zero((arena), sizeof(type)))
#define SL_ARENA_ARRAY(arena, count, type) ((type *)sl_arena_array((arena), (count), sizeof(type)))

#endif
