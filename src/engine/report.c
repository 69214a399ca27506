/* report.c - what was read, said in a few lines: zero results mean something only with them. */
#include "engine/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "output/safe.h"
#include "output/writer.h"
#include "plan/lookup.h"

/* 1234567 as "1,234,567". */
static void report_count(sl_buffer *out, uint64_t count)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) sl_buffer_add_byte(out, ',');
        sl_buffer_add_byte(out, digits[i]);
    }
}

static void report_bytes(sl_buffer *out, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    double amount = (double)bytes;
    size_t unit = 0;
    while (amount >= 1000 && unit + 1 < SL_COUNT(units)) {
        amount /= 1000;
        unit++;
    }
    sl_buffer_printf(out, unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
}

static void report_counted(sl_buffer *out, uint64_t count, const char *noun)
{
    report_count(out, count);
    sl_buffer_printf(out, " %s%s", noun, count == 1 ? "" : "s");
}

static void report_formats(const sl_report *report, sl_buffer *out)
{
    const char *before = " (";
    for (uint32_t f = 0; f < report->program->scan_count; f++) {
        if (report->stats.formats[f].events == 0) continue;
        sl_buffer_printf(out, "%s%.*s ", before, SL_TEXT_ARG(report->program->schemas[f]->name));
        report_count(out, report->stats.formats[f].events);
        before = ", ";
    }
    if (before[0] == ',') sl_buffer_add_byte(out, ')');
}

static void report_time(sl_buffer *out, sl_time time, const sl_zone *zone)
{
    char text[48];
    sl_buffer_add(out, sl_text_make(text, sl_time_format(time, zone, text)));
}

static void report_span(const sl_report *report, const sl_zone *zone, sl_buffer *out)
{
    sl_time first = SL_TIME_NONE, last = SL_TIME_NONE;
    for (uint32_t f = 0; f < report->program->scan_count; f++) {
        const sl_format_stats *stats = &report->stats.formats[f];
        if (stats->first == SL_TIME_NONE) continue;
        if (first == SL_TIME_NONE || stats->first < first) first = stats->first;
        if (last == SL_TIME_NONE || stats->last > last) last = stats->last;
    }
    if (first == SL_TIME_NONE) return;
    sl_buffer_add_string(out, ", from ");
    report_time(out, first, zone);
    sl_buffer_add_string(out, " to ");
    report_time(out, last, zone);
}

static void report_case(const sl_fault_case *fault, sl_buffer *out)
{
    sl_buffer_add_string(out, "    ");
    sl_safe_text(out, sl_text_from(fault->where)); /* a file may be called anything */
    if (fault->offset != UINT64_MAX) sl_buffer_printf(out, ", at byte %" PRIu64, fault->offset);
    if (fault->reason[0] != '\0') {
        sl_buffer_add_string(out, ": ");
        sl_safe_text(out, sl_text_from(fault->reason));
    }
    sl_buffer_add_byte(out, '\n');
}

static void report_faults(const sl_report *report, sl_buffer *out)
{
    for (int kind = 0; kind < SL_FAULT_KIND_COUNT; kind++) {
        uint64_t count = report->faults.counts[kind];
        if (count == 0) continue;
        sl_buffer_printf(out,
                         "  %s: ", sl_fault_is_loss((sl_fault_kind)kind) ? "not read" : "note");
        report_count(out, count);
        sl_buffer_printf(out, " x %s\n", sl_fault_text((sl_fault_kind)kind));
        uint64_t shown = count < SL_FAULT_CASES_MAX ? count : SL_FAULT_CASES_MAX;
        const sl_fault_case *cases = report->faults.cases[kind];
        if (cases[0].where[0] == '\0') continue; /* only counted */
        for (uint64_t i = 0; i < shown; i++) report_case(&cases[i], out);
        if (count <= shown) continue;
        sl_buffer_add_string(out, "    and ");
        report_count(out, count - shown);
        sl_buffer_add_string(out, " more\n");
    }
}

void sl_report_print(const sl_report *report, const sl_zone *zone, sl_buffer *out)
{
    const sl_exec_stats *stats = &report->stats;
    if (report->program == NULL || stats->formats == NULL) {
        sl_buffer_printf(out, "Nothing was read: %s.\n", sl_status_text(report->status));
        report_faults(report, out);
        return;
    }
    sl_buffer_add_string(out, "Read ");
    report_counted(out, stats->files, "file");
    sl_buffer_add_string(out, ", ");
    report_bytes(out, stats->bytes);
    sl_buffer_add_string(out, ": ");
    report_counted(out, stats->records, "event");
    report_formats(report, out);
    if (stats->candidates < stats->records) {
        sl_buffer_add_string(out, "; ");
        report_count(out, stats->candidates);
        sl_buffer_add_string(out, " could matter and were read");
    }
    report_span(report, zone, out);
    sl_buffer_printf(out, ", in %.2f s.\n", stats->seconds);
    if (stats->passed_over > 0) {
        sl_buffer_add_string(out, "  passed over: ");
        report_counted(out, stats->passed_over, "digest or validation file");
        sl_buffer_add_byte(out, '\n');
    }
    if (stats->spilled > 0) {
        sl_buffer_add_string(out, "  beyond the memory budget: ");
        report_bytes(out, stats->spilled);
        sl_buffer_add_string(out, " went through temporary files\n");
    }
    if (stats->partial && stats->stopped)
        sl_buffer_add_string(
            out,
            "  PARTIAL: no more rows were asked for, so not all of the input was looked at.\n");
    else if (stats->partial)
        sl_buffer_printf(out,
                         "  PARTIAL: the run was ended early (%s); what was found so far stands.\n",
                         sl_status_text(report->status));
    report_faults(report, out);
}

/* True when `route` can let no event through with these fields missing. */
static bool report_is_never(const sl_report *report, const sl_route *route,
                            const sl_value *const *known, uint32_t known_count, sl_arena *arena)
{
    const sl_program *program = report->program;
    sl_specialise how = {.plan = program->plans[route->plan],
                         .pipe = &route->pipe,
                         .presentation = route->presentation,
                         .schemas = report->program->schemas,
                         .schema_count = program->scan_count,
                         .arena = arena,
                         .known = known,
                         .known_count = known_count};
    sl_pipe pipe;
    bool never = false;
    return sl_specialise_pipe(&how, &pipe, &never) == SL_OK && never;
}

static void report_unmatched(sl_text title, sl_buffer *out)
{
    sl_buffer_add_string(out, "  could not match: \"");
    sl_safe_text(out, title);
    sl_buffer_add_string(out, "\": ");
}

/* Names the fields that no event had and without which `route` can match nothing. */
static bool report_missing_fields(const sl_report *report, const sl_scan *scan,
                                  const sl_route *route, sl_text title, sl_buffer *out)
{
    sl_text format = scan->schema->name;
    const sl_plan *plan = report->program->plans[route->plan];
    const sl_plan_stats *stats = &report->stats.plans[route->plan];
    if (stats->events == 0) return false; /* the gate passed all over: nothing is known of fields */
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    const sl_value missing = sl_missing();
    const sl_value **known = SL_ARENA_ARRAY(&arena, stats->seen_count, const sl_value *);
    bool any = false;
    for (uint32_t f = 0; known != NULL && f < stats->seen_count; f++) {
        if (stats->seen[f]) continue;
        known[f] = &missing;
        if (report_is_never(report, route, known, stats->seen_count, &arena)) {
            sl_text name = sl_fields_name(&plan->fields, f);
            report_unmatched(title, out);
            sl_buffer_printf(out, "no %.*s event that was looked at had the field ",
                             SL_TEXT_ARG(format));
            sl_safe_text(out, name);
            sl_buffer_add_byte(out, '\n');
            any = true;
        }
        known[f] = NULL;
    }
    sl_arena_fini(&arena);
    return any;
}

/* The formats the plan looks at, and whether any event of one was read. */
static bool report_formats_of(const sl_report *report, uint32_t plan, sl_buffer *names)
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

/* Names the tables of `plan` whose rows are not here: what they decide says nothing. */
static void report_unfilled(const sl_plan *plan, sl_text title, sl_buffer *out)
{
    for (const sl_op *op = plan->pipe.first; op != NULL; op = op->next) {
        const sl_lookup *table = op->kind == SL_OP_LOOKUP ? op->lookup.table
            : op->kind == SL_OP_GENERATE                  ? op->generate.table
                                                          : NULL;
        if (table == NULL || !table->unfilled) continue;
        sl_buffer_add_string(out, "  note: \"");
        sl_safe_text(out, title);
        sl_buffer_add_string(out, "\": the lookup ");
        sl_safe_text(out, table->name);
        sl_buffer_add_string(out, " is empty here: put its rows into --lookups as ");
        sl_safe_text(out, table->name);
        sl_buffer_add_string(out, ".csv\n");
    }
    for (uint32_t i = 0; i < plan->sub_count; i++) report_unfilled(plan->subs[i], title, out);
    for (uint32_t i = 0; i < plan->condition_count; i++)
        report_unfilled(plan->conditions[i]->plan, title, out);
}

void sl_report_print_unmatched(const sl_report *report, uint32_t plan, sl_text title,
                               sl_buffer *out)
{
    if (report->program == NULL || report->stats.plans == NULL) return;
    report_unfilled(report->program->plans[plan], title, out);
    if (report->stats.plans[plan].passed > 0) return;
    const sl_op *first = report->program->pipes[plan].first;
    if (first != NULL && sl_op_is_source(first)) return; /* its rows are not events */
    sl_buffer names;
    sl_buffer_init(&names);
    if (report->empty_subsearch != NULL && report->empty_subsearch[plan]) {
        report_unmatched(title, out);
        sl_buffer_add_string(out, "a subsearch that it depends on found nothing\n");
    } else if (!report_formats_of(report, plan, &names)) {
        report_unmatched(title, out);
        if (names.length == 0)
            sl_buffer_add_string(out, "no known format goes by the names it asks for\n");
        else
            sl_buffer_printf(out, "no events of the formats it reads (%.*s)\n",
                             SL_TEXT_ARG(sl_buffer_text(&names)));
    } else {
        for (uint32_t s = 0; s < report->program->scan_count; s++) {
            const sl_scan *scan = &report->program->scans[s];
            if (report->stats.formats[s].events == 0) continue;
            for (uint32_t r = 0; r < scan->route_count; r++)
                if (scan->routes[r].plan == plan)
                    report_missing_fields(report, scan, &scan->routes[r], title, out);
        }
    }
    sl_buffer_fini(&names);
}

static void report_json_faults(const sl_report *report, sl_buffer *out)
{
    sl_buffer_add_string(out, ",\"faults\":[");
    bool first = true;
    for (int kind = 0; kind < SL_FAULT_KIND_COUNT; kind++) {
        uint64_t count = report->faults.counts[kind];
        if (count == 0) continue;
        const sl_fault_case *fault = &report->faults.cases[kind][0];
        sl_buffer_printf(out, "%s{\"count\":%" PRIu64 ",\"what\":", first ? "" : ",", count);
        sl_json_string(out, sl_text_from(sl_fault_text((sl_fault_kind)kind)));
        sl_buffer_add_string(out, ",\"first\":");
        sl_json_string(out, sl_text_from(fault->where));
        sl_buffer_add_byte(out, '}');
        first = false;
    }
    sl_buffer_add_byte(out, ']');
}

void sl_report_json(const sl_report *report, sl_buffer *out)
{
    const sl_exec_stats *stats = &report->stats;
    sl_buffer_printf(out,
                     "{\"files\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"records\":%" PRIu64
                     ",\"candidates\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"spilled\":%" PRIu64
                     ",\"seconds\":%.6f,\"gb_per_second\":%.3f,\"partial\":%s,\"formats\":{",
                     stats->files, stats->bytes, stats->records, stats->candidates, stats->rows,
                     stats->spilled, stats->seconds,
                     stats->seconds > 0 ? (double)stats->bytes / 1e9 / stats->seconds : 0.0,
                     stats->partial ? "true" : "false");
    bool first = true;
    for (uint32_t f = 0;
         report->program != NULL && stats->formats != NULL && f < report->program->scan_count;
         f++) {
        if (stats->formats[f].events == 0) continue;
        if (!first) sl_buffer_add_byte(out, ',');
        sl_json_string(out, report->program->schemas[f]->name);
        sl_buffer_printf(out, ":%" PRIu64, stats->formats[f].events);
        first = false;
    }
    sl_buffer_add_byte(out, '}');
    report_json_faults(report, out);
    sl_buffer_add_string(out, "}\n");
}
