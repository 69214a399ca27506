/* eval_lookup.c - lookup() inside of an expression.
 *
 * lookup("table", json_object("column", value, ...), json_array("column", ...)) is a JSON object of
 * the columns asked for. A table is probed by an operator, so the values that are looked for become
 * hidden fields in front of the command, then a `lookup` command follows, and the call reads its
 * hidden outputs. What the same eval has assigned before goes in front, too. */
#include <stdio.h>

#include "func/json_tree.h"
#include "func/spl.h"
#include "func/spl_command.h"
#include "lang/spl/inner.h"

typedef struct lookup_call {
    spl_parser *p;
    sl_span span;
    sl_vector assigns; /* of the hidden fields that hold the values */
    sl_vector outputs; /* names and hidden fields by turns: the arguments of the object */
    sl_buffer text;    /* of the command */
} lookup_call;

static const sl_expr *lookup_fault(spl_parser *p, sl_span span, const char *what)
{
    p->said = true;
    sl_diag_error(p->builder.diags, SL_DIAG_TYPE, span, "%s", what);
    spl_hint(p, "lookup(\"table.csv\", json_object(\"column\", value), json_array(\"column\"))");
    return NULL;
}

/* A hidden field that no other has, to be removed behind the command. */
static sl_field lookup_hidden(spl_parser *p)
{
    char name[32];
    snprintf(name, sizeof name, "lookup %u", p->scratch.count);
    sl_field field = spl_hidden(p, name);
    return spl_add_field(p, &p->scratch, field) ? field : SL_FIELD_NONE;
}

/* `"column" AS "hidden"` to the command's text. */
static bool lookup_side(lookup_call *call, sl_text column, sl_field field)
{
    if (sl_text_find_byte(column, '"', 0) != SIZE_MAX || column.length == 0) return false;
    sl_text hidden = sl_fields_name(call->p->builder.fields, field);
    sl_buffer_printf(&call->text, " \"%.*s\" AS \"%.*s\"", SL_TEXT_ARG(column),
                     SL_TEXT_ARG(hidden));
    return field != SL_FIELD_NONE && !call->text.failed;
}

/* A key column and the expression that is looked for in it. */
static bool lookup_key(lookup_call *call, sl_text column, const sl_expr *value)
{
    spl_parser *p = call->p;
    sl_field field = lookup_hidden(p);
    if (!lookup_side(call, column, field)) return false;
    return spl_assign(p, &call->assigns, sl_fields_name(p->builder.fields, field), value, false);
}

/* json_object("column", value, ...): a call, or folded to its text when all is constant. */
static bool lookup_keys(lookup_call *call, const sl_expr *arg)
{
    spl_parser *p = call->p;
    if (arg->kind == SL_EXPR_CALL && arg->fn->run == sl_fn_spl_json_object) {
        for (uint32_t i = 0; i + 1 < arg->arg_count; i += 2) {
            const sl_expr *name = arg->args[i];
            bool constant = name->kind == SL_EXPR_CONSTANT && name->constant.kind == SL_STRING;
            if (!constant || !lookup_key(call, sl_value_bytes(name->constant), arg->args[i + 1]))
                return false;
        }
        return arg->arg_count >= 2;
    }
    if (arg->kind != SL_EXPR_CONSTANT || arg->constant.kind != SL_STRING) return false;
    const sl_tree *tree = sl_tree_parse(sl_value_bytes(arg->constant), p->builder.arena);
    if (tree == NULL || tree->kind != SL_TREE_OBJECT || tree->first == NULL) return false;
    for (const sl_tree *one = tree->first; one != NULL; one = one->next)
        if (!lookup_key(call, one->key, sl_build_text(&p->builder, one->text, call->span)))
            return false;
    return true;
}

/* json_array("column", ...), which is always folded. */
static bool lookup_outputs(lookup_call *call, const sl_expr *arg)
{
    spl_parser *p = call->p;
    if (arg->kind != SL_EXPR_CONSTANT || arg->constant.kind != SL_STRING) return false;
    const sl_tree *tree = sl_tree_parse(sl_value_bytes(arg->constant), p->builder.arena);
    if (tree == NULL || tree->kind != SL_TREE_ARRAY || tree->first == NULL) return false;
    sl_buffer_add_string(&call->text, " OUTPUT");
    for (const sl_tree *one = tree->first; one != NULL; one = one->next) {
        sl_field field = lookup_hidden(p);
        if (one->kind != SL_TREE_STRING || !lookup_side(call, one->text, field)) return false;
        const sl_expr *name = sl_build_text(&p->builder, one->text, call->span);
        const sl_expr *value = spl_field_expr(p, field, call->span);
        if (!sl_vector_add_pointer(&call->outputs, p->builder.arena, name)
            || !sl_vector_add_pointer(&call->outputs, p->builder.arena, value))
            return false;
    }
    return true;
}

/* What was assigned before, the values to look for, and the command, into the pipe. */
static bool lookup_ops(lookup_call *call)
{
    spl_parser *p = call->p;
    if (p->pending != NULL) {
        if (!spl_add_extend(p, p->pending)) return false;
        *p->pending = (sl_vector){0};
    }
    sl_text text = sl_arena_copy(p->builder.arena, sl_buffer_text(&call->text));
    return text.data != NULL && spl_add_extend(p, &call->assigns)
        && spl_commands_text(p, text, call->span);
}

const sl_expr *spl_eval_lookup(spl_parser *p, const sl_vector *args, sl_span span)
{
    const sl_expr *const *items = args->items;
    if (p->plan == NULL || p->in_items > 0)
        return lookup_fault(p, span, "a lookup cannot be used in this place");
    if (args->count != 3 || items[0]->kind != SL_EXPR_CONSTANT
        || items[0]->constant.kind != SL_STRING)
        return lookup_fault(p, span, "'lookup' takes a table, a JSON object and a JSON array");
    lookup_call call = {.p = p, .span = span};
    const sl_expr *object = NULL;
    sl_buffer_init(&call.text);
    sl_text table = sl_value_bytes(items[0]->constant);
    sl_buffer_printf(&call.text, "lookup \"%.*s\"", SL_TEXT_ARG(table));
    bool read = sl_text_find_byte(table, '"', 0) == SIZE_MAX && lookup_keys(&call, items[1])
        && lookup_outputs(&call, items[2]);
    if (!read) lookup_fault(p, span, "'lookup' takes a table, a JSON object and a JSON array");
    else if (lookup_ops(&call))
        object = sl_build_call(&p->builder, &sl_spl_tojson, call.outputs.items, call.outputs.count,
                               span);
    sl_buffer_fini(&call.text);
    if (object == NULL) return NULL;
    const sl_expr *none[2] = {object, sl_build_text(&p->builder, SL_TEXT("{}"), span)};
    return spl_call(p, "nullif", none, 2, span);
}
