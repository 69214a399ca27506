/* generate.c - makes the data that the benchmark reads.
 *
 *   generate --shape ndjson --bytes 2G OUT.ndjson     one record a line
 *   generate --shape delivery --bytes 2G FOLDER       the same records in .json.gz of about 1 MB
 *   generate --shape small --files 200000 FOLDER      a tree of small deliveries, median 5 records
 *   generate --shape groups --groups 10M OUT.ndjson   short records with that many distinct ids
 *   generate --shape detections --files 1000 FOLDER   made detections
 *
 * All of it follows from --seed: ndjson and delivery of one size hold the same records, so that
 * tools can be compared across containers. Prints one line of what was made, for the check of
 * every tool's rows: records, bytes of records, files, hits of T1578.004.spl, and so on. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detections.h"
#include "event.h"
#include "random.h"
#include "text.h"

enum {
    GENERATE_DELIVERY_BYTES = 1000000,
    GENERATE_WRITE_BYTES = 1 << 20,
    GENERATE_FILES_A_STAMP = 30, /* deliveries of one five-minute mark */
    GENERATE_PATH_MAX = 4096
};
/* 2025-04-01T00:00:00Z */
static const int64_t generate_start = 1743465600;

typedef struct generate_options {
    const char *shape, *out;
    uint64_t bytes, files, groups, seed;
} generate_options;

/* Everything a shape's loop needs. */
typedef struct generate_job {
    const generate_options *options;
    bench_stream *stream;
    bench_random sizes; /* apart from the stream's, so that the records do not depend on it */
    bench_text raw, packed;
    uint8_t *level_buffer;
    uint64_t files, packed_bytes;
    char made_folder[GENERATE_PATH_MAX];
} generate_job;

static _Noreturn void generate_fail(const char *what)
{
    fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void generate_folder(const char *path)
{
    char part[GENERATE_PATH_MAX];
    for (size_t i = 1;; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST) generate_fail(part);
        if (path[i] == '\0') return;
    }
}

static void generate_write_file(const char *path, const char *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) generate_fail(path);
    if (fwrite(data, 1, size, file) != size || fclose(file) != 0) generate_fail(path);
}

/* Packs job->raw as one gzip member into job->packed. */
static void generate_pack(generate_job *job)
{
    struct isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    job->packed.size = 0;
    bench_text_reserve(&job->packed, job->raw.size + job->raw.size / 8 + 1024);
    stream.next_in = (uint8_t *)job->raw.data;
    stream.avail_in = (uint32_t)job->raw.size;
    stream.next_out = (uint8_t *)job->packed.data;
    stream.avail_out = (uint32_t)job->packed.capacity;
    stream.end_of_stream = 1;
    stream.flush = NO_FLUSH;
    stream.gzip_flag = IGZIP_GZIP;
    stream.level = 3;
    stream.level_buf = job->level_buffer;
    stream.level_buf_size = ISAL_DEF_LVL3_DEFAULT;
    if (isal_deflate_stateless(&stream) != COMP_OK) {
        fputs("generate: a file could not be packed\n", stderr);
        exit(1);
    }
    job->packed.size = stream.total_out;
    job->packed_bytes += stream.total_out;
}

/* The delivery of number `index`: its account and region by turns, later ones at later marks. */
static bench_delivery generate_delivery(uint64_t index)
{
    uint64_t turn = bench_mix(index) % (BENCH_ACCOUNTS * BENCH_REGIONS);
    return (bench_delivery){.account = (uint32_t)(turn / BENCH_REGIONS),
                            .region = (uint32_t)(turn % BENCH_REGIONS),
                            .time = generate_start
                                + (int64_t)(index / GENERATE_FILES_A_STAMP + 1) * 300};
}

/* AWSLogs/ACCOUNT/CloudTrail/REGION/Y/M/D/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_16.json.gz */
static void generate_delivery_path(generate_job *job, const bench_delivery *delivery,
                                   uint64_t index, char *out)
{
    const char *account = bench_stream_world(job->stream)->accounts[delivery->account].id;
    const char *region = bench_regions[delivery->region];
    char time[32];
    bench_text text = {time, 0, sizeof time};
    bench_put_time(&text, delivery->time);
    char folder[GENERATE_PATH_MAX - 128];
    snprintf(folder, sizeof folder, "%s/AWSLogs/%s/CloudTrail/%s/%.4s/%.2s/%.2s", job->options->out,
             account, region, time, time + 5, time + 8);
    if (strcmp(folder, job->made_folder) != 0) {
        generate_folder(folder);
        snprintf(job->made_folder, sizeof job->made_folder, "%s", folder);
    }
    snprintf(out, GENERATE_PATH_MAX,
             "%s/%s_CloudTrail_%s_%.4s%.2s%.2sT%.2s%.2sZ_%016" PRIx64 ".json.gz", folder, account,
             region, time, time + 5, time + 8, time + 11, time + 14, bench_mix(index + 5));
}

/* One delivery file that ends after `records` records, or when it holds enough bytes, or when the
 * stream has reached `bytes_end`. */
static void generate_delivery_file(generate_job *job, uint64_t records, uint64_t bytes_end)
{
    bench_delivery delivery = generate_delivery(job->files);
    bench_stream_open(job->stream, &delivery);
    job->raw.size = 0;
    bench_text_reserve(&job->raw, 64);
    BENCH_PUT(&job->raw, "{\"Records\":[");
    do {
        bench_stream_next(job->stream, &job->raw);
        BENCH_PUT(&job->raw, ",");
        records--;
    } while (records > 0 && job->raw.size < GENERATE_DELIVERY_BYTES
             && bench_stream_counts(job->stream).bytes < bytes_end);
    job->raw.size--;
    BENCH_PUT(&job->raw, "]}");
    generate_pack(job);

    char path[GENERATE_PATH_MAX];
    generate_delivery_path(job, &delivery, job->files, path);
    generate_write_file(path, job->packed.data, job->packed.size);
    job->files++;
}

static void generate_deliveries(generate_job *job)
{
    while (bench_stream_counts(job->stream).bytes < job->options->bytes)
        generate_delivery_file(job, UINT64_MAX, job->options->bytes);
}

/* Records by file as measured in a real bucket: log-normal, median 5, p90 16, p99 about 40. */
static uint64_t generate_small_size(bench_random *random)
{
    double sum = 0;
    for (unsigned i = 0; i < 12; i++)
        sum += (double)bench_random_below(random, 1 << 24) / (1 << 24);
    double records = 5.0 * exp(0.907 * (sum - 6));
    return records < 1 ? 1 : (uint64_t)(records + 0.5);
}

static void generate_small(generate_job *job)
{
    while (job->files < job->options->files)
        generate_delivery_file(job, generate_small_size(&job->sizes), UINT64_MAX);
}

/* The records of the deliveries of this size, one a line. */
static void generate_ndjson(generate_job *job)
{
    FILE *file = fopen(job->options->out, "wb");
    if (file == NULL) generate_fail(job->options->out);
    uint64_t index = 0, size = 0;
    while (bench_stream_counts(job->stream).bytes < job->options->bytes) {
        if (index == 0 || size >= GENERATE_DELIVERY_BYTES) {
            bench_delivery delivery = generate_delivery(index++);
            bench_stream_open(job->stream, &delivery);
            size = sizeof "{\"Records\":[" - 1;
        }
        size_t before = job->raw.size;
        bench_stream_next(job->stream, &job->raw);
        BENCH_PUT(&job->raw, "\n");
        size += job->raw.size - before;
        if (job->raw.size < GENERATE_WRITE_BYTES) continue;
        if (fwrite(job->raw.data, 1, job->raw.size, file) != job->raw.size)
            generate_fail(job->options->out);
        job->raw.size = 0;
    }
    if (fwrite(job->raw.data, 1, job->raw.size, file) != job->raw.size || fclose(file) != 0)
        generate_fail(job->options->out);
    job->files = 1;
}

/* Every id once, in no order, and then every fifth id again. */
static void generate_groups(generate_job *job)
{
    FILE *file = fopen(job->options->out, "wb");
    if (file == NULL) generate_fail(job->options->out);
    uint64_t groups = job->options->groups, records = groups + groups / 5, bytes = 0;
    bench_text *raw = &job->raw;
    for (uint64_t i = 0; i < records; i++) {
        uint64_t group = i < groups ? i : (i - groups) * 5;
        bench_text_reserve(raw, 256);
        BENCH_PUT(raw, "{\"time\":\"");
        bench_put_time(raw, generate_start + (int64_t)(i / 1000));
        BENCH_PUT(raw, "\",\"id\":\"");
        bench_put_hex(raw, bench_mix(group + job->options->seed), 16);
        BENCH_PUT(raw, "\",\"n\":1}\n");
        if (raw->size < GENERATE_WRITE_BYTES && i + 1 < records) continue;
        if (fwrite(raw->data, 1, raw->size, file) != raw->size) generate_fail(job->options->out);
        bytes += raw->size;
        raw->size = 0;
    }
    if (fclose(file) != 0) generate_fail(job->options->out);
    printf("shape=groups records=%" PRIu64 " bytes=%" PRIu64 " groups=%" PRIu64 "\n", records,
           bytes, groups);
}

static void generate_report(const generate_job *job)
{
    bench_counts counts = bench_stream_counts(job->stream);
    printf("shape=%s records=%" PRIu64 " bytes=%" PRIu64 " files=%" PRIu64 " packed=%" PRIu64
           " set=%" PRIu64 " hits=%" PRIu64 " grouped=%" PRIu64 " copies=%" PRIu64
           " escapes=%" PRIu64 "\n",
           job->options->shape, counts.records, counts.bytes, job->files, job->packed_bytes,
           counts.set, counts.hits, counts.grouped, counts.copies, counts.escapes);
}

/* 200M, 2G, 10k: decimal units. */
static uint64_t generate_number(const char *text)
{
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    switch (*end) {
    case '\0': return number;
    case 'k': return number * 1000;
    case 'M': return number * 1000000;
    case 'G': return number * 1000000000;
    default: break;
    }
    fprintf(stderr, "generate: '%s' is not a number\n", text);
    exit(2);
}

static generate_options generate_arguments(int argc, char **argv)
{
    static const struct option known[] = {
        {"shape", required_argument, NULL, 's'}, {"bytes", required_argument, NULL, 'b'},
        {"files", required_argument, NULL, 'f'}, {"groups", required_argument, NULL, 'g'},
        {"seed", required_argument, NULL, 'r'},  {NULL, 0, NULL, 0},
    };
    generate_options options = {
        .shape = "ndjson", .bytes = 2000000000, .files = 200000, .groups = 10000000, .seed = 1};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 's': options.shape = optarg; break;
        case 'b': options.bytes = generate_number(optarg); break;
        case 'f': options.files = generate_number(optarg); break;
        case 'g': options.groups = generate_number(optarg); break;
        case 'r': options.seed = generate_number(optarg); break;
        default: exit(2);
        }
    }
    if (optind + 1 != argc || strlen(argv[optind]) > GENERATE_PATH_MAX / 2) {
        fputs("usage: generate --shape ndjson|delivery|small|groups|detections [--bytes N]\n"
              "                [--files N] [--groups N] [--seed N] OUT\n",
              stderr);
        exit(2);
    }
    options.out = argv[optind];
    return options;
}

static void generate_detections(const generate_options *options)
{
    generate_folder(options->out);
    errno = bench_detections_write(options->out, (uint32_t)options->files);
    if (errno != 0) generate_fail(options->out);
    printf("shape=detections files=%" PRIu64 "\n", options->files);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *shape;
        void (*make)(generate_job *job);
    } shapes[] = {
        {"ndjson", generate_ndjson}, {"delivery", generate_deliveries}, {"small", generate_small}};

    generate_options options = generate_arguments(argc, argv);
    generate_job job = {.options = &options, .sizes = {options.seed}};
    if (strcmp(options.shape, "detections") == 0) {
        generate_detections(&options);
        return 0;
    }
    if (strcmp(options.shape, "groups") == 0) {
        generate_groups(&job);
        free(job.raw.data);
        return 0;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (strcmp(options.shape, shapes[i].shape) != 0) continue;
        job.stream = bench_stream_new(options.seed);
        job.level_buffer = malloc(ISAL_DEF_LVL3_DEFAULT);
        if (job.stream == NULL || job.level_buffer == NULL) generate_fail("start");
        shapes[i].make(&job);
        generate_report(&job);
        bench_stream_free(job.stream);
        free(job.level_buffer);
        free(job.raw.data);
        free(job.packed.data);
        return 0;
    }
    fprintf(stderr, "generate: there is no shape '%s'\n", options.shape);
    return 2;
}
