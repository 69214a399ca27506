/* outcome.c - why a search found nothing.
 *
 * A zero may mean that all is well, or that the search could never have found anything: its format
 * was not among the input, a field that it needs is called otherwise here, every row lacked a key
 * of its `stats`. Where the rows ended is known (exec/flow.h). Which fields no event had is known
 * too; the leading operators are then specialised once more with those missing, and if nothing can
 * pass, the fewest of them that already have that effect are to blame. So alternatives of an OR,
 * fields that the search makes itself and fields it merely shows are not blamed. */
#include "engine/internal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plan/lookup.h"

enum { OUTCOME_NAMED_MAX = 6 };

/* What is said of one plan. */
typedef struct outcome_said {
    sl_buffer *reasons;
    uint64_t count; /* how many events or rows they speak of */
} outcome_said;

static const sl_value outcome_missing = {.kind = SL_MISSING};

/* One route, asked what passes when some fields are missing. */
typedef struct outcome_probe {
    const sl_report *report;
    const sl_scan *scan;
    const sl_route *route;
    const sl_value **known; /* by field */
    bool *unseen, *alone;   /* no event had it; and that alone is enough */
    uint32_t count;
    sl_arena arena;
} outcome_probe;

typedef enum outcome_blame { BLAME_NONE, BLAME_EACH, BLAME_ANY } outcome_blame;

/* True when the leading operators can let no event through with these fields missing. */
static bool outcome_is_never(outcome_probe *probe)
{
    const sl_program *program = probe->report->program;
    const sl_plan *plan = program->plans[probe->route->plan];
    sl_arena_reset(&probe->arena);
    sl_specialise how = {.plan = plan,
                         .pipe = &plan->pipe,
                         .presentation = probe->route->presentation,
                         .schema = probe->scan->schema,
                         .schemas = program->schemas,
                         .schema_count = program->scan_count,
                         .arena = &probe->arena,
                         .known = probe->known,
                         .known_count = probe->count};
    sl_pipe pipe;
    bool never = false;
    return sl_specialise_pipe(&how, &pipe, &never) == SL_OK && never;
}

/* Leaves in probe->known the fields that are to blame: those without each of which nothing passes,
 * or else the fewest that together have that effect. BLAME_NONE: it is not the fields. */
static outcome_blame outcome_find_blame(outcome_probe *probe, const bool *seen)
{
    const sl_plan *plan = probe->report->program->plans[probe->route->plan];
    bool single = false;
    for (uint32_t f = 0; f < probe->count; f++) {
        sl_text name = sl_fields_name(&plan->fields, f);
        bool tag =
            sl_name_is_tag(name) || sl_presentation_tag(probe->route->presentation, name) != NULL;
        probe->unseen[f] = !seen[f] && !tag;
        if (!probe->unseen[f]) continue;
        probe->known[f] = &outcome_missing;
        probe->alone[f] = outcome_is_never(probe);
        probe->known[f] = NULL;
        single |= probe->alone[f];
    }
    for (uint32_t f = 0; f < probe->count; f++)
        if (single ? probe->alone[f] : probe->unseen[f]) probe->known[f] = &outcome_missing;
    if (single) return BLAME_EACH;
    if (!outcome_is_never(probe)) return BLAME_NONE;
    for (uint32_t f = 0; f < probe->count; f++) {
        if (probe->known[f] == NULL) continue;
        probe->known[f] = NULL;
        if (!outcome_is_never(probe)) probe->known[f] = &outcome_missing;
    }
    return BLAME_ANY;
}

/* True when the format has a field of this name: then it is no wonder that some events lack it. */
static bool outcome_is_known(const sl_scan *scan, const sl_route *route, sl_text name)
{
    return sl_presentation_derived(route->presentation, name) != NULL
        || sl_fields_find(&scan->schema->fields, name) != SL_FIELD_NONE;
}

/* The fields to blame, by name: "a", "any of a, b". True when the format knows none of them. */
static bool outcome_name_fields(const outcome_probe *probe, outcome_blame blame, sl_buffer *out)
{
    const sl_plan *plan = probe->report->program->plans[probe->route->plan];
    uint32_t count = 0, named = 0;
    bool foreign = true;
    for (uint32_t f = 0; f < probe->count; f++) count += probe->known[f] != NULL;
    if (count > 1 && blame == BLAME_ANY) sl_buffer_add_string(out, "any of ");
    sl_buffer_add_string(out, count > 1 ? "the fields " : "the field ");
    for (uint32_t f = 0; f < probe->count; f++) {
        if (probe->known[f] == NULL) continue;
        sl_text name = sl_fields_name(&plan->fields, f);
        foreign &= !outcome_is_known(probe->scan, probe->route, name);
        if (named++ == OUTCOME_NAMED_MAX) sl_buffer_add_string(out, ", ...");
        if (named > OUTCOME_NAMED_MAX) continue;
        if (named > 1) sl_buffer_add_string(out, ", ");
        sl_buffer_add(out, name);
        sl_text near = foreign
            ? sl_schema_nearest(probe->scan->schema, probe->route->presentation, name)
            : SL_TEXT("");
        if (near.length > 0) sl_buffer_printf(out, " (is it %.*s?)", SL_TEXT_ARG(near));
    }
    return foreign;
}

/* Names the fields without which the route matches nothing, and that no event had. */
static bool outcome_fields(const sl_report *report, const sl_scan *scan, const sl_route *route,
                           sl_buffer *names, bool *out_foreign)
{
    const sl_plan_stats *stats = &report->stats.plans[route->plan];
    outcome_probe probe = {
        .report = report, .scan = scan, .route = route, .count = stats->seen_count};
    probe.known = sl_calloc(probe.count + 1u, sizeof *probe.known);
    probe.unseen = sl_calloc(probe.count + 1u, sizeof *probe.unseen);
    probe.alone = sl_calloc(probe.count + 1u, sizeof *probe.alone);
    outcome_blame blame = BLAME_NONE;
    sl_arena_init(&probe.arena, /* bytes_max= */ 0);
    if (probe.known != NULL && probe.unseen != NULL && probe.alone != NULL)
        blame = outcome_find_blame(&probe, stats->seen);
    if (blame != BLAME_NONE) *out_foreign |= outcome_name_fields(&probe, blame, names);
    sl_arena_fini(&probe.arena);
    free(probe.alone);
    free(probe.unseen);
    free(probe.known);
    return blame != BLAME_NONE;
}

/* What was found out about the routes of a plan: fields that several formats lack are said once. */
typedef struct outcome_routes {
    sl_buffer formats, fields; /* of the last routes that agreed */
    bool foreign;
} outcome_routes;

static void outcome_say_fields(outcome_routes *routes, sl_buffer *reasons)
{
    if (routes->fields.length == 0) return;
    sl_buffer_printf(reasons, "events looked at (%.*s): none had %.*s\n",
                     SL_TEXT_ARG(sl_buffer_text(&routes->formats)),
                     SL_TEXT_ARG(sl_buffer_text(&routes->fields)));
    sl_buffer_clear(&routes->formats);
    sl_buffer_clear(&routes->fields);
}

static bool outcome_route(const sl_report *report, const sl_scan *scan, const sl_route *route,
                          outcome_routes *routes, sl_buffer *reasons)
{
    sl_buffer names;
    sl_buffer_init(&names);
    bool blamed = outcome_fields(report, scan, route, &names, &routes->foreign);
    if (blamed && !sl_text_equal(sl_buffer_text(&names), sl_buffer_text(&routes->fields))) {
        outcome_say_fields(routes, reasons);
        sl_buffer_add(&routes->fields, sl_buffer_text(&names));
    }
    if (blamed && routes->formats.length > 0) sl_buffer_add_string(&routes->formats, ", ");
    if (blamed) sl_buffer_add(&routes->formats, scan->schema->name);
    sl_buffer_fini(&names);
    return blamed;
}

/* Events came, and none passed the leading conditions: fields that none of them had are to blame,
 * when they are for every format that the plan looks at. */
static sl_outcome outcome_conditions(const sl_report *report, uint32_t plan, outcome_said *said)
{
    const sl_program *program = report->program;
    outcome_routes routes = {.foreign = false};
    sl_buffer reasons;
    bool all = true;
    sl_buffer_init(&routes.formats);
    sl_buffer_init(&routes.fields);
    sl_buffer_init(&reasons);
    for (uint32_t s = 0; s < program->scan_count && all; s++) {
        const sl_scan *scan = &program->scans[s];
        if (report->stats.formats[s].events == 0) continue;
        for (uint32_t r = 0; r < scan->route_count && all; r++)
            if (scan->routes[r].plan == plan)
                all = outcome_route(report, scan, &scan->routes[r], &routes, &reasons);
    }
    outcome_say_fields(&routes, &reasons);
    bool blamed = all && reasons.length > 0;
    said->count = report->stats.plans[plan].events;
    if (blamed) sl_buffer_add(said->reasons, sl_buffer_text(&reasons));
    else sl_buffer_add_string(said->reasons, "events looked at: none passed its conditions\n");
    sl_buffer_fini(&routes.formats);
    sl_buffer_fini(&routes.fields);
    sl_buffer_fini(&reasons);
    return blamed && routes.foreign ? SL_OUTCOME_UNMATCHED : SL_OUTCOME_NOTHING;
}

/* The formats the plan looks at, and whether any event of one was read. */
static bool outcome_formats(const sl_report *report, uint32_t plan, sl_buffer *names)
{
    bool occurred = false;
    for (uint32_t s = 0; s < report->program->scan_count; s++) {
        const sl_scan *scan = &report->program->scans[s];
        for (uint32_t r = 0; r < scan->route_count; r++) {
            if (scan->routes[r].plan != plan) continue;
            if (names->length > 0) sl_buffer_add_string(names, ", ");
            sl_buffer_add(names, scan->schema->name);
            occurred |= report->stats.formats[s].events > 0;
        }
    }
    return occurred;
}

/* No event came to the plan's conditions. */
static sl_outcome outcome_events(const sl_report *report, uint32_t plan, outcome_said *said)
{
    sl_buffer *reasons = said->reasons;
    const sl_plan_stats *stats = &report->stats.plans[plan];
    sl_buffer names;
    sl_buffer_init(&names);
    said->count = stats->outside;
    bool occurred = outcome_formats(report, plan, &names), known = names.length > 0;
    if (!known) sl_buffer_add_string(reasons, "no known format goes by the names it asks for\n");
    else if (!occurred)
        sl_buffer_printf(reasons, "needs %s%.*s: no such event was read\n",
                         sl_text_find_byte(sl_buffer_text(&names), ',', 0) == SIZE_MAX ? ""
                                                                                       : "one of ",
                         SL_TEXT_ARG(sl_buffer_text(&names)));
    else if (stats->outside > 0)
        sl_buffer_printf(reasons, "events that could matter: all lie outside %s time range\n",
                         report->given_range ? "the" : "its own");
    else sl_buffer_add_string(reasons, "the events that it asks for did not occur\n");
    sl_buffer_fini(&names);
    return !occurred || (stats->outside > 0 && !report->given_range) ? SL_OUTCOME_UNMATCHED
                                                                     : SL_OUTCOME_NOTHING;
}

static const char *outcome_command(const sl_op *op)
{
    return op->command != NULL ? op->command : sl_op_name(op->kind);
}

/* The keys of an operator that drops rows without them. */
static const sl_field *outcome_keys(const sl_op *op, uint32_t *out_count)
{
    *out_count = op->kind == SL_OP_AGGREGATE ? op->aggregate.key_count
        : op->kind == SL_OP_DEDUP            ? op->dedup.key_count
                                             : 1;
    return op->kind == SL_OP_AGGREGATE ? op->aggregate.keys
        : op->kind == SL_OP_DEDUP      ? op->dedup.keys
                                       : &op->pivot.row;
}

/* Every row lacked a key: those that none had, or, when each occurs in some row, all of them. */
static sl_outcome outcome_unkeyed(const sl_plan *plan, const sl_flow_step *step, outcome_said *said)
{
    sl_buffer *reasons = said->reasons;
    uint32_t count, named = 0;
    const sl_field *keys = outcome_keys(step->op, &count);
    uint32_t flagged = step->op->kind == SL_OP_AGGREGATE ? count : 0;
    if (flagged > SL_FLOW_KEYS_MAX) flagged = SL_FLOW_KEYS_MAX;
    for (uint32_t k = 0; k < flagged; k++) named += (step->in.keys >> k & 1) == 0;
    said->count = step->in.rows;
    sl_buffer_printf(reasons, "rows that came to '%s': none had ", outcome_command(step->op));
    uint32_t total = named > 0 ? named : count;
    if (total > 1) sl_buffer_add_string(reasons, named == 0 ? "all of the fields " : "the fields ");
    else sl_buffer_add_string(reasons, "the field ");
    for (uint32_t k = 0, shown = 0; k < count; k++) {
        if (named > 0 && (k >= flagged || (step->in.keys >> k & 1) != 0)) continue;
        if (shown++ > 0) sl_buffer_add_string(reasons, ", ");
        sl_buffer_add(reasons, sl_fields_name(&plan->fields, keys[k]));
    }
    sl_buffer_add_string(reasons, ", which it groups by\n");
    return SL_OUTCOME_UNMATCHED;
}

/* Rows came out of a step, and none reached the next one. (Behind the merging of copies stand more
 * of the plan's first conditions.) */
static sl_outcome outcome_dropped(const sl_report *report, uint32_t plan, const sl_flow_step *after,
                                  outcome_said *said)
{
    const sl_op *op = after->op->next;
    if (after->op->kind == SL_OP_UNIQUE) return outcome_conditions(report, plan, said);
    while (op != NULL && op->kind != SL_OP_FILTER && op->kind != SL_OP_BRANCH) op = op->next;
    said->count = after->out;
    sl_buffer_printf(said->reasons, "rows out of '%s': none passed '%s'\n",
                     outcome_command(after->op), op == NULL ? "the rest" : outcome_command(op));
    return SL_OUTCOME_NOTHING;
}

/* Events passed the first conditions: where their rows ended. */
static sl_outcome outcome_flow(const sl_report *report, uint32_t plan, outcome_said *said)
{
    const sl_flow *flow = report->stats.plans[plan].flow;
    for (uint32_t i = 0; i < flow->count; i++) {
        const sl_flow_step *step = &flow->steps[i];
        if (step->in.rows == 0 && i > 0)
            return outcome_dropped(report, plan, &flow->steps[i - 1], said);
        if (step->out > 0) continue;
        if (step->in.unkeyed == step->in.rows)
            return outcome_unkeyed(report->program->plans[plan], step, said);
        said->count = step->in.rows;
        sl_buffer_printf(said->reasons, "rows that came to '%s': none went on\n",
                         outcome_command(step->op));
        return SL_OUTCOME_NOTHING;
    }
    if (flow->count == 0 || flow->count == SL_FLOW_STEPS_MAX) return SL_OUTCOME_NOTHING;
    return outcome_dropped(report, plan, &flow->steps[flow->count - 1], said);
}

static sl_outcome outcome_of(const sl_report *report, uint32_t plan, outcome_said *said)
{
    const sl_plan_stats *stats = &report->stats.plans[plan];
    const sl_op *first = report->program->pipes[plan].first;
    if (stats->rows > 0) return SL_OUTCOME_ROWS;
    if (report->status != SL_OK || report->stats.partial || stats->flow == NULL) {
        sl_buffer_add_string(said->reasons, "the run was ended early: not all was looked at\n");
        return SL_OUTCOME_NOTHING;
    }
    if (stats->undecided > 0) {
        said->count = stats->undecided;
        sl_buffer_add_string(said->reasons,
                             "matches of a regular expression: out of steps, so nobody knows\n");
        return SL_OUTCOME_UNMATCHED;
    }
    if (first != NULL && sl_op_is_source(first)) return SL_OUTCOME_NOTHING; /* of no events */
    if (report->empty_subsearch != NULL && report->empty_subsearch[plan]) {
        sl_buffer_add_string(said->reasons, "a subsearch that it depends on found nothing\n");
        return SL_OUTCOME_NOTHING;
    }
    if (stats->events == 0) return outcome_events(report, plan, said);
    if (stats->passed == 0) return outcome_conditions(report, plan, said);
    return outcome_flow(report, plan, said);
}

sl_outcome sl_report_outcome(const sl_report *report, uint32_t plan, sl_buffer *reasons,
                             uint64_t *out_count)
{
    outcome_said said = {.reasons = reasons};
    sl_outcome outcome = SL_OUTCOME_NOTHING;
    if (report->program != NULL && report->stats.plans != NULL)
        outcome = outcome_of(report, plan, &said);
    *out_count = said.count;
    return outcome;
}

/* The tables of `plan` whose rows are not here: what they decide says nothing. */
static void outcome_unfilled(const sl_plan *plan, sl_buffer *notes)
{
    for (const sl_op *op = plan->pipe.first; op != NULL; op = op->next) {
        const sl_lookup *table = op->kind == SL_OP_LOOKUP ? op->lookup.table
            : op->kind == SL_OP_GENERATE                  ? op->generate.table
                                                          : NULL;
        if (table == NULL || !table->unfilled) continue;
        sl_buffer_printf(notes,
                         "the lookup %.*s is empty here: put its rows into --lookups as "
                         "%.*s.csv\n",
                         SL_TEXT_ARG(table->name), SL_TEXT_ARG(table->name));
    }
    for (uint32_t i = 0; i < plan->sub_count; i++) outcome_unfilled(plan->subs[i], notes);
    for (uint32_t i = 0; i < plan->condition_count; i++)
        outcome_unfilled(plan->conditions[i]->plan, notes);
}

static bool outcome_expr_calls(const sl_expr *expr, const char *name)
{
    if (expr->kind == SL_EXPR_CALL && strcmp(expr->fn->name, name) == 0) return true;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (outcome_expr_calls(expr->args[i], name)) return true;
    return false;
}

/* True when some command computes a field with the function `name`. */
static bool outcome_calls(const sl_plan *plan, const char *name)
{
    for (const sl_op *op = plan->pipe.first; op != NULL; op = op->next)
        for (uint32_t i = 0; op->kind == SL_OP_EXTEND && i < op->extend.count; i++)
            if (outcome_expr_calls(op->extend.items[i].value, name)) return true;
    return false;
}

void sl_report_notes(const sl_report *report, uint32_t plan, sl_buffer *notes)
{
    if (report->program == NULL || report->stats.plans == NULL) return;
    const sl_plan *of = report->program->plans[plan];
    const sl_plan_stats *stats = &report->stats.plans[plan];
    outcome_unfilled(of, notes);
    if (stats->undecided > 0)
        sl_buffer_add_string(notes,
                             "a regular expression of it ran out of steps: what it would "
                             "have matched is not among the results\n");
    if (stats->latest == SL_TIME_NONE && outcome_calls(of, "info_max_time"))
        sl_buffer_add_string(notes,
                             "it counts from the end of its time range (addinfo), and the "
                             "run has none: give --earliest and --latest\n");
    if (report->given_range || stats->outside == 0) return;
    sl_buffer_printf(notes, "its own time range (");
    if (of->earliest.length > 0)
        sl_buffer_printf(notes, "earliest=%.*s", SL_TEXT_ARG(of->earliest));
    if (of->earliest.length > 0 && of->latest.length > 0) sl_buffer_add_byte(notes, ' ');
    if (of->latest.length > 0) sl_buffer_printf(notes, "latest=%.*s", SL_TEXT_ARG(of->latest));
    sl_buffer_printf(notes,
                     ") left out %" PRIu64 " event%s that could matter: --earliest and "
                     "--latest stand in for it, --now moves it\n",
                     stats->outside, stats->outside == 1 ? "" : "s");
}
