/* split.h - finds records in blocks: a state machine that can stop at any byte.
 *
 * Deliveries come as one object a line, as objects one behind another, as arrays, pretty-printed,
 * and in envelopes ({"Records":[...]}, {"records":[...]}, {"value":[...]}, EventBridge's "detail",
 * lookup-events' escaped "CloudTrailEvent"). The table of envelopes comes from the formats; an
 * envelope is believed only when the format that declares it recognises what is inside.
 *
 * A record is handed over as it stands in the block (escaped ones: unescaped into an arena); its
 * offset is where it begins in the inflated input, so results do not depend on how the input was
 * cut into blocks. (A record inside a string: where the string's inside begins, and as many bytes
 * further as it begins behind the start of the unescaped text. So offsets rise and differ.)
 *
 * A record's quotes, brackets and their kinds are in order; more is not promised. After a fault
 * the splitter goes on at the next line that begins with an object or an array; after something
 * foreign between the elements of an array, at the next element. Nothing that looks like a
 * record inside of a broken one is believed, because whoever writes nested values could forge it.
 *
 * Owner:    one worker; sl_split_begin starts an input.
 * Lifetime: records until the next block.
 * Threads:  one at a time. */
#ifndef SL_EVENT_SPLIT_H
#define SL_EVENT_SPLIT_H

#include "base/fault.h"
#include "event/gate.h"
#include "event/walk.h"

enum { SL_SPLIT_DEPTH_MAX = 512 };

typedef struct sl_record {
    sl_text text;     /* one JSON object, from { to }; SL_BLOCK_PAD bytes behind it are readable */
    uint64_t offset;  /* in the inflated input */
    uint32_t format;  /* number in the recogniser, SL_FORMAT_NONE: JSON, but no known log */
    sl_text envelope; /* the object around an unwrapped single one (EventBridge), else empty */
    bool read;        /* its values stand in the row that sl_split_read_into named */
} sl_record;

typedef struct sl_split_counts {
    uint64_t records;     /* given out */
    uint64_t passed_over; /* known and passed over: CloudTrail digest files, validation messages */
    uint64_t skipped;     /* by the gate, unread; what is known and passed over may be among them */
} sl_split_counts;

typedef struct sl_split sl_split;

/* `record_bytes_max` is the limit of one record. Faults (not JSON, too large, too deep, cut off)
 * are counted in `faults`; the splitter goes on behind them: at the next line in line-delimited
 * input, at the next element in an array. */
/* NULL when memory ends. */
sl_split *sl_split_new(const sl_recogniser *recogniser, size_t record_bytes_max, sl_faults *faults);
void sl_split_free(sl_split *split);
/* Records that `gate` proves unwanted are not given out, but skipped and counted; all others come
 * as without it. NULL: every record is given out. The gate must outlive its use. Not while a block
 * is being read. */
void sl_split_set_gate(sl_split *split, sl_gate *gate);
/* Records are read on the way, as sl_walk_record without spare entries would, into what `into` has
 * for their format, if that has a demand; the caller moves its row on. A record about which
 * anything is unusual is given out unread: see sl_record.read. `into` has an element for each
 * format and must outlive its use; not while a block is being read. */
void sl_split_read_into(sl_split *split, const sl_walk_into *into);
/* Starts an input; `path` is for messages and must live until the next begin. */
void sl_split_begin(sl_split *split, sl_text path);
/* Gives the splitter a block: `data` holds the bytes it asked to keep, then new ones. `offset` is
 * that of data[0]; `last` when nothing follows. SL_BLOCK_PAD bytes behind it are readable. */
void sl_split_feed(sl_split *split, const char *data, size_t length, uint64_t offset, bool last);
/* The next record of the block. False when the block is used up: then sl_split_keep says how
 * many bytes of its end must come again. `arena` takes unescaped records. */
bool sl_split_next(sl_split *split, sl_arena *arena, sl_record *out);
size_t sl_split_keep(const sl_split *split);
sl_split_counts sl_split_counted(const sl_split *split);
/* How many records were skipped, by the format that the gate took them for: the one that was given
 * out before them, or the one of their envelope. As many as the recogniser has formats. */
const uint64_t *sl_split_skipped(const sl_split *split);

#endif
