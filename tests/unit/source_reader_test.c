/* source_reader_test.c - blocks out of plain inputs, small files, pipes, and what cannot be read.
 *
 * The rule behind most tests: what comes out must not depend on the size of a block or on what
 * the consumer keeps of it. */
#include "source/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_blocks.h"
#include "source_tree.h"
#include "test.h"

/* --- plain --- */

TEST(plain_bytes_pass_unchanged)
{
    sl_buffer plain;
    sl_buffer_init(&plain);
    check_read(SL_TEXT("x"), SL_TEXT("x"), SL_END);
    check_read(SL_TEXT("{\"a\":1}\n\0\0\xff"), SL_TEXT("{\"a\":1}\n\0\0\xff"), SL_END);
    check_read(SL_TEXT("\x1f"), SL_TEXT("\x1f"), SL_END);
    check_read(SL_TEXT("\x28\xb5\x2f"), SL_TEXT("\x28\xb5\x2f"), SL_END);
    add_log(&plain, 12288);
    check_read(sl_buffer_text(&plain), sl_buffer_text(&plain), SL_END);
    plain.length--;
    check_read(sl_buffer_text(&plain), sl_buffer_text(&plain), SL_END);
    sl_buffer_fini(&plain);
}

TEST(plain_files_larger_than_a_block)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer plain;
    sl_buffer_init(&plain);
    add_log(&plain, 3 * SL_BLOCK_BYTES);
    tree_write(&t, "file", plain.data, plain.length);
    char buffer[1024];
    sl_input input = {.path = sl_text_from(tree_path(&t, "file", buffer))};
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX, .inflated_bytes_max = 1000};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    /* The size may be unknown, right, or that of another time. */
    const uint64_t sizes[] = {0, plain.length, plain.length - 1, plain.length + 1, 1};
    for (size_t i = 0; i < SL_COUNT(sizes); i++) {
        input.bytes = sizes[i];
        read_input(reader, &input, 100, &o);
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
        CHECK(o.blocks == 4 || o.blocks == 3);
    }
    CHECK_INT(0, faults.counts[SL_FAULT_INFLATED]); /* a limit of what inflates, not of files */
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    tree_remove(&t);
}

TEST(small_file_is_one_block)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 7000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    tree_write(&t, "a.json", plain.data, plain.length);
    tree_write(&t, "b.txt", packed.data, packed.length);
    packed.length = 0;
    add_zstd(&packed, sl_buffer_text(&plain), 3);
    tree_write(&t, "c.json.gz", packed.data, packed.length);
    tree_write(&t, "d.gz", plain.data, plain.length);
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX, .inflated_bytes_max = 7000};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    const sl_input *input;
    uint64_t consumed = 0;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        read_input(reader, input, 0, &o);
        CHECK_INT(SL_END, o.status);
        CHECK_INT(1, o.blocks);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
        CHECK_INT(input->bytes, sl_reader_consumed(reader));
        consumed += sl_reader_consumed(reader);
        sl_inputs_done(inputs, input);
    }
    uint64_t count, bytes;
    sl_inputs_found(inputs, &count, &bytes);
    CHECK_INT(4, count);
    CHECK_INT(bytes, consumed);
    CHECK(!sl_faults_lost(&faults));
    sl_inputs_free(inputs);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
    tree_remove(&t);
}

TEST(carry_may_grow_to_its_limit)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, CARRY_MAX);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    const sl_text contents[] = {sl_buffer_text(&plain), sl_buffer_text(&packed)};
    sl_faults_init(&faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    for (size_t i = 0; i < SL_COUNT(contents); i++) {
        sl_reader_limits limits = {.block_bytes = 37, .carry_bytes_max = CARRY_MAX};
        read_memory(contents[i], &limits, SIZE_MAX, &o);
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
    }
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST(empty_inputs_are_counted_once)
{
    sl_buffer packed;
    sl_buffer_init(&packed);
    check_read(SL_TEXT(""), SL_TEXT(""), SL_END);
    add_gzip(&packed, SL_TEXT(""), HEAD_PLAIN);
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_END);
    packed.length = 0;
    add_zstd(&packed, SL_TEXT(""), 1);
    check_read(sl_buffer_text(&packed), SL_TEXT(""), SL_END);
    sl_buffer_fini(&packed);
}

/* --- files that are no files --- */

TEST(what_cannot_be_opened_is_named)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    if (!tree_as_nobody(&t)) SKIP("cannot give up permissions");
    tree_write(&t, "closed", "x", 1);
    CHECK(fchmodat(t.fd, "closed", 0, 0) == 0);
    tree_write(&t, "open", "x", 1);
    mkdirat(t.fd, "directory", 0700);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    const char *const names[] = {"closed", "gone", "directory", "open"};
    for (size_t i = 0; i < SL_COUNT(names); i++) {
        char buffer[1024];
        sl_input input = {.path = sl_text_from(tree_path(&t, names[i], buffer)), .bytes = 1};
        read_input(reader, &input, 0, &o);
        CHECK_INT(i == 3 ? SL_END : SL_IO, o.status);
    }
    CHECK_TEXT("x", sl_buffer_text(&o.bytes));
    CHECK_INT(2, faults.counts[SL_FAULT_UNREADABLE]);
    CHECK_INT(1, faults.counts[SL_FAULT_MISSING]);
    CHECK(strstr(faults.cases[SL_FAULT_UNREADABLE][0].where, "/closed") != NULL);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    tree_as_before();
    tree_remove(&t);
}

typedef struct pipe_job {
    const char *path; /* NULL: it is open as `fd`, which the job closes */
    sl_text contents;
    int fd;
} pipe_job;

static void *pipe_write(void *argument)
{
    const pipe_job *job = argument;
    int fd = job->path == NULL ? job->fd : open(job->path, O_WRONLY);
    for (size_t i = 0; fd >= 0 && i < job->contents.length; i += 700) {
        sl_text part = sl_text_slice(job->contents, i, i + 700);
        if (write(fd, part.data, part.length) != (ssize_t)part.length) break;
        if (i % 3 == 0) usleep(100);
    }
    close(fd);
    return NULL;
}

TEST(named_fifo_is_read_whole)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    CHECK(mkfifoat(t.fd, "fifo", 0600) == 0);
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 100000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    const sl_text contents[] = {sl_buffer_text(&plain), sl_buffer_text(&packed), SL_TEXT("")};
    for (size_t i = 0; i < SL_COUNT(contents); i++) {
        char buffer[1024];
        pipe_job job = {.path = tree_path(&t, "fifo", buffer), .contents = contents[i]};
        pthread_t writer;
        CHECK(pthread_create(&writer, NULL, pipe_write, &job) == 0);
        sl_input input = {.path = sl_text_from(buffer), .stream = true};
        read_input(reader, &input, 50, &o);
        pthread_join(writer, NULL);
        CHECK_INT(SL_END, o.status);
        sl_text expected = i == 2 ? SL_TEXT("") : sl_buffer_text(&plain);
        CHECK(sl_text_equal(expected, sl_buffer_text(&o.bytes)));
    }
    CHECK_INT(1, faults.counts[SL_FAULT_EMPTY]);

    /* A FIFO that took the place of a file since the walk: nobody waits for a writer. */
    char buffer[1024];
    sl_input input = {.path = sl_text_from(tree_path(&t, "fifo", buffer)), .bytes = 5};
    read_input(reader, &input, 0, &o);
    CHECK_INT(0, o.bytes.length);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
    tree_remove(&t);
}

/* What was written is given out while the writer is still there. */
TEST(named_fifo_gives_what_is_there)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    CHECK(mkfifoat(t.fd, "fifo", 0600) == 0);
    int writer = openat(t.fd, "fifo", O_RDWR);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    char buffer[1024];
    sl_input input = {.path = sl_text_from(tree_path(&t, "fifo", buffer)), .stream = true};
    CHECK_INT(SL_OK, sl_reader_open(reader, &input));
    static const char *const lines[] = {"{\"first\":1}\n", "{\"second\":2}\n"};
    for (size_t i = 0; i < SL_COUNT(lines); i++) {
        sl_text line = sl_text_from(lines[i]);
        CHECK_INT(line.length, write(writer, line.data, line.length));
        sl_block block;
        CHECK_INT(SL_OK, sl_reader_next(reader, /* keep= */ 0, &block));
        CHECK(sl_text_equal(line, sl_text_make(block.data, block.length)));
        CHECK(!block.last);
    }
    close(writer);
    sl_block rest;
    CHECK_INT(SL_OK, sl_reader_next(reader, /* keep= */ 0, &rest));
    CHECK(rest.last && rest.length == 0);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    tree_remove(&t);
}

TEST(standard_input_waits_for_what_comes)
{
    sl_buffer plain;
    sl_buffer_init(&plain);
    add_log(&plain, 20000);
    int before = dup(STDIN_FILENO), ends[2];
    CHECK(pipe(ends) == 0);
    CHECK(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK); /* as some shells leave it */
    pipe_job job = {.contents = sl_buffer_text(&plain), .fd = ends[1]};
    pthread_t writer;
    CHECK(pthread_create(&writer, NULL, pipe_write, &job) == 0);
    sl_faults_init(&faults);
    sl_reader_limits limits = {.carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_input input = {.path = SL_TEXT("-"), .stream = true};
    read_input(reader, &input, 50, &o);
    CHECK_INT(SL_END, o.status);
    CHECK_INT(plain.length, o.bytes.length);
    CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* not ours to close */
    pthread_join(writer, NULL);
    sl_reader_free(reader);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    close(ends[0]);
    if (before >= 0) {
        dup2(before, STDIN_FILENO);
        close(before);
    }
}

TEST(reader_is_left_and_used_again)
{
    sl_buffer plain, packed;
    sl_buffer_init(&plain);
    sl_buffer_init(&packed);
    add_log(&plain, 50000);
    add_gzip(&packed, sl_buffer_text(&plain), HEAD_PLAIN);
    size_t cut = packed.length / 2;
    sl_faults_init(&faults);
    sl_reader_limits limits = {.block_bytes = 1000, .carry_bytes_max = CARRY_MAX};
    sl_reader *reader = sl_reader_new(&limits, &faults);
    outcome o = {.status = SL_OK};
    sl_buffer_init(&o.bytes);
    sl_block block;
    CHECK(sl_reader_next(reader, 0, &block) == SL_END); /* nothing is open */
    for (int round = 0; round < 3; round++) {
        sl_text half = sl_text_slice(sl_buffer_text(&packed), 0, round == 1 ? cut : SIZE_MAX);
        sl_input left = {.path = SL_TEXT("left"), .memory = half, .bytes = half.length};
        CHECK(sl_reader_open(reader, &left) == SL_OK);
        CHECK(sl_reader_next(reader, 0, &block) == SL_OK && block.length == 1000);
        CHECK(sl_reader_next(reader, 999, &block) == SL_OK && block.length == 1999);
        sl_text whole = round == 0 ? sl_buffer_text(&plain) : sl_buffer_text(&packed);
        sl_input next = {.path = SL_TEXT("next"), .memory = whole, .bytes = whole.length};
        read_input(reader, &next, 77, &o); /* without a close in between */
        CHECK_INT(SL_END, o.status);
        CHECK(sl_text_equal(sl_buffer_text(&plain), sl_buffer_text(&o.bytes)));
    }
    CHECK(!sl_faults_lost(&faults)); /* a file that was left was not found broken */
    sl_reader_free(reader);
    sl_reader_free(NULL);
    sl_faults_fini(&faults);
    sl_buffer_fini(&o.bytes);
    sl_buffer_fini(&plain);
    sl_buffer_fini(&packed);
}

TEST_MAIN(RUN(plain_bytes_pass_unchanged) RUN(plain_files_larger_than_a_block)
              RUN(small_file_is_one_block) RUN(carry_may_grow_to_its_limit)
                  RUN(empty_inputs_are_counted_once) RUN(what_cannot_be_opened_is_named)
                      RUN(named_fifo_is_read_whole) RUN(named_fifo_gives_what_is_there)
                          RUN(standard_input_waits_for_what_comes)
                              RUN(reader_is_left_and_used_again))
