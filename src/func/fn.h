/* fn.h - a function of a query language: one table row, one kernel over columns.
 *
 * The row is everything there is to know about a function: the parser checks arity and kinds
 * against it, hints quote its usage, `strandline functions` prints it, the test suite runs its
 * example. Dialects share kernels; where they differ in meaning they use different kernels,
 * not flags.
 *
 * Owner:    tables are static const.
 * Threads:  kernels are called by many workers at once, each with its own call. */
#ifndef SL_FUNC_FN_H
#define SL_FUNC_FN_H

#include "base/diag.h"
#include "event/batch.h"
#include "func/context.h"

enum { SL_FN_ARGS_TYPED = 4, SL_FN_VARIADIC = 255 };

/* What an argument must be, where that can be told before the run. */
typedef enum sl_arg_type {
    SL_ARG_ANY, /* also for the arguments behind the typed ones: as the last typed one */
    SL_ARG_TEXT,
    SL_ARG_NUMBER,
    SL_ARG_BOOL,     /* a predicate */
    SL_ARG_REGEX,    /* constant: compiled once; else: compiled as it comes, with a small cache */
    SL_ARG_CONSTANT, /* must be a constant */
    SL_ARG_FIELD     /* must name a field */
} sl_arg_type;

typedef enum sl_ret_type {
    SL_RET_ANY,
    SL_RET_TEXT,
    SL_RET_NUMBER,
    SL_RET_BOOL,
    SL_RET_LIST
} sl_ret_type;

typedef enum sl_fn_flags {
    SL_FN_PURE = 1,     /* may be folded when all arguments are constant */
    SL_FN_OPERATOR = 2, /* written as an operator: not listed among the functions */
    SL_FN_REFUSED = 4,  /* known in the dialect, not run here: `doc` says why, `run` is NULL */
    SL_FN_EQUALITY = 8, /* true only if the first argument is, ASCII case aside, one of the others;
                            patterns, numbers and CIDR blocks equal more than themselves */
    SL_FN_FIRST = 16,   /* the result is the first argument that is present */
    SL_FN_EXPRESSION = 32, /* the parser makes another expression of it: `run` is NULL */
    SL_FN_CHOICE = 128     /* the result is one of the arguments that are no predicates, or null */
} sl_fn_flags;

/* What the result, or each of its items, is taken from; ASCII letters may have changed case. */
typedef enum sl_excerpt {
    SL_EXCERPT_UNKNOWN, /* anything */
    SL_EXCERPT_FIRST,   /* it is the first argument, or an item of it */
    SL_EXCERPT_PART,    /* it is a part of the first argument's text */
    SL_EXCERPT_ANY,     /* it is one of the arguments, or an item of one */
    SL_EXCERPT_IF,      /* it is one of those behind the first */
    SL_EXCERPT_CASE     /* it is the second, the fourth, ... */
} sl_excerpt;

/* A column as an argument: a constant has stride 0. */
typedef struct sl_operand {
    const sl_value *values;
    uint32_t stride;
} sl_operand;

typedef struct sl_call {
    sl_arena *arena; /* of the batch */
    const sl_context *context;
    const uint32_t *rows; /* the rows to work on */
    uint32_t row_count;
    const sl_operand *args;
    uint32_t arg_count;
    const void *state; /* made by `prepare`, shared by all workers */
    sl_value *out;     /* out[row] for each of `rows`; missing before the call */
} sl_call;

/* Argument `index` of row `row`. */
static inline sl_value sl_arg(const sl_call *call, uint32_t index, uint32_t row)
{
    const sl_operand *arg = &call->args[index];
    return arg->values[(size_t)row * arg->stride];
}

typedef void sl_kernel(const sl_call *call);

/* What `prepare` sees when a query is compiled: which arguments are constant, and their values. */
typedef struct sl_fn_site {
    sl_arena *arena; /* of the plan */
    sl_diags *diags;
    const sl_value *const *constants; /* one an argument; NULL: not constant */
    const sl_span *spans;
    uint32_t arg_count;
    const void *state; /* out */
} sl_fn_site;

/* Compiles what can be compiled once (regexes, globs, sets, formats) into site->state. False when
 * an argument is at fault: it has said so in site->diags. */
typedef bool sl_prepare(sl_fn_site *site);

enum { SL_REQUIRED_MAX = 256 };

/* Texts of which one stands in the first argument's text, or in that of an item of it, when a
 * predicate is true. */
typedef struct sl_required {
    sl_arena *arena; /* for texts that are made */
    sl_text texts[SL_REQUIRED_MAX];
    uint32_t count;
    bool nocase;  /* ASCII letters in either case */
    bool partial; /* the texts are parts of what the argument's text is; else all of it */
} sl_required;

/* Adds what the function at `site` (after `prepare`) requires. False when that is nothing. */
typedef bool sl_require(const sl_fn_site *site, sl_required *out);

typedef struct sl_fn {
    const char *name;
    const char *usage;
    const char *doc;
    /* "expression => result", run by the test suite; the result in JSON, null for missing. */
    const char *example;
    uint8_t arg_min, arg_max;       /* SL_FN_VARIADIC: no upper bound */
    uint8_t args[SL_FN_ARGS_TYPED]; /* sl_arg_type */
    uint8_t ret;                    /* sl_ret_type */
    uint8_t flags;                  /* sl_fn_flags */
    uint8_t excerpt;                /* sl_excerpt */
    sl_prepare *prepare;            /* NULL: nothing to do */
    sl_kernel *run;
    sl_require *require; /* NULL: nothing is required */
} sl_fn;

/* A dialect's table, sorted by name without case. */
typedef struct sl_fn_table {
    const char *language;
    const sl_fn *rows;
    uint32_t count;
} sl_fn_table;

/* The row of `name` (ASCII case ignored), or NULL. */
const sl_fn *sl_fn_find(const sl_fn_table *table, sl_text name);
/* The name nearest to `name` within a small edit distance, or NULL. */
const char *sl_fn_nearest(const sl_fn_table *table, sl_text name);

#endif
