/* schema.h - a log format as plans see it: derived fields, claims, and the views it can be
 * presented as.
 *
 * Compiled by engine/catalog from the format files; a constant for everything below.
 *
 * Owner:    the catalog's arena.
 * Lifetime: as long as the catalog.
 * Threads:  immutable. */
#ifndef SL_PLAN_SCHEMA_H
#define SL_PLAN_SCHEMA_H

#include "event/fields.h"
#include "event/path.h"
#include "plan/expr.h"

/* A field computed from raw fields, by an expression over the schema's own field numbers. */
typedef struct sl_derived {
    sl_text name;
    const sl_expr *value;
    sl_text text;   /* as written in the format file */
    sl_text origin; /* "props.conf:3" when a setting of the user's makes it; else empty */
} sl_derived;

/* A name that is the same for every event of the presentation: index, sourcetype, #tags. Several
 * claimed names are a list. */
typedef struct sl_tag {
    sl_text name;
    sl_value value;
} sl_tag;

/* The field `name` as it is found by its name in the record, before the record's own members; an
 * expression in `arena`, or NULL when memory ends. */
typedef const sl_expr *sl_find_field(const void *state, sl_text name, sl_arena *arena);

/* One way to see the events of a format: its own (name ""), or a view as another format. Each
 * profile of the format has its own set of presentations. */
typedef struct sl_presentation {
    sl_text name;
    sl_text profile;
    const sl_expr *when; /* the events it shows, over raw fields; NULL: all */
    sl_text when_text;   /* as written in the format file */
    const sl_derived *derived;
    uint32_t derived_count;
    const sl_tag *tags;
    uint32_t tag_count;
    bool hides_raw;      /* a view: fields that are not derived are missing, not raw */
    bool asked_for;      /* taken only by plans that let nothing through without its sourcetype */
    sl_find_field *find; /* NULL: other fields are members of the record alone */
    const void *find_state;
} sl_presentation;

/* Names among the raw fields that are no paths of the record, but about it: its time, its text, the
 * path of its file. Others in angle brackets are names that expressions use among themselves. */
#define SL_RAW_NAME_TIME "_time"
#define SL_RAW_NAME_TEXT "_raw"
#define SL_RAW_NAME_SOURCE "<source>"

typedef struct sl_schema {
    sl_text name, title, doc;
    sl_fields fields;          /* raw fields that derived ones read */
    const sl_path *paths;      /* where they stand, by field number */
    const sl_path *time_paths; /* the first that is there and reads as a time */
    uint32_t time_count;
    const sl_path *identity_paths; /* the first that is there */
    uint32_t identity_count;
    /* The top-level keys that tell events apart (eventName): fields of a single such key, and the
     * first present of several, have the text that stands behind one of them, if any. */
    const sl_text *gate_keys;
    uint32_t gate_key_count;
    const sl_presentation *presentations; /* of a profile: the format's own, then views */
    uint32_t presentation_count;
} sl_schema;

/* The derived field or tag of this name, or NULL. */
const sl_derived *sl_presentation_derived(const sl_presentation *presentation, sl_text name);
const sl_tag *sl_presentation_tag(const sl_presentation *presentation, sl_text name);
/* A name of the format that `name`, which is none, may be a slip of: other capitals, or, in a name
 * without dots, a letter or two. An empty text when there is none. */
sl_text sl_schema_nearest(const sl_schema *schema, const sl_presentation *presentation,
                          sl_text name);
/* The profile of `schema` that serves a plan that asks for `profile`: that, or "default". */
sl_text sl_schema_profile(const sl_schema *schema, sl_text profile);
/* True for names that only tags have: "index", "sourcetype", anything with a leading '#'. */
bool sl_name_is_tag(sl_text name);
/* The claimed value of the tag `name` nearest to `value`; an empty text when none is near. */
sl_text sl_schemas_nearest_claim(const sl_schema *const *schemas, uint32_t schema_count,
                                 sl_text name, sl_text value);
/* True when some presentation of some schema claims `value` (ASCII case ignored, `*` matches
 * anything) under the tag `name`. */
bool sl_schemas_claim(const sl_schema *const *schemas, uint32_t schema_count, sl_text name,
                      sl_text value);

#endif
