/* measure.c - runs a command and says how long it took and how much memory it had.
 *
 *   measure [--out FILE] COMMAND...
 *
 * Reads the command's standard output through a pipe, so that a row's arrival can be timed and
 * nothing goes to a disk; --out keeps it. Prints on standard error, as its last line,
 * "wall=S first=S user=S system=S rss=KIB lines=N status=N": seconds from the start to the end
 * and to the first byte, the peak resident memory, the lines it wrote, its exit status. The wall
 * time holds the start of the process, as a user's does. Ends with the command's status. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEASURE_PIECE = 1 << 16 };

static _Noreturn void measure_fail(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(125);
}

static double measure_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double measure_seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static pid_t measure_start(char **command, int *out)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) measure_fail("pipe");
    pid_t child = fork();
    if (child < 0) measure_fail("fork");
    if (child == 0) {
        if (dup2(ends[1], STDOUT_FILENO) < 0) _exit(126);
        execvp(command[0], command);
        fprintf(stderr, "measure: %s: %s\n", command[0], strerror(errno));
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return child;
}

/* Counts the lines of `in` until its end, and notes when the first byte came. */
static uint64_t measure_drain(int in, int keep, double *first)
{
    static char piece[MEASURE_PIECE];
    uint64_t lines = 0;
    for (;;) {
        ssize_t got = read(in, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) measure_fail("read");
        if (got == 0) return lines;
        if (*first == 0) *first = measure_now();
        for (const char *at = piece, *end = piece + got;
             (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
            lines++;
        if (keep >= 0 && write(keep, piece, (size_t)got) != got) measure_fail("write");
    }
}

int main(int argc, char **argv)
{
    int keep = -1, command = 1;
    if (argc > 3 && strcmp(argv[1], "--out") == 0) {
        keep = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (keep < 0) measure_fail(argv[2]);
        command = 3;
    }
    if (command >= argc) {
        fputs("usage: measure [--out FILE] COMMAND...\n", stderr);
        return 2;
    }

    int out, status;
    struct rusage used;
    double start = measure_now(), first = 0;
    pid_t child = measure_start(argv + command, &out);
    uint64_t lines = measure_drain(out, keep, &first);
    if (wait4(child, &status, 0, &used) < 0) measure_fail("wait");
    double end = measure_now();
    if (first == 0) first = end;
    if (keep >= 0 && close(keep) != 0) measure_fail("write");
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(stderr,
            "wall=%.6f first=%.6f user=%.6f system=%.6f rss=%ld lines=%" PRIu64 " status=%d\n",
            end - start, first - start, measure_seconds(used.ru_utime),
            measure_seconds(used.ru_stime), used.ru_maxrss, lines, code);
    return code;
}
