/* gate_avx512.c - the gate's kernel with AVX-512, 64 bytes at a time. */
#include "event/gate_scan.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define GATE_TARGET __attribute__((target("avx512f,avx512bw,avx2,bmi,bmi2,lzcnt,popcnt,pclmul")))

static inline GATE_TARGET __mmask64 gate_equal(__m512i bytes, const char *row)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_loadu_si512(row));
}

/* Bytes behind which `key`'s probe and closing quote stand at their places. */
static inline GATE_TARGET __mmask64 gate_key_fits(const char *at, const sl_gate_key *key)
{
    __mmask64 probe = gate_equal(_mm512_loadu_si512(at + 1 + key->probe_at), key->probes);
    return _mm512_mask_cmpeq_epi8_mask(probe, _mm512_loadu_si512(at + 1 + key->length),
                                       _mm512_loadu_si512(sl_gate_rows.quote));
}

static inline GATE_TARGET sl_gate_masks gate_classify(const char *at, const sl_gate_set *set)
{
    __m512i bytes = _mm512_loadu_si512(at);
    /* '[' and ']' are '{' and '}' but for one bit. So a byte with that bit set is a bracket when
     * a table has it under its low four bits. */
    const __m512i fold = _mm512_loadu_si512(sl_gate_rows.fold);
    __m512i folded = _mm512_or_si512(bytes, fold);
    __m512i found = _mm512_shuffle_epi8(_mm512_loadu_si512(sl_gate_rows.brackets), bytes);
    sl_gate_masks masks = {
        .quote = gate_equal(bytes, sl_gate_rows.quote),
        .newline = gate_equal(bytes, sl_gate_rows.newline),
        .behind_colon = gate_equal(_mm512_loadu_si512(at - 1), sl_gate_rows.colon),
        .bracket = _mm512_cmpeq_epi8_mask(found, folded),
        /* Opening brackets have bit 1, closing ones have not; square ones have not bit 5. */
        .open = _mm512_test_epi8_mask(bytes, _mm512_loadu_si512(sl_gate_rows.open)),
        .square = _mm512_testn_epi8_mask(bytes, fold),
        .backslash = gate_equal(bytes, sl_gate_rows.backslash),
    };
    const sl_gate_key *key = set->keys;
    masks.key = gate_key_fits(at, key);
    for (uint32_t k = 1; k < set->count; k++) masks.key |= gate_key_fits(at, ++key);
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

SL_HOT GATE_TARGET void sl_gate_scan_avx512(sl_gate_scan *scan)
{
    gate_run(scan);
}

#endif
