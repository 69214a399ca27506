/* event_gate_values_test.c - each value is asked for once, and what is remembered is bounded. */
#include "event/gate_values.h"

#include <stdio.h>

#include "test.h"

static uint64_t asked;

static uint64_t ask(void *context, uint32_t group, sl_text value)
{
    (void)context;
    asked++;
    return group * 1000 + value.length;
}

static uint64_t marks_of(sl_gate_values *values, uint32_t group, const char *format, int number)
{
    char text[64] = {0};
    int length = snprintf(text, sizeof text - 8, format, number);
    return sl_gate_values_marks(values, group, sl_text_make(text, (size_t)length), ask, NULL);
}

TEST(asks_once_a_value)
{
    sl_gate_values values;
    sl_gate_values_init(&values);
    asked = 0;
    for (int i = 0; i < 2000; i++) {
        CHECK_INT(6, marks_of(&values, 0, "Name%02d", i % 100));
        CHECK_INT(1006, marks_of(&values, 1, "Name%02d", i % 50));
    }
    CHECK_INT(150, asked);
    sl_gate_values_fini(&values);
}

/* Hostile values neither take memory without end, nor time. */
TEST(remembers_with_measure)
{
    enum { VALUES = 100000 };
    sl_gate_values values;
    sl_gate_values_init(&values);
    asked = 0;
    for (int i = 0; i < VALUES; i++) CHECK_INT(24, marks_of(&values, 0, "collides%08dcollides", i));
    CHECK_INT(VALUES, asked);
    CHECK(values.count < 100); /* they all look for the same few places */
    for (int i = 0; i < VALUES; i++) CHECK_INT(8, marks_of(&values, 0, "%08d", i));
    CHECK_INT(2 * VALUES, asked);
    CHECK(values.count <= SL_GATE_VALUES_MAX);
    CHECK(values.bytes.length <= SL_GATE_VALUES_BYTES_MAX);
    sl_gate_values_fini(&values);
}

TEST_MAIN(RUN(asks_once_a_value) RUN(remembers_with_measure))
