/* op.h - the operators a plan is made of.
 *
 * A pipe is a chain of operators; its source is implicit. Operators with sub-pipes (branch)
 * hold them inside. Immutable once built.
 *
 * Row-wise operators (filter, extend, project, remove, rename, branch of such) look at one row at
 * a time: workers run them side by side. The others are barriers: workers collect, then merge. */
#ifndef SL_PLAN_OP_H
#define SL_PLAN_OP_H

#include "plan/op_barriers.h"
#include "plan/op_rows.h"

typedef enum sl_op_kind {
    SL_OP_FILTER,
    SL_OP_EXTEND,
    SL_OP_PROJECT,
    SL_OP_REMOVE,
    SL_OP_RENAME,
    SL_OP_BRANCH,
    SL_OP_UNIQUE,
    SL_OP_AGGREGATE,
    SL_OP_SORT,
    SL_OP_LIMIT,
    SL_OP_WINDOW,
    SL_OP_DEDUP,
    SL_OP_EXPAND,
    SL_OP_FILL,
    SL_OP_UNION,
    SL_OP_JOIN,
    SL_OP_LOOKUP,
    SL_OP_PIVOT,
    SL_OP_UNPIVOT,
    SL_OP_TRANSPOSE,
    SL_OP_TRANSACTION,
    SL_OP_GENERATE,
    SL_OP_EACH,
    SL_OP_EXTRACT,
    SL_OP_SINK,
    SL_OP_COUNT
} sl_op_kind;

struct sl_op {
    sl_op_kind kind;
    sl_span span;
    const char *command; /* as the language calls it: "where", "groupBy" */
    sl_op *next;
    union {
        sl_op_filter filter;
        sl_op_extend extend;
        sl_op_fields fields; /* project, remove */
        sl_op_rename rename;
        sl_op_branch branch;
        sl_op_aggregate aggregate;
        sl_op_sort sort;
        sl_op_limit limit;
        sl_op_window window;
        sl_op_dedup dedup;
        sl_op_expand expand;
        sl_op_fill fill;
        sl_op_union united;
        sl_op_join join;
        sl_op_lookup lookup;
        sl_op_pivot pivot;
        sl_op_unpivot unpivot;
        sl_op_transpose transpose;
        sl_op_transaction transaction;
        sl_op_generate generate;
        sl_op_each each;
        sl_op_extract extract;
        sl_op_sink sink;
    };
};

/* True for operators that look at one row at a time. */
bool sl_op_is_rowwise(const sl_op *op);
/* True for operators that stand in the place of the source: no event comes to them. */
bool sl_op_is_source(const sl_op *op);
/* True for row-wise operators that make several rows of one, and for branches that hold such. */
bool sl_op_multiplies(const sl_op *op);
const char *sl_op_name(sl_op_kind kind);

#endif
