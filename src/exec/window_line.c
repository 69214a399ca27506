/* window_line.c - blocks of powers of two, each merged from two of the level below. */
#include "exec/window_line.h"

#include <assert.h>

enum { LINE_FIRST = 8, LINE_STATE_ALIGN = 16 };

bool sl_agg_states_init(sl_agg_states *states, const sl_agg_item *items, uint32_t item_count,
                        const sl_context *context, sl_arena *arena)
{
    *states = (sl_agg_states){.items = items, .item_count = item_count, .context = context};
    states->offsets = SL_ARENA_ARRAY(arena, item_count, uint32_t);
    if (states->offsets == NULL) return false;
    for (uint32_t i = 0; i < item_count; i++) {
        states->offsets[i] = states->bytes;
        uint32_t bytes = items[i].agg->state_bytes;
        states->bytes += (bytes + LINE_STATE_ALIGN - 1) / LINE_STATE_ALIGN * LINE_STATE_ALIGN;
    }
    return true;
}

static sl_agg_call states_call(const sl_agg_states *states, uint32_t item, sl_arena *memory)
{
    return (sl_agg_call){
        .memory = memory, .context = states->context, .params = states->items[item].params};
}

sl_status sl_agg_states_step(const sl_agg_states *states, char *at, uint32_t item,
                             const sl_value *args, const sl_rank *rank, sl_arena *memory)
{
    sl_agg_call call = states_call(states, item, memory);
    return states->items[item].agg->step(&call, at + states->offsets[item], args,
                                         states->items[item].arg_count, rank);
}

sl_status sl_agg_states_merge(const sl_agg_states *states, char *into, const char *from,
                              sl_arena *memory)
{
    for (uint32_t i = 0; i < states->item_count; i++) {
        sl_agg_call call = states_call(states, i, memory);
        sl_status status = states->items[i].agg->merge(&call, into + states->offsets[i],
                                                       from + states->offsets[i]);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_value sl_agg_states_finish(const sl_agg_states *states, const char *at, uint32_t item,
                              sl_arena *memory, sl_arena *out)
{
    sl_agg_call call = states_call(states, item, memory);
    return states->items[item].agg->finish(&call, at + states->offsets[item], out);
}

/* Block `number` of a level is `block`; it follows the last one. */
static bool line_put(sl_window_line *line, uint32_t level, uint64_t number, char *block,
                     sl_arena *memory)
{
    if (number == line->capacity[level]) {
        uint64_t capacity = number == 0 ? LINE_FIRST : number * 2;
        char **blocks = SL_ARENA_ARRAY(memory, capacity, char *);
        if (blocks == NULL) return false;
        if (number > 0) memcpy(blocks, line->blocks[level], number * sizeof *blocks);
        line->blocks[level] = blocks;
        line->capacity[level] = capacity;
    }
    line->blocks[level][number] = block;
    return true;
}

sl_status sl_window_line_add(sl_window_line *line, const sl_agg_states *states, char *leaf,
                             uint64_t rows_max, sl_arena *memory)
{
    if (!line_put(line, 0, line->count, leaf, memory)) return SL_LIMIT;
    line->count++;
    for (uint32_t level = 1; level < SL_WINDOW_LEVELS; level++) {
        uint64_t length = UINT64_C(1) << level;
        if (line->count % length != 0 || (rows_max != 0 && length > rows_max)) break;
        uint64_t number = line->count / length - 1;
        char *block = sl_arena_zero(memory, states->bytes);
        if (block == NULL || !line_put(line, level, number, block, memory)) return SL_LIMIT;
        for (uint64_t half = 0; half < 2; half++) {
            const char *part = line->blocks[level - 1][number * 2 + half];
            sl_status status = sl_agg_states_merge(states, block, part, memory);
            if (status != SL_OK) return status;
        }
    }
    return SL_OK;
}

sl_status sl_window_line_merge(const sl_window_line *line, const sl_agg_states *states,
                               uint64_t from, char *into, sl_arena *memory)
{
    assert(from <= line->count);
    while (from < line->count) {
        uint32_t level = 0;
        for (uint32_t next = 1; next < SL_WINDOW_LEVELS; next++) {
            uint64_t length = UINT64_C(1) << next;
            bool made = line->capacity[next] > 0 && (from / length + 1) * length <= line->count;
            if (from % length != 0 || !made) break;
            level = next;
        }
        const char *block = line->blocks[level][from >> level];
        sl_status status = sl_agg_states_merge(states, into, block, memory);
        if (status != SL_OK) return status;
        from += UINT64_C(1) << level;
    }
    return SL_OK;
}
