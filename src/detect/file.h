/* file.h - small files read whole: queries and detections.
 *
 * Logs never come this way; they are read in blocks.
 *
 * Owner:    the arena given.
 * Threads:  any. */
#ifndef SL_DETECT_FILE_H
#define SL_DETECT_FILE_H

#include "base/arena.h"
#include "base/status.h"

enum { SL_FILE_BYTES_MAX = 4 * 1024 * 1024 };

/* The contents of the regular file at `path`, NUL-terminated. SL_IO and *out_reason (static text)
 * when it cannot be read or is larger than SL_FILE_BYTES_MAX; SL_NOMEM. */
sl_status sl_file_read(sl_text path, sl_arena *arena, sl_text *out,
                       const char **out_reason) SL_MUST_USE;

#endif
