/* commands_foreach.c - foreach: the same commands for each of several fields.
 *
 * The commands in brackets are a template; <<FIELD>>, <<MATCHSTR>> and <<MATCHSEG1>> to 3 are
 * replaced as text (Splunk Search Reference, "foreach"). Where nobody knows which fields there
 * are, a template that is one eval of the field itself becomes an operator that runs over those
 * that turn up; names that would not read as one word in an eval are left alone, as the vendor
 * leaves those it cannot parse. */
#include "func/spl.h"
#include "lang/spl/commands.h"
#include "lang/spl/inner.h"

enum { FOREACH_SEGMENTS = 3 };

typedef struct foreach_use {
    sl_text field, match;
    sl_text segments[FOREACH_SEGMENTS];
} foreach_use;

typedef struct foreach {
    sl_vector names; /* of sl_name */
    sl_text text;    /* the template */
    sl_span span;
    spl_word field, match, segments[FOREACH_SEGMENTS]; /* what stands for them in the template */
} foreach;

/* The template between the brackets at the cursor. */
static bool foreach_template(spl_parser *p, foreach *f)
{
    if (spl_peek(p) != '[') {
        spl_expected(p, "commands in brackets");
        spl_hint_usage(p);
        return false;
    }
    uint32_t start = p->at, depth = 0;
    for (; p->at < p->text.length; p->at++) {
        char c = p->text.data[p->at];
        if (c == '"') {
            size_t end = sl_scan_quoted(p->text, p->at);
            if (end == SIZE_MAX) break;
            p->at = (uint32_t)end - 1;
        } else if (c == '[') {
            depth++;
        } else if (c == ']' && --depth == 0) {
            p->at++;
            f->text = sl_text_slice(p->text, start + 1, p->at - 1);
            f->span = spl_span(p, start, p->at);
            return true;
        }
    }
    p->at = (uint32_t)p->text.length;
    return spl_fault(p, SL_DIAG_UNCLOSED, start, start + 1, "this '[' is never closed");
}

static void foreach_put(sl_buffer *out, sl_text text, const sl_text *keys, const sl_text *values,
                        uint32_t count)
{
    for (size_t at = 0; at < text.length && out->length <= SPL_TEXT_MAX;) {
        uint32_t k = 0;
        sl_text rest = sl_text_slice(text, at, text.length);
        while (k < count && !sl_text_starts(rest, keys[k])) k++;
        if (k == count) {
            sl_buffer_add_byte(out, text.data[at++]);
        } else {
            sl_buffer_add(out, values[k]);
            at += keys[k].length;
        }
    }
}

/* The template with the field's name and what its stars matched put in. */
static sl_text foreach_fill(spl_parser *p, const foreach *f, const foreach_use *use)
{
    sl_text keys[2 + FOREACH_SEGMENTS] = {f->field.text, f->match.text};
    sl_text values[2 + FOREACH_SEGMENTS] = {use->field, use->match};
    for (int i = 0; i < FOREACH_SEGMENTS; i++) {
        keys[2 + i] = f->segments[i].text;
        values[2 + i] = use->segments[i];
    }
    sl_buffer out;
    sl_buffer_init(&out);
    foreach_put(&out, f->text, keys, values, 2 + FOREACH_SEGMENTS);
    sl_text filled = {NULL, 0};
    if (!out.failed) filled = sl_arena_copy(p->builder.arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return filled;
}

static bool foreach_run(spl_parser *p, const foreach *f, const foreach_use *use)
{
    if (!spl_count_term(p)) return false;
    sl_text text = foreach_fill(p, f, use);
    if (text.data == NULL) return false;
    p->filled += (uint32_t)text.length;
    if (text.length > SPL_TEXT_MAX || p->filled > SPL_FILLED_MAX) {
        p->exhausted = true;
        return spl_fault(p, SL_DIAG_LIMIT, p->at, p->at,
                         "foreach makes more than %d MiB of commands",
                         (text.length > SPL_TEXT_MAX ? SPL_TEXT_MAX : SPL_FILLED_MAX) >> 20);
    }
    return spl_commands_text(p, text, f->span);
}

static bool foreach_is_plain(sl_text name)
{
    return name.length > 0 && sl_scan_name(name, 0) == name.length;
}

/* True when the name can stand in the template where it is not in quotes. */
static bool foreach_fits(const foreach *f, sl_text name)
{
    if (foreach_is_plain(name)) return true;
    for (size_t at = 0; (at = sl_text_find(f->text, f->field.text, at)) != SIZE_MAX; at++) {
        size_t end = at + f->field.text.length;
        bool quoted = at > 0 && f->text.data[at - 1] == '\'' && sl_byte_at(f->text, end) == '\'';
        quoted = quoted || (at > 0 && f->text.data[at - 1] == '"');
        if (!quoted) return false;
    }
    return true;
}

/* The template for each known field that the pattern stands for. */
static bool foreach_known(spl_parser *p, const foreach *f, const sl_pattern *pattern,
                          const sl_vector *fields)
{
    const sl_field *list = fields->items;
    for (uint32_t i = 0; i < fields->count; i++) {
        sl_text stars[SL_PATTERN_STARS_MAX];
        foreach_use use = {.field = sl_fields_name(p->builder.fields, list[i])};
        if (!foreach_fits(f, use.field)) continue;
        if (!sl_pattern_match(pattern, use.field, stars)) continue;
        if (pattern->star_count == 1) use.match = stars[0];
        for (uint32_t s = 0; s < pattern->star_count && s < FOREACH_SEGMENTS; s++)
            use.segments[s] = stars[s];
        if (!foreach_run(p, f, &use)) return false;
    }
    return true;
}

/* `eval <<FIELD>> = expression`: the expression's text; empty when the template is another. */
static sl_text foreach_own_eval(const foreach *f)
{
    sl_text t = sl_text_trim(f->text), none = {NULL, 0};
    if (!sl_text_starts(t, SL_TEXT("eval")) || !sl_is_space(sl_byte_at(t, 4))) return none;
    t = sl_text_trim(sl_text_slice(t, 4, t.length));
    bool quoted = sl_byte_at(t, 0) == '\'' || sl_byte_at(t, 0) == '"';
    sl_text rest = sl_text_slice(t, quoted ? 1 : 0, t.length);
    if (!sl_text_starts(rest, f->field.text)) return none;
    rest = sl_text_slice(rest, f->field.text.length + (quoted ? 1 : 0), rest.length);
    rest = sl_text_trim(rest);
    if (sl_byte_at(rest, 0) != '=') return none;
    return sl_text_slice(rest, 1, rest.length);
}

static const sl_expr *foreach_value(spl_parser *p, const foreach *f, sl_text text, sl_field item)
{
    /* The field is read under a name that no field of the query has. */
    foreach_use use = {.field = sl_fields_name(p->builder.fields, item)};
    foreach
        quoted = *f;
    sl_buffer out;
    sl_buffer_init(&out);
    sl_text bare = f->field.text;
    for (size_t at = 0; at < text.length;) {
        sl_text rest = sl_text_slice(text, at, text.length);
        if (!sl_text_starts(rest, bare)) {
            sl_buffer_add_byte(&out, text.data[at++]);
            continue;
        }
        bool enclosed = at > 0 && text.data[at - 1] == '\'';
        if (!enclosed) sl_buffer_add_byte(&out, '\'');
        sl_buffer_add(&out, use.field);
        if (!enclosed) sl_buffer_add_byte(&out, '\'');
        at += bare.length;
    }
    quoted.text =
        out.failed ? (sl_text){NULL, 0} : sl_arena_copy(p->builder.arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    if (quoted.text.data == NULL) return NULL;
    p->in_items++;
    const sl_expr *value = spl_eval_text(p, quoted.text, f->span);
    p->in_items--;
    return value;
}

/* Over the fields that turn up: those whose name is one word get a new value. */
static bool foreach_open(spl_parser *p, const foreach *f, const sl_name *name)
{
    sl_text text = foreach_own_eval(f);
    sl_field item = spl_hidden(p, "field"), called = spl_hidden(p, "name");
    bool matched = sl_text_find(f->text, SL_TEXT("<<MATCH"), 0) != SIZE_MAX;
    if (text.length == 0 || matched) {
        p->said = true;
        sl_diag_error(p->builder.diags, SL_DIAG_REFUSED, f->span,
                      "'foreach' with a wildcard needs to know the fields for these commands");
        spl_hint(p, "name the fields, or put | table or | fields with their names in front");
        return false;
    }
    const sl_expr *value = foreach_value(p, f, text, item);
    const sl_expr *old = spl_field_expr(p, item, f->span);
    const sl_expr *fits[2] = {spl_field_expr(p, called, f->span),
                              spl_constant(p, "^[A-Za-z_][A-Za-z0-9_]*$", f->span)};
    const sl_expr *choice[3] = {spl_call(p, "match", fits, 2, f->span), value, old};
    const sl_expr *chosen = value == NULL ? NULL : spl_call(p, "if", choice, 3, f->span);
    sl_name *names = SL_ARENA_NEW(p->builder.arena, sl_name);
    if (chosen == NULL || names == NULL) return false;
    *names = *name;
    sl_op *op = spl_op(p, SL_OP_EACH);
    if (op == NULL) return false;
    op->each =
        (sl_op_each){.names = names, .count = 1, .item = item, .name = called, .value = chosen};
    return true;
}

static bool foreach_name(spl_parser *p, const foreach *f, const sl_name *name)
{
    sl_vector fields = {0};
    if (name->pattern == NULL) {
        foreach_use use = {.field = sl_fields_name(p->builder.fields, name->field)};
        return foreach_run(p, f, &use);
    }
    if (spl_known_matches(p, name->pattern, &fields))
        return foreach_known(p, f, name->pattern, &fields);
    return foreach_open(p, f, name);
}

bool spl_command_foreach(void *parser)
{
    spl_parser *p = parser;
    foreach
        f = {.field = {.text = SL_TEXT("<<FIELD>>")},
             .match = {.text = SL_TEXT("<<MATCHSTR>>")},
             .segments = {{.text = SL_TEXT("<<MATCHSEG1>>")},
                          {.text = SL_TEXT("<<MATCHSEG2>>")},
                          {.text = SL_TEXT("<<MATCHSEG3>>")}}};
    spl_word mode = {0};
    const spl_option options[] = {
        {.name = "fieldstr", .text = &f.field},
        {.name = "matchstr", .text = &f.match},
        {.name = "matchseg1", .text = &f.segments[0]},
        {.name = "matchseg2", .text = &f.segments[1]},
        {.name = "matchseg3", .text = &f.segments[2]},
        {.name = "mode", .text = &mode},
    };
    for (;;) {
        spl_word word;
        sl_name name;
        if (!spl_read_options(p, options, SL_COUNT(options))) return false;
        spl_skip_commas(p);
        if (spl_peek(p) == '[' || spl_at_end(p)) break;
        sl_name *slot = sl_vector_add(&f.names, p->builder.arena, sizeof *slot);
        if (slot == NULL || !spl_read_name(p, &word, &name)) return false;
        *slot = name;
    }
    if (mode.end != 0 && !sl_text_equal_nocase(mode.text, SL_TEXT("multifield")))
        return spl_fault(p, SL_DIAG_REFUSED, mode.start, mode.end,
                         "'foreach' over the values of one field is not run here");
    if (!foreach_template(p, &f)) return false;
    if (f.names.count == 0 || f.field.text.length == 0) {
        spl_expected(p, "the names of fields in front of the brackets");
        return false;
    }
    const sl_name *names = f.names.items;
    for (uint32_t i = 0; i < f.names.count; i++)
        if (!foreach_name(p, &f, &names[i])) return false;
    return true;
}
