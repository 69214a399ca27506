/* func_support.h - runs one kernel over one row, for the tests of the functions.
 *
 *   static sl_value answer = func_run(&sl_spl_search_equal, values, 2);
 *
 * Constant arguments are given to `prepare` when `func_constants` says so. */
#ifndef SL_TESTS_UNIT_FUNC_SUPPORT_H
#define SL_TESTS_UNIT_FUNC_SUPPORT_H

#include "func/fn.h"

static sl_arena func_arena;
static sl_diags func_diags;
static sl_faults func_faults;

static sl_value func_text(const char *string)
{
    return string == NULL ? sl_missing() : sl_string(sl_text_from(string));
}

/* A list of the strings up to NULL. */
static inline sl_value func_list(const char *const *strings)
{
    uint32_t count = 0;
    while (strings[count] != NULL) count++;
    sl_value *items = SL_ARENA_ARRAY(&func_arena, count, sl_value);
    for (uint32_t i = 0; i < count; i++) items[i] = func_text(strings[i]);
    return sl_list(items, count);
}

static void func_begin(void)
{
    sl_arena_init(&func_arena, 0);
    sl_diags_init(&func_diags);
    sl_faults_init(&func_faults);
}

static void func_end(void)
{
    sl_arena_fini(&func_arena);
    sl_faults_fini(&func_faults);
}

/* The row's answer; a bit in `constants` says that the argument is known before the run. False in
 * *prepared when `prepare` refused. */
static sl_value func_run(const sl_fn *fn, const sl_value *args, uint32_t arg_count,
                         uint32_t constants, bool *prepared)
{
    const sl_value *known[8] = {NULL};
    sl_span spans[8] = {{0, 0}};
    sl_operand operands[8];
    for (uint32_t i = 0; i < arg_count; i++) {
        if ((constants >> i & 1) != 0) known[i] = &args[i];
        operands[i] = (sl_operand){.values = &args[i], .stride = 0};
    }
    sl_fn_site site = {.arena = &func_arena,
                       .diags = &func_diags,
                       .constants = known,
                       .spans = spans,
                       .arg_count = arg_count};
    *prepared = fn->prepare == NULL || fn->prepare(&site);
    if (!*prepared) return sl_missing();
    sl_context context = {.zone = sl_zone_utc(),
                          .earliest = SL_TIME_NONE,
                          .latest = SL_TIME_NONE,
                          .faults = &func_faults,
                          .query_name = SL_TEXT("test.spl")};
    uint32_t row = 0;
    sl_value out = sl_missing();
    sl_call call = {.arena = &func_arena,
                    .context = &context,
                    .rows = &row,
                    .row_count = 1,
                    .args = operands,
                    .arg_count = arg_count,
                    .state = site.state,
                    .out = &out};
    fn->run(&call);
    return out;
}

#endif
