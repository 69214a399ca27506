/* spill.c - a file without a name, written at its end and read anywhere.
 *
 * A record is its length in four bytes and its bytes. Writing gathers a quarter of a megabyte;
 * reading brings what was gathered so far to the file first. The first failure is reported with
 * what the user can do, and ends all later writing. */
#include "exec/spill.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

enum { SPILL_WRITE_BYTES = 256 * 1024, SPILL_HEAD_BYTES = 4, SPILL_DROP_BYTES = 256 * 1024 };

struct sl_spill {
    sl_faults *faults;
    int fd; /* -1: none yet */
    bool failed;
    uint64_t written; /* bytes in the file; the buffer stands behind them */
    char *buffer;
    size_t length;
    const atomic_bool *cancelled; /* or NULL */
};

sl_spill *sl_spill_new(sl_faults *faults)
{
    sl_spill *spill = sl_calloc(1, sizeof *spill);
    if (spill == NULL) return NULL;
    spill->faults = faults;
    spill->fd = -1;
    return spill;
}

void sl_spill_free(sl_spill *spill)
{
    if (spill == NULL) return;
    if (spill->fd >= 0) close(spill->fd);
    free(spill->buffer);
    free(spill);
}

void sl_spill_set_cancel(sl_spill *spill, const atomic_bool *cancelled)
{
    spill->cancelled = cancelled;
}

static bool spill_cancelled(const sl_spill *spill)
{
    return spill->cancelled != NULL && atomic_load(spill->cancelled);
}

uint64_t sl_spill_end(const sl_spill *spill)
{
    return spill->written + spill->length;
}

static const char *spill_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory == NULL || *directory == '\0' ? "/tmp" : directory;
}

static sl_status spill_fail(sl_spill *spill, const char *what, int error)
{
    if (spill->failed) return SL_IO;
    spill->failed = true;
    sl_fault_add(spill->faults, SL_FAULT_TEMPORARY, sl_text_from(spill_directory()), UINT64_MAX,
                 "%s: %s, after %llu bytes; set TMPDIR to a directory with room, or raise --memory",
                 what, strerror(error), (unsigned long long)sl_spill_end(spill));
    return SL_IO;
}

/* A file that has no name, or loses it at once where the file system cannot do the former. */
static int spill_open(const char *directory)
{
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/strandline-XXXXXX", directory);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) unlink(path);
    return fd;
}

static sl_status spill_begin(sl_spill *spill)
{
    if (spill->failed) return SL_IO;
    if (spill->buffer == NULL) spill->buffer = sl_malloc(SPILL_WRITE_BYTES);
    if (spill->buffer == NULL) return SL_NOMEM;
    if (spill->fd < 0) spill->fd = spill_open(spill_directory());
    return spill->fd < 0 ? spill_fail(spill, "no temporary file can be made", errno) : SL_OK;
}

static sl_status spill_write(sl_spill *spill, const char *data, size_t length)
{
    if (spill_cancelled(spill)) return SL_CANCELLED;
    while (length > 0) {
        ssize_t done = pwrite(spill->fd, data, length, (off_t)spill->written);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0)
            return spill_fail(spill, "a temporary file cannot be written",
                              done < 0 ? errno : ENOSPC);
        data += done;
        length -= (size_t)done;
        spill->written += (uint64_t)done;
    }
    return SL_OK;
}

static sl_status spill_flush(sl_spill *spill)
{
    size_t length = spill->length;
    spill->length = 0;
    return spill_write(spill, spill->buffer, length);
}

static sl_status spill_put(sl_spill *spill, const char *data, size_t length)
{
    if (spill->length + length > SPILL_WRITE_BYTES) {
        sl_status status = spill_flush(spill);
        if (status != SL_OK) return status;
    }
    if (length > SPILL_WRITE_BYTES) return spill_write(spill, data, length);
    if (length > 0) memcpy(spill->buffer + spill->length, data, length);
    spill->length += length;
    return SL_OK;
}

sl_status sl_spill_add(sl_spill *spill, sl_text record)
{
    if (record.length > UINT32_MAX) return SL_LIMIT;
    sl_status status = spill->fd >= 0 && !spill->failed ? SL_OK : spill_begin(spill);
    if (status != SL_OK) return status;
    uint32_t length = (uint32_t)record.length;
    char head[SPILL_HEAD_BYTES];
    memcpy(head, &length, sizeof head);
    status = spill_put(spill, head, sizeof head);
    return status == SL_OK ? spill_put(spill, record.data, record.length) : status;
}

void sl_spill_drop(sl_spill *spill, uint64_t start, uint64_t end)
{
    if (spill->fd < 0 || end > spill->written || end - start < SPILL_DROP_BYTES) return;
    /* A courtesy: where holes cannot be made, the room is taken until the file goes. */
    (void)!fallocate(spill->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)start,
                     (off_t)(end - start));
}

void sl_spill_aim(sl_spill_reader *reader, sl_spill *spill, uint64_t start, uint64_t end)
{
    assert(start <= end && end <= sl_spill_end(spill));
    reader->spill = spill;
    reader->next = start;
    reader->end = end;
    reader->at = reader->length = 0;
}

void sl_spill_reader_fini(sl_spill_reader *reader)
{
    free(reader->buffer);
    *reader = (sl_spill_reader){.spill = NULL};
}

/* Brings at least `need` bytes into the buffer, from `at` on. */
static sl_status reader_fill(sl_spill_reader *reader, size_t need)
{
    sl_spill *spill = reader->spill;
    size_t left = reader->length - reader->at;
    if (spill_cancelled(spill)) return SL_CANCELLED;
    if (need - left > reader->end - reader->next)
        return spill_fail(spill, "a temporary file is not as it was written", EIO);
    if (need > reader->capacity) {
        size_t capacity = need < SL_SPILL_READ_BYTES ? SL_SPILL_READ_BYTES : need + need / 4;
        char *buffer = sl_realloc(reader->buffer, capacity);
        if (buffer == NULL) return SL_NOMEM;
        reader->buffer = buffer;
        reader->capacity = capacity;
    }
    if (left > 0) memmove(reader->buffer, reader->buffer + reader->at, left);
    reader->at = 0;
    reader->length = left;
    if (reader->end > spill->written) {
        sl_status status = spill_flush(spill);
        if (status != SL_OK) return status;
    }
    while (reader->length < need) {
        size_t room = reader->capacity - reader->length;
        if (room > reader->end - reader->next) room = (size_t)(reader->end - reader->next);
        ssize_t done = pread(spill->fd, reader->buffer + reader->length, room, (off_t)reader->next);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0)
            return spill_fail(spill, "a temporary file cannot be read", done < 0 ? errno : EIO);
        reader->length += (size_t)done;
        reader->next += (uint64_t)done;
    }
    return SL_OK;
}

sl_status sl_spill_next(sl_spill_reader *reader, sl_text *out)
{
    if (reader->at == reader->length && reader->next == reader->end) return SL_END;
    if (reader->length - reader->at < SPILL_HEAD_BYTES) {
        sl_status status = reader_fill(reader, SPILL_HEAD_BYTES);
        if (status != SL_OK) return status;
    }
    uint32_t length;
    memcpy(&length, reader->buffer + reader->at, sizeof length);
    size_t need = SPILL_HEAD_BYTES + (size_t)length;
    if (reader->length - reader->at < need) {
        sl_status status = reader_fill(reader, need);
        if (status != SL_OK) return status;
    }
    *out = sl_text_make(reader->buffer + reader->at + SPILL_HEAD_BYTES, length);
    reader->at += need;
    return SL_OK;
}
