/* internal.h - what the files of this folder share of the engine. */
#ifndef SL_ENGINE_INTERNAL_H
#define SL_ENGINE_INTERNAL_H

#include "engine/engine.h"
#include "engine/outputs.h"
#include "engine/splunk_conf.h"

struct sl_engine {
    sl_settings settings;
    sl_catalog *catalog;    /* NULL: a format is at fault, said in `error` */
    sl_buffer error;        /* what sl_engine_error gives; empty: nothing is wrong */
    sl_buffer notes;        /* lines: files of --lookups that are at fault and were passed over */
    sl_arena arena;         /* paths */
    sl_library *library;    /* macros and lookups of --lookups; NULL: none were given */
    sl_splunk_conf *splunk; /* apps of --splunk-conf; NULL: none were given */
    const sl_schema *const *plain_schemas; /* as the format files have them */
    sl_outputs *outputs; /* what queries write, below --outputs; NULL: they may not */
};

/* True when the query's text, with the macros in it, names logs of a format that is known here. */
bool sl_engine_knows_source(const sl_engine *engine, const sl_compile_source *source);

/* Resolves the settings against the clock: `now`, then earliest and latest. False when a time
 * cannot be read: said in engine->error. */
bool sl_engine_resolve(sl_engine *engine, sl_exec_options *out);

#endif
