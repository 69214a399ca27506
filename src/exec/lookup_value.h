/* lookup_value.h - a column of a lookup as an expression: LOOKUP- of props.conf.
 *
 * A derived field is an expression over raw fields; this is the call that asks a table. Its first
 * argument is what the field held before, the others are the keys.
 *
 * Owner:    whoever makes the call; table and index are borrowed, and set before a run that asks.
 * Threads:  immutable in a run. */
#ifndef SL_EXEC_LOOKUP_VALUE_H
#define SL_EXEC_LOOKUP_VALUE_H

#include "exec/lookup_index.h"

/* One use of a table; shared by the fields that it gives. */
typedef struct sl_lookup_use {
    sl_op_lookup op;              /* table and keys; table NULL: not loaded */
    const sl_lookup_index *index; /* NULL: as long as the table is not loaded */
    sl_text name;                 /* of the lookup */
    sl_text where;                /* file, line and name of the setting */
    const sl_text *key_names;     /* columns, by key */
    bool only_missing;            /* OUTPUTNEW: what is there stays */
} sl_lookup_use;

/* The state of a call. */
typedef struct sl_lookup_column {
    sl_lookup_use *use;
    sl_text name;
    uint32_t column; /* when the table is loaded */
} sl_lookup_column;

/* A row that has all keys and finds nothing gets the table's default_match or loses the field;
 * one that lacks a key keeps it. */
extern const sl_fn sl_lookup_value;

#endif
