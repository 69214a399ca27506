/* resolver.h - what a query refers to outside itself: macros, saved queries, lookups, parameters.
 *
 * `lang` reads no files. The engine fills this struct; a NULL member means that there is nothing
 * of the kind. Texts returned live as long as the resolver's owner says: at least to the end of the
 * compilation. */
#ifndef SL_PLAN_RESOLVER_H
#define SL_PLAN_RESOLVER_H

#include "base/text.h"

typedef struct sl_lookup sl_lookup;         /* plan/lookup.h */
typedef struct sl_table_sink sl_table_sink; /* plan/sink.h */

typedef struct sl_macro {
    sl_text definition;
    const sl_text *arg_names;
    uint32_t arg_count;
} sl_macro;

typedef struct sl_resolver {
    void *owner;
    /* The macro `name` taking `arg_count` arguments. */
    bool (*macro)(void *owner, sl_text name, uint32_t arg_count, sl_macro *out);
    /* The text of a saved query. */
    bool (*saved_query)(void *owner, sl_text name, sl_text *out);
    /* The value of a parameter (--param NAME=VALUE). */
    bool (*parameter)(void *owner, sl_text name, sl_text *out);
    /* The table that goes by `name` (of a lookup or of its file); it outlives the plan. NULL:
     * there is none (*out_reason is NULL), or it cannot be used (*out_reason says why: a phrase
     * for people that ends a line). */
    const sl_lookup *(*lookup)(void *owner, sl_text name, const char **out_reason);
    /* Where rows for the table `name` go (plan/sink.h); it outlives the plan. NULL, and why, when
     * nothing may be written. */
    const sl_table_sink *(*sink)(void *owner, sl_text name, bool append, const char **out_reason);
    /* What is not there is a warning, not an error (check, explain). */
    bool missing_is_warning;
} sl_resolver;

#endif
