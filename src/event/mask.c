/* mask.c - the kernels, and the reader's way through their bits.
 *
 * A block is classified with a handful of vector compares. Which quotes count follows from the
 * runs of backslashes, found by two additions: a run's carry comes out where the run ends, and
 * whether that is an odd number of bytes behind its start tells if the last backslash is free.
 * What lies in strings is the running exclusive-or over the quotes: one carry-less product, where
 * the machine has it. */
#include "event/mask.h"

#include <assert.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define MASK_EVEN UINT64_C(0x5555555555555555)

/* What a block is made of, as its bytes stand. The last two are found only when `odd` has bits. */
typedef struct mask_bytes {
    uint64_t quote, bracket, odd;
    uint64_t backslash, newline;
} mask_bytes;

/* The bytes that a backslash takes the meaning from. */
static inline uint64_t mask_escaped(sl_mask_carry *carry, uint64_t backslashes)
{
    uint64_t escaped = carry->escaped;
    backslashes &= ~escaped;
    uint64_t starts = backslashes & ~(backslashes << 1);
    unsigned long long from_even, from_odd;
    __builtin_uaddll_overflow(backslashes, starts & MASK_EVEN, &from_even);
    carry->escaped = __builtin_uaddll_overflow(backslashes, starts & ~MASK_EVEN, &from_odd);
    return escaped | (((from_even & ~MASK_EVEN) | (from_odd & MASK_EVEN)) & ~backslashes);
}

/* The block as its readers want it; `inside` is the running exclusive-or over its quotes. */
static inline void mask_put(sl_mask_carry *carry, const mask_bytes *bytes, uint64_t inside,
                            sl_mask_words *out, size_t block)
{
    inside ^= carry->in_string;
    carry->in_string = 0 - (inside >> 63);
    carry->newlines |= bytes->newline & inside;
    out->quote[block] = bytes->quote;
    out->bracket[block] = bytes->bracket & ~inside;
    out->odd[block] = bytes->odd;
}

/* --- for any machine --- */

static inline uint64_t mask_running_xor(uint64_t bits)
{
    for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

static void mask_fill_plain(const char *at, size_t count, sl_mask_carry *carry, sl_mask_words *out,
                            size_t first)
{
    for (size_t block = first; block < first + count; block++, at += SL_MASK_BYTES) {
        mask_bytes bytes = {0};
        for (unsigned i = 0; i < SL_MASK_BYTES; i++) {
            char c = at[i], folded = (char)(c | 0x20);
            bytes.quote |= (uint64_t)(c == '"') << i;
            bytes.bracket |= (uint64_t)(folded == '{' || folded == '}') << i;
            bytes.backslash |= (uint64_t)(c == '\\') << i;
            bytes.newline |= (uint64_t)(c == '\n') << i;
            bytes.odd |= (uint64_t)((unsigned char)c >= 0x80) << i;
        }
        bytes.odd |= bytes.backslash | bytes.newline;
        bytes.quote &= ~mask_escaped(carry, bytes.backslash);
        mask_put(carry, &bytes, mask_running_xor(bytes.quote), out, block);
    }
}

/* --- for x86-64 --- */

#if defined(__x86_64__)

static inline uint64_t mask_bits_16(__m128i matches, unsigned shift)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(matches) << shift;
}

static inline uint64_t mask_equal_16(const char *at, char c)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < SL_MASK_BYTES; i += 16) {
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        bits |= mask_bits_16(_mm_cmpeq_epi8(text, _mm_set1_epi8(c)), i);
    }
    return bits;
}

static void mask_fill_sse2(const char *at, size_t count, sl_mask_carry *carry, sl_mask_words *out,
                           size_t first)
{
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i newline = _mm_set1_epi8('\n');
    const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
    const __m128i fold = _mm_set1_epi8(0x20);
    for (size_t block = first; block < first + count; block++, at += SL_MASK_BYTES) {
        mask_bytes bytes = {0};
        for (unsigned i = 0; i < SL_MASK_BYTES; i += 16) {
            __m128i text = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
            /* '[' and ']' differ from '{' and '}' in one bit, which no other byte folds into. */
            __m128i folded = _mm_or_si128(text, fold);
            __m128i bracket =
                _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close));
            __m128i odd =
                _mm_or_si128(_mm_cmpeq_epi8(text, backslash), _mm_cmpeq_epi8(text, newline));
            odd = _mm_or_si128(odd, text);
            bytes.quote |= mask_bits_16(_mm_cmpeq_epi8(text, quote), i);
            bytes.bracket |= mask_bits_16(bracket, i);
            bytes.odd |= mask_bits_16(odd, i);
        }
        if (SL_UNLIKELY((bytes.odd | carry->escaped) != 0)) {
            bytes.newline = mask_equal_16(at, '\n');
            bytes.quote &= ~mask_escaped(carry, mask_equal_16(at, '\\'));
        }
        mask_put(carry, &bytes, mask_running_xor(bytes.quote), out, block);
    }
}

#define MASK_AVX2 __attribute__((target("avx2,bmi,bmi2,pclmul")))
#define MASK_AVX512 __attribute__((target("avx512f,avx512bw,avx2,bmi,bmi2,pclmul")))

/* Tables by the low four bits of a byte: the byte is the one looked for when it is what stands
 * there. A byte beyond ASCII finds 0. */
#define MASK_BRACKETS _mm_setr_epi8('\1', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0, 0)
#define MASK_ODD _mm_setr_epi8('\1', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\n', 0, '\\', 0, 0, 0)

/* The product with all ones, without carries, is the running exclusive-or. */
static inline MASK_AVX2 uint64_t mask_running_product(uint64_t bits)
{
    __m128i product =
        _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

static inline MASK_AVX2 uint64_t mask_bits_64(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low)
        | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline MASK_AVX2 uint64_t mask_equal_64(__m256i low, __m256i high, char c)
{
    __m256i wanted = _mm256_set1_epi8(c);
    return mask_bits_64(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted));
}

static inline MASK_AVX2 __m256i mask_among(__m256i text, __m256i bytes, __m128i table)
{
    __m256i found = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), text);
    return _mm256_cmpeq_epi8(found, bytes);
}

static MASK_AVX2 void mask_fill_avx2(const char *at, size_t count, sl_mask_carry *carry,
                                     sl_mask_words *out, size_t first)
{
    const __m256i fold = _mm256_set1_epi8(0x20);
    sl_mask_carry own = *carry;
    for (size_t block = first; block < first + count; block++, at += SL_MASK_BYTES) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)at);
        __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
        __m256i bracket_a = mask_among(a, _mm256_or_si256(a, fold), MASK_BRACKETS);
        __m256i bracket_b = mask_among(b, _mm256_or_si256(b, fold), MASK_BRACKETS);
        __m256i odd_a = _mm256_or_si256(mask_among(a, a, MASK_ODD), a);
        __m256i odd_b = _mm256_or_si256(mask_among(b, b, MASK_ODD), b);
        mask_bytes bytes = {.quote = mask_equal_64(a, b, '"'),
                            .bracket = mask_bits_64(bracket_a, bracket_b),
                            .odd = mask_bits_64(odd_a, odd_b)};
        if (SL_UNLIKELY((bytes.odd | own.escaped) != 0)) {
            bytes.newline = mask_equal_64(a, b, '\n');
            bytes.quote &= ~mask_escaped(&own, mask_equal_64(a, b, '\\'));
        }
        mask_put(&own, &bytes, mask_running_product(bytes.quote), out, block);
    }
    *carry = own;
}

static MASK_AVX512 void mask_fill_avx512(const char *at, size_t count, sl_mask_carry *carry,
                                         sl_mask_words *out, size_t first)
{
    const __m512i brackets = _mm512_broadcast_i32x4(MASK_BRACKETS);
    const __m512i odds = _mm512_broadcast_i32x4(MASK_ODD);
    const __m512i quote = _mm512_set1_epi8('"');
    const __m512i fold = _mm512_set1_epi8(0x20);
    sl_mask_carry own = *carry;
    for (size_t block = first; block < first + count; block++, at += SL_MASK_BYTES) {
        __m512i text = _mm512_loadu_si512(at), folded = _mm512_or_si512(text, fold);
        __mmask64 odd = _kor_mask64(_mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(odds, text), text),
                                    _mm512_movepi8_mask(text));
        mask_bytes bytes = {.quote = _mm512_cmpeq_epi8_mask(text, quote),
                            .bracket =
                                _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(brackets, text), folded),
                            .odd = odd};
        if (SL_UNLIKELY((bytes.odd | own.escaped) != 0)) {
            bytes.newline = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\n'));
            uint64_t backslashes = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('\\'));
            bytes.quote &= ~mask_escaped(&own, backslashes);
        }
        mask_put(&own, &bytes, mask_running_product(bytes.quote), out, block);
    }
    *carry = own;
}

static bool mask_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("pclmul");
}

static bool mask_has_avx512(void)
{
    return mask_has_avx2() && __builtin_cpu_supports("avx512bw");
}

#endif

/* --- the choice --- */

static const sl_mask_kernel mask_plain = {"plain", mask_fill_plain};
#if defined(__x86_64__)
static const sl_mask_kernel mask_sse2 = {"sse2", mask_fill_sse2};
static const sl_mask_kernel mask_avx2 = {"avx2", mask_fill_avx2};
static const sl_mask_kernel mask_avx512 = {"avx512", mask_fill_avx512};
#endif

const sl_mask_kernel *sl_mask_kernel_at(unsigned number)
{
#if defined(__x86_64__)
    if (number == 1) return &mask_sse2;
    if (number == 2) return mask_has_avx2() ? &mask_avx2 : NULL;
    if (number == 3) return mask_has_avx512() ? &mask_avx512 : NULL;
#endif
    return number == 0 ? &mask_plain : NULL;
}

const sl_mask_kernel *sl_mask_best(void)
{
#if defined(__x86_64__)
    if (mask_has_avx512()) return &mask_avx512;
    return mask_has_avx2() ? &mask_avx2 : &mask_sse2;
#else
    return &mask_plain;
#endif
}

/* --- the index --- */

/* Nothing is known of the two blocks behind the last. */
static void mask_end(sl_mask_index *index)
{
    sl_mask_words *words = &index->words;
    for (size_t i = 0; i < 2; i++) {
        size_t block = (index->ready + i) % SL_MASK_RING;
        words->quote[block] = words->bracket[block] = 0;
        words->odd[block] = 0;
    }
    words->quote[SL_MASK_RING] = words->quote[0];
    words->odd[SL_MASK_RING] = words->odd[0];
}

void sl_mask_begin(sl_mask_index *index, const sl_mask_kernel *kernel, const char *base,
                   size_t length)
{
    index->base = base;
    index->length = length;
    index->ready = 0;
    index->ended = length == 0;
    index->carry = (sl_mask_carry){0, 0, 0};
    index->kernel = kernel;
    mask_end(index);
}

/* Classifies the next blocks. False when nothing is left: what is looked for does not come. */
static SL_HOT bool mask_more(sl_mask_index *index)
{
    if (index->ended) return false;
    _Static_assert(SL_MASK_RING % SL_MASK_STEP == 0 && SL_MASK_RING >= 4 * SL_MASK_STEP,
                   "a step does not wrap, and does not overwrite what is being read");
    size_t from = index->ready * SL_MASK_BYTES, left = index->length - from;
    size_t blocks = (left + SL_MASK_BYTES - 1) / SL_MASK_BYTES;
    size_t count = blocks < SL_MASK_STEP ? blocks : SL_MASK_STEP;
    size_t first = index->ready % SL_MASK_RING;
    index->kernel->fill(index->base + from, count, &index->carry, &index->words, first);
    if (count == blocks) {
        index->ended = true;
        if (left % SL_MASK_BYTES != 0) {
            uint64_t valid = (UINT64_C(1) << left % SL_MASK_BYTES) - 1;
            index->words.quote[first + count - 1] &= valid;
            index->words.bracket[first + count - 1] &= valid;
        }
    }
    /* A newline in a string breaks it, unless it stands behind the text's end. Either way, a
     * plainer reader has to tell. */
    if (SL_UNLIKELY(index->carry.newlines != 0)) {
        index->ended = true;
        count = 0;
    }
    index->ready += count;
    mask_end(index);
    return count > 0;
}

bool sl_mask_reach_far(sl_mask_index *index, size_t at)
{
    while (at / SL_MASK_BYTES + 2 > index->ready)
        if (!mask_more(index)) return at / SL_MASK_BYTES <= index->ready;
    return true;
}

size_t sl_mask_quote_far(sl_mask_index *index, size_t at, uint64_t *odd)
{
    *odd = 0;
    for (;;) {
        size_t block = at / SL_MASK_BYTES;
        if (block >= index->ready) {
            if (!mask_more(index)) return SIZE_MAX;
            continue;
        }
        unsigned shift = (unsigned)(at % SL_MASK_BYTES);
        uint64_t quotes = index->words.quote[block % SL_MASK_RING] >> shift;
        uint64_t odds = index->words.odd[block % SL_MASK_RING] >> shift;
        if (quotes != 0) {
            *odd |= odds & (quotes ^ (quotes - 1));
            return at + (size_t)__builtin_ctzll(quotes);
        }
        *odd |= odds;
        at = (block + 1) * SL_MASK_BYTES;
    }
}

/* The brackets that are open. */
typedef struct mask_nest {
    uint64_t curly; /* a bit each: it is no square one; the innermost lowest */
    uint64_t depth, depth_max;
} mask_nest;

/* Behind what an opening bracket may stand: in an array (bit 0), in an object (bit 1). */
static const uint8_t mask_before[256] = {[','] = 1, ['['] = 1, [':'] = 2};

/* True when the opening bracket stands where its surroundings allow one, behind white space. */
static bool mask_open_fits(const mask_nest *nest, const char *bracket)
{
    while (sl_json_is_space(bracket[-1])) bracket--; /* something opened before it */
    return (mask_before[(unsigned char)bracket[-1]] >> (nest->curly & 1) & 1) != 0;
}

/* Takes in the brackets of `bits`. 1 behind the closing one that was looked for, 0 when it does
 * not come among them; SIZE_MAX when they are not in order. */
static inline size_t mask_nest_step(mask_nest *nest, const char *from, uint64_t bits)
{
    for (; bits != 0; bits &= bits - 1) {
        const char *bracket = from + (size_t)__builtin_ctzll(bits);
        unsigned c = (unsigned char)*bracket;
        if ((c & 0x02) != 0) {
            unsigned fits = mask_before[(unsigned char)bracket[-1]] >> (nest->curly & 1);
            if (SL_UNLIKELY(nest->depth == nest->depth_max)) return SIZE_MAX;
            if (SL_UNLIKELY((fits & 1) == 0) && !mask_open_fits(nest, bracket)) return SIZE_MAX;
            nest->curly = nest->curly << 1 | (c >> 5 & 1);
            nest->depth++;
            continue;
        }
        if (SL_UNLIKELY(((nest->curly ^ c >> 5) & 1) != 0)) return SIZE_MAX;
        nest->curly >>= 1;
        if (--nest->depth == 0) return (size_t)(bracket - from) + 1;
    }
    return 0;
}

SL_HOT size_t sl_mask_close(sl_mask_index *index, size_t at, bool is_array, uint64_t depth_max)
{
    mask_nest nest = {!is_array, 1, depth_max < 64 ? depth_max : 64};
    if (depth_max == 0) return SIZE_MAX;
    size_t block = at / SL_MASK_BYTES;
    uint64_t before = (UINT64_C(1) << at % SL_MASK_BYTES) - 1;
    for (;; block++) {
        while (block >= index->ready)
            if (!mask_more(index)) return SIZE_MAX;
        uint64_t bits = index->words.bracket[block % SL_MASK_RING] & ~before;
        size_t behind = mask_nest_step(&nest, index->base + block * SL_MASK_BYTES, bits);
        if (behind == SIZE_MAX) return SIZE_MAX;
        if (behind != 0) return block * SL_MASK_BYTES + behind;
        before = 0;
    }
}
