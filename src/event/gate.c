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
    GATE_TOGETHER_MAX = 64,
    GATE_TRIAL = 256,    /* records of a block that literals are tried on */
    GATE_TRIAL_SHARE = 8 /* for one passed over they may let so many through */
};

_Static_assert((int)GATE_DEPTH_MAX <= (int)SL_JSON_DEPTH_MAX, "no deeper than the splitter");

/* Who asks for a key, by what it says: the formats base + i for each bit i. */
typedef struct gate_group {
    uint64_t formats[SL_GATE_SLOTS_MAX];
    uint32_t base;
    uint64_t any; /* marks of a value that cannot be read */
} gate_group;

/* Brackets of a record that were found in order. */
typedef struct gate_shape {
    uint64_t opens, squares, bare;
    uint64_t count;
} gate_shape;

/* Literals, and how far they were looked for. */
typedef struct gate_watched {
    sl_literals *literals;
    sl_literal_watch *watch;
} gate_watched;

typedef struct gate_format {
    sl_gate_set set;
    const sl_literals *literals; /* NULL: none are looked for */
    sl_literal_watch *watch;
    bool gated;
    uint32_t sample;   /* still to be given out */
    bool needs_key;    /* a record without any of the keys is given out */
    bool inspects;     /* a record of another format may be wanted */
    sl_text signature; /* but not one that begins so; empty: none */
} gate_format;

struct sl_gate {
    sl_gate_rule rule;
    gate_watched *watched;    /* by format; the last: of all formats together */
    uint64_t passed, stopped; /* records of this block */
    sl_gate_kernel *kernel;
    gate_format *formats;
    uint32_t format_count;
    sl_gate_key *keys;
    gate_group *groups;
    uint32_t group_count;
    char *text;         /* of the keys and signatures */
    sl_gate_key dummy;  /* for formats that have no keys */
    char dummy_text[8]; /* for sl_gate_same */
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

/* True when records of the format are gated: it has keys or literals, and all of its keys can be
 * looked for. */
static bool gate_keys_fit(const sl_gate_keys *format)
{
    if (format->count == 0) return format->literal_count > 0;
    if (format->count > SL_GATE_KEYS_MAX) return false;
    for (uint32_t i = 0; i < format->count; i++) {
        if (!gate_key_fits(format->keys[i])) return false;
        if (format->slots != NULL && format->slots[i] >= SL_GATE_SLOTS_MAX) return false;
    }
    return true;
}

static uint32_t gate_slot(const sl_gate_keys *format, uint32_t key)
{
    return format->slots == NULL ? 0 : format->slots[key];
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

/* True when each format that is not unwanted is gated, and the keys of all can be looked for at
 * once. */
static bool gate_together(const sl_gate_keys *by_format, uint32_t format_count)
{
    uint32_t count = 0;
    bool some = false;
    for (uint32_t f = 0; f < format_count; f++) {
        if (by_format[f].unwanted) continue;
        if (!gate_keys_fit(&by_format[f])) return false;
        some = true;
        count += by_format[f].count;
    }
    return some && format_count <= GATE_TOGETHER_MAX && count <= SL_GATE_SET_MAX;
}

/* One set of the keys of all formats; returns the end of their text. Each key has a group of its
 * own, unless the same formats ask for another in the same slots. */
static char *gate_build_together(sl_gate *gate, const sl_gate_keys *by_format)
{
    sl_gate_set set = {0};
    char *copy = gate->text;
    bool needs_key = true;
    gate_group groups[SL_GATE_SET_MAX] = {0};
    for (uint32_t f = 0; f < gate->format_count; f++) {
        if (by_format[f].unwanted) continue;
        needs_key &= by_format[f].literal_count == 0;
        for (uint32_t k = 0; k < by_format[f].count; k++) {
            sl_gate_key *key = gate_set_add(&set, gate->keys, by_format[f].keys[k], &copy);
            groups[key - gate->keys].formats[gate_slot(&by_format[f], k)] |= UINT64_C(1) << f;
        }
    }
    uint32_t count = 0;
    for (uint32_t k = 0; k < set.count; k++) {
        uint32_t g = 0;
        while (g < count && memcmp(&gate->groups[g], &groups[k], sizeof *groups) != 0) g++;
        if (g == count) gate->groups[count++] = groups[k];
        gate->keys[k].group = g;
    }
    /* A record of a format that nobody wants is passed over by the keys of the others. */
    for (uint32_t f = 0; f < gate->format_count; f++)
        gate->formats[f] = (gate_format){.set = set, .gated = true, .needs_key = needs_key};
    return copy;
}

/* A set for each format, with groups of its own. */
static char *gate_build_apart(sl_gate *gate, const sl_gate_keys *by_format)
{
    sl_gate_key *keys = gate->keys;
    char *copy = gate->text;
    for (uint32_t f = 0; f < gate->format_count; f++) {
        gate_format *format = &gate->formats[f];
        format->gated = gate_keys_fit(&by_format[f]);
        format->inspects = true;
        format->needs_key = by_format[f].literal_count == 0;
        for (uint32_t k = 0; format->gated && k < by_format[f].count; k++) {
            uint32_t slot = gate_slot(&by_format[f], k), group = f * SL_GATE_SLOTS_MAX + slot;
            gate_set_add(&format->set, keys, by_format[f].keys[k], &copy)->group = group;
            gate->groups[group].formats[slot] = 1;
            gate->groups[group].base = f;
        }
        keys += format->set.count;
    }
    return copy;
}

/* A format with a signature needs its own keys alone: other records are inspected. In the set of
 * all keys its own stand together, unless another format has one of them, too. */
static void gate_add_signature(sl_gate *gate, uint32_t f, const sl_gate_keys *own, char **copy)
{
    gate_format *format = &gate->formats[f];
    if (own->unwanted || own->signature.length == 0 || own->count == 0 || !gate_keys_fit(own))
        return;
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
    *format = (gate_format){.set = set,
                            .gated = true,
                            .needs_key = own->literal_count == 0,
                            .inspects = true,
                            .signature = {*copy, own->signature.length}};
    *copy += own->signature.length;
}

static bool gate_suffices(const sl_gate_rule *rule, uint64_t marks)
{
    bool enough = (marks & SL_GATE_WANTED) != 0;
    for (uint32_t c = 0; c < rule->clause_count && !enough; c++)
        enough = (rule->clauses[c] & ~marks) == 0;
    return enough;
}

static uint64_t gate_ask(void *context, uint32_t number, sl_text value)
{
    const sl_gate *gate = context;
    const gate_group *group = &gate->groups[number];
    uint64_t marks = 0;
    for (uint32_t slot = 0; slot < SL_GATE_SLOTS_MAX; slot++)
        for (uint64_t left = group->formats[slot]; left != 0; left &= left - 1) {
            uint32_t format = group->base + (uint32_t)__builtin_ctzll(left);
            marks |= gate->rule.marks(gate->rule.context, format, slot, value);
            if ((marks & SL_GATE_WANTED) != 0) return marks;
        }
    return marks;
}

/* The kernels expect a key to look for: one that no record has, and that would say nothing. */
static void gate_add_dummies(sl_gate *gate)
{
    gate_key_init(&gate->dummy, SL_TEXT("\x01"), gate->dummy_text);
    gate->dummy.group = (gate->format_count + 1) * SL_GATE_SLOTS_MAX;
    for (uint32_t f = 0; f < gate->format_count; f++)
        if (gate->formats[f].set.count == 0)
            gate->formats[f].set = (sl_gate_set){.keys = &gate->dummy, .count = 1, .longest = 1};
}

static bool gate_allocate(sl_gate *gate, const sl_gate_keys *by_format)
{
    size_t key_count = 0, bytes = 0, count = gate->format_count;
    for (uint32_t f = 0; f < count; f++) {
        if (!gate_keys_fit(&by_format[f])) continue;
        key_count += by_format[f].count;
        for (uint32_t k = 0; k < by_format[f].count; k++) bytes += by_format[f].keys[k].length;
        bytes += by_format[f].signature.length;
    }
    gate->formats = sl_calloc(count + 1, sizeof *gate->formats);
    gate->keys = sl_calloc(key_count + 1, sizeof *gate->keys);
    gate->group_count = (uint32_t)(count + 2) * SL_GATE_SLOTS_MAX + SL_GATE_SET_MAX;
    gate->groups = sl_calloc(gate->group_count, sizeof *gate->groups);
    gate->text = sl_calloc(bytes + 8, 1); /* for sl_gate_same */
    gate->watched = sl_calloc(count + 1, sizeof *gate->watched);
    return gate->formats != NULL && gate->keys != NULL && gate->groups != NULL && gate->text != NULL
        && gate->watched != NULL;
}

/* Looks for these literals. False when that cannot be done: then records must not be passed
 * over. */
static bool gate_watch(const sl_gate *gate, gate_watched *watched, const sl_literal *list,
                       uint32_t count)
{
    if (watched->watch != NULL || count == 0) return true;
    watched->literals = sl_literals_new(list, count);
    if (watched->literals == NULL) return false;
    /* Where a key must say something, too, the literals of few records matter. */
    bool ahead = gate_suffices(&gate->rule, sl_literals_marks(watched->literals));
    watched->watch = sl_literal_watch_new(watched->literals, ahead);
    if (watched->watch != NULL) return true;
    sl_literals_free(watched->literals); /* another format may try again */
    watched->literals = NULL;
    return false;
}

/* The literals of all formats, for records that may be of any. */
static bool gate_watch_all(sl_gate *gate, const sl_gate_keys *by_format)
{
    uint32_t count = 0;
    for (uint32_t f = 0; f < gate->format_count; f++) count += by_format[f].literal_count;
    sl_literal *all = sl_calloc((size_t)count + 1, sizeof *all);
    if (all == NULL) return false;
    count = 0;
    for (uint32_t f = 0; f < gate->format_count; f++)
        for (uint32_t i = 0; i < by_format[f].literal_count; i++)
            all[count++] = by_format[f].literals[i];
    bool ok = gate_watch(gate, &gate->watched[gate->format_count], all, count);
    free(all);
    return ok;
}

/* A record that is inspected, or begins with a signature, is of the format at hand. */
static void gate_add_literals(sl_gate *gate, const sl_gate_keys *by_format)
{
    for (uint32_t f = 0; f < gate->format_count; f++) {
        gate_format *format = &gate->formats[f];
        uint32_t place = format->inspects ? f : gate->format_count;
        if (!format->gated) continue;
        format->gated = format->inspects
            ? gate_watch(gate, &gate->watched[f], by_format[f].literals, by_format[f].literal_count)
            : gate_watch_all(gate, by_format);
        format->sample = by_format[f].sample;
        format->watch = gate->watched[place].watch;
        format->literals = gate->watched[place].literals;
    }
}

sl_gate *sl_gate_new(const sl_gate_keys *by_format, uint32_t format_count, const sl_gate_rule *rule)
{
    sl_gate *gate = sl_calloc(1, sizeof *gate);
    if (gate == NULL) return NULL;
    gate->rule = *rule;
    gate->format_count = format_count;
    sl_gate_values_init(&gate->values);
    sl_buffer_init(&gate->scratch);
    sl_gate_limit(gate, SL_GATE_LEVEL_COUNT);
    if (!gate_allocate(gate, by_format)) {
        sl_gate_free(gate);
        return NULL;
    }
    char *behind_keys = gate_together(by_format, format_count)
        ? gate_build_together(gate, by_format)
        : gate_build_apart(gate, by_format);
    for (uint32_t f = 0; f < format_count; f++)
        gate_add_signature(gate, f, &by_format[f], &behind_keys);
    gate_add_literals(gate, by_format);
    gate_add_dummies(gate);
    for (uint32_t g = 0; g < gate->group_count; g++)
        gate->groups[g].any = gate_ask(gate, g, sl_text_make(NULL, 0));
    return gate;
}

void sl_gate_free(sl_gate *gate)
{
    if (gate == NULL) return;
    for (uint32_t f = 0; gate->watched != NULL && f <= gate->format_count; f++) {
        sl_literal_watch_free(gate->watched[f].watch);
        sl_literals_free(gate->watched[f].literals);
    }
    free(gate->watched);
    sl_gate_values_fini(&gate->values);
    sl_buffer_fini(&gate->scratch);
    free(gate->formats);
    free(gate->keys);
    free(gate->groups);
    free(gate->text);
    free(gate);
}

/* Literals have their price: where they let nearly all records through, the rest of the block goes
 * without a gate. */
static bool gate_rests(const sl_gate *gate)
{
    return gate->passed + gate->stopped >= GATE_TRIAL
        && gate->stopped / GATE_TRIAL_SHARE > gate->passed;
}

bool sl_gate_has(const sl_gate *gate, uint32_t format)
{
    if (format >= gate->format_count || !gate->formats[format].gated) return false;
    return gate->formats[format].watch == NULL || !gate_rests(gate);
}

void sl_gate_begin(sl_gate *gate)
{
    gate->passed = gate->stopped = 0;
    for (uint32_t f = 0; f <= gate->format_count; f++)
        if (gate->watched[f].watch != NULL) sl_literal_watch_begin(gate->watched[f].watch);
}

/* --- a closer look --- */

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

/* Notes what a value means for the record that it stands in. */
static sl_gate_answer gate_note(sl_gate_scan *scan, const char *at, uint64_t marks)
{
    if (marks == 0) return SL_GATE_PASS;
    if ((marks & SL_GATE_WANTED) != 0 || scan->note_count == SL_GATE_NOTES_MAX) return SL_GATE_STOP;
    scan->notes[scan->note_count++] = (sl_gate_note){at, marks};
    return SL_GATE_PASS;
}

/* The value that begins at `at` behind a key of group `number`. */
static sl_gate_answer gate_value(sl_gate_scan *scan, uint32_t number, const char *at)
{
    sl_gate *gate = scan->gate;
    const gate_group *group = &gate->groups[number];
    const char *from = at;
    unsigned flags = 0;
    sl_json_end end;
    if (*at == '"') {
        from = ++at;
        end = sl_json_string(&at, scan->end, &flags);
    } else {
        bool structure = *at == '{' || *at == '[' || (group->any & SL_GATE_WANTED) != 0;
        if (structure) return gate_note(scan, from, group->any);
        end = sl_json_scalar(&at, scan->end);
    }
    if (end == SL_JSON_MORE) return gate_value_cut(scan);
    if (end != SL_JSON_END) return SL_GATE_STOP;
    sl_text value = sl_text_make(from, (size_t)(at - from));
    bool plain =
        (flags & SL_JSON_ESCAPED) == 0 && ((flags & SL_JSON_WIDE) == 0 || sl_utf8_valid(value));
    if (!plain) return gate_note(scan, from, group->any);
    return gate_note(scan, from,
                     sl_gate_values_marks(&gate->values, number, value, gate_ask, gate));
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
    const sl_literals *literals = scan->gate->formats[scan->window->format].literals;
    if (literals != NULL
        && sl_literals_may_hide(literals, sl_text_make(backslash, (size_t)(at - backslash))))
        scan->seen |= sl_literals_marks(literals);
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

/* What the record's values say, and where that leaves it open, the literals. */
static bool gate_is_wanted(sl_gate_scan *scan, sl_text record)
{
    const sl_gate *gate = scan->gate;
    const gate_format *format = &gate->formats[scan->window->format];
    uint64_t seen = scan->seen;
    const char *behind = record.data + record.length;
    scan->seen = 0;
    for (; scan->note_next < scan->note_count; scan->note_next++) {
        if (scan->notes[scan->note_next].at >= behind) break;
        seen |= scan->notes[scan->note_next].marks;
    }
    if (format->watch == NULL) return seen != 0 && gate_suffices(&gate->rule, seen);
    if (!gate_suffices(&gate->rule, seen | sl_literals_marks(format->literals))) return false;
    seen |= sl_literal_watch_marks(format->watch, record, scan->end);
    return gate_suffices(&gate->rule, seen);
}

SL_HOT bool sl_gate_at_end(sl_gate_scan *scan, const char *behind)
{
    const sl_gate_window *window = scan->window;
    sl_text record = sl_text_make(scan->record, (size_t)(behind - scan->record));
    if (record.length > window->record_bytes_max) return false;
    if (gate_is_wanted(scan, record)) return false;
    if (!gate_shape_fits(scan->gate, &scan->brackets)) return false;
    const gate_format *format = &scan->gate->formats[window->format];
    bool signed_one = format->signature.length > 0 && sl_text_starts(record, format->signature);
    bool inspects = format->inspects && !signed_one;
    bool unsure = inspects || scan->may_enclose || !scan->has_key;
    if (unsure && !gate_inspect(scan, record, !inspects)) return false;

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
    if (gate->formats[window->format].sample > 0) {
        gate->formats[window->format].sample--;
        return (sl_gate_pass){.passed = 0, .stop = 0};
    }

    const char *data = window->text.data;
    if (gate->recogniser != window->recogniser) gate_note_endings(gate, window->recogniser);
    sl_gate_scan scan;
    scan.gate = gate;
    scan.window = window;
    scan.set = &gate->formats[window->format].set;
    scan.end = data + window->text.length;
    scan.record = data;
    scan.passed = scan.string_end = NULL;
    scan.records = scan.seen = 0;
    scan.note_count = scan.note_next = 0;
    scan.cut = scan.value_cut = scan.may_enclose = scan.has_key = false;
    scan.needs_key = gate->formats[window->format].needs_key;
    gate->kernel(&scan);
    gate->passed += scan.records;
    if (scan.record != NULL && !scan.cut) gate->stopped++;
    return (sl_gate_pass){
        .passed = scan.passed == NULL ? 0 : (size_t)(scan.passed - data),
        .records = scan.records,
        .stop = scan.record == NULL ? SIZE_MAX : (size_t)(scan.record - data),
        .cut = scan.cut,
    };
}
