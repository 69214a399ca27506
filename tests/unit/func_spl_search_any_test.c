/* func_spl_search_any_test.c - equality with any of many constants is that with each of them. */
#include "func/spl.h"

#include "func_support.h"
#include "test.h"

/* The field against four constants. */
static bool any(sl_value field, const char *const constants[4])
{
    sl_value args[5] = {field};
    bool prepared;
    for (int i = 0; i < 4; i++) args[i + 1] = func_text(constants[i]);
    sl_value answer = func_run(&sl_spl_search_equal_any, args, 5, 0x1e, &prepared);
    CHECK(prepared);
    CHECK_INT(SL_BOOL, answer.kind);
    return answer.kind == SL_BOOL && answer.boolean;
}

static bool each(sl_value field, const char *const constants[4])
{
    bool found = false;
    for (int i = 0; i < 4; i++) {
        sl_value args[2] = {field, func_text(constants[i])};
        bool prepared;
        found |= func_run(&sl_spl_search_equal, args, 2, 2, &prepared).boolean;
    }
    return found;
}

TEST(agrees_with_equality_one_by_one)
{
    static const char *const constants[][4] = {
        {"ann", "Bob", "c*", "10.0.0.0/8"},
        {"", "*", "5", "5.0"},
        {"x", "y", "z", "::1"},
        {"\xc3\x84", "a*b*c", "192.168.0.0/16", "true"},
    };
    static const char *const fields[] = {
        "ANN",      "bob",   "carl",        "10.1.2.3", "11.1.2.3",
        "",         "5",     "5.00",        "::1",      "0:0:0:0:0:0:0:1",
        "\xc3\xa4", "axbyc", "192.168.7.7", "TRUE",     NULL};
    func_begin();
    for (size_t c = 0; c < SL_COUNT(constants); c++)
        for (size_t f = 0; f < SL_COUNT(fields); f++)
            if (any(func_text(fields[f]), constants[c]) != each(func_text(fields[f]), constants[c]))
                TEST_FAIL("set %zu, field %s", c, fields[f] == NULL ? "(missing)" : fields[f]);
    func_end();
}

TEST(a_list_passes_when_an_item_does)
{
    static const char *const constants[4] = {"ann", "bob", "d*", "x"};
    func_begin();
    CHECK(any(func_list((const char *const[]){"zoe", "BOB", NULL}), constants));
    CHECK(any(func_list((const char *const[]){"zoe", "dora", NULL}), constants));
    CHECK(!any(func_list((const char *const[]){"zoe", NULL}), constants));
    CHECK(!any(sl_missing(), constants));
    CHECK(!any((sl_value){.kind = SL_NULL}, constants)
          || each((sl_value){.kind = SL_NULL}, constants));
    func_end();
}

TEST_MAIN(RUN(agrees_with_equality_one_by_one) RUN(a_list_passes_when_an_item_does))
