/* json.h - the small scanners that everything reading JSON here shares.
 *
 * The splitter, the recogniser and the walk must agree to the byte on where a string or a nested
 * value ends, or one could be made to see a record that the others do not. So there is one string
 * scanner, one structure scanner and one grammar for scalars.
 *
 * All of them take a text that may stop anywhere and answer SL_JSON_MORE when it does. They read
 * in steps of 16 or 64 bytes: SL_BLOCK_PAD bytes behind the end must be readable.
 *
 * Owner:    nothing.
 * Lifetime: that of the text.
 * Threads:  no state beyond what is passed in. */
#ifndef SL_EVENT_JSON_H
#define SL_EVENT_JSON_H

#include "source/reader.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SL_JSON_DEPTH_MAX = 512 };

typedef enum sl_json_end {
    SL_JSON_MORE,   /* the text ran out */
    SL_JSON_END,    /* the end was found */
    SL_JSON_MEMBER, /* a member of an object was found (sl_json_member_next) */
    SL_JSON_BROKEN, /* cannot become JSON, whatever follows */
    SL_JSON_DEEP    /* nested deeper than allowed */
} sl_json_end;

/* What a string holds. */
enum {
    SL_JSON_ESCAPED = 1, /* backslashes */
    SL_JSON_WIDE = 2,    /* bytes beyond ASCII */
    SL_JSON_DOTTED = 4   /* dots */
};

static inline bool sl_json_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The first byte that is not white space, or `end`. */
static inline const char *sl_json_space(const char *at, const char *end)
{
    while (at < end && sl_json_is_space(*at)) at++;
    return at;
}

/* One step of a string scan: where in the next 16 bytes a quote, backslash or newline stands (16:
 * nowhere), and which bytes before it are beyond ASCII or dots. */
typedef struct sl_json_step {
    unsigned stop;
    unsigned wide, dots;
} sl_json_step;

static inline sl_json_step sl_json_string_step(const char *at)
{
    sl_json_step step = {16, 0, 0};
    unsigned stops = 0;
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    stops = (unsigned)_mm_movemask_epi8(found);
    step.wide = (unsigned)_mm_movemask_epi8(bytes);
    step.dots = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')));
#else
    for (unsigned i = 0; i < 16; i++) {
        stops |= (unsigned)(at[i] == '"' || at[i] == '\\' || at[i] == '\n') << i;
        step.wide |= (unsigned)((unsigned char)at[i] >= 0x80) << i;
        step.dots |= (unsigned)(at[i] == '.') << i;
    }
#endif
    if (stops != 0) {
        step.stop = (unsigned)__builtin_ctz(stops);
        unsigned before = (1U << step.stop) - 1;
        step.wide &= before;
        step.dots &= before;
    }
    return step;
}

/* From behind a string's opening quote to its closing one. A newline cannot stand in a string:
 * it breaks it, so that a line that was cut off does not swallow the next. At SL_JSON_MORE *at is
 * where to go on (the last backslash when its second half is missing); at SL_JSON_BROKEN it is
 * the newline. Adds to *flags. */
sl_json_end sl_json_string_long(const char **at, const char *end, unsigned *flags);

static inline sl_json_end sl_json_string(const char **at, const char *end, unsigned *flags)
{
    /* Most keys and many values end within the first step. */
    sl_json_step step = sl_json_string_step(*at);
    if (step.stop >= 16 || *at + step.stop >= end || (*at)[step.stop] != '"')
        return sl_json_string_long(at, end, flags);
    *flags |= (step.wide != 0 ? SL_JSON_WIDE : 0U) | (step.dots != 0 ? SL_JSON_DOTTED : 0U);
    *at += step.stop;
    return SL_JSON_END;
}

/* Unescapes the inside of a string into `out`, which has room for as many bytes; returns how many
 * it took. Lone surrogates become U+FFFD. A malformed escape is kept as it stands, and *malformed
 * set. */
size_t sl_json_unescape(sl_text inside, char *out, bool *malformed);
/* The end of the number at `at`, or NULL when it does not follow JSON's grammar. */
const char *sl_json_number(const char *at, const char *end);
/* The number, true, false or null at *at, up to white space, comma, colon or closing bracket. */
sl_json_end sl_json_scalar(const char **at, const char *end);

/* A quick look before sl_json_scalar: the end of true, false or null with a comma or a closing
 * bracket behind it, or NULL. 8 bytes at `at` are readable. */
static inline const char *sl_json_word(const char *at)
{
    size_t length = *at == 'f' ? 5 : 4;
    const char *word = *at == 'f' ? "alse" : *at == 't' ? "true" : "null";
    if (memcmp(at + length - 4, word, 4) != 0) return NULL;
    char behind = at[length];
    return behind == ',' || behind == '}' || behind == ']' ? at + length : NULL;
}

/* Follows the structure of an object or array: quotes, brackets and their kinds. Beyond that it
 * checks what tells a cut-off record from a nested one: an opening bracket stands behind a colon
 * in an object, and behind a comma or the opening in an array. It can stop at any byte. */
typedef struct sl_json_scan {
    uint64_t arrays[SL_JSON_DEPTH_MAX / 64]; /* a bit an open level: it is an array */
    uint64_t depth;
    uint64_t depth_max;
    bool in_string;
    bool escaped;    /* the next byte is */
    char before;     /* the last byte that was not white space */
    char last;       /* the last byte */
    bool line_start; /* at SL_JSON_BROKEN: the byte stands behind a newline */
} sl_json_scan;

/* Before the opening bracket. `depth_max` is at most SL_JSON_DEPTH_MAX, or UINT64_MAX to only
 * count what is deeper. */
void sl_json_scan_begin(sl_json_scan *scan, uint64_t depth_max);
/* Inside of `depth` objects, behind a value. */
void sl_json_scan_inside(sl_json_scan *scan, uint64_t depth, char before, uint64_t depth_max);
/* Goes on from *at. At SL_JSON_END *at is behind the last closing bracket, at SL_JSON_BROKEN the
 * byte that cannot be, at SL_JSON_DEEP behind the bracket that was one too many: with a higher
 * depth_max the scan may go on from there. */
sl_json_end sl_json_scan_run(sl_json_scan *scan, const char **at, const char *end);

/* Skips the value that begins at *at. Strings and scalars are checked, objects and arrays for
 * their structure. At anything but SL_JSON_END *at is not moved. */
sl_json_end sl_json_skip(const char **at, const char *end, uint64_t depth_max);

/* The first 8 bytes of a key, zeros behind its end. `key` need not be padded. */
static inline uint64_t sl_json_key_head(sl_text key)
{
    uint64_t head = 0;
    memcpy(&head, key.data, key.length < 8 ? key.length : 8);
    return head;
}

/* The same, when 8 bytes behind `key` are readable. */
static inline uint64_t sl_json_padded_key_head(sl_text key)
{
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a key's first byte is the lowest");
    uint64_t head;
    memcpy(&head, key.data, 8);
    unsigned gone = key.length < 8 ? 8 - (unsigned)key.length : 0;
    return gone == 8 ? 0 : head << (8 * gone) >> (8 * gone);
}

/* One of 64 bits: a set of keys that lacks it does not hold the key. */
static inline uint64_t sl_json_key_bit(uint64_t head, size_t length)
{
    return UINT64_C(1) << (((head ^ length) * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
}

/* A cheap hash for keys: their first and last 8 bytes and their length. For tables whose
 * keys we choose; hostile records can only make them probe, not grow. */
static inline uint32_t sl_json_key_hash(sl_text key)
{
    uint64_t head = 0, tail = 0;
    if (key.length >= 8) {
        memcpy(&head, key.data, 8);
        memcpy(&tail, key.data + key.length - 8, 8);
    } else if (key.length > 0) {
        head = sl_json_key_head(key);
    }
    uint64_t mixed = (head ^ (tail << 1 | tail >> 63)) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ key.length) * UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(mixed >> 32);
}

#endif
