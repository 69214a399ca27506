/* hunt.c - every detection over all inputs, in one scan. */
#include "engine/internal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"

typedef struct hunt_sink {
    sl_hunt *hunt;
    sl_hunted **by_plan;
    sl_status status;
} hunt_sink;

/* All detection files below the directories. SL_IO (said in `error`) when one is not there. */
static sl_status hunt_find(sl_hunt *hunt, const sl_text *directories, uint32_t count,
                           sl_buffer *error)
{
    sl_status status = SL_OK;
    for (uint32_t d = 0; d < count && status == SL_OK; d++) {
        status = sl_pack_add(&hunt->pack, directories[d]);
        if (status != SL_OK)
            sl_buffer_printf(error, "%.*s: no detections there (%s)", SL_TEXT_ARG(directories[d]),
                             sl_status_text(status));
    }
    hunt->count = hunt->pack.count;
    hunt->items = SL_ARENA_ARRAY(&hunt->arena, hunt->count, sl_hunted);
    return hunt->items == NULL ? SL_NOMEM : status;
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

static void hunt_compile(sl_engine *engine, sl_hunted *item, sl_library *library)
{
    const sl_detection *detection = &item->detection;
    item->loaded = true;
    item->verdict = detection->deprecated ? SL_HUNT_DEPRECATED : SL_HUNT_RUN;
    if (detection->deprecated) return;
    item->plan = sl_engine_compile_detection(engine, detection, library, item->diags);
    item->parsed = hunt_is_parsed(item);
    if (item->plan == NULL) item->verdict = SL_HUNT_REFUSED;
    if (!detection->published || sl_engine_knows_detection(engine, detection, library)) return;
    item->verdict = SL_HUNT_FOREIGN;
    sl_plan_free(item->plan);
    item->plan = NULL;
}

static sl_status hunt_load(sl_engine *engine, sl_hunt *hunt, const sl_pack_item *of,
                           sl_hunted *item)
{
    item->diags = SL_ARENA_NEW(&hunt->arena, sl_diags);
    if (item->diags == NULL) return SL_NOMEM;
    sl_diags_init(item->diags);
    sl_status status = sl_pack_load(of, &hunt->arena, item->diags, &item->detection);
    item->detection.path = of->path;
    if (status == SL_NOMEM) return status;
    if (status == SL_OK) {
        hunt_compile(engine, item, of->library);
    } else {
        item->verdict = SL_HUNT_REFUSED;
        if (item->diags->error_count == 0)
            sl_diag_error(item->diags, SL_DIAG_FORMAT, (sl_span){0, 0}, "%s",
                          sl_status_text(status));
    }
    if (item->plan == NULL) hunt->refused_count++;
    return SL_OK;
}

/* "x.detection.yml:3:1: no key 'sevrity' in a detection" */
static void hunt_say_diag(const sl_hunted *item, sl_severity severity, sl_buffer *out)
{
    const sl_detection *detection = &item->detection;
    sl_text source = item->loaded ? detection->query_source : detection->source;
    for (uint32_t i = 0; i < item->diags->count; i++) {
        const sl_diag *diag = &item->diags->items[i];
        if (diag->severity != severity) continue;
        sl_buffer_add(out, item->loaded ? detection->query_path : detection->path);
        sl_place place = {1, 1};
        if (source.data != NULL) place = sl_place_at(source, diag->span.start);
        sl_buffer_printf(out, ":%u:%u: %s\n", place.line, place.column, diag->message);
        return;
    }
}

/* How the detection ended and why. Warnings about published content are left to `check`: its user
 * did not write it. */
static sl_status hunt_conclude(sl_hunt *hunt, sl_hunted *item)
{
    sl_buffer reasons, notes;
    sl_buffer_init(&reasons);
    sl_buffer_init(&notes);
    if (item->verdict == SL_HUNT_REFUSED) {
        hunt_say_diag(item, SL_ERROR, &reasons);
    } else if (item->plan != NULL) {
        item->outcome =
            sl_report_outcome(&hunt->report, item->plan_number, &reasons, &item->reason_count);
        sl_report_notes(&hunt->report, item->plan_number, &notes);
        if (!item->detection.published) hunt_say_diag(item, SL_WARNING, &notes);
    }
    item->reasons = sl_arena_copy(&hunt->arena, sl_buffer_text(&reasons));
    item->notes = sl_arena_copy(&hunt->arena, sl_buffer_text(&notes));
    bool ok =
        !reasons.failed && !notes.failed && item->reasons.data != NULL && item->notes.data != NULL;
    sl_buffer_fini(&reasons);
    sl_buffer_fini(&notes);
    return ok ? SL_OK : SL_NOMEM;
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
    sl_pack_init(&hunt->pack);
    sl_alerts_init(&hunt->alerts, (size_t)engine->settings.exec.memory_bytes_max);
    sl_text installed;
    if (directory_count == 0) {
        installed = sl_engine_share(engine, "detections");
        directories = &installed;
        directory_count = 1;
    }
    sl_status status = hunt_find(hunt, directories, directory_count, error);
    for (uint32_t i = 0; i < hunt->count && status == SL_OK; i++)
        status = hunt_load(engine, hunt, &hunt->pack.items[i], &hunt->items[i]);
    if (status == SL_OK && hunt->count == 0) {
        sl_buffer_printf(error, "%.*s: no detections there", SL_TEXT_ARG(directories[0]));
        status = SL_IO;
    }
    if (status != SL_OK) return status;
    bool runs = hunt->refused_count < hunt->count;
    if (runs) sl_report_fini(&hunt->report);
    status = runs ? hunt_run(engine, hunt, paths, path_count) : SL_QUERY;
    for (uint32_t i = 0; i < hunt->count; i++)
        if (hunt_conclude(hunt, &hunt->items[i]) != SL_OK) return SL_NOMEM;
    return status;
}

void sl_hunt_free(sl_hunt *hunt)
{
    if (hunt == NULL) return;
    sl_report_fini(&hunt->report);
    for (uint32_t i = 0; i < hunt->count; i++) sl_plan_free(hunt->items[i].plan);
    sl_pack_fini(&hunt->pack);
    sl_alerts_fini(&hunt->alerts);
    sl_arena_fini(&hunt->arena);
    free(hunt);
}
