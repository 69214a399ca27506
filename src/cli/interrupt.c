/* interrupt.c - the one flag that a signal handler can reach, and so the one global. */
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static atomic_bool interrupt_flag;

static void interrupt_handle(int number)
{
    (void)number;
    atomic_store(&interrupt_flag, true);
}

const atomic_bool *sl_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = interrupt_handle, .sa_flags = (int)SA_RESETHAND};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    return &interrupt_flag;
}

bool sl_interrupt_came(void)
{
    return atomic_load(&interrupt_flag);
}
