/* order.c - a key is a class (number, text, missing), a number and a text.
 *
 * Missing keys are last whichever way the sort goes. With SL_SORT_AUTO the classes turn round
 * with the direction; with SL_SORT_NUMBER (LogScale) text stays behind numbers. The order is total,
 * so qsort_r may be given it. */
#include "exec/order.h"

#include <stdlib.h>

#include "base/memory.h"
#include "exec/stage.h"
#include "func/address.h"

typedef enum order_class { ORDER_NUMBER, ORDER_TEXT, ORDER_MISSING } order_class;

typedef struct order_key {
    order_class class;
    double number;
    sl_text text; /* digits of computed numbers are in the scratch arena */
} order_key;

typedef struct order_row {
    sl_stored_row *row;
    const order_key *keys;
} order_row;

static sl_text order_text(sl_value v, sl_arena *scratch)
{
    char digits[SL_VALUE_TEXT_MAX];
    sl_text t = sl_value_text(v, digits);
    return t.data == digits ? sl_arena_copy(scratch, t) : t;
}

static order_key order_key_of(sl_value v, sl_sort_order how, sl_arena *scratch)
{
    order_key key = {.class = ORDER_MISSING};
    if (v.kind == SL_LIST && v.length > 0) v = v.items[0];
    if (v.kind == SL_MISSING) return key;
    key.text = order_text(v, scratch);
    key.class = ORDER_TEXT;
    sl_address address;
    if (how == SL_SORT_IP && sl_address_parse(key.text, &address)) {
        /* IPv4 before IPv6, then by bytes: as text of fixed width. */
        key.text = sl_arena_copy(scratch, sl_text_make((const char *)address.bytes, 16));
        key.number = address.family;
        key.class = ORDER_NUMBER;
    } else if (how != SL_SORT_TEXT && how != SL_SORT_IP && sl_value_number(v, &key.number)) {
        key.class = ORDER_NUMBER;
    }
    return key;
}

static int order_compare_key(const order_key *a, const order_key *b, const sl_sort_key *how)
{
    if (a->class != b->class) {
        int sign = a->class < b->class ? -1 : 1;
        bool fixed = a->class == ORDER_MISSING || b->class == ORDER_MISSING ||
                     how->order == SL_SORT_NUMBER;
        return fixed || !how->descending ? sign : -sign;
    }
    int sign = 0;
    if (a->class == ORDER_NUMBER && a->number != b->number)
        sign = a->number < b->number ? -1 : 1;
    else if (a->class == ORDER_TEXT || (a->class == ORDER_NUMBER && how->order == SL_SORT_IP))
        sign = sl_text_compare(a->text, b->text);
    return how->descending ? -sign : sign;
}

static int order_compare(const void *left, const void *right, void *context)
{
    const order_row *a = left, *b = right;
    const sl_order *order = context;
    for (uint32_t k = 0; k < order->key_count; k++) {
        int sign = order_compare_key(&a->keys[k], &b->keys[k], &order->keys[k]);
        if (sign != 0) return sign;
    }
    return sl_origin_compare(&a->row->origin, &b->row->origin, order->arrival);
}

static uint32_t order_column(const sl_rows *rows, sl_field field)
{
    for (uint32_t c = 0; c < rows->column_count; c++)
        if (rows->columns[c] == field) return c;
    return UINT32_MAX;
}

/* Reads the keys of all rows. False when memory ends. */
static bool order_read(const sl_order *order, const sl_rows *rows, order_row *list,
                       sl_arena *scratch)
{
    order_key *keys = SL_ARENA_ARRAY(scratch, rows->count * order->key_count, order_key);
    if (keys == NULL) return false;
    for (size_t r = 0; r < rows->count; r++)
        list[r] = (order_row){rows->rows[r], &keys[r * order->key_count]};
    for (uint32_t k = 0; k < order->key_count; k++) {
        uint32_t column = order_column(rows, order->keys[k].field);
        for (size_t r = 0; r < rows->count; r++) {
            const sl_stored_row *row = rows->rows[r];
            sl_value v = column < row->width ? row->values[column] : sl_missing();
            keys[r * order->key_count + k] = order_key_of(v, order->keys[k].order, scratch);
        }
    }
    return !scratch->failed;
}

sl_status sl_order_rows(const sl_order *order, sl_rows *rows)
{
    if (rows->count < 2) return SL_OK;
    sl_arena scratch;
    sl_arena_init(&scratch, /* bytes_max= */ 0);
    sl_status status = SL_NOMEM;
    order_row *list = SL_ARENA_ARRAY(&scratch, rows->count, order_row);
    if (list == NULL || !order_read(order, rows, list, &scratch)) goto done;
    qsort_r(list, rows->count, sizeof *list, order_compare, (void *)(uintptr_t)order);
    for (size_t r = 0; r < rows->count; r++) rows->rows[r] = list[r].row;
    status = SL_OK;
done:
    sl_arena_fini(&scratch);
    return status;
}
