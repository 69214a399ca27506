/* search_transform.c - REPORT-: the transforms that it names, one after the other.
 *
 * What a transform means is said in transforms.conf.spec (9.0.3). Fields whose names stand in the
 * setting become derived fields; where the text has the names, too (FORMAT = $1::$2, DELIMS without
 * FIELDS), every field that is asked for by name is looked for. */
#include "engine/search_time.h"

#include "base/number.h"
#include "lang/common/scan.h"

/* One transform of a REPORT- setting. */
typedef struct transform {
    sl_search_time *st;
    const sl_conf_entry *entry; /* the REPORT- setting */
    sl_text name;               /* the stanza in transforms.conf */
    const sl_expr *source;      /* the text it looks at */
    sl_extraction *how;
    bool add; /* MV_ADD */
} transform;

static sl_text transform_get(const transform *t, const char *key)
{
    return sl_conf_get(t->st->conf->transforms, t->name, key);
}

static bool transform_flag(const transform *t, const char *key, bool other)
{
    return sl_conf_bool(transform_get(t, key), other);
}

static void transform_refuse(transform *t, sl_text field, const char *why)
{
    sl_text text = sl_arena_printf(t->st->arena, "transform '%.*s': %s", SL_TEXT_ARG(t->name), why);
    sl_st_refuse(t->st, t->entry, field, text.data == NULL ? "out of memory" : text.data);
}

/* --- fields --- */

static void transform_put(transform *t, sl_text name, const sl_fn *fn, const sl_extracted *field)
{
    sl_search_time *st = t->st;
    sl_extracted *copy = SL_ARENA_NEW(st->arena, sl_extracted);
    if (copy == NULL) return;
    *copy = *field;
    copy->how = t->how;
    if (t->how->clean) name = sl_spl_clean_key(st->arena, name);
    const sl_expr *old = sl_st_field(st, name);
    const sl_expr *found = sl_st_call(st, fn, copy, &t->source, 1);
    const sl_expr *both[] = {old, found};
    bool append = t->add && !sl_st_is_missing(old);
    sl_st_put_field(st, t->entry, name,
                    append ? sl_st_eval(st, "mvappend", both, 2) : sl_st_else(st, old, found));
}

/* Fields whose names stand in the text. Those that are there already stay, or get more values. */
static void transform_pairs(transform *t, const sl_fn *fn, const sl_extracted *field)
{
    sl_search_time *st = t->st;
    sl_extracted *how = SL_ARENA_NEW(st->arena, sl_extracted);
    sl_st_pairs *pairs = sl_vector_add(&st->pairs, st->arena, sizeof *pairs);
    if (how == NULL || pairs == NULL) return;
    *how = *field;
    how->how = t->how;
    *pairs = (sl_st_pairs){
        .how = how, .fn = fn, .source = t->source, .when = st->when, .unless = st->unless};
    for (uint32_t i = 0; i < st->names.count; i++) {
        sl_text name = sl_map_key(&st->names, i);
        const sl_expr *found = sl_st_pair(st, pairs, name);
        const sl_expr *both[] = {st->made[i].value, found};
        st->made[i].value =
            t->add ? sl_st_eval(st, "mvappend", both, 2) : sl_st_else(st, both[0], found);
    }
}

/* --- REGEX and FORMAT --- */

/* One side of `name::value`: quoted, or up to `::` or white space. */
static sl_text format_side(sl_text format, size_t *at, bool name)
{
    size_t start = *at;
    size_t close =
        sl_byte_at(format, start) == '"' ? sl_text_find_byte(format, '"', start + 1) : SIZE_MAX;
    if (close != SIZE_MAX) {
        *at = close + 1;
        return sl_text_slice(format, start + 1, close);
    }
    while (*at < format.length && !sl_is_space(format.data[*at])
           && !(name && sl_text_starts(sl_text_slice(format, *at, format.length), SL_TEXT("::"))))
        ++*at;
    return sl_text_slice(format, start, *at);
}

/* `$2`: 2; 0 when it is no group. */
static uint32_t format_group(sl_text side)
{
    int64_t number;
    if (side.length < 2 || side.data[0] != '$') return 0;
    if (!sl_integer_parse(sl_text_slice(side, 1, side.length), &number)) return 0;
    return number > 0 && number <= SL_REGEX_GROUPS_MAX ? (uint32_t)number : SL_REGEX_GROUPS_MAX + 1;
}

static bool format_pair(transform *t, sl_text name, sl_text value)
{
    uint32_t name_group = format_group(name), value_group = format_group(value);
    uint32_t groups = sl_regex_group_count(t->how->regex);
    if (name.length == 0 || name_group > groups || value_group > groups) return false;
    sl_extracted field = {.number = value_group,
                          .constant = sl_arena_copy(t->st->arena, value),
                          .name_group = name_group,
                          .value_group = value_group};
    const sl_fn *fn = value_group == 0 ? &sl_spl_extract_constant : &sl_spl_extract_group;
    if (name_group == 0) transform_put(t, name, fn, &field);
    else if (value_group == 0) return false;
    else transform_pairs(t, &sl_spl_extract_named, &field);
    return true;
}

static void transform_format(transform *t, sl_text format)
{
    for (size_t at = sl_scan_space(format, 0); at < format.length; at = sl_scan_space(format, at)) {
        sl_text name = format_side(format, &at, /* name= */ true);
        bool parted = sl_text_starts(sl_text_slice(format, at, format.length), SL_TEXT("::"));
        at += parted ? 2 : 0;
        sl_text value = parted ? format_side(format, &at, /* name= */ false) : name;
        if (parted && format_pair(t, name, value)) continue;
        transform_refuse(t, format_group(name) == 0 ? name : (sl_text){NULL, 0},
                         "FORMAT is NAME::VALUE, each a text or a group that REGEX has ($1)");
        return;
    }
}

/* Groups by name: (?<field>...), or a name and its value in (?<_KEY_1>...) and (?<_VAL_1>...). */
static void transform_groups(transform *t)
{
    const sl_regex *regex = t->how->regex;
    bool named = false;
    for (uint32_t g = 1; g <= sl_regex_group_count(regex); g++) {
        sl_text name = sl_regex_group_name(regex, g);
        if (name.length == 0 || sl_text_starts(name, SL_TEXT("_VAL_"))) continue;
        sl_extracted field = {.number = g, .name_group = g};
        named = true;
        if (!sl_text_starts(name, SL_TEXT("_KEY_"))) {
            transform_put(t, name, &sl_spl_extract_group, &field);
            continue;
        }
        sl_text key = sl_text_slice(name, 5, name.length);
        for (uint32_t v = 1; v <= sl_regex_group_count(regex); v++) {
            sl_text other = sl_regex_group_name(regex, v);
            if (sl_text_starts(other, SL_TEXT("_VAL_"))
                && sl_text_equal(sl_text_slice(other, 5, other.length), key))
                field.value_group = v;
        }
        if (field.value_group > 0) transform_pairs(t, &sl_spl_extract_named, &field);
        else transform_refuse(t, (sl_text){NULL, 0}, "a _KEY_ group without its _VAL_ group");
    }
    if (!named)
        transform_refuse(t, (sl_text){NULL, 0}, "REGEX names no group, and there is no FORMAT");
}

/* --- DELIMS and FIELDS --- */

/* Where the text at `at` ends: at `close`, unless a backslash protects it, or with the list. */
static size_t delims_end(sl_text list, size_t at, char close)
{
    while (at < list.length && list.data[at] != close)
        at += list.data[at] == '\\' && at + 1 < list.length ? 2 : 1;
    return at;
}

/* The next text of a list, in quotes (where a backslash protects) or bare up to a comma. */
static bool delims_next(sl_arena *arena, sl_text list, size_t *at, sl_text *out)
{
    while (*at < list.length && (sl_is_space(list.data[*at]) || list.data[*at] == ',')) ++*at;
    if (*at >= list.length) return false;
    bool quoted = list.data[*at] == '"';
    size_t start = *at + quoted, end = delims_end(list, start, quoted ? '"' : ','), length = 0;
    char *bytes = sl_arena_bytes(arena, end - start + 1);
    if (bytes == NULL) return false;
    for (size_t i = start; i < end; i++) {
        char c = list.data[i];
        if (c == '\\' && i + 1 < end) {
            char next = list.data[++i];
            c = next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : next;
        }
        bytes[length++] = c;
    }
    *at = quoted && end < list.length ? end + 1 : end;
    *out = sl_text_make(bytes, length);
    if (!quoted) *out = sl_text_trim(*out);
    return true;
}

static void delims_set(bool set[256], sl_text bytes)
{
    for (size_t i = 0; i < bytes.length; i++) set[(unsigned char)bytes.data[i]] = true;
}

static void transform_delims(transform *t, sl_text delims)
{
    sl_arena *arena = t->st->arena;
    sl_text fields = transform_get(t, "FIELDS"), name, between;
    size_t at = 0;
    if (!delims_next(arena, delims, &at, &t->how->sequence) || t->how->sequence.length == 0) {
        transform_refuse(t, (sl_text){NULL, 0}, "DELIMS is one or two texts in quotes");
        return;
    }
    delims_set(t->how->delimiters, t->how->sequence);
    t->how->paired = delims_next(arena, delims, &at, &between);
    if (t->how->paired) delims_set(t->how->between, between);
    sl_extracted field = {.number = 0};
    if (fields.length == 0) transform_pairs(t, &sl_spl_extract_pair, &field);
    for (at = 0; delims_next(arena, fields, &at, &name); field.number++)
        transform_put(t, name, &sl_spl_extract_token, &field);
}

/* --- the transform --- */

/* Settings that only mean something when events are indexed. */
static bool transform_is_indexing(const transform *t)
{
    static const char *const keys[] = {"DEST_KEY", "WRITE_META", "INGEST_EVAL", "CLONE_SOURCETYPE",
                                       "STOP_PROCESSING_IF"};
    for (size_t i = 0; i < SL_COUNT(keys); i++)
        if (sl_conf_find(t->st->conf->transforms, t->name, sl_text_from(keys[i])) != NULL)
            return true;
    return false;
}

/* What the transform looks at. NULL: several fields at once. A member of the record comes later by
 * the vendor's order, yet the vendor's own add-ons read such: what nothing before makes is one of
 * these. */
static const sl_expr *transform_source(transform *t)
{
    sl_search_time *st = t->st;
    sl_text key = transform_get(t, "SOURCE_KEY");
    if (key.length == 0) key = SL_TEXT("_raw");
    if (sl_text_starts(key, SL_TEXT("field:"))) key = sl_text_slice(key, 6, key.length);
    if (sl_text_starts(key, SL_TEXT("fields:"))) return NULL;
    if (sl_text_equal(key, SL_TEXT("MetaData:Source"))) key = SL_TEXT("source");
    const sl_expr *field = sl_st_field(st, key);
    if (!sl_st_is_missing(field) || st->hidden) return field;
    sl_splunk_conf_note(
        st->conf, /* fault= */ false, t->entry, st->stanza,
        "transform '%.*s': it reads '%.*s' of the record, which by the vendor's order "
        "is extracted later",
        SL_TEXT_ARG(t->name), SL_TEXT_ARG(key));
    return sl_st_raw(st, key);
}

static void transform_regex(transform *t, sl_text pattern)
{
    sl_text what = sl_arena_printf(t->st->arena, "transform '%.*s': ", SL_TEXT_ARG(t->name));
    if (what.data == NULL) return;
    t->how->regex = sl_st_regex(t->st, t->entry, pattern, 0, what.data);
    if (t->how->regex == NULL) return;
    sl_text format = transform_get(t, "FORMAT");
    if (format.length > 0) transform_format(t, format);
    else transform_groups(t);
}

static void transform_run(transform *t)
{
    sl_search_time *st = t->st;
    sl_text none = {NULL, 0}, regex = transform_get(t, "REGEX"),
            delims = transform_get(t, "DELIMS");
    if (sl_conf_stanza_find(st->conf->transforms, t->name) == NULL) {
        transform_refuse(t, none, "no transforms.conf has it");
        return;
    }
    if (transform_is_indexing(t)) {
        transform_refuse(t, none, "it works when events are indexed");
        return;
    }
    t->source = transform_source(t);
    if (t->source == NULL) {
        transform_refuse(t, none, "several fields in SOURCE_KEY are not run here");
        return;
    }
    if (sl_st_is_missing(t->source))
        transform_refuse(t, none, "nothing before it makes the field of its SOURCE_KEY");
    t->add = transform_flag(t, "MV_ADD", false);
    t->how = SL_ARENA_NEW(st->arena, sl_extraction);
    if (t->how == NULL) return;
    *t->how = (sl_extraction){.where = sl_st_where(st, t->entry),
                              .all = t->add,
                              .keep_empty = transform_flag(t, "KEEP_EMPTY_VALS", false),
                              .clean = transform_flag(t, "CLEAN_KEYS", true)};
    if (regex.length > 0) transform_regex(t, regex);
    else if (delims.length > 0) transform_delims(t, delims);
    else transform_refuse(t, none, "it has neither REGEX nor DELIMS");
}

void sl_st_report(sl_search_time *st, const sl_conf_entry *entry)
{
    sl_text names = entry->value;
    st->chained = true;
    for (size_t at = 0; at < names.length;) {
        size_t comma = sl_text_find_byte(names, ',', at);
        if (comma == SIZE_MAX) comma = names.length;
        transform t = {
            .st = st, .entry = entry, .name = sl_text_trim(sl_text_slice(names, at, comma))};
        if (t.name.length > 0) transform_run(&t);
        at = comma + 1;
    }
    st->chained = false;
}
