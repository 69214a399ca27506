/* interrupt.h - Ctrl-C: the first one ends the run with what was found, the second kills.
 *
 * Threads:  the flag may be read by any. */
#ifndef SL_CLI_INTERRUPT_H
#define SL_CLI_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

/* Catches SIGINT from now on, and ignores SIGPIPE. The flag is set by the first SIGINT. */
const atomic_bool *sl_interrupt_catch(void);
/* True when there was one. */
bool sl_interrupt_came(void);

#endif
