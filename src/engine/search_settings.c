/* search_settings.c - EXTRACT-, FIELDALIAS-, EVAL- and LOOKUP-, each a function over one setting.
 *
 * What they mean is said in props.conf.spec (9.0.3) under their names. */
#include "engine/search_time.h"

#include <stdlib.h>

#include "base/memory.h"
#include "lang/common/scan.h"
#include "lang/spl/spl.h"

static const sl_span settings_nowhere = {0, 0};

/* The first error of `diags`, or what is said when there is none. */
static const char *settings_reason(const sl_diags *diags)
{
    for (uint32_t i = 0; i < diags->count; i++)
        if (diags->items[i].severity == SL_ERROR) return diags->items[i].message;
    return "out of memory";
}

/* --- words --- */

/* A word of a setting, with or without quotes; "quoted" ones are never keywords. */
typedef struct settings_word {
    sl_text text;
    bool quoted;
} settings_word;

/* The word at `*at`, which then stands behind it; words are parted by white space and commas. */
static bool settings_next(sl_text value, size_t *at, settings_word *out)
{
    while (*at < value.length && (sl_is_space(value.data[*at]) || value.data[*at] == ',')) ++*at;
    if (*at >= value.length) return false;
    size_t start = *at;
    char quote = value.data[start];
    size_t close =
        quote == '"' || quote == '\'' ? sl_text_find_byte(value, quote, start + 1) : SIZE_MAX;
    out->quoted = close != SIZE_MAX;
    if (out->quoted) {
        out->text = sl_text_slice(value, start + 1, close);
        *at = close + 1;
        return true;
    }
    while (*at < value.length && !sl_is_space(value.data[*at]) && value.data[*at] != ',') ++*at;
    out->text = sl_text_slice(value, start, *at);
    return true;
}

static bool settings_is(const settings_word *word, const char *keyword)
{
    return !word->quoted && sl_text_equal_nocase(word->text, sl_text_from(keyword));
}

/* `AS name` at `*at`; the cursor stays when something else stands there. */
static bool settings_as(sl_text value, size_t *at, sl_text *out)
{
    settings_word word;
    size_t ahead = *at;
    if (!settings_next(value, &ahead, &word) || !settings_is(&word, "AS")) return false;
    if (!settings_next(value, &ahead, &word)) return false;
    *out = word.text;
    *at = ahead;
    return true;
}

/* --- EXTRACT- --- */

/* "regex in field": the expression alone, and the field. */
static sl_text extract_source(sl_text value, sl_text *out_field)
{
    size_t at = value.length;
    *out_field = SL_TEXT("_raw");
    while (at > 0 && (sl_is_name(value.data[at - 1]))) at--;
    sl_text field = sl_text_slice(value, at, value.length);
    sl_text before = sl_text_trim(sl_text_slice(value, 0, at));
    bool spaced = at > 0 && sl_is_space(value.data[at - 1]);
    if (field.length == 0 || !spaced || !sl_text_ends(before, SL_TEXT("in"))) return value;
    sl_text regex = sl_text_slice(before, 0, before.length - 2);
    if (regex.length == 0 || !sl_is_space(regex.data[regex.length - 1])) return value;
    *out_field = field;
    return sl_text_trim(regex);
}

/* The next name of a group in the text of an expression that does not compile. */
static bool extract_group_name(sl_text regex, size_t *at, sl_text *out)
{
    for (; *at < regex.length; ++*at) {
        sl_text rest = sl_text_slice(regex, *at, regex.length);
        size_t start = sl_text_starts(rest, SL_TEXT("(?<")) ? 3
            : sl_text_starts(rest, SL_TEXT("(?P<"))         ? 4
                                                            : 0;
        size_t end = start;
        while (start > 0 && end < rest.length && sl_is_name(rest.data[end])) end++;
        if (end == start || sl_byte_at(rest, end) != '>') continue;
        *out = sl_text_slice(rest, start, end);
        *at += end;
        return true;
    }
    return false;
}

static void extract_refuse(sl_search_time *st, const sl_conf_entry *entry, sl_text regex,
                           const char *why)
{
    size_t at = 0;
    sl_text name = {NULL, 0};
    if (!extract_group_name(regex, &at, &name)) {
        sl_st_refuse(st, entry, (sl_text){NULL, 0}, why);
        return;
    }
    do sl_st_refuse(st, entry, name, why);
    while (extract_group_name(regex, &at, &name));
}

const sl_regex *sl_st_regex(sl_search_time *st, const sl_conf_entry *entry, sl_text pattern,
                            unsigned flags, const char *what)
{
    sl_diags *diags = sl_calloc(1, sizeof *diags);
    if (diags == NULL) {
        st->arena->failed = true;
        return NULL;
    }
    sl_diags_init(diags);
    const sl_regex *regex = sl_regex_new(pattern, flags, st->arena, diags, settings_nowhere);
    if (regex == NULL) {
        sl_text why = sl_arena_printf(st->arena, "%s%s", what, settings_reason(diags));
        extract_refuse(st, entry, pattern, why.data == NULL ? "out of memory" : why.data);
    }
    free(diags);
    return regex;
}

sl_text sl_st_origin(sl_search_time *st, const sl_conf_entry *entry)
{
    return sl_arena_printf(st->arena, "%.*s:%u", SL_TEXT_ARG(entry->file), entry->line);
}

sl_text sl_st_where(sl_search_time *st, const sl_conf_entry *entry)
{
    return sl_arena_printf(st->arena, "%.*s:%u: [%.*s] %.*s", SL_TEXT_ARG(entry->file), entry->line,
                           SL_TEXT_ARG(st->stanza), SL_TEXT_ARG(entry->key));
}

void sl_st_extract(sl_search_time *st, const sl_conf_entry *entry)
{
    sl_text field;
    sl_text pattern = extract_source(entry->value, &field);
    const sl_regex *regex =
        sl_st_regex(st, entry, pattern, SL_REGEX_DOTALL | SL_REGEX_MULTILINE, "");
    sl_extraction *how = SL_ARENA_NEW(st->arena, sl_extraction);
    if (regex == NULL || how == NULL) return;
    *how = (sl_extraction){.where = sl_st_where(st, entry), .regex = regex};
    const sl_expr *source = sl_st_field(st, field);
    if (sl_st_is_missing(source))
        sl_splunk_conf_note(st->conf, /* fault= */ true, entry, st->stanza,
                            "no EXTRACT- before it makes '%.*s', and others come later: it finds "
                            "nothing",
                            SL_TEXT_ARG(field));
    bool named = false;
    for (uint32_t g = 1; g <= sl_regex_group_count(regex); g++) {
        sl_text name = sl_regex_group_name(regex, g);
        sl_extracted *group = SL_ARENA_NEW(st->arena, sl_extracted);
        if (group == NULL) return;
        if (name.length == 0) continue;
        *group = (sl_extracted){.how = how, .number = g};
        named = true;
        const sl_expr *found = sl_st_is_missing(source)
            ? source
            : sl_st_call(st, &sl_spl_extract_group, group, &source, 1);
        sl_st_put_field(st, entry, name, sl_st_else(st, sl_st_field(st, name), found));
    }
    if (!named) sl_st_refuse(st, entry, (sl_text){NULL, 0}, "the expression names no group");
}

/* --- FIELDALIAS- --- */

/* `original AS alias`; ASNEW keeps what is there. */
typedef struct alias_pair {
    sl_text from, to;
    bool keep;
} alias_pair;

static bool alias_parse(sl_text value, sl_arena *arena, sl_vector *out)
{
    settings_word from, keyword, to;
    size_t at = 0;
    while (settings_next(value, &at, &from)) {
        if (!settings_next(value, &at, &keyword) || !settings_next(value, &at, &to)) return false;
        bool keep = settings_is(&keyword, "ASNEW");
        if (!keep && !settings_is(&keyword, "AS")) return false;
        alias_pair *pair = sl_vector_add(out, arena, sizeof *pair);
        if (pair != NULL) *pair = (alias_pair){from.text, to.text, keep};
    }
    return out->count > 0;
}

void sl_st_alias(sl_search_time *st, const sl_conf_entry *entry)
{
    sl_vector list = {NULL, 0, 0};
    if (!alias_parse(entry->value, st->arena, &list)) {
        sl_st_refuse(st, entry, (sl_text){NULL, 0}, "expected FIELD AS ALIAS");
        return;
    }
    const alias_pair *pairs = list.items;
    for (uint32_t i = 0; i < list.count; i++) {
        const sl_expr *value = sl_st_field(st, pairs[i].from);
        if (pairs[i].keep) value = sl_st_else(st, sl_st_field(st, pairs[i].to), value);
        sl_st_put_field(st, entry, pairs[i].to, value);
    }
}

/* --- EVAL- --- */

/* Another calculated field of the sourcetype: one that this one does not see. */
static const sl_conf_entry *calculate_other(const sl_search_time *st, sl_text name, sl_text own)
{
    for (uint32_t i = 0; i < st->prop_count; i++) {
        sl_text key = st->props[i].key;
        if (!sl_text_starts(key, SL_TEXT("EVAL-")) || sl_text_equal(key, own)) continue;
        if (sl_text_equal(sl_text_slice(key, 5, key.length), name))
            return st->props[i].choices[0].entry;
    }
    return NULL;
}

static void calculate_note(sl_search_time *st, const sl_conf_entry *entry, const sl_fields *names)
{
    for (sl_field field = 0; field < sl_fields_count(names); field++) {
        sl_text name = sl_fields_name(names, field);
        const sl_conf_entry *other = calculate_other(st, name, entry->key);
        if (other == NULL || sl_map_find(&st->names, name) != SL_MAP_NONE) continue;
        sl_splunk_conf_note(st->conf, /* fault= */ false, entry, st->stanza,
                            "it reads '%.*s' as it is before %.*s (line %u): calculated fields do "
                            "not see one another",
                            SL_TEXT_ARG(name), SL_TEXT_ARG(other->key), other->line);
    }
}

void sl_st_calculate(sl_search_time *st, const sl_conf_entry *entry)
{
    sl_text name = sl_text_slice(entry->key, 5, entry->key.length);
    sl_diags *diags = sl_calloc(1, sizeof *diags);
    sl_fields names;
    if (diags == NULL) {
        st->arena->failed = true;
        return;
    }
    sl_diags_init(diags);
    sl_fields_init(&names);
    const sl_expr *expr = sl_spl_expression(entry->value, st->arena, &names, diags);
    if (expr == NULL) {
        sl_st_refuse(st, entry, name, settings_reason(diags));
    } else {
        calculate_note(st, entry, &names);
        sl_st_put_field(st, entry, name, sl_st_over(st, expr, &names));
    }
    sl_fields_fini(&names);
    free(diags);
}

/* --- LOOKUP- --- */

typedef struct lookup_setting {
    sl_search_time *st;
    const sl_conf_entry *entry;
    sl_text table;
    const sl_text *columns; /* of the table */
    uint32_t column_count;
    sl_vector keys;    /* of lookup_pair */
    sl_vector outputs; /* the same */
    bool has_outputs, only_missing;
} lookup_setting;

/* `column AS field`. */
typedef struct lookup_pair {
    sl_text column, field;
} lookup_pair;

static bool lookup_has(const lookup_setting *l, sl_text column)
{
    for (uint32_t c = 0; c < l->column_count; c++)
        if (sl_text_equal(l->columns[c], column)) return true;
    return false;
}

/* Reads the words. NULL, or what is wrong with them. */
static const char *lookup_parse(lookup_setting *l)
{
    sl_arena *arena = l->st->arena;
    sl_text value = l->entry->value;
    settings_word word;
    size_t at = 0;
    if (!settings_next(value, &at, &word)) return "expected the name of a lookup";
    l->table = word.text;
    while (settings_next(value, &at, &word)) {
        bool output = settings_is(&word, "OUTPUT"), fresh = settings_is(&word, "OUTPUTNEW");
        if (output || fresh) {
            if (l->has_outputs) return "OUTPUT or OUTPUTNEW stands there twice";
            l->has_outputs = true;
            l->only_missing = fresh;
            continue;
        }
        sl_vector *list = l->has_outputs ? &l->outputs : &l->keys;
        lookup_pair *pair = sl_vector_add(list, arena, sizeof *pair);
        if (pair == NULL) return "out of memory";
        *pair = (lookup_pair){word.text, word.text};
        (void)settings_as(value, &at, &pair->field);
    }
    if (l->keys.count == 0) return "expected a column to match with, behind the lookup's name";
    return l->has_outputs && l->outputs.count == 0 ? "expected a column behind OUTPUT" : NULL;
}

/* Without OUTPUT, every column that is no key. */
static bool lookup_all_columns(lookup_setting *l)
{
    const lookup_pair *keys = l->keys.items;
    for (uint32_t c = 0; c < l->column_count && !l->has_outputs; c++) {
        bool is_key = false;
        for (uint32_t k = 0; k < l->keys.count; k++)
            is_key |= sl_text_equal(keys[k].column, l->columns[c]);
        if (is_key) continue;
        lookup_pair *pair = sl_vector_add(&l->outputs, l->st->arena, sizeof *pair);
        if (pair == NULL) return false;
        *pair = (lookup_pair){l->columns[c], l->columns[c]};
    }
    return true;
}

/* NULL, or which column is not there. */
static const char *lookup_check(const lookup_setting *l, const sl_vector *list)
{
    const lookup_pair *pairs = list->items;
    for (uint32_t i = 0; i < list->count; i++) {
        if (lookup_has(l, pairs[i].column)) continue;
        sl_text why = sl_arena_printf(l->st->arena, "the lookup '%.*s' has no column '%.*s'",
                                      SL_TEXT_ARG(l->table), SL_TEXT_ARG(pairs[i].column));
        return why.data == NULL ? "out of memory" : why.data;
    }
    return NULL;
}

/* NULL, or why the table is not there. */
static const char *lookup_open(lookup_setting *l)
{
    const char *reason;
    if (sl_conf_get(l->st->conf->transforms, l->table, "time_field").length > 0)
        return "lookups that are bound to time are not run here";
    l->columns = sl_library_columns(l->st->conf->library, l->table, &l->column_count, &reason);
    if (l->columns != NULL) return NULL;
    sl_text why =
        sl_arena_printf(l->st->arena, "the lookup '%.*s' cannot be used: %s", SL_TEXT_ARG(l->table),
                        reason == NULL ? "no transforms.conf or CSV file has it" : reason);
    return why.data == NULL ? "out of memory" : why.data;
}

static sl_lookup_use *lookup_use(lookup_setting *l, const sl_expr ***out_args)
{
    sl_search_time *st = l->st;
    const lookup_pair *keys = l->keys.items;
    sl_lookup_use *use = SL_ARENA_NEW(st->arena, sl_lookup_use);
    sl_lookup_pair *pairs = SL_ARENA_ARRAY(st->arena, l->keys.count, sl_lookup_pair);
    sl_text *names = SL_ARENA_ARRAY(st->arena, l->keys.count, sl_text);
    *out_args = SL_ARENA_ARRAY(st->arena, l->keys.count + 1, const sl_expr *);
    if (use == NULL || pairs == NULL || names == NULL || *out_args == NULL) return NULL;
    for (uint32_t k = 0; k < l->keys.count; k++) {
        names[k] = keys[k].column;
        (*out_args)[k + 1] = sl_st_field(st, keys[k].field);
    }
    *use = (sl_lookup_use){.op = {.keys = pairs, .key_count = l->keys.count},
                           .name = l->table,
                           .where = sl_st_where(st, l->entry),
                           .key_names = names,
                           .only_missing = l->only_missing};
    return use;
}

static void lookup_put(lookup_setting *l)
{
    sl_search_time *st = l->st;
    const lookup_pair *outputs = l->outputs.items;
    const sl_expr **args;
    sl_lookup_use *use = lookup_use(l, &args);
    for (uint32_t o = 0; use != NULL && o < l->outputs.count; o++) {
        sl_lookup_column *column = SL_ARENA_NEW(st->arena, sl_lookup_column);
        if (column == NULL) return;
        *column = (sl_lookup_column){.use = use, .name = outputs[o].column};
        args[0] = sl_st_field(st, outputs[o].field);
        const sl_expr *value = sl_st_call(st, &sl_lookup_value, column, args, l->keys.count + 1);
        sl_st_put_field(st, l->entry, outputs[o].field, value);
    }
}

void sl_st_lookup(sl_search_time *st, const sl_conf_entry *entry)
{
    lookup_setting l = {.st = st, .entry = entry};
    const char *why = lookup_parse(&l);
    if (why == NULL) why = lookup_open(&l);
    if (why == NULL) why = lookup_check(&l, &l.keys);
    if (why == NULL) why = lookup_check(&l, &l.outputs);
    if (why == NULL && !lookup_all_columns(&l)) return;
    if (why == NULL) {
        lookup_put(&l);
        return;
    }
    const lookup_pair *outputs = l.outputs.items;
    if (l.outputs.count == 0) sl_st_refuse(st, entry, (sl_text){NULL, 0}, why);
    for (uint32_t o = 0; o < l.outputs.count; o++) sl_st_refuse(st, entry, outputs[o].field, why);
}
