/* inline_data.h - rows that stand in the text of a query: makeresults format=csv|json
 * data="...". */
#ifndef SL_LANG_SPL_INLINE_DATA_H
#define SL_LANG_SPL_INLINE_DATA_H

#include "lang/spl/parser.h"
#include "plan/lookup.h"

enum { SPL_INLINE_COLUMNS_MAX = 1000 };

/* The rows as a table in the plan's arena; its columns are fields of the plan. NULL after a fault
 * at `data`. */
const sl_lookup *spl_inline_csv(spl_parser *p, const spl_word *data);
/* An array of objects: a column for each key, and _raw for the object itself. */
const sl_lookup *spl_inline_json(spl_parser *p, const spl_word *data);

#endif
