/* format.c - one format file: YAML to a schema and recognition rules.
 *
 * Strict: an unknown key is an error, because a misspelt `enveloppes` would silently lose a log.
 * Expressions are compiled by lang/spl; what it says is reported at the place of the expression in
 * the file. */
#include "engine/catalog.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/yaml.h"
#include "event/gate.h"
#include "lang/spl/spl.h"

enum { FORMAT_VALUES_MAX = 256, FORMAT_ITEMS_MAX = 4096 };

typedef struct format_compiler {
    sl_arena *arena;
    sl_diags *diags;
    sl_schema *schema;
    sl_recognise_format *recognise;
    bool failed; /* memory ended at a place that says nothing else */
} format_compiler;

static void format_fault(format_compiler *c, sl_span span, const char *what, const char *remedy)
{
    sl_diag_error(c->diags, SL_DIAG_FORMAT, span, "%s", what);
    if (remedy != NULL) sl_diag_hint(c->diags, "%s", remedy);
}

static bool format_is_key(sl_text key, const char *const *known)
{
    for (; *known != NULL; known++)
        if (sl_text_equal(key, sl_text_from(*known))) return true;
    return false;
}

/* The known key nearest to `key`, or NULL when none is near. */
static const char *format_nearest_key(sl_text key, const char *const *known)
{
    enum { NEAR = 3 };
    const char *nearest = NULL;
    unsigned best = NEAR + 1;
    for (; *known != NULL; known++) {
        unsigned distance = sl_text_distance(key, sl_text_from(*known), NEAR);
        if (distance >= best) continue;
        best = distance;
        nearest = *known;
    }
    return nearest;
}

/* Says every key of `node` that is not among `known` (ended by NULL). */
static void format_check_keys(format_compiler *c, const sl_yaml_node *node,
                              const char *const *known)
{
    for (uint32_t i = 0; i < sl_yaml_count(node); i++) {
        sl_text key = sl_yaml_key_at(node, i);
        if (format_is_key(key, known)) continue;
        sl_diag_error(c->diags, SL_DIAG_FORMAT, sl_yaml_key_span_at(node, i),
                      "a format has no key '%.*s' here", SL_TEXT_ARG(key));
        const char *nearest = format_nearest_key(key, known);
        if (nearest != NULL) sl_diag_hint(c->diags, "did you mean '%s'?", nearest);
    }
}

/* A kind that `key` must have; NULL when it is absent or of another kind (which is said). */
static const sl_yaml_node *format_get(format_compiler *c, const sl_yaml_node *node, const char *key,
                                      sl_yaml_kind kind)
{
    static const char *const kinds[] = {
        [SL_YAML_SCALAR] = "text", [SL_YAML_SEQUENCE] = "a list", [SL_YAML_MAPPING] = "a mapping"};
    const sl_yaml_node *value =
        sl_yaml_kind_of(node) == SL_YAML_MAPPING ? sl_yaml_get(node, key) : NULL;
    if (value == NULL || sl_yaml_is_null(value)) return NULL;
    if (sl_yaml_kind_of(value) == kind) return value;
    sl_diag_error(c->diags, SL_DIAG_FORMAT, sl_yaml_span(value), "'%s' must be %s", key,
                  kinds[kind]);
    return NULL;
}

static sl_text format_text(format_compiler *c, const sl_yaml_node *node, const char *key)
{
    const sl_yaml_node *value = format_get(c, node, key, SL_YAML_SCALAR);
    return value == NULL ? (sl_text){NULL, 0} : sl_arena_copy(c->arena, sl_yaml_text(value));
}

/* A scalar, or a list of scalars, as a list of nodes. */
static uint32_t format_items(const sl_yaml_node *node)
{
    if (node == NULL || sl_yaml_is_null(node)) return 0;
    if (sl_yaml_kind_of(node) == SL_YAML_SCALAR) return 1;
    return sl_yaml_kind_of(node) == SL_YAML_SEQUENCE ? sl_yaml_count(node) : 0;
}

static const sl_yaml_node *format_item(const sl_yaml_node *node, uint32_t index)
{
    return sl_yaml_kind_of(node) == SL_YAML_SCALAR ? node : sl_yaml_at(node, index);
}

static bool format_path(format_compiler *c, const sl_yaml_node *node, sl_path *out)
{
    sl_text text = sl_yaml_text(node);
    if (text.length > 0 && sl_path_parse(sl_arena_copy(c->arena, text), c->arena, out)) return true;
    format_fault(c, sl_yaml_span(node), "this is not a path",
                 "keys are separated by dots, quoted when they hold one; [] is any element");
    return false;
}

static const sl_path *format_paths(format_compiler *c, const sl_yaml_node *node, uint32_t *count)
{
    uint32_t items = format_items(node);
    sl_path *paths = SL_ARENA_ARRAY(c->arena, items, sl_path);
    *count = 0;
    for (uint32_t i = 0; paths != NULL && i < items; i++)
        if (format_path(c, format_item(node, i), &paths[*count])) (*count)++;
    return paths;
}

/* Recognition. */

static bool format_test(format_compiler *c, const sl_yaml_node *node, sl_recognise_test *out)
{
    static const char *const keys[] = {"key", "values", NULL};
    *out = (sl_recognise_test){.key = {NULL, 0}};
    if (sl_yaml_kind_of(node) == SL_YAML_SCALAR) {
        out->key = sl_arena_copy(c->arena, sl_yaml_text(node));
        return out->key.length > 0;
    }
    if (sl_yaml_kind_of(node) != SL_YAML_MAPPING) {
        format_fault(c, sl_yaml_span(node), "a test is a key, or {key: ..., values: [...]}", NULL);
        return false;
    }
    format_check_keys(c, node, keys);
    out->key = format_text(c, node, "key");
    const sl_yaml_node *values = sl_yaml_get(node, "values");
    uint32_t count = values == NULL ? 0 : format_items(values);
    if (out->key.length == 0 || count == 0 || count > FORMAT_VALUES_MAX) {
        format_fault(c, sl_yaml_span(node), "a test needs 'key' and 'values'", NULL);
        return false;
    }
    sl_text *texts = SL_ARENA_ARRAY(c->arena, count, sl_text);
    if (texts == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        texts[i] = sl_arena_copy(c->arena, sl_yaml_text(format_item(values, i)));
    out->values = texts;
    out->value_count = count;
    return true;
}

static const sl_recognise_test *format_tests(format_compiler *c, const sl_yaml_node *rule,
                                             const char *key, uint32_t *count)
{
    const sl_yaml_node *list = format_get(c, rule, key, SL_YAML_SEQUENCE);
    *count = 0;
    if (list == NULL) return NULL;
    sl_recognise_test *tests = SL_ARENA_ARRAY(c->arena, sl_yaml_count(list), sl_recognise_test);
    for (uint32_t i = 0; tests != NULL && i < sl_yaml_count(list); i++)
        if (format_test(c, sl_yaml_at(list, i), &tests[*count])) (*count)++;
    return tests;
}

static const sl_recognise_rule *format_rules(format_compiler *c, const sl_yaml_node *root,
                                             const char *key, uint32_t *count)
{
    static const char *const keys[] = {"all", "any", "none", NULL};
    const sl_yaml_node *list = format_get(c, root, key, SL_YAML_SEQUENCE);
    *count = 0;
    if (list == NULL) return NULL;
    sl_recognise_rule *rules = SL_ARENA_ARRAY(c->arena, sl_yaml_count(list), sl_recognise_rule);
    for (uint32_t i = 0; rules != NULL && i < sl_yaml_count(list); i++) {
        const sl_yaml_node *node = sl_yaml_at(list, i);
        if (sl_yaml_kind_of(node) != SL_YAML_MAPPING) {
            format_fault(c, sl_yaml_span(node), "a rule is {all: [...], any: [...], none: [...]}",
                         NULL);
            continue;
        }
        format_check_keys(c, node, keys);
        sl_recognise_rule *rule = &rules[(*count)++];
        rule->all = format_tests(c, node, "all", &rule->all_count);
        rule->any = format_tests(c, node, "any", &rule->any_count);
        rule->none = format_tests(c, node, "none", &rule->none_count);
        if (rule->all_count + rule->any_count == 0)
            format_fault(c, sl_yaml_span(node), "a rule that asks for nothing fits everything",
                         "name keys under 'all' or 'any'");
    }
    return rules;
}

/* `Events[].CloudTrailEvent`: the array is the path, the key behind it holds the text. */
static bool format_text_envelope(format_compiler *c, const sl_yaml_node *node, sl_envelope *out)
{
    sl_path path;
    if (!format_path(c, node, &path)) return false;
    if (path.count < 3 || path.steps[path.count - 2].kind != SL_STEP_ANY
        || path.steps[path.count - 1].kind != SL_STEP_KEY) {
        format_fault(c, sl_yaml_span(node), "a text envelope is an array and a key in its objects",
                     "for instance: text: Events[].CloudTrailEvent");
        return false;
    }
    out->text_key = path.steps[path.count - 1].key;
    path.count -= 2;
    out->path = path;
    return true;
}

static bool format_envelope(format_compiler *c, const sl_yaml_node *node, sl_envelope *out)
{
    static const char *const keys[] = {"array", "object", "text", NULL};
    *out = (sl_envelope){.kind = SL_ENVELOPE_ARRAY};
    if (sl_yaml_kind_of(node) != SL_YAML_MAPPING || sl_yaml_count(node) != 1) {
        format_fault(c, sl_yaml_span(node), "an envelope is one of array:, object:, text:", NULL);
        return false;
    }
    format_check_keys(c, node, keys);
    const sl_yaml_node *value = sl_yaml_at(node, 0);
    sl_text key = sl_yaml_key_at(node, 0);
    if (sl_text_equal(key, SL_TEXT("text"))) {
        out->kind = SL_ENVELOPE_TEXT;
        return format_text_envelope(c, value, out);
    }
    if (sl_text_equal(key, SL_TEXT("object"))) out->kind = SL_ENVELOPE_OBJECT;
    return format_path(c, value, &out->path);
}

static void format_recognise(format_compiler *c, const sl_yaml_node *root)
{
    sl_recognise_format *recognise = c->recognise;
    recognise->name = c->schema->name;
    recognise->rules = format_rules(c, root, "recognise", &recognise->rule_count);
    recognise->passed_over = format_rules(c, root, "passed_over", &recognise->passed_over_count);
    const sl_yaml_node *list = format_get(c, root, "envelopes", SL_YAML_SEQUENCE);
    if (list == NULL) return;
    sl_envelope *envelopes = SL_ARENA_ARRAY(c->arena, sl_yaml_count(list), sl_envelope);
    for (uint32_t i = 0; envelopes != NULL && i < sl_yaml_count(list); i++)
        if (format_envelope(c, sl_yaml_at(list, i), &envelopes[recognise->envelope_count]))
            recognise->envelope_count++;
    recognise->envelopes = envelopes;
}

/* Fields. */

/* Compiles an expression; what the language says is said again at the place in the file. */
static const sl_expr *format_expression(format_compiler *c, sl_text name, const sl_yaml_node *node)
{
    sl_text text = sl_arena_copy(c->arena, sl_yaml_text(node));
    sl_diags *inner = sl_calloc(1, sizeof *inner);
    if (inner == NULL || text.data == NULL) {
        free(inner);
        c->failed = true;
        return NULL;
    }
    sl_diags_init(inner);
    const sl_expr *expr = sl_spl_expression(text, c->arena, &c->schema->fields, inner);
    for (uint32_t i = 0; i < inner->count; i++) {
        const sl_diag *diag = &inner->items[i];
        if (diag->severity != SL_ERROR) continue;
        sl_diag_error(c->diags, SL_DIAG_FORMAT, sl_yaml_span(node), "in '%.*s': %s",
                      SL_TEXT_ARG(name), diag->message);
        if (diag->hint[0] != '\0') sl_diag_hint(c->diags, "%s", diag->hint);
    }
    if (expr == NULL && inner->error_count == 0)
        format_fault(c, sl_yaml_span(node), "this is not an eval expression", NULL);
    free(inner);
    return expr;
}

/* Adds the fields of a mapping; one that is there already is replaced. */
static void format_fields(format_compiler *c, const sl_yaml_node *mapping, sl_derived *derived,
                          uint32_t *count)
{
    if (mapping == NULL) return;
    for (uint32_t i = 0; i < sl_yaml_count(mapping); i++) {
        sl_text name = sl_arena_copy(c->arena, sl_yaml_key_at(mapping, i));
        const sl_yaml_node *node = sl_yaml_at(mapping, i);
        const sl_expr *value = format_expression(c, name, node);
        if (value == NULL) continue;
        uint32_t at = 0;
        while (at < *count && !sl_text_equal(derived[at].name, name)) at++;
        derived[at] = (sl_derived){
            .name = name, .value = value, .text = sl_arena_copy(c->arena, sl_yaml_text(node))};
        if (at == *count) (*count)++;
    }
}

static const sl_tag *format_tags(format_compiler *c, const sl_yaml_node *mapping, uint32_t *count)
{
    *count = 0;
    if (mapping == NULL) return NULL;
    sl_tag *tags = SL_ARENA_ARRAY(c->arena, sl_yaml_count(mapping), sl_tag);
    for (uint32_t i = 0; tags != NULL && i < sl_yaml_count(mapping); i++) {
        const sl_yaml_node *node = sl_yaml_at(mapping, i);
        uint32_t items = format_items(node);
        sl_value *values = SL_ARENA_ARRAY(c->arena, items, sl_value);
        if (values == NULL) return NULL;
        if (items == 0) {
            format_fault(c, sl_yaml_span(node), "a name, or a list of names, is wanted here", NULL);
            continue;
        }
        for (uint32_t n = 0; n < items; n++)
            values[n] = sl_string(sl_arena_copy(c->arena, sl_yaml_text(format_item(node, n))));
        tags[*count].name = sl_arena_copy(c->arena, sl_yaml_key_at(mapping, i));
        tags[(*count)++].value = items == 1 ? values[0] : sl_list(values, items);
    }
    return tags;
}

static uint32_t format_field_count(const sl_yaml_node *mapping)
{
    return mapping == NULL ? 0 : sl_yaml_count(mapping);
}

/* The format's own presentation under a profile. */
static void format_own(format_compiler *c, const sl_yaml_node *root, const sl_yaml_node *profile,
                       sl_presentation *out)
{
    static const char *const keys[] = {"fields", NULL};
    const sl_yaml_node *fields = format_get(c, root, "fields", SL_YAML_MAPPING);
    const sl_yaml_node *more = NULL;
    if (profile != NULL && !sl_yaml_is_null(profile)) {
        format_check_keys(c, profile, keys);
        more = format_get(c, profile, "fields", SL_YAML_MAPPING);
    }
    sl_derived *derived =
        SL_ARENA_ARRAY(c->arena, format_field_count(fields) + format_field_count(more), sl_derived);
    if (derived == NULL) return;
    format_fields(c, fields, derived, &out->derived_count);
    format_fields(c, more, derived, &out->derived_count);
    out->derived = derived;
    out->tags = format_tags(c, format_get(c, root, "claims", SL_YAML_MAPPING), &out->tag_count);
}

static void format_view(format_compiler *c, const sl_yaml_node *view, sl_presentation *out)
{
    static const char *const keys[] = {"tags", "when", "fields", NULL};
    if (sl_yaml_kind_of(view) != SL_YAML_MAPPING) {
        format_fault(c, sl_yaml_span(view), "a view is a mapping of tags, when and fields", NULL);
        return;
    }
    format_check_keys(c, view, keys);
    out->hides_raw = true;
    out->tags = format_tags(c, format_get(c, view, "tags", SL_YAML_MAPPING), &out->tag_count);
    const sl_yaml_node *when = format_get(c, view, "when", SL_YAML_SCALAR);
    if (when != NULL) {
        out->when = format_expression(c, SL_TEXT("when"), when);
        out->when_text = sl_arena_copy(c->arena, sl_yaml_text(when));
    }
    const sl_yaml_node *fields = format_get(c, view, "fields", SL_YAML_MAPPING);
    sl_derived *derived = SL_ARENA_ARRAY(c->arena, format_field_count(fields), sl_derived);
    if (derived == NULL) return;
    format_fields(c, fields, derived, &out->derived_count);
    out->derived = derived;
}

/* For each profile: the format's own presentation, then its views. */
static void format_presentations(format_compiler *c, const sl_yaml_node *root)
{
    const sl_yaml_node *profiles = format_get(c, root, "profiles", SL_YAML_MAPPING);
    const sl_yaml_node *views = format_get(c, root, "views", SL_YAML_MAPPING);
    uint32_t profile_count = profiles == NULL ? 1 : sl_yaml_count(profiles);
    uint32_t view_count = format_field_count(views);
    sl_presentation *list =
        SL_ARENA_ARRAY(c->arena, (size_t)profile_count * (1 + view_count), sl_presentation);
    if (list == NULL) return;
    uint32_t count = 0;
    for (uint32_t p = 0; p < profile_count; p++) {
        sl_text profile = profiles == NULL ? SL_TEXT("default")
                                           : sl_arena_copy(c->arena, sl_yaml_key_at(profiles, p));
        sl_presentation *own = &list[count++];
        own->profile = profile;
        format_own(c, root, profiles == NULL ? NULL : sl_yaml_at(profiles, p), own);
        for (uint32_t v = 0; v < view_count; v++) {
            sl_presentation *view = &list[count++];
            view->profile = profile;
            view->name = sl_arena_copy(c->arena, sl_yaml_key_at(views, v));
            format_view(c, sl_yaml_at(views, v), view);
        }
    }
    c->schema->presentations = list;
    c->schema->presentation_count = count;
    if (!sl_text_equal(sl_schema_profile(c->schema, SL_TEXT("default")), SL_TEXT("default"))
        || count == 0)
        format_fault(c, sl_yaml_span(root), "a format needs the profile 'default'", NULL);
}

/* Where the raw fields that expressions named stand. */
static void format_raw_paths(format_compiler *c, const sl_yaml_node *root)
{
    uint32_t count = sl_fields_count(&c->schema->fields);
    sl_path *paths = SL_ARENA_ARRAY(c->arena, count, sl_path);
    if (paths == NULL) return;
    for (sl_field field = 0; field < count; field++) {
        sl_text name = sl_fields_name(&c->schema->fields, field);
        if (sl_path_parse(name, c->arena, &paths[field])) continue;
        sl_diag_error(c->diags, SL_DIAG_FORMAT, sl_yaml_span(root), "'%.*s' is not a path",
                      SL_TEXT_ARG(name));
    }
    c->schema->paths = paths;
}

static void format_gate_keys(format_compiler *c, const sl_yaml_node *list)
{
    if (list == NULL) return;
    uint32_t count = sl_yaml_count(list);
    sl_text *keys = SL_ARENA_ARRAY(c->arena, count, sl_text);
    if (keys == NULL) return;
    if (count > SL_GATE_KEYS_MAX)
        format_fault(c, sl_yaml_span(list), "more gate keys than the limit of 8", NULL);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = sl_arena_copy(c->arena, sl_yaml_text(sl_yaml_at(list, i)));
        if (keys[i].length == 0)
            format_fault(c, sl_yaml_span(sl_yaml_at(list, i)), "a gate key is a key", NULL);
    }
    c->schema->gate_keys = keys;
    c->schema->gate_key_count = count;
}

static void format_schema_fini(void *fields)
{
    sl_fields_fini(fields);
}

static void format_root(format_compiler *c, const sl_yaml_node *root)
{
    static const char *const keys[] = {"name",        "title",     "doc",   "claims",   "recognise",
                                       "passed_over", "envelopes", "time",  "identity", "gate_keys",
                                       "fields",      "profiles",  "views", NULL};
    if (sl_yaml_kind_of(root) != SL_YAML_MAPPING) {
        format_fault(c, sl_yaml_span(root), "a format file is a mapping", NULL);
        return;
    }
    format_check_keys(c, root, keys);
    c->schema->name = format_text(c, root, "name");
    c->schema->title = format_text(c, root, "title");
    c->schema->doc = format_text(c, root, "doc");
    if (c->schema->name.length == 0)
        format_fault(c, sl_yaml_span(root), "a format needs a name", "for instance: name: mylog");
    format_recognise(c, root);
    const sl_yaml_node *time = sl_yaml_get(root, "time");
    const sl_yaml_node *identity = sl_yaml_get(root, "identity");
    c->schema->time_paths = format_paths(c, time, &c->schema->time_count);
    c->schema->identity_paths = format_paths(c, identity, &c->schema->identity_count);
    format_gate_keys(c, format_get(c, root, "gate_keys", SL_YAML_SEQUENCE));
    format_presentations(c, root);
    format_raw_paths(c, root);
}

bool sl_format_compile(sl_text text, sl_arena *arena, sl_diags *diags, sl_format_compiled *out)
{
    sl_yaml *yaml = sl_yaml_parse(text, diags);
    if (yaml == NULL) return false;
    *out = (sl_format_compiled){.schema = NULL};
    sl_schema *schema = SL_ARENA_NEW(arena, sl_schema);
    bool ok = false;
    if (schema == NULL) goto done;
    sl_fields_init(&schema->fields);
    if (!sl_arena_defer(arena, format_schema_fini, &schema->fields)) goto done;
    format_compiler c = {
        .arena = arena, .diags = diags, .schema = schema, .recognise = &out->recognise};
    format_root(&c, sl_yaml_root(yaml));
    out->schema = schema;
    ok = diags->error_count == 0 && !arena->failed && !c.failed;
done:
    if (!ok && diags->error_count == 0)
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "out of memory");
    sl_yaml_free(yaml);
    return ok;
}
