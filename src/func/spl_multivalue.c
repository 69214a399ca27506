/* spl_multivalue.c - eval's functions of lists.
 *
 * A list of one is the same as its value, an empty one the same as null. Results are lists in the
 * batch's arena whose items point where the arguments' items did. A list that would grow beyond
 * SL_LIST_ITEMS_MAX is missing, and counted. */
#include "func/spl.h"

#include <assert.h>
#include <math.h>

#include "base/utf8.h"
#include "func/spl_value.h"

/* False, and counted, when a list of so many items is too long. */
static bool multivalue_fits(const sl_call *call, double count)
{
    if (count <= SL_LIST_ITEMS_MAX) return true;
    sl_spl_over_limit(call->context, "a list of more than 1000000 values");
    return false;
}

void sl_fn_spl_mvappend(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        size_t total = 0;
        for (uint32_t k = 0; k < call->arg_count; k++)
            total += sl_spl_item_count(sl_arg(call, k, row));
        if (total == 0 || !multivalue_fits(call, (double)total)) continue;
        sl_value *items = SL_ARENA_ARRAY(call->arena, total, sl_value);
        if (items == NULL) continue;
        uint32_t count = 0;
        for (uint32_t k = 0; k < call->arg_count; k++) {
            sl_value arg = sl_arg(call, k, row);
            const sl_value *from = sl_spl_items(&arg);
            uint32_t from_count = sl_spl_item_count(arg);
            for (uint32_t j = 0; j < from_count; j++) items[count++] = from[j];
        }
        call->out[row] = sl_spl_list(items, count);
    }
}

void sl_fn_spl_mvcount(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        uint32_t count = sl_spl_item_count(sl_arg(call, 0, row));
        if (count > 0) call->out[row] = sl_integer(count);
    }
}

/* Keeps the first of items that read the same, in a table of open addressing. */
static sl_value multivalue_dedup(sl_arena *arena, sl_value v)
{
    uint32_t slot_count = 4;
    while (slot_count < v.length * 2) slot_count *= 2;
    sl_value *kept = SL_ARENA_ARRAY(arena, v.length, sl_value);
    sl_text *texts = SL_ARENA_ARRAY(arena, v.length, sl_text);
    uint32_t *slots = SL_ARENA_ARRAY(arena, slot_count, uint32_t); /* number + 1 */
    if (kept == NULL || texts == NULL || slots == NULL) return sl_missing();
    uint32_t count = 0;
    for (uint32_t i = 0; i < v.length; i++) {
        sl_text t;
        if (!sl_spl_text(arena, v.items[i], &t)) continue;
        uint32_t slot = (uint32_t)sl_text_hash(t) & (slot_count - 1);
        while (slots[slot] != 0 && !sl_text_equal(texts[slots[slot] - 1], t))
            slot = (slot + 1) & (slot_count - 1);
        if (slots[slot] != 0) continue;
        texts[count] = t;
        kept[count++] = v.items[i];
        slots[slot] = count;
    }
    return sl_spl_list(kept, count);
}

void sl_fn_spl_mvdedup(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        call->out[row] = v.kind == SL_LIST ? multivalue_dedup(call->arena, v) : v;
    }
}

/* An index from 0, or from the end when negative; false when it is no whole number. */
static bool multivalue_index(sl_value v, uint32_t count, int64_t *out)
{
    double x = 0;
    if (!sl_spl_number(v, &x) || x != trunc(x) || fabs(x) > SL_LIST_ITEMS_MAX) return false;
    *out = (int64_t)x;
    if (*out < 0) *out += count;
    return true;
}

void sl_fn_spl_mvindex(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        uint32_t count = sl_spl_item_count(v);
        int64_t start = 0, end = 0;
        if (!multivalue_index(sl_arg(call, 1, row), count, &start)) continue;
        end = start;
        if (call->arg_count > 2 && !multivalue_index(sl_arg(call, 2, row), count, &end)) continue;
        if (start < 0 || start >= count || end < start || end >= count) continue;
        if (v.kind == SL_LIST)
            call->out[row] = sl_spl_list(v.items + start, (uint32_t)(end - start + 1));
        else call->out[row] = v;
    }
}

void sl_fn_spl_mvjoin(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        sl_text delimiter;
        uint32_t count = sl_spl_item_count(v);
        if (count == 0 || !sl_spl_text(call->arena, sl_arg(call, 1, row), &delimiter)) continue;
        const sl_value *items = sl_spl_items(&v);
        sl_spl_out out = {.arena = call->arena, .context = call->context};
        for (uint32_t k = 0; k < count; k++) {
            char scratch[SL_VALUE_TEXT_MAX];
            if (k > 0) sl_spl_out_add(&out, delimiter);
            sl_spl_out_add(&out, sl_value_text(items[k], scratch));
        }
        call->out[row] = sl_spl_out_value(&out);
    }
}

void sl_fn_spl_mvreverse(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        call->out[row] = v;
        if (v.kind != SL_LIST) continue;
        sl_value *items = SL_ARENA_ARRAY(call->arena, v.length, sl_value);
        if (items == NULL) continue;
        for (uint32_t k = 0; k < v.length; k++) items[k] = v.items[v.length - 1 - k];
        call->out[row] = sl_list(items, v.length);
    }
}

/* Sorting by bytes: a merge sort in the arena, stable and never quadratic. */

typedef struct multivalue_key {
    sl_text text;
    sl_value value;
} multivalue_key;

static void multivalue_merge(const multivalue_key *from, multivalue_key *to, size_t start,
                             size_t middle, size_t end)
{
    size_t a = start, b = middle;
    for (size_t at = start; at < end; at++) {
        bool take_a = a < middle && (b >= end || sl_text_compare(from[a].text, from[b].text) <= 0);
        to[at] = take_a ? from[a++] : from[b++];
    }
}

static sl_value multivalue_sort(sl_arena *arena, sl_value v)
{
    multivalue_key *from = SL_ARENA_ARRAY(arena, v.length, multivalue_key);
    multivalue_key *to = SL_ARENA_ARRAY(arena, v.length, multivalue_key);
    sl_value *items = SL_ARENA_ARRAY(arena, v.length, sl_value);
    if (from == NULL || to == NULL || items == NULL) return sl_missing();
    size_t count = 0;
    for (uint32_t i = 0; i < v.length; i++) {
        from[count].value = v.items[i];
        if (sl_spl_text(arena, v.items[i], &from[count].text)) count++;
    }
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            multivalue_merge(from, to, start, middle, end);
        }
        multivalue_key *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; i < count; i++) items[i] = from[i].value;
    return sl_spl_list(items, (uint32_t)count);
}

void sl_fn_spl_mvsort(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value v = sl_arg(call, 0, row);
        call->out[row] = v.kind == SL_LIST ? multivalue_sort(call->arena, v) : v;
    }
}

void sl_fn_spl_mvzip(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_value a = sl_arg(call, 0, row), b = sl_arg(call, 1, row);
        sl_text delimiter = SL_TEXT(",");
        uint32_t count_a = sl_spl_item_count(a), count_b = sl_spl_item_count(b);
        uint32_t count = count_a < count_b ? count_a : count_b;
        if (call->arg_count > 2 && !sl_spl_text(call->arena, sl_arg(call, 2, row), &delimiter))
            continue;
        sl_value *items = SL_ARENA_ARRAY(call->arena, count, sl_value);
        if (count == 0 || items == NULL) continue;
        for (uint32_t k = 0; k < count; k++) {
            char scratch[SL_VALUE_TEXT_MAX];
            sl_spl_out out = {.arena = call->arena, .context = call->context};
            sl_spl_out_add(&out, sl_value_text(sl_spl_items(&a)[k], scratch));
            sl_spl_out_add(&out, delimiter);
            sl_spl_out_add(&out, sl_value_text(sl_spl_items(&b)[k], scratch));
            items[k] = sl_spl_out_value(&out);
        }
        call->out[row] = sl_spl_list(items, count);
    }
}

/* mvrange. */

static sl_value multivalue_range(const sl_call *call, double start, double end, double step)
{
    if (step == 0 || (end - start) / step <= 0) return sl_missing();
    double steps = ceil((end - start) / step);
    if (!multivalue_fits(call, steps)) return sl_missing();
    uint32_t count = (uint32_t)steps;
    sl_value *items = SL_ARENA_ARRAY(call->arena, count, sl_value);
    if (items == NULL) return sl_missing();
    for (uint32_t k = 0; k < count; k++) items[k] = sl_spl_number_value(start + step * k);
    return sl_spl_list(items, count);
}

/* The step is a span such as "7d": start and end are epoch seconds. */
static sl_value multivalue_time_range(const sl_call *call, double start, double end, sl_text span)
{
    const double seconds_max = 4e9;
    if (fabs(start) > seconds_max || fabs(end) > seconds_max) return sl_missing();
    sl_text forward = sl_arena_printf(call->arena, "+%.*s", SL_TEXT_ARG(span));
    if (forward.data == NULL || span.length == 0 || span.data[0] < '0' || span.data[0] > '9')
        return sl_missing();
    sl_time at = (sl_time)(start * 1e6) * (SL_SECOND / 1000000);
    sl_time stop = (sl_time)(end * 1e6) * (SL_SECOND / 1000000);
    sl_time after = 0;
    if (!sl_time_parse_modifier(forward, at, call->context->zone, &after) || after <= at)
        return sl_missing();
    size_t capacity = at < stop ? (size_t)((stop - at) / (after - at)) * 2 + 16 : 0;
    if (capacity == 0 || !multivalue_fits(call, (double)capacity)) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(call->arena, capacity, sl_value);
    if (items == NULL) return sl_missing();
    uint32_t count = 0;
    while (at < stop && count < capacity) {
        items[count++] = sl_spl_number_value((double)at / (double)SL_SECOND);
        if (!sl_time_parse_modifier(forward, at, call->context->zone, &after) || after <= at) break;
        at = after;
    }
    return sl_spl_list(items, count);
}

void sl_fn_spl_mvrange(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        double start = 0, end = 0, step = 1;
        sl_text span = {NULL, 0};
        if (!sl_spl_number(sl_arg(call, 0, row), &start)) continue;
        if (!sl_spl_number(sl_arg(call, 1, row), &end)) continue;
        bool by_number = call->arg_count < 3 || sl_spl_number(sl_arg(call, 2, row), &step);
        if (by_number) call->out[row] = multivalue_range(call, start, end, step);
        else if (sl_spl_text(call->arena, sl_arg(call, 2, row), &span))
            call->out[row] = multivalue_time_range(call, start, end, span);
    }
}

/* split. */

static uint32_t multivalue_count_parts(sl_text t, sl_text delimiter)
{
    size_t count = 1;
    for (size_t at = sl_text_find(t, delimiter, 0); at != SIZE_MAX && count <= SL_LIST_ITEMS_MAX;
         at = sl_text_find(t, delimiter, at + delimiter.length))
        count++;
    return (uint32_t)count;
}

static sl_value multivalue_characters(const sl_call *call, sl_text t)
{
    size_t count = sl_utf8_count(t);
    if (count == 0) return sl_string(t);
    if (!multivalue_fits(call, (double)count)) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(call->arena, count, sl_value);
    if (items == NULL) return sl_missing();
    size_t at = 0;
    for (size_t k = 0; k < count; k++) {
        uint32_t ignored = 0;
        size_t bytes = sl_utf8_decode(t, at, &ignored);
        items[k] = sl_string(sl_text_slice(t, at, at + bytes));
        at += bytes;
    }
    return sl_spl_list(items, (uint32_t)count);
}

static sl_value multivalue_split(const sl_call *call, sl_text t, sl_text delimiter)
{
    if (delimiter.length == 0) return multivalue_characters(call, t);
    uint32_t count = multivalue_count_parts(t, delimiter);
    if (!multivalue_fits(call, (double)count)) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(call->arena, count, sl_value);
    if (items == NULL) return sl_missing();
    size_t start = 0;
    for (uint32_t k = 0; k + 1 < count; k++) {
        size_t end = sl_text_find(t, delimiter, start);
        items[k] = sl_string(sl_text_slice(t, start, end));
        start = end + delimiter.length;
    }
    items[count - 1] = sl_string(sl_text_slice(t, start, t.length));
    return sl_spl_list(items, count);
}

void sl_fn_spl_split(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t, delimiter;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        if (!sl_spl_text(call->arena, sl_arg(call, 1, row), &delimiter)) continue;
        call->out[row] = multivalue_split(call, t, delimiter);
    }
}

/* commands: the first word of each part of a search. */

/* Offset of the next `|` outside of quotes and brackets, or the length. */
static size_t multivalue_pipe(sl_text t, size_t at)
{
    bool quoted = false;
    uint32_t depth = 0;
    for (; at < t.length; at++) {
        char c = t.data[at];
        if (c == '\\' && quoted) at++;
        else if (c == '"') quoted = !quoted;
        else if (!quoted && c == '[') depth++;
        else if (!quoted && c == ']' && depth > 0) depth--;
        else if (!quoted && depth == 0 && c == '|') break;
    }
    return at < t.length ? at : t.length;
}

static sl_value multivalue_commands(const sl_call *call, sl_text t)
{
    uint32_t capacity = multivalue_count_parts(t, SL_TEXT("|"));
    if (!multivalue_fits(call, (double)capacity)) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(call->arena, capacity, sl_value);
    if (items == NULL) return sl_missing();
    uint32_t count = 0;
    for (size_t at = 0; at <= t.length && count < capacity;) {
        size_t end = multivalue_pipe(t, at);
        sl_text part = sl_text_trim(sl_text_slice(t, at, end));
        size_t word = 0;
        while (word < part.length && (unsigned char)part.data[word] > ' ') word++;
        if (word > 0) items[count++] = sl_string(sl_text_slice(part, 0, word));
        at = end + 1;
    }
    return sl_spl_list(items, count);
}

void sl_fn_spl_commands(const sl_call *call)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t;
        if (sl_spl_text(call->arena, sl_arg(call, 0, row), &t))
            call->out[row] = multivalue_commands(call, t);
    }
}
