/* lexer.c - words, patterns, quoted texts, regular expressions and comments.
 *
 * Names of fields are made of letters, digits and # % & . @ \ ^ _; patterns have * + - : ~ and, but
 * for the first byte, / as well (reference: LogScale documentation, "Grammar Subset"). */
#include "lang/cql/lower.h"

static bool lex_is_field(char c)
{
    return sl_is_name(c) || (c != '\0' && strchr("#%&.@\\^", c) != NULL);
}

/* Bytes of the white space at `at`, 0: none. Queries copied from pages hold no-break spaces, zero
 * width spaces and byte order marks. */
static uint32_t lex_blank(const cql_parser *p, uint32_t at)
{
    static const sl_text wide[] = {{"\xc2\xa0", 2}, {"\xe2\x80\x8b", 3}, {"\xef\xbb\xbf", 3}};
    char c = sl_byte_at(p->text, at);
    if (sl_is_space(c)) return 1;
    if ((unsigned char)c < 0x80) return 0;
    for (size_t i = 0; i < SL_COUNT(wide); i++) {
        if (sl_text_equal(sl_text_slice(p->text, at, at + wide[i].length), wide[i])) {
            return (uint32_t)wide[i].length;
        }
    }
    return 0;
}

/* Whether a name of a field goes on at `at`. */
static bool lex_in_field(const cql_parser *p, uint32_t at)
{
    return lex_is_field(sl_byte_at(p->text, at)) && lex_blank(p, at) == 0;
}

/* Behind a comment that starts at `at`; `at` when none does. */
static uint32_t lex_comment(const cql_parser *p, uint32_t at)
{
    if (sl_byte_at(p->text, at) != '/') return at;
    char next = sl_byte_at(p->text, at + 1);
    size_t end;
    if (next == '/') {
        end = sl_text_find_byte(p->text, '\n', at);
        return end == SIZE_MAX ? (uint32_t)p->text.length : (uint32_t)end;
    }
    if (next != '*') return at;
    end = sl_text_find(p->text, SL_TEXT("*/"), at + 2);
    return end == SIZE_MAX ? (uint32_t)p->text.length : (uint32_t)end + 2;
}

/* Behind white space and comments. */
static uint32_t lex_space(const cql_parser *p, uint32_t at)
{
    for (;;) {
        uint32_t end = at;
        for (uint32_t blank = lex_blank(p, end); blank > 0; blank = lex_blank(p, end)) end += blank;
        end = lex_comment(p, end);
        if (end == at) return at;
        at = end;
    }
}

char cql_peek(cql_parser *p)
{
    p->at = lex_space(p, p->at);
    return sl_byte_at(p->text, p->at);
}

bool cql_at(cql_parser *p, const char *sign)
{
    cql_peek(p);
    sl_text wanted = sl_text_from(sign);
    return sl_text_equal(sl_text_slice(p->text, p->at, p->at + wanted.length), wanted);
}

bool cql_take(cql_parser *p, const char *sign)
{
    if (!cql_at(p, sign)) return false;
    p->at += (uint32_t)strlen(sign);
    return true;
}

bool cql_expect(cql_parser *p, const char *sign, const char *what)
{
    return cql_take(p, sign) || cql_expected(p, what);
}

bool cql_at_keyword(cql_parser *p, const char *keyword)
{
    cql_peek(p);
    uint32_t end = cql_scan_field(p, p->at);
    return sl_text_equal_nocase(sl_text_slice(p->text, p->at, end), sl_text_from(keyword));
}

bool cql_take_keyword(cql_parser *p, const char *keyword)
{
    if (!cql_at_keyword(p, keyword)) return false;
    p->at += (uint32_t)strlen(keyword);
    return true;
}

/* Behind [0], [] or [*] at `at`; `at` when none stands there. */
static uint32_t lex_index(const cql_parser *p, uint32_t at)
{
    if (sl_byte_at(p->text, at) != '[') return at;
    uint32_t end = at + 1;
    while (sl_is_digit(sl_byte_at(p->text, end))) end++;
    if (end == at + 1 && sl_byte_at(p->text, end) == '*') end++;
    return sl_byte_at(p->text, end) == ']' ? end + 1 : at;
}

uint32_t cql_scan_field(const cql_parser *p, uint32_t at)
{
    uint32_t start = at;
    for (;;) {
        if (lex_in_field(p, at)) {
            at++;
            continue;
        }
        uint32_t end = at > start ? lex_index(p, at) : at;
        if (end == at) return at;
        at = end;
    }
}

/* Whether the `/` at `at`, inside a pattern, is part of it: no comment starts there, but for the
 * two slashes of a URL. */
static bool lex_slash(const cql_parser *p, uint32_t at)
{
    char next = sl_byte_at(p->text, at + 1);
    if (next == '*') return false;
    if (next != '/') return sl_byte_at(p->text, at - 1) != '/' || lex_is_field(next);
    return sl_byte_at(p->text, at - 1) == ':' && lex_is_field(sl_byte_at(p->text, at + 2));
}

uint32_t cql_scan_pattern(const cql_parser *p, uint32_t at)
{
    uint32_t start = at;
    for (; at < p->text.length; at++) {
        char c = p->text.data[at];
        if (c == ':' && sl_byte_at(p->text, at + 1) == '=') break;
        if (lex_in_field(p, at) || (c != '\0' && strchr("*+-:~", c) != NULL)) continue;
        if (c == '/' && at > start && lex_slash(p, at)) continue;
        uint32_t end = at > start ? lex_index(p, at) : at;
        if (end == at) break;
        at = end - 1;
    }
    return at;
}

uint32_t cql_scan_call(const cql_parser *p, uint32_t at)
{
    uint32_t end = at;
    while (lex_in_field(p, end)) end++;
    if (end == at) return at;
    if (sl_byte_at(p->text, end) == ':' && lex_in_field(p, end + 1)) {
        end++;
        while (lex_in_field(p, end)) end++;
    }
    uint32_t open = lex_space(p, end);
    if (sl_byte_at(p->text, open) != '(') return at;
    return open == end || cql_usage(sl_text_slice(p->text, at, end)) != NULL ? end : at;
}

/* Behind the regular expression that starts at `at`; `at` when it is not closed on its line. A
 * slash inside [] closes nothing, unless nothing else does. */
static uint32_t lex_regex_end(const cql_parser *p, uint32_t at)
{
    uint32_t in_class = at;
    bool class = false;
    for (uint32_t end = at + 1; end < p->text.length; end++) {
        char c = p->text.data[end];
        if (c == '\n') break;
        if (c == '\\') end++;
        else if (c == '[') class = true;
        else if (c == ']') class = false;
        else if (c == '/' && !class) return end + 1;
        else if (c == '/' && in_class == at) in_class = end + 1;
    }
    return in_class;
}

/* Whether a `/` whose last byte before it was `before` starts a regular expression. */
static bool lex_opens_regex(char before)
{
    return before == '\0' || strchr("=|(,[{;!~>", before) != NULL;
}

/* Goes over one thing at `at`; *before is the last byte that was no white space. */
static uint32_t lex_thing(const cql_parser *p, uint32_t at, char *before)
{
    char c = p->text.data[at];
    uint32_t end = lex_comment(p, at);
    if (end > at) return end;
    if (c == '"') {
        size_t quoted = sl_scan_quoted(p->text, at);
        end = quoted == SIZE_MAX ? (uint32_t)p->text.length : (uint32_t)quoted;
    } else if (c == '/' && lex_opens_regex(*before)) {
        end = lex_regex_end(p, at);
    }
    if (!sl_is_space(c)) *before = c;
    return end > at ? end : at + 1;
}

uint32_t cql_scan_closing(const cql_parser *p, uint32_t at)
{
    uint32_t depth = 0;
    char before = '(';
    while (at < p->text.length) {
        char c = p->text.data[at];
        uint32_t end = lex_thing(p, at, &before);
        if (end == at + 1 && (c == '(' || c == '[' || c == '{')) depth++;
        if (end == at + 1 && (c == ')' || c == ']' || c == '}') && --depth == 0) return at;
        at = end;
    }
    return at;
}

void cql_skip_step(cql_parser *p)
{
    uint32_t depth = 0;
    char before = '|';
    while (p->at < p->text.length) {
        char c = p->text.data[p->at];
        uint32_t end = lex_thing(p, p->at, &before);
        bool single = end == p->at + 1;
        if (single && depth == 0 && (c == '|' || c == '}' || (c == ';' && p->in_case))) return;
        if (single && (c == '(' || c == '[' || c == '{')) depth++;
        if (single && depth > 0 && (c == ')' || c == ']' || c == '}')) depth--;
        p->at = end;
    }
}

/* Writes what the escape `\c` stands for; a backslash before anything else is itself. */
static void lex_escape(sl_buffer *out, char c, bool pattern)
{
    switch (c) {
    case '"': sl_buffer_add_byte(out, '"'); return;
    case 'n': sl_buffer_add_byte(out, '\n'); return;
    case 'r': sl_buffer_add_byte(out, '\r'); return;
    case 't': sl_buffer_add_byte(out, '\t'); return;
    case '\\': sl_buffer_add_string(out, pattern ? "\\\\" : "\\"); return;
    case '*': sl_buffer_add_string(out, pattern ? "\\*" : "*"); return;
    default: sl_buffer_add_string(out, pattern ? "\\\\" : "\\"); sl_buffer_add_byte(out, c);
    }
}

/* What stands between the quotes at `start` and before `end`, copied. */
static bool lex_unquote(cql_parser *p, size_t start, size_t end, bool pattern, sl_text *out_text)
{
    sl_buffer out;
    sl_buffer_init(&out);
    for (size_t at = start + 1; at + 1 < end; at++) {
        char c = p->text.data[at];
        if (c == '\\' && at + 2 < end) lex_escape(&out, p->text.data[++at], pattern);
        else sl_buffer_add_byte(&out, c);
    }
    *out_text = (sl_text){NULL, 0};
    if (!out.failed) *out_text = sl_arena_copy(p->arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return out_text->data != NULL;
}

bool cql_read_quoted(cql_parser *p, sl_text *out, sl_text *out_pattern)
{
    uint32_t start = p->at;
    size_t end = sl_scan_quoted(p->text, start);
    if (end == SIZE_MAX) {
        p->at = (uint32_t)p->text.length;
        return cql_fault(p, SL_DIAG_UNCLOSED, cql_span(p, start, start + 1),
                         "this quote is never closed");
    }
    p->at = (uint32_t)end;
    if (out_pattern != NULL && !lex_unquote(p, start, end, true, out_pattern)) return false;
    return lex_unquote(p, start, end, false, out);
}

bool cql_read_name(cql_parser *p, sl_text *out, uint32_t *out_start, bool *out_quoted)
{
    char c = cql_peek(p);
    *out_start = p->at;
    *out_quoted = c == '"';
    if (c == '"') {
        if (sl_scan_quoted(p->text, p->at) == SIZE_MAX) return false;
        return cql_read_quoted(p, out, NULL);
    }
    uint32_t end = cql_scan_field(p, p->at);
    if (end == p->at) return false;
    *out = sl_text_slice(p->text, p->at, end);
    p->at = end;
    return true;
}

/* The flags behind a regular expression as (?...), or false after a fault. */
static bool lex_regex_flags(cql_parser *p, sl_buffer *out)
{
    uint32_t start = p->at;
    bool any = false;
    while (sl_is_letter(sl_byte_at(p->text, p->at))) {
        char flag = p->text.data[p->at++];
        char ours = flag == 'd' ? 's' : flag;
        if (flag == 'g' || flag == 'F') continue; /* repeated matches, another engine: the same */
        if (strchr("imd", flag) == NULL) {
            cql_fault(p, SL_DIAG_REGEX, cql_span(p, start, p->at),
                      "'%c' is no flag of a regular expression", flag);
            cql_hint(p, "flags are i (any case), m (lines), d (dot takes newlines), g and F");
            return false;
        }
        if (!any) sl_buffer_add_string(out, "(?");
        any = true;
        sl_buffer_add_byte(out, ours);
    }
    if (any) sl_buffer_add_byte(out, ')');
    return true;
}

const cql_node *cql_read_regex(cql_parser *p)
{
    uint32_t start = p->at;
    uint32_t end = lex_regex_end(p, start);
    if (end == start) {
        cql_fault(p, SL_DIAG_UNCLOSED, cql_span(p, start, start + 1),
                  "this regular expression is never closed");
        cql_hint(p, "it ends with a '/'; one inside it is written '\\/'");
        size_t line = sl_text_find_byte(p->text, '\n', start);
        p->at = line == SIZE_MAX ? (uint32_t)p->text.length : (uint32_t)line;
        return NULL;
    }
    p->at = end;
    sl_buffer out;
    sl_buffer_init(&out);
    cql_node *node = NULL;
    if (lex_regex_flags(p, &out)) {
        sl_buffer_add(&out, sl_text_slice(p->text, start + 1, end - 1));
        node = cql_node_new(p, CQL_REGEX, start);
        if (node != NULL) node->text = sl_arena_copy(p->arena, sl_buffer_text(&out));
        if (node != NULL && (out.failed || node->text.data == NULL)) node = NULL;
    }
    sl_buffer_fini(&out);
    return node;
}

/* A pattern's own backslashes, protected from being read as escapes. */
static sl_text lex_protect(cql_parser *p, sl_text word)
{
    if (sl_text_find_byte(word, '\\', 0) == SIZE_MAX) return word;
    sl_buffer out;
    sl_buffer_init(&out);
    for (size_t at = 0; at < word.length; at++) {
        if (word.data[at] == '\\') sl_buffer_add_byte(&out, '\\');
        sl_buffer_add_byte(&out, word.data[at]);
    }
    sl_text text = {NULL, 0};
    if (!out.failed) text = sl_arena_copy(p->arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return text;
}

static bool lex_binding(const cql_parser *p, sl_text name, sl_text *out)
{
    const cql_binding *bindings = p->params.items;
    for (uint32_t i = 0; i < p->params.count; i++) {
        if (!sl_text_equal(bindings[i].name, name)) continue;
        *out = bindings[i].value;
        return true;
    }
    const sl_resolver *resolver = p->shared->resolver;
    return resolver != NULL && resolver->parameter != NULL
        && resolver->parameter(resolver->owner, name, out);
}

/* ?name, ?"a name", ?{name=default}: its value as a text. */
const cql_node *cql_read_parameter(cql_parser *p)
{
    uint32_t start = p->at++;
    sl_text name, value, fallback = {NULL, 0};
    uint32_t name_start;
    bool quoted;
    bool braces = sl_byte_at(p->text, p->at) == '{';
    if (braces) p->at++;
    if (!cql_read_name(p, &name, &name_start, &quoted)) {
        cql_expected(p, "the name of a parameter");
        return NULL;
    }
    while (!quoted && sl_byte_at(p->text, p->at) == '-' && lex_in_field(p, p->at + 1)) {
        p->at = cql_scan_field(p, p->at + 1);
        name = sl_text_slice(p->text, name_start, p->at);
    }
    if (braces && cql_take(p, "=")) {
        bool is_quoted = cql_peek(p) == '"';
        uint32_t from = p->at;
        if (is_quoted && !cql_read_quoted(p, &fallback, NULL)) return NULL;
        if (!is_quoted) p->at = cql_scan_pattern(p, p->at);
        if (!is_quoted) fallback = sl_text_slice(p->text, from, p->at);
    }
    if (braces && !cql_expect(p, "}", "'}' behind the parameter")) return NULL;
    cql_node *node = cql_node_new(p, CQL_TEXT, start);
    if (node == NULL) return NULL;
    if (!lex_binding(p, name, &value)) value = fallback;
    if (value.data == NULL) {
        cql_missing(p, node->span, "no value for the parameter '%.*s'", SL_TEXT_ARG(name));
        cql_hint(p, "give one: --param %.*s=VALUE", SL_TEXT_ARG(name));
        value = SL_TEXT("");
    }
    node->quoted = true;
    node->text = sl_arena_copy(p->arena, value);
    node->pattern = lex_protect(p, node->text);
    return node->pattern.data == NULL ? NULL : node;
}

const cql_node *cql_read_value(cql_parser *p)
{
    char c = cql_peek(p);
    uint32_t start = p->at;
    if (c == '/') return cql_read_regex(p);
    if (c == '?') return cql_read_parameter(p);
    if (c == '"') {
        sl_text text, pattern;
        if (!cql_read_quoted(p, &text, &pattern)) return NULL;
        cql_node *node = cql_node_new(p, CQL_TEXT, start);
        if (node == NULL) return NULL;
        node->text = text;
        node->pattern = pattern;
        node->quoted = true;
        return node;
    }
    uint32_t end = cql_scan_pattern(p, start);
    if (end == start) {
        cql_expected(p, "a value");
        return NULL;
    }
    p->at = end;
    cql_node *node = cql_node_new(p, CQL_WORD, start);
    if (node == NULL) return NULL;
    node->text = sl_text_slice(p->text, start, end);
    node->pattern = lex_protect(p, node->text);
    return node->pattern.data == NULL ? NULL : node;
}
