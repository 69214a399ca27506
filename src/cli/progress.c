/* progress.c - writes the line over itself on a terminal, and line by line elsewhere.
 *
 * A short run shows nothing. The old line is covered with blanks, not with an escape sequence, so
 * that a dumb terminal will do. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PROGRESS_LINE_MAX = 160 };
#define PROGRESS_SECOND INT64_C(1000000000)
#define PROGRESS_FIRST (PROGRESS_SECOND / 3)     /* before the first line */
#define PROGRESS_IN_PLACE (PROGRESS_SECOND / 10) /* between two of a terminal */
#define PROGRESS_LINE_BY_LINE (PROGRESS_SECOND)  /* between two elsewhere */

static int64_t progress_now(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return (int64_t)now.tv_sec * PROGRESS_SECOND + now.tv_nsec;
}

void sl_progress_begin(sl_progress *progress, sl_progress_when when, const sl_terminal *error)
{
    *progress = (sl_progress){.in_place = error->is_terminal, .width = error->width};
    progress->on = when == SL_PROGRESS_ALWAYS || (when == SL_PROGRESS_AUTO && error->is_terminal);
    progress->begun = progress_now();
    progress->next = progress->begun + PROGRESS_FIRST;
}

void sl_progress_clear(sl_progress *progress)
{
    if (progress == NULL || progress->shown == 0) return;
    fprintf(stderr, "\r%*s\r", (int)progress->shown, "");
    fflush(stderr);
    progress->shown = 0;
}

void sl_progress_end(sl_progress *progress)
{
    sl_progress_clear(progress);
    progress->on = false;
}

/* "12,345" */
static const char *progress_count(uint64_t count, char out[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count), to = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
    return out;
}

void sl_progress_show(void *context, uint64_t files, uint64_t bytes, uint64_t records,
                      uint64_t rows)
{
    sl_progress *progress = context;
    int64_t now = progress_now();
    if (!progress->on || now < progress->next) return;
    progress->next = now + (progress->in_place ? PROGRESS_IN_PLACE : PROGRESS_LINE_BY_LINE);

    char line[PROGRESS_LINE_MAX], a[32], b[32], c[32];
    double seconds = (double)(now - progress->begun) / (double)PROGRESS_SECOND;
    double amount = (double)bytes / 1e9;
    int length = snprintf(line, sizeof line, "%s files  %.2f GB  %.2f GB/s  %s events  %s hits",
                          progress_count(files, a), amount, seconds > 0 ? amount / seconds : 0,
                          progress_count(records, b), progress_count(rows, c));
    if (length < 0) return;
    if (!progress->in_place) {
        fprintf(stderr, "%s\n", line);
        return;
    }
    uint32_t room = progress->width > 1 ? progress->width - 1 : 1;
    uint32_t shown = (uint32_t)strlen(line) < room ? (uint32_t)strlen(line) : room;
    int blanks = progress->shown > shown ? (int)(progress->shown - shown) : 0;
    fprintf(stderr, "\r%.*s%*s", (int)shown, line, blanks, "");
    fflush(stderr);
    progress->shown = shown;
}
