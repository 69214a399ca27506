/* path.h - opening paths of any length.
 *
 * The kernel takes at most PATH_MAX bytes of path at once, but trees can be deeper. Walk and
 * reader open through here, so that no depth of directories hides a file. */
#ifndef SL_SOURCE_PATH_H
#define SL_SOURCE_PATH_H

#include <sys/stat.h>

#include "base/compiler.h"
#include "base/text.h"

/* The longest path that is followed; what lies deeper is a fault. Opening costs time in
 * proportion to the length, so a tree made to hurt must end somewhere. */
enum { SL_PATH_BYTES_MAX = 16 * 1024 };

/* As open(path, flags | O_CLOEXEC): the descriptor, or -1 and errno. `path` is terminated. */
int sl_path_open(sl_text path, int flags) SL_MUST_USE;

/* The directory that was opened in last. Archives hold many files in one directory, and opening
 * below an open one saves the kernel the way down: a third of a microsecond a file. */
typedef struct sl_path_near {
    int directory; /* -1: not opened yet */
    size_t length; /* of the directory's path with its slash; 0: none */
    char path[1024];
} sl_path_near;

void sl_path_near_init(sl_path_near *near);
void sl_path_near_fini(sl_path_near *near);
/* As sl_path_open. */
int sl_path_near_open(sl_path_near *near, sl_text path, int flags) SL_MUST_USE;

/* As stat: 0, or -1 and errno. */
int sl_path_stat(sl_text path, struct stat *out) SL_MUST_USE;

/* What the system says about `error` (an errno), never NULL. */
const char *sl_path_error(int error);

#endif
