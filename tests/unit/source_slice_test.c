/* source_slice_test.c - large plain files in slices, and waits for a stream that are cancelled.
 *
 * The rule: whatever the size of slices and blocks, the slices in their order are the file, and
 * each begins and ends where a slow search for cuts says. */
#include "source/slice.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_blocks.h"
#include "source_tree.h"
#include "test.h"

static const uint64_t slice_sizes[] = {1, 2, 3, 7, 8, 9, 31, 64, 257, 1000, 1499, 1 << 20};
static const size_t slice_blocks[] = {1, 3, 64, 0};

/* --- shapes of files --- */

static void add_lines(sl_buffer *out, const char *end)
{
    for (unsigned i = 0; i < 60; i++)
        sl_buffer_printf(out, "{\"n\":%u,\"in\":{\"raw\":\"}\\n{%.*s\"}}%s", i, (int)(i % 17),
                         "xxxxxxxxxxxxxxxx", end);
}

static void add_pretty(sl_buffer *out)
{
    for (unsigned i = 0; i < 30; i++)
        sl_buffer_printf(out,
                         "{\n  \"n\": %u,\n  \"list\": [\n{\"a\": {}\n},\n{}\n],\n"
                         "\"o\":\n{\n\"p\": 1\n}\n}\n",
                         i);
}

/* Also one value that has no object in it, and one that begins without a new line. */
static void add_mixed(sl_buffer *out)
{
    add_lines(out, "\n");
    sl_buffer_add_string(out, "[1,2]\n{\"a\":1}{\"b\":2}\n\"}\"\n17\n{\"c\":3} \n{\"d\":4}\n");
    sl_buffer_add_string(out, "\t{}\n{}\n");
    for (int i = 0; i < 900; i++) sl_buffer_add_byte(out, ' ');
    sl_buffer_add_string(out, "\n{}\n{}\r\n{}\n\r{}\r\n");
}

enum { SHAPE_COUNT = 11 };

static void shape_make(int shape, sl_buffer *out)
{
    sl_buffer_clear(out);
    switch (shape) {
    case 0: add_lines(out, "\n"); break;
    case 1: add_lines(out, "\r\n"); break;
    case 2: add_pretty(out); break;
    case 3: /* one line */
        sl_buffer_add_string(out, "{\"Records\":[");
        add_lines(out, ",");
        sl_buffer_add_string(out, "{}]}\n");
        break;
    case 4: /* one array, a line for each element */
        sl_buffer_add_byte(out, '[');
        add_lines(out, ",\n");
        sl_buffer_add_string(out, "{}\n]\n");
        break;
    case 5: add_lines(out, "\n\n"); break;
    case 6: /* no newline at the end */
        add_lines(out, "\n");
        out->length--;
        break;
    case 7: add_mixed(out); break;
    case 8: /* no JSON at all, and a record that breaks off */
        for (int i = 0; i < 3000; i++) sl_buffer_add_byte(out, "}\n{\r\0"[random_next() % 5]);
        break;
    case 9: /* as many cuts as there can be */
        for (int i = 0; i < 500; i++) sl_buffer_add_string(out, "{}\n");
        break;
    default: sl_buffer_add_string(out, "{}\n{}\n{}"); break;
    }
}

/* --- reading them --- */

/* Where a boundary moves to, by the plain words of slice.h. */
static size_t moved(sl_text file, uint64_t boundary)
{
    if (boundary == 0) return 0;
    for (size_t p = (size_t)boundary; boundary < file.length && p < file.length; p++) {
        sl_text before = sl_text_slice(file, 0, p);
        bool ends = sl_text_ends(before, SL_TEXT("}\n")) || sl_text_ends(before, SL_TEXT("}\r\n"));
        if (ends && file.data[p] == '{') return p;
    }
    return file.length;
}

/* Reads one slice behind `all`, keeping up to `carry` bytes of each block. */
static void read_slice(sl_reader *reader, const sl_input *input, size_t carry, sl_buffer *all)
{
    size_t start = all->length, keep = 0;
    sl_status status = sl_reader_open(reader, input);
    CHECK_INT(SL_OK, status);
    sl_block block;
    bool was_last = false;
    while (status == SL_OK && (status = sl_reader_next(reader, keep, &block)) == SL_OK) {
        CHECK(!was_last);
        CHECK_INT(all->length - keep, block.offset);
        CHECK(block.length > keep || block.last);
        CHECK(keep == 0 || memcmp(block.data, all->data + all->length - keep, keep) == 0);
        for (size_t i = 0; i < SL_BLOCK_PAD; i++) CHECK(block.data[block.length + i] == 0);
        sl_buffer_add(all, sl_text_make(block.data + keep, block.length - keep));
        keep = block.length < carry ? block.length : carry;
        was_last = block.last;
    }
    CHECK_INT(SL_END, status);
    CHECK(was_last == (all->length > start));
    CHECK_INT(all->length - start, sl_reader_consumed(reader));
    sl_reader_close(reader);
}

/* How a tree of one file is walked and read. */
typedef struct slicing {
    sl_text root;
    uint64_t slice_bytes;
    size_t block_bytes, carry;
} slicing;

/* Reads all slices; returns how many of them held something. */
static size_t check_slices(const slicing *how, sl_text file)
{
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&how->root, 1, &faults);
    sl_inputs_slice(inputs, how->slice_bytes);
    sl_reader_limits limits = {.block_bytes = how->block_bytes, .carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    sl_buffer all;
    sl_buffer_init(&all);
    size_t given = 0, held = 0;
    const sl_input *input;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        CHECK_INT(given, input->number);
        CHECK(input->slice_first == (given == 0));
        CHECK_INT(file.length, input->bytes);
        CHECK_INT(moved(file, input->slice_start), all.length);
        CHECK_INT(given * how->slice_bytes, input->slice_start);
        size_t before = all.length;
        read_slice(reader, input, how->carry, &all);
        CHECK_INT(input->slice_end == 0 ? file.length : moved(file, input->slice_end), all.length);
        held += all.length > before;
        given++;
        sl_inputs_done(inputs, input);
    }
    bool is_large = file.length >= 2 * how->slice_bytes;
    CHECK_INT(is_large ? (file.length + how->slice_bytes - 1) / how->slice_bytes : 1, given);
    if (!sl_text_equal(file, sl_buffer_text(&all)))
        TEST_FAIL("other bytes in slices of %u, blocks of %zu", (unsigned)how->slice_bytes,
                  how->block_bytes);
    CHECK(!sl_faults_lost(&faults));
    uint64_t count, bytes;
    sl_inputs_found(inputs, &count, &bytes);
    CHECK_INT(1, count);
    CHECK_INT(file.length, bytes);
    sl_buffer_fini(&all);
    sl_reader_free(reader);
    sl_inputs_free(inputs);
    sl_faults_fini(&faults);
    return held;
}

TEST(slices_in_their_order_are_the_file)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer file;
    sl_buffer_init(&file);
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        shape_make(shape, &file);
        CHECK(tree_write(&t, "file", file.data, file.length));
        for (size_t i = 0; i < SL_COUNT(slice_sizes) * SL_COUNT(slice_blocks); i++) {
            slicing how = {.root = sl_text_from(t.path),
                           .slice_bytes = slice_sizes[i / SL_COUNT(slice_blocks)],
                           .block_bytes = slice_blocks[i % SL_COUNT(slice_blocks)],
                           .carry = i % 2 == 0 ? 0 : 50};
            if (how.slice_bytes < 7 && how.block_bytes != 64 && shape < 8) continue; /* time */
            check_slices(&how, sl_buffer_text(&file));
        }
    }
    sl_buffer_fini(&file);
    tree_remove(&t);
}

TEST(standard_input_is_sliced_as_its_file_is)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer file;
    sl_buffer_init(&file);
    shape_make(/* shape= */ 0, &file);
    CHECK(tree_write(&t, "file", file.data, file.length));
    int before = dup(STDIN_FILENO), fd = openat(t.fd, "file", O_RDONLY);
    CHECK(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    slicing how = {.root = SL_TEXT("-"), .slice_bytes = 200};
    CHECK(check_slices(&how, sl_buffer_text(&file)) > 5);
    /* Somebody has read the beginning: what is left is given whole. */
    CHECK(lseek(fd, 100, SEEK_SET) == 100);
    sl_inputs *inputs = sl_inputs_new(&how.root, 1, &faults);
    sl_inputs_slice(inputs, how.slice_bytes);
    const sl_input *input = sl_inputs_next(inputs);
    CHECK(input != NULL && input->slice_end == 0 && !input->stream);
    CHECK(sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);
    close(fd);
    if (before >= 0) {
        dup2(before, STDIN_FILENO);
        close(before);
    }
    sl_buffer_fini(&file);
    tree_remove(&t);
}

TEST(lines_are_shared_and_one_array_is_not)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer file;
    sl_buffer_init(&file);
    slicing how = {.root = sl_text_from(t.path), .slice_bytes = 200};
    const bool is_shared[SHAPE_COUNT] = {true, true, true, false, false, false, true};
    for (int shape = 0; shape < 7; shape++) {
        shape_make(shape, &file);
        CHECK(tree_write(&t, "file", file.data, file.length));
        size_t held = check_slices(&how, sl_buffer_text(&file));
        /* The last slice may be so short that no record begins in it. */
        size_t least = is_shared[shape] ? file.length / 200 : 1;
        CHECK(held == least || (is_shared[shape] && held == least + 1));
    }
    sl_buffer_fini(&file);
    tree_remove(&t);
}

TEST(cuts_do_not_depend_on_pieces)
{
    sl_buffer file;
    sl_buffer_init(&file);
    for (int shape = 0; shape < SHAPE_COUNT; shape++) {
        shape_make(shape, &file);
        sl_text all = sl_buffer_text(&file);
        for (size_t piece = 1; piece < 9; piece++) {
            char before[SL_SLICE_BEFORE_BYTES] = {0};
            for (size_t at = 0; at < all.length; at += piece) {
                sl_text part = sl_text_slice(all, at, at + piece);
                size_t cut = sl_slice_cut(before, part.data, part.length, 0);
                size_t expected = moved(all, at == 0 ? 1 : at) - at;
                CHECK_INT(expected < part.length ? expected : part.length, cut);
                sl_slice_pass(before, part.data, part.length);
            }
        }
    }
    sl_buffer_fini(&file);
}

/* What several threads read together: each byte goes to its offset. */
typedef struct shared_job {
    sl_inputs *inputs;
    char *bytes;
    size_t length;
    atomic_size_t written, slices;
} shared_job;

static void *shared_read(void *argument)
{
    shared_job *job = argument;
    sl_reader_limits limits = {.block_bytes = 900, .carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    const sl_input *input;
    while ((input = sl_inputs_next(job->inputs)) != NULL) {
        sl_status status = sl_reader_open(reader, input);
        sl_block block;
        while (status == SL_OK && (status = sl_reader_next(reader, 0, &block)) == SL_OK) {
            if (block.offset + block.length > job->length) return NULL; /* seen in `written` */
            memcpy(job->bytes + block.offset, block.data, block.length);
            atomic_fetch_add(&job->written, block.length);
        }
        sl_reader_close(reader);
        sl_inputs_done(job->inputs, input);
        atomic_fetch_add(&job->slices, 1);
    }
    sl_reader_free(reader);
    return NULL;
}

TEST(threads_share_one_file)
{
    enum { THREADS = 4 };
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer file;
    sl_buffer_init(&file);
    add_log(&file, 300000);
    tree_write(&t, "file", file.data, file.length);
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    shared_job job = {.inputs = sl_inputs_new(&root, 1, &faults),
                      .bytes = calloc(1, file.length),
                      .length = file.length};
    sl_inputs_slice(job.inputs, 3000);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, shared_read, &job) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    CHECK_INT(100, atomic_load(&job.slices));
    CHECK_INT(file.length, atomic_load(&job.written));
    CHECK(memcmp(job.bytes, file.data, file.length) == 0);
    CHECK(!sl_faults_lost(&faults));
    sl_inputs_free(job.inputs);
    sl_faults_fini(&faults);
    free(job.bytes);
    sl_buffer_fini(&file);
    tree_remove(&t);
}

/* --- what is sliced --- */

/* How many inputs the tree gives. */
static size_t walk_count(const tree *t, uint64_t slice_bytes)
{
    sl_text root = sl_text_from(t->path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    if (slice_bytes != SL_SLICE_BYTES) sl_inputs_slice(inputs, slice_bytes);
    size_t given = 0;
    const sl_input *input;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        CHECK_INT(given++, input->number);
        CHECK(input->slice_start < input->bytes);
        sl_inputs_done(inputs, input);
    }
    CHECK(!sl_faults_lost(&faults));
    sl_inputs_free(inputs);
    sl_faults_fini(&faults);
    return given;
}

TEST(large_plain_files_are_sliced)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 20000);
    tree_write(&t, "a", plain.data, plain.length);
    CHECK_INT(1, walk_count(&t, 0));
    CHECK_INT(1, walk_count(&t, 10001));
    CHECK_INT(2, walk_count(&t, 10000));
    CHECK_INT(3, walk_count(&t, 9999));
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    tree_write(&t, "b.json", packed.data, packed.length);
    packed.length = 0;
    sl_buffer_add(&packed, SL_TEXT("\x50\x2a\x4d\x18\x02\0\0\0ab"));
    add_zstd(&packed, sl_buffer_text(&plain), 3);
    tree_write(&t, "c.json", packed.data, packed.length);
    tree_write(&t, "d", "{}", 2);
    CHECK(packed.length > 2000);
    CHECK_INT(20 + 3, walk_count(&t, 1000));
    int fd = openat(t.fd, "e", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(ftruncate(fd, 2 * (off_t)SL_SLICE_BYTES - 1) == 0);
    CHECK_INT(5, walk_count(&t, SL_SLICE_BYTES));
    CHECK(ftruncate(fd, 2 * (off_t)SL_SLICE_BYTES) == 0);
    CHECK_INT(6, walk_count(&t, SL_SLICE_BYTES));
    close(fd);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
    tree_remove(&t);
}

/* The file becomes `bytes` long (with lines, when it grows) between the walk and the reading. */
static void check_changed(const tree *t, size_t bytes, uint64_t empty)
{
    sl_buffer file, all;
    sl_buffer_init(&file);
    sl_buffer_init(&all);
    for (int i = 0; i < 1000; i++) sl_buffer_add_string(&file, "{}\n");
    tree_write(t, "file", file.data, 1500);
    sl_text root = sl_text_from(t->path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    sl_inputs_slice(inputs, 100);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    const sl_input *input = sl_inputs_next(inputs);
    tree_write(t, "file", file.data, bytes);
    size_t given = 0;
    for (; input != NULL; input = sl_inputs_next(inputs), given++)
        read_slice(reader, input, 0, &all);
    CHECK_INT(15, given);
    CHECK(sl_text_equal(sl_text_slice(sl_buffer_text(&file), 0, bytes), sl_buffer_text(&all)));
    CHECK_INT(empty, faults.counts[SL_FAULT_EMPTY]);
    CHECK(empty > 0 || !sl_faults_lost(&faults));
    sl_reader_free(reader);
    sl_inputs_free(inputs);
    sl_faults_fini(&faults);
    sl_buffer_fini(&file);
    sl_buffer_fini(&all);
}

TEST(sliced_file_may_grow_and_shrink)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    const size_t lengths[] = {1500, 1501, 2900, 1499, 1400, 301, 99, 1};
    for (size_t i = 0; i < SL_COUNT(lengths); i++) check_changed(&t, lengths[i], 0);
    check_changed(&t, 0, 1); /* once, not for each slice */
    tree_remove(&t);
}

/* --- cancelled waits --- */

static atomic_bool cancelled;

static void *cancel_soon(void *none)
{
    usleep(20000);
    atomic_store(&cancelled, true);
    return none;
}

/* Reads the FIFO, to which nobody writes more, until the wait is cancelled. */
static void check_cancelled(const char *path, sl_text expected)
{
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    atomic_store(&cancelled, false);
    sl_reader_set_cancel(reader, &cancelled);
    pthread_t canceller;
    CHECK(pthread_create(&canceller, NULL, cancel_soon, NULL) == 0);
    sl_input input = {.path = sl_text_from(path), .stream = true};
    read_input(reader, &input, 0, &o);
    pthread_join(canceller, NULL);
    CHECK_INT(SL_CANCELLED, o.status);
    CHECK(sl_text_equal(expected, sl_buffer_text(&o.bytes)));
    CHECK(!sl_faults_lost(&faults));
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
}

TEST(wait_for_a_stream_can_be_cancelled)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    CHECK(mkfifoat(t.fd, "fifo", 0600) == 0);
    char buffer[1024];
    const char *path = tree_path(&t, "fifo", buffer);
    check_cancelled(path, SL_TEXT("")); /* nobody has opened it to write */
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 2000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    int writer = open(path, O_RDWR | O_CLOEXEC); /* so that the open does not wait either */
    CHECK(write(writer, plain.data, plain.length) == (ssize_t)plain.length);
    check_cancelled(path, sl_buffer_text(&plain));
    CHECK(write(writer, packed.data, packed.length) == (ssize_t)packed.length);
    check_cancelled(path, sl_buffer_text(&plain)); /* another member may follow */
    close(writer);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
    tree_remove(&t);
}

TEST_MAIN(RUN(slices_in_their_order_are_the_file) RUN(standard_input_is_sliced_as_its_file_is)
              RUN(lines_are_shared_and_one_array_is_not) RUN(cuts_do_not_depend_on_pieces)
                  RUN(threads_share_one_file) RUN(large_plain_files_are_sliced)
                      RUN(sliced_file_may_grow_and_shrink) RUN(wait_for_a_stream_can_be_cancelled))
