/* base_arena_test.c - alignment, limits, reset and the copies of an arena. */
#include "base/arena.h"

#include <stddef.h>

#include "test.h"

TEST(arena_gives_aligned_memory)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    for (size_t bytes = 0; bytes < 300; bytes++) {
        CHECK(sl_arena_bytes(&arena, bytes % 7) != NULL);
        char *data = sl_arena_alloc(&arena, bytes);
        CHECK(data != NULL);
        CHECK_INT(0, (uintptr_t)data % _Alignof(max_align_t));
        memset(data, 0xAB, bytes);
    }
    CHECK(!arena.failed);
    sl_arena_fini(&arena);
}

TEST(arena_zeroes_reused_memory)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    for (int round = 0; round < 3; round++) {
        char *data = sl_arena_zero(&arena, 100000);
        CHECK(data != NULL);
        size_t set = 0;
        for (size_t i = 0; i < 100000; i++) set += data[i] != 0;
        CHECK_INT(0, set);
        memset(data, 0x55, 100000);
        sl_arena_reset(&arena);
    }
    sl_arena_fini(&arena);
}

TEST(arena_keeps_contents_apart)
{
    enum { COUNT = 2000 };
    static unsigned char *parts[COUNT];
    sl_arena arena;
    sl_arena_init(&arena, 0);
    for (size_t i = 0; i < COUNT; i++) {
        size_t bytes = i % 97 == 0 ? 300000 : i % 333 + 1;
        parts[i] = sl_arena_alloc(&arena, bytes);
        CHECK(parts[i] != NULL);
        memset(parts[i], (int)(i & 0xFF), bytes);
    }
    for (size_t i = 0; i < COUNT; i++) {
        size_t bytes = i % 97 == 0 ? 300000 : i % 333 + 1;
        CHECK_INT(i & 0xFF, parts[i][0]);
        CHECK_INT(i & 0xFF, parts[i][bytes - 1]);
    }
    sl_arena_fini(&arena);
}

TEST(arena_stops_at_its_limit)
{
    sl_arena arena;
    sl_arena_init(&arena, 1000);
    CHECK(sl_arena_alloc(&arena, 600) != NULL);
    CHECK(sl_arena_alloc(&arena, 600) == NULL);
    CHECK(arena.failed);
    CHECK(sl_arena_alloc(&arena, 400) != NULL);
    CHECK(sl_arena_alloc(&arena, 1) == NULL);
    CHECK_INT(1000, arena.bytes_used);
    sl_arena_reset(&arena);
    CHECK(!arena.failed);
    CHECK(sl_arena_alloc(&arena, 1000) != NULL);
    sl_arena_fini(&arena);
}

TEST(arena_refuses_sizes_that_overflow)
{
    sl_arena arena;
    sl_arena_init(&arena, SIZE_MAX);
    CHECK(sl_arena_alloc(&arena, SIZE_MAX) == NULL);
    CHECK(sl_arena_alloc(&arena, SIZE_MAX - 8) == NULL);
    CHECK(sl_arena_array(&arena, SIZE_MAX / 2, 3) == NULL);
    CHECK(arena.failed);
    CHECK(sl_arena_array(&arena, 0, 8) != NULL);
    CHECK(sl_arena_copy(&arena, sl_text_make("x", SIZE_MAX)).data == NULL);
    sl_arena_fini(&arena);
}

TEST(arena_copies_are_terminated)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    sl_text copy = sl_arena_copy(&arena, sl_text_make("abcdef", 3));
    CHECK_TEXT("abc", copy);
    CHECK_INT(0, copy.data[3]);
    copy = sl_arena_copy(&arena, sl_text_make(NULL, 0));
    CHECK(copy.data != NULL && copy.length == 0);
    CHECK_TEXT("7-x", sl_arena_printf(&arena, "%d-%s", 7, "x"));
    sl_text nul = sl_arena_copy(&arena, SL_TEXT("a\0b"));
    CHECK_INT(3, nul.length);
    sl_arena_fini(&arena);

    sl_arena_init(&arena, 4);
    CHECK(sl_arena_copy(&arena, SL_TEXT("abcd")).data == NULL);
    CHECK(sl_arena_printf(&arena, "%s", "abcd").data == NULL);
    CHECK_TEXT("abc", sl_arena_copy(&arena, SL_TEXT("abc")));
    sl_arena_fini(&arena);
}

TEST(arena_survives_many_resets)
{
    sl_arena arena;
    sl_arena_init(&arena, 0);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < 50; i++) CHECK(sl_arena_alloc(&arena, i * 1000) != NULL);
        sl_arena_reset(&arena);
        CHECK_INT(0, arena.bytes_used);
    }
    sl_arena_fini(&arena);
    sl_arena_fini(&arena);
    sl_arena_fini(NULL);
}

static char defer_order[4];
static size_t defer_count;

static void defer_note(void *object)
{
    defer_order[defer_count++] = *(const char *)object;
}

TEST(deferred_calls_run_latest_first_and_once)
{
    char a = 'a', b = 'b';
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    CHECK(sl_arena_defer(&arena, defer_note, &a));
    CHECK(sl_arena_defer(&arena, defer_note, &b));
    sl_arena_reset(&arena);
    sl_arena_fini(&arena);
    CHECK_INT(2, defer_count);
    CHECK(defer_order[0] == 'b' && defer_order[1] == 'a');

    defer_count = 0;
    sl_arena_init(&arena, /* bytes_max= */ 1);
    CHECK(!sl_arena_defer(&arena, defer_note, &a));
    CHECK_INT(1, defer_count); /* refused: called at once */
    sl_arena_fini(&arena);
}

TEST_MAIN(RUN(deferred_calls_run_latest_first_and_once) RUN(arena_gives_aligned_memory)
              RUN(arena_zeroes_reused_memory) RUN(arena_keeps_contents_apart)
                  RUN(arena_stops_at_its_limit) RUN(arena_refuses_sizes_that_overflow)
                      RUN(arena_copies_are_terminated) RUN(arena_survives_many_resets))
