/* stream.c - writes all of it, however often the kernel takes a part only. */
#include "cli/stream.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Standard output may have been made non-blocking by whoever shares it with us. */
static void stream_wait(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    (void)poll(&ready, 1, 1000);
}

bool sl_stream_write(void *context, sl_text bytes)
{
    sl_stream *stream = context;
    if (stream->error != 0) return false;
    sl_progress_clear(stream->progress);
    for (size_t at = 0; at < bytes.length;) {
        ssize_t wrote = write(stream->fd, bytes.data + at, bytes.length - at);
        if (wrote >= 0) {
            at += (size_t)wrote;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            stream_wait(stream->fd);
        } else if (errno != EINTR) {
            stream->error = errno;
            return false;
        }
    }
    return true;
}

bool sl_stream_is_closed(const sl_stream *stream)
{
    return stream->error == EPIPE;
}
