/* knows.c - whether a published search asks for logs of a format that is known here.
 *
 * Libraries of content hold searches for every product there is; those for others are not faults of
 * ours or theirs, and are told apart from those that are refused. A search that was compiled says by
 * its plan which index and sourcetype it wants. For one that was not, its text is looked through: the
 * values behind index=, sourcetype= and source=, also in the definitions of the macros it uses. */
#include "engine/internal.h"

#include "lang/common/scan.h"

enum { KNOWS_DEPTH_MAX = 4, KNOWS_MACROS_MAX = 200 };

/* What was found so far. */
typedef struct knows {
    const sl_engine *engine;
    sl_library *library;
    bool named;  /* some source is asked for */
    bool known;  /* and a format goes by that name */
    unsigned macros;
} knows;

static void knows_value(knows *k, sl_text key, sl_text value)
{
    const sl_catalog *catalog = k->engine->catalog;
    k->named = true;
    if (sl_text_equal(value, SL_TEXT("*"))) return;
    k->known |= sl_schemas_claim(catalog->schemas, catalog->count, key, value);
}

static void knows_plan(knows *k, const sl_plan *plan)
{
    for (uint32_t i = 0; i < plan->tag_use_count; i++) {
        const sl_tag_use *use = &plan->tag_uses[i];
        bool host = sl_text_equal(use->key, SL_TEXT("host"));
        if (!use->negated && !host) knows_value(k, use->key, use->value);
    }
    for (uint32_t i = 0; i < plan->sub_count; i++) knows_plan(k, plan->subs[i]);
    for (uint32_t i = 0; i < plan->condition_count; i++)
        knows_plan(k, plan->conditions[i]->plan);
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

/* `key`=value, wherever it stands as a whole word. */
static void knows_key(knows *k, sl_text text, const char *name)
{
    sl_text key = sl_text_from(name);
    for (size_t at = sl_text_find(text, key, 0); at != SIZE_MAX;
         at = sl_text_find(text, key, at + key.length)) {
        bool whole = at == 0 || !sl_is_name(text.data[at - 1]);
        size_t behind = sl_scan_space(text, at + key.length);
        if (!whole || sl_byte_at(text, behind) != '=') continue;
        knows_value(k, key, knows_word(text, sl_scan_space(text, behind + 1)));
    }
}

static void knows_text(knows *k, sl_text text, unsigned depth);

static void knows_macro(knows *k, sl_text use, unsigned depth)
{
    sl_macro macro;
    size_t open = sl_text_find_byte(use, '(', 0);
    sl_text name = sl_text_trim(sl_text_slice(use, 0, open == SIZE_MAX ? use.length : open));
    if (k->library == NULL || ++k->macros > KNOWS_MACROS_MAX) return;
    if (sl_library_macro(k->library, name, 0, &macro)) knows_text(k, macro.definition, depth + 1);
}

static void knows_text(knows *k, sl_text text, unsigned depth)
{
    if (depth == KNOWS_DEPTH_MAX) return;
    knows_key(k, text, "sourcetype");
    knows_key(k, text, "index");
    knows_key(k, text, "source");
    for (size_t at = sl_text_find_byte(text, '`', 0); at != SIZE_MAX;) {
        size_t end = sl_text_find_byte(text, '`', at + 1);
        if (end == SIZE_MAX) return;
        knows_macro(k, sl_text_slice(text, at + 1, end), depth);
        at = sl_text_find_byte(text, '`', end + 1);
    }
}

bool sl_engine_knows_source(const sl_engine *engine, const sl_compile_source *source,
                            const sl_plan *plan)
{
    knows k = {.engine = engine, .library = source->library};
    if (plan != NULL) {
        knows_plan(&k, plan);
        return k.known || !k.named;
    }
    knows_text(&k, source->text, 0);
    return k.known;
}
