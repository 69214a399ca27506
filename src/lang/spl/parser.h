/* parser.h - the state of reading one SPL query, and the parts the reader is made of.
 *
 * SPL has no one lexer: what a byte means depends on the command it stands in. So there are no
 * tokens for the whole query, but a cursor and a few ways to read on from it. Each part goes
 * straight to plan nodes. A part that meets a fault says it and answers false (or NULL); the
 * pipeline then goes on at the next `|`, so that one pass finds several faults.
 *
 * Owner:    the caller of sl_spl_compile; what is made lives in the plan's arena.
 * Lifetime: one compilation.
 * Threads:  one at a time. */
#ifndef SL_LANG_SPL_PARSER_H
#define SL_LANG_SPL_PARSER_H

#include "lang/common/scan.h"
#include "lang/common/source.h"
#include "lang/spl/spl.h"
#include "plan/build.h"

enum {
    SPL_TEXT_MAX = 1 << 20,   /* bytes of a query, before and after macros */
    SPL_DEPTH_MAX = 200,      /* parentheses, calls, NOT and signs inside one another */
    SPL_TERMS_MAX = 100000,   /* terms of searches and expressions, names in lists */
    SPL_PLANS_MAX = 1000,     /* searches inside of the query */
    SPL_FILLED_MAX = 16 << 20 /* bytes that templates make, together */
};

typedef struct spl_parser {
    sl_builder builder;
    sl_source source;
    sl_text text;    /* source.text */
    uint32_t at;     /* the cursor: a byte of `text` */
    uint32_t depth;  /* of what SPL_DEPTH_MAX counts */
    uint32_t open;   /* parentheses open inside the command being read */
    uint32_t groups; /* pipelines in parentheses around the cursor */
    bool bracketed;  /* in a search in brackets: `]` ends it */
    bool until_by;   /* in the WHERE of tstats: BY ends the terms */
    /* What has been used up so far; an inner reader counts on. */
    uint32_t terms, plans, filled, names_sought;
    bool fed;       /* a search stands in front: commands that make rows may not follow */
    bool base;      /* reading the search that feeds the whole pipeline */
    bool negated;   /* under an odd number of NOTs */
    bool said;      /* the last fault or warning was not held back */
    bool failed;    /* a command could not be read to its end */
    bool exhausted; /* a limit was said: stop */
    const sl_resolver *resolver; /* may be NULL */
    /* A query (all NULL or zero for a lone expression). */
    sl_plan *plan;
    sl_pipe *pipe; /* the pipe being built */
    const sl_command_info *command;
    sl_span command_span;
    sl_vector tag_uses; /* of sl_tag_use */
    /* Inside of sigfig(): calculations, and beside them the same rounded by figures. */
    sl_vector figured; /* of spl_figured */
    uint32_t sigfigs;  /* of them that are open */
    /* Of lookup() in an expression. */
    sl_vector scratch;  /* of sl_field: hidden, to be removed behind the command */
    sl_vector *pending; /* assignments read and not yet in the pipe; may be NULL */
    uint32_t in_items;  /* expressions over the items of a list around the cursor */
} spl_parser;

typedef struct spl_figured {
    const sl_expr *exact, *rounded;
} spl_figured;

/* A name or a value as written, with its quotes and escapes resolved. */
typedef struct spl_word {
    sl_text text;
    uint32_t start, end; /* quotes included */
    char quote;          /* the quote it is wholly enclosed in, or NUL */
} spl_word;

/* An option of a command: exactly one of the targets is set. */
typedef struct spl_option {
    const char *name;
    spl_word *text;
    uint64_t *count;
    bool *flag;
    /* Reads a value that is written in a way of its own into `target`. */
    bool (*take)(struct spl_parser *p, void *target);
    void *target;
} spl_option;

/* lexer.c: reading on from the cursor. */

/* Skips white space and answers the byte at the cursor, NUL at the end. */
char spl_peek(spl_parser *p);
/* Steps over `c`, with white space before it. */
bool spl_take(spl_parser *p, char c);
/* Steps over the commas between the items of a list; published searches also have two in a row. */
void spl_skip_commas(spl_parser *p);
/* As spl_take, and a fault when it is not there: "expected ... behind ...". */
bool spl_expect(spl_parser *p, char c, const char *after);
/* Closes the parenthesis opened at byte `start`, or says that it is never closed. */
bool spl_close(spl_parser *p, uint32_t start);
/* Steps over the keyword (ASCII case ignored) when it stands at the cursor as a whole word. */
bool spl_take_keyword(spl_parser *p, const char *keyword);
/* True when the command ends here: `|`, a closing parenthesis of a group, `]`, the end. */
bool spl_at_end(spl_parser *p);
/* The word at the cursor: bare, "quoted" or 'quoted'. A bare one ends at white space and at any of
 * | , = [ ] and at parentheses, but takes balanced ones after a name, as in `count(x)`. */
bool spl_read_word(spl_parser *p, spl_word *out);
/* What stands behind `name=` of an option, up to white space, `,`, `|` or a parenthesis. */
bool spl_read_value(spl_parser *p, spl_word *out);
/* A bare piece of a search: `value` also takes = < > ! and quoted pieces. */
bool spl_read_term(spl_parser *p, bool value, spl_word *out);
/* The text of the quoted part that starts at byte `start` and ends before `end`. In an expression
 * (`expression`) \t, \n and \r are characters, too. */
sl_text spl_unquote(spl_parser *p, uint32_t start, uint32_t end, bool expression);
/* The end of the quoted part at the cursor; a fault when there is none. */
bool spl_quoted_end(spl_parser *p, uint32_t *out_end);
/* Reads every `name=value` that stands at the cursor into where `options` says. A fault when one
 * is unknown or its value does not fit. */
bool spl_read_options(spl_parser *p, const spl_option *options, uint32_t count);
/* The same for the one at the cursor, and whether one stands there. */
bool spl_read_option(spl_parser *p, const spl_option *options, uint32_t count);
bool spl_at_option(spl_parser *p);
/* The word as true or false. */
bool spl_word_flag(const spl_word *word, bool *out);
/* Reads a name, which may have stars: a pattern then. */
bool spl_read_name(spl_parser *p, spl_word *word, sl_name *out);
/* Names up to the end of the command, with and without commas, as sl_name. */
bool spl_read_names(spl_parser *p, sl_vector *names);
bool spl_has_star(sl_text name);
/* The word as a whole number. */
bool spl_word_count(const spl_word *word, uint64_t *out);
/* Goes on to where the command ends, over quotes, parentheses and brackets. */
void spl_skip_command(spl_parser *p);

/* faults.c: what is said about bytes of the read text. All answer false. */

bool spl_fault(spl_parser *p, sl_diag_code code, uint32_t start, uint32_t end, const char *format,
               ...) SL_PRINTF(5, 6);
/* "expected X", at the thing that stands at the cursor instead. */
bool spl_expected(spl_parser *p, const char *what);
/* An option that the command being read does not know. */
bool spl_unknown_option(spl_parser *p, const spl_word *name);
/* A warning about meaning (or an extension). */
void spl_warn(spl_parser *p, sl_severity severity, sl_diag_code code, sl_span span,
              const char *format, ...) SL_PRINTF(5, 6);
/* The hint of what was said last. */
void spl_hint(spl_parser *p, const char *format, ...) SL_PRINTF(2, 3);
/* The hint is the usage of the command being read. */
void spl_hint_usage(spl_parser *p);
/* One level deeper, or a fault at the cursor; counted back by spl_leave. */
bool spl_enter(spl_parser *p);
void spl_leave(spl_parser *p);
/* One more term, or a fault. */
bool spl_count_term(spl_parser *p);
sl_span spl_span(const spl_parser *p, uint32_t start, uint32_t end);
sl_span spl_word_span(const spl_parser *p, const spl_word *word);

/* macros.c */

/* The query with its comments taken out and macros and parameters put in. False after a fault that
 * leaves nothing to read. */
bool spl_expand(sl_text text, sl_arena *arena, const sl_resolver *resolver, sl_diags *diags,
                sl_source *out);

/* search.c */

/* The terms of a search, up to the end of the command, added to the pipe. */
bool spl_search(spl_parser *p, sl_span span);
/* The same as a condition; no pipelines in parentheses. NULL after a fault. */
const sl_expr *spl_search_terms(spl_parser *p);
/* `text`, that came about at `span`, read as the terms of a search. NULL after a fault. */
const sl_expr *spl_search_text(spl_parser *p, sl_text text, sl_span span);

/* pipeline.c: `| command ...` as often as it comes, added to the pipe. */
void spl_pipeline(spl_parser *p);

/* ops.c: operators added to the pipe. False when memory ends. */
sl_op *spl_op(spl_parser *p, sl_op_kind kind);
/* True where a command that makes rows may stand; else a fault. */
bool spl_is_first(const spl_parser *p);
bool spl_check_first(spl_parser *p);
bool spl_add_filter(spl_parser *p, const sl_expr *predicate);
bool spl_add_extend(spl_parser *p, const sl_vector *assigns);
/* field := value; false when value is NULL. */
bool spl_assign(spl_parser *p, sl_vector *assigns, sl_text field, const sl_expr *value,
                bool keep_old);
sl_field spl_field_number(spl_parser *p, const spl_word *name);
/* A field that is no field of the query: `<name>`. */
sl_field spl_hidden(spl_parser *p, const char *name);
const sl_expr *spl_field_expr(spl_parser *p, sl_field field, sl_span span);
/* The aggregate `name` of at most one argument into `out`. */
bool spl_add_item(spl_parser *p, sl_vector *items, const char *name, const sl_expr *arg,
                  sl_field out);
bool spl_add_field(spl_parser *p, sl_vector *fields, sl_field field);
/* The operator takes these fields away, or keeps them alone. */
bool spl_add_fields_op(spl_parser *p, sl_op_kind kind, const sl_field *fields, uint32_t count);

#include "lang/spl/eval.h"

#endif
