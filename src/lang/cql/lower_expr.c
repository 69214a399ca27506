/* lower_expr.c - expressions and calls of functions to kernels.
 *
 * A call that stands alone takes names of fields, quoted or not; inside an expression a quoted
 * argument is text. */
#include "lang/cql/functions.h"
#include "lang/cql/lower.h"

static const sl_expr *expr_word(cql_parser *p, const cql_node *node)
{
    sl_builder *builder = &p->shared->builder;
    double number;
    if (!node->quoted && sl_value_number(sl_string(node->text), &number)) {
        return sl_build_constant(builder, sl_number_as(node->text), node->span);
    }
    if (!node->quoted && sl_text_equal(node->text, SL_TEXT("true"))) {
        return sl_build_constant(builder, sl_bool(true), node->span);
    }
    if (!node->quoted && sl_text_equal(node->text, SL_TEXT("false"))) {
        return sl_build_constant(builder, sl_bool(false), node->span);
    }
    return sl_build_field(builder, node->text, node->span);
}

static const sl_fn *expr_operator(cql_op op)
{
    switch (op) {
    case CQL_EQUAL: return &sl_cql_expr_equal;
    case CQL_NOT_EQUAL: return &sl_cql_expr_not_equal;
    case CQL_LESS: return &sl_cql_expr_less;
    case CQL_LESS_EQUAL: return &sl_cql_expr_less_equal;
    case CQL_GREATER: return &sl_cql_expr_greater;
    case CQL_GREATER_EQUAL: return &sl_cql_expr_greater_equal;
    case CQL_ADD: return &sl_cql_add;
    case CQL_SUBTRACT: return &sl_cql_subtract;
    case CQL_MULTIPLY: return &sl_cql_multiply;
    case CQL_DIVIDE: return &sl_cql_divide;
    case CQL_MODULO: return &sl_cql_modulo;
    case CQL_NO_OP:
    case CQL_LIKE: break;
    }
    return NULL;
}

const sl_expr *cql_expr(cql_parser *p, const cql_node *node)
{
    sl_builder *builder = &p->shared->builder;
    const sl_expr *args[2];
    switch (node->kind) {
    case CQL_WORD: return expr_word(p, node);
    case CQL_TEXT: return sl_build_text(builder, node->text, node->span);
    case CQL_CALL: return cql_call_expr(p, node, NULL);
    case CQL_UNARY:
        args[0] = cql_expr(p, cql_item(node, 0));
        return sl_build_call(builder, node->op == CQL_SUBTRACT ? &sl_cql_negate : &sl_cql_not, args,
                             1, node->span);
    case CQL_BINARY:
        args[0] = cql_expr(p, cql_item(node, 0));
        args[1] = cql_expr(p, cql_item(node, 1));
        return sl_build_call(builder, expr_operator(node->op), args, 2, node->span);
    default: break;
    }
    cql_fault(p, SL_DIAG_SYNTAX, node->span, "this cannot stand in an expression");
    return NULL;
}

/* Text, a number, true or false. */
static const sl_expr *expr_constant(cql_args *args, const cql_node *node)
{
    cql_parser *p = args->parser;
    sl_builder *builder = &p->shared->builder;
    double number;
    if (node->kind == CQL_WORD && sl_value_number(sl_string(node->text), &number)) {
        return sl_build_constant(builder, sl_number_as(node->text), node->span);
    }
    if (node->kind == CQL_WORD || node->kind == CQL_TEXT) {
        return sl_build_text(builder, node->text, node->span);
    }
    const sl_expr *value = node->kind == CQL_UNARY ? cql_expr(p, node) : NULL;
    if (value != NULL && value->kind == SL_EXPR_CONSTANT) return value;
    cql_fault(p, SL_DIAG_TYPE, node->span, "expected a constant");
    args->failed = true;
    return NULL;
}

static const sl_expr *expr_pattern(cql_args *args, const cql_node *node)
{
    if (node->kind == CQL_WORD || node->kind == CQL_TEXT) {
        return sl_build_text(&args->parser->shared->builder, node->pattern, node->span);
    }
    return expr_constant(args, node);
}

/* A regex with the flags of the call's `flags` in front. */
static const sl_expr *expr_regex(cql_args *args, const cql_node *node)
{
    cql_parser *p = args->parser;
    if (node->kind != CQL_REGEX && node->kind != CQL_TEXT && node->kind != CQL_WORD) {
        cql_fault(p, SL_DIAG_TYPE, node->span, "expected a regular expression");
        args->failed = true;
        return NULL;
    }
    sl_text flags = cql_arg_text(args, "flags", SL_TEXT(""));
    sl_text text = node->text;
    char ours[8];
    size_t count = 0;
    for (size_t i = 0; i < flags.length && count + 1 < sizeof ours; i++) {
        char flag = flags.data[i];
        if (flag == 'i' || flag == 'm') ours[count++] = flag;
        if (flag == 'd') ours[count++] = 's';
    }
    if (count > 0) {
        text = sl_arena_printf(p->arena, "(?%.*s)%.*s", (int)count, ours, SL_TEXT_ARG(text));
    }
    if (text.data == NULL || !cql_regex_groups(p, text, &text, NULL)) return NULL;
    return sl_build_text(&p->shared->builder, text, node->span);
}

static const sl_expr *expr_field(cql_args *args, const cql_node *node)
{
    cql_parser *p = args->parser;
    if (args->call->expression && !node->quoted) return cql_expr(p, node);
    if (args->call->expression && node->kind == CQL_TEXT) return cql_expr(p, node);
    sl_text name = cql_arg_field(args, node);
    return name.data == NULL ? NULL : sl_build_field(&p->shared->builder, name, node->span);
}

static const sl_expr *expr_argument(cql_args *args, cql_param_kind kind, const cql_node *node)
{
    switch (kind) {
    case CQL_PARAM_FIELD:
    case CQL_PARAM_FIELDS: return expr_field(args, node);
    case CQL_PARAM_EXPR:
    case CQL_PARAM_EXPRS: return cql_expr(args->parser, node);
    case CQL_PARAM_CONSTANT:
    case CQL_PARAM_CONSTANTS: return expr_constant(args, node);
    case CQL_PARAM_PATTERN:
    case CQL_PARAM_PATTERNS: return expr_pattern(args, node);
    case CQL_PARAM_REGEX: return expr_regex(args, node);
    }
    return NULL;
}

static const sl_expr *expr_fallback(cql_args *args, const cql_param *param)
{
    sl_builder *builder = &args->parser->shared->builder;
    sl_text text = sl_text_from(param->fallback);
    if (param->kind == CQL_PARAM_FIELD) return sl_build_field(builder, text, args->call->span);
    return sl_build_text(builder, text, args->call->span);
}

static bool expr_is_list(cql_param_kind kind)
{
    return kind == CQL_PARAM_FIELDS || kind == CQL_PARAM_EXPRS || kind == CQL_PARAM_PATTERNS
        || kind == CQL_PARAM_CONSTANTS;
}

static bool expr_push(cql_args *args, sl_vector *values, const sl_expr *value)
{
    if (value == NULL || !sl_vector_add_pointer(values, args->parser->arena, value)) {
        args->failed = true;
    }
    return !args->failed;
}

static bool expr_is_named(const cql_args *args, const char *name)
{
    for (uint32_t i = 0; i < args->call->items.count; i++) {
        const cql_node *arg = cql_item(args->call, i);
        if (arg->name.data != NULL && sl_text_equal_nocase(arg->name, sl_text_from(name))) {
            return true;
        }
    }
    return false;
}

/* The parameter that an argument without a name is for: the signature's, or when that one has been
 * given by name the first that has not: `x =~ cidr("10.0.0.0/8")`. */
static uint32_t expr_unnamed(const cql_args *args, const cql_signature *signature)
{
    if (!expr_is_named(args, signature->params[signature->unnamed].name)) {
        return signature->unnamed;
    }
    for (uint32_t i = 0; i < CQL_PARAMS_MAX && signature->params[i].name != NULL; i++) {
        if (!expr_is_named(args, signature->params[i].name)) return i;
    }
    return CQL_PARAMS_MAX;
}

/* Adds the kernel arguments of one parameter. */
static bool expr_bind(cql_args *args, const cql_param *param, bool unnamed, sl_vector *values)
{
    const cql_node *node = cql_arg(args, param->name, unnamed);
    if (node == NULL && sl_text_equal(sl_text_from(param->name), SL_TEXT("with"))) {
        node = cql_arg(args, "replacement", false);
    }
    if (node == NULL && sl_text_equal(sl_text_from(param->name), SL_TEXT("index"))) {
        cql_fault(args->parser, SL_DIAG_REFUSED, args->call->span,
                  "splitString() into an array is not run here");
        cql_hint(args->parser, "with index=N it gives one part");
        return false;
    }
    if (node == NULL && param->fallback == NULL) {
        cql_arg_required(args, param->name, unnamed);
        return false;
    }
    cql_param_kind kind = (cql_param_kind)param->kind;
    if (node == NULL) {
        return expr_is_list(kind) || expr_push(args, values, expr_fallback(args, param));
    }
    if (!expr_is_list(kind)) return expr_push(args, values, expr_argument(args, kind, node));
    for (uint32_t i = 0; i < cql_arg_items(node); i++) {
        if (!expr_push(args, values, expr_argument(args, kind, cql_arg_item(node, i)))) {
            return false;
        }
    }
    return true;
}

/* Where the result goes: `as`, the function's default, or the field that it was made from. */
static sl_text expr_output(cql_args *args, const cql_signature *signature, const sl_vector *values)
{
    sl_text name = sl_text_from(signature->output);
    const cql_node *as = cql_arg(args, "as", false);
    if (as != NULL) return cql_arg_field(args, as);
    const sl_expr *first = values->count == 0 ? NULL : ((const sl_expr *const *)values->items)[0];
    if (name.length > 0 || first == NULL || first->kind != SL_EXPR_FIELD) return name;
    return sl_fields_name(&args->parser->shared->plan->fields, first->field);
}

/* Arguments that choose another kernel, or turn the answer round. */
typedef struct expr_switches {
    const sl_fn *fn;
    bool negated;
} expr_switches;

static expr_switches expr_switch(cql_args *args, const sl_fn *fn)
{
    expr_switches switches = {.fn = fn};
    sl_text name = sl_text_from(fn->name);
    if (sl_text_equal(name, SL_TEXT("in"))) {
        if (cql_arg_bool(args, "ignoreCase", false)) switches.fn = &sl_cql_in_nocase;
    } else if (sl_text_equal(name, SL_TEXT("cidr"))) {
        switches.negated = cql_arg_bool(args, "negate", false);
    } else if (sl_text_equal(name, SL_TEXT("default"))) {
        if (cql_arg_bool(args, "replaceEmpty", false)) switches.fn = &sl_cql_default_empty;
    } else if (sl_text_equal(name, SL_TEXT("formatTime"))) {
        (void)cql_arg_text(args, "locale", SL_TEXT(""));
    } else if (sl_text_equal(name, SL_TEXT("parseTimestamp"))) {
        (void)cql_arg_bool(args, "addErrors", true);
        (void)cql_arg_text(args, "timezoneAs", SL_TEXT(""));
    } else if (sl_text_equal(name, SL_TEXT("regex"))) {
        (void)cql_arg_bool(args, "strict", true);
        (void)cql_arg_count(args, "limit", 100, 1000);
        if (cql_arg_bool(args, "repeat", false)) {
            cql_fault(args->parser, SL_DIAG_REFUSED, args->call->span,
                      "regex() with repeat is not run here");
            args->failed = true;
        }
    }
    return switches;
}

/* wildcard() with `*` passes everything when includeEverythingOnAsterisk says so. */
static bool expr_is_everything(cql_args *args, const sl_fn *fn, const sl_vector *values)
{
    if (!sl_text_equal(sl_text_from(fn->name), SL_TEXT("wildcard"))) return false;
    bool everything = cql_arg_bool(args, "includeEverythingOnAsterisk", false);
    if (!everything || values->count < 2) return false;
    const sl_expr *pattern = ((const sl_expr *const *)values->items)[1];
    return pattern->kind == SL_EXPR_CONSTANT && pattern->constant.kind == SL_STRING
        && sl_text_equal(sl_value_bytes(pattern->constant), SL_TEXT("*"));
}

const sl_expr *cql_call_expr(cql_parser *p, const cql_node *call, sl_text *out_field)
{
    const cql_signature *signature = cql_signature_find(call->text);
    const sl_fn *fn = sl_fn_find(&sl_cql_functions, call->text);
    if (signature == NULL || fn == NULL) {
        cql_unknown_function(p, call);
        return NULL;
    }
    sl_builder *builder = &p->shared->builder;
    cql_args args = cql_args_of(p, call);
    sl_vector values = {0};
    for (uint32_t i = 0; i < CQL_PARAMS_MAX && signature->params[i].name != NULL; i++) {
        bool unnamed = i == expr_unnamed(&args, signature);
        if (!expr_bind(&args, &signature->params[i], unnamed, &values)) return NULL;
    }
    expr_switches switches = expr_switch(&args, fn);
    bool everything = expr_is_everything(&args, fn, &values);
    if (signature->output != NULL) {
        sl_text field = expr_output(&args, signature, &values);
        if (out_field != NULL) *out_field = field;
    }
    if (!cql_args_done(&args)) return NULL;
    if (everything) return sl_build_constant(builder, sl_bool(true), call->span);
    const sl_expr *value =
        sl_build_call(builder, switches.fn, values.items, values.count, call->span);
    return switches.negated ? sl_build_not(builder, value, call->span) : value;
}
