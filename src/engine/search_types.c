/* search_types.c - eventtypes.conf and tags.conf: the fields eventtype, tag and tag::FIELD.
 *
 * An event type is a search; here it is the condition that the search comes to. So it may hold
 * terms and macros, as the vendor has it, and neither pipes nor searches in brackets. */
#include "engine/search_time.h"

#include <stdlib.h>

#include "base/memory.h"
#include "func/spl.h"
#include "lang/spl/spl.h"
#include "plan/program.h"

/* --- event types --- */

/* Macros are those of the apps. */
static bool types_macro(void *owner, sl_text name, uint32_t arg_count, sl_macro *out)
{
    return sl_library_macro(owner, name, arg_count, out);
}

/* The condition that the search comes to; NULL and why when it is more than that. */
static const sl_expr *types_condition(const sl_plan *plan, const char **out_why)
{
    static const sl_expr all = {
        .kind = SL_EXPR_CONSTANT, .constant = {.boolean = true, .kind = SL_BOOL}, .depth = 1};
    const sl_op *first = plan->pipe.first;
    *out_why = "only the terms of a search may stand in an event type";
    if (plan->sub_count > 0 || plan->condition_count > 0) return NULL;
    if (plan->earliest.length > 0 || plan->latest.length > 0) return NULL;
    if (first == NULL) return &all;
    return first->kind == SL_OP_FILTER && first->next == NULL ? first->filter.predicate : NULL;
}

static void types_compile(sl_splunk_conf *conf, const sl_conf_stanza *stanza,
                          const sl_conf_entry *search)
{
    sl_diags *diags = sl_calloc(1, sizeof *diags);
    sl_conf_type *type = sl_vector_add(&conf->types, &conf->arena, sizeof *type);
    if (diags == NULL || type == NULL) {
        conf->arena.failed = true;
        free(diags);
        return;
    }
    sl_diags_init(diags);
    sl_resolver resolver = {.owner = conf->library, .macro = types_macro};
    const char *why = "out of memory";
    *type = (sl_conf_type){.name = stanza->name, .entry = search};
    type->plan = sl_spl_compile(stanza->name, search->value, &resolver, diags);
    for (uint32_t i = diags->count; i-- > 0;) {
        if (diags->items[i].severity != SL_ERROR) continue;
        why = diags->items[i].message;
        conf->arena.failed |= strcmp(why, "out of memory") == 0;
    }
    if (type->plan != NULL) type->condition = types_condition(type->plan, &why);
    if (type->condition == NULL)
        sl_splunk_conf_note(conf, /* fault= */ true, search, stanza->name, "%s", why);
    free(diags);
}

void sl_conf_types_read(sl_splunk_conf *conf)
{
    const sl_conf *types = conf->eventtypes;
    for (uint32_t s = 0; s < types->stanza_names.count && !conf->arena.failed; s++) {
        const sl_conf_stanza *stanza = &types->stanzas[s];
        const sl_conf_entry *search = sl_conf_find(types, stanza->name, SL_TEXT("search"));
        bool off = sl_conf_bool(sl_conf_get(types, stanza->name, "disabled"), /* other= */ false);
        if (search != NULL && !off) types_compile(conf, stanza, search);
    }
}

void sl_conf_types_free(sl_splunk_conf *conf)
{
    const sl_conf_type *types = conf->types.items;
    for (uint32_t i = 0; i < conf->types.count; i++) sl_plan_free(types[i].plan);
    conf->types = (sl_vector){NULL, 0, 0};
}

/* --- the fields --- */

/* Texts, each there under a condition, as one field. */
typedef struct types_list {
    sl_search_time *st;
    sl_text name;
    const sl_conf_entry *entry; /* the first that says something of it */
    sl_vector parts;            /* of sl_expr *: the text, or missing */
} types_list;

static void list_add(types_list *list, const sl_conf_entry *entry, const sl_expr *when,
                     sl_text text)
{
    const sl_expr *args[] = {when, sl_st_text(list->st, text), sl_st_missing()};
    if (when->kind == SL_EXPR_CONSTANT
        && !(when->constant.kind == SL_BOOL && when->constant.boolean))
        return; /* never */
    if (list->entry == NULL) list->entry = entry;
    const sl_expr *part =
        when->kind == SL_EXPR_CONSTANT ? args[1] : sl_st_eval(list->st, "if", args, 3);
    if (!sl_vector_add_pointer(&list->parts, list->st->arena, part)) list->st->arena->failed = true;
}

static void list_put(types_list *list)
{
    if (list->parts.count == 0) return;
    const sl_expr *all = sl_st_eval(list->st, "mvappend", list->parts.items, list->parts.count);
    sl_st_put_field(list->st, list->entry, list->name, sl_st_eval(list->st, "mvdedup", &all, 1));
    sl_st_put *puts = list->st->puts.items;
    if (list->st->puts.count > 0)
        puts[list->st->puts.count - 1].origin = sl_st_origin(list->st, list->entry);
}

/* The condition of each event type, over raw fields; missing for one that never holds. */
static const sl_expr **types_conditions(sl_search_time *st)
{
    const sl_conf_type *types = st->conf->types.items;
    const sl_expr **conditions = SL_ARENA_ARRAY(st->arena, st->conf->types.count, const sl_expr *);
    for (uint32_t i = 0; conditions != NULL && i < st->conf->types.count; i++) {
        conditions[i] = sl_st_missing();
        if (types[i].condition == NULL) continue;
        const sl_expr *over = sl_st_over(st, types[i].condition, &types[i].plan->fields);
        st->stanza = types[i].name;
        if (sl_st_is_small(over)) conditions[i] = sl_expr_fold(over, st->arena);
        else
            sl_splunk_conf_note(st->conf, /* fault= */ true, types[i].entry, types[i].name,
                                "the condition is built of too many others");
    }
    return conditions;
}

/* --- tags --- */

static int tags_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %3A is a colon: stanzas of tags.conf are written as in addresses of pages. */
static sl_text tags_decode(sl_arena *arena, sl_text text)
{
    char *bytes = sl_arena_bytes(arena, text.length + 1);
    size_t length = 0;
    if (bytes == NULL) return (sl_text){"", 0};
    for (size_t i = 0; i < text.length; i++) {
        int high = text.data[i] == '%' && i + 2 < text.length ? tags_digit(text.data[i + 1]) : -1;
        int low = high < 0 ? -1 : tags_digit(text.data[i + 2]);
        bytes[length++] = low < 0 ? text.data[i] : (char)(high * 16 + low);
        i += low < 0 ? 0 : 2;
    }
    return sl_text_make(bytes, length);
}

/* field=value as a condition. */
static const sl_expr *tags_condition(sl_search_time *st, sl_text field, sl_text value,
                                     const sl_expr *const *conditions)
{
    const sl_conf_type *types = st->conf->types.items;
    if (sl_text_equal(field, SL_TEXT("eventtype"))) {
        for (uint32_t i = 0; i < st->conf->types.count; i++)
            if (sl_text_equal(types[i].name, value)) return conditions[i];
        return sl_st_missing();
    }
    sl_diags *diags = sl_calloc(1, sizeof *diags);
    const sl_expr *args[] = {sl_st_field(st, field), sl_st_text(st, value)};
    if (diags == NULL) {
        st->arena->failed = true;
        return sl_st_missing();
    }
    sl_diags_init(diags);
    sl_builder builder = {.arena = st->arena, .fields = &st->schema->fields, .diags = diags};
    const sl_expr *call = sl_build_call(&builder, &sl_spl_search_equal, args, 2, (sl_span){0, 0});
    free(diags);
    return call == NULL ? sl_st_missing() : sl_expr_fold(call, st->arena);
}

/* The list of the field `name`, new or old. */
static types_list *tags_list(sl_search_time *st, sl_vector *lists, sl_map *names, sl_text name)
{
    uint32_t before = names->count, number = sl_map_add(names, name);
    types_list *items = lists->items;
    if (number < before) return &items[number];
    types_list *list = number == SL_MAP_NONE ? NULL : sl_vector_add(lists, st->arena, sizeof *list);
    st->arena->failed |= list == NULL;
    if (list != NULL) *list = (types_list){.st = st, .name = sl_arena_copy(st->arena, name)};
    return list;
}

static void tags_stanza(sl_search_time *st, const sl_conf_stanza *stanza, sl_vector *lists,
                        sl_map *names, const sl_expr *const *conditions)
{
    const sl_conf *tags = st->conf->tags;
    size_t equals = sl_text_find_byte(stanza->name, '=', 0);
    if (equals == SIZE_MAX) return; /* [default] */
    sl_text field = tags_decode(st->arena, sl_text_slice(stanza->name, 0, equals));
    sl_text value =
        tags_decode(st->arena, sl_text_slice(stanza->name, equals + 1, stanza->name.length));
    const sl_expr *when = tags_condition(st, field, value, conditions);
    sl_text own = sl_arena_printf(st->arena, "tag::%.*s", SL_TEXT_ARG(field));
    st->stanza = stanza->name;
    for (uint32_t e = stanza->first; e != SL_CONF_END; e = tags->entries[e].next) {
        const sl_conf_entry *entry = &tags->entries[e];
        if (!sl_text_equal_nocase(entry->value, SL_TEXT("enabled"))) continue;
        types_list *list = tags_list(st, lists, names, SL_TEXT("tag"));
        if (list != NULL) list_add(list, entry, when, entry->key);
        list = tags_list(st, lists, names, own);
        if (list != NULL) list_add(list, entry, when, entry->key);
    }
}

void sl_st_types(sl_search_time *st)
{
    sl_vector lists = {NULL, 0, 0};
    sl_map names;
    st->typing = true;
    const sl_conf_type *types = st->conf->types.items;
    const sl_expr **conditions = types_conditions(st);
    types_list eventtype = {.st = st, .name = SL_TEXT("eventtype")};
    for (uint32_t i = 0; conditions != NULL && i < st->conf->types.count; i++)
        list_add(&eventtype, types[i].entry, conditions[i], types[i].name);
    list_put(&eventtype);
    sl_map_init(&names);
    const sl_conf *tags = st->conf->tags;
    for (uint32_t s = 0; conditions != NULL && s < tags->stanza_names.count; s++)
        tags_stanza(st, &tags->stanzas[s], &lists, &names, conditions);
    types_list *items = lists.items;
    for (uint32_t i = 0; i < lists.count; i++) list_put(&items[i]);
    sl_map_fini(&names);
    st->typing = false;
}
