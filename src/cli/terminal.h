/* terminal.h - what standard output and error lead to: a terminal, how wide, with colours or not.
 *
 * Owner:    values.
 * Threads:  any. */
#ifndef SL_CLI_TERMINAL_H
#define SL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sl_terminal {
    bool is_terminal;
    bool colour;    /* a terminal, and neither NO_COLOR nor TERM=dumb speak against it */
    uint32_t width; /* columns; 0: not a terminal, and COLUMNS does not say */
} sl_terminal;

sl_terminal sl_terminal_of(int fd);

#endif
