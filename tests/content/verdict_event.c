/* verdict_event.c - changes an event by the paths of its parts, and writes it.
 *
 * A change that changes nothing is a mistake of whoever wrote the case, and is refused. */
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

static json_value *event_copy(golden_pool *pool, const json_value *value)
{
    json_value *copy = golden_alloc(pool, sizeof *copy), **last = &copy->first;
    *copy = *value;
    copy->next = NULL;
    *last = NULL;
    for (const json_value *child = value->first; child != NULL; child = child->next) {
        *last = event_copy(pool, child);
        last = &(*last)->next;
    }
    return copy;
}

/* One step of a path: a key, a key in quotes, or the number of an element in brackets. */
typedef struct path_step {
    const char *key;
    size_t length;
    long index; /* -1: a key */
} path_step;

/* The next step; what stands behind it. NULL: it is none. */
static const char *path_next(const char *at, path_step *out)
{
    *out = (path_step){.index = -1};
    if (*at == '.') at++;
    if (*at == '[') {
        char *end;
        out->index = strtol(at + 1, &end, 10);
        return end == at + 1 || *end != ']' || out->index < 0 ? NULL : end + 1;
    }
    const char *end = *at == '"' ? strchr(at + 1, '"') : at + strcspn(at, ".[");
    if (end == NULL || end == at) return NULL;
    out->key = *at == '"' ? at + 1 : at;
    out->length = (size_t)(end - out->key);
    return *at == '"' ? end + 1 : end;
}

static bool step_leads_to(const path_step *step, const json_value *child, long number)
{
    if (step->index >= 0) return number == step->index;
    return child->key_length == step->length && memcmp(child->key, step->key, step->length) == 0;
}

/* Where the child that the step leads to hangs, or the end of the list of children. */
static json_value **step_place(json_value *parent, const path_step *step)
{
    json_value **place = &parent->first;
    for (long i = 0; *place != NULL && !step_leads_to(step, *place, i); i++)
        place = &(*place)->next;
    return place;
}

/* What is null is an object from now on; elements are added at the end of a list alone. */
static const char *step_fits(json_value *parent, const path_step *step, const json_value *child)
{
    if (parent->kind == JSON_NULL && step->index < 0) parent->kind = JSON_OBJECT;
    if (parent->kind != (step->index < 0 ? JSON_OBJECT : JSON_ARRAY))
        return "the path leads through what is no object or list";
    if (child != NULL || step->index < 0) return NULL;
    long count = 0;
    for (const json_value *other = parent->first; other != NULL; other = other->next) count++;
    return step->index == count ? NULL : "the list has no such element";
}

static void child_set(golden_pool *pool, json_value **place, const path_step *step,
                      const json_value *value)
{
    json_value *child = event_copy(pool, value);
    child->next = *place == NULL ? NULL : (*place)->next;
    child->key = step->index < 0 ? golden_copy(pool, step->key, step->length) : NULL;
    child->key_length = step->length;
    *place = child;
}

/* At the end of the path. What is wrong with the change, or NULL. */
static const char *change_last(golden_pool *pool, json_value **place, const path_step *step,
                               const json_value *value)
{
    if (value == NULL && *place == NULL) return "there is nothing to take away";
    if (value == NULL) *place = (*place)->next;
    else if (*place != NULL && json_equal(*place, value)) return "it changes nothing";
    else child_set(pool, place, step, value);
    return NULL;
}

/* Creates the objects on the way to what is changed. What is wrong with the change, or NULL. */
static const char *change_make(golden_pool *pool, json_value *event, const verdict_change *change)
{
    static const json_value object = {.kind = JSON_OBJECT};
    const char *at = change->path;
    for (json_value *parent = event;;) {
        path_step step;
        at = path_next(at, &step);
        if (at == NULL) return "this is no path";
        json_value **place = step_place(parent, &step);
        const char *fault = step_fits(parent, &step, *place);
        if (fault != NULL) return fault;
        if (*at == '\0') return change_last(pool, place, &step, change->value);
        if (*place == NULL) child_set(pool, place, &step, &object);
        parent = *place;
    }
}

const json_value *verdict_part(const json_value *event, const char *path)
{
    while (event != NULL && *path != '\0') {
        path_step step;
        path = path_next(path, &step);
        if (path == NULL) return NULL;
        event = event->first;
        for (long i = 0; event != NULL && !step_leads_to(&step, event, i); i++) event = event->next;
    }
    return event;
}

json_value *verdict_change_event(golden_pool *pool, const json_value *event,
                                 const verdict_changes *changes, const char *place)
{
    json_value *copy = event_copy(pool, event);
    for (size_t i = 0; i < changes->count; i++) {
        const char *fault = change_make(pool, copy, &changes->items[i]);
        if (fault == NULL) continue;
        fprintf(stderr, "%s: %s: %s\n", place, changes->items[i].path, fault);
        return NULL;
    }
    return copy;
}

/* A text, with what stands for the number and the moment put in. */
static void write_text(FILE *stream, const char *text, size_t length, unsigned long number,
                       const verdict_moment *moment)
{
    putc('"', stream);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (length - i >= 3 && memcmp(text + i, "{n}", 3) == 0) {
            fprintf(stream, "%lu", number);
            i += 2;
        } else if (length - i >= 3 && memcmp(text + i, "{t}", 3) == 0) {
            fputs(moment->text, stream);
            i += 2;
        } else if (c < 0x20) {
            fprintf(stream, "\\u%04x", c);
        } else {
            if (c == '"' || c == '\\') putc('\\', stream);
            putc(c, stream);
        }
    }
    putc('"', stream);
}

/* The moment as Security Lake has it: a number of milliseconds. */
static bool value_is_milliseconds(const json_value *value)
{
    return value->kind == JSON_STRING && strcmp(value->text, "{ms}") == 0;
}

static void write_value(FILE *stream, const json_value *value, unsigned long number,
                        const verdict_moment *moment)
{
    if (value_is_milliseconds(value)) {
        fprintf(stream, "%ld000", moment->seconds);
        return;
    }
    switch (value->kind) {
    case JSON_NULL: fputs("null", stream); return;
    case JSON_FALSE: fputs("false", stream); return;
    case JSON_TRUE: fputs("true", stream); return;
    case JSON_NUMBER: fputs(value->text, stream); return;
    case JSON_STRING: write_text(stream, value->text, value->length, number, moment); return;
    default: break;
    }
    putc(value->kind == JSON_OBJECT ? '{' : '[', stream);
    for (const json_value *child = value->first; child != NULL; child = child->next) {
        if (value->kind == JSON_OBJECT) {
            write_text(stream, child->key, child->key_length, number, moment);
            putc(':', stream);
        }
        write_value(stream, child, number, moment);
        if (child->next != NULL) putc(',', stream);
    }
    putc(value->kind == JSON_OBJECT ? '}' : ']', stream);
}

void verdict_write_event(FILE *stream, const json_value *event, unsigned long number,
                         const verdict_moment *moment)
{
    write_value(stream, event, number, moment);
    putc('\n', stream);
}
