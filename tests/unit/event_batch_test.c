/* event_batch_test.c - columns of a batch: few of them, and as many as a hostile record has
 * keys. */
#include "event/batch.h"

#include "test.h"

enum { MANY = 100000 };

/* A column for each field from 0, each with the field's number in its one row. */
static sl_batch *batch_of(sl_arena *arena, uint32_t count, sl_value *values)
{
    sl_batch *batch = sl_batch_new(arena, 1);
    for (uint32_t i = 0; i < count; i++) {
        values[i] = sl_integer(i);
        CHECK(sl_batch_set(batch, i, &values[i]));
    }
    return batch;
}

static void expect_column(const sl_batch *batch, sl_field field, const sl_value *values)
{
    CHECK(sl_batch_find(batch, field) == values);
}

/* Set, found, replaced, renamed, dropped: with and without an index. */
static void expect_columns(uint32_t count)
{
    static sl_value values[MANY];
    static const sl_value other = {.kind = SL_NULL};
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_batch *batch = batch_of(&arena, count, values);
    CHECK_INT(count, batch->column_count);
    for (uint32_t i = 0; i < count; i++) expect_column(batch, i, &values[i]);
    expect_column(batch, count, NULL);
    expect_column(batch, UINT32_MAX - 1, NULL);

    CHECK(sl_batch_set(batch, 1, &other)); /* in its place */
    CHECK_INT(count, batch->column_count);
    expect_column(batch, 1, &other);
    CHECK(batch->columns[1].values == &other);

    sl_batch *shared = sl_batch_share(batch);
    CHECK(sl_batch_set(shared, count, &other));
    expect_column(shared, count, &other);
    expect_column(shared, 2, &values[2]);
    expect_column(batch, count, NULL);

    CHECK(sl_batch_rename(batch, 2, count + 7));
    expect_column(batch, 2, NULL);
    expect_column(batch, count + 7, &values[2]);
    CHECK_INT(count + 7, batch->columns[2].field);
    CHECK(sl_batch_set(batch, 2, &other));
    expect_column(batch, 2, &other);
    expect_column(shared, 2, &values[2]);

    sl_batch_drop(batch, 0);
    expect_column(batch, 0, NULL);
    expect_column(batch, 1, &other);
    CHECK(sl_batch_set(batch, 0, &other));
    expect_column(batch, 0, &other);
    expect_column(batch, count - 1, &values[count - 1]);

    static bool gone[MANY + 2];
    for (uint32_t i = 0; i < batch->column_count; i++) gone[i] = i != 1;
    sl_batch_drop_columns(batch, gone);
    CHECK_INT(1, batch->column_count);
    for (uint32_t i = 0; i < count; i++)
        if (i != batch->columns[0].field) expect_column(batch, i, NULL);
    expect_column(batch, batch->columns[0].field, batch->columns[0].values);
    CHECK(sl_batch_set(batch, 1, &other));

    sl_batch_drop_all(batch);
    expect_column(batch, 1, NULL);
    CHECK(sl_batch_set(batch, 5, &other));
    expect_column(batch, 5, &other);
    CHECK_INT(1, batch->column_count);
    sl_arena_fini(&arena);
}

TEST(few_columns)
{
    expect_columns(4);
    expect_columns(63);
}

TEST(about_the_index)
{
    for (uint32_t count = 64; count < 70; count++) expect_columns(count);
    expect_columns(1024);
    expect_columns(1025);
}

/* As one record may have; looked for one by one, they would take minutes. */
TEST(many_columns)
{
    expect_columns(MANY);
}

/* Field numbers far apart, in no order. */
TEST(far_fields)
{
    static const sl_value value = {.kind = SL_NULL};
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_batch *batch = sl_batch_new(&arena, 1);
    for (uint32_t i = 0; i < 200; i++) CHECK(sl_batch_set(batch, (i * 7919 % 200) * 5000, &value));
    for (uint32_t i = 0; i < 200; i++) {
        expect_column(batch, i * 5000, &value);
        expect_column(batch, i * 5000 + 1, NULL);
    }
    sl_arena_fini(&arena);
}

TEST(no_memory)
{
    static const sl_value value = {.kind = SL_NULL};
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 20000);
    sl_batch *batch = sl_batch_new(&arena, 1);
    bool ok = batch != NULL;
    for (uint32_t i = 0; i < 100000 && ok; i++) ok = sl_batch_set(batch, i, &value);
    CHECK(!ok);
    sl_arena_fini(&arena);
}

TEST_MAIN(RUN(few_columns) RUN(about_the_index) RUN(many_columns) RUN(far_fields) RUN(no_memory))
