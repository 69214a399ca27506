/* program.h - a set of plans bound to the formats they are run over, in one scan.
 *
 * For every plan and every format there is at most one route: the presentation the plan's tags
 * ask for, the plan's operators with what is known of the format filled in, and where each field
 * comes from. Routes that can never let an event through are left out. The demands of all routes
 * of a format are merged, so that a record is walked once.
 *
 * Owner:    whoever called sl_program_new; plans and schemas are borrowed.
 * Lifetime: until sl_program_free.
 * Threads:  immutable once built. */
#ifndef SL_PLAN_PROGRAM_H
#define SL_PLAN_PROGRAM_H

#include "event/demand.h"
#include "plan/plan.h"
#include "plan/schema.h"

/* Where a plan's field comes from. */
typedef enum sl_bind_kind {
    SL_BIND_COLUMN,   /* a demanded path */
    SL_BIND_DERIVED,  /* an expression over raw fields */
    SL_BIND_FOUND,    /* such an expression; where it is missing, a demanded path if there is one */
    SL_BIND_CONSTANT, /* a tag */
    SL_BIND_TIME,     /* _time */
    SL_BIND_TIME_MS,  /* @timestamp: epoch milliseconds */
    SL_BIND_RAW,      /* _raw, @rawstring */
    SL_BIND_SOURCE    /* source: the input's path */
} sl_bind_kind;

typedef struct sl_bind {
    sl_field field; /* in the plan */
    sl_bind_kind kind;
    uint32_t
        column; /* SL_BIND_COLUMN, SL_BIND_FOUND: of the scan's demand; SL_RAW_UNWANTED: none */
    const sl_expr *value; /* SL_BIND_DERIVED, SL_BIND_FOUND */
    sl_value constant;    /* SL_BIND_CONSTANT */
} sl_bind;

/* One plan over one format. */
typedef struct sl_route {
    uint32_t plan; /* number in the program */
    const sl_presentation *presentation;
    sl_pipe pipe; /* the plan's operators, specialised up to the first that is not row-wise */
    const sl_bind *binds;
    uint32_t bind_count;
    bool open; /* all leaves are wanted */
} sl_route;

/* In raw_columns: not wanted; what derived fields may read besides paths (plan/schema.h). */
#define SL_RAW_UNWANTED UINT32_MAX
#define SL_RAW_TIME (UINT32_MAX - 1)
#define SL_RAW_TEXT (UINT32_MAX - 2)
#define SL_RAW_SOURCE (UINT32_MAX - 3)

/* All plans over one format. */
typedef struct sl_scan {
    const sl_schema *schema;
    sl_demand demand;
    /* Columns of the demand: by schema field number (or SL_RAW_...), and the rest. */
    const uint32_t *raw_columns;
    const uint32_t *time_columns;
    const uint32_t *identity_columns;
    const uint32_t *gate_columns; /* by gate key of the schema */
    const sl_route *routes;
    uint32_t route_count;
} sl_scan;

/* Whose rows a plan of the program takes. */
typedef struct sl_program_sub {
    uint32_t outer;      /* number of the plan that takes them; its own for those asked for */
    uint64_t limit;      /* rows taken; 0: all */
    const char *command; /* of the operator that takes them */
} sl_program_sub;

typedef struct sl_program {
    sl_arena arena;
    const sl_plan *const *plans; /* those asked for, then all that they take rows of: a plan stands
                                    before its subs */
    const sl_pipe *pipes; /* what is run of each plan: its pipe, bound, for hunt with a UNIQUE */
    const sl_text *profiles;
    const sl_program_sub *subs; /* by plan */
    uint32_t plan_count;
    uint32_t asked_count;            /* plans asked for */
    const sl_scan *scans;            /* by format number, as the recogniser counts */
    const sl_schema *const *schemas; /* the same */
    uint32_t scan_count;
} sl_program;

typedef struct sl_program_source {
    const sl_plan *const *plans;
    const sl_text *profiles; /* by plan: which presentations of a format it sees */
    uint32_t plan_count;
    const sl_schema *const *schemas; /* by format number */
    uint32_t schema_count;
    const sl_binding *bindings; /* of conditions whose plans were run before; others are unknown */
    uint32_t binding_count;
    bool unique; /* merge copies of an event behind each plan's first filter (hunt) */
} sl_program_source;

sl_program *sl_program_new(const sl_program_source *source);
void sl_program_free(sl_program *program);
/* The number of `plan` in the program; plan_count when it is not there. */
uint32_t sl_program_find(const sl_program *program, const sl_plan *plan);
/* True when some plan wants events. (One of `| inputlookup x` alone does not.) */
bool sl_program_reads(const sl_program *program);

/* `expr` with what is constant in it computed; itself when nothing is. */
const sl_expr *sl_expr_fold(const sl_expr *expr, sl_arena *arena);

/* The first operator of `pipe` that is not row-wise, or NULL. */
const sl_op *sl_pipe_barrier(const sl_pipe *pipe);
/* The fields that `pipe` wants from its source, in `arena`; *out_open: every field there is.
 * Names that follow from a rename with stars are added to the plan. */
sl_status sl_pipe_wants(const sl_plan *plan, const sl_pipe *pipe, sl_arena *arena,
                        const sl_field **out, uint32_t *out_count, bool *out_open) SL_MUST_USE;

/* A copy of `plan`'s pipe in `arena`: tags replaced by their values under `presentation`, what
 * follows from that folded, branches that can never pass left out. *out_never: no event of this
 * presentation can pass. Tags that no schema claims do not restrict. */
typedef struct sl_specialise {
    const sl_plan *plan;
    const sl_pipe *pipe; /* the plan's, or the program's variant of it */
    const sl_presentation *presentation;
    const sl_schema *schema; /* the presentation's; NULL: the pipe was specialised before */
    const sl_schema *const *schemas;
    uint32_t schema_count;
    sl_arena *arena;
    const sl_value *const *known; /* by field number: what is known of the event; NULL: nothing */
    uint32_t known_count;
    /* Told of each comparison of the filters that are gone through and hold with none negated, but
     * for those of tags: itself, and folded. assigned: fields that are the plan's own by then. */
    void (*leaf)(void *context, const sl_expr *leaf, const sl_expr *folded, const bool *assigned);
    void *leaf_context;
} sl_specialise;
sl_status sl_specialise_pipe(const sl_specialise *how, sl_pipe *out, bool *out_never) SL_MUST_USE;

#endif
