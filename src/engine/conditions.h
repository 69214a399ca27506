/* conditions.h - subsearches in filters: run before the search that asks for their rows.
 *
 * Innermost first; all of one depth in one scan, however many plans they are of.
 *
 * Owner:    the report's arena (what they are bound to).
 * Threads:  one at a time. */
#ifndef SL_ENGINE_CONDITIONS_H
#define SL_ENGINE_CONDITIONS_H

#include "engine/internal.h"

/* What a run is over, for the scans before it and its own. */
typedef struct sl_run_frame {
    const sl_run_request *request;
    const sl_text *profiles; /* by plan of the request */
    const sl_recogniser *recogniser;
    const sl_schema *const *schemas;
    uint32_t schema_count;
    sl_exec_options options;
} sl_run_frame;

/* Runs the conditions of request->plans and of all that belongs to them. *out_bindings for
 * sl_program_source. Not SL_OK: as of sl_exec_run, or SL_QUERY (said in engine->error). */
sl_status sl_conditions_run(sl_engine *engine, const sl_run_frame *frame, sl_report *report,
                            const sl_binding **out_bindings, uint32_t *out_count) SL_MUST_USE;

/* Runs `program` over the inputs of the request. */
sl_status sl_frame_run(const sl_run_frame *frame, const sl_program *program, const sl_sink *sink,
                       sl_faults *faults, sl_arena *arena, sl_exec_stats *out_stats) SL_MUST_USE;

#endif
