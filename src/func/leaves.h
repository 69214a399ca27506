/* leaves.h - what a text holds, name by name: of JSON, of XML, of name=value pairs.
 *
 * For commands that make a field of everything there is in a text (spath, xmlkv, extract). Names
 * are SPL's: a.b of nested objects, a{} of arrays.
 *
 * Owner:    names and values live in the text or in the arena.
 * Threads:  one at a time. */
#ifndef SL_FUNC_LEAVES_H
#define SL_FUNC_LEAVES_H

#include "event/value.h"

enum { SL_LEAVES_MAX = 10000 }; /* of one text */

typedef struct sl_leaf {
    sl_text name;
    sl_value value;
} sl_leaf;

typedef struct sl_leaves {
    sl_arena *arena;
    sl_leaf *items; /* in the order of the text; a name may come several times */
    uint32_t count, capacity;
} sl_leaves;

/* All add to `leaves`, and answer false when memory ends. A text of another form has no leaves. */

/* Text, numbers, true, false and null (the text "null"), wherever they are nested. */
bool sl_leaves_json(sl_leaves *leaves, sl_text text);
/* The members of an object: what is nested as JSON text, arrays as lists. */
bool sl_leaves_json_top(sl_leaves *leaves, sl_text text);
/* <name>text</name> where no other element is inside. */
bool sl_leaves_xml(sl_leaves *leaves, sl_text text);
/* name=value, between any of the bytes of `pairs`, parted by one of `values`. Double quotes keep a
 * value together. */
bool sl_leaves_pairs(sl_leaves *leaves, sl_text text, sl_text pairs, sl_text values);

#endif
