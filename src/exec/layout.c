/* layout.c - follows the plan's operators from the last one that names columns.
 *
 * What that one names are slots: fields, or patterns that stand for several. Later operators give a
 * slot's field another name or add a slot. A column goes to the first slot that it fits, by name
 * among those of one slot; what fits none comes last. */
#include "exec/layout.h"

#include <stdlib.h>

typedef enum layout_kind {
    LAYOUT_BY_NAME,
    LAYOUT_GIVEN, /* as the columns come */
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

static void layout_add(layout *l, sl_field field)
{
    for (uint32_t s = 0; s < l->slot_count; s++)
        if (l->slots[s].pattern == NULL && l->slots[s].field == field) return;
    l->slots[l->slot_count++] = (sl_name){.field = field};
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

/* The slots that an operator may add at most. */
static uint32_t layout_room(const sl_op *op)
{
    if (op->kind == SL_OP_PROJECT) return op->fields.count;
    return op->kind == SL_OP_EXTEND ? op->extend.count : 0;
}

static void layout_follow(layout *l, const sl_op *op)
{
    switch (op->kind) {
    case SL_OP_PROJECT:
        l->kind = layout_has_pattern(&op->fields) ? LAYOUT_SLOTS : LAYOUT_GIVEN;
        l->slot_count = op->fields.count;
        for (uint32_t i = 0; i < op->fields.count; i++) l->slots[i] = op->fields.names[i];
        break;
    case SL_OP_AGGREGATE:
    case SL_OP_PIVOT:
    case SL_OP_UNPIVOT:
    case SL_OP_TRANSPOSE:
    case SL_OP_GENERATE:
        l->kind = LAYOUT_GIVEN;
        l->slot_count = 0;
        break;
    case SL_OP_EXTEND:
        for (uint32_t i = 0; i < op->extend.count; i++) layout_add(l, op->extend.items[i].field);
        break;
    case SL_OP_RENAME:
        for (uint32_t i = 0; i < op->rename.count; i++) layout_rename(l, &op->rename.items[i]);
        break;
    default: break;
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
