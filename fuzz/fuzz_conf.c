/* fuzz_conf.c - any bytes as a .conf file, twice over itself.
 *
 * Each setting that its stanza lists is found under its name, every text is one that can be read,
 * and a file that is refused says why and adds nothing. */
#include "fuzz.h"

#include "engine/conf.h"

static uint64_t sum_text(sl_text text)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < text.length; i++) sum += (unsigned char)text.data[i];
    return sum;
}

static void check_conf(const sl_conf *conf)
{
    uint32_t listed = 0;
    uint64_t sum = 0;
    for (uint32_t s = 0; s < conf->stanza_names.count; s++) {
        const sl_conf_stanza *stanza = &conf->stanzas[s];
        FUZZ_REQUIRE(sl_conf_stanza_find(conf, stanza->name) == stanza);
        for (uint32_t i = stanza->first; i != SL_CONF_END; i = conf->entries[i].next) {
            const sl_conf_entry *entry = &conf->entries[i];
            FUZZ_REQUIRE(sl_conf_find(conf, stanza->name, entry->key) == entry);
            FUZZ_REQUIRE(entry->line > 0 && entry->key.length > 0);
            sum += sum_text(entry->key) + sum_text(entry->value);
            listed++;
        }
    }
    FUZZ_REQUIRE(listed == conf->entry_names.count);
    FUZZ_REQUIRE(sum < UINT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096) return 0;
    sl_arena arena;
    sl_buffer reason;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    sl_buffer_init(&reason);
    sl_conf *conf = sl_conf_new(&arena);
    FUZZ_REQUIRE(conf != NULL);
    sl_text text = {(const char *)data, size};
    if (sl_conf_add(conf, text, SL_TEXT("a"), &reason)) {
        uint32_t count = conf->entry_names.count;
        check_conf(conf);
        FUZZ_REQUIRE(sl_conf_add(conf, text, SL_TEXT("b"), &reason));
        FUZZ_REQUIRE(conf->entry_names.count == count);
    } else {
        FUZZ_REQUIRE(reason.length > 0);
        FUZZ_REQUIRE(conf->entry_names.count == 0 && conf->stanza_names.count == 0);
    }
    check_conf(conf);
    sl_buffer_fini(&reason);
    sl_arena_fini(&arena);
    return 0;
}
