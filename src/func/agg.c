/* agg.c - looks aggregates up and orders rows; the texts, sets and saved bytes they share.
 *
 * Tables are short and sorted without case, so a binary search is all the index they need. Sets are
 * open addressing with linear probing at most half full; entries stand apart from slots, in order
 * of arrival, so that growing moves 4 bytes a slot. */
#include "func/agg.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "func/agg_kit.h"

enum { AGG_NEAREST_MAX = 2, SET_SLOTS_MIN = 16, SET_COUNT_MAX = 1 << 30, SAVED_DEPTH_MAX = 4 };

const sl_agg *sl_agg_find(const sl_agg_table *table, sl_text name)
{
    uint32_t low = 0;
    uint32_t high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = sl_text_compare_nocase(sl_text_from(table->rows[middle].name), name);
        if (order == 0) return &table->rows[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

const char *sl_agg_nearest(const sl_agg_table *table, sl_text name)
{
    const char *nearest = NULL;
    unsigned best = AGG_NEAREST_MAX + 1;
    for (uint32_t i = 0; i < table->count; i++) {
        unsigned distance =
            sl_text_distance(sl_text_from(table->rows[i].name), name, AGG_NEAREST_MAX);
        if (distance < best) {
            best = distance;
            nearest = table->rows[i].name;
        }
    }
    return nearest;
}

static int rank_compare_place(const sl_rank *a, const sl_rank *b)
{
    if (a->input != b->input) return a->input < b->input ? -1 : 1;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    return (a->copy > b->copy) - (a->copy < b->copy);
}

sl_rank sl_agg_timed_rank(const sl_rank *rank, const sl_value *args, uint32_t arg_count)
{
    sl_rank timed = *rank;
    double seconds;
    if (arg_count < 2) return timed;
    if (args[1].kind == SL_MOMENT) timed.time = args[1].integer;
    else if (sl_value_number(args[1], &seconds) && fabs(seconds) < 9e9)
        timed.time = (sl_time)llround(seconds * 1e6) * 1000; /* a double has no nanoseconds */
    return timed;
}

int sl_rank_compare(const sl_rank *a, const sl_rank *b)
{
    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    if (a->time != b->time) return a->time > b->time ? -1 : 1;
    return rank_compare_place(a, b);
}

int sl_rank_compare_oldest(const sl_rank *a, const sl_rank *b)
{
    if (a->position != b->position) return a->position < b->position ? -1 : 1;
    if (a->time == b->time) return rank_compare_place(a, b);
    if (a->time == SL_TIME_NONE) return 1;
    if (b->time == SL_TIME_NONE) return -1;
    return a->time < b->time ? -1 : 1;
}

sl_status sl_kept_set(sl_arena *memory, sl_kept *kept, sl_text bytes)
{
    if (bytes.length > UINT32_MAX / 2) return SL_LIMIT;
    if (kept->data == NULL || bytes.length > kept->capacity) {
        size_t capacity = bytes.length + bytes.length / 2 + 8;
        char *data = sl_arena_bytes(memory, capacity);
        if (data == NULL) return SL_LIMIT;
        kept->data = data;
        kept->capacity = (uint32_t)capacity;
    }
    if (bytes.length > 0) memmove(kept->data, bytes.data, bytes.length);
    kept->length = (uint32_t)bytes.length;
    return SL_OK;
}

uint64_t sl_agg_seed(const void *memory)
{
    return sl_hash_mix((uint64_t)(uintptr_t)memory, UINT64_C(0x9e3779b97f4a7c15));
}

static bool set_grow_slots(sl_arena *memory, sl_text_set *set)
{
    uint32_t slot_count = set->slot_count == 0 ? SET_SLOTS_MIN : set->slot_count * 2;
    uint32_t *slots = SL_ARENA_ARRAY(memory, slot_count, uint32_t);
    if (slots == NULL) return false;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t slot = (uint32_t)set->entries[i].hash & (slot_count - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    set->slots = slots;
    set->slot_count = slot_count;
    return true;
}

static bool set_grow(sl_arena *memory, sl_text_set *set)
{
    if (set->count == set->capacity) {
        uint32_t capacity = set->capacity == 0 ? SET_SLOTS_MIN / 2 : set->capacity * 2;
        sl_text_tally *entries = SL_ARENA_ARRAY(memory, capacity, sl_text_tally);
        if (entries == NULL) return false;
        if (set->count > 0) memcpy(entries, set->entries, set->count * sizeof *entries);
        set->entries = entries;
        set->capacity = capacity;
    }
    if (set->seed == 0) set->seed = sl_agg_seed(memory) | 1;
    return set->count < set->slot_count / 2 || set_grow_slots(memory, set);
}

sl_status sl_text_set_add(sl_arena *memory, sl_text_set *set, sl_text text, uint64_t count)
{
    if (set->count >= SET_COUNT_MAX || !set_grow(memory, set)) return SL_LIMIT;
    uint64_t hash = sl_hash_bytes(text.data, text.length, set->seed);
    uint32_t slot = (uint32_t)hash & (set->slot_count - 1);
    while (set->slots[slot] != 0) {
        sl_text_tally *entry = &set->entries[set->slots[slot] - 1];
        if (entry->hash == hash && sl_text_equal(entry->text, text)) {
            entry->count += count;
            return SL_OK;
        }
        slot = (slot + 1) & (set->slot_count - 1);
    }
    sl_text copy = sl_arena_copy(memory, text);
    if (copy.data == NULL) return SL_LIMIT;
    set->entries[set->count++] = (sl_text_tally){.text = copy, .hash = hash, .count = count};
    set->slots[slot] = set->count;
    return SL_OK;
}

void sl_save_number(sl_buffer *out, uint64_t number)
{
    for (int i = 0; i < 8; i++) sl_buffer_add_byte(out, (char)(number >> (8 * i)));
}

void sl_save_text(sl_buffer *out, sl_text text)
{
    sl_save_number(out, text.length);
    sl_buffer_add(out, text);
}

void sl_save_value(sl_buffer *out, sl_value value)
{
    sl_buffer_add_byte(out, (char)value.kind);
    switch ((sl_kind)value.kind) {
    case SL_MISSING:
    case SL_NULL: break;
    case SL_BOOL: sl_buffer_add_byte(out, value.boolean ? 1 : 0); break;
    case SL_INTEGER:
    case SL_MOMENT: sl_save_number(out, (uint64_t)value.integer); break;
    case SL_REAL: {
        uint64_t bits;
        memcpy(&bits, &value.real, sizeof bits);
        sl_save_number(out, bits);
        break;
    }
    case SL_NUMBER:
    case SL_STRING:
    case SL_JSON: sl_save_text(out, sl_value_bytes(value)); break;
    case SL_LIST:
        sl_save_number(out, value.length);
        for (uint32_t i = 0; i < value.length; i++) sl_save_value(out, value.items[i]);
        break;
    }
}

void sl_save_rank(sl_buffer *out, const sl_rank *rank)
{
    sl_save_number(out, (uint64_t)rank->time);
    sl_save_number(out, rank->offset);
    sl_save_number(out, rank->input | (uint64_t)rank->copy << 32);
    sl_save_number(out, rank->position);
}

uint64_t sl_load_number(sl_saved *saved)
{
    if (saved->failed || saved->bytes.length - saved->at < 8) {
        saved->failed = true;
        return 0;
    }
    uint64_t number = 0;
    const unsigned char *bytes = (const unsigned char *)saved->bytes.data + saved->at;
    for (int i = 0; i < 8; i++) number |= (uint64_t)bytes[i] << (8 * i);
    saved->at += 8;
    return number;
}

sl_text sl_load_text(sl_saved *saved)
{
    uint64_t length = sl_load_number(saved);
    if (saved->failed || length > saved->bytes.length - saved->at) {
        saved->failed = true;
        return SL_TEXT("");
    }
    sl_text text = {saved->bytes.data + saved->at, (size_t)length};
    saved->at += (size_t)length;
    return text;
}

static uint8_t load_byte(sl_saved *saved)
{
    if (saved->failed || saved->at == saved->bytes.length) {
        saved->failed = true;
        return 0;
    }
    return (uint8_t)saved->bytes.data[saved->at++];
}

static sl_value load_value_at(sl_saved *saved, sl_arena *arena, int depth);

static sl_value load_list(sl_saved *saved, sl_arena *arena, int depth)
{
    uint64_t count = sl_load_number(saved);
    /* an item takes a byte at least, so a count beyond the rest is a lie */
    bool sane = !saved->failed && depth < SAVED_DEPTH_MAX && count <= SL_LIST_ITEMS_MAX
        && count <= saved->bytes.length - saved->at;
    sl_value *items = sane ? SL_ARENA_ARRAY(arena, (size_t)count, sl_value) : NULL;
    if (items == NULL) {
        saved->failed = true;
        return sl_missing();
    }
    for (uint64_t i = 0; i < count; i++) items[i] = load_value_at(saved, arena, depth + 1);
    return sl_list(items, (uint32_t)count);
}

static sl_value load_value_at(sl_saved *saved, sl_arena *arena, int depth)
{
    sl_value value = {.kind = load_byte(saved)};
    switch ((sl_kind)value.kind) {
    case SL_MISSING:
    case SL_NULL: return value;
    case SL_BOOL: value.boolean = load_byte(saved) != 0; return value;
    case SL_INTEGER:
    case SL_MOMENT: value.integer = (int64_t)sl_load_number(saved); return value;
    case SL_REAL: {
        uint64_t bits = sl_load_number(saved);
        memcpy(&value.real, &bits, sizeof bits);
        return value;
    }
    case SL_NUMBER:
    case SL_STRING:
    case SL_JSON: {
        sl_text text = sl_load_text(saved);
        value.text = text.data;
        value.length = (uint32_t)text.length;
        return value;
    }
    case SL_LIST: return load_list(saved, arena, depth);
    }
    saved->failed = true;
    return sl_missing();
}

sl_value sl_load_value(sl_saved *saved, sl_arena *arena)
{
    return load_value_at(saved, arena, 0);
}

sl_rank sl_load_rank(sl_saved *saved)
{
    sl_rank rank = {.time = (sl_time)sl_load_number(saved), .offset = sl_load_number(saved)};
    uint64_t place = sl_load_number(saved);
    rank.input = (uint32_t)place;
    rank.copy = (uint32_t)(place >> 32);
    rank.position = sl_load_number(saved);
    return rank;
}

/* Digits from `at` on; returns the first byte that is none. */
static size_t number_digits(sl_text text, size_t at)
{
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9') at++;
    return at;
}

static bool number_is_json(sl_text text)
{
    size_t at = text.length > 0 && text.data[0] == '-' ? 1 : 0;
    size_t start = at;
    at = number_digits(text, at);
    if (at == start || (at > start + 1 && text.data[start] == '0')) return false;
    if (at < text.length && text.data[at] == '.') {
        start = ++at;
        at = number_digits(text, at);
        if (at == start) return false;
    }
    if (at < text.length && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        if (at < text.length && (text.data[at] == '+' || text.data[at] == '-')) at++;
        start = at;
        at = number_digits(text, at);
        if (at == start) return false;
    }
    return at == text.length;
}

sl_value sl_agg_number_value(sl_text text)
{
    return number_is_json(text) ? sl_number_as(text) : sl_string(text);
}
