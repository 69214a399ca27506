/* run.c - writes a load's rows to temporary files and runs the query over them.
 *
 * All sizes of a block from 1 to 64 bytes are tried for small loads, each with another choice
 * of the rest: a full product would cost ten times as much and find the same faults. */
#include "run.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

enum {
    RUN_SMALL_BYTES = 4096,     /* every size of a block up to RUN_BLOCK_BYTES */
    RUN_MEDIUM_BYTES = 1 << 16, /* a few sizes */
    RUN_BLOCK_BYTES = 64,
    RUN_MANY = 8
};

static void inputs_add(golden_pool *pool, golden_inputs *inputs, golden_split split,
                       const char *path)
{
    inputs->paths[split] = golden_grow(pool, inputs->paths[split], inputs->counts[split],
                                       sizeof *inputs->paths[split]);
    inputs->paths[split][inputs->counts[split]++] = path;
}

static void write_rows(FILE *stream, const golden_text *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fwrite(rows[i].data, 1, rows[i].length, stream);
        putc('\n', stream);
    }
}

/* Writes the rows as `parts` files. */
static bool inputs_write(golden_pool *pool, golden_inputs *inputs, golden_split split,
                         const golden_load *load, size_t parts)
{
    if (parts > load->row_count) parts = load->row_count;
    if (parts == 0) parts = 1;
    for (size_t part = 0; part < parts; part++) {
        char *path = golden_printf(pool, "%s/%d-%03zu.json", inputs->folder, (int)split,
                                   inputs->counts[split]);
        FILE *stream = fopen(path, "wb");
        if (stream == NULL) return false;
        inputs_add(pool, inputs, split, path);
        size_t start = load->row_count * part / parts;
        write_rows(stream, load->rows + start, load->row_count * (part + 1) / parts - start);
        bool failed = ferror(stream) != 0;
        if (fclose(stream) != 0 || failed) return false;
    }
    return true;
}

/* Lines that are each a JSON text of their own can stand in different files. */
static bool load_can_split(const golden_load *load)
{
    if (load->whole || load->row_count < 2) return false;
    for (size_t i = 0; i < load->row_count; i++) {
        golden_pool pool = {0};
        bool good = json_read(&pool, load->rows[i].data, load->rows[i].length) != NULL;
        golden_pool_free(&pool);
        if (!good) return false;
    }
    return true;
}

/* Where a file of a load stands: under $STRANDLINE_DATA, beside the test, or under the root.
 * NULL when it is not there, and *out_why says why that is no fault, or is NULL. */
static const char *find_file(golden_pool *pool, const char *test, const char *root,
                             const char *path, const char **out_why)
{
    static const char variable[] = "$STRANDLINE_DATA/";
    *out_why = NULL;
    if (strncmp(path, variable, sizeof variable - 1) == 0) {
        const char *data = getenv("STRANDLINE_DATA");
        if (data == NULL || *data == '\0') {
            *out_why = "STRANDLINE_DATA is not set";
            return NULL;
        }
        const char *found = golden_printf(pool, "%s/%s", data, path + sizeof variable - 1);
        return access(found, F_OK) == 0 ? found : NULL;
    }
    const char *slash = strrchr(test, '/');
    int folder = slash == NULL ? 0 : (int)(slash - test) + 1;
    const char *beside = golden_printf(pool, "%.*s%s", folder, test, path);
    if (*path == '/') beside = path;
    if (access(beside, F_OK) == 0) return beside;
    const char *below = golden_printf(pool, "%s/%s", root, path);
    return access(below, F_OK) == 0 ? below : NULL;
}

static bool inputs_add_files(golden_pool *pool, const golden_file *file, const golden_load *load,
                             const char *root, golden_inputs *out)
{
    out->bytes = SIZE_MAX;
    for (size_t i = 0; i < load->path_count; i++) {
        const char *path = find_file(pool, file->path, root, load->paths[i], &out->missing);
        if (path == NULL && out->missing == NULL)
            printf("%s:%zu: no file %s\n", file->path, load->line, load->paths[i]);
        if (path == NULL) return out->missing != NULL;
        for (golden_split split = GOLDEN_SPLIT_NONE; split <= GOLDEN_SPLIT_MANY; split++)
            inputs_add(pool, out, split, path);
    }
    return true;
}

static bool inputs_add_load(golden_pool *pool, const golden_file *file, const golden_load *load,
                            const char *root, golden_inputs *out)
{
    if (load->path_count > 0) return inputs_add_files(pool, file, load, root, out);
    bool can_split = load_can_split(load);
    if (out->bytes != SIZE_MAX)
        for (size_t i = 0; i < load->row_count; i++) out->bytes += load->rows[i].length + 1;
    return inputs_write(pool, out, GOLDEN_SPLIT_NONE, load, 1)
        && inputs_write(pool, out, GOLDEN_SPLIT_HALVES, load, can_split ? 2 : 1)
        && inputs_write(pool, out, GOLDEN_SPLIT_MANY, load, can_split ? RUN_MANY : 1);
}

/* A query over one inline load, or over nothing, can be run from memory. */
static void inputs_set_memory(golden_pool *pool, const golden_file *file, const golden_query *query,
                              golden_inputs *out)
{
    if (query->load_count == 0) {
        out->memory = (golden_text){"", 0};
        return;
    }
    if (query->load_count != 1 || out->bytes == SIZE_MAX) return;
    const golden_load *load = golden_find_load(file, query->loads[0]);
    if (load->whole) return;
    char *text = golden_alloc(pool, out->bytes + 1);
    size_t length = 0;
    for (size_t i = 0; i < load->row_count; i++) {
        memcpy(text + length, load->rows[i].data, load->rows[i].length);
        length += load->rows[i].length;
        text[length++] = '\n';
    }
    out->memory = (golden_text){text, length};
}

bool golden_inputs_init(golden_pool *pool, const golden_file *file, const golden_query *query,
                        const char *root, golden_inputs *out)
{
    *out = (golden_inputs){0};
    const char *parent = getenv("TMPDIR");
    char *folder = golden_printf(pool, "%s/golden-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(folder) == NULL) {
        printf("%s: %s\n", folder, strerror(errno));
        return false;
    }
    out->folder = folder;
    for (size_t i = 0; i < query->load_count; i++) {
        const golden_load *load = golden_find_load(file, query->loads[i]);
        if (load == NULL) {
            printf("%s:%zu: no load '%s'\n", file->path, query->line, query->loads[i]);
            return false;
        }
        if (!inputs_add_load(pool, file, load, root, out)) return false;
        if (out->missing != NULL) return true;
    }
    inputs_set_memory(pool, file, query, out);
    return true;
}

void golden_inputs_fini(golden_inputs *inputs)
{
    if (inputs->folder == NULL) return;
    size_t length = strlen(inputs->folder);
    for (int split = 0; split < GOLDEN_SPLIT_COUNT; split++)
        for (size_t i = 0; i < inputs->counts[split]; i++)
            if (strncmp(inputs->paths[split][i], inputs->folder, length) == 0)
                unlink(inputs->paths[split][i]);
    rmdir(inputs->folder);
}

static const char *const run_gates[] = {"on", "plain", "avx2"};

/* The first permutations: all choices of batch, threads and split, with blocks as the engine has
 * them. */
static void permutation_plain(size_t number, golden_permutation *out)
{
    static const unsigned batch_rows[] = {4096, 1, 3}, slice_bytes[] = {0, 50, 0, 500, 5000};
    *out = (golden_permutation){
        .batch_rows = batch_rows[number % 3],
        .threads = number / 3 % 2 == 0 ? 1 : 4,
        .slice_bytes = slice_bytes[number % 5],
        .gate = (number + number / 6) % 2 == 0 ? run_gates[number % 3] : "off",
        .split = (golden_split)(number / 6 % GOLDEN_SPLIT_COUNT),
    };
}

static void permutation_block(size_t number, unsigned block_bytes, golden_permutation *out)
{
    static const unsigned batch_rows[] = {3, 1, 4096}, slice_bytes[] = {0, 30, 0, 100, 1000};
    *out = (golden_permutation){
        .batch_rows = batch_rows[number % 3],
        .threads = number % 2 == 0 ? 1 : 4,
        .block_bytes = block_bytes,
        .slice_bytes = slice_bytes[number % 5],
        .gate = number / 2 % 2 == 0 ? run_gates[number % 3] : "off",
        .split = (golden_split)(number / 4 % GOLDEN_SPLIT_COUNT),
    };
}

bool golden_permutation_get(const golden_inputs *inputs, size_t number, bool quick,
                            golden_permutation *out)
{
    enum { PLAIN = 24, MIDDLE = 3 };
    static const unsigned sizes[MIDDLE] = {1, 17, 4096};
    size_t blocks = inputs->bytes <= RUN_SMALL_BYTES ? RUN_BLOCK_BYTES
        : inputs->bytes <= RUN_MEDIUM_BYTES          ? MIDDLE
                                                     : 0;
    if (quick) {
        if (number > 2) return false;
        if (number < 2) permutation_plain(number * 5, out);
        else permutation_block(1, 7, out);
    } else if (number < PLAIN) {
        permutation_plain(number, out);
        if (inputs->bytes == SIZE_MAX && number >= 6) return false;
    } else if (number < PLAIN + blocks) {
        size_t index = number - PLAIN;
        permutation_block(index, blocks == MIDDLE ? sizes[index] : (unsigned)index + 1, out);
    } else {
        return false;
    }
    if (inputs->memory.data == NULL && out->split == GOLDEN_SPLIT_MEMORY)
        out->split = GOLDEN_SPLIT_NONE;
    if (inputs->counts[GOLDEN_SPLIT_NONE] == 0) out->split = GOLDEN_SPLIT_MEMORY;
    return true;
}

const char *golden_permutation_text(golden_pool *pool, const golden_permutation *permutation)
{
    static const char *const splits[] = {
        [GOLDEN_SPLIT_NONE] = "one file",
        [GOLDEN_SPLIT_HALVES] = "two files",
        [GOLDEN_SPLIT_MANY] = "many files",
        [GOLDEN_SPLIT_MEMORY] = "memory",
    };
    const char *block = permutation->block_bytes == 0
        ? ""
        : golden_printf(pool, ", block-bytes %u", permutation->block_bytes);
    const char *slice = permutation->slice_bytes == 0
        ? ""
        : golden_printf(pool, ", slice-bytes %u", permutation->slice_bytes);
    return golden_printf(pool, "batch-rows %u, threads %u%s%s, gate %s, from %s",
                         permutation->batch_rows, permutation->threads, block, slice,
                         permutation->gate, splits[permutation->split]);
}

typedef struct run_sink {
    golden_pool *pool;
    golden_rows *rows;
} run_sink;

static bool sink_row(void *context, const sl_row *row)
{
    run_sink *sink = context;
    golden_rows *rows = sink->rows;
    size_t length;
    const char *json = sl_row_json(row, &length);
    rows->items = golden_grow(sink->pool, rows->items, rows->count, sizeof *rows->items);
    rows->items[rows->count++] = (golden_text){golden_copy(sink->pool, json, length), length};
    return true;
}

/* An option that the test itself sets is left as it is. */
static void run_set(sl_engine *engine, const golden_query *query, const char *name,
                    const char *value, golden_rows *rows)
{
    for (size_t i = 0; i < query->setting_count; i++)
        if (strcmp(query->settings[i].name, name) == 0) return;
    if (!sl_engine_set(engine, name, value)) rows->error = sl_engine_error(engine);
}

/* Where input is broken a cut may fall into what is, and how much is lost depends on it. */
static const char *run_slice(golden_pool *pool, const golden_query *query,
                             const golden_permutation *permutation)
{
    golden_expect lost;
    bool broken = golden_expects(query, GOLDEN_LOST, &lost);
    if (broken || permutation->slice_bytes == 0) return "1G";
    return golden_printf(pool, "%u", permutation->slice_bytes);
}

golden_rows golden_run(golden_pool *pool, sl_engine *engine, sl_query *compiled,
                       const golden_query *query, const golden_inputs *inputs,
                       const golden_permutation *permutation)
{
    golden_rows rows = {0};
    run_sink sink = {.pool = pool, .rows = &rows};
    sl_summary summary = {0};
    run_set(engine, query, "batch-rows", golden_printf(pool, "%u", permutation->batch_rows), &rows);
    run_set(engine, query, "threads", golden_printf(pool, "%u", permutation->threads), &rows);
    run_set(engine, query, "gate", permutation->gate, &rows);
    run_set(engine, query, "slice-bytes", run_slice(pool, query, permutation), &rows);
    if (permutation->block_bytes > 0)
        run_set(engine, query, "block-bytes", golden_printf(pool, "%u", permutation->block_bytes),
                &rows);

    if (permutation->split == GOLDEN_SPLIT_MEMORY)
        rows.status = sl_query_run_memory(compiled, inputs->memory.data, inputs->memory.length,
                                          sink_row, &sink, &summary);
    else
        rows.status = sl_query_run(compiled, inputs->paths[permutation->split],
                                   inputs->counts[permutation->split], sink_row, &sink, &summary);
    rows.faults = summary.input_faults;
    if (rows.status == SL_RUN_FAILED && rows.error == NULL) rows.error = sl_engine_error(engine);
    if (rows.error != NULL) rows.error = golden_copy(pool, rows.error, strlen(rows.error));
    return rows;
}
