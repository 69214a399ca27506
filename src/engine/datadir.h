/* datadir.h - where the formats and detections of this installation stand.
 *
 * Looked for beside the program or the shared library that this code is part of, so that an
 * installed tree can be moved and a build tree works as it is.
 *
 * Owner:    the arena.
 * Lifetime: the arena's.
 * Threads:  one at a time (it reads the environment). */
#ifndef SL_ENGINE_DATADIR_H
#define SL_ENGINE_DATADIR_H

#include "base/arena.h"

/* The path of the folder `name` ("formats", "detections"): what the environment variable
 * `variable` says (NULL: there is none), else the first that exists of share/strandline beside
 * the program, one level up and two levels up, else the compile-time default, which need not
 * exist. NULL when memory ends. */
const char *sl_datadir_find(sl_arena *arena, const char *name, const char *variable);

#endif
