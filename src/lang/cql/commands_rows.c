/* commands_rows.c - steps that sort, cut and shape rows: sort, table, select, rename. */
#include "lang/cql/functions.h"
#include "lang/cql/lower.h"

enum { SORT_LIMIT = 200, SORT_LIMIT_MAX = 20000, HEAD_LIMIT = 200 };

/* The fields of an argument as an array in the arena; NULL after a fault. */
static sl_field *rows_fields(cql_args *args, const cql_node *fields, uint32_t *out_count)
{
    uint32_t count = cql_arg_items(fields);
    sl_field *list = SL_ARENA_ARRAY(args->parser->arena, count, sl_field);
    if (list == NULL) return NULL;
    for (uint32_t i = 0; i < count; i++) {
        list[i] = cql_arg_field_number(args, cql_arg_item(fields, i));
        if (list[i] == SL_FIELD_NONE) return NULL;
    }
    *out_count = count;
    return list;
}

/* Item `index` of an option that may be a list; the last one serves the rest. */
static const cql_node *rows_option(const cql_node *option, uint32_t index)
{
    uint32_t count = cql_arg_items(option);
    if (count == 0) return NULL;
    return cql_arg_item(option, index < count ? index : count - 1);
}

static bool rows_order(cql_args *args, const cql_node *node, bool fallback, bool *out)
{
    *out = fallback;
    if (node == NULL) return true;
    sl_text text = node->text;
    bool ascending = sl_text_equal_nocase(text, SL_TEXT("asc"))
        || sl_text_equal_nocase(text, SL_TEXT("ascending"));
    *out = !ascending;
    if (ascending || sl_text_equal_nocase(text, SL_TEXT("desc"))
        || sl_text_equal_nocase(text, SL_TEXT("descending"))) {
        return true;
    }
    args->failed = true;
    return cql_fault(args->parser, SL_DIAG_OPTION, node->span, "order is asc or desc");
}

static bool rows_type(cql_args *args, const cql_node *node, sl_sort_order *out)
{
    static const struct {
        const char *name;
        sl_sort_order order;
    } types[] = {{"number", SL_SORT_NUMBER}, {"string", SL_SORT_TEXT}, {"any", SL_SORT_NUMBER}};
    *out = SL_SORT_NUMBER;
    if (node == NULL) return true;
    for (size_t i = 0; i < SL_COUNT(types); i++) {
        if (!sl_text_equal_nocase(node->text, sl_text_from(types[i].name))) continue;
        *out = types[i].order;
        return true;
    }
    args->failed = true;
    if (sl_text_equal_nocase(node->text, SL_TEXT("hex"))) {
        return cql_fault(args->parser, SL_DIAG_REFUSED, node->span,
                         "sorting by hexadecimal numbers is not run here");
    }
    return cql_fault(args->parser, SL_DIAG_OPTION, node->span, "type is number, string or any");
}

/* order, type and reverse for `count` fields. */
static bool rows_keys(cql_args *args, const sl_field *fields, uint32_t count, sl_sort_key *keys)
{
    const cql_node *order = cql_arg(args, "order", false);
    const cql_node *type = cql_arg(args, "type", false);
    bool descending = cql_arg_bool(args, "reverse", true);
    for (uint32_t i = 0; i < count; i++) {
        keys[i].field = fields[i];
        if (!rows_order(args, rows_option(order, i), descending, &keys[i].descending)
            || !rows_type(args, rows_option(type, i), &keys[i].order)) {
            return false;
        }
    }
    return true;
}

/* A sort by those keys that rows can have; without any the order stays and the limit counts. */
static bool rows_emit_sort(cql_parser *p, const char *command, sl_sort_key *keys, uint32_t count,
                           uint64_t limit)
{
    sl_op *op = cql_op_new(p, SL_OP_SORT, command, p->call->span);
    if (op == NULL) return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (cql_may_have(p, keys[i].field)) keys[kept++] = keys[i];
    }
    op->sort.keys = keys;
    op->sort.key_count = kept;
    op->sort.limit = limit;
    op->sort.cut_is_fault = true;
    return true;
}

bool cql_do_sort(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    const cql_node *fields = cql_arg(&args, "field", true);
    uint64_t limit = cql_arg_count(&args, "limit", SORT_LIMIT, SORT_LIMIT_MAX);
    uint32_t count = 1;
    sl_field fallback = cql_field(p, SL_TEXT("_count"), p->call->span);
    const sl_field *list = fields == NULL ? &fallback : rows_fields(&args, fields, &count);
    sl_sort_key *keys = SL_ARENA_ARRAY(p->arena, count, sl_sort_key);
    if (list == NULL || keys == NULL) return false;
    if (!rows_keys(&args, list, count, keys) || !cql_args_done(&args)) return false;
    return rows_emit_sort(p, "sort", keys, count, limit);
}

static bool rows_emit_project(cql_parser *p, const char *command, const sl_field *fields,
                              uint32_t count)
{
    sl_op *op = cql_op_new(p, SL_OP_PROJECT, command, p->call->span);
    if (op == NULL) return false;
    op->fields.names = sl_build_names(&p->shared->builder, fields, count);
    op->fields.count = count;
    return op->fields.names != NULL && cql_reshape(p, fields, count);
}

/* Sorts before it takes fields out, since the key need not be among those kept. */
bool cql_do_table(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    const cql_node *fields = cql_arg_required(&args, "fields", true);
    const cql_node *sortby = cql_arg(&args, "sortby", false);
    uint64_t limit = cql_arg_count(&args, "limit", SORT_LIMIT, SORT_LIMIT_MAX);
    uint32_t count = 0, key_count = 1;
    sl_field *list = fields == NULL ? NULL : rows_fields(&args, fields, &count);
    sl_field time = cql_field(p, SL_TEXT("@timestamp"), p->call->span);
    const sl_field *sort_fields = sortby == NULL ? &time : rows_fields(&args, sortby, &key_count);
    sl_sort_key *keys = SL_ARENA_ARRAY(p->arena, key_count, sl_sort_key);
    if (sort_fields == NULL || keys == NULL) return false;
    if (!rows_keys(&args, sort_fields, key_count, keys) || !cql_args_done(&args)) return false;
    return list != NULL && rows_emit_sort(p, "table", keys, key_count, limit)
        && rows_emit_project(p, "table", list, count);
}

bool cql_do_select(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    const cql_node *fields = cql_arg_required(&args, "fields", true);
    if (!cql_args_done(&args)) return false;
    uint32_t count = 0;
    const sl_field *list = rows_fields(&args, fields, &count);
    return list != NULL && rows_emit_project(p, "select", list, count);
}

bool cql_do_drop(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    const cql_node *fields = cql_arg_required(&args, "fields", true);
    if (!cql_args_done(&args)) return false;
    uint32_t count = 0;
    const sl_field *list = rows_fields(&args, fields, &count);
    return list != NULL && cql_add_remove(p, list, count, "drop", p->call->span);
}

static bool rows_add_rename(cql_args *args, const cql_node *from, const cql_node *to,
                            sl_vector *renames)
{
    sl_field old_field = cql_arg_field_number(args, from);
    sl_field new_field = cql_arg_field_number(args, to);
    sl_rename *rename = sl_vector_add(renames, args->parser->arena, sizeof *rename);
    if (old_field == SL_FIELD_NONE || new_field == SL_FIELD_NONE || rename == NULL) return false;
    *rename = (sl_rename){.from = {.field = old_field}, .to = {.field = new_field}};
    return true;
}

/* rename([[old, new], ...]) */
static bool rows_rename_pairs(cql_args *args, const cql_node *pairs, sl_vector *renames)
{
    for (uint32_t i = 0; i < cql_arg_items(pairs); i++) {
        const cql_node *pair = cql_arg_item(pairs, i);
        if (pair->kind != CQL_ARRAY || pair->items.count != 2) {
            cql_fault(args->parser, SL_DIAG_TYPE, pair->span, "expected [old, new]");
            cql_hint(args->parser, "usage: %s", cql_usage(args->call->text));
            return false;
        }
        if (!rows_add_rename(args, cql_item(pair, 0), cql_item(pair, 1), renames)) return false;
    }
    return true;
}

bool cql_do_rename(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    sl_vector renames = {0};
    const cql_node *field = cql_arg_required(&args, "field", true);
    const cql_node *as = cql_arg(&args, "as", false);
    if (!cql_args_done(&args)) return false;
    /* rename([old, new]) is taken for one pair */
    bool one_pair = field->kind == CQL_ARRAY && field->items.count == 2 && as == NULL
        && cql_item(field, 0)->kind != CQL_ARRAY;
    bool one_name = field->kind == CQL_ARRAY && field->items.count == 1; /* rename([a], as=b) */
    bool good = as != NULL
        ? rows_add_rename(&args, one_name ? cql_item(field, 0) : field, as, &renames)
        : one_pair ? rows_add_rename(&args, cql_item(field, 0), cql_item(field, 1), &renames)
                   : rows_rename_pairs(&args, field, &renames);
    sl_op *op = good ? cql_op_new(p, SL_OP_RENAME, "rename", p->call->span) : NULL;
    if (op == NULL) return false;
    op->rename.items = renames.items;
    op->rename.count = renames.count;
    for (uint32_t i = 0; i < renames.count; i++) {
        cql_forget_field(p, op->rename.items[i].from.field);
        if (!cql_know_field(p, op->rename.items[i].to.field)) return false;
    }
    return true;
}

static bool rows_limit(cql_parser *p, const char *command, bool from_end)
{
    cql_args args = cql_args_of(p, p->call);
    const cql_node *limit = cql_arg(&args, "limit", true);
    uint64_t count =
        limit == NULL ? HEAD_LIMIT : cql_count_of(&args, limit, "limit", SORT_LIMIT_MAX);
    if (!cql_args_done(&args)) return false;
    sl_op *op = cql_op_new(p, SL_OP_LIMIT, command, p->call->span);
    if (op == NULL) return false;
    op->limit.count = count;
    op->limit.from_end = from_end;
    return true;
}

bool cql_do_head(void *parser)
{
    return rows_limit(parser, "head", false);
}

bool cql_do_tail(void *parser)
{
    return rows_limit(parser, "tail", true);
}

bool cql_do_drop_event(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    if (!cql_args_done(&args)) return false;
    sl_builder *builder = &p->shared->builder;
    sl_span span = p->call->span;
    if (!p->in_case) {
        const sl_expr *never = sl_build_constant(builder, sl_bool(false), span);
        return cql_add_filter(p, never, "dropEvent", span);
    }
    /* a filter would only hand the event on to the next clause */
    p->shared->drops = true;
    const sl_expr *mark = sl_build_constant(builder, sl_bool(true), span);
    return cql_add_assign(p, cql_dropped_field(p, span), mark, span);
}

bool cql_do_eval(void *parser)
{
    cql_parser *p = parser;
    const cql_node *call = p->call;
    if (call->items.count == 0) {
        return cql_fault(p, SL_DIAG_ARITY, call->span, "eval() needs field=expression");
    }
    for (uint32_t i = 0; i < call->items.count; i++) {
        const cql_node *value = cql_item(call, i);
        if (value->name.data == NULL) {
            cql_fault(p, SL_DIAG_ARITY, value->span, "eval() needs field=expression");
            return false;
        }
        sl_field field = cql_field(p, value->name, value->name_span);
        if (!cql_add_assign(p, field, cql_expr(p, value), value->span)) return false;
    }
    return true;
}

/* default(field=[...], value=...): one assignment a field. */
bool cql_do_default(void *parser)
{
    cql_parser *p = parser;
    const cql_node *call = p->call;
    cql_args args = cql_args_of(p, call);
    const cql_node *fields = cql_arg(&args, "field", false);
    if (fields == NULL) fields = cql_arg_required(&args, "field", true);
    if (fields == NULL) return false;
    for (uint32_t i = 0; i < cql_arg_items(fields); i++) {
        cql_node *one = cql_node_new(p, CQL_CALL, call->start);
        cql_node *field = cql_node_new(p, CQL_WORD, call->start);
        if (one == NULL || field == NULL) return false;
        one->text = call->text;
        one->span = call->span;
        *field = *cql_arg_item(fields, i);
        field->name = SL_TEXT("field");
        if (!cql_node_add(p, one, field)) return false;
        for (uint32_t k = 0; k < call->items.count; k++) {
            const cql_node *arg = cql_item(call, k);
            if (arg != fields && !cql_node_add(p, one, arg)) return false;
        }
        sl_text target = {NULL, 0};
        const sl_expr *value = cql_call_expr(p, one, &target);
        if (value == NULL || target.data == NULL) return false;
        if (!cql_add_assign(p, cql_field(p, target, field->span), value, field->span)) {
            return false;
        }
    }
    return true;
}

/* regex(): a filter unless strict=false, and the fields of its groups. */
bool cql_do_regex(void *parser)
{
    cql_parser *p = parser;
    const cql_node *call = p->call;
    cql_args args = cql_args_of(p, call);
    bool strict = cql_arg_bool(&args, "strict", true);
    const cql_node *field_arg = cql_arg(&args, "field", false);
    const cql_node *pattern = cql_arg(&args, "regex", true);
    const sl_expr *predicate = cql_call_expr(p, call, NULL);
    if (predicate == NULL || pattern == NULL || args.failed) return false;
    if (strict && !cql_add_filter(p, predicate, "regex", call->span)) return false;
    sl_text field = field_arg == NULL ? SL_TEXT("@rawstring") : cql_arg_field(&args, field_arg);
    if (field.data == NULL || predicate->kind != SL_EXPR_CALL) return false;
    sl_text compiled = sl_value_bytes(predicate->args[1]->constant);
    return cql_add_groups(p, field, pattern->text, compiled, call->span);
}
