/* input.c - the walk: one directory is listed and sorted at a time, and a stack on the heap
 * holds the names that are left in those above it.
 *
 * Only the directory in work is open, whatever the depth; the one above is opened again by its
 * path when its turn comes. Each file is looked at once (fstatat), which gives its identity for
 * links and its size, so that the reader needs neither. Only of a large file the first bytes are
 * read too: a compressed one cannot be given in slices. */
#include "source/input.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/memory.h"
#include "source/codec.h"
#include "source/inode_set.h"
#include "source/path.h"

enum {
    INPUT_PATH_STEP = 64,           /* room for a path grows in such steps, to be used again */
    INPUT_NAMES_KEPT = 64 * 1024,   /* a directory's memory beyond this is given back at once */
    INPUT_NAMES_MAX = INT32_MAX / 2 /* bytes of names in one directory */
};

/* A directory on the stack, with the names that were found in it. */
typedef struct input_directory {
    size_t path_length; /* of its path with the slash, at the front of the walk's path */
    char *names;        /* each terminated */
    size_t names_length, names_capacity;
    uint32_t *order; /* where the names start, in byte order of the names */
    size_t count, order_capacity;
    size_t next;
} input_directory;

typedef struct input_slot {
    sl_input input; /* first: a slot is found by its input */
    struct input_slot *next_free;
    char *path;
    size_t path_capacity;
} input_slot;

struct sl_inputs {
    pthread_mutex_t lock;
    sl_faults *faults; /* NULL for memory */
    sl_arena arena;    /* roots, slots and their paths */
    sl_text *roots;
    uint32_t root_count, root_next;
    input_directory *stack; /* those above `depth` keep their memory */
    size_t depth, stack_capacity;
    int directory;  /* open descriptor of the top of the stack, or -1 */
    sl_buffer path; /* of what is looked at */
    sl_inode_set seen;
    input_slot *free_slots;
    sl_text memory;        /* the one input, until it was given */
    uint64_t slice_bytes;  /* 0: files are not sliced */
    uint64_t sliced_bytes; /* of the file at the walk's path, while slices of it are left, else 0 */
    uint64_t slice_next;   /* where the next of them starts */
    uint32_t number;       /* of the next input */
    uint64_t count, bytes;
};

static sl_inputs *inputs_make(sl_faults *faults, uint32_t root_count)
{
    sl_inputs *inputs = sl_calloc(1, sizeof *inputs);
    if (inputs == NULL) return NULL;
    if (pthread_mutex_init(&inputs->lock, NULL) != 0) {
        free(inputs);
        return NULL;
    }
    inputs->faults = faults;
    inputs->directory = -1;
    inputs->slice_bytes = SL_SLICE_BYTES;
    sl_arena_init(&inputs->arena, 0);
    sl_buffer_init(&inputs->path);
    sl_inode_set_init(&inputs->seen);
    inputs->roots = SL_ARENA_ARRAY(&inputs->arena, root_count, sl_text);
    inputs->root_count = root_count;
    if (inputs->roots != NULL) return inputs;
    sl_inputs_free(inputs);
    return NULL;
}

sl_inputs *sl_inputs_new(const sl_text *paths, uint32_t path_count, sl_faults *faults)
{
    assert(paths != NULL || path_count == 0);
    assert(faults != NULL);

    sl_inputs *inputs = inputs_make(faults, path_count);
    if (inputs == NULL) return NULL;
    for (uint32_t i = 0; i < path_count; i++) {
        inputs->roots[i] = sl_arena_copy(&inputs->arena, paths[i]);
        if (inputs->roots[i].data != NULL) continue;
        sl_inputs_free(inputs);
        return NULL;
    }
    return inputs;
}

sl_inputs *sl_inputs_new_memory(sl_text name, sl_text contents)
{
    sl_inputs *inputs = inputs_make(NULL, 1);
    if (inputs == NULL) return NULL;
    inputs->roots[0] = sl_arena_copy(&inputs->arena, name);
    inputs->memory = contents.data == NULL ? SL_TEXT("") : contents;
    if (inputs->roots[0].data != NULL) return inputs;
    sl_inputs_free(inputs);
    return NULL;
}

void sl_inputs_free(sl_inputs *inputs)
{
    if (inputs == NULL) return;
    for (size_t i = 0; i < inputs->stack_capacity; i++) {
        free(inputs->stack[i].names);
        free(inputs->stack[i].order);
    }
    free(inputs->stack);
    if (inputs->directory >= 0) close(inputs->directory);
    sl_inode_set_fini(&inputs->seen);
    sl_buffer_fini(&inputs->path);
    sl_arena_fini(&inputs->arena);
    pthread_mutex_destroy(&inputs->lock);
    free(inputs);
}

static sl_text walk_path(const sl_inputs *inputs)
{
    return sl_buffer_text(&inputs->path);
}

static void walk_fault(sl_inputs *inputs, sl_fault_kind kind, const char *reason)
{
    sl_fault_add(inputs->faults, kind, walk_path(inputs), UINT64_MAX, "%s", reason);
}

static void walk_no_memory(sl_inputs *inputs)
{
    inputs->path.failed = false;
    walk_fault(inputs, SL_FAULT_MEMORY, "no memory for the list of files");
}

/* A slot with room for `length` bytes of path, or NULL. */
static input_slot *slot_take(sl_inputs *inputs, size_t length)
{
    input_slot *slot = inputs->free_slots;
    if (slot != NULL) inputs->free_slots = slot->next_free;
    else slot = SL_ARENA_NEW(&inputs->arena, input_slot);
    if (slot == NULL || slot->path_capacity > length) return slot;

    size_t capacity = (length / INPUT_PATH_STEP + 1) * INPUT_PATH_STEP;
    char *path = sl_arena_bytes(&inputs->arena, capacity);
    if (path == NULL) {
        slot->next_free = inputs->free_slots;
        inputs->free_slots = slot;
        return NULL;
    }
    slot->path = path;
    slot->path_capacity = capacity;
    return slot;
}

/* Makes the input at `path`, which takes the next number. */
static sl_input *walk_make(sl_inputs *inputs, sl_text path, uint64_t bytes, bool stream)
{
    input_slot *slot = slot_take(inputs, path.length);
    if (slot == NULL) {
        if (inputs->faults != NULL) walk_no_memory(inputs);
        return NULL;
    }
    if (path.length > 0) memcpy(slot->path, path.data, path.length);
    slot->path[path.length] = '\0';
    slot->input = (sl_input){.number = inputs->number++,
                             .path = {slot->path, path.length},
                             .bytes = bytes,
                             .stream = stream,
                             .slice_first = true};
    return &slot->input;
}

/* Gives the whole input at `path`. */
static sl_input *walk_give(sl_inputs *inputs, sl_text path, uint64_t bytes, bool stream)
{
    sl_input *given = walk_make(inputs, path, bytes, stream);
    if (given == NULL) return NULL;
    inputs->count++;
    inputs->bytes += bytes;
    return given;
}

/* The next slice of the file at the walk's path. When memory ends the rest of them is lost, which
 * has been said. */
static const sl_input *walk_slice(sl_inputs *inputs)
{
    uint64_t start = inputs->slice_next, bytes = inputs->sliced_bytes;
    bool is_last = bytes - start <= inputs->slice_bytes;
    sl_input *given = start == 0 ? walk_give(inputs, walk_path(inputs), bytes, false)
                                 : walk_make(inputs, walk_path(inputs), bytes, false);
    inputs->slice_next = start + inputs->slice_bytes;
    if (is_last || given == NULL) inputs->sliced_bytes = 0;
    if (given == NULL) return NULL;
    given->slice_first = start == 0;
    given->slice_start = start;
    given->slice_end = is_last ? UINT64_MAX : inputs->slice_next;
    return given;
}

/* False also when the file cannot be read: then it stays whole, and the reader says why, once. */
static bool file_is_plain(sl_text path)
{
    uint8_t first[SL_CODEC_MAGIC_BYTES];
    bool standard = sl_text_equal(path, SL_TEXT("-"));
    int fd = standard ? STDIN_FILENO : sl_path_open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return false;
    ssize_t got = pread(fd, first, sizeof first, 0);
    if (!standard) close(fd);
    return got > 0 && sl_codec_of(first, (size_t)got) == SL_CODEC_NONE;
}

/* The regular file at the walk's path, or its first slice. */
static const sl_input *walk_file(sl_inputs *inputs, uint64_t bytes)
{
    bool is_large = inputs->slice_bytes > 0 && bytes / 2 >= inputs->slice_bytes;
    if (!is_large || !file_is_plain(walk_path(inputs)))
        return walk_give(inputs, walk_path(inputs), bytes, false);
    inputs->sliced_bytes = bytes;
    inputs->slice_next = 0;
    return walk_slice(inputs);
}

static bool directory_grow_names(input_directory *directory, size_t need)
{
    size_t capacity = directory->names_capacity == 0 ? 512 : directory->names_capacity;
    while (capacity < need) capacity *= 2;
    char *names = sl_realloc(directory->names, capacity);
    if (names == NULL) return false;
    directory->names = names;
    directory->names_capacity = capacity;
    return true;
}

static bool directory_add(input_directory *directory, const char *name)
{
    size_t bytes = strlen(name) + 1;
    size_t need = directory->names_length + bytes;
    if (need > INPUT_NAMES_MAX) return false;
    if (need > directory->names_capacity && !directory_grow_names(directory, need)) return false;
    if (directory->count == directory->order_capacity) {
        size_t capacity = directory->count == 0 ? 32 : directory->count * 2;
        uint32_t *order = sl_realloc(directory->order, capacity * sizeof *order);
        if (order == NULL) return false;
        directory->order = order;
        directory->order_capacity = capacity;
    }
    memcpy(directory->names + directory->names_length, name, bytes);
    directory->order[directory->count++] = (uint32_t)directory->names_length;
    directory->names_length = need;
    return true;
}

static int directory_compare(const void *a, const void *b, void *names)
{
    const char *text = names;
    return strcmp(text + *(const uint32_t *)a, text + *(const uint32_t *)b);
}

/* Lists what is open as inputs->directory, sorted. What cannot be listed is a fault; the names
 * found until then are used. */
static void directory_list(sl_inputs *inputs, input_directory *directory)
{
    int fd = fcntl(inputs->directory, F_DUPFD_CLOEXEC, 0); /* closedir closes its own */
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (list == NULL) {
        walk_fault(inputs, SL_FAULT_UNREADABLE, sl_path_error(errno));
        if (fd >= 0) close(fd);
        return;
    }
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(list)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        if (directory_add(directory, name)) continue;
        walk_no_memory(inputs);
        break;
    }
    if (entry == NULL && errno != 0) walk_fault(inputs, SL_FAULT_UNREADABLE, sl_path_error(errno));
    closedir(list);
    if (directory->count > 1)
        qsort_r(directory->order, directory->count, sizeof *directory->order, directory_compare,
                directory->names);
}

/* The next free place on the stack, its memory kept from before, or NULL. */
static input_directory *stack_place(sl_inputs *inputs)
{
    if (inputs->depth == inputs->stack_capacity) {
        size_t capacity = inputs->depth == 0 ? 16 : inputs->depth * 2;
        input_directory *stack = sl_realloc(inputs->stack, capacity * sizeof *stack);
        if (stack == NULL) return NULL;
        memset(stack + inputs->depth, 0, (capacity - inputs->depth) * sizeof *stack);
        inputs->stack = stack;
        inputs->stack_capacity = capacity;
    }
    input_directory *directory = &inputs->stack[inputs->depth];
    directory->names_length = directory->count = directory->next = 0;
    return directory;
}

static void walk_leave_directory(sl_inputs *inputs)
{
    if (inputs->directory >= 0) close(inputs->directory);
    inputs->directory = -1;
}

/* Goes into the directory at the walk's path, which stands as `name` in the one in work (NULL
 * for one that the user named). */
static void walk_push(sl_inputs *inputs, const char *name)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    int fd = name == NULL ? sl_path_open(walk_path(inputs), flags)
                          : openat(inputs->directory, name, flags);
    if (fd < 0) {
        walk_fault(inputs, SL_FAULT_UNREADABLE, sl_path_error(errno));
        return;
    }
    walk_leave_directory(inputs);
    inputs->directory = fd;
    input_directory *directory = stack_place(inputs);
    if (inputs->path.data[inputs->path.length - 1] != '/') sl_buffer_add_byte(&inputs->path, '/');
    if (directory == NULL || inputs->path.failed) {
        walk_leave_directory(inputs); /* it belongs to no place on the stack */
        walk_no_memory(inputs);
        return;
    }
    directory->path_length = inputs->path.length;
    inputs->depth++;
    directory_list(inputs, directory);
}

static void walk_pop(sl_inputs *inputs)
{
    input_directory *directory = &inputs->stack[--inputs->depth];
    walk_leave_directory(inputs);
    if (directory->names_capacity <= INPUT_NAMES_KEPT) return;
    free(directory->names);
    free(directory->order);
    *directory = (input_directory){0};
}

/* What the walk's path leads to: an input, a directory to go into, or nothing to read. */
static const sl_input *walk_visit(sl_inputs *inputs, const struct stat *about, const char *name)
{
    bool is_new;
    if (sl_inode_set_add(&inputs->seen, about->st_dev, about->st_ino, &is_new) != SL_OK) {
        walk_no_memory(inputs);
        return NULL;
    }
    if (!is_new) return NULL;
    if (S_ISDIR(about->st_mode)) {
        walk_push(inputs, name);
        return NULL;
    }
    if (S_ISREG(about->st_mode)) return walk_file(inputs, (uint64_t)about->st_size);
    if (name == NULL) return walk_give(inputs, walk_path(inputs), 0, true);
    walk_fault(inputs, SL_FAULT_SPECIAL,
               S_ISFIFO(about->st_mode)       ? "FIFO"
                   : S_ISSOCK(about->st_mode) ? "socket"
                                              : "device");
    return NULL;
}

/* Standard input; a file it was redirected from counts as read, and is sliced if it is at its
 * beginning, where slices are counted from. */
static const sl_input *walk_standard_input(sl_inputs *inputs)
{
    struct stat about;
    bool is_file = fstat(STDIN_FILENO, &about) == 0 && S_ISREG(about.st_mode), is_new = true;
    if (is_file && sl_inode_set_add(&inputs->seen, about.st_dev, about.st_ino, &is_new) != SL_OK)
        walk_no_memory(inputs);
    if (!is_new) return NULL;
    if (!is_file) return walk_give(inputs, SL_TEXT("-"), /* bytes= */ 0, /* stream= */ true);
    sl_buffer_clear(&inputs->path);
    sl_buffer_add_byte(&inputs->path, '-');
    uint64_t bytes = (uint64_t)about.st_size;
    if (!inputs->path.failed && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0)
        return walk_file(inputs, bytes);
    inputs->path.failed = false;
    return walk_give(inputs, SL_TEXT("-"), bytes, /* stream= */ false);
}

static const sl_input *walk_root(sl_inputs *inputs)
{
    sl_text root = inputs->roots[inputs->root_next++];
    if (sl_text_equal(root, SL_TEXT("-"))) return walk_standard_input(inputs);
    sl_buffer_clear(&inputs->path);
    sl_buffer_add(&inputs->path, root);
    if (inputs->path.failed) {
        walk_no_memory(inputs);
        return NULL;
    }
    if (root.length > SL_PATH_BYTES_MAX) {
        walk_fault(inputs, SL_FAULT_UNREADABLE, "path too long");
        return NULL;
    }
    struct stat about;
    if (sl_path_stat(walk_path(inputs), &about) == 0) return walk_visit(inputs, &about, NULL);
    bool missing = errno == ENOENT || errno == ENOTDIR;
    walk_fault(inputs, missing ? SL_FAULT_MISSING : SL_FAULT_UNREADABLE, sl_path_error(errno));
    return NULL;
}

/* Sets the walk's path to `name` in the directory on top of the stack. */
static bool walk_enter_name(sl_inputs *inputs, const input_directory *directory, const char *name)
{
    inputs->path.length = directory->path_length;
    sl_buffer_add_string(&inputs->path, name);
    if (inputs->path.failed) {
        walk_no_memory(inputs);
        return false;
    }
    if (inputs->path.length <= SL_PATH_BYTES_MAX) return true;
    walk_fault(inputs, SL_FAULT_UNREADABLE, "path too long");
    return false;
}

/* True when the directory on top of the stack is open (again). */
static bool walk_reopen(sl_inputs *inputs, const input_directory *directory)
{
    if (inputs->directory >= 0) return true;
    inputs->path.length = directory->path_length;
    inputs->path.data[inputs->path.length] = '\0';
    inputs->directory = sl_path_open(walk_path(inputs), O_PATH | O_DIRECTORY);
    if (inputs->directory >= 0) return true;
    walk_fault(inputs, SL_FAULT_UNREADABLE, sl_path_error(errno));
    return false;
}

/* The next name of the directory on top of the stack. */
static const sl_input *walk_name(sl_inputs *inputs)
{
    input_directory *directory = &inputs->stack[inputs->depth - 1];
    if (directory->next == directory->count || !walk_reopen(inputs, directory)) {
        walk_pop(inputs);
        return NULL;
    }
    const char *name = directory->names + directory->order[directory->next++];
    if (!walk_enter_name(inputs, directory, name)) return NULL;
    struct stat about;
    if (fstatat(inputs->directory, name, &about, 0) == 0) return walk_visit(inputs, &about, name);
    if (errno == ELOOP) walk_fault(inputs, SL_FAULT_SPECIAL, "symbolic link that leads to itself");
    else
        walk_fault(inputs, errno == ENOENT ? SL_FAULT_MISSING : SL_FAULT_UNREADABLE,
                   sl_path_error(errno));
    return NULL;
}

static const sl_input *walk_memory(sl_inputs *inputs)
{
    if (inputs->root_next == inputs->root_count) return NULL;
    sl_input *given =
        walk_give(inputs, inputs->roots[inputs->root_next++], inputs->memory.length, false);
    if (given != NULL) given->memory = inputs->memory;
    return given;
}

static const sl_input *walk_next(sl_inputs *inputs)
{
    if (inputs->memory.data != NULL) return walk_memory(inputs);
    const sl_input *found = NULL;
    while (found == NULL) {
        if (inputs->sliced_bytes > 0) found = walk_slice(inputs);
        else if (inputs->depth > 0) found = walk_name(inputs);
        else if (inputs->root_next < inputs->root_count) found = walk_root(inputs);
        else break;
    }
    return found;
}

void sl_inputs_slice(sl_inputs *inputs, uint64_t slice_bytes)
{
    assert(inputs != NULL);

    pthread_mutex_lock(&inputs->lock);
    if (inputs->sliced_bytes == 0) inputs->slice_bytes = slice_bytes; /* no file half way */
    pthread_mutex_unlock(&inputs->lock);
}

const sl_input *sl_inputs_next(sl_inputs *inputs)
{
    assert(inputs != NULL);

    pthread_mutex_lock(&inputs->lock);
    const sl_input *found = walk_next(inputs);
    pthread_mutex_unlock(&inputs->lock);
    return found;
}

void sl_inputs_done(sl_inputs *inputs, const sl_input *input)
{
    assert(inputs != NULL);
    if (input == NULL) return;

    input_slot *slot = (input_slot *)(uintptr_t)input;
    pthread_mutex_lock(&inputs->lock);
    slot->next_free = inputs->free_slots;
    inputs->free_slots = slot;
    pthread_mutex_unlock(&inputs->lock);
}

void sl_inputs_found(sl_inputs *inputs, uint64_t *out_count, uint64_t *out_bytes)
{
    assert(inputs != NULL);

    pthread_mutex_lock(&inputs->lock);
    *out_count = inputs->count;
    *out_bytes = inputs->bytes;
    pthread_mutex_unlock(&inputs->lock);
}
