/* spl.h - Splunk SPL: text to plan. */
#ifndef SL_LANG_SPL_H
#define SL_LANG_SPL_H

#include "lang/common/command.h"
#include "plan/plan.h"

/* Compiles a query. Faults, warnings and extensions go to `diags`; NULL when there is an error.
 * `resolver` may be NULL. The plan is checked (sl_plan_check). */
sl_plan *sl_spl_compile(sl_text name, sl_text text, const sl_resolver *resolver, sl_diags *diags);
/* Compiles one eval expression whose fields go into `fields` and whose nodes live in `arena`
 * (derived fields of formats). Single-quoted names are taken as they stand. NULL after a fault. */
const sl_expr *sl_spl_expression(sl_text text, sl_arena *arena, sl_fields *fields, sl_diags *diags);
/* `a.b`, `a{}.b`, `a{0}` as SPL spells paths. */
sl_path_of_name sl_spl_path;

extern const sl_fn_table sl_spl_functions;   /* eval and where */
extern const sl_agg_table sl_spl_aggregates; /* stats and friends */
/* The row of an aggregate whose name may carry a number: for perc95 and p99.9 the row of perc
 * and p, and the number, which is to be given as the second, constant argument; else
 * *out_percent is -1. */
const sl_agg *sl_spl_aggregate_find(sl_text name, double *out_percent);

/* The table, sorted by name. */
const sl_command_info *sl_spl_commands(uint32_t *out_count);

#endif
