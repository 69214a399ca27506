/* exec_support.h - plans put together operator by operator, for tests of operators.
 *
 *   exec_begin();
 *   sl_op *op = exec_op(SL_OP_DEDUP);
 *   op->dedup.keys = exec_field_list("host", &op->dedup.key_count);
 *   ...
 *   exec_end(); */
#ifndef SL_TESTS_UNIT_EXEC_SUPPORT_H
#define SL_TESTS_UNIT_EXEC_SUPPORT_H

#include "exec/lookup_index.h"
#include "func/spl.h"
#include "lang/spl/spl.h"
#include "test.h"

static sl_plan *exec_plan;
static sl_faults exec_faults;
static sl_context exec_context;
static sl_lookups *exec_lookups;
static bool exec_shows_time; /* `_time` is written too */

static sl_fields *exec_fields(void)
{
    return &exec_plan->fields;
}

static sl_field exec_field(const char *name)
{
    return sl_fields_add(exec_fields(), sl_text_from(name));
}

static void exec_begin(void)
{
    exec_plan = sl_plan_new(SL_LANG_SPL, SL_TEXT("test"), SL_TEXT(""));
    exec_plan->arrival = SL_ARRIVAL_NEWEST;
    sl_faults_init(&exec_faults);
    exec_context = (sl_context){.now = 1000 * SL_SECOND,
                                .zone = sl_zone_utc(),
                                .earliest = SL_TIME_NONE,
                                .latest = SL_TIME_NONE,
                                .faults = &exec_faults,
                                .query_name = SL_TEXT("test")};
    exec_lookups = sl_lookups_new();
    exec_shows_time = false;
    (void)exec_field("_time");
}

static void exec_end(void)
{
    sl_lookups_free(exec_lookups);
    sl_faults_fini(&exec_faults);
    sl_plan_free(exec_plan);
}

/* A new operator at the end of the plan. */
static sl_op *exec_op(sl_op_kind kind)
{
    sl_op *op = sl_plan_op(exec_plan, kind, sl_op_name(kind), (sl_span){0, 0});
    sl_pipe_add(&exec_plan->pipe, op);
    return op;
}

/* The fields between commas. */
static inline const sl_field *exec_field_list(const char *names, uint32_t *count)
{
    sl_field *list = SL_ARENA_ARRAY(&exec_plan->arena, 16, sl_field);
    sl_text text = sl_text_from(names);
    *count = 0;
    for (size_t at = 0; at < text.length;) {
        size_t end = sl_text_find_byte(text, ',', at);
        if (end == SIZE_MAX) end = text.length;
        sl_text name = sl_arena_copy(&exec_plan->arena, sl_text_slice(text, at, end));
        list[(*count)++] = exec_field(name.data);
        at = end + 1;
    }
    return list;
}

static inline const sl_expr *exec_expr(const char *field)
{
    sl_expr *expr = SL_ARENA_NEW(&exec_plan->arena, sl_expr);
    *expr = (sl_expr){.kind = SL_EXPR_FIELD, .field = exec_field(field), .depth = 1};
    return expr;
}

/* field = text, as eval compares. */
static inline const sl_expr *exec_equal(const char *field, const char *text)
{
    sl_expr *expr = SL_ARENA_NEW(&exec_plan->arena, sl_expr);
    sl_expr *constant = SL_ARENA_NEW(&exec_plan->arena, sl_expr);
    const sl_expr **args = SL_ARENA_ARRAY(&exec_plan->arena, 2, const sl_expr *);
    *constant = (sl_expr){.kind = SL_EXPR_CONSTANT, .constant = sl_string(sl_text_from(text))};
    args[0] = exec_expr(field);
    args[1] = constant;
    *expr = (sl_expr){
        .kind = SL_EXPR_CALL, .fn = &sl_spl_equal, .args = args, .arg_count = 2, .depth = 2};
    return expr;
}

/* "count", or "sum(x)" as `out`. */
static inline sl_agg_item exec_item(const char *agg, const char *arg, const char *out)
{
    sl_agg_item item = {.agg = sl_agg_find(&sl_spl_aggregates, sl_text_from(agg)),
                        .out = exec_field(out)};
    if (arg != NULL) item.args[item.arg_count++] = exec_expr(arg);
    return item;
}

static inline const sl_agg_item *exec_items(uint32_t count, const sl_agg_item *items)
{
    sl_agg_item *copy = SL_ARENA_ARRAY(&exec_plan->arena, count, sl_agg_item);
    memcpy(copy, items, count * sizeof *items);
    return copy;
}

#endif
