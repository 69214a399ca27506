/* source.c - pieces in the order of the text, found by binary search. */
#include "lang/common/source.h"

void sl_source_begin(sl_source_writer *writer, sl_arena *arena, sl_text origin)
{
    *writer = (sl_source_writer){.arena = arena, .origin = origin};
    sl_buffer_init(&writer->out);
}

static void source_piece(sl_source_writer *writer, sl_piece piece)
{
    sl_piece *slot = sl_vector_add(&writer->pieces, writer->arena, sizeof *slot);
    if (slot == NULL) writer->failed = true;
    else *slot = piece;
}

void sl_source_copy(sl_source_writer *writer, uint32_t start, uint32_t end)
{
    if (start >= end) return;
    source_piece(
        writer,
        (sl_piece){.start = (uint32_t)writer->out.length, .origin = {start, end}, .copied = true});
    sl_buffer_add(&writer->out, sl_text_slice(writer->origin, start, end));
}

void sl_source_insert(sl_source_writer *writer, sl_text text, sl_span span, bool unknown)
{
    if (text.length == 0) return;
    source_piece(
        writer,
        (sl_piece){.start = (uint32_t)writer->out.length, .origin = span, .unknown = unknown});
    sl_buffer_add(&writer->out, text);
}

bool sl_source_finish(sl_source_writer *writer, sl_source *out)
{
    bool ok = !writer->failed && !writer->out.failed;
    if (ok) {
        out->text = sl_arena_copy(writer->arena, sl_buffer_text(&writer->out));
        out->pieces = writer->pieces.items;
        out->piece_count = writer->pieces.count;
        ok = out->text.data != NULL;
    }
    sl_buffer_fini(&writer->out);
    return ok;
}

sl_source sl_source_plain(sl_text text)
{
    return (sl_source){.text = text};
}

/* The piece that byte `at` belongs to; the last one for what lies behind the text. */
static const sl_piece *source_piece_at(const sl_source *source, uint32_t at)
{
    uint32_t low = 0, high = source->piece_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->pieces[middle].start <= at) low = middle;
        else high = middle;
    }
    return &source->pieces[low];
}

static uint32_t source_origin(const sl_piece *piece, uint32_t at)
{
    uint32_t origin = piece->origin.start + (at - piece->start);
    return origin < piece->origin.end ? origin : piece->origin.end;
}

sl_span sl_source_span(const sl_source *source, uint32_t start, uint32_t end)
{
    if (source->piece_count == 0) return (sl_span){start, end};
    const sl_piece *first = source_piece_at(source, start);
    const sl_piece *last = source_piece_at(source, end > start ? end - 1 : end);
    sl_span span = {
        .start = first->copied ? source_origin(first, start) : first->origin.start,
        .end = last->copied ? source_origin(last, end) : last->origin.end,
    };
    if (span.end < span.start) span.end = span.start;
    return span;
}

bool sl_source_is_unknown(const sl_source *source, uint32_t start, uint32_t end)
{
    if (source->piece_count == 0) return false;
    const sl_piece *piece = source_piece_at(source, start);
    const sl_piece *behind = source->pieces + source->piece_count;
    for (; piece < behind && (piece->start < end || piece->start == start); piece++)
        if (piece->unknown) return true;
    return false;
}
