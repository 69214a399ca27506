/* layout.c - follows the plan's operators from the last one that names columns.
 *
 * What that one names are slots: fields, or patterns that stand for several. Later operators
 * give a slot's field another name, or add a slot. As long as every column there is has a slot
 * they come in their order; else they are ordered here. A column goes to the first slot that it
 * fits, by name among those of one slot; what fits none comes last. */
#include "exec/layout.h"

#include <stdlib.h>

typedef enum layout_kind {
    LAYOUT_BY_NAME,
    LAYOUT_GIVEN, /* as the columns come, which have slots, or are those of a pivot */
    LAYOUT_SLOTS
} layout_kind;

typedef struct layout {
    layout_kind kind;
    sl_name *slots;
    uint32_t slot_count;
} layout;

typedef struct layout_column {
    sl_column column;
    sl_text name;
    uint32_t rank; /* 0: the time */
} layout_column;

static bool layout_has_pattern(const sl_op_fields *project)
{
    for (uint32_t i = 0; i < project->count; i++)
        if (project->names[i].pattern != NULL) return true;
    return false;
}

static void layout_add(layout *l, sl_name name)
{
    for (uint32_t s = 0; s < l->slot_count && name.pattern == NULL; s++)
        if (l->slots[s].pattern == NULL && l->slots[s].field == name.field) return;
    l->slots[l->slot_count++] = name;
}

static void layout_add_field(layout *l, sl_field field)
{
    if (field != SL_FIELD_NONE) layout_add(l, (sl_name){.field = field});
}

static void layout_add_items(layout *l, const sl_agg_item *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (items[i].pattern == NULL) layout_add_field(l, items[i].out);
        else layout_add(l, (sl_name){SL_FIELD_NONE, items[i].out_pattern});
}

static void layout_rename(layout *l, const sl_rename *item)
{
    if (item->from.pattern != NULL) return;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        if (l->slots[s].pattern != NULL) continue;
        if (l->slots[s].field == item->to.field) l->slots[s].field = SL_FIELD_NONE;
        if (l->slots[s].field == item->from.field) l->slots[s].field = item->to.field;
    }
}

/* Operators that name all columns there are from now on. True when `op` is one. */
static bool layout_begin(layout *l, const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_PROJECT:
    case SL_OP_AGGREGATE:
    case SL_OP_PIVOT:
    case SL_OP_UNPIVOT:
    case SL_OP_GENERATE: break;
    default: return false;
    }
    *l = (layout){.kind = LAYOUT_GIVEN, .slots = l->slots};
    if (op->kind == SL_OP_PROJECT) {
        if (layout_has_pattern(&op->fields)) l->kind = LAYOUT_SLOTS;
        for (uint32_t i = 0; i < op->fields.count; i++) layout_add(l, op->fields.names[i]);
    } else if (op->kind == SL_OP_AGGREGATE) {
        for (uint32_t k = 0; k < op->aggregate.key_count; k++)
            layout_add_field(l, op->aggregate.keys[k]);
        layout_add_items(l, op->aggregate.items, op->aggregate.item_count);
    } else if (op->kind == SL_OP_PIVOT) {
        layout_add_field(l, op->pivot.row);
    } else if (op->kind == SL_OP_UNPIVOT) {
        layout_add_field(l, op->unpivot.row);
    }
    return true;
}

/* Columns of other plans come behind: whichever rows had them first must not show. */
static void layout_join(layout *l)
{
    if (l->kind == LAYOUT_GIVEN) l->kind = LAYOUT_SLOTS;
}

static void layout_follow(layout *l, const sl_op *op)
{
    if (layout_begin(l, op)) return;
    switch (op->kind) {
    case SL_OP_EXTEND:
        for (uint32_t i = 0; i < op->extend.count; i++)
            layout_add_field(l, op->extend.items[i].field);
        break;
    case SL_OP_WINDOW: layout_add_items(l, op->window.items, op->window.item_count); break;
    case SL_OP_RENAME:
        for (uint32_t i = 0; i < op->rename.count; i++) layout_rename(l, &op->rename.items[i]);
        break;
    case SL_OP_UNION:
    case SL_OP_JOIN:
    case SL_OP_EXTRACT: layout_join(l); break;
    default: break;
    }
}

/* The slots that an operator may add at most. */
static uint32_t layout_room(const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_PROJECT: return op->fields.count;
    case SL_OP_AGGREGATE: return op->aggregate.key_count + op->aggregate.item_count;
    case SL_OP_WINDOW: return op->window.item_count;
    case SL_OP_EXTEND: return op->extend.count;
    case SL_OP_PIVOT:
    case SL_OP_UNPIVOT: return 1;
    default: return 0;
    }
}

/* True at `end`, which may be a specialised copy of the plan's. */
static bool layout_ends(const sl_op *op, const sl_op *end)
{
    if (op == NULL || op == end) return true;
    return end != NULL && op->kind == end->kind && op->span.start == end->span.start;
}

static bool layout_make(layout *l, const sl_plan *plan, const sl_op *end, sl_arena *arena)
{
    uint32_t room = 0;
    for (const sl_op *op = plan->pipe.first; !layout_ends(op, end); op = op->next)
        room += layout_room(op);
    *l = (layout){.slots = SL_ARENA_ARRAY(arena, room, sl_name)};
    if (l->slots == NULL) return false;
    for (const sl_op *op = plan->pipe.first; !layout_ends(op, end); op = op->next)
        layout_follow(l, op);
    return true;
}

static uint32_t layout_rank(const layout *l, sl_field field, sl_text name)
{
    bool time = sl_text_equal(name, SL_TEXT("_time")) || sl_text_equal(name, SL_TEXT("@timestamp"));
    if (l->kind == LAYOUT_BY_NAME) return time ? 0 : 1;
    for (uint32_t s = 0; s < l->slot_count; s++) {
        const sl_name *slot = &l->slots[s];
        sl_text stars[SL_PATTERN_STARS_MAX];
        if (slot->pattern == NULL ? slot->field == field
                                  : sl_pattern_match(slot->pattern, name, stars))
            return s + 1;
    }
    return l->slot_count + 1;
}

static int layout_compare(const void *left, const void *right)
{
    const layout_column *a = left, *b = right;
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    return sl_text_compare(a->name, b->name);
}

bool sl_layout_order(const sl_plan *plan, const sl_op *end, sl_column *columns, uint32_t count,
                     sl_arena *arena)
{
    layout l;
    if (!layout_make(&l, plan, end, arena)) return false;
    if (l.kind == LAYOUT_GIVEN) return true;
    layout_column *all = SL_ARENA_ARRAY(arena, count, layout_column);
    if (all == NULL) return false;
    for (uint32_t c = 0; c < count; c++) {
        sl_text name = sl_fields_name(&plan->fields, columns[c].field);
        all[c] = (layout_column){columns[c], name, layout_rank(&l, columns[c].field, name)};
    }
    if (count > 1) qsort(all, count, sizeof *all, layout_compare);
    for (uint32_t c = 0; c < count; c++) columns[c] = all[c].column;
    return true;
}
