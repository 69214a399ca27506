/* spl.h - what SPL's operators and functions do, as rows and kernels.
 *
 * The parser takes the operator rows by their C names; the functions are reached through the
 * table in lang/spl/functions.c, which puts the kernels below under their SPL names. `search`
 * and eval compare differently (reference: Splunk Search Manual, "Comparison expressions"), so
 * there are two families: search_* never answers "unknown", the others answer missing when an
 * operand is missing, and AND, OR and NOT carry that on.
 *
 * Owner:    static const.
 * Threads:  any. */
#ifndef SL_FUNC_SPL_H
#define SL_FUNC_SPL_H

#include "func/address.h"
#include "func/fn.h"
#include "func/regex.h"

/* The `search` command. Arguments: field, constant text. The text is what stands between the
 * quotes with \" and \\ resolved; each `*` in it is a wildcard. */
extern const sl_fn sl_spl_search_equal;         /* f=v, also wildcards and CIDR blocks */
extern const sl_fn sl_spl_search_equal_any;     /* f IN (v, ...): the field, then the texts */
extern const sl_fn sl_spl_search_not_equal;     /* f!=v: the field exists and a value differs */
extern const sl_fn sl_spl_search_case;          /* f=CASE(v) */
extern const sl_fn sl_spl_search_less;          /* f<v: numbers when both are, else text */
extern const sl_fn sl_spl_search_less_equal;    /* f<=v */
extern const sl_fn sl_spl_search_greater;       /* f>v */
extern const sl_fn sl_spl_search_greater_equal; /* f>=v */
extern const sl_fn sl_spl_search_exists;        /* f=*; one argument */
/* Arguments: the raw text, constant text. */
extern const sl_fn sl_spl_search_word;      /* a bare word or "a phrase", between breakers */
extern const sl_fn sl_spl_search_word_case; /* CASE(word) */
extern const sl_fn sl_spl_search_term;      /* TERM(word): between major breakers only */

/* eval and where: two arguments, any expressions. */
extern const sl_fn sl_spl_equal;     /* = and == */
extern const sl_fn sl_spl_not_equal; /* != */
extern const sl_fn sl_spl_less;
extern const sl_fn sl_spl_less_equal;
extern const sl_fn sl_spl_greater;
extern const sl_fn sl_spl_greater_equal;
extern const sl_fn sl_spl_like; /* text, pattern with % and _ */
extern const sl_fn sl_spl_in;   /* value, then the values of the list */
extern const sl_fn sl_spl_xor;
extern const sl_fn sl_spl_add;
extern const sl_fn sl_spl_subtract;
extern const sl_fn sl_spl_multiply;
extern const sl_fn sl_spl_divide;
extern const sl_fn sl_spl_modulo;
extern const sl_fn sl_spl_concat; /* `.` */
extern const sl_fn sl_spl_negate; /* unary minus; one argument */
/* A result rounded by the figures of its operands: result, left, right. */
extern const sl_fn sl_spl_figures_product, sl_spl_figures_sum;

/* What the rows search_equal, _not_equal, _case and the orders made of their text: expr->state.
 * Read-only outside spl_search.c; gates are derived from it. */
typedef struct sl_spl_pattern {
    sl_text text;
    const sl_glob *glob; /* the text split at its wildcards */
    double number;       /* when is_number */
    sl_network network;  /* when is_network */
    bool is_number;      /* the text is a number and has no wildcard */
    bool is_network;     /* the text is a CIDR block: it matches addresses, too */
} sl_spl_pattern;

/* What a true result requires: fn->require. */
sl_require sl_require_spl_pattern, sl_require_spl_like;
/* Makes a function's constant arguments ready: fn->prepare. */
sl_prepare sl_prepare_spl_regex;    /* argument 1 is a regex */
sl_prepare sl_prepare_spl_like;     /* argument 1 is a LIKE pattern */
sl_prepare sl_prepare_spl_cidr;     /* argument 0 is a block */
sl_prepare sl_prepare_spl_printf;   /* argument 0 is a format */
sl_prepare sl_prepare_spl_pairs;    /* conditions and values alternate */
sl_prepare sl_prepare_spl_tostring; /* argument 1 is one of its formats */
sl_prepare sl_prepare_spl_members;  /* keys and values alternate */
sl_prepare sl_prepare_spl_changes;  /* behind argument 0, paths and values alternate */

/* Conditions and comparison. */
sl_kernel sl_fn_spl_case, sl_fn_spl_cidrmatch, sl_fn_spl_coalesce, sl_fn_spl_false, sl_fn_spl_if;
sl_kernel sl_fn_spl_in, sl_fn_spl_like, sl_fn_spl_match, sl_fn_spl_null, sl_fn_spl_nullif;
sl_kernel sl_fn_spl_true, sl_fn_spl_validate;
/* What a value is. */
sl_kernel sl_fn_spl_isarray, sl_fn_spl_isbool, sl_fn_spl_isdouble, sl_fn_spl_isint;
sl_kernel sl_fn_spl_ismv, sl_fn_spl_isnotnull, sl_fn_spl_isnull, sl_fn_spl_isnum;
sl_kernel sl_fn_spl_isobject, sl_fn_spl_isstr, sl_fn_spl_typeof;
/* Conversion. */
sl_kernel sl_fn_spl_ipmask, sl_fn_spl_printf, sl_fn_spl_toarray, sl_fn_spl_tobool;
sl_kernel sl_fn_spl_todouble, sl_fn_spl_toint, sl_fn_spl_tomv, sl_fn_spl_tonumber;
sl_kernel sl_fn_spl_toobject, sl_fn_spl_tostring;
/* Numbers. */
sl_kernel sl_fn_spl_abs, sl_fn_spl_bit_and, sl_fn_spl_bit_not, sl_fn_spl_bit_or;
sl_kernel sl_fn_spl_bit_shift_left, sl_fn_spl_bit_shift_right, sl_fn_spl_bit_xor;
sl_kernel sl_fn_spl_ceiling, sl_fn_spl_exact, sl_fn_spl_exp, sl_fn_spl_floor, sl_fn_spl_ln;
sl_kernel sl_fn_spl_log, sl_fn_spl_pi, sl_fn_spl_pow, sl_fn_spl_random, sl_fn_spl_round;
sl_kernel sl_fn_spl_sqrt, sl_fn_spl_avg, sl_fn_spl_max, sl_fn_spl_min;
sl_kernel sl_fn_spl_sum, sl_fn_spl_acos, sl_fn_spl_acosh, sl_fn_spl_asin, sl_fn_spl_asinh;
sl_kernel sl_fn_spl_atan, sl_fn_spl_atan2, sl_fn_spl_atanh, sl_fn_spl_cos, sl_fn_spl_cosh;
sl_kernel sl_fn_spl_hypot, sl_fn_spl_sin, sl_fn_spl_sinh, sl_fn_spl_tan, sl_fn_spl_tanh;
/* Text. */
sl_kernel sl_fn_spl_len, sl_fn_spl_lower, sl_fn_spl_ltrim, sl_fn_spl_replace, sl_fn_spl_rtrim;
sl_kernel sl_fn_spl_substr, sl_fn_spl_trim, sl_fn_spl_upper, sl_fn_spl_urldecode;
/* Digests. */
sl_kernel sl_fn_spl_md5, sl_fn_spl_sha1, sl_fn_spl_sha256, sl_fn_spl_sha512;
/* Several values. */
sl_kernel sl_fn_spl_commands, sl_fn_spl_mvappend, sl_fn_spl_mvcount, sl_fn_spl_mvdedup;
sl_kernel sl_fn_spl_mvfind, sl_fn_spl_mvindex, sl_fn_spl_mvjoin, sl_fn_spl_mvrange;
sl_kernel sl_fn_spl_mvreverse, sl_fn_spl_mvsort, sl_fn_spl_mvzip, sl_fn_spl_split;
/* Time. */
sl_kernel sl_fn_spl_now, sl_fn_spl_relative_time, sl_fn_spl_strftime, sl_fn_spl_strptime;
sl_kernel sl_fn_spl_time;
/* JSON. */
sl_kernel sl_fn_spl_json, sl_fn_spl_json_append, sl_fn_spl_json_array;
sl_kernel sl_fn_spl_json_array_to_mv, sl_fn_spl_json_delete, sl_fn_spl_json_entries;
sl_kernel sl_fn_spl_json_extend, sl_fn_spl_json_extract, sl_fn_spl_json_extract_exact;
sl_kernel sl_fn_spl_json_has_key_exact, sl_fn_spl_json_keys, sl_fn_spl_json_object;
sl_kernel sl_fn_spl_json_set, sl_fn_spl_json_set_exact, sl_fn_spl_json_valid;
sl_kernel sl_fn_spl_mv_to_json_array, sl_fn_spl_spath;

#endif
