/* library.h - macros and lookups: what a Splunk app or a checkout of published content has beside
 * its searches.
 *
 * A directory is read for *.csv and YAML files of a macro (`definition`) or a lookup (`filename`,
 * `collection`, `lookup_type`) each, as are the folders lookups and macros in it; then for
 * macros.conf and transforms.conf, those in default/ and local/ put over them. A table is read when
 * a query first asks for it.
 *
 * Owner:    sl_library_new / sl_library_free; tables and texts live as long as the library.
 * Threads:  one at a time (tables do not change once read). */
#ifndef SL_ENGINE_LIBRARY_H
#define SL_ENGINE_LIBRARY_H

#include "plan/lookup.h"
#include "plan/resolver.h"

typedef struct sl_library sl_library;

/* NULL when memory ends. */
sl_library *sl_library_new(void);
void sl_library_free(sl_library *library);
/* Reads what `directory` has; what stands later replaces what has the same name. Files at fault are
 * named in `faults`, one line each, and passed over. False when the directory cannot be read (said
 * in `faults`) or memory ends. */
bool sl_library_add(sl_library *library, sl_text directory, sl_buffer *faults);
/* The macro `name` of `arg_count` arguments. */
bool sl_library_macro(const sl_library *library, sl_text name, uint32_t arg_count, sl_macro *out);
/* The table `name`: of a lookup, or of a CSV file with or without its extension; it takes at most
 * `bytes_max`. NULL as for sl_resolver.lookup. */
const sl_lookup *sl_library_lookup(sl_library *library, sl_text name, size_t bytes_max,
                                   const char **out_reason);
/* The columns of that table; its rows are not read. */
const sl_text *sl_library_columns(sl_library *library, sl_text name, uint32_t *out_count,
                                  const char **out_reason);

#endif
