/* gates.h - which plans an event can matter to, told before it is read.
 *
 * By the value behind a key, derived from the plans by folding: a route's operators are specialised
 * with the value put in, and if what is left can let no event through, the route has no use for it.
 * That is sound by construction: whatever the folding does not understand (a regex over another
 * field, a missing-field predicate, a field computed from several) stays unknown and lets events
 * through. It holds for wildcards, regexes, IN lists, NOT, derived fields and filters behind `eval`
 * alike, because all of them are folded by the kernels that will run.
 *
 * The first key is the one that the format names (eventName). Values that no query names are
 * decided once for all when a route's first filter only compares for equality; other routes are
 * asked for each distinct value, once. Routes that this key does not restrict may name the values
 * of another one at the top (errorCode), and are closed by that; or they need texts that must stand
 * somewhere in the record (plan/needs.h). Several such conditions must all be met.
 *
 * Owner:    a worker: what is remembered grows while it runs.
 * Lifetime: until sl_gates_free; the program is borrowed.
 * Threads:  one at a time. */
#ifndef SL_PLAN_GATES_H
#define SL_PLAN_GATES_H

#include "event/gate.h"
#include "plan/program.h"

typedef struct sl_gates sl_gates;

/* A list of routes of one scan, ascending. */
typedef struct sl_route_list {
    const uint32_t *routes;
    uint32_t count;
} sl_route_list;

/* NULL when memory ends. */
sl_gates *sl_gates_new(const sl_program *program);
void sl_gates_free(sl_gates *gates);
/* Forgets what was remembered when that has become too much. Lists given out before are gone
 * then. */
void sl_gates_settle(sl_gates *gates);
/* The routes of scan `format` that may let through an event in which `value` stands behind the
 * format's own gate key. When memory ends: all routes. */
sl_route_list sl_gates_routes(sl_gates *gates, uint32_t format, sl_text value);
/* All routes of the scan: for events that say nothing behind their gate keys. */
sl_route_list sl_gates_all(const sl_gates *gates, uint32_t format);

/* What event/gate must know of `format`, but for its signature; no keys and no literals when
 * some route may want any event. Where other keys or texts decide, some records come first as a
 * sample: so that whoever finds nothing can be told which fields events have. What is pointed to
 * lives as long as the gates. */
sl_gate_keys sl_gates_keys(const sl_gates *gates, uint32_t format);
/* What makes a record wanted, over all formats. */
sl_gate_rule sl_gates_rule(sl_gates *gates);
/* True when some event may have had a value of scan `format`'s field at `path`, although it was
 * passed over: its key was looked at. */
bool sl_gates_met(const sl_gates *gates, uint32_t format, sl_path path);

/* True when no event can matter to any route: whatever stands behind a key, the conditions
 * contradict one another. */
bool sl_gates_are_never(const sl_program *program);
/* What `explain` says about the gate of one plan over one format: "eventName is one of ...", or why
 * there is none. */
void sl_gates_explain(const sl_program *program, uint32_t format, uint32_t route, sl_buffer *out);

#endif
