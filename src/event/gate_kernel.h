/* gate_kernel.h - the loop of the gate, to be compiled for one instruction set.
 *
 * Whoever includes this has defined GATE_TARGET (an attribute, or nothing) and, inline and for the
 * same target, gate_classify, gate_running_xor and gate_extract.
 *
 * Each record is scanned from its opening brace in steps of 64 bytes. The brackets outside strings
 * are gathered as bits and judged once, at the record's end; before it only their number matters,
 * as long as they are too few to end the record. Most steps hold nothing that needs a closer look:
 * the loop in gate_record takes them with all that is carried in registers. Any other is left as
 * it was and taken from its beginning by gate_step.
 *
 * Owner:    nothing.
 * Lifetime: one run.
 * Threads:  no state beyond what is passed in. */
#ifndef SL_EVENT_GATE_KERNEL_H
#define SL_EVENT_GATE_KERNEL_H

/* What is carried from one step of a record to the next. */
typedef struct gate_carry {
    uint64_t in_string; /* all bits or none */
    uint64_t escaped;   /* bit 0: the byte before was a backslash that counts */
    uint64_t depth;
    uint64_t opens, squares, bare; /* the word of brackets that is being filled */
    uint64_t filled;               /* its bits, less than 64 */
    uint64_t words;                /* full ones */
} gate_carry;

/* What stands in one step. */
typedef struct gate_finds {
    uint64_t brackets, opens, squares; /* outside strings; the last says something of them only */
    uint64_t bare;                     /* opening brackets that do not stand behind a colon */
    uint64_t hits;                     /* quotes that may begin a key */
    uint64_t escapes;                  /* backslashes that are not escaped themselves */
    uint64_t broken;                   /* what cannot be */
} gate_finds;

typedef enum gate_went { GATE_ON, GATE_PASSED, GATE_STOPPED } gate_went;

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

/* Adds the brackets of a step. False when a record has too many. */
static inline GATE_TARGET bool gate_gather(sl_gate_brackets *all, gate_carry *carry,
                                           const gate_finds *finds)
{
    uint64_t added = (uint64_t)__builtin_popcountll(finds->brackets), filled = carry->filled;
    uint64_t opens = gate_extract(finds->opens, finds->brackets);
    uint64_t squares = gate_extract(finds->squares, finds->brackets);
    uint64_t bare = gate_extract(finds->bare, finds->brackets);
    carry->opens |= opens << filled;
    carry->squares |= squares << filled;
    carry->bare |= bare << filled;
    carry->filled += added;
    if (carry->filled < 64) return true;

    gate_store(all, carry);
    carry->opens = filled == 0 ? 0 : opens >> (64 - filled);
    carry->squares = filled == 0 ? 0 : squares >> (64 - filled);
    carry->bare = filled == 0 ? 0 : bare >> (64 - filled);
    carry->filled -= 64;
    return ++carry->words < SL_GATE_WORDS_MAX;
}

/* Takes the closer looks. Opening brackets that turn out to stand behind a colon and white space
 * are not bare. */
static inline GATE_TARGET bool gate_look(sl_gate_scan *scan, const char *from, gate_finds *finds)
{
    if (finds->broken != 0) return false;
    for (uint64_t bits = finds->hits; bits != 0; bits &= bits - 1)
        if (!sl_gate_at_quote(scan, from + __builtin_ctzll(bits))) return false;
    for (uint64_t bits = finds->escapes; bits != 0; bits &= bits - 1)
        if (!sl_gate_at_escape(scan, from + __builtin_ctzll(bits))) return false;
    for (uint64_t bits = finds->bare; bits != 0; bits &= bits - 1) {
        bool behind_colon = false;
        if (!sl_gate_at_open(scan, from + __builtin_ctzll(bits), &behind_colon)) return false;
        if (behind_colon) finds->bare ^= bits & -bits;
    }
    return true;
}

/* Takes a step in which something was found, or which may end the record. */
static SL_NOINLINE GATE_TARGET gate_went gate_take(sl_gate_scan *scan, gate_carry *carry,
                                                   const char *from, gate_finds *finds)
{
    bool ends = false;
    uint64_t closes = finds->brackets & ~finds->opens;
    uint64_t seen = gate_to_end(carry->depth, finds->opens, closes, &ends);
    finds->brackets &= seen;
    finds->bare &= seen;
    finds->hits &= seen;
    finds->escapes &= seen;
    finds->broken &= seen;
    if (!gate_look(scan, from, finds)) return GATE_STOPPED;
    if (!gate_gather(&scan->brackets, carry, finds)) return GATE_STOPPED;
    carry->depth += (uint64_t)__builtin_popcountll(finds->opens);
    carry->depth -= (uint64_t)__builtin_popcountll(closes);
    if (!ends) return GATE_ON;

    gate_store(&scan->brackets, carry);
    scan->brackets.count = (uint32_t)(carry->words * 64 + carry->filled);
    return sl_gate_at_end(scan, from + __builtin_popcountll(seen)) ? GATE_PASSED : GATE_STOPPED;
}

/* Any step: of the bytes at `from`, as many as are the block's. */
static SL_NOINLINE GATE_TARGET gate_went gate_step(sl_gate_scan *scan, gate_carry *carry,
                                                   const char *from)
{
    char rest[1 + SL_GATE_STEP_BYTES + 64] = {0};
    const char *bytes = from;
    size_t left = (size_t)(scan->end - from);
    uint64_t valid = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
    if (left < SL_GATE_STEP_BYTES) bytes = (char *)memcpy(rest, from - 1, left + 1) + 1;
    sl_gate_masks masks = gate_classify(bytes, scan->set);
    gate_finds finds = {.squares = masks.square};

    uint64_t backslashes = sl_gate_equal(bytes, '\\') & valid;
    uint64_t escaped = gate_escaped(&carry->escaped, backslashes, &finds.escapes);
    uint64_t quotes = masks.quote & valid & ~escaped;
    uint64_t inside = gate_running_xor(quotes) ^ carry->in_string;
    uint64_t newlines = masks.newline & valid;
    finds.broken = (newlines & inside) | (finds.escapes & ~inside);
    finds.brackets = masks.bracket & valid & ~inside;
    finds.opens = finds.brackets & masks.open;
    finds.bare = finds.opens & ~masks.behind_colon;
    finds.hits = masks.key & quotes;
    carry->in_string = 0 - (inside >> 63);
    return gate_take(scan, carry, from, &finds);
}

/* Takes steps as long as there is nothing to look at, and is left with what there is in the one at
 * which it returns: `finds`, or a rare byte (true). */
static SL_NOINLINE GATE_TARGET bool gate_skim(const sl_gate_set *set, gate_carry *carry,
                                              const char **from, const char *end,
                                              gate_finds *finds)
{
    uint64_t in_string = carry->in_string, depth = carry->depth, filled = carry->filled;
    uint64_t gathered = carry->opens, squares = carry->squares;
    bool rare = true;
    const char *at = *from;
    for (; at < end; at += 64) {
        sl_gate_masks masks = gate_classify(at, set);
        if (SL_UNLIKELY(masks.rare)) break;
        uint64_t hits = masks.key & masks.quote;
        uint64_t inside = gate_running_xor(masks.quote) ^ in_string;
        in_string = 0 - (inside >> 63);
        uint64_t brackets = masks.bracket & ~inside, opens = brackets & masks.open;
        uint64_t bare = opens & ~masks.behind_colon, broken = masks.newline & inside;
        uint64_t closed = (uint64_t)__builtin_popcountll(brackets ^ opens);
        uint64_t opened = (uint64_t)__builtin_popcountll(opens);
        uint64_t fills = filled + closed + opened;
        if (SL_UNLIKELY(hits != 0) || SL_UNLIKELY((broken | bare) != 0 || depth <= closed || fills >= 64)) {
            *finds = (gate_finds){brackets, opens, masks.square, bare, hits, 0, broken};
            rare = false;
            break;
        }
        depth += opened - closed;
        gathered |= gate_extract(opens, brackets) << filled;
        squares |= gate_extract(masks.square, brackets) << filled;
        filled = fills;
    }
    carry->in_string = in_string;
    carry->depth = depth;
    carry->opens = gathered;
    carry->squares = squares;
    carry->filled = filled;
    *from = at;
    return rare;
}

/* Scans the record at hand. False when it cannot be passed over. */
static inline GATE_TARGET bool gate_record(sl_gate_scan *scan, const sl_gate_set *set)
{
    /* Its own bracket stands behind nothing. */
    gate_carry carry = {.depth = 1, .opens = 1, .bare = 1, .filled = 1};
    const char *from = scan->record + 1, *end = scan->end;
    const char *skim_end = end - from < SL_GATE_STEP_BYTES ? from : end - SL_GATE_STEP_BYTES;
    for (; from < end; from += 64) {
        gate_finds finds;
        gate_went went;
        if (carry.escaped != 0 || gate_skim(set, &carry, &from, skim_end, &finds))
            went = gate_step(scan, &carry, from);
        else
            went = gate_take(scan, &carry, from, &finds);
        if (went != GATE_ON) return went == GATE_PASSED;
    }
    scan->cut = true;
    return false;
}

#endif
