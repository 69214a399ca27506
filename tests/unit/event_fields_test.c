/* event_fields_test.c - names of fields keep their numbers and their places while others are
 * added. */
#include "event/fields.h"

#include "test.h"

enum { NAMES = 5000, THREADS = 4 };

static sl_text name_of(uint32_t number, char out[16])
{
    return sl_text_make(out, (size_t)snprintf(out, 16, "field%u", number));
}

TEST(names_have_numbers_in_order)
{
    sl_fields fields;
    char text[16];
    sl_fields_init(&fields);
    CHECK_INT(0, sl_fields_count(&fields));
    for (uint32_t i = 0; i < NAMES; i++) CHECK_INT(i, sl_fields_add(&fields, name_of(i, text)));
    CHECK_INT(NAMES, sl_fields_count(&fields));
    for (uint32_t i = 0; i < NAMES; i++) {
        sl_text name = name_of(i, text);
        CHECK_INT(i, sl_fields_add(&fields, name));
        CHECK_INT(i, sl_fields_find(&fields, name));
        CHECK(sl_text_equal(name, sl_fields_name(&fields, i)));
    }
    CHECK_INT(SL_FIELD_NONE, sl_fields_find(&fields, SL_TEXT("other")));
    sl_fields_fini(&fields);
}

TEST(bytes_of_a_name_stay_where_they_are)
{
    sl_fields fields;
    char text[16];
    sl_fields_init(&fields);
    sl_text first = sl_fields_name(&fields, sl_fields_add(&fields, SL_TEXT("first")));
    for (uint32_t i = 0; i < NAMES; i++) sl_fields_add(&fields, name_of(i, text));
    CHECK(first.data == sl_fields_name(&fields, 0).data);
    CHECK(sl_text_equal(SL_TEXT("first"), first));
    sl_fields_fini(&fields);
}

/* Adds all names, and reads each as soon as it has a number. */
static void *add_all(void *argument)
{
    sl_fields *fields = argument;
    char text[16];
    uintptr_t wrong = 0;
    for (uint32_t i = 0; i < NAMES; i++) {
        sl_text name = name_of(i, text);
        sl_field field = sl_fields_add(fields, name);
        wrong += !sl_text_equal(name, sl_fields_name(fields, field));
    }
    return (void *)wrong;
}

TEST(threads_add_the_same_names)
{
    sl_fields fields;
    pthread_t threads[THREADS];
    sl_fields_init(&fields);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, add_all, &fields) == 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        pthread_join(threads[i], &wrong);
        CHECK(wrong == NULL);
    }
    CHECK_INT(NAMES, sl_fields_count(&fields));
    sl_fields_fini(&fields);
}

TEST_MAIN(RUN(names_have_numbers_in_order) RUN(bytes_of_a_name_stay_where_they_are)
              RUN(threads_add_the_same_names))
