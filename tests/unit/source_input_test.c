/* source_input_test.c - the walk: order, links, special files, depth, standard input. */
#include "source/input.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "source/inode_set.h"
#include "source/path.h"
#include "source_tree.h"
#include "test.h"

static sl_faults faults;

/* The inputs below `paths`, their paths without the tree's own, joined by blanks. */
static void walk(const tree *t, const char *const *paths, uint32_t count, sl_buffer *out)
{
    sl_text roots[8];
    char buffers[8][1024];
    for (uint32_t i = 0; i < count; i++)
        roots[i] = sl_text_from(*paths[i] == '-' ? paths[i] : tree_path(t, paths[i], buffers[i]));
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(roots, count, &faults);
    CHECK(inputs != NULL);
    sl_buffer_clear(out);
    uint32_t number = 0;
    const sl_input *input;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        CHECK_INT(number, input->number);
        CHECK(input->path.data[input->path.length] == '\0');
        number++;
        if (out->length > 0) sl_buffer_add_byte(out, ' ');
        sl_text path = input->path;
        if (sl_text_starts(path, sl_text_from(t->path)))
            path = sl_text_slice(path, strlen(t->path) + 1, SIZE_MAX);
        sl_buffer_add(out, path);
        if (number % 2 == 0) sl_inputs_done(inputs, input);
    }
    CHECK(sl_inputs_next(inputs) == NULL);
    uint64_t found, bytes;
    sl_inputs_found(inputs, &found, &bytes);
    CHECK_INT(number, found);
    sl_inputs_free(inputs);
}

static void check_walk(const tree *t, const char *path, const char *expected)
{
    sl_buffer out;
    sl_buffer_init(&out);
    walk(t, &path, 1, &out);
    CHECK_TEXT(expected, sl_buffer_text(&out));
    sl_buffer_fini(&out);
}

static void check_faults(sl_fault_kind kind, uint64_t expected)
{
    CHECK_INT(expected, faults.counts[kind]);
    uint64_t all = 0;
    for (int i = 0; i < SL_FAULT_KIND_COUNT; i++) all += faults.counts[i];
    CHECK_INT(expected, all);
    sl_faults_fini(&faults);
}

TEST(walk_is_in_byte_order_of_names)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    mkdirat(t.fd, "b", 0700);
    mkdirat(t.fd, "a.d", 0700);
    mkdirat(t.fd, "empty", 0700);
    tree_write(&t, "b/2", "x", 1);
    tree_write(&t, "b/10", "x", 1);
    tree_write(&t, "a.d/z", "x", 1);
    tree_write(&t, "a", "x", 1);
    tree_write(&t, "a.d.json", "x", 1);
    tree_write(&t, ".hidden", "x", 1);
    tree_write(&t, "B", "x", 1);
    tree_write(&t, "\xc3\xa4", "x", 1);
    check_walk(&t, "", ".hidden B a a.d/z a.d.json b/10 b/2 \xc3\xa4");
    check_faults(SL_FAULT_MISSING, 0);
    check_walk(&t, "b/", "b/10 b/2");
    check_faults(SL_FAULT_MISSING, 0);
    check_walk(&t, "empty", "");
    check_faults(SL_FAULT_MISSING, 0);
    tree_remove(&t);
}

TEST(walk_tells_sizes)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    tree_write(&t, "a", "12345", 5);
    tree_write(&t, "b", "", 0);
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    const sl_input *input = sl_inputs_next(inputs);
    CHECK(input != NULL && input->bytes == 5 && !input->stream && input->memory.data == NULL);
    input = sl_inputs_next(inputs);
    CHECK(input != NULL && input->bytes == 0);
    uint64_t found, bytes;
    sl_inputs_found(inputs, &found, &bytes);
    CHECK_INT(2, found);
    CHECK_INT(5, bytes);
    sl_inputs_free(inputs);
    check_faults(SL_FAULT_MISSING, 0);
    tree_remove(&t);
}

TEST(walk_reads_each_file_once)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    mkdirat(t.fd, "d", 0700);
    mkdirat(t.fd, "d/e", 0700);
    tree_write(&t, "d/e/file", "x", 1);
    tree_write(&t, "d/other", "x", 1);
    CHECK(symlinkat("..", t.fd, "d/e/up") == 0);
    CHECK(symlinkat("../..", t.fd, "d/e/upper") == 0);
    CHECK(symlinkat(".", t.fd, "d/here") == 0);
    CHECK(symlinkat("e/file", t.fd, "d/soft") == 0);
    CHECK(linkat(t.fd, "d/other", t.fd, "d/zhard", 0) == 0);
    check_walk(&t, "", "d/e/file d/other");
    check_faults(SL_FAULT_MISSING, 0);

    sl_buffer out;
    sl_buffer_init(&out);
    const char *twice[] = {"d/soft", "d/e", "d", "d/e/file", "d"};
    walk(&t, twice, 5, &out);
    CHECK_TEXT("d/soft d/e/up/other", sl_buffer_text(&out)); /* a link leads up before d itself */
    check_faults(SL_FAULT_MISSING, 0);
    sl_buffer_fini(&out);
    tree_remove(&t);
}

TEST(walk_names_links_that_lead_nowhere)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    tree_write(&t, "file", "x", 1);
    CHECK(symlinkat("self", t.fd, "self") == 0);
    check_walk(&t, "", "file");
    check_faults(SL_FAULT_SPECIAL, 1);
    unlinkat(t.fd, "self", 0);
    CHECK(symlinkat("gone", t.fd, "dangling") == 0);
    check_walk(&t, "", "file");
    CHECK(sl_faults_lost(&faults));
    check_faults(SL_FAULT_MISSING, 1);
    tree_remove(&t);
}

TEST(missing_path_leaves_the_others)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    tree_write(&t, "a", "x", 1);
    tree_write(&t, "b", "x", 1);
    sl_buffer out;
    sl_buffer_init(&out);
    const char *paths[] = {"a", "no/such", "a/below", "b"};
    walk(&t, paths, 4, &out);
    CHECK_TEXT("a b", sl_buffer_text(&out));
    CHECK(strstr(faults.cases[SL_FAULT_MISSING][0].where, "no/such") != NULL);
    check_faults(SL_FAULT_MISSING, 2);
    sl_buffer_fini(&out);
    tree_remove(&t);
}

TEST(special_files_are_skipped_unless_named)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    tree_write(&t, "file", "x", 1);
    CHECK(mkfifoat(t.fd, "fifo", 0600) == 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/socket", t.path);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    bool has_socket = bind(listener, (struct sockaddr *)&address, sizeof address) == 0;
    close(listener);
    check_walk(&t, "", "file");
    CHECK(!sl_faults_lost(&faults));
    CHECK(strstr(faults.cases[SL_FAULT_SPECIAL][0].where, "/fifo") != NULL);
    CHECK_TEXT("FIFO", sl_text_from(faults.cases[SL_FAULT_SPECIAL][0].reason));
    check_faults(SL_FAULT_SPECIAL, has_socket ? 2 : 1);

    char buffer[1024];
    sl_text root = sl_text_from(tree_path(&t, "fifo", buffer));
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    const sl_input *input = sl_inputs_next(inputs);
    CHECK(input != NULL && input->stream && input->bytes == 0);
    CHECK(sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);
    check_faults(SL_FAULT_SPECIAL, 0);
    tree_remove(&t);
}

TEST(unreadable_directory_leaves_the_others)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    if (!tree_as_nobody(&t)) SKIP("cannot give up permissions");
    mkdirat(t.fd, "b", 0700);
    tree_write(&t, "a", "x", 1);
    tree_write(&t, "b/file", "x", 1);
    tree_write(&t, "c", "x", 1);
    CHECK(fchmodat(t.fd, "b", 0, 0) == 0);
    check_walk(&t, "", "a c");
    CHECK(sl_faults_lost(&faults));
    check_faults(SL_FAULT_UNREADABLE, 1);
    tree_as_before();
    tree_remove(&t);
}

/* A chain of directories, with a file at the end of each tenth; false when the system refuses. */
static bool make_chain(const tree *t, const char *name, int depth)
{
    int at = dup(t->fd);
    for (int i = 0; i < depth && at >= 0; i++) {
        if (i % 10 == 9) close(openat(at, "file", O_WRONLY | O_CREAT, 0600));
        int next = mkdirat(at, name, 0700) == 0 ? openat(at, name, O_RDONLY | O_DIRECTORY) : -1;
        close(at);
        at = next;
    }
    close(at);
    return at >= 0;
}

TEST(deep_trees_are_walked_to_the_limit)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    char name[61];
    memset(name, 'n', 60);
    name[60] = '\0';
    enum { DEPTH = 300 };
    if (!make_chain(&t, name, DEPTH)) SKIP("no deep directories here");
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    const sl_input *input;
    int found = 0;
    size_t longest = 0;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        found++;
        if (input->path.length > longest) longest = input->path.length;
        int fd = sl_path_open(input->path, O_RDONLY);
        CHECK(fd >= 0);
        if (fd >= 0) close(fd);
    }
    sl_inputs_free(inputs);
    int reachable = (int)((SL_PATH_BYTES_MAX - strlen(t.path) - 5) / 61);
    CHECK_INT((reachable + 1) / 10, found);
    CHECK(longest > 8192 && longest <= SL_PATH_BYTES_MAX);
    check_faults(SL_FAULT_UNREADABLE, 1);
    tree_remove(&t);
}

TEST(walk_comes_back_from_below)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    enum { DEPTH = 40 };
    char path[256] = "";
    for (int i = 0; i < DEPTH; i++) {
        char *end = path + strlen(path);
        snprintf(end, sizeof path - (size_t)(end - path), "%sm", i == 0 ? "" : "/");
        CHECK(mkdirat(t.fd, path, 0700) == 0);
        end = path + strlen(path);
        snprintf(end, sizeof path - (size_t)(end - path), "/a");
        tree_write(&t, path, "x", 1);
        snprintf(end, sizeof path - (size_t)(end - path), "/z");
        tree_write(&t, path, "x", 1);
        *end = '\0';
    }
    sl_buffer out;
    sl_buffer_init(&out);
    const char *root = "";
    walk(&t, &root, 1, &out);
    check_faults(SL_FAULT_MISSING, 0);
    size_t files = 1;
    for (size_t i = 0; i < out.length; i++) files += out.data[i] == ' ';
    CHECK_INT(2 * DEPTH, files);
    CHECK(sl_text_starts(sl_buffer_text(&out), SL_TEXT("m/a m/m/a m/m/m/a ")));
    CHECK(sl_text_ends(sl_buffer_text(&out), SL_TEXT(" m/m/m/z m/m/z m/z")));
    sl_buffer_fini(&out);
    tree_remove(&t);
}

enum { MANY_FILES = 3000, MANY_THREADS = 4 };

static bool make_many(const tree *t)
{
    for (int i = 0; i < MANY_FILES; i++) {
        char name[64];
        snprintf(name, sizeof name, "delivery-%05d.json", (i * 7919) % MANY_FILES);
        if (!tree_write(t, name, "x", 1)) return false;
    }
    return true;
}

TEST(memory_of_inputs_that_are_done_is_used_again)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    if (!make_many(&t)) SKIP("no room");
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    const sl_input *first = NULL, *input;
    char last[1024] = "";
    int count = 0;
    while ((input = sl_inputs_next(inputs)) != NULL) {
        if (first == NULL) first = input;
        CHECK(input == first);
        CHECK(strcmp(last, input->path.data) < 0);
        snprintf(last, sizeof last, "%s", input->path.data);
        sl_inputs_done(inputs, input);
        count++;
    }
    CHECK_INT(MANY_FILES, count);
    sl_inputs_free(inputs);
    check_faults(SL_FAULT_MISSING, 0);
    tree_remove(&t);
}

static unsigned char taken[MANY_FILES]; /* each written by the one thread that took it */

static void *take_all(void *argument)
{
    const sl_input *input;
    while ((input = sl_inputs_next(argument)) != NULL) {
        const char *digits = strrchr(input->path.data, '-') + 1;
        if (input->number < MANY_FILES && atoi(digits) == (int)input->number)
            taken[input->number]++;
        sl_inputs_done(argument, input);
    }
    return NULL;
}

TEST(threads_take_each_input_once)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    if (!make_many(&t)) SKIP("no room");
    sl_text root = sl_text_from(t.path);
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(&root, 1, &faults);
    pthread_t threads[MANY_THREADS];
    memset(taken, 0, sizeof taken);
    for (int i = 0; i < MANY_THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, take_all, inputs) == 0);
    for (int i = 0; i < MANY_THREADS; i++) pthread_join(threads[i], NULL);
    int wrong = 0;
    for (int i = 0; i < MANY_FILES; i++) wrong += taken[i] != 1;
    CHECK_INT(0, wrong);
    sl_inputs_free(inputs);
    check_faults(SL_FAULT_MISSING, 0);
    tree_remove(&t);
}

TEST(standard_input_is_given_once)
{
    tree t;
    if (!tree_make(&t)) SKIP("no temporary directory");
    tree_write(&t, "file", "12345", 5);
    tree_write(&t, "-", "x", 1);
    char buffer[1024];
    int before = dup(STDIN_FILENO);
    int fd = open(tree_path(&t, "file", buffer), O_RDONLY);
    CHECK(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    sl_buffer out;
    sl_buffer_init(&out);
    const char *paths[] = {"-", "file", "-", ""};
    walk(&t, paths, 4, &out);
    /* The first "-" is standard input; the last is a file of that name, below a directory. */
    CHECK_TEXT("- -", sl_buffer_text(&out));
    check_faults(SL_FAULT_MISSING, 0);
    sl_buffer_fini(&out);
    close(fd);
    if (before >= 0) {
        dup2(before, STDIN_FILENO);
        close(before);
    }
    tree_remove(&t);
}

TEST(memory_is_one_input)
{
    sl_inputs *inputs = sl_inputs_new_memory(SL_TEXT("made"), SL_TEXT("{}\n"));
    const sl_input *input = sl_inputs_next(inputs);
    CHECK(input != NULL);
    CHECK_TEXT("made", input->path);
    CHECK_TEXT("{}\n", input->memory);
    CHECK_INT(3, input->bytes);
    CHECK(sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);

    inputs = sl_inputs_new_memory(SL_TEXT(""), sl_text_make(NULL, 0));
    input = sl_inputs_next(inputs);
    CHECK(input != NULL && input->memory.data != NULL && input->memory.length == 0);
    CHECK(sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);
}

TEST(odd_lists_are_no_trouble)
{
    sl_faults_init(&faults);
    sl_inputs *inputs = sl_inputs_new(NULL, 0, &faults);
    CHECK(inputs != NULL && sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);
    sl_inputs_free(NULL);

    sl_text empty = SL_TEXT("");
    inputs = sl_inputs_new(&empty, 1, &faults);
    CHECK(sl_inputs_next(inputs) == NULL);
    CHECK(sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);

    char *path = malloc(SL_PATH_BYTES_MAX * 2);
    memset(path, 'x', SL_PATH_BYTES_MAX * 2);
    sl_text texts[] = {{path, SL_PATH_BYTES_MAX * 2}, {path, SL_PATH_BYTES_MAX}, {path, 4001}};
    inputs = sl_inputs_new(texts, 3, &faults);
    CHECK(sl_inputs_next(inputs) == NULL);
    sl_inputs_free(inputs);
    free(path);
    CHECK_INT(1, faults.counts[SL_FAULT_MISSING]);
    CHECK_INT(3, faults.counts[SL_FAULT_UNREADABLE]);
    sl_faults_fini(&faults);
}

TEST(inode_set_knows_what_it_was_given)
{
    sl_inode_set set;
    sl_inode_set_init(&set);
    bool is_new;
    int wrong = 0;
    for (uint64_t round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t inode = i % 2 == 0 ? i / 2 : i * UINT64_C(0x9e3779b97f4a7c15);
            CHECK(sl_inode_set_add(&set, i % 3, inode, &is_new) == SL_OK);
            wrong += is_new != (round == 0);
        }
    }
    CHECK_INT(0, wrong);
    CHECK(sl_inode_set_add(&set, 7, 0, &is_new) == SL_OK && is_new);
    CHECK(sl_inode_set_add(&set, 7, UINT64_MAX, &is_new) == SL_OK && is_new);
    sl_inode_set_fini(&set);

    for (uint64_t i = 1; i <= 200000; i++)
        CHECK(sl_inode_set_add(&set, 1, i + 77, &is_new) == SL_OK && is_new);
    CHECK(set.slot_count * sizeof(sl_inode_run) < 256 * 1024);
    sl_inode_set_fini(&set);
}

TEST_MAIN(RUN(walk_is_in_byte_order_of_names) RUN(walk_tells_sizes) RUN(walk_reads_each_file_once)
              RUN(walk_names_links_that_lead_nowhere) RUN(missing_path_leaves_the_others)
                  RUN(special_files_are_skipped_unless_named)
                      RUN(unreadable_directory_leaves_the_others)
                          RUN(deep_trees_are_walked_to_the_limit) RUN(walk_comes_back_from_below)
                              RUN(memory_of_inputs_that_are_done_is_used_again)
                                  RUN(threads_take_each_input_once)
                                      RUN(standard_input_is_given_once) RUN(memory_is_one_input)
                                          RUN(odd_lists_are_no_trouble)
                                              RUN(inode_set_knows_what_it_was_given))
