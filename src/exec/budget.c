/* budget.c - what the C library has to be told. */
#include "exec/budget.h"

#include <stdlib.h> /* defines __GLIBC__ */

#ifdef __GLIBC__
#include <malloc.h>
#endif

void sl_budget_trim(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(/* pad= */ 0);
#endif
}
