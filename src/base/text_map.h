/* text_map.h - where each byte of a text stands in the file that it was read from.
 *
 * A query inside a YAML file is unquoted, unfolded and stripped of its indentation before anybody
 * reads it; what is wrong with it is shown where its author wrote it.
 *
 * Owner:    the arena given to what makes the map.
 * Lifetime: that of the arena.
 * Threads:  immutable. */
#ifndef SL_BASE_TEXT_MAP_H
#define SL_BASE_TEXT_MAP_H

#include "base/diag.h"

/* The bytes from `start` on stand at `origin` and behind it, up to the next piece. */
typedef struct sl_text_piece {
    uint32_t start, origin;
} sl_text_piece;

typedef struct sl_text_map {
    const sl_text_piece *pieces; /* by start; the first one's is 0 */
    uint32_t count;              /* 0: the text is the file */
    uint32_t origin_end;         /* nothing lies behind this */
} sl_text_map;

/* Where bytes of the text stand in the file. */
sl_span sl_text_map_span(const sl_text_map *map, sl_span span);
/* Moves what is said about the text to where that stands in the file. */
void sl_text_map_diags(const sl_text_map *map, sl_diags *diags);

#endif
