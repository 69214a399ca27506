/* exec_order_test.c - rows of every kind of key, sorted digit by digit, stand as their comparison
 * says, which is also what merges rows from temporary files. */
#include "exec/order.h"

#include <math.h>

#include "test.h"

enum { KEYS = 3, ROWS = 700, ROUNDS = 60 };

static sl_arena arena;
static uint32_t state = 1;

static uint32_t random_below(uint32_t n)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % n;
}

/* Texts that agree for long and end around the border of a digit, with any byte in them. */
static sl_value random_text(void)
{
    static const char begin[] = "arn:aws:iam::111122223333:user/";
    char text[64];
    size_t length = random_below(4) == 0 ? random_below(8) : random_below(sizeof begin - 1);
    memcpy(text, begin, length);
    for (uint32_t n = random_below(9); n > 0; n--)
        text[length++] = "\0\x01 a\x7F\xFF"[random_below(6)];
    return sl_string(sl_arena_copy(&arena, sl_text_make(text, length)));
}

static sl_value random_value(void)
{
    static const double reals[] = {0.0, -0.0, 1.5, -1.5, 1e300, -1e300, 5e-324, INFINITY, NAN};
    static const char *const texts[] = {"1",  "1.0",      "-1",  "01",      "1e3", "10",
                                        "ab", "10.0.0.1", "::1", "fe80::1", ""};
    switch (random_below(7)) {
    case 0: return sl_missing();
    case 1: return sl_integer((int64_t)random_below(5) - 2);
    case 2: return sl_real(reals[random_below(SL_COUNT(reals))]);
    case 3: return sl_string(sl_text_from(texts[random_below(SL_COUNT(texts))]));
    default: return random_text();
    }
}

static void add_rows(sl_rows *rows, uint32_t count)
{
    sl_batch *batch = sl_batch_new(&arena, count);
    sl_origin *origins = SL_ARENA_ARRAY(&arena, count, sl_origin);
    batch->origins = origins;
    for (sl_field field = 0; field < KEYS; field++) {
        sl_value *values = sl_batch_column_new(batch);
        for (uint32_t r = 0; r < count; r++) values[r] = random_value();
        CHECK(sl_batch_set(batch, field, values));
    }
    for (uint32_t r = 0; r < count; r++)
        origins[r] =
            (sl_origin){.time = random_below(3), .offset = random_below(20), .input = r % 3};
    CHECK_INT(SL_OK, sl_rows_add(rows, batch));
}

/* True when every row stands where its comparison with the one before wants it. */
static bool in_order(const sl_order *order, const sl_rows *rows)
{
    for (size_t r = 1; r < rows->count; r++) {
        sl_order_row a = {rows->rows[r - 1], sl_order_keys(order, rows, rows->rows[r - 1], &arena)};
        sl_order_row b = {rows->rows[r], sl_order_keys(order, rows, rows->rows[r], &arena)};
        if (sl_order_compare(order, &a, &b) > 0) return false;
    }
    return true;
}

/* What does not change when rows change places. */
static uint64_t sum_of(const sl_rows *rows)
{
    uint64_t sum = 0;
    for (size_t r = 0; r < rows->count; r++)
        sum += sl_hash_bytes(&rows->rows[r], sizeof(void *), 1);
    return sum;
}

TEST(any_order)
{
    for (int round = 0; round < ROUNDS; round++) {
        sl_sort_key keys[KEYS];
        for (uint32_t k = 0; k < KEYS; k++)
            keys[k] = (sl_sort_key){k, random_below(2) == 0, (sl_sort_order)random_below(4)};
        sl_order order = {.keys = keys,
                          .key_count = random_below(KEYS + 1),
                          .arrival = random_below(2) == 0 ? SL_ARRIVAL_NEWEST : SL_ARRIVAL_OLDEST,
                          .place_first = random_below(5) == 0,
                          .reversed = random_below(2) == 0};
        sl_rows rows;
        sl_rows_init(&rows, 0);
        add_rows(&rows, random_below(4) == 0 ? random_below(30) : ROWS);
        uint64_t before = sum_of(&rows);
        CHECK_INT(SL_OK, sl_order_rows(&order, &rows));
        CHECK(sum_of(&rows) == before);
        if (!in_order(&order, &rows)) TEST_FAIL("round %d is out of order", round);
        sl_rows_fini(&rows);
        sl_arena_reset(&arena);
    }
}

/* Each row parts from the rest one digit later than the one before. */
TEST(runs_in_runs)
{
    enum { LENGTH = 4000 };
    static char text[LENGTH];
    memset(text, 'x', sizeof text);
    sl_sort_key key = {.field = 0};
    sl_order order = {.keys = &key, .key_count = 1};
    sl_rows rows;
    sl_rows_init(&rows, 0);
    sl_batch *batch = sl_batch_new(&arena, LENGTH / 8);
    sl_value *values = sl_batch_column_new(batch);
    batch->origins = SL_ARENA_ARRAY(&arena, batch->row_count, sl_origin);
    for (uint32_t r = 0; r < batch->row_count; r++)
        values[r] = sl_string(sl_text_make(text, 8 * (size_t)((r * 7) % batch->row_count)));
    CHECK(sl_batch_set(batch, 0, values));
    CHECK_INT(SL_OK, sl_rows_add(&rows, batch));
    CHECK_INT(SL_OK, sl_order_rows(&order, &rows));
    for (uint32_t r = 0; r < rows.count; r++) CHECK_INT(8 * r, rows.rows[r]->values[0].length);
    sl_rows_fini(&rows);
}

TEST_MAIN(sl_arena_init(&arena, 0); RUN(any_order) RUN(runs_in_runs) sl_arena_fini(&arena);)
