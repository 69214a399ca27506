/* catalog.h - the log formats: YAML files compiled to schemas and a recogniser.
 *
 * A format file says how records are recognised, the envelopes they come in, their time and
 * identity, the index and sourcetype names they are known by, derived fields as SPL eval
 * expressions, profiles, and views as other formats. docs/formats.md is its description.
 *
 * Owner:    sl_catalog_new / sl_catalog_free.
 * Lifetime: schemas as long as the catalog.
 * Threads:  immutable once built. */
#ifndef SL_ENGINE_CATALOG_H
#define SL_ENGINE_CATALOG_H

#include "base/diag.h"
#include "event/recognise.h"
#include "plan/schema.h"

typedef struct sl_catalog_format {
    const sl_schema *schema;
    sl_text path, source; /* the file and its text, for `strandline formats NAME` */
} sl_catalog_format;

typedef struct sl_catalog {
    sl_arena arena;
    sl_catalog_format *formats; /* by format number */
    const sl_schema **schemas;  /* the same, for programs */
    uint32_t count;
    sl_recogniser *recogniser;
} sl_catalog;

/* Loads every *.yml of `directory`, in byte order of the names; a format without rules (plain JSON)
 * comes last. Faults are appended to `errors` in the caret form. NULL when any format is at fault
 * or `directory` cannot be read. */
sl_catalog *sl_catalog_new(sl_text directory, sl_buffer *errors);
void sl_catalog_free(sl_catalog *catalog);
/* The number of the format of this name, or SL_FORMAT_NONE. */
uint32_t sl_catalog_find(const sl_catalog *catalog, sl_text name);

/* Compiles one format from text (for tests and fuzzing): false with diags. */
typedef struct sl_format_compiled {
    const sl_schema *schema;
    sl_recognise_format recognise;
} sl_format_compiled;
bool sl_format_compile(sl_text text, sl_arena *arena, sl_diags *diags, sl_format_compiled *out);

#endif
