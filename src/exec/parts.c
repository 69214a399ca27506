/* parts.c - a counting sort of record numbers, then one sequential write. */
#include "exec/parts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

void sl_parts_fini(sl_parts *parts)
{
    free(parts->runs);
    *parts = (sl_parts){.runs = NULL};
}

static bool parts_reserve(sl_parts *parts, size_t extra)
{
    if (parts->capacity - parts->count >= extra) return true;
    size_t capacity = parts->capacity * 2 + extra;
    sl_parts_run *runs = sl_realloc(parts->runs, capacity * sizeof *runs);
    if (runs == NULL) return false;
    parts->runs = runs;
    parts->capacity = capacity;
    return true;
}

/* The table in memory uses the low bits of the hash; parts begin with the high ones. */
static uint32_t parts_of(uint64_t hash, uint32_t level)
{
    return (uint32_t)(hash >> (64 - SL_PARTS_BITS * (level + 1))) & (SL_PARTS - 1);
}

/* numbers[] in order of their parts; ends[p] is where part p ends. */
static void parts_deal(const uint64_t *hashes, uint32_t count, uint32_t level, uint32_t *numbers,
                       uint32_t ends[SL_PARTS])
{
    for (uint32_t p = 0; p < SL_PARTS; p++) ends[p] = 0;
    for (uint32_t i = 0; i < count; i++) ends[parts_of(hashes[i], level)]++;
    for (uint32_t p = 0, sum = 0; p < SL_PARTS; p++) {
        uint32_t start = sum;
        sum += ends[p];
        ends[p] = start;
    }
    for (uint32_t i = 0; i < count; i++) numbers[ends[parts_of(hashes[i], level)]++] = i;
}

sl_status sl_parts_add(sl_parts *parts, sl_spill *spill, const uint64_t *hashes, uint32_t count,
                       uint32_t level, sl_parts_write *write, void *table)
{
    assert(level < SL_PARTS_LEVELS);
    if (count == 0) return SL_OK;
    uint32_t *numbers = sl_malloc(count * sizeof *numbers);
    if (numbers == NULL || !parts_reserve(parts, 1)) {
        free(numbers);
        return SL_NOMEM;
    }
    uint32_t ends[SL_PARTS];
    parts_deal(hashes, count, level, numbers, ends);
    sl_parts_run *run = &parts->runs[parts->count];
    run->spill = spill;
    sl_status status = SL_OK;
    for (uint32_t p = 0, i = 0; p < SL_PARTS && status == SL_OK; p++) {
        run->starts[p] = sl_spill_end(spill);
        for (; i < ends[p] && status == SL_OK; i++) status = write(table, numbers[i], spill);
    }
    run->starts[SL_PARTS] = sl_spill_end(spill);
    if (status == SL_OK) parts->count++;
    free(numbers);
    return status;
}

sl_status sl_parts_take(sl_parts *parts, sl_parts *from)
{
    if (from->count == 0) return SL_OK;
    if (!parts_reserve(parts, from->count)) return SL_NOMEM;
    memcpy(parts->runs + parts->count, from->runs, from->count * sizeof *from->runs);
    parts->count += from->count;
    from->count = 0;
    return SL_OK;
}

sl_status sl_parts_each(const sl_parts *parts, uint32_t part, sl_parts_read *read, void *context)
{
    sl_spill_reader reader = {.spill = NULL};
    sl_status status = SL_OK;
    for (size_t r = 0; r < parts->count && status == SL_OK; r++) {
        const sl_parts_run *run = &parts->runs[r];
        sl_spill_aim(&reader, run->spill, run->starts[part], run->starts[part + 1]);
        while (status == SL_OK) {
            sl_text record;
            status = sl_spill_next(&reader, &record);
            if (status == SL_OK) status = read(context, record);
        }
        if (status == SL_END) status = SL_OK;
        if (status == SL_OK) sl_spill_drop(run->spill, run->starts[part], run->starts[part + 1]);
    }
    sl_spill_reader_fini(&reader);
    return status;
}
