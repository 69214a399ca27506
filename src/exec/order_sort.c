/* order_sort.c - a sort by digits, the highest first.
 *
 * A digit is 64 bits of a row's keys: the class of a key, then six bytes of a text or most of a
 * number, made so that digits compare as keys do. Rows are sorted by one digit, which sits beside
 * them, and then each run of equal ones by the next: keys that begin alike (ARNs do) are not
 * compared from their beginning again and again, and a comparison waits for no memory. Rows whose
 * keys are all equal, and those that stay equal for very long, are left to sl_order_compare. */
#include "exec/order_sort.h"

#include <stdlib.h>

enum {
    SORT_TEXT_BYTES = 6, /* in a digit */
    SORT_MORE = SORT_TEXT_BYTES + 1,
    SORT_SPLITS_MAX = 64, /* runs in runs */
    SORT_FEW = 12,
    SORT_FEW_ROWS = 8,
    SORT_AHEAD = 8
};

/* Which piece of the keys: of key `key`, the one behind `step` others. */
typedef struct sort_place {
    uint32_t key;
    uint32_t step;
    uint32_t splits; /* runs that it is in */
} sort_place;

/* --- digits --- */

/* Six bytes from `from` on, then how many of them there are, or that more follow. */
static uint64_t sort_text_digit(sl_text text, size_t from)
{
    size_t left = text.length - from, count = left < SORT_TEXT_BYTES ? left : SORT_TEXT_BYTES;
    uint64_t digit = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (left >= sizeof digit) {
        memcpy(&digit, text.data + from, sizeof digit);
        return __builtin_bswap64(digit) >> (64 - 8 * SORT_TEXT_BYTES) << 8 | SORT_MORE;
    }
#endif
    for (size_t i = 0; i < SORT_TEXT_BYTES; i++)
        digit = digit << 8 | (i < count ? (unsigned char)text.data[from + i] : 0U);
    return digit << 8 | (left > count ? SORT_MORE : count);
}

static size_t sort_text_from(const sl_order_key *key, uint32_t step)
{
    uint32_t before = key->class == SL_ORDER_NUMBER ? 2 : 0; /* addresses: behind the family */
    return (size_t)(step - before) * SORT_TEXT_BYTES;
}

/* Where keys of different classes stand; the lowest come first. */
static uint64_t sort_class(const sl_order_key *key, const sl_sort_key *how)
{
    bool turned = how->descending && how->order != SL_SORT_NUMBER;
    return turned && key->class != SL_ORDER_MISSING ? 1U - (unsigned)key->class
                                                    : (unsigned)key->class;
}

static uint64_t sort_digit(const sl_order *order, const sl_order_row *row, sort_place at)
{
    enum { VALUE_BITS = 56 };
    const sl_order_key *key = &row->keys[at.key];
    const sl_sort_key *how = &order->keys[at.key];
    const uint64_t mask = (UINT64_C(1) << VALUE_BITS) - 1;
    uint64_t value = 0;
    if (key->class == SL_ORDER_NUMBER && at.step < 2) {
        uint64_t bits = sl_order_number_bits(key->number);
        value = at.step == 0 ? bits >> (64 - VALUE_BITS) : bits & mask;
    } else if (key->class != SL_ORDER_MISSING) {
        value = sort_text_digit(key->text, sort_text_from(key, at.step));
    }
    if (how->descending && key->class != SL_ORDER_MISSING) value ^= mask;
    uint64_t digit = sort_class(key, how) << VALUE_BITS | value;
    return order->reversed ? ~digit : digit;
}

/* The piece to look at next among rows that agree in this one. */
static sort_place sort_next(const sl_order *order, const sl_order_row *row, sort_place at)
{
    const sl_order_key *key = &row->keys[at.key];
    sort_place further = {at.key, at.step + 1, at.splits}, next = {at.key + 1, 0, at.splits};
    bool is_address = order->keys[at.key].order == SL_SORT_IP;
    if (key->class == SL_ORDER_MISSING) return next;
    if (key->class == SL_ORDER_NUMBER && at.step < 2)
        return at.step == 0 || is_address ? further : next;
    return key->text.length > sort_text_from(key, further.step) ? further : next;
}

/* Reads a digit of all rows. Their keys lie anywhere: those that come soon are asked for. */
static void sort_read(const sl_order *order, sl_order_item *items, size_t count, sort_place at)
{
    for (size_t i = 0; i < count; i++) {
        if (i + 2 * SORT_AHEAD < count) SL_PREFETCH(&items[i + 2 * SORT_AHEAD].row.keys[at.key]);
        if (i + SORT_AHEAD < count) SL_PREFETCH(items[i + SORT_AHEAD].row.keys[at.key].text.data);
        items[i].digit = sort_digit(order, &items[i].row, at);
    }
}

/* --- sorting by one digit --- */

static void sort_insert(sl_order_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        sl_order_item item = items[i];
        size_t to = i;
        for (; to > 0 && items[to - 1].digit > item.digit; to--) items[to] = items[to - 1];
        items[to] = item;
    }
}

static void sort_merge(const sl_order_item *left, const sl_order_item *right,
                       const sl_order_item *end, sl_order_item *out)
{
    const sl_order_item *middle = right;
    while (left < middle && right < end) *out++ = right->digit < left->digit ? *right++ : *left++;
    memcpy(out, left, (size_t)(middle - left) * sizeof *out);
    out += middle - left;
    memcpy(out, right, (size_t)(end - right) * sizeof *out);
}

static bool sort_is_done(const sl_order_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (items[i].digit < items[i - 1].digit) return false;
    return true;
}

static void sort_by_digit(sl_order_item *items, sl_order_item *spare, size_t count)
{
    if (sort_is_done(items, count)) return;
    for (size_t i = 0; i < count; i += SORT_FEW)
        sort_insert(items + i, count - i < SORT_FEW ? count - i : SORT_FEW);
    sl_order_item *from = items, *to = spare;
    for (size_t width = SORT_FEW; width < count; width *= 2) {
        for (size_t i = 0; i < count; i += 2 * width) {
            size_t middle = i + width < count ? i + width : count;
            size_t end = i + 2 * width < count ? i + 2 * width : count;
            sort_merge(from + i, from + middle, from + end, to + i);
        }
        sl_order_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}

/* --- sorting by all of them --- */

static int sort_compare(const void *left, const void *right, void *context)
{
    const sl_order *order = context;
    if (sl_order_cancelled(order)) return 0;
    return sl_order_compare(order, &((const sl_order_item *)left)->row,
                            &((const sl_order_item *)right)->row);
}

/* A few rows that agree in all keys before `at`, one by one. */
static void sort_few(const sl_order *order, sl_order_item *items, size_t count, sort_place at)
{
    for (size_t i = 1; i < count; i++) {
        sl_order_item item = items[i];
        size_t to = i;
        for (; to > 0; to--) {
            const sl_order_row *before = &items[to - 1].row;
            if (sl_order_compare_from(order, before, &item.row, at.key) <= 0) break;
            items[to] = items[to - 1];
        }
        items[to] = item;
    }
}

static void sort_run(const sl_order *order, sl_order_item *items, sl_order_item *spare,
                     size_t count, sort_place at)
{
    size_t equal = count;
    if (count <= SORT_FEW_ROWS) {
        sort_few(order, items, count, at);
        return;
    }
    while (equal == count) {
        if (sl_order_cancelled(order)) return;
        if (at.key == order->key_count || at.splits == SORT_SPLITS_MAX) {
            qsort_r(items, count, sizeof *items, sort_compare, (void *)(uintptr_t)order);
            return;
        }
        sort_read(order, items, count, at);
        sort_by_digit(items, spare, count);
        for (equal = 1; equal < count && items[equal].digit == items[0].digit;) equal++;
        if (equal < count) break;
        at = sort_next(order, &items[0].row, at);
    }
    for (size_t from = 0; from < count; from += equal) {
        for (equal = 1; from + equal < count && items[from + equal].digit == items[from].digit;)
            equal++;
        if (equal == 1) continue;
        sort_place next = sort_next(order, &items[from].row, at);
        next.splits++;
        sort_run(order, items + from, spare, equal, next);
    }
}

void sl_order_sort(const sl_order *order, sl_order_item *items, sl_order_item *spare, size_t count)
{
    if (count > 1) sort_run(order, items, spare, count, (sort_place){0, 0, 0});
}
