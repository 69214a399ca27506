/* gate_scan.c - the gate's kernel for any machine, with SSE2 where that goes without saying.
 *
 * The reference for the other kernels: all of them must pass over the same records. */
#include "event/gate_scan.h"

#define GATE_TARGET

#define GATE_ROW(...) __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define GATE_BYTES(c) \
    { \
        GATE_ROW(GATE_ROW(GATE_ROW(c))) \
    }
#define GATE_BRACKETS 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0, 0

const sl_gate_compared sl_gate_rows = {
    .quote = GATE_BYTES('"'),
    .backslash = GATE_BYTES('\\'),
    .newline = GATE_BYTES('\n'),
    .colon = GATE_BYTES(':'),
    .fold = GATE_BYTES(0x20),
    .open = GATE_BYTES(0x02),
    .brackets = {GATE_BRACKETS, GATE_BRACKETS, GATE_BRACKETS, GATE_BRACKETS},
};

#ifdef __SSE2__
static inline uint64_t gate_equal(const char *at, char c)
{
    const __m128i wanted = _mm_set1_epi8(c);
    uint64_t bits = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)) << i;
    }
    return bits;
}
#else
static inline uint64_t gate_equal(const char *at, char c)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < 64; i++) bits |= (uint64_t)(at[i] == c) << i;
    return bits;
}
#endif

static inline sl_gate_masks gate_classify(const char *at, const sl_gate_set *set)
{
    uint64_t curly = gate_equal(at, '{'), square = gate_equal(at, '[');
    sl_gate_masks masks = {.quote = gate_equal(at, '"'),
                           .newline = gate_equal(at, '\n'),
                           .behind_colon = gate_equal(at - 1, ':'),
                           .open = curly | square,
                           .backslash = gate_equal(at, '\\')};
    masks.square = square | gate_equal(at, ']');
    masks.bracket = curly | masks.square | gate_equal(at, '}');
    for (uint32_t k = 0; k < set->count; k++) {
        const sl_gate_key *key = &set->keys[k];
        masks.key |=
            gate_equal(at + 1 + key->probe_at, key->probe) & gate_equal(at + 1 + key->length, '"');
    }
    return masks;
}

static inline uint64_t gate_running_xor(uint64_t bits)
{
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

/* The bits of `bits` that stand where `mask` has one, pushed together. */
static inline uint64_t gate_extract(uint64_t bits, uint64_t mask)
{
    uint64_t extracted = 0;
    for (unsigned i = 0; mask != 0; mask &= mask - 1, i++)
        extracted |= (bits >> __builtin_ctzll(mask) & 1) << i;
    return extracted;
}

#include "event/gate_kernel.inc"

SL_HOT void sl_gate_scan_plain(sl_gate_scan *scan)
{
    gate_run(scan);
}
