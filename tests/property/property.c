/* property.c - how a query is run must not change what it finds: property [CASES] [SEED].
 *
 * Each seed makes some queries and some files of events, most of them hostile. Every query runs
 * alone in the plainest way, alone with its gate, and then in other ways: with gates by each
 * kernel, with threads, other batches, blocks and slices, and among the other queries. All must
 * give the same rows in the same order. A case that fails is made small and printed as a golden
 * test.
 *
 * STRANDLINE_PROPERTY_CASES and STRANDLINE_PROPERTY_SEED run more of them, or others. */
#include <stdio.h>
#include <stdlib.h>

#include "event/gate.h"
#include "shrink.h"

enum {
    PROPERTY_QUERIES = 20,
    PROPERTY_WAYS = 8,
    PROPERTY_TRIES = 3000,
    PROPERTY_FAILURES_MAX = 3,
    PROPERTY_REFUSED_MAX = 10, /* of 100 queries: the generator should know the languages */
    PROPERTY_SPARING_MIN = 15  /* of 100 runs with gates: they should have something to pass over */
};

typedef struct property {
    prop_lab lab;
    uint64_t seed;
    prop_random random;
    sl_arena arena; /* of the case */
    prop_case c;
    sl_plan *plans[PROPERTY_QUERIES];
    prop_outcome plain[PROPERTY_QUERIES];
    uint64_t queries, refused, rows, runs;
    uint64_t gated, sparing; /* runs with gates, and those whose gates passed over something */
    bool verbose;
    uint32_t failures;
} property;

static void property_make(property *p)
{
    static const char *const earliest[] = {NULL, NULL, NULL, "2024-01-02T00:00:00Z"};
    p->random.state = p->seed;
    p->c = (prop_case){.query_count = PROPERTY_QUERIES,
                       .profile = prop_chance(&p->random, 50) ? "default" : "splunk-addon",
                       .earliest = PROP_PICK(&p->random, earliest),
                       .unique = prop_chance(&p->random, 20),
                       .ordered = prop_chance(&p->random, 20)};
    p->c.queries = SL_ARENA_ARRAY(&p->arena, PROPERTY_QUERIES, prop_query);
    if (p->c.queries == NULL) abort();
    prop_make_files(&p->c, &p->random, &p->arena);
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++)
        p->c.queries[q] = prop_make_query(&p->random, &p->arena);
}

static prop_way property_way(prop_random *random, uint32_t number)
{
    static const uint32_t batches[] = {4096, 1, 7};
    static const size_t blocks[] = {0, 0, 1, 7, 64, 100, 1000, 4096};
    static const uint64_t slices[] = {0, 0, 100, 500, 1000, 4000};
    return (prop_way){.gate = number > 1,
                      .gate_kernels = prop_below(random, SL_GATE_LEVEL_COUNT + 1),
                      .threads = prop_below(random, 2) + 1,
                      .batch_rows = PROP_PICK(random, batches),
                      .block_bytes = PROP_PICK(random, blocks),
                      .slice_bytes = PROP_PICK(random, slices),
                      .tight = prop_chance(random, 20)};
}

static void property_failed(property *p, uint32_t query, const prop_way *way, const char *what,
                            const bool *chosen)
{
    prop_failure failure = {.c = p->c, .way = *way, .what = what};
    failure.c.queries = SL_ARENA_ARRAY(&p->arena, PROPERTY_QUERIES, prop_query);
    failure.c.query_count = 0;
    if (failure.c.queries == NULL) abort();
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) {
        if (q == query) failure.query = failure.c.query_count;
        if (chosen[q]) failure.c.queries[failure.c.query_count++] = p->c.queries[q];
    }
    printf("not ok - seed %llu: %s\n", (unsigned long long)p->seed, what);
    prop_shrink(&p->lab, &failure, &p->arena, PROPERTY_TRIES);
    prop_print_failure(&p->lab, &failure, p->seed);
    p->failures++;
}

/* Runs those of the plans that are in `chosen` in another way. False when one gave other rows.
 * *out_spared: records that the gate passed over. */
static bool property_try(property *p, const prop_way *way, const bool *chosen, uint64_t *out_spared)
{
    prop_outcome outcomes[PROPERTY_QUERIES];
    sl_plan *plans[PROPERTY_QUERIES];
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) plans[q] = chosen[q] ? p->plans[q] : NULL;
    prop_run(&p->lab, &p->c, plans, PROPERTY_QUERIES, way, outcomes);
    p->runs++;
    const char *what = NULL;
    uint32_t failed = 0;
    *out_spared = 0;
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) {
        if (plans[q] != NULL) *out_spared = outcomes[q].spared;
        if (plans[q] != NULL && what == NULL) {
            what = prop_differ(&p->plain[q], &outcomes[q], way);
            failed = q;
        }
        prop_outcome_fini(&outcomes[q]);
    }
    p->gated += way->gate;
    p->sparing += *out_spared > 0;
    if (what != NULL) property_failed(p, failed, way, what, chosen);
    return what == NULL;
}

/* Each plan alone with its gate; *out_selective are those whose gates passed over something. */
static bool property_alone(property *p, bool *out_selective)
{
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) {
        bool chosen[PROPERTY_QUERIES] = {false};
        uint64_t spared = 0;
        prop_way way = property_way(&p->random, /* number= */ PROPERTY_WAYS);
        chosen[q] = way.alone = true;
        if (p->plans[q] != NULL && !property_try(p, &way, chosen, &spared)) return false;
        out_selective[q] = spared > 0;
    }
    return true;
}

/* All plans in one scan, or those alone whose gates do something. */
static bool property_together(property *p, const bool *selective)
{
    bool all[PROPERTY_QUERIES];
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) all[q] = true;
    for (uint32_t w = 0; w < PROPERTY_WAYS; w++) {
        prop_way way = property_way(&p->random, w);
        uint64_t spared;
        bool some = prop_chance(&p->random, 60);
        if (!property_try(p, &way, some ? selective : all, &spared)) return false;
    }
    return true;
}

static void property_case(property *p)
{
    sl_buffer refusals;
    sl_buffer_init(&refusals);
    sl_arena_reset(&p->arena);
    property_make(p);
    if (!prop_lab_write(&p->lab, &p->c)) exit(2);
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) {
        p->plans[q] = prop_compile(&p->lab, &p->c, &p->c.queries[q], &refusals);
        p->queries++;
        p->refused += p->plans[q] == NULL;
        prop_run(&p->lab, &p->c, &p->plans[q], 1, &prop_plain_way, &p->plain[q]);
        p->rows += p->plain[q].row_count;
        p->runs++;
    }
    if (p->verbose && refusals.length > 0) fputs(refusals.data, stdout);
    bool selective[PROPERTY_QUERIES];
    if (property_alone(p, selective)) property_together(p, selective);
    for (uint32_t q = 0; q < PROPERTY_QUERIES; q++) {
        sl_plan_free(p->plans[q]);
        prop_outcome_fini(&p->plain[q]);
    }
    sl_buffer_fini(&refusals);
}

static uint64_t property_number(const char *variable, const char *argument, uint64_t otherwise)
{
    const char *text = getenv(variable);
    if (text == NULL || *text == '\0') text = argument;
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
    static property p;
    uint64_t cases = property_number("STRANDLINE_PROPERTY_CASES", argc > 1 ? argv[1] : NULL, 100);
    uint64_t seed = property_number("STRANDLINE_PROPERTY_SEED", argc > 2 ? argv[2] : NULL, 1);
    p.verbose = getenv("STRANDLINE_PROPERTY_VERBOSE") != NULL;
    if (!prop_lab_init(&p.lab)) return 2;
    sl_arena_init(&p.arena, /* bytes_max= */ 0);
    for (uint64_t i = 0; i < cases && p.failures < PROPERTY_FAILURES_MAX; i++) {
        p.seed = seed + i;
        property_case(&p);
    }
    sl_arena_fini(&p.arena);
    prop_lab_fini(&p.lab);
    printf("# %llu runs of %llu queries, %llu of them refused; %llu rows the plain way\n",
           (unsigned long long)p.runs, (unsigned long long)p.queries, (unsigned long long)p.refused,
           (unsigned long long)p.rows);
    bool knows = p.refused * 100 <= p.queries * PROPERTY_REFUSED_MAX;
    if (!knows) printf("not ok - too many queries are refused\n");
    printf("# gates passed over something in %llu of %llu runs\n", (unsigned long long)p.sparing,
           (unsigned long long)p.gated);
    bool gates = p.sparing * 100 >= p.gated * PROPERTY_SPARING_MIN;
    if (!gates) printf("not ok - gates pass over nothing\n");
    printf("%sok - seeds %llu and on\n1..1\n", p.failures > 0 ? "not " : "",
           (unsigned long long)seed);
    return p.failures > 0 || !knows || !gates;
}
