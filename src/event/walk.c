/* walk.c - follows the demand's trie and the record's text side by side.
 *
 * An explicit stack holds a frame an open object or array. A value is read, entered or skipped by
 * what its trie node says; what has no node is skipped by its brackets, 64 bytes at a time.
 *
 * Repeated keys: each trie node keeps the number of the instance in which it was last met. An
 * instance is the record or one element of an array, so within it a node stands for one place,
 * and meeting it again is a repetition: one compare a demanded key, whatever the object's size. An
 * open walk meets keys that no node stands for, and looks all of them up in a table (places.h).
 *
 * Two ways of reading: the plain one goes from byte to byte (json.h) and settles every doubt. The
 * fast one looks for quotes and brackets in the bits of a sl_mask_index, and takes only what is
 * usual: members without escapes or dots in their keys. Whatever else comes, it leaves to the
 * plain one, and goes on behind it. An open walk, which reads all, is plain.
 *
 * The end: each frame knows how many of its node's keys have not come yet, and the walk how many
 * frames still need anything. At zero it stops. */
#include "event/walk_state.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "event/json_members.h"

enum { WALK_LIST_FIRST = 4 };

sl_walk *sl_walk_new(void)
{
    sl_walk *walk = sl_calloc(1, sizeof *walk);
    if (walk == NULL) return NULL;
    sl_buffer_init(&walk->key);
    sl_places_init(&walk->places);
    for (int i = 0; i < SL_READING_COUNT; i++) sl_buffer_init(&walk->names[i]);
    walk->kernel = sl_mask_best();
    return walk;
}

void sl_walk_want_spare(sl_walk *walk, bool want)
{
    walk->no_spare = !want;
}

void sl_walk_use(sl_walk *walk, const sl_mask_kernel *kernel)
{
    walk->kernel = kernel;
}

void sl_walk_free(sl_walk *walk)
{
    if (walk == NULL) return;
    sl_buffer_fini(&walk->key);
    sl_places_fini(&walk->places);
    for (int i = 0; i < SL_READING_COUNT; i++) sl_buffer_fini(&walk->names[i]);
    free(walk->seen);
    free(walk->lists);
    free(walk);
}

/* --- the end of the walk --- */

static bool walk_break(sl_walk *w, uint32_t flags)
{
    w->flags |= flags;
    w->stopped = true;
    return false;
}

static bool walk_break_at(sl_walk *w, sl_json_end end)
{
    return walk_break(w, end == SL_JSON_DEEP ? SL_WALK_BROKEN | SL_WALK_DEEP : SL_WALK_BROKEN);
}

static bool walk_wants_json(const sl_walk_frame *f)
{
    return f->node != NULL && f->node->wants_json;
}

/* Nothing more is wanted from inside the frame. Its end may be. */
static void walk_frame_done(sl_walk *w, sl_walk_frame *f)
{
    if (!f->wanted || w->is_open) return;
    f->wanted = w->spare_idle && !f->is_array && f->node->spare_count > 0;
    if (!f->counted || walk_wants_json(f)) return;
    f->counted = false;
    w->needs--;
}

/* --- values handed over --- */

static sl_value walk_read_as(sl_value v, sl_reading reading)
{
    if (reading == SL_READ_RAW) return v;
    switch ((sl_kind)v.kind) {
    case SL_NULL: return reading == SL_READ_SPL ? sl_string(SL_TEXT("null")) : sl_missing();
    case SL_BOOL: return sl_string(v.boolean ? SL_TEXT("true") : SL_TEXT("false"));
    case SL_JSON: return sl_missing();
    default: return v;
    }
}

/* Appends to the values that the entry has in this record. */
static void walk_put_several(sl_walk *w, uint32_t entry, sl_value *slot, sl_value v)
{
    sl_walk_list *list = &w->lists[entry];
    if (list->record != w->record) *list = (sl_walk_list){.record = w->record};
    if (list->count == 0) {
        *slot = v;
        list->count = 1;
        return;
    }
    if (list->count >= list->capacity) {
        if (list->capacity > UINT32_MAX / 2) return;
        uint32_t capacity = list->capacity == 0 ? WALK_LIST_FIRST : list->capacity * 2;
        sl_value *items = sl_arena_alloc(w->arena, capacity * sizeof *items);
        if (items == NULL) return;
        if (list->count == 1) items[0] = *slot;
        else memcpy(items, slot->items, list->count * sizeof *items);
        *slot = sl_list(items, list->count);
        list->capacity = capacity;
    }
    /* The list was made here, a few lines above. */
    sl_value *items = (sl_value *)(uintptr_t)slot->items;
    items[list->count++] = v;
    slot->length = list->count;
}

static void walk_give_leaf(sl_walk *w, sl_reading reading, sl_value v)
{
    v = walk_read_as(v, reading);
    if (sl_is_missing(v)) return;
    sl_text name = sl_buffer_text(&w->names[reading]), *last = &w->last_names[reading];
    if (last->data == NULL || !sl_text_equal(name, *last)) *last = sl_arena_copy(w->arena, name);
    if (last->data != NULL) w->leaf(w->context, reading, *last, v);
}

static void walk_give(sl_walk *w, const sl_demand_node *node, sl_value v)
{
    uint32_t count = node == NULL ? 0 : node->entry_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = node->entries[i];
        const sl_demand_entry *entry = &w->demand->entries[number];
        sl_value read = walk_read_as(v, entry->reading);
        if (sl_is_missing(read)) continue;
        sl_value *slot = &w->columns[number][w->row];
        if (entry->several) walk_put_several(w, number, slot, read);
        else *slot = read;
    }
    if (!w->is_open || v.kind == SL_JSON) return;
    unsigned asked = node == NULL ? 0 : node->asked;
    for (int i = 0; i < SL_READING_COUNT; i++)
        if (w->demand->open[i] && (asked >> i & 1) == 0) walk_give_leaf(w, (sl_reading)i, v);
}

/* --- strings and scalars --- */

/* The text inside of a string, unescaped and repaired; {NULL, 0} at the arena's limit. */
static sl_text walk_text(sl_walk *w, sl_text inside, unsigned flags)
{
    if ((flags & SL_JSON_ESCAPED) != 0) {
        bool malformed = false;
        char *plain = sl_arena_bytes(w->arena, inside.length);
        if (plain == NULL) return sl_text_make(NULL, 0);
        inside = sl_text_make(plain, sl_json_unescape(inside, plain, &malformed));
        if (malformed) w->flags |= SL_WALK_BROKEN;
    }
    if ((flags & SL_JSON_WIDE) == 0 || sl_utf8_valid(inside)) return inside;
    w->flags |= SL_WALK_UTF8;
    return sl_utf8_repair(inside, w->arena);
}

/* Moves *at to the closing quote. False when the string holds more than plain ASCII, or cannot be
 * read this way. */
static bool walk_string_end(sl_walk *w, const char **at)
{
    uint64_t odd = 0;
    if (!w->indexed) return false;
    size_t from = (size_t)(*at - w->index.base);
    if (!sl_mask_reach(&w->index, from)) return false;
    size_t quote = sl_mask_string(&w->index, from, &odd);
    if (quote == SIZE_MAX || odd != 0) return false;
    *at = w->index.base + quote;
    return true;
}

static bool walk_string(sl_walk *w, const sl_demand_node *node)
{
    unsigned flags = 0;
    const char *from = w->at + 1, *to = from;
    if (!walk_string_end(w, &to)) {
        sl_json_end end = sl_json_string(&to, w->end, &flags);
        if (end != SL_JSON_END) return walk_break_at(w, end);
    }
    w->at = to + 1;
    if (!w->is_open && (node == NULL || node->entry_count == 0)) return true;

    sl_text text = walk_text(w, sl_text_make(from, (size_t)(to - from)), flags);
    if (text.data != NULL) walk_give(w, node, sl_string(text));
    return true;
}

static bool walk_scalar(sl_walk *w, const sl_demand_node *node)
{
    const char *from = w->at;
    sl_json_end end = sl_json_scalar(&w->at, w->end);
    if (end != SL_JSON_END) return walk_break_at(w, end);
    sl_value v = {.kind = SL_NULL};
    if (*from == 't' || *from == 'f') v = sl_bool(*from == 't');
    else if (*from != 'n') v = sl_number_as(sl_text_make(from, (size_t)(w->at - from)));
    walk_give(w, node, v);
    return true;
}

/* --- objects and arrays --- */

static bool walk_enters(const sl_walk *w, const sl_demand_node *node, bool is_array)
{
    if (w->is_open) return true;
    if (node == NULL) return false;
    return is_array ? node->any != NULL || node->element_count > 0 : node->child_count > 0;
}

/* True when what is wanted of the array at `node` is nothing that the walk goes on for. */
static bool walk_array_is_idle(const sl_walk *w, const sl_demand_node *node)
{
    if (!w->spare_idle || node == NULL || (node->any != NULL && !node->any->spare)) return false;
    for (uint32_t i = 0; i < node->element_count; i++)
        if (!node->elements[i].node->spare) return false;
    return true;
}

static bool walk_enter(sl_walk *w, const sl_demand_node *node, uint64_t instance)
{
    if (w->depth == SL_WALK_DEPTH_MAX) return walk_break_at(w, SL_JSON_DEEP);
    sl_walk_frame *f = &w->frames[w->depth++];
    *f = (sl_walk_frame){.start = w->at, .node = node, .instance = instance};
    f->wanted = walk_enters(w, node, *w->at == '[');
    f->is_array = *w->at == '[';
    if (node != NULL && !f->is_array) f->guess = sl_habit_first(&w->habit, node);
    f->missing = node == NULL ? 0 : node->child_count - (w->spare_idle ? node->spare_count : 0);
    bool idle = f->is_array ? walk_array_is_idle(w, node) : w->spare_idle && f->missing == 0;
    f->counted = (f->wanted && !idle) || walk_wants_json(f);
    f->place = w->place;
    for (int i = 0; i < SL_READING_COUNT && w->is_open; i++)
        f->name_lengths[i] = (uint32_t)w->names[i].length;
    w->needs += f->counted ? 1 : 0;
    w->at++;
    return true;
}

/* Behind the closing bracket of the frame on top. */
static bool walk_leave(sl_walk *w)
{
    const sl_walk_frame *f = &w->frames[--w->depth];
    if (f->counted) w->needs--;
    if (!walk_wants_json(f)) return true;
    walk_give(w, f->node, sl_json(sl_text_make(f->start, (size_t)(w->at - f->start))));
    return true;
}

/* Goes behind the bracket that closes what is open at `at`. False when it must be looked for the
 * plain way. */
static bool walk_close(sl_walk *w, const char *at, bool is_array, uint64_t depth_max)
{
    if (!w->indexed) return false;
    size_t from = (size_t)(at - w->index.base);
    size_t behind = sl_mask_close(&w->index, from, is_array, depth_max);
    if (behind == SIZE_MAX) return false;
    w->at = w->index.base + behind;
    return true;
}

/* Skips the value that begins at w->at. */
static bool walk_skip(sl_walk *w)
{
    uint64_t depth_max = (uint64_t)SL_WALK_DEPTH_MAX - w->depth;
    char c = w->at < w->end ? *w->at : '\0';
    if ((c == '{' || c == '[') && walk_close(w, w->at + 1, c == '[', depth_max)) return true;
    sl_json_end end = sl_json_skip(&w->at, w->end, depth_max);
    return end == SL_JSON_END || walk_break_at(w, end);
}

/* Skips what is left of the frame on top. */
static bool walk_skip_rest(sl_walk *w)
{
    const sl_walk_frame *f = &w->frames[w->depth - 1];
    uint64_t depth_max = (uint64_t)SL_WALK_DEPTH_MAX - w->depth + 1;
    if (walk_close(w, w->at, f->is_array, depth_max)) return walk_leave(w);
    sl_json_scan scan;
    sl_json_scan_inside(&scan, 1, w->at[-1], depth_max);
    scan.arrays[0] = f->is_array ? 1 : 0;
    sl_json_end end = sl_json_scan_run(&scan, &w->at, w->end);
    return end == SL_JSON_END ? walk_leave(w) : walk_break_at(w, end);
}

static bool walk_value(sl_walk *w, const sl_demand_node *node, uint64_t instance)
{
    char c = *w->at;
    if (c == '"') return walk_string(w, node);
    if (c != '{' && c != '[') return walk_scalar(w, node);
    if (walk_enters(w, node, c == '[')) return walk_enter(w, node, instance);

    const char *from = w->at;
    if (!walk_skip(w)) return false;
    if (node != NULL && node->wants_json)
        walk_give(w, node, sl_json(sl_text_make(from, (size_t)(w->at - from))));
    return true;
}

/* The member's key unescaped, with the flags that it then has; readable for 64 bytes behind. */
static bool walk_plain_key(sl_walk *w, sl_json_member *member)
{
    bool malformed = false;
    sl_buffer_clear(&w->key);
    if (!sl_buffer_reserve(&w->key, member->key.length + SL_BLOCK_PAD)) {
        w->arena->failed = true;
        return walk_break(w, 0);
    }
    size_t length = sl_json_unescape(member->key, w->key.data, &malformed);
    memset(w->key.data + length, 0, SL_BLOCK_PAD);
    member->key = sl_text_make(w->key.data, length);
    if (malformed) w->flags |= SL_WALK_BROKEN;
    if (memchr(w->key.data, '.', length) != NULL) member->flags |= SL_JSON_DOTTED;
    member->flags |= SL_JSON_WIDE; /* to be looked at: \u00e9 is beyond ASCII */
    return true;
}

/* The child of the frame's node has come. True when it had come before. */
static bool walk_meet(sl_walk *w, sl_walk_frame *f, const sl_demand_node *child)
{
    if (w->seen[child->number] == f->instance) return true;
    w->seen[child->number] = f->instance;
    if (child->spare && w->spare_idle) return false;
    if (--f->missing == 0) walk_frame_done(w, f);
    return false;
}

/* The node that a member of `f` stands for, or NULL. *repeated: it came before. */
static const sl_demand_node *walk_child(sl_walk *w, sl_walk_frame *f, const sl_json_member *member,
                                        bool *repeated)
{
    const sl_demand_node *node = f->node;
    sl_text key = member->key;
    if ((member->flags & SL_JSON_DOTTED) == 0) {
        node = sl_demand_child_of(node, key);
        if (node == NULL) return NULL;
        *repeated = walk_meet(w, f, node);
        return node;
    }
    for (size_t from = 0;;) {
        const char *dot = memchr(key.data + from, '.', key.length - from);
        size_t to = dot == NULL ? key.length : (size_t)(dot - key.data);
        sl_text piece = sl_text_make(key.data + from, to - from);
        node = sl_demand_child_of(node, piece);
        if (node == NULL) return NULL;
        /* The place came before, or an object that it would be in. */
        if (w->seen[node->number] == f->instance) *repeated = true;
        if (dot == NULL || *repeated) break;
        from = to + 1;
    }
    w->seen[node->number] = f->instance;
    return node;
}

/* True when the member came before, or what it would be in; whether anybody asks for it or not. */
static bool walk_is_repeated(sl_walk *w, const sl_walk_frame *f, const sl_json_member *member)
{
    sl_text key = member->key;
    /* The unescaped key is overwritten by the next one. */
    if ((member->flags & SL_JSON_ESCAPED) != 0) key = sl_arena_copy(w->arena, key);
    bool dotted = (member->flags & SL_JSON_DOTTED) != 0;
    return sl_places_meet(&w->places, f->place, key, dotted, &w->place);
}

static bool walk_member(sl_walk *w, sl_walk_frame *f)
{
    sl_json_member member;
    sl_json_members members = {w->at, w->end, f->behind_value};
    sl_json_end end = sl_json_member_next(&members, &member);
    w->at = members.at;
    if (end == SL_JSON_END) return walk_leave(w);
    if (end != SL_JSON_MEMBER) return walk_break_at(w, end);
    f->behind_value = true;

    if ((member.flags & SL_JSON_ESCAPED) != 0 && !walk_plain_key(w, &member)) return false;
    bool repeated = false;
    const sl_demand_node *node = NULL;
    if (f->node != NULL) node = walk_child(w, f, &member, &repeated);
    if (w->is_open && walk_is_repeated(w, f, &member)) repeated = true;
    if (repeated) w->flags |= SL_WALK_DUPLICATE_KEY;
    if (repeated || (node == NULL && !w->is_open)) return walk_skip(w);
    if (w->is_open) {
        sl_text key = member.key;
        if ((member.flags & SL_JSON_WIDE) != 0) key = walk_text(w, key, SL_JSON_WIDE);
        if (key.data == NULL) return walk_break(w, 0);
        sl_walk_name_key(w, f, key);
    }
    return walk_value(w, node, f->instance);
}

/* A plain text, which all readings read alike, for what stands at `node`. */
static inline void walk_give_text(sl_walk *w, const sl_demand_node *node, sl_text text)
{
    for (uint32_t i = 0; i < node->entry_count; i++) {
        uint32_t number = node->entries[i];
        sl_value *slot = &w->columns[number][w->row];
        if (SL_UNLIKELY(w->demand->entries[number].several)) {
            walk_put_several(w, number, slot, sl_string(text));
            continue;
        }
        /* Member by member: a value put together elsewhere would have to be waited for. */
        slot->text = text.data;
        slot->length = (uint32_t)text.length;
        slot->kind = SL_STRING;
    }
}

/* Hands over the value at `value` if it is a plain text, and says where it ends; else SIZE_MAX. */
static inline size_t walk_plain_text(sl_walk *w, const sl_demand_node *node, size_t value)
{
    const char *at = w->index.base + value;
    uint64_t odd;
    if (*at != '"') return SIZE_MAX;
    size_t quote = sl_mask_string(&w->index, value + 1, &odd);
    if (quote == SIZE_MAX || odd != 0) return SIZE_MAX;
    walk_give_text(w, node, sl_text_make(at + 1, quote - value - 1));
    return quote + 1;
}

/* As walk_key, when no guess was right. */
static SL_NOINLINE const sl_habit_key *walk_key_far(sl_walk *w, sl_walk_frame *f, size_t at,
                                                    bool behind_value, size_t *value)
{
    sl_mask_member place;
    size_t from = behind_value ? at : at - 1;
    if (!sl_mask_member_at(&w->index, at, behind_value, &place)) return NULL;
    *value = place.value;
    sl_text text = sl_text_make(w->index.base + from, place.value - from);
    sl_text name = sl_text_make(w->index.base + place.key, place.key_length);
    sl_habit_key *key = sl_habit_learn(&w->habit, f->node, text, name, f->guess);
    if (key != &w->habit.odd) f->guess = &key->next;
    return key;
}

/* The plain key of the member that stands at `at`, or behind the comma there, and where its value
 * begins. NULL: it is not plain, or no member stands there. */
static inline const sl_habit_key *walk_key(sl_walk *w, sl_walk_frame *f, size_t at,
                                           bool behind_value, size_t *value)
{
    size_t from = behind_value ? at : at - 1; /* the comma or the brace */
    const char *text = w->index.base + from;
    sl_habit_key *key = sl_habit_guess(&w->habit, f->guess, text);
    if (SL_UNLIKELY(key == NULL || sl_json_is_space(text[key->length])))
        return walk_key_far(w, f, at, behind_value, value);
    *value = from + key->length;
    f->guess = &key->next;
    return SL_LIKELY(*value < w->index.length && sl_mask_reach(&w->index, at)) ? key : NULL;
}

/* Goes over the members of the object on top the fast way, up to the first that is wanted and no
 * plain text. */
static bool walk_members(sl_walk *w, sl_walk_frame *f)
{
    size_t at = (size_t)(w->at - w->index.base), value;
    bool behind_value = f->behind_value;
    const uint64_t depth_max = (uint64_t)SL_WALK_DEPTH_MAX - w->depth;
    const sl_habit_key *key;
    while ((key = walk_key(w, f, at, behind_value, &value)) != NULL) {
        size_t behind = SIZE_MAX;
        if (key->child == NULL) {
            behind = sl_mask_behind(&w->index, value, depth_max);
            if (SL_UNLIKELY(behind == SIZE_MAX)) break;
        } else {
            f->behind_value = true;
            w->at = w->index.base + value;
            if (SL_UNLIKELY(walk_meet(w, f, key->child))) {
                w->flags |= SL_WALK_DUPLICATE_KEY;
                return walk_skip(w);
            }
            behind = walk_plain_text(w, key->child, value);
            if (behind == SIZE_MAX) return walk_value(w, key->child, f->instance);
            w->at = w->index.base + behind;
            if (!f->wanted || w->needs == 0) return true;
        }
        behind_value = true;
        at = behind;
    }
    f->behind_value = behind_value;
    w->at = w->index.base + at;
    return walk_member(w, f);
}

/* The node for the next element of `f`, or NULL. */
static const sl_demand_node *walk_element_node(sl_walk *w, sl_walk_frame *f)
{
    const sl_demand_node *node = f->node;
    if (node == NULL) return NULL;
    if (f->next_element < node->element_count
        && node->elements[f->next_element].index == f->index) {
        const sl_demand_node *element = node->elements[f->next_element++].node;
        if (f->next_element == node->element_count && node->any == NULL) walk_frame_done(w, f);
        return element;
    }
    return node->any;
}

static bool walk_element(sl_walk *w, sl_walk_frame *f)
{
    w->at = sl_json_space(w->at, w->end);
    if (w->at < w->end && *w->at == ']') {
        w->at++;
        return walk_leave(w);
    }
    if (f->behind_value) {
        if (w->at >= w->end || *w->at != ',') return walk_break(w, SL_WALK_BROKEN);
        w->at = sl_json_space(w->at + 1, w->end);
    }
    if (w->at >= w->end) return walk_break(w, SL_WALK_BROKEN);
    f->behind_value = true;

    const sl_demand_node *node = walk_element_node(w, f);
    if (w->is_open) {
        sl_walk_name_element(w, f);
        w->place = sl_places_root(&w->places);
    }
    f->index++;
    if (node != NULL || w->is_open) return walk_value(w, node, ++w->instance);
    return walk_skip(w);
}

/* --- a record --- */

static void *walk_grow(void *old, uint32_t *capacity, uint32_t wanted, size_t size)
{
    if (wanted <= *capacity) return old;
    uint32_t larger = wanted + wanted / 2;
    char *bytes = sl_realloc(old, larger * size);
    if (bytes == NULL) return NULL;
    memset(bytes + *capacity * size, 0, (larger - *capacity) * size);
    *capacity = larger;
    return bytes;
}

/* Room for what is remembered by node and by entry. */
static bool walk_prepare(sl_walk *w, const sl_demand *demand)
{
    uint64_t *seen = walk_grow(w->seen, &w->seen_capacity, demand->node_count, sizeof *seen);
    if (seen == NULL) return false;
    w->seen = seen;
    uint32_t lists_wanted = demand->count == 0 ? 1 : demand->count;
    sl_walk_list *lists = walk_grow(w->lists, &w->list_capacity, lists_wanted, sizeof *lists);
    if (lists == NULL) return false;
    w->lists = lists;
    w->is_open = false;
    for (int i = 0; i < SL_READING_COUNT; i++) {
        w->is_open = w->is_open || demand->open[i];
        sl_buffer_clear(&w->names[i]);
        w->last_names[i] = sl_text_make(NULL, 0);
        if (demand->open[i] && !sl_buffer_reserve(&w->names[i], SL_WALK_NAME_MAX)) return false;
    }
    return true;
}

/* Makes ready for an object that begins at `at`. */
static bool walk_begin(sl_walk *w, const char *at, const char *end, const sl_walk_into *into)
{
    assert(into->demand->root != NULL);
    if (!walk_prepare(w, into->demand)) {
        into->arena->failed = true;
        return false;
    }
    w->demand = into->demand;
    w->columns = into->columns;
    w->row = into->row;
    w->arena = into->arena;
    w->at = at;
    w->end = end;
    w->depth = w->needs = w->flags = 0;
    w->stopped = false;
    w->record = ++w->instance;
    if (w->is_open) {
        sl_places_begin(&w->places);
        w->place = sl_places_root(&w->places);
    }
    w->indexed = w->kernel != NULL && !w->is_open;
    w->spare_idle = w->no_spare && !w->is_open;
    sl_habit_begin(&w->habit, into->demand->root, w->recall.recogniser);
    return true;
}

/* One step in the frame on top. */
static inline void walk_step(sl_walk *w)
{
    sl_walk_frame *f = &w->frames[w->depth - 1];
    if (!f->wanted) walk_skip_rest(w);
    else if (f->is_array) walk_element(w, f);
    else if (w->indexed) walk_members(w, f);
    else walk_member(w, f);
}

SL_HOT uint32_t sl_walk_record(sl_walk *w, sl_text record, const sl_walk_into *into,
                               sl_walk_leaf *leaf, void *context)
{
    const char *end = record.data + record.length;
    if (record.length > UINT32_MAX) return SL_WALK_BROKEN;
    if (!walk_begin(w, sl_json_space(record.data, end), end, into)) return 0;
    assert(!w->is_open || leaf != NULL);
    w->leaf = leaf;
    w->context = context;
    if (w->at >= w->end || *w->at != '{') return SL_WALK_BROKEN;

    const sl_demand_node *root = into->demand->root;
    w->ahead = NULL;
    if (w->indexed) sl_mask_begin(&w->index, w->kernel, w->at, (size_t)(w->end - w->at));
    if (walk_enters(w, root, /* is_array= */ false) || root->wants_json)
        walk_enter(w, root, w->record);
    while (w->depth > 0 && w->needs > 0 && !w->stopped) walk_step(w);
    return w->flags;
}

void sl_walk_clear(const sl_walk_into *into)
{
    for (uint32_t c = 0; c < into->demand->count; c++) into->columns[c][into->row] = sl_missing();
}

/* --- an object whose end is not known --- */

void sl_walk_recognise(sl_walk *w, const sl_recogniser *recogniser)
{
    sl_recall_init(&w->recall, recogniser);
}

void sl_walk_forget(sl_walk *w)
{
    w->ahead = NULL;
}

/* Lets the masks go on behind the object before, if nothing lies between but what parts records. */
static void ahead_index(sl_walk *w)
{
    const char *from = w->ahead;
    while (from != NULL && from < w->at && (*from == ',' || sl_json_is_space(*from))) from++;
    if (from != w->at) sl_mask_begin(&w->index, w->kernel, w->at, (size_t)(w->end - w->at));
}

/* Reads the value of the root's child at `value`, and says where it ends; SIZE_MAX when anything
 * about it is unusual. */
static size_t ahead_value(sl_walk *w, const sl_demand_node *child, size_t value)
{
    size_t behind = walk_plain_text(w, child, value);
    if (SL_LIKELY(behind != SIZE_MAX)) return behind;
    w->at = w->index.base + value;
    if (!walk_value(w, child, w->record)) return SIZE_MAX;
    while (w->depth > 1 && !w->stopped)
        if (w->needs == 0) walk_skip_rest(w);
        else walk_step(w);
    return w->stopped ? SIZE_MAX : (size_t)(w->at - w->index.base);
}

/* Behind the closing brace that stands at `at`; SIZE_MAX when there is none, or when it ends
 * something else than a record of `format`. */
static size_t ahead_end(sl_walk *w, size_t at, const sl_recall_state *state, uint32_t format)
{
    sl_verdict verdict;
    at = sl_mask_space(&w->index, at);
    if (at >= w->index.length || w->index.base[at] != '}') return SIZE_MAX;
    if (!sl_recall_end(&w->recall, state, &verdict)) return SIZE_MAX;
    return verdict.passed_over || verdict.format != format ? SIZE_MAX : at + 1;
}

/* Goes over the members until the format is known and nothing is wanted any more. */
static size_t ahead_members(sl_walk *w, uint32_t format)
{
    sl_walk_frame *f = &w->frames[0];
    const sl_recall_state *state = w->recall.states;
    const uint64_t depth_max = SL_WALK_DEPTH_MAX - 1;
    size_t at = (size_t)(w->at - w->index.base), value;
    for (bool behind_value = false;; behind_value = true) {
        bool wants = f->wanted && w->needs > 0;
        if (state->decided) {
            if (state->verdict.passed_over || state->verdict.format != format) return SIZE_MAX;
            if (!wants) return sl_mask_close(&w->index, at, /* is_array= */ false, depth_max);
        }
        const sl_habit_key *key = walk_key(w, f, at, behind_value, &value);
        if (key == NULL) return ahead_end(w, at, state, format);
        const sl_demand_node *child = wants ? key->child : NULL;
        if (child != NULL && walk_meet(w, f, child)) return SIZE_MAX;
        at = child == NULL ? sl_mask_behind(&w->index, value, depth_max)
                           : ahead_value(w, child, value);
        if (SL_UNLIKELY(at == SIZE_MAX)) return at;
        if (state->decided || key->known == NULL) continue;
        sl_text text = {w->index.base + value, at - value};
        state = sl_recall_next(&w->recall, state, key->known, text);
        if (state == NULL) return SIZE_MAX;
    }
}

SL_HOT const char *sl_walk_ahead(sl_walk *w, const char *at, const char *end, uint32_t format,
                                 const sl_walk_into *into)
{
    if (!walk_begin(w, at, end, into)) return NULL;
    const sl_demand_node *root = into->demand->root;
    if (!w->indexed || root->wants_json) return NULL;
    ahead_index(w);
    walk_enter(w, root, w->record);
    size_t behind = ahead_members(w, format);
    if (SL_LIKELY(behind != SIZE_MAX && w->flags == 0)) return w->ahead = w->index.base + behind;
    w->ahead = NULL;
    sl_walk_clear(into);
    return NULL;
}
