/* path.c - where a field of CQL stands in a record: `a.b`, `a[0].c`.
 *
 * LogScale flattens JSON when it takes events in, so a name is a path written with dots and
 * indexes. Tags (#...) and the fields that LogScale adds (@...) are names as they stand. */
#include "lang/cql/cql.h"

static bool path_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* [0], [] or [*] at `at`; moves behind it. */
static bool path_index(sl_text name, size_t *at, sl_step *step)
{
    size_t end = *at + 1;
    uint64_t index = 0;
    while (end < name.length && path_is_digit(name.data[end])) {
        index = index * 10 + (uint64_t)(name.data[end] - '0');
        if (index > UINT32_MAX) return false;
        end++;
    }
    *step = (sl_step){.kind = SL_STEP_INDEX, .index = (uint32_t)index};
    if (end == *at + 1) {
        if (end < name.length && name.data[end] == '*') end++;
        step->kind = SL_STEP_ANY;
        step->index = 0;
    }
    if (end >= name.length || name.data[end] != ']') return false;
    *at = end + 1;
    return true;
}

/* Reads the steps into `steps` (room for SL_PATH_STEPS_MAX); 0 when malformed. */
static uint32_t path_steps(sl_text name, sl_step *steps)
{
    uint32_t count = 0;
    size_t at = 0;
    for (;;) {
        size_t start = at;
        while (at < name.length && name.data[at] != '.' && name.data[at] != '[') at++;
        if (at == start || count == SL_PATH_STEPS_MAX) return 0;
        steps[count++] = (sl_step){.kind = SL_STEP_KEY, .key = sl_text_slice(name, start, at)};
        while (at < name.length && name.data[at] == '[') {
            if (count == SL_PATH_STEPS_MAX || !path_index(name, &at, &steps[count])) return 0;
            count++;
        }
        if (at == name.length) return count;
        if (name.data[at] != '.') return 0;
        at++;
    }
}

bool sl_cql_path(sl_text name, sl_arena *arena, sl_path *out)
{
    sl_step steps[SL_PATH_STEPS_MAX];
    uint32_t count;
    if (name.length == 0) return false;
    if (name.data[0] == '#' || name.data[0] == '@') {
        steps[0] = (sl_step){.kind = SL_STEP_KEY, .key = name};
        count = 1;
    } else {
        count = path_steps(name, steps);
    }
    sl_step *copy = count == 0 ? NULL : SL_ARENA_ARRAY(arena, count, sl_step);
    if (copy == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        copy[i] = steps[i];
        if (copy[i].kind != SL_STEP_KEY) continue;
        copy[i].key = sl_arena_copy(arena, steps[i].key);
        if (copy[i].key.data == NULL) return false;
    }
    *out = (sl_path){.steps = copy, .count = count};
    return true;
}
