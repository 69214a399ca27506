/* leaves.c - texts taken apart into names and values.
 *
 * JSON goes through json_tree.h, which limits depth and size; XML and pairs are read in one pass
 * each, forgiving what does not fit. */
#include "func/leaves.h"

#include "func/json_tree.h"

static bool leaves_add(sl_leaves *leaves, sl_text name, sl_value value)
{
    if (leaves->count >= SL_LEAVES_MAX || name.length == 0) return true;
    if (leaves->count == leaves->capacity) {
        uint32_t capacity = leaves->capacity == 0 ? 16 : leaves->capacity * 2;
        sl_leaf *items = SL_ARENA_ARRAY(leaves->arena, capacity, sl_leaf);
        if (items == NULL) return false;
        if (leaves->count > 0) memcpy(items, leaves->items, leaves->count * sizeof *items);
        leaves->items = items;
        leaves->capacity = capacity;
    }
    leaves->items[leaves->count++] = (sl_leaf){.name = name, .value = value};
    return true;
}

/* The value of a scalar as SPL sees it. */
static sl_value leaves_scalar(const sl_tree *node)
{
    switch (node->kind) {
    case SL_TREE_NUMBER: return sl_number_as(node->text);
    case SL_TREE_STRING: return sl_string(node->text);
    case SL_TREE_TRUE: return sl_string(SL_TEXT("true"));
    case SL_TREE_FALSE: return sl_string(SL_TEXT("false"));
    case SL_TREE_NULL: return sl_string(SL_TEXT("null"));
    case SL_TREE_ARRAY:
    case SL_TREE_OBJECT: break;
    }
    return sl_missing();
}

/* Depth is limited by sl_tree_parse. */
static bool leaves_tree(sl_leaves *leaves, const sl_tree *node, sl_text name)
{
    bool array = node->kind == SL_TREE_ARRAY;
    if (!array && node->kind != SL_TREE_OBJECT)
        return leaves_add(leaves, name, leaves_scalar(node));
    if (array) {
        name = sl_arena_printf(leaves->arena, "%.*s{}", SL_TEXT_ARG(name));
        if (name.data == NULL) return false;
    }
    for (const sl_tree *child = node->first; child != NULL; child = child->next) {
        sl_text path = name;
        if (leaves->count >= SL_LEAVES_MAX) return true;
        if (!array && name.length == 0) path = child->key;
        else if (!array)
            path = sl_arena_printf(leaves->arena, "%.*s.%.*s", SL_TEXT_ARG(name),
                                   SL_TEXT_ARG(child->key));
        if (path.data == NULL || !leaves_tree(leaves, child, path)) return false;
    }
    return true;
}

bool sl_leaves_json(sl_leaves *leaves, sl_text text)
{
    const sl_tree *tree = sl_tree_parse(text, leaves->arena);
    if (tree == NULL) return !leaves->arena->failed;
    if (tree->kind != SL_TREE_OBJECT && tree->kind != SL_TREE_ARRAY) return true;
    return leaves_tree(leaves, tree, SL_TEXT(""));
}

/* A scalar as it is, anything else as JSON text. */
static bool leaves_printed(sl_leaves *leaves, const sl_tree *node, sl_text name)
{
    if (node->kind != SL_TREE_ARRAY && node->kind != SL_TREE_OBJECT)
        return leaves_add(leaves, name, leaves_scalar(node));
    sl_buffer out;
    sl_buffer_init(&out);
    bool ok = sl_tree_print(node, &out) && !out.failed;
    sl_text copy = {NULL, 0};
    if (ok) copy = sl_arena_copy(leaves->arena, sl_buffer_text(&out));
    sl_buffer_fini(&out);
    return !ok || (copy.data != NULL && leaves_add(leaves, name, sl_string(copy)));
}

bool sl_leaves_json_top(sl_leaves *leaves, sl_text text)
{
    const sl_tree *tree = sl_tree_parse(text, leaves->arena);
    if (tree == NULL) return !leaves->arena->failed;
    if (tree->kind != SL_TREE_OBJECT) return true;
    for (const sl_tree *child = tree->first; child != NULL; child = child->next) {
        bool array = child->kind == SL_TREE_ARRAY;
        const sl_tree *item = array ? child->first : child;
        for (; item != NULL; item = array ? item->next : NULL)
            if (!leaves_printed(leaves, item, child->key)) return false;
    }
    return true;
}

static const struct leaves_entity {
    const char *name;
    char byte;
} leaves_entities[] = {
    {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};

/* The text of an element with its entities resolved. */
static bool leaves_unescape(sl_arena *arena, sl_text raw, sl_text *out)
{
    *out = raw;
    if (sl_text_find_byte(raw, '&', 0) == SIZE_MAX) return true;
    char *bytes = sl_arena_bytes(arena, raw.length);
    if (bytes == NULL) return false;
    size_t length = 0;
    for (size_t at = 0; at < raw.length;) {
        sl_text rest = sl_text_slice(raw, at, raw.length);
        size_t e = 0;
        while (e < SL_COUNT(leaves_entities)
               && !sl_text_starts(rest, sl_text_from(leaves_entities[e].name)))
            e++;
        bool entity = raw.data[at] == '&' && e < SL_COUNT(leaves_entities);
        bytes[length++] = entity ? leaves_entities[e].byte : raw.data[at];
        at += entity ? strlen(leaves_entities[e].name) : 1;
    }
    *out = sl_text_make(bytes, length);
    return true;
}

/* The end of the tag's name that starts at `at`. */
static size_t leaves_tag_end(sl_text text, size_t at)
{
    while (at < text.length && strchr(" \t\r\n/><", text.data[at]) == NULL) at++;
    return at;
}

bool sl_leaves_xml(sl_leaves *leaves, sl_text text)
{
    size_t at = 0;
    while ((at = sl_text_find_byte(text, '<', at)) != SIZE_MAX) {
        size_t name_end = leaves_tag_end(text, at + 1);
        size_t open_end = sl_text_find_byte(text, '>', name_end);
        sl_text name = sl_text_slice(text, at + 1, name_end);
        if (open_end == SIZE_MAX) return true;
        at = open_end + 1;
        size_t close = sl_text_find_byte(text, '<', at);
        bool empty = name.length == 0 || text.data[open_end - 1] == '/';
        if (empty || close == SIZE_MAX || close + 1 >= text.length) continue;
        sl_text behind = sl_text_slice(text, close + 2, text.length);
        bool closes = text.data[close + 1] == '/' && sl_text_starts(behind, name)
            && name.length < behind.length && leaves_tag_end(behind, 0) == name.length;
        if (!closes) continue;
        sl_text value;
        if (!leaves_unescape(leaves->arena, sl_text_slice(text, at, close), &value)) return false;
        if (!leaves_add(leaves, name, sl_string(value))) return false;
        at = close;
    }
    return true;
}

static bool leaves_is(sl_text set, char c)
{
    return sl_text_find_byte(set, c, 0) != SIZE_MAX;
}

/* Names of fields: what is no letter, digit or underscore becomes an underscore. */
static sl_text leaves_name(sl_arena *arena, sl_text raw)
{
    sl_text t = sl_text_trim(raw);
    char *bytes = sl_arena_bytes(arena, t.length + 1);
    if (bytes == NULL) return (sl_text){NULL, 0};
    for (size_t i = 0; i < t.length; i++) {
        char c = t.data[i];
        bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
            || c == '_' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
        bytes[i] = word ? c : '_';
    }
    return sl_text_make(bytes, t.length);
}

bool sl_leaves_pairs(sl_leaves *leaves, sl_text text, sl_text pairs, sl_text values)
{
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        while (at < text.length && !leaves_is(pairs, text.data[at])
               && !leaves_is(values, text.data[at]))
            at++;
        if (at >= text.length || !leaves_is(values, text.data[at])) {
            at++;
            continue;
        }
        sl_text name = leaves_name(leaves->arena, sl_text_slice(text, start, at));
        size_t from = ++at;
        bool quoted = at < text.length && text.data[at] == '"';
        size_t close = quoted ? sl_text_find_byte(text, '"', at + 1) : SIZE_MAX;
        if (close != SIZE_MAX) {
            from++;
            at = close;
        } else {
            while (at < text.length && !leaves_is(pairs, text.data[at])) at++;
        }
        sl_text value = sl_text_trim(sl_text_slice(text, from, at));
        at++;
        if (name.data == NULL) return false;
        if (value.length > 0 && !leaves_add(leaves, name, sl_string(value))) return false;
    }
    return true;
}
