/* func_agg_test.c - every aggregate of every language: examples, merging in any order, spilling.
 *
 * The property that all of exec rests on: whatever way rows are dealt to states, in whatever order
 * the states are merged, through memory or through saved bytes, the result is the same. */
#include "func/agg.h"

#include <math.h>

#include "base/number.h"
#include "func/agg_kit.h"
#include "lang/cql/cql.h"
#include "lang/spl/spl.h"
#include "test.h"

enum { STATE_BYTES_MAX = 128, PARTS = 5 };

/* An aggregate ready to run. */
typedef struct subject {
    const sl_agg *agg;
    sl_arena memory;
    sl_context context;
    sl_agg_call call;
    uint64_t states[PARTS + 1][STATE_BYTES_MAX / 8];
} subject;

static bool subject_init(subject *s, const sl_agg *agg, double percent)
{
    memset(s, 0, sizeof *s);
    s->agg = agg;
    sl_arena_init(&s->memory, 0);
    s->call = (sl_agg_call){.memory = &s->memory, .context = &s->context};
    if (agg->prepare == NULL) return true;
    sl_diags diags;
    sl_diags_init(&diags);
    sl_value number = sl_real(percent < 0 ? 90 : percent);
    sl_value limit = sl_integer(7);
    bool is_percent = agg->arg_min == 2;
    const sl_value *constants[] = {NULL, is_percent ? &number : &limit};
    sl_span spans[2] = {{0, 0}, {0, 0}};
    bool has_constant = agg->arg_max > 1 && percent >= 0;
    sl_fn_site site = {.arena = &s->memory,
                       .diags = &diags,
                       .constants = constants,
                       .spans = spans,
                       .arg_count = is_percent || has_constant ? 2 : 1};
    if (!agg->prepare(&site)) return false;
    s->call.params = site.state;
    return true;
}

static uint64_t random_state = 88172645463325252u;
static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static sl_value random_value(sl_arena *arena)
{
    static const char *const texts[] = {"a", "B", "", "10", "9", "9.50", "-3e5", "x y", "007"};
    uint64_t pick = random_next() % 16;
    if (pick == 0) return sl_missing();
    if (pick == 1) return (sl_value){.kind = SL_NULL};
    if (pick == 2) return sl_bool(random_next() % 2 == 0);
    if (pick < 6) return sl_integer((int64_t)(random_next() % 2000) - 1000);
    if (pick == 6) return sl_integer((int64_t)random_next());
    if (pick < 9) {
        int exponent = (int)(random_next() % 90) - 90;
        return sl_real(ldexp((double)(int64_t)random_next(), exponent));
    }
    if (pick == 9) return sl_moment((sl_time)(random_next() % 1000000007) * 1000003);
    if (pick == 10) {
        sl_value *items = SL_ARENA_ARRAY(arena, 2, sl_value);
        items[0] = sl_string(sl_text_from(texts[random_next() % SL_COUNT(texts)]));
        items[1] = sl_integer((int64_t)(random_next() % 10));
        return sl_list(items, 2);
    }
    sl_text text = sl_text_from(texts[random_next() % SL_COUNT(texts)]);
    return pick == 11 ? sl_number_as(SL_TEXT("12.5")) : sl_string(text);
}

static sl_rank random_rank(uint32_t row)
{
    return (sl_rank){
        .time = (sl_time)(random_next() % 20) * SL_SECOND, .input = row % 3, .offset = row};
}

static bool value_equal(sl_value a, sl_value b)
{
    if (a.kind != b.kind) return false;
    if (a.kind == SL_MISSING) return true;
    return sl_value_same(a, b);
}

/* Steps `count` rows into one state, and into PARTS states that are merged as `how` says. */
static void check_splits(const sl_agg *agg, uint32_t count)
{
    subject s;
    if (!subject_init(&s, agg, agg->arg_max == 2 && agg->arg_min == 2 ? 75 : -1)) {
        TEST_FAIL("%s cannot be prepared", agg->name);
        return;
    }
    for (uint32_t row = 0; row < count; row++) {
        sl_value args[2] = {random_value(&s.memory), random_value(&s.memory)};
        sl_rank rank = random_rank(row);
        uint32_t arg_count = agg->arg_max == 0 ? 0 : agg->arg_min == 2 ? 2 : 1;
        uint32_t part = 1 + (uint32_t)(random_next() % PARTS);
        CHECK(agg->step(&s.call, s.states[0], args, arg_count, &rank) == SL_OK);
        CHECK(agg->step(&s.call, s.states[part], args, arg_count, &rank) == SL_OK);
    }
    sl_value whole = agg->finish(&s.call, s.states[0], &s.memory);
    uint64_t merged[STATE_BYTES_MAX / 8] = {0};
    uint64_t loaded[STATE_BYTES_MAX / 8] = {0};
    for (uint32_t part = PARTS; part >= 1; part--) {
        CHECK(agg->merge(&s.call, merged, s.states[part]) == SL_OK);
    }
    for (uint32_t i = 0; i < PARTS; i++) {
        sl_buffer saved;
        sl_buffer_init(&saved);
        agg->save(s.states[1 + (i * 2) % PARTS], &saved);
        CHECK(agg->load(&s.call, loaded, sl_buffer_text(&saved)) == SL_OK);
        sl_buffer_fini(&saved);
    }
    if (!value_equal(whole, agg->finish(&s.call, merged, &s.memory)))
        TEST_FAIL("%s differs when merged", agg->name);
    if (!value_equal(whole, agg->finish(&s.call, loaded, &s.memory)))
        TEST_FAIL("%s differs when saved and loaded", agg->name);
    sl_arena_fini(&s.memory);
}

static const sl_agg_table *const tables[] = {&sl_spl_aggregates, &sl_cql_aggregates};

TEST(rows_are_sorted_and_whole)
{
    for (size_t t = 0; t < SL_COUNT(tables); t++) {
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            const sl_agg *agg = &tables[t]->rows[i];
            if (i > 0) {
                CHECK(sl_text_compare_nocase(sl_text_from(agg[-1].name), sl_text_from(agg->name))
                      < 0);
            }
            CHECK(agg->doc != NULL && agg->usage != NULL);
            CHECK(sl_agg_find(tables[t], sl_text_from(agg->name)) == agg);
            if ((agg->flags & SL_FN_REFUSED) != 0) continue;
            CHECK(agg->step != NULL && agg->merge != NULL && agg->finish != NULL);
            CHECK(agg->save != NULL && agg->load != NULL);
            CHECK(agg->state_bytes > 0 && agg->state_bytes <= STATE_BYTES_MAX);
        }
    }
    CHECK(sl_agg_find(&sl_spl_aggregates, SL_TEXT("COUNT")) != NULL);
    CHECK(strcmp(sl_agg_nearest(&sl_spl_aggregates, SL_TEXT("valeus")), "values") == 0);
}

TEST(splits_do_not_show)
{
    static const uint32_t counts[] = {0, 1, 2, 7, 60, 300, 1500};
    for (size_t t = 0; t < SL_COUNT(tables); t++) {
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            if ((tables[t]->rows[i].flags & SL_FN_REFUSED) != 0) continue;
            for (size_t c = 0; c < SL_COUNT(counts); c++) {
                check_splits(&tables[t]->rows[i], counts[c]);
            }
        }
    }
}

/* Enough distinct values for the table to be cut. */
TEST(splits_of_cut_quantiles_do_not_show)
{
    double percent;
    check_splits(sl_spl_aggregate_find(SL_TEXT("perc75"), &percent), 20000);
    check_splits(sl_spl_aggregate_find(SL_TEXT("median"), &percent), 20000);
}

/* One value of an example's list; false at its end. */
static bool example_value(sl_text text, size_t *at, sl_value *out)
{
    while (*at < text.length && (text.data[*at] == ' ' || text.data[*at] == ',')) (*at)++;
    if (*at >= text.length) return false;
    if (text.data[*at] == '"') {
        size_t end = sl_text_find_byte(text, '"', *at + 1);
        *out = sl_string(sl_text_slice(text, *at + 1, end));
        *at = end + 1;
        return true;
    }
    size_t end = *at;
    while (end < text.length && text.data[end] != ',' && text.data[end] != ' ') end++;
    sl_text word = sl_text_slice(text, *at, end);
    *out = sl_text_equal(word, SL_TEXT("null")) ? sl_missing() : sl_number_as(word);
    *at = end;
    return true;
}

static void print_value(sl_value v, sl_buffer *out)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (v.kind != SL_LIST) {
        sl_buffer_add(out, sl_value_text(v, scratch));
        return;
    }
    sl_buffer_add_byte(out, '[');
    for (uint32_t i = 0; i < v.length; i++) {
        if (i > 0) sl_buffer_add_string(out, ", ");
        print_value(v.items[i], out);
    }
    sl_buffer_add_byte(out, ']');
}

/* "name over [v, v, ...] => result": the first value is of the newest row. */
static void check_example(const sl_agg *agg)
{
    sl_text example = sl_text_from(agg->example);
    size_t over = sl_text_find(example, SL_TEXT(" over ["), 0);
    size_t close = sl_text_find(example, SL_TEXT("] => "), 0);
    CHECK(over != SIZE_MAX && close != SIZE_MAX);
    if (over == SIZE_MAX || close == SIZE_MAX) return;
    double percent = -1;
    sl_number_parse(sl_text_slice(example, strlen(agg->name), over), &percent);
    subject s;
    CHECK(subject_init(&s, agg, percent));
    sl_text list = sl_text_slice(example, over + 7, close);
    size_t at = 0;
    sl_value value;
    sl_time time = 1001 * SL_SECOND;
    while (example_value(list, &at, &value)) {
        sl_rank rank = {.time = time, .offset = at};
        CHECK(agg->step(&s.call, s.states[0], &value, agg->arg_max == 0 ? 0 : 1, &rank) == SL_OK);
        if (strcmp(agg->name, "collect") != 0) time -= SL_SECOND;
    }
    sl_buffer out;
    sl_buffer_init(&out);
    print_value(agg->finish(&s.call, s.states[0], &s.memory), &out);
    sl_text wanted = sl_text_slice(example, close + 5, example.length);
    if (!sl_text_equal(wanted, sl_buffer_text(&out)))
        TEST_FAIL("%s: got %s", agg->example, out.data);
    sl_buffer_fini(&out);
    sl_arena_fini(&s.memory);
}

TEST(examples_hold)
{
    for (size_t t = 0; t < SL_COUNT(tables); t++) {
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            if (tables[t]->rows[i].example != NULL) check_example(&tables[t]->rows[i]);
        }
    }
}

static double sum_of(const double *values, size_t count, bool backwards)
{
    sl_arena memory;
    sl_arena_init(&memory, 0);
    sl_exact sum = {0};
    for (size_t i = 0; i < count; i++) {
        CHECK(sl_exact_add(&memory, &sum, values[backwards ? count - 1 - i : i]) == SL_OK);
    }
    double result = sl_exact_round(&sum, 0, 0, NULL);
    sl_arena_fini(&memory);
    return result;
}

TEST(sums_are_exact)
{
    const double cancel[] = {1e300, 1, 1e-300, -1e300, 1e16, 1, -1e16};
    CHECK(sum_of(cancel, SL_COUNT(cancel), false) == 2);
    CHECK(sum_of(cancel, SL_COUNT(cancel), true) == 2);
    const double tiny[] = {4.9406564584124654e-324, 4.9406564584124654e-324};
    CHECK(sum_of(tiny, 2, false) == 9.8813129168249309e-324);
    const double large[] = {1.7976931348623157e308, 1.7976931348623157e308,
                            -1.7976931348623157e308};
    CHECK(sum_of(large, 3, false) == 1.7976931348623157e308);
    CHECK(isinf(sum_of(large, 2, false)));
    const double negative[] = {-0.1, -0.2, -0.3};
    CHECK(fabs(sum_of(negative, 3, false) + 0.6) < 1e-15);
    const double tie[] = {9007199254740992.0, 1, 4.9406564584124654e-324};
    CHECK(sum_of(tie, 3, false) == 9007199254740994.0); /* above the tie by the least there is */
    double random[500];
    for (size_t i = 0; i < SL_COUNT(random); i++) {
        random[i] = ldexp((double)(int64_t)random_next(), (int)(random_next() % 1000) - 600);
    }
    CHECK(sum_of(random, 500, false) == sum_of(random, 500, true));
}

/* The finished text of one aggregate over numbers. */
static sl_value run_numbers(subject *s, const char *name, const double *values, size_t count)
{
    double percent;
    const sl_agg *agg = sl_spl_aggregate_find(sl_text_from(name), &percent);
    CHECK(agg != NULL && subject_init(s, agg, percent));
    for (size_t i = 0; i < count; i++) {
        sl_value v = sl_real(values[i]);
        sl_rank rank = {.offset = i};
        CHECK(agg->step(&s->call, s->states[0], &v, 1, &rank) == SL_OK);
    }
    return agg->finish(&s->call, s->states[0], &s->memory);
}

TEST(variance_of_times_keeps_its_digits)
{
    const double times[] = {1700000000.001, 1700000000.002, 1700000000.003};
    subject s;
    sl_value var = run_numbers(&s, "varp", times, 3);
    CHECK(var.kind == SL_REAL && fabs(var.real - 2e-6 / 3) < 1e-9);
    sl_arena_fini(&s.memory);
    const double same[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    sl_value none = run_numbers(&s, "stdev", same, 7);
    CHECK(none.kind == SL_REAL && none.real < 1e-15);
    sl_arena_fini(&s.memory);
}

TEST(whole_sums_go_beyond_64_bits)
{
    subject s;
    const sl_agg *agg = sl_agg_find(&sl_spl_aggregates, SL_TEXT("sum"));
    CHECK(subject_init(&s, agg, -1));
    sl_value max = sl_integer(INT64_MAX), min = sl_integer(INT64_MIN);
    sl_rank rank = {0};
    for (int i = 0; i < 3; i++) CHECK(agg->step(&s.call, s.states[0], &max, 1, &rank) == SL_OK);
    sl_value sum = agg->finish(&s.call, s.states[0], &s.memory);
    CHECK(sum.kind == SL_REAL && sum.real == 3 * 9223372036854775807.0);
    for (int i = 0; i < 3; i++) CHECK(agg->step(&s.call, s.states[0], &min, 1, &rank) == SL_OK);
    sum = agg->finish(&s.call, s.states[0], &s.memory);
    CHECK(sum.kind == SL_INTEGER && sum.integer == -3);
    sl_arena_fini(&s.memory);
}

TEST(quantiles_round_by_the_union_of_values)
{
    enum { COUNT = 20000 };
    static double values[COUNT];
    for (size_t i = 0; i < COUNT; i++) values[i] = (double)(i + 1);
    subject s;
    sl_value approximate = run_numbers(&s, "perc50", values, COUNT);
    double number;
    CHECK(sl_value_number(approximate, &number) && fabs(number / 10001 - 1) < 0.001);
    sl_arena_fini(&s.memory);
    sl_value exact = run_numbers(&s, "exactperc99.5", values, COUNT);
    CHECK_INT(19901, exact.integer);
    sl_arena_fini(&s.memory);
    sl_value upper = run_numbers(&s, "upperperc50", values, COUNT);
    CHECK(sl_value_number(upper, &number) && number >= 10001 && number < 10001 * 1.003);
    sl_arena_fini(&s.memory);
}

/* Each row comes before all that were seen: the worst case for what is kept. */
TEST(memory_of_kept_values_is_bounded)
{
    static const char *const names[] = {"first", "list", "min", "last", "earliest"};
    for (size_t n = 0; n < SL_COUNT(names); n++) {
        subject s;
        const sl_agg *agg = sl_agg_find(&sl_spl_aggregates, sl_text_from(names[n]));
        CHECK(subject_init(&s, agg, -1));
        for (uint32_t i = 0; i < 50000; i++) {
            char text[32];
            int length = snprintf(text, sizeof text, "value %09u", 100000 - i);
            sl_value v = sl_string(sl_text_make(text, (size_t)length));
            sl_rank rank = {.time = (sl_time)(1000000 - (n < 3 ? -(int64_t)i : (int64_t)i))};
            CHECK(agg->step(&s.call, s.states[0], &v, 1, &rank) == SL_OK);
        }
        CHECK(s.memory.bytes_used < 200000);
        sl_arena_fini(&s.memory);
    }
}

TEST(refused_memory_is_said)
{
    for (size_t t = 0; t < SL_COUNT(tables); t++) {
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            const sl_agg *agg = &tables[t]->rows[i];
            subject s;
            if ((agg->flags & SL_FN_REFUSED) != 0 || agg->arg_min == 2) continue;
            CHECK(subject_init(&s, agg, -1));
            s.memory.bytes_max = s.memory.bytes_used + 3000;
            sl_status status = SL_OK;
            for (uint32_t row = 0; row < 4000 && status == SL_OK; row++) {
                char text[32];
                int length = snprintf(text, sizeof text, "%u.5", row * 7919);
                sl_value v = sl_string(sl_text_make(text, (size_t)length));
                sl_rank rank = {.time = (sl_time)row};
                status = agg->step(&s.call, s.states[0], &v, agg->arg_max == 0 ? 0 : 1, &rank);
            }
            CHECK(status == SL_OK || status == SL_LIMIT);
            sl_arena_fini(&s.memory);
        }
    }
}

TEST(corrupt_saves_are_refused)
{
    for (size_t t = 0; t < SL_COUNT(tables); t++) {
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            const sl_agg *agg = &tables[t]->rows[i];
            if ((agg->flags & SL_FN_REFUSED) != 0) continue;
            subject s;
            CHECK(subject_init(&s, agg, agg->arg_min == 2 ? 50 : -1));
            for (uint32_t row = 0; row < 20; row++) {
                sl_value args[2] = {sl_real(row * 1.25), sl_string(SL_TEXT("x"))};
                sl_rank rank = random_rank(row);
                CHECK(agg->step(&s.call, s.states[0], args, agg->arg_min == 2 ? 2 : 1, &rank)
                      == SL_OK);
            }
            sl_buffer saved;
            sl_buffer_init(&saved);
            agg->save(s.states[0], &saved);
            for (size_t cut = 1; cut < saved.length; cut++) {
                uint64_t state[STATE_BYTES_MAX / 8] = {0};
                CHECK(agg->load(&s.call, state, sl_text_make(saved.data, cut)) == SL_CORRUPT);
            }
            for (int round = 0; round < 200; round++) { /* must not crash */
                uint64_t state[STATE_BYTES_MAX / 8] = {0};
                size_t at = (size_t)(random_next() % saved.length);
                char before = saved.data[at];
                saved.data[at] = (char)random_next();
                (void)agg->load(&s.call, state, sl_buffer_text(&saved));
                saved.data[at] = before;
            }
            sl_buffer_fini(&saved);
            sl_arena_fini(&s.memory);
        }
    }
}

TEST(percentile_names_carry_numbers)
{
    double percent;
    const sl_agg *agg = sl_spl_aggregate_find(SL_TEXT("PERC99.9"), &percent);
    CHECK(agg != NULL && strcmp(agg->name, "perc") == 0 && percent == 99.9);
    agg = sl_spl_aggregate_find(SL_TEXT("count"), &percent);
    CHECK(agg != NULL && percent == -1);
    CHECK(sl_spl_aggregate_find(SL_TEXT("count95"), &percent) == NULL);
    CHECK(sl_spl_aggregate_find(SL_TEXT("95"), &percent) == NULL);
    CHECK(sl_spl_aggregate_find(SL_TEXT(""), &percent) == NULL);
    CHECK(sl_spl_aggregate_find(SL_TEXT("perc9..5"), &percent) == NULL);
}

/* A count of distinct values is bounded by memory alone; a list of them has a limit. */
TEST(distinct_values_may_be_many)
{
    static const char *const names[] = {"dc", "values"};
    for (size_t n = 0; n < SL_COUNT(names); n++) {
        subject s;
        sl_rank rank = {0};
        sl_status status = SL_OK;
        CHECK(subject_init(&s, sl_agg_find(&sl_spl_aggregates, sl_text_from(names[n])), -1));
        int64_t given = 0;
        for (; given <= SL_LIST_ITEMS_MAX && status == SL_OK; given++) {
            sl_value value = sl_integer(given);
            status = s.agg->step(&s.call, s.states[0], &value, 1, &rank);
        }
        CHECK_INT(SL_LIST_ITEMS_MAX + 1, given);
        CHECK_INT(n == 0 ? SL_OK : SL_LIMIT, status);
        if (n == 0) CHECK_INT(given, s.agg->finish(&s.call, s.states[0], &s.memory).integer);
        sl_arena_fini(&s.memory);
    }
}

TEST(ranks_are_ordered)
{
    sl_rank old = {.time = 1, .offset = 5}, new = {.time = 2, .offset = 1};
    sl_rank none = {.time = SL_TIME_NONE}, placed = {.time = 3, .position = 1};
    CHECK(sl_rank_compare(&new, &old) < 0 && sl_rank_compare_oldest(&old, &new) < 0);
    CHECK(sl_rank_compare(&none, &old) > 0 && sl_rank_compare_oldest(&none, &old) > 0);
    CHECK(sl_rank_compare(&placed, &new) > 0 && sl_rank_compare(&old, &old) == 0);
}

TEST_MAIN(RUN(rows_are_sorted_and_whole) RUN(examples_hold) RUN(splits_do_not_show)
              RUN(splits_of_cut_quantiles_do_not_show) RUN(sums_are_exact)
                  RUN(variance_of_times_keeps_its_digits) RUN(whole_sums_go_beyond_64_bits)
                      RUN(quantiles_round_by_the_union_of_values)
                          RUN(memory_of_kept_values_is_bounded) RUN(refused_memory_is_said)
                              RUN(corrupt_saves_are_refused) RUN(percentile_names_carry_numbers)
                                  RUN(ranks_are_ordered) RUN(distinct_values_may_be_many))
