/* spl_json_set.c - eval's functions that change a JSON text: set, delete, append, extend.
 *
 * The text is parsed, changed and printed without white space. Pairs are taken from left to right,
 * each seeing what the one before it made; a pair whose path does not fit is passed over. */
#include "func/spl.h"

#include "func/json_tree.h"
#include "func/spl_json.h"
#include "func/spl_value.h"

/* The object or array that `step` needs in `node`, which may have been null or new. */
static bool set_fits(sl_tree *node, const sl_step *step)
{
    sl_tree_kind wanted = step->kind == SL_STEP_KEY ? SL_TREE_OBJECT : SL_TREE_ARRAY;
    return node->kind == wanted;
}

/* What stands below `node` at `step`, made when it is a key that is not there. NULL when it cannot
 * be. */
static sl_tree *set_child(sl_tree *node, const sl_step *step, const sl_step *after, sl_arena *arena)
{
    if (!set_fits(node, step)) return NULL;
    if (step->kind == SL_STEP_INDEX) return sl_tree_element(node, step->index);
    sl_tree *child = sl_tree_member(node, step->key);
    if (child != NULL) return child;
    bool array = after != NULL && after->kind != SL_STEP_KEY;
    sl_tree_kind kind = after == NULL ? SL_TREE_NULL : array ? SL_TREE_ARRAY : SL_TREE_OBJECT;
    child = sl_tree_new(kind, arena);
    if (child == NULL) return NULL;
    child->key = step->key;
    sl_tree_add(node, child);
    return child;
}

/* Puts a copy of `value` at `path` from `node` on. Recursion ends with the path, which has at most
 * SL_PATH_STEPS_MAX steps. */
static void set_path(sl_tree *node, sl_path path, const sl_tree *value, sl_arena *arena)
{
    for (uint32_t i = 0; i < path.count && node != NULL; i++) {
        const sl_step *step = &path.steps[i];
        if (step->kind == SL_STEP_ANY) {
            sl_path rest = {.steps = step + 1, .count = path.count - i - 1};
            if (node->kind != SL_TREE_ARRAY) return;
            for (sl_tree *child = node->first; child != NULL; child = child->next)
                set_path(child, rest, value, arena);
            return;
        }
        node = set_child(node, step, i + 1 < path.count ? step + 1 : NULL, arena);
    }
    if (node != NULL) sl_tree_become(node, value);
}

static sl_value set_row(sl_json_work *work, uint32_t row)
{
    sl_tree *root = sl_json_arg(work, 0, row);
    if (root == NULL) return sl_missing();
    for (uint32_t k = 1; k + 1 < work->call->arg_count; k += 2) {
        sl_text t;
        sl_path path;
        sl_tree *value = sl_json_of_value(work, sl_arg(work->call, k + 1, row));
        if (value == NULL) return sl_missing();
        if (!sl_json_text(work, k, row, &t)) continue;
        if (sl_tree_path_parse(t, &work->scratch, &path))
            set_path(root, path, value, &work->scratch);
    }
    return sl_json_printed(work, root);
}

void sl_fn_spl_json_set(const sl_call *call)
{
    sl_json_rows(call, set_row);
}

static sl_value set_exact_row(sl_json_work *work, uint32_t row)
{
    sl_tree *root = sl_json_arg(work, 0, row);
    if (root == NULL || root->kind != SL_TREE_OBJECT) return sl_missing();
    for (uint32_t k = 1; k + 1 < work->call->arg_count; k += 2) {
        sl_text key;
        if (!sl_json_text(work, k, row, &key)) continue;
        if (!sl_json_put(root, key, sl_json_of_value(work, sl_arg(work->call, k + 1, row))))
            return sl_missing();
    }
    return sl_json_printed(work, root);
}

void sl_fn_spl_json_set_exact(const sl_call *call)
{
    sl_json_rows(call, set_exact_row);
}

/* json_delete: keys as arguments, lists, or arrays; dots lead into objects. */

static void set_delete(sl_json_work *work, sl_tree *root, sl_text key)
{
    sl_path path;
    uint32_t count = 0;
    if (!sl_tree_path_parse(key, &work->scratch, &path) || path.count == 0) return;
    for (uint32_t i = 0; i < path.count; i++)
        if (path.steps[i].kind != SL_STEP_KEY) return;
    sl_path above = {.steps = path.steps, .count = path.count - 1};
    sl_tree **found = sl_tree_find(root, above, &work->scratch, &count);
    if (found == NULL || count == 0) return;
    const sl_tree *member = sl_tree_member(found[0], path.steps[path.count - 1].key);
    if (member != NULL) sl_tree_remove(found[0], member);
}

/* Each key costs a look at all members, so there may be only so many of them. */
static void set_delete_all(sl_json_work *work, sl_tree *root, sl_value keys)
{
    enum { SET_KEYS_MAX = 1024 };
    const sl_value *items = sl_spl_items(&keys);
    uint32_t count = sl_spl_item_count(keys), left = SET_KEYS_MAX;
    for (uint32_t i = 0; i < count && left > 0; i++, left--) {
        sl_text key;
        if (!sl_spl_text(&work->scratch, items[i], &key)) continue;
        const sl_tree *array =
            key.length > 0 && key.data[0] == '[' ? sl_tree_parse(key, &work->scratch) : NULL;
        if (array == NULL) {
            set_delete(work, root, key);
            continue;
        }
        for (const sl_tree *child = array->first; child != NULL && left > 1;
             child = child->next, left--)
            if (child->kind == SL_TREE_STRING) set_delete(work, root, child->text);
    }
}

static sl_value set_delete_row(sl_json_work *work, uint32_t row)
{
    sl_tree *root = sl_json_arg(work, 0, row);
    if (root == NULL || root->kind != SL_TREE_OBJECT) return sl_missing();
    for (uint32_t k = 1; k < work->call->arg_count; k++)
        set_delete_all(work, root, sl_arg(work->call, k, row));
    return sl_json_printed(work, root);
}

void sl_fn_spl_json_delete(const sl_call *call)
{
    sl_json_rows(call, set_delete_row);
}

/* json_append and json_extend. */

/* Makes an array of a node that is none, with what it was as its element. */
static bool set_wrap(sl_tree *node, sl_arena *arena)
{
    if (node->kind == SL_TREE_ARRAY) return true;
    sl_tree *only = sl_tree_new(SL_TREE_NULL, arena);
    if (only == NULL) return false;
    sl_tree_become(only, node);
    sl_tree array = {.kind = SL_TREE_ARRAY};
    sl_tree_become(node, &array);
    sl_tree_add(node, only);
    return true;
}

/* Adds a copy of `value` to the array `node`; its elements one by one when `flat`. */
static bool set_append(sl_tree *node, const sl_tree *value, bool flat, sl_arena *arena)
{
    bool several = flat && value->kind == SL_TREE_ARRAY;
    const sl_tree *from = several ? value->first : value;
    for (; from != NULL; from = several ? from->next : NULL) {
        sl_tree *copy = sl_tree_new(SL_TREE_NULL, arena);
        if (copy == NULL) return false;
        sl_tree_become(copy, from);
        sl_tree_add(node, copy);
    }
    return true;
}

static sl_value set_append_row(sl_json_work *work, uint32_t row, bool flat)
{
    sl_tree *root = sl_json_arg(work, 0, row);
    if (root == NULL) return sl_missing();
    for (uint32_t k = 1; k + 1 < work->call->arg_count; k += 2) {
        sl_text t;
        sl_path path;
        uint32_t count = 0;
        const sl_tree *value = sl_json_of_value(work, sl_arg(work->call, k + 1, row));
        if (value == NULL) return sl_missing();
        if (!sl_json_text(work, k, row, &t)) continue;
        if (!sl_tree_path_parse(t, &work->scratch, &path)) continue;
        sl_tree **found = sl_tree_find(root, path, &work->scratch, &count);
        if (found == NULL) return sl_missing();
        for (uint32_t i = 0; i < count; i++)
            if (!set_wrap(found[i], &work->scratch)
                || !set_append(found[i], value, flat, &work->scratch))
                return sl_missing();
    }
    return sl_json_printed(work, root);
}

static sl_value set_append_one_row(sl_json_work *work, uint32_t row)
{
    return set_append_row(work, row, false);
}

void sl_fn_spl_json_append(const sl_call *call)
{
    sl_json_rows(call, set_append_one_row);
}

static sl_value set_extend_row(sl_json_work *work, uint32_t row)
{
    return set_append_row(work, row, true);
}

void sl_fn_spl_json_extend(const sl_call *call)
{
    sl_json_rows(call, set_extend_row);
}
