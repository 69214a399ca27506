/* traps.c - what a query may say and hardly means: the traps that published searches fall into.
 *
 * Nothing here changes what is run: the vendor takes all of it, and means what is run. */
#include "lang/spl/traps.h"

#include "func/spl.h"

/* Each name is looked for in the whole query; more of them are in no query that a person wrote. */
enum { TRAP_NAMES_MAX = 100 };

/* The part behind the last dot. */
static sl_text trap_last_step(sl_text name)
{
    size_t start = name.length;
    while (start > 0 && name.data[start - 1] != '.') start--;
    return sl_text_slice(name, start, name.length);
}

/* Names joined by dots, at least two of them; `out_camel` when one changes case as in userName. */
static bool trap_is_dotted(sl_text t, bool *out_camel)
{
    size_t at = 0, steps = 0;
    *out_camel = false;
    while (at < t.length) {
        size_t end = sl_scan_name(t, at);
        if (end == at) return false;
        steps++;
        for (size_t i = at + 1; i < end; i++)
            if (t.data[i] >= 'A' && t.data[i] <= 'Z' && t.data[i - 1] >= 'a' && t.data[i - 1] <= 'z'
                && t.data[at] >= 'a')
                *out_camel = true;
        if (end == t.length) return steps > 1;
        if (t.data[end] != '.') return false;
        at = end + 1;
    }
    return false;
}

/* `a=b.c` or (`differs`) `a!=b.c` where b.c looks like the name of a field. */
static void trap_name(spl_parser *p, const spl_word *field, const spl_word *value, bool differs)
{
    bool camel;
    if (!trap_is_dotted(value->text, &camel)) return;
    bool same_step = sl_text_equal(trap_last_step(field->text), trap_last_step(value->text));
    if (!same_step && !(camel && differs)) return;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_word_span(p, value),
             "search compares with the text \"%.*s\", not with the field of this name",
             SL_TEXT_ARG(value->text));
    spl_hint(p, "to compare two fields: | where '%.*s' = '%.*s'", SL_TEXT_ARG(field->text),
             SL_TEXT_ARG(value->text));
}

/* `a>b` where b is no number. */
static void trap_order(spl_parser *p, const spl_word *value)
{
    double number;
    sl_time time;
    if (sl_value_number(sl_string(value->text), &number)
        || sl_time_parse_modifier(value->text, 0, sl_zone_utc(), &time))
        return;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_word_span(p, value),
             "'%.*s' is no number: this compares texts, byte by byte", SL_TEXT_ARG(value->text));
    spl_hint(p, "for another field: | where, which compares fields");
}

void spl_trap_value(spl_parser *p, const spl_word *field, const sl_fn *fn, const spl_word *value)
{
    sl_text text = value->text;
    bool equality = fn == &sl_spl_search_equal || fn == &sl_spl_search_not_equal;
    if (value->quote != '\0') return;
    if (equality) trap_name(p, field, value, fn == &sl_spl_search_not_equal);
    else trap_order(p, value);
    if (text.length < 2 || text.data[0] != '\'' || text.data[text.length - 1] != '\'') return;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_word_span(p, value),
             "single quotes are part of the value in a search");
    spl_hint(p, "write \"%.*s\"", SL_TEXT_ARG(sl_text_slice(text, 1, text.length - 1)));
}

void spl_trap_missing(spl_parser *p, sl_span span, sl_text field, bool negated)
{
    if (negated) {
        spl_warn(p, SL_NOTE, SL_DIAG_MEANING, span, "this lets events without '%.*s' through, too",
                 SL_TEXT_ARG(field));
        spl_hint(p, "for those that have it: %.*s!=...", SL_TEXT_ARG(field));
    } else {
        spl_warn(p, SL_NOTE, SL_DIAG_MEANING, span, "events without '%.*s' do not pass this",
                 SL_TEXT_ARG(field));
        spl_hint(p, "NOT %.*s=... lets them through, too", SL_TEXT_ARG(field));
    }
}

void spl_trap_word(spl_parser *p, const spl_word *word)
{
    static const char *const logic[] = {"and", "or", "not"};
    if (word->quote != '\0') return;
    for (size_t i = 0; i < SL_COUNT(logic); i++) {
        if (!sl_text_equal(word->text, sl_text_from(logic[i]))) continue;
        spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_word_span(p, word),
                 "'%s' in lower case is a word to search for", logic[i]);
        spl_hint(p, "boolean words of a search are written in capitals");
        return;
    }
    if (!p->base || word->start != sl_scan_space(p->text, 0)) return;
    uint32_t count;
    const sl_command_info *commands = sl_spl_commands(&count);
    const sl_command_info *row = sl_command_find(commands, count, word->text);
    if (row == NULL || p->at >= p->text.length) return;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_word_span(p, word),
             "without '|' in front, '%s' is a word to search for", row->name);
    spl_hint(p, "for the command write | %s", row->name);
}

void spl_trap_order(spl_parser *p, uint32_t start, uint32_t end, bool written)
{
    spl_warn(p, written ? SL_WARNING : SL_NOTE, SL_DIAG_MEANING, spl_span(p, start, end),
             "search joins by OR before it joins by AND: this OR is taken as if in parentheses");
    spl_hint(p, "put parentheses where they are meant");
}

/* --- expressions --- */

static bool trap_is_text(const sl_expr *expr)
{
    return expr->kind == SL_EXPR_CONSTANT && expr->constant.kind == SL_STRING;
}

/* True when `name` stands in the query twice as a whole word, texts in quotes that begin with it
 * apart. */
static bool trap_is_repeated(const spl_parser *p, sl_text name)
{
    uint32_t count = 0;
    for (size_t at = sl_text_find(p->text, name, 0); at != SIZE_MAX && count < 2;
         at = sl_text_find(p->text, name, at + 1)) {
        bool starts = at == 0 || (!sl_is_name(p->text.data[at - 1]) && p->text.data[at - 1] != '"');
        count += starts && !sl_is_name(sl_byte_at(p->text, at + name.length));
    }
    return count >= 2;
}

/* `field = Word`: a field of that name is nowhere else in the query. */
static void trap_bare(spl_parser *p, const sl_expr *left, const sl_expr *right, sl_text word)
{
    if (left->kind != SL_EXPR_FIELD || right->kind != SL_EXPR_FIELD || p->plan == NULL) return;
    if (!sl_is_name_start(sl_byte_at(word, 0)) || sl_scan_name(word, 0) != word.length) return;
    if (++p->names_sought > TRAP_NAMES_MAX || trap_is_repeated(p, word)) return;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, right->span,
             "'%.*s' without quotes is a field, and nothing else speaks of one", SL_TEXT_ARG(word));
    spl_hint(p, "for the text write \"%.*s\"", SL_TEXT_ARG(word));
}

void spl_trap_wildcard(spl_parser *p, const sl_fn *fn, const sl_expr *value)
{
    if (!trap_is_text(value) || p->plan == NULL) return;
    sl_text text = sl_value_bytes(value->constant);
    bool like = fn == &sl_spl_like;
    if (sl_text_find_byte(text, '*', 0) == SIZE_MAX) return;
    if (text.length == 1) return; /* what policies say of everything */
    if (like && sl_text_find_byte(text, '%', 0) != SIZE_MAX) return;
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, value->span, "'*' stands for itself here");
    spl_hint(p,
             like ? "in a pattern of LIKE, '%%' is any text"
                  : "with wildcards: | search, or like(field, \"text%%\")");
}

void spl_trap_compare(spl_parser *p, const sl_fn *fn, const sl_expr *left, const sl_expr *right,
                      sl_text word)
{
    bool equality = fn == &sl_spl_equal || fn == &sl_spl_not_equal;
    if (left == NULL || right == NULL || (!equality && fn != &sl_spl_like)) return;
    if (right->kind == SL_EXPR_CONSTANT && right->constant.kind == SL_MISSING) {
        spl_warn(p, SL_WARNING, SL_DIAG_MEANING, right->span,
                 "a comparison with null is never true");
        spl_hint(p, "isnull(field), isnotnull(field)");
        return;
    }
    if (trap_is_text(left) && trap_is_text(right)) {
        spl_warn(p, SL_WARNING, SL_DIAG_MEANING, left->span,
                 "in double quotes this is a text, not a field");
        spl_hint(p, "for the field write '%.*s' in single quotes",
                 SL_TEXT_ARG(sl_value_bytes(left->constant)));
    }
    spl_trap_wildcard(p, fn, right);
    if (equality) trap_bare(p, left, right, word);
}
