/* compiler.h - the few compiler extensions the house uses, under names of its own.
 *
 * Everything else is plain C17: whoever ports Strandline to another compiler changes
 * this file alone. */
#ifndef SL_BASE_COMPILER_H
#define SL_BASE_COMPILER_H

#if defined(__GNUC__) || defined(__clang__)
#define SL_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#define SL_MUST_USE __attribute__((warn_unused_result))
#define SL_HOT __attribute__((hot))
#define SL_COLD __attribute__((cold))
#define SL_NOINLINE __attribute__((noinline))
#define SL_ALWAYS_INLINE __attribute__((always_inline))
#define SL_LIKELY(x) __builtin_expect(!!(x), 1)
#define SL_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define SL_PREFETCH(address) __builtin_prefetch(address)
#else
#define SL_PRINTF(format_index, first_index)
#define SL_MUST_USE
#define SL_HOT
#define SL_COLD
#define SL_NOINLINE
#define SL_ALWAYS_INLINE
#define SL_LIKELY(x) (x)
#define SL_UNLIKELY(x) (x)
#define SL_PREFETCH(address) ((void)(address))
#endif

#define SL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The product of two 64-bit numbers in one step, where the machine has it. */
#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 sl_uint128;
#define SL_HAS_UINT128 1
#else
#define SL_HAS_UINT128 0
#endif

/* Address sanitizer: memory between SL_POISON and SL_UNPOISON must not be touched. */
#if defined(__SANITIZE_ADDRESS__)
#define SL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SL_ASAN 1
#endif
#endif
#ifndef SL_ASAN
#define SL_ASAN 0
#endif
#if SL_ASAN
#include <sanitizer/asan_interface.h>
#define SL_POISON(start, bytes) ASAN_POISON_MEMORY_REGION((start), (bytes))
#define SL_UNPOISON(start, bytes) ASAN_UNPOISON_MEMORY_REGION((start), (bytes))
#else
#define SL_POISON(start, bytes) ((void)(start), (void)(bytes))
#define SL_UNPOISON(start, bytes) ((void)(start), (void)(bytes))
#endif

#endif
