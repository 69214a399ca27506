/* func_spl_search_test.c - the comparisons of the search command. */
#include "func/spl.h"

#include "func_support.h"
#include "test.h"

static bool holds(const sl_fn *fn, sl_value field, const char *pattern)
{
    sl_value args[2] = {field, func_text(pattern)};
    bool prepared;
    sl_value answer = func_run(fn, args, 2, 2, &prepared);
    CHECK(prepared);
    CHECK_INT(SL_BOOL, answer.kind);
    return answer.kind == SL_BOOL && answer.boolean;
}

static bool equal(const char *field, const char *pattern)
{
    return holds(&sl_spl_search_equal, func_text(field), pattern);
}

static bool word(const char *raw, const char *pattern)
{
    return holds(&sl_spl_search_word, func_text(raw), pattern);
}

TEST(equality_has_wildcards_and_no_case)
{
    func_begin();
    CHECK(equal("RunInstances", "runinstances"));
    CHECK(equal("RunInstances", "Run*"));
    CHECK(equal("RunInstances", "*nst*s"));
    CHECK(!equal("RunInstances", "Run"));
    CHECK(equal("", ""));
    CHECK(!equal(NULL, ""));
    CHECK(!equal(NULL, "*"));
    CHECK(equal("", "*"));
    CHECK(!equal("5.0", "5"));
    CHECK(holds(&sl_spl_search_equal, sl_integer(10), "10"));
    CHECK(holds(&sl_spl_search_equal, sl_bool(true), "TRUE"));
    func_end();
}

TEST(case_is_kept_on_demand)
{
    func_begin();
    CHECK(holds(&sl_spl_search_case, func_text("LOCALHOST"), "LOCAL*"));
    CHECK(!holds(&sl_spl_search_case, func_text("localhost"), "LOCALHOST"));
    func_end();
}

TEST(not_equal_needs_the_field)
{
    func_begin();
    CHECK(holds(&sl_spl_search_not_equal, func_text("a"), "b"));
    CHECK(!holds(&sl_spl_search_not_equal, func_text("a"), "A"));
    CHECK(!holds(&sl_spl_search_not_equal, func_text(NULL), "b"));
    CHECK(!holds(&sl_spl_search_not_equal, func_text("a"), "*"));
    func_end();
}

TEST(one_item_of_a_list_is_enough)
{
    func_begin();
    static const char *const both[] = {"a", "b", NULL};
    CHECK(holds(&sl_spl_search_equal, func_list(both), "B"));
    CHECK(!holds(&sl_spl_search_equal, func_list(both), "c"));
    CHECK(holds(&sl_spl_search_not_equal, func_list(both), "b"));
    CHECK(!holds(&sl_spl_search_equal, sl_list(NULL, 0), "*"));
    func_end();
}

TEST(blocks_match_addresses)
{
    func_begin();
    CHECK(equal("10.20.30.40", "10.0.0.0/8"));
    CHECK(!equal("11.20.30.40", "10.0.0.0/8"));
    CHECK(equal("10.0.0.0/8", "10.0.0.0/8"));
    CHECK(equal("2001:db8::7", "2001:db8::/32"));
    CHECK(!equal("ec2.amazonaws.com", "10.0.0.0/8"));
    CHECK(holds(&sl_spl_search_not_equal, func_text("11.0.0.1"), "10.0.0.0/8"));
    func_end();
}

TEST(orders_are_of_numbers_or_of_text)
{
    func_begin();
    CHECK(holds(&sl_spl_search_greater, func_text("10"), "9"));
    CHECK(holds(&sl_spl_search_less, func_text("9"), "10.5"));
    CHECK(holds(&sl_spl_search_greater_equal, func_text("9.0"), "9"));
    CHECK(holds(&sl_spl_search_less_equal, func_text("9"), "9"));
    CHECK(holds(&sl_spl_search_greater, func_text("b"), "a"));
    CHECK(!holds(&sl_spl_search_greater, func_text(NULL), "1"));
    CHECK(!holds(&sl_spl_search_less, func_text(NULL), "1"));
    func_end();
}

TEST(existence)
{
    func_begin();
    bool prepared;
    sl_value present = func_text(""), missing = sl_missing();
    CHECK(func_run(&sl_spl_search_exists, &present, 1, 0, &prepared).boolean);
    CHECK(!func_run(&sl_spl_search_exists, &missing, 1, 0, &prepared).boolean);
    func_end();
}

TEST(words_stand_between_breakers)
{
    func_begin();
    static const char raw[] =
        "{\"eventName\":\"DeleteBucket\",\"ip\":\"91.205.189.15\",\"msg\":\"access was denied\"}";
    CHECK(word(raw, "deletebucket"));
    CHECK(!word(raw, "delete"));
    CHECK(word(raw, "delete*"));
    CHECK(word(raw, "*bucket"));
    CHECK(word(raw, "del*ket"));
    CHECK(!word(raw, "del*denied"));
    CHECK(word(raw, "205"));
    CHECK(word(raw, "205.189"));
    CHECK(!word(raw, "20"));
    CHECK(word(raw, "was denied"));
    CHECK(!word(raw, "as denied"));
    CHECK(!word(raw, "access*denied"));
    CHECK(!word(raw, "was den"));
    CHECK(word(raw, "was den*"));
    CHECK(word(raw, "*"));
    CHECK(!word(NULL, "a"));
    func_end();
}

TEST(terms_stand_between_major_breakers)
{
    func_begin();
    CHECK(holds(&sl_spl_search_term, func_text("from 127.0.0.1 - ok"), "127.0.0.1"));
    CHECK(!holds(&sl_spl_search_term, func_text("ip=127.0.0.1 ok"), "127.0.0.1"));
    CHECK(holds(&sl_spl_search_term, func_text("ip=127.0.0.1 ok"), "ip=127.0.0.1"));
    CHECK(holds(&sl_spl_search_word_case, func_text("an Error here"), "Error"));
    CHECK(!holds(&sl_spl_search_word_case, func_text("an error here"), "Error"));
    func_end();
}

TEST(hostile_texts_cost_their_length)
{
    func_begin();
    size_t length = 1 << 20;
    char *text = sl_arena_bytes(&func_arena, length);
    for (size_t i = 0; i < length; i++) text[i] = i % 2 == 0 ? 'a' : '.';
    bool prepared;
    sl_value args[2] = {sl_string(sl_text_make(text, length)), func_text("a*a*a*b")};
    CHECK(!func_run(&sl_spl_search_word, args, 2, 2, &prepared).boolean);
    args[1] = func_text("a b*c");
    CHECK(!func_run(&sl_spl_search_word, args, 2, 2, &prepared).boolean);
    func_end();
}

TEST(a_pattern_must_be_constant)
{
    func_begin();
    sl_value args[2] = {func_text("a"), func_text("a")};
    bool prepared;
    (void)func_run(&sl_spl_search_equal, args, 2, 0, &prepared);
    CHECK(!prepared);
    CHECK_INT(1, func_diags.error_count);
    func_end();
}

TEST_MAIN(RUN(equality_has_wildcards_and_no_case) RUN(case_is_kept_on_demand)
              RUN(not_equal_needs_the_field) RUN(one_item_of_a_list_is_enough)
                  RUN(blocks_match_addresses) RUN(orders_are_of_numbers_or_of_text) RUN(existence)
                      RUN(words_stand_between_breakers) RUN(terms_stand_between_major_breakers)
                          RUN(hostile_texts_cost_their_length) RUN(a_pattern_must_be_constant))
