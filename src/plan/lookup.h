/* lookup.h - a table that rows are looked up in: a constant of the plan.
 *
 * Loaded by the engine (CSV files, --lookups DIR), passed through the resolver, probed by exec.
 *
 * Owner:    whoever loaded it; it outlives the plan.
 * Threads:  immutable once loaded. */
#ifndef SL_PLAN_LOOKUP_H
#define SL_PLAN_LOOKUP_H

#include "base/map.h"
#include "event/value.h"

typedef enum sl_lookup_match {
    SL_LOOKUP_EXACT,
    SL_LOOKUP_NOCASE,   /* ASCII letters without case */
    SL_LOOKUP_WILDCARD, /* the table's value is a pattern with `*` */
    SL_LOOKUP_WILDCARD_NOCASE,
    SL_LOOKUP_CIDR /* the table's value is a block of addresses */
} sl_lookup_match;

typedef struct sl_lookup sl_lookup;
struct sl_lookup {
    sl_text name;
    const sl_text *columns;
    uint32_t column_count;
    const sl_lookup_match *matches; /* by column */
    const sl_value *cells;          /* row by row; missing where the file has nothing */
    uint32_t row_count;
    uint32_t matches_max;  /* rows of the table that one row may match; 0: all */
    bool unfilled;         /* its rows are in a store that is not here: it has none */
    sl_text default_match; /* what outputs get when nothing matches; empty: nothing */
};

#endif
