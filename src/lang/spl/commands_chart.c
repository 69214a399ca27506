/* commands_chart.c - tables with a column for each value of a field: chart, timechart, xyseries,
 * and untable, which takes them apart.
 *
 * Without a column field a chart is a stats; a timechart is that too, with its times in buckets and
 * rows for the empty ones (Splunk Search Reference, "chart", "timechart"). */
#include "func/spl_command.h"
#include "lang/spl/commands.h"
#include "lang/spl/group.h"

enum { CHART_COLUMNS = 10, CHART_BINS = 100, CHART_OPTIONS = 16 };

typedef struct chart {
    spl_group group;
    spl_word row, column; /* column.end 0: none */
    spl_word span, limit, other_name, null_name, ignored, separator, format;
    uint64_t bins;
    uint32_t column_limit;
    bool limit_smallest, other, null, continuous, fixed_range, ignored_flag;
    bool value_first, named; /* as `format` says */
    spl_option options[CHART_OPTIONS];
    uint32_t option_count;
} chart;

static void chart_init(chart *c)
{
    *c = (chart){.bins = CHART_BINS,
                 .column_limit = CHART_COLUMNS,
                 .other = true,
                 .null = true,
                 .continuous = true,
                 .fixed_range = true};
    const spl_option options[] = {
        {.name = "limit", .text = &c->limit},
        {.name = "useother", .flag = &c->other},
        {.name = "usenull", .flag = &c->null},
        {.name = "otherstr", .text = &c->other_name},
        {.name = "nullstr", .text = &c->null_name},
        {.name = "cont", .flag = &c->continuous},
        {.name = "span", .text = &c->span},
        {.name = "bins", .count = &c->bins},
        {.name = "fixedrange", .flag = &c->fixed_range},
        {.name = "partial", .flag = &c->ignored_flag},
        {.name = "dedup_splitvals", .flag = &c->ignored_flag},
        {.name = "agg", .text = &c->ignored},
        {.name = "format", .text = &c->format},
        {.name = "sep", .text = &c->separator},
    };
    _Static_assert(SL_COUNT(options) <= CHART_OPTIONS, "room for the options");
    memcpy(c->options, options, sizeof options);
    c->option_count = SL_COUNT(options);
}

static bool chart_read_options(spl_parser *p, chart *c)
{
    return spl_read_options(p, c->options, c->option_count);
}

/* limit=5, limit=top5, limit=bottom5, limit=0. */
static bool chart_limit(spl_parser *p, chart *c)
{
    spl_word number = c->limit;
    uint64_t limit;
    if (c->limit.end == 0) return true;
    c->limit_smallest = sl_text_starts(number.text, SL_TEXT("bottom"));
    size_t prefix = c->limit_smallest ? 6 : sl_text_starts(number.text, SL_TEXT("top")) ? 3 : 0;
    number.text = sl_text_trim(sl_text_slice(number.text, prefix, number.text.length));
    if (!spl_word_count(&number, &limit) || limit > UINT32_MAX)
        return spl_fault(p, SL_DIAG_OPTION, number.start, number.end,
                         "'limit' takes a whole number");
    c->column_limit = (uint32_t)limit;
    return true;
}

/* format="$AGG$-$VAL$": what a column is called, of the aggregate and the value. */
static bool chart_format(spl_parser *p, chart *c)
{
    sl_text t = c->format.text, agg = SL_TEXT("$AGG$"), value = SL_TEXT("$VAL$");
    if (c->format.end == 0) return true;
    c->value_first = sl_text_starts(t, value);
    c->named = true;
    sl_text front = c->value_first ? value : agg, back = c->value_first ? agg : value;
    bool ok =
        sl_text_starts(t, front) && sl_text_ends(t, back) && t.length >= front.length + back.length;
    if (!ok) {
        spl_fault(p, SL_DIAG_OPTION, c->format.start, c->format.end,
                  "a format has $AGG$ at one end and $VAL$ at the other");
        return false;
    }
    c->separator = c->format;
    c->separator.text = sl_text_slice(t, front.length, t.length - back.length);
    return true;
}

static bool chart_check(spl_parser *p, chart *c)
{
    return chart_limit(p, c) && chart_format(p, c);
}

/* `where sum in top5` behind the column field chooses columns, and is limit=top5. */
static bool chart_where(spl_parser *p, chart *c)
{
    spl_word word;
    uint32_t start = p->at;
    if (!spl_take_keyword(p, "where")) return true;
    if (spl_take_keyword(p, "sum") && spl_take_keyword(p, "in") && spl_read_word(p, &word)
        && (sl_text_starts(word.text, SL_TEXT("top"))
            || sl_text_starts(word.text, SL_TEXT("bottom")))) {
        c->limit = word;
        return chart_read_options(p, c);
    }
    spl_fault(p, SL_DIAG_REFUSED, start, p->at,
              "'%s' runs a where clause of the form 'where sum in top5' alone", p->command->name);
    spl_hint(p, "limit= keeps the largest columns");
    return false;
}

/* field := its bin, of the size asked for or one that gives so many bins. */
static bool chart_bin(spl_parser *p, chart *c, const spl_word *name, sl_field *out_size)
{
    sl_span span = spl_word_span(p, name);
    sl_vector assigns = {0};
    *out_size = SL_FIELD_NONE;
    if (c->span.end == 0) return spl_bin_sized(p, name, name, c->bins, out_size);
    const sl_expr *args[2] = {spl_field(p, name),
                              sl_build_text(&p->builder, c->span.text, spl_word_span(p, &c->span))};
    return spl_assign(p, &assigns, name->text,
                      sl_build_call(&p->builder, &sl_spl_bin, args, 2, span), true)
        && spl_add_extend(p, &assigns);
}

static sl_op *chart_pivot(spl_parser *p, chart *c)
{
    sl_field row = spl_field_number(p, &c->row), column = SL_FIELD_NONE;
    spl_group_settle(&c->group);
    if (c->column.end != 0) column = spl_field_number(p, &c->column);
    sl_op *op = spl_op(p, SL_OP_PIVOT);
    if (op == NULL || row == SL_FIELD_NONE) return NULL;
    op->pivot = (sl_op_pivot){.row = row,
                              .column = column,
                              .items = c->group.items.items,
                              .item_count = c->group.items.count,
                              .column_limit = c->column_limit,
                              .limit_smallest = c->limit_smallest,
                              .other = c->other,
                              .null = c->null,
                              .other_name = c->other_name.text,
                              .null_name = c->null_name.text,
                              .separator = c->separator.text,
                              .value_first = c->value_first,
                              .named = c->named};
    return op;
}

/* OVER row BY column, or BY row column; each may have a span behind it. */
static bool chart_axes(spl_parser *p, chart *c, bool by)
{
    bool over = !by && spl_take_keyword(p, "OVER");
    if (!over && !by) return true;
    if (!spl_read_word(p, &c->row)) return false;
    spl_skip_commas(p);
    if (!chart_read_options(p, c) || !chart_where(p, c)) return false;
    if (over && !spl_take_keyword(p, "BY")) return true;
    if (spl_at_end(p)) return true;
    spl_word span = c->span;
    if (!spl_read_word(p, &c->column) || !chart_read_options(p, c)) return false;
    if (c->span.start != span.start)
        return spl_fault(p, SL_DIAG_REFUSED, c->span.start, c->span.end,
                         "bins of the column field are not made here");
    return chart_where(p, c);
}

/* Aggregates up to BY or OVER. */
static bool chart_items(spl_parser *p, chart *c, bool *out_by)
{
    *out_by = false;
    do {
        if (!spl_group_item(p, &c->group)) return false;
        spl_skip_commas(p);
        if (!chart_read_options(p, c)) return false;
        uint32_t at = p->at;
        bool over = spl_take_keyword(p, "OVER");
        p->at = at;
        if (over) return true;
        *out_by = spl_take_keyword(p, "BY");
    } while (!*out_by && !spl_at_end(p));
    return true;
}

bool spl_command_chart(void *parser)
{
    spl_parser *p = parser;
    chart c;
    bool by;
    chart_init(&c);
    if (!chart_read_options(p, &c) || !chart_items(p, &c, &by) || !chart_axes(p, &c, by))
        return false;
    if (!chart_check(p, &c)) return false;
    bool timed = sl_text_equal(c.row.text, SL_TEXT("_time"));
    sl_field size = SL_FIELD_NONE;
    if (c.row.end != 0 && (c.span.end != 0 || timed) && !chart_bin(p, &c, &c.row, &size))
        return false;
    if (c.column.end == 0) {
        if (c.row.end != 0 && !spl_add_field(p, &c.group.keys, spl_field_number(p, &c.row)))
            return false;
        return spl_group_stats(p, &c.group);
    }
    return chart_pivot(p, &c) != NULL;
}

/* How long a bucket is; months are 30 days here, and the pivot asks where they begin. */
static bool chart_step(spl_parser *p, const chart *c, sl_time *out)
{
    int64_t months;
    *out = 0;
    if (c->span.end == 0) return true;
    if (!sl_spl_span_parse(c->span.text, out, &months))
        return spl_fault(p, SL_DIAG_OPTION, c->span.start, c->span.end,
                         "this is no size of a bucket: 30s, 10m, 1h, 1d, 1mon are");
    if (months != 0) *out = months * 30 * 86400 * SL_SECOND;
    return true;
}

/* Times in buckets of the size asked for, and rows for those without an event. */
static bool chart_buckets(spl_parser *p, chart *c, sl_time step)
{
    sl_field size;
    if (c->span.end == 0 && c->bins > UINT32_MAX) c->bins = UINT32_MAX;
    bool left_open = c->span.end == 0 && c->continuous && c->bins > 0;
    if (!left_open && !chart_bin(p, c, &c->row, &size)) return false;
    sl_op *op = chart_pivot(p, c);
    if (op == NULL) return false;
    if (left_open) op->pivot.bins_max = (uint32_t)c->bins;
    op->pivot.fill_range = c->continuous && c->fixed_range;
    if (left_open || !c->continuous) return true;
    sl_span span = spl_word_span(p, &c->span);
    const sl_expr *args[2] = {spl_field(p, &c->row),
                              sl_build_text(&p->builder, c->span.text, span)};
    op->pivot.step = step;
    op->pivot.bin = sl_build_call(&p->builder, &sl_spl_bin, args, 2, span);
    return op->pivot.bin != NULL;
}

bool spl_command_timechart(void *parser)
{
    spl_parser *p = parser;
    chart c;
    bool by;
    sl_time step;
    chart_init(&c);
    c.row = (spl_word){.text = SL_TEXT("_time"), .start = p->at, .end = p->at};
    if (!chart_read_options(p, &c) || !chart_step(p, &c, &step)) return false;
    c.group.rates = true;
    c.group.bucket = (double)step / (double)SL_SECOND;
    c.group.options = c.options;
    c.group.option_count = c.option_count;
    if (!spl_group_items(p, &c.group, &by)) return false;
    if (by && (!spl_read_word(p, &c.column) || !chart_read_options(p, &c) || !chart_where(p, &c)))
        return false;
    return chart_check(p, &c) && chart_step(p, &c, &step) && chart_buckets(p, &c, step);
}

bool spl_command_xyseries(void *parser)
{
    spl_parser *p = parser;
    chart c;
    bool grouped = false;
    chart_init(&c);
    const spl_option options[] = {{.name = "grouped", .flag = &grouped},
                                  {.name = "format", .text = &c.format},
                                  {.name = "sep", .text = &c.separator}};
    if (!spl_read_options(p, options, SL_COUNT(options))) return false;
    if (!chart_check(p, &c) || !spl_read_word(p, &c.row)) return false;
    spl_skip_commas(p);
    if (!spl_read_word(p, &c.column)) return false;
    do {
        spl_word value;
        spl_skip_commas(p);
        if (!spl_read_word(p, &value)) return false;
        if (!spl_add_item(p, &c.group.items, "last", spl_field(p, &value),
                          spl_field_number(p, &value)))
            return false;
        spl_skip_commas(p);
    } while (!spl_at_end(p));
    sl_op *op = chart_pivot(p, &c);
    if (op == NULL) return false;
    op->pivot.column_limit = 0;
    op->pivot.other = op->pivot.null = false;
    return true;
}

bool spl_command_untable(void *parser)
{
    spl_parser *p = parser;
    spl_word words[3];
    sl_field fields[3];
    for (int i = 0; i < 3; i++) {
        if (!spl_read_word(p, &words[i])) {
            spl_hint_usage(p);
            return false;
        }
        fields[i] = spl_field_number(p, &words[i]);
        if (fields[i] == SL_FIELD_NONE) return false;
        spl_skip_commas(p);
    }
    sl_op *op = spl_op(p, SL_OP_UNPIVOT);
    if (op == NULL) return false;
    op->unpivot = (sl_op_unpivot){.row = fields[0], .name = fields[1], .value = fields[2]};
    return true;
}
