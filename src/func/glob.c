/* glob.c - whole-text match of literal parts with `*` between them.
 *
 * The first part must stand at the start, the last at the end, and each part between is taken
 * where it is found first: with `*` as the only wildcard the leftmost place is never worse than
 * a later one, so there is no backtracking and no text can make a match slow. Without case, ASCII
 * letters are folded, as in sl_text_equal_nocase. */
#include "func/regex.h"

#include <assert.h>

struct sl_glob {
    const sl_text *literals; /* lower case when `nocase` */
    uint32_t count;
    bool nocase;
    size_t bytes; /* of all literals: the shortest text that can match */
};

static inline unsigned char glob_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

static bool glob_fold(sl_text *literal, sl_arena *arena, bool nocase)
{
    sl_text copy = sl_arena_copy(arena, *literal);
    if (copy.data == NULL) return false;
    if (nocase && copy.length > 0) {
        char *bytes = sl_arena_bytes(arena, copy.length);
        if (bytes == NULL) return false;
        for (size_t i = 0; i < copy.length; i++)
            bytes[i] = (char)glob_lower((unsigned char)copy.data[i]);
        copy.data = bytes;
    }
    *literal = copy;
    return true;
}

const sl_glob *sl_glob_new(const sl_text *literals, uint32_t count, unsigned flags, sl_arena *arena)
{
    assert(literals != NULL);
    assert(count > 0);

    sl_glob *glob = SL_ARENA_NEW(arena, sl_glob);
    sl_text *copies = SL_ARENA_ARRAY(arena, count, sl_text);
    if (glob == NULL || copies == NULL) return NULL;
    glob->nocase = (flags & SL_GLOB_NOCASE) != 0;
    for (uint32_t i = 0; i < count; i++) {
        copies[i] = literals[i];
        if (!glob_fold(&copies[i], arena, glob->nocase)) return NULL;
        glob->bytes += copies[i].length;
    }
    glob->literals = copies;
    glob->count = count;
    return glob;
}

/* `literal` is lower case already. */
static bool glob_same_nocase(const char *text, sl_text literal)
{
    for (size_t i = 0; i < literal.length; i++)
        if (glob_lower((unsigned char)text[i]) != (unsigned char)literal.data[i]) return false;
    return true;
}

static bool glob_same(const sl_glob *glob, const char *text, sl_text literal)
{
    if (literal.length == 0) return true;
    if (glob->nocase) return glob_same_nocase(text, literal);
    return memcmp(text, literal.data, literal.length) == 0;
}

/* Offset of `literal` in `text` at or after `from`, or SIZE_MAX. */
static size_t glob_find(const sl_glob *glob, sl_text text, sl_text literal, size_t from)
{
    if (!glob->nocase || literal.length == 0) return sl_text_find(text, literal, from);
    if (literal.length > text.length) return SIZE_MAX;
    size_t last = text.length - literal.length;
    unsigned char first = (unsigned char)literal.data[0];
    for (size_t at = from; at <= last; at++) {
        if (glob_lower((unsigned char)text.data[at]) != first) continue;
        if (glob_same_nocase(text.data + at, literal)) return at;
    }
    return SIZE_MAX;
}

bool sl_glob_match(const sl_glob *glob, sl_text subject)
{
    assert(glob != NULL);

    sl_text first = glob->literals[0];
    if (glob->count == 1)
        return subject.length == first.length && glob_same(glob, subject.data, first);
    if (subject.length < glob->bytes) return false;

    sl_text last = glob->literals[glob->count - 1];
    size_t end = subject.length - last.length;
    if (!glob_same(glob, subject.data, first)) return false;
    if (last.length > 0 && !glob_same(glob, subject.data + end, last)) return false;
    sl_text middle = {subject.data, end};
    size_t at = first.length;
    for (uint32_t i = 1; i + 1 < glob->count; i++) {
        at = glob_find(glob, middle, glob->literals[i], at);
        if (at == SIZE_MAX) return false;
        at += glob->literals[i].length;
    }
    return true;
}

uint32_t sl_glob_literal_count(const sl_glob *glob)
{
    return glob->count;
}

sl_text sl_glob_literal(const sl_glob *glob, uint32_t index)
{
    assert(index < glob->count);
    return glob->literals[index];
}

bool sl_glob_nocase(const sl_glob *glob)
{
    return glob->nocase;
}
