/* memory.h - the heap, with a way to make it fail on purpose.
 *
 * Every allocation can fail, and code that is never seen failing is wrong. Everything in
 * Strandline that takes memory from the heap takes it here; free() gives it back. Built with
 * -DSL_FAULT_INJECTION, the n-th allocation of the process fails when the environment says
 * SL_FAIL_ALLOC=n, and all later ones too when it says SL_FAIL_ALLOC=n+.
 *
 * Owner:    the caller, until free().
 * Lifetime: until free().
 * Threads:  any. */
#ifndef SL_BASE_MEMORY_H
#define SL_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/compiler.h"

#ifdef SL_FAULT_INJECTION

/* True when the allocation that is about to be made has to fail. For whoever allocates in
 * another way (mmap, a library) and wants to be tested too. */
bool sl_fail_alloc(void);

#else

static inline bool sl_fail_alloc(void)
{
    return false;
}

#endif

/* As malloc, calloc and realloc; NULL when memory ends. */
SL_MUST_USE static inline void *sl_malloc(size_t bytes)
{
    return sl_fail_alloc() ? NULL : malloc(bytes);
}

SL_MUST_USE static inline void *sl_calloc(size_t count, size_t size)
{
    return sl_fail_alloc() ? NULL : calloc(count, size);
}

SL_MUST_USE static inline void *sl_realloc(void *memory, size_t bytes)
{
    return sl_fail_alloc() ? NULL : realloc(memory, bytes);
}

#endif
