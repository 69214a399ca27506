/* needs.c - a walk along a route's operators, and through the expressions of its filters.
 *
 * What a field is at some point of the pipe is an expression over the fields that the source
 * gives; it is put together as operators come. Such expressions share their parts, and could
 * grow without bounds when written out: a budget of visited nodes ends that, and what is beyond
 * needs nothing. */
#include "plan/needs.h"

#include "event/gate.h"
#include "func/required.h"

enum { NEEDS_BUDGET = 8192 };

typedef struct needs_scan {
    const sl_scan *scan;
    const sl_route *route;
    sl_arena *arena;      /* of the walk */
    sl_arena *result;     /* of what is found */
    const sl_expr **made; /* by field number of the plan: what it is; NULL: what the source gives */
    uint32_t field_count;
    uint32_t budget;
} needs_scan;

/* What the fields of an expression are. */
typedef enum needs_view {
    NEEDS_NOW,    /* the plan's, as they are at this point of the pipe */
    NEEDS_SOURCE, /* the plan's, as the source gives them: whatever is made is written out so */
    NEEDS_SCHEMA  /* the schema's */
} needs_view;

/* An expression of which nothing is known. */
static const sl_expr needs_unknown = {.kind = SL_EXPR_SUBSEARCH, .depth = 1};

static bool needs_spend(needs_scan *s)
{
    if (s->budget == 0) return false;
    s->budget--;
    return true;
}

/* --- from a value's text to the record's --- */

/* The longest run of bytes that JSON may write as they are, but for the escapes that a gate minds;
 * in raw text every byte stands as it is. */
static sl_text needs_plain_part(sl_text text, bool is_raw)
{
    sl_text longest = {NULL, 0};
    for (size_t from = 0, at = 0; at <= text.length; at++) {
        char c = at < text.length ? text.data[at] : '\0';
        if (c >= ' ' && c <= '~' && (is_raw || (c != '"' && c != '\\'))) continue;
        if (at - from > longest.length) longest = sl_text_slice(text, from, at);
        from = at + 1;
    }
    /* The end of an ARN or a path says more than its beginning. */
    if (longest.length > SL_LITERAL_BYTES_MAX)
        longest = sl_text_slice(longest, longest.length - SL_LITERAL_BYTES_MAX, longest.length);
    return longest;
}

/* What a comparison comes to in the raw record. */
typedef struct needs_found {
    const sl_required *wanted; /* of the value that is compared */
    sl_required texts;
    bool textless; /* some of what is wanted cannot be looked for as it is */
    bool partial;  /* the record may have more than what is wanted */
    bool keyless;  /* it stands behind several keys, or not at the top */
    sl_text key;
} needs_found;

static void needs_add_texts(needs_found *found, bool is_raw)
{
    for (uint32_t i = 0; i < found->wanted->count; i++) {
        sl_text part = needs_plain_part(found->wanted->texts[i], is_raw);
        found->textless |= part.length < SL_LITERAL_BYTES_MIN
            || !sl_required_part(&found->texts, part, found->wanted->nocase);
    }
}

/* The key of a path that stands at the top, else an empty text. */
static sl_text needs_top_key(sl_path path)
{
    bool top = path.count == 1 && path.steps[0].kind == SL_STEP_KEY;
    sl_text key = top ? path.steps[0].key : (sl_text){NULL, 0};
    bool fits = key.length <= SL_GATE_KEY_BYTES_MAX;
    for (size_t i = 0; i < key.length && fits; i++)
        fits = key.data[i] >= ' ' && key.data[i] <= '~' && strchr("\"\\/.", key.data[i]) == NULL;
    return fits ? key : (sl_text){NULL, 0};
}

static bool needs_path(needs_found *found, sl_path path)
{
    sl_text key = needs_top_key(path);
    needs_add_texts(found, /* is_raw= */ false);
    found->keyless |= key.length == 0 || (found->key.length > 0 && !sl_text_equal(found->key, key));
    found->key = key;
    return true;
}

/* The record itself is what is compared. */
static bool needs_record(needs_found *found)
{
    needs_add_texts(found, /* is_raw= */ true);
    found->keyless = true;
    return true;
}

/* True when the constant's text is what is wanted, or holds it. */
static bool needs_has(const needs_found *found, sl_value constant)
{
    char scratch[SL_VALUE_TEXT_MAX];
    if (constant.kind == SL_LIST) return true;
    sl_text text = sl_value_text(constant, scratch);
    for (uint32_t i = 0; i < found->wanted->count; i++) {
        sl_text one = found->wanted->texts[i];
        bool whole = !found->wanted->partial && !found->partial;
        if (whole && one.length != text.length) continue;
        for (size_t at = 0; at + one.length <= text.length; at++)
            if (sl_text_equal_nocase(sl_text_slice(text, at, at + one.length), one)) return true;
    }
    return false;
}

static bool needs_text(needs_scan *s, const sl_expr *expr, needs_view view, needs_found *found);

static bool needs_field(needs_scan *s, sl_field field, needs_view view, needs_found *found)
{
    if (view == NEEDS_SCHEMA && s->scan->raw_columns[field] == SL_RAW_TEXT)
        return needs_record(found);
    if (view == NEEDS_SCHEMA)
        return s->scan->raw_columns[field] < SL_RAW_SOURCE /* the others are not in the record */
            && needs_path(found, s->scan->schema->paths[field]);
    if (view == NEEDS_NOW && field < s->field_count && s->made[field] != NULL)
        return needs_text(s, s->made[field], NEEDS_SOURCE, found);
    for (uint32_t i = 0; i < s->route->bind_count; i++) {
        const sl_bind *bind = &s->route->binds[i];
        if (bind->field != field) continue;
        if (bind->kind == SL_BIND_COLUMN)
            return needs_path(found, s->scan->demand.entries[bind->column].path);
        if (bind->kind == SL_BIND_DERIVED) return needs_text(s, bind->value, NEEDS_SCHEMA, found);
        if (bind->kind == SL_BIND_CONSTANT) return !needs_has(found, bind->constant);
        return bind->kind == SL_BIND_RAW && needs_record(found);
    }
    return false;
}

/* True when the result may be taken from this argument. */
static bool needs_is_source(sl_excerpt excerpt, uint32_t arg)
{
    switch (excerpt) {
    case SL_EXCERPT_FIRST:
    case SL_EXCERPT_PART: return arg == 0;
    case SL_EXCERPT_ANY: return true;
    case SL_EXCERPT_IF: return arg > 0;
    case SL_EXCERPT_CASE: return arg % 2 == 1;
    case SL_EXCERPT_UNKNOWN: break;
    }
    return false;
}

/* Adds what stands in the record when the value of `expr` is as wanted. False when nothing can be
 * said. */
static bool needs_text(needs_scan *s, const sl_expr *expr, needs_view view, needs_found *found)
{
    if (!needs_spend(s)) return false;
    if (expr->kind == SL_EXPR_CONSTANT) return !needs_has(found, expr->constant);
    if (expr->kind == SL_EXPR_FIELD) return needs_field(s, expr->field, view, found);
    if (expr->kind != SL_EXPR_CALL || expr->fn->excerpt == SL_EXCERPT_UNKNOWN) return false;
    found->texts.nocase = true; /* upper() */
    found->partial |= expr->fn->excerpt == SL_EXCERPT_PART;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (needs_is_source((sl_excerpt)expr->fn->excerpt, i)
            && !needs_text(s, expr->args[i], view, found))
            return false;
    return true;
}

/* --- predicates --- */

static size_t needs_worth(const sl_need *need)
{
    size_t shortest = SIZE_MAX;
    for (uint32_t i = 0; i < need->text_count; i++)
        if (need->texts[i].length < shortest) shortest = need->texts[i].length;
    return (need->has_texts ? shortest : 0) / 2 + (need->has_values ? SIZE_MAX / 2 : 0);
}

static const sl_text *needs_copy(needs_scan *s, const sl_required *texts)
{
    sl_text *copies = SL_ARENA_ARRAY(s->result, texts->count, sl_text);
    for (uint32_t i = 0; copies != NULL && i < texts->count; i++)
        copies[i] = sl_arena_copy(s->result, texts->texts[i]);
    return copies;
}

/* Beyond the limit the least worth goes. */
static void needs_add(needs_scan *s, sl_needs *needs, sl_need need)
{
    uint32_t least = 0;
    if (s->result->failed || (!need.has_values && !need.has_texts)) return;
    for (uint32_t i = 1; i < needs->count; i++)
        if (needs_worth(&needs->items[i]) < needs_worth(&needs->items[least])) least = i;
    if (needs->count < SL_NEEDS_MAX) needs->items[needs->count++] = need;
    else if (needs_worth(&needs->items[least]) < needs_worth(&need)) needs->items[least] = need;
}

static void needs_call(needs_scan *s, const sl_expr *call, needs_view view, sl_needs *needs)
{
    if (call->fn->require == NULL || call->arg_count == 0) return;
    const sl_value **constants = SL_ARENA_ARRAY(s->arena, call->arg_count, const sl_value *);
    sl_required *wanted = SL_ARENA_NEW(s->arena, sl_required);
    needs_found *found = SL_ARENA_NEW(s->arena, needs_found);
    if (constants == NULL || wanted == NULL || found == NULL) return;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i]->kind == SL_EXPR_CONSTANT) constants[i] = &call->args[i]->constant;
    const sl_fn_site site = {.arena = s->arena,
                             .constants = constants,
                             .arg_count = call->arg_count,
                             .state = call->state};
    wanted->arena = s->arena;
    found->wanted = wanted;
    if (!call->fn->require(&site, wanted) || !needs_text(s, call->args[0], view, found)) return;
    sl_need need = {.has_texts = !found->textless,
                    .nocase = found->texts.nocase,
                    .texts = needs_copy(s, &found->texts),
                    .text_count = found->texts.count};
    if (!found->keyless && found->key.length > 0) need.key = sl_arena_copy(s->result, found->key);
    if (need.key.length > 0 && !wanted->partial && !found->partial) {
        need.has_values = true;
        need.values = needs_copy(s, wanted);
        need.value_count = wanted->count;
    }
    needs_add(s, needs, need);
}

static const sl_need *needs_with_key(const sl_needs *needs, sl_text key)
{
    for (uint32_t i = 0; i < needs->count; i++)
        if (needs->items[i].has_values && sl_text_equal(needs->items[i].key, key))
            return &needs->items[i];
    return NULL;
}

/* What all alternatives need behind the same key. */
static bool needs_join_keys(needs_scan *s, const sl_needs *alternatives, uint32_t count,
                            sl_text key, sl_need *out)
{
    sl_required *values = SL_ARENA_NEW(s->arena, sl_required);
    if (values == NULL || key.length == 0) return false;
    for (uint32_t a = 0; a < count; a++) {
        const sl_need *need = needs_with_key(&alternatives[a], key);
        for (uint32_t i = 0; need != NULL && i < need->value_count; i++)
            if (!sl_required_whole(values, need->values[i], true)) return false;
        if (need == NULL) return false;
    }
    out->key = key;
    out->has_values = true;
    out->values = needs_copy(s, values);
    out->value_count = values->count;
    return true;
}

/* The texts of the best need of each alternative. */
static bool needs_join_texts(needs_scan *s, const sl_needs *alternatives, uint32_t count,
                             sl_need *out)
{
    sl_required *texts = SL_ARENA_NEW(s->arena, sl_required);
    if (texts == NULL) return false;
    for (uint32_t a = 0; a < count; a++) {
        const sl_need *best = NULL;
        size_t most = 0;
        for (uint32_t i = 0; i < alternatives[a].count; i++) {
            sl_need need = alternatives[a].items[i];
            need.has_values = false;
            if (!need.has_texts || (best != NULL && needs_worth(&need) <= most)) continue;
            best = &alternatives[a].items[i];
            most = needs_worth(&need);
        }
        for (uint32_t i = 0; best != NULL && i < best->text_count; i++)
            if (!sl_required_part(texts, best->texts[i], best->nocase)) return false;
        if (best == NULL) return false;
    }
    out->has_texts = true;
    out->nocase = texts->nocase;
    out->texts = needs_copy(s, texts);
    out->text_count = texts->count;
    return true;
}

/* One of several alternatives holds. */
static void needs_join(needs_scan *s, const sl_needs *alternatives, uint32_t count, sl_needs *needs)
{
    sl_need need = {.has_texts = false};
    for (uint32_t i = 0; count > 0 && i < alternatives[0].count; i++)
        if (needs_join_keys(s, alternatives, count, alternatives[0].items[i].key, &need)) break;
    (void)needs_join_texts(s, alternatives, count, &need);
    needs_add(s, needs, need);
}

static void needs_predicate(needs_scan *s, const sl_expr *expr, needs_view view, sl_needs *needs)
{
    if (!needs_spend(s)) return;
    if (expr->kind == SL_EXPR_CALL) needs_call(s, expr, view, needs);
    if (expr->kind == SL_EXPR_AND)
        for (uint32_t i = 0; i < expr->arg_count; i++)
            needs_predicate(s, expr->args[i], view, needs);
    if (expr->kind != SL_EXPR_OR) return;
    sl_needs *alternatives = SL_ARENA_ARRAY(s->arena, expr->arg_count, sl_needs);
    if (alternatives == NULL) return;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        needs_predicate(s, expr->args[i], view, &alternatives[i]);
    needs_join(s, alternatives, expr->arg_count, needs);
}

/* --- operators --- */

static void needs_forget(needs_scan *s, sl_field field)
{
    if (field < s->field_count) s->made[field] = &needs_unknown;
    else
        for (uint32_t f = 0; f < s->field_count; f++) s->made[f] = &needs_unknown;
}

/* The expression over what the source gives. */
static const sl_expr *needs_written_out(needs_scan *s, const sl_expr *expr)
{
    if (!needs_spend(s)) return &needs_unknown;
    if (expr->kind == SL_EXPR_FIELD) {
        bool is_made = expr->field < s->field_count && s->made[expr->field] != NULL;
        return is_made ? s->made[expr->field] : expr;
    }
    if (expr->kind != SL_EXPR_CALL) return expr->kind == SL_EXPR_CONSTANT ? expr : &needs_unknown;
    const sl_expr **args = SL_ARENA_ARRAY(s->arena, expr->arg_count, const sl_expr *);
    sl_expr *copy = SL_ARENA_NEW(s->arena, sl_expr);
    if (args == NULL || copy == NULL) return &needs_unknown;
    for (uint32_t i = 0; i < expr->arg_count; i++) args[i] = needs_written_out(s, expr->args[i]);
    *copy = *expr;
    copy->args = args;
    return copy;
}

static void needs_extend(needs_scan *s, const sl_op_extend *extend)
{
    for (uint32_t i = 0; i < extend->count; i++) {
        const sl_assign *item = &extend->items[i];
        const sl_expr *value = item->keep_old ? &needs_unknown : needs_written_out(s, item->value);
        if (item->field < s->field_count) s->made[item->field] = value;
    }
}

/* One field under another name; of several renames at once nothing is known. */
static void needs_rename(needs_scan *s, const sl_op_rename *rename)
{
    const sl_rename *item = rename->items;
    if (rename->count != 1 || item->from.pattern != NULL || item->to.pattern != NULL
        || item->from.field >= s->field_count || item->to.field >= s->field_count) {
        for (uint32_t i = 0; i < rename->count; i++) {
            needs_forget(s, rename->items[i].from.field);
            needs_forget(s, rename->items[i].to.field);
        }
        return;
    }
    sl_expr *old = SL_ARENA_NEW(s->arena, sl_expr);
    if (old != NULL) *old = (sl_expr){.kind = SL_EXPR_FIELD, .field = item->from.field, .depth = 1};
    const sl_expr *value = old == NULL ? &needs_unknown : needs_written_out(s, old);
    s->made[item->from.field] = &needs_unknown;
    s->made[item->to.field] = value;
}

static void needs_pipe(needs_scan *s, const sl_pipe *pipe, sl_needs *needs);

/* A row takes one of the branches; what it is afterwards nobody knows. */
static void needs_branch(needs_scan *s, const sl_op_branch *branch, sl_needs *needs)
{
    const sl_expr **before = s->made;
    sl_needs *alternatives = SL_ARENA_ARRAY(s->arena, branch->count, sl_needs);
    if (alternatives == NULL) return;
    for (uint32_t i = 0; i < branch->count; i++) {
        s->made = SL_ARENA_ARRAY(s->arena, s->field_count + 1, const sl_expr *);
        if (s->made == NULL) break;
        memcpy(s->made, before, s->field_count * sizeof *before);
        needs_pipe(s, &branch->pipes[i], &alternatives[i]);
    }
    s->made = before;
    needs_forget(s, SL_FIELD_NONE);
    needs_join(s, alternatives, branch->count, needs);
}

static void needs_op(needs_scan *s, const sl_op *op, sl_needs *needs)
{
    switch (op->kind) {
    case SL_OP_FILTER: needs_predicate(s, op->filter.predicate, NEEDS_NOW, needs); break;
    case SL_OP_EXTEND: needs_extend(s, &op->extend); break;
    case SL_OP_RENAME: needs_rename(s, &op->rename); break;
    case SL_OP_BRANCH: needs_branch(s, &op->branch, needs); break;
    case SL_OP_PROJECT: /* what is gone holds no text */
    case SL_OP_REMOVE:
    case SL_OP_EXPAND: break;
    default: needs_forget(s, SL_FIELD_NONE); break;
    }
}

static void needs_pipe(needs_scan *s, const sl_pipe *pipe, sl_needs *needs)
{
    for (const sl_op *op = pipe->first; op != NULL && sl_op_is_rowwise(op); op = op->next)
        needs_op(s, op, needs);
}

sl_needs sl_needs_of(const sl_program *program, uint32_t format, const sl_route *route,
                     sl_arena *arena)
{
    sl_arena walk;
    sl_arena_init(&walk, /* bytes_max= */ 0);
    sl_needs needs = {.count = 0};
    needs_scan s = {.scan = &program->scans[format],
                    .route = route,
                    .arena = &walk,
                    .result = arena,
                    .field_count = sl_fields_count(&program->plans[route->plan]->fields),
                    .budget = NEEDS_BUDGET};
    s.made = SL_ARENA_ARRAY(&walk, s.field_count + 1, const sl_expr *);
    if (s.made != NULL) {
        if (route->presentation->when != NULL)
            needs_predicate(&s, route->presentation->when, NEEDS_SCHEMA, &needs);
        needs_pipe(&s, &route->pipe, &needs);
    }
    if (walk.failed || arena->failed) needs.count = 0;
    sl_arena_fini(&walk);
    return needs;
}
