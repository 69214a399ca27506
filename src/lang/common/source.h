/* source.h - the text that a parser reads, and where each byte of it was written.
 *
 * A macro or a parameter puts text into a query that nobody wrote there. The parser reads the
 * text with all of that in it; what it has to say is said about the place of the use.
 *
 * Owner:    the arena given to sl_source_begin.
 * Lifetime: that of the arena.
 * Threads:  immutable once finished. */
#ifndef SL_LANG_COMMON_SOURCE_H
#define SL_LANG_COMMON_SOURCE_H

#include "base/diag.h"
#include "lang/common/vector.h"

/* The bytes of the read text from `start` to the next piece. */
typedef struct sl_piece {
    uint32_t start;
    sl_span origin; /* copied: byte by byte from here on; else all of it stands for the whole */
    bool copied;
    bool unknown; /* stands in for something that could not be found: say nothing about it */
} sl_piece;

typedef struct sl_source {
    sl_text text;
    const sl_piece *pieces;
    uint32_t piece_count;
} sl_source;

typedef struct sl_source_writer {
    sl_arena *arena;
    sl_text origin;
    sl_buffer out;
    sl_vector pieces; /* of sl_piece */
    bool failed;
} sl_source_writer;

void sl_source_begin(sl_source_writer *writer, sl_arena *arena, sl_text origin);
/* Bytes `start` to `end` of the origin, as they stand. */
void sl_source_copy(sl_source_writer *writer, uint32_t start, uint32_t end);
/* `text` in the place of `span`. */
void sl_source_insert(sl_source_writer *writer, sl_text text, sl_span span, bool unknown);
/* Ends the writing in any case; false when memory ended. */
bool sl_source_finish(sl_source_writer *writer, sl_source *out) SL_MUST_USE;

/* A source that is its own origin. */
sl_source sl_source_plain(sl_text text);
/* Where bytes `start` to `end` of the read text were written. */
sl_span sl_source_span(const sl_source *source, uint32_t start, uint32_t end);
/* True when any of these bytes stand in for something that could not be found. */
bool sl_source_is_unknown(const sl_source *source, uint32_t start, uint32_t end);

#endif
