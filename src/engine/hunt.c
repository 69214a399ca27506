/* hunt.c - every detection over all inputs, in one scan. */
#include "engine/internal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "detect/content.h"

typedef struct hunt_sink {
    sl_hunt *hunt;
    sl_hunted **by_plan;
    sl_status status;
} hunt_sink;

/* The library of a checkout that `directory` is in; *out NULL: it is in none. */
static sl_status hunt_library(sl_hunt *hunt, sl_text directory, sl_library **out)
{
    sl_text root;
    *out = NULL;
    sl_status status = sl_content_root(directory, &hunt->arena, &root);
    if (status != SL_OK || root.length == 0) return status;
    *out = sl_library_new();
    if (*out == NULL) return SL_NOMEM;
    hunt->libraries[hunt->library_count++] = *out;
    return sl_library_add(*out, root, &hunt->notes) ? SL_OK : SL_NOMEM;
}

/* All detection files below the directories. SL_IO (said in `error`) when one is not there. */
static sl_status hunt_find(sl_hunt *hunt, const sl_text *directories, uint32_t count,
                           sl_buffer *error)
{
    hunt->libraries = SL_ARENA_ARRAY(&hunt->arena, count, sl_library *);
    if (hunt->libraries == NULL) return SL_NOMEM;
    for (uint32_t d = 0; d < count; d++) {
        const sl_text *paths;
        uint32_t found;
        sl_library *library;
        sl_status status = hunt_library(hunt, directories[d], &library);
        if (status != SL_OK) return status;
        status = library != NULL ? sl_content_find(directories[d], &hunt->arena, &paths, &found)
                                 : sl_detections_find(directories[d], &hunt->arena, &paths, &found);
        if (status != SL_OK) {
            sl_buffer_printf(error, "%.*s: no detections there (%s)", SL_TEXT_ARG(directories[d]),
                             sl_status_text(status));
            return status;
        }
        sl_hunted *items = SL_ARENA_ARRAY(&hunt->arena, hunt->count + found, sl_hunted);
        if (items == NULL) return SL_NOMEM;
        if (hunt->count > 0) memcpy(items, hunt->items, hunt->count * sizeof *items);
        for (uint32_t i = 0; i < found; i++) {
            items[hunt->count + i].detection.path = paths[i];
            items[hunt->count + i].library = library;
        }
        hunt->items = items;
        hunt->count += found;
    }
    return SL_OK;
}

/* True when all that is said against a query is that something is not run or not here. */
static bool hunt_is_parsed(const sl_hunted *item)
{
    for (uint32_t i = 0; i < item->diags->count; i++) {
        const sl_diag *diag = &item->diags->items[i];
        if (diag->severity == SL_ERROR && diag->code != SL_DIAG_REFUSED
            && diag->code != SL_DIAG_UNRESOLVED)
            return false;
    }
    return true;
}

static void hunt_compile(sl_engine *engine, sl_hunted *item)
{
    const sl_detection *detection = &item->detection;
    item->loaded = true;
    item->verdict = detection->deprecated ? SL_HUNT_DEPRECATED : SL_HUNT_RUN;
    if (detection->deprecated) return;
    sl_compile_source source = {.language = detection->language,
                                .name = detection->query_path,
                                .text = detection->query_text,
                                .profile = detection->profile,
                                .library = item->library};
    item->plan = sl_engine_compile_source(engine, &source, item->diags);
    item->parsed = hunt_is_parsed(item);
    if (item->plan == NULL) item->verdict = SL_HUNT_REFUSED;
    if (!detection->published || sl_engine_knows_source(engine, &source)) return;
    item->verdict = SL_HUNT_FOREIGN;
    sl_plan_free(item->plan);
    item->plan = NULL;
}

static sl_status hunt_load(sl_engine *engine, sl_hunt *hunt, sl_hunted *item)
{
    item->diags = SL_ARENA_NEW(&hunt->arena, sl_diags);
    if (item->diags == NULL) return SL_NOMEM;
    sl_diags_init(item->diags);
    sl_text path = item->detection.path;
    sl_status status = item->library != NULL
        ? sl_content_load(path, &hunt->arena, item->diags, &item->detection)
        : sl_detection_load(path, &hunt->arena, item->diags, &item->detection);
    item->detection.path = path;
    if (status == SL_NOMEM) return status;
    if (status == SL_OK) {
        hunt_compile(engine, item);
    } else {
        item->verdict = SL_HUNT_REFUSED;
        if (item->diags->error_count == 0)
            sl_diag_error(item->diags, SL_DIAG_FORMAT, (sl_span){0, 0}, "%s",
                          sl_status_text(status));
    }
    if (item->plan == NULL) hunt->refused_count++;
    return SL_OK;
}

static bool hunt_rows(void *context, uint32_t plan, const sl_batch *batch)
{
    hunt_sink *sink = context;
    sl_hunted *item = sink->by_plan[plan];
    item->alert_count += batch->selected;
    sink->status = sl_alerts_add(&sink->hunt->alerts, &item->detection, item->plan, batch);
    return sink->status == SL_OK;
}

static sl_status hunt_run(sl_engine *engine, sl_hunt *hunt, const sl_text *paths,
                          uint32_t path_count)
{
    const sl_plan **plans = SL_ARENA_ARRAY(&hunt->arena, hunt->count, const sl_plan *);
    sl_text *profiles = SL_ARENA_ARRAY(&hunt->arena, hunt->count, sl_text);
    sl_hunted **by_plan = SL_ARENA_ARRAY(&hunt->arena, hunt->count, sl_hunted *);
    if (plans == NULL || profiles == NULL || by_plan == NULL) return SL_NOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; i < hunt->count; i++) {
        sl_hunted *item = &hunt->items[i];
        if (item->plan == NULL) continue;
        item->plan_number = count;
        by_plan[count] = item;
        profiles[count] = item->detection.profile;
        plans[count++] = item->plan;
    }
    hunt_sink context = {.hunt = hunt, .by_plan = by_plan};
    sl_sink sink = {.context = &context, .rows = hunt_rows};
    sl_run_request request = {.plans = plans,
                              .profiles = profiles,
                              .plan_count = count,
                              .unique = true,
                              .paths = paths,
                              .path_count = path_count};
    sl_status status = sl_engine_run(engine, &request, &sink, &hunt->report);
    if (context.status == SL_LIMIT) {
        sl_fault_add(&hunt->report.faults, SL_FAULT_MEMORY, SL_TEXT("alerts"), UINT64_MAX,
                     "there are more alerts than the memory budget holds; --memory raises it");
        hunt->report.status = SL_LIMIT;
    }
    sl_alerts_sort(&hunt->alerts);
    return context.status != SL_OK ? context.status : status;
}

sl_status sl_engine_hunt(sl_engine *engine, const sl_text *directories, uint32_t directory_count,
                         const sl_text *paths, uint32_t path_count, sl_hunt **out_hunt,
                         sl_buffer *error)
{
    sl_hunt *hunt = sl_calloc(1, sizeof *hunt);
    *out_hunt = hunt;
    if (hunt == NULL) return SL_NOMEM;
    sl_arena_init(&hunt->arena, /* bytes_max= */ 0);
    sl_faults_init(&hunt->report.faults);
    sl_arena_init(&hunt->report.arena, /* bytes_max= */ 0);
    sl_buffer_init(&hunt->notes);
    sl_alerts_init(&hunt->alerts, (size_t)engine->settings.exec.memory_bytes_max);
    sl_text installed;
    if (directory_count == 0) {
        installed = sl_engine_share(engine, "detections");
        directories = &installed;
        directory_count = 1;
    }
    sl_status status = hunt_find(hunt, directories, directory_count, error);
    for (uint32_t i = 0; i < hunt->count && status == SL_OK; i++)
        status = hunt_load(engine, hunt, &hunt->items[i]);
    if (status == SL_OK && hunt->count == 0) {
        sl_buffer_printf(error, "%.*s: no detections there", SL_TEXT_ARG(directories[0]));
        status = SL_IO;
    }
    if (status != SL_OK) return status;
    if (hunt->refused_count == hunt->count) return SL_QUERY;
    sl_report_fini(&hunt->report);
    return hunt_run(engine, hunt, paths, path_count);
}

void sl_hunt_free(sl_hunt *hunt)
{
    if (hunt == NULL) return;
    sl_report_fini(&hunt->report);
    for (uint32_t i = 0; i < hunt->count; i++) sl_plan_free(hunt->items[i].plan);
    for (uint32_t i = 0; i < hunt->library_count; i++) sl_library_free(hunt->libraries[i]);
    sl_buffer_fini(&hunt->notes);
    sl_alerts_fini(&hunt->alerts);
    sl_arena_fini(&hunt->arena);
    free(hunt);
}
