/* value.c - values to text and numbers, copies, and the encoding of keys. */
#include "event/value.h"

#include <assert.h>
#include <math.h>

#include "base/number.h"

_Static_assert((int)SL_VALUE_TEXT_MAX >= (int)SL_NUMBER_TEXT_MAX, "every number fits the scratch");

/* Epoch seconds with the decimals it needs: "1688991086.923". */
static size_t value_moment_text(sl_time time, char out[SL_VALUE_TEXT_MAX])
{
    size_t length = 0;
    uint64_t nanoseconds = time < 0 ? UINT64_C(0) - (uint64_t)time : (uint64_t)time;
    uint64_t fraction = nanoseconds % (uint64_t)SL_SECOND;
    if (time < 0) out[length++] = '-';
    length += sl_integer_format((int64_t)(nanoseconds / (uint64_t)SL_SECOND), out + length);
    if (fraction == 0) return length;

    out[length++] = '.';
    for (uint64_t unit = (uint64_t)SL_SECOND / 10; fraction > 0; unit /= 10) {
        out[length++] = (char)('0' + fraction / unit);
        fraction %= unit;
    }
    return length;
}

sl_text sl_value_text(sl_value v, char scratch[SL_VALUE_TEXT_MAX])
{
    switch ((sl_kind)v.kind) {
    case SL_STRING:
    case SL_NUMBER:
    case SL_JSON: return sl_value_bytes(v);
    case SL_NULL: return SL_TEXT("null");
    case SL_BOOL: return v.boolean ? SL_TEXT("true") : SL_TEXT("false");
    case SL_INTEGER: return sl_text_make(scratch, sl_integer_format(v.integer, scratch));
    case SL_REAL: return sl_text_make(scratch, sl_number_format(v.real, scratch));
    case SL_MOMENT: return sl_text_make(scratch, value_moment_text(v.integer, scratch));
    case SL_MISSING:
    case SL_LIST: break;
    }
    return SL_TEXT("");
}

bool sl_value_number(sl_value v, double *out)
{
    switch ((sl_kind)v.kind) {
    case SL_NUMBER:
    case SL_STRING: return sl_number_parse(sl_value_bytes(v), out);
    case SL_INTEGER: *out = (double)v.integer; return true;
    case SL_REAL: *out = v.real; return true;
    case SL_MOMENT: *out = (double)v.integer / (double)SL_SECOND; return true;
    case SL_MISSING:
    case SL_NULL:
    case SL_BOOL:
    case SL_LIST:
    case SL_JSON: break;
    }
    return false;
}

/* A real that is whole and small enough for every whole number around it to be exact. */
static bool value_real_integer(double real, int64_t *out)
{
    const double exact_max = 9007199254740992.0; /* 2^53 */
    if (!(real >= -exact_max && real <= exact_max) || real != floor(real)) return false;
    *out = (int64_t)real;
    return true;
}

bool sl_value_integer(sl_value v, int64_t *out)
{
    double real;
    switch ((sl_kind)v.kind) {
    case SL_NUMBER:
    case SL_STRING:
        if (sl_integer_parse(sl_value_bytes(v), out)) return true;
        return sl_number_parse(sl_value_bytes(v), &real) && value_real_integer(real, out);
    case SL_INTEGER: *out = v.integer; return true;
    case SL_REAL: return value_real_integer(v.real, out);
    case SL_MOMENT:
        if (v.integer % SL_SECOND != 0) return false;
        *out = v.integer / SL_SECOND;
        return true;
    case SL_MISSING:
    case SL_NULL:
    case SL_BOOL:
    case SL_LIST:
    case SL_JSON: break;
    }
    return false;
}

static bool value_has_bytes(sl_value v)
{
    return sl_value_has_bytes(&v);
}

/* Lists hold no lists: none of our languages makes one. */
static sl_value value_copy_flat(sl_arena *arena, sl_value v)
{
    if (!value_has_bytes(v)) return v.kind == SL_LIST ? sl_missing() : v;
    if (v.length == 0) return v.text = "", v;
    sl_text copy = sl_arena_copy(arena, sl_value_bytes(v));
    if (copy.data == NULL) return sl_missing();
    v.text = copy.data;
    return v;
}

sl_value sl_value_copy(sl_arena *arena, sl_value v)
{
    if (v.kind != SL_LIST) return value_copy_flat(arena, v);
    sl_value *items = SL_ARENA_ARRAY(arena, v.length, sl_value);
    if (items == NULL) return sl_missing();
    for (uint32_t i = 0; i < v.length; i++) {
        items[i] = value_copy_flat(arena, v.items[i]);
        if (sl_is_missing(items[i]) && arena->failed) return sl_missing();
    }
    return sl_list(items, v.length);
}

size_t sl_value_bytes_deep(sl_value v)
{
    if (v.kind != SL_LIST) return value_has_bytes(v) ? v.length : 0;
    size_t bytes = v.length * sizeof(sl_value);
    for (uint32_t i = 0; i < v.length; i++)
        if (value_has_bytes(v.items[i])) bytes += v.items[i].length;
    return bytes;
}

static bool value_same_flat(sl_value a, sl_value b)
{
    if (a.kind != b.kind) return false;
    if (value_has_bytes(a)) return sl_text_equal(sl_value_bytes(a), sl_value_bytes(b));
    switch ((sl_kind)a.kind) {
    case SL_BOOL: return a.boolean == b.boolean;
    case SL_REAL: return memcmp(&a.real, &b.real, sizeof a.real) == 0;
    case SL_INTEGER:
    case SL_MOMENT: return a.integer == b.integer;
    default: return true;
    }
}

bool sl_value_same(sl_value a, sl_value b)
{
    if (a.kind != SL_LIST || b.kind != SL_LIST) return value_same_flat(a, b);
    if (a.length != b.length) return false;
    for (uint32_t i = 0; i < a.length; i++)
        if (!value_same_flat(a.items[i], b.items[i])) return false;
    return true;
}

static inline void value_encode_head(char *to, char tag, uint32_t length)
{
    to[0] = tag;
    to[1] = (char)(length & 0xFF);
    to[2] = (char)(length >> 8 & 0xFF);
    to[3] = (char)(length >> 16 & 0xFF);
    to[4] = (char)(length >> 24 & 0xFF);
}

/* A tag, a length of 4 bytes (lowest first), the text. The length makes it unambiguous. */
static void value_encode_flat(sl_buffer *out, const sl_value *v)
{
    enum { HEAD = 5 };
    char scratch[SL_VALUE_TEXT_MAX];
    if (v->kind == SL_MISSING || v->kind == SL_NULL) {
        sl_buffer_add_byte(out, v->kind == SL_NULL ? 'n' : 'm');
        return;
    }
    sl_text text = value_has_bytes(*v) ? sl_value_bytes(*v) : sl_value_text(*v, scratch);
    if (!sl_buffer_reserve(out, HEAD + text.length)) return;
    char *to = out->data + out->length;
    value_encode_head(to, 't', (uint32_t)text.length);
    if (text.length > 0) memcpy(to + HEAD, text.data, text.length);
    to[HEAD + text.length] = '\0';
    out->length += HEAD + text.length;
}

void sl_value_encode(sl_buffer *out, sl_value v)
{
    if (v.kind != SL_LIST) {
        value_encode_flat(out, &v);
        return;
    }
    char head[5];
    value_encode_head(head, 'l', v.length);
    sl_buffer_add(out, sl_text_make(head, sizeof head));
    for (uint32_t i = 0; i < v.length; i++) value_encode_flat(out, &v.items[i]);
}

static bool value_reads_same_flat(const sl_value *a, const sl_value *b)
{
    char scratch_a[SL_VALUE_TEXT_MAX], scratch_b[SL_VALUE_TEXT_MAX];
    bool none = a->kind == SL_MISSING || a->kind == SL_NULL;
    if (none || b->kind == SL_MISSING || b->kind == SL_NULL) return a->kind == b->kind;
    return sl_text_equal(sl_value_text(*a, scratch_a), sl_value_text(*b, scratch_b));
}

bool sl_value_reads_same(const sl_value *a, const sl_value *b)
{
    if (SL_LIKELY(sl_value_has_bytes(a) && sl_value_has_bytes(b)))
        return sl_text_equal(sl_value_bytes(*a), sl_value_bytes(*b));
    if (a->kind != SL_LIST || b->kind != SL_LIST)
        return a->kind != SL_LIST && b->kind != SL_LIST && value_reads_same_flat(a, b);
    if (a->length != b->length) return false;
    for (uint32_t i = 0; i < a->length; i++)
        if (!value_reads_same_flat(&a->items[i], &b->items[i])) return false;
    return true;
}

static uint64_t value_hash_flat(const sl_value *v, uint64_t seed)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (v->kind == SL_MISSING || v->kind == SL_NULL)
        return sl_hash_mix(seed, v->kind == SL_NULL ? ~UINT64_C(1) : ~UINT64_C(2));
    sl_text text = sl_value_has_bytes(v) ? sl_value_bytes(*v) : sl_value_text(*v, scratch);
    return sl_hash_bytes(text.data, text.length, seed);
}

uint64_t sl_value_hash(const sl_value *value, uint64_t seed)
{
    if (value->kind != SL_LIST) return value_hash_flat(value, seed);
    seed = sl_hash_mix(seed, ~(uint64_t)value->length);
    for (uint32_t i = 0; i < value->length; i++) seed = value_hash_flat(&value->items[i], seed);
    return seed;
}

enum { VARINT_BYTES_MAX = 10 };

/* Seven bits a byte, lowest first; the top bit says that more follow. */
static size_t value_varint(char bytes[VARINT_BYTES_MAX], uint64_t number)
{
    size_t length = 0;
    for (; number >= 0x80; number >>= 7) bytes[length++] = (char)(number | 0x80);
    bytes[length++] = (char)number;
    return length;
}

void sl_varint_save(sl_buffer *out, uint64_t number)
{
    char bytes[VARINT_BYTES_MAX];
    sl_buffer_add(out, sl_text_make(bytes, value_varint(bytes, number)));
}

bool sl_varint_load(sl_text *bytes, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes->length && i < VARINT_BYTES_MAX; i++) {
        unsigned char byte = (unsigned char)bytes->data[i];
        number |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte >= 0x80) continue;
        *bytes = sl_text_make(bytes->data + i + 1, bytes->length - i - 1);
        *out = number;
        return true;
    }
    return false;
}

/* The kind, then a length with its text, or the 8 bytes of a number as they are. */
static void value_save_flat(sl_buffer *out, sl_value v)
{
    char head[1 + VARINT_BYTES_MAX] = {(char)v.kind};
    if (value_has_bytes(v)) {
        size_t length = 1 + value_varint(head + 1, v.length);
        sl_buffer_add(out, sl_text_make(head, length));
        sl_buffer_add(out, sl_value_bytes(v));
        return;
    }
    size_t length = 1;
    if (v.kind == SL_BOOL) {
        head[length++] = v.boolean;
    } else if (v.kind == SL_INTEGER || v.kind == SL_MOMENT || v.kind == SL_REAL) {
        memcpy(head + 1, &v.integer, sizeof v.integer);
        length += sizeof v.integer;
    }
    sl_buffer_add(out, sl_text_make(head, length));
}

void sl_value_save(sl_buffer *out, sl_value v)
{
    if (v.kind != SL_LIST) {
        value_save_flat(out, v);
        return;
    }
    char head[1 + VARINT_BYTES_MAX] = {SL_LIST};
    sl_buffer_add(out, sl_text_make(head, 1 + value_varint(head + 1, v.length)));
    for (uint32_t i = 0; i < v.length; i++) value_save_flat(out, v.items[i]);
}

static bool value_load_bytes(sl_text *bytes, sl_value *out)
{
    uint64_t length;
    if (!sl_varint_load(bytes, &length) || length > bytes->length || length > UINT32_MAX)
        return false;
    out->text = length == 0 ? "" : bytes->data;
    out->length = (uint32_t)length;
    *bytes = sl_text_make(bytes->data + length, bytes->length - (size_t)length);
    return true;
}

static bool value_load_flat(sl_text *bytes, sl_value *out)
{
    if (bytes->length == 0 || (unsigned char)bytes->data[0] > SL_JSON) return false;
    *out = (sl_value){.kind = (uint8_t)bytes->data[0]};
    *bytes = sl_text_make(bytes->data + 1, bytes->length - 1);
    if (value_has_bytes(*out)) return value_load_bytes(bytes, out);
    size_t length = 0;
    if (out->kind == SL_BOOL) length = 1;
    else if (out->kind == SL_INTEGER || out->kind == SL_MOMENT || out->kind == SL_REAL) length = 8;
    if (length > bytes->length) return false;
    if (length == 1) out->boolean = bytes->data[0] != 0;
    else if (length == 8) memcpy(&out->integer, bytes->data, sizeof out->integer);
    *bytes = sl_text_make(bytes->data + length, bytes->length - length);
    return true;
}

bool sl_value_load(sl_text *bytes, sl_arena *arena, sl_value *out)
{
    if (!value_load_flat(bytes, out)) return false;
    if (out->kind != SL_LIST) return true;
    uint64_t count;
    /* An item takes a byte at least, so a count beyond the rest is a lie. */
    if (!sl_varint_load(bytes, &count) || count > bytes->length) return false;
    sl_value *items = SL_ARENA_ARRAY(arena, (size_t)count, sl_value);
    if (items == NULL) return false;
    for (uint64_t i = 0; i < count; i++)
        if (!value_load_flat(bytes, &items[i]) || items[i].kind == SL_LIST) return false;
    *out = sl_list(items, (uint32_t)count);
    return true;
}
