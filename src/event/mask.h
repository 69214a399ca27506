/* mask.h - 64 bytes of JSON as bits: where quotes and brackets stand, and what is unusual.
 *
 * Whoever looks for the end of a string or of a nested value looks at bits instead of bytes. The
 * kernels differ by the machine's instructions and agree to the bit; which one is used is decided
 * once, by whoever keeps the pointer (a walk, a scan). An index holds the bits of a text from
 * wherever its reader stands, a few hundred bytes ahead: it is made as it is needed, so that a
 * reader who stops early pays for what he saw.
 *
 * Owner:    kernels are constants; an index is its reader's.
 * Lifetime: an index until the next sl_mask_begin.
 * Threads:  kernels any; an index one. */
#ifndef SL_EVENT_MASK_H
#define SL_EVENT_MASK_H

#include "event/json.h"

enum {
    SL_MASK_BYTES = 64, /* of a block: a bit each */
    SL_MASK_STEP = 8,   /* blocks that are classified at once */
    SL_MASK_RING = 64   /* blocks that an index remembers; a multiple of SL_MASK_STEP */
};

/* The masks of some blocks: bit i of word n is byte i of block n. */
typedef struct sl_mask_words {
    uint64_t quote[SL_MASK_RING + 1];   /* quotes that no backslash takes their meaning from */
    uint64_t bracket[SL_MASK_RING + 1]; /* {, }, [ and ] outside of strings */
    uint64_t odd[SL_MASK_RING + 1];     /* backslashes, newlines and bytes beyond ASCII, anywhere */
} sl_mask_words;

/* What a block leaves to the next one. Begins zeroed, outside of a string. */
typedef struct sl_mask_carry {
    uint64_t in_string; /* all bits or none */
    uint64_t escaped;   /* bit 0: the next byte's meaning is taken */
    uint64_t newlines;  /* not 0: a newline stood in a string, which breaks it */
} sl_mask_carry;

/* Classifies `count` blocks, all of which are readable, into the words from `first` on. */
typedef void sl_mask_fill(const char *at, size_t count, sl_mask_carry *carry, sl_mask_words *out,
                          size_t first);

typedef struct sl_mask_kernel {
    const char *name;
    sl_mask_fill *fill;
} sl_mask_kernel;

/* The fastest kernel that this machine can run; never NULL. */
const sl_mask_kernel *sl_mask_best(void);
/* All that it can run, the plainest first; NULL behind the last. For tests. */
const sl_mask_kernel *sl_mask_kernel_at(unsigned number);

/* The masks of a text around its reader. Positions count from `base` and only rise. */
typedef struct sl_mask_index {
    const char *base;
    size_t length;
    size_t ready; /* blocks classified so far; the two behind them are zero */
    bool ended;   /* all are, or a newline in a string broke the text: no bits behind `ready` */
    sl_mask_carry carry;
    const sl_mask_kernel *kernel;
    sl_mask_words words; /* of block n: n % SL_MASK_RING; the last ones repeat the first */
} sl_mask_index;

/* SL_MASK_BYTES behind `base` + `length` must be readable. */
void sl_mask_begin(sl_mask_index *index, const sl_mask_kernel *kernel, const char *base,
                   size_t length);

/* True when masks may be read from `at` on: its block and the next have been classified, or the
 * text ends before. What follows wants it to be true of a position at most 64 bytes before. */
bool sl_mask_reach_far(sl_mask_index *index, size_t at);
static inline bool sl_mask_reach(sl_mask_index *index, size_t at)
{
    return SL_LIKELY(at / SL_MASK_BYTES + 2 <= index->ready) || sl_mask_reach_far(index, at);
}

/* The bits from position `at` on; at least 57 of them, zeros behind. */
static inline uint64_t sl_mask_bits(const uint64_t words[SL_MASK_RING + 1], size_t at)
{
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lowest bit's byte comes first");
    uint64_t bits;
    memcpy(&bits, (const char *)words + at / 8 % (SL_MASK_RING * sizeof *words), sizeof bits);
    return bits >> at % 8;
}

/* The position of the first quote at or behind `at`, SIZE_MAX when none comes. */
size_t sl_mask_quote_far(sl_mask_index *index, size_t at, uint64_t *odd);
static inline size_t sl_mask_quote(sl_mask_index *index, size_t at)
{
    uint64_t quotes = sl_mask_bits(index->words.quote, at), odd;
    if (SL_UNLIKELY(quotes == 0)) return sl_mask_quote_far(index, at, &odd);
    return at + (size_t)__builtin_ctzll(quotes);
}
/* The same; *odd is not 0 when odd bytes stand before it. */
static inline size_t sl_mask_string(sl_mask_index *index, size_t at, uint64_t *odd)
{
    uint64_t quotes = sl_mask_bits(index->words.quote, at);
    if (SL_UNLIKELY(quotes == 0)) return sl_mask_quote_far(index, at, odd);
    *odd = sl_mask_bits(index->words.odd, at) & (quotes ^ (quotes - 1));
    return at + (size_t)__builtin_ctzll(quotes);
}

/* Behind the closing bracket of the object or array that is open at `at`, where `is_array` says
 * which it is. SIZE_MAX when the structure is not in order (sl_json_scan_run knows why), or it
 * nests deeper than `depth_max` or than one word of bits can follow. */
size_t sl_mask_close(sl_mask_index *index, size_t at, bool is_array, uint64_t depth_max);

/* Where a member of an object stands. */
typedef struct sl_mask_member {
    size_t key, key_length; /* between its quotes */
    size_t value;
} sl_mask_member;

/* White space before a position is rare. */
static inline size_t sl_mask_space(sl_mask_index *index, size_t at)
{
    const char *end = index->base + index->length;
    return (size_t)(sl_json_space(index->base + at, end) - index->base);
}

/* Finds the member that stands at `at`, or behind the comma there, when its key is plain: short,
 * without escapes and dots, in ASCII. False when it is not, and for all that is no member. */
static inline bool sl_mask_member_at(sl_mask_index *index, size_t at, bool behind_value,
                                     sl_mask_member *out)
{
    const char *base = index->base;
    if (SL_UNLIKELY(!sl_mask_reach(index, at))) return false;
    if (behind_value) {
        if (SL_UNLIKELY(base[at] != ',')) return false;
        at++;
    }
    if (SL_UNLIKELY(base[at] != '"')) {
        at = sl_mask_space(index, at);
        if (base[at] != '"' || !sl_mask_reach(index, at)) return false;
    }
    at++;
    uint64_t quotes = sl_mask_bits(index->words.quote, at);
    uint64_t unusual = sl_mask_bits(index->words.odd, at) & (quotes ^ (quotes - 1));
    if (SL_UNLIKELY(quotes == 0 || unusual != 0)) return false;
    out->key = at;
    out->key_length = (size_t)__builtin_ctzll(quotes);
    if (SL_UNLIKELY(memchr(base + at, '.', out->key_length) != NULL)) return false;
    at += out->key_length + 1;
    if (SL_UNLIKELY(base[at++] != ':')) return false;
    if (SL_UNLIKELY(sl_json_is_space(base[at]))) {
        at = sl_mask_space(index, at);
        if (!sl_mask_reach(index, at)) return false;
    }
    out->value = at;
    return SL_LIKELY(at < index->length);
}

/* Behind the value at `value`; SIZE_MAX when it does not end in order, or cannot be told here. */
static inline size_t sl_mask_behind(sl_mask_index *index, size_t value, uint64_t depth_max)
{
    const char *at = index->base + value, *end = index->base + index->length;
    if (*at == '"') {
        size_t quote = sl_mask_quote(index, value + 1);
        return quote == SIZE_MAX ? quote : quote + 1;
    }
    if (*at == '{' || *at == '[') return sl_mask_close(index, value + 1, *at == '[', depth_max);
    const char *behind = sl_json_word(at);
    if (behind == NULL || behind >= end) {
        behind = at;
        if (sl_json_scalar(&behind, end) != SL_JSON_END) return SIZE_MAX;
    }
    return (size_t)(behind - index->base);
}

#endif
