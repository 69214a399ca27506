/* command.h - what there is to say about a command of a language.
 *
 * The same row is read by the parser, by "did you mean", by `strandline functions` and by the
 * tests, which run the example. */
#ifndef SL_LANG_COMMON_COMMAND_H
#define SL_LANG_COMMON_COMMAND_H

#include "base/text.h"

typedef struct sl_command_info {
    const char *name;
    const char *usage;
    const char *doc;
    const char *example; /* a pipeline that compiles */
    const char *refused; /* why it is not run here, or NULL */
    /* Reads what stands behind the name and adds to the plan. `parser` is the language's own; false
     * after a fault that was said. NULL when refused, and for languages that do without. */
    bool (*parse)(void *parser);
} sl_command_info;

/* The row of `name` (ASCII case ignored) in a table sorted by name, or NULL. */
const sl_command_info *sl_command_find(const sl_command_info *rows, uint32_t count, sl_text name);
/* The name nearest to `name` within a small edit distance, or NULL. */
const char *sl_command_nearest(const sl_command_info *rows, uint32_t count, sl_text name);

#endif
