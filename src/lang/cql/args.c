/* args.c - the arguments of a call, taken by name; what nobody took is a fault. */
#include "base/number.h"
#include "lang/cql/lower.h"

enum { ARGS_MAX = 64 };

cql_args cql_args_of(cql_parser *p, const cql_node *call)
{
    return (cql_args){.parser = p, .call = call};
}

const cql_node *cql_arg(cql_args *args, const char *name, bool unnamed)
{
    const cql_node *found = NULL;
    for (uint32_t i = 0; i < args->call->items.count && i < ARGS_MAX; i++) {
        const cql_node *arg = cql_item(args->call, i);
        bool match =
            arg->name.data == NULL ? unnamed : sl_text_equal_nocase(arg->name, sl_text_from(name));
        if (!match) continue;
        args->taken |= UINT64_C(1) << i;
        if (found != NULL) {
            cql_fault(args->parser, SL_DIAG_OPTION, arg->span, "'%s' is given twice",
                      name == NULL ? "the argument without a name" : name);
            args->failed = true;
        }
        found = arg;
    }
    return found;
}

static void args_hint_usage(cql_args *args)
{
    const char *usage = cql_usage(args->call->text);
    if (usage != NULL) cql_hint(args->parser, "usage: %s", usage);
}

const cql_node *cql_arg_required(cql_args *args, const char *name, bool unnamed)
{
    const cql_node *arg = cql_arg(args, name, unnamed);
    if (arg != NULL) return arg;
    cql_fault(args->parser, SL_DIAG_ARITY, args->call->span, "'%.*s' needs the argument '%s'",
              SL_TEXT_ARG(args->call->text), name);
    args_hint_usage(args);
    args->failed = true;
    return NULL;
}

static void args_misfit(cql_args *args, const cql_node *arg, const char *wanted)
{
    cql_fault(args->parser, SL_DIAG_TYPE, arg->span, "expected %s", wanted);
    args_hint_usage(args);
    args->failed = true;
}

sl_text cql_arg_text(cql_args *args, const char *name, sl_text fallback)
{
    const cql_node *arg = cql_arg(args, name, false);
    if (arg == NULL) return fallback;
    if (arg->kind == CQL_WORD || arg->kind == CQL_TEXT) return arg->text;
    args_misfit(args, arg, "a text");
    return fallback;
}

uint64_t cql_count_of(cql_args *args, const cql_node *arg, const char *name, uint64_t most)
{
    int64_t number = 0;
    bool plain = arg->kind == CQL_WORD || arg->kind == CQL_TEXT;
    if (plain && sl_text_equal_nocase(arg->text, SL_TEXT("max"))) return most;
    if (plain && sl_integer_parse(arg->text, &number) && number >= 1 && (uint64_t)number <= most) {
        return (uint64_t)number;
    }
    cql_fault(args->parser, SL_DIAG_OPTION, arg->span, "'%s' is a number from 1 to %llu, or max",
              name, (unsigned long long)most);
    args->failed = true;
    return 1;
}

uint64_t cql_arg_count(cql_args *args, const char *name, uint64_t fallback, uint64_t most)
{
    const cql_node *arg = cql_arg(args, name, false);
    return arg == NULL ? fallback : cql_count_of(args, arg, name, most);
}

bool cql_arg_bool(cql_args *args, const char *name, bool fallback)
{
    const cql_node *arg = cql_arg(args, name, false);
    if (arg == NULL) return fallback;
    bool plain = arg->kind == CQL_WORD || arg->kind == CQL_TEXT;
    if (plain && sl_text_equal_nocase(arg->text, SL_TEXT("true"))) return true;
    if (plain && sl_text_equal_nocase(arg->text, SL_TEXT("false"))) return false;
    args_misfit(args, arg, "true or false");
    return fallback;
}

uint32_t cql_arg_items(const cql_node *arg)
{
    if (arg == NULL) return 0;
    return arg->kind == CQL_ARRAY ? arg->items.count : 1;
}

const cql_node *cql_arg_item(const cql_node *arg, uint32_t index)
{
    return arg->kind == CQL_ARRAY ? cql_item(arg, index) : arg;
}

sl_text cql_arg_field(cql_args *args, const cql_node *arg)
{
    sl_text none = {NULL, 0};
    if (arg == NULL) return none;
    if (arg->kind != CQL_WORD && arg->kind != CQL_TEXT) {
        args_misfit(args, arg, "the name of a field");
        return none;
    }
    /* arguments stand in the text that is being read, so the word can be looked at there */
    bool is_name = arg->quoted || cql_scan_field(args->parser, arg->start) >= arg->end;
    if (is_name && arg->text.length > 0) return arg->text;
    args_misfit(args, arg, "the name of a field");
    return none;
}

sl_field cql_arg_field_number(cql_args *args, const cql_node *arg)
{
    sl_text name = cql_arg_field(args, arg);
    return name.data == NULL ? (sl_field)SL_FIELD_NONE : cql_field(args->parser, name, arg->span);
}

bool cql_args_done(cql_args *args)
{
    for (uint32_t i = 0; i < args->call->items.count; i++) {
        const cql_node *arg = cql_item(args->call, i);
        if (i < ARGS_MAX && (args->taken >> i & 1) != 0) continue;
        if (arg->name.data == NULL) {
            cql_fault(args->parser, SL_DIAG_ARITY, arg->span,
                      "'%.*s' takes no argument without a name", SL_TEXT_ARG(args->call->text));
        } else {
            cql_fault(args->parser, SL_DIAG_OPTION, arg->name_span, "'%.*s' has no argument '%.*s'",
                      SL_TEXT_ARG(args->call->text), SL_TEXT_ARG(arg->name));
        }
        args_hint_usage(args);
        args->failed = true;
    }
    return !args->failed;
}
