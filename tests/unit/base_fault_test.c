/* base_fault_test.c - faults are counted, the first ones kept, and statuses have names. */
#include "base/fault.h"

#include "base/status.h"
#include "base/utf8.h"
#include "test.h"

static sl_faults faults;

TEST(faults_keep_the_first_cases)
{
    sl_faults_init(&faults);
    for (int i = 0; i < 7; i++)
        sl_fault_add(&faults, SL_FAULT_CORRUPT, SL_TEXT("a.gz"), (uint64_t)i, "reason %d", i);
    CHECK_INT(7, faults.counts[SL_FAULT_CORRUPT]);
    CHECK_INT(0, faults.counts[SL_FAULT_EMPTY]);
    CHECK_TEXT("reason 4", sl_text_from(faults.cases[SL_FAULT_CORRUPT][4].reason));
    CHECK_TEXT("a.gz", sl_text_from(faults.cases[SL_FAULT_CORRUPT][4].where));
    CHECK_INT(4, faults.cases[SL_FAULT_CORRUPT][4].offset);
    sl_faults_fini(&faults);
    sl_faults_fini(NULL);
}

TEST(faults_cut_long_texts)
{
    sl_faults_init(&faults);
    char path[2000], reason[2001];
    for (size_t i = 0; i < sizeof path; i++) path[i] = "\xC3\xA9"[i % 2];
    memcpy(path + sizeof path - 4, ".end", 4);
    for (size_t i = 0; i < sizeof reason - 1; i++) reason[i] = "\xE2\x82\xAC"[i % 3];
    reason[sizeof reason - 1] = '\0';
    sl_fault_add(&faults, SL_FAULT_LARGE, sl_text_make(path, sizeof path), UINT64_MAX, "%s",
                 reason);
    sl_text where = sl_text_from(faults.cases[SL_FAULT_LARGE][0].where);
    sl_text why = sl_text_from(faults.cases[SL_FAULT_LARGE][0].reason);
    CHECK(where.length < SL_FAULT_TEXT_MAX && where.length > SL_FAULT_TEXT_MAX - 8);
    CHECK(sl_text_starts(where, SL_TEXT("...\xC3\xA9")));
    CHECK(sl_text_ends(where, SL_TEXT(".end")));
    CHECK(why.length > 240 && sl_utf8_valid(where) && sl_utf8_valid(why));
    sl_fault_add(&faults, SL_FAULT_LARGE, sl_text_make(NULL, 0), 0, "x");
    CHECK_TEXT("", sl_text_from(faults.cases[SL_FAULT_LARGE][1].where));
    sl_faults_fini(&faults);
}

TEST(faults_know_losses)
{
    sl_faults_init(&faults);
    sl_fault_add(&faults, SL_FAULT_EMPTY, SL_TEXT("a"), 0, "x");
    sl_fault_add(&faults, SL_FAULT_UTF8, SL_TEXT("a"), 0, "x");
    CHECK(!sl_faults_lost(&faults));
    sl_fault_add(&faults, SL_FAULT_MISSING, SL_TEXT("b"), 0, "x");
    CHECK(sl_faults_lost(&faults));
    CHECK(sl_fault_is_loss(SL_FAULT_MISSING) && !sl_fault_is_loss(SL_FAULT_SPECIAL));
    for (unsigned kind = 0; kind < SL_FAULT_KIND_COUNT; kind++)
        CHECK(strlen(sl_fault_text((sl_fault_kind)kind)) > 0);
    sl_faults_fini(&faults);
}

static void *add_many(void *unused)
{
    for (int i = 0; i < 1000; i++)
        sl_fault_add(&faults, SL_FAULT_EMPTY, SL_TEXT("file"), 0, "n %d", i);
    return unused;
}

TEST(faults_take_threads)
{
    pthread_t threads[4];
    sl_faults_init(&faults);
    for (int i = 0; i < 4; i++) CHECK_INT(0, pthread_create(&threads[i], NULL, add_many, NULL));
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    CHECK_INT(4000, faults.counts[SL_FAULT_EMPTY]);
    sl_faults_fini(&faults);
}

TEST(faults_are_counted_at_once)
{
    sl_faults_init(&faults);
    sl_fault_count(&faults, SL_FAULT_NO_TIME, 1000);
    sl_fault_count(&faults, SL_FAULT_NO_TIME, 1);
    CHECK_INT(1001, faults.counts[SL_FAULT_NO_TIME]);
    CHECK_TEXT("", sl_text_from(faults.cases[SL_FAULT_NO_TIME][0].where));
    CHECK(!sl_faults_lost(&faults));
    sl_faults_fini(&faults);
}

TEST(status_has_texts)
{
    for (int status = SL_OK; status <= SL_QUERY; status++)
        CHECK(strlen(sl_status_text((sl_status)status)) > 0);
    CHECK_TEXT("out of memory", sl_text_from(sl_status_text(SL_NOMEM)));
    CHECK_TEXT("unknown status", sl_text_from(sl_status_text((sl_status)99)));
}

TEST_MAIN(RUN(faults_keep_the_first_cases) RUN(faults_cut_long_texts) RUN(faults_know_losses)
              RUN(faults_take_threads) RUN(faults_are_counted_at_once) RUN(status_has_texts))
