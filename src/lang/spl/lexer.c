/* lexer.c - the ways SPL's commands read on from the cursor.
 *
 * Double quotes protect everything; a backslash protects the next byte. Of the escapes only \"
 * and \\ mean something else than they show (Splunk Search Manual, "Backslashes"); the rest is
 * left for regular expressions. */
#include "lang/spl/parser.h"

#include <stdio.h>

char spl_peek(spl_parser *p)
{
    p->at = (uint32_t)sl_scan_space(p->text, p->at);
    return sl_byte_at(p->text, p->at);
}

bool spl_take(spl_parser *p, char c)
{
    if (spl_peek(p) != c || p->at >= p->text.length) return false;
    p->at++;
    return true;
}

void spl_skip_commas(spl_parser *p)
{
    while (spl_take(p, ',')) continue;
}

bool spl_expect(spl_parser *p, char c, const char *after)
{
    if (spl_take(p, c)) return true;
    char what[64];
    snprintf(what, sizeof what, "'%c' behind %s", c, after);
    return spl_expected(p, what);
}

bool spl_close(spl_parser *p, uint32_t start)
{
    if (spl_take(p, ')')) {
        if (p->open > 0) p->open--;
        return true;
    }
    char c = spl_peek(p);
    if (p->at >= p->text.length || c == '|')
        return spl_fault(p, SL_DIAG_UNCLOSED, start, start + 1, "this '(' is never closed");
    return spl_expected(p, "an operator, ',' or ')'");
}

bool spl_take_keyword(spl_parser *p, const char *keyword)
{
    spl_peek(p);
    size_t end = sl_scan_name(p->text, p->at);
    sl_text word = sl_text_slice(p->text, p->at, end);
    if (!sl_text_equal_nocase(word, sl_text_from(keyword))) return false;
    p->at = (uint32_t)end;
    return true;
}

bool spl_at_end(spl_parser *p)
{
    char c = spl_peek(p);
    return p->at >= p->text.length || c == '|' || c == ')' || c == ']';
}

bool spl_quoted_end(spl_parser *p, uint32_t *out_end)
{
    size_t end = sl_scan_quoted(p->text, p->at);
    if (end == SIZE_MAX) {
        spl_fault(p, SL_DIAG_UNCLOSED, p->at, p->at + 1, "this quote is never closed");
        p->at = (uint32_t)p->text.length;
        return false;
    }
    *out_end = (uint32_t)end;
    return true;
}

static char lex_escape(char c, bool expression)
{
    if (c == '"' || c == '\\') return c;
    if (!expression) return '\0';
    if (c == 't') return '\t';
    if (c == 'n') return '\n';
    return c == 'r' ? '\r' : '\0';
}

sl_text spl_unquote(spl_parser *p, uint32_t start, uint32_t end, bool expression)
{
    sl_text raw = sl_text_slice(p->text, start, end);
    if (sl_text_find_byte(raw, '\\', 0) == SIZE_MAX) return raw;
    char *out = sl_arena_bytes(p->builder.arena, raw.length + 1);
    if (out == NULL) return raw;
    size_t length = 0;
    for (size_t i = 0; i < raw.length; i++) {
        char escape = raw.data[i] == '\\' ? lex_escape(sl_byte_at(raw, i + 1), expression) : '\0';
        if (escape != '\0') i++;
        out[length++] = escape != '\0' ? escape : raw.data[i];
    }
    return sl_text_make(out, length);
}

/* A word that is quoted as a whole. */
static bool lex_quoted(spl_parser *p, spl_word *out)
{
    uint32_t start = p->at, end = 0;
    char quote = p->text.data[start];
    if (!spl_quoted_end(p, &end)) return false;
    p->at = end;
    sl_text text = quote == '"' ? spl_unquote(p, start + 1, end - 1, false)
                                : sl_text_slice(p->text, start + 1, end - 1);
    *out = (spl_word){.text = text, .start = start, .end = end, .quote = quote};
    return true;
}

/* The byte behind the parenthesis that closes the one at `at`, when that is on the same line of
 * the command; `at` when not. */
static uint32_t lex_balanced(const spl_parser *p, uint32_t at)
{
    uint32_t depth = 0;
    for (uint32_t i = at; i < p->text.length; i++) {
        char c = p->text.data[i];
        if (c == '"' || c == '|') return at;
        if (c == '(') depth++;
        if (c == ')' && --depth == 0) return i + 1;
    }
    return at;
}

static bool lex_ends_word(char c)
{
    return sl_is_space(c) || c == '|' || c == ',' || c == '=' || c == '[' || c == ']' || c == '"'
        || c == ')';
}

bool spl_read_word(spl_parser *p, spl_word *out)
{
    char c = spl_peek(p);
    if (!spl_count_term(p)) return false;
    if (c == '"' || (c == '\'' && sl_scan_quoted(p->text, p->at) != SIZE_MAX))
        return lex_quoted(p, out);
    uint32_t start = p->at, end = start;
    while (end < p->text.length && !lex_ends_word(p->text.data[end])) {
        if (p->text.data[end] != '(') {
            end++;
            continue;
        }
        uint32_t behind = end == start ? end : lex_balanced(p, end);
        if (behind == end) break;
        end = behind;
    }
    if (end == start) return spl_expected(p, "a name");
    p->at = end;
    *out = (spl_word){.text = sl_text_slice(p->text, start, end), .start = start, .end = end};
    return true;
}

bool spl_has_star(sl_text name)
{
    return sl_text_find_byte(name, '*', 0) != SIZE_MAX;
}

bool spl_read_name(spl_parser *p, spl_word *word, sl_name *out)
{
    if (!spl_read_word(p, word)) return false;
    *out = (sl_name){.field = SL_FIELD_NONE};
    if (!spl_has_star(word->text)) {
        out->field = spl_field_number(p, word);
        return out->field != SL_FIELD_NONE;
    }
    out->pattern = sl_pattern_new(word->text, p->builder.arena);
    if (out->pattern != NULL) return true;
    return spl_fault(p, SL_DIAG_LIMIT, word->start, word->end, "a name with more than %d stars",
                     SL_PATTERN_STARS_MAX);
}

bool spl_read_value(spl_parser *p, spl_word *out)
{
    char c = spl_peek(p);
    if (!spl_count_term(p)) return false;
    if (c == '"') return lex_quoted(p, out);
    uint32_t start = p->at, end = start;
    while (end < p->text.length) {
        c = p->text.data[end];
        if (sl_is_space(c) || c == '|' || c == ',' || c == '(' || c == ')' || c == '[' || c == ']'
            || c == '"')
            break;
        end++;
    }
    if (end == start) return spl_expected(p, "a value behind '='");
    p->at = end;
    *out = (spl_word){.text = sl_text_slice(p->text, start, end), .start = start, .end = end};
    return true;
}

static bool lex_ends_term(const spl_parser *p, uint32_t at, bool value)
{
    char c = p->text.data[at];
    if (sl_is_space(c) || c == '|' || c == ',' || c == '(' || c == ')' || c == '[' || c == ']')
        return true;
    if (value) return false;
    return c == '=' || c == '<' || c == '>' || c == '"'
        || (c == '!' && sl_byte_at(p->text, at + 1) == '=');
}

/* In `*GetCurrent()*` the parentheses are text: what has a star is no call. */
static bool lex_empty_parens(const spl_parser *p, uint32_t start, uint32_t at)
{
    return p->text.data[at] == '(' && sl_byte_at(p->text, at + 1) == ')'
        && spl_has_star(sl_text_slice(p->text, start, at));
}

bool spl_read_term(spl_parser *p, bool value, spl_word *out)
{
    char c = spl_peek(p);
    uint32_t start = p->at, end = 0;
    bool pieces = false;
    if (c == '"') {
        if (!spl_quoted_end(p, &end)) return false;
        bool whole = !value || end >= p->text.length || lex_ends_term(p, end, value);
        if (whole) return lex_quoted(p, out);
    }
    for (end = start; end < p->text.length;) {
        c = p->text.data[end];
        if (value && lex_empty_parens(p, start, end)) {
            end += 2;
            continue;
        }
        if (lex_ends_term(p, end, value)) break;
        if (c == '"') {
            p->at = end;
            if (!spl_quoted_end(p, &end)) return false;
            pieces = true;
            continue;
        }
        bool escape = c == '\\' && end + 1 < p->text.length && !sl_is_space(p->text.data[end + 1]);
        end += escape ? 2 : 1;
    }
    p->at = start;
    if (end == start) return spl_expected(p, value ? "a value" : "a term to search for");
    p->at = end;
    *out = (spl_word){.text = spl_unquote(p, start, end, false), .start = start, .end = end};
    if (!pieces) return true;
    /* Quotes inside a value only protect: drop the unescaped ones. */
    char *bytes = sl_arena_bytes(p->builder.arena, end - start + 1);
    if (bytes == NULL) return false;
    size_t length = 0;
    for (uint32_t i = start; i < end; i++) {
        c = p->text.data[i];
        char next = sl_byte_at(p->text, i + 1);
        if (c == '"') continue;
        if (c == '\\' && (next == '"' || next == '\\') && i + 1 < end) c = p->text.data[++i];
        bytes[length++] = c;
    }
    out->text = sl_text_make(bytes, length);
    return true;
}

/* Steps over `name =`. False, and the cursor where it was, when that is not what stands there. */
static bool lex_option_name(spl_parser *p, spl_word *out)
{
    spl_peek(p);
    uint32_t start = p->at;
    uint32_t end = (uint32_t)sl_scan_name(p->text, start);
    uint32_t equals = (uint32_t)sl_scan_space(p->text, end);
    if (end == start || sl_byte_at(p->text, equals) != '=') return false;
    p->at = equals + 1;
    *out = (spl_word){.text = sl_text_slice(p->text, start, end), .start = start, .end = end};
    return true;
}

bool spl_word_flag(const spl_word *word, bool *out)
{
    sl_text t = word->text;
    static const char *const yes[] = {"t", "true", "1", "y", "yes"};
    static const char *const no[] = {"f", "false", "0", "n", "no"};
    for (size_t i = 0; i < SL_COUNT(yes); i++) {
        *out = sl_text_equal_nocase(t, sl_text_from(yes[i]));
        if (*out || sl_text_equal_nocase(t, sl_text_from(no[i]))) return true;
    }
    return false;
}

static bool lex_option_value(spl_parser *p, const spl_option *option, const spl_word *value)
{
    if (option->text != NULL) {
        *option->text = *value;
        return true;
    }
    if (option->flag != NULL) {
        if (spl_word_flag(value, option->flag)) return true;
        return spl_fault(p, SL_DIAG_OPTION, value->start, value->end, "'%s' takes true or false",
                         option->name);
    }
    if (spl_word_count(value, option->count)) return true;
    return spl_fault(p, SL_DIAG_OPTION, value->start, value->end, "'%s' takes a whole number",
                     option->name);
}

bool spl_word_count(const spl_word *word, uint64_t *out)
{
    uint64_t count = 0;
    size_t first = sl_byte_at(word->text, 0) == '+' ? 1 : 0;
    for (size_t i = first; i < word->text.length; i++) {
        char c = word->text.data[i];
        if (!sl_is_digit(c) || count > UINT32_MAX) return false;
        count = count * 10 + (uint64_t)(c - '0');
    }
    *out = count;
    return word->text.length > first;
}

bool spl_read_option(spl_parser *p, const spl_option *options, uint32_t count)
{
    spl_word name, value;
    if (!lex_option_name(p, &name)) return spl_expected(p, "an option");
    uint32_t i = 0;
    while (i < count && !sl_text_equal_nocase(name.text, sl_text_from(options[i].name))) i++;
    if (i < count && options[i].take != NULL) return options[i].take(p, options[i].target);
    if (!spl_read_value(p, &value)) return false;
    if (i == count) return spl_unknown_option(p, &name);
    return lex_option_value(p, &options[i], &value);
}

bool spl_at_option(spl_parser *p)
{
    spl_word name;
    uint32_t at = p->at;
    bool found = lex_option_name(p, &name);
    p->at = at;
    return found;
}

bool spl_read_options(spl_parser *p, const spl_option *options, uint32_t count)
{
    while (spl_at_option(p))
        if (!spl_read_option(p, options, count)) return false;
    return true;
}

void spl_skip_command(spl_parser *p)
{
    uint32_t brackets = 0;
    for (; p->at < p->text.length; p->at++) {
        char c = p->text.data[p->at];
        if (c == '"') {
            size_t end = sl_scan_quoted(p->text, p->at);
            p->at = end == SIZE_MAX ? (uint32_t)p->text.length - 1 : (uint32_t)end - 1;
        } else if (c == '[') {
            brackets++;
        } else if (c == ']') {
            if (brackets == 0 && p->bracketed) return;
            if (brackets > 0) brackets--;
        } else if (c == '(') {
            p->open++;
        } else if (c == ')') {
            if (p->open == 0 && p->groups > 0) return;
            if (p->open > 0) p->open--;
        } else if (c == '|' && brackets == 0) {
            return;
        }
    }
}
