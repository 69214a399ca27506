/* op_tables.h - operators that make columns of rows and rows of columns.
 *
 * Included by plan/op_barriers.h; see plan/op.h. */
#ifndef SL_PLAN_OP_TABLES_H
#define SL_PLAN_OP_TABLES_H

#include "func/agg.h"
#include "plan/expr.h"

typedef struct sl_agg_item sl_agg_item; /* plan/op_barriers.h */

/* Groups by a row key and a column key, a column for each value of the latter (chart, timechart,
 * xyseries). Rows come sorted by the row key, columns by name, NULL and OTHER last. With one
 * aggregate a column is called as the value; with several "aggregate: value", where the aggregate's
 * name is that of its `out`; without a column key as `out`. A list as a key counts once for every
 * item. Rows without a row key are left out. */
typedef struct sl_op_pivot {
    sl_field row, column; /* SL_FIELD_NONE: none */
    const sl_agg_item *items;
    uint32_t item_count;
    uint32_t column_limit; /* so many columns with the largest sums of the first aggregate over the
                              rows, NULL not counted; 0: all */
    bool limit_smallest;   /* the smallest sums instead (limit=bottom5) */
    bool other;            /* the rest as OTHER, aggregated together; else left out */
    bool null;             /* rows without a column key as NULL; else left out */
    sl_text other_name, null_name; /* empty: "OTHER", "NULL" */
    sl_text separator;             /* between aggregate and value; empty: ": " */
    bool value_first;              /* "value: aggregate" */
    bool named;         /* the aggregate's name is part of the column's also when there is one */
    sl_time step;       /* of `row` when it is a time: gaps are filled; 0: not filled */
    const sl_expr *bin; /* of a time under `row`: the start of its bin, for bins of unequal
                              lengths (days, months); NULL: all are `step` long */
    bool fill_range;    /* gaps are filled over the whole time range of the run, if it has one */
    uint32_t bins_max;  /* with `step` 0: `row` is a time, put into the shortest bins of 1, 5, 10,
                              30 seconds or minutes, an hour, a day or a month of which there are at
                              most so many; gaps are filled. 0: `row` is taken as it is */
} sl_op_pivot;

/* A row for each field but `row` that has a value: its name and its value; the fields in their
 * order, names with `_` first left out. Row-wise. */
typedef struct sl_op_unpivot {
    sl_field row, name, value;
} sl_op_unpivot;

/* A row for each field that one of the first rows has, whose values are new columns: "row 1" and so
 * on, or called as the value of `header`. */
typedef struct sl_op_transpose {
    uint64_t rows;   /* that become columns; 0: all */
    sl_field name;   /* holds the names of the old columns */
    sl_field header; /* SL_FIELD_NONE: none */
    bool skip_empty; /* columns without a value become no rows */
} sl_op_transpose;

#endif
