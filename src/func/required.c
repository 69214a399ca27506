/* required.c - required texts of globs, equalities and regular expressions.
 *
 * A regular expression is read as far as its syntax is plain: characters, classes, groups,
 * alternatives, quantifiers. What stands in a row without a choice is a text; of several the
 * longest is taken, of alternatives one of each. Whatever is not plain (look-around, inline
 * flags, back references) makes the whole expression require nothing. */
#include "func/required.h"

#include "base/number.h"

enum { REQUIRED_DEPTH_MAX = 16, REQUIRED_RUN_MAX = 128, REQUIRED_CHOICES_MAX = 64 };

bool sl_required_whole(sl_required *out, sl_text text, bool nocase)
{
    if (text.length == 0) return false;
    out->nocase |= nocase;
    for (uint32_t i = 0; i < out->count; i++)
        if (sl_text_equal(out->texts[i], text)) return true;
    if (out->count == SL_REQUIRED_MAX) return false;
    out->texts[out->count++] = text;
    return true;
}

bool sl_required_part(sl_required *out, sl_text text, bool nocase)
{
    out->partial = true;
    return sl_required_whole(out, text, nocase);
}

bool sl_required_glob(sl_required *out, const sl_glob *glob)
{
    sl_text longest = sl_glob_literal(glob, 0);
    for (uint32_t i = 1; i < sl_glob_literal_count(glob); i++)
        if (sl_glob_literal(glob, i).length > longest.length) longest = sl_glob_literal(glob, i);
    return sl_glob_literal_count(glob) == 1 ? sl_required_whole(out, longest, sl_glob_nocase(glob))
                                            : sl_required_part(out, longest, sl_glob_nocase(glob));
}

/* What looks like a number equals all its spellings. */
bool sl_require_equal(const sl_fn_site *site, sl_required *out)
{
    for (uint32_t i = 1; i < site->arg_count; i++) {
        const sl_value *constant = site->constants[i];
        double number;
        if (constant == NULL || constant->kind != SL_STRING) return false;
        sl_text text = sl_value_bytes(*constant);
        if (sl_number_parse(text, &number) || !sl_required_whole(out, text, false)) return false;
    }
    return true;
}

/* --- regular expressions --- */

/* Alternatives; count 0: nothing is required. */
typedef struct required_set {
    sl_text texts[REQUIRED_CHOICES_MAX];
    uint32_t count;
} required_set;

typedef struct required_scan {
    sl_text pattern;
    size_t at;
    sl_arena *arena;
    bool nocase;
    bool failed; /* not plain */
    uint32_t depth;
} required_scan;

/* What is being read: characters in a row, and the best set so far. */
typedef struct required_branch {
    char run[REQUIRED_RUN_MAX];
    size_t length;
    required_set best;
} required_branch;

static char required_peek(const required_scan *s, size_t ahead)
{
    return s->at + ahead < s->pattern.length ? s->pattern.data[s->at + ahead] : '\0';
}

static size_t required_shortest(const required_set *set)
{
    size_t shortest = SIZE_MAX;
    for (uint32_t i = 0; i < set->count; i++)
        if (set->texts[i].length < shortest) shortest = set->texts[i].length;
    return set->count == 0 ? 0 : shortest;
}

static void required_offer(required_branch *branch, const required_set *set)
{
    if (required_shortest(set) > required_shortest(&branch->best)) branch->best = *set;
}

/* The characters so far do not go on. */
static void required_flush(required_scan *s, required_branch *branch)
{
    if (branch->length > required_shortest(&branch->best)) {
        sl_text text = sl_arena_copy(s->arena, sl_text_make(branch->run, branch->length));
        s->failed |= text.data == NULL;
        branch->best = (required_set){.texts = {text}, .count = 1};
    }
    branch->length = 0;
}

/* Length of the counts in braces at s->at; 0 when a brace there is a character as any other. */
static size_t required_counts(const required_scan *s)
{
    size_t length = 1;
    if (required_peek(s, 0) != '{') return 0;
    while (required_peek(s, length) != '\0'
           && strchr("0123456789, ", required_peek(s, length)) != NULL)
        length++;
    return length > 1 && required_peek(s, length) == '}' ? length + 1 : 0;
}

/* A quantifier at s->at; false when there is none. *optional: also no repetition will do. */
static bool required_quantifier(required_scan *s, bool *optional)
{
    char c = required_peek(s, 0);
    size_t counts = required_counts(s);
    *optional = c == '?' || c == '*' || counts > 0;
    if (counts > 0) {
        s->at += counts; /* {1,} might be told from {0,}, but who writes that */
    } else if (*optional || c == '+') {
        s->at++;
    } else {
        return false;
    }
    if (required_peek(s, 0) == '?' || required_peek(s, 0) == '+') s->at++;
    return true;
}

static void required_character(required_scan *s, required_branch *branch, char c)
{
    bool optional, letter = (c | 0x20) == 'k' || (c | 0x20) == 's';
    bool quantified = required_quantifier(s, &optional);
    /* Without case, k and s also match U+212A and U+017F. */
    bool plain = c >= ' ' && c <= '~' && !(s->nocase && letter);
    if (branch->length == REQUIRED_RUN_MAX || !plain || (quantified && optional))
        required_flush(s, branch);
    if (!plain || (quantified && optional)) return;
    branch->run[branch->length++] = c;
    if (quantified) required_flush(s, branch);
}

/* What stands for one character of several, or for none: it only ends the row. */
static void required_other(required_scan *s, required_branch *branch)
{
    bool optional;
    required_flush(s, branch);
    (void)required_quantifier(s, &optional);
}

static void required_class(required_scan *s)
{
    s->at++;
    if (required_peek(s, 0) == '^') s->at++;
    if (required_peek(s, 0) == ']') s->at++;
    while (s->at < s->pattern.length && required_peek(s, 0) != ']') {
        if (required_peek(s, 0) == '[' && required_peek(s, 1) == ':') {
            size_t end = sl_text_find(s->pattern, SL_TEXT(":]"), s->at + 2);
            s->failed |= end == SIZE_MAX;
            s->at = end == SIZE_MAX ? s->pattern.length : end + 2;
            continue;
        }
        bool escape = required_peek(s, 0) == '\\';
        char what = escape ? required_peek(s, 1) : '\0';
        s->failed |= what == 'Q' || what == 'E' || what == 'c'; /* the next ] may be a member */
        s->at += escape ? 2 : 1;
    }
    s->at++;
}

static void required_escape(required_scan *s, required_branch *branch)
{
    char c = required_peek(s, 1);
    bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    s->at += 2;
    if (c != '\0' && !word) required_character(s, branch, c);
    else if (c != '\0' && strchr("dDwWsShHvVRbBAzZntrf", c) != NULL) required_other(s, branch);
    else s->failed = true;
}

static void required_choices(required_scan *s, required_set *out);

static void required_group(required_scan *s, required_branch *branch)
{
    required_set inside;
    bool optional;
    s->at++;
    if (required_peek(s, 0) == '*') s->failed = true; /* a verb */
    if (required_peek(s, 0) == '?') {
        bool named = required_peek(s, 1) == 'P' || required_peek(s, 1) == '<';
        size_t open = s->at + (required_peek(s, 1) == 'P' ? 2 : 1);
        char c = open + 1 < s->pattern.length ? s->pattern.data[open + 1] : '\0';
        if (required_peek(s, 1) == ':') {
            s->at += 2;
        } else if (named && open < s->pattern.length && s->pattern.data[open] == '<' && c != '='
                   && c != '!') {
            size_t end = sl_text_find_byte(s->pattern, '>', open);
            s->failed |= end == SIZE_MAX;
            s->at = end == SIZE_MAX ? s->pattern.length : end + 1;
        } else {
            s->failed = true;
        }
    }
    if (s->failed) return;
    required_choices(s, &inside);
    s->failed |= required_peek(s, 0) != ')';
    s->at++;
    required_flush(s, branch);
    if (!required_quantifier(s, &optional) || !optional) required_offer(branch, &inside);
}

static void required_row(required_scan *s, required_branch *branch)
{
    branch->length = 0;
    branch->best.count = 0;
    while (s->at < s->pattern.length && !s->failed) {
        char c = required_peek(s, 0);
        if (c == '|' || c == ')') break;
        if (c == '\\') {
            required_escape(s, branch);
        } else if (c == '(') {
            required_group(s, branch);
        } else if (c == '[') {
            required_class(s);
            required_other(s, branch);
        } else {
            s->at++;
            if (c == '.' || c == '^' || c == '$') required_other(s, branch);
            else required_character(s, branch, c);
        }
    }
    required_flush(s, branch);
}

/* Alternatives: one text of each. */
static void required_choices(required_scan *s, required_set *out)
{
    bool all = true;
    out->count = 0;
    if (++s->depth > REQUIRED_DEPTH_MAX) s->failed = true;
    for (bool more = true; more && !s->failed;) {
        required_branch branch;
        required_row(s, &branch);
        all &= branch.best.count > 0 && out->count + branch.best.count <= REQUIRED_CHOICES_MAX;
        for (uint32_t i = 0; all && i < branch.best.count; i++)
            out->texts[out->count++] = branch.best.texts[i];
        more = required_peek(s, 0) == '|';
        if (more) s->at++;
    }
    if (!all) out->count = 0;
    s->depth--;
}

bool sl_required_regex(sl_required *out, const sl_regex *regex)
{
    required_scan s = {.pattern = sl_regex_pattern(regex),
                       .arena = out->arena,
                       .nocase = (sl_regex_flags_of(regex) & SL_REGEX_NOCASE) != 0};
    if (sl_text_find_byte(s.pattern, '\0', 0) != SIZE_MAX) return false;
    if (sl_text_starts(s.pattern, SL_TEXT("(?i)"))) {
        s.nocase = true;
        s.at = 4;
    }
    required_set set;
    required_choices(&s, &set);
    if (s.failed || s.at < s.pattern.length || set.count == 0) return false;
    for (uint32_t i = 0; i < set.count; i++)
        if (!sl_required_part(out, set.texts[i], s.nocase)) return false;
    return true;
}

bool sl_require_regex(const sl_fn_site *site, sl_required *out)
{
    return site->state != NULL && sl_required_regex(out, site->state);
}
