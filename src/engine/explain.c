/* explain.c - a plan, and what becomes of it over each format: presentation and gate. */
#include "engine/internal.h"

#include "plan/gates.h"

enum { EXPLAIN_SETTING_MAX = 100 };

static bool explain_is_named(const sl_plan *plan, sl_field field)
{
    for (uint32_t i = 0; i < plan->wanted_count; i++)
        if (plan->wanted[i] == field) return true;
    return false;
}

/* Fields that the query names and settings of the user's make. */
static void explain_settings(const sl_plan *plan, const sl_route *route, sl_buffer *out)
{
    for (uint32_t i = 0; i < route->bind_count; i++) {
        sl_text name = sl_fields_name(&plan->fields, route->binds[i].field);
        const sl_derived *derived = sl_presentation_derived(route->presentation, name);
        if (derived == NULL || derived->origin.length == 0
            || !explain_is_named(plan, route->binds[i].field))
            continue;
        size_t end = sl_text_find_byte(derived->text, '\n', 0);
        bool cut = end < derived->text.length || derived->text.length > EXPLAIN_SETTING_MAX;
        if (end > EXPLAIN_SETTING_MAX) end = EXPLAIN_SETTING_MAX;
        sl_text text = sl_text_trim(sl_text_slice(derived->text, 0, end));
        sl_buffer_printf(out, "\n  %.*s by %.*s%s%.*s%s", SL_TEXT_ARG(name),
                         SL_TEXT_ARG(derived->origin), text.length > 0 ? ": " : "",
                         SL_TEXT_ARG(text), cut ? " ..." : "");
    }
}

static void explain_route(const sl_program *program, uint32_t format, uint32_t route,
                          sl_buffer *out)
{
    const sl_scan *scan = &program->scans[format];
    sl_text view = scan->routes[route].presentation->name;
    sl_buffer_printf(out, "over %.*s", SL_TEXT_ARG(scan->schema->name));
    if (view.length > 0) sl_buffer_printf(out, ", as %.*s", SL_TEXT_ARG(view));
    sl_buffer_add_string(out, "\n  ");
    sl_gates_explain(program, format, route, out);
    explain_settings(program->plans[scan->routes[route].plan], &scan->routes[route], out);
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
