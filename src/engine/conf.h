/* conf.h - Splunk's .conf files: stanzas of key = value, in layers.
 *
 * A backslash at the end of a line joins the next one; lines that begin with # are comments. What
 * stands in front of the first stanza is of the stanza "default". Stanzas of the same name are one,
 * and what is said of a setting last is what counts, within a file and from file to file: so an
 * app's local/ is put over its default/ setting by setting.
 *
 * Owner:    the arena given; texts point into the texts that were added.
 * Threads:  one at a time; any number may read. */
#ifndef SL_ENGINE_CONF_H
#define SL_ENGINE_CONF_H

#include "base/map.h"

#define SL_CONF_END UINT32_MAX

/* A setting: what was said of it last, and where. */
typedef struct sl_conf_entry {
    sl_text key, value;
    sl_text file;
    uint32_t line; /* of the key, from 1 */
    uint32_t next; /* setting of the same stanza, in the order in which they first came; or END */
} sl_conf_entry;

typedef struct sl_conf_stanza {
    sl_text name;
    sl_text file; /* where it was opened last */
    uint32_t line;
    uint32_t first, last; /* entries, SL_CONF_END: none */
} sl_conf_stanza;

/* The fields are read-only outside conf.c. */
typedef struct sl_conf {
    sl_arena *arena;
    sl_map stanza_names, entry_names;
    sl_conf_stanza *stanzas; /* by number in stanza_names */
    sl_conf_entry *entries;  /* by number in entry_names */
    uint32_t stanza_capacity, entry_capacity;
    bool failed; /* memory ended */
} sl_conf;

/* An empty one; NULL when memory ends. */
sl_conf *sl_conf_new(sl_arena *arena);
/* Puts a file over what was added before. False and a phrase in `reason` when a line is neither
 * stanza, setting nor comment, or memory ends. */
bool sl_conf_add(sl_conf *conf, sl_text text, sl_text file, sl_buffer *reason);
/* The same for the file `name` of an app: as it stands in `directory`, then in default/ and local/,
 * as far as it is there. Files at fault are named in `faults`, a line each. False when one was. */
bool sl_conf_add_app(sl_conf *conf, sl_text directory, const char *name, sl_buffer *faults);

/* NULL when the conf has no such stanza. */
const sl_conf_stanza *sl_conf_stanza_find(const sl_conf *conf, sl_text name);
/* The setting `key` of `stanza` itself, or NULL. */
const sl_conf_entry *sl_conf_find(const sl_conf *conf, sl_text stanza, sl_text key);
/* The value of `key` in `stanza`, or in the default stanza when it is not there; an empty text when
 * it is nowhere. */
sl_text sl_conf_get(const sl_conf *conf, sl_text stanza, const char *key);
/* "true", "1", "t", "yes" and their like; `other` when the text is neither one of them nor the
 * opposite. */
bool sl_conf_bool(sl_text value, bool other);

#endif
