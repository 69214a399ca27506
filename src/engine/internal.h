/* internal.h - what the files of this folder share of the engine. */
#ifndef SL_ENGINE_INTERNAL_H
#define SL_ENGINE_INTERNAL_H

#include "engine/engine.h"

struct sl_engine {
    sl_settings settings;
    sl_catalog *catalog; /* NULL: a format is at fault, said in `error` */
    sl_buffer error;     /* what sl_engine_error gives; empty: nothing is wrong */
    sl_arena arena;      /* paths */
};

/* Resolves the settings against the clock: `now`, then earliest and latest. False when a time cannot
 * be read: said in engine->error. */
bool sl_engine_resolve(sl_engine *engine, sl_exec_options *out);

#endif
