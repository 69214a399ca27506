/* slice.c - looks at what follows each newline, for most lines end a record. */
#include "source/slice.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* The byte `back` places before bytes[at]. */
static char slice_back(const char *before, const char *bytes, size_t at, size_t back)
{
    assert(back <= SL_SLICE_BEFORE_BYTES);
    return at >= back ? bytes[at - back] : before[SL_SLICE_BEFORE_BYTES + at - back];
}

static bool slice_is_cut(const char *before, const char *bytes, size_t at)
{
    if (bytes[at] != '{' || slice_back(before, bytes, at, 1) != '\n') return false;
    char last = slice_back(before, bytes, at, 2);
    if (last == '\r') last = slice_back(before, bytes, at, 3);
    return last == '}';
}

size_t sl_slice_cut(const char *before, const char *bytes, size_t length, size_t from)
{
    size_t at = from;
    while (at < length && !slice_is_cut(before, bytes, at)) {
        const char *newline = memchr(bytes + at, '\n', length - at);
        at = newline == NULL ? length : (size_t)(newline - bytes) + 1;
    }
    return at < length ? at : length;
}

void sl_slice_pass(char *before, const char *bytes, size_t length)
{
    size_t fresh = length < SL_SLICE_BEFORE_BYTES ? length : SL_SLICE_BEFORE_BYTES;
    if (fresh == 0) return;
    memmove(before, before + fresh, SL_SLICE_BEFORE_BYTES - fresh);
    memcpy(before + SL_SLICE_BEFORE_BYTES - fresh, bytes + length - fresh, fresh);
}
