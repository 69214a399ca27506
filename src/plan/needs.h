/* needs.h - what must stand in a record, as it is written, for a route to let it through.
 *
 * Derived from filters: a comparison says what its value must hold or be (sl_fn.require), and the
 * value is followed back to the raw record: through renames, computed and derived fields, as far as
 * functions hand their arguments on (sl_fn.excerpt). Whatever is not understood needs nothing: NOT,
 * `!=`, predicates that a missing field fulfils, numbers, computed text. JSON's escapes are the
 * gate's concern (event/literals.h).
 *
 * Owner:    the arena that is given.
 * Threads:  any. */
#ifndef SL_PLAN_NEEDS_H
#define SL_PLAN_NEEDS_H

#include "plan/program.h"

enum { SL_NEEDS_MAX = 4 };

/* One of the values must stand behind the key; and one of the texts somewhere in the record. */
typedef struct sl_need {
    sl_text key;           /* at the top of records, all this is about; empty: there is no such */
    bool has_values;       /* else nothing is known of values */
    bool has_texts;        /* nor of texts */
    const sl_text *values; /* ASCII case aside */
    uint32_t value_count;
    bool nocase;
    const sl_text *texts; /* printable ASCII, of the length that literals have */
    uint32_t text_count;
} sl_need;

/* All of them must be met. None: nothing is known. */
typedef struct sl_needs {
    sl_need items[SL_NEEDS_MAX];
    uint32_t count;
} sl_needs;

/* What scan `format`'s route needs; nothing when memory ends. */
sl_needs sl_needs_of(const sl_program *program, uint32_t format, const sl_route *route,
                     sl_arena *arena);

#endif
