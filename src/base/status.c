/* status.c - the phrases of the statuses. */
#include "base/status.h"

#include "base/compiler.h"

const char *sl_status_text(sl_status status)
{
    static const char *const texts[] = {
        [SL_OK] = "no error",           [SL_END] = "end of input",
        [SL_NOMEM] = "out of memory",   [SL_IO] = "input or output failed",
        [SL_CORRUPT] = "corrupt input", [SL_LIMIT] = "limit reached",
        [SL_CANCELLED] = "interrupted", [SL_QUERY] = "invalid query",
    };
    _Static_assert(SL_COUNT(texts) == SL_QUERY + 1, "each status has a phrase");
    return (unsigned)status < SL_COUNT(texts) ? texts[status] : "unknown status";
}
