/* gate_values.c - a hash table with open addressing over the bytes of values.
 *
 * The hash looks at both ends of a value only, so a hostile log can make many values collide:
 * after some probes the value is not looked for any further, and asked for. */
#include "event/gate_values.h"

#include <stdlib.h>

#include "base/memory.h"
#include "event/json.h"

enum { VALUES_PROBES_MAX = 16, VALUES_SLOTS_MIN = 1024 };

void sl_gate_values_init(sl_gate_values *values)
{
    *values = (sl_gate_values){0};
    sl_buffer_init(&values->bytes);
}

void sl_gate_values_fini(sl_gate_values *values)
{
    free(values->entries);
    free(values->slots);
    sl_buffer_fini(&values->bytes);
}

static void values_empty(sl_gate_values *values)
{
    values->count = 0;
    sl_buffer_clear(&values->bytes);
    if (values->slot_count > 0) memset(values->slots, 0, values->slot_count * sizeof(uint32_t));
}

/* Twice the room. False when memory ends. */
static bool values_grow(sl_gate_values *values)
{
    uint32_t slot_count = values->slot_count == 0 ? VALUES_SLOTS_MIN : values->slot_count * 2;
    uint32_t *slots = sl_calloc(slot_count, sizeof *slots);
    sl_gate_value *entries = NULL;
    if (slots != NULL)
        entries = sl_realloc(values->entries, (size_t)slot_count / 2 * sizeof *entries);
    if (entries == NULL) {
        free(slots);
        return false;
    }
    free(values->slots);
    values->entries = entries;
    values->capacity = slot_count / 2;
    values->slots = slots;
    values->slot_count = slot_count;
    for (uint32_t i = 0; i < values->count; i++) {
        uint32_t slot = entries[i].hash & (slot_count - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    return true;
}

static void values_remember(sl_gate_values *values, sl_text value, const sl_gate_value *entry)
{
    if (values->count == SL_GATE_VALUES_MAX
        || values->bytes.length + value.length > SL_GATE_VALUES_BYTES_MAX)
        values_empty(values);
    if (values->count == values->capacity && !values_grow(values)) return;
    uint32_t start = (uint32_t)values->bytes.length;
    sl_buffer_add(&values->bytes, value);
    sl_buffer_add(&values->bytes, SL_TEXT("\0\0\0\0\0\0\0\0")); /* for sl_gate_same */
    if (values->bytes.failed) {
        values->bytes.failed = false;
        values->bytes.length = start;
        return;
    }
    uint32_t mask = values->slot_count - 1, slot = entry->hash & mask;
    while (values->slots[slot] != 0) slot = (slot + 1) & mask;
    values->entries[values->count] = *entry;
    values->entries[values->count].start = start;
    values->slots[slot] = ++values->count;
}

SL_HOT uint64_t sl_gate_values_marks(sl_gate_values *values, uint32_t group, sl_text value,
                                     sl_gate_values_ask *ask, void *context)
{
    uint32_t hash = sl_json_key_hash(value) + group * UINT32_C(0x9E3779B9);
    uint32_t mask = values->slot_count - 1, slot = hash & mask, probes = 0;
    for (; values->slot_count > 0 && probes < VALUES_PROBES_MAX; probes++) {
        uint32_t number = values->slots[slot];
        if (number == 0) break;
        const sl_gate_value *entry = &values->entries[number - 1];
        if (entry->hash == hash && entry->group == group && entry->length == value.length
            && sl_gate_same(values->bytes.data + entry->start, value.data, value.length))
            return entry->marks;
        slot = (slot + 1) & mask;
    }
    uint64_t marks = ask(context, group, value);
    sl_gate_value entry = {
        .length = (uint32_t)value.length, .hash = hash, .group = group, .marks = marks};
    if (value.length <= SL_GATE_VALUE_BYTES_MAX && probes < VALUES_PROBES_MAX)
        values_remember(values, value, &entry);
    return marks;
}
