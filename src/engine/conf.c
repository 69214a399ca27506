/* conf.c - line by line; joined lines are copied, others are pointed at. */
#include "engine/conf.h"

#include <string.h>

typedef struct conf_reader {
    sl_text text;
    size_t at;
    uint32_t line;
    sl_arena *arena;
    sl_conf_entry *entries;
    uint32_t count, capacity;
    sl_text stanza;
} conf_reader;

static bool conf_add(conf_reader *r, sl_text key, sl_text value, uint32_t line)
{
    if (r->count == r->capacity) {
        uint32_t capacity = r->capacity * 2 + 16;
        sl_conf_entry *entries = SL_ARENA_ARRAY(r->arena, capacity, sl_conf_entry);
        if (entries == NULL) return false;
        if (r->count > 0) memcpy(entries, r->entries, r->count * sizeof *entries);
        r->entries = entries;
        r->capacity = capacity;
    }
    r->entries[r->count++] = (sl_conf_entry){r->stanza, key, value, line};
    return true;
}

/* The physical line at the cursor, without its end. */
static sl_text conf_line(conf_reader *r)
{
    size_t start = r->at, end = sl_text_find_byte(r->text, '\n', start);
    if (end == SIZE_MAX) end = r->text.length;
    r->at = end < r->text.length ? end + 1 : end;
    r->line++;
    if (end > start && r->text.data[end - 1] == '\r') end--;
    return sl_text_slice(r->text, start, end);
}

/* The rest of a value whose line ends in a backslash. */
static sl_text conf_join(conf_reader *r, sl_text first)
{
    sl_buffer joined;
    sl_buffer_init(&joined);
    sl_text line = first;
    while (line.length > 0 && line.data[line.length - 1] == '\\' && r->at < r->text.length) {
        sl_buffer_add(&joined, sl_text_slice(line, 0, line.length - 1));
        sl_buffer_add_byte(&joined, '\n');
        line = conf_line(r);
    }
    sl_buffer_add(&joined, line);
    sl_text copy =
        joined.failed ? (sl_text){NULL, 0} : sl_arena_copy(r->arena, sl_buffer_text(&joined));
    sl_buffer_fini(&joined);
    return copy;
}

static bool conf_say(sl_buffer *reason, uint32_t line, const char *what)
{
    sl_buffer_printf(reason, "line %u: %s", line, what);
    return false;
}

static bool conf_entry(conf_reader *r, sl_text line, uint32_t number, sl_buffer *reason)
{
    size_t equals = sl_text_find_byte(line, '=', 0);
    if (equals == SIZE_MAX) return conf_say(reason, number, "expected key = value");
    sl_text key = sl_text_trim(sl_text_slice(line, 0, equals));
    sl_text value = sl_text_slice(line, equals + 1, line.length);
    if (key.length == 0) return conf_say(reason, number, "there is no key in front of '='");
    if (value.length > 0 && value.data[value.length - 1] == '\\') value = conf_join(r, value);
    if (value.data == NULL || !conf_add(r, key, sl_text_trim(value), number))
        return conf_say(reason, number, "out of memory");
    return true;
}

bool sl_conf_parse(sl_text text, sl_arena *arena, sl_conf *out, sl_buffer *reason)
{
    conf_reader r = {.text = text, .arena = arena, .stanza = SL_TEXT("default")};
    if (sl_text_starts(text, SL_TEXT("\xef\xbb\xbf"))) r.at = 3;
    while (r.at < text.length) {
        sl_text line = sl_text_trim(conf_line(&r));
        uint32_t number = r.line;
        if (line.length == 0 || line.data[0] == '#') continue;
        if (line.data[0] != '[') {
            if (!conf_entry(&r, line, number, reason)) return false;
            continue;
        }
        /* A stanza's name may hold brackets: the last one closes it. */
        if (line.data[line.length - 1] != ']')
            return conf_say(reason, number, "this '[' is never closed");
        r.stanza = sl_text_trim(sl_text_slice(line, 1, line.length - 1));
        if (!conf_add(&r, SL_TEXT(""), SL_TEXT(""), number))
            return conf_say(reason, number, "out of memory");
    }
    *out = (sl_conf){r.entries, r.count};
    return true;
}

static sl_text conf_find(const sl_conf *conf, sl_text stanza, sl_text key)
{
    for (uint32_t i = conf->count; i-- > 0;)
        if (sl_text_equal(conf->entries[i].key, key)
            && sl_text_equal(conf->entries[i].stanza, stanza))
            return conf->entries[i].value;
    return (sl_text){NULL, 0};
}

sl_text sl_conf_get(const sl_conf *conf, sl_text stanza, const char *key)
{
    sl_text name = sl_text_from(key);
    sl_text value = conf_find(conf, stanza, name);
    return value.data != NULL ? value : conf_find(conf, SL_TEXT("default"), name);
}

bool sl_conf_bool(sl_text value, bool other)
{
    static const char *const yes[] = {"true", "1", "t", "yes", "y", "on"};
    static const char *const no[] = {"false", "0", "f", "no", "n", "off"};
    for (size_t i = 0; i < SL_COUNT(yes); i++) {
        if (sl_text_equal_nocase(value, sl_text_from(yes[i]))) return true;
        if (sl_text_equal_nocase(value, sl_text_from(no[i]))) return false;
    }
    return other;
}
