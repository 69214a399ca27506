/* text.h - text as a pointer and a length, and a buffer to build it in.
 *
 * Logs hold NUL bytes and are not terminated, so no C strings below the command line.
 *
 * Owner:    a `sl_text` owns nothing. A `sl_buffer` owns its heap memory.
 * Lifetime: a view lives as long as what it points into.
 * Threads:  none shared. */
#ifndef SL_BASE_TEXT_H
#define SL_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

typedef struct sl_text {
    const char *data; /* may be NULL only when length is 0 */
    size_t length;    /* bytes */
} sl_text;

/* A view of a string literal. */
#define SL_TEXT(literal) ((sl_text){(literal), sizeof(literal) - 1})
/* For printf("%.*s", SL_TEXT_ARG(t)). */
#define SL_TEXT_ARG(t) (int)(t).length, (t).data

static inline sl_text sl_text_make(const char *data, size_t length)
{
    return (sl_text){data, length};
}

static inline sl_text sl_text_from(const char *string)
{
    return (sl_text){string, string == NULL ? 0 : strlen(string)};
}

static inline bool sl_text_equal(sl_text a, sl_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* Bytes `start` to `end` of `t`, half open; `end` is cut to the length. */
sl_text sl_text_slice(sl_text t, size_t start, size_t end);
/* As memcmp over the common length, then the shorter first: <0, 0, >0. */
int sl_text_compare(sl_text a, sl_text b);
/* Equal when ASCII letters are compared without case. */
bool sl_text_equal_nocase(sl_text a, sl_text b);
/* As sl_text_compare, ASCII letters without case. */
int sl_text_compare_nocase(sl_text a, sl_text b);
bool sl_text_starts(sl_text t, sl_text prefix);
bool sl_text_ends(sl_text t, sl_text suffix);
/* Offset of the first `needle` in `t` at or after `from`, or SIZE_MAX. An empty needle is
 * found at `from`. */
size_t sl_text_find(sl_text t, sl_text needle, size_t from);
/* Offset of the first byte `c`, or SIZE_MAX. */
size_t sl_text_find_byte(sl_text t, char c, size_t from);
/* The line at `*at`, without its end; `*at` then stands at the next one. False behind the last. */
bool sl_text_next_line(sl_text t, size_t *at, sl_text *out);
/* Without ASCII white space at both ends. */
sl_text sl_text_trim(sl_text t);
/* A 64-bit hash of the bytes, the same on every run and machine. */
uint64_t sl_text_hash(sl_text t);
uint64_t sl_hash_bytes(const void *data, size_t length, uint64_t seed);
/* One hash of two numbers of any size. */
uint64_t sl_hash_mix(uint64_t a, uint64_t b);
/* A seed that nobody outside of the process can know, the same all along: for tables whose keys
 * come from logs. */
uint64_t sl_hash_seed(void);
/* Edit distance (Levenshtein, ASCII case ignored) for "did you mean"; `limit` + 1 when more. */
unsigned sl_text_distance(sl_text a, sl_text b, unsigned limit);

/* Text under construction, always NUL-terminated. When memory ends, `failed` is set, the
 * contents stand, and further appends do nothing: check once, at the end. */
typedef struct sl_buffer {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
} sl_buffer;

void sl_buffer_init(sl_buffer *buffer);
void sl_buffer_fini(sl_buffer *buffer);
void sl_buffer_clear(sl_buffer *buffer);
/* Room for `extra` more bytes after the contents, or false (and `failed`). */
bool sl_buffer_reserve(sl_buffer *buffer, size_t extra);
void sl_buffer_add(sl_buffer *buffer, sl_text t);
void sl_buffer_add_byte(sl_buffer *buffer, char c);
void sl_buffer_add_string(sl_buffer *buffer, const char *string);
void sl_buffer_printf(sl_buffer *buffer, const char *format, ...) SL_PRINTF(2, 3);
void sl_buffer_vprintf(sl_buffer *buffer, const char *format, va_list args);

static inline sl_text sl_buffer_text(const sl_buffer *buffer)
{
    return (sl_text){buffer->data, buffer->length};
}

#endif
