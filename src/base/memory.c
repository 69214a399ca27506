/* memory.c - decides which allocation fails.
 *
 * The order of allocations is the same in every run with one thread, so a loop over n visits
 * each of them. Without -DSL_FAULT_INJECTION nothing of this is compiled. */
#include "base/memory.h"

#ifdef SL_FAULT_INJECTION

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static atomic_ullong memory_count;
static unsigned long long memory_fail_at; /* 0: never */
static bool memory_fail_after;
static pthread_once_t memory_once = PTHREAD_ONCE_INIT;

static void memory_read_environment(void)
{
    const char *text = getenv("SL_FAIL_ALLOC");
    if (text == NULL) return;
    memory_fail_at = strtoull(text, NULL, 10);
    memory_fail_after = strchr(text, '+') != NULL;
}

bool sl_fail_alloc(void)
{
    pthread_once(&memory_once, memory_read_environment);
    if (memory_fail_at == 0) return false;
    unsigned long long number = atomic_fetch_add(&memory_count, 1) + 1;
    return number == memory_fail_at || (memory_fail_after && number > memory_fail_at);
}

#else

/* A translation unit must hold something. */
typedef int sl_memory_is_not_made_to_fail;

#endif
