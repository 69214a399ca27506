/* condition.c - rows of a subsearch turned into an expression over the outer search's fields.
 *
 * Rows that say the same are one alternative. When every row has one field, and all have the same
 * one - what most subsearches return - the alternatives become a single test against a set: ten
 * thousand comparisons an event would cost more than the scan. */
#include "plan/condition.h"

#include <assert.h>

#include "plan/build.h"

void sl_binder_init(sl_binder *binder, const sl_plan *outer, const sl_condition *condition,
                    sl_arena *arena, sl_diags *diags)
{
    assert(condition->equal != NULL);
    *binder = (sl_binder){.condition = condition, .outer = outer, .arena = arena, .diags = diags};
    sl_map_init(&binder->seen);
}

void sl_binder_fini(sl_binder *binder)
{
    sl_map_fini(&binder->seen);
    *binder = (sl_binder){.rows = 0};
}

static sl_builder binder_builder(const sl_binder *binder)
{
    return (sl_builder){.arena = binder->arena,
                        .diags = binder->diags,
                        .fields = (sl_fields *)(uintptr_t)&binder->outer->fields};
}

/* field = text. */
static const sl_expr *binder_equal(sl_binder *binder, sl_text name, sl_value value)
{
    sl_builder builder = binder_builder(binder);
    sl_span span = binder->condition->expr->span;
    char scratch[SL_VALUE_TEXT_MAX];
    const sl_expr *args[2] = {sl_build_field(&builder, name, span),
                              sl_build_text(&builder, sl_value_text(value, scratch), span)};
    return sl_build_call(&builder, binder->condition->equal, args, 2, span);
}

static const sl_expr *binder_terms(sl_binder *binder, sl_value value)
{
    char scratch[SL_VALUE_TEXT_MAX];
    sl_text text = sl_arena_copy(binder->arena, sl_value_text(value, scratch));
    if (text.data == NULL) return NULL;
    return binder->condition->terms(text, binder->arena,
                                    (sl_fields *)(uintptr_t)&binder->outer->fields, binder->diags);
}

static bool binder_is_terms(const sl_binder *binder, sl_text name)
{
    return binder->condition->terms != NULL
        && (sl_text_equal(name, SL_TEXT("search")) || sl_text_equal(name, SL_TEXT("query")));
}

/* What one field of a row says: one of the items of a list. NULL after a fault. */
static const sl_expr *binder_field(sl_binder *binder, sl_text name, sl_value value)
{
    uint32_t count = value.kind == SL_LIST ? value.length : 1;
    const sl_value *items = value.kind == SL_LIST ? value.items : &value;
    const sl_expr **any = SL_ARENA_ARRAY(binder->arena, count, const sl_expr *);
    bool terms = binder_is_terms(binder, name);
    for (uint32_t i = 0; any != NULL && i < count; i++) {
        any[i] = terms ? binder_terms(binder, items[i]) : binder_equal(binder, name, items[i]);
        if (any[i] == NULL) return NULL;
    }
    sl_builder builder = binder_builder(binder);
    return any == NULL
        ? NULL
        : sl_build_logic(&builder, SL_EXPR_OR, any, count, binder->condition->expr->span);
}

/* A value that says something of an event: fields about the event itself do not. */
static bool binder_counts(sl_text name, sl_value value)
{
    if (name.length > 0 && name.data[0] == '_') return false;
    if (value.kind == SL_LIST) return value.length > 0;
    return value.kind != SL_MISSING && value.kind != SL_NULL;
}

/* True when a row that says the same was there before. */
static bool binder_is_known(sl_binder *binder, const sl_batch *batch, uint32_t row, bool *out_empty)
{
    sl_buffer key;
    sl_buffer_init(&key);
    *out_empty = true;
    for (uint32_t c = 0; c < batch->column_count; c++) {
        sl_value value = batch->columns[c].values[row];
        sl_text name = sl_fields_name(&binder->condition->plan->fields, batch->columns[c].field);
        if (!binder_counts(name, value)) continue;
        *out_empty = false;
        sl_value_encode(&key, sl_string(name));
        sl_value_encode(&key, value);
    }
    uint32_t before = binder->seen.count;
    bool known = !key.failed && sl_map_add(&binder->seen, sl_buffer_text(&key)) != SL_MAP_NONE
        && binder->seen.count == before;
    sl_buffer_fini(&key);
    return known;
}

static bool binder_reserve(sl_binder *binder)
{
    if (binder->count < binder->capacity) return true;
    uint32_t capacity = binder->capacity == 0 ? 16 : binder->capacity * 2;
    const sl_expr **grown = SL_ARENA_ARRAY(binder->arena, capacity, const sl_expr *);
    if (grown == NULL) return false;
    if (binder->count > 0) memcpy(grown, binder->alternatives, binder->count * sizeof *grown);
    binder->alternatives = grown;
    binder->capacity = capacity;
    return true;
}

static sl_status binder_failure(const sl_binder *binder)
{
    return binder->arena->failed ? SL_NOMEM : SL_QUERY;
}

static sl_status binder_row(sl_binder *binder, const sl_batch *batch, uint32_t row)
{
    bool empty;
    if (binder_is_known(binder, batch, row, &empty) || empty) return SL_OK;
    const sl_expr **all = SL_ARENA_ARRAY(binder->arena, batch->column_count, const sl_expr *);
    if (all == NULL || !binder_reserve(binder)) return SL_NOMEM;
    uint32_t count = 0;
    for (uint32_t c = 0; c < batch->column_count; c++) {
        sl_value value = batch->columns[c].values[row];
        sl_text name = sl_fields_name(&binder->condition->plan->fields, batch->columns[c].field);
        if (!binder_counts(name, value)) continue;
        all[count] = binder_field(binder, name, value);
        if (all[count++] == NULL) return binder_failure(binder);
    }
    sl_builder builder = binder_builder(binder);
    const sl_expr *both =
        sl_build_logic(&builder, SL_EXPR_AND, all, count, binder->condition->expr->span);
    if (both == NULL) return binder_failure(binder);
    binder->alternatives[binder->count++] = both;
    return SL_OK;
}

sl_status sl_binder_add(sl_binder *binder, const sl_batch *batch)
{
    uint64_t max = binder->condition->rows_max;
    for (uint32_t i = 0; i < batch->selected; i++) {
        if (max != 0 && binder->rows == max) {
            binder->left_out += batch->selected - i;
            return SL_OK;
        }
        binder->rows++;
        sl_status status = binder_row(binder, batch, batch->rows[i]);
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

/* The field that all alternatives compare, when each is one comparison; else NULL. */
static const sl_expr *binder_one_field(const sl_binder *binder)
{
    const sl_expr *field = NULL;
    for (uint32_t i = 0; i < binder->count; i++) {
        const sl_expr *each = binder->alternatives[i];
        if (each->kind != SL_EXPR_CALL || each->fn != binder->condition->equal) return NULL;
        if (field != NULL && each->args[0]->field != field->field) return NULL;
        field = each->args[0];
    }
    return field;
}

static const sl_expr *binder_any(sl_binder *binder, const sl_expr *field)
{
    const sl_expr **args = SL_ARENA_ARRAY(binder->arena, binder->count + 1, const sl_expr *);
    if (args == NULL) return NULL;
    args[0] = field;
    for (uint32_t i = 0; i < binder->count; i++) args[i + 1] = binder->alternatives[i]->args[1];
    sl_builder builder = binder_builder(binder);
    return sl_build_call(&builder, binder->condition->equal_any, args, binder->count + 1,
                         binder->condition->expr->span);
}

sl_status sl_binder_finish(sl_binder *binder, sl_binding *out)
{
    sl_builder builder = binder_builder(binder);
    sl_span span = binder->condition->expr->span;
    const sl_expr *field =
        binder->condition->equal_any != NULL && binder->count > 1 ? binder_one_field(binder) : NULL;
    const sl_expr *value;
    if (binder->count == 0) {
        value = sl_build_constant(&builder, sl_bool(false), span);
    } else if (field != NULL) {
        value = binder_any(binder, field);
    } else {
        value = sl_build_logic(&builder, SL_EXPR_OR, binder->alternatives, binder->count, span);
    }
    if (value == NULL) return binder_failure(binder);
    *out = (sl_binding){.placeholder = binder->condition->expr, .value = value};
    return SL_OK;
}

/* --- putting it in --- */

typedef struct bind {
    const sl_binding *bindings;
    uint32_t count;
    sl_arena *arena;
} bind;

static const sl_expr *bind_expr(const bind *b, const sl_expr *expr)
{
    if (expr == NULL) return NULL;
    if (expr->kind == SL_EXPR_SUBSEARCH)
        for (uint32_t i = 0; i < b->count; i++)
            if (b->bindings[i].placeholder == expr) return b->bindings[i].value;
    if (expr->arg_count == 0) return expr;
    bool changed = false;
    const sl_expr **args = SL_ARENA_ARRAY(b->arena, expr->arg_count, const sl_expr *);
    sl_expr *copy = SL_ARENA_NEW(b->arena, sl_expr);
    if (args == NULL || copy == NULL) return expr;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = bind_expr(b, expr->args[i]);
        changed |= args[i] != expr->args[i];
    }
    if (!changed) return expr;
    *copy = *expr;
    copy->args = args;
    return copy;
}

static sl_status bind_pipe(const bind *b, const sl_pipe *pipe, sl_pipe *out);

static sl_status bind_branch(const bind *b, sl_op *op)
{
    sl_pipe *pipes = SL_ARENA_ARRAY(b->arena, op->branch.count, sl_pipe);
    if (pipes == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < op->branch.count; i++) {
        sl_status status = bind_pipe(b, &op->branch.pipes[i], &pipes[i]);
        if (status != SL_OK) return status;
    }
    op->branch.pipes = pipes;
    return SL_OK;
}

/* What a union makes of a copy of its rows. */
static sl_status bind_union(const bind *b, sl_op *op)
{
    if (op->united.pipe == NULL) return SL_OK;
    sl_pipe *pipe = SL_ARENA_NEW(b->arena, sl_pipe);
    sl_status status = pipe == NULL ? SL_NOMEM : bind_pipe(b, op->united.pipe, pipe);
    op->united.pipe = pipe;
    return status;
}

static sl_status bind_extend(const bind *b, sl_op *op)
{
    sl_assign *items = SL_ARENA_ARRAY(b->arena, op->extend.count, sl_assign);
    if (items == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < op->extend.count; i++) {
        items[i] = op->extend.items[i];
        items[i].value = bind_expr(b, items[i].value);
    }
    op->extend.items = items;
    return SL_OK;
}

static sl_status bind_pipe(const bind *b, const sl_pipe *pipe, sl_pipe *out)
{
    *out = (sl_pipe){NULL, NULL};
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) {
        sl_op *copy = SL_ARENA_NEW(b->arena, sl_op);
        if (copy == NULL) return SL_NOMEM;
        *copy = *op;
        copy->next = NULL;
        sl_pipe_add(out, copy);
        sl_status status = SL_OK;
        if (op->kind == SL_OP_FILTER) {
            copy->filter.predicate = bind_expr(b, op->filter.predicate);
        } else if (op->kind == SL_OP_EXTEND) {
            status = bind_extend(b, copy);
        } else if (op->kind == SL_OP_BRANCH) {
            status = bind_branch(b, copy);
        } else if (op->kind == SL_OP_UNION) {
            status = bind_union(b, copy);
        }
        if (status != SL_OK) return status;
    }
    return SL_OK;
}

sl_status sl_pipe_bind(const sl_pipe *pipe, const sl_binding *bindings, uint32_t count,
                       sl_arena *arena, sl_pipe *out)
{
    bind b = {bindings, count, arena};
    sl_status status = bind_pipe(&b, pipe, out);
    return status == SL_OK && arena->failed ? SL_NOMEM : status;
}
