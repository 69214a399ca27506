/* splunk_conf.h - the search-time settings of Splunk apps, applied to the formats of logs.
 *
 * props.conf, transforms.conf, eventtypes.conf and tags.conf of the directories given become
 * derived fields of the formats that go by the stanzas' sourcetypes. docs/splunk-conf.md says what
 * a setting means here, docs/decisions/0009-splunk-conf.md why it is done so.
 *
 * Owner:    sl_splunk_conf_new / sl_splunk_conf_free; it outlives the catalog's use of it.
 * Threads:  one at a time; what it makes is immutable in a run. */
#ifndef SL_ENGINE_SPLUNK_CONF_H
#define SL_ENGINE_SPLUNK_CONF_H

#include "engine/catalog.h"
#include "engine/library.h"
#include "engine/props.h"
#include "exec/lookup_value.h"
#include "lang/common/vector.h"
#include "plan/plan.h"

/* An event type: the condition that its search comes to. */
typedef struct sl_conf_type {
    sl_text name;
    const sl_conf_entry *entry;
    sl_plan *plan;            /* whose fields the condition is over */
    const sl_expr *condition; /* NULL: it is at fault */
} sl_conf_type;

/* What is to be said of a setting. */
typedef struct sl_conf_note {
    sl_text text; /* "app/local/props.conf:3: [aws:x] EVAL-y: ..." */
    bool fault;   /* it is wrong, or refused; else it does not concern searches */
} sl_conf_note;

/* The fields are read-only outside of the files of engine/ that make derived fields of it. */
typedef struct sl_splunk_conf {
    sl_arena arena;
    sl_conf *props_conf, *transforms, *eventtypes, *tags;
    sl_props props;
    sl_library *library; /* tables and macros; borrowed */
    sl_vector notes;     /* of sl_conf_note */
    sl_map said;         /* their texts: each is said once */
    sl_vector types;     /* of sl_conf_type */
    sl_lookups *indexes; /* of lookups that were loaded */
    bool quiet;          /* nothing is noted now */
} sl_splunk_conf;

/* NULL when memory ends. `library` has the apps' tables and macros. */
sl_splunk_conf *sl_splunk_conf_new(sl_library *library);
void sl_splunk_conf_free(sl_splunk_conf *conf);
/* Reads the app in `directory`; what it says goes over what was said before. Files at fault are
 * named in `faults`: then false. */
bool sl_splunk_conf_add(sl_splunk_conf *conf, sl_text directory, sl_buffer *faults);
/* Puts schemas in the place of `schemas` (by format number, as they came from the format files)
 * that have the settings' fields. False when memory ends. */
bool sl_splunk_conf_bind(sl_splunk_conf *conf, sl_catalog *catalog,
                         const sl_schema *const *schemas);

/* Notes what is to be said of `entry`, which stands in `stanza`. */
void sl_splunk_conf_note(sl_splunk_conf *conf, bool fault, const sl_conf_entry *entry,
                         sl_text stanza, const char *format, ...) SL_PRINTF(5, 6);

/* Before a program runs: loads the tables of the lookups that its plans ask for, at most
 * `bytes_max` bytes each. A field that a plan names and whose setting is at fault is an error, one
 * that merely comes along with all others a warning. */
typedef struct sl_program sl_program;
void sl_splunk_conf_settle(sl_splunk_conf *conf, const sl_program *program, size_t bytes_max,
                           sl_diags *diags);

#endif
