/* macros.c - the text before it is read: comments out, macros and parameters in.
 *
 * A comment is replaced by a space, and nothing inside double quotes is touched (Splunk Search
 * Manual, "Add comments to searches"; Knowledge Manager Manual, "Use search macros in searches").
 * Expansion is by text, so a macro may hold half a command. A chain of the macros being expanded
 * finds recursion; the number of expansions and the bytes they make are limited, because macros
 * that call two macros each grow without bound. */
#include "lang/spl/parser.h"

enum { MACRO_ARGS_MAX = 32, MACRO_DEPTH_MAX = 100, MACRO_USES_MAX = 10000 };

/* A macro that is being expanded, and those around it. */
typedef struct macro_frame macro_frame;
struct macro_frame {
    const macro_frame *outer;
    sl_text name;
    uint32_t arg_count, depth;
};

typedef struct macro_reader {
    sl_arena *arena;
    const sl_resolver *resolver;
    sl_diags *diags;
    sl_source_writer writer;
    sl_buffer *out; /* inside a macro: where its text goes; NULL at the top */
    sl_span use;    /* inside a macro: its outermost use */
    uint32_t uses;
    bool failed;  /* nothing sensible is left to read */
    bool unknown; /* a macro could not be found */
} macro_reader;

typedef struct macro_use {
    sl_text name;
    sl_text args[MACRO_ARGS_MAX];
    uint32_t arg_count;
    sl_span span;
} macro_use;

static void macro_read(macro_reader *reader, sl_text text, const macro_frame *frame);

static sl_span macro_span(const macro_reader *reader, size_t start, size_t end)
{
    return reader->out != NULL ? reader->use : (sl_span){(uint32_t)start, (uint32_t)end};
}

static void macro_copy(macro_reader *reader, sl_text text, size_t start, size_t end)
{
    if (reader->out != NULL) sl_buffer_add(reader->out, sl_text_slice(text, start, end));
    else sl_source_copy(&reader->writer, (uint32_t)start, (uint32_t)end);
}

static void macro_insert(macro_reader *reader, sl_text text, sl_span span, bool unknown)
{
    if (reader->out != NULL) sl_buffer_add(reader->out, text);
    else sl_source_insert(&reader->writer, text, span, unknown);
}

static void macro_limit(macro_reader *reader, sl_span span, const char *what)
{
    if (!reader->failed) sl_diag_error(reader->diags, SL_DIAG_LIMIT, span, "%s", what);
    reader->failed = true;
}

/* One use more of a macro; false, and said, when that is too many or too deep. */
static bool macro_count(macro_reader *reader, const macro_use *use, const macro_frame *outer)
{
    bool many = ++reader->uses > MACRO_USES_MAX;
    if (!many && (outer == NULL || outer->depth < MACRO_DEPTH_MAX)) return true;
    if (!reader->failed)
        sl_diag_error(reader->diags, SL_DIAG_LIMIT, use->span,
                      many ? "more than %d uses of macros"
                           : "macros stand in one another more than %d deep",
                      many ? MACRO_USES_MAX : MACRO_DEPTH_MAX);
    reader->failed = true;
    return false;
}

/* An argument as it stands between the commas; one in double quotes loses them. */
static sl_text macro_arg(macro_reader *reader, sl_text raw)
{
    sl_text t = sl_text_trim(raw);
    if (t.length < 2 || t.data[0] != '"' || sl_scan_quoted(t, 0) != t.length) return t;
    char *out = sl_arena_bytes(reader->arena, t.length);
    if (out == NULL) return t;
    size_t length = 0;
    for (size_t i = 1; i + 1 < t.length; i++) {
        if (t.data[i] == '\\' && (t.data[i + 1] == '"' || t.data[i + 1] == '\\')) i++;
        out[length++] = t.data[i];
    }
    return sl_text_make(out, length);
}

/* Splits the text between the parentheses at commas outside quotes and parentheses. */
static bool macro_args(macro_reader *reader, sl_text inside, macro_use *use)
{
    size_t start = 0, depth = 0;
    for (size_t i = 0; i <= inside.length; i++) {
        char c = sl_byte_at(inside, i);
        if (c == '"' && i < inside.length) {
            size_t end = sl_scan_quoted(inside, i);
            if (end == SIZE_MAX) return false;
            i = end - 1;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && depth > 0) {
            depth--;
        } else if (i == inside.length || (c == ',' && depth == 0)) {
            if (use->arg_count == MACRO_ARGS_MAX) return false;
            use->args[use->arg_count++] = macro_arg(reader, sl_text_slice(inside, start, i));
            start = i + 1;
        }
    }
    if (use->arg_count == 1 && use->args[0].length == 0) use->arg_count = 0;
    return true;
}

/* Reads what stands between the backquotes: name or name(arguments). */
static bool macro_parse(macro_reader *reader, sl_text inside, macro_use *use)
{
    sl_text t = sl_text_trim(inside);
    size_t paren = sl_text_find_byte(t, '(', 0);
    use->name = sl_text_trim(sl_text_slice(t, 0, paren == SIZE_MAX ? t.length : paren));
    if (paren == SIZE_MAX) return use->name.length > 0;
    if (t.data[t.length - 1] != ')') return false;
    return use->name.length > 0
        && macro_args(reader, sl_text_slice(t, paren + 1, t.length - 1), use);
}

/* The value for `$name$`: by position, or written as name=value. */
static bool macro_find_arg(const macro_use *use, const sl_macro *macro, sl_text name, sl_text *out)
{
    for (uint32_t i = 0; i < macro->arg_count && i < use->arg_count; i++) {
        if (!sl_text_equal(name, macro->arg_names[i])) continue;
        sl_text value = use->args[i];
        if (sl_text_starts(value, name) && sl_byte_at(value, name.length) == '=')
            value = sl_text_slice(value, name.length + 1, value.length);
        *out = value;
        return true;
    }
    return false;
}

/* Puts the arguments into the definition. */
static void macro_fill(const macro_use *use, const sl_macro *macro, sl_buffer *out)
{
    sl_text text = macro->definition;
    for (size_t at = 0; at < text.length;) {
        size_t dollar = sl_text_find_byte(text, '$', at);
        size_t end = dollar == SIZE_MAX ? SIZE_MAX : sl_text_find_byte(text, '$', dollar + 1);
        sl_text value;
        if (end == SIZE_MAX) {
            sl_buffer_add(out, sl_text_slice(text, at, text.length));
            return;
        }
        sl_buffer_add(out, sl_text_slice(text, at, dollar));
        if (macro_find_arg(use, macro, sl_text_slice(text, dollar + 1, end), &value)) {
            sl_buffer_add(out, value);
            at = end + 1;
        } else {
            sl_buffer_add_byte(out, '$');
            at = dollar + 1;
        }
        if (out->length > SPL_TEXT_MAX) return;
    }
}

/* True when the text so far ends with a pipe, so that a command is due. */
static bool macro_command_due(const macro_reader *reader)
{
    const sl_buffer *out = reader->out != NULL ? reader->out : &reader->writer.out;
    size_t end = out->length;
    while (end > 0 && sl_is_space(out->data[end - 1])) end--;
    return end > 0 && out->data[end - 1] == '|';
}

static void macro_unresolved(macro_reader *reader, const macro_use *use)
{
    bool lenient = reader->resolver != NULL && reader->resolver->missing_is_warning;
    sl_diag_add(reader->diags, lenient ? SL_WARNING : SL_ERROR, SL_DIAG_UNRESOLVED, use->span,
                "no macro '%.*s' with %u argument%s", SL_TEXT_ARG(use->name), use->arg_count,
                use->arg_count == 1 ? "" : "s");
    sl_diag_hint(reader->diags, "macros are read from macros.conf and YAML files below --lookups");
    reader->unknown = true;
    sl_text stand_in = macro_command_due(reader) ? SL_TEXT("search *") : SL_TEXT("*");
    macro_insert(reader, stand_in, use->span, true);
}

/* "a -> b -> a": from the macro that is used again, down to that use. */
static void macro_chain(const macro_frame *at, const macro_frame *from, sl_buffer *out)
{
    const macro_frame *frames[MACRO_DEPTH_MAX];
    uint32_t count = 0;
    for (const macro_frame *f = at; count < MACRO_DEPTH_MAX; f = f->outer) {
        frames[count++] = f;
        if (f == from) break;
    }
    while (count-- > 0) {
        sl_buffer_add(out, frames[count]->name);
        sl_buffer_add_string(out, " -> ");
    }
    sl_buffer_add(out, from->name);
}

static bool macro_recurses(macro_reader *reader, const macro_use *use, const macro_frame *frame)
{
    sl_buffer chain;
    for (const macro_frame *f = frame; f != NULL; f = f->outer) {
        if (f->arg_count != use->arg_count || !sl_text_equal(f->name, use->name)) continue;
        sl_buffer_init(&chain);
        macro_chain(frame, f, &chain);
        sl_diag_error(reader->diags, SL_DIAG_LIMIT, use->span,
                      "macro '%.*s' ends up calling itself: %.*s", SL_TEXT_ARG(use->name),
                      SL_TEXT_ARG(sl_buffer_text(&chain)));
        sl_buffer_fini(&chain);
        reader->failed = true;
        return true;
    }
    return false;
}

static void macro_expand(macro_reader *reader, const macro_use *use, const macro_frame *outer)
{
    sl_macro macro;
    if (!macro_count(reader, use, outer)) return;
    if (macro_recurses(reader, use, outer)) return;
    const sl_resolver *resolver = reader->resolver;
    if (resolver == NULL || resolver->macro == NULL
        || !resolver->macro(resolver->owner, use->name, use->arg_count, &macro)) {
        macro_unresolved(reader, use);
        return;
    }
    macro_frame frame = {.outer = outer,
                         .name = use->name,
                         .arg_count = use->arg_count,
                         .depth = outer == NULL ? 1 : outer->depth + 1};
    sl_buffer filled, inner;
    sl_buffer_init(&filled);
    sl_buffer_init(&inner);
    macro_fill(use, &macro, &filled);
    sl_buffer *out = reader->out;
    sl_span outer_use = reader->use;
    bool outer_unknown = reader->unknown;
    reader->out = &inner;
    reader->use = use->span;
    reader->unknown = false;
    macro_read(reader, sl_buffer_text(&filled), &frame);
    reader->out = out;
    reader->use = outer_use;
    if (filled.failed || inner.failed) macro_limit(reader, use->span, "out of memory");
    else macro_insert(reader, sl_buffer_text(&inner), use->span, reader->unknown);
    reader->unknown = reader->unknown || outer_unknown;
    sl_buffer_fini(&filled);
    sl_buffer_fini(&inner);
}

/* A macro at the backquote `at`; the byte behind it. */
static size_t macro_at(macro_reader *reader, sl_text text, size_t at, const macro_frame *frame)
{
    size_t end = at + 1;
    while (end < text.length && text.data[end] != '`') {
        size_t quoted = text.data[end] == '"' ? sl_scan_quoted(text, end) : SIZE_MAX;
        end = quoted == SIZE_MAX ? end + 1 : quoted;
    }
    macro_use use = {.span = macro_span(reader, at, end + 1)};
    if (end >= text.length) {
        sl_diag_error(reader->diags, SL_DIAG_UNCLOSED, macro_span(reader, at, at + 1),
                      "this backquote is never closed");
        reader->failed = true;
        return text.length;
    }
    if (macro_parse(reader, sl_text_slice(text, at + 1, end), &use)) {
        macro_expand(reader, &use, frame);
        return end + 1;
    }
    sl_diag_error(reader->diags, SL_DIAG_SYNTAX, use.span, "this is no use of a macro");
    sl_diag_hint(reader->diags, "usage: `name` or `name(argument, ...)`, at most %d arguments",
                 MACRO_ARGS_MAX);
    reader->unknown = true;
    macro_insert(reader, SL_TEXT("*"), use.span, true);
    return end + 1;
}

/* `$name$` at byte `at`, when there is a parameter of this name; the byte behind it, or `at`. */
static size_t macro_parameter(macro_reader *reader, sl_text text, size_t at)
{
    const sl_resolver *resolver = reader->resolver;
    size_t end = sl_scan_name(text, at + 1);
    sl_text value;
    if (resolver == NULL || resolver->parameter == NULL || end == at + 1
        || sl_byte_at(text, end) != '$'
        || !resolver->parameter(resolver->owner, sl_text_slice(text, at + 1, end), &value))
        return at;
    macro_insert(reader, value, macro_span(reader, at, end + 1), false);
    return end + 1;
}

/* What stands at `at`, when it is no text to copy; the byte behind it, or `at`. */
static size_t macro_special(macro_reader *reader, sl_text text, size_t at, const macro_frame *frame)
{
    if (text.data[at] == '$') return macro_parameter(reader, text, at);
    if (text.data[at] != '`') return at;
    if (!sl_text_starts(sl_text_slice(text, at, text.length), SL_TEXT("```")))
        return macro_at(reader, text, at, frame);
    size_t end = sl_text_find(text, SL_TEXT("```"), at + 3);
    macro_insert(reader, SL_TEXT(" "), macro_span(reader, at, at + 3), false);
    if (end != SIZE_MAX) return end + 3;
    sl_diag_error(reader->diags, SL_DIAG_UNCLOSED, macro_span(reader, at, at + 3),
                  "this comment is never closed");
    return text.length;
}

static void macro_read(macro_reader *reader, sl_text text, const macro_frame *frame)
{
    size_t start = 0, at = 0;
    while (at < text.length && !reader->failed) {
        char c = text.data[at];
        size_t behind = at;
        if (c == '"') {
            size_t end = sl_scan_quoted(text, at);
            at = end == SIZE_MAX ? text.length : end;
            continue;
        }
        if (c == '`' || c == '$') {
            macro_copy(reader, text, start, at);
            start = at;
            behind = macro_special(reader, text, at, frame);
        } else if (c == '\\') {
            at++;
        }
        if (behind > at) start = at = behind;
        else at++;
        const sl_buffer *out = reader->out != NULL ? reader->out : &reader->writer.out;
        if (out->length > SPL_TEXT_MAX)
            macro_limit(reader, macro_span(reader, at, at), "query is longer than 1 MiB");
    }
    if (!reader->failed) macro_copy(reader, text, start, text.length);
}

bool spl_expand(sl_text text, sl_arena *arena, const sl_resolver *resolver, sl_diags *diags,
                sl_source *out)
{
    if (text.length > SPL_TEXT_MAX) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "query is longer than 1 MiB");
        return false;
    }
    macro_reader reader = {.arena = arena, .resolver = resolver, .diags = diags};
    sl_source_begin(&reader.writer, arena, text);
    macro_read(&reader, text, NULL);
    if (reader.writer.out.length > SPL_TEXT_MAX)
        macro_limit(&reader, (sl_span){0, 0}, "query is longer than 1 MiB");
    bool finished = sl_source_finish(&reader.writer, out);
    if (!finished) macro_limit(&reader, (sl_span){0, 0}, "out of memory");
    return !reader.failed;
}
