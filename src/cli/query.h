/* query.h - the one query of a command: -q, a file, or the query of a detection file.
 *
 * Owner:    the arena of the sl_cli; the plan is the caller's.
 * Threads:  one at a time. */
#ifndef SL_CLI_QUERY_H
#define SL_CLI_QUERY_H

#include "cli/cli.h"

typedef struct sl_cli_query {
    sl_text name, text;
    sl_language language;
    sl_text profile;         /* of a detection; empty: the options' */
    uint32_t arguments_used; /* 1 when the first argument named the file */
} sl_cli_query;

/* True for names of detection files. */
bool sl_cli_query_is_detection(sl_text path);
/* Loads the query that the options mean, SL_EXIT_OK; or the code to end with: it was said. */
int sl_cli_query_load(sl_cli *cli, sl_cli_query *out) SL_MUST_USE;
/* Loads one query file or -q text. */
int sl_cli_query_load_file(sl_cli *cli, const char *path, sl_cli_query *out) SL_MUST_USE;
int sl_cli_query_load_inline(sl_cli *cli, sl_cli_query *out) SL_MUST_USE;
/* Compiles it under its profile. NULL when it is at fault. */
sl_plan *sl_cli_query_compile(sl_cli *cli, const sl_cli_query *query, sl_diags *diags);

#endif
