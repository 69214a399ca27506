/* fault.h - what went wrong with the input of a run: counted, with the first cases named.
 *
 * Nothing is dropped in silence. A fault never stops the run; it is counted under its kind,
 * and the first cases keep file, offset and reason for the end of the run.
 *
 * Owner:    the caller.
 * Lifetime: messages and paths are copied.
 * Threads:  any number may add at once. */
#ifndef SL_BASE_FAULT_H
#define SL_BASE_FAULT_H

#include <pthread.h>
#include <stdint.h>

#include "base/text.h"

/* kind, phrase for one, makes the exit code 3 */
#define SL_FAULT_KINDS(X) \
    X(SL_FAULT_MISSING, "path not found", true) \
    X(SL_FAULT_UNREADABLE, "file could not be read", true) \
    X(SL_FAULT_CORRUPT, "compressed file is truncated or corrupt", true) \
    X(SL_FAULT_INFLATED, "file inflates beyond the limit", true) \
    X(SL_FAULT_NOT_JSON, "file or part of it is not JSON", true) \
    X(SL_FAULT_NOT_LOG, "JSON that holds no log records", true) \
    X(SL_FAULT_TRUNCATED, "record is cut off at the end of the file", true) \
    X(SL_FAULT_LARGE, "record is larger than the limit", true) \
    X(SL_FAULT_DEEP, "record is nested deeper than the limit", true) \
    X(SL_FAULT_SPECIAL, "not a regular file, skipped", false) \
    X(SL_FAULT_EMPTY, "empty file", false) \
    X(SL_FAULT_UTF8, "record with invalid UTF-8, repaired", false) \
    X(SL_FAULT_DUPLICATE_KEY, "record with a repeated key, first one used", false) \
    X(SL_FAULT_FIELDS, "record with more fields than the limit, first ones used", false) \
    X(SL_FAULT_NO_TIME, "event without a time, left out of the time range", false) \
    X(SL_FAULT_REGEX, "regular expression ran out of steps", true) \
    X(SL_FAULT_MEMORY, "memory budget reached", true) \
    X(SL_FAULT_TEMPORARY, "temporary file could not be used", true) \
    X(SL_FAULT_OUTPUT, "table could not be written", true) \
    X(SL_FAULT_RESULT_LIMIT, "result limit of the language reached", false)

typedef enum sl_fault_kind {
#define X(name, text, fatal) name,
    SL_FAULT_KINDS(X)
#undef X
        SL_FAULT_KIND_COUNT
} sl_fault_kind;

enum { SL_FAULT_CASES_MAX = 5, SL_FAULT_TEXT_MAX = 512 };

typedef struct sl_fault_case {
    char where[SL_FAULT_TEXT_MAX]; /* path, cut at the front when longer */
    uint64_t offset;               /* in the inflated input; UINT64_MAX: does not apply */
    char reason[SL_FAULT_TEXT_MAX / 2];
} sl_fault_case;

typedef struct sl_faults {
    pthread_mutex_t lock;
    uint64_t counts[SL_FAULT_KIND_COUNT];
    sl_fault_case cases[SL_FAULT_KIND_COUNT][SL_FAULT_CASES_MAX];
} sl_faults;

void sl_faults_init(sl_faults *faults);
void sl_faults_fini(sl_faults *faults);
void sl_fault_add(sl_faults *faults, sl_fault_kind kind, sl_text where, uint64_t offset,
                  const char *format, ...) SL_PRINTF(5, 6);
/* Counts so many at once, of a kind whose cases are not worth naming. */
void sl_fault_count(sl_faults *faults, sl_fault_kind kind, uint64_t count);
const char *sl_fault_text(sl_fault_kind kind);
/* True when the kind means that some input could not be read (exit code 3). */
bool sl_fault_is_loss(sl_fault_kind kind);
/* True when any fault of such a kind was counted. */
bool sl_faults_lost(const sl_faults *faults);

#endif
