/* gate_fold.c - values put into derived fields, tags and filters, and what constants filters name.
 *
 * A filter of several conditions that must all hold is tried condition by condition, too: one that
 * names its values closes the route, whatever the others ask of the same key. */
#include "plan/gate_fold.h"

#include "base/number.h"
#include "func/address.h"

enum { FOLD_NAMED_MAX = 4096 };

/* --- folding --- */

static bool fold_is_key(const sl_gate_fold *f, sl_path path)
{
    if (path.count != 1 || path.steps[0].kind != SL_STEP_KEY) return false;
    for (uint32_t i = 0; i < f->key_count; i++)
        if (sl_text_equal(f->keys[i], path.steps[0].key)) return true;
    return false;
}

/* A raw field at or below a gate key. */
static bool fold_reads_key(const sl_gate_fold *f, sl_path path)
{
    for (uint32_t i = 0; i < f->key_count && path.count > 0; i++) {
        sl_text key = path.steps[0].key;
        if (path.steps[0].kind != SL_STEP_KEY) return false;
        if (sl_text_equal(f->keys[i], key)) return true;
    }
    return false;
}

static bool fold_expr_reads_key(const sl_gate_fold *f, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD) return fold_reads_key(f, f->scan->schema->paths[expr->field]);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (fold_expr_reads_key(f, expr->args[i])) return true;
    return false;
}

/* True when a derived field is, if anything, the value behind a gate key: that field itself where
 * the format has one key, or the first present of fields at and below the keys. A key whose value
 * is not plain text never comes here: such records are always let through. */
static bool fold_is_value(const sl_gate_fold *f, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD)
        return f->key_count == 1 && fold_is_key(f, f->scan->schema->paths[expr->field]);
    if (expr->kind != SL_EXPR_CALL || (expr->fn->flags & SL_FN_FIRST) == 0) return false;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (expr->args[i]->kind != SL_EXPR_FIELD || !fold_expr_reads_key(f, expr->args[i]))
            return false;
    return true;
}

/* The raw expression with the value put in, over the schema's fields. */
static const sl_expr *fold_put(const sl_gate_fold *f, const sl_expr *expr, const sl_value *value,
                               sl_arena *arena)
{
    if (fold_is_value(f, expr)) {
        sl_expr *constant = SL_ARENA_NEW(arena, sl_expr);
        if (constant == NULL) return expr;
        *constant =
            (sl_expr){.kind = SL_EXPR_CONSTANT, .span = expr->span, .constant = *value, .depth = 1};
        return constant;
    }
    if (expr->arg_count == 0) return expr;
    const sl_expr **args = SL_ARENA_ARRAY(arena, expr->arg_count, const sl_expr *);
    sl_expr *copy = SL_ARENA_NEW(arena, sl_expr);
    if (args == NULL || copy == NULL) return expr;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = fold_put(f, expr->args[i], value, arena);
    *copy = *expr;
    copy->args = args;
    return copy;
}

/* What is known of the plan's fields when `value` stands behind the key. */
static const sl_value **fold_known(const sl_gate_fold *f, const sl_route *route,
                                   const sl_plan *plan, const sl_value *value)
{
    uint32_t count = sl_fields_count(&plan->fields);
    const sl_value **known = SL_ARENA_ARRAY(f->scratch, count, const sl_value *);
    for (uint32_t i = 0; known != NULL && i < route->bind_count; i++) {
        const sl_bind *bind = &route->binds[i];
        if (bind->field >= count) continue;
        if (bind->kind == SL_BIND_COLUMN) {
            sl_path path = f->scan->demand.entries[bind->column].path;
            if (f->key_count == 1 && fold_is_key(f, path)) known[bind->field] = value;
        } else if (bind->kind == SL_BIND_DERIVED) {
            const sl_expr *folded =
                sl_expr_fold(fold_put(f, bind->value, value, f->scratch), f->scratch);
            if (folded->kind == SL_EXPR_CONSTANT) known[bind->field] = &folded->constant;
        }
    }
    return known;
}

bool sl_gate_fold_never(const sl_gate_fold *f, const sl_route *route, const sl_pipe *pipe,
                        const sl_value *value)
{
    sl_arena_reset(f->scratch);
    const sl_plan *plan = f->program->plans[route->plan];
    const sl_expr *when = route->presentation->when;
    if (when != NULL) {
        when = sl_expr_fold(fold_put(f, when, value, f->scratch), f->scratch);
        if (when->kind == SL_EXPR_CONSTANT
            && !(when->constant.kind == SL_BOOL && when->constant.boolean))
            return true;
    }
    const sl_value **known = fold_known(f, route, plan, value);
    if (known == NULL) return false;
    sl_specialise how = {.plan = plan,
                         .pipe = pipe,
                         .presentation = route->presentation,
                         .schemas = f->program->schemas,
                         .schema_count = f->program->scan_count,
                         .arena = f->scratch,
                         .known = known,
                         .known_count = sl_fields_count(&plan->fields)};
    sl_pipe folded;
    bool never = false;
    return sl_specialise_pipe(&how, &folded, &never) == SL_OK && never;
}

sl_value sl_gate_fold_other(void)
{
    return sl_string(SL_TEXT("\x01 no query names this \x01"));
}

/* --- named values --- */

/* Collects the constants that expressions compare the key with. */
typedef struct fold_named {
    const sl_gate_fold *fold;
    const sl_route *route;
    sl_arena *arena;
    sl_text *texts; /* room for FOLD_NAMED_MAX, from the first one on */
    uint32_t count;
    bool simple; /* the key is looked at in no other way */
} fold_named;

static const sl_bind *fold_bind(const sl_route *route, sl_field field)
{
    for (uint32_t i = 0; i < route->bind_count; i++)
        if (route->binds[i].field == field) return &route->binds[i];
    return NULL;
}

typedef enum fold_relation {
    FOLD_UNRELATED, /* the field has nothing to do with the key */
    FOLD_VALUE,     /* it is the key's value */
    FOLD_OTHER
} fold_relation;

static fold_relation fold_relates(const fold_named *named, sl_field field)
{
    const sl_gate_fold *f = named->fold;
    const sl_bind *bind = fold_bind(named->route, field);
    if (bind == NULL) return FOLD_UNRELATED;
    if (bind->kind == SL_BIND_COLUMN) {
        sl_path path = f->scan->demand.entries[bind->column].path;
        if (f->key_count == 1 && fold_is_key(f, path)) return FOLD_VALUE;
        return fold_reads_key(f, path) ? FOLD_OTHER : FOLD_UNRELATED;
    }
    if (bind->kind == SL_BIND_FOUND) return FOLD_OTHER; /* it may be any member of the record */
    if (bind->kind != SL_BIND_DERIVED) return FOLD_UNRELATED;
    if (fold_is_value(f, bind->value)) return FOLD_VALUE;
    return fold_expr_reads_key(f, bind->value) ? FOLD_OTHER : FOLD_UNRELATED;
}

/* Text that only equals itself: no pattern, and nothing that `search` compares as a number or as a
 * block of addresses. */
static bool fold_is_plain(sl_text text)
{
    double number;
    sl_network network;
    return sl_text_find_byte(text, '*', 0) == SIZE_MAX && !sl_number_parse(text, &number)
        && !sl_network_parse(text, /* single= */ true, &network);
}

/* field = "constant", or one of several. False when it is anything else. */
static bool fold_equality(fold_named *named, const sl_expr *call)
{
    if ((call->fn->flags & SL_FN_EQUALITY) == 0) return false;
    if (call->args[0]->kind != SL_EXPR_FIELD) return false;
    if (named->texts == NULL) named->texts = SL_ARENA_ARRAY(named->arena, FOLD_NAMED_MAX, sl_text);
    if (named->texts == NULL) return false;
    for (uint32_t i = 1; i < call->arg_count; i++) {
        const sl_expr *arg = call->args[i];
        if (arg->kind != SL_EXPR_CONSTANT || arg->constant.kind != SL_STRING) return false;
        sl_text text = sl_value_bytes(arg->constant);
        if (!fold_is_plain(text) || named->count == FOLD_NAMED_MAX) return false;
        named->texts[named->count++] = text;
    }
    return true;
}

static void fold_collect(fold_named *named, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD) {
        named->simple &= fold_relates(named, expr->field) == FOLD_UNRELATED;
        return;
    }
    if (expr->kind == SL_EXPR_CALL && expr->arg_count > 1 && expr->args[0]->kind == SL_EXPR_FIELD
        && fold_relates(named, expr->args[0]->field) == FOLD_VALUE) {
        named->simple &= fold_equality(named, expr);
        return;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++) fold_collect(named, expr->args[i]);
}

static void fold_collect_pipe(fold_named *named, const sl_pipe *pipe)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) {
        if (op->kind == SL_OP_FILTER) fold_collect(named, op->filter.predicate);
        if (op->kind != SL_OP_BRANCH) continue;
        for (uint32_t i = 0; i < op->branch.count; i++)
            fold_collect_pipe(named, &op->branch.pipes[i]);
    }
}

/* The route's pipe up to its first filter, as a pipe of its own: that filter alone, or a branch of
 * the first filters of all branches. Empty when the route begins otherwise. */
static sl_pipe fold_first_filter(const sl_pipe *pipe, sl_arena *arena)
{
    sl_pipe none = {NULL, NULL};
    if (pipe->first == NULL) return none;
    sl_op *copy = SL_ARENA_NEW(arena, sl_op);
    if (copy == NULL) return none;
    *copy = *pipe->first;
    copy->next = NULL;
    if (copy->kind == SL_OP_BRANCH) {
        sl_pipe *pipes = SL_ARENA_ARRAY(arena, copy->branch.count, sl_pipe);
        if (pipes == NULL) return none;
        for (uint32_t i = 0; i < copy->branch.count; i++) {
            pipes[i] = fold_first_filter(&copy->branch.pipes[i], arena);
            if (pipes[i].first == NULL) return none;
        }
        copy->branch.pipes = pipes;
    } else if (copy->kind != SL_OP_FILTER) {
        return none;
    }
    return (sl_pipe){copy, copy};
}

/* True when these filters name values, and turn down all others. */
static bool fold_closes(fold_named *named, const sl_pipe *filters)
{
    sl_value other = sl_gate_fold_other();
    named->count = 0;
    named->simple = true;
    fold_collect_pipe(named, filters);
    return named->simple && named->count > 0
        && sl_gate_fold_never(named->fold, named->route, filters, &other);
}

/* The same for one of the conditions that must all hold. */
static bool fold_part_closes(fold_named *named, const sl_op *filter)
{
    const sl_expr *all = filter->filter.predicate;
    for (uint32_t i = 0; all->kind == SL_EXPR_AND && i < all->arg_count; i++) {
        sl_op part = *filter;
        part.filter.predicate = all->args[i];
        if (fold_closes(named, &(sl_pipe){&part, &part})) return true;
    }
    return false;
}

bool sl_gate_fold_closed(const sl_gate_fold *fold, const sl_route *route, sl_arena *arena,
                         sl_gate_named *out)
{
    *out = (sl_gate_named){NULL, 0};
    const sl_expr *when = route->presentation->when;
    if (when != NULL && fold_expr_reads_key(fold, when)) return false; /* it may name values, too */
    fold_named named = {.fold = fold, .route = route, .arena = arena};
    sl_pipe first = fold_first_filter(&route->pipe, arena);
    if (first.first == NULL) return false;
    bool closed = fold_closes(&named, &first)
        || (first.first->kind == SL_OP_FILTER && fold_part_closes(&named, first.first));
    if (closed) *out = (sl_gate_named){named.texts, named.count};
    return closed;
}
