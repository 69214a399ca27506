/* cql_value.h - CQL's view of values: all are text, read as numbers where numbers are wanted.
 *
 * Private to func/cql_*.c. */
#ifndef SL_FUNC_CQL_VALUE_H
#define SL_FUNC_CQL_VALUE_H

#include "func/fn.h"

static inline bool sl_cql_is_missing(sl_value v)
{
    return v.kind == SL_MISSING || v.kind == SL_NULL;
}
/* The value as text: borrowed, or written into `scratch`. Missing is empty. */
static inline sl_text sl_cql_text(sl_value v, char scratch[SL_VALUE_TEXT_MAX])
{
    return sl_cql_is_missing(v) ? SL_TEXT("") : sl_value_text(v, scratch);
}
/* True for true and the text "true". */
bool sl_cql_is_true(sl_value v);
/* The value as a finite number. */
bool sl_cql_number(sl_value v, double *out);
/* A result: whole numbers as such; missing when it is not finite. */
sl_value sl_cql_number_value(double number);
/* Text made by a kernel, copied into the batch; missing at its limit. */
sl_value sl_cql_text_value(const sl_call *call, sl_text text);
/* The constant argument `index` as text in the plan's arena; "" when there is no such argument.
 * False when memory ends. */
bool sl_cql_constant(const sl_fn_site *site, uint32_t index, sl_text *out);

#endif
