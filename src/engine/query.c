/* query.c - strandline.h: queries, runs and rows for other programs. */
#include "engine/internal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "output/writer.h"

struct sl_query {
    sl_engine *engine;
    sl_plan *plan; /* NULL: at fault */
    sl_diags diags;
    sl_text text;
    sl_arena arena;
};

struct sl_row {
    const sl_fields *fields;
    const sl_batch *batch;
    const sl_zone *zone;
    uint32_t row;
    uint32_t *columns; /* those that the row has */
    size_t column_count;
    sl_arena arena; /* texts handed out */
};

sl_query *sl_query_new(sl_engine *engine, const char *language, const char *name, const char *text,
                       size_t length)
{
    sl_language known;
    if (engine->catalog == NULL || !sl_language_parse(sl_text_from(language), &known)) return NULL;
    sl_query *query = sl_calloc(1, sizeof *query);
    if (query == NULL) return NULL;
    query->engine = engine;
    sl_arena_init(&query->arena, /* bytes_max= */ 0);
    sl_diags_init(&query->diags);
    query->text = sl_arena_copy(&query->arena, sl_text_make(text, length));
    query->plan = sl_engine_compile(engine, known, sl_text_from(name), query->text, &query->diags);
    return query;
}

void sl_query_free(sl_query *query)
{
    if (query == NULL) return;
    sl_plan_free(query->plan);
    sl_arena_fini(&query->arena);
    free(query);
}

bool sl_query_ok(const sl_query *query)
{
    return query->plan != NULL;
}

size_t sl_query_message_count(const sl_query *query)
{
    return query->diags.count;
}

sl_message sl_query_message(const sl_query *query, size_t index)
{
    static const sl_message_kind kinds[] = {[SL_ERROR] = SL_MESSAGE_ERROR,
                                            [SL_WARNING] = SL_MESSAGE_WARNING,
                                            [SL_EXTENSION] = SL_MESSAGE_EXTENSION,
                                            [SL_NOTE] = SL_MESSAGE_NOTE};
    assert(index < query->diags.count);
    const sl_diag *diag = &query->diags.items[index];
    sl_place place = sl_place_at(query->text, diag->span.start);
    return (sl_message){.kind = kinds[diag->severity],
                        .code = (unsigned)diag->code,
                        .line = place.line,
                        .column = place.column,
                        .start = diag->span.start,
                        .end = diag->span.end,
                        .text = diag->message,
                        .hint = diag->hint};
}

typedef struct query_sink {
    const sl_query *query;
    sl_row_callback *on_row;
    void *context;
    sl_row row;
} query_sink;

static bool query_rows(void *context, uint32_t plan, const sl_batch *batch)
{
    query_sink *sink = context;
    sl_row *row = &sink->row;
    (void)plan;
    row->fields = &sink->query->plan->fields;
    row->batch = batch;
    bool go_on = true;
    for (uint32_t i = 0; i < batch->selected && go_on; i++) {
        sl_arena_reset(&row->arena);
        row->row = batch->rows[i];
        row->columns = SL_ARENA_ARRAY(&row->arena, batch->column_count, uint32_t);
        row->column_count = 0;
        for (uint32_t c = 0; row->columns != NULL && c < batch->column_count; c++)
            if (batch->columns[c].values[row->row].kind != SL_MISSING)
                row->columns[row->column_count++] = c;
        go_on = sink->on_row(sink->context, row);
    }
    return go_on;
}

static uint64_t query_lost(const sl_faults *faults)
{
    uint64_t count = 0;
    for (int kind = 0; kind < SL_FAULT_KIND_COUNT; kind++)
        if (sl_fault_is_loss((sl_fault_kind)kind)) count += faults->counts[kind];
    return count;
}

static sl_run_status query_run(sl_query *query, sl_run_request *request, sl_row_callback *on_row,
                               void *context, sl_summary *out_summary)
{
    if (query->plan == NULL) return SL_RUN_FAILED;
    const sl_plan *plans[] = {query->plan};
    request->plans = plans;
    request->plan_count = 1;
    query_sink sink = {.query = query, .on_row = on_row, .context = context};
    sink.row.zone = query->engine->settings.exec.zone;
    sl_arena_init(&sink.row.arena, /* bytes_max= */ 0);
    sl_report report;
    sl_status status = sl_engine_run(query->engine, request,
                                     &(sl_sink){.context = &sink, .rows = query_rows}, &report);
    uint64_t lost = query_lost(&report.faults);
    if (out_summary != NULL)
        *out_summary = (sl_summary){.files = report.stats.files,
                                    .bytes = report.stats.bytes,
                                    .records = report.stats.records,
                                    .candidates = report.stats.candidates,
                                    .rows = report.stats.rows,
                                    .input_faults = lost,
                                    .seconds = report.stats.seconds};
    sl_report_fini(&report);
    sl_arena_fini(&sink.row.arena);
    if (status == SL_CANCELLED) return SL_RUN_STOPPED;
    if (status != SL_OK) return SL_RUN_FAILED;
    return lost > 0 ? SL_RUN_INPUT_LOST : SL_RUN_OK;
}

sl_run_status sl_query_run(sl_query *query, const char *const *paths, size_t path_count,
                           sl_row_callback *on_row, void *context, sl_summary *out_summary)
{
    sl_text *texts = sl_calloc(path_count + 1, sizeof *texts);
    if (texts == NULL) return SL_RUN_FAILED;
    for (size_t i = 0; i < path_count; i++) texts[i] = sl_text_from(paths[i]);
    sl_run_request request = {.paths = texts, .path_count = (uint32_t)path_count};
    sl_run_status status = query_run(query, &request, on_row, context, out_summary);
    free(texts);
    return status;
}

sl_run_status sl_query_run_memory(sl_query *query, const char *data, size_t length,
                                  sl_row_callback *on_row, void *context, sl_summary *out_summary)
{
    sl_text memory = {data, length};
    sl_run_request request = {.memory = &memory};
    return query_run(query, &request, on_row, context, out_summary);
}

size_t sl_row_count(const sl_row *row)
{
    return row->column_count;
}

/* Callers see rows as constant; the texts handed out are made on demand in the row's arena. */
static sl_arena *row_arena(const sl_row *row)
{
    return (sl_arena *)(uintptr_t)&row->arena;
}

static const char *row_string(const sl_row *row, sl_text text, size_t *out_length)
{
    sl_text copy = sl_arena_copy(row_arena(row), text);
    if (out_length != NULL) *out_length = copy.length;
    return copy.data;
}

const char *sl_row_name(const sl_row *row, size_t index)
{
    assert(index < row->column_count);
    sl_field field = row->batch->columns[row->columns[index]].field;
    return row_string(row, sl_fields_name(row->fields, field), /* out_length= */ NULL);
}

const char *sl_row_text(const sl_row *row, size_t index, size_t *out_length)
{
    assert(index < row->column_count);
    const sl_column *column = &row->batch->columns[row->columns[index]];
    sl_value value = column->values[row->row];
    sl_text name = sl_fields_name(row->fields, column->field);
    sl_buffer out;
    sl_buffer_init(&out);
    uint32_t items = value.kind == SL_LIST ? value.length : 1;
    for (uint32_t i = 0; i < items; i++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_value item = value.kind == SL_LIST ? value.items[i] : value;
        if (i > 0) sl_buffer_add_byte(&out, '\n');
        if (item.kind == SL_MOMENT && sl_text_equal(name, SL_TEXT("_time"))) {
            sl_plain_value(&out, name, item, row->zone);
        } else {
            sl_buffer_add(&out, sl_value_text(item, scratch));
        }
    }
    const char *text = out.failed ? NULL : row_string(row, sl_buffer_text(&out), out_length);
    sl_buffer_fini(&out);
    return text;
}

const char *sl_row_get(const sl_row *row, const char *name)
{
    sl_field field = sl_fields_find(row->fields, sl_text_from(name));
    for (size_t i = 0; i < row->column_count; i++)
        if (row->batch->columns[row->columns[i]].field == field)
            return sl_row_text(row, i, /* out_length= */ NULL);
    return NULL;
}

const char *sl_row_json(const sl_row *row, size_t *out_length)
{
    sl_buffer out;
    sl_buffer_init(&out);
    sl_json_row(&out, row->fields, row->batch, row->row, row->zone);
    const char *text = out.failed ? NULL : row_string(row, sl_buffer_text(&out), out_length);
    sl_buffer_fini(&out);
    return text;
}
