/* outputs.h - tables that queries write: outputlookup.
 *
 * A query may write only when the user has named a directory for it, and only to names that stay in
 * there. Rows are gathered while a run goes on; the files are written when it has ended well, each
 * beside the old one and then in its place.
 *
 * Owner:    the engine; sinks live as long as it does, because plans refer to them.
 * Threads:  one at a time. */
#ifndef SL_ENGINE_OUTPUTS_H
#define SL_ENGINE_OUTPUTS_H

#include "base/fault.h"
#include "plan/sink.h"

typedef struct sl_outputs sl_outputs;

/* NULL when memory ends. */
sl_outputs *sl_outputs_new(sl_text directory);
void sl_outputs_free(sl_outputs *outputs);
/* Where rows for the table `name` go; `append`: behind those that it has. NULL, and why, when it
 * may not be written. `outputs` NULL: the user allowed none. */
const sl_table_sink *sl_outputs_sink(sl_outputs *outputs, sl_text name, bool append,
                                     const char **out_reason);
/* A run begins: what was gathered before is forgotten. Takes NULL. */
void sl_outputs_begin(sl_outputs *outputs);
/* The run has ended well: writes the files; those that cannot be written are in `faults`. Takes
 * NULL. */
sl_status sl_outputs_write(sl_outputs *outputs, sl_faults *faults) SL_MUST_USE;

#endif
