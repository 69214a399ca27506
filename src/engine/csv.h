/* csv.h - a CSV file as the table of a lookup.
 *
 * RFC 4180 with what files in use do besides: lines may end in LF alone, a byte order mark may
 * stand in front, spaces around a column's name do not count, and a row may be shorter than the
 * header. An empty cell is no value.
 *
 * Owner:    the arena given.
 * Threads:  any; the table does not change once loaded. */
#ifndef SL_ENGINE_CSV_H
#define SL_ENGINE_CSV_H

#include "base/arena.h"
#include "plan/lookup.h"

enum { SL_CSV_COLUMNS_MAX = 4096 };

/* Fills name-less `out`: columns, cells, counts. False and a phrase in `reason` that ends a line
 * ("it is empty: not even a header") when the file cannot be read, is no such table, or needs more
 * than `bytes_max` bytes. */
bool sl_csv_load(sl_text path, size_t bytes_max, sl_arena *arena, sl_lookup *out,
                 sl_buffer *reason);
/* The columns alone; no more of the file is read than that takes, 1 MiB at most. */
bool sl_csv_header(sl_text path, sl_arena *arena, sl_lookup *out, sl_buffer *reason);
/* As sl_csv_load from text, which must live as long as the table. */
bool sl_csv_parse(sl_text text, size_t bytes_max, sl_arena *arena, sl_lookup *out,
                  sl_buffer *reason);

#endif
