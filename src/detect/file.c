/* file.c - opens, looks how large it is, reads to the end. */
#include "detect/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "source/path.h"

/* Reads `bytes` or what there is of them. */
static bool file_fill(int fd, char *data, size_t bytes, size_t *out_length)
{
    *out_length = 0;
    while (*out_length < bytes) {
        ssize_t got = read(fd, data + *out_length, bytes - *out_length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) break;
        *out_length += (size_t)got;
    }
    return true;
}

static sl_status file_load(int fd, sl_arena *arena, sl_text *out, const char **out_reason)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        *out_reason = sl_path_error(errno);
        return SL_IO;
    }
    if (!S_ISREG(about.st_mode)) {
        *out_reason = S_ISDIR(about.st_mode) ? "it is a directory" : "it is not a regular file";
        return SL_IO;
    }
    if (about.st_size > SL_FILE_BYTES_MAX) {
        *out_reason = "it is larger than 4 MiB";
        return SL_IO;
    }
    size_t bytes = (size_t)about.st_size, length;
    char *data = sl_arena_bytes(arena, bytes + 1);
    if (data == NULL) return SL_NOMEM;
    if (!file_fill(fd, data, bytes, &length)) {
        *out_reason = sl_path_error(errno);
        return SL_IO;
    }
    data[length] = '\0';
    *out = sl_text_make(data, length);
    return SL_OK;
}

sl_status sl_file_read(sl_text path, sl_arena *arena, sl_text *out, const char **out_reason)
{
    assert(arena != NULL);
    assert(out != NULL);
    assert(out_reason != NULL);
    *out_reason = "";
    sl_text name = sl_arena_copy(arena, path);
    if (name.data == NULL) return SL_NOMEM;
    if (memchr(name.data, '\0', name.length) != NULL) {
        *out_reason = "there is a NUL byte in the name";
        return SL_IO;
    }
    int fd = sl_path_open(name, O_RDONLY | O_NONBLOCK);
    if (fd < 0) {
        *out_reason = sl_path_error(errno);
        return SL_IO;
    }
    sl_status status = file_load(fd, arena, out, out_reason);
    close(fd);
    return status;
}
