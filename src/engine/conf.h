/* conf.h - Splunk's .conf files: stanzas of key = value.
 *
 * A backslash at the end of a line joins the next one; lines that begin with # are comments. What
 * stands in front of the first stanza is of the stanza "default".
 *
 * Owner:    the arena given; texts point into the text where they can.
 * Threads:  one at a time. */
#ifndef SL_ENGINE_CONF_H
#define SL_ENGINE_CONF_H

#include "base/arena.h"

typedef struct sl_conf_entry {
    sl_text stanza, key, value;
    uint32_t line; /* of the key, from 1 */
} sl_conf_entry;

typedef struct sl_conf {
    const sl_conf_entry *entries; /* in the order of the file; a stanza without keys has one with an
                                     empty key */
    uint32_t count;
} sl_conf;

/* False and a phrase in `reason` when a line is none of these, or memory ends. */
bool sl_conf_parse(sl_text text, sl_arena *arena, sl_conf *out, sl_buffer *reason);
/* The value last given for `key` in `stanza`, in the default stanza when it is not there; an empty
 * text when it is nowhere. */
sl_text sl_conf_get(const sl_conf *conf, sl_text stanza, const char *key);
/* "true", "1", "t", "yes" and their like; `other` when the text is neither one of them nor the
 * opposite. */
bool sl_conf_bool(sl_text value, bool other);

#endif
