/* terminal.c - asks the kernel, then the environment. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"

enum { TERMINAL_WIDTH_DEFAULT = 80, TERMINAL_WIDTH_MAX = 10000 };

static uint32_t terminal_columns(void)
{
    int64_t columns;
    const char *text = getenv("COLUMNS");
    if (text == NULL || !sl_integer_parse(sl_text_from(text), &columns)) return 0;
    return columns > 0 && columns <= TERMINAL_WIDTH_MAX ? (uint32_t)columns : 0;
}

static bool terminal_wants_colour(void)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    if (no_colour != NULL && no_colour[0] != '\0') return false;
    return term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

sl_terminal sl_terminal_of(int fd)
{
    sl_terminal terminal = {.is_terminal = isatty(fd) == 1, .width = terminal_columns()};
    if (!terminal.is_terminal) return terminal;
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.width = size.ws_col;
    if (terminal.width == 0) terminal.width = TERMINAL_WIDTH_DEFAULT;
    terminal.colour = terminal_wants_colour();
    return terminal;
}
