/* status.h - how a function says that the world failed it.
 *
 * Three kinds of trouble are kept apart: a wrong query goes to `sl_diags`, a failing world
 * is an `sl_status`, and a mistake of ours is an assert. A status carries no text; whoever
 * knows the file and the place reports it through `sl_faults`. */
#ifndef SL_BASE_STATUS_H
#define SL_BASE_STATUS_H

typedef enum sl_status {
    SL_OK = 0,
    SL_END,       /* nothing more to give: not a failure */
    SL_NOMEM,     /* the system has no more memory */
    SL_IO,        /* reading or writing failed */
    SL_CORRUPT,   /* the input is not what it claims to be */
    SL_LIMIT,     /* one of our limits was reached */
    SL_CANCELLED, /* interrupted by the user */
    SL_QUERY      /* the query is at fault: see the diagnostics */
} sl_status;

/* A short lower-case phrase for `status`, never NULL. */
const char *sl_status_text(sl_status status);

#endif
