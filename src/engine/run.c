/* run.c - plans over inputs: program, scan, report. */
#include "engine/internal.h"

#include "engine/conditions.h"

/* The formats a run knows: all of the catalog, or the one the user named, which then takes every
 * record but keeps its envelopes. */
typedef struct run_formats {
    const sl_recogniser *recogniser;
    const sl_schema *const *schemas;
    uint32_t count;
} run_formats;

static bool run_choose_formats(const sl_engine *engine, sl_arena *arena, run_formats *out)
{
    const sl_catalog *catalog = engine->catalog;
    *out = (run_formats){catalog->recogniser, catalog->schemas, catalog->count};
    if (engine->settings.format[0] == '\0') return true;
    uint32_t number = sl_catalog_find(catalog, sl_text_from(engine->settings.format));
    sl_recognise_format *one = SL_ARENA_NEW(arena, sl_recognise_format);
    if (one == NULL) return false;
    *one = *sl_recogniser_format(catalog->recogniser, number);
    one->rules = NULL;
    one->rule_count = 0;
    out->recogniser = sl_recogniser_new(arena, one, 1);
    out->schemas = &catalog->schemas[number];
    out->count = 1;
    return out->recogniser != NULL;
}

static const sl_text *run_profiles(const sl_engine *engine, const sl_run_request *request,
                                   sl_arena *arena)
{
    if (request->profiles != NULL) return request->profiles;
    sl_text *profiles = SL_ARENA_ARRAY(arena, request->plan_count, sl_text);
    for (uint32_t p = 0; profiles != NULL && p < request->plan_count; p++)
        profiles[p] = sl_text_from(engine->settings.profile);
    return profiles;
}

sl_status sl_engine_run(sl_engine *engine, const sl_run_request *request, const sl_sink *sink,
                        sl_report *report)
{
    *report = (sl_report){.status = SL_NOMEM, .catalog = engine->catalog};
    sl_arena_init(&report->arena, /* bytes_max= */ 0);
    sl_faults_init(&report->faults);
    run_formats formats;
    const sl_text *profiles = run_profiles(engine, request, &report->arena);
    if (profiles == NULL || !run_choose_formats(engine, &report->arena, &formats)) return SL_NOMEM;
    sl_run_frame frame = {.request = request,
                          .profiles = profiles,
                          .recogniser = formats.recogniser,
                          .schemas = formats.schemas,
                          .schema_count = formats.count};
    if (!sl_engine_resolve(engine, &frame.options)) return report->status = SL_QUERY;
    report->given_range =
        frame.options.earliest != SL_TIME_NONE || frame.options.latest != SL_TIME_NONE;
    sl_program_source source = {.plans = request->plans,
                                .profiles = profiles,
                                .plan_count = request->plan_count,
                                .schemas = formats.schemas,
                                .schema_count = formats.count,
                                .unique = request->unique};
    sl_outputs_begin(engine->outputs);
    report->status =
        sl_conditions_run(engine, &frame, report, &source.bindings, &source.binding_count);
    if (report->status != SL_OK) return report->status;
    report->program = sl_program_new(&source);
    report->status = SL_NOMEM;
    if (report->program != NULL)
        report->status = sl_frame_run(&frame, report->program, sink, &report->faults,
                                      &report->arena, &report->stats);
    if (report->status == SL_OK)
        report->status = sl_outputs_write(engine->outputs, &report->faults);
    return report->status;
}

void sl_report_fini(sl_report *report)
{
    sl_program_free(report->program);
    sl_faults_fini(&report->faults);
    sl_arena_fini(&report->arena);
}
