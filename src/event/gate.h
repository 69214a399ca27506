/* gate.h - passes over records that nobody can want, without parsing them.
 *
 * Most records of an archive are of no interest to any plan, and most plans say so by one key: the
 * discriminator of the format (CloudTrail: eventName). Others say so by a second key (errorCode),
 * or by texts that must stand somewhere in the record. What is found behind a key, and each such
 * text, gives the record marks, a bit each; clauses say which marks together make it wanted. The
 * splitter lets the gate run ahead over complete records; it stops in front of the first one that
 * it cannot prove unwanted, and that one is inspected, scanned and given out as without a gate.
 *
 * A record is passed over only when all of this holds. It is complete in the block and begins where
 * the one before it ended. Its quotes, brackets, their kinds and places are in order by the rules
 * of sl_json_scan. At least one of the keys occurs in it (unless literals decide). The marks of the
 * values behind all of them, wherever nested and however often repeated, and of the literals that
 * occur anywhere, do not have all of some clause; where an escape may hide a literal, all literals
 * count as found. No key in it holds a backslash, which could hide one of the keys. It is no larger
 * than a record may be. And it can be no record that others want: see `unwanted` below. So what
 * nobody looks at is not checked further: repeated keys and invalid UTF-8 in it are not counted.
 *
 * Owner:    one worker.
 * Lifetime: keys are copied.
 * Threads:  one at a time. */
#ifndef SL_EVENT_GATE_H
#define SL_EVENT_GATE_H

#include "event/literals.h"
#include "event/recognise.h"

enum {
    SL_GATE_KEYS_MAX = 8,      /* of one format */
    SL_GATE_SLOTS_MAX = 8,     /* different things that the keys of a format say */
    SL_GATE_KEY_BYTES_MAX = 60 /* of one key */
};

/* The mark that is enough alone. */
#define SL_GATE_WANTED UINT64_C(1)

/* What is known of the records of one format. The contract: a record of the format whose keys and
 * literals do not give it SL_GATE_WANTED, or all marks of a clause, is wanted by nobody. Plans that
 * can be true of a record without the field must not be gated by it. A place in the record may be
 * written in several ways, and each is a key of its own in the same slot: for the path a.b, both
 * "b" and "a.b".
 *
 * The gate does not recognise formats: while it runs over CloudTrail it may meet anything. When
 * each format has keys or is unwanted, it looks for the keys of all of them at once, and need not
 * know which format a record is of; where a format has a signature, its own keys are enough for the
 * records that begin with it. While some format has neither, each record passed over is
 * also inspected, to be sure that it is not of that format; this is several times slower. */
typedef struct sl_gate_keys {
    const sl_text *keys;  /* as they stand between quotes: printable ASCII without " \ / */
    const uint8_t *slots; /* by key, below SL_GATE_SLOTS_MAX; NULL: all are slot 0 */
    uint32_t count;
    const sl_literal *literals; /* with them, a record without any of the keys can be judged, too */
    uint32_t literal_count; /* neither keys nor literals: any record may be wanted, unless ... */
    bool unwanted;          /* ... nobody wants any record of this format */
    sl_text signature; /* a record that begins with these bytes is of this format, or nobody wants
                            it: `{"eventVersion"`. Empty: no such beginning is known */
    uint32_t sample;   /* records that are given out before the first is passed over */
} sl_gate_keys;

/* The marks of a record of `format` that has `value` behind a key of `slot`. Asked once a value;
 * the answers are remembered. A value without data is one that nobody could read: whatever it
 * may mean. In slot 0 these are all but plain strings; in others, strings with escapes or bytes
 * that are not UTF-8, objects and arrays, and numbers, booleans and null are asked for as they
 * are written. */
typedef uint64_t sl_gate_marks(void *context, uint32_t format, uint32_t slot, sl_text value);

/* What makes a record wanted. */
typedef struct sl_gate_rule {
    sl_gate_marks *marks;
    void *context;
    const uint64_t *clauses; /* marks that together do so */
    uint32_t clause_count;
} sl_gate_rule;

typedef struct sl_gate sl_gate;

/* `by_format` is indexed by the numbers of the recogniser. A format with more or other keys than
 * allowed counts as one without. The rule is copied, what it points to must outlive the gate. NULL
 * when memory ends. */
sl_gate *sl_gate_new(const sl_gate_keys *by_format, uint32_t format_count,
                     const sl_gate_rule *rule);
void sl_gate_free(sl_gate *gate);
/* True when records of `format` can be passed over, as far as is known. */
bool sl_gate_has(const sl_gate *gate, uint32_t format);
/* Another block follows, maybe at the same place in memory. */
void sl_gate_begin(sl_gate *gate);

/* Where a gate runs. */
typedef struct sl_gate_window {
    const sl_recogniser *recogniser;
    sl_text text; /* from a record's opening brace to the block's end; SL_BLOCK_PAD bytes behind
                     it are readable */
    uint32_t format;
    size_t record_bytes_max;
    bool elements; /* of an array: a comma stands between two; else white space at most */
} sl_gate_window;

typedef struct sl_gate_pass {
    size_t passed;    /* bytes, to behind the last record passed over; 0: none was */
    uint64_t records; /* passed over */
    size_t stop;      /* the opening brace of the record that was not; SIZE_MAX: none follows */
    bool cut;         /* that record may be passed over when more of it can be seen */
} sl_gate_pass;

sl_gate_pass sl_gate_run(sl_gate *gate, const sl_gate_window *window);

/* The kernels, from the plainest; what the machine cannot run is never chosen. */
typedef enum sl_gate_level {
    SL_GATE_PLAIN,
    SL_GATE_AVX2,
    SL_GATE_AVX512,
    SL_GATE_LEVEL_COUNT
} sl_gate_level;

sl_gate_level sl_gate_level_best(void);
/* For tests and measurements: as if the machine could no more than `level`. */
void sl_gate_limit(sl_gate *gate, sl_gate_level level);

#endif
