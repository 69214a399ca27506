/* aggregates.h - the aggregates there are, for the tables of the languages.
 *
 * A family shares its state: `sum` and `avg` differ in how they finish. A table row takes the
 * family's part by one of the initialisers below, so that no row can mix two families up.
 *
 * Owner:    static const rows in lang/.
 * Threads:  see agg.h. */
#ifndef SL_FUNC_AGGREGATES_H
#define SL_FUNC_AGGREGATES_H

#include "func/agg.h"

typedef sl_status sl_agg_step(const sl_agg_call *call, void *state, const sl_value *args,
                              uint32_t arg_count, const sl_rank *rank);
typedef sl_status sl_agg_merge(const sl_agg_call *call, void *into, const void *from);
typedef sl_value sl_agg_finish(const sl_agg_call *call, const void *state, sl_arena *arena);
typedef void sl_agg_save(const void *state, sl_buffer *out);
typedef sl_status sl_agg_load(const sl_agg_call *call, void *into, sl_text saved);
typedef bool sl_agg_prepare(sl_fn_site *site);

/* The sizes of the families' states; agg_*.c asserts that they fit. */
enum {
    SL_AGG_COUNT_BYTES = 8,
    SL_AGG_SUM_BYTES = 64,
    SL_AGG_MOMENTS_BYTES = 64,
    SL_AGG_RANGE_BYTES = 48,
    SL_AGG_EXTREME_BYTES = 64,
    SL_AGG_QUANTILE_BYTES = 48,
    SL_AGG_SET_BYTES = 40,
    SL_AGG_KEPT_BYTES = 64,
    SL_AGG_RANKED_BYTES = 48,
    SL_AGG_RATE_BYTES = 96,
    SL_AGG_SPARK_BYTES = 32
};

#define SL_AGG_FAMILY(family, bytes) \
    .state_bytes = (bytes), .merge = sl_agg_##family##_merge, .save = sl_agg_##family##_save, \
    .load = sl_agg_##family##_load

/* Counts: rows without an argument, else values. */
sl_agg_step sl_agg_count_spl_step; /* a list counts each item; false counts not: count(eval(...)) */
sl_agg_step sl_agg_count_cql_step; /* events that have the field */
sl_agg_merge sl_agg_count_merge;
sl_agg_finish sl_agg_count_finish;
sl_agg_save sl_agg_count_save;
sl_agg_load sl_agg_count_load;
#define SL_AGG_COUNT SL_AGG_FAMILY(count, SL_AGG_COUNT_BYTES), .finish = sl_agg_count_finish

/* Sums, exact whatever the order. Values that are no numbers are passed over. */
sl_agg_step sl_agg_sum_step;
sl_agg_merge sl_agg_sum_merge;
sl_agg_finish sl_agg_sum_finish, sl_agg_mean_finish;
sl_agg_save sl_agg_sum_save;
sl_agg_load sl_agg_sum_load;
#define SL_AGG_SUM SL_AGG_FAMILY(sum, SL_AGG_SUM_BYTES), .step = sl_agg_sum_step

/* Sums of values and of their squares. */
sl_agg_step sl_agg_moments_step;
sl_agg_merge sl_agg_moments_merge;
sl_agg_finish sl_agg_sumsq_finish, sl_agg_var_finish, sl_agg_varp_finish;
sl_agg_finish sl_agg_stdev_finish, sl_agg_stdevp_finish;
sl_agg_save sl_agg_moments_save;
sl_agg_load sl_agg_moments_load;
#define SL_AGG_MOMENTS SL_AGG_FAMILY(moments, SL_AGG_MOMENTS_BYTES), .step = sl_agg_moments_step

sl_agg_step sl_agg_range_step;
sl_agg_merge sl_agg_range_merge;
sl_agg_finish sl_agg_range_finish;
sl_agg_save sl_agg_range_save;
sl_agg_load sl_agg_range_load;
#define SL_AGG_RANGE \
    SL_AGG_FAMILY(range, SL_AGG_RANGE_BYTES), .step = sl_agg_range_step, \
                                              .finish = sl_agg_range_finish

/* Smallest and largest: of the numbers where there are any, else of texts (SPL); of numbers alone
 * (CQL). */
sl_agg_step sl_agg_min_step, sl_agg_max_step, sl_agg_min_number_step, sl_agg_max_number_step;
sl_agg_merge sl_agg_min_merge, sl_agg_max_merge;
sl_agg_finish sl_agg_extreme_finish;
sl_agg_save sl_agg_min_save, sl_agg_max_save;
sl_agg_load sl_agg_min_load, sl_agg_max_load;
#define SL_AGG_MIN SL_AGG_FAMILY(min, SL_AGG_EXTREME_BYTES), .finish = sl_agg_extreme_finish
#define SL_AGG_MAX SL_AGG_FAMILY(max, SL_AGG_EXTREME_BYTES), .finish = sl_agg_extreme_finish

/* Quantiles: the value at rank floor(percent / 100 * count); `between` and the median lie between
 * the two values nearest to the rank percent / 100 * (count - 1). The percentage is argument 1, a
 * constant; the median has none. Up to 4,096 distinct values are kept as they are, then all are
 * rounded to one part in a thousand; the exact ones never. */
sl_agg_prepare sl_agg_median_prepare, sl_agg_percent_prepare, sl_agg_percent_exact_prepare;
sl_agg_prepare sl_agg_percent_upper_prepare, sl_agg_percent_between_prepare;
sl_agg_step sl_agg_quantile_step;
sl_agg_merge sl_agg_quantile_merge;
sl_agg_finish sl_agg_quantile_finish;
sl_agg_save sl_agg_quantile_save;
sl_agg_load sl_agg_quantile_load;
#define SL_AGG_QUANTILE \
    SL_AGG_FAMILY(quantile, SL_AGG_QUANTILE_BYTES), .step = sl_agg_quantile_step, \
                                                    .finish = sl_agg_quantile_finish

/* Distinct texts. */
sl_agg_step sl_agg_set_step;
sl_agg_merge sl_agg_set_merge;
sl_agg_finish sl_agg_values_finish; /* in the order of their bytes */
sl_agg_finish sl_agg_distinct_finish, sl_agg_distinct_error_finish;
sl_agg_finish sl_agg_mode_finish; /* the most frequent; of several the first by bytes */
sl_agg_save sl_agg_set_save;
sl_agg_load sl_agg_set_load;
#define SL_AGG_SET SL_AGG_FAMILY(set, SL_AGG_SET_BYTES), .step = sl_agg_set_step

/* The same where they become a list, which holds SL_LIST_ITEMS_MAX of them. */
sl_agg_step sl_agg_values_step;
sl_agg_merge sl_agg_values_merge;
sl_agg_save sl_agg_values_save;
sl_agg_load sl_agg_values_load;
#define SL_AGG_VALUES \
    SL_AGG_FAMILY(values, SL_AGG_SET_BYTES), .step = sl_agg_values_step, \
                                             .finish = sl_agg_values_finish

/* One value of one row, chosen by the order of rows. */
sl_agg_step sl_agg_first_step, sl_agg_last_step;      /* in the order of arrival (SPL) */
sl_agg_step sl_agg_earliest_step, sl_agg_latest_step; /* by time; rows without one are left out */
sl_agg_step sl_agg_select_last_step;                  /* CQL: the newest, then the last */
sl_agg_step sl_agg_select_max_step, sl_agg_select_min_step; /* argument 1 of the row in which the
                                                               number in argument 0 is extreme */
sl_agg_merge sl_agg_first_merge, sl_agg_last_merge, sl_agg_select_last_merge;
sl_agg_merge sl_agg_earliest_merge, sl_agg_latest_merge;
sl_agg_merge sl_agg_select_max_merge, sl_agg_select_min_merge;
sl_agg_finish sl_agg_kept_finish;
sl_agg_finish sl_agg_kept_time_finish; /* the time of that row, in seconds */
sl_agg_save sl_agg_first_save, sl_agg_last_save, sl_agg_select_last_save;
sl_agg_save sl_agg_earliest_save, sl_agg_latest_save;
sl_agg_save sl_agg_select_max_save, sl_agg_select_min_save;
sl_agg_load sl_agg_first_load, sl_agg_last_load, sl_agg_select_last_load;
sl_agg_load sl_agg_earliest_load, sl_agg_latest_load;
sl_agg_load sl_agg_select_max_load, sl_agg_select_min_load;
#define SL_AGG_FIRST SL_AGG_FAMILY(first, SL_AGG_KEPT_BYTES)
#define SL_AGG_LAST SL_AGG_FAMILY(last, SL_AGG_KEPT_BYTES)
#define SL_AGG_EARLIEST SL_AGG_FAMILY(earliest, SL_AGG_KEPT_BYTES), .step = sl_agg_earliest_step
#define SL_AGG_LATEST SL_AGG_FAMILY(latest, SL_AGG_KEPT_BYTES), .step = sl_agg_latest_step
#define SL_AGG_SELECT_LAST SL_AGG_FAMILY(select_last, SL_AGG_KEPT_BYTES)
#define SL_AGG_SELECT_MAX SL_AGG_FAMILY(select_max, SL_AGG_KEPT_BYTES)
#define SL_AGG_SELECT_MIN SL_AGG_FAMILY(select_min, SL_AGG_KEPT_BYTES)

/* Change by second between the earliest and the latest value. */
sl_agg_step sl_agg_rate_step;
sl_agg_merge sl_agg_rate_merge;
sl_agg_finish sl_agg_rate_finish;
sl_agg_save sl_agg_rate_save;
sl_agg_load sl_agg_rate_load;
#define SL_AGG_RATE \
    SL_AGG_FAMILY(rate, SL_AGG_RATE_BYTES), .step = sl_agg_rate_step, .finish = sl_agg_rate_finish

/* How many values there were in each of up to a hundred stretches of time. */
sl_agg_step sl_agg_spark_step;
sl_agg_merge sl_agg_spark_merge;
sl_agg_finish sl_agg_spark_finish;
sl_agg_save sl_agg_spark_save;
sl_agg_load sl_agg_spark_load;
#define SL_AGG_SPARK \
    SL_AGG_FAMILY(spark, SL_AGG_SPARK_BYTES), .step = sl_agg_spark_step, \
                                              .finish = sl_agg_spark_finish

/* Values in the order of arrival, up to a limit: the first hundred, repeated ones too (SPL's list);
 * the first 2,000 distinct ones joined by a separator (CQL's collect; arguments 1 and 2, constants:
 * limit and separator). */
enum { SL_AGG_LIST_MAX = 100, SL_AGG_COLLECT_MAX = 2000 };
sl_agg_prepare sl_agg_collect_prepare;
sl_agg_step sl_agg_list_step, sl_agg_collect_step;
sl_agg_merge sl_agg_list_merge, sl_agg_collect_merge;
sl_agg_finish sl_agg_list_finish, sl_agg_collect_finish;
sl_agg_save sl_agg_list_save, sl_agg_collect_save;
sl_agg_load sl_agg_list_load, sl_agg_collect_load;
#define SL_AGG_LIST \
    SL_AGG_FAMILY(list, SL_AGG_RANKED_BYTES), .step = sl_agg_list_step, .finish = sl_agg_list_finish
#define SL_AGG_COLLECT \
    SL_AGG_FAMILY(collect, SL_AGG_RANKED_BYTES), .step = sl_agg_collect_step, \
                                                 .finish = sl_agg_collect_finish, \
                                                 .prepare = sl_agg_collect_prepare

#endif
