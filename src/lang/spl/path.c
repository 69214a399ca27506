/* path.c - field names as SPL spells paths: `a.b`, `a{}.b`, `a{0}`.
 *
 * The names that automatic JSON extraction makes (KV_MODE=json): dots between keys, `{}` behind a
 * key whose value is an array, `{n}` for one element as in spath. A name that does not read so is
 * one key. */
#include "lang/common/scan.h"
#include "lang/spl/spl.h"

enum { PATH_INDEX_DIGITS_MAX = 9 };

/* `{}` or `{n}` at `at`; the byte behind it, or `at` when that is not what stands there. */
static size_t path_element(sl_text name, size_t at, sl_step *out)
{
    if (sl_byte_at(name, at) != '{') return at;
    size_t end = at + 1;
    uint32_t index = 0;
    while (sl_is_digit(sl_byte_at(name, end)) && end - at <= PATH_INDEX_DIGITS_MAX)
        index = index * 10 + (uint32_t)(name.data[end++] - '0');
    if (sl_byte_at(name, end) != '}') return at;
    *out = end == at + 1 ? (sl_step){.kind = SL_STEP_ANY}
                         : (sl_step){.kind = SL_STEP_INDEX, .index = index};
    return end + 1;
}

/* The steps of `name`, or 0 when it does not read as a path. */
static uint32_t path_steps(sl_text name, sl_step steps[SL_PATH_STEPS_MAX])
{
    uint32_t count = 0;
    size_t at = 0;
    while (at <= name.length) {
        size_t start = at;
        while (at < name.length && name.data[at] != '.' && name.data[at] != '{') at++;
        if (at == start && (count > 0 || sl_byte_at(name, at) != '{')) return 0;
        if (at > start) {
            if (count == SL_PATH_STEPS_MAX) return 0;
            steps[count++] = (sl_step){.kind = SL_STEP_KEY, .key = sl_text_slice(name, start, at)};
        }
        while (sl_byte_at(name, at) == '{') {
            if (count == SL_PATH_STEPS_MAX) return 0;
            size_t end = path_element(name, at, &steps[count]);
            if (end == at) return 0;
            count++;
            at = end;
        }
        if (at == name.length) return count;
        if (name.data[at] != '.') return 0;
        at++;
    }
    return 0;
}

bool sl_spl_path(sl_text name, sl_arena *arena, sl_path *out)
{
    sl_step steps[SL_PATH_STEPS_MAX];
    if (name.length == 0) return false;
    uint32_t count = path_steps(name, steps);
    if (count == 0) {
        steps[0] = (sl_step){.kind = SL_STEP_KEY, .key = name};
        count = 1;
    }
    sl_step *copy = SL_ARENA_ARRAY(arena, count, sl_step);
    if (copy == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = steps[i];
        if (steps[i].kind != SL_STEP_KEY) continue;
        copy[i].key = sl_arena_copy(arena, steps[i].key);
        if (copy[i].key.data == NULL) return false;
    }
    *out = (sl_path){.steps = copy, .count = count};
    return true;
}
