/* gates.c - a route folded under "the gate key has this value".
 *
 * For each route the value "something no query names" is folded first. When the route's first
 * filter looks at the gate keys only through equality with constants, that one answer holds for
 * every value that is not among those constants; the constants are folded one by one. So a thousand
 * detections of a few names each cost some thousand foldings at the start, and nothing per event
 * but one look-up. */
#include "plan/gates.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "func/address.h"

enum { GATES_VALUES_MAX = 65536, GATES_LITERALS_MAX = 4096, GATES_BYTES_MAX = 16 << 20 };

/* How a route answers for values that its first filter does not name. */
typedef enum gate_kind {
    GATE_CLOSED, /* never */
    GATE_ASK     /* fold for each value */
} gate_kind;

typedef struct gate_scan {
    const sl_scan *scan;
    const sl_schema *schema;
    gate_kind *kinds; /* by route */
    sl_map literals;  /* lower-case values named by closed routes */
    sl_route_list *by_literal;
    uint32_t *all;   /* 0, 1, 2, ... */
    uint32_t *asked; /* routes of kind GATE_ASK */
    uint32_t asked_count;
    sl_map values; /* exact values met so far */
    sl_route_list *by_value;
    uint32_t by_value_capacity;
} gate_scan;

struct sl_gates {
    const sl_program *program;
    sl_arena arena;   /* lives as long as the gates */
    sl_arena values;  /* of what was met; emptied when there is too much */
    sl_arena scratch; /* of one folding */
    gate_scan *scans;
};

/* --- folding --- */

static bool gate_is_key(const sl_schema *schema, sl_path path)
{
    if (path.count != 1 || path.steps[0].kind != SL_STEP_KEY) return false;
    for (uint32_t i = 0; i < schema->gate_key_count; i++)
        if (sl_text_equal(schema->gate_keys[i], path.steps[0].key)) return true;
    return false;
}

/* A raw field at or below a gate key. */
static bool gate_reads_key(const sl_schema *schema, sl_path path)
{
    for (uint32_t i = 0; i < schema->gate_key_count && path.count > 0; i++) {
        sl_text key = path.steps[0].key;
        if (path.steps[0].kind != SL_STEP_KEY) return false;
        if (sl_text_equal(schema->gate_keys[i], key)) return true;
    }
    return false;
}

static bool gate_expr_reads_key(const sl_schema *schema, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD) return gate_reads_key(schema, schema->paths[expr->field]);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (gate_expr_reads_key(schema, expr->args[i])) return true;
    return false;
}

/* True when a derived field is, if anything, the value behind a gate key: that field itself where
 * the format has one key, or the first present of fields at and below the keys. A key whose value
 * is not plain text never comes here: such records are always let through. */
static bool gate_is_value(const sl_schema *schema, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD)
        return schema->gate_key_count == 1 && gate_is_key(schema, schema->paths[expr->field]);
    if (expr->kind != SL_EXPR_CALL || (expr->fn->flags & SL_FN_FIRST) == 0) return false;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        if (expr->args[i]->kind != SL_EXPR_FIELD || !gate_expr_reads_key(schema, expr->args[i]))
            return false;
    return true;
}

/* The raw expression with the value put in, over the schema's fields. */
static const sl_expr *gate_put(const sl_schema *schema, const sl_expr *expr, const sl_value *value,
                               sl_arena *arena)
{
    if (gate_is_value(schema, expr)) {
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
        args[i] = gate_put(schema, expr->args[i], value, arena);
    *copy = *expr;
    copy->args = args;
    return copy;
}

/* What is known of the plan's fields when `value` stands behind the gate keys. */
static const sl_value **gate_known(const gate_scan *g, const sl_route *route, const sl_plan *plan,
                                   const sl_value *value, sl_arena *arena)
{
    uint32_t count = sl_fields_count(&plan->fields);
    const sl_value **known = SL_ARENA_ARRAY(arena, count, const sl_value *);
    for (uint32_t i = 0; known != NULL && i < route->bind_count; i++) {
        const sl_bind *bind = &route->binds[i];
        if (bind->field >= count) continue;
        if (bind->kind == SL_BIND_COLUMN) {
            sl_path path = g->scan->demand.entries[bind->column].path;
            if (g->schema->gate_key_count == 1 && gate_is_key(g->schema, path))
                known[bind->field] = value;
        } else if (bind->kind == SL_BIND_DERIVED) {
            const sl_expr *folded =
                sl_expr_fold(gate_put(g->schema, bind->value, value, arena), arena);
            if (folded->kind == SL_EXPR_CONSTANT) known[bind->field] = &folded->constant;
        }
    }
    return known;
}

/* True when `pipe` can let no event with this value through. */
static bool gate_never(sl_gates *gates, const gate_scan *g, const sl_route *route,
                       const sl_pipe *pipe, const sl_value *value)
{
    sl_arena *arena = &gates->scratch;
    sl_arena_reset(arena);
    const sl_plan *plan = gates->program->plans[route->plan];
    const sl_expr *when = route->presentation->when;
    if (when != NULL) {
        when = sl_expr_fold(gate_put(g->schema, when, value, arena), arena);
        if (when->kind == SL_EXPR_CONSTANT
            && !(when->constant.kind == SL_BOOL && when->constant.boolean))
            return true;
    }
    const sl_value **known = gate_known(g, route, plan, value, arena);
    if (known == NULL) return false;
    sl_specialise how = {.plan = plan,
                         .pipe = pipe,
                         .presentation = route->presentation,
                         .schemas = gates->program->schemas,
                         .schema_count = gates->program->scan_count,
                         .arena = arena,
                         .known = known,
                         .known_count = sl_fields_count(&plan->fields)};
    sl_pipe folded;
    bool never = false;
    return sl_specialise_pipe(&how, &folded, &never) == SL_OK && never;
}

/* --- literals --- */

/* Collects the constants that an expression compares gate-key fields with. */
typedef struct gate_literals {
    const gate_scan *g;
    const sl_route *route;
    sl_text *texts;
    uint32_t count;
    bool simple; /* the gate keys are looked at in no other way */
} gate_literals;

static const sl_bind *gate_bind(const sl_route *route, sl_field field)
{
    for (uint32_t i = 0; i < route->bind_count; i++)
        if (route->binds[i].field == field) return &route->binds[i];
    return NULL;
}

/* 0: the field has nothing to do with the gate keys; 1: it is their value; 2: something else. */
static int gate_relation(const gate_literals *l, sl_field field)
{
    const sl_schema *schema = l->g->schema;
    const sl_bind *bind = gate_bind(l->route, field);
    if (bind == NULL) return 0;
    if (bind->kind == SL_BIND_COLUMN) {
        sl_path path = l->g->scan->demand.entries[bind->column].path;
        if (schema->gate_key_count == 1 && gate_is_key(schema, path)) return 1;
        return gate_reads_key(schema, path) ? 2 : 0;
    }
    if (bind->kind != SL_BIND_DERIVED) return 0;
    if (gate_is_value(schema, bind->value)) return 1;
    return gate_expr_reads_key(schema, bind->value) ? 2 : 0;
}

/* Text that only equals itself: no pattern, and nothing that `search` compares as a number or as a
 * block of addresses. */
static bool gate_is_plain(sl_text text)
{
    double number;
    sl_network network;
    return sl_text_find_byte(text, '*', 0) == SIZE_MAX && !sl_number_parse(text, &number)
        && !sl_network_parse(text, /* single= */ true, &network);
}

/* field = "constant", or one of several. False when it is anything else. */
static bool gate_equality(gate_literals *l, const sl_expr *call)
{
    if ((call->fn->flags & SL_FN_EQUALITY) == 0) return false;
    if (call->args[0]->kind != SL_EXPR_FIELD) return false;
    for (uint32_t i = 1; i < call->arg_count; i++) {
        const sl_expr *arg = call->args[i];
        if (arg->kind != SL_EXPR_CONSTANT || arg->constant.kind != SL_STRING) return false;
        sl_text text = sl_value_bytes(arg->constant);
        if (!gate_is_plain(text)) return false;
        if (l->count == GATES_LITERALS_MAX) return false;
        l->texts[l->count++] = text;
    }
    return true;
}

static void gate_collect(gate_literals *l, const sl_expr *expr)
{
    if (expr->kind == SL_EXPR_FIELD) {
        l->simple &= gate_relation(l, expr->field) == 0;
        return;
    }
    if (expr->kind == SL_EXPR_CALL && expr->arg_count > 1 && expr->args[0]->kind == SL_EXPR_FIELD
        && gate_relation(l, expr->args[0]->field) == 1) {
        l->simple &= gate_equality(l, expr);
        return;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++) gate_collect(l, expr->args[i]);
}

/* The route's pipe up to its first filter, as a pipe of its own: that filter alone, or a branch of
 * the first filters of all branches. Empty when the route begins otherwise. */
static sl_pipe gate_first_filter(const sl_pipe *pipe, sl_arena *arena)
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
            pipes[i] = gate_first_filter(&copy->branch.pipes[i], arena);
            if (pipes[i].first == NULL) return none;
        }
        copy->branch.pipes = pipes;
    } else if (copy->kind != SL_OP_FILTER) {
        return none;
    }
    return (sl_pipe){copy, copy};
}

static void gate_collect_pipe(gate_literals *l, const sl_pipe *pipe)
{
    for (const sl_op *op = pipe->first; op != NULL; op = op->next) {
        if (op->kind == SL_OP_FILTER) gate_collect(l, op->filter.predicate);
        if (op->kind != SL_OP_BRANCH) continue;
        for (uint32_t i = 0; i < op->branch.count; i++) gate_collect_pipe(l, &op->branch.pipes[i]);
    }
}

/* A value that stands for all that no query names. */
static const sl_text gate_other = {"\x01 no query names this \x01", 22};

static sl_text gate_lower(sl_text text, sl_arena *arena)
{
    sl_text lower = sl_arena_copy(arena, text);
    char *bytes = (char *)(uintptr_t)lower.data;
    for (size_t i = 0; i < lower.length; i++)
        if (bytes[i] >= 'A' && bytes[i] <= 'Z') bytes[i] = (char)(bytes[i] - 'A' + 'a');
    return lower;
}

/* --- building --- */

/* The literals of a route that is closed for all other values; {NULL} count 0 and *out_closed false
 * when it is not. */
static gate_literals gate_analyse(sl_gates *gates, const gate_scan *g, const sl_route *route,
                                  sl_arena *arena, bool *out_closed)
{
    gate_literals l = {.g = g,
                       .route = route,
                       .simple = true,
                       .texts = SL_ARENA_ARRAY(arena, GATES_LITERALS_MAX, sl_text)};
    *out_closed = false;
    sl_pipe first = gate_first_filter(&route->pipe, arena);
    if (l.texts == NULL || first.first == NULL) return l;
    gate_collect_pipe(&l, &first);
    sl_value other = sl_string(gate_other);
    *out_closed = l.simple && gate_never(gates, g, route, &first, &other);
    return l;
}

static bool gate_add_literal(sl_gates *gates, gate_scan *g, sl_text text, uint32_t route)
{
    uint32_t number = sl_map_add(&g->literals, gate_lower(text, &gates->arena));
    if (number == SL_MAP_NONE) return false;
    sl_route_list *list = &g->by_literal[number];
    if (list->count > 0 && list->routes[list->count - 1] == route) return true;
    /* Lists double in the arena: a count that is a power of two is full. */
    if ((list->count & (list->count - 1)) == 0) {
        uint32_t *grown =
            SL_ARENA_ARRAY(&gates->arena, list->count == 0 ? 1 : list->count * 2, uint32_t);
        if (grown == NULL) return false;
        if (list->count > 0) memcpy(grown, list->routes, list->count * sizeof *grown);
        list->routes = grown;
    }
    ((uint32_t *)(uintptr_t)list->routes)[list->count++] = route;
    return true;
}

static bool gate_reserve_literals(sl_gates *gates, gate_scan *g, uint32_t more)
{
    sl_route_list *grown =
        SL_ARENA_ARRAY(&gates->arena, g->literals.count + more + 1, sl_route_list);
    if (grown == NULL) return false;
    if (g->literals.count > 0) memcpy(grown, g->by_literal, g->literals.count * sizeof *grown);
    g->by_literal = grown;
    return true;
}

static bool gate_build_route(sl_gates *gates, gate_scan *g, uint32_t number, sl_arena *arena)
{
    const sl_route *route = &g->scan->routes[number];
    bool closed;
    sl_arena_reset(arena);
    gate_literals l = gate_analyse(gates, g, route, arena, &closed);
    g->kinds[number] = closed ? GATE_CLOSED : GATE_ASK;
    if (!closed) {
        g->asked[g->asked_count++] = number;
        return true;
    }
    if (!gate_reserve_literals(gates, g, l.count)) return false;
    for (uint32_t i = 0; i < l.count; i++) {
        sl_value value = sl_string(l.texts[i]);
        if (gate_never(gates, g, route, &route->pipe, &value)) continue;
        if (!gate_add_literal(gates, g, l.texts[i], number)) return false;
    }
    return true;
}

static bool gate_build_scan(sl_gates *gates, uint32_t format)
{
    gate_scan *g = &gates->scans[format];
    uint32_t count = gates->program->scans[format].route_count;
    *g = (gate_scan){.scan = &gates->program->scans[format],
                     .schema = gates->program->schemas[format]};
    sl_map_init(&g->literals);
    sl_map_init(&g->values);
    g->kinds = SL_ARENA_ARRAY(&gates->arena, count, gate_kind);
    g->all = SL_ARENA_ARRAY(&gates->arena, count, uint32_t);
    g->asked = SL_ARENA_ARRAY(&gates->arena, count, uint32_t);
    if (g->kinds == NULL || g->all == NULL || g->asked == NULL) return false;
    for (uint32_t r = 0; r < count; r++) g->all[r] = r;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    bool ok = true;
    for (uint32_t r = 0; r < count && ok; r++) ok = gate_build_route(gates, g, r, &arena);
    sl_arena_fini(&arena);
    return ok;
}

sl_gates *sl_gates_new(const sl_program *program)
{
    sl_gates *gates = sl_calloc(1, sizeof *gates);
    if (gates == NULL) return NULL;
    gates->program = program;
    sl_arena_init(&gates->arena, /* bytes_max= */ 0);
    sl_arena_init(&gates->values, /* bytes_max= */ 0);
    sl_arena_init(&gates->scratch, /* bytes_max= */ 0);
    gates->scans = SL_ARENA_ARRAY(&gates->arena, program->scan_count, gate_scan);
    bool ok = gates->scans != NULL;
    for (uint32_t f = 0; f < program->scan_count && ok; f++) ok = gate_build_scan(gates, f);
    if (ok) return gates;
    sl_gates_free(gates);
    return NULL;
}

void sl_gates_free(sl_gates *gates)
{
    if (gates == NULL) return;
    for (uint32_t f = 0; gates->scans != NULL && f < gates->program->scan_count; f++) {
        if (gates->scans[f].scan == NULL) continue;
        sl_map_fini(&gates->scans[f].literals);
        sl_map_fini(&gates->scans[f].values);
        free(gates->scans[f].by_value);
    }
    sl_arena_fini(&gates->scratch);
    sl_arena_fini(&gates->values);
    sl_arena_fini(&gates->arena);
    free(gates);
}

/* --- asking --- */

sl_route_list sl_gates_all(const sl_gates *gates, uint32_t format)
{
    const gate_scan *g = &gates->scans[format];
    return (sl_route_list){g->all, g->scan->route_count};
}

/* The closed routes that name the value, and the others that a folding lets through; merged in
 * ascending order. */
static sl_route_list gate_decide(sl_gates *gates, gate_scan *g, sl_text text)
{
    sl_arena_reset(&gates->scratch);
    uint32_t literal = sl_map_find(&g->literals, gate_lower(text, &gates->scratch));
    sl_route_list named = {NULL, 0};
    if (literal != SL_MAP_NONE) named = g->by_literal[literal];
    if (g->asked_count == 0) return named;
    uint32_t *routes = SL_ARENA_ARRAY(&gates->values, named.count + g->asked_count, uint32_t);
    if (routes == NULL) return (sl_route_list){g->all, g->scan->route_count};
    sl_value value = sl_string(text);
    uint32_t count = 0, n = 0;
    for (uint32_t a = 0; a < g->asked_count; a++) {
        const sl_route *route = &g->scan->routes[g->asked[a]];
        while (n < named.count && named.routes[n] < g->asked[a])
            routes[count++] = named.routes[n++];
        if (!gate_never(gates, g, route, &route->pipe, &value)) routes[count++] = g->asked[a];
    }
    while (n < named.count) routes[count++] = named.routes[n++];
    return (sl_route_list){routes, count};
}

void sl_gates_settle(sl_gates *gates)
{
    bool full = gates->values.bytes_used > GATES_BYTES_MAX;
    for (uint32_t f = 0; f < gates->program->scan_count; f++)
        full |= gates->scans[f].values.count >= GATES_VALUES_MAX;
    if (!full) return;
    for (uint32_t f = 0; f < gates->program->scan_count; f++) {
        sl_map_fini(&gates->scans[f].values);
        sl_map_init(&gates->scans[f].values);
    }
    sl_arena_reset(&gates->values);
}

static bool gate_reserve_values(gate_scan *g)
{
    if (g->values.count < g->by_value_capacity) return true;
    uint32_t capacity = g->by_value_capacity == 0 ? 256 : g->by_value_capacity * 2;
    sl_route_list *grown = sl_realloc(g->by_value, capacity * sizeof *grown);
    if (grown == NULL) return false;
    g->by_value = grown;
    g->by_value_capacity = capacity;
    return true;
}

sl_route_list sl_gates_routes(sl_gates *gates, uint32_t format, sl_text value)
{
    gate_scan *g = &gates->scans[format];
    if (g->schema->gate_key_count == 0) return sl_gates_all(gates, format);
    uint32_t number = sl_map_find(&g->values, value);
    if (number != SL_MAP_NONE) return g->by_value[number];
    if (!gate_reserve_values(g)) return sl_gates_all(gates, format);
    sl_route_list list = gate_decide(gates, g, value);
    number = sl_map_add(&g->values, value);
    if (number != SL_MAP_NONE) g->by_value[number] = list;
    return list;
}

bool sl_gates_want_missing(sl_gates *gates, uint32_t format)
{
    const gate_scan *g = &gates->scans[format];
    const sl_value missing = sl_missing();
    for (uint32_t r = 0; r < g->scan->route_count; r++) {
        const sl_route *route = &g->scan->routes[r];
        if (!gate_never(gates, g, route, &route->pipe, &missing)) return true;
    }
    return false;
}

/* --- explaining --- */

void sl_gates_explain(const sl_program *program, uint32_t format, uint32_t route, sl_buffer *out)
{
    const sl_schema *schema = program->schemas[format];
    if (schema->gate_key_count == 0) {
        sl_buffer_add_string(out, "every event is read: the format has no gate keys");
        return;
    }
    sl_gates *gates = sl_gates_new(program);
    if (gates == NULL) return;
    const gate_scan *g = &gates->scans[format];
    sl_value other = sl_string(gate_other);
    if (g->kinds[route] == GATE_ASK
        && !gate_never(gates, g, &g->scan->routes[route], &g->scan->routes[route].pipe, &other)) {
        sl_buffer_printf(out, "every event is read: any %.*s may pass",
                         SL_TEXT_ARG(schema->gate_keys[0]));
    } else if (g->kinds[route] == GATE_ASK) {
        sl_buffer_printf(out,
                         "each distinct %.*s is tried once; those that cannot pass are not read",
                         SL_TEXT_ARG(schema->gate_keys[0]));
    } else {
        sl_buffer_printf(out, "only events with %.*s ", SL_TEXT_ARG(schema->gate_keys[0]));
        uint32_t listed = 0;
        for (uint32_t l = 0; l < g->literals.count; l++) {
            bool names = false;
            for (uint32_t i = 0; i < g->by_literal[l].count; i++)
                names |= g->by_literal[l].routes[i] == route;
            if (!names) continue;
            sl_buffer_add_string(out, listed++ == 0 ? "" : ", ");
            sl_buffer_add(out, sl_map_key(&g->literals, l));
        }
        if (listed == 0) sl_buffer_add_string(out, "(none: it can match nothing)");
        sl_buffer_add_string(out, " are read");
    }
    sl_gates_free(gates);
}
