/* knows.c - whether a published search asks for logs of a format that is known here.
 *
 * Libraries of content hold searches for every product there is; those for others are no faults,
 * and are told apart from those that are refused. Some of those do not even compile here, so the
 * text is looked through: the values behind index=, sourcetype= and source=, and the data models,
 * also in the definitions of the macros it uses. One that names none of these asks for events by an
 * event type, which is a matter of somebody's configuration. */
#include "engine/internal.h"

#include "lang/common/scan.h"

enum { KNOWS_DEPTH_MAX = 4, KNOWS_MACROS_MAX = 200 };

/* What was found so far. */
typedef struct knows {
    const sl_engine *engine;
    sl_library *library;
    bool named; /* some source is asked for */
    bool known; /* and a format goes by that name */
    bool model; /* a data model is, that formats fill */
    bool lost;  /* a macro is not there: it may have named anything */
    unsigned macros;
} knows;

static void knows_value(knows *k, sl_text key, sl_text value)
{
    const sl_catalog *catalog = k->engine->catalog;
    k->named = true;
    if (sl_text_equal(value, SL_TEXT("*"))) return;
    k->known |= sl_schemas_claim(catalog->schemas, catalog->count, key, value);
}

static bool knows_is_end(char c)
{
    return sl_is_space(c) || strchr("|)],`", c) != NULL;
}

/* A value at `at`, in quotes or bare. */
static sl_text knows_word(sl_text text, size_t at)
{
    if (at < text.length && text.data[at] == '"') {
        size_t end = sl_text_find_byte(text, '"', at + 1);
        return sl_text_slice(text, at + 1, end == SIZE_MAX ? text.length : end);
    }
    size_t end = at;
    while (end < text.length && !knows_is_end(text.data[end])) end++;
    return sl_text_slice(text, at, end);
}

/* The values of a list in parentheses that opens at or behind `at`. */
static void knows_list(knows *k, sl_text key, sl_text text, size_t at)
{
    size_t open = sl_text_find_byte(text, '(', at), close = sl_text_find_byte(text, ')', at);
    if (open == SIZE_MAX || close == SIZE_MAX || close < open) return;
    for (at = sl_scan_space(text, open + 1); at < close;) {
        sl_text value = knows_word(text, at);
        knows_value(k, key, value);
        at += value.length + 1;
        while (at < close && (knows_is_end(text.data[at]) || text.data[at] == '"')) {
            if (text.data[at] == '"' && text.data[at - 1] != '"') break;
            at++;
        }
    }
}

/* `key`=value and `key` IN (values), wherever it stands as a whole word. */
static void knows_key(knows *k, sl_text text, const char *name)
{
    sl_text key = sl_text_from(name);
    for (size_t at = sl_text_find(text, key, 0); at != SIZE_MAX;
         at = sl_text_find(text, key, at + key.length)) {
        bool whole = at == 0 || !sl_is_name(text.data[at - 1]);
        size_t behind = sl_scan_space(text, at + key.length);
        sl_text rest = sl_text_slice(text, behind, text.length);
        if (!whole) continue;
        if (sl_byte_at(text, behind) == '=')
            knows_value(k, key, knows_word(text, sl_scan_space(text, behind + 1)));
        else if (behind > at + key.length && sl_text_starts(rest, SL_TEXT("IN")))
            knows_list(k, key, text, behind);
    }
}

/* The data models that are served here, as far as they hold what clouds log. */
static void knows_model(knows *k, sl_text text)
{
    static const char *const models[] = {"Change", "Authentication"};
    sl_text key = SL_TEXT("datamodel");
    for (size_t at = sl_text_find(text, key, 0); at != SIZE_MAX;
         at = sl_text_find(text, key, at + key.length)) {
        size_t behind = sl_scan_space(text, at + key.length);
        if (sl_byte_at(text, behind) != '=') continue;
        sl_text value = knows_word(text, sl_scan_space(text, behind + 1));
        size_t dot = sl_text_find_byte(value, '.', 0);
        value = sl_text_slice(value, 0, dot);
        for (size_t m = 0; m < SL_COUNT(models); m++)
            k->model |= sl_text_equal_nocase(value, sl_text_from(models[m]));
    }
}

static void knows_text(knows *k, sl_text text, unsigned depth);

static void knows_macro(knows *k, sl_text use, unsigned depth)
{
    sl_macro macro;
    size_t open = sl_text_find_byte(use, '(', 0);
    sl_text name = sl_text_trim(sl_text_slice(use, 0, open == SIZE_MAX ? use.length : open));
    const sl_library *libraries[] = {k->engine->library, k->library};
    if (++k->macros > KNOWS_MACROS_MAX) return;
    for (size_t i = 0; i < SL_COUNT(libraries); i++) {
        if (libraries[i] == NULL || !sl_library_macro(libraries[i], name, 0, &macro)) continue;
        knows_text(k, macro.definition, depth + 1);
        return;
    }
    k->lost |= open == SIZE_MAX && !sl_text_ends(name, SL_TEXT("_filter"));
}

static void knows_text(knows *k, sl_text text, unsigned depth)
{
    if (depth == KNOWS_DEPTH_MAX) return;
    knows_key(k, text, "sourcetype");
    knows_key(k, text, "index");
    knows_key(k, text, "source");
    knows_model(k, text);
    for (size_t at = sl_text_find_byte(text, '`', 0); at != SIZE_MAX;) {
        size_t end = sl_text_find_byte(text, '`', at + 1);
        if (end == SIZE_MAX) return;
        knows_macro(k, sl_text_slice(text, at + 1, end), depth);
        at = sl_text_find_byte(text, '`', end + 1);
    }
}

bool sl_engine_knows_source(const sl_engine *engine, const sl_compile_source *source)
{
    knows k = {.engine = engine, .library = source->library};
    knows_text(&k, source->text, 0);
    return k.named ? k.known : k.model || k.lost;
}
