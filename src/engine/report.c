/* report.c - what was read, said in a few lines: zero results mean something only with them. */
#include "engine/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "output/safe.h"
#include "output/writer.h"

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

static void report_json_cases(const sl_fault_case *cases, uint64_t count, sl_buffer *out)
{
    sl_buffer_add_string(out, ",\"cases\":[");
    for (uint64_t i = 0; i < count && i < SL_FAULT_CASES_MAX; i++) {
        if (cases[i].where[0] == '\0') break; /* only counted */
        sl_buffer_add_string(out, i == 0 ? "{\"where\":" : ",{\"where\":");
        sl_json_string(out, sl_text_from(cases[i].where));
        if (cases[i].offset != UINT64_MAX)
            sl_buffer_printf(out, ",\"offset\":%" PRIu64, cases[i].offset);
        sl_buffer_add_string(out, ",\"reason\":");
        sl_json_string(out, sl_text_from(cases[i].reason));
        sl_buffer_add_byte(out, '}');
    }
    sl_buffer_add_byte(out, ']');
}

static void report_json_faults(const sl_report *report, sl_buffer *out)
{
    sl_buffer_add_string(out, ",\"faults\":[");
    bool first = true;
    for (int kind = 0; kind < SL_FAULT_KIND_COUNT; kind++) {
        uint64_t count = report->faults.counts[kind];
        if (count == 0) continue;
        sl_buffer_printf(out, "%s{\"count\":%" PRIu64 ",\"what\":", first ? "" : ",", count);
        sl_json_string(out, sl_text_from(sl_fault_text((sl_fault_kind)kind)));
        report_json_cases(report->faults.cases[kind], count, out);
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
