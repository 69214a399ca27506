/* run.c - files in a temporary folder, plans in one scan, rows as JSON. */
#include "run.h"

#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "output/writer.h"

const prop_way prop_plain_way = {.threads = 1, .batch_rows = 4096, .alone = true};

/* --- files --- */

bool prop_lab_init(prop_lab *lab)
{
    *lab = (prop_lab){.engine = sl_engine_new()};
    sl_arena_init(&lab->arena, /* bytes_max= */ 0);
    const char *folder = getenv("TMPDIR");
    snprintf(lab->folder, sizeof lab->folder, "%.30s/strandline-property-XXXXXX",
             folder == NULL || *folder == '\0' ? "/tmp" : folder);
    if (mkdtemp(lab->folder) == NULL) {
        perror(lab->folder);
        lab->folder[0] = '\0';
        return false;
    }
    if (lab->engine == NULL || sl_engine_error(lab->engine) != NULL) {
        fprintf(stderr, "the engine: %s\n",
                lab->engine == NULL ? "no memory" : sl_engine_error(lab->engine));
        return false;
    }
    return sl_engine_set(lab->engine, "now", "2024-01-03T00:00:00Z");
}

static void lab_remove(prop_lab *lab)
{
    for (uint32_t i = 0; i < lab->path_count; i++) unlink(lab->paths[i].data);
    lab->path_count = 0;
    sl_arena_reset(&lab->arena);
}

void prop_lab_fini(prop_lab *lab)
{
    lab_remove(lab);
    if (lab->folder[0] != '\0') rmdir(lab->folder);
    sl_arena_fini(&lab->arena);
    sl_engine_free(lab->engine);
}

/* The bytes as one gzip member. */
static bool lab_pack(sl_buffer *bytes)
{
    struct isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    size_t room = bytes->length + bytes->length / 8 + 1024;
    uint8_t *packed = malloc(room);
    if (packed == NULL) return false;
    stream.next_in = (uint8_t *)bytes->data;
    stream.avail_in = (uint32_t)bytes->length;
    stream.next_out = packed;
    stream.avail_out = (uint32_t)room;
    stream.end_of_stream = 1;
    stream.gzip_flag = IGZIP_GZIP;
    bool good = isal_deflate_stateless(&stream) == COMP_OK;
    sl_buffer_clear(bytes);
    sl_buffer_add(bytes, sl_text_make((char *)packed, good ? stream.total_out : 0));
    free(packed);
    return good && !bytes->failed;
}

static bool lab_write_file(const char *path, sl_text bytes)
{
    FILE *stream = fopen(path, "wb");
    if (stream == NULL) return false;
    bool good = fwrite(bytes.data, 1, bytes.length, stream) == bytes.length;
    return fclose(stream) == 0 && good;
}

bool prop_lab_write(prop_lab *lab, const prop_case *c)
{
    lab_remove(lab);
    lab->paths = SL_ARENA_ARRAY(&lab->arena, c->file_count, sl_text);
    sl_buffer bytes;
    sl_buffer_init(&bytes);
    bool good = lab->paths != NULL;
    for (uint32_t f = 0; f < c->file_count && good; f++) {
        sl_buffer_clear(&bytes);
        prop_file_bytes(&c->files[f], &bytes);
        if (c->files[f].packed) good = lab_pack(&bytes);
        lab->paths[f] = sl_arena_printf(&lab->arena, "%s/%u", lab->folder, f);
        good = good && lab->paths[f].data != NULL && !bytes.failed
            && lab_write_file(lab->paths[f].data, sl_buffer_text(&bytes));
        if (good) lab->path_count++;
    }
    sl_buffer_fini(&bytes);
    if (!good) perror(lab->folder);
    return good;
}

/* --- runs --- */

sl_plan *prop_compile(prop_lab *lab, const prop_case *c, const prop_query *query,
                      sl_buffer *refusal)
{
    sl_buffer text;
    sl_buffer_init(&text);
    prop_query_text(query, &text);
    sl_engine_set(lab->engine, "profile", c->profile);
    sl_diags diags;
    sl_diags_init(&diags);
    sl_plan *plan = sl_engine_compile(lab->engine, query->cql ? SL_LANG_CQL : SL_LANG_SPL,
                                      SL_TEXT("random"), sl_buffer_text(&text), &diags);
    for (uint32_t i = 0; i < diags.count && plan == NULL && refusal != NULL; i++)
        if (diags.items[i].severity == SL_ERROR)
            sl_buffer_printf(refusal, "# refused (%s): %s\n", diags.items[i].message, text.data);
    sl_buffer_fini(&text);
    return plan;
}

typedef struct run_sink {
    prop_outcome **outcomes; /* by plan of the run */
    const sl_plan **plans;
} run_sink;

static bool run_rows(void *context, uint32_t plan, const sl_batch *batch)
{
    const run_sink *sink = context;
    prop_outcome *outcome = sink->outcomes[plan];
    for (uint32_t i = 0; i < batch->selected; i++) {
        sl_json_row(&outcome->rows, &sink->plans[plan]->fields, batch, batch->rows[i],
                    sl_zone_utc());
        sl_buffer_add_byte(&outcome->rows, '\n');
        outcome->row_count++;
    }
    return !outcome->rows.failed;
}

static void run_set(prop_lab *lab, const prop_case *c, const prop_way *way)
{
    sl_settings *settings = sl_engine_settings(lab->engine);
    sl_exec_options *exec = &settings->exec;
    exec->gate_off = !way->gate;
    exec->gate_kernels = way->gate_kernels;
    exec->threads = way->threads;
    exec->batch_rows = way->batch_rows;
    exec->block_bytes = way->block_bytes;
    exec->slice_bytes = way->slice_bytes;
    exec->memory_bytes_max = way->tight ? 1 << 20 : SL_MEMORY_BYTES_DEFAULT;
    exec->ordered = c->ordered;
    settings->earliest_text = sl_text_from(c->earliest);
    sl_engine_set(lab->engine, "profile", c->profile);
}

void prop_run(prop_lab *lab, const prop_case *c, sl_plan *const *plans, uint32_t plan_count,
              const prop_way *way, prop_outcome *out)
{
    run_sink sink = {sl_calloc(plan_count + 1, sizeof *sink.outcomes),
                     sl_calloc(plan_count + 1, sizeof *sink.plans)};
    if (sink.outcomes == NULL || sink.plans == NULL) abort();
    uint32_t count = 0;
    for (uint32_t p = 0; p < plan_count; p++) {
        out[p] = (prop_outcome){.status = SL_OK};
        sl_buffer_init(&out[p].rows);
        if (plans[p] == NULL) continue;
        sink.outcomes[count] = &out[p];
        sink.plans[count++] = plans[p];
    }
    run_set(lab, c, way);
    sl_run_request request = {.plans = (const sl_plan *const *)sink.plans,
                              .plan_count = count,
                              .unique = c->unique,
                              .paths = lab->paths,
                              .path_count = lab->path_count};
    sl_report report;
    sl_status status = sl_engine_run(lab->engine, &request,
                                     &(sl_sink){.context = &sink, .rows = run_rows}, &report);
    for (uint32_t i = 0; i < count; i++) {
        prop_outcome *outcome = sink.outcomes[i];
        outcome->status = status;
        outcome->records = report.stats.records + report.stats.passed_over;
        outcome->spared = report.stats.records - report.stats.candidates;
        memcpy(outcome->faults, report.faults.counts, sizeof outcome->faults);
        if (outcome->rows.failed) abort();
    }
    sl_report_fini(&report);
    free(sink.outcomes);
    free(sink.plans);
}

void prop_outcome_fini(prop_outcome *outcome)
{
    sl_buffer_fini(&outcome->rows);
}

/* Kinds that are found by reading a record. */
static bool differ_is_inside(int kind)
{
    return kind == SL_FAULT_UTF8 || kind == SL_FAULT_DUPLICATE_KEY || kind == SL_FAULT_FIELDS
        || kind == SL_FAULT_NO_TIME || kind == SL_FAULT_REGEX || kind == SL_FAULT_NOT_JSON
        || kind == SL_FAULT_DEEP || kind == SL_FAULT_RESULT_LIMIT;
}

static bool differ_is_lost(const prop_outcome *outcome)
{
    for (int kind = 0; kind < SL_FAULT_KIND_COUNT; kind++)
        if (outcome->faults[kind] > 0 && sl_fault_is_loss((sl_fault_kind)kind)) return true;
    return false;
}

const char *prop_differ(const prop_outcome *a, const prop_outcome *b, const prop_way *way)
{
    bool reads_alike = way->alone && !way->gate, lost = differ_is_lost(a);
    if (way->tight && b->status == SL_LIMIT) return NULL;
    if (a->status != b->status) return "how the run ended";
    if (reads_alike && lost != differ_is_lost(b)) return "whether something was lost";
    /* Who reads less of a record may not come to where it breaks. */
    bool broken = a->faults[SL_FAULT_NOT_JSON] + b->faults[SL_FAULT_NOT_JSON] > 0;
    if (broken && !way->alone) return NULL;
    /* A cut falls between two records, or into the middle of a broken one. */
    if (way->slice_bytes > 0 && lost) return NULL;
    if (!sl_text_equal(sl_buffer_text(&a->rows), sl_buffer_text(&b->rows))) return "rows";
    if (a->records != b->records) return "how many records were read";
    if (way->slice_bytes > 0) return NULL;
    for (int kind = 0; kind < SL_FAULT_KIND_COUNT; kind++)
        if (a->faults[kind] != b->faults[kind] && (reads_alike || !differ_is_inside(kind)))
            return sl_fault_text((sl_fault_kind)kind);
    return NULL;
}

void prop_way_text(const prop_way *way, sl_buffer *out)
{
    static const char *const kernels[] = {"best", "plain", "up to AVX2", "up to AVX-512"};
    sl_buffer_printf(out,
                     "gate %s, threads %u, batch-rows %u, block-bytes %zu, slice-bytes %llu, %s%s",
                     way->gate ? kernels[way->gate_kernels] : "off", way->threads, way->batch_rows,
                     way->block_bytes, (unsigned long long)way->slice_bytes,
                     way->tight ? "tight, " : "", way->alone ? "alone" : "among others");
}
