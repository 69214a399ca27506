/* json_tree.h - a JSON text as a tree that can be changed and printed again.
 *
 * For functions that take JSON apart or put it together within one value; records themselves are
 * never read this way (event/walk.h is for them).
 *
 * Owner:    the arena given to the maker.
 * Lifetime: that of the arena; texts point into it.
 * Threads:  one at a time. */
#ifndef SL_FUNC_JSON_TREE_H
#define SL_FUNC_JSON_TREE_H

#include "event/path.h"
#include "event/value.h"

enum { SL_TREE_DEPTH_MAX = 256, SL_TREE_NODES_MAX = 500000 };

typedef enum sl_tree_kind {
    SL_TREE_NULL,
    SL_TREE_FALSE,
    SL_TREE_TRUE,
    SL_TREE_NUMBER,
    SL_TREE_STRING,
    SL_TREE_ARRAY,
    SL_TREE_OBJECT
} sl_tree_kind;

typedef struct sl_tree sl_tree;
struct sl_tree {
    sl_tree_kind kind;
    uint32_t count; /* of children */
    sl_text key;    /* in an object: unescaped */
    sl_text text;   /* a number as written, a string unescaped */
    sl_text source; /* where it was parsed from; {NULL, 0} when it was made */
    sl_tree *first, *last, *next;
};

/* The tree of `json`; NULL when it is not valid JSON, nested too deep, too large, or memory
 * ends. */
sl_tree *sl_tree_parse(sl_text json, sl_arena *arena);
/* A node without children or text; NULL when memory ends. */
sl_tree *sl_tree_new(sl_tree_kind kind, sl_arena *arena);
/* Puts `child` behind the last one. */
void sl_tree_add(sl_tree *parent, sl_tree *child);
void sl_tree_remove(sl_tree *parent, const sl_tree *child);
/* Takes over kind and contents of `from`; key and place stay. */
void sl_tree_become(sl_tree *node, const sl_tree *from);
/* The member `key` of an object, the first of that name, or NULL. */
sl_tree *sl_tree_member(const sl_tree *object, sl_text key);
/* Element `index` of an array, or NULL. */
sl_tree *sl_tree_element(const sl_tree *array, uint32_t index);
/* Appends the JSON text without white space. False when it is nested too deep. */
bool sl_tree_print(const sl_tree *tree, sl_buffer *out);

/* Where `a.b{}.c{0}` leads. Keys are split at dots; `{}` is every element, `{n}` one. False when
 * malformed or memory ends. */
bool sl_tree_path_parse(sl_text t, sl_arena *arena, sl_path *out);
/* All nodes at `path`, in document order; *out_count of them. NULL when memory ends. */
sl_tree **sl_tree_find(sl_tree *root, sl_path path, sl_arena *arena, uint32_t *out_count);
/* The same, but an object stands for a list with it alone: JSON made from XML has an object where
 * one element stood, and a list where there were several. */
sl_tree **sl_tree_find_lone(sl_tree *root, sl_path path, sl_arena *arena, uint32_t *out_count);

#endif
