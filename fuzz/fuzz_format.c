/* fuzz_format.c - any text as a format file: it compiles or is refused with messages that hold. */
#include "fuzz.h"

#include "engine/catalog.h"

/* libfyaml 0.7.12 itself loses a buffer on some malformed documents ("a: *[b]"); that our own use
 * of it frees everything is what the unit tests of base/yaml.h run under LeakSanitizer for. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ARENA_BYTES_MAX = 64 << 20 };
    sl_text text = sl_text_make((const char *)data, size);
    sl_format_compiled format;
    sl_arena arena;
    sl_diags diags;
    sl_arena_init(&arena, ARENA_BYTES_MAX);
    sl_diags_init(&diags);
    bool good = sl_format_compile(text, &arena, &diags, &format);
    FUZZ_REQUIRE(good || diags.error_count > 0 || arena.failed);
    for (uint32_t i = 0; i < diags.count; i++) {
        FUZZ_REQUIRE(diags.items[i].span.start <= diags.items[i].span.end);
        FUZZ_REQUIRE(diags.items[i].span.end <= size);
    }
    sl_arena_fini(&arena);
    return 0;
}
