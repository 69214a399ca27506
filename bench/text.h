/* text.h - a growing buffer that the generator appends bytes to.
 *
 * Room for a whole record is made once, by bench_text_reserve; the appends after it check nothing
 * but an assertion, since making data must not take longer than reading it.
 *
 * Owner:    the caller.
 * Threads:  one at a time. */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BENCH_RECORD_MAX = 16384 };

typedef struct bench_text {
    char *data;
    size_t size, capacity;
} bench_text;

/* Room for `more` bytes. A benchmark has nothing to save when memory ends: it says so and stops. */
static inline void bench_text_reserve(bench_text *text, size_t more)
{
    if (text->capacity - text->size >= more) return;
    size_t capacity = (text->size + more) * 2;
    char *data = realloc(text->data, capacity);
    if (data == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    text->data = data;
    text->capacity = capacity;
}

static inline void bench_put(bench_text *text, const char *data, size_t size)
{
    assert(text->capacity - text->size >= size);
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

static inline void bench_put_string(bench_text *text, const char *string)
{
    bench_put(text, string, strlen(string));
}

/* For string literals: the length is known when this is compiled. */
#define BENCH_PUT(text, literal) bench_put(text, "" literal, sizeof(literal) - 1)

/* `value` in `width` decimal digits, with leading zeros. */
static inline void bench_put_digits(bench_text *text, uint64_t value, unsigned width)
{
    assert(text->capacity - text->size >= width);
    for (unsigned i = width; i > 0; i--) {
        text->data[text->size + i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
    text->size += width;
}

/* The lowest `width` hexadecimal digits of `value`. */
static inline void bench_put_hex(bench_text *text, uint64_t value, unsigned width)
{
    assert(text->capacity - text->size >= width);
    for (unsigned i = 0; i < width; i++) {
        text->data[text->size++] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

#endif
