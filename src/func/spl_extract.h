/* spl_extract.h - fields out of a text, as EXTRACT- of props.conf and transforms.conf make them.
 *
 * Not functions of the language: the engine makes calls of these for the settings of a Splunk app
 * (docs/splunk-conf.md), one for each field that a setting makes, with the state filled in. Every
 * kernel takes the text as its only argument; of several values each is looked at.
 *
 * Owner:    the schema's arena.
 * Threads:  immutable once filled. */
#ifndef SL_FUNC_SPL_EXTRACT_H
#define SL_FUNC_SPL_EXTRACT_H

#include "func/fn.h"
#include "func/regex.h"

/* What all fields of a setting have in common. */
typedef struct sl_extraction {
    sl_text where;         /* file, line and name of the setting: for faults at run time */
    const sl_regex *regex; /* NULL: by delimiters */
    bool delimiters[256];  /* between values, or between pairs */
    bool between[256];     /* between a name and its value */
    bool paired;           /* `between` is given; else names and values take turns */
    sl_text sequence;      /* the delimiters as written: all of them in a row part but once */
    bool all;              /* every match counts (MV_ADD), not the first alone */
    bool keep_empty;       /* KEEP_EMPTY_VALS */
    bool clean;            /* CLEAN_KEYS */
} sl_extraction;

/* One field of it. */
typedef struct sl_extracted {
    const sl_extraction *how;
    uint32_t number;      /* sl_spl_extract_group: a group; _token: which token, from 0 */
    sl_text constant;     /* sl_spl_extract_constant: the text, where the expression matches */
    uint32_t name_group;  /* sl_spl_extract_named: where names and values stand */
    uint32_t value_group; /* the same */
    sl_text name;         /* the same, and _pair: the field that is asked for */
} sl_extracted;

/* A group of a regular expression. */
extern const sl_fn sl_spl_extract_group;
/* A text of the setting, where the regular expression matches. */
extern const sl_fn sl_spl_extract_constant;
/* A value whose name was matched by another group. */
extern const sl_fn sl_spl_extract_named;
/* What stands between delimiters at a place. */
extern const sl_fn sl_spl_extract_token;
/* A value behind its name, found by delimiters. */
extern const sl_fn sl_spl_extract_pair;
/* Nothing: the setting that makes the field is at fault, as the state, a sl_text *, says. */
extern const sl_fn sl_spl_extract_refused;

/* The name as CLEAN_KEYS makes it: what is no letter, digit or underscore is an underscore; digits
 * and underscores in front go. */
sl_text sl_spl_clean_key(sl_arena *arena, sl_text name);

#endif
