/* engine_props_test.c - which stanzas of props.conf hold for a sourcetype, and in which order.
 *
 * The rules are those of props.conf.spec 9.0.3: "[<spec>] stanza precedence", "stanza patterns",
 * "pattern collisions", "Building the final [<spec>] stanza". */
#include "engine/props.h"

#include "test.h"

typedef struct props_kit {
    sl_arena arena;
    sl_props props;
    const sl_prop *list;
    uint32_t count;
} props_kit;

static void kit_init(props_kit *kit, const char *text, const char *sourcetype)
{
    sl_buffer reason;
    sl_arena_init(&kit->arena, /* bytes_max= */ 0);
    sl_buffer_init(&reason);
    sl_conf *conf = sl_conf_new(&kit->arena);
    CHECK(conf != NULL && sl_conf_add(conf, sl_text_from(text), SL_TEXT("x"), &reason));
    CHECK(sl_props_read(conf, &kit->arena, &kit->props));
    CHECK(sl_props_select(&kit->props, sl_text_from(sourcetype), &kit->arena, &kit->list,
                          &kit->count));
    sl_buffer_fini(&reason);
}

static void kit_fini(props_kit *kit)
{
    sl_arena_fini(&kit->arena);
}

/* The values that setting number `index` may have, the one that has the say first. */
static void check_prop(const props_kit *kit, uint32_t index, const char *key, const char *values)
{
    sl_buffer all;
    if (index >= kit->count) {
        TEST_FAIL("no setting %u", index);
        return;
    }
    const sl_prop *prop = &kit->list[index];
    CHECK_TEXT(key, prop->key);
    sl_buffer_init(&all);
    for (uint32_t i = 0; i < prop->count; i++)
        sl_buffer_printf(&all, "%s%.*s", i == 0 ? "" : " ",
                         SL_TEXT_ARG(prop->choices[i].entry->value));
    CHECK_TEXT(values, sl_buffer_text(&all));
    sl_buffer_fini(&all);
}

TEST(sorts_settings_by_bytes)
{
    props_kit kit;
    kit_init(&kit, "[st]\nEXTRACT-b = 1\nEXTRACT-Z = 2\nEXTRACT-a = 3\n[other]\nEXTRACT-c = 4\n",
             "st");
    CHECK_INT(3, kit.count);
    check_prop(&kit, 0, "EXTRACT-Z", "2");
    check_prop(&kit, 1, "EXTRACT-a", "3");
    check_prop(&kit, 2, "EXTRACT-b", "1");
    kit_fini(&kit);
}

/* What always holds ends the list: nothing behind it can have the say. */
TEST(orders_kinds)
{
    props_kit kit;
    kit_init(&kit,
             "k = default\n[st]\nk = sourcetype\n[s*]\nk = pattern\n[host::h]\nk = host\n"
             "[source::/b]\nk = source\n[rule::r]\nk = rule\n",
             "st");
    CHECK_INT(1, kit.count);
    check_prop(&kit, 0, "k", "source host sourcetype");
    kit_fini(&kit);
    kit_init(&kit, "[default]\nk = default\n[host::h]\nk = host\n", "st");
    check_prop(&kit, 0, "k", "host default");
    kit_fini(&kit);
}

TEST(orders_patterns)
{
    props_kit kit;
    kit_init(&kit,
             "[source::...z]\nk = z\n[source::...a]\nk = a\n[source::/plain]\nk = plain\n"
             "[source::...m]\nk = m\npriority = 200\n",
             "st");
    check_prop(&kit, 0, "k", "m plain a z");
    kit_fini(&kit);
}

TEST(reads_patterns)
{
    static const struct {
        const char *stanza, *sourcetype;
        bool matches;
    } cases[] = {
        {"aws:cloudtrail", "aws:cloudtrail", true},
        {"aws:cloudtrail", "AWS:cloudtrail", false},
        {"aws:*", "aws:cloudtrail", true},
        {"(?::){0}aws:*", "aws:cloudtrail", true},
        {"(?::){0}aws:*", "my:aws:cloudtrail", false},
        {"aws:*", "aws:a/b", false},
        {"aws...", "aws:a/b", true},
        {"a.b", "axb", false},
        {"a+b", "a+b", true},
        {"(one|two)", "two", true},
        {"(one", "(one", false}, /* no pattern at all */
        {"", "", true},
    };
    for (size_t i = 0; i < SL_COUNT(cases); i++) {
        props_kit kit;
        char text[128];
        snprintf(text, sizeof text, "[%s]\nk = v\n", cases[i].stanza);
        kit_init(&kit, text, cases[i].sourcetype);
        if ((kit.count == 1) != cases[i].matches)
            TEST_FAIL("[%s] and %s: %u", cases[i].stanza, cases[i].sourcetype, kit.count);
        kit_fini(&kit);
    }
}

TEST_MAIN(RUN(sorts_settings_by_bytes) RUN(orders_kinds) RUN(orders_patterns) RUN(reads_patterns))
