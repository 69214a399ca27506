/* spl_json.h - what SPL's JSON functions share: values to trees and back.
 *
 * Between spl_json.c and spl_json_set.c; one sl_json_work serves all rows of a call.
 *
 * Owner:    the stack of sl_json_rows.
 * Lifetime: one call; the scratch arena is reset before each row.
 * Threads:  one. */
#ifndef SL_FUNC_SPL_JSON_H
#define SL_FUNC_SPL_JSON_H

#include "func/fn.h"
#include "func/json_tree.h"

typedef struct sl_json_work {
    const sl_call *call;
    sl_arena scratch;
    sl_buffer text;
} sl_json_work;

typedef sl_value sl_json_row(sl_json_work *work, uint32_t row);

/* Runs `one` for each row of the call; what it returns must live in the batch's arena. */
void sl_json_rows(const sl_call *call, sl_json_row *one);
/* The text of argument `index`, in the scratch arena or the value itself. */
bool sl_json_text(sl_json_work *work, uint32_t index, uint32_t row, sl_text *out);
/* The tree of argument `index`, or NULL. */
sl_tree *sl_json_arg(sl_json_work *work, uint32_t index, uint32_t row);
/* What `v` is in JSON: a text that is an object or array nests as such. NULL when memory ends. */
sl_tree *sl_json_of_value(sl_json_work *work, sl_value v);
/* Sets a member, in the place of an older one of that key. False when `value` is NULL. */
bool sl_json_put(sl_tree *object, sl_text key, sl_tree *value);
/* The tree as JSON text, in the batch's arena; missing when it is too long or deep. */
sl_value sl_json_printed(sl_json_work *work, const sl_tree *tree);

#endif
