/* shrink.h - makes a failing case small.
 *
 * Threads:  one at a time. */
#ifndef SL_TESTS_PROPERTY_SHRINK_H
#define SL_TESTS_PROPERTY_SHRINK_H

#include "run.h"

/* A case, one of its queries, and two ways in which that query's results differ. */
typedef struct prop_failure {
    prop_case c;
    uint32_t query;
    prop_way way;     /* against prop_plain_way */
    const char *what; /* differs */
} prop_failure;

/* Leaves out of `failure` what it takes to differ, as long as it does, in `tries` runs at most. */
void prop_shrink(prop_lab *lab, prop_failure *failure, sl_arena *arena, uint32_t tries);
/* Prints the case so that it can be pasted into a golden file. */
void prop_print_failure(prop_lab *lab, const prop_failure *failure, uint64_t seed);

#endif
