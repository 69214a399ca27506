/* conf.c - line by line; joined lines are copied, others are pointed at. */
#include "engine/conf.h"

#include <errno.h>

#include "base/memory.h"
#include "detect/file.h"
#include "source/path.h"

/* Room for the name of a setting in entry_names: looking up a short one takes no memory. */
typedef struct conf_name {
    char few[512];
    char *many; /* to be freed */
} conf_name;

typedef struct conf_reader {
    sl_conf *conf;
    sl_text text, file;
    size_t at;
    uint32_t line;
    uint32_t stanza; /* number; SL_MAP_NONE: before the first */
    bool checking;   /* nothing is added: a file with a fault is not taken in part */
    sl_buffer *reason;
} conf_reader;

static void conf_fini(void *object)
{
    sl_conf *conf = object;
    sl_map_fini(&conf->stanza_names);
    sl_map_fini(&conf->entry_names);
    free(conf->stanzas);
    free(conf->entries);
}

sl_conf *sl_conf_new(sl_arena *arena)
{
    sl_conf *conf = SL_ARENA_NEW(arena, sl_conf);
    if (conf == NULL) return NULL;
    conf->arena = arena;
    sl_map_init(&conf->stanza_names);
    sl_map_init(&conf->entry_names);
    return sl_arena_defer(arena, conf_fini, conf) ? conf : NULL;
}

/* `items` with room for one more than `count`, moved if need be; NULL when memory ends. */
static void *conf_grow(void *items, uint32_t *capacity, uint32_t count, size_t bytes)
{
    if (count < *capacity) return items;
    uint32_t more = *capacity * 2 + 64;
    void *grown = sl_realloc(items, more * bytes);
    if (grown != NULL) *capacity = more;
    return grown;
}

static bool conf_say(conf_reader *r, uint32_t line, const char *what)
{
    sl_buffer_printf(r->reason, "line %u: %s", line, what);
    return false;
}

static bool conf_no_memory(conf_reader *r, uint32_t line)
{
    r->conf->failed = true;
    return conf_say(r, line, "out of memory");
}

/* The settings that follow are of the stanza `name`. */
static bool conf_open(conf_reader *r, sl_text name, uint32_t line)
{
    sl_conf *conf = r->conf;
    r->stanza = 0;
    if (r->checking) return true;
    uint32_t before = conf->stanza_names.count;
    sl_conf_stanza *stanzas =
        conf_grow(conf->stanzas, &conf->stanza_capacity, before, sizeof *stanzas);
    if (stanzas != NULL) conf->stanzas = stanzas;
    uint32_t number = stanzas == NULL ? SL_MAP_NONE : sl_map_add(&conf->stanza_names, name);
    if (number == SL_MAP_NONE) return conf_no_memory(r, line);
    if (number == before)
        stanzas[number] = (sl_conf_stanza){.name = sl_map_key(&conf->stanza_names, number),
                                           .first = SL_CONF_END,
                                           .last = SL_CONF_END};
    stanzas[number].file = r->file;
    stanzas[number].line = line;
    r->stanza = number;
    return true;
}

/* A setting is known by its stanza and its key; neither holds a line end. */
static sl_text conf_key(conf_name *out, sl_text stanza, sl_text key)
{
    size_t length = stanza.length + 1 + key.length;
    char *bytes = length <= sizeof out->few ? out->few : sl_malloc(length);
    out->many = bytes == out->few ? NULL : bytes;
    if (bytes == NULL) return (sl_text){NULL, 0};
    if (stanza.length > 0) memcpy(bytes, stanza.data, stanza.length);
    bytes[stanza.length] = '\n';
    if (key.length > 0) memcpy(bytes + stanza.length + 1, key.data, key.length);
    return sl_text_make(bytes, length);
}

static bool conf_set(conf_reader *r, sl_text key, sl_text value, uint32_t line)
{
    sl_conf *conf = r->conf;
    if (r->checking) return true;
    sl_conf_stanza *stanza = &conf->stanzas[r->stanza];
    uint32_t before = conf->entry_names.count;
    sl_conf_entry *entries =
        conf_grow(conf->entries, &conf->entry_capacity, before, sizeof *entries);
    if (entries != NULL) conf->entries = entries;
    conf_name room;
    sl_text name = conf_key(&room, stanza->name, key);
    bool failed = entries == NULL || name.data == NULL;
    uint32_t number = failed ? SL_MAP_NONE : sl_map_add(&conf->entry_names, name);
    free(room.many);
    if (number == SL_MAP_NONE) return conf_no_memory(r, line);
    if (number == before) {
        entries[number].next = SL_CONF_END;
        if (stanza->last == SL_CONF_END) stanza->first = number;
        else entries[stanza->last].next = number;
        stanza->last = number;
    }
    entries[number] = (sl_conf_entry){key, value, r->file, line, entries[number].next};
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
    if (r->checking) {
        sl_buffer_fini(&joined);
        return first;
    }
    sl_text copy =
        joined.failed ? (sl_text){NULL, 0} : sl_arena_copy(r->conf->arena, sl_buffer_text(&joined));
    sl_buffer_fini(&joined);
    return copy;
}

static bool conf_entry(conf_reader *r, sl_text line, uint32_t number)
{
    size_t equals = sl_text_find_byte(line, '=', 0);
    if (equals == SIZE_MAX) return conf_say(r, number, "expected key = value");
    sl_text key = sl_text_trim(sl_text_slice(line, 0, equals));
    sl_text value = sl_text_slice(line, equals + 1, line.length);
    if (key.length == 0) return conf_say(r, number, "there is no key in front of '='");
    if (value.length > 0 && value.data[value.length - 1] == '\\') value = conf_join(r, value);
    if (value.data == NULL) return conf_no_memory(r, number);
    if (r->stanza == SL_MAP_NONE && !conf_open(r, SL_TEXT("default"), number)) return false;
    return conf_set(r, key, sl_text_trim(value), number);
}

static bool conf_read(conf_reader *r)
{
    if (sl_text_starts(r->text, SL_TEXT("\xef\xbb\xbf"))) r->at = 3;
    while (r->at < r->text.length) {
        sl_text line = sl_text_trim(conf_line(r));
        uint32_t number = r->line;
        if (line.length == 0 || line.data[0] == '#') continue;
        if (line.data[0] != '[') {
            if (!conf_entry(r, line, number)) return false;
            continue;
        }
        /* A stanza's name may hold brackets: the last one closes it. */
        if (line.data[line.length - 1] != ']')
            return conf_say(r, number, "this '[' is never closed");
        if (!conf_open(r, sl_text_trim(sl_text_slice(line, 1, line.length - 1)), number))
            return false;
    }
    return true;
}

bool sl_conf_add(sl_conf *conf, sl_text text, sl_text file, sl_buffer *reason)
{
    conf_reader r = {.conf = conf,
                     .text = text,
                     .file = file,
                     .stanza = SL_MAP_NONE,
                     .checking = true,
                     .reason = reason};
    bool ok = conf_read(&r);
    r.at = r.line = 0;
    r.stanza = SL_MAP_NONE;
    r.checking = false;
    return ok && conf_read(&r);
}

static bool conf_add_file(sl_conf *conf, sl_text path, sl_buffer *faults)
{
    sl_text text;
    const char *reason;
    sl_status status = sl_file_read(path, conf->arena, &text, &reason);
    if (status != SL_OK) {
        conf->failed |= status == SL_NOMEM;
        sl_buffer_printf(faults, "%.*s: %s\n", SL_TEXT_ARG(path),
                         status == SL_IO ? reason : "out of memory");
        return false;
    }
    sl_buffer what;
    sl_buffer_init(&what);
    bool ok = sl_conf_add(conf, text, path, &what);
    if (!ok)
        sl_buffer_printf(faults, "%.*s: %s\n", SL_TEXT_ARG(path),
                         what.data == NULL ? "out of memory" : what.data);
    sl_buffer_fini(&what);
    return ok;
}

bool sl_conf_add_app(sl_conf *conf, sl_text directory, const char *name, sl_buffer *faults)
{
    static const char *const layers[] = {"", "default/", "local/"};
    struct stat about;
    bool ok = true;
    for (size_t i = 0; i < SL_COUNT(layers); i++) {
        sl_text path =
            sl_arena_printf(conf->arena, "%.*s/%s%s", SL_TEXT_ARG(directory), layers[i], name);
        conf->failed |= path.data == NULL;
        if (path.data == NULL) sl_buffer_add_string(faults, "out of memory\n");
        else if (sl_path_stat(path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR)) continue;
        ok &= path.data != NULL && conf_add_file(conf, path, faults);
    }
    return ok;
}

const sl_conf_stanza *sl_conf_stanza_find(const sl_conf *conf, sl_text name)
{
    uint32_t number = sl_map_find(&conf->stanza_names, name);
    return number == SL_MAP_NONE ? NULL : &conf->stanzas[number];
}

const sl_conf_entry *sl_conf_find(const sl_conf *conf, sl_text stanza, sl_text key)
{
    conf_name room;
    sl_text name = conf_key(&room, stanza, key);
    uint32_t number = name.data == NULL ? SL_MAP_NONE : sl_map_find(&conf->entry_names, name);
    free(room.many);
    return number == SL_MAP_NONE ? NULL : &conf->entries[number];
}

sl_text sl_conf_get(const sl_conf *conf, sl_text stanza, const char *key)
{
    sl_text name = sl_text_from(key);
    const sl_conf_entry *entry = sl_conf_find(conf, stanza, name);
    if (entry == NULL) entry = sl_conf_find(conf, SL_TEXT("default"), name);
    return entry == NULL ? (sl_text){NULL, 0} : entry->value;
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
