/* hunt.h - what a hunt says of its detections: for people and for programs.
 *
 * Owner:    nothing.
 * Threads:  the main one. */
#ifndef SL_CLI_HUNT_H
#define SL_CLI_HUNT_H

#include "cli/cli.h"

/* Appends what became of each detection, a line each, by groups: with alerts, could not match,
 * found nothing, refused. */
void sl_cli_hunt_page(const sl_cli *cli, const sl_hunt *hunt, sl_buffer *out);
/* Writes the rest of the object whose first member, the alerts, was written. */
void sl_cli_hunt_json(sl_cli *cli, const sl_hunt *hunt);

#endif
