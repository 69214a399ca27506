/* search_time.h - one presentation's derived fields, as the settings of a sourcetype make them.
 *
 * Each setting is turned into expressions over raw fields by putting in, for every name it reads,
 * the expression that stands for that name so far. So the vendor's order of operations is the order
 * in which settings are taken, nothing is computed that a query does not ask for, and gates and
 * demand see through it all. Shared by the search_*.c files and by nobody else but splunk_conf.c.
 *
 * Owner:    the arena given.
 * Lifetime: while a presentation is put together; what it made lives in the arena. */
#ifndef SL_ENGINE_SEARCH_TIME_H
#define SL_ENGINE_SEARCH_TIME_H

#include "engine/splunk_conf.h"
#include "func/spl_extract.h"
#include "plan/build.h"

/* A value that a setting gives to a field. */
typedef struct sl_st_put {
    sl_text name;
    const sl_expr *value;
    sl_text text, origin; /* the setting, for people */
} sl_st_put;

/* What stands for a field that settings made. */
typedef struct sl_st_made {
    const sl_expr *value;
    sl_text text, origin;
} sl_st_made;

/* A transform that finds names in the text, too (FORMAT = $1::$2). */
typedef struct sl_st_pairs {
    const sl_extracted *how; /* all but the name */
    const sl_fn *fn;
    const sl_expr *source;
    const sl_expr *when;   /* NULL: always */
    const sl_expr *unless; /* events that another stanza has the say on; NULL: none */
} sl_st_pairs;

typedef struct sl_search_time {
    sl_splunk_conf *conf;
    sl_arena *arena;
    sl_schema *schema; /* raw fields that are read are added to it */
    const sl_presentation *base;
    const sl_prop *props;
    uint32_t prop_count;
    sl_map names;     /* fields that settings made so far */
    sl_st_made *made; /* by number in names */
    uint32_t made_capacity;
    sl_map replaced; /* fields of the format that settings make instead */
    sl_vector pairs; /* of sl_st_pairs */
    sl_vector puts;  /* of sl_st_put: what the setting at hand gives */
    /* The stanza of the setting at hand: its name, the events it is for (NULL: all), and those that
     * stanzas before it have the say on (NULL: none). */
    sl_text stanza;
    const sl_expr *when, *unless;
    bool chained;   /* it sees what it gave itself so far */
    bool typing;    /* index and sourcetype are all names that the events go by */
    bool automatic; /* automatic extraction is done: raw fields are there */
    bool hidden;    /* and there are none: KV_MODE = none */
    uint32_t items; /* names made for items of lists */
} sl_search_time;

/* `out` becomes st->base with what the settings make of its derived fields. False when memory ends.
 * conf, arena, schema, base and props are set; base has the sourcetypes as a tag. */
bool sl_search_time_build(sl_search_time *st, sl_presentation *out);

/* search_time.c: what settings stand on. Expressions are never NULL: missing when memory ends,
 * which st->arena->failed says. */

const sl_expr *sl_st_missing(void);
/* What stands for the field `name` at this point. */
const sl_expr *sl_st_field(sl_search_time *st, sl_text name);
/* The field as the record has it, its name read as SPL spells paths; missing when nothing of the
 * record is seen. */
const sl_expr *sl_st_raw(sl_search_time *st, sl_text name);
/* What a transform that finds names in the text has under this one. */
const sl_expr *sl_st_pair(sl_search_time *st, const sl_st_pairs *pairs, sl_text name);
/* `expr`, over fields `names`, over raw fields. */
const sl_expr *sl_st_over(sl_search_time *st, const sl_expr *expr, const sl_fields *names);
const sl_expr *sl_st_text(sl_search_time *st, sl_text text);
/* A call of `fn` with a state that is made already. */
const sl_expr *sl_st_call(sl_search_time *st, const sl_fn *fn, const void *state,
                          const sl_expr *const *args, uint32_t arg_count);
/* A call of an eval function. */
const sl_expr *sl_st_eval(sl_search_time *st, const char *function, const sl_expr *const *args,
                          uint32_t arg_count);
/* `value` where there is one, else `other`. */
const sl_expr *sl_st_else(sl_search_time *st, const sl_expr *value, const sl_expr *other);
bool sl_st_is_missing(const sl_expr *expr);
/* True when a field may be built of it. */
bool sl_st_is_small(const sl_expr *expr);
/* The setting at hand gives `value` to the field; a later word on the same field is put over it.
 * Fields that belong to the event itself are refused. */
void sl_st_put_field(sl_search_time *st, const sl_conf_entry *entry, sl_text name,
                     const sl_expr *value);
/* The setting at hand is at fault: `name`, which it would make, is refused to queries. */
void sl_st_refuse(sl_search_time *st, const sl_conf_entry *entry, sl_text name, const char *why);

/* Fields by names that stand in the text: the sl_find_field of a presentation. */
sl_find_field sl_st_find;

/* search_settings.c: EXTRACT-, FIELDALIAS-, EVAL-, LOOKUP-. */
void sl_st_extract(sl_search_time *st, const sl_conf_entry *entry);
void sl_st_alias(sl_search_time *st, const sl_conf_entry *entry);
void sl_st_calculate(sl_search_time *st, const sl_conf_entry *entry);
void sl_st_lookup(sl_search_time *st, const sl_conf_entry *entry);
/* A regular expression of the setting; NULL, and the fields it names are refused, when it is at
 * fault; `what` goes in front of what is said. */
const sl_regex *sl_st_regex(sl_search_time *st, const sl_conf_entry *entry, sl_text pattern,
                            unsigned flags, const char *what);
/* File and line of the setting. */
sl_text sl_st_origin(sl_search_time *st, const sl_conf_entry *entry);
/* File, line, stanza and name of the setting: for faults at run time. */
sl_text sl_st_where(sl_search_time *st, const sl_conf_entry *entry);
/* search_transform.c: REPORT-. */
void sl_st_report(sl_search_time *st, const sl_conf_entry *entry);
/* search_types.c: eventtypes.conf, tags.conf. */
void sl_st_types(sl_search_time *st);
/* Compiles the event types; those that are at fault are noted. */
void sl_conf_types_read(sl_splunk_conf *conf);
void sl_conf_types_free(sl_splunk_conf *conf);

#endif
