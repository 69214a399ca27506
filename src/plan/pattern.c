/* pattern.c - stars matched from the left, each as short as the rest allows.
 *
 * With at most eight stars and names of a few hundred bytes, backtracking by the last star alone is
 * enough: a literal that was found earlier leaves more room for what follows. */
#include "plan/pattern.h"

const sl_pattern *sl_pattern_new(sl_text name, sl_arena *arena)
{
    sl_pattern *pattern = SL_ARENA_NEW(arena, sl_pattern);
    sl_text copy = sl_arena_copy(arena, name);
    if (pattern == NULL || copy.data == NULL) return NULL;
    size_t from = 0;
    for (;;) {
        size_t star = sl_text_find_byte(copy, '*', from);
        if (star == SIZE_MAX) break;
        if (pattern->star_count == SL_PATTERN_STARS_MAX) return NULL;
        pattern->literals[pattern->star_count++] = sl_text_slice(copy, from, star);
        from = star + 1;
    }
    pattern->literals[pattern->star_count] = sl_text_slice(copy, from, copy.length);
    return pattern->star_count > 0 ? pattern : NULL;
}

bool sl_pattern_match(const sl_pattern *pattern, sl_text name, sl_text stars[SL_PATTERN_STARS_MAX])
{
    sl_text last = pattern->literals[pattern->star_count];
    if (!sl_text_starts(name, pattern->literals[0])) return false;
    size_t at = pattern->literals[0].length;
    if (name.length < at + last.length || !sl_text_ends(name, last)) return false;
    size_t end = name.length - last.length;
    for (uint32_t i = 0; i + 1 < pattern->star_count; i++) {
        size_t found = sl_text_find(sl_text_slice(name, 0, end), pattern->literals[i + 1], at);
        if (found == SIZE_MAX) return false;
        stars[i] = sl_text_slice(name, at, found);
        at = found + pattern->literals[i + 1].length;
    }
    stars[pattern->star_count - 1] = sl_text_slice(name, at, end);
    return true;
}

sl_text sl_pattern_make(const sl_pattern *pattern, const sl_text stars[SL_PATTERN_STARS_MAX],
                        sl_arena *arena)
{
    size_t length = pattern->literals[0].length;
    for (uint32_t i = 0; i < pattern->star_count; i++)
        length += stars[i].length + pattern->literals[i + 1].length;
    char *bytes = sl_arena_bytes(arena, length + 1);
    if (bytes == NULL) return (sl_text){NULL, 0};
    size_t at = 0;
    for (uint32_t i = 0; i <= pattern->star_count; i++) {
        sl_text parts[2] = {pattern->literals[i], {NULL, 0}};
        if (i < pattern->star_count) parts[1] = stars[i];
        for (size_t p = 0; p < 2; p++) {
            if (parts[p].length > 0) memcpy(bytes + at, parts[p].data, parts[p].length);
            at += parts[p].length;
        }
    }
    bytes[at] = '\0';
    return sl_text_make(bytes, at);
}
