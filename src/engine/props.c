/* props.c - stanza names read as patterns; settings gathered, sorted, and cut behind the first that
 * always holds. */
#include "engine/props.h"

#include <stdlib.h>

#include "base/number.h"
#include "func/regex.h"

enum { PROPS_PRIORITY_PLAIN = 100 };

/* A pattern of the stanza language: `...` is anything, `*` anything but a slash, a dot itself; the
 * rest is a regular expression as it stands. */
static sl_text props_pattern(sl_text name, bool is_pattern, sl_arena *arena)
{
    sl_buffer out;
    sl_buffer_init(&out);
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool plain = !is_pattern && strchr("\\^$+?{}|()[]*#", c) != NULL && c != '\0';
        if (is_pattern && sl_text_starts(sl_text_slice(name, i, name.length), SL_TEXT("..."))) {
            sl_buffer_add_string(&out, ".*");
            i += 2;
        } else if (is_pattern && c == '*') {
            sl_buffer_add_string(&out, "[^/]*");
        } else {
            if (c == '.' || plain) sl_buffer_add_byte(&out, '\\');
            sl_buffer_add_byte(&out, c);
        }
    }
    sl_text pattern = out.failed ? (sl_text){NULL, 0} : sl_arena_copy(arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return pattern;
}

static bool props_is_pattern(sl_text name)
{
    if (sl_text_find(name, SL_TEXT("..."), 0) != SIZE_MAX) return true;
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] != '\0' && strchr("*|()[\\", name.data[i]) != NULL) return true;
    return false;
}

static sl_props_kind props_kind(sl_text *name)
{
    static const struct {
        const char *prefix;
        sl_props_kind kind;
    } prefixes[] = {{"source::", SL_PROPS_SOURCE},
                    {"host::", SL_PROPS_HOST},
                    {"rule::", SL_PROPS_RULE},
                    {"delayedrule::", SL_PROPS_RULE}};
    if (sl_text_equal(*name, SL_TEXT("default"))) return SL_PROPS_DEFAULT;
    for (size_t i = 0; i < SL_COUNT(prefixes); i++) {
        sl_text prefix = sl_text_from(prefixes[i].prefix);
        if (!sl_text_starts(*name, prefix)) continue;
        *name = sl_text_slice(*name, prefix.length, name->length);
        return prefixes[i].kind;
    }
    return SL_PROPS_SOURCETYPE;
}

bool sl_props_read(const sl_conf *conf, sl_arena *arena, sl_props *out)
{
    uint32_t count = conf->stanza_names.count;
    sl_props_stanza *stanzas = SL_ARENA_ARRAY(arena, count, sl_props_stanza);
    if (stanzas == NULL) return false;
    for (uint32_t i = 0; i < count; i++) {
        sl_props_stanza *s = &stanzas[i];
        s->stanza = &conf->stanzas[i];
        s->name = s->stanza->name;
        s->kind = props_kind(&s->name);
        s->is_pattern = props_is_pattern(s->name);
        s->pattern = props_pattern(s->name, s->is_pattern, arena);
        const sl_conf_entry *said = sl_conf_find(conf, s->stanza->name, SL_TEXT("priority"));
        s->priority = s->is_pattern ? 0 : PROPS_PRIORITY_PLAIN;
        if (said != NULL) (void)sl_integer_parse(said->value, &s->priority);
        if (s->pattern.data == NULL) return false;
    }
    *out = (sl_props){conf, stanzas, count};
    return true;
}

bool sl_props_is_of(const sl_props_stanza *stanza, sl_text sourcetype)
{
    if (stanza->kind != SL_PROPS_SOURCETYPE) return false;
    if (!stanza->is_pattern) return sl_text_equal(stanza->name, sourcetype);
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    const sl_regex *regex = sl_regex_new(stanza->pattern, SL_REGEX_ANCHORED, &arena,
                                         /* diags= */ NULL, (sl_span){0, 0});
    bool matches =
        regex != NULL && sl_regex_test(regex, sourcetype, /* context= */ NULL) == SL_MATCH_YES;
    sl_arena_fini(&arena);
    return matches;
}

static int props_compare(const void *left, const void *right)
{
    const sl_prop_choice *a = left, *b = right;
    int order = sl_text_compare(a->entry->key, b->entry->key);
    if (order != 0) return order;
    if (a->stanza->kind != b->stanza->kind) return a->stanza->kind < b->stanza->kind ? -1 : 1;
    if (a->stanza->priority != b->stanza->priority)
        return a->stanza->priority > b->stanza->priority ? -1 : 1;
    return sl_text_compare(a->stanza->name, b->stanza->name);
}

/* Every setting of every stanza that some event of the sourcetype may be under. */
static bool props_gather(const sl_props *props, sl_text sourcetype, sl_arena *arena,
                         sl_prop_choice **out, uint32_t *out_count)
{
    sl_prop_choice *choices = SL_ARENA_ARRAY(arena, props->conf->entry_names.count, sl_prop_choice);
    uint32_t count = 0;
    if (choices == NULL) return false;
    for (uint32_t s = 0; s < props->count; s++) {
        const sl_props_stanza *stanza = &props->stanzas[s];
        if (stanza->kind == SL_PROPS_RULE) continue;
        if (stanza->kind == SL_PROPS_SOURCETYPE && !sl_props_is_of(stanza, sourcetype)) continue;
        for (uint32_t e = stanza->stanza->first; e != SL_CONF_END; e = props->conf->entries[e].next)
            choices[count++] = (sl_prop_choice){&props->conf->entries[e], stanza};
    }
    qsort(choices, count, sizeof *choices, props_compare);
    *out = choices;
    *out_count = count;
    return true;
}

bool sl_props_select(const sl_props *props, sl_text sourcetype, sl_arena *arena,
                     const sl_prop **out, uint32_t *out_count)
{
    sl_prop_choice *choices;
    uint32_t choice_count, count = 0;
    if (!props_gather(props, sourcetype, arena, &choices, &choice_count)) return false;
    sl_prop *list = SL_ARENA_ARRAY(arena, choice_count, sl_prop);
    if (list == NULL) return false;
    for (uint32_t i = 0, end; i < choice_count; i = end) {
        sl_prop *prop = &list[count++];
        *prop = (sl_prop){.key = choices[i].entry->key, .choices = &choices[i]};
        for (end = i; end < choice_count && sl_text_equal(choices[end].entry->key, prop->key);)
            end++;
        for (uint32_t c = i; c < end; c++) {
            prop->count++;
            if (choices[c].stanza->kind >= SL_PROPS_SOURCETYPE) break; /* always holds */
        }
    }
    *out = list;
    *out_count = count;
    return true;
}
