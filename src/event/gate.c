/* gate.c - what the kernels call back for: keys, escapes, envelopes, and the proof of a record.
 *
 * The judgement over a record's brackets is remembered by the brackets themselves, as three words
 * of bits: logs have few shapes, and so most records cost one comparison. */
#include "event/gate.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "event/gate_scan.h"
#include "event/gate_values.h"
#include "event/inspect.h"

enum {
    GATE_DEPTH_MAX = 64, /* deeper records are given out */
    GATE_SHAPES = 256,   /* remembered */
    GATE_TOGETHER_MAX = 64
};

_Static_assert((int)GATE_DEPTH_MAX <= (int)SL_JSON_DEPTH_MAX, "no deeper than the splitter");

/* The formats that ask for a key: base + i for each bit i. */
typedef struct gate_group {
    uint64_t formats;
    uint32_t base;
} gate_group;

/* Brackets of a record that were found in order. */
typedef struct gate_shape {
    uint64_t opens, squares, bare;
    uint64_t count;
} gate_shape;

typedef struct gate_format {
    sl_gate_set set;
    bool inspects;     /* a record of another format may be wanted */
    sl_text signature; /* but not one that begins so; empty: none */
} gate_format;

struct sl_gate {
    sl_gate_wants *wants;
    void *context;
    sl_gate_kernel *kernel;
    gate_format *formats;
    uint32_t format_count;
    sl_gate_key *keys;
    gate_group *groups;
    char *text; /* of the keys and signatures */
    sl_gate_values values;
    sl_buffer scratch;
    gate_shape shapes[GATE_SHAPES];
    const sl_recogniser *recogniser; /* of the last run */
    bool endings[256];               /* of the keys of arrays in its envelopes, see gate_ending */
};

/* --- levels --- */

sl_gate_level sl_gate_level_best(void)
{
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")
        && __builtin_cpu_supports("pclmul");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
    if (avx512) return SL_GATE_AVX512;
    if (avx2) return SL_GATE_AVX2;
#endif
    return SL_GATE_PLAIN;
}

void sl_gate_limit(sl_gate *gate, sl_gate_level level)
{
    sl_gate_level best = sl_gate_level_best();
    if (level > best) level = best;
    gate->kernel = sl_gate_scan_plain;
#if defined(__x86_64__)
    if (level == SL_GATE_AVX2) gate->kernel = sl_gate_scan_avx2;
    if (level == SL_GATE_AVX512) gate->kernel = sl_gate_scan_avx512;
#endif
}

/* --- keys --- */

static bool gate_key_fits(sl_text key)
{
    if (key.length == 0 || key.length > SL_GATE_KEY_BYTES_MAX) return false;
    for (size_t i = 0; i < key.length; i++) {
        char c = key.data[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/') return false;
    }
    return true;
}

/* True when records of the format are gated: it has keys, and all of them can be looked for. */
static bool gate_keys_fit(const sl_gate_keys *format)
{
    if (format->count == 0 || format->count > SL_GATE_KEYS_MAX) return false;
    for (uint32_t i = 0; i < format->count; i++)
        if (!gate_key_fits(format->keys[i])) return false;
    return true;
}

/* How often a letter stands at a given place of a string, roughly: the lower the better. */
static unsigned gate_probe_cost(char c)
{
    if (c >= 'A' && c <= 'Z') return 1;
    if (c == '_' || c == '.') return 2;
    if (memchr("jqxzkvwyb", c, 9) != NULL) return 3;
    return memchr("etaoinsr", c, 8) != NULL ? 5 : 4;
}

static void gate_key_init(sl_gate_key *key, sl_text text, char *copy)
{
    memcpy(copy, text.data, text.length);
    *key = (sl_gate_key){.length = (uint8_t)text.length, .text = copy};
    for (uint32_t i = 1; i < text.length; i++)
        if (gate_probe_cost(copy[i]) < gate_probe_cost(copy[key->probe_at]))
            key->probe_at = (uint8_t)i;
    key->probe = copy[key->probe_at];
    memset(key->probes, key->probe, sizeof key->probes);
}

/* Adds a key to a set that ends behind the last key of all; the same key stands in it once. */
static sl_gate_key *gate_set_add(sl_gate_set *set, sl_gate_key *keys, sl_text text, char **copy)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (sl_text_equal(sl_text_make(keys[i].text, keys[i].length), text)) return &keys[i];
    sl_gate_key *key = &keys[set->count++];
    gate_key_init(key, text, *copy);
    *copy += text.length;
    set->keys = keys;
    if (text.length > set->longest) set->longest = (uint32_t)text.length;
    return key;
}

/* How many keys there are when each format that is not unwanted has some and all can be looked for
 * at once; else 0. */
static uint32_t gate_together(const sl_gate_keys *by_format, uint32_t format_count)
{
    uint32_t count = 0;
    for (uint32_t f = 0; f < format_count; f++) {
        if (by_format[f].unwanted) continue;
        if (!gate_keys_fit(&by_format[f])) return 0;
        count += by_format[f].count;
    }
    return format_count <= GATE_TOGETHER_MAX && count <= SL_GATE_SET_MAX ? count : 0;
}

/* One set of the keys of all formats; returns the end of their text. Each key has a group of its own, unless another key is
 * asked for by the same formats. */
static char *gate_build_together(sl_gate *gate, const sl_gate_keys *by_format)
{
    sl_gate_set set = {0};
    char *copy = gate->text;
    gate_group groups[SL_GATE_SET_MAX] = {0};
    for (uint32_t f = 0; f < gate->format_count; f++) {
        for (uint32_t k = 0; !by_format[f].unwanted && k < by_format[f].count; k++) {
            sl_gate_key *key = gate_set_add(&set, gate->keys, by_format[f].keys[k], &copy);
            groups[key - gate->keys].formats |= UINT64_C(1) << f;
        }
    }
    uint32_t count = 0;
    for (uint32_t k = 0; k < set.count; k++) {
        uint32_t g = 0;
        while (g < count && gate->groups[g].formats != groups[k].formats) g++;
        if (g == count) gate->groups[count++] = groups[k];
        gate->keys[k].group = g;
    }
    /* A record of a format that nobody wants is passed over by the keys of the others. */
    for (uint32_t f = 0; f < gate->format_count; f++) gate->formats[f] = (gate_format){.set = set};
    return copy;
}

/* A set for each format, which is its own group. */
static char *gate_build_apart(sl_gate *gate, const sl_gate_keys *by_format)
{
    sl_gate_key *keys = gate->keys;
    char *copy = gate->text;
    for (uint32_t f = 0; f < gate->format_count; f++) {
        gate_format *format = &gate->formats[f];
        gate->groups[f] = (gate_group){.formats = 1, .base = f};
        format->inspects = true;
        for (uint32_t k = 0; gate_keys_fit(&by_format[f]) && k < by_format[f].count; k++)
            gate_set_add(&format->set, keys, by_format[f].keys[k], &copy)->group = f;
        keys += format->set.count;
    }
    return copy;
}

/* A format with a signature needs its own keys alone: other records are inspected. In the set of all
 * keys its own stand together, unless another format has one of them, too. */
static void gate_add_signature(sl_gate *gate, uint32_t f, const sl_gate_keys *own, char **copy)
{
    gate_format *format = &gate->formats[f];
    if (own->unwanted || own->signature.length == 0 || !gate_keys_fit(own)) return;
    sl_gate_set set = {.count = own->count};
    for (uint32_t k = 0; k < format->set.count && set.keys == NULL; k++)
        if (sl_text_equal(sl_text_make(format->set.keys[k].text, format->set.keys[k].length),
                          own->keys[0]))
            set.keys = &format->set.keys[k];
    for (uint32_t k = 0; k < own->count; k++) {
        const sl_gate_key *key = set.keys + k;
        if (set.keys == NULL || key >= format->set.keys + format->set.count) return;
        if (!sl_text_equal(sl_text_make(key->text, key->length), own->keys[k])) return;
        if (key->length > set.longest) set.longest = key->length;
    }
    memcpy(*copy, own->signature.data, own->signature.length);
    *format =
        (gate_format){.set = set, .inspects = true, .signature = {*copy, own->signature.length}};
    *copy += own->signature.length;
}

sl_gate *sl_gate_new(const sl_gate_keys *by_format, uint32_t format_count, sl_gate_wants *wants,
                     void *context)
{
    size_t key_count = 0, bytes = 0;
    for (uint32_t f = 0; f < format_count; f++) {
        if (!gate_keys_fit(&by_format[f])) continue;
        key_count += by_format[f].count;
        for (uint32_t k = 0; k < by_format[f].count; k++) bytes += by_format[f].keys[k].length;
        bytes += by_format[f].signature.length;
    }
    sl_gate *gate = sl_calloc(1, sizeof *gate);
    if (gate == NULL) return NULL;
    gate->wants = wants;
    gate->context = context;
    gate->format_count = format_count;
    sl_gate_values_init(&gate->values);
    sl_buffer_init(&gate->scratch);
    sl_gate_limit(gate, SL_GATE_LEVEL_COUNT);
    gate->formats = sl_calloc((size_t)format_count + 1, sizeof *gate->formats);
    gate->keys = sl_calloc(key_count + 1, sizeof *gate->keys);
    gate->groups = sl_calloc((size_t)format_count + SL_GATE_SET_MAX, sizeof *gate->groups);
    gate->text = sl_calloc(bytes + 8, 1); /* for sl_gate_same */
    if (gate->formats == NULL || gate->keys == NULL || gate->groups == NULL || gate->text == NULL) {
        sl_gate_free(gate);
        return NULL;
    }
    char *behind_keys = gate_together(by_format, format_count) > 0
        ? gate_build_together(gate, by_format)
        : gate_build_apart(gate, by_format);
    for (uint32_t f = 0; f < format_count; f++)
        gate_add_signature(gate, f, &by_format[f], &behind_keys);
    return gate;
}

void sl_gate_free(sl_gate *gate)
{
    if (gate == NULL) return;
    sl_gate_values_fini(&gate->values);
    sl_buffer_fini(&gate->scratch);
    free(gate->formats);
    free(gate->keys);
    free(gate->groups);
    free(gate->text);
    free(gate);
}

bool sl_gate_has(const sl_gate *gate, uint32_t format)
{
    return format < gate->format_count && gate->formats[format].set.count > 0;
}

/* --- a closer look --- */

static bool gate_ask(void *context, uint32_t group, sl_text value)
{
    const sl_gate *gate = context;
    for (uint64_t formats = gate->groups[group].formats; formats != 0; formats &= formats - 1) {
        uint32_t format = gate->groups[group].base + (uint32_t)__builtin_ctzll(formats);
        if (gate->wants(gate->context, format, value)) return true;
    }
    return false;
}

static bool gate_cut(sl_gate_scan *scan)
{
    scan->cut = true;
    return false;
}

static sl_gate_answer gate_value_cut(sl_gate_scan *scan)
{
    scan->value_cut = true;
    return SL_GATE_STOP;
}

/* The value that begins at `at` behind a key of `group`. */
static sl_gate_answer gate_value(sl_gate_scan *scan, uint32_t group, const char *at)
{
    if (*at != '"') return SL_GATE_STOP;
    const char *from = ++at;
    unsigned flags = 0;
    sl_json_end end = sl_json_string(&at, scan->end, &flags);
    if (end == SL_JSON_MORE) return gate_value_cut(scan);
    if (end != SL_JSON_END || (flags & SL_JSON_ESCAPED) != 0) return SL_GATE_STOP;
    sl_text value = sl_text_make(from, (size_t)(at - from));
    if ((flags & SL_JSON_WIDE) != 0 && !sl_utf8_valid(value)) return SL_GATE_STOP;
    sl_gate *gate = scan->gate;
    bool wanted = sl_gate_values_wanted(&gate->values, group, value, gate_ask, gate);
    return wanted ? SL_GATE_STOP : SL_GATE_UNWANTED;
}

SL_HOT sl_gate_answer sl_gate_at_quote(sl_gate_scan *scan, const char *quote)
{
    const sl_gate_set *set = scan->set;
    const char *end = scan->end;
    for (uint32_t k = 0; k < set->count; k++) {
        const sl_gate_key *key = &set->keys[k];
        size_t length = key->length;
        if ((size_t)(end - quote) < length + 2 || quote[length + 1] != '"'
            || !sl_gate_same(quote + 1, key->text, length))
            continue;
        const char *at = sl_json_space(quote + length + 2, end);
        if (at >= end) return gate_value_cut(scan);
        if (*at != ':') return SL_GATE_NO_KEY; /* a value that reads like the key */
        at = sl_json_space(at + 1, end);
        if (at >= end) return gate_value_cut(scan);
        return gate_value(scan, key->group, at);
    }
    return SL_GATE_NO_KEY;
}

/* The closing quote of the key whose value begins at `at`; NULL when there is none. */
static const char *gate_key_end(const sl_gate_scan *scan, const char *at)
{
    const char *first = scan->record;
    while (at > first && sl_json_is_space(at[-1])) at--;
    if (at == first || *--at != ':') return NULL;
    while (at > first && sl_json_is_space(at[-1])) at--;
    return at == first || *--at != '"' ? NULL : at;
}

/* True when the key before its closing quote at `end` is `key`, as written. */
static bool gate_key_is(const sl_gate_scan *scan, const char *end, sl_text key)
{
    if (key.length == 0 || (size_t)(end - scan->record) <= key.length) return false;
    const char *from = end - key.length;
    return end[-1] == key.data[key.length - 1] && from[-1] == '"'
        && memcmp(from, key.data, key.length) == 0;
}

bool sl_gate_at_escape(sl_gate_scan *scan, const char *backslash)
{
    if (backslash < scan->string_end) return true;
    /* The first backslash of its string, so the quote before it is the string's own. */
    const char *at = backslash;
    const char *quote = memrchr(scan->record, '"', (size_t)(backslash - scan->record));
    unsigned flags = 0;
    sl_json_end end = sl_json_string(&at, scan->end, &flags);
    if (end == SL_JSON_MORE) return gate_cut(scan);
    if (end != SL_JSON_END || quote == NULL) return false;
    scan->string_end = at;
    at = sl_json_space(at + 1, scan->end);
    if (at >= scan->end) return gate_cut(scan);
    if (*at == ':') return false; /* a key, which may be any */
    const char *key = gate_key_end(scan, quote);
    const sl_recogniser *r = scan->window->recogniser;
    for (uint32_t i = 0; i < r->envelope_count && key != NULL; i++)
        if (r->envelopes[i].envelope->kind == SL_ENVELOPE_TEXT
            && gate_key_is(scan, key, r->envelopes[i].envelope->text_key))
            scan->may_enclose = true;
    return true;
}

/* The key of the array that an envelope holds; empty when it holds none. */
static sl_text gate_array_key(const sl_envelope *envelope)
{
    return envelope->kind != SL_ENVELOPE_OBJECT && envelope->path.count > 0
        ? envelope->path.steps[envelope->path.count - 1].key
        : sl_text_make(NULL, 0);
}

/* Where the last two bytes of a key are noted. */
static uint8_t gate_ending(const char *end)
{
    return (uint8_t)(end[-1] ^ (uint8_t)end[-2] * 5);
}

/* Notes how the keys of arrays in envelopes end, which most keys of arrays do not. */
static void gate_note_endings(sl_gate *gate, const sl_recogniser *r)
{
    gate->recogniser = r;
    memset(gate->endings, 0, sizeof gate->endings);
    for (uint32_t i = 0; i < r->envelope_count; i++) {
        sl_text key = gate_array_key(r->envelopes[i].envelope);
        if (key.length == 1) memset(gate->endings, 1, sizeof gate->endings);
        if (key.length > 1) gate->endings[gate_ending(key.data + key.length)] = true;
    }
}

/* At the first object of an array, which may be what an envelope holds. */
static void gate_note_envelope(sl_gate_scan *scan, const char *square)
{
    const char *key = gate_key_end(scan, square);
    if (key == NULL || key - scan->record < 2 || !scan->gate->endings[gate_ending(key)]) return;
    const sl_recogniser *r = scan->window->recogniser;
    for (uint32_t i = 0; i < r->envelope_count; i++)
        if (gate_key_is(scan, key, gate_array_key(r->envelopes[i].envelope)))
            scan->may_enclose = true;
}

/* The last byte before `at`, in the record, that is no white space. */
static const char *gate_before(const sl_gate_scan *scan, const char *at)
{
    do at--;
    while (at > scan->record && sl_json_is_space(*at));
    return at;
}

bool sl_gate_at_open(sl_gate_scan *scan, const char *bracket, bool *behind_colon)
{
    const char *before = gate_before(scan, bracket);
    *behind_colon = *before == ':';
    if (*before == ':' || *before == ',') return true;
    if (*before != '[') return false;
    if (*bracket == '{') gate_note_envelope(scan, before);
    return true;
}

/* --- the end of a record --- */

/* Follows the brackets by the rules of sl_json_scan. */
static bool gate_brackets_fit(const sl_gate_brackets *all)
{
    uint64_t arrays = 0; /* bit 0: the innermost open bracket is an array's */
    uint32_t depth = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        uint64_t square = all->squares[i / 64] >> (i % 64) & 1;
        if ((all->opens[i / 64] >> (i % 64) & 1) == 0) {
            if (depth == 0 || (arrays & 1) != square) return false;
            arrays >>= 1;
            depth--;
            continue;
        }
        uint64_t bare = all->bare[i / 64] >> (i % 64) & 1;
        if (i > 0 && (arrays & 1) != bare) return false;
        if (depth == GATE_DEPTH_MAX) return false;
        arrays = arrays << 1 | square;
        depth++;
    }
    return depth == 0;
}

static bool gate_shape_fits(sl_gate *gate, const sl_gate_brackets *all)
{
    if (all->count > 64) return gate_brackets_fit(all);
    gate_shape shape = {all->opens[0], all->squares[0], all->bare[0], all->count};
    uint64_t hash = (shape.opens ^ shape.squares << 21 ^ shape.bare << 42 ^ shape.count)
        * UINT64_C(0x9E3779B97F4A7C15);
    gate_shape *known = &gate->shapes[hash >> 32 & (GATE_SHAPES - 1)];
    if (known->opens == shape.opens && known->squares == shape.squares && known->bare == shape.bare
        && known->count == shape.count)
        return true;
    if (!gate_brackets_fit(all)) return false;
    *known = shape;
    return true;
}

/* Inspects the record as the splitter would. True when it is given out as one record, and, when
 * that matters, of the format of the gate. */
static bool gate_inspect(sl_gate_scan *scan, sl_text record, bool any_format)
{
    const sl_gate_window *window = scan->window;
    sl_buffer *scratch = &scan->gate->scratch;
    sl_inspection found;
    sl_inspect_result result =
        sl_inspect(window->recogniser, record, /* envelopes= */ true, scratch, &found);
    if (result != SL_INSPECT_RECORD && result != SL_INSPECT_END) return false;
    sl_verdict verdict = found.verdict, inside;
    if (!verdict.ruled) {
        sl_text inner;
        if (found.texts != 0 || found.empty) return false;
        if (found.objects != 0
            && sl_inspect_object(window->recogniser, record, found.objects, &inner, &inside))
            verdict = inside;
    }
    return !verdict.passed_over && (any_format || verdict.format == window->format);
}

SL_HOT bool sl_gate_at_end(sl_gate_scan *scan, const char *behind)
{
    const sl_gate_window *window = scan->window;
    sl_text record = sl_text_make(scan->record, (size_t)(behind - scan->record));
    if (record.length > window->record_bytes_max) return false;
    if (!gate_shape_fits(scan->gate, &scan->brackets)) return false;
    const gate_format *format = &scan->gate->formats[window->format];
    bool signed_one = format->signature.length > 0 && sl_text_starts(record, format->signature);
    bool inspects = format->inspects && !signed_one;
    if ((inspects || scan->may_enclose) && !gate_inspect(scan, record, !inspects)) return false;

    scan->passed = behind;
    scan->records++;
    scan->may_enclose = false;
    scan->record = NULL;
    const char *end = scan->end, *at = sl_json_space(behind, end);
    if (window->elements) {
        if (at >= end || *at != ',') return true;
        at = sl_json_space(at + 1, end);
    }
    if (at < end && *at == '{') scan->record = at;
    return true;
}

sl_gate_pass sl_gate_run(sl_gate *gate, const sl_gate_window *window)
{
    assert(window->text.length > 0 && window->text.data[0] == '{');
    assert(sl_gate_has(gate, window->format));

    const char *data = window->text.data;
    if (gate->recogniser != window->recogniser) gate_note_endings(gate, window->recogniser);
    sl_gate_scan scan;
    scan.gate = gate;
    scan.window = window;
    scan.set = &gate->formats[window->format].set;
    scan.end = data + window->text.length;
    scan.record = data;
    scan.passed = scan.string_end = NULL;
    scan.records = 0;
    scan.cut = scan.value_cut = scan.may_enclose = false;
    gate->kernel(&scan);
    return (sl_gate_pass){
        .passed = scan.passed == NULL ? 0 : (size_t)(scan.passed - data),
        .records = scan.records,
        .stop = scan.record == NULL ? SIZE_MAX : (size_t)(scan.record - data),
        .cut = scan.cut,
    };
}
