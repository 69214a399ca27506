/* path.c - paths compared, printed and parsed in their canonical spelling. */
#include "event/path.h"

#include "base/number.h"

bool sl_path_equal(sl_path a, sl_path b)
{
    if (a.count != b.count) return false;
    for (uint32_t i = 0; i < a.count; i++) {
        const sl_step *x = &a.steps[i], *y = &b.steps[i];
        if (x->kind != y->kind) return false;
        if (x->kind == SL_STEP_INDEX && x->index != y->index) return false;
        if (x->kind == SL_STEP_KEY && !sl_text_equal(x->key, y->key)) return false;
    }
    return true;
}

/* --- printing --- */

static bool path_key_is_plain(sl_text key)
{
    if (key.length == 0) return false;
    for (size_t i = 0; i < key.length; i++) {
        unsigned char c = (unsigned char)key.data[i];
        if (c <= ' ' || c == 0x7F || memchr(".[]\"\\<", c, 6) != NULL) return false;
    }
    return true;
}

static void path_print_key(sl_buffer *out, sl_text key)
{
    if (path_key_is_plain(key)) {
        sl_buffer_add(out, key);
        return;
    }
    sl_buffer_add_byte(out, '"');
    for (size_t i = 0; i < key.length; i++) {
        if (key.data[i] == '"' || key.data[i] == '\\') sl_buffer_add_byte(out, '\\');
        sl_buffer_add_byte(out, key.data[i]);
    }
    sl_buffer_add_byte(out, '"');
}

void sl_path_print(sl_buffer *out, sl_path path)
{
    for (uint32_t i = 0; i < path.count; i++) {
        const sl_step *step = &path.steps[i];
        switch (step->kind) {
        case SL_STEP_KEY:
            if (i > 0) sl_buffer_add_byte(out, '.');
            path_print_key(out, step->key);
            break;
        case SL_STEP_ANY: sl_buffer_add_string(out, "[]"); break;
        case SL_STEP_INDEX: sl_buffer_printf(out, "[%u]", step->index); break;
        }
    }
}

/* --- parsing --- */

typedef struct path_reader {
    sl_text text;
    size_t at;
    sl_arena *arena;
    sl_step steps[SL_PATH_STEPS_MAX];
    uint32_t count;
} path_reader;

static bool path_push(path_reader *r, sl_step step)
{
    if (r->count == SL_PATH_STEPS_MAX) return false;
    r->steps[r->count++] = step;
    return true;
}

static char path_peek(const path_reader *r)
{
    return r->at < r->text.length ? r->text.data[r->at] : '\0';
}

/* A key in quotes; a backslash takes the next byte as it is. */
static bool path_read_quoted(path_reader *r)
{
    char *key = sl_arena_bytes(r->arena, r->text.length - r->at);
    if (key == NULL) return false;
    size_t length = 0;
    for (r->at++; r->at < r->text.length; r->at++) {
        char c = r->text.data[r->at];
        if (c == '"') {
            r->at++;
            return path_push(r, (sl_step){SL_STEP_KEY, 0, sl_text_make(key, length)});
        }
        if (c == '\\' && ++r->at == r->text.length) return false;
        key[length++] = r->text.data[r->at];
    }
    return false;
}

static bool path_read_plain(path_reader *r)
{
    size_t from = r->at;
    while (r->at < r->text.length && memchr(".[]\"", r->text.data[r->at], 4) == NULL) r->at++;
    if (r->at == from) return false;
    sl_text key = sl_arena_copy(r->arena, sl_text_slice(r->text, from, r->at));
    return key.data != NULL && path_push(r, (sl_step){SL_STEP_KEY, 0, key});
}

/* "[]" or "[12]", from the opening bracket. */
static bool path_read_bracket(path_reader *r)
{
    size_t close = sl_text_find_byte(r->text, ']', r->at);
    if (close == SIZE_MAX) return false;
    sl_text digits = sl_text_slice(r->text, r->at + 1, close);
    r->at = close + 1;
    if (digits.length == 0) return path_push(r, (sl_step){SL_STEP_ANY, 0, {NULL, 0}});
    int64_t index = 0;
    if (digits.data[0] < '0' || digits.data[0] > '9') return false;
    if (!sl_integer_parse(digits, &index) || index >= UINT32_MAX) return false;
    return path_push(r, (sl_step){SL_STEP_INDEX, (uint32_t)index, {NULL, 0}});
}

bool sl_path_parse(sl_text t, sl_arena *arena, sl_path *out)
{
    path_reader r = {.text = t, .arena = arena};
    *out = (sl_path){NULL, 0};
    while (r.at < t.length) {
        bool read;
        if (path_peek(&r) == '[') {
            read = path_read_bracket(&r);
        } else {
            if (r.count > 0 && path_peek(&r) != '.') return false;
            if (r.count > 0) r.at++;
            read = path_peek(&r) == '"' ? path_read_quoted(&r) : path_read_plain(&r);
        }
        if (!read) return false;
    }
    sl_step *steps = SL_ARENA_ARRAY(arena, r.count, sl_step);
    if (steps == NULL) return false;
    memcpy(steps, r.steps, r.count * sizeof *steps);
    *out = (sl_path){steps, r.count};
    return true;
}
