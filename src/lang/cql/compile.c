/* compile.c - a CQL query from text to a checked plan. */
#include "lang/cql/parser.h"

static void compile_say_memory(sl_diags *diags)
{
    sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "memory ended while compiling");
}

/* Reads the whole text; false when memory ended. */
static bool compile_read(sl_plan *plan, const sl_resolver *resolver, sl_diags *diags)
{
    cql_shared shared = {.plan = plan, .resolver = resolver};
    shared.builder = (sl_builder){.arena = &plan->arena, .fields = &plan->fields, .diags = diags};
    cql_parser parser = {
        .shared = &shared, .arena = &plan->arena, .text = plan->text, .pipe = &plan->pipe};
    if (plan->text.length > CQL_TEXT_MAX) {
        sl_diag_error(diags, SL_DIAG_LIMIT, (sl_span){0, 0}, "the query is longer than %d bytes",
                      CQL_TEXT_MAX);
        return true;
    }
    cql_parse_pipeline(&parser);
    plan->tag_uses = shared.tag_uses.items;
    plan->tag_use_count = shared.tag_uses.count;
    return !plan->arena.failed && !shared.no_memory;
}

sl_plan *sl_cql_compile(sl_text name, sl_text text, const sl_resolver *resolver, sl_diags *diags)
{
    uint32_t errors = diags->error_count;
    sl_plan *plan = sl_plan_new(SL_LANG_CQL, name, text);
    if (plan == NULL) {
        compile_say_memory(diags);
        return NULL;
    }
    plan->reading = SL_READ_CQL;
    plan->arrival = SL_ARRIVAL_OLDEST;
    plan->path_of_name = sl_cql_path;
    bool good = compile_read(plan, resolver, diags);
    if (good && diags->error_count == errors) good = sl_plan_check(plan) == SL_OK;
    if (good && diags->error_count == errors) return plan;
    if (!good && diags->error_count == errors) compile_say_memory(diags);
    sl_plan_free(plan);
    return NULL;
}
