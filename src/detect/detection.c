/* detection.c - reads a detection file strictly: each key has a row that says what it takes.
 *
 * Every fault of the file is said in one pass. The query stands beside the file: it may be in a
 * folder below, but a pack of detections cannot make one read files elsewhere. */
#include "detect/detection.h"

#include <assert.h>
#include <stdio.h>

#include "base/yaml.h"
#include "detect/file.h"

enum { DETECTION_TEXT_MAX = 512, DETECTION_QUERY_MAX = 1024 * 1024, DETECTION_TYPO = 3 };

typedef struct detection_reader {
    sl_arena *arena;
    sl_diags *diags;
    sl_detection *out;
    sl_span query_span;
    bool has_language;
    sl_status status; /* SL_NOMEM stops the reading */
} detection_reader;

typedef void detection_read(detection_reader *reader, const sl_yaml_node *node);

static const char *const detection_severities[] = {
    [SL_SEVERITY_INFORMATIONAL] = "informational",
    [SL_SEVERITY_LOW] = "low",
    [SL_SEVERITY_MEDIUM] = "medium",
    [SL_SEVERITY_HIGH] = "high",
    [SL_SEVERITY_CRITICAL] = "critical",
};

const char *sl_detection_severity_text(sl_detection_severity severity)
{
    return (unsigned)severity < SL_COUNT(detection_severities) ? detection_severities[severity]
                                                               : "informational";
}

static SL_PRINTF(3, 4) void detection_fault(detection_reader *reader, sl_span span,
                                            const char *format, ...)
{
    char text[SL_DIAG_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sl_diag_error(reader->diags, SL_DIAG_FORMAT, span, "%s", text);
}

/* Copies the text of a scalar into *out, or says what is wrong with it. */
static bool detection_text(detection_reader *reader, const sl_yaml_node *node, sl_text *out)
{
    sl_span span = sl_yaml_span(node);
    if (sl_yaml_kind_of(node) != SL_YAML_SCALAR) {
        detection_fault(reader, span, "expected a text here");
        return false;
    }
    sl_text text = sl_text_trim(sl_yaml_text(node));
    if (text.length == 0) {
        detection_fault(reader, span, "there is no text here");
        return false;
    }
    if (text.length > DETECTION_TEXT_MAX) {
        detection_fault(reader, span, "a text of more than %d bytes", DETECTION_TEXT_MAX);
        return false;
    }
    *out = sl_arena_copy(reader->arena, text);
    if (out->data == NULL) reader->status = SL_NOMEM;
    return out->data != NULL;
}

/* The nearest of `names`, or NULL. */
static const char *detection_nearest(const char *const *names, size_t count, sl_text name)
{
    const char *best = NULL;
    unsigned least = DETECTION_TYPO;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = sl_text_distance(name, sl_text_from(names[i]), DETECTION_TYPO);
        if (distance >= least) continue;
        least = distance;
        best = names[i];
    }
    return best;
}

/* "one of a, b, c", and the nearest of them. */
static void detection_hint_names(detection_reader *reader, const char *const *names, size_t count,
                                 sl_text name)
{
    sl_buffer list;
    const char *nearest = detection_nearest(names, count, name);
    sl_buffer_init(&list);
    for (size_t i = 0; i < count; i++)
        sl_buffer_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
    if (nearest != NULL) sl_diag_hint(reader->diags, "did you mean '%s'?", nearest);
    else sl_diag_hint(reader->diags, "one of %s", list.data);
    sl_buffer_fini(&list);
}

static void detection_read_id(detection_reader *reader, const sl_yaml_node *node)
{
    if (!detection_text(reader, node, &reader->out->id)) return;
    for (size_t i = 0; i < reader->out->id.length; i++) {
        char c = reader->out->id.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (word || c == '-' || c == '_' || c == '.') continue;
        detection_fault(reader, sl_yaml_span(node),
                        "an id is made of letters, digits, '-', '_' and '.'");
        return;
    }
}

static void detection_read_title(detection_reader *reader, const sl_yaml_node *node)
{
    (void)detection_text(reader, node, &reader->out->title);
}

static bool detection_is_technique(sl_text text)
{
    static const char shape[] = "T0000.000";
    if (text.length != 5 && text.length != 9) return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (shape[i] == '0' ? c < '0' || c > '9' : c != shape[i]) return false;
    }
    return true;
}

static void detection_read_technique(detection_reader *reader, const sl_yaml_node *node)
{
    if (!detection_text(reader, node, &reader->out->technique)) return;
    if (detection_is_technique(reader->out->technique)) return;
    detection_fault(reader, sl_yaml_span(node), "not the number of an ATT&CK technique");
    sl_diag_hint(reader->diags, "as in T1578 or T1578.004");
}

static void detection_read_tactic(detection_reader *reader, const sl_yaml_node *node)
{
    (void)detection_text(reader, node, &reader->out->tactic);
}

static void detection_read_severity(detection_reader *reader, const sl_yaml_node *node)
{
    sl_text text;
    if (!detection_text(reader, node, &text)) return;
    for (size_t i = 0; i < SL_COUNT(detection_severities); i++) {
        if (!sl_text_equal(text, sl_text_from(detection_severities[i]))) continue;
        reader->out->severity = (sl_detection_severity)i;
        return;
    }
    detection_fault(reader, sl_yaml_span(node), "no severity '%.*s'", SL_TEXT_ARG(text));
    detection_hint_names(reader, detection_severities, SL_COUNT(detection_severities), text);
}

static void detection_read_profile(detection_reader *reader, const sl_yaml_node *node)
{
    (void)detection_text(reader, node, &reader->out->profile);
}

static const char *const detection_languages[] = {[SL_LANG_SPL] = "spl", [SL_LANG_CQL] = "cql"};

static bool detection_language(sl_text name, sl_language *out)
{
    for (size_t i = 0; i < SL_COUNT(detection_languages); i++) {
        if (!sl_text_equal(name, sl_text_from(detection_languages[i]))) continue;
        *out = (sl_language)i;
        return true;
    }
    return false;
}

static void detection_read_language(detection_reader *reader, const sl_yaml_node *node)
{
    sl_text text;
    reader->has_language = true;
    if (!detection_text(reader, node, &text)) return;
    if (detection_language(text, &reader->out->language)) return;
    detection_fault(reader, sl_yaml_span(node), "no language '%.*s'", SL_TEXT_ARG(text));
    detection_hint_names(reader, detection_languages, SL_COUNT(detection_languages), text);
}

/* True when the path leads to below the detection file. */
static bool detection_is_beside(sl_text path)
{
    if (path.data[0] == '/') return false;
    for (size_t start = 0; start <= path.length;) {
        size_t end = sl_text_find_byte(path, '/', start);
        if (end == SIZE_MAX) end = path.length;
        if (sl_text_equal(sl_text_slice(path, start, end), SL_TEXT(".."))) return false;
        start = end + 1;
    }
    return memchr(path.data, '\0', path.length) == NULL;
}

static void detection_read_query(detection_reader *reader, const sl_yaml_node *node)
{
    sl_text name, path = reader->out->path;
    reader->query_span = sl_yaml_span(node);
    if (!detection_text(reader, node, &name)) return;
    if (!detection_is_beside(name)) {
        detection_fault(reader, reader->query_span,
                        "the query must be a file beside this one, or below");
        return;
    }
    size_t directory = path.length;
    while (directory > 0 && path.data[directory - 1] != '/') directory--;
    reader->out->query_path =
        sl_arena_printf(reader->arena, "%.*s%.*s", (int)directory, path.data, SL_TEXT_ARG(name));
    if (reader->out->query_path.data == NULL) reader->status = SL_NOMEM;
}

static void detection_read_source(detection_reader *reader, const sl_yaml_node *node)
{
    (void)detection_text(reader, node, &reader->out->origin);
}

static const char *const detection_parts[] = SL_ALERT_PART_NAMES;

_Static_assert(SL_COUNT(detection_parts) == SL_ALERT_PART_COUNT, "a name for each part");

static void detection_read_alert(detection_reader *reader, const sl_yaml_node *node)
{
    if (sl_yaml_kind_of(node) != SL_YAML_MAPPING) {
        detection_fault(reader, sl_yaml_span(node), "expected the columns of an alert here");
        sl_diag_hint(reader->diags, "as in 'alert: {time: _time, actor: user}'");
        return;
    }
    for (uint32_t i = 0; i < sl_yaml_count(node); i++) {
        sl_text key = sl_yaml_key_at(node, i);
        size_t part = 0;
        while (part < SL_ALERT_PART_COUNT
               && !sl_text_equal(key, sl_text_from(detection_parts[part])))
            part++;
        if (part < SL_ALERT_PART_COUNT) {
            (void)detection_text(reader, sl_yaml_at(node, i), &reader->out->columns[part]);
            continue;
        }
        detection_fault(reader, sl_yaml_key_span_at(node, i), "no part '%.*s' of an alert",
                        SL_TEXT_ARG(key));
        detection_hint_names(reader, detection_parts, SL_COUNT(detection_parts), key);
    }
}

static const struct {
    const char *name;
    bool required;
    detection_read *read;
} detection_keys[] = {
    {"id", true, detection_read_id},
    {"title", true, detection_read_title},
    {"technique", false, detection_read_technique},
    {"tactic", false, detection_read_tactic},
    {"severity", true, detection_read_severity},
    {"profile", false, detection_read_profile},
    {"language", false, detection_read_language},
    {"query", true, detection_read_query},
    {"source", false, detection_read_source},
    {"alert", true, detection_read_alert},
};

static void detection_unknown_key(detection_reader *reader, sl_text key, sl_span span)
{
    const char *names[SL_COUNT(detection_keys)];
    for (size_t i = 0; i < SL_COUNT(names); i++) names[i] = detection_keys[i].name;
    detection_fault(reader, span, "no key '%.*s' in a detection", SL_TEXT_ARG(key));
    detection_hint_names(reader, names, SL_COUNT(names), key);
}

static void detection_key(detection_reader *reader, const sl_yaml_node *root, uint32_t index)
{
    sl_text key = sl_yaml_key_at(root, index);
    for (size_t i = 0; i < SL_COUNT(detection_keys); i++) {
        if (!sl_text_equal(key, sl_text_from(detection_keys[i].name))) continue;
        detection_keys[i].read(reader, sl_yaml_at(root, index));
        return;
    }
    detection_unknown_key(reader, key, sl_yaml_key_span_at(root, index));
}

/* One fault for all keys that are not there: they would stand at one place. */
static void detection_missing_keys(detection_reader *reader, const sl_yaml_node *root)
{
    sl_buffer names;
    unsigned count = 0;
    sl_buffer_init(&names);
    for (size_t i = 0; i < SL_COUNT(detection_keys); i++) {
        const char *name = detection_keys[i].name;
        if (!detection_keys[i].required || sl_yaml_get(root, name) != NULL) continue;
        sl_buffer_printf(&names, "%s'%s'", count++ == 0 ? "" : ", ", name);
    }
    if (count > 0)
        detection_fault(reader, (sl_span){0, 0}, "%s %s missing", names.data,
                        count == 1 ? "is" : "are");
    sl_buffer_fini(&names);
}

static void detection_mapping(detection_reader *reader, const sl_yaml_node *root)
{
    if (sl_yaml_kind_of(root) != SL_YAML_MAPPING) {
        detection_fault(reader, sl_yaml_span(root), "a detection is a mapping of keys to values");
        return;
    }
    for (uint32_t i = 0; reader->status == SL_OK && i < sl_yaml_count(root); i++)
        detection_key(reader, root, i);
    detection_missing_keys(reader, root);
}

/* The language by the query's extension, when no key says it. */
static void detection_settle_language(detection_reader *reader)
{
    sl_text path = reader->out->query_path;
    if (reader->has_language || path.length == 0) return;
    size_t dot = path.length;
    while (dot > 0 && path.data[dot - 1] != '.' && path.data[dot - 1] != '/') dot--;
    sl_text extension = sl_text_slice(path, dot, path.length);
    if (dot > 0 && path.data[dot - 1] == '.'
        && detection_language(extension, &reader->out->language))
        return;
    detection_fault(reader, reader->query_span, "the query's name does not tell its language");
    sl_diag_hint(reader->diags, "name it .spl or .cql, or add the key 'language'");
}

static void detection_load_query(detection_reader *reader)
{
    const char *reason;
    sl_detection *out = reader->out;
    if (out->query_path.length == 0 || reader->status != SL_OK) return;
    sl_status status = sl_file_read(out->query_path, reader->arena, &out->query_text, &reason);
    out->query_source = out->query_text;
    if (status == SL_NOMEM) reader->status = SL_NOMEM;
    if (status == SL_IO)
        detection_fault(reader, reader->query_span, "the query cannot be read: %s", reason);
    if (status == SL_OK && out->query_text.length > DETECTION_QUERY_MAX)
        detection_fault(reader, reader->query_span, "the query is larger than 1 MiB");
}

sl_status sl_detection_load(sl_text path, sl_arena *arena, sl_diags *diags, sl_detection *out)
{
    assert(arena != NULL);
    assert(diags != NULL);
    assert(out != NULL);
    const char *reason;
    detection_reader reader = {.arena = arena, .diags = diags, .out = out};
    *out = (sl_detection){.profile = SL_TEXT("default")};
    out->path = sl_arena_copy(arena, path);
    if (out->path.data == NULL) return SL_NOMEM;
    sl_status status = sl_file_read(path, arena, &out->source, &reason);
    if (status == SL_IO)
        sl_diag_error(diags, SL_DIAG_FORMAT, (sl_span){0, 0}, "cannot be read: %s", reason);
    if (status != SL_OK) return status;

    sl_yaml *yaml = sl_yaml_parse(out->source, diags);
    if (yaml == NULL) return diags->error_count > 0 ? SL_QUERY : SL_NOMEM;
    detection_mapping(&reader, sl_yaml_root(yaml));
    detection_settle_language(&reader);
    detection_load_query(&reader);
    sl_yaml_free(yaml);
    if (reader.status != SL_OK) return reader.status;
    return diags->error_count > 0 ? SL_QUERY : SL_OK;
}
