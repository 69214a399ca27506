/* test.h - the unit tests' few words: TEST, CHECK, and a main that prints TAP.
 *
 *   TEST(arena_gives_aligned_memory) { CHECK(...); CHECK_INT(2, count); }
 *   TEST_MAIN(RUN(arena_gives_aligned_memory) RUN(...))
 *
 * A failed check is printed with its place and the test goes on; the program's exit code is the
 * number of failed tests (at most 99). SKIP("why") ends a test that cannot run here. */
#ifndef SL_TESTS_UNIT_TEST_H
#define SL_TESTS_UNIT_TEST_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int test_number, test_failures, test_checks_failed;
static const char *test_skip_reason;

#define TEST(name) static void test_##name(void)
#define TEST_FAIL(...) \
    (printf("# %s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), printf("\n"), \
     test_checks_failed++)
#define CHECK(condition) \
    do { \
        if (!(condition)) TEST_FAIL("%s", #condition); \
    } while (0)
#define CHECK_INT(expected, actual) \
    do { \
        int64_t expected_ = (int64_t)(expected), actual_ = (int64_t)(actual); \
        if (expected_ != actual_) \
            TEST_FAIL("%s: expected %" PRId64 ", got %" PRId64, #actual, expected_, actual_); \
    } while (0)
/* A string literal or char pointer against a sl_text. */
#define CHECK_TEXT(expected, actual) \
    do { \
        sl_text expected_ = sl_text_from(expected), actual_ = (actual); \
        if (!sl_text_equal(expected_, actual_)) \
            TEST_FAIL("%s: expected '%.*s', got '%.*s'", #actual, SL_TEXT_ARG(expected_), \
                      SL_TEXT_ARG(actual_)); \
    } while (0)
#define SKIP(reason) \
    do { \
        test_skip_reason = (reason); \
        return; \
    } while (0)

static void test_run(const char *name, void (*run)(void))
{
    test_checks_failed = 0;
    test_skip_reason = NULL;
    run();
    if (test_checks_failed > 0) test_failures++;
    printf("%sok %d - %s%s%s\n", test_checks_failed > 0 ? "not " : "", ++test_number, name,
           test_skip_reason == NULL ? "" : " # SKIP ",
           test_skip_reason == NULL ? "" : test_skip_reason);
}

#define RUN(name) test_run(#name, test_##name);
#define TEST_MAIN(runs) \
    int main(void) \
    { \
        runs printf("1..%d\n", test_number); \
        return test_failures > 99 ? 99 : test_failures; \
    }

#endif
