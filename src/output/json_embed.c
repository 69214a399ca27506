/* json_embed.c - copies a JSON value that came from a log into our own output.
 *
 * The value is known to be balanced, but not to be sound: whoever wrote the log may have put
 * anything between the brackets. So it is parsed by the grammar, without recursion (a bit a
 * level), and copied without white space, which could hold newlines. */
#include <assert.h>

#include "base/utf8.h"
#include "output/kinds.h"

enum { EMBED_DEPTH_MAX = 1024 };

typedef struct embed_state {
    sl_text json;
    size_t at;
    sl_buffer *out;
    uint32_t depth;
    uint8_t arrays[EMBED_DEPTH_MAX / 8]; /* a bit a level: it is an array */
} embed_state;

static char embed_peek(embed_state *s)
{
    while (s->at < s->json.length && strchr(" \t\r\n", s->json.data[s->at]) != NULL
           && s->json.data[s->at] != '\0')
        s->at++;
    return s->at < s->json.length ? s->json.data[s->at] : '\0';
}

static bool embed_hex(sl_text t, size_t at)
{
    if (t.length - at < 4) return false;
    for (size_t i = 0; i < 4; i++) {
        char c = t.data[at + i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return true;
}

/* An escape, with its backslash; copied as it stands. */
static bool embed_escape(embed_state *s)
{
    size_t bytes = 2;
    if (s->json.length - s->at < 2) return false;
    char c = s->json.data[s->at + 1];
    if (c == 'u') {
        if (!embed_hex(s->json, s->at + 2)) return false;
        bytes = 6;
    } else if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL) {
        return false;
    }
    sl_buffer_add(s->out, sl_text_slice(s->json, s->at, s->at + bytes));
    s->at += bytes;
    return true;
}

static bool embed_string(embed_state *s)
{
    sl_buffer_add_byte(s->out, '"');
    s->at++;
    while (s->at < s->json.length) {
        unsigned char c = (unsigned char)s->json.data[s->at];
        uint32_t code;
        if (c == '"') {
            s->at++;
            sl_buffer_add_byte(s->out, '"');
            return true;
        }
        if (c == '\\') {
            if (!embed_escape(s)) return false;
            continue;
        }
        s->at += sl_utf8_decode(s->json, s->at, &code);
        if (code < 0x20 || (code >= 0x7F && code < 0xA0)) {
            sl_buffer_printf(s->out, "\\u%04x", (unsigned)code);
        } else {
            char encoded[4];
            sl_buffer_add(s->out, sl_text_make(encoded, sl_utf8_encode(code, encoded)));
        }
    }
    return false;
}

static bool embed_is_digit(sl_text t, size_t at)
{
    return at < t.length && t.data[at] >= '0' && t.data[at] <= '9';
}

/* The length of the number at `at`, 0 when there is none. */
static size_t embed_number(sl_text t, size_t at)
{
    size_t from = at;
    if (at < t.length && t.data[at] == '-') at++;
    if (!embed_is_digit(t, at)) return 0;
    if (t.data[at] == '0') at++;
    else
        while (embed_is_digit(t, at)) at++;
    if (at < t.length && t.data[at] == '.') {
        if (!embed_is_digit(t, at + 1)) return 0;
        at++;
        while (embed_is_digit(t, at)) at++;
    }
    if (at < t.length && (t.data[at] == 'e' || t.data[at] == 'E')) {
        at++;
        if (at < t.length && (t.data[at] == '+' || t.data[at] == '-')) at++;
        if (!embed_is_digit(t, at)) return 0;
        while (embed_is_digit(t, at)) at++;
    }
    return at - from;
}

bool sl_json_is_number(sl_text t)
{
    return t.length > 0 && embed_number(t, 0) == t.length;
}

static bool embed_scalar(embed_state *s, char first)
{
    static const char *const words[] = {"true", "false", "null"};
    if (first == '"') return embed_string(s);
    size_t length = embed_number(s->json, s->at);
    for (size_t i = 0; length == 0 && i < SL_COUNT(words); i++) {
        sl_text rest = sl_text_slice(s->json, s->at, s->json.length);
        if (sl_text_starts(rest, sl_text_from(words[i]))) length = strlen(words[i]);
    }
    if (length == 0) return false;
    sl_buffer_add(s->out, sl_text_slice(s->json, s->at, s->at + length));
    s->at += length;
    return true;
}

static bool embed_in_array(const embed_state *s)
{
    uint32_t level = s->depth - 1;
    return s->arrays[level / 8] >> (level % 8) & 1;
}

/* A key and its colon, when the innermost level is an object. */
static bool embed_key(embed_state *s)
{
    if (s->depth == 0 || embed_in_array(s)) return true;
    if (embed_peek(s) != '"' || !embed_string(s) || embed_peek(s) != ':') return false;
    s->at++;
    sl_buffer_add_byte(s->out, ':');
    return true;
}

/* An opening bracket. *out_value: a value (with its key) follows; else the level is empty and was
 * closed again. */
static bool embed_open(embed_state *s, char bracket, bool *out_value)
{
    if (s->depth == EMBED_DEPTH_MAX) return false;
    uint32_t level = s->depth++;
    uint8_t bit = (uint8_t)(1u << (level % 8));
    if (bracket == '[') s->arrays[level / 8] |= bit;
    else s->arrays[level / 8] &= (uint8_t)~bit;
    sl_buffer_add_byte(s->out, bracket);
    s->at++;

    char close = bracket == '[' ? ']' : '}';
    *out_value = embed_peek(s) != close;
    if (*out_value) return embed_key(s);
    sl_buffer_add_byte(s->out, close);
    s->at++;
    s->depth--;
    return true;
}

/* Behind a value: closes levels, and stands at the next value or at the end (*out_value). */
static bool embed_behind(embed_state *s, bool *out_value)
{
    *out_value = false;
    while (s->depth > 0) {
        char c = embed_peek(s);
        if (c == ',') {
            s->at++;
            sl_buffer_add_byte(s->out, ',');
            *out_value = true;
            return embed_key(s);
        }
        if (c != (embed_in_array(s) ? ']' : '}')) return false;
        s->at++;
        sl_buffer_add_byte(s->out, c);
        s->depth--;
    }
    return embed_peek(s) == '\0' && s->at == s->json.length;
}

bool sl_json_embed(sl_buffer *out, sl_text json)
{
    assert(out != NULL);
    embed_state s = {.json = json, .out = out};
    size_t before = out->length;
    bool sound = true;
    for (bool value = true; sound && value;) {
        char c = embed_peek(&s);
        if (c == '{' || c == '[') {
            sound = embed_open(&s, c, &value);
            if (value) continue;
        } else {
            sound = embed_scalar(&s, c);
        }
        if (sound) sound = embed_behind(&s, &value);
    }
    if (!sound && out->capacity > 0) {
        out->length = before;
        out->data[before] = '\0';
    }
    return sound;
}
