/* stage_open.c - aggregates of fields that a pattern stands for: values(*) AS *.
 *
 * Which fields there are is known when all rows have come. They are kept (in a sorter, which gives
 * way to the temporary file); then the operator is written out, with an item for each field, and
 * run over them as if it had stood in the query so. */
#include "exec/sorter.h"

#include <stdlib.h>

#include "base/memory.h"

enum { OPEN_ITEMS_MAX = 20000 };

typedef struct open_stage {
    sl_stage stage;
    sl_sorter rows;
    sl_op op;       /* written out */
    sl_arena arena; /* of what it is made of */
    bool *seen;     /* by field number */
    uint32_t seen_count;
} open_stage;

static bool open_reserve(open_stage *s, uint32_t count)
{
    if (count <= s->seen_count) return true;
    count += count / 2 + 16;
    bool *seen = sl_calloc(count, sizeof *seen);
    if (seen == NULL) return false;
    if (s->seen_count > 0) memcpy(seen, s->seen, s->seen_count * sizeof *seen);
    free(s->seen);
    s->seen = seen;
    s->seen_count = count;
    return true;
}

static bool open_has_value(const sl_batch *batch, const sl_value *values)
{
    for (uint32_t i = 0; i < batch->selected; i++)
        if (values[batch->rows[i]].kind != SL_MISSING) return true;
    return false;
}

static sl_status open_push(sl_stage *stage, sl_batch *batch)
{
    open_stage *s = (open_stage *)stage;
    for (uint32_t c = 0; c < batch->column_count; c++) {
        sl_field field = batch->columns[c].field;
        if (!open_reserve(s, field + 1)) return SL_NOMEM;
        s->seen[field] = s->seen[field] || open_has_value(batch, batch->columns[c].values);
    }
    return sl_sorter_add(&s->rows, batch);
}

static sl_status open_merge(sl_stage *into, sl_stage *from)
{
    open_stage *a = (open_stage *)into, *b = (open_stage *)from;
    if (!open_reserve(a, b->seen_count)) return SL_NOMEM;
    for (uint32_t f = 0; f < b->seen_count; f++) a->seen[f] |= b->seen[f];
    return sl_sorter_merge(&a->rows, &b->rows);
}

static sl_status open_spill(sl_stage *stage)
{
    return sl_sorter_spill(&((open_stage *)stage)->rows);
}

static int open_compare(const void *left, const void *right, void *context)
{
    const sl_fields *fields = context;
    return sl_text_compare(sl_fields_name(fields, *(const sl_field *)left),
                           sl_fields_name(fields, *(const sl_field *)right));
}

/* The fields that have values, by name. */
static sl_field *open_fields(open_stage *s, uint32_t *out_count)
{
    const sl_fields *fields = &s->stage.env.plan->fields;
    sl_field *list = SL_ARENA_ARRAY(&s->arena, s->seen_count, sl_field);
    *out_count = 0;
    for (sl_field f = 0; list != NULL && f < s->seen_count; f++)
        if (s->seen[f]) list[(*out_count)++] = f;
    if (*out_count > 1)
        qsort_r(list, *out_count, sizeof *list, open_compare, (void *)(uintptr_t)fields);
    return list;
}

static bool open_is_key(const sl_field *keys, uint32_t key_count, sl_field field)
{
    for (uint32_t k = 0; k < key_count; k++)
        if (keys[k] == field) return true;
    return false;
}

/* The item for `field`; false when its pattern does not stand for it. */
static bool open_item(open_stage *s, const sl_agg_item *item, sl_field field, sl_agg_item *out)
{
    const sl_plan *plan = s->stage.env.plan;
    sl_text stars[SL_PATTERN_STARS_MAX], name = sl_fields_name(&plan->fields, field);
    bool internal = sl_text_starts(name, SL_TEXT("_")) || sl_text_starts(name, SL_TEXT("<"));
    if (internal && !sl_text_starts(item->pattern->literals[0], SL_TEXT("_"))) return false;
    if (!sl_pattern_match(item->pattern, name, stars)) return false;
    sl_text column = sl_pattern_make(item->out_pattern, stars, &s->arena);
    sl_expr *arg = SL_ARENA_NEW(&s->arena, sl_expr);
    if (arg == NULL || column.data == NULL) return false;
    *arg = (sl_expr){.kind = SL_EXPR_FIELD, .span = item->span, .field = field, .depth = 1};
    *out = *item;
    out->pattern = out->out_pattern = NULL;
    out->args[0] = arg;
    out->out = sl_plan_name(plan, column);
    return out->out != SL_FIELD_NONE;
}

/* The items with patterns written out. NULL when memory ends. */
static const sl_agg_item *open_items(open_stage *s, const sl_agg_item *items, uint32_t count,
                                     const sl_field *keys, uint32_t key_count, uint32_t *out_count)
{
    uint32_t field_count;
    const sl_field *fields = open_fields(s, &field_count);
    size_t room = count;
    for (uint32_t i = 0; i < count; i++)
        if (items[i].pattern != NULL) room += field_count;
    if (room > OPEN_ITEMS_MAX) room = OPEN_ITEMS_MAX;
    sl_agg_item *all = SL_ARENA_ARRAY(&s->arena, room, sl_agg_item);
    *out_count = 0;
    for (uint32_t i = 0; i < count && all != NULL && fields != NULL; i++) {
        if (items[i].pattern == NULL && *out_count < room) all[(*out_count)++] = items[i];
        for (uint32_t f = 0; f < field_count && items[i].pattern != NULL; f++) {
            if (*out_count >= room || open_is_key(keys, key_count, fields[f])) continue;
            if (open_item(s, &items[i], fields[f], &all[*out_count])) (*out_count)++;
        }
    }
    return s->arena.failed ? NULL : all;
}

static bool open_write_out(open_stage *s)
{
    s->op = *s->stage.op;
    s->op.next = NULL;
    if (s->op.kind == SL_OP_AGGREGATE) {
        sl_op_aggregate *a = &s->op.aggregate;
        a->items = open_items(s, a->items, a->item_count, a->keys, a->key_count, &a->item_count);
        return a->items != NULL;
    }
    sl_op_window *w = &s->op.window;
    w->items = open_items(s, w->items, w->item_count, w->keys, w->key_count, &w->item_count);
    return w->items != NULL;
}

static sl_status open_give(void *context, sl_batch *batch)
{
    return sl_stage_push(context, batch);
}

static sl_status open_finish(sl_stage *stage, sl_emit *emit, void *context)
{
    open_stage *s = (open_stage *)stage;
    uint64_t cut;
    if (!open_write_out(s)) return SL_NOMEM;
    sl_stage *inner = sl_stage_new(&s->op, &stage->env);
    if (inner == NULL) return SL_NOMEM;
    sl_status status = sl_sorter_settle(&s->rows, &cut);
    if (status == SL_OK) status = sl_sorter_finish(&s->rows, open_give, inner);
    if (status == SL_OK) status = sl_stage_finish(inner, emit, context);
    sl_stage_free(inner);
    return status;
}

static void open_free(sl_stage *stage)
{
    open_stage *s = (open_stage *)stage;
    sl_sorter_fini(&s->rows);
    sl_arena_fini(&s->arena);
    free(s->seen);
    free(s);
}

sl_stage *sl_stage_open_new(const sl_op *op, const sl_stage_env *env)
{
    static const sl_stage_kind kind = {open_push, open_merge, open_finish, open_free, open_spill};
    open_stage *s = sl_calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->stage = (sl_stage){.kind = &kind, .op = op, .env = *env};
    sl_order order = {.arrival = env->plan->arrival};
    sl_sorter_init(&s->rows, &order, env);
    sl_arena_init(&s->arena, /* bytes_max= */ 0);
    return &s->stage;
}
