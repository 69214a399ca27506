/* pool.c - a chain of pieces, each from the heap on its own, so that ASan sees every overrun. */
#include "pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct golden_piece {
    _Alignas(max_align_t) struct golden_piece *older;
} golden_piece;

void *golden_alloc(golden_pool *pool, size_t bytes)
{
    golden_piece *piece = calloc(1, sizeof *piece + bytes);
    if (piece == NULL) {
        fputs("golden: out of memory\n", stderr);
        exit(2);
    }
    piece->older = pool->newest;
    pool->newest = piece;
    return piece + 1;
}

char *golden_copy(golden_pool *pool, const char *text, size_t length)
{
    char *copy = golden_alloc(pool, length + 1);
    if (length > 0) memcpy(copy, text, length);
    return copy;
}

char *golden_printf(golden_pool *pool, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = golden_alloc(pool, (size_t)(length < 0 ? 0 : length) + 1);
    if (length > 0) vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void golden_pool_free(golden_pool *pool)
{
    while (pool->newest != NULL) {
        golden_piece *piece = pool->newest;
        pool->newest = piece->older;
        free(piece);
    }
}

void *golden_grow(golden_pool *pool, void *items, size_t count, size_t size)
{
    enum { FIRST = 8 };
    if (items != NULL && (count < FIRST || (count & (count - 1)) != 0)) return items;
    char *grown = golden_alloc(pool, (count < FIRST ? FIRST : count * 2) * size);
    if (count > 0) memcpy(grown, items, count * size);
    return grown;
}
