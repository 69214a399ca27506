/* alert_table.c - lays alerts out for a terminal.
 *
 * Three layouts, by width: all columns in one line; a heading for each detection and one line an
 * alert; a heading and two lines an alert. A first pass over the alerts that will be shown measures
 * the columns, a second prints. */
#include "output/alert_table.h"

#include <assert.h>

#include "output/fit.h"
#include "output/safe.h"

#define ALERT_DIM "\x1b[2m"
#define ALERT_PLAIN "\x1b[0m"

typedef enum alert_column {
    COLUMN_DETECTION,
    COLUMN_SEVERITY,
    COLUMN_TIME,
    COLUMN_ACTOR,
    COLUMN_OPERATION,
    COLUMN_RESOURCE,
    COLUMN_ADDRESS,
    COLUMN_SCORE,
    COLUMN_COUNT
} alert_column;

static const char *const alert_headers[COLUMN_COUNT] = {
    "DETECTION", "SEVERITY", "TIME", "ACTOR", "OPERATION", "RESOURCE", "SOURCE ADDRESS", "SCORE",
};

enum { ALERT_LINES_MAX = 2 };

typedef struct alert_line {
    uint32_t indent, count;
    alert_column columns[COLUMN_COUNT];
} alert_line;

typedef struct alert_layout {
    uint32_t width_min; /* of the terminal */
    bool headings;
    uint32_t line_count;
    alert_line lines[ALERT_LINES_MAX];
} alert_layout;

/* From wide to narrow. */
static const alert_layout alert_layouts[] = {
    {.width_min = 170,
     .line_count = 1,
     .lines = {{0,
                8,
                {COLUMN_DETECTION, COLUMN_SEVERITY, COLUMN_TIME, COLUMN_ACTOR, COLUMN_OPERATION,
                 COLUMN_RESOURCE, COLUMN_ADDRESS, COLUMN_SCORE}}}},
    {.width_min = 110,
     .headings = true,
     .line_count = 1,
     .lines = {{2,
                6,
                {COLUMN_TIME, COLUMN_ACTOR, COLUMN_OPERATION, COLUMN_RESOURCE, COLUMN_ADDRESS,
                 COLUMN_SCORE}}}},
    {.width_min = 0,
     .headings = true,
     .line_count = 2,
     .lines = {{2, 4, {COLUMN_TIME, COLUMN_OPERATION, COLUMN_ADDRESS, COLUMN_SCORE}},
               {4, 2, {COLUMN_ACTOR, COLUMN_RESOURCE}}}},
};

typedef struct alert_print {
    const sl_alert_source *alerts;
    const sl_alert_options *options;
    const alert_layout *layout;
    uint32_t widths[COLUMN_COUNT];
    sl_buffer out;
    sl_buffer cell;
    bool failed; /* a cell did */
} alert_print;

const char *sl_alert_colour(unsigned severity_rank, bool colour)
{
    static const char *const colours[SL_ALERT_SEVERITIES] = {
        "\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[31m", "\x1b[1;35m",
    };
    return colour && severity_rank < SL_ALERT_SEVERITIES ? colours[severity_rank] : "";
}

const char *sl_alert_plain(bool colour)
{
    return colour ? ALERT_PLAIN : "";
}

/* "2023-07-10 12:11:26Z": to the second, for people. */
static void alert_time(sl_buffer *out, sl_time time, const sl_zone *zone)
{
    char text[48];
    size_t length = sl_time_format(time, zone, text);
    bool fraction = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '.') fraction = true;
        else if (c < '0' || c > '9') fraction = false;
        if (!fraction) sl_buffer_add_byte(out, c == 'T' ? ' ' : c);
    }
}

/* The cell in print->cell. */
static sl_text alert_cell(alert_print *print, const sl_alert_view *view, alert_column column)
{
    static const sl_alert_part parts[COLUMN_COUNT] = {
        [COLUMN_TIME] = SL_ALERT_TIME,           [COLUMN_ACTOR] = SL_ALERT_ACTOR,
        [COLUMN_OPERATION] = SL_ALERT_OPERATION, [COLUMN_RESOURCE] = SL_ALERT_RESOURCE,
        [COLUMN_ADDRESS] = SL_ALERT_ADDRESS,     [COLUMN_SCORE] = SL_ALERT_SCORE,
    };
    const sl_zone *zone = print->options->zone;
    sl_buffer_clear(&print->cell);
    if (column == COLUMN_DETECTION) sl_safe_text(&print->cell, view->detection);
    else if (column == COLUMN_SEVERITY) sl_safe_text(&print->cell, view->severity);
    else if (column == COLUMN_TIME && view->time != SL_TIME_NONE)
        alert_time(&print->cell, view->time, zone);
    else sl_plain_value(&print->cell, SL_TEXT(""), view->parts[parts[column]], zone);
    print->failed |= print->cell.failed;
    return sl_buffer_text(&print->cell);
}

bool sl_alert_is_same(const sl_alert_view *a, const sl_alert_view *b)
{
    return sl_text_equal(a->id, b->id) && sl_text_equal(a->detection, b->detection);
}

/* The number of alerts from `first` on that are of the same detection. */
static size_t alert_group(const alert_print *print, size_t first)
{
    sl_alert_view head, view;
    const sl_alert_source *alerts = print->alerts;
    size_t end = first + 1;
    alerts->view(alerts->context, first, &head);
    for (; end < alerts->count; end++) {
        alerts->view(alerts->context, end, &view);
        if (!sl_alert_is_same(&head, &view)) break;
    }
    return end - first;
}

static size_t alert_shown(const alert_print *print, size_t group)
{
    uint64_t shown = print->options->shown;
    return shown == 0 || group <= shown ? group : (size_t)shown;
}

static void alert_measure(alert_print *print)
{
    const sl_alert_source *alerts = print->alerts;
    for (uint32_t i = 0; i < COLUMN_COUNT; i++)
        print->widths[i] = (uint32_t)strlen(alert_headers[i]);
    for (size_t first = 0, group; first < alerts->count; first += group) {
        group = alert_group(print, first);
        for (size_t i = 0; i < alert_shown(print, group); i++) {
            sl_alert_view view;
            alerts->view(alerts->context, first + i, &view);
            for (uint32_t j = 0; j < COLUMN_COUNT; j++) {
                uint32_t width = sl_safe_width(alert_cell(print, &view, (alert_column)j));
                if (width > print->widths[j]) print->widths[j] = width;
            }
        }
    }
}

/* Half a time or score says nothing. */
static bool alert_is_fixed(alert_column column)
{
    return column == COLUMN_TIME || column == COLUMN_SEVERITY || column == COLUMN_SCORE;
}

static bool alert_fit_line(alert_print *print, const alert_line *line)
{
    uint32_t widths[COLUMN_COUNT], count = 0, fixed = line->indent;
    uint32_t width = print->options->width;
    for (uint32_t i = 0; i < line->count; i++) {
        alert_column column = line->columns[i];
        if (alert_is_fixed(column)) fixed += print->widths[column] + SL_FIT_GAP;
        else widths[count++] = print->widths[column];
    }
    if (width != 0 && width <= fixed) return false;
    if (!sl_fit_widths(widths, count, width == 0 ? 0 : width - fixed)) return false;
    count = 0;
    for (uint32_t i = 0; i < line->count; i++)
        if (!alert_is_fixed(line->columns[i])) print->widths[line->columns[i]] = widths[count++];
    return true;
}

/* Fits the columns of each line to the terminal; false when they cannot. */
static bool alert_fit(alert_print *print, const alert_layout *layout)
{
    for (uint32_t i = 0; i < layout->line_count; i++)
        if (!alert_fit_line(print, &layout->lines[i])) return false;
    return true;
}

static void alert_choose(alert_print *print)
{
    uint32_t width = print->options->width;
    for (size_t i = 0; i < SL_COUNT(alert_layouts); i++) {
        print->layout = &alert_layouts[i];
        if (width != 0 && width < print->layout->width_min) continue;
        if (alert_fit(print, print->layout)) return;
    }
    /* A terminal that is too narrow for all of them breaks the lines. */
}

/* Appends a cell; `owed` blanks stand in front of it. Returns the blanks behind it. */
static uint32_t alert_put(alert_print *print, sl_text text, uint32_t owed, uint32_t width,
                          const char *colour)
{
    if (text.length == 0) return owed + width;
    sl_safe_pad(&print->out, owed);
    sl_buffer_add_string(&print->out, colour);
    uint32_t used = sl_safe_cut(&print->out, text, width);
    if (*colour != '\0') sl_buffer_add_string(&print->out, ALERT_PLAIN);
    return used < width ? width - used : 0;
}

/* `view` NULL: the headers. */
static void alert_print_line(alert_print *print, const alert_line *line, const sl_alert_view *view)
{
    bool coloured = print->options->colour;
    uint32_t owed = line->indent;
    for (uint32_t i = 0; i < line->count; i++) {
        alert_column column = line->columns[i];
        const char *colour = view == NULL && coloured ? ALERT_DIM : "";
        if (view != NULL && column == COLUMN_SEVERITY)
            colour = sl_alert_colour(view->severity_rank, coloured);
        sl_text text =
            view == NULL ? sl_text_from(alert_headers[column]) : alert_cell(print, view, column);
        if (i > 0) owed += SL_FIT_GAP;
        owed = alert_put(print, text, owed, print->widths[column], colour);
    }
    sl_buffer_add_byte(&print->out, '\n');
}

static void alert_print_lines(alert_print *print, const sl_alert_view *view)
{
    for (uint32_t i = 0; i < print->layout->line_count; i++)
        alert_print_line(print, &print->layout->lines[i], view);
}

static void alert_print_upper(sl_buffer *out, sl_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        sl_buffer_add_byte(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
}

/* "HIGH  Revert Cloud Instance  T1578.004  12 alerts" */
static void alert_print_heading(alert_print *print, const sl_alert_view *view, size_t total)
{
    bool colour = print->options->colour;
    sl_buffer_add_string(&print->out, sl_alert_colour(view->severity_rank, colour));
    alert_print_upper(&print->out, view->severity);
    sl_buffer_add_string(&print->out, sl_alert_plain(colour));
    sl_buffer_add_string(&print->out, colour ? "  \x1b[1m" : "  ");
    sl_safe_text(&print->out, view->detection);
    sl_buffer_add_string(&print->out, sl_alert_plain(colour));
    if (view->technique.length > 0) sl_buffer_add_string(&print->out, "  ");
    sl_safe_text(&print->out, view->technique);
    sl_buffer_printf(&print->out, "  %zu alert%s\n", total, total == 1 ? "" : "s");
}

static void alert_print_more(alert_print *print, const sl_alert_view *view, size_t more)
{
    if (more == 0) return;
    sl_safe_pad(&print->out, print->layout->lines[0].indent);
    sl_buffer_printf(&print->out, "... and %zu more of \"", more);
    sl_safe_text(&print->out, view->detection);
    sl_buffer_add_string(&print->out, "\"\n");
}

static sl_status alert_hand_over(alert_print *print, sl_write *write, void *context)
{
    if (print->out.failed || print->failed) return SL_NOMEM;
    if (print->out.length == 0) return SL_OK;
    bool open = write(context, sl_buffer_text(&print->out));
    sl_buffer_clear(&print->out);
    return open ? SL_OK : SL_IO;
}

static sl_status alert_print_all(alert_print *print, sl_write *write, void *context)
{
    const sl_alert_source *alerts = print->alerts;
    sl_status status = SL_OK;
    for (size_t first = 0, group; status == SL_OK && first < alerts->count; first += group) {
        sl_alert_view view;
        group = alert_group(print, first);
        size_t shown = alert_shown(print, group);
        alerts->view(alerts->context, first, &view);
        if (first > 0) sl_buffer_add_byte(&print->out, '\n');
        if (print->layout->headings) alert_print_heading(print, &view, group);
        if (first == 0 || print->layout->headings) alert_print_lines(print, NULL);
        for (size_t i = 0; status == SL_OK && i < shown; i++) {
            alerts->view(alerts->context, first + i, &view);
            alert_print_lines(print, &view);
            status = alert_hand_over(print, write, context);
        }
        alert_print_more(print, &view, group - shown);
    }
    return status == SL_OK ? alert_hand_over(print, write, context) : status;
}

sl_status sl_alert_table(const sl_alert_source *alerts, const sl_alert_options *options,
                         sl_write *write, void *context)
{
    assert(alerts != NULL);
    assert(options != NULL);
    assert(write != NULL);
    if (alerts->count == 0) return SL_OK;
    alert_print print = {.alerts = alerts, .options = options};
    sl_buffer_init(&print.out);
    sl_buffer_init(&print.cell);
    alert_measure(&print);
    alert_choose(&print);
    sl_status status = alert_print_all(&print, write, context);
    sl_buffer_fini(&print.out);
    sl_buffer_fini(&print.cell);
    return status;
}
