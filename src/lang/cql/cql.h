/* cql.h - CrowdStrike LogScale CQL: text to plan. */
#ifndef SL_LANG_CQL_H
#define SL_LANG_CQL_H

#include "lang/common/command.h"
#include "plan/plan.h"

/* Compiles a query. Faults, warnings and extensions go to `diags`; NULL when there is an error.
 * `resolver` may be NULL. The plan is checked (sl_plan_check). */
sl_plan *sl_cql_compile(sl_text name, sl_text text, const sl_resolver *resolver, sl_diags *diags);
/* `a.b`, `a[0].b` as CQL spells paths. */
sl_path_of_name sl_cql_path;

extern const sl_fn_table sl_cql_functions; /* expressions and filter functions */
extern const sl_agg_table sl_cql_aggregates;
/* Query functions that make operators (groupBy, table, sort, ...), sorted by name. */
const sl_command_info *sl_cql_commands(uint32_t *out_count);

#endif
