/* arena.c - chunks that double in size, and a pointer that moves through the newest.
 *
 * An allocation costs an addition and a comparison. A request too large for a shared chunk
 * gets a chunk of its own, put behind the newest, whose free bytes are thus not lost. A reset
 * keeps up to 4 MiB of chunks for the next batch; in ASan builds it keeps none, so that the
 * next batch has fresh addresses and a pointer that outlived its batch meets freed memory.
 * There also stands an untouchable gap behind every allocation. */
#include "base/arena.h"

#include <assert.h>
#include <stdio.h>

#include "base/memory.h"

enum {
    ARENA_ALIGN = _Alignof(max_align_t),
    ARENA_CHUNK_FIRST = 1024,
    ARENA_CHUNK_MAX = 1 << 20,
    ARENA_KEPT_MAX = 4 << 20,
    ARENA_GAP = SL_ASAN ? 16 : 0,
    ARENA_FILL = 0xDD,
    ARENA_FILLS = 0
#if !SL_ASAN && !defined(NDEBUG) && !defined(__OPTIMIZE__)
        + 1
#endif
};

struct sl_arena_chunk {
    _Alignas(max_align_t) sl_arena_chunk *older;
    size_t bytes; /* behind this header */
};

struct sl_arena_deferred {
    sl_arena_deferred *older;
    void (*fini)(void *object);
    void *object;
};

static char *arena_chunk_data(sl_arena_chunk *chunk)
{
    return (char *)(chunk + 1);
}

void sl_arena_init(sl_arena *arena, size_t bytes_max)
{
    *arena = (sl_arena){.bytes_max = bytes_max};
}

static void arena_free_chunks(sl_arena_chunk *chunk)
{
    while (chunk != NULL) {
        sl_arena_chunk *older = chunk->older;
        SL_UNPOISON(arena_chunk_data(chunk), chunk->bytes);
        free(chunk);
        chunk = older;
    }
}

/* The list stands in the arena itself, so it is gone through before any chunk is given back. */
static void arena_run_deferred(sl_arena *arena)
{
    for (sl_arena_deferred *each = arena->deferred; each != NULL; each = each->older)
        each->fini(each->object);
    arena->deferred = NULL;
}

bool sl_arena_defer(sl_arena *arena, void (*fini)(void *object), void *object)
{
    sl_arena_deferred *deferred = SL_ARENA_NEW(arena, sl_arena_deferred);
    if (deferred == NULL) {
        fini(object);
        return false;
    }
    *deferred = (sl_arena_deferred){arena->deferred, fini, object};
    arena->deferred = deferred;
    return true;
}

void sl_arena_fini(sl_arena *arena)
{
    if (arena == NULL) return;
    arena_run_deferred(arena);
    arena_free_chunks(arena->chunks);
    arena_free_chunks(arena->spare);
    *arena = (sl_arena){.bytes_max = arena->bytes_max};
}

void sl_arena_reset(sl_arena *arena)
{
    arena_run_deferred(arena);
    size_t kept = 0, kept_max = SL_ASAN ? 0 : ARENA_KEPT_MAX;
    sl_arena_chunk *spare = NULL, *surplus = NULL;
    sl_arena_chunk *lists[2] = {arena->spare, arena->chunks};
    for (size_t i = 0; i < SL_COUNT(lists); i++) {
        for (sl_arena_chunk *chunk = lists[i], *older; chunk != NULL; chunk = older) {
            older = chunk->older;
            bool keep = chunk->bytes <= kept_max - kept;
            sl_arena_chunk **list = keep ? &spare : &surplus;
            if (keep) kept += chunk->bytes;
            if (ARENA_FILLS && i == 1) memset(arena_chunk_data(chunk), ARENA_FILL, chunk->bytes);
            chunk->older = *list;
            *list = chunk;
        }
    }
    arena_free_chunks(surplus);
    *arena = (sl_arena){.spare = spare, .bytes_max = arena->bytes_max};
}

/* A chunk with room for `bytes`, from the spare ones or new; NULL when memory ends. */
static sl_arena_chunk *arena_chunk_take(sl_arena *arena, size_t bytes)
{
    for (sl_arena_chunk **at = &arena->spare; *at != NULL; at = &(*at)->older) {
        sl_arena_chunk *chunk = *at;
        if (chunk->bytes < bytes) continue;
        *at = chunk->older;
        return chunk;
    }
    if (bytes > SIZE_MAX - sizeof(sl_arena_chunk)) return NULL;
    sl_arena_chunk *chunk = sl_malloc(sizeof *chunk + bytes);
    if (chunk == NULL) return NULL;
    chunk->bytes = bytes;
    SL_POISON(arena_chunk_data(chunk), bytes);
    return chunk;
}

/* `bytes` from a chunk that is not the newest one as it stands. */
static SL_COLD char *arena_alloc_slow(sl_arena *arena, size_t bytes)
{
    bool own = arena->chunks != NULL && bytes > ARENA_CHUNK_MAX / 4;
    size_t next = ARENA_CHUNK_FIRST;
    if (arena->chunks != NULL) next = arena->chunks->bytes * 2;
    if (next > ARENA_CHUNK_MAX) next = ARENA_CHUNK_MAX;
    while (next < ARENA_CHUNK_MAX && next / 4 < bytes) next *= 2;
    if (next < bytes) next = bytes;

    sl_arena_chunk *chunk = arena_chunk_take(arena, own ? bytes : next);
    if (chunk == NULL) return NULL;
    char *data = arena_chunk_data(chunk);
    if (own) {
        chunk->older = arena->chunks->older;
        arena->chunks->older = chunk;
        return data;
    }
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    arena->next = data + bytes;
    arena->end = data + chunk->bytes;
    return data;
}

/* `bytes` at a multiple of `align`; counts and limits. */
static char *arena_take(sl_arena *arena, size_t bytes, size_t align)
{
    assert(arena != NULL);
    size_t limit = SIZE_MAX / 2;
    if (arena->bytes_max != 0 && arena->bytes_max < limit) limit = arena->bytes_max;
    if (SL_UNLIKELY(bytes > limit || arena->bytes_used > limit - bytes)) {
        arena->failed = true;
        return NULL;
    }
    if (SL_ASAN) align = ARENA_ALIGN;
    size_t skip = (size_t)(-(uintptr_t)arena->next & (align - 1));
    size_t room = (size_t)(arena->end - arena->next);
    size_t need = bytes + ARENA_GAP;
    char *data;
    if (SL_LIKELY(skip <= room && need <= room - skip && arena->next != NULL)) {
        data = arena->next + skip;
        arena->next = data + need;
    } else {
        data = arena_alloc_slow(arena, need);
    }
    if (SL_UNLIKELY(data == NULL)) {
        arena->failed = true;
        return NULL;
    }
    SL_UNPOISON(data, bytes);
    arena->bytes_used += bytes;
    return data;
}

void *sl_arena_alloc(sl_arena *arena, size_t bytes)
{
    void *data = arena_take(arena, bytes, ARENA_ALIGN);
    assert(((uintptr_t)data & (ARENA_ALIGN - 1)) == 0);
    return data;
}

void *sl_arena_zero(sl_arena *arena, size_t bytes)
{
    void *data = sl_arena_alloc(arena, bytes);
    if (data != NULL && bytes > 0) memset(data, 0, bytes);
    return data;
}

void *sl_arena_array(sl_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->failed = true;
        return NULL;
    }
    return sl_arena_zero(arena, count * size);
}

char *sl_arena_bytes(sl_arena *arena, size_t bytes)
{
    return arena_take(arena, bytes, 1);
}

sl_text sl_arena_copy(sl_arena *arena, sl_text t)
{
    if (t.length == SIZE_MAX) return (sl_text){NULL, 0};
    char *data = arena_take(arena, t.length + 1, 1);
    if (data == NULL) return (sl_text){NULL, 0};
    if (t.length > 0) memcpy(data, t.data, t.length);
    data[t.length] = '\0';
    return (sl_text){data, t.length};
}

sl_text sl_arena_printf(sl_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    sl_text text = {NULL, 0};
    int length = vsnprintf(NULL, 0, format, args);
    char *data = length < 0 ? NULL : arena_take(arena, (size_t)length + 1, 1);
    if (data != NULL) {
        vsnprintf(data, (size_t)length + 1, format, again);
        text = (sl_text){data, (size_t)length};
    }
    va_end(again);
    va_end(args);
    return text;
}
