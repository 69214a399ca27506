/* gate_scan.h - what the gate's kernels and the gate share.
 *
 * A kernel follows the structure of records 64 bytes at a time and calls back for the few things
 * that need a closer look: a quote that may begin one of the keys, a backslash, an opening bracket
 * that does not stand behind a colon, the end of a record. There is one loop (gate_kernel.inc),
 * compiled once for each instruction set.
 *
 * Owner:    the gate.
 * Lifetime: one run.
 * Threads:  one at a time. */
#ifndef SL_EVENT_GATE_SCAN_H
#define SL_EVENT_GATE_SCAN_H

#include "event/gate.h"
#include "event/json.h"

enum {
    SL_GATE_SET_MAX = 16,    /* keys looked for at once */
    SL_GATE_NOTES_MAX = 256, /* values with marks in the bytes that are looked at together */
    SL_GATE_WORDS_MAX = 64,  /* brackets of a record / 64; a record with more is given out */
    SL_GATE_STEP_BYTES = 64 + SL_GATE_KEY_BYTES_MAX + 2 /* that a step reads */
};

/* A key to look for: between two quotes at the right distance, with `probe` at its place. */
typedef struct sl_gate_key {
    char probe;
    uint8_t probe_at; /* behind the opening quote */
    uint8_t length;
    uint32_t group; /* which formats ask for it */
    const char *text;
    char probes[64]; /* `probe` as often as a kernel compares bytes at once */
} sl_gate_key;

typedef struct sl_gate_set {
    const sl_gate_key *keys;
    uint32_t count;
    uint32_t longest; /* of the keys */
} sl_gate_set;

/* What stands in 64 bytes, a bit each. The byte before them is readable. */
typedef struct sl_gate_masks {
    uint64_t quote, newline, backslash;
    uint64_t behind_colon;          /* the byte before is one */
    uint64_t bracket, open, square; /* the last two say something of brackets only */
    uint64_t key;                   /* if a quote stands here, it may begin one of the keys */
} sl_gate_masks;

/* What bytes are compared with, in memory, for kernels that have few registers to spare. */
typedef struct sl_gate_compared {
    _Alignas(64) char quote[64];
    char backslash[64], newline[64], colon[64], fold[64], open[64];
    char brackets[64]; /* the curly ones, by their low four bits */
} sl_gate_compared;

extern const sl_gate_compared sl_gate_rows;

/* The brackets of a record outside of strings, in order, a bit each. */
typedef struct sl_gate_brackets {
    uint64_t opens[SL_GATE_WORDS_MAX + 1];
    uint64_t squares[SL_GATE_WORDS_MAX + 1];
    uint64_t bare[SL_GATE_WORDS_MAX + 1]; /* opening, but not behind a colon */
    uint32_t count;
} sl_gate_brackets;

/* Marks that a value gives the record it stands in. */
typedef struct sl_gate_note {
    const char *at;
    uint64_t marks;
} sl_gate_note;

typedef struct sl_gate_scan {
    sl_gate *gate;
    const sl_gate_window *window;
    const sl_gate_set *set;
    const char *end;        /* of the block */
    const char *record;     /* the opening brace of the record at hand */
    const char *passed;     /* behind the last record passed over; NULL: none */
    const char *string_end; /* strings that end before this are known to hide no key */
    uint64_t records;
    bool cut;                       /* the block ended in this record */
    bool value_cut;                 /* it ended in the value of a key */
    bool may_enclose;               /* this record may be an envelope of others */
    bool needs_key;                 /* a record without one of the keys is not passed over */
    bool has_key;                   /* this record, which ends, has one */
    uint64_t seen;                  /* marks of the record at hand, but for those in the notes */
    uint32_t note_count, note_next; /* the notes to come begin at note_next */
    sl_gate_note notes[SL_GATE_NOTES_MAX];
    sl_gate_brackets brackets;
} sl_gate_scan;

typedef enum sl_gate_answer {
    SL_GATE_NO_KEY,
    SL_GATE_PASS, /* a key whose value does not make the record wanted by itself */
    SL_GATE_STOP  /* a key whose value does, or may do so, or is not complete */
} sl_gate_answer;

/* At a quote that may begin a key; in rising order. */
sl_gate_answer sl_gate_at_quote(sl_gate_scan *scan, const char *quote);

/* All that was noted so far is the record's at hand. */
static inline void sl_gate_settle_notes(sl_gate_scan *scan)
{
    for (; scan->note_next < scan->note_count; scan->note_next++)
        scan->seen |= scan->notes[scan->note_next].marks;
    scan->note_next = scan->note_count = 0;
}

/* The other callbacks are false when the record at hand cannot be passed over (or is cut). */

/* At the backslash of an escape inside a string. */
bool sl_gate_at_escape(sl_gate_scan *scan, const char *backslash);
/* At an opening bracket without a colon directly before it. *behind_colon: there is one before
 * white space. */
bool sl_gate_at_open(sl_gate_scan *scan, const char *bracket, bool *behind_colon);
/* Behind a record's closing brace. On true, scan->record is the next record; NULL: none follows. */
bool sl_gate_at_end(sl_gate_scan *scan, const char *behind);

/* Run from scan->record until a callback says no or the block ends. */
typedef void sl_gate_kernel(sl_gate_scan *scan);
void sl_gate_scan_plain(sl_gate_scan *scan);
#if defined(__x86_64__)
void sl_gate_scan_avx2(sl_gate_scan *scan);
void sl_gate_scan_avx512(sl_gate_scan *scan);
#endif

#endif
