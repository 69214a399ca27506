/* regex.h - regular expressions: PCRE2 with JIT, a step limit, and nothing else.
 *
 * Patterns run on the bytes of UTF-8 text; invalid UTF-8 was repaired before (PCRE2_UTF with
 * PCRE2_NO_UTF_CHECK for repaired text, PCRE2_MATCH_INVALID_UTF for raw records). A match that
 * runs out of steps is reported, never taken for "no".
 *
 * Owner:    the arena given to sl_regex_new: the code is freed when the arena is.
 * Lifetime: that of the arena.
 * Threads:  compiled once, matched by many; match data are thread-local inside. */
#ifndef SL_FUNC_REGEX_H
#define SL_FUNC_REGEX_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/status.h"
#include "func/context.h"

typedef struct sl_regex sl_regex;

typedef enum sl_regex_flags {
    SL_REGEX_NOCASE = 1,
    SL_REGEX_DOTALL = 2,
    SL_REGEX_MULTILINE = 4,
    SL_REGEX_ANCHORED = 8 /* must match the whole text */
} sl_regex_flags;

enum { SL_REGEX_GROUPS_MAX = 64 };

/* Compiles `pattern`. NULL on a fault; a pattern at fault is said in `diags` (SL_DIAG_REGEX) at
 * `span`. `diags` may be NULL. */
const sl_regex *sl_regex_new(sl_text pattern, unsigned flags, sl_arena *arena, sl_diags *diags,
                             sl_span span);
typedef enum sl_match { SL_MATCH_NO, SL_MATCH_YES, SL_MATCH_STEPS } sl_match;
/* Whether `subject` has a match. SL_MATCH_STEPS has been counted in context->faults. */
sl_match sl_regex_test(const sl_regex *regex, sl_text subject, const sl_context *context);
/* The match at or after byte `from`: groups[0] the whole, unset groups have data NULL. Fills at
 * most `group_max` groups. */
sl_match sl_regex_find(const sl_regex *regex, sl_text subject, size_t from, sl_text *groups,
                       uint32_t group_max, const sl_context *context);
uint32_t sl_regex_group_count(const sl_regex *regex); /* without group 0 */
/* Name of group `number` (1-based), or {NULL, 0}. */
sl_text sl_regex_group_name(const sl_regex *regex, uint32_t number);
sl_text sl_regex_pattern(const sl_regex *regex);
unsigned sl_regex_flags_of(const sl_regex *regex);

/* `*` patterns: whole-text match of literal parts in order. */
typedef struct sl_glob sl_glob;
typedef enum sl_glob_flags { SL_GLOB_NOCASE = 1 } sl_glob_flags;
/* From parts already unescaped: `literals[i]` between wildcards; a pattern of n literals has n - 1
 * wildcards ("a*b" is {"a","b"}, "*" is {"",""}). NULL when memory ends. */
const sl_glob *sl_glob_new(const sl_text *literals, uint32_t count, unsigned flags,
                           sl_arena *arena);
bool sl_glob_match(const sl_glob *glob, sl_text subject);
uint32_t sl_glob_literal_count(const sl_glob *glob);
sl_text sl_glob_literal(const sl_glob *glob, uint32_t index);
bool sl_glob_nocase(const sl_glob *glob);

#endif
