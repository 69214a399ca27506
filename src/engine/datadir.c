/* datadir.c - asks the dynamic linker which file this code was loaded from.
 *
 * One level up is bin/ or lib/ of a prefix, two levels up is lib/TRIPLET/ or libexec, and none is
 * a build tree, where CMake puts links to the sources. */
#include "engine/datadir.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SL_DATADIR
#define SL_DATADIR "/usr/local/share/strandline"
#endif

/* The folder of the program or library that holds this code; false when that cannot be told. */
static bool datadir_own_folder(char out[PATH_MAX])
{
    static const char mark;
    Dl_info about;
    if (dladdr(&mark, &about) == 0 || about.dli_fname == NULL) return false;
    /* A program's own name is as it was typed; /proc knows where the file is. */
    const char *path = strchr(about.dli_fname, '/') == NULL ? "/proc/self/exe" : about.dli_fname;
    if (realpath(path, out) == NULL && realpath("/proc/self/exe", out) == NULL) return false;
    char *slash = strrchr(out, '/');
    if (slash != NULL) *slash = '\0';
    return slash != NULL;
}

const char *sl_datadir_find(sl_arena *arena, const char *name, const char *variable)
{
    static const char *const ways[] = {"", "/..", "/../.."};
    const char *said = variable == NULL ? NULL : getenv(variable);
    if (said != NULL && *said != '\0') return sl_arena_printf(arena, "%s", said).data;

    char folder[PATH_MAX];
    if (datadir_own_folder(folder)) {
        for (size_t i = 0; i < SL_COUNT(ways); i++) {
            sl_text path =
                sl_arena_printf(arena, "%s%s/share/strandline/%s", folder, ways[i], name);
            if (path.data == NULL) return NULL;
            if (access(path.data, R_OK | X_OK) == 0) return path.data;
        }
    }
    return sl_arena_printf(arena, "%s/%s", SL_DATADIR, name).data;
}
