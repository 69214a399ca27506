/* cql_text.c - CQL's functions of text: format, concat, replace and the like.
 *
 * format() is taken apart once, when the query is compiled. It has the conversions of Java's
 * Formatter that queries use: %s %d %f %e %x %X %c %b %%, with flags, width, precision and %1$s. */
#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "base/utf8.h"
#include "func/cql.h"
#include "func/cql_value.h"

enum { FORMAT_WIDTH_MAX = 1000, FORMAT_PIECES_MAX = 1000, REPLACE_GROUPS = 10 };

typedef struct format_piece {
    sl_text literal; /* when `type` is 0 */
    uint32_t argument;
    int width, precision; /* -1: none */
    bool left, plus, zero, group;
    char type;
} format_piece;

typedef struct format_state {
    format_piece *pieces;
    uint32_t count;
} format_state;

typedef struct format_reader {
    sl_text text;
    size_t at;
    uint32_t next_argument;
} format_reader;

static bool format_refuse(const sl_fn_site *site, const format_reader *reader, size_t start)
{
    sl_text part = sl_text_slice(reader->text, start, reader->at + 1);
    sl_diag_error(site->diags, SL_DIAG_REFUSED, site->spans[0],
                  "format() does not know the conversion '%.*s'", SL_TEXT_ARG(part));
    sl_diag_hint(site->diags, "it knows %%s %%d %%f %%e %%x %%X %%c %%b, with flags and width");
    return false;
}

/* Digits as a number up to FORMAT_WIDTH_MAX; -1 when there are none. */
static int format_digits(format_reader *reader)
{
    int number = -1;
    while (reader->at < reader->text.length) {
        char c = reader->text.data[reader->at];
        if (c < '0' || c > '9') break;
        number = (number < 0 ? 0 : number) * 10 + (c - '0');
        if (number > FORMAT_WIDTH_MAX) number = FORMAT_WIDTH_MAX;
        reader->at++;
    }
    return number;
}

static void format_flags(format_reader *reader, format_piece *piece)
{
    for (; reader->at < reader->text.length; reader->at++) {
        switch (reader->text.data[reader->at]) {
        case '-': piece->left = true; break;
        case '+': piece->plus = true; break;
        case '0': piece->zero = true; break;
        case ',': piece->group = true; break;
        case ' ':
        case '#': break;
        default: return;
        }
    }
}

/* A conversion whose % has been read. */
static bool format_conversion(const sl_fn_site *site, format_reader *reader, format_piece *piece)
{
    size_t start = reader->at - 1;
    *piece = (format_piece){.width = -1, .precision = -1};
    size_t number_start = reader->at;
    int number = format_digits(reader);
    bool numbered = number > 0 && sl_text_slice(reader->text, reader->at, reader->at + 1).length
        && reader->text.data[reader->at] == '$';
    if (numbered) reader->at++;
    else reader->at = number_start;
    format_flags(reader, piece);
    piece->width = format_digits(reader);
    if (reader->at < reader->text.length && reader->text.data[reader->at] == '.') {
        reader->at++;
        piece->precision = format_digits(reader);
    }
    if (reader->at == reader->text.length) return format_refuse(site, reader, start);
    piece->type = reader->text.data[reader->at];
    if (piece->type == 'i') piece->type = 'd';
    if (piece->type == 'S') piece->type = 's';
    if (strchr("sdfexXcb", piece->type) == NULL) return format_refuse(site, reader, start);
    reader->at++;
    piece->argument = numbered ? (uint32_t)number : ++reader->next_argument;
    if (piece->argument < site->arg_count) return true;
    sl_diag_error(site->diags, SL_DIAG_ARITY, site->spans[0],
                  "format() has more conversions than fields");
    return false;
}

bool sl_prepare_cql_format(sl_fn_site *site)
{
    format_reader reader = {0};
    format_state *state = SL_ARENA_NEW(site->arena, format_state);
    if (state == NULL || !sl_cql_constant(site, 0, &reader.text)) return false;
    size_t most = 1;
    for (size_t i = 0; i < reader.text.length; i++) most += reader.text.data[i] == '%' ? 2 : 0;
    if (most > FORMAT_PIECES_MAX) most = FORMAT_PIECES_MAX;
    state->pieces = SL_ARENA_ARRAY(site->arena, most, format_piece);
    if (state->pieces == NULL) return false;
    while (reader.at < reader.text.length) {
        if (state->count == most) {
            sl_diag_error(site->diags, SL_DIAG_LIMIT, site->spans[0],
                          "format() of more than %d pieces", FORMAT_PIECES_MAX);
            return false;
        }
        format_piece *piece = &state->pieces[state->count++];
        size_t percent = sl_text_find_byte(reader.text, '%', reader.at);
        if (percent == SIZE_MAX) percent = reader.text.length;
        if (percent > reader.at) {
            *piece = (format_piece){.literal = sl_text_slice(reader.text, reader.at, percent)};
            reader.at = percent;
            continue;
        }
        reader.at++;
        char next = reader.at < reader.text.length ? reader.text.data[reader.at] : '\0';
        if (next == '%' || next == 'n') {
            *piece = (format_piece){.literal = next == '%' ? SL_TEXT("%") : SL_TEXT("\n")};
            reader.at++;
        } else if (!format_conversion(site, &reader, piece)) {
            return false;
        }
    }
    site->state = state;
    return true;
}

/* Puts a comma between groups of three digits before the point. */
static size_t format_group(char *digits, size_t length, size_t room)
{
    size_t start = length > 0 && (digits[0] == '-' || digits[0] == '+') ? 1 : 0;
    size_t end = start;
    while (end < length && digits[end] >= '0' && digits[end] <= '9') end++;
    for (size_t at = end; at > start + 3 && length + 1 < room;) {
        at -= 3;
        memmove(digits + at + 1, digits + at, length - at);
        digits[at] = ',';
        length++;
    }
    return length;
}

/* A number under `piece`, without its width. 0: it does not fit, or is no such number. */
static size_t format_number(const format_piece *piece, sl_value v, char *out, size_t room)
{
    int length;
    int64_t whole;
    double real;
    bool is_whole = sl_value_integer(v, &whole);
    if (!is_whole && !sl_cql_number(v, &real)) return 0;
    if (piece->type == 'd' || piece->type == 'x' || piece->type == 'X') {
        if (!is_whole && fabs(real) > 9e18) return 0;
        if (!is_whole) whole = (int64_t)real;
        unsigned long long bits = (unsigned long long)whole;
        if (piece->type == 'x') length = snprintf(out, room, "%llx", bits);
        else if (piece->type == 'X') length = snprintf(out, room, "%llX", bits);
        else length = snprintf(out, room, piece->plus ? "%+lld" : "%lld", (long long)whole);
    } else {
        if (is_whole) real = (double)whole;
        int precision = piece->precision < 0 ? 6 : piece->precision > 100 ? 100 : piece->precision;
        length = piece->type == 'e'
            ? snprintf(out, room, piece->plus ? "%+.*e" : "%.*e", precision, real)
            : snprintf(out, room, piece->plus ? "%+.*f" : "%.*f", precision, real);
    }
    if (length < 0 || (size_t)length >= room) return 0;
    return piece->group ? format_group(out, (size_t)length, room) : (size_t)length;
}

static void format_add(sl_buffer *out, const format_piece *piece, sl_value v)
{
    char scratch[SL_VALUE_TEXT_MAX];
    char number[512];
    sl_text text = sl_cql_is_missing(v) ? SL_TEXT("null") : sl_cql_text(v, scratch);
    bool is_number = false;
    if (strchr("dfexX", piece->type) != NULL) {
        size_t length = format_number(piece, v, number, sizeof number);
        is_number = length > 0;
        if (is_number) text = sl_text_make(number, length);
    } else if (piece->type == 'b') {
        text = sl_cql_is_true(v) ? SL_TEXT("true") : SL_TEXT("false");
    } else if (piece->precision >= 0) {
        size_t end = 0;
        uint32_t code;
        for (int i = 0; i < piece->precision && end < text.length; i++) {
            end += sl_utf8_decode(text, end, &code);
        }
        text = sl_text_slice(text, 0, end);
    }
    size_t wide = sl_utf8_count(text);
    size_t padding =
        piece->width > 0 && (size_t)piece->width > wide ? (size_t)piece->width - wide : 0;
    bool zero = piece->zero && is_number && !piece->left;
    if (zero && padding > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        sl_buffer_add_byte(out, text.data[0]);
        text = sl_text_slice(text, 1, text.length);
    }
    for (size_t i = 0; !piece->left && i < padding; i++) sl_buffer_add_byte(out, zero ? '0' : ' ');
    sl_buffer_add(out, text);
    for (size_t i = 0; piece->left && i < padding; i++) sl_buffer_add_byte(out, ' ');
}

void sl_fn_cql_format(const sl_call *call)
{
    const format_state *state = call->state;
    sl_buffer out;
    sl_buffer_init(&out);
    for (uint32_t i = 0; state != NULL && i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_buffer_clear(&out);
        for (uint32_t p = 0; p < state->count; p++) {
            const format_piece *piece = &state->pieces[p];
            if (piece->type == 0) sl_buffer_add(&out, piece->literal);
            else format_add(&out, piece, sl_arg(call, piece->argument, row));
        }
        if (!out.failed) call->out[row] = sl_cql_text_value(call, sl_buffer_text(&out));
    }
    sl_buffer_fini(&out);
}

/* Fields that are missing add nothing. */
void sl_fn_cql_concat(const sl_call *call)
{
    sl_buffer out;
    sl_buffer_init(&out);
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_buffer_clear(&out);
        for (uint32_t arg = 0; arg < call->arg_count; arg++) {
            char scratch[SL_VALUE_TEXT_MAX];
            sl_buffer_add(&out, sl_cql_text(sl_arg(call, arg, row), scratch));
        }
        if (!out.failed) call->out[row] = sl_cql_text_value(call, sl_buffer_text(&out));
    }
    sl_buffer_fini(&out);
}

void sl_fn_cql_length(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX];
        sl_value v = sl_arg(call, 0, row);
        if (sl_cql_is_missing(v)) continue;
        call->out[row] = sl_integer((int64_t)sl_utf8_count(sl_cql_text(v, scratch)));
    }
}

/* ASCII letters; the rest stays as it is. */
static void text_case(const sl_call *call, char first, char last, int shift)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX];
        sl_value v = sl_arg(call, 0, row);
        if (sl_cql_is_missing(v)) continue;
        sl_text text = sl_cql_text(v, scratch);
        char *bytes = sl_arena_bytes(call->arena, text.length);
        if (bytes == NULL) return;
        for (size_t at = 0; at < text.length; at++) {
            char c = text.data[at];
            bytes[at] = c >= first && c <= last ? (char)(c + shift) : c;
        }
        call->out[row] = sl_string(sl_text_make(bytes, text.length));
    }
}

void sl_fn_cql_lower(const sl_call *call)
{
    text_case(call, 'A', 'Z', 'a' - 'A');
}

void sl_fn_cql_upper(const sl_call *call)
{
    text_case(call, 'a', 'z', 'A' - 'a');
}

void sl_fn_cql_contains(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX], part_scratch[SL_VALUE_TEXT_MAX];
        sl_value v = sl_arg(call, 0, row);
        sl_value part = sl_arg(call, 1, row);
        if (sl_cql_is_missing(v) || sl_cql_is_missing(part)) continue;
        size_t at = sl_text_find(sl_cql_text(v, scratch), sl_cql_text(part, part_scratch), 0);
        call->out[row] = sl_bool(at != SIZE_MAX);
    }
}

/* The value of a field under a regex, and where matching goes on behind an empty match. */
static size_t text_behind(sl_text text, sl_text match)
{
    size_t end = (size_t)(match.data - text.data) + match.length;
    if (match.length > 0) return end;
    uint32_t code;
    size_t step = sl_utf8_decode(text, end, &code);
    return end + (step == 0 ? 1 : step);
}

/* The replacement with $1 to $9 filled in; a backslash protects the next byte. */
static void replace_add(sl_buffer *out, sl_text with, const sl_text *groups)
{
    for (size_t at = 0; at < with.length; at++) {
        char c = with.data[at];
        char next = at + 1 < with.length ? with.data[at + 1] : '\0';
        if (c == '$' && next >= '0' && next <= '9') {
            if (groups[next - '0'].data != NULL) sl_buffer_add(out, groups[next - '0']);
            at++;
        } else if (c == '\\' && next != '\0') {
            sl_buffer_add_byte(out, next);
            at++;
        } else {
            sl_buffer_add_byte(out, c);
        }
    }
}

/* False when nothing matched, or the regex ran out of steps. */
static bool replace_all(const sl_call *call, sl_text text, sl_text with, sl_buffer *out)
{
    sl_text groups[REPLACE_GROUPS] = {{0}};
    size_t done = 0;
    size_t at = 0;
    bool any = false;
    while (at <= text.length) {
        sl_match match =
            sl_regex_find(call->state, text, at, groups, REPLACE_GROUPS, call->context);
        if (match == SL_MATCH_STEPS) return false;
        if (match == SL_MATCH_NO) break;
        any = true;
        size_t start = (size_t)(groups[0].data - text.data);
        sl_buffer_add(out, sl_text_slice(text, done, start));
        replace_add(out, with, groups);
        done = start + groups[0].length;
        at = text_behind(text, groups[0]);
    }
    sl_buffer_add(out, sl_text_slice(text, done, text.length));
    return any;
}

/* replace(field, regex, replacement) */
void sl_fn_cql_replace(const sl_call *call)
{
    sl_buffer out;
    sl_buffer_init(&out);
    for (uint32_t i = 0; call->state != NULL && i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX], with_scratch[SL_VALUE_TEXT_MAX];
        sl_value v = sl_arg(call, 0, row);
        if (sl_cql_is_missing(v)) continue;
        sl_buffer_clear(&out);
        sl_text with = sl_cql_text(sl_arg(call, 2, row), with_scratch);
        if (!replace_all(call, sl_cql_text(v, scratch), with, &out)) call->out[row] = v;
        else if (!out.failed) call->out[row] = sl_cql_text_value(call, sl_buffer_text(&out));
    }
    sl_buffer_fini(&out);
}

/* The part of number `index` (negative: from the end) of a text split by a regex. */
static sl_value split_part(const sl_call *call, sl_text text, int64_t index)
{
    int64_t total = INT64_MAX;
    for (int round = index < 0 ? 0 : 1; round < 2; round++) {
        size_t start = 0;
        size_t at = 0;
        int64_t number = 0;
        sl_text match;
        while (at <= text.length
               && sl_regex_find(call->state, text, at, &match, 1, call->context) == SL_MATCH_YES) {
            size_t end = (size_t)(match.data - text.data);
            at = text_behind(text, match);
            if (match.length == 0) continue;
            if (number == index) return sl_cql_text_value(call, sl_text_slice(text, start, end));
            start = end + match.length;
            number++;
        }
        if (number == index) {
            return sl_cql_text_value(call, sl_text_slice(text, start, text.length));
        }
        total = number + 1;
        if (index < 0) index += total;
        if (index < 0) break;
    }
    return sl_missing();
}

/* splitString(field, by, index) */
void sl_fn_cql_split(const sl_call *call)
{
    for (uint32_t i = 0; call->state != NULL && i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX];
        int64_t index;
        sl_value v = sl_arg(call, 0, row);
        if (sl_cql_is_missing(v) || !sl_value_integer(sl_arg(call, 2, row), &index)) continue;
        call->out[row] = split_part(call, sl_cql_text(v, scratch), index);
    }
}

/* group(field, regex, number): what the group matched; missing when it did not take part. */
static void text_group(const sl_call *call)
{
    for (uint32_t i = 0; call->state != NULL && i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        char scratch[SL_VALUE_TEXT_MAX];
        sl_text groups[SL_REGEX_GROUPS_MAX] = {{0}};
        int64_t number;
        sl_value v = sl_arg(call, 0, row);
        if (sl_cql_is_missing(v) || !sl_value_integer(sl_arg(call, 2, row), &number) || number < 0
            || number >= SL_REGEX_GROUPS_MAX) {
            continue;
        }
        sl_text text = sl_cql_text(v, scratch);
        if (sl_regex_find(call->state, text, 0, groups, (uint32_t)number + 1, call->context)
                == SL_MATCH_YES
            && groups[number].data != NULL) {
            call->out[row] = sl_cql_text_value(call, groups[number]);
        }
    }
}

const sl_fn sl_cql_group = {
    .name = "group",
    .usage = "/(?<name>...)/",
    .doc = "What a named group of a regular expression matched.",
    .arg_min = 3,
    .arg_max = 3,
    .args = {SL_ARG_ANY, SL_ARG_REGEX, SL_ARG_NUMBER},
    .ret = SL_RET_TEXT,
    .flags = SL_FN_PURE | SL_FN_OPERATOR,
    .prepare = sl_prepare_cql_regex,
    .run = text_group,
};
