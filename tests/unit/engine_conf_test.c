/* engine_conf_test.c - .conf files: their lines, their stanzas, and one put over the other.
 *
 * Syntax: the vendor's "About configuration files" and the GLOBAL SETTINGS part of props.conf.spec
 * 9.0.3 (stanzas of one name are combined, the last definition wins). */
#include "engine/conf.h"

#include "test.h"

typedef struct conf_kit {
    sl_arena arena;
    sl_buffer reason;
    sl_conf *conf;
} conf_kit;

static void kit_init(conf_kit *kit)
{
    sl_arena_init(&kit->arena, /* bytes_max= */ 0);
    sl_buffer_init(&kit->reason);
    kit->conf = sl_conf_new(&kit->arena);
}

static void kit_fini(conf_kit *kit)
{
    sl_buffer_fini(&kit->reason);
    sl_arena_fini(&kit->arena);
}

static bool kit_add(conf_kit *kit, const char *text, const char *file)
{
    return sl_conf_add(kit->conf, sl_text_from(text), sl_text_from(file), &kit->reason);
}

static sl_text kit_get(const conf_kit *kit, const char *stanza, const char *key)
{
    return sl_conf_get(kit->conf, sl_text_from(stanza), key);
}

TEST(reads_lines)
{
    conf_kit kit;
    kit_init(&kit);
    CHECK(kit_add(&kit,
                  "\xef\xbb\xbf# comment\r\nx = 0\r\n  [one]\n a = 1\n#a = 3\nlong = first \\\n"
                  "  second\nend = \\",
                  "a"));
    CHECK(kit_add(&kit, "[two(3)]\nb = [x] = y # no comment\n[e [x] f]\nc=\n[empty]", "a"));
    CHECK_TEXT("1", kit_get(&kit, "one", "a"));
    CHECK_TEXT("first \n  second", kit_get(&kit, "one", "long"));
    CHECK_TEXT("\\", kit_get(&kit, "one", "end")); /* nothing is left to join */
    CHECK_TEXT("[x] = y # no comment", kit_get(&kit, "two(3)", "b"));
    CHECK(sl_conf_find(kit.conf, SL_TEXT("e [x] f"), SL_TEXT("c")) != NULL);
    CHECK_TEXT("0", kit_get(&kit, "empty", "x")); /* of the default stanza */
    CHECK(sl_conf_find(kit.conf, SL_TEXT("empty"), SL_TEXT("x")) == NULL);
    CHECK_INT(0, kit_get(&kit, "one", "z").length);
    CHECK(sl_conf_stanza_find(kit.conf, SL_TEXT("empty")) != NULL);
    CHECK(sl_conf_stanza_find(kit.conf, SL_TEXT("none")) == NULL);
    kit_fini(&kit);
}

TEST(puts_one_file_over_another)
{
    conf_kit kit;
    kit_init(&kit);
    CHECK(kit_add(&kit, "[s]\nb = 1\na = 1\n[t]\nx = 1\n[s]\nc = 1\nb = 2\n", "default"));
    CHECK(kit_add(&kit, "\n[s]\na = 3\n", "local"));
    const sl_conf_entry *a = sl_conf_find(kit.conf, SL_TEXT("s"), SL_TEXT("a"));
    CHECK(a != NULL && a->line == 3);
    if (a != NULL) CHECK_TEXT("local", a->file);
    const sl_conf_stanza *s = sl_conf_stanza_find(kit.conf, SL_TEXT("s"));
    sl_buffer seen;
    sl_buffer_init(&seen);
    for (uint32_t i = s == NULL ? SL_CONF_END : s->first; i != SL_CONF_END;) {
        const sl_conf_entry *entry = &kit.conf->entries[i];
        sl_buffer_printf(&seen, "%.*s=%.*s ", SL_TEXT_ARG(entry->key), SL_TEXT_ARG(entry->value));
        i = entry->next;
    }
    CHECK_TEXT("b=2 a=3 c=1 ", sl_buffer_text(&seen));
    sl_buffer_fini(&seen);
    kit_fini(&kit);
}

TEST(refuses_a_file_as_a_whole)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"[s]\na = 1\n[a\n", "line 3: this '[' is never closed"},
        {"[s]\na = 1 \\\n2\nnonsense\n", "line 4: expected key = value"},
        {"[s]\n = 1\n", "line 2: there is no key in front of '='"},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        conf_kit kit;
        kit_init(&kit);
        CHECK(!kit_add(&kit, cases[i].text, "x"));
        CHECK_TEXT(cases[i].reason, sl_buffer_text(&kit.reason));
        CHECK(sl_conf_stanza_find(kit.conf, SL_TEXT("s")) == NULL);
        kit_fini(&kit);
    }
}

/* A hundred thousand settings, each looked for: a list that is searched would take minutes. */
TEST(finds_among_many)
{
    conf_kit kit;
    sl_buffer text;
    kit_init(&kit);
    sl_buffer_init(&text);
    for (int i = 0; i < 100000; i++) sl_buffer_printf(&text, "[s%d]\nk%d = %d\n", i / 2, i, i);
    CHECK(sl_conf_add(kit.conf, sl_buffer_text(&text), SL_TEXT("x"), &kit.reason));
    int64_t found = 0;
    for (int i = 0; i < 100000; i++) {
        char stanza[32], key[32];
        snprintf(stanza, sizeof stanza, "s%d", i / 2);
        snprintf(key, sizeof key, "k%d", i);
        found += kit_get(&kit, stanza, key).length > 0;
    }
    CHECK_INT(100000, found);
    sl_buffer_fini(&text);
    kit_fini(&kit);
}

TEST(reads_booleans)
{
    CHECK(sl_conf_bool(SL_TEXT("T"), false) && !sl_conf_bool(SL_TEXT("0"), true));
    CHECK(sl_conf_bool(SL_TEXT("perhaps"), true) && !sl_conf_bool(SL_TEXT(""), false));
}

TEST_MAIN(RUN(reads_lines) RUN(puts_one_file_over_another) RUN(refuses_a_file_as_a_whole)
              RUN(finds_among_many) RUN(reads_booleans))
