/* limits.c - how fast this machine can do the bare work, with nothing that Strandline adds.
 *
 *   limits pread FILE      reads it in pieces of 256 KiB into one buffer a thread
 *   limits inflate PATH    reads and inflates every .gz below PATH into one buffer a thread
 *
 * Options: --threads N; --buffer BYTES, the size of the reused output buffer; --no-crc, which
 * leaves out the checksum that a gzip member ends with. Files are listed before the clock starts,
 * so a tree of small files measures open, read, inflate, close. Prints
 * "seconds=S bytes=B files=N": bytes after inflation. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LIMITS_PIECE = 256 * 1024, LIMITS_THREADS_MAX = 64, LIMITS_OPEN_FOLDERS = 32 };

typedef struct limits_options {
    const char *work, *path;
    unsigned threads;
    size_t buffer;
    bool crc;
} limits_options;

/* What the threads share. */
typedef struct limits_job {
    limits_options options;
    uint64_t file_size; /* of pread's one file */
    atomic_uint_fast64_t next, bytes, failures;
} limits_job;

/* nftw's callback has no argument of its own, so the list is the one thing that is global here. */
static char **limits_files;
static uint64_t limits_file_count, limits_file_capacity;

static _Noreturn void limits_fail(const char *what)
{
    fprintf(stderr, "limits: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *limits_alloc(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) limits_fail("memory");
    return memory;
}

static int limits_found(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)walk;
    size_t size = strlen(path);
    if (kind != FTW_F || size < 3 || strcmp(path + size - 3, ".gz") != 0) return 0;
    if (limits_file_count == limits_file_capacity) {
        limits_file_capacity = limits_file_capacity * 2 + 1024;
        limits_files = realloc(limits_files, limits_file_capacity * sizeof *limits_files);
        if (limits_files == NULL) limits_fail("memory");
    }
    limits_files[limits_file_count] = strdup(path);
    if (limits_files[limits_file_count++] == NULL) limits_fail("memory");
    return 0;
}

static int limits_by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Every thread takes the next piece until the file ends. */
static void *limits_pread(void *argument)
{
    limits_job *job = argument;
    char *buffer = limits_alloc(LIMITS_PIECE);
    int file = open(job->options.path, O_RDONLY | O_CLOEXEC);
    if (file < 0) limits_fail(job->options.path);
    uint64_t bytes = 0;
    for (;;) {
        uint64_t offset = atomic_fetch_add(&job->next, 1) * LIMITS_PIECE;
        if (offset >= job->file_size) break;
        ssize_t got = pread(file, buffer, LIMITS_PIECE, (off_t)offset);
        if (got < 0) limits_fail(job->options.path);
        bytes += (uint64_t)got;
    }
    atomic_fetch_add(&job->bytes, bytes);
    close(file);
    free(buffer);
    return NULL;
}

/* The file's bytes in *buffer, which grows to the largest file. */
static size_t limits_read(const char *path, uint8_t **buffer, size_t *capacity)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) limits_fail(path);
    size_t size = 0;
    for (;;) {
        if (size == *capacity) {
            *capacity = *capacity * 2 + LIMITS_PIECE;
            *buffer = realloc(*buffer, *capacity);
            if (*buffer == NULL) limits_fail("memory");
        }
        ssize_t got = read(file, *buffer + size, *capacity - size);
        if (got < 0) limits_fail(path);
        if (got == 0) break;
        size += (size_t)got;
    }
    close(file);
    return size;
}

/* Inflated bytes of a file of one gzip member, or 0 when it is broken. */
static uint64_t limits_inflate_one(const limits_options *options, struct inflate_state *state,
                                   const uint8_t *in, size_t size, uint8_t *out)
{
    struct isal_gzip_header header;
    isal_inflate_reset(state);
    isal_gzip_header_init(&header);
    state->next_in = (uint8_t *)(uintptr_t)in;
    state->avail_in = (uint32_t)size;
    if (isal_read_gzip_header(state, &header) != ISAL_DECOMP_OK) return 0;
    state->crc_flag = options->crc ? ISAL_GZIP_NO_HDR_VER : ISAL_DEFLATE;
    while (state->block_state != ISAL_BLOCK_FINISH) {
        uint32_t before = state->total_out;
        state->next_out = out;
        state->avail_out = (uint32_t)options->buffer;
        if (isal_inflate(state) != ISAL_DECOMP_OK) return 0;
        if (state->avail_in == 0 && state->total_out == before) break;
    }
    return state->total_out;
}

static void *limits_inflate(void *argument)
{
    limits_job *job = argument;
    struct inflate_state *state = limits_alloc(sizeof *state);
    uint8_t *out = limits_alloc(job->options.buffer), *in = NULL;
    size_t capacity = 0;
    uint64_t bytes = 0;
    isal_inflate_init(state);
    for (;;) {
        uint64_t index = atomic_fetch_add(&job->next, 1);
        if (index >= limits_file_count) break;
        size_t size = limits_read(limits_files[index], &in, &capacity);
        uint64_t got = limits_inflate_one(&job->options, state, in, size, out);
        if (got == 0) atomic_fetch_add(&job->failures, 1);
        bytes += got;
    }
    atomic_fetch_add(&job->bytes, bytes);
    free(in);
    free(out);
    free(state);
    return NULL;
}

static double limits_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds until `threads` of `work` have ended. */
static double limits_run(limits_job *job, void *(*work)(void *))
{
    pthread_t threads[LIMITS_THREADS_MAX];
    double start = limits_now();
    for (unsigned i = 0; i < job->options.threads; i++) {
        errno = pthread_create(&threads[i], NULL, work, job);
        if (errno != 0) limits_fail("thread");
    }
    for (unsigned i = 0; i < job->options.threads; i++) pthread_join(threads[i], NULL);
    return limits_now() - start;
}

static limits_options limits_arguments(int argc, char **argv)
{
    static const struct option known[] = {
        {"threads", required_argument, NULL, 't'},
        {"buffer", required_argument, NULL, 'b'},
        {"no-crc", no_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    limits_options options = {.threads = 1, .buffer = LIMITS_PIECE, .crc = true};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 't': options.threads = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'b': options.buffer = strtoul(optarg, NULL, 10); break;
        case 'c': options.crc = false; break;
        default: exit(2);
        }
    }
    if (optind + 2 != argc || options.threads == 0 || options.threads > LIMITS_THREADS_MAX
        || options.buffer == 0 || options.buffer > UINT32_MAX) {
        fputs("usage: limits [--threads N] [--buffer BYTES] [--no-crc] pread|inflate PATH\n",
              stderr);
        exit(2);
    }
    options.work = argv[optind];
    options.path = argv[optind + 1];
    return options;
}

int main(int argc, char **argv)
{
    limits_job job = {.options = limits_arguments(argc, argv)};
    double seconds;
    if (strcmp(job.options.work, "pread") == 0) {
        struct stat status;
        if (stat(job.options.path, &status) != 0) limits_fail(job.options.path);
        job.file_size = (uint64_t)status.st_size;
        limits_file_count = 1;
        seconds = limits_run(&job, limits_pread);
    } else if (strcmp(job.options.work, "inflate") == 0) {
        if (nftw(job.options.path, limits_found, LIMITS_OPEN_FOLDERS, FTW_PHYS) != 0)
            limits_fail(job.options.path);
        qsort(limits_files, limits_file_count, sizeof *limits_files, limits_by_name);
        seconds = limits_run(&job, limits_inflate);
    } else {
        fprintf(stderr, "limits: there is no work '%s'\n", job.options.work);
        return 2;
    }
    printf("seconds=%.6f bytes=%" PRIu64 " files=%" PRIu64 "\n", seconds,
           (uint64_t)atomic_load(&job.bytes), limits_file_count);
    if (atomic_load(&job.failures) == 0) return 0;
    fprintf(stderr, "limits: %" PRIu64 " files are broken\n", (uint64_t)atomic_load(&job.failures));
    return 1;
}
