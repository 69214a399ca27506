/* never.c - every comparison, folded once for each format.
 *
 * The values a derived field can have are read off its expression: a constant has one, what chooses
 * among others (coalesce, if, case) has theirs, anything else may have any. */
#include "plan/never.h"

enum { NEVER_LEAVES_MAX = 1000 };

/* A comparison, over all the formats where it was met. */
typedef struct never_leaf {
    sl_never said;
    bool found;    /* somewhere it cannot be true */
    bool passable; /* elsewhere it can, in a format that has such a field */
} never_leaf;

typedef struct never_scan {
    const sl_program *program;
    const sl_plan *plan;
    const sl_scan *scan;
    const sl_presentation *presentation;
    sl_arena *arena;
    const sl_value **known;
    uint32_t known_count;
    never_leaf *leaves; /* by place in the query */
    uint32_t count;
} never_scan;

/* The values that an expression can have. */
typedef struct never_values {
    const sl_value *items[SL_NEVER_VALUES_MAX];
    uint32_t count;
    bool open; /* or any other */
} never_values;

static bool never_is_predicate(const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_CONSTANT) return expr->constant.kind == SL_BOOL;
    if (expr->kind == SL_EXPR_CALL) return expr->fn->ret == SL_RET_BOOL;
    return expr->kind == SL_EXPR_AND || expr->kind == SL_EXPR_OR || expr->kind == SL_EXPR_NOT;
}

static void never_gather(const sl_expr *expr, never_values *out)
{
    bool first = expr->kind == SL_EXPR_CALL && (expr->fn->flags & SL_FN_FIRST) != 0;
    bool choice = expr->kind == SL_EXPR_CALL && (expr->fn->flags & SL_FN_CHOICE) != 0;
    if (expr->kind == SL_EXPR_CONSTANT) {
        if (expr->constant.kind == SL_MISSING) return;
        if (out->count == SL_NEVER_VALUES_MAX) out->open = true;
        else out->items[out->count++] = &expr->constant;
        return;
    }
    if (!first && !choice) {
        out->open = true;
        return;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (first || !never_is_predicate(expr->args[i])) never_gather(expr->args[i], out);
}

/* `expr` with `value` for `field`. */
static const sl_expr *never_put(const sl_expr *expr, sl_field field, const sl_value *value,
                                sl_arena *arena)
{
    bool replaced = expr->kind == SL_EXPR_FIELD && expr->field == field;
    if (expr->arg_count == 0 && !replaced) return expr;
    sl_expr *copy = SL_ARENA_NEW(arena, sl_expr);
    const sl_expr **args = SL_ARENA_ARRAY(arena, expr->arg_count + 1, const sl_expr *);
    if (copy == NULL || args == NULL) return expr;
    *copy = *expr;
    copy->args = args;
    if (replaced) {
        copy->kind = SL_EXPR_CONSTANT;
        copy->constant = *value;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = never_put(expr->args[i], field, value, arena);
    return copy;
}

/* True when the comparison holds where the field has this value, or may. */
static bool never_holds(const sl_expr *leaf, sl_field field, const sl_value *value, sl_arena *arena)
{
    const sl_expr *folded = sl_expr_fold(never_put(leaf, field, value, arena), arena);
    if (folded->kind != SL_EXPR_CONSTANT) return true;
    return folded->constant.kind == SL_BOOL && folded->constant.boolean;
}

/* The one field that `expr` reads; SL_FIELD_NONE when there is none or several. */
static sl_field never_field(const sl_expr *expr, bool *out_several)
{
    sl_field found = expr->kind == SL_EXPR_FIELD ? expr->field : SL_FIELD_NONE;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        sl_field other = never_field(expr->args[i], out_several);
        *out_several |= other != SL_FIELD_NONE && found != SL_FIELD_NONE && other != found;
        if (other != SL_FIELD_NONE) found = other;
    }
    return found;
}

static bool never_any_holds(const sl_expr *leaf, sl_field field, const never_values *values,
                            sl_arena *arena)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (never_holds(leaf, field, values->items[i], arena)) return true;
    return false;
}

/* Says that the field has no value with which the comparison holds. */
static bool never_by_values(never_scan *n, const sl_expr *leaf, sl_field field,
                            const never_values *values, sl_never *out)
{
    const sl_value missing = {.kind = SL_MISSING};
    if (values->open || never_holds(leaf, field, &missing, n->arena)
        || never_any_holds(leaf, field, values, n->arena))
        return false;
    sl_value *copy = SL_ARENA_ARRAY(n->arena, values->count, sl_value);
    if (copy == NULL) return false;
    for (uint32_t i = 0; i < values->count; i++) copy[i] = *values->items[i];
    out->reason = SL_NEVER_VALUES;
    out->values = copy;
    out->value_count = values->count;
    return true;
}

/* Says that the comparison asks for a value that another profile gives the field. */
static bool never_by_profile(const never_scan *n, const sl_expr *leaf, sl_field field,
                             const never_values *values, sl_never *out)
{
    const sl_schema *schema = n->scan->schema;
    sl_text name = sl_fields_name(&n->plan->fields, field);
    if (leaf->kind != SL_EXPR_CALL || (leaf->fn->flags & SL_FN_EQUALITY) == 0
        || never_any_holds(leaf, field, values, n->arena))
        return false;
    for (uint32_t p = 0; p < schema->presentation_count; p++) {
        const sl_presentation *other = &schema->presentations[p];
        const sl_derived *derived = sl_presentation_derived(other, name);
        if (derived == NULL || sl_text_equal(other->profile, n->presentation->profile)
            || !sl_text_equal(other->name, n->presentation->name))
            continue;
        never_values others = {.count = 0};
        never_gather(derived->value, &others);
        if (!never_any_holds(leaf, field, &others, n->arena)) continue;
        out->reason = SL_NEVER_PROFILE;
        out->profile = other->profile;
        return true;
    }
    return false;
}

/* Why the comparison cannot be true over this format; false when it can. */
static bool never_reason(never_scan *n, const sl_expr *leaf, const sl_expr *folded,
                         const bool *assigned, sl_never *out)
{
    bool several = false;
    sl_field field = never_field(leaf, &several);
    out->field = several ? SL_FIELD_NONE : field;
    if (folded->kind == SL_EXPR_CONSTANT) {
        out->reason = out->field != SL_FIELD_NONE && out->field < n->known_count
                && n->known[out->field] != NULL && !assigned[out->field]
            ? SL_NEVER_MISSING
            : SL_NEVER_FOLDED;
        return folded->constant.kind != SL_BOOL || !folded->constant.boolean;
    }
    if (field == SL_FIELD_NONE || several || field >= n->known_count || assigned[field])
        return false;
    const sl_derived *derived =
        sl_presentation_derived(n->presentation, sl_fields_name(&n->plan->fields, field));
    never_values values = {.open = derived == NULL};
    if (derived != NULL) never_gather(derived->value, &values);
    return never_by_values(n, leaf, field, &values, out)
        || never_by_profile(n, leaf, field, &values, out);
}

/* True unless the format has never heard of the field: then that it may be logged all the same says
 * nothing about a comparison that another format knows to be impossible. */
static bool never_is_known(const never_scan *n, sl_field field, const bool *assigned)
{
    if (field == SL_FIELD_NONE || field >= n->known_count || assigned[field]) return true;
    sl_text name = sl_fields_name(&n->plan->fields, field);
    return sl_presentation_derived(n->presentation, name) != NULL
        || sl_fields_find(&n->scan->schema->fields, name) != SL_FIELD_NONE;
}

static void never_take(void *context, const sl_expr *leaf, const sl_expr *folded,
                       const bool *assigned)
{
    never_scan *n = context;
    sl_never said = {.span = leaf->span,
                     .schema = n->scan->schema,
                     .presentation = n->presentation,
                     .field = SL_FIELD_NONE};
    bool never = never_reason(n, leaf, folded, assigned, &said);
    uint32_t at = 0;
    while (at < n->count
           && (n->leaves[at].said.span.start != leaf->span.start
               || n->leaves[at].said.span.end != leaf->span.end))
        at++;
    if (at == NEVER_LEAVES_MAX) return;
    if (at == n->count) n->leaves[n->count++] = (never_leaf){.said = said};
    if (never && !n->leaves[at].found) n->leaves[at].said = said;
    n->leaves[at].found |= never;
    n->leaves[at].passable |= !never && never_is_known(n, said.field, assigned);
}

/* A view has the fields that it derives, and what every event has. */
static void never_know(never_scan *n)
{
    static const sl_value missing = {.kind = SL_MISSING};
    for (uint32_t f = 0; f < n->known_count; f++) {
        sl_text name = sl_fields_name(&n->plan->fields, f);
        bool about = name.length == 0 || strchr("_@#", name.data[0]) != NULL
            || sl_text_equal(name, SL_TEXT("source")) || sl_text_equal(name, SL_TEXT("host"));
        bool there = !n->presentation->hides_raw || n->presentation->find != NULL || about
            || sl_name_is_tag(name) || sl_presentation_derived(n->presentation, name) != NULL
            || sl_presentation_tag(n->presentation, name) != NULL;
        n->known[f] = there ? NULL : &missing;
    }
}

static sl_status never_route(never_scan *n, const sl_route *route)
{
    n->presentation = route->presentation;
    never_know(n);
    sl_specialise how = {.plan = n->plan,
                         .pipe = &n->plan->pipe,
                         .presentation = n->presentation,
                         .schema = n->scan->schema,
                         .schemas = n->program->schemas,
                         .schema_count = n->program->scan_count,
                         .arena = n->arena,
                         .known = n->known,
                         .known_count = n->known_count,
                         .leaf = never_take,
                         .leaf_context = n};
    sl_pipe pipe;
    bool never;
    return sl_specialise_pipe(&how, &pipe, &never);
}

sl_status sl_program_never(const sl_program *program, uint32_t plan, sl_arena *arena,
                           const sl_never **out, uint32_t *out_count)
{
    never_scan n = {.program = program, .plan = program->plans[plan], .arena = arena};
    n.known_count = sl_fields_count(&n.plan->fields);
    n.known = SL_ARENA_ARRAY(arena, n.known_count, const sl_value *);
    n.leaves = SL_ARENA_ARRAY(arena, NEVER_LEAVES_MAX, never_leaf);
    *out_count = 0;
    if (n.known == NULL || n.leaves == NULL) return SL_NOMEM;
    for (uint32_t s = 0; s < program->scan_count; s++) {
        n.scan = &program->scans[s];
        for (uint32_t r = 0; r < n.scan->route_count; r++) {
            if (n.scan->routes[r].plan != plan) continue;
            sl_status status = never_route(&n, &n.scan->routes[r]);
            if (status != SL_OK) return status;
        }
    }
    sl_never *list = SL_ARENA_ARRAY(arena, n.count, sl_never);
    if (list == NULL) return SL_NOMEM;
    for (uint32_t i = 0; i < n.count; i++)
        if (n.leaves[i].found && !n.leaves[i].passable) list[(*out_count)++] = n.leaves[i].said;
    *out = list;
    return SL_OK;
}
