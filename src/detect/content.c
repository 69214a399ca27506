/* content.c - what of a published detection's YAML means something here.
 *
 * Its severity follows from the score that its publisher gives, by the steps that its own tools
 * use (twenty points each). Which columns of the result are actor, address or resource is not said
 * in one place: what it names as risk objects goes before the usual names of such searches. */
#include "detect/content.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/yaml.h"
#include "detect/file.h"
#include "source/path.h"

enum { CONTENT_GUESSES_MAX = 32, CONTENT_SCORE_DEPTH = 4, CONTENT_TECHNIQUES_MAX = 16 };

typedef struct content_reader {
    sl_arena *arena;
    sl_detection *out;
    sl_text *guesses[SL_ALERT_PART_COUNT];
    double score; /* negative: none was found */
} content_reader;

/* --- where --- */

static bool content_has(sl_arena *arena, sl_text directory, const char *name, bool *out)
{
    struct stat about;
    sl_text path = sl_arena_printf(arena, "%.*s/%s", SL_TEXT_ARG(directory), name);
    if (path.data == NULL) return false;
    *out = sl_path_stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    return true;
}

sl_status sl_content_root(sl_text path, sl_arena *arena, sl_text *out_root)
{
    sl_text name = sl_arena_copy(arena, path);
    *out_root = SL_TEXT("");
    if (name.data == NULL) return SL_NOMEM;
    char *real = realpath(name.data, /* resolved= */ NULL);
    if (real == NULL) return SL_OK; /* whoever opens it says why */
    sl_text at = sl_arena_copy(arena, sl_text_from(real));
    free(real);
    while (at.length > 1) {
        bool detections = false, macros = false;
        if (!content_has(arena, at, "detections", &detections)
            || !content_has(arena, at, "macros", &macros))
            return SL_NOMEM;
        if (detections && macros) {
            *out_root = sl_arena_copy(arena, at);
            return out_root->data == NULL ? SL_NOMEM : SL_OK;
        }
        while (at.length > 0 && at.data[at.length - 1] != '/') at.length--;
        if (at.length > 0) at.length--;
    }
    return at.data == NULL ? SL_NOMEM : SL_OK;
}

static bool content_is_file(sl_text name)
{
    return sl_text_ends(name, SL_TEXT(".yml")) || sl_text_ends(name, SL_TEXT(".yaml"));
}

sl_status sl_content_find(sl_text path, sl_arena *arena, const sl_text **out_paths,
                          uint32_t *out_count)
{
    bool is_root = false;
    if (!content_has(arena, path, "detections", &is_root)) return SL_NOMEM;
    sl_text below = is_root ? sl_arena_printf(arena, "%.*s/detections", SL_TEXT_ARG(path)) : path;
    if (below.data == NULL) return SL_NOMEM;
    return sl_files_find(below, content_is_file, arena, out_paths, out_count);
}

/* --- what --- */

static sl_text content_text(content_reader *r, const sl_yaml_node *node, const char *key)
{
    const sl_yaml_node *value =
        sl_yaml_kind_of(node) == SL_YAML_MAPPING ? sl_yaml_get(node, key) : NULL;
    if (value == NULL || sl_yaml_kind_of(value) != SL_YAML_SCALAR) return SL_TEXT("");
    return sl_arena_copy(r->arena, sl_text_trim(sl_yaml_text(value)));
}

/* At the root (2026), or under `tags`. */
static const sl_yaml_node *content_tag(const sl_yaml_node *root, const char *key)
{
    const sl_yaml_node *node = sl_yaml_get(root, key);
    const sl_yaml_node *tags = node == NULL ? sl_yaml_get(root, "tags") : NULL;
    if (tags == NULL || sl_yaml_kind_of(tags) != SL_YAML_MAPPING) return node;
    return sl_yaml_get(tags, key);
}

static bool content_number(const sl_yaml_node *node, double *out)
{
    sl_text text = node == NULL ? (sl_text){NULL, 0} : sl_yaml_text(node);
    return text.length > 0 && sl_value_number(sl_string(text), out);
}

/* The highest `score` or `risk_score` in a tree. */
static void content_score(content_reader *r, const sl_yaml_node *node, unsigned depth)
{
    if (depth == CONTENT_SCORE_DEPTH) return;
    for (uint32_t i = 0; i < sl_yaml_count(node); i++) {
        const sl_yaml_node *item = sl_yaml_at(node, i);
        double score;
        bool named = sl_yaml_kind_of(node) == SL_YAML_MAPPING;
        sl_text key = named ? sl_yaml_key_at(node, i) : (sl_text){NULL, 0};
        if (sl_text_equal(key, SL_TEXT("score")) || sl_text_equal(key, SL_TEXT("risk_score"))) {
            if (content_number(item, &score) && score > r->score) r->score = score;
        } else {
            content_score(r, item, depth + 1);
        }
    }
}

static void content_severity(content_reader *r, const sl_yaml_node *root)
{
    static const char *const places[] = {"finding", "findings", "intermediate_findings", "rba"};
    double confidence, impact;
    r->score = -1;
    for (size_t i = 0; i < SL_COUNT(places); i++) {
        const sl_yaml_node *node = sl_yaml_get(root, places[i]);
        if (node != NULL) content_score(r, node, 0);
    }
    if (r->score < 0) (void)content_number(content_tag(root, "risk_score"), &r->score);
    if (r->score < 0 && content_number(content_tag(root, "confidence"), &confidence)
        && content_number(content_tag(root, "impact"), &impact))
        r->score = confidence * impact / 100;
    sl_text type = content_text(r, root, "type");
    if (r->score < 0) /* a hunting search has none */
        r->score = sl_text_equal(type, SL_TEXT("TTP")) ? 50 : 0;
    r->out->severity = r->score > 80 ? SL_SEVERITY_CRITICAL
        : r->score > 60              ? SL_SEVERITY_HIGH
        : r->score > 40              ? SL_SEVERITY_MEDIUM
        : r->score > 20              ? SL_SEVERITY_LOW
                                     : SL_SEVERITY_INFORMATIONAL;
}

static void content_techniques(content_reader *r, const sl_yaml_node *root)
{
    const sl_yaml_node *list = content_tag(root, "mitre_attack_id");
    sl_buffer text;
    sl_buffer_init(&text);
    for (uint32_t i = 0; list != NULL && i < sl_yaml_count(list); i++) {
        if (i == CONTENT_TECHNIQUES_MAX) break;
        if (i > 0) sl_buffer_add_string(&text, ", ");
        sl_buffer_add(&text, sl_yaml_text(sl_yaml_at(list, i)));
    }
    r->out->technique = sl_arena_copy(r->arena, sl_buffer_text(&text));
    sl_buffer_fini(&text);
}

/* --- columns --- */

static void content_guess(content_reader *r, sl_alert_part part, sl_text name)
{
    sl_detection_names *names = &r->out->guesses[part];
    if (name.length == 0 || names->count == CONTENT_GUESSES_MAX) return;
    for (uint32_t i = 0; i < names->count; i++)
        if (sl_text_equal(names->names[i], name)) return;
    r->guesses[part][names->count++] = name;
}

/* A field and what it is, as `observable`, `risk_objects`, `threat_objects` and `entity` say it. */
static void content_entity(content_reader *r, const sl_yaml_node *node)
{
    sl_text field = content_text(r, node, "field"), type = content_text(r, node, "type");
    if (field.length == 0) field = content_text(r, node, "name");
    if (sl_text_equal_nocase(type, SL_TEXT("user"))) content_guess(r, SL_ALERT_ACTOR, field);
    else if (sl_text_equal_nocase(type, SL_TEXT("ip_address"))
             || sl_text_equal_nocase(type, SL_TEXT("IP Address")))
        content_guess(r, SL_ALERT_ADDRESS, field);
    else if (type.length > 0) content_guess(r, SL_ALERT_RESOURCE, field);
}

static void content_entities(content_reader *r, const sl_yaml_node *node)
{
    if (node == NULL) return;
    if (sl_yaml_kind_of(node) == SL_YAML_MAPPING) {
        content_entity(r, node);
        return;
    }
    for (uint32_t i = 0; i < sl_yaml_count(node); i++)
        if (sl_yaml_kind_of(sl_yaml_at(node, i)) == SL_YAML_MAPPING)
            content_entity(r, sl_yaml_at(node, i));
}

static void content_columns(content_reader *r, const sl_yaml_node *root)
{
    static const char *const lists[] = {"threat_objects", "risk_objects", "entities", "entity"};
    static const char *const places[] = {"finding", "intermediate_findings", "rba"};
    static const struct {
        sl_alert_part part;
        const char *name;
    } usual[] = {
        {SL_ALERT_TIME, "firstTime"},
        {SL_ALERT_TIME, "_time"},
        {SL_ALERT_TIME, "lastTime"},
        {SL_ALERT_ACTOR, "user_arn"},
        {SL_ALERT_ACTOR, "userIdentity.arn"},
        {SL_ALERT_ACTOR, "user"},
        {SL_ALERT_ACTOR, "user_name"},
        {SL_ALERT_ACTOR, "userName"},
        {SL_ALERT_ACTOR, "src_user"},
        {SL_ALERT_ACTOR, "UserId"},
        {SL_ALERT_ACTOR, "ActorIdentity"},
        {SL_ALERT_ACTOR, "identity.user.name"},
        {SL_ALERT_ACTOR, "actor.user.uid"},
        {SL_ALERT_ACTOR, "initiatedBy.*"},
        {SL_ALERT_ACTOR, "userIdentity.*"},
        {SL_ALERT_OPERATION, "eventName"},
        {SL_ALERT_OPERATION, "signature"},
        {SL_ALERT_OPERATION, "operationName"},
        {SL_ALERT_OPERATION, "api.operation"},
        {SL_ALERT_OPERATION, "command"},
        {SL_ALERT_OPERATION, "Operation"},
        {SL_ALERT_OPERATION, "action"},
        {SL_ALERT_RESOURCE, "object"},
        {SL_ALERT_RESOURCE, "dest"},
        {SL_ALERT_RESOURCE, "requestParameters.*"},
        {SL_ALERT_RESOURCE, "targetResources*"},
        {SL_ALERT_RESOURCE, "ObjectId"},
        {SL_ALERT_ADDRESS, "src_ip"},
        {SL_ALERT_ADDRESS, "src"},
        {SL_ALERT_ADDRESS, "sourceIPAddress"},
        {SL_ALERT_ADDRESS, "callerIpAddress"},
        {SL_ALERT_ADDRESS, "src_endpoint.ip"},
        {SL_ALERT_ADDRESS, "ClientIP"},
        {SL_ALERT_ADDRESS, "ActorIpAddress"},
        {SL_ALERT_SCORE, "risk_score"},
    };
    content_entities(r, content_tag(root, "observable"));
    for (size_t p = 0; p < SL_COUNT(places); p++) {
        const sl_yaml_node *place = sl_yaml_get(root, places[p]);
        if (place == NULL || sl_yaml_kind_of(place) != SL_YAML_MAPPING) continue;
        for (size_t l = 0; l < SL_COUNT(lists); l++)
            content_entities(r, sl_yaml_get(place, lists[l]));
    }
    content_entities(r, content_tag(root, "threat_objects"));
    for (size_t i = 0; i < SL_COUNT(usual); i++)
        content_guess(r, usual[i].part, sl_text_from(usual[i].name));
}

/* --- all of it --- */

/* The search, and where each byte of it stands in the file. */
static void content_query(content_reader *r, const sl_yaml_node *root)
{
    sl_detection *out = r->out;
    const sl_yaml_node *node = sl_yaml_get(root, "search");
    if (node == NULL || sl_yaml_text(node).length == 0) return;
    out->query_text = sl_arena_copy(r->arena, sl_yaml_text(node));
    if (!sl_yaml_map(node, out->source, r->arena, &out->query_map)) out->query_text.data = NULL;
}

/* One fault for all keys that are not there: they would stand at one place. */
static void content_missing(content_reader *r, const sl_yaml_node *root, sl_diags *diags)
{
    static const char *const required[] = {"name", "id", "search"};
    sl_buffer names;
    unsigned count = 0;
    sl_buffer_init(&names);
    for (size_t i = 0; i < SL_COUNT(required); i++)
        if (content_text(r, root, required[i]).length == 0)
            sl_buffer_printf(&names, "%s'%s'", count++ == 0 ? "" : ", ", required[i]);
    if (count > 0)
        sl_diag_error(diags, SL_DIAG_FORMAT, (sl_span){0, 0}, "no detection: %.*s %s missing",
                      SL_TEXT_ARG(sl_buffer_text(&names)), count == 1 ? "is" : "are");
    sl_buffer_fini(&names);
}

static void content_mapping(content_reader *r, const sl_yaml_node *root, sl_diags *diags)
{
    if (sl_yaml_kind_of(root) != SL_YAML_MAPPING) {
        sl_diag_error(diags, SL_DIAG_FORMAT, sl_yaml_span(root),
                      "a detection is a mapping of keys to values");
        return;
    }
    if (sl_yaml_get(root, "logsource") != NULL && sl_yaml_get(root, "detection") != NULL) {
        sl_diag_error(diags, SL_DIAG_REFUSED, sl_yaml_key_span_at(root, 0),
                      "this is a Sigma rule: those are not run here");
        return;
    }
    content_missing(r, root, diags);
    sl_detection *out = r->out;
    out->id = content_text(r, root, "id");
    out->title = content_text(r, root, "name");
    content_query(r, root);
    out->deprecated = sl_text_equal(content_text(r, root, "status"), SL_TEXT("deprecated"));
    content_severity(r, root);
    content_techniques(r, root);
    content_columns(r, root);
}

sl_status sl_content_load(sl_text path, sl_arena *arena, sl_diags *diags, sl_detection *out)
{
    const char *reason;
    content_reader r = {.arena = arena, .out = out};
    *out = (sl_detection){
        .profile = SL_TEXT("splunk-addon"), .language = SL_LANG_SPL, .published = true};
    out->path = sl_arena_copy(arena, path);
    if (out->path.data == NULL) return SL_NOMEM;
    for (unsigned p = 0; p < SL_ALERT_PART_COUNT; p++) {
        r.guesses[p] = SL_ARENA_ARRAY(arena, CONTENT_GUESSES_MAX, sl_text);
        if (r.guesses[p] == NULL) return SL_NOMEM;
        out->guesses[p].names = r.guesses[p];
    }
    out->query_path = out->path;
    sl_status status = sl_file_read(path, arena, &out->source, &reason);
    if (status == SL_IO)
        sl_diag_error(diags, SL_DIAG_FORMAT, (sl_span){0, 0}, "cannot be read: %s", reason);
    if (status != SL_OK) return status;
    out->query_source = out->source;
    sl_yaml *yaml = sl_yaml_parse(out->source, diags);
    if (yaml == NULL) return diags->error_count > 0 ? SL_QUERY : SL_NOMEM;
    content_mapping(&r, sl_yaml_root(yaml), diags);
    sl_yaml_free(yaml);
    if (arena->failed) return SL_NOMEM;
    return diags->error_count > 0 ? SL_QUERY : SL_OK;
}
