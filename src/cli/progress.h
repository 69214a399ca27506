/* progress.h - one line on standard error that says how far a run is.
 *
 * Owner:    the caller.
 * Lifetime: from sl_progress_begin to sl_progress_end.
 * Threads:  one at a time (a run calls from the thread that started it). */
#ifndef SL_CLI_PROGRESS_H
#define SL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/terminal.h"

typedef enum sl_progress_when {
    SL_PROGRESS_AUTO, /* to a terminal only */
    SL_PROGRESS_ALWAYS,
    SL_PROGRESS_NEVER
} sl_progress_when;

typedef struct sl_progress {
    bool on;
    bool in_place;       /* a terminal: the line is written over */
    uint32_t width;      /* of the terminal */
    uint32_t shown;      /* columns that stand there now */
    int64_t begun, next; /* nanoseconds of a clock that only goes on */
} sl_progress;

void sl_progress_begin(sl_progress *progress, sl_progress_when when, const sl_terminal *error);
/* As sl_exec_options.progress; `context` is the sl_progress. */
void sl_progress_show(void *context, uint64_t files, uint64_t bytes, uint64_t records,
                      uint64_t rows);
/* Takes the line away; it comes back with the next sl_progress_show. */
void sl_progress_clear(sl_progress *progress);
void sl_progress_end(sl_progress *progress);

#endif
