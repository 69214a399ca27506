/* json_tree.c - parses with the scanners of event/json.h, so that both read JSON alike.
 *
 * The text is copied once, with the padding that the scanners need and a newline behind it that
 * ends a lone number. Parsing keeps the open levels on a stack of its own; printing recurses, at
 * most SL_TREE_DEPTH_MAX levels. */
#include "func/json_tree.h"

#include <assert.h>

#include "event/json.h"

typedef struct tree_parser {
    sl_arena *arena;
    const char *at;
    const char *end;
    sl_tree *open[SL_TREE_DEPTH_MAX];
    uint32_t depth;
    uint32_t nodes;
} tree_parser;

sl_tree *sl_tree_new(sl_tree_kind kind, sl_arena *arena)
{
    sl_tree *node = SL_ARENA_NEW(arena, sl_tree);
    if (node != NULL) node->kind = kind;
    return node;
}

void sl_tree_add(sl_tree *parent, sl_tree *child)
{
    child->next = NULL;
    if (parent->last == NULL) parent->first = child;
    else parent->last->next = child;
    parent->last = child;
    parent->count++;
    parent->source = (sl_text){NULL, 0};
}

void sl_tree_remove(sl_tree *parent, const sl_tree *child)
{
    sl_tree **link = &parent->first, *before = NULL;
    while (*link != NULL && *link != child) {
        before = *link;
        link = &before->next;
    }
    if (*link == NULL) return;
    *link = child->next;
    if (parent->last == child) parent->last = before;
    parent->count--;
}

void sl_tree_become(sl_tree *node, const sl_tree *from)
{
    sl_text key = node->key;
    sl_tree *next = node->next;
    *node = *from;
    node->key = key;
    node->next = next;
}

sl_tree *sl_tree_member(const sl_tree *object, sl_text key)
{
    if (object->kind != SL_TREE_OBJECT) return NULL;
    for (sl_tree *child = object->first; child != NULL; child = child->next)
        if (sl_text_equal(child->key, key)) return child;
    return NULL;
}

sl_tree *sl_tree_element(const sl_tree *array, uint32_t index)
{
    if (array->kind != SL_TREE_ARRAY || index >= array->count) return NULL;
    sl_tree *child = array->first;
    while (index-- > 0) child = child->next;
    return child;
}

/* Parsing. */

/* The string whose opening quote stands at parser->at, unescaped. */
static bool tree_read_string(tree_parser *parser, sl_text *out)
{
    const char *start = ++parser->at;
    unsigned flags = 0;
    if (sl_json_string(&parser->at, parser->end, &flags) != SL_JSON_END) return false;
    sl_text inside = sl_text_make(start, (size_t)(parser->at - start));
    parser->at++;
    *out = inside;
    if ((flags & SL_JSON_ESCAPED) == 0) return true;
    bool malformed = false;
    char *plain = sl_arena_bytes(parser->arena, inside.length);
    if (plain == NULL) return false;
    *out = sl_text_make(plain, sl_json_unescape(inside, plain, &malformed));
    return !malformed;
}

static bool tree_read_scalar(tree_parser *parser, sl_tree *node)
{
    const char *start = parser->at;
    if (sl_json_scalar(&parser->at, parser->end) != SL_JSON_END) return false;
    node->text = sl_text_make(start, (size_t)(parser->at - start));
    switch (*start) {
    case 't': node->kind = SL_TREE_TRUE; break;
    case 'f': node->kind = SL_TREE_FALSE; break;
    case 'n': node->kind = SL_TREE_NULL; break;
    default: node->kind = SL_TREE_NUMBER; break;
    }
    return true;
}

/* The value at parser->at; an array or object is left open. */
static sl_tree *tree_read_value(tree_parser *parser)
{
    if (parser->at >= parser->end || ++parser->nodes > SL_TREE_NODES_MAX) return NULL;
    sl_tree *node = sl_tree_new(SL_TREE_NULL, parser->arena);
    if (node == NULL) return NULL;
    node->source.data = parser->at;
    char c = *parser->at;
    if (c == '{' || c == '[') {
        if (parser->depth == SL_TREE_DEPTH_MAX) return NULL;
        node->kind = c == '{' ? SL_TREE_OBJECT : SL_TREE_ARRAY;
        parser->open[parser->depth++] = node;
        parser->at++;
        return node;
    }
    if (c == '"') {
        node->kind = SL_TREE_STRING;
        if (!tree_read_string(parser, &node->text)) return NULL;
    } else if (!tree_read_scalar(parser, node)) {
        return NULL;
    }
    node->source.length = (size_t)(parser->at - node->source.data);
    return node;
}

static void tree_adopt(sl_tree *parent, sl_tree *child)
{
    sl_text source = parent->source;
    sl_tree_add(parent, child);
    parent->source = source;
}

/* One child of the innermost open level, or its closing bracket. */
static bool tree_read_child(tree_parser *parser)
{
    sl_tree *parent = parser->open[parser->depth - 1];
    char closing = parent->kind == SL_TREE_OBJECT ? '}' : ']';
    parser->at = sl_json_space(parser->at, parser->end);
    if (parser->at >= parser->end) return false;
    if (*parser->at == closing) {
        parser->at++;
        parent->source.length = (size_t)(parser->at - parent->source.data);
        parser->depth--;
        return true;
    }
    if (parent->count > 0) {
        if (*parser->at++ != ',') return false;
        parser->at = sl_json_space(parser->at, parser->end);
        if (parser->at >= parser->end) return false;
    }
    sl_text key = {NULL, 0};
    if (parent->kind == SL_TREE_OBJECT) {
        if (*parser->at != '"' || !tree_read_string(parser, &key)) return false;
        parser->at = sl_json_space(parser->at, parser->end);
        if (parser->at >= parser->end || *parser->at++ != ':') return false;
        parser->at = sl_json_space(parser->at, parser->end);
    }
    sl_tree *child = tree_read_value(parser);
    if (child == NULL) return false;
    child->key = key;
    tree_adopt(parent, child);
    return true;
}

sl_tree *sl_tree_parse(sl_text json, sl_arena *arena)
{
    assert(arena != NULL);

    if (json.length == 0) return NULL;
    char *copy = sl_arena_bytes(arena, json.length + 1 + SL_BLOCK_PAD);
    tree_parser *parser = SL_ARENA_NEW(arena, tree_parser);
    if (copy == NULL || parser == NULL) return NULL;
    memcpy(copy, json.data, json.length);
    memset(copy + json.length, 0, 1 + SL_BLOCK_PAD);
    copy[json.length] = '\n';
    parser->arena = arena;
    parser->end = copy + json.length + 1;
    parser->at = sl_json_space(copy, parser->end);
    sl_tree *root = tree_read_value(parser);
    if (root == NULL) return NULL;
    while (parser->depth > 0)
        if (!tree_read_child(parser)) return NULL;
    return sl_json_space(parser->at, parser->end) == parser->end ? root : NULL;
}

/* Printing. */

static void tree_print_string(sl_text t, sl_buffer *out)
{
    sl_buffer_add_byte(out, '"');
    size_t start = 0;
    for (size_t i = 0; i < t.length; i++) {
        unsigned char c = (unsigned char)t.data[i];
        if (c >= ' ' && c != '"' && c != '\\') continue;
        sl_buffer_add(out, sl_text_slice(t, start, i));
        start = i + 1;
        const char *short_form = c == '"' ? "\\\""
            : c == '\\'                   ? "\\\\"
            : c == '\n'                   ? "\\n"
            : c == '\r'                   ? "\\r"
            : c == '\t'                   ? "\\t"
            : c == '\b'                   ? "\\b"
            : c == '\f'                   ? "\\f"
                                          : NULL;
        if (short_form != NULL) sl_buffer_add_string(out, short_form);
        else sl_buffer_printf(out, "\\u%04x", c);
    }
    sl_buffer_add(out, sl_text_slice(t, start, t.length));
    sl_buffer_add_byte(out, '"');
}

static bool tree_print_at(const sl_tree *tree, sl_buffer *out, uint32_t depth)
{
    switch (tree->kind) {
    case SL_TREE_NULL: sl_buffer_add_string(out, "null"); return true;
    case SL_TREE_FALSE: sl_buffer_add_string(out, "false"); return true;
    case SL_TREE_TRUE: sl_buffer_add_string(out, "true"); return true;
    case SL_TREE_NUMBER: sl_buffer_add(out, tree->text); return true;
    case SL_TREE_STRING: tree_print_string(tree->text, out); return true;
    case SL_TREE_ARRAY:
    case SL_TREE_OBJECT: break;
    }
    if (depth >= SL_TREE_DEPTH_MAX) return false;
    bool object = tree->kind == SL_TREE_OBJECT;
    sl_buffer_add_byte(out, object ? '{' : '[');
    for (const sl_tree *child = tree->first; child != NULL; child = child->next) {
        if (child != tree->first) sl_buffer_add_byte(out, ',');
        if (object) {
            tree_print_string(child->key, out);
            sl_buffer_add_byte(out, ':');
        }
        if (!tree_print_at(child, out, depth + 1)) return false;
    }
    sl_buffer_add_byte(out, object ? '}' : ']');
    return true;
}

bool sl_tree_print(const sl_tree *tree, sl_buffer *out)
{
    return tree_print_at(tree, out, 0);
}

/* Paths. */

/* The `{}` or `{n}` at *at; false when it is neither. */
static bool tree_read_index(sl_text t, size_t *at, sl_step *step)
{
    enum { TREE_INDEX_MAX = 100000000 };
    size_t close = sl_text_find_byte(t, '}', *at);
    if (close == SIZE_MAX) return false;
    *step = (sl_step){.kind = SL_STEP_ANY};
    uint32_t index = 0;
    for (size_t i = *at + 1; i < close; i++) {
        if (t.data[i] < '0' || t.data[i] > '9' || index > TREE_INDEX_MAX) return false;
        index = index * 10 + (uint32_t)(t.data[i] - '0');
        *step = (sl_step){.kind = SL_STEP_INDEX, .index = index};
    }
    *at = close + 1;
    return true;
}

bool sl_tree_path_parse(sl_text t, sl_arena *arena, sl_path *out)
{
    sl_step *steps = SL_ARENA_ARRAY(arena, SL_PATH_STEPS_MAX, sl_step);
    uint32_t count = 0;
    *out = (sl_path){.steps = steps};
    if (steps == NULL || t.length == 0) return false;
    for (size_t at = 0; at < t.length;) {
        if (count == SL_PATH_STEPS_MAX) return false;
        if (t.data[at] == '{') {
            if (!tree_read_index(t, &at, &steps[count])) return false;
        } else {
            size_t start = at;
            while (at < t.length && t.data[at] != '.' && t.data[at] != '{') at++;
            if (at == start) return false;
            steps[count] = (sl_step){.kind = SL_STEP_KEY, .key = sl_text_slice(t, start, at)};
        }
        count++;
        if (at == t.length) break;
        if (t.data[at] == '{') continue;
        if (t.data[at++] != '.' || at == t.length) return false;
    }
    out->count = count;
    return true;
}

/* What `{}` leads to from a node: all elements of an array, and of an object that is `lone` itself.
 * With `to` NULL they are counted only. */
static uint32_t tree_every(sl_tree *node, bool lone, sl_tree **to)
{
    uint32_t found = 0;
    if (node->kind == SL_TREE_OBJECT && lone) {
        if (to != NULL) to[0] = node;
        return 1;
    }
    if (node->kind != SL_TREE_ARRAY) return 0;
    if (to == NULL) return node->count;
    for (sl_tree *child = node->first; child != NULL; child = child->next) to[found++] = child;
    return found;
}

static uint32_t tree_step_count(sl_tree *const *from, uint32_t count, const sl_step *step,
                                bool lone)
{
    uint32_t total = 0;
    if (step->kind != SL_STEP_ANY) return count;
    for (uint32_t i = 0; i < count; i++) total += tree_every(from[i], lone, NULL);
    return total;
}

static uint32_t tree_step(sl_tree *const *from, uint32_t count, const sl_step *step, bool lone,
                          sl_tree **to)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        sl_tree *node = NULL;
        if (step->kind == SL_STEP_KEY) node = sl_tree_member(from[i], step->key);
        else if (step->kind == SL_STEP_INDEX) node = sl_tree_element(from[i], step->index);
        else found += tree_every(from[i], lone, to + found);
        if (node != NULL) to[found++] = node;
    }
    return found;
}

static sl_tree **tree_walk(sl_tree *root, sl_path path, bool lone, sl_arena *arena,
                           uint32_t *out_count)
{
    sl_tree **found = SL_ARENA_ARRAY(arena, 1, sl_tree *);
    if (found == NULL) return NULL;
    found[0] = root;
    uint32_t count = 1;
    for (uint32_t i = 0; i < path.count; i++) {
        const sl_step *step = &path.steps[i];
        uint32_t most = tree_step_count(found, count, step, lone);
        sl_tree **next = SL_ARENA_ARRAY(arena, most, sl_tree *);
        if (next == NULL) return NULL;
        count = tree_step(found, count, step, lone, next);
        found = next;
    }
    *out_count = count;
    return found;
}

sl_tree **sl_tree_find(sl_tree *root, sl_path path, sl_arena *arena, uint32_t *out_count)
{
    return tree_walk(root, path, false, arena, out_count);
}

sl_tree **sl_tree_find_lone(sl_tree *root, sl_path path, sl_arena *arena, uint32_t *out_count)
{
    return tree_walk(root, path, true, arena, out_count);
}
