/* json.c - recursive descent over RFC 8259, with a limit on the depth. */
#include "json.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH_MAX = 200 };

typedef struct json_reader {
    golden_pool *pool;
    const char *at, *end;
    int depth;
} json_reader;

static json_value *read_value(json_reader *reader);

static void skip_space(json_reader *reader)
{
    while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL
           && *reader->at != '\0')
        reader->at++;
}

static bool take(json_reader *reader, char c)
{
    if (reader->at >= reader->end || *reader->at != c) return false;
    reader->at++;
    return true;
}

static bool read_hex(json_reader *reader, uint32_t *out)
{
    uint32_t code = 0;
    if (reader->end - reader->at < 4) return false;
    for (int i = 0; i < 4; i++) {
        char c = *reader->at++;
        uint32_t digit;
        if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F') digit = (uint32_t)(c - 'A') + 10;
        else return false;
        code = code * 16 + digit;
    }
    *out = code;
    return true;
}

/* A surrogate without its other half is kept, as three bytes. */
static char *put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char heads[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(heads[more] | (code >> (6 * more)));
    while (more-- > 0) *to++ = (char)(0x80 | ((code >> (6 * more)) & 0x3F));
    return to;
}

/* The character after a backslash. NULL: there is no such escape. */
static char *read_escape(json_reader *reader, char *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    if (reader->at >= reader->end) return NULL;
    char c = *reader->at++;
    const char *place = c == '\0' ? NULL : strchr(from, c);
    if (place != NULL) {
        *to++ = into[place - from];
        return to;
    }
    uint32_t code, low;
    if (c != 'u' || !read_hex(reader, &code)) return NULL;
    const char *after = reader->at;
    if (code >= 0xD800 && code < 0xDC00 && take(reader, '\\') && take(reader, 'u')
        && read_hex(reader, &low) && low >= 0xDC00 && low < 0xE000)
        return put_utf8(to, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
    reader->at = after;
    return put_utf8(to, code);
}

/* Bytes up to the quote that closes the text. */
static size_t text_bytes(const json_reader *reader)
{
    const char *at = reader->at;
    while (at < reader->end && *at != '"') at += *at == '\\' && at + 1 < reader->end ? 2 : 1;
    return (size_t)(at - reader->at);
}

/* The text between two quotes. */
static bool read_text(json_reader *reader, const char **out, size_t *out_length)
{
    if (!take(reader, '"')) return false;
    char *start = golden_alloc(reader->pool, text_bytes(reader) + 1);
    char *to = start;
    while (reader->at < reader->end) {
        char c = *reader->at++;
        if (c == '"') {
            *out = start;
            *out_length = (size_t)(to - start);
            return true;
        }
        if ((unsigned char)c < 0x20) return false;
        if (c != '\\') *to++ = c;
        else if ((to = read_escape(reader, to)) == NULL) return false;
    }
    return false;
}

static bool read_digits(json_reader *reader)
{
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') reader->at++;
    return reader->at > start;
}

static bool read_number(json_reader *reader, json_value *value)
{
    const char *start = reader->at;
    take(reader, '-');
    const char *first = reader->at;
    if (!read_digits(reader)) return false;
    if (*first == '0' && reader->at - first > 1) return false;
    if (take(reader, '.') && !read_digits(reader)) return false;
    if (take(reader, 'e') || take(reader, 'E')) {
        if (!take(reader, '+')) take(reader, '-');
        if (!read_digits(reader)) return false;
    }
    value->kind = JSON_NUMBER;
    value->length = (size_t)(reader->at - start);
    value->text = golden_copy(reader->pool, start, value->length);
    return true;
}

static bool read_word(json_reader *reader, json_value *value)
{
    static const struct {
        const char *word;
        json_kind kind;
    } words[] = {{"null", JSON_NULL}, {"false", JSON_FALSE}, {"true", JSON_TRUE}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i].word);
        if ((size_t)(reader->end - reader->at) < length) continue;
        if (memcmp(reader->at, words[i].word, length) != 0) continue;
        reader->at += length;
        value->kind = words[i].kind;
        return true;
    }
    return false;
}

/* The key and the colon before a member. */
static bool read_key(json_reader *reader, const json_value *object, const char **out,
                     size_t *out_length)
{
    skip_space(reader);
    if (!read_text(reader, out, out_length)) return false;
    skip_space(reader);
    return take(reader, ':') && json_member(object, *out, *out_length) == NULL;
}

/* What stands between the brackets of an array or object. */
static bool read_children(json_reader *reader, json_value *parent)
{
    char close = parent->kind == JSON_OBJECT ? '}' : ']';
    json_value **last = &parent->first;
    reader->at++;
    skip_space(reader);
    if (take(reader, close)) return true;
    do {
        const char *key = NULL;
        size_t key_length = 0;
        if (parent->kind == JSON_OBJECT && !read_key(reader, parent, &key, &key_length))
            return false;
        json_value *child = read_value(reader);
        if (child == NULL) return false;
        child->key = key;
        child->key_length = key_length;
        *last = child;
        last = &child->next;
        skip_space(reader);
    } while (take(reader, ','));
    return take(reader, close);
}

static json_value *read_value(json_reader *reader)
{
    json_value *value = golden_alloc(reader->pool, sizeof *value);
    skip_space(reader);
    if (reader->at >= reader->end) return NULL;

    bool good;
    switch (*reader->at) {
    case '{':
    case '[':
        if (reader->depth >= JSON_DEPTH_MAX) return NULL;
        value->kind = *reader->at == '{' ? JSON_OBJECT : JSON_ARRAY;
        reader->depth++;
        good = read_children(reader, value);
        reader->depth--;
        break;
    case '"':
        value->kind = JSON_STRING;
        good = read_text(reader, &value->text, &value->length);
        break;
    case 'n':
    case 't':
    case 'f': good = read_word(reader, value); break;
    default: good = read_number(reader, value); break;
    }
    return good ? value : NULL;
}

json_value *json_read(golden_pool *pool, const char *text, size_t length)
{
    json_reader reader = {.pool = pool, .at = text, .end = text + length};
    json_value *value = read_value(&reader);
    if (value == NULL) return NULL;
    skip_space(&reader);
    return reader.at == reader.end ? value : NULL;
}

const json_value *json_member(const json_value *object, const char *key, size_t key_length)
{
    for (const json_value *child = object->first; child != NULL; child = child->next)
        if (child->key_length == key_length && memcmp(child->key, key, key_length) == 0)
            return child;
    return NULL;
}

static bool number_is_whole(const json_value *value)
{
    return strpbrk(value->text, ".eE") == NULL;
}

static bool numbers_equal(const json_value *a, const json_value *b)
{
    if (a->length == b->length && memcmp(a->text, b->text, a->length) == 0) return true;
    if (number_is_whole(a) && number_is_whole(b)) return false;
    double x = strtod(a->text, NULL), y = strtod(b->text, NULL);
    return fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y));
}

static bool children_equal(const json_value *a, const json_value *b)
{
    size_t count_a = 0, count_b = 0;
    for (const json_value *child = b->first; child != NULL; child = child->next) count_b++;
    const json_value *other = b->first;
    for (const json_value *child = a->first; child != NULL; child = child->next) {
        if (++count_a > count_b) return false;
        const json_value *partner =
            a->kind == JSON_ARRAY ? other : json_member(b, child->key, child->key_length);
        if (partner == NULL || !json_equal(child, partner)) return false;
        other = other->next;
    }
    return count_a == count_b;
}

bool json_equal(const json_value *a, const json_value *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case JSON_NUMBER: return numbers_equal(a, b);
    case JSON_STRING: return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    case JSON_ARRAY:
    case JSON_OBJECT: return children_equal(a, b);
    default: return true;
    }
}
