/* stream.h - standard output: written at once, and silent about a closed pipe.
 *
 * Owner:    the caller.
 * Threads:  one at a time. */
#ifndef SL_CLI_STREAM_H
#define SL_CLI_STREAM_H

#include "base/text.h"
#include "cli/progress.h"

typedef struct sl_stream {
    int fd;
    int error;             /* errno of the write that failed, 0: none */
    sl_progress *progress; /* its line is taken away first; NULL: there is none */
} sl_stream;

/* As sl_write: `context` is the sl_stream. False when nobody reads any more, or it failed. */
bool sl_stream_write(void *context, sl_text bytes);
/* Nobody reads any more: not a failure. */
bool sl_stream_is_closed(const sl_stream *stream);

#endif
