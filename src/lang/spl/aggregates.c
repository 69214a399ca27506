/* aggregates.c - the aggregate functions of stats and its relatives, sorted by name.
 *
 * Percentiles carry their number in the name (perc95, p99.9): the row stands under the bare name and
 * takes the number as a second, constant argument. */
#include "base/number.h"
#include "func/aggregates.h"
#include "lang/common/scan.h"
#include "lang/spl/spl.h"

#define ONE .arg_min = 1, .arg_max = 1
#define PERCENT .arg_min = 2, .arg_max = 2, .args = {SL_ARG_ANY, SL_ARG_CONSTANT}
#define NOT_HERE(reason) ONE, .flags = SL_FN_REFUSED, .doc = reason

static const sl_agg spl_aggregate_rows[] = {
    {.name = "avg", ONE, SL_AGG_SUM, .finish = sl_agg_mean_finish,
     .usage = "avg(X)", .doc = "The mean of the numbers in X.",
     .example = "avg over [1, 2, \"x\", 6] => 3"},
    {.name = "c", .arg_max = 1, SL_AGG_COUNT, .step = sl_agg_count_spl_step,
     .usage = "c, c(X)", .doc = "The number of rows, or of the values of X.",
     .example = "c over [\"a\", null, \"b\"] => 2"},
    {.name = "count", .arg_max = 1, SL_AGG_COUNT, .step = sl_agg_count_spl_step,
     .usage = "count, count(X), count(eval(CONDITION))",
     .doc = "The number of rows, of the values of X, or of the rows that meet the condition.",
     .example = "count over [\"a\", null, \"b\"] => 2"},
    {.name = "dc", ONE, SL_AGG_SET, .finish = sl_agg_distinct_finish,
     .usage = "dc(X)", .doc = "The number of distinct values of X.",
     .example = "dc over [\"a\", \"b\", \"a\", \"A\"] => 3"},
    {.name = "distinct_count", ONE, SL_AGG_SET, .finish = sl_agg_distinct_finish,
     .usage = "distinct_count(X)", .doc = "The number of distinct values of X.",
     .example = "distinct_count over [\"a\", \"b\", \"a\"] => 2"},
    {.name = "earliest", ONE, SL_AGG_EARLIEST,
     .finish = sl_agg_kept_finish, .usage = "earliest(X)",
     .doc = "The value of X in the event with the lowest time.",
     .example = "earliest over [\"new\", \"old\"] => old"},
    {.name = "earliest_time", ONE, SL_AGG_EARLIEST,
     .finish = sl_agg_kept_time_finish, .usage = "earliest_time(X)",
     .doc = "The time of the event that gives earliest(X).",
     .example = "earliest_time over [\"new\", \"old\"] => 1000"},
    {.name = "estdc", ONE, SL_AGG_SET, .finish = sl_agg_distinct_finish,
     .usage = "estdc(X)", .doc = "As dc: counted exactly here.",
     .example = "estdc over [\"a\", \"b\", \"a\"] => 2"},
    {.name = "estdc_error", ONE, SL_AGG_SET, .finish = sl_agg_distinct_error_finish,
     .usage = "estdc_error(X)", .doc = "The error of estdc: 0.",
     .example = "estdc_error over [\"a\", \"b\"] => 0"},
    {.name = "exactperc", PERCENT, SL_AGG_QUANTILE, .prepare = sl_agg_percent_exact_prepare,
     .usage = "exactperc95(X)", .doc = "The percentile of the numbers in X, never rounded.",
     .example = "exactperc90 over [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] => 10"},
    {.name = "first", ONE, SL_AGG_FIRST, .step = sl_agg_first_step, .finish = sl_agg_kept_finish,
     .usage = "first(X)", .doc = "The value of X in the row that comes first: the newest event.",
     .example = "first over [\"new\", \"old\"] => new"},
    {.name = "last", ONE, SL_AGG_LAST, .step = sl_agg_last_step, .finish = sl_agg_kept_finish,
     .usage = "last(X)", .doc = "The value of X in the row that comes last: the oldest event.",
     .example = "last over [\"new\", \"old\"] => old"},
    {.name = "latest", ONE, SL_AGG_LATEST,
     .finish = sl_agg_kept_finish, .usage = "latest(X)",
     .doc = "The value of X in the event with the highest time.",
     .example = "latest over [\"new\", \"old\"] => new"},
    {.name = "latest_time", ONE, SL_AGG_LATEST,
     .finish = sl_agg_kept_time_finish, .usage = "latest_time(X)",
     .doc = "The time of the event that gives latest(X).",
     .example = "latest_time over [\"new\", \"old\"] => 1001"},
    {.name = "list", ONE, SL_AGG_LIST, .usage = "list(X)",
     .doc = "The values of X in the order of the rows: the first 100.",
     .example = "list over [\"b\", \"a\", \"b\"] => [b, a, b]"},
    {.name = "max", ONE, SL_AGG_MAX, .step = sl_agg_max_step, .usage = "max(X)",
     .doc = "The largest value of X: by number when all are numbers, else by text.",
     .example = "max over [9, 10, \"7\"] => 10"},
    {.name = "mean", ONE, SL_AGG_SUM, .finish = sl_agg_mean_finish,
     .usage = "mean(X)", .doc = "The mean of the numbers in X.",
     .example = "mean over [1, 2] => 1.5"},
    {.name = "median", ONE, SL_AGG_QUANTILE, .prepare = sl_agg_median_prepare,
     .usage = "median(X)", .doc = "The middle one of the numbers in X; of two the higher.",
     .example = "median over [4, 1, 3, 2] => 3"},
    {.name = "min", ONE, SL_AGG_MIN, .step = sl_agg_min_step, .usage = "min(X)",
     .doc = "The smallest value of X: by number when all are numbers, else by text.",
     .example = "min over [9, 10, \"x\"] => 10"},
    {.name = "mode", ONE, SL_AGG_SET, .finish = sl_agg_mode_finish,
     .usage = "mode(X)", .doc = "The most frequent value of X.",
     .example = "mode over [\"a\", \"b\", \"b\"] => b"},
    {.name = "p", PERCENT, SL_AGG_QUANTILE, .prepare = sl_agg_percent_prepare,
     .usage = "p95(X)", .doc = "The percentile of the numbers in X.",
     .example = "p50 over [1, 2, 3] => 2"},
    {.name = "per_day", NOT_HERE("rates by bucket need timechart"), .usage = "per_day(X)"},
    {.name = "per_hour", NOT_HERE("rates by bucket need timechart"), .usage = "per_hour(X)"},
    {.name = "per_minute", NOT_HERE("rates by bucket need timechart"), .usage = "per_minute(X)"},
    {.name = "per_second", NOT_HERE("rates by bucket need timechart"), .usage = "per_second(X)"},
    {.name = "perc", PERCENT, SL_AGG_QUANTILE, .prepare = sl_agg_percent_prepare,
     .usage = "perc95(X)", .doc = "The percentile of the numbers in X.",
     .example = "perc95 over [1, 2, 3, 4] => 4"},
    {.name = "range", ONE, SL_AGG_RANGE, .usage = "range(X)",
     .doc = "The largest number in X less the smallest.",
     .example = "range over [3, 10, \"x\"] => 7"},
    {.name = "rate", ONE, SL_AGG_RATE, .usage = "rate(X)",
     .doc = "The change of X by second, from the earliest value to the latest.",
     .example = "rate over [7, 2] => 5"},
    {.name = "stdev", ONE, SL_AGG_MOMENTS, .finish = sl_agg_stdev_finish,
     .usage = "stdev(X)", .doc = "The sample standard deviation of the numbers in X.",
     .example = "stdev over [1, 3, 5] => 2"},
    {.name = "stdevp", ONE, SL_AGG_MOMENTS, .finish = sl_agg_stdevp_finish,
     .usage = "stdevp(X)", .doc = "The population standard deviation of the numbers in X.",
     .example = "stdevp over [1, 3] => 1"},
    {.name = "sum", ONE, SL_AGG_SUM, .finish = sl_agg_sum_finish,
     .usage = "sum(X)", .doc = "The sum of the numbers in X.",
     .example = "sum over [1, 2.5, \"x\"] => 3.5"},
    {.name = "sumsq", ONE, SL_AGG_MOMENTS, .finish = sl_agg_sumsq_finish,
     .usage = "sumsq(X)", .doc = "The sum of the squares of the numbers in X.",
     .example = "sumsq over [1, 2, 3] => 14"},
    {.name = "upperperc", PERCENT, SL_AGG_QUANTILE, .prepare = sl_agg_percent_upper_prepare,
     .usage = "upperperc95(X)", .doc = "An upper bound of the percentile of the numbers in X.",
     .example = "upperperc50 over [1, 2, 3] => 2"},
    {.name = "values", ONE, SL_AGG_SET, .finish = sl_agg_values_finish,
     .usage = "values(X)", .doc = "The distinct values of X, sorted as text.",
     .example = "values over [\"b\", \"10\", \"9\", \"b\"] => [10, 9, b]"},
    {.name = "var", ONE, SL_AGG_MOMENTS, .finish = sl_agg_var_finish,
     .usage = "var(X)", .doc = "The sample variance of the numbers in X.",
     .example = "var over [1, 3, 5] => 4"},
    {.name = "varp", ONE, SL_AGG_MOMENTS, .finish = sl_agg_varp_finish,
     .usage = "varp(X)", .doc = "The population variance of the numbers in X.",
     .example = "varp over [1, 3] => 1"},
};

const sl_agg_table sl_spl_aggregates = {
    .language = "spl", .rows = spl_aggregate_rows, .count = SL_COUNT(spl_aggregate_rows)};

const sl_agg *sl_spl_aggregate_find(sl_text name, double *out_percent)
{
    const sl_agg *row = sl_agg_find(&sl_spl_aggregates, name);
    *out_percent = -1;
    if (row != NULL) return row;
    size_t start = name.length;
    while (start > 0 && (sl_is_digit(name.data[start - 1]) || name.data[start - 1] == '.')) start--;
    row = sl_agg_find(&sl_spl_aggregates, sl_text_slice(name, 0, start));
    if (row == NULL || row->arg_max < 2) return NULL;
    double percent;
    if (!sl_number_parse(sl_text_slice(name, start, name.length), &percent)) return NULL;
    *out_percent = percent;
    return row;
}
