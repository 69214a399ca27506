/* gate_kernel.h - the loops of the gate, to be compiled for one instruction set.
 *
 * Whoever includes this has defined GATE_TARGET (an attribute, or nothing) and, inline and for the
 * same target, gate_classify, gate_running_xor and gate_extract.
 *
 * A first loop turns some steps of 64 bytes into bits, with no decision in it but the rare one for
 * backslashes. A second one looks at all that may be keys, so that the machine can look up several
 * values at once. A third one visits the steps in which keys were found, brackets stand outside of
 * strings, or something needs a closer look. The brackets of a record are gathered as bits and
 * judged once, at its end; before it only their number matters, as long as they are too few to end
 * it.
 *
 * Owner:    nothing.
 * Lifetime: one run.
 * Threads:  no state beyond what is passed in. */
#ifndef SL_EVENT_GATE_KERNEL_H
#define SL_EVENT_GATE_KERNEL_H

enum { GATE_STEPS = 16 /* classified at once */ };

typedef struct gate_batch {
    const char *from, *to;         /* the bytes that are classified */
    uint64_t in_string;            /* all bits or none: what the next batch begins in */
    uint64_t escaped;              /* bit 0: the next batch's first byte is */
    uint64_t some;                 /* steps that have to be visited */
    uint64_t asked;                /* steps in which keys may stand */
    uint64_t brackets[GATE_STEPS]; /* outside of strings */
    uint64_t opens[GATE_STEPS];
    uint64_t squares[GATE_STEPS]; /* says something of brackets only */
    uint64_t keys[GATE_STEPS];    /* opening quotes of keys with unwanted values */
    uint64_t look[GATE_STEPS];    /* backslashes that are not escaped, newlines in strings, opening
                                     brackets without a colon, quotes of keys that may be wanted */
} gate_batch;

/* The record at hand, so far. */
typedef struct gate_carry {
    uint64_t depth;
    uint64_t found;                /* keys */
    uint64_t opens, squares, bare; /* the word of brackets that is being filled */
    uint64_t filled;               /* its bits, less than 64 */
    uint64_t words;                /* full ones */
} gate_carry;

/* The bytes that a backslash takes the meaning from; *escapes: the backslashes that do so. They
 * are visited one by one, since most steps have none. */
static inline GATE_TARGET uint64_t gate_escaped(uint64_t *carry, uint64_t backslashes,
                                                uint64_t *escapes)
{
    uint64_t escaped = *carry;
    *carry = 0;
    for (; backslashes != 0; backslashes &= backslashes - 1) {
        uint64_t bit = backslashes & -backslashes;
        if ((escaped & bit) != 0) continue;
        *escapes |= bit;
        escaped |= bit << 1;
        *carry = bit >> 63;
    }
    return escaped;
}

/* What one step leaves to the next. */
typedef struct gate_stride {
    uint64_t in_string, escaped;
} gate_stride;

/* Notes step `i` of the batch, in whose masks `valid` bits count. */
static inline SL_ALWAYS_INLINE GATE_TARGET gate_stride gate_step(gate_batch *batch, unsigned i,
                                                                 gate_stride stride,
                                                                 const sl_gate_masks *masks,
                                                                 uint64_t valid)
{
    uint64_t quotes = masks->quote & valid, escapes = 0;
    if (SL_UNLIKELY(((masks->backslash & valid) | stride.escaped) != 0)) {
        uint64_t escaped = stride.escaped;
        quotes &= ~gate_escaped(&escaped, masks->backslash & valid, &escapes);
        stride.escaped = escaped;
    }
    uint64_t inside = gate_running_xor(quotes) ^ stride.in_string;
    uint64_t brackets = masks->bracket & valid & ~inside, opens = brackets & masks->open;
    batch->brackets[i] = brackets;
    batch->opens[i] = opens;
    batch->squares[i] = masks->square;
    batch->keys[i] = masks->key & quotes;
    batch->look[i] = (masks->newline & valid & inside) | escapes | (opens & ~masks->behind_colon);
    stride.in_string = 0 - (inside >> 63);
    return stride;
}

/* Looks at what may be keys, up to the first that may be wanted: its record stops the run. */
static inline GATE_TARGET void gate_ask_keys(sl_gate_scan *scan, gate_batch *batch)
{
    for (; batch->asked != 0; batch->asked &= batch->asked - 1) {
        unsigned i = (unsigned)__builtin_ctzll(batch->asked);
        for (uint64_t left = batch->keys[i]; left != 0; left &= left - 1) {
            uint64_t bit = left & -left;
            const char *quote = batch->from + i * 64 + __builtin_ctzll(left);
            sl_gate_answer answer = sl_gate_at_quote(scan, quote);
            if (answer != SL_GATE_UNWANTED) batch->keys[i] ^= bit;
            if (answer != SL_GATE_STOP) continue;
            batch->look[i] |= bit;
            return;
        }
    }
}

/* Classifies the last bytes of a block, of which nothing is read beyond the readable ones. */
static SL_NOINLINE GATE_TARGET gate_stride gate_fill_last(gate_batch *batch, const sl_gate_set *set,
                                                          gate_stride stride, size_t left)
{
    for (unsigned i = 0; i < GATE_STEPS; i++) {
        char rest[1 + SL_GATE_STEP_BYTES + 64] = {0};
        size_t here = left < 64 ? left : 64;
        uint64_t valid = here == 64 ? UINT64_MAX : (UINT64_C(1) << here) - 1;
        memcpy(rest, batch->to - 1, 1 + (left < SL_GATE_STEP_BYTES ? left : SL_GATE_STEP_BYTES));
        sl_gate_masks masks = gate_classify(rest + 1, set);
        stride = gate_step(batch, i, stride, &masks, valid);
        batch->to += here;
        left -= here;
    }
    return stride;
}

static inline SL_ALWAYS_INLINE GATE_TARGET gate_stride gate_fill_most(gate_batch *batch,
                                                                      const sl_gate_set *set,
                                                                      gate_stride stride)
{
    const char *from = batch->from;
    for (unsigned i = 0; i < GATE_STEPS; i++) {
        sl_gate_masks masks = gate_classify(from + i * 64, set);
        stride = gate_step(batch, i, stride, &masks, UINT64_MAX);
    }
    batch->to += GATE_STEPS * 64;
    return stride;
}

/* Classifies the next bytes, from batch->to. False when there are none. */
static inline GATE_TARGET bool gate_fill(sl_gate_scan *scan, gate_batch *batch)
{
    size_t left = (size_t)(scan->end - batch->to);
    batch->from = batch->to;
    batch->some = 0;
    if (left == 0) return false;
    gate_stride stride = {.in_string = batch->in_string, .escaped = batch->escaped};
    if (SL_LIKELY(left >= GATE_STEPS * 64 + SL_GATE_STEP_BYTES))
        stride = gate_fill_most(batch, scan->set, stride);
    else stride = gate_fill_last(batch, scan->set, stride, left);
    batch->in_string = stride.in_string;
    batch->escaped = stride.escaped;
    uint64_t some = 0, asked = 0;
    for (unsigned i = 0; i < GATE_STEPS; i++) {
        some |= (uint64_t)((batch->brackets[i] | batch->keys[i] | batch->look[i]) != 0) << i;
        asked |= (uint64_t)(batch->keys[i] != 0) << i;
    }
    batch->some = some;
    batch->asked = asked;
    if (batch->asked != 0) gate_ask_keys(scan, batch);
    return true;
}

/* The bits up to the bracket that closes the record, or all when it goes on. */
static inline GATE_TARGET uint64_t gate_to_end(uint64_t depth, uint64_t opens, uint64_t closes,
                                               bool *ends)
{
    for (uint64_t left = closes; left != 0; left &= left - 1) {
        uint64_t before = (left & -left) - 1;
        uint64_t opened = (uint64_t)__builtin_popcountll(opens & before);
        uint64_t closed = (uint64_t)__builtin_popcountll(closes & before) + 1;
        if (depth + opened > closed) continue;
        *ends = true;
        return before | (before + 1);
    }
    return UINT64_MAX;
}

static inline GATE_TARGET void gate_store(sl_gate_brackets *all, const gate_carry *carry)
{
    all->opens[carry->words] = carry->opens;
    all->squares[carry->words] = carry->squares;
    all->bare[carry->words] = carry->bare;
}

/* Adds brackets of a step. False when a record has too many. */
static inline GATE_TARGET bool gate_gather(sl_gate_brackets *all, gate_carry *carry,
                                           const gate_batch *batch, unsigned i, uint64_t brackets,
                                           uint64_t bare)
{
    uint64_t filled = carry->filled;
    uint64_t opens = gate_extract(batch->opens[i], brackets);
    uint64_t squares = gate_extract(batch->squares[i], brackets);
    bare = gate_extract(bare, brackets);
    carry->opens |= opens << filled;
    carry->squares |= squares << filled;
    carry->bare |= bare << filled;
    carry->filled += (uint64_t)__builtin_popcountll(brackets);
    if (carry->filled < 64) return true;

    gate_store(all, carry);
    carry->opens = filled == 0 ? 0 : opens >> (64 - filled);
    carry->squares = filled == 0 ? 0 : squares >> (64 - filled);
    carry->bare = filled == 0 ? 0 : bare >> (64 - filled);
    carry->filled -= 64;
    return ++carry->words < SL_GATE_WORDS_MAX;
}

/* Takes a closer look at what stands at `look`. *bare: the opening brackets among it that stand
 * behind no colon, also when white space between is passed over. */
static inline GATE_TARGET bool gate_look(sl_gate_scan *scan, const char *from, uint64_t look,
                                         uint64_t *bare)
{
    for (; look != 0; look &= look - 1) {
        const char *at = from + __builtin_ctzll(look);
        bool behind_colon = false;
        if (*at == '\\') {
            if (!sl_gate_at_escape(scan, at)) return false;
            continue;
        }
        if (*at == '"') scan->cut = scan->value_cut;
        if (*at == '"' || *at == '\n' || !sl_gate_at_open(scan, at, &behind_colon)) return false;
        if (!behind_colon) *bare |= look & -look;
    }
    return true;
}

/* Begins with the record at scan->record; its own bracket stands behind nothing. */
static inline GATE_TARGET void gate_begin(const sl_gate_scan *scan, gate_batch *batch,
                                          gate_carry *carry)
{
    *carry = (gate_carry){.depth = 1, .opens = 1, .bare = 1, .filled = 1};
    size_t at = (size_t)(scan->record - batch->from);
    if (scan->record >= batch->to) {
        batch->to = scan->record + 1;
        batch->some = batch->in_string = batch->escaped = 0;
        return;
    }
    size_t i = at / 64;
    uint64_t behind = ~(UINT64_C(1) << (at % 64) | ((UINT64_C(1) << (at % 64)) - 1));
    batch->brackets[i] &= behind;
    batch->opens[i] &= behind;
    batch->keys[i] &= behind;
    batch->look[i] &= behind;
    batch->some &= ~((UINT64_C(1) << i) - 1);
    if ((batch->brackets[i] | batch->keys[i] | batch->look[i]) == 0)
        batch->some &= ~(UINT64_C(1) << i);
}

/* A step in which something has to be looked at, or which may end the record. False when the run
 * is over. */
static SL_NOINLINE GATE_TARGET bool gate_take(sl_gate_scan *scan, gate_batch *batch,
                                              gate_carry *carry, unsigned i)
{
    bool ends = false;
    const char *from = batch->from + i * 64;
    uint64_t bare = 0, opens = batch->opens[i], closes = batch->brackets[i] & ~opens;
    uint64_t seen = gate_to_end(carry->depth, opens, closes, &ends);
    if (!gate_look(scan, from, batch->look[i] & seen, &bare)) return false;
    if (!gate_gather(&scan->brackets, carry, batch, i, batch->brackets[i] & seen, bare))
        return false;
    carry->found += (uint64_t)__builtin_popcountll(batch->keys[i] & seen);
    if (!ends) {
        carry->depth += (uint64_t)__builtin_popcountll(opens);
        carry->depth -= (uint64_t)__builtin_popcountll(closes);
        batch->some &= batch->some - 1;
        return true;
    }
    gate_store(&scan->brackets, carry);
    scan->brackets.count = (uint32_t)(carry->words * 64 + carry->filled);
    if (carry->found == 0) return false;
    if (!sl_gate_at_end(scan, from + __builtin_popcountll(seen)) || scan->record == NULL)
        return false;
    gate_begin(scan, batch, carry);
    return true;
}

/* The run: everything from scan->record on. */
static inline SL_ALWAYS_INLINE GATE_TARGET void gate_run(sl_gate_scan *scan)
{
    gate_batch batch;
    gate_carry carry;
    batch.from = batch.to = scan->record;
    gate_begin(scan, &batch, &carry);
    for (;;) {
        while (batch.some == 0) {
            if (gate_fill(scan, &batch)) continue;
            scan->cut = true;
            return;
        }
        unsigned i = (unsigned)__builtin_ctzll(batch.some);
        uint64_t brackets = batch.brackets[i], opens = batch.opens[i];
        uint64_t opened = (uint64_t)__builtin_popcountll(opens);
        uint64_t added = (uint64_t)__builtin_popcountll(brackets);
        if (batch.look[i] != 0 || carry.depth <= added - opened || carry.filled + added >= 64) {
            if (!gate_take(scan, &batch, &carry, i)) return;
            continue;
        }
        carry.depth += 2 * opened - added;
        carry.found += (uint64_t)__builtin_popcountll(batch.keys[i]);
        carry.opens |= gate_extract(opens, brackets) << carry.filled;
        carry.squares |= gate_extract(batch.squares[i], brackets) << carry.filled;
        carry.filled += added;
        batch.some &= batch.some - 1;
    }
}

#endif
