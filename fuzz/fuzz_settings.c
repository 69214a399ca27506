/* fuzz_settings.c - any bytes as the settings of an app, put over the formats.
 *
 * The input is props.conf, transforms.conf, eventtypes.conf and tags.conf, with a byte 1 between
 * them. Whatever they say, they are bound; every setting at fault is named; what a query asks of
 * them is settled; and an event under them gives the same rows with gates and without. */
#include "fuzz.h"

#include "engine/internal.h"

static sl_engine *engine;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    engine = fuzz_engine();
    engine->library = sl_library_new();
    FUZZ_REQUIRE(engine->library != NULL);
    const sl_catalog *catalog = engine->catalog;
    const sl_schema **schemas = SL_ARENA_ARRAY(&engine->arena, catalog->count, const sl_schema *);
    FUZZ_REQUIRE(schemas != NULL);
    memcpy(schemas, catalog->schemas, catalog->count * sizeof *schemas);
    engine->plain_schemas = schemas;
    return 0;
}

/* Reads up to the next byte 1 into `conf`. */
static sl_text add_part(sl_conf *conf, sl_text rest)
{
    sl_buffer reason;
    sl_buffer_init(&reason);
    size_t end = sl_text_find_byte(rest, '\x01', 0);
    if (end == SIZE_MAX) end = rest.length;
    (void)sl_conf_add(conf, sl_text_slice(rest, 0, end), SL_TEXT("fuzz.conf"), &reason);
    sl_buffer_fini(&reason);
    return sl_text_slice(rest, end < rest.length ? end + 1 : end, rest.length);
}

typedef struct rows {
    sl_buffer text;
} rows;

static bool add_row(void *context, const sl_row *row)
{
    rows *all = context;
    const char *json = sl_row_json(row, NULL);
    FUZZ_REQUIRE(json != NULL);
    sl_buffer_add_string(&all->text, json);
    return all->text.length < 1 << 20;
}

static void run_query(const char *query, const char *gate, rows *out)
{
    static const char events[] =
        "{\"eventVersion\":\"1.08\",\"eventTime\":\"2024-01-01T00:00:01Z\",\"eventSource\":\"ec2\","
        "\"eventName\":\"StopInstances\",\"awsRegion\":\"eu\",\"eventID\":\"1\",\"a\":\"x=1;y=2\"}"
        "\n"
        "{\"a\":\"b, c\",\"text\":\"k=v; z=2\",\"n\":5,\"time\":\"2024-01-01T00:00:02Z\"}\n";
    sl_buffer_init(&out->text);
    FUZZ_REQUIRE(sl_engine_set(engine, "gate", gate));
    sl_query *compiled = fuzz_compile(engine, "spl", query, strlen(query));
    FUZZ_REQUIRE(compiled != NULL);
    if (sl_query_ok(compiled))
        (void)sl_query_run_memory(compiled, events, sizeof events - 1, add_row, out, NULL);
    sl_query_free(compiled);
}

static void compare(const char *query)
{
    rows gated, plain;
    run_query(query, "on", &gated);
    run_query(query, "off", &plain);
    FUZZ_REQUIRE(sl_text_equal(sl_buffer_text(&gated.text), sl_buffer_text(&plain.text)));
    sl_buffer_fini(&gated.text);
    sl_buffer_fini(&plain.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2048) return 0;
    sl_splunk_conf *conf = sl_splunk_conf_new(engine->library);
    FUZZ_REQUIRE(conf != NULL);
    sl_text rest = {(const char *)data, size};
    rest = add_part(conf->props_conf, rest);
    rest = add_part(conf->transforms, rest);
    rest = add_part(conf->eventtypes, rest);
    (void)add_part(conf->tags, rest);
    engine->splunk = conf;
    FUZZ_REQUIRE(sl_splunk_conf_bind(conf, engine->catalog, engine->plain_schemas));
    compare(
        "sourcetype=aws:cloudtrail x=* OR b=* OR tag=* | table a b x f tag eventtype eventName");
    compare("sourcetype=s NOT x=1 | table a b x f tag eventtype");
    compare("x=1 OR b=2 OR eventName=StopInstances");
    for (uint32_t f = 0; f < engine->catalog->count; f++)
        engine->catalog->schemas[f] = engine->catalog->formats[f].schema = engine->plain_schemas[f];
    engine->splunk = NULL;
    sl_splunk_conf_free(conf);
    return 0;
}
