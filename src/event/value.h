/* value.h - one value of one field, in 16 bytes.
 *
 * A number from a log keeps its source text, because account ids, 64-bit integers and "1.10"
 * must come out as they went in; it is parsed when arithmetic asks. What null, missing and
 * objects mean differs by language, so they are told apart here and the language's kernels
 * decide.
 *
 * Owner:    nothing; text and items live in a block or an arena.
 * Lifetime: that of what it points into.
 * Threads:  immutable. */
#ifndef SL_EVENT_VALUE_H
#define SL_EVENT_VALUE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"

typedef enum sl_kind {
    SL_MISSING, /* the event has no such field */
    SL_NULL,    /* JSON null */
    SL_BOOL,
    SL_NUMBER,  /* a number as written in the log: text */
    SL_INTEGER, /* computed, exact */
    SL_REAL,    /* computed */
    SL_MOMENT,  /* computed or _time: nanoseconds since the epoch; as a number, seconds */
    SL_STRING,  /* unescaped UTF-8 text */
    SL_LIST,    /* several values (SPL: multivalue) */
    SL_JSON     /* an object or array, unparsed, as written */
} sl_kind;

typedef struct sl_value {
    union {
        const char *text;             /* SL_NUMBER, SL_STRING, SL_JSON */
        const struct sl_value *items; /* SL_LIST */
        double real;
        int64_t integer; /* SL_INTEGER, SL_MOMENT */
        bool boolean;
    };
    uint32_t length; /* bytes of the text, items of the list */
    uint8_t kind;    /* sl_kind */
    uint8_t unused[3];
} sl_value;

_Static_assert(sizeof(sl_value) == 16, "a value is 16 bytes");

static inline sl_value sl_missing(void)
{
    return (sl_value){.kind = SL_MISSING};
}
static inline sl_value sl_bool(bool b)
{
    return (sl_value){.boolean = b, .kind = SL_BOOL};
}
static inline sl_value sl_integer(int64_t integer)
{
    return (sl_value){.integer = integer, .kind = SL_INTEGER};
}
static inline sl_value sl_real(double real)
{
    return (sl_value){.real = real, .kind = SL_REAL};
}
static inline sl_value sl_moment(sl_time time)
{
    return time == SL_TIME_NONE ? sl_missing() : (sl_value){.integer = time, .kind = SL_MOMENT};
}
static inline sl_value sl_string(sl_text t)
{
    return (sl_value){
        .text = t.data == NULL ? "" : t.data, .length = (uint32_t)t.length, .kind = SL_STRING};
}
static inline sl_value sl_number_as(sl_text t)
{
    return (sl_value){.text = t.data, .length = (uint32_t)t.length, .kind = SL_NUMBER};
}
static inline sl_value sl_json(sl_text t)
{
    return (sl_value){.text = t.data, .length = (uint32_t)t.length, .kind = SL_JSON};
}
static inline sl_value sl_list(const sl_value *items, uint32_t count)
{
    return (sl_value){.items = items, .length = count, .kind = SL_LIST};
}
/* The bytes of SL_STRING, SL_NUMBER and SL_JSON. */
static inline sl_text sl_value_bytes(sl_value v)
{
    return (sl_text){v.text, v.length};
}
static inline bool sl_value_has_bytes(const sl_value *v)
{
    return v->kind == SL_STRING || v->kind == SL_NUMBER || v->kind == SL_JSON;
}
static inline bool sl_is_missing(sl_value v)
{
    return v.kind == SL_MISSING;
}

enum { SL_VALUE_TEXT_MAX = 64 };
/* The value as text: its own bytes, or digits written into `scratch`; "true"/"false"; null is
 * "null"; a moment is epoch seconds with the decimals it needs; missing and lists are empty. */
sl_text sl_value_text(sl_value v, char scratch[SL_VALUE_TEXT_MAX]);
/* The value as a number: numbers, moments (seconds), and text that looks like a number. False for
 * the rest. */
bool sl_value_number(sl_value v, double *out);
/* The same for whole numbers that fit 64 bits, exactly. */
bool sl_value_integer(sl_value v, int64_t *out);
/* Deep copy into `arena`; lists hold no lists. Missing (and arena->failed) at the limit. */
sl_value sl_value_copy(sl_arena *arena, sl_value v);
/* Bytes that a deep copy takes, without the value itself. */
size_t sl_value_bytes_deep(sl_value v);
/* Same kind and same contents; numbers compare by their text. For tests and hashing. */
bool sl_value_same(sl_value a, sl_value b);
/* Appends an unambiguous encoding of the value, for group keys and spill files. Values that read
 * the same as text (SL_NUMBER "5", SL_STRING "5", SL_INTEGER 5) encode the same; missing and null
 * are values of their own. */
void sl_value_encode(sl_buffer *out, sl_value v);
/* The same without bytes being written: whether two values encode the same, and a hash that is then
 * the same. */
bool sl_value_reads_same(const sl_value *a, const sl_value *b);
uint64_t sl_value_hash(const sl_value *value, uint64_t seed);
/* Appends the value so that sl_value_load gives the same one again: its kind and its spelling too.
 * For temporary files of this machine, not for the network. */
void sl_value_save(sl_buffer *out, sl_value v);
/* Reads a saved value at the front of `bytes` and moves behind it. Texts stay in `bytes`; lists are
 * made in `arena`. False when malformed or at the arena's limit. */
bool sl_value_load(sl_text *bytes, sl_arena *arena, sl_value *out);
/* Numbers in few bytes, for the same files. */
void sl_varint_save(sl_buffer *out, uint64_t number);
bool sl_varint_load(sl_text *bytes, uint64_t *out);

#endif
