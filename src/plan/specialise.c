/* specialise.c - a plan's leading operators with what is known of a format filled in.
 *
 * `index=aws` is true of every CloudTrail event and false of every Azure one; deciding it once
 * a format is the format gate. Constants are put in for tags, and what follows is folded: a
 * filter that is always true goes, one that is never true ends the route. */
#include "plan/program.h"

#include <assert.h>

#include "plan/eval.h"

typedef struct spec {
    const sl_specialise *how; /* NULL: nothing is known but the constants */
    sl_arena *arena;
    bool *assigned;            /* fields that the plan computed itself by now */
    const sl_value **computed; /* their values where those are constant */
    uint32_t field_count;
} spec;

static const sl_expr *spec_constant(spec *s, const sl_expr *like, sl_value value)
{
    sl_expr *expr = SL_ARENA_NEW(s->arena, sl_expr);
    if (expr == NULL) return like;
    *expr = (sl_expr){.kind = SL_EXPR_CONSTANT, .span = like->span, .constant = value, .depth = 1};
    return expr;
}

static bool spec_is_bool(const sl_expr *expr, bool value)
{
    return expr->kind == SL_EXPR_CONSTANT && expr->constant.kind == SL_BOOL
        && expr->constant.boolean == value;
}

/* True for tags, and for the other names that some view of the format has as tags
 * (event_simpleName): asking for one of those asks for the view. */
static bool spec_is_tag(const spec *s, sl_text name)
{
    const sl_schema *schema = s->how->schema;
    if (sl_name_is_tag(name)) return true;
    for (uint32_t i = 0; schema != NULL && i < schema->presentation_count; i++)
        if (sl_presentation_tag(&schema->presentations[i], name) != NULL) return true;
    return false;
}

/* The name of the tag that `expr` reads, or an empty text. */
static sl_text spec_tag_name(const spec *s, const sl_expr *expr)
{
    if (s->how == NULL) return (sl_text){NULL, 0};
    if (expr->kind != SL_EXPR_FIELD || expr->field >= s->field_count || s->assigned[expr->field])
        return (sl_text){NULL, 0};
    sl_text name = sl_fields_name(&s->how->plan->fields, expr->field);
    return spec_is_tag(s, name) ? name : (sl_text){NULL, 0};
}

static const sl_expr *spec_field(spec *s, const sl_expr *expr)
{
    if (s->how == NULL) return expr;
    if (expr->field < s->field_count && s->computed[expr->field] != NULL)
        return spec_constant(s, expr, *s->computed[expr->field]);
    if (expr->field < s->how->known_count && s->how->known[expr->field] != NULL
        && expr->field < s->field_count && !s->assigned[expr->field])
        return spec_constant(s, expr, *s->how->known[expr->field]);
    sl_text name = spec_tag_name(s, expr);
    if (name.length == 0) return expr;
    const sl_presentation *presentation = s->how->presentation;
    const sl_tag *tag = sl_presentation_tag(presentation, name);
    if (tag != NULL) return spec_constant(s, expr, tag->value);
    if (sl_presentation_derived(presentation, name) != NULL) return expr;
    return spec_constant(s, expr, sl_missing());
}

/* A comparison of a tag with a name that no format claims: it does not restrict. */
static bool spec_is_unclaimed(const spec *s, const sl_expr *call)
{
    if (call->arg_count < 2 || call->args[1]->kind != SL_EXPR_CONSTANT
        || call->args[1]->constant.kind != SL_STRING)
        return false;
    sl_text name = spec_tag_name(s, call->args[0]);
    return name.length > 0 && name.data[0] != '#' && sl_name_is_tag(name)
        && !sl_schemas_claim(s->how->schemas, s->how->schema_count, name,
                             sl_value_bytes(call->args[1]->constant));
}

static const sl_expr *spec_expr(spec *s, const sl_expr *expr, bool negated);

/* The node again over specialised arguments; itself when none changed. */
static const sl_expr *spec_args(spec *s, const sl_expr *expr, bool negated, bool *out_constant)
{
    const sl_expr **args = SL_ARENA_ARRAY(s->arena, expr->arg_count, const sl_expr *);
    sl_expr *copy = SL_ARENA_NEW(s->arena, sl_expr);
    *out_constant = false;
    if (args == NULL || copy == NULL) return expr;
    bool changed = false, constant = true;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = spec_expr(s, expr->args[i], negated);
        changed |= args[i] != expr->args[i];
        constant &= args[i]->kind == SL_EXPR_CONSTANT;
    }
    *out_constant = constant;
    if (!changed) return expr;
    *copy = *expr;
    copy->args = args;
    return copy;
}

static const sl_expr *spec_call(spec *s, const sl_expr *expr, bool negated)
{
    if (spec_is_unclaimed(s, expr)) return spec_constant(s, expr, sl_bool(!negated));
    bool constant;
    const sl_expr *call = spec_args(s, expr, negated, &constant);
    if (!constant || (call->fn->flags & SL_FN_PURE) == 0) return call;
    sl_context context = {.zone = sl_zone_utc(), .earliest = SL_TIME_NONE, .latest = SL_TIME_NONE};
    const sl_batch *batch = sl_batch_new(s->arena, 1);
    if (batch == NULL) return call;
    sl_operand result = sl_eval(call, batch, batch->rows, 1, &context);
    return result.values == NULL ? call : spec_constant(s, expr, result.values[0]);
}

/* AND without what is true, OR without what is false; decided by the opposite. */
static const sl_expr *spec_logic(spec *s, const sl_expr *expr, bool negated)
{
    bool decisive = expr->kind == SL_EXPR_OR;
    const sl_expr **args = SL_ARENA_ARRAY(s->arena, expr->arg_count, const sl_expr *);
    sl_expr *copy = SL_ARENA_NEW(s->arena, sl_expr);
    if (args == NULL || copy == NULL) return expr;
    uint32_t count = 0;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        const sl_expr *arg = spec_expr(s, expr->args[i], negated);
        if (spec_is_bool(arg, decisive)) return arg;
        if (!spec_is_bool(arg, !decisive)) args[count++] = arg;
    }
    if (count == 0) return spec_constant(s, expr, sl_bool(!decisive));
    if (count == 1) return args[0];
    *copy = *expr;
    copy->args = args;
    copy->arg_count = count;
    return copy;
}

static const sl_expr *spec_expr(spec *s, const sl_expr *expr, bool negated)
{
    bool constant;
    switch (expr->kind) {
    case SL_EXPR_CONSTANT:
    case SL_EXPR_MAP: /* inside, a name may mean the item instead of the field */
    case SL_EXPR_SIFT:
    case SL_EXPR_SUBSEARCH: return expr;
    case SL_EXPR_FIELD: return spec_field(s, expr);
    case SL_EXPR_CALL: return spec_call(s, expr, negated);
    case SL_EXPR_AND:
    case SL_EXPR_OR: return spec_logic(s, expr, negated);
    case SL_EXPR_NOT: break;
    }
    const sl_expr *copy = spec_args(s, expr, !negated, &constant);
    if (!constant) return copy;
    sl_value v = copy->args[0]->constant;
    return spec_constant(s, expr, v.kind == SL_BOOL ? sl_bool(!v.boolean) : sl_missing());
}

const sl_expr *sl_expr_fold(const sl_expr *expr, sl_arena *arena)
{
    spec s = {.arena = arena};
    return spec_expr(&s, expr, /* negated= */ false);
}

static sl_op *spec_copy(spec *s, const sl_op *op)
{
    sl_op *copy = SL_ARENA_NEW(s->arena, sl_op);
    if (copy == NULL) return NULL;
    *copy = *op;
    copy->next = NULL;
    return copy;
}

/* After a rename or a lookup nobody knows what stands under these names. With a pattern: any
 * name. */
static void spec_forget(spec *s, const sl_name *name)
{
    if (name->pattern == NULL) {
        if (name->field >= s->field_count) return;
        s->assigned[name->field] = true;
        s->computed[name->field] = NULL;
    } else {
        memset(s->assigned, true, s->field_count * sizeof *s->assigned);
        memset(s->computed, 0, s->field_count * sizeof *s->computed);
    }
}

static sl_op *spec_extend(spec *s, const sl_op *op)
{
    sl_op *copy = spec_copy(s, op);
    sl_assign *items = SL_ARENA_ARRAY(s->arena, op->extend.count, sl_assign);
    if (copy == NULL || items == NULL) return NULL;
    for (uint32_t i = 0; i < op->extend.count; i++) {
        items[i] = op->extend.items[i];
        items[i].value = spec_expr(s, items[i].value, /* negated= */ false);
        spec_forget(s, &(sl_name){.field = items[i].field});
        if (items[i].value->kind == SL_EXPR_CONSTANT && !items[i].keep_old
            && items[i].field < s->field_count)
            s->computed[items[i].field] = &items[i].value->constant;
    }
    copy->extend.items = items;
    return copy;
}

/* What is not kept is gone: only what was known of the kept ones stays known. */
static void spec_keep(spec *s, const sl_name *names, uint32_t count)
{
    bool *kept = SL_ARENA_ARRAY(s->arena, s->field_count, bool);
    for (uint32_t i = 0; kept != NULL && i < count; i++)
        if (names[i].field < s->field_count) kept[names[i].field] = true;
    for (sl_field f = 0; f < s->field_count; f++)
        if (kept == NULL || !kept[f]) spec_forget(s, &(sl_name){.field = f});
}

static void spec_forget_op(spec *s, const sl_op *op)
{
    if (op->kind == SL_OP_RENAME) {
        for (uint32_t i = 0; i < op->rename.count; i++) {
            spec_forget(s, &op->rename.items[i].from);
            spec_forget(s, &op->rename.items[i].to);
        }
    } else if (op->kind == SL_OP_LOOKUP) {
        for (uint32_t i = 0; i < op->lookup.output_count; i++)
            spec_forget(s, &(sl_name){.field = op->lookup.outputs[i].field});
    } else if (op->kind == SL_OP_FILL) {
        for (uint32_t i = 0; i < op->fill.count; i++) spec_forget(s, &op->fill.names[i]);
    } else if (op->kind == SL_OP_EXPAND) {
        spec_forget(s, &(sl_name){.field = op->expand.field});
    } else if (op->kind == SL_OP_PROJECT) {
        spec_keep(s, op->fields.names, op->fields.count);
    } else if (op->kind == SL_OP_REMOVE) {
        for (uint32_t i = 0; i < op->fields.count; i++) spec_forget(s, &op->fields.names[i]);
    } else if (op->kind == SL_OP_EACH) {
        for (uint32_t i = 0; i < op->each.count; i++) spec_forget(s, &op->each.names[i]);
    } else if (op->kind == SL_OP_EXTRACT || op->kind == SL_OP_UNPIVOT
               || op->kind == SL_OP_TRANSPOSE) {
        memset(s->assigned, true, s->field_count * sizeof *s->assigned);
        memset(s->computed, 0, s->field_count * sizeof *s->computed);
    }
}

static sl_status spec_pipe(spec *s, const sl_pipe *pipe, sl_pipe *out, bool *out_never);

/* What is known of the plan's own fields at a point. */
typedef struct spec_known {
    bool *assigned;
    const sl_value **computed;
} spec_known;

static bool spec_copy_known(const spec *s, spec_known from, spec_known *out)
{
    out->assigned = SL_ARENA_ARRAY(s->arena, s->field_count, bool);
    out->computed = SL_ARENA_ARRAY(s->arena, s->field_count, const sl_value *);
    if (out->assigned == NULL || out->computed == NULL) return false;
    if (s->field_count == 0) return true;
    memcpy(out->assigned, from.assigned, s->field_count * sizeof *from.assigned);
    memcpy(out->computed, from.computed, s->field_count * sizeof *from.computed);
    return true;
}

/* A row may have come through `into` or `other`: assigned by either, known where both agree. */
static void spec_join_known(const spec *s, spec_known into, spec_known other)
{
    for (uint32_t f = 0; f < s->field_count; f++) {
        into.assigned[f] |= other.assigned[f];
        if (into.computed[f] != other.computed[f]) into.computed[f] = NULL;
    }
}

/* The operators of the only branch that is left take the branch's place. */
static void spec_splice(const sl_pipe *pipe, sl_pipe *out)
{
    for (sl_op *op = pipe->first, *next; op != NULL; op = next) {
        next = op->next;
        op->next = NULL;
        sl_pipe_add(out, op);
    }
}

/* Keeps the branches that can pass. */
static sl_status spec_branch(spec *s, const sl_op *op, sl_pipe *out, bool *out_never)
{
    spec_known before = {s->assigned, s->computed}, after = {NULL, NULL};
    sl_pipe *pipes = SL_ARENA_ARRAY(s->arena, op->branch.count, sl_pipe);
    sl_op *copy = spec_copy(s, op);
    if (pipes == NULL || copy == NULL) return SL_NOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; i < op->branch.count; i++) {
        spec_known one;
        bool never;
        if (!spec_copy_known(s, before, &one)) return SL_NOMEM;
        s->assigned = one.assigned;
        s->computed = one.computed;
        pipes[count] = (sl_pipe){NULL, NULL};
        sl_status status = spec_pipe(s, &op->branch.pipes[i], &pipes[count], &never);
        if (status != SL_OK) return status;
        if (never) continue;
        if (count++ == 0) after = one;
        else spec_join_known(s, after, one);
    }
    *out_never = count == 0;
    s->assigned = count == 0 ? before.assigned : after.assigned;
    s->computed = count == 0 ? before.computed : after.computed;
    copy->branch.pipes = pipes;
    copy->branch.count = count;
    if (count == 1) spec_splice(&pipes[0], out);
    if (count > 1) sl_pipe_add(out, copy);
    return SL_OK;
}

/* True when the expression reads tags and nothing else. */
static bool spec_is_about_tags(const spec *s, const sl_expr *expr)
{
    bool tags = false;
    if (expr->kind == SL_EXPR_FIELD) return spec_tag_name(s, expr).length > 0;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (expr->args[i]->kind == SL_EXPR_CONSTANT) continue;
        if (!spec_is_about_tags(s, expr->args[i])) return false;
        tags = true;
    }
    return tags;
}

/* Tells of the comparisons; what stands beside a tag that is another does not matter here. */
static void spec_tell(spec *s, const sl_expr *expr)
{
    if (spec_is_about_tags(s, expr)) return;
    bool both = expr->kind == SL_EXPR_AND;
    for (uint32_t i = 0; both && i < expr->arg_count; i++) {
        const sl_expr *arg = expr->args[i];
        if (spec_is_about_tags(s, arg) && !spec_is_bool(spec_expr(s, arg, false), true)) return;
    }
    if (both || expr->kind == SL_EXPR_OR)
        for (uint32_t i = 0; i < expr->arg_count; i++) spec_tell(s, expr->args[i]);
    else if (expr->kind == SL_EXPR_CALL)
        s->how->leaf(s->how->leaf_context, expr, spec_expr(s, expr, false), s->assigned);
}

static sl_status spec_filter(spec *s, const sl_op *op, sl_pipe *out, bool *out_never)
{
    if (s->how->leaf != NULL) spec_tell(s, op->filter.predicate);
    const sl_expr *predicate = spec_expr(s, op->filter.predicate, /* negated= */ false);
    if (spec_is_bool(predicate, true)) return SL_OK;
    *out_never = predicate->kind == SL_EXPR_CONSTANT;
    sl_op *copy = spec_copy(s, op);
    if (copy == NULL) return SL_NOMEM;
    copy->filter.predicate = predicate;
    sl_pipe_add(out, copy);
    return SL_OK;
}

static sl_status spec_op(spec *s, const sl_op *op, sl_pipe *out, bool *out_never)
{
    if (op->kind == SL_OP_FILTER) return spec_filter(s, op, out, out_never);
    if (op->kind == SL_OP_BRANCH) return spec_branch(s, op, out, out_never);
    spec_forget_op(s, op);
    sl_op *copy = op->kind == SL_OP_EXTEND ? spec_extend(s, op) : spec_copy(s, op);
    if (copy == NULL) return SL_NOMEM;
    sl_pipe_add(out, copy);
    return SL_OK;
}

/* Up to the first operator that is not row-wise, which is shared with the plan, as is all that
 * follows it. */
static sl_status spec_pipe(spec *s, const sl_pipe *pipe, sl_pipe *out, bool *out_never)
{
    *out_never = false;
    sl_op *op = pipe->first;
    for (; op != NULL && sl_op_is_rowwise(op) && !*out_never; op = op->next) {
        sl_status status = spec_op(s, op, out, out_never);
        if (status != SL_OK) return status;
    }
    if (op == NULL || *out_never) return SL_OK;
    if (out->last == NULL) {
        out->first = op;
    } else {
        out->last->next = op;
    }
    out->last = pipe->last;
    return SL_OK;
}

const sl_op *sl_pipe_barrier(const sl_pipe *pipe)
{
    const sl_op *op = pipe->first;
    while (op != NULL && sl_op_is_rowwise(op)) op = op->next;
    return op;
}

sl_status sl_specialise_pipe(const sl_specialise *how, sl_pipe *out, bool *out_never)
{
    uint32_t field_count = sl_fields_count(&how->plan->fields);
    spec s = {.how = how,
              .arena = how->arena,
              .field_count = field_count,
              .assigned = SL_ARENA_ARRAY(how->arena, field_count, bool),
              .computed = SL_ARENA_ARRAY(how->arena, field_count, const sl_value *)};
    if (s.assigned == NULL || s.computed == NULL) return SL_NOMEM;
    *out = (sl_pipe){NULL, NULL};
    sl_status status = spec_pipe(&s, how->pipe, out, out_never);
    return status == SL_OK && how->arena->failed ? SL_NOMEM : status;
}
