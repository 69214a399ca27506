/* text_map.c - pieces in the order of the text, found by binary search. */
#include "base/text_map.h"

static uint32_t map_at(const sl_text_map *map, uint32_t offset)
{
    uint32_t low = 0, high = map->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (map->pieces[middle].start <= offset) low = middle;
        else high = middle;
    }
    uint64_t origin = (uint64_t)map->pieces[low].origin + offset - map->pieces[low].start;
    return origin < map->origin_end ? (uint32_t)origin : map->origin_end;
}

sl_span sl_text_map_span(const sl_text_map *map, sl_span span)
{
    if (map->count == 0) return span;
    sl_span out = {.start = map_at(map, span.start), .end = map_at(map, span.end)};
    /* The end belongs to the last byte: what follows that may stand on another line. */
    if (span.end > span.start) out.end = map_at(map, span.end - 1) + 1;
    if (out.end < out.start) out.end = out.start;
    return out;
}

void sl_text_map_diags(const sl_text_map *map, sl_diags *diags)
{
    for (uint32_t i = 0; i < diags->count; i++)
        diags->items[i].span = sl_text_map_span(map, diags->items[i].span);
}
