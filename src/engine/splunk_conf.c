/* splunk_conf.c - apps read, and their stanzas bound to formats.
 *
 * A format goes by several sourcetypes, and an app has a stanza for each: so the format's own
 * presentation is told apart into one for each sourcetype that has settings, and what is left.
 * Plans take the first that their search lets through (docs/decisions/0005-presentations.md). A
 * sourcetype of an app that no format goes by is a name of plain JSON. */
#include "engine/splunk_conf.h"

#include <stdlib.h>

#include "base/memory.h"
#include "engine/search_time.h"
#include "plan/program.h"

enum { CONF_SOURCETYPES_MAX = 256 };

sl_splunk_conf *sl_splunk_conf_new(sl_library *library)
{
    sl_splunk_conf *conf = sl_calloc(1, sizeof *conf);
    if (conf == NULL) return NULL;
    sl_arena_init(&conf->arena, /* bytes_max= */ 0);
    sl_map_init(&conf->said);
    conf->library = library;
    conf->indexes = sl_lookups_new();
    conf->props_conf = sl_conf_new(&conf->arena);
    conf->transforms = sl_conf_new(&conf->arena);
    conf->eventtypes = sl_conf_new(&conf->arena);
    conf->tags = sl_conf_new(&conf->arena);
    if (!conf->arena.failed && conf->indexes != NULL) return conf;
    sl_splunk_conf_free(conf);
    return NULL;
}

void sl_splunk_conf_free(sl_splunk_conf *conf)
{
    if (conf == NULL) return;
    sl_conf_types_free(conf);
    sl_lookups_free(conf->indexes);
    sl_map_fini(&conf->said);
    sl_arena_fini(&conf->arena);
    free(conf);
}

bool sl_splunk_conf_add(sl_splunk_conf *conf, sl_text directory, sl_buffer *faults)
{
    bool ok = sl_conf_add_app(conf->props_conf, directory, "props.conf", faults);
    ok &= sl_conf_add_app(conf->transforms, directory, "transforms.conf", faults);
    ok &= sl_conf_add_app(conf->eventtypes, directory, "eventtypes.conf", faults);
    return sl_conf_add_app(conf->tags, directory, "tags.conf", faults) && ok;
}

void sl_splunk_conf_note(sl_splunk_conf *conf, bool fault, const sl_conf_entry *entry,
                         sl_text stanza, const char *format, ...)
{
    sl_buffer text;
    va_list args;
    if (conf->quiet) return;
    sl_buffer_init(&text);
    sl_buffer_printf(&text, "%.*s:%u: [%.*s] %.*s: ", SL_TEXT_ARG(entry->file), entry->line,
                     SL_TEXT_ARG(stanza), SL_TEXT_ARG(entry->key));
    va_start(args, format);
    sl_buffer_vprintf(&text, format, args);
    va_end(args);
    uint32_t before = conf->said.count;
    uint32_t number = text.failed ? SL_MAP_NONE : sl_map_add(&conf->said, sl_buffer_text(&text));
    sl_buffer_fini(&text);
    if (number < before) return;
    sl_conf_note *note =
        number == SL_MAP_NONE ? NULL : sl_vector_add(&conf->notes, &conf->arena, sizeof *note);
    if (note == NULL) conf->arena.failed = true;
    else *note = (sl_conf_note){sl_map_key(&conf->said, number), fault};
}

/* --- binding --- */

typedef struct conf_binder {
    sl_splunk_conf *conf;
    const sl_catalog *catalog;
    const sl_schema *const *schemas; /* as they came from the format files */
    uint32_t number;                 /* of the format at hand */
    sl_schema *schema;               /* what it becomes */
    sl_vector presentations;         /* of sl_presentation */
} conf_binder;

/* The sourcetypes that a presentation goes by. */
static uint32_t bind_sourcetypes(const sl_presentation *presentation, const sl_value **out)
{
    const sl_tag *tag = sl_presentation_tag(presentation, SL_TEXT("sourcetype"));
    *out = NULL;
    if (tag == NULL) return 0;
    *out = tag->value.kind == SL_LIST ? tag->value.items : &tag->value;
    return tag->value.kind == SL_LIST ? tag->value.length : 1;
}

static bool bind_has_stanza(const sl_splunk_conf *conf, sl_text sourcetype)
{
    for (uint32_t i = 0; i < conf->props.count; i++)
        if (sl_props_is_of(&conf->props.stanzas[i], sourcetype)) return true;
    return false;
}

/* Adds the presentation `base`, under the settings for `sourcetype`. */
static bool bind_add(conf_binder *b, const sl_presentation *base, sl_text sourcetype)
{
    sl_search_time st = {
        .conf = b->conf, .arena = &b->conf->arena, .schema = b->schema, .base = base};
    sl_presentation *out = sl_vector_add(&b->presentations, st.arena, sizeof *out);
    if (out == NULL) return false;
    if (!sl_props_select(&b->conf->props, sourcetype, st.arena, &st.props, &st.prop_count))
        return false;
    return sl_search_time_build(&st, out);
}

/* A copy of `base` that goes by these sourcetypes; with `any_index` without an index, and with room
 * for one. */
static sl_presentation *bind_narrow(conf_binder *b, const sl_presentation *base,
                                    const sl_value *sourcetypes, uint32_t count, bool any_index)
{
    sl_arena *arena = &b->conf->arena;
    sl_presentation *copy = SL_ARENA_NEW(arena, sl_presentation);
    sl_tag *tags = SL_ARENA_ARRAY(arena, base->tag_count + 1, sl_tag);
    if (copy == NULL || tags == NULL) return NULL;
    *copy = *base;
    copy->tags = tags;
    copy->tag_count = 0;
    copy->asked_for = any_index;
    for (uint32_t i = 0; i < base->tag_count; i++) {
        bool index = any_index && sl_text_equal(base->tags[i].name, SL_TEXT("index"));
        if (index || sl_text_equal(base->tags[i].name, SL_TEXT("sourcetype"))) continue;
        tags[copy->tag_count++] = base->tags[i];
    }
    if (count > 0)
        tags[copy->tag_count++] = (sl_tag){
            SL_TEXT("sourcetype"), count == 1 ? sourcetypes[0] : sl_list(sourcetypes, count)};
    return copy;
}

/* Every index that a format goes by, as one tag. */
static bool bind_all_indexes(conf_binder *b, sl_presentation *presentation)
{
    sl_vector values = {NULL, 0, 0};
    for (uint32_t i = 0; i <= b->catalog->count; i++) {
        /* Its own first: that is what a row shows. */
        uint32_t f = i == 0 ? b->number : i - 1;
        if (i > 0 && f == b->number) continue;
        const sl_tag *tag = sl_presentation_tag(&b->schemas[f]->presentations[0], SL_TEXT("index"));
        if (tag == NULL) continue;
        uint32_t count = tag->value.kind == SL_LIST ? tag->value.length : 1;
        const sl_value *items = tag->value.kind == SL_LIST ? tag->value.items : &tag->value;
        for (uint32_t n = 0; n < count; n++) {
            sl_value *value = sl_vector_add(&values, &b->conf->arena, sizeof *value);
            if (value == NULL) return false;
            *value = items[n];
        }
    }
    sl_tag *tags = (sl_tag *)(uintptr_t)presentation->tags; /* made by bind_narrow, with room */
    tags[presentation->tag_count++] =
        (sl_tag){SL_TEXT("index"), sl_list(values.items, values.count)};
    return true;
}

/* The presentations that `own` becomes: one for each sourcetype with settings, then the rest. */
static bool bind_own(conf_binder *b, const sl_presentation *own)
{
    const sl_value *names;
    uint32_t count = bind_sourcetypes(own, &names), rest_count = 0;
    sl_value *rest = SL_ARENA_ARRAY(&b->conf->arena, count, sl_value);
    if (rest == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!bind_has_stanza(b->conf, sl_value_bytes(names[i]))) {
            rest[rest_count++] = names[i];
            continue;
        }
        const sl_presentation *one = bind_narrow(b, own, &names[i], 1, /* any_index= */ false);
        if (one == NULL || !bind_add(b, one, sl_value_bytes(names[i]))) return false;
    }
    if (count > 0 && rest_count == 0) return true;
    const sl_presentation *left = bind_narrow(b, own, rest, rest_count, /* any_index= */ false);
    return left != NULL
        && bind_add(b, left, rest_count > 0 ? sl_value_bytes(rest[0]) : (sl_text){NULL, 0});
}

/* Plain JSON also goes by the sourcetypes of the apps that no format goes by. */
static bool bind_foreign(conf_binder *b, const sl_presentation *own)
{
    const sl_props *props = &b->conf->props;
    uint32_t count = 0;
    for (uint32_t i = 0; i < props->count; i++) {
        const sl_props_stanza *stanza = &props->stanzas[i];
        if (stanza->kind != SL_PROPS_SOURCETYPE || stanza->is_pattern) continue;
        if (sl_schemas_claim(b->schemas, b->catalog->count, SL_TEXT("sourcetype"), stanza->name))
            continue;
        if (stanza->stanza->first == SL_CONF_END) continue;
        if (count++ == CONF_SOURCETYPES_MAX) {
            sl_splunk_conf_note(b->conf, /* fault= */ true,
                                &props->conf->entries[stanza->stanza->first], stanza->name,
                                "not applied, nor are later stanzas: more than %d sourcetypes that "
                                "no format goes by",
                                CONF_SOURCETYPES_MAX);
            return true;
        }
        sl_value *name = SL_ARENA_NEW(&b->conf->arena, sl_value);
        if (name == NULL) return false;
        *name = sl_string(stanza->name);
        sl_presentation *one = bind_narrow(b, own, name, 1, /* any_index= */ true);
        if (one == NULL || !bind_all_indexes(b, one) || !bind_add(b, one, stanza->name))
            return false;
    }
    return true;
}

static void bind_fields_fini(void *fields)
{
    sl_fields_fini(fields);
}

/* The format's schema, its raw fields under the same numbers. */
static sl_schema *bind_copy(conf_binder *b, const sl_schema *from)
{
    sl_schema *schema = SL_ARENA_NEW(&b->conf->arena, sl_schema);
    if (schema == NULL) return NULL;
    schema->name = from->name;
    schema->title = from->title;
    schema->doc = from->doc;
    schema->time_paths = from->time_paths;
    schema->time_count = from->time_count;
    schema->identity_paths = from->identity_paths;
    schema->identity_count = from->identity_count;
    schema->gate_keys = from->gate_keys;
    schema->gate_key_count = from->gate_key_count;
    sl_fields_init(&schema->fields);
    if (!sl_arena_defer(&b->conf->arena, bind_fields_fini, &schema->fields)) return NULL;
    for (sl_field f = 0; f < sl_fields_count(&from->fields); f++)
        if (sl_fields_add(&schema->fields, sl_fields_name(&from->fields, f)) != f) return NULL;
    return schema;
}

/* Where the raw fields stand, those of the settings too. */
static bool bind_paths(conf_binder *b)
{
    sl_arena *arena = &b->conf->arena;
    uint32_t count = sl_fields_count(&b->schema->fields);
    sl_path *paths = SL_ARENA_ARRAY(arena, count, sl_path);
    if (paths == NULL) return false;
    for (sl_field f = 0; f < count; f++) {
        sl_text name = sl_arena_copy(arena, sl_fields_name(&b->schema->fields, f));
        if (!sl_path_parse(name, arena, &paths[f])) return false; /* each was printed as one */
    }
    b->schema->paths = paths;
    return true;
}

static bool bind_format(conf_binder *b)
{
    const sl_schema *from = b->schemas[b->number];
    bool plain = sl_recogniser_format(b->catalog->recogniser, b->number)->rule_count == 0;
    b->schema = bind_copy(b, from);
    b->presentations = (sl_vector){NULL, 0, 0};
    if (b->schema == NULL) return false;
    for (uint32_t p = 0; p < from->presentation_count; p++) {
        const sl_presentation *presentation = &from->presentations[p];
        if (presentation->name.length == 0) {
            if (!bind_own(b, presentation) || (plain && !bind_foreign(b, presentation)))
                return false;
            continue;
        }
        sl_presentation *view = sl_vector_add(&b->presentations, &b->conf->arena, sizeof *view);
        if (view == NULL) return false;
        *view = *presentation;
    }
    b->schema->presentations = b->presentations.items;
    b->schema->presentation_count = b->presentations.count;
    return bind_paths(b);
}

bool sl_splunk_conf_bind(sl_splunk_conf *conf, sl_catalog *catalog, const sl_schema *const *schemas)
{
    conf_binder b = {.conf = conf, .catalog = catalog, .schemas = schemas};
    sl_map_fini(&conf->said); /* what was missing may be there now */
    conf->notes = (sl_vector){NULL, 0, 0};
    sl_conf_types_free(conf);
    sl_conf_types_read(conf);
    if (!sl_props_read(conf->props_conf, &conf->arena, &conf->props)) return false;
    for (b.number = 0; b.number < catalog->count; b.number++) {
        if (conf->arena.failed || !bind_format(&b)) return false;
        catalog->schemas[b.number] = catalog->formats[b.number].schema = b.schema;
    }
    return !conf->arena.failed;
}

/* --- what a query asks for --- */

typedef struct conf_settler {
    sl_splunk_conf *conf;
    size_t bytes_max;
    sl_diags *diags;
    sl_span span;
    sl_text field; /* of the plan */
    bool named;    /* the plan names it: without it, the answer would be wrong */
} conf_settler;

static void settle_say(const conf_settler *s, sl_text where, const char *what)
{
    sl_diag_add(s->diags, s->named ? SL_ERROR : SL_WARNING,
                s->named ? SL_DIAG_REFUSED : SL_DIAG_MEANING, s->span,
                "the field '%.*s' comes from a setting that cannot be used", SL_TEXT_ARG(s->field));
    sl_diag_hint(s->diags, "%.*s%s%s", SL_TEXT_ARG(where), what[0] == '\0' ? "" : ": ", what);
}

static uint32_t settle_column(const sl_lookup *table, sl_text name)
{
    uint32_t c = 0;
    while (c < table->column_count && !sl_text_equal(table->columns[c], name)) c++;
    return c;
}

static void settle_lookup(const conf_settler *s, const sl_expr *call)
{
    sl_lookup_column *column = (sl_lookup_column *)(uintptr_t)call->state;
    sl_lookup_use *use = column->use;
    const char *reason = NULL;
    if (use->index == NULL) {
        const sl_lookup *table =
            sl_library_lookup(s->conf->library, use->name, s->bytes_max, &reason);
        sl_lookup_pair *keys = (sl_lookup_pair *)(uintptr_t)use->op.keys;
        for (uint32_t k = 0; table != NULL && k < use->op.key_count; k++) {
            keys[k].column = settle_column(table, use->key_names[k]);
            if (keys[k].column == table->column_count) table = NULL; /* the file was changed */
        }
        use->op.table = table;
        if (table != NULL) use->index = sl_lookups_index(s->conf->indexes, &use->op);
    }
    if (use->index != NULL) {
        column->column = settle_column(use->op.table, column->name);
        if (column->column < use->op.table->column_count) return;
        use->index = NULL;
    }
    settle_say(s, use->where, reason == NULL ? "the table cannot be used" : reason);
}

static void settle_expr(const conf_settler *s, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_CALL && expr->fn == &sl_lookup_value) settle_lookup(s, expr);
    if (expr->kind == SL_EXPR_CALL && expr->fn == &sl_spl_extract_refused)
        settle_say(s, *(const sl_text *)expr->state, "");
    for (uint32_t i = 0; i < expr->arg_count; i++) settle_expr(s, expr->args[i]);
}

static bool settle_names(const sl_plan *plan, sl_field field)
{
    for (uint32_t w = 0; w < plan->wanted_count; w++)
        if (plan->wanted[w] == field) return true;
    return false;
}

void sl_splunk_conf_settle(sl_splunk_conf *conf, const sl_program *program, size_t bytes_max,
                           sl_diags *diags)
{
    conf_settler s = {.conf = conf, .bytes_max = bytes_max, .diags = diags};
    for (uint32_t f = 0; f < program->scan_count; f++) {
        for (uint32_t r = 0; r < program->scans[f].route_count; r++) {
            const sl_route *route = &program->scans[f].routes[r];
            const sl_plan *plan = program->plans[route->plan];
            s.span = (sl_span){0, (uint32_t)plan->text.length};
            for (uint32_t i = 0; i < route->bind_count; i++) {
                const sl_bind *bind = &route->binds[i];
                if (bind->value == NULL) continue;
                s.field = sl_fields_name(&plan->fields, bind->field);
                s.named = settle_names(plan, bind->field);
                settle_expr(&s, bind->value);
            }
        }
    }
}
