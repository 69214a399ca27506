/* regex.c - PCRE2 with JIT, bounded in steps, stack, memory and time.
 *
 * Patterns are compiled with PCRE2_MATCH_INVALID_UTF: repaired text costs little more under the
 * JIT, and raw records may hold anything.
 *
 * PCRE2's match limit alone bounds little: it counts anew from each start of the match, and a step
 * of the JIT may look at all the rest of the text (`x.*y` needs no step at all, and the square of
 * the text's length in time). So a match is tried in windows of start offsets, and the limit for
 * one try is such that starts x steps x length stays within REGEX_WORK_MAX. A try that runs out
 * is repeated with fewer starts and more steps, down to one start; between tries the processor
 * time is looked at. A text of usual length is one window, so nothing of this is seen there.
 *
 * A match that needs more stack than the JIT has goes to the interpreter, whose backtracking is
 * on the heap. Match data, match context and JIT stack are a thread's own and end with it. */
#include "func/regex.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"

enum {
    REGEX_PATTERN_MAX = 64 * 1024,
    REGEX_JIT_STACK_MIN = 32 * 1024,
    REGEX_JIT_STACK_MAX = 1024 * 1024,
    REGEX_SHRINK = 64, /* a window that ran out of steps is cut by this */
    REGEX_ERROR_TEXT_MAX = 128
};
#define REGEX_SCAN_MAX (UINT64_C(1) << 28) /* starts x length of one try */
#define REGEX_WORK_MAX (UINT64_C(1) << 33) /* starts x steps x length of one try */
#define REGEX_TEXT_NS (2 * SL_SECOND)      /* for one text */

struct sl_regex {
    pcre2_code *code;
    sl_text pattern;
    unsigned flags;
    uint32_t group_count;
    bool anchored;  /* it can only start where the search does */
    bool windows;   /* the match may be tried from any offset on its own */
    sl_text *names; /* by group number; [0] unused */
};

/* What a thread needs to match; shared by all its patterns. */
typedef struct regex_thread {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
} regex_thread;

static pthread_key_t regex_key;
static pthread_once_t regex_once = PTHREAD_ONCE_INIT;
static bool regex_key_made;
static _Thread_local regex_thread *regex_mine;

static void regex_thread_free(void *object)
{
    regex_thread *thread = object;
    if (thread == NULL) return;
    pcre2_match_data_free(thread->data);
    pcre2_match_context_free(thread->context);
    if (thread->stack != NULL) pcre2_jit_stack_free(thread->stack);
    free(thread);
    regex_mine = NULL;
}

static void regex_key_make(void)
{
    regex_key_made = pthread_key_create(&regex_key, regex_thread_free) == 0;
}

/* NULL when memory ends. */
static regex_thread *regex_thread_get(void)
{
    if (SL_LIKELY(regex_mine != NULL)) return regex_mine;
    (void)pthread_once(&regex_once, regex_key_make);
    if (!regex_key_made) return NULL;

    regex_thread *thread = sl_calloc(1, sizeof *thread);
    if (thread == NULL) return NULL;
    thread->data = pcre2_match_data_create(SL_REGEX_GROUPS_MAX + 1, NULL);
    thread->context = pcre2_match_context_create(NULL);
    /* Without a stack of ours the JIT uses 32 KiB of the machine's. */
    thread->stack = pcre2_jit_stack_create(REGEX_JIT_STACK_MIN, REGEX_JIT_STACK_MAX, NULL);
    if (thread->data == NULL || thread->context == NULL
        || pthread_setspecific(regex_key, thread) != 0) {
        regex_thread_free(thread);
        return NULL;
    }
    (void)pcre2_set_heap_limit(thread->context, SL_REGEX_HEAP_KIB_MAX);
    pcre2_jit_stack_assign(thread->context, NULL, thread->stack);
    regex_mine = thread;
    return thread;
}

static uint32_t regex_options(unsigned flags)
{
    uint32_t options =
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    if ((flags & SL_REGEX_NOCASE) != 0) options |= PCRE2_CASELESS;
    if ((flags & SL_REGEX_DOTALL) != 0) options |= PCRE2_DOTALL;
    if ((flags & SL_REGEX_MULTILINE) != 0) options |= PCRE2_MULTILINE;
    if ((flags & SL_REGEX_ANCHORED) != 0) options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    return options;
}

static void regex_code_free(void *object)
{
    pcre2_code_free(object);
}

static void regex_complain(sl_diags *diags, sl_span span, int error, size_t offset)
{
    if (diags == NULL) return;
    char text[REGEX_ERROR_TEXT_MAX] = "";
    (void)pcre2_get_error_message(error, (PCRE2_UCHAR *)text, sizeof text);
    sl_diag_error(diags, SL_DIAG_REGEX, span, "the regular expression does not compile: %s", text);
    sl_diag_hint(diags, "the fault is at character %zu of the expression", offset + 1);
}

/* Reads the names of the groups; false (and said) when one stands beyond the limit. */
static bool regex_read_names(sl_regex *regex, sl_arena *arena, sl_diags *diags, sl_span span)
{
    uint32_t captures = 0, count = 0, entry_bytes = 0;
    PCRE2_SPTR entry = NULL;
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &captures);
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_bytes);
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &entry);
    regex->group_count = captures < SL_REGEX_GROUPS_MAX ? captures : SL_REGEX_GROUPS_MAX;
    regex->names = SL_ARENA_ARRAY(arena, regex->group_count + 1, sl_text);
    if (regex->names == NULL) return false;
    for (uint32_t i = 0; i < count; i++, entry += entry_bytes) {
        uint32_t number = (uint32_t)entry[0] << 8 | entry[1];
        sl_text name = sl_arena_copy(arena, sl_text_from((const char *)entry + 2));
        if (name.data == NULL) return false;
        if (number <= regex->group_count) {
            regex->names[number] = name;
            continue;
        }
        if (diags != NULL)
            sl_diag_error(diags, SL_DIAG_REGEX, span,
                          "group '%.*s' stands behind %d other groups, more than are kept",
                          SL_TEXT_ARG(name), SL_REGEX_GROUPS_MAX);
        return false;
    }
    return true;
}

/* A match found from a later start is also one of the whole text, unless the pattern is bound to
 * where the search starts. */
static void regex_read_bounds(sl_regex *regex)
{
    uint32_t options = 0;
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_ALLOPTIONS, &options);
    regex->anchored = (options & PCRE2_ANCHORED) != 0;
    regex->windows =
        !regex->anchored && sl_text_find(regex->pattern, SL_TEXT("\\G"), 0) == SIZE_MAX;
}

const sl_regex *sl_regex_new(sl_text pattern, unsigned flags, sl_arena *arena, sl_diags *diags,
                             sl_span span)
{
    assert(arena != NULL);

    if (pattern.length > REGEX_PATTERN_MAX) {
        if (diags != NULL)
            sl_diag_error(diags, SL_DIAG_LIMIT, span,
                          "a regular expression of %zu bytes; at most %d", pattern.length,
                          REGEX_PATTERN_MAX);
        return NULL;
    }
    sl_regex *regex = SL_ARENA_NEW(arena, sl_regex);
    sl_text copy = sl_arena_copy(arena, pattern);
    if (regex == NULL || copy.data == NULL) return NULL;
    regex->pattern = copy;
    regex->flags = flags;

    int error = 0;
    size_t offset = 0;
    regex->code = pcre2_compile((PCRE2_SPTR)copy.data, copy.length, regex_options(flags), &error,
                                &offset, NULL);
    if (regex->code == NULL) {
        regex_complain(diags, span, error, offset);
        return NULL;
    }
    if (!sl_arena_defer(arena, regex_code_free, regex->code)) return NULL;
    /* Where the JIT cannot help (no executable memory, a rare construct) the interpreter runs. */
    (void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
    if (!regex_read_names(regex, arena, diags, span)) return NULL;
    regex_read_bounds(regex);
    return regex;
}

static int64_t regex_clock(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
    return (int64_t)now.tv_sec * SL_SECOND + now.tv_nsec;
}

static inline bool regex_continues(sl_text subject, size_t at)
{
    return at < subject.length && ((unsigned char)subject.data[at] & 0xC0) == 0x80;
}

/* Steps that each of `starts` may take. */
static uint32_t regex_limit(uint64_t starts, uint64_t length)
{
    uint64_t steps = REGEX_WORK_MAX / (starts * (length + 1));
    return steps > SL_REGEX_STEPS_MAX ? SL_REGEX_STEPS_MAX : (uint32_t)steps + 1;
}

/* The match that starts at `from` or up to `starts` - 1 bytes behind; PCRE2's codes. */
static int regex_try(const sl_regex *regex, regex_thread *thread, sl_text subject, size_t from,
                     size_t starts)
{
    PCRE2_SPTR bytes = (PCRE2_SPTR)(subject.data == NULL ? "" : subject.data);
    size_t length = subject.length - from;
    bool all = starts > length;
    (void)pcre2_set_offset_limit(thread->context, all ? PCRE2_UNSET : from + starts - 1);
    (void)pcre2_set_match_limit(thread->context, regex_limit(regex->anchored ? 1 : starts, length));
    int rc =
        pcre2_match(regex->code, bytes, subject.length, from, 0, thread->data, thread->context);
    if (rc != PCRE2_ERROR_JIT_STACKLIMIT) return rc;
    /* The interpreter's steps are small, but they are many: one start at a time. */
    if (starts > 1 && regex->windows) return PCRE2_ERROR_MATCHLIMIT;
    (void)pcre2_set_match_limit(thread->context, SL_REGEX_STEPS_MAX);
    return pcre2_match(regex->code, bytes, subject.length, from, PCRE2_NO_JIT, thread->data,
                       thread->context);
}

static size_t regex_window_max(size_t length)
{
    uint64_t starts = REGEX_SCAN_MAX / ((uint64_t)length + 1);
    return starts > length ? length + 1 : starts > 0 ? (size_t)starts : 1;
}

/* Goes over the text window by window, from a first try that found nothing or ran out. */
static int regex_in_windows(const sl_regex *regex, regex_thread *thread, sl_text subject,
                            size_t from)
{
    size_t window_max = regex_window_max(subject.length - from), window = window_max;
    int64_t begun = 0;
    for (;;) {
        int rc = regex_try(regex, thread, subject, from, window);
        bool out_of_steps = rc == PCRE2_ERROR_MATCHLIMIT;
        if (out_of_steps ? window == 1 : rc != PCRE2_ERROR_NOMATCH) return rc;
        if (!out_of_steps && window > subject.length - from) return rc;
        int64_t now = regex_clock();
        if (begun == 0) begun = now;
        if (now - begun > REGEX_TEXT_NS) return PCRE2_ERROR_MATCHLIMIT;
        if (out_of_steps) {
            window = window > REGEX_SHRINK ? window / REGEX_SHRINK : 1;
            continue;
        }
        from += window;
        while (regex_continues(subject, from)) from++;
        if (from > subject.length) return rc;
        window = window < window_max / 2 ? window * 2 : window_max;
    }
}

static void regex_count_fault(const sl_regex *regex, const sl_context *context)
{
    if (context == NULL || context->faults == NULL) return;
    if (context->undecided != NULL)
        atomic_fetch_add_explicit(context->undecided, 1, memory_order_relaxed);
    sl_fault_add(context->faults, SL_FAULT_REGEX, context->query_name, UINT64_MAX, "%.*s",
                 regex->pattern.length > SL_FAULT_TEXT_MAX ? SL_FAULT_TEXT_MAX
                                                           : (int)regex->pattern.length,
                 regex->pattern.data);
}

static sl_match regex_run(const sl_regex *regex, sl_text subject, size_t from,
                          const sl_context *context, regex_thread **thread)
{
    *thread = regex_thread_get();
    while (regex_continues(subject, from)) from++; /* into a character is no place to start */
    if (from > subject.length) return SL_MATCH_NO;
    int rc = PCRE2_ERROR_NOMEMORY;
    if (*thread != NULL && regex->windows) rc = regex_in_windows(regex, *thread, subject, from);
    else if (*thread != NULL)
        rc = regex_try(regex, *thread, subject, from, subject.length - from + 1);
    if (rc >= 0) return SL_MATCH_YES;
    if (rc == PCRE2_ERROR_NOMATCH) return SL_MATCH_NO;
    regex_count_fault(regex, context);
    return SL_MATCH_STEPS;
}

sl_match sl_regex_test(const sl_regex *regex, sl_text subject, const sl_context *context)
{
    assert(regex != NULL);

    regex_thread *thread = NULL;
    return regex_run(regex, subject, 0, context, &thread);
}

sl_match sl_regex_find(const sl_regex *regex, sl_text subject, size_t from, sl_text *groups,
                       uint32_t group_max, const sl_context *context)
{
    assert(regex != NULL);
    assert(groups != NULL || group_max == 0);

    regex_thread *thread = NULL;
    sl_match match = regex_run(regex, subject, from, context, &thread);
    for (uint32_t i = 0; i < group_max; i++) groups[i] = (sl_text){NULL, 0};
    if (match != SL_MATCH_YES) return match;

    const char *bytes = subject.data == NULL ? "" : subject.data;
    const size_t *offsets = pcre2_get_ovector_pointer(thread->data);
    uint32_t known = regex->group_count + 1;
    for (uint32_t i = 0; i < group_max && i < known; i++) {
        size_t start = offsets[2 * i], end = offsets[2 * i + 1];
        /* \K may set the start behind the end; such a match is empty. */
        if (start == PCRE2_UNSET) continue;
        groups[i] = sl_text_make(bytes + start, end > start ? end - start : 0);
    }
    return match;
}

uint32_t sl_regex_group_count(const sl_regex *regex)
{
    return regex->group_count;
}

sl_text sl_regex_group_name(const sl_regex *regex, uint32_t number)
{
    if (number == 0 || number > regex->group_count) return (sl_text){NULL, 0};
    return regex->names[number];
}

sl_text sl_regex_pattern(const sl_regex *regex)
{
    return regex->pattern;
}

unsigned sl_regex_flags_of(const sl_regex *regex)
{
    return regex->flags;
}
