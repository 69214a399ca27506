/* gates.c - routes by the values of keys, and what of it becomes marks.
 *
 * For each route the value "something no query names" is folded first. When the route's first
 * filter looks at a key only through equality with constants, that one answer holds for every value
 * that is not among those constants; the constants are folded one by one. So a thousand detections
 * of a few names each cost some thousand foldings at the start, and nothing per event but one
 * look-up.
 *
 * A route that one condition decides gives SL_GATE_WANTED to what meets it; the conditions of
 * one that has several get a mark each, and a clause of them all. When marks run out the first
 * condition alone decides. */
#include "plan/gates.h"

#include <assert.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plan/gate_fold.h"
#include "plan/needs.h"

enum {
    GATES_VALUES_MAX = 65536,
    GATES_BYTES_MAX = 16 << 20,
    GATES_SLOTS = 4, /* the format's own key, and others */
    GATES_CLAUSES_MAX = 32,
    GATES_SAMPLE = 100,
    GATES_LITERALS_MAX = 2048
};

/* One thing that records say behind a key, and what it means to the routes. */
typedef struct gate_slot {
    sl_gate_fold fold;
    bool met;        /* some record has the key */
    bool *closed;    /* by route: values that the literals do not name are never let through */
    bool *restricts; /* by route: nor are events without the key */
    sl_map literals; /* lower-case values named by closed routes */
    sl_route_list *by_literal;
    uint32_t *asked; /* routes that are folded for each value */
    uint32_t asked_count;
    sl_map values; /* exact values met so far */
    sl_route_list *by_value;
    uint32_t by_value_capacity;
} gate_slot;

/* What a route asks of records, by slots and texts, as marks; 0: nothing. */
typedef struct gate_marks {
    uint64_t slots[GATES_SLOTS];
    uint64_t needs[SL_NEEDS_MAX];
} gate_marks;

typedef struct gate_scan {
    const sl_scan *scan;
    uint32_t format;
    uint32_t *all; /* 0, 1, 2, ... */
    gate_slot slots[GATES_SLOTS];
    uint32_t slot_count;
    sl_needs *needs;   /* by route */
    gate_marks *marks; /* by route */
    sl_text *keys;     /* of all slots */
    uint8_t *key_slots;
    uint32_t key_count;
    sl_literal *texts; /* that routes ask for */
    uint32_t text_count;
    bool gated; /* each route asks for something */
} gate_scan;

struct sl_gates {
    const sl_program *program;
    sl_arena arena;   /* lives as long as the gates */
    sl_arena values;  /* of what was met; emptied when there is too much */
    sl_arena scratch; /* of one folding */
    gate_scan *scans;
    uint64_t marks_used;
    uint64_t clauses[GATES_CLAUSES_MAX];
    uint32_t clause_count;
};

/* --- slots --- */

static sl_text gate_lower(sl_text text, sl_arena *arena)
{
    sl_text lower = sl_arena_copy(arena, text);
    char *bytes = (char *)(uintptr_t)lower.data;
    for (size_t i = 0; i < lower.length; i++)
        if (bytes[i] >= 'A' && bytes[i] <= 'Z') bytes[i] = (char)(bytes[i] - 'A' + 'a');
    return lower;
}

static bool gate_add_literal(sl_gates *gates, gate_slot *slot, sl_text text, uint32_t route)
{
    uint32_t number = sl_map_add(&slot->literals, gate_lower(text, &gates->arena));
    if (number == SL_MAP_NONE) return false;
    sl_route_list *list = &slot->by_literal[number];
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

static bool gate_reserve_literals(sl_gates *gates, gate_slot *slot, uint32_t more)
{
    sl_route_list *grown =
        SL_ARENA_ARRAY(&gates->arena, slot->literals.count + more + 1, sl_route_list);
    if (grown == NULL) return false;
    if (slot->literals.count > 0)
        memcpy(grown, slot->by_literal, slot->literals.count * sizeof *grown);
    slot->by_literal = grown;
    return true;
}

static gate_slot *gate_add_slot(sl_gates *gates, gate_scan *g, const sl_text *keys,
                                uint32_t key_count)
{
    uint32_t count = g->scan->route_count;
    gate_slot *slot = &g->slots[g->slot_count];
    *slot = (gate_slot){.fold = {.program = gates->program,
                                 .scan = g->scan,
                                 .keys = keys,
                                 .key_count = key_count,
                                 .scratch = &gates->scratch},
                        .closed = SL_ARENA_ARRAY(&gates->arena, count, bool),
                        .restricts = SL_ARENA_ARRAY(&gates->arena, count, bool),
                        .asked = SL_ARENA_ARRAY(&gates->arena, count, uint32_t)};
    sl_map_init(&slot->literals);
    sl_map_init(&slot->values);
    g->slot_count++;
    return slot->closed == NULL || slot->restricts == NULL || slot->asked == NULL ? NULL : slot;
}

/* Notes what the closed route's named values do. */
static bool gate_close(sl_gates *gates, gate_slot *slot, const sl_route *route, uint32_t number,
                       const sl_gate_named *named)
{
    slot->closed[number] = true;
    if (!gate_reserve_literals(gates, slot, named->count)) return false;
    for (uint32_t i = 0; i < named->count; i++) {
        sl_value value = sl_string(named->texts[i]);
        if (sl_gate_fold_never(&slot->fold, route, &route->pipe, &value)) continue;
        if (!gate_add_literal(gates, slot, named->texts[i], number)) return false;
    }
    return true;
}

/* What the format's own key says to a route. */
static bool gate_build_own(sl_gates *gates, gate_scan *g, uint32_t number, sl_arena *arena)
{
    gate_slot *slot = &g->slots[0];
    const sl_route *route = &g->scan->routes[number];
    const sl_value missing = sl_missing(), other = sl_gate_fold_other();
    sl_gate_named named;
    if (slot->fold.key_count == 0) return true;
    bool closed = sl_gate_fold_closed(&slot->fold, route, arena, &named);
    slot->restricts[number] = sl_gate_fold_never(&slot->fold, route, &route->pipe, &missing)
        && (closed || sl_gate_fold_never(&slot->fold, route, &route->pipe, &other));
    if (closed) return gate_close(gates, slot, route, number, &named);
    slot->asked[slot->asked_count++] = number;
    return true;
}

/* The format's own key names what the route wants: nothing else need be asked. */
static bool gate_is_decided(const gate_scan *g, uint32_t number)
{
    return g->slots[0].closed[number] && g->slots[0].restricts[number];
}

/* --- other keys --- */

static bool gate_is_own_key(const gate_scan *g, sl_text key)
{
    const gate_slot *own = &g->slots[0];
    for (uint32_t i = 0; i < own->fold.key_count; i++)
        if (sl_text_equal(own->fold.keys[i], key)) return true;
    return false;
}

/* The slot of `key`, new or old; NULL when there are too many, or memory ends. */
static gate_slot *gate_other_slot(sl_gates *gates, gate_scan *g, const sl_text *key)
{
    for (uint32_t s = 1; s < g->slot_count; s++)
        if (sl_text_equal(g->slots[s].fold.keys[0], *key)) return &g->slots[s];
    bool full = g->slot_count == GATES_SLOTS
        || g->slots[0].fold.key_count + g->slot_count > SL_GATE_KEYS_MAX;
    return full ? NULL : gate_add_slot(gates, g, key, 1);
}

/* Closes a route that the format's own key leaves open by the other keys whose values it names. */
static bool gate_build_others(sl_gates *gates, gate_scan *g, uint32_t number)
{
    const sl_needs *needs = &g->needs[number];
    for (uint32_t n = 0; n < needs->count; n++) {
        const sl_need *need = &needs->items[n];
        if (!need->has_values || gate_is_own_key(g, need->key)) continue;
        gate_slot *slot = gate_other_slot(gates, g, &need->key);
        if (slot == NULL || slot->closed[number]) continue;
        slot->closed[number] = slot->restricts[number] = true;
        if (!gate_reserve_literals(gates, slot, need->value_count)) return false;
        for (uint32_t i = 0; i < need->value_count; i++)
            if (!gate_add_literal(gates, slot, need->values[i], number)) return false;
    }
    return true;
}

/* --- marks --- */

/* True when the texts of a need are looked for: a key that is looked at anyway says as much. */
static bool gate_needs_texts(const gate_scan *g, uint32_t number, const sl_need *need)
{
    if (!need->has_texts || need->key.length == 0) return need->has_texts;
    if (gate_is_own_key(g, need->key)) return !g->slots[0].restricts[number];
    for (uint32_t s = 1; s < g->slot_count; s++)
        if (g->slots[s].restricts[number] && sl_text_equal(g->slots[s].fold.keys[0], need->key))
            return false;
    return true;
}

/* What a route's conditions are, all of which must be met: where their marks stand. */
static uint32_t gate_conditions(gate_scan *g, uint32_t number, uint64_t **places)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < g->slot_count; s++)
        if (g->slots[s].restricts[number]) places[count++] = &g->marks[number].slots[s];
    for (uint32_t n = 0; n < g->needs[number].count; n++)
        if (gate_needs_texts(g, number, &g->needs[number].items[n]))
            places[count++] = &g->marks[number].needs[n];
    return count;
}

static uint64_t gate_new_mark(sl_gates *gates)
{
    uint64_t mark = gates->marks_used + 1;
    gates->marks_used |= mark;
    return mark;
}

/* Marks for a route's conditions; or, when there are too many, for its first one alone. False when
 * it has none: it may want any event. */
static bool gate_mark_route(sl_gates *gates, gate_scan *g, uint32_t number)
{
    uint64_t *places[GATES_SLOTS + SL_NEEDS_MAX], clause = 0;
    uint32_t count = gate_conditions(g, number, places);
    uint32_t left = 64 - (uint32_t)__builtin_popcountll(gates->marks_used);
    if (count == 0) return false;
    if (count == 1 || count > left || gates->clause_count == GATES_CLAUSES_MAX) {
        *places[0] = SL_GATE_WANTED;
        return true;
    }
    for (uint32_t i = 0; i < count; i++) clause |= *places[i] = gate_new_mark(gates);
    gates->clauses[gates->clause_count++] = clause;
    return true;
}

/* The same text for several routes is one literal. */
static void gate_add_text(gate_scan *g, sl_text text, bool nocase, uint64_t marks)
{
    for (uint32_t i = 0; i < g->text_count; i++) {
        if (g->texts[i].nocase != nocase || !sl_text_equal(g->texts[i].text, text)) continue;
        g->texts[i].marks |= marks;
        return;
    }
    g->texts[g->text_count++] = (sl_literal){text, nocase, marks};
}

/* False when there are too many, or memory ends: then texts are not looked for. */
static bool gate_add_texts(sl_gates *gates, gate_scan *g)
{
    uint32_t count = 0;
    for (uint32_t r = 0; r < g->scan->route_count; r++)
        for (uint32_t n = 0; n < g->needs[r].count; n++)
            if (g->marks[r].needs[n] != 0) count += g->needs[r].items[n].text_count;
    g->texts = SL_ARENA_ARRAY(&gates->arena, count, sl_literal);
    if (count > GATES_LITERALS_MAX || g->texts == NULL) return false;
    for (uint32_t r = 0; r < g->scan->route_count; r++)
        for (uint32_t n = 0; n < g->needs[r].count; n++) {
            const sl_need *need = &g->needs[r].items[n];
            for (uint32_t i = 0; g->marks[r].needs[n] != 0 && i < need->text_count; i++)
                gate_add_text(g, need->texts[i], need->nocase, g->marks[r].needs[n]);
        }
    return true;
}

/* The keys of all slots, the format's own first: it stands in every record. */
static bool gate_list_keys(sl_gates *gates, gate_scan *g)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < g->slot_count; s++) count += g->slots[s].fold.key_count;
    g->keys = SL_ARENA_ARRAY(&gates->arena, count, sl_text);
    g->key_slots = SL_ARENA_ARRAY(&gates->arena, count, uint8_t);
    if (g->keys == NULL || g->key_slots == NULL) return false;
    for (uint32_t s = 0; s < g->slot_count; s++)
        for (uint32_t k = 0; k < g->slots[s].fold.key_count; k++) {
            g->keys[g->key_count] = g->slots[s].fold.keys[k];
            g->key_slots[g->key_count++] = (uint8_t)s;
        }
    return true;
}

/* --- building --- */

static bool gate_build_route(sl_gates *gates, gate_scan *g, uint32_t number, sl_arena *arena)
{
    sl_arena_reset(arena);
    if (!gate_build_own(gates, g, number, arena)) return false;
    if (gate_is_decided(g, number)) return true;
    g->needs[number] =
        sl_needs_of(gates->program, g->format, &g->scan->routes[number], &gates->arena);
    return gate_build_others(gates, g, number);
}

static bool gate_build_scan(sl_gates *gates, uint32_t format)
{
    gate_scan *g = &gates->scans[format];
    const sl_schema *schema = gates->program->schemas[format];
    uint32_t count = gates->program->scans[format].route_count;
    *g = (gate_scan){.scan = &gates->program->scans[format], .format = format};
    g->all = SL_ARENA_ARRAY(&gates->arena, count, uint32_t);
    g->needs = SL_ARENA_ARRAY(&gates->arena, count, sl_needs);
    g->marks = SL_ARENA_ARRAY(&gates->arena, count, gate_marks);
    if (g->all == NULL || g->needs == NULL || g->marks == NULL) return false;
    for (uint32_t r = 0; r < count; r++) g->all[r] = r;
    if (gate_add_slot(gates, g, schema->gate_keys, schema->gate_key_count) == NULL) return false;
    sl_arena arena;
    sl_arena_init(&arena, /* bytes_max= */ 0);
    bool ok = true;
    for (uint32_t r = 0; r < count && ok; r++) ok = gate_build_route(gates, g, r, &arena);
    sl_arena_fini(&arena);
    if (!ok || !gate_list_keys(gates, g)) return false;
    g->gated = count > 0;
    for (uint32_t r = 0; r < count && g->gated; r++) g->gated = gate_mark_route(gates, g, r);
    g->gated = g->gated && gate_add_texts(gates, g);
    return true;
}

sl_gates *sl_gates_new(const sl_program *program)
{
    sl_gates *gates = sl_calloc(1, sizeof *gates);
    if (gates == NULL) return NULL;
    gates->program = program;
    gates->marks_used = SL_GATE_WANTED;
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
    for (uint32_t f = 0; gates->scans != NULL && f < gates->program->scan_count; f++)
        for (uint32_t s = 0; s < gates->scans[f].slot_count; s++) {
            sl_map_fini(&gates->scans[f].slots[s].literals);
            sl_map_fini(&gates->scans[f].slots[s].values);
            free(gates->scans[f].slots[s].by_value);
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
static sl_route_list gate_decide(sl_gates *gates, const gate_scan *g, gate_slot *slot, sl_text text)
{
    sl_arena_reset(&gates->scratch);
    uint32_t literal = sl_map_find(&slot->literals, gate_lower(text, &gates->scratch));
    sl_route_list named = {NULL, 0};
    if (literal != SL_MAP_NONE) named = slot->by_literal[literal];
    if (slot->asked_count == 0) return named;
    uint32_t *routes = SL_ARENA_ARRAY(&gates->values, named.count + slot->asked_count, uint32_t);
    if (routes == NULL) return (sl_route_list){g->all, g->scan->route_count};
    sl_value value = sl_string(text);
    uint32_t count = 0, n = 0;
    for (uint32_t a = 0; a < slot->asked_count; a++) {
        const sl_route *route = &g->scan->routes[slot->asked[a]];
        while (n < named.count && named.routes[n] < slot->asked[a])
            routes[count++] = named.routes[n++];
        if (!sl_gate_fold_never(&slot->fold, route, &route->pipe, &value))
            routes[count++] = slot->asked[a];
    }
    while (n < named.count) routes[count++] = named.routes[n++];
    return (sl_route_list){routes, count};
}

void sl_gates_settle(sl_gates *gates)
{
    bool full = gates->values.bytes_used > GATES_BYTES_MAX;
    for (uint32_t f = 0; f < gates->program->scan_count; f++)
        for (uint32_t s = 0; s < gates->scans[f].slot_count; s++)
            full |= gates->scans[f].slots[s].values.count >= GATES_VALUES_MAX;
    if (!full) return;
    for (uint32_t f = 0; f < gates->program->scan_count; f++)
        for (uint32_t s = 0; s < gates->scans[f].slot_count; s++) {
            sl_map_fini(&gates->scans[f].slots[s].values);
            sl_map_init(&gates->scans[f].slots[s].values);
        }
    sl_arena_reset(&gates->values);
}

static bool gate_reserve_values(gate_slot *slot)
{
    if (slot->values.count < slot->by_value_capacity) return true;
    uint32_t capacity = slot->by_value_capacity == 0 ? 256 : slot->by_value_capacity * 2;
    sl_route_list *grown = sl_realloc(slot->by_value, capacity * sizeof *grown);
    if (grown == NULL) return false;
    slot->by_value = grown;
    slot->by_value_capacity = capacity;
    return true;
}

sl_route_list sl_gates_routes(sl_gates *gates, uint32_t format, sl_text value)
{
    gate_scan *g = &gates->scans[format];
    gate_slot *slot = &g->slots[0];
    if (slot->fold.key_count == 0) return sl_gates_all(gates, format);
    uint32_t number = sl_map_find(&slot->values, value);
    if (number != SL_MAP_NONE) return slot->by_value[number];
    if (!gate_reserve_values(slot)) return sl_gates_all(gates, format);
    sl_route_list list = gate_decide(gates, g, slot, value);
    number = sl_map_add(&slot->values, value);
    if (number != SL_MAP_NONE) slot->by_value[number] = list;
    return list;
}

static uint64_t gate_marks_of(void *context, uint32_t format, uint32_t slot, sl_text value)
{
    sl_gates *gates = context;
    sl_gates_settle(gates);
    gate_scan *g = &gates->scans[format];
    g->slots[slot].met |= value.data != NULL;
    if (value.data == NULL && slot == 0) return SL_GATE_WANTED;
    sl_route_list list = sl_gates_all(gates, format);
    if (value.data != NULL)
        list = slot == 0 ? sl_gates_routes(gates, format, value)
                         : gate_decide(gates, g, &g->slots[slot], value);
    uint64_t marks = 0;
    for (uint32_t i = 0; i < list.count && (marks & SL_GATE_WANTED) == 0; i++)
        marks |= g->marks[list.routes[i]].slots[slot];
    return marks;
}

sl_gate_keys sl_gates_keys(const sl_gates *gates, uint32_t format)
{
    const gate_scan *g = &gates->scans[format];
    if (!g->gated) return (sl_gate_keys){.unwanted = g->scan->route_count == 0};
    return (sl_gate_keys){.keys = g->keys,
                          .slots = g->key_slots,
                          .count = g->key_count,
                          .literals = g->texts,
                          .literal_count = g->text_count,
                          .sample = g->slot_count > 1 || g->text_count > 0 ? GATES_SAMPLE : 0};
}

sl_gate_rule sl_gates_rule(sl_gates *gates)
{
    return (sl_gate_rule){.marks = gate_marks_of,
                          .context = gates,
                          .clauses = gates->clauses,
                          .clause_count = gates->clause_count};
}

bool sl_gates_met(const sl_gates *gates, uint32_t format, sl_path path)
{
    const gate_scan *g = &gates->scans[format];
    for (uint32_t s = 1; s < g->slot_count; s++)
        if (g->slots[s].met && path.count == 1 && path.steps[0].kind == SL_STEP_KEY
            && sl_text_equal(path.steps[0].key, g->slots[s].fold.keys[0]))
            return true;
    return false;
}

/* True when no value of the slot lets an event through to the route. */
static bool gate_is_empty(const gate_slot *slot, uint32_t route)
{
    for (uint32_t l = 0; l < slot->literals.count; l++)
        for (uint32_t i = 0; i < slot->by_literal[l].count; i++)
            if (slot->by_literal[l].routes[i] == route) return false;
    return slot->closed[route];
}

static bool gate_route_is_never(const gate_scan *g, uint32_t route)
{
    if (!g->gated) return false;
    for (uint32_t s = 0; s < g->slot_count; s++)
        if (g->marks[route].slots[s] != 0 && gate_is_empty(&g->slots[s], route)) return true;
    for (uint32_t n = 0; n < g->needs[route].count; n++)
        if (g->marks[route].needs[n] != 0 && g->needs[route].items[n].text_count == 0) return true;
    return false;
}

bool sl_gates_are_never(const sl_program *program)
{
    sl_gates *gates = sl_gates_new(program);
    bool never = gates != NULL;
    for (uint32_t f = 0; never && f < program->scan_count; f++)
        for (uint32_t r = 0; never && r < program->scans[f].route_count; r++)
            never = gate_route_is_never(&gates->scans[f], r);
    sl_gates_free(gates);
    return never;
}

/* --- explaining --- */

/* The values of a slot that are let through. */
static void gate_explain_named(const gate_slot *slot, uint32_t route, sl_buffer *out)
{
    uint32_t listed = 0;
    for (uint32_t l = 0; l < slot->literals.count; l++) {
        bool names = false;
        for (uint32_t i = 0; i < slot->by_literal[l].count; i++)
            names |= slot->by_literal[l].routes[i] == route;
        if (!names) continue;
        sl_buffer_add_string(out, listed++ == 0 ? "" : ", ");
        sl_buffer_add(out, sl_map_key(&slot->literals, l));
    }
    if (listed == 0) sl_buffer_add_string(out, "(none: it can match nothing)");
}

static void gate_explain_need(const sl_need *need, sl_buffer *out)
{
    if (need->text_count == 0) sl_buffer_add_string(out, "(nothing: it can match nothing)");
    for (uint32_t i = 0; i < need->text_count; i++)
        sl_buffer_printf(out, "%s\"%.*s\"", i == 0 ? "" : " or ", SL_TEXT_ARG(need->texts[i]));
    sl_buffer_add_string(out, need->nocase ? " in any case somewhere" : " somewhere");
}

static void gate_explain_conditions(const gate_scan *g, uint32_t route, sl_buffer *out)
{
    uint32_t listed = 0;
    for (uint32_t s = 0; s < g->slot_count; s++) {
        const gate_slot *slot = &g->slots[s];
        if (g->marks[route].slots[s] == 0) continue;
        sl_buffer_printf(out, "%s%.*s ", listed++ == 0 ? "only events with " : " and ",
                         SL_TEXT_ARG(slot->fold.keys[0]));
        if (slot->closed[route]) gate_explain_named(slot, route, out);
        else sl_buffer_add_string(out, "that may pass, each distinct one tried once,");
    }
    for (uint32_t n = 0; n < g->needs[route].count; n++) {
        if (g->marks[route].needs[n] == 0) continue;
        sl_buffer_add_string(out, listed++ == 0 ? "only events with " : " and ");
        gate_explain_need(&g->needs[route].items[n], out);
    }
    sl_buffer_add_string(out, " are read");
}

void sl_gates_explain(const sl_program *program, uint32_t format, uint32_t route, sl_buffer *out)
{
    sl_gates *gates = sl_gates_new(program);
    if (gates == NULL) return;
    const gate_scan *g = &gates->scans[format];
    const gate_slot *own = &g->slots[0];
    if (g->gated) gate_explain_conditions(g, route, out);
    else if (own->fold.key_count == 0)
        sl_buffer_add_string(out,
                             "every event is read: the format has no gate keys, and no text "
                             "must stand in an event");
    else
        sl_buffer_printf(out,
                         "every event is read: any %.*s may pass, no other key is restricted to "
                         "named values, and no text must stand in an event",
                         SL_TEXT_ARG(own->fold.keys[0]));
    sl_gates_free(gates);
}
