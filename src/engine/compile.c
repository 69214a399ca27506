/* compile.c - query text to plan, and what the catalog has to say about it. */
#include "engine/internal.h"

#include <assert.h>
#include <stdlib.h>

#include "lang/cql/cql.h"
#include "lang/spl/spl.h"
#include "plan/gates.h"
#include "plan/never.h"
#include "plan/unknown.h"

enum { COMPILE_VALUES_SHOWN = 8 };

typedef struct engine_language {
    const char *name;
    sl_language language;
    sl_plan *(*compile)(sl_text name, sl_text text, const sl_resolver *resolver, sl_diags *diags);
} engine_language;

static const engine_language engine_languages[] = {
    {"spl", SL_LANG_SPL, sl_spl_compile},
    {"cql", SL_LANG_CQL, sl_cql_compile},
};

bool sl_language_parse(sl_text name, sl_language *out)
{
    if (name.length > 0 && name.data[0] == '.') name = sl_text_slice(name, 1, name.length);
    for (size_t i = 0; i < SL_COUNT(engine_languages); i++) {
        if (!sl_text_equal_nocase(name, sl_text_from(engine_languages[i].name))) continue;
        *out = engine_languages[i].language;
        return true;
    }
    return false;
}

/* An index or a sourcetype that no format goes by. (Each event says its own source and host.) */
static void compile_check_claims(const sl_engine *engine, const sl_plan *plan, sl_diags *diags)
{
    const sl_catalog *catalog = engine->catalog;
    for (uint32_t i = 0; i < plan->tag_use_count; i++) {
        const sl_tag_use *use = &plan->tag_uses[i];
        if (!sl_name_is_tag(use->key) || use->key.data[0] == '#') continue;
        if (sl_schemas_claim(catalog->schemas, catalog->count, use->key, use->value)) continue;
        sl_diag_add(diags, SL_WARNING, SL_DIAG_UNCLAIMED, use->span,
                    "no format goes by the %.*s '%.*s': it does not restrict here",
                    SL_TEXT_ARG(use->key), SL_TEXT_ARG(use->value));
        sl_text near =
            sl_schemas_nearest_claim(catalog->schemas, catalog->count, use->key, use->value);
        if (near.length > 0) sl_diag_hint(diags, "did you mean '%.*s'?", SL_TEXT_ARG(near));
        else sl_diag_hint(diags, "known names: strandline formats");
    }
}

/* The values as a list, as many as are worth reading. */
static void compile_list_values(const sl_never *never, sl_buffer *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    for (uint32_t i = 0; i < never->value_count; i++) {
        if (i == COMPILE_VALUES_SHOWN) {
            sl_buffer_add_string(out, ", ...");
            return;
        }
        sl_buffer_printf(out, "%s'%.*s'", i == 0 ? "" : ", ",
                         SL_TEXT_ARG(sl_value_text(never->values[i], scratch)));
    }
}

/* A comparison that can never be true, and why. */
static void compile_say_never(const sl_plan *plan, const sl_never *never, sl_diags *diags)
{
    sl_text field =
        never->field == SL_FIELD_NONE ? SL_TEXT("") : sl_fields_name(&plan->fields, never->field);
    sl_text format = never->schema->name, view = never->presentation->name;
    sl_buffer values;
    sl_buffer_init(&values);
    compile_list_values(never, &values);
    switch (never->reason) {
    case SL_NEVER_FOLDED:
        sl_diag_add(diags, SL_WARNING, SL_DIAG_NEVER, never->span, "this can never be true here");
        break;
    case SL_NEVER_VALUES:
        sl_diag_add(diags, SL_WARNING, SL_DIAG_NEVER, never->span,
                    "this can never be true: '%.*s' of %.*s is one of %.*s", SL_TEXT_ARG(field),
                    SL_TEXT_ARG(format), SL_TEXT_ARG(sl_buffer_text(&values)));
        break;
    case SL_NEVER_PROFILE:
        sl_diag_add(diags, SL_WARNING, SL_DIAG_NEVER, never->span,
                    "no event is given this value: it is what '%.*s' of %.*s has under the profile "
                    "'%.*s', and this is '%.*s'",
                    SL_TEXT_ARG(field), SL_TEXT_ARG(format), SL_TEXT_ARG(never->profile),
                    SL_TEXT_ARG(never->presentation->profile));
        sl_diag_hint(diags, "--profile %.*s", SL_TEXT_ARG(never->profile));
        break;
    case SL_NEVER_MISSING:
        sl_diag_add(diags, SL_WARNING, SL_DIAG_NEVER, never->span,
                    "this can never be true: %.*s, as %.*s, has no field '%.*s'",
                    SL_TEXT_ARG(format), SL_TEXT_ARG(view), SL_TEXT_ARG(field));
        break;
    }
    sl_buffer_fini(&values);
}

/* Comparisons that can never be true, whatever is logged. */
static void compile_check_never(const sl_program *program, const sl_plan *plan, sl_diags *diags)
{
    const sl_never *list;
    uint32_t count;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    if (sl_program_never(program, 0, &arena, &list, &count) == SL_OK)
        for (uint32_t i = 0; i < count; i++) compile_say_never(plan, &list[i], diags);
    sl_arena_fini(&arena);
}

/* Names that may be slips of those that the formats have. */
static void compile_check_names(const sl_program *program, const sl_plan *plan, sl_diags *diags)
{
    const sl_unknown *list;
    uint32_t count;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    if (sl_program_unknown(program, 0, &arena, &list, &count) != SL_OK) count = 0;
    for (uint32_t i = 0; i < count; i++) {
        sl_diag_add(diags, SL_WARNING, SL_DIAG_MEANING, list[i].span,
                    "no format that this reads knows the field '%.*s'",
                    SL_TEXT_ARG(sl_fields_name(&plan->fields, list[i].field)));
        sl_diag_hint(diags, "did you mean '%.*s'?", SL_TEXT_ARG(list[i].nearest));
    }
    sl_arena_fini(&arena);
}

/* "count, user" */
static void compile_list_kept(const sl_plan *plan, const sl_op_aggregate *aggregate, sl_buffer *out)
{
    uint32_t count = aggregate->key_count + aggregate->item_count;
    for (uint32_t i = 0; i < count; i++) {
        sl_field field = i < aggregate->key_count ? aggregate->keys[i]
                                                  : aggregate->items[i - aggregate->key_count].out;
        if (i > 0) sl_buffer_add_string(out, ", ");
        if (i == COMPILE_VALUES_SHOWN) {
            sl_buffer_add_string(out, "...");
            return;
        }
        sl_buffer_add(out, sl_fields_name(&plan->fields, field));
    }
}

/* Fields that are read behind an aggregate that has not kept them. */
static void compile_check_lost(const sl_plan *plan, sl_diags *diags)
{
    sl_arena arena;
    sl_buffer kept;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_buffer_init(&kept);
    for (const sl_op *op = plan->pipe.first; op != NULL; op = op->next) {
        const sl_unknown *list;
        uint32_t count;
        if (op->kind != SL_OP_AGGREGATE) continue;
        if (sl_plan_lost(plan, op, &arena, &list, &count) != SL_OK) break;
        sl_buffer_clear(&kept);
        compile_list_kept(plan, &op->aggregate, &kept);
        for (uint32_t i = 0; i < count; i++) {
            sl_diag_add(diags, SL_WARNING, SL_DIAG_MEANING, list[i].span,
                        "there is no field '%.*s' behind '%s'",
                        SL_TEXT_ARG(sl_fields_name(&plan->fields, list[i].field)), op->command);
            sl_diag_hint(diags, "there is %.*s", SL_TEXT_ARG(sl_buffer_text(&kept)));
        }
    }
    sl_buffer_fini(&kept);
    sl_arena_fini(&arena);
}

/* The program of one plan alone; NULL when memory ends. */
static sl_program *compile_program(const sl_engine *engine, const sl_plan *plan, sl_text profile)
{
    const sl_catalog *catalog = engine->catalog;
    const sl_plan *plans[] = {plan};
    sl_program_source source = {.plans = plans,
                                .profiles = &profile,
                                .plan_count = 1,
                                .schemas = catalog->schemas,
                                .schema_count = catalog->count};
    return sl_program_new(&source);
}

/* A query that no event of any format can pass. */
static void compile_check_routes(const sl_engine *engine, const sl_plan *plan, sl_text profile,
                                 sl_diags *diags)
{
    sl_program *program = compile_program(engine, plan, profile);
    if (program == NULL) return;
    uint32_t routes = 0;
    for (uint32_t s = 0; s < program->scan_count; s++) routes += program->scans[s].route_count;
    if ((routes == 0 || sl_gates_are_never(program)) && sl_program_reads(program)) {
        sl_diag_add(diags, SL_WARNING, SL_DIAG_NEVER, (sl_span){0, (uint32_t)plan->text.length},
                    "no event of any known format can pass this query");
        sl_diag_hint(diags, "known formats and their names: strandline formats");
    }
    compile_check_never(program, plan, diags);
    compile_check_names(program, plan, diags);
    sl_program_free(program);
}

/* The tables and the refusals of the settings that a plan's fields come from; searches in brackets
 * ask for fields, too. */
static void compile_settle(const sl_engine *engine, const sl_plan *plan, sl_text profile,
                           sl_diags *diags)
{
    sl_program *program = compile_program(engine, plan, profile);
    if (program == NULL) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "out of memory");
        return;
    }
    sl_splunk_conf_settle(engine->splunk, program, (size_t)engine->settings.exec.memory_bytes_max,
                          diags);
    sl_program_free(program);
    for (uint32_t i = 0; i < plan->condition_count; i++)
        compile_settle(engine, plan->conditions[i]->plan, profile, diags);
    for (uint32_t i = 0; i < plan->sub_count; i++)
        compile_settle(engine, plan->subs[i], profile, diags);
}

/* What a compilation may refer to. */
typedef struct compile_owner {
    const sl_engine *engine;
    sl_library *library; /* of the detection's source; NULL: none */
} compile_owner;

/* The parameter given last under this name. */
static bool compile_parameter(void *owner, sl_text name, sl_text *out)
{
    const sl_settings *settings = &((const compile_owner *)owner)->engine->settings;
    for (uint32_t i = settings->param_count; i-- > 0;) {
        if (!sl_text_equal(settings->param_names[i], name)) continue;
        *out = settings->param_values[i];
        return true;
    }
    return false;
}

/* Macros that published searches take for granted: they come with the vendor's data models. */
static bool compile_known_macro(sl_text name, uint32_t arg_count, sl_macro *out)
{
    static const sl_text object = {"object_name", 11};
    if (arg_count != 1 || !sl_text_equal(name, SL_TEXT("drop_dm_object_name"))) return false;
    *out = (sl_macro){
        .definition = SL_TEXT("rename $object_name$.* as *"), .arg_names = &object, .arg_count = 1};
    return true;
}

/* The user's own macros replace those of published content. Its searches end in a macro of their
 * own name, made for the user's exceptions; where nobody wrote one it lets everything through. */
static bool compile_macro(void *owner, sl_text name, uint32_t arg_count, sl_macro *out)
{
    const compile_owner *of = owner;
    const sl_library *libraries[] = {of->engine->library, of->library};
    for (size_t i = 0; i < SL_COUNT(libraries); i++)
        if (libraries[i] != NULL && sl_library_macro(libraries[i], name, arg_count, out))
            return true;
    if (arg_count == 0 && sl_text_ends(name, SL_TEXT("_filter"))) {
        *out = (sl_macro){.definition = SL_TEXT("search *")};
        return true;
    }
    return compile_known_macro(name, arg_count, out);
}

static const sl_lookup *compile_lookup(void *owner, sl_text name, const char **out_reason)
{
    const compile_owner *of = owner;
    sl_library *libraries[] = {of->engine->library, of->library};
    size_t bytes_max = (size_t)of->engine->settings.exec.memory_bytes_max;
    *out_reason = NULL;
    for (size_t i = 0; i < SL_COUNT(libraries); i++) {
        const char *reason = NULL;
        if (libraries[i] == NULL) continue;
        const sl_lookup *table = sl_library_lookup(libraries[i], name, bytes_max, &reason);
        if (table != NULL) return table;
        if (*out_reason == NULL) *out_reason = reason;
    }
    return NULL;
}

static const sl_table_sink *compile_sink(void *owner, sl_text name, bool append,
                                         const char **out_reason)
{
    return sl_outputs_sink(((const compile_owner *)owner)->engine->outputs, name, append,
                           out_reason);
}

sl_plan *sl_engine_compile_source(sl_engine *engine, const sl_compile_source *source,
                                  sl_diags *diags)
{
    assert(engine->catalog != NULL);
    sl_text profile =
        source->profile.length > 0 ? source->profile : sl_text_from(engine->settings.profile);
    for (size_t i = 0; i < SL_COUNT(engine_languages); i++) {
        if (engine_languages[i].language != source->language) continue;
        compile_owner owner = {engine, source->library};
        sl_resolver resolver = {.owner = &owner,
                                .parameter = compile_parameter,
                                .macro = compile_macro,
                                .lookup = compile_lookup,
                                .sink = compile_sink,
                                .missing_is_warning = engine->settings.missing_is_warning};
        sl_plan *plan = engine_languages[i].compile(source->name, source->text, &resolver, diags);
        if (plan == NULL) return NULL;
        compile_check_claims(engine, plan, diags);
        compile_check_routes(engine, plan, profile, diags);
        compile_check_lost(plan, diags);
        uint32_t errors = diags->error_count;
        if (engine->splunk != NULL) compile_settle(engine, plan, profile, diags);
        if (diags->error_count == errors) return plan;
        sl_plan_free(plan);
        return NULL;
    }
    return NULL;
}

sl_plan *sl_engine_compile(sl_engine *engine, sl_language language, sl_text name, sl_text text,
                           sl_diags *diags)
{
    sl_compile_source source = {.language = language, .name = name, .text = text};
    return sl_engine_compile_source(engine, &source, diags);
}

static sl_compile_source compile_source_of(const sl_detection *detection, sl_library *library)
{
    return (sl_compile_source){.language = detection->language,
                               .name = detection->query_path,
                               .text = detection->query_text,
                               .profile = detection->profile,
                               .library = library};
}

sl_plan *sl_engine_compile_detection(sl_engine *engine, const sl_detection *detection,
                                     sl_library *library, sl_diags *diags)
{
    sl_compile_source source = compile_source_of(detection, library);
    sl_plan *plan = sl_engine_compile_source(engine, &source, diags);
    sl_text_map_diags(&detection->query_map, diags);
    return plan;
}

bool sl_engine_knows_detection(const sl_engine *engine, const sl_detection *detection,
                               sl_library *library)
{
    sl_compile_source source = compile_source_of(detection, library);
    return sl_engine_knows_source(engine, &source);
}
