/* hunt_json.c - the detections of a hunt as JSON: what the page says, and the counts behind it. */
#include "cli/hunt.h"

#include <inttypes.h>

static void json_text(sl_buffer *out, const char *key, sl_text text)
{
    sl_buffer_printf(out, "\"%s\":", key);
    sl_json_string(out, text);
    sl_buffer_add_byte(out, ',');
}

static void json_lines(sl_buffer *out, const char *key, sl_text lines)
{
    sl_buffer_printf(out, "\"%s\":[", key);
    const char *before = "";
    sl_text line;
    for (size_t at = 0; sl_text_next_line(lines, &at, &line); before = ",") {
        sl_buffer_add_string(out, before);
        sl_json_string(out, line);
    }
    sl_buffer_add_byte(out, ']');
}

static const char *json_outcome(const sl_hunted *item)
{
    static const char *const outcomes[] = {[SL_OUTCOME_ROWS] = "alerts",
                                           [SL_OUTCOME_NOTHING] = "nothing",
                                           [SL_OUTCOME_UNMATCHED] = "could_not_match"};
    static const char *const verdicts[] = {[SL_HUNT_RUN] = "",
                                           [SL_HUNT_REFUSED] = "refused",
                                           [SL_HUNT_FOREIGN] = "foreign",
                                           [SL_HUNT_DEPRECATED] = "withdrawn"};
    return item->plan != NULL ? outcomes[item->outcome] : verdicts[item->verdict];
}

/* What came to each operator that sees many rows, and what came out of it. */
static void json_steps(sl_buffer *out, const sl_flow *flow)
{
    sl_buffer_add_string(out, "\"steps\":[");
    for (uint32_t i = 0; flow != NULL && i < flow->count; i++) {
        const sl_flow_step *step = &flow->steps[i];
        sl_buffer_printf(out, "%s{\"command\":", i == 0 ? "" : ",");
        sl_json_string(out, sl_text_from(step->op->command));
        sl_buffer_printf(out, ",\"in\":%" PRIu64 ",\"out\":%" PRIu64 "}", step->in.rows, step->out);
    }
    sl_buffer_add_string(out, "],");
}

static void json_detection(sl_buffer *out, const sl_hunt *hunt, const sl_hunted *item)
{
    const sl_detection *detection = &item->detection;
    sl_buffer_add_byte(out, '{');
    json_text(out, "detection", detection->title);
    json_text(out, "id", detection->id);
    json_text(out, "technique", detection->technique);
    json_text(out, "severity", sl_text_from(sl_detection_severity_text(detection->severity)));
    json_text(out, "file", detection->path);
    json_text(out, "outcome", sl_text_from(json_outcome(item)));
    sl_buffer_printf(out, "\"alerts\":%" PRIu64 ",", item->alert_count);
    if (item->plan != NULL && hunt->report.stats.plans != NULL) {
        const sl_plan_stats *stats = &hunt->report.stats.plans[item->plan_number];
        sl_buffer_printf(out,
                         "\"events\":%" PRIu64 ",\"outside\":%" PRIu64 ",\"passed\":%" PRIu64 ",",
                         stats->events, stats->outside, stats->passed);
        json_steps(out, stats->flow);
    }
    json_lines(out, "reasons", item->reasons);
    sl_buffer_printf(out, ",\"of\":%" PRIu64 ",", item->reason_count);
    json_lines(out, "notes", item->notes);
    sl_buffer_add_byte(out, '}');
}

void sl_cli_hunt_json(sl_cli *cli, const sl_hunt *hunt)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_buffer_add_string(&out, ",\"detections\":[");
    for (uint32_t i = 0; i < hunt->count; i++) {
        sl_buffer_add_string(&out, i == 0 ? "\n" : ",\n");
        json_detection(&out, hunt, &hunt->items[i]);
    }
    sl_buffer_add_string(&out, "\n],");
    json_lines(&out, "notes", sl_buffer_text(&hunt->pack.notes));
    sl_buffer_add_string(&out, ",\"read\":");
    sl_report_json(&hunt->report, &out);
    sl_buffer_add_string(&out, "}\n");
    sl_cli_print(cli, &out);
    sl_buffer_fini(&out);
}
