/* base_memory_test.c - every allocation of the layer fails once, and nothing breaks or leaks.
 *
 * Each try is a process of its own, because the environment is read once. Without
 * -DSL_FAULT_INJECTION there is nothing to test. */
#include "base/memory.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "test.h"

#ifdef SL_FAULT_INJECTION

static sl_diags diags;

/* Uses everything that allocates; true when nothing failed. */
static bool use_everything(void)
{
    sl_arena arena;
    sl_buffer buffer;
    sl_map map;
    sl_arena_init(&arena, 0);
    sl_buffer_init(&buffer);
    sl_map_init(&map);
    sl_diags_init(&diags);

    bool good = sl_arena_zero(&arena, 5000) != NULL;
    good = sl_arena_copy(&arena, SL_TEXT("text")).data != NULL && good;
    good = sl_utf8_repair(SL_TEXT("\xFF"), &arena).data != NULL && good;
    sl_arena_reset(&arena);
    good = sl_arena_alloc(&arena, 400000) != NULL && good;
    for (int i = 0; i < 40; i++) {
        sl_buffer_printf(&buffer, "key %d", i);
        uint32_t number = sl_map_add(&map, sl_buffer_text(&buffer));
        good = number != SL_MAP_NONE && good;
        if (number != SL_MAP_NONE) CHECK_INT(number, sl_map_find(&map, sl_buffer_text(&buffer)));
    }
    good = good && !buffer.failed;
    sl_text text = SL_TEXT("a: &x [1, 2]\nb: *x\nc: {d: 'e'}\n");
    sl_yaml *yaml = sl_yaml_parse(text, &diags);
    good = yaml != NULL && good;
    CHECK((yaml == NULL) == (diags.error_count > 0));
    sl_zone *zone = sl_zone_new(SL_TEXT("+02:00"));
    good = zone != NULL && good;

    sl_zone_free(zone);
    sl_yaml_free(yaml);
    sl_map_fini(&map);
    sl_buffer_fini(&buffer);
    sl_arena_fini(&arena);
    return good;
}

/* The exit code of a process in which the allocation of this number fails. */
static int try_number(int number)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        char text[16];
        snprintf(text, sizeof text, "%d", number);
        setenv("SL_FAIL_ALLOC", text, 1);
        bool good = use_everything();
        exit(test_checks_failed > 0 ? 2 : good ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 3;
    return WEXITSTATUS(status);
}

#endif

TEST(memory_fails_anywhere)
{
#ifdef SL_FAULT_INJECTION
    int number = 1, code;
    while ((code = try_number(number)) == 1 && number < 500) number++;
    /* The first number that no allocation has: all went well. */
    CHECK_INT(0, code);
    CHECK(number > 15 && number < 500);
#else
    SKIP("built without SL_FAULT_INJECTION");
#endif
}

TEST(memory_is_there)
{
    int *numbers = sl_calloc(4, sizeof *numbers);
    CHECK(numbers != NULL && numbers[3] == 0);
    numbers = sl_realloc(numbers, 8 * sizeof *numbers);
    CHECK(numbers != NULL);
    free(numbers);
    void *memory = sl_malloc(1);
    CHECK(memory != NULL);
    free(memory);
}

TEST_MAIN(RUN(memory_fails_anywhere) RUN(memory_is_there))
