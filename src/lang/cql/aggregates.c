/* aggregates.c - the aggregate functions of CQL, sorted by name.
 *
 * Reference: LogScale documentation, "Aggregate Query Functions". Numbers are what reads as one;
 * other values do not take part in min, max, sum and avg, whose pages speak of numbers alone. */
#include "func/aggregates.h"
#include "lang/cql/cql.h"

#define ONE .arg_min = 1, .arg_max = 1
#define NOT_HERE(function, why) \
    {.name = function, .usage = function "()", .doc = why, .arg_max = SL_FN_ARGS_TYPED, \
     .flags = SL_FN_REFUSED}
#define LATER "this version does not have it yet"

static const sl_agg cql_aggregate_rows[] = {
    {.name = "avg", ONE, SL_AGG_SUM, .finish = sl_agg_mean_finish,
     .usage = "avg(field, as=_avg)", .doc = "The mean of the numbers.",
     .example = "avg over [1, 2, \"x\", 6] => 3"},
    {.name = "collect", .arg_min = 1, .arg_max = 3, SL_AGG_COLLECT,
     .args = {SL_ARG_ANY, SL_ARG_CONSTANT, SL_ARG_CONSTANT},
     .usage = "collect([field, ...], limit=2000, separator=\"\\n\")",
     .doc = "The distinct values, one below the other.",
     .example = "collect over [\"b\", \"a\", \"b\"] => b\na"},
    {.name = "count", .arg_max = 1, SL_AGG_COUNT, .step = sl_agg_count_cql_step,
     .usage = "count(field, distinct=false, as=_count)",
     .doc = "The number of events, of those that have the field, or of its distinct values.",
     .example = "count over [\"a\", null, \"b\"] => 2"},
    NOT_HERE("fieldstats", LATER),
    NOT_HERE("linReg", LATER),
    {.name = "max", ONE, SL_AGG_MAX, .step = sl_agg_max_number_step,
     .usage = "max(field, as=_max)", .doc = "The largest number.",
     .example = "max over [9, 10, \"x\"] => 10"},
    {.name = "min", ONE, SL_AGG_MIN, .step = sl_agg_min_number_step,
     .usage = "min(field, as=_min)", .doc = "The smallest number.",
     .example = "min over [9, 10, \"1x\"] => 9"},
    {.name = "percentile", .arg_min = 2, .arg_max = 2, SL_AGG_QUANTILE,
     .args = {SL_ARG_ANY, SL_ARG_CONSTANT}, .prepare = sl_agg_percent_prepare,
     .usage = "percentile(field, percentiles=[50, 75, 99], as=\"\")",
     .doc = "A field for each percentile of the numbers: _50, _75, _99.",
     .example = "percentile50 over [1, 2, 3] => 2"},
    {.name = "range", ONE, SL_AGG_RANGE, .usage = "range(field, as=_range)",
     .doc = "The largest number less the smallest.", .example = "range over [3, 10] => 7"},
    {.name = "selectFromMax", .arg_min = 2, .arg_max = 2, SL_AGG_SELECT_MAX,
     .step = sl_agg_select_max_step, .finish = sl_agg_kept_finish,
     .usage = "selectFromMax(field, include=[field, ...])",
     .doc = "Fields of the event with the largest number."},
    {.name = "selectFromMin", .arg_min = 2, .arg_max = 2, SL_AGG_SELECT_MIN,
     .step = sl_agg_select_min_step, .finish = sl_agg_kept_finish,
     .usage = "selectFromMin(field, include=[field, ...])",
     .doc = "Fields of the event with the smallest number."},
    {.name = "selectLast", ONE, SL_AGG_SELECT_LAST, .step = sl_agg_select_last_step,
     .finish = sl_agg_kept_finish, .usage = "selectLast([field, ...])",
     .doc = "Of each field the newest value there is.",
     .example = "selectLast over [\"new\", \"old\"] => new"},
    NOT_HERE("series", LATER),
    NOT_HERE("session", LATER),
    {.name = "stdDev", ONE, SL_AGG_MOMENTS, .finish = sl_agg_stdev_finish,
     .usage = "stdDev(field, as=_stddev)", .doc = "The standard deviation of the numbers.",
     .example = "stdDev over [1, 3, 5] => 2"},
    {.name = "sum", ONE, SL_AGG_SUM, .finish = sl_agg_sum_finish,
     .usage = "sum(field, as=_sum)", .doc = "The sum of the numbers.",
     .example = "sum over [1, 2.5, \"x\"] => 3.5"},
};

const sl_agg_table sl_cql_aggregates = {
    .language = "cql", .rows = cql_aggregate_rows, .count = SL_COUNT(cql_aggregate_rows)};
