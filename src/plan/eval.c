/* eval.c - a tree walk a batch, not a row.
 *
 * Each node costs one call a batch. AND and OR hand on only the rows whose answer is still open,
 * so a costly regex behind a cheap comparison runs on the few rows that are left. */
#include "plan/eval.h"

#include <assert.h>

static const sl_value eval_missing = {.kind = SL_MISSING};

static sl_operand eval_constant(const sl_value *value)
{
    return (sl_operand){value, 0};
}

static sl_operand eval_failed(void)
{
    return (sl_operand){NULL, 0};
}

static sl_operand eval_field(const sl_expr *expr, const sl_batch *batch)
{
    const sl_value *values = sl_batch_find(batch, expr->field);
    return values == NULL ? eval_constant(&eval_missing) : (sl_operand){values, 1};
}

static sl_operand eval_not(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                           uint32_t row_count, const sl_context *context)
{
    sl_operand arg = sl_eval(expr->args[0], batch, rows, row_count, context);
    sl_value *out = sl_batch_column_new(batch);
    if (arg.values == NULL || out == NULL) return eval_failed();
    for (uint32_t i = 0; i < row_count; i++) {
        sl_value v = arg.values[(size_t)rows[i] * arg.stride];
        if (v.kind == SL_BOOL) out[rows[i]] = sl_bool(!v.boolean);
    }
    return (sl_operand){out, 1};
}

/* AND: a false argument decides; OR: a true one does. Unknown stays open and remembered. */
static sl_operand eval_logic(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                             uint32_t row_count, const sl_context *context)
{
    bool decisive = expr->kind == SL_EXPR_OR;
    sl_value *out = sl_batch_column_new(batch);
    uint32_t *open = SL_ARENA_ARRAY(batch->arena, row_count, uint32_t);
    if (out == NULL || open == NULL) return eval_failed();
    for (uint32_t i = 0; i < row_count; i++) {
        open[i] = rows[i];
        out[rows[i]] = sl_bool(!decisive);
    }
    uint32_t open_count = row_count;
    for (uint32_t a = 0; a < expr->arg_count && open_count > 0; a++) {
        sl_operand arg = sl_eval(expr->args[a], batch, open, open_count, context);
        if (arg.values == NULL) return eval_failed();
        uint32_t kept = 0;
        for (uint32_t i = 0; i < open_count; i++) {
            uint32_t row = open[i];
            sl_value v = arg.values[(size_t)row * arg.stride];
            if (v.kind == SL_BOOL && v.boolean == decisive) {
                out[row] = sl_bool(decisive);
                continue;
            }
            if (v.kind != SL_BOOL) out[row] = sl_missing();
            open[kept++] = row;
        }
        open_count = kept;
    }
    return (sl_operand){out, 1};
}

static sl_operand eval_call(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                            uint32_t row_count, const sl_context *context)
{
    sl_operand few[8];
    sl_operand *args = few;
    if (expr->arg_count > SL_COUNT(few)) {
        args = SL_ARENA_ARRAY(batch->arena, expr->arg_count, sl_operand);
        if (args == NULL) return eval_failed();
    }
    for (uint32_t a = 0; a < expr->arg_count; a++) {
        args[a] = sl_eval(expr->args[a], batch, rows, row_count, context);
        if (args[a].values == NULL) return eval_failed();
    }
    sl_value *out = sl_batch_column_new(batch);
    if (out == NULL) return eval_failed();
    sl_call call = {.arena = batch->arena,
                    .context = context,
                    .rows = rows,
                    .row_count = row_count,
                    .args = args,
                    .arg_count = expr->arg_count,
                    .state = expr->state,
                    .out = out};
    expr->fn->run(&call);
    return batch->arena->failed ? eval_failed() : (sl_operand){out, 1};
}

/* A batch whose rows are the items of lists, some thousand at a time. */
typedef struct eval_items {
    const sl_expr *expr;
    const sl_batch *batch;
    const sl_context *context;
    uint32_t *owners; /* by item: the row it comes from */
    sl_value *items;
    uint32_t count;
    sl_value *found; /* what came of the items so far, row after row */
    size_t found_count, found_capacity;
    uint32_t *lengths; /* by row: how many of those */
} eval_items;

/* The fields that `expr` reads, other than the item, each as long as there are items. */
static bool eval_spread(const eval_items *e, const sl_expr *expr, sl_batch *items)
{
    bool reads = expr->kind == SL_EXPR_FIELD && expr->field != e->expr->field;
    const sl_value *values = reads ? sl_batch_find(e->batch, expr->field) : NULL;
    if (values != NULL && sl_batch_find(items, expr->field) == NULL) {
        sl_value *column = sl_batch_column_new(items);
        if (column == NULL) return false;
        for (uint32_t i = 0; i < e->count; i++) column[i] = values[e->owners[i]];
        if (!sl_batch_set(items, expr->field, column)) return false;
    }
    for (uint32_t a = 0; a < expr->arg_count; a++)
        if (!eval_spread(e, expr->args[a], items)) return false;
    return true;
}

/* One more result of the item's row; those of a list one by one. */
static bool eval_keep(eval_items *e, uint32_t item, sl_value v)
{
    uint32_t count = v.kind == SL_LIST ? v.length : 1;
    if (e->found_capacity - e->found_count < count) {
        size_t capacity = (e->found_count + count) * 2;
        sl_value *found = SL_ARENA_ARRAY(e->batch->arena, capacity, sl_value);
        if (found == NULL) return false;
        if (e->found_count > 0) memcpy(found, e->found, e->found_count * sizeof *found);
        e->found = found;
        e->found_capacity = capacity;
    }
    for (uint32_t i = 0; i < count; i++)
        e->found[e->found_count++] = v.kind == SL_LIST ? v.items[i] : v;
    e->lengths[e->owners[item]] += count;
    return true;
}

/* Evaluates the items gathered so far and keeps what comes of them. */
static bool eval_items_flush(eval_items *e)
{
    if (e->count == 0) return true;
    sl_batch *items = sl_batch_new(e->batch->arena, e->count);
    sl_value *column = items == NULL ? NULL : sl_batch_column_new(items);
    if (column == NULL) return false;
    memcpy(column, e->items, e->count * sizeof *column);
    const sl_expr *each = e->expr->args[1];
    if (!sl_batch_set(items, e->expr->field, column) || !eval_spread(e, each, items)) return false;
    sl_operand result = sl_eval(each, items, items->rows, e->count, e->context);
    if (result.values == NULL) return false;
    for (uint32_t i = 0; i < e->count; i++) {
        sl_value v = result.values[(size_t)i * result.stride];
        bool kept =
            e->expr->kind == SL_EXPR_SIFT ? v.kind == SL_BOOL && v.boolean : v.kind != SL_MISSING;
        if (kept && !eval_keep(e, i, e->expr->kind == SL_EXPR_SIFT ? column[i] : v)) return false;
    }
    e->count = 0;
    return true;
}

static uint32_t eval_item_count(sl_value v)
{
    return v.kind == SL_LIST ? v.length : v.kind != SL_MISSING;
}

static bool eval_items_init(eval_items *e, sl_operand lists, const uint32_t *rows,
                            uint32_t row_count)
{
    sl_arena *arena = e->batch->arena;
    for (uint32_t i = 0; i < row_count; i++)
        e->found_capacity += eval_item_count(lists.values[(size_t)rows[i] * lists.stride]);
    e->owners = SL_ARENA_ARRAY(arena, SL_BATCH_ROWS_MAX, uint32_t);
    e->items = SL_ARENA_ARRAY(arena, SL_BATCH_ROWS_MAX, sl_value);
    e->found = SL_ARENA_ARRAY(arena, e->found_capacity, sl_value);
    e->lengths = SL_ARENA_ARRAY(arena, e->batch->row_count, uint32_t);
    return e->owners != NULL && e->items != NULL && e->found != NULL && e->lengths != NULL;
}

/* Lists whose items are mapped or sifted; a list of one is that one, an empty one is missing. */
static sl_operand eval_list(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                            uint32_t row_count, const sl_context *context)
{
    eval_items e = {.expr = expr, .batch = batch, .context = context};
    sl_operand lists = sl_eval(expr->args[0], batch, rows, row_count, context);
    sl_value *out = sl_batch_column_new(batch);
    if (lists.values == NULL || out == NULL) return eval_failed();
    if (!eval_items_init(&e, lists, rows, row_count)) return eval_failed();
    for (uint32_t i = 0; i < row_count; i++) {
        const sl_value *list = &lists.values[(size_t)rows[i] * lists.stride];
        uint32_t length = eval_item_count(*list);
        for (uint32_t j = 0; j < length; j++) {
            e.owners[e.count] = rows[i];
            e.items[e.count++] = list->kind == SL_LIST ? list->items[j] : *list;
            if (e.count == SL_BATCH_ROWS_MAX && !eval_items_flush(&e)) return eval_failed();
        }
    }
    if (!eval_items_flush(&e)) return eval_failed();
    const sl_value *found = e.found;
    for (uint32_t i = 0; i < row_count; i++) {
        uint32_t length = e.lengths[rows[i]];
        if (length > 0) out[rows[i]] = length == 1 ? found[0] : sl_list(found, length);
        found += length;
    }
    return (sl_operand){out, 1};
}

sl_operand sl_eval(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                   uint32_t row_count, const sl_context *context)
{
    switch (expr->kind) {
    case SL_EXPR_CONSTANT: return eval_constant(&expr->constant);
    case SL_EXPR_SUBSEARCH: return eval_constant(&eval_missing);
    case SL_EXPR_FIELD: return eval_field(expr, batch);
    case SL_EXPR_CALL: return eval_call(expr, batch, rows, row_count, context);
    case SL_EXPR_NOT: return eval_not(expr, batch, rows, row_count, context);
    case SL_EXPR_AND:
    case SL_EXPR_OR: return eval_logic(expr, batch, rows, row_count, context);
    case SL_EXPR_MAP:
    case SL_EXPR_SIFT: return eval_list(expr, batch, rows, row_count, context);
    }
    assert(false && "every kind of expression is handled above");
    return eval_failed();
}

sl_status sl_eval_filter(const sl_expr *expr, const sl_batch *batch, const uint32_t *rows,
                         uint32_t row_count, const sl_context *context, uint32_t *out,
                         uint32_t *out_count)
{
    if (expr->kind == SL_EXPR_AND) {
        uint32_t left = row_count;
        for (uint32_t a = 0; a < expr->arg_count; a++) {
            sl_status status =
                sl_eval_filter(expr->args[a], batch, rows, left, context, out, &left);
            if (status != SL_OK) return status;
            rows = out;
        }
        *out_count = left;
        return SL_OK;
    }
    sl_operand result = sl_eval(expr, batch, rows, row_count, context);
    if (result.values == NULL) return SL_NOMEM;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        sl_value v = result.values[(size_t)rows[i] * result.stride];
        if (v.kind == SL_BOOL && v.boolean) out[kept++] = rows[i];
    }
    *out_count = kept;
    return SL_OK;
}
