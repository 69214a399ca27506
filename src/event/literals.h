/* literals.h - which of many texts stand in a stretch of bytes, all looked for at once.
 *
 * For plans that no key tells apart: a word of the raw event, a part of some field. The bytes are
 * searched as they stand, by Hyperscan (Vectorscan on arm64), so what JSON writes as an escape is
 * not found; sl_literals_may_hide says when an escape may stand for a byte of a literal.
 *
 * A watch is a reader's place. It can search some way ahead, because each search has a price of its
 * own, and remembers what it met; the reader asks record by record.
 *
 * Owner:    literals and watches are the caller's; literals outlive their watches.
 * Lifetime: what a watch remembers, until sl_literal_watch_begin: it points into the bytes.
 * Threads:  literals are immutable; a watch is one thread's. */
#ifndef SL_EVENT_LITERALS_H
#define SL_EVENT_LITERALS_H

#include <stdint.h>

#include "base/text.h"

enum {
    SL_LITERAL_BYTES_MIN = 3, /* shorter ones stand nearly everywhere */
    SL_LITERAL_BYTES_MAX = 32 /* of longer ones a part is as good */
};

typedef struct sl_literal {
    sl_text text;   /* of SL_LITERAL_BYTES_MIN to SL_LITERAL_BYTES_MAX bytes */
    bool nocase;    /* ASCII letters match in both cases */
    uint64_t marks; /* what it means that the literal is there, a bit each */
} sl_literal;

typedef struct sl_literals sl_literals;

/* The texts are copied. NULL when memory ends, or the machine cannot search (no SSSE3). */
sl_literals *sl_literals_new(const sl_literal *list, uint32_t count);
void sl_literals_free(sl_literals *literals);
/* The marks of all literals. */
uint64_t sl_literals_marks(const sl_literals *literals);
/* True when an escape in `string`, the inside of a JSON string, may stand for a byte of one of the
 * literals: only \u00.. can be an ASCII character, and only \/ a slash. */
bool sl_literals_may_hide(const sl_literals *literals, sl_text string);

typedef struct sl_literal_watch sl_literal_watch;

/* `ahead`: most records will be asked about, so it searches far ahead of them. NULL when memory
 * ends. */
sl_literal_watch *sl_literal_watch_new(const sl_literals *literals, bool ahead);
void sl_literal_watch_free(sl_literal_watch *watch);
/* Other bytes follow: forgets what was met. */
void sl_literal_watch_begin(sl_literal_watch *watch);
/* The marks of the literals that stand in `record`, and maybe of some that do not. It is quick
 * where records come in the order in which they stand in memory. Nothing beyond `end` is read. */
uint64_t sl_literal_watch_marks(sl_literal_watch *watch, sl_text record, const char *end);

#endif
