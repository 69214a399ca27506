/* text.c - views, comparison, hashing, and the growing buffer.
 *
 * The hash reads 16 bytes a step and folds them with a 64 by 64 to 128 bit product (three
 * independent lanes above 48 bytes). Both operands are mixed back into the product, so that
 * an operand of zero does not swallow the other. It is fast and well spread, not
 * cryptographic: whoever hashes text that an attacker chooses passes a secret seed. */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <sys/auxv.h>

#include "base/memory.h"

sl_text sl_text_slice(sl_text t, size_t start, size_t end)
{
    if (end > t.length) end = t.length;
    if (start > end) start = end;
    return (sl_text){t.data == NULL ? NULL : t.data + start, end - start};
}

static int text_compare_lengths(sl_text a, sl_text b)
{
    return (a.length > b.length) - (a.length < b.length);
}

int sl_text_compare(sl_text a, sl_text b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    return order != 0 ? order : text_compare_lengths(a, b);
}

static unsigned char text_lower(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
}

bool sl_text_equal_nocase(sl_text a, sl_text b)
{
    return a.length == b.length && sl_text_compare_nocase(a, b) == 0;
}

int sl_text_compare_nocase(sl_text a, sl_text b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    for (size_t i = 0; i < common; i++) {
        if (a.data[i] == b.data[i]) continue;
        int order = text_lower(a.data[i]) - text_lower(b.data[i]);
        if (order != 0) return order;
    }
    return text_compare_lengths(a, b);
}

bool sl_text_starts(sl_text t, sl_text prefix)
{
    return prefix.length <= t.length
        && (prefix.length == 0 || memcmp(t.data, prefix.data, prefix.length) == 0);
}

bool sl_text_ends(sl_text t, sl_text suffix)
{
    return suffix.length <= t.length
        && (suffix.length == 0
            || memcmp(t.data + (t.length - suffix.length), suffix.data, suffix.length) == 0);
}

size_t sl_text_find(sl_text t, sl_text needle, size_t from)
{
    if (from > t.length) return SIZE_MAX;
    if (needle.length == 0) return from;
    if (needle.length > t.length - from) return SIZE_MAX;
    const char *found = memmem(t.data + from, t.length - from, needle.data, needle.length);
    return found == NULL ? SIZE_MAX : (size_t)(found - t.data);
}

size_t sl_text_find_byte(sl_text t, char c, size_t from)
{
    if (from >= t.length) return SIZE_MAX;
    const char *found = memchr(t.data + from, (unsigned char)c, t.length - from);
    return found == NULL ? SIZE_MAX : (size_t)(found - t.data);
}

bool sl_text_next_line(sl_text t, size_t *at, sl_text *out)
{
    if (*at >= t.length) return false;
    size_t end = sl_text_find_byte(t, '\n', *at);
    if (end == SIZE_MAX) end = t.length;
    *out = sl_text_slice(t, *at, end);
    *at = end + 1;
    return true;
}

static bool text_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

sl_text sl_text_trim(sl_text t)
{
    size_t start = 0, end = t.length;
    while (start < end && text_is_space(t.data[start])) start++;
    while (end > start && text_is_space(t.data[end - 1])) end--;
    return sl_text_slice(t, start, end);
}

/* Fractions of the square roots of 2, 3, 5 and 7: bits that nobody chose. */
#define HASH_A UINT64_C(0x6A09E667F3BCC909)
#define HASH_B UINT64_C(0xBB67AE8584CAA73B)
#define HASH_C UINT64_C(0x3C6EF372FE94F82B)
#define HASH_D UINT64_C(0xA54FF53A5F1D36F1)

/* Both halves of the product, with the factors: a factor of 0 or 1 takes the other one away. */
static inline uint64_t hash_multiply(uint64_t a, uint64_t b)
{
#if SL_HAS_UINT128
    sl_uint128 product = (sl_uint128)a * b;
    return (a ^ (uint64_t)product) ^ (b ^ (uint64_t)(product >> 64));
#else
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low, cross = a_high * b_low + (low >> 32);
    uint64_t middle = a_low * b_high + (uint32_t)cross;
    uint64_t high = a_high * b_high + (cross >> 32) + (middle >> 32);
    return (a ^ (middle << 32 | (uint32_t)low)) ^ (b ^ high);
#endif
}

/* Small numbers, which callers have, become large ones first. */
uint64_t sl_hash_mix(uint64_t a, uint64_t b)
{
    return hash_multiply(a ^ HASH_A, b ^ HASH_B);
}

/* Little-endian on every machine; compilers make one load of it. */
static inline uint64_t hash_load_8(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24
        | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline uint64_t hash_load_4(const unsigned char *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

uint64_t sl_hash_bytes(const void *data, size_t length, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t a = 0, b = 0, hash = hash_multiply(seed ^ HASH_A, HASH_B);
    size_t left = length;
    if (length > 16) {
        uint64_t second = hash, third = hash;
        for (; left > 48; left -= 48, p += 48) {
            hash = hash_multiply(hash_load_8(p) ^ HASH_A, hash_load_8(p + 8) ^ hash);
            second = hash_multiply(hash_load_8(p + 16) ^ HASH_B, hash_load_8(p + 24) ^ second);
            third = hash_multiply(hash_load_8(p + 32) ^ HASH_C, hash_load_8(p + 40) ^ third);
        }
        hash ^= second ^ third;
        for (; left > 16; left -= 16, p += 16)
            hash = hash_multiply(hash_load_8(p) ^ HASH_D, hash_load_8(p + 8) ^ hash);
        /* The last 16 bytes, which may overlap what was read. */
        a = hash_load_8(p + left - 16);
        b = hash_load_8(p + left - 8);
    } else if (length >= 8) {
        a = hash_load_8(p);
        b = hash_load_8(p + length - 8);
    } else if (length >= 4) {
        a = hash_load_4(p);
        b = hash_load_4(p + length - 4);
    } else if (length > 0) {
        a = (uint64_t)p[0] << 16 | (uint64_t)p[length / 2] << 8 | p[length - 1];
    }
    return hash_multiply(HASH_C ^ length, hash_multiply(a ^ HASH_D, b ^ hash));
}

uint64_t sl_hash_seed(void)
{
    uint64_t seed = 0;
    const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes, set by the kernel */
    if (random != NULL) memcpy(&seed, random, sizeof seed);
    return seed;
}

uint64_t sl_text_hash(sl_text t)
{
    return sl_hash_bytes(t.data, t.length, 0);
}

enum { TEXT_DISTANCE_LENGTH_MAX = 64 };

/* Which letters there are, a bit each (some share one). */
static uint64_t text_letters(sl_text t)
{
    uint64_t letters = 0;
    for (size_t i = 0; i < t.length; i++) letters |= UINT64_C(1) << (text_lower(t.data[i]) & 63);
    return letters;
}

unsigned sl_text_distance(sl_text a, sl_text b, unsigned limit)
{
    if (sl_text_equal_nocase(a, b)) return 0;
    size_t gap = a.length > b.length ? a.length - b.length : b.length - a.length;
    if (gap > limit) return limit + 1;
    /* Names are short; what is longer is no typing mistake. */
    if (a.length > TEXT_DISTANCE_LENGTH_MAX || b.length > TEXT_DISTANCE_LENGTH_MAX)
        return limit + 1;
    /* An edit changes two letters at most. */
    uint64_t differ = text_letters(a) ^ text_letters(b);
    if ((unsigned)__builtin_popcountll(differ) > 2 * limit) return limit + 1;

    unsigned row[TEXT_DISTANCE_LENGTH_MAX + 1];
    for (unsigned j = 0; j <= b.length; j++) row[j] = j;
    for (unsigned i = 1; i <= a.length; i++) {
        unsigned diagonal = row[0], least = i;
        row[0] = i;
        for (unsigned j = 1; j <= b.length; j++) {
            unsigned same = text_lower(a.data[i - 1]) == text_lower(b.data[j - 1]) ? 0 : 1;
            unsigned cost = diagonal + same;
            if (row[j] + 1 < cost) cost = row[j] + 1;
            if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = cost;
            if (cost < least) least = cost;
        }
        if (least > limit) return limit + 1; /* no further row can be less */
    }
    return row[b.length] > limit ? limit + 1 : row[b.length];
}

void sl_buffer_init(sl_buffer *buffer)
{
    /* Never written to while the capacity is 0. */
    *buffer = (sl_buffer){.data = (char *)""};
}

void sl_buffer_fini(sl_buffer *buffer)
{
    if (buffer == NULL) return;
    if (buffer->capacity > 0) free(buffer->data);
    sl_buffer_init(buffer);
}

void sl_buffer_clear(sl_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->capacity > 0) buffer->data[0] = '\0';
}

bool sl_buffer_reserve(sl_buffer *buffer, size_t extra)
{
    if (buffer->failed) return false;
    if (buffer->capacity > 0 && extra < buffer->capacity - buffer->length) return true;

    char *data = NULL;
    size_t capacity = 0;
    if (extra < SIZE_MAX / 2 - buffer->length) {
        capacity = buffer->capacity < 64 ? 64 : buffer->capacity + buffer->capacity / 2;
        if (capacity <= buffer->length + extra) capacity = buffer->length + extra + 1;
        data = sl_realloc(buffer->capacity > 0 ? buffer->data : NULL, capacity);
    }
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    buffer->data[buffer->length] = '\0';
    return true;
}

void sl_buffer_add(sl_buffer *buffer, sl_text t)
{
    if (t.length == 0 || !sl_buffer_reserve(buffer, t.length)) return;
    memcpy(buffer->data + buffer->length, t.data, t.length);
    buffer->length += t.length;
    buffer->data[buffer->length] = '\0';
}

void sl_buffer_add_byte(sl_buffer *buffer, char c)
{
    if (!sl_buffer_reserve(buffer, 1)) return;
    buffer->data[buffer->length++] = c;
    buffer->data[buffer->length] = '\0';
}

void sl_buffer_add_string(sl_buffer *buffer, const char *string)
{
    sl_buffer_add(buffer, sl_text_from(string));
}

void sl_buffer_printf(sl_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sl_buffer_vprintf(buffer, format, args);
    va_end(args);
}

void sl_buffer_vprintf(sl_buffer *buffer, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) {
        buffer->failed = true;
    } else if (sl_buffer_reserve(buffer, (size_t)length)) {
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}
