/* literals.c - Hyperscan over some ten kilobytes at a time, the matches kept in a short list.
 *
 * Stretches overlap by the length of the longest literal, so that none is missed between two. A
 * stretch with more matches than the list takes counts as if every literal stood in all of it:
 * that only lets records through. */
#include "event/literals.h"

#include <assert.h>
#include <hs.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
    LITERALS_STRETCH = 32 * 1024,
    LITERALS_FOUND_MAX = 2048 /* in one stretch */
};

struct sl_literals {
    hs_database_t *database;
    uint64_t *marks; /* by number of the literal */
    uint64_t all;
    uint32_t longest;
    bool holds[128]; /* ASCII bytes of some literal, in the cases that match */
};

typedef struct literal_found {
    const char *last; /* its last byte */
    uint64_t marks;
} literal_found;

struct sl_literal_watch {
    const sl_literals *literals;
    hs_scratch_t *scratch;
    size_t ahead;               /* bytes that are searched at once, at least */
    const char *from, *to;      /* the bytes searched so far */
    const char *done;           /* what stands before it was asked about */
    const char *stretch;        /* what is being searched */
    literal_found *found;       /* by rising place */
    uint32_t next, found_count; /* those before `next` are done with */
    bool crowded;               /* more than can be kept */
};

static void literals_note_bytes(sl_literals *literals, const sl_literal *literal)
{
    for (size_t i = 0; i < literal->text.length; i++) {
        unsigned char c = (unsigned char)literal->text.data[i];
        if (c >= 0x80) continue;
        literals->holds[c] = true;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (literal->nocase && letter) literals->holds[c ^ 0x20] = true;
    }
}

/* The lists as the compiler wants them. */
typedef struct literal_lists {
    const char **texts;
    size_t *lengths;
    unsigned *flags, *ids;
} literal_lists;

static bool literals_compile(sl_literals *literals, const sl_literal *list, uint32_t count,
                             const literal_lists *to)
{
    for (uint32_t i = 0; i < count; i++) {
        assert(list[i].text.length >= SL_LITERAL_BYTES_MIN);
        assert(list[i].text.length <= SL_LITERAL_BYTES_MAX);
        to->texts[i] = list[i].text.data;
        to->lengths[i] = list[i].text.length;
        to->flags[i] = list[i].nocase ? HS_FLAG_CASELESS : 0;
        to->ids[i] = i;
        literals->marks[i] = list[i].marks;
        literals->all |= list[i].marks;
        if (list[i].text.length > literals->longest)
            literals->longest = (uint32_t)list[i].text.length;
        literals_note_bytes(literals, &list[i]);
    }
    hs_compile_error_t *fault = NULL;
    hs_error_t error = hs_compile_lit_multi(to->texts, to->flags, to->ids, to->lengths, count,
                                            HS_MODE_BLOCK, NULL, &literals->database, &fault);
    hs_free_compile_error(fault);
    return error == HS_SUCCESS;
}

sl_literals *sl_literals_new(const sl_literal *list, uint32_t count)
{
    assert(count > 0);
    if (hs_valid_platform() != HS_SUCCESS) return NULL;
    sl_literals *literals = sl_calloc(1, sizeof *literals);
    if (literals == NULL) return NULL;
    literals->marks = sl_calloc(count, sizeof *literals->marks);
    literal_lists to = {.texts = sl_calloc(count, sizeof *to.texts),
                        .lengths = sl_calloc(count, sizeof *to.lengths),
                        .flags = sl_calloc(count, sizeof *to.flags),
                        .ids = sl_calloc(count, sizeof *to.ids)};
    bool ok = literals->marks != NULL && to.texts != NULL && to.lengths != NULL && to.flags != NULL
        && to.ids != NULL && literals_compile(literals, list, count, &to);
    free(to.texts);
    free(to.lengths);
    free(to.flags);
    free(to.ids);
    if (ok) return literals;
    sl_literals_free(literals);
    return NULL;
}

void sl_literals_free(sl_literals *literals)
{
    if (literals == NULL) return;
    hs_free_database(literals->database);
    free(literals->marks);
    free(literals);
}

uint64_t sl_literals_marks(const sl_literals *literals)
{
    return literals->all;
}

/* The character of four hexadecimal digits, or one that is not ASCII. */
static unsigned literals_code(const char *digits)
{
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        char c = digits[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a');
        if (c < '0' || c > '9') digit = digit < 6 ? digit + 10 : 0x80;
        code = code << 4 | digit;
    }
    return code;
}

bool sl_literals_may_hide(const sl_literals *literals, sl_text string)
{
    const char *at = string.data, *end = string.data + string.length;
    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        char what = end - at > 1 ? at[1] : '\0';
        if (what == '/' && literals->holds['/']) return true;
        if (what == 'u' && end - at >= 6) {
            unsigned code = literals_code(at + 2);
            if (code < 0x80 && literals->holds[code]) return true;
        }
        at += 2;
        if (at >= end) return false;
    }
    return false;
}

/* --- watching --- */

sl_literal_watch *sl_literal_watch_new(const sl_literals *literals, bool ahead)
{
    sl_literal_watch *watch = sl_calloc(1, sizeof *watch);
    if (watch == NULL) return NULL;
    watch->literals = literals;
    watch->ahead = ahead ? LITERALS_STRETCH : 0;
    watch->found = sl_calloc(LITERALS_FOUND_MAX, sizeof *watch->found);
    if (watch->found != NULL && hs_alloc_scratch(literals->database, &watch->scratch) == HS_SUCCESS)
        return watch;
    sl_literal_watch_free(watch);
    return NULL;
}

void sl_literal_watch_free(sl_literal_watch *watch)
{
    if (watch == NULL) return;
    hs_free_scratch(watch->scratch);
    free(watch->found);
    free(watch);
}

static void watch_restart(sl_literal_watch *watch, const char *from)
{
    watch->from = watch->to = watch->done = from;
    watch->next = watch->found_count = 0;
    watch->crowded = false;
}

void sl_literal_watch_begin(sl_literal_watch *watch)
{
    watch_restart(watch, NULL);
}

/* Keeps a match in its place: they come nearly, but maybe not quite, in order. */
static int watch_found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                       void *context)
{
    (void)from;
    (void)flags;
    sl_literal_watch *watch = context;
    if (watch->found_count == LITERALS_FOUND_MAX) {
        watch->crowded = true;
        return 1;
    }
    literal_found one = {watch->stretch + to - 1, watch->literals->marks[id]};
    uint32_t at = watch->found_count++;
    for (; at > watch->next && watch->found[at - 1].last > one.last; at--)
        watch->found[at] = watch->found[at - 1];
    watch->found[at] = one;
    return 0;
}

/* Searches the bytes from watch->to on, at least to `least`. */
static void watch_ahead(sl_literal_watch *watch, const char *least, const char *end)
{
    size_t overlap = watch->literals->longest - 1;
    watch->stretch =
        (size_t)(watch->to - watch->from) > overlap ? watch->to - overlap : watch->from;
    size_t length = (size_t)(least - watch->to);
    if (length < watch->ahead) length = watch->ahead;
    if (length > (size_t)(end - watch->to)) length = (size_t)(end - watch->to);
    watch->to += length;
    watch->crowded = false;
    watch->next = watch->found_count = 0;
    hs_error_t error =
        hs_scan(watch->literals->database, watch->stretch, (unsigned)(watch->to - watch->stretch),
                /* flags= */ 0, watch->scratch, watch_found, watch);
    if (error != HS_SUCCESS) watch->crowded = true;
}

/* The marks of what was found before `end`. */
static uint64_t watch_take(sl_literal_watch *watch, const char *from, const char *end)
{
    uint64_t marks = 0;
    for (; watch->next < watch->found_count; watch->next++) {
        const literal_found *found = &watch->found[watch->next];
        if (found->last >= end) break;
        if (found->last >= from) marks |= found->marks;
    }
    return watch->crowded ? watch->literals->all : marks;
}

uint64_t sl_literal_watch_marks(sl_literal_watch *watch, sl_text record, const char *end)
{
    const char *from = record.data, *to = record.data + record.length;
    /* An envelope was asked about before the records in it. */
    if (watch->to == NULL || from >= watch->to || from < watch->done) watch_restart(watch, from);
    watch->done = to;
    uint64_t marks = watch_take(watch, from, to);
    if (to <= watch->to) return marks;
    watch_ahead(watch, to, end);
    return marks | watch_take(watch, from, to);
}
