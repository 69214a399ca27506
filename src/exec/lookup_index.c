/* lookup_index.c - chains of rows with the same hash, lowest row first.
 *
 * A row's hash is made of its exact key cells and of a part of its first other key cell: a
 * pattern's text before the first star (at most sixteen bytes of it), else behind the last; a
 * block's prefix. Which part that is - the selector - differs from row to row; a search tries each
 * selector that occurs, and there are few. What is found is compared in full. */
#include "exec/lookup_index.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "func/address.h"

enum { LOOKUP_PART_MAX = 16, LOOKUP_FOLD_BYTES = 64, LOOKUP_ROWS_FIRST = 8 };

typedef enum lookup_part {
    PART_NONE, /* all keys are exact */
    PART_WHOLE,
    PART_PREFIX,
    PART_SUFFIX,
    PART_BLOCK4,
    PART_BLOCK6,
    PART_COUNT
} lookup_part;

enum { LOOKUP_LENGTHS = 129 };

typedef struct lookup_selector {
    uint8_t part;
    uint8_t length; /* bytes, or bits of a block */
} lookup_selector;

struct sl_lookup_index {
    sl_lookup_index *next_index;
    const sl_lookup *table;
    uint32_t *columns; /* by key */
    uint32_t key_count;
    uint32_t chosen; /* the key that the selectors are of; key_count: none */
    lookup_selector selectors[PART_COUNT * LOOKUP_LENGTHS];
    uint32_t selector_count;
    uint32_t *slots; /* row + 1, 0: none */
    uint32_t *next;  /* by row, the same */
    uint32_t mask;
};

struct sl_lookups {
    pthread_mutex_t lock;
    sl_lookup_index *first;
};

static inline char lookup_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static uint64_t lookup_hash(sl_text text, bool nocase, uint64_t seed)
{
    if (!nocase) return sl_hash_bytes(text.data, text.length, seed);
    char folded[LOOKUP_FOLD_BYTES];
    for (size_t at = 0; at < text.length; at += sizeof folded) {
        size_t count = text.length - at < sizeof folded ? text.length - at : sizeof folded;
        for (size_t i = 0; i < count; i++) folded[i] = lookup_lower(text.data[at + i]);
        seed = sl_hash_bytes(folded, count, seed);
    }
    return seed;
}

static bool lookup_is_exact(sl_lookup_match match)
{
    return match == SL_LOOKUP_EXACT || match == SL_LOOKUP_NOCASE;
}

static bool lookup_is_nocase(sl_lookup_match match)
{
    return match == SL_LOOKUP_NOCASE || match == SL_LOOKUP_WILDCARD_NOCASE;
}

static sl_lookup_match lookup_match(const sl_lookup_index *index, uint32_t key)
{
    const sl_lookup *table = index->table;
    return table->matches == NULL ? SL_LOOKUP_EXACT : table->matches[index->columns[key]];
}

static sl_value lookup_cell(const sl_lookup_index *index, uint32_t row, uint32_t key)
{
    const sl_lookup *table = index->table;
    return table->cells[(size_t)row * table->column_count + index->columns[key]];
}

static void lookup_mask(sl_address *address, unsigned bits)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned keep = bits >= 8 ? 8 : bits;
        address->bytes[i] = (uint8_t)(address->bytes[i] & (0xff00u >> keep));
        bits -= keep;
    }
}

/* Which part of the cell a key that matches it must have. */
static lookup_selector lookup_select(sl_text cell, sl_lookup_match match)
{
    sl_network network;
    if (match == SL_LOOKUP_CIDR && sl_network_parse(cell, /* single= */ true, &network))
        return (lookup_selector){network.base.family == SL_IPV4 ? PART_BLOCK4 : PART_BLOCK6,
                                 network.prefix};
    size_t star = match == SL_LOOKUP_CIDR ? SIZE_MAX : sl_text_find_byte(cell, '*', 0);
    if (star == SIZE_MAX) return (lookup_selector){PART_WHOLE, 0};
    size_t behind = cell.length;
    while (cell.data[behind - 1] != '*') behind--;
    size_t tail = cell.length - behind;
    size_t bytes = star > 0 ? star : tail;
    if (bytes > LOOKUP_PART_MAX) bytes = LOOKUP_PART_MAX;
    return (lookup_selector){star > 0 || tail == 0 ? PART_PREFIX : PART_SUFFIX, (uint8_t)bytes};
}

/* The hash of the part of `text` that `selector` says. False when it has none. */
static bool lookup_part_hash(sl_text text, lookup_selector selector, bool nocase, uint64_t seed,
                             uint64_t *out)
{
    sl_network network;
    seed = sl_hash_mix(seed, (uint64_t)selector.part << 8 | selector.length);
    switch ((lookup_part)selector.part) {
    case PART_NONE:
    case PART_COUNT: *out = seed; return true;
    case PART_WHOLE: break;
    case PART_PREFIX:
    case PART_SUFFIX:
        if (text.length < selector.length) return false;
        if (selector.part == PART_SUFFIX) text.data += text.length - selector.length;
        text.length = selector.length;
        break;
    case PART_BLOCK4:
    case PART_BLOCK6:
        if (!sl_network_parse(text, /* single= */ true, &network)) return false;
        if ((network.base.family == SL_IPV4) != (selector.part == PART_BLOCK4)) return false;
        lookup_mask(&network.base, selector.length);
        *out = sl_hash_bytes(network.base.bytes, 16, seed);
        return true;
    }
    *out = lookup_hash(text, nocase, seed);
    return true;
}

static uint64_t lookup_exact_hash(const sl_lookup_index *index, const sl_text *keys)
{
    uint64_t hash = 0;
    for (uint32_t k = 0; k < index->key_count; k++) {
        sl_lookup_match match = lookup_match(index, k);
        if (lookup_is_exact(match)) hash = lookup_hash(keys[k], lookup_is_nocase(match), hash + k);
    }
    return hash;
}

/* Puts rows into chains, last one first, so that a chain begins with its lowest row. */
static void lookup_fill(sl_lookup_index *index, sl_text *cells, char (*scratch)[SL_VALUE_TEXT_MAX])
{
    bool known[PART_COUNT][LOOKUP_LENGTHS] = {{false}};
    for (uint32_t row = index->table->row_count; row-- > 0;) {
        bool empty = false;
        for (uint32_t k = 0; k < index->key_count; k++) {
            sl_value cell = lookup_cell(index, row, k);
            empty |= sl_is_missing(cell);
            cells[k] = sl_value_text(cell, scratch[k]);
        }
        if (empty) continue; /* no key can be like it */
        lookup_selector selector = {PART_NONE, 0};
        uint64_t hash = lookup_exact_hash(index, cells);
        if (index->chosen < index->key_count) {
            sl_lookup_match match = lookup_match(index, index->chosen);
            selector = lookup_select(cells[index->chosen], match);
            /* A part of a pattern is all before its first star, or behind its last. */
            if (!lookup_part_hash(cells[index->chosen], selector, lookup_is_nocase(match), hash,
                                  &hash))
                continue;
        }
        if (!known[selector.part][selector.length]) {
            known[selector.part][selector.length] = true;
            index->selectors[index->selector_count++] = selector;
        }
        uint32_t *slot = &index->slots[hash & index->mask];
        index->next[row] = *slot;
        *slot = row + 1;
    }
}

static void lookup_index_free(sl_lookup_index *index)
{
    if (index == NULL) return;
    free(index->columns);
    free(index->slots);
    free(index->next);
    free(index);
}

static sl_lookup_index *lookup_index_new(const sl_op_lookup *op)
{
    sl_lookup_index *index = sl_calloc(1, sizeof *index);
    if (index == NULL) return NULL;
    *index = (sl_lookup_index){.table = op->table, .key_count = op->key_count};
    uint32_t rows = op->table->row_count;
    uint64_t slots = 64;
    while (slots < rows) slots *= 2;
    index->mask = (uint32_t)(slots - 1);
    index->columns = sl_calloc(op->key_count + 1u, sizeof *index->columns);
    index->slots = sl_calloc((size_t)slots, sizeof *index->slots);
    index->next = sl_calloc((size_t)rows + 1, sizeof *index->next);
    sl_text *cells = sl_calloc(op->key_count + 1u, sizeof *cells);
    char(*scratch)[SL_VALUE_TEXT_MAX] = sl_calloc(op->key_count + 1u, sizeof *scratch);
    bool made = index->columns != NULL && index->slots != NULL && index->next != NULL
        && cells != NULL && scratch != NULL;
    if (made) {
        for (uint32_t k = 0; k < op->key_count; k++) index->columns[k] = op->keys[k].column;
        while (index->chosen < op->key_count && lookup_is_exact(lookup_match(index, index->chosen)))
            index->chosen++;
        lookup_fill(index, cells, scratch);
    }
    free(cells);
    free(scratch);
    if (made) return index;
    lookup_index_free(index);
    return NULL;
}

sl_lookups *sl_lookups_new(void)
{
    sl_lookups *lookups = sl_calloc(1, sizeof *lookups);
    if (lookups == NULL) return NULL;
    pthread_mutex_init(&lookups->lock, /* attributes= */ NULL);
    return lookups;
}

void sl_lookups_free(sl_lookups *lookups)
{
    if (lookups == NULL) return;
    for (sl_lookup_index *index = lookups->first, *next; index != NULL; index = next) {
        next = index->next_index;
        lookup_index_free(index);
    }
    pthread_mutex_destroy(&lookups->lock);
    free(lookups);
}

static bool lookup_index_serves(const sl_lookup_index *index, const sl_op_lookup *op)
{
    if (index->table != op->table || index->key_count != op->key_count) return false;
    for (uint32_t k = 0; k < op->key_count; k++)
        if (index->columns[k] != op->keys[k].column) return false;
    return true;
}

const sl_lookup_index *sl_lookups_index(sl_lookups *lookups, const sl_op_lookup *op)
{
    pthread_mutex_lock(&lookups->lock);
    sl_lookup_index *index = lookups->first;
    while (index != NULL && !lookup_index_serves(index, op)) index = index->next_index;
    if (index == NULL) {
        index = lookup_index_new(op);
        if (index != NULL) {
            index->next_index = lookups->first;
            lookups->first = index;
        }
    }
    pthread_mutex_unlock(&lookups->lock);
    return index;
}

static bool lookup_same(sl_text a, sl_text b, bool nocase)
{
    return nocase ? sl_text_equal_nocase(a, b) : sl_text_equal(a, b);
}

/* Each part between stars where it is found first: there is no going back. */
static bool lookup_glob(sl_text pattern, sl_text text, bool nocase)
{
    size_t star = sl_text_find_byte(pattern, '*', 0);
    if (star == SIZE_MAX) return lookup_same(pattern, text, nocase);
    if (text.length < star
        || !lookup_same(sl_text_slice(pattern, 0, star), sl_text_slice(text, 0, star), nocase))
        return false;
    size_t at = star;
    for (;;) {
        size_t from = star + 1;
        star = sl_text_find_byte(pattern, '*', from);
        sl_text part = sl_text_slice(pattern, from, star);
        if (text.length < at + part.length) return false;
        if (star == SIZE_MAX) { /* the last part stands at the end */
            sl_text tail = sl_text_slice(text, text.length - part.length, text.length);
            return lookup_same(part, tail, nocase);
        }
        while (!lookup_same(part, sl_text_slice(text, at, at + part.length), nocase))
            if (++at + part.length > text.length) return false;
        at += part.length;
    }
}

static bool lookup_cell_matches(sl_text cell, sl_text key, sl_lookup_match match)
{
    sl_network network;
    sl_address address;
    switch (match) {
    case SL_LOOKUP_EXACT:
    case SL_LOOKUP_NOCASE: return lookup_same(cell, key, match == SL_LOOKUP_NOCASE);
    case SL_LOOKUP_WILDCARD:
    case SL_LOOKUP_WILDCARD_NOCASE: return lookup_glob(cell, key, lookup_is_nocase(match));
    case SL_LOOKUP_CIDR: break;
    }
    if (!sl_network_parse(cell, /* single= */ true, &network)) return sl_text_equal(cell, key);
    return sl_address_parse(key, &address) && sl_network_has(&network, &address);
}

static bool lookup_row_matches(const sl_lookup_index *index, uint32_t row, const sl_text *keys)
{
    for (uint32_t k = 0; k < index->key_count; k++) {
        char scratch[SL_VALUE_TEXT_MAX];
        sl_text cell = sl_value_text(lookup_cell(index, row, k), scratch);
        if (!lookup_cell_matches(cell, keys[k], lookup_match(index, k))) return false;
    }
    return true;
}

static bool lookup_rows_add(sl_lookup_rows *out, uint32_t row)
{
    if (out->count == out->capacity) {
        uint32_t capacity = out->capacity == 0 ? LOOKUP_ROWS_FIRST : out->capacity * 2;
        uint32_t *rows = SL_ARENA_ARRAY(out->arena, capacity, uint32_t);
        if (rows == NULL) return false;
        if (out->count > 0) memcpy(rows, out->rows, out->count * sizeof *rows);
        out->rows = rows;
        out->capacity = capacity;
    }
    out->rows[out->count++] = row;
    return true;
}

static int lookup_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

bool sl_lookup_index_find(const sl_lookup_index *index, const sl_text *keys, uint32_t max,
                          sl_lookup_rows *out)
{
    uint64_t exact = lookup_exact_hash(index, keys);
    uint32_t before = out->count;
    for (uint32_t s = 0; s < index->selector_count; s++) {
        uint64_t hash = exact;
        bool chosen = index->chosen < index->key_count;
        if (chosen
            && !lookup_part_hash(keys[index->chosen], index->selectors[s],
                                 lookup_is_nocase(lookup_match(index, index->chosen)), exact,
                                 &hash))
            continue;
        uint32_t found = 0;
        for (uint32_t at = index->slots[hash & index->mask]; at != 0 && found < max;
             at = index->next[at - 1]) {
            if (!lookup_row_matches(index, at - 1, keys)) continue;
            if (!lookup_rows_add(out, at - 1)) return false;
            found++;
        }
    }
    uint32_t count = out->count - before;
    if (index->selector_count > 1 && count > 1) {
        qsort(out->rows + before, count, sizeof *out->rows, lookup_compare);
        uint32_t kept = 1; /* rows of two selectors may share a slot */
        for (uint32_t i = 1; i < count; i++)
            if (out->rows[before + i] != out->rows[before + kept - 1])
                out->rows[before + kept++] = out->rows[before + i];
        count = kept;
    }
    out->count = before + (count < max ? count : max);
    return true;
}
