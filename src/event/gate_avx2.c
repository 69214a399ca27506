/* gate_avx2.c - the gate's kernel with AVX2, 32 bytes at a time, and BMI2 for the brackets. */
#include "event/gate_scan.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define GATE_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")))

typedef struct gate_bytes {
    __m256i low, high;
} gate_bytes;

static inline GATE_TARGET __m256i gate_load(const char *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

static inline GATE_TARGET uint64_t gate_bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low)
        | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline GATE_TARGET uint64_t gate_equal(gate_bytes bytes, const char *row)
{
    __m256i wanted = gate_load(row);
    return gate_bits(_mm256_cmpeq_epi8(bytes.low, wanted), _mm256_cmpeq_epi8(bytes.high, wanted));
}

/* Brackets: '[' and ']' are '{' and '}' but for one bit. So a byte with that bit set is one when a
 * table has it under its low four bits. */
static inline GATE_TARGET __m256i gate_brackets(__m256i bytes)
{
    __m256i folded = _mm256_or_si256(bytes, gate_load(sl_gate_rows.fold));
    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(gate_load(sl_gate_rows.brackets), bytes), folded);
}

/* Bytes behind which `key`'s probe and closing quote stand at their places. */
static inline GATE_TARGET __m256i gate_key_fits(const char *at, const sl_gate_key *key)
{
    return _mm256_and_si256(
        _mm256_cmpeq_epi8(gate_load(at + 1 + key->probe_at), gate_load(key->probes)),
        _mm256_cmpeq_epi8(gate_load(at + 1 + key->length), gate_load(sl_gate_rows.quote)));
}

static inline GATE_TARGET sl_gate_masks gate_classify(const char *at, const sl_gate_set *set)
{
    gate_bytes bytes = {gate_load(at), gate_load(at + 32)};
    sl_gate_masks masks = {
        .quote = gate_equal(bytes, sl_gate_rows.quote),
        .newline = gate_equal(bytes, sl_gate_rows.newline),
        .backslash = gate_equal(bytes, sl_gate_rows.backslash),
        .behind_colon =
            gate_equal((gate_bytes){gate_load(at - 1), gate_load(at + 31)}, sl_gate_rows.colon),
        .bracket = gate_bits(gate_brackets(bytes.low), gate_brackets(bytes.high)),
        /* Opening brackets have bit 1, closing ones have not; square ones have not bit 5. */
        .open = gate_bits(_mm256_slli_epi16(bytes.low, 6), _mm256_slli_epi16(bytes.high, 6)),
        .square = ~gate_bits(_mm256_slli_epi16(bytes.low, 2), _mm256_slli_epi16(bytes.high, 2)),
    };
    const sl_gate_key *key = set->keys;
    __m256i low = gate_key_fits(at, key), high = gate_key_fits(at + 32, key);
    for (uint32_t k = 1; k < set->count; k++) {
        low = _mm256_or_si256(low, gate_key_fits(at, ++key));
        high = _mm256_or_si256(high, gate_key_fits(at + 32, key));
    }
    masks.key = gate_bits(low, high);
    return masks;
}

static inline GATE_TARGET uint64_t gate_running_xor(uint64_t bits)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

static inline GATE_TARGET uint64_t gate_extract(uint64_t bits, uint64_t mask)
{
    return _pext_u64(bits, mask);
}

#include "event/gate_kernel.inc"

SL_HOT GATE_TARGET void sl_gate_scan_avx2(sl_gate_scan *scan)
{
    gate_run(scan);
}

#endif
