/* event_support.h - what the tests of records share: a few formats and padded texts. */
#ifndef SL_TESTS_UNIT_EVENT_SUPPORT_H
#define SL_TESTS_UNIT_EVENT_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>

#include "event/split.h"
#include "source/reader.h"

#define TESTS(...) \
    (const sl_recognise_test[]) \
    { \
        __VA_ARGS__ \
    }
/* SL_TEXT, where a constant is needed. */
#define LITERAL(text) \
    { \
        (text), sizeof(text) - 1 \
    }
#define KEY(name) \
    { \
        LITERAL(name), NULL, 0 \
    }
#define STEPS(...) \
    (const sl_step[]) \
    { \
        __VA_ARGS__ \
    }
#define STEP(name) \
    { \
        SL_STEP_KEY, 0, LITERAL(name) \
    }

enum { CLOUDTRAIL, AZURE, CROWDSTRIKE, AUDIT, PLAIN, FORMAT_COUNT };

static const sl_text azure_categories[] = {LITERAL("Administrative"), LITERAL("Serv*")};
static const sl_text audit_types[] = {LITERAL("type.example/AuditLog")};

static const sl_recognise_rule cloudtrail_rules[] = {
    {.all = TESTS(KEY("eventName"), KEY("eventSource")),
     .all_count = 2,
     .any = TESTS(KEY("eventVersion"), KEY("awsRegion")),
     .any_count = 2},
};
static const sl_recognise_rule cloudtrail_digests[] = {
    {.all = TESTS(KEY("digestStartTime"), KEY("logFiles")), .all_count = 2},
};
static const sl_envelope cloudtrail_envelopes[] = {
    {.kind = SL_ENVELOPE_ARRAY, .path = {STEPS(STEP("Records")), 1}},
    {.kind = SL_ENVELOPE_OBJECT, .path = {STEPS(STEP("detail")), 1}},
    {.kind = SL_ENVELOPE_TEXT,
     .path = {STEPS(STEP("Events")), 1},
     .text_key = LITERAL("CloudTrailEvent")},
};
static const sl_recognise_rule azure_rules[] = {
    {.all = TESTS(KEY("operationName"), KEY("resourceId")),
     .all_count = 2,
     .any = TESTS(KEY("eventTimestamp"), KEY("time")),
     .any_count = 2},
    {.all = TESTS(KEY("operationName"), {LITERAL("category"), azure_categories, 2}),
     .all_count = 2,
     .none = TESTS(KEY("userPrincipalName")),
     .none_count = 1},
};
static const sl_envelope azure_envelopes[] = {
    {.kind = SL_ENVELOPE_ARRAY, .path = {STEPS(STEP("records")), 1}},
    {.kind = SL_ENVELOPE_ARRAY, .path = {STEPS(STEP("value")), 1}},
    {.kind = SL_ENVELOPE_OBJECT,
     .path = {STEPS(STEP("data"), STEP("context"), STEP("activityLog")), 3}},
    {.kind = SL_ENVELOPE_ARRAY, .path = {STEPS(STEP("page"), STEP("items")), 2}},
};
static const sl_recognise_rule crowdstrike_rules[] = {
    {.all = TESTS(KEY("event_simpleName")), .all_count = 1},
};
static const sl_recognise_rule audit_rules[] = {
    {.all = TESTS({LITERAL("protoPayload.@type"), audit_types, 1}), .all_count = 1},
};
static const sl_recognise_format test_formats[FORMAT_COUNT] = {
    [CLOUDTRAIL] = {.name = LITERAL("cloudtrail"),
                    .rules = cloudtrail_rules,
                    .rule_count = 1,
                    .passed_over = cloudtrail_digests,
                    .passed_over_count = 1,
                    .envelopes = cloudtrail_envelopes,
                    .envelope_count = 3},
    [AZURE] = {.name = LITERAL("azure"),
               .rules = azure_rules,
               .rule_count = 2,
               .envelopes = azure_envelopes,
               .envelope_count = 4},
    [CROWDSTRIKE] = {.name = LITERAL("crowdstrike"), .rules = crowdstrike_rules, .rule_count = 1},
    [AUDIT] = {.name = LITERAL("audit"), .rules = audit_rules, .rule_count = 1},
    [PLAIN] = {.name = LITERAL("plain")},
};

/* A copy of `t` in heap memory of its own, so that ASan sees every byte read behind the pad. The
 * pad holds what a careless scanner would take for data. */
static inline char *test_padded(sl_text t)
{
    static const char trap[] = "\"}]},\"\\{[\n";
    char *copy = malloc(t.length + SL_BLOCK_PAD);
    if (copy == NULL) abort();
    if (t.length > 0) memcpy(copy, t.data, t.length);
    for (size_t i = 0; i < SL_BLOCK_PAD; i++) copy[t.length + i] = trap[i % (sizeof trap - 1)];
    return copy;
}

/* A whole file; {NULL, 0} when it cannot be read. To be freed. */
static inline sl_text test_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return sl_text_make(NULL, 0);
    sl_buffer contents;
    sl_buffer_init(&contents);
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        sl_buffer_add(&contents, sl_text_make(piece, got));
    fclose(file);
    return sl_buffer_text(&contents);
}

#endif
