/* hunt_page.c - what became of each detection, for people.
 *
 * A hundred detections are read by their groups: first those with alerts, then those whose silence
 * means nothing, then those whose silence is an answer, then those that did not run. Within a group
 * those of one reason stand below it, the most severe first. */
#include "cli/hunt.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "output/alert_table.h"
#include "output/safe.h"

enum { PAGE_TITLE_MAX = 60, PAGE_TITLE_MIN = 20, PAGE_SEVERITY = 13 };

typedef enum page_group {
    PAGE_ALERTS,
    PAGE_UNMATCHED,
    PAGE_NOTHING,
    PAGE_REFUSED,
    PAGE_FOREIGN,
    PAGE_WITHDRAWN,
    PAGE_GROUPS
} page_group;

typedef struct page {
    const sl_hunted **items; /* by group, reason, severity, title */
    uint32_t counts[PAGE_GROUPS];
    uint32_t title_width, width; /* width 0: not cut */
    bool colour;
    sl_buffer *out;
} page;

static page_group page_group_of(const sl_hunted *item)
{
    static const page_group groups[] = {[SL_OUTCOME_ROWS] = PAGE_ALERTS,
                                        [SL_OUTCOME_NOTHING] = PAGE_NOTHING,
                                        [SL_OUTCOME_UNMATCHED] = PAGE_UNMATCHED};
    if (item->verdict == SL_HUNT_FOREIGN) return PAGE_FOREIGN;
    if (item->verdict == SL_HUNT_DEPRECATED) return PAGE_WITHDRAWN;
    return item->plan == NULL ? PAGE_REFUSED : groups[item->outcome];
}

static int page_compare(const void *x, const void *y)
{
    const sl_hunted *a = *(const sl_hunted *const *)x, *b = *(const sl_hunted *const *)y;
    int order = (int)page_group_of(a) - (int)page_group_of(b);
    if (order == 0) order = sl_text_compare(a->reasons, b->reasons);
    if (order == 0) order = (int)b->detection.severity - (int)a->detection.severity;
    if (order == 0) order = sl_text_compare(a->detection.title, b->detection.title);
    return order != 0 ? order : sl_text_compare(a->detection.path, b->detection.path);
}

/* As wide as the widest title, as far as the terminal goes: severity, count and an indent stand
 * before it, a technique behind. */
static void page_measure(page *p, uint32_t count)
{
    enum { BESIDE = 2 + 7 + PAGE_SEVERITY + 2 + 2 + 9 };
    uint32_t most = PAGE_TITLE_MAX;
    if (p->width != 0 && p->width < BESIDE + PAGE_TITLE_MAX)
        most = p->width < BESIDE + PAGE_TITLE_MIN ? PAGE_TITLE_MIN : p->width - BESIDE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t width = sl_safe_width(p->items[i]->detection.title);
        if (p->items[i]->plan == NULL) continue;
        if (width > p->title_width) p->title_width = width < most ? width : most;
    }
}

/* The first techniques, as many as there is room for. */
static void page_techniques(page *p, sl_text techniques, uint32_t used)
{
    uint32_t room = p->width == 0 ? UINT32_MAX : p->width > used + 2 ? p->width - used - 2 : 0;
    size_t end = techniques.length;
    while (end > room) {
        while (end > 0 && techniques.data[end - 1] != ',') end--;
        if (end == 0) return;
        end--;
    }
    if (end == 0) return;
    sl_safe_pad(p->out, 2);
    sl_safe_text(p->out, sl_text_slice(techniques, 0, end));
}

/* "      6  high           Revert Cloud Instance (Splunk)  T1578.004" */
static void page_detection(page *p, const sl_hunted *item, uint64_t count)
{
    const sl_detection *detection = &item->detection;
    sl_buffer title;
    sl_buffer_init(&title);
    if (count > 0) sl_buffer_printf(p->out, "%7" PRIu64 "  ", count);
    else sl_buffer_add_string(p->out, "         ");
    sl_buffer_printf(p->out, "%s%-*s%s  ",
                     sl_alert_colour((unsigned)detection->severity, p->colour), PAGE_SEVERITY,
                     sl_detection_severity_text(detection->severity), sl_alert_plain(p->colour));
    sl_safe_text(&title, detection->title);
    uint32_t used = sl_safe_cut(p->out, sl_buffer_text(&title), p->title_width);
    if (detection->technique.length > 0) {
        sl_safe_pad(p->out, p->title_width - used);
        page_techniques(p, detection->technique, 9 + PAGE_SEVERITY + 2 + p->title_width);
    }
    sl_buffer_add_byte(p->out, '\n');
    p->out->failed |= title.failed;
    sl_buffer_fini(&title);
}

static void page_heading(page *p, const char *title, uint32_t count)
{
    sl_buffer_printf(p->out, "\n%s%s%s (%" PRIu32 ")\n", p->colour ? "\x1b[1m" : "", title,
                     p->colour ? "\x1b[0m" : "", count);
}

/* Its lines as one, wrapped at `width`. */
static void page_reasons(page *p, sl_text reasons, uint32_t width)
{
    const char *before = "";
    sl_text reason;
    sl_buffer line;
    sl_buffer_init(&line);
    for (size_t at = 0; sl_text_next_line(reasons, &at, &reason); before = "; ") {
        sl_buffer_add_string(&line, before);
        sl_safe_text(&line, reason);
    }
    sl_buffer_add_string(p->out, "  ");
    sl_cli_wrap(p->out, sl_buffer_text(&line), 2, 4, width);
    p->out->failed |= line.failed;
    sl_buffer_fini(&line);
}

/* A group: each reason with the detections that it is the reason of, and of how many events or
 * rows. Those refused are told by their places alone. */
static void page_group_print(page *p, page_group group, uint32_t first)
{
    static const char *const titles[] = {[PAGE_ALERTS] = "Alerts",
                                         [PAGE_UNMATCHED] = "Could not match",
                                         [PAGE_NOTHING] = "Found nothing",
                                         [PAGE_REFUSED] = "Refused"};
    if (p->counts[group] == 0) return;
    page_heading(p, titles[group], p->counts[group]);
    for (uint32_t i = first; i < first + p->counts[group]; i++) {
        const sl_hunted *item = p->items[i];
        bool again = i > first && sl_text_equal(p->items[i - 1]->reasons, item->reasons);
        uint32_t width = group == PAGE_REFUSED ? 0 : p->width; /* paths are to be copied */
        if (item->reasons.length > 0 && !again) page_reasons(p, item->reasons, width);
        uint64_t number = group == PAGE_ALERTS ? item->alert_count : item->reason_count;
        if (group != PAGE_REFUSED) page_detection(p, item, number);
    }
}

/* "103 detections: 45 with alerts, 12 could not match, 30 found nothing, 16 refused" */
static void page_total(page *p, uint32_t count)
{
    static const char *const parts[] = {[PAGE_ALERTS] = "with alerts",
                                        [PAGE_UNMATCHED] = "could not match",
                                        [PAGE_NOTHING] = "found nothing",
                                        [PAGE_REFUSED] = "refused",
                                        [PAGE_FOREIGN] = "of logs in no format known here",
                                        [PAGE_WITHDRAWN] = "withdrawn by the publisher"};
    const char *before = ": ";
    if (p->counts[PAGE_ALERTS] == 0) sl_buffer_add_string(p->out, "No alerts. ");
    sl_buffer_printf(p->out, "%" PRIu32 " detection%s", count, count == 1 ? "" : "s");
    for (int group = 0; group < PAGE_GROUPS; group++) {
        if (p->counts[group] == 0) continue;
        sl_buffer_printf(p->out, "%s%" PRIu32 " %s", before, p->counts[group], parts[group]);
        before = ", ";
    }
    sl_buffer_add_byte(p->out, '\n');
}

static int page_compare_notes(const void *x, const void *y)
{
    const sl_hunted *a = *(const sl_hunted *const *)x, *b = *(const sl_hunted *const *)y;
    int order = sl_text_compare(a->notes, b->notes);
    return order != 0 ? order : page_compare(x, y);
}

/* What else is to be known of detections that ran, and of the files beside them. */
static void page_notes(page *p, const sl_hunt *hunt)
{
    uint32_t noted = 0;
    for (uint32_t i = 0; i < hunt->count; i++) noted += p->items[i]->notes.length > 0;
    qsort(p->items, hunt->count, sizeof *p->items, page_compare_notes);
    if (noted > 0) page_heading(p, "Notes", noted);
    for (uint32_t i = hunt->count - noted; i < hunt->count; i++) {
        const sl_hunted *item = p->items[i];
        if (i == 0 || !sl_text_equal(p->items[i - 1]->notes, item->notes))
            page_reasons(p, item->notes, p->width);
        page_detection(p, item, 0);
    }
    sl_cli_lines(p->out, "note", sl_buffer_text(&hunt->pack.notes));
}

void sl_cli_hunt_page(const sl_cli *cli, const sl_hunt *hunt, sl_buffer *out)
{
    bool table = cli->options.output == SL_WRITER_TABLE;
    const sl_terminal *terminal = table ? &cli->terminal : &cli->error_terminal;
    page p = {.width = terminal->width, .colour = terminal->colour, .out = out};
    p.items = sl_calloc(hunt->count + 1u, sizeof *p.items);
    if (p.items == NULL) {
        out->failed = true;
        return;
    }
    for (uint32_t i = 0; i < hunt->count; i++) {
        p.items[i] = &hunt->items[i];
        p.counts[page_group_of(p.items[i])]++;
    }
    qsort(p.items, hunt->count, sizeof *p.items, page_compare);
    page_measure(&p, hunt->count);
    if (p.counts[PAGE_ALERTS] > 0 && table) sl_buffer_add_byte(out, '\n');
    page_total(&p, hunt->count);
    for (uint32_t group = 0, first = 0; group <= PAGE_REFUSED; group++) {
        page_group_print(&p, (page_group)group, first);
        first += p.counts[group];
    }
    page_notes(&p, hunt);
    sl_buffer_add_byte(out, '\n');
    free(p.items);
}
