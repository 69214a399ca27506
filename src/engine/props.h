/* props.h - which settings of props.conf hold for a sourcetype, and for which of its events.
 *
 * Stanzas are of a sourcetype, a host or a source; a setting may stand in several that match the
 * same event. A source's goes before a host's, a host's before a sourcetype's, that before
 * [default]'s; among those of one kind the higher priority goes first (100 where the stanza is a
 * plain name, 0 where it is a pattern), then byte order (props.conf.spec, "[<spec>] stanza
 * precedence" and "pattern collisions").
 *
 * Owner:    the arena given.
 * Threads:  immutable. */
#ifndef SL_ENGINE_PROPS_H
#define SL_ENGINE_PROPS_H

#include "engine/conf.h"

typedef enum sl_props_kind {
    SL_PROPS_SOURCE,
    SL_PROPS_HOST,
    SL_PROPS_SOURCETYPE,
    SL_PROPS_DEFAULT,
    SL_PROPS_RULE /* rule:: and delayedrule::, which name sourcetypes when events are indexed */
} sl_props_kind;

typedef struct sl_props_stanza {
    const sl_conf_stanza *stanza;
    sl_props_kind kind;
    bool is_pattern;
    sl_text name;    /* without source:: or host:: */
    sl_text pattern; /* as a regular expression, to be matched with the whole name */
    int64_t priority;
} sl_props_stanza;

/* One stanza's word on a setting. */
typedef struct sl_prop_choice {
    const sl_conf_entry *entry;
    const sl_props_stanza *stanza; /* of a source or a host: for those events only */
} sl_prop_choice;

typedef struct sl_prop {
    sl_text key;
    const sl_prop_choice *choices; /* the first whose events match has the say */
    uint32_t count;
} sl_prop;

typedef struct sl_props {
    const sl_conf *conf;
    const sl_props_stanza *stanzas;
    uint32_t count;
} sl_props;

/* Reads the stanzas' names. False when memory ends. */
bool sl_props_read(const sl_conf *conf, sl_arena *arena, sl_props *out);
/* True when the stanza is of this sourcetype. */
bool sl_props_is_of(const sl_props_stanza *stanza, sl_text sourcetype);
/* What holds for events of `sourcetype`, by key in byte order. False when memory ends. */
bool sl_props_select(const sl_props *props, sl_text sourcetype, sl_arena *arena,
                     const sl_prop **out, uint32_t *out_count);

#endif
