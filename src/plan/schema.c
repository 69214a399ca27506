/* schema.c - looks names up in a format's presentations.
 *
 * Linear over some tens of names: done when a query is compiled, never per event. */
#include "plan/schema.h"

const sl_derived *sl_presentation_derived(const sl_presentation *presentation, sl_text name)
{
    for (uint32_t i = 0; i < presentation->derived_count; i++)
        if (sl_text_equal(presentation->derived[i].name, name)) return &presentation->derived[i];
    return NULL;
}

const sl_tag *sl_presentation_tag(const sl_presentation *presentation, sl_text name)
{
    for (uint32_t i = 0; i < presentation->tag_count; i++)
        if (sl_text_equal(presentation->tags[i].name, name)) return &presentation->tags[i];
    return NULL;
}

sl_text sl_schema_nearest(const sl_schema *schema, const sl_presentation *presentation,
                          sl_text name)
{
    bool nested = sl_text_find_byte(name, '.', 0) != SIZE_MAX;
    unsigned least = nested ? 1 : name.length < 6 ? 2 : 3; /* distances below this count */
    uint32_t raw = presentation->hides_raw ? 0 : sl_fields_count(&schema->fields);
    sl_text best = SL_TEXT("");
    for (uint32_t i = 0; i < presentation->derived_count + raw; i++) {
        sl_text other = i < presentation->derived_count
            ? presentation->derived[i].name
            : sl_fields_name(&schema->fields, i - presentation->derived_count);
        unsigned distance = sl_text_distance(name, other, least);
        if (distance >= least) continue;
        least = distance;
        best = other;
        if (distance == 0) break;
    }
    return best;
}

sl_text sl_schema_profile(const sl_schema *schema, sl_text profile)
{
    for (uint32_t i = 0; i < schema->presentation_count; i++)
        if (sl_text_equal(schema->presentations[i].profile, profile)) return profile;
    return SL_TEXT("default");
}

bool sl_name_is_tag(sl_text name)
{
    return sl_text_equal(name, SL_TEXT("index")) || sl_text_equal(name, SL_TEXT("sourcetype"))
        || (name.length > 1 && name.data[0] == '#');
}

/* `*` stands for any bytes. Two marks suffice: where the last star stood, and how far it went. */
static bool schema_glob(sl_text pattern, sl_text value)
{
    size_t p = 0, v = 0, star = SIZE_MAX, mark = 0;
    while (v < value.length) {
        if (p < pattern.length && pattern.data[p] == '*') {
            star = p++;
            mark = v;
        } else if (p < pattern.length
                   && sl_text_equal_nocase(sl_text_slice(pattern, p, p + 1),
                                           sl_text_slice(value, v, v + 1))) {
            p++;
            v++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            v = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.data[p] == '*') p++;
    return p == pattern.length;
}

static bool schema_tag_has(const sl_tag *tag, sl_text value)
{
    if (tag->value.kind != SL_LIST) return schema_glob(value, sl_value_bytes(tag->value));
    for (uint32_t i = 0; i < tag->value.length; i++)
        if (schema_glob(value, sl_value_bytes(tag->value.items[i]))) return true;
    return false;
}

bool sl_schemas_claim(const sl_schema *const *schemas, uint32_t schema_count, sl_text name,
                      sl_text value)
{
    for (uint32_t s = 0; s < schema_count; s++) {
        for (uint32_t p = 0; p < schemas[s]->presentation_count; p++) {
            const sl_presentation *presentation = &schemas[s]->presentations[p];
            const sl_tag *tag = sl_presentation_tag(presentation, name);
            if (tag != NULL && schema_tag_has(tag, value)) return true;
            /* A tag computed from the event (#event_simpleName of FDR) may have any value. */
            if (sl_presentation_derived(presentation, name) != NULL) return true;
        }
    }
    return false;
}

sl_text sl_schemas_nearest_claim(const sl_schema *const *schemas, uint32_t schema_count,
                                 sl_text name, sl_text value)
{
    unsigned least = value.length < 6 ? 2 : 4; /* distances below this count */
    sl_text best = SL_TEXT("");
    for (uint32_t s = 0; s < schema_count; s++) {
        for (uint32_t p = 0; p < schemas[s]->presentation_count; p++) {
            const sl_tag *tag = sl_presentation_tag(&schemas[s]->presentations[p], name);
            uint32_t count = tag == NULL ? 0 : tag->value.kind == SL_LIST ? tag->value.length : 1;
            for (uint32_t i = 0; i < count; i++) {
                sl_text other =
                    sl_value_bytes(tag->value.kind == SL_LIST ? tag->value.items[i] : tag->value);
                unsigned distance = sl_text_distance(value, other, least);
                if (distance >= least) continue;
                least = distance;
                best = other;
            }
        }
    }
    return best;
}
