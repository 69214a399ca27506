/* check.h - holds what a query gave against what its test expects.
 *
 * Owner:    the pool given.
 * Lifetime: the pool's.
 * Threads:  one at a time. */
#ifndef SL_TESTS_GOLDEN_CHECK_H
#define SL_TESTS_GOLDEN_CHECK_H

#include "run.h"

/* Where differences are printed, under which file and query. */
typedef struct golden_report {
    const golden_file *file;
    const golden_query *query;
    size_t fault_count;
} golden_report;

void golden_complain(golden_report *report, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Every expected message is there, and every error was expected. */
void golden_check_messages(golden_report *report, const sl_query *compiled);
/* The rows, their number, order and columns, and how the run ended. `same` holds the rows of
 * the query that "expect same" names, or is NULL. */
void golden_check_rows(golden_report *report, const golden_rows *rows, const golden_rows *same);
/* Byte for byte the rows of the first permutation, in the same order where order is expected. */
void golden_check_agreement(golden_report *report, const golden_rows *first,
                            const golden_rows *rows, const char *permutation);

/* What the test file should say of this query instead: lines for answer_start to answer_end. */
char *golden_answer(golden_pool *pool, const golden_file *file, const golden_query *query,
                    const sl_query *compiled, const golden_rows *rows);

#endif
