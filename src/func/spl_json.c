/* spl_json.c - eval's functions of JSON, and spath.
 *
 * JSON is text in SPL. A text that is a JSON object or array nests as such when it is put into
 * another, which is how the vendor's examples chain these functions through fields. What comes
 * out is native where it is a scalar - text, number, truth value, null - and JSON text without
 * white space else. One scratch arena serves all rows of a call. */
#include "func/spl.h"

#include "func/spl_command.h"
#include "func/spl_json.h"
#include "func/spl_value.h"

enum { JSON_SCRATCH_MAX = 256 * 1024 * 1024 };

void sl_json_rows(const sl_call *call, sl_json_row *one)
{
    sl_json_work work = {.call = call};
    sl_arena_init(&work.scratch, JSON_SCRATCH_MAX);
    sl_buffer_init(&work.text);
    for (uint32_t i = 0; i < call->row_count; i++) {
        sl_arena_reset(&work.scratch);
        call->out[call->rows[i]] = one(&work, call->rows[i]);
    }
    sl_buffer_fini(&work.text);
    sl_arena_fini(&work.scratch);
}

bool sl_json_text(sl_json_work *work, uint32_t index, uint32_t row, sl_text *out)
{
    return sl_spl_text(&work->scratch, sl_arg(work->call, index, row), out);
}

sl_tree *sl_json_arg(sl_json_work *work, uint32_t index, uint32_t row)
{
    sl_text t;
    return sl_json_text(work, index, row, &t) ? sl_tree_parse(t, &work->scratch) : NULL;
}

static sl_tree *json_arg_of(sl_json_work *work, uint32_t index, uint32_t row, sl_tree_kind kind)
{
    sl_tree *tree = sl_json_arg(work, index, row);
    return tree != NULL && tree->kind == kind ? tree : NULL;
}

sl_value sl_json_printed(sl_json_work *work, const sl_tree *tree)
{
    sl_buffer_clear(&work->text);
    if (tree == NULL || !sl_tree_print(tree, &work->text) || work->text.failed) return sl_missing();
    if (work->text.length > SL_SPL_TEXT_MAX) {
        sl_spl_over_limit(work->call->context, "a JSON text of more than 64 MiB");
        return sl_missing();
    }
    return sl_spl_string_copy(work->call->arena, sl_buffer_text(&work->text));
}

static sl_value json_native(sl_json_work *work, const sl_tree *tree)
{
    if (tree == NULL || tree->kind == SL_TREE_NULL) return sl_missing();
    if (tree->kind == SL_TREE_TRUE || tree->kind == SL_TREE_FALSE)
        return sl_bool(tree->kind == SL_TREE_TRUE);
    if (tree->kind == SL_TREE_STRING) return sl_spl_string_copy(work->call->arena, tree->text);
    if (tree->kind != SL_TREE_NUMBER) return sl_json_printed(work, tree);
    sl_text copy = sl_arena_copy(work->call->arena, tree->text);
    return copy.data == NULL ? sl_missing() : sl_number_as(copy);
}

/* Making trees of values. */

static sl_tree *json_of_text(sl_json_work *work, sl_kind kind, sl_text t)
{
    sl_text trimmed = sl_text_trim(t);
    bool nests = trimmed.length > 0 && (trimmed.data[0] == '{' || trimmed.data[0] == '[');
    sl_tree *tree = nests ? sl_tree_parse(t, &work->scratch) : NULL;
    if (tree != NULL) return tree;
    bool number = kind != SL_STRING && kind != SL_JSON;
    tree = sl_tree_new(number ? SL_TREE_NUMBER : SL_TREE_STRING, &work->scratch);
    if (tree != NULL) tree->text = sl_arena_copy(&work->scratch, t);
    return tree != NULL && tree->text.data != NULL ? tree : NULL;
}

static sl_tree *json_of_item(sl_json_work *work, sl_value v)
{
    sl_text t;
    if (sl_spl_is_null(v)) return sl_tree_new(SL_TREE_NULL, &work->scratch);
    if (v.kind == SL_BOOL)
        return sl_tree_new(v.boolean ? SL_TREE_TRUE : SL_TREE_FALSE, &work->scratch);
    if (!sl_spl_text(&work->scratch, v, &t)) return NULL;
    return json_of_text(work, (sl_kind)v.kind, t);
}

sl_tree *sl_json_of_value(sl_json_work *work, sl_value v)
{
    if (v.kind != SL_LIST) return json_of_item(work, v);
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    for (uint32_t i = 0; i < v.length && array != NULL; i++) {
        sl_tree *item = json_of_item(work, v.items[i]);
        if (item == NULL) return NULL;
        sl_tree_add(array, item);
    }
    return array;
}

/* What the text is as JSON; null when it is not. */
static sl_tree *json_infer(sl_json_work *work, sl_text t)
{
    sl_tree *tree = sl_tree_parse(t, &work->scratch);
    return tree != NULL ? tree : sl_tree_new(SL_TREE_NULL, &work->scratch);
}

static sl_tree *json_of_key(sl_json_work *work, sl_text key)
{
    sl_tree *node = sl_tree_new(SL_TREE_STRING, &work->scratch);
    if (node != NULL) node->text = key;
    return node;
}

bool sl_json_put(sl_tree *object, sl_text key, sl_tree *value)
{
    if (value == NULL) return false;
    sl_tree *old = sl_tree_member(object, key);
    if (old != NULL) {
        sl_tree_become(old, value);
        return true;
    }
    value->key = key;
    sl_tree_add(object, value);
    return true;
}

/* json_array(...) and json_object(key, value, ...). */

static sl_value json_array_row(sl_json_work *work, uint32_t row)
{
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    for (uint32_t k = 0; k < work->call->arg_count && array != NULL; k++) {
        sl_tree *item = sl_json_of_value(work, sl_arg(work->call, k, row));
        if (item == NULL) return sl_missing();
        sl_tree_add(array, item);
    }
    return sl_json_printed(work, array);
}

void sl_fn_spl_json_array(const sl_call *call)
{
    sl_json_rows(call, json_array_row);
}

static sl_value json_object_row(sl_json_work *work, uint32_t row)
{
    sl_tree *object = sl_tree_new(SL_TREE_OBJECT, &work->scratch);
    for (uint32_t k = 0; k + 1 < work->call->arg_count && object != NULL; k += 2) {
        sl_text key;
        if (!sl_json_text(work, k, row, &key)) return sl_missing();
        if (!sl_json_put(object, key, sl_json_of_value(work, sl_arg(work->call, k + 1, row))))
            return sl_missing();
    }
    return sl_json_printed(work, object);
}

void sl_fn_spl_json_object(const sl_call *call)
{
    sl_json_rows(call, json_object_row);
}

/* `first` arguments stand before the pairs. */
static bool json_prepare_pairs(sl_fn_site *site, uint32_t first, const char *what)
{
    if (site->arg_count < first || (site->arg_count - first) % 2 == 0) return true;
    sl_diag_error(site->diags, SL_DIAG_ARITY, site->spans[site->arg_count - 1],
                  "this %s has no value behind it", what);
    return false;
}

bool sl_prepare_spl_members(sl_fn_site *site)
{
    return json_prepare_pairs(site, 0, "key");
}

bool sl_prepare_spl_changes(sl_fn_site *site)
{
    return json_prepare_pairs(site, 1, "path");
}

/* What is valid. */

static sl_value json_same_row(sl_json_work *work, uint32_t row)
{
    return sl_json_arg(work, 0, row) != NULL ? sl_arg(work->call, 0, row) : sl_missing();
}

void sl_fn_spl_json(const sl_call *call)
{
    sl_json_rows(call, json_same_row);
}

static sl_value json_valid_row(sl_json_work *work, uint32_t row)
{
    return sl_bool(sl_json_arg(work, 0, row) != NULL);
}

void sl_fn_spl_json_valid(const sl_call *call)
{
    sl_json_rows(call, json_valid_row);
}

static sl_value json_isarray_row(sl_json_work *work, uint32_t row)
{
    return sl_bool(json_arg_of(work, 0, row, SL_TREE_ARRAY) != NULL);
}

void sl_fn_spl_isarray(const sl_call *call)
{
    sl_json_rows(call, json_isarray_row);
}

static sl_value json_isobject_row(sl_json_work *work, uint32_t row)
{
    return sl_bool(json_arg_of(work, 0, row, SL_TREE_OBJECT) != NULL);
}

void sl_fn_spl_isobject(const sl_call *call)
{
    sl_json_rows(call, json_isobject_row);
}

static sl_value json_toobject_row(sl_json_work *work, uint32_t row)
{
    return sl_json_printed(work, json_arg_of(work, 0, row, SL_TREE_OBJECT));
}

void sl_fn_spl_toobject(const sl_call *call)
{
    sl_json_rows(call, json_toobject_row);
}

/* Between lists and arrays. */

/* The elements as a list; texts keep their quotes when `quoted`. */
static sl_value json_list(sl_json_work *work, const sl_tree *array, bool quoted)
{
    if (array == NULL || array->count == 0) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(work->call->arena, array->count, sl_value);
    uint32_t count = 0;
    if (items == NULL) return sl_missing();
    for (const sl_tree *child = array->first; child != NULL; child = child->next) {
        bool plain = child->kind == SL_TREE_STRING && !quoted;
        items[count] = plain ? sl_spl_string_copy(work->call->arena, child->text)
                             : sl_json_printed(work, child);
        if (child->kind == SL_TREE_NUMBER && !sl_is_missing(items[count]))
            items[count].kind = SL_NUMBER;
        count++;
    }
    return sl_spl_list(items, count);
}

static sl_value json_array_to_mv_row(sl_json_work *work, uint32_t row)
{
    bool quoted = work->call->arg_count > 1 && sl_spl_is_true(sl_arg(work->call, 1, row));
    return json_list(work, json_arg_of(work, 0, row, SL_TREE_ARRAY), quoted);
}

void sl_fn_spl_json_array_to_mv(const sl_call *call)
{
    sl_json_rows(call, json_array_to_mv_row);
}

static sl_value json_tomv_row(sl_json_work *work, uint32_t row)
{
    sl_value v = sl_arg(work->call, 0, row);
    if (v.kind == SL_LIST) return v;
    return json_list(work, json_arg_of(work, 0, row, SL_TREE_ARRAY), true);
}

void sl_fn_spl_tomv(const sl_call *call)
{
    sl_json_rows(call, json_tomv_row);
}

/* The list as an array; what the items are as JSON when `infer`, else texts. */
static sl_value json_from_list(sl_json_work *work, sl_value v, bool infer)
{
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    const sl_value *items = sl_spl_items(&v);
    uint32_t count = sl_spl_item_count(v);
    for (uint32_t k = 0; k < count && array != NULL; k++) {
        sl_text t;
        if (!sl_spl_text(&work->scratch, items[k], &t)) return sl_missing();
        sl_tree *item = infer ? json_infer(work, t) : json_of_key(work, t);
        if (item == NULL) return sl_missing();
        sl_tree_add(array, item);
    }
    return count == 0 ? sl_missing() : sl_json_printed(work, array);
}

static sl_value json_mv_to_array_row(sl_json_work *work, uint32_t row)
{
    bool infer = work->call->arg_count > 1 && sl_spl_is_true(sl_arg(work->call, 1, row));
    return json_from_list(work, sl_arg(work->call, 0, row), infer);
}

void sl_fn_spl_mv_to_json_array(const sl_call *call)
{
    sl_json_rows(call, json_mv_to_array_row);
}

static sl_value json_toarray_row(sl_json_work *work, uint32_t row)
{
    sl_value v = sl_arg(work->call, 0, row);
    if (v.kind == SL_LIST) return json_from_list(work, v, true);
    return sl_json_printed(work, json_arg_of(work, 0, row, SL_TREE_ARRAY));
}

void sl_fn_spl_toarray(const sl_call *call)
{
    sl_json_rows(call, json_toarray_row);
}

/* Taking apart. */

static sl_value json_keys_row(sl_json_work *work, uint32_t row)
{
    const sl_tree *object = json_arg_of(work, 0, row, SL_TREE_OBJECT);
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    if (object == NULL || array == NULL) return sl_missing();
    for (const sl_tree *child = object->first; child != NULL; child = child->next) {
        sl_tree *key = json_of_key(work, child->key);
        if (key == NULL) return sl_missing();
        sl_tree_add(array, key);
    }
    return sl_json_printed(work, array);
}

void sl_fn_spl_json_keys(const sl_call *call)
{
    sl_json_rows(call, json_keys_row);
}

static sl_value json_entries_row(sl_json_work *work, uint32_t row)
{
    const sl_tree *object = json_arg_of(work, 0, row, SL_TREE_OBJECT);
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    if (object == NULL || array == NULL) return sl_missing();
    for (const sl_tree *child = object->first; child != NULL; child = child->next) {
        sl_tree *entry = sl_tree_new(SL_TREE_OBJECT, &work->scratch);
        sl_tree *value = sl_tree_new(SL_TREE_NULL, &work->scratch);
        if (entry == NULL || value == NULL) return sl_missing();
        sl_tree_become(value, child);
        if (!sl_json_put(entry, SL_TEXT("key"), json_of_key(work, child->key))
            || !sl_json_put(entry, SL_TEXT("value"), value))
            return sl_missing();
        sl_tree_add(array, entry);
    }
    return sl_json_printed(work, array);
}

void sl_fn_spl_json_entries(const sl_call *call)
{
    sl_json_rows(call, json_entries_row);
}

static sl_value json_has_key_row(sl_json_work *work, uint32_t row)
{
    const sl_tree *object = json_arg_of(work, 0, row, SL_TREE_OBJECT);
    sl_text key;
    return sl_bool(object != NULL && sl_json_text(work, 1, row, &key)
                   && sl_tree_member(object, key) != NULL);
}

void sl_fn_spl_json_has_key_exact(const sl_call *call)
{
    sl_json_rows(call, json_has_key_row);
}

/* A copy of `node` that can stand elsewhere. */
static sl_tree *json_copy(sl_json_work *work, const sl_tree *node)
{
    sl_tree *copy = sl_tree_new(SL_TREE_NULL, &work->scratch);
    if (copy != NULL && node != NULL) sl_tree_become(copy, node);
    return copy;
}

/* What `path` leads to: one node, or with `{}` an array of all; NULL when nothing. "{}" alone is
 * the whole, be it an array or not. */
static sl_tree *json_at(sl_json_work *work, sl_tree *root, sl_text path_text)
{
    sl_path path;
    uint32_t count = 0;
    bool every = false;
    if (sl_text_equal(path_text, SL_TEXT("{}"))) return root;
    if (!sl_tree_path_parse(path_text, &work->scratch, &path)) return NULL;
    for (uint32_t i = 0; i < path.count; i++) every |= path.steps[i].kind == SL_STEP_ANY;
    sl_tree **found = sl_tree_find(root, path, &work->scratch, &count);
    if (found == NULL || count == 0) return NULL;
    if (!every) return found[0];
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    for (uint32_t i = 0; i < count && array != NULL; i++) {
        sl_tree *copy = json_copy(work, found[i]);
        if (copy == NULL) return NULL;
        sl_tree_add(array, copy);
    }
    return array;
}

static sl_tree *json_exactly(sl_json_work *work, sl_tree *root, sl_text key)
{
    (void)work;
    return sl_tree_member(root, key);
}

static sl_value json_extract_by(sl_json_work *work, uint32_t row,
                                sl_tree *(*find)(sl_json_work *work, sl_tree *root, sl_text key))
{
    sl_tree *root = sl_json_arg(work, 0, row);
    sl_text key;
    if (root == NULL) return sl_missing();
    if (work->call->arg_count == 1) return json_native(work, root);
    if (work->call->arg_count == 2)
        return sl_json_text(work, 1, row, &key) ? json_native(work, find(work, root, key))
                                                : sl_missing();
    sl_tree *array = sl_tree_new(SL_TREE_ARRAY, &work->scratch);
    for (uint32_t k = 1; k < work->call->arg_count && array != NULL; k++) {
        sl_tree *found = sl_json_text(work, k, row, &key) ? find(work, root, key) : NULL;
        sl_tree *copy = json_copy(work, found);
        if (copy == NULL) return sl_missing();
        sl_tree_add(array, copy);
    }
    return sl_json_printed(work, array);
}

static sl_value json_extract_row(sl_json_work *work, uint32_t row)
{
    return json_extract_by(work, row, json_at);
}

void sl_fn_spl_json_extract(const sl_call *call)
{
    sl_json_rows(call, json_extract_row);
}

static sl_value json_extract_exact_row(sl_json_work *work, uint32_t row)
{
    return json_extract_by(work, row, json_exactly);
}

void sl_fn_spl_json_extract_exact(const sl_call *call)
{
    sl_json_rows(call, json_extract_exact_row);
}

/* spath(value, path): texts of all matches; objects and arrays as they were written. `{}` behind an
 * object is the object: published searches ask so for what a bucket's rules hold. */
static sl_value json_spath_row(sl_json_work *work, uint32_t row)
{
    sl_tree *root = sl_json_arg(work, 0, row);
    sl_text path_text;
    sl_path path;
    uint32_t count = 0;
    if (root == NULL || !sl_json_text(work, 1, row, &path_text)) return sl_missing();
    if (!sl_tree_path_parse(path_text, &work->scratch, &path)) return sl_missing();
    sl_tree **found = sl_tree_find_lone(root, path, &work->scratch, &count);
    if (found == NULL || count == 0) return sl_missing();
    sl_value *items = SL_ARENA_ARRAY(work->call->arena, count, sl_value);
    if (items == NULL) return sl_missing();
    for (uint32_t i = 0; i < count; i++) {
        bool text = found[i]->kind == SL_TREE_STRING;
        sl_text t = text ? found[i]->text : found[i]->source;
        items[i] = sl_spl_string_copy(work->call->arena, t);
        if (found[i]->kind == SL_TREE_NUMBER && !sl_is_missing(items[i])) items[i].kind = SL_NUMBER;
    }
    return sl_spl_list(items, count);
}

void sl_fn_spl_spath(const sl_call *call)
{
    sl_json_rows(call, json_spath_row);
}

/* tojson: names and values by turns. */
static sl_value json_row_of_pairs(sl_json_work *work, uint32_t row)
{
    sl_tree *object = sl_tree_new(SL_TREE_OBJECT, &work->scratch);
    for (uint32_t k = 0; k + 1 < work->call->arg_count && object != NULL; k += 2) {
        sl_text key;
        sl_value value = sl_arg(work->call, k + 1, row);
        if (sl_spl_is_null(value) || !sl_json_text(work, k, row, &key)) continue;
        if (!sl_json_put(object, key, sl_json_of_value(work, value))) return sl_missing();
    }
    return sl_json_printed(work, object);
}

static void json_tojson_run(const sl_call *call)
{
    sl_json_rows(call, json_row_of_pairs);
}

const sl_fn sl_spl_tojson = {.name = "tojson",
                             .usage = "tojson FIELD ...",
                             .doc = "The row as a JSON object.",
                             .arg_max = SL_FN_VARIADIC,
                             .ret = SL_RET_TEXT,
                             .flags = SL_FN_OPERATOR,
                             .run = json_tojson_run};
