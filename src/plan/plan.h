/* plan.h - a query compiled: operators, field names, and what it wants of its source.
 *
 * It knows no dialect; what a language means was settled by choosing kernels and readings.
 * Immutable after sl_plan_check; shared by threads without locks.
 *
 * Owner:    whoever called sl_plan_new.
 * Lifetime: until sl_plan_free.
 * Threads:  any number may read. */
#ifndef SL_PLAN_PLAN_H
#define SL_PLAN_PLAN_H

#include "event/demand.h"
#include "event/fields.h"
#include "plan/condition.h"
#include "plan/op.h"
#include "plan/resolver.h"

enum { SL_PLAN_DEPTH_MAX = 8 }; /* searches inside one another, the outermost counted */

typedef enum sl_language { SL_LANG_SPL, SL_LANG_CQL, SL_LANG_SIGMA, SL_LANG_COUNT } sl_language;

/* Which of two events comes first when nothing in the query sorts them. */
typedef enum sl_arrival {
    SL_ARRIVAL_NEWEST, /* time descending, then input, offset: SPL */
    SL_ARRIVAL_OLDEST  /* time ascending, then input, offset: LogScale */
} sl_arrival;

/* Turns a field's name into a path, as the plan's language spells paths. False: no path. */
typedef bool sl_path_of_name(sl_text name, sl_arena *arena, sl_path *out);

/* A constraint the query puts on the name of its source (index=, sourcetype=, #tag=), noted by the
 * lowering for claims checks; the predicate itself stands in the filter. */
typedef struct sl_tag_use {
    sl_text key;   /* "index", "sourcetype", "#event_simpleName" */
    sl_text value; /* may hold `*` */
    sl_span span;
    bool negated; /* the predicate stands under an odd number of NOTs, or is != */
} sl_tag_use;

struct sl_plan {
    sl_arena arena;
    sl_fields fields;
    sl_language language;
    sl_reading reading;
    sl_arrival arrival;
    sl_path_of_name *path_of_name;
    sl_text name; /* file name or "query" */
    sl_text text; /* the query, copied */
    sl_pipe pipe;
    const sl_tag_use *tag_uses;
    uint32_t tag_use_count;
    sl_text earliest, latest; /* the query's own range as written, relative to the time of the run
                                 (sl_time_parse_modifier); empty: not given */
    sl_plan **subs;           /* whose rows union and join take: owned, run in the same scan */
    uint32_t sub_count;
    const sl_condition **conditions; /* subsearches in filters: their plans are owned, run before */
    uint32_t condition_count;
    uint32_t depth; /* of searches inside one another: 1 without any */
    /* after sl_plan_check: */
    const sl_field *wanted; /* fields read from the source */
    uint32_t wanted_count;
    bool open; /* every field of the source reaches the result or a `*` */
};

sl_plan *sl_plan_new(sl_language language, sl_text name, sl_text text);
void sl_plan_free(sl_plan *plan);

/* Makes `sub` a part of `plan`, which takes it over whatever the answer. False when searches stand
 * deeper inside one another than SL_PLAN_DEPTH_MAX, or memory ends (plan->arena.failed). `sub` is
 * checked and has the rows that UNION and JOIN name it for. */
bool sl_plan_add_sub(sl_plan *plan, sl_plan *sub) SL_MUST_USE;
/* A condition that stands for the rows of how->plan, which is taken over whatever the answer; `how`
 * is copied. NULL as above. */
const sl_expr *sl_plan_add_condition(sl_plan *plan, const sl_condition *how, sl_span span);

/* Appends `op` (from the plan's arena) to `pipe`. */
void sl_pipe_add(sl_pipe *pipe, sl_op *op);
/* A zeroed operator; NULL (and arena.failed) when memory ends. */
sl_op *sl_plan_op(sl_plan *plan, sl_op_kind kind, const char *command, sl_span span);

/* Works out `wanted` and `open`, going backwards through the operators. */
sl_status sl_plan_check(sl_plan *plan) SL_MUST_USE;

/* The number of a name that turned up in the data: the set of names is the one part of a plan that
 * grows while it runs. SL_FIELD_NONE at the limit. */
sl_field sl_plan_name(const sl_plan *plan, sl_text name);

/* The plan as a tree for people: operators, expressions, fields wanted from the source. */
void sl_plan_explain(const sl_plan *plan, sl_buffer *out);
void sl_expr_print(const sl_plan *plan, const sl_expr *expr, sl_buffer *out);

#endif
