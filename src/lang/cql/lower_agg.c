/* lower_agg.c - aggregate functions, and the steps that use them: groupBy, stats, top. */
#include "func/aggregates.h"
#include "lang/cql/lower.h"

enum { GROUP_LIMIT = 20000, GROUP_LIMIT_MAX = 1000000, TOP_LIMIT = 10, TOP_LIMIT_MAX = 20000 };

/* count(field, distinct=true): exact here, where the vendor estimates above 100. */
static const sl_agg agg_count_distinct = {
    .name = "count",
    .arg_min = 1,
    .arg_max = 1,
    SL_AGG_SET,
    .finish = sl_agg_distinct_finish,
    .usage = "count(field, distinct=true, as=_count)",
    .doc = "The number of distinct values.",
};

bool cql_is_aggregate(const cql_node *call)
{
    return sl_agg_find(&sl_cql_aggregates, call->text) != NULL;
}

/* Adds one call under its output name. */
static bool agg_add(cql_args *args, const sl_agg *agg, const sl_expr *const *values, uint32_t count,
                    sl_text output, sl_vector *items)
{
    cql_parser *p = args->parser;
    sl_agg_item item;
    if (!sl_build_agg(&p->shared->builder, agg, values, count, args->call->span, &item)) {
        return false;
    }
    item.out = cql_field(p, output, args->call->span);
    sl_agg_item *added = sl_vector_add(items, p->arena, sizeof *added);
    if (item.out == SL_FIELD_NONE || added == NULL) return false;
    *added = item;
    return true;
}

static const sl_expr *agg_field(cql_args *args, const cql_node *node)
{
    sl_text name = cql_arg_field(args, node);
    if (name.data == NULL) return NULL;
    return sl_build_field(&args->parser->shared->builder, name, node->span);
}

/* sum, avg, min, max, range, stdDev: one field, one output. */
static bool agg_plain(cql_args *args, const sl_agg *agg, sl_vector *items)
{
    cql_parser *p = args->parser;
    const cql_node *field = cql_arg_required(args, "field", true);
    const cql_node *as = cql_arg(args, "as", false);
    sl_text output = as != NULL ? cql_arg_field(args, as)
        : sl_text_equal(sl_text_from(agg->name), SL_TEXT("stdDev"))
        ? SL_TEXT("_stddev")
        : sl_arena_printf(p->arena, "_%s", agg->name);
    if (!cql_args_done(args) || output.data == NULL) return false;
    const sl_expr *value = agg_field(args, field);
    return value != NULL && agg_add(args, agg, &value, 1, output, items);
}

static bool agg_count(cql_args *args, const sl_agg *agg, sl_vector *items)
{
    const cql_node *field = cql_arg(args, "field", true);
    const cql_node *as = cql_arg(args, "as", false);
    bool distinct = cql_arg_bool(args, "distinct", false);
    sl_text output = as == NULL ? SL_TEXT("_count") : cql_arg_field(args, as);
    if (distinct && field == NULL) cql_arg_required(args, "field", true);
    if (!cql_args_done(args) || output.data == NULL) return false;
    const sl_expr *value = field == NULL ? NULL : agg_field(args, field);
    if (field != NULL && value == NULL) return false;
    return agg_add(args, distinct ? &agg_count_distinct : agg, &value, field == NULL ? 0 : 1,
                   output, items);
}

static bool agg_collect(cql_args *args, const sl_agg *agg, sl_vector *items)
{
    cql_parser *p = args->parser;
    sl_builder *builder = &p->shared->builder;
    const cql_node *fields = cql_arg_required(args, "fields", true);
    uint64_t limit = cql_arg_count(args, "limit", SL_AGG_COLLECT_MAX, SL_LIST_ITEMS_MAX);
    sl_text separator = cql_arg_text(args, "separator", SL_TEXT("\n"));
    if (!cql_arg_bool(args, "multival", true)) {
        cql_fault(p, SL_DIAG_REFUSED, args->call->span,
                  "collect() with multival=false is not run here");
        args->failed = true;
    }
    if (!cql_args_done(args)) return false;
    sl_span span = args->call->span;
    for (uint32_t i = 0; i < cql_arg_items(fields); i++) {
        const cql_node *field = cql_arg_item(fields, i);
        const sl_expr *values[] = {agg_field(args, field),
                                   sl_build_constant(builder, sl_integer((int64_t)limit), span),
                                   sl_build_text(builder, separator, span)};
        if (values[0] == NULL || !agg_add(args, agg, values, 3, field->text, items)) return false;
    }
    return true;
}

static bool agg_select_last(cql_args *args, const sl_agg *agg, sl_vector *items)
{
    const cql_node *fields = cql_arg_required(args, "fields", true);
    if (!cql_args_done(args)) return false;
    for (uint32_t i = 0; i < cql_arg_items(fields); i++) {
        const cql_node *field = cql_arg_item(fields, i);
        const sl_expr *value = agg_field(args, field);
        if (value == NULL || !agg_add(args, agg, &value, 1, field->text, items)) return false;
    }
    return true;
}

static bool agg_select_from(cql_args *args, const sl_agg *agg, sl_vector *items)
{
    const cql_node *key = cql_arg_required(args, "field", true);
    const cql_node *include = cql_arg_required(args, "include", false);
    if (!cql_args_done(args)) return false;
    for (uint32_t i = 0; i < cql_arg_items(include); i++) {
        const cql_node *field = cql_arg_item(include, i);
        const sl_expr *values[] = {agg_field(args, key), agg_field(args, field)};
        if (values[0] == NULL || values[1] == NULL
            || !agg_add(args, agg, values, 2, field->text, items)) {
            return false;
        }
    }
    return true;
}

static bool agg_percentile(cql_args *args, const sl_agg *agg, sl_vector *items)
{
    static const char *const usual[] = {"50", "75", "99"};
    cql_parser *p = args->parser;
    const cql_node *field = cql_arg_required(args, "field", true);
    const cql_node *wanted = cql_arg(args, "percentiles", false);
    sl_text prefix = cql_arg_text(args, "as", SL_TEXT(""));
    (void)cql_arg_text(args, "accuracy", SL_TEXT(""));
    if (!cql_args_done(args)) return false;
    uint32_t count = wanted == NULL ? SL_COUNT(usual) : cql_arg_items(wanted);
    for (uint32_t i = 0; i < count; i++) {
        sl_text text = wanted == NULL ? sl_text_from(usual[i]) : cql_arg_item(wanted, i)->text;
        sl_text output =
            sl_arena_printf(p->arena, "%.*s_%.*s", SL_TEXT_ARG(prefix), SL_TEXT_ARG(text));
        sl_span span = wanted == NULL ? args->call->span : cql_arg_item(wanted, i)->span;
        const sl_expr *values[] = {agg_field(args, field),
                                   sl_build_constant(&p->shared->builder, sl_string(text), span)};
        if (values[0] == NULL || output.data == NULL
            || !agg_add(args, agg, values, 2, output, items)) {
            return false;
        }
    }
    return true;
}

typedef bool agg_lower(cql_args *args, const sl_agg *agg, sl_vector *items);

static bool agg_call(cql_parser *p, const cql_node *call, sl_vector *items)
{
    static const struct {
        const char *name;
        agg_lower *lower;
    } special[] = {{"collect", agg_collect},           {"count", agg_count},
                   {"percentile", agg_percentile},     {"selectFromMax", agg_select_from},
                   {"selectFromMin", agg_select_from}, {"selectLast", agg_select_last}};
    const sl_agg *agg = sl_agg_find(&sl_cql_aggregates, call->text);
    if (sl_text_equal_nocase(call->text, SL_TEXT("stats"))) {
        cql_args args = cql_args_of(p, call);
        const cql_node *functions = cql_arg_required(&args, "function", true);
        return cql_args_done(&args) && cql_lower_aggs(p, functions, items);
    }
    if (agg == NULL) {
        if (cql_usage(call->text) == NULL) return cql_unknown_function(p, call);
        cql_fault(p, SL_DIAG_REFUSED, call->span, "'%.*s' inside another aggregate is not run here",
                  SL_TEXT_ARG(call->text));
        cql_hint(p, "one row a group: count, min, max, sum, avg, collect, selectLast and such");
        return false;
    }
    if ((agg->flags & SL_FN_REFUSED) != 0) return cql_unknown_function(p, call);
    cql_args args = cql_args_of(p, call);
    for (size_t i = 0; i < SL_COUNT(special); i++) {
        if (sl_text_equal(sl_text_from(agg->name), sl_text_from(special[i].name))) {
            return special[i].lower(&args, agg, items);
        }
    }
    return agg_plain(&args, agg, items);
}

bool cql_lower_aggs(cql_parser *p, const cql_node *node, sl_vector *items)
{
    if (node->kind == CQL_ARRAY) {
        bool good = true;
        for (uint32_t i = 0; i < node->items.count; i++) {
            good &= cql_lower_aggs(p, cql_item(node, i), items);
        }
        return good;
    }
    if (node->kind == CQL_CALL) return agg_call(p, node, items);
    if (node->kind == CQL_ASSIGN && cql_item(node, 0)->kind == CQL_CALL) {
        const cql_node *call = cql_call_with(p, cql_item(node, 0), "as", node->text, node->span);
        return call != NULL && agg_call(p, call, items);
    }
    return cql_fault(p, SL_DIAG_TYPE, node->span, "expected an aggregate function");
}

/* True when the aggregate of a field gives a value that the group has under that name already:
 * groupBy(aid, function=selectLast([aid, ...])). */
static bool agg_repeats(const sl_agg_item *item)
{
    sl_text name = sl_text_from(item->agg->name);
    const sl_expr *value = item->arg_count == 0       ? NULL
        : sl_text_starts(name, SL_TEXT("selectFrom")) ? item->args[1]
                                                      : item->args[0];
    return value != NULL && value->kind == SL_EXPR_FIELD && value->field == item->out
        && (sl_text_starts(name, SL_TEXT("select")) || sl_text_equal(name, SL_TEXT("collect")));
}

/* No two results, and no result and key, of one name; what only repeats a field is left out. */
static bool agg_names_differ(cql_parser *p, const sl_vector *keys, sl_vector *items)
{
    sl_agg_item *list = items->items;
    uint32_t kept = 0;
    const sl_field *names = keys->items;
    sl_map seen;
    sl_map_init(&seen);
    bool good = true;
    for (uint32_t i = 0; good && i < keys->count + items->count; i++) {
        sl_field field = i < keys->count ? names[i] : list[i - keys->count].out;
        sl_text name = sl_fields_name(&p->shared->plan->fields, field);
        uint32_t before = seen.count;
        if (sl_map_add(&seen, name) == SL_MAP_NONE) good = false;
        if (i >= keys->count && seen.count > before) list[kept++] = list[i - keys->count];
        if (!good || seen.count > before || i < keys->count
            || agg_repeats(&list[i - keys->count])) {
            continue;
        }
        good = cql_fault(p, SL_DIAG_OPTION, list[i - keys->count].span,
                         "two results are called '%.*s'", SL_TEXT_ARG(name));
        cql_hint(p, "give one another name: as=...");
    }
    sl_map_fini(&seen);
    items->count = kept;
    return good;
}

typedef struct agg_group {
    const char *command;
    sl_span span;
    sl_vector keys, items; /* of sl_field, of sl_agg_item */
    uint64_t limit;
} agg_group;

static bool agg_emit(cql_parser *p, agg_group *group)
{
    if (!agg_names_differ(p, &group->keys, &group->items)) return false;
    sl_op *op = cql_op_new(p, SL_OP_AGGREGATE, group->command, group->span);
    if (op == NULL) return false;
    op->aggregate.keys = group->keys.items;
    op->aggregate.key_count = group->keys.count;
    op->aggregate.items = group->items.items;
    op->aggregate.item_count = group->items.count;
    op->aggregate.empty_row = group->keys.count == 0;
    op->aggregate.group_max = group->limit;
    if (!cql_reshape(p, group->keys.items, group->keys.count)) return false;
    const sl_agg_item *items = group->items.items;
    for (uint32_t i = 0; i < group->items.count; i++) {
        if (!cql_know_field(p, items[i].out)) return false;
    }
    return true;
}

static bool agg_keys(cql_args *args, const cql_node *fields, sl_vector *keys)
{
    for (uint32_t i = 0; i < cql_arg_items(fields); i++) {
        sl_field field = cql_arg_field_number(args, cql_arg_item(fields, i));
        sl_field *key = sl_vector_add(keys, args->parser->arena, sizeof *key);
        if (field == SL_FIELD_NONE || key == NULL) return false;
        *key = field;
    }
    return true;
}

/* count() as the vendor adds it when no function is given. */
static bool agg_default_count(cql_parser *p, const cql_node *call, sl_vector *items)
{
    cql_node *count = cql_node_new(p, CQL_CALL, call->start);
    if (count == NULL) return false;
    count->text = SL_TEXT("count");
    count->span = call->span;
    return agg_call(p, count, items);
}

bool cql_do_group(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    agg_group group = {.command = "groupBy", .span = p->call->span};
    const cql_node *fields = cql_arg_required(&args, "field", true);
    const cql_node *functions = cql_arg(&args, "function", false);
    group.limit = cql_arg_count(&args, "limit", GROUP_LIMIT, GROUP_LIMIT_MAX);
    bool good = cql_args_done(&args) && agg_keys(&args, fields, &group.keys);
    good &= functions == NULL ? agg_default_count(p, p->call, &group.items)
                              : cql_lower_aggs(p, functions, &group.items);
    return good && agg_emit(p, &group);
}

bool cql_lower_stats(cql_parser *p, const cql_node *functions)
{
    agg_group group = {.command = "stats", .span = functions->span};
    return cql_lower_aggs(p, functions, &group.items) && agg_emit(p, &group);
}

bool cql_do_stats(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    const cql_node *functions = cql_arg(&args, "function", true);
    if (!cql_args_done(&args)) return false;
    if (functions != NULL) return cql_lower_stats(p, functions);
    agg_group group = {.command = "stats", .span = p->call->span};
    return agg_default_count(p, p->call, &group.items) && agg_emit(p, &group);
}

/* sum(field) under `output`, for top. */
static bool agg_top_value(cql_args *args, const cql_node *sum, sl_text output, sl_vector *items)
{
    const sl_agg *agg =
        sl_agg_find(&sl_cql_aggregates, sum == NULL ? SL_TEXT("count") : SL_TEXT("sum"));
    const sl_expr *value = sum == NULL ? NULL : agg_field(args, sum);
    if (sum != NULL && value == NULL) return false;
    return agg_add(args, agg, &value, sum == NULL ? 0 : 1, output, items);
}

bool cql_do_top(void *parser)
{
    cql_parser *p = parser;
    cql_args args = cql_args_of(p, p->call);
    agg_group group = {.command = "top", .span = p->call->span, .limit = GROUP_LIMIT_MAX};
    const cql_node *fields = cql_arg_required(&args, "field", true);
    const cql_node *sum = cql_arg(&args, "sum", false);
    const cql_node *as = cql_arg(&args, "as", false);
    uint64_t limit = cql_arg_count(&args, "limit", TOP_LIMIT, TOP_LIMIT_MAX);
    bool percent = cql_arg_bool(&args, "percent", false);
    const cql_node *rest = cql_arg(&args, "rest", false);
    const cql_node *max = cql_arg(&args, "max", false);
    sl_text output = as != NULL ? cql_arg_field(&args, as)
        : sum != NULL           ? SL_TEXT("_sum")
                                : SL_TEXT("_count");
    if (percent || rest != NULL || max != NULL) {
        return cql_fault(p, SL_DIAG_REFUSED, p->call->span,
                         "top() with max, percent or rest is not run here");
    }
    if (!cql_args_done(&args) || output.data == NULL || !agg_keys(&args, fields, &group.keys)
        || !agg_top_value(&args, sum, output, &group.items) || !agg_emit(p, &group)) {
        return false;
    }
    sl_op *op = cql_op_new(p, SL_OP_SORT, "top", p->call->span);
    sl_sort_key *key = SL_ARENA_NEW(p->arena, sl_sort_key);
    if (op == NULL || key == NULL) return false;
    sl_field field = ((const sl_agg_item *)group.items.items)[0].out;
    *key = (sl_sort_key){.field = field, .descending = true, .order = SL_SORT_NUMBER};
    op->sort.keys = key;
    op->sort.key_count = 1;
    op->sort.limit = limit;
    return true;
}
