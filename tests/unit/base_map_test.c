/* base_map_test.c - numbering of texts in the order they were first seen. */
#include "base/map.h"

#include "test.h"

TEST(map_numbers_in_order)
{
    sl_map map;
    sl_map_init(&map);
    CHECK(sl_map_find(&map, SL_TEXT("a")) == SL_MAP_NONE);
    CHECK_INT(0, sl_map_add(&map, SL_TEXT("a")));
    CHECK_INT(1, sl_map_add(&map, SL_TEXT("")));
    CHECK_INT(2, sl_map_add(&map, SL_TEXT("a\0")));
    CHECK_INT(0, sl_map_add(&map, SL_TEXT("a")));
    CHECK_INT(1, sl_map_add(&map, sl_text_make(NULL, 0)));
    CHECK_INT(3, map.count);
    CHECK_INT(2, sl_map_find(&map, SL_TEXT("a\0")));
    CHECK(sl_map_find(&map, SL_TEXT("A")) == SL_MAP_NONE);
    CHECK_TEXT("a", sl_map_key(&map, 0));
    sl_map_fini(&map);
    CHECK(sl_map_find(&map, SL_TEXT("a")) == SL_MAP_NONE);
    sl_map_fini(NULL);
}

TEST(map_keeps_its_own_names)
{
    sl_map map;
    sl_map_init(&map);
    char text[] = "name";
    sl_map_add(&map, sl_text_from(text));
    text[0] = 'g';
    CHECK_TEXT("name", sl_map_key(&map, 0));
    CHECK(sl_map_find(&map, sl_text_from(text)) == SL_MAP_NONE);
    sl_map_fini(&map);
}

TEST(map_grows)
{
    enum { COUNT = 100000 };
    sl_map map;
    sl_map_init(&map);
    char text[32];
    for (uint32_t i = 0; i < COUNT; i++) {
        int length = snprintf(text, sizeof text, "%x", i * 2654435761u);
        if (sl_map_add(&map, sl_text_make(text, (size_t)length)) != i) TEST_FAIL("key %u", i);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        int length = snprintf(text, sizeof text, "%x", i * 2654435761u);
        if (sl_map_find(&map, sl_text_make(text, (size_t)length)) != i) TEST_FAIL("key %u", i);
    }
    CHECK_INT(COUNT, map.count);
    sl_map_fini(&map);
}

TEST_MAIN(RUN(map_numbers_in_order) RUN(map_keeps_its_own_names) RUN(map_grows))
