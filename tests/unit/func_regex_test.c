/* func_regex_test.c - regular expressions: groups, flags, limits, hostile texts, threads. */
#include "func/regex.h"

#include <pthread.h>
#include <time.h>

#include "test.h"

static sl_arena arena;
static sl_diags diags;
static sl_faults faults;
static sl_context context;

static void begin(void)
{
    sl_arena_init(&arena, 0);
    sl_diags_init(&diags);
    sl_faults_init(&faults);
    context = (sl_context){.faults = &faults, .query_name = SL_TEXT("rule.spl")};
}

static void end(void)
{
    sl_arena_fini(&arena);
    sl_faults_fini(&faults);
}

static const sl_regex *regex_of(const char *pattern, unsigned flags)
{
    return sl_regex_new(sl_text_from(pattern), flags, &arena, &diags, (sl_span){3, 9});
}

static sl_match test_of(const char *pattern, unsigned flags, const char *subject)
{
    return sl_regex_test(regex_of(pattern, flags), sl_text_from(subject), &context);
}

TEST(flags_mean_what_they_say)
{
    begin();
    CHECK_INT(SL_MATCH_YES, test_of("(?i)(snapshot|restore)", 0, "CreateSnapshots"));
    CHECK_INT(SL_MATCH_NO, test_of("snapshot", 0, "CreateSnapshot"));
    CHECK_INT(SL_MATCH_YES, test_of("snapshot", SL_REGEX_NOCASE, "CreateSnapshot"));
    CHECK_INT(SL_MATCH_NO, test_of("a.b", 0, "a\nb"));
    CHECK_INT(SL_MATCH_YES, test_of("a.b", SL_REGEX_DOTALL, "a\nb"));
    CHECK_INT(SL_MATCH_NO, test_of("^b", 0, "a\nb"));
    CHECK_INT(SL_MATCH_YES, test_of("^b", SL_REGEX_MULTILINE, "a\nb"));
    CHECK_INT(SL_MATCH_NO, test_of("b", SL_REGEX_ANCHORED, "ab"));
    CHECK_INT(SL_MATCH_NO, test_of("a", SL_REGEX_ANCHORED, "ab"));
    CHECK_INT(SL_MATCH_YES, test_of("a|ab", SL_REGEX_ANCHORED, "ab"));
    CHECK_INT(SL_MATCH_YES, sl_regex_test(regex_of("^$", 0), (sl_text){NULL, 0}, &context));
    end();
}

TEST(groups_are_named_and_found)
{
    begin();
    const sl_regex *regex = regex_of("(?<user>\\w+)@(\\w+)(x)?", 0);
    sl_text groups[5];
    CHECK_INT(3, sl_regex_group_count(regex));
    CHECK_TEXT("user", sl_regex_group_name(regex, 1));
    CHECK(sl_regex_group_name(regex, 2).data == NULL);
    CHECK(sl_regex_group_name(regex, 99).data == NULL);
    sl_text subject = SL_TEXT("to ann@corp and bob@lab");
    CHECK_INT(SL_MATCH_YES, sl_regex_find(regex, subject, 0, groups, 5, &context));
    CHECK_TEXT("ann@corp", groups[0]);
    CHECK_TEXT("corp", groups[2]);
    CHECK(groups[3].data == NULL);
    CHECK(groups[4].data == NULL);
    CHECK_INT(SL_MATCH_YES, sl_regex_find(regex, subject, 12, groups, 5, &context));
    CHECK_TEXT("bob", groups[1]);
    CHECK_INT(SL_MATCH_NO, sl_regex_find(regex, subject, 99, groups, 5, &context));
    end();
}

TEST(a_faulty_pattern_is_said)
{
    begin();
    CHECK(regex_of("(abc", 0) == NULL);
    CHECK_INT(1, diags.error_count);
    CHECK_INT(SL_DIAG_REGEX, diags.items[0].code);
    CHECK_INT(3, diags.items[0].span.start);
    CHECK(regex_of("\\C", 0) == NULL);
    CHECK(sl_regex_new(SL_TEXT("["), 0, &arena, NULL, (sl_span){0, 0}) == NULL);
    CHECK(sl_regex_new(SL_TEXT("\xFF"), 0, &arena, NULL, (sl_span){0, 0}) == NULL);
    end();
}

TEST(running_out_of_steps_is_counted)
{
    begin();
    CHECK_INT(SL_MATCH_STEPS, test_of("(a+)+$", 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
    CHECK_INT(1, faults.counts[SL_FAULT_REGEX]);
    CHECK(strcmp(faults.cases[SL_FAULT_REGEX][0].where, "rule.spl") == 0);
    CHECK(strstr(faults.cases[SL_FAULT_REGEX][0].reason, "(a+)+$") != NULL);
    context.faults = NULL;
    CHECK_INT(SL_MATCH_STEPS, test_of("(a+)+$", 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
    end();
}

TEST(long_texts_are_matched_in_windows)
{
    begin();
    size_t length = 300000;
    char *text = sl_arena_bytes(&arena, length);
    memset(text, 'x', length);
    memcpy(text + length - 9, "snapshot!", 9);
    sl_text subject = sl_text_make(text, length), groups[1];
    CHECK_INT(SL_MATCH_YES,
              sl_regex_find(regex_of("s[a-z]+t", 0), subject, 0, groups, 1, &context));
    CHECK(groups[0].data == text + length - 9);
    CHECK_INT(8, groups[0].length);
    CHECK_INT(SL_MATCH_YES, sl_regex_test(regex_of("!$", 0), subject, &context));
    CHECK_INT(SL_MATCH_YES, sl_regex_test(regex_of("$", 0), subject, &context));
    CHECK_INT(SL_MATCH_NO, sl_regex_test(regex_of("^snap", 0), subject, &context));
    CHECK_INT(SL_MATCH_NO, sl_regex_test(regex_of("\\Gsnap", 0), subject, &context));
    CHECK_INT(SL_MATCH_NO, sl_regex_test(regex_of("(?<!x)snap", 0), subject, &context));
    CHECK_INT(SL_MATCH_NO, sl_regex_test(regex_of("nowhere", 0), subject, &context));
    CHECK_INT(0, faults.counts[SL_FAULT_REGEX]);
    end();
}

TEST(hostile_texts_end_soon)
{
    static const char *const patterns[] = {
        "x.*y",       "x.*[yz]",  "x.*x.*x.*[yz]", ".*x.*y.*z",          "(x|x)*[yz]",
        "x+x+x+[yz]", "(x+)+\\d", "(?:x|\\w)*\\d", "(?=.*x.*x.*[0-9])x", "\\Gx|x.*[yz]"};
    begin();
    for (size_t length = 1 << 8; length <= 1 << 22; length <<= 7) {
        char *text = sl_arena_bytes(&arena, length);
        memset(text, 'x', length);
        text[length - 2] = '\n';
        text[length - 1] = 'z';
        for (size_t i = 0; i < SL_COUNT(patterns); i++) {
            clock_t begun = clock();
            (void)sl_regex_test(regex_of(patterns[i], 0), sl_text_make(text, length), &context);
            double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
            if (seconds > 10) TEST_FAIL("%s: %.0f s for %zu bytes", patterns[i], seconds, length);
        }
    }
    CHECK(faults.counts[SL_FAULT_REGEX] > 0);
    end();
}

TEST(many_steps_are_not_too_many)
{
    begin();
    size_t length = 60000;
    char *text = sl_arena_bytes(&arena, length);
    memset(text, 'x', length);
    memcpy(text + 100, "foo", 3);
    memcpy(text + length - 3, "bar", 3);
    sl_text subject = sl_text_make(text, length);
    CHECK_INT(SL_MATCH_YES, sl_regex_test(regex_of("foo(a|b|.)*bar", 0), subject, &context));
    CHECK_INT(SL_MATCH_YES, sl_regex_test(regex_of("^.*foo.*bar$", 0), subject, &context));
    CHECK_INT(0, faults.counts[SL_FAULT_REGEX]);
    end();
}

TEST(deep_matches_leave_the_small_stack)
{
    begin();
    size_t length = 64000;
    char *text = sl_arena_bytes(&arena, length);
    memset(text, 'a', length);
    text[length - 1] = 'b';
    CHECK_INT(
        SL_MATCH_YES,
        sl_regex_test(regex_of("^(?:a|ab|[^b])*b$", 0), sl_text_make(text, length), &context));
    end();
}

TEST(invalid_utf8_does_no_harm)
{
    begin();
    static const char bytes[] = "\xFF\xC3"
                                "abc\xE2\x82"
                                "d\xF0\x9F\x98\x80"
                                "e";
    sl_text subject = sl_text_make(bytes, sizeof bytes - 1), groups[1];
    const sl_regex *any = regex_of(".", 0);
    CHECK_INT(SL_MATCH_YES, sl_regex_test(regex_of("abc", 0), subject, &context));
    for (size_t from = 0; from <= subject.length; from++)
        (void)sl_regex_find(any, subject, from, groups, 1, &context);
    CHECK_INT(0, faults.counts[SL_FAULT_REGEX]);
    end();
}

TEST(many_groups_are_bounded)
{
    begin();
    char pattern[1024] = "";
    for (int i = 0; i < 100; i++) strcat(pattern, "(a)?");
    const sl_regex *regex = regex_of(pattern, 0);
    CHECK(regex != NULL);
    CHECK_INT(SL_REGEX_GROUPS_MAX, sl_regex_group_count(regex));
    sl_text groups[SL_REGEX_GROUPS_MAX + 8];
    CHECK_INT(SL_MATCH_YES,
              sl_regex_find(regex, SL_TEXT("aaa"), 0, groups, SL_COUNT(groups), &context));
    strcat(pattern, "(?<last>b)");
    CHECK(regex_of(pattern, 0) == NULL);
    CHECK_INT(1, diags.error_count);
    end();
}

static void *match_in_thread(void *regex)
{
    uintptr_t found = 0;
    for (int i = 0; i < 100; i++)
        found += sl_regex_test(regex, SL_TEXT("RunInstances"), &context) == SL_MATCH_YES;
    return (void *)found;
}

TEST(threads_share_a_pattern)
{
    begin();
    const sl_regex *regex = regex_of("Run(I|i)nst", 0);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, match_in_thread, (void *)(uintptr_t)regex) == 0);
    for (int i = 0; i < 4; i++) {
        void *found = NULL;
        (void)pthread_join(threads[i], &found);
        CHECK_INT(100, (uintptr_t)found);
    }
    end();
}

TEST_MAIN(RUN(flags_mean_what_they_say) RUN(groups_are_named_and_found)
              RUN(a_faulty_pattern_is_said) RUN(running_out_of_steps_is_counted)
                  RUN(long_texts_are_matched_in_windows) RUN(hostile_texts_end_soon)
                      RUN(many_steps_are_not_too_many) RUN(deep_matches_leave_the_small_stack)
                          RUN(invalid_utf8_does_no_harm) RUN(many_groups_are_bounded)
                              RUN(threads_share_a_pattern))
