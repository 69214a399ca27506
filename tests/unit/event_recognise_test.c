/* event_recognise_test.c - rules over keys and values, their order, and what hides from them. */
#include "event/recognise.h"

#include "test.h"

#include "event_support.h"

static sl_arena arena;
static sl_recogniser *recogniser;

static uint32_t recognise(const char *text, bool *passed_over)
{
    sl_text record = sl_text_from(text);
    char *padded = test_padded(record);
    uint32_t format = sl_recognise(recogniser, sl_text_make(padded, record.length), passed_over);
    free(padded);
    return format;
}

TEST(rules)
{
    bool passed = true;
    CHECK_INT(CLOUDTRAIL,
              recognise("{\"eventName\":1,\"eventSource\":2,\"awsRegion\":3}", &passed));
    CHECK(!passed);
    CHECK_INT(PLAIN, recognise("{\"eventName\":1,\"eventSource\":2}", NULL));
    CHECK_INT(PLAIN, recognise("{\"eventName\":1,\"awsRegion\":2}", NULL));
    CHECK_INT(PLAIN,
              recognise("{\"x\":{\"eventName\":1,\"eventSource\":2,\"awsRegion\":3}}", NULL));
    CHECK_INT(AZURE, recognise("{\"operationName\":{},\"resourceId\":1,\"time\":2}", NULL));
    CHECK_INT(CROWDSTRIKE, recognise("{\"a\":[{}],\"event_simpleName\":null}", NULL));
    CHECK_INT(PLAIN, recognise("{}", NULL));
    CHECK_INT(PLAIN, recognise(" { } ", NULL));
    CHECK_INT(SL_FORMAT_NONE, recognise("[]", NULL));
    CHECK_INT(SL_FORMAT_NONE, recognise("", NULL));
}

TEST(values)
{
    CHECK_INT(AZURE, recognise("{\"operationName\":1,\"category\":\"ADMINistrative\"}", NULL));
    CHECK_INT(AZURE, recognise("{\"operationName\":1,\"category\":\"ServiceHealth\"}", NULL));
    CHECK_INT(AZURE, recognise("{\"operationName\":1,\"category\":\"\\u0053ervice\"}", NULL));
    CHECK_INT(PLAIN, recognise("{\"operationName\":1,\"category\":\"AuditLogs\"}", NULL));
    CHECK_INT(PLAIN, recognise("{\"operationName\":1,\"category\":[\"Service\"]}", NULL));
    CHECK_INT(PLAIN, recognise("{\"operationName\":1,\"category\":\"Ser\"}", NULL));
    /* A key that must not be there, wherever it stands. */
    CHECK_INT(
        PLAIN,
        recognise("{\"operationName\":1,\"category\":\"Serv\",\"userPrincipalName\":1}", NULL));
    /* The first of a repeated key is the one. */
    CHECK_INT(PLAIN,
              recognise("{\"operationName\":1,\"category\":\"x\",\"category\":\"Serv\"}", NULL));
}

TEST(keys_one_level_down)
{
    CHECK_INT(AUDIT,
              recognise("{\"protoPayload\":{\"a\":{},\"@type\":\"type.example/AuditLog\"}}", NULL));
    CHECK_INT(AUDIT, recognise("{\"protoPayload.@type\":\"type.example/AuditLog\"}", NULL));
    CHECK_INT(PLAIN, recognise("{\"protoPayload\":{\"@type\":\"type.example/Other\"}}", NULL));
    CHECK_INT(PLAIN, recognise("{\"@type\":\"type.example/AuditLog\"}", NULL));
    CHECK_INT(PLAIN, recognise("{\"protoPayload\":\"type.example/AuditLog\"}", NULL));
}

TEST(escaped_keys)
{
    CHECK_INT(CLOUDTRAIL,
              recognise("{\"event\\u004eame\":1,\"eventSource\":2,\"\\u0061wsRegion\":3}", NULL));
    CHECK_INT(PLAIN, recognise("{\"event_simpleName\\\\\":1}", NULL));
}

TEST(passed_over)
{
    bool passed = false;
    CHECK_INT(CLOUDTRAIL, recognise("{\"digestStartTime\":1,\"logFiles\":[]}", &passed));
    CHECK(passed);
    /* What fits a rule is an event, whatever else it has. */
    CHECK_INT(CROWDSTRIKE,
              recognise("{\"digestStartTime\":1,\"logFiles\":[],\"event_simpleName\":1}", &passed));
    CHECK(!passed);
}

TEST(broken_objects_are_told_by_what_was_read)
{
    CHECK_INT(CROWDSTRIKE, recognise("{\"event_simpleName\":1,oops}", NULL));
    CHECK_INT(PLAIN, recognise("{\"a\":x,\"event_simpleName\":1}", NULL));
    CHECK_INT(CROWDSTRIKE, recognise("{\"event_simpleName\":1,\"b\":{", NULL));
}

TEST(accessors)
{
    CHECK_INT(FORMAT_COUNT, sl_recogniser_count(recogniser));
    CHECK_TEXT("azure", sl_recogniser_format(recogniser, AZURE)->name);
    CHECK(sl_recogniser_format(recogniser, FORMAT_COUNT) == NULL);
}

TEST(no_format_without_rules)
{
    sl_recogniser *strict = sl_recogniser_new(&arena, test_formats, 1);
    CHECK(strict != NULL);
    char *padded = test_padded(SL_TEXT("{}"));
    CHECK_INT(SL_FORMAT_NONE, sl_recognise(strict, sl_text_make(padded, 2), NULL));
    free(padded);
}

TEST(limit_of_keys)
{
    enum { COUNT = SL_RECOGNISE_KEYS_MAX + 1 };
    static char names[COUNT][16];
    static sl_recognise_test tests[COUNT];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "k%d", i);
        tests[i].key = sl_text_from(names[i]);
    }
    sl_recognise_rule rule = {.all = tests, .all_count = COUNT};
    sl_recognise_format format = {.rules = &rule, .rule_count = 1};
    CHECK(sl_recogniser_new(&arena, &format, 1) == NULL);
    rule.all_count = COUNT - 1;
    CHECK(sl_recogniser_new(&arena, &format, 1) != NULL);
}

TEST_MAIN(sl_arena_init(&arena, 0);
          recogniser = sl_recogniser_new(&arena, test_formats, FORMAT_COUNT);
          RUN(rules) RUN(values) RUN(keys_one_level_down) RUN(escaped_keys) RUN(passed_over)
              RUN(broken_objects_are_told_by_what_was_read) RUN(accessors)
                  RUN(no_format_without_rules) RUN(limit_of_keys) sl_arena_fini(&arena);)
