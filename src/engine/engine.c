/* engine.c - an engine: where its files are, and the options by name. */
#include "engine/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/number.h"
#include "engine/datadir.h"

#ifndef SL_VERSION
#define SL_VERSION "unknown"
#endif

const char *sl_version(void)
{
    return SL_VERSION;
}

sl_settings *sl_engine_settings(sl_engine *engine)
{
    return &engine->settings;
}

const sl_catalog *sl_engine_catalog(const sl_engine *engine)
{
    return engine->catalog;
}

sl_text sl_engine_notes(const sl_engine *engine)
{
    return sl_buffer_text(&engine->notes);
}

const char *sl_engine_error(const sl_engine *engine)
{
    return engine->error.length == 0 ? NULL : engine->error.data;
}

sl_text sl_engine_share(sl_engine *engine, const char *what)
{
    const char *variable =
        strcmp(what, "formats") == 0 ? "STRANDLINE_FORMATS" : "STRANDLINE_DETECTIONS";
    return sl_text_from(sl_datadir_find(&engine->arena, what, variable));
}

sl_engine *sl_engine_new(void)
{
    sl_engine *engine = sl_calloc(1, sizeof *engine);
    if (engine == NULL) return NULL;
    sl_arena_init(&engine->arena, /* bytes_max= */ 0);
    sl_buffer_init(&engine->error);
    sl_buffer_init(&engine->notes);
    engine->settings = (sl_settings){.exec = {.record_bytes_max = SL_RECORD_BYTES_DEFAULT,
                                              .inflated_bytes_max = SL_INFLATED_BYTES_DEFAULT,
                                              .memory_bytes_max = SL_MEMORY_BYTES_DEFAULT,
                                              .now = SL_TIME_NONE,
                                              .earliest = SL_TIME_NONE,
                                              .latest = SL_TIME_NONE,
                                              .zone = sl_zone_utc()},
                                     .profile = "default"};
    sl_text directory = sl_engine_share(engine, "formats");
    engine->catalog = directory.data == NULL ? NULL : sl_catalog_new(directory, &engine->error);
    if (engine->catalog == NULL && engine->error.length == 0)
        sl_buffer_add_string(&engine->error, "no memory for the formats");
    return engine;
}

void sl_engine_free(sl_engine *engine)
{
    if (engine == NULL) return;
    sl_catalog_free(engine->catalog);
    sl_splunk_conf_free(engine->splunk);
    sl_library_free(engine->library);
    sl_outputs_free(engine->outputs);
    sl_zone_free(engine->settings.zone_owned);
    sl_buffer_fini(&engine->notes);
    sl_buffer_fini(&engine->error);
    sl_arena_fini(&engine->arena);
    free(engine);
}

/* Options by name: one row, one function. */

static bool set_fault(sl_engine *engine, const char *name, const char *value, const char *wanted)
{
    sl_buffer_clear(&engine->error);
    sl_buffer_printf(&engine->error, "%s: '%s' is not %s", name, value, wanted);
    return false;
}

static bool set_count(sl_engine *engine, const char *name, const char *value, uint64_t max,
                      uint64_t *out)
{
    int64_t number;
    if (!sl_integer_parse(sl_text_from(value), &number) || number < 1 || (uint64_t)number > max) {
        sl_buffer_clear(&engine->error);
        sl_buffer_printf(&engine->error, "%s: '%s' is not a number from 1 to %llu", name, value,
                         (unsigned long long)max);
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

static bool set_size(sl_engine *engine, const char *name, const char *value, uint64_t min,
                     uint64_t *out)
{
    uint64_t bytes;
    if (!sl_size_parse(sl_text_from(value), &bytes) || bytes < min)
        return set_fault(engine, name, value, "a size such as 64M, 2GiB or 1048576");
    *out = bytes;
    return true;
}

static bool set_switch(sl_engine *engine, const char *name, const char *value, bool *out)
{
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        return set_fault(engine, name, value, "on or off");
    *out = strcmp(value, "on") == 0;
    return true;
}

static bool set_threads(sl_engine *engine, const char *name, const char *value)
{
    uint64_t count;
    if (!set_count(engine, name, value, SL_THREADS_MAX, &count)) return false;
    engine->settings.exec.threads = (uint32_t)count;
    return true;
}

static bool set_batch_rows(sl_engine *engine, const char *name, const char *value)
{
    uint64_t count;
    if (!set_count(engine, name, value, SL_BATCH_ROWS_MAX, &count)) return false;
    engine->settings.exec.batch_rows = (uint32_t)count;
    return true;
}

static bool set_block_bytes(sl_engine *engine, const char *name, const char *value)
{
    uint64_t bytes;
    if (!set_size(engine, name, value, 1, &bytes)) return false;
    if (bytes > (UINT64_C(4) << 20)) return set_fault(engine, name, value, "at most 4MiB");
    engine->settings.exec.block_bytes = (size_t)bytes;
    return true;
}

static bool set_record_bytes(sl_engine *engine, const char *name, const char *value)
{
    uint64_t bytes;
    if (!set_size(engine, name, value, 1, &bytes)) return false;
    if (bytes > (UINT64_C(1) << 30)) return set_fault(engine, name, value, "at most 1GiB");
    engine->settings.exec.record_bytes_max = (size_t)bytes;
    return true;
}

static bool set_inflated_bytes(sl_engine *engine, const char *name, const char *value)
{
    return set_size(engine, name, value, 1, &engine->settings.exec.inflated_bytes_max);
}

static bool set_memory(sl_engine *engine, const char *name, const char *value)
{
    return set_size(engine, name, value, 1 << 20, &engine->settings.exec.memory_bytes_max);
}

static bool set_profile(sl_engine *engine, const char *name, const char *value)
{
    const sl_catalog *catalog = engine->catalog;
    for (uint32_t i = 0; catalog != NULL && i < catalog->count; i++) {
        sl_text found = sl_schema_profile(catalog->formats[i].schema, sl_text_from(value));
        if (!sl_text_equal(found, sl_text_from(value))) continue;
        snprintf(engine->settings.profile, sizeof engine->settings.profile, "%s", value);
        return true;
    }
    return set_fault(engine, name, value, "a profile of any format (see: strandline formats)");
}

static bool set_format(sl_engine *engine, const char *name, const char *value)
{
    if (engine->catalog == NULL
        || sl_catalog_find(engine->catalog, sl_text_from(value)) == SL_FORMAT_NONE)
        return set_fault(engine, name, value, "a known format (see: strandline formats)");
    snprintf(engine->settings.format, sizeof engine->settings.format, "%s", value);
    return true;
}

static bool set_zone(sl_engine *engine, const char *name, const char *value)
{
    sl_zone *zone = sl_zone_new(sl_text_from(value));
    if (zone == NULL)
        return set_fault(engine, name, value, "a time zone such as UTC, +02:00 or Europe/Berlin");
    sl_zone_free(engine->settings.zone_owned);
    engine->settings.zone_owned = zone;
    engine->settings.exec.zone = zone;
    return true;
}

static bool set_now(sl_engine *engine, const char *name, const char *value)
{
    sl_time now;
    if (!sl_time_parse_modifier(sl_text_from(value), sl_time_now(), engine->settings.exec.zone,
                                &now))
        return set_fault(engine, name, value, "a time (ISO 8601 or epoch seconds)");
    engine->settings.exec.now = now;
    return true;
}

static bool set_time_text(sl_engine *engine, const char *name, const char *value, sl_text *out)
{
    sl_time time;
    if (!sl_time_parse_modifier(sl_text_from(value), sl_time_now(), engine->settings.exec.zone,
                                &time))
        return set_fault(engine, name, value, "a time: ISO 8601, epoch seconds, or as -24h@h");
    *out = sl_arena_copy(&engine->arena, sl_text_from(value));
    return out->data != NULL;
}

static bool set_earliest(sl_engine *engine, const char *name, const char *value)
{
    return set_time_text(engine, name, value, &engine->settings.earliest_text);
}

static bool set_latest(sl_engine *engine, const char *name, const char *value)
{
    return set_time_text(engine, name, value, &engine->settings.latest_text);
}

static bool set_param(sl_engine *engine, const char *name, const char *value)
{
    sl_settings *settings = &engine->settings;
    sl_text text = sl_text_from(value);
    size_t equals = sl_text_find_byte(text, '=', 0);
    if (equals == SIZE_MAX || equals == 0) return set_fault(engine, name, value, "NAME=VALUE");
    sl_text *names = SL_ARENA_ARRAY(&engine->arena, settings->param_count + 1, sl_text);
    sl_text *values = SL_ARENA_ARRAY(&engine->arena, settings->param_count + 1, sl_text);
    if (names == NULL || values == NULL) return false;
    for (uint32_t i = 0; i < settings->param_count; i++) {
        names[i] = settings->param_names[i];
        values[i] = settings->param_values[i];
    }
    names[settings->param_count] = sl_arena_copy(&engine->arena, sl_text_slice(text, 0, equals));
    values[settings->param_count++] =
        sl_arena_copy(&engine->arena, sl_text_slice(text, equals + 1, text.length));
    settings->param_names = names;
    settings->param_values = values;
    return true;
}

/* Files of a directory cannot be read, or (`faults` is empty) memory ended. */
static void set_directory_fault(sl_engine *engine, const char *name, const sl_buffer *faults)
{
    sl_text said = sl_text_trim(sl_buffer_text(faults));
    sl_buffer_clear(&engine->error);
    sl_buffer_printf(&engine->error, "%s: ", name);
    sl_buffer_add(&engine->error, said.length > 0 ? said : SL_TEXT("out of memory"));
}

/* Macros and lookups; a directory given later has the say where names are the same. */
static bool set_lookups(sl_engine *engine, const char *name, const char *value)
{
    sl_buffer faults;
    sl_buffer_init(&faults);
    if (engine->library == NULL) engine->library = sl_library_new();
    bool ok =
        engine->library != NULL && sl_library_add(engine->library, sl_text_from(value), &faults);
    if (ok)
        sl_buffer_add(&engine->notes, sl_buffer_text(&faults)); /* one bad file loses no other */
    else set_directory_fault(engine, name, &faults);
    sl_buffer_fini(&faults);
    return ok;
}

/* The schemas as the format files have them: each further app is put over all of them anew. */
static bool set_keep_schemas(sl_engine *engine)
{
    const sl_catalog *catalog = engine->catalog;
    if (engine->plain_schemas != NULL) return true;
    const sl_schema **copy =
        catalog == NULL ? NULL : SL_ARENA_ARRAY(&engine->arena, catalog->count, const sl_schema *);
    if (copy == NULL) return false;
    memcpy(copy, catalog->schemas, catalog->count * sizeof *copy);
    engine->plain_schemas = copy;
    return true;
}

/* An app: its macros and lookups, and its settings of fields. One given later has the say. */
static bool set_splunk_conf(sl_engine *engine, const char *name, const char *value)
{
    sl_buffer faults;
    if (!set_lookups(engine, name, value) || !set_keep_schemas(engine)) return false;
    if (engine->splunk == NULL) engine->splunk = sl_splunk_conf_new(engine->library);
    sl_text directory = sl_arena_copy(&engine->arena, sl_text_from(value));
    if (engine->splunk == NULL || directory.data == NULL) return false;
    sl_buffer_init(&faults);
    bool ok = sl_splunk_conf_add(engine->splunk, directory, &faults);
    if (ok) ok = sl_splunk_conf_bind(engine->splunk, engine->catalog, engine->plain_schemas);
    if (!ok) set_directory_fault(engine, name, &faults);
    sl_buffer_fini(&faults);
    return ok;
}

bool sl_engine_conf_note(const sl_engine *engine, uint32_t index, sl_text *out, bool *out_fault)
{
    if (engine->splunk == NULL || index >= engine->splunk->notes.count) return false;
    const sl_conf_note *note = (const sl_conf_note *)engine->splunk->notes.items + index;
    *out = note->text;
    *out_fault = note->fault;
    return true;
}

/* Where queries may write tables. */
static bool set_outputs(sl_engine *engine, const char *name, const char *value)
{
    struct stat about;
    if (stat(value, &about) != 0 || !S_ISDIR(about.st_mode)) {
        sl_buffer_clear(&engine->error);
        sl_buffer_printf(&engine->error, "%s: '%s' is no directory", name, value);
        return false;
    }
    sl_outputs_free(engine->outputs);
    engine->outputs = sl_outputs_new(sl_text_from(value));
    return engine->outputs != NULL;
}

static bool set_ordered(sl_engine *engine, const char *name, const char *value)
{
    return set_switch(engine, name, value, &engine->settings.exec.ordered);
}

/* on, off, or the best kernel that may serve. */
static bool set_gate(sl_engine *engine, const char *name, const char *value)
{
    static const char *const values[] = {"off", "on", "plain", "avx2", "avx512"};
    for (uint32_t i = 0; i < SL_COUNT(values); i++) {
        if (strcmp(value, values[i]) != 0) continue;
        engine->settings.exec.gate_off = i == 0;
        engine->settings.exec.gate_kernels = i <= 1 ? 0 : i - 1;
        return true;
    }
    return set_fault(engine, name, value, "on, off, plain, avx2 or avx512");
}

static bool set_slice_bytes(sl_engine *engine, const char *name, const char *value)
{
    return set_size(engine, name, value, 1, &engine->settings.exec.slice_bytes);
}

bool sl_engine_set(sl_engine *engine, const char *name, const char *value)
{
    static const struct {
        const char *name;
        bool (*set)(sl_engine *engine, const char *name, const char *value);
    } options[] = {
        {"batch-rows", set_batch_rows},
        {"block-bytes", set_block_bytes},
        {"earliest", set_earliest},
        {"format", set_format},
        {"gate", set_gate},
        {"inflated-bytes", set_inflated_bytes},
        {"latest", set_latest},
        {"lookups", set_lookups},
        {"memory", set_memory},
        {"now", set_now},
        {"ordered", set_ordered},
        {"outputs", set_outputs},
        {"param", set_param},
        {"profile", set_profile},
        {"record-bytes", set_record_bytes},
        {"slice-bytes", set_slice_bytes},
        {"splunk-conf", set_splunk_conf},
        {"threads", set_threads},
        {"tz", set_zone},
    };
    for (size_t i = 0; i < SL_COUNT(options); i++)
        if (strcmp(options[i].name, name) == 0) return options[i].set(engine, name, value);
    sl_buffer_clear(&engine->error);
    sl_buffer_printf(&engine->error, "no option '%s'", name);
    return false;
}

bool sl_engine_resolve(sl_engine *engine, sl_exec_options *out)
{
    const sl_settings *settings = &engine->settings;
    *out = settings->exec;
    if (out->now == SL_TIME_NONE) out->now = sl_time_now();
    const struct {
        sl_text text;
        sl_time *time;
    } times[] = {{settings->earliest_text, &out->earliest}, {settings->latest_text, &out->latest}};
    for (size_t i = 0; i < SL_COUNT(times); i++) {
        if (times[i].text.length == 0) continue;
        if (sl_time_parse_modifier(times[i].text, out->now, out->zone, times[i].time)) continue;
        return set_fault(engine, "time range", times[i].text.data, "a time");
    }
    return true;
}
