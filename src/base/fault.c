/* fault.c - counters and the first cases of each kind, under one lock.
 *
 * Faults are rare, so a lock costs nothing that matters. Texts are cut so that no code point
 * is halved. */
#include "base/fault.h"

#include <assert.h>
#include <stdio.h>

typedef struct fault_row {
    const char *text;
    bool loss;
} fault_row;

static const fault_row fault_rows[] = {
#define X(name, text, loss) [name] = {(text), (loss)},
    SL_FAULT_KINDS(X)
#undef X
};
_Static_assert(SL_COUNT(fault_rows) == SL_FAULT_KIND_COUNT, "each kind has a row");

void sl_faults_init(sl_faults *faults)
{
    memset(faults, 0, sizeof *faults);
    pthread_mutex_init(&faults->lock, NULL);
}

void sl_faults_fini(sl_faults *faults)
{
    if (faults == NULL) return;
    pthread_mutex_destroy(&faults->lock);
}

/* True for a byte that continues a code point. */
static bool fault_continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The end of a path tells more than its beginning. */
static void fault_copy_where(char out[SL_FAULT_TEXT_MAX], sl_text where)
{
    if (where.length < SL_FAULT_TEXT_MAX) {
        if (where.length > 0) memcpy(out, where.data, where.length);
        out[where.length] = '\0';
        return;
    }
    size_t start = where.length - (SL_FAULT_TEXT_MAX - 1 - 3);
    while (start < where.length && fault_continues(where.data[start])) start++;
    memcpy(out, "...", 3);
    memcpy(out + 3, where.data + start, where.length - start);
    out[3 + where.length - start] = '\0';
}

void sl_fault_add(sl_faults *faults, sl_fault_kind kind, sl_text where, uint64_t offset,
                  const char *format, ...)
{
    assert(faults != NULL);
    assert((unsigned)kind < SL_FAULT_KIND_COUNT);

    sl_fault_case entry = {.offset = offset};
    fault_copy_where(entry.where, where);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(entry.reason, sizeof entry.reason, format, args);
    va_end(args);
    if (length >= (int)sizeof entry.reason) {
        size_t end = sizeof entry.reason - 1;
        while (end > 0 && fault_continues(entry.reason[end - 1])) end--;
        /* The byte before begins the code point that may be halved. */
        if (end > 0 && (unsigned char)entry.reason[end - 1] >= 0xC0) end--;
        entry.reason[end] = '\0';
    }

    pthread_mutex_lock(&faults->lock);
    uint64_t number = faults->counts[kind]++;
    if (number < SL_FAULT_CASES_MAX) faults->cases[kind][number] = entry;
    pthread_mutex_unlock(&faults->lock);
}

void sl_fault_count(sl_faults *faults, sl_fault_kind kind, uint64_t count)
{
    assert((unsigned)kind < SL_FAULT_KIND_COUNT);

    pthread_mutex_lock(&faults->lock);
    faults->counts[kind] += count;
    pthread_mutex_unlock(&faults->lock);
}

const char *sl_fault_text(sl_fault_kind kind)
{
    return (unsigned)kind < SL_FAULT_KIND_COUNT ? fault_rows[kind].text : "unknown fault";
}

bool sl_fault_is_loss(sl_fault_kind kind)
{
    return (unsigned)kind < SL_FAULT_KIND_COUNT && fault_rows[kind].loss;
}

bool sl_faults_lost(const sl_faults *faults)
{
    /* The lock is no part of what the caller sees as constant. */
    pthread_mutex_t *lock = (pthread_mutex_t *)&faults->lock;
    bool lost = false;
    pthread_mutex_lock(lock);
    for (unsigned kind = 0; kind < SL_FAULT_KIND_COUNT; kind++)
        lost = lost || (fault_rows[kind].loss && faults->counts[kind] > 0);
    pthread_mutex_unlock(lock);
    return lost;
}
