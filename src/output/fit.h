/* fit.h - how wide the columns of a table may be, so that a line fits the terminal.
 *
 * Short columns keep their width; the longest are cut to one common width.
 *
 * Owner:    nothing.
 * Threads:  any. */
#ifndef SL_OUTPUT_FIT_H
#define SL_OUTPUT_FIT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SL_FIT_GAP = 2,  /* blanks between two columns */
    SL_FIT_LEAST = 8 /* no column is cut below this */
};

/* Reduces `widths` in place until columns and gaps fit `width` (0: anything fits). False when even
 * the least widths do not; then nothing is changed. */
bool sl_fit_widths(uint32_t *widths, uint32_t count, uint32_t width);

#endif
