/* gate_values.h - what values mean to the plans, remembered.
 *
 * A log has some hundred different event names and millions of events, so whoever knows what plans
 * want is asked once a value. The memory is bounded: at its limit it is emptied and begun anew.
 *
 * Owner:    the gate.
 * Lifetime: that of the gate.
 * Threads:  one at a time. */
#ifndef SL_EVENT_GATE_VALUES_H
#define SL_EVENT_GATE_VALUES_H

#include "base/text.h"

enum {
    SL_GATE_VALUES_MAX = 65536,
    SL_GATE_VALUES_BYTES_MAX = 8 << 20,
    SL_GATE_VALUE_BYTES_MAX = 4096 /* a longer one is asked for each time */
};

typedef struct sl_gate_value {
    uint32_t start, length; /* in the bytes */
    uint32_t hash;
    uint32_t group; /* the keys it stands behind */
    uint64_t marks;
} sl_gate_value;

typedef struct sl_gate_values {
    sl_gate_value *entries;
    uint32_t count, capacity;
    uint32_t *slots; /* entry + 1, 0: free */
    uint32_t slot_count;
    sl_buffer bytes;
} sl_gate_values;

/* True when `length` bytes are the same. As many as make it a multiple of 8 are readable. */
static inline bool sl_gate_same(const char *left, const char *right, size_t length)
{
    uint64_t a, b;
    for (; length > 8; left += 8, right += 8, length -= 8) {
        memcpy(&a, left, 8);
        memcpy(&b, right, 8);
        if (a != b) return false;
    }
    memcpy(&a, left, 8);
    memcpy(&b, right, 8);
    return length == 0 || (a ^ b) << (64 - 8 * length) == 0;
}

typedef uint64_t sl_gate_values_ask(void *context, uint32_t group, sl_text value);

void sl_gate_values_init(sl_gate_values *values);
void sl_gate_values_fini(sl_gate_values *values);
/* The marks of `value` behind a key of `group`. When memory ends it is asked for again and again.
 * 8 bytes behind `value` are readable. */
uint64_t sl_gate_values_marks(sl_gate_values *values, uint32_t group, sl_text value,
                              sl_gate_values_ask *ask, void *context);

#endif
