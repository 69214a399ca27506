/* eval.c - expressions of eval and where: precedence climbing.
 *
 * From the tightest: parentheses and calls; sign; * / %; + -; `.`; comparison, LIKE, IN; NOT; AND;
 * OR; XOR (Splunk Search Manual, "Boolean expressions with logical operators"). Chains of AND and
 * OR become one node, so they may be long; everything else is limited in depth. Bare words are
 * fields, apart from the literals true, false and null ("Types of expressions"). */
#include "lang/spl/parser.h"

#include <stdio.h>

#include "func/spl.h"
#include "lang/spl/traps.h"

enum { EVAL_FIGURED_MAX = 256 };

typedef enum eval_level {
    EVAL_XOR,
    EVAL_OR,
    EVAL_AND,
    EVAL_NOT,
    EVAL_COMPARE,
    EVAL_CONCAT,
    EVAL_ADD,
    EVAL_MULTIPLY,
    EVAL_SIGN
} eval_level;

/* An infix operator. Longer spellings first, so that `<` does not hide `<=`. */
typedef struct eval_operator {
    const char *spelling;
    eval_level level;
    const sl_fn *fn;
} eval_operator;

static const eval_operator eval_operators[] = {
    {"==", EVAL_COMPARE, &sl_spl_equal},         {"!=", EVAL_COMPARE, &sl_spl_not_equal},
    {"<>", EVAL_COMPARE, &sl_spl_not_equal},     {"<=", EVAL_COMPARE, &sl_spl_less_equal},
    {">=", EVAL_COMPARE, &sl_spl_greater_equal}, {"=", EVAL_COMPARE, &sl_spl_equal},
    {"<", EVAL_COMPARE, &sl_spl_less},           {">", EVAL_COMPARE, &sl_spl_greater},
    {".", EVAL_CONCAT, &sl_spl_concat},          {"+", EVAL_ADD, &sl_spl_add},
    {"-", EVAL_ADD, &sl_spl_subtract},           {"*", EVAL_MULTIPLY, &sl_spl_multiply},
    {"/", EVAL_MULTIPLY, &sl_spl_divide},        {"%", EVAL_MULTIPLY, &sl_spl_modulo},
};

static const sl_expr *eval_level_at(spl_parser *p, eval_level level);
static const sl_expr *eval_condition_of(spl_parser *p, const sl_expr *expr, const char *where);

/* The word at the cursor, without stepping over it; empty when none stands there. */
static sl_text eval_word(spl_parser *p)
{
    spl_peek(p);
    return sl_text_slice(p->text, p->at, sl_scan_name(p->text, p->at));
}

static const sl_expr *eval_number(spl_parser *p, bool negative)
{
    uint32_t start = p->at;
    uint32_t end = (uint32_t)sl_scan_number(p->text, start);
    if (sl_is_name_start(sl_byte_at(p->text, end))) {
        end = (uint32_t)sl_scan_name(p->text, end);
        spl_fault(p, SL_DIAG_SYNTAX, start, end, "'%.*s' is neither a number nor a name",
                  (int)(end - start), p->text.data + start);
        spl_hint(p, "put text in double quotes, and a field of this name in single quotes");
        return NULL;
    }
    p->at = end;
    sl_text digits = sl_text_slice(p->text, start, end);
    sl_span span = spl_span(p, start, end);
    bool whole = digits.length <= 18 && sl_text_find_byte(digits, '.', 0) == SIZE_MAX
        && sl_text_find_byte(digits, 'e', 0) == SIZE_MAX
        && sl_text_find_byte(digits, 'E', 0) == SIZE_MAX;
    if (!whole) {
        sl_text text =
            negative ? sl_arena_printf(p->builder.arena, "-%.*s", SL_TEXT_ARG(digits)) : digits;
        return text.data == NULL ? NULL : sl_build_constant(&p->builder, sl_number_as(text), span);
    }
    int64_t value = 0;
    for (size_t i = 0; i < digits.length; i++) value = value * 10 + (digits.data[i] - '0');
    return sl_build_constant(&p->builder, sl_integer(negative ? -value : value), span);
}

static const sl_expr *eval_string(spl_parser *p)
{
    uint32_t start = p->at, end = 0;
    if (!spl_quoted_end(p, &end)) return NULL;
    p->at = end;
    return sl_build_text(&p->builder, spl_unquote(p, start + 1, end - 1, true),
                         spl_span(p, start, end));
}

static const sl_expr *eval_quoted_field(spl_parser *p)
{
    uint32_t start = p->at;
    size_t end = sl_text_find_byte(p->text, '\'', start + 1);
    if (end == SIZE_MAX) {
        spl_fault(p, SL_DIAG_UNCLOSED, start, start + 1, "this quote is never closed");
        spl_hint(p, "single quotes enclose the name of a field");
        return NULL;
    }
    p->at = (uint32_t)end + 1;
    if (end == start + 1) {
        spl_fault(p, SL_DIAG_SYNTAX, start, p->at, "a field needs a name");
        return NULL;
    }
    return sl_build_field(&p->builder, sl_text_slice(p->text, start + 1, end),
                          spl_span(p, start, p->at));
}

/* mvmap and mvfilter. */
static bool eval_is_over_items(const sl_fn *fn)
{
    return (fn->flags & SL_FN_EXPRESSION) != 0 && fn->ret == SL_RET_LIST;
}

static bool eval_is_sigfig(const sl_fn *fn)
{
    return (fn->flags & SL_FN_EXPRESSION) != 0
        && sl_text_equal(sl_text_from(fn->name), SL_TEXT("sigfig"));
}

/* What is noted for a calculation inside of sigfig(); anything else has the figures it is written
 * with. */
static const sl_expr *eval_rounded(const spl_parser *p, const sl_expr *exact)
{
    const spl_figured *notes = p->figured.items;
    for (uint32_t i = p->figured.count; i > 0; i--)
        if (notes[i - 1].exact == exact) return notes[i - 1].rounded;
    return exact;
}

/* Reads expressions up to the `)` that closes the `(` at byte `open`. */
static bool eval_list(spl_parser *p, uint32_t open, sl_vector *out)
{
    if (spl_peek(p) == ')') return spl_close(p, open);
    do {
        const sl_expr *arg = spl_eval(p);
        if (arg == NULL || !sl_vector_add_pointer(out, p->builder.arena, arg)) return false;
    } while (spl_take(p, ','));
    return spl_close(p, open);
}

static bool eval_open(spl_parser *p, uint32_t *out_open)
{
    *out_open = p->at;
    if (!spl_enter(p)) return false;
    p->at++;
    p->open++;
    return true;
}

/* The field that an expression reads, and whether there are several. */
static void eval_only_field(const sl_expr *expr, sl_field *field, bool *several)
{
    if (expr->kind == SL_EXPR_FIELD && *field != expr->field) {
        *several = *several || *field != SL_FIELD_NONE;
        *field = expr->field;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++) eval_only_field(expr->args[i], field, several);
}

/* mvfilter(condition over a field), mvmap(list, expression over its items). */
static const sl_expr *eval_items(spl_parser *p, const sl_fn *fn, const sl_vector *args,
                                 uint32_t start)
{
    const sl_expr *const *items = args->items;
    sl_span span = spl_span(p, start, p->at);
    bool map = sl_text_equal(sl_text_from(fn->name), SL_TEXT("mvmap")), several = false;
    sl_field field = SL_FIELD_NONE;
    if (args->count != fn->arg_min) {
        spl_fault(p, SL_DIAG_ARITY, start, p->at, "'%s' takes %u argument%s, not %u", fn->name,
                  fn->arg_min, fn->arg_min == 1 ? "" : "s", args->count);
        spl_hint(p, "usage: %s", fn->usage);
        return NULL;
    }
    eval_only_field(items[0], &field, &several);
    if (field == SL_FIELD_NONE || several) {
        spl_fault(p, SL_DIAG_TYPE, start, p->at, "the first argument of '%s' is about one field",
                  fn->name);
        spl_hint(p, "usage: %s", fn->usage);
        return NULL;
    }
    if (map) return sl_build_items(&p->builder, SL_EXPR_MAP, items[0], items[1], field, span);
    return sl_build_items(&p->builder, SL_EXPR_SIFT, spl_field_expr(p, field, span),
                          eval_condition_of(p, items[0], "'mvfilter'"), field, span);
}

/* searchmatch("terms of a search") */
static const sl_expr *eval_searchmatch(spl_parser *p, const sl_vector *args, uint32_t start)
{
    const sl_expr *const *items = args->items;
    if (args->count == 1 && items[0]->kind == SL_EXPR_CONSTANT
        && items[0]->constant.kind == SL_STRING)
        return spl_search_text(p, sl_value_bytes(items[0]->constant), spl_span(p, start, p->at));
    spl_fault(p, SL_DIAG_TYPE, start, p->at, "'searchmatch' takes one text in double quotes");
    return NULL;
}

/* sigfig(calculation): the calculation as it was rounded beside. */
static const sl_expr *eval_sigfig(spl_parser *p, const sl_fn *fn, const sl_vector *args,
                                  uint32_t start)
{
    const sl_expr *const *items = args->items;
    if (args->count == 1) return eval_rounded(p, items[0]);
    spl_fault(p, SL_DIAG_ARITY, start, p->at, "'%s' takes 1 argument, not %u", fn->name,
              args->count);
    spl_hint(p, "usage: %s", fn->usage);
    return NULL;
}

/* A call that is no kernel but an expression of another kind. */
static const sl_expr *eval_special(spl_parser *p, const sl_fn *fn, const sl_vector *args,
                                   uint32_t start)
{
    if (eval_is_sigfig(fn)) return eval_sigfig(p, fn, args, start);
    if (sl_text_equal(sl_text_from(fn->name), SL_TEXT("lookup")))
        return spl_eval_lookup(p, args, spl_span(p, start, p->at));
    if (sl_text_equal(sl_text_from(fn->name), SL_TEXT("searchmatch")))
        return eval_searchmatch(p, args, start);
    return eval_items(p, fn, args, start);
}

static const sl_expr *eval_call(spl_parser *p, uint32_t start, uint32_t name_end)
{
    uint32_t open;
    sl_vector args = {0};
    const sl_fn *fn = sl_fn_find(&sl_spl_functions, sl_text_slice(p->text, start, name_end));
    uint32_t sigfig = fn != NULL && eval_is_sigfig(fn) ? 1 : 0;
    if (!eval_open(p, &open)) return NULL;
    uint32_t item = fn != NULL && eval_is_over_items(fn) ? 1 : 0;
    p->sigfigs += sigfig;
    p->in_items += item;
    bool ok = eval_list(p, open, &args);
    p->sigfigs -= sigfig;
    p->in_items -= item;
    spl_leave(p);
    if (!ok) return NULL;
    if (fn != NULL && (fn->flags & SL_FN_EXPRESSION) != 0) return eval_special(p, fn, &args, start);
    return sl_build_call_named(
        &p->builder, &sl_spl_functions, sl_text_slice(p->text, start, name_end),
        spl_span(p, start, name_end), args.items, args.count, spl_span(p, start, p->at));
}

static const sl_expr *eval_parenthesised(spl_parser *p)
{
    uint32_t open;
    if (!eval_open(p, &open)) return NULL;
    const sl_expr *expr = spl_eval(p);
    bool ok = expr != NULL && spl_close(p, open);
    spl_leave(p);
    return ok ? expr : NULL;
}

static bool eval_is_known(const spl_parser *p, uint32_t start, uint32_t end)
{
    return sl_fields_find(p->builder.fields, sl_text_slice(p->text, start, end)) != SL_FIELD_NONE;
}

/* `a.b.c` without quotes and without spaces is a chain of concatenations: say so, once. When each
 * part is a field that the query has named before, it is meant. */
static void eval_warn_dotted(spl_parser *p, uint32_t start, uint32_t end)
{
    if (start > 0 && p->text.data[start - 1] == '.') return;
    uint32_t last = end;
    bool known = eval_is_known(p, start, end);
    while (sl_byte_at(p->text, last) == '.') {
        uint32_t next = (uint32_t)sl_scan_name(p->text, last + 1);
        if (next == last + 1) break;
        known = known && eval_is_known(p, last + 1, next);
        last = next;
    }
    if (last == end || known || sl_byte_at(p->text, last) == '(') return;
    sl_text name = sl_text_slice(p->text, start, last);
    spl_warn(p, SL_WARNING, SL_DIAG_MEANING, spl_span(p, start, last),
             "'%.*s' without quotes joins the texts of several fields", SL_TEXT_ARG(name));
    spl_hint(p, "for the field of this name write '%.*s' in single quotes", SL_TEXT_ARG(name));
}

static const sl_expr *eval_literal(spl_parser *p, sl_text word, sl_span span)
{
    if (sl_text_equal_nocase(word, SL_TEXT("true")))
        return sl_build_constant(&p->builder, sl_bool(true), span);
    if (sl_text_equal_nocase(word, SL_TEXT("false")))
        return sl_build_constant(&p->builder, sl_bool(false), span);
    if (sl_text_equal_nocase(word, SL_TEXT("null")))
        return sl_build_constant(&p->builder, sl_missing(), span);
    return sl_build_field(&p->builder, word, span);
}

static bool eval_is_operator_word(sl_text word)
{
    static const char *const words[] = {"AND", "OR", "XOR", "LIKE", "IN"};
    for (size_t i = 0; i < SL_COUNT(words); i++)
        if (sl_text_equal_nocase(word, sl_text_from(words[i]))) return true;
    return false;
}

static const sl_expr *eval_named(spl_parser *p)
{
    uint32_t start = p->at, end = (uint32_t)sl_scan_name(p->text, start);
    sl_text word = sl_text_slice(p->text, start, end);
    p->at = end;
    if (spl_peek(p) == '(') return eval_call(p, start, end);
    p->at = end;
    if (eval_is_operator_word(word)) {
        p->at = start;
        spl_expected(p, "a value");
        return NULL;
    }
    if (sl_byte_at(p->text, end) == '{') {
        while (end < p->text.length && !sl_is_space(p->text.data[end])
               && strchr(",()|=<>!\"", p->text.data[end]) == NULL)
            end++;
        sl_text name = sl_text_slice(p->text, start, end);
        spl_fault(p, SL_DIAG_SYNTAX, start, end, "'%.*s' needs single quotes here",
                  SL_TEXT_ARG(name));
        spl_hint(p, "write '%.*s' in single quotes", SL_TEXT_ARG(name));
        return NULL;
    }
    eval_warn_dotted(p, start, end);
    return eval_literal(p, word, spl_span(p, start, end));
}

static const sl_expr *eval_primary(spl_parser *p)
{
    char c = spl_peek(p);
    if (!spl_count_term(p)) return NULL;
    if (c == '(') return eval_parenthesised(p);
    if (c == '"') return eval_string(p);
    if (c == '\'') return eval_quoted_field(p);
    if (sl_scan_number(p->text, p->at) > p->at) return eval_number(p, false);
    if (sl_is_name_start(c)) return eval_named(p);
    if (c == '[') {
        spl_fault(p, SL_DIAG_REFUSED, p->at, p->at + 1,
                  "a subsearch inside an expression is not run here");
        return NULL;
    }
    if (c == '$' || c == '@' || c == '#' || c == '{' || c == '\\') {
        spl_fault(p, SL_DIAG_CHARACTER, p->at, p->at + 1, "'%c' has no meaning in an expression",
                  c);
        spl_hint(p, "field names with special characters stand in single quotes");
        return NULL;
    }
    spl_expected(p, "a value");
    return NULL;
}

static const sl_expr *eval_sign(spl_parser *p)
{
    char c = spl_peek(p);
    if (c != '-' && c != '+') return eval_primary(p);
    uint32_t start = p->at++;
    spl_peek(p);
    if (c == '-' && sl_scan_number(p->text, p->at) > p->at) return eval_number(p, true);
    if (!spl_enter(p)) return NULL;
    const sl_expr *arg = eval_sign(p);
    spl_leave(p);
    if (arg == NULL || c == '+') return arg;
    return sl_build_call(&p->builder, &sl_spl_negate, &arg, 1, spl_span(p, start, p->at));
}

/* The operator of this level at the cursor, stepped over, or NULL. */
static const eval_operator *eval_infix(spl_parser *p, eval_level level)
{
    spl_peek(p);
    sl_text rest = sl_text_slice(p->text, p->at, p->text.length);
    for (size_t i = 0; i < SL_COUNT(eval_operators); i++) {
        const eval_operator *op = &eval_operators[i];
        sl_text spelling = sl_text_from(op->spelling);
        if (!sl_text_starts(rest, spelling)) continue;
        if (op->level != level) return NULL;
        p->at += (uint32_t)spelling.length;
        return op;
    }
    return NULL;
}

/* Notes, inside of sigfig(), what `exact` is when rounded by the figures of its operands. */
static bool eval_note_figures(spl_parser *p, const sl_fn *fn, const sl_expr *const *operands,
                              const sl_expr *exact)
{
    bool product = fn == &sl_spl_multiply || fn == &sl_spl_divide;
    if (p->sigfigs == 0 || exact == NULL) return exact != NULL;
    if (!product && fn != &sl_spl_add && fn != &sl_spl_subtract) return true;
    if (p->figured.count == EVAL_FIGURED_MAX)
        return spl_fault(p, SL_DIAG_LIMIT, exact->span.start, exact->span.end,
                         "more than %d calculations in sigfig()", EVAL_FIGURED_MAX);
    const sl_expr *args[3] = {exact, eval_rounded(p, operands[0]), eval_rounded(p, operands[1])};
    const sl_expr *rounded = sl_build_call(
        &p->builder, product ? &sl_spl_figures_product : &sl_spl_figures_sum, args, 3, exact->span);
    spl_figured *note = sl_vector_add(&p->figured, p->builder.arena, sizeof *note);
    if (rounded == NULL || note == NULL) return false;
    *note = (spl_figured){exact, rounded};
    return true;
}

/* True for a value that is text, or a number, whatever the row. */
static bool eval_is_always(const sl_expr *expr, bool text)
{
    if (expr->kind == SL_EXPR_CALL) return expr->fn->ret == (text ? SL_RET_TEXT : SL_RET_NUMBER);
    if (expr->kind != SL_EXPR_CONSTANT) return false;
    int kind = expr->constant.kind;
    return text ? kind == SL_STRING : kind == SL_INTEGER || kind == SL_REAL || kind == SL_NUMBER;
}

/* `+` joins when one side is text by what it is: "1" + count is no sum. */
static const sl_fn *eval_function(const eval_operator *op, const sl_expr *left,
                                  const sl_expr *right)
{
    if (op->fn != &sl_spl_add || right == NULL) return op->fn;
    bool text = eval_is_always(left, true) || eval_is_always(right, true);
    bool number = eval_is_always(left, false) || eval_is_always(right, false);
    return text && !number ? &sl_spl_concat : op->fn;
}

static const sl_expr *eval_binary(spl_parser *p, eval_level level)
{
    uint32_t start = p->at;
    const sl_expr *left = eval_level_at(p, level + 1);
    while (left != NULL) {
        const eval_operator *op = eval_infix(p, level);
        if (op == NULL) return left;
        const sl_expr *args[2] = {left, eval_level_at(p, level + 1)};
        const sl_fn *fn = eval_function(op, left, args[1]);
        left = sl_build_call(&p->builder, fn, args, 2, spl_span(p, start, p->at));
        if (!eval_note_figures(p, fn, args, left)) return NULL;
    }
    return NULL;
}

/* `value IN (...)`: the cursor is behind IN. */
static const sl_expr *eval_in(spl_parser *p, const sl_expr *value, uint32_t start)
{
    sl_vector args = {0};
    uint32_t open;
    if (spl_peek(p) != '(') {
        spl_expected(p, "'(' behind IN");
        return NULL;
    }
    if (!sl_vector_add_pointer(&args, p->builder.arena, value) || !eval_open(p, &open)) return NULL;
    bool ok = eval_list(p, open, &args);
    spl_leave(p);
    if (!ok) return NULL;
    const sl_expr *const *items = args.items;
    for (uint32_t i = 1; i < args.count; i++) spl_trap_wildcard(p, &sl_spl_in, items[i]);
    return sl_build_call(&p->builder, &sl_spl_in, args.items, args.count,
                         spl_span(p, start, p->at));
}

static const sl_expr *eval_compare(spl_parser *p)
{
    spl_peek(p);
    uint32_t start = p->at;
    const sl_expr *left = eval_level_at(p, EVAL_CONCAT);
    while (left != NULL) {
        const eval_operator *op = eval_infix(p, EVAL_COMPARE);
        const sl_fn *fn = op != NULL ? op->fn : NULL;
        if (fn == NULL && spl_take_keyword(p, "IN")) {
            left = eval_in(p, left, start);
            continue;
        }
        if (fn == NULL && spl_take_keyword(p, "LIKE")) fn = &sl_spl_like;
        if (fn == NULL) return left;
        spl_peek(p);
        uint32_t right = p->at;
        const sl_expr *args[2] = {left, eval_level_at(p, EVAL_CONCAT)};
        sl_text word = sl_text_trim(sl_text_slice(p->text, right, p->at));
        spl_trap_compare(p, fn, args[0], args[1], word);
        left = sl_build_call(&p->builder, fn, args, 2, spl_span(p, start, p->at));
    }
    return NULL;
}

static const sl_expr *eval_condition_of(spl_parser *p, const sl_expr *expr, const char *where)
{
    if (expr == NULL) return NULL;
    bool any = expr->kind == SL_EXPR_FIELD
        || (expr->kind == SL_EXPR_CALL && expr->fn->ret == SL_RET_ANY)
        || (expr->kind == SL_EXPR_CONSTANT && expr->constant.kind == SL_MISSING);
    if (any || spl_is_boolean(expr)) return expr;
    p->said = true;
    sl_diag_error(p->builder.diags, SL_DIAG_TYPE, expr->span, "%s takes a condition, not a value",
                  where);
    spl_hint(p, "compare it with something, as in: field = \"text\"");
    return NULL;
}

static const sl_expr *eval_not(spl_parser *p)
{
    uint32_t start = p->at;
    sl_text word = eval_word(p);
    uint32_t behind = (uint32_t)sl_scan_space(p->text, p->at + word.length);
    bool assigned = sl_byte_at(p->text, behind) == '=' || sl_byte_at(p->text, behind) == '.';
    bool mark = sl_byte_at(p->text, p->at) == '!';
    if (!mark && (!sl_text_equal_nocase(word, SL_TEXT("NOT")) || assigned)) return eval_compare(p);
    start = p->at;
    p->at += mark ? 1 : 3;
    if (!spl_enter(p)) return NULL;
    const sl_expr *arg = eval_condition_of(p, eval_not(p), "NOT");
    spl_leave(p);
    return sl_build_not(&p->builder, arg, spl_span(p, start, p->at));
}

/* Chains of AND, OR or XOR. */
static const sl_expr *eval_logic(spl_parser *p, eval_level level)
{
    static const char *const words[] = {[EVAL_XOR] = "XOR", [EVAL_OR] = "OR", [EVAL_AND] = "AND"};
    spl_peek(p);
    uint32_t start = p->at;
    const sl_expr *first = eval_level_at(p, level + 1);
    if (first == NULL || !spl_take_keyword(p, words[level])) return first;
    sl_vector args = {0};
    if (!sl_vector_add_pointer(&args, p->builder.arena, eval_condition_of(p, first, words[level])))
        return NULL;
    do {
        const sl_expr *next = eval_level_at(p, level + 1);
        next = eval_condition_of(p, next, words[level]);
        if (next == NULL || !sl_vector_add_pointer(&args, p->builder.arena, next)) return NULL;
    } while (spl_take_keyword(p, words[level]));
    sl_span span = spl_span(p, start, p->at);
    const sl_expr *const *items = args.items;
    if (level != EVAL_XOR)
        return sl_build_logic(&p->builder, level == EVAL_AND ? SL_EXPR_AND : SL_EXPR_OR, items,
                              args.count, span);
    const sl_expr *left = items[0];
    for (uint32_t i = 1; i < args.count && left != NULL; i++) {
        const sl_expr *pair[2] = {left, items[i]};
        left = sl_build_call(&p->builder, &sl_spl_xor, pair, 2, span);
    }
    return left;
}

static const sl_expr *eval_level_at(spl_parser *p, eval_level level)
{
    switch (level) {
    case EVAL_XOR:
    case EVAL_OR:
    case EVAL_AND: return eval_logic(p, level);
    case EVAL_NOT: return eval_not(p);
    case EVAL_COMPARE: return eval_compare(p);
    case EVAL_CONCAT:
    case EVAL_ADD:
    case EVAL_MULTIPLY: spl_peek(p); return eval_binary(p, level);
    case EVAL_SIGN: return eval_sign(p);
    }
    return NULL;
}

const sl_expr *spl_eval(spl_parser *p)
{
    return eval_level_at(p, EVAL_XOR);
}

const sl_expr *spl_eval_text(spl_parser *p, sl_text text, sl_span span)
{
    sl_piece *piece = SL_ARENA_NEW(p->builder.arena, sl_piece);
    if (piece == NULL) return NULL;
    *piece = (sl_piece){.origin = span};
    spl_parser inner = *p;
    inner.source = (sl_source){.text = text, .pieces = piece, .piece_count = 1};
    inner.text = text;
    inner.at = inner.open = 0;
    const sl_expr *expr = spl_eval(&inner);
    p->terms = inner.terms;
    p->said = inner.said;
    p->exhausted = inner.exhausted;
    spl_peek(&inner);
    if (expr == NULL || inner.at >= text.length) return expr;
    spl_expected(&inner, "an operator or the end");
    return NULL;
}

const sl_expr *spl_condition(spl_parser *p)
{
    const sl_expr *expr = spl_eval(p);
    char where[48];
    snprintf(where, sizeof where, "'%s'", p->command == NULL ? "this" : p->command->name);
    return eval_condition_of(p, expr, where);
}

bool spl_is_boolean(const sl_expr *expr)
{
    switch (expr->kind) {
    case SL_EXPR_AND:
    case SL_EXPR_OR:
    case SL_EXPR_NOT:
    case SL_EXPR_SUBSEARCH: return true;
    case SL_EXPR_CALL: return expr->fn->ret == SL_RET_BOOL;
    case SL_EXPR_CONSTANT: return expr->constant.kind == SL_BOOL;
    case SL_EXPR_FIELD:
    case SL_EXPR_MAP:
    case SL_EXPR_SIFT: return false;
    }
    return false;
}

const sl_expr *spl_call(spl_parser *p, const char *function, const sl_expr *const *args,
                        uint32_t arg_count, sl_span span)
{
    return sl_build_call_named(&p->builder, &sl_spl_functions, sl_text_from(function), span, args,
                               arg_count, span);
}

const sl_expr *spl_field(spl_parser *p, const spl_word *name)
{
    return sl_build_field(&p->builder, name->text, spl_word_span(p, name));
}

const sl_expr *spl_constant(spl_parser *p, const char *text, sl_span span)
{
    return sl_build_text(&p->builder, sl_text_from(text), span);
}
