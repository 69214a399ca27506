/* query.h - the one query of a command: -q, a file, or the query of a detection file.
 *
 * Owner:    the arena and the pack of the sl_cli; the plan is the caller's.
 * Threads:  one at a time. */
#ifndef SL_CLI_QUERY_H
#define SL_CLI_QUERY_H

#include "cli/cli.h"

typedef struct sl_cli_query {
    sl_text name, text;
    sl_text source;      /* the file it stands in, and what is said about it: mostly `text` */
    sl_text_map map;     /* where its bytes stand in there */
    sl_library *library; /* of a published detection; NULL: none */
    sl_language language;
    sl_text profile;         /* of a detection; empty: the options' */
    uint32_t arguments_used; /* 1 when the first argument named the file */
} sl_cli_query;

/* True for names that a detection may have: our own, and those of published content. */
bool sl_cli_query_is_detection(sl_text path);
/* The query of a detection that was loaded. */
sl_cli_query sl_cli_query_of(const sl_detection *detection, sl_library *library);
/* Loads the query that the options mean, SL_EXIT_OK; or the code to end with: it was said. */
int sl_cli_query_load(sl_cli *cli, sl_cli_query *out) SL_MUST_USE;
/* Loads one query file or -q text. */
int sl_cli_query_load_file(sl_cli *cli, const char *path, sl_cli_query *out) SL_MUST_USE;
int sl_cli_query_load_inline(sl_cli *cli, sl_cli_query *out) SL_MUST_USE;
/* Compiles it under its profile; `diags` are about query->source. NULL when it is at fault. */
sl_plan *sl_cli_query_compile(sl_cli *cli, const sl_cli_query *query, sl_diags *diags);

#endif
