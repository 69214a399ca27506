/* json.c - strings 16 bytes at a time, structure 64 at a time.
 *
 * The structure scanner turns 64 bytes into bit masks - quotes, backslashes, brackets, newlines -
 * finds out which bits lie inside strings by a running exclusive-or over the quotes, and then
 * visits only the brackets outside of them, some twenty a kilobyte in cloud logs. Newlines inside
 * strings are seen in the same pass. Every byte is looked at once however the text was cut. */
#include "event/json.h"

#include <assert.h>

#include "base/utf8.h"
#include "event/json_members.h"

/* --- masks of 64 bytes --- */

typedef struct json_masks {
    uint64_t quote, backslash, newline, bracket;
} json_masks;

#ifdef __SSE2__
static inline uint64_t json_bits(__m128i matches, unsigned shift)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(matches) << shift;
}

static inline json_masks json_classify(const char *at)
{
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i newline = _mm_set1_epi8('\n'), fold = _mm_set1_epi8(0x20);
    const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
    json_masks masks = {0, 0, 0, 0};
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
        /* '[' and ']' differ from '{' and '}' in one bit, which no other byte folds into. */
        __m128i folded = _mm_or_si128(bytes, fold);
        __m128i brackets =
            _mm_or_si128(_mm_cmpeq_epi8(folded, open), _mm_cmpeq_epi8(folded, close));
        masks.quote |= json_bits(_mm_cmpeq_epi8(bytes, quote), i);
        masks.backslash |= json_bits(_mm_cmpeq_epi8(bytes, backslash), i);
        masks.newline |= json_bits(_mm_cmpeq_epi8(bytes, newline), i);
        masks.bracket |= json_bits(brackets, i);
    }
    return masks;
}
#else
static inline json_masks json_classify(const char *at)
{
    json_masks masks = {0, 0, 0, 0};
    for (unsigned i = 0; i < 64; i++) {
        char folded = (char)(at[i] | 0x20);
        masks.quote |= (uint64_t)(at[i] == '"') << i;
        masks.backslash |= (uint64_t)(at[i] == '\\') << i;
        masks.newline |= (uint64_t)(at[i] == '\n') << i;
        masks.bracket |= (uint64_t)(folded == '{' || folded == '}') << i;
    }
    return masks;
}
#endif

/* Bit i of the result is the exclusive-or of bits 0 to i: set from an opening quote up to, but
 * without, the closing one. */
static inline uint64_t json_running_xor(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

/* The bytes that a backslash takes the meaning from. *carry says whether byte 0 is one, and then
 * whether the byte behind the last is. Backslashes are rare, so they are visited one by one. */
static inline uint64_t json_escaped(uint64_t backslashes, size_t length, bool *carry)
{
    uint64_t escaped = *carry ? 1 : 0;
    *carry = false;
    for (; backslashes != 0; backslashes &= backslashes - 1) {
        unsigned i = (unsigned)__builtin_ctzll(backslashes);
        if (escaped >> i & 1) continue;
        if (i + 1 == length) *carry = true;
        else escaped |= UINT64_C(2) << i;
    }
    return escaped;
}

/* --- structure --- */

void sl_json_scan_begin(sl_json_scan *scan, uint64_t depth_max)
{
    scan->depth = 0;
    scan->depth_max = depth_max;
    scan->in_string = false;
    scan->escaped = false;
    scan->before = '\0';
    scan->last = '\0';
    scan->line_start = false;
}

void sl_json_scan_inside(sl_json_scan *scan, uint64_t depth, char before, uint64_t depth_max)
{
    assert(depth <= SL_JSON_DEPTH_MAX);
    sl_json_scan_begin(scan, depth_max);
    for (uint64_t i = 0; i < depth; i += 64) scan->arrays[i / 64] = 0;
    scan->depth = depth;
    scan->before = before;
    scan->last = before;
}

static inline bool json_scan_is_array(const sl_json_scan *scan, uint64_t level)
{
    return scan->arrays[level / 64] >> (level % 64) & 1;
}

/* The last byte before `at` that is not white space; `from` begins what the scan has not yet
 * passed. */
static inline char json_scan_before(const sl_json_scan *scan, const char *from, const char *at)
{
    while (at > from && sl_json_is_space(at[-1])) at--;
    return at > from ? at[-1] : scan->before;
}

static sl_json_end json_scan_open(sl_json_scan *scan, const char *from, const char *at)
{
    uint64_t level = scan->depth++;
    if (level > 0 && level <= SL_JSON_DEPTH_MAX) {
        char before = json_scan_before(scan, from, at);
        bool fits =
            json_scan_is_array(scan, level - 1) ? before == ',' || before == '[' : before == ':';
        if (!fits) return SL_JSON_BROKEN;
    }
    if (level < SL_JSON_DEPTH_MAX) {
        uint64_t bit = UINT64_C(1) << (level % 64), *word = &scan->arrays[level / 64];
        *word = *at == '[' ? *word | bit : *word & ~bit;
    }
    return scan->depth > scan->depth_max ? SL_JSON_DEEP : SL_JSON_MORE;
}

static sl_json_end json_scan_close(sl_json_scan *scan, const char *at)
{
    if (scan->depth == 0) return SL_JSON_BROKEN;
    uint64_t level = --scan->depth;
    if (level < SL_JSON_DEPTH_MAX && json_scan_is_array(scan, level) != (*at == ']'))
        return SL_JSON_BROKEN;
    return level == 0 ? SL_JSON_END : SL_JSON_MORE;
}

/* Visits brackets outside strings and newlines inside them, in order. SL_JSON_MORE when nothing
 * stopped the scan; else *at is where. */
static sl_json_end json_scan_visit(sl_json_scan *scan, const char *from, uint64_t bits,
                                   const char **at)
{
    for (; bits != 0; bits &= bits - 1) {
        const char *here = from + __builtin_ctzll(bits);
        sl_json_end end = SL_JSON_BROKEN; /* a newline */
        if (*here == '{' || *here == '[') end = json_scan_open(scan, from, here);
        else if (*here != '\n') end = json_scan_close(scan, here);
        if (end == SL_JSON_MORE) continue;

        *at = end == SL_JSON_BROKEN ? here : here + 1;
        scan->line_start = (here > from ? here[-1] : scan->last) == '\n';
        scan->in_string = false;
        scan->escaped = false;
        scan->before = *here;
        scan->last = *here;
        return end;
    }
    return SL_JSON_MORE;
}

SL_HOT sl_json_end sl_json_scan_run(sl_json_scan *scan, const char **at, const char *end)
{
    const char *from = *at;
    /* Whoever looked at an object before often leaves only its last brace. */
    bool last = scan->depth == 1 && !scan->in_string && !json_scan_is_array(scan, 0);
    if (last && !scan->escaped && from < end && *from == '}') {
        scan->depth = 0;
        scan->before = scan->last = '}';
        *at = from + 1;
        return SL_JSON_END;
    }
    while (from < end) {
        size_t length = end - from >= 64 ? 64 : (size_t)(end - from);
        uint64_t valid = length == 64 ? UINT64_MAX : (UINT64_C(1) << length) - 1;
        json_masks masks = json_classify(from);
        uint64_t quotes = masks.quote & valid;
        uint64_t backslashes = masks.backslash & valid;
        if (backslashes != 0 || scan->escaped)
            quotes &= ~json_escaped(backslashes, length, &scan->escaped);
        uint64_t inside = json_running_xor(quotes) ^ (scan->in_string ? UINT64_MAX : 0);
        uint64_t visit = valid & ((masks.bracket & ~inside) | (masks.newline & inside));
        if (visit != 0) {
            sl_json_end stop = json_scan_visit(scan, from, visit, at);
            if (stop != SL_JSON_MORE) return stop;
        }
        scan->in_string = inside >> (length - 1) & 1;
        scan->before = json_scan_before(scan, from, from + length);
        scan->last = from[length - 1];
        from += length;
    }
    *at = from;
    return SL_JSON_MORE;
}

/* --- strings --- */

SL_HOT sl_json_end sl_json_string_long(const char **at, const char *end, unsigned *flags)
{
    const char *here = *at;
    while (here < end) {
        sl_json_step step = sl_json_string_step(here);
        *flags |= (step.wide != 0 ? SL_JSON_WIDE : 0U) | (step.dots != 0 ? SL_JSON_DOTTED : 0U);
        here += step.stop;
        if (step.stop == 16) continue;
        if (here >= end) break;
        if (*here != '\\') {
            *at = here;
            return *here == '"' ? SL_JSON_END : SL_JSON_BROKEN;
        }
        if (here + 1 >= end) {
            *at = here;
            return SL_JSON_MORE;
        }
        *flags |= SL_JSON_ESCAPED;
        if (here[1] == '\n') {
            *at = here + 1;
            return SL_JSON_BROKEN;
        }
        if ((unsigned char)here[1] >= 0x80) *flags |= SL_JSON_WIDE;
        here += 2;
    }
    *at = end;
    return SL_JSON_MORE;
}

/* Four hexadecimal digits, or UINT32_MAX. */
static uint32_t json_hex4(const char *at, const char *end)
{
    if (end - at < 4) return UINT32_MAX;
    uint32_t code = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i], lower = (char)(c | 0x20);
        uint32_t digit;
        if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f') digit = (uint32_t)(lower - 'a') + 10;
        else return UINT32_MAX;
        code = code << 4 | digit;
    }
    return code;
}

/* The code point of the \u escape whose digits begin at *at, taking in a second half of a
 * surrogate pair. UINT32_MAX when malformed. */
static uint32_t json_unicode(const char **at, const char *end)
{
    uint32_t code = json_hex4(*at, end);
    if (code == UINT32_MAX) return code;
    *at += 4;
    if (code < 0xD800 || code > 0xDFFF) return code;
    if (code < 0xDC00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        uint32_t low = json_hex4(*at + 2, end);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *at += 6;
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return 0xFFFD;
}

static char json_short_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return '\0';
    }
}

size_t sl_json_unescape(sl_text inside, char *out, bool *malformed)
{
    const char *at = inside.data, *end = inside.data + inside.length;
    char *to = out;
    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((backslash == NULL ? end : backslash) - at);
        memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (backslash == NULL) break;

        at++;
        char short_escape = at < end ? json_short_escape(*at) : '\0';
        if (short_escape != '\0') {
            *to++ = short_escape;
            at++;
            continue;
        }
        uint32_t code = UINT32_MAX;
        if (at < end && *at == 'u') {
            const char *digits = at + 1;
            code = json_unicode(&digits, end);
            if (code != UINT32_MAX) at = digits;
        }
        if (code != UINT32_MAX) {
            to += sl_utf8_encode(code, to);
        } else {
            *to++ = '\\';
            *malformed = true;
        }
    }
    return (size_t)(to - out);
}

/* --- scalars --- */

static const char *json_digits(const char *at, const char *end)
{
    const char *from = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at == from ? NULL : at;
}

const char *sl_json_number(const char *at, const char *end)
{
    if (at < end && *at == '-') at++;
    if (at < end && *at == '0') at++;
    else at = json_digits(at, end);
    if (at != NULL && at < end && *at == '.') at = json_digits(at + 1, end);
    if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        at = json_digits(at, end);
    }
    return at;
}

static bool json_ends_scalar(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ':' || sl_json_is_space(c);
}

sl_json_end sl_json_scalar(const char **at, const char *end)
{
    const char *from = *at, *stop = from;
    while (stop < end && !json_ends_scalar(*stop)) stop++;
    if (stop >= end) return SL_JSON_MORE;

    size_t length = (size_t)(stop - from);
    bool good;
    switch (*from) {
    case 't': good = length == 4 && memcmp(from, "true", 4) == 0; break;
    case 'n': good = length == 4 && memcmp(from, "null", 4) == 0; break;
    case 'f': good = length == 5 && memcmp(from, "false", 5) == 0; break;
    default: good = length > 0 && sl_json_number(from, stop) == stop; break;
    }
    if (!good) return SL_JSON_BROKEN;
    *at = stop;
    return SL_JSON_END;
}

/* --- values and members --- */

sl_json_end sl_json_skip(const char **at, const char *end, uint64_t depth_max)
{
    if (*at >= end) return SL_JSON_MORE;
    const char *here = *at;
    sl_json_end stop;
    if (*here == '"') {
        unsigned flags = 0;
        here++;
        stop = sl_json_string(&here, end, &flags);
        here++;
    } else if (*here == '{' || *here == '[') {
        sl_json_scan scan;
        sl_json_scan_begin(&scan, depth_max);
        stop = sl_json_scan_run(&scan, &here, end);
    } else {
        stop = sl_json_scalar(&here, end);
    }
    if (stop == SL_JSON_END) *at = here;
    return stop;
}

sl_json_end sl_json_member_next(sl_json_members *members, sl_json_member *out)
{
    const char *end = members->end;
    const char *at = sl_json_space(members->at, end);
    if (at >= end) return SL_JSON_MORE;
    bool first = !members->behind_value;
    if (*at == '}') {
        members->at = at + 1;
        return SL_JSON_END;
    }
    if (!first) {
        if (*at != ',') return SL_JSON_BROKEN;
        at = sl_json_space(at + 1, end);
        if (at >= end) return SL_JSON_MORE;
    }
    if (*at != '"') return SL_JSON_BROKEN;

    const char *key = ++at;
    out->flags = 0;
    sl_json_end stop = sl_json_string(&at, end, &out->flags);
    if (stop != SL_JSON_END) return stop;
    out->key = sl_text_make(key, (size_t)(at - key));
    at = sl_json_space(at + 1, end);
    if (at >= end) return SL_JSON_MORE;
    if (*at != ':') return SL_JSON_BROKEN;
    at = sl_json_space(at + 1, end);
    if (at >= end) return SL_JSON_MORE;
    members->at = at;
    members->behind_value = true;
    return SL_JSON_MEMBER;
}

bool sl_json_key_is(const sl_json_member *member, sl_text key)
{
    if ((member->flags & SL_JSON_ESCAPED) == 0) return sl_text_equal(member->key, key);
    /* An escape takes at most six bytes for each byte it stands for. */
    char plain[256];
    bool malformed = false;
    if (member->key.length < key.length || member->key.length > sizeof plain) return false;
    size_t length = sl_json_unescape(member->key, plain, &malformed);
    return sl_text_equal(sl_text_make(plain, length), key);
}
