/* search_time.c - what stands for each field by now, and how settings change it.
 *
 * Expressions over raw fields are put into one another and never copied, so that a field which many
 * settings build on is one tree of shared parts. Evaluation walks it as if they were not shared:
 * how large a field may become is limited. */
#include "engine/search_time.h"

#include <stdlib.h>

#include "base/memory.h"
#include "lang/spl/spl.h"
#include "plan/program.h"

enum { ST_NODES_MAX = 20000 };

static const sl_expr st_missing = {.kind = SL_EXPR_CONSTANT, .depth = 1};

/* --- expressions --- */

const sl_expr *sl_st_missing(void)
{
    return &st_missing;
}

bool sl_st_is_missing(const sl_expr *expr)
{
    return expr->kind == SL_EXPR_CONSTANT && expr->constant.kind == SL_MISSING;
}

static const sl_expr *st_constant(sl_search_time *st, sl_value value)
{
    sl_expr *expr = SL_ARENA_NEW(st->arena, sl_expr);
    if (expr == NULL) return &st_missing;
    *expr = (sl_expr){.kind = SL_EXPR_CONSTANT, .constant = value, .depth = 1};
    return expr;
}

const sl_expr *sl_st_text(sl_search_time *st, sl_text text)
{
    return st_constant(st, sl_string(sl_arena_copy(st->arena, text)));
}

const sl_expr *sl_st_call(sl_search_time *st, const sl_fn *fn, const void *state,
                          const sl_expr *const *args, uint32_t arg_count)
{
    sl_expr *call = SL_ARENA_NEW(st->arena, sl_expr);
    const sl_expr **copy = SL_ARENA_ARRAY(st->arena, arg_count, const sl_expr *);
    if (call == NULL || copy == NULL) return &st_missing;
    *call = (sl_expr){.kind = SL_EXPR_CALL,
                      .fn = fn,
                      .state = state,
                      .args = copy,
                      .arg_count = arg_count,
                      .depth = 1};
    for (uint32_t i = 0; i < arg_count; i++) {
        copy[i] = args[i];
        if (args[i]->depth >= call->depth) call->depth = args[i]->depth + 1;
    }
    return call;
}

/* What stands for an expression that is too large: it refuses the queries that ask for it. */
static const sl_expr *st_too_large(sl_search_time *st)
{
    static const char why[] = "the field is built of too many others";
    static const sl_text text = {why, sizeof why - 1};
    return sl_st_call(st, &sl_spl_extract_refused, &text, NULL, 0);
}

const sl_expr *sl_st_eval(sl_search_time *st, const char *function, const sl_expr *const *args,
                          uint32_t arg_count)
{
    for (uint32_t i = 0; i < arg_count; i++)
        if (args[i]->depth >= SL_EXPR_DEPTH_MAX) return st_too_large(st);
    sl_diags *diags = sl_malloc(sizeof *diags);
    if (diags == NULL) {
        st->arena->failed = true;
        return &st_missing;
    }
    sl_diags_init(diags);
    sl_builder builder = {.arena = st->arena, .fields = &st->schema->fields, .diags = diags};
    sl_span nowhere = {0, 0};
    const sl_expr *call = sl_build_call_named(&builder, &sl_spl_functions, sl_text_from(function),
                                              nowhere, args, arg_count, nowhere);
    free(diags);
    return call == NULL ? &st_missing : call;
}

const sl_expr *sl_st_else(sl_search_time *st, const sl_expr *value, const sl_expr *other)
{
    const sl_expr *args[] = {value, other};
    if (sl_st_is_missing(value)) return other;
    return sl_st_is_missing(other) ? value : sl_st_eval(st, "coalesce", args, 2);
}

/* --- fields --- */

static const sl_expr *st_schema_field(sl_search_time *st, sl_text name)
{
    sl_expr *expr = SL_ARENA_NEW(st->arena, sl_expr);
    sl_field field = sl_fields_add(&st->schema->fields, name);
    st->arena->failed |= field == SL_FIELD_NONE;
    if (expr == NULL || field == SL_FIELD_NONE) return &st_missing;
    *expr = (sl_expr){.kind = SL_EXPR_FIELD, .field = field, .depth = 1};
    return expr;
}

const sl_expr *sl_st_raw(sl_search_time *st, sl_text name)
{
    sl_path path;
    sl_buffer text;
    if (st->hidden || !sl_spl_path(name, st->arena, &path)) return &st_missing;
    sl_buffer_init(&text);
    sl_path_print(&text, path);
    st->arena->failed |= text.failed;
    const sl_expr *field = text.failed ? &st_missing : st_schema_field(st, sl_buffer_text(&text));
    sl_buffer_fini(&text);
    return field;
}

/* What is not in the record but about it; NULL when the name is no such thing. */
static const sl_expr *st_about(sl_search_time *st, sl_text name)
{
    if (sl_text_equal(name, SL_TEXT("_time")))
        return st_schema_field(st, SL_TEXT(SL_RAW_NAME_TIME));
    if (sl_text_equal(name, SL_TEXT("_raw"))) return st_schema_field(st, SL_TEXT(SL_RAW_NAME_TEXT));
    if (sl_text_equal(name, SL_TEXT("source")))
        return st_schema_field(st, SL_TEXT(SL_RAW_NAME_SOURCE));
    const sl_tag *tag = sl_name_is_tag(name) ? sl_presentation_tag(st->base, name) : NULL;
    if (tag == NULL) return NULL;
    bool first = tag->value.kind == SL_LIST && !st->typing;
    return st_constant(st, first ? tag->value.items[0] : tag->value);
}

const sl_expr *sl_st_pair(sl_search_time *st, const sl_st_pairs *pairs, sl_text name)
{
    sl_extracted *field = SL_ARENA_NEW(st->arena, sl_extracted);
    sl_text clean = sl_spl_clean_key(st->arena, name);
    if (field == NULL || (pairs->how->how->clean && !sl_text_equal(clean, name)))
        return &st_missing;
    *field = *pairs->how;
    field->name = sl_arena_copy(st->arena, name);
    const sl_expr *value = sl_st_call(st, pairs->fn, field, &pairs->source, 1);
    const sl_expr *only[] = {pairs->when, value, &st_missing};
    if (pairs->when != NULL) value = sl_st_eval(st, "if", only, 3);
    const sl_expr *rest[] = {pairs->unless, &st_missing, value};
    return pairs->unless == NULL ? value : sl_st_eval(st, "if", rest, 3);
}

/* What all such transforms together have under the name. */
static const sl_expr *st_pairs(sl_search_time *st, sl_text name)
{
    const sl_st_pairs *pairs = st->pairs.items;
    const sl_expr *value = &st_missing;
    for (uint32_t i = 0; i < st->pairs.count; i++)
        value = sl_st_else(st, value, sl_st_pair(st, &pairs[i], name));
    return value;
}

const sl_expr *sl_st_find(const void *state, sl_text name, sl_arena *arena)
{
    sl_search_time st = *(const sl_search_time *)state;
    st.arena = arena;
    const sl_expr *value = st_pairs(&st, name);
    return sl_st_is_missing(value) || arena->failed ? NULL : value;
}

const sl_expr *sl_st_field(sl_search_time *st, sl_text name)
{
    const sl_st_put *puts = st->puts.items;
    for (uint32_t i = 0; st->chained && i < st->puts.count; i++)
        if (puts[i].value != NULL && sl_text_equal(puts[i].name, name)) return puts[i].value;
    uint32_t number = sl_map_find(&st->names, name);
    if (number != SL_MAP_NONE) return st->made[number].value;
    const sl_expr *about = st_about(st, name);
    if (about != NULL) return about;
    const sl_derived *derived = sl_presentation_derived(st->base, name);
    bool replaced = sl_map_find(&st->replaced, name) != SL_MAP_NONE;
    if (st->automatic && !st->hidden && derived != NULL && !replaced) return derived->value;
    const sl_expr *value = st_pairs(st, name);
    return st->automatic ? sl_st_else(st, value, sl_st_raw(st, name)) : value;
}

/* --- expressions over fields, over raw fields --- */

/* The name of an item of a list inside the expression that is done with each. */
typedef struct st_item {
    sl_field from, to;
    const struct st_item *outer;
} st_item;

static const sl_expr *st_over(sl_search_time *st, const sl_expr *expr, const sl_fields *names,
                              const st_item *items);

static const sl_expr *st_over_field(sl_search_time *st, const sl_expr *expr, const sl_fields *names,
                                    const st_item *items)
{
    for (; items != NULL; items = items->outer) {
        if (items->from != expr->field) continue;
        sl_expr *copy = SL_ARENA_NEW(st->arena, sl_expr);
        if (copy == NULL) return &st_missing;
        *copy = *expr;
        copy->field = items->to;
        return copy;
    }
    return sl_st_field(st, sl_fields_name(names, expr->field));
}

static const sl_expr *st_over_args(sl_search_time *st, const sl_expr *expr, const sl_fields *names,
                                   const st_item *items)
{
    bool list = expr->kind == SL_EXPR_MAP || expr->kind == SL_EXPR_SIFT;
    st_item inner = {.from = expr->field, .outer = items};
    sl_expr *copy = SL_ARENA_NEW(st->arena, sl_expr);
    const sl_expr **args = SL_ARENA_ARRAY(st->arena, expr->arg_count, const sl_expr *);
    if (copy == NULL || args == NULL) return &st_missing;
    *copy = *expr;
    copy->args = args;
    copy->depth = 1;
    if (list) {
        sl_text name = sl_arena_printf(st->arena, "<item %u>", ++st->items);
        inner.to = copy->field = sl_fields_add(&st->schema->fields, name);
        st->arena->failed |= inner.to == SL_FIELD_NONE;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = st_over(st, expr->args[i], names, list && i == 1 ? &inner : items);
        if (args[i]->depth >= copy->depth) copy->depth = args[i]->depth + 1;
    }
    return copy;
}

static const sl_expr *st_over(sl_search_time *st, const sl_expr *expr, const sl_fields *names,
                              const st_item *items)
{
    switch (expr->kind) {
    case SL_EXPR_CONSTANT: return expr;
    case SL_EXPR_SUBSEARCH: return &st_missing;
    case SL_EXPR_FIELD: return st_over_field(st, expr, names, items);
    case SL_EXPR_CALL:
    case SL_EXPR_AND:
    case SL_EXPR_OR:
    case SL_EXPR_NOT:
    case SL_EXPR_MAP:
    case SL_EXPR_SIFT: break;
    }
    return st_over_args(st, expr, names, items);
}

const sl_expr *sl_st_over(sl_search_time *st, const sl_expr *expr, const sl_fields *names)
{
    return st_over(st, expr, names, NULL);
}

/* --- what a setting gives --- */

/* How many nodes a walk of `expr` meets; `limit` + 1 when more. */
static uint32_t st_nodes(const sl_expr *expr, uint32_t limit)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < expr->arg_count && count <= limit; i++)
        count += st_nodes(expr->args[i], limit - count);
    return count;
}

bool sl_st_is_small(const sl_expr *expr)
{
    return expr->depth <= SL_EXPR_DEPTH_MAX && st_nodes(expr, ST_NODES_MAX) <= ST_NODES_MAX;
}

static sl_st_put *st_put_of(sl_search_time *st, sl_text name)
{
    sl_st_put *puts = st->puts.items;
    for (uint32_t i = 0; i < st->puts.count; i++)
        if (sl_text_equal(puts[i].name, name)) return &puts[i];
    sl_st_put *put = sl_vector_add(&st->puts, st->arena, sizeof *put);
    if (put != NULL) put->name = sl_arena_copy(st->arena, name);
    return put;
}

/* Fields that are the event's own, and not for settings to change here. */
static bool st_is_internal(sl_text name)
{
    return name.length == 0 || name.data[0] == '_' || sl_name_is_tag(name)
        || sl_text_equal(name, SL_TEXT("source"));
}

void sl_st_refuse(sl_search_time *st, const sl_conf_entry *entry, sl_text name, const char *why)
{
    sl_text *text = SL_ARENA_NEW(st->arena, sl_text);
    sl_st_put *put = name.length == 0 || st_is_internal(name) ? NULL : st_put_of(st, name);
    sl_splunk_conf_note(st->conf, /* fault= */ true, entry, st->stanza, "%s", why);
    if (put == NULL || text == NULL) return;
    *text = sl_arena_printf(st->arena, "%.*s:%u: [%.*s] %.*s: %s", SL_TEXT_ARG(entry->file),
                            entry->line, SL_TEXT_ARG(st->stanza), SL_TEXT_ARG(entry->key), why);
    put->value = sl_st_call(st, &sl_spl_extract_refused, text, NULL, 0);
}

void sl_st_put_field(sl_search_time *st, const sl_conf_entry *entry, sl_text name,
                     const sl_expr *value)
{
    if (st_is_internal(name)) {
        sl_splunk_conf_note(st->conf, /* fault= */ true, entry, st->stanza,
                            "'%.*s' is the event's own: it is left as it is", SL_TEXT_ARG(name));
        return;
    }
    if (!sl_st_is_small(value)) {
        sl_st_refuse(st, entry, name, "the field is built of too many others");
        return;
    }
    sl_st_put *put = st_put_of(st, name);
    if (put != NULL) put->value = sl_expr_fold(value, st->arena);
}
