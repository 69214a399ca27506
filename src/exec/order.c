/* order.c - a key is a class (number, text, missing), a number and a text.
 *
 * Missing keys are last whichever way the sort goes. With SL_SORT_AUTO the classes turn round
 * with the direction; with SL_SORT_NUMBER (LogScale) text stays behind numbers. The order is total,
 * so qsort_r may be given it. */
#include "exec/order.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/order_sort.h"
#include "exec/stage.h"
#include "func/address.h"

static sl_text order_text(sl_value v, sl_arena *scratch)
{
    char digits[SL_VALUE_TEXT_MAX];
    sl_text t = sl_value_text(v, digits);
    return t.data == digits ? sl_arena_copy(scratch, t) : t;
}

/* Among texts an address stands as one of fixed width: IPv4 before IPv6, then by bytes. */
static sl_text order_address(const sl_address *address, sl_arena *scratch)
{
    char *bytes = sl_arena_bytes(scratch, 1 + sizeof address->bytes);
    if (bytes == NULL) return (sl_text){NULL, 0};
    bytes[0] = address->family == SL_IPV4 ? '4' : '6';
    memcpy(bytes + 1, address->bytes, sizeof address->bytes);
    return sl_text_make(bytes, 1 + sizeof address->bytes);
}

static sl_order_key order_key_of(sl_value v, sl_sort_order how, sl_arena *scratch)
{
    sl_order_key key = {.class = SL_ORDER_MISSING};
    if (v.kind == SL_LIST && v.length > 0) v = v.items[0];
    if (v.kind == SL_MISSING) return key;
    key.text = order_text(v, scratch);
    key.class = SL_ORDER_TEXT;
    sl_address address;
    if (how == SL_SORT_IP && sl_address_parse(key.text, &address)) {
        /* IPv4 before IPv6, then by bytes: as text of fixed width. */
        key.text = sl_arena_copy(scratch, sl_text_make((const char *)address.bytes, 16));
        key.number = address.family;
        key.class = SL_ORDER_NUMBER;
    } else if (how != SL_SORT_TEXT && how != SL_SORT_IP && sl_value_number(v, &key.number)) {
        key.class = SL_ORDER_NUMBER;
    } else if (how == SL_SORT_AUTO && sl_address_parse(key.text, &address)) {
        key.text = order_address(&address, scratch);
    }
    return key;
}

static int order_compare_key(const sl_order_key *a, const sl_order_key *b, const sl_sort_key *how)
{
    if (a->class != b->class) {
        int sign = a->class < b->class ? -1 : 1;
        bool fixed = a->class == SL_ORDER_MISSING || b->class == SL_ORDER_MISSING
            || how->order == SL_SORT_NUMBER;
        return fixed || !how->descending ? sign : -sign;
    }
    int sign = 0;
    uint64_t left = sl_order_number_bits(a->number), right = sl_order_number_bits(b->number);
    if (a->class == SL_ORDER_NUMBER && left != right) sign = left < right ? -1 : 1;
    else if (a->class == SL_ORDER_TEXT || (a->class == SL_ORDER_NUMBER && how->order == SL_SORT_IP))
        sign = sl_text_compare(a->text, b->text);
    return how->descending ? -sign : sign;
}

static int order_compare_keys(const sl_order *order, const sl_order_row *a, const sl_order_row *b,
                              uint32_t equal)
{
    for (uint32_t k = equal; k < order->key_count; k++) {
        int sign = order_compare_key(&a->keys[k], &b->keys[k], &order->keys[k]);
        if (sign != 0) return sign;
    }
    return 0;
}

/* Rows of one event whose keys are equal, but spelled in different ways: 1 and 1.0. */
static int order_compare_spelling(const sl_order *order, const sl_order_row *a,
                                  const sl_order_row *b)
{
    for (uint32_t k = 0; k < order->key_count; k++) {
        int sign = sl_text_compare(a->keys[k].text, b->keys[k].text);
        if (sign != 0) return sign;
    }
    return 0;
}

int sl_order_compare(const sl_order *order, const sl_order_row *a, const sl_order_row *b)
{
    return sl_order_compare_from(order, a, b, /* equal= */ 0);
}

int sl_order_compare_from(const sl_order *order, const sl_order_row *a, const sl_order_row *b,
                          uint32_t equal)
{
    const sl_origin *from = &a->row->origin, *to = &b->row->origin;
    int sign = order->place_first ? sl_origin_compare_place(from, to)
                                  : order_compare_keys(order, a, b, equal);
    if (sign == 0)
        sign = order->place_first ? order_compare_keys(order, a, b, equal)
                                  : sl_origin_compare(from, to, order->arrival);
    if (sign == 0) sign = order_compare_spelling(order, a, b);
    return order->reversed ? -sign : sign;
}

/* Rows are all alike once nobody wants their order: so the sort ends soon. */
static int order_compare_items(const void *left, const void *right, void *context)
{
    const sl_order *order = context;
    if (sl_order_cancelled(order)) return 0;
    return sl_order_compare(order, &((const sl_order_item *)left)->row,
                            &((const sl_order_item *)right)->row);
}

static sl_value order_value(const sl_stored_row *row, uint32_t column)
{
    return column < row->width ? row->values[column] : sl_missing();
}

/* Reads the keys of all rows. False when memory ends. */
static bool order_read(const sl_order *order, const sl_rows *rows, sl_order_item *list,
                       sl_arena *scratch)
{
    sl_order_key *keys = SL_ARENA_ARRAY(scratch, rows->count * order->key_count, sl_order_key);
    if (keys == NULL) return false;
    for (size_t r = 0; r < rows->count; r++)
        list[r].row = (sl_order_row){rows->rows[r], &keys[r * order->key_count]};
    for (uint32_t k = 0; k < order->key_count; k++) {
        uint32_t column = sl_rows_column(rows, order->keys[k].field);
        for (size_t r = 0; r < rows->count; r++)
            keys[r * order->key_count + k] =
                order_key_of(order_value(rows->rows[r], column), order->keys[k].order, scratch);
    }
    return !scratch->failed;
}

const sl_order_key *sl_order_keys(const sl_order *order, const sl_rows *rows,
                                  const sl_stored_row *row, sl_arena *scratch)
{
    sl_order_key *keys = SL_ARENA_ARRAY(scratch, order->key_count, sl_order_key);
    for (uint32_t k = 0; keys != NULL && k < order->key_count; k++) {
        uint32_t column = sl_rows_column(rows, order->keys[k].field);
        keys[k] = order_key_of(order_value(row, column), order->keys[k].order, scratch);
    }
    return scratch->failed ? NULL : keys;
}

size_t sl_order_row_bytes(const sl_order *order)
{
    return 2 * sizeof(sl_order_item) + order->key_count * sizeof(sl_order_key);
}

sl_status sl_order_rows(const sl_order *order, sl_rows *rows)
{
    if (rows->count < 2) return SL_OK;
    sl_arena scratch;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    sl_status status = SL_NOMEM;
    size_t list_bytes = rows->count * sizeof(sl_order_item);
    sl_order_item *list = sl_arena_alloc(&scratch, list_bytes), *spare = NULL;
    if (list == NULL || !order_read(order, rows, list, &scratch)) goto done;
    if (order->place_first) {
        qsort_r(list, rows->count, sizeof *list, order_compare_items, (void *)(uintptr_t)order);
    } else {
        spare = sl_arena_alloc(&scratch, list_bytes);
        if (spare == NULL) goto done;
        sl_order_sort(order, list, spare, rows->count);
    }
    status = SL_CANCELLED;
    if (sl_order_cancelled(order)) goto done;
    for (size_t r = 0; r < rows->count; r++) rows->rows[r] = list[r].row.row;
    status = SL_OK;
done:
    sl_arena_fini(&scratch);
    return status;
}
