/* spl_value.h - how SPL's kernels look at a value: as items, text or number.
 *
 * Shared by the spl_*.c files and by nobody else. SPL knows strings and numbers; a multivalue
 * field is a list of them, a single value is a list of one.
 *
 * Owner:    nothing.
 * Threads:  any. */
#ifndef SL_FUNC_SPL_VALUE_H
#define SL_FUNC_SPL_VALUE_H

#include "func/fn.h"

/* Null in SPL's sense: there is no value. */
static inline bool sl_spl_is_null(sl_value v)
{
    return v.kind == SL_MISSING || v.kind == SL_NULL || (v.kind == SL_LIST && v.length == 0);
}

static inline uint32_t sl_spl_item_count(sl_value v)
{
    if (v.kind == SL_LIST) return v.length;
    return v.kind == SL_MISSING || v.kind == SL_NULL ? 0 : 1;
}

/* The items of `*v`; `v` must outlive them. */
static inline const sl_value *sl_spl_items(const sl_value *v)
{
    return v->kind == SL_LIST ? v->items : v;
}

/* A list of one is that one; an empty list is missing. */
static inline sl_value sl_spl_list(const sl_value *items, uint32_t count)
{
    if (count == 0) return sl_missing();
    return count == 1 ? items[0] : sl_list(items, count);
}

/* True for SL_BOOL true; SPL takes nothing else for a condition. */
static inline bool sl_spl_is_true(sl_value v)
{
    return v.kind == SL_BOOL && v.boolean;
}

/* The text of a single value that lives as long as `arena`; a list of one is that one. False for
 * null, for several values, and when memory ends. */
bool sl_spl_text(sl_arena *arena, sl_value v, sl_text *out);
/* The number of a single value. False for what is none. */
bool sl_spl_number(sl_value v, double *out);
/* `number` as the exact integer where it is one below 2^53, else as a real; NaN and infinities
 * are missing. */
sl_value sl_spl_number_value(double number);
/* `x` to so many decimals (below 0: to tens), half away from zero, as written in decimal: 2.555
 * becomes 2.56 though the double is a little below it. */
double sl_spl_round(double x, double places);
/* `x` written with so many decimals; missing when memory ends. */
sl_value sl_spl_fixed(sl_arena *arena, double x, int decimals);
/* What `text` is called for: a copy in `arena` as a string, missing at its limit. */
sl_value sl_spl_string_copy(sl_arena *arena, sl_text text);
/* eval's order of two single values: numbers when both look like numbers, else bytes. */
int sl_spl_compare(sl_value a, sl_value b);

/* Counts a value that is left out because it would grow beyond a limit; `what` is of whom. */
void sl_spl_over_limit(const sl_context *context, const char *what);

/* Text under construction in an arena. Past SL_SPL_TEXT_MAX bytes, and when the arena ends, it
 * fails for good: sl_spl_out_value is missing then. */
enum { SL_SPL_TEXT_MAX = 64 * 1024 * 1024 };
typedef struct sl_spl_out {
    sl_arena *arena;
    const sl_context *context; /* for what outgrows the limit; may be NULL */
    char *data;
    size_t length, capacity;
    bool failed;
} sl_spl_out;

void sl_spl_out_add(sl_spl_out *out, sl_text t);
static inline void sl_spl_out_byte(sl_spl_out *out, char c)
{
    sl_spl_out_add(out, (sl_text){&c, 1});
}
/* What was built, as a string. */
sl_value sl_spl_out_value(const sl_spl_out *out);

/* For `prepare`: the constant text of argument `index`, living in the plan; false (and said) when
 * it is not constant or has no text. */
bool sl_spl_constant(sl_fn_site *site, uint32_t index, sl_text *out);

#endif
