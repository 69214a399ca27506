/* explain.c - a plan, and what becomes of it over each format: presentation and gate. */
#include "engine/internal.h"

#include "plan/gates.h"

static void explain_route(const sl_program *program, uint32_t format, uint32_t route,
                          sl_buffer *out)
{
    const sl_scan *scan = &program->scans[format];
    sl_text view = scan->routes[route].presentation->name;
    sl_buffer_printf(out, "over %.*s", SL_TEXT_ARG(scan->schema->name));
    if (view.length > 0) sl_buffer_printf(out, ", as %.*s", SL_TEXT_ARG(view));
    sl_buffer_add_string(out, "\n  ");
    sl_gates_explain(program, format, route, out);
    sl_buffer_add_byte(out, '\n');
}

void sl_engine_explain(const sl_engine *engine, const sl_plan *plan, sl_buffer *out)
{
    sl_plan_explain(plan, out);
    sl_text profile = sl_text_from(engine->settings.profile);
    const sl_plan *plans[] = {plan};
    sl_program_source source = {.plans = plans,
                                .profiles = &profile,
                                .plan_count = 1,
                                .schemas = engine->catalog->schemas,
                                .schema_count = engine->catalog->count};
    sl_program *program = sl_program_new(&source);
    if (program == NULL) {
        out->failed = true;
        return;
    }
    for (uint32_t f = 0; f < program->scan_count; f++)
        for (uint32_t r = 0; r < program->scans[f].route_count; r++)
            explain_route(program, f, r, out);
    sl_program_free(program);
}
