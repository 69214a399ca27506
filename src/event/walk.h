/* walk.h - one pass over a record that finds every demanded value.
 *
 * In document order, recursion-free, with the rules that gates and the slow path share: of keys
 * that occur twice in an object the first wins, with all that is in it; a key with a backslash is
 * compared unescaped; a key with dots reads as if it were nested ({"a.b":1} and {"a":{"b":1}} are
 * one place, and once `a` itself has come, a later "a.c" is its repetition); text is unescaped
 * only when a value is wanted; invalid UTF-8 becomes U+FFFD in what is read and is counted.
 *
 * The walk stops as soon as nothing demanded can come any more, and skips what nobody wants by its
 * brackets alone. So the values of a well-formed record never depend on what else is demanded, but
 * the flags tell only of what was read: a repeated key or a break behind the last wanted key is
 * not seen. An open demand reads all.
 *
 * Owner:    one worker; scratch space is kept between records.
 * Lifetime: values point into the record or into the batch arena.
 * Threads:  one at a time. */
#ifndef SL_EVENT_WALK_H
#define SL_EVENT_WALK_H

#include "event/demand.h"
#include "event/recall.h"

enum {
    SL_WALK_DEPTH_MAX = 512,
    SL_WALK_NAME_MAX = 1024 /* bytes of a name in an open walk; longer ones are cut */
};

typedef enum sl_walk_flags {
    SL_WALK_DUPLICATE_KEY = 1, /* a demanded key came again and was passed over */
    SL_WALK_UTF8 = 2,          /* invalid UTF-8 was repaired in a value that was read */
    SL_WALK_BROKEN = 4,        /* not well-formed JSON: values found before the break stand */
    SL_WALK_DEEP = 8           /* nested deeper than SL_WALK_DEPTH_MAX: broken, too */
} sl_walk_flags;

/* Receives leaves of an open demand that no entry of the same reading asked for. `name` is the
 * field's name in the language of `reading` and lives in `arena` of the walk: a.b, and for
 * elements a{} (SPL), a[0] (CQL), a[] (RAW); a key that holds such brackets stands in quotes. A
 * name may come several times (the elements of an array): the receiver makes a list of them.
 * Objects and arrays are no leaves, also when empty. */
typedef void sl_walk_leaf(void *context, sl_reading reading, sl_text name, sl_value value);

typedef struct sl_walk sl_walk;

/* NULL when memory ends. */
sl_walk *sl_walk_new(void);
void sl_walk_free(sl_walk *walk);
/* For tests: walks with this kernel, or byte by byte when it is NULL. What is found is the same. */
void sl_walk_use(sl_walk *walk, const sl_mask_kernel *kernel);
/* Where values go (what a walk remembers of a demand goes by the root of its trie: while the
 * walk is used, another demand's must not come to stand in the same place): that of an entry of
 * `demand` to columns[entry][row], which the caller has set to missing. */
typedef struct sl_walk_into {
    const sl_demand *demand;
    sl_value *const *columns;
    uint32_t row;
    sl_arena *arena; /* takes text that is unescaped or repaired, and lists */
} sl_walk_into;

/* Reads `record` (one JSON object; SL_BLOCK_PAD bytes behind it are readable). Several matches of
 * a path with any-steps become a SL_LIST (one match stays single). When the arena ends, values are
 * left out and arena->failed is set. `leaf` is called when the demand is open. Returns
 * sl_walk_flags. */
uint32_t sl_walk_record(sl_walk *walk, sl_text record, const sl_walk_into *into, sl_walk_leaf *leaf,
                        void *context);
/* Sets the row to missing again. */
void sl_walk_clear(const sl_walk_into *into);

/* Without `want`, which is true at first, the walk does not go on for the sake of spare entries,
 * and gives those that it meets on its way. A record that misses anything else is read to its end,
 * and so gives all of them. */
void sl_walk_want_spare(sl_walk *walk, bool want);

/* Before sl_walk_ahead: what tells formats apart. It is borrowed. */
void sl_walk_recognise(sl_walk *walk, const sl_recogniser *recogniser);
/* Reads the object that begins at `at` in one pass with finding its end and recognising it; what
 * stands before `end` may be more than it. Returns where it ends when it is a record of `format`,
 * and all that sl_inspect and the splitter's scan look at is in order, and reading it raises no
 * flag. NULL when anything is unusual, when the object is cut off, or when the demand is open:
 * then nothing is told, and the row is as if it had not been read. Objects that stand one behind
 * the other share their masks; sl_walk_forget says that the bytes have changed. */
const char *sl_walk_ahead(sl_walk *walk, const char *at, const char *end, uint32_t format,
                          const sl_walk_into *into);
void sl_walk_forget(sl_walk *walk);

#endif
