/* search_order.c - the settings of a sourcetype in the vendor's order.
 *
 * The order is that of "The sequence of search-time operations" (Splunk Knowledge Manager Manual
 * 9.2): inline extractions, transforms, automatic extraction, aliases, calculated fields, lookups,
 * event types, tags; within one, by the byte order of the settings' names. All is gone through
 * twice: the first time shows which fields the settings make at all, since those of the format that
 * have the same names are not there the second time. */
#include "engine/search_time.h"

#include <stdlib.h>

#include "base/memory.h"

typedef void st_apply(sl_search_time *st, const sl_conf_entry *entry);

/* What one stanza's word on a setting gives, and to which events. */
typedef struct st_outcome {
    const sl_expr *when; /* NULL: to all */
    sl_vector puts;
} st_outcome;

/* --- what fields are by now --- */

static bool st_set(sl_search_time *st, const sl_st_put *put)
{
    if (st->names.count >= st->made_capacity) {
        uint32_t capacity = st->made_capacity * 2 + 64;
        sl_st_made *made = sl_realloc(st->made, capacity * sizeof *made);
        if (made == NULL) return false;
        st->made = made;
        st->made_capacity = capacity;
    }
    uint32_t number = sl_map_add(&st->names, put->name);
    if (number == SL_MAP_NONE) return false;
    st->made[number] = (sl_st_made){put->value, put->text, put->origin};
    return true;
}

static sl_text st_entry_text(sl_search_time *st, const sl_conf_entry *entry)
{
    return sl_arena_printf(st->arena, "%.*s = %.*s", SL_TEXT_ARG(entry->key),
                           SL_TEXT_ARG(entry->value));
}

static const sl_expr *st_put_value(const sl_vector *puts, sl_text name)
{
    const sl_st_put *items = puts->items;
    for (uint32_t i = 0; i < puts->count; i++)
        if (sl_text_equal(items[i].name, name)) return items[i].value;
    return NULL;
}

/* What the stanzas together give to a field: the first whose events match has the say. */
static const sl_expr *st_decide(sl_search_time *st, const st_outcome *outcomes, uint32_t count,
                                sl_text name)
{
    const sl_expr *old = sl_st_field(st, name), *value = old;
    for (uint32_t i = count; i-- > 0;) {
        const sl_expr *put = st_put_value(&outcomes[i].puts, name);
        const sl_expr *args[] = {outcomes[i].when, put == NULL ? old : put, value};
        value = outcomes[i].when == NULL ? args[1] : sl_st_eval(st, "if", args, 3);
    }
    return value;
}

/* The events of a source's or host's stanza; NULL, and said, when its name is no pattern. */
static const sl_expr *st_when(sl_search_time *st, const sl_prop_choice *choice)
{
    bool host = choice->stanza->kind == SL_PROPS_HOST;
    sl_text pattern = sl_arena_printf(st->arena, "%s^(?:%.*s)\\z", host ? "(?i)" : "",
                                      SL_TEXT_ARG(choice->stanza->pattern));
    const sl_expr *args[] = {sl_st_field(st, host ? SL_TEXT("host") : SL_TEXT("source")),
                             sl_st_text(st, pattern)};
    if (sl_st_is_missing(args[0])) return args[0];
    const sl_expr *when = sl_st_eval(st, "match", args, 2);
    if (!sl_st_is_missing(when)) return when;
    sl_splunk_conf_note(st->conf, /* fault= */ true, choice->entry, choice->stanza->stanza->name,
                        "the name of the stanza is no pattern");
    return when;
}

/* The events that are under one of the stanzas so far. */
static const sl_expr *st_either(sl_search_time *st, const sl_expr *unless, const sl_expr *when)
{
    if (unless == NULL || when == NULL) return when;
    const sl_expr *args[] = {when, sl_st_eval(st, "true", NULL, 0), unless};
    return sl_st_eval(st, "if", args, 3);
}

/* Takes one setting; what it gives goes to `pending` if that is not NULL. */
static void st_setting(sl_search_time *st, const sl_prop *prop, st_apply *apply, sl_vector *pending)
{
    st_outcome *outcomes = SL_ARENA_ARRAY(st->arena, prop->count, st_outcome);
    uint32_t count = 0;
    if (outcomes == NULL) return;
    st->unless = NULL;
    for (uint32_t i = 0; i < prop->count; i++) {
        const sl_prop_choice *choice = &prop->choices[i];
        bool always = choice->stanza->kind >= SL_PROPS_SOURCETYPE;
        st->when = always ? NULL : st_when(st, choice);
        if (st->when != NULL && sl_st_is_missing(st->when)) continue;
        st->puts = (sl_vector){NULL, 0, 0};
        st->stanza = choice->stanza->stanza->name;
        apply(st, choice->entry);
        outcomes[count++] = (st_outcome){st->when, st->puts};
        st->unless = st_either(st, st->unless, st->when);
    }
    const sl_conf_entry *entry = prop->choices[0].entry;
    sl_text text = st_entry_text(st, entry), origin = sl_st_origin(st, entry);
    for (uint32_t o = 0; o < count; o++) {
        const sl_st_put *puts = outcomes[o].puts.items;
        for (uint32_t i = 0; i < outcomes[o].puts.count; i++) {
            bool seen = false;
            for (uint32_t before = 0; before < o; before++)
                seen |= st_put_value(&outcomes[before].puts, puts[i].name) != NULL;
            if (seen) continue;
            const sl_expr *value = st_decide(st, outcomes, count, puts[i].name);
            sl_st_put *put = sl_vector_add(pending, st->arena, sizeof *put);
            if (put != NULL) *put = (sl_st_put){puts[i].name, value, text, origin};
        }
    }
}

static void st_commit(sl_search_time *st, const sl_vector *pending)
{
    const sl_st_put *puts = pending->items;
    for (uint32_t i = 0; i < pending->count; i++)
        if (!st_set(st, &puts[i])) st->arena->failed = true;
}

/* --- the operations --- */

typedef struct st_operation {
    const char *prefix;
    st_apply *apply;
    bool any_case; /* of the prefix, and any mark behind it */
    bool parallel; /* no setting sees what another gives */
} st_operation;

enum { ST_EARLY = 2 }; /* before automatic extraction */

static const st_operation st_operations[] = {
    {"EXTRACT-", sl_st_extract, false, false},  {"REPORT-", sl_st_report, false, false},
    {"FIELDALIAS-", sl_st_alias, false, false}, {"EVAL-", sl_st_calculate, false, true},
    {"LOOKUP", sl_st_lookup, true, false},
};

static bool st_is_of(const st_operation *operation, sl_text key)
{
    sl_text prefix = sl_text_from(operation->prefix);
    if (!operation->any_case) return sl_text_starts(key, prefix);
    return sl_text_equal_nocase(sl_text_slice(key, 0, prefix.length), prefix);
}

static void st_operate(sl_search_time *st, const st_operation *operation)
{
    sl_vector pending = {NULL, 0, 0};
    for (uint32_t i = 0; i < st->prop_count && !st->arena->failed; i++) {
        if (!st_is_of(operation, st->props[i].key)) continue;
        st_setting(st, &st->props[i], operation->apply, &pending);
        if (operation->parallel) continue;
        st_commit(st, &pending);
        pending = (sl_vector){NULL, 0, 0};
    }
    st_commit(st, &pending);
}

/* What automatic extraction does with a JSON record under a value of KV_MODE. */
typedef enum st_mode { MODE_JSON, MODE_AUTO, MODE_NOTHING, MODE_TABLE, MODE_UNKNOWN } st_mode;

static st_mode st_mode_of(sl_text value)
{
    static const struct {
        const char *name;
        st_mode mode;
    } modes[] = {{"", MODE_AUTO},      {"auto", MODE_AUTO},    {"auto_escaped", MODE_AUTO},
                 {"json", MODE_JSON},  {"none", MODE_NOTHING}, {"xml", MODE_NOTHING},
                 {"multi", MODE_TABLE}};
    for (size_t i = 0; i < SL_COUNT(modes); i++)
        if (sl_text_equal_nocase(value, sl_text_from(modes[i].name))) return modes[i].mode;
    return sl_text_starts(value, SL_TEXT("multi:")) ? MODE_TABLE : MODE_UNKNOWN;
}

static void st_note_choice(sl_search_time *st, const sl_prop_choice *choice, const char *what)
{
    sl_splunk_conf_note(st->conf, /* fault= */ true, choice->entry, choice->stanza->stanza->name,
                        "%s", what);
}

/* The setting `key` as it stands for all events of the sourcetype, or NULL; a source or a host can
 * only say the same. */
static const sl_prop_choice *st_common(sl_search_time *st, const char *key)
{
    const sl_prop *prop = NULL;
    for (uint32_t i = 0; i < st->prop_count && prop == NULL; i++)
        if (sl_text_equal(st->props[i].key, sl_text_from(key))) prop = &st->props[i];
    if (prop == NULL) return NULL;
    const sl_prop_choice *last = &prop->choices[prop->count - 1];
    if (last->stanza->kind < SL_PROPS_SOURCETYPE) last = NULL;
    sl_text value = last == NULL ? SL_TEXT("") : last->entry->value;
    for (uint32_t c = 0; c < prop->count; c++) {
        const sl_prop_choice *choice = &prop->choices[c];
        bool same =
            (st_mode_of(choice->entry->value) <= MODE_AUTO) == (st_mode_of(value) <= MODE_AUTO);
        if (choice->stanza->kind < SL_PROPS_SOURCETYPE && !same)
            st_note_choice(st, choice,
                           "not applied: it is a matter of a sourcetype here, not of a "
                           "source or host");
    }
    return last;
}

static void st_modes(sl_search_time *st)
{
    const sl_prop_choice *said = st_common(st, "KV_MODE"), *json = st_common(st, "AUTO_KV_JSON");
    const sl_prop_choice *indexed = st_common(st, "INDEXED_EXTRACTIONS");
    st_mode mode = said == NULL ? MODE_AUTO : st_mode_of(said->entry->value);
    if (mode == MODE_TABLE)
        st_note_choice(st, said, "tables in events are not read here: no field comes of it");
    if (mode == MODE_UNKNOWN)
        st_note_choice(st, said,
                       "there is no such mode: it is none, auto, auto_escaped, json, multi "
                       "or xml; taken as auto");
    bool off = json != NULL && !sl_conf_bool(json->entry->value, /* other= */ true);
    st->hidden = mode == MODE_NOTHING || mode == MODE_TABLE || (mode != MODE_JSON && off);
    /* Fields of the index are there before all operations. */
    if (indexed == NULL || !sl_text_equal_nocase(indexed->entry->value, SL_TEXT("json"))) return;
    st->hidden = false;
    st->automatic = true;
}

/* The members of the record come to be; what was extracted before stays. */
static void st_extract_automatically(sl_search_time *st)
{
    if (st->automatic) return;
    st->automatic = true;
    for (uint32_t i = 0; i < st->names.count; i++) {
        const sl_expr *raw = sl_st_raw(st, sl_map_key(&st->names, i));
        st->made[i].value = sl_st_else(st, st->made[i].value, raw);
    }
}

static void st_run(sl_search_time *st)
{
    st->automatic = false;
    st->pairs = (sl_vector){NULL, 0, 0};
    st_modes(st);
    for (size_t i = 0; i < ST_EARLY; i++) st_operate(st, &st_operations[i]);
    st_extract_automatically(st);
    for (size_t i = ST_EARLY; i < SL_COUNT(st_operations); i++) st_operate(st, &st_operations[i]);
    st->puts = (sl_vector){NULL, 0, 0};
    sl_st_types(st);
    st_commit(st, &st->puts);
}

/* --- what is not an operation of a search --- */

/* Settings that are taken elsewhere, or say nothing about fields. */
static bool st_is_silent(sl_text key)
{
    static const char *const names[] = {"KV_MODE",  "AUTO_KV_JSON",  "INDEXED_EXTRACTIONS",
                                        "priority", "description",   "category",
                                        "disabled", "pulldown_type", "KV_TRIM_SPACES"};
    for (size_t i = 0; i < SL_COUNT(names); i++)
        if (sl_text_equal(key, sl_text_from(names[i]))) return true;
    return false;
}

static const char *st_why_not(sl_text key)
{
    static const struct {
        const char *prefix, *why;
    } reasons[] = {
        {"rename", "not applied: give the stanza the name that searches ask for"},
        {"MATCH_LIMIT", "not applied: regular expressions have their own limits here"},
        {"DEPTH_LIMIT", "not applied: regular expressions have their own limits here"},
        {"SEGMENTATION", "not applied: there is no index here"},
    };
    for (size_t i = 0; i < SL_COUNT(reasons); i++)
        if (sl_text_starts(key, sl_text_from(reasons[i].prefix))) return reasons[i].why;
    return "not applied: it is no setting of searches";
}

static void st_note_rest(sl_search_time *st)
{
    for (uint32_t i = 0; i < st->prop_count; i++) {
        const sl_prop *prop = &st->props[i];
        bool taken = st_is_silent(prop->key);
        for (size_t o = 0; o < SL_COUNT(st_operations); o++)
            taken |= st_is_of(&st_operations[o], prop->key);
        for (uint32_t c = 0; c < prop->count && !taken; c++)
            sl_splunk_conf_note(st->conf, /* fault= */ false, prop->choices[c].entry,
                                prop->choices[c].stanza->stanza->name, "%s", st_why_not(prop->key));
    }
}

/* --- the presentation --- */

static void st_result(sl_search_time *st, sl_presentation *out)
{
    *out = *st->base;
    sl_derived *derived =
        SL_ARENA_ARRAY(st->arena, st->base->derived_count + st->names.count, sl_derived);
    if (derived == NULL) return;
    out->derived = derived;
    out->derived_count = 0;
    out->hides_raw = st->hidden;
    sl_search_time *state = SL_ARENA_NEW(st->arena, sl_search_time);
    if (st->pairs.count > 0 && state != NULL) {
        *state = (sl_search_time){.schema = st->schema, .pairs = st->pairs};
        out->find = sl_st_find;
        out->find_state = state;
    }
    for (uint32_t i = 0; i < st->base->derived_count && !st->hidden; i++)
        if (sl_map_find(&st->replaced, st->base->derived[i].name) == SL_MAP_NONE)
            derived[out->derived_count++] = st->base->derived[i];
    for (uint32_t i = 0; i < st->names.count; i++)
        derived[out->derived_count++] =
            (sl_derived){.name = sl_arena_copy(st->arena, sl_map_key(&st->names, i)),
                         .value = st->made[i].value,
                         .text = st->made[i].text,
                         .origin = st->made[i].origin};
}

/* The fields that the settings make at all; the expressions are thrown away. */
static void st_find_names(sl_search_time *st)
{
    sl_arena scratch, *arena = st->arena;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    st->arena = &scratch;
    st->conf->quiet = true;
    st_run(st);
    st->conf->quiet = false;
    st->arena = arena;
    for (uint32_t i = 0; i < st->names.count; i++)
        if (sl_map_add(&st->replaced, sl_map_key(&st->names, i)) == SL_MAP_NONE)
            arena->failed = true;
    arena->failed |= scratch.failed;
    sl_map_fini(&st->names);
    sl_arena_fini(&scratch);
}

bool sl_search_time_build(sl_search_time *st, sl_presentation *out)
{
    sl_map_init(&st->names);
    sl_map_init(&st->replaced);
    st_find_names(st);
    if (!st->arena->failed) st_run(st);
    if (!st->arena->failed) st_note_rest(st);
    st_result(st, out);
    free(st->made);
    sl_map_fini(&st->names);
    sl_map_fini(&st->replaced);
    return !st->arena->failed;
}
