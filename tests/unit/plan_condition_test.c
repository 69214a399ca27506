/* plan_condition_test.c - rows of a subsearch as an expression, and where it is put in. */
#include "plan/build.h"
#include "plan/condition.h"

#include "func/spl.h"
#include "plan/program.h"
#include "test.h"

/* An outer plan with one filter that is a condition; rows of the inner plan are made by hand. */
typedef struct condition_kit {
    sl_plan *outer, *inner;
    const sl_expr *placeholder;
    sl_binder binder;
    sl_binding binding;
    sl_arena arena; /* of rows and of what is bound */
    sl_diags diags;
} condition_kit;

static const sl_expr *kit_terms(sl_text text, sl_arena *arena, sl_fields *fields, sl_diags *diags)
{
    sl_builder builder = {.arena = arena, .fields = fields, .diags = diags};
    if (text.length == 0) {
        sl_diag_error(diags, SL_DIAG_SYNTAX, (sl_span){0, 0}, "no terms");
        return NULL;
    }
    const sl_expr *args[2] = {sl_build_field(&builder, SL_TEXT("raw"), (sl_span){0, 0}),
                              sl_build_text(&builder, text, (sl_span){0, 0})};
    return sl_build_call(&builder, &sl_spl_search_equal, args, 2, (sl_span){0, 0});
}

static void kit_init(condition_kit *kit, uint64_t rows_max)
{
    sl_arena_init(&kit->arena, 0);
    sl_diags_init(&kit->diags);
    kit->outer = sl_plan_new(SL_LANG_SPL, SL_TEXT("outer"), SL_TEXT(""));
    kit->inner = sl_plan_new(SL_LANG_SPL, SL_TEXT("inner"), SL_TEXT(""));
    sl_condition how = {.plan = kit->inner,
                        .equal = &sl_spl_search_equal,
                        .equal_any = &sl_spl_search_equal_any,
                        .terms = kit_terms,
                        .rows_max = rows_max};
    kit->placeholder = sl_plan_add_condition(kit->outer, &how, (sl_span){0, 0});
    sl_op *filter = sl_plan_op(kit->outer, SL_OP_FILTER, "search", (sl_span){0, 0});
    filter->filter.predicate = kit->placeholder;
    sl_pipe_add(&kit->outer->pipe, filter);
    sl_binder_init(&kit->binder, kit->outer, kit->outer->conditions[0], &kit->arena, &kit->diags);
}

static void kit_fini(condition_kit *kit)
{
    sl_binder_fini(&kit->binder);
    sl_arena_fini(&kit->arena);
    sl_plan_free(kit->outer);
}

/* Rows of one column: values up to NULL; "" is missing. */
static sl_batch *kit_rows(condition_kit *kit, const char *name, const char *const *values)
{
    uint32_t count = 0;
    while (values[count] != NULL) count++;
    sl_batch *batch = sl_batch_new(&kit->arena, count);
    sl_value *column = sl_batch_column_new(batch);
    for (uint32_t i = 0; i < count; i++)
        if (values[i][0] != '\0') column[i] = sl_string(sl_text_from(values[i]));
    sl_batch_set(batch, sl_plan_name(kit->inner, sl_text_from(name)), column);
    return batch;
}

/* What the rows came to, as `explain` prints it. */
static void check_bound(condition_kit *kit, const char *expected)
{
    sl_buffer text;
    sl_buffer_init(&text);
    CHECK_INT(SL_OK, sl_binder_finish(&kit->binder, &kit->binding));
    CHECK(kit->binding.placeholder == kit->placeholder);
    if (kit->binding.value != NULL) sl_expr_print(kit->outer, kit->binding.value, &text);
    CHECK_TEXT(expected, sl_buffer_text(&text));
    sl_buffer_fini(&text);
}

TEST(no_rows_match_nothing)
{
    condition_kit kit;
    kit_init(&kit, 10);
    CHECK_INT(SL_OK,
              sl_binder_add(&kit.binder, kit_rows(&kit, "_time", (const char *[]){"1", NULL})));
    CHECK_INT(SL_OK,
              sl_binder_add(&kit.binder, kit_rows(&kit, "user", (const char *[]){"", NULL})));
    check_bound(&kit, "false"); /* fields that begin with _ say nothing, missing ones neither */
    kit_fini(&kit);
}

TEST(rows_are_ored_and_fields_anded)
{
    condition_kit kit;
    kit_init(&kit, 10);
    sl_batch *batch = kit_rows(&kit, "user", (const char *[]){"ann", "bob", "ann", NULL});
    sl_value *from = sl_batch_column_new(batch);
    from[0] = from[2] = sl_string(SL_TEXT("10.0.0.1"));
    sl_value items[2] = {sl_string(SL_TEXT("a")), sl_string(SL_TEXT("b"))};
    from[1] = sl_list(items, 2);
    sl_batch_set(batch, sl_plan_name(kit.inner, SL_TEXT("src")), from);
    CHECK_INT(SL_OK, sl_binder_add(&kit.binder, batch));
    CHECK_INT(2, kit.binder.count); /* the third row says what the first one says */
    check_bound(&kit,
                "((user equal_search \"ann\" AND src equal_search \"10.0.0.1\") OR (user "
                "equal_search \"bob\" AND (src equal_search \"a\" OR src equal_search "
                "\"b\")))");
    kit_fini(&kit);
}

TEST(one_field_is_one_test)
{
    condition_kit kit;
    kit_init(&kit, 0);
    const char *const users[] = {"ann", "bob", "c*", NULL};
    CHECK_INT(SL_OK, sl_binder_add(&kit.binder, kit_rows(&kit, "user", users)));
    CHECK_INT(SL_OK, sl_binder_finish(&kit.binder, &kit.binding));
    CHECK(kit.binding.value->kind == SL_EXPR_CALL
          && kit.binding.value->fn == &sl_spl_search_equal_any);
    CHECK_INT(4, kit.binding.value->arg_count);
    kit_fini(&kit);
}

TEST(search_fields_are_terms)
{
    condition_kit kit;
    kit_init(&kit, 0);
    const char *const terms[] = {"x y", NULL};
    CHECK_INT(SL_OK, sl_binder_add(&kit.binder, kit_rows(&kit, "search", terms)));
    check_bound(&kit, "raw equal_search \"x y\"");
    sl_batch *faulty = kit_rows(&kit, "query", (const char *[]){"x", NULL});
    sl_value empty = sl_string(SL_TEXT(""));
    sl_batch_set(faulty, sl_plan_name(kit.inner, SL_TEXT("query")), &empty);
    CHECK_INT(SL_QUERY, sl_binder_add(&kit.binder, faulty));
    CHECK_INT(1, kit.diags.error_count);
    kit_fini(&kit);
}

TEST(rows_beyond_the_limit_are_counted)
{
    condition_kit kit;
    kit_init(&kit, 2);
    const char *const users[] = {"a", "b", "c", "d", NULL};
    CHECK_INT(SL_OK, sl_binder_add(&kit.binder, kit_rows(&kit, "user", users)));
    CHECK_INT(2, kit.binder.count);
    CHECK_INT(2, kit.binder.left_out);
    kit_fini(&kit);
}

TEST(is_put_into_a_copy_of_the_pipe)
{
    condition_kit kit;
    sl_pipe bound;
    kit_init(&kit, 0);
    sl_builder builder = {
        .arena = &kit.outer->arena, .fields = &kit.outer->fields, .diags = &kit.diags};
    kit.outer->pipe.first->filter.predicate =
        sl_build_not(&builder, kit.placeholder, (sl_span){0, 0});
    check_bound(&kit, "false");
    CHECK_INT(SL_OK, sl_pipe_bind(&kit.outer->pipe, &kit.binding, 1, &kit.arena, &bound));
    CHECK(bound.first != kit.outer->pipe.first);
    CHECK(bound.first->filter.predicate->args[0] == kit.binding.value);
    CHECK(kit.outer->pipe.first->filter.predicate->args[0] == kit.placeholder);
    kit_fini(&kit);
}

TEST(depth_is_limited)
{
    sl_plan *plan = sl_plan_new(SL_LANG_SPL, SL_TEXT("q"), SL_TEXT(""));
    for (int i = 1; i < SL_PLAN_DEPTH_MAX; i++) {
        sl_plan *outer = sl_plan_new(SL_LANG_SPL, SL_TEXT("q"), SL_TEXT(""));
        CHECK(sl_plan_add_sub(outer, plan));
        plan = outer;
        CHECK_INT(i + 1, plan->depth);
    }
    sl_plan *outer = sl_plan_new(SL_LANG_SPL, SL_TEXT("q"), SL_TEXT(""));
    CHECK(!sl_plan_add_sub(outer, plan)); /* freed: the leak checker would tell */
    sl_plan_free(outer);
}

TEST_MAIN(RUN(no_rows_match_nothing) RUN(rows_are_ored_and_fields_anded) RUN(one_field_is_one_test)
              RUN(search_fields_are_terms) RUN(rows_beyond_the_limit_are_counted)
                  RUN(is_put_into_a_copy_of_the_pipe) RUN(depth_is_limited))
