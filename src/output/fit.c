/* fit.c - finds the common width of the columns that are too long by bisection. */
#include "output/fit.h"

#include <assert.h>
#include <stddef.h>

static uint64_t fit_total(const uint32_t *widths, uint32_t count, uint32_t cap)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) total += widths[i] < cap ? widths[i] : cap;
    return total;
}

bool sl_fit_widths(uint32_t *widths, uint32_t count, uint32_t width)
{
    assert(widths != NULL || count == 0);
    uint64_t gaps = count == 0 ? 0 : (uint64_t)SL_FIT_GAP * (count - 1);
    if (width == 0 || fit_total(widths, count, UINT32_MAX) + gaps <= width) return true;
    if (fit_total(widths, count, SL_FIT_LEAST) + gaps > width) return false;

    uint32_t low = SL_FIT_LEAST, high = width; /* the common width: low fits, high does not */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (fit_total(widths, count, middle) + gaps <= width) low = middle;
        else high = middle;
    }
    uint64_t spare = width - gaps - fit_total(widths, count, low);
    for (uint32_t i = 0; i < count; i++) {
        if (widths[i] <= low) continue;
        widths[i] = low;
        if (spare > 0) widths[i]++, spare--;
    }
    return true;
}
